package checks

import (
	"regexp"
	"slices"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// modelAccessChecks ask which models roles may call, and how.
var modelAccessChecks = []scoring.Check{
	{
		ID:         "bedrock-full-access-attached",
		Title:      "No role that the workload runs as has full access to Bedrock or AgentCore",
		Questions:  []string{"1.1"},
		Severity:   scoring.High,
		Operations: []string{"iam.GetAccountAuthorizationDetails"},
		Why:        "The workload can switch off its own guardrails and logs, change agents, and call any model at the account's cost.",
		Fix:        "aws iam detach-role-policy --role-name <role> --policy-arn arn:aws:iam::aws:policy/AmazonBedrockFullAccess",
		References: []string{"GENSEC01-BP01", "AGENTSEC03", "LLM06:2025", "Prowler bedrock_full_access_policy_attached"},
		Test:       scoring.Resources(roles, roleNoFullAccess),
	},
	{
		ID:         "bedrock-invoke-resource-scoped",
		Title:      "Roles name the models or inference profiles that they may call",
		Questions:  []string{"1.1"},
		Severity:   scoring.High,
		Operations: []string{"iam.GetAccountAuthorizationDetails"},
		Why:        "A role that may call any model may call those that nobody assessed, approved or priced.",
		Fix:        "aws iam put-role-policy --role-name <role> --policy-name invoke-models --policy-document file://named-models.json",
		References: []string{"GENSEC01-BP01", "LLM06:2025", "LLM10:2025"},
		Test:       scoring.Resources(roles, roleNamesModels),
	},
	{
		ID:         "bedrock-invoke-guardrail-condition",
		Title:      "Roles may call models only with a guardrail",
		Questions:  []string{"1.4", "6.8"},
		Severity:   scoring.Medium,
		Operations: []string{"iam.GetAccountAuthorizationDetails"},
		Group:      "guardrail-enforced",
		Why:        "A guardrail that only the application's code names is gone with one faulty deployment.",
		Fix:        "aws iam put-role-policy --role-name <role> --policy-name require-guardrail --policy-document file://deny-without-bedrock-GuardrailIdentifier.json",
		References: []string{"GENSEC02-BP01", "GENSEC04-BP02", "LLM01:2025"},
		Test:       scoring.Resources(roles, roleRequiresGuardrail),
	},
}

func roleNoFullAccess(in *scoring.Input, _ *evidence.Region, r evidence.Role) evidence.Verdict {
	return asWorkload(in, r, func(i iampolicy.Identity) evidence.Verdict {
		uses := false
		for _, service := range []string{"bedrock", "bedrock-agentcore"} {
			all := service + ":*"
			uses = uses || len(i.Grants(all)) > 0
			for _, g := range i.ResourceWildcards("arn:"+in.Account.Partition+":"+service+":*:*:*", []string{all}) {
				if len(g.NotActions) == 0 && slices.ContainsFunc(g.Actions, func(a string) bool { return strings.EqualFold(a, all) }) && !onTags(g) {
					return evidence.Fail(policySource(r, i, g.Statement) + " allows " + all + " on every resource")
				}
			}
		}
		if !uses {
			return evidence.NotApplicable("has no permission in Bedrock or AgentCore")
		}
		return evidence.Pass("has no full access to Bedrock or AgentCore")
	})
}

// onTags reports that a grant holds only for resources with a certain tag.
func onTags(g iampolicy.Grant) bool {
	return slices.ContainsFunc(g.Conditions, func(c iampolicy.Condition) bool {
		return strings.HasPrefix(strings.ToLower(c.Key), "aws:resourcetag/") && g.RestrictedBy(c.Key)
	})
}

// invokeModel are the actions that call a model; Converse is authorised by them too.
const invokeModel = "bedrock:InvokeModel*"

// policyVariable is a policy variable: something that the author named, though not in the policy.
var policyVariable = regexp.MustCompile(`\$\{[^}]*\}`)

// modelKinds are the resource types of Bedrock that invoke takes.
var modelKinds = []string{
	"foundation-model", "inference-profile", "application-inference-profile", "custom-model", "custom-model-deployment",
	"imported-model", "provisioned-model", "prompt-router", "default-prompt-router", "prompt",
}

// isModel reports that a resource pattern may name a model. Those of Bedrock's marketplace are
// endpoints of SageMaker. The parts of an ARN are looked at one by one: a wildcard in one of them
// could otherwise stand for the rest of another ARN.
func isModel(partition, pattern string) bool {
	parts := strings.SplitN(pattern, ":", 6)
	if len(parts) < 6 {
		return iampolicy.Overlap(pattern, "arn:"+partition+":bedrock:*") || iampolicy.Overlap(pattern, "arn:"+partition+":sagemaker:*")
	}
	return iampolicy.Match(parts[2], "sagemaker") && iampolicy.Overlap(parts[5], "endpoint/*") ||
		iampolicy.Match(parts[2], "bedrock") && slices.ContainsFunc(modelKinds, func(kind string) bool { return iampolicy.Overlap(parts[5], kind+"/*") })
}

// strangers are ARNs of foundation models that nobody means by name, in a region that a pattern names:
// one that allows them allows any.
func strangers(partition, pattern string) []string {
	region := ""
	if parts := strings.SplitN(pattern, ":", 6); len(parts) > 3 {
		region = strings.NewReplacer("*", "", "?", "x").Replace(parts[3])
	}
	prefix := "arn:" + partition + ":bedrock:" + region + "::foundation-model/"
	return []string{prefix + "stranger.model", prefix + "stranger.model-v1:0"}
}

// modelGrant is a grant to call models and the patterns among its resources that are models.
type modelGrant struct {
	iampolicy.Grant
	models []string
}

// modelGrants are an identity's grants to call models.
func modelGrants(in *scoring.Input, i iampolicy.Identity) (all []modelGrant) {
	for _, g := range i.Grants(invokeModel) {
		m := modelGrant{Grant: g}
		for _, resource := range g.Resources {
			if isModel(in.Account.Partition, resource) {
				m.models = append(m.models, resource)
			}
		}
		if len(m.models) > 0 {
			all = append(all, m)
		}
	}
	return all
}

func roleNamesModels(in *scoring.Input, _ *evidence.Region, r evidence.Role) evidence.Verdict {
	return asWorkload(in, r, func(i iampolicy.Identity) evidence.Verdict {
		grants := modelGrants(in, i)
		if len(grants) == 0 {
			return evidence.NotApplicable("cannot call models")
		}
		var named []string
		for _, g := range grants {
			for _, model := range g.models {
				if anyModel(in, i, g, model) {
					return evidence.Fail(policySource(r, i, g.Statement) + " allows any foundation model: " + model)
				}
				if name := model[strings.LastIndexByte(model, '/')+1:]; !slices.Contains(named, name) {
					named = append(named, name)
				}
			}
		}
		slices.Sort(named)
		return evidence.Pass("may call " + strings.Join(named, ", "))
	})
}

// anyModel reports that a grant reaches every foundation model by a resource pattern: it names none, no
// condition names an inference profile or a tag, and no Deny leaves only named ones.
func anyModel(in *scoring.Input, i iampolicy.Identity, g modelGrant, model string) bool {
	model = policyVariable.ReplaceAllString(model, "named")
	if onTags(g.Grant) || namesProfile(g.Grant) {
		return false
	}
	return slices.ContainsFunc(strangers(in.Account.Partition, model), func(arn string) bool {
		return iampolicy.Match(model, arn) && i.Allows(invokeModel, arn) != iampolicy.No
	})
}

// profileCondition holds the inference profile through which a foundation model is called.
const profileCondition = "bedrock:InferenceProfileArn"

// namesProfile reports that a grant holds only for calls through inference profiles that it names.
func namesProfile(g iampolicy.Grant) bool {
	if !g.RestrictedBy(profileCondition) {
		return false
	}
	for _, c := range g.Conditions {
		for _, value := range c.Values {
			resource := "*"
			if parts := strings.SplitN(policyVariable.ReplaceAllString(value, "named"), ":", 6); len(parts) == 6 {
				resource = parts[5]
			}
			if strings.EqualFold(c.Key, profileCondition) &&
				(iampolicy.Match(resource, "inference-profile/stranger") || iampolicy.Match(resource, "application-inference-profile/stranger")) {
				return false
			}
		}
	}
	return true
}

// writesNoText matches models that write no text, which take no guardrail.
var writesNoText = regexp.MustCompile(`(?i)embed|rerank`)

func roleRequiresGuardrail(in *scoring.Input, _ *evidence.Region, r evidence.Role) evidence.Verdict {
	return asWorkload(in, r, func(i iampolicy.Identity) evidence.Verdict {
		writes := func(g modelGrant) bool {
			return slices.ContainsFunc(g.models, func(m string) bool { return !writesNoText.MatchString(m) })
		}
		all := modelGrants(in, i)
		if !slices.ContainsFunc(all, writes) {
			return evidence.NotApplicable("cannot call models that write text")
		}
		own := in.Workload.TrustedBy(r, "bedrock")
		if own.Passed() {
			return evidence.NotApplicable("Bedrock's own: its guardrail stands where the agent, flow or knowledge base names it")
		}
		return evidence.If(evidence.Not(own), func() evidence.Verdict {
			for _, g := range modelGrants(in, lackingKey(i, guardrailCondition)) {
				if writes(g) {
					return evidence.Fail("may call models without a guardrail: " + g.models[0])
				}
			}
			return evidence.Pass("may call models only with a guardrail")
		})
	})
}

// guardrailCondition holds the guardrail that a call names.
const guardrailCondition = "bedrock:GuardrailIdentifier"

// lackingKey returns what an identity may do in requests that lack a condition key: its conditions on the
// key are decided, and only those on others are left.
func lackingKey(i iampolicy.Identity, key string) iampolicy.Identity {
	lacking := func(d iampolicy.Document) iampolicy.Document {
		var statements []iampolicy.Statement
		for _, s := range d.Statements {
			decided := slices.DeleteFunc(slices.Clone(s.Conditions), func(c iampolicy.Condition) bool { return strings.EqualFold(c.Key, key) && holdsWithout(c) })
			if slices.ContainsFunc(decided, func(c iampolicy.Condition) bool { return strings.EqualFold(c.Key, key) }) {
				continue // a condition on the key does not hold: the statement says nothing
			}
			s.Conditions = decided
			statements = append(statements, s)
		}
		d.Statements = statements
		return d
	}
	lack := iampolicy.Identity{}
	for _, d := range i.Policies {
		lack.Policies = append(lack.Policies, lacking(d))
	}
	if i.Boundary != nil {
		boundary := lacking(*i.Boundary)
		lack.Boundary = &boundary
	}
	return lack
}

// holdsWithout tells whether a condition holds for a request that does not carry its key (IAM User
// Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys").
func holdsWithout(c iampolicy.Condition) bool {
	name := strings.ToLower(c.Operator)
	quantifier, operator, quantified := strings.Cut(name, ":")
	if !quantified {
		quantifier, operator = "", name
	}
	switch {
	case operator == "null":
		return slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, "true") })
	case quantifier == "foranyvalue":
		return false
	case quantifier == "forallvalues", strings.HasSuffix(operator, "ifexists"):
		return true
	}
	return strings.Contains(operator, "not") // negated operators, as StringNotEquals and NotIpAddress
}
