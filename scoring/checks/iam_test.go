package checks

import (
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

const iamRoleARN = "arn:aws:iam::111122223333:role/app"

// trustPolicy is a trust policy with one statement.
func trustPolicy(principal, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"` + condition + `}]}`
}

func trustsService(name string) string {
	return trustPolicy(`{"Service":"`+name+`.amazonaws.com"}`, "")
}

var (
	byLambda = trustsService("lambda")
	byPeople = trustPolicy(`{"Federated":"arn:aws:iam::111122223333:saml-provider/AWSSSO_0a1b_DO_NOT_DELETE"}`, "")
)

// policyOf is a policy with some statements.
func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// iamAllow and iamDeny are statements on actions and resources, each a JSON value, under a condition.
func iamAllow(actions, resources string, condition ...string) string {
	return policyStatement("Allow", actions, `"Resource":`+resources, condition...)
}

func iamDeny(actions, resources string, condition ...string) string {
	return policyStatement("Deny", actions, `"Resource":`+resources, condition...)
}

func policyStatement(effect, actions, resources string, condition ...string) string {
	s := `{"Effect":"` + effect + `","Action":` + actions + `,` + resources
	for _, c := range condition {
		s += `,"Condition":` + c
	}
	return s + "}"
}

const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess"

// iamManaged are the policies that the tests attach.
var iamManaged = map[string]string{
	administratorAccess: policyOf(iamAllow(`"*"`, `"*"`)),
	"arn:aws:iam::aws:policy/AmazonBedrockFullAccess":    policyOf(iamAllow(`["bedrock:*"]`, `"*"`), iamAllow(`["kms:DescribeKey"]`, `"arn:*:kms:*:::*"`)),
	"arn:aws:iam::aws:policy/BedrockAgentCoreFullAccess": policyOf(iamAllow(`["bedrock-agentcore:*"]`, `"arn:aws:bedrock-agentcore:*:*:*"`)),
	"arn:aws:iam::111122223333:policy/boundary":          policyOf(iamAllow(`["bedrock:InvokeModel","logs:*"]`, `"*"`)),
}

// roleAccount is an account with one role, whose inline policies are the documents.
func roleAccount(fill func(*evidence.Role, *evidence.Permissions), documents ...string) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		r := evidence.Role{ARN: iamRoleARN, Name: "app", Path: "/", Trust: evidence.Known(byLambda), Tags: evidence.Known(evidence.Tags{})}
		p := evidence.Permissions{}
		for _, d := range documents {
			p.Inline = append(p.Inline, evidence.NamedPolicy{Name: "inline", Document: d})
		}
		fill(&r, &p)
		if r.Permissions.Unset() {
			r.Permissions = evidence.Known(p)
		}
		a.IAM.Roles = evidence.Listed(r)
		a.IAM.Policies = managedPolicies()
	})
}

func managedPolicies() evidence.List[evidence.ManagedPolicy] {
	all := evidence.Listed[evidence.ManagedPolicy]()
	for _, arn := range []string{
		administratorAccess, "arn:aws:iam::aws:policy/AmazonBedrockFullAccess", "arn:aws:iam::aws:policy/BedrockAgentCoreFullAccess",
		"arn:aws:iam::111122223333:policy/boundary",
	} {
		all.Append(evidence.Listed(evidence.ManagedPolicy{ARN: arn, Document: evidence.Known(iamManaged[arn])}))
	}
	return all
}

// withRole is an account with a role that Lambda assumes and that has the inline policies.
func withRole(documents ...string) *evidence.Account {
	return roleAccount(func(*evidence.Role, *evidence.Permissions) {}, documents...)
}

// roleAttached is an account with a role that Lambda assumes and that has a managed policy.
func roleAttached(arn string) *evidence.Account {
	return roleAccount(func(_ *evidence.Role, p *evidence.Permissions) { p.Attached = []string{arn} })
}

// roleTrusting is an account with a role that has the trust policy and the inline policies.
func roleTrusting(trust string, documents ...string) *evidence.Account {
	return roleAccount(func(r *evidence.Role, _ *evidence.Permissions) { r.Trust = evidence.Known(trust) }, documents...)
}

// unreadRole, unlistedRoles and unreadTrust are accounts of which a part could not be read.
func unreadRole() *evidence.Account {
	return roleAccount(func(r *evidence.Role, _ *evidence.Permissions) {
		r.Permissions = evidence.Missing[evidence.Permissions](denied)
	})
}

func unreadTrust(documents ...string) *evidence.Account {
	return roleAccount(func(r *evidence.Role, _ *evidence.Permissions) { r.Trust = evidence.Missing[string](denied) }, documents...)
}

func unlistedRoles() *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.Roles = evidence.Partial[evidence.Role](nil, denied)
	})
}

func linkedRole(trust string, documents ...string) *evidence.Account {
	return roleAccount(func(r *evidence.Role, _ *evidence.Permissions) {
		r.Path, r.Trust = "/aws-service-role/x.amazonaws.com/", evidence.Known(trust)
	}, documents...)
}

// roleNarrowed narrows an account to its workload.
func roleNarrowed(a *evidence.Account) *evidence.Account {
	a.Scan.Scope = workload.ScopeWorkload
	return a
}

func rootSummary(keys, mfa, password int) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.Summary = evidence.Known(map[string]int{"AccountAccessKeysPresent": keys, "AccountMFAEnabled": mfa, "AccountPasswordPresent": password})
	})
}

func rootPartly(part map[string]int) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) { a.IAM.Summary = evidence.Known(part) })
}

func userAccount(users ...evidence.User) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.Users = evidence.Listed(users...)
		a.IAM.Policies = managedPolicies()
		a.IAM.Groups = evidence.Listed(evidence.Group{Name: "admins", Permissions: evidence.Known(evidence.Permissions{Attached: []string{administratorAccess}})})
	})
}

func iamUser(name string, p evidence.Permissions) evidence.User {
	return evidence.User{ARN: "arn:aws:iam::111122223333:user/" + name, Name: name, Permissions: evidence.Known(p)}
}

func TestIAM(t *testing.T) {
	all := policyOf(iamAllow(`"*"`, `"*"`))
	sourceAccount := `{"StringEquals":{"aws:SourceAccount":"111122223333"}}`
	bedrock := `{"Service":"bedrock.amazonaws.com"}`
	ssoAdministrator := roleAccount(func(r *evidence.Role, p *evidence.Permissions) {
		r.Name, r.Path = "AWSReservedSSO_Administrator_0a1b", "/aws-reserved/sso.amazonaws.com/"
		r.Trust, p.Attached = evidence.Known(byPeople), []string{administratorAccess}
	})
	run(t, iamChecks, table{
		"iam-root-secured": {
			{name: "MFA", account: rootSummary(0, 1, 1), want: "pass"},
			{name: "credentials removed centrally", account: rootSummary(0, 0, 0), want: "pass"},
			{name: "no MFA", account: rootSummary(0, 0, 1), want: "fail"},
			{name: "access key", account: rootSummary(1, 1, 1), want: "fail"},
			{name: "access key, no password", account: rootSummary(1, 0, 0), want: "fail"},
			{name: "password not told", account: rootPartly(map[string]int{"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0}), want: "unknown"},
			{name: "password not told, MFA", account: rootPartly(map[string]int{"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1}), want: "pass"},
			{name: "empty reply", account: rootPartly(map[string]int{}), want: "unknown"},
			{name: "denied", account: account(func(*evidence.Account, *evidence.Region) {}), want: "unknown"},
		},
		"iam-admin-policy-attached": {
			{name: "some actions", account: withRole(policyOf(iamAllow(`"s3:GetObject"`, `"*"`))), want: "pass"},
			{name: "no policies", account: withRole(), want: "pass"},
			{name: "AdministratorAccess", account: roleAttached(administratorAccess), want: "fail"},
			{name: "inline", account: withRole(all), want: "fail"},
			{name: "inline, under a condition", account: withRole(policyOf(iamAllow(`"*"`, `"*"`, `{"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}`))), want: "fail"},
			{name: "inline, on tagged resources", account: withRole(policyOf(iamAllow(`"*"`, `"*"`, `{"StringEquals":{"aws:ResourceTag/app":"claims"}}`))), want: "pass"},
			{name: "fenced to a region", account: withRole(all, policyOf(iamDeny(`"*"`, `"*"`, `{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}`))), want: "fail"},
			{name: "without one service", account: withRole(all, policyOf(iamDeny(`"iam:*"`, `"*"`))), want: "fail"},
			{name: "all but one service denied", account: withRole(all, policyOf(`{"Effect":"Deny","NotAction":"bedrock:*","Resource":"*"}`)), want: "pass"},
			{name: "everything denied", account: withRole(all, policyOf(iamDeny(`"*"`, `"*"`))), want: "pass"},
			{name: "on all but one resource", account: withRole(policyOf(`{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::audit/*"}`)), want: "fail"},
			{name: "all but IAM", account: withRole(policyOf(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`)), want: "pass"},
			{name: "cut by a boundary", account: roleAccount(func(_ *evidence.Role, p *evidence.Permissions) {
				p.Boundary = "arn:aws:iam::111122223333:policy/boundary"
			}, all), want: "pass"},
			{name: "unknown boundary", account: roleAccount(func(_ *evidence.Role, p *evidence.Permissions) { p.Boundary = "arn:aws:iam::111122223333:policy/other" }, all), want: "unknown"},
			{name: "attached policy not returned", account: roleAttached("arn:aws:iam::111122223333:policy/other"), want: "unknown"},
			{name: "not a policy", account: withRole("{"), want: "unknown"},
			{name: "person", account: ssoAdministrator, want: "not-applicable"},
			{name: "deployment tool", account: roleTrusting(trustsService("cloudformation"), all), want: "not-applicable"},
			{name: "service-linked", account: linkedRole(byLambda, all), want: "not-applicable"},
			{name: "does not use GenAI", account: roleNarrowed(withRole(policyOf(iamAllow(`"s3:*"`, `"*"`)))), want: "not-applicable"},
			{name: "administrator uses GenAI", account: roleNarrowed(withRole(all)), want: "fail"},
			{name: "trust denied", account: unreadTrust(all), want: "unknown"},
			{name: "denied", account: unreadRole(), want: "unknown"},
			{name: "listing denied", account: unlistedRoles(), want: "unknown"},
		},
		"iam-administrators-known": {
			{name: "SSO", account: ssoAdministrator, want: "pass"},
			{name: "deployment tool", account: roleTrusting(trustsService("cloudformation"), all), want: "pass"},
			{name: "user", account: userAccount(iamUser("anna", evidence.Permissions{Attached: []string{administratorAccess}})), want: "not-applicable"},
			{name: "user by a group", account: userAccount(iamUser("anna", evidence.Permissions{Groups: []string{"admins"}})), want: "not-applicable"},
			{name: "user by an unknown group", account: userAccount(iamUser("anna", evidence.Permissions{Groups: []string{"others"}})), want: "unknown"},
			{name: "linked to a service", account: linkedRole(trustsService("observability.aoss"), all), want: "not-applicable"},
			{name: "workload's own", account: withRole(all), want: "not-applicable"},
			{name: "none", account: userAccount(iamUser("ben", evidence.Permissions{})), want: "not-applicable"},
			{name: "users denied", account: func() *evidence.Account {
				a := roleTrusting(byPeople, all)
				a.IAM.Users = evidence.Partial[evidence.User](nil, denied)
				return a
			}(), want: "unknown"},
			{name: "roles denied", account: unlistedRoles(), want: "unknown"},
		},
		"bedrock-service-role-confused-deputy": {
			{name: "own account", account: roleTrusting(trustPolicy(bedrock, sourceAccount)), want: "pass"},
			{name: "source ARN", account: roleTrusting(trustPolicy(bedrock, `{"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-central-1:111122223333:agent/*"}}`)), want: "pass"},
			{name: "organization", account: roleTrusting(trustPolicy(bedrock, `{"StringEquals":{"aws:SourceOrgID":"o-abc123def4"}}`)), want: "pass"},
			{name: "any account's ARN", account: roleTrusting(trustPolicy(bedrock, `{"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:*:*:agent/*"}}`)), want: "fail"},
			{name: "may be absent", account: roleTrusting(trustPolicy(bedrock, `{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}`)), want: "fail"},
			{name: "other account", account: roleTrusting(trustPolicy(bedrock, `{"StringEquals":{"aws:SourceAccount":"999988887777"}}`)), want: "fail"},
			{name: "no condition", account: roleTrusting(trustsService("bedrock")), want: "fail"},
			{name: "AgentCore", account: roleTrusting(trustsService("bedrock-agentcore")), want: "fail"},
			{name: "SageMaker", account: roleTrusting(trustsService("sagemaker")), want: "fail"},
			{name: "one of two services", account: roleTrusting(trustPolicy(`{"Service":["lambda.amazonaws.com","bedrock.amazonaws.com"]}`, "")), want: "fail"},
			{name: "writes logs only", account: roleNarrowed(roleTrusting(trustsService("bedrock"))), want: "fail"},
			{name: "SageMaker without GenAI", account: roleNarrowed(roleTrusting(trustsService("sagemaker"))), want: "not-applicable"},
			{name: "Lambda", account: withRole(), want: "not-applicable"},
			{name: "service-linked", account: linkedRole(trustsService("bedrock-agentcore")), want: "not-applicable"},
			{name: "denied", account: unreadTrust(), want: "unknown"},
			{name: "not a policy", account: roleTrusting("[]"), want: "unknown"},
			{name: "listing denied", account: unlistedRoles(), want: "unknown"},
		},
	})
}

// TestAdministratorsAreListedOnce: one finding names them all, and no other names one of them.
func TestAdministratorsAreListedOnce(t *testing.T) {
	a := roleTrusting(byPeople, policyOf(iamAllow(`"*"`, `"*"`)))
	users := userAccount(iamUser("ci", evidence.Permissions{Groups: []string{"admins"}}), iamUser("anna", evidence.Permissions{Groups: []string{"admins"}}))
	a.IAM.Users, a.IAM.Groups = users.IAM.Users, users.IAM.Groups
	c, _ := ByID("iam-administrators-known")
	result := c.Ask(row{}.input(a))
	if len(result.Subjects) != 1 {
		t.Fatalf("%d findings, want one", len(result.Subjects))
	}
	if got, want := result.Subjects[0].Verdict.Message, "administrators outside the workload: role app, user anna, user ci"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	c, _ = ByID("iam-admin-policy-attached")
	if got, message := outcome(c, row{}.input(a)); got != "not-applicable" {
		t.Errorf("iam-admin-policy-attached: got %s (%s), want not-applicable", got, message)
	}
}
