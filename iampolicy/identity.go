package iampolicy

import (
	"slices"
	"strings"
)

// Identity is what IAM evaluates for a user or role within its account: all its
// identity-based policies, inline and managed and for a user those of its
// groups, and the permissions boundary if it has one (IAM User Guide, "Policy
// evaluation logic" and "Permissions boundaries for IAM entities").
type Identity struct {
	Policies []Document
	Boundary *Document
}

// Decision is whether an identity is allowed an action (IAM User Guide,
// "Determining whether a request is allowed or denied within an account").
type Decision int

// The decisions, from the least to the most that is allowed.
const (
	// No: nothing allows it, or a Deny wholly forbids it.
	No Decision = iota
	// Conditional: a condition of the Allow, of the boundary or of a Deny
	// decides, or a policy variable in a Deny.
	Conditional
	// Yes: it is allowed whatever the request carries.
	Yes
)

// String returns "no", "conditional" or "yes".
func (d Decision) String() string {
	switch d {
	case Yes:
		return "yes"
	case Conditional:
		return "conditional"
	}
	return "no"
}

// Grant is what one Allow statement effectively gives: each of Actions but
// NotActions, on each of Resources but NotResources, under Conditions. Actions
// and resources are narrowed to those asked for and to those the permissions
// boundary allows; "*" stands for all.
type Grant struct {
	// Statement is the Allow statement, in the identity's policies.
	Statement    *Statement
	Actions      []string
	NotActions   []string
	Resources    []string
	NotResources []string
	// Conditions are the statement's and those of the boundary's statement.
	Conditions []Condition
	// PartlyDenied: a Deny takes away a part, or the boundary allows only a part.
	PartlyDenied bool
	// Conditional: the grant has conditions, or a Deny may apply to some of it
	// under its own conditions.
	Conditional bool
	// Denies are the Deny statements that reach into the grant.
	Denies []*Statement
}

// Grants returns the effective grants of an action, which may be a pattern such
// as "bedrock:InvokeModel*". A grant that a Deny without conditions wholly
// covers, or that the boundary does not allow, is left out; whether several
// Denies cover it only together is not looked at. A grant that several
// statements of the boundary allow in part occurs once for each.
func (id Identity) Grants(action string) []Grant {
	keep := func(set) bool { return true }
	return id.grants([]set{anything(actionPattern(action))}, everyResource(), keep, keep)
}

// Allows decides an action on a resource. Either may be a pattern; the question
// is then whether any action or resource that matches it can be reached.
func (id Identity) Allows(action, resource string) Decision {
	actions := []set{anything(actionPattern(action))}
	resources := []set{anything(resourcePattern(resource))}
	denies := id.denies(actions, resources)
	decision := No
	for _, r := range id.reaches(actions, resources) {
		fences := fencesOn(denies, r.actions, r.resources)
		for i := range r.actions {
			for j := range r.resources {
				switch v := judge(fences, i, j); {
				case v.denied:
				case len(r.conditions) > 0 || v.fenced:
					decision = Conditional
				default:
					return Yes
				}
			}
		}
	}
	return decision
}

// Administrator reports whether the identity is allowed every action on every
// resource by a statement without conditions, as the managed policy
// AdministratorAccess does, and no permissions boundary cuts that. A Deny among
// the identity's own policies leaves an administrator unless it covers
// everything, be it under a condition: who may change IAM can undo it.
func (id Identity) Administrator() bool {
	actions := []set{anything(actionPattern("*"))}
	resources := everyResource()
	if id.Boundary != nil && len(areas(id.Boundary, Deny, actions, resources)) > 0 {
		return false
	}
	if v := judge(fencesOn(id.denies(actions, resources), actions, resources), 0, 0); v.denied || v.fenced {
		return false
	}
	return slices.ContainsFunc(id.reaches(actions, resources), func(r reach) bool {
		return len(r.conditions) == 0 &&
			covered(r.actions, actions[0], false) && covered(r.resources, resources[0], false)
	})
}

// ServiceWildcards returns the grants of all actions of a service ("s3:*", "*",
// or everything but a NotAction) on all resources. Grant.Actions holds only such
// patterns; a NotResource counts as all resources and is given with the grant.
func (id Identity) ServiceWildcards() []Grant {
	resources := everyResource()
	wide := func(action set) bool {
		return !slices.ContainsFunc(action.all, func(p pattern) bool { return !serviceWide(p.text) })
	}
	return id.grants([]set{anything(actionPattern("*"))}, resources, wide,
		func(s set) bool { return every(s, resources[0]) })
}

// ResourceWildcards returns the grants of any of the actions on every resource
// that matches the pattern, such as "*" or "arn:aws:kms:*:*:key/*", unless one of
// the given condition keys restricts them (see Grant.RestrictedBy). A
// NotResource counts as every resource and is given with the grant.
func (id Identity) ResourceWildcards(resource string, actions []string, restricting ...string) []Grant {
	var queries []set
	for _, action := range actions {
		queries = append(queries, anything(actionPattern(action)))
	}
	resources := []set{anything(resourcePattern(resource))}
	grants := id.grants(queries, resources, func(set) bool { return true },
		func(s set) bool { return every(s, resources[0]) })
	return slices.DeleteFunc(grants, func(g Grant) bool { return g.RestrictedBy(restricting...) })
}

// RestrictedBy reports whether the grant holds only for requests in which one of
// the condition keys has one of some given values: by a condition that requires
// it (negated operators, IfExists and a value of "*" do not), or by a Deny on
// the whole grant for requests without it.
func (g Grant) RestrictedBy(keys ...string) bool {
	named := func(c Condition) bool { return slices.ContainsFunc(keys, c.on) }
	for _, c := range g.Conditions {
		if named(c) && c.restricts(g.Conditions) {
			return true
		}
	}
	for _, deny := range g.Denies {
		spared := len(deny.Conditions) > 0
		for _, c := range deny.Conditions {
			spared = spared && named(c) && c.spares() && c.fixed()
		}
		if spared && g.deniedBy(deny) {
			return true
		}
	}
	return false
}

// deniedBy reports whether a Deny covers the whole grant.
func (g Grant) deniedBy(deny *Statement) bool {
	if g.Statement == nil {
		return false
	}
	actions := sets(g.Actions, g.NotActions, actionPattern)
	resources := sets(g.Resources, g.NotResources, g.Statement.resource)
	return area{deny, deny.actionSets(actions), deny.resourceSets(resources)}.coversAll(actions, resources)
}

// sets reads a grant's lists back into sets.
func sets(named, excepted []string, read func(string) pattern) []set {
	var sets []set
	for _, text := range named {
		s := anything(read(text))
		for _, exception := range excepted {
			s.none = append(s.none, read(exception))
		}
		sets = append(sets, s)
	}
	return sets
}

func everyResource() []set { return []set{anything(resourcePattern("*"))} }

// every reports whether the patterns of s, exceptions aside, take in all of the
// query.
func every(s, query set) bool {
	return set{all: s.all}.covers(query, false)
}

// serviceWide reports whether a pattern names all actions of a service.
func serviceWide(action string) bool {
	_, name, ok := strings.Cut(action, ":")
	return ok && onlyRuns(name)
}
