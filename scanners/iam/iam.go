// Package iam reads AWS Identity and Access Management: who may do what, and with which credentials.
package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// Scanner reads IAM once for the account. The credential report is left alone: making one is a write,
// and what it says of passwords, devices and keys is read from each user, not hours old.
var Scanner = scanners.Scanner{
	Service: "iam",
	Operations: scanners.Reads("iam",
		"GetAccessKeyLastUsed", "GetAccountAuthorizationDetails", "GetAccountSummary", "GetLoginProfile",
		"GetOpenIDConnectProvider", "ListAccessKeys", "ListMFADevices", "ListOpenIDConnectProviders",
		"ListServiceSpecificCredentials"),
	Global: read,
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Account) {
	client := sdk.NewFromConfig(run.Config)
	i := &into.IAM
	run.Together(
		func() {
			principals(ctx, run, client, i)
			credentials(ctx, run, client, i.Users)
		},
		func() { i.Summary = summary(ctx, run, client) },
		func() { i.APIKeys = apiKeys(ctx, run, client) },
		func() { i.OIDCProviders = providers(ctx, run, client) },
	)
}

func summary(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.Fact[map[string]int] {
	return scanners.Read(run, "", func() (map[string]int, error) {
		out, err := client.GetAccountSummary(ctx, &sdk.GetAccountSummaryInput{})
		if err != nil {
			return nil, err
		}
		counts := make(map[string]int, len(out.SummaryMap))
		for name, count := range out.SummaryMap {
			counts[name] = int(count)
		}
		return counts, nil
	})
}

// providers lists the OpenID Connect providers; IAM returns all of them at once.
func providers(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.OIDCProvider] {
	all := scanners.Items(run, "", func() (all []evidence.OIDCProvider, err error) {
		out, err := client.ListOpenIDConnectProviders(ctx, &sdk.ListOpenIDConnectProvidersInput{})
		if err != nil {
			return nil, err
		}
		for _, p := range out.OpenIDConnectProviderList {
			all = append(all, evidence.OIDCProvider{ARN: aws.ToString(p.Arn)})
		}
		return all, nil
	})
	scanners.Each(ctx, run, all, func(p *evidence.OIDCProvider) string { return p.ARN }, func(p *evidence.OIDCProvider) {
		p.Audiences = scanners.Read(run, p.ARN, func() ([]string, error) {
			out, err := client.GetOpenIDConnectProvider(ctx, &sdk.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: &p.ARN})
			if err != nil {
				return nil, err
			}
			return out.ClientIDList, nil
		})
	})
	return all
}
