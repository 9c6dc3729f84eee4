package checks

import (
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var alarmChecks = []scoring.Check{
	{
		ID:         "bedrock-alarm-latency",
		Aliases:    []string{"bedrock-model-metric-alarm"},
		Title:      "The latency of every model in use is alarmed",
		Questions:  []string{"3.3", "6.4"},
		Severity:   scoring.High,
		Operations: []string{"cloudwatch.DescribeAlarms", "cloudwatch.ListMetrics"},
		Why:        "Users notice slow answers first when nobody is told that a model has slowed down.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Bedrock --metric-name InvocationLatency --dimensions Name=ModelId,Value=<model-id> --extended-statistic p95 --period 300 --evaluation-periods 3 --threshold <milliseconds> --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP02", "GENPERF01-BP02", "LLM10:2025"},
		Test:       scoring.Resources(watchedModels, modelLatencyAlarm),
	},
	{
		ID:         "bedrock-alarm-throttles",
		Title:      "Throttling of every model in use is alarmed",
		Questions:  []string{"3.3", "6.4"},
		Severity:   scoring.High,
		Operations: []string{"cloudwatch.DescribeAlarms", "cloudwatch.ListMetrics"},
		Why:        "A workload that reaches its quota fails for its users until somebody asks for a higher one.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Bedrock --metric-name InvocationThrottles --dimensions Name=ModelId,Value=<model-id> --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP02", "GENREL01-BP01", "GENPERF01-BP02", "LLM10:2025"},
		Test:       scoring.Resources(watchedModels, modelThrottleAlarm),
	},
	{
		ID:         "bedrock-alarm-errors",
		Title:      "Client and server errors of every model in use are alarmed",
		Questions:  []string{"3.4", "6.4"},
		Severity:   scoring.High,
		Operations: []string{"cloudwatch.DescribeAlarms", "cloudwatch.ListMetrics"},
		Why:        "Invocations can fail for hours, after a wrong deployment or on Bedrock's side, before anybody hears of it.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Bedrock --metric-name InvocationServerErrors --dimensions Name=ModelId,Value=<model-id> --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP02", "GENPERF01-BP02", "LLM10:2025"},
		Test:       scoring.Resources(watchedModels, modelErrorAlarm),
	},
	{
		ID:         "bedrock-alarm-tokens",
		Aliases:    []string{"bedrock-token-usage-alarm"},
		Title:      "The token use of every model in use is alarmed",
		Questions:  []string{"3.3", "8.4"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms", "cloudwatch.ListMetrics"},
		Why:        "A loop, an abuse or a longer prompt multiplies the bill within hours; a budget reports it a day later.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Bedrock --metric-name OutputTokenCount --dimensions Name=ModelId,Value=<model-id> --statistic Sum --period 3600 --evaluation-periods 1 --threshold <tokens> --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP02", "GENCOST03-BP01", "GENCOST03-BP02", "GENCOST05-BP01", "LLM10:2025"},
		Test:       scoring.Resources(watchedModels, modelTokenAlarm),
	},
	{
		ID:         "bedrock-guardrail-alarm",
		Aliases:    []string{"bedrock-guardrail-intervention-alarm"},
		Title:      "Interventions of every guardrail in use are alarmed",
		Questions:  []string{"3.3", "6.4"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms", "cloudwatch.ListMetrics", "bedrock.ListGuardrails"},
		Why:        "A rise in interventions is an attack, or a guardrail that blocks honest users.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Bedrock/Guardrails --metric-name InvocationsIntervened --dimensions Name=GuardrailArn,Value=<guardrail-arn> Name=GuardrailVersion,Value=<version> --statistic Sum --period 300 --evaluation-periods 1 --threshold <count> --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP02", "GENSEC02-BP01", "LLM01:2025", "LLM05:2025"},
		Test:       scoring.Resources(guardrails, guardrailAlarm),
	},
	{
		ID:         "bedrock-agent-alarm",
		Title:      "The latency and throttling of deployed agents are alarmed",
		Questions:  []string{"3.3"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms", "bedrockagent.ListAgentAliases"},
		Why:        "An agent that loops or is throttled keeps its users waiting, and no metric of its model shows it.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Bedrock/Agents --metric-name TotalTime --dimensions Name=Operation,Value=InvokeAgent --extended-statistic p95 --period 300 --evaluation-periods 3 --threshold <milliseconds> --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP02", "GENOPS03-BP02"},
		Test:       scoring.Resources(watchedAgents, agentAlarm),
	},
	{
		ID:         "lambda-alarm-duration-throttles",
		Title:      "The duration and throttling of functions are alarmed",
		Questions:  []string{"3.3"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms", "lambda.ListFunctions"},
		Why:        "A function that waits for a model runs into its timeout, or into the account's concurrency, without an error of its own.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Lambda --metric-name Throttles --dimensions Name=FunctionName,Value=<function> --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(watchedFunctions, functionDurationAlarm),
	},
	{
		ID:         "lambda-alarm-errors",
		Title:      "The errors of functions are alarmed",
		Questions:  []string{"3.4"},
		Severity:   scoring.High,
		Operations: []string{"cloudwatch.DescribeAlarms", "lambda.ListFunctions"},
		Why:        "A function that fails is the first that a broken workload shows.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/Lambda --metric-name Errors --dimensions Name=FunctionName,Value=<function> --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(watchedFunctions, functionErrorAlarm),
	},
	{
		ID:         "dynamodb-alarm-throttles",
		Title:      "The throttling of tables is alarmed",
		Questions:  []string{"3.3"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms", "dynamodb.ListTables"},
		Why:        "A throttled table loses turns of a conversation, and the SDK's retries hide it until they run out.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/DynamoDB --metric-name WriteThrottleEvents --dimensions Name=TableName,Value=<table> --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(tables, tableThrottleAlarm),
	},
	{
		ID:         "vector-store-alarm",
		Title:      "The vector stores of knowledge bases have a latency, capacity or error alarm",
		Questions:  []string{"3.3"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.DescribeAlarms", "bedrockagent.GetKnowledgeBase"},
		Why:        "Retrieval that slows down or fails shows as wrong answers long before it shows as an outage.",
		Fix:        "aws cloudwatch put-metric-alarm --alarm-name <name> --namespace AWS/AOSS --metric-name SearchRequestLatency --dimensions Name=CollectionId,Value=<collection-id> Name=CollectionName,Value=<collection> Name=ClientId,Value=<account-id> --statistic Average --period 300 --evaluation-periods 3 --threshold <milliseconds> --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions <topic-arn>",
		References: []string{"GENPERF04-BP01", "GENOPS02-BP01", "LLM08:2025"},
		Test:       scoring.Resources(watchedStores, storeAlarm),
	},
}

// The resources that alarms should watch.
var (
	watchedModels = scoring.Kind[workload.ModelInUse]{
		Regional:  workload.ModelsInUse,
		ID:        func(_ *scoring.Input, _ string, m workload.ModelInUse) string { return modelName(m) },
		Name:      func(workload.ModelInUse) string { return "" },
		Relevance: (*workload.Graph).Model,
	}
	watchedAgents = regional(
		func(r *evidence.Region) evidence.List[evidence.Agent] { return r.BedrockAgent.Agents },
		func(a evidence.Agent) string { return a.ARN },
		func(a evidence.Agent) string { return a.Name },
		(*workload.Graph).Agent)
	watchedFunctions = regional(
		func(r *evidence.Region) evidence.List[evidence.Function] { return r.Lambda.Functions },
		func(f evidence.Function) string { return f.ARN },
		func(f evidence.Function) string { return f.Name },
		(*workload.Graph).Function)
	watchedStores = regional(
		func(r *evidence.Region) evidence.List[evidence.KnowledgeBase] { return r.BedrockAgent.KnowledgeBases },
		func(k evidence.KnowledgeBase) string { return k.ARN },
		func(k evidence.KnowledgeBase) string { return k.Name },
		(*workload.Graph).KnowledgeBase)
)

// modelName tells a model of the bedrock-mantle endpoint from the same one of bedrock-runtime.
func modelName(m workload.ModelInUse) string {
	if m.Namespace == workload.MantleMetrics {
		return "bedrock-mantle/" + m.ID
	}
	return m.ID
}
