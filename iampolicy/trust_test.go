package iampolicy_test

import (
	"slices"
	"testing"

	"github.com/awsready/awsready/iampolicy"
)

func TestPrincipal(t *testing.T) {
	for _, test := range []struct {
		principal                    iampolicy.Principal
		everyone                     bool
		account, service, oidc, saml string
	}{
		{principal: iampolicy.Principal{Type: "*", Value: "*"}, everyone: true},
		{principal: iampolicy.Principal{Type: "AWS", Value: "*"}, everyone: true},
		{principal: iampolicy.Principal{Type: "AWS", Value: "111122223333"}, account: "111122223333"},
		{principal: iampolicy.Principal{Type: "AWS", Value: "arn:aws:iam::111122223333:user/a"}, account: "111122223333"},
		{principal: iampolicy.Principal{Type: "AWS", Value: "11112222333x"}},
		{principal: iampolicy.Principal{Type: "Service", Value: "lambda.amazonaws.com"}, service: "lambda"},
		{principal: iampolicy.Principal{Type: "Service", Value: "Bedrock.amazonaws.com"}, service: "bedrock"},
		{principal: iampolicy.Principal{Type: "Service", Value: "logs.us-gov-west-1.amazonaws.com"}, service: "logs"},
		{principal: iampolicy.Principal{Type: "Service", Value: "states.cn-north-1.amazonaws.com.cn"}, service: "states"},
		{principal: iampolicy.Principal{Type: "Service", Value: "delivery.logs.amazonaws.com"}, service: "delivery.logs"},
		{principal: iampolicy.Principal{Type: "Service", Value: "ecs-tasks.amazonaws.com"}, service: "ecs-tasks"},
		{principal: iampolicy.Principal{Type: "Service", Value: "alexa-appkit.amazon.com"}, service: "alexa-appkit"},
		{principal: iampolicy.Principal{Type: "Federated", Value: "accounts.google.com"}, oidc: "accounts.google.com"},
		{principal: iampolicy.Principal{Type: "Federated", Value: "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB"},
			oidc: "oidc.eks.eu-west-1.amazonaws.com/id/AB"},
		{principal: iampolicy.Principal{Type: "Federated", Value: "arn:aws:iam::111122223333:saml-provider/Okta"}, saml: "Okta"},
		{principal: iampolicy.Principal{Type: "CanonicalUser", Value: "111122223333"}},
	} {
		p := test.principal
		if got := p.Everyone(); got != test.everyone {
			t.Errorf("%v.Everyone() = %v", p, got)
		}
		if got := p.Account(); got != test.account {
			t.Errorf("%v.Account() = %q", p, got)
		}
		if got := p.Service(); got != test.service {
			t.Errorf("%v.Service() = %q", p, got)
		}
		if got := p.OIDCProvider(); got != test.oidc {
			t.Errorf("%v.OIDCProvider() = %q", p, got)
		}
		if got := p.SAMLProvider(); got != test.saml {
			t.Errorf("%v.SAMLProvider() = %q", p, got)
		}
	}
}

func TestTrusts(t *testing.T) {
	doc := policy(t,
		`{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]},"Action":["sts:AssumeRole","sts:TagSession"]}`,
		`{"Effect":"Allow","Principal":{"Federated":"gitlab.com"},"Action":"sts:assumerolewithwebidentity"}`,
		`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:TagSession"}`,
		`{"Effect":"Allow","Principal":{"AWS":["777788889999","777788889999"]},"Action":"sts:*"}`,
		`{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"*"}`,
		`{"Effect":"Deny","Principal":{"Service":"ec2.amazonaws.com"},"Action":"*"}`,
	)
	var got []string
	for _, trust := range iampolicy.Trusts(doc) {
		if trust.Statement.Effect != iampolicy.Allow {
			t.Errorf("%v is trusted by a %s", trust.Principal, trust.Statement.Effect)
		}
		got = append(got, trust.Type+" "+trust.Value)
	}
	want := []string{"Service lambda.amazonaws.com", "Federated gitlab.com", "AWS 777788889999", "* *"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestTrustCondition(t *testing.T) {
	const sub = "token.actions.githubusercontent.com:sub"
	for _, test := range []struct {
		condition string
		want      []string
		required  bool
	}{
		{`{}`, nil, false},
		{`{"StringEquals":{"` + sub + `":["repo:a/b:ref:refs/heads/main"]}}`, []string{"repo:a/b:ref:refs/heads/main"}, true},
		{`{"StringLike":{"TOKEN.actions.githubusercontent.com:SUB":"repo:a/*"}}`, []string{"repo:a/*"}, true},
		{`{"StringLike":{"` + sub + `":"repo:a/*"},"StringEquals":{"` + sub + `":"repo:a/b"}}`, []string{"repo:a/b"}, true},
		{`{"StringEquals":{"` + sub + `":"repo:a/b"},"StringLike":{"` + sub + `":"*"}}`, []string{"repo:a/b"}, true},
		{`{"StringNotLike":{"` + sub + `":"repo:a/*"}}`, nil, false},
		{`{"StringLikeIfExists":{"` + sub + `":"repo:a/*"}}`, nil, false},
		{`{"ForAllValues:StringLike":{"` + sub + `":"repo:a/*"}}`, nil, false},
		{`{"ForAnyValue:StringLike":{"` + sub + `":"repo:a/*"}}`, []string{"repo:a/*"}, true},
		{`{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`, nil, false},
		{`{"Null":{"` + sub + `":"false"}}`, nil, false},
	} {
		doc := policy(t, `{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":`+test.condition+`}`)
		got, required := iampolicy.TrustCondition(&doc.Statements[0], sub)
		if !slices.Equal(got, test.want) || required != test.required {
			t.Errorf("%s: got %q, %v", test.condition, got, required)
		}
	}
}
