// Package account reads AWS Account Management: which regions are enabled and whether alternate
// contacts are set.
package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// Scanner reads the account's settings.
var Scanner = scanners.Scanner{
	Service:    "account",
	Operations: scanners.Reads("account", "ListRegions", "GetAlternateContact"),
	Regions:    regions,
	Global:     contacts,
}

func regions(ctx context.Context, run *scanners.Run) evidence.List[string] {
	pages := sdk.NewListRegionsPaginator(sdk.NewFromConfig(run.Config), &sdk.ListRegionsInput{
		RegionOptStatusContains: []types.RegionOptStatus{types.RegionOptStatusEnabled, types.RegionOptStatusEnabledByDefault},
	})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListRegionsOutput) (names []string) {
		for _, r := range out.Regions {
			names = append(names, aws.ToString(r.RegionName))
		}
		return names
	})
}

func contacts(ctx context.Context, run *scanners.Run, into *evidence.Account) {
	client := sdk.NewFromConfig(run.Config)
	// A contact is personal data: only whether there is one is kept.
	set := func(kind types.AlternateContactType) evidence.Fact[bool] {
		return scanners.Read(run, "", func() (bool, error) {
			_, err := client.GetAlternateContact(ctx, &sdk.GetAlternateContactInput{AlternateContactType: kind})
			if scanners.Is(err, "ResourceNotFoundException") {
				return false, nil
			}
			return err == nil, err
		})
	}
	run.Together(
		func() { into.Contacts.Security = set(types.AlternateContactTypeSecurity) },
		func() { into.Contacts.Operations = set(types.AlternateContactTypeOperations) },
	)
}
