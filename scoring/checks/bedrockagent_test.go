package checks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

const (
	ownAgentARN  = "arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTCLM01"
	agentRoleARN = "arn:aws:iam::111122223333:role/service-role/AmazonBedrockExecutionRoleForAgents_claims"
)

func alias(id string, routes ...string) evidence.AgentAlias {
	return evidence.AgentAlias{ID: id, Name: "alias " + id, Routes: evidence.Known(routes)}
}

// oneAgent is an account with one agent whose versions and aliases are its own.
func oneAgent(fill func(*evidence.Agent)) *evidence.Account {
	return bedrock(func(r *evidence.Region) {
		a := evidence.Agent{ARN: ownAgentARN, ID: "AGENTCLM01", Name: "claims-assistant", Numbers: evidence.Listed("1", "2", "3")}
		fill(&a)
		r.BedrockAgent.Agents = evidence.Listed(a)
	})
}

func agentVersion(number string) evidence.AgentVersion {
	return evidence.AgentVersion{
		Version: number, Settings: evidence.Known(evidence.AgentSettings{Role: agentRoleARN, Model: "anthropic.claude-3-haiku-20240307-v1:0", IdleSessionTTL: 600}),
		ActionGroups: evidence.Listed[evidence.ActionGroup](), KnowledgeBases: evidence.Listed[evidence.AgentKnowledgeBase](),
	}
}

// liveAgent is an agent whose alias routes to version 3.
func liveAgent(fill func(*evidence.AgentVersion)) *evidence.Account {
	return oneAgent(func(a *evidence.Agent) {
		v := agentVersion("3")
		fill(&v)
		a.Aliases = evidence.Listed(alias(testAlias, draftVersion), alias("ALIASLIVE1", "3"))
		a.Versions = evidence.Listed(agentVersion(draftVersion), v)
	})
}

// draftAgent is an agent that only the test alias reaches.
func draftAgent(fill func(*evidence.AgentVersion)) *evidence.Account {
	return oneAgent(func(a *evidence.Agent) {
		v := agentVersion(draftVersion)
		fill(&v)
		a.Aliases = evidence.Listed(alias(testAlias, draftVersion))
		a.Versions = evidence.Listed(v)
	})
}

func asIs(*evidence.AgentVersion) {}

// aliasesOf is an agent with these aliases.
func aliasesOf(aliases ...evidence.AgentAlias) *evidence.Account {
	return oneAgent(func(a *evidence.Agent) { a.Aliases = evidence.Listed(aliases...) })
}

// agentWith is a deployed agent of which the settings are these.
func agentWith(s evidence.AgentSettings) *evidence.Account {
	return liveAgent(func(v *evidence.AgentVersion) { v.Settings = evidence.Known(s) })
}

// groups is an agent with one action group in the version that is in use.
func groups(agent func(func(*evidence.AgentVersion)) *evidence.Account, s evidence.ActionGroupSettings) *evidence.Account {
	return agent(func(v *evidence.AgentVersion) {
		v.ActionGroups = evidence.Listed(evidence.ActionGroup{ID: "G1", Name: "claims-tools", Settings: evidence.Known(s)})
	})
}

func functions(all ...evidence.ActionFunction) evidence.ActionGroupSettings {
	return evidence.ActionGroupSettings{Enabled: true, Functions: all}
}

// changed changes an account.
func changed(a *evidence.Account, change func(a *evidence.Account, r *evidence.Region)) *evidence.Account {
	change(a, &a.Regions[0])
	return a
}

// acting gives a role of the account an inline policy and managed ones.
func acting(a *evidence.Account, role, document string, attached ...string) *evidence.Account {
	return changed(a, func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.Roles = evidence.Listed(evidence.Role{
			ARN: role, Name: "role", Trust: evidence.Known(`{"Statement":[]}`), Tags: evidence.Known(evidence.Tags{}),
			Permissions: evidence.Known(evidence.Permissions{Inline: []evidence.NamedPolicy{{Name: "inline", Document: document}}, Attached: attached}),
		})
		var policies []evidence.ManagedPolicy
		for _, arn := range attached {
			policies = append(policies, evidence.ManagedPolicy{ARN: arn, Document: evidence.Known(`{"Statement":[]}`)})
		}
		a.IAM.Policies = evidence.Listed(policies...)
	})
}

// permitting is a policy with one statement.
func permitting(actions, resource, condition string) string {
	statement := `{"Effect":"Allow","Action":["` + strings.Join(strings.Fields(actions), `","`) + `"],"Resource":"` + resource + `"`
	if condition != "" {
		statement += `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":[` + statement + `}]}`
}

func enforcing(a *evidence.Account, g evidence.BedrockEnforcedGuardrail) *evidence.Account {
	return changed(a, func(_ *evidence.Account, r *evidence.Region) {
		g.GuardrailID, g.Version = "gr9enforced0", "1"
		r.Bedrock.Enforced = evidence.Listed(evidence.BedrockEnforcement{ID: "c1", Settings: evidence.Known(g)})
	})
}

func TestBedrockAgents(t *testing.T) {
	unread := oneAgent(func(*evidence.Agent) {})
	none := region(func(*evidence.Region) {})
	deniedListing := region(func(r *evidence.Region) { r.BedrockAgent.Agents = evidence.Partial[evidence.Agent](nil, denied) })
	aliasesDenied := oneAgent(func(a *evidence.Agent) {
		a.Aliases = evidence.Partial[evidence.AgentAlias](nil, denied)
		a.Versions = evidence.Partial([]evidence.AgentVersion{agentVersion(draftVersion)}, denied)
	})
	versionDenied := liveAgent(func(v *evidence.AgentVersion) { v.Settings = evidence.Missing[evidence.AgentSettings](denied) })
	confirmed := evidence.ActionFunction{Name: "cancel_claim", Described: true, Confirms: true}
	unconfirmed := evidence.ActionFunction{Name: "cancel_claim", Described: true}
	asked := evidence.ActionFunction{Name: "get_claim", Described: true}
	guarded := evidence.AgentSettings{Guardrail: evidence.GuardrailRef{ID: "gr1claims000", Version: "2"}}
	plain := evidence.AgentSettings{Model: "eu.anthropic.claude-sonnet-4-20250514-v1:0"}
	profiled := evidence.AgentSettings{Model: "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abc"}
	profile := func(a *evidence.Account) *evidence.Account {
		return changed(a, func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.InferenceProfiles = evidence.Listed(evidence.BedrockInferenceProfile{ARN: profiled.Model, Profile: evidence.Known(evidence.BedrockProfileSettings{
				Models: []string{"arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"}})})
		})
	}
	provisioned := evidence.AgentSettings{Model: "arn:aws:bedrock:eu-central-1:111122223333:provisioned-model/p1"}
	created := func(age time.Duration, numbers ...string) *evidence.Account {
		return oneAgent(func(a *evidence.Agent) {
			a.Settings, a.Numbers = evidence.Known(evidence.AgentSettings{Created: now.Add(-age)}), evidence.Listed(numbers...)
		})
	}
	const day = 24 * time.Hour
	run(t, agentChecks, table{
		"bedrock-agent-role-least-privilege": {
			{name: "scoped", account: acting(liveAgent(asIs), agentRoleARN, permitting("bedrock:InvokeModel s3:PutObject", "arn:aws:s3:::nordwind-claims/*", "")), want: "pass"},
			{name: "Bedrock, logs and traces on everything", account: acting(liveAgent(asIs), agentRoleARN, permitting("bedrock:* logs:* xray:* cloudwatch:PutMetricData aws-marketplace:Subscribe", "*", "")), want: "pass"},
			{name: "reads on everything", account: acting(liveAgent(asIs), agentRoleARN, permitting("dynamodb:GetItem dynamodb:Query ec2:Describe*", "*", "")), want: "pass"},
			{name: "key through a service", account: acting(liveAgent(asIs), agentRoleARN, permitting("kms:Decrypt", "*", `{"StringEquals":{"kms:ViaService":"s3.eu-central-1.amazonaws.com"}}`)), want: "pass"},
			{name: "tagged resources", account: acting(liveAgent(asIs), agentRoleARN, permitting("lambda:InvokeFunction", "*", `{"StringEquals":{"aws:ResourceTag/agent":"claims"}}`)), want: "pass"},
			{name: "key on everything", account: acting(liveAgent(asIs), agentRoleARN, permitting("kms:Decrypt", "*", "")), want: "fail"},
			{name: "a condition that scopes nothing", account: acting(liveAgent(asIs), agentRoleARN, permitting("kms:Decrypt", "*", `{"Bool":{"aws:SecureTransport":"true"}}`)), want: "fail"},
			{name: "writes on everything", account: acting(liveAgent(asIs), agentRoleARN, permitting("dynamodb:*", "*", "")), want: "fail"},
			{name: "every function", account: acting(liveAgent(asIs), agentRoleARN, permitting("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:*", "")), want: "fail"},
			{name: "administrator", account: acting(draftAgent(asIs), agentRoleARN, permitting("*", "*", "")), want: "fail"},
			{name: "a managed policy of a whole service", account: acting(liveAgent(asIs), agentRoleARN, permitting("bedrock:InvokeModel", "*", ""), "arn:aws:iam::aws:policy/AmazonS3FullAccess"), want: "fail"},
			{name: "a managed policy that reads", account: acting(liveAgent(asIs), agentRoleARN, permitting("bedrock:InvokeModel", "*", ""), "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"), want: "pass"},
			{name: "bounded", account: bounded(acting(liveAgent(asIs), agentRoleARN, permitting("*", "*", ""), "arn:aws:iam::aws:policy/AmazonS3FullAccess"), permitting("bedrock:InvokeModel", "*", "")), want: "pass"},
			{name: "role of another account", account: liveAgent(asIs), want: "unknown"},
			{name: "roles denied", account: changed(liveAgent(asIs), func(a *evidence.Account, _ *evidence.Region) {
				a.IAM.Roles = evidence.Partial[evidence.Role](nil, denied)
			}), want: "unknown"},
			{name: "not a policy", account: acting(liveAgent(asIs), agentRoleARN, "{"), want: "unknown"},
			{name: "no role", account: draftAgent(func(v *evidence.AgentVersion) { v.Settings = evidence.Known(evidence.AgentSettings{}) }), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: deniedListing, want: "unknown"},
			{name: "no agents", account: none, want: "not-applicable"},
		},
		"bedrock-agent-action-confirmation": {
			{name: "asks", account: groups(liveAgent, functions(confirmed, asked)), want: "pass"},
			{name: "does not ask", account: groups(liveAgent, functions(asked, unconfirmed)), want: "fail"},
			{name: "the draft of an agent without an alias", account: groups(draftAgent, functions(unconfirmed)), want: "fail"},
			{name: "disabled", account: groups(liveAgent, evidence.ActionGroupSettings{Functions: []evidence.ActionFunction{unconfirmed}}), want: "not-applicable"},
			{name: "changes nothing", account: groups(liveAgent, functions(asked)), want: "not-applicable"},
			{name: "returns control", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, Returns: true, Functions: []evidence.ActionFunction{unconfirmed}}), want: "not-applicable"},
			{name: "built in", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, BuiltIn: "AMAZON.UserInput"}), want: "not-applicable"},
			{name: "inline API that asks", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, APISchema: "inline", Functions: []evidence.ActionFunction{{Name: "/claims/{id}", Method: "DELETE", Confirms: true}}}), want: "pass"},
			{name: "inline API that does not", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, APISchema: "inline", Functions: []evidence.ActionFunction{{Name: "/claims/{id}", Method: "DELETE"}}}), want: "fail"},
			{name: "API schema in S3", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, APISchema: "s3"}), want: "unknown"},
			{name: "API schema not understood", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, APISchema: "unreadable"}), want: "unknown"},
			{name: "group denied", account: liveAgent(func(v *evidence.AgentVersion) {
				v.ActionGroups = evidence.Listed(evidence.ActionGroup{Name: "g", Settings: evidence.Missing[evidence.ActionGroupSettings](denied)})
			}), want: "unknown"},
			{name: "aliases denied", account: aliasesDenied, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no groups", account: liveAgent(asIs), want: "not-applicable"},
		},
		"bedrock-agent-guardrail-attached": {
			{name: "guardrail", account: agentWith(guarded), want: "pass"},
			{name: "none", account: agentWith(plain), want: "fail"},
			{name: "only the draft has one", account: changed(agentWith(plain), func(_ *evidence.Account, r *evidence.Region) {
				r.BedrockAgent.Agents.Found()[0].Versions.Found()[0].Settings = evidence.Known(guarded)
			}), want: "fail"},
			{name: "enforced on all models", account: enforcing(agentWith(plain), evidence.BedrockEnforcedGuardrail{}), want: "pass"},
			{name: "enforced on ALL", account: enforcing(agentWith(profiled), evidence.BedrockEnforcedGuardrail{Included: []string{"ALL"}}), want: "pass"},
			{name: "enforced on its model", account: enforcing(agentWith(plain), evidence.BedrockEnforcedGuardrail{Included: []string{"anthropic.claude-sonnet-4-20250514-v1:0"}}), want: "pass"},
			{name: "enforced on another", account: enforcing(agentWith(plain), evidence.BedrockEnforcedGuardrail{Included: []string{"amazon.nova-pro-v1:0"}}), want: "fail"},
			{name: "excluded", account: enforcing(agentWith(plain), evidence.BedrockEnforcedGuardrail{Included: []string{"ALL"}, Excluded: []string{"anthropic.claude-sonnet-4-20250514-v1:0"}}), want: "fail"},
			{name: "enforced on the profile's model", account: profile(enforcing(agentWith(profiled), evidence.BedrockEnforcedGuardrail{Included: []string{"anthropic.claude-3-haiku-20240307-v1:0"}})), want: "pass"},
			{name: "the profile's model is excluded", account: profile(enforcing(agentWith(profiled), evidence.BedrockEnforcedGuardrail{Excluded: []string{"anthropic.claude-3-haiku-20240307-v1:0"}})), want: "fail"},
			{name: "a profile that is not listed", account: enforcing(agentWith(profiled), evidence.BedrockEnforcedGuardrail{Included: []string{"amazon.nova-pro-v1:0"}}), want: "unknown"},
			{name: "a throughput that is not listed", account: enforcing(agentWith(provisioned), evidence.BedrockEnforcedGuardrail{Included: []string{"amazon.nova-pro-v1:0"}}), want: "unknown"},
			{name: "the throughput's model", account: changed(enforcing(agentWith(provisioned), evidence.BedrockEnforcedGuardrail{Included: []string{"amazon.nova-pro-v1:0"}}), func(_ *evidence.Account, r *evidence.Region) {
				r.Bedrock.Provisioned = evidence.Listed(evidence.BedrockProvisioned{ARN: provisioned.Model, Settings: evidence.Known(evidence.BedrockProvisionedSettings{ModelARN: "arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-pro-v1:0"})})
			}), want: "pass"},
			{name: "enforcement denied", account: changed(agentWith(plain), func(_ *evidence.Account, r *evidence.Region) {
				r.Bedrock.Enforced = evidence.Partial[evidence.BedrockEnforcement](nil, denied)
			}), want: "unknown"},
			{name: "not deployed", account: draftAgent(asIs), want: "not-applicable"},
			{name: "its alias rejects", account: oneAgent(func(a *evidence.Agent) {
				a.Aliases, a.Versions = evidence.Listed(alias("ALIASLIVE1")), evidence.Listed(agentVersion(draftVersion))
			}), want: "not-applicable"},
			{name: "version denied", account: versionDenied, want: "unknown"},
			{name: "aliases denied", account: aliasesDenied, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"bedrock-guardrail-version-pinned": {
			{name: "number", account: agentWith(guarded), want: "pass"},
			{name: "draft", account: agentWith(evidence.AgentSettings{Guardrail: evidence.GuardrailRef{ID: "gr1claims000", Version: "DRAFT"}}), want: "fail"},
			{name: "no guardrail", account: agentWith(plain), want: "not-applicable"},
			{name: "flow node with a number", account: liveFlow(evidence.FlowNode{Name: "Summarize", Type: "Prompt", Guardrail: guarded.Guardrail}), want: "pass"},
			{name: "flow node with the draft", account: liveFlow(evidence.FlowNode{Name: "Summarize", Type: "Prompt", Guardrail: evidence.GuardrailRef{ID: "g", Version: "DRAFT"}}), want: "fail"},
			{name: "flow node without one", account: liveFlow(evidence.FlowNode{Name: "Summarize", Type: "Prompt"}), want: "not-applicable"},
			{name: "version denied", account: versionDenied, want: "unknown"},
			{name: "flows denied", account: changed(agentWith(guarded), func(_ *evidence.Account, r *evidence.Region) {
				r.BedrockAgent.Flows = evidence.Partial[evidence.Flow](nil, denied)
			}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "not deployed", account: draftAgent(asIs), want: "not-applicable"},
		},
		"bedrock-agent-action-schema": {
			{name: "functions", account: groups(liveAgent, functions(asked)), want: "pass"},
			{name: "API schema", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, APISchema: "s3"}), want: "pass"},
			{name: "neither", account: groups(draftAgent, functions()), want: "fail"},
			{name: "neither, but only in the draft", account: changed(liveAgent(asIs), func(_ *evidence.Account, r *evidence.Region) {
				r.BedrockAgent.Agents.Found()[0].Versions.Found()[0].ActionGroups = evidence.Listed(evidence.ActionGroup{Name: "g", Settings: evidence.Known(functions())})
			}), want: "not-applicable"},
			{name: "built in", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, BuiltIn: "AMAZON.CodeInterpreter"}), want: "not-applicable"},
			{name: "groups denied", account: liveAgent(func(v *evidence.AgentVersion) { v.ActionGroups = evidence.Partial[evidence.ActionGroup](nil, denied) }), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"bedrock-action-group-schema": {
			{name: "described", account: groups(liveAgent, functions(asked, confirmed)), want: "pass"},
			{name: "API schema", account: groups(liveAgent, evidence.ActionGroupSettings{Enabled: true, APISchema: "inline"}), want: "pass"},
			{name: "one is not described", account: groups(liveAgent, functions(asked, evidence.ActionFunction{Name: "<b>pay</b>"})), want: "fail"},
			{name: "no schema", account: groups(liveAgent, functions()), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no groups", account: liveAgent(asIs), want: "not-applicable"},
		},
		"bedrock-agent-cmk": {
			{name: "key", account: oneAgent(func(a *evidence.Agent) { a.Settings = evidence.Known(evidence.AgentSettings{KMSKey: keyARN}) }), want: "pass"},
			{name: "none", account: oneAgent(func(a *evidence.Agent) { a.Settings = evidence.Known(evidence.AgentSettings{}) }), want: "fail"},
			{name: "denied by the key", account: oneAgent(func(a *evidence.Agent) { a.Settings = evidence.Missing[evidence.AgentSettings](denied) }), want: "unknown"},
			{name: "no agents", account: none, want: "not-applicable"},
		},
		"bedrock-agent-memory-retention": {
			{name: "30 days", account: agentWith(evidence.AgentSettings{Memory: true, MemoryDays: 30, IdleSessionTTL: 3600}), want: "pass"},
			{name: "31 days", account: agentWith(evidence.AgentSettings{Memory: true, MemoryDays: 31, IdleSessionTTL: 600}), want: "fail"},
			{name: "31 days allowed", account: agentWith(evidence.AgentSettings{Memory: true, MemoryDays: 31, IdleSessionTTL: 600}), want: "pass",
				settings: func(s *scoring.Settings) { s.MemoryDays = 60 }},
			{name: "no memory", account: agentWith(evidence.AgentSettings{IdleSessionTTL: 600}), want: "pass"},
			{name: "long session", account: agentWith(evidence.AgentSettings{IdleSessionTTL: 3601}), want: "fail"},
			{name: "the draft, not deployed", account: changed(agentWith(evidence.AgentSettings{IdleSessionTTL: 600}), func(_ *evidence.Account, r *evidence.Region) {
				r.BedrockAgent.Agents.Found()[0].Versions.Found()[0].Settings = evidence.Known(evidence.AgentSettings{IdleSessionTTL: 5400})
			}), want: "pass"},
			{name: "denied", account: versionDenied, want: "unknown"},
			{name: "no agents", account: none, want: "not-applicable"},
		},
		"bedrock-agent-alias-versioned": {
			{name: "number", account: aliasesOf(alias(testAlias, "DRAFT"), alias("A", "3")), want: "pass"},
			{name: "only the test alias", account: aliasesOf(alias(testAlias, "DRAFT")), want: "fail"},
			{name: "none", account: aliasesOf(), want: "fail"},
			{name: "draft", account: aliasesOf(alias("A", "DRAFT")), want: "fail"},
			{name: "one of them draft", account: aliasesOf(alias("A", "3"), alias("B", "DRAFT")), want: "fail"},
			{name: "rejects invocations", account: aliasesOf(alias("A")), want: "fail"},
			{name: "one rejects", account: aliasesOf(alias("A"), alias("B", "2")), want: "pass"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "cut short", account: oneAgent(func(a *evidence.Agent) {
				a.Aliases = evidence.Partial([]evidence.AgentAlias{alias("A", "3")}, denied)
			}), want: "unknown"},
			{name: "no agents", account: none, want: "not-applicable"},
		},
		"bedrock-agent-previous-version": {
			{name: "three", account: created(30*day, "1", "2", "3"), want: "pass"},
			{name: "one", account: created(30*day, "1"), want: "fail"},
			{name: "none", account: created(7*day + time.Second), want: "fail"},
			{name: "new", account: created(7 * day), want: "not-applicable"},
			{name: "versions denied", account: oneAgent(func(a *evidence.Agent) {
				a.Settings, a.Numbers = evidence.Known(evidence.AgentSettings{}), evidence.Partial[string](nil, denied)
			}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
	})
}

// bounded puts the account's role behind a permissions boundary.
func bounded(a *evidence.Account, document string) *evidence.Account {
	const boundary = "arn:aws:iam::111122223333:policy/boundary"
	return changed(a, func(a *evidence.Account, _ *evidence.Region) {
		role := &a.IAM.Roles.Found()[0]
		role.Permissions = evidence.Map(role.Permissions, func(p evidence.Permissions) evidence.Permissions { p.Boundary = boundary; return p })
		a.IAM.Policies.Append(evidence.Listed(evidence.ManagedPolicy{ARN: boundary, Document: evidence.Known(document)}))
	})
}

func TestChangesState(t *testing.T) {
	for name, want := range map[string]bool{
		"cancel_claim": true, "cancelClaim": true, "ClaimCancel": true, "bulk-delete-claims": true, "sendSMS": true, "PayInvoice": true,
		"get_payment_status": false, "getUpdates": false, "list_transfers": false, "payment_status": false, "createdAt": false,
		"claims": false, "checkout": false, "": false, "<script>": false,
	} {
		if got := changesState(evidence.ActionFunction{Name: name}); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	for method, want := range map[string]bool{"GET": false, "PUT": true, "PATCH": true, "DELETE": true, "HEAD": false} {
		if got := changesState(evidence.ActionFunction{Name: "/cancel", Method: method}); got != want {
			t.Errorf("%s: %v", method, got)
		}
	}
	if !changesState(evidence.ActionFunction{Name: "/claims/{id}/cancel", Method: "POST"}) || changesState(evidence.ActionFunction{Name: "searchClaims", Method: "POST"}) {
		t.Error("a POST is judged by its name")
	}
}

func TestReachesAll(t *testing.T) {
	for pattern, want := range map[string]bool{
		"*": true, "arn:aws:s3:::*": true, "arn:aws:s3:::*/*": true, "arn:aws:lambda:eu-central-1:111122223333:function:*": true,
		"arn:aws:dynamodb:*:*:table/*": true, "arn:aws:kms:*:*:key/*": true, "arn:aws:secretsmanager:*:*:secret:*": true, "arn:aws:sqs:*:*:*": true, "arn:*": true,
		"arn:aws:s3:::bucket/*": false, "arn:aws:s3:::nordwind-*": false, "arn:aws:dynamodb:*:*:table/chat-*": false,
		"arn:aws:dynamodb:*:*:table/chat/index/*": false, "arn:aws:execute-api:*:*:a1b2c3/*": false, "arn:aws:secretsmanager:*:*:secret:claims/*": false, "": false,
	} {
		if got := reachesAll(pattern); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}

// Every id, alias and question of a check stands once.
func TestAgentCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range slices.Concat(agentChecks, knowledgeBaseChecks, promptChecks) {
		for _, id := range append([]string{c.ID}, c.Aliases...) {
			if seen[id] {
				t.Errorf("%s stands twice", id)
			}
			seen[id] = true
		}
		if strings.Contains(c.Fix, "\n") || !strings.HasPrefix(c.Fix, "aws ") || len(c.Operations) == 0 || len(c.Questions) == 0 {
			t.Errorf("%s: fix %q, operations %q, questions %q", c.ID, c.Fix, c.Operations, c.Questions)
		}
	}
}
