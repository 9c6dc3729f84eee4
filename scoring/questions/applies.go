package questions

import (
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// retrainingWindow is how long a customization job shows that the account retrains its models.
const retrainingWindow = 180 * 24 * time.Hour

// usesModels tells whether the account trains, customises or hosts models, runs agents or keeps knowledge bases.
func usesModels(in *scoring.Input) evidence.Verdict {
	return anywhere(in, []string{"sagemaker", "bedrockagentcorecontrol"}, func(r *evidence.Region) []evidence.Verdict {
		return []evidence.Verdict{
			hosted(r),
			customizedSince(r, in.Account.Clock.Add(-retrainingWindow)),
			present(r.BedrockAgent.Agents, "Bedrock agents", r),
			present(r.BedrockAgent.KnowledgeBases, "Bedrock knowledge bases", r),
		}
	})
}

// keepsVersions tells whether the account has anything of which versions can be kept: models of its
// own, prompts, guardrails or agents.
func keepsVersions(in *scoring.Input) evidence.Verdict {
	return anywhere(in, []string{"sagemaker", "bedrockagentcorecontrol"}, func(r *evidence.Region) []evidence.Verdict {
		return []evidence.Verdict{
			hosted(r),
			present(r.BedrockAgent.Prompts, "managed prompts", r),
			present(r.Bedrock.Guardrails, "guardrails", r),
			present(r.BedrockAgent.Agents, "Bedrock agents", r),
		}
	})
}

// retrains tells whether the account has models to retrain or knowledge bases to ingest again.
func retrains(in *scoring.Input) evidence.Verdict {
	return anywhere(in, []string{"sagemaker"}, func(r *evidence.Region) []evidence.Verdict {
		return []evidence.Verdict{
			present(r.Bedrock.CustomModels, "custom models", r),
			customizedSince(r, in.Account.Clock.Add(-retrainingWindow)),
			present(r.BedrockAgent.KnowledgeBases, "Bedrock knowledge bases", r),
		}
	})
}

// experiments tells whether the account customises or evaluates models.
func experiments(in *scoring.Input) evidence.Verdict {
	return anywhere(in, []string{"sagemaker", "bedrockagentcorecontrol"}, func(r *evidence.Region) []evidence.Verdict {
		return []evidence.Verdict{
			present(r.Bedrock.CustomModels, "custom models", r),
			present(r.Bedrock.CustomizationJobs, "model customization jobs", r),
			present(r.Bedrock.EvaluationJobs, "evaluation jobs", r),
		}
	})
}

// hosted tells whether Bedrock holds or serves models of the account's own.
func hosted(r *evidence.Region) evidence.Verdict {
	return evidence.Any(
		present(r.Bedrock.CustomModels, "custom models", r),
		present(r.Bedrock.ImportedModels, "imported models", r),
		present(r.Bedrock.Deployments, "custom model deployments", r),
	)
}

// customizedSince tells whether a customization job was created at or after a time.
func customizedSince(r *evidence.Region, since time.Time) evidence.Verdict {
	none := "no recent model customization job in " + r.Name
	return evidence.Some(r.Bedrock.CustomizationJobs, none, func(j evidence.BedrockCustomizationJob) evidence.Verdict {
		return evidence.With(j.Summary, func(s evidence.BedrockJob) evidence.Verdict {
			return evidence.Test(!s.Created.Before(since), "model customization job "+j.Name+" in "+r.Name, none)
		})
	})
}

// present tells whether a listing has anything at all.
func present[R any](list evidence.List[R], what string, r *evidence.Region) evidence.Verdict {
	return evidence.Exists(list, what+" in "+r.Name, "no "+what+" in "+r.Name, func(R) bool { return true })
}

// anywhere passes where one verdict of one region passes. Services that this version does not scan may
// hold what was not found in the others, so that it never certainly fails.
func anywhere(in *scoring.Input, unscanned []string, ask func(*evidence.Region) []evidence.Verdict) evidence.Verdict {
	var verdicts []evidence.Verdict
	for i := range in.Account.Regions {
		verdicts = append(verdicts, ask(&in.Account.Regions[i])...)
	}
	return evidence.Any(append(verdicts, notScanned(unscanned...)...)...)
}

// notScanned stands for what services that this version does not scan may hold.
func notScanned(services ...string) []evidence.Verdict {
	var verdicts []evidence.Verdict
	for _, service := range services {
		detail := service + " is not scanned"
		verdicts = append(verdicts, evidence.Unknown(detail, evidence.Gap{Service: service, Reason: evidence.NotBuilt, Detail: detail}))
	}
	return verdicts
}
