package workload

import (
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
)

// Mapping tells whether the workload runs the function that an event source mapping feeds.
func (g *Graph) Mapping(region string, m evidence.EventSourceMapping) evidence.Verdict {
	if g.everything {
		return evidence.Pass("--scope account")
	}
	return relevance(evidence.With(m.Settings, func(s evidence.MappingSettings) evidence.Verdict {
		for i := range g.account.Regions {
			if r := &g.account.Regions[i]; r.Name == region {
				return g.feeds(r, Unqualified(s.Function))
			}
		}
		return evidence.Fail("")
	}))
}

// feeds tells whether the workload runs a function of a region. One that is not listed was deleted.
func (g *Graph) feeds(r *evidence.Region, arn string) evidence.Verdict {
	for _, f := range r.Lambda.Functions.Found() {
		if f.ARN == arn {
			v := g.Function(r.Name, f)
			if v.Passed() {
				v.Message = "feeds function " + f.Name
			}
			return v
		}
	}
	if gaps := r.Lambda.Functions.Gaps(); len(gaps) > 0 {
		return uncertain(gaps...)
	}
	return evidence.Fail("")
}

// Invoked tells whether an agent, a flow or a knowledge base invokes a function.
func (g *Graph) Invoked(function string) evidence.Verdict {
	return g.functions().reach(Unqualified(function))
}

// Qualifiers returns the versions and aliases of a function that agents, flows and knowledge bases
// invoke by name, with what could not be read of these.
func (g *Graph) Qualifiers(function string) ([]string, []evidence.Gap) {
	var found []string
	for to := range g.functions().to {
		if qualifier, ok := strings.CutPrefix(to, Unqualified(function)+":"); ok {
			found = append(found, qualifier)
		}
	}
	slices.Sort(found)
	return found, g.functions().gaps
}
