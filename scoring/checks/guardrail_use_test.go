package checks

import (
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// judgedVersions writes which guardrail versions are judged, why, and with what outcome.
func judgedVersions(result scoring.Result) string {
	var all []string
	for _, s := range result.Subjects {
		outcomes := ""
		for _, o := range []struct {
			can  evidence.Outcomes
			name string
		}{{evidence.CanPass, "pass"}, {evidence.CanFail, "fail"}, {evidence.CanBeAbsent, "absent"}} {
			if s.Verdict.Can(o.can) {
				outcomes += " " + o.name
			}
		}
		all = append(all, s.Name+" ("+s.Because+"):"+outcomes)
	}
	if len(result.Unseen) > 0 {
		all = append(all, "unseen: "+result.Unseen[0].Detail)
	}
	return strings.Join(all, "\n")
}

func TestGuardrailsJudged(t *testing.T) {
	const idle = " (nothing is known to use a version of the guardrail: its newest is judged):"
	other := evidence.BedrockGuardrail{ARN: guardrailARN + "9", ID: "gr1claims0009", Name: "legacy", Versions: evidence.Listed(version("DRAFT", attack("LOW", true)))}
	two := guardrail(version("DRAFT", attack("HIGH", true)), version("1", attack("LOW", true)), version("2", attack("HIGH", true)))
	gap := denied
	gap.Detail = "no agents"
	for name, c := range map[string]struct {
		account *evidence.Account
		tag     string
		want    string
	}{
		"one used, one idle": {withGuardrails(usesGuardrail("gr1claims000", "1"), two, other), "",
			"claims-guardrail version 1 (guardrail of agent claims-assistant): fail\nlegacy DRAFT" + idle + " fail"},
		"a consumer unread": {withGuardrails(func(r *evidence.Region) {
			r.BedrockAgent.Agents = evidence.Partial([]evidence.Agent{servingAgent(evidence.AgentSettings{Guardrail: evidence.GuardrailRef{ID: "gr1claims000", Version: "2"}})}, gap)
		}, two, other), "", "claims-guardrail version 2 (guardrail of agent claims-assistant): pass\nunseen: no agents"},
		"versions unread": {withGuardrails(noMore, evidence.BedrockGuardrail{ARN: guardrailARN, Versions: evidence.Partial([]evidence.BedrockGuardrailVersion{
			version("1", attack("HIGH", true))}, gap)}), "", "unseen: no agents"},
		"a consumer that may not count": {with(withGuardrails(usesGuardrail("gr1claims000", "1"), two), func(r *evidence.Region) {
			r.Tagging.Resources = evidence.Partial([]evidence.TaggedResource{{ARN: guardrailARN, Tags: evidence.Known(evidence.Tags{"app": "claims"})}}, gap)
		}), "app=claims", "claims-guardrail version 1 (guardrail of agent claims-assistant): fail absent\nclaims-guardrail version 2" + idle + " pass absent"},
		"the newest version, used by what may not count": {with(withGuardrails(usesGuardrail("gr1claims000", "2"), two), func(r *evidence.Region) {
			r.Tagging.Resources = evidence.Partial([]evidence.TaggedResource{{ARN: guardrailARN, Tags: evidence.Known(evidence.Tags{"app": "claims"})}}, gap)
		}), "app=claims", "claims-guardrail version 2 (guardrail of agent claims-assistant): pass absent"},
		"out of scope": {withGuardrails(noMore, two), "app=claims", ""},
		"foreign": {withGuardrails(usesGuardrail("arn:aws:bedrock:eu-central-1:999988887777:guardrail/g", "3")), "",
			"version 3 (guardrail of agent claims-assistant): pass fail absent"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.tag != "" {
				c.account.Scan.Scope, c.account.Scan.WorkloadTag = workload.ScopeWorkload, c.tag
			}
			check, _ := ByID("bedrock-guardrail-prompt-attack")
			if got := judgedVersions(check.Ask(row{}.input(c.account))); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
