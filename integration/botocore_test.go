package integration

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// validate holds the replies of accounts against AWS's service models and returns the problems.
func validate(t *testing.T, accounts ...string) (problems []string, summary string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, tool(t, "python"), append([]string{"validate.py"}, accounts...)...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1 || len(out) == 0) {
		t.Fatalf("validate.py: %v\n%s", err, errs.String())
	}
	if text := strings.TrimSpace(string(out)); text != "" {
		problems = strings.Split(text, "\n")
	}
	return problems, strings.TrimSpace(errs.String())
}

// TestRepliesHoldAgainstModels is what makes the recorded accounts worth testing with: AWS could have sent every reply.
func TestRepliesHoldAgainstModels(t *testing.T) {
	problems, summary := validate(t, "../fixtures/demo", "../fixtures/second")
	for _, p := range problems {
		t.Error(p)
	}
	if summary == "" || strings.HasPrefix(summary, "0 replies") {
		t.Errorf("no replies were checked: %q", summary)
	}
	t.Log(summary)
}

// TestValidatorRefuses gives the validator replies that AWS could not send.
func TestValidatorRefuses(t *testing.T) {
	for _, row := range []struct{ name, service, exchange, want string }{
		{"good JSON", "kms", `{"operation":"GetKeyRotationStatus","reply":{"KeyRotationEnabled":true}}`, ""},
		{"good CLI shape", "iam", `{"operation":"GetAccountSummary","reply":{"SummaryMap":{"Users":1}}}`, ""},
		{"good error", "kms", `{"operation":"DescribeKey","error":{"code":"NotFoundException","message":"","status":400}}`, ""},
		{"good structure", "lambda", `{"operation":"GetAccountSettings","reply":{"AccountLimit":{"ConcurrentExecutions":10}}}`, ""},
		{"good policy as object", "iam", `{"operation":"GetRolePolicy","reply":{"RoleName":"r","PolicyName":"p","PolicyDocument":{"Version":"2012-10-17"}}}`, ""},
		{"null is absent", "kms", `{"operation":"GetKeyRotationStatus","reply":{"KeyRotationEnabled":null}}`, ""},
		{"operation", "kms", `{"operation":"GetKeyRotation","reply":{}}`, "no such operation"},
		{"unknown member", "kms", `{"operation":"GetKeyRotationStatus","reply":{"Rotating":true}}`, "no member Rotating"},
		{"Go name for the wire's", "bedrock", `{"operation":"ListGuardrails","reply":{"Guardrails":[]}}`, "no member Guardrails"},
		{"required member", "kms", `{"operation":"DescribeKey","reply":{"KeyMetadata":{}}}`, "requires KeyId"},
		{"required list", "bedrock", `{"operation":"ListGuardrails","reply":{}}`, "requires guardrails"},
		{"null is not present", "bedrock", `{"operation":"ListGuardrails","reply":{"guardrails":null}}`, "requires guardrails"},
		{"enum", "kms", `{"operation":"DescribeKey","reply":{"KeyMetadata":{"KeyId":"k","KeyState":"Gone"}}}`, "'Gone' is not in the enum KeyState"},
		{"map key", "iam", `{"operation":"GetAccountSummary","reply":{"SummaryMap":{"Chairs":1}}}`, "'Chairs' is not in the enum"},
		{"string for number", "iam", `{"operation":"GetAccountSummary","reply":{"SummaryMap":{"Users":"1"}}}`, "a string where"},
		{"number for string", "kms", `{"operation":"DescribeKey","reply":{"KeyMetadata":{"KeyId":7}}}`, "an integer where"},
		{"boolean for integer", "lambda", `{"operation":"GetFunctionConcurrency","reply":{"ReservedConcurrentExecutions":true}}`, "a boolean where"},
		{"object for list", "bedrock", `{"operation":"ListGuardrails","reply":{"guardrails":{}}}`, "an object where"},
		{"list for structure", "kms", `{"operation":"DescribeKey","reply":{"KeyMetadata":[]}}`, "a list where"},
		{"ISO text for epoch", "kms", `{"operation":"DescribeKey","reply":{"KeyMetadata":{"KeyId":"k","CreationDate":"2026-01-01T00:00:00Z"}}}`, "a number of seconds"},
		{"milliseconds for seconds", "kms", `{"operation":"DescribeKey","reply":{"KeyMetadata":{"KeyId":"k","CreationDate":1700000000000}}}`, "no number of seconds"},
		{"epoch for ISO text", "bedrock", `{"operation":"ListInferenceProfiles","reply":{"inferenceProfileSummaries":[{"inferenceProfileName":"n","inferenceProfileArn":"a","models":[],"inferenceProfileId":"i","status":"ACTIVE","type":"APPLICATION","createdAt":1}]}}`, "not an ISO 8601 timestamp"},
		{"no zone", "iam", `{"operation":"GetRole","reply":{"Role":{"Path":"/","RoleName":"r","RoleId":"i","Arn":"a","CreateDate":"2026-01-01T00:00:00"}}}`, "no time zone"},
		{"union", "bedrockagent", `{"operation":"GetAgentActionGroup","reply":{"agentActionGroup":{"agentId":"a","agentVersion":"1","actionGroupId":"g","actionGroupName":"n","createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z","actionGroupState":"ENABLED","actionGroupExecutor":{"lambda":"l","customControl":"RETURN_CONTROL"}}}}`, "is a union and has 2 members"},
		{"error code", "kms", `{"operation":"DescribeKey","error":{"code":"NoSuchKey","message":"","status":400}}`, "does not answer with NoSuchKey"},
		{"service", "kinetics", `{"operation":"List","reply":{}}`, "botocore has no service kinetics"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			account := t.TempDir()
			folder := filepath.Join(account, region)
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, row.service+".json"), []byte(`{"exchanges":[`+row.exchange+`]}`), 0o600); err != nil {
				t.Fatal(err)
			}
			problems, _ := validate(t, account)
			if got := strings.Join(problems, "\n"); (got == "") != (row.want == "") || !strings.Contains(got, row.want) {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
