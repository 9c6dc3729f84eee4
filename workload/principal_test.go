package workload_test

import (
	"testing"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// oneRole is an account with the role "app" and some managed policies.
func oneRole(r evidence.Role, policies ...evidence.ManagedPolicy) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.Roles = evidence.Listed(r)
		a.IAM.Policies = evidence.Listed(policies...)
	})
}

func askRole(g *workload.Graph, a *evidence.Account) evidence.Verdict {
	return g.Role(a.IAM.Roles.Found()[0])
}

func TestRoleByWhoAssumesIt(t *testing.T) {
	calls := policy(allow("bedrock:InvokeModel", "*"))
	var rows []row
	for _, name := range []string{
		"lambda", "ecs-tasks", "ec2", "bedrock", "bedrock-agentcore", "states", "sagemaker", "eks", "pods.eks", "edgelambda",
		"tasks.apprunner", "appsync", "apigateway", "rolesanywhere", "rds", "ml.opensearchservice",
	} {
		rows = append(rows, row{name, oneRole(role("app", service(name), calls)), in, "assumed by " + name + ".amazonaws.com; can call bedrock:InvokeModel"})
	}
	for _, name := range []string{"cloudformation", "codebuild", "codepipeline", "config", "ssm", "backup"} {
		rows = append(rows, row{name, oneRole(role("app", service(name), calls)), out, ""})
	}
	ask(t, askRole, append(rows, []row{
		{"EKS pod by OIDC", oneRole(role("app", trust(`{"Federated":"arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/1A2B"}`), calls)), in, "assumed by"},
		{"app's users by Cognito", oneRole(role("app", trust(`{"Federated":"cognito-identity.amazonaws.com"}`), calls)), in, "assumed by"},
		{"service in a region's form", oneRole(role("app", trust(`{"Service":"lambda.eu-central-1.amazonaws.com"}`), calls)), in, "assumed by"},
		{"service and person", oneRole(role("app", trust(`{"Service":"lambda.amazonaws.com","AWS":"arn:aws:iam::111122223333:user/anna"}`), calls)), in, ""},
		{"person", oneRole(role("app", trust(`{"AWS":"arn:aws:iam::111122223333:user/anna"}`), calls)), out, ""},
		{"SSO", oneRole(role("app", trust(`{"Federated":"arn:aws:iam::111122223333:saml-provider/AWSSSO"}`), calls)), out, ""},
		{"deployment tool by OIDC", oneRole(role("app", trust(`{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}`), calls)), out, ""},
		{"other account", oneRole(role("app", trust(`{"AWS":"999988887777"}`), calls)), out, ""},
		{"trust denied again", oneRole(role("app", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"},{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}`, calls)), out, ""},
		{"trust that is no policy", oneRole(role("app", "{", calls)), unsure, ""},
		{"nobody", oneRole(role("app", `{"Statement":[]}`, calls)), out, ""},
	}...))
}

func TestRoleByWhatItMay(t *testing.T) {
	lambda := service("lambda")
	var rows []row
	for _, action := range workload.Actions {
		rows = append(rows, row{action, oneRole(role("app", lambda, policy(allow(action, "*")))), in, "can call " + action})
	}
	for _, action := range []string{"bedrock:Get*", "bedrock:List*", "bedrock-mantle:Get*", "bedrock-mantle:List*", "bedrock:StartIngestionJob", "s3:*", "sagemaker:Describe*"} {
		rows = append(rows, row{action, oneRole(role("app", lambda, policy(allow(action, "*")))), out, ""})
	}
	calls := policy(allow("bedrock:InvokeModel", "*"))
	boundary := func(p string) evidence.Role {
		return with(role("app", lambda), evidence.Permissions{Inline: []evidence.NamedPolicy{{Name: "x", Document: calls}}, Boundary: "arn:aws:iam::111122223333:policy/" + p})
	}
	attaches := func(p string) evidence.Role {
		return with(role("app", lambda), evidence.Permissions{Attached: []string{"arn:aws:iam::111122223333:policy/" + p}})
	}
	models, logs := managed("models", calls), managed("logs", policy(allow("logs:*", "*")))
	ask(t, askRole, append(rows, []row{
		{"administrator", oneRole(role("app", lambda, policy(allow("*", "*")))), in, ""},
		{"administrator with a person behind", oneRole(role("app", trust(`{"AWS":"arn:aws:iam::111122223333:root"}`), policy(allow("*", "*")))), out, ""},
		{"everything on a bucket", oneRole(role("app", lambda, policy(allow("*", "arn:aws:s3:::bucket/*")))), out, ""},
		{"model of the marketplace", oneRole(role("app", lambda, policy(allow("bedrock:InvokeModel", "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/llm")))), in, ""},
		{"all but IAM", oneRole(role("app", lambda, policy(`{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`))), in, ""},
		{"under a condition", oneRole(role("app", lambda, policy(`{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}}`))), in, ""},
		{"denied", oneRole(role("app", lambda, calls, policy(deny("bedrock:*", "*")))), out, ""},
		{"denied under a condition", oneRole(role("app", lambda, calls, policy(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}`))), in, ""},
		{"denied in part", oneRole(role("app", lambda, calls, policy(deny("bedrock:*", "arn:aws:bedrock:*::foundation-model/meta.*")))), in, ""},
		{"attached", oneRole(attaches("models"), models), in, ""},
		{"attached another", oneRole(attaches("logs"), logs), out, ""},
		{"attached and not returned", oneRole(attaches("models")), unsure, ""},
		{"within a boundary", oneRole(boundary("models"), models), in, ""},
		{"beyond a boundary", oneRole(boundary("logs"), logs), out, ""},
		{"boundary not returned", oneRole(boundary("models")), unsure, ""},
		{"a policy that is none", oneRole(role("app", lambda, "{")), unsure, ""},
		{"no policies", oneRole(role("app", lambda)), out, ""},
	}...))
}

// An answer that one half settles needs no other.
func TestRoleHalfRead(t *testing.T) {
	person := role("app", trust(`{"AWS":"arn:aws:iam::111122223333:user/anna"}`))
	person.Permissions = evidence.Missing[evidence.Permissions](denied)
	idle := role("app", "")
	idle.Trust = evidence.Missing[string](denied)
	busy := role("app", "", policy(allow("bedrock:InvokeModel", "*")))
	busy.Trust = evidence.Missing[string](denied)
	unread := role("app", service("lambda"))
	unread.Permissions = evidence.Missing[evidence.Permissions](denied)
	ask(t, askRole, []row{
		{"no workload's, permissions unread", oneRole(person), out, ""},
		{"may nothing, trust unread", oneRole(idle), out, ""},
		{"trust unread", oneRole(busy), unsure, ""},
		{"permissions unread", oneRole(unread), unsure, ""},
	})
}

func TestRoleByUse(t *testing.T) {
	plain := func(name string) evidence.Role {
		return role(name, service("lambda"), policy(allow("s3:GetObject", "*")))
	}
	uses := func(fill func(*evidence.Region)) *evidence.Account {
		return account(func(a *evidence.Account, r *evidence.Region) {
			a.IAM.Roles = evidence.Listed(plain("app"))
			fill(r)
		})
	}
	carrying := func(r evidence.Role, value string) evidence.Role {
		r.Tags = evidence.Known(evidence.Tags{"app": value})
		return r
	}
	untagged := role("app", service("lambda"), policy(allow("bedrock:InvokeModel", "*")))
	executor := uses(func(r *evidence.Region) {
		r.Lambda.Functions = evidence.Listed(function("tool", "app"))
		r.BedrockAgent.Agents = evidence.Listed(agent("AGENT1", "other", functionARN("tool")+":live", evidence.AgentSettings{}))
	})
	taggedFunction := uses(func(r *evidence.Region) {
		r.Lambda.Functions = evidence.Listed(function("chat", "app"))
		tags(r, functionARN("chat"))
	})
	ask(t, askRole, []row{
		{"function that an agent calls", executor, in, "role of function tool"},
		{"agent", uses(func(r *evidence.Region) {
			r.BedrockAgent.Agents = evidence.Listed(agent("AGENT1", "app", "", evidence.AgentSettings{}))
		}), in, "role of agent agent1"},
		{"knowledge base", uses(func(r *evidence.Region) {
			r.BedrockAgent.KnowledgeBases = evidence.Listed(knowledgeBase("KB1", "app", evidence.DataSourceSettings{}))
		}), in, "role of knowledge base kb1"},
		{"flow", uses(func(r *evidence.Region) { r.BedrockAgent.Flows = evidence.Listed(flow("FLOW1", "app")) }), in, "role of flow flow1"},
		{"another function", uses(func(r *evidence.Region) { r.Lambda.Functions = evidence.Listed(function("report", "app")) }), out, ""},
		{"functions not listed", uses(func(r *evidence.Region) { r.Lambda.Functions = evidence.Partial[evidence.Function](nil, denied) }), unsure, ""},
		{"whole account", wide(oneRole(role("app", trust(`{"AWS":"111122223333"}`)))), in, "--scope account"},
		{"tagged", tagged(oneRole(carrying(plain("app"), "claims"))), in, "carries the tag app=claims"},
		{"tagged otherwise", tagged(oneRole(carrying(untagged, "chat"))), out, ""},
		{"not tagged", tagged(oneRole(untagged)), out, ""},
		{"of a tagged function", tagged(taggedFunction), in, "role of function chat"},
	})
}

func TestServiceRole(t *testing.T) {
	question := func(g *workload.Graph, a *evidence.Account) evidence.Verdict {
		return g.ServiceRole(a.IAM.Roles.Found()[0])
	}
	logs := policy(allow("logs:PutLogEvents", "*"))
	ask(t, question, []row{
		{"Bedrock writes logs", oneRole(role("app", service("bedrock"), logs)), in, "assumed by bedrock.amazonaws.com"},
		{"AgentCore", oneRole(role("app", service("bedrock-agentcore"), logs)), in, ""},
		{"SageMaker without GenAI", oneRole(role("app", service("sagemaker"), logs)), out, ""},
		{"SageMaker with GenAI", oneRole(role("app", service("sagemaker"), policy(allow("bedrock:InvokeModel", "*")))), in, ""},
		{"Lambda", oneRole(role("app", service("lambda"), logs)), out, ""},
		{"not tagged", tagged(oneRole(role("app", service("bedrock"), logs))), out, ""},
		{"whole account", wide(oneRole(role("app", service("ec2"), logs))), in, ""},
	})
}

// TestGroups: a user may what its groups may, within its own boundary.
func TestGroups(t *testing.T) {
	group := func(name, document string) evidence.Group {
		return evidence.Group{Name: name, Permissions: evidence.Known(evidence.Permissions{
			Inline: []evidence.NamedPolicy{{Name: "x", Document: document}}, Attached: []string{"arn:aws:iam::111122223333:policy/more"}})}
	}
	a := account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.Groups = evidence.Listed(group("admins", policy(allow("*", "*"))), group("readers", policy(allow("s3:GetObject", "*"))))
		a.IAM.Policies = evidence.Listed(managed("more", policy(allow("bedrock:InvokeModel", "*"))), managed("boundary", policy(allow("s3:*", "*"))))
	})
	decide := func(a *evidence.Account, p evidence.Permissions, action string) string {
		decision := "unread"
		evidence.With(workload.New(a).Permissions(evidence.Known(p), "arn:aws:iam::111122223333:user/anna"), func(i iampolicy.Identity) evidence.Verdict {
			decision = i.Allows(action, "*").String()
			return evidence.Verdict{}
		})
		return decision
	}
	for _, c := range []struct {
		name   string
		p      evidence.Permissions
		action string
		want   string
	}{
		{"no group", evidence.Permissions{}, "s3:GetObject", "no"},
		{"inline policy of a group", evidence.Permissions{Groups: []string{"readers"}}, "s3:GetObject", "yes"},
		{"attached policy of a group", evidence.Permissions{Groups: []string{"readers"}}, "bedrock:InvokeModel", "yes"},
		{"not the group's", evidence.Permissions{Groups: []string{"readers"}}, "s3:PutObject", "no"},
		{"two groups", evidence.Permissions{Groups: []string{"readers", "admins"}}, "s3:PutObject", "yes"},
		{"beyond the user's boundary", evidence.Permissions{Groups: []string{"admins"}, Boundary: "arn:aws:iam::111122223333:policy/boundary"}, "bedrock:InvokeModel", "no"},
		{"within the user's boundary", evidence.Permissions{Groups: []string{"admins"}, Boundary: "arn:aws:iam::111122223333:policy/boundary"}, "s3:PutObject", "yes"},
		{"denied by the user's own", evidence.Permissions{Groups: []string{"admins"}, Inline: []evidence.NamedPolicy{{Document: policy(deny("s3:*", "*"))}}}, "s3:PutObject", "no"},
		{"unknown group", evidence.Permissions{Groups: []string{"others"}}, "s3:GetObject", "unread"},
	} {
		if got := decide(a, c.p, c.action); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	a.IAM.Groups = evidence.Partial[evidence.Group](nil, denied)
	if got := decide(a, evidence.Permissions{Groups: []string{"readers"}}, "s3:GetObject"); got != "unread" {
		t.Errorf("groups denied: got %s", got)
	}
}

func TestIdentityOfAnUnlistedRole(t *testing.T) {
	g := workload.New(oneRole(role("app", service("lambda"))))
	if gap := g.Identity("arn:aws:iam::999988887777:role/other").Gap(); gap == nil || gap.Detail == "" {
		t.Errorf("got %+v, want a gap that says why", gap)
	}
}
