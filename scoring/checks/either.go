package checks

import (
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// either is a resource of one of two kinds; second is nil for the first kind.
type either[A, B any] struct {
	first  A
	second *B
}

// eitherOf makes one kind of two, for a check that asks the same of both.
func eitherOf[A, B any](a scoring.Kind[A], b scoring.Kind[B]) scoring.Kind[either[A, B]] {
	return scoring.Kind[either[A, B]]{
		Regional: func(r *evidence.Region) evidence.List[either[A, B]] {
			firsts, seconds := a.Regional(r), b.Regional(r)
			var all []either[A, B]
			for _, first := range firsts.Found() {
				all = append(all, either[A, B]{first: first})
			}
			for _, second := range seconds.Found() {
				all = append(all, either[A, B]{second: &second})
			}
			return evidence.Partial(all, slices.Concat(firsts.Gaps(), seconds.Gaps())...)
		},
		ID: func(in *scoring.Input, region string, e either[A, B]) string {
			if e.second != nil {
				return b.ID(in, region, *e.second)
			}
			return a.ID(in, region, e.first)
		},
		Name: func(e either[A, B]) string {
			if e.second != nil {
				return b.Name(*e.second)
			}
			return a.Name(e.first)
		},
		Relevance: func(g *workload.Graph, region string, e either[A, B]) evidence.Verdict {
			if e.second != nil {
				return b.Relevance(g, region, *e.second)
			}
			return a.Relevance(g, region, e.first)
		},
	}
}

// predicate is what a check asks of a resource.
type predicate[R any] func(*scoring.Input, *evidence.Region, R) evidence.Verdict

// oneOf asks a resource of one of two kinds.
func oneOf[A, B any](a predicate[A], b predicate[B]) predicate[either[A, B]] {
	return func(in *scoring.Input, region *evidence.Region, e either[A, B]) evidence.Verdict {
		if e.second != nil {
			return b(in, region, *e.second)
		}
		return a(in, region, e.first)
	}
}
