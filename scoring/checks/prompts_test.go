package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

// onePrompt is an account with one prompt that has a version.
func onePrompt(fill func(*evidence.Prompt)) *evidence.Account {
	return bedrock(func(r *evidence.Region) {
		p := evidence.Prompt{ARN: "arn:aws:bedrock:eu-central-1:111122223333:prompt/PRCLAIMSUM", ID: "PRCLAIMSUM", Name: "claim-summary", Versions: evidence.Listed("DRAFT", "1")}
		fill(&p)
		r.BedrockAgent.Prompts = evidence.Listed(p)
	})
}

// prompted is a prompt of which the draft and the newest version have these settings.
func prompted(draft, newest evidence.PromptSettings) *evidence.Account {
	return onePrompt(func(p *evidence.Prompt) { p.Settings, p.Newest = evidence.Known(draft), evidence.Known(newest) })
}

func newest(s evidence.PromptSettings) *evidence.Account {
	return prompted(evidence.PromptSettings{}, s)
}

// oneFlow is an account with one flow.
func oneFlow(fill func(*evidence.Flow)) *evidence.Account {
	return bedrock(func(r *evidence.Region) {
		f := evidence.Flow{ARN: "arn:aws:bedrock:eu-central-1:111122223333:flow/FLINTAKE01", ID: "FLINTAKE01", Name: "intake-flow"}
		fill(&f)
		r.BedrockAgent.Flows = evidence.Listed(f)
	})
}

// liveFlow is a flow whose alias routes to version 2, which has these nodes.
func liveFlow(nodes ...evidence.FlowNode) *evidence.Account {
	return oneFlow(func(f *evidence.Flow) {
		f.Settings = evidence.Known(evidence.FlowSettings{Nodes: []evidence.FlowNode{{Name: "Draft", Type: "Prompt"}}})
		f.Aliases = evidence.Listed(alias(testAlias, "DRAFT"), alias("live", "2"))
		f.Versions = evidence.Listed(evidence.FlowVersion{Version: "2", Nodes: evidence.Known(nodes)})
	})
}

func TestPromptsAndFlows(t *testing.T) {
	unread := onePrompt(func(p *evidence.Prompt) { p.Versions = evidence.List[string]{} })
	unreadFlow := oneFlow(func(*evidence.Flow) {})
	none := region(func(*evidence.Region) {})
	leak := []string{"github-token"}
	sonnet := "eu.anthropic.claude-sonnet-4-20250514-v1:0"
	guardrail := evidence.GuardrailRef{ID: "gr1claims000", Version: "2"}
	prompt := func(g evidence.GuardrailRef) evidence.FlowNode {
		return evidence.FlowNode{Name: "Summarize", Type: "Prompt", Model: sonnet, Guardrail: g}
	}
	managed := evidence.FlowNode{Name: "Tone", Type: "Prompt", Prompt: "arn:aws:bedrock:eu-central-1:111122223333:prompt/PRTONE0001"}
	flowAliases := func(aliases ...evidence.AgentAlias) *evidence.Account {
		return oneFlow(func(f *evidence.Flow) { f.Aliases = evidence.Listed(aliases...) })
	}
	run(t, promptChecks, table{
		"bedrock-instructions-no-secrets": {
			{name: "nothing in a prompt", account: newest(evidence.PromptSettings{}), want: "pass"},
			{name: "draft", account: prompted(evidence.PromptSettings{Secrets: leak}, evidence.PromptSettings{}), want: "fail"},
			{name: "newest version", account: newest(evidence.PromptSettings{Secrets: leak}), want: "fail"},
			{name: "nothing in an agent", account: liveAgent(asIs), want: "pass"},
			{name: "deployed instructions", account: agentWith(evidence.AgentSettings{Secrets: leak}), want: "fail"},
			{name: "draft instructions", account: draftAgent(func(v *evidence.AgentVersion) { v.Settings = evidence.Known(evidence.AgentSettings{Secrets: leak}) }), want: "fail"},
			{name: "version denied", account: liveAgent(func(v *evidence.AgentVersion) { v.Settings = evidence.Missing[evidence.AgentSettings](denied) }), want: "unknown"},
			{name: "prompts denied", account: changed(liveAgent(asIs), func(_ *evidence.Account, r *evidence.Region) {
				r.BedrockAgent.Prompts = evidence.Partial[evidence.Prompt](nil, denied)
			}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "neither", account: none, want: "not-applicable"},
		},
		"bedrock-prompt-flow-cmk": {
			{name: "prompt with key", account: prompted(evidence.PromptSettings{KMSKey: keyARN}, evidence.PromptSettings{}), want: "pass"},
			{name: "prompt without", account: newest(evidence.PromptSettings{KMSKey: keyARN}), want: "fail"},
			{name: "flow with key", account: oneFlow(func(f *evidence.Flow) { f.Settings = evidence.Known(evidence.FlowSettings{KMSKey: keyARN}) }), want: "pass"},
			{name: "flow without", account: oneFlow(func(f *evidence.Flow) { f.Settings = evidence.Known(evidence.FlowSettings{}) }), want: "fail"},
			{name: "prompt denied", account: unread, want: "unknown"},
			{name: "flow denied", account: unreadFlow, want: "unknown"},
			{name: "neither", account: none, want: "not-applicable"},
		},
		"bedrock-prompt-versioned": {
			{name: "version", account: newest(evidence.PromptSettings{}), want: "pass"},
			{name: "draft", account: onePrompt(func(p *evidence.Prompt) { p.Versions = evidence.Listed("DRAFT") }), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "cut short", account: onePrompt(func(p *evidence.Prompt) { p.Versions = evidence.Partial([]string{"DRAFT"}, denied) }), want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-prompt-cache-point": {
			{name: "cache point", account: newest(evidence.PromptSettings{Model: sonnet, CachePoint: true, Length: 100}), want: "pass"},
			{name: "long without", account: newest(evidence.PromptSettings{Model: sonnet, Length: 4001}), want: "fail"},
			{name: "short", account: newest(evidence.PromptSettings{Model: sonnet, Length: 4000}), want: "not-applicable"},
			{name: "a model that does not cache", account: newest(evidence.PromptSettings{Model: "anthropic.claude-3-haiku-20240307-v1:0", Length: 9000}), want: "not-applicable"},
			{name: "a family that does not cache", account: newest(evidence.PromptSettings{Model: "amazon.titan-embed-text-v2:0", Length: 9000}), want: "not-applicable"},
			{name: "no model", account: newest(evidence.PromptSettings{Length: 9000}), want: "not-applicable"},
			{name: "a profile that is not listed", account: newest(evidence.PromptSettings{Model: "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/x", Length: 9000}), want: "unknown"},
			{name: "agent", account: newest(evidence.PromptSettings{Agent: true, Length: 9000}), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"bedrock-prompt-max-tokens": {
			{name: "set", account: newest(evidence.PromptSettings{Model: sonnet, Length: 9, MaxTokens: 800}), want: "pass"},
			{name: "not set", account: prompted(evidence.PromptSettings{Length: 9, MaxTokens: 800}, evidence.PromptSettings{Model: sonnet, Length: 9}), want: "fail"},
			{name: "no text", account: newest(evidence.PromptSettings{}), want: "not-applicable"},
			{name: "agent", account: newest(evidence.PromptSettings{Agent: true}), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-flow-guardrail-attached": {
			{name: "guardrail", account: liveFlow(prompt(guardrail), evidence.FlowNode{Name: "In", Type: "Input"}), want: "pass"},
			{name: "one node without", account: liveFlow(prompt(guardrail), managed), want: "fail"},
			{name: "knowledge base that answers", account: liveFlow(evidence.FlowNode{Name: "Ask", Type: "KnowledgeBase", KnowledgeBase: "KBPOLICY01", Model: sonnet}), want: "fail"},
			{name: "knowledge base that retrieves", account: liveFlow(evidence.FlowNode{Name: "Find", Type: "KnowledgeBase", KnowledgeBase: "KBPOLICY01"}), want: "not-applicable"},
			{name: "no such node", account: liveFlow(evidence.FlowNode{Name: "In", Type: "Input"}), want: "not-applicable"},
			{name: "enforced on all", account: enforcing(liveFlow(managed), evidence.BedrockEnforcedGuardrail{Included: []string{"ALL"}}), want: "pass"},
			{name: "enforced on some, model of a managed prompt", account: enforcing(liveFlow(managed), evidence.BedrockEnforcedGuardrail{Included: []string{"amazon.nova-pro-v1:0"}}), want: "unknown"},
			{name: "an alias of the owner's routes to the draft", account: oneFlow(func(f *evidence.Flow) {
				f.Settings = evidence.Known(evidence.FlowSettings{Nodes: []evidence.FlowNode{managed}})
				f.Aliases, f.Versions = evidence.Listed(alias("live", "DRAFT")), evidence.Listed[evidence.FlowVersion]()
			}), want: "fail"},
			{name: "not deployed", account: oneFlow(func(f *evidence.Flow) {
				f.Settings = evidence.Known(evidence.FlowSettings{Nodes: []evidence.FlowNode{managed}})
				f.Aliases, f.Versions = evidence.Listed(alias(testAlias, "DRAFT")), evidence.Listed[evidence.FlowVersion]()
			}), want: "not-applicable"},
			{name: "version denied", account: changed(liveFlow(), func(_ *evidence.Account, r *evidence.Region) {
				r.BedrockAgent.Flows.Found()[0].Versions.Found()[0].Nodes = evidence.Missing[[]evidence.FlowNode](denied)
			}), want: "unknown"},
			{name: "denied", account: unreadFlow, want: "unknown"},
		},
		"bedrock-flow-alias-versioned": {
			{name: "number", account: flowAliases(alias(testAlias, "DRAFT"), alias("live", "2")), want: "pass"},
			{name: "only the test alias", account: flowAliases(alias(testAlias, "DRAFT")), want: "fail"},
			{name: "draft", account: flowAliases(alias("live", "DRAFT")), want: "fail"},
			{name: "denied", account: unreadFlow, want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
	})
}
