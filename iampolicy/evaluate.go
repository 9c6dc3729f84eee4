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

func (a area) covers(action, resource set, loose bool) bool {
	return covered(a.actions, action, loose) && covered(a.resources, resource, loose)
}

func (a area) coversAll(actions, resources []set) bool {
	for _, action := range actions {
		for _, resource := range resources {
			if !a.covers(action, resource, false) {
				return false
			}
		}
	}
	return true
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

// verdict is what the Deny statements do to one action set on one resource set.
type verdict struct {
	denied bool // all of it, always
	fenced bool // all of it, when a condition or a policy variable has it so
	partly bool // a part of it, always
	maybe  bool // some of it, when a condition or a policy variable has it so
	denies []*Statement
}

func judge(action, resource set, denies []area) verdict {
	var v verdict
	for _, d := range denies {
		if !touched(d.actions, action) || !touched(d.resources, resource) {
			continue
		}
		conditional := len(d.statement.Conditions) > 0
		if !conditional && d.covers(action, resource, false) {
			return verdict{denied: true, denies: []*Statement{d.statement}}
		}
		fenced := d.covers(action, resource, true)
		v.fenced = v.fenced || fenced
		v.maybe = v.maybe || fenced || conditional
		v.partly = v.partly || !fenced && !conditional
		v.denies = append(v.denies, d.statement)
	}
	return v
}

// grants evaluates the queried actions and resources, of which keep picks those
// of interest.
func (id Identity) grants(actions, resources []set, keep func(action, resource set) bool) []Grant {
	denies := id.denies(actions, resources)
	var grants []Grant
	for _, r := range id.reaches(actions, resources) {
		g := Grant{Statement: r.statement, Conditions: r.conditions,
			PartlyDenied: r.bounded, Conditional: len(r.conditions) > 0}
		for _, action := range r.actions {
			for _, resource := range r.resources {
				if keep(action, resource) {
					g.add(action, resource, judge(action, resource, denies))
				}
			}
		}
		if len(g.Actions) > 0 {
			grants = append(grants, g)
		}
	}
	return grants
}

// add takes an action set on a resource set into the grant, as far as the Deny
// statements leave it.
func (g *Grant) add(action, resource set, v verdict) {
	for _, deny := range v.denies {
		if !slices.Contains(g.Denies, deny) {
			g.Denies = append(g.Denies, deny)
		}
	}
	g.PartlyDenied = g.PartlyDenied || v.denied || v.partly
	if v.denied {
		return
	}
	g.Conditional = g.Conditional || v.maybe
	g.Actions = include(g.Actions, action.all[:1])
	g.NotActions = include(g.NotActions, action.none)
	g.Resources = include(g.Resources, resource.all[:1])
	g.NotResources = include(g.NotResources, resource.none)
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
