package checks

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// lambdaInvocationChecks are about how functions are invoked, and their limits.
var lambdaInvocationChecks = []scoring.Check{
	{
		ID:         "lambda-reserved-concurrency",
		Title:      "Functions cap their concurrency",
		Questions:  []string{"1.8"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions", "lambda.GetFunctionConcurrency", "lambda.ListEventSourceMappings", "lambda.ListFunctionUrlConfigs", "lambda.GetPolicy"},
		Why:        "A flood of requests turns into as many model calls, up to the account's whole concurrency.",
		Fix:        "aws lambda put-function-concurrency --function-name <function> --reserved-concurrent-executions <number>",
		References: []string{"GENOPS02-BP03", "GENCOST05-BP01", "LLM10:2025"},
		Test:       scoring.Resources(lambdaFunctions, functionConcurrency),
	},
	{
		ID:         "lambda-recursive-loop-protection",
		Aliases:    []string{"lambda-recursive-loop-detection"},
		Title:      "Recursive loop detection is on",
		Questions:  []string{"1.8", "7.2"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.GetFunctionRecursionConfig"},
		Why:        "A function that feeds its own queue, topic or bucket calls the model without end.",
		Fix:        "aws lambda put-function-recursion-config --function-name <function> --recursive-loop Terminate",
		References: []string{"GENCOST05-BP01", "GENREL03-BP02", "LLM10:2025"},
		Test:       scoring.Resources(lambdaFunctions, functionRecursion),
	},
	{
		ID:         "lambda-cold-start",
		Title:      "Functions that answer a caller avoid cold starts",
		Questions:  []string{"4.6"},
		Severity:   scoring.Low,
		NeverFails: true,
		Operations: []string{"lambda.ListFunctions", "lambda.ListProvisionedConcurrencyConfigs", "lambda.ListFunctionUrlConfigs", "lambda.GetPolicy"},
		Why:        "The first caller after a pause waits for the environment before the model is even called.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --snap-start ApplyOn=PublishedVersions",
		Test:       scoring.Resources(lambdaFunctions, functionColdStart),
	},
	{
		ID:         "lambda-account-concurrency",
		Title:      "The account's concurrency limit fits production",
		Questions:  []string{"4.7"},
		Severity:   scoring.High,
		Operations: []string{"lambda.GetAccountSettings", "lambda.ListFunctions", "cloudwatch.GetMetricData"},
		Why:        "At the limit every function of the region is throttled, whichever one used it up.",
		Fix:        "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value <number>",
		References: []string{"GENREL01-BP01"},
		Test:       scoring.PerRegion(regionConcurrency),
	},
	{
		ID:         "lambda-timeout-headroom",
		Title:      "Functions do not run close to their timeout",
		Questions:  []string{"4.8"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions", "cloudwatch.GetMetricData"},
		OptIn:      "--metrics: CloudWatch bills GetMetricData, about 0.01 USD per 1,000 metrics",
		Why:        "A model that answers a little slower cuts the function off, and the caller gets nothing.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --timeout <seconds>",
		References: []string{"GENREL03-BP02"},
		Test:       scoring.Resources(lambdaFunctions, functionHeadroom),
	},
	{
		ID:         "lambda-timeout-deliberate",
		Title:      "Functions have a timeout that somebody chose",
		Questions:  []string{"7.2"},
		Severity:   scoring.Medium,
		NeverFails: true,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "The default of 3 seconds cuts model calls off, and the maximum of 900 seconds hides those that hang.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --timeout <seconds>",
		References: []string{"GENREL03-BP02", "LLM10:2025"},
		Test:       scoring.Resources(lambdaFunctions, functionTimeout),
	},
	{
		ID:         "lambda-durable-execution-timeout",
		Title:      "Durable functions bound their execution time",
		Questions:  []string{"7.2"},
		Severity:   scoring.Low,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "A durable execution that waits for something that never comes can stay open for a year.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --durable-config ExecutionTimeout=<seconds>",
		References: []string{"GENREL03-BP02"},
		Test:       scoring.Resources(lambdaFunctions, functionDurable),
	},
	{
		ID:         "lambda-alias-used",
		Title:      "Functions have an alias on a published version",
		Questions:  []string{"5.1"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions", "lambda.ListAliases"},
		Why:        "Callers of $LATEST get every change at once, and there is nothing to roll back to.",
		Fix:        "aws lambda publish-version --function-name <function> && aws lambda create-alias --function-name <function> --name live --function-version <version>",
		Test:       scoring.Resources(lambdaFunctions, functionAlias),
	},
	{
		ID:         "lambda-async-retry-policy",
		Title:      "Asynchronous invocations are retried or handed off",
		Questions:  []string{"7.3"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions", "lambda.ListFunctionEventInvokeConfigs", "lambda.GetPolicy"},
		Why:        "An event that fails once, because the model throttled it, is lost without a trace.",
		Fix:        `aws lambda put-function-event-invoke-config --function-name <function> --maximum-retry-attempts 2 --destination-config '{"OnFailure":{"Destination":"<queue-arn>"}}'`,
		References: []string{"GENREL03-BP01"},
		Test:       scoring.Resources(lambdaFunctions, functionAsync),
	},
}

// functionAdmits tells whether a policy of a function lets such a principal invoke it.
func functionAdmits(f evidence.Function, none string, such func(iampolicy.Principal) bool) evidence.Verdict {
	v := eachFunctionPolicy(f, func(part string, d iampolicy.Document) evidence.Verdict {
		for _, p := range functionInvokers(d) {
			if such(p) {
				return evidence.Fail("the policy of " + part + " admits " + p.Value)
			}
		}
		return evidence.Pass(none)
	})
	return evidence.Not(v)
}

func functionConcurrency(in *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Reserved, func(reserved int) evidence.Verdict {
		switch {
		case reserved > 0:
			return evidence.Pass(fmt.Sprintf("%d concurrent executions are reserved, and no more can run", reserved))
		case reserved == 0:
			return evidence.Fail("the reserved concurrency is 0: the function is stopped")
		}
		v := cappedByQueues(in, region, f)
		switch {
		case v.Passed():
			v.Message = "each of its event sources is a queue with a concurrency limit, and nothing else is seen to invoke it"
		case v.Failed():
			v.Message = "no concurrency is reserved, and no limit at its event sources takes its place"
		}
		return v
	})
}

// cappedByQueues passes where a function is invoked by SQS mappings alone, each with a limit.
func cappedByQueues(in *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	feeds := func(ask func(evidence.MappingSettings) evidence.Verdict) func(evidence.EventSourceMapping) evidence.Verdict {
		return func(m evidence.EventSourceMapping) evidence.Verdict {
			return evidence.With(m.Settings, func(s evidence.MappingSettings) evidence.Verdict {
				if !s.Enabled || !feedsFunction(s, f) {
					return evidence.NotApplicable("")
				}
				return ask(s)
			})
		}
	}
	limited := func(s evidence.MappingSettings) evidence.Verdict { return evidence.Test(queueLimit(s) != "", "", "") }
	return evidence.All(
		evidence.Not(hasFunctionURL(f)),
		evidence.Not(in.Workload.Invoked(f.ARN)),
		evidence.Not(functionAdmits(f, "", func(iampolicy.Principal) bool { return true })),
		evidence.Some(region.Lambda.Mappings, "", feeds(limited)),
		evidence.Every(region.Lambda.Mappings, feeds(limited)))
}

func functionRecursion(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Recursion, func(loop string) evidence.Verdict {
		return evidence.Test(loop == "Terminate", "Lambda stops recursive loops", "recursive loops are allowed (RecursiveLoop "+loop+")")
	})
}

// synchronousServices wait for what a function answers. AWS services that call with a role of theirs
// need no policy and are not seen.
var synchronousServices = []string{
	"apigateway", "elasticloadbalancing", "bedrock", "bedrock-agentcore", "cognito-idp", "lex", "lexv2", "connect", "alexa-appkit", "vpc-lattice",
}

func functionColdStart(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	waiting := functionAdmits(f, "nobody is seen to wait for its answers", func(p iampolicy.Principal) bool {
		return p.Type != "Service" || slices.Contains(synchronousServices, p.Service())
	})
	return evidence.If(evidence.Any(waiting, hasFunctionURL(f)), func() evidence.Verdict {
		return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
			if s.SnapStart {
				return evidence.Pass("SnapStart is on for published versions")
			}
			return evidence.Exists(f.Provisioned, "has provisioned concurrency", "has neither SnapStart nor provisioned concurrency",
				func(string) bool { return true })
		})
	})
}

// concurrencyWanted is the default limit of an account; new accounts may have 10.
const concurrencyWanted = 1000

func regionConcurrency(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	runs := evidence.Some(region.Lambda.Functions, "the workload runs no Lambda function", func(f evidence.Function) evidence.Verdict {
		return in.Workload.Function(region.Name, f)
	})
	return evidence.If(runs, func() evidence.Verdict {
		return evidence.With(region.Lambda.Concurrency, func(limit int) evidence.Verdict {
			if limit < concurrencyWanted {
				return evidence.Fail(fmt.Sprintf("the region runs at most %d functions at a time", limit))
			}
			return evidence.With(lambdaMetric(region, "ConcurrentExecutions", nil), func(m evidence.MetricValue) evidence.Verdict {
				used := fmt.Sprintf("at most %.0f of %d concurrent executions were used", m.Value, limit)
				return evidence.Test(m.Value < 0.8*float64(limit), used, used)
			})
		})
	})
}

// lambdaMetric returns the maximum of a metric of Lambda's. One without data has the value zero.
func lambdaMetric(region *evidence.Region, name string, dimensions map[string]string) evidence.Fact[evidence.MetricValue] {
	for _, d := range region.CloudWatch.Data.Found() {
		if m := d.Metric; m.Namespace == "AWS/Lambda" && m.Name == name && d.Stat == "Maximum" && maps.Equal(m.Dimensions, dimensions) {
			return d.Value
		}
	}
	return missingFrom[evidence.MetricValue](region.CloudWatch.Data.Gaps(), evidence.Gap{Service: "cloudwatch", Operation: "GetMetricData",
		Region: region.Name, Resource: name, Reason: evidence.NotAsked, Detail: "the metric was not asked for"})
}

// missingFrom is a fact that was sought in a listing and is not there: because of the listing's gaps,
// else for a reason of its own.
func missingFrom[T any](listing []evidence.Gap, own evidence.Gap) evidence.Fact[T] {
	if len(listing) > 0 {
		own = listing[0]
	}
	return evidence.Missing[T](own)
}

func functionHeadroom(_ *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		duration := lambdaMetric(region, "Duration", map[string]string{"FunctionName": f.Name})
		return evidence.With(duration, func(m evidence.MetricValue) evidence.Verdict {
			if m.Days == 0 {
				return evidence.NotApplicable("the function was not invoked lately")
			}
			ran := fmt.Sprintf("ran up to %.1f of %d seconds", m.Value/1000, s.Timeout)
			return evidence.Test(m.Value < 0.8*1000*float64(s.Timeout), ran, ran)
		})
	})
}

// infrastructureName matches the names of functions that AWS's tools create for themselves.
var infrastructureName = regexp.MustCompile(`(?i)^stackset-|customresource|logretention|framework-on(event|timeout)|framework-iscomplete`)

func functionTimeout(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		switch {
		case s.Durable:
			return evidence.NotApplicable("the function is durable")
		case infrastructureName.MatchString(f.Name):
			return evidence.NotApplicable("its name marks it as a helper of CloudFormation or the CDK")
		}
		switch s.Timeout {
		case 3:
			return evidence.Fail("the timeout is 3 seconds, the default")
		case 900:
			return evidence.Fail("the timeout is 900 seconds, the maximum")
		}
		return evidence.Pass(fmt.Sprintf("the timeout is %d seconds", s.Timeout))
	})
}

// durableMax is the longest that a durable execution may run: 366 days.
const durableMax = 31622400

func functionDurable(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		if !s.Durable {
			return evidence.NotApplicable("the function is not durable")
		}
		bound := fmt.Sprintf("an execution may run for %d seconds", s.DurableTimeout)
		return evidence.Test(s.DurableTimeout > 0 && s.DurableTimeout < durableMax, bound, "no execution timeout below the maximum of 366 days")
	})
}

func functionAlias(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.Some(f.Aliases, "no alias points to a published version", func(a evidence.FunctionAlias) evidence.Verdict {
		return evidence.With(a.Versions, func(versions []string) evidence.Verdict {
			published := slices.ContainsFunc(versions, func(v string) bool { return v != "$LATEST" })
			return evidence.Test(published, "alias "+a.Name+" points to a published version", "")
		})
	})
}

// asynchronousServices hand a function an event and do not wait for it.
var asynchronousServices = []string{
	"s3", "sns", "events", "scheduler", "ses", "logs", "config", "iot", "codecommit", "cloudformation", "secretsmanager", "lambda.alarms.cloudwatch",
}

func functionAsync(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	configured := evidence.Exists(f.Async, "", "", func(evidence.AsyncConfig) bool { return true })
	triggered := functionAdmits(f, "nothing is seen to invoke it asynchronously", func(p iampolicy.Principal) bool {
		return slices.Contains(asynchronousServices, p.Service())
	})
	return evidence.If(evidence.Any(triggered, configured), func() evidence.Verdict {
		return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
			v := evidence.All(evidence.Pass(""), evidence.Every(f.Async, func(c evidence.AsyncConfig) evidence.Verdict {
				return evidence.With(c.Settings, func(a evidence.AsyncSettings) evidence.Verdict {
					part := functionPart(functionQualifier(c.ARN))
					switch {
					case a.Retries != 0:
						return evidence.Pass("failed events of " + part + " are retried")
					case a.OnFailure != "" || s.DeadLetter != "":
						return evidence.Pass("failed events of " + part + " are handed to " + cmp.Or(a.OnFailure, s.DeadLetter))
					}
					return evidence.Fail("failed events of " + part + " are neither retried nor handed to anything")
				})
			}))
			if v.Passed() && v.Message == "" {
				v.Message = "failed events are retried twice, as nothing else is configured"
			}
			return v
		})
	})
}
