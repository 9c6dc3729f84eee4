package checks

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var prompts = regional(
	func(r *evidence.Region) evidence.List[evidence.Prompt] { return r.BedrockAgent.Prompts },
	func(p evidence.Prompt) string { return p.ARN },
	func(p evidence.Prompt) string { return p.Name },
	(*workload.Graph).Prompt)

var flows = regional(
	func(r *evidence.Region) evidence.List[evidence.Flow] { return r.BedrockAgent.Flows },
	func(f evidence.Flow) string { return f.ARN },
	func(f evidence.Flow) string { return f.Name },
	(*workload.Graph).Flow)

var promptChecks = []scoring.Check{
	{
		ID:         "bedrock-instructions-no-secrets",
		Title:      "Agent instructions and managed prompts contain no credentials",
		Questions:  []string{"1.6"},
		Severity:   scoring.High,
		Operations: []string{"bedrockagent.GetAgent", "bedrockagent.GetAgentVersion", "bedrockagent.GetPrompt"},
		Why:        "A model can be talked into repeating its instructions, and everyone who may read the prompt reads the credential.",
		Fix:        "aws secretsmanager create-secret --name <name> --secret-string file://secret.txt",
		References: []string{"GENSEC04-BP01", "LLM07:2025", "LLM02:2025"},
		Test:       scoring.Resources(eitherOf(agents, prompts), oneOf(agentSecrets, promptSecrets)),
	},
	{
		ID:         "bedrock-prompt-flow-cmk",
		Title:      "Managed prompts and flows are encrypted with a customer managed key",
		Questions:  []string{"2.1"},
		Severity:   scoring.Low,
		Operations: []string{"bedrockagent.GetPrompt", "bedrockagent.GetFlow"},
		Why:        "Only a customer managed key can be audited, restricted and revoked. Data is encrypted in any case.",
		Fix:        "aws bedrock-agent update-prompt --prompt-identifier <prompt> --name <name> --default-variant <variant> --variants file://variants.json --customer-encryption-key-arn <key-arn>",
		References: []string{"GENSEC04-BP01", "LLM07:2025", "Prowler bedrock_prompt_encrypted_with_cmk"},
		Test:       scoring.Resources(eitherOf(prompts, flows), oneOf(promptKey, flowKey)),
	},
	{
		ID:         "bedrock-prompt-versioned",
		Title:      "Managed prompts have immutable versions",
		Questions:  []string{"5.1", "6.1"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListPrompts"},
		Why:        "An edit of the draft changes production at once, and there is no version to compare with or return to.",
		Fix:        "aws bedrock-agent create-prompt-version --prompt-identifier <prompt>",
		References: []string{"GENOPS03-BP01", "GENREL04-BP01", "GENSEC04-BP01", "LLM07:2025", "Prowler bedrock_prompt_management_exists"},
		Test:       scoring.Resources(prompts, promptVersioned),
	},
	{
		ID:         "bedrock-prompt-cache-point",
		Title:      "Long managed prompts place a cache point",
		Questions:  []string{"8.5"},
		Severity:   scoring.Low,
		Operations: []string{"bedrockagent.ListPrompts", "bedrockagent.GetPrompt", "bedrock.ListInferenceProfiles"},
		Why:        "The same long text is paid for in full at every call.",
		Fix:        "aws bedrock-agent update-prompt --prompt-identifier <prompt> --name <name> --default-variant <variant> --variants file://variants-with-cachePoint.json",
		References: []string{"GENCOST03-BP03"},
		Test:       scoring.Resources(prompts, promptCachePoint),
	},
	{
		ID:         "bedrock-prompt-max-tokens",
		Title:      "Managed prompts cap the response length",
		Questions:  []string{"8.5"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListPrompts", "bedrockagent.GetPrompt"},
		Why:        "A response may grow to the model's maximum, at the output price, and reserves as much of the token quota.",
		Fix:        "aws bedrock-agent update-prompt --prompt-identifier <prompt> --name <name> --default-variant <variant> --variants file://variants-with-maxTokens.json",
		References: []string{"GENCOST03-BP02", "GENPERF02-BP02", "LLM10:2025"},
		Test:       scoring.Resources(prompts, promptMaxTokens),
	},
	{
		ID:         "bedrock-flow-guardrail-attached",
		Title:      "Nodes of deployed flows that call a model have a guardrail",
		Questions:  []string{"1.4"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListFlowAliases", "bedrockagent.GetFlowVersion", "bedrock.ListEnforcedGuardrailsConfiguration"},
		Why:        "Nothing filters what reaches the model through the node and what it answers.",
		Fix:        "aws bedrock-agent update-flow --flow-identifier <flow> --name <name> --execution-role-arn <role-arn> --definition file://definition-with-guardrailConfiguration.json",
		References: []string{"GENSEC02-BP01", "LLM01:2025", "LLM05:2025"},
		Test:       scoring.Resources(flows, flowGuardrail),
	},
	{
		ID:         "bedrock-flow-alias-versioned",
		Aliases:    []string{"bedrock-flow-alias-pinned"},
		Title:      "Flow aliases route to numbered versions",
		Questions:  []string{"5.1", "6.6"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListFlowAliases"},
		Why:        "The draft changes under its users with every edit, and there is no version to return to.",
		Fix:        "aws bedrock-agent create-flow-alias --flow-identifier <flow> --name live --routing-configuration flowVersion=<number>",
		References: []string{"GENOPS04-BP02", "GENREL03-BP01"},
		Test:       scoring.Resources(flows, flowAlias),
	},
}

func agentSecrets(_ *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	return evidence.Every(a.Versions, func(v evidence.AgentVersion) evidence.Verdict {
		return evidence.With(v.Settings, func(s evidence.AgentSettings) evidence.Verdict {
			return noSecrets("the instructions of version "+v.Version, s.Secrets)
		})
	})
}

func promptSecrets(_ *scoring.Input, _ *evidence.Region, p evidence.Prompt) evidence.Verdict {
	ask := func(name string, settings evidence.Fact[evidence.PromptSettings]) evidence.Verdict {
		return evidence.With(settings, func(s evidence.PromptSettings) evidence.Verdict { return noSecrets(name, s.Secrets) })
	}
	return evidence.All(ask("the draft", p.Settings), ask("the newest version", p.Newest))
}

func noSecrets(name string, detectors []string) evidence.Verdict {
	return evidence.Test(len(detectors) == 0, "no credential of a known format in "+name, name+" match the detector "+listed(detectors))
}

func promptKey(_ *scoring.Input, _ *evidence.Region, p evidence.Prompt) evidence.Verdict {
	return evidence.With(p.Settings, func(s evidence.PromptSettings) evidence.Verdict { return ownKey(s.KMSKey) })
}

func flowKey(_ *scoring.Input, _ *evidence.Region, f evidence.Flow) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FlowSettings) evidence.Verdict { return ownKey(s.KMSKey) })
}

func promptVersioned(_ *scoring.Input, _ *evidence.Region, p evidence.Prompt) evidence.Verdict {
	return evidence.Some(p.Versions, "has only its draft", func(version string) evidence.Verdict {
		return evidence.Test(version != "" && version != draftVersion, "has version "+version, "")
	})
}

// cacheable are the models whose prompts Bedrock caches, without those of their families that it does
// not (Bedrock User Guide, "Prompt caching").
var (
	cacheable   = regexp.MustCompile(`^(anthropic\.claude-|amazon\.nova-)`)
	uncacheable = regexp.MustCompile(`^(anthropic\.claude-(v2|instant|3-haiku|3-sonnet|3-opus|3-5-sonnet-20240620)|amazon\.nova-(canvas|reel|sonic))`)
)

func promptCachePoint(_ *scoring.Input, region *evidence.Region, p evidence.Prompt) evidence.Verdict {
	const long = 4000 // characters, about the 1,024 tokens below which nothing is cached
	return evidence.With(p.Newest, func(s evidence.PromptSettings) evidence.Verdict {
		switch {
		case s.Agent:
			return evidence.NotApplicable("calls an agent, not a model")
		case s.CachePoint:
			return evidence.Pass("places a cache point")
		case s.Length <= long:
			return evidence.NotApplicable(fmt.Sprintf("its %d characters are too short to cache", s.Length))
		case s.Model == "":
			return evidence.NotApplicable("names no model")
		}
		return evidence.With(modelsBehind(region, s.Model), func(models []string) evidence.Verdict {
			if !slices.ContainsFunc(models, func(m string) bool { return cacheable.MatchString(m) && !uncacheable.MatchString(m) }) {
				return evidence.NotApplicable("its model is not one whose prompts Bedrock caches")
			}
			return evidence.Fail(fmt.Sprintf("has %d characters and no cache point", s.Length))
		})
	})
}

func promptMaxTokens(_ *scoring.Input, _ *evidence.Region, p evidence.Prompt) evidence.Verdict {
	return evidence.With(p.Newest, func(s evidence.PromptSettings) evidence.Verdict {
		switch {
		case s.Agent:
			return evidence.NotApplicable("calls an agent, not a model")
		case s.Length == 0:
			return evidence.NotApplicable("has no text yet")
		}
		return evidence.Test(s.MaxTokens > 0, fmt.Sprintf("caps responses at %d tokens", s.MaxTokens), "sets no maximum of tokens")
	})
}

// deployedNodes asks the nodes of every version of a flow that an alias of the owner's routes to.
func deployedNodes(f evidence.Flow, ask func(version string, n evidence.FlowNode) evidence.Verdict) evidence.Verdict {
	version := func(number string, nodes evidence.Fact[[]evidence.FlowNode]) evidence.Verdict {
		return evidence.If(routedTo(f.Aliases, number), func() evidence.Verdict {
			return evidence.With(nodes, func(nodes []evidence.FlowNode) evidence.Verdict {
				return evidence.Every(evidence.Listed(nodes...), func(n evidence.FlowNode) evidence.Verdict { return ask(number, n) })
			})
		})
	}
	return evidence.If(served(f.Aliases), func() evidence.Verdict {
		drafted := evidence.Map(f.Settings, func(s evidence.FlowSettings) []evidence.FlowNode { return s.Nodes })
		return evidence.All(
			version(draftVersion, drafted),
			evidence.Every(f.Versions, func(v evidence.FlowVersion) evidence.Verdict { return version(v.Version, v.Nodes) }))
	})
}

func flowAlias(_ *scoring.Input, _ *evidence.Region, f evidence.Flow) evidence.Verdict {
	return versionedAlias(f.Aliases)
}
