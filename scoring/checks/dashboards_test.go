package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

// showing is an account with a GenAI workload and one dashboard.
func showing(body evidence.DashboardBody, fill ...func(*evidence.Region)) *evidence.Account {
	return present(region(func(r *evidence.Region) {
		r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "claims", Body: evidence.Known(body)})
		r.Lambda.Functions = evidence.Listed(evidence.Function{ARN: "arn:aws:lambda:eu-central-1:111122223333:function:chat-api", Name: "chat-api"})
		for _, f := range fill {
			f(r)
		}
	}))
}

func shown(namespace string, dimensions ...string) evidence.DashboardMetric {
	m := evidence.DashboardMetric{Region: home, Namespace: namespace, Name: "m", Dimensions: map[string]string{}}
	for i := 0; i < len(dimensions); i += 2 {
		m.Dimensions[dimensions[i]] = dimensions[i+1]
	}
	return m
}

func TestDashboards(t *testing.T) {
	api := shown("AWS/Lambda", "FunctionName", "chat-api")
	gone := shown("AWS/Lambda", "FunctionName", "chat-api-old")
	metrics := func(m ...evidence.DashboardMetric) evidence.DashboardBody { return evidence.DashboardBody{Metrics: m} }
	none := present(region(func(*evidence.Region) {}))
	absent := region(func(*evidence.Region) {})
	unlisted := present(region(func(r *evidence.Region) { r.CloudWatch.Dashboards = evidence.Partial[evidence.Dashboard](nil, denied) }))
	unread := present(region(func(r *evidence.Region) {
		r.CloudWatch.Dashboards = evidence.Listed(evidence.Dashboard{Name: "claims", Body: evidence.Missing[evidence.DashboardBody](denied)})
	}))
	// The account's other region has no dashboards of its own: they are global.
	twoRegions := showing(metrics(shown("AWS/EC2", "InstanceId", "i-1")))
	closed := evidence.Region{Name: "eu-west-1"}
	evidence.FillUnset(&closed, denied)
	twoRegions.Regions = append([]evidence.Region{closed}, twoRegions.Regions...)
	model := func(r *evidence.Region) {
		r.Bedrock.FoundationModels = evidence.Listed(evidence.BedrockFoundationModel{ID: "amazon.titan-embed-text-v2:0"})
	}
	run(t, dashboardChecks, table{
		"cloudwatch-dashboard-genai": {
			{name: "metrics of Bedrock", account: showing(metrics(shown("AWS/Bedrock", "ModelId", sonnet))), want: "pass"},
			{name: "metrics of guardrails", account: showing(metrics(shown("AWS/Bedrock/Guardrails"))), want: "pass"},
			{name: "metrics of a function", account: showing(metrics(api)), want: "pass"},
			{name: "a search", account: showing(evidence.DashboardBody{Namespaces: []string{"AWS/Bedrock"}}), want: "pass"},
			{name: "an alarm", account: showing(evidence.DashboardBody{Alarms: []string{alarmNamed("alarm-a", onModel("Invocations")).ARN}},
				func(r *evidence.Region) { watch(r, onModel("Invocations")) }), want: "pass"},
			{name: "a log group", account: showing(evidence.DashboardBody{LogGroups: []evidence.DashboardLog{{Region: home, Name: "/aws/bedrock/model-invocations"}}},
				func(r *evidence.Region) {
					r.Logs.Groups = evidence.Listed(evidence.LogGroup{ARN: "arn:logs", Name: "/aws/bedrock/model-invocations"})
				}), want: "pass"},
			{name: "something else", account: showing(metrics(shown("AWS/EC2", "InstanceId", "i-1"))), want: "fail"},
			{name: "a function that is gone", account: showing(metrics(gone)), want: "fail"},
			{name: "something else, in one of two regions", account: twoRegions, want: "fail"},
			{name: "no dashboard", account: none, want: "fail"},
			{name: "denied", account: unlisted, want: "unknown"},
			{name: "body denied", account: unread, want: "unknown"},
			{name: "no workload", account: absent, want: "not-applicable"},
		},
		"cloudwatch-dashboard-fresh": {
			{name: "all there", account: showing(metrics(api)), want: "pass"},
			{name: "a third gone", account: showing(metrics(api, api, gone)), want: "pass"},
			{name: "half gone", account: showing(metrics(api, gone)), want: "fail"},
			{name: "a table that is gone", account: showing(metrics(api, shown("AWS/DynamoDB", "TableName", "old"))), want: "fail"},
			{name: "a model that is offered", account: showing(metrics(shown("AWS/Bedrock", "ModelId", "amazon.titan-embed-text-v2:0")), model), want: "pass"},
			{name: "a model that is gone", account: showing(metrics(shown("AWS/Bedrock", "ModelId", "anthropic.claude-v2")), model), want: "fail"},
			{name: "in a region that was not scanned", account: showing(metrics(api, evidence.DashboardMetric{Region: "us-east-1", Namespace: "AWS/Lambda", Dimensions: map[string]string{"FunctionName": "x"}})), want: "unknown"},
			{name: "functions denied", account: showing(metrics(api, gone), func(r *evidence.Region) { r.Lambda.Functions = evidence.Partial[evidence.Function](nil, denied) }), want: "unknown"},
			{name: "body denied", account: unread, want: "unknown"},
			{name: "names nothing", account: showing(metrics(shown("AWS/Bedrock"))), want: "not-applicable"},
			{name: "no dashboard", account: none, want: "not-applicable"},
		},
		"cloudwatch-dashboard-guidance": {
			{name: "a text", account: showing(evidence.DashboardBody{Metrics: []evidence.DashboardMetric{api}, Text: 40}), want: "pass"},
			{name: "a title", account: showing(evidence.DashboardBody{Metrics: []evidence.DashboardMetric{api}, Text: 39}), want: "not-applicable"},
			{name: "of another workload", account: showing(evidence.DashboardBody{Text: 400}), want: "not-applicable"},
			{name: "denied", account: unlisted, want: "unknown"},
			{name: "no dashboard", account: none, want: "not-applicable"},
		},
	})
}
