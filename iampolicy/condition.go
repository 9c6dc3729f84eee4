package iampolicy

import (
	"net/netip"
	"slices"
	"strings"
)

// operator is a condition operator taken apart (IAM User Guide, "IAM JSON
// policy elements: Condition operators" and "Set operators for multivalued
// context keys"), in lower case.
type operator struct {
	quantifier string // "forallvalues", "foranyvalue" or none
	name       string
	ifExists   bool
}

func (c Condition) operator() operator {
	var op operator
	op.name = strings.ToLower(c.Operator)
	if quantifier, name, ok := strings.Cut(op.name, ":"); ok {
		op.quantifier, op.name = quantifier, name
	}
	op.name, op.ifExists = strings.CutSuffix(op.name, "ifexists")
	return op
}

func (c Condition) on(key string) bool { return strings.EqualFold(c.Key, key) }

// requires reports whether the condition holds only for requests that carry the
// key with one of the values. IfExists and ForAllValues also hold without the
// key, so they require it only beside a Null condition that does.
func (c Condition) requires(beside []Condition) bool {
	op := c.operator()
	switch op.name {
	case "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress",
		"bool", "binaryequals", "numericequals", "numericlessthan", "numericlessthanequals",
		"numericgreaterthan", "numericgreaterthanequals", "dateequals", "datelessthan",
		"datelessthanequals", "dategreaterthan", "dategreaterthanequals":
	default:
		return false
	}
	switch op.quantifier {
	case "", "foranyvalue", "forallvalues":
	default:
		return false
	}
	if len(c.Values) == 0 {
		return false
	}
	if !op.ifExists && op.quantifier != "forallvalues" {
		return true
	}
	return slices.ContainsFunc(beside, func(o Condition) bool {
		return o.on(c.Key) && o.operator().name == "null" &&
			!slices.ContainsFunc(o.Values, func(v string) bool { return !strings.EqualFold(v, "false") })
	})
}

// restricts reports whether the condition makes an Allow depend on the key having
// one of some fixed values.
func (c Condition) restricts(beside []Condition) bool {
	switch form := ruleOf(c.Key).form; {
	case form == exemption:
		return false
	case form == flag || c.operator().name == "bool":
		return only(c.Values, "true") && c.requires(beside)
	}
	return c.fixed() && c.requires(beside)
}

// spares reports whether a Deny under this condition spares only requests that
// carry the key with one of the values. A negated operator also matches a
// request without the key, unless ForAnyValue asks for one.
func (c Condition) spares() bool {
	op := c.operator()
	if op.quantifier == "foranyvalue" {
		return false
	}
	switch op.name {
	case "stringnotequals", "stringnotequalsignorecase", "stringnotlike",
		"arnnotequals", "arnnotlike", "notipaddress":
		return len(c.Values) > 0
	case "bool":
		// aws:PrincipalIsAWSService is in every request, so it needs no IfExists.
		return (op.ifExists || c.on("aws:PrincipalIsAWSService")) && only(c.Values, "false")
	}
	return false
}

func only(values []string, want string) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return !strings.EqualFold(v, want) })
}

// rule says what a condition key tells about the requester.
type rule struct {
	form form
	// principal and service: the key narrows down who an AWS principal, or
	// whom a service acts for, can be.
	principal, service bool
}

// form is how the value of a condition key reads, which decides whether it
// names something fixed.
type form int

const (
	plain      form = iota // fixed unless it is all wildcard
	identifier             // no wildcard at all
	accountID              // no wildcard, and names an account
	arn                    // the account or, without one, the resource is fixed
	orgPath                // the organization before the first slash is fixed
	userID                 // the unique ID before the colon is fixed
	cidr                   // no broader than S3 takes for a fixed range
	flag                   // true or false
	exemption              // a flag that counts only where a Deny spares it
)

// ruleOf returns the rule of a condition key that restricts who a statement
// opens to (IAM User Guide, "AWS global condition context keys"; Amazon S3 User
// Guide, "The meaning of 'public'"; AWS KMS Developer Guide, "AWS KMS condition
// keys"; the EFS and Lambda guides for theirs).
func ruleOf(key string) rule {
	key = strings.ToLower(key)
	switch key {
	case "aws:principalorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:vpceorgid":
		return rule{form: identifier, principal: true}
	case "aws:principalaccount", "kms:calleraccount", "aws:vpceaccount", "s3:dataaccesspointaccount":
		return rule{form: accountID, principal: true}
	case "aws:principalarn", "aws:sourcevpcarn", "s3:dataaccesspointarn":
		return rule{form: arn, principal: true}
	case "aws:principalorgpaths", "aws:vpceorgpaths":
		return rule{form: orgPath, principal: true}
	case "aws:userid":
		return rule{form: userID, principal: true}
	case "aws:sourceip":
		return rule{form: cidr, principal: true}
	case "elasticfilesystem:accessedviamounttarget":
		return rule{form: flag, principal: true}
	case "aws:principalisawsservice":
		return rule{form: exemption, principal: true}
	case "aws:sourcearn":
		return rule{form: arn, principal: true, service: true}
	case "aws:sourceaccount", "aws:sourceowner":
		return rule{form: accountID, principal: true, service: true}
	case "aws:sourceorgid", "lambda:eventsourcetoken":
		return rule{form: identifier, principal: true, service: true}
	case "aws:sourceorgpaths":
		return rule{form: orgPath, principal: true, service: true}
	case "sts:externalid":
		// Cognito names its user pool this way; for an AWS principal it says
		// nothing about who that is.
		return rule{form: identifier, service: true}
	}
	if strings.HasPrefix(key, "kms:encryptioncontext:") {
		// CloudWatch Logs and CloudTrail put the ARN they act for in it.
		return rule{form: arn, service: true}
	}
	return rule{}
}

// fixed reports whether every value of the condition names something in
// particular, so that the condition restricts; "*" restricts nothing.
func (c Condition) fixed() bool {
	form := ruleOf(c.Key).form
	return len(c.Values) > 0 && !slices.ContainsFunc(c.Values, func(v string) bool { return !form.fixed(settle(v)) })
}

func (f form) fixed(value string) bool {
	switch f {
	case identifier, accountID:
		return value != "" && !strings.ContainsAny(value, "*?")
	case arn:
		return fixedARN(value)
	case orgPath:
		organization, _, _ := strings.Cut(value, "/")
		return identifier.fixed(organization)
	case userID:
		id, _, _ := strings.Cut(value, ":")
		return identifier.fixed(id)
	case cidr:
		return fixedRange(value)
	}
	return strings.Trim(value, "*?") != ""
}

// fixedARN reports whether an ARN pattern cannot match an ARN of an account the
// author did not mean.
func fixedARN(value string) bool {
	parts := strings.SplitN(value, ":", 6)
	if len(parts) < 6 {
		return identifier.fixed(value)
	}
	service, account, resource := parts[2], parts[4], parts[5]
	switch {
	case account != "":
		return identifier.fixed(account)
	case service == "s3":
		// A bucket ARN has no account; the bucket's name is unique to one.
		resource, _, _ = strings.Cut(resource, "/")
	}
	return identifier.fixed(resource)
}

// fixedRange follows S3: broader than /8 for IPv4 or /32 for IPv6 is public.
func fixedRange(value string) bool {
	prefix, err := netip.ParsePrefix(value)
	if err != nil {
		addr, err := netip.ParseAddr(value)
		return err == nil && addr.IsValid()
	}
	if prefix.Addr().Is4() {
		return prefix.Bits() >= 8
	}
	return prefix.Bits() >= 32
}

// own stands for the account of the resource, which a policy variable names.
const own = "own"

// settle replaces the policy variables of a value: those of the resource are
// fixed, all others are the requester's to choose.
func settle(value string) string {
	var settled strings.Builder
	for {
		before, rest, ok := strings.Cut(value, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			settled.WriteString(value)
			return settled.String()
		}
		settled.WriteString(before)
		switch {
		case name == "*" || name == "?" || name == "$":
			settled.WriteString("$")
		case len(name) > len("aws:Resource") && strings.EqualFold(name[:len("aws:Resource")], "aws:Resource"):
			settled.WriteString(own)
		default:
			settled.WriteString("*")
		}
		value = after
	}
}

// accounts returns the accounts the values of a fixed condition name, and whether
// every value names one.
func (c Condition) accounts() (accounts []string, closed bool) {
	closed = true
	for _, value := range c.Values {
		account := ""
		switch ruleOf(c.Key).form {
		case accountID:
			account = settle(value)
		case arn:
			account = accountOf(settle(value))
		}
		if account == own || isAccountID(account) {
			accounts = append(accounts, account)
		} else {
			closed = false
		}
	}
	return accounts, closed
}

// accountOf returns the account of an ARN, "" when it has none.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	return parts[4]
}

func isAccountID(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
