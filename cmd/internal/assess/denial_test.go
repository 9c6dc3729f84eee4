package assess_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/awsready/awsready/cmd/internal/answers"
	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/report"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/all"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// scan scans a recorded account through faults, with every opt-in on.
func scan(t testing.TB, account *fixtures.Account, choose func(scanners.Call) *fixtures.Fault) (*evidence.Account, *fixtures.Transport) {
	t.Helper()
	transport := account.Transport()
	var client aws.HTTPClient = transport
	if choose != nil {
		client = fixtures.NewFaults(transport, choose)
	}
	cfg := account.Config(client)
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 1 })
	}
	read, err := assess.Scan(context.Background(), cfg, scanners.Options{Clock: account.Clock, KeepInput: true, Metrics: true, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	return read, transport
}

func second(t testing.TB) *fixtures.Account {
	t.Helper()
	account, err := fixtures.Load(os.DirFS("../../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func score(account *evidence.Account) *scoring.Scores {
	in := &scoring.Input{Account: account, Workload: workload.New(account), Settings: scoring.DefaultSettings}
	return scoring.Score(assess.Checklist, in, scoring.Options{})
}

// wider reports where one score is not within what another, which knows less, allows.
func wider(knows, less *scoring.Scores) []string {
	var problems []string
	compare := func(what string, a, b scoring.Interval) {
		switch {
		case b.Absent && !a.Absent:
			problems = append(problems, what+" is absent where less is known")
		case a.Absent && !b.Absent && !b.MayBeAbsent:
			problems = append(problems, what+" is absent and cannot be where less is known")
		case a.Absent || b.Absent:
		case b.Low.Cmp(a.Low) > 0:
			problems = append(problems, fmt.Sprintf("%s: the low end rose from %s to %s", what, a.Low.FloatString(4), b.Low.FloatString(4)))
		case b.High.Cmp(a.High) < 0:
			problems = append(problems, fmt.Sprintf("%s: the high end fell from %s to %s", what, a.High.FloatString(4), b.High.FloatString(4)))
		}
	}
	compare("overall", knows.Overall, less.Overall)
	for i := range knows.Categories {
		compare("category "+knows.Categories[i].Category.ID, knows.Categories[i].Interval, less.Categories[i].Interval)
	}
	for i := range knows.Questions {
		compare("question "+knows.Questions[i].Question.ID, knows.Questions[i].Interval, less.Questions[i].Interval)
	}
	for i := range knows.Checks {
		compare("check "+knows.Checks[i].Check.ID, knows.Checks[i].Credit, less.Checks[i].Credit)
	}
	if less.Band.Band > knows.Band.Band || less.Band.High < knows.Band.High {
		problems = append(problems, fmt.Sprintf("bands %v and %v", knows.Band, less.Band))
	}
	return problems
}

// declared is every operation that a scan may be denied. GetCallerIdentity cannot be: it needs no permission.
func declared() []string {
	var names []string
	for _, s := range all.Scanners {
		for _, o := range s.Operations {
			if len(o.IAM) > 0 {
				names = append(names, s.Service+"."+o.Name)
			}
		}
	}
	return names
}

// denyNames denies operations by their names, in the words of the permission that each lacks.
func denyNames(names ...string) func(scanners.Call) *fixtures.Fault {
	return func(c scanners.Call) *fixtures.Fault {
		if slices.Contains(names, c.Service+"."+c.Operation) {
			return fixtures.Deny(permission(c))
		}
		return nil
	}
}

// permission is the IAM action that a call needs: that of Budgets' operations is not named after them.
func permission(c scanners.Call) string {
	for _, s := range all.Scanners {
		for _, o := range s.Operations {
			if s.Service == c.Service && o.Name == c.Operation && len(o.IAM) > 0 {
				return o.IAM[0]
			}
		}
	}
	return ""
}

// long skips a test that scans hundreds of times where -short asks for it.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("scans hundreds of times")
	}
}

// eachParallel runs a test for every case on both processors.
func eachParallel[C any](cases []C, test func(C)) {
	var wait sync.WaitGroup
	slots := make(chan struct{}, 4)
	for _, c := range cases {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			test(c)
		})
	}
	wait.Wait()
}

func TestEachOperationDeniedAlone(t *testing.T) {
	long(t)
	for name, account := range accounts(t) {
		read, _ := scan(t, account, nil)
		full := score(read)
		eachParallel(declared(), func(operation string) {
			read, _ := scan(t, account, denyNames(operation))
			for _, problem := range wider(full, score(read)) {
				t.Errorf("%s without %s: %s", name, operation, problem)
			}
		})
	}
}

func TestRandomSetsOfOperationsDenied(t *testing.T) {
	long(t)
	account := fixtures.Demo()
	read, _ := scan(t, account, nil)
	full := score(read)
	names := declared()
	random := rand.New(rand.NewPCG(1, 2))
	var sets [][]string
	for range 200 {
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		sets = append(sets, slices.Clone(names[:1+random.IntN(len(names))]))
	}
	eachParallel(sets, func(set []string) {
		read, _ := scan(t, account, denyNames(set...))
		less := score(read)
		for _, problem := range wider(full, less) {
			t.Errorf("without %d operations: %s", len(set), problem)
		}
		// One denial less: what is known more must lie within.
		read, _ = scan(t, account, denyNames(set[1:]...))
		for _, problem := range wider(score(read), less) {
			t.Errorf("without %s beside %d others: %s", set[0], len(set)-1, problem)
		}
	})
}

func TestEverythingDenied(t *testing.T) {
	read, _ := scan(t, fixtures.Demo(), denyNames(declared()...))
	r := assess.Report(read, answers.File{Settings: scoring.DefaultSettings}, nil)
	if r.Score == nil || r.Score.Low != 0 || r.Score.High != 100 {
		t.Errorf("score %+v, want 0-100", r.Score)
	}
	for _, f := range r.Findings {
		if f.Outcome == "pass" || f.Outcome == "fail" {
			t.Errorf("%s %s %s: %s", f.Outcome, f.Check, f.Resource, f.Message)
		}
	}
	missing := r.MissingPermissions()
	for _, call := range denials(t) {
		if !slices.Contains(missing, call) {
			t.Errorf("the report does not name the missing permission %s", call)
		}
	}
	evidence.Walk(read, func(path string, u evidence.Unreadable) {
		if u.Complete() {
			t.Errorf("%s was read although everything was denied", path)
		}
	})
}

// denials are the permissions of the calls that a scan makes when everything is denied.
func denials(t *testing.T) []string {
	t.Helper()
	var mu sync.Mutex
	var asked []string
	scan(t, fixtures.Demo(), func(c scanners.Call) *fixtures.Fault {
		if c.Service == "sts" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, permission(c))
		return fixtures.Deny(permission(c))
	})
	return asked
}

func accounts(t testing.TB) map[string]*fixtures.Account {
	return map[string]*fixtures.Account{"demo": fixtures.Demo(), "second": second(t)}
}

// TestDemoIsWhole holds the recorded accounts to the scanners: every call has a reply, every reply is
// used, and every declared operation is called.
func TestDemoIsWhole(t *testing.T) {
	called := map[string]bool{}
	for name, account := range accounts(t) {
		_, transport := scan(t, account, nil)
		if missing := transport.Missing(); len(missing) > 0 {
			t.Errorf("%s: calls without a reply:\n%s", name, strings.Join(missing, "\n"))
		}
		if unused := transport.Unused(); len(unused) > 0 {
			t.Errorf("%s: replies that no call asks for:\n%s", name, strings.Join(unused, "\n"))
		}
		if name == "demo" {
			for _, operation := range transport.Called() {
				called[operation] = true
			}
		}
	}
	for _, operation := range declared() {
		if !called[operation] {
			t.Errorf("%s is declared and the demo scan never calls it", operation)
		}
	}
}

// The checks whose pass or failure no recorded account shows; their tables of evidence do.
var (
	passNowhere = []string{"account-alternate-contacts"}
	failNowhere = []string{"bedrock-guardrail-exists"}
)

// TestEveryCheckShows holds the recorded accounts to the checks: each passes somewhere and, unless it
// is a signal, fails somewhere.
func TestEveryCheckShows(t *testing.T) {
	seen := map[string]map[string]bool{}
	for _, account := range accounts(t) {
		read, _ := scan(t, account, nil)
		for _, f := range assess.Report(read, demoAnswers(t), nil).Findings {
			if seen[f.Check] == nil {
				seen[f.Check] = map[string]bool{}
			}
			seen[f.Check][f.Outcome] = true
		}
	}
	for outcome, ids := range map[string][]string{"pass": passNowhere, "fail": failNowhere} {
		for _, id := range ids {
			if seen[id][outcome] {
				t.Errorf("%s is said to %s nowhere and does", id, outcome)
			}
		}
	}
	for _, c := range assess.Checklist.Checks {
		if !seen[c.ID]["pass"] && !slices.Contains(passNowhere, c.ID) {
			t.Errorf("%s passes nowhere in the recorded accounts", c.ID)
		}
		if !seen[c.ID]["fail"] && !c.NeverFails && !c.Weak && !slices.Contains(failNowhere, c.ID) {
			t.Errorf("%s fails nowhere in the recorded accounts", c.ID)
		}
		if seen[c.ID]["fail"] && (c.NeverFails || c.Weak) {
			t.Errorf("%s is a signal and fails", c.ID)
		}
	}
}

// demoAnswers are what the recorded company says of its workload.
func demoAnswers(t testing.TB) answers.File {
	t.Helper()
	file, err := answers.Parse(fixtures.DemoAnswers, assess.Checklist.Questions)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestReportIsTheSameFromSavedEvidence(t *testing.T) {
	read, _ := scan(t, fixtures.Demo(), nil)
	var file, first, again strings.Builder
	if err := evidence.Save(&file, read); err != nil {
		t.Fatal(err)
	}
	loaded, err := evidence.Load(strings.NewReader(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	settings := demoAnswers(t)
	if err := report.WriteJSON(&first, assess.Report(read, settings, nil)); err != nil {
		t.Fatal(err)
	}
	if err := report.WriteJSON(&again, assess.Report(loaded, settings, nil)); err != nil {
		t.Fatal(err)
	}
	if first.String() != again.String() {
		t.Error("the report from saved evidence differs")
	}
}

func TestReportHoldsItsSchema(t *testing.T) {
	source, err := report.Schema()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	everythingDenied, _ := scan(t, fixtures.Demo(), denyNames(declared()...))
	whole, _ := scan(t, fixtures.Demo(), nil)
	for _, read := range []*evidence.Account{whole, everythingDenied} {
		var b bytes.Buffer
		if err := report.WriteJSON(&b, assess.Report(read, demoAnswers(t), nil)); err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(document); err != nil {
			t.Error(err)
		}
	}
}
