package iampolicy

import (
	"slices"
	"strings"
)

// set is what an element names: everything that matches all of the patterns in
// all and none of those in none. An Action or Resource element is one set for
// each pattern, a NotAction or NotResource element a single set with exceptions.
type set struct {
	all, none []pattern
}

// anything is the set of one pattern.
func anything(p pattern) set { return set{all: []pattern{p}} }

// actionPattern reads a pattern of an Action element. A lone * is written *:*,
// which is the same to AWS and lets the two cover each other.
func actionPattern(text string) pattern {
	if onlyRuns(text) {
		text = everyAction
	}
	return pattern{text: text, action: true}
}

const everyAction = "*:*"

func onlyRuns(text string) bool { return text != "" && strings.Trim(text, "*") == "" }

func resourcePattern(text string) pattern { return pattern{text: text, variables: true} }

// meets reports whether two sets have anything in common.
func (s set) meets(o set) bool {
	for _, p := range s.all {
		if !reaches(p, o.all) {
			return false
		}
	}
	empties := func(n pattern) bool { return excludes(n, s.all) || excludes(n, o.all) }
	return !slices.ContainsFunc(s.none, empties) && !slices.ContainsFunc(o.none, empties)
}

// intersect returns what two sets have in common, and false when that is
// nothing. Patterns that say nothing more are left out.
func (s set) intersect(o set) (set, bool) {
	if !s.meets(o) {
		return set{}, false
	}
	common := set{all: s.all}
	for _, q := range o.all {
		common.all = narrow(common.all, q)
	}
	for _, exceptions := range [][]pattern{s.none, o.none} {
		for _, n := range exceptions {
			if reaches(n, common.all) {
				common.none = append(common.none, n)
			}
		}
	}
	return common, true
}

// narrow returns the patterns that must all match with one more.
func narrow(all []pattern, q pattern) []pattern {
	kept := all[:0:0]
	for _, p := range all {
		if q.covers(p, false) {
			return all
		}
		if !p.covers(q, false) {
			kept = append(kept, p)
		}
	}
	return append(kept, q)
}

// excludes reports whether an exception takes away all that the patterns share.
func excludes(n pattern, all []pattern) bool {
	for _, p := range all {
		if n.covers(p, false) {
			return true
		}
	}
	return false
}

// reaches reports whether an exception may take away a part of it.
func reaches(n pattern, all []pattern) bool {
	for _, p := range all {
		if !n.overlaps(p) {
			return false
		}
	}
	return true
}

// covers reports whether all of o lies within s; like pattern.covers it may miss
// a cover and claims no false one, and with loose set answers "may cover".
func (s set) covers(o set, loose bool) bool {
	for _, p := range s.all {
		held := false
		for _, q := range o.all {
			held = held || p.covers(q, loose)
		}
		if !held {
			return false
		}
	}
	for _, n := range s.none {
		excepted := !reaches(n, o.all)
		for _, m := range o.none {
			excepted = excepted || m.covers(n, false)
		}
		if !excepted {
			return false
		}
	}
	return true
}

// covered reports whether one of the sets covers o.
func covered(sets []set, o set, loose bool) bool {
	for _, s := range sets {
		if s.covers(o, loose) {
			return true
		}
	}
	return false
}

// met reports whether one of the sets has anything in common with o.
func met(sets []set, o set) bool {
	for _, s := range sets {
		if s.meets(o) {
			return true
		}
	}
	return false
}

// common returns what each of the first sets shares with each of the second.
func common(sets, others []set) []set {
	var shared []set
	for _, s := range sets {
		for _, o := range others {
			if c, ok := s.intersect(o); ok {
				shared = append(shared, c)
			}
		}
	}
	return shared
}

// actionSets and resourceSets return what the statement's elements name, as far
// as it reaches into one of the queries; nil when it does not.
func (s *Statement) actionSets(queries []set) []set {
	return elementSets(s.Actions, s.NotActions, actionPattern, everyAction, queries)
}

func (s *Statement) resourceSets(queries []set) []set {
	return elementSets(s.Resources, s.NotResources, s.resource, "*", queries)
}

// resource reads a pattern of the statement's Resource element.
func (s *Statement) resource(text string) pattern {
	return pattern{text: text, variables: !s.literal}
}

func elementSets(named, excepted []string, read func(string) pattern, every string, queries []set) []set {
	var sets []set
	for _, text := range named {
		p := read(text)
		if slices.ContainsFunc(queries, func(query set) bool { return reaches(p, query.all) }) {
			sets = append(sets, anything(p))
		}
	}
	if excepted != nil {
		rest := anything(read(every))
		for _, text := range excepted {
			rest.none = append(rest.none, read(text))
		}
		if met(queries, rest) {
			sets = append(sets, rest)
		}
	}
	return sets
}
