package questions

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/scoring/checks"
	"github.com/awsready/awsready/workload"
	"github.com/goccy/go-yaml"
)

// eachRow visits every row of the guide.
func eachRow(visit func(of string, row scoring.Row)) {
	for _, d := range decisions {
		for _, signal := range d.Signals {
			visit(d.ID+", signal "+signal.ID, signal.Row)
		}
		for _, s := range d.Strategies {
			for _, row := range slices.Concat(s.Components, s.Implementations) {
				visit(d.ID+", "+s.ID+", "+row.Name, row)
			}
		}
	}
	for _, p := range patterns {
		for _, row := range p.Rows {
			visit(p.ID+", "+row.Name, row)
		}
	}
}

func TestGuideNamesChecksThatExist(t *testing.T) {
	kept, aliases := map[string]bool{}, map[string]bool{}
	for _, c := range checks.All {
		kept[c.ID] = true
		for _, alias := range c.Aliases {
			aliases[alias] = true
		}
	}
	for _, u := range checks.Unbuilt {
		kept[u.ID] = true
	}
	see := func(of string, ids []string) {
		for i, id := range ids {
			switch {
			case slices.Contains(ids[:i], id):
				t.Errorf("%s names %s twice", of, id)
			case aliases[id]:
				t.Errorf("%s names %s, which is an alias", of, id)
			case !kept[id]:
				t.Errorf("%s names %s, which is no check", of, id)
			}
		}
	}
	eachRow(func(of string, row scoring.Row) { see(of, row.Checks) })
	for _, i := range issues {
		see(i.Name, i.Checks)
	}
}

func TestDecisionsAreWhole(t *testing.T) {
	if len(decisions) != 4 {
		t.Errorf("%d decisions, want 4", len(decisions))
	}
	for _, d := range decisions {
		if len(d.Strategies) != 2 {
			t.Fatalf("%s has %d strategies", d.ID, len(d.Strategies))
		}
		for _, s := range d.Strategies {
			if len(s.Components) != 4 || len(s.Implementations) != 4 || len(s.ChooseWhen) == 0 || len(s.Brings) == 0 {
				t.Errorf("%s, %s: %d components, %d implementations, %d reasons, brings %d", d.ID, s.ID,
					len(s.Components), len(s.Implementations), len(s.ChooseWhen), len(s.Brings))
			}
		}
		for _, signal := range d.Signals {
			if signal.Strategy != d.Strategies[0].ID && signal.Strategy != d.Strategies[1].ID || signal.Weight < 1 {
				t.Errorf("%s: signal %s speaks for %q with weight %d", d.ID, signal.ID, signal.Strategy, signal.Weight)
			}
		}
	}
	eachRow(func(of string, row scoring.Row) {
		if row.Name == "" || row.Present != nil && row.All {
			t.Errorf("%s: %+v", of, row)
		}
	})
}

func TestIssuesAreWhole(t *testing.T) {
	categories := map[string]int{}
	for _, i := range issues {
		categories[i.Category]++
		if i.Name == "" || i.Text == "" || len(i.Checks) == 0 {
			t.Errorf("%+v", i)
		}
		for _, q := range i.Questions {
			if !slices.ContainsFunc(All, func(question scoring.Question) bool { return question.ID == q }) {
				t.Errorf("%s asks question %s, which does not exist", i.Name, q)
			}
		}
	}
	for _, category := range []string{securityIssue, performanceIssue, operationalIssue} {
		if categories[category] != 4 {
			t.Errorf("%d issues of %s, want 4", categories[category], category)
		}
	}
}

// TestGuideCatalogue compares the guide with the catalogue, where it lies beside the repository.
func TestGuideCatalogue(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "catalogue", "questions-6-to-10.yaml"))
	if os.IsNotExist(err) {
		t.Skip("the catalogue is not there")
	} else if err != nil {
		t.Fatal(err)
	}
	type row struct{ Name string }
	var want struct {
		Decisions []struct {
			ID, Title string
			Signals   []struct {
				ID, Option string
				Weight     int
			}
			Components map[string][]row
			Choose     map[string][]string `yaml:"choose_when_questions"`
		}
		Patterns []struct {
			ID   string
			Rows []row
		}
		Issues []struct {
			Category, Issue string
			Text            string `yaml:"seed_text"`
		} `yaml:"common_issues"`
	}
	if err := yaml.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	names := func(rows []row) (names []string) {
		for _, r := range rows {
			names = append(names, r.Name)
		}
		return names
	}
	own := func(rows []scoring.Row) (names []string) {
		for _, r := range rows {
			names = append(names, r.Name)
		}
		return names
	}
	for i, w := range want.Decisions {
		d := decisions[i]
		if d.ID != w.ID || d.Title != w.Title {
			t.Errorf("decision %s %q, the catalogue has %s %q", d.ID, d.Title, w.ID, w.Title)
		}
		for _, ws := range w.Signals {
			if !slices.ContainsFunc(d.Signals, func(s scoring.Signal) bool { return s.ID == ws.ID && s.Strategy == ws.Option && s.Weight == ws.Weight }) {
				t.Errorf("%s: no signal like the catalogue's %+v", d.ID, ws)
			}
		}
		for _, s := range d.Strategies {
			if got := own(s.Components); !slices.Equal(got, names(w.Components[s.ID])) {
				t.Errorf("%s, %s: components %q, the catalogue has %q", d.ID, s.ID, got, names(w.Components[s.ID]))
			}
			if when := w.Choose[s.ID]; len(when) > 0 && !slices.Equal(s.ChooseWhen, when) {
				t.Errorf("%s, %s: choose when %q, the catalogue has %q", d.ID, s.ID, s.ChooseWhen, when)
			}
		}
	}
	for i, w := range want.Patterns {
		if p := patterns[i]; p.ID != w.ID || !slices.Equal(own(p.Rows), names(w.Rows)) {
			t.Errorf("pattern %s %q, the catalogue has %s %q", p.ID, own(p.Rows), w.ID, names(w.Rows))
		}
	}
	for i, w := range want.Issues {
		if got := issues[i]; got.Category != w.Category || got.Name != w.Issue || got.Text != w.Text {
			t.Errorf("issue %+v, the catalogue has %+v", got, w)
		}
	}
	if len(decisions) != len(want.Decisions) || len(patterns) != len(want.Patterns) || len(issues) != len(want.Issues) {
		t.Errorf("%d decisions, %d patterns and %d issues, the catalogue has %d, %d and %d",
			len(decisions), len(patterns), len(issues), len(want.Decisions), len(want.Patterns), len(want.Issues))
	}
}

const (
	here    = "us-east-1" // the region that a case fills
	account = "111122223333"
	roleARN = "arn:aws:iam::111122223333:role/chat"
	keyARN  = "arn:aws:kms:us-east-1:111122223333:key/1"
)

// guided is an account of two regions in which everything was read and nothing was found but what fill
// adds. Every resource is in scope.
func guided(fill func(*evidence.Account, *evidence.Region)) *evidence.Account {
	a := regions(func(*evidence.Region) {})
	a.ID, a.Partition, a.Scan.Scope = account, "aws", workload.ScopeAccount
	fill(a, &a.Regions[1])
	return a
}

func arn(service, resource string) string {
	return "arn:aws:" + service + ":" + here + ":" + account + ":" + resource
}

func function(name string, s evidence.FunctionSettings) evidence.Function {
	f := evidence.Function{ARN: arn("lambda", "function:"+name), Name: name, Settings: evidence.Known(s), Reserved: evidence.Known(-1),
		Variables: evidence.Known([]evidence.Variable{})}
	evidence.FillUnset(&f, evidence.Gap{Reason: evidence.Unavailable})
	return f
}

func dynamo(name string, s evidence.DynamoDBSettings) evidence.DynamoDBTable {
	return evidence.DynamoDBTable{ARN: arn("dynamodb", "table/"+name), Name: name, Description: evidence.Known(s)}
}

func base(storage, kind string) evidence.KnowledgeBase {
	return evidence.KnowledgeBase{ARN: arn("bedrock", "knowledge-base/KB"), ID: "KB", Name: "docs", DataSources: evidence.Listed[evidence.DataSource](),
		Settings: evidence.Known(evidence.KnowledgeBaseSettings{Storage: storage, Type: kind})}
}

func alarm(name string, s evidence.AlarmSettings) evidence.Alarm {
	return evidence.Alarm{ARN: arn("cloudwatch", "alarm:"+name), Name: name, Settings: evidence.Known(s)}
}

func logGroup(name string, s evidence.LogGroupSettings) evidence.LogGroup {
	return evidence.LogGroup{ARN: arn("logs", "log-group:"+name), Name: name, Settings: evidence.Known(s)}
}

func called(namespace, dimension, model string) evidence.List[evidence.Metric] {
	return evidence.Listed(evidence.Metric{Namespace: namespace, Name: "Invocations", Dimensions: map[string]string{dimension: model}})
}

func kmsKey(s evidence.KeySettings) evidence.List[evidence.Key] {
	return evidence.Listed(evidence.Key{ARN: keyARN, Settings: evidence.Known(s)})
}

func chatRole(policy, boundary string) evidence.List[evidence.Role] {
	p := evidence.Permissions{Boundary: boundary}
	if policy != "" {
		p.Inline = []evidence.NamedPolicy{{Name: "inline", Document: policy}}
	}
	return evidence.Listed(evidence.Role{ARN: roleARN, Name: "chat", Permissions: evidence.Known(p),
		Trust: evidence.Known(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
}

// guard is a guardrail whose versions do what is given, the first being version 1.
func guard(id string, policies ...evidence.BedrockGuardrailPolicy) evidence.BedrockGuardrail {
	g := evidence.BedrockGuardrail{ARN: arn("bedrock", "guardrail/"+id), ID: id, Name: id}
	versions := []evidence.BedrockGuardrailVersion{{Version: "DRAFT", Policy: evidence.Known(evidence.BedrockGuardrailPolicy{})}}
	for i, p := range policies {
		versions = append(versions, evidence.BedrockGuardrailVersion{Version: string(rune('1' + i)), Policy: evidence.Known(p)})
	}
	g.Versions = evidence.Listed(versions...)
	return g
}

// guardedAgent is an agent whose alias serves version 1, with a version of a guardrail.
func guardedAgent(id, guardrail, version string) evidence.Agent {
	settings := evidence.Known(evidence.AgentSettings{Guardrail: evidence.GuardrailRef{ID: guardrail, Version: version}})
	a := evidence.Agent{ARN: arn("bedrock", "agent/"+id), ID: id, Name: id, Settings: settings,
		Aliases:  evidence.Listed(evidence.AgentAlias{ID: "LIVE", Name: "live", Routes: evidence.Known([]string{"1"})}),
		Versions: evidence.Listed(evidence.AgentVersion{Version: "1", Settings: settings})}
	evidence.FillUnset(&a, evidence.Gap{Reason: evidence.Unavailable})
	return a
}

func tagged(resource string, tags evidence.Tags) evidence.List[evidence.TaggedResource] {
	return evidence.Listed(evidence.TaggedResource{ARN: resource, Tags: evidence.Known(tags)})
}

var attacks = evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{{Type: "PROMPT_ATTACK", InputStrength: "HIGH", OutputStrength: "NONE", InputBlocks: true}}}

type guideCase struct {
	name   string
	fill   func(a *evidence.Account, r *evidence.Region)
	want   scoring.State
	reason evidence.Reason // of an unknown one
}

func nothing(*evidence.Account, *evidence.Region) {}

const (
	isThere = scoring.Present
	missing = scoring.Missing
	unknown = scoring.UnknownState
)

// guideCases are, for each predicate of the guide, accounts and the state of its row.
var guideCases = []struct {
	name  string
	asks  predicate
	cases []guideCase
}{
	{"models on demand", onDemandModels, []guideCase{
		{"nothing", nothing, missing, ""},
		{"called by id", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", "amazon.nova-pro-v1:0")
		}, isThere, ""},
		{"called by a profile's ARN", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", arn("bedrock", "application-inference-profile/abc"))
		}, isThere, ""},
		{"called at the other endpoint", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = called("AWS/BedrockMantle", "Model", "openai.gpt-oss-120b")
		}, isThere, ""},
		{"throughput that was bought", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", arn("bedrock", "provisioned-model/abcdefghijkl"))
		}, missing, ""},
		{"throughput by its id", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", "abcdefghijkl")
		}, missing, ""},
		{"an imported model", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", arn("bedrock", "imported-model/abc.def"))
		}, missing, ""},
		{"a profile of the application", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.InferenceProfiles = evidence.Listed(evidence.BedrockInferenceProfile{ARN: arn("bedrock", "application-inference-profile/abc"), Name: "chat"})
		}, isThere, ""},
		{"a profile that AWS offers", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.InferenceProfiles = evidence.Listed(evidence.BedrockInferenceProfile{ARN: arn("bedrock", "inference-profile/us.amazon.nova-pro-v1:0")})
		}, missing, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.CloudWatch.Metrics.Blank(denied) }, unknown, evidence.Denied},
		{"called by somebody, where a tag narrows the workload", func(a *evidence.Account, r *evidence.Region) {
			a.Scan = evidence.Scan{Scope: workload.ScopeWorkload, WorkloadTag: "app=chat"}
			r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", "amazon.nova-pro-v1:0")
		}, unknown, evidence.NotBuilt},
	}},
	{"agents", agents, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"agent", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "", ""))
		}, isThere, ""},
		{"flow", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Flows = evidence.Listed(evidence.Flow{Name: "intake"})
		}, isThere, ""},
		{"flow in a listing cut short", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Flows = evidence.Partial([]evidence.Flow{{Name: "intake"}}, denied)
		}, isThere, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.BedrockAgent.Agents.Blank(denied) }, unknown, evidence.Denied},
		{"of another workload", func(a *evidence.Account, r *evidence.Region) {
			a.Scan = evidence.Scan{Scope: workload.ScopeWorkload, WorkloadTag: "app=chat"}
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "", ""))
		}, unknown, evidence.NotBuilt},
	}},
	{"managed vector stores", managedBases, []guideCase{
		{"nothing", nothing, missing, ""},
		{"S3 Vectors", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("S3_VECTORS", "VECTOR"))
		}, isThere, ""},
		{"Kendra", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("", "KENDRA"))
		}, isThere, ""},
		{"a domain", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("OPENSEARCH_MANAGED_CLUSTER", "VECTOR"))
		}, missing, ""},
		{"unread", func(_ *evidence.Account, r *evidence.Region) {
			k := base("", "")
			k.Settings.Blank(denied)
			r.BedrockAgent.KnowledgeBases = evidence.Listed(k)
		}, unknown, evidence.Denied},
	}},
	{"a search domain", searchDomain, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"a domain", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("OPENSEARCH_MANAGED_CLUSTER", "VECTOR"))
		}, isThere, ""},
	}},
	{"functions", workloadFunctions, []guideCase{
		{"nothing", nothing, missing, ""},
		{"function", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{}))
		}, isThere, ""},
		{"function of the workload", func(a *evidence.Account, r *evidence.Region) {
			a.Scan.Scope = workload.ScopeWorkload
			a.IAM.Roles = chatRole(`{"Statement":[{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}]}`, "")
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{Role: roleARN}))
		}, isThere, ""},
		{"function of something else", func(a *evidence.Account, r *evidence.Region) {
			a.Scan.Scope = workload.ScopeWorkload
			a.IAM.Roles = chatRole(`{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`, "")
			r.Lambda.Functions = evidence.Listed(function("report", evidence.FunctionSettings{Role: roleARN}))
		}, missing, ""},
		{"function whose role is unread", func(a *evidence.Account, r *evidence.Region) {
			a.Scan.Scope = workload.ScopeWorkload
			a.IAM.Roles.Blank(denied)
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{Role: roleARN}))
		}, unknown, evidence.Denied},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.Lambda.Functions.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"tables", workloadTables, []guideCase{
		{"nothing", nothing, missing, ""},
		{"table", func(_ *evidence.Account, r *evidence.Region) {
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{}))
		}, isThere, ""},
		{"table that nobody names", func(a *evidence.Account, r *evidence.Region) {
			a.Scan.Scope = workload.ScopeWorkload
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{}))
		}, missing, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.DynamoDB.Tables.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"tables on demand", found("", []string{"applicationautoscaling"}, onDemandTables), []guideCase{
		{"on demand", func(_ *evidence.Account, r *evidence.Region) {
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{OnDemand: true}))
		}, isThere, ""},
		{"provisioned", func(_ *evidence.Account, r *evidence.Region) {
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{}))
		}, unknown, evidence.NotBuilt},
	}},
	{"serverless", serverless, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"a table on demand", func(_ *evidence.Account, r *evidence.Region) {
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{OnDemand: true}))
		}, isThere, ""},
		{"a provisioned table", func(_ *evidence.Account, r *evidence.Region) {
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{}))
		}, unknown, evidence.NotBuilt},
		{"calls", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", "amazon.nova-pro-v1:0")
		}, isThere, ""},
	}},
	{"encrypted tables", encrypted, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"table", func(_ *evidence.Account, r *evidence.Region) {
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{}))
		}, isThere, ""},
		{"key that cannot be used", func(_ *evidence.Account, r *evidence.Region) {
			r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{KeyInaccessible: true}))
		}, unknown, evidence.NotBuilt},
	}},
	{"alarms", watched, []guideCase{
		{"nothing", nothing, missing, ""},
		{"alarm", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{}))
		}, isThere, ""},
		{"composite alarm", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Composites = evidence.Listed(evidence.CompositeAlarm{Name: "all", Settings: evidence.Known(evidence.CompositeSettings{})})
		}, isThere, ""},
		{"alarm on something else", func(a *evidence.Account, r *evidence.Region) {
			a.Scan.Scope = workload.ScopeWorkload
			r.CloudWatch.Alarms = evidence.Listed(alarm("invoices", evidence.AlarmSettings{Watches: []evidence.AlarmMetric{{Namespace: "AWS/EC2", Name: "CPUUtilization"}}}))
		}, missing, ""},
		{"alarm on Bedrock", func(a *evidence.Account, r *evidence.Region) {
			a.Scan.Scope = workload.ScopeWorkload
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{Watches: []evidence.AlarmMetric{{Namespace: "AWS/Bedrock", Name: "InvocationLatency"}}}))
		}, isThere, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.CloudWatch.Alarms.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"alarms that reach somebody", found("", nil, alertingAlarms), []guideCase{
		{"no alarm", nothing, missing, ""},
		{"no action", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{ActionsEnabled: true}))
		}, missing, ""},
		{"actions switched off", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{Actions: []string{arn("lambda", "function:page")}}))
		}, missing, ""},
		{"a topic", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{ActionsEnabled: true, Actions: []string{arn("sns", "oncall")}}))
		}, unknown, evidence.NotBuilt},
		{"a function", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{ActionsEnabled: true, Actions: []string{arn("sns", "oncall"), arn("lambda", "function:page")}}))
		}, isThere, ""},
		{"scaling", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("load", evidence.AlarmSettings{ActionsEnabled: true, Actions: []string{arn("autoscaling", "scalingPolicy:1")}}))
		}, missing, ""},
	}},
	{"automation", automated, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"plain alarm", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{ActionsEnabled: true, Actions: []string{arn("sns", "oncall")}}))
		}, unknown, evidence.NotBuilt},
		{"acting alarm", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{ActionsEnabled: true, Actions: []string{arn("ssm", "opsitem:1")}}))
		}, isThere, ""},
		{"anomaly band", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(alarm("tokens", evidence.AlarmSettings{Anomaly: true}))
		}, isThere, ""},
		{"composite alarm", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Composites = evidence.Listed(evidence.CompositeAlarm{Name: "all", Settings: evidence.Known(evidence.CompositeSettings{})})
		}, isThere, ""},
	}},
	{"anomaly detection", found("", []string{"sagemaker"}, trainedBands), []guideCase{
		{"trained", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.AnomalyDetectors = evidence.Listed(evidence.AnomalyDetector{Namespace: "AWS/Bedrock", Metric: "InvocationLatency", State: evidence.Known("TRAINED")})
		}, isThere, ""},
		{"in training", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.AnomalyDetectors = evidence.Listed(evidence.AnomalyDetector{Namespace: "AWS/Bedrock", Metric: "InvocationLatency", State: evidence.Known("PENDING_TRAINING")})
		}, unknown, evidence.NotBuilt},
		{"on something else", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.AnomalyDetectors = evidence.Listed(evidence.AnomalyDetector{Namespace: "AWS/EC2", Metric: "CPUUtilization", State: evidence.Known("TRAINED")})
		}, unknown, evidence.NotBuilt},
	}},
	{"metrics", found("", nil, publishesMetrics), []guideCase{
		{"nothing", nothing, missing, ""},
		{"of guardrails", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Metrics = evidence.Listed(evidence.Metric{Namespace: "AWS/Bedrock/Guardrails", Name: "Invocations"})
		}, isThere, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.CloudWatch.Metrics.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"own metrics", measured, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"metric filter", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/chat", evidence.LogGroupSettings{}))
			r.Logs.MetricFilters = evidence.Listed(evidence.LogMetricFilter{Name: "errors", Group: "/chat"})
		}, isThere, ""},
		{"metric filter on a log of something else", func(a *evidence.Account, r *evidence.Region) {
			a.Scan.Scope = workload.ScopeWorkload
			r.Logs.Groups = evidence.Listed(logGroup("/invoices", evidence.LogGroupSettings{}))
			r.Logs.MetricFilters = evidence.Listed(evidence.LogMetricFilter{Name: "errors", Group: "/invoices"})
		}, unknown, evidence.NotBuilt},
	}},
	{"dashboards", shown, []guideCase{
		{"nothing", nothing, missing, ""},
		{"of Bedrock", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "chat", Body: evidence.Known(evidence.DashboardBody{Namespaces: []string{"AWS/Bedrock"}})})
		}, isThere, ""},
		{"of something else", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "invoices", Body: evidence.Known(evidence.DashboardBody{Namespaces: []string{"AWS/EC2"}})})
		}, missing, ""},
		{"unread", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "chat", Body: evidence.Missing[evidence.DashboardBody](denied)})
		}, unknown, evidence.Denied},
	}},
	{"own dashboards and reports", found("", []string{"grafana"}, ownDashboards, scheduledQueries), []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"own metrics beside Bedrock's", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "chat", Body: evidence.Known(evidence.DashboardBody{
				Namespaces: []string{"AWS/Bedrock"}, Metrics: []evidence.DashboardMetric{{Namespace: "Chat", Name: "Answers"}}})})
		}, isThere, ""},
		{"only AWS's", func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "chat", Body: evidence.Known(evidence.DashboardBody{
				Namespaces: []string{"AWS/Bedrock"}, Metrics: []evidence.DashboardMetric{{Namespace: "AWS/Lambda", Name: "Errors"}}})})
		}, unknown, evidence.NotBuilt},
		{"scheduled query", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/chat", evidence.LogGroupSettings{}))
			r.Logs.ScheduledQueries = evidence.Listed(evidence.LogQuery{Name: "errors", Settings: evidence.Known(evidence.LogQuerySettings{Enabled: true, Groups: []string{"/chat"}})})
		}, isThere, ""},
		{"scheduled query that is off", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/chat", evidence.LogGroupSettings{}))
			r.Logs.ScheduledQueries = evidence.Listed(evidence.LogQuery{Name: "errors", Settings: evidence.Known(evidence.LogQuerySettings{Groups: []string{"*"}})})
		}, unknown, evidence.NotBuilt},
		{"scheduled query of another log", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/chat", evidence.LogGroupSettings{}))
			r.Logs.ScheduledQueries = evidence.Listed(evidence.LogQuery{Name: "errors", Settings: evidence.Known(evidence.LogQuerySettings{Enabled: true, Groups: []string{"/invoices"}})})
		}, unknown, evidence.NotBuilt},
	}},
	{"logs", logged, []guideCase{
		{"nothing", nothing, missing, ""},
		{"with data", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/chat", evidence.LogGroupSettings{StoredBytes: 1}))
		}, isThere, ""},
		{"empty", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/chat", evidence.LogGroupSettings{}))
		}, missing, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.Logs.Groups.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"invocation logging", invocationsLogged, []guideCase{
		{"off", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{})
		}, missing, ""},
		{"no Bedrock", nothing, missing, ""},
		{"to a bucket", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{Bucket: "logs"})
		}, isThere, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.Bedrock.Logging.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"encrypted invocation log", found("", nil, encryptsInvocationLog), []guideCase{
		{"off", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{})
		}, missing, ""},
		{"with a key", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{LogGroup: "/models"})
			r.Logs.Groups = evidence.Listed(logGroup("/models", evidence.LogGroupSettings{KMSKey: keyARN}))
		}, isThere, ""},
		{"without a key", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{LogGroup: "/models"})
			r.Logs.Groups = evidence.Listed(logGroup("/models", evidence.LogGroupSettings{}), logGroup("/chat", evidence.LogGroupSettings{KMSKey: keyARN}))
		}, missing, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{LogGroup: "/models"})
			r.Logs.Groups.Blank(denied)
		}, unknown, evidence.Denied},
	}},
	{"recorded invocations", found("", nil, logsInvocations, hasAgentCore), []guideCase{
		{"nothing", nothing, missing, ""},
		{"a log group of AgentCore", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/aws/bedrock-agentcore/runtimes/x", evidence.LogGroupSettings{StoredBytes: 1}))
		}, isThere, ""},
	}},
	{"traces", traced, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"function", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{Tracing: "Active"}))
		}, isThere, ""},
		{"function that only passes traces on", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{Tracing: "PassThrough"}))
		}, unknown, evidence.NotBuilt},
		{"spans", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("aws/spans", evidence.LogGroupSettings{StoredBytes: 1}))
		}, isThere, ""},
		{"no span yet", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("aws/spans", evidence.LogGroupSettings{}))
		}, unknown, evidence.NotBuilt},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.Lambda.Functions.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"objectives", objectives, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"log group", func(_ *evidence.Account, r *evidence.Region) {
			r.Logs.Groups = evidence.Listed(logGroup("/aws/application-signals/data", evidence.LogGroupSettings{StoredBytes: 1}))
		}, isThere, ""},
	}},
	{"profiles", profiled, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"Lambda Insights", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{Layers: []string{arn("lambda", "layer:LambdaInsightsExtension:52")}}))
		}, isThere, ""},
	}},
	{"OpenTelemetry", instrumented, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"layer", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{Layers: []string{arn("lambda", "layer:AWSOpenTelemetryDistroPython:1")}}))
		}, isThere, ""},
		{"another layer", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{Layers: []string{arn("lambda", "layer:pandas:1")}}))
		}, unknown, evidence.NotBuilt},
		{"variable", func(_ *evidence.Account, r *evidence.Region) {
			f := function("chat", evidence.FunctionSettings{})
			f.Variables = evidence.Known([]evidence.Variable{{Name: "OTEL_SERVICE_NAME"}})
			r.Lambda.Functions = evidence.Listed(f)
		}, isThere, ""},
		{"wrapper", func(_ *evidence.Account, r *evidence.Region) {
			f := function("chat", evidence.FunctionSettings{})
			f.Variables = evidence.Known([]evidence.Variable{{Name: "AWS_LAMBDA_EXEC_WRAPPER", Telemetry: true}})
			r.Lambda.Functions = evidence.Listed(f)
		}, isThere, ""},
		{"variables that Lambda cannot decrypt", func(_ *evidence.Account, r *evidence.Region) {
			f := function("chat", evidence.FunctionSettings{})
			f.Variables.Blank(evidence.Gap{Reason: evidence.KeyDenied})
			r.Lambda.Functions = evidence.Listed(f)
		}, unknown, evidence.KeyDenied},
	}},
	{"capped concurrency", found("", nil, capsConcurrency), []guideCase{
		{"none", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{}))
		}, missing, ""},
		{"stopped", func(_ *evidence.Account, r *evidence.Region) {
			f := function("chat", evidence.FunctionSettings{})
			f.Reserved = evidence.Known(0)
			r.Lambda.Functions = evidence.Listed(f)
		}, missing, ""},
		{"fifty", func(_ *evidence.Account, r *evidence.Region) {
			f := function("chat", evidence.FunctionSettings{})
			f.Reserved = evidence.Known(50)
			r.Lambda.Functions = evidence.Listed(f)
		}, isThere, ""},
	}},
	{"own keys", customerKeys, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"own", func(_ *evidence.Account, r *evidence.Region) {
			r.KMS.Keys = kmsKey(evidence.KeySettings{CustomerManaged: true, State: "Enabled"})
		}, isThere, ""},
		{"AWS's", func(_ *evidence.Account, r *evidence.Region) {
			r.KMS.Keys = kmsKey(evidence.KeySettings{State: "Enabled"})
		}, unknown, evidence.NotBuilt},
		{"to be deleted", func(_ *evidence.Account, r *evidence.Region) {
			r.KMS.Keys = kmsKey(evidence.KeySettings{CustomerManaged: true, State: "PendingDeletion"})
		}, unknown, evidence.NotBuilt},
		{"unread", func(_ *evidence.Account, r *evidence.Region) {
			r.KMS.Keys = evidence.Listed(evidence.Key{ARN: keyARN, Settings: evidence.Missing[evidence.KeySettings](denied)})
		}, unknown, evidence.Denied},
	}},
	{"hardware keys", hardwareKeys, []guideCase{
		{"KMS's", func(_ *evidence.Account, r *evidence.Region) {
			r.KMS.Keys = kmsKey(evidence.KeySettings{CustomerManaged: true, State: "Enabled", Origin: "AWS_KMS"})
		}, unknown, evidence.NotBuilt},
		{"a key store's", func(_ *evidence.Account, r *evidence.Region) {
			r.KMS.Keys = kmsKey(evidence.KeySettings{CustomerManaged: true, State: "Enabled", Origin: "AWS_CLOUDHSM"})
		}, isThere, ""},
	}},
	{"second factor", secondFactor, []guideCase{
		{"root has one", func(a *evidence.Account, _ *evidence.Region) {
			a.IAM.Summary = evidence.Known(map[string]int{"AccountMFAEnabled": 1, "AccountPasswordPresent": 1})
		}, unknown, evidence.NotBuilt},
		{"root has none", func(a *evidence.Account, _ *evidence.Region) {
			a.IAM.Summary = evidence.Known(map[string]int{"AccountPasswordPresent": 1})
		}, unknown, evidence.NotBuilt}, // a user pool may ask for one
	}},
	{"roles", roles("", nil, anyRole), []guideCase{
		{"none", nothing, missing, ""},
		{"one", func(a *evidence.Account, _ *evidence.Region) { a.IAM.Roles = chatRole("", "") }, isThere, ""},
		{"denied", func(a *evidence.Account, _ *evidence.Region) { a.IAM.Roles.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"detailed access controls", roles("", []string{"verifiedpermissions"}, bounded), []guideCase{
		{"neither", func(a *evidence.Account, _ *evidence.Region) {
			a.IAM.Roles = chatRole(`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`, "")
		}, unknown, evidence.NotBuilt},
		{"boundary", func(a *evidence.Account, _ *evidence.Region) {
			a.IAM.Policies = evidence.Listed(evidence.ManagedPolicy{ARN: "arn:aws:iam::111122223333:policy/limit", Document: evidence.Known("")})
			a.IAM.Roles = chatRole("", "arn:aws:iam::111122223333:policy/limit")
		}, isThere, ""},
		{"by tags", func(a *evidence.Account, _ *evidence.Region) {
			a.IAM.Roles = chatRole(`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"chat"}}}]}`, "")
		}, isThere, ""},
		{"unread", func(a *evidence.Account, _ *evidence.Region) {
			a.IAM.Roles = chatRole("", "")
			a.IAM.Roles.Found()[0].Permissions.Blank(denied)
		}, unknown, evidence.Denied},
	}},
	{"throughput", throughput, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"bought", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Provisioned = evidence.Listed(evidence.BedrockProvisioned{ARN: arn("bedrock", "provisioned-model/abc"), Name: "chat"})
		}, isThere, ""},
	}},
	{"elastic stores", elasticStores, []guideCase{
		{"nothing", nothing, scoring.NotApplicable, ""},
		{"serverless", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("OPENSEARCH_SERVERLESS", "VECTOR"), base("S3_VECTORS", "VECTOR"), base("", "SQL"))
		}, isThere, ""},
		{"a cluster", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("S3_VECTORS", "VECTOR"), base("RDS", "VECTOR"))
		}, unknown, evidence.NotBuilt},
		{"no vector store", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("", "SQL"))
		}, scoring.NotApplicable, ""},
		{"denied", func(_ *evidence.Account, r *evidence.Region) { r.BedrockAgent.KnowledgeBases.Blank(denied) }, unknown, evidence.Denied},
	}},
	{"input guardrails", found("", nil, guardrails(blocksAttacks)), []guideCase{
		{"nothing", nothing, missing, ""},
		{"newest version", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g", evidence.BedrockGuardrailPolicy{}, attacks))
		}, isThere, ""},
		{"older version", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g", attacks, evidence.BedrockGuardrailPolicy{}))
		}, missing, ""},
		{"only a draft", func(_ *evidence.Account, r *evidence.Region) {
			g := guard("g")
			g.Versions.Found()[0].Policy = evidence.Known(attacks)
			r.Bedrock.Guardrails = evidence.Listed(g)
		}, missing, ""},
		{"older version in use", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g", attacks, evidence.BedrockGuardrailPolicy{}))
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "g", "1"))
		}, isThere, ""},
		{"weaker version in use", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g", evidence.BedrockGuardrailPolicy{}, attacks))
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "g", "1"))
		}, missing, ""},
		{"detects only", func(_ *evidence.Account, r *evidence.Region) {
			p := attacks
			p.Content = []evidence.BedrockContentFilter{{Type: "PROMPT_ATTACK", InputStrength: "HIGH"}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, missing, ""},
		{"of another account", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "arn:aws:bedrock:us-east-1:444455556666:guardrail/g", "1"))
		}, unknown, evidence.NotBuilt},
		{"deleted", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "gone", "1"))
		}, missing, ""},
		{"policy unread", func(_ *evidence.Account, r *evidence.Region) {
			g := guard("g", attacks)
			g.Versions.Found()[1].Policy.Blank(denied)
			r.Bedrock.Guardrails = evidence.Listed(g)
		}, unknown, evidence.Denied},
		{"agents unread", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g", attacks, evidence.BedrockGuardrailPolicy{}))
			r.BedrockAgent.Agents.Blank(denied)
		}, unknown, evidence.Denied},
	}},
	{"output guardrails", found("", nil, guardrails(blocksOutput)), []guideCase{
		{"prompt attacks have no output", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{{Type: "PROMPT_ATTACK", OutputStrength: "HIGH", OutputBlocks: true}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, missing, ""},
		{"hate", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{{Type: "HATE", OutputStrength: "LOW", OutputBlocks: true}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, isThere, ""},
		{"input only", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{{Type: "HATE", InputStrength: "HIGH", InputBlocks: true, OutputStrength: "NONE", OutputBlocks: true}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, missing, ""},
		{"grounding", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{Grounding: []evidence.BedrockGroundingFilter{{Type: "RELEVANCE", Enabled: true, Blocks: true}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, isThere, ""},
	}},
	{"LLM-based guardrails", found("", []string{"sagemaker"}, guardrails(classifies)), []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"denied topics", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g", evidence.BedrockGuardrailPolicy{DeniedTopics: 1}))
		}, isThere, ""},
		{"automated reasoning", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g", evidence.BedrockGuardrailPolicy{AutomatedReasoning: 1}))
		}, isThere, ""},
	}},
	{"embedding-based guardrails", similarity, []guideCase{
		{"nothing", nothing, unknown, evidence.NotAttested},
		{"grounding", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{Grounding: []evidence.BedrockGroundingFilter{{Type: "GROUNDING", Enabled: true, Blocks: true}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, isThere, ""},
		{"grounding that only detects", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{Grounding: []evidence.BedrockGroundingFilter{{Type: "GROUNDING", Enabled: true}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, unknown, evidence.NotAttested},
	}},
	{"rule-based guardrails", found("", nil, guardrails(masks)), []guideCase{
		{"nothing", nothing, missing, ""},
		{"entities", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{PII: []evidence.BedrockSensitiveFilter{{Type: "EMAIL", InputAction: "NONE", OutputAction: "ANONYMIZE"}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, isThere, ""},
		{"expression", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{Regexes: []evidence.BedrockSensitiveFilter{{Type: "policy number", InputAction: "BLOCK"}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, isThere, ""},
		{"detects only", func(_ *evidence.Account, r *evidence.Region) {
			p := evidence.BedrockGuardrailPolicy{PII: []evidence.BedrockSensitiveFilter{{Type: "EMAIL", InputAction: "NONE", OutputAction: "NONE"}}}
			r.Bedrock.Guardrails = evidence.Listed(guard("g", p))
		}, missing, ""},
	}},
	{"shared guardrails", found("", []string{"cloudformation"}, sharedGuardrails), []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"one agent", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g"))
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "g", "1"), guardedAgent("B", "h", "1"))
		}, unknown, evidence.NotBuilt},
		{"two agents", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g"))
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "g", "1"), guardedAgent("B", arn("bedrock", "guardrail/g"), "1"))
		}, isThere, ""},
		{"an agent and a flow", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g"))
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "g", "1"))
			nodes := []evidence.FlowNode{{Name: "answer", Guardrail: evidence.GuardrailRef{ID: "g", Version: "1"}}}
			r.BedrockAgent.Flows = evidence.Listed(evidence.Flow{Name: "intake", Settings: evidence.Known(evidence.FlowSettings{}),
				Versions: evidence.Listed(evidence.FlowVersion{Version: "1", Nodes: evidence.Known(nodes)}), Aliases: evidence.Listed[evidence.AgentAlias]()})
		}, isThere, ""},
		{"flows unread", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g"))
			r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "g", "1"))
			r.BedrockAgent.Flows.Blank(denied)
		}, unknown, evidence.Denied},
	}},
	{"made by code", found("", []string{"cloudformation"}, codedModels, codedHosts), []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"stack of a function", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{}))
			r.Tagging.Resources = tagged(arn("lambda", "function:chat"), evidence.Tags{"aws:cloudformation:stack-name": "chat"})
		}, isThere, ""},
		{"Terraform's tag on a guardrail", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g"))
			r.Tagging.Resources = tagged(arn("bedrock", "guardrail/g"), evidence.Tags{"Managed-By": "Terraform"})
		}, isThere, ""},
		{"tag of a person", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Guardrails = evidence.Listed(guard("g"))
			r.Tagging.Resources = tagged(arn("bedrock", "guardrail/g"), evidence.Tags{"ManagedBy": "Alex"})
		}, unknown, evidence.NotBuilt},
		{"stack of something else", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{}))
			r.Tagging.Resources = tagged(arn("lambda", "function:invoices"), evidence.Tags{"aws:cloudformation:stack-name": "invoices"})
		}, unknown, evidence.NotBuilt},
		{"tags unread", func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Listed(function("chat", evidence.FunctionSettings{}))
			r.Tagging.Resources.Blank(denied)
		}, unknown, evidence.Denied},
	}},
	{"models kept", found("", []string{"sagemaker"}, keepsModels), []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"imported model", func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.ImportedModels = evidence.Listed(evidence.BedrockModel{Name: "ours"})
		}, isThere, ""},
		{"prompt version", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Prompts = evidence.Listed(evidence.Prompt{Name: "summary", Versions: evidence.Listed("DRAFT", "1")})
		}, isThere, ""},
		{"prompt draft", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Prompts = evidence.Listed(evidence.Prompt{Name: "summary", Versions: evidence.Listed("DRAFT")})
		}, unknown, evidence.NotBuilt},
	}},
	{"ingestion", found("", []string{"glue"}, ingests), []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"synchronised", func(_ *evidence.Account, r *evidence.Region) {
			k := base("S3_VECTORS", "VECTOR")
			k.DataSources = evidence.Listed(evidence.DataSource{Name: "s3", LastJob: evidence.Known(evidence.IngestionJob{Started: now})})
			r.BedrockAgent.KnowledgeBases = evidence.Listed(k)
		}, isThere, ""},
		{"never", func(_ *evidence.Account, r *evidence.Region) {
			k := base("S3_VECTORS", "VECTOR")
			k.DataSources = evidence.Listed(evidence.DataSource{Name: "s3", LastJob: evidence.Known(evidence.IngestionJob{})})
			r.BedrockAgent.KnowledgeBases = evidence.Listed(k)
		}, unknown, evidence.NotBuilt},
	}},
	{"retrieval", retrieves, []guideCase{
		{"nothing", nothing, unknown, evidence.NotBuilt},
		{"knowledge base", func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(base("S3_VECTORS", "VECTOR"))
		}, isThere, ""},
	}},
}

// rowState is the state of a row with one predicate.
func rowState(a *evidence.Account, asks predicate) scoring.RowState {
	in := &scoring.Input{Account: a, Workload: workload.New(a), Settings: scoring.DefaultSettings}
	return new(scoring.Scores).Row(in, scoring.Row{Present: asks})
}

func TestGuidePredicates(t *testing.T) {
	for _, p := range guideCases {
		t.Run(p.name, func(t *testing.T) {
			for _, c := range p.cases {
				a := guided(c.fill)
				got := rowState(a, p.asks)
				if got.State != c.want || got.Reason != c.reason {
					t.Errorf("%s: %s, %q, %q, want %s, %q", c.name, got.State, got.Reason, got.Detail, c.want, c.reason)
					continue
				}
				blankEach(a, func(path string) {
					if blanked := rowState(a, p.asks).State; blanked != got.State && blanked != unknown {
						t.Errorf("%s: without %s it goes from %s to %s", c.name, path, got.State, blanked)
					}
				})
			}
		})
	}
}

// blankEach blanks each Fact and List of an account in turn.
func blankEach(a *evidence.Account, look func(path string)) {
	paths := map[evidence.Unreadable]string{}
	var places []evidence.Unreadable
	evidence.Walk(a, func(path string, u evidence.Unreadable) {
		paths[u] = path
		places = append(places, u)
	})
	for _, u := range places {
		at := reflect.ValueOf(u).Elem()
		saved := reflect.New(at.Type()).Elem()
		saved.Set(at)
		u.Blank(denied)
		look(paths[u])
		at.Set(saved)
	}
}

// rich is an account with something of everything, some of it good and some of it bad.
func rich() *evidence.Account {
	return guided(func(a *evidence.Account, r *evidence.Region) {
		a.Scan = evidence.Scan{Scope: workload.ScopeWorkload, Metrics: true}
		a.IAM.Roles = chatRole(`{"Statement":[{"Effect":"Allow","Action":["bedrock:InvokeModel","dynamodb:Query"],"Resource":["*","`+arn("dynamodb", "table/chat")+`"]}]}`, "")
		r.Signs = evidence.Listed("guardrail g")
		chat := function("chat", evidence.FunctionSettings{Role: roleARN, Tracing: "Active", LogGroup: "/chat", KMSKey: keyARN})
		r.Lambda.Functions = evidence.Listed(chat, function("admin", evidence.FunctionSettings{Role: roleARN, Tracing: "PassThrough"}))
		r.DynamoDB.Tables = evidence.Listed(dynamo("chat", evidence.DynamoDBSettings{OnDemand: true, KMSKey: keyARN}), dynamo("invoices", evidence.DynamoDBSettings{}))
		k := base("S3_VECTORS", "VECTOR")
		k.DataSources = evidence.Listed(evidence.DataSource{ID: "DS", Name: "s3", LastJob: evidence.Known(evidence.IngestionJob{Status: "COMPLETE", Started: now}),
			LastSynced: evidence.Known(now), Settings: evidence.Known(evidence.DataSourceSettings{Type: "S3"})})
		r.BedrockAgent.KnowledgeBases = evidence.Listed(k)
		r.Bedrock.Guardrails = evidence.Listed(guard("g", attacks))
		r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{LogGroup: "/models"})
		r.BedrockAgent.Agents = evidence.Listed(guardedAgent("A", "g", "1"), guardedAgent("B", "", ""))
		r.BedrockAgent.Prompts = evidence.Listed(evidence.Prompt{ARN: arn("bedrock", "prompt/P"), ID: "P", Name: "summary", Versions: evidence.Listed("DRAFT", "1"),
			Settings: evidence.Known(evidence.PromptSettings{MaxTokens: 100})})
		r.KMS.Keys = kmsKey(evidence.KeySettings{CustomerManaged: true, State: "Enabled", Origin: "AWS_KMS", Spec: "SYMMETRIC_DEFAULT"})
		r.Logs.Groups = evidence.Listed(logGroup("/chat", evidence.LogGroupSettings{StoredBytes: 1, Retention: 90}), logGroup("/models", evidence.LogGroupSettings{StoredBytes: 1}))
		r.Logs.MetricFilters = evidence.Listed(evidence.LogMetricFilter{Name: "errors", Group: "/chat", Settings: evidence.Known(evidence.LogMetricFilterSettings{Namespace: "Chat", Metric: "Errors"})})
		r.CloudWatch.Metrics = called("AWS/Bedrock", "ModelId", "amazon.nova-pro-v1:0")
		r.CloudWatch.Alarms = evidence.Listed(alarm("latency", evidence.AlarmSettings{ActionsEnabled: true, Actions: []string{arn("sns", "oncall")},
			Watches: []evidence.AlarmMetric{{Namespace: "AWS/Bedrock", Name: "InvocationLatency", Dimensions: map[string]string{"ModelId": "amazon.nova-pro-v1:0"}}}}))
		r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "chat", Body: evidence.Known(evidence.DashboardBody{Namespaces: []string{"AWS/Bedrock"}})})
	})
}

// TestGuideKnowsNothingWithoutReading holds the whole guide, with the checks behind it, to this: what
// was not read may leave a row as it is or make it unknown, nothing else.
func TestGuideKnowsNothingWithoutReading(t *testing.T) {
	a := rich()
	list := scoring.Checklist{Categories: Categories, Questions: All, Checks: checks.All, Unbuilt: checks.Unbuilt}
	attestations := []scoring.Attestation{}
	for _, q := range []string{"10.1", "10.4", "10.7"} {
		attestations = append(attestations, scoring.Attestation{Question: q, Answer: scoring.Yes, Expires: now.AddDate(0, 1, 0)})
	}
	look := func() map[string]scoring.State {
		in := &scoring.Input{Account: a, Workload: workload.New(a), Settings: scoring.DefaultSettings}
		s := scoring.Score(list, in, scoring.Options{Attestations: attestations})
		states := map[string]scoring.State{}
		eachRow(func(of string, row scoring.Row) { states[of] = s.Row(in, row).State })
		for _, i := range issues {
			states["issue "+i.Name] = s.Issue(in, i).State
		}
		return states
	}
	whole := look()
	counts := map[scoring.State]int{}
	for _, state := range whole {
		counts[state]++
	}
	for _, state := range []scoring.State{isThere, missing, unknown} {
		if counts[state] < 5 {
			t.Errorf("%d rows are %s: the account shows too little", counts[state], state)
		}
	}
	blankEach(a, func(path string) {
		for of, state := range look() {
			if state != whole[of] && state != unknown {
				t.Errorf("without %s, %s goes from %s to %s", path, of, whole[of], state)
			}
		}
	})
	evidence.Walk(a, func(_ string, u evidence.Unreadable) { u.Blank(denied) })
	for of, state := range look() {
		if state != unknown {
			t.Errorf("with nothing read, %s is %s", of, state)
		}
	}
}

func TestGuideDecides(t *testing.T) {
	a := rich()
	in := &scoring.Input{Account: a, Workload: workload.New(a), Settings: scoring.DefaultSettings}
	s := scoring.Score(scoring.Checklist{Checks: checks.All, Unbuilt: checks.Unbuilt}, in, scoring.Options{})
	for _, d := range decisions {
		state := s.Decide(in, d)
		if d.ID == deployment.ID && (state.Strategy != scoring.Undetermined || !strings.Contains(state.Because, "for Managed services (11 of 11)")) {
			t.Errorf("%s: %s because %s", d.ID, state.Strategy, state.Because)
		}
		if state.Confidence != "low" {
			t.Errorf("%s: %s confidence although services are not scanned: %s", d.ID, state.Confidence, state.Because)
		}
	}
}
