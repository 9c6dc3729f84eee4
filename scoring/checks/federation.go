package checks

import (
	"regexp"
	"slices"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var deployRoles = roleKind(trustsCI)

// federationChecks ask which pipelines outside the account may act in it.
var federationChecks = []scoring.Check{
	{
		ID:         "cicd-oidc-trust-restricted",
		Title:      "Roles for external pipelines admit only named repositories",
		Questions:  []string{"5.4"},
		Severity:   scoring.Critical,
		Operations: []string{"iam.GetAccountAuthorizationDetails", "iam.ListOpenIDConnectProviders", "iam.GetOpenIDConnectProvider"},
		Why:        "The issuer signs tokens for every customer of the pipeline's vendor: a trust that names no repository lets strangers deploy.",
		Fix:        "aws iam update-assume-role-policy --role-name <role> --policy-document file://trust-with-sub-and-aud.json",
		References: []string{"LLM03:2025"},
		Test:       scoring.Resources(deployRoles, roleAdmitsRepositories),
	},
	{
		ID:         "ci-external-oidc-detected",
		Title:      "An external pipeline federates into the account",
		Questions:  []string{"9.2"},
		Severity:   scoring.Low,
		NeverFails: true,
		Weak:       true,
		Operations: []string{"iam.ListOpenIDConnectProviders"},
		Why:        "It tells that there is a pipeline, not what it does: an owner's word settles the question.",
		Fix:        "aws iam create-open-id-connect-provider --url https://<issuer> --client-id-list sts.amazonaws.com",
		References: []string{"GENOPS04-BP02"},
		Test:       scoring.PerAccount(pipelineFederates),
	},
}

// issuer is an OIDC issuer of a CI system.
type issuer struct {
	name    string
	url     *regexp.Regexp // of the provider, without https://
	subject *regexp.Regexp // a value of the sub claim that names a repository, project or pipeline
	claims  []oidcClaim    // others that do, where AWS takes them for conditions
}

type oidcClaim struct {
	name  string
	value *regexp.Regexp
}

// issuers are the CI systems whose tokens AWS accounts commonly trust. The forms of their sub claims
// are from their vendors' documentation of OpenID Connect. No wildcard may stand before the end of the
// organization's name: "org*" admits every organization that begins so.
var issuers = []issuer{
	{
		name: "GitHub Actions", url: regexp.MustCompile(`^token\.actions\.|/_services/token$`),
		subject: regexp.MustCompile(`^([^*?]*:)?((repo|repository|job_workflow_ref):[^*?:/]+/[^*?:]|repository_id:\d+(:|$))`),
		claims: []oidcClaim{
			{"repository", regexp.MustCompile(`^[^*?/]+/[^*?]`)},
			{"repository_id", regexp.MustCompile(`^\d+$`)},
			{"job_workflow_ref", regexp.MustCompile(`^[^*?/]+/[^*?]`)},
		},
	},
	{name: "GitLab", url: regexp.MustCompile(`^[^/]*gitlab`), subject: regexp.MustCompile(`^project_path:[^*?:/]+/[^*?:]`)},
	{name: "Bitbucket Pipelines", url: regexp.MustCompile(`^api\.bitbucket\.org/`), subject: regexp.MustCompile(`^\{?[0-9a-fA-F-]{36}`)},
	{name: "CircleCI", url: regexp.MustCompile(`^oidc\.circleci\.com/`), subject: regexp.MustCompile(`^org/[^*?/]+/project/[^*?/]`)},
	{name: "Buildkite", url: regexp.MustCompile(`^agent\.buildkite\.com`), subject: regexp.MustCompile(`^organization:[^*?:]+:pipeline:[^*?:]`)},
	{name: "HCP Terraform", url: regexp.MustCompile(`^app\.terraform\.io`), subject: regexp.MustCompile(`^organization:[^*?:]+:(project:[^*?:]|project:[^:]*:workspace:[^*?:])`)},
	{name: "Azure Pipelines", url: regexp.MustCompile(`^vstoken\.dev\.azure\.com/`), subject: regexp.MustCompile(`^sc://[^*?/]+/[^*?/]`)},
}

// issuerOf returns the CI system behind an OIDC provider's URL, or nil.
func issuerOf(url string) *issuer {
	for i := range issuers {
		if issuers[i].url.MatchString(url) {
			return &issuers[i]
		}
	}
	return nil
}

// providerURL is the URL, without https://, in an OIDC provider's ARN.
func providerURL(arn string) string {
	return iampolicy.Principal{Type: "Federated", Value: arn}.OIDCProvider()
}

// trustsCI tells whether a CI system may assume a role. Such a role counts whatever it deploys: who
// gets into the account by it is beside the workload.
func trustsCI(_ *workload.Graph, r evidence.Role) evidence.Verdict {
	return evidence.With(workload.Document(r.Trust, r.ARN), func(d iampolicy.Document) evidence.Verdict {
		for _, t := range iampolicy.Trusts(d) {
			if i := issuerOf(t.OIDCProvider()); i != nil {
				return evidence.Pass("assumed by " + i.name)
			}
		}
		return evidence.Fail("")
	})
}

func roleAdmitsRepositories(in *scoring.Input, _ *evidence.Region, r evidence.Role) evidence.Verdict {
	return evidence.With(workload.Document(r.Trust, r.ARN), func(d iampolicy.Document) evidence.Verdict {
		var verdicts []evidence.Verdict
		for _, t := range iampolicy.Trusts(d) {
			if i := issuerOf(t.OIDCProvider()); i != nil {
				verdicts = append(verdicts, admitsNamed(i, t), audience(in, t))
			}
		}
		if len(verdicts) == 0 {
			return evidence.NotApplicable("no external pipeline may assume it")
		}
		return evidence.All(verdicts...)
	})
}

// admitsNamed tells whether a trust requires a token of a named repository.
func admitsNamed(i *issuer, t iampolicy.Trust) evidence.Verdict {
	names := func(values []string, form *regexp.Regexp) bool {
		return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool { return !form.MatchString(v) })
	}
	for _, c := range i.claims {
		if values, ok := iampolicy.TrustCondition(t.Statement, t.OIDCProvider()+":"+c.name); ok && names(values, c.value) {
			return evidence.Pass("admits " + strings.Join(values, ", "))
		}
	}
	values, ok := iampolicy.TrustCondition(t.Statement, t.OIDCProvider()+":sub")
	if !ok {
		return evidence.Fail("admits any token of " + i.name + ": its trust has no condition on " + t.OIDCProvider() + ":sub")
	}
	return evidence.Test(names(values, i.subject), "admits "+strings.Join(values, ", "), "admits "+strings.Join(values, ", ")+", which names no repository")
}

// audience tells whether only tokens meant for AWS are taken. The provider itself takes none but for
// its audiences, so that a condition on aud adds something only where it has several.
func audience(in *scoring.Input, t iampolicy.Trust) evidence.Verdict {
	key := t.OIDCProvider() + ":aud"
	values, ok := iampolicy.TrustCondition(t.Statement, key)
	if ok && !slices.ContainsFunc(values, func(v string) bool { return strings.ContainsAny(v, "*?") }) {
		return evidence.Pass("")
	}
	return evidence.Not(evidence.Some(in.Account.IAM.OIDCProviders, "", func(p evidence.OIDCProvider) evidence.Verdict {
		if p.ARN != t.Value {
			return evidence.Fail("")
		}
		return evidence.With(p.Audiences, func(audiences []string) evidence.Verdict {
			return evidence.Test(len(audiences) > 1, "its trust has no condition on "+key+" and the provider takes tokens for "+strings.Join(audiences, ", "), "")
		})
	}))
}

func pipelineFederates(in *scoring.Input) evidence.Verdict {
	return evidence.Some(in.Account.IAM.OIDCProviders, "no OIDC provider of a known CI system", func(p evidence.OIDCProvider) evidence.Verdict {
		if i := issuerOf(providerURL(p.ARN)); i != nil {
			return evidence.Pass(i.name + " federates by " + providerURL(p.ARN))
		}
		return evidence.Fail("")
	})
}
