package kms

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
	"github.com/awsready/awsready/workload"
)

const (
	home    = "eu-central-1"
	account = "111122223333"
	ours    = "arn:aws:kms:" + home + ":" + account + ":key/"
)

// scan reads the keys of one region. What the scanner needs of other services is what fill says, and
// otherwise nothing; every resource is in scope.
func scan(t *testing.T, recorded *fixtures.Account, client aws.HTTPClient, region string, fill func(*evidence.Region)) evidence.List[evidence.Key] {
	t.Helper()
	list := []scanners.Scanner{sts.Scanner, Scanner}
	for _, service := range Scanner.Needs {
		stub := scanners.Scanner{Service: service}
		absent := evidence.Gap{Service: service, Region: region, Reason: evidence.Unavailable}
		if service == "iam" {
			stub.Global = func(_ context.Context, _ *scanners.Run, into *evidence.Account) {
				evidence.FillUnset(&into.IAM, absent)
			}
		} else {
			stub.Regional = func(_ context.Context, _ *scanners.Run, into *evidence.Region) {
				var said evidence.Region
				fill(&said)
				switch service {
				case "lambda":
					into.Lambda = said.Lambda
				case "cloudwatchlogs":
					into.Logs = said.Logs
				}
				evidence.FillUnset(evidence.Service(into, service), absent)
			}
		}
		list = append(list, stub)
	}
	cfg := recorded.Config(client)
	cfg.RetryMaxAttempts = 1
	scanned, err := scanners.Scan(t.Context(), cfg, list,
		scanners.Options{Regions: []string{region}, Scope: workload.ScopeAccount, Clock: recorded.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Regions[0].KMS.Keys
}

// naming is a region whose functions encrypt their variables with the given keys.
func naming(keys ...string) func(*evidence.Region) {
	return func(r *evidence.Region) {
		var functions []evidence.Function
		for _, k := range keys {
			functions = append(functions, evidence.Function{ARN: "f", Name: "f", Settings: evidence.Known(evidence.FunctionSettings{KMSKey: k})})
		}
		r.Lambda.Functions = evidence.Listed(functions...)
	}
}

func record(t *testing.T, exchanges ...string) *fixtures.Account {
	t.Helper()
	recorded, err := fixtures.Load(fstest.MapFS{
		"account.json": {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + home + `","regions":["` + home + `"]}`)},
		home + "/sts.json": {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity",
			"reply":{"Account":"` + account + `","Arn":"arn:aws:sts::` + account + `:assumed-role/audit/demo","UserId":"AROA1:demo"}}]}`)},
		home + "/kms.json": {Data: []byte(`{"exchanges":[` + strings.Join(exchanges, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return recorded
}

func describes(name, members string) string {
	return `{"operation":"DescribeKey","input":{"KeyId":"` + name + `"},"reply":{"KeyMetadata":{` + members + `}}}`
}

func rotates(name, on string) string {
	return `{"operation":"GetKeyRotationStatus","input":{"KeyId":"` + name + `"},"reply":{"KeyId":"` + name + `","KeyRotationEnabled":` + on + `}}`
}

func policyOf(name, document string) string {
	return `{"operation":"GetKeyPolicy","input":{"KeyId":"` + name + `"},"reply":{"Policy":"` + document + `","PolicyName":"default"}}`
}

func fails(operation, name, code, message string) string {
	return `{"operation":"` + operation + `","input":{"KeyId":"` + name + `"},"error":{"code":"` + code + `","message":"` + message + `","status":400}}`
}

// usual describes an enabled symmetric key that the customer manages.
func usual(name, key string) string {
	return describes(name, `"Arn":"`+key+`","KeyId":"k","KeyManager":"CUSTOMER","KeyState":"Enabled","Origin":"AWS_KMS","KeySpec":"SYMMETRIC_DEFAULT"`)
}

// text is a key as it is saved.
func text(t *testing.T, k evidence.Key) string {
	t.Helper()
	data, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const described = `{"value":{"customer_managed":true,"state":"Enabled","origin":"AWS_KMS","spec":"SYMMETRIC_DEFAULT"}}`

func notAskedText(operation, key, detail string) string {
	return `{"gap":{"service":"kms","operation":"` + operation + `","region":"` + home + `","resource":"` + key + `","reason":"not-asked","detail":"` + detail + `"}}`
}

func TestKey(t *testing.T) {
	const (
		foreign   = "arn:aws:kms:" + home + ":999988887777:key/f"
		elsewhere = "arn:aws:kms:eu-west-1:" + account + ":key/e"
		alias     = "arn:aws:kms:" + home + ":" + account + ":alias/chat"
		hidden    = "is not authorized to perform: kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
		refused   = "is not authorized to perform: kms:GetKeyRotationStatus on resource: " + ours + "a because no resource-based policy allows the kms:GetKeyRotationStatus action"
		noRotate  = "automatic rotation does not apply to the key"
		noPolicy  = "the key has no policy of the customer's"
	)
	key := func(name, settings, rotation, policy string) string {
		return `{"arn":"` + name + `","settings":` + settings + `,"rotation":` + rotation + `,"policy":` + policy + `}`
	}
	tests := []struct {
		name      string
		key       string
		exchanges []string
		want      string
	}{
		{"usual", ours + "a", []string{usual(ours+"a", ours+"a"), rotates(ours+"a", "true"), policyOf(ours+"a", "{}")},
			key(ours+"a", described, `{"value":true}`, `{"value":"{}"}`)},
		{"by alias", alias, []string{usual(alias, ours+"a"), rotates(ours+"a", "false"), policyOf(ours+"a", "{}")},
			key(alias, described, `{"value":false}`, `{"value":"{}"}`)},
		{"by id", "1234", []string{usual("1234", ours+"1234"), rotates(ours+"1234", "true"), policyOf(ours+"1234", "{}")},
			key("1234", described, `{"value":true}`, `{"value":"{}"}`)},
		{"AWS managed", ours + "a", []string{describes(ours+"a", `"Arn":"`+ours+`a","KeyId":"a","KeyManager":"AWS","KeyState":"Enabled","Origin":"AWS_KMS","KeySpec":"SYMMETRIC_DEFAULT"`)},
			key(ours+"a", `{"value":{"customer_managed":false,"state":"Enabled","origin":"AWS_KMS","spec":"SYMMETRIC_DEFAULT"}}`,
				notAskedText("GetKeyRotationStatus", ours+"a", noRotate), notAskedText("GetKeyPolicy", ours+"a", noPolicy))},
		{"pending deletion", ours + "a", []string{describes(ours+"a", `"Arn":"`+ours+`a","KeyId":"a","KeyManager":"CUSTOMER","KeyState":"PendingDeletion","Origin":"AWS_KMS","KeySpec":"SYMMETRIC_DEFAULT","DeletionDate":1796083200`), policyOf(ours+"a", "{}")},
			key(ours+"a", `{"value":{"customer_managed":true,"state":"PendingDeletion","deleted":"2026-12-01T00:00:00Z","origin":"AWS_KMS","spec":"SYMMETRIC_DEFAULT"}}`,
				notAskedText("GetKeyRotationStatus", ours+"a", noRotate), `{"value":"{}"}`)},
		{"gone", ours + "a", []string{fails("DescribeKey", ours+"a", "NotFoundException", "Key does not exist")},
			key(ours+"a", `{"value":{"customer_managed":true,"state":"NotFound","origin":"","spec":""}}`,
				notAskedText("GetKeyRotationStatus", ours+"a", noRotate), notAskedText("GetKeyPolicy", ours+"a", noPolicy))},
		{"rotation refused by the key", ours + "a", []string{usual(ours+"a", ours+"a"), fails("GetKeyRotationStatus", ours+"a", "AccessDeniedException", refused), policyOf(ours+"a", "{}")},
			key(ours+"a", described, `{"gap":{"service":"kms","operation":"GetKeyRotationStatus","region":"eu-central-1","resource":"`+ours+`a","code":"AccessDeniedException",`+
				`"permission":"kms:GetKeyRotationStatus","reason":"denied-by-key","detail":"the KMS key's policy does not allow this identity kms:GetKeyRotationStatus"}}`, `{"value":"{}"}`)},
		{"not described", ours + "a", []string{fails("DescribeKey", ours+"a", "AccessDeniedException", "no"), rotates(ours+"a", "true"), policyOf(ours+"a", "{}")},
			key(ours+"a", `{"gap":{"service":"kms","operation":"DescribeKey","region":"eu-central-1","resource":"`+ours+`a","code":"AccessDeniedException","permission":"kms:DescribeKey","reason":"denied"}}`,
				`{"value":true}`, `{"value":"{}"}`)},
		{"of another account", foreign, []string{usual(foreign, foreign), rotates(foreign, "true")},
			key(foreign, described, `{"value":true}`, notAskedText("GetKeyPolicy", foreign, "KMS shows a key's policy only to the account that has the key"))},
		{"of another account, hidden", foreign, []string{fails("DescribeKey", foreign, "AccessDeniedException", hidden), fails("GetKeyRotationStatus", foreign, "AccessDeniedException", hidden)},
			key(foreign, `{"gap":{"service":"kms","operation":"DescribeKey","region":"eu-central-1","resource":"`+foreign+`","code":"AccessDeniedException","permission":"kms:DescribeKey",`+
				`"reason":"denied-by-key","detail":"there is no such KMS key in the region, or its policy does not let this identity in"}}`,
				`{"gap":{"service":"kms","operation":"GetKeyRotationStatus","region":"eu-central-1","resource":"`+foreign+`","code":"AccessDeniedException","permission":"kms:DescribeKey",`+
					`"reason":"denied-by-key","detail":"there is no such KMS key in the region, or its policy does not let this identity in"}}`,
				notAskedText("GetKeyPolicy", foreign, "KMS shows a key's policy only to the account that has the key"))},
		{"of another region", elsewhere, nil,
			key(elsewhere, notAskedText("DescribeKey", elsewhere, "a resource in eu-central-1 names a key of another region"),
				notAskedText("DescribeKey", elsewhere, "a resource in eu-central-1 names a key of another region"),
				notAskedText("DescribeKey", elsewhere, "a resource in eu-central-1 names a key of another region"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorded := record(t, tt.exchanges...)
			transport := recorded.Transport()
			keys := scan(t, recorded, transport, home, naming(tt.key))
			if missing, unused := transport.Missing(), transport.Unused(); len(missing)+len(unused) > 0 {
				t.Errorf("missing %q, unused %q", missing, unused)
			}
			if found := keys.Found(); len(found) != 1 || len(keys.Gaps()) > 0 {
				t.Errorf("got %d keys and gaps %+v", len(found), keys.Gaps())
			} else if got := strings.ReplaceAll(text(t, found[0]), `\u0026`, "&"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Each key is asked once, in order; what could not be read of the resources may name others.
func TestKeysOfTheWorkload(t *testing.T) {
	recorded := record(t, usual(ours+"a", ours+"a"), rotates(ours+"a", "true"), policyOf(ours+"a", "{}"),
		usual(ours+"b", ours+"b"), rotates(ours+"b", "true"), policyOf(ours+"b", "{}"))
	client := fixtures.NewFaults(recorded.Transport(), func(scanners.Call) *fixtures.Fault { return nil })
	unread := evidence.Gap{Service: "lambda", Operation: "GetFunctionConfiguration", Region: home, Reason: evidence.Denied}
	keys := scan(t, recorded, client, home, func(r *evidence.Region) {
		naming(ours+"b", ours+"a", ours+"b", "")(r)
		hidden := evidence.Function{ARN: "g", Settings: evidence.Missing[evidence.FunctionSettings](unread)}
		r.Lambda.Functions.Append(evidence.Listed(hidden, hidden))
	})
	var names []string
	for _, k := range keys.Found() {
		names = append(names, k.ARN)
	}
	if want := []string{ours + "a", ours + "b"}; !slices.Equal(names, want) {
		t.Errorf("got keys %q, want %q", names, want)
	}
	if gaps := keys.Gaps(); len(gaps) != 1 || gaps[0] != unread {
		t.Errorf("got gaps %+v", gaps)
	}
	for operation, n := range client.Calls() {
		if strings.HasPrefix(operation, "kms.") && n != 2 {
			t.Errorf("%s was called %d times", operation, n)
		}
	}
}

func TestNoKeys(t *testing.T) {
	recorded := record(t)
	keys := scan(t, recorded, recorded.Transport(), home, naming())
	if len(keys.Found()) > 0 || len(keys.Gaps()) > 0 || keys.Unset() {
		t.Errorf("got %+v", keys)
	}
}

// What is not a reply of AWS's is a gap.
func TestMalformed(t *testing.T) {
	bare := []string{describes(ours+"a", ""), rotates(ours+"a", "true"), `{"operation":"GetKeyPolicy","input":{"KeyId":"` + ours + `a"},"reply":{}}`}
	empty := []string{`{"operation":"DescribeKey","input":{"KeyId":"` + ours + `a"},"reply":{}}`, rotates(ours+"a", "true"), policyOf(ours+"a", "{}")}
	for name, c := range map[string]struct {
		exchanges []string
		fault     *fixtures.Fault
	}{"garbage": {bare, fixtures.Garbage()}, "truncated": {bare, fixtures.Truncated()}, "no reply": {bare, fixtures.Empty()}, "no metadata": {empty, nil}, "no key": {bare, nil}} {
		t.Run(name, func(t *testing.T) {
			recorded := record(t, c.exchanges...)
			client := fixtures.NewFaults(recorded.Transport(), func(call scanners.Call) *fixtures.Fault {
				if call.Operation == "DescribeKey" || call.Operation == "GetKeyPolicy" {
					return c.fault
				}
				return nil
			})
			k := scan(t, recorded, client, home, naming(ours+"a")).Found()[0]
			if gap := k.Settings.Gap(); gap == nil || gap.Reason != evidence.Failed {
				t.Errorf("got settings %s", text(t, k))
			}
			if gap := k.Policy.Gap(); c.fault != nil && (gap == nil || gap.Reason != evidence.Failed) {
				t.Errorf("got policy %s", text(t, k))
			}
		})
	}
}

// The recorded accounts answer for the keys that their log groups and the other services' resources name.
func TestRecordedAccounts(t *testing.T) {
	second, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		recorded *fixtures.Account
		region   string
		keys     []string
		states   string
	}{
		{fixtures.Demo(), home, []string{ours + "1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1", ours + "1f5c9a2e-0002-4c1e-9d11-aaaaaaaaaaa2",
			ours + "1f5c9a2e-0003-4c1e-9d11-aaaaaaaaaaa3", ours + "1f5c9a2e-0004-4c1e-9d11-aaaaaaaaaaa4"}, "Enabled Enabled PendingDeletion Enabled"},
		{fixtures.Demo(), "eu-west-1", []string{"arn:aws:kms:eu-west-1:111122223333:key/1f5c9a2e-0011-4c1e-9d11-bbbbbbbbbbb1"}, "Enabled"},
		{second, "us-west-2", []string{"arn:aws:kms:us-west-2:444455556666:key/2a6dab3f-0001-4d2f-8e22-ccccccccccc1", "arn:aws:kms:us-west-2:444455556666:key/2a6dab3f-0002-4d2f-8e22-ccccccccccc2",
			"arn:aws:kms:us-west-2:444455556666:key/2a6dab3f-0003-4d2f-8e22-ccccccccccc3", "arn:aws:kms:us-west-2:777788889999:key/9d8c7b6a-0009-4e3f-9f33-ddddddddddd9"}, "Enabled NotFound Disabled denied-by-key"},
	} {
		t.Run(c.region, func(t *testing.T) {
			transport := c.recorded.Transport()
			keys := scan(t, c.recorded, transport, c.region, naming(c.keys...))
			if missing := transport.Missing(); len(missing) > 0 {
				t.Errorf("missing %q", missing)
			}
			for _, unused := range transport.Unused() {
				if strings.HasPrefix(unused, c.region+"/kms.json") {
					t.Errorf("unused %s", unused)
				}
			}
			var states []string
			for _, k := range keys.Found() {
				state := ""
				evidence.With(k.Settings, func(s evidence.KeySettings) evidence.Verdict { state = s.State; return evidence.Verdict{} })
				if gap := k.Settings.Gap(); gap != nil {
					state = string(gap.Reason)
				}
				states = append(states, state)
			}
			if got := strings.Join(states, " "); got != c.states {
				t.Errorf("got states %q, want %q", got, c.states)
			}
		})
	}
}
