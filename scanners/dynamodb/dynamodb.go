// Package dynamodb reads Amazon DynamoDB.
package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

const slow = "DynamoDB Developer Guide, Quotas: DescribeTimeToLive and DescribeContinuousBackups take 10 calls a second"

// Scanner lists tables and describes those that the workload may reach.
var Scanner = scanners.Scanner{
	Service: "dynamodb",
	Operations: append(
		scanners.Reads("dynamodb", "ListTables", "DescribeTable", "GetResourcePolicy", "ListContributorInsights"),
		scanners.Operation{Name: "DescribeTimeToLive", IAM: []string{"dynamodb:DescribeTimeToLive"}, Rate: 8, Source: slow},
		scanners.Operation{Name: "DescribeContinuousBackups", IAM: []string{"dynamodb:DescribeContinuousBackups"}, Rate: 8, Source: slow},
	),
	Needs:    []string{"iam", "lambda", "bedrockagent", "resourcegroupstaggingapi"},
	Regional: read,
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	run.Together(
		func() {
			into.DynamoDB.Tables = tables(ctx, run, client)
			scanners.Each(ctx, run, into.DynamoDB.Tables, func(t *evidence.DynamoDBTable) string { return t.ARN }, func(t *evidence.DynamoDBTable) {
				if run.Workload.Table(run.Region, *t).Can(evidence.CanPass) {
					describe(ctx, run, client, t)
				}
			})
		},
		func() { into.DynamoDB.Insights = insights(ctx, run, client) },
	)
}

func tables(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.DynamoDBTable] {
	pages := sdk.NewListTablesPaginator(client, &sdk.ListTablesInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListTablesOutput) (tables []evidence.DynamoDBTable) {
		for _, name := range out.TableNames {
			tables = append(tables, evidence.DynamoDBTable{ARN: run.ARN("dynamodb", "table/"+name), Name: name})
		}
		return tables
	})
}

func describe(ctx context.Context, run *scanners.Run, client *sdk.Client, t *evidence.DynamoDBTable) {
	t.Description = scanners.Read(run, t.ARN, func() (evidence.DynamoDBSettings, error) {
		out, err := client.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: &t.Name})
		if err != nil {
			return evidence.DynamoDBSettings{}, err
		}
		return settings(out.Table), nil
	})
	t.Recovery = scanners.Read(run, t.ARN, func() (bool, error) {
		out, err := client.DescribeContinuousBackups(ctx, &sdk.DescribeContinuousBackupsInput{TableName: &t.Name})
		if err != nil {
			return false, err
		}
		recovery := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
		return recovery != nil && recovery.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled, nil
	})
	t.TimeToLive = scanners.Read(run, t.ARN, func() (string, error) {
		out, err := client.DescribeTimeToLive(ctx, &sdk.DescribeTimeToLiveInput{TableName: &t.Name})
		if err != nil {
			return "", err
		}
		return string(out.TimeToLiveDescription.TimeToLiveStatus), nil
	})
	t.Policy = scanners.Read(run, t.ARN, func() (string, error) {
		out, err := client.GetResourcePolicy(ctx, &sdk.GetResourcePolicyInput{ResourceArn: &t.ARN})
		if scanners.Is(err, "PolicyNotFoundException") {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return aws.ToString(out.Policy), nil
	})
}

// settings keeps what the checks ask of a table. No SSEDescription means an AWS-owned key, and no
// BillingModeSummary means provisioned capacity.
func settings(t *types.TableDescription) evidence.DynamoDBSettings {
	s := evidence.DynamoDBSettings{
		Status:             string(t.TableStatus),
		Created:            aws.ToTime(t.CreationDateTime),
		OnDemand:           t.BillingModeSummary != nil && t.BillingModeSummary.BillingMode == types.BillingModePayPerRequest,
		DeletionProtection: aws.ToBool(t.DeletionProtectionEnabled),
		Stream:             aws.ToString(t.LatestStreamArn),
	}
	if sse := t.SSEDescription; sse != nil {
		s.KMSKey = aws.ToString(sse.KMSMasterKeyArn)
		s.KeyInaccessible = sse.InaccessibleEncryptionDateTime != nil
	}
	for _, replica := range t.Replicas {
		if replica.ReplicaStatus == types.ReplicaStatusActive {
			s.ActiveReplicas = append(s.ActiveReplicas, aws.ToString(replica.RegionName))
		}
	}
	return s
}

func insights(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.DynamoDBInsights] {
	pages := sdk.NewListContributorInsightsPaginator(client, &sdk.ListContributorInsightsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListContributorInsightsOutput) (all []evidence.DynamoDBInsights) {
		for _, s := range out.ContributorInsightsSummaries {
			all = append(all, evidence.DynamoDBInsights{
				Table: aws.ToString(s.TableName), Index: aws.ToString(s.IndexName), Status: evidence.Known(string(s.ContributorInsightsStatus)),
			})
		}
		return all
	})
}
