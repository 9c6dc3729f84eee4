package scoring

import (
	"slices"
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

func fact(v evidence.Verdict) func(*Input) evidence.Verdict {
	return func(*Input) evidence.Verdict { return v }
}

// guideInput is an account of which nothing is asked but its clock.
func guideInput() *Input {
	account := &evidence.Account{Clock: clock}
	return &Input{Account: account, Workload: workload.New(account)}
}

// guideScores are the scores of checks with fixed outcomes, of attested questions and of checks that
// are not built.
func guideScores(checks []Check, unbuilt []Unbuilt, attestations ...Attestation) (*Input, *Scores) {
	in := guideInput()
	list := Checklist{Categories: []Category{{ID: "1", Weight: 1}}, Checks: checks, Unbuilt: unbuilt}
	for _, id := range []string{"1.1", "1.2", "1.3"} {
		list.Questions = append(list.Questions, Question{ID: id, Category: "1"})
	}
	return in, Score(list, in, Options{Attestations: attestations})
}

func TestRowOfFacts(t *testing.T) {
	in, s := guideScores(nil, nil)
	unbuilt := evidence.Gap{Service: "ecs", Reason: evidence.NotBuilt, Detail: "ecs is not scanned"}
	listing := evidence.Gap{Service: "lambda", Operation: "ListFunctions", Region: "eu-central-1", Reason: evidence.Denied}
	for _, c := range []struct {
		name    string
		verdict evidence.Verdict
		want    RowState
	}{
		{"pass", evidence.Pass("function chat"), RowState{State: Present, Detail: "function chat"}},
		{"fail", evidence.Fail("no function"), RowState{State: Missing, Detail: "no function"}},
		{"absent", evidence.NotApplicable("no workload"), RowState{State: NotApplicable, Detail: "no workload"}},
		{"unknown", evidence.Unknown("", unbuilt), RowState{State: UnknownState, Reason: evidence.NotBuilt, Detail: "ecs is not scanned"}},
		{"denied before not built", evidence.Unknown("", unbuilt, listing),
			RowState{State: UnknownState, Reason: evidence.Denied, Detail: "lambda.ListFunctions in eu-central-1"}},
		{"of one resource", evidence.Unknown("", evidence.Gap{Service: "kms", Operation: "DescribeKey", Resource: "arn:key", Reason: evidence.KeyDenied}),
			RowState{State: UnknownState, Reason: evidence.KeyDenied, Detail: "kms.DescribeKey for arn:key"}},
		{"of many", evidence.Unknown("", evidence.Gap{Reason: evidence.NotBuilt, Detail: "a"}, evidence.Gap{Reason: evidence.NotBuilt, Detail: "a"},
			evidence.Gap{Reason: evidence.NotBuilt, Detail: "b"}, evidence.Gap{Reason: evidence.NotBuilt, Detail: "c"}, evidence.Gap{Reason: evidence.NotBuilt, Detail: "d"}),
			RowState{State: UnknownState, Reason: evidence.NotBuilt, Detail: "a, b, c, 1 more"}},
		{"unknown without a gap", evidence.Unknown("perhaps"), RowState{State: UnknownState, Reason: evidence.NotBuilt, Detail: "perhaps"}},
	} {
		got := s.Row(in, Row{Name: "row", Present: fact(c.verdict)})
		if got.State != c.want.State || got.Reason != c.want.Reason || got.Detail != c.want.Detail {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

var rowChecks = []Check{
	{ID: "pass", Aliases: []string{"alias"}, Severity: Medium, Test: fixed("", Medium, passes).Test},
	{ID: "fail", Severity: Medium, Test: fixed("", Medium, fails).Test},
	{ID: "grave", Severity: High, Test: fixed("", High, fails).Test},
	{ID: "denied", Severity: Medium, Test: fixed("", Medium, notRead).Test},
	{ID: "absent", Severity: Medium, Test: fixed("", Medium, absentV).Test},
	{ID: "opt-in", Severity: Medium, OptIn: "--metrics", Test: fixed("", Medium, passes).Test},
	{ID: "good-group", Severity: Medium, Group: "good", Test: fixed("", Medium, fails).Test},
	{ID: "good-member", Severity: Medium, Group: "good", Test: fixed("", Medium, passes).Test},
	{ID: "open-group", Severity: Medium, Group: "open", Test: fixed("", Medium, fails).Test},
	{ID: "open-member", Severity: Medium, Group: "open", Test: fixed("", Medium, notRead).Test},
	{ID: "bad-group", Severity: Medium, Group: "bad", Test: fixed("", Medium, fails).Test},
	{ID: "bad-member", Severity: Medium, Group: "bad", Test: fixed("", Medium, fails).Test},
	{ID: "absent-member", Severity: Medium, Group: "bad", Test: fixed("", Medium, absentV).Test},
	{ID: "unbuilt-group", Severity: Medium, Group: "unbuilt", Test: fixed("", Medium, fails).Test},
	{ID: "signal", Severity: Medium, NeverFails: true, Test: fixed("", Medium, notRead).Test},
}

var rowUnbuilt = []Unbuilt{{ID: "unbuilt", Severity: Medium}, {ID: "unbuilt-signal", Severity: Medium, NeverFails: true},
	{ID: "unbuilt-member", Severity: Medium, Group: "unbuilt"}}

func TestRowOfChecks(t *testing.T) {
	in, s := guideScores(rowChecks, rowUnbuilt)
	for _, c := range []struct {
		checks   string
		any, all State
		reason   evidence.Reason // where one of them is unknown
		detail   string          // of any
	}{
		{"pass", Present, Present, "", "pass passes"},
		{"alias", Present, Present, "", "alias passes"},
		{"fail", Missing, Missing, "", "fail fails"},
		{"fail grave", Missing, Missing, "", "fail, grave fail"},
		{"pass fail", Present, Missing, "", "pass passes; fail fails"},
		{"fail denied", UnknownState, Missing, evidence.Denied, ""},
		{"pass denied", Present, UnknownState, evidence.Denied, "pass passes"},
		{"denied unbuilt", UnknownState, UnknownState, evidence.Denied, ""},
		{"unbuilt", UnknownState, UnknownState, evidence.NotBuilt, "check unbuilt"},
		{"fail unbuilt", UnknownState, Missing, evidence.NotBuilt, "check unbuilt"},
		{"opt-in", UnknownState, UnknownState, evidence.OptIn, "--metrics"},
		{"absent", NotApplicable, NotApplicable, "", ""},
		{"absent pass", Present, Present, "", "pass passes"},
		{"absent fail", Missing, Missing, "", "fail fails"},
		{"signal", UnknownState, UnknownState, evidence.Denied, ""},
		{"pass signal unbuilt-signal", Present, Present, "", "pass passes"}, // neither can fail
		{"fail unbuilt-signal", UnknownState, Missing, evidence.NotBuilt, "check unbuilt-signal"},
		{"good-group", Missing, Missing, "", "good-group fails"}, // a row asks for this very thing
		{"nowhere", UnknownState, UnknownState, evidence.NotBuilt, "check nowhere"},
		{"", UnknownState, UnknownState, evidence.NotBuilt, "this version does not look for it"},
	} {
		row := Row{Name: "row", Checks: strings.Fields(c.checks)}
		got := s.Row(in, row)
		if got.State != c.any || c.detail != "" && got.Detail != c.detail || got.State == UnknownState && got.Reason != c.reason {
			t.Errorf("%q, any: %+v, want %s, %s, %q", c.checks, got, c.any, c.reason, c.detail)
		}
		row.All = true
		got = s.Row(in, row)
		if got.State != c.all || got.State == UnknownState && got.Reason != c.reason || got.State != UnknownState && got.Reason != "" {
			t.Errorf("%q, all: %+v, want %s, %s", c.checks, got, c.all, c.reason)
		}
	}
}

func TestRowSaysHowManyFail(t *testing.T) {
	account := &evidence.Account{Clock: clock, Regions: []evidence.Region{{Name: "eu-central-1", Signs: evidence.Listed("x"),
		DynamoDB: evidence.DynamoDB{Tables: evidence.Listed(table("a", on), table("b", off), table("c", refused))}}}}
	in := &Input{Account: account, Workload: workload.New(account)}
	s := Score(Checklist{Checks: []Check{onTables("recovery", High)}}, in, Options{})
	if got := s.Row(in, Row{Checks: []string{"recovery"}, All: true}); got.State != Missing || got.Detail != "recovery (1 of 3) fails" {
		t.Errorf("%+v", got)
	}
}

// shares decides between two strategies, left and right, with signals of the weights given; a signal
// whose weight is negative is unread.
func shares(left, right []int) DecisionState {
	d := Decision{Strategies: []Strategy{{ID: "left", Name: "Left"}, {ID: "right", Name: "Right"}}}
	for i, weights := range [][]int{left, right} {
		for _, w := range weights {
			v := passes
			if w < 0 {
				v, w = notRead, -w
			}
			d.Signals = append(d.Signals, Signal{Row: Row{Name: "s", Present: fact(v)}, Strategy: d.Strategies[i].ID, Weight: w})
		}
	}
	in, s := guideScores(nil, nil)
	return s.Decide(in, d)
}

func TestDecisionByShare(t *testing.T) {
	for _, c := range []struct {
		name                 string
		left, right          []int
		strategy, confidence string
	}{
		{"one side", []int{3, 2}, nil, "left", "high"},
		{"the other side", nil, []int{4}, "right", "high"},
		{"seven tenths", []int{7}, []int{3}, "left", "medium"},
		{"just under seven tenths", []int{69}, []int{31}, Mixed, "medium"},
		{"three tenths", []int{3}, []int{7}, "right", "medium"},
		{"just over three tenths", []int{31}, []int{69}, Mixed, "medium"},
		{"85 hundredths are not outside", []int{17}, []int{3}, "left", "medium"},
		{"above", []int{171}, []int{29}, "left", "high"},
		{"one of three unread", []int{3, 3}, []int{-1}, "left", "medium"},
		{"one of three unread, between", []int{3}, []int{1, -1}, "left", "low"},
		{"one of three unread, mixed", []int{3}, []int{3, -1}, Mixed, "low"},
		{"more than a third unread", []int{9, 9, 9}, []int{-1, -1}, Undetermined, "low"},
		{"too little weight", []int{3}, nil, Undetermined, "low"},
		{"enough weight", []int{2, 2}, nil, "left", "high"},
		{"nothing at all", nil, nil, Undetermined, "low"},
	} {
		got := shares(c.left, c.right)
		if got.Strategy != c.strategy || got.Confidence != c.confidence || got.Because == "" {
			t.Errorf("%s: %s with %s confidence because %q, want %s, %s", c.name, got.Strategy, got.Confidence, got.Because, c.strategy, c.confidence)
		}
	}
	if got, want := shares([]int{3, 2}, []int{3, -1}).Because, "for Left (5 of 8): s, s; for Right (3 of 8): s; 1 of 4 signals could not be told"; got != want {
		t.Errorf("because %q, want %q", got, want)
	}
	if got := shares([]int{3, -1}, nil).Because; !strings.Contains(got, "more than a third") {
		t.Errorf("because %q", got)
	}
}

var (
	likeMonitoring = ByComponents{Advanced: 2, On: 4, Basic: 2, Outweigh: true, Neither: NotEstablished}
	likeSecurity   = ByComponents{Advanced: 3, Basic: 3, Neither: Incomplete}
)

// rowsOf are rows that are present (p), missing (m), unknown (u) or do not apply (n).
func rowsOf(states string) []Row {
	rows := []Row{}
	for _, state := range states {
		v := map[rune]evidence.Verdict{'p': passes, 'm': fails, 'u': notRead, 'n': absentV}[state]
		rows = append(rows, Row{Name: string(state), Present: fact(v)})
	}
	return rows
}

func components(by ByComponents, basic, advanced string) DecisionState {
	in, s := guideScores(nil, nil)
	return s.Decide(in, Decision{ByComponents: &by, Strategies: []Strategy{
		{ID: "basic", Name: "Basic", Components: rowsOf(basic), Implementations: []Row{{Name: "dashboards", Present: fact(fails)}}},
		{ID: "advanced", Name: "Advanced", ChooseWhen: []string{"many teams", "strict targets"}, Components: rowsOf(advanced)},
	}})
}

func TestDecisionByComponents(t *testing.T) {
	for _, c := range []struct {
		by                                    ByComponents
		basic, advanced, strategy, confidence string
		other                                 string // what else it may be
	}{
		{likeMonitoring, "pppp", "ppmm", "advanced", "high", ""},
		{likeMonitoring, "pppp", "ppuu", "advanced", "medium", ""},
		{likeMonitoring, "pppp", "pmmm", "basic", "high", ""},
		{likeMonitoring, "pppp", "pmmu", "basic", "low", "Advanced"},
		{likeMonitoring, "pppm", "ppmm", "basic", "high", ""}, // the basic four are not all there, and outnumber the others
		{likeMonitoring, "pppm", "pppm", Mixed, "high", ""},   // nor do they outnumber them
		{likeMonitoring, "ppmm", "pppp", Mixed, "high", ""},   //
		{likeMonitoring, "ppmm", "pmmm", "basic", "high", ""}, // two are enough
		{likeMonitoring, "pppu", "ppmm", "basic", "low", "Advanced"},
		{likeMonitoring, "pppu", "pppm", Mixed, "low", "Advanced"},
		{likeMonitoring, "ppmm", "mmmu", "basic", "medium", ""},
		{likeMonitoring, "pmmm", "pppp", NotEstablished, "high", ""},
		{likeMonitoring, "mmmu", "uuuu", NotEstablished, "medium", ""},
		{likeMonitoring, "pmmu", "mmmm", Undetermined, "low", NotEstablished + " or Basic"},
		{likeMonitoring, "uuuu", "uuuu", Undetermined, "low", NotEstablished + " or Basic or mixed or Advanced"},
		{likeMonitoring, "ppnn", "mmmm", "basic", "high", ""},
		{likeSecurity, "mmmm", "pppm", "advanced", "high", ""}, // whatever the standard ones
		{likeSecurity, "uuuu", "pppm", "advanced", "medium", ""},
		{likeSecurity, "pppm", "ppmm", "basic", "high", ""},
		{likeSecurity, "pppm", "ppum", "basic", "low", "Advanced"},
		{likeSecurity, "ppmm", "ppmm", Incomplete, "high", ""},
		{likeSecurity, "pmmu", "ppmm", Incomplete, "medium", ""},
		{likeSecurity, "ppmu", "mmmm", Undetermined, "low", Incomplete + " or Basic"},
		{likeSecurity, "uuuu", "uuuu", Undetermined, "low", Incomplete + " or Advanced or Basic"},
	} {
		got := components(c.by, c.basic, c.advanced)
		_, other, _ := strings.Cut(got.Because, "it may be ")
		if got.Strategy != c.strategy || got.Confidence != c.confidence || other != c.other {
			t.Errorf("%s, %s: %s with %s confidence because %q, want %s, %s, %q", c.basic, c.advanced, got.Strategy, got.Confidence, got.Because, c.strategy, c.confidence, c.other)
		}
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct {
		by              ByComponents
		basic, advanced string
		want            []string
	}{
		{likeMonitoring, "pppp", "mmmm", []string{"would Advanced fit better? Choose it for: many teams; strict targets"}},
		{likeMonitoring, "pppm", "mmmm", []string{"Basic: m is missing"}},
		{likeMonitoring, "pppu", "mmmm", []string{"Basic: look yourself for u, which could not be told (denied)"}},
		{likeMonitoring, "pppp", "ppmp", []string{"Advanced: m is missing"}},
		{likeMonitoring, "pppp", "pppp", []string{}},
		{likeMonitoring, "pmmm", "pmmm", []string{"Basic: m is missing", "Basic: m is missing", "Basic: m is missing",
			"Advanced: m is missing", "Advanced: m is missing", "Advanced: m is missing", "begin with dashboards"}},
		{likeSecurity, "ppmm", "pmmm", []string{"Basic: m is missing", "Basic: m is missing", "Advanced: m is missing", "Advanced: m is missing", "Advanced: m is missing"}},
		{likeSecurity, "pppm", "pppp", []string{"Basic: m is missing"}}, // the advanced strategy builds on it
		{likeSecurity, "pppn", "mmmm", []string{"would Advanced fit better? Choose it for: many teams; strict targets"}},
	} {
		if got := components(c.by, c.basic, c.advanced).Next(); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: next %q, want %q", c.basic, c.advanced, got, c.want)
		}
	}
}

func TestNextNamesTheGravestFirst(t *testing.T) {
	in, s := guideScores(rowChecks, nil)
	rows := []Row{{Name: "first", Checks: []string{"fail"}}, {Name: "facts", Present: fact(fails)}, {Name: "grave", Present: fact(fails), Checks: []string{"grave"}}}
	d := s.Decide(in, Decision{
		Strategies: []Strategy{{ID: "left", Name: "Left", Components: rows}, {ID: "right", Name: "Right", Components: rows}},
		Signals:    []Signal{{Row: Row{Present: fact(passes)}, Strategy: "left", Weight: 4}},
	})
	want := []string{"Left: grave is missing", "Left: first is missing", "Left: facts is missing"}
	if got := d.Next(); !slices.Equal(got, want) {
		t.Errorf("next %q, want %q", got, want)
	}
}

func answered(question string, answer Answer) Attestation {
	return Attestation{Question: question, Answer: answer, Expires: clock.AddDate(0, 1, 0)}
}

func TestIssue(t *testing.T) {
	questions := []string{"1.1", "1.2"}
	yes := []Attestation{answered("1.1", Yes), answered("1.2", Yes)}
	expired := []Attestation{answered("1.1", Yes), {Question: "1.2", Answer: No, Expires: clock}}
	for _, c := range []struct {
		name, checks string
		questions    []string
		attestations []Attestation
		state        State
		reason       evidence.Reason
		detail       string
	}{
		{"grave failure", "pass fail grave", nil, nil, Present, "", "likely: fail, grave fail"},
		{"failure", "pass fail denied", nil, nil, Present, "", "possible: fail fails"},
		{"something unread", "pass denied unbuilt", nil, nil, UnknownState, evidence.Denied, ""},
		{"something not built", "pass unbuilt", nil, nil, UnknownState, evidence.NotBuilt, "check unbuilt"},
		{"all that apply pass", "pass absent", nil, nil, Missing, "", "pass passes: all that apply"},
		{"only signals unread", "pass signal unbuilt-signal", nil, nil, Missing, "", "pass passes: all that apply"},
		{"an alternative passes", "good-group pass", nil, nil, Missing, "", "pass passes: all that apply"},
		{"an alternative may pass", "open-group pass", nil, nil, UnknownState, evidence.Denied, ""},
		{"an alternative is not built", "unbuilt-group pass", nil, nil, UnknownState, evidence.NotBuilt, "check unbuilt-member"},
		{"no alternative passes", "bad-group pass", nil, nil, Present, "", "possible: bad-group fails"},
		{"nothing applies", "absent", nil, nil, NotApplicable, "", ""},
		{"attested no", "pass unbuilt", questions, []Attestation{answered("1.1", Yes), answered("1.2", No)}, Present, "", "likely: an owner answers no to 1.2"},
		{"attested no beside a failure", "fail", questions, []Attestation{answered("1.2", No)}, Present, "", "likely: an owner answers no to 1.2"},
		{"attested in part", "pass", questions, []Attestation{answered("1.1", Partly), answered("1.2", Yes)}, Present, "", "possible: an owner answers in part to 1.1"},
		{"attested yes beside a failure", "pass fail", questions, yes, Present, "", "possible: fail fails"},
		{"attested yes", "pass unbuilt", questions, yes, Missing, "", "an owner answers yes to 1.1, 1.2, and no check fails"},
		{"attested yes, and no check", "", questions, yes, Missing, "", ""},
		{"attested yes never stands in for a denied read", "pass denied", questions, yes, UnknownState, evidence.Denied, ""},
		{"attested yes never stands in for an opt-in", "pass opt-in", questions, yes, UnknownState, evidence.OptIn, ""},
		{"attested in half", "pass unbuilt", questions, yes[:1], UnknownState, evidence.NotAttested, "question 1.2 is not attested"},
		{"not attested", "pass", questions, nil, UnknownState, evidence.NotAttested, ""},
		{"expired", "pass", questions, expired, UnknownState, evidence.NotAttested, "question 1.2 is not attested"},
		{"another question's no", "pass", questions, append(yes[:2:2], answered("1.3", No)), Missing, "", ""},
	} {
		in, s := guideScores(rowChecks, rowUnbuilt, c.attestations...)
		got := s.Issue(in, Issue{Name: c.name, Checks: strings.Fields(c.checks), Questions: c.questions})
		if got.State != c.state || got.Reason != c.reason || c.detail != "" && got.Detail != c.detail {
			t.Errorf("%s: %+v, want %s, %s, %q", c.name, got, c.state, c.reason, c.detail)
		}
	}
}
