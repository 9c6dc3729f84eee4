package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var customizations = regional(
	func(r *evidence.Region) evidence.List[evidence.BedrockCustomizationJob] {
		return r.Bedrock.CustomizationJobs
	},
	func(j evidence.BedrockCustomizationJob) string { return j.ARN },
	func(j evidence.BedrockCustomizationJob) string { return j.Name },
	func(g *workload.Graph, region string, j evidence.BedrockCustomizationJob) evidence.Verdict {
		return g.Bedrock(region, j.ARN, "customization job")
	})

var customModels = regional(
	func(r *evidence.Region) evidence.List[evidence.BedrockModel] { return r.Bedrock.CustomModels },
	func(m evidence.BedrockModel) string { return m.ARN },
	func(m evidence.BedrockModel) string { return m.Name },
	func(g *workload.Graph, region string, m evidence.BedrockModel) evidence.Verdict {
		return g.Bedrock(region, m.ARN, "custom model")
	})

// ownModels are the models whose weights the account keeps.
var ownModels = regional(
	func(r *evidence.Region) evidence.List[evidence.BedrockModel] {
		imported := r.Bedrock.ImportedModels
		return evidence.Partial(slices.Concat(r.Bedrock.CustomModels.Found(), imported.Found()), slices.Concat(r.Bedrock.CustomModels.Gaps(), imported.Gaps())...)
	},
	func(m evidence.BedrockModel) string { return m.ARN },
	func(m evidence.BedrockModel) string { return m.Name },
	func(g *workload.Graph, region string, m evidence.BedrockModel) evidence.Verdict {
		if strings.Contains(m.ARN, ":imported-model/") {
			return g.Bedrock(region, m.ARN, "imported model")
		}
		return g.Bedrock(region, m.ARN, "custom model")
	})

var bedrockJobChecks = slices.Concat(jobChecks, evaluationChecks)

var jobChecks = []scoring.Check{
	{
		ID:         "bedrock-customization-job-vpc",
		Title:      "Model customization jobs read training data through a VPC",
		Questions:  []string{"1.2"},
		Severity:   scoring.Low,
		Operations: []string{"bedrock.ListModelCustomizationJobs", "bedrock.GetModelCustomizationJob"},
		Why:        "Outside a VPC no endpoint policy or flow log stands between the training data and the job.",
		Fix:        "aws bedrock create-model-customization-job --cli-input-json file://job-with-vpcConfig.json",
		References: []string{"GENSEC01-BP02", "LLM04:2025"},
		Test:       scoring.Resources(customizations, customizationVPC),
	},
	{
		ID:         "bedrock-customization-pipeline-health",
		Title:      "The newest model customization job completed",
		Questions:  []string{"6.5"},
		Severity:   scoring.Low,
		Operations: []string{"bedrock.ListModelCustomizationJobs"},
		Why:        "Models go stale behind a pipeline that nobody notices failing.",
		Fix:        "aws bedrock get-model-customization-job --job-identifier <job>",
		References: []string{"GENOPS05-BP01", "GENOPS04-BP02"},
		Test:       scoring.PerRegion(customizationHealth),
	},
	{
		ID:         "bedrock-custom-model-cmk",
		Title:      "Custom and imported models are encrypted with a customer managed key",
		Questions:  []string{"2.1"},
		Severity:   scoring.High,
		Operations: []string{"bedrock.GetCustomModel", "bedrock.GetImportedModel"},
		Why:        "Weights hold what they were trained on. Only a customer managed key can be audited, restricted and revoked; data is encrypted in any case.",
		Fix:        "aws bedrock create-model-customization-job --custom-model-kms-key-id <key> --cli-input-json file://job.json",
		References: []string{"GENSEC01-BP03", "LLM02:2025", "LLM04:2025", "Prowler bedrock_custom_model_encrypted_with_cmk"},
		Test:       scoring.Resources(ownModels, modelKey),
	},
	{
		ID:         "bedrock-custom-model-orphan",
		Title:      "Custom models are deployed or removed",
		Questions:  []string{"8.7"},
		Severity:   scoring.Low,
		Operations: []string{"bedrock.ListCustomModels", "bedrock.ListCustomModelDeployments", "bedrock.ListProvisionedModelThroughputs"},
		Why:        "The storage of a model that nobody can call is billed every month.",
		Fix:        "aws bedrock get-custom-model --model-identifier <model>",
		References: []string{"GENCOST02-BP02"},
		Test:       scoring.Resources(customModels, modelServed),
	},
	{
		ID:         "bedrock-batch-inference-failures",
		Title:      "Batch inference jobs finish cleanly",
		Questions:  []string{"7.1"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrock.ListModelInvocationJobs"},
		Why:        "Records that failed in a batch are missing from what is built on it.",
		Fix:        "aws bedrock get-model-invocation-job --job-identifier <job>",
		References: []string{"GENREL03-BP01", "GENOPS02-BP02"},
		Test:       scoring.PerRegion(batchFailures),
	},
	{
		ID:         "bedrock-batch-inference-used",
		Title:      "Offline work uses batch inference",
		Questions:  []string{"8.5"},
		Severity:   scoring.Low,
		Weak:       true,
		Operations: []string{"bedrock.ListModelInvocationJobs"},
		Why:        "Work that can wait costs half in a batch. Interactive workloads do not need it.",
		Fix:        "aws bedrock create-model-invocation-job --cli-input-json file://job.json",
		References: []string{"GENCOST02-BP01"},
		Test:       scoring.PerAccount(batchUsed),
	},
}

// within reports that something happened in the days before the scan.
func within(in *scoring.Input, at time.Time, span int) bool {
	return !at.Before(in.Account.Clock.AddDate(0, 0, -span))
}

// gather turns the facts of a list's items into one fact, which is unknown where any of them is.
func gather[R, T any](list evidence.List[R], of func(R) evidence.Fact[T]) evidence.Fact[[]T] {
	if gaps := list.Gaps(); len(gaps) > 0 {
		return evidence.Missing[[]T](gaps[0])
	}
	all := evidence.Known([]T(nil))
	for _, r := range list.Found() {
		all = evidence.Bind(all, func(done []T) evidence.Fact[[]T] {
			return evidence.Map(of(r), func(v T) []T { return append(done, v) })
		})
	}
	return all
}

// inScope is the part of a region's listing that the workload reaches.
func inScope[R any](list evidence.List[R], reaches func(R) evidence.Verdict) evidence.List[R] {
	gaps := slices.Clone(list.Gaps())
	var items []R
	for _, r := range list.Found() {
		switch v := reaches(r); {
		case v.Passed():
			items = append(items, r)
		case v.Can(evidence.CanPass):
			gaps = append(gaps, v.Gaps...)
		}
	}
	return evidence.Partial(items, gaps...)
}

func customizationVPC(in *scoring.Input, _ *evidence.Region, j evidence.BedrockCustomizationJob) evidence.Verdict {
	return evidence.With(j.Summary, func(s evidence.BedrockJob) evidence.Verdict {
		if !within(in, s.Created, 90) {
			return evidence.NotApplicable("created more than 90 days ago")
		}
		return evidence.With(j.VPC, func(vpc bool) evidence.Verdict {
			return evidence.Test(vpc, "reads its data through a VPC", "reads its data without a VPC")
		})
	})
}

func customizationHealth(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	type finished struct {
		name string
		evidence.BedrockJob
	}
	jobs := inScope(region.Bedrock.CustomizationJobs, func(j evidence.BedrockCustomizationJob) evidence.Verdict {
		return customizations.Relevance(in.Workload, region.Name, j)
	})
	all := gather(jobs, func(j evidence.BedrockCustomizationJob) evidence.Fact[finished] {
		return evidence.Map(j.Summary, func(s evidence.BedrockJob) finished { return finished{j.Name, s} })
	})
	return evidence.With(all, func(jobs []finished) evidence.Verdict {
		jobs = slices.DeleteFunc(jobs, func(j finished) bool { return j.Status == "InProgress" || j.Status == "Stopping" })
		if len(jobs) == 0 {
			return evidence.NotApplicable("no model customization job ended in the last 180 days")
		}
		newest := slices.MaxFunc(jobs, func(a, b finished) int { return a.Created.Compare(b.Created) })
		message := "the newest customization job, " + newest.name + ", is " + newest.Status
		return evidence.Test(newest.Status == "Completed", message, message)
	})
}

func modelKey(_ *scoring.Input, _ *evidence.Region, m evidence.BedrockModel) evidence.Verdict {
	return evidence.With(m.KMSKey, func(key string) evidence.Verdict {
		return evidence.Test(key != "", "uses the customer managed key "+key, "encrypted with an AWS owned key, no customer managed key")
	})
}

func modelServed(in *scoring.Input, region *evidence.Region, m evidence.BedrockModel) evidence.Verdict {
	none := "has neither an active deployment nor a provisioned throughput"
	served := evidence.Any(
		evidence.Some(region.Bedrock.Deployments, none, func(d evidence.BedrockDeployment) evidence.Verdict {
			return evidence.With(d.Settings, func(s evidence.BedrockDeploymentSettings) evidence.Verdict {
				return evidence.Test(s.ModelARN == m.ARN && s.Status == "Active", "has an active deployment", "")
			})
		}),
		evidence.Some(region.Bedrock.Provisioned, none, func(p evidence.BedrockProvisioned) evidence.Verdict {
			return evidence.With(p.Settings, func(s evidence.BedrockProvisionedSettings) evidence.Verdict {
				return evidence.Test(s.ModelARN == m.ARN, "has the provisioned throughput "+p.Name, "")
			})
		}))
	old := evidence.With(m.Summary, func(s evidence.BedrockModelSummary) evidence.Verdict {
		return evidence.Test(!within(in, s.Created, 30), "created on "+s.Created.Format(time.DateOnly), "created in the last 30 days")
	})
	asked := evidence.Any(served, settled(old))
	if asked.Failed() {
		asked.Message = old.Message
	}
	return doubted(evidence.If(asked, func() evidence.Verdict { return served }), "whether anything serves the model is not known")
}

func batchFailures(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	jobs := batchJobs(in, region)
	if len(jobs.Gaps()) == 0 && len(jobs.Found()) == 0 {
		return evidence.NotApplicable("no batch inference job in the last 90 days")
	}
	return evidence.Every(jobs, func(j evidence.BedrockBatchInferenceJob) evidence.Verdict {
		return evidence.With(j.Summary, func(s evidence.BedrockBatchSummary) evidence.Verdict {
			switch {
			case !within(in, s.Submitted, 30):
				return evidence.NotApplicable("no batch inference job in the last 30 days")
			case slices.Contains([]string{"Failed", "Expired", "PartiallyCompleted"}, s.Status):
				return evidence.Fail("batch job " + j.Name + " is " + s.Status)
			case s.Status != "Completed":
				return evidence.NotApplicable("batch job " + j.Name + " is " + s.Status)
			}
			return evidence.Test(s.Errors*20 <= s.Total, // 5 %
				fmt.Sprintf("batch job %s completed with errors in %d of %d records", j.Name, s.Errors, s.Total),
				fmt.Sprintf("batch job %s has errors in %d of %d records, more than 5 %%", j.Name, s.Errors, s.Total))
		})
	})
}

func batchJobs(in *scoring.Input, region *evidence.Region) evidence.List[evidence.BedrockBatchInferenceJob] {
	return inScope(region.Bedrock.BatchInferenceJobs, func(j evidence.BedrockBatchInferenceJob) evidence.Verdict {
		return in.Workload.Bedrock(region.Name, j.ARN, "batch inference job")
	})
}

func batchUsed(in *scoring.Input) evidence.Verdict {
	jobs := acrossRegions(in, func(r *evidence.Region) evidence.List[evidence.BedrockBatchInferenceJob] { return batchJobs(in, r) })
	return evidence.Some(jobs, "no batch inference job ran in the last 90 days", func(j evidence.BedrockBatchInferenceJob) evidence.Verdict {
		return evidence.With(j.Summary, func(s evidence.BedrockBatchSummary) evidence.Verdict {
			ran := slices.Contains([]string{"InProgress", "Completed", "PartiallyCompleted"}, s.Status)
			return evidence.Test(ran && within(in, s.Submitted, 90), "batch job "+j.Name+" ran", "")
		})
	})
}
