package checks

import (
	"regexp"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

var lambdaTelemetryChecks = []scoring.Check{
	{
		ID:         "lambda-enhanced-monitoring",
		Title:      "Functions have Lambda Insights or Application Signals",
		Questions:  []string{"3.1"},
		Severity:   scoring.Low,
		NeverFails: true,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "Memory, CPU and dependency times of a function show in no standard metric.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --layers <existing-layer-arns> <LambdaInsightsExtension-arn>",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(lambdaFunctions, functionInsights),
	},
	{
		ID:         "lambda-structured-logging",
		Title:      "Functions log JSON to an existing log group",
		Questions:  []string{"3.2"},
		Severity:   scoring.Low,
		Operations: []string{"lambda.ListFunctions", "cloudwatchlogs.DescribeLogGroups"},
		Why:        "Plain text cannot be filtered by request, user or level, and a missing log group means that nothing was ever logged.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --logging-config LogFormat=JSON",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(lambdaFunctions, functionLogs),
	},
	{
		ID:         "lambda-tracing-active",
		Title:      "Functions are traced",
		Questions:  []string{"3.5"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "Without a trace nobody can tell which call of a slow or failed answer was the cause.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --tracing-config Mode=Active",
		References: []string{"GENOPS03-BP02"},
		Test:       scoring.Resources(lambdaFunctions, functionTracing),
	},
}

var (
	// insightsLayer matches the layers of Lambda Insights and Application Signals.
	insightsLayer = regexp.MustCompile(`LambdaInsightsExtension|AWSOpenTelemetryDistro|aws-otel`)
	// tracingLayer matches the layers of OpenTelemetry and of other tracers.
	tracingLayer = regexp.MustCompile(`(?i)AWSOpenTelemetryDistro|aws-otel|opentelemetry|datadog|newrelic|dynatrace|elastic-apm|splunk-apm|lumigo|honeycomb|instana|sentry`)
)

func functionInsights(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return instrumentedFunction(f, insightsLayer)
}

// instrumentedFunction passes where a function has one of the layers or starts OpenTelemetry. What a container
// image brings cannot be seen.
func instrumentedFunction(f evidence.Function, layers *regexp.Regexp) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		for _, layer := range s.Layers {
			if layers.MatchString(layer) {
				return evidence.Pass("has the layer " + layer)
			}
		}
		return evidence.With(f.Variables, func(all []evidence.Variable) evidence.Verdict {
			for _, v := range all {
				if v.Telemetry {
					return evidence.Pass(v.Name + " starts OpenTelemetry")
				}
			}
			if s.Image {
				return evidence.Unknown("a container image brings its own instrumentation", evidence.Gap{Service: "lambda", Resource: f.ARN,
					Reason: evidence.NotBuilt, Detail: "container images are not looked into"})
			}
			return evidence.Fail("no telemetry layer is attached")
		})
	})
}

func functionLogs(_ *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		if !s.JSONLogs {
			return evidence.Fail("logs plain text to " + s.LogGroup)
		}
		return evidence.Some(region.Logs.Groups, "logs JSON, but its log group "+s.LogGroup+" does not exist", func(l evidence.LogGroup) evidence.Verdict {
			return evidence.Test(l.Name == s.LogGroup, "logs JSON to "+s.LogGroup, "")
		})
	})
}

func functionTracing(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		if s.Tracing == "Active" {
			return evidence.Pass("X-Ray tracing is active")
		}
		v := instrumentedFunction(f, tracingLayer)
		if v.Failed() {
			v.Message = "X-Ray tracing is " + s.Tracing + ", and no OpenTelemetry or other tracing layer is attached"
		}
		return v
	})
}
