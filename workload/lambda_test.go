package workload

import (
	"slices"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

const (
	lambdaHome = "eu-central-1"
	chatARN    = "arn:aws:lambda:eu-central-1:111122223333:function:chat"
)

// lambdaAccount is an account with an agent that invokes a version of the function chat, which the
// listing shows beside the unrelated function report.
func lambdaAccount(fill func(r *evidence.Region)) *evidence.Account {
	a := &evidence.Account{ID: "111122223333", Partition: "aws", Regions: []evidence.Region{{Name: lambdaHome}}}
	evidence.FillUnset(a, evidence.Gap{Reason: evidence.Unavailable})
	r := &a.Regions[0]
	group := evidence.ActionGroup{ID: "G", Name: "tools", Settings: evidence.Known(evidence.ActionGroupSettings{Function: chatARN + ":3"})}
	r.BedrockAgent.Agents = evidence.Listed(evidence.Agent{ARN: "arn:aws:bedrock:eu-central-1:111122223333:agent/A", ID: "A", Name: "claims",
		Versions: evidence.Listed(evidence.AgentVersion{Version: "1", ActionGroups: evidence.Listed(group)})})
	settings := evidence.Known(evidence.FunctionSettings{Role: "arn:aws:iam::111122223333:role/gone"})
	r.Lambda.Functions = evidence.Listed(
		evidence.Function{ARN: chatARN, Name: "chat", Settings: settings},
		evidence.Function{ARN: chatARN + "ter", Name: "chatter", Settings: settings})
	fill(r)
	return a
}

func mappingTo(function string) evidence.EventSourceMapping {
	return evidence.EventSourceMapping{ID: "1", Settings: evidence.Known(evidence.MappingSettings{Function: function})}
}

func TestMapping(t *testing.T) {
	gap := evidence.Gap{Reason: evidence.Denied}
	for name, c := range map[string]struct {
		fill    func(*evidence.Region)
		mapping evidence.EventSourceMapping
		region  string
		scope   string
		want    evidence.Outcomes
	}{
		"of a function in scope":     {mapping: mappingTo(chatARN), want: evidence.CanPass},
		"of its alias":               {mapping: mappingTo(chatARN + ":live"), want: evidence.CanPass},
		"of another function":        {mapping: mappingTo(chatARN + "ter"), want: evidence.CanFail},
		"of a deleted function":      {mapping: mappingTo(chatARN + "-old"), want: evidence.CanFail},
		"in another region":          {mapping: mappingTo(chatARN), region: "eu-west-1", want: evidence.CanFail},
		"everything is in scope":     {mapping: mappingTo(chatARN + "ter"), scope: ScopeAccount, want: evidence.CanPass},
		"unread":                     {mapping: evidence.EventSourceMapping{ID: "1"}, want: evidence.CanPass | evidence.CanFail},
		"agents denied":              {func(r *evidence.Region) { r.BedrockAgent.Agents.Blank(gap) }, mappingTo(chatARN), "", "", evidence.CanPass | evidence.CanFail},
		"functions denied":           {func(r *evidence.Region) { r.Lambda.Functions.Blank(gap) }, mappingTo(chatARN), "", "", evidence.CanPass | evidence.CanFail},
		"its function's role denied": {func(r *evidence.Region) { r.Lambda.Functions.Found()[1].Settings.Blank(gap) }, mappingTo(chatARN + "ter"), "", "", evidence.CanPass | evidence.CanFail},
	} {
		if c.fill == nil {
			c.fill = func(*evidence.Region) {}
		}
		if c.region == "" {
			c.region = lambdaHome
		}
		a := lambdaAccount(c.fill)
		a.Scan.Scope = c.scope
		if got := New(a).Mapping(c.region, c.mapping); got.Outcomes != c.want {
			t.Errorf("%s: %+v, want %b", name, got, c.want)
		}
	}
}

func TestQualifiersAndInvoked(t *testing.T) {
	g := New(lambdaAccount(func(*evidence.Region) {}))
	if got, gaps := g.Qualifiers(chatARN); !slices.Equal(got, []string{"3"}) || len(gaps) > 0 {
		t.Errorf("the agent invokes %q with gaps %v, want version 3", got, gaps)
	}
	if got, gaps := g.Qualifiers(chatARN + "ter"); len(got) > 0 || len(gaps) > 0 {
		t.Errorf("another function is invoked as %q with gaps %v", got, gaps)
	}
	if got := g.Invoked(chatARN); !got.Passed() || got.Message != "action group tools of agent claims" {
		t.Errorf("%+v, want invoked by the action group", got)
	}
	if got := g.Invoked(chatARN + "ter"); !got.Failed() {
		t.Errorf("%+v, want not invoked", got)
	}
	denied := New(lambdaAccount(func(r *evidence.Region) { r.BedrockAgent.Agents.Blank(evidence.Gap{Reason: evidence.Denied}) }))
	if got := denied.Invoked(chatARN); got.Certain() {
		t.Errorf("%+v although the agents were not read", got)
	}
	if _, gaps := denied.Qualifiers(chatARN); len(gaps) != 1 {
		t.Errorf("gaps %v although the agents were not read", gaps)
	}
}
