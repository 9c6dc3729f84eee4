package checks

import (
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// regional makes a kind of resource that is listed in each region and has an ARN.
func regional[R any](
	list func(*evidence.Region) evidence.List[R], arn, name func(R) string,
	relevance func(*workload.Graph, string, R) evidence.Verdict,
) scoring.Kind[R] {
	return scoring.Kind[R]{Regional: list, ID: func(_ *scoring.Input, _ string, r R) string { return arn(r) }, Name: name, Relevance: relevance}
}

var tables = regional(
	func(r *evidence.Region) evidence.List[evidence.DynamoDBTable] { return r.DynamoDB.Tables },
	func(t evidence.DynamoDBTable) string { return t.ARN },
	func(t evidence.DynamoDBTable) string { return t.Name },
	(*workload.Graph).Table)

var guardrails = regional(
	func(r *evidence.Region) evidence.List[evidence.BedrockGuardrail] { return r.Bedrock.Guardrails },
	func(g evidence.BedrockGuardrail) string { return g.ARN },
	func(g evidence.BedrockGuardrail) string { return g.Name },
	(*workload.Graph).Guardrail)
