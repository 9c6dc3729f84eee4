package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var agents = regional(
	func(r *evidence.Region) evidence.List[evidence.Agent] { return r.BedrockAgent.Agents },
	func(a evidence.Agent) string { return a.ARN },
	func(a evidence.Agent) string { return a.Name },
	(*workload.Graph).Agent)

var agentChecks = []scoring.Check{
	{
		ID:         "bedrock-agent-role-least-privilege",
		Title:      "Agent execution roles name what they may change",
		Questions:  []string{"1.1"},
		Severity:   scoring.High,
		Operations: []string{"bedrockagent.GetAgent", "bedrockagent.GetAgentVersion", "iam.GetAccountAuthorizationDetails"},
		Why:        "Whoever talks an agent into misusing a tool acts with its role.",
		Fix:        "aws iam put-role-policy --role-name <role> --policy-name <policy> --policy-document file://scoped.json",
		References: []string{"GENSEC05-BP01", "LLM06:2025", "Prowler bedrock_agent_role_least_privilege"},
		Test:       scoring.Resources(agents, agentRole),
	},
	{
		ID:         "bedrock-agent-action-confirmation",
		Title:      "Agent functions that change state ask the user first",
		Questions:  []string{"1.1"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListAgentAliases", "bedrockagent.ListAgentActionGroups", "bedrockagent.GetAgentActionGroup"},
		Why:        "An injected instruction can cancel, pay or delete before a person has seen it. Functions are judged by their names.",
		Fix:        "aws bedrock-agent update-agent-action-group --agent-id <agent> --agent-version DRAFT --action-group-id <group> --action-group-name <name> --action-group-executor lambda=<function-arn> --function-schema file://schema-with-requireConfirmation.json",
		References: []string{"GENSEC05-BP01", "LLM06:2025"},
		Test:       scoring.Resources(agents, agentConfirmation),
	},
	{
		ID:         "bedrock-agent-guardrail-attached",
		Title:      "Every deployed agent version has a guardrail",
		Questions:  []string{"1.4"},
		Severity:   scoring.High,
		Operations: []string{"bedrockagent.ListAgentAliases", "bedrockagent.GetAgentVersion", "bedrock.ListEnforcedGuardrailsConfiguration"},
		Why:        "Nothing filters what users send to the agent and what it answers.",
		Fix:        "aws bedrock-agent update-agent --agent-id <agent> --agent-name <name> --agent-resource-role-arn <role-arn> --foundation-model <model> --instruction file://instruction.txt --guardrail-configuration guardrailIdentifier=<guardrail>,guardrailVersion=<number>",
		References: []string{"GENSEC02-BP01", "GENSEC04-BP02", "LLM01:2025", "LLM05:2025", "Prowler bedrock_agent_guardrail_enabled"},
		Test:       scoring.Resources(agents, agentGuardrail),
	},
	{
		ID:         "bedrock-guardrail-version-pinned",
		Title:      "Agents and flows use numbered guardrail versions",
		Questions:  []string{"5.1"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListAgentAliases", "bedrockagent.GetAgentVersion", "bedrockagent.ListFlowAliases", "bedrockagent.GetFlowVersion"},
		Why:        "An edit of a guardrail's draft reaches production at once, untested and without a way back.",
		Fix:        "aws bedrock create-guardrail-version --guardrail-identifier <guardrail>",
		References: []string{"GENSEC02-BP01", "GENOPS04-BP02"},
		Test:       scoring.Resources(eitherOf(agents, flows), oneOf(agentGuardrailPinned, flowGuardrailPinned)),
	},
	{
		ID:         "bedrock-agent-action-schema",
		Title:      "Agent action groups declare a typed schema",
		Questions:  []string{"1.4"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListAgentActionGroups", "bedrockagent.GetAgentActionGroup"},
		Why:        "Without a schema the function receives whatever the model writes.",
		Fix:        "aws bedrock-agent update-agent-action-group --agent-id <agent> --agent-version DRAFT --action-group-id <group> --action-group-name <name> --action-group-executor lambda=<function-arn> --function-schema file://schema.json",
		References: []string{"GENSEC05-BP01", "LLM05:2025", "LLM06:2025"},
		Test:       scoring.Resources(agents, agentSchema),
	},
	{
		ID:         "bedrock-action-group-schema",
		Title:      "Agent actions have a described schema",
		Questions:  []string{"10.5"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListAgentActionGroups", "bedrockagent.GetAgentActionGroup"},
		Why:        "The description is what the model chooses a function by, and what a person reviews it by.",
		Fix:        "aws bedrock-agent update-agent-action-group --agent-id <agent> --agent-version DRAFT --action-group-id <group> --action-group-name <name> --action-group-executor lambda=<function-arn> --function-schema file://described-schema.json",
		References: []string{"GENSEC05-BP01", "LLM06:2025"},
		Test:       scoring.Resources(agents, agentSchemaDescribed),
	},
	{
		ID:         "bedrock-agent-cmk",
		Title:      "Agents are encrypted with a customer managed key",
		Questions:  []string{"2.1"},
		Severity:   scoring.Low,
		Operations: []string{"bedrockagent.GetAgent"},
		Why:        "Only a customer managed key can be audited, restricted and revoked. Data is encrypted in any case.",
		Fix:        "aws bedrock-agent update-agent --agent-id <agent> --agent-name <name> --agent-resource-role-arn <role-arn> --foundation-model <model> --instruction file://instruction.txt --customer-encryption-key-arn <key-arn>",
		References: []string{"GENSEC01-BP03", "LLM02:2025"},
		Test:       scoring.Resources(agents, agentKey),
	},
	{
		ID:         "bedrock-agent-memory-retention",
		Title:      "Agents forget conversations in time",
		Questions:  []string{"2.2"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListAgentAliases", "bedrockagent.GetAgent", "bedrockagent.GetAgentVersion"},
		Why:        "What users said stays with the agent longer than anybody needs it.",
		Fix:        "aws bedrock-agent update-agent --agent-id <agent> --agent-name <name> --agent-resource-role-arn <role-arn> --foundation-model <model> --instruction file://instruction.txt --idle-session-ttl-in-seconds 1800 --memory-configuration enabledMemoryTypes=SESSION_SUMMARY,storageDays=30",
		References: []string{"GENSEC05-BP01", "LLM02:2025"},
		Test:       scoring.Resources(agents, agentMemory),
	},
	{
		ID:         "bedrock-agent-alias-versioned",
		Aliases:    []string{"bedrock-agent-alias-pinned"},
		Title:      "Agent aliases route to numbered versions",
		Questions:  []string{"5.1", "6.6"},
		Severity:   scoring.High,
		Operations: []string{"bedrockagent.ListAgentAliases"},
		Why:        "The draft changes under its users with every edit, and there is no version to return to.",
		Fix:        "aws bedrock-agent create-agent-alias --agent-id <agent> --agent-alias-name live",
		References: []string{"GENOPS04-BP02", "GENREL03-BP01", "GENREL04-BP01", "LLM06:2025"},
		Test:       scoring.Resources(agents, agentAlias),
	},
	{
		ID:         "bedrock-agent-previous-version",
		Title:      "Agents keep an earlier version to return to",
		Questions:  []string{"6.6"},
		Severity:   scoring.Low,
		Operations: []string{"bedrockagent.GetAgent", "bedrockagent.ListAgentVersions"},
		Why:        "After a bad release there is no earlier version that the alias could point to.",
		Fix:        "aws bedrock-agent create-agent-alias --agent-id <agent> --agent-alias-name <name>",
		References: []string{"GENOPS04-BP02"},
		Test:       scoring.Resources(agents, agentPreviousVersion),
	},
}

const testAlias = "TSTALIASID" // every agent and flow has it; it routes to the draft

const draftVersion = "DRAFT"

// served passes where an alias of the owner's, not the test alias, routes to a version.
func served(aliases evidence.List[evidence.AgentAlias]) evidence.Verdict {
	return aliased(aliases, "only the test alias routes to it", func(routes []string) bool { return len(routes) > 0 })
}

// routedTo passes where an alias of the owner's routes to a version.
func routedTo(aliases evidence.List[evidence.AgentAlias], version string) evidence.Verdict {
	return aliased(aliases, "no alias routes to "+version, func(routes []string) bool { return slices.Contains(routes, version) })
}

func aliased(aliases evidence.List[evidence.AgentAlias], none string, holds func(routes []string) bool) evidence.Verdict {
	return evidence.Some(aliases, none, func(alias evidence.AgentAlias) evidence.Verdict {
		if alias.ID == testAlias {
			return evidence.Fail("")
		}
		return evidence.With(alias.Routes, func(routes []string) evidence.Verdict {
			return evidence.Test(holds(routes), "", "")
		})
	})
}

// deployed asks every version that an alias of the owner's routes to; without such an alias the
// question is absent.
func deployed(a evidence.Agent, ask func(evidence.AgentVersion) evidence.Verdict) evidence.Verdict {
	return evidence.If(served(a.Aliases), func() evidence.Verdict {
		return evidence.Every(a.Versions, func(v evidence.AgentVersion) evidence.Verdict {
			return evidence.If(routedTo(a.Aliases, v.Version), func() evidence.Verdict { return ask(v) })
		})
	})
}

// inUse asks the deployed versions, or the draft of an agent that has none: the test alias reaches it.
func inUse(a evidence.Agent, ask func(evidence.AgentVersion) evidence.Verdict) evidence.Verdict {
	return evidence.Every(a.Versions, func(v evidence.AgentVersion) evidence.Verdict {
		used := routedTo(a.Aliases, v.Version)
		if v.Version == draftVersion {
			used = evidence.Any(used, evidence.Not(served(a.Aliases)))
		}
		return evidence.If(used, func() evidence.Verdict { return ask(v) })
	})
}

func agentRole(in *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	return evidence.Every(a.Versions, func(v evidence.AgentVersion) evidence.Verdict {
		return evidence.With(v.Settings, func(s evidence.AgentSettings) evidence.Verdict {
			return executionRole(in, s.Role, func(i iampolicy.Identity) []string { return broadGrants(i, "*", changesBeyondBedrock) })
		})
	})
}

// changesBeyondBedrock reports that an action may change something outside what every agent's role
// needs. Some actions know no resources: IAM accepts only "*" for them.
func changesBeyondBedrock(service, action string) bool {
	switch service {
	case "bedrock", "bedrock-agentcore", "logs", "xray", "aws-marketplace":
		return false
	case "cloudwatch":
		return action != "putmetricdata" && !reads(action)
	}
	return !reads(action)
}

// enabledGroups asks each action group that an agent in use can call and that is the owner's.
func enabledGroups(a evidence.Agent, ask func(name string, s evidence.ActionGroupSettings) evidence.Verdict) evidence.Verdict {
	return inUse(a, func(v evidence.AgentVersion) evidence.Verdict {
		return evidence.Every(v.ActionGroups, func(g evidence.ActionGroup) evidence.Verdict {
			return evidence.With(g.Settings, func(s evidence.ActionGroupSettings) evidence.Verdict {
				switch {
				case !s.Enabled:
					return evidence.NotApplicable("action group " + g.Name + " is disabled")
				case s.BuiltIn != "":
					return evidence.NotApplicable("action group " + g.Name + " is built in")
				}
				return ask("action group "+g.Name+" of version "+v.Version, s)
			})
		})
	})
}

func agentConfirmation(_ *scoring.Input, region *evidence.Region, a evidence.Agent) evidence.Verdict {
	return enabledGroups(a, func(name string, s evidence.ActionGroupSettings) evidence.Verdict {
		gap := evidence.Gap{Service: "bedrockagent", Operation: "GetAgentActionGroup", Region: region.Name, Resource: a.ARN}
		switch {
		case s.Returns:
			return evidence.NotApplicable(name + " returns control to the application, which acts")
		case s.APISchema == "s3":
			gap.Reason, gap.Detail = evidence.NotAsked, "the API schema is an object in S3; the contents of buckets are not read"
			return evidence.Unknown(name+" has its schema in S3", gap)
		case s.APISchema == "unreadable":
			gap.Reason, gap.Detail = evidence.Failed, "the API schema could not be understood"
			return evidence.Unknown(name+" has a schema that could not be understood", gap)
		}
		var asks, acts []string
		for _, f := range s.Functions {
			switch {
			case !changesState(f):
			case f.Confirms:
				asks = append(asks, f.Name)
			default:
				acts = append(acts, f.Name)
			}
		}
		switch {
		case len(acts) > 0:
			return evidence.Fail(name + " does not ask before " + listed(acts))
		case len(asks) > 0:
			return evidence.Pass(name + " asks before " + listed(asks))
		}
		return evidence.NotApplicable(name + " has no function that changes state by its name")
	})
}

var (
	words = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)
	// changing are the verbs of functions that change state; asking those of functions that do not.
	changing = []string{
		"create", "add", "insert", "update", "modify", "change", "edit", "set", "put", "patch", "write", "save", "upload", "delete", "remove",
		"drop", "purge", "cancel", "terminate", "stop", "start", "send", "email", "notify", "post", "publish", "submit", "pay", "charge",
		"refund", "transfer", "withdraw", "approve", "reject", "grant", "revoke", "assign", "book", "order", "buy", "purchase", "sell",
		"close", "open", "reset", "disable", "enable", "execute", "run", "trigger", "move", "rename", "merge", "register", "schedule", "sign",
	}
	asking = []string{
		"get", "list", "find", "search", "read", "describe", "check", "lookup", "look", "query", "fetch", "show", "count", "validate",
		"verify", "calculate", "compute", "estimate", "retrieve", "view", "preview", "summarize", "explain", "is", "has", "can",
	}
)

// changesState reports that a function changes something: by its method, or by a verb in its name.
func changesState(f evidence.ActionFunction) bool {
	switch f.Method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return false
	case "PUT", "PATCH", "DELETE":
		return true
	}
	var tokens []string
	for _, word := range words.FindAllString(f.Name, -1) {
		tokens = append(tokens, strings.ToLower(word))
	}
	if len(tokens) == 0 || slices.Contains(asking, tokens[0]) {
		return false
	}
	return slices.ContainsFunc(tokens, func(t string) bool { return slices.Contains(changing, t) })
}

func agentSchema(_ *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	return enabledGroups(a, func(name string, s evidence.ActionGroupSettings) evidence.Verdict {
		return evidence.Test(s.APISchema != "" || len(s.Functions) > 0, name+" has a schema", name+" has no schema")
	})
}

func agentSchemaDescribed(_ *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	return enabledGroups(a, func(name string, s evidence.ActionGroupSettings) evidence.Verdict {
		if s.APISchema != "" {
			return evidence.Pass(name + " has an API schema")
		}
		var silent []string
		for _, f := range s.Functions {
			if !f.Described {
				silent = append(silent, f.Name)
			}
		}
		switch {
		case len(s.Functions) == 0:
			return evidence.Fail(name + " has no schema")
		case len(silent) > 0:
			return evidence.Fail(name + " does not describe " + listed(silent))
		}
		return evidence.Pass(name + " describes its functions")
	})
}

func agentKey(_ *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	return evidence.With(a.Settings, func(s evidence.AgentSettings) evidence.Verdict { return ownKey(s.KMSKey) })
}

// ownKey asks for a key where Bedrock takes no key of AWS's: one that is set is the customer's.
func ownKey(arn string) evidence.Verdict {
	return evidence.Test(arn != "", "uses the customer managed key "+arn, "uses a key that AWS owns: no customer managed key is set")
}

func agentMemory(in *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	const longest = 3600 // seconds
	return inUse(a, func(v evidence.AgentVersion) evidence.Verdict {
		return evidence.With(v.Settings, func(s evidence.AgentSettings) evidence.Verdict {
			switch {
			case s.Memory && s.MemoryDays > in.Settings.MemoryDays:
				return evidence.Fail(fmt.Sprintf("version %s remembers for %d days, more than %d", v.Version, s.MemoryDays, in.Settings.MemoryDays))
			case s.IdleSessionTTL > longest:
				return evidence.Fail(fmt.Sprintf("version %s keeps an idle session for %d seconds, more than %d", v.Version, s.IdleSessionTTL, longest))
			case s.Memory:
				return evidence.Pass(fmt.Sprintf("version %s remembers for %d days and keeps an idle session for %d seconds", v.Version, s.MemoryDays, s.IdleSessionTTL))
			}
			return evidence.Pass(fmt.Sprintf("version %s has no memory and keeps an idle session for %d seconds", v.Version, s.IdleSessionTTL))
		})
	})
}

func agentAlias(_ *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	return versionedAlias(a.Aliases)
}

// versionedAlias passes where an alias of the owner's routes to a number and none to the draft.
func versionedAlias(aliases evidence.List[evidence.AgentAlias]) evidence.Verdict {
	return evidence.All(
		evidence.Some(aliases, "no alias but the test alias routes to a version", func(alias evidence.AgentAlias) evidence.Verdict {
			if alias.ID == testAlias {
				return evidence.Fail("")
			}
			return evidence.With(alias.Routes, func(routes []string) evidence.Verdict {
				return evidence.Test(len(routes) > 0, "alias "+alias.Name+" routes to version "+strings.Join(routes, ", "), "")
			})
		}),
		evidence.Every(aliases, func(alias evidence.AgentAlias) evidence.Verdict {
			if alias.ID == testAlias {
				return evidence.NotApplicable("")
			}
			return evidence.With(alias.Routes, func(routes []string) evidence.Verdict {
				return evidence.Test(!slices.Contains(routes, draftVersion), "", "alias "+alias.Name+" routes to the draft")
			})
		}))
}

func agentPreviousVersion(in *scoring.Input, _ *evidence.Region, a evidence.Agent) evidence.Verdict {
	const settling = 7 * 24 * time.Hour
	old := evidence.With(a.Settings, func(s evidence.AgentSettings) evidence.Verdict {
		return evidence.Test(in.Account.Clock.Sub(s.Created) > settling, "", "was created in the last 7 days")
	})
	return evidence.If(old, func() evidence.Verdict {
		return evidence.Count(a.Numbers, func(count int) evidence.Verdict {
			return evidence.Test(count >= 2, fmt.Sprintf("has %d versions", count), fmt.Sprintf("has %d numbered versions, none to return to", count))
		})
	})
}
