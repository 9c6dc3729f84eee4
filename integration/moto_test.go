package integration

import (
	"strings"
	"testing"
)

// TestMoto scans an account that moto emulates: everything, and what the workload reaches.
func TestMoto(t *testing.T) {
	t.Parallel()
	e := startMoto(t)
	keys := seedCommon(newSeeder(t, e))
	t.Run("account", func(t *testing.T) {
		t.Parallel()
		r := scan(t, e, "account")
		if r.Account != e.account || r.Partition != "aws" {
			t.Errorf("identified as %s in %s", r.Account, r.Partition)
		}
		compare(t, r, commonWants(keys), motoHoles)
		holes(t, r, motoHoles)
	})
	t.Run("workload", func(t *testing.T) {
		t.Parallel()
		r := scan(t, e, "workload")
		holes(t, r, motoHoles)
		for _, row := range []struct{ check, resource, because string }{
			{"lambda-runtime-supported", ":function:chat-api", "its role may call bedrock:InvokeModel"},
			{"lambda-runtime-supported", ":function:admin-tools", "its role may call"},
			{"lambda-runtime-supported", ":function:bounded", ""},
			{"lambda-runtime-supported", ":function:invoice-renderer", ""},
			{"dynamodb-pitr", ":table/chat-sessions", "chat-api-role"},
			{"dynamodb-pitr", ":table/invoices", ""},
			{"logs-retention-set", ":/aws/lambda/chat-api", "chat-api"},
			{"kms-key-usable", keys.dying, "admin-tools"},
		} {
			found := findings(r, row.check, row.resource)
			switch {
			case row.because == "" && len(found) > 0:
				t.Errorf("%s judges ...%s, which the workload does not reach: %s", row.check, row.resource, found[0].InScopeBecause)
			case row.because != "" && len(found) != 1:
				t.Errorf("%s has %d findings on ...%s", row.check, len(found), row.resource)
			case row.because != "" && !strings.Contains(found[0].InScopeBecause, row.because):
				t.Errorf("%s judges ...%s because %q, want %q", row.check, row.resource, found[0].InScopeBecause, row.because)
			}
		}
	})
}

// motoHoles are the operations that moto lacks or answers unlike AWS. What hangs on them is unknown.
var motoHoles = []hole{}
