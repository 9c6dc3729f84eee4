package scoring

import (
	"fmt"
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
)

// Reach is the best band that this version can give, and what keeps it from the best there is.
type Reach struct {
	Band Band
	Why  []string
}

// Reach asks what the account would score with every check of this version passing and every question
// attested: what is left is what this version does not build.
func (s *Scores) Reach(in *Input) Reach {
	m := *s
	m.Checks, m.Questions, m.Categories = slices.Clone(s.Checks), slices.Clone(s.Questions), slices.Clone(s.Categories)
	for i := range m.Checks {
		if c := &m.Checks[i]; c.Built && !c.Credit.Absent {
			c.Credit = Interval{Low: one, High: one}
			c.Result = Result{Subjects: []Subject{{Verdict: evidence.Pass("")}}}
		}
	}
	for i := range m.Questions {
		q := &m.Questions[i]
		q.Attestation = &Attestation{Question: q.Question.ID, Answer: Yes, Expires: in.Account.Clock.AddDate(0, 0, 1)}
	}
	m.fold(in, func(*QuestionScore) bool { return true })
	r := Reach{Band: m.Band.Band}
	if r.Band == Ready {
		return r
	}
	for _, c := range m.Categories {
		if !c.Category.MustHave || c.Interval.Absent || BandOf(Percent(c.Interval.Low)) == Ready {
			continue
		}
		short := 0
		for _, q := range c.Questions {
			if m.Questions[q].Interval.Low.Cmp(one) < 0 {
				short++
			}
		}
		r.Why = append(r.Why, fmt.Sprintf("%d of %d questions of %s rest on checks that are not built", short, len(c.Questions), c.Category.Name))
	}
	critical := 0
	for i := range m.Checks {
		if c := &m.Checks[i]; !c.Built && c.Check.Severity == Critical && !neverFails(c.Check) && m.informs(c) {
			critical++
		}
	}
	if critical > 0 {
		r.Why = append(r.Why, plural(critical, "critical check")+" not built")
	}
	return r
}
