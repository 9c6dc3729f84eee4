package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// Build makes the report of a scored account.
func Build(version string, in *scoring.Input, scores *scoring.Scores, guide scoring.Guide, skipped []string) *Report {
	a := in.Account
	r := &Report{
		SchemaVersion: SchemaVersion, Tool: Tool{"awsready", version}, Time: a.Clock,
		Account: a.ID, Partition: a.Partition, Caller: a.Caller, Regions: []string{}, QuietRegions: a.Quiet,
		ClosedRegions: []Gap{}, Scope: Scope{Kind: a.Scan.Scope, WorkloadTag: a.Scan.WorkloadTag, Metrics: a.Scan.Metrics,
			SkippedServices: a.Scan.Skipped, SkippedChecks: skipped},
		Workload: workloadOf(scores.Genai, a),
	}
	for _, region := range a.Regions {
		r.Regions = append(r.Regions, region.Name)
	}
	for _, gap := range a.Closed {
		r.ClosedRegions = append(r.ClosedRegions, gapOf(gap))
	}
	r.addChecks(scores)
	r.addFindings(in, scores)
	r.addQuestions(in, scores)
	r.addGuide(in, scores, guide)
	r.NextSteps, r.Stages = []NextStep{}, []Stage{}
	if !scores.Genai.Failed() {
		r.addScore(in, scores)
		r.addSteps(in, scores)
		r.addStages(scores)
	}
	return r
}

func workloadOf(v evidence.Verdict, a *evidence.Account) Workload {
	w := Workload{State: "unknown", Signs: []string{}}
	switch {
	case v.Passed():
		w.State = "present"
	case v.Failed():
		w.State = "missing"
	}
	for _, region := range a.Regions {
		for _, sign := range region.Signs.Found() {
			w.Signs = append(w.Signs, region.Name+": "+sign)
		}
	}
	return w
}

func (r *Report) addScore(in *scoring.Input, s *scoring.Scores) {
	low := scoring.Percent(s.Overall.Low)
	r.Score = &Score{
		Low: low, High: scoring.Percent(s.Overall.High), Band: s.Band.Band.String(), CappedBy: s.Band.CappedBy,
		BandHigh: s.Band.High.String(), Coverage: s.Coverage.Percent(), Attested: low - scoring.Percent(s.Observed.Low),
	}
	r.MustHave, r.ShouldHave = subScore(s.MustHave), subScore(s.ShouldHave)
	for _, q := range s.Questions {
		if q.Question.ID == "10.6" {
			r.Support = subScore(q.Interval)
		}
	}
	if reach := s.Reach(in); reach.Band != scoring.Ready {
		r.Reach = &Reach{Band: reach.Band.String(), Why: reach.Why}
	}
}

func subScore(i scoring.Interval) *SubScore {
	if i.Absent {
		return nil
	}
	low := scoring.Percent(i.Low)
	return &SubScore{Low: low, High: scoring.Percent(i.High), Band: scoring.BandOf(low).String()}
}

func (r *Report) addChecks(s *scoring.Scores) {
	r.Checks = make([]Check, len(s.Checks))
	for i := range s.Checks {
		c := &s.Checks[i]
		check := Check{
			ID: c.Check.ID, Title: c.Check.Title, Severity: string(c.Check.Severity), Questions: c.Check.Questions, Built: c.Built,
			Signal: c.Check.NeverFails || c.Check.Weak, Group: c.Check.Group, Why: c.Check.Why, Fix: c.Check.Fix, References: c.Check.References,
		}
		var gaps []evidence.Gap
		for _, subject := range c.Result.Subjects {
			switch v := subject.Verdict; {
			case v.Passed():
				check.Passed++
			case v.Failed():
				check.Failed++
			case !v.Absent():
				check.Unknown++
				gaps = append(gaps, v.Gaps...)
			}
		}
		gaps = append(gaps, c.Result.Unseen...)
		switch {
		case check.Failed > 0:
			check.Outcome = "fail"
		case check.Unknown > 0 || len(c.Result.Unseen) > 0:
			check.Outcome, check.Reason = "unknown", string(scoring.ReasonOf(gaps))
		case check.Passed > 0:
			check.Outcome = "pass"
		default:
			check.Outcome = "not-applicable"
		}
		r.Checks[i] = check
	}
}

func (r *Report) addFindings(in *scoring.Input, s *scoring.Scores) {
	r.Findings = []Finding{}
	counts := map[Gap]int{}
	var order []Gap
	note := func(gap Gap, findings int) {
		if _, seen := counts[gap]; !seen {
			order = append(order, gap)
		}
		counts[gap] += findings
	}
	for i := range s.Checks {
		c := &s.Checks[i]
		for _, subject := range c.Result.Subjects {
			f := r.finding(in, c, subject)
			r.Findings = append(r.Findings, f)
			for n, gap := range distinct(subject.Verdict.Gaps) {
				note(gap, boolInt(n == 0))
			}
		}
		r.Findings = append(r.Findings, r.unseen(in, c)...)
		for _, gap := range distinct(c.Result.Unseen) {
			note(gap, 1)
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(
			slices.Index(outcomes, a.Outcome)-slices.Index(outcomes, b.Outcome),
			severityRank(a.Severity)-severityRank(b.Severity),
			strings.Compare(a.Check, b.Check), strings.Compare(a.Region, b.Region), strings.Compare(a.Resource, b.Resource),
		)
	})
	// What was refused is named although no finding hangs on it.
	evidence.Walk(in.Account, func(_ string, u evidence.Unreadable) {
		for _, gap := range u.Why() {
			if mendable(gap) {
				note(gapOf(gap), 0)
			}
		}
	})
	r.Gaps = make([]GapCount, len(order))
	for i, gap := range order {
		r.Gaps[i] = GapCount{gap, counts[gap]}
	}
	slices.SortStableFunc(r.Gaps, func(a, b GapCount) int {
		return cmp.Or(slices.Index(reasons, a.Reason)-slices.Index(reasons, b.Reason), b.Findings-a.Findings,
			strings.Compare(a.Operation, b.Operation), strings.Compare(a.Region, b.Region), strings.Compare(a.Resource, b.Resource))
	})
}

// mendable gaps are those that another permission, or another try, would close.
func mendable(g evidence.Gap) bool {
	return slices.Contains([]evidence.Reason{evidence.Denied, evidence.KeyDenied, evidence.OrgDenied, evidence.Throttled, evidence.Failed, evidence.Interrupted}, g.Reason)
}

// outcomes and reasons give the order in which a person wants to see them.
var (
	outcomes = []string{"fail", "unknown", "pass", "not-applicable"}
	reasons  = []string{"denied", "denied-by-key", "closed", "throttled", "error", "interrupted", "opt-in", "not-asked", "not-attested", "not-built"}
)

func severityRank(severity string) int {
	return slices.Index(scoring.Severities, scoring.Severity(severity))
}

func (r *Report) finding(in *scoring.Input, c *scoring.CheckScore, s scoring.Subject) Finding {
	f := Finding{
		ID: FindingID(c.Check.ID, in.Account.Partition, in.Account.ID, s.Region, s.Resource), Check: c.Check.ID, Questions: c.Check.Questions,
		Severity: string(c.Check.Severity), Account: in.Account.ID, Region: s.Region, Resource: s.Resource, Name: s.Name,
		Message: s.Verdict.Message, InScopeBecause: s.Because,
	}
	switch v := s.Verdict; {
	case v.Passed():
		f.Outcome = "pass"
	case v.Failed():
		f.Outcome = "fail"
	case v.Absent():
		f.Outcome = "not-applicable"
	default:
		f.Outcome = "unknown"
		if gaps := distinct(v.Gaps); len(gaps) > 0 {
			f.Gap, f.OtherGaps = &gaps[0], len(gaps)-1
			f.Message = cmp.Or(f.Message, explain(gaps[0]))
		}
	}
	return f
}

// unseen are the findings of listings that were not read to their end: one a region.
func (r *Report) unseen(in *scoring.Input, c *scoring.CheckScore) []Finding {
	var findings []Finding
	for _, gap := range distinct(c.Result.Unseen) {
		at := slices.IndexFunc(findings, func(f Finding) bool { return f.Region == gap.Region })
		if at >= 0 {
			findings[at].OtherGaps++
			continue
		}
		f := r.finding(in, c, scoring.Subject{Region: gap.Region, Resource: "*", Verdict: evidence.Unknown(explain(gap))})
		f.Gap = &gap
		findings = append(findings, f)
	}
	return findings
}

// FindingID identifies a finding over time and over formats: a hash of what it is about, never of names or times.
func FindingID(check, partition, account, region, resource string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"awsready", check, partition, account, region, resource}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// explain says in one sentence why something is unknown.
func explain(g Gap) string {
	switch evidence.Reason(g.Reason) {
	case evidence.Denied:
		return "not read: " + cmp.Or(g.Permission, g.Operation) + " is denied"
	case evidence.Throttled:
		return "not read: AWS kept throttling " + g.Operation
	case evidence.Interrupted:
		return "not read: the scan ended first"
	case evidence.NotBuilt, evidence.OptIn, evidence.NotAsked, evidence.KeyDenied, evidence.OrgDenied:
		return g.Detail
	}
	return strings.TrimSpace("not read: " + g.Operation + " " + cmp.Or(g.Code, g.Detail))
}

func gapOf(g evidence.Gap) Gap {
	operation := strings.Trim(g.Service+"."+g.Operation, ".")
	return Gap{Operation: operation, Code: g.Code, Permission: g.Permission, Reason: string(g.Reason), Detail: g.Detail, Region: g.Region, Resource: g.Resource}
}

// distinct turns gaps into the report's, each once, what a person can mend first.
func distinct(gaps []evidence.Gap) []Gap {
	all := []Gap{}
	for _, g := range gaps {
		if gap := gapOf(g); !slices.Contains(all, gap) {
			all = append(all, gap)
		}
	}
	slices.SortStableFunc(all, func(a, b Gap) int { return slices.Index(reasons, a.Reason) - slices.Index(reasons, b.Reason) })
	return all
}

func (r *Report) addQuestions(in *scoring.Input, s *scoring.Scores) {
	r.Categories, r.Questions = []Category{}, []Question{}
	for _, c := range s.Categories {
		category := Category{
			ID: c.Category.ID, Name: c.Category.Name, MustHave: c.Category.MustHave, Applies: yesNo(c.Interval.Absent, c.Interval.MayBeAbsent),
			Coverage: c.Coverage.Percent(),
		}
		if !c.Interval.Absent {
			category.Low, category.High = scoring.Percent(c.Interval.Low), scoring.Percent(c.Interval.High)
			category.Band = scoring.BandOf(category.Low).String()
			category.Insufficient = category.Coverage < 60
		}
		r.Categories = append(r.Categories, category)
		for _, i := range c.Questions {
			r.Questions = append(r.Questions, question(in, s, &s.Questions[i]))
		}
	}
}

func question(in *scoring.Input, s *scoring.Scores, q *scoring.QuestionScore) Question {
	out := Question{
		ID: q.Question.ID, Category: q.Question.Category, Text: q.Question.Text, Applies: yesNo(q.Interval.Absent, !q.Applies.Passed()),
		Coverage: scoring.Percent(q.Covered()), Checks: []string{}, Attest: q.Question.Attest, Note: q.Question.Note,
	}
	if !q.Interval.Absent {
		out.Low, out.High = scoring.Percent(q.Interval.Low), scoring.Percent(q.Interval.High)
	}
	var failing []string
	for _, i := range q.Checks {
		out.Checks = append(out.Checks, s.Checks[i].Check.ID)
		if s.Checks[i].Failing() {
			failing = append(failing, s.Checks[i].Check.ID)
		}
	}
	if a := q.Attestation; a != nil {
		out.Attestation = &Attestation{
			Answer: string(a.Answer), Owner: a.Owner, Date: a.Date.Format("2006-01-02"), Link: a.Link, Expires: a.Expires.Format("2006-01-02"),
			Note: a.Note, Expired: a.Expired(in.Account.Clock),
		}
		if q.Contradicts {
			out.Attestation.Contradicts = strings.Join(failing, ", ")
		}
	}
	return out
}

func yesNo(absent, maybe bool) string {
	switch {
	case absent:
		return "no"
	case maybe:
		return "unknown"
	}
	return "yes"
}

func (r *Report) addGuide(in *scoring.Input, s *scoring.Scores, guide scoring.Guide) {
	r.Decisions, r.Patterns, r.Issues = []Decision{}, []Pattern{}, []Issue{}
	for _, d := range guide.Decisions {
		state := s.Decide(in, d)
		decision := Decision{ID: d.ID, Title: d.Title, Strategy: state.Strategy, Confidence: state.Confidence, Because: state.Because,
			Signals: rows(state.Signals), Next: state.Next()}
		for i, strategy := range d.Strategies {
			decision.Strategies = append(decision.Strategies, Strategy{ID: strategy.ID, Name: strategy.Name, ChooseWhen: list(strategy.ChooseWhen),
				Brings: list(strategy.Brings), Components: rows(state.Components[i]), Implementations: rows(state.Practices[i])})
		}
		r.Decisions = append(r.Decisions, decision)
	}
	for _, p := range guide.Patterns {
		pattern := Pattern{ID: p.ID, Title: p.Title, Applies: "yes", Rows: []Row{}}
		if p.Applies != nil {
			v := p.Applies(in)
			pattern.Applies = yesNo(!v.Can(evidence.CanPass), !v.Passed())
		}
		for _, row := range p.Rows {
			pattern.Rows = append(pattern.Rows, rowOf(s.Row(in, row)))
		}
		r.Patterns = append(r.Patterns, pattern)
	}
	for _, i := range guide.Issues {
		r.Issues = append(r.Issues, Issue{Row: rowOf(s.Issue(in, i)), Category: i.Category, Text: i.Text})
	}
}

func rows(states []scoring.RowState) []Row {
	all := make([]Row, len(states))
	for i, s := range states {
		all[i] = rowOf(s)
	}
	return all
}

func rowOf(s scoring.RowState) Row {
	return Row{Name: s.Row.Name, State: string(s.State), Reason: string(s.Reason), Detail: s.Detail, Checks: list(s.Row.Checks), Note: s.Row.Note}
}

// list makes nil an empty list, so that the JSON never says null for one.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *Report) addSteps(in *scoring.Input, s *scoring.Scores) {
	steps := s.Steps(in)
	for i, step := range steps {
		c := s.Checks[step.Check].Check
		tenths := scoring.Percent(new(big.Rat).Mul(step.Gain, big.NewRat(10, 1)))
		r.NextSteps = append(r.NextSteps, NextStep{
			Rank: i + 1, Check: c.ID, Title: c.Title, Severity: string(c.Severity), MustHave: step.MustHave, Failing: step.Failing,
			Points: float64(tenths) / 10, Fix: c.Fix,
		})
	}
	if path := s.NextBand(in, steps); path != nil {
		r.NextBand = &NextBand{Band: path.Band.String(), Checks: []string{}, Blocked: path.Blocked}
		for _, i := range path.Checks {
			r.NextBand.Checks = append(r.NextBand.Checks, s.Checks[i].Check.ID)
		}
	}
}
