package bedrockagent

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

func second(t *testing.T) *fixtures.Account {
	t.Helper()
	a, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// scan reads the regions of an account through a client.
func scan(t *testing.T, a *fixtures.Account, client aws.HTTPClient, regions ...string) *evidence.Account {
	t.Helper()
	found, err := scanners.Scan(t.Context(), a.Config(client), []scanners.Scanner{sts.Scanner, Scanner}, scanners.Options{Clock: a.Clock, Regions: regions, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// value returns what a fact holds, and fails the test where it holds nothing.
func value[T any](t *testing.T, name string, fact evidence.Fact[T]) (v T) {
	t.Helper()
	if gap := fact.Gap(); gap != nil {
		t.Errorf("%s: %+v", name, *gap)
		return v
	}
	evidence.With(fact, func(known T) evidence.Verdict { v = known; return evidence.Verdict{} })
	return v
}

func equal(t *testing.T, name string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
	}
}

// at parses a time of a fixture.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestDemoAgents(t *testing.T) {
	a := fixtures.Demo()
	transport := a.Transport()
	found := scan(t, a, transport, "eu-central-1").Regions[0].BedrockAgent
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("missing %q", missing)
	}
	agents := found.Agents.Found()
	if len(agents) != 2 || len(found.Agents.Gaps()) > 0 {
		t.Fatalf("agents %+v", found.Agents)
	}
	claims, draft := agents[0], agents[1]
	equal(t, "ARN", claims.ARN, "arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTCLM01")
	settings := evidence.AgentSettings{
		Role:      "arn:aws:iam::111122223333:role/service-role/AmazonBedrockExecutionRoleForAgents_claims",
		Model:     "eu.anthropic.claude-sonnet-4-20250514-v1:0",
		Guardrail: evidence.GuardrailRef{ID: "gr1claims000", Version: "2"}, KMSKey: "arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1",
		Description: "Answers questions about reported claims and policy terms", Created: at(t, "2026-03-11T10:02:31.114Z"),
		IdleSessionTTL: 1800, Memory: true, MemoryDays: 30,
	}
	equal(t, "settings", value(t, "settings", claims.Settings), settings)
	equal(t, "numbers", claims.Numbers.Found(), []string{"3", "2", "1"})
	var routes [][]string
	for _, alias := range claims.Aliases.Found() {
		routes = append(routes, append([]string{alias.ID, alias.Name}, value(t, "routes", alias.Routes)...))
	}
	equal(t, "aliases", routes, [][]string{{"ALIASLIVE1", "live", "3"}, {"TSTALIASID", "AgentTestAlias", "DRAFT"}})
	versions := claims.Versions.Found()
	if len(versions) != 2 || versions[0].Version != "DRAFT" || versions[1].Version != "3" {
		t.Fatalf("versions %+v", versions)
	}
	settings.Created = at(t, "2026-10-19T08:30:11.402Z")
	equal(t, "version 3", value(t, "version 3", versions[1].Settings), settings)
	equal(t, "action group", value(t, "action group", versions[1].ActionGroups.Found()[0].Settings), evidence.ActionGroupSettings{
		Enabled: true, Function: "arn:aws:lambda:eu-central-1:111122223333:function:claims-lookup",
		Functions: []evidence.ActionFunction{{Name: "get_claim", Described: true}, {Name: "cancel_claim", Described: true}},
	})
	equal(t, "built-in group", value(t, "built-in group", versions[1].ActionGroups.Found()[1].Settings), evidence.ActionGroupSettings{Enabled: true, BuiltIn: "AMAZON.UserInput"})
	knowledge := versions[1].KnowledgeBases.Found()
	if len(knowledge) != 1 || knowledge[0].ID != "KBPOLICY01" || !value(t, "enabled", knowledge[0].Enabled) {
		t.Errorf("knowledge bases %+v", knowledge)
	}
	drafted := value(t, "draft", draft.Settings)
	equal(t, "detectors", drafted.Secrets, []string{"url-password"})
	equal(t, "memory", drafted.MemoryDays, 90)
	equal(t, "no schema", value(t, "group", draft.Versions.Found()[0].ActionGroups.Found()[0].Settings), evidence.ActionGroupSettings{Enabled: true})
}

func TestDemoKnowledgeBases(t *testing.T) {
	a := fixtures.Demo()
	found := scan(t, a, a.Transport(), "eu-central-1", "eu-west-1")
	base := found.Regions[0].BedrockAgent.KnowledgeBases.Found()[0]
	equal(t, "ARN", base.ARN, "arn:aws:bedrock:eu-central-1:111122223333:knowledge-base/KBPOLICY01")
	equal(t, "settings", value(t, "settings", base.Settings), evidence.KnowledgeBaseSettings{
		Role: "arn:aws:iam::111122223333:role/service-role/AmazonBedrockExecutionRoleForKnowledgeBase_policy", Status: "ACTIVE", Type: "VECTOR",
		Storage: "OPENSEARCH_SERVERLESS", StoreARN: "arn:aws:aoss:eu-central-1:111122223333:collection/k3p9w2x7q1m5z8v4t6",
		Embedding: "arn:aws:bedrock:eu-central-1::foundation-model/amazon.titan-embed-text-v2:0", Dimensions: 1024, Description: "Terms of all policies",
	})
	sources := base.DataSources.Found()
	if len(sources) != 2 {
		t.Fatalf("sources %+v", sources)
	}
	equal(t, "source", value(t, "source", sources[0].Settings), evidence.DataSourceSettings{
		Type: "S3", Bucket: "arn:aws:s3:::nordwind-policy-documents", DeletionPolicy: "DELETE", KMSKey: "arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1",
	})
	equal(t, "last job", value(t, "last job", sources[0].LastJob), evidence.IngestionJob{
		Status: "COMPLETE", Started: at(t, "2026-11-19T03:00:04.118Z"), Updated: at(t, "2026-11-19T03:18:20.441Z"), Scanned: 1284,
	})
	equal(t, "last synchronised", value(t, "last synchronised", sources[0].LastSynced), at(t, "2026-11-19T03:18:20.441Z"))
	equal(t, "failed job", value(t, "failed job", sources[1].LastJob).Status, "FAILED")
	equal(t, "synchronised before", value(t, "synchronised before", sources[1].LastSynced), at(t, "2026-10-06T04:03:12.383Z"))

	standby := found.Regions[1].BedrockAgent.KnowledgeBases.Found()[0]
	equal(t, "S3 Vectors", value(t, "standby", standby.Settings).StoreARN, "arn:aws:s3vectors:eu-west-1:111122223333:bucket/nordwind-faqs/index/faq")
	equal(t, "a running job is not the last", value(t, "job", standby.DataSources.Found()[0].LastJob).Status, "COMPLETE")
}

func TestDemoPromptsAndFlows(t *testing.T) {
	a := fixtures.Demo()
	found := scan(t, a, a.Transport(), "eu-central-1").Regions[0].BedrockAgent
	summary, tone := found.Prompts.Found()[0], found.Prompts.Found()[1]
	equal(t, "versions", summary.Versions.Found(), []string{"DRAFT", "1", "2"})
	settings := evidence.PromptSettings{
		Model: "eu.anthropic.claude-sonnet-4-20250514-v1:0", KMSKey: "arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1",
		Length: 216, MaxTokens: 800, CachePoint: true,
	}
	equal(t, "draft", value(t, "draft", summary.Settings), settings)
	equal(t, "newest", value(t, "newest", summary.Newest), settings)
	if s := value(t, "tone", tone.Newest); s.Length <= 4000 || s.CachePoint || s.MaxTokens != 0 || len(s.Secrets) > 0 {
		t.Errorf("tone-rewrite %+v", s)
	}
	flow := found.Flows.Found()[0]
	drafted := value(t, "flow", flow.Settings)
	equal(t, "role", drafted.Role, "arn:aws:iam::111122223333:role/service-role/AmazonBedrockExecutionRoleForFlows_intake")
	nodes := []evidence.FlowNode{
		{Name: "Message", Type: "Input"},
		{Name: "Summarise", Type: "Prompt", Prompt: "arn:aws:bedrock:eu-central-1:111122223333:prompt/PRCLAIMSUM:2", Guardrail: evidence.GuardrailRef{ID: "gr1claims000", Version: "2"}},
		{Name: "Reply", Type: "Prompt", Model: "eu.anthropic.claude-sonnet-4-20250514-v1:0"},
		{Name: "Answer", Type: "Output"},
	}
	equal(t, "draft's nodes", drafted.Nodes, nodes)
	equal(t, "version", flow.Versions.Found()[0].Version, "2")
	equal(t, "version's nodes", value(t, "nodes", flow.Versions.Found()[0].Nodes), nodes)
}

func TestSecondAccount(t *testing.T) {
	a := second(t)
	transport := a.Transport()
	found := scan(t, a, transport, "us-west-2").Regions[0].BedrockAgent
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("missing %q", missing)
	}
	for _, unused := range transport.Unused() {
		if strings.HasPrefix(unused, "us-west-2/bedrockagent.json") {
			t.Errorf("unused %s", unused)
		}
	}
	if len(found.Agents.Found()) != 4 || len(found.Agents.Gaps()) > 0 {
		t.Fatalf("the second page of agents is not there: %+v", found.Agents)
	}
	desk, sealed := found.Agents.Found()[0], found.Agents.Found()[2]
	equal(t, "numbers of two pages", desk.Numbers.Found(), []string{"2", "1"})
	for _, alias := range desk.Aliases.Found() {
		if routes := value(t, "routes", alias.Routes); alias.Name == "retired" && len(routes) > 0 {
			t.Errorf("an alias that rejects invocations routes to %q", routes)
		}
	}
	if versions := desk.Versions.Found(); len(versions) != 2 {
		t.Errorf("versions %+v", versions)
	}
	equal(t, "inline API schema", value(t, "group", desk.Versions.Found()[0].ActionGroups.Found()[0].Settings), evidence.ActionGroupSettings{
		Enabled: true, Function: "arn:aws:lambda:us-west-2:444455556666:function:assistant-prod", APISchema: "inline",
		Functions: []evidence.ActionFunction{{Name: "deleteTicket", Method: "DELETE", Described: true, Confirms: true}, {Name: "getTicket", Method: "GET", Described: true}},
	})
	equal(t, "returned control", value(t, "group", found.Agents.Found()[1].Versions.Found()[0].ActionGroups.Found()[0].Settings),
		evidence.ActionGroupSettings{Enabled: true, Returns: true, APISchema: "s3"})
	if gap := sealed.Settings.Gap(); gap == nil || gap.Reason != evidence.Denied || gap.Permission != "bedrock:GetAgent" || gap.Resource != sealed.ARN {
		t.Errorf("gap %+v", gap)
	}
	for name, gaps := range map[string][]evidence.Gap{"aliases": sealed.Aliases.Gaps(), "versions": sealed.Versions.Gaps(), "numbers": sealed.Numbers.Gaps()} {
		if len(gaps) != 1 || gaps[0].Reason != evidence.Denied {
			t.Errorf("%s: %+v", name, gaps)
		}
	}
	checkSecondFlows(t, found)
	checkSecondSources(t, found)
}

func checkSecondFlows(t *testing.T, found evidence.BedrockAgent) {
	t.Helper()
	nodes := value(t, "nodes", found.Flows.Found()[0].Versions.Found()[0].Nodes)
	var names []string
	for _, n := range nodes {
		names = append(names, n.Type+" "+n.Name)
	}
	equal(t, "a loop's nodes follow it", names, []string{"Input In", "Loop Polish", "LoopInput LoopIn", "Prompt Improve", "LoopController Again", "KnowledgeBase Search", "LambdaFunction Call", "Agent Ask", "Output Out"})
	equal(t, "iterations", nodes[4].MaxIterations, 5)
	equal(t, "knowledge base", nodes[5].KnowledgeBase, "KBRUNBOOK1")
	equal(t, "function", nodes[6].Function, "arn:aws:lambda:us-west-2:444455556666:function:assistant-prod")
	equal(t, "agent", nodes[7].Agent, "arn:aws:bedrock:us-west-2:444455556666:agent-alias/AGENTDESK1/ALIASPROD1")
	sealed := found.Flows.Found()[1]
	if gap := sealed.Settings.Gap(); gap == nil || gap.Reason != evidence.KeyDenied {
		t.Errorf("a key that refuses is %+v", gap)
	}
	if len(sealed.Versions.Gaps()) != 1 {
		t.Errorf("versions behind denied aliases are %+v", sealed.Versions)
	}
	desk, hidden, toAgent := found.Prompts.Found()[0], found.Prompts.Found()[1], found.Prompts.Found()[2]
	newest := value(t, "newest", desk.Newest)
	if !newest.CachePoint || newest.MaxTokens != 300 || newest.Length != len("You answer questions of employees.{{question}}") {
		t.Errorf("chat prompt %+v", newest)
	}
	if gap := hidden.Newest.Gap(); gap == nil || gap.Operation != "ListPrompts" {
		t.Errorf("the newest version of an unknown list is %+v", gap)
	}
	if !value(t, "agent", toAgent.Newest).Agent {
		t.Error("a prompt for an agent is not told from one for a model")
	}
}

func checkSecondSources(t *testing.T, found evidence.BedrockAgent) {
	t.Helper()
	sources := found.KnowledgeBases.Found()[0].DataSources.Found()
	if len(sources) != 3 {
		t.Fatalf("sources of two pages %+v", sources)
	}
	equal(t, "transformation", value(t, "source", sources[0].Settings).Function, "arn:aws:lambda:us-west-2:444455556666:function:assistant-prod")
	equal(t, "failed documents", value(t, "job", sources[0].LastJob).Failed, int64(3))
	equal(t, "no job", value(t, "job", sources[2].LastJob), evidence.IngestionJob{})
	equal(t, "never synchronised", value(t, "time", sources[2].LastSynced), time.Time{})
	hidden := found.KnowledgeBases.Found()[1].DataSources.Found()[0]
	for name, gap := range map[string]*evidence.Gap{"settings": hidden.Settings.Gap(), "last job": hidden.LastJob.Gap(), "last synchronised": hidden.LastSynced.Gap()} {
		if gap == nil || gap.Reason != evidence.Denied {
			t.Errorf("%s: %+v", name, gap)
		}
	}
}

// Nothing of an instruction, a prompt or a schema is kept.
func TestRedaction(t *testing.T) {
	demo := fixtures.Demo()
	both := []*evidence.Account{scan(t, demo, demo.Transport(), "eu-central-1"), scan(t, second(t), second(t).Transport(), "us-west-2")}
	kept, err := json.Marshal(both)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Wiesel", "postgres", "Schadenassistent", "Schadenakte", "freundlich", "Eingang der Meldung", "Help employees", "host names", "questions of employees", "Hand this over", "openapi", "Returns a ticket"} {
		if strings.Contains(string(kept), text) {
			t.Errorf("%q is kept", text)
		}
	}
}

func TestProbe(t *testing.T) {
	a := fixtures.Demo()
	counted := fixtures.NewFaults(a.Transport(), func(scanners.Call) *fixtures.Fault { return nil })
	found := scan(t, a, counted, "eu-central-1", "eu-north-1", "eu-west-1")
	var signs []string
	for _, r := range found.Regions {
		signs = append(signs, fmt.Sprintf("%s: %v %v", r.Name, r.Signs.Found(), r.Signs.Gaps()))
	}
	equal(t, "signs", signs, []string{"eu-central-1: [agent claims-assistant] []", "eu-north-1: [] []", "eu-west-1: [knowledge base faq-standby] []"})
	// Each region is probed and read: a probe that found something asks no further.
	if calls := counted.Calls(); calls["bedrockagent.ListAgents"] != 6 || calls["bedrockagent.ListFlows"] != 4 {
		t.Errorf("calls %v", calls)
	}
	denied := fixtures.NewFaults(a.Transport(), func(c scanners.Call) *fixtures.Fault {
		if c.Operation == "ListFlows" {
			return fixtures.Answer("AccessDeniedException", "no", 403)
		}
		return nil
	})
	if signs := scan(t, a, denied, "eu-north-1").Regions[0].Signs; len(signs.Gaps()) != 1 || len(signs.Found()) > 0 {
		t.Errorf("a probe that was denied says %+v", signs)
	}
}

// Every declared operation is called by the scan of the demo account, and each that is denied leaves
// gaps and nothing else.
func TestOperations(t *testing.T) {
	a := fixtures.Demo()
	transport := a.Transport()
	whole := scan(t, a, transport, "eu-central-1")
	if len(gaps(whole)) > 0 {
		t.Errorf("gaps %+v", gaps(whole))
	}
	for _, operation := range Scanner.Operations {
		if !slices.Contains(transport.Called(), "bedrockagent."+operation.Name) {
			t.Errorf("%s is never called", operation.Name)
		}
		for name, fault := range map[string]*fixtures.Fault{
			"denied": fixtures.Answer("AccessDeniedException", "no", 403), "not a reply": fixtures.Garbage(), "empty": fixtures.Answer("InternalServerException", "no", 400),
		} {
			faulty := fixtures.NewFaults(a.Transport(), func(c scanners.Call) *fixtures.Fault {
				if c.Operation == operation.Name {
					return fault
				}
				return nil
			})
			left := gaps(scan(t, a, faulty, "eu-central-1"))
			if len(left) == 0 {
				t.Errorf("%s, %s: no gap", operation.Name, name)
			}
			for _, gap := range left {
				if gap.Operation != operation.Name || gap.Service != "bedrockagent" || name == "denied" && (gap.Reason != evidence.Denied || gap.Permission != operation.IAM[0]) {
					t.Errorf("%s, %s: %+v", operation.Name, name, gap)
				}
			}
		}
	}
}

// gaps lists what a scan could not read of this service.
func gaps(a *evidence.Account) (all []evidence.Gap) {
	evidence.Walk(&a.Regions[0].BedrockAgent, func(_ string, u evidence.Unreadable) {
		switch u := u.(type) {
		case interface{ Gap() *evidence.Gap }:
			if gap := u.Gap(); gap != nil {
				all = append(all, *gap)
			}
		case interface{ Gaps() []evidence.Gap }:
			all = append(all, u.Gaps()...)
		}
	})
	return all
}

// Replies without what they must have leave gaps or empty values, and end no scan.
func TestMalformedReplies(t *testing.T) {
	exchanges := func(list ...string) *fixtures.Account {
		a, err := fixtures.Load(fstest.MapFS{
			"account.json":                   {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"eu-central-1","regions":["eu-central-1"]}`)},
			"eu-central-1/sts.json":          {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"UserId":"u","Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/a/b"}}]}`)},
			"eu-central-1/bedrockagent.json": {Data: []byte(`{"exchanges":[` + strings.Join(list, ",") + `]}`)},
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := exchanges(
		`{"operation":"ListAgents","reply":{"agentSummaries":[{"agentId":"A"}]}}`,
		`{"operation":"GetAgent","input":{"AgentId":"A"},"reply":{}}`,
		`{"operation":"ListAgentAliases","input":{"AgentId":"A"},"reply":{"agentAliasSummaries":[{},{"agentAliasId":"X","routingConfiguration":[{},{"agentVersion":"7"}]}]}}`,
		`{"operation":"ListAgentVersions","input":{"AgentId":"A"},"reply":{}}`,
		`{"operation":"GetAgentVersion","input":{"AgentId":"A","AgentVersion":"7"},"reply":{"agentVersion":{}}}`,
		`{"operation":"ListAgentActionGroups","input":{"AgentId":"A","AgentVersion":"DRAFT"},"reply":{}}`,
		`{"operation":"ListAgentKnowledgeBases","input":{"AgentId":"A","AgentVersion":"DRAFT"},"reply":{}}`,
		`{"operation":"ListAgentActionGroups","input":{"AgentId":"A","AgentVersion":"7"},"reply":{"actionGroupSummaries":[{"actionGroupId":"G"},{"actionGroupId":"H"}]}}`,
		`{"operation":"GetAgentActionGroup","input":{"AgentId":"A","AgentVersion":"7","ActionGroupId":"G"},"reply":{}}`,
		`{"operation":"GetAgentActionGroup","input":{"AgentId":"A","AgentVersion":"7","ActionGroupId":"H"},"reply":{"agentActionGroup":{"actionGroupState":"ENABLED","apiSchema":{"payload":"{not a schema"}}}}`,
		`{"operation":"ListAgentKnowledgeBases","input":{"AgentId":"A","AgentVersion":"7"},"reply":{}}`,
		`{"operation":"ListKnowledgeBases","reply":{"knowledgeBaseSummaries":[{"knowledgeBaseId":"K"}]}}`,
		`{"operation":"GetKnowledgeBase","input":{"KnowledgeBaseId":"K"},"reply":{"knowledgeBase":{"knowledgeBaseConfiguration":{},"storageConfiguration":{"type":"PINECONE"}}}}`,
		`{"operation":"ListDataSources","input":{"KnowledgeBaseId":"K"},"reply":{"dataSourceSummaries":[{"dataSourceId":"D"}]}}`,
		`{"operation":"GetDataSource","input":{"KnowledgeBaseId":"K","DataSourceId":"D"},"reply":{}}`,
		`{"operation":"ListIngestionJobs","input":{"KnowledgeBaseId":"K","DataSourceId":"D","MaxResults":2,"SortBy":{"Attribute":"STARTED_AT","Order":"DESCENDING"}},"reply":{"ingestionJobSummaries":[{"status":"STARTING"},{"status":"STOPPING"}],"nextToken":"n"}}`,
		`{"operation":"ListIngestionJobs","input":{"KnowledgeBaseId":"K","DataSourceId":"D","MaxResults":2,"NextToken":"n","SortBy":{"Attribute":"STARTED_AT","Order":"DESCENDING"}},"reply":{"ingestionJobSummaries":[{"status":"STOPPED"}]}}`,
		`{"operation":"ListIngestionJobs","input":{"KnowledgeBaseId":"K","DataSourceId":"D","MaxResults":1,"Filters":[{"Attribute":"STATUS","Operator":"EQ","Values":["COMPLETE"]}],"SortBy":{"Attribute":"STARTED_AT","Order":"DESCENDING"}},"reply":{"ingestionJobSummaries":[]}}`,
		`{"operation":"ListFlows","reply":{"flowSummaries":[{"id":"F"}]}}`,
		`{"operation":"GetFlow","input":{"FlowIdentifier":"F"},"reply":{"definition":{"nodes":[{"name":"n","type":"Prompt"},{"type":"Loop","configuration":{"loop":{}}}]}}}`,
		`{"operation":"ListFlowAliases","input":{"FlowIdentifier":"F"},"reply":{"flowAliasSummaries":[{"id":"X","routingConfiguration":[{"flowVersion":"1"}]}]}}`,
		`{"operation":"GetFlowVersion","input":{"FlowIdentifier":"F","FlowVersion":"1"},"reply":{}}`,
		`{"operation":"ListPrompts","reply":{"promptSummaries":[{"id":"P"}]}}`,
		`{"operation":"ListPrompts","input":{"PromptIdentifier":"P"},"reply":{"promptSummaries":[{},{"version":"one"},{"version":"1"}]}}`,
		`{"operation":"GetPrompt","input":{"PromptIdentifier":"P"},"reply":{"variants":[{"templateConfiguration":{"somethingNew":{}}}]}}`,
		`{"operation":"GetPrompt","input":{"PromptIdentifier":"P","PromptVersion":"1"},"reply":{}}`,
	)
	transport := a.Transport()
	found := scan(t, a, transport, "eu-central-1").Regions[0].BedrockAgent
	if missing := transport.Missing(); len(missing) > 0 {
		t.Fatalf("missing %q", missing)
	}
	agent := found.Agents.Found()[0]
	if gap := agent.Settings.Gap(); gap == nil || gap.Reason != evidence.Failed {
		t.Errorf("an agent without content is %+v", gap)
	}
	groups := agent.Versions.Found()[1].ActionGroups.Found()
	if gap := groups[0].Settings.Gap(); gap == nil || gap.Reason != evidence.Failed {
		t.Errorf("an action group without content is %+v", gap)
	}
	equal(t, "schema", value(t, "group", groups[1].Settings).APISchema, "unreadable")
	source := found.KnowledgeBases.Found()[0].DataSources.Found()[0]
	if gap := source.Settings.Gap(); gap == nil || gap.Reason != evidence.Failed {
		t.Errorf("a data source without content is %+v", gap)
	}
	equal(t, "the last job that ended is on another page", value(t, "job", source.LastJob).Status, "STOPPED")
	equal(t, "nodes", value(t, "nodes", found.Flows.Found()[0].Versions.Found()[0].Nodes), []evidence.FlowNode{})
	equal(t, "loop without content", len(value(t, "flow", found.Flows.Found()[0].Settings).Nodes), 2)
	equal(t, "prompt", value(t, "prompt", found.Prompts.Found()[0].Newest), evidence.PromptSettings{})
	if gap := found.Prompts.Found()[0].Settings.Gap(); gap == nil || gap.Reason != evidence.Failed {
		t.Errorf("a template that nobody examined is %+v", gap)
	}
}

func TestOpenAPI(t *testing.T) {
	yaml := "openapi: 3.0.0\npaths:\n  /claims/{id}:\n    parameters: []\n    delete:\n      description: Withdraws a claim\n      x-requireConfirmation: enabled\n    get:\n      operationId: getClaim\n"
	got, err := openAPI(yaml)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "operations", got, []evidence.ActionFunction{{Name: "/claims/{id}", Method: "DELETE", Described: true, Confirms: true}, {Name: "getClaim", Method: "GET"}})
	for _, payload := range []string{"", "paths: 1", "paths: {}", "{", "\x00", "- a", "paths: {/a: {get: text}}", "paths: {/a: [1]}"} {
		if got, err := openAPI(payload); err == nil {
			t.Errorf("%q is %+v", payload, got)
		}
	}
}
