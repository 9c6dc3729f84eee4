package scanners

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/awsready/awsready/scanners/evidence"
)

const (
	caller = "User: arn:aws:sts::111122223333:assumed-role/awsready-audit/demo is not authorized to perform: "
	key    = "arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0004-4c1e-9d11-aaaaaaaaaaa4"
)

// declares is a scanner of one service with one operation.
func declares(service, operation, action string) *Scanner {
	return &Scanner{Service: service, Operations: []Operation{{Name: operation, IAM: []string{action}}}}
}

var (
	keyScanner   = declares("kms", "GetKeyRotationStatus", "kms:GetKeyRotationStatus")
	tableScanner = declares("dynamodb", "DescribeTable", "dynamodb:DescribeTable")
)

// in is a scanner's run in a region, of a scan that may have ended and in which AWS may have answered.
func in(scanner *Scanner, ended error, reached bool) *Run {
	run := &Run{Region: "eu-central-1", scanner: scanner, reached: new(atomic.Bool), ended: func() error { return ended }}
	run.reached.Store(reached)
	return run
}

// answered is the error of a call that AWS answered with an error code.
func answered(scanner *Scanner, code, message string) error {
	return &smithy.OperationError{
		ServiceID: scanner.Service, OperationName: scanner.Operations[0].Name,
		Err: &smithy.GenericAPIError{Code: code, Message: message},
	}
}

// The wordings are those of the IAM User Guide, "Troubleshoot access denied error messages", and of
// the AWS KMS Developer Guide, "Troubleshooting key access".
func TestGapOfDenial(t *testing.T) {
	rotation := caller + "kms:GetKeyRotationStatus on resource: " + key + " "
	decrypt := caller + "kms:Decrypt on resource: " + key + " "
	table := caller + "dynamodb:DescribeTable on resource: arn:aws:dynamodb:eu-central-1:111122223333:table/chat "
	hidden := caller + "kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
	tests := []struct {
		name       string
		scanner    *Scanner
		code       string
		message    string
		reason     evidence.Reason
		permission string
		detail     string // part of it; "" for none at all
	}{
		{"identity policy does not allow", tableScanner, "AccessDeniedException", table + "because no identity-based policy allows the dynamodb:DescribeTable action",
			evidence.Denied, "dynamodb:DescribeTable", ""},
		{"identity policy denies", tableScanner, "AccessDeniedException", table + "with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/no-tables",
			evidence.Denied, "dynamodb:DescribeTable", "denies it explicitly"},
		{"no policy named", tableScanner, "AccessDeniedException", table,
			evidence.Denied, "dynamodb:DescribeTable", ""},
		{"nothing said", tableScanner, "AccessDeniedException", "",
			evidence.Denied, "dynamodb:DescribeTable", ""},
		{"another action is missing", tableScanner, "AccessDeniedException", caller + "tag:GetResources because no identity-based policy allows the tag:GetResources action",
			evidence.Denied, "tag:GetResources", ""},
		{"boundary does not allow", tableScanner, "AccessDeniedException", table + "because no permissions boundary allows the dynamodb:DescribeTable action",
			evidence.Denied, "dynamodb:DescribeTable", "permissions boundary"},
		{"boundary denies", tableScanner, "AccessDeniedException", table + "with an explicit deny in a permissions boundary",
			evidence.Denied, "dynamodb:DescribeTable", "permissions boundary"},
		{"session policy does not allow", tableScanner, "AccessDeniedException", table + "because no session policy allows the dynamodb:DescribeTable action",
			evidence.Denied, "dynamodb:DescribeTable", "session policy"},
		{"session policy denies", tableScanner, "AccessDeniedException", table + "with an explicit deny in a session policy",
			evidence.Denied, "dynamodb:DescribeTable", "session policy"},
		{"endpoint policy does not allow", tableScanner, "AccessDeniedException", table + "because no VPC endpoint policy allows the dynamodb:DescribeTable action",
			evidence.Denied, "dynamodb:DescribeTable", "VPC endpoint"},
		{"endpoint policy denies", tableScanner, "AccessDeniedException", table + "with an explicit deny in a VPC endpoint policy",
			evidence.Denied, "dynamodb:DescribeTable", "VPC endpoint"},
		{"resource policy does not allow", tableScanner, "AccessDeniedException", table + "because no resource-based policy allows the dynamodb:DescribeTable action",
			evidence.Denied, "dynamodb:DescribeTable", "resource's own policy"},
		{"resource policy denies", tableScanner, "AccessDeniedException", table + "with an explicit deny in a resource-based policy",
			evidence.Denied, "dynamodb:DescribeTable", "resource's own policy"},
		{"SCP does not allow", tableScanner, "AccessDeniedException", table + "because no service control policy allows the dynamodb:DescribeTable action",
			evidence.OrgDenied, "dynamodb:DescribeTable", "organization"},
		{"SCP denies", tableScanner, "AccessDeniedException", table + "with an explicit deny in a service control policy: arn:aws:organizations::999988887777:policy/o-abc/service_control_policy/p-abc",
			evidence.OrgDenied, "dynamodb:DescribeTable", "organization"},
		{"RCP denies", tableScanner, "AccessDeniedException", table + "with an explicit deny in a resource control policy",
			evidence.OrgDenied, "dynamodb:DescribeTable", "organization"},

		{"KMS: key policy does not allow", keyScanner, "AccessDeniedException", rotation + "because no resource-based policy allows the kms:GetKeyRotationStatus action",
			evidence.KeyDenied, "kms:GetKeyRotationStatus", "key's policy does not allow"},
		{"KMS: key policy denies", keyScanner, "AccessDeniedException", rotation + "with an explicit deny in a resource-based policy",
			evidence.KeyDenied, "kms:GetKeyRotationStatus", "key's policy denies"},
		{"KMS: key of another account", keyScanner, "AccessDeniedException", hidden,
			evidence.KeyDenied, "kms:DescribeKey", "no such KMS key in the region, or"},
		{"KMS: identity policy does not allow", keyScanner, "AccessDeniedException", rotation + "because no identity-based policy allows the kms:GetKeyRotationStatus action",
			evidence.Denied, "kms:GetKeyRotationStatus", ""},
		{"KMS: identity policy denies", keyScanner, "AccessDeniedException", rotation + "with an explicit deny in an identity-based policy",
			evidence.Denied, "kms:GetKeyRotationStatus", "denies it explicitly"},
		{"KMS: boundary", keyScanner, "AccessDeniedException", rotation + "because no permissions boundary allows the kms:GetKeyRotationStatus action",
			evidence.Denied, "kms:GetKeyRotationStatus", "permissions boundary"},
		{"KMS: session policy", keyScanner, "AccessDeniedException", rotation + "because no session policy allows the kms:GetKeyRotationStatus action",
			evidence.Denied, "kms:GetKeyRotationStatus", "session policy"},
		{"KMS: endpoint policy", keyScanner, "AccessDeniedException", rotation + "with an explicit deny in a VPC endpoint policy",
			evidence.Denied, "kms:GetKeyRotationStatus", "VPC endpoint"},
		{"KMS: SCP", keyScanner, "AccessDeniedException", rotation + "with an explicit deny in a service control policy",
			evidence.OrgDenied, "kms:GetKeyRotationStatus", "organization"},
		{"KMS: RCP", keyScanner, "AccessDeniedException", rotation + "with an explicit deny in a resource control policy",
			evidence.OrgDenied, "kms:GetKeyRotationStatus", "organization"},
		{"KMS: no policy named", keyScanner, "AccessDeniedException", "You are not authorized.",
			evidence.Denied, "kms:GetKeyRotationStatus", ""},

		{"another service: key policy", tableScanner, "AccessDeniedException", decrypt + "because no resource-based policy allows the kms:Decrypt action",
			evidence.KeyDenied, "kms:Decrypt", "key's policy does not allow"},
		{"another service: other action on the key", tableScanner, "AccessDeniedException", caller + "kms:CreateGrant on resource: " + key + " because no resource-based policy allows the kms:CreateGrant action",
			evidence.KeyDenied, "kms:CreateGrant", "key's policy does not allow"},
		{"another service: permission on the key", tableScanner, "AccessDeniedException", decrypt + "because no identity-based policy allows the kms:Decrypt action",
			evidence.Denied, "kms:Decrypt", ""},
		{"another service: no policy named", tableScanner, "AccessDeniedException", "The KMS key " + key + " is not accessible.",
			evidence.KeyDenied, "kms:Decrypt", "key's policy refuses"},
		{"another service: its KMS code", tableScanner, "KMSAccessDeniedException", "Lambda was unable to decrypt the environment variables.",
			evidence.KeyDenied, "kms:Decrypt", "key's policy refuses"},
		{"another service: key of another account", tableScanner, "AccessDeniedException", hidden,
			evidence.KeyDenied, "kms:DescribeKey", "no such KMS key"},
		{"another service: SCP on the key", tableScanner, "KMSAccessDeniedException", decrypt + "with an explicit deny in a service control policy",
			evidence.OrgDenied, "dynamodb:DescribeTable", "organization"},
		{"another service: its own action, and a KMS key beside it", tableScanner, "AccessDeniedException", table + "because no identity-based policy allows the dynamodb:DescribeTable action (AWS KMS)",
			evidence.Denied, "dynamodb:DescribeTable", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			gap := in(tt.scanner, nil, true).gapOf(answered(tt.scanner, tt.code, tt.message), "thing")
			if gap.Reason != tt.reason || gap.Permission != tt.permission {
				t.Errorf("got %s, permission %q; want %s, %q", gap.Reason, gap.Permission, tt.reason, tt.permission)
			}
			if tt.detail == "" && gap.Detail != "" || !strings.Contains(gap.Detail, tt.detail) {
				t.Errorf("got detail %q, want %q", gap.Detail, tt.detail)
			}
			if gap.Service != tt.scanner.Service || gap.Operation != tt.scanner.Operations[0].Name || gap.Region != "eu-central-1" || gap.Resource != "thing" || gap.Code != tt.code {
				t.Errorf("got %+v", gap)
			}
			if strings.Contains(gap.Detail, "arn:") || strings.Contains(gap.Detail, "awsready-audit") {
				t.Errorf("the detail repeats the reply: %q", gap.Detail)
			}
		})
	}
}

func TestGapOfOtherErrors(t *testing.T) {
	notFound := &net.DNSError{Err: "no such host", IsNotFound: true}
	tests := []struct {
		name    string
		err     error
		reached bool
		ended   error
		reason  evidence.Reason
	}{
		{"throttled", answered(tableScanner, "ThrottlingException", "Rate exceeded"), true, nil, evidence.Throttled},
		{"service unknown to the region", answered(tableScanner, "ValidationException", "The operation is not supported in this region."), true, nil, evidence.Unavailable},
		{"no host, AWS reached", fmt.Errorf("send: %w", notFound), true, nil, evidence.Unavailable},
		{"no host, AWS not reached", fmt.Errorf("send: %w", notFound), false, nil, evidence.Failed},
		{"cancelled", fmt.Errorf("send: %w", context.Canceled), true, context.Canceled, evidence.Interrupted},
		{"undeclared", fmt.Errorf("dynamodb.DeleteTable: %w", ErrUndeclared), true, nil, evidence.Failed},
		{"another answer", answered(tableScanner, "InternalServerError", "secret in the body"), true, nil, evidence.Failed},
		{"not an answer", errors.New("unexpected end of JSON input"), true, nil, evidence.Failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			gap := in(tableScanner, tt.ended, tt.reached).gapOf(tt.err, "")
			if gap.Reason != tt.reason || gap.Permission != "" {
				t.Errorf("got %s, permission %q; want %s and none", gap.Reason, gap.Permission, tt.reason)
			}
			if strings.Contains(gap.Detail, "secret") {
				t.Errorf("the detail repeats the reply: %q", gap.Detail)
			}
		})
	}
}
