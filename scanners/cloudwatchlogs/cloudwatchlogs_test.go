package cloudwatchlogs

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
	"github.com/awsready/awsready/workload"
)

const (
	home   = "eu-central-1"
	prefix = "arn:aws:logs:" + home + ":111122223333:log-group:"
)

// scan reads one region of an account. The services that the scanner needs have nothing there, so
// that the workload's log groups are those of Bedrock.
func scan(t *testing.T, account *fixtures.Account, client aws.HTTPClient, region, scope string) evidence.Logs {
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
				evidence.FillUnset(evidence.Service(into, service), absent)
			}
		}
		list = append(list, stub)
	}
	cfg := account.Config(client)
	cfg.RetryMaxAttempts = 1
	scanned, err := scanners.Scan(t.Context(), cfg, list,
		scanners.Options{Regions: []string{region}, Scope: scope, Clock: account.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Regions[0].Logs
}

// recorded is an account that answers each operation as it is told, and otherwise with an empty listing.
func recorded(t *testing.T, answers map[string]string) *fixtures.Account {
	t.Helper()
	exchanges := map[string]string{
		"DescribeLogGroups":        `{"operation":"DescribeLogGroups","reply":{"logGroups":[]}}`,
		"DescribeAccountPolicies":  `{"operation":"DescribeAccountPolicies","input":{"PolicyType":"DATA_PROTECTION_POLICY"},"reply":{"accountPolicies":[]}}`,
		"DescribeMetricFilters":    `{"operation":"DescribeMetricFilters","reply":{"metricFilters":[]}}`,
		"ListLogAnomalyDetectors":  `{"operation":"ListLogAnomalyDetectors","reply":{"anomalyDetectors":[]}}`,
		"DescribeDeliverySources":  `{"operation":"DescribeDeliverySources","reply":{"deliverySources":[]}}`,
		"DescribeDeliveries":       `{"operation":"DescribeDeliveries","reply":{"deliveries":[]}}`,
		"DescribeQueryDefinitions": `{"operation":"DescribeQueryDefinitions","reply":{"queryDefinitions":[]}}`,
		"ListScheduledQueries":     `{"operation":"ListScheduledQueries","reply":{"scheduledQueries":[]}}`,
	}
	maps.Copy(exchanges, answers)
	text := strings.Join(slices.Sorted(maps.Values(exchanges)), ",")
	account, err := fixtures.Load(fstest.MapFS{
		"account.json": {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + home + `","regions":["` + home + `"]}`)},
		home + "/sts.json": {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity",
			"reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/audit/demo","UserId":"AROA1:demo"}}]}`)},
		home + "/cloudwatchlogs.json": {Data: []byte(`{"exchanges":[` + text + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// readAll scans a recorded account whole and sees to it that every answer was asked for.
func readAll(t *testing.T, answers map[string]string) evidence.Logs {
	t.Helper()
	transport := recorded(t, answers).Transport()
	logs := scan(t, recorded(t, answers), transport, home, workload.ScopeAccount)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("missing %q", missing)
	}
	if unused := transport.Unused(); len(unused) > 0 {
		t.Errorf("unused %q", unused)
	}
	return logs
}

// text is evidence as it is saved.
func text(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// value is a fact that was read.
func value[T any](t *testing.T, fact evidence.Fact[T]) (v T) {
	t.Helper()
	if gap := fact.Gap(); gap != nil {
		t.Errorf("not read: %+v", *gap)
	}
	evidence.With(fact, func(known T) evidence.Verdict { v = known; return evidence.Verdict{} })
	return v
}

func TestLogGroups(t *testing.T) {
	logs := readAll(t, map[string]string{"DescribeLogGroups": `
		{"operation":"DescribeLogGroups","reply":{"nextToken":"2","logGroups":[
			{"logGroupName":"/app/kept","arn":"` + prefix + `/app/kept:*","logGroupClass":"STANDARD","retentionInDays":90,"retentionPolicyName":"all-90",
			 "storedBytes":12,"kmsKeyId":"arn:aws:kms:eu-central-1:111122223333:key/k","dataProtectionStatus":"ACTIVATED","inheritedProperties":["ACCOUNT_DATA_PROTECTION"]}]}},
		{"operation":"DescribeLogGroups","input":{"NextToken":"2"},"reply":{"logGroups":[
			{"logGroupName":"/app/plain","arn":"` + prefix + `/app/plain:*","logGroupClass":"DELIVERY"}]}}`,
		"GetDataProtectionPolicy": `{"operation":"GetDataProtectionPolicy","input":{"LogGroupIdentifier":"/app/kept"},"reply":{"policyDocument":"{}"}}`})
	if got, want := text(t, logs.Groups), `{"items":[`+
		`{"arn":"`+prefix+`/app/kept","name":"/app/kept","settings":{"value":{"retention":90,"retention_policy":"all-90","kms_key":"arn:aws:kms:eu-central-1:111122223333:key/k",`+
		`"class":"STANDARD","stored_bytes":12,"protection_status":"ACTIVATED","account_protection":true}},"protection":{"value":"{}"}},`+
		`{"arn":"`+prefix+`/app/plain","name":"/app/plain","settings":{"value":{"retention":0,"class":"DELIVERY","stored_bytes":0,"account_protection":false}},"protection":{"value":""}}]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestListings(t *testing.T) {
	logs := readAll(t, map[string]string{
		"DescribeAccountPolicies": `
			{"operation":"DescribeAccountPolicies","input":{"PolicyType":"DATA_PROTECTION_POLICY"},"reply":{"nextToken":"2","accountPolicies":[]}},
			{"operation":"DescribeAccountPolicies","input":{"PolicyType":"DATA_PROTECTION_POLICY","NextToken":"2"},"reply":{"accountPolicies":[
				{"policyName":"mask","policyType":"DATA_PROTECTION_POLICY","policyDocument":"{}","scope":"ALL","selectionCriteria":"c"}]}}`,
		"DescribeMetricFilters": `
			{"operation":"DescribeMetricFilters","reply":{"nextToken":"2","metricFilters":[
				{"filterName":"a","logGroupName":"/app/a","filterPattern":"secret","metricTransformations":[{"metricName":"M","metricNamespace":"N","metricValue":"1"}]}]}},
			{"operation":"DescribeMetricFilters","input":{"NextToken":"2"},"reply":{"metricFilters":[{"filterName":"b","logGroupName":"/app/b"}]}}`,
		"ListLogAnomalyDetectors": `
			{"operation":"ListLogAnomalyDetectors","reply":{"nextToken":"2","anomalyDetectors":[{"anomalyDetectorArn":"d","anomalyDetectorStatus":"TRAINING","logGroupArnList":["` + prefix + `/app/a:*"]}]}},
			{"operation":"ListLogAnomalyDetectors","input":{"NextToken":"2"},"reply":{"anomalyDetectors":[]}}`,
		"DescribeDeliverySources": `
			{"operation":"DescribeDeliverySources","reply":{"nextToken":"2","deliverySources":[{"name":"s","logType":"APPLICATION_LOGS","resourceArns":["arn:kb"],"service":"bedrock"}]}},
			{"operation":"DescribeDeliverySources","input":{"NextToken":"2"},"reply":{"deliverySources":[]}}`,
		"DescribeDeliveries": `
			{"operation":"DescribeDeliveries","reply":{"nextToken":"2","deliveries":[{"id":"1","deliverySourceName":"s","deliveryDestinationType":"S3"}]}},
			{"operation":"DescribeDeliveries","input":{"NextToken":"2"},"reply":{"deliveries":[]}}`,
	})
	for _, c := range []struct {
		what string
		got  any
		want string
	}{
		{"account policies", logs.AccountPolicies, `{"items":[{"name":"mask","type":"DATA_PROTECTION_POLICY","document":{"value":"{}"},"scope":"ALL","criteria":"c"}]}`},
		{"metric filters", logs.MetricFilters, `{"items":[{"name":"a","group":"/app/a","settings":{"value":{"namespace":"N","metric":"M"}}},` +
			`{"name":"b","group":"/app/b","settings":{"value":{"namespace":"","metric":""}}}]}`},
		{"anomaly detectors", logs.AnomalyDetectors, `{"items":[{"arn":"d","settings":{"value":{"status":"TRAINING","groups":["` + prefix + `/app/a"]}}}]}`},
		{"delivery sources", logs.DeliverySources, `{"items":[{"name":"s","settings":{"value":{"type":"APPLICATION_LOGS","resources":["arn:kb"]}}}]}`},
		{"deliveries", logs.Deliveries, `{"items":[{"id":"1","source":{"value":"s"},"destination_type":"S3"}]}`},
	} {
		if got := text(t, c.got); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.what, got, c.want)
		}
	}
}

// Only log groups that the workload may write to and that have a policy are asked for it.
func TestPoliciesOfTheWorkload(t *testing.T) {
	account := recorded(t, map[string]string{
		"DescribeLogGroups": `{"operation":"DescribeLogGroups","reply":{"logGroups":[
			{"logGroupName":"/app/invoices","arn":"a:*","dataProtectionStatus":"ACTIVATED"},
			{"logGroupName":"/aws/bedrock/invocations","arn":"b:*","dataProtectionStatus":"ACTIVATED"},
			{"logGroupName":"/aws/bedrock/old","arn":"c:*","dataProtectionStatus":"DELETED"}]}}`,
		"GetDataProtectionPolicy": `{"operation":"GetDataProtectionPolicy","input":{"LogGroupIdentifier":"/aws/bedrock/invocations"},"reply":{"policyDocument":"p"}}`,
	})
	transport := account.Transport()
	logs := scan(t, account, transport, home, workload.ScopeWorkload)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("missing %q", missing)
	}
	groups := logs.Groups.Found()
	if gap := groups[0].Protection.Gap(); gap == nil || gap.Reason != evidence.NotAsked {
		t.Errorf("the policy of a log group outside the workload: %+v", gap)
	}
	if got := value(t, groups[1].Protection); got != "p" {
		t.Errorf("got policy %q", got)
	}
	if got := value(t, groups[2].Protection); got != "" {
		t.Errorf("got policy %q of a log group that has none", got)
	}
}

const queryText = "fields @message | filter user = 'somebody@example.com'"

func TestQueries(t *testing.T) {
	scheduled := `{"operation":"ListScheduledQueries","reply":{"nextToken":"2","scheduledQueries":[{"name":"on","scheduledQueryArn":"arn:on","state":"ENABLED"}]}},
		{"operation":"ListScheduledQueries","input":{"NextToken":"2"},"reply":{"scheduledQueries":[
			{"name":"off","scheduledQueryArn":"arn:off","state":"DISABLED"},{"name":"secret","scheduledQueryArn":"arn:secret","state":"ENABLED"}]}}`
	logs := readAll(t, map[string]string{
		"DescribeQueryDefinitions": `
			{"operation":"DescribeQueryDefinitions","reply":{"nextToken":"2","queryDefinitions":[{"name":"bound","queryString":"` + queryText + `","logGroupNames":["/app/a"]}]}},
			{"operation":"DescribeQueryDefinitions","input":{"NextToken":"2"},"reply":{"queryDefinitions":[{"name":"unbound","queryString":"` + queryText + `"}]}}`,
		"ListScheduledQueries": scheduled,
		"GetScheduledQuery": `
			{"operation":"GetScheduledQuery","input":{"Identifier":"arn:on"},"reply":{"name":"on","state":"ENABLED","queryString":"` + queryText + `","logGroupIdentifiers":["` + prefix + `/app/a:*"]}},
			{"operation":"GetScheduledQuery","input":{"Identifier":"arn:secret"},"error":{"code":"AccessDeniedException","message":"no","status":400}}`,
	})
	if got, want := text(t, logs.SavedQueries), `{"items":[{"name":"bound","settings":{"value":{"groups":["/app/a"],"unbound":false,"enabled":false}}},`+
		`{"name":"unbound","settings":{"value":{"unbound":true,"enabled":false}}}]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	queries := logs.ScheduledQueries.Found()
	if got, want := value(t, queries[0].Settings), (evidence.LogQuerySettings{Groups: []string{prefix + "/app/a"}, Enabled: true}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if value(t, queries[1].Settings).Enabled {
		t.Error("a disabled query is enabled")
	}
	if gap := queries[2].Settings.Gap(); gap == nil || gap.Reason != evidence.Denied || gap.Permission != "logs:GetScheduledQuery" || gap.Resource != "arn:secret" {
		t.Errorf("got gap %+v", gap)
	}
	if saved := text(t, logs); strings.Contains(saved, "somebody") {
		t.Errorf("the evidence keeps a query's text: %s", saved)
	}
}

func TestSources(t *testing.T) {
	known := []name{{"/aws/lambda/chat", prefix + "/aws/lambda/chat"}, {"/aws/lambda/chat-api", prefix + "/aws/lambda/chat-api"}, {"/aws/bedrock/invocations", prefix + "/aws/bedrock/invocations"}}
	tests := []struct {
		name     string
		listed   []string
		text     string
		language types.QueryLanguage
		want     []string
		unbound  bool
	}{
		{"listed", []string{"/aws/lambda/chat", prefix + "/app/b:*"}, "fields @message", types.QueryLanguageCwli, []string{"/aws/lambda/chat", prefix + "/app/b"}, false},
		{"listed and in the text", []string{"/aws/lambda/chat"}, "source = `/aws/lambda/chat`", types.QueryLanguagePpl, []string{"/aws/lambda/chat"}, false},
		{"neither", nil, "fields @message | parse @message 'from * to *' as a, b", types.QueryLanguageCwli, nil, true},
		{"no language", nil, "fields @message", "", nil, true},
		{"nothing", nil, "", "", nil, true},
		{"by prefix", nil, "SOURCE logGroups(namePrefix: ['/aws/bedrock', '/app/']) | fields @message", types.QueryLanguageCwli, []string{"/aws/bedrock/invocations"}, false},
		{"by a prefix of several", nil, "source logGroups( namePrefix:[\"/aws/lambda/chat\"] )", types.QueryLanguageCwli, []string{"/aws/lambda/chat", "/aws/lambda/chat-api"}, false},
		{"by a prefix of none", nil, "SOURCE logGroups(namePrefix: ['/app/'])", types.QueryLanguageCwli, nil, false},
		{"all", nil, "SOURCE logGroups() | stats count(*)", types.QueryLanguageCwli, []string{"*"}, false},
		{"by data source", nil, "SOURCE dataSource(['amazon_vpc.flow'])", types.QueryLanguageCwli, nil, true},
		{"SQL", nil, "SELECT `@message` FROM `/aws/lambda/chat` LIMIT 10", types.QueryLanguageSql, []string{"/aws/lambda/chat"}, false},
		{"SQL, several", nil, "SELECT * FROM `logGroups(logGroupIdentifier: ['/aws/lambda/chat', '" + prefix + "/aws/bedrock/invocations'])`", types.QueryLanguageSql,
			[]string{"/aws/lambda/chat", "/aws/bedrock/invocations"}, false},
		{"SQL, unquoted", nil, "select * from /aws/lambda/chat-api;", types.QueryLanguageSql, []string{"/aws/lambda/chat-api"}, false},
		{"SQL, another", nil, "select * from `/app/a`", types.QueryLanguageSql, nil, false},
		{"PPL", nil, "SOURCE = [`/aws/lambda/chat`,`/app/a`] | fields `@message`", types.QueryLanguagePpl, []string{"/aws/lambda/chat"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, unbound := sources(tt.listed, tt.text, tt.language, known)
			if !slices.Equal(got, tt.want) || unbound != tt.unbound {
				t.Errorf("got %q, unbound %t; want %q, %t", got, unbound, tt.want, tt.unbound)
			}
		})
	}
}

// Each operation refused in turn leaves a gap in its own listing and nowhere else.
func TestDenied(t *testing.T) {
	lists := map[string]func(*evidence.Logs) []evidence.Gap{
		"DescribeLogGroups":        func(l *evidence.Logs) []evidence.Gap { return l.Groups.Gaps() },
		"DescribeAccountPolicies":  func(l *evidence.Logs) []evidence.Gap { return l.AccountPolicies.Gaps() },
		"DescribeMetricFilters":    func(l *evidence.Logs) []evidence.Gap { return l.MetricFilters.Gaps() },
		"ListLogAnomalyDetectors":  func(l *evidence.Logs) []evidence.Gap { return l.AnomalyDetectors.Gaps() },
		"DescribeDeliverySources":  func(l *evidence.Logs) []evidence.Gap { return l.DeliverySources.Gaps() },
		"DescribeDeliveries":       func(l *evidence.Logs) []evidence.Gap { return l.Deliveries.Gaps() },
		"DescribeQueryDefinitions": func(l *evidence.Logs) []evidence.Gap { return l.SavedQueries.Gaps() },
		"ListScheduledQueries":     func(l *evidence.Logs) []evidence.Gap { return l.ScheduledQueries.Gaps() },
	}
	for operation := range lists {
		t.Run(operation, func(t *testing.T) {
			account := recorded(t, nil)
			client := fixtures.NewFaults(account.Transport(), func(c scanners.Call) *fixtures.Fault {
				if c.Operation == operation {
					return fixtures.Deny("logs:" + operation)
				}
				return nil
			})
			logs := scan(t, account, client, home, workload.ScopeAccount)
			for other, gaps := range lists {
				switch got := gaps(&logs); {
				case other != operation && len(got) > 0:
					t.Errorf("%s has gaps: %+v", other, got)
				case other == operation && (len(got) != 1 || got[0].Reason != evidence.Denied || got[0].Permission != "logs:"+operation):
					t.Errorf("got gaps %+v", got)
				}
			}
		})
	}
}

// What is not a reply of AWS's is a gap, never an empty listing.
func TestMalformed(t *testing.T) {
	for name, fault := range map[string]*fixtures.Fault{"garbage": fixtures.Garbage(), "truncated": fixtures.Truncated(), "empty": fixtures.Empty()} {
		t.Run(name, func(t *testing.T) {
			account := recorded(t, nil)
			client := fixtures.NewFaults(account.Transport(), func(c scanners.Call) *fixtures.Fault {
				if c.Service == "sts" {
					return nil
				}
				return fault
			})
			logs := scan(t, account, client, home, workload.ScopeAccount)
			evidence.Walk(&logs, func(path string, u evidence.Unreadable) {
				if u.Unset() {
					t.Errorf("%s is not set", path)
				}
			})
			if len(logs.Groups.Gaps()) == 0 || len(logs.MetricFilters.Gaps()) == 0 || len(logs.SavedQueries.Gaps()) == 0 {
				t.Errorf("got %s", text(t, logs))
			}
		})
	}
}

// Members that AWS always sends may be missing all the same.
func TestBareReplies(t *testing.T) {
	logs := readAll(t, map[string]string{
		"DescribeLogGroups":        `{"operation":"DescribeLogGroups","reply":{"logGroups":[{}]}}`,
		"DescribeAccountPolicies":  `{"operation":"DescribeAccountPolicies","input":{"PolicyType":"DATA_PROTECTION_POLICY"},"reply":{"accountPolicies":[{}]}}`,
		"DescribeMetricFilters":    `{"operation":"DescribeMetricFilters","reply":{"metricFilters":[{"metricTransformations":[{}]}]}}`,
		"ListLogAnomalyDetectors":  `{"operation":"ListLogAnomalyDetectors","reply":{"anomalyDetectors":[{}]}}`,
		"DescribeDeliverySources":  `{"operation":"DescribeDeliverySources","reply":{"deliverySources":[{}]}}`,
		"DescribeDeliveries":       `{"operation":"DescribeDeliveries","reply":{"deliveries":[{}]}}`,
		"DescribeQueryDefinitions": `{"operation":"DescribeQueryDefinitions","reply":{"queryDefinitions":[{}]}}`,
		"ListScheduledQueries":     `{"operation":"ListScheduledQueries","reply":{"scheduledQueries":[{}]}}`,
	})
	evidence.Walk(&logs, func(path string, u evidence.Unreadable) {
		if u.Unset() {
			t.Errorf("%s is not set", path)
		}
	})
	if strings.Contains(text(t, logs), `"gap"`) {
		t.Errorf("got %s", text(t, logs))
	}
}

// The recorded accounts answer every call.
func TestRecordedAccounts(t *testing.T) {
	second, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		account *fixtures.Account
		region  string
		groups  int
	}{{fixtures.Demo(), "eu-central-1", 10}, {fixtures.Demo(), "eu-west-1", 2}, {second, "us-west-2", 4}} {
		t.Run(c.region, func(t *testing.T) {
			transport := c.account.Transport()
			logs := scan(t, c.account, transport, c.region, workload.ScopeAccount)
			if missing := transport.Missing(); len(missing) > 0 {
				t.Errorf("missing %q", missing)
			}
			for _, unused := range transport.Unused() {
				if strings.HasPrefix(unused, c.region+"/cloudwatchlogs.json") {
					t.Errorf("unused %s", unused)
				}
			}
			if n := len(logs.Groups.Found()); n != c.groups {
				t.Errorf("got %d log groups, want %d", n, c.groups)
			}
		})
	}
}
