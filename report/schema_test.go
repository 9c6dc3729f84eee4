package report_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/awsready/awsready/report"
)

// valid holds JSON against the published schema.
func valid(t *testing.T, data []byte) error {
	t.Helper()
	source, err := report.Schema()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(document)
}

func TestSchemaRefusesWhatIsNoReport(t *testing.T) {
	if valid(t, []byte(`{"schema_version": 1}`)) == nil {
		t.Error("the schema takes anything")
	}
}

func TestFindingIDIsStable(t *testing.T) {
	id := report.FindingID("dynamodb-pitr", "aws", "111122223333", "eu-central-1", "arn:aws:dynamodb:eu-central-1:111122223333:table/chat")
	if len(id) != 32 {
		t.Errorf("id %s", id)
	}
	seen := map[string]bool{id: true}
	for _, other := range []string{
		report.FindingID("dynamodb-cmk", "aws", "111122223333", "eu-central-1", "arn:aws:dynamodb:eu-central-1:111122223333:table/chat"),
		report.FindingID("dynamodb-pitr", "aws-cn", "111122223333", "eu-central-1", "arn:aws:dynamodb:eu-central-1:111122223333:table/chat"),
		report.FindingID("dynamodb-pitr", "aws", "111122223334", "eu-central-1", "arn:aws:dynamodb:eu-central-1:111122223333:table/chat"),
		report.FindingID("dynamodb-pitr", "aws", "111122223333", "eu-west-1", "arn:aws:dynamodb:eu-central-1:111122223333:table/chat"),
	} {
		if seen[other] {
			t.Error("two findings share an id")
		}
		seen[other] = true
	}
}

func TestHostileNamesRenderAsText(t *testing.T) {
	hostile := `<script>alert("x")</script>` + "\x1b[31m\u202e"
	r := &report.Report{SchemaVersion: report.SchemaVersion,
		Checks:   []report.Check{{ID: "c", Title: "t", Severity: "high", Outcome: "fail", Built: true, Questions: []string{}}},
		Findings: []report.Finding{{Check: "c", Outcome: "fail", Severity: "high", Resource: hostile, Name: hostile, Message: hostile, InScopeBecause: hostile}}}
	var page, summary bytes.Buffer
	if err := report.WriteHTML(&page, r); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(page.Bytes(), []byte("<script>alert")) || bytes.Contains(page.Bytes(), []byte("\x1b")) {
		t.Error("a name is markup in the page")
	}
	r.NextSteps = []report.NextStep{{Title: hostile}}
	r.Score = &report.Score{}
	if err := report.WriteTerminal(&summary, r, false); err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(summary.Bytes(), "\x1b\u202e") {
		t.Error("a name steers the terminal")
	}
	var data bytes.Buffer
	if err := report.WriteJSON(&data, r); err != nil || !json.Valid(data.Bytes()) {
		t.Errorf("the JSON is not valid: %v", err)
	}
}
