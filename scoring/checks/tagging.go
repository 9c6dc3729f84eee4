package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var taggingChecks = []scoring.Check{
	{
		ID:         "genai-data-classification-tag",
		Title:      "Data stores carry a tag that classifies their data",
		Questions:  []string{"2.6"},
		Severity:   scoring.Low,
		Weak:       true,
		Operations: []string{"resourcegroupstaggingapi.GetResources"},
		Why:        "Nobody can apply the right rule to data whose class is written nowhere.",
		Fix:        "aws resourcegroupstaggingapi tag-resources --resource-arn-list <arn> --tags data-classification=<class>",
		Test:       scoring.Resources(together(taggableTables, taggableKnowledgeBases), classified),
	},
	{
		ID:         "genai-resource-cost-tags",
		Title:      "GenAI resources carry the tags that allocate their cost",
		Questions:  []string{"8.2"},
		Severity:   scoring.Medium,
		Operations: []string{"resourcegroupstaggingapi.GetResources"},
		Why:        "The cost of a resource without tags belongs to nobody.",
		Fix:        "aws resourcegroupstaggingapi tag-resources --resource-arn-list <arn> --tags <key>=<value>",
		References: []string{"GENCOST02-BP02"},
		Test: scoring.Resources(together(taggableAgents, taggableFlows, taggableKnowledgeBases, taggableGuardrails, taggableProfiles,
			taggableThroughput, taggableModels, taggableImports, taggableFunctions, taggableTables), costTagged),
	},
}

// taggable is a resource that can carry tags. GetResources omits those that never had one, so they are
// counted from the services' own listings.
type taggable struct {
	arn, name string
	relevance func(*workload.Graph, string) evidence.Verdict
}

// taggables lists the resources of one kind in a region.
type taggables func(*evidence.Region) evidence.List[taggable]

// taggablesOf lists a kind of resource whose identifier is its ARN.
func taggablesOf[R any](kind scoring.Kind[R]) taggables {
	return func(region *evidence.Region) evidence.List[taggable] {
		from := kind.Regional(region)
		var all []taggable
		for _, r := range from.Found() {
			all = append(all, taggable{kind.ID(nil, region.Name, r), kind.Name(r), func(g *workload.Graph, region string) evidence.Verdict {
				return kind.Relevance(g, region, r)
			}})
		}
		return evidence.Partial(all, from.Gaps()...)
	}
}

// taggablesOfBedrock lists a kind of Bedrock resource that counts by itself.
func taggablesOfBedrock[R any](what string, list func(*evidence.Region) evidence.List[R], arn, name func(R) string) taggables {
	return taggablesOf(regional(list, arn, name, func(g *workload.Graph, region string, r R) evidence.Verdict {
		return g.Bedrock(region, arn(r), what)
	}))
}

// together makes one kind of several. Where resources may be unseen, so are the tags that they may carry.
func together(kinds ...taggables) scoring.Kind[taggable] {
	list := func(region *evidence.Region) (all evidence.List[taggable]) {
		for _, kind := range kinds {
			all.Append(kind(region))
		}
		if gaps := all.Gaps(); len(gaps) > 0 {
			return evidence.Partial(all.Found(), slices.Concat(gaps, region.Tagging.Resources.Gaps())...)
		}
		return all
	}
	return regional(list,
		func(t taggable) string { return t.arn },
		func(t taggable) string { return t.name },
		func(g *workload.Graph, region string, t taggable) evidence.Verdict { return t.relevance(g, region) })
}

var (
	taggableTables         = taggablesOf(tables)
	taggableGuardrails     = taggablesOf(guardrails)
	taggableKnowledgeBases = taggablesOf(regional(
		func(r *evidence.Region) evidence.List[evidence.KnowledgeBase] { return r.BedrockAgent.KnowledgeBases },
		func(k evidence.KnowledgeBase) string { return k.ARN },
		func(k evidence.KnowledgeBase) string { return k.Name },
		(*workload.Graph).KnowledgeBase))
	taggableAgents = taggablesOf(regional(
		func(r *evidence.Region) evidence.List[evidence.Agent] { return r.BedrockAgent.Agents },
		func(a evidence.Agent) string { return a.ARN },
		func(a evidence.Agent) string { return a.Name },
		(*workload.Graph).Agent))
	taggableFlows = taggablesOf(regional(
		func(r *evidence.Region) evidence.List[evidence.Flow] { return r.BedrockAgent.Flows },
		func(f evidence.Flow) string { return f.ARN },
		func(f evidence.Flow) string { return f.Name },
		(*workload.Graph).Flow))
	taggableFunctions = taggablesOf(regional(
		func(r *evidence.Region) evidence.List[evidence.Function] { return r.Lambda.Functions },
		func(f evidence.Function) string { return f.ARN },
		func(f evidence.Function) string { return f.Name },
		(*workload.Graph).Function))
	taggableThroughput = taggablesOfBedrock("provisioned throughput",
		func(r *evidence.Region) evidence.List[evidence.BedrockProvisioned] { return r.Bedrock.Provisioned },
		func(p evidence.BedrockProvisioned) string { return p.ARN },
		func(p evidence.BedrockProvisioned) string { return p.Name })
	taggableModels = taggablesOfBedrock("custom model",
		func(r *evidence.Region) evidence.List[evidence.BedrockModel] { return r.Bedrock.CustomModels },
		func(m evidence.BedrockModel) string { return m.ARN },
		func(m evidence.BedrockModel) string { return m.Name })
	taggableImports = taggablesOfBedrock("imported model",
		func(r *evidence.Region) evidence.List[evidence.BedrockModel] { return r.Bedrock.ImportedModels },
		func(m evidence.BedrockModel) string { return m.ARN },
		func(m evidence.BedrockModel) string { return m.Name })
	taggableProfiles = taggablesOfBedrock("application inference profile", ownProfiles,
		func(p evidence.BedrockInferenceProfile) string { return p.ARN },
		func(p evidence.BedrockInferenceProfile) string { return p.Name })
)

// ownProfiles are the inference profiles that the account made; the others are AWS's.
func ownProfiles(r *evidence.Region) evidence.List[evidence.BedrockInferenceProfile] {
	var own []evidence.BedrockInferenceProfile
	for _, p := range r.Bedrock.InferenceProfiles.Found() {
		if strings.Contains(p.ARN, ":application-inference-profile/") {
			own = append(own, p)
		}
	}
	return evidence.Partial(own, r.Bedrock.InferenceProfiles.Gaps()...)
}

func classified(in *scoring.Input, region *evidence.Region, t taggable) evidence.Verdict {
	return evidence.With(in.Workload.Tags(region.Name, t.arn), func(tags evidence.Tags) evidence.Verdict {
		for _, key := range in.Settings.ClassificationTag {
			if value := tags[key]; value != "" {
				return evidence.Pass("carries the tag " + key + "=" + value)
			}
		}
		return evidence.Fail("carries none of the tags " + strings.Join(in.Settings.ClassificationTag, ", "))
	})
}

// costKeys are tag keys by which cost is allocated, of which one is enough where the owner names none.
var costKeys = []string{"app", "application", "team", "cost-center", "project", "environment", "owner"}

func costTagged(in *scoring.Input, region *evidence.Region, t taggable) evidence.Verdict {
	return evidence.With(in.Workload.Tags(region.Name, t.arn), func(tags evidence.Tags) evidence.Verdict {
		if len(in.Settings.CostTags) == 0 {
			for _, key := range slices.Sorted(maps.Keys(tags)) {
				if slices.Contains(costKeys, spelled(key)) {
					return evidence.Pass("carries the tag " + key)
				}
			}
			return evidence.Fail("carries none of the tags " + strings.Join(costKeys, ", "))
		}
		var missing []string
		for _, key := range in.Settings.CostTags {
			if _, carried := tags[key]; !carried {
				missing = append(missing, key)
			}
		}
		return evidence.Test(len(missing) == 0, "carries the tags "+strings.Join(in.Settings.CostTags, ", "), "lacks the tag "+strings.Join(missing, ", "))
	})
}

// spelled brings the spellings of a tag key, such as CostCenter and cost_center, to one.
func spelled(key string) string {
	key = strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(key))
	if key == "costcenter" || key == "costcentre" {
		return "cost-center"
	}
	return key
}
