package cloudwatch

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// described is an alarm of any type: one listing returns them all.
type described struct {
	alarm     *evidence.Alarm
	composite *evidence.CompositeAlarm
}

// alarms asks for every type by name: without one AWS lists metric alarms alone. Where CloudWatch does
// not know log alarms yet, there are none.
func alarms(ctx context.Context, run *scanners.Run, client *sdk.Client) (evidence.List[evidence.Alarm], evidence.List[evidence.CompositeAlarm]) {
	all := describe(ctx, run, client, types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm, types.AlarmTypeLogAlarm)
	if gaps := all.Gaps(); len(gaps) > 0 && slices.Contains([]string{"ValidationError", "ValidationException", "InvalidParameterValue"}, gaps[0].Code) {
		all = describe(ctx, run, client, types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm)
	}
	var alarms []evidence.Alarm
	var composites []evidence.CompositeAlarm
	for _, d := range all.Found() {
		if d.alarm != nil {
			alarms = append(alarms, *d.alarm)
		} else {
			composites = append(composites, *d.composite)
		}
	}
	return evidence.Partial(alarms, all.Gaps()...), evidence.Partial(composites, all.Gaps()...)
}

func describe(ctx context.Context, run *scanners.Run, client *sdk.Client, kinds ...types.AlarmType) evidence.List[described] {
	pages := sdk.NewDescribeAlarmsPaginator(client, &sdk.DescribeAlarmsInput{AlarmTypes: kinds})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.DescribeAlarmsOutput) (all []described) {
		for _, a := range out.MetricAlarms {
			all = append(all, described{alarm: metricAlarm(a, run.Account)})
		}
		for _, a := range out.LogAlarms {
			all = append(all, described{alarm: logAlarm(a)})
		}
		for _, a := range out.CompositeAlarms {
			all = append(all, described{composite: &evidence.CompositeAlarm{
				ARN: aws.ToString(a.AlarmArn), Name: aws.ToString(a.AlarmName), Settings: evidence.Known(evidence.CompositeSettings{
					Rule: aws.ToString(a.AlarmRule), Description: aws.ToString(a.AlarmDescription),
					ActionsEnabled: enabled(a.ActionsEnabled), Actions: a.AlarmActions,
				})}})
		}
		return all
	})
}

func metricAlarm(a types.MetricAlarm, account string) *evidence.Alarm {
	s := evidence.AlarmSettings{
		Description: aws.ToString(a.AlarmDescription), ActionsEnabled: enabled(a.ActionsEnabled), Actions: a.AlarmActions,
		State: string(a.StateValue), StateSince: since(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp),
		MissingData: aws.ToString(a.TreatMissingData), Evaluation: string(a.EvaluationState),
		Statistic: aws.ToString(a.ExtendedStatistic),
	}
	if s.Statistic == "" {
		s.Statistic = string(a.Statistic)
	}
	if aws.ToString(a.MetricName) != "" {
		s.Watches = []evidence.AlarmMetric{{
			Namespace: aws.ToString(a.Namespace), Name: aws.ToString(a.MetricName), Statistic: s.Statistic, Dimensions: dimensions(a.Dimensions),
		}}
	}
	math := watched(a.Metrics, account)
	s.Watches, s.Queries, s.Anomaly = append(s.Watches, math.metrics...), math.queries, math.anomaly
	if promQL, ok := a.EvaluationCriteria.(*types.EvaluationCriteriaMemberPromQLCriteria); ok {
		s.Queries = append(s.Queries, aws.ToString(promQL.Value.Query))
	}
	return &evidence.Alarm{ARN: aws.ToString(a.AlarmArn), Name: aws.ToString(a.AlarmName), Settings: evidence.Known(s)}
}

// logAlarm keeps the log groups of a log alarm and not its query.
func logAlarm(a types.LogAlarm) *evidence.Alarm {
	s := evidence.AlarmSettings{
		Description: aws.ToString(a.AlarmDescription), ActionsEnabled: enabled(a.ActionsEnabled), Actions: a.AlarmActions,
		State: string(a.StateValue), StateSince: since(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp),
		MissingData: aws.ToString(a.TreatMissingData), Evaluation: string(a.EvaluationState),
	}
	if a.ScheduledQueryConfiguration != nil {
		s.LogGroups = a.ScheduledQueryConfiguration.LogGroupIdentifiers
	}
	return &evidence.Alarm{ARN: aws.ToString(a.AlarmArn), Name: aws.ToString(a.AlarmName), Settings: evidence.Known(s)}
}

// enabled: actions are enabled unless the alarm says that they are not.
func enabled(b *bool) bool { return b == nil || *b }

// since is when an alarm last changed its state; its state is updated at other times too.
func since(transitioned, updated *time.Time) time.Time {
	if transitioned != nil {
		return *transitioned
	}
	return aws.ToTime(updated)
}

// math is what metric math reads.
type math struct {
	metrics []evidence.AlarmMetric
	queries []string // Metrics Insights
	anomaly bool
}

var queryID = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_]*`)

// watched follows metric math from what it returns to the metrics of this account that it reads; a
// query that nothing refers to is not watched.
func watched(queries []types.MetricDataQuery, account string) (all math) {
	byID := map[string]types.MetricDataQuery{}
	for _, q := range queries {
		byID[aws.ToString(q.Id)] = q
	}
	seen := map[string]bool{}
	var follow func(id string)
	follow = func(id string) {
		q, ok := byID[id]
		if !ok || seen[id] {
			return
		}
		seen[id] = true
		owner := aws.ToString(q.AccountId)
		expression := aws.ToString(q.Expression)
		switch own := owner == "" || owner == account; {
		case q.MetricStat != nil && q.MetricStat.Metric != nil:
			if own {
				m := metric(q.MetricStat.Metric)
				all.metrics = append(all.metrics, evidence.AlarmMetric{Namespace: m.Namespace, Name: m.Name, Statistic: aws.ToString(q.MetricStat.Stat), Dimensions: m.Dimensions})
			}
		case isInsights(expression):
			if own {
				all.queries = append(all.queries, expression)
			}
		default:
			all.anomaly = all.anomaly || strings.Contains(expression, "ANOMALY_DETECTION_BAND")
			for _, word := range queryID.FindAllString(expression, -1) {
				if word == "METRICS" { // all metrics of the alarm
					for _, other := range queries {
						if other.MetricStat != nil {
							follow(aws.ToString(other.Id))
						}
					}
				}
				follow(word)
			}
		}
	}
	for _, q := range queries {
		if q.ReturnData == nil || *q.ReturnData {
			follow(aws.ToString(q.Id))
		}
	}
	return all
}

func isInsights(expression string) bool {
	_, ok := workload.ParseInsights(expression)
	return ok
}
