package checks

import (
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

func TestModelAccess(t *testing.T) {
	const (
		sonnet      = `"arn:aws:bedrock:*::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0"`
		profile     = `"arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu.anthropic.claude-sonnet-4-20250514-v1:0"`
		titan       = `"arn:aws:bedrock:eu-central-1::foundation-model/amazon.titan-embed-text-v2:0"`
		invokeModel = `["bedrock:InvokeModel","bedrock:InvokeModelWithResponseStream"]`
		rail        = `"arn:aws:bedrock:eu-central-1:111122223333:guardrail/gr1claims000:2"`
	)
	named := policyOf(iamAllow(invokeModel, `[`+sonnet+`,`+profile+`]`))
	anything := policyOf(iamAllow(invokeModel, `"*"`))
	bounded := roleAccount(func(_ *evidence.Role, p *evidence.Permissions) {
		p.Boundary = "arn:aws:iam::111122223333:policy/boundary"
	},
		policyOf(iamAllow(`"bedrock:*"`, `"*"`)))
	run(t, modelAccessChecks, table{
		"bedrock-full-access-attached": {
			{name: "named models", account: withRole(named), want: "pass"},
			{name: "any model", account: withRole(anything), want: "pass"},
			{name: "AmazonBedrockFullAccess", account: roleAttached("arn:aws:iam::aws:policy/AmazonBedrockFullAccess"), want: "fail"},
			{name: "BedrockAgentCoreFullAccess", account: roleAttached("arn:aws:iam::aws:policy/BedrockAgentCoreFullAccess"), want: "fail"},
			{name: "AdministratorAccess", account: roleAttached(administratorAccess), want: "fail"},
			{name: "inline, other case", account: withRole(policyOf(iamAllow(`"Bedrock:*"`, `["*"]`))), want: "fail"},
			{name: "all but IAM", account: withRole(policyOf(`{"Effect":"Allow","NotAction":["iam:*"],"Resource":"*"}`)), want: "fail"},
			{name: "all but Bedrock", account: withRole(policyOf(`{"Effect":"Allow","NotAction":["bedrock:*","bedrock-agentcore:*"],"Resource":"*"}`)), want: "not-applicable"},
			{name: "in one region", account: withRole(policyOf(iamAllow(`"bedrock:*"`, `"*"`, `{"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}`))), want: "fail"},
			{name: "on tagged resources", account: withRole(policyOf(iamAllow(`"bedrock:*"`, `"*"`, `{"StringEquals":{"aws:ResourceTag/project":"claims"}}`))), want: "pass"},
			{name: "on one agent", account: withRole(policyOf(iamAllow(`"bedrock:*"`, `"arn:aws:bedrock:eu-central-1:111122223333:agent/AGENTCLM01"`))), want: "pass"},
			{name: "denied again", account: withRole(policyOf(iamAllow(`"bedrock:*"`, `"*"`), iamDeny(`"bedrock:*"`, `"*"`))), want: "not-applicable"},
			{name: "cut by a boundary", account: bounded, want: "pass"},
			{name: "no Bedrock", account: withRole(policyOf(iamAllow(`"s3:*"`, `"*"`))), want: "not-applicable"},
			{name: "person", account: roleTrusting(byPeople, policyOf(iamAllow(`"bedrock:*"`, `"*"`))), want: "not-applicable"},
			{name: "denied", account: unreadRole(), want: "unknown"},
			{name: "trust denied", account: unreadTrust(policyOf(iamAllow(`"bedrock:*"`, `"*"`))), want: "unknown"},
			{name: "listing denied", account: unlistedRoles(), want: "unknown"},
		},
		"bedrock-invoke-resource-scoped": {
			{name: "named", account: withRole(named), want: "pass"},
			{name: "one provider's", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:*::foundation-model/anthropic.*"`))), want: "pass"},
			{name: "one family", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:*::foundation-model/*claude*"`))), want: "pass"},
			{name: "everything", account: withRole(anything), want: "fail"},
			{name: "every foundation model", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:*::foundation-model/*"`))), want: "fail"},
			{name: "every foundation model of a region", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:eu-central-1::foundation-model/*"`))), want: "fail"},
			{name: "every model of version 1", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:*::foundation-model/*-v1:0"`))), want: "fail"},
			{name: "all of Bedrock", account: withRole(policyOf(iamAllow(`"bedrock:*"`, `"arn:aws:bedrock:*"`))), want: "fail"},
			{name: "one named, one not", account: withRole(named, anything), want: "fail"},
			{name: "administrator", account: roleAttached(administratorAccess), want: "fail"},
			{name: "by a named profile", account: withRole(policyOf(iamAllow(invokeModel, profile), iamAllow(invokeModel, `"arn:aws:bedrock:*::foundation-model/*"`, `{"StringEquals":{"bedrock:InferenceProfileArn":`+profile+`}}`))), want: "pass"},
			{name: "by any profile", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:*::foundation-model/*"`, `{"StringLike":{"bedrock:InferenceProfileArn":"arn:aws:bedrock:*:*:inference-profile/*"}}`))), want: "fail"},
			{name: "by tag", account: withRole(policyOf(iamAllow(invokeModel, `"*"`, `{"StringEquals":{"aws:ResourceTag/project":"claims"}}`))), want: "pass"},
			{name: "other condition", account: withRole(policyOf(iamAllow(invokeModel, `"*"`, `{"Bool":{"aws:SecureTransport":"true"}}`))), want: "fail"},
			{name: "named by a policy variable", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:*::foundation-model/${aws:PrincipalTag/model}"`))), want: "pass"},
			{name: "others denied", account: withRole(policyOf(iamAllow(invokeModel, `"*"`), `{"Effect":"Deny","Action":"bedrock:InvokeModel*","NotResource":[`+sonnet+`,`+profile+`]}`)), want: "pass"},
			{name: "a part denied", account: withRole(policyOf(iamAllow(invokeModel, `"*"`), iamDeny(`"bedrock:InvokeModel*"`, `"arn:aws:bedrock:*::foundation-model/meta.*"`))), want: "fail"},
			{name: "profiles, marketplace and custom models", account: withRole(policyOf(iamAllow(invokeModel, `["arn:aws:bedrock:*:111122223333:inference-profile/*","arn:aws:bedrock:*:111122223333:custom-model/*","arn:aws:sagemaker:eu-central-1:111122223333:endpoint/llm"]`))), want: "pass"},
			{name: "one profile of any region and account", account: withRole(policyOf(iamAllow(invokeModel, `"arn:aws:bedrock:*:*:inference-profile/eu.anthropic.*"`))), want: "pass"},
			{name: "every model, other order", account: withRole(policyOf(iamAllow(`"bedrock:Invoke*"`, `"arn:*:bedrock:eu-*:*:*"`))), want: "fail"},
			{name: "guardrails and knowledge bases", account: withRole(policyOf(iamAllow(`"bedrock:*"`, `["arn:aws:bedrock:*:111122223333:guardrail/*","arn:aws:bedrock:*:111122223333:knowledge-base/*"]`))), want: "not-applicable"},
			{name: "guardrail only", account: withRole(policyOf(iamAllow(`"bedrock:*"`, `"arn:aws:bedrock:eu-central-1:111122223333:guardrail/gr1claims000"`))), want: "not-applicable"},
			{name: "agents only", account: withRole(policyOf(iamAllow(`"bedrock:InvokeAgent"`, `"*"`))), want: "not-applicable"},
			{name: "person", account: roleTrusting(byPeople, anything), want: "not-applicable"},
			{name: "denied", account: unreadRole(), want: "unknown"},
			{name: "listing denied", account: unlistedRoles(), want: "unknown"},
		},
		"bedrock-invoke-guardrail-condition": {
			{name: "required by the Allow", account: withRole(policyOf(iamAllow(invokeModel, sonnet, `{"StringEquals":{"bedrock:GuardrailIdentifier":`+rail+`}}`))), want: "pass"},
			{name: "any version", account: withRole(policyOf(iamAllow(invokeModel, sonnet, `{"StringLike":{"bedrock:GuardrailIdentifier":"arn:aws:bedrock:*:111122223333:guardrail/*"}}`))), want: "pass"},
			{name: "required by a Deny", account: withRole(named, policyOf(iamDeny(`"bedrock:InvokeModel*"`, `"*"`, `{"StringNotEquals":{"bedrock:GuardrailIdentifier":`+rail+`}}`))), want: "pass"},
			{name: "required by a Deny of its absence", account: withRole(named, policyOf(iamDeny(`"bedrock:*"`, `"*"`, `{"Null":{"bedrock:GuardrailIdentifier":"true"}}`))), want: "pass"},
			{name: "required by the boundary", account: func() *evidence.Account {
				a := roleAccount(func(_ *evidence.Role, p *evidence.Permissions) {
					p.Boundary = "arn:aws:iam::111122223333:policy/guarded"
				}, named)
				a.IAM.Policies.Append(evidence.Listed(evidence.ManagedPolicy{ARN: "arn:aws:iam::111122223333:policy/guarded",
					Document: evidence.Known(policyOf(iamAllow(`"*"`, `"*"`), iamDeny(`"bedrock:InvokeModel*"`, `"*"`, `{"Null":{"bedrock:GuardrailIdentifier":"true"}}`)))}))
				return a
			}(), want: "pass"},
			{name: "not required", account: withRole(named), want: "fail"},
			{name: "required if named", account: withRole(policyOf(iamAllow(invokeModel, sonnet, `{"StringEqualsIfExists":{"bedrock:GuardrailIdentifier":`+rail+`}}`))), want: "fail"},
			{name: "required for one of two models", account: withRole(policyOf(iamAllow(invokeModel, profile), iamAllow(invokeModel, sonnet, `{"StringEquals":{"bedrock:GuardrailIdentifier":`+rail+`}}`))), want: "fail"},
			{name: "Deny spares a call without one", account: withRole(named, policyOf(iamDeny(`"bedrock:InvokeModel*"`, `"*"`, `{"ForAnyValue:StringNotEquals":{"bedrock:GuardrailIdentifier":`+rail+`}}`))), want: "fail"},
			{name: "Deny for one role only", account: withRole(named, policyOf(iamDeny(`"bedrock:InvokeModel*"`, `"*"`, `{"StringNotEquals":{"bedrock:GuardrailIdentifier":`+rail+`,"aws:PrincipalTag/team":"x"}}`))), want: "fail"},
			{name: "Deny of a guardrail", account: withRole(named, policyOf(iamDeny(`"bedrock:InvokeModel*"`, `"*"`, `{"StringEquals":{"bedrock:GuardrailIdentifier":`+rail+`}}`))), want: "fail"},
			{name: "administrator", account: roleAttached(administratorAccess), want: "fail"},
			{name: "embeddings only", account: withRole(policyOf(iamAllow(invokeModel, titan))), want: "not-applicable"},
			{name: "agents only", account: withRole(policyOf(iamAllow(`"bedrock:InvokeAgent"`, `"*"`))), want: "not-applicable"},
			{name: "agent's own role", account: roleTrusting(trustsService("bedrock"), named), want: "not-applicable"},
			{name: "person", account: roleTrusting(byPeople, named), want: "not-applicable"},
			{name: "denied", account: unreadRole(), want: "unknown"},
			{name: "trust denied", account: unreadTrust(named), want: "unknown"},
			{name: "listing denied", account: unlistedRoles(), want: "unknown"},
		},
	})
}

// TestModelAccessNamesThePolicy: a person can look at the statement that fails.
func TestModelAccessNamesThePolicy(t *testing.T) {
	a := roleAccount(func(_ *evidence.Role, p *evidence.Permissions) {
		p.Attached = []string{"arn:aws:iam::aws:policy/AmazonBedrockFullAccess"}
	},
		policyOf(iamAllow(`"s3:GetObject"`, `"*"`)))
	for id, want := range map[string]string{
		"bedrock-full-access-attached":   "policy AmazonBedrockFullAccess allows bedrock:* on every resource",
		"bedrock-invoke-resource-scoped": "policy AmazonBedrockFullAccess allows any foundation model: *",
	} {
		c, _ := ByID(id)
		if _, message := outcome(c, row{}.input(a)); message != want {
			t.Errorf("%s: got %q, want %q", id, message, want)
		}
	}
	c, _ := ByID("iam-admin-policy-attached")
	if _, message := outcome(c, row{}.input(withRole(policyOf(iamAllow(`"s3:*"`, `"*"`)), policyOf(iamAllow(`"*"`, `"*"`))))); !strings.HasPrefix(message, "inline policy inline") {
		t.Errorf("got %q", message)
	}
}
