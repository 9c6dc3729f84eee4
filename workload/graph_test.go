package workload_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// story is a small workload: the function chat calls a model and writes to the table sessions, an
// agent calls the function tool, a knowledge base and a flow call two more, and the function report
// and the table invoices have nothing to do with it.
func story(fill ...func(a *evidence.Account, r *evidence.Region)) *evidence.Account {
	return account(func(a *evidence.Account, r *evidence.Region) {
		lambda := service("lambda")
		a.IAM.Roles = evidence.Listed(
			role("chat", lambda, policy(allow("bedrock:InvokeModel", "*"), allow("dynamodb:GetItem", tableARN("sessions")))),
			role("tool", lambda, policy(allow("dynamodb:*", tableARN("notes-*")))),
			role("helper", lambda, policy(allow("s3:GetObject", "*"))),
			role("report", lambda, policy(allow("s3:GetObject", "*"), allow("dynamodb:Query", tableARN("invoices")))),
			role("agent", service("bedrock"), policy(allow("bedrock:InvokeModel", "*"))),
		)
		r.Lambda.Functions = evidence.Listed(function("chat", "chat"), function("tool", "tool"), function("report", "report"),
			function("transform", "helper"), function("node", "helper"))
		r.BedrockAgent.Agents = evidence.Listed(agent("AGENT1", "agent", functionARN("tool")+":live", evidence.AgentSettings{
			KMSKey: keyARN("agent"), Guardrail: evidence.GuardrailRef{ID: "gr1", Version: "1"},
		}))
		r.BedrockAgent.KnowledgeBases = evidence.Listed(
			knowledgeBase("KB1", "agent", evidence.DataSourceSettings{KMSKey: keyARN("source"), Function: functionARN("transform")}),
			knowledgeBase("KB2", "agent", evidence.DataSourceSettings{}))
		r.BedrockAgent.Flows = evidence.Listed(flow("FLOW1", "agent", evidence.FlowNode{
			Name: "n", Type: "LambdaFunction", Function: functionARN("node") + ":1", KnowledgeBase: "KB2",
			Agent: bedrockARN("agent-alias/AGENT1/ALIAS1"), Guardrail: evidence.GuardrailRef{ID: bedrockARN("guardrail/gr2")},
		}))
		r.BedrockAgent.Prompts = evidence.Listed(evidence.Prompt{ARN: bedrockARN("prompt/PROMPT1"), ID: "PROMPT1", Name: "p", Settings: evidence.Known(evidence.PromptSettings{KMSKey: keyARN("prompt")})})
		r.Bedrock.Guardrails = evidence.Listed(guardrail("gr1", keyARN("guardrail")), guardrail("gr2", ""), guardrail("gr3", ""))
		r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{LogGroup: "/nordwind/models"})
		r.DynamoDB.Tables = evidence.Listed(table("sessions"), table("notes-claims"), table("invoices"))
		r.Logs.Groups = evidence.Listed(logGroup("/aws/lambda/chat", keyARN("logs")), logGroup("/aws/lambda/report", keyARN("reports")))
		for _, f := range fill {
			f(a, r)
		}
	})
}

func table(name string) evidence.DynamoDBTable {
	return evidence.DynamoDBTable{ARN: tableARN(name), Name: name, Description: evidence.Known(evidence.DynamoDBSettings{KMSKey: keyARN("table-" + name)})}
}

func logGroup(name, key string) evidence.LogGroup {
	return evidence.LogGroup{ARN: "arn:aws:logs:" + home + ":" + accountID + ":log-group:" + name, Name: name, Settings: evidence.Known(evidence.LogGroupSettings{KMSKey: key})}
}

// about asks about a resource that does not depend on the account.
func about(question func(*workload.Graph) evidence.Verdict) func(*workload.Graph, *evidence.Account) evidence.Verdict {
	return func(g *workload.Graph, _ *evidence.Account) evidence.Verdict { return question(g) }
}

func TestFunction(t *testing.T) {
	of := func(name string) func(*workload.Graph, *evidence.Account) evidence.Verdict {
		return func(g *workload.Graph, a *evidence.Account) evidence.Verdict {
			all := a.Regions[0].Lambda.Functions.Found()
			return g.Function(home, all[slices.IndexFunc(all, func(f evidence.Function) bool { return f.Name == name })])
		}
	}
	withFunction := func(f evidence.Function) func(*evidence.Account, *evidence.Region) {
		return func(_ *evidence.Account, r *evidence.Region) { r.Lambda.Functions = evidence.Listed(f) }
	}
	tag := func(arns ...string) *evidence.Account {
		return tagged(story(func(_ *evidence.Account, r *evidence.Region) { tags(r, arns...) }))
	}
	foreign := function("chat", "chat")
	foreign.Settings = evidence.Known(evidence.FunctionSettings{Role: "arn:aws:iam::999988887777:role/chat"})
	unread := function("chat", "chat")
	unread.Settings = evidence.Missing[evidence.FunctionSettings](denied)
	ask(t, of("chat"), []row{
		{"role calls a model", story(), in, "its role can call bedrock:InvokeModel"},
		{"role was deleted", story(withFunction(function("chat", "gone"))), out, ""},
		{"role of another account", story(withFunction(foreign)), unsure, ""},
		{"settings unread", story(withFunction(unread)), unsure, ""},
		{"roles not listed", story(func(a *evidence.Account, _ *evidence.Region) {
			a.IAM.Roles = evidence.Partial[evidence.Role](nil, denied)
		}), unsure, ""},
		{"tagged", tag(functionARN("chat")), in, "carries the tag app=claims"},
		{"not tagged", tag(), out, ""},
	})
	ask(t, of("tool"), []row{
		{"called by an agent", story(), in, "action group tools of agent agent1"},
		{"no agent", story(func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Agents = evidence.Listed[evidence.Agent]()
		}), out, ""},
		{"agents not listed", story(func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Agents = evidence.Partial[evidence.Agent](nil, denied)
		}), unsure, ""},
		{"called by a tagged agent", tag(bedrockARN("agent/AGENT1")), in, ""},
		{"called by an agent that is not tagged", tag(functionARN("chat")), out, ""},
	})
	ask(t, of("transform"), []row{{"called by a knowledge base", story(), in, "transforms documents for knowledge base kb1"}})
	ask(t, of("node"), []row{{"called by a flow", story(), in, "node n of flow flow1"}})
	ask(t, of("report"), []row{
		{"nothing to do with it", story(), out, ""},
		{"whole account", wide(story()), in, "--scope account"},
		{"tags not read", tagged(story(func(_ *evidence.Account, r *evidence.Region) {
			r.Tagging.Resources = evidence.Partial[evidence.TaggedResource](nil, denied)
		})), unsure, ""},
	})
}

func TestUnqualified(t *testing.T) {
	for arn, want := range map[string]string{
		functionARN("chat"):              functionARN("chat"),
		functionARN("chat") + ":live":    functionARN("chat"),
		functionARN("chat") + ":$LATEST": functionARN("chat"),
		tableARN("chat"):                 tableARN("chat"),
		"":                               "",
	} {
		if got := workload.Unqualified(arn); got != want {
			t.Errorf("%s: got %s, want %s", arn, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	of := func(name string) func(*workload.Graph, *evidence.Account) evidence.Verdict {
		return about(func(g *workload.Graph) evidence.Verdict { return g.Table(home, table(name)) })
	}
	ask(t, of("sessions"), []row{
		{"named", story(), in, "role chat names it in a policy"},
		{"tagged", tagged(story(func(_ *evidence.Account, r *evidence.Region) { tags(r, tableARN("sessions")) })), in, "carries the tag"},
		{"named by a tagged function's role", tagged(story(func(_ *evidence.Account, r *evidence.Region) { tags(r, functionARN("chat")) })), in, ""},
		{"not tagged", tagged(story()), out, ""},
	})
	ask(t, of("notes-claims"), []row{{"named by a prefix, by the role of an agent's function", story(), in, "role tool"}})
	ask(t, of("invoices"), []row{
		{"named by another role", story(), out, ""},
		{"whole account", wide(story()), in, ""},
	})
	named := func(statements ...string) *evidence.Account {
		return oneRole(role("chat", service("lambda"), policy(append(statements, allow("bedrock:InvokeModel", "*"))...)))
	}
	unread := role("chat", service("lambda"))
	unread.Permissions = evidence.Missing[evidence.Permissions](denied)
	ask(t, of("sessions"), []row{
		{"all tables", named(allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/*")), out, ""},
		{"everything", named(allow("dynamodb:*", "*")), out, ""},
		{"administrator", named(allow("*", "*")), out, ""},
		{"all but one", named(`{"Effect":"Allow","Action":"dynamodb:*","NotResource":"` + tableARN("invoices") + `"}`), out, ""},
		{"any region and account", named(allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/sessions")), in, ""},
		{"index", named(allow("dynamodb:Query", tableARN("sessions")+"/index/*")), in, ""},
		{"stream", named(allow("dynamodb:GetRecords", tableARN("sessions")+"/stream/*")), in, ""},
		{"indexes of all tables", named(allow("dynamodb:Query", "arn:aws:dynamodb:*:*:table/*/index/*")), out, ""},
		{"named by a policy variable only", named(allow("dynamodb:GetItem", tableARN("${aws:PrincipalTag/tenant}"))), out, ""},
		{"named by a part", named(allow("dynamodb:GetItem", tableARN("${aws:PrincipalTag/tenant}sessions"))), in, ""},
		{"longer name", named(allow("dynamodb:GetItem", tableARN("sessions-old"))), out, ""},
		{"other region", named(allow("dynamodb:GetItem", strings.Replace(tableARN("sessions"), home, "eu-west-1", 1))), out, ""},
		{"named and denied", named(allow("dynamodb:GetItem", tableARN("sessions")), deny("dynamodb:*", tableARN("sessions"))), out, ""},
		{"named in a Deny only", named(deny("dynamodb:DeleteTable", tableARN("sessions"))), out, ""},
		{"named by a person", oneRole(role("p", trust(`{"AWS":"111122223333"}`), policy(allow("*", "*"), allow("dynamodb:*", tableARN("sessions"))))), out, ""},
		{"permissions unread", oneRole(unread), unsure, ""},
	})
}

func TestLogGroup(t *testing.T) {
	of := func(region, name string) func(*workload.Graph, *evidence.Account) evidence.Verdict {
		return about(func(g *workload.Graph) evidence.Verdict { return g.LogGroup(region, logGroup(name, "")) })
	}
	ask(t, of(home, "/aws/lambda/chat"), []row{{"function's", story(), in, "log group of function chat"}})
	ask(t, of(home, "/aws/lambda/tool"), []row{{"agent's function's", story(), in, "log group of function tool"}})
	ask(t, of(home, "/aws/lambda/report"), []row{
		{"another function's", story(), out, ""},
		{"whole account", wide(story()), in, ""},
		{"functions not listed", story(func(_ *evidence.Account, r *evidence.Region) {
			r.Lambda.Functions = evidence.Partial[evidence.Function](nil, denied)
		}), unsure, ""},
	})
	ask(t, of("eu-west-1", "/aws/lambda/chat"), []row{{"same name in another region", story(), out, ""}})
	ask(t, of(home, "/nordwind/models"), []row{
		{"model invocation log", story(), in, "model invocation log"},
		{"logging off", story(func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{})
		}), out, ""},
		{"logging unread", story(func(_ *evidence.Account, r *evidence.Region) {
			r.Bedrock.Logging = evidence.Missing[evidence.BedrockLogging](denied)
		}), unsure, ""},
	})
	ask(t, of(home, "/aws/bedrock/agents"), []row{
		{"Bedrock's by name", story(), in, "log group of Bedrock"},
		{"narrowed by a tag", tagged(story()), out, ""},
	})
	ask(t, of(home, ""), []row{{"logging to S3 only names no group", story(func(_ *evidence.Account, r *evidence.Region) {
		r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{Bucket: "b"})
	}), out, ""}})
}

func TestKey(t *testing.T) {
	of := func(region, id string) func(*workload.Graph, *evidence.Account) evidence.Verdict {
		return about(func(g *workload.Graph) evidence.Verdict { return g.Key(region, evidence.Key{ARN: keyARN(id)}) })
	}
	for id, because := range map[string]string{
		"agent": "encrypts agent agent1", "source": "encrypts ingestion of knowledge base kb1", "prompt": "encrypts prompt p",
		"guardrail": "encrypts guardrail gr1", "table-sessions": "encrypts table sessions", "logs": "encrypts log group /aws/lambda/chat",
		"function": "encrypts the variables of function chat", "flow": "encrypts flow flow1", "model": "encrypts model m",
	} {
		a := story(func(_ *evidence.Account, r *evidence.Region) {
			f, w := function("chat", "chat"), flow("FLOW1", "agent")
			f.Settings = evidence.Known(evidence.FunctionSettings{Role: roleARN("chat"), LogGroup: "/aws/lambda/chat", KMSKey: keyARN("function")})
			w.Settings = evidence.Known(evidence.FlowSettings{KMSKey: keyARN("flow")})
			r.Lambda.Functions, r.BedrockAgent.Flows = evidence.Listed(f), evidence.Listed(w)
			r.Bedrock.CustomModels = evidence.Listed(evidence.BedrockModel{ARN: bedrockARN("custom-model/m"), Name: "m", KMSKey: evidence.Known(keyARN("model"))})
		})
		ask(t, of(home, id), []row{{id, a, in, because}})
		ask(t, of("eu-west-1", id), []row{{id + " in another region", a, out, ""}})
	}
	ask(t, of(home, "table-invoices"), []row{
		{"another table's", story(), out, ""},
		{"whole account", wide(story()), in, ""},
	})
	ask(t, of(home, "reports"), []row{{"another log group's", story(), out, ""}})
	ask(t, of("ap-south-1", "agent"), []row{{"region that was not scanned", story(), out, ""}})

	arns, gaps := workload.New(story()).Keys(home)
	slices.Sort(arns)
	if want := []string{keyARN("agent"), keyARN("guardrail"), keyARN("logs"), keyARN("prompt"), keyARN("source"), keyARN("table-notes-claims"), keyARN("table-sessions")}; !slices.Equal(arns, want) || len(gaps) > 0 {
		t.Errorf("got %q and gaps %v, want %q", arns, gaps, want)
	}
	_, gaps = workload.New(story(func(_ *evidence.Account, r *evidence.Region) {
		r.DynamoDB.Tables = evidence.Partial[evidence.DynamoDBTable](nil, denied)
	})).Keys(home)
	if len(gaps) != 1 {
		t.Errorf("got gaps %v, want the tables'", gaps)
	}
}

func TestBedrock(t *testing.T) {
	tag := func(arns ...string) *evidence.Account {
		return tagged(story(func(_ *evidence.Account, r *evidence.Region) { tags(r, arns...) }))
	}
	agentTagged, flowTagged := tag(bedrockARN("agent/AGENT1")), tag(bedrockARN("flow/FLOW1"))
	base := func(id string) func(*workload.Graph, *evidence.Account) evidence.Verdict {
		return about(func(g *workload.Graph) evidence.Verdict {
			return g.KnowledgeBase(home, knowledgeBase(id, "agent", evidence.DataSourceSettings{}))
		})
	}
	rail := func(id string) func(*workload.Graph, *evidence.Account) evidence.Verdict {
		return about(func(g *workload.Graph) evidence.Verdict { return g.Guardrail(home, guardrail(id, "")) })
	}
	ask(t, base("KB1"), []row{
		{"all count", story(), in, "Bedrock knowledge base"},
		{"of a tagged agent", agentTagged, in, "knowledge base of agent agent1"},
		{"of a flow that is not", tag(), out, ""},
	})
	ask(t, base("KB2"), []row{
		{"of a tagged flow", flowTagged, in, "node n of flow flow1"},
		{"not of the tagged agent", agentTagged, out, ""},
	})
	ask(t, rail("gr1"), []row{{"all count", story(), in, "Bedrock guardrail"}, {"of a tagged agent", agentTagged, in, ""}, {"not of the tagged flow", flowTagged, out, ""}})
	ask(t, rail("gr2"), []row{{"of a tagged flow, by ARN", flowTagged, in, ""}})
	ask(t, rail("gr3"), []row{{"of nobody", agentTagged, out, ""}, {"tagged itself", tag(bedrockARN("guardrail/gr3")), in, ""}})
	ask(t, about(func(g *workload.Graph) evidence.Verdict {
		return g.Agent(home, evidence.Agent{ARN: bedrockARN("agent/AGENT1"), ID: "AGENT1"})
	}), []row{{"all count", story(), in, "Bedrock agent"}, {"tagged", agentTagged, in, ""}, {"of a tagged flow", flowTagged, in, ""}, {"neither", tag(), out, ""}})
	ask(t, about(func(g *workload.Graph) evidence.Verdict {
		return g.Flow(home, evidence.Flow{ARN: bedrockARN("flow/FLOW1"), ID: "FLOW1"})
	}), []row{{"all count", story(), in, ""}, {"tagged", flowTagged, in, ""}, {"neither", agentTagged, out, ""}})
	ask(t, about(func(g *workload.Graph) evidence.Verdict {
		return g.Prompt(home, evidence.Prompt{ARN: bedrockARN("prompt/PROMPT1")})
	}), []row{{"all count", story(), in, ""}, {"not tagged", tag(), out, ""}})
	ask(t, about(func(g *workload.Graph) evidence.Verdict {
		return g.Bedrock(home, bedrockARN("custom-model/m"), "custom model")
	}), []row{{"all count", story(), in, "custom model of Bedrock"}, {"tagged", tag(bedrockARN("custom-model/m")), in, ""}, {"not tagged", tag(), out, ""}})
}

func TestRegion(t *testing.T) {
	signs := func(list evidence.List[string]) *evidence.Account {
		return account(func(_ *evidence.Account, r *evidence.Region) { r.Signs = list })
	}
	none, one, partly := signs(evidence.Listed[string]()), signs(evidence.Listed("guardrail chat")), signs(evidence.Partial([]string{"guardrail chat"}, denied))
	unread := signs(evidence.Partial[string](nil, denied))
	ask(t, about(func(g *workload.Graph) evidence.Verdict { return g.Region(home) }), []row{
		{"a sign", one, in, "guardrail chat"}, {"a sign and a gap", partly, in, ""}, {"none", none, out, ""}, {"probes denied", unread, unsure, ""}, {"whole account", wide(signs(evidence.Listed[string]())), in, ""},
	})
	ask(t, about(func(g *workload.Graph) evidence.Verdict { return g.Region("ap-south-1") }), []row{{"not scanned", one, out, ""}})
	ask(t, about((*workload.Graph).Present), []row{{"a sign", one, in, ""}, {"none", none, out, ""}, {"probes denied", unread, unsure, ""}})
}

func TestTags(t *testing.T) {
	a := tagged(story(func(_ *evidence.Account, r *evidence.Region) { tags(r, functionARN("chat")) }))
	a.Regions[1].Tagging.Resources = evidence.Partial[evidence.TaggedResource](nil, denied)
	g := workload.New(a)
	if got := g.Tags(home, functionARN("chat")); got.Gap() != nil {
		t.Errorf("listed: %v", got.Gap())
	}
	if got := g.Tags(home, functionARN("report")); got.Gap() != nil {
		t.Errorf("a resource that is not listed has no tags, got %v", got.Gap())
	}
	if got := g.Tags("eu-west-1", functionARN("chat")); got.Gap() == nil {
		t.Error("tags that were denied are known")
	}
}
