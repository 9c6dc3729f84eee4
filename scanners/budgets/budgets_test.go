package budgets

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/resourcegroupstaggingapi"
	"github.com/awsready/awsready/scanners/sts"
)

const home = "eu-central-1"

// scan reads an account's budgets, with the tags that tell which of them count.
func scan(t *testing.T, account *fixtures.Account, client aws.HTTPClient) evidence.Budgets {
	t.Helper()
	scanned, err := scanners.Scan(t.Context(), account.Config(client), []scanners.Scanner{sts.Scanner, resourcegroupstaggingapi.Scanner, Scanner},
		scanners.Options{Regions: []string{account.Region}, Clock: account.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Budgets
}

const (
	caller   = `{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/a/b","UserId":"AROA:b"}}`
	tags     = `{"operation":"GetResources","input":{"ResourceTypeFilters":["backup:backup-plan","backup:backup-vault","bedrock","cloudwatch:alarm","dynamodb:table","kms:key","lambda:function","logs:log-group"],"ResourcesPerPage":100},"reply":{"ResourceTagMappingList":[]}}`
	actions0 = `{"operation":"DescribeBudgetActionsForAccount","input":{"AccountId":"111122223333"},"reply":{"Actions":[]}}`
	notes0   = `{"operation":"DescribeBudgetNotificationsForAccount","input":{"AccountId":"111122223333"},"reply":{"BudgetNotificationsForAccount":[]}}`
)

// recorded is an account that answers Budgets with the given exchanges.
func recorded(t *testing.T, exchanges ...string) *fixtures.Account {
	t.Helper()
	account, err := fixtures.Load(fstest.MapFS{
		"account.json":                          {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + home + `","regions":["` + home + `"]}`)},
		home + "/sts.json":                      {Data: []byte(`{"exchanges":[` + caller + `]}`)},
		home + "/resourcegroupstaggingapi.json": {Data: []byte(`{"exchanges":[` + tags + `]}`)},
		"us-east-1/budgets.json":                {Data: []byte(`{"exchanges":[` + strings.Join(exchanges, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// listed answers DescribeBudgets with budgets.
func listed(budgets string) string {
	return `{"operation":"DescribeBudgets","input":{"AccountId":"111122223333","ShowFilterExpression":true},"reply":{"Budgets":[` + budgets + `]}}`
}

func value[T any](t *testing.T, fact evidence.Fact[T]) (value T) {
	t.Helper()
	if gap := fact.Gap(); gap != nil {
		t.Fatalf("not read: %+v", *gap)
	}
	evidence.With(fact, func(v T) evidence.Verdict { value = v; return evidence.Verdict{} })
	return value
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

func TestDemo(t *testing.T) {
	transport := fixtures.Demo().Transport()
	b := scan(t, fixtures.Demo(), transport)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Fatalf("missing %q", missing)
	}
	budgets := b.Budgets.Found()
	if len(budgets) != 3 || len(b.Budgets.Gaps()) > 0 {
		t.Fatalf("budgets %+v", b.Budgets)
	}
	equal(t, "genai-monthly", value(t, budgets[0].Settings), evidence.BudgetSettings{
		Type: "COST", Limited: true, HasLimit: true, Limit: 5000, HasActual: true, Actual: 2964.17, HasForecast: true, Forecast: 4410.52, Unit: "USD",
		Filters: []evidence.BudgetFilter{{Dimension: "SERVICE", Values: []string{"Amazon Bedrock", "Claude Sonnet 4 (Amazon Bedrock Edition)"}}},
	})
	equal(t, "notifications of genai-monthly", budgets[0].Notifications.Found(), []evidence.BudgetNotification{
		{Type: "ACTUAL", Threshold: 80, Subscribers: evidence.Known(2)}, {Type: "FORECASTED", Threshold: 100, Subscribers: evidence.Known(1)}})
	equal(t, "subscribers of account-total", value(t, budgets[1].Notifications.Found()[0].Subscribers), 0)
	equal(t, "hostile name", budgets[2].Name, `<script>alert("budget")</script>`)
	equal(t, "filters by tag", value(t, budgets[2].Settings).Filters, []evidence.BudgetFilter{{Dimension: "TAG", Values: []string{"app$claims-assistant"}}})
	equal(t, "action", value(t, b.Actions.Found()[0].Settings), evidence.BudgetActionSettings{Budget: "genai-monthly", Type: "APPLY_IAM_POLICY", Status: "STANDBY", Manual: true})
	kept, err := json.Marshal(b)
	if err != nil || strings.Contains(string(kept), "finops") {
		t.Errorf("a subscriber's address is kept: %s %v", kept, err)
	}
}

func TestSecondAccount(t *testing.T) {
	account, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	transport := account.Transport()
	b := scan(t, account, transport)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Fatalf("missing %q", missing)
	}
	s := value(t, b.Budgets.Found()[0].Settings)
	equal(t, "no longer updated", s.Unhealthy, "BILLING_VIEW_UNHEALTHY")
	equal(t, "excluded", s.Filters, []evidence.BudgetFilter{{Dimension: "RECORD_TYPE", Excluded: true}})
	gap := b.Budgets.Found()[0].Notifications.Found()[0].Subscribers.Gap()
	if gap == nil || gap.Reason != evidence.Denied || gap.Permission != "budgets:ViewBudget" {
		t.Errorf("subscribers: gap %+v", gap)
	}
	if gaps := b.Actions.Gaps(); len(gaps) != 1 || gaps[0].Permission != "budgets:DescribeBudgetActionsForAccount" {
		t.Errorf("actions: gaps %+v", gaps)
	}
	if n := b.Budgets.Found()[1].Notifications; len(n.Found()) > 0 || len(n.Gaps()) > 0 {
		t.Errorf("a budget that the listing of notifications does not name has none, got %+v", n)
	}
}

// TestAnswers are the errors with which Budgets says that there is nothing.
func TestAnswers(t *testing.T) {
	none := func(operation, input string) string {
		return `{"operation":"` + operation + `","input":` + input + `,"error":{"code":"NotFoundException","message":"none","status":400}}`
	}
	account := recorded(t, none("DescribeBudgets", `{"AccountId":"111122223333","ShowFilterExpression":true}`),
		none("DescribeBudgetNotificationsForAccount", `{"AccountId":"111122223333"}`), none("DescribeBudgetActionsForAccount", `{"AccountId":"111122223333"}`))
	b := scan(t, account, account.Transport())
	if len(b.Budgets.Gaps()) > 0 || len(b.Actions.Gaps()) > 0 {
		t.Errorf("nothing there: gaps %+v %+v", b.Budgets.Gaps(), b.Actions.Gaps())
	}
	account = recorded(t, listed(`{"BudgetName":"b","BudgetType":"COST","TimeUnit":"MONTHLY"}`), actions0,
		`{"operation":"DescribeBudgetNotificationsForAccount","input":{"AccountId":"111122223333"},"reply":{"BudgetNotificationsForAccount":[{"BudgetName":"b","Notifications":[{"NotificationType":"ACTUAL","ComparisonOperator":"LESS_THAN","Threshold":5,"ThresholdType":"ABSOLUTE_VALUE"}]}]}}`,
		none("DescribeSubscribersForNotification", `{"AccountId":"111122223333","BudgetName":"b","Notification":{"NotificationType":"ACTUAL","ComparisonOperator":"LESS_THAN","Threshold":5,"ThresholdType":"ABSOLUTE_VALUE"}}`))
	b = scan(t, account, account.Transport())
	equal(t, "a notification without subscribers", b.Budgets.Found()[0].Notifications.Found(),
		[]evidence.BudgetNotification{{Type: "ACTUAL", Threshold: 5, Absolute: true, Below: true, Subscribers: evidence.Known(0)}})
}

func TestPages(t *testing.T) {
	page := func(input, reply string) string {
		return `{"operation":"DescribeBudgets","input":{"AccountId":"111122223333","ShowFilterExpression":true` + input + `},"reply":{"Budgets":[` + reply + `}}`
	}
	account := recorded(t, page(``, `{"BudgetName":"a","BudgetType":"USAGE","TimeUnit":"DAILY"}],"NextToken":"2"`),
		page(`,"NextToken":"2"`, `{"BudgetName":"b","BudgetType":"USAGE","TimeUnit":"DAILY"}]`), actions0, notes0)
	if b := scan(t, account, account.Transport()); len(b.Budgets.Found()) != 2 || len(b.Budgets.Gaps()) > 0 {
		t.Errorf("budgets %+v", b.Budgets)
	}
}

func TestNotificationsDenied(t *testing.T) {
	client := fixtures.NewFaults(fixtures.Demo().Transport(), func(call scanners.Call) *fixtures.Fault {
		if call.Operation == "DescribeBudgetNotificationsForAccount" {
			return fixtures.Deny("budgets:ViewBudget")
		}
		return nil
	})
	b := scan(t, fixtures.Demo(), client)
	for _, budget := range b.Budgets.Found() {
		if gaps := budget.Notifications.Gaps(); len(gaps) != 1 || gaps[0].Reason != evidence.Denied {
			t.Errorf("%s: gaps %+v", budget.Name, gaps)
		}
	}
}

// TestIrrelevantBudgets shows that nobody asks whom a budget of another service notifies.
func TestIrrelevantBudgets(t *testing.T) {
	account := recorded(t, listed(`{"BudgetName":"b","BudgetType":"COST","TimeUnit":"MONTHLY","CostFilters":{"Service":["Amazon Elastic Compute Cloud - Compute"]}}`), actions0,
		`{"operation":"DescribeBudgetNotificationsForAccount","input":{"AccountId":"111122223333"},"reply":{"BudgetNotificationsForAccount":[{"BudgetName":"b","Notifications":[{"NotificationType":"ACTUAL","ComparisonOperator":"GREATER_THAN","Threshold":80}]}]}}`)
	transport := account.Transport()
	b := scan(t, account, transport)
	gap := b.Budgets.Found()[0].Notifications.Found()[0].Subscribers.Gap()
	if len(transport.Missing()) > 0 || gap == nil || gap.Reason != evidence.NotAsked {
		t.Errorf("missing %q, gap %+v", transport.Missing(), gap)
	}
}

func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		budget string
		want   evidence.BudgetSettings
	}{
		"no amounts": {`"BudgetType":"COST"`, evidence.BudgetSettings{Type: "COST"}},
		"adjusts itself": {`"BudgetType":"COST","AutoAdjustData":{"AutoAdjustType":"FORECAST"}`,
			evidence.BudgetSettings{Type: "COST", Limited: true}},
		"planned": {`"BudgetType":"COST","PlannedBudgetLimits":{"1793491200":{"Amount":"110","Unit":"USD"},"1790812800":{"Amount":"100","Unit":"USD"},"1796083200":{"Amount":"120","Unit":"USD"}}`,
			evidence.BudgetSettings{Type: "COST", Limited: true, HasLimit: true, Limit: 110, Unit: "USD"}},
		"spent nothing": {`"BudgetType":"COST","CalculatedSpend":{"ActualSpend":{"Amount":"0","Unit":"EUR"}}`,
			evidence.BudgetSettings{Type: "COST", HasActual: true, Unit: "EUR"}},
		"cost filters": {`"BudgetType":"COST","CostFilters":{"AZ":["eu-central-1a"],"LinkedAccount":["111122223333"],"Service":["Amazon Bedrock"],"TagKeyValue":["user:team$a","cost$b"],"UsageType":["EUC1-x"]}`,
			evidence.BudgetSettings{Type: "COST", Filters: []evidence.BudgetFilter{
				{Dimension: "AZ"}, {Dimension: "LINKED_ACCOUNT"}, {Dimension: "SERVICE", Values: []string{"Amazon Bedrock"}},
				{Dimension: "TAG", Values: []string{"team$a", "cost$b"}}, {Dimension: "USAGE_TYPE", Values: []string{"EUC1-x"}}}}},
		"expression": {`"BudgetType":"COST","FilterExpression":{"And":[
				{"Not":{"Or":[{"Dimensions":{"Key":"SERVICE","Values":["Tax"]}},{"Not":{"Tags":{"Key":"team","Values":["a"]}}}]}},
				{"Tags":{"Key":"owner","MatchOptions":["ABSENT"]}},
				{"CostCategories":{"Key":"product","Values":["x"]}}]}`,
			evidence.BudgetSettings{Type: "COST", Filters: []evidence.BudgetFilter{
				{Dimension: "SERVICE", Values: []string{"Tax"}, Excluded: true}, {Dimension: "TAG", Values: []string{"team$a"}},
				{Dimension: "TAG", Excluded: true}, {Dimension: "COST_CATEGORY"}}}},
		"healthy":         {`"BudgetType":"COST","HealthStatus":{"Status":"HEALTHY"}`, evidence.BudgetSettings{Type: "COST"}},
		"without a cause": {`"BudgetType":"COST","HealthStatus":{"Status":"UNHEALTHY"}`, evidence.BudgetSettings{Type: "COST", Unhealthy: "UNHEALTHY"}},
	} {
		account := recorded(t, listed(`{"BudgetName":"b","TimeUnit":"MONTHLY",`+c.budget+`}`), actions0, notes0)
		equal(t, name, value(t, scan(t, account, account.Transport()).Budgets.Found()[0].Settings), c.want)
	}
	account := recorded(t, listed(`{"BudgetName":"b","TimeUnit":"MONTHLY","BudgetType":"COST","BudgetLimit":{"Amount":"a lot","Unit":"USD"}},{"BudgetName":"c","TimeUnit":"MONTHLY","BudgetType":"COST"}`), actions0, notes0)
	b := scan(t, account, account.Transport())
	if gap := b.Budgets.Found()[0].Settings.Gap(); gap == nil || gap.Reason != evidence.Failed {
		t.Errorf("an amount that is no number: gap %+v", gap)
	}
	if gap := b.Budgets.Found()[1].Settings.Gap(); gap != nil {
		t.Errorf("it takes its neighbour with it: %+v", gap)
	}
}
