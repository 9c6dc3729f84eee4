package scoring

import (
	"math/big"
	"slices"
	"strconv"

	"github.com/awsready/awsready/scanners/evidence"
)

// Step is a failing check and what mending it would do.
type Step struct {
	Check    int      // index of Scores.Checks
	Gain     *big.Rat // added to the overall low end
	MustHave bool     // it informs a must-have question
	Failing  int      // resources that fail
}

// Steps ranks the failing checks by what mending every failing resource adds to the low end; checks of
// must-have categories come first.
func (s *Scores) Steps(in *Input) []Step {
	var steps []Step
	for i := range s.Checks {
		if !s.Checks[i].Failing() || !s.informs(&s.Checks[i]) {
			continue
		}
		step := Step{Check: i, MustHave: s.mustHave(i)}
		for _, subject := range s.Checks[i].Result.Subjects {
			if subject.Verdict.Failed() {
				step.Failing++
			}
		}
		mended := s.mended(in, i)
		step.Gain = new(big.Rat).Sub(mended.Overall.Low, s.Overall.Low)
		steps = append(steps, step)
	}
	slices.SortStableFunc(steps, func(a, b Step) int {
		switch {
		case a.MustHave != b.MustHave:
			return boolean(b.MustHave) - boolean(a.MustHave)
		case a.Gain.Cmp(b.Gain) != 0:
			return b.Gain.Cmp(a.Gain)
		}
		return int(s.Checks[b.Check].Check.Severity.Weight() - s.Checks[a.Check].Check.Severity.Weight())
	})
	return steps
}

// Path is the smallest set of mended checks that reaches the next band, or what stands in the way.
type Path struct {
	Band    Band
	Checks  []int  // indices of Scores.Checks; none where the band is out of reach by mending alone
	Blocked string // why mending every failing check does not reach it
}

// NextBand finds a set of failing checks whose mending reaches the next band: the greediest set, from
// which everything that is not needed is then taken away. It is nil at the highest band.
func (s *Scores) NextBand(in *Input, steps []Step) *Path {
	if s.Band.Band == Ready {
		return nil
	}
	target := s.Band.Band + 1
	ranked := slices.Clone(steps)
	slices.SortStableFunc(ranked, func(a, b Step) int { return b.Gain.Cmp(a.Gain) })
	all := make([]int, len(ranked))
	for i, step := range ranked {
		all[i] = step.Check
	}
	reaches := func(checks []int) bool { return s.mended(in, checks...).Band.Band >= target }
	if !reaches(all) {
		return &Path{Band: target, Blocked: s.blocked(in, all)}
	}
	// The shortest prefix that reaches the band, found by halving: more mending never lowers the band.
	low, high := 0, len(all)
	for low < high {
		middle := (low + high) / 2
		if reaches(all[:middle]) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	chosen := slices.Clone(all[:low])
	for i := 0; i < len(chosen); {
		without := slices.Delete(slices.Clone(chosen), i, i+1)
		if reaches(without) {
			chosen = without
		} else {
			i++
		}
	}
	return &Path{Band: target, Checks: chosen}
}

// blocked says what keeps the next band out of reach once every failing check is mended.
func (s *Scores) blocked(in *Input, all []int) string {
	mended := s.mended(in, all...)
	if mended.Band.CappedBy != "" {
		return "with every failing check mended, " + mended.Band.CappedBy
	}
	return "with every failing check mended the low end is " + strconv.Itoa(Percent(mended.Overall.Low)) + " %: the rest hangs on what was not read, not attested or is not built"
}

// mended is the score with every failing resource of some checks passing.
func (s *Scores) mended(in *Input, checks ...int) *Scores {
	m := *s
	m.Checks, m.Questions, m.Categories = slices.Clone(s.Checks), slices.Clone(s.Questions), slices.Clone(s.Categories)
	for _, i := range checks {
		c := &m.Checks[i]
		c.Result.Subjects = slices.Clone(c.Result.Subjects)
		for j := range c.Result.Subjects {
			if v := &c.Result.Subjects[j].Verdict; v.Failed() {
				v.Outcomes = evidence.CanPass
			}
		}
		c.Credit = credit(c.Check, c.Result)
	}
	m.fold(in, func(q *QuestionScore) bool {
		return slices.ContainsFunc(q.Checks, func(i int) bool { return slices.Contains(checks, i) })
	})
	return &m
}

func (s *Scores) mustHave(check int) bool {
	for _, c := range s.Categories {
		for _, q := range c.Questions {
			if c.Category.MustHave && !s.Questions[q].Interval.Absent && slices.Contains(s.Questions[q].Checks, check) {
				return true
			}
		}
	}
	return false
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
