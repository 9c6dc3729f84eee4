package iam_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/iam"
	"github.com/awsready/awsready/scanners/sts"
)

// scan reads IAM of a recorded account through a client.
func scan(t *testing.T, a *fixtures.Account, client aws.HTTPClient) evidence.IAM {
	t.Helper()
	cfg := a.Config(client)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	found, err := scanners.Scan(t.Context(), cfg, []scanners.Scanner{sts.Scanner, iam.Scanner}, scanners.Options{Clock: a.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return found.IAM
}

// recorded is an account with some exchanges of IAM's, beside those that a scan always needs.
func recorded(t *testing.T, exchanges ...string) *fixtures.Account {
	t.Helper()
	all := strings.Join(exchanges, ",")
	for operation, exchange := range map[string]string{
		"GetAccountAuthorizationDetails": `{"operation":"GetAccountAuthorizationDetails","input":` + filter + `,"reply":{"IsTruncated":false}}`,
		"GetAccountSummary":              `{"operation":"GetAccountSummary","reply":{"SummaryMap":{}}}`,
		"ListServiceSpecificCredentials": `{"operation":"ListServiceSpecificCredentials","input":` + ofBedrock + `,"reply":{}}`,
		"ListOpenIDConnectProviders":     `{"operation":"ListOpenIDConnectProviders","reply":{}}`,
	} {
		if !strings.Contains(all, `"`+operation+`"`) {
			all += "," + exchange
		}
	}
	a, err := fixtures.Load(fstest.MapFS{
		"account.json":          {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"eu-central-1","regions":["eu-central-1"]}`)},
		"eu-central-1/sts.json": {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:iam::111122223333:user/x"}}]}`)},
		"us-east-1/iam.json":    {Data: []byte(`{"exchanges":[` + strings.TrimPrefix(all, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const (
	filter    = `{"Filter":["User","Role","Group","LocalManagedPolicy","AWSManagedPolicy"]}`
	ofBedrock = `{"AllUsers":true,"ServiceName":"bedrock.amazonaws.com"}`
)

// details is an exchange with the authorization details that are given.
func details(reply string) string {
	return `{"operation":"GetAccountAuthorizationDetails","input":` + filter + `,"reply":` + reply + `}`
}

// value returns what was read, or fails.
func value[T any](t *testing.T, fact evidence.Fact[T]) (v T) {
	t.Helper()
	if gap := fact.Gap(); gap != nil {
		t.Fatalf("not read: %+v", gap)
	}
	evidence.With(fact, func(read T) evidence.Verdict { v = read; return evidence.Verdict{} })
	return v
}

func find[R any](t *testing.T, list evidence.List[R], is func(R) bool) R {
	t.Helper()
	i := slices.IndexFunc(list.Found(), is)
	if i < 0 {
		t.Fatalf("not among %d items", len(list.Found()))
	}
	return list.Found()[i]
}

func TestDemo(t *testing.T) {
	a := fixtures.Demo()
	transport := a.Transport()
	found := scan(t, a, transport)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("calls without a reply: %q", missing)
	}
	evidence.Walk(&found, func(path string, u evidence.Unreadable) {
		if !u.Complete() && !strings.HasSuffix(path, ".last_used") {
			t.Errorf("%s was not read", path)
		}
	})
	if s := value(t, found.Summary); s["AccountMFAEnabled"] != 1 || s["AccountAccessKeysPresent"] != 0 || s["AccountPasswordPresent"] != 1 {
		t.Errorf("summary %v", s)
	}

	chat := find(t, found.Roles, func(r evidence.Role) bool { return r.Name == "chat-api-role" })
	if chat.ARN != "arn:aws:iam::111122223333:role/chat-api-role" || chat.Path != "/" || value(t, chat.Tags)["app"] != "claims" {
		t.Errorf("role %+v", chat)
	}
	if trust := value(t, chat.Trust); !json.Valid([]byte(trust)) || !strings.Contains(trust, `"lambda.amazonaws.com"`) {
		t.Errorf("trust is not the decoded document: %s", trust)
	}
	p := value(t, chat.Permissions)
	if len(p.Inline) != 1 || p.Inline[0].Name != "sessions" || !json.Valid([]byte(p.Inline[0].Document)) ||
		!slices.Contains(p.Attached, "arn:aws:iam::111122223333:policy/claims-invoke-models") ||
		p.Boundary != "arn:aws:iam::111122223333:policy/workload-boundary" || len(p.Groups) != 0 {
		t.Errorf("permissions %+v", p)
	}
	// The second page has this role, and the policies with all their versions: the default one counts.
	find(t, found.Roles, func(r evidence.Role) bool { return r.Name == "OrganizationAccountAccessRole" })
	invoke := find(t, found.Policies, func(p evidence.ManagedPolicy) bool { return strings.HasSuffix(p.ARN, "policy/claims-invoke-models") })
	if document := value(t, invoke.Document); !strings.Contains(document, "DenyWithoutGuardrail") {
		t.Errorf("not the default version: %s", document)
	}
	find(t, found.Policies, func(p evidence.ManagedPolicy) bool { return p.ARN == "arn:aws:iam::aws:policy/AdministratorAccess" })

	anna := find(t, found.Users, func(u evidence.User) bool { return u.Name == "anna.berger" })
	if !value(t, anna.Console) || !value(t, anna.MFA) || len(anna.AccessKeys.Found()) != 0 || !slices.Equal(value(t, anna.Permissions).Groups, []string{"administrators"}) {
		t.Errorf("user %+v", anna)
	}
	admins := find(t, found.Groups, func(g evidence.Group) bool { return g.Name == "administrators" })
	if !slices.Equal(value(t, admins.Permissions).Attached, []string{"arn:aws:iam::aws:policy/AdministratorAccess"}) {
		t.Errorf("group %+v", admins)
	}
	ci := find(t, found.Users, func(u evidence.User) bool { return u.Name == "ci-legacy" })
	if !value(t, ci.Console) || value(t, ci.MFA) || len(ci.AccessKeys.Found()) != 2 {
		t.Errorf("user %+v", ci)
	}
	key := ci.AccessKeys.Found()[0]
	if s := value(t, key.Settings); key.Suffix != "C1LG" || !s.Active || !s.Created.Equal(time.Date(2023, 1, 9, 10, 15, 0, 0, time.UTC)) ||
		!value(t, key.LastUsed).Equal(time.Date(2026, 11, 19, 22, 4, 0, 0, time.UTC)) {
		t.Errorf("access key %+v", key)
	}
	if inactive := ci.AccessKeys.Found()[1]; value(t, inactive.Settings).Active || inactive.LastUsed.Gap() == nil {
		t.Errorf("nobody asks when an inactive key was used: %+v", inactive)
	}
	robot := find(t, found.Users, func(u evidence.User) bool { return u.Name == "BedrockAPIKey-k7q2" })
	if value(t, robot.Console) {
		t.Error("NoSuchEntity means that there is no password")
	}

	forever := find(t, found.APIKeys, func(k evidence.BedrockAPIKey) bool { return k.User == "BedrockAPIKey-k7q2" })
	if s := value(t, forever.Settings); !s.Active || !s.Expires.IsZero() || s.Created.IsZero() {
		t.Errorf("API key %+v", forever)
	}
	expired := find(t, found.APIKeys, func(k evidence.BedrockAPIKey) bool { return k.User == "tobias.klein" })
	if s := value(t, expired.Settings); s.Active || !s.Expires.Equal(time.Date(2026, 6, 10, 9, 31, 7, 0, time.UTC)) {
		t.Errorf("API key %+v", expired)
	}
	github := find(t, found.OIDCProviders, func(p evidence.OIDCProvider) bool { return strings.Contains(p.ARN, "githubusercontent") })
	if !slices.Equal(value(t, github.Audiences), []string{"sts.amazonaws.com"}) {
		t.Errorf("provider %+v", github)
	}
}

// Access key ids are kept as their last four characters only.
func TestAccessKeyIDsAreNotKept(t *testing.T) {
	a := fixtures.Demo()
	faults := fixtures.NewFaults(a.Transport(), func(call scanners.Call) *fixtures.Fault {
		if call.Operation == "GetAccessKeyLastUsed" {
			return fixtures.Answer("NoSuchEntity", "The Access Key with id AKIAEXAMPLEDEMO0C1LG cannot be found.", 404)
		}
		return nil
	})
	for name, client := range map[string]aws.HTTPClient{"read": a.Transport(), "failed": faults} {
		found := scan(t, a, client)
		text, err := json.Marshal(found)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "AKIA") {
			t.Errorf("%s: an access key id is in the evidence", name)
		}
	}
}

// In the second account two users are there, of whom one cannot be asked about.
func TestSecond(t *testing.T) {
	a, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	transport := a.Transport()
	found := scan(t, a, transport)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("calls without a reply: %q", missing)
	}
	sealed := find(t, found.Users, func(u evidence.User) bool { return u.Name == "sealed" })
	for operation, gap := range map[string]*evidence.Gap{
		"GetLoginProfile": sealed.Console.Gap(), "ListMFADevices": sealed.MFA.Gap(), "ListAccessKeys": &sealed.AccessKeys.Gaps()[0],
	} {
		if gap.Reason != evidence.Denied || gap.Operation != operation || gap.Permission != "iam:"+operation || gap.Resource != sealed.ARN {
			t.Errorf("%s: gap %+v", operation, gap)
		}
	}
	grace := find(t, found.Users, func(u evidence.User) bool { return u.Name == "grace" })
	if last := value(t, grace.AccessKeys.Found()[0].LastUsed); !last.IsZero() || value(t, grace.MFA) {
		t.Errorf("user %+v", grace)
	}
	if keys := found.APIKeys; !keys.Complete() || len(keys.Found()) != 0 {
		t.Errorf("API keys %+v", keys)
	}
}

func TestDenied(t *testing.T) {
	a := fixtures.Demo()
	for _, o := range iam.Scanner.Operations {
		t.Run(o.Name, func(t *testing.T) {
			found := scan(t, a, fixtures.NewFaults(a.Transport(), func(call scanners.Call) *fixtures.Fault {
				if call.Operation == o.Name {
					return fixtures.Deny(o.IAM[0])
				}
				return nil
			}))
			denied, unread := 0, 0
			evidence.Walk(&found, func(path string, u evidence.Unreadable) {
				switch gap := gapOf(u); {
				case u.Complete():
				case gap.Reason == evidence.Denied && gap.Permission == o.IAM[0] && gap.Operation == o.Name:
					denied++
				case gap.Reason != evidence.NotAsked:
					unread++
					t.Errorf("%s: %+v", path, gap)
				}
			})
			if denied == 0 {
				t.Error("no gap says what is missing")
			}
			if o.Name == "GetAccountAuthorizationDetails" && (denied != 4 || !found.Summary.Complete() || !found.APIKeys.Complete()) {
				t.Errorf("%d lists denied; one denial must leave the other reads alone", denied)
			}
		})
	}
}

// gapOf returns the first gap of a fact or list; a value's is empty.
func gapOf(u evidence.Unreadable) evidence.Gap {
	data, err := json.Marshal(u)
	if err != nil {
		return evidence.Gap{}
	}
	var read struct {
		Gap  evidence.Gap
		Gaps []evidence.Gap
	}
	if json.Unmarshal(data, &read) == nil && len(read.Gaps) > 0 {
		return read.Gaps[0]
	}
	return read.Gap
}

// What was listed before a page failed is kept beside the gap.
func TestSecondPageThrottled(t *testing.T) {
	a := fixtures.Demo()
	found := scan(t, a, fixtures.NewFaults(a.Transport(), func(call scanners.Call) *fixtures.Fault {
		if call.Operation == "GetAccountAuthorizationDetails" && strings.Contains(string(call.Input), "Marker") {
			return fixtures.Throttle(0)
		}
		return nil
	}))
	if gaps := found.Roles.Gaps(); len(found.Roles.Found()) == 0 || len(gaps) != 1 || gaps[0].Reason != evidence.Throttled {
		t.Errorf("%d roles and gaps %+v", len(found.Roles.Found()), gaps)
	}
	if found.Policies.Complete() || len(found.Policies.Found()) != 0 || len(found.Users.Found()) == 0 || found.Users.Complete() {
		t.Error("each list is as incomplete as the call that feeds it")
	}
}

// Replies that are not IAM's leave gaps, never values.
func TestDamagedReplies(t *testing.T) {
	a := fixtures.Demo()
	for name, fault := range map[string]*fixtures.Fault{
		"garbage": fixtures.Garbage(), "empty": fixtures.Empty(), "truncated": fixtures.Truncated(), "timeout": fixtures.Timeout(),
	} {
		t.Run(name, func(t *testing.T) {
			found := scan(t, a, fixtures.NewFaults(a.Transport(), func(call scanners.Call) *fixtures.Fault {
				if call.Service == "iam" {
					return fault
				}
				return nil
			}))
			evidence.Walk(&found, func(path string, u evidence.Unreadable) {
				if u.Complete() {
					t.Errorf("%s was read", path)
				}
			})
		})
	}
}

func TestDocumentsThatCannotBeDecoded(t *testing.T) {
	found := scan2(t, recorded(t, details(`{
		"RoleDetailList": [
			{"Arn": "arn:aws:iam::111122223333:role/encoded", "RoleName": "encoded", "AssumeRolePolicyDocument": "%zz"},
			{"Arn": "arn:aws:iam::111122223333:role/none", "RoleName": "none"},
			{"Arn": "arn:aws:iam::111122223333:role/inline", "RoleName": "inline", "AssumeRolePolicyDocument": {"Statement": []},
			 "RolePolicyList": [{"PolicyName": "good", "PolicyDocument": {"Statement": []}}, {"PolicyName": "bad", "PolicyDocument": "%"}]},
			{"Arn": "arn:aws:iam::111122223333:role/plain", "RoleName": "plain", "AssumeRolePolicyDocument": "{\"Statement\":[{\"Sid\":\"a+b%20c\"}]}"}
		],
		"Policies": [
			{"Arn": "arn:aws:iam::111122223333:policy/none", "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Statement": []}}]},
			{"Arn": "arn:aws:iam::111122223333:policy/empty", "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true}]}
		],
		"IsTruncated": false}`)))
	role := func(name string) evidence.Role {
		return find(t, found.Roles, func(r evidence.Role) bool { return r.Name == name })
	}
	for name, gap := range map[string]*evidence.Gap{
		"trust": role("encoded").Trust.Gap(), "no trust": role("none").Trust.Gap(), "inline": role("inline").Permissions.Gap(),
		"no default version": found.Policies.Found()[0].Document.Gap(), "no document": found.Policies.Found()[1].Document.Gap(),
	} {
		if gap == nil || gap.Reason != evidence.Failed || gap.Operation != "GetAccountAuthorizationDetails" || gap.Resource == "" {
			t.Errorf("%s: gap %+v", name, gap)
		}
	}
	if text := value(t, role("plain").Trust); !strings.Contains(text, "a+b%20c") {
		t.Errorf("a document that is not encoded stays as it is: %s", text)
	}
	if !role("encoded").Permissions.Complete() || !role("inline").Trust.Complete() {
		t.Error("one document must not spoil the others")
	}
}

// scan2 reads a recorded account without faults.
func scan2(t *testing.T, a *fixtures.Account) evidence.IAM {
	t.Helper()
	transport := a.Transport()
	found := scan(t, a, transport)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("calls without a reply: %q", missing)
	}
	return found
}

func TestPagesOfCredentials(t *testing.T) {
	key := func(user string) string {
		return `{"UserName":"` + user + `","Status":"Active","CreateDate":"2026-01-01T00:00:00+00:00","ServiceSpecificCredentialId":"ACCA` + user + `","ServiceName":"bedrock.amazonaws.com"}`
	}
	of := func(operation, members, reply string) string {
		return `{"operation":"` + operation + `","input":{"UserName":"a"` + members + `},"reply":` + reply + `}`
	}
	accessKey := func(id string) string {
		return `{"UserName":"a","AccessKeyId":"` + id + `","Status":"Inactive","CreateDate":"2026-01-01T00:00:00+00:00"}`
	}
	found := scan2(t, recorded(t,
		details(`{"UserDetailList":[{"Arn":"arn:aws:iam::111122223333:user/a","UserName":"a"}],"IsTruncated":false}`),
		`{"operation":"ListServiceSpecificCredentials","input":`+ofBedrock+`,"reply":{"ServiceSpecificCredentials":[`+key("a")+`],"IsTruncated":true,"Marker":"m"}}`,
		`{"operation":"ListServiceSpecificCredentials","input":{"AllUsers":true,"ServiceName":"bedrock.amazonaws.com","Marker":"m"},"reply":{"ServiceSpecificCredentials":[`+key("b")+`],"IsTruncated":false}}`,
		`{"operation":"GetLoginProfile","input":{"UserName":"a"},"error":{"code":"NoSuchEntity","message":"none","status":404}}`,
		of("ListMFADevices", "", `{"MFADevices":[],"IsTruncated":true,"Marker":"m"}`),
		of("ListMFADevices", `,"Marker":"m"`, `{"MFADevices":[{"UserName":"a","SerialNumber":"x","EnableDate":"2026-01-01T00:00:00+00:00"}],"IsTruncated":false}`),
		of("ListAccessKeys", "", `{"AccessKeyMetadata":[`+accessKey("AKIA000000000000AAAA")+`],"IsTruncated":true,"Marker":"m"}`),
		of("ListAccessKeys", `,"Marker":"m"`, `{"AccessKeyMetadata":[`+accessKey("X1")+`],"IsTruncated":false}`)))
	if len(found.APIKeys.Found()) != 2 || !found.APIKeys.Complete() {
		t.Errorf("API keys %+v", found.APIKeys)
	}
	u := found.Users.Found()[0]
	if !value(t, u.MFA) {
		t.Error("the device on the second page was not seen")
	}
	if keys := u.AccessKeys.Found(); len(keys) != 2 || keys[0].Suffix != "AAAA" || keys[1].Suffix != "X1" {
		t.Errorf("access keys %+v", keys)
	}
}

// A reply that lacks what it must have is a gap of the call that it answers.
func TestMembersMissing(t *testing.T) {
	user := details(`{"UserDetailList":[{"Arn":"arn:aws:iam::111122223333:user/a","UserName":"a"}],"IsTruncated":false}`)
	keys := func(reply string) string {
		return `{"operation":"ListAccessKeys","input":{"UserName":"a"},"reply":` + reply + `}`
	}
	rest := []string{
		user, `{"operation":"GetLoginProfile","input":{"UserName":"a"},"error":{"code":"ServiceFailure","message":"later","status":500}}`,
		`{"operation":"ListMFADevices","input":{"UserName":"a"},"reply":{}}`,
		`{"operation":"GetAccessKeyLastUsed","input":{"AccessKeyId":"AKIA000000000000AAAA"},"reply":{"UserName":"a"}}`,
	}
	found := scan2(t, recorded(t, append(rest, keys(`{"AccessKeyMetadata":[{"AccessKeyId":"AKIA000000000000AAAA","Status":"Active","CreateDate":"2026-01-01T00:00:00+00:00"}]}`))...))
	u := found.Users.Found()[0]
	if gap := u.Console.Gap(); gap == nil || gap.Reason != evidence.Failed || gap.Code != "ServiceFailure" {
		t.Errorf("only NoSuchEntity says that there is no password: %+v", gap)
	}
	if gap := u.AccessKeys.Found()[0].LastUsed.Gap(); gap == nil || gap.Code != "panic" || gap.Resource != u.ARN {
		t.Errorf("last used: %+v", gap)
	}
	found = scan2(t, recorded(t, append(rest[:3:3], keys(`{"AccessKeyMetadata":[{"AccessKeyId":"AKIA000000000000AAAA","Status":"Active"}]}`))...))
	if gaps := found.Users.Found()[0].AccessKeys.Gaps(); len(gaps) != 1 || gaps[0].Code != "panic" {
		t.Errorf("a key without a date: %+v", gaps)
	}
}
