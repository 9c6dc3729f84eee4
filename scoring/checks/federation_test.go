package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

const githubProvider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"

// roleFederated is an account with a role that tokens of a provider may assume under a condition.
func roleFederated(provider, condition string, audiences ...string) *evidence.Account {
	a := roleTrusting(trustPolicy(`{"Federated":"`+provider+`"}`, condition))
	a.IAM.OIDCProviders = evidence.Listed(evidence.OIDCProvider{ARN: provider, Audiences: evidence.Known(audiences)})
	return a
}

func githubRole(condition string) *evidence.Account {
	return roleFederated(githubProvider, condition, "sts.amazonaws.com")
}

// githubSubject is a condition on the audience and the subject of GitHub's tokens.
func githubSubject(operator, values string) string {
	const audience = `"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"`
	return `{"ForAnyValue:StringEquals":{` + audience + `},"` + operator + `":{"token.actions.githubusercontent.com:sub":` + values + `}}`
}

// otherCI is an account with a role for another CI system.
func otherCI(url, sub string) *evidence.Account {
	return roleFederated("arn:aws:iam::111122223333:oidc-provider/"+url, `{"StringLike":{"`+url+`:sub":"`+sub+`"}}`, "sts.amazonaws.com")
}

func withProviders(arns ...string) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.OIDCProviders = evidence.Listed[evidence.OIDCProvider]()
		for _, arn := range arns {
			a.IAM.OIDCProviders.Append(evidence.Listed(evidence.OIDCProvider{ARN: arn, Audiences: evidence.Known([]string{"sts.amazonaws.com"})}))
		}
	})
}

func TestFederation(t *testing.T) {
	const key = "token.actions.githubusercontent.com"
	oidcClaim := func(name, value string) *evidence.Account {
		return githubRole(`{"StringEquals":{"` + key + `:aud":"sts.amazonaws.com","` + key + `:` + name + `":"` + value + `"}}`)
	}
	noAudience := func(audiences ...string) *evidence.Account {
		return roleFederated(githubProvider, `{"StringLike":{"`+key+`:sub":"repo:nordwind/claims:*"}}`, audiences...)
	}
	unreadProviders := noAudience()
	unreadProviders.IAM.OIDCProviders = evidence.Partial[evidence.OIDCProvider](nil, denied)
	unreadAudiences := noAudience()
	unreadAudiences.IAM.OIDCProviders = evidence.Listed(evidence.OIDCProvider{ARN: githubProvider})
	run(t, federationChecks, table{
		"cicd-oidc-trust-restricted": {
			{name: "branch", account: githubRole(githubSubject("StringEquals", `"repo:nordwind/claims:ref:refs/heads/main"`)), want: "pass"},
			{name: "repository", account: githubRole(githubSubject("StringLike", `["repo:nordwind/claims:*","repo:nordwind/chat:environment:prod"]`)), want: "pass"},
			{name: "repository with ids", account: githubRole(githubSubject("StringLike", `"repo:nordwind@123/claims@456:*"`)), want: "pass"},
			{name: "repositories by prefix", account: githubRole(githubSubject("StringLike", `"repo:nordwind/genai-*:*"`)), want: "pass"},
			{name: "own claims in the subject", account: githubRole(githubSubject("StringLike", `"environment:prod:repo:nordwind/claims:*"`)), want: "pass"},
			{name: "repository's id in the subject", account: githubRole(githubSubject("StringLike", `"repository_id:123456:*"`)), want: "pass"},
			{name: "any of an organization's", account: githubRole(githubSubject("StringLike", `"repo:nordwind/*"`)), want: "fail"},
			{name: "organization by prefix", account: githubRole(githubSubject("StringLike", `"repo:nordwind*/claims:*"`)), want: "fail"},
			{name: "any repository", account: githubRole(githubSubject("StringLike", `"repo:*"`)), want: "fail"},
			{name: "any repository of that name", account: githubRole(githubSubject("StringLike", `"repo:*/claims:*"`)), want: "fail"},
			{name: "anything that ends so", account: githubRole(githubSubject("StringLike", `"*:repo:nordwind/claims"`)), want: "fail"},
			{name: "anything", account: githubRole(githubSubject("StringLike", `"*"`)), want: "fail"},
			{name: "any branch of that name", account: githubRole(githubSubject("StringLike", `"*:ref:refs/heads/main"`)), want: "fail"},
			{name: "one of two values open", account: githubRole(githubSubject("StringLike", `["repo:nordwind/claims:*","repo:*"]`)), want: "fail"},
			{name: "negated", account: githubRole(githubSubject("StringNotLike", `"repo:evil/*"`)), want: "fail"},
			{name: "may be absent", account: githubRole(githubSubject("StringLikeIfExists", `"repo:nordwind/claims:*"`)), want: "fail"},
			{name: "no subject", account: githubRole(`{"StringEquals":{"` + key + `:aud":"sts.amazonaws.com"}}`), want: "fail"},
			{name: "no condition", account: githubRole(""), want: "fail"},
			{name: "repository claim", account: oidcClaim("repository", "nordwind/claims"), want: "pass"},
			{name: "repository id claim", account: oidcClaim("repository_id", "123456"), want: "pass"},
			{name: "workflow claim", account: oidcClaim("job_workflow_ref", "nordwind/workflows/.github/workflows/deploy.yml@refs/heads/main"), want: "pass"},
			{name: "actor claim", account: oidcClaim("actor", "anna"), want: "fail"},
			{name: "no audience, provider has one", account: noAudience("sts.amazonaws.com"), want: "pass"},
			{name: "no audience, provider has two", account: noAudience("sts.amazonaws.com", "https://github.com/nordwind"), want: "fail"},
			{name: "no audience, provider unread", account: unreadAudiences, want: "unknown"},
			{name: "no audience, providers denied", account: unreadProviders, want: "unknown"},
			{name: "open statement beside a closed one", account: roleTrusting(`{"Version":"2012-10-17","Statement":[
				{"Effect":"Allow","Principal":{"Federated":"` + githubProvider + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":` + githubSubject("StringLike", `"repo:nordwind/claims:*"`) + `},
				{"Effect":"Allow","Principal":{"Federated":"` + githubProvider + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":` + githubSubject("StringLike", `"repo:*"`) + `}]}`), want: "fail"},
			{name: "GitHub Enterprise", account: otherCI("token.actions.nordwind.ghe.com", "repo:nordwind/claims:*"), want: "pass"},
			{name: "GitLab", account: otherCI("gitlab.com", "project_path:nordwind/claims:ref_type:branch:ref:main"), want: "pass"},
			{name: "GitLab, any project", account: otherCI("gitlab.com", "project_path:*:ref_type:branch:ref:main"), want: "fail"},
			{name: "GitLab, own", account: otherCI("gitlab.nordwind.example", "project_path:nordwind/*"), want: "fail"},
			{name: "Bitbucket", account: otherCI("api.bitbucket.org/2.0/workspaces/nordwind/pipelines-config/identity/oidc", "{1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f}:*"), want: "pass"},
			{name: "Bitbucket, any repository", account: otherCI("api.bitbucket.org/2.0/workspaces/nordwind/pipelines-config/identity/oidc", "*"), want: "fail"},
			{name: "CircleCI", account: otherCI("oidc.circleci.com/org/1a2b", "org/1a2b/project/3c4d/user/*"), want: "pass"},
			{name: "CircleCI, any project", account: otherCI("oidc.circleci.com/org/1a2b", "org/1a2b/project/*"), want: "fail"},
			{name: "Buildkite", account: otherCI("agent.buildkite.com", "organization:nordwind:pipeline:claims:*"), want: "pass"},
			{name: "Buildkite, any pipeline", account: otherCI("agent.buildkite.com", "organization:nordwind:*"), want: "fail"},
			{name: "HCP Terraform", account: otherCI("app.terraform.io", "organization:nordwind:project:*:workspace:prod:run_phase:*"), want: "pass"},
			{name: "HCP Terraform, any organization", account: otherCI("app.terraform.io", "organization:*"), want: "fail"},
			{name: "Azure Pipelines", account: otherCI("vstoken.dev.azure.com/1a2b", "sc://nordwind/claims/aws"), want: "pass"},
			{name: "EKS", account: otherCI("oidc.eks.eu-central-1.amazonaws.com/id/1A2B", "*"), want: "not-applicable"},
			{name: "Lambda", account: withRole(), want: "not-applicable"},
			{name: "denied", account: unreadTrust(), want: "unknown"},
			{name: "listing denied", account: unlistedRoles(), want: "unknown"},
		},
		"ci-external-oidc-detected": {
			{name: "GitHub", account: withProviders(githubProvider), want: "pass"},
			{name: "Terraform among others", account: withProviders("arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/1A2B", "arn:aws:iam::111122223333:oidc-provider/app.terraform.io"), want: "pass"},
			{name: "others", account: withProviders("arn:aws:iam::111122223333:oidc-provider/login.nordwind.example"), want: "not-applicable"},
			{name: "none", account: withProviders(), want: "not-applicable"},
			{name: "denied", account: account(func(a *evidence.Account, _ *evidence.Region) {
				a.IAM.OIDCProviders = evidence.Partial[evidence.OIDCProvider](nil, denied)
			}), want: "unknown"},
		},
	})
}
