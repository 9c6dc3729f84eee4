// Package cloudwatchlogs reads Amazon CloudWatch Logs: how log groups are kept, protected and watched.
// It never reads a log event and runs no query.
package cloudwatchlogs

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

const quotas = "CloudWatch Logs User Guide, CloudWatch Logs quotas: "

// Scanner lists everything in bulk; only data protection policies are read one by one, of log groups
// of the workload that have one.
var Scanner = scanners.Scanner{
	Service: "cloudwatchlogs",
	Operations: append(
		scanners.Reads("logs", "DescribeDeliveries", "DescribeDeliverySources", "DescribeQueryDefinitions", "GetScheduledQuery",
			"ListLogAnomalyDetectors", "ListScheduledQueries"),
		scanners.Operation{Name: "DescribeLogGroups", IAM: []string{"logs:DescribeLogGroups"}, Rate: 8, Source: quotas + "10 calls a second"},
		scanners.Operation{Name: "DescribeMetricFilters", IAM: []string{"logs:DescribeMetricFilters"}, Rate: 4, Source: quotas + "5 calls a second"},
		scanners.Operation{Name: "GetDataProtectionPolicy", IAM: []string{"logs:GetDataProtectionPolicy"}, Rate: 4, Source: quotas + "5 calls a second"},
		scanners.Operation{Name: "DescribeAccountPolicies", IAM: []string{"logs:DescribeAccountPolicies", "logs:GetDataProtectionPolicy"},
			Source: "API reference, DescribeAccountPolicies: each type of policy needs the permission that reads it for a log group too"},
	),
	Needs:    []string{"lambda", "bedrock", "bedrockagent", "iam", "resourcegroupstaggingapi"},
	Regional: read,
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	l := &into.Logs
	run.Together(
		func() {
			l.Groups = groups(ctx, run, client)
			known := namesOf(l.Groups.Found()) // before the groups are filled in
			run.Together(
				func() { protection(ctx, run, client, l.Groups) },
				func() { l.SavedQueries = savedQueries(ctx, run, client, known) },
				func() { l.ScheduledQueries = scheduledQueries(ctx, run, client, known) },
			)
		},
		func() { l.AccountPolicies = accountPolicies(ctx, run, client) },
		func() { l.MetricFilters = metricFilters(ctx, run, client) },
		func() { l.AnomalyDetectors = anomalyDetectors(ctx, run, client) },
		func() { l.DeliverySources = deliverySources(ctx, run, client) },
		func() { l.Deliveries = deliveries(ctx, run, client) },
	)
}

func groups(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.LogGroup] {
	pages := sdk.NewDescribeLogGroupsPaginator(client, &sdk.DescribeLogGroupsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.DescribeLogGroupsOutput) (all []evidence.LogGroup) {
		for _, g := range out.LogGroups {
			s := evidence.LogGroupSettings{
				Retention: int(aws.ToInt32(g.RetentionInDays)), RetentionPolicy: aws.ToString(g.RetentionPolicyName),
				KMSKey: aws.ToString(g.KmsKeyId), Class: string(g.LogGroupClass), StoredBytes: aws.ToInt64(g.StoredBytes),
				ProtectionStatus: string(g.DataProtectionStatus),
			}
			for _, property := range g.InheritedProperties {
				s.AccountProtection = s.AccountProtection || property == types.InheritedPropertyAccountDataProtection
			}
			all = append(all, evidence.LogGroup{ARN: bare(aws.ToString(g.Arn)), Name: aws.ToString(g.LogGroupName), Settings: evidence.Known(s)})
		}
		return all
	})
}

// bare strips the :* that stands for a log group's streams from its ARN.
func bare(arn string) string { return strings.TrimSuffix(arn, ":*") }

// protection reads the data protection policy of each log group that the listing says to have one.
func protection(ctx context.Context, run *scanners.Run, client *sdk.Client, list evidence.List[evidence.LogGroup]) {
	scanners.Each(ctx, run, list, func(g *evidence.LogGroup) string { return g.ARN }, func(g *evidence.LogGroup) {
		evidence.With(g.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
			switch {
			case s.ProtectionStatus != string(types.DataProtectionStatusActivated):
				g.Protection = evidence.Known("")
			case run.Workload.LogGroup(run.Region, *g).Can(evidence.CanPass):
				g.Protection = scanners.Read(run, g.ARN, func() (string, error) {
					out, err := client.GetDataProtectionPolicy(ctx, &sdk.GetDataProtectionPolicyInput{LogGroupIdentifier: &g.Name})
					if err != nil {
						return "", err
					}
					return aws.ToString(out.PolicyDocument), nil
				})
			}
			return evidence.Verdict{}
		})
	})
}

// accountPolicies asks for the one type that a check needs: what a retention policy does stands in
// DescribeLogGroups.
func accountPolicies(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.LogAccountPolicy] {
	return scanners.Tokens(run, "", func(token *string) ([]evidence.LogAccountPolicy, *string, error) {
		out, err := client.DescribeAccountPolicies(ctx, &sdk.DescribeAccountPoliciesInput{PolicyType: types.PolicyTypeDataProtectionPolicy, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		var all []evidence.LogAccountPolicy
		for _, p := range out.AccountPolicies {
			all = append(all, evidence.LogAccountPolicy{
				Name: aws.ToString(p.PolicyName), Type: string(p.PolicyType), Document: evidence.Known(aws.ToString(p.PolicyDocument)),
				Scope: string(p.Scope), Criteria: aws.ToString(p.SelectionCriteria),
			})
		}
		return all, out.NextToken, nil
	})
}

// metricFilters lists those of all log groups.
func metricFilters(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.LogMetricFilter] {
	pages := sdk.NewDescribeMetricFiltersPaginator(client, &sdk.DescribeMetricFiltersInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.DescribeMetricFiltersOutput) (all []evidence.LogMetricFilter) {
		for _, f := range out.MetricFilters {
			var s evidence.LogMetricFilterSettings
			for _, t := range f.MetricTransformations { // CloudWatch Logs allows one
				s = evidence.LogMetricFilterSettings{Namespace: aws.ToString(t.MetricNamespace), Metric: aws.ToString(t.MetricName)}
			}
			all = append(all, evidence.LogMetricFilter{Name: aws.ToString(f.FilterName), Group: aws.ToString(f.LogGroupName), Settings: evidence.Known(s)})
		}
		return all
	})
}

func anomalyDetectors(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.LogAnomalyDetector] {
	pages := sdk.NewListLogAnomalyDetectorsPaginator(client, &sdk.ListLogAnomalyDetectorsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListLogAnomalyDetectorsOutput) (all []evidence.LogAnomalyDetector) {
		for _, d := range out.AnomalyDetectors {
			s := evidence.LogAnomalyDetectorSettings{Status: string(d.AnomalyDetectorStatus)}
			for _, arn := range d.LogGroupArnList {
				s.Groups = append(s.Groups, bare(arn))
			}
			all = append(all, evidence.LogAnomalyDetector{ARN: aws.ToString(d.AnomalyDetectorArn), Settings: evidence.Known(s)})
		}
		return all
	})
}

func deliverySources(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.LogDeliverySource] {
	pages := sdk.NewDescribeDeliverySourcesPaginator(client, &sdk.DescribeDeliverySourcesInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.DescribeDeliverySourcesOutput) (all []evidence.LogDeliverySource) {
		for _, s := range out.DeliverySources {
			all = append(all, evidence.LogDeliverySource{Name: aws.ToString(s.Name), Settings: evidence.Known(
				evidence.LogDeliverySourceSettings{Type: aws.ToString(s.LogType), Resources: s.ResourceArns})})
		}
		return all
	})
}

func deliveries(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.LogDelivery] {
	pages := sdk.NewDescribeDeliveriesPaginator(client, &sdk.DescribeDeliveriesInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.DescribeDeliveriesOutput) (all []evidence.LogDelivery) {
		for _, d := range out.Deliveries {
			all = append(all, evidence.LogDelivery{
				ID: aws.ToString(d.Id), Source: evidence.Known(aws.ToString(d.DeliverySourceName)), DestinationType: string(d.DeliveryDestinationType),
			})
		}
		return all
	})
}
