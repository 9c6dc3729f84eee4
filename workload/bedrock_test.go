package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

const (
	region    = "eu-central-1"
	guardrail = "arn:aws:bedrock:eu-central-1:111122223333:guardrail/"
	denies    = `{"Effect":"Deny","Action":"bedrock:InvokeModel*","Resource":"*","Condition":{"%s":{"bedrock:GuardrailIdentifier":"%s"}}}`
	invokes   = `{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"}`
	limited   = `{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*","Condition":{"%s":{"bedrock:GuardrailIdentifier":"%s"}}}`
)

var denied = evidence.Gap{Service: "test", Operation: "Denied", Reason: evidence.Denied}

// scanned is an account in one region in which every listing was read and nothing was found but what fill adds.
func scanned(fill func(a *evidence.Account, r *evidence.Region)) *evidence.Account {
	a := &evidence.Account{ID: "111122223333", Partition: "aws", Regions: []evidence.Region{{Name: region}}}
	fill(a, &a.Regions[0])
	evidence.FillUnset(a, evidence.Gap{Reason: evidence.Unavailable})
	return a
}

// role is a role that Lambda may assume, with a policy of some statements.
func role(statements ...string) evidence.Role {
	return evidence.Role{
		ARN: "arn:aws:iam::111122223333:role/chat-api-role", Name: "chat-api-role", Tags: evidence.Known(evidence.Tags{}),
		Trust: evidence.Known(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
		Permissions: evidence.Known(evidence.Permissions{Inline: []evidence.NamedPolicy{
			{Name: "models", Document: `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`}}}),
	}
}

func roles(all ...evidence.Role) func(*evidence.Account, *evidence.Region) {
	return func(a *evidence.Account, _ *evidence.Region) { a.IAM.Roles = evidence.Listed(all...) }
}

func alias(id string, versions ...string) evidence.AgentAlias {
	return evidence.AgentAlias{ID: id, Name: id, Routes: evidence.Known(versions)}
}

// agents has one agent with versions 1 and 2, each with its guardrail version and model.
func agents(aliases ...evidence.AgentAlias) func(*evidence.Account, *evidence.Region) {
	numbered := func(n string) evidence.AgentVersion {
		return evidence.AgentVersion{Version: n, Settings: evidence.Known(evidence.AgentSettings{
			Model: "model-" + n, Guardrail: evidence.GuardrailRef{ID: "gr1", Version: n}})}
	}
	return func(_ *evidence.Account, r *evidence.Region) {
		r.BedrockAgent.Agents = evidence.Listed(evidence.Agent{ARN: "arn:agent", ID: "A1", Name: "claims",
			Aliases: evidence.Listed(aliases...), Versions: evidence.Listed(numbered("DRAFT"), numbered("1"), numbered("2"))})
	}
}

func flows(aliases ...evidence.AgentAlias) func(*evidence.Account, *evidence.Region) {
	return func(_ *evidence.Account, r *evidence.Region) {
		node := evidence.FlowNode{Name: "ask", Model: "model-f", Guardrail: evidence.GuardrailRef{ID: guardrail + "gr2", Version: "1"}}
		draftNode := evidence.FlowNode{Name: "try", Model: "model-d", Guardrail: evidence.GuardrailRef{ID: "gr3"}}
		r.BedrockAgent.Flows = evidence.Listed(evidence.Flow{ARN: "arn:flow", ID: "F1", Name: "intake",
			Settings: evidence.Known(evidence.FlowSettings{Nodes: []evidence.FlowNode{draftNode}}), Aliases: evidence.Listed(aliases...),
			Versions: evidence.Listed(evidence.FlowVersion{Version: "1", Nodes: evidence.Known([]evidence.FlowNode{{Name: "start"}, node})})})
	}
}

func metrics(all ...evidence.Metric) func(*evidence.Account, *evidence.Region) {
	return func(_ *evidence.Account, r *evidence.Region) { r.CloudWatch.Metrics = evidence.Listed(all...) }
}

// describe writes uses: certain ones plain, possible ones with a question mark, and the number of gaps.
func describe(u Uses) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(u.By)) {
		v := u.By[name]
		mark := "?"
		if v.Passed() {
			mark = ""
		}
		all = append(all, strings.TrimPrefix(name, guardrail)+mark+" ("+v.Message+")")
	}
	if len(u.Gaps) > 0 {
		all = append(all, fmt.Sprintf("%d gaps", len(u.Gaps)))
	}
	return strings.Join(all, ", ")
}

func TestGuardrailUses(t *testing.T) {
	worked := evidence.Metric{Namespace: "AWS/Bedrock/Guardrails", Name: "Invocations",
		Dimensions: map[string]string{"GuardrailArn": guardrail + "gr1", "GuardrailVersion": "2"}}
	enforced := func(_ *evidence.Account, r *evidence.Region) {
		r.Bedrock.Enforced = evidence.Listed(evidence.BedrockEnforcement{ID: "c1", Settings: evidence.Known(
			evidence.BedrockEnforcedGuardrail{GuardrailID: "gr1", Version: "3"})})
	}
	demands := func(operator, value string) func(*evidence.Account, *evidence.Region) {
		return roles(role(fmt.Sprintf(limited, operator, value)))
	}
	spares := func(operator, value string) func(*evidence.Account, *evidence.Region) {
		return roles(role(invokes, fmt.Sprintf(denies, operator, value)))
	}
	const byRole = " (demanded of model calls by a policy of role chat-api-role)"
	for name, c := range map[string]struct {
		fill func(*evidence.Account, *evidence.Region)
		want string
	}{
		"nothing":                       {func(*evidence.Account, *evidence.Region) {}, ""},
		"only the test alias":           {agents(alias("TSTALIASID", "DRAFT")), ""},
		"an alias":                      {agents(alias("TSTALIASID", "DRAFT"), alias("LIVE", "2")), "gr1:2 (guardrail of agent claims)"},
		"an alias to the draft":         {agents(alias("LIVE", "DRAFT")), "gr1:DRAFT (guardrail of agent claims)"},
		"two aliases":                   {agents(alias("LIVE", "2"), alias("OLD", "1", "2")), "gr1:1 (guardrail of agent claims), gr1:2 (guardrail of agent claims)"},
		"a version that is not listed":  {agents(alias("LIVE", "7")), "1 gaps"},
		"routes denied":                 {agents(evidence.AgentAlias{ID: "LIVE", Routes: evidence.Missing[[]string](denied)}), "1 gaps"},
		"flow":                          {flows(alias("TSTALIASID", "DRAFT"), alias("LIVE", "1")), "gr2:1 (guardrail of node ask of flow intake)"},
		"flow's draft behind an alias":  {flows(alias("LIVE", "DRAFT")), "gr3:DRAFT (guardrail of node try of flow intake)"},
		"enforced":                      {enforced, "gr1:3 (enforced on the account's model calls)"},
		"metrics":                       {metrics(worked, worked), "gr1:2 (at work in the last two weeks)"},
		"metrics without a guardrail":   {metrics(evidence.Metric{Namespace: "AWS/Bedrock/Guardrails", Dimensions: map[string]string{"Operation": "ApplyGuardrail"}}), ""},
		"role demands a version":        {demands("StringEquals", guardrail+"gr1:2"), "gr1:2" + byRole},
		"role demands the draft":        {demands("ArnLike", guardrail+"gr1"), "gr1:DRAFT" + byRole},
		"role demands any version":      {demands("StringLike", guardrail+"gr1:*"), ""},
		"role demands by a variable":    {demands("StringLike", guardrail+"${aws:PrincipalTag/guardrail}"), ""},
		"role demands of another place": {demands("StringEquals", "arn:aws:bedrock:us-east-1:111122223333:guardrail/gr1:2"), ""},
		"role may not use it":           {demands("StringNotEquals", guardrail+"gr1:2"), ""},
		"a Deny spares a version":       {spares("StringNotEquals", guardrail+"gr1:2"), "gr1:2" + byRole},
		"a Deny forbids a version":      {spares("StringEquals", guardrail+"gr1:2"), ""},
		"role out of scope":             {roles(role(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, fmt.Sprintf(denies, "StringNotEquals", guardrail+"gr1:2"))), ""},
		"role that could not be read":   {roles(evidence.Role{ARN: "arn:role", Trust: evidence.Missing[string](denied), Permissions: evidence.Missing[evidence.Permissions](denied)}), "1 gaps"},
		"everything denied":             {func(a *evidence.Account, _ *evidence.Region) { evidence.FillUnset(a, denied) }, "5 gaps"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := describe(New(scanned(c.fill)).GuardrailUses(region)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestModelUses(t *testing.T) {
	const (
		profile    = "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/p1"
		throughput = "arn:aws:bedrock:eu-central-1:111122223333:provisioned-model/t1"
	)
	calls := func(namespace, dimension, model string) func(*evidence.Account, *evidence.Region) {
		return metrics(evidence.Metric{Namespace: namespace, Dimensions: map[string]string{dimension: model}})
	}
	own := func(more func(*evidence.Account, *evidence.Region)) func(*evidence.Account, *evidence.Region) {
		return func(a *evidence.Account, r *evidence.Region) {
			r.Bedrock.InferenceProfiles = evidence.Listed(
				evidence.BedrockInferenceProfile{ARN: "arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.m", ID: "eu.m"},
				evidence.BedrockInferenceProfile{ARN: profile, ID: "p1", Name: "chat"})
			r.Bedrock.Provisioned = evidence.Listed(evidence.BedrockProvisioned{ARN: throughput, Name: "reserved"})
			more(a, r)
		}
	}
	const owned = profile + " (application inference profile chat), " + throughput + " (provisioned throughput reserved)"
	for name, c := range map[string]struct {
		fill func(*evidence.Account, *evidence.Region)
		want string
	}{
		"nothing":             {func(*evidence.Account, *evidence.Region) {}, ""},
		"agent":               {agents(alias("LIVE", "2")), "model-2 (model of agent claims)"},
		"agent without alias": {agents(alias("TSTALIASID", "DRAFT")), ""},
		"flow":                {flows(alias("LIVE", "1")), "model-f (model of node ask of flow intake)"},
		"prompt": {func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Prompts = evidence.Listed(evidence.Prompt{Name: "sum", Settings: evidence.Known(evidence.PromptSettings{Model: "m"})})
		}, "m (model of prompt sum)"},
		"prompt without a model": {func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.Prompts = evidence.Listed(evidence.Prompt{Name: "sum", Settings: evidence.Known(evidence.PromptSettings{})})
		}, ""},
		"knowledge base": {func(_ *evidence.Account, r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(evidence.KnowledgeBase{Name: "docs", Settings: evidence.Known(
				evidence.KnowledgeBaseSettings{Embedding: "arn:aws:bedrock:eu-central-1::foundation-model/titan"})})
		}, "titan (embeds for knowledge base docs)"},
		"own profile and throughput": {own(func(*evidence.Account, *evidence.Region) {}), owned},
		"own profile by its id": {own(calls("AWS/Bedrock", "ModelId", "p1")),
			profile + " (application inference profile chat; called in the last two weeks), " + throughput + " (provisioned throughput reserved)"},
		"profile by its ARN":      {calls("AWS/Bedrock", "ModelId", "arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.m"), "eu.m (called in the last two weeks)"},
		"the other endpoint":      {calls("AWS/BedrockMantle", "Model", "m"), "m (called in the last two weeks)"},
		"metrics of another kind": {calls("AWS/Bedrock/Agents", "ModelId", "m"), ""},
		"metrics without a model": {calls("AWS/Bedrock", "Bucketed Step", "m"), ""},
		"a region not scanned":    {func(_ *evidence.Account, r *evidence.Region) { r.Name = "eu-west-1" }, "1 gaps"},
		"everything denied":       {func(a *evidence.Account, _ *evidence.Region) { evidence.FillUnset(a, denied) }, "7 gaps"},
		"agent versions cut short": {func(a *evidence.Account, r *evidence.Region) {
			agents(alias("LIVE", "2", "3"))(a, r)
			agent := &r.BedrockAgent.Agents.Found()[0]
			agent.Versions = evidence.Partial(agent.Versions.Found(), denied)
		}, "model-2 (model of agent claims), 1 gaps"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := describe(New(scanned(c.fill)).ModelUses(region)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Where a tag narrows the workload only tagged consumers count, and nobody knows who caused a metric.
func TestUsesOfTaggedWorkload(t *testing.T) {
	for name, c := range map[string]struct {
		tags evidence.List[evidence.TaggedResource]
		want string
	}{
		"tagged":      {evidence.Listed(evidence.TaggedResource{ARN: "arn:agent", Tags: evidence.Known(evidence.Tags{"app": "claims"})}), "gr1:2 (guardrail of agent claims), gr9:1? (at work in the last two weeks)"},
		"not tagged":  {evidence.Listed[evidence.TaggedResource](), "gr9:1? (at work in the last two weeks)"},
		"tags denied": {evidence.Partial[evidence.TaggedResource](nil, denied), "gr1:2? (guardrail of agent claims), gr9:1? (at work in the last two weeks)"},
	} {
		t.Run(name, func(t *testing.T) {
			a := scanned(func(a *evidence.Account, r *evidence.Region) {
				agents(alias("LIVE", "2"))(a, r)
				metrics(evidence.Metric{Namespace: "AWS/Bedrock/Guardrails", Dimensions: map[string]string{"GuardrailArn": guardrail + "gr9", "GuardrailVersion": "1"}})(a, r)
				r.Tagging.Resources = c.tags
			})
			a.Scan.WorkloadTag = "app=claims"
			if got := describe(New(a).GuardrailUses(region)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
