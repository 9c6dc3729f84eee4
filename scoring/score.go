package scoring

import (
	"math/big"
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
)

// Checklist is everything that is asked: the questions, the checks that this version has, and those
// of the catalogue that it does not have.
type Checklist struct {
	Categories []Category
	Questions  []Question
	Checks     []Check
	Unbuilt    []Unbuilt
}

// Options are what the owner brings to a score.
type Options struct {
	Attestations []Attestation
	SkipChecks   []string // ids left out by a flag: unknown, reason not-asked
}

// CheckScore is a check's verdicts and credit.
type CheckScore struct {
	Check  Check
	Result Result
	Credit Interval
	Built  bool
}

// QuestionScore is a question's interval and what it rests on.
type QuestionScore struct {
	Question    Question
	Interval    Interval
	Observed    Interval // without attestations
	Checks      []int    // indices of Scores.Checks
	Applies     evidence.Verdict
	Attestation *Attestation
	Contradicts bool  // the attestation says yes where a check failed
	Read        int64 // weight of its checks that was read
	Weight      int64 // weight of its checks that applies or may apply
}

// CategoryScore is a category's interval.
type CategoryScore struct {
	Category  Category
	Interval  Interval
	Observed  Interval
	Questions []int // indices of Scores.Questions
	Coverage  Coverage
}

// Coverage is how much of the weight that applies was read.
type Coverage struct{ Read, Weight *big.Rat }

// Percent is the coverage in whole per cents; where nothing applies everything was read.
func (c Coverage) Percent() int {
	if c.Weight == nil || c.Weight.Sign() == 0 {
		return 100
	}
	return Percent(new(big.Rat).Quo(c.Read, c.Weight))
}

// Scores is the outcome of scoring an account.
type Scores struct {
	Overall, MustHave, ShouldHave Interval
	Observed                      Interval // overall, without attestations
	Coverage                      Coverage
	Band                          Banding
	Categories                    []CategoryScore
	Questions                     []QuestionScore
	Checks                        []CheckScore
	Genai                         evidence.Verdict // whether the account has a GenAI workload at all
}

// Score asks every check of the evidence and folds the answers into the score.
func Score(list Checklist, in *Input, o Options) *Scores {
	s := &Scores{Genai: in.Workload.Present()}
	for _, c := range list.Checks {
		s.Checks = append(s.Checks, ask(c, in, o))
	}
	for _, u := range list.Unbuilt {
		c := Check{ID: u.ID, Questions: u.Questions, Severity: u.Severity, Group: u.Group, NeverFails: u.NeverFails, Weak: u.Weak}
		s.Checks = append(s.Checks, unread(c, evidence.Gap{Reason: evidence.NotBuilt, Detail: "this version does not have the check " + u.ID}, false))
	}
	for _, q := range list.Questions {
		qs := QuestionScore{Question: q, Applies: evidence.Pass("")}
		if q.Applies != nil {
			qs.Applies = q.Applies(in)
		}
		for i := range s.Checks {
			if slices.Contains(s.Checks[i].Check.Questions, q.ID) {
				qs.Checks = append(qs.Checks, i)
			}
		}
		for i := range o.Attestations {
			if a := &o.Attestations[i]; a.Question == q.ID {
				qs.Attestation = a
			}
		}
		s.Questions = append(s.Questions, qs)
	}
	for _, c := range list.Categories {
		cs := CategoryScore{Category: c}
		for i := range s.Questions {
			if s.Questions[i].Question.Category == c.ID {
				cs.Questions = append(cs.Questions, i)
			}
		}
		s.Categories = append(s.Categories, cs)
	}
	s.fold(in, func(*QuestionScore) bool { return true })
	return s
}

// ask runs one check, unless a flag leaves it out.
func ask(c Check, in *Input, o Options) CheckScore {
	if slices.Contains(o.SkipChecks, c.ID) {
		return unread(c, evidence.Gap{Reason: evidence.NotAsked, Detail: "left out by --skip-check " + c.ID}, true)
	}
	if c.OptIn != "" && !in.Account.Scan.Metrics {
		return unread(c, evidence.Gap{Reason: evidence.OptIn, Detail: c.OptIn}, true)
	}
	result := c.Ask(in)
	return CheckScore{Check: c, Result: result, Credit: credit(c, result), Built: true}
}

func neverFails(c Check) bool { return c.NeverFails || c.Weak }

func credit(c Check, result Result) Interval {
	if c.Test.pooled {
		return pooled(result.Subjects, len(result.Unseen) > 0, c.Severity)
	}
	return worst(result.Subjects)
}

// unread is a check of which nothing was asked: any outcome that it can have is possible.
func unread(c Check, gap evidence.Gap, built bool) CheckScore {
	v := evidence.Unknown("", gap)
	if neverFails(c) {
		v.Outcomes &^= evidence.CanFail
	}
	result := Result{Subjects: []Subject{{Resource: AccountWide, Verdict: v}}}
	return CheckScore{Check: c, Result: result, Credit: worst(result.Subjects), Built: built}
}

// fold computes the questions that changed, the categories and the overall score from the checks' credits.
func (s *Scores) fold(in *Input, changed func(*QuestionScore) bool) {
	for i := range s.Questions {
		if changed(&s.Questions[i]) {
			s.answer(&s.Questions[i], in)
		}
	}
	overall, observed, must, should := []weighted{}, []weighted{}, []weighted{}, []weighted{}
	s.Coverage = Coverage{new(big.Rat), new(big.Rat)}
	for i := range s.Categories {
		c := &s.Categories[i]
		applies := evidence.Pass("")
		if c.Category.Applies != nil {
			applies = c.Category.Applies(in)
		}
		parts, seen := []weighted{}, []weighted{}
		c.Coverage = Coverage{new(big.Rat), new(big.Rat)}
		for _, q := range c.Questions {
			qs := s.Questions[q]
			parts = append(parts, weighted{qs.Interval, 1})
			seen = append(seen, weighted{qs.Observed, 1})
			if !qs.Interval.Absent {
				c.Coverage.Read.Add(c.Coverage.Read, qs.Covered())
				c.Coverage.Weight.Add(c.Coverage.Weight, one)
			}
		}
		c.Interval, c.Observed = applied(mean(parts), applies), applied(mean(seen), applies)
		part := weighted{c.Interval, c.Category.Weight}
		overall = append(overall, part)
		observed = append(observed, weighted{c.Observed, c.Category.Weight})
		switch {
		case c.Category.MustHave:
			must = append(must, part)
		case c.Category.Applies == nil:
			should = append(should, part)
		}
		if !c.Interval.Absent {
			weight := big.NewRat(c.Category.Weight, 1)
			s.Coverage.Read.Add(s.Coverage.Read, new(big.Rat).Mul(c.Coverage.Read, weight))
			s.Coverage.Weight.Add(s.Coverage.Weight, new(big.Rat).Mul(c.Coverage.Weight, weight))
		}
	}
	s.Overall, s.Observed, s.MustHave, s.ShouldHave = mean(overall), mean(observed), mean(must), mean(should)
	s.Band = s.band()
}

// applied makes an interval absent where it certainly does not apply, and possibly so where that was not read.
func applied(i Interval, applies evidence.Verdict) Interval {
	if !applies.Can(evidence.CanPass) {
		return absent
	}
	if !applies.Passed() {
		i.MayBeAbsent = true
	}
	return i
}

// answer computes a question's interval from its checks and its attestation.
func (s *Scores) answer(q *QuestionScore, in *Input) {
	var parts []weighted
	var groups []string
	weak := absent
	q.Read, q.Weight, q.Contradicts = 0, 0, false
	for _, i := range q.Checks {
		c := &s.Checks[i]
		q.cover(c)
		switch {
		case c.Check.Weak:
			weak = best([]Interval{weak, c.Credit})
		case c.Check.Group == "":
			parts = append(parts, weighted{c.Credit, c.Check.Severity.Weight()})
		case !slices.Contains(groups, c.Check.Group):
			groups = append(groups, c.Check.Group)
			parts = append(parts, s.group(q, c.Check.Group))
		}
	}
	checks := mean(parts)
	q.Observed = applied(combine(checks, weak, nil), q.Applies)
	q.Interval = q.Observed
	if a := q.Attestation; a != nil && !a.Expired(in.Account.Clock) {
		credit := a.credit()
		q.Interval = applied(combine(checks, weak, &credit), q.Applies)
		q.Contradicts = a.Answer != No && s.failing(q)
	}
}

// group is a group of alternatives: it weighs what its gravest member weighs.
func (s *Scores) group(q *QuestionScore, group string) weighted {
	var members []Interval
	var weight int64
	for _, i := range q.Checks {
		if c := &s.Checks[i]; c.Check.Group == group && !c.Check.Weak {
			members = append(members, c.Credit)
			weight = max(weight, c.Check.Severity.Weight())
		}
	}
	return weighted{best(members), weight}
}

// combine adds to the checks what answers a question where no check applies: an attestation, else a
// weak signal at one half, else nothing, which leaves the question unanswered.
func combine(checks, weak Interval, attested *Interval) Interval {
	var rest Interval
	switch {
	case attested != nil:
		rest = *attested
	default:
		rest = Interval{Low: zero, High: one}
		if !weak.Absent && !weak.MayBeAbsent && weak.Low.Sign() > 0 {
			rest.Low = new(big.Rat).Mul(weak.Low, half)
			rest.High = new(big.Rat).Mul(weak.High, half)
		}
	}
	if checks.Absent {
		return rest
	}
	result := Interval{Low: checks.Low, High: checks.High}
	if attested != nil {
		result.Low, result.High = smaller(checks.Low, attested.Low), smaller(checks.High, attested.High)
	}
	if checks.MayBeAbsent {
		result.Low, result.High = smaller(result.Low, rest.Low), larger(result.High, rest.High)
	}
	return result
}

// Covered is the share of the question that was read; one that no check can answer is read by its attestation.
func (q *QuestionScore) Covered() *big.Rat {
	switch {
	case q.Weight > 0:
		return big.NewRat(q.Read, q.Weight)
	case q.Interval.Low.Cmp(q.Interval.High) == 0:
		return one
	}
	return zero
}

// cover counts a check's weight as read where its outcome is certain for everything it is about.
func (q *QuestionScore) cover(c *CheckScore) {
	if c.Credit.Absent {
		return
	}
	weight := c.Check.Severity.Weight()
	q.Weight += weight
	if c.certain() {
		q.Read += weight
	}
}

func (c *CheckScore) certain() bool {
	return len(c.Result.Unseen) == 0 && !slices.ContainsFunc(c.Result.Subjects, func(s Subject) bool { return !s.Verdict.Certain() })
}

// Failing reports that the check certainly fails somewhere.
func (c *CheckScore) Failing() bool {
	return slices.ContainsFunc(c.Result.Subjects, func(s Subject) bool { return s.Verdict.Failed() })
}

// NotPassing reports that the check fails somewhere, or may fail where it was not read.
func (c *CheckScore) NotPassing() bool {
	return len(c.Result.Unseen) > 0 || slices.ContainsFunc(c.Result.Subjects, func(s Subject) bool { return s.Verdict.Can(evidence.CanFail) })
}

func (s *Scores) failing(q *QuestionScore) bool {
	return slices.ContainsFunc(q.Checks, func(i int) bool { return s.Checks[i].Failing() })
}
