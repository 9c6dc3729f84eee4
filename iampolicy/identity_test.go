package iampolicy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/awsready/awsready/iampolicy"
)

// identity takes policies of one statement each; a boundary of nil is none.
func identity(t testing.TB, statements, boundary []string) iampolicy.Identity {
	t.Helper()
	var id iampolicy.Identity
	for _, s := range statements {
		id.Policies = append(id.Policies, policy(t, s))
	}
	if boundary != nil {
		doc := policy(t, boundary...)
		id.Boundary = &doc
	}
	return id
}

// describe writes a grant as "actions but exceptions on resources but
// exceptions if keys, partly, conditional".
func describe(g iampolicy.Grant) string {
	var b strings.Builder
	b.WriteString(strings.Join(g.Actions, " "))
	if len(g.NotActions) > 0 {
		b.WriteString(" but " + strings.Join(g.NotActions, " "))
	}
	b.WriteString(" on " + strings.Join(g.Resources, " "))
	if len(g.NotResources) > 0 {
		b.WriteString(" but " + strings.Join(g.NotResources, " "))
	}
	for _, c := range g.Conditions {
		b.WriteString(" if " + c.Key)
	}
	if g.PartlyDenied {
		b.WriteString(", partly")
	}
	if g.Conditional {
		b.WriteString(", conditional")
	}
	return b.String()
}

func describeAll(grants []iampolicy.Grant) []string {
	var described []string
	for _, g := range grants {
		described = append(described, describe(g))
	}
	return described
}

const (
	allowAll  = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	denyAll   = `{"Effect":"Deny","Action":"*","Resource":"*"}`
	allowChat = `{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:t:chat-*"}`
	invoke    = `{"Effect":"Allow","Action":"bedrock:InvokeModel*","Resource":"*"}`
)

func TestGrants(t *testing.T) {
	for _, test := range []struct {
		name       string
		statements []string
		boundary   []string
		action     string
		want       []string
	}{
		{name: "nothing", action: "*"},
		{"action", []string{invoke}, nil, "bedrock:InvokeModel",
			[]string{"bedrock:InvokeModel on *"}},
		{"action in other case", []string{invoke}, nil, "BEDROCK:invokemodel",
			[]string{"BEDROCK:invokemodel on *"}},
		{"another action", []string{invoke}, nil, "bedrock:ListFoundationModels", nil},
		{"pattern asks for less", []string{allowAll}, nil, "bedrock:InvokeModel*",
			[]string{"bedrock:InvokeModel* on *"}},
		{"pattern asks for more", []string{`{"Effect":"Allow","Action":["bedrock:InvokeModel","s3:GetObject"],"Resource":"*"}`},
			nil, "bedrock:*", []string{"bedrock:InvokeModel on *"}},
		{"all actions are *:*", []string{allowAll, `{"Effect":"Deny","Action":"*:*","Resource":"*"}`}, nil, "*", nil},
		{"not action", []string{`{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}`}, nil, "*",
			[]string{"* but iam:* organizations:* on *"}},
		{"not action names it", []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`}, nil, "iam:PassRole", nil},
		{"not action names a part", []string{`{"Effect":"Allow","NotAction":["iam:PassRole","s3:*"],"Resource":"*"}`}, nil, "iam:*",
			[]string{"iam:* but iam:PassRole on *"}},
		{"empty action names nothing", []string{`{"Effect":"Allow","Action":[],"Resource":"*"}`}, nil, "*", nil},
		{"empty not action names all", []string{`{"Effect":"Allow","NotAction":[],"Resource":"*"}`}, nil, "s3:*", []string{"s3:* on *"}},
		{"not resource", []string{`{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::secret/*"}`}, nil, "s3:GetObject",
			[]string{"s3:GetObject on * but arn:aws:s3:::secret/*"}},
		{"no resource", []string{`{"Effect":"Allow","Action":"s3:*"}`}, nil, "s3:GetObject", nil},
		{"condition", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}`},
			nil, "s3:GetObject", []string{"s3:GetObject on * if aws:SecureTransport, conditional"}},
		{"several policies", []string{allowChat, allowAll}, nil, "dynamodb:GetItem",
			[]string{"dynamodb:GetItem on arn:t:chat-*", "dynamodb:GetItem on *"}},

		{"deny of everything", []string{allowAll, denyAll}, nil, "s3:GetObject", nil},
		{"deny comes first", []string{denyAll, allowAll}, nil, "s3:GetObject", nil},
		{"deny of the service", []string{allowAll, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`}, nil, "s3:GetObject", nil},
		{"deny of another service", []string{allowAll, `{"Effect":"Deny","Action":"sqs:*","Resource":"*"}`}, nil, "s3:GetObject",
			[]string{"s3:GetObject on *"}},
		{"deny of some actions", []string{allowAll, `{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}`}, nil, "s3:*",
			[]string{"s3:* on *, partly"}},
		{"deny of one listed action", []string{`{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}`,
			`{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}`}, nil, "s3:*", []string{"s3:GetObject on *, partly"}},
		{"deny of some resources", []string{allowAll, `{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::secret*"}`}, nil, "s3:GetObject",
			[]string{"s3:GetObject on *, partly"}},
		{"deny of the resources", []string{allowChat, `{"Effect":"Deny","Action":"*","Resource":"arn:t:*"}`}, nil, "dynamodb:GetItem", nil},
		{"deny of one listed resource", []string{`{"Effect":"Allow","Action":"s3:*","Resource":["arn:a","arn:b"]}`,
			`{"Effect":"Deny","Action":"*","Resource":"arn:a"}`}, nil, "s3:GetObject", []string{"s3:GetObject on arn:b, partly"}},
		{"deny of other resources", []string{allowChat, `{"Effect":"Deny","Action":"*","Resource":"arn:t:orders"}`}, nil, "dynamodb:GetItem",
			[]string{"dynamodb:GetItem on arn:t:chat-*"}},
		{"deny by not action covers", []string{invoke, `{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}`}, nil, "bedrock:InvokeModel", nil},
		{"deny by not action spares", []string{invoke, `{"Effect":"Deny","NotAction":"bedrock:*","Resource":"*"}`}, nil, "bedrock:InvokeModel",
			[]string{"bedrock:InvokeModel on *"}},
		{"deny by the same not action", []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`,
			`{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}`}, nil, "*", nil},
		{"deny by a narrower not action", []string{`{"Effect":"Allow","NotAction":"s3:Get*","Resource":"*"}`,
			`{"Effect":"Deny","NotAction":"s3:GetObject","Resource":"*"}`}, nil, "*", nil},
		{"deny by a wider not action", []string{`{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"*"}`,
			`{"Effect":"Deny","NotAction":"s3:Get*","Resource":"*"}`}, nil, "*", []string{"* but s3:GetObject on *, partly"}},
		{"deny of the same, written otherwise", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"arn:?*"}`,
			`{"Effect":"Deny","Action":"S3:**","Resource":"arn:*?"}`}, nil, "s3:GetObject", nil},
		{"deny by not resource covers", []string{allowChat, `{"Effect":"Deny","Action":"*","NotResource":"arn:t:orders"}`}, nil, "dynamodb:*", nil},
		{"deny by not resource spares a part", []string{allowAll, `{"Effect":"Deny","Action":"*","NotResource":"arn:t:orders"}`}, nil, "dynamodb:*",
			[]string{"dynamodb:* on *, partly"}},
		{"deny under a condition", []string{allowAll,
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":false}}}`}, nil, "s3:GetObject",
			[]string{"s3:GetObject on *, conditional"}},
		{"deny of the user's own", []string{allowAll, `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*"}`}, nil, "s3:GetObject",
			[]string{"s3:GetObject on *, partly"}},
		{"deny in two halves is not summed", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"arn:x*"}`,
			`{"Effect":"Deny","Action":"s3:*","Resource":"arn:x"}`, `{"Effect":"Deny","Action":"s3:*","Resource":"arn:x?*"}`}, nil, "s3:GetObject",
			[]string{"s3:GetObject on arn:x*, partly"}},

		{"boundary allows all", []string{invoke}, []string{allowAll}, "bedrock:InvokeModel", []string{"bedrock:InvokeModel on *"}},
		{"boundary is empty", []string{invoke}, []string{}, "bedrock:InvokeModel", nil},
		{"boundary allows another action", []string{allowAll}, []string{allowChat}, "s3:GetObject", nil},
		{"boundary grants nothing itself", nil, []string{allowAll}, "s3:GetObject", nil},
		{"boundary allows some resources", []string{allowAll}, []string{allowChat}, "dynamodb:GetItem",
			[]string{"dynamodb:GetItem on arn:t:chat-*, partly"}},
		{"boundary allows some actions", []string{allowAll}, []string{allowChat, invoke}, "*",
			[]string{"dynamodb:* on arn:t:chat-*, partly", "bedrock:InvokeModel* on *, partly"}},
		{"boundary by not action", []string{allowAll}, []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`}, "iam:PassRole", nil},
		{"boundary by not action leaves the rest", []string{allowAll}, []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`}, "*",
			[]string{"* but iam:* on *, partly"}},
		{"boundary under a condition", []string{invoke},
			[]string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}`},
			"bedrock:InvokeModel", []string{"bedrock:InvokeModel on * if aws:RequestedRegion, conditional"}},
		{"boundary denies", []string{allowAll}, []string{allowAll, `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`}, "iam:PassRole", nil},
		{"boundary and statement cross", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"arn:a*"}`},
			[]string{`{"Effect":"Allow","Action":"s3:*","Resource":"*z"}`}, "s3:GetObject",
			[]string{"s3:GetObject on arn:a*, partly"}},
		{"boundary and statement miss", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"arn:a*"}`},
			[]string{`{"Effect":"Allow","Action":"s3:*","Resource":"arn:b*"}`}, "s3:GetObject", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := describeAll(identity(t, test.statements, test.boundary).Grants(test.action))
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestGrantStatementAndDenies(t *testing.T) {
	id := identity(t, []string{
		`{"Sid":"Own","Effect":"Allow","Action":"s3:*","Resource":"*"}`,
		`{"Sid":"NoDelete","Effect":"Deny","Action":"s3:Delete*","Resource":"*"}`,
		`{"Sid":"Elsewhere","Effect":"Deny","Action":"sqs:*","Resource":"*"}`,
	}, nil)
	grants := id.Grants("s3:*")
	if len(grants) != 1 {
		t.Fatalf("got %d grants", len(grants))
	}
	if grants[0].Statement != &id.Policies[0].Statements[0] {
		t.Error("Statement is not the identity's")
	}
	if d := grants[0].Denies; len(d) != 1 || d[0] != &id.Policies[1].Statements[0] {
		t.Errorf("Denies = %+v", d)
	}
}

func TestAllows(t *testing.T) {
	const mfa = `"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	home := `{"Effect":"%s","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*"}`
	for _, test := range []struct {
		name             string
		statements       []string
		boundary         []string
		action, resource string
		want             iampolicy.Decision
	}{
		{"nothing", nil, nil, "s3:GetObject", "*", iampolicy.No},
		{"allowed", []string{allowChat}, nil, "dynamodb:GetItem", "arn:t:chat-prod", iampolicy.Yes},
		{"other case of the resource", []string{allowChat}, nil, "dynamodb:GetItem", "arn:t:Chat-prod", iampolicy.No},
		{"some resource reachable", []string{allowChat}, nil, "dynamodb:GetItem", "arn:t:*-prod", iampolicy.Yes},
		{"no resource reachable", []string{allowChat}, nil, "dynamodb:GetItem", "arn:t:orders-*", iampolicy.No},
		{"some action reachable", []string{allowChat}, nil, "*:GetItem", "*", iampolicy.Yes},
		{"not resource", []string{`{"Effect":"Allow","Action":"*","NotResource":"arn:t:*"}`}, nil, "s3:GetObject", "arn:t:chat", iampolicy.No},
		{"condition", []string{`{"Effect":"Allow","Action":"*","Resource":"*",` + mfa + `}`}, nil, "s3:GetObject", "*", iampolicy.Conditional},
		{"condition, and without", []string{`{"Effect":"Allow","Action":"*","Resource":"*",` + mfa + `}`, allowAll}, nil, "s3:GetObject", "*", iampolicy.Yes},
		{"denied", []string{allowAll, `{"Effect":"Deny","Action":"s3:*","Resource":"arn:b"}`}, nil, "s3:GetObject", "arn:b", iampolicy.No},
		{"denied in part", []string{allowAll, `{"Effect":"Deny","Action":"s3:*","Resource":"arn:b"}`}, nil, "s3:GetObject", "arn:*", iampolicy.Yes},
		{"denied under a condition", []string{allowAll, `{"Effect":"Deny","Action":"s3:*","Resource":"*",` + mfa + `}`}, nil, "s3:GetObject", "arn:b", iampolicy.Conditional},
		{"denied in part under a condition", []string{allowAll, `{"Effect":"Deny","Action":"s3:*","Resource":"arn:b",` + mfa + `}`}, nil, "s3:GetObject", "arn:*", iampolicy.Yes},
		{"deny of an empty list", []string{allowAll, `{"Effect":"Deny","Action":"*","Resource":[]}`}, nil, "s3:GetObject", "*", iampolicy.Yes},
		{"boundary allows", []string{allowAll}, []string{allowChat}, "dynamodb:GetItem", "arn:t:chat-1", iampolicy.Yes},
		{"boundary does not", []string{allowAll}, []string{allowChat}, "dynamodb:GetItem", "arn:t:orders", iampolicy.No},
		{"boundary under a condition", []string{allowAll}, []string{`{"Effect":"Allow","Action":"*","Resource":"*",` + mfa + `}`}, "s3:GetObject", "*", iampolicy.Conditional},
		{"variable allows someone's", []string{fmt.Sprintf(home, "Allow")}, nil, "s3:GetObject", "arn:aws:s3:::home/bob/x", iampolicy.Yes},
		{"variable allows no other", []string{fmt.Sprintf(home, "Allow")}, nil, "s3:GetObject", "arn:aws:s3:::shared/x", iampolicy.No},
		{"variable may deny", []string{allowAll, fmt.Sprintf(home, "Deny")}, nil, "s3:GetObject", "arn:aws:s3:::home/bob/x", iampolicy.Conditional},
		{"variable denies some", []string{allowAll, fmt.Sprintf(home, "Deny")}, nil, "s3:GetObject", "arn:aws:s3:::home*", iampolicy.Yes},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := identity(t, test.statements, test.boundary).Allows(test.action, test.resource); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// Before version 2012-10-17 a policy variable is plain text.
func TestVariablesNeedVersion(t *testing.T) {
	doc, err := iampolicy.Parse(`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	id := iampolicy.Identity{Policies: []iampolicy.Document{doc}}
	if got := id.Allows("s3:GetObject", "arn:aws:s3:::home/bob/x"); got != iampolicy.No {
		t.Errorf("got %v, want no", got)
	}
}

func TestAdministrator(t *testing.T) {
	const ip = `"Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`
	for _, test := range []struct {
		name       string
		statements []string
		boundary   []string
		want       bool
	}{
		{"no policy", nil, nil, false},
		{"AdministratorAccess", []string{allowAll}, nil, true},
		{"written *:*", []string{`{"Effect":"Allow","Action":["s3:*","*:*"],"Resource":["*"]}`}, nil, true},
		{"not all actions", []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`}, nil, false},
		{"not all resources", []string{`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"}`}, nil, false},
		{"not all resources by exception", []string{`{"Effect":"Allow","Action":"*","NotResource":"arn:x"}`}, nil, false},
		{"under a condition", []string{`{"Effect":"Allow","Action":"*","Resource":"*",` + ip + `}`}, nil, false},
		{"denied", []string{allowAll, denyAll}, nil, false},
		{"denied under a condition", []string{allowAll, `{"Effect":"Deny","Action":"*","Resource":"*",` + ip + `}`}, nil, false},
		{"denied in part", []string{allowAll, `{"Effect":"Deny","Action":"organizations:*","Resource":"*"}`}, nil, true},
		{"boundary allows all", []string{allowAll}, []string{allowAll}, true},
		{"boundary allows some", []string{allowAll}, []string{allowChat}, false},
		{"boundary denies some", []string{allowAll}, []string{allowAll, `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`}, false},
		{"boundary under a condition", []string{allowAll}, []string{`{"Effect":"Allow","Action":"*","Resource":"*",` + ip + `}`}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := identity(t, test.statements, test.boundary).Administrator(); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestServiceWildcards(t *testing.T) {
	for _, test := range []struct {
		name       string
		statements []string
		want       []string
	}{
		{"administrator", []string{allowAll}, []string{"* on *"}},
		{"services", []string{`{"Effect":"Allow","Action":["s3:*","sqs:Send*","sns:*"],"Resource":"*"}`}, []string{"s3:* sns:* on *"}},
		{"on some resources", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}`}, nil},
		{"also on some resources", []string{`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/*","*"]}`}, []string{"s3:* on *"}},
		{"not action", []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`}, []string{"* but iam:* on *"}},
		{"not resource", []string{`{"Effect":"Allow","Action":"s3:*","NotResource":"arn:x"}`}, []string{"s3:* on * but arn:x"}},
		{"one service denied", []string{`{"Effect":"Allow","Action":["s3:*","sns:*"],"Resource":"*"}`,
			`{"Effect":"Deny","Action":"s3:*","Resource":"*"}`}, []string{"sns:* on *, partly"}},
		{"condition", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}`},
			[]string{"s3:* on * if aws:SecureTransport, conditional"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := describeAll(identity(t, test.statements, nil).ServiceWildcards()); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestResourceWildcards(t *testing.T) {
	decrypt := func(members string) string {
		return `{"Effect":"Allow","Action":["kms:Decrypt","kms:DescribeKey"]` + members + `}`
	}
	via := func(operator, value string) string {
		return decrypt(`,"Resource":"*","Condition":{"` + operator + `":{"KMS:viaService":` + value + `}}`)
	}
	const keys = "arn:aws:kms:*:*:key/*"
	for _, test := range []struct {
		name       string
		resource   string
		statements []string
		want       []string
	}{
		{"every resource", "*", []string{decrypt(`,"Resource":"*"`)}, []string{"kms:Decrypt on *"}},
		{"every key", "*", []string{decrypt(`,"Resource":"` + keys + `"`)}, nil},
		{"every key, asked for keys", keys, []string{decrypt(`,"Resource":"` + keys + `"`)}, []string{"kms:Decrypt on " + keys}},
		{"every resource, asked for keys", keys, []string{decrypt(`,"Resource":"*"`)}, []string{"kms:Decrypt on " + keys}},
		{"one key", keys, []string{decrypt(`,"Resource":"arn:aws:kms:eu-west-1:111122223333:key/1"`)}, nil},
		{"another action", "*", []string{`{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}`}, nil},
		{"both actions, one grant", "*", []string{allowAll}, []string{"kms:Decrypt kms:ReEncryptFrom on *"}},
		{"required service", "*", []string{via("StringEquals", `"s3.eu-west-1.amazonaws.com"`)}, nil},
		{"required service by pattern", "*", []string{via("StringLike", `["s3.*.amazonaws.com"]`)}, nil},
		{"any service", "*", []string{via("StringLike", `"*"`)}, []string{"kms:Decrypt on * if KMS:viaService, conditional"}},
		{"one of them any service", "*", []string{via("StringLike", `["s3.*", "*"]`)}, []string{"kms:Decrypt on * if KMS:viaService, conditional"}},
		{"not that service", "*", []string{via("StringNotEquals", `"s3"`)}, []string{"kms:Decrypt on * if KMS:viaService, conditional"}},
		{"service if any", "*", []string{via("StringEqualsIfExists", `"s3"`)}, []string{"kms:Decrypt on * if KMS:viaService, conditional"}},
		{"another key's condition", "*", []string{decrypt(`,"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/a":"b"}}`)},
			[]string{"kms:Decrypt on * if aws:PrincipalTag/a, conditional"}},
		{"deny without the service", "*", []string{decrypt(`,"Resource":"*"`),
			`{"Effect":"Deny","Action":"kms:*","Resource":"*","Condition":{"StringNotLike":{"kms:ViaService":"s3.*"}}}`}, nil},
		{"deny without the service, of a part", "*", []string{decrypt(`,"Resource":"*"`),
			`{"Effect":"Deny","Action":"kms:*","Resource":"arn:x","Condition":{"StringNotLike":{"kms:ViaService":"s3.*"}}}`},
			[]string{"kms:Decrypt on *, conditional"}},
		{"deny without the service and more", "*", []string{decrypt(`,"Resource":"*"`),
			`{"Effect":"Deny","Action":"kms:*","Resource":"*","Condition":{"StringNotLike":{"kms:ViaService":"s3.*"},"Bool":{"aws:SecureTransport":false}}}`},
			[]string{"kms:Decrypt on *, conditional"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			grants := identity(t, test.statements, nil).ResourceWildcards(test.resource, []string{"kms:Decrypt", "kms:ReEncryptFrom"}, "kms:ViaService")
			if got := describeAll(grants); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestGrantRestrictedBy(t *testing.T) {
	statement := func(effect, condition string) string {
		return `{"Effect":"` + effect + `","Action":"s3:*","Resource":"*","Condition":{` + condition + `}}`
	}
	const allow = `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
	for _, test := range []struct {
		name       string
		statements []string
		want       bool
	}{
		{"no condition", []string{allow}, false},
		{"with MFA", []string{statement("Allow", `"Bool":{"aws:MultiFactorAuthPresent":true}`)}, true},
		{"with MFA, if known", []string{statement("Allow", `"BoolIfExists":{"aws:MultiFactorAuthPresent":true}`)}, false},
		{"without MFA", []string{statement("Allow", `"Bool":{"aws:MultiFactorAuthPresent":false}`)}, false},
		{"deny without MFA", []string{allow, statement("Deny", `"BoolIfExists":{"aws:MultiFactorAuthPresent":false}`)}, true},
		{"deny without MFA, if known", []string{allow, statement("Deny", `"Bool":{"aws:MultiFactorAuthPresent":false}`)}, false},
		{"deny with MFA", []string{allow, statement("Deny", `"BoolIfExists":{"aws:MultiFactorAuthPresent":true}`)}, false},
		{"MFA within the hour", []string{statement("Allow", `"NumericLessThan":{"aws:MultiFactorAuthAge":3600}`)}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			grants := identity(t, test.statements, nil).Grants("s3:*")
			if len(grants) != 1 {
				t.Fatalf("got %d grants", len(grants))
			}
			if got := grants[0].RestrictedBy("aws:multifactorauthpresent", "aws:MultiFactorAuthAge"); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if (iampolicy.Grant{}).RestrictedBy("aws:SourceArn") {
		t.Error("no grant is restricted")
	}
}

func TestDecisionString(t *testing.T) {
	for d, want := range map[iampolicy.Decision]string{iampolicy.No: "no", iampolicy.Conditional: "conditional", iampolicy.Yes: "yes"} {
		if d.String() != want {
			t.Errorf("%d is %q, want %q", d, d, want)
		}
	}
}
