package checks

import (
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// What protects the consumers of models that Bedrock runs: the guardrail that an agent's version or a
// flow's node names, or one that the account enforces.

func agentGuardrail(_ *scoring.Input, region *evidence.Region, a evidence.Agent) evidence.Verdict {
	return deployed(a, func(v evidence.AgentVersion) evidence.Verdict {
		return evidence.With(v.Settings, func(s evidence.AgentSettings) evidence.Verdict {
			return behindGuardrail(region, "version "+v.Version, s.Guardrail, s.Model)
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
		return behindGuardrail(region, "node "+n.Name+" of version "+version, n.Guardrail, model)
	})
}

// behindGuardrail passes where a consumer names a guardrail, or the account enforces one for its model; an
// empty model is not known.
func behindGuardrail(region *evidence.Region, name string, own evidence.GuardrailRef, model string) evidence.Verdict {
	if own.ID != "" {
		return evidence.Pass(name + " uses guardrail " + own.ID)
	}
	return evidence.Some(region.Bedrock.Enforced, name+" has no guardrail, and the account enforces none for it", func(e evidence.BedrockEnforcement) evidence.Verdict {
		return evidence.With(e.Settings, func(g evidence.BedrockEnforcedGuardrail) evidence.Verdict {
			pass := evidence.Pass(name + " is covered by the enforced guardrail " + g.GuardrailID)
			switch {
			case enforcedForAll(g):
				return pass
			case model == "":
				return notTold(name, region, "this version does not look up the model behind a managed prompt of a flow")
			}
			return evidence.With(modelsBehind(region, model), func(models []string) evidence.Verdict {
				if len(models) == 0 {
					return notTold(name, region, "the enforced guardrails name Bedrock's models, and it uses another")
				}
				for _, m := range models {
					if !enforcedFor(g, m) {
						return evidence.Fail("")
					}
				}
				return pass
			})
		})
	})
}

func notTold(name string, region *evidence.Region, detail string) evidence.Verdict {
	return evidence.Unknown(name+" has no guardrail; whether an enforced one covers its model is not known",
		evidence.Gap{Service: "bedrockagent", Region: region.Name, Reason: evidence.NotBuilt, Detail: detail})
}

// enforcedForAll: a configuration without lists is enforced on every model (Bedrock API,
// AccountEnforcedGuardrailInferenceInputConfiguration).
func enforcedForAll(g evidence.BedrockEnforcedGuardrail) bool {
	return len(g.Excluded) == 0 && (len(g.Included) == 0 || slices.Contains(g.Included, "ALL"))
}

func enforcedFor(g evidence.BedrockEnforcedGuardrail, model string) bool {
	return !slices.Contains(g.Excluded, model) && (len(g.Included) == 0 || slices.Contains(g.Included, "ALL") || slices.Contains(g.Included, model))
}

// modelsBehind are the ids of Bedrock's models behind what a consumer names.
func modelsBehind(region *evidence.Region, model string) evidence.Fact[[]string] {
	return evidence.Map(resolveModel(region, workload.ModelNames(region)(model)), func(t modelTarget) []string { return t.models })
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
