// Package bedrockagent reads Amazon Bedrock's build-time API: agents, knowledge bases, prompts and flows.
// The texts of instructions and prompts are examined in memory and never kept.
package bedrockagent

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockagent"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// Scanner reads what was built on Bedrock in each region.
var Scanner = scanners.Scanner{
	Service: "bedrockagent",
	Operations: spaced(scanners.Reads("bedrock",
		"GetAgent", "GetAgentActionGroup", "GetAgentVersion", "GetDataSource", "GetFlow", "GetFlowVersion",
		"GetKnowledgeBase", "GetPrompt", "ListAgentActionGroups", "ListAgentAliases", "ListAgentKnowledgeBases",
		"ListAgentVersions", "ListAgents", "ListDataSources", "ListFlowAliases", "ListFlows", "ListIngestionJobs",
		"ListKnowledgeBases", "ListPrompts")),
	Probe:    probe,
	Regional: read,
}

// spaced keeps below the quotas, of which most are 10 requests a second and none is lower.
func spaced(operations []scanners.Operation) []scanners.Operation {
	for i := range operations {
		operations[i].Rate = 8
		operations[i].Source = "AWS General Reference, Amazon Bedrock endpoints and quotas: 10 requests a second"
	}
	return operations
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	b := &into.BedrockAgent
	run.Together(
		func() { b.Agents = agents(ctx, run, client) },
		func() { b.KnowledgeBases = knowledgeBases(ctx, run, client) },
		func() { b.Prompts = prompts(ctx, run, client) },
		func() { b.Flows = flows(ctx, run, client) },
	)
}

// probe stops at the first sign.
func probe(ctx context.Context, run *scanners.Run) evidence.List[string] {
	client := sdk.NewFromConfig(run.Config)
	signs := evidence.Listed[string]()
	for _, look := range []func() evidence.List[string]{
		func() evidence.List[string] {
			return named(agentSummaries(ctx, run, client), func(a evidence.Agent) string { return "agent " + a.Name })
		},
		func() evidence.List[string] {
			return named(knowledgeBaseSummaries(ctx, run, client), func(k evidence.KnowledgeBase) string { return "knowledge base " + k.Name })
		},
		func() evidence.List[string] {
			return named(flowSummaries(ctx, run, client), func(f evidence.Flow) string { return "flow " + f.Name })
		},
		func() evidence.List[string] {
			return named(promptSummaries(ctx, run, client), func(p evidence.Prompt) string { return "prompt " + p.Name })
		},
	} {
		signs.Append(look())
		if len(signs.Found()) > 0 {
			return signs
		}
	}
	return signs
}

// named turns a listing into the name of its first item: one sign is enough.
func named[R any](list evidence.List[R], name func(R) string) evidence.List[string] {
	for _, r := range list.Found() {
		return evidence.Listed(name(r))
	}
	return evidence.Partial[string](nil, list.Gaps()...)
}
