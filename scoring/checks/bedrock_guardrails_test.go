package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

const guardrailARN = "arn:aws:bedrock:eu-central-1:111122223333:guardrail/gr1claims000"

// guardrail is one with some versions, each with its policy.
func guardrail(versions ...evidence.BedrockGuardrailVersion) evidence.BedrockGuardrail {
	return evidence.BedrockGuardrail{ARN: guardrailARN, ID: "gr1claims000", Name: "claims-guardrail",
		Status: evidence.Known("READY"), Versions: evidence.Listed(versions...)}
}

func version(name string, p evidence.BedrockGuardrailPolicy) evidence.BedrockGuardrailVersion {
	return evidence.BedrockGuardrailVersion{Version: name, Policy: evidence.Known(p)}
}

// withGuardrails is an account whose region has guardrails and what fill adds.
func withGuardrails(fill func(r *evidence.Region), guardrails ...evidence.BedrockGuardrail) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Bedrock.Guardrails = evidence.Listed(guardrails...)
		fill(r)
	})
}

func noMore(*evidence.Region) {}

// policy is an account with a guardrail of which version 1 does something and the draft nothing.
func policy(p evidence.BedrockGuardrailPolicy) *evidence.Account {
	return withGuardrails(noMore, guardrail(version("DRAFT", evidence.BedrockGuardrailPolicy{}), version("1", p)))
}

// policyIn is the same account with a knowledge base.
func policyIn(p evidence.BedrockGuardrailPolicy) *evidence.Account {
	a := policy(p)
	a.Regions[0].BedrockAgent.KnowledgeBases = evidence.Listed(knowledgeBase("ACTIVE"))
	return a
}

func knowledgeBase(status string) evidence.KnowledgeBase {
	return evidence.KnowledgeBase{ARN: "arn:aws:bedrock:eu-central-1:111122223333:knowledge-base/KBPOLICY01", ID: "KBPOLICY01", Name: "policy-documents",
		Settings:    evidence.Known(evidence.KnowledgeBaseSettings{Status: status, Embedding: "arn:aws:bedrock:eu-central-1::foundation-model/" + titan}),
		DataSources: evidence.Listed[evidence.DataSource]()}
}

// servingAgent is an agent with one version behind an alias.
func servingAgent(s evidence.AgentSettings) evidence.Agent {
	return evidence.Agent{ARN: "arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTCLM01", ID: "AGENTCLM01", Name: "claims-assistant",
		Settings: evidence.Known(evidence.AgentSettings{}),
		Aliases: evidence.Listed(
			evidence.AgentAlias{ID: "TSTALIASID", Name: "AgentTestAlias", Routes: evidence.Known([]string{"DRAFT"})},
			evidence.AgentAlias{ID: "ALIASLIVE1", Name: "live", Routes: evidence.Known([]string{"3"})}),
		Versions: evidence.Listed(
			evidence.AgentVersion{Version: "DRAFT", Settings: evidence.Known(evidence.AgentSettings{}),
				ActionGroups: evidence.Listed[evidence.ActionGroup](), KnowledgeBases: evidence.Listed[evidence.AgentKnowledgeBase]()},
			evidence.AgentVersion{Version: "3", Settings: evidence.Known(s),
				ActionGroups: evidence.Listed[evidence.ActionGroup](), KnowledgeBases: evidence.Listed[evidence.AgentKnowledgeBase]()})}
}

func usesGuardrail(id, version string) func(*evidence.Region) {
	return func(r *evidence.Region) {
		r.BedrockAgent.Agents = evidence.Listed(servingAgent(evidence.AgentSettings{Guardrail: evidence.GuardrailRef{ID: id, Version: version}}))
	}
}

func attack(strength string, blocks bool) evidence.BedrockGuardrailPolicy {
	return evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{
		{Type: "PROMPT_ATTACK", InputStrength: strength, OutputStrength: "NONE", InputBlocks: blocks}}}
}

// content is a policy with every filter for harmful content, of which change alters the last.
func content(change func(*evidence.BedrockContentFilter)) evidence.BedrockGuardrailPolicy {
	var p evidence.BedrockGuardrailPolicy
	for _, harm := range harms {
		p.Content = append(p.Content, evidence.BedrockContentFilter{Type: harm, InputStrength: "MEDIUM", OutputStrength: "HIGH", InputBlocks: true, OutputBlocks: true})
	}
	change(&p.Content[len(harms)-1])
	return p
}

// pii is a policy that acts on all of the asked types, of which change alters the last.
func pii(change func(*evidence.BedrockSensitiveFilter)) evidence.BedrockGuardrailPolicy {
	var p evidence.BedrockGuardrailPolicy
	for _, kind := range personalData {
		p.PII = append(p.PII, evidence.BedrockSensitiveFilter{Type: kind, InputAction: "ANONYMIZE", OutputAction: "BLOCK"})
	}
	change(&p.PII[len(personalData)-1])
	return p
}

func grounding(f evidence.BedrockGroundingFilter) evidence.BedrockGuardrailPolicy {
	f.Type = "GROUNDING"
	return evidence.BedrockGuardrailPolicy{Grounding: []evidence.BedrockGroundingFilter{{Type: "RELEVANCE", Threshold: 0.9, Enabled: true, Blocks: true}, f}}
}

func enforcedVersion(included, excluded []string, models ...string) *evidence.Account {
	a := usingModels(models...)
	a.Regions[0].Bedrock.Enforced = evidence.Listed(evidence.BedrockEnforcement{ID: "c1", Settings: evidence.Known(evidence.BedrockEnforcedGuardrail{
		GuardrailARN: guardrailARN, GuardrailID: "gr1claims000", Version: "2", Owner: "ACCOUNT", Included: included, Excluded: excluded})})
	return a
}

func allowing(regions ...string) func(*scoring.Settings) {
	return func(s *scoring.Settings) { s.AllowedRegions = regions }
}

func TestGuardrails(t *testing.T) {
	none := region(noMore)
	deniedListing := region(func(r *evidence.Region) {
		r.Bedrock.Guardrails = evidence.Partial[evidence.BedrockGuardrail](nil, denied)
	})
	unread := withGuardrails(noMore, guardrail(evidence.BedrockGuardrailVersion{Version: "1"}))
	status := func(status string) *evidence.Account {
		return withGuardrails(noMore, evidence.BedrockGuardrail{ARN: guardrailARN, Status: evidence.Known(status), Versions: evidence.Listed[evidence.BedrockGuardrailVersion]()})
	}
	crossRegion := func(profile string) *evidence.Account {
		return policy(evidence.BedrockGuardrailPolicy{CrossRegionProfile: profile})
	}
	strong := attack("HIGH", true)
	run(t, guardrailChecks, table{
		"bedrock-guardrail-exists": {
			{name: "ready", account: status("READY"), want: "pass"},
			{name: "being updated", account: status("UPDATING"), want: "pass"},
			{name: "failed", account: status("FAILED"), want: "fail"},
			{name: "none", account: none, want: "fail"},
			{name: "enforced from elsewhere", account: enforcedVersion(nil, nil), want: "pass"},
			{name: "listing denied", account: deniedListing, want: "unknown"},
			{name: "status denied", account: withGuardrails(noMore, evidence.BedrockGuardrail{ARN: guardrailARN}), want: "unknown"},
		},
		"bedrock-guardrail-prompt-attack": {
			{name: "high", account: policy(strong), want: "pass"},
			{name: "medium", account: policy(attack("MEDIUM", true)), want: "pass"},
			{name: "low", account: policy(attack("LOW", true)), want: "fail"},
			{name: "disabled", account: policy(attack("NONE", true)), want: "fail"},
			{name: "detects only", account: policy(attack("HIGH", false)), want: "fail"},
			{name: "no filter", account: policy(content(func(*evidence.BedrockContentFilter) {})), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: deniedListing, want: "unknown"},
			{name: "no guardrail", account: none, want: "not-applicable"},
			{name: "only a draft, strong", account: withGuardrails(noMore, guardrail(version("DRAFT", strong))), want: "pass"},
			{name: "tenth version newer than the ninth", account: withGuardrails(noMore,
				guardrail(version("DRAFT", evidence.BedrockGuardrailPolicy{}), version("10", strong), version("9", attack("LOW", true)))), want: "pass"},
			{name: "agent uses the weak version", account: withGuardrails(usesGuardrail("gr1claims000", "1"),
				guardrail(version("1", attack("LOW", true)), version("2", strong))), want: "fail"},
			{name: "agent uses the strong version", account: withGuardrails(usesGuardrail(guardrailARN, "1"),
				guardrail(version("1", strong), version("2", attack("LOW", true)))), want: "pass"},
			{name: "agent uses a deleted version", account: withGuardrails(usesGuardrail("gr1claims000", "7"), guardrail(version("1", strong))), want: "unknown"},
			{name: "agent uses a deleted guardrail", account: withGuardrails(usesGuardrail("grgone", "1"), guardrail(version("1", strong))), want: "unknown"},
			{name: "agent uses another account's guardrail", account: withGuardrails(
				usesGuardrail("arn:aws:bedrock:eu-central-1:999988887777:guardrail/grforeign", "1")), want: "unknown"},
			{name: "agents denied", account: withGuardrails(func(r *evidence.Region) {
				r.BedrockAgent.Agents = evidence.Partial[evidence.Agent](nil, denied)
			}, guardrail(version("1", strong))), want: "unknown"},
		},
		"bedrock-guardrail-content-filters": {
			{name: "all", account: policy(content(func(*evidence.BedrockContentFilter) {})), want: "pass"},
			{name: "weak input", account: policy(content(func(f *evidence.BedrockContentFilter) { f.InputStrength = "LOW" })), want: "fail"},
			{name: "no output", account: policy(content(func(f *evidence.BedrockContentFilter) { f.OutputStrength = "NONE" })), want: "fail"},
			{name: "detects input", account: policy(content(func(f *evidence.BedrockContentFilter) { f.InputBlocks = false })), want: "fail"},
			{name: "detects output", account: policy(content(func(f *evidence.BedrockContentFilter) { f.OutputBlocks = false })), want: "fail"},
			{name: "one missing", account: policy(content(func(f *evidence.BedrockContentFilter) { f.Type = "PROMPT_ATTACK" })), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no guardrail", account: none, want: "not-applicable"},
		},
		"bedrock-guardrail-denied-topics": {
			{name: "topics", account: policy(evidence.BedrockGuardrailPolicy{DeniedTopics: 2}), want: "pass"},
			{name: "words", account: policy(evidence.BedrockGuardrailPolicy{Words: 1}), want: "pass"},
			{name: "managed words", account: policy(evidence.BedrockGuardrailPolicy{ManagedWords: 1}), want: "pass"},
			{name: "none that blocks", account: policy(evidence.BedrockGuardrailPolicy{}), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"bedrock-guardrail-grounding": {
			{name: "blocks", account: policyIn(grounding(evidence.BedrockGroundingFilter{Threshold: 0.5, Enabled: true, Blocks: true})), want: "pass"},
			{name: "low threshold", account: policyIn(grounding(evidence.BedrockGroundingFilter{Threshold: 0.49, Enabled: true, Blocks: true})), want: "fail"},
			{name: "disabled", account: policyIn(grounding(evidence.BedrockGroundingFilter{Threshold: 0.9, Blocks: true})), want: "fail"},
			{name: "detects only", account: policyIn(grounding(evidence.BedrockGroundingFilter{Threshold: 0.9, Enabled: true})), want: "fail"},
			{name: "none", account: policyIn(evidence.BedrockGuardrailPolicy{}), want: "fail"},
			{name: "automated reasoning", account: policyIn(evidence.BedrockGuardrailPolicy{AutomatedReasoning: 1}), want: "pass"},
			{name: "no knowledge base", account: policy(evidence.BedrockGuardrailPolicy{}), want: "not-applicable"},
			{name: "knowledge bases denied", account: withGuardrails(func(r *evidence.Region) {
				r.BedrockAgent.KnowledgeBases = evidence.Partial[evidence.KnowledgeBase](nil, denied)
			}, guardrail(version("1", evidence.BedrockGuardrailPolicy{}))), want: "unknown"},
			{name: "denied", account: unread, want: "not-applicable"},
		},
		"bedrock-guardrail-pii": {
			{name: "all", account: policy(pii(func(*evidence.BedrockSensitiveFilter) {})), want: "pass"},
			{name: "one type missing", account: policy(pii(func(f *evidence.BedrockSensitiveFilter) { f.Type = "US_SOCIAL_SECURITY_NUMBER" })), want: "fail"},
			{name: "detects on input", account: policy(pii(func(f *evidence.BedrockSensitiveFilter) { f.InputAction = "NONE" })), want: "fail"},
			{name: "detects on output", account: policy(pii(func(f *evidence.BedrockSensitiveFilter) { f.OutputAction = "NONE" })), want: "fail"},
			{name: "only a regex", account: policy(evidence.BedrockGuardrailPolicy{Regexes: []evidence.BedrockSensitiveFilter{
				{Type: "EMAIL", InputAction: "BLOCK", OutputAction: "BLOCK"}}}), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no guardrail", account: none, want: "not-applicable"},
		},
		"bedrock-guardrail-cmk": {
			{name: "key", account: policy(evidence.BedrockGuardrailPolicy{KMSKey: keyARN}), want: "pass"},
			{name: "AWS owned", account: policy(evidence.BedrockGuardrailPolicy{}), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no guardrail", account: none, want: "not-applicable"},
		},
		"bedrock-guardrail-residency": {
			{name: "no rule", account: crossRegion("eu.guardrail.v1:0"), want: "not-applicable"},
			{name: "no profile", account: crossRegion(""), want: "pass", settings: allowing("eu-central-1")},
			{name: "own region not permitted", account: crossRegion(""), want: "fail", settings: allowing("eu-west-1")},
			{name: "destination not permitted", account: crossRegion("eu.guardrail.v1:0"), want: "fail", settings: allowing("eu-central-1", "eu-west-1")},
			{name: "documented destinations permitted", account: crossRegion("eu.guardrail.v1:0"), want: "unknown",
				settings: allowing("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3")},
			{name: "whole geography permitted", account: crossRegion("eu.guardrail.v1:0"), want: "pass",
				settings: allowing("eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3")},
			{name: "unknown geography", account: crossRegion("moon.guardrail.v1:0"), want: "unknown", settings: allowing("eu-central-1")},
			{name: "denied", account: unread, want: "unknown"},
		},
		"bedrock-guardrail-versioned": {
			{name: "numbered", account: policy(strong), want: "pass"},
			{name: "draft", account: withGuardrails(noMore, guardrail(version("DRAFT", strong))), want: "fail"},
			{name: "versions denied", account: withGuardrails(noMore, evidence.BedrockGuardrail{ARN: guardrailARN}), want: "unknown"},
			{name: "no guardrail", account: none, want: "not-applicable"},
		},
		"bedrock-enforced-guardrail-governance": {
			{name: "on every model", account: enforcedVersion(nil, nil), want: "pass"},
			{name: "on ALL", account: enforcedVersion([]string{"ALL"}, nil, sonnet), want: "pass"},
			{name: "none", account: none, want: "fail"},
			{name: "on the model in use", account: enforcedVersion([]string{haiku}, nil, haiku), want: "pass"},
			{name: "not on the model in use", account: enforcedVersion([]string{nova}, nil, haiku), want: "fail"},
			{name: "model in use excluded", account: enforcedVersion([]string{"ALL"}, []string{haiku}, haiku), want: "fail"},
			{name: "model behind the profile excluded", account: enforcedVersion([]string{"ALL"}, []string{sonnet}, "eu."+sonnet), want: "fail"},
			{name: "only an embedding model excluded, consumers denied", account: with(enforcedVersion([]string{"ALL"}, []string{titan}), func(r *evidence.Region) {
				r.BedrockAgent.Agents = evidence.Partial[evidence.Agent](nil, denied)
			}), want: "pass"},
			{name: "another model excluded, consumers denied", account: with(enforcedVersion([]string{"ALL"}, []string{nova}), func(r *evidence.Region) {
				r.BedrockAgent.Agents = evidence.Partial[evidence.Agent](nil, denied)
			}), want: "unknown"},
			{name: "embedding model excluded", account: enforcedVersion([]string{"ALL"}, []string{titan}, titan), want: "pass"},
			{name: "excluded model not in use", account: enforcedVersion([]string{"ALL"}, []string{nova}, haiku), want: "pass"},
			{name: "no model in use", account: enforcedVersion([]string{nova}, nil), want: "pass"},
			{name: "listing denied", account: region(func(r *evidence.Region) {
				r.Bedrock.Enforced = evidence.Partial[evidence.BedrockEnforcement](nil, denied)
			}), want: "unknown"},
			{name: "unread configuration", account: region(func(r *evidence.Region) {
				r.Bedrock.Enforced = evidence.Listed(evidence.BedrockEnforcement{ID: "c1"})
			}), want: "unknown"},
		},
	})
}
