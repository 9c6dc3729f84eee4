package resourcegroupstaggingapi

import (
	"os"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

// scan reads the tags of one region of an account.
func scan(t *testing.T, account *fixtures.Account, client aws.HTTPClient, region string) evidence.List[evidence.TaggedResource] {
	t.Helper()
	scanned, err := scanners.Scan(t.Context(), account.Config(client), []scanners.Scanner{sts.Scanner, Scanner},
		scanners.Options{Regions: []string{region}, Clock: account.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Regions[0].Tagging.Resources
}

func TestDemo(t *testing.T) {
	transport := fixtures.Demo().Transport()
	resources := scan(t, fixtures.Demo(), transport, "eu-central-1")
	if len(transport.Missing()) > 0 || len(resources.Gaps()) > 0 {
		t.Fatalf("missing %q, gaps %+v", transport.Missing(), resources.Gaps())
	}
	tags := map[string]evidence.Fact[evidence.Tags]{}
	for _, r := range resources.Found() {
		tags[r.ARN] = r.Tags
	}
	for arn, want := range map[string]string{
		"arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTCLM01":     "claims-assistant", // on the first page
		"arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTDRF02":     "",                 // lost its tags
		"arn:aws:dynamodb:eu-central-1:111122223333:table/chat-sessions": "claims-assistant", // on the second page
	} {
		fact, listed := tags[arn]
		evidence.With(fact, func(tags evidence.Tags) evidence.Verdict {
			if !listed || tags["app"] != want {
				t.Errorf("%s: listed %t, app=%q, want %q", arn, listed, tags["app"], want)
			}
			return evidence.Verdict{}
		})
	}
}

func TestDenied(t *testing.T) {
	second, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	resources := scan(t, second, second.Transport(), "us-west-2")
	gaps := resources.Gaps()
	if len(gaps) != 1 || gaps[0].Reason != evidence.Denied || gaps[0].Permission != "tag:GetResources" || len(resources.Found()) > 0 {
		t.Errorf("gaps %+v", gaps)
	}
}

// A fault leaves what was listed before it, and a gap.
func TestSecondPageFails(t *testing.T) {
	for name, fault := range map[string]*fixtures.Fault{"damaged": fixtures.Garbage(), "denied": fixtures.Deny("tag:GetResources")} {
		calls := 0
		client := fixtures.NewFaults(fixtures.Demo().Transport(), func(call scanners.Call) *fixtures.Fault {
			if call.Service != Scanner.Service {
				return nil
			}
			if calls++; calls == 1 {
				return nil
			}
			return fault
		})
		resources := scan(t, fixtures.Demo(), client, "eu-central-1")
		first := slices.ContainsFunc(resources.Found(), func(r evidence.TaggedResource) bool {
			return r.ARN == "arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTCLM01"
		})
		if len(resources.Gaps()) != 1 || !first {
			t.Errorf("%s: first page kept %t, gaps %+v", name, first, resources.Gaps())
		}
	}
}
