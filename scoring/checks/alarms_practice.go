package checks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var alarmPracticeChecks = []scoring.Check{
	{
		ID:         "cloudwatch-percentile-alarm",
		Title:      "A latency alarm watches a high percentile",
		Questions:  []string{"3.3"},
		Severity:   scoring.Low,
		Operations: []string{"cloudwatch.DescribeAlarms"},
		Why:        "An average stays calm while every tenth user waits for half a minute.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Bedrock --metric-name InvocationLatency --dimensions Name=ModelId,Value=<model-id> --extended-statistic p95 --period 300 --evaluation-periods 3 --threshold <milliseconds> --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENPERF01-BP02"},
		Test:       scoring.PerRegion(percentileAlarm),
	},
	{
		ID:         "cloudwatch-anomaly-detection",
		Aliases:    []string{"cloudwatch-anomaly-detector-model-metrics"},
		Title:      "Anomaly detection is trained on a GenAI metric",
		Questions:  []string{"3.3", "6.4"},
		Severity:   scoring.Low,
		Group:      "drift-any",
		Operations: []string{"cloudwatch.DescribeAnomalyDetectors"},
		Why:        "Token use and latency drift with the traffic, and no fixed threshold follows them.",
		Fix:        "aws cloudwatch put-anomaly-detector --single-metric-anomaly-detector 'Namespace=AWS/Bedrock,MetricName=InvocationLatency,Stat=Average,Dimensions=[{Name=ModelId,Value=<model-id>}]'",
		References: []string{"GENOPS02-BP02", "LLM10:2025"},
		Test:       scoring.PerRegion(anomalyDetection),
	},
	{
		ID:         "cloudwatch-alarm-actions",
		Title:      "Alarms of the workload notify somebody",
		Questions:  []string{"3.4"},
		Severity:   scoring.High,
		Operations: []string{"cloudwatch.DescribeAlarms"},
		Why:        "An alarm without an action turns red where nobody looks.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <alarm> --actions-enabled --alarm-actions <topic-arn> <all-its-other-settings>",
		References: []string{"GENOPS02-BP01", "Prowler cloudwatch_alarm_actions_alarm_state_configured", "Prowler cloudwatch_alarm_actions_enabled"},
		Test:       scoring.Resources(alarms, alarmNotifies),
	},
	{
		ID:         "cloudwatch-alarm-not-blind",
		Title:      "Alarms of the workload receive data",
		Questions:  []string{"3.4"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms"},
		Why:        "An alarm on a resource that was renamed or deleted watches nothing, and still looks like protection.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <alarm> --dimensions <those-that-list-metrics-shows> <all-its-other-settings>",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(alarms, alarmSees),
	},
	{
		ID:         "cloudwatch-alarm-description-runbook",
		Title:      "Alarms of the workload name a runbook",
		Questions:  []string{"10.3"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms"},
		Why:        "Whoever is woken by the alarm has to find out alone what to do.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <alarm> --alarm-description 'runbook: https://<wiki>/<page>' <all-its-other-settings>",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(anyAlarms, alarmRunbook),
	},
}

var alarms = regional(
	func(r *evidence.Region) evidence.List[evidence.Alarm] { return r.CloudWatch.Alarms },
	func(a evidence.Alarm) string { return a.ARN },
	func(a evidence.Alarm) string { return a.Name },
	(*workload.Graph).Alarm)

// anyAlarm is a metric alarm, a log alarm or a composite alarm.
type anyAlarm struct {
	alarm     *evidence.Alarm
	composite *evidence.CompositeAlarm
}

var anyAlarms = regional(
	func(r *evidence.Region) evidence.List[anyAlarm] {
		var all []anyAlarm
		for i := range r.CloudWatch.Alarms.Found() {
			all = append(all, anyAlarm{alarm: &r.CloudWatch.Alarms.Found()[i]})
		}
		for i := range r.CloudWatch.Composites.Found() {
			all = append(all, anyAlarm{composite: &r.CloudWatch.Composites.Found()[i]})
		}
		return evidence.Partial(all, slices.Concat(r.CloudWatch.Alarms.Gaps(), r.CloudWatch.Composites.Gaps())...)
	},
	func(a anyAlarm) string { return a.of().ARN },
	func(a anyAlarm) string { return a.of().Name },
	func(g *workload.Graph, region string, a anyAlarm) evidence.Verdict {
		if a.composite != nil {
			return g.Composite(region, *a.composite)
		}
		return g.Alarm(region, *a.alarm)
	})

// of returns what the types of alarms have in common.
func (a anyAlarm) of() (common struct {
	ARN, Name   string
	Description evidence.Fact[string]
}) {
	switch {
	case a.composite != nil:
		common.ARN, common.Name = a.composite.ARN, a.composite.Name
		common.Description = evidence.Map(a.composite.Settings, func(s evidence.CompositeSettings) string { return s.Description })
	case a.alarm != nil:
		common.ARN, common.Name = a.alarm.ARN, a.alarm.Name
		common.Description = evidence.Map(a.alarm.Settings, func(s evidence.AlarmSettings) string { return s.Description })
	}
	return common
}

// latencyMetrics are the metrics of how long something takes, by namespace.
var latencyMetrics = map[string][]string{
	workload.BedrockMetrics:   {"InvocationLatency", "TimeToFirstToken"},
	workload.AgentMetrics:     {"TotalTime", "TTFT", "ModelLatency"},
	workload.GuardrailMetrics: {"InvocationLatency", "Latency"},
	"AWS/Lambda":              {"Duration", "PostRuntimeExtensionsDuration"},
	"AWS/DynamoDB":            {"SuccessfulRequestLatency"},
	"AWS/AOSS":                {"SearchRequestLatency", "IngestionRequestLatency"},
	"AWS/ES":                  {"SearchLatency"},
}

func percentileAlarm(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	statistics := func(none string, holds func(statistic string) bool) evidence.Verdict {
		return evidence.Some(region.CloudWatch.Alarms, none, func(a evidence.Alarm) evidence.Verdict {
			watches := evidence.With(a.Settings, func(s evidence.AlarmSettings) evidence.Verdict {
				for _, m := range s.Watches {
					if slices.Contains(latencyMetrics[m.Namespace], m.Name) && holds(m.Statistic) {
						return evidence.Pass("alarm " + a.Name + " watches " + m.Statistic + " of " + m.Name)
					}
				}
				return evidence.Fail("")
			})
			if watches.Failed() {
				return watches
			}
			own := in.Workload.Alarm(region.Name, a)
			own.Message = ""
			return evidence.All(own, watches)
		})
	}
	any := statistics("no alarm watches the latency of the workload", func(string) bool { return true })
	return evidence.If(any, func() evidence.Verdict {
		return statistics("no latency alarm uses p90 or higher", highPercentile)
	})
}

// highPercentile tells whether a statistic shows the slowest tenth; the maximum is the highest percentile.
func highPercentile(statistic string) bool {
	if statistic == "Maximum" {
		return true
	}
	digits, ok := strings.CutPrefix(strings.ToLower(statistic), "p")
	percentile, err := strconv.ParseFloat(digits, 64)
	return ok && err == nil && percentile >= 90
}

func anomalyDetection(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	const none = "no trained anomaly detector covers a metric of the workload"
	return evidence.Some(region.CloudWatch.AnomalyDetectors, none, func(d evidence.AnomalyDetector) evidence.Verdict {
		own := in.Workload.Metric(region.Name, evidence.Metric{Namespace: d.Namespace, Name: d.Metric, Dimensions: d.Dimensions})
		own.Message = ""
		return evidence.All(own, evidence.With(d.State, func(state string) evidence.Verdict {
			return evidence.Test(state == "TRAINED", "anomaly detection is trained on "+d.Metric+" of "+d.Namespace, "")
		}))
	})
}

func alarmNotifies(_ *scoring.Input, region *evidence.Region, a evidence.Alarm) evidence.Verdict {
	return evidence.With(a.Settings, func(s evidence.AlarmSettings) evidence.Verdict {
		return notifies(region, a.ARN, a.Name, s.ActionsEnabled, s.Actions, nil)
	})
}

// blindAfter is how long an alarm may be without data.
const blindAfter = 7 * 24 * time.Hour

func alarmSees(in *scoring.Input, _ *evidence.Region, a evidence.Alarm) evidence.Verdict {
	return evidence.With(a.Settings, func(s evidence.AlarmSettings) evidence.Verdict {
		switch {
		case s.Evaluation == "EVALUATION_ERROR":
			return evidence.Fail("CloudWatch cannot evaluate it: its settings are wrong")
		case s.State != "INSUFFICIENT_DATA":
			return evidence.Pass("its state is " + s.State)
		case s.MissingData == "notBreaching":
			return evidence.NotApplicable("it takes missing data for good, as alarms on rare errors do")
		case in.Account.Clock.Sub(s.StateSince) <= blindAfter:
			return evidence.Pass("has had no data for less than a week")
		}
		return evidence.Fail("has had no data since " + s.StateSince.UTC().Format(time.DateOnly) +
			": what it watches is gone, or so rare that missing data should count as good (notBreaching)")
	})
}

// runbookLink matches a link, the name or ARN of a Systems Manager document of AWS, or a document that is
// named as the runbook.
var runbookLink = regexp.MustCompile(`\bhttps?://\S+|arn:[a-z-]+:ssm:\S*:(document|automation-definition)/\S+|\bAWS[A-Za-z0-9]*-[A-Z]\w+|(?i:\b(runbook|playbook|ssm[ -]document)\s*[:=]\s*\S{3,})`)

func alarmRunbook(_ *scoring.Input, _ *evidence.Region, a anyAlarm) evidence.Verdict {
	return evidence.With(a.of().Description, func(description string) evidence.Verdict {
		switch {
		case strings.TrimSpace(description) == "":
			return evidence.Fail("has no description")
		case runbookLink.MatchString(description):
			return evidence.Pass("its description links a runbook")
		}
		return evidence.Fail("its description has neither a link nor a Systems Manager document")
	})
}
