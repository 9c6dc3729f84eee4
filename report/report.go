// Package report turns scores into one versioned value and writes it in several formats.
package report

import (
	"slices"
	"time"
)

// SchemaVersion is the version of the JSON report: a new minor adds members, a new major changes them.
const SchemaVersion = "1.0"

// Report is the result of a scan. Its JSON is a published contract. Scores and bands are about the low
// end of the interval; scores are whole per cents, rounded down.
type Report struct {
	SchemaVersion string    `json:"schema_version" jsonschema:"description=Version of this schema: MAJOR.MINOR"`
	Tool          Tool      `json:"tool"`
	Time          time.Time `json:"time" jsonschema:"description=The scan's clock (UTC)"`
	Account       string    `json:"account" jsonschema:"description=AWS account id"`
	Partition     string    `json:"partition"`
	Caller        string    `json:"caller" jsonschema:"description=ARN of the identity that scanned"`
	Regions       []string  `json:"regions" jsonschema:"description=Regions that were scanned"`
	QuietRegions  []string  `json:"quiet_regions" jsonschema:"description=Regions that were probed and show no GenAI workload"`
	ClosedRegions []Gap     `json:"closed_regions" jsonschema:"description=Regions that an organization's policy closes; outside the score"`
	Scope         Scope     `json:"scope"`

	Workload   Workload   `json:"workload"`
	Score      *Score     `json:"score" jsonschema:"description=Null where no GenAI workload was found"`
	MustHave   *SubScore  `json:"must_have"`
	ShouldHave *SubScore  `json:"should_have"`
	Support    *SubScore  `json:"support" jsonschema:"description=Support procedures (question 10.6), which the checklist lists apart"`
	Reach      *Reach     `json:"reach" jsonschema:"description=Why this version cannot reach the best verdict; null where it can"`
	Categories []Category `json:"categories"`
	Questions  []Question `json:"questions"`
	Checks     []Check    `json:"checks"`
	Decisions  []Decision `json:"decisions"`
	Patterns   []Pattern  `json:"patterns"`
	Issues     []Issue    `json:"issues"`
	Findings   []Finding  `json:"findings"`
	Gaps       []GapCount `json:"gaps" jsonschema:"description=What was not read, and why"`
	NextSteps  []NextStep `json:"next_steps"`
	NextBand   *NextBand  `json:"next_band"`
	Stages     []Stage    `json:"stages" jsonschema:"description=Where the account stands in the checklist's own order"`
}

// Tool is the program that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Scope is what the scan was asked to look at.
type Scope struct {
	Kind            string   `json:"kind" jsonschema:"enum=workload,enum=account"`
	WorkloadTag     string   `json:"workload_tag,omitempty"`
	Metrics         bool     `json:"metrics" jsonschema:"description=Billed CloudWatch metric data was read"`
	SkippedServices []string `json:"skipped_services,omitempty"`
	SkippedChecks   []string `json:"skipped_checks,omitempty"`
}

// Workload says whether the account has a GenAI workload at all.
type Workload struct {
	State string   `json:"state" jsonschema:"enum=present,enum=missing,enum=unknown"`
	Signs []string `json:"signs" jsonschema:"description=What shows it"`
}

// Score is the overall score and verdict.
type Score struct {
	Low      int    `json:"low"`
	High     int    `json:"high"`
	Band     string `json:"band"`
	CappedBy string `json:"capped_by" jsonschema:"description=What lowered the band below the number's; empty where nothing did"`
	BandHigh string `json:"band_high" jsonschema:"description=The band if everything that was not read passed"`
	Coverage int    `json:"coverage" jsonschema:"description=Per cent of the weight that applies that was read"`
	Attested int    `json:"attested" jsonschema:"description=Points of the low end that rest on attestations"`
}

// SubScore is the score of a part of the checklist.
type SubScore struct {
	Low  int    `json:"low"`
	High int    `json:"high"`
	Band string `json:"band"`
}

// Reach says why the best verdict is out of reach in this version.
type Reach struct {
	Band string   `json:"band" jsonschema:"description=The best band this version can give the account"`
	Why  []string `json:"why"`
}

// Category is one of the ten categories.
type Category struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	MustHave     bool   `json:"must_have"`
	Applies      string `json:"applies" jsonschema:"enum=yes,enum=no,enum=unknown"`
	Low          int    `json:"low"`
	High         int    `json:"high"`
	Band         string `json:"band"`
	Coverage     int    `json:"coverage"`
	Insufficient bool   `json:"insufficient_evidence" jsonschema:"description=More than 40 per cent of its weight was not read"`
}

// Question is one of the 80 questions.
type Question struct {
	ID          string       `json:"id"`
	Category    string       `json:"category"`
	Text        string       `json:"text"`
	Applies     string       `json:"applies" jsonschema:"enum=yes,enum=no,enum=unknown"`
	Low         int          `json:"low"`
	High        int          `json:"high"`
	Coverage    int          `json:"coverage"`
	Checks      []string     `json:"checks"`
	Attest      string       `json:"attest,omitempty" jsonschema:"description=What an owner is asked to attest"`
	Attestation *Attestation `json:"attestation,omitempty"`
	Note        string       `json:"note,omitempty"`
}

// Attestation is an owner's answer.
type Attestation struct {
	Answer      string `json:"answer" jsonschema:"enum=yes,enum=partial,enum=no"`
	Owner       string `json:"owner"`
	Date        string `json:"date"`
	Link        string `json:"link,omitempty"`
	Expires     string `json:"expires"`
	Note        string `json:"note,omitempty"`
	Expired     bool   `json:"expired"`
	Contradicts string `json:"contradicts,omitempty" jsonschema:"description=Failing checks that contradict it"`
}

// Check is a check and its outcome over the account.
type Check struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Severity   string   `json:"severity"`
	Questions  []string `json:"questions"`
	Outcome    string   `json:"outcome" jsonschema:"enum=pass,enum=fail,enum=unknown,enum=not-applicable"`
	Reason     string   `json:"reason,omitempty" jsonschema:"description=Why it is unknown"`
	Built      bool     `json:"built"`
	Signal     bool     `json:"signal" jsonschema:"description=It passes or does not apply; it never fails"`
	Group      string   `json:"group,omitempty"`
	Why        string   `json:"why,omitempty"`
	Fix        string   `json:"fix,omitempty"`
	References []string `json:"references,omitempty"`
	Passed     int      `json:"passed"`
	Failed     int      `json:"failed"`
	Unknown    int      `json:"unknown"`
}

// Finding is a check's outcome on one resource.
type Finding struct {
	ID             string   `json:"id" jsonschema:"description=Stable: a hash of check, partition, account, region and resource"`
	Check          string   `json:"check"`
	Questions      []string `json:"questions"`
	Severity       string   `json:"severity"`
	Outcome        string   `json:"outcome" jsonschema:"enum=pass,enum=fail,enum=unknown,enum=not-applicable"`
	Account        string   `json:"account"`
	Region         string   `json:"region"`
	Resource       string   `json:"resource" jsonschema:"description=ARN, else AWS's id; account for an account-wide check; * for a listing that was not read to its end"`
	Name           string   `json:"name,omitempty"`
	Message        string   `json:"message"`
	InScopeBecause string   `json:"in_scope_because"`
	Gap            *Gap     `json:"gap" jsonschema:"description=Why it is unknown; null otherwise"`
	OtherGaps      int      `json:"other_gaps,omitempty" jsonschema:"description=Further gaps behind the same unknown"`
}

// Gap is something that was not read.
type Gap struct {
	Operation  string `json:"operation" jsonschema:"description=Such as bedrock.ListGuardrails"`
	Code       string `json:"code" jsonschema:"description=AWS error code"`
	Permission string `json:"permission" jsonschema:"description=IAM action that would settle it"`
	Reason     string `json:"reason" jsonschema:"enum=denied,enum=denied-by-key,enum=closed,enum=throttled,enum=error,enum=interrupted,enum=opt-in,enum=not-asked,enum=not-built,enum=not-attested,enum=not-available"`
	Detail     string `json:"detail,omitempty"`
	Region     string `json:"region,omitempty"`
	Resource   string `json:"resource,omitempty"`
}

// GapCount is a gap and how many findings it leaves unknown.
type GapCount struct {
	Gap
	Findings int `json:"findings"`
}

// NextStep is a failing check, in the order in which mending pays.
type NextStep struct {
	Rank     int     `json:"rank"`
	Check    string  `json:"check"`
	Title    string  `json:"title"`
	Severity string  `json:"severity"`
	MustHave bool    `json:"must_have"`
	Failing  int     `json:"failing" jsonschema:"description=Resources that fail"`
	Points   float64 `json:"points" jsonschema:"description=What mending adds to the low end, in per cents with one decimal"`
	Fix      string  `json:"fix"`
}

// NextBand is the smallest set of failing checks that reaches the next band, or what stands in the way.
type NextBand struct {
	Band    string   `json:"band"`
	Checks  []string `json:"checks"`
	Blocked string   `json:"blocked,omitempty"`
}

// Stage is a step of the checklist's own order: review, prioritize, implement, test, deploy.
type Stage struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	State   string `json:"state" jsonschema:"enum=done,enum=current,enum=ahead"`
	Message string `json:"message"`
}

// Decision is one of the four decisions: which of two strategies the account follows.
type Decision struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Strategy   string     `json:"strategy" jsonschema:"description=The id of the strategy that the account follows, or mixed, undetermined, not established, incomplete"`
	Confidence string     `json:"confidence" jsonschema:"enum=high,enum=medium,enum=low"`
	Because    string     `json:"because"`
	Signals    []Row      `json:"signals"`
	Strategies []Strategy `json:"strategies"`
	Next       []string   `json:"next"`
}

// Strategy is one side of a decision.
type Strategy struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	ChooseWhen      []string `json:"choose_when"`
	Brings          []string `json:"brings"`
	Components      []Row    `json:"components"`
	Implementations []Row    `json:"implementations"`
}

// Row is something that is present, missing or unknown.
type Row struct {
	Name   string   `json:"name"`
	State  string   `json:"state" jsonschema:"enum=present,enum=missing,enum=unknown,enum=not-applicable"`
	Reason string   `json:"reason,omitempty" jsonschema:"description=Why it is unknown"`
	Detail string   `json:"detail,omitempty"`
	Checks []string `json:"checks"`
	Note   string   `json:"note,omitempty"`
}

// Pattern is an implementation pattern with its rows.
type Pattern struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Applies string `json:"applies" jsonschema:"enum=yes,enum=no,enum=unknown"`
	Rows    []Row  `json:"rows"`
}

// Issue is one of the twelve common production issues: present where a grave check fails.
type Issue struct {
	Row
	Category string `json:"category"`
	Text     string `json:"text"`
}

// MissingPermissions are the IAM actions that were denied, sorted.
func (r *Report) MissingPermissions() []string {
	actions := []string{}
	for _, g := range r.Gaps {
		if g.Reason == "denied" && g.Permission != "" {
			actions = append(actions, g.Permission)
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}
