// Package workload tells which resources a GenAI workload reaches, and why. Its answers are verdicts:
// pass where a resource is in scope, with the reason as message; fail where it is not; both possible
// where what would tell could not be read.
package workload

import (
	"strings"
	"sync"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
)

// The scopes of a scan.
const (
	ScopeWorkload = "workload"
	ScopeAccount  = "account"
)

// Graph answers for one account. It reads only the evidence and is safe for use from several goroutines.
type Graph struct {
	account    *evidence.Account
	everything bool
	tag        tag
	identities func() map[string]evidence.Fact[iampolicy.Identity]
	callers    func() map[string]evidence.Verdict // roles: whether they may use generative AI
	documents  func() documents
	functions  func() *edges // executors of agents, flows and knowledge bases
	stores     func() *edges // knowledge bases and guardrails that agents and flows use
	roles      func() *edges // execution roles of resources in scope
	logGroups  func() *edges
	keys       func() map[string]*edges // by region
	tables     func() []grantedTables
	data       func() *edges                                             // buckets and clusters that hold the workload's data
	tags       func() map[string]map[string]evidence.Fact[evidence.Tags] // by region and ARN

	guardrailConditions func() *edges // guardrail versions that policies of roles in scope demand
	guardrailUses       func() map[string]Uses
	modelUses           func() map[string]Uses
}

type tag struct{ key, value string }

// New draws the graph of an account, in the scope that its scan recorded.
func New(account *evidence.Account) *Graph {
	g := &Graph{account: account, everything: account.Scan.Scope == ScopeAccount}
	if key, value, ok := strings.Cut(account.Scan.WorkloadTag, "="); ok {
		g.tag = tag{key, value}
	}
	g.identities = sync.OnceValue(g.readIdentities)
	g.callers = sync.OnceValue(g.readCallers)
	g.documents = sync.OnceValue(g.readDocuments)
	g.functions = sync.OnceValue(g.functionEdges)
	g.stores = sync.OnceValue(g.storeEdges)
	g.roles = sync.OnceValue(g.roleEdges)
	g.logGroups = sync.OnceValue(g.logGroupEdges)
	g.keys = sync.OnceValue(g.keyEdges)
	g.tables = sync.OnceValue(g.tableGrants)
	g.data = sync.OnceValue(g.dataEdges)
	g.tags = sync.OnceValue(g.readTags)
	g.guardrailConditions = sync.OnceValue(g.readGuardrailConditions)
	g.guardrailUses = sync.OnceValue(g.readGuardrailUses)
	g.modelUses = sync.OnceValue(g.readModelUses)
	return g
}

// edges are the ways in which resources of one kind are reached.
type edges struct {
	to   map[string][]evidence.Verdict
	gaps []evidence.Gap // what could not be read may reach anything
}

func (e *edges) add(to string, from evidence.Verdict, because string) {
	if to == "" || !from.Can(evidence.CanPass) {
		return
	}
	if e.to == nil {
		e.to = map[string][]evidence.Verdict{}
	}
	from.Message = because
	e.to[to] = append(e.to[to], from)
}

// known feeds a fact's value to use; a fact that was not read may hold any edge.
func known[T any](e *edges, fact evidence.Fact[T], use func(T)) {
	if gap := fact.Gap(); gap != nil {
		e.miss(*gap)
		return
	}
	evidence.With(fact, func(v T) evidence.Verdict { use(v); return evidence.Verdict{} })
}

// listed feeds what was seen of a list to use; a partial one may hold any edge.
func listed[R any](e *edges, list evidence.List[R], use func(R)) {
	e.miss(list.Gaps()...)
	for _, r := range list.Found() {
		use(r)
	}
}

func (e *edges) miss(gaps ...evidence.Gap) {
	for _, gap := range gaps {
		if gap.Reason != evidence.Unavailable {
			e.gaps = append(e.gaps, gap)
		}
	}
}

func (e *edges) reach(to string) evidence.Verdict {
	v := evidence.Any(append(e.to[to][:len(e.to[to]):len(e.to[to])], e.unread())...)
	return v
}

// unread is uncertain where something could not be read, and fails otherwise.
func (e *edges) unread() evidence.Verdict {
	if len(e.gaps) == 0 {
		return evidence.Fail("")
	}
	return uncertain(e.gaps...)
}

func uncertain(gaps ...evidence.Gap) evidence.Verdict {
	return evidence.Verdict{Outcomes: evidence.CanPass | evidence.CanFail, Message: "whether the workload reaches it could not be read", Gaps: gaps}
}

// root is the verdict for a resource that counts by itself: all of them, the tagged ones where the
// workload is narrowed by a tag, and else those for which the condition holds.
func (g *Graph) root(region, arn string, condition func() evidence.Verdict) evidence.Verdict {
	switch {
	case g.everything:
		return evidence.Pass("--scope account")
	case g.tag.key != "":
		return g.tagged(region, arn)
	}
	return condition()
}

func always(because string) func() evidence.Verdict {
	return func() evidence.Verdict { return evidence.Pass(because) }
}

func (g *Graph) readTags() map[string]map[string]evidence.Fact[evidence.Tags] {
	regions := map[string]map[string]evidence.Fact[evidence.Tags]{}
	for _, r := range g.account.Regions {
		tags := map[string]evidence.Fact[evidence.Tags]{}
		for _, t := range r.Tagging.Resources.Found() {
			tags[t.ARN] = t.Tags
		}
		regions[r.Name] = tags
	}
	return regions
}

// Tags returns a resource's tags; one that the tagging API does not list has none. Those in a region
// that was not scanned are unknown.
func (g *Graph) Tags(region, arn string) evidence.Fact[evidence.Tags] {
	if tags, ok := g.tags()[region][arn]; ok {
		return tags
	}
	for i := range g.account.Regions {
		if r := &g.account.Regions[i]; r.Name == region {
			if gaps := r.Tagging.Resources.Gaps(); len(gaps) > 0 {
				return evidence.Missing[evidence.Tags](gaps[0])
			}
			return evidence.Known(evidence.Tags{})
		}
	}
	return evidence.Missing[evidence.Tags](evidence.Gap{Service: "resourcegroupstaggingapi", Operation: "GetResources", Region: region, Resource: arn,
		Reason: evidence.NotAsked, Detail: "the region was not scanned"})
}

// tagged tells whether a resource carries the workload tag.
func (g *Graph) tagged(region, arn string) evidence.Verdict {
	return relevance(evidence.With(g.Tags(region, arn), g.carries))
}

func (g *Graph) carries(tags evidence.Tags) evidence.Verdict {
	if value, ok := tags[g.tag.key]; ok && value == g.tag.value {
		return evidence.Pass("carries the tag " + g.tag.key + "=" + g.tag.value)
	}
	return evidence.Fail("")
}

// relevance makes an unread answer one that is about scope: in or out, never absent.
func relevance(v evidence.Verdict) evidence.Verdict {
	if v.Certain() {
		return v
	}
	return uncertain(v.Gaps...)
}

// Present tells whether the account shows a GenAI workload at all; where no region was read it may.
func (g *Graph) Present() evidence.Verdict {
	if len(g.account.Regions) == 0 {
		return uncertain()
	}
	var all []evidence.Verdict
	for _, r := range g.account.Regions {
		all = append(all, g.sign(r))
	}
	return evidence.Any(all...)
}

// sign tells whether a region's probes found a GenAI workload.
func (g *Graph) sign(r evidence.Region) evidence.Verdict {
	return relevance(evidence.Some(r.Signs, "", func(sign string) evidence.Verdict { return evidence.Pass(sign) }))
}

// Region tells whether a region counts: it shows a GenAI workload.
func (g *Graph) Region(name string) evidence.Verdict {
	if g.everything {
		return evidence.Pass("--scope account")
	}
	for _, r := range g.account.Regions {
		if r.Name == name {
			return g.sign(r)
		}
	}
	return evidence.Fail("")
}

// Agent, Prompt and Flow tell whether the workload has a resource of Bedrock's.
func (g *Graph) Agent(region string, a evidence.Agent) evidence.Verdict {
	return evidence.Any(g.root(region, a.ARN, always("Bedrock agent")), g.stores().reach(a.ID))
}

func (g *Graph) Prompt(region string, p evidence.Prompt) evidence.Verdict {
	return g.root(region, p.ARN, always("managed prompt of Bedrock"))
}

func (g *Graph) Flow(region string, f evidence.Flow) evidence.Verdict {
	return g.root(region, f.ARN, always("Bedrock flow"))
}

// KnowledgeBase tells whether a knowledge base is used.
func (g *Graph) KnowledgeBase(region string, k evidence.KnowledgeBase) evidence.Verdict {
	return evidence.Any(g.root(region, k.ARN, always("Bedrock knowledge base")), g.stores().reach(k.ID))
}

// Guardrail tells whether a guardrail is used.
func (g *Graph) Guardrail(region string, r evidence.BedrockGuardrail) evidence.Verdict {
	return evidence.Any(g.root(region, r.ARN, always("Bedrock guardrail")), g.stores().reach(r.ID), g.stores().reach(r.ARN))
}

// Bedrock tells whether another resource of Bedrock's, such as a custom model or a job, counts.
func (g *Graph) Bedrock(region, arn, kind string) evidence.Verdict {
	return g.root(region, arn, always(kind+" of Bedrock"))
}

// Function tells whether the workload runs a Lambda function: its role may call GenAI, or an agent, a
// flow or a knowledge base invokes it.
func (g *Graph) Function(region string, f evidence.Function) evidence.Verdict {
	return evidence.Any(
		g.root(region, f.ARN, func() evidence.Verdict {
			return relevance(evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
				v := g.mayCall(s.Role)
				if v.Passed() {
					v.Message = "its role " + v.Message
				}
				return v
			}))
		}),
		g.functions().reach(Unqualified(f.ARN)))
}

// Unqualified strips the version or alias from a Lambda function's ARN.
func Unqualified(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) > 7 && parts[2] == "lambda" && parts[5] == "function" {
		parts = parts[:7]
	}
	return strings.Join(parts, ":")
}

// Table tells whether a principal of the workload names a DynamoDB table in its policies.
func (g *Graph) Table(region string, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.Any(g.root(region, t.ARN, func() evidence.Verdict { return evidence.Fail("") }), g.granted(t.ARN))
}

// LogGroup tells whether the workload writes to a log group.
func (g *Graph) LogGroup(region string, l evidence.LogGroup) evidence.Verdict {
	return evidence.Any(g.root(region, l.ARN, func() evidence.Verdict {
		for _, prefix := range []string{"/aws/bedrock", "aws/spans", "/aws/vendedlogs/bedrock"} {
			if strings.HasPrefix(l.Name, prefix) {
				return evidence.Pass("log group of Bedrock")
			}
		}
		return evidence.Fail("")
	}), g.logGroups().reach(region+" "+l.Name))
}

// Key tells whether a resource of the workload is encrypted with a KMS key.
func (g *Graph) Key(region string, k evidence.Key) evidence.Verdict {
	if g.everything {
		return evidence.Pass("--scope account")
	}
	if e := g.keys()[region]; e != nil {
		return e.reach(k.ARN)
	}
	return evidence.Fail("")
}

// Keys returns the ARNs of the KMS keys that resources in scope name in a region, with what could not
// be read of them.
func (g *Graph) Keys(region string) ([]string, []evidence.Gap) {
	e := g.keys()[region]
	if e == nil {
		return nil, nil
	}
	arns := make([]string, 0, len(e.to))
	for arn := range e.to {
		arns = append(arns, arn)
	}
	return arns, e.gaps
}
