package dynamodb

import (
	"context"
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
	"github.com/awsready/awsready/scanners/sts"
)

const home = "eu-central-1"

// scan reads DynamoDB in one region of an account in which a role of the workload names some tables.
func scan(t *testing.T, account *fixtures.Account, client aws.HTTPClient, region string, tables ...string) evidence.DynamoDB {
	t.Helper()
	absent := evidence.Gap{Reason: evidence.Unavailable}
	list := []scanners.Scanner{sts.Scanner, {Service: "iam", Global: func(_ context.Context, run *scanners.Run, into *evidence.Account) {
		statements := `{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}`
		for _, name := range tables {
			statements += `,{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:` + region + `:` + run.Account + `:table/` + name + `"}`
		}
		into.IAM.Roles = evidence.Listed(evidence.Role{ARN: "arn:aws:iam::" + run.Account + ":role/app", Name: "app", Tags: evidence.Known(evidence.Tags{}),
			Trust:       evidence.Known(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
			Permissions: evidence.Known(evidence.Permissions{Inline: []evidence.NamedPolicy{{Name: "p", Document: `{"Statement":[` + statements + `]}`}}})})
		evidence.FillUnset(&into.IAM, absent)
	}}}
	for _, service := range []string{"lambda", "bedrockagent", "resourcegroupstaggingapi"} {
		list = append(list, scanners.Scanner{Service: service, Regional: func(_ context.Context, _ *scanners.Run, into *evidence.Region) {
			evidence.FillUnset(evidence.Service(into, service), absent)
		}})
	}
	cfg := account.Config(client)
	cfg.RetryMaxAttempts = 1
	scanned, err := scanners.Scan(t.Context(), cfg, append(list, Scanner), scanners.Options{Regions: []string{region}, Clock: account.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Regions[0].DynamoDB
}

// recorded is an account that answers DynamoDB with the given exchanges, of which the table is named t.
func recorded(t *testing.T, exchanges ...string) *fixtures.Account {
	t.Helper()
	const input = `{"TableName":"t"}`
	for _, call := range [][3]string{
		{"ListTables", `{}`, `{"TableNames":["t"]}`}, {"ListContributorInsights", `{"MaxResults":0}`, `{}`},
		{"DescribeTable", input, `{"Table":{}}`}, {"DescribeTimeToLive", input, `{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}`},
		{"DescribeContinuousBackups", input, `{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED"}}`},
		{"GetResourcePolicy", `{"ResourceArn":"arn:aws:dynamodb:eu-central-1:111122223333:table/t"}`, `{}`},
	} {
		head := `{"operation":"` + call[0] + `","input":` + call[1] + `,`
		if !slices.ContainsFunc(exchanges, func(e string) bool { return strings.HasPrefix(e, head) }) {
			exchanges = append(exchanges, head+`"reply":`+call[2]+`}`)
		}
	}
	account, err := fixtures.Load(fstest.MapFS{
		"account.json":          {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + home + `","regions":["` + home + `"]}`)},
		home + "/sts.json":      {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/a/b","UserId":"AROA:b"}}]}`)},
		home + "/dynamodb.json": {Data: []byte(`{"exchanges":[` + strings.Join(exchanges, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func reply(operation, input, body string) string {
	return `{"operation":"` + operation + `","input":` + input + `,"reply":` + body + `}`
}

func fails(operation, input, code, message string) string {
	return `{"operation":"` + operation + `","input":` + input + `,"error":{"code":"` + code + `","message":"` + message + `","status":400}}`
}

// recordedOnly fails where a call had no reply, or a reply of DynamoDB's in the region no call.
func recordedOnly(t *testing.T, transport *fixtures.Transport, region string) {
	t.Helper()
	for _, missing := range transport.Missing() {
		t.Errorf("no reply for %s", missing)
	}
	for _, unused := range transport.Unused() {
		if strings.HasPrefix(unused, region+"/dynamodb.json") {
			t.Errorf("no call for %s", unused)
		}
	}
}

// same compares two values by their JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("%s: got %s\nwant %s", what, g, w)
	}
}

// gapOf is the reason, code and permission of a gap.
func gapOf(gap *evidence.Gap) string {
	if gap == nil {
		return "none"
	}
	return strings.TrimSpace(string(gap.Reason) + " " + gap.Code + " " + gap.Permission)
}

func TestDemo(t *testing.T) {
	account := fixtures.Demo()
	transport := account.Transport()
	d := scan(t, account, transport, home, "chat-sessions", "claim-notes")
	recordedOnly(t, transport, home)
	tables := d.Tables.Found()
	if len(tables) != 3 || len(d.Tables.Gaps()) > 0 {
		t.Fatalf("tables over two pages: %+v", tables)
	}
	const arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/"
	same(t, "chat-sessions", tables[0], evidence.DynamoDBTable{
		ARN: arn + "chat-sessions", Name: "chat-sessions", Recovery: evidence.Known(true), TimeToLive: evidence.Known("ENABLED"), Policy: evidence.Known(""),
		Description: evidence.Known(evidence.DynamoDBSettings{
			Status: "ACTIVE", Created: time.Date(2026, 1, 15, 7, 58, 12, 0, time.UTC), OnDemand: true,
			KMSKey: "arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1", DeletionProtection: true,
			Stream: arn + "chat-sessions/stream/2026-01-15T08:00:00.000", ActiveReplicas: []string{"eu-west-1"}})})
	same(t, "claim-notes", []any{tables[1].Description, tables[1].Recovery, tables[1].TimeToLive}, []any{
		evidence.Known(evidence.DynamoDBSettings{Status: "ACTIVE", Created: time.Date(2025, 5, 6, 12, 0, 0, 0, time.UTC)}), evidence.Known(false), evidence.Known("DISABLED")})
	evidence.With(tables[1].Policy, func(document string) evidence.Verdict {
		if !strings.Contains(document, "777788889999") {
			t.Errorf("policy %q", document)
		}
		return evidence.Verdict{}
	})
	if tables[1].Policy.Gap() != nil {
		t.Error("the policy was not read")
	}
	if got := gapOf(tables[2].Description.Gap()); tables[2].Name != "invoices" || got != "not-asked" {
		t.Errorf("%s, which the workload does not reach: %s", tables[2].Name, got)
	}
	same(t, "insights", d.Insights, evidence.Listed(
		evidence.DynamoDBInsights{Table: "chat-sessions", Status: evidence.Known("ENABLED")},
		evidence.DynamoDBInsights{Table: "claim-notes", Status: evidence.Known("DISABLED")}))
	for _, o := range Scanner.Operations {
		if !slices.Contains(transport.Called(), "dynamodb."+o.Name) {
			t.Errorf("%s is declared and never called", o.Name)
		}
	}
}

func TestDemoStandby(t *testing.T) {
	account := fixtures.Demo()
	transport := account.Transport()
	replica := scan(t, account, transport, "eu-west-1", "chat-sessions").Tables.Found()[0]
	recordedOnly(t, transport, "eu-west-1")
	same(t, "recovery", replica.Recovery, evidence.Known(false))
	evidence.With(replica.Description, func(s evidence.DynamoDBSettings) evidence.Verdict {
		same(t, "replicas", s.ActiveReplicas, []string{home})
		return evidence.Verdict{}
	})
}

func TestSecondAccount(t *testing.T) {
	account, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	transport := account.Transport()
	d := scan(t, account, transport, "us-west-2", "assistant-*")
	recordedOnly(t, transport, "us-west-2")
	same(t, "time to live", d.Tables.Found()[0].TimeToLive, evidence.Known("DISABLED"))
	table := d.Tables.Found()[1]
	if table.Description.Gap() != nil {
		t.Errorf("description: %+v", table.Description.Gap())
	}
	for want, gap := range map[string]*evidence.Gap{
		"denied AccessDeniedException dynamodb:DescribeContinuousBackups": table.Recovery.Gap(),
		"denied AccessDeniedException dynamodb:DescribeTimeToLive":        table.TimeToLive.Gap(),
		"denied AccessDeniedException dynamodb:GetResourcePolicy":         table.Policy.Gap(),
		"denied AccessDeniedException dynamodb:ListContributorInsights":   &d.Insights.Gaps()[0],
	} {
		if got := gapOf(gap); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestReplies(t *testing.T) {
	described := func(members string) string {
		return reply("DescribeTable", `{"TableName":"t"}`, `{"Table":`+members+`}`)
	}
	for name, c := range map[string]struct {
		exchange string
		want     evidence.DynamoDBSettings
	}{
		"nothing":     {described(`{}`), evidence.DynamoDBSettings{}},
		"provisioned": {described(`{"BillingModeSummary":{"BillingMode":"PROVISIONED"}}`), evidence.DynamoDBSettings{}},
		"key that DynamoDB cannot use": {described(`{"SSEDescription":{"Status":"ENABLED","KMSMasterKeyArn":"arn:k","InaccessibleEncryptionDateTime":1794646800}}`),
			evidence.DynamoDBSettings{KMSKey: "arn:k", KeyInaccessible: true}},
		"replica being made": {described(`{"Replicas":[{"RegionName":"eu-west-1","ReplicaStatus":"CREATING"},{"RegionName":"eu-west-3","ReplicaStatus":"ACTIVE"}]}`),
			evidence.DynamoDBSettings{ActiveReplicas: []string{"eu-west-3"}}},
	} {
		t.Run(name, func(t *testing.T) {
			account := recorded(t, c.exchange)
			table := scan(t, account, account.Transport(), home, "t").Tables.Found()[0]
			same(t, "description", table.Description, evidence.Known(c.want))
			same(t, "no recovery", table.Recovery, evidence.Known(false))
		})
	}
}

func TestRefusals(t *testing.T) {
	const input = `{"TableName":"t"}`
	account := recorded(t,
		fails("DescribeTable", input, "ResourceNotFoundException", "Requested resource not found: Table: t not found"),
		fails("DescribeContinuousBackups", input, "ThrottlingException", "Rate exceeded"),
		reply("DescribeTimeToLive", input, `{}`), reply("ListContributorInsights", `{"MaxResults":0}`, `{"ContributorInsightsSummaries":[{}]}`))
	d := scan(t, account, account.Transport(), home, "t")
	table := d.Tables.Found()[0]
	for want, gap := range map[string]*evidence.Gap{
		"error ResourceNotFoundException": table.Description.Gap(), // deleted since it was listed
		"throttled ThrottlingException":   table.Recovery.Gap(),
		"error panic":                     table.TimeToLive.Gap(),
		"none":                            table.Policy.Gap(),
	} {
		if got := gapOf(gap); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	same(t, "insights", d.Insights, evidence.Listed(evidence.DynamoDBInsights{Status: evidence.Known("")}))

	account = recorded(t, fails("ListTables", `{}`, "AccessDeniedException", "User: u is not authorized to perform: dynamodb:ListTables because no identity-based policy allows it"))
	tables := scan(t, account, account.Transport(), home).Tables
	if len(tables.Found()) > 0 || len(tables.Gaps()) != 1 || gapOf(&tables.Gaps()[0]) != "denied AccessDeniedException dynamodb:ListTables" {
		t.Errorf("tables %+v", tables)
	}
}
