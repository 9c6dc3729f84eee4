package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// budgeted is an account that shows GenAI and has budgets.
func budgeted(list ...evidence.Budget) *evidence.Account {
	return account(func(a *evidence.Account, r *evidence.Region) {
		r.Signs = evidence.Listed("guardrail chat")
		a.Budgets.Budgets = evidence.Listed(list...)
	})
}

func budgetWith(s evidence.BudgetSettings, notifications ...evidence.BudgetNotification) evidence.Budget {
	return evidence.Budget{Name: `<script>alert("budget")</script>`, Settings: evidence.Known(s), Notifications: evidence.Listed(notifications...)}
}

// monthly is a cost budget of 100 USD.
func monthly(filters ...evidence.BudgetFilter) evidence.BudgetSettings {
	return evidence.BudgetSettings{Type: "COST", Limited: true, HasLimit: true, Limit: 100, HasActual: true, Actual: 40, Unit: "USD", Filters: filters}
}

func serviceFilter(names ...string) evidence.BudgetFilter {
	return evidence.BudgetFilter{Dimension: "SERVICE", Values: names}
}

func budgetNotice(kind string, threshold float64, subscribers int) evidence.BudgetNotification {
	return evidence.BudgetNotification{Type: kind, Threshold: threshold, Subscribers: evidence.Known(subscribers)}
}

func spent(actual, forecast float64) *evidence.Account {
	s := monthly()
	s.Actual, s.Forecast, s.HasForecast = actual, forecast, forecast > 0
	return budgeted(budgetWith(s))
}

func withAction(b evidence.Budget, s evidence.BudgetActionSettings) *evidence.Account {
	s.Budget = b.Name
	a := budgeted(b)
	a.Budgets.Actions = evidence.Listed(evidence.BudgetAction{ID: "a", Settings: evidence.Known(s)})
	return a
}

// inWorkloadScope narrows an account's scope to what its workload reaches.
func inWorkloadScope(a *evidence.Account) *evidence.Account {
	a.Scan.Scope = workload.ScopeWorkload
	return a
}

// withTag gives a guardrail of an account a tag.
func withTag(a *evidence.Account, key, value string) *evidence.Account {
	a.Regions[0].Tagging.Resources = evidence.Listed(evidence.TaggedResource{
		ARN: "arn:aws:bedrock:eu-central-1:111122223333:guardrail/gr1", Tags: evidence.Known(evidence.Tags{key: value}),
	})
	return a
}

func TestBudgets(t *testing.T) {
	none := budgeted()
	deniedBudgets := budgeted()
	deniedBudgets.Budgets.Budgets = evidence.Partial[evidence.Budget](nil, denied)
	deniedActions := budgeted()
	deniedActions.Budgets.Actions = evidence.Partial[evidence.BudgetAction](nil, denied)
	quiet := account(func(*evidence.Account, *evidence.Region) {})
	unhealthy, unlimited, autoAdjusting, unspent := monthly(), monthly(), monthly(), monthly()
	unhealthy.Unhealthy = "FILTER_INVALID"
	unlimited.Limited, unlimited.HasLimit = false, false
	autoAdjusting.HasLimit = false
	unspent.HasActual = false
	usage := evidence.BudgetSettings{Type: "USAGE", Limited: true}
	reserved := evidence.BudgetSettings{Type: "RI_COVERAGE", Limited: true}
	unread := budgetWith(monthly())
	unread.Notifications = evidence.Partial[evidence.BudgetNotification](nil, denied)
	unreadSettings := budgeted(evidence.Budget{Name: "genai", Notifications: evidence.Listed(budgetNotice("ACTUAL", 80, 1))})
	compute := budgetWith(monthly(serviceFilter("Amazon Elastic Compute Cloud - Compute")), budgetNotice("ACTUAL", 80, 0))
	bedrock := budgetWith(monthly(serviceFilter("Amazon Bedrock")), budgetNotice("ACTUAL", 80, 1))
	absolute := func(amount float64) evidence.BudgetNotification {
		n := budgetNotice("ACTUAL", amount, 1)
		n.Absolute = true
		return n
	}
	below := budgetNotice("ACTUAL", 50, 1)
	below.Below = true
	excluded := serviceFilter("Amazon Bedrock")
	excluded.Excluded = true
	byTag := budgetWith(monthly(evidence.BudgetFilter{Dimension: "TAG", Values: []string{"team$claims"}}))
	deniedTags := withTag(budgeted(byTag), "team", "claims")
	deniedTags.Regions[0].Tagging.Resources = evidence.Partial[evidence.TaggedResource](nil, denied)
	standby := evidence.BudgetActionSettings{Type: "APPLY_IAM_POLICY", Status: "STANDBY", Manual: true}

	run(t, budgetChecks, table{
		"budgets-cost-budget-exists": {
			{name: "limit", account: budgeted(budgetWith(monthly())), want: "pass"},
			{name: "adjusts itself", account: budgeted(budgetWith(autoAdjusting)), want: "pass"},
			{name: "no limit", account: budgeted(budgetWith(unlimited)), want: "fail"},
			{name: "no longer updated", account: budgeted(budgetWith(unhealthy)), want: "fail"},
			{name: "one works", account: budgeted(budgetWith(unhealthy), budgetWith(monthly())), want: "pass"},
			{name: "no budget, perhaps in the payer account", account: none, want: "unknown"},
			{name: "only other types", account: budgeted(budgetWith(usage), budgetWith(reserved)), want: "unknown"},
			{name: "only for another service", account: inWorkloadScope(budgeted(compute)), want: "unknown"},
			{name: "settings unread", account: unreadSettings, want: "unknown"},
			{name: "denied", account: deniedBudgets, want: "unknown"},
		},
		"budgets-notification-subscribed": {
			{name: "subscribed", account: budgeted(budgetWith(monthly(), budgetNotice("ACTUAL", 80, 2))), want: "pass"},
			{name: "one of two", account: budgeted(budgetWith(monthly(), budgetNotice("ACTUAL", 80, 0), budgetNotice("FORECASTED", 100, 1))), want: "pass"},
			{name: "no subscriber", account: budgeted(budgetWith(monthly(), budgetNotice("ACTUAL", 80, 0))), want: "fail"},
			{name: "no notification", account: budgeted(budgetWith(monthly())), want: "fail"},
			{name: "another service's budget", account: inWorkloadScope(budgeted(compute)), want: "not-applicable"},
			{name: "account-wide budget", account: inWorkloadScope(budgeted(budgetWith(monthly()))), want: "fail"},
			{name: "budget of coverage", account: inWorkloadScope(budgeted(budgetWith(reserved))), want: "not-applicable"},
			{name: "notifications denied", account: budgeted(unread), want: "unknown"},
			{name: "denied", account: deniedBudgets, want: "unknown"},
			{name: "no budget", account: none, want: "not-applicable"},
		},
		"budgets-forecast-alert": {
			{name: "forecast", account: budgeted(budgetWith(monthly(), budgetNotice("FORECASTED", 100, 1))), want: "pass"},
			{name: "late forecast", account: budgeted(budgetWith(monthly(), budgetNotice("FORECASTED", 150, 1))), want: "fail"},
			{name: "80 % spent", account: budgeted(budgetWith(monthly(), budgetNotice("ACTUAL", 80, 1))), want: "pass"},
			{name: "81 % spent", account: budgeted(budgetWith(monthly(), budgetNotice("ACTUAL", 81, 1))), want: "fail"},
			{name: "limit spent", account: budgeted(budgetWith(monthly(), budgetNotice("ACTUAL", 100, 1))), want: "fail"},
			{name: "80 of 100 USD", account: budgeted(budgetWith(monthly(), absolute(80))), want: "pass"},
			{name: "100 of 100 USD", account: budgeted(budgetWith(monthly(), absolute(100))), want: "fail"},
			{name: "an amount of an unknown limit", account: budgeted(budgetWith(autoAdjusting, absolute(80))), want: "fail"},
			{name: "falling below", account: budgeted(budgetWith(monthly(), below)), want: "fail"},
			{name: "another budget warns", account: budgeted(budgetWith(monthly()), bedrock), want: "pass"},
			{name: "no notification", account: budgeted(budgetWith(monthly())), want: "not-applicable"},
			{name: "no budget", account: none, want: "not-applicable"},
			{name: "notifications denied", account: budgeted(unread), want: "unknown"},
			{name: "denied", account: deniedBudgets, want: "unknown"},
		},
		"budgets-genai-scope": {
			{name: "Bedrock", account: budgeted(bedrock), want: "pass"},
			{name: "a model of another vendor", account: budgeted(budgetWith(monthly(serviceFilter("Claude Sonnet 4 (Amazon Bedrock Edition)")))), want: "pass"},
			{name: "SageMaker", account: budgeted(budgetWith(monthly(serviceFilter("Amazon SageMaker")))), want: "pass"},
			{name: "a tag that Bedrock resources carry", account: withTag(budgeted(byTag), "team", "claims"), want: "pass"},
			{name: "a tag that they do not carry", account: withTag(budgeted(byTag), "team", "payroll"), want: "fail"},
			{name: "tags denied", account: deniedTags, want: "unknown"},
			{name: "all but Bedrock", account: budgeted(budgetWith(monthly(excluded))), want: "fail"},
			{name: "account-wide", account: budgeted(budgetWith(monthly())), want: "fail"},
			{name: "coverage of reservations only", account: budgeted(budgetWith(reserved)), want: "unknown"},
			{name: "a cost category", account: budgeted(budgetWith(monthly(evidence.BudgetFilter{Dimension: "COST_CATEGORY"}))), want: "unknown"},
			{name: "no budget, perhaps in the payer account", account: none, want: "unknown"},
			{name: "no GenAI", account: quiet, want: "not-applicable"},
			{name: "denied", account: deniedBudgets, want: "unknown"},
		},
		"budgets-action-configured": {
			{name: "waits", account: withAction(bedrock, standby), want: "pass"},
			{name: "ran", account: withAction(bedrock, evidence.BudgetActionSettings{Status: "EXECUTION_SUCCESS"}), want: "pass"},
			{name: "failed", account: withAction(bedrock, evidence.BudgetActionSettings{Status: "EXECUTION_FAILURE"}), want: "not-applicable"},
			{name: "of another service's budget", account: inWorkloadScope(withAction(compute, standby)), want: "not-applicable"},
			{name: "none", account: none, want: "not-applicable"},
			{name: "denied", account: deniedActions, want: "unknown"},
		},
		"budgets-within-limit": {
			{name: "within", account: spent(40, 90), want: "pass"},
			{name: "no forecast yet", account: spent(40, 0), want: "pass"},
			{name: "at the limit", account: spent(100, 100), want: "pass"},
			{name: "over the limit", account: spent(100.01, 0), want: "fail"},
			{name: "forecast over the limit", account: spent(40, 101), want: "fail"},
			{name: "usage", account: budgeted(budgetWith(usage)), want: "not-applicable"},
			{name: "no longer updated", account: budgeted(budgetWith(unhealthy)), want: "unknown"},
			{name: "no limit given", account: budgeted(budgetWith(autoAdjusting)), want: "unknown"},
			{name: "no spending given", account: budgeted(budgetWith(unspent)), want: "unknown"},
			{name: "denied", account: deniedBudgets, want: "unknown"},
			{name: "no budget", account: none, want: "not-applicable"},
		},
	})
}
