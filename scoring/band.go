package scoring

import (
	"fmt"
	"slices"
)

// Band is one of the checklist's four verdicts.
type Band int

const (
	NotReady Band = iota
	SignificantWork
	CloseToReady
	Ready
)

func (b Band) String() string {
	return [...]string{"not ready for production", "needs significant work", "close to production ready", "production ready"}[b]
}

// BandOf is the band of a score in whole per cents: 0-25, 26-50, 51-75, 76-100.
func BandOf(percent int) Band {
	switch {
	case percent <= 25:
		return NotReady
	case percent <= 50:
		return SignificantWork
	case percent <= 75:
		return CloseToReady
	}
	return Ready
}

// Banding is the overall band, which caps may have lowered, and the band that everything unread
// passing would bring.
type Banding struct {
	Band     Band
	CappedBy string // what lowered the band; empty where the number alone decides
	High     Band
}

// band applies the caps: never better than the worst must-have category, and never production ready
// while a critical check is not passing. A cap changes the band, never the number.
func (s *Scores) band() Banding {
	low, high := BandOf(Percent(s.Overall.Low)), BandOf(Percent(s.Overall.High))
	var why string
	for _, c := range s.Categories {
		if !c.Category.MustHave || c.Interval.Absent {
			continue
		}
		if b := BandOf(Percent(c.Interval.Low)); b < low {
			low, why = b, fmt.Sprintf("%s is %s", c.Category.Name, b)
		}
		if !c.Interval.MayBeAbsent {
			high = min(high, BandOf(Percent(c.Interval.High)))
		}
	}
	for i := range s.Checks {
		c := &s.Checks[i]
		if c.Check.Severity != Critical || c.Credit.Absent || neverFails(c.Check) || !s.informs(c) {
			continue
		}
		if c.NotPassing() && low > CloseToReady {
			low, why = CloseToReady, "the critical check "+c.Check.ID+" is not known to pass"
		}
		if c.Failing() {
			high = min(high, CloseToReady)
		}
	}
	return Banding{low, why, high}
}

// informs reports that a check stands in a question that may apply.
func (s *Scores) informs(c *CheckScore) bool {
	return slices.ContainsFunc(s.Questions, func(q QuestionScore) bool {
		return !q.Interval.Absent && slices.Contains(c.Check.Questions, q.Question.ID)
	})
}
