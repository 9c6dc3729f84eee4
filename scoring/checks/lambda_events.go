package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var lambdaMappings = regional(
	func(r *evidence.Region) evidence.List[evidence.EventSourceMapping] { return r.Lambda.Mappings },
	func(m evidence.EventSourceMapping) string { return m.ARN },
	mappingName,
	(*workload.Graph).Mapping)

// lambdaEventChecks are about event source mappings: queues and streams that Lambda reads.
var lambdaEventChecks = []scoring.Check{
	{
		ID:         "lambda-sqs-partial-batch",
		Title:      "Functions that read queues report partial batch failures",
		Questions:  []string{"7.1"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListEventSourceMappings"},
		Why:        "One message that fails returns the whole batch to the queue: the model is called again for those that succeeded.",
		Fix:        "aws lambda update-event-source-mapping --uuid <uuid> --function-response-types ReportBatchItemFailures",
		References: []string{"GENREL03-BP01"},
		Test:       scoring.Resources(lambdaMappings, queuePartialBatch),
	},
	{
		ID:         "lambda-stream-bisect",
		Title:      "Functions that read streams isolate poison records",
		Questions:  []string{"7.1"},
		Severity:   scoring.Low,
		Operations: []string{"lambda.ListEventSourceMappings"},
		Why:        "One record that always fails takes its whole batch with it, time after time.",
		Fix:        "aws lambda update-event-source-mapping --uuid <uuid> --bisect-batch-on-function-error",
		References: []string{"GENREL03-BP01"},
		Test:       scoring.Resources(lambdaMappings, streamBisect),
	},
	{
		ID:         "lambda-stream-retry-bounded",
		Title:      "Functions that read streams bound their retries",
		Questions:  []string{"7.3"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListEventSourceMappings"},
		Why:        "A record that always fails blocks its shard and calls the model until the record expires.",
		Fix:        "aws lambda update-event-source-mapping --uuid <uuid> --maximum-retry-attempts <number>",
		References: []string{"GENREL03-BP01"},
		Test:       scoring.Resources(lambdaMappings, streamRetries),
	},
	{
		ID:         "lambda-sqs-concurrency-cap",
		Aliases:    []string{"async-buffer-max-concurrency"},
		Title:      "Functions that read queues cap their concurrency",
		Questions:  []string{"7.4", "4.7"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListEventSourceMappings", "lambda.GetFunctionConcurrency"},
		Why:        "A surge in the queue can take the account's whole concurrency, and the model's quota with it.",
		Fix:        "aws lambda update-event-source-mapping --uuid <uuid> --scaling-config MaximumConcurrency=<number>",
		References: []string{"GENOPS02-BP03", "GENREL01-BP01", "LLM10:2025"},
		Test:       scoring.Resources(lambdaMappings, queueConcurrency),
	},
	{
		ID:         "lambda-stream-failure-destination",
		Title:      "Functions that read streams have a target for failed records",
		Questions:  []string{"7.5"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListEventSourceMappings"},
		Why:        "Records that are given up are gone, and nobody learns which ones.",
		Fix:        `aws lambda update-event-source-mapping --uuid <uuid> --destination-config '{"OnFailure":{"Destination":"<queue-arn>"}}'`,
		References: []string{"GENREL03-BP01"},
		Test:       scoring.Resources(lambdaMappings, streamFailureTarget),
	},
}

// mappingName names a mapping by its function and its source, as far as they were read.
func mappingName(m evidence.EventSourceMapping) (name string) {
	evidence.With(m.Settings, func(s evidence.MappingSettings) evidence.Verdict {
		name = resourcePart(s.Source) + " to " + resourcePart(s.Function)
		return evidence.Verdict{}
	})
	return name
}

// resourcePart is what an ARN names within its account.
func resourcePart(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return strings.TrimPrefix(parts[len(parts)-1], "function:")
}

// activeMapping asks an enabled mapping of one of the kinds.
func activeMapping(m evidence.EventSourceMapping, kinds []string, ask func(evidence.MappingSettings) evidence.Verdict) evidence.Verdict {
	return evidence.With(m.Settings, func(s evidence.MappingSettings) evidence.Verdict {
		switch {
		case !slices.Contains(kinds, s.Kind):
			return evidence.NotApplicable("its source is of another kind (" + s.Kind + ")")
		case !s.Enabled:
			return evidence.NotApplicable("the mapping is disabled")
		}
		return ask(s)
	})
}

var (
	queueKinds  = []string{"sqs"}
	shardKinds  = []string{"kinesis", "dynamodb"}
	streamKinds = []string{"kinesis", "dynamodb", "kafka"}
)

func queuePartialBatch(_ *scoring.Input, _ *evidence.Region, m evidence.EventSourceMapping) evidence.Verdict {
	return activeMapping(m, queueKinds, func(s evidence.MappingSettings) evidence.Verdict {
		if s.BatchSize <= 1 {
			return evidence.NotApplicable("messages come one by one")
		}
		return evidence.Test(s.PartialFailures, "reports which messages of a batch failed",
			fmt.Sprintf("one failed message returns its batch of up to %d", s.BatchSize))
	})
}

func streamBisect(_ *scoring.Input, _ *evidence.Region, m evidence.EventSourceMapping) evidence.Verdict {
	return activeMapping(m, shardKinds, func(s evidence.MappingSettings) evidence.Verdict {
		switch {
		case s.Bisect:
			return evidence.Pass("splits a batch that failed")
		case s.PartialFailures:
			return evidence.Pass("reports which record of a batch failed")
		}
		return evidence.Fail("a batch that failed is neither split nor reported in part")
	})
}

func streamRetries(_ *scoring.Input, _ *evidence.Region, m evidence.EventSourceMapping) evidence.Verdict {
	return activeMapping(m, streamKinds, func(s evidence.MappingSettings) evidence.Verdict {
		switch {
		case s.MaxRetries >= 0:
			return evidence.Pass(fmt.Sprintf("retries %d times", s.MaxRetries))
		case s.MaxAge >= 0:
			return evidence.Pass(fmt.Sprintf("gives up records older than %d seconds", s.MaxAge))
		}
		return evidence.Fail("retries a failed record until it expires")
	})
}

// queueLimit says what limits how many invocations an SQS mapping makes at a time; empty for nothing.
func queueLimit(s evidence.MappingSettings) string {
	switch {
	case s.Kind != "sqs":
		return ""
	case s.MaxConcurrency > 0:
		return fmt.Sprintf("at most %d invocations at a time", s.MaxConcurrency)
	case s.MaxPollers > 0:
		return fmt.Sprintf("at most %d provisioned pollers", s.MaxPollers)
	}
	return ""
}

func queueConcurrency(_ *scoring.Input, region *evidence.Region, m evidence.EventSourceMapping) evidence.Verdict {
	return activeMapping(m, queueKinds, func(s evidence.MappingSettings) evidence.Verdict {
		if limit := queueLimit(s); limit != "" {
			return evidence.Pass(limit)
		}
		return evidence.With(reservedConcurrency(region, s), func(reserved int) evidence.Verdict {
			if reserved >= 0 {
				return evidence.Pass(fmt.Sprintf("the function's reserved concurrency is %d", reserved))
			}
			return evidence.Fail("neither the mapping nor the function limits how many invocations run at a time")
		})
	})
}

// feedsFunction reports that a mapping feeds a function, or a version or alias of it.
func feedsFunction(s evidence.MappingSettings, f evidence.Function) bool {
	return f.ARN != "" && workload.Unqualified(s.Function) == f.ARN
}

// reservedConcurrency is that of the function which a mapping feeds.
func reservedConcurrency(region *evidence.Region, s evidence.MappingSettings) evidence.Fact[int] {
	for _, f := range region.Lambda.Functions.Found() {
		if feedsFunction(s, f) {
			return f.Reserved
		}
	}
	return missingFrom[int](region.Lambda.Functions.Gaps(), evidence.Gap{Service: "lambda", Operation: "GetFunctionConcurrency",
		Region: region.Name, Resource: s.Function, Reason: evidence.NotAsked, Detail: "the function is not listed: it was deleted"})
}

func streamFailureTarget(_ *scoring.Input, _ *evidence.Region, m evidence.EventSourceMapping) evidence.Verdict {
	return activeMapping(m, streamKinds, func(s evidence.MappingSettings) evidence.Verdict {
		return evidence.Test(s.OnFailure != "", "records that are given up go to "+s.OnFailure, "records that are given up are lost: there is no failure target")
	})
}
