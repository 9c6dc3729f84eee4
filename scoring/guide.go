package scoring

import (
	"fmt"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
)

// Row is something that facts or checks show as present or missing.
type Row struct {
	Name    string
	Present func(*Input) evidence.Verdict // from facts: whether it is there at all; nil where the checks tell, or nothing does
	Checks  []string                      // ids of the checks behind it
	All     bool                          // without Present: every check that applies has to pass, else one that passes is enough
	Note    string
}

// State is what a row turned out to be.
type State string

const (
	Present       State = "present"
	Missing       State = "missing"
	UnknownState  State = "unknown"
	NotApplicable State = "not-applicable"
)

// RowState is a row and its state; Reason says why it is unknown.
type RowState struct {
	Row    Row
	State  State
	Reason evidence.Reason
	Detail string
	weight int64 // of the gravest of its checks that fails
}

// Signal is a row that speaks for one of a decision's strategies.
type Signal struct {
	ID string
	Row
	Strategy string
	Weight   int
}

// Strategy is one side of a decision.
type Strategy struct {
	ID, Name        string
	ChooseWhen      []string
	Brings          []string
	Components      []Row
	Implementations []Row
}

// Decision is a choice between two strategies. The share of the signals' weights decides it or, where
// ByComponents says so, which components are present.
type Decision struct {
	ID, Title    string
	Strategies   []Strategy // two, the basic one first where one builds on the other
	Signals      []Signal
	ByComponents *ByComponents
}

// ByComponents decides by the components that are present. The second strategy is the advanced one.
type ByComponents struct {
	Advanced int    // components of the advanced strategy that decide for it,
	On       int    // on top of so many of the basic one
	Basic    int    // components of the basic strategy that decide for it
	Outweigh bool   // and they have to be more than the advanced ones; as many or fewer are mixed
	Neither  string // what fewer are called: NotEstablished or Incomplete
}

// Pattern is an implementation pattern.
type Pattern struct {
	ID, Title string
	Applies   func(*Input) evidence.Verdict // nil: always
	Rows      []Row
}

// Issue is a common production issue: present where one of its checks fails.
type Issue struct {
	Category, Name, Text string
	Checks               []string
	Questions            []string // whose attestations decide where no check does
}

// Guide is the checklist's advice beside the questions.
type Guide struct {
	Decisions []Decision
	Patterns  []Pattern
	Issues    []Issue
}

// DecisionState is a decision with what the account shows.
type DecisionState struct {
	Decision   Decision
	Strategy   string // id, "mixed" or "undetermined"
	Confidence string // high, medium or low
	Because    string
	Signals    []RowState
	Components [][]RowState // by strategy
	Practices  [][]RowState // implementations, by strategy
}

// Verdicts of a decision that name neither strategy.
const (
	Mixed          = "mixed"
	Undetermined   = "undetermined"
	NotEstablished = "not established"
	Incomplete     = "incomplete"
)

// Row tells a row's state from facts, or from the outcomes of its checks.
func (s *Scores) Row(in *Input, r Row) RowState {
	state := s.rowOfChecks(r)
	if r.Present == nil {
		return state
	}
	state = RowState{Row: r, weight: state.weight}
	v := r.Present(in)
	state.Detail = v.Message
	switch {
	case v.Passed():
		state.State = Present
	case v.Failed():
		state.State = Missing
	case v.Absent():
		state.State = NotApplicable
	default:
		state.unknown(v.Gaps, v.Message)
	}
	return state
}

// rowOfChecks: one check that passes makes the row present; all that apply failing make it missing. A
// row that takes all of them is missing as soon as one fails.
func (s *Scores) rowOfChecks(r Row) RowState {
	t := s.tally(r.Checks, false)
	state := RowState{Row: r, weight: t.weight}
	open := len(t.unknown) > 0 || len(r.Checks) == 0
	switch {
	case r.All && len(t.failed) > 0:
		state.State, state.Detail = Missing, failing(t.failed)
	case r.All && len(t.mayFail) > 0:
		state.unknown(t.gaps, "")
	case len(t.passed) > 0:
		state.State, state.Detail = Present, passing(t.passed)
		if len(t.failed) > 0 {
			state.Detail += "; " + failing(t.failed)
		}
	case open:
		state.unknown(t.gaps, "this version does not look for it")
	case len(t.failed) > 0:
		state.State, state.Detail = Missing, failing(t.failed)
	default:
		state.State = NotApplicable
	}
	return state
}

// unknown says why a row could not be told.
func (r *RowState) unknown(gaps []evidence.Gap, message string) {
	r.State, r.Reason = UnknownState, ReasonOf(gaps)
	r.Detail = unreadThings(gaps, r.Reason)
	if r.Detail == "" {
		r.Detail = message
	}
}

// tally is what some checks turned out to be.
type tally struct {
	failed, passed, unknown []string
	mayFail                 []string // of the unknown, those that are no mere signals
	gaps                    []evidence.Gap
	grave                   bool  // a failing check is critical or high
	weight                  int64 // of the gravest that fails
}

// tally asks what checks turned out to be. With alternatives a failing check does not count where another
// of its group passes, and is unknown where another may.
func (s *Scores) tally(ids []string, alternatives bool) (t tally) {
	for _, id := range ids {
		c := s.check(id)
		if alternatives && c != nil && c.Failing() {
			passes, mayPass, gaps := s.alternatives(c)
			if passes {
				continue
			}
			if mayPass {
				t.unknown, t.mayFail, t.gaps = append(t.unknown, id), append(t.mayFail, id), append(t.gaps, gaps...)
				continue
			}
		}
		switch {
		case c == nil:
			t.unknown, t.mayFail = append(t.unknown, id), append(t.mayFail, id)
			t.gaps = append(t.gaps, evidence.Gap{Reason: evidence.NotBuilt, Detail: "check " + id})
		case c.Failing():
			t.failed = append(t.failed, id+c.share())
			t.grave = t.grave || c.Check.Severity.Grave()
			t.weight = max(t.weight, c.Check.Severity.Weight())
		case !c.certain():
			t.unknown = append(t.unknown, id)
			if !neverFails(c.Check) {
				t.mayFail = append(t.mayFail, id)
			}
			t.gaps = append(t.gaps, c.gaps()...)
		case !c.Credit.Absent:
			t.passed = append(t.passed, id)
		}
	}
	return t
}

// alternatives tells whether another check of a failing check's group passes or, where that was not
// read, may pass.
func (s *Scores) alternatives(of *CheckScore) (passes, mayPass bool, gaps []evidence.Gap) {
	for i := range s.Checks {
		c := &s.Checks[i]
		switch {
		case c.Check.Group == "" || c.Check.Group != of.Check.Group || c.Check.ID == of.Check.ID || c.Failing() || c.Credit.Absent:
		case c.certain():
			passes = true
		default:
			mayPass, gaps = true, append(gaps, c.gaps()...)
		}
	}
	return passes, mayPass, gaps
}

// share says of how many resources some fail; nothing where all of them do.
func (c *CheckScore) share() string {
	failing, all := 0, 0
	for _, subject := range c.Result.Subjects {
		switch {
		case subject.Verdict.Failed():
			failing++
			all++
		case !subject.Verdict.Absent():
			all++
		}
	}
	if failing == all && len(c.Result.Unseen) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of %d)", failing, all)
}

func failing(ids []string) string {
	if len(ids) == 1 {
		return ids[0] + " fails"
	}
	return strings.Join(ids, ", ") + " fail"
}

func passing(ids []string) string {
	if len(ids) == 1 {
		return ids[0] + " passes"
	}
	return strings.Join(ids, ", ") + " pass"
}

// reasons are why something was not read, what a person can mend first.
var reasons = []evidence.Reason{
	evidence.Denied, evidence.KeyDenied, evidence.OrgDenied, evidence.Throttled, evidence.Failed,
	evidence.Interrupted, evidence.OptIn, evidence.NotAsked, evidence.NotAttested,
}

// ReasonOf is the reason to give where several things were not read: what a person can mend goes first.
func ReasonOf(gaps []evidence.Gap) evidence.Reason {
	for _, reason := range reasons {
		if slices.ContainsFunc(gaps, func(g evidence.Gap) bool { return g.Reason == reason }) {
			return reason
		}
	}
	return evidence.NotBuilt
}

// mostNamed is how many of the things that were not read a row names.
const mostNamed = 3

// unreadThings names what was not read for a reason.
func unreadThings(gaps []evidence.Gap, reason evidence.Reason) string {
	var names []string
	for _, g := range gaps {
		name := g.Detail
		if g.Operation != "" {
			name = g.Service + "." + g.Operation
			if g.Region != "" {
				name += " in " + g.Region
			}
			if g.Resource != "" {
				name += " for " + g.Resource
			}
		}
		if g.Reason == reason && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if extra := len(names) - mostNamed; extra > 0 {
		names = append(names[:mostNamed], fmt.Sprintf("%d more", extra))
	}
	return strings.Join(names, ", ")
}

func (s *Scores) check(id string) *CheckScore {
	for i := range s.Checks {
		if c := s.Checks[i].Check; c.ID == id || slices.Contains(c.Aliases, id) {
			return &s.Checks[i]
		}
	}
	return nil
}

// gaps are what keeps a check from being certain.
func (c *CheckScore) gaps() []evidence.Gap {
	if !c.Built {
		return []evidence.Gap{{Reason: evidence.NotBuilt, Detail: "check " + c.Check.ID}}
	}
	gaps := slices.Clone(c.Result.Unseen)
	for _, s := range c.Result.Subjects {
		gaps = append(gaps, s.Verdict.Gaps...)
	}
	return gaps
}

// Decide tells which strategy the account follows.
func (s *Scores) Decide(in *Input, d Decision) DecisionState {
	state := DecisionState{Decision: d}
	for _, signal := range d.Signals {
		state.Signals = append(state.Signals, s.Row(in, signal.Row))
	}
	for _, strategy := range d.Strategies {
		var components, practices []RowState
		for _, row := range strategy.Components {
			components = append(components, s.Row(in, row))
		}
		for _, row := range strategy.Implementations {
			practices = append(practices, s.Row(in, row))
		}
		state.Components, state.Practices = append(state.Components, components), append(state.Practices, practices)
	}
	if d.ByComponents != nil {
		state.byComponents(*d.ByComponents)
	} else {
		state.byShare()
	}
	return state
}

// leastWeight is the weight that signals have to have to decide anything.
const leastWeight = 4

// byShare weighs the signals that hold. Less than leastWeight, or more than a third of the signals
// unread, decide nothing; seven tenths of the weight on one side decide for it.
func (d *DecisionState) byShare() {
	weights, total, unknown := [2]int{}, 0, 0
	held := [2][]string{}
	for i, row := range d.Signals {
		signal := d.Decision.Signals[i]
		side := 0
		if signal.Strategy == d.Decision.Strategies[1].ID {
			side = 1
		}
		switch row.State {
		case Present:
			weights[side] += signal.Weight
			total += signal.Weight
			held[side] = append(held[side], signal.Name)
		case UnknownState:
			unknown++
		}
	}
	for side, names := range held {
		if len(names) > 0 {
			d.because(fmt.Sprintf("for %s (%d of %d): %s", d.Decision.Strategies[side].Name, weights[side], total, strings.Join(names, ", ")))
		}
	}
	if total == 0 {
		d.because("no signal was seen")
	}
	if unknown > 0 {
		d.because(fmt.Sprintf("%d of %d signals could not be told", unknown, len(d.Signals)))
	}
	d.Strategy, d.Confidence = Undetermined, "low"
	switch few := 3*unknown > len(d.Signals); {
	case few:
		d.because("with more than a third of them open the strategy is not determined")
		return
	case total < leastWeight:
		d.because(fmt.Sprintf("less than %d in weight decides nothing", leastWeight))
		return
	case 10*weights[0] >= 7*total:
		d.Strategy = d.Decision.Strategies[0].ID
	case 10*weights[0] <= 3*total:
		d.Strategy = d.Decision.Strategies[1].ID
	default:
		d.Strategy = Mixed
	}
	extreme := 20*weights[0] > 17*total || 20*weights[0] < 3*total
	switch {
	case extreme && unknown == 0:
		d.Confidence = "high"
	case extreme || unknown == 0:
		d.Confidence = "medium"
	}
}

func (d *DecisionState) because(reason string) {
	if d.Because != "" {
		d.Because += "; "
	}
	d.Because += reason
}

// verdict is the strategy of an account with so many components of each.
func (b ByComponents) verdict(d Decision, basic, advanced int) string {
	switch {
	case advanced >= b.Advanced && basic >= b.On:
		return d.Strategies[1].ID
	case basic < b.Basic:
		return b.Neither
	case b.Outweigh && advanced >= basic:
		return Mixed
	}
	return d.Strategies[0].ID
}

// byComponents counts the components that are present. What they establish holds, with low confidence
// where those that could not be told might change it; that nothing is established is only said where
// they could not.
func (d *DecisionState) byComponents(b ByComponents) {
	var have, open, all [2]int
	for side, rows := range d.Components {
		for _, row := range rows {
			switch row.State {
			case Present:
				have[side]++
			case UnknownState:
				open[side]++
			}
			all[side]++
		}
		d.because(fmt.Sprintf("%d of %d components of %s present", have[side], all[side], d.Decision.Strategies[side].Name))
	}
	d.Strategy = b.verdict(d.Decision, have[0], have[1])
	var others []string
	for basic := have[0]; basic <= have[0]+open[0]; basic++ {
		for advanced := have[1]; advanced <= have[1]+open[1]; advanced++ {
			if v := b.verdict(d.Decision, basic, advanced); v != d.Strategy && !slices.Contains(others, v) {
				others = append(others, v)
			}
		}
	}
	d.Confidence = "high"
	if n := open[0] + open[1]; n > 0 {
		d.Confidence = "medium"
		d.because(plural(n, "component") + " could not be told")
	}
	if len(others) == 0 {
		return
	}
	d.Confidence = "low"
	if d.Strategy == b.Neither {
		others = slices.Insert(others, 0, b.Neither)
		d.Strategy = Undetermined
	}
	for i, other := range others {
		others[i] = d.Decision.name(other)
	}
	d.because("it may be " + strings.Join(others, " or "))
}

// name is what a person calls a verdict.
func (d Decision) name(verdict string) string {
	for _, strategy := range d.Strategies {
		if strategy.ID == verdict {
			return strategy.Name
		}
	}
	return verdict
}

// Issue tells whether a common issue is there: present where a check of it fails, missing where all
// that apply pass. Attestations decide an issue that has questions: a no makes it present; yes to all of
// them makes it missing where no check fails and no read was refused.
func (s *Scores) Issue(in *Input, i Issue) RowState {
	t := s.tally(i.Checks, true)
	state := RowState{Row: Row{Name: i.Name, Checks: i.Checks}, weight: t.weight}
	answers, unattested := s.attested(in, i.Questions)
	gaps := append(t.gaps, unattested...)
	switch {
	case t.grave:
		state.State, state.Detail = Present, "likely: "+failing(t.failed)
	case len(answers[No]) > 0:
		state.State, state.Detail = Present, "likely: an owner answers no to "+strings.Join(answers[No], ", ")
	case len(t.failed) > 0:
		state.State, state.Detail = Present, "possible: "+failing(t.failed)
	case len(answers[Partly]) > 0:
		state.State, state.Detail = Present, "possible: an owner answers in part to "+strings.Join(answers[Partly], ", ")
	case len(i.Questions) > 0 && len(unattested) == 0 && ReasonOf(gaps) == evidence.NotBuilt:
		state.State, state.Detail = Missing, "an owner answers yes to "+strings.Join(i.Questions, ", ")+", and no check fails"
	case len(t.mayFail)+len(unattested) > 0:
		state.unknown(gaps, "")
	case len(t.passed) > 0:
		state.State, state.Detail = Missing, passing(t.passed)+": all that apply"
	default:
		state.State = NotApplicable
	}
	return state
}

// attested are the questions by the answer that an owner gives today, and what nobody answers.
func (s *Scores) attested(in *Input, questions []string) (answers map[Answer][]string, gaps []evidence.Gap) {
	answers = map[Answer][]string{}
	for _, id := range questions {
		i := slices.IndexFunc(s.Questions, func(q QuestionScore) bool { return q.Question.ID == id })
		if i < 0 || s.Questions[i].Attestation == nil || s.Questions[i].Attestation.Expired(in.Account.Clock) {
			gaps = append(gaps, evidence.Gap{Reason: evidence.NotAttested, Detail: "question " + id + " is not attested"})
			continue
		}
		answer := s.Questions[i].Attestation.Answer
		answers[answer] = append(answers[answer], id)
	}
	return answers, gaps
}

// Next is what the decision suggests: the missing components of the strategy that the account follows,
// the gravest first; when it has them all, the circumstances under which the other strategy would fit.
func (d DecisionState) Next() []string {
	next := []string{}
	complete := true
	for i, strategy := range d.Decision.Strategies {
		if !d.follows(i) {
			continue
		}
		rows := slices.Clone(d.Components[i])
		slices.SortStableFunc(rows, func(a, b RowState) int { return int(b.weight - a.weight) })
		for _, row := range rows {
			if row.State == Missing {
				next = append(next, strategy.Name+": "+row.Row.Name+" is missing")
			}
			complete = complete && row.State != Missing && row.State != UnknownState
		}
	}
	if d.Strategy == NotEstablished {
		for _, row := range d.Practices[0] {
			if row.State != Present && row.State != NotApplicable {
				next = append(next, "begin with "+row.Row.Name)
			}
		}
	}
	if !complete {
		for i, strategy := range d.Decision.Strategies {
			for _, row := range d.Components[i] {
				if d.follows(i) && row.State == UnknownState {
					next = append(next, strategy.Name+": look yourself for "+row.Row.Name+", which could not be told ("+string(row.Reason)+")")
				}
			}
		}
		return next
	}
	for _, strategy := range d.Decision.Strategies {
		if strategy.ID != d.Strategy && len(strategy.ChooseWhen) > 0 {
			next = append(next, "would "+strategy.Name+" fit better? Choose it for: "+strings.Join(strategy.ChooseWhen, "; "))
		}
	}
	return next
}

// follows reports that the components of a strategy are to be completed: of the account's own, of the
// basic one on which it builds, and of both where neither is established.
func (d DecisionState) follows(side int) bool {
	other := d.Decision.Strategies[1-side].ID
	return d.Strategy != other || side == 0 && d.Decision.ByComponents != nil
}
