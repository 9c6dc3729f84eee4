// Package budgets reads AWS Budgets, a global service.
package budgets

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

const reference = "Service Authorization Reference, AWS Budget Service"

// Scanner reads the account's budgets. Budgets' actions are not named after its operations.
var Scanner = scanners.Scanner{
	Service: "budgets",
	Operations: []scanners.Operation{
		{Name: "DescribeBudgetActionsForAccount", IAM: []string{"budgets:DescribeBudgetActionsForAccount"}},
		{Name: "DescribeBudgetNotificationsForAccount", IAM: []string{"budgets:ViewBudget"}, Source: reference},
		{Name: "DescribeBudgets", IAM: []string{"budgets:ViewBudget"}, Source: reference},
		{Name: "DescribeSubscribersForNotification", IAM: []string{"budgets:ViewBudget"}, Source: reference},
	},
	Needs:  []string{"resourcegroupstaggingapi"},
	Global: read,
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Account) {
	client := sdk.NewFromConfig(run.Config)
	run.Together(
		func() { into.Budgets.Budgets = budgets(ctx, run, client) },
		func() { into.Budgets.Actions = actions(ctx, run, client) },
	)
}

// missing is the error with which Budgets answers that there is none of what a listing asks for.
const missing = "NotFoundException"

func budgets(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Budget] {
	all := scanners.Tokens(run, "", func(token *string) ([]evidence.Budget, *string, error) {
		out, err := client.DescribeBudgets(ctx, &sdk.DescribeBudgetsInput{AccountId: &run.Account, ShowFilterExpression: aws.Bool(true), NextToken: token})
		if scanners.Is(err, missing) {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		var page []evidence.Budget
		for _, b := range out.Budgets {
			page = append(page, evidence.Budget{Name: aws.ToString(b.BudgetName), Settings: settings(run, b)})
		}
		return page, out.NextToken, nil
	})
	listed := notifications(ctx, run, client)
	byBudget := map[string][]notification{}
	for _, n := range listed.Found() {
		byBudget[n.budget] = append(byBudget[n.budget], n)
	}
	scanners.Each(ctx, run, all, func(b *evidence.Budget) string { return b.Name }, func(b *evidence.Budget) {
		relevant := run.Workload.Budget(*b).Can(evidence.CanPass)
		own := []evidence.BudgetNotification{}
		for _, n := range byBudget[b.Name] {
			if relevant {
				n.Subscribers = subscribers(ctx, run, client, n)
			}
			own = append(own, n.BudgetNotification)
		}
		b.Notifications = evidence.Partial(own, listed.Gaps()...)
	})
	return all
}

// settings keeps what the checks ask of a budget. Amounts are decimal strings.
func settings(run *scanners.Run, b types.Budget) evidence.Fact[evidence.BudgetSettings] {
	return scanners.Read(run, aws.ToString(b.BudgetName), func() (evidence.BudgetSettings, error) {
		//lint:ignore SA1019 deprecated, and all that older budgets have
		older := b.CostFilters
		s := evidence.BudgetSettings{
			Type:    string(b.BudgetType),
			Limited: b.BudgetLimit != nil || len(b.PlannedBudgetLimits) > 0 || b.AutoAdjustData != nil,
			Filters: append(costFilters(older), expression(b.FilterExpression, false)...),
		}
		var err error
		amount := func(spend *types.Spend) (bool, float64) {
			if spend == nil || spend.Amount == nil || err != nil {
				return false, 0
			}
			s.Unit = aws.ToString(spend.Unit)
			var value float64
			value, err = strconv.ParseFloat(*spend.Amount, 64)
			return true, value
		}
		s.HasLimit, s.Limit = amount(limit(b, run.Clock))
		if c := b.CalculatedSpend; c != nil {
			s.HasActual, s.Actual = amount(c.ActualSpend)
			s.HasForecast, s.Forecast = amount(c.ForecastedSpend)
		}
		if h := b.HealthStatus; h != nil && h.Status == types.HealthStatusValueUnhealthy {
			s.Unhealthy = first(string(h.StatusReason), string(h.Status))
		}
		return s, err
	})
}

// limit is the limit of the current period: the budget's, else the planned one that began last.
func limit(b types.Budget, now time.Time) *types.Spend {
	if b.BudgetLimit != nil {
		return b.BudgetLimit
	}
	var current *types.Spend
	var began int64
	for key, planned := range b.PlannedBudgetLimits { // keys are epoch seconds
		start, err := strconv.ParseInt(key, 10, 64)
		if err == nil && start <= now.Unix() && (current == nil || start > began) {
			current, began = &planned, start
		}
	}
	return current
}

// costFilters reads the older form of filters, such as Service or TagKeyValue.
func costFilters(filters map[string][]string) (all []evidence.BudgetFilter) {
	for _, key := range slices.Sorted(maps.Keys(filters)) {
		dimension := snake(key)
		if dimension == "TAG_KEY_VALUE" {
			dimension = tag
		}
		all = append(all, filter(dimension, filters[key], false))
	}
	return all
}

const tag = "TAG"

// expression flattens the newer form. What an odd number of Nots encloses is excluded.
func expression(e *types.Expression, excluded bool) (all []evidence.BudgetFilter) {
	if e == nil {
		return nil
	}
	if d := e.Dimensions; d != nil {
		all = append(all, filter(string(d.Key), d.Values, excluded != absent(d.MatchOptions)))
	}
	if t := e.Tags; t != nil {
		values := []string{}
		for _, v := range t.Values {
			values = append(values, aws.ToString(t.Key)+"$"+v)
		}
		all = append(all, filter(tag, values, excluded != absent(t.MatchOptions)))
	}
	if c := e.CostCategories; c != nil {
		all = append(all, filter("COST_CATEGORY", nil, excluded != absent(c.MatchOptions)))
	}
	for _, part := range slices.Concat(e.And, e.Or) {
		all = append(all, expression(&part, excluded)...)
	}
	return append(all, expression(e.Not, !excluded)...)
}

// absent reports that a filter matches what does not have the dimension or tag.
func absent(options []types.MatchOption) bool {
	return slices.Contains(options, types.MatchOptionAbsent)
}

// filter keeps the values that tell whether a budget counts generative AI: those of services, usage and tags.
func filter(dimension string, values []string, excluded bool) evidence.BudgetFilter {
	f := evidence.BudgetFilter{Dimension: dimension, Excluded: excluded}
	switch dimension {
	case "SERVICE", "SERVICE_CODE", "USAGE_TYPE", "USAGE_TYPE_GROUP":
		f.Values = values
	case tag:
		for _, v := range values {
			f.Values = append(f.Values, strings.TrimPrefix(v, "user:"))
		}
	}
	return f
}

// snake turns UsageType into USAGE_TYPE and leaves AZ as it is.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// notification is a notification and what names it in the API.
type notification struct {
	evidence.BudgetNotification
	budget string
	key    types.Notification
}

func notifications(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[notification] {
	return scanners.Tokens(run, "", func(token *string) ([]notification, *string, error) {
		out, err := client.DescribeBudgetNotificationsForAccount(ctx, &sdk.DescribeBudgetNotificationsForAccountInput{AccountId: &run.Account, NextToken: token})
		if scanners.Is(err, missing) {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		var page []notification
		for _, b := range out.BudgetNotificationsForAccount {
			for _, n := range b.Notifications {
				page = append(page, notification{
					BudgetNotification: evidence.BudgetNotification{
						Type: string(n.NotificationType), Threshold: n.Threshold,
						Absolute: n.ThresholdType == types.ThresholdTypeAbsoluteValue,
						Below:    n.ComparisonOperator == types.ComparisonOperatorLessThan,
					},
					budget: aws.ToString(b.BudgetName), key: n,
				})
			}
		}
		return page, out.NextToken, nil
	})
}

// subscribers counts who is told: addresses are personal data.
func subscribers(ctx context.Context, run *scanners.Run, client *sdk.Client, n notification) evidence.Fact[int] {
	key := n.key
	key.NotificationState = "" // its state is no part of its name
	return scanners.Read(run, n.budget, func() (count int, err error) {
		pages := sdk.NewDescribeSubscribersForNotificationPaginator(client, &sdk.DescribeSubscribersForNotificationInput{
			AccountId: &run.Account, BudgetName: &n.budget, Notification: &key,
		})
		for pages.HasMorePages() {
			out, err := pages.NextPage(ctx)
			if scanners.Is(err, missing) {
				return count, nil
			}
			if err != nil {
				return 0, err
			}
			count += len(out.Subscribers)
		}
		return count, nil
	})
}

func actions(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BudgetAction] {
	return scanners.Tokens(run, "", func(token *string) ([]evidence.BudgetAction, *string, error) {
		out, err := client.DescribeBudgetActionsForAccount(ctx, &sdk.DescribeBudgetActionsForAccountInput{AccountId: &run.Account, NextToken: token})
		if scanners.Is(err, missing) {
			return nil, nil, nil
		}
		if err != nil {
			return nil, nil, err
		}
		var page []evidence.BudgetAction
		for _, a := range out.Actions {
			page = append(page, evidence.BudgetAction{ID: aws.ToString(a.ActionId), Settings: evidence.Known(evidence.BudgetActionSettings{
				Budget: aws.ToString(a.BudgetName), Type: string(a.ActionType), Status: string(a.Status), Manual: a.ApprovalModel == types.ApprovalModelManual,
			})})
		}
		return page, out.NextToken, nil
	})
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
