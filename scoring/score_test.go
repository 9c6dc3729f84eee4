package scoring

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// The tests below build small accounts of DynamoDB tables whose names say how their relevance reads:
// "maybe-…" for a table of which it is unread. A table's point-in-time recovery says whether it passes.
var tableKind = Kind[evidence.DynamoDBTable]{
	Regional: func(r *evidence.Region) evidence.List[evidence.DynamoDBTable] { return r.DynamoDB.Tables },
	ID:       func(_ *Input, _ string, t evidence.DynamoDBTable) string { return t.Name },
	Name:     func(t evidence.DynamoDBTable) string { return t.Name },
	Relevance: func(_ *workload.Graph, _ string, t evidence.DynamoDBTable) evidence.Verdict {
		if strings.HasPrefix(t.Name, "maybe-") {
			return evidence.Verdict{Outcomes: evidence.CanPass | evidence.CanFail}
		}
		return evidence.Pass("in scope")
	},
}

func recovers(_ *Input, _ *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(t.Recovery, func(on bool) evidence.Verdict { return evidence.Test(on, "on", "off") })
}

func onTables(id string, severity Severity) Check {
	return Check{ID: id, Questions: []string{"1.1"}, Severity: severity, Test: Resources(tableKind, recovers)}
}

func fixed(id string, severity Severity, v evidence.Verdict) Check {
	return Check{ID: id, Questions: []string{"1.1"}, Severity: severity, Test: PerAccount(func(*Input) evidence.Verdict { return v })}
}

var gap = evidence.Gap{Service: "test", Reason: evidence.Denied}

var (
	passes  = evidence.Pass("")
	fails   = evidence.Fail("")
	notRead = evidence.Unknown("", gap)
	absentV = evidence.NotApplicable("")
	clock   = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
)

func table(name string, recovery evidence.Fact[bool]) evidence.DynamoDBTable {
	return evidence.DynamoDBTable{Name: name, Recovery: recovery}
}

var (
	on      = evidence.Known(true)
	off     = evidence.Known(false)
	refused = evidence.Missing[bool](gap)
)

// scoreTables scores one question in one category.
func scoreTables(tables evidence.List[evidence.DynamoDBTable], o Options, checks ...Check) *Scores {
	return scoreWith(tables, o, Question{ID: "1.1", Category: "1"}, Category{ID: "1", Name: "Security", MustHave: true, Weight: 2}, checks...)
}

func scoreWith(tables evidence.List[evidence.DynamoDBTable], o Options, q Question, c Category, checks ...Check) *Scores {
	account := &evidence.Account{ID: "111122223333", Clock: clock, Regions: []evidence.Region{{Name: "eu-central-1",
		Signs: evidence.Listed("guardrail"), DynamoDB: evidence.DynamoDB{Tables: tables}}}}
	in := &Input{Account: account, Workload: workload.New(account)}
	return Score(Checklist{Categories: []Category{c}, Questions: []Question{q}, Checks: checks}, in, o)
}

func expect(t *testing.T, got Interval, low, high int) {
	t.Helper()
	if got.Absent || Percent(got.Low) != low || Percent(got.High) != high {
		t.Errorf("got %d-%d (absent %v), want %d-%d", Percent(got.Low), Percent(got.High), got.Absent, low, high)
	}
}

var noTables = evidence.Listed[evidence.DynamoDBTable]()

func TestResourceOfUnreadRelevanceCountsWhereItHurts(t *testing.T) {
	for _, test := range []struct {
		name      string
		recovery  evidence.Fact[bool]
		low, high int
	}{
		{"passing: only in the high end", on, 50, 66},
		{"failing: only in the low end", off, 33, 50},
		{"unread: fails in the low end, passes in the high end", refused, 33, 66},
	} {
		t.Run(test.name, func(t *testing.T) {
			tables := evidence.Listed(table("a", on), table("b", off), table("maybe-c", test.recovery))
			expect(t, scoreTables(tables, Options{}, onTables("x", Medium)).Overall, test.low, test.high)
		})
	}
}

func TestListingDeniedOrCutShort(t *testing.T) {
	for _, test := range []struct {
		name      string
		severity  Severity
		tables    []evidence.DynamoDBTable
		low, high int
	}{
		{"denied", High, nil, 0, 100},
		{"cut short after a pass", High, []evidence.DynamoDBTable{table("a", on)}, 0, 100},
		{"cut short after a failure of a grave check", High, []evidence.DynamoDBTable{table("a", off)}, 0, 50},
		{"cut short after a failure of another check", Medium, []evidence.DynamoDBTable{table("a", off)}, 0, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			expect(t, scoreTables(evidence.Partial(test.tables, gap), Options{}, onTables("x", test.severity)).Overall, test.low, test.high)
		})
	}
}

func TestUnreadApplicabilityIsPresentAtItsLowAndMayBeAbsent(t *testing.T) {
	mayBeAbsentFail := evidence.Verdict{Outcomes: evidence.CanFail | evidence.CanBeAbsent, Gaps: []evidence.Gap{gap}}
	s := scoreTables(noTables, Options{}, fixed("a", Medium, passes), fixed("b", Medium, mayBeAbsentFail))
	expect(t, s.Overall, 50, 100)

	applies := func(*Input) evidence.Verdict {
		return evidence.Verdict{Outcomes: evidence.CanPass | evidence.CanFail, Gaps: []evidence.Gap{gap}}
	}
	two := Checklist{
		Categories: []Category{{ID: "1", Weight: 2}},
		Questions:  []Question{{ID: "1.1", Category: "1"}, {ID: "1.2", Category: "1", Applies: applies}},
		Checks:     []Check{fixed("a", Medium, passes), {ID: "b", Questions: []string{"1.2"}, Severity: Medium, Test: fixed("", Medium, fails).Test}},
	}
	account := &evidence.Account{Clock: clock}
	expect(t, Score(two, &Input{Account: account, Workload: workload.New(account)}, Options{}).Overall, 50, 100)
}

func TestGraveCheckIsHalvedWhileAResourceIsNotPassing(t *testing.T) {
	many := func(last evidence.Fact[bool]) evidence.List[evidence.DynamoDBTable] {
		return evidence.Listed(table("a", on), table("b", on), table("c", on), table("d", last))
	}
	expect(t, scoreTables(many(off), Options{}, onTables("x", Critical)).Overall, 50, 50)
	expect(t, scoreTables(many(refused), Options{}, onTables("x", High)).Overall, 50, 100)
	expect(t, scoreTables(many(off), Options{}, onTables("x", Medium)).Overall, 75, 75)
}

func TestCriticalCheckNotPassingCapsTheVerdict(t *testing.T) {
	many := []Check{fixed("bad", Critical, fails)}
	for i := range 30 {
		many = append(many, fixed(string(rune('a'+i)), Critical, passes))
	}
	s := scoreTables(noTables, Options{}, many...)
	if Percent(s.Overall.Low) <= 75 || s.Band.Band != CloseToReady || s.Band.High != CloseToReady || s.Band.CappedBy == "" {
		t.Errorf("failing critical check: %d %%, %+v", Percent(s.Overall.Low), s.Band)
	}
	many[0] = fixed("bad", Critical, notRead)
	s = scoreTables(noTables, Options{}, many...)
	if Percent(s.Overall.Low) <= 75 || s.Band.Band != CloseToReady || s.Band.High != Ready {
		t.Errorf("unknown critical check: %d %%, %+v", Percent(s.Overall.Low), s.Band)
	}
}

func TestGroupOfAlternativesTakesItsBest(t *testing.T) {
	grouped := func(id string, severity Severity, v evidence.Verdict) Check {
		c := fixed(id, severity, v)
		c.Group = "any"
		return c
	}
	base := fixed("base", Medium, fails)
	expect(t, scoreTables(noTables, Options{}, base, grouped("a", Low, passes), grouped("b", High, fails)).Overall, 66, 66) // weighs 6 beside 3
	expect(t, scoreTables(noTables, Options{}, base, grouped("a", Low, fails), grouped("b", High, notRead)).Overall, 0, 66)
	expect(t, scoreTables(noTables, Options{}, base, grouped("a", Low, absentV), grouped("b", Medium, passes)).Overall, 50, 50)
	expect(t, scoreTables(noTables, Options{}, base, grouped("a", High, absentV), grouped("b", Medium, passes)).Overall, 66, 66) // the highest member's weight even where it is absent
}

func attested(answer Answer) Options {
	return Options{Attestations: []Attestation{{Question: "1.1", Answer: answer, Expires: clock.AddDate(0, 1, 0)}}}
}

func TestAttestationBesideChecksIsTheSmallerOfTheTwo(t *testing.T) {
	expect(t, scoreTables(noTables, attested(Yes), fixed("a", Medium, fails)).Overall, 0, 0)
	expect(t, scoreTables(noTables, attested(Partly), fixed("a", Medium, passes)).Overall, 50, 50)
	expect(t, scoreTables(noTables, attested(No), fixed("a", Medium, passes)).Overall, 0, 0)
	if s := scoreTables(noTables, attested(Yes), fixed("a", Medium, fails)); !s.Questions[0].Contradicts {
		t.Error("a yes beside a failing check is not shown as a contradiction")
	}
}

func TestAttestationNeverStandsInForADeniedRead(t *testing.T) {
	expect(t, scoreTables(noTables, attested(Yes), fixed("a", Medium, notRead)).Overall, 0, 100)
}

func TestExpiredAttestationDoesNotCount(t *testing.T) {
	o := attested(Yes)
	o.Attestations[0].Expires = clock
	expect(t, scoreTables(noTables, o).Overall, 0, 100)
}

func TestAttestedPointsArePrintedApart(t *testing.T) {
	s := scoreTables(noTables, attested(Yes))
	expect(t, s.Overall, 100, 100)
	expect(t, s.Observed, 0, 100)
}

func TestWeakSignalCountsHalfWhereNothingElseApplies(t *testing.T) {
	weak := fixed("w", Low, passes)
	weak.Weak = true
	expect(t, scoreTables(noTables, Options{}, weak).Overall, 50, 50)
	expect(t, scoreTables(noTables, Options{}, weak, fixed("a", Medium, fails)).Overall, 0, 0)
	expect(t, scoreTables(noTables, attested(Yes), weak).Overall, 100, 100)
	failing := fixed("w", Low, fails)
	failing.Weak = true
	expect(t, scoreTables(noTables, Options{}, failing).Overall, 0, 100)
	expect(t, scoreTables(noTables, Options{}, failing, fixed("a", Medium, passes)).Overall, 100, 100)
}

func TestSignalNeverFails(t *testing.T) {
	signal := fixed("s", Low, fails)
	signal.NeverFails = true
	s := scoreTables(noTables, Options{}, signal, fixed("a", Medium, passes))
	expect(t, s.Overall, 100, 100)
	if v := s.Checks[0].Result.Subjects[0].Verdict; !v.Absent() {
		t.Errorf("a missing signal is %+v, want absent", v)
	}
}

func TestUnansweredQuestionIsOpen(t *testing.T) {
	expect(t, scoreTables(noTables, Options{}).Overall, 0, 100)
	expect(t, scoreTables(noTables, Options{}, fixed("a", Medium, absentV)).Overall, 0, 100)
}

func TestNotBuiltAndLeftOutAreUnknown(t *testing.T) {
	account := &evidence.Account{Clock: clock}
	in := &Input{Account: account, Workload: workload.New(account)}
	list := Checklist{Categories: []Category{{ID: "1", Weight: 2}}, Questions: []Question{{ID: "1.1", Category: "1"}},
		Checks: []Check{fixed("a", Medium, passes), fixed("b", Medium, passes)}, Unbuilt: []Unbuilt{{ID: "c", Questions: []string{"1.1"}, Severity: Medium}}}
	expect(t, Score(list, in, Options{}).Overall, 66, 100)
	s := Score(list, in, Options{SkipChecks: []string{"b"}})
	expect(t, s.Overall, 33, 100)
	reasons := map[string]evidence.Reason{}
	for _, c := range s.Checks {
		for _, subject := range c.Result.Subjects {
			for _, g := range subject.Verdict.Gaps {
				reasons[c.Check.ID] = g.Reason
			}
		}
	}
	if reasons["b"] != evidence.NotAsked || reasons["c"] != evidence.NotBuilt {
		t.Errorf("reasons %v", reasons)
	}
}

func TestOptInWithoutItsFlagIsUnknown(t *testing.T) {
	c := fixed("a", Medium, passes)
	c.OptIn = "--metrics"
	s := scoreTables(noTables, Options{}, c)
	expect(t, s.Overall, 0, 100)
	if gaps := s.Checks[0].Result.Subjects[0].Verdict.Gaps; len(gaps) != 1 || gaps[0].Reason != evidence.OptIn {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestWorstRegionCounts(t *testing.T) {
	check := Check{ID: "a", Questions: []string{"1.1"}, Severity: Medium, Test: PerRegion(func(_ *Input, r *evidence.Region) evidence.Verdict {
		return evidence.Test(r.Name == "good", "", "")
	})}
	account := &evidence.Account{Clock: clock, Regions: []evidence.Region{
		{Name: "good", Signs: evidence.Listed("x")}, {Name: "bad", Signs: evidence.Partial[string](nil, gap)},
	}}
	list := Checklist{Categories: []Category{{ID: "1", Weight: 1}}, Questions: []Question{{ID: "1.1", Category: "1"}}, Checks: []Check{check}}
	// Whether the failing region counts was not read: it does in the low end, not in the high end.
	expect(t, Score(list, &Input{Account: account, Workload: workload.New(account)}, Options{}).Overall, 0, 100)
}

func TestCategoryWeightsAndAbsence(t *testing.T) {
	list := Checklist{
		Categories: []Category{
			{ID: "1", MustHave: true, Weight: 2}, {ID: "4", Weight: 1},
			{ID: "6", Weight: 1, Applies: func(*Input) evidence.Verdict { return evidence.Fail("") }},
		},
		Questions: []Question{{ID: "1.1", Category: "1"}, {ID: "4.1", Category: "4"}, {ID: "6.1", Category: "6"}},
		Checks: []Check{
			fixed("a", Medium, passes), {ID: "b", Questions: []string{"4.1"}, Severity: Medium, Test: fixed("", Medium, fails).Test},
			{ID: "c", Questions: []string{"6.1"}, Severity: Medium, Test: fixed("", Medium, fails).Test},
		},
	}
	account := &evidence.Account{Clock: clock}
	s := Score(list, &Input{Account: account, Workload: workload.New(account)}, Options{})
	expect(t, s.Overall, 66, 66)
	expect(t, s.MustHave, 100, 100)
	expect(t, s.ShouldHave, 0, 0)
}

func TestOverallBandIsNeverBetterThanTheWorstMustHave(t *testing.T) {
	list := Checklist{
		Categories: []Category{{ID: "1", Name: "Security", MustHave: true, Weight: 2}, {ID: "2", Name: "Privacy", MustHave: true, Weight: 2}, {ID: "4", Name: "Performance", Weight: 1}},
		Questions:  []Question{{ID: "1.1", Category: "1"}, {ID: "2.1", Category: "2"}, {ID: "4.1", Category: "4"}},
		Checks: []Check{
			fixed("a", Medium, passes), {ID: "b", Questions: []string{"2.1"}, Severity: Medium, Test: fixed("", Medium, fails).Test},
			{ID: "c", Questions: []string{"4.1"}, Severity: Medium, Test: fixed("", Medium, passes).Test},
		},
	}
	account := &evidence.Account{Clock: clock}
	in := &Input{Account: account, Workload: workload.New(account)}
	s := Score(list, in, Options{})
	expect(t, s.Overall, 60, 60) // the cap changes the band, never the number
	if s.Band.Band != NotReady || !strings.Contains(s.Band.CappedBy, "Privacy") {
		t.Errorf("band %+v", s.Band)
	}
	steps := s.Steps(in)
	if len(steps) != 1 || s.Checks[steps[0].Check].Check.ID != "b" || !steps[0].MustHave || Percent(steps[0].Gain) != 40 {
		t.Errorf("steps %+v", steps)
	}
	path := s.NextBand(in, steps)
	if path == nil || path.Blocked != "" || !slices.Equal(path.Checks, []int{1}) {
		t.Errorf("path %+v", path)
	}
}

func TestBandsAndRounding(t *testing.T) {
	for percent, want := range map[int]Band{0: NotReady, 25: NotReady, 26: SignificantWork, 50: SignificantWork, 51: CloseToReady, 75: CloseToReady, 76: Ready, 100: Ready} {
		if got := BandOf(percent); got != want {
			t.Errorf("%d %% is %s, want %s", percent, got, want)
		}
	}
	for n := range int64(101) {
		if got := Percent(share(n, 100-n)); got != int(n) {
			t.Errorf("%d of 100 is %d %%", n, got)
		}
	}
}
