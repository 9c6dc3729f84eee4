package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

var evaluationChecks = []scoring.Check{
	{
		ID:         "bedrock-evaluation-job-recent",
		Title:      "A model evaluation completed in the last 90 days",
		Questions:  []string{"6.2"},
		Severity:   scoring.High,
		Group:      "evaluation-any",
		Operations: append([]string{"bedrock.ListEvaluationJobs"}, modelUseOperations...),
		Why:        "Nobody knows whether the answers are still as good as when the workload was approved.",
		Fix:        "aws bedrock create-evaluation-job --cli-input-json file://evaluation.json",
		References: []string{"GENOPS01-BP01", "GENPERF01-BP01", "GENPERF02-BP03", "LLM09:2025"},
		Test:       scoring.PerAccount(evaluatedLately),
	},
	{
		ID:         "bedrock-rag-evaluation-recent",
		Title:      "An evaluation of the last 90 days covers every knowledge base",
		Questions:  []string{"6.2"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrock.ListEvaluationJobs", "bedrockagent.ListKnowledgeBases", "bedrockagent.GetKnowledgeBase"},
		Why:        "Retrieval gets worse as documents change, and no error shows it.",
		Fix:        "aws bedrock create-evaluation-job --application-type RagEvaluation --cli-input-json file://rag-evaluation.json",
		References: []string{"GENOPS01-BP01", "GENPERF01-BP01", "GENPERF04-BP01", "LLM08:2025", "LLM09:2025"},
		Test:       scoring.PerRegion(retrievalEvaluated),
	},
	{
		ID:         "bedrock-evaluation-model-comparison",
		Title:      "Evaluations compared candidate models",
		Questions:  []string{"6.7"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrock.ListEvaluationJobs"},
		Why:        "Without a comparison the choice of the model is a habit.",
		Fix:        "aws bedrock create-evaluation-job --cli-input-json file://same-evaluation-of-another-model.json",
		References: []string{"GENPERF02-BP03", "GENCOST01-BP01", "GENOPS01-BP01"},
		Test:       scoring.PerAccount(evaluationComparison),
	},
	{
		ID:         "bedrock-evaluation-safety-metrics",
		Title:      "Evaluations measure safety",
		Questions:  []string{"9.4"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrock.ListEvaluationJobs", "bedrock.GetEvaluationJob"},
		Why:        "Accurate answers can still be harmful, and nobody has looked.",
		Fix:        "aws bedrock create-evaluation-job --cli-input-json file://evaluation-with-Builtin.Harmfulness.json",
		References: []string{"GENOPS01-BP01", "GENSEC02-BP01", "LLM01:2025", "LLM02:2025", "LLM05:2025", "LLM09:2025"},
		Test:       scoring.PerAccount(evaluationSafety),
	},
	{
		ID:         "bedrock-evaluation-baseline",
		Title:      "Evaluations reuse one dataset as a baseline",
		Questions:  []string{"9.7"},
		Severity:   scoring.Medium,
		Group:      "regression-any",
		Operations: []string{"bedrock.ListEvaluationJobs", "bedrock.GetEvaluationJob"},
		Why:        "Results on different datasets cannot show whether a change made the answers worse.",
		Fix:        "aws bedrock create-evaluation-job --cli-input-json file://evaluation-with-the-same-dataset.json",
		References: []string{"GENPERF01-BP01", "GENOPS01-BP01", "LLM09:2025"},
		Test:       scoring.PerAccount(evaluationBaseline),
	},
}

func evaluationsIn(in *scoring.Input, region *evidence.Region) evidence.List[evidence.BedrockEvaluationJob] {
	return inScope(region.Bedrock.EvaluationJobs, func(j evidence.BedrockEvaluationJob) evidence.Verdict {
		return in.Workload.Bedrock(region.Name, j.ARN, "evaluation job")
	})
}

// evaluations are those of every region: one is as good anywhere.
func evaluations(in *scoring.Input) evidence.List[evidence.BedrockEvaluationJob] {
	return acrossRegions(in, func(r *evidence.Region) evidence.List[evidence.BedrockEvaluationJob] { return evaluationsIn(in, r) })
}

// evaluation is one that completed in the last 180 days.
type evaluation struct {
	job evidence.BedrockEvaluationJob
	evidence.BedrockEvaluationSummary
}

// completedEvaluations are those that completed in the last 180 days.
func completedEvaluations(in *scoring.Input) evidence.Fact[[]evaluation] {
	all := gather(evaluations(in), func(j evidence.BedrockEvaluationJob) evidence.Fact[evaluation] {
		return evidence.Map(j.Summary, func(s evidence.BedrockEvaluationSummary) evaluation { return evaluation{j, s} })
	})
	return evidence.Map(all, func(list []evaluation) []evaluation {
		return slices.DeleteFunc(list, func(e evaluation) bool { return e.Status != "Completed" || !within(in, e.Created, 180) })
	})
}

const noEvaluation = "no evaluation completed in the last 180 days"

func evaluatedLately(in *scoring.Input) evidence.Verdict {
	recent := evidence.Some(evaluations(in), "models are in use and no model evaluation completed in the last 90 days", func(j evidence.BedrockEvaluationJob) evidence.Verdict {
		return evidence.With(j.Summary, func(s evidence.BedrockEvaluationSummary) evidence.Verdict {
			return evidence.Test(s.Status == "Completed" && !s.RAG && within(in, s.Created, 90),
				"evaluation "+j.Name+" of "+s.Created.Format(time.DateOnly)+" completed", "")
		})
	})
	models := acrossRegions(in, func(r *evidence.Region) evidence.List[modelInUse] { return modelsInUse(in, r) })
	asked := evidence.Any(recent, evidence.Some(models, "", func(m modelInUse) evidence.Verdict { return m.used }))
	if asked.Failed() {
		asked.Message = "no model of Bedrock's is in use"
	}
	return doubted(evidence.If(asked, func() evidence.Verdict { return recent }), "whether models in use were evaluated in the last 90 days is not known")
}

func retrievalEvaluated(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	if bases := region.BedrockAgent.KnowledgeBases; len(bases.Gaps()) == 0 && len(bases.Found()) == 0 {
		return evidence.NotApplicable("the region has no knowledge base")
	}
	return evidence.Every(region.BedrockAgent.KnowledgeBases, func(k evidence.KnowledgeBase) evidence.Verdict {
		return evidence.If(in.Workload.KnowledgeBase(region.Name, k), func() evidence.Verdict {
			return evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
				if s.Status != "ACTIVE" {
					return evidence.NotApplicable("knowledge base " + k.Name + " is " + s.Status)
				}
				return evidence.Some(evaluationsIn(in, region), "no evaluation of the last 90 days covers knowledge base "+k.Name, func(j evidence.BedrockEvaluationJob) evidence.Verdict {
					return evidence.With(j.Summary, func(e evidence.BedrockEvaluationSummary) evidence.Verdict {
						covers := slices.ContainsFunc(e.KnowledgeBases, func(id string) bool { return id == k.ID || strings.HasSuffix(id, "/"+k.ID) })
						return evidence.Test(covers && e.RAG && e.Status == "Completed" && within(in, e.Created, 90),
							"evaluation "+j.Name+" covers knowledge base "+k.Name, "")
					})
				})
			})
		})
	})
}

func evaluationComparison(in *scoring.Input) evidence.Verdict {
	return evidence.With(completedEvaluations(in), func(all []evaluation) evidence.Verdict {
		var models []string
		for _, e := range all {
			models = append(models, e.Models...)
		}
		slices.Sort(models)
		switch models = slices.Compact(models); len(models) {
		case 0:
			return evidence.NotApplicable("no evaluation of a model completed in the last 180 days")
		case 1:
			return evidence.Fail("evaluations cover " + models[0] + " only")
		}
		return evidence.Pass("evaluations cover " + strings.Join(models[:2], ", ") + more(len(models)-2))
	})
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// configured adds to evaluations what they measure, on which data.
func configured(in *scoring.Input, ask func([]evidence.BedrockEvaluationConfig) evidence.Verdict) evidence.Verdict {
	return evidence.With(completedEvaluations(in), func(all []evaluation) evidence.Verdict {
		if len(all) == 0 {
			return evidence.NotApplicable(noEvaluation)
		}
		return evidence.With(gather(evidence.Listed(all...), func(e evaluation) evidence.Fact[evidence.BedrockEvaluationConfig] { return e.job.Config }), ask)
	})
}

// safety are the words in the names of metrics that measure safety rather than quality.
var safety = []string{"toxicity", "robustness", "harmful", "stereotyp", "refusal"}

func evaluationSafety(in *scoring.Input) evidence.Verdict {
	return configured(in, func(all []evidence.BedrockEvaluationConfig) evidence.Verdict {
		for _, c := range all {
			for _, metric := range c.Metrics {
				if slices.ContainsFunc(safety, func(word string) bool { return strings.Contains(strings.ToLower(metric), word) }) {
					return evidence.Pass("an evaluation measures " + metric)
				}
			}
		}
		return evidence.Fail("evaluations measure neither toxicity, robustness, harmfulness, stereotyping nor refusal")
	})
}

func evaluationBaseline(in *scoring.Input) evidence.Verdict {
	return configured(in, func(all []evidence.BedrockEvaluationConfig) evidence.Verdict {
		if len(all) < 2 {
			return evidence.NotApplicable("fewer than two evaluations completed in the last 180 days")
		}
		seen := map[string]int{}
		for _, c := range all {
			datasets := slices.Sorted(slices.Values(c.Datasets))
			for _, dataset := range slices.Compact(datasets) {
				if seen[dataset]++; dataset != "" && seen[dataset] > 1 {
					return evidence.Pass("evaluations share the dataset " + dataset)
				}
			}
		}
		return evidence.Fail("every evaluation used another dataset")
	})
}
