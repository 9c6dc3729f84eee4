package workload_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

const (
	home      = "eu-central-1"
	accountID = "111122223333"
)

var denied = evidence.Gap{Service: "test", Operation: "Denied", Code: "AccessDenied", Permission: "test:Denied", Reason: evidence.Denied}

// account is an account with two regions in which everything was listed and is empty.
func account(fill func(a *evidence.Account, r *evidence.Region)) *evidence.Account {
	a := &evidence.Account{
		ID: accountID, Partition: "aws", Clock: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), Home: "us-east-1",
		Scan:    evidence.Scan{Scope: workload.ScopeWorkload},
		Regions: []evidence.Region{{Name: home}, {Name: "eu-west-1"}},
	}
	evidence.FillUnset(a, evidence.Gap{Reason: evidence.Unavailable})
	fill(a, &a.Regions[0])
	return a
}

// tagged narrows an account's workload to what carries app=claims.
func tagged(a *evidence.Account) *evidence.Account {
	a.Scan.WorkloadTag = "app=claims"
	return a
}

func wide(a *evidence.Account) *evidence.Account {
	a.Scan.Scope = workload.ScopeAccount
	return a
}

// tags lists the resources of a region that carry app=claims.
func tags(r *evidence.Region, arns ...string) {
	r.Tagging.Resources = evidence.Listed[evidence.TaggedResource]()
	for _, arn := range arns {
		r.Tagging.Resources.Append(evidence.Listed(evidence.TaggedResource{ARN: arn, Tags: evidence.Known(evidence.Tags{"app": "claims"})}))
	}
}

// The answers of the graph.
const (
	in     = "in scope"
	out    = "out of scope"
	unsure = "unsure"
)

func answer(v evidence.Verdict) string {
	switch {
	case v.Passed():
		return in
	case v.Failed():
		return out
	case v.Outcomes == evidence.CanPass|evidence.CanFail && len(v.Gaps) > 0:
		return unsure
	}
	return "neither"
}

// row asks the graph of an account about one resource.
type row struct {
	name    string
	account *evidence.Account
	want    string
	because string // what the reason says; empty where it does not matter
}

// ask asks the same question of every row's account.
func ask(t *testing.T, question func(*workload.Graph, *evidence.Account) evidence.Verdict, rows []row) {
	t.Helper()
	for _, r := range rows {
		v := question(workload.New(r.account), r.account)
		if got := answer(v); got != r.want {
			t.Errorf("%s: got %s (%+v), want %s", r.name, got, v, r.want)
		}
		if !strings.Contains(v.Message, r.because) {
			t.Errorf("%s: because %q, want %q", r.name, v.Message, r.because)
		}
		maskEach(t, r.name, r.account, question)
	}
}

// maskEach denies each part of the evidence in turn: the answer stays or becomes unsure, nothing else.
func maskEach(t *testing.T, name string, a *evidence.Account, question func(*workload.Graph, *evidence.Account) evidence.Verdict) {
	t.Helper()
	want := answer(question(workload.New(a), a))
	whole, err := evidence.Clone(a) // the resource that is asked about stays whole
	if err != nil {
		t.Fatal(err)
	}
	evidence.Walk(a, func(path string, u evidence.Unreadable) {
		part := reflect.ValueOf(u).Elem()
		before := reflect.New(part.Type()).Elem()
		before.Set(part)
		u.Blank(denied)
		if got := answer(question(workload.New(a), whole)); got != want && got != unsure {
			t.Errorf("%s: without %s the answer goes from %s to %s", name, path, want, got)
		}
		part.Set(before)
	})
}

func roleARN(name string) string { return "arn:aws:iam::" + accountID + ":role/" + name }
func functionARN(name string) string {
	return "arn:aws:lambda:" + home + ":" + accountID + ":function:" + name
}
func tableARN(name string) string {
	return "arn:aws:dynamodb:" + home + ":" + accountID + ":table/" + name
}
func keyARN(id string) string { return "arn:aws:kms:" + home + ":" + accountID + ":key/" + id }
func bedrockARN(resource string) string {
	return "arn:aws:bedrock:" + home + ":" + accountID + ":" + resource
}

// trust is a trust policy for one principal.
func trust(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:*"}]}`
}

func service(name string) string { return trust(`{"Service":"` + name + `.amazonaws.com"}`) }

// policy is a policy document with some statements.
func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func allow(action, resource string) string {
	return `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}`
}

func deny(action, resource string) string {
	return `{"Effect":"Deny","Action":"` + action + `","Resource":"` + resource + `"}`
}

// role is a role with a trust policy and inline policies.
func role(name, trust string, policies ...string) evidence.Role {
	p := evidence.Permissions{}
	for _, document := range policies {
		p.Inline = append(p.Inline, evidence.NamedPolicy{Name: "inline", Document: document})
	}
	return evidence.Role{
		ARN: roleARN(name), Name: name, Path: "/", Permissions: evidence.Known(p),
		Trust: evidence.Known(trust), Tags: evidence.Known(evidence.Tags{}),
	}
}

// with changes a role's permissions.
func with(r evidence.Role, p evidence.Permissions) evidence.Role {
	r.Permissions = evidence.Known(p)
	return r
}

func managed(name, document string) evidence.ManagedPolicy {
	return evidence.ManagedPolicy{ARN: "arn:aws:iam::" + accountID + ":policy/" + name, Document: evidence.Known(document)}
}

// function is a function that runs as a role.
func function(name, role string) evidence.Function {
	return evidence.Function{ARN: functionARN(name), Name: name, Settings: evidence.Known(evidence.FunctionSettings{
		Role: roleARN(role), LogGroup: "/aws/lambda/" + name,
	})}
}

// agent is an agent with one version, whose action group calls a function.
func agent(id, role, function string, s evidence.AgentSettings) evidence.Agent {
	s.Role = roleARN(role)
	return evidence.Agent{
		ARN: bedrockARN("agent/" + id), ID: id, Name: strings.ToLower(id), Settings: evidence.Known(s),
		Aliases: evidence.Listed[evidence.AgentAlias](), Numbers: evidence.Listed("1"),
		Versions: evidence.Listed(evidence.AgentVersion{
			Version: "1", Settings: evidence.Known(s),
			ActionGroups:   evidence.Listed(evidence.ActionGroup{ID: "ag", Name: "tools", Settings: evidence.Known(evidence.ActionGroupSettings{Function: function})}),
			KnowledgeBases: evidence.Listed(evidence.AgentKnowledgeBase{ID: "KB1", Enabled: evidence.Known(true)}),
		}),
	}
}

// knowledgeBase is a knowledge base with one data source.
func knowledgeBase(id, role string, source evidence.DataSourceSettings) evidence.KnowledgeBase {
	return evidence.KnowledgeBase{
		ARN: bedrockARN("knowledge-base/" + id), ID: id, Name: strings.ToLower(id), Settings: evidence.Known(evidence.KnowledgeBaseSettings{Role: roleARN(role)}),
		DataSources: evidence.Listed(evidence.DataSource{ID: "ds", Name: "ds", Settings: evidence.Known(source)}),
	}
}

// flow is a flow whose draft and whose one version have the nodes.
func flow(id, role string, nodes ...evidence.FlowNode) evidence.Flow {
	return evidence.Flow{
		ARN: bedrockARN("flow/" + id), ID: id, Name: strings.ToLower(id),
		Settings: evidence.Known(evidence.FlowSettings{Role: roleARN(role), Nodes: nodes}),
		Versions: evidence.Listed(evidence.FlowVersion{Version: "1", Nodes: evidence.Known(nodes)}),
	}
}

func guardrail(id, key string) evidence.BedrockGuardrail {
	return evidence.BedrockGuardrail{
		ARN: bedrockARN("guardrail/" + id), ID: id, Name: id, Status: evidence.Known("READY"),
		Versions: evidence.Listed(evidence.BedrockGuardrailVersion{Version: "1", Policy: evidence.Known(evidence.BedrockGuardrailPolicy{KMSKey: key})}),
	}
}
