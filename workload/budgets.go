package workload

import (
	"regexp"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
)

// Budget tells whether a budget counts what the workload spends: the whole account's costs, or those of
// a GenAI service or tag.
func (g *Graph) Budget(b evidence.Budget) evidence.Verdict {
	if g.everything {
		return evidence.Pass("--scope account")
	}
	return relevance(evidence.With(b.Settings, func(s evidence.BudgetSettings) evidence.Verdict {
		genai := g.BudgetScope(s)
		if genai.Passed() || s.Type != "COST" || slices.ContainsFunc(s.Filters, leavesOutGenAI) {
			return genai
		}
		if slices.ContainsFunc(s.Filters, narrows) {
			return genai
		}
		return evidence.Pass("counts the account's costs")
	}))
}

// BudgetScope tells whether a budget is filtered on a GenAI service, or on a tag that a resource of
// Bedrock's carries. It passes with the filter as message.
func (g *Graph) BudgetScope(s evidence.BudgetSettings) evidence.Verdict {
	if s.Type != "COST" && s.Type != "USAGE" || slices.ContainsFunc(s.Filters, leavesOutGenAI) {
		return evidence.Fail("")
	}
	verdicts := []evidence.Verdict{evidence.Fail("")}
	for _, f := range s.Filters {
		switch {
		case f.Excluded:
		case f.Dimension == "TAG":
			for _, v := range f.Values {
				verdicts = append(verdicts, g.genaiTag(v))
			}
		case f.Dimension == "COST_CATEGORY":
			verdicts = append(verdicts, uncertain(evidence.Gap{Service: "costexplorer", Reason: evidence.NotBuilt,
				Detail: "what a cost category holds is not read in this version"}))
		default:
			if i := slices.IndexFunc(f.Values, genaiSpend.MatchString); i >= 0 {
				verdicts = append(verdicts, evidence.Pass("counts "+f.Values[i]))
			}
		}
	}
	return evidence.Any(verdicts...)
}

// genaiSpend matches the names under which generative AI is billed: services (models of other vendors
// are billed as, say, "Claude Sonnet 4 (Amazon Bedrock Edition)"), service codes and usage types of tokens.
var genaiSpend = regexp.MustCompile(`(?i)bedrock|sagemaker|(input|output)-tokens?`)

// leavesOutGenAI reports that a budget does not count a GenAI service.
func leavesOutGenAI(f evidence.BudgetFilter) bool {
	return f.Excluded && slices.ContainsFunc(f.Values, genaiSpend.MatchString)
}

// narrows reports that a filter lets through only a part of an account's costs.
func narrows(f evidence.BudgetFilter) bool {
	switch f.Dimension {
	case "LINKED_ACCOUNT", "LINKED_ACCOUNT_NAME", "RECORD_TYPE", "REGION", "AZ", "BILLING_ENTITY", "INVOICING_ENTITY", "LEGAL_ENTITY_NAME":
		return false
	}
	return !f.Excluded
}

// genaiTag tells whether a resource of Bedrock's carries a tag, given as key$value.
func (g *Graph) genaiTag(pair string) evidence.Verdict {
	key, value, _ := strings.Cut(pair, "$")
	shown := "tag " + key + "=" + value
	if g.tag == (tag{key, value}) {
		return evidence.Pass("counts the workload's " + shown)
	}
	var verdicts []evidence.Verdict
	for _, r := range g.account.Regions {
		verdicts = append(verdicts, evidence.Some(r.Tagging.Resources, "", func(t evidence.TaggedResource) evidence.Verdict {
			if !strings.Contains(t.ARN, ":bedrock:") {
				return evidence.Fail("")
			}
			return evidence.With(t.Tags, func(tags evidence.Tags) evidence.Verdict {
				carried, ok := tags[key]
				return evidence.Test(ok && carried == value, "counts the "+shown+", which Bedrock resources carry", "")
			})
		}))
	}
	return relevance(evidence.Any(verdicts...))
}
