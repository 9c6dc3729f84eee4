package workload

import (
	"reflect"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

const watchRegion = "eu-central-1"

// watchedAccount has a function and a table of the workload, a function and a table of something else,
// a knowledge base on a collection, and a metric filter on the function's log group.
func watchedAccount(fill ...func(*evidence.Account, *evidence.Region)) *evidence.Account {
	a := &evidence.Account{ID: "111122223333", Partition: "aws", Regions: []evidence.Region{{Name: watchRegion}}}
	evidence.FillUnset(a, evidence.Gap{Reason: evidence.Unavailable})
	role := func(name, policy string) evidence.Role {
		return evidence.Role{ARN: "arn:aws:iam::111122223333:role/" + name, Name: name,
			Permissions: evidence.Known(evidence.Permissions{Inline: []evidence.NamedPolicy{{Name: "p", Document: policy}}}),
			Trust:       evidence.Known(`{"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}`)}
	}
	a.IAM.Roles = evidence.Listed(
		role("chat", `{"Statement":[{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"},{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:eu-central-1:111122223333:table/sessions"}]}`),
		role("other", `{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`))
	function := func(name, role string) evidence.Function {
		return evidence.Function{ARN: "arn:aws:lambda:eu-central-1:111122223333:function:" + name, Name: name,
			Settings: evidence.Known(evidence.FunctionSettings{Role: "arn:aws:iam::111122223333:role/" + role, LogGroup: "/aws/lambda/" + name})}
	}
	r := &a.Regions[0]
	r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{})
	r.Lambda.Functions = evidence.Listed(function("chat-api", "chat"), function("invoices", "other"))
	r.DynamoDB.Tables = evidence.Listed(
		evidence.DynamoDBTable{ARN: "arn:aws:dynamodb:eu-central-1:111122223333:table/sessions", Name: "sessions"},
		evidence.DynamoDBTable{ARN: "arn:aws:dynamodb:eu-central-1:111122223333:table/prices", Name: "prices"})
	r.BedrockAgent.KnowledgeBases = evidence.Listed(evidence.KnowledgeBase{ARN: "arn:kb", ID: "KB", Name: "kb", DataSources: evidence.Listed[evidence.DataSource](),
		Settings: evidence.Known(evidence.KnowledgeBaseSettings{Storage: "OPENSEARCH_SERVERLESS", StoreARN: "arn:aws:aoss:eu-central-1:111122223333:collection/abc"})})
	r.Logs.Groups = evidence.Listed(evidence.LogGroup{ARN: "arn:logs:chat", Name: "/aws/lambda/chat-api"}, evidence.LogGroup{ARN: "arn:logs:invoices", Name: "/aws/lambda/invoices"})
	r.Logs.MetricFilters = evidence.Listed(
		evidence.LogMetricFilter{Name: "f", Group: "/aws/lambda/chat-api", Settings: evidence.Known(evidence.LogMetricFilterSettings{Namespace: "Chat", Metric: "Refusals"})},
		evidence.LogMetricFilter{Name: "g", Group: "/aws/lambda/invoices", Settings: evidence.Known(evidence.LogMetricFilterSettings{Namespace: "Chat", Metric: "Invoices"})})
	for _, f := range fill {
		f(a, r)
	}
	return a
}

// told is how a verdict of relevance reads.
func told(v evidence.Verdict) string {
	switch {
	case v.Passed():
		return "in"
	case v.Failed():
		return "out"
	case v.Can(evidence.CanBeAbsent):
		return "absent"
	}
	return "unsure"
}

var watchGap = evidence.Gap{Service: "test", Reason: evidence.Denied}

func aMetric(namespace, name string, dimensions ...string) evidence.Metric {
	m := evidence.Metric{Namespace: namespace, Name: name, Dimensions: map[string]string{}}
	for i := 0; i < len(dimensions); i += 2 {
		m.Dimensions[dimensions[i]] = dimensions[i+1]
	}
	return m
}

func TestMetric(t *testing.T) {
	unlisted := func(_ *evidence.Account, r *evidence.Region) {
		r.Lambda.Functions = evidence.Partial[evidence.Function](nil, watchGap)
		r.DynamoDB.Tables = evidence.Partial[evidence.DynamoDBTable](nil, watchGap)
		r.Logs.MetricFilters = evidence.Partial[evidence.LogMetricFilter](nil, watchGap)
		r.BedrockAgent.KnowledgeBases = evidence.Partial[evidence.KnowledgeBase](nil, watchGap)
	}
	for name, c := range map[string]struct {
		metric               evidence.Metric
		want, unlisted, tags string
	}{
		"of a model":                 {aMetric("AWS/Bedrock", "Invocations", "ModelId", "m"), "in", "in", "out"},
		"of a guardrail":             {aMetric("AWS/Bedrock/Guardrails", "Invocations"), "in", "in", "out"},
		"of bedrock-mantle":          {aMetric("AWS/BedrockMantle", "Inferences"), "in", "in", "out"},
		"of AgentCore":               {aMetric("AWS/Bedrock-AgentCore", "Latency"), "in", "in", "out"},
		"of something like Bedrock":  {aMetric("AWS/BedrockX", "Invocations"), "out", "out", "out"},
		"of a function":              {aMetric("AWS/Lambda", "Errors", "FunctionName", "chat-api"), "in", "unsure", "in"},
		"a function's own":           {aMetric("Custom", "Turns", "FunctionName", "chat-api"), "in", "unsure", "in"},
		"of another function":        {aMetric("AWS/Lambda", "Errors", "FunctionName", "invoices"), "out", "unsure", "out"},
		"of a function that is gone": {aMetric("AWS/Lambda", "Errors", "FunctionName", "gone"), "out", "unsure", "out"},
		"of all functions":           {aMetric("AWS/Lambda", "Errors"), "out", "out", "out"},
		"of a table":                 {aMetric("AWS/DynamoDB", "ThrottledRequests", "TableName", "sessions"), "in", "unsure", "in"},
		"of another table":           {aMetric("AWS/DynamoDB", "ThrottledRequests", "TableName", "prices"), "out", "unsure", "out"},
		"of a collection":            {aMetric("AWS/AOSS", "SearchRequestLatency", "CollectionId", "abc"), "in", "unsure", "out"},
		"of another collection":      {aMetric("AWS/AOSS", "SearchRequestLatency", "CollectionId", "xyz"), "out", "unsure", "out"},
		"of a metric filter":         {aMetric("Chat", "Refusals"), "in", "unsure", "in"},
		"of another metric filter":   {aMetric("Chat", "Invoices"), "out", "unsure", "out"},
		"of nobody":                  {aMetric("AWS/EC2", "CPUUtilization", "InstanceId", "i-1"), "out", "out", "out"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := told(New(watchedAccount()).Metric(watchRegion, c.metric)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if got := told(New(watchedAccount(unlisted)).Metric(watchRegion, c.metric)); got != c.unlisted {
				t.Errorf("with nothing listed %s, want %s", got, c.unlisted)
			}
			if got := told(New(watchedAccount(tagged)).Metric(watchRegion, c.metric)); got != c.tags {
				t.Errorf("narrowed by a tag %s, want %s", got, c.tags)
			}
			if got := told(New(watchedAccount()).Metric("us-east-1", c.metric)); !GenAIMetrics(c.metric.Namespace) && got != "out" {
				t.Errorf("in another region %s", got)
			}
		})
	}
}

// tagged narrows the workload to what carries a tag: the function, and one alarm.
func tagged(a *evidence.Account, r *evidence.Region) {
	a.Scan.WorkloadTag = "app=chat"
	mine := evidence.Known(evidence.Tags{"app": "chat"})
	r.Tagging.Resources = evidence.Listed(
		evidence.TaggedResource{ARN: "arn:aws:lambda:eu-central-1:111122223333:function:chat-api", Tags: mine},
		evidence.TaggedResource{ARN: "arn:alarm:mine", Tags: mine})
}

func anAlarm(name string, s evidence.AlarmSettings) evidence.Alarm {
	return evidence.Alarm{ARN: "arn:alarm:" + name, Name: name, Settings: evidence.Known(s)}
}

func alarmOn(m evidence.Metric) evidence.AlarmSettings {
	return evidence.AlarmSettings{Watches: []evidence.AlarmMetric{{Namespace: m.Namespace, Name: m.Name, Dimensions: m.Dimensions}}}
}

func TestAlarm(t *testing.T) {
	everything := func(a *evidence.Account, _ *evidence.Region) { a.Scan.Scope = ScopeAccount }
	other := alarmOn(aMetric("AWS/EC2", "CPUUtilization"))
	for name, c := range map[string]struct {
		alarm                  evidence.Alarm
		want, tags, everything string
	}{
		"on a model":                  {anAlarm("a", alarmOn(aMetric("AWS/Bedrock", "Invocations"))), "in", "out", "in"},
		"on a function":               {anAlarm("a", alarmOn(aMetric("AWS/Lambda", "Errors", "FunctionName", "chat-api"))), "in", "in", "in"},
		"on another function":         {anAlarm("a", alarmOn(aMetric("AWS/Lambda", "Errors", "FunctionName", "invoices"))), "out", "out", "in"},
		"on something else":           {anAlarm("a", other), "out", "out", "in"},
		"that carries the tag":        {anAlarm("mine", other), "out", "in", "in"},
		"on a query of Bedrock":       {anAlarm("a", evidence.AlarmSettings{Queries: []string{`SELECT SUM(Invocations) FROM "AWS/Bedrock"`}}), "in", "out", "in"},
		"on a query of one":           {anAlarm("a", evidence.AlarmSettings{Queries: []string{`SELECT SUM(Errors) FROM "AWS/Lambda" WHERE FunctionName = 'chat-api'`}}), "in", "in", "in"},
		"on a query of others":        {anAlarm("a", evidence.AlarmSettings{Queries: []string{`SELECT SUM(Errors) FROM "AWS/Lambda" WHERE FunctionName != 'chat-api'`}}), "out", "out", "in"},
		"on PromQL of Bedrock":        {anAlarm("a", evidence.AlarmSettings{Queries: []string{`sum({__name__="Invocations", scope="cloudwatch.aws/bedrock"})`}}), "in", "out", "in"},
		"on PromQL":                   {anAlarm("a", evidence.AlarmSettings{Queries: []string{`up == 0`}}), "out", "out", "in"},
		"on a log group":              {anAlarm("a", evidence.AlarmSettings{LogGroups: []string{"arn:logs:chat:*"}}), "in", "in", "in"},
		"on another log group":        {anAlarm("a", evidence.AlarmSettings{LogGroups: []string{"/aws/lambda/invoices"}}), "out", "out", "in"},
		"of which nothing is read":    {evidence.Alarm{ARN: "arn:alarm:a", Name: "a", Settings: evidence.Missing[evidence.AlarmSettings](watchGap)}, "unsure", "unsure", "in"},
		"of Application Auto Scaling": {anAlarm("TargetTracking-table/sessions-AlarmHigh", alarmOn(aMetric("AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", "sessions"))), "out", "out", "out"},
	} {
		t.Run(name, func(t *testing.T) {
			for what, account := range map[string]*evidence.Account{c.want + " workload": watchedAccount(), c.tags + " tag": watchedAccount(tagged), c.everything + " account": watchedAccount(everything)} {
				if got := told(New(account).Alarm(watchRegion, c.alarm)); got+" "+afterSpace(what) != what {
					t.Errorf("%s, want %s", got, what)
				}
			}
		})
	}
}

func afterSpace(s string) string {
	for i := range s {
		if s[i] == ' ' {
			return s[i+1:]
		}
	}
	return ""
}

func TestComposite(t *testing.T) {
	composite := func(name, rule string) evidence.CompositeAlarm {
		return evidence.CompositeAlarm{ARN: "arn:alarm:" + name, Name: name, Settings: evidence.Known(evidence.CompositeSettings{Rule: rule})}
	}
	for rule, want := range map[string]string{
		"ALARM(bedrock)":                      "in",
		"ALARM(arn:alarm:bedrock)":            "in",
		"ALARM(other)":                        "out",
		"ALARM(other) AND NOT ALARM(bedrock)": "out",
		"ALARM(inner)":                        "in",
		"ALARM(circle)":                       "out",
		"ALARM(gone)":                         "out",
	} {
		account := watchedAccount(func(_ *evidence.Account, r *evidence.Region) {
			r.CloudWatch.Alarms = evidence.Listed(anAlarm("bedrock", alarmOn(aMetric("AWS/Bedrock", "Invocations"))), anAlarm("other", alarmOn(aMetric("AWS/EC2", "CPUUtilization"))))
			r.CloudWatch.Composites = evidence.Listed(composite("outer", rule), composite("inner", "ALARM(bedrock)"), composite("circle", "ALARM(outer) OR ALARM(circle)"))
		})
		outer := account.Regions[0].CloudWatch.Composites.Found()[0]
		if got := told(New(account).Composite(watchRegion, outer)); got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
		account.Regions[0].CloudWatch.Alarms = evidence.Partial[evidence.Alarm](nil, watchGap)
		if got := told(New(account).Composite(watchRegion, outer)); got != "unsure" {
			t.Errorf("%s: without alarms %s", rule, got)
		}
	}
}

func TestDashboard(t *testing.T) {
	m := func(region, namespace string, dimensions map[string]string) evidence.DashboardBody {
		return evidence.DashboardBody{Metrics: []evidence.DashboardMetric{{Region: region, Namespace: namespace, Dimensions: dimensions}}}
	}
	const alarmARN = "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:a"
	account := watchedAccount(func(_ *evidence.Account, r *evidence.Region) {
		a := anAlarm("a", alarmOn(aMetric("AWS/Bedrock", "Invocations")))
		a.ARN = alarmARN
		r.CloudWatch.Alarms = evidence.Listed(a)
	})
	for name, c := range map[string]struct {
		body evidence.DashboardBody
		want string
	}{
		"a model, anywhere":             {m("us-east-1", "AWS/Bedrock", nil), "in"},
		"a function":                    {m(watchRegion, "AWS/Lambda", map[string]string{"FunctionName": "chat-api"}), "in"},
		"a namesake in another region":  {m("us-east-1", "AWS/Lambda", map[string]string{"FunctionName": "chat-api"}), "out"},
		"another function":              {m(watchRegion, "AWS/Lambda", map[string]string{"FunctionName": "invoices"}), "out"},
		"a search":                      {evidence.DashboardBody{Namespaces: []string{"AWS/EC2", "AWS/Bedrock"}}, "in"},
		"a search of something else":    {evidence.DashboardBody{Namespaces: []string{"AWS/EC2"}}, "out"},
		"a log group":                   {evidence.DashboardBody{LogGroups: []evidence.DashboardLog{{Region: watchRegion, Name: "/aws/lambda/chat-api"}}}, "in"},
		"another log group":             {evidence.DashboardBody{LogGroups: []evidence.DashboardLog{{Region: watchRegion, Name: "/aws/lambda/invoices"}}}, "out"},
		"an alarm":                      {evidence.DashboardBody{Alarms: []string{alarmARN}}, "in"},
		"an alarm that is gone":         {evidence.DashboardBody{Alarms: []string{alarmARN + "b"}}, "out"},
		"an alarm that is not named so": {evidence.DashboardBody{Alarms: []string{"a"}}, "out"},
		"nothing":                       {evidence.DashboardBody{Text: 99}, "out"},
	} {
		if got := told(New(account).Dashboard(evidence.Dashboard{Name: "d", Body: evidence.Known(c.body)})); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if got := told(New(account).Dashboard(evidence.Dashboard{Name: "d", Body: evidence.Missing[evidence.DashboardBody](watchGap)})); got != "unsure" {
		t.Errorf("unread: %s", got)
	}
}

func TestModelsInUse(t *testing.T) {
	account := watchedAccount(func(_ *evidence.Account, r *evidence.Region) {
		r.CloudWatch.Metrics = evidence.Partial([]evidence.Metric{
			aMetric("AWS/BedrockMantle", "Inferences", "Model", "b"), aMetric("AWS/Bedrock", "Invocations", "ModelId", "b"), aMetric("AWS/Bedrock", "Invocations"),
			aMetric("AWS/Bedrock", "InvocationLatency", "ModelId", "b"), aMetric("AWS/Bedrock", "Invocations", "ModelId", "a"),
			aMetric("AWS/Bedrock/Agents", "TotalTime", "ModelId", "c"), aMetric("AWS/BedrockMantle", "Inferences", "Project", "p"),
		}, watchGap)
	})
	list := ModelsInUse(&account.Regions[0])
	if got, want := list.Found(), []ModelInUse{{"a", "AWS/Bedrock"}, {"b", "AWS/Bedrock"}, {"b", "AWS/BedrockMantle"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(list.Gaps()) != 1 {
		t.Errorf("gaps %+v", list.Gaps())
	}
}

func TestModel(t *testing.T) {
	profiles := func(_ *evidence.Account, r *evidence.Region) {
		r.Bedrock.InferenceProfiles = evidence.Listed(
			evidence.BedrockInferenceProfile{ARN: "arn:mine", ID: "mine", Tags: evidence.Known(evidence.Tags{"app": "chat"})},
			evidence.BedrockInferenceProfile{ARN: "arn:other", ID: "other", Tags: evidence.Known(evidence.Tags{})})
	}
	for id, want := range map[string]string{"mine": "in", "arn:mine": "in", "other": "out", "amazon.nova-lite-v1:0": "unsure"} {
		m := ModelInUse{ID: id, Namespace: BedrockMetrics}
		if got := told(New(watchedAccount(tagged, profiles)).Model(watchRegion, m)); got != want {
			t.Errorf("%s, narrowed by a tag: %s, want %s", id, got, want)
		}
		if got := told(New(watchedAccount(profiles)).Model(watchRegion, m)); got != "in" {
			t.Errorf("%s: %s", id, got)
		}
	}
}

func TestStoreOf(t *testing.T) {
	for storage, want := range map[string]VectorStore{
		"OPENSEARCH_SERVERLESS":      {"AWS/AOSS", "CollectionId", "abc"},
		"OPENSEARCH_MANAGED_CLUSTER": {"AWS/ES", "DomainName", "abc"},
		"RDS":                        {"AWS/RDS", "DBClusterIdentifier", "abc"},
		"S3_VECTORS":                 {},
		"":                           {},
	} {
		arn := "arn:aws:x:eu-central-1:111122223333:thing/abc"
		if storage == "RDS" {
			arn = "arn:aws:rds:eu-central-1:111122223333:cluster:abc"
		}
		if got := StoreOf(evidence.KnowledgeBaseSettings{Storage: storage, StoreARN: arn}); got != want {
			t.Errorf("%s: %+v, want %+v", storage, got, want)
		}
	}
}
