package checks

import (
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

func functionVariables(all ...evidence.Variable) *evidence.Account {
	return oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		f.Variables = evidence.Known(append([]evidence.Variable{}, all...))
	})
}

// functionKeyed is an account with one function whose variables a key encrypts.
func functionKeyed(customer bool) *evidence.Account {
	a := functionWith(func(s *evidence.FunctionSettings) { s.KMSKey = keyARN })
	a.Regions[0].KMS.Keys = evidence.Listed(evidence.Key{ARN: keyARN, Settings: evidence.Known(evidence.KeySettings{CustomerManaged: customer})})
	return a
}

func TestLambdaConfiguration(t *testing.T) {
	runtime := func(name string) *evidence.Account {
		return functionWith(func(s *evidence.FunctionSettings) { s.Runtime = name })
	}
	plain := evidence.Variable{Name: "TABLE_ARN", Length: 60}
	key := evidence.Variable{Name: "OPENAI_API_KEY", Length: 51, Detectors: []string{"openai-key"}, Known: true}
	random := evidence.Variable{Name: "DB_PASSWORD", Length: 32, Detectors: []string{"random-value"}}
	undecrypted := oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		f.Variables = evidence.Missing[[]evidence.Variable](evidence.Gap{Service: "lambda", Reason: evidence.KeyDenied, Permission: "kms:Decrypt"})
	})
	unread := functionUnread()
	run(t, lambdaConfigurationChecks, table{
		"lambda-runtime-supported": {
			{name: "supported", account: runtime("python3.13"), want: "pass"},
			{name: "newer than the table", account: runtime("nodejs30.x"), want: "pass"},
			{name: "deprecated, still updatable", account: runtime("nodejs20.x"), want: "fail"},
			{name: "deprecated ten days ago", account: runtime("dotnet8"), want: "fail"},
			{name: "deprecated, block unknown", account: runtime("go1.x"), want: "fail"},
			{name: "deprecated next year", account: runtime("nodejs22.x"), want: "pass"},
			{name: "container image", account: functionWith(func(s *evidence.FunctionSettings) { s.Runtime, s.Image = "", true }), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-env-no-plaintext-secrets": {
			{name: "references", account: functionVariables(plain), want: "pass"},
			{name: "a key", account: functionVariables(plain, key), want: "fail"},
			{name: "randomness is another finding", account: functionVariables(random), want: "pass"},
			{name: "no variables", account: functionVariables(), want: "not-applicable"},
			{name: "Lambda could not decrypt", account: undecrypted, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-env-no-likely-secrets": {
			{name: "references", account: functionVariables(plain), want: "pass"},
			{name: "random", account: functionVariables(plain, random), want: "fail"},
			{name: "a key is another finding", account: functionVariables(key), want: "pass"},
			{name: "no variables", account: functionVariables(), want: "not-applicable"},
			{name: "Lambda could not decrypt", account: undecrypted, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-env-cmk": {
			{name: "customer managed", account: functionKeyed(true), want: "pass"},
			{name: "AWS managed", account: functionKeyed(false), want: "fail"},
			{name: "no key", account: functionVariables(plain), want: "fail"},
			{name: "nothing to encrypt", account: functionVariables(), want: "not-applicable"},
			{name: "no key, Lambda could not decrypt", account: undecrypted, want: "unknown"},
			{name: "key not described", account: functionWith(func(s *evidence.FunctionSettings) { s.KMSKey = keyARN }), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
	})
}

func TestLambdaRuntimes(t *testing.T) {
	for name, r := range lambdaRuntimes {
		if r.deprecated.IsZero() {
			t.Errorf("%s has no day of deprecation", name)
		}
		if !r.blocked.IsZero() && r.blocked.Before(r.deprecated) {
			t.Errorf("%s cannot be updated from %s, before it is deprecated", name, r.blocked)
		}
	}
}

// The messages print what a person can check: the table's date, and of a variable only what was kept.
func TestLambdaMessages(t *testing.T) {
	for id, want := range map[string]string{
		"lambda-runtime-supported":        "nodejs16.x is deprecated since 2024-06-12, and functions that use it cannot be updated from 2027-03-03 (AWS's table of 2026-07-25)",
		"lambda-env-no-plaintext-secrets": "OPENAI_API_KEY has a credential's format (openai-key, 51 characters)",
	} {
		a := functionVariables(evidence.Variable{Name: "OPENAI_API_KEY", Length: 51, Detectors: []string{"openai-key"}, Known: true})
		f := &a.Regions[0].Lambda.Functions.Found()[0]
		f.Settings = evidence.Known(functionSettings(func(s *evidence.FunctionSettings) { s.Runtime = "nodejs16.x" }))
		c, _ := ByID(id)
		if _, messages := outcome(c, row{}.input(a)); !strings.Contains(messages, want) {
			t.Errorf("%s says %q, want %q", id, messages, want)
		}
	}
}
