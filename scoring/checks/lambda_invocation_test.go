package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

func functionReserved(n int) *evidence.Account {
	return oneFunction(func(f *evidence.Function, _ *evidence.Region) { f.Reserved = evidence.Known(n) })
}

// fed is an account with one function without reserved concurrency, and event source mappings.
func fed(fill func(*evidence.Function), mappings ...evidence.MappingSettings) *evidence.Account {
	return oneFunction(func(f *evidence.Function, r *evidence.Region) {
		fill(f)
		r.Lambda.Mappings = evidence.Listed[evidence.EventSourceMapping]()
		for _, m := range mappings {
			m.Function = functionARN + ":live"
			m.Enabled = true
			r.Lambda.Mappings.Append(evidence.Listed(evidence.EventSourceMapping{ARN: mappingARN, ID: "0a1b", Settings: evidence.Known(m)}))
		}
	})
}

func lambdaMeasured(limit int, data ...evidence.MetricData) *evidence.Account {
	return oneFunction(func(_ *evidence.Function, r *evidence.Region) {
		r.Lambda.Concurrency = evidence.Known(limit)
		r.CloudWatch.Data = evidence.Listed(data...)
	})
}

func lambdaData(name string, value float64, days int, dimensions map[string]string) evidence.MetricData {
	return evidence.MetricData{Metric: evidence.Metric{Namespace: "AWS/Lambda", Name: name, Dimensions: dimensions}, Stat: "Maximum", Days: 14,
		Value: evidence.Known(evidence.MetricValue{Value: value, Days: days})}
}

func asynchronous(policy, deadLetter string, configs ...evidence.AsyncSettings) *evidence.Account {
	return oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		f.Policies = evidence.Listed(evidence.FunctionPolicy{Document: evidence.Known(policy)})
		f.Settings = evidence.Known(functionSettings(func(s *evidence.FunctionSettings) { s.DeadLetter = deadLetter }))
		for _, c := range configs {
			f.Async.Append(evidence.Listed(evidence.AsyncConfig{ARN: functionARN + ":$LATEST", Settings: evidence.Known(c)}))
		}
	})
}

func functionAliased(versions ...string) *evidence.Account {
	return oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		for _, v := range versions {
			f.Aliases.Append(evidence.Listed(evidence.FunctionAlias{Name: "live", Versions: evidence.Known([]string{v})}))
		}
	})
}

func TestLambdaInvocation(t *testing.T) {
	unread := functionUnread()
	quiet := oneFunction(func(*evidence.Function, *evidence.Region) {})
	plain := func(*evidence.Function) {}
	capped := evidence.MappingSettings{Kind: "sqs", MaxConcurrency: 10}
	open := evidence.MappingSettings{Kind: "sqs"}
	invokedByAgent := fed(plain, capped)
	invokedByAgent.Regions[0].BedrockAgent.Agents = evidence.Listed(evidence.Agent{
		ARN: "arn:aws:bedrock:eu-central-1:111122223333:agent/A", ID: "A", Name: "a",
		Versions: evidence.Listed(evidence.AgentVersion{Version: "1", ActionGroups: evidence.Listed(evidence.ActionGroup{
			ID: "G", Name: "g", Settings: evidence.Known(evidence.ActionGroupSettings{Function: functionARN}),
		})}),
	})
	noMappings := oneFunction(func(_ *evidence.Function, r *evidence.Region) {
		r.Lambda.Mappings = evidence.Partial[evidence.EventSourceMapping](nil, denied)
	})
	notAsked := oneFunction(func(_ *evidence.Function, r *evidence.Region) {
		r.Lambda.Concurrency = evidence.Known(1000)
		r.CloudWatch.Data = evidence.Partial[evidence.MetricData](nil, evidence.Gap{Service: "cloudwatch", Reason: evidence.OptIn})
	})
	duration := func(ms float64, days int) *evidence.Account {
		return lambdaMeasured(1000, lambdaData("Duration", ms, days, map[string]string{"FunctionName": "chat-prod"}))
	}
	seconds := func(n int) *evidence.Account {
		return functionWith(func(s *evidence.FunctionSettings) { s.Timeout = n })
	}
	durable := func(n int) *evidence.Account {
		return functionWith(func(s *evidence.FunctionSettings) { s.Durable, s.DurableTimeout = true, n })
	}
	waiting := func(fill func(*evidence.Function)) *evidence.Account {
		return oneFunction(func(f *evidence.Function, _ *evidence.Region) {
			f.Policies = evidence.Listed(evidence.FunctionPolicy{Document: evidence.Known(agentSource)})
			fill(f)
		})
	}
	snapStart := func(f *evidence.Function) {
		f.Settings = evidence.Known(functionSettings(func(s *evidence.FunctionSettings) { s.SnapStart = true }))
	}
	run(t, lambdaInvocationChecks, table{
		"lambda-reserved-concurrency": {
			{name: "reserved", account: functionReserved(50), want: "pass"},
			{name: "stopped", account: functionReserved(0), want: "fail"},
			{name: "none", account: functionReserved(-1), want: "fail"},
			{name: "queue with a limit", account: fed(plain, capped), want: "pass"},
			{name: "provisioned pollers", account: fed(plain, evidence.MappingSettings{Kind: "sqs", MaxPollers: 5}), want: "pass"},
			{name: "queue without", account: fed(plain, open), want: "fail"},
			{name: "one of two", account: fed(plain, capped, open), want: "fail"},
			{name: "a stream", account: fed(plain, capped, evidence.MappingSettings{Kind: "kinesis"}), want: "fail"},
			{name: "and a URL", account: fed(func(f *evidence.Function) {
				f.URLs = evidence.Listed(evidence.FunctionURL{ARN: functionARN, Auth: evidence.Known("AWS_IAM")})
			}, capped), want: "fail"},
			{name: "and a service", account: fed(func(f *evidence.Function) {
				f.Policies = evidence.Listed(evidence.FunctionPolicy{Document: evidence.Known(s3Source)})
			}, capped), want: "fail"},
			{name: "and an agent", account: invokedByAgent, want: "fail"},
			{name: "mappings denied", account: noMappings, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-recursive-loop-protection": {
			{name: "terminate", account: quiet, want: "pass"},
			{name: "allow", account: oneFunction(func(f *evidence.Function, _ *evidence.Region) { f.Recursion = evidence.Known("Allow") }), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-cold-start": {
			{name: "SnapStart", account: waiting(snapStart), want: "pass"},
			{name: "provisioned", account: waiting(func(f *evidence.Function) { f.Provisioned = evidence.Listed(functionARN + ":live") }), want: "pass"},
			{name: "neither", account: waiting(plain), want: "not-applicable"},
			{name: "by URL", account: oneFunction(func(f *evidence.Function, _ *evidence.Region) {
				f.URLs = evidence.Listed(evidence.FunctionURL{ARN: functionARN, Auth: evidence.Known("AWS_IAM")})
				snapStart(f)
			}), want: "pass"},
			{name: "nobody waits", account: oneFunction(func(f *evidence.Function, _ *evidence.Region) { snapStart(f) }), want: "not-applicable"},
			{name: "S3 does not wait", account: oneFunction(func(f *evidence.Function, _ *evidence.Region) {
				f.Policies = evidence.Listed(evidence.FunctionPolicy{Document: evidence.Known(s3Source)})
				snapStart(f)
			}), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-account-concurrency": {
			{name: "room", account: lambdaMeasured(1000, lambdaData("ConcurrentExecutions", 799, 14, nil)), want: "pass"},
			{name: "idle", account: lambdaMeasured(1000, lambdaData("ConcurrentExecutions", 0, 0, nil)), want: "pass"},
			{name: "80 percent", account: lambdaMeasured(1000, lambdaData("ConcurrentExecutions", 800, 14, nil)), want: "fail"},
			{name: "a new account", account: lambdaMeasured(10), want: "fail"},
			{name: "of a function, not the account", account: lambdaMeasured(1000, lambdaData("ConcurrentExecutions", 1, 14, map[string]string{"FunctionName": "x"})), want: "unknown"},
			{name: "without the flag", account: notAsked, want: "unknown"},
			{name: "denied", account: oneFunction(func(*evidence.Function, *evidence.Region) {}), want: "unknown"},
			{name: "no functions", account: region(func(*evidence.Region) {}), want: "not-applicable"},
		},
		"lambda-timeout-headroom": {
			{name: "room", account: duration(47999, 7), want: "pass"},
			{name: "80 percent", account: duration(48000, 7), want: "fail"},
			{name: "not invoked", account: duration(0, 0), want: "not-applicable"},
			{name: "not asked for", account: lambdaMeasured(1000), want: "unknown"},
			{name: "without the flag", account: notAsked, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-timeout-deliberate": {
			{name: "chosen", account: seconds(60), want: "pass"},
			{name: "default", account: seconds(3), want: "not-applicable"},
			{name: "maximum", account: seconds(900), want: "not-applicable"},
			{name: "durable", account: durable(60), want: "not-applicable"},
			{name: "helper", account: oneFunction(func(f *evidence.Function, _ *evidence.Region) { f.Name = "Stack-CustomResourceProvider-1" }), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-durable-execution-timeout": {
			{name: "an hour", account: durable(3600), want: "pass"},
			{name: "none", account: durable(0), want: "fail"},
			{name: "the maximum", account: durable(31622400), want: "fail"},
			{name: "not durable", account: quiet, want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-alias-used": {
			{name: "version", account: functionAliased("$LATEST", "7"), want: "pass"},
			{name: "only $LATEST", account: functionAliased("$LATEST"), want: "fail"},
			{name: "none", account: functionAliased(), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-async-retry-policy": {
			{name: "default", account: asynchronous(s3Source, ""), want: "pass"},
			{name: "retries", account: asynchronous("", "", evidence.AsyncSettings{Retries: 1}), want: "pass"},
			{name: "default retries of a configuration", account: asynchronous("", "", evidence.AsyncSettings{Retries: -1}), want: "pass"},
			{name: "destination", account: asynchronous(s3Source, "", evidence.AsyncSettings{OnFailure: "arn:aws:sqs:eu-central-1:111122223333:failed"}), want: "pass"},
			{name: "dead letters", account: asynchronous("", "arn:aws:sqs:eu-central-1:111122223333:failed", evidence.AsyncSettings{}), want: "pass"},
			{name: "lost", account: asynchronous(s3Source, "", evidence.AsyncSettings{Retries: 1}, evidence.AsyncSettings{}), want: "fail"},
			{name: "nothing asynchronous", account: asynchronous(agentSource, ""), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
	})
}
