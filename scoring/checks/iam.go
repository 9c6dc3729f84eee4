package checks

import (
	"slices"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// roleKind makes a kind of IAM role by when it counts.
func roleKind(relevance func(*workload.Graph, evidence.Role) evidence.Verdict) scoring.Kind[evidence.Role] {
	return scoring.Kind[evidence.Role]{
		Global:    func(a *evidence.Account) evidence.List[evidence.Role] { return a.IAM.Roles },
		ID:        func(_ *scoring.Input, _ string, r evidence.Role) string { return r.ARN },
		Name:      func(r evidence.Role) string { return r.Name },
		Relevance: func(g *workload.Graph, _ string, r evidence.Role) evidence.Verdict { return relevance(g, r) },
	}
}

var (
	roles        = roleKind((*workload.Graph).Role)
	serviceRoles = roleKind(func(g *workload.Graph, r evidence.Role) evidence.Verdict {
		return evidence.All(g.TrustedBy(r, deputies...), g.ServiceRole(r))
	})
)

var iamChecks = []scoring.Check{
	{
		ID:         "iam-root-secured",
		Title:      "The root user has no access key, and MFA or no password at all",
		Questions:  []string{"1.1"},
		Severity:   scoring.Critical,
		Operations: []string{"iam.GetAccountSummary"},
		Why:        "The root user can do anything and no policy of the account can stop it: who takes it over owns the workload and its data.",
		Fix:        "aws iam delete-access-key --access-key-id <root-access-key-id> # as root; then enrol an MFA device, or have the organization remove the root credentials of its member accounts",
		References: []string{"Prowler iam_root_mfa_enabled", "Prowler iam_no_root_access_key", "Prowler iam_root_credentials_management_enabled"},
		Test:       scoring.PerAccount(rootSecured),
	},
	{
		ID:         "iam-admin-policy-attached",
		Title:      "No role that the workload runs as is an administrator",
		Questions:  []string{"1.1"},
		Severity:   scoring.Critical,
		Operations: []string{"iam.GetAccountAuthorizationDetails"},
		Why:        "A prompt injection or a leaked credential of this role takes over the whole account.",
		Fix:        "aws iam detach-role-policy --role-name <role> --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
		References: []string{
			"GENSEC01-BP01", "LLM06:2025", "Prowler iam_aws_attached_policy_no_administrative_privileges",
			"Prowler iam_customer_attached_policy_no_administrative_privileges", "Prowler iam_inline_policy_no_administrative_privileges",
			"Prowler iam_role_administratoraccess_policy",
		},
		Test: scoring.Resources(roles, roleNoAdministrator),
	},
	{
		ID:         "iam-administrators-known",
		Title:      "The administrators outside the workload have temporary credentials only",
		Questions:  []string{"1.1"},
		Severity:   scoring.Low,
		NeverFails: true,
		Operations: []string{"iam.GetAccountAuthorizationDetails"},
		Why:        "Every account needs administrators. Who they are should be known, and an IAM user's password or key does not expire as a role's session does.",
		Fix:        "aws iam detach-user-policy --user-name <user> --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
		References: []string{"GENSEC01-BP01", "LLM06:2025"},
		Test:       scoring.PerAccount(administratorsKnown),
	},
	{
		ID:         "bedrock-service-role-confused-deputy",
		Title:      "Roles that Bedrock, AgentCore or SageMaker may assume are tied to this account",
		Questions:  []string{"1.1"},
		Severity:   scoring.Medium,
		Operations: []string{"iam.GetAccountAuthorizationDetails"},
		Why:        "Without a source condition the service may use the role for a request that another account made.",
		Fix:        "aws iam update-assume-role-policy --role-name <role> --policy-document file://trust-with-aws-SourceAccount.json",
		References: []string{"GENSEC05-BP01", "AGENTSEC03", "LLM06:2025", "Prowler iam_role_cross_service_confused_deputy_prevention"},
		Test:       scoring.Resources(serviceRoles, roleNamesSource),
	},
}

// summaryCount asks about a number of GetAccountSummary; one that the reply does not have is unknown.
func summaryCount(summary map[string]int, key string, ask func(int) evidence.Verdict) evidence.Verdict {
	n, ok := summary[key]
	if !ok {
		return evidence.Unknown("", evidence.Gap{Service: "iam", Operation: "GetAccountSummary", Reason: evidence.Failed, Detail: "the reply does not have " + key})
	}
	return ask(n)
}

// rootSecured: a member account whose root credentials were removed centrally has no password and no MFA.
func rootSecured(in *scoring.Input) evidence.Verdict {
	return evidence.With(in.Account.IAM.Summary, func(s map[string]int) evidence.Verdict {
		return evidence.All(
			summaryCount(s, "AccountAccessKeysPresent", func(n int) evidence.Verdict {
				return evidence.Test(n == 0, "root has no access key", "root has access keys")
			}),
			evidence.Any(
				summaryCount(s, "AccountMFAEnabled", func(n int) evidence.Verdict {
					return evidence.Test(n > 0, "root has MFA", "root has no MFA")
				}),
				summaryCount(s, "AccountPasswordPresent", func(n int) evidence.Verdict {
					return evidence.Test(n == 0, "root has no password", "root has a password")
				})))
	})
}

// serviceLinked reports that a role is linked to a service, which alone can change it.
func serviceLinked(r evidence.Role) bool { return strings.HasPrefix(r.Path, "/aws-service-role/") }

// asWorkload asks what a role may do, where a workload may assume it. Roles of people and of
// deployment tools are no workload, and AWS writes the policies of those that are linked to a service.
func asWorkload(in *scoring.Input, r evidence.Role, ask func(iampolicy.Identity) evidence.Verdict) evidence.Verdict {
	if serviceLinked(r) {
		return evidence.NotApplicable("linked to a service: AWS writes its policies")
	}
	assumed := in.Workload.Assumed(r)
	if !assumed.Can(evidence.CanPass) {
		return evidence.NotApplicable("no service that runs workloads may assume it")
	}
	return evidence.If(assumed, func() evidence.Verdict { return evidence.With(in.Workload.Identity(r.ARN), ask) })
}

// policySource names the policy in which a statement stands; i.Policies are a role's inline policies and
// then its attached ones.
func policySource(r evidence.Role, i iampolicy.Identity, s *iampolicy.Statement) string {
	name := "a policy"
	evidence.With(r.Permissions, func(p evidence.Permissions) evidence.Verdict {
		for n := range i.Policies {
			for m := range i.Policies[n].Statements {
				switch {
				case &i.Policies[n].Statements[m] != s:
				case n < len(p.Inline):
					name = "inline policy " + p.Inline[n].Name
				case n-len(p.Inline) < len(p.Attached):
					arn := p.Attached[n-len(p.Inline)]
					name = "policy " + arn[strings.LastIndexByte(arn, '/')+1:]
				}
			}
		}
		return evidence.Verdict{}
	})
	return name
}

// administrator returns the grant that makes an identity an administrator, or nil: every action on every
// resource, be it under a condition other than on tags or but for some resources, of which no Deny
// leaves a few services only.
func administrator(i iampolicy.Identity) *iampolicy.Grant {
	elsewhere := slices.ContainsFunc([]string{"iam:PutRolePolicy", "ec2:TerminateInstances", "s3:DeleteBucket"}, func(action string) bool {
		return i.Allows(action, "*") != iampolicy.No
	})
	for _, g := range i.ServiceWildcards() {
		if elsewhere && slices.Contains(g.Actions, "*") && len(g.NotActions) == 0 && !onTags(g) {
			return &g
		}
	}
	return nil
}

func roleNoAdministrator(in *scoring.Input, _ *evidence.Region, r evidence.Role) evidence.Verdict {
	return asWorkload(in, r, func(i iampolicy.Identity) evidence.Verdict {
		g := administrator(i)
		if g == nil {
			return evidence.Pass("is not an administrator")
		}
		message := policySource(r, i, g.Statement) + " allows every action on every resource"
		if len(g.NotResources) > 0 {
			message += " but " + strings.Join(g.NotResources, ", ")
		}
		if len(g.Conditions) > 0 {
			message += ", under a condition on " + g.Conditions[0].Key
		}
		return evidence.Fail(message)
	})
}

// administratorsKnown lists the administrators that no workload assumes, in one finding: people, SSO
// and deployment tools.
func administratorsKnown(in *scoring.Input) evidence.Verdict {
	var names []string
	listed := func(of evidence.Fact[evidence.Permissions], arn, name string, verdict evidence.Verdict) evidence.Verdict {
		return evidence.With(in.Workload.Permissions(of, arn), func(i iampolicy.Identity) evidence.Verdict {
			if administrator(i) == nil {
				return evidence.NotApplicable("")
			}
			names = append(names, name)
			return verdict
		})
	}
	v := evidence.All(
		evidence.Every(in.Account.IAM.Users, func(u evidence.User) evidence.Verdict {
			return listed(u.Permissions, u.ARN, "user "+u.Name, evidence.Fail(""))
		}),
		evidence.Every(in.Account.IAM.Roles, func(r evidence.Role) evidence.Verdict {
			if serviceLinked(r) {
				return evidence.NotApplicable("")
			}
			return evidence.If(evidence.Not(in.Workload.Assumed(r)), func() evidence.Verdict {
				return listed(r.Permissions, r.ARN, "role "+r.Name, evidence.Pass(""))
			})
		}))
	v.Message = "no administrators outside the workload were seen"
	if len(names) > 0 {
		slices.Sort(names)
		v.Message = "administrators outside the workload: " + strings.Join(names, ", ")
	}
	return v
}

// deputies are the services that act in a role of the account's for what somebody asked of them.
var deputies = []string{"bedrock", "bedrock-agentcore", "sagemaker"}

func roleNamesSource(in *scoring.Input, _ *evidence.Region, r evidence.Role) evidence.Verdict {
	if serviceLinked(r) {
		return evidence.NotApplicable("linked to a service: AWS writes its policies")
	}
	return evidence.With(workload.Document(r.Trust, r.ARN), func(d iampolicy.Document) evidence.Verdict {
		deputy := func(p iampolicy.Principal) bool { return slices.Contains(deputies, p.Service()) }
		if !slices.ContainsFunc(iampolicy.Trusts(d), func(t iampolicy.Trust) bool { return deputy(t.Principal) }) {
			return evidence.NotApplicable("neither Bedrock, AgentCore nor SageMaker may assume it")
		}
		for _, e := range iampolicy.Exposures(d, in.Account.ID) {
			switch {
			case !deputy(e.Principal):
			case e.Kind == iampolicy.OtherAccount:
				return evidence.Fail(e.Principal.Value + " may assume it for account " + e.Account)
			default:
				return evidence.Fail(e.Principal.Value + " may assume it for any account: its trust has no condition on aws:SourceAccount or aws:SourceArn")
			}
		}
		return evidence.Pass("its trust is tied to a source")
	})
}
