// Package bedrock reads Amazon Bedrock's control plane: guardrails, logging, models and jobs.
package bedrock

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// Scanner reads Bedrock in each region.
var Scanner = scanners.Scanner{
	Service: "bedrock",
	Operations: scanners.Reads("bedrock",
		"GetCustomModel", "GetEvaluationJob", "GetGuardrail", "GetImportedModel", "GetModelCustomizationJob",
		"GetModelInvocationLoggingConfiguration", "ListCustomModelDeployments", "ListCustomModels",
		"ListEnforcedGuardrailsConfiguration", "ListEvaluationJobs", "ListFoundationModels", "ListGuardrails",
		"ListImportedModels", "ListInferenceProfiles", "ListModelCustomizationJobs", "ListModelInvocationJobs",
		"ListPromptRouters", "ListProvisionedModelThroughputs", "ListTagsForResource"),
	Probe:    probe,
	Regional: read,
}

// window bounds the listings of jobs: no check looks further back.
const window = 180 * 24 * time.Hour

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	b := &into.Bedrock
	run.Together(
		func() { b.Guardrails = guardrails(ctx, run, client) },
		func() { b.Enforced = enforced(ctx, run, client) },
		func() { b.Logging = logging(ctx, run, client) },
		func() { b.FoundationModels = foundationModels(ctx, run, client) },
		func() { b.InferenceProfiles = inferenceProfiles(ctx, run, client) },
		func() { b.Provisioned = provisioned(ctx, run, client) },
		func() { b.CustomModels = customModels(ctx, run, client) },
		func() { b.ImportedModels = importedModels(ctx, run, client) },
		func() { b.Deployments = deployments(ctx, run, client) },
		func() { b.CustomizationJobs = customizationJobs(ctx, run, client) },
		func() { b.EvaluationJobs = evaluationJobs(ctx, run, client) },
		func() { b.BatchInferenceJobs = batchInferenceJobs(ctx, run, client) },
		func() { b.PromptRouters = promptRouters(ctx, run, client) },
	)
}

// probe stops at the first sign. Foundation models and system-defined profiles are always there and prove nothing.
func probe(ctx context.Context, run *scanners.Run) evidence.List[string] {
	client := sdk.NewFromConfig(run.Config)
	signs := evidence.Listed[string]()
	for _, look := range []func() evidence.List[string]{
		func() evidence.List[string] {
			return named(guardrailDrafts(ctx, run, client), func(g evidence.BedrockGuardrail) string { return "guardrail " + g.Name })
		},
		func() evidence.List[string] {
			return named(profiles(ctx, run, client, types.InferenceProfileTypeApplication), func(p evidence.BedrockInferenceProfile) string {
				return "application inference profile " + p.Name
			})
		},
		func() evidence.List[string] {
			return named(provisioned(ctx, run, client), func(p evidence.BedrockProvisioned) string { return "provisioned throughput " + p.Name })
		},
		func() evidence.List[string] {
			return named(ownedModels(ctx, run, client), func(m evidence.BedrockModel) string { return "custom model " + m.Name })
		},
		func() evidence.List[string] {
			return named(imported(ctx, run, client), func(m evidence.BedrockModel) string { return "imported model " + m.Name })
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

func logging(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.Fact[evidence.BedrockLogging] {
	return scanners.Read(run, "", func() (evidence.BedrockLogging, error) {
		out, err := client.GetModelInvocationLoggingConfiguration(ctx, &sdk.GetModelInvocationLoggingConfigurationInput{})
		if err != nil || out.LoggingConfig == nil { // a success without a configuration means off
			return evidence.BedrockLogging{}, err
		}
		l := evidence.BedrockLogging{Text: aws.ToBool(out.LoggingConfig.TextDataDeliveryEnabled)}
		if c := out.LoggingConfig.CloudWatchConfig; c != nil {
			l.LogGroup, l.Role = aws.ToString(c.LogGroupName), aws.ToString(c.RoleArn)
		}
		if s := out.LoggingConfig.S3Config; s != nil {
			l.Bucket = aws.ToString(s.BucketName)
		}
		return l, nil
	})
}

func enforced(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockEnforcement] {
	pages := sdk.NewListEnforcedGuardrailsConfigurationPaginator(client, &sdk.ListEnforcedGuardrailsConfigurationInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListEnforcedGuardrailsConfigurationOutput) (all []evidence.BedrockEnforcement) {
		for _, c := range out.GuardrailsConfig {
			e := evidence.BedrockEnforcedGuardrail{
				GuardrailARN: aws.ToString(c.GuardrailArn), GuardrailID: aws.ToString(c.GuardrailId),
				Version: aws.ToString(c.GuardrailVersion), Owner: string(c.Owner),
			}
			if m := c.ModelEnforcement; m != nil {
				e.Included, e.Excluded = m.IncludedModels, m.ExcludedModels
			}
			all = append(all, evidence.BedrockEnforcement{ID: aws.ToString(c.ConfigId), Settings: evidence.Known(e)})
		}
		return all
	})
}

func promptRouters(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockPromptRouter] {
	// Default routers are always listed and say nothing of the account.
	pages := sdk.NewListPromptRoutersPaginator(client, &sdk.ListPromptRoutersInput{Type: types.PromptRouterTypeCustom})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListPromptRoutersOutput) (all []evidence.BedrockPromptRouter) {
		for _, p := range out.PromptRouterSummaries {
			all = append(all, evidence.BedrockPromptRouter{
				ARN: aws.ToString(p.PromptRouterArn), Name: aws.ToString(p.PromptRouterName), Status: evidence.Known(string(p.Status)),
			})
		}
		return all
	})
}
