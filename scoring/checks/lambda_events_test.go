package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

const mappingARN = "arn:aws:lambda:eu-central-1:111122223333:event-source-mapping:0a1b"

// mapped is an account with one enabled mapping to a function without reserved concurrency.
func mapped(kind string, fill func(*evidence.MappingSettings)) *evidence.Account {
	return oneFunction(func(_ *evidence.Function, r *evidence.Region) {
		s := evidence.MappingSettings{Function: functionARN, Source: "arn:aws:" + kind + ":eu-central-1:111122223333:work", Kind: kind,
			Enabled: true, BatchSize: 10, MaxRetries: -1, MaxAge: -1}
		fill(&s)
		r.Lambda.Mappings = evidence.Listed(evidence.EventSourceMapping{ARN: mappingARN, ID: "0a1b", Settings: evidence.Known(s)})
	})
}

func TestLambdaEvents(t *testing.T) {
	plain := func(*evidence.MappingSettings) {}
	disabled := func(s *evidence.MappingSettings) { s.Enabled = false }
	partial := func(s *evidence.MappingSettings) { s.PartialFailures = true }
	bisect := func(s *evidence.MappingSettings) { s.Bisect = true }
	failed := func(s *evidence.MappingSettings) { s.OnFailure = "arn:aws:sqs:eu-central-1:111122223333:failed" }
	unread := region(func(r *evidence.Region) {
		r.Lambda.Mappings = evidence.Listed(evidence.EventSourceMapping{ARN: mappingARN, ID: "0a1b"})
	})
	listingDenied := region(func(r *evidence.Region) {
		r.Lambda.Mappings = evidence.Partial[evidence.EventSourceMapping](nil, denied)
	})
	none := region(func(*evidence.Region) {})
	reserved := mapped("sqs", plain)
	reserved.Regions[0].Lambda.Functions.Found()[0].Reserved = evidence.Known(5)
	reservedUnread := mapped("sqs", plain)
	reservedUnread.Regions[0].Lambda.Functions.Found()[0].Reserved = evidence.Missing[int](denied)
	gone := mapped("sqs", plain)
	gone.Regions[0].Lambda.Functions = evidence.Listed[evidence.Function]()
	run(t, lambdaEventChecks, table{
		"lambda-sqs-partial-batch": {
			{name: "reports", account: mapped("sqs", partial), want: "pass"},
			{name: "does not", account: mapped("sqs", plain), want: "fail"},
			{name: "one by one", account: mapped("sqs", func(s *evidence.MappingSettings) { s.BatchSize = 1 }), want: "not-applicable"},
			{name: "disabled", account: mapped("sqs", disabled), want: "not-applicable"},
			{name: "a stream", account: mapped("kinesis", plain), want: "not-applicable"},
			{name: "unread", account: unread, want: "unknown"},
			{name: "listing denied", account: listingDenied, want: "unknown"},
			{name: "no mappings", account: none, want: "not-applicable"},
		},
		"lambda-stream-bisect": {
			{name: "splits", account: mapped("dynamodb", bisect), want: "pass"},
			{name: "reports", account: mapped("kinesis", partial), want: "pass"},
			{name: "neither", account: mapped("dynamodb", plain), want: "fail"},
			{name: "Kafka", account: mapped("kafka", plain), want: "not-applicable"},
			{name: "disabled", account: mapped("dynamodb", disabled), want: "not-applicable"},
			{name: "unread", account: unread, want: "unknown"},
		},
		"lambda-stream-retry-bounded": {
			{name: "retries", account: mapped("dynamodb", func(s *evidence.MappingSettings) { s.MaxRetries = 5 }), want: "pass"},
			{name: "no retries", account: mapped("kinesis", func(s *evidence.MappingSettings) { s.MaxRetries = 0 }), want: "pass"},
			{name: "age", account: mapped("kafka", func(s *evidence.MappingSettings) { s.MaxAge = 3600 }), want: "pass"},
			{name: "for ever", account: mapped("kafka", plain), want: "fail"},
			{name: "a queue", account: mapped("sqs", plain), want: "not-applicable"},
			{name: "unread", account: unread, want: "unknown"},
		},
		"lambda-sqs-concurrency-cap": {
			{name: "mapping", account: mapped("sqs", func(s *evidence.MappingSettings) { s.MaxConcurrency = 20 }), want: "pass"},
			{name: "pollers", account: mapped("sqs", func(s *evidence.MappingSettings) { s.MaxPollers = 4 }), want: "pass"},
			{name: "function", account: reserved, want: "pass"},
			{name: "neither", account: mapped("sqs", plain), want: "fail"},
			{name: "function unread", account: reservedUnread, want: "unknown"},
			{name: "function gone", account: gone, want: "unknown"},
			{name: "a stream", account: mapped("dynamodb", plain), want: "not-applicable"},
			{name: "unread", account: unread, want: "unknown"},
		},
		"lambda-stream-failure-destination": {
			{name: "a queue", account: mapped("dynamodb", failed), want: "pass"},
			{name: "none", account: mapped("kinesis", plain), want: "fail"},
			{name: "none for Kafka", account: mapped("kafka", plain), want: "fail"},
			{name: "a queue's own dead letters", account: mapped("sqs", plain), want: "not-applicable"},
			{name: "unread", account: unread, want: "unknown"},
		},
	})
}
