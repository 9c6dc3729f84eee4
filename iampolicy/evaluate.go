package iampolicy

import "slices"

// area is what one statement names, as far as a query asks for it.
type area struct {
	statement          *Statement
	actions, resources []set
}

// areas returns the document's statements of an effect that reach into the
// queried actions and resources.
func areas(doc *Document, effect Effect, actions, resources []set) []area {
	var found []area
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if s.Effect != effect {
			continue
		}
		a := area{statement: s}
		if a.actions = s.actionSets(actions); a.actions == nil {
			continue
		}
		if a.resources = s.resourceSets(resources); a.resources == nil {
			continue
		}
		found = append(found, a)
	}
	return found
}

// coversAll reports whether the area takes in each action on each resource.
func (a area) coversAll(actions, resources []set) bool {
	outside := func(sets []set) func(set) bool {
		return func(s set) bool { return !covered(sets, s, false) }
	}
	return !slices.ContainsFunc(actions, outside(a.actions)) && !slices.ContainsFunc(resources, outside(a.resources))
}

// reach is what an Allow statement gives within the boundary, before any Deny.
type reach struct {
	statement          *Statement
	conditions         []Condition
	actions, resources []set
	bounded            bool // the boundary allows only a part of the statement
}

// reaches returns what the identity's Allow statements give of the query.
func (id Identity) reaches(actions, resources []set) []reach {
	var found []reach
	for i := range id.Policies {
		for _, a := range areas(&id.Policies[i], Allow, actions, resources) {
			r := reach{statement: a.statement, conditions: a.statement.Conditions,
				actions: common(a.actions, actions), resources: common(a.resources, resources)}
			if len(r.actions) > 0 && len(r.resources) > 0 {
				found = append(found, id.bound(r)...)
			}
		}
	}
	return found
}

// bound returns what the permissions boundary leaves of a reach: all of it when
// one statement of the boundary allows all of it, otherwise a part for each.
func (id Identity) bound(r reach) []reach {
	if id.Boundary == nil {
		return []reach{r}
	}
	limits := areas(id.Boundary, Allow, r.actions, r.resources)
	for _, limit := range limits {
		if len(limit.statement.Conditions) == 0 && limit.coversAll(r.actions, r.resources) {
			return []reach{r}
		}
	}
	var parts []reach
	for _, limit := range limits {
		part := reach{statement: r.statement,
			conditions: slices.Concat(r.conditions, limit.statement.Conditions),
			actions:    common(r.actions, limit.actions), resources: common(r.resources, limit.resources),
			bounded: !limit.coversAll(r.actions, r.resources)}
		if len(part.actions) > 0 && len(part.resources) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// denies returns the Deny statements that reach into the query; one in the
// boundary denies like any other.
func (id Identity) denies(actions, resources []set) []area {
	var found []area
	for i := range id.Policies {
		found = append(found, areas(&id.Policies[i], Deny, actions, resources)...)
	}
	if id.Boundary != nil {
		found = append(found, areas(id.Boundary, Deny, actions, resources)...)
	}
	return found
}

// share is how much of a set another takes in; of actions and resources
// together it is the lesser.
type share int

const (
	nothing  share = iota
	some           // a part, perhaps all
	maybeAll       // all, if a policy variable has it so
	all
)

func shareOf(sets []set, o set) share {
	switch {
	case !met(sets, o):
		return nothing
	case covered(sets, o, false):
		return all
	case covered(sets, o, true):
		return maybeAll
	}
	return some
}

// fence is a Deny statement with its share of each action and resource set.
type fence struct {
	statement          *Statement
	actions, resources []share
}

// fencesOn returns the Deny statements that reach into the action and resource
// sets, reckoned once for each set rather than for each pair.
func fencesOn(denies []area, actions, resources []set) []fence {
	shares := func(sets, of []set) []share {
		shares := make([]share, len(of))
		for i, o := range of {
			shares[i] = shareOf(sets, o)
		}
		return shares
	}
	var found []fence
	for _, d := range denies {
		f := fence{d.statement, shares(d.actions, actions), shares(d.resources, resources)}
		if slices.Max(f.actions) > nothing && slices.Max(f.resources) > nothing {
			found = append(found, f)
		}
	}
	return found
}

// verdict is what the Deny statements do to one action set on one resource set.
type verdict struct {
	denied bool // all of it, always
	fenced bool // all of it, when a condition or a policy variable has it so
	partly bool // a part of it, always
	maybe  bool // some of it, when a condition or a policy variable has it so
}

// judge weighs the Deny statements on the i-th action and j-th resource set.
func judge(fences []fence, i, j int) verdict {
	var v verdict
	for _, f := range fences {
		conditional := len(f.statement.Conditions) > 0
		switch taken := min(f.actions[i], f.resources[j]); {
		case taken == nothing:
		case taken == all && !conditional:
			v.denied = true
		case taken >= maybeAll:
			v.fenced, v.maybe = true, true
		case conditional:
			v.maybe = true
		default:
			v.partly = true
		}
	}
	return v
}

// grants evaluates the queried actions and resources, of which keepAction and
// keepResource pick those of interest.
func (id Identity) grants(actions, resources []set, keepAction, keepResource func(set) bool) []Grant {
	denies := id.denies(actions, resources)
	var grants []Grant
	for _, r := range id.reaches(actions, resources) {
		r.actions = slices.DeleteFunc(r.actions, func(s set) bool { return !keepAction(s) })
		r.resources = slices.DeleteFunc(r.resources, func(s set) bool { return !keepResource(s) })
		if len(r.actions) == 0 || len(r.resources) == 0 {
			continue
		}
		if g, ok := r.grant(fencesOn(denies, r.actions, r.resources)); ok {
			grants = append(grants, g)
		}
	}
	return grants
}

// grant returns what the Deny statements leave of a reach, and whether that is
// anything.
func (r reach) grant(fences []fence) (Grant, bool) {
	g := Grant{Statement: r.statement, Conditions: r.conditions,
		PartlyDenied: r.bounded, Conditional: len(r.conditions) > 0}
	keptActions, keptResources := make([]bool, len(r.actions)), make([]bool, len(r.resources))
	for i := range r.actions {
		for j := range r.resources {
			v := judge(fences, i, j)
			g.PartlyDenied = g.PartlyDenied || v.denied || v.partly
			if !v.denied {
				g.Conditional = g.Conditional || v.maybe
				keptActions[i], keptResources[j] = true, true
			}
		}
	}
	for i, action := range r.actions {
		if keptActions[i] {
			g.Actions, g.NotActions = include(g.Actions, action.all[:1]), include(g.NotActions, action.none)
		}
	}
	for j, resource := range r.resources {
		if keptResources[j] {
			g.Resources, g.NotResources = include(g.Resources, resource.all[:1]), include(g.NotResources, resource.none)
		}
	}
	for _, f := range fences {
		g.Denies = append(g.Denies, f.statement)
	}
	return g, len(g.Actions) > 0
}

// include adds the texts of patterns to a list. Of patterns that must all match
// the first, the statement's own, is given: it takes in the others' share.
func include(list []string, patterns []pattern) []string {
	for _, p := range patterns {
		text := p.text
		if p.action && text == everyAction {
			text = "*"
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}
