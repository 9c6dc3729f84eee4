// Package backup reads AWS Backup: plans, vaults, what they protect, and whether restores were tried.
package backup

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// Scanner reads AWS Backup in each region. Plans and vaults are few: all of them are read, and what
// they hold tells which of them are the workload's.
var Scanner = scanners.Scanner{
	Service: "backup",
	Operations: scanners.Reads("backup",
		"DescribeRegionSettings", "GetBackupPlan", "ListBackupPlans", "ListBackupSelections", "ListBackupVaults", "ListProtectedResources",
		"ListProtectedResourcesByBackupVault", "ListRestoreJobs", "ListRestoreTestingPlans", "ListRestoreTestingSelections"),
	Regional: read,
}

// window bounds the listing of restores: no check looks further back.
const window = 180 * 24 * time.Hour

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	b := &into.Backup
	run.Together(
		func() { b.Plans = plans(ctx, run, client) },
		func() { b.Vaults = vaults(ctx, run, client) },
		func() {
			b.Protected = protected(ctx, run, client)
			b.OptIn = optIn(ctx, run, client, b.Protected)
		},
		func() { b.RestorePlans = restorePlans(ctx, run, client) },
		func() { b.RestoreJobs = restoreJobs(ctx, run, client) },
	)
}

func plans(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BackupPlan] {
	pages := sdk.NewListBackupPlansPaginator(client, &sdk.ListBackupPlansInput{})
	all := scanners.Pages(ctx, run, "", pages, func(out *sdk.ListBackupPlansOutput) (all []evidence.BackupPlan) {
		for _, p := range out.BackupPlansList {
			all = append(all, evidence.BackupPlan{
				ARN: aws.ToString(p.BackupPlanArn), ID: aws.ToString(p.BackupPlanId), Name: aws.ToString(p.BackupPlanName),
			})
		}
		return all
	})
	scanners.Each(ctx, run, all, func(p *evidence.BackupPlan) string { return p.ARN }, func(p *evidence.BackupPlan) {
		p.Rules = rules(ctx, run, client, p)
		p.Selections = selections(ctx, run, client, p)
	})
	return all
}

func rules(ctx context.Context, run *scanners.Run, client *sdk.Client, p *evidence.BackupPlan) evidence.Fact[[]evidence.BackupRule] {
	return scanners.Read(run, p.ARN, func() ([]evidence.BackupRule, error) {
		out, err := client.GetBackupPlan(ctx, &sdk.GetBackupPlanInput{BackupPlanId: &p.ID})
		if err != nil {
			return nil, err
		}
		all := []evidence.BackupRule{}
		for _, r := range out.BackupPlan.Rules {
			rule := evidence.BackupRule{
				Name: aws.ToString(r.RuleName), Vault: aws.ToString(r.TargetBackupVaultName), AirGapped: aws.ToString(r.TargetLogicallyAirGappedBackupVaultArn),
			}
			if l := r.Lifecycle; l != nil {
				rule.DeleteAfter = max(0, int(aws.ToInt64(l.DeleteAfterDays))) // -1 keeps for ever
				rule.AfterCopy = l.DeleteAfterEvent != ""
			}
			for _, c := range r.CopyActions {
				rule.Copies = append(rule.Copies, aws.ToString(c.DestinationBackupVaultArn))
			}
			all = append(all, rule)
		}
		return all, nil
	})
}

func selections(ctx context.Context, run *scanners.Run, client *sdk.Client, p *evidence.BackupPlan) evidence.List[string] {
	pages := sdk.NewListBackupSelectionsPaginator(client, &sdk.ListBackupSelectionsInput{BackupPlanId: &p.ID})
	return scanners.Pages(ctx, run, p.ARN, pages, func(out *sdk.ListBackupSelectionsOutput) (all []string) {
		for _, s := range out.BackupSelectionsList {
			all = append(all, aws.ToString(s.SelectionName))
		}
		return all
	})
}

func vaults(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BackupVault] {
	pages := sdk.NewListBackupVaultsPaginator(client, &sdk.ListBackupVaultsInput{})
	all := scanners.Pages(ctx, run, "", pages, func(out *sdk.ListBackupVaultsOutput) (all []evidence.BackupVault) {
		for _, v := range out.BackupVaultList {
			all = append(all, evidence.BackupVault{
				ARN: aws.ToString(v.BackupVaultArn), Name: aws.ToString(v.BackupVaultName),
				Settings: evidence.Known(evidence.VaultSettings{
					Locked: aws.ToBool(v.Locked), LockDate: aws.ToTime(v.LockDate), Type: string(v.VaultType),
					RecoveryPoints: v.NumberOfRecoveryPoints, KMSKey: aws.ToString(v.EncryptionKeyArn),
				}),
			})
		}
		return all
	})
	scanners.Each(ctx, run, all, func(v *evidence.BackupVault) string { return v.ARN }, func(v *evidence.BackupVault) {
		v.Resources = contents(ctx, run, client, v)
	})
	return all
}

// contents lists the resources of which a vault holds recovery points. The number of recovery points
// is an approximation, so a vault that seems empty is asked too.
func contents(ctx context.Context, run *scanners.Run, client *sdk.Client, v *evidence.BackupVault) evidence.List[string] {
	pages := sdk.NewListProtectedResourcesByBackupVaultPaginator(client, &sdk.ListProtectedResourcesByBackupVaultInput{BackupVaultName: &v.Name})
	return scanners.Pages(ctx, run, v.ARN, pages, func(out *sdk.ListProtectedResourcesByBackupVaultOutput) (all []string) {
		for _, r := range out.Results {
			all = append(all, aws.ToString(r.ResourceArn))
		}
		return all
	})
}

func protected(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.ProtectedResource] {
	pages := sdk.NewListProtectedResourcesPaginator(client, &sdk.ListProtectedResourcesInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListProtectedResourcesOutput) (all []evidence.ProtectedResource) {
		for _, r := range out.Results {
			all = append(all, evidence.ProtectedResource{
				ARN: aws.ToString(r.ResourceArn), Type: aws.ToString(r.ResourceType),
				LastBackup: evidence.Known(aws.ToTime(r.LastBackupTime)), Vault: aws.ToString(r.LastBackupVaultArn),
			})
		}
		return all
	})
}

func restorePlans(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.RestorePlan] {
	pages := sdk.NewListRestoreTestingPlansPaginator(client, &sdk.ListRestoreTestingPlansInput{})
	all := scanners.Pages(ctx, run, "", pages, func(out *sdk.ListRestoreTestingPlansOutput) (all []evidence.RestorePlan) {
		for _, p := range out.RestoreTestingPlans {
			all = append(all, evidence.RestorePlan{
				ARN: aws.ToString(p.RestoreTestingPlanArn), Name: aws.ToString(p.RestoreTestingPlanName), LastRun: evidence.Known(aws.ToTime(p.LastExecutionTime)),
			})
		}
		return all
	})
	scanners.Each(ctx, run, all, func(p *evidence.RestorePlan) string { return p.ARN }, func(p *evidence.RestorePlan) {
		pages := sdk.NewListRestoreTestingSelectionsPaginator(client, &sdk.ListRestoreTestingSelectionsInput{RestoreTestingPlanName: &p.Name})
		p.Selections = scanners.Pages(ctx, run, p.ARN, pages, func(out *sdk.ListRestoreTestingSelectionsOutput) (all []evidence.RestoreSelection) {
			for _, s := range out.RestoreTestingSelections {
				all = append(all, evidence.RestoreSelection{Name: aws.ToString(s.RestoreTestingSelectionName), Type: aws.ToString(s.ProtectedResourceType)})
			}
			return all
		})
	})
	return all
}

func restoreJobs(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.RestoreJob] {
	pages := sdk.NewListRestoreJobsPaginator(client, &sdk.ListRestoreJobsInput{ByCreatedAfter: aws.Time(run.Clock.Add(-window))})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListRestoreJobsOutput) (all []evidence.RestoreJob) {
		for _, j := range out.RestoreJobs {
			all = append(all, evidence.RestoreJob{ID: aws.ToString(j.RestoreJobId), Settings: evidence.Known(evidence.RestoreJobSettings{
				Status: string(j.Status), Validation: string(j.ValidationStatus), Source: aws.ToString(j.SourceResourceArn),
				Created: aws.ToTime(j.CreationDate), Completed: aws.ToTime(j.CompletionDate),
				Tested: j.CreatedBy != nil && aws.ToString(j.CreatedBy.RestoreTestingPlanArn) != "",
			})})
		}
		return all
	})
}

// optIn explains why a resource may have no backup; where that is not known there is nothing to explain.
func optIn(ctx context.Context, run *scanners.Run, client *sdk.Client, protected evidence.List[evidence.ProtectedResource]) evidence.Fact[map[string]bool] {
	const operation = "DescribeRegionSettings"
	if len(protected.Gaps()) > 0 {
		return evidence.Missing[map[string]bool](run.Gap(operation, "", evidence.NotAsked, "what AWS Backup protects could not be read"))
	}
	return scanners.Read(run, "", func() (map[string]bool, error) {
		out, err := client.DescribeRegionSettings(ctx, &sdk.DescribeRegionSettingsInput{})
		if err != nil {
			return nil, err
		}
		return out.ResourceTypeOptInPreference, nil
	})
}
