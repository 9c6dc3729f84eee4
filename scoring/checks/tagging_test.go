package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// tableTagged is an account with one table that carries tags.
func tableTagged(tags evidence.Tags) *evidence.Account {
	return oneTableWith(func(r *evidence.Region) {
		r.Tagging.Resources = evidence.Listed(evidence.TaggedResource{ARN: tableARN, Tags: evidence.Known(tags)})
	})
}

// everyKind is an account with one resource of every kind that can be tagged, and with tags on those that tagged names.
func everyKind(tagged func(arn string) bool) *evidence.Account {
	return region(func(r *evidence.Region) {
		arn := func(suffix string) string { return "arn:aws:bedrock:eu-central-1:111122223333:" + suffix }
		r.BedrockAgent.Agents = evidence.Listed(evidence.Agent{ARN: arn("agent/A")})
		r.BedrockAgent.Flows = evidence.Listed(evidence.Flow{ARN: arn("flow/F")})
		r.BedrockAgent.KnowledgeBases = evidence.Listed(evidence.KnowledgeBase{ARN: arn("knowledge-base/K")})
		r.Bedrock.Guardrails = evidence.Listed(evidence.BedrockGuardrail{ARN: arn("guardrail/g")})
		r.Bedrock.InferenceProfiles = evidence.Listed(
			evidence.BedrockInferenceProfile{ARN: arn("application-inference-profile/p")},
			evidence.BedrockInferenceProfile{ARN: arn("inference-profile/eu.anthropic.claude-sonnet-4-20250514-v1:0")})
		r.Bedrock.Provisioned = evidence.Listed(evidence.BedrockProvisioned{ARN: arn("provisioned-model/t")})
		r.Bedrock.CustomModels = evidence.Listed(evidence.BedrockModel{ARN: arn("custom-model/c")})
		r.Bedrock.ImportedModels = evidence.Listed(evidence.BedrockModel{ARN: arn("imported-model/i")})
		r.Lambda.Functions = evidence.Listed(evidence.Function{ARN: "arn:aws:lambda:eu-central-1:111122223333:function:chat"})
		r.DynamoDB.Tables = evidence.Listed(evidence.DynamoDBTable{ARN: tableARN})
		var tags []evidence.TaggedResource
		for _, of := range []string{arn("agent/A"), arn("flow/F"), arn("knowledge-base/K"), arn("guardrail/g"), arn("application-inference-profile/p"),
			arn("provisioned-model/t"), arn("custom-model/c"), arn("imported-model/i"), "arn:aws:lambda:eu-central-1:111122223333:function:chat", tableARN} {
			if tagged(of) {
				tags = append(tags, evidence.TaggedResource{ARN: of, Tags: evidence.Known(evidence.Tags{"app": "claims"})})
			}
		}
		r.Tagging.Resources = evidence.Listed(tags...)
	})
}

func TestTagging(t *testing.T) {
	none := region(func(*evidence.Region) {})
	deniedTags := oneTableWith(func(r *evidence.Region) { r.Tagging.Resources = evidence.Partial[evidence.TaggedResource](nil, denied) })
	deniedAgents := region(func(r *evidence.Region) { r.BedrockAgent.Agents = evidence.Partial[evidence.Agent](nil, denied) })
	another := tableTagged(evidence.Tags{"app": "payroll"})
	another.Scan.Scope, another.Scan.WorkloadTag = workload.ScopeWorkload, "app=claims"
	both := func(s *scoring.Settings) { s.CostTags = []string{"cost-center", "owner"} }
	all := func(string) bool { return true }
	run(t, taggingChecks, table{
		"genai-data-classification-tag": {
			{name: "classified", account: tableTagged(evidence.Tags{"data-classification": "confidential"}), want: "pass"},
			{name: "another of the keys", account: tableTagged(evidence.Tags{"sensitivity": "high"}), want: "pass"},
			{name: "empty value", account: tableTagged(evidence.Tags{"data-classification": ""}), want: "not-applicable"},
			{name: "never tagged", account: oneTable(func(*evidence.DynamoDBTable) {}), want: "not-applicable"},
			{name: "key of the owner's", account: tableTagged(evidence.Tags{"klasse": "C3"}), want: "pass",
				settings: func(s *scoring.Settings) { s.ClassificationTag = []string{"klasse"} }},
			{name: "denied", account: deniedTags, want: "unknown"},
			{name: "no data stores", account: none, want: "not-applicable"},
		},
		"genai-resource-cost-tags": {
			{name: "one of the usual keys", account: tableTagged(evidence.Tags{"CostCenter": "4711"}), want: "pass"},
			{name: "every kind tagged", account: everyKind(all), want: "pass"},
			{name: "other keys", account: tableTagged(evidence.Tags{"Name": "x", "aws:cloudformation:stack-name": "app"}), want: "fail"},
			{name: "never tagged", account: oneTable(func(*evidence.DynamoDBTable) {}), want: "fail"},
			{name: "all keys of the owner's", account: tableTagged(evidence.Tags{"cost-center": "1", "owner": "a"}), want: "pass", settings: both},
			{name: "one key of the owner's is missing", account: tableTagged(evidence.Tags{"cost-center": "1", "app": "a"}), want: "fail", settings: both},
			{name: "the owner's key spelled otherwise", account: tableTagged(evidence.Tags{"CostCenter": "1", "owner": "a"}), want: "fail", settings: both},
			{name: "another system's", account: another, want: "not-applicable"},
			{name: "tags denied", account: deniedTags, want: "unknown"},
			{name: "listing denied", account: deniedAgents, want: "unknown"},
			{name: "no resources", account: none, want: "not-applicable"},
		},
	})
}

// TestEveryKindIsTagged shows that each kind counts: without its tags the check fails.
func TestEveryKindIsTagged(t *testing.T) {
	check, _ := ByID("genai-resource-cost-tags")
	whole := everyKind(func(string) bool { return true })
	for _, r := range whole.Regions[0].Tagging.Resources.Found() {
		a := everyKind(func(arn string) bool { return arn != r.ARN })
		if got, message := outcome(check, row{}.input(a)); got != "fail" {
			t.Errorf("without tags on %s: %s (%s)", r.ARN, got, message)
		}
	}
}
