package workload

import (
	"slices"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
)

// Uses are the things of one kind that are used in a region, by name, and whether the workload is what
// uses them: a verdict whose message says how. What could not be read may use anything.
type Uses struct {
	By   map[string]evidence.Verdict
	Gaps []evidence.Gap
}

func (e *edges) uses() Uses {
	u := Uses{By: map[string]evidence.Verdict{}, Gaps: e.gaps}
	for name, ways := range e.to {
		u.By[name] = evidence.Any(ways...)
	}
	return u
}

// regionUses draws the uses of one kind in every region.
func (g *Graph) regionUses(draw func(*edges, evidence.Region)) map[string]Uses {
	regions := map[string]Uses{}
	for _, r := range g.account.Regions {
		e := new(edges)
		draw(e, r)
		regions[r.Name] = e.uses()
	}
	return regions
}

func usesIn(regions map[string]Uses, region string) Uses {
	if u, ok := regions[region]; ok {
		return u
	}
	return Uses{Gaps: []evidence.Gap{{Region: region, Reason: evidence.NotAsked, Detail: "the region was not scanned"}}}
}

// GuardrailUses are the guardrail versions that model calls pass through, as "ARN:version": those of
// agents and flows that an alias serves, those that the account enforces, those that policies of the
// workload's roles demand, and those that CloudWatch saw at work in the last two weeks.
func (g *Graph) GuardrailUses(region string) Uses { return usesIn(g.guardrailUses(), region) }

// ModelUses are the models that are used in a region, as they are named: a model's or inference
// profile's id, or the ARN of something of the account's own. Models are named by agents and flows
// that an alias serves, prompts, knowledge bases, application inference profiles and provisioned
// throughputs, and by the metrics of the last two weeks.
func (g *Graph) ModelUses(region string) Uses { return usesIn(g.modelUses(), region) }

func (g *Graph) readGuardrailUses() map[string]Uses {
	return g.regionUses(func(e *edges, r evidence.Region) {
		add := func(ref evidence.GuardrailRef, v evidence.Verdict, because string) {
			if ref.ID != "" {
				e.add(g.guardrailVersion(r.Name, ref), v, because)
			}
		}
		listed(e, r.BedrockAgent.Agents, func(a evidence.Agent) {
			g.servedAgent(e, r.Name, a, func(v evidence.Verdict, s evidence.AgentSettings) {
				add(s.Guardrail, v, "guardrail of agent "+a.Name)
			})
		})
		listed(e, r.BedrockAgent.Flows, func(f evidence.Flow) {
			g.servedFlow(e, r.Name, f, func(v evidence.Verdict, n evidence.FlowNode) {
				add(n.Guardrail, v, "guardrail of node "+n.Name+" of flow "+f.Name)
			})
		})
		listed(e, r.Bedrock.Enforced, func(enforced evidence.BedrockEnforcement) {
			known(e, enforced.Settings, func(s evidence.BedrockEnforcedGuardrail) {
				id := s.GuardrailARN
				if id == "" {
					id = s.GuardrailID
				}
				add(evidence.GuardrailRef{ID: id, Version: s.Version}, evidence.Pass(""), "enforced on the account's model calls")
			})
		})
		listed(e, r.CloudWatch.Metrics, func(m evidence.Metric) {
			if m.Namespace == "AWS/Bedrock/Guardrails" {
				add(evidence.GuardrailRef{ID: m.Dimensions["GuardrailArn"], Version: m.Dimensions["GuardrailVersion"]},
					g.observed(r.Name), "at work in the last two weeks")
			}
		})
		conditions := g.guardrailConditions()
		e.miss(conditions.gaps...)
		for name, ways := range conditions.to {
			if strings.HasPrefix(name, "arn:"+g.account.Partition+":bedrock:"+r.Name+":") {
				for _, v := range ways {
					e.add(name, v, v.Message)
				}
			}
		}
	})
}

// guardrailVersion names a version of a guardrail that an id or ARN refers to.
func (g *Graph) guardrailVersion(region string, ref evidence.GuardrailRef) string {
	arn, version := ref.ID, ref.Version
	if !strings.HasPrefix(arn, "arn:") {
		arn = "arn:" + g.account.Partition + ":bedrock:" + region + ":" + g.account.ID + ":guardrail/" + arn
	}
	if version == "" {
		version = draft
	}
	return arn + ":" + version
}

const (
	draft     = "DRAFT"
	testAlias = "TSTALIASID" // the alias that every agent and flow has; it routes to the draft
)

// guardrailCondition is the condition key with which a policy demands a guardrail of a model call.
const guardrailCondition = "bedrock:GuardrailIdentifier"

// readGuardrailConditions collects the guardrail versions that policies of roles in scope demand of
// model calls. A pattern names no version and tells nothing; an ARN without a version is the draft
// (Bedrock User Guide, "Enforce the use of specific guardrails in model inference requests").
func (g *Graph) readGuardrailConditions() *edges {
	e := new(edges)
	listed(e, g.account.IAM.Roles, func(role evidence.Role) {
		v := g.Role(role)
		if !v.Can(evidence.CanPass) {
			return
		}
		known(e, g.Identity(role.ARN), func(i iampolicy.Identity) {
			for _, value := range demandedGuardrails(i) {
				_, rest, ok := strings.Cut(value, ":guardrail/")
				if !ok || strings.ContainsAny(value, "*?$") {
					continue
				}
				if !strings.Contains(rest, ":") {
					value += ":" + draft
				}
				e.add(value, v, "demanded of model calls by a policy of role "+role.Name)
			}
		})
	})
	return e
}

// demandedGuardrails are the values that an identity's grants of model calls compare the guardrail
// with: what an Allow asks for, and what a Deny spares.
func demandedGuardrails(i iampolicy.Identity) []string {
	var values []string
	collect := func(conditions []iampolicy.Condition, negated bool) {
		for _, c := range conditions {
			if strings.EqualFold(c.Key, guardrailCondition) && strings.Contains(strings.ToLower(c.Operator), "not") == negated {
				values = append(values, c.Values...)
			}
		}
	}
	for _, grant := range i.Grants("bedrock:InvokeModel*") {
		collect(grant.Conditions, false)
		for _, deny := range grant.Denies {
			collect(deny.Conditions, true)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func (g *Graph) readModelUses() map[string]Uses {
	return g.regionUses(func(e *edges, r evidence.Region) {
		name := ModelNames(&r)
		add := func(ref string, v evidence.Verdict, because string) { e.add(name(ref), v, because) }
		listed(e, r.BedrockAgent.Agents, func(a evidence.Agent) {
			g.servedAgent(e, r.Name, a, func(v evidence.Verdict, s evidence.AgentSettings) {
				add(s.Model, v, "model of agent "+a.Name)
			})
		})
		listed(e, r.BedrockAgent.Flows, func(f evidence.Flow) {
			g.servedFlow(e, r.Name, f, func(v evidence.Verdict, n evidence.FlowNode) {
				add(n.Model, v, "model of node "+n.Name+" of flow "+f.Name)
			})
		})
		listed(e, r.BedrockAgent.Prompts, func(p evidence.Prompt) {
			if v := g.Prompt(r.Name, p); v.Can(evidence.CanPass) {
				known(e, p.Settings, func(s evidence.PromptSettings) { add(s.Model, v, "model of prompt "+p.Name) })
			}
		})
		listed(e, r.BedrockAgent.KnowledgeBases, func(k evidence.KnowledgeBase) {
			if v := g.KnowledgeBase(r.Name, k); v.Can(evidence.CanPass) {
				known(e, k.Settings, func(s evidence.KnowledgeBaseSettings) { add(s.Embedding, v, "embeds for knowledge base "+k.Name) })
			}
		})
		listed(e, r.Bedrock.InferenceProfiles, func(p evidence.BedrockInferenceProfile) {
			if ApplicationProfile(p.ARN) {
				add(p.ARN, g.Bedrock(r.Name, p.ARN, "application inference profile"), "application inference profile "+p.Name)
			}
		})
		listed(e, r.Bedrock.Provisioned, func(p evidence.BedrockProvisioned) {
			add(p.ARN, g.Bedrock(r.Name, p.ARN, "provisioned throughput"), "provisioned throughput "+p.Name)
		})
		listed(e, r.CloudWatch.Metrics, func(m evidence.Metric) {
			add(CalledModel(m), g.observed(r.Name), "called in the last two weeks")
		})
	})
}

// CalledModel is the model that a metric of Bedrock's says was called, as the caller named it; empty
// for a metric of anything else.
func CalledModel(m evidence.Metric) string {
	switch m.Namespace {
	case "AWS/Bedrock":
		return m.Dimensions["ModelId"]
	case "AWS/BedrockMantle":
		return m.Dimensions["Model"]
	}
	return ""
}

// ApplicationProfile reports that an ARN is that of an inference profile which the account made.
func ApplicationProfile(arn string) bool {
	return strings.Contains(arn, ":application-inference-profile/")
}

// ModelNames gives the several names by which a model is called in a region one: the id of a model or
// profile of Bedrock's, the ARN of anything else.
func ModelNames(r *evidence.Region) func(ref string) string {
	own := map[string]string{} // ARNs by the ids that metrics name
	add := func(arn string) { own[arn[strings.LastIndex(arn, "/")+1:]] = arn }
	for _, p := range r.Bedrock.InferenceProfiles.Found() {
		if ApplicationProfile(p.ARN) {
			add(p.ARN)
		}
	}
	for _, p := range r.Bedrock.Provisioned.Found() {
		add(p.ARN)
	}
	return func(ref string) string {
		for _, kind := range []string{":foundation-model/", ":inference-profile/"} {
			if _, id, ok := strings.Cut(ref, kind); ok {
				return id
			}
		}
		if arn, ok := own[ref]; ok {
			return arn
		}
		return ref
	}
}

// observed tells whether what CloudWatch saw counts. Metrics do not say who called: where a tag narrows
// the workload that is not known.
func (g *Graph) observed(region string) evidence.Verdict {
	if g.everything || g.tag.key == "" {
		return evidence.Pass("")
	}
	return uncertain(evidence.Gap{Service: "cloudwatch", Operation: "ListMetrics", Region: region, Reason: evidence.NotBuilt,
		Detail: "metrics do not name the caller: whether the tagged workload called is not known"})
}

// servedAgent visits the versions of an agent in scope that an alias of the owner's routes to.
func (g *Graph) servedAgent(e *edges, region string, a evidence.Agent, use func(evidence.Verdict, evidence.AgentSettings)) {
	v := g.Agent(region, a)
	if !v.Can(evidence.CanPass) {
		return
	}
	versions := map[string]evidence.Fact[evidence.AgentSettings]{}
	for _, version := range a.Versions.Found() {
		versions[version.Version] = version.Settings
	}
	served(e, region, a.ARN, a.Aliases, versions, a.Versions.Gaps(), func(s evidence.AgentSettings) { use(v, s) })
}

// servedFlow visits the nodes of the versions of a flow in scope that an alias of the owner's routes to.
func (g *Graph) servedFlow(e *edges, region string, f evidence.Flow, use func(evidence.Verdict, evidence.FlowNode)) {
	v := g.Flow(region, f)
	if !v.Can(evidence.CanPass) {
		return
	}
	versions := map[string]evidence.Fact[[]evidence.FlowNode]{
		draft: evidence.Map(f.Settings, func(s evidence.FlowSettings) []evidence.FlowNode { return s.Nodes }),
	}
	for _, version := range f.Versions.Found() {
		versions[version.Version] = version.Nodes
	}
	served(e, region, f.ARN, f.Aliases, versions, f.Versions.Gaps(), func(nodes []evidence.FlowNode) {
		for _, n := range nodes {
			use(v, n)
		}
	})
}

// served feeds each version that an alias of the owner's routes to. A version that was not listed is missed.
func served[T any](e *edges, region, arn string, aliases evidence.List[evidence.AgentAlias], versions map[string]evidence.Fact[T], gaps []evidence.Gap, use func(T)) {
	seen := map[string]bool{}
	listed(e, aliases, func(alias evidence.AgentAlias) {
		if alias.ID == testAlias {
			return
		}
		known(e, alias.Routes, func(routes []string) {
			for _, version := range routes {
				content, ok := versions[version]
				switch {
				case seen[version]:
				case ok:
					known(e, content, use)
				case len(gaps) > 0:
					e.miss(gaps...)
				default:
					e.miss(evidence.Gap{Service: "bedrockagent", Region: region, Resource: arn, Reason: evidence.Failed,
						Detail: "an alias routes to version " + version + ", which was not listed"})
				}
				seen[version] = true
			}
		})
	})
}
