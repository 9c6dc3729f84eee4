package evidence

import "slices"

// Outcomes is the set of outcomes that are still possible. A predicate over complete evidence has
// exactly one; every unread fact can only add to the set.
type Outcomes uint8

const (
	CanPass Outcomes = 1 << iota
	CanFail
	CanBeAbsent // not applicable: there is nothing to ask
)

// Anything is the set of all outcomes.
const Anything = CanPass | CanFail | CanBeAbsent

// Verdict is the answer of a predicate: the outcomes that are possible, what was seen, and the gaps
// that keep it from being certain.
type Verdict struct {
	Outcomes Outcomes
	Message  string
	Gaps     []Gap
}

// Pass is the verdict that a requirement holds.
func Pass(message string) Verdict { return Verdict{Outcomes: CanPass, Message: message} }

// Fail is the verdict that a requirement does not hold.
func Fail(message string) Verdict { return Verdict{Outcomes: CanFail, Message: message} }

// NotApplicable is the verdict that there is nothing to ask.
func NotApplicable(message string) Verdict { return Verdict{Outcomes: CanBeAbsent, Message: message} }

// Unknown is the verdict that any outcome is possible.
func Unknown(message string, gaps ...Gap) Verdict {
	return Verdict{Outcomes: Anything, Message: message, Gaps: gaps}
}

// Test is Pass or Fail by a condition.
func Test(holds bool, pass, fail string) Verdict {
	if holds {
		return Pass(pass)
	}
	return Fail(fail)
}

// Certain reports that exactly one outcome is possible.
func (v Verdict) Certain() bool { return v.Outcomes&(v.Outcomes-1) == 0 && v.Outcomes != 0 }

// Passed, Failed and Absent report a certain outcome.
func (v Verdict) Passed() bool { return v.Outcomes == CanPass }
func (v Verdict) Failed() bool { return v.Outcomes == CanFail }
func (v Verdict) Absent() bool { return v.Outcomes == CanBeAbsent }

// Can reports that an outcome is still possible.
func (v Verdict) Can(o Outcomes) bool { return v.Outcomes&o != 0 }

// With asks a fact; a fact that was not read makes every outcome possible, and one of a service that
// the region does not have makes the question absent.
func With[T any](fact Fact[T], ask func(T) Verdict) Verdict {
	if fact.value == nil {
		gap := *fact.Gap()
		if gap.Reason == Unavailable {
			return NotApplicable("not available in " + gap.Region)
		}
		return Unknown("", gap)
	}
	return ask(*fact.value)
}

// Not exchanges pass and fail.
func Not(v Verdict) Verdict {
	swapped := v.Outcomes & CanBeAbsent
	if v.Can(CanPass) {
		swapped |= CanFail
	}
	if v.Can(CanFail) {
		swapped |= CanPass
	}
	v.Outcomes = swapped
	return v
}

// If asks then only where the condition passes; where it fails or is absent the question is absent
// with the condition's message, and where it is uncertain absence stays possible.
func If(condition Verdict, then func() Verdict) Verdict {
	if !condition.Can(CanPass) {
		return NotApplicable(condition.Message)
	}
	v := then()
	if !condition.Passed() {
		v.Outcomes |= CanBeAbsent
		v.Gaps = merge(v.Gaps, condition.Gaps)
		v.Message = first(v.Message, condition.Message)
	}
	return v
}

// All passes when every verdict passes and fails when one fails; absent ones do not count, and all
// of them absent is absent.
func All(verdicts ...Verdict) Verdict { return combine(verdicts, CanFail, CanPass) }

// Any passes when one verdict passes and fails when all fail; absent ones do not count.
func Any(verdicts ...Verdict) Verdict { return combine(verdicts, CanPass, CanFail) }

// combine folds verdicts of which one that is certainly decisive settles the whole.
func combine(verdicts []Verdict, decisive, other Outcomes) Verdict {
	var result Verdict
	var messages [3][]string
	canOther, allAbsent := false, true
	otherPossible := true
	for _, v := range verdicts {
		if v.Outcomes == decisive {
			otherPossible = false
		}
		result.Outcomes |= v.Outcomes & decisive
		canOther = canOther || v.Can(other)
		allAbsent = allAbsent && v.Can(CanBeAbsent)
		switch {
		case v.Outcomes == decisive:
			messages[0] = append(messages[0], v.Message)
		case !v.Certain():
			messages[1] = append(messages[1], v.Message)
		case v.Outcomes == other:
			messages[2] = append(messages[2], v.Message)
		}
	}
	if otherPossible && canOther {
		result.Outcomes |= other
	}
	if allAbsent {
		result.Outcomes |= CanBeAbsent
	}
	if !result.Certain() {
		for _, v := range verdicts {
			result.Gaps = merge(result.Gaps, v.Gaps)
		}
	}
	for _, group := range messages {
		if text := join(group); text != "" {
			result.Message = text
			break
		}
	}
	if result.Message == "" && len(verdicts) > 0 {
		result.Message = verdicts[0].Message
	}
	return result
}

// Every asks each item and passes when none fails. An empty complete list is absent; what a listing
// could not see may fail.
func Every[R any](list List[R], ask func(R) Verdict) Verdict {
	return All(append(each(list, ask), unseen(list)...)...)
}

// Some asks each item and passes when one passes. An empty complete list fails; what a listing could
// not see may pass.
func Some[R any](list List[R], none string, ask func(R) Verdict) Verdict {
	v := Any(append(each(list, ask), unseen(list)...)...)
	if v.Outcomes == 0 || v.Can(CanBeAbsent) {
		v.Outcomes = v.Outcomes&^CanBeAbsent | CanFail
	}
	if v.Failed() {
		v.Message = none
	}
	return v
}

// Exists passes when the list has an item for which the condition holds, fails when it has none.
func Exists[R any](list List[R], found, none string, holds func(R) bool) Verdict {
	return Some(list, none, func(r R) Verdict { return Test(holds(r), found, none) })
}

// Count asks about the number of items; a partial listing has at least those that were seen, so ask
// must say with atLeast whether more items could change its answer.
func Count[R any](list List[R], ask func(count int) Verdict) Verdict {
	v := ask(len(list.items))
	if gaps := list.Gaps(); len(gaps) > 0 {
		return Unknown("", gaps...)
	}
	return v
}

// each asks every item that was seen.
func each[R any](list List[R], ask func(R) Verdict) []Verdict {
	verdicts := make([]Verdict, len(list.items))
	for i, item := range list.items {
		verdicts[i] = ask(item)
	}
	return verdicts
}

// unseen stands for the items that a partial listing did not show.
func unseen[R any](list List[R]) []Verdict {
	if gaps := list.Gaps(); len(gaps) > 0 {
		return []Verdict{Unknown("", gaps...)}
	}
	return nil
}

// merge appends the gaps that are not yet there.
func merge(into, gaps []Gap) []Gap {
	into = into[:len(into):len(into)]
	for _, g := range gaps {
		if !slices.Contains(into, g) {
			into = append(into, g)
		}
	}
	return into
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// join lists distinct messages, at most five of them.
func join(messages []string) string {
	const most = 5
	var text string
	var seen []string
	for _, m := range messages {
		if m == "" || slices.Contains(seen, m) {
			continue
		}
		seen = append(seen, m)
		if len(seen) > most {
			continue
		}
		if text != "" {
			text += "; "
		}
		text += m
	}
	if extra := len(seen) - most; extra > 0 {
		text += "; and more"
	}
	return text
}

// Map computes a fact from another; the gap is carried over.
func Map[T, U any](fact Fact[T], compute func(T) U) Fact[U] {
	return Bind(fact, func(v T) Fact[U] { return Known(compute(v)) })
}

// Bind computes a fact that may itself be unknown from another.
func Bind[T, U any](fact Fact[T], compute func(T) Fact[U]) Fact[U] {
	if fact.value == nil {
		return Missing[U](*fact.Gap())
	}
	return compute(*fact.value)
}
