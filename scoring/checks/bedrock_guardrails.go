package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

func guardrailExists(_ *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.Any(
		evidence.Some(region.Bedrock.Guardrails, "no guardrail is ready", func(g evidence.BedrockGuardrail) evidence.Verdict {
			return evidence.With(g.Status, func(status string) evidence.Verdict {
				// A guardrail that is being updated or versioned goes on working.
				ready := slices.Contains([]string{"READY", "UPDATING", "VERSIONING"}, status)
				return evidence.Test(ready, "guardrail "+g.Name+" is "+status, "")
			})
		}),
		evidence.Exists(region.Bedrock.Enforced, "a guardrail is enforced", "", func(evidence.BedrockEnforcement) bool { return true }))
}

func guardrailPromptAttack(_ *scoring.Input, _ *evidence.Region, g guardrailInUse) evidence.Verdict {
	return evidence.With(g.policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		for _, f := range p.Content {
			if f.Type != "PROMPT_ATTACK" { // it has no output strength
				continue
			}
			if weakness := weakFilter(f.InputStrength, f.InputBlocks); weakness != "" {
				return evidence.Fail("PROMPT_ATTACK " + weakness)
			}
			return evidence.Pass("blocks PROMPT_ATTACK at " + f.InputStrength)
		}
		return evidence.Fail("has no PROMPT_ATTACK filter")
	})
}

// weakFilter says why a content filter does not do in one direction, or nothing.
func weakFilter(strength string, blocks bool) string {
	switch {
	case strength != "MEDIUM" && strength != "HIGH":
		return "has strength " + strength
	case !blocks:
		return "only detects"
	}
	return ""
}

// harms are the content filters for harmful content.
var harms = []string{"SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT"}

func guardrailContent(_ *scoring.Input, _ *evidence.Region, g guardrailInUse) evidence.Verdict {
	return evidence.With(g.policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		var lacks []string
		for _, harm := range harms {
			i := slices.IndexFunc(p.Content, func(f evidence.BedrockContentFilter) bool { return f.Type == harm })
			if i < 0 {
				lacks = append(lacks, harm+" has no filter")
				continue
			}
			f := p.Content[i]
			if weakness := weakFilter(f.InputStrength, f.InputBlocks); weakness != "" {
				lacks = append(lacks, harm+" "+weakness+" on input")
			}
			if weakness := weakFilter(f.OutputStrength, f.OutputBlocks); weakness != "" {
				lacks = append(lacks, harm+" "+weakness+" on output")
			}
		}
		if len(lacks) > 0 {
			return evidence.Fail(strings.Join(lacks, ", "))
		}
		return evidence.Pass("blocks " + strings.Join(harms, ", ") + " on input and output")
	})
}

func guardrailTopics(_ *scoring.Input, _ *evidence.Region, g guardrailInUse) evidence.Verdict {
	return evidence.With(g.policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		if p.DeniedTopics+p.Words+p.ManagedWords == 0 {
			return evidence.Fail("blocks no topic, word or word list")
		}
		return evidence.Pass(fmt.Sprintf("blocks %s, %s and %s",
			quantity(p.DeniedTopics, "topic"), quantity(p.Words, "word"), quantity(p.ManagedWords, "managed word list")))
	})
}

// enoughGrounding is the score below which an answer is blocked: at less, most inventions pass.
const enoughGrounding = 0.5

func guardrailGrounding(in *scoring.Input, region *evidence.Region, g guardrailInUse) evidence.Verdict {
	keepsDocuments := evidence.Some(region.BedrockAgent.KnowledgeBases, "the region has no knowledge base", func(k evidence.KnowledgeBase) evidence.Verdict {
		return in.Workload.KnowledgeBase(region.Name, k)
	})
	return evidence.If(keepsDocuments, func() evidence.Verdict {
		return evidence.With(g.policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
			if p.AutomatedReasoning > 0 {
				return evidence.Pass("an automated reasoning policy validates answers")
			}
			for _, f := range p.Grounding {
				switch {
				case f.Type != "GROUNDING":
				case !f.Enabled:
					return evidence.Fail("the grounding check is disabled")
				case !f.Blocks:
					return evidence.Fail("the grounding check only detects")
				default:
					return evidence.Test(f.Threshold >= enoughGrounding, fmt.Sprintf("blocks answers grounded below %g", f.Threshold),
						fmt.Sprintf("the grounding threshold is %g, less than %g", f.Threshold, enoughGrounding))
				}
			}
			return evidence.Fail("has no grounding check")
		})
	})
}

// personalData are the types of personal data that a guardrail must act on: what identifies a person,
// reaches one or pays for one in any country.
var personalData = []string{"EMAIL", "PHONE", "NAME", "ADDRESS", "CREDIT_DEBIT_CARD_NUMBER"}

func guardrailPII(_ *scoring.Input, _ *evidence.Region, g guardrailInUse) evidence.Verdict {
	return evidence.With(g.policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		acts := func(action string) bool { return action == "BLOCK" || action == "ANONYMIZE" }
		var passes []string
		for _, kind := range personalData {
			var input, output bool
			for _, f := range p.PII {
				if f.Type == kind {
					input, output = input || acts(f.InputAction), output || acts(f.OutputAction)
				}
			}
			switch {
			case !input && !output:
				passes = append(passes, kind)
			case !input:
				passes = append(passes, kind+" on input")
			case !output:
				passes = append(passes, kind+" on output")
			}
		}
		if len(passes) > 0 {
			return evidence.Fail("neither blocks nor masks " + strings.Join(passes, ", ") + "; asked for are " + strings.Join(personalData, ", "))
		}
		return evidence.Pass("blocks or masks " + strings.Join(personalData, ", ") + " on input and output")
	})
}

func guardrailEncrypted(_ *scoring.Input, _ *evidence.Region, g guardrailInUse) evidence.Verdict {
	return evidence.With(g.policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		return evidence.Test(p.KMSKey != "", "uses the customer managed key "+p.KMSKey, "encrypted with an AWS owned key, no customer managed key")
	})
}

func guardrailVersioned(_ *scoring.Input, _ *evidence.Region, g evidence.BedrockGuardrail) evidence.Verdict {
	return evidence.Exists(g.Versions, "has a published version", "has only a draft", func(v evidence.BedrockGuardrailVersion) bool {
		return v.Version != "DRAFT"
	})
}

func guardrailEnforced(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.Some(region.Bedrock.Enforced, "no guardrail is enforced", func(e evidence.BedrockEnforcement) evidence.Verdict {
		return evidence.With(e.Settings, func(s evidence.BedrockEnforcedGuardrail) evidence.Verdict {
			name := "guardrail " + s.GuardrailID + " version " + s.Version + " is enforced"
			if enforcedForAll(s) {
				return evidence.Pass(name + " on every model")
			}
			unprotected := func(id string) bool {
				return !enforcedFor(s, id) && !embeds(region, modelTarget{models: []string{id}}).Passed()
			}
			if everyModel := len(s.Included) == 0 || slices.Contains(s.Included, "ALL"); everyModel && !slices.ContainsFunc(s.Excluded, unprotected) {
				return evidence.Pass(name + " on every model that answers")
			}
			return answered(in, region, name, func(id string) bool { return enforcedFor(s, id) })
		})
	})
}

// answered tells whether a guardrail that is enforced on some models covers all that are in use and
// answer: those that embed text need none.
func answered(in *scoring.Input, region *evidence.Region, name string, covers func(id string) bool) evidence.Verdict {
	v := evidence.Every(modelsInUse(in, region), func(m modelInUse) evidence.Verdict {
		return evidence.If(m.used, func() evidence.Verdict {
			return evidence.With(resolveModel(region, m.id), func(t modelTarget) evidence.Verdict {
				if i := slices.IndexFunc(t.models, func(id string) bool { return !covers(id) }); i >= 0 {
					return evidence.If(settled(evidence.Not(embeds(region, t))), func() evidence.Verdict {
						return evidence.Fail(name + ", but not on " + t.models[i])
					})
				}
				return evidence.Pass(name + " on the models in use")
			})
		})
	})
	if v.Can(evidence.CanBeAbsent) { // no such model is in use
		v.Outcomes = v.Outcomes&^evidence.CanBeAbsent | evidence.CanPass
		v.Message = name + " on some models"
	}
	return v
}

// quantity writes a number of things.
func quantity(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
