package bedrockagent

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/secrets"
)

const draft = "DRAFT"

func agentSummaries(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Agent] {
	pages := sdk.NewListAgentsPaginator(client, &sdk.ListAgentsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListAgentsOutput) (all []evidence.Agent) {
		for _, a := range out.AgentSummaries {
			id := aws.ToString(a.AgentId)
			all = append(all, evidence.Agent{ARN: run.ARN("bedrock", "agent/"+id), ID: id, Name: aws.ToString(a.AgentName)})
		}
		return all
	})
}

func agents(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Agent] {
	all := agentSummaries(ctx, run, client)
	scanners.Each(ctx, run, all, func(a *evidence.Agent) string { return a.ARN }, func(a *evidence.Agent) {
		a.Settings = agentDraft(ctx, run, client, a)
		a.Aliases = agentAliases(ctx, run, client, a)
		a.Numbers = agentNumbers(ctx, run, client, a)
		a.Versions = evidence.Partial(agentVersions(ctx, run, client, a), a.Aliases.Gaps()...)
	})
	return all
}

func agentDraft(ctx context.Context, run *scanners.Run, client *sdk.Client, a *evidence.Agent) evidence.Fact[evidence.AgentSettings] {
	return scanners.Read(run, a.ARN, func() (evidence.AgentSettings, error) {
		out, err := client.GetAgent(ctx, &sdk.GetAgentInput{AgentId: &a.ID})
		if err != nil {
			return evidence.AgentSettings{}, err
		}
		g := out.Agent
		return agentSettings(types.AgentVersion{
			AgentResourceRoleArn: g.AgentResourceRoleArn, FoundationModel: g.FoundationModel,
			GuardrailConfiguration: g.GuardrailConfiguration, CustomerEncryptionKeyArn: g.CustomerEncryptionKeyArn,
			Description: g.Description, CreatedAt: g.CreatedAt, IdleSessionTTLInSeconds: g.IdleSessionTTLInSeconds,
			MemoryConfiguration: g.MemoryConfiguration, Instruction: g.Instruction, PromptOverrideConfiguration: g.PromptOverrideConfiguration,
		}), nil
	})
}

func agentVersion(ctx context.Context, run *scanners.Run, client *sdk.Client, a *evidence.Agent, version string) evidence.Fact[evidence.AgentSettings] {
	return scanners.Read(run, a.ARN, func() (evidence.AgentSettings, error) {
		out, err := client.GetAgentVersion(ctx, &sdk.GetAgentVersionInput{AgentId: &a.ID, AgentVersion: &version})
		if err != nil {
			return evidence.AgentSettings{}, err
		}
		return agentSettings(*out.AgentVersion), nil
	})
}

// agentSettings keeps what the checks ask of an agent's version.
func agentSettings(v types.AgentVersion) evidence.AgentSettings {
	s := evidence.AgentSettings{
		Role: aws.ToString(v.AgentResourceRoleArn), Model: aws.ToString(v.FoundationModel),
		Guardrail: guardrail(v.GuardrailConfiguration), KMSKey: aws.ToString(v.CustomerEncryptionKeyArn),
		Description: aws.ToString(v.Description), Created: aws.ToTime(v.CreatedAt),
		IdleSessionTTL: int(aws.ToInt32(v.IdleSessionTTLInSeconds)),
	}
	if m := v.MemoryConfiguration; m != nil && len(m.EnabledMemoryTypes) > 0 {
		s.Memory, s.MemoryDays = true, 30 // the default, Bedrock User Guide, "Enable agent memory"
		if m.StorageDays != nil {
			s.MemoryDays = int(*m.StorageDays)
		}
	}
	texts := []string{aws.ToString(v.Instruction)}
	if o := v.PromptOverrideConfiguration; o != nil {
		for _, p := range o.PromptConfigurations {
			texts = append(texts, aws.ToString(p.BasePromptTemplate))
		}
	}
	s.Secrets = detect(texts...)
	return s
}

// detect names the detectors of credentials that match one of the texts.
func detect(texts ...string) []string {
	var ids []string
	for _, text := range texts {
		ids = append(ids, secrets.IDs(secrets.Detect(text))...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func guardrail(c *types.GuardrailConfiguration) evidence.GuardrailRef {
	if c == nil {
		return evidence.GuardrailRef{}
	}
	return evidence.GuardrailRef{ID: aws.ToString(c.GuardrailIdentifier), Version: aws.ToString(c.GuardrailVersion)}
}

func agentAliases(ctx context.Context, run *scanners.Run, client *sdk.Client, a *evidence.Agent) evidence.List[evidence.AgentAlias] {
	pages := sdk.NewListAgentAliasesPaginator(client, &sdk.ListAgentAliasesInput{AgentId: &a.ID})
	return scanners.Pages(ctx, run, a.ARN, pages, func(out *sdk.ListAgentAliasesOutput) (all []evidence.AgentAlias) {
		for _, alias := range out.AgentAliasSummaries {
			routes := []string{}
			if alias.AliasInvocationState != types.AliasInvocationStateRejectInvocations {
				for _, r := range alias.RoutingConfiguration {
					if version := aws.ToString(r.AgentVersion); version != "" {
						routes = append(routes, version)
					}
				}
			}
			all = append(all, evidence.AgentAlias{
				ID: aws.ToString(alias.AgentAliasId), Name: aws.ToString(alias.AgentAliasName), Routes: evidence.Known(routes),
			})
		}
		return all
	})
}

func agentNumbers(ctx context.Context, run *scanners.Run, client *sdk.Client, a *evidence.Agent) evidence.List[string] {
	pages := sdk.NewListAgentVersionsPaginator(client, &sdk.ListAgentVersionsInput{AgentId: &a.ID})
	return scanners.Pages(ctx, run, a.ARN, pages, func(out *sdk.ListAgentVersionsOutput) (numbers []string) {
		for _, v := range out.AgentVersionSummaries {
			if number := aws.ToString(v.AgentVersion); number != draft {
				numbers = append(numbers, number)
			}
		}
		return numbers
	})
}

// routed returns the versions that aliases route to.
func routed(aliases evidence.List[evidence.AgentAlias]) []string {
	var versions []string
	for _, alias := range aliases.Found() {
		evidence.With(alias.Routes, func(routes []string) evidence.Verdict {
			versions = append(versions, routes...)
			return evidence.Verdict{}
		})
	}
	slices.Sort(versions)
	return slices.Compact(versions)
}

// agentVersions reads the DRAFT and the versions that an alias routes to.
func agentVersions(ctx context.Context, run *scanners.Run, client *sdk.Client, a *evidence.Agent) []evidence.AgentVersion {
	all := []evidence.AgentVersion{{Version: draft, Settings: a.Settings}}
	for _, number := range routed(a.Aliases) {
		if number != draft {
			all = append(all, evidence.AgentVersion{Version: number, Settings: agentVersion(ctx, run, client, a, number)})
		}
	}
	for i := range all {
		v := &all[i]
		v.ActionGroups = actionGroups(ctx, run, client, a, v.Version)
		v.KnowledgeBases = agentKnowledgeBases(ctx, run, client, a, v.Version)
	}
	return all
}

func agentKnowledgeBases(ctx context.Context, run *scanners.Run, client *sdk.Client, a *evidence.Agent, version string) evidence.List[evidence.AgentKnowledgeBase] {
	pages := sdk.NewListAgentKnowledgeBasesPaginator(client, &sdk.ListAgentKnowledgeBasesInput{AgentId: &a.ID, AgentVersion: &version})
	return scanners.Pages(ctx, run, a.ARN, pages, func(out *sdk.ListAgentKnowledgeBasesOutput) (all []evidence.AgentKnowledgeBase) {
		for _, k := range out.AgentKnowledgeBaseSummaries {
			all = append(all, evidence.AgentKnowledgeBase{
				ID: aws.ToString(k.KnowledgeBaseId), Enabled: evidence.Known(k.KnowledgeBaseState == types.KnowledgeBaseStateEnabled),
			})
		}
		return all
	})
}
