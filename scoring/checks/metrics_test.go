package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
)

// datum is a metric that was published, and its aggregates where they were read.
type datum struct {
	metric evidence.Metric
	stat   string
	days   int
	value  evidence.MetricValue
}

// measured is a region in which metrics were published and read.
func measured(data []datum, fill ...func(*evidence.Region)) *evidence.Account {
	return region(func(r *evidence.Region) {
		var metrics []evidence.Metric
		var values []evidence.MetricData
		for _, d := range data {
			metrics = append(metrics, d.metric)
			if d.stat != "" {
				values = append(values, evidence.MetricData{Metric: d.metric, Stat: d.stat, Days: d.days, Value: evidence.Known(d.value)})
			}
		}
		r.CloudWatch.Metrics, r.CloudWatch.Data = evidence.Listed(metrics...), evidence.Listed(values...)
		for _, id := range []string{"anthropic.claude-sonnet-4-20250514-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"} {
			offered := evidence.BedrockFoundationModel{ID: id, Lifecycle: evidence.Known(evidence.BedrockModelLifecycle{Status: "ACTIVE"})}
			r.Bedrock.FoundationModels.Append(evidence.Listed(offered))
		}
		for _, f := range fill {
			f(r)
		}
	})
}

func sum(m evidence.Metric, days int, value float64) datum {
	return datum{m, "Sum", days, evidence.MetricValue{Value: value, Days: days}}
}

// unpaid is a region whose metrics were listed and not read, for want of the flag.
func unpaid(a *evidence.Account) *evidence.Account {
	a.Regions[0].CloudWatch.Data = evidence.Partial[evidence.MetricData](nil, evidence.Gap{Service: "cloudwatch", Operation: "GetMetricData", Reason: evidence.OptIn})
	return a
}

func unlistedMetrics(fill ...func(*evidence.Region)) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.CloudWatch.Metrics = evidence.Partial[evidence.Metric](nil, denied)
		r.CloudWatch.TableMetrics = evidence.Partial[evidence.Metric](nil, denied)
		r.CloudWatch.Data = evidence.Partial[evidence.MetricData](nil, denied)
		for _, f := range fill {
			f(r)
		}
	})
}

func logsTo(group string) func(*evidence.Region) {
	return func(r *evidence.Region) {
		r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{LogGroup: group, Text: true})
	}
}

func throughput(expires time.Time, status string) func(*evidence.Region) {
	return func(r *evidence.Region) {
		r.Bedrock.Provisioned = evidence.Listed(evidence.BedrockProvisioned{ARN: watchedThroughput, Name: "claims", Settings: evidence.Known(
			evidence.BedrockProvisionedSettings{Status: status, Expires: expires})})
	}
}

const watchedThroughput = "arn:aws:bedrock:eu-central-1:111122223333:provisioned-model/abcdefghijkl"

func TestMetrics(t *testing.T) {
	failure := evidence.Metric{Namespace: "AWS/Bedrock", Name: "ModelInvocationLogsS3DeliveryFailure"}
	calls := ofModel(watchedModel, "Invocations")
	throttles, tokens := ofModel(watchedModel, "InvocationThrottles"), ofModel(watchedModel, "InputTokenCount")
	latency := ofModel(watchedModel, "InvocationLatency")
	percentiles := func(days int) []datum {
		v := evidence.MetricValue{Value: 1234.5, Days: days}
		return []datum{{latency, "p50", 14, v}, {latency, "p95", 14, v}, {latency, "p99", 14, v}}
	}
	// cached is a model with so many calls, input tokens, and tokens read from the cache under a name.
	cached := func(invocations, input float64, name string, read float64) *evidence.Account {
		data := []datum{sum(calls, 14, invocations), sum(tokens, 14, input)}
		if name != "" {
			data = append(data, sum(ofModel(watchedModel, name), 14, read))
		}
		return measured(data)
	}
	named := func(id string) *evidence.Account { // a model with long prompts and no cache
		return measured([]datum{sum(ofModel(id, "Invocations"), 14, 1000), sum(ofModel(id, "InputTokenCount"), 14, 9e6)})
	}
	profiled := func(model string) *evidence.Account {
		a := named("arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abcdefghijkl")
		a.Regions[0].Bedrock.InferenceProfiles = evidence.Listed(evidence.BedrockInferenceProfile{
			ARN:     "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abcdefghijkl",
			Profile: evidence.Known(evidence.BedrockProfileSettings{Models: []string{"arn:aws:bedrock:eu-central-1::foundation-model/" + model}})})
		return a
	}
	reserved := named(watchedThroughput)
	reserved.Regions[0].Bedrock.Provisioned = evidence.Listed(evidence.BedrockProvisioned{ARN: watchedThroughput, Settings: evidence.Known(
		evidence.BedrockProvisionedSettings{ModelARN: "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0"})})
	uncounted := cached(1000, 9e6, "CacheReadInputTokens", 0)
	uncounted.Regions[0].CloudWatch.Data.Found()[2].Value = evidence.Missing[evidence.MetricValue](denied)
	throttled := func(name string, value float64) *evidence.Account {
		m := evidence.Metric{Namespace: "AWS/DynamoDB", Name: name, Dimensions: map[string]string{"TableName": "chat-sessions"}}
		a := oneTable(func(*evidence.DynamoDBTable) {})
		a.Regions[0].CloudWatch.TableMetrics = evidence.Listed(m)
		a.Regions[0].CloudWatch.Data = evidence.Listed(evidence.MetricData{Metric: m, Stat: "Sum", Days: 14, Value: evidence.Known(evidence.MetricValue{Value: value, Days: 14})})
		return a
	}
	scanned := func(table string) *evidence.Account {
		a := oneTable(func(*evidence.DynamoDBTable) {})
		a.Regions[0].CloudWatch.TableMetrics = evidence.Listed(evidence.Metric{Namespace: "AWS/DynamoDB", Name: "SuccessfulRequestLatency",
			Dimensions: map[string]string{"TableName": table, "Operation": "Scan"}})
		return a
	}
	table1 := func(r *evidence.Region) {
		r.DynamoDB.Tables = evidence.Listed(evidence.DynamoDBTable{ARN: tableARN, Name: "chat-sessions"})
	}
	used := sum(ofModel(watchedThroughput, "Invocations"), 7, 12)
	far, soon := now.Add(15*24*time.Hour), now.Add(14*24*time.Hour)
	run(t, metricChecks, table{
		"bedrock-invocation-log-delivery-failures": {
			{name: "no failure published", account: measured([]datum{sum(calls, 7, 5)}, logsTo("/aws/bedrock")), want: "pass"},
			{name: "failures older than a week", account: measured([]datum{sum(calls, 7, 5), sum(failure, 7, 0)}, logsTo("/aws/bedrock")), want: "pass"},
			{name: "failures", account: measured([]datum{sum(calls, 7, 5), sum(failure, 7, 3)}, logsTo("/aws/bedrock")), want: "fail"},
			{name: "failures published, not read", account: unpaid(measured([]datum{sum(calls, 7, 5), sum(failure, 7, 3)}, logsTo("/aws/bedrock"))), want: "unknown"},
			{name: "nothing to read without the flag", account: unpaid(measured([]datum{sum(calls, 7, 5)}, logsTo("/aws/bedrock"))), want: "pass"},
			{name: "metrics denied", account: unlistedMetrics(logsTo("/aws/bedrock")), want: "unknown"},
			{name: "logging off", account: measured([]datum{sum(calls, 7, 5)}, logsTo("")), want: "not-applicable"},
			{name: "nothing invoked", account: measured(nil, logsTo("/aws/bedrock")), want: "not-applicable"},
		},
		"bedrock-throttle-rate": {
			{name: "none", account: measured([]datum{sum(calls, 7, 990)}), want: "pass"},
			{name: "none, without the flag", account: unpaid(measured([]datum{sum(calls, 7, 990)})), want: "pass"},
			{name: "none in the last week", account: measured([]datum{sum(calls, 7, 990), sum(throttles, 7, 0)}), want: "pass"},
			{name: "one per cent", account: measured([]datum{sum(calls, 7, 990), sum(throttles, 7, 10)}), want: "pass"},
			{name: "more", account: measured([]datum{sum(calls, 7, 990), sum(throttles, 7, 11)}), want: "fail"},
			{name: "published, not read", account: unpaid(measured([]datum{sum(calls, 7, 990), sum(throttles, 7, 11)})), want: "unknown"},
			{name: "published of no single model", account: measured([]datum{sum(calls, 7, 990), {metric: evidence.Metric{Namespace: "AWS/Bedrock", Name: "InvocationThrottles"}}}), want: "unknown"},
			{name: "denied", account: unlistedMetrics(), want: "unknown"},
			{name: "nothing invoked", account: measured(nil), want: "not-applicable"},
		},
		"bedrock-prompt-caching-used": {
			{name: "read from the cache", account: cached(1000, 9e6, "CacheReadInputTokens", 5e6), want: "pass"},
			{name: "the other name", account: cached(1000, 9e6, "CacheReadInputTokenCount", 5e6), want: "pass"},
			{name: "few calls that read from the cache", account: cached(3, 9e6, "CacheReadInputTokens", 5e6), want: "pass"},
			{name: "published and zero", account: cached(1000, 9e6, "CacheReadInputTokens", 0), want: "fail"},
			{name: "never", account: cached(1000, 9e6, "", 0), want: "fail"},
			{name: "cache not read", account: uncounted, want: "unknown"},
			{name: "without the flag", account: unpaid(cached(1000, 9e6, "", 0)), want: "unknown"},
			{name: "denied", account: unlistedMetrics(), want: "unknown"},
			{name: "short prompts", account: cached(1000, 1024*1000, "", 0), want: "not-applicable"},
			{name: "few calls", account: cached(99, 9e6, "", 0), want: "not-applicable"},
			{name: "a model that cannot", account: named("anthropic.claude-3-haiku-20240307-v1:0"), want: "not-applicable"},
			{name: "a profile of a model that can", account: profiled("amazon.nova-pro-v1:0"), want: "fail"},
			{name: "a profile of a model that cannot", account: profiled("meta.llama3-8b-instruct-v1:0"), want: "not-applicable"},
			{name: "a throughput", account: reserved, want: "not-applicable"},
			{name: "a model that is not listed", account: named("anthropic.claude-v9"), want: "unknown"},
			{name: "only errors", account: measured([]datum{{metric: ofModel(watchedModel, "InvocationClientErrors")}}), want: "not-applicable"},
			{name: "bedrock-mantle", account: mantle(), want: "not-applicable"},
		},
		"bedrock-performance-baseline": {
			{name: "seven days", account: measured(percentiles(7)), want: "pass"},
			{name: "six days", account: measured(percentiles(6)), want: "not-applicable"},
			{name: "without the flag", account: unpaid(measured(percentiles(7))), want: "unknown"},
			{name: "denied", account: unlistedMetrics(), want: "unknown"},
			{name: "no latency", account: measured([]datum{sum(calls, 14, 5)}), want: "not-applicable"},
			{name: "bedrock-mantle", account: mantle(), want: "not-applicable"},
		},
		"bedrock-provisioned-throughput-used": {
			{name: "used, no commitment", account: measured([]datum{used}, throughput(time.Time{}, "InService")), want: "pass"},
			{name: "used, ends in fifteen days", account: measured([]datum{used}, throughput(far, "InService")), want: "pass"},
			{name: "used, ends in fourteen days", account: measured([]datum{used}, throughput(soon, "InService")), want: "fail"},
			{name: "used, has ended", account: measured([]datum{used}, throughput(now.Add(-time.Hour), "InService")), want: "fail"},
			{name: "ends soon, without the flag", account: unpaid(measured([]datum{used}, throughput(soon, "InService"))), want: "fail"},
			{name: "used in two weeks, without the flag", account: unpaid(measured([]datum{used}, throughput(far, "InService"))), want: "unknown"},
			{name: "never invoked, without the flag", account: unpaid(measured(nil, throughput(far, "InService"))), want: "fail"},
			{name: "not in the last week", account: measured([]datum{sum(used.metric, 7, 0)}, throughput(far, "InService")), want: "fail"},
			{name: "metrics denied", account: unlistedMetrics(throughput(far, "InService")), want: "unknown"},
			{name: "being created", account: measured(nil, throughput(far, "Creating")), want: "not-applicable"},
			{name: "none", account: measured(nil), want: "not-applicable"},
		},
		"dynamodb-no-throttling": {
			{name: "none published", account: oneTable(func(*evidence.DynamoDBTable) {}), want: "pass"},
			{name: "none published, without the flag", account: unpaid(oneTable(func(*evidence.DynamoDBTable) {})), want: "pass"},
			{name: "throttled", account: throttled("WriteThrottleEvents", 4), want: "fail"},
			{name: "published and zero", account: throttled("ReadThrottleEvents", 0), want: "pass"},
			{name: "published, not read", account: unpaid(throttled("ReadThrottleEvents", 4)), want: "unknown"},
			{name: "denied", account: unlistedMetrics(table1), want: "unknown"},
			{name: "no table", account: measured(nil), want: "not-applicable"},
		},
		"dynamodb-no-scan": {
			{name: "none", account: oneTable(func(*evidence.DynamoDBTable) {}), want: "pass"},
			{name: "another table", account: scanned("prices"), want: "pass"},
			{name: "scanned", account: scanned("chat-sessions"), want: "fail"},
			{name: "denied", account: unlistedMetrics(table1), want: "unknown"},
			{name: "no table", account: measured(nil), want: "not-applicable"},
		},
	})

	t.Run("the finding says which metric was seen", func(t *testing.T) {
		c, _ := ByID("bedrock-prompt-caching-observed")
		for _, name := range cacheReads {
			if _, message := outcome(c, row{}.input(cached(1000, 9e6, name, 5e6))); !strings.Contains(message, "("+name+")") {
				t.Errorf("%s: the finding reads %q", name, message)
			}
		}
	})
}

func TestThousands(t *testing.T) {
	for f, want := range map[float64]string{0: "0", 999.4: "999", 1000: "1,000", 1234567: "1,234,567", 0.5: "1"} {
		if got := thousands(f); got != want {
			t.Errorf("%v is written %q, want %q", f, got, want)
		}
	}
}
