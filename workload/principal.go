package workload

import (
	"regexp"
	"slices"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
)

// Actions are the IAM actions that use generative AI. Converse is authorised by bedrock:InvokeModel.
// Of bedrock-mantle's only CreateInference counts: the others are read by AWS's read-only policies too.
var Actions = []string{
	"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:InvokeModelWithBidirectionalStream",
	"bedrock:InvokeAgent", "bedrock:InvokeInlineAgent", "bedrock:InvokeFlow", "bedrock:Retrieve", "bedrock:RetrieveAndGenerate",
	"bedrock:ApplyGuardrail", "bedrock-mantle:CreateInference", "bedrock-agentcore:Invoke*", "sagemaker:InvokeEndpoint*",
}

// services are the AWS services that run a customer's workloads, or call models on its behalf, by the
// first labels of their principal. Deployment tools such as CloudFormation and CodeBuild are not among them.
var services = []string{
	"airflow", "airflow-env", "apigateway", "apprunner", "appsync", "batch", "bedrock", "bedrock-agentcore", "ec2", "ecs-tasks",
	"edgelambda", "eks", "elasticmapreduce", "emr-serverless", "glue", "kinesisanalytics", "lambda", "lexv2", "ml.opensearchservice",
	"opensearchservice", "pipes", "pods.eks", "rds", "redshift", "rolesanywhere", "sagemaker", "scheduler", "states", "tasks.apprunner",
}

// federated are the OpenID Connect providers of workloads, by the beginning of their URL: pods of EKS,
// and apps whose users Cognito identifies.
var federated = []string{"oidc.eks.", "cognito-identity."}

type documents struct {
	managed map[string]evidence.Fact[iampolicy.Document] // by ARN
	groups  map[string]evidence.Fact[evidence.Permissions]
	gaps    []evidence.Gap // listings of policies or groups that were not read to their end
}

// parse reads a policy document. One that IAM accepts and we do not understand is a gap, not a guess.
func parse(document, resource string) evidence.Fact[iampolicy.Document] {
	parsed, err := iampolicy.Parse(document)
	if err != nil {
		return evidence.Missing[iampolicy.Document](evidence.Gap{Service: "iam", Resource: resource, Reason: evidence.Failed,
			Detail: "the policy document could not be understood"})
	}
	return evidence.Known(parsed)
}

// Document parses a policy document that was read; an empty one is a policy without statements.
func Document(text evidence.Fact[string], resource string) evidence.Fact[iampolicy.Document] {
	return evidence.Bind(text, func(t string) evidence.Fact[iampolicy.Document] {
		if t == "" {
			return evidence.Known(iampolicy.Document{})
		}
		return parse(t, resource)
	})
}

func (g *Graph) readDocuments() documents {
	d := documents{managed: map[string]evidence.Fact[iampolicy.Document]{}, groups: map[string]evidence.Fact[evidence.Permissions]{}}
	for _, p := range g.account.IAM.Policies.Found() {
		d.managed[p.ARN] = Document(p.Document, p.ARN)
	}
	for _, group := range g.account.IAM.Groups.Found() {
		d.groups[group.Name] = group.Permissions
	}
	d.gaps = append(d.gaps, g.account.IAM.Policies.Gaps()...)
	d.gaps = append(d.gaps, g.account.IAM.Groups.Gaps()...)
	return d
}

// Permissions evaluates the identity-based policies of a principal: inline, managed, those of its
// groups, and its permission boundary.
func (g *Graph) Permissions(of evidence.Fact[evidence.Permissions], arn string) evidence.Fact[iampolicy.Identity] {
	return evidence.Bind(of, func(p evidence.Permissions) evidence.Fact[iampolicy.Identity] {
		all := evidence.Known(iampolicy.Identity{})
		g.collect(&all, p, arn)
		for _, name := range p.Groups {
			group, ok := g.documents().groups[name]
			if !ok {
				group = evidence.Missing[evidence.Permissions](g.missing("group/" + name))
			}
			all = evidence.Bind(all, func(i iampolicy.Identity) evidence.Fact[iampolicy.Identity] {
				return evidence.Bind(group, func(p evidence.Permissions) evidence.Fact[iampolicy.Identity] {
					with := evidence.Known(i)
					g.collect(&with, evidence.Permissions{Inline: p.Inline, Attached: p.Attached}, arn)
					return with
				})
			})
		}
		return all
	})
}

// collect adds a principal's own policies and boundary to what it has.
func (g *Graph) collect(to *evidence.Fact[iampolicy.Identity], p evidence.Permissions, arn string) {
	add := func(document evidence.Fact[iampolicy.Document], boundary bool) {
		*to = evidence.Bind(*to, func(i iampolicy.Identity) evidence.Fact[iampolicy.Identity] {
			return evidence.Map(document, func(d iampolicy.Document) iampolicy.Identity {
				if boundary {
					i.Boundary = &d
				} else {
					i.Policies = append(i.Policies[:len(i.Policies):len(i.Policies)], d)
				}
				return i
			})
		})
	}
	for _, inline := range p.Inline {
		add(parse(inline.Document, arn), false)
	}
	for _, attached := range p.Attached {
		add(g.managed(attached), false)
	}
	if p.Boundary != "" {
		add(g.managed(p.Boundary), true)
	}
}

func (g *Graph) managed(arn string) evidence.Fact[iampolicy.Document] {
	if d, ok := g.documents().managed[arn]; ok {
		return d
	}
	return evidence.Missing[iampolicy.Document](g.missing(arn))
}

// missing is the gap of a policy or group that was not among those listed.
func (g *Graph) missing(resource string) evidence.Gap {
	if gaps := g.documents().gaps; len(gaps) > 0 {
		return gaps[0]
	}
	return evidence.Gap{Service: "iam", Operation: "GetAccountAuthorizationDetails", Resource: resource, Reason: evidence.Failed,
		Detail: "IAM names the policy but did not return it"}
}

func (g *Graph) readIdentities() map[string]evidence.Fact[iampolicy.Identity] {
	identities := map[string]evidence.Fact[iampolicy.Identity]{}
	for _, role := range g.account.IAM.Roles.Found() {
		identities[role.ARN] = g.Permissions(role.Permissions, role.ARN)
	}
	return identities
}

// Identity returns what a role of the account may do. A role that is not listed is unknown: it belongs
// to another account, or was deleted.
func (g *Graph) Identity(role string) evidence.Fact[iampolicy.Identity] {
	if identity, ok := g.identities()[role]; ok {
		return identity
	}
	if gaps := g.account.IAM.Roles.Gaps(); len(gaps) > 0 {
		return evidence.Missing[iampolicy.Identity](gaps[0])
	}
	return evidence.Missing[iampolicy.Identity](evidence.Gap{Service: "iam", Resource: role, Reason: evidence.Failed,
		Detail: "the role is not in this account, or was deleted"})
}

// mayCall tells whether a role may use generative AI. Its message lacks the subject.
func (g *Graph) mayCall(role string) evidence.Verdict {
	if v, ok := g.callers()[role]; ok {
		return v
	}
	if len(g.account.IAM.Roles.Gaps()) == 0 && ownerOf(role) == g.account.ID {
		return evidence.Fail("") // a deleted role can call nothing
	}
	return uncertain(*g.Identity(role).Gap())
}

// readCallers tells of every role whether it may use generative AI.
func (g *Graph) readCallers() map[string]evidence.Verdict {
	callers := map[string]evidence.Verdict{}
	for role, identity := range g.identities() {
		callers[role] = relevance(evidence.With(identity, func(i iampolicy.Identity) evidence.Verdict {
			for _, action := range Actions {
				for _, resource := range g.targets(action) {
					if i.Allows(action, resource) != iampolicy.No {
						return evidence.Pass("can call " + action)
					}
				}
			}
			return evidence.Fail("")
		}))
	}
	return callers
}

// targets are the resources that an action can be called on. Models of Bedrock's marketplace are
// endpoints of SageMaker.
func (g *Graph) targets(action string) []string {
	service, _, _ := strings.Cut(action, ":")
	prefix := "arn:" + g.account.Partition + ":"
	targets := []string{prefix + service + ":*:*:*"}
	if service == "bedrock" {
		targets = append(targets, prefix+"sagemaker:*:*:*")
	}
	return targets
}

// Role tells whether a principal may use generative AI and is trusted by a service that runs workloads,
// or is the execution role of a resource in scope.
func (g *Graph) Role(r evidence.Role) evidence.Verdict {
	own := func() evidence.Verdict {
		return evidence.All(g.Assumed(r), g.mayCall(r.ARN))
	}
	switch {
	case g.everything:
		return evidence.Pass("--scope account")
	case g.tag.key != "":
		own = func() evidence.Verdict { return relevance(evidence.With(r.Tags, g.carries)) }
	}
	return evidence.Any(own(), g.roles().reach(r.ARN))
}

// ServiceRole tells whether the workload runs as a role, or Bedrock or AgentCore may assume it, be it
// only to write logs.
func (g *Graph) ServiceRole(r evidence.Role) evidence.Verdict {
	v := g.Role(r)
	if v.Passed() || g.tag.key != "" {
		return v
	}
	return evidence.Any(v, g.TrustedBy(r, "bedrock", "bedrock-agentcore"))
}

// TrustedBy tells whether one of some AWS services, by the first labels of its principal, may assume a role.
func (g *Graph) TrustedBy(r evidence.Role, services ...string) evidence.Verdict {
	return g.trust(r, func(t iampolicy.Trust) bool { return slices.Contains(services, t.Service()) })
}

// Assumed tells whether a service that runs workloads, or a federated workload, may assume a role.
func (g *Graph) Assumed(r evidence.Role) evidence.Verdict {
	return g.trust(r, func(t iampolicy.Trust) bool {
		return slices.Contains(services, t.Service()) ||
			slices.ContainsFunc(federated, func(prefix string) bool { return strings.HasPrefix(t.OIDCProvider(), prefix) })
	})
}

// trust tells whether a role's trust policy admits a principal.
func (g *Graph) trust(r evidence.Role, admits func(iampolicy.Trust) bool) evidence.Verdict {
	return relevance(evidence.With(Document(r.Trust, r.ARN), func(d iampolicy.Document) evidence.Verdict {
		for _, t := range iampolicy.Trusts(d) {
			if admits(t) {
				return evidence.Pass("assumed by " + t.Value)
			}
		}
		return evidence.Fail("")
	}))
}

// grantedTables are the DynamoDB tables that one principal of the workload names.
type grantedTables struct {
	role     evidence.Role
	patterns []string
	verdict  evidence.Verdict
}

// tableGrants collects the table ARNs that roles in scope name in their policies. A role whose policies
// were not read may name any.
func (g *Graph) tableGrants() []grantedTables {
	var all []grantedTables
	for _, role := range g.account.IAM.Roles.Found() {
		v := g.Role(role)
		if !v.Can(evidence.CanPass) {
			continue
		}
		identity := g.Identity(role.ARN)
		if gap := identity.Gap(); gap != nil {
			all = append(all, grantedTables{role, []string{"*"}, uncertain(*gap)})
			continue
		}
		var patterns []string
		evidence.With(identity, func(i iampolicy.Identity) evidence.Verdict {
			for _, grant := range i.Grants("dynamodb:*") {
				for _, resource := range grant.Resources {
					if table, ok := namedTable(resource); ok {
						patterns = append(patterns, table)
					}
				}
			}
			return evidence.Verdict{}
		})
		if len(patterns) > 0 {
			v.Message = "role " + role.Name + " names it in a policy"
			all = append(all, grantedTables{role, patterns, v})
		}
	}
	if gaps := g.account.IAM.Roles.Gaps(); len(gaps) > 0 {
		all = append(all, grantedTables{patterns: []string{"*"}, verdict: uncertain(gaps...)})
	}
	return all
}

// namedTable returns the part of a resource pattern that names tables, without their indexes and
// streams, and whether it names some rather than all of them.
func namedTable(pattern string) (string, bool) {
	prefix, rest, ok := strings.Cut(pattern, ":table/")
	name, _, _ := strings.Cut(variable.ReplaceAllString(rest, "*"), "/")
	return prefix + ":table/" + name, ok && strings.Trim(name, "*?") != ""
}

// variable is a policy variable, whose value nobody knows.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// granted tells whether a principal of the workload names a table.
func (g *Graph) granted(arn string) evidence.Verdict {
	var ways []evidence.Verdict
	for _, grants := range g.tables() {
		for _, pattern := range grants.patterns {
			if iampolicy.Overlap(pattern, arn) {
				ways = append(ways, grants.verdict)
				break
			}
		}
	}
	if len(ways) == 0 {
		return evidence.Fail("")
	}
	return evidence.Any(ways...)
}

// ownerOf is the account in an ARN.
func ownerOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

// agentOf is the agent id in an agent alias's ARN.
func agentOf(aliasARN string) string {
	_, path, _ := strings.Cut(aliasARN, ":agent-alias/")
	id, _, _ := strings.Cut(path, "/")
	return id
}
