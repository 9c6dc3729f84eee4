// Package lambda reads AWS Lambda.
package lambda

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// GetPolicy takes 15 calls a second, and all other control plane operations take 15 together: the
// rates of the latter leave some of that to others.
const quota = "Lambda Developer Guide, Lambda quotas: GetPolicy takes 15 calls a second, the rest of the control plane 15 together"

// Scanner lists functions and event source mappings, and reads in detail the functions that the
// workload may run. GetFunction is never called: its reply holds a link to the code.
var Scanner = scanners.Scanner{
	Service: "lambda",
	Operations: []scanners.Operation{
		{Name: "GetAccountSettings", IAM: []string{"lambda:GetAccountSettings"}},
		{Name: "GetFunctionConcurrency", IAM: []string{"lambda:GetFunctionConcurrency"}, Rate: 2, Source: quota},
		{Name: "GetFunctionRecursionConfig", IAM: []string{"lambda:GetFunctionRecursionConfig"}, Rate: 2, Source: quota},
		{Name: "GetPolicy", IAM: []string{"lambda:GetPolicy"}, Rate: 8, Source: quota},
		{Name: "ListAliases", IAM: []string{"lambda:ListAliases"}, Rate: 2, Source: quota},
		{Name: "ListEventSourceMappings", IAM: []string{"lambda:ListEventSourceMappings"}, Rate: 2, Source: quota},
		{Name: "ListFunctionEventInvokeConfigs", IAM: []string{"lambda:ListFunctionEventInvokeConfigs"}, Rate: 2, Source: quota},
		{Name: "ListFunctionUrlConfigs", IAM: []string{"lambda:ListFunctionUrlConfigs"}, Rate: 2, Source: quota},
		{Name: "ListFunctions", IAM: []string{"lambda:ListFunctions"}, Rate: 5, Source: quota},
		{Name: "ListProvisionedConcurrencyConfigs", IAM: []string{"lambda:ListProvisionedConcurrencyConfigs"}, Rate: 2, Source: quota},
	},
	Needs:    []string{"iam", "bedrockagent", "resourcegroupstaggingapi"},
	Regional: read,
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	l := &into.Lambda
	run.Together(
		func() { l.Concurrency = concurrency(ctx, run, client) },
		func() { l.Mappings = mappings(ctx, run, client) },
		func() {
			l.Functions = functions(ctx, run, client)
			scanners.Each(ctx, run, l.Functions, func(f *evidence.Function) string { return f.ARN }, func(f *evidence.Function) {
				if run.Workload.Function(run.Region, *f).Can(evidence.CanPass) {
					detail(ctx, run, client, f)
				}
			})
		},
	)
}

// errIncomplete is a reply without the member that was asked for.
var errIncomplete = errors.New("the reply lacks a member")

func concurrency(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.Fact[int] {
	return scanners.Read(run, "", func() (int, error) {
		out, err := client.GetAccountSettings(ctx, &sdk.GetAccountSettingsInput{})
		if err != nil {
			return 0, err
		}
		if out.AccountLimit == nil {
			return 0, errIncomplete
		}
		return int(out.AccountLimit.ConcurrentExecutions), nil
	})
}

// functions lists the unpublished version of each function.
func functions(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Function] {
	pages := sdk.NewListFunctionsPaginator(client, &sdk.ListFunctionsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListFunctionsOutput) (all []evidence.Function) {
		for _, f := range out.Functions {
			all = append(all, evidence.Function{
				ARN: aws.ToString(f.FunctionArn), Name: aws.ToString(f.FunctionName),
				Settings: evidence.Known(settings(f)), Variables: variables(run, f),
			})
		}
		return all
	})
}

func settings(f types.FunctionConfiguration) evidence.FunctionSettings {
	s := evidence.FunctionSettings{
		Role: aws.ToString(f.Role), Runtime: string(f.Runtime), Image: f.PackageType == types.PackageTypeImage,
		Timeout: int(aws.ToInt32(f.Timeout)), KMSKey: aws.ToString(f.KMSKeyArn), Description: aws.ToString(f.Description),
		Tracing: string(types.TracingModePassThrough), LogGroup: "/aws/lambda/" + aws.ToString(f.FunctionName),
		SnapStart: f.SnapStart != nil && f.SnapStart.ApplyOn == types.SnapStartApplyOnPublishedVersions,
		VPC:       f.VpcConfig != nil && aws.ToString(f.VpcConfig.VpcId) != "",
	}
	for _, layer := range f.Layers {
		s.Layers = append(s.Layers, aws.ToString(layer.Arn))
	}
	if t := f.TracingConfig; t != nil && t.Mode != "" {
		s.Tracing = string(t.Mode)
	}
	if l := f.LoggingConfig; l != nil {
		s.JSONLogs = l.LogFormat == types.LogFormatJson
		if group := aws.ToString(l.LogGroup); group != "" {
			s.LogGroup = group
		}
	}
	if d := f.DeadLetterConfig; d != nil {
		s.DeadLetter = aws.ToString(d.TargetArn)
	}
	if d := f.DurableConfig; d != nil {
		s.Durable, s.DurableTimeout = true, int(aws.ToInt32(d.ExecutionTimeout))
	}
	if t := f.TenancyConfig; t != nil {
		s.TenantIsolation = t.TenantIsolationMode == types.TenantIsolationModePerTenant
	}
	return s
}

// detail reads what has a call of its own per function.
func detail(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Function) {
	f.Aliases = aliases(ctx, run, client, f)
	f.URLs = urls(ctx, run, client, f)
	f.Provisioned = provisioned(ctx, run, client, f)
	f.Async = async(ctx, run, client, f)
	f.Policies = policies(ctx, run, client, f)
	f.Reserved = scanners.Read(run, f.ARN, func() (int, error) {
		out, err := client.GetFunctionConcurrency(ctx, &sdk.GetFunctionConcurrencyInput{FunctionName: &f.Name})
		if err != nil {
			return 0, err
		}
		if out.ReservedConcurrentExecutions == nil {
			return -1, nil
		}
		return int(*out.ReservedConcurrentExecutions), nil
	})
	f.Recursion = scanners.Read(run, f.ARN, func() (string, error) {
		out, err := client.GetFunctionRecursionConfig(ctx, &sdk.GetFunctionRecursionConfigInput{FunctionName: &f.Name})
		if err != nil {
			return "", err
		}
		if out.RecursiveLoop == "" {
			return "", errIncomplete
		}
		return string(out.RecursiveLoop), nil
	})
}

func aliases(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Function) evidence.List[evidence.FunctionAlias] {
	pages := sdk.NewListAliasesPaginator(client, &sdk.ListAliasesInput{FunctionName: &f.Name})
	return scanners.Pages(ctx, run, f.ARN, pages, func(out *sdk.ListAliasesOutput) (all []evidence.FunctionAlias) {
		for _, a := range out.Aliases {
			versions := []string{aws.ToString(a.FunctionVersion)}
			if a.RoutingConfig != nil {
				for version := range a.RoutingConfig.AdditionalVersionWeights {
					versions = append(versions, version)
				}
			}
			slices.Sort(versions)
			all = append(all, evidence.FunctionAlias{Name: aws.ToString(a.Name), Versions: evidence.Known(versions)})
		}
		return all
	})
}

func urls(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Function) evidence.List[evidence.FunctionURL] {
	pages := sdk.NewListFunctionUrlConfigsPaginator(client, &sdk.ListFunctionUrlConfigsInput{FunctionName: &f.Name})
	return scanners.Pages(ctx, run, f.ARN, pages, func(out *sdk.ListFunctionUrlConfigsOutput) (all []evidence.FunctionURL) {
		for _, u := range out.FunctionUrlConfigs {
			all = append(all, evidence.FunctionURL{ARN: aws.ToString(u.FunctionArn), Auth: evidence.Known(string(u.AuthType))})
		}
		return all
	})
}

func provisioned(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Function) evidence.List[string] {
	pages := sdk.NewListProvisionedConcurrencyConfigsPaginator(client, &sdk.ListProvisionedConcurrencyConfigsInput{FunctionName: &f.Name})
	return scanners.Pages(ctx, run, f.ARN, pages, func(out *sdk.ListProvisionedConcurrencyConfigsOutput) (all []string) {
		for _, p := range out.ProvisionedConcurrencyConfigs {
			all = append(all, aws.ToString(p.FunctionArn))
		}
		return all
	})
}

func async(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Function) evidence.List[evidence.AsyncConfig] {
	pages := sdk.NewListFunctionEventInvokeConfigsPaginator(client, &sdk.ListFunctionEventInvokeConfigsInput{FunctionName: &f.Name})
	return scanners.Pages(ctx, run, f.ARN, pages, func(out *sdk.ListFunctionEventInvokeConfigsOutput) (all []evidence.AsyncConfig) {
		for _, c := range out.FunctionEventInvokeConfigs {
			s := evidence.AsyncSettings{Retries: -1, OnFailure: onFailure(c.DestinationConfig)}
			if c.MaximumRetryAttempts != nil {
				s.Retries = int(*c.MaximumRetryAttempts)
			}
			all = append(all, evidence.AsyncConfig{ARN: aws.ToString(c.FunctionArn), Settings: evidence.Known(s)})
		}
		return all
	})
}

func onFailure(c *types.DestinationConfig) string {
	if c == nil || c.OnFailure == nil {
		return ""
	}
	return aws.ToString(c.OnFailure.Destination)
}

// policies reads the resource policy of the function, of each alias and of each version in use:
// without a qualifier AWS shows only the function's own.
func policies(ctx context.Context, run *scanners.Run, client *sdk.Client, f *evidence.Function) evidence.List[evidence.FunctionPolicy] {
	used := qualifiers(run, f)
	all := []evidence.FunctionPolicy{{}}
	for _, qualifier := range used.Found() {
		all = append(all, evidence.FunctionPolicy{Qualifier: qualifier})
	}
	for i := range all {
		in := &sdk.GetPolicyInput{FunctionName: &f.Name}
		resource := f.ARN
		if all[i].Qualifier != "" {
			in.Qualifier, resource = &all[i].Qualifier, f.ARN+":"+all[i].Qualifier
		}
		all[i].Document = scanners.Read(run, resource, func() (string, error) {
			out, err := client.GetPolicy(ctx, in)
			if scanners.Is(err, "ResourceNotFoundException") { // there is no policy
				return "", nil
			}
			if err != nil {
				return "", err
			}
			return aws.ToString(out.Policy), nil
		})
	}
	return evidence.Partial(all, used.Gaps()...)
}

// qualifiers are the aliases of a function, and the versions that these or an agent or flow invoke.
// $LATEST has no policy of its own.
func qualifiers(run *scanners.Run, f *evidence.Function) evidence.List[string] {
	found, gaps := run.Workload.Qualifiers(f.ARN)
	for _, a := range f.Aliases.Found() {
		found = append(found, a.Name)
		evidence.With(a.Versions, func(versions []string) evidence.Verdict {
			found = append(found, versions...)
			return evidence.Verdict{}
		})
	}
	slices.SortFunc(found, byVersion)
	found = slices.DeleteFunc(slices.Compact(found), func(q string) bool { return q == "$LATEST" })
	return evidence.Partial(found, slices.Concat(gaps, f.Aliases.Gaps())...)
}

// byVersion sorts versions by number, and after them aliases by name.
func byVersion(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	switch {
	case errX == nil && errY == nil:
		return x - y
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return strings.Compare(a, b)
}
