// Package cloudwatch reads Amazon CloudWatch: alarms, dashboards, which metrics have data, and, where
// the flag allows what AWS bills, their values.
package cloudwatch

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

const (
	quotas = "CloudWatch User Guide, CloudWatch service quotas: DescribeAlarms takes 9 calls a second, ListMetrics 25"
	billed = "--metrics: CloudWatch bills GetMetricData, about 0.01 USD per 1,000 metrics"
)

// Scanner reads CloudWatch in each region. What the workload's resources are decides whose metric
// values are paid for.
var Scanner = scanners.Scanner{
	Service: "cloudwatch",
	Operations: append(
		scanners.Reads("cloudwatch", "DescribeAnomalyDetectors", "GetDashboard", "ListDashboards"),
		scanners.Operation{Name: "DescribeAlarms", IAM: []string{"cloudwatch:DescribeAlarms"}, Rate: 6, Source: quotas},
		scanners.Operation{Name: "ListMetrics", IAM: []string{"cloudwatch:ListMetrics"}, Rate: 15, Source: quotas},
		scanners.Operation{Name: "GetMetricData", IAM: []string{"cloudwatch:GetMetricData"}, OptIn: billed},
	),
	Needs:    []string{"iam", "lambda", "bedrock", "bedrockagent", "dynamodb", "resourcegroupstaggingapi"},
	Probe:    probe,
	Regional: read,
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	c := &into.CloudWatch
	run.Together(
		func() { c.Alarms, c.Composites = alarms(ctx, run, client) },
		func() { c.AnomalyDetectors = detectors(ctx, run, client) },
		func() { c.Dashboards = dashboards(ctx, run, client) },
		func() {
			c.Metrics = metrics(ctx, run, client,
				input(workload.BedrockMetrics), input(workload.AgentMetrics), input(workload.GuardrailMetrics), input(workload.MantleMetrics))
			c.TableMetrics = tableMetrics(ctx, run, client)
			c.Data = data(ctx, run, client, c)
		},
	)
}

// probe asks which models were invoked in the last two weeks: ListMetrics is free and knows no older metric.
func probe(ctx context.Context, run *scanners.Run) evidence.List[string] {
	client := sdk.NewFromConfig(run.Config)
	signs := evidence.Listed[string]()
	for _, asked := range []*sdk.ListMetricsInput{
		{Namespace: aws.String(workload.BedrockMetrics), MetricName: aws.String("Invocations")},
		{Namespace: aws.String(workload.MantleMetrics), MetricName: aws.String("Inferences")},
	} {
		found := metrics(ctx, run, client, asked)
		for _, m := range found.Found() {
			if model := m.Dimensions["ModelId"] + m.Dimensions["Model"]; model != "" {
				return evidence.Listed("invocations of model " + model)
			}
		}
		if len(found.Found()) > 0 { // over all models
			return evidence.Listed("metric " + aws.ToString(asked.MetricName) + " of " + aws.ToString(asked.Namespace))
		}
		signs.Append(evidence.Partial[string](nil, found.Gaps()...))
	}
	return signs
}

func input(namespace string) *sdk.ListMetricsInput {
	return &sdk.ListMetricsInput{Namespace: aws.String(namespace)}
}

func metrics(ctx context.Context, run *scanners.Run, client *sdk.Client, inputs ...*sdk.ListMetricsInput) evidence.List[evidence.Metric] {
	all := evidence.Listed[evidence.Metric]()
	for _, asked := range inputs {
		all.Append(scanners.Pages(ctx, run, "", sdk.NewListMetricsPaginator(client, asked), func(out *sdk.ListMetricsOutput) (metrics []evidence.Metric) {
			for _, m := range out.Metrics {
				metrics = append(metrics, metric(&m))
			}
			return metrics
		}))
	}
	return all
}

func metric(m *types.Metric) evidence.Metric {
	return evidence.Metric{Namespace: aws.ToString(m.Namespace), Name: aws.ToString(m.MetricName), Dimensions: dimensions(m.Dimensions)}
}

func dimensions(list []types.Dimension) map[string]string {
	if len(list) == 0 {
		return nil
	}
	all := map[string]string{}
	for _, d := range list {
		all[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	return all
}

// throttleEvents are the metrics of DynamoDB that count throttled reads and writes.
var throttleEvents = []string{"ReadThrottleEvents", "WriteThrottleEvents"}

// tableMetrics asks which tables were scanned or throttled, and keeps those that the workload may reach.
func tableMetrics(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Metric] {
	names := tablesInScope(run)
	if names == nil {
		return evidence.Partial[evidence.Metric](nil, regionOf(run).DynamoDB.Tables.Gaps()...)
	}
	scans := input("AWS/DynamoDB")
	scans.MetricName = aws.String("SuccessfulRequestLatency")
	scans.Dimensions = []types.DimensionFilter{{Name: aws.String("Operation"), Value: aws.String("Scan")}}
	inputs := []*sdk.ListMetricsInput{scans}
	for _, name := range throttleEvents {
		events := input("AWS/DynamoDB")
		events.MetricName = aws.String(name)
		inputs = append(inputs, events)
	}
	all := metrics(ctx, run, client, inputs...)
	kept := slices.DeleteFunc(all.Found(), func(m evidence.Metric) bool { return !slices.Contains(names, m.Dimensions["TableName"]) })
	return evidence.Partial(kept, append(all.Gaps(), regionOf(run).DynamoDB.Tables.Gaps()...)...)
}

// regionOf is what other services said in the run's region.
func regionOf(run *scanners.Run) *evidence.Region {
	for i := range run.Evidence.Regions {
		if run.Evidence.Regions[i].Name == run.Region {
			return &run.Evidence.Regions[i]
		}
	}
	return new(evidence.Region)
}

// tablesInScope returns the names of the region's tables that the workload may reach.
func tablesInScope(run *scanners.Run) (names []string) {
	for _, r := range run.Evidence.Regions {
		if r.Name != run.Region {
			continue
		}
		for _, t := range r.DynamoDB.Tables.Found() {
			if run.Workload.Table(run.Region, t).Can(evidence.CanPass) {
				names = append(names, t.Name)
			}
		}
	}
	return names
}

// functionsInScope returns the names of the region's functions that the workload may run.
func functionsInScope(run *scanners.Run) (names []string) {
	for _, r := range run.Evidence.Regions {
		if r.Name != run.Region {
			continue
		}
		for _, f := range r.Lambda.Functions.Found() {
			if run.Workload.Function(run.Region, f).Can(evidence.CanPass) {
				names = append(names, f.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func detectors(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.AnomalyDetector] {
	pages := sdk.NewDescribeAnomalyDetectorsPaginator(client, &sdk.DescribeAnomalyDetectorsInput{
		AnomalyDetectorTypes: []types.AnomalyDetectorType{types.AnomalyDetectorTypeSingleMetric, types.AnomalyDetectorTypeMetricMath},
	})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.DescribeAnomalyDetectorsOutput) (all []evidence.AnomalyDetector) {
		for _, d := range out.AnomalyDetectors {
			for _, m := range modelled(d, run.Account) {
				all = append(all, evidence.AnomalyDetector{
					Namespace: m.Namespace, Metric: m.Name, Dimensions: m.Dimensions, State: evidence.Known(string(d.StateValue)),
				})
			}
		}
		return all
	})
}

// modelled returns the metrics of this account that a detector models.
func modelled(d types.AnomalyDetector, account string) (all []evidence.AlarmMetric) {
	switch single, math := d.SingleMetricAnomalyDetector, d.MetricMathAnomalyDetector; {
	case math != nil:
		return watched(math.MetricDataQueries, account).metrics
	case single != nil:
		if owner := aws.ToString(single.AccountId); owner != "" && owner != account {
			return nil
		}
		return []evidence.AlarmMetric{{Namespace: aws.ToString(single.Namespace), Name: aws.ToString(single.MetricName), Dimensions: dimensions(single.Dimensions)}}
	//lint:ignore SA1019 the older form, which AWS still fills in
	case aws.ToString(d.MetricName) != "":
		//lint:ignore SA1019 the older form, which AWS still fills in
		return []evidence.AlarmMetric{{Namespace: aws.ToString(d.Namespace), Name: aws.ToString(d.MetricName), Dimensions: dimensions(d.Dimensions)}}
	}
	return nil
}

// key names a metric so that metrics can be put in order.
func key(m evidence.Metric) string {
	names := make([]string, 0, len(m.Dimensions))
	for name, value := range m.Dimensions {
		names = append(names, name+"="+value)
	}
	slices.Sort(names)
	return m.Namespace + " " + strings.Join(names, " ") + " " + m.Name
}
