package checks

import (
	"strconv"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var budgets = scoring.Kind[evidence.Budget]{
	Global: func(a *evidence.Account) evidence.List[evidence.Budget] { return a.Budgets.Budgets },
	ID: func(in *scoring.Input, _ string, b evidence.Budget) string {
		return "arn:" + in.Account.Partition + ":budgets::" + in.Account.ID + ":budget/" + b.Name
	},
	Name:      func(b evidence.Budget) string { return b.Name },
	Relevance: func(g *workload.Graph, _ string, b evidence.Budget) evidence.Verdict { return g.Budget(b) },
}

var budgetChecks = []scoring.Check{
	{
		ID:         "budgets-cost-budget-exists",
		Title:      "A cost budget counts what the workload spends",
		Questions:  []string{"8.4"},
		Severity:   scoring.Medium,
		Operations: []string{"budgets.DescribeBudgets"},
		Why:        "Tokens are billed by use: without a budget a loop or an attack shows first on the invoice.",
		Fix:        "aws budgets create-budget --account-id <account-id> --budget BudgetName=<name>,BudgetType=COST,TimeUnit=MONTHLY,BudgetLimit='{Amount=<amount>,Unit=USD}' --notifications-with-subscribers file://<notifications.json>",
		References: []string{"GENCOST05-BP01", "LLM10:2025"},
		Test:       scoring.PerAccount(costBudget),
	},
	{
		ID:         "budgets-notification-subscribed",
		Title:      "Budgets notify somebody",
		Questions:  []string{"8.4"},
		Severity:   scoring.High,
		Operations: []string{"budgets.DescribeBudgetNotificationsForAccount", "budgets.DescribeSubscribersForNotification"},
		Why:        "A budget that is exceeded and tells nobody changes nothing.",
		Fix:        "aws budgets create-notification --account-id <account-id> --budget-name <budget> --notification NotificationType=ACTUAL,ComparisonOperator=GREATER_THAN,Threshold=80 --subscribers SubscriptionType=EMAIL,Address=<address>",
		References: []string{"GENCOST05-BP01", "LLM10:2025"},
		Test:       scoring.Resources(budgets, budgetSubscribed),
	},
	{
		ID:         "budgets-forecast-alert",
		Title:      "A budget warns before the money is spent",
		Questions:  []string{"8.4"},
		Severity:   scoring.Low,
		Operations: []string{"budgets.DescribeBudgetNotificationsForAccount", "budgets.DescribeBudgets"},
		Why:        "An alert at the limit comes when nothing can be done about it.",
		Fix:        "aws budgets create-notification --account-id <account-id> --budget-name <budget> --notification NotificationType=FORECASTED,ComparisonOperator=GREATER_THAN,Threshold=100 --subscribers SubscriptionType=EMAIL,Address=<address>",
		References: []string{"GENCOST05-BP01"},
		Test:       scoring.PerAccount(budgetWarnsEarly),
	},
	{
		ID:         "budgets-genai-scope",
		Title:      "A budget is scoped to generative AI",
		Questions:  []string{"8.4"},
		Severity:   scoring.Medium,
		Operations: []string{"budgets.DescribeBudgets", "resourcegroupstaggingapi.GetResources"},
		Why:        "In an account-wide budget the cost of models drowns until it is large.",
		Fix:        `aws budgets create-budget --account-id <account-id> --budget '{"BudgetName":"<name>","BudgetType":"COST","TimeUnit":"MONTHLY","BudgetLimit":{"Amount":"<amount>","Unit":"USD"},"CostFilters":{"Service":["Amazon Bedrock"]}}' --notifications-with-subscribers file://<notifications.json>`,
		References: []string{"GENCOST05-BP01", "GENCOST02-BP01", "LLM10:2025"},
		Test:       scoring.PerAccount(budgetForGenAI),
	},
	{
		ID:         "budgets-action-configured",
		Title:      "A budget action stops overspending",
		Questions:  []string{"8.4"},
		Severity:   scoring.Medium,
		NeverFails: true,
		Operations: []string{"budgets.DescribeBudgetActionsForAccount", "budgets.DescribeBudgets"},
		Why:        "An action acts when nobody reads the alert. Budgets are updated a few times a day: it is no substitute for an alarm on tokens.",
		Fix:        "aws budgets create-budget-action --account-id <account-id> --budget-name <budget> --notification-type ACTUAL --action-type APPLY_IAM_POLICY --action-threshold ActionThresholdValue=100,ActionThresholdType=PERCENTAGE --definition file://<definition.json> --execution-role-arn <role-arn> --approval-model MANUAL --subscribers SubscriptionType=EMAIL,Address=<address>",
		References: []string{"GENCOST05-BP01", "LLM10:2025"},
		Test:       scoring.PerAccount(budgetAction),
	},
	{
		ID:         "budgets-within-limit",
		Title:      "Spending is within the budgets",
		Questions:  []string{"8.4"},
		Severity:   scoring.Medium,
		Operations: []string{"budgets.DescribeBudgets"},
		Why:        "A budget that is exceeded and stays so is no control.",
		Fix:        "aws budgets describe-budget-performance-history --account-id <account-id> --budget-name <budget>",
		References: []string{"GENCOST02-BP02", "LLM10:2025"},
		Test:       scoring.Resources(budgets, budgetWithinLimit),
	},
}

// payerAccount is why the absence of a budget proves nothing: what tells a member account of an
// organization from any other account is not scanned.
var payerAccount = evidence.Gap{Service: "organizations", Operation: "DescribeOrganization", Reason: evidence.NotBuilt,
	Detail: "an organization may keep its budgets in the payer account, where this version does not look"}

const noBudget = "no budget of this account counts what the workload spends; an organization may keep one in its payer account"

// someBudget asks the budgets that count what the workload spends.
func someBudget(in *scoring.Input, none string, ask func(evidence.Budget) evidence.Verdict) evidence.Verdict {
	return evidence.Some(in.Account.Budgets.Budgets, none, func(b evidence.Budget) evidence.Verdict {
		relevance := in.Workload.Budget(b)
		if !relevance.Can(evidence.CanPass) {
			return evidence.Fail("")
		}
		relevance.Message = ""
		return evidence.All(relevance, ask(b))
	})
}

// ifBudgeted asks where the account has a budget that fits, and is unknown where it has none.
func ifBudgeted(has evidence.Verdict, then func() evidence.Verdict) evidence.Verdict {
	if has.Failed() {
		return evidence.Unknown(noBudget, payerAccount)
	}
	v := then()
	if !has.Certain() {
		return evidence.Unknown(v.Message, append(v.Gaps, has.Gaps...)...)
	}
	return v
}

func budgetOf(kinds ...string) func(evidence.Budget) evidence.Verdict {
	return func(b evidence.Budget) evidence.Verdict {
		return evidence.With(b.Settings, func(s evidence.BudgetSettings) evidence.Verdict {
			for _, kind := range kinds {
				if s.Type == kind {
					return evidence.Pass("")
				}
			}
			return evidence.Fail("")
		})
	}
}

func costBudget(in *scoring.Input) evidence.Verdict {
	isCost := budgetOf("COST")
	return ifBudgeted(someBudget(in, "", isCost), func() evidence.Verdict {
		var broken []string
		v := someBudget(in, "", func(b evidence.Budget) evidence.Verdict {
			return evidence.All(isCost(b), evidence.With(b.Settings, func(s evidence.BudgetSettings) evidence.Verdict {
				switch {
				case s.Unhealthy != "":
					broken = append(broken, "AWS no longer updates budget "+b.Name+": "+s.Unhealthy)
					return evidence.Fail("")
				case !s.Limited:
					broken = append(broken, "budget "+b.Name+" has no limit")
					return evidence.Fail("")
				case s.HasLimit:
					return evidence.Pass("budget " + b.Name + " of " + budgetAmount(s.Limit, s.Unit))
				}
				return evidence.Pass("budget " + b.Name)
			}))
		})
		if v.Failed() {
			v.Message = strings.Join(broken, "; ")
		}
		return v
	})
}

func budgetAmount(amount float64, unit string) string {
	return strconv.FormatFloat(amount, 'f', 2, 64) + " " + unit
}

func budgetSubscribed(_ *scoring.Input, _ *evidence.Region, b evidence.Budget) evidence.Verdict {
	return evidence.Some(b.Notifications, "no notification of the budget has a subscriber", func(n evidence.BudgetNotification) evidence.Verdict {
		return evidence.With(n.Subscribers, func(count int) evidence.Verdict {
			return evidence.Test(count > 0, "notifies "+strconv.Itoa(count)+" at "+noticeAt(n), "")
		})
	})
}

// noticeAt words when a notification is sent.
func noticeAt(n evidence.BudgetNotification) string {
	text := strconv.FormatFloat(n.Threshold, 'f', -1, 64)
	if !n.Absolute {
		text += " %"
	}
	if n.Type == "FORECASTED" {
		return text + " forecast"
	}
	return text + " actual"
}

func budgetWarnsEarly(in *scoring.Input) evidence.Verdict {
	notifies := someBudget(in, "no budget of this account that counts the workload has a notification", func(b evidence.Budget) evidence.Verdict {
		return evidence.Exists(b.Notifications, "", "", func(evidence.BudgetNotification) bool { return true })
	})
	return evidence.If(notifies, func() evidence.Verdict {
		return someBudget(in, "no budget warns at 80 % of actual spending or earlier, or by forecast", func(b evidence.Budget) evidence.Verdict {
			return evidence.Some(b.Notifications, "", func(n evidence.BudgetNotification) evidence.Verdict { return warnsEarly(b, n) })
		})
	})
}

// warnsEarly tells whether a notification comes by forecast, or at four fifths of the limit at the latest.
func warnsEarly(b evidence.Budget, n evidence.BudgetNotification) evidence.Verdict {
	if n.Below {
		return evidence.Fail("")
	}
	within := func(percent float64) evidence.Verdict {
		latest := 80.0
		if n.Type == "FORECASTED" {
			latest = 100
		}
		return evidence.Test(percent <= latest, "budget "+b.Name+" warns at "+noticeAt(n), "")
	}
	if !n.Absolute {
		return within(n.Threshold)
	}
	return evidence.With(b.Settings, func(s evidence.BudgetSettings) evidence.Verdict {
		if !s.HasLimit || s.Limit <= 0 {
			return evidence.Fail("")
		}
		return within(100 * n.Threshold / s.Limit)
	})
}

func budgetForGenAI(in *scoring.Input) evidence.Verdict {
	if len(in.Account.Regions) == 0 {
		return evidence.Unknown("", evidence.Gap{Reason: evidence.NotAsked, Detail: "no region was scanned"})
	}
	present := in.Workload.Present()
	if present.Failed() {
		present.Message = "the account shows no GenAI workload"
	}
	return evidence.If(present, func() evidence.Verdict {
		spending := evidence.Some(in.Account.Budgets.Budgets, "", budgetOf("COST", "USAGE"))
		return ifBudgeted(spending, func() evidence.Verdict {
			return evidence.Some(in.Account.Budgets.Budgets, "no budget is filtered on a GenAI service, or on a tag that Bedrock resources carry", func(b evidence.Budget) evidence.Verdict {
				return evidence.With(b.Settings, func(s evidence.BudgetSettings) evidence.Verdict {
					v := in.Workload.BudgetScope(s)
					if v.Passed() {
						v.Message = "budget " + b.Name + " " + v.Message
					}
					return v
				})
			})
		})
	})
}

func budgetAction(in *scoring.Input) evidence.Verdict {
	return evidence.Some(in.Account.Budgets.Actions, "no budget that counts the workload has an action", func(a evidence.BudgetAction) evidence.Verdict {
		return evidence.With(a.Settings, func(s evidence.BudgetActionSettings) evidence.Verdict {
			approval := "at once"
			if s.Manual {
				approval = "once somebody approves"
			}
			switch s.Status {
			case "STANDBY", "PENDING", "EXECUTION_IN_PROGRESS", "EXECUTION_SUCCESS":
			default:
				return evidence.Fail("")
			}
			return someBudget(in, "", func(b evidence.Budget) evidence.Verdict {
				return evidence.Test(b.Name == s.Budget, "budget "+b.Name+" has an action ("+s.Type+", "+s.Status+") that runs "+approval, "")
			})
		})
	})
}

func budgetWithinLimit(_ *scoring.Input, _ *evidence.Region, b evidence.Budget) evidence.Verdict {
	return evidence.With(b.Settings, func(s evidence.BudgetSettings) evidence.Verdict {
		unclear := func(detail string) evidence.Verdict {
			return evidence.Unknown(detail, evidence.Gap{Service: "budgets", Operation: "DescribeBudgets", Resource: b.Name, Reason: evidence.Failed, Detail: detail})
		}
		limit := budgetAmount(s.Limit, s.Unit)
		switch {
		case s.Type != "COST":
			return evidence.NotApplicable("a budget of type " + s.Type)
		case s.Unhealthy != "":
			return unclear("AWS no longer updates the budget: " + s.Unhealthy)
		case !s.HasLimit:
			return unclear("AWS gives no limit for the current period")
		case !s.HasActual:
			return unclear("AWS has not computed its spending yet")
		case s.Actual > s.Limit:
			return evidence.Fail("spent " + budgetAmount(s.Actual, s.Unit) + " of " + limit)
		case s.HasForecast && s.Forecast > s.Limit:
			return evidence.Fail("spent " + budgetAmount(s.Actual, s.Unit) + " of " + limit + ", forecast " + budgetAmount(s.Forecast, s.Unit))
		}
		return evidence.Pass("spent " + budgetAmount(s.Actual, s.Unit) + " of " + limit)
	})
}
