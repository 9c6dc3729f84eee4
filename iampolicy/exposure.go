package iampolicy

import (
	"slices"
	"strings"
)

// ExposureKind is whom a statement opens to.
type ExposureKind int

// The kinds of exposure.
const (
	// Everyone: any AWS principal, and where the service permits it anonymous
	// requests (IAM User Guide, "Principal: All principals").
	Everyone ExposureKind = iota + 1
	// OtherAccount: principals of another account, or a service that acts for one.
	OtherAccount
	// UnknownAccount: a principal whose account the document does not tell, such
	// as a canonical user ID or a CloudFront origin access identity.
	UnknownAccount
	// ServiceWithoutSource: a service, whoever it acts for (IAM User Guide, "The
	// confused deputy problem").
	ServiceWithoutSource
	// Federated: users of an identity provider.
	Federated
)

// String returns the kind as words.
func (k ExposureKind) String() string {
	switch k {
	case Everyone:
		return "everyone"
	case OtherAccount:
		return "other account"
	case UnknownAccount:
		return "unknown account"
	case ServiceWithoutSource:
		return "service without source"
	case Federated:
		return "federated"
	}
	return "none"
}

// Exposure is one way in which a resource-based policy opens to someone outside
// the account.
type Exposure struct {
	Kind ExposureKind
	// Statement is the Allow statement, in the document.
	Statement *Statement
	// Principal is the entry of the Principal element that opens.
	Principal Principal
	// Account is the other account, for OtherAccount.
	Account string
	// RestrictedBy are the condition keys, as written, that narrow the exposure
	// without closing it, such as sts:ExternalId or aws:PrincipalOrgID.
	RestrictedBy []string
}

// Exposures returns whom outside the account the Allow statements of a
// resource-based policy or role trust policy open to, one for each principal.
//
// A principal "*" is no exposure when a condition ties it to fixed values of a
// key that says who or where from, such as aws:PrincipalOrgID, aws:SourceArn or
// aws:SourceVpce; where the key names accounts and one is another, the exposure
// is OtherAccount. Only operators that require the key count: not negated ones,
// not IfExists, not ForAllValues, and not a value such as "*" or "vpc-*". A Deny
// for everyone that spares only such values restricts likewise, and an Allow
// that a Deny wholly covers opens nothing. Allow with NotPrincipal is Everyone.
//
// It follows the IAM User Guide, "AWS JSON policy elements: Principal" and
// "AWS global condition context keys", and the Amazon S3 User Guide, "The
// meaning of 'public'".
func Exposures(doc Document, account string) []Exposure {
	var exposures []Exposure
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Effect != Allow {
			continue
		}
		for _, principal := range s.opensTo() {
			if !doc.denied(s, principal) {
				exposures = append(exposures, doc.exposures(s, principal, account)...)
			}
		}
	}
	return exposures
}

// opensTo returns the principals of an Allow statement. What NotPrincipal leaves
// over is everyone, anonymous requests included.
func (s *Statement) opensTo() []Principal {
	if s.NotPrincipals != nil {
		return []Principal{{Type: "*", Value: "*"}}
	}
	return s.Principals
}

func (doc *Document) exposures(s *Statement, principal Principal, account string) []Exposure {
	exposure := Exposure{Statement: s, Principal: principal}
	switch {
	case principal.Everyone():
		exposure.Kind = Everyone
		return exposure.within(doc.limits(s, false), account)
	case principal.Type == "Service":
		exposure.Kind = ServiceWithoutSource
		return exposure.within(doc.limits(s, true), account)
	case principal.Type == "Federated":
		exposure.Kind = Federated
		for _, c := range s.Conditions {
			if c.restricts(s.Conditions) {
				exposure.RestrictedBy = append(exposure.RestrictedBy, c.Key)
			}
		}
		return []Exposure{exposure}
	case principal.Type == "AWS" && isUniqueID(principal.Value):
		// The principal was deleted; no one can be it again.
		return nil
	}
	exposure.Kind, exposure.Account = OtherAccount, principal.Account()
	switch {
	case exposure.Account == account && account != "":
		return nil
	case exposure.Account == "":
		exposure.Kind = UnknownAccount
	}
	exposure.RestrictedBy = s.narrowedBy(doc.limits(s, false))
	return []Exposure{exposure}
}

// within returns what limits leave of an exposure that could be anyone: itself
// without limits; the other accounts they name, if they name accounts; and
// nothing if they tie it down otherwise.
func (e Exposure) within(limits []limit, account string) []Exposure {
	if len(limits) == 0 {
		e.RestrictedBy = e.Statement.narrowedBy(nil)
		return []Exposure{e}
	}
	e.Kind, e.RestrictedBy = OtherAccount, e.Statement.narrowedBy(limits)
	var exposures []Exposure
	seen := []string{own, account}
	for _, l := range limits {
		for _, a := range l.accounts {
			bars := func(l limit) bool { return l.closed && !slices.Contains(l.accounts, a) }
			if !slices.Contains(seen, a) && !slices.ContainsFunc(limits, bars) {
				seen = append(seen, a)
				e.Account = a
				exposures = append(exposures, e)
			}
		}
	}
	return exposures
}

// limit is one restriction of who a statement opens to.
type limit struct {
	keys     []string
	accounts []string // the accounts it names
	closed   bool     // it lets in no others
}

// narrowedBy returns the keys of the limits, and sts:ExternalId if the statement
// requires it: that guards against a confused deputy without saying who may come.
func (s *Statement) narrowedBy(limits []limit) []string {
	var keys []string
	for _, l := range limits {
		keys = append(keys, l.keys...)
	}
	for _, c := range s.Conditions {
		if c.on("sts:ExternalId") && c.restricts(s.Conditions) {
			keys = append(keys, c.Key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.CompactFunc(keys, strings.EqualFold)
}

// limits returns what restricts the AWS principals of an Allow statement or,
// with service set, whom its services may act for: its own conditions, and each
// Deny for everyone that spares only fixed values.
func (doc *Document) limits(s *Statement, service bool) []limit {
	counts := func(c Condition) bool {
		rule := ruleOf(c.Key)
		return service && rule.service || !service && rule.principal
	}
	var limits []limit
	for _, c := range s.Conditions {
		if counts(c) && c.restricts(s.Conditions) {
			accounts, closed := c.accounts()
			limits = append(limits, limit{[]string{c.Key}, accounts, closed})
		}
	}
	for i := range doc.Statements {
		deny := &doc.Statements[i]
		if deny.Effect != Deny || len(deny.Conditions) == 0 || !slices.ContainsFunc(deny.Principals, Principal.Everyone) {
			continue
		}
		// A request is spared when any of the Deny's conditions fails.
		l := limit{closed: true}
		if slices.ContainsFunc(deny.Conditions, func(c Condition) bool { return !counts(c) || !c.spares() || !c.fixed() }) {
			continue
		}
		for _, c := range deny.Conditions {
			accounts, closed := c.accounts()
			l.keys = append(l.keys, c.Key)
			l.accounts = append(l.accounts, accounts...)
			l.closed = l.closed && closed
		}
		if deny.coversStatement(s) {
			limits = append(limits, l)
		}
	}
	return limits
}

// denied reports whether a Deny without conditions, for everyone or for just
// this principal, covers an Allow statement.
func (doc *Document) denied(s *Statement, principal Principal) bool {
	for i := range doc.Statements {
		deny := &doc.Statements[i]
		if deny.Effect != Deny || len(deny.Conditions) > 0 {
			continue
		}
		hits := func(p Principal) bool { return p.Everyone() || p == principal }
		if slices.ContainsFunc(deny.Principals, hits) && deny.coversStatement(s) {
			return true
		}
	}
	return false
}

// coversStatement reports whether a statement covers all actions and resources
// of another of the same resource-based policy, where an absent Resource means
// the resource the policy belongs to.
func (s *Statement) coversStatement(o *Statement) bool {
	actions := o.actionSets([]set{anything(actionPattern("*"))})
	resources := everyResource()
	if o.Resources != nil || o.NotResources != nil {
		resources = o.resourceSets(resources)
	}
	a := area{statement: s, actions: s.actionSets(actions), resources: everyResource()}
	if s.Resources != nil || s.NotResources != nil {
		a.resources = s.resourceSets(resources)
	}
	return a.coversAll(actions, resources)
}

// isUniqueID reports whether an AWS principal is a unique ID such as
// "AROAEXAMPLEID": what IAM shows for a principal that was deleted (IAM User
// Guide, "IAM identifiers").
func isUniqueID(value string) bool {
	return len(value) >= 16 && value[0] == 'A' &&
		strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}
