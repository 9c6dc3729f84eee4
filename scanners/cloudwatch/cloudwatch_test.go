package cloudwatch

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
	"github.com/awsready/awsready/workload"
)

const region = "eu-central-1"

var clock = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// reply is an exchange: an operation's reply to an input.
func reply(operation, input, reply string) string {
	return exchange(operation, input, `"reply":`+reply)
}

func exchange(operation, input, answer string) string {
	if input == "" {
		input = "{}"
	}
	return `{"operation":"` + operation + `","input":` + input + `,` + answer + `}`
}

func denied(operation, input string) string {
	return exchange(operation, input, `"error":{"code":"AccessDenied","message":"User: x is not authorized to perform: cloudwatch:`+operation+`","status":403}`)
}

const (
	everyType = `{"AlarmTypes":["MetricAlarm","CompositeAlarm","LogAlarm"]}`
	detection = `{"AnomalyDetectorTypes":["SINGLE_METRIC","METRIC_MATH"]}`
)

// nothing answers every call of a region in which there is nothing, in the order of the scan.
var nothing = map[string]string{
	"alarms":     reply("DescribeAlarms", everyType, `{"MetricAlarms":[]}`),
	"detectors":  reply("DescribeAnomalyDetectors", detection, `{"AnomalyDetectors":[]}`),
	"dashboards": reply("ListDashboards", "", `{"DashboardEntries":[]}`),
	"bedrock":    reply("ListMetrics", `{"Namespace":"AWS/Bedrock"}`, `{"Metrics":[]}`),
	"agents":     reply("ListMetrics", `{"Namespace":"AWS/Bedrock/Agents"}`, `{"Metrics":[]}`),
	"guardrails": reply("ListMetrics", `{"Namespace":"AWS/Bedrock/Guardrails"}`, `{"Metrics":[]}`),
	"mantle":     reply("ListMetrics", `{"Namespace":"AWS/BedrockMantle"}`, `{"Metrics":[]}`),
}

// inventory stands for the services that the scanner needs: a function and a table.
func inventory(functions, tables []string) []scanners.Scanner {
	return []scanners.Scanner{
		{Service: "lambda", Regional: func(_ context.Context, run *scanners.Run, into *evidence.Region) {
			var all []evidence.Function
			for _, name := range functions {
				all = append(all, evidence.Function{ARN: run.ARN("lambda", "function:"+name), Name: name})
			}
			into.Lambda.Functions = evidence.Listed(all...)
		}},
		{Service: "dynamodb", Regional: func(_ context.Context, run *scanners.Run, into *evidence.Region) {
			var all []evidence.DynamoDBTable
			for _, name := range tables {
				all = append(all, evidence.DynamoDBTable{ARN: run.ARN("dynamodb", "table/"+name), Name: name})
			}
			into.DynamoDB.Tables = evidence.Listed(all...)
		}},
	}
}

// scanned scans one region with the exchanges, each in the place of the one that answers with nothing.
func scanned(t *testing.T, options scanners.Options, with []scanners.Scanner, exchanges map[string]string) *evidence.Account {
	t.Helper()
	var all []string
	for name, e := range nothing {
		if own, ok := exchanges[name]; ok {
			e = own
		}
		if e != "" {
			all = append(all, e)
		}
	}
	for name, e := range exchanges {
		if _, known := nothing[name]; !known {
			all = append(all, e)
		}
	}
	account, err := fixtures.Load(fstest.MapFS{
		"account.json":              {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + region + `","regions":["` + region + `"]}`)},
		region + "/sts.json":        {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/audit/x","UserId":"x"}}]}`)},
		region + "/cloudwatch.json": {Data: []byte(`{"exchanges":[` + strings.Join(all, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	transport := account.Transport()
	cfg := account.Config(transport)
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	}
	own := Scanner
	own.Probe = nil
	options.Clock, options.KeepInput, options.Regions, options.Scope = clock, true, []string{region}, workload.ScopeAccount
	found, err := scanners.Scan(t.Context(), cfg, append(with, sts.Scanner, own), options)
	if err != nil {
		t.Fatal(err)
	}
	if missing := transport.Missing(); len(missing) > 0 {
		t.Errorf("calls without a reply:\n%s", strings.Join(missing, "\n"))
	}
	if unused := transport.Unused(); len(unused) > 0 {
		t.Errorf("replies that no call asks for:\n%s", strings.Join(unused, "\n"))
	}
	return found
}

func read1(t *testing.T, exchanges map[string]string) evidence.CloudWatch {
	t.Helper()
	return scanned(t, scanners.Options{}, nil, exchanges).Regions[0].CloudWatch
}

// same compares evidence as it is saved.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func TestNothing(t *testing.T) {
	c := read1(t, nil)
	if len(c.Alarms.Gaps())+len(c.Composites.Gaps())+len(c.Metrics.Gaps())+len(c.AnomalyDetectors.Gaps())+len(c.Dashboards.Gaps()) > 0 {
		t.Errorf("gaps in a region that was read: %+v", c)
	}
	if c.TableMetrics.Complete() {
		t.Error("the metrics of tables are complete although no table was listed")
	}
	if gaps := c.Data.Gaps(); len(gaps) != 1 || gaps[0].Reason != evidence.OptIn || gaps[0].Permission != "cloudwatch:GetMetricData" {
		t.Errorf("without the flag the values have the gaps %+v", gaps)
	}
}

func TestAlarms(t *testing.T) {
	c := read1(t, map[string]string{
		"alarms": reply("DescribeAlarms", everyType, `{"MetricAlarms":[
			{"AlarmName":"plain","AlarmArn":"arn:plain","AlarmDescription":"d","ActionsEnabled":true,"AlarmActions":["arn:topic"],"StateValue":"INSUFFICIENT_DATA",
			 "StateUpdatedTimestamp":"2026-11-19T00:00:00Z","StateTransitionedTimestamp":"2026-11-01T00:00:00Z","MetricName":"InvocationLatency","Namespace":"AWS/Bedrock",
			 "ExtendedStatistic":"p95","Dimensions":[{"Name":"ModelId","Value":"m"}],"TreatMissingData":"notBreaching","EvaluationState":"PARTIAL_DATA"},
			{"AlarmName":"off","AlarmArn":"arn:off","ActionsEnabled":false,"StateValue":"OK","Statistic":"Sum","MetricName":"Errors","Namespace":"AWS/Lambda"}],"NextToken":"2"}`),
		"more": reply("DescribeAlarms", `{"AlarmTypes":["MetricAlarm","CompositeAlarm","LogAlarm"],"NextToken":"2"}`, `{"MetricAlarms":[
			{"AlarmName":"math","AlarmArn":"arn:math","Metrics":[
				{"Id":"errors","MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Errors"},"Period":60,"Stat":"Sum"},"ReturnData":false},
				{"Id":"unused","MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Throttles"},"Period":60,"Stat":"Sum"},"ReturnData":false},
				{"Id":"foreign","AccountId":"999988887777","MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Duration"},"Period":60,"Stat":"Sum"},"ReturnData":false},
				{"Id":"half","Expression":"errors / 2","ReturnData":false},{"Id":"rate","Expression":"half + foreign"}]},
			{"AlarmName":"all","AlarmArn":"arn:all","Metrics":[
				{"Id":"m1","MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Errors"},"Period":60,"Stat":"Sum"},"ReturnData":false},
				{"Id":"e1","Expression":"SUM(METRICS())"}]},
			{"AlarmName":"band","AlarmArn":"arn:band","ThresholdMetricId":"ad","Metrics":[
				{"Id":"m1","MetricStat":{"Metric":{"Namespace":"AWS/Bedrock","MetricName":"Invocations"},"Period":60,"Stat":"Sum"}},
				{"Id":"ad","Expression":"ANOMALY_DETECTION_BAND(m1, 2)"}]},
			{"AlarmName":"insights","AlarmArn":"arn:insights","Metrics":[{"Id":"q","Expression":"SELECT SUM(Errors) FROM \"AWS/Lambda\"","Period":60}]},
			{"AlarmName":"promql","AlarmArn":"arn:promql","EvaluationCriteria":{"PromQLCriteria":{"Query":"up == 0"}}},
			{}],
			"CompositeAlarms":[{"AlarmName":"both","AlarmArn":"arn:both","AlarmRule":"ALARM(plain)","AlarmDescription":"c","ActionsEnabled":true,"AlarmActions":["arn:topic"]}],
			"LogAlarms":[{"AlarmName":"logs","AlarmArn":"arn:logs","StateValue":"OK","ScheduledQueryConfiguration":{"QueryString":"filter secret","AggregationExpression":"count(*)",
				"LogGroupIdentifiers":["/aws/lambda/chat-api"],"ScheduledQueryRoleARN":"arn:role","ScheduleConfiguration":{"ScheduleExpression":"rate(5 minutes)"}}},{}]}`),
	})
	metric := func(namespace, name, statistic string) []evidence.AlarmMetric {
		return []evidence.AlarmMetric{{Namespace: namespace, Name: name, Statistic: statistic}}
	}
	plain := metric("AWS/Bedrock", "InvocationLatency", "p95")
	plain[0].Dimensions = map[string]string{"ModelId": "m"}
	alarm := func(name string, s evidence.AlarmSettings) evidence.Alarm {
		a := evidence.Alarm{Settings: evidence.Known(s)}
		if name != "" {
			a.ARN, a.Name = "arn:"+name, name
		}
		return a
	}
	same(t, "alarms", c.Alarms, evidence.Listed(
		alarm("plain", evidence.AlarmSettings{Description: "d", ActionsEnabled: true, Actions: []string{"arn:topic"}, State: "INSUFFICIENT_DATA",
			StateSince: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), MissingData: "notBreaching", Statistic: "p95", Evaluation: "PARTIAL_DATA", Watches: plain}),
		alarm("off", evidence.AlarmSettings{State: "OK", Statistic: "Sum", Watches: metric("AWS/Lambda", "Errors", "Sum")}),
		alarm("math", evidence.AlarmSettings{ActionsEnabled: true, Watches: metric("AWS/Lambda", "Errors", "Sum")}),
		alarm("all", evidence.AlarmSettings{ActionsEnabled: true, Watches: metric("AWS/Lambda", "Errors", "Sum")}),
		alarm("band", evidence.AlarmSettings{ActionsEnabled: true, Anomaly: true, Watches: metric("AWS/Bedrock", "Invocations", "Sum")}),
		alarm("insights", evidence.AlarmSettings{ActionsEnabled: true, Queries: []string{`SELECT SUM(Errors) FROM "AWS/Lambda"`}}),
		alarm("promql", evidence.AlarmSettings{ActionsEnabled: true, Queries: []string{"up == 0"}}),
		alarm("", evidence.AlarmSettings{ActionsEnabled: true}),
		alarm("logs", evidence.AlarmSettings{ActionsEnabled: true, State: "OK", LogGroups: []string{"/aws/lambda/chat-api"}}),
		alarm("", evidence.AlarmSettings{ActionsEnabled: true}),
	))
	same(t, "composites", c.Composites, evidence.Listed(evidence.CompositeAlarm{ARN: "arn:both", Name: "both", Settings: evidence.Known(
		evidence.CompositeSettings{Rule: "ALARM(plain)", Description: "c", ActionsEnabled: true, Actions: []string{"arn:topic"}})}))
}

// Where CloudWatch does not know log alarms, the other alarms are listed all the same.
func TestAlarmsWithoutLogAlarms(t *testing.T) {
	c := read1(t, map[string]string{
		"alarms": exchange("DescribeAlarms", everyType, `"error":{"code":"ValidationError","message":"Value 'LogAlarm' at 'alarmTypes' failed to satisfy constraint","status":400}`),
		"older":  reply("DescribeAlarms", `{"AlarmTypes":["MetricAlarm","CompositeAlarm"]}`, `{"MetricAlarms":[{"AlarmName":"a","AlarmArn":"arn:a"}]}`),
	})
	if len(c.Alarms.Found()) != 1 || len(c.Alarms.Gaps()) > 0 {
		t.Errorf("alarms %+v", c.Alarms)
	}
}

func TestDenied(t *testing.T) {
	c := read1(t, map[string]string{
		"alarms":     denied("DescribeAlarms", everyType),
		"detectors":  denied("DescribeAnomalyDetectors", detection),
		"dashboards": denied("ListDashboards", ""),
		"bedrock":    reply("ListMetrics", `{"Namespace":"AWS/Bedrock"}`, `{"Metrics":[{"Namespace":"AWS/Bedrock","MetricName":"Invocations"}]}`),
		"guardrails": denied("ListMetrics", `{"Namespace":"AWS/Bedrock/Guardrails"}`),
	})
	for what, gaps := range map[string][]evidence.Gap{
		"DescribeAlarms": c.Alarms.Gaps(), "DescribeAnomalyDetectors": c.AnomalyDetectors.Gaps(), "ListDashboards": c.Dashboards.Gaps(), "ListMetrics": c.Metrics.Gaps(),
	} {
		if len(gaps) != 1 || gaps[0].Reason != evidence.Denied || gaps[0].Permission != "cloudwatch:"+what {
			t.Errorf("%s: gaps %+v", what, gaps)
		}
	}
	same(t, "composites", c.Composites.Gaps(), c.Alarms.Gaps())
	if len(c.Metrics.Found()) != 1 {
		t.Errorf("what was listed before the denial is lost: %+v", c.Metrics)
	}
}

func TestDetectors(t *testing.T) {
	c := read1(t, map[string]string{"detectors": reply("DescribeAnomalyDetectors", detection, `{"AnomalyDetectors":[
		{"StateValue":"TRAINED","SingleMetricAnomalyDetector":{"Namespace":"AWS/Bedrock","MetricName":"Invocations","Stat":"Sum","Dimensions":[{"Name":"ModelId","Value":"m"}]}},
		{"StateValue":"TRAINED","SingleMetricAnomalyDetector":{"Namespace":"AWS/Bedrock","MetricName":"Invocations","AccountId":"999988887777"}},
		{"StateValue":"PENDING_TRAINING","MetricMathAnomalyDetector":{"MetricDataQueries":[
			{"Id":"a","MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Errors"},"Period":60,"Stat":"Sum"},"ReturnData":false},
			{"Id":"b","MetricStat":{"Metric":{"Namespace":"AWS/Lambda","MetricName":"Invocations"},"Period":60,"Stat":"Sum"},"ReturnData":false},
			{"Id":"c","Expression":"a / b"}]}},
		{}]}`)})
	same(t, "detectors", c.AnomalyDetectors, evidence.Listed(
		evidence.AnomalyDetector{Namespace: "AWS/Bedrock", Metric: "Invocations", Dimensions: map[string]string{"ModelId": "m"}, State: evidence.Known("TRAINED")},
		evidence.AnomalyDetector{Namespace: "AWS/Lambda", Metric: "Errors", State: evidence.Known("PENDING_TRAINING")},
		evidence.AnomalyDetector{Namespace: "AWS/Lambda", Metric: "Invocations", State: evidence.Known("PENDING_TRAINING")},
	))
}

const (
	scans  = `{"Namespace":"AWS/DynamoDB","MetricName":"SuccessfulRequestLatency","Dimensions":[{"Name":"Operation","Value":"Scan"}]}`
	reads  = `{"Namespace":"AWS/DynamoDB","MetricName":"ReadThrottleEvents"}`
	writes = `{"Namespace":"AWS/DynamoDB","MetricName":"WriteThrottleEvents"}`
)

func TestTableMetrics(t *testing.T) {
	of := func(name, table, more string) string {
		return `{"Namespace":"AWS/DynamoDB","MetricName":"` + name + `","Dimensions":[{"Name":"TableName","Value":"` + table + `"}` + more + `]}`
	}
	c := scanned(t, scanners.Options{}, inventory(nil, []string{"sessions"}), map[string]string{
		"scans":  reply("ListMetrics", scans, `{"Metrics":[`+of("SuccessfulRequestLatency", "sessions", `,{"Name":"Operation","Value":"Scan"}`)+`,`+of("SuccessfulRequestLatency", "prices", "")+`]}`),
		"reads":  reply("ListMetrics", reads, `{"Metrics":[]}`),
		"writes": denied("ListMetrics", writes),
	}).Regions[0].CloudWatch
	if found := c.TableMetrics.Found(); len(found) != 1 || found[0].Dimensions["TableName"] != "sessions" || found[0].Dimensions["Operation"] != "Scan" {
		t.Errorf("found %+v", found)
	}
	if gaps := c.TableMetrics.Gaps(); len(gaps) != 1 || len(c.Metrics.Gaps()) > 0 {
		t.Errorf("gaps %+v and %+v", gaps, c.Metrics.Gaps())
	}
}

// series is the reply's part for one query: a value for each of the given days of November.
func values1(id, status string, days ...int) string {
	var times, values []string
	for _, day := range days {
		times = append(times, `"2026-11-`+twoDigits(day)+`T00:00:00Z"`)
		values = append(values, strconv.Itoa(day)+".5")
	}
	return `{"Id":"` + id + `","StatusCode":"` + status + `","Timestamps":[` + strings.Join(times, ",") + `],"Values":[` + strings.Join(values, ",") + `]}`
}

func twoDigits(n int) string { return strings.Repeat("0", 2-len(strconv.Itoa(n))) + strconv.Itoa(n) }

func query1(id, namespace, name, dimension, value, stat string) string {
	dimensions := ""
	if dimension != "" {
		dimensions = `"Dimensions":[{"Name":"` + dimension + `","Value":"` + value + `"}],`
	}
	return `{"Id":"` + id + `","MetricStat":{"Metric":{"Namespace":"` + namespace + `",` + dimensions + `"MetricName":"` + name + `"},"Period":86400,"Stat":"` + stat + `"}}`
}

func data1(queries, token string) string {
	if token != "" {
		token = `,"NextToken":"` + token + `"`
	}
	return `{"StartTime":"2026-11-06T00:00:00Z","EndTime":"2026-11-20T09:00:00Z","MetricDataQueries":[` + queries + `]` + token + `}`
}

func TestData(t *testing.T) {
	listed := func(names ...string) string {
		var metrics []string
		for _, name := range names {
			metrics = append(metrics, `{"Namespace":"AWS/Bedrock","MetricName":"`+name+`","Dimensions":[{"Name":"ModelId","Value":"m"}]}`)
		}
		metrics = append(metrics, `{"Namespace":"AWS/Bedrock","MetricName":"ModelInvocationLogsS3DeliveryFailure"}`, `{"Namespace":"AWS/Bedrock","MetricName":"Invocations"}`,
			`{"Namespace":"AWS/Bedrock","MetricName":"OutputImageCount","Dimensions":[{"Name":"ModelId","Value":"m"},{"Name":"ImageSize","Value":"512"}]}`)
		return reply("ListMetrics", `{"Namespace":"AWS/Bedrock"}`, `{"Metrics":[`+strings.Join(metrics, ",")+`]}`)
	}
	models := query1("q0", "AWS/Bedrock", "ModelInvocationLogsS3DeliveryFailure", "", "", "Sum") + "," + query1("q1", "AWS/Bedrock", "InvocationThrottles", "ModelId", "m", "Sum") + "," +
		query1("q2", "AWS/Bedrock", "Invocations", "ModelId", "m", "Sum") + "," + query1("q3", "AWS/Bedrock", "TimeToFirstToken", "ModelId", "m", "p95")
	functions := query1("q0", "AWS/Lambda", "Duration", "FunctionName", "chat-api", "Maximum") + "," + query1("q1", "AWS/Lambda", "ConcurrentExecutions", "", "", "Maximum")
	tables := query1("q0", "AWS/DynamoDB", "ReadThrottleEvents", "TableName", "sessions", "Sum")
	account := scanned(t, scanners.Options{Metrics: true}, inventory([]string{"chat-api"}, []string{"sessions"}), map[string]string{
		"bedrock": listed("TimeToFirstToken", "Invocations", "InvocationThrottles", "OutputTokenCount"),
		"scans":   reply("ListMetrics", scans, `{"Metrics":[]}`),
		"reads":   reply("ListMetrics", reads, `{"Metrics":[{"Namespace":"AWS/DynamoDB","MetricName":"ReadThrottleEvents","Dimensions":[{"Name":"TableName","Value":"sessions"}]}]}`),
		"writes":  reply("ListMetrics", writes, `{"Metrics":[]}`),
		// The second page goes on with a metric of the first.
		"models": reply("GetMetricData", data1(models, ""), `{"MetricDataResults":[`+values1("q0", "Complete")+`,`+values1("q1", "Forbidden")+`,`+values1("q2", "PartialData", 20, 13)+`],"NextToken":"2"}`),
		"more":   reply("GetMetricData", data1(models, "2"), `{"MetricDataResults":[`+values1("q2", "Complete", 12, 6)+`,`+values1("q3", "Complete", 8, 9)+`]}`),
		"lambda": denied("GetMetricData", data1(functions, "")),
		"tables": reply("GetMetricData", data1(tables, ""), `{"MetricDataResults":[`+values1("q0", "PartialData", 20)+`]}`),
	})
	type line struct {
		Name, Stat string
		Days       int
		Value      *evidence.MetricValue
		Reason     evidence.Reason
	}
	var got []line
	for _, d := range account.Regions[0].CloudWatch.Data.Found() {
		l := line{Name: d.Metric.Name, Stat: d.Stat, Days: d.Days}
		if gap := d.Value.Gap(); gap != nil {
			l.Reason = gap.Reason
		}
		evidence.With(d.Value, func(v evidence.MetricValue) evidence.Verdict { l.Value = &v; return evidence.Verdict{} })
		got = append(got, l)
	}
	value := func(v float64, days int) *evidence.MetricValue { return &evidence.MetricValue{Value: v, Days: days} }
	want := []line{
		{"ModelInvocationLogsS3DeliveryFailure", "Sum", 7, value(0, 0), ""},
		{"InvocationThrottles", "Sum", 7, nil, evidence.Denied},
		{"Invocations", "Sum", 7, value(34, 2), ""},
		{"Invocations", "Sum", 14, value(53, 4), ""},
		{"TimeToFirstToken", "p95", 14, value(9.5, 2), ""},
		{"Duration", "Maximum", 7, nil, evidence.Denied},
		{"ConcurrentExecutions", "Maximum", 14, nil, evidence.Denied},
		{"ReadThrottleEvents", "Sum", 14, nil, evidence.Failed},
	}
	same(t, "values", got, want)
}

// A call takes 500 queries.
func TestDataInBatches(t *testing.T) {
	var names []string
	for i := range 501 {
		names = append(names, "f"+strings.Repeat("0", 3-len(strconv.Itoa(i)))+strconv.Itoa(i))
	}
	batchOf := func(from, to int, more string) (string, string) {
		var queries, results []string
		for i := from; i < to; i++ {
			queries = append(queries, query1("q"+strconv.Itoa(i-from), "AWS/Lambda", "Duration", "FunctionName", names[i], "Maximum"))
			results = append(results, values1("q"+strconv.Itoa(i-from), "Complete", 20))
		}
		if more != "" {
			queries = append(queries, more)
			results = append(results, values1("q"+strconv.Itoa(to-from), "Complete"))
		}
		return data1(strings.Join(queries, ","), ""), `{"MetricDataResults":[` + strings.Join(results, ",") + `]}`
	}
	first, firstReply := batchOf(0, 500, "")
	second, secondReply := batchOf(500, 501, query1("q1", "AWS/Lambda", "ConcurrentExecutions", "", "", "Maximum"))
	account := scanned(t, scanners.Options{Metrics: true}, inventory(names, nil), map[string]string{
		"first": reply("GetMetricData", first, firstReply), "second": reply("GetMetricData", second, secondReply),
	})
	data := account.Regions[0].CloudWatch.Data.Found()
	if len(data) != 502 {
		t.Fatalf("%d values", len(data))
	}
	for _, d := range data {
		if d.Value.Gap() != nil {
			t.Errorf("%s: %+v", d.Metric.Dimensions, d.Value.Gap())
		}
	}
}

func TestProbe(t *testing.T) {
	invocations, inferences := `{"Namespace":"AWS/Bedrock","MetricName":"Invocations"}`, `{"Namespace":"AWS/BedrockMantle","MetricName":"Inferences"}`
	for name, c := range map[string]struct {
		exchanges []string
		signs     []string
		gaps      int
	}{
		"a model": {[]string{reply("ListMetrics", invocations, `{"Metrics":[{"MetricName":"Invocations"},{"MetricName":"Invocations","Dimensions":[{"Name":"ModelId","Value":"m"}]}]}`)},
			[]string{"invocations of model m"}, 0},
		"bedrock-mantle, over the account": {[]string{reply("ListMetrics", invocations, `{"Metrics":[]}`), reply("ListMetrics", inferences, `{"Metrics":[{"MetricName":"Inferences"}]}`)},
			[]string{"metric Inferences of AWS/BedrockMantle"}, 0},
		"nothing": {[]string{reply("ListMetrics", invocations, `{"Metrics":[]}`), reply("ListMetrics", inferences, `{}`)}, nil, 0},
		"denied":  {[]string{denied("ListMetrics", invocations), denied("ListMetrics", inferences)}, nil, 2},
		"half denied": {[]string{denied("ListMetrics", invocations), reply("ListMetrics", inferences, `{"Metrics":[{"MetricName":"Inferences","Dimensions":[{"Name":"Model","Value":"m"}]}]}`)},
			[]string{"invocations of model m"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			account, err := fixtures.Load(fstest.MapFS{
				"account.json":              {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + region + `","regions":["` + region + `"]}`)},
				region + "/sts.json":        {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/audit/x","UserId":"x"}}]}`)},
				region + "/cloudwatch.json": {Data: []byte(`{"exchanges":[` + strings.Join(c.exchanges, ",") + `]}`)},
			})
			if err != nil {
				t.Fatal(err)
			}
			transport := account.Transport()
			only := scanners.Scanner{Service: Scanner.Service, Operations: Scanner.Operations, Probe: Scanner.Probe}
			found, err := scanners.Scan(t.Context(), account.Config(transport), []scanners.Scanner{sts.Scanner, only}, scanners.Options{Clock: clock, KeepInput: true, Regions: []string{region}})
			if err != nil {
				t.Fatal(err)
			}
			signs := found.Regions[0].Signs
			if !reflect.DeepEqual(signs.Found(), c.signs) || len(signs.Gaps()) != c.gaps {
				t.Errorf("signs %q, gaps %+v", signs.Found(), signs.Gaps())
			}
			if len(transport.Missing())+len(transport.Unused()) > 0 {
				t.Errorf("missing %q, unused %q", transport.Missing(), transport.Unused())
			}
		})
	}
}
