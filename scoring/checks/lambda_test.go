package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

const (
	functionARN     = "arn:aws:lambda:eu-central-1:111122223333:function:chat-prod"
	functionRoleARN = "arn:aws:iam::111122223333:role/chat-role"
)

// oneFunction is an account with one function of which everything was read, and which has nothing.
func oneFunction(fill func(f *evidence.Function, r *evidence.Region)) *evidence.Account {
	return region(func(r *evidence.Region) {
		f := evidence.Function{
			ARN: functionARN, Name: "chat-prod",
			Settings:    evidence.Known(functionSettings(func(*evidence.FunctionSettings) {})),
			Variables:   evidence.Known([]evidence.Variable{}),
			Policies:    evidence.Listed(evidence.FunctionPolicy{Document: evidence.Known("")}),
			URLs:        evidence.Listed[evidence.FunctionURL](),
			Aliases:     evidence.Listed[evidence.FunctionAlias](),
			Provisioned: evidence.Listed[string](),
			Async:       evidence.Listed[evidence.AsyncConfig](),
			Reserved:    evidence.Known(-1),
			Recursion:   evidence.Known("Terminate"),
		}
		fill(&f, r)
		r.Lambda.Functions = evidence.Listed(f)
	})
}

func functionSettings(fill func(*evidence.FunctionSettings)) evidence.FunctionSettings {
	s := evidence.FunctionSettings{Role: functionRoleARN, Runtime: "python3.13", Timeout: 60, Tracing: "PassThrough", LogGroup: "/aws/lambda/chat-prod"}
	fill(&s)
	return s
}

// functionWith is an account with one function that has the settings.
func functionWith(fill func(*evidence.FunctionSettings)) *evidence.Account {
	return oneFunction(func(f *evidence.Function, _ *evidence.Region) { f.Settings = evidence.Known(functionSettings(fill)) })
}

// functionPolicies is an account with one function whose own policy is the first document, and whose
// alias live has the second.
func functionPolicies(documents ...string) *evidence.Account {
	return oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		f.Policies = evidence.Listed[evidence.FunctionPolicy]()
		for i, document := range documents {
			f.Policies.Append(evidence.Listed(evidence.FunctionPolicy{Qualifier: []string{"", "live"}[i], Document: evidence.Known(document)}))
		}
	})
}

func functionURLs(auth ...string) *evidence.Account {
	return oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		for i, a := range auth {
			f.URLs.Append(evidence.Listed(evidence.FunctionURL{ARN: functionARN + []string{"", ":live"}[i], Auth: evidence.Known(a)}))
		}
	})
}

// functionRoleWith is an account with one function whose role has the policy.
func functionRoleWith(document string) *evidence.Account {
	return account(func(a *evidence.Account, r *evidence.Region) {
		*r = oneFunction(func(*evidence.Function, *evidence.Region) {}).Regions[0]
		a.IAM.Roles = evidence.Listed(evidence.Role{ARN: functionRoleARN, Name: "chat-role", Tags: evidence.Known(evidence.Tags{}), Trust: evidence.Known("{}"),
			Permissions: evidence.Known(evidence.Permissions{Inline: []evidence.NamedPolicy{{Name: "p", Document: document}}})})
	})
}

// allowStatement is a policy with one statement that allows.
func allowStatement(actions, resources, more string) string {
	return `{"Statement":[{"Effect":"Allow","Action":` + actions + `,"Resource":` + resources + more + `}]}`
}

// functionUnread is an account with one function of which only the listing was read.
func functionUnread() *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Lambda.Functions = evidence.Listed(evidence.Function{ARN: functionARN, Name: "chat-prod"})
	})
}

const (
	publicPolicy  = `{"Statement":[{"Sid":"all","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"` + functionARN + `"}]}`
	publicURL     = `{"Statement":[{"Sid":"FunctionURLAllowPublicAccess","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"` + functionARN + `","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}]}`
	orgPolicy     = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"` + functionARN + `","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc123def4"}}}]}`
	s3NoSource    = `{"Statement":[{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + functionARN + `"}]}`
	s3Source      = `{"Statement":[{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + functionARN + `","Condition":{"StringEquals":{"AWS:SourceAccount":"111122223333"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::documents"}}}]}`
	agentSource   = `{"Statement":[{"Sid":"agent","Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + functionARN + `","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:bedrock:eu-central-1:111122223333:agent/A"}}}]}`
	replicaPolicy = `{"Statement":[{"Sid":"replicate","Effect":"Allow","Principal":{"Service":"replicator.lambda.amazonaws.com"},"Action":"lambda:GetFunction","Resource":"` + functionARN + `"}]}`
	accountPolicy = `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"lambda:InvokeFunction","Resource":"` + functionARN + `"}]}`
)

func TestLambda(t *testing.T) {
	unread := functionUnread()
	none := region(func(*evidence.Region) {})
	listingDenied := region(func(r *evidence.Region) { r.Lambda.Functions = evidence.Partial[evidence.Function](nil, denied) })
	aliasesDenied := oneFunction(func(f *evidence.Function, _ *evidence.Region) {
		f.Policies = evidence.Partial([]evidence.FunctionPolicy{{Document: evidence.Known("")}}, denied)
	})
	multiTenant := func(s *scoring.Settings) { s.MultiTenant = true }
	const here = `"arn:aws:s3:::documents/*"`
	run(t, lambdaChecks, table{
		"lambda-function-url-auth": {
			{name: "IAM", account: functionURLs("AWS_IAM"), want: "pass"},
			{name: "open", account: functionURLs("NONE"), want: "fail"},
			{name: "alias's URL open", account: functionURLs("AWS_IAM", "NONE"), want: "fail"},
			{name: "no URL", account: functionURLs(), want: "not-applicable"},
			{name: "auth unread", account: oneFunction(func(f *evidence.Function, _ *evidence.Region) {
				f.URLs = evidence.Listed(evidence.FunctionURL{ARN: functionARN})
			}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: listingDenied, want: "unknown"},
			{name: "no functions", account: none, want: "not-applicable"},
		},
		"lambda-function-not-public": {
			{name: "no policy", account: functionPolicies(""), want: "pass"},
			{name: "everyone", account: functionPolicies(publicPolicy), want: "fail"},
			{name: "everyone by URL", account: functionPolicies(publicURL), want: "fail"},
			{name: "everyone on the alias", account: functionPolicies("", publicPolicy), want: "fail"},
			{name: "the organization", account: functionPolicies(orgPolicy), want: "pass"},
			{name: "a service without source is another finding", account: functionPolicies(s3NoSource), want: "pass"},
			{name: "own account", account: functionPolicies(accountPolicy), want: "pass"},
			{name: "not a policy", account: functionPolicies("{"), want: "unknown"},
			{name: "aliases denied", account: aliasesDenied, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-function-confused-deputy": {
			{name: "no policy", account: functionPolicies(""), want: "not-applicable"},
			{name: "with source", account: functionPolicies("", s3Source), want: "pass"},
			{name: "without source", account: functionPolicies(s3Source, s3NoSource), want: "fail"},
			{name: "replication does not invoke", account: functionPolicies(replicaPolicy), want: "not-applicable"},
			{name: "no service", account: functionPolicies(publicPolicy), want: "not-applicable"},
			{name: "not a policy", account: functionPolicies("{"), want: "unknown"},
			{name: "aliases denied", account: aliasesDenied, want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-genai-role-least-privilege": {
			{name: "named resources", account: functionRoleWith(allowStatement(`["s3:GetObject","bedrock:InvokeModel"]`, here, "")), want: "pass"},
			{name: "model calls on everything", account: functionRoleWith(allowStatement(`"bedrock:*"`, `"*"`, "")), want: "pass"},
			{name: "administrator", account: functionRoleWith(allowStatement(`"*"`, `"*"`, "")), want: "fail"},
			{name: "all of a service", account: functionRoleWith(allowStatement(`"s3:*"`, `"*"`, "")), want: "fail"},
			{name: "every object", account: functionRoleWith(allowStatement(`"s3:GetObject"`, `"arn:aws:s3:::*"`, "")), want: "fail"},
			{name: "every table of the account", account: functionRoleWith(allowStatement(`"dynamodb:Query"`, `"arn:aws:dynamodb:*:111122223333:table/*"`, "")), want: "fail"},
			{name: "tables of a prefix", account: functionRoleWith(allowStatement(`"dynamodb:Query"`, `"arn:aws:dynamodb:*:111122223333:table/chat-*"`, "")), want: "pass"},
			{name: "streams as the managed policy has them", account: functionRoleWith(allowStatement(`["dynamodb:GetRecords","dynamodb:ListStreams"]`, `"*"`, "")), want: "pass"},
			{name: "every secret", account: functionRoleWith(allowStatement(`"secretsmanager:GetSecretValue"`, `"*"`, "")), want: "fail"},
			{name: "secrets by tag", account: functionRoleWith(allowStatement(`"secretsmanager:GetSecretValue"`, `"*"`, `,"Condition":{"StringEquals":{"aws:ResourceTag/app":"chat"}}`)), want: "pass"},
			{name: "decrypt by service", account: functionRoleWith(allowStatement(`"kms:Decrypt"`, `"*"`, `,"Condition":{"StringEquals":{"kms:ViaService":"dynamodb.eu-central-1.amazonaws.com"}}`)), want: "pass"},
			{name: "decrypt for any service", account: functionRoleWith(allowStatement(`"kms:Decrypt"`, `"*"`, `,"Condition":{"StringLike":{"kms:ViaService":"*"}}`)), want: "fail"},
			{name: "pass any role", account: functionRoleWith(allowStatement(`"iam:PassRole"`, `"*"`, "")), want: "fail"},
			{name: "role's policies unread", account: functionRoleWith("{"), want: "unknown"},
			{name: "role of nobody", account: oneFunction(func(*evidence.Function, *evidence.Region) {}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"lambda-tenant-isolation": {
			{name: "isolated", account: functionWith(func(s *evidence.FunctionSettings) { s.TenantIsolation = true }), want: "pass"},
			{name: "multi-tenant", account: functionWith(func(*evidence.FunctionSettings) {}), want: "fail", settings: multiTenant},
			{name: "one tenant", account: functionWith(func(*evidence.FunctionSettings) {}), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"stage-isolated-resources": {
			{name: "same stage", account: staged("chat-prod", nil, "arn:aws:s3:::documents-prod/*", evidence.Variable{Name: "TABLE", Stage: "prod"}), want: "pass"},
			{name: "another stage in a variable", account: staged("chat-prod", nil, "arn:aws:s3:::documents/*", evidence.Variable{Name: "TABLE", Stage: "dev"}), want: "not-applicable"},
			{name: "another stage in the role", account: staged("chat-prod", nil, "arn:aws:s3:::documents-dev/*"), want: "not-applicable"},
			{name: "part of a word", account: staged("chat-prod", nil, "arn:aws:s3:::devices/*"), want: "pass"},
			{name: "no stage", account: staged("product-chat", nil, "arn:aws:s3:::documents-dev/*"), want: "not-applicable"},
			{name: "the name outranks the tags", account: staged("chat-prod", evidence.Tags{"Environment": "dev"}, "arn:aws:s3:::documents-prod/*"), want: "pass"},
			{name: "by its tags", account: staged("chat", evidence.Tags{"Environment": "dev", "cost": "prod"}, "arn:aws:s3:::documents-dev/*"), want: "pass"},
			{name: "tags unread", account: stagedTagsDenied("chat"), want: "unknown"},
			{name: "tags not needed", account: stagedTagsDenied("chat-prod"), want: "pass"},
			{name: "denied", account: unread, want: "unknown"},
		},
	})
}

// staged is an account with one function, its tags and variables, whose role names a resource.
func staged(name string, tags evidence.Tags, resource string, variables ...evidence.Variable) *evidence.Account {
	a := functionRoleWith(allowStatement(`"s3:GetObject"`, `"`+resource+`"`, ""))
	f := &a.Regions[0].Lambda.Functions.Found()[0]
	f.Name = name
	f.Variables = evidence.Known(append([]evidence.Variable{}, variables...))
	if tags != nil {
		a.Regions[0].Tagging.Resources = evidence.Listed(evidence.TaggedResource{ARN: functionARN, Tags: evidence.Known(tags)})
	}
	return a
}

func stagedTagsDenied(name string) *evidence.Account {
	a := staged(name, nil, "arn:aws:s3:::documents-prod/*")
	a.Regions[0].Tagging.Resources = evidence.Partial[evidence.TaggedResource](nil, denied)
	return a
}
