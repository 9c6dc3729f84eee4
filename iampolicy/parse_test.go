package iampolicy_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/awsready/awsready/iampolicy"
)

// policy parses statements into a document of the current policy language.
func policy(t testing.TB, statements ...string) iampolicy.Document {
	t.Helper()
	doc, err := iampolicy.Parse(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
	if err != nil {
		t.Fatalf("Parse: %v\n%s", err, statements)
	}
	return doc
}

func TestParse(t *testing.T) {
	const document = ` {
		"Version": "2012-10-17",
		"Id": "both forms of everything",
		"Comment": {"unknown": ["members", 1]},
		"Statement": [
			{
				"Sid": "one", "Effect": "Allow", "Unknown": null,
				"Principal": {"AWS": ["111122223333", "*"], "Service": "sns.amazonaws.com"},
				"Action": "s3:GetObject",
				"NotResource": ["arn:aws:s3:::a+b/*", "arn:aws:s3:::c"],
				"Condition": {
					"StringEquals": {"aws:SourceAccount": "111122223333", "aws:PrincipalTag/é": ["x", "y"]},
					"Bool": {"aws:SecureTransport": true},
					"NumericLessThan": {"s3:max-keys": 10},
					"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": []}
				}
			},
			{"Effect": "Deny", "NotPrincipal": {"AWS": []}, "NotAction": ["s3:*", "sqs:*"], "Resource": "*"},
			{"Effect": "Allow", "Principal": "*", "Action": []}
		]
	} `
	got, err := iampolicy.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	want := iampolicy.Document{
		Version: "2012-10-17",
		ID:      "both forms of everything",
		Statements: []iampolicy.Statement{
			{
				Sid: "one", Effect: iampolicy.Allow,
				Principals: []iampolicy.Principal{
					{Type: "AWS", Value: "111122223333"}, {Type: "AWS", Value: "*"},
					{Type: "Service", Value: "sns.amazonaws.com"},
				},
				Actions:      []string{"s3:GetObject"},
				NotResources: []string{"arn:aws:s3:::a+b/*", "arn:aws:s3:::c"},
				Conditions: []iampolicy.Condition{
					{Operator: "StringEquals", Key: "aws:SourceAccount", Values: []string{"111122223333"}},
					{Operator: "StringEquals", Key: "aws:PrincipalTag/é", Values: []string{"x", "y"}},
					{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}},
					{Operator: "NumericLessThan", Key: "s3:max-keys", Values: []string{"10"}},
					{Operator: "ForAnyValue:StringLike", Key: "aws:PrincipalOrgPaths", Values: []string{}},
				},
			},
			{
				Effect: iampolicy.Deny, NotPrincipals: []iampolicy.Principal{},
				NotActions: []string{"s3:*", "sqs:*"}, Resources: []string{"*"},
			},
			{
				Effect: iampolicy.Allow, Principals: []iampolicy.Principal{{Type: "*", Value: "*"}},
				Actions: []string{},
			},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	encoded, err := iampolicy.Parse(url.PathEscape(document))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(encoded, want) {
		t.Errorf("URL-encoded: got %+v\nwant %+v", encoded, want)
	}
}

func TestParseSingleStatement(t *testing.T) {
	got, err := iampolicy.Parse(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != "2008-10-17" || len(got.Statements) != 1 {
		t.Errorf("got %+v, want one statement of the version AWS takes by default", got)
	}
}

func TestParseErrors(t *testing.T) {
	statement := func(members string) string {
		return `{"Version":"2012-10-17","Statement":[{` + members + `}]}`
	}
	for name, document := range map[string]string{
		"empty":                        ``,
		"not JSON":                     `allow everything`,
		"bad URL encoding":             `%7B%zz`,
		"encoded twice":                url.PathEscape(url.PathEscape(`{"Statement":[]}`)),
		"null":                         `null`,
		"list":                         `[]`,
		"cut off":                      `{"Statement":[`,
		"trailing text":                `{"Statement":[]} {}`,
		"trailing comma":               `{"Statement":[],}`,
		"no statement":                 `{"Version":"2012-10-17"}`,
		"null statement":               `{"Statement":null}`,
		"statement is a string":        `{"Statement":"Allow"}`,
		"statement in other case":      `{"statement":[],"Statement":[]}`,
		"statement twice":              `{"Statement":[],"Statement":[]}`,
		"unknown version":              `{"Version":"2030-01-01","Statement":[]}`,
		"version is a number":          `{"Version":2012,"Statement":[]}`,
		"id is a number":               `{"Id":1,"Statement":[]}`,
		"null in statements":           `{"Statement":[null]}`,
		"no effect":                    statement(`"Action":"*","Resource":"*"`),
		"effect in other case":         statement(`"Effect":"allow","Action":"*","Resource":"*"`),
		"sid is a list":                statement(`"Sid":[],"Effect":"Allow","Action":"*"`),
		"no action":                    statement(`"Effect":"Allow","Resource":"*"`),
		"null action":                  statement(`"Effect":"Allow","Action":null,"Resource":"*"`),
		"action in other case":         statement(`"Effect":"Allow","action":"*","Action":"*"`),
		"action is a number":           statement(`"Effect":"Allow","Action":1`),
		"null in actions":              statement(`"Effect":"Allow","Action":["s3:*",null]`),
		"list in actions":              statement(`"Effect":"Allow","Action":[["s3:*"]]`),
		"action and not action":        statement(`"Effect":"Allow","Action":"*","NotAction":"s3:*"`),
		"resource and not resource":    statement(`"Effect":"Allow","Action":"*","Resource":"*","NotResource":[]`),
		"principal and not principal":  statement(`"Effect":"Allow","Action":"*","Principal":"*","NotPrincipal":"*"`),
		"principal is an account":      statement(`"Effect":"Allow","Action":"*","Principal":"111122223333"`),
		"principal is a list":          statement(`"Effect":"Allow","Action":"*","Principal":["*"]`),
		"unknown principal type":       statement(`"Effect":"Allow","Action":"*","Principal":{"Robot":"*"}`),
		"principal type in other case": statement(`"Effect":"Allow","Action":"*","Principal":{"aws":"*"}`),
		"principal value is a number":  statement(`"Effect":"Allow","Action":"*","Principal":{"AWS":111122223333}`),
		"condition is a list":          statement(`"Effect":"Allow","Action":"*","Condition":[]`),
		"condition operator is a list": statement(`"Effect":"Allow","Action":"*","Condition":{"Bool":[]}`),
		"condition value is null":      statement(`"Effect":"Allow","Action":"*","Condition":{"Bool":{"a:b":null}}`),
		"condition value is an object": statement(`"Effect":"Allow","Action":"*","Condition":{"Bool":{"a:b":{}}}`),
		"condition key twice":          statement(`"Effect":"Allow","Action":"*","Condition":{"Bool":{"a:b":true,"A:B":true}}`),
		"condition operator twice":     statement(`"Effect":"Allow","Action":"*","Condition":{"Bool":{},"bool":{}}`),
	} {
		t.Run(name, func(t *testing.T) {
			if doc, err := iampolicy.Parse(document); err == nil {
				t.Errorf("no error, got %+v", doc)
			}
		})
	}
}
