package account_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/account"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

func scan(t *testing.T, a *fixtures.Account, client aws.HTTPClient) *evidence.Account {
	t.Helper()
	cfg := a.Config(client)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	found, err := scanners.Scan(t.Context(), cfg, []scanners.Scanner{sts.Scanner, account.Scanner},
		scanners.Options{Clock: a.Clock, KeepInput: true, Regions: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func is(t *testing.T, name string, contact evidence.Fact[bool], want bool) {
	t.Helper()
	if gap := contact.Gap(); gap != nil {
		t.Errorf("%s: not read: %+v", name, gap)
	}
	evidence.With(contact, func(got bool) evidence.Verdict {
		if got != want {
			t.Errorf("%s: got %t, want %t", name, got, want)
		}
		return evidence.Verdict{}
	})
}

func TestContacts(t *testing.T) {
	second, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	demo := fixtures.Demo()
	transport := demo.Transport()
	found := scan(t, demo, transport)
	is(t, "demo, security", found.Contacts.Security, true)
	is(t, "demo, operations", found.Contacts.Operations, false)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("calls without a reply: %q", missing)
	}
	other := scan(t, second, second.Transport())
	is(t, "second, security", other.Contacts.Security, false)
	is(t, "second, operations", other.Contacts.Operations, true)
}

// A contact is personal data: nothing of it is kept.
func TestContactsAreNotKept(t *testing.T) {
	demo := fixtures.Demo()
	text, err := json.Marshal(scan(t, demo, demo.Transport()))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"nordwind", "5550100", "Security Operations"} {
		if strings.Contains(string(text), part) {
			t.Errorf("the evidence holds %q", part)
		}
	}
}

func TestContactsUnread(t *testing.T) {
	demo := fixtures.Demo()
	for name, c := range map[string]struct {
		fault  *fixtures.Fault
		reason evidence.Reason
	}{
		"denied":       {fixtures.Deny(""), evidence.Denied},
		"organization": {fixtures.DenyByOrganization("account:GetAlternateContact"), evidence.OrgDenied},
		"throttled":    {fixtures.Throttle(0), evidence.Throttled},
		"garbage":      {fixtures.Garbage(), evidence.Failed},
		"empty":        {fixtures.Empty(), evidence.Failed},
		"fault":        {fixtures.Answer("InternalServerException", "later", 500), evidence.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			found := scan(t, demo, fixtures.NewFaults(demo.Transport(), func(call scanners.Call) *fixtures.Fault {
				if call.Operation == "GetAlternateContact" {
					return c.fault
				}
				return nil
			}))
			if gap := found.Contacts.Security.Gap(); gap == nil || gap.Reason != c.reason || gap.Region != "us-east-1" {
				t.Errorf("gap %+v, want %s", gap, c.reason)
			}
		})
	}
}

func TestRegions(t *testing.T) {
	demo := fixtures.Demo()
	found := scan(t, demo, demo.Transport())
	var names []string
	for _, r := range found.Regions {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "eu-central-1 eu-north-1 eu-west-1 us-east-1" {
		t.Errorf("regions %s", got)
	}
	found = scan(t, demo, fixtures.NewFaults(demo.Transport(), func(call scanners.Call) *fixtures.Fault {
		if call.Operation == "ListRegions" {
			return fixtures.Deny("account:ListRegions")
		}
		return nil
	}))
	last := found.Regions[len(found.Regions)-1]
	if gap := last.Lambda.Functions.Gaps(); last.Name != "*" || len(gap) == 0 || gap[0].Permission != "account:ListRegions" {
		t.Errorf("regions that could not be listed are %+v with gaps %+v", last.Name, gap)
	}
}
