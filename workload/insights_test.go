package workload

import (
	"reflect"
	"testing"
)

func TestParseInsights(t *testing.T) {
	for text, want := range map[string]Insights{
		`SELECT SUM(Errors) FROM "AWS/Lambda"`:                                                   {Namespace: "AWS/Lambda", Metric: "Errors"},
		`select max("Invocation Latency") from SCHEMA("AWS/Bedrock", ModelId, "Context Window")`: {Namespace: "AWS/Bedrock", Metric: "Invocation Latency", Schema: []string{"ModelId", "Context Window"}},
		`SELECT AVG(m) FROM SCHEMA(MyApp) GROUP BY a`:                                            {Namespace: "MyApp", Metric: "m", Schema: []string{}},
		`SELECT AVG(m) FROM n WHERE a = 'x' AND "b c" != 'it''s' ORDER BY AVG() DESC LIMIT 5`: {Namespace: "n", Metric: "m",
			Where: []InsightsCondition{{"a", true, "x"}, {"b c", false, "it's"}}},
		`SELECT AVG(m) FROM n WHERE tag.env = 'prod' GROUP BY a`: {Namespace: "n", Metric: "m", Where: []InsightsCondition{{"tag.env", true, "prod"}}},
		`SELECT AVG(m) FROM n WHERE a = 'x' OR b = 'y'`:          {Namespace: "n", Metric: "m", Where: []InsightsCondition{{"a", true, "x"}}, Opaque: true},
		`SELECT AVG(m) FROM n WHERE (a = 'x')`:                   {Namespace: "n", Metric: "m", Opaque: true},
		`SELECT AVG(m) FROM n WHERE a IN ('x', 'y')`:             {Namespace: "n", Metric: "m", Opaque: true},
		`SELECT AVG(m) FROM n WHERE`:                             {Namespace: "n", Metric: "m", Opaque: true},
		"SELECT COUNT(m)\n FROM \"AWS/Bedrock/Guardrails\"\n WHERE GuardrailArn = 'arn:aws:bedrock:eu-central-1:1:guardrail/x'": {Namespace: "AWS/Bedrock/Guardrails", Metric: "m",
			Where: []InsightsCondition{{"GuardrailArn", true, "arn:aws:bedrock:eu-central-1:1:guardrail/x"}}},
	} {
		got, ok := ParseInsights(text)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v, %v\nwant %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "m1 / m2", "SELECT", "SELECT SUM(", "SELECT SUM(x)", "SELECT SUM(x) FROM", "SELECT SUM x FROM n", `SEARCH('{AWS/Bedrock,ModelId}', 'Sum')`, `{"InvocationLatency"}`, "SELECTION(m1)"} {
		if got, ok := ParseInsights(text); ok {
			t.Errorf("%q was understood as %+v", text, got)
		}
	}
}

func TestRaising(t *testing.T) {
	for rule, want := range map[string][]string{
		``:                            nil,
		`TRUE`:                        nil,
		`ALARM(a)`:                    {"a"},
		`ALARM("a b") OR ALARM ( c )`: {"a b", "c"},
		`ALARM("say \"no\"")`:         {`say "no"`},
		`ALARM(a) AND NOT ALARM(b)`:   {"a"},
		`ALARM(a) AND OK(b)`:          {"a"},
		`NOT OK(a)`:                   {"a"},
		`NOT (ALARM(a) OR OK(b))`:     {"b"},
		`NOT (NOT (ALARM(a)))`:        {"a"},
		`INSUFFICIENT_DATA(a)`:        nil,
		`(ALARM(a) OR (ALARM(b) AND NOT (ALARM(c) OR ALARM(d)))) AND ALARM(e)`: {"a", "b", "e"},
		`alarm(a) or not alarm(b)`:                                    {"a"},
		`ALARM(arn:aws:cloudwatch:eu-central-1:111122223333:alarm:a)`: {"arn:aws:cloudwatch:eu-central-1:111122223333:alarm:a"},
		`AT_LEAST(2, ALARM, (a, "b c", d)) AND ALARM(e)`:              {"a", "b c", "d", "e"},
		`AT_LEAST(60%, NOT OK, (a, b))`:                               {"a", "b"},
		`AT_LEAST(1, NOT ALARM, (a, b))`:                              nil,
		`AT_LEAST(1, OK, (a)) OR ALARM(b)`:                            {"b"},
		`NOT AT_LEAST(1, ALARM, (a))`:                                 nil,
		`)))(((`:                                                      nil,
		`ALARM(`:                                                      nil,
	} {
		if got := Raising(rule); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, want %q", rule, got, want)
		}
	}
}

func FuzzRules(f *testing.F) {
	f.Add(`AT_LEAST(2, NOT ALARM, (a, "b")) AND (OK(c))`)
	f.Add(`SELECT SUM(m) FROM SCHEMA("n", a) WHERE b = 'c'`)
	f.Fuzz(func(_ *testing.T, text string) {
		Raising(text)
		ParseInsights(text)
	})
}
