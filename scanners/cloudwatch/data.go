package cloudwatch

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

const (
	week      = 7
	fortnight = 14
	day       = 24 * time.Hour
	batch     = 500 // queries that one call takes
)

// query asks for a statistic of a metric, once for the longest of its windows.
type query struct {
	metric  evidence.Metric
	stat    string
	windows []int // days
}

// data reads what AWS bills, service by service, so that one refusal spares the others.
func data(ctx context.Context, run *scanners.Run, client *sdk.Client, c *evidence.CloudWatch) evidence.List[evidence.MetricData] {
	if !run.Metrics {
		return evidence.Partial[evidence.MetricData](nil, run.Gap("GetMetricData", "", evidence.OptIn, billed))
	}
	var all []evidence.MetricData
	for _, queries := range [][]query{modelQueries(c.Metrics), functionQueries(run), tableQueries(c.TableMetrics)} {
		for part := range slices.Chunk(queries, batch) {
			all = append(all, values(ctx, run, client, part)...)
		}
	}
	// What could not be listed could not be asked for.
	gaps := slices.Concat(c.Metrics.Gaps(), c.TableMetrics.Gaps(), regionOf(run).Lambda.Functions.Gaps())
	return evidence.Partial(all, gaps...)
}

// modelQueries asks for what was published of models and of the delivery of invocation logs.
func modelQueries(metrics evidence.List[evidence.Metric]) (queries []query) {
	found := slices.Clone(metrics.Found())
	slices.SortFunc(found, func(a, b evidence.Metric) int { return strings.Compare(key(a), key(b)) })
	for _, m := range found {
		ask := func(stat string, windows ...int) { queries = append(queries, query{m, stat, windows}) }
		switch byModel := len(m.Dimensions) == 1 && m.Dimensions["ModelId"] != ""; {
		case m.Namespace != workload.BedrockMetrics:
		case strings.HasPrefix(m.Name, "ModelInvocation") && strings.HasSuffix(m.Name, "DeliveryFailure"):
			ask("Sum", week)
		case !byModel:
		case m.Name == "Invocations":
			ask("Sum", week, fortnight)
		case m.Name == "InvocationThrottles":
			ask("Sum", week)
		case m.Name == "InputTokenCount", m.Name == "CacheReadInputTokenCount", m.Name == "CacheReadInputTokens":
			ask("Sum", fortnight)
		case m.Name == "InvocationLatency":
			ask("p50", fortnight)
			ask("p95", fortnight)
			ask("p99", fortnight)
		case m.Name == "TimeToFirstToken":
			ask("p95", fortnight)
		}
	}
	return queries
}

// functionQueries asks how long functions in scope ran, and how many functions of the account ran at once.
func functionQueries(run *scanners.Run) (queries []query) {
	names := functionsInScope(run)
	for _, name := range names {
		queries = append(queries, query{evidence.Metric{Namespace: "AWS/Lambda", Name: "Duration", Dimensions: map[string]string{"FunctionName": name}}, "Maximum", []int{week}})
	}
	if len(names) > 0 {
		queries = append(queries, query{evidence.Metric{Namespace: "AWS/Lambda", Name: "ConcurrentExecutions"}, "Maximum", []int{fortnight}})
	}
	return queries
}

// tableQueries asks how often tables in scope, and their indexes, were throttled.
func tableQueries(metrics evidence.List[evidence.Metric]) (queries []query) {
	found := slices.Clone(metrics.Found())
	slices.SortFunc(found, func(a, b evidence.Metric) int { return strings.Compare(key(a), key(b)) })
	for _, m := range found {
		if slices.Contains(throttleEvents, m.Name) {
			queries = append(queries, query{m, "Sum", []int{fortnight}})
		}
	}
	return queries
}

// series is what one query returned, or what it still lacks.
type series struct {
	times    []time.Time
	values   []float64
	complete bool
	refused  types.StatusCode
}

// values makes one call for all queries, with a value for each day since midnight of the first.
func values(ctx context.Context, run *scanners.Run, client *sdk.Client, queries []query) (all []evidence.MetricData) {
	midnight := run.Clock.Truncate(day)
	pages := sdk.NewGetMetricDataPaginator(client, &sdk.GetMetricDataInput{
		StartTime: aws.Time(midnight.Add(-fortnight * day)), EndTime: aws.Time(run.Clock), MetricDataQueries: asked(queries),
	})
	results := scanners.Pages(ctx, run, "", pages, func(out *sdk.GetMetricDataOutput) []types.MetricDataResult { return out.MetricDataResults })
	found := map[string]series{}
	for _, r := range results.Found() {
		s := found[aws.ToString(r.Id)]
		n := min(len(r.Timestamps), len(r.Values))
		s.times, s.values = append(s.times, r.Timestamps[:n]...), append(s.values, r.Values[:n]...)
		s.complete = r.StatusCode == types.StatusCodeComplete && n == len(r.Timestamps) && n == len(r.Values)
		if r.StatusCode == types.StatusCodeForbidden || r.StatusCode == types.StatusCodeInternalError {
			s.refused = r.StatusCode
		}
		found[aws.ToString(r.Id)] = s
	}
	for i, q := range queries {
		s := found[id(i)]
		for _, days := range q.windows {
			d := evidence.MetricData{Metric: q.metric, Stat: q.stat, Days: days, Value: evidence.Missing[evidence.MetricValue](lacking(run, s, results.Gaps()))}
			if s.complete && s.refused == "" {
				d.Value = evidence.Known(s.over(q.stat, midnight.Add(-time.Duration(days)*day)))
			}
			all = append(all, d)
		}
	}
	return all
}

func id(i int) string { return "q" + strconv.Itoa(i) }

func asked(queries []query) []types.MetricDataQuery {
	all := make([]types.MetricDataQuery, len(queries))
	for i, q := range queries {
		m := types.Metric{Namespace: aws.String(q.metric.Namespace), MetricName: aws.String(q.metric.Name)}
		for name, value := range q.metric.Dimensions {
			m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
		}
		slices.SortFunc(m.Dimensions, func(a, b types.Dimension) int { return strings.Compare(*a.Name, *b.Name) })
		all[i] = types.MetricDataQuery{Id: aws.String(id(i)), MetricStat: &types.MetricStat{
			Metric: &m, Period: aws.Int32(int32(day / time.Second)), Stat: aws.String(q.stat),
		}}
	}
	return all
}

// lacking is the gap of a query that was not answered to its end.
func lacking(run *scanners.Run, s series, gaps []evidence.Gap) evidence.Gap {
	switch {
	case s.refused == types.StatusCodeForbidden:
		return run.Gap("GetMetricData", "", evidence.Denied, "")
	case len(gaps) > 0:
		return gaps[0]
	}
	gap := run.Gap("GetMetricData", "", evidence.Failed, "CloudWatch did not return all of the metric's data")
	gap.Permission = ""
	return gap
}

// over folds the days from since on into one value.
func (s series) over(stat string, since time.Time) (v evidence.MetricValue) {
	for i, at := range s.times {
		switch {
		case at.Before(since):
			continue
		case stat == "Sum":
			v.Value += s.values[i]
		case v.Days == 0 || s.values[i] > v.Value:
			v.Value = s.values[i]
		}
		v.Days++
	}
	return v
}
