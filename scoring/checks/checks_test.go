package checks

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// now is the clock of every test account.
var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const (
	home      = "eu-central-1"
	accountID = "111122223333"
)

// row is one line of a check's table: what was read of an account, and the check's outcome.
type row struct {
	name     string
	account  *evidence.Account
	want     string // pass, fail, unknown or not-applicable
	settings func(*scoring.Settings)
}

// table holds the rows of each check of one file.
type table map[string][]row

// account is a test account in one region in which everything that can be listed was listed and is
// empty. Every resource is in scope.
func account(fill func(a *evidence.Account, r *evidence.Region)) *evidence.Account {
	a := &evidence.Account{
		ID: accountID, Partition: "aws", Caller: "arn:aws:iam::111122223333:role/audit", Clock: now, Home: "us-east-1",
		Scan:    evidence.Scan{Scope: workload.ScopeAccount, Metrics: true},
		Regions: []evidence.Region{{Name: home}},
	}
	evidence.FillUnset(a, evidence.Gap{Reason: evidence.Unavailable, Region: home})
	unsetFacts(a)
	fill(a, &a.Regions[0])
	return a
}

// unsetFacts leaves the lists of an empty account empty and its facts unread.
func unsetFacts(a *evidence.Account) {
	r := &a.Regions[0]
	a.IAM.Summary, a.Contacts = evidence.Fact[map[string]int]{}, evidence.Contacts{}
	r.Bedrock.Logging, r.Lambda.Concurrency, r.Backup.OptIn = evidence.Fact[evidence.BedrockLogging]{}, evidence.Fact[int]{}, evidence.Fact[map[string]bool]{}
}

// region is a test account of which only the region matters.
func region(fill func(r *evidence.Region)) *evidence.Account {
	return account(func(_ *evidence.Account, r *evidence.Region) { fill(r) })
}

var denied = evidence.Gap{Service: "test", Operation: "Denied", Code: "AccessDenied", Permission: "test:Denied", Reason: evidence.Denied}

// input is what a predicate sees of a row.
func (r row) input(a *evidence.Account) *scoring.Input {
	in := &scoring.Input{Account: a, Workload: workload.New(a), Settings: scoring.DefaultSettings}
	if r.settings != nil {
		r.settings(&in.Settings)
	}
	return in
}

// outcome is a check's outcome over an account: a failure anywhere, else anything unread, else a pass anywhere.
func outcome(c scoring.Check, in *scoring.Input) (string, string) {
	result := c.Ask(in)
	var messages []string
	seen := map[string]bool{"unknown": len(result.Unseen) > 0}
	for _, s := range result.Subjects {
		switch {
		case s.Verdict.Failed():
			seen["fail"] = true
		case s.Verdict.Passed():
			seen["pass"] = true
		case !s.Verdict.Absent():
			seen["unknown"] = true
		}
		messages = append(messages, s.Verdict.Message)
	}
	for _, o := range []string{"fail", "unknown", "pass"} {
		if seen[o] {
			return o, strings.Join(messages, " | ")
		}
	}
	return "not-applicable", strings.Join(messages, " | ")
}

// run tests the checks of one file against their table, and both generic properties over every row.
func run(t *testing.T, list []scoring.Check, rows table) {
	t.Helper()
	for id := range rows {
		if c, ok := ByID(id); !ok || c.ID != id {
			t.Errorf("%s: the table has rows for a check that does not exist", id)
		}
	}
	for _, c := range list {
		t.Run(c.ID, func(t *testing.T) {
			blank := c.AskBlank(row{}.input(account(func(*evidence.Account, *evidence.Region) {})))
			if blank.Certain() {
				t.Errorf("a resource of which nothing was read is %+v, want unknown", blank)
			}
			wants := map[string]bool{}
			for _, r := range rows[c.ID] {
				wants[r.want] = true
				got, messages := outcome(c, r.input(r.account))
				if got != r.want {
					t.Errorf("%s: got %s (%s), want %s", r.name, got, messages, r.want)
					continue
				}
				maskEach(t, c, r, got)
			}
			for _, want := range required(c) {
				if !wants[want] {
					t.Errorf("the table has no row with outcome %s", want)
				}
			}
		})
	}
}

// required are the outcomes that every check's table shows; not-applicable is shown by those that can be.
func required(c scoring.Check) []string {
	if c.NeverFails || c.Weak {
		return []string{"pass", "unknown"}
	}
	return []string{"pass", "fail", "unknown"}
}

// maskEach blanks each Fact and List of a row's account in turn: the outcome may stay or become
// unknown, nothing else.
func maskEach(t *testing.T, c scoring.Check, r row, got string) {
	t.Helper()
	type place struct {
		path string
		u    evidence.Unreadable
	}
	var places []place
	evidence.Walk(r.account, func(path string, u evidence.Unreadable) { places = append(places, place{path, u}) })
	for _, p := range places {
		at := reflect.ValueOf(p.u).Elem()
		saved := reflect.New(at.Type()).Elem()
		saved.Set(at)
		p.u.Blank(denied)
		if now, messages := outcome(c, r.input(r.account)); now != got && now != "unknown" {
			t.Errorf("%s: without %s the outcome goes from %s to %s (%s)", r.name, p.path, got, now, messages)
		}
		at.Set(saved)
	}
}
