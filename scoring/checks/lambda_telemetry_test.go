package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

func layered(layers ...string) *evidence.Account {
	return functionWith(func(s *evidence.FunctionSettings) { s.Layers = layers })
}

func TestLambdaTelemetry(t *testing.T) {
	const insights, otel = "arn:aws:lambda:eu-central-1:580247275435:layer:LambdaInsightsExtension:60", "arn:aws:lambda:eu-central-1:901920570463:layer:aws-otel-python-amd64-ver-1-32-0:1"
	unread := functionUnread()
	image := functionWith(func(s *evidence.FunctionSettings) { s.Image, s.Runtime = true, "" })
	wrapped := functionVariables(evidence.Variable{Name: "AWS_LAMBDA_EXEC_WRAPPER", Length: 20, Telemetry: true})
	undecrypted := oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		f.Variables = evidence.Missing[[]evidence.Variable](evidence.Gap{Service: "lambda", Reason: evidence.KeyDenied})
	})
	logs := func(json bool, groups evidence.List[evidence.LogGroup]) *evidence.Account {
		a := functionWith(func(s *evidence.FunctionSettings) { s.JSONLogs = json })
		a.Regions[0].Logs.Groups = groups
		return a
	}
	group := evidence.Listed(evidence.LogGroup{Name: "/aws/lambda/chat-prod"})
	run(t, lambdaTelemetryChecks, table{
		"lambda-enhanced-monitoring": {
			{name: "Lambda Insights", account: layered(insights), want: "pass"},
			{name: "OpenTelemetry", account: layered(otel), want: "pass"},
			{name: "wrapper", account: wrapped, want: "pass"},
			{name: "none", account: layered(), want: "not-applicable"},
			{name: "another layer", account: layered("arn:aws:lambda:eu-central-1:111122223333:layer:fonts:1"), want: "not-applicable"},
			{name: "container image", account: image, want: "unknown"},
			{name: "variables unread", account: undecrypted, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-structured-logging": {
			{name: "JSON", account: logs(true, group), want: "pass"},
			{name: "plain text", account: logs(false, group), want: "fail"},
			{name: "no log group", account: logs(true, evidence.Listed(evidence.LogGroup{Name: "/aws/lambda/chat"})), want: "fail"},
			{name: "log groups denied", account: logs(true, evidence.Partial[evidence.LogGroup](nil, denied)), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-tracing-active": {
			{name: "active", account: functionWith(func(s *evidence.FunctionSettings) { s.Tracing = "Active" }), want: "pass"},
			{name: "OpenTelemetry", account: layered(otel), want: "pass"},
			{name: "another tracer", account: layered("arn:aws:lambda:eu-central-1:464622532012:layer:Datadog-Extension:80"), want: "pass"},
			{name: "wrapper", account: wrapped, want: "pass"},
			{name: "not traced", account: layered(insights), want: "fail"},
			{name: "container image", account: image, want: "unknown"},
			{name: "variables unread", account: undecrypted, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
	})
}
