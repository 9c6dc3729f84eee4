package checks

import (
	"regexp"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// What protects the consumers of models that Bedrock runs: the guardrail that an agent's version or a
// flow's node names, or one that the account enforces.

func agentGuardrail(_ *scoring.Input, region *evidence.Region, a evidence.Agent) evidence.Verdict {
	return deployed(a, func(v evidence.AgentVersion) evidence.Verdict {
		return evidence.With(v.Settings, func(s evidence.AgentSettings) evidence.Verdict {
			return guarded(region, "version "+v.Version, s.Guardrail, s.Model)
		})
	})
}

func flowGuardrail(_ *scoring.Input, region *evidence.Region, f evidence.Flow) evidence.Verdict {
	return deployedNodes(f, func(version string, n evidence.FlowNode) evidence.Verdict {
		model := n.Model
		switch {
		case n.Type == "Prompt":
			if n.Prompt != "" {
				model = "" // the managed prompt's, which can change without the flow
			}
		case n.Type == "KnowledgeBase" && n.Model != "":
		default:
			return evidence.NotApplicable("")
		}
		return guarded(region, "node "+n.Name+" of version "+version, n.Guardrail, model)
	})
}

// guarded passes where a consumer names a guardrail, or the account enforces one for its model; an
// empty model is not known.
func guarded(region *evidence.Region, name string, own evidence.GuardrailRef, model string) evidence.Verdict {
	if own.ID != "" {
		return evidence.Pass(name + " uses guardrail " + own.ID)
	}
	return evidence.Some(region.Bedrock.Enforced, name+" has no guardrail, and the account enforces none for it", func(e evidence.BedrockEnforcement) evidence.Verdict {
		return evidence.With(e.Settings, func(g evidence.BedrockEnforcedGuardrail) evidence.Verdict {
			pass := evidence.Pass(name + " is covered by the enforced guardrail " + g.GuardrailID)
			switch {
			case enforcedOnAll(g):
				return pass
			case model == "":
				return evidence.Unknown(name+" has no guardrail; whether the enforced one covers its model was not looked up", evidence.Gap{
					Service: "bedrockagent", Region: region.Name, Resource: name, Reason: evidence.NotBuilt,
					Detail: "this version does not look up the model behind a managed prompt of a flow"})
			}
			return evidence.With(consumedModels(region, model), func(models []string) evidence.Verdict {
				for _, m := range models {
					if !enforcedOn(g, m) {
						return evidence.Fail("")
					}
				}
				return pass
			})
		})
	})
}

// enforcedOnAll: a configuration without lists is enforced on every model (Bedrock API,
// AccountEnforcedGuardrailInferenceInputConfiguration).
func enforcedOnAll(g evidence.BedrockEnforcedGuardrail) bool {
	return len(g.Excluded) == 0 && (len(g.Included) == 0 || slices.Contains(g.Included, "ALL"))
}

func enforcedOn(g evidence.BedrockEnforcedGuardrail, model string) bool {
	return !slices.Contains(g.Excluded, model) && (len(g.Included) == 0 || slices.Contains(g.Included, "ALL") || slices.Contains(g.Included, model))
}

// geography is the prefix that an inference profile's id has before its model's.
var geography = regexp.MustCompile(`^(global|us-gov|us|eu|apac|jp|au|ca|sa|me|mx|in|il|af|cn)\.`)

// consumedModels returns the ids of the foundation models behind what a consumer names: a model, an
// inference profile or a provisioned throughput, by id or ARN.
func consumedModels(region *evidence.Region, model string) evidence.Fact[[]string] {
	switch {
	case strings.Contains(model, ":application-inference-profile/"):
		for _, p := range region.Bedrock.InferenceProfiles.Found() {
			if p.ARN == model {
				return evidence.Map(p.Profile, func(s evidence.BedrockProfileSettings) []string {
					var ids []string
					for _, arn := range s.Models {
						ids = append(ids, modelID(arn))
					}
					return ids
				})
			}
		}
		return evidence.Missing[[]string](unlisted(region.Bedrock.InferenceProfiles.Gaps(), region, "ListInferenceProfiles", model))
	case strings.Contains(model, ":provisioned-model/"):
		for _, p := range region.Bedrock.Provisioned.Found() {
			if p.ARN == model {
				return evidence.Map(p.Settings, func(s evidence.BedrockProvisionedSettings) []string { return []string{modelID(s.ModelARN)} })
			}
		}
		return evidence.Missing[[]string](unlisted(region.Bedrock.Provisioned.Gaps(), region, "ListProvisionedModelThroughputs", model))
	}
	return evidence.Known([]string{modelID(model)})
}

// modelID is the id in an ARN, or an id, without an inference profile's geography. A custom model's id
// is its base model's and its own, with a slash between.
func modelID(model string) string {
	if strings.HasPrefix(model, "arn:") {
		_, model, _ = strings.Cut(model, "/")
	}
	return geography.ReplaceAllString(model, "")
}

// unlisted is the gap of something that a resource names and its listing did not show.
func unlisted(gaps []evidence.Gap, region *evidence.Region, operation, resource string) evidence.Gap {
	if len(gaps) > 0 {
		return gaps[0]
	}
	return evidence.Gap{Service: "bedrock", Operation: operation, Region: region.Name, Resource: resource, Reason: evidence.Failed,
		Detail: "it is named but was not listed: it belongs to another account, or was deleted"}
}

func agentGuardrailPinned(_ *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	return deployed(a, func(v evidence.AgentVersion) evidence.Verdict {
		return evidence.With(v.Settings, func(s evidence.AgentSettings) evidence.Verdict {
			return pinned("version "+v.Version, s.Guardrail)
		})
	})
}

func flowGuardrailPinned(_ *scoring.Input, _ *evidence.Region, f evidence.Flow) evidence.Verdict {
	return deployedNodes(f, func(version string, n evidence.FlowNode) evidence.Verdict {
		return pinned("node "+n.Name+" of version "+version, n.Guardrail)
	})
}

func pinned(name string, g evidence.GuardrailRef) evidence.Verdict {
	if g.ID == "" {
		return evidence.NotApplicable(name + " uses no guardrail")
	}
	return evidence.Test(g.Version != "" && g.Version != draftVersion,
		name+" uses version "+g.Version+" of guardrail "+g.ID, name+" uses the draft of guardrail "+g.ID)
}
