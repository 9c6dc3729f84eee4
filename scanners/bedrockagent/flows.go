package bedrockagent

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func flowSummaries(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Flow] {
	pages := sdk.NewListFlowsPaginator(client, &sdk.ListFlowsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListFlowsOutput) (all []evidence.Flow) {
		for _, f := range out.FlowSummaries {
			all = append(all, evidence.Flow{ARN: aws.ToString(f.Arn), ID: aws.ToString(f.Id), Name: aws.ToString(f.Name)})
		}
		return all
	})
}

func flows(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Flow] {
	all := flowSummaries(ctx, run, client)
	scanners.Each(ctx, run, all, func(f *evidence.Flow) string { return f.ARN }, func(f *evidence.Flow) {
		f.Settings = scanners.Read(run, f.ARN, func() (evidence.FlowSettings, error) {
			out, err := client.GetFlow(ctx, &sdk.GetFlowInput{FlowIdentifier: &f.ID})
			if err != nil {
				return evidence.FlowSettings{}, err
			}
			return evidence.FlowSettings{
				Role: aws.ToString(out.ExecutionRoleArn), KMSKey: aws.ToString(out.CustomerEncryptionKeyArn), Nodes: nodes(out.Definition),
			}, nil
		})
		f.Aliases = flowAliases(ctx, run, client, f)
		f.Versions = evidence.Partial(flowVersions(ctx, run, client, f), f.Aliases.Gaps()...)
	})
	return all
}

func flowAliases(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Flow) evidence.List[evidence.AgentAlias] {
	pages := sdk.NewListFlowAliasesPaginator(client, &sdk.ListFlowAliasesInput{FlowIdentifier: &f.ID})
	return scanners.Pages(ctx, run, f.ARN, pages, func(out *sdk.ListFlowAliasesOutput) (all []evidence.AgentAlias) {
		for _, alias := range out.FlowAliasSummaries {
			routes := []string{}
			for _, r := range alias.RoutingConfiguration {
				if version := aws.ToString(r.FlowVersion); version != "" {
					routes = append(routes, version)
				}
			}
			all = append(all, evidence.AgentAlias{ID: aws.ToString(alias.Id), Name: aws.ToString(alias.Name), Routes: evidence.Known(routes)})
		}
		return all
	})
}

// flowVersions reads the numbered versions that an alias routes to.
func flowVersions(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Flow) (all []evidence.FlowVersion) {
	for _, number := range routed(f.Aliases) {
		if number == draft {
			continue
		}
		all = append(all, evidence.FlowVersion{Version: number, Nodes: scanners.Read(run, f.ARN, func() ([]evidence.FlowNode, error) {
			out, err := client.GetFlowVersion(ctx, &sdk.GetFlowVersionInput{FlowIdentifier: &f.ID, FlowVersion: &number})
			if err != nil {
				return nil, err
			}
			return nodes(out.Definition), nil
		})})
	}
	return all
}

// nodes lists the nodes of a definition; those inside a loop follow it.
func nodes(definition *types.FlowDefinition) []evidence.FlowNode {
	all := []evidence.FlowNode{}
	if definition == nil {
		return all
	}
	for _, n := range definition.Nodes {
		node := evidence.FlowNode{Name: aws.ToString(n.Name), Type: string(n.Type)}
		var inside []evidence.FlowNode
		switch c := n.Configuration.(type) {
		case *types.FlowNodeConfigurationMemberPrompt:
			node.Guardrail = guardrail(c.Value.GuardrailConfiguration)
			switch source := c.Value.SourceConfiguration.(type) {
			case *types.PromptFlowNodeSourceConfigurationMemberInline:
				node.Model = aws.ToString(source.Value.ModelId)
			case *types.PromptFlowNodeSourceConfigurationMemberResource:
				node.Prompt = aws.ToString(source.Value.PromptArn)
			}
		case *types.FlowNodeConfigurationMemberKnowledgeBase:
			node.Guardrail = guardrail(c.Value.GuardrailConfiguration)
			node.KnowledgeBase, node.Model = aws.ToString(c.Value.KnowledgeBaseId), aws.ToString(c.Value.ModelId)
		case *types.FlowNodeConfigurationMemberLambdaFunction:
			node.Function = aws.ToString(c.Value.LambdaArn)
		case *types.FlowNodeConfigurationMemberAgent:
			node.Agent = aws.ToString(c.Value.AgentAliasArn)
		case *types.FlowNodeConfigurationMemberLoopController:
			node.MaxIterations = int(aws.ToInt32(c.Value.MaxIterations))
		case *types.FlowNodeConfigurationMemberLoop:
			inside = nodes(c.Value.Definition)
		}
		all = append(append(all, node), inside...)
	}
	return all
}
