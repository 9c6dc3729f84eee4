package scoring

import (
	"math/big"
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
)

// Interval is a score of which not everything was read: its minimum and maximum over every completion
// of what is missing, between 0 and 1, and whether it may turn out not to apply. Arithmetic is exact.
type Interval struct {
	Low, High   *big.Rat
	MayBeAbsent bool
	Absent      bool // certainly does not apply; Low and High then mean nothing
}

var (
	zero = new(big.Rat)
	one  = big.NewRat(1, 1)
	half = big.NewRat(1, 2)
)

var absent = Interval{Low: zero, High: one, MayBeAbsent: true, Absent: true}

// Percent rounds a score down to whole per cents.
func Percent(score *big.Rat) int {
	scaled := new(big.Rat).Mul(score, big.NewRat(100, 1))
	return int(new(big.Int).Div(scaled.Num(), scaled.Denom()).Int64())
}

// weighted is a part of a mean.
type weighted struct {
	Interval
	weight int64
}

// mean is the weighted mean over every completion. A part that may be absent counts in the low end
// only where it lowers it, and in the high end only where it raises it.
func mean(parts []weighted) Interval {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p weighted) bool { return p.Absent })
	if len(parts) == 0 {
		return absent
	}
	low := extreme(parts, func(p weighted) *big.Rat { return p.Low }, -1)
	high := extreme(parts, func(p weighted) *big.Rat { return p.High }, +1)
	mayBeAbsent := !slices.ContainsFunc(parts, func(p weighted) bool { return !p.MayBeAbsent })
	return Interval{Low: low, High: high, MayBeAbsent: mayBeAbsent}
}

// extreme is the smallest (direction -1) or largest (+1) weighted mean over every choice of which
// parts that may be absent are present.
func extreme(parts []weighted, value func(weighted) *big.Rat, direction int) *big.Rat {
	sum, weight := new(big.Rat), int64(0)
	add := func(p weighted) {
		sum.Add(sum, new(big.Rat).Mul(value(p), big.NewRat(p.weight, 1)))
		weight += p.weight
	}
	var optional []weighted
	for _, p := range parts {
		if p.MayBeAbsent {
			optional = append(optional, p)
		} else {
			add(p)
		}
	}
	slices.SortStableFunc(optional, func(a, b weighted) int { return -direction * value(a).Cmp(value(b)) })
	for _, p := range optional {
		if weight > 0 {
			current := new(big.Rat).Quo(sum, big.NewRat(weight, 1))
			if value(p).Cmp(current) != direction {
				break
			}
		}
		add(p)
	}
	return sum.Quo(sum, big.NewRat(weight, 1))
}

// pooled is the credit of a check over resources: passed / (passed + failed), at most one half while a
// resource of a grave check is not passing.
func pooled(subjects []Subject, unseen bool, severity Severity) Interval {
	var certainPass, mayPass, certainFail, mayFail, mustBe, mayBe int64
	for _, s := range subjects {
		o := s.Verdict.Outcomes
		count(&certainPass, o == evidence.CanPass)
		count(&mayPass, o&evidence.CanPass != 0)
		count(&certainFail, o == evidence.CanFail)
		count(&mayFail, o&evidence.CanFail != 0)
		count(&mustBe, o&evidence.CanBeAbsent == 0)
		count(&mayBe, o != evidence.CanBeAbsent)
	}
	if mayBe == 0 && !unseen {
		return absent
	}
	result := Interval{Low: share(certainPass, mayFail), High: share(mayPass, certainFail), MayBeAbsent: mustBe == 0}
	if mayFail == 0 {
		result.Low = one
	}
	if unseen {
		result.Low, result.High = zero, one
	}
	if severity.Grave() && mayFail > 0 {
		result.Low = smaller(result.Low, half)
	}
	if severity.Grave() && certainFail > 0 {
		result.High = smaller(result.High, half)
	}
	return result
}

// worst is the credit of a check that is asked once a region: the worst region counts.
func worst(subjects []Subject) Interval {
	result := absent
	for _, s := range subjects {
		o := s.Verdict.Outcomes
		if o == evidence.CanBeAbsent {
			continue
		}
		part := Interval{Low: one, High: zero, MayBeAbsent: o&evidence.CanBeAbsent != 0}
		if o&evidence.CanFail != 0 {
			part.Low = zero
		}
		if o&evidence.CanPass != 0 {
			part.High = one
		}
		if result.Absent {
			result = part
			continue
		}
		// An absent part cannot lower the maximum: {fail, absent} leaves the others' high.
		switch {
		case part.MayBeAbsent && part.High.Sign() == 0:
		case result.MayBeAbsent && result.High.Sign() == 0:
			result.High = part.High
		default:
			result.High = smaller(result.High, part.High)
		}
		result.Low = smaller(result.Low, part.Low)
		result.MayBeAbsent = result.MayBeAbsent && part.MayBeAbsent
	}
	return result
}

// best is the credit of a group of alternatives: that of its best member.
func best(members []Interval) Interval {
	result := absent
	var mandatory, optional, high *big.Rat
	for _, m := range members {
		if m.Absent {
			continue
		}
		high = larger(high, m.High)
		if m.MayBeAbsent {
			optional = smaller(optional, m.Low)
		} else {
			mandatory = larger(mandatory, m.Low)
		}
	}
	switch {
	case mandatory != nil:
		result = Interval{Low: mandatory, High: high}
	case optional != nil:
		result = Interval{Low: optional, High: high, MayBeAbsent: true}
	}
	return result
}

func count(n *int64, when bool) {
	if when {
		*n++
	}
}

func share(part, rest int64) *big.Rat {
	if part == 0 {
		return zero
	}
	return big.NewRat(part, part+rest)
}

// smaller and larger ignore nil.
func smaller(a, b *big.Rat) *big.Rat {
	if a == nil || b != nil && b.Cmp(a) < 0 {
		return b
	}
	return a
}

func larger(a, b *big.Rat) *big.Rat {
	if a == nil || b != nil && b.Cmp(a) > 0 {
		return b
	}
	return a
}
