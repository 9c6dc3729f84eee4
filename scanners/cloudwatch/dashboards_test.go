package cloudwatch

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func TestParseBody(t *testing.T) {
	metric := func(region, namespace, name string, dimensions map[string]string) evidence.DashboardMetric {
		return evidence.DashboardMetric{Region: region, Namespace: namespace, Name: name, Dimensions: dimensions}
	}
	model := func(id string) map[string]string { return map[string]string{"ModelId": id} }
	for name, c := range map[string]struct {
		widgets string
		want    evidence.DashboardBody
	}{
		"none": {``, evidence.DashboardBody{}},
		"texts": {`{"type":"text","properties":{"markdown":" short "}},{"type":"text","properties":{"markdown":"späte Schicht"}}`,
			evidence.DashboardBody{Text: 13}},
		"shorthands": {`{"type":"metric","properties":{"region":"eu-central-1","metrics":[
			["AWS/Bedrock","Invocations","ModelId","a",{"stat":"Sum"}],[".","InvocationLatency",".","."],["...","b"],["AWS/Lambda","Errors"],["..."]]}}`,
			evidence.DashboardBody{Metrics: []evidence.DashboardMetric{
				metric("eu-central-1", "AWS/Bedrock", "Invocations", model("a")),
				metric("eu-central-1", "AWS/Bedrock", "InvocationLatency", model("a")),
				metric("eu-central-1", "AWS/Bedrock", "InvocationLatency", model("b")),
				metric("eu-central-1", "AWS/Lambda", "Errors", nil),
				metric("eu-central-1", "AWS/Lambda", "Errors", nil),
			}}},
		"shorthands without a row before them": {`{"type":"metric","properties":{"metrics":[["...","b"],[".","x"]]}}`,
			evidence.DashboardBody{Metrics: []evidence.DashboardMetric{metric("", "b", "x", nil)}}},
		"a row's own region": {`{"type":"metric","properties":{"region":"eu-central-1","metrics":[["AWS/Bedrock","Invocations",{"region":"us-east-1"}]]}}`,
			evidence.DashboardBody{Metrics: []evidence.DashboardMetric{metric("us-east-1", "AWS/Bedrock", "Invocations", nil)}}},
		"another account": {`{"type":"metric","properties":{"accountId":"999988887777","metrics":[["AWS/Bedrock","Invocations"]]}},
			{"type":"metric","properties":{"metrics":[["AWS/Bedrock","Invocations",{"accountId":"999988887777"}]]}}`, evidence.DashboardBody{}},
		"expressions": {`{"type":"metric","properties":{"metrics":[
			[{"expression":"SEARCH('{AWS/Bedrock,ModelId} TokenCount', 'Sum')"}],[{"expression":"SEARCH(' Namespace=\"AWS/Bedrock/Agents\" ', 'Sum')"}],
			[{"expression":"SELECT SUM(Errors) FROM SCHEMA(\"AWS/Lambda\", FunctionName)"}],[{"expression":"m1 / m2"}],[{"expression":"SEARCH('{AWS/Bedrock,ModelId} Errors', 'Sum')"}]]}}`,
			evidence.DashboardBody{Namespaces: []string{"AWS/Bedrock", "AWS/Bedrock/Agents", "AWS/Lambda"}}},
		"logs": {`{"type":"log","properties":{"region":"eu-central-1","query":"SOURCE '/aws/bedrock/x' | source '/aws/lambda/y' | fields @timestamp"}}`,
			evidence.DashboardBody{LogGroups: []evidence.DashboardLog{{Region: "eu-central-1", Name: "/aws/bedrock/x"}, {Region: "eu-central-1", Name: "/aws/lambda/y"}}}},
		"alarms": {`{"type":"alarm","properties":{"alarms":["arn:a"]}},{"type":"metric","properties":{"metrics":[],"annotations":{"alarms":["arn:a","arn:b"]}}}`,
			evidence.DashboardBody{Alarms: []string{"arn:a", "arn:b"}}},
		"widgets of others": {`{"type":"custom","properties":{"endpoint":"arn:f","params":{"metrics":1}}},{"type":"explorer","properties":{"metrics":[{"metricName":"x"}]}}`, evidence.DashboardBody{}},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := parseBody(`{"start":"-PT3H","widgets":[`+c.widgets+`]}`, "111122223333")
			if err != nil {
				t.Fatal(err)
			}
			same(t, "body", body, c.want)
		})
	}
	for _, text := range []string{``, `[]`, `{"widgets":[1]}`, `{"widgets":[{"type":"metric","properties":{"metrics":[1]}}]}`, `{"widgets":[{"type":"metric","properties":{"metrics":[["a","b",3]]}}]}`,
		`{"widgets":[{"type":"text","properties":{"markdown":7}}]}`} {
		if _, err := parseBody(text, ""); err == nil {
			t.Errorf("%s was understood", text)
		}
	}
}

func TestDashboards(t *testing.T) {
	body, _ := json.Marshal(`{"widgets":[{"type":"text","properties":{"markdown":"hello"}}]}`)
	c := read1(t, map[string]string{
		"dashboards": reply("ListDashboards", "", `{"DashboardEntries":[{"DashboardName":"a"},{"DashboardName":"b"}],"NextToken":"2"}`),
		"more":       reply("ListDashboards", `{"NextToken":"2"}`, `{"DashboardEntries":[{"DashboardName":"c"}]}`),
		"a":          reply("GetDashboard", `{"DashboardName":"a"}`, `{"DashboardBody":`+string(body)+`}`),
		"b":          denied("GetDashboard", `{"DashboardName":"b"}`),
		"c":          reply("GetDashboard", `{"DashboardName":"c"}`, `{"DashboardBody":"not JSON"}`),
	})
	found := c.Dashboards.Found()
	if len(found) != 3 || len(c.Dashboards.Gaps()) > 0 {
		t.Fatalf("%+v", c.Dashboards)
	}
	same(t, "a", found[0], evidence.Dashboard{Name: "a", Body: evidence.Known(evidence.DashboardBody{Text: 5})})
	for i, want := range map[int]evidence.Reason{1: evidence.Denied, 2: evidence.Failed} {
		if gap := found[i].Body.Gap(); gap == nil || gap.Reason != want || gap.Resource != found[i].Name {
			t.Errorf("%s: gap %+v, want %s", found[i].Name, gap, want)
		}
	}
}

// Dashboards are global: one region's list has them.
func TestDashboardRegion(t *testing.T) {
	region := func(name string, signs ...string) evidence.Region {
		return evidence.Region{Name: name, Signs: evidence.Listed(signs...)}
	}
	for want, regions := range map[string][]evidence.Region{
		"eu-west-1":    {region("*"), region("eu-central-1"), region("eu-west-1", "guardrail x")},
		"eu-central-1": {region("eu-central-1"), region("eu-west-1")},
		"":             nil,
	} {
		if got := dashboardRegion(&scanners.Run{Evidence: &evidence.Account{Regions: regions}}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	run := &scanners.Run{Region: "eu-west-1", Evidence: &evidence.Account{Regions: []evidence.Region{region("eu-central-1")}}}
	if list := dashboards(context.Background(), run, nil); len(list.Found())+len(list.Gaps()) > 0 {
		t.Errorf("another region's list has %+v", list)
	}
}
