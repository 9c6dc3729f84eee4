package iampolicy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/awsready/awsready/iampolicy"
)

const account = "111122223333"

// exposed describes the exposures as "kind principal account (keys)".
func exposed(doc iampolicy.Document) []string {
	var described []string
	for _, e := range iampolicy.Exposures(doc, account) {
		d := e.Kind.String() + " " + e.Principal.Value
		if e.Account != "" {
			d += " " + e.Account
		}
		if len(e.RestrictedBy) > 0 {
			d += " (" + strings.Join(e.RestrictedBy, " ") + ")"
		}
		described = append(described, d)
	}
	return described
}

func TestExposuresByPrincipal(t *testing.T) {
	for _, test := range []struct {
		name, principal string
		want            []string
	}{
		{"star", `"Principal":"*"`, []string{"everyone *"}},
		{"AWS star", `"Principal":{"AWS":"*"}`, []string{"everyone *"}},
		{"AWS star in a list", `"Principal":{"AWS":["111122223333","*"]}`, []string{"everyone *"}},
		{"not principal", `"NotPrincipal":{"AWS":"444455556666"}`, []string{"everyone *"}},
		{"no principal", `"Sid":"identity"`, nil},
		{"empty list", `"Principal":{"AWS":[]}`, nil},
		{"own account", `"Principal":{"AWS":"111122223333"}`, nil},
		{"own root", `"Principal":{"AWS":"arn:aws:iam::111122223333:root"}`, nil},
		{"own role", `"Principal":{"AWS":"arn:aws-cn:iam::111122223333:role/a/b"}`, nil},
		{"other account", `"Principal":{"AWS":"444455556666"}`, []string{"other account 444455556666 444455556666"}},
		{"other role session", `"Principal":{"AWS":"arn:aws:sts::444455556666:assumed-role/r/s"}`,
			[]string{"other account arn:aws:sts::444455556666:assumed-role/r/s 444455556666"}},
		{"two accounts", `"Principal":{"AWS":["444455556666","777788889999"]}`,
			[]string{"other account 444455556666 444455556666", "other account 777788889999 777788889999"}},
		{"any account's root", `"Principal":{"AWS":"arn:aws:iam::*:root"}`, []string{"everyone arn:aws:iam::*:root"}},
		{"deleted principal", `"Principal":{"AWS":"AROAEXAMPLEEXAMPLE123"}`, nil},
		{"canonical user", `"Principal":{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`,
			[]string{"unknown account 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}},
		{"origin access identity", `"Principal":{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}`,
			[]string{"unknown account arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}},
		{"service", `"Principal":{"Service":"s3.amazonaws.com"}`, []string{"service without source s3.amazonaws.com"}},
		{"federated", `"Principal":{"Federated":"graph.facebook.com"}`, []string{"federated graph.facebook.com"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc := policy(t, `{"Effect":"Allow",`+test.principal+`,"Action":"s3:*","Resource":"*"}`)
			if got := exposed(doc); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestExposuresByCondition(t *testing.T) {
	const (
		everyone = `{"AWS":"*"}`
		other    = `{"AWS":"444455556666"}`
		service  = `{"Service":"s3.amazonaws.com"}`
	)
	open := map[string][]string{
		everyone: {"everyone *"},
		other:    {"other account 444455556666 444455556666"},
		service:  {"service without source s3.amazonaws.com"},
	}
	for _, test := range []struct {
		principal, condition string
		want                 []string // nil is open, empty is closed
	}{
		{everyone, `"StringEquals":{"aws:PrincipalOrgID":"o-a1"}`, []string{}},
		{everyone, `"StringEquals":{"AWS:PRINCIPALORGID":"o-a1"}`, []string{}},
		{everyone, `"stringequals":{"aws:PrincipalOrgID":"o-a1"}`, []string{}},
		{everyone, `"StringNotEquals":{"aws:PrincipalOrgID":"o-a1"}`, nil},
		{everyone, `"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1"}`, nil},
		{everyone, `"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1"},"Null":{"aws:PrincipalOrgID":false}`, []string{}},
		{everyone, `"Null":{"aws:PrincipalOrgID":false}`, nil},
		{everyone, `"StringLike":{"aws:PrincipalOrgID":"*"}`, nil},
		{everyone, `"StringLike":{"aws:PrincipalOrgID":"o-*"}`, nil},
		{everyone, `"StringLike":{"aws:PrincipalOrgID":["o-a1","*"]}`, nil},
		{everyone, `"StringEquals":{"aws:PrincipalOrgID":[]}`, nil},
		{everyone, `"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}`, []string{}},
		{everyone, `"StringEquals":{"aws:PrincipalOrgID":"${aws:PrincipalOrgID}"}`, nil},
		{everyone, `"StringEquals":{"aws:PrincipalOrgID":"${*}"}`, []string{}},
		{everyone, `"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1/r-*/*"}`, []string{}},
		{everyone, `"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-a1/*"}`, nil},
		{everyone, `"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-a1/*"},"Null":{"aws:PrincipalOrgPaths":"false"}`, []string{}},
		{everyone, `"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"*/ou-1"}`, nil},
		{everyone, `"StringEquals":{"aws:PrincipalAccount":"111122223333"}`, []string{}},
		{everyone, `"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}`, []string{}},
		{everyone, `"StringEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}`,
			[]string{"other account * 444455556666 (aws:PrincipalAccount)"}},
		{everyone, `"StringEquals":{"aws:PrincipalAccount":["777788889999","444455556666"],"kms:CallerAccount":["444455556666"]}`,
			[]string{"other account * 444455556666 (aws:PrincipalAccount kms:CallerAccount)"}},
		{everyone, `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}`, []string{}},
		{everyone, `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/ci"}`,
			[]string{"other account * 444455556666 (aws:PrincipalArn)"}},
		{everyone, `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ci"}`, nil},
		{everyone, `"ArnLike":{"aws:SourceArn":["arn:aws:s3:::bucket","arn:aws:sns:eu-west-1:444455556666:topic"]}`,
			[]string{"other account * 444455556666 (aws:SourceArn)"}},
		{everyone, `"StringEquals":{"aws:PrincipalOrgID":"o-a1","aws:PrincipalAccount":"444455556666"}`,
			[]string{"other account * 444455556666 (aws:PrincipalAccount aws:PrincipalOrgID)"}},
		{everyone, `"ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket"}`, []string{}},
		{everyone, `"ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket*"}`, nil},
		{everyone, `"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}`, nil},
		{everyone, `"ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:*:topic"}`, nil},
		{everyone, `"ArnLike":{"aws:SourceArn":"arn:*"}`, nil},
		{everyone, `"StringEquals":{"AWS:SourceOwner":"111122223333"}`, []string{}},
		{everyone, `"StringEquals":{"aws:SourceVpce":"vpce-1"}`, []string{}},
		{everyone, `"StringLike":{"aws:SourceVpc":"vpc-*"}`, nil},
		{everyone, `"StringLike":{"aws:userid":"AROAEXAMPLE:*"}`, []string{}},
		{everyone, `"StringLike":{"aws:userid":"*:bob"}`, nil},
		{everyone, `"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32","198.51.100.7"]}`, []string{}},
		{everyone, `"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}`, nil},
		{everyone, `"IpAddress":{"aws:SourceIp":"::/0"}`, nil},
		{everyone, `"IpAddress":{"aws:SourceIp":"office"}`, nil},
		{everyone, `"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`, nil},
		{everyone, `"StringEquals":{"kms:CallerAccount":"111122223333","kms:ViaService":"s3.eu-west-1.amazonaws.com"}`, []string{}},
		{everyone, `"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}`, nil},
		{everyone, `"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}`, nil},
		{everyone, `"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}`, nil},
		{everyone, `"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.1"}`, []string{}},
		{everyone, `"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}`, []string{}},
		{everyone, `"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}`, []string{}},
		{everyone, `"Bool":{"elasticfilesystem:AccessedViaMountTarget":true}`, []string{}},
		{everyone, `"Bool":{"elasticfilesystem:AccessedViaMountTarget":false}`, nil},
		{everyone, `"Bool":{"aws:SecureTransport":true}`, nil},
		{everyone, `"Bool":{"aws:PrincipalIsAWSService":true}`, nil},
		{everyone, `"StringEquals":{"aws:PrincipalTag/team":"chat"}`, nil},
		{everyone, `"StringEquals":{"sts:ExternalId":"secret"}`, []string{"everyone * (sts:ExternalId)"}},
		{everyone, `"Future:StringEquals":{"aws:PrincipalOrgID":"o-a1"}`, nil},

		{other, `"StringEquals":{"sts:ExternalId":"secret"}`, []string{"other account 444455556666 444455556666 (sts:ExternalId)"}},
		{other, `"StringLike":{"sts:ExternalId":"*"}`, nil},
		{other, `"StringEquals":{"aws:PrincipalOrgID":"o-a1","sts:ExternalId":"x"}`,
			[]string{"other account 444455556666 444455556666 (aws:PrincipalOrgID sts:ExternalId)"}},
		{other, `"Bool":{"aws:MultiFactorAuthPresent":true}`, nil},

		{service, `"StringEquals":{"AWS:SourceAccount":"111122223333"}`, []string{}},
		{service, `"StringEquals":{"aws:SourceAccount":"444455556666"}`, []string{"other account s3.amazonaws.com 444455556666 (aws:SourceAccount)"}},
		{service, `"StringLike":{"aws:SourceAccount":"*"}`, nil},
		{service, `"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}`, []string{}},
		{service, `"ArnLike":{"AWS:SourceArn":"arn:aws:events:eu-west-1:111122223333:rule/*"}`, []string{}},
		{service, `"ArnLike":{"AWS:SourceArn":"arn:aws:events:*:*:rule/*"}`, nil},
		{service, `"StringEquals":{"aws:SourceOrgID":"o-a1"}`, []string{}},
		{service, `"ForAnyValue:StringLike":{"aws:SourceOrgPaths":"o-a1/*"}`, []string{}},
		{service, `"StringEquals":{"aws:PrincipalOrgID":"o-a1"}`, nil},
		{service, `"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.1"}`, []string{}},
		{service, `"StringEquals":{"sts:ExternalId":"pool"}`, []string{}},
		{service, `"ArnLike":{"kms:EncryptionContext:aws:logs:arn":"arn:aws:logs:eu-west-1:111122223333:*"}`, []string{}},
		{service, `"ArnLike":{"kms:EncryptionContext:aws:logs:arn":"arn:aws:logs:*:*:*"}`, nil},
	} {
		t.Run(test.condition, func(t *testing.T) {
			doc := policy(t, `{"Effect":"Allow","Principal":`+test.principal+`,"Action":"s3:*","Resource":"*","Condition":{`+test.condition+`}}`)
			want := test.want
			if want == nil {
				want = open[test.principal]
			}
			if got := exposed(doc); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestExposuresUnderDeny(t *testing.T) {
	const (
		bucket   = `"Resource":"arn:aws:s3:::b/*"`
		everyone = `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",` + bucket + `}`
		other    = `{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject",` + bucket + `}`
		service  = `{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"s3:GetObject",` + bucket + `}`
	)
	deny := func(condition string) string {
		return `{"Effect":"Deny","Principal":"*","Action":"s3:*",` + bucket + `,"Condition":{` + condition + `}}`
	}
	for _, test := range []struct {
		name       string
		statements []string
		want       []string
	}{
		{"all", []string{everyone, `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"*"}`}, nil},
		{"of another resource", []string{everyone, `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/private/*"}`}, []string{"everyone *"}},
		{"of another action", []string{everyone, `{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":"*"}`}, []string{"everyone *"}},
		{"of one principal", []string{everyone, other, `{"Effect":"Deny","Principal":{"AWS":"444455556666"},"Action":"*","Resource":"*"}`}, []string{"everyone *"}},
		{"without a resource", []string{`{"Effect":"Allow","Principal":"*","Action":"ecr:*"}`,
			`{"Effect":"Deny","Principal":"*","Action":"*"}`}, nil},
		{"without TLS", []string{everyone, deny(`"Bool":{"aws:SecureTransport":false}`)}, []string{"everyone *"}},
		{"outside the organization", []string{everyone, deny(`"StringNotEquals":{"aws:PrincipalOrgID":"o-a1"}`)}, nil},
		{"outside the organization if it has one", []string{everyone, deny(`"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1"}`)}, nil},
		{"outside any organization", []string{everyone, deny(`"StringNotLike":{"aws:PrincipalOrgID":"*"}`)}, []string{"everyone *"}},
		{"within the organization", []string{everyone, deny(`"StringEquals":{"aws:PrincipalOrgID":"o-a1"}`)}, []string{"everyone *"}},
		{"data perimeter", []string{everyone, deny(`"StringNotEquals":{"aws:PrincipalOrgID":"o-a1","aws:SourceVpce":"vpce-1"},"Bool":{"aws:PrincipalIsAWSService":false}`)}, nil},
		{"outside the organization, with a gap", []string{everyone, deny(`"StringNotEquals":{"aws:PrincipalOrgID":"o-a1","aws:PrincipalTag/x":"y"}`)}, []string{"everyone *"}},
		{"outside two accounts", []string{everyone, deny(`"StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}`)},
			[]string{"other account * 444455556666 (aws:PrincipalAccount)"}},
		{"outside an account or endpoint", []string{everyone, deny(`"StringNotEquals":{"aws:PrincipalAccount":"444455556666","aws:SourceVpce":"vpce-1"}`)},
			[]string{"other account * 444455556666 (aws:PrincipalAccount aws:SourceVpce)"}},
		{"outside either of two accounts", []string{everyone, deny(`"StringNotEquals":{"aws:PrincipalAccount":"444455556666"}`),
			deny(`"StringNotEquals":{"aws:PrincipalAccount":"777788889999"}`)}, nil},
		{"any value outside", []string{everyone, deny(`"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-a1/*"}`)}, []string{"everyone *"}},
		{"other account outside the organization", []string{other, deny(`"StringNotEquals":{"aws:PrincipalOrgID":"o-a1"}`)},
			[]string{"other account 444455556666 444455556666 (aws:PrincipalOrgID)"}},
		{"service from elsewhere", []string{service, deny(`"StringNotEquals":{"aws:SourceAccount":"111122223333"}`)}, nil},
		{"service outside the organization", []string{service, deny(`"StringNotEquals":{"aws:PrincipalOrgID":"o-a1"}`)},
			[]string{"service without source s3.amazonaws.com"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := exposed(policy(t, test.statements...)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestExposureOfFederated(t *testing.T) {
	doc := policy(t, `{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity",
		"Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
		"Condition":{
			"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"},
			"StringLike":{"token.actions.githubusercontent.com:sub":"*"}}}`)
	want := []string{"federated arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com (token.actions.githubusercontent.com:aud)"}
	if got := exposed(doc); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Without the account's own ID every account is another one.
func TestExposuresOfUnknownAccount(t *testing.T) {
	doc := policy(t, `{"Effect":"Allow","Principal":{"AWS":["444455556666","arn:aws:iam::cloudfront:user/x"]},"Action":"s3:*","Resource":"*"}`)
	got := iampolicy.Exposures(doc, "")
	if len(got) != 2 || got[0].Kind != iampolicy.OtherAccount || got[1].Kind != iampolicy.UnknownAccount {
		t.Errorf("got %+v", got)
	}
	if got[0].Statement != &doc.Statements[0] {
		t.Error("Statement is not the document's")
	}
}
