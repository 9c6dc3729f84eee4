package checks

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// metered is why a check has to be asked for: its answer always rests on values that AWS bills. A
// check that ListMetrics answers in part, for nothing, is asked without the flag.
const metered = "--metrics: CloudWatch bills GetMetricData, about 0.01 USD per 1,000 metrics"

var metricChecks = []scoring.Check{
	{
		ID:         "bedrock-invocation-log-delivery-failures",
		Title:      "Model invocation logs are delivered",
		Questions:  []string{"3.2"},
		Severity:   scoring.High,
		Operations: []string{"cloudwatch.ListMetrics", "cloudwatch.GetMetricData", "bedrock.GetModelInvocationLoggingConfiguration"},
		Why:        "Logging can be on and lose every record: a broken role or bucket policy shows in no configuration.",
		Fix:        "aws bedrock get-model-invocation-logging-configuration --region <region>",
		References: []string{"GENSEC01-BP04", "GENOPS02-BP02"},
		Test:       scoring.PerRegion(logDelivery),
	},
	{
		ID:         "bedrock-throttle-rate",
		Title:      "At most 1 % of model invocations are throttled",
		Questions:  []string{"7.3"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.ListMetrics", "cloudwatch.GetMetricData"},
		Why:        "Throttled invocations are retries at best and failed answers at worst; they grow with every new user.",
		Fix:        "aws service-quotas request-service-quota-increase --service-code bedrock --quota-code <code> --desired-value <value>",
		References: []string{"GENREL01-BP01", "GENOPS02-BP03", "GENOPS02-BP02", "LLM10:2025"},
		Test:       scoring.PerRegion(throttleRate),
	},
	{
		ID:         "bedrock-prompt-caching-used",
		Aliases:    []string{"bedrock-prompt-caching-observed"},
		Title:      "Long prompts are read from the prompt cache",
		Questions:  []string{"4.4", "8.5"},
		Severity:   scoring.Medium,
		OptIn:      metered,
		Operations: []string{"cloudwatch.ListMetrics", "cloudwatch.GetMetricData"},
		Why:        "Sending the same long context again costs up to ten times what reading it from the cache does, and more time.",
		Fix:        `aws bedrock-runtime converse --model-id <model-id> --system '[{"text":"<long context>"},{"cachePoint":{"type":"default"}}]' --messages file://messages.json`,
		References: []string{"GENCOST03-BP03", "LLM10:2025"},
		Test:       scoring.Resources(watchedModels, promptCaching),
	},
	{
		ID:         "bedrock-performance-baseline",
		Title:      "Latency was recorded on at least seven days for every model in use",
		Questions:  []string{"4.1"},
		Severity:   scoring.Low,
		NeverFails: true,
		OptIn:      metered,
		Operations: []string{"cloudwatch.ListMetrics", "cloudwatch.GetMetricData"},
		Why:        "Without a baseline nobody can say whether today is slow.",
		Fix:        "aws cloudwatch get-metric-statistics --namespace AWS/Bedrock --metric-name InvocationLatency --dimensions Name=ModelId,Value=<model-id> --extended-statistics p50 p95 p99 --period 86400 --start-time <start> --end-time <end>",
		References: []string{"GENPERF01-BP02"},
		Test:       scoring.Resources(watchedModels, latencyBaseline),
	},
	{
		ID:         "bedrock-provisioned-throughput-used",
		Title:      "Provisioned throughput is used, and its commitment does not end unnoticed",
		Questions:  []string{"8.7"},
		Severity:   scoring.High,
		Operations: []string{"bedrock.ListProvisionedModelThroughputs", "cloudwatch.ListMetrics", "cloudwatch.GetMetricData"},
		Why:        "Provisioned throughput is billed by the hour, used or not, and a commitment that ends changes price or capacity.",
		Fix:        "aws bedrock delete-provisioned-model-throughput --provisioned-model-id <id>",
		References: []string{"GENCOST02-BP01", "GENCOST02-BP02", "LLM10:2025"},
		Test:       scoring.Resources(usedThroughputs, throughputUsed),
	},
	{
		ID:         "dynamodb-no-throttling",
		Title:      "Tables were not throttled in the last two weeks",
		Questions:  []string{"4.4"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.ListMetrics", "cloudwatch.GetMetricData"},
		Why:        "A throttled table slows every conversation down that it holds.",
		Fix:        "aws dynamodb update-table --table-name <table> --billing-mode PAY_PER_REQUEST",
		Test:       scoring.Resources(tables, tableThrottled),
	},
	{
		ID:         "dynamodb-no-scan",
		Title:      "Tables were not scanned in the last two weeks",
		Questions:  []string{"4.4"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.ListMetrics"},
		Why:        "A scan reads, and bills, the whole table, and slows down as it grows.",
		Fix:        "aws dynamodb update-table --table-name <table> --attribute-definitions file://attributes.json --global-secondary-index-updates file://index.json",
		References: []string{"GENPERF04-BP01"},
		Test:       scoring.Resources(tables, tableScanned),
	},
}

var usedThroughputs = regional(
	func(r *evidence.Region) evidence.List[evidence.BedrockProvisioned] { return r.Bedrock.Provisioned },
	func(p evidence.BedrockProvisioned) string { return p.ARN },
	func(p evidence.BedrockProvisioned) string { return p.Name },
	func(g *workload.Graph, region string, p evidence.BedrockProvisioned) evidence.Verdict {
		return g.Bedrock(region, p.ARN, "provisioned throughput")
	})

// metricValue returns a metric's aggregate; one that was not asked for is a gap.
func metricValue(region *evidence.Region, m evidence.Metric, stat string, days int) evidence.Fact[evidence.MetricValue] {
	for _, d := range region.CloudWatch.Data.Found() {
		if d.Stat == stat && d.Days == days && d.Metric.Namespace == m.Namespace && d.Metric.Name == m.Name && maps.Equal(d.Metric.Dimensions, m.Dimensions) {
			return d.Value
		}
	}
	if gaps := region.CloudWatch.Data.Gaps(); len(gaps) > 0 {
		return evidence.Missing[evidence.MetricValue](gaps[0])
	}
	return evidence.Missing[evidence.MetricValue](evidence.Gap{Service: "cloudwatch", Operation: "GetMetricData", Region: region.Name,
		Reason: evidence.NotAsked, Detail: "the values of " + m.Name + " were not asked for"})
}

// ofModel is a metric that Bedrock publishes of one model.
func ofModel(id, name string) evidence.Metric {
	return evidence.Metric{Namespace: workload.BedrockMetrics, Name: name, Dimensions: map[string]string{"ModelId": id}}
}

// metricPublished asks whether a metric had data in the last two weeks.
func metricPublished(region *evidence.Region, m evidence.Metric, none string) evidence.Verdict {
	return evidence.Exists(region.CloudWatch.Metrics, "", none, func(other evidence.Metric) bool {
		return other.Namespace == m.Namespace && other.Name == m.Name && maps.Equal(other.Dimensions, m.Dimensions)
	})
}

// modelsInvoked asks whether a region saw any invocation of a model in the last two weeks.
func modelsInvoked(region *evidence.Region) evidence.Verdict {
	return evidence.Exists(region.CloudWatch.Metrics, "", "no model was invoked in the last two weeks", func(m evidence.Metric) bool {
		return m.Namespace == workload.BedrockMetrics && m.Name == "Invocations"
	})
}

func logDelivery(_ *scoring.Input, region *evidence.Region) evidence.Verdict {
	on := evidence.With(region.Bedrock.Logging, func(l evidence.BedrockLogging) evidence.Verdict {
		return evidence.Test(l.LogGroup != "" || l.Bucket != "", "", "model invocation logging is off")
	})
	return evidence.If(evidence.All(on, modelsInvoked(region)), func() evidence.Verdict {
		failed := evidence.Some(region.CloudWatch.Metrics, "no invocation log failed to be delivered in the last week", func(m evidence.Metric) evidence.Verdict {
			if m.Namespace != workload.BedrockMetrics || !strings.HasPrefix(m.Name, "ModelInvocation") || !strings.HasSuffix(m.Name, "DeliveryFailure") {
				return evidence.Fail("")
			}
			return evidence.With(metricValue(region, m, "Sum", 7), func(v evidence.MetricValue) evidence.Verdict {
				return evidence.Test(v.Value > 0, thousands(v.Value)+" deliveries failed in the last week ("+m.Name+")", "")
			})
		})
		return evidence.Not(failed)
	})
}

// modelTotal adds up a metric over all models that published it.
func modelTotal(region *evidence.Region, name string, days int) evidence.Fact[float64] {
	sum := evidence.Missing[float64](evidence.Gap{Service: "cloudwatch", Operation: "GetMetricData", Region: region.Name,
		Reason: evidence.NotAsked, Detail: name + " was published of no single model"})
	first := true
	for _, m := range region.CloudWatch.Metrics.Found() {
		if m.Namespace != workload.BedrockMetrics || m.Name != name || len(m.Dimensions) != 1 || m.Dimensions["ModelId"] == "" {
			continue
		}
		if first {
			sum, first = evidence.Known(0.0), false
		}
		sum = evidence.Bind(sum, func(sum float64) evidence.Fact[float64] {
			return evidence.Map(metricValue(region, m, "Sum", days), func(v evidence.MetricValue) float64 { return sum + v.Value })
		})
	}
	if gaps := region.CloudWatch.Metrics.Gaps(); len(gaps) > 0 {
		return evidence.Missing[float64](gaps[0])
	}
	return sum
}

func throttleRate(_ *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.If(modelsInvoked(region), func() evidence.Verdict {
		throttled := evidence.Exists(region.CloudWatch.Metrics, "", "no invocation was throttled in the last two weeks", func(m evidence.Metric) bool {
			return m.Namespace == workload.BedrockMetrics && m.Name == "InvocationThrottles"
		})
		if throttled.Failed() {
			return evidence.Pass(throttled.Message)
		}
		return evidence.With(modelTotal(region, "InvocationThrottles", 7), func(throttles float64) evidence.Verdict {
			if throttles == 0 {
				return evidence.Pass("no invocation was throttled in the last week")
			}
			return evidence.With(modelTotal(region, "Invocations", 7), func(invocations float64) evidence.Verdict {
				// Invocations does not count those that were throttled.
				share := fmt.Sprintf("%s of %s invocations were throttled in the last week (%.2f %%)",
					thousands(throttles), thousands(throttles+invocations), 100*throttles/(throttles+invocations))
				return evidence.Test(throttles <= (throttles+invocations)/100, share, share)
			})
		})
	})
}

// cachingModels are the models that cache prompts (Bedrock User Guide, "Prompt caching"): Claude 3.5
// Haiku, 3.7 Sonnet and the generations after them, and Amazon Nova's text models.
var cachingModels = regexp.MustCompile(`(^|[./])(anthropic\.claude-(3-5-haiku|3-7-sonnet|(opus|sonnet|haiku)-\d)|amazon\.nova-(2-)?(micro|lite|pro|premier))`)

// cachesPrompts tells whether a model caches prompts. An application inference profile tells by its models;
// of what else has a name of its own, such as a throughput, it is not known.
func cachesPrompts(region *evidence.Region, id string) evidence.Verdict {
	supported := func(model string) evidence.Verdict {
		return evidence.Test(cachingModels.MatchString(model), "", "the model does not cache prompts")
	}
	if strings.Contains(id, ".") {
		return supported(id)
	}
	for _, p := range region.Bedrock.InferenceProfiles.Found() {
		if p.ID == id || p.ARN == id {
			return evidence.With(p.Profile, func(s evidence.BedrockProfileSettings) evidence.Verdict {
				return supported(strings.Join(s.Models, " "))
			})
		}
	}
	if gaps := region.Bedrock.InferenceProfiles.Gaps(); len(gaps) > 0 {
		return evidence.Unknown("", gaps...)
	}
	return evidence.Fail("which model stands behind " + id + " is not known")
}

// cacheReads are the two names under which Bedrock has published the tokens read from the prompt cache.
var cacheReads = []string{"CacheReadInputTokens", "CacheReadInputTokenCount"}

const (
	fewInvocations = 100  // in two weeks: too few to say that prompts repeat
	shortestCached = 1024 // tokens, the least that a cache checkpoint takes
)

func promptCaching(_ *scoring.Input, region *evidence.Region, m workload.ModelInUse) evidence.Verdict {
	if m.Namespace == workload.MantleMetrics {
		return evidence.NotApplicable("the bedrock-mantle endpoint publishes no metric of its cache")
	}
	invocations := ofModel(m.ID, "Invocations")
	called := metricPublished(region, invocations, "no invocation succeeded in the last two weeks")
	return evidence.If(evidence.All(cachesPrompts(region, m.ID), called), func() evidence.Verdict {
		cached := evidence.Some(region.CloudWatch.Metrics, "", func(metric evidence.Metric) evidence.Verdict {
			if !slices.Contains(cacheReads, metric.Name) || !maps.Equal(metric.Dimensions, invocations.Dimensions) || metric.Namespace != workload.BedrockMetrics {
				return evidence.Fail("")
			}
			return evidence.With(metricValue(region, metric, "Sum", 14), func(v evidence.MetricValue) evidence.Verdict {
				return evidence.Test(v.Value > 0, thousands(v.Value)+" tokens were read from the cache in two weeks ("+metric.Name+")", "")
			})
		})
		if cached.Passed() {
			return cached
		}
		uncached := evidence.With(metricValue(region, invocations, "Sum", 14), func(calls evidence.MetricValue) evidence.Verdict {
			if calls.Value < fewInvocations {
				return evidence.NotApplicable(thousands(calls.Value) + " invocations in two weeks are too few to judge")
			}
			return evidence.With(metricValue(region, ofModel(m.ID, "InputTokenCount"), "Sum", 14), func(tokens evidence.MetricValue) evidence.Verdict {
				average := thousands(tokens.Value/calls.Value) + " input tokens per invocation"
				if tokens.Value <= shortestCached*calls.Value {
					return evidence.NotApplicable("an average of " + average + " is too short to cache")
				}
				return evidence.Fail("an average of " + average + ", and none were read from the cache in two weeks (neither CacheReadInputTokens nor CacheReadInputTokenCount)")
			})
		})
		if cached.Failed() {
			return uncached
		}
		uncached.Outcomes |= evidence.CanPass
		uncached.Gaps = append(uncached.Gaps[:len(uncached.Gaps):len(uncached.Gaps)], cached.Gaps...)
		return uncached
	})
}

func latencyBaseline(_ *scoring.Input, region *evidence.Region, m workload.ModelInUse) evidence.Verdict {
	if m.Namespace == workload.MantleMetrics {
		return evidence.NotApplicable("the bedrock-mantle endpoint publishes no latency")
	}
	latency := ofModel(m.ID, "InvocationLatency")
	return evidence.If(metricPublished(region, latency, "no latency was published in the last two weeks"), func() evidence.Verdict {
		percentile := func(p string, then func(evidence.MetricValue) evidence.Verdict) evidence.Verdict {
			return evidence.With(metricValue(region, latency, p, 14), then)
		}
		return percentile("p95", func(p95 evidence.MetricValue) evidence.Verdict {
			if p95.Days < 7 {
				return evidence.NotApplicable(strconv.Itoa(p95.Days) + " days of the last two weeks have data")
			}
			return percentile("p50", func(p50 evidence.MetricValue) evidence.Verdict {
				return percentile("p99", func(p99 evidence.MetricValue) evidence.Verdict {
					return evidence.Pass(fmt.Sprintf("%d days of data; on the slowest of them p50 %s ms, p95 %s ms, p99 %s ms",
						p95.Days, thousands(p50.Value), thousands(p95.Value), thousands(p99.Value)))
				})
			})
		})
	})
}

// commitmentNotice is how long before its end a commitment should be known.
const commitmentNotice = 14 * 24 * time.Hour

func throughputUsed(in *scoring.Input, region *evidence.Region, p evidence.BedrockProvisioned) evidence.Verdict {
	return evidence.With(p.Settings, func(s evidence.BedrockProvisionedSettings) evidence.Verdict {
		if s.Status == "Creating" || s.Status == "Failed" {
			return evidence.NotApplicable("its status is " + s.Status)
		}
		ends := "its commitment ends on "
		if s.Expires.Before(in.Account.Clock) {
			ends = "its commitment ended on "
		}
		ends += s.Expires.UTC().Format(time.DateOnly)
		commitment := evidence.Test(s.Expires.IsZero() || s.Expires.Sub(in.Account.Clock) > commitmentNotice, "", ends)
		used := evidence.Some(region.CloudWatch.Metrics, "idle: it was not invoked in the last week", func(m evidence.Metric) evidence.Verdict {
			if m.Namespace != workload.BedrockMetrics || m.Name != "Invocations" || !maps.Equal(m.Dimensions, map[string]string{"ModelId": p.ARN}) {
				return evidence.Fail("")
			}
			return evidence.With(metricValue(region, m, "Sum", 7), func(v evidence.MetricValue) evidence.Verdict {
				return evidence.Test(v.Value > 0, thousands(v.Value)+" invocations in the last week", "")
			})
		})
		return evidence.All(commitment, used)
	})
}

func tableThrottled(_ *scoring.Input, region *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	throttled := evidence.Some(region.CloudWatch.TableMetrics, "no read or write was throttled in two weeks", func(m evidence.Metric) evidence.Verdict {
		if m.Dimensions["TableName"] != t.Name || m.Name != "ReadThrottleEvents" && m.Name != "WriteThrottleEvents" {
			return evidence.Fail("")
		}
		return evidence.With(metricValue(region, m, "Sum", 14), func(v evidence.MetricValue) evidence.Verdict {
			return evidence.Test(v.Value > 0, thousands(v.Value)+" "+m.Name+" in two weeks"+onIndex(m), "")
		})
	})
	return evidence.Not(throttled)
}

func onIndex(m evidence.Metric) string {
	if name := m.Dimensions["GlobalSecondaryIndexName"]; name != "" {
		return " on index " + name
	}
	return ""
}

func tableScanned(_ *scoring.Input, region *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.Not(evidence.Exists(region.CloudWatch.TableMetrics,
		"scans were observed in the last two weeks (an export or a look in the console scans too)", "no scan was observed in the last two weeks",
		func(m evidence.Metric) bool {
			return m.Dimensions["TableName"] == t.Name && m.Dimensions["Operation"] == "Scan"
		}))
}

// thousands writes a count for a person.
func thousands(f float64) string {
	digits := strconv.FormatFloat(math.Round(f), 'f', -1, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
