// Package scoring asks checks of evidence and answers the checklist's questions with a score that is
// an interval: everything that was not read can only widen it.
package scoring

import (
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// Severity is how much a failure matters.
type Severity string

const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists them, the gravest first.
var Severities = []Severity{Critical, High, Medium, Low}

// Weight is a severity's weight in its question.
func (s Severity) Weight() int64 {
	switch s {
	case Critical:
		return 10
	case High:
		return 6
	case Medium:
		return 3
	}
	return 1
}

// Grave reports that a single resource that does not pass halves the check.
func (s Severity) Grave() bool { return s == Critical || s == High }

// Check is one requirement and the predicate that tests it.
type Check struct {
	ID         string
	Aliases    []string // ids that the check had before, so that findings keep theirs
	Title      string   // what holds when it passes
	Questions  []string // ids of the questions it informs
	Severity   Severity
	Operations []string // what the answer rests on, such as dynamodb.DescribeTable
	Group      string   // alternatives of one question share a group; any pass satisfies it
	NeverFails bool     // a signal: it passes or does not apply
	Weak       bool     // a proxy: counts at most half, and only where nothing else in the question applies
	OptIn      string   // the flag without which it is unknown, because AWS bills its reads
	Why        string   // what a failure risks
	Fix        string   // command that mends it; <placeholders> are the reader's
	References []string // such as GENSEC01-BP01 or LLM06:2025
	Test       Test
}

// Unbuilt is a check of the catalogue that this version does not have. It weighs as unknown.
type Unbuilt struct {
	ID         string
	Questions  []string
	Severity   Severity
	Group      string
	NeverFails bool
	Weak       bool
}

// Settings are what the owner says of the workload; they come from the configuration file.
type Settings struct {
	AllowedRegions    []string `json:"allowed_regions,omitempty" yaml:"allowed_regions,omitempty"`         // where data may be processed; empty for no rule
	MultiRegion       bool     `json:"multi_region,omitempty" yaml:"multi_region,omitempty"`               // the workload is meant to run in two regions
	MultiTenant       bool     `json:"multi_tenant,omitempty" yaml:"multi_tenant,omitempty"`               // functions serve several tenants
	CostTags          []string `json:"cost_tags,omitempty" yaml:"cost_tags,omitempty"`                     // tag keys that every resource must carry
	RetentionMin      int      `json:"retention_min,omitempty" yaml:"retention_min,omitempty"`             // days that logs are kept at least
	RetentionMax      int      `json:"retention_max,omitempty" yaml:"retention_max,omitempty"`             // days that logs are kept at most
	MemoryDays        int      `json:"memory_days,omitempty" yaml:"memory_days,omitempty"`                 // days that agents may remember
	SyncDays          int      `json:"sync_days,omitempty" yaml:"sync_days,omitempty"`                     // days after which an index is stale
	ClassificationTag []string `json:"classification_tags,omitempty" yaml:"classification_tags,omitempty"` // tag keys that classify data
}

// DefaultSettings hold where the owner says nothing.
var DefaultSettings = Settings{
	RetentionMin: 30, RetentionMax: 400, MemoryDays: 30, SyncDays: 30,
	ClassificationTag: []string{"data-classification", "DataClassification", "sensitivity"},
}

// Input is what a predicate may ask.
type Input struct {
	Account  *evidence.Account
	Workload *workload.Graph
	Settings Settings
}

// Subject is what one verdict is about.
type Subject struct {
	Region   string
	Resource string // ARN, else the id AWS gives; "account" for an account-wide check
	Name     string // for a person; empty where the resource says it all
	Because  string // why the workload reaches it
	Verdict  evidence.Verdict
}

// Result is a check's verdicts over an account.
type Result struct {
	Subjects []Subject
	Unseen   []evidence.Gap // listings that were not read to their end
}

// Test is a typed predicate behind one signature.
type Test struct {
	run    func(*Input) Result
	blank  func(*Input) evidence.Verdict
	pooled bool
}

// Ask tests everything in scope. A signal that is missing does not apply; it never fails.
func (c Check) Ask(in *Input) Result {
	result := c.Test.run(in)
	if neverFails(c) {
		for i := range result.Subjects {
			if v := &result.Subjects[i].Verdict; v.Can(evidence.CanFail) {
				v.Outcomes = v.Outcomes&^evidence.CanFail | evidence.CanBeAbsent
			}
		}
	}
	return result
}

// AskBlank tests a resource of which nothing was read.
func (c Check) AskBlank(in *Input) evidence.Verdict { return c.Test.blank(in) }

// Kind is a type of resource: where its listing stands, what it is called, and when the workload reaches it.
type Kind[R any] struct {
	Regional  func(*evidence.Region) evidence.List[R]                   // one of Regional, Drawn and Global
	Drawn     func(in *Input, region *evidence.Region) evidence.List[R] // of what several listings tell together
	Global    func(*evidence.Account) evidence.List[R]
	ID        func(in *Input, region string, r R) string
	Name      func(R) string
	Relevance func(g *workload.Graph, region string, r R) evidence.Verdict // passes where it is in scope
}

// Resources asks about each resource of a kind that the workload reaches. A check passes to the share
// of resources that pass.
func Resources[R any](kind Kind[R], test func(in *Input, region *evidence.Region, r R) evidence.Verdict) Test {
	run := func(in *Input) (result Result) {
		add := func(region *evidence.Region, name string, list evidence.List[R]) {
			for _, r := range list.Found() {
				relevance := kind.Relevance(in.Workload, name, r)
				if !relevance.Can(evidence.CanPass) {
					continue
				}
				result.Subjects = append(result.Subjects, Subject{
					Region: name, Resource: kind.ID(in, name, r), Name: kind.Name(r), Because: relevance.Message,
					Verdict: evidence.If(relevance, func() evidence.Verdict { return test(in, region, r) }),
				})
			}
			result.Unseen = append(result.Unseen, list.Gaps()...)
		}
		if kind.Global != nil {
			add(nil, in.Account.Home, kind.Global(in.Account))
			return result
		}
		for i := range in.Account.Regions {
			region := &in.Account.Regions[i]
			if kind.Drawn != nil {
				add(region, region.Name, kind.Drawn(in, region))
				continue
			}
			add(region, region.Name, kind.Regional(region))
		}
		return result
	}
	blank := func(in *Input) evidence.Verdict {
		var r R
		return test(in, &evidence.Region{}, r)
	}
	return Test{run: run, blank: blank, pooled: true}
}

// PerRegion asks once in each region that shows a GenAI workload; the worst region counts.
func PerRegion(test func(in *Input, region *evidence.Region) evidence.Verdict) Test {
	run := func(in *Input) (result Result) {
		for i := range in.Account.Regions {
			region := &in.Account.Regions[i]
			relevance := in.Workload.Region(region.Name)
			v := evidence.If(relevance, func() evidence.Verdict { return test(in, region) })
			result.Subjects = append(result.Subjects, Subject{Region: region.Name, Resource: AccountWide, Because: relevance.Message, Verdict: v})
		}
		return result
	}
	return Test{run: run, blank: func(in *Input) evidence.Verdict { return test(in, &evidence.Region{}) }}
}

// PerAccount asks once.
func PerAccount(test func(in *Input) evidence.Verdict) Test {
	run := func(in *Input) Result {
		return Result{Subjects: []Subject{{Region: in.Account.Home, Resource: AccountWide, Verdict: test(in)}}}
	}
	blank := func(in *Input) evidence.Verdict {
		return test(&Input{Account: new(evidence.Account), Workload: workload.New(new(evidence.Account)), Settings: in.Settings})
	}
	return Test{run: run, blank: blank}
}

// AccountWide is the resource of a check that is about the account.
const AccountWide = "account"
