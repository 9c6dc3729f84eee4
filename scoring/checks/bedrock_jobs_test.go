package checks

import (
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
)

// ago is a time some days before the scan.
func ago(days int) time.Time { return now.AddDate(0, 0, -days) }

func customModel(s evidence.BedrockModelSummary) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Bedrock.CustomModels = evidence.Listed(evidence.BedrockModel{ARN: customARN, Name: "tuned", Summary: evidence.Known(s), KMSKey: evidence.Known("")})
	})
}

func modelKeyed(key evidence.Fact[string]) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Bedrock.ImportedModels = evidence.Listed(evidence.BedrockModel{ARN: "arn:aws:bedrock:eu-central-1:111122223333:imported-model/im1", KMSKey: key})
	})
}

func customized(vpc evidence.Fact[bool], created time.Time) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Bedrock.CustomizationJobs = evidence.Listed(evidence.BedrockCustomizationJob{ARN: "arn:job", Name: "tune",
			Summary: evidence.Known(evidence.BedrockJob{Status: "Completed", Created: created}), VPC: vpc})
	})
}

func jobs(statuses ...string) *evidence.Account {
	return region(func(r *evidence.Region) {
		var all []evidence.BedrockCustomizationJob
		for i, status := range statuses { // the first is the newest
			all = append(all, evidence.BedrockCustomizationJob{ARN: "arn:job", Name: status, VPC: evidence.Known(true),
				Summary: evidence.Known(evidence.BedrockJob{Status: status, Created: ago(i)})})
		}
		r.Bedrock.CustomizationJobs = evidence.Listed(all...)
	})
}

func batch(s evidence.BedrockBatchSummary) *evidence.Account {
	if s.Submitted.IsZero() {
		s.Submitted = ago(3)
	}
	return region(func(r *evidence.Region) {
		r.Bedrock.BatchInferenceJobs = evidence.Listed(evidence.BedrockBatchInferenceJob{ARN: "arn:batch", Name: "night", Summary: evidence.Known(s)})
	})
}

func TestJobs(t *testing.T) {
	none := region(noMore)
	unreadJob := region(func(r *evidence.Region) {
		r.Bedrock.CustomizationJobs = evidence.Listed(evidence.BedrockCustomizationJob{ARN: "arn:job"})
	})
	batchDenied := region(func(r *evidence.Region) {
		r.Bedrock.BatchInferenceJobs = evidence.Partial[evidence.BedrockBatchInferenceJob](nil, denied)
	})
	deployed := func(status, model string) *evidence.Account {
		return with(customModel(evidence.BedrockModelSummary{Created: ago(40)}), func(r *evidence.Region) {
			r.Bedrock.Deployments = evidence.Listed(evidence.BedrockDeployment{ARN: "arn:deployment",
				Settings: evidence.Known(evidence.BedrockDeploymentSettings{ModelARN: model, Status: status})})
		})
	}
	run(t, jobChecks, table{
		"bedrock-customization-job-vpc": {
			{name: "VPC", account: customized(evidence.Known(true), ago(1)), want: "pass"},
			{name: "no VPC", account: customized(evidence.Known(false), ago(90)), want: "fail"},
			{name: "old", account: customized(evidence.Known(false), ago(91)), want: "not-applicable"},
			{name: "denied", account: customized(evidence.Fact[bool]{}, ago(1)), want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-customization-pipeline-health": {
			{name: "completed", account: jobs("Completed", "Failed"), want: "pass"},
			{name: "failed", account: jobs("Failed", "Completed"), want: "fail"},
			{name: "stopped", account: jobs("Stopped"), want: "fail"},
			{name: "running after a failure", account: jobs("InProgress", "Failed", "Completed"), want: "fail"},
			{name: "running", account: jobs("InProgress"), want: "not-applicable"},
			{name: "unread", account: unreadJob, want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-custom-model-cmk": {
			{name: "key", account: modelKeyed(evidence.Known(keyARN)), want: "pass"},
			{name: "AWS owned", account: modelKeyed(evidence.Known("")), want: "fail"},
			{name: "custom model", account: customModel(evidence.BedrockModelSummary{}), want: "fail"},
			{name: "denied", account: modelKeyed(evidence.Fact[string]{}), want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-custom-model-orphan": {
			{name: "deployed", account: deployed("Active", customARN), want: "pass"},
			{name: "deployment failed", account: deployed("Failed", customARN), want: "fail"},
			{name: "another model deployed", account: deployed("Active", "arn:other"), want: "fail"},
			{name: "throughput", account: withThroughput(evidence.BedrockProvisionedSettings{ModelARN: customARN}), want: "pass"},
			{name: "orphan", account: customModel(evidence.BedrockModelSummary{Created: ago(31)}), want: "fail"},
			{name: "young", account: customModel(evidence.BedrockModelSummary{Created: ago(30)}), want: "not-applicable"},
			{name: "deployments denied", account: with(customModel(evidence.BedrockModelSummary{Created: ago(31)}), func(r *evidence.Region) {
				r.Bedrock.Deployments = evidence.Partial[evidence.BedrockDeployment](nil, denied)
			}), want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-batch-inference-failures": {
			{name: "clean", account: batch(evidence.BedrockBatchSummary{Status: "Completed", Total: 1000, Errors: 50}), want: "pass"},
			{name: "more than 5 %", account: batch(evidence.BedrockBatchSummary{Status: "Completed", Total: 1000, Errors: 51}), want: "fail"},
			{name: "partly", account: batch(evidence.BedrockBatchSummary{Status: "PartiallyCompleted"}), want: "fail"},
			{name: "failed", account: batch(evidence.BedrockBatchSummary{Status: "Failed"}), want: "fail"},
			{name: "expired", account: batch(evidence.BedrockBatchSummary{Status: "Expired"}), want: "fail"},
			{name: "running", account: batch(evidence.BedrockBatchSummary{Status: "InProgress"}), want: "not-applicable"},
			{name: "stopped by hand", account: batch(evidence.BedrockBatchSummary{Status: "Stopped"}), want: "not-applicable"},
			{name: "failed long ago", account: batch(evidence.BedrockBatchSummary{Status: "Failed", Submitted: ago(31)}), want: "not-applicable"},
			{name: "denied", account: batchDenied, want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-batch-inference-used": {
			{name: "ran", account: batch(evidence.BedrockBatchSummary{Status: "Completed", Submitted: ago(90)}), want: "pass"},
			{name: "failed", account: batch(evidence.BedrockBatchSummary{Status: "Failed"}), want: "not-applicable"},
			{name: "denied", account: batchDenied, want: "unknown"},
		},
	})
}

func evaluated(changes ...func(*evidence.BedrockEvaluationSummary, *evidence.BedrockEvaluationConfig)) *evidence.Account {
	return with(usingModels(haiku), func(r *evidence.Region) {
		var all []evidence.BedrockEvaluationJob
		for _, change := range changes {
			s := evidence.BedrockEvaluationSummary{Status: "Completed", Created: ago(10), Models: []string{haiku}}
			c := evidence.BedrockEvaluationConfig{Metrics: []string{"Builtin.Accuracy"}, Datasets: []string{"s3://tests/questions.jsonl"}}
			change(&s, &c)
			all = append(all, evidence.BedrockEvaluationJob{ARN: "arn:evaluation", Name: "quality", Summary: evidence.Known(s), Config: evidence.Known(c)})
		}
		r.Bedrock.EvaluationJobs = evidence.Listed(all...)
		r.BedrockAgent.KnowledgeBases = evidence.Listed(knowledgeBase("ACTIVE"))
	})
}

func TestEvaluations(t *testing.T) {
	type (
		summary = evidence.BedrockEvaluationSummary
		config  = evidence.BedrockEvaluationConfig
	)
	same := func(*summary, *config) {}
	status := func(status string) func(*summary, *config) { return func(s *summary, _ *config) { s.Status = status } }
	aged := func(days int) func(*summary, *config) { return func(s *summary, _ *config) { s.Created = ago(days) } }
	retrieval := func(base string, days int) func(*summary, *config) {
		return func(s *summary, _ *config) {
			s.RAG, s.KnowledgeBases, s.Models, s.Created = true, []string{base}, nil, ago(days)
		}
	}
	measures := func(metric string) func(*summary, *config) {
		return func(_ *summary, c *config) { c.Metrics = append(c.Metrics, metric) }
	}
	unread := with(evaluated(same), func(r *evidence.Region) {
		r.Bedrock.EvaluationJobs = evidence.Listed(evidence.BedrockEvaluationJob{ARN: "arn:evaluation"})
	})
	deniedListing := with(evaluated(), func(r *evidence.Region) {
		r.Bedrock.EvaluationJobs = evidence.Partial[evidence.BedrockEvaluationJob](nil, denied)
	})
	configDenied := with(evaluated(same), func(r *evidence.Region) {
		r.Bedrock.EvaluationJobs.Found()[0].Config = evidence.Missing[evidence.BedrockEvaluationConfig](denied)
	})
	baseIn := func(status string) *evidence.Account {
		return with(evaluated(), func(r *evidence.Region) { r.BedrockAgent.KnowledgeBases = evidence.Listed(knowledgeBase(status)) })
	}
	run(t, evaluationChecks, table{
		"bedrock-evaluation-job-recent": {
			{name: "recent", account: evaluated(aged(90)), want: "pass"},
			{name: "old", account: evaluated(aged(91)), want: "fail"},
			{name: "failed", account: evaluated(status("Failed")), want: "fail"},
			{name: "of retrieval only", account: evaluated(retrieval("KBPOLICY01", 1)), want: "fail"},
			{name: "none", account: evaluated(), want: "fail"},
			{name: "no model in use", account: region(noMore), want: "not-applicable"},
			{name: "denied", account: deniedListing, want: "unknown"},
		},
		"bedrock-rag-evaluation-recent": {
			{name: "covered", account: evaluated(retrieval("KBPOLICY01", 90)), want: "pass"},
			{name: "covered by ARN", account: evaluated(retrieval("arn:aws:bedrock:eu-central-1:111122223333:knowledge-base/KBPOLICY01", 1)), want: "pass"},
			{name: "another base", account: evaluated(retrieval("KBOTHER001", 1)), want: "fail"},
			{name: "old", account: evaluated(retrieval("KBPOLICY01", 91)), want: "fail"},
			{name: "none", account: evaluated(), want: "fail"},
			{name: "base being deleted", account: baseIn("DELETING"), want: "not-applicable"},
			{name: "no base", account: region(noMore), want: "not-applicable"},
			{name: "denied", account: deniedListing, want: "unknown"},
		},
		"bedrock-evaluation-model-comparison": {
			{name: "two models", account: evaluated(same, func(s *summary, _ *config) { s.Models = []string{nova} }), want: "pass"},
			{name: "one model", account: evaluated(same, same), want: "fail"},
			{name: "the other failed", account: evaluated(same, func(s *summary, _ *config) { s.Models, s.Status = []string{nova}, "Failed" }), want: "fail"},
			{name: "only of retrieval", account: evaluated(retrieval("KBPOLICY01", 1)), want: "not-applicable"},
			{name: "none", account: evaluated(), want: "not-applicable"},
			{name: "unread", account: unread, want: "unknown"},
		},
		"bedrock-evaluation-safety-metrics": {
			{name: "toxicity", account: evaluated(measures("Builtin.Toxicity")), want: "pass"},
			{name: "harmfulness", account: evaluated(same, measures("Builtin.Harmfulness")), want: "pass"},
			{name: "accuracy only", account: evaluated(same), want: "fail"},
			{name: "too old", account: evaluated(func(s *summary, c *config) { measures("Builtin.Toxicity")(s, c); aged(181)(s, c) }), want: "not-applicable"},
			{name: "none", account: evaluated(), want: "not-applicable"},
			{name: "denied", account: configDenied, want: "unknown"},
		},
		"bedrock-evaluation-baseline": {
			{name: "same dataset", account: evaluated(same, same), want: "pass"},
			{name: "another dataset", account: evaluated(same, func(_ *summary, c *config) { c.Datasets = []string{"Builtin.Bold"} }), want: "fail"},
			{name: "one job twice the same dataset", account: evaluated(func(_ *summary, c *config) { c.Datasets = append(c.Datasets, c.Datasets...) },
				func(_ *summary, c *config) { c.Datasets = nil }), want: "fail"},
			{name: "one", account: evaluated(same), want: "not-applicable"},
			{name: "denied", account: configDenied, want: "unknown"},
			{name: "unread", account: unread, want: "unknown"},
		},
	})
}
