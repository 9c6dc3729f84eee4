package lambda

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

const home = "eu-central-1"

// genAI is a policy that makes a function's role one of the workload.
const genAI = `{"Statement":[{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}]}`

// scan reads one region of an account with this scanner. The roles named may call models, and an agent
// invokes the functions named; nothing else is known of the account.
func scan(t *testing.T, account *fixtures.Account, client aws.HTTPClient, region string, roles, invoked []string) evidence.Lambda {
	t.Helper()
	iam := scanners.Scanner{Service: "iam", Global: func(_ context.Context, run *scanners.Run, into *evidence.Account) {
		for _, name := range roles {
			into.IAM.Roles.Append(evidence.Listed(evidence.Role{ARN: "arn:aws:iam::" + run.Account + ":role/" + name, Name: name,
				Permissions: evidence.Known(evidence.Permissions{Inline: []evidence.NamedPolicy{{Name: "p", Document: genAI}}})}))
		}
		evidence.FillUnset(&into.IAM, evidence.Gap{Reason: evidence.Unavailable})
	}}
	agents := scanners.Scanner{Service: "bedrockagent", Regional: func(_ context.Context, run *scanners.Run, into *evidence.Region) {
		var groups []evidence.ActionGroup
		for _, function := range invoked {
			groups = append(groups, evidence.ActionGroup{Name: "g", Settings: evidence.Known(
				evidence.ActionGroupSettings{Function: run.ARN("lambda", "function:"+function)})})
		}
		into.BedrockAgent.Agents = evidence.Listed(evidence.Agent{ID: "A", Name: "a",
			Versions: evidence.Listed(evidence.AgentVersion{Version: "1", ActionGroups: evidence.Listed(groups...)})})
		evidence.FillUnset(&into.BedrockAgent, evidence.Gap{Reason: evidence.Unavailable})
	}}
	tagging := scanners.Scanner{Service: "resourcegroupstaggingapi", Regional: func(_ context.Context, _ *scanners.Run, into *evidence.Region) {
		into.Tagging.Resources = evidence.Listed[evidence.TaggedResource]()
	}}
	scanned, err := scanners.Scan(t.Context(), account.Config(client), []scanners.Scanner{sts.Scanner, iam, agents, tagging, Scanner},
		scanners.Options{Regions: []string{region}, Clock: account.Clock, KeepInput: true, Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Regions[0].Lambda
}

// recorded is an account that answers Lambda with the given exchanges.
func recorded(t *testing.T, exchanges ...string) *fixtures.Account {
	t.Helper()
	account, err := fixtures.Load(fstest.MapFS{
		"account.json":        {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + home + `","regions":["` + home + `"]}`)},
		home + "/sts.json":    {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/a/b","UserId":"AROA:b"}}]}`)},
		home + "/lambda.json": {Data: []byte(`{"exchanges":[` + strings.Join(exchanges, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func second(t *testing.T) *fixtures.Account {
	t.Helper()
	account, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// recordedOnly fails where a call of Lambda's has no reply, or a reply no call.
func recordedOnly(t *testing.T, transport *fixtures.Transport, region string) {
	t.Helper()
	for _, missing := range transport.Missing() {
		t.Errorf("no reply for %s", missing)
	}
	for _, unused := range transport.Unused() {
		if strings.HasPrefix(unused, region+"/lambda.json") {
			t.Errorf("no call for %s", unused)
		}
	}
}

// named returns the function of that name.
func named(t *testing.T, l evidence.Lambda, name string) evidence.Function {
	t.Helper()
	for _, f := range l.Functions.Found() {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("function %s is not listed", name)
	return evidence.Function{}
}

// same compares two facts, lists or other values by their JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("%s: got %s\nwant %s", what, g, w)
	}
}

func TestDemo(t *testing.T) {
	account := fixtures.Demo()
	transport := account.Transport()
	l := scan(t, account, transport, home, []string{"admin-tools-role", "chat-api-role", "document-ingest-role", "feedback-stream-role"}, []string{"claims-lookup"})
	recordedOnly(t, transport, home)

	if n := len(l.Functions.Found()); n != 7 || len(l.Functions.Gaps()) > 0 {
		t.Errorf("%d functions over two pages with gaps %v", n, l.Functions.Gaps())
	}
	same(t, "limit", l.Concurrency, evidence.Known(1000))

	const arn = "arn:aws:lambda:eu-central-1:111122223333:function:chat-api"
	const failed = "arn:aws:sqs:eu-central-1:111122223333:failed-events"
	chat := named(t, l, "chat-api")
	same(t, "settings", chat.Settings, evidence.Known(evidence.FunctionSettings{
		Role: "arn:aws:iam::111122223333:role/chat-api-role", Runtime: "python3.13", Timeout: 45, Tracing: "Active",
		KMSKey:   "arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1",
		Layers:   []string{"arn:aws:lambda:eu-central-1:580247275435:layer:LambdaInsightsExtension-Arm64:31"},
		LogGroup: "/aws/lambda/chat-api", JSONLogs: true, SnapStart: true, Description: "Chat front end",
	}))
	same(t, "variables", chat.Variables, evidence.Known([]evidence.Variable{
		{Name: "AGENT_ALIAS", Length: 10}, {Name: "AGENT_ID", Length: 10}, {Name: "LOG_LEVEL", Length: 4},
		{Name: "TABLE_ARN", Length: 62, ARN: "arn:aws:dynamodb:eu-central-1:111122223333:table/chat-sessions"},
	}))
	same(t, "aliases", chat.Aliases, evidence.Listed(evidence.FunctionAlias{Name: "live", Versions: evidence.Known([]string{"7"})}))
	same(t, "URLs", chat.URLs, evidence.Listed(evidence.FunctionURL{ARN: arn + ":live", Auth: evidence.Known("AWS_IAM")}))
	same(t, "provisioned", chat.Provisioned, evidence.Listed(arn+":live"))
	same(t, "async", chat.Async, evidence.Listed(evidence.AsyncConfig{ARN: arn + ":live", Settings: evidence.Known(evidence.AsyncSettings{Retries: 2, OnFailure: failed})}))
	same(t, "reserved", chat.Reserved, evidence.Known(50))
	same(t, "recursion", chat.Recursion, evidence.Known("Terminate"))
	policies := chat.Policies.Found()
	if len(policies) != 3 || policies[0].Qualifier != "" || policies[1].Qualifier != "7" || policies[2].Qualifier != "live" {
		t.Fatalf("policies %+v, want of the function, of version 7 and of alias live", policies)
	}
	same(t, "no policy", policies[0].Document, evidence.Known(""))
	evidence.With(policies[2].Document, func(d string) evidence.Verdict {
		if !strings.Contains(d, "apigateway.amazonaws.com") {
			t.Errorf("policy of the alias: %s", d)
		}
		return evidence.Verdict{}
	})

	same(t, "nothing reserved", named(t, l, "feedback-stream").Reserved, evidence.Known(-1))
	ingest := named(t, l, "document-ingest").Variables.Gap()
	if ingest == nil || ingest.Reason != evidence.Failed || ingest.Code != "KMSInvalidStateException" || ingest.Permission != "" {
		t.Errorf("variables that Lambda could not decrypt: %+v", ingest)
	}
	report := named(t, l, "nightly-report")
	if gap := report.Reserved.Gap(); gap == nil || gap.Reason != evidence.NotAsked {
		t.Errorf("a function outside the workload was read: %+v", gap)
	}
	mappings := l.Mappings.Found()
	if len(mappings) != 5 {
		t.Fatalf("%d mappings", len(mappings))
	}
	same(t, "stream", mappings[1].Settings, evidence.Known(evidence.MappingSettings{
		Function: "arn:aws:lambda:eu-central-1:111122223333:function:feedback-stream", Kind: "dynamodb", Enabled: true, BatchSize: 100,
		Source: "arn:aws:dynamodb:eu-central-1:111122223333:table/chat-sessions/stream/2026-01-15T08:00:00.000",
		Bisect: true, MaxRetries: 5, MaxAge: 86400, OnFailure: failed,
	}))
	if want := "arn:aws:lambda:eu-central-1:111122223333:event-source-mapping:" + mappings[1].ID; mappings[1].ARN != want {
		t.Errorf("mapping %s, want %s", mappings[1].ARN, want)
	}
}

// What the values of environment variables hold is examined and forgotten.
func TestVariablesAreForgotten(t *testing.T) {
	account := fixtures.Demo()
	l := scan(t, account, account.Transport(), home, nil, nil)
	admin := named(t, l, "admin-tools")
	same(t, "variables", admin.Variables, evidence.Known([]evidence.Variable{
		{Name: "ADMIN_API_TOKEN", Length: 24, Detectors: []string{"random-value"}},
		{Name: "OPENAI_API_KEY", Length: 43, Detectors: []string{"sk-key"}, Known: true},
		{Name: "REPORT_BUCKET", Length: 22},
	}))
	kept, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../fixtures/demo/" + home + "/lambda.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Exchanges []struct {
			Reply struct {
				Functions []types.FunctionConfiguration
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	values := 0
	for _, e := range file.Exchanges {
		for _, f := range e.Reply.Functions {
			if f.Environment == nil {
				continue
			}
			for name, value := range f.Environment.Variables {
				values++
				if !strings.HasPrefix(value, "arn:") && !slices.Contains([]string{"INFO", "invoices", "claim-notes", "AGENTCLM01", "ALIASLIVE1"}, value) && strings.Contains(string(kept), value) {
					t.Errorf("the value of %s is kept", name)
				}
			}
		}
	}
	if values < 9 {
		t.Errorf("only %d values were looked for", values)
	}
}

func TestSecondAccount(t *testing.T) {
	account := second(t)
	transport := account.Transport()
	l := scan(t, account, transport, "us-west-2", []string{"assistant-prod-role", "assistant-render-role", "assistant-sealed-role"}, nil)
	recordedOnly(t, transport, "us-west-2")
	sealed := named(t, l, "assistant-sealed")
	for what, gap := range map[string]*evidence.Gap{
		"lambda:GetFunctionConcurrency":            sealed.Reserved.Gap(),
		"lambda:GetFunctionRecursionConfig":        sealed.Recursion.Gap(),
		"lambda:ListAliases":                       &sealed.Aliases.Gaps()[0],
		"lambda:ListFunctionUrlConfigs":            &sealed.URLs.Gaps()[0],
		"lambda:ListFunctionEventInvokeConfigs":    &sealed.Async.Gaps()[0],
		"lambda:ListProvisionedConcurrencyConfigs": &sealed.Provisioned.Gaps()[0],
		"lambda:GetPolicy":                         sealed.Policies.Found()[0].Document.Gap(),
		"lambda:ListEventSourceMappings":           &l.Mappings.Gaps()[0],
	} {
		if gap == nil || gap.Reason != evidence.Denied || gap.Permission != what {
			t.Errorf("%s: %+v", what, gap)
		}
	}
	if len(sealed.Policies.Gaps()) != 1 {
		t.Error("aliases that could not be listed leave no gap in the policies")
	}
	if gap := sealed.Variables.Gap(); gap == nil || gap.Reason != evidence.KeyDenied || gap.Permission != "kms:Decrypt" || gap.Resource != sealed.ARN {
		t.Errorf("variables: %+v", gap)
	}
	prod := named(t, l, "assistant-prod")
	same(t, "aliases", prod.Aliases, evidence.Listed(evidence.FunctionAlias{Name: "live", Versions: evidence.Known([]string{"12", "13"})}))
	var read []string
	for _, p := range prod.Policies.Found() {
		read = append(read, p.Qualifier)
	}
	if want := []string{"", "12", "13", "live"}; !slices.Equal(read, want) {
		t.Errorf("policies of %q, want %q", read, want)
	}
	evidence.With(prod.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		if !s.Durable || s.DurableTimeout != 3600 || !s.TenantIsolation {
			t.Errorf("%+v", s)
		}
		return evidence.Verdict{}
	})
	evidence.With(named(t, l, "assistant-render").Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		if !s.Image || s.Runtime != "" || s.JSONLogs || s.Tracing != "PassThrough" {
			t.Errorf("%+v", s)
		}
		return evidence.Verdict{}
	})
}

const (
	limit    = `{"operation":"GetAccountSettings","reply":{"AccountLimit":{"ConcurrentExecutions":10}}}`
	one      = `{"operation":"ListFunctions","reply":{"Functions":[{"FunctionName":"f","FunctionArn":"arn:aws:lambda:eu-central-1:111122223333:function:f","Role":"arn:aws:iam::111122223333:role/r"}]}}`
	none     = `{"operation":"ListEventSourceMappings","reply":{}}`
	details  = `{"operation":"ListAliases","input":{"FunctionName":"f"},"reply":{}},{"operation":"ListFunctionUrlConfigs","input":{"FunctionName":"f"},"reply":{}},{"operation":"ListProvisionedConcurrencyConfigs","input":{"FunctionName":"f"},"reply":{}},{"operation":"ListFunctionEventInvokeConfigs","input":{"FunctionName":"f"},"reply":{}},{"operation":"GetFunctionConcurrency","input":{"FunctionName":"f"},"reply":{}}`
	noPolicy = `{"operation":"GetPolicy","input":{"FunctionName":"f"},"reply":{}}`
)

// A version that an agent invokes has its policy read; $LATEST has none of its own.
func TestQualifiers(t *testing.T) {
	policy := func(q string) string {
		return `{"operation":"GetPolicy","input":{"FunctionName":"f","Qualifier":"` + q + `"},"reply":{"Policy":"{}"}}`
	}
	account := recorded(t, limit, one, details, noPolicy, policy("2"), policy("10"), policy("canary"), none,
		`{"operation":"GetFunctionRecursionConfig","input":{"FunctionName":"f"},"reply":{"RecursiveLoop":"Allow"}}`)
	transport := account.Transport()
	l := scan(t, account, transport, home, nil, []string{"f:10", "f:canary", "f:2", "f:$LATEST", "other:7"})
	recordedOnly(t, transport, home)
	var read []string
	for _, p := range named(t, l, "f").Policies.Found() {
		read = append(read, p.Qualifier)
	}
	if want := []string{"", "2", "10", "canary"}; !slices.Equal(read, want) {
		t.Errorf("policies of %q, want %q", read, want)
	}
}

// Replies that lack what was asked for leave gaps, or the meaning that AWS gives to a missing member.
func TestSparseReplies(t *testing.T) {
	account := recorded(t, `{"operation":"GetAccountSettings","reply":{}}`, one, none, details, noPolicy,
		`{"operation":"GetFunctionRecursionConfig","input":{"FunctionName":"f"},"reply":{}}`)
	l := scan(t, account, account.Transport(), home, []string{"r"}, nil)
	f := named(t, l, "f")
	for what, gap := range map[string]*evidence.Gap{"limit": l.Concurrency.Gap(), "recursion": f.Recursion.Gap()} {
		if gap == nil || gap.Reason != evidence.Failed {
			t.Errorf("%s: %+v", what, gap)
		}
	}
	same(t, "settings", f.Settings, evidence.Known(evidence.FunctionSettings{Role: "arn:aws:iam::111122223333:role/r", Tracing: "PassThrough", LogGroup: "/aws/lambda/f"}))
	same(t, "variables", f.Variables, evidence.Known([]evidence.Variable{}))
	same(t, "reserved", f.Reserved, evidence.Known(-1))
	same(t, "policies", f.Policies, evidence.Listed(evidence.FunctionPolicy{Document: evidence.Known("")}))
	same(t, "aliases", f.Aliases, evidence.Listed[evidence.FunctionAlias]())
	same(t, "mappings", l.Mappings, evidence.Listed[evidence.EventSourceMapping]())
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault *fixtures.Fault
		want  evidence.Reason
	}{
		"denied":  {fixtures.Deny(""), evidence.Denied},
		"closed":  {fixtures.DenyByOrganization(""), evidence.OrgDenied},
		"garbage": {fixtures.Garbage(), evidence.Failed},
	} {
		account := recorded(t, limit, one, none)
		l := scan(t, account, fixtures.NewFaults(account.Transport(), func(call scanners.Call) *fixtures.Fault {
			if call.Service == "lambda" {
				return c.fault
			}
			return nil
		}), home, nil, nil)
		for what, gaps := range map[string][]evidence.Gap{"functions": l.Functions.Gaps(), "mappings": l.Mappings.Gaps(), "limit": {*l.Concurrency.Gap()}} {
			if len(gaps) != 1 || gaps[0].Reason != c.want {
				t.Errorf("%s: %s: %+v", name, what, gaps)
			}
		}
	}
}

func TestMapping(t *testing.T) {
	arn := func(service string) *string { return aws.String("arn:aws:" + service + ":eu-central-1:111122223333:x") }
	for name, c := range map[string]struct {
		in   types.EventSourceMappingConfiguration
		want evidence.MappingSettings
	}{
		"nothing": {types.EventSourceMappingConfiguration{}, evidence.MappingSettings{Enabled: true, BatchSize: 100, MaxRetries: -1, MaxAge: -1}},
		"queue": {types.EventSourceMappingConfiguration{EventSourceArn: arn("sqs"), State: aws.String("Disabled"), ScalingConfig: &types.ScalingConfig{MaximumConcurrency: aws.Int32(5)}},
			evidence.MappingSettings{Source: *arn("sqs"), Kind: "sqs", BatchSize: 10, MaxRetries: -1, MaxAge: -1, MaxConcurrency: 5}},
		"pollers": {types.EventSourceMappingConfiguration{EventSourceArn: arn("sqs"), BatchSize: aws.Int32(1), State: aws.String("Enabled"), ProvisionedPollerConfig: &types.ProvisionedPollerConfig{MaximumPollers: aws.Int32(9)}},
			evidence.MappingSettings{Source: *arn("sqs"), Kind: "sqs", Enabled: true, BatchSize: 1, MaxRetries: -1, MaxAge: -1, MaxPollers: 9}},
		"managed Kafka": {types.EventSourceMappingConfiguration{EventSourceArn: arn("kafka"), MaximumRetryAttempts: aws.Int32(0), DestinationConfig: &types.DestinationConfig{}},
			evidence.MappingSettings{Source: *arn("kafka"), Kind: "kafka", Enabled: true, BatchSize: 100, MaxAge: -1}},
		"own Kafka": {types.EventSourceMappingConfiguration{SelfManagedEventSource: &types.SelfManagedEventSource{}, FunctionResponseTypes: []types.FunctionResponseType{"ReportBatchItemFailures"}},
			evidence.MappingSettings{Kind: "kafka", Enabled: true, BatchSize: 100, MaxRetries: -1, MaxAge: -1, PartialFailures: true}},
		"DocumentDB": {types.EventSourceMappingConfiguration{EventSourceArn: arn("rds"), State: aws.String("Deleting")},
			evidence.MappingSettings{Source: *arn("rds"), Kind: "docdb", BatchSize: 100, MaxRetries: -1, MaxAge: -1}},
	} {
		if got := mapping(c.in); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func TestVariable(t *testing.T) {
	for value, want := range map[string]evidence.Variable{
		"":                                   {},
		"grün":                               {Length: 4},
		"chat-sessions-prod":                 {Length: 18, Stage: "prod"},
		"arn:aws:s3:::docs-dev/x":            {Length: 23, ARN: "arn:aws:s3:::docs-dev/x", Stage: "dev"},
		"see arn:aws:s3:::docs":              {Length: 21},
		"arn:aws:s3:::docs and a line\nmore": {Length: 33},
	} {
		want.Name = "X"
		if got := variable("X", value); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, want %+v", value, got, want)
		}
	}
	if v := variable("AWS_LAMBDA_EXEC_WRAPPER", "/opt/otel-instrument"); !v.Telemetry {
		t.Error("the OpenTelemetry wrapper is not seen")
	}
	if v := variable("AWS_LAMBDA_EXEC_WRAPPER", "/opt/bootstrap"); v.Telemetry {
		t.Error("another wrapper is taken for OpenTelemetry's")
	}
}
