package workload

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

func TestBudget(t *testing.T) {
	filter := func(dimension string, values ...string) evidence.BudgetFilter {
		return evidence.BudgetFilter{Dimension: dimension, Values: values}
	}
	not := func(f evidence.BudgetFilter) evidence.BudgetFilter { f.Excluded = true; return f }
	account := func(tags evidence.List[evidence.TaggedResource]) *evidence.Account {
		a := &evidence.Account{Regions: []evidence.Region{{Name: "eu-central-1"}}}
		a.Regions[0].Tagging.Resources = tags
		a.Scan.WorkloadTag = "stack=prod"
		return a
	}
	tagged := account(evidence.Listed(
		evidence.TaggedResource{ARN: "arn:aws:bedrock:eu-central-1:111122223333:agent/A", Tags: evidence.Known(evidence.Tags{"team": "claims"})},
		evidence.TaggedResource{ARN: chatTable, Tags: evidence.Known(evidence.Tags{"team": "tables"})}))
	denied := account(evidence.Partial[evidence.TaggedResource](nil, refused))
	for _, c := range []struct {
		name          string
		account       *evidence.Account
		kind          string
		filters       []evidence.BudgetFilter
		counts, scope string
	}{
		{"the whole account", tagged, "COST", nil, "in", "out"},
		{"usage of the whole account", tagged, "USAGE", nil, "out", "out"},
		{"coverage of reservations", tagged, "RI_COVERAGE", nil, "out", "out"},
		{"Bedrock", tagged, "COST", []evidence.BudgetFilter{filter("SERVICE", "Amazon EC2", "Amazon Bedrock")}, "in", "in"},
		{"usage of Bedrock", tagged, "USAGE", []evidence.BudgetFilter{filter("SERVICE_CODE", "AmazonBedrock")}, "in", "in"},
		{"tokens", tagged, "USAGE", []evidence.BudgetFilter{filter("USAGE_TYPE", "EUC1-NovaLite-input-tokens")}, "in", "in"},
		{"another service", tagged, "COST", []evidence.BudgetFilter{filter("SERVICE", "Amazon EC2")}, "out", "out"},
		{"all but Bedrock", tagged, "COST", []evidence.BudgetFilter{not(filter("SERVICE", "Amazon Bedrock"))}, "out", "out"},
		{"all but taxes", tagged, "COST", []evidence.BudgetFilter{not(filter("SERVICE", "Tax"))}, "in", "out"},
		{"one region", tagged, "COST", []evidence.BudgetFilter{filter("REGION")}, "in", "out"},
		{"a tag that Bedrock resources carry", tagged, "COST", []evidence.BudgetFilter{filter("TAG", "team$claims")}, "in", "in"},
		{"a tag that only others carry", tagged, "COST", []evidence.BudgetFilter{filter("TAG", "team$tables")}, "out", "out"},
		{"a tag while tags are unread", denied, "COST", []evidence.BudgetFilter{filter("TAG", "team$claims")}, "uncertain", "uncertain"},
		{"the workload's tag while tags are unread", denied, "COST", []evidence.BudgetFilter{filter("TAG", "stack$prod")}, "in", "in"},
		{"a cost category", tagged, "COST", []evidence.BudgetFilter{filter("COST_CATEGORY")}, "uncertain", "uncertain"},
	} {
		s := evidence.BudgetSettings{Type: c.kind, Filters: c.filters}
		g := New(c.account)
		if got := scope(g.Budget(evidence.Budget{Settings: evidence.Known(s)})); got != c.counts {
			t.Errorf("%s: counts what the workload spends: %s, want %s", c.name, got, c.counts)
		}
		if got := scope(g.BudgetScope(s)); got != c.scope {
			t.Errorf("%s: is scoped to GenAI: %s, want %s", c.name, got, c.scope)
		}
	}
	if got := scope(New(tagged).Budget(evidence.Budget{Settings: evidence.Missing[evidence.BudgetSettings](refused)})); got != "uncertain" {
		t.Errorf("a budget whose settings are unread: %s, want uncertain", got)
	}
}

func TestTagsOutsideTheScan(t *testing.T) {
	g := New(&evidence.Account{Regions: []evidence.Region{{Name: "eu-central-1", Tagging: evidence.Tagging{Resources: evidence.Listed[evidence.TaggedResource]()}}}})
	if gap := g.Tags("eu-central-1", chatTable).Gap(); gap != nil {
		t.Errorf("a resource that is not listed has no tags, got %+v", gap)
	}
	if g.Tags("us-west-2", chatTable).Gap() == nil {
		t.Error("tags in a region that was not scanned are known")
	}
}
