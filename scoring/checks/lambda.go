package checks

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var lambdaFunctions = regional(
	func(r *evidence.Region) evidence.List[evidence.Function] { return r.Lambda.Functions },
	func(f evidence.Function) string { return f.ARN },
	func(f evidence.Function) string { return f.Name },
	(*workload.Graph).Function)

// lambdaChecks are about who may reach a function, and what it may reach.
var lambdaChecks = []scoring.Check{
	{
		ID:         "lambda-function-url-auth",
		Title:      "Function URLs require IAM authentication",
		Questions:  []string{"1.3"},
		Severity:   scoring.Critical,
		Operations: []string{"lambda.ListFunctions", "lambda.ListFunctionUrlConfigs"},
		Why:        "Anyone who learns the URL can call the model at the account's cost and read what it answers.",
		Fix:        "aws lambda update-function-url-config --function-name <function> --auth-type AWS_IAM",
		References: []string{"GENSEC01-BP01", "LLM10:2025", "Prowler awslambda_function_url_public"},
		Test:       scoring.Resources(lambdaFunctions, functionURLAuth),
	},
	{
		ID:         "lambda-function-not-public",
		Title:      "Function policies do not admit everyone",
		Questions:  []string{"1.3"},
		Severity:   scoring.Critical,
		Operations: []string{"lambda.ListFunctions", "lambda.ListAliases", "lambda.GetPolicy"},
		Why:        "Any AWS account, or anybody at all, could run the function with its role.",
		Fix:        "aws lambda remove-permission --function-name <function[:alias]> --statement-id <sid>",
		References: []string{"GENSEC01-BP01", "LLM06:2025", "Prowler awslambda_function_not_publicly_accessible"},
		Test:       scoring.Resources(lambdaFunctions, functionPolicyNotPublic),
	},
	{
		ID:         "lambda-function-confused-deputy",
		Title:      "Function policies tie each AWS service to a source",
		Questions:  []string{"1.3"},
		Severity:   scoring.Medium,
		Operations: []string{"lambda.ListFunctions", "lambda.ListAliases", "lambda.GetPolicy"},
		Why:        "Without aws:SourceArn or aws:SourceAccount the service also invokes the function for other accounts: a confused deputy.",
		Fix:        "aws lambda add-permission --function-name <function[:alias]> --statement-id <new-sid> --action lambda:InvokeFunction --principal <service>.amazonaws.com --source-account <account> --source-arn <source-arn> && aws lambda remove-permission --function-name <function[:alias]> --statement-id <sid>",
		References: []string{"GENSEC01-BP01", "LLM06:2025"},
		Test:       scoring.Resources(lambdaFunctions, functionPolicySource),
	},
	{
		ID:         "lambda-genai-role-least-privilege",
		Title:      "Function roles have no data permissions on every resource of a service",
		Questions:  []string{"2.5"},
		Severity:   scoring.High,
		Operations: []string{"lambda.ListFunctions", "iam.GetAccountAuthorizationDetails"},
		Why:        "Whoever steers the model steers the function's role: it then reads every bucket, table or secret of the account.",
		Fix:        "aws iam put-role-policy --role-name <role> --policy-name <policy> --policy-document file://<scoped-policy>.json",
		References: []string{"GENSEC05-BP01", "GENSEC01-BP03", "LLM06:2025", "LLM02:2025", "Prowler iam_policy_allows_privilege_escalation"},
		Test:       scoring.Resources(lambdaFunctions, functionRole),
	},
	{
		ID:         "lambda-tenant-isolation",
		Title:      "Functions that serve several tenants isolate them",
		Questions:  []string{"1.2"},
		Severity:   scoring.Low,
		Operations: []string{"lambda.ListFunctions"},
		Why:        "Memory and files that an execution environment keeps between invocations can carry one tenant's data to the next.",
		Fix:        "aws lambda create-function --function-name <new-function> --tenancy-config TenantIsolationMode=PER_TENANT --runtime <runtime> --handler <handler> --role <role-arn> --zip-file fileb://<package>.zip",
		References: []string{"GENSEC05-BP01", "LLM02:2025"},
		Test:       scoring.Resources(lambdaFunctions, functionTenants),
	},
	{
		ID:         "stage-isolated-resources",
		Title:      "Functions of one stage do not name resources of another",
		Questions:  []string{"5.7"},
		Severity:   scoring.High,
		NeverFails: true,
		Operations: []string{"lambda.ListFunctions", "iam.GetAccountAuthorizationDetails", "resourcegroupstaggingapi.GetResources"},
		Why:        "A production function that uses development data leaks one into the other, and a test can change production.",
		Fix:        "aws lambda update-function-configuration --function-name <function> --environment file://<stage>.json",
		References: []string{"GENOPS04-BP01"},
		Test:       scoring.Resources(lambdaFunctions, functionStage),
	},
}

// functionPart says which policy or URL it is: the function's own, a version's or an alias's.
func functionPart(qualifier string) string {
	switch {
	case qualifier == "", qualifier == "$LATEST":
		return "the function"
	case strings.Trim(qualifier, "0123456789") == "":
		return "version " + qualifier
	}
	return "alias " + qualifier
}

// functionQualifier is the version or alias in a function's ARN.
func functionQualifier(arn string) string {
	return strings.TrimPrefix(strings.TrimPrefix(arn, workload.Unqualified(arn)), ":")
}

func functionURLAuth(_ *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.If(hasFunctionURL(f), func() evidence.Verdict {
		return evidence.Every(f.URLs, func(u evidence.FunctionURL) evidence.Verdict {
			url := "the URL of " + functionPart(functionQualifier(u.ARN))
			return evidence.With(u.Auth, func(auth string) evidence.Verdict {
				return evidence.Test(auth == "AWS_IAM", url+" requires IAM authentication", url+" requires no authentication (AuthType "+auth+")")
			})
		})
	})
}

func hasFunctionURL(f evidence.Function) evidence.Verdict {
	return evidence.Exists(f.URLs, "the function has a URL", "the function has no URL", func(evidence.FunctionURL) bool { return true })
}

// eachFunctionPolicy asks the policy of a function, of its aliases and of its versions in use.
func eachFunctionPolicy(f evidence.Function, ask func(part string, d iampolicy.Document) evidence.Verdict) evidence.Verdict {
	return evidence.Every(f.Policies, func(p evidence.FunctionPolicy) evidence.Verdict {
		return evidence.With(workload.Document(p.Document, f.ARN), func(d iampolicy.Document) evidence.Verdict {
			return ask(functionPart(p.Qualifier), d)
		})
	})
}

func functionPolicyNotPublic(in *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return eachFunctionPolicy(f, func(part string, d iampolicy.Document) evidence.Verdict {
		for _, e := range iampolicy.Exposures(d, in.Account.ID) {
			if e.Kind == iampolicy.Everyone {
				return evidence.Fail("statement " + e.Statement.Sid + " of the policy of " + part + " admits everyone")
			}
		}
		if len(d.Statements) == 0 {
			return evidence.Pass(part + " has no resource policy")
		}
		return evidence.Pass("the policy of " + part + " admits named principals only")
	})
}

func functionPolicySource(in *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return eachFunctionPolicy(f, func(part string, d iampolicy.Document) evidence.Verdict {
		for _, e := range iampolicy.Exposures(d, in.Account.ID) {
			if e.Kind == iampolicy.ServiceWithoutSource && invokesFunction(e.Statement) {
				return evidence.Fail("statement " + e.Statement.Sid + " of the policy of " + part + " lets " + e.Principal.Value + " invoke it for any account")
			}
		}
		if !slices.ContainsFunc(functionInvokers(d), func(p iampolicy.Principal) bool { return p.Type == "Service" }) {
			return evidence.NotApplicable("no policy admits an AWS service")
		}
		return evidence.Pass("the policy of " + part + " ties each service to a source")
	})
}

// invokesFunction reports that a statement is about invoking a function.
func invokesFunction(s *iampolicy.Statement) bool {
	return s.NotActions != nil || slices.ContainsFunc(s.Actions, func(pattern string) bool {
		for _, action := range []string{"lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:InvokeAsync"} {
			if iampolicy.MatchAction(pattern, action) {
				return true
			}
		}
		return false
	})
}

// functionInvokers are the principals that a policy lets invoke a function, conditions aside.
func functionInvokers(d iampolicy.Document) (all []iampolicy.Principal) {
	for i := range d.Statements {
		if s := &d.Statements[i]; s.Effect == iampolicy.Allow && invokesFunction(s) {
			all = append(all, s.Principals...)
		}
	}
	return all
}

// dataReach is what a role can do with all resources of a kind.
type dataReach struct {
	what     string
	resource string // pattern of all of them; %R and %A stand for region and account, %P for the partition
	actions  []string
}

var dataReaches = []dataReach{
	{"object in S3", "arn:%P:s3:::*/*", []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}},
	{"DynamoDB table", "arn:%P:dynamodb:%R:%A:table/*", []string{
		"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQL*",
		"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}},
	{"secret", "arn:%P:secretsmanager:%R:%A:secret:*", []string{"secretsmanager:GetSecretValue"}},
	{"KMS key", "arn:%P:kms:%R:%A:key/*", []string{"kms:Decrypt"}},
	{"Aurora cluster", "arn:%P:rds:%R:%A:cluster:*", []string{"rds-data:*"}},
	{"role", "arn:%P:iam::%A:role/*", []string{"iam:PassRole"}},
}

func functionRole(in *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		return evidence.With(in.Workload.Identity(s.Role), func(id iampolicy.Identity) evidence.Verdict {
			if id.Administrator() {
				return evidence.Fail("its role " + s.Role + " is an administrator")
			}
			names := strings.NewReplacer("%P", in.Account.Partition, "%R", region.Name, "%A", in.Account.ID)
			var wide []string
			for _, r := range dataReaches {
				for _, g := range id.ResourceWildcards(names.Replace(r.resource), r.actions) {
					if !narrowedGrant(g) {
						wide = append(wide, strings.Join(g.Actions, ", ")+" on every "+r.what)
					}
				}
			}
			return evidence.Test(len(wide) == 0, "its role "+s.Role+" names the data that it reaches",
				"its role "+s.Role+" allows "+strings.Join(slices.Compact(wide), "; "))
		})
	})
}

// narrowingKey matches the condition keys that choose among the resources of a grant on all of them.
var narrowingKey = regexp.MustCompile(`(?i)^(kms:ViaService|kms:ResourceAliases|dynamodb:LeadingKeys|s3:ExistingObjectTag/.*|[a-z]+:ResourceTag/.*)$`)

// narrowedGrant reports that a condition leaves a grant on all resources only some of them.
func narrowedGrant(g iampolicy.Grant) bool {
	return slices.ContainsFunc(g.Conditions, func(c iampolicy.Condition) bool {
		return narrowingKey.MatchString(c.Key) && g.RestrictedBy(c.Key)
	})
}

func functionTenants(in *scoring.Input, _ *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		switch {
		case s.TenantIsolation:
			return evidence.Pass("each tenant has execution environments of its own")
		case in.Settings.MultiTenant:
			return evidence.Fail("no tenant isolation although the workload is declared multi-tenant")
		}
		return evidence.NotApplicable("the workload is not declared multi-tenant")
	})
}

// stageTagKey matches the tag keys that name a stage.
var stageTagKey = regexp.MustCompile(`(?i)^(stage|env|environment)$`)

// functionStageOf is the stage that a function's name tells, else its tags; empty for none.
func functionStageOf(in *scoring.Input, region string, f evidence.Function) evidence.Fact[string] {
	if stage := evidence.Stage(f.Name); stage != "" {
		return evidence.Known(stage)
	}
	return evidence.Map(in.Workload.Tags(region, f.ARN), func(tags evidence.Tags) string {
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			if stage := evidence.Stage(tags[key]); stage != "" && stageTagKey.MatchString(key) {
				return stage
			}
		}
		return ""
	})
}

func functionStage(in *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
		return evidence.With(functionStageOf(in, region.Name, f), func(stage string) evidence.Verdict {
			if stage == "" {
				return evidence.NotApplicable("neither its name nor its tags tell its stage")
			}
			return evidence.All(
				evidence.With(f.Variables, func(all []evidence.Variable) evidence.Verdict { return variableStages(stage, all) }),
				evidence.With(in.Workload.Identity(s.Role), func(id iampolicy.Identity) evidence.Verdict { return policyStages(stage, id) }))
		})
	})
}

func variableStages(stage string, all []evidence.Variable) evidence.Verdict {
	for _, v := range all {
		if v.Stage != "" && v.Stage != stage {
			return evidence.Fail("the stage is " + stage + ", and variable " + v.Name + " names " + v.Stage)
		}
	}
	return evidence.Pass("the stage is " + stage + ", and its variables and its role name no other")
}

func policyStages(stage string, id iampolicy.Identity) evidence.Verdict {
	for _, g := range id.Grants("*") {
		for _, resource := range g.Resources {
			if other := evidence.Stage(resource); other != "" && other != stage {
				return evidence.Fail("the stage is " + stage + ", and its role names " + resource)
			}
		}
	}
	return evidence.Pass("")
}
