package scoring

import (
	"slices"
	"strconv"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
)

// Row is something that facts or checks show as present or missing.
type Row struct {
	Name    string
	Present func(*Input) evidence.Verdict // from facts; nil where the checks tell, or nothing does
	Checks  []string                      // ids; a row without Present is present when one of them passes
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
}

// Signal is a row that speaks for one of a decision's strategies.
type Signal struct {
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

// Decision is a choice between two strategies. ByComponents decides it by which components are present
// instead of by the share of the signals' weights: the Advanced strategy needs AdvancedNeeds of its
// components.
type Decision struct {
	ID, Title     string
	Strategies    []Strategy // two
	Signals       []Signal
	ByComponents  bool
	Advanced      string // id of the strategy that builds on the other
	AdvancedNeeds int
	BasicNeeds    int
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

// Verdict strings of a decision that names neither strategy.
const (
	Mixed        = "mixed"
	Undetermined = "undetermined"
)

// Row tells a row's state from facts, or from the outcomes of its checks.
func (s *Scores) Row(in *Input, r Row) RowState {
	if r.Present == nil {
		return s.rowOfChecks(r)
	}
	v := r.Present(in)
	state := RowState{Row: r, Detail: v.Message}
	switch {
	case v.Passed():
		state.State = Present
	case v.Failed():
		state.State = Missing
	case v.Absent():
		state.State = NotApplicable
	default:
		state.State, state.Reason = UnknownState, ReasonOf(v.Gaps)
	}
	return state
}

// rowOfChecks: one check that passes makes the row present; all that apply failing make it missing.
func (s *Scores) rowOfChecks(r Row) RowState {
	var passed, failed, unknown []string
	var gaps []evidence.Gap
	for _, id := range r.Checks {
		c := s.check(id)
		if c == nil {
			continue
		}
		switch {
		case c.Failing():
			failed = append(failed, id)
		case c.unsettled():
			unknown = append(unknown, id)
			gaps = append(gaps, c.gaps()...)
		case !c.Credit.Absent:
			passed = append(passed, id)
		}
	}
	state := RowState{Row: r}
	switch {
	case len(passed) > 0:
		state.State, state.Detail = Present, strings.Join(passed, ", ")+" passes"
	case len(unknown) > 0 || len(r.Checks) == 0:
		state.State, state.Reason = UnknownState, ReasonOf(gaps)
	case len(failed) > 0:
		state.State, state.Detail = Missing, strings.Join(failed, ", ")+" fails"
	default:
		state.State = NotApplicable
	}
	return state
}

// ReasonOf is the reason to give where several things were not read: what a person can mend goes first.
func ReasonOf(gaps []evidence.Gap) evidence.Reason {
	for _, reason := range []evidence.Reason{evidence.Denied, evidence.KeyDenied, evidence.OrgDenied, evidence.Throttled, evidence.Failed,
		evidence.Interrupted, evidence.OptIn, evidence.NotAsked, evidence.NotAttested} {
		if slices.ContainsFunc(gaps, func(g evidence.Gap) bool { return g.Reason == reason }) {
			return reason
		}
	}
	return evidence.NotBuilt
}

func (s *Scores) check(id string) *CheckScore {
	for i := range s.Checks {
		if c := s.Checks[i].Check; c.ID == id || slices.Contains(c.Aliases, id) {
			return &s.Checks[i]
		}
	}
	return nil
}

// unsettled reports that something of the check was not read.
func (c *CheckScore) unsettled() bool { return !c.certain() }

func (c *CheckScore) gaps() []evidence.Gap {
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
	if d.ByComponents {
		state.byComponents()
	} else {
		state.byShare()
	}
	return state
}

// byShare weighs the signals that hold. Less than four in weight, or more than a third of them unread,
// decide nothing; seven tenths of the weight on one side decide for it.
func (d *DecisionState) byShare() {
	weights := map[string]int{}
	var total, unknown int
	var held []string
	for i, row := range d.Signals {
		switch row.State {
		case Present:
			signal := d.Decision.Signals[i]
			weights[signal.Strategy] += signal.Weight
			total += signal.Weight
			held = append(held, signal.Name)
		case UnknownState:
			unknown++
		}
	}
	d.Because = "no signal was seen"
	if len(held) > 0 {
		d.Because = strings.Join(held, "; ")
	}
	first, second := d.Decision.Strategies[0].ID, d.Decision.Strategies[1].ID
	d.Strategy, d.Confidence = Undetermined, "low"
	if total < 4 || 3*unknown > len(d.Signals) {
		if 3*unknown > len(d.Signals) {
			d.Because += "; more than a third of the signals could not be read"
		}
		return
	}
	switch {
	case 10*weights[first] >= 7*total:
		d.Strategy = first
	case 10*weights[first] <= 3*total:
		d.Strategy = second
	default:
		d.Strategy = Mixed
	}
	extreme := 20*weights[first] >= 17*total || 20*weights[first] <= 3*total
	switch {
	case extreme && unknown == 0:
		d.Confidence = "high"
	case extreme || unknown == 0:
		d.Confidence = "medium"
	}
}

// byComponents counts the components that are present: enough of the advanced ones on top of the basic
// decide for the advanced strategy, enough of the basic ones for the basic.
func (d *DecisionState) byComponents() {
	counts, unknowns := map[string]int{}, map[string]int{}
	names := map[string]string{}
	for i, strategy := range d.Decision.Strategies {
		names[strategy.ID] = strategy.Name
		for _, row := range d.Components[i] {
			switch row.State {
			case Present:
				counts[strategy.ID]++
			case UnknownState:
				unknowns[strategy.ID]++
			}
		}
	}
	advanced := d.Decision.Advanced
	basic := d.Decision.Strategies[0].ID
	if basic == advanced {
		basic = d.Decision.Strategies[1].ID
	}
	switch {
	case counts[advanced] >= d.Decision.AdvancedNeeds && counts[basic] >= d.Decision.BasicNeeds:
		d.Strategy = advanced
	case counts[basic] >= d.Decision.BasicNeeds && counts[advanced]+unknowns[advanced] < d.Decision.AdvancedNeeds:
		d.Strategy = basic
	case counts[basic] >= d.Decision.BasicNeeds:
		d.Strategy = basic
	default:
		d.Strategy = Undetermined
	}
	d.Confidence = "high"
	if unknowns[advanced]+unknowns[basic] > 0 {
		d.Confidence = "medium"
	}
	if unknowns[advanced]+unknowns[basic] > counts[advanced]+counts[basic] || d.Strategy == Undetermined {
		d.Confidence = "low"
	}
	d.Because = strconv.Itoa(counts[basic]) + " of " + names[basic] + " and " + strconv.Itoa(counts[advanced]) + " of " + names[advanced] + " present"
	if n := unknowns[advanced] + unknowns[basic]; n > 0 {
		d.Because += "; " + plural(n, "component") + " could not be told"
	}
}

// Issue tells whether a common issue is there: present where a check of it fails, missing where all
// that apply pass.
func (s *Scores) Issue(i Issue) RowState {
	state := RowState{Row: Row{Name: i.Name, Checks: i.Checks}}
	var failed, passed, unknown []string
	var gaps []evidence.Gap
	grave := false
	for _, id := range i.Checks {
		c := s.check(id)
		if c == nil {
			continue
		}
		switch {
		case c.Failing():
			failed = append(failed, id)
			grave = grave || c.Check.Severity.Grave()
		case c.unsettled():
			unknown = append(unknown, id)
			gaps = append(gaps, c.gaps()...)
		case !c.Credit.Absent:
			passed = append(passed, id)
		}
	}
	switch {
	case grave:
		state.State, state.Detail = Present, "likely: "+strings.Join(failed, ", ")+" fails"
	case len(failed) > 0:
		state.State, state.Detail = Present, "possible: "+strings.Join(failed, ", ")+" fails"
	case len(unknown) > 0:
		state.State, state.Reason = UnknownState, ReasonOf(gaps)
		state.Detail = plural(len(unknown), "check") + " could not be told"
	case len(passed) > 0:
		state.State, state.Detail = Missing, "all checks that apply pass"
	default:
		state.State = NotApplicable
	}
	return state
}

// Next is what the decision suggests: the missing components of the strategy that the account follows;
// when it has them all, the circumstances under which the other strategy would fit.
func (d DecisionState) Next() []string {
	next := []string{}
	for i, strategy := range d.Decision.Strategies {
		if strategy.ID != d.Strategy && d.Strategy != Mixed && d.Strategy != Undetermined {
			continue
		}
		for _, row := range d.Components[i] {
			if row.State == Missing {
				next = append(next, strategy.Name+": "+row.Row.Name+" is missing")
			}
		}
	}
	if len(next) > 0 {
		return next
	}
	for _, strategy := range d.Decision.Strategies {
		if strategy.ID != d.Strategy {
			for _, when := range strategy.ChooseWhen {
				next = append(next, "would "+strategy.Name+" fit better? Choose it for: "+when)
			}
		}
	}
	return next
}
