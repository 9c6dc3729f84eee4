package checks

import (
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
)

const (
	topicARN         = "arn:aws:sns:eu-central-1:111122223333:oncall"
	watchedGuardrail = "arn:aws:bedrock:eu-central-1:111122223333:guardrail/gr1claims000"
	watchedAgent     = "arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTCLM01"
	watchedModel     = "eu.anthropic.claude-sonnet-4-20250514-v1:0"
)

// watching is an alarm on one metric that notifies a topic.
func watching(namespace, metric string, dimensions map[string]string) evidence.AlarmSettings {
	return evidence.AlarmSettings{
		ActionsEnabled: true, Actions: []string{topicARN}, State: "OK",
		Watches: []evidence.AlarmMetric{{Namespace: namespace, Name: metric, Statistic: "Sum", Dimensions: dimensions}},
	}
}

func alarmNamed(name string, s evidence.AlarmSettings) evidence.Alarm {
	return evidence.Alarm{ARN: "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:" + name, Name: name, Settings: evidence.Known(s)}
}

// querying is an alarm on a query.
func querying(text string) evidence.AlarmSettings {
	return evidence.AlarmSettings{ActionsEnabled: true, Actions: []string{topicARN}, Queries: []string{text}}
}

// watch puts alarms into a region.
func watch(r *evidence.Region, settings ...evidence.AlarmSettings) {
	var all []evidence.Alarm
	for i, s := range settings {
		all = append(all, alarmNamed("alarm-"+string(rune('a'+i)), s))
	}
	r.CloudWatch.Alarms = evidence.Listed(all...)
}

// invoking is a region in which a model was invoked.
func invoking(settings ...evidence.AlarmSettings) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.CloudWatch.Metrics = evidence.Listed(ofModel(watchedModel, "Invocations"), ofModel(watchedModel, "InvocationLatency"))
		watch(r, settings...)
	})
}

// mantle is a region in which the bedrock-mantle endpoint was used.
func mantle(settings ...evidence.AlarmSettings) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.CloudWatch.Metrics = evidence.Listed(evidence.Metric{Namespace: "AWS/BedrockMantle", Name: "Inferences", Dimensions: map[string]string{"Model": "openai.gpt-oss-120b"}})
		watch(r, settings...)
	})
}

func onModel(metric string) evidence.AlarmSettings {
	return watching("AWS/Bedrock", metric, map[string]string{"ModelId": watchedModel})
}

// without returns an alarm that notifies nobody itself.
func silent(s evidence.AlarmSettings) evidence.AlarmSettings {
	s.Actions = nil
	return s
}

// composed adds a composite alarm.
func composed(a *evidence.Account, rule string, actions ...string) *evidence.Account {
	c := &a.Regions[0].CloudWatch
	name := "composite-" + string(rune('a'+len(c.Composites.Found())))
	c.Composites = evidence.Listed(append(c.Composites.Found(), evidence.CompositeAlarm{
		ARN: "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:" + name, Name: name,
		Settings: evidence.Known(evidence.CompositeSettings{Rule: rule, ActionsEnabled: true, Actions: actions}),
	})...)
	return a
}

func deniedAlarms(a *evidence.Account) *evidence.Account {
	a.Regions[0].CloudWatch.Alarms = evidence.Partial[evidence.Alarm](nil, denied)
	return a
}

func functionRegion(settings ...evidence.AlarmSettings) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Lambda.Functions = evidence.Listed(evidence.Function{ARN: "arn:aws:lambda:eu-central-1:111122223333:function:chat-api", Name: "chat-api"})
		watch(r, settings...)
	})
}

func onFunction(metric string) evidence.AlarmSettings {
	return watching("AWS/Lambda", metric, map[string]string{"FunctionName": "chat-api"})
}

func tableRegion(settings ...evidence.AlarmSettings) *evidence.Account {
	a := oneTable(func(*evidence.DynamoDBTable) {})
	watch(&a.Regions[0], settings...)
	return a
}

// guardrailAgent is a region with a guardrail of which version 2 is used by a deployed agent.
func guardrailAgent(settings ...evidence.AlarmSettings) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Bedrock.Guardrails = evidence.Listed(evidence.BedrockGuardrail{ARN: watchedGuardrail, ID: "gr1claims000", Name: "claims-guardrail",
			Versions: evidence.Listed(evidence.BedrockGuardrailVersion{Version: "DRAFT"}, evidence.BedrockGuardrailVersion{Version: "1"}, evidence.BedrockGuardrailVersion{Version: "2"})})
		r.BedrockAgent.Agents = evidence.Listed(evidence.Agent{ARN: watchedAgent, ID: "AGENTCLM01", Name: "claims", Aliases: evidence.Listed(
			evidence.AgentAlias{ID: "TSTALIASID", Routes: evidence.Known([]string{"DRAFT"})}, evidence.AgentAlias{ID: "ALIASLIVE1", Routes: evidence.Known([]string{"3"})},
		), Versions: evidence.Listed(
			evidence.AgentVersion{Version: "DRAFT", Settings: evidence.Known(evidence.AgentSettings{Guardrail: evidence.GuardrailRef{ID: "gr1claims000", Version: "1"}})},
			evidence.AgentVersion{Version: "3", Settings: evidence.Known(evidence.AgentSettings{Guardrail: evidence.GuardrailRef{ID: watchedGuardrail, Version: "2"}})},
		)})
		watch(r, settings...)
	})
}

func onGuardrail(version string) evidence.AlarmSettings {
	return watching("AWS/Bedrock/Guardrails", "InvocationsIntervened", map[string]string{"GuardrailArn": watchedGuardrail, "GuardrailVersion": version})
}

func deployedAgent(aliases []evidence.AgentAlias, settings ...evidence.AlarmSettings) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.BedrockAgent.Agents = evidence.Listed(evidence.Agent{ARN: watchedAgent, ID: "AGENTCLM01", Name: "claims", Aliases: evidence.Listed(aliases...)})
		watch(r, settings...)
	})
}

func onAlias(metric string) evidence.AlarmSettings {
	return watching("AWS/Bedrock/Agents", metric, map[string]string{
		"Operation": "InvokeAgent", "ModelId": watchedModel, "AgentAliasArn": "arn:aws:bedrock:eu-central-1:111122223333:agent-alias/AGENTCLM01/ALIASLIVE1",
	})
}

func onStore(storage, arn string, settings ...evidence.AlarmSettings) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.BedrockAgent.KnowledgeBases = evidence.Listed(evidence.KnowledgeBase{
			ARN: "arn:aws:bedrock:eu-central-1:111122223333:knowledge-base/KBPOLICY01", ID: "KBPOLICY01", Name: "policies",
			Settings: evidence.Known(evidence.KnowledgeBaseSettings{Type: "VECTOR", Storage: storage, StoreARN: arn}),
		})
		watch(r, settings...)
	})
}

func TestAlarms(t *testing.T) {
	const latency, collection = "InvocationLatency", "arn:aws:aoss:eu-central-1:111122223333:collection/abc123"
	disabled := onModel(latency)
	disabled.ActionsEnabled = false
	rate := onModel("InvocationServerErrors")
	rate.Watches = append(rate.Watches, evidence.AlarmMetric{Namespace: "AWS/Bedrock", Name: "InvocationClientErrors", Dimensions: map[string]string{"ModelId": watchedModel}})
	live := []evidence.AgentAlias{{ID: "ALIASLIVE1", Name: "live"}, {ID: "TSTALIASID", Name: "AgentTestAlias"}}
	noModel := region(func(*evidence.Region) {})
	unreadAlarm := invoking()
	unreadAlarm.Regions[0].CloudWatch.Alarms = evidence.Listed(evidence.Alarm{Name: "x"})
	managed := invoking(onModel(latency))
	managed.Regions[0].CloudWatch.Alarms.Found()[0].Name = "TargetTracking-x"
	unread := func(a *evidence.Account) *evidence.Account { return deniedAlarms(a) }
	seen := guardrailAgent(onGuardrail("1"))
	seen.Regions[0].BedrockAgent.Agents = evidence.Listed[evidence.Agent]()
	seen.Regions[0].CloudWatch.Metrics = evidence.Listed(evidence.Metric{Namespace: "AWS/Bedrock/Guardrails", Name: "Invocations",
		Dimensions: map[string]string{"GuardrailArn": watchedGuardrail, "GuardrailVersion": "1"}})
	both := guardrailAgent(onGuardrail("2"))
	both.Regions[0].CloudWatch.Metrics = seen.Regions[0].CloudWatch.Metrics
	unused := guardrailAgent()
	unused.Regions[0].BedrockAgent.Agents = evidence.Listed[evidence.Agent]()
	flow := guardrailAgent(onGuardrail("2"))
	flow.Regions[0].BedrockAgent = evidence.BedrockAgent{
		Agents: evidence.Listed[evidence.Agent](), KnowledgeBases: evidence.Listed[evidence.KnowledgeBase](), Prompts: evidence.Listed[evidence.Prompt](),
		Flows: evidence.Listed(evidence.Flow{ARN: "arn:flow", Name: "intake", Aliases: evidence.Listed(evidence.AgentAlias{ID: "live", Routes: evidence.Known([]string{"2"})}), Versions: evidence.Listed(evidence.FlowVersion{Version: "2",
			Nodes: evidence.Known([]evidence.FlowNode{{Name: "n", Guardrail: evidence.GuardrailRef{ID: "gr1claims000", Version: "2"}}})})}),
	}
	enforced := guardrailAgent(onGuardrail("1"))
	enforced.Regions[0].BedrockAgent.Agents = evidence.Listed[evidence.Agent]()
	enforced.Regions[0].Bedrock.Enforced = evidence.Listed(evidence.BedrockEnforcement{Settings: evidence.Known(evidence.BedrockEnforcedGuardrail{GuardrailARN: watchedGuardrail, Version: "1"})})
	run(t, alarmChecks, table{
		"bedrock-alarm-latency": {
			{name: "on the model", account: invoking(onModel(latency)), want: "pass"},
			{name: "first token", account: invoking(onModel("TimeToFirstToken")), want: "pass"},
			{name: "over all models", account: invoking(watching("AWS/Bedrock", latency, nil)), want: "pass"},
			{name: "another model", account: invoking(watching("AWS/Bedrock", latency, map[string]string{"ModelId": "amazon.nova-lite-v1:0"})), want: "fail"},
			{name: "a part of the model's calls", account: invoking(watching("AWS/Bedrock", latency, map[string]string{"ModelId": watchedModel, "ImageSize": "512"})), want: "fail"},
			{name: "the agents' namespace", account: invoking(watching("AWS/Bedrock/Agents", latency, map[string]string{"ModelId": watchedModel})), want: "fail"},
			{name: "another metric", account: invoking(onModel("Invocations")), want: "fail"},
			{name: "no alarm", account: invoking(), want: "fail"},
			{name: "no action", account: invoking(silent(onModel(latency))), want: "fail"},
			{name: "actions off", account: invoking(disabled), want: "fail"},
			{name: "one of two acts", account: invoking(silent(onModel(latency)), onModel(latency)), want: "pass"},
			{name: "through a composite", account: composed(invoking(silent(onModel(latency))), `ALARM("alarm-a")`, topicARN), want: "pass"},
			{name: "through a composite by ARN", account: composed(invoking(silent(onModel(latency))), `ALARM(arn:aws:cloudwatch:eu-central-1:111122223333:alarm:alarm-a)`, topicARN), want: "pass"},
			{name: "through two composites", account: composed(composed(invoking(silent(onModel(latency))), `ALARM(alarm-a) OR ALARM(x)`), `ALARM(composite-a)`, topicARN), want: "pass"},
			{name: "composites in a circle", account: composed(composed(invoking(silent(onModel(latency))), `ALARM(alarm-a) OR ALARM(composite-b)`), `ALARM(composite-a)`), want: "fail"},
			{name: "only suppressing a composite", account: composed(invoking(silent(onModel(latency))), `ALARM(x) AND NOT ALARM(alarm-a)`, topicARN), want: "fail"},
			{name: "a composite with a similar name", account: composed(invoking(silent(onModel(latency))), `ALARM(alarm-ab)`, topicARN), want: "fail"},
			{name: "a query over all models", account: invoking(querying(`SELECT MAX(InvocationLatency) FROM SCHEMA("AWS/Bedrock", ModelId) GROUP BY ModelId`)), want: "pass"},
			{name: "a query without a schema", account: invoking(querying(`SELECT AVG(InvocationLatency) FROM "AWS/Bedrock"`)), want: "pass"},
			{name: "a query of this model", account: invoking(querying(`SELECT MAX(InvocationLatency) FROM "AWS/Bedrock" WHERE ModelId = '` + watchedModel + `'`)), want: "pass"},
			{name: "a query of another model", account: invoking(querying(`SELECT MAX(InvocationLatency) FROM "AWS/Bedrock" WHERE ModelId = 'amazon.nova-lite-v1:0'`)), want: "fail"},
			{name: "a query that leaves this model out", account: invoking(querying(`SELECT MAX(InvocationLatency) FROM "AWS/Bedrock" WHERE ModelId != '` + watchedModel + `'`)), want: "fail"},
			{name: "a query of a tag", account: invoking(querying(`SELECT MAX(InvocationLatency) FROM "AWS/Bedrock" WHERE tag.team = 'claims'`)), want: "unknown"},
			{name: "a query with conditions that are not understood", account: invoking(querying(`SELECT MAX(InvocationLatency) FROM "AWS/Bedrock" WHERE ModelId = '` + watchedModel + `' OR x = 'y'`)), want: "unknown"},
			{name: "a query of other metrics", account: invoking(querying(`SELECT SUM(Errors) FROM "AWS/Lambda"`)), want: "fail"},
			{name: "PromQL", account: invoking(querying(`histogram_quantile(0.95, {"InvocationLatency", ModelId="x"})`)), want: "unknown"},
			{name: "of Application Auto Scaling", account: managed, want: "fail"},
			{name: "alarms denied", account: unread(invoking()), want: "unknown"},
			{name: "alarm unread", account: unreadAlarm, want: "unknown"},
			{name: "metrics denied", account: region(func(r *evidence.Region) { r.CloudWatch.Metrics = evidence.Partial[evidence.Metric](nil, denied) }), want: "unknown"},
			{name: "bedrock-mantle publishes none", account: mantle(), want: "not-applicable"},
			{name: "no model in use", account: noModel, want: "not-applicable"},
		},
		"bedrock-alarm-throttles": {
			{name: "on the model", account: invoking(onModel("InvocationThrottles")), want: "pass"},
			{name: "another metric", account: invoking(onModel(latency)), want: "fail"},
			{name: "alarms denied", account: unread(invoking()), want: "unknown"},
			{name: "bedrock-mantle publishes none", account: mantle(), want: "not-applicable"},
		},
		"bedrock-alarm-errors": {
			{name: "both in one alarm's math", account: invoking(rate), want: "pass"},
			{name: "two alarms", account: invoking(onModel("InvocationServerErrors"), onModel("InvocationClientErrors")), want: "pass"},
			{name: "only server errors", account: invoking(onModel("InvocationServerErrors")), want: "fail"},
			{name: "bedrock-mantle", account: mantle(watching("AWS/BedrockMantle", "InferenceClientErrors", map[string]string{"Model": "openai.gpt-oss-120b"})), want: "pass"},
			{name: "bedrock-mantle, one project", account: mantle(watching("AWS/BedrockMantle", "InferenceClientErrors", map[string]string{"Project": "default"})), want: "fail"},
			{name: "bedrock-mantle, over the account", account: mantle(watching("AWS/BedrockMantle", "InferenceClientErrors", nil)), want: "pass"},
			{name: "alarms denied", account: unread(invoking()), want: "unknown"},
			{name: "no model in use", account: noModel, want: "not-applicable"},
		},
		"bedrock-alarm-tokens": {
			{name: "output tokens", account: invoking(onModel("OutputTokenCount")), want: "pass"},
			{name: "quota", account: invoking(onModel("EstimatedTPMQuotaUsage")), want: "pass"},
			{name: "invocations are not tokens", account: invoking(onModel("Invocations")), want: "fail"},
			{name: "bedrock-mantle", account: mantle(watching("AWS/BedrockMantle", "TotalOutputTokens", map[string]string{"Model": "openai.gpt-oss-120b"})), want: "pass"},
			{name: "alarms denied", account: unread(invoking()), want: "unknown"},
			{name: "no model in use", account: noModel, want: "not-applicable"},
		},
		"bedrock-guardrail-alarm": {
			{name: "the version in use", account: guardrailAgent(onGuardrail("2")), want: "pass"},
			{name: "a version that nobody uses", account: guardrailAgent(onGuardrail("1")), want: "fail"},
			{name: "over all guardrails", account: guardrailAgent(watching("AWS/Bedrock/Guardrails", "InvocationsIntervened", map[string]string{"Operation": "ApplyGuardrail"})), want: "pass"},
			{name: "one kind of policy", account: guardrailAgent(watching("AWS/Bedrock/Guardrails", "InvocationsIntervened", map[string]string{"GuardrailPolicyType": "TopicPolicy"})), want: "fail"},
			{name: "a query of the version in use", account: guardrailAgent(querying(`SELECT SUM(InvocationsIntervened) FROM SCHEMA("AWS/Bedrock/Guardrails", GuardrailArn, GuardrailVersion) WHERE GuardrailVersion = '2'`)), want: "pass"},
			{name: "a query of another version", account: guardrailAgent(querying(`SELECT SUM(InvocationsIntervened) FROM SCHEMA("AWS/Bedrock/Guardrails", GuardrailArn, GuardrailVersion) WHERE GuardrailVersion = '1'`)), want: "fail"},
			{name: "two versions in use, one alarmed", account: both, want: "fail"},
			{name: "a query of kinds of policy", account: guardrailAgent(querying(`SELECT SUM(InvocationsIntervened) FROM SCHEMA("AWS/Bedrock/Guardrails", GuardrailPolicyType)`)), want: "fail"},
			{name: "seen in metrics", account: seen, want: "pass"},
			{name: "in a flow", account: flow, want: "pass"},
			{name: "enforced", account: enforced, want: "pass"},
			{name: "no alarm", account: guardrailAgent(), want: "fail"},
			{name: "alarms denied", account: unread(guardrailAgent()), want: "unknown"},
			{name: "unused", account: unused, want: "not-applicable"},
			{name: "no guardrail", account: noModel, want: "not-applicable"},
		},
		"bedrock-agent-alarm": {
			{name: "both on the alias", account: deployedAgent(live, onAlias("TotalTime"), onAlias("InvocationThrottles")), want: "pass"},
			{name: "over all agents", account: deployedAgent(live, watching("AWS/Bedrock/Agents", "TotalTime", map[string]string{"Operation": "InvokeAgent"}),
				watching("AWS/Bedrock/Agents", "InvocationThrottles", map[string]string{"Operation": "InvokeAgent"})), want: "pass"},
			{name: "no throttling", account: deployedAgent(live, onAlias("TotalTime")), want: "fail"},
			{name: "without dimensions nothing is published", account: deployedAgent(live, watching("AWS/Bedrock/Agents", "TotalTime", nil), onAlias("InvocationThrottles")), want: "fail"},
			{name: "alarms denied", account: unread(deployedAgent(live)), want: "unknown"},
			{name: "aliases denied", account: region(func(r *evidence.Region) {
				r.BedrockAgent.Agents = evidence.Listed(evidence.Agent{ARN: watchedAgent, Aliases: evidence.Partial[evidence.AgentAlias](nil, denied)})
			}), want: "unknown"},
			{name: "only the test alias", account: deployedAgent(live[1:]), want: "not-applicable"},
			{name: "no agent", account: noModel, want: "not-applicable"},
		},
		"lambda-alarm-duration-throttles": {
			{name: "both", account: functionRegion(onFunction("Duration"), onFunction("Throttles")), want: "pass"},
			{name: "over all functions", account: functionRegion(watching("AWS/Lambda", "Duration", nil), watching("AWS/Lambda", "Throttles", nil)), want: "pass"},
			{name: "of an alias", account: functionRegion(onFunction("Duration"), watching("AWS/Lambda", "Throttles", map[string]string{"FunctionName": "chat-api", "Resource": "chat-api:live"})), want: "pass"},
			{name: "only duration", account: functionRegion(onFunction("Duration")), want: "fail"},
			{name: "alarms denied", account: unread(functionRegion()), want: "unknown"},
			{name: "no function", account: noModel, want: "not-applicable"},
		},
		"lambda-alarm-errors": {
			{name: "on the function", account: functionRegion(onFunction("Errors")), want: "pass"},
			{name: "another function", account: functionRegion(watching("AWS/Lambda", "Errors", map[string]string{"FunctionName": "invoice-renderer"})), want: "fail"},
			{name: "a query", account: functionRegion(querying(`SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) WHERE FunctionName = 'chat-api' GROUP BY FunctionName`)), want: "pass"},
			{name: "functions denied", account: region(func(r *evidence.Region) { r.Lambda.Functions = evidence.Partial[evidence.Function](nil, denied) }), want: "unknown"},
			{name: "no function", account: noModel, want: "not-applicable"},
		},
		"dynamodb-alarm-throttles": {
			{name: "throttled writes", account: tableRegion(watching("AWS/DynamoDB", "WriteThrottleEvents", map[string]string{"TableName": "chat-sessions"})), want: "pass"},
			{name: "throttled requests of an operation", account: tableRegion(watching("AWS/DynamoDB", "ThrottledRequests", map[string]string{"TableName": "chat-sessions", "Operation": "PutItem"})), want: "pass"},
			{name: "a newer metric", account: tableRegion(watching("AWS/DynamoDB", "ReadMaxOnDemandThroughputThrottleEvents", map[string]string{"TableName": "chat-sessions"})), want: "pass"},
			{name: "an index", account: tableRegion(watching("AWS/DynamoDB", "ReadThrottleEvents", map[string]string{"TableName": "chat-sessions", "GlobalSecondaryIndexName": "by-user"})), want: "fail"},
			{name: "over all tables nothing is published", account: tableRegion(watching("AWS/DynamoDB", "ReadThrottleEvents", nil)), want: "fail"},
			{name: "server errors are not throttling", account: tableRegion(watching("AWS/DynamoDB", "SystemErrors", map[string]string{"TableName": "chat-sessions", "Operation": "PutItem"})), want: "fail"},
			{name: "alarms denied", account: unread(tableRegion()), want: "unknown"},
			{name: "no table", account: noModel, want: "not-applicable"},
		},
		"vector-store-alarm": {
			{name: "collection", account: onStore("OPENSEARCH_SERVERLESS", collection, watching("AWS/AOSS", "SearchRequestLatency",
				map[string]string{"ClientId": accountID, "CollectionId": "abc123", "CollectionName": "policies"})), want: "pass"},
			{name: "capacity of the account", account: onStore("OPENSEARCH_SERVERLESS", collection, watching("AWS/AOSS", "SearchOCU", map[string]string{"ClientId": accountID})), want: "pass"},
			{name: "another collection", account: onStore("OPENSEARCH_SERVERLESS", collection, watching("AWS/AOSS", "SearchRequestLatency", map[string]string{"ClientId": accountID, "CollectionId": "zzz"})), want: "fail"},
			{name: "domain", account: onStore("OPENSEARCH_MANAGED_CLUSTER", "arn:aws:es:eu-central-1:111122223333:domain/vectors", watching("AWS/ES", "ClusterStatus.red",
				map[string]string{"DomainName": "vectors", "ClientId": accountID})), want: "pass"},
			{name: "cluster", account: onStore("RDS", "arn:aws:rds:eu-central-1:111122223333:cluster:vectors", watching("AWS/RDS", "ServerlessDatabaseCapacity", map[string]string{"DBClusterIdentifier": "vectors"})), want: "pass"},
			{name: "an instance, of this cluster or not", account: onStore("RDS", "arn:aws:rds:eu-central-1:111122223333:cluster:vectors", watching("AWS/RDS", "CPUUtilization", map[string]string{"DBInstanceIdentifier": "vectors-1"})), want: "unknown"},
			{name: "no alarm", account: onStore("OPENSEARCH_SERVERLESS", collection), want: "fail"},
			{name: "a store that we do not know", account: onStore("NEPTUNE_ANALYTICS", "arn:aws:neptune-graph:eu-central-1:111122223333:graph/g-1"), want: "unknown"},
			{name: "alarms denied", account: unread(onStore("OPENSEARCH_SERVERLESS", collection)), want: "unknown"},
			{name: "S3 Vectors", account: onStore("S3_VECTORS", "arn:aws:s3vectors:eu-central-1:111122223333:bucket/v/index/i"), want: "not-applicable"},
			{name: "outside AWS", account: onStore("PINECONE", ""), want: "not-applicable"},
			{name: "no store", account: onStore("", ""), want: "not-applicable"},
		},
	})
}

func TestAlarmPractice(t *testing.T) {
	percentile := func(statistics ...string) *evidence.Account {
		var all []evidence.AlarmSettings
		for _, statistic := range statistics {
			s := onModel("InvocationLatency")
			s.Watches[0].Statistic = statistic
			all = append(all, s)
		}
		return present(region(func(r *evidence.Region) { watch(r, all...) }))
	}
	detector := func(state string, m evidence.Metric) *evidence.Account {
		return present(region(func(r *evidence.Region) {
			r.CloudWatch.AnomalyDetectors = evidence.Listed(evidence.AnomalyDetector{
				Namespace: m.Namespace, Metric: m.Name, Dimensions: m.Dimensions, State: evidence.Known(state)})
		}))
	}
	lone := func(s evidence.AlarmSettings) *evidence.Account {
		return region(func(r *evidence.Region) { watch(r, s) })
	}
	off := onModel("InvocationLatency")
	off.ActionsEnabled = false
	blind := func(days int, missing string) *evidence.Account {
		s := onModel("InvocationLatency")
		s.State, s.StateSince, s.MissingData = "INSUFFICIENT_DATA", now.Add(-time.Duration(days)*24*time.Hour), missing
		return lone(s)
	}
	broken := onModel("InvocationLatency")
	broken.Evaluation = "EVALUATION_ERROR"
	says := func(text string) *evidence.Account {
		s := onModel("InvocationLatency")
		s.Description = text
		return lone(s)
	}
	compositeSays := composed(region(func(*evidence.Region) {}), "ALARM(x)", topicARN)
	managed := lone(silent(onModel("InvocationLatency")))
	managed.Regions[0].CloudWatch.Alarms.Found()[0].Name = "TargetTracking-table/x-AlarmHigh"
	none := present(region(func(*evidence.Region) {}))
	unread := region(func(r *evidence.Region) { r.CloudWatch.Alarms = evidence.Listed(evidence.Alarm{Name: "x"}) })
	unread = present(unread)
	unlisted := present(deniedAlarms(region(func(*evidence.Region) {})))
	run(t, alarmPracticeChecks, table{
		"cloudwatch-percentile-alarm": {
			{name: "p95", account: percentile("Average", "p95"), want: "pass"},
			{name: "p90", account: percentile("p90"), want: "pass"},
			{name: "p99.9", account: percentile("p99.9"), want: "pass"},
			{name: "maximum", account: percentile("Maximum"), want: "pass"},
			{name: "median", account: percentile("p50"), want: "fail"},
			{name: "average", account: percentile("Average"), want: "fail"},
			{name: "not a percentile", account: percentile("pending"), want: "fail"},
			{name: "alarms denied", account: unlisted, want: "unknown"},
			{name: "no latency alarm", account: none, want: "not-applicable"},
		},
		"cloudwatch-anomaly-detection": {
			{name: "trained", account: detector("TRAINED", ofModel(watchedModel, "InvocationLatency")), want: "pass"},
			{name: "in training", account: detector("PENDING_TRAINING", ofModel(watchedModel, "InvocationLatency")), want: "fail"},
			{name: "of something else", account: detector("TRAINED", evidence.Metric{Namespace: "AWS/EC2", Name: "CPUUtilization"}), want: "fail"},
			{name: "none", account: none, want: "fail"},
			{name: "denied", account: present(region(func(r *evidence.Region) {
				r.CloudWatch.AnomalyDetectors = evidence.Partial[evidence.AnomalyDetector](nil, denied)
			})), want: "unknown"},
		},
		"cloudwatch-alarm-actions": {
			{name: "acts", account: lone(onModel("InvocationLatency")), want: "pass"},
			{name: "no action", account: lone(silent(onModel("InvocationLatency"))), want: "fail"},
			{name: "switched off", account: lone(off), want: "fail"},
			{name: "through a composite", account: composed(lone(silent(onModel("InvocationLatency"))), "ALARM(alarm-a)", topicARN), want: "pass"},
			{name: "through a composite that does not act", account: composed(lone(silent(onModel("InvocationLatency"))), "ALARM(alarm-a)"), want: "fail"},
			{name: "of Application Auto Scaling", account: managed, want: "not-applicable"},
			{name: "denied", account: unlisted, want: "unknown"},
			{name: "unread", account: unread, want: "unknown"},
			{name: "no alarm", account: none, want: "not-applicable"},
		},
		"cloudwatch-alarm-not-blind": {
			{name: "has data", account: lone(onModel("InvocationLatency")), want: "pass"},
			{name: "no data for a day", account: blind(1, ""), want: "pass"},
			{name: "no data for seven days", account: blind(7, ""), want: "pass"},
			{name: "no data for eight days", account: blind(8, ""), want: "fail"},
			{name: "missing data is good", account: blind(8, "notBreaching"), want: "not-applicable"},
			{name: "cannot be evaluated", account: lone(broken), want: "fail"},
			{name: "unread", account: unread, want: "unknown"},
		},
		"cloudwatch-alarm-description-runbook": {
			{name: "link", account: says("See https://wiki.example.com/bedrock"), want: "pass"},
			{name: "document of AWS", account: says("run AWSSupport-TroubleshootLambda"), want: "pass"},
			{name: "ARN of a document", account: says("arn:aws:ssm:eu-central-1:111122223333:document/RestartChat"), want: "pass"},
			{name: "named", account: says("Runbook: bedrock-latency"), want: "pass"},
			{name: "no link", account: says("See the runbook for aws-managed things"), want: "fail"},
			{name: "empty", account: says(" "), want: "fail"},
			{name: "composite without", account: compositeSays, want: "fail"},
			{name: "unread", account: unread, want: "unknown"},
			{name: "denied", account: unlisted, want: "unknown"},
			{name: "no alarm", account: none, want: "not-applicable"},
		},
	})
}

// present marks a region as one that shows a GenAI workload.
func present(a *evidence.Account) *evidence.Account {
	a.Regions[0].Signs = evidence.Listed("guardrail claims-guardrail")
	return a
}
