package iampolicy

import (
	"slices"
	"strings"
)

// Everyone reports whether the principal is "*" or {"AWS": "*"}, which are the
// same in a resource-based policy. An ARN with a wildcard for its account, which
// IAM refuses, is taken for it too.
func (p Principal) Everyone() bool {
	return p.Type == "*" || p.Type == "AWS" && (p.Value == "*" || strings.ContainsAny(accountOf(p.Value), "*?"))
}

// Account returns the account of an AWS principal, given as ARN or 12-digit ID,
// and "" for any other principal.
func (p Principal) Account() string {
	if p.Type != "AWS" {
		return ""
	}
	if isAccountID(p.Value) {
		return p.Value
	}
	if account := accountOf(p.Value); isAccountID(account) {
		return account
	}
	return ""
}

// Service returns the name of a service principal without its domain and
// Region: "lambda" for "lambda.amazonaws.com", "logs" for
// "logs.eu-west-1.amazonaws.com"; "" for any other principal (IAM User Guide,
// "AWS service principals").
func (p Principal) Service() string {
	if p.Type != "Service" {
		return ""
	}
	name := strings.ToLower(p.Value)
	for _, domain := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"} {
		name = strings.TrimSuffix(name, domain)
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 && isRegion(name[i+1:]) {
		name = name[:i]
	}
	return name
}

// isRegion reports whether a label has the form of a Region, as "us-gov-west-1".
func isRegion(label string) bool {
	parts := strings.Split(label, "-")
	last := parts[len(parts)-1]
	return len(parts) >= 3 && len(parts[0]) == 2 && last != "" && strings.Trim(last, "0123456789") == ""
}

// OIDCProvider returns the URL, without https://, of the OIDC identity provider
// of a federated principal, which is also the prefix of its condition keys:
// "token.actions.githubusercontent.com" with the key
// "token.actions.githubusercontent.com:sub". It is "" for any other principal
// (IAM User Guide, "Create a role for OpenID Connect federation").
func (p Principal) OIDCProvider() string {
	if p.Type != "Federated" {
		return ""
	}
	if !strings.HasPrefix(p.Value, "arn:") {
		return p.Value
	}
	_, provider, _ := strings.Cut(p.Value, ":oidc-provider/")
	return provider
}

// SAMLProvider returns the name of the SAML identity provider of a federated
// principal, "" for any other (IAM User Guide, "Create a role for SAML 2.0
// federation").
func (p Principal) SAMLProvider() string {
	if p.Type != "Federated" || !strings.HasPrefix(p.Value, "arn:") {
		return ""
	}
	_, provider, _ := strings.Cut(p.Value, ":saml-provider/")
	return provider
}

// Trust is one principal a role trust policy lets assume the role, and the
// statement that does.
type Trust struct {
	Principal
	Statement *Statement
}

// Trusts returns the principals that a role trust policy allows to assume the
// role, by any of the sts:AssumeRole operations (IAM User Guide, "Roles terms and
// concepts": trust policy). Allow with NotPrincipal trusts everyone.
func Trusts(doc Document) []Trust {
	var trusts []Trust
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Effect != Allow || s.actionSets([]set{anything(actionPattern("sts:AssumeRole*"))}) == nil {
			continue
		}
		for _, principal := range s.opensTo() {
			trust := Trust{principal, s}
			if !doc.denied(s, principal) && !slices.Contains(trusts, trust) {
				trusts = append(trusts, trust)
			}
		}
	}
	return trusts
}

// TrustCondition returns the values of a condition key, which is not case
// sensitive, that a statement requires, and whether it requires one at all:
// negated operators, IfExists and ForAllValues do not. Of several conditions on
// the key, all of which must hold, it returns one without wildcards if there is
// one (IAM User Guide, "Conditions with multiple context keys or values").
func TrustCondition(s *Statement, key string) ([]string, bool) {
	var values []string
	found := false
	for _, c := range s.Conditions {
		if !c.on(key) || !c.requires(s.Conditions) {
			continue
		}
		exact := !slices.ContainsFunc(c.Values, func(v string) bool { return strings.ContainsAny(settle(v), "*?") })
		if !found || exact {
			values, found = c.Values, true
		}
	}
	return values, found
}
