package checks

import (
	"slices"
	"strings"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// tablesToBackUp are the tables. Where tables may be unseen, so is what AWS Backup protects of them.
var tablesToBackUp = regional(
	func(r *evidence.Region) evidence.List[evidence.DynamoDBTable] {
		list := r.DynamoDB.Tables
		if gaps := list.Gaps(); len(gaps) > 0 {
			return evidence.Partial(list.Found(), slices.Concat(gaps, r.Backup.Protected.Gaps())...)
		}
		return list
	},
	func(t evidence.DynamoDBTable) string { return t.ARN },
	func(t evidence.DynamoDBTable) string { return t.Name },
	(*workload.Graph).Table)

var backupPlans = regional(
	func(r *evidence.Region) evidence.List[evidence.BackupPlan] { return r.Backup.Plans },
	func(p evidence.BackupPlan) string { return p.ARN },
	func(p evidence.BackupPlan) string { return p.Name },
	(*workload.Graph).Plan)

var backupVaults = regional(
	func(r *evidence.Region) evidence.List[evidence.BackupVault] { return r.Backup.Vaults },
	func(v evidence.BackupVault) string { return v.ARN },
	func(v evidence.BackupVault) string { return v.Name },
	func(g *workload.Graph, _ string, v evidence.BackupVault) evidence.Verdict { return g.Vault(v) })

var backupChecks = []scoring.Check{
	{
		ID:         "backup-plan-covers-genai",
		Aliases:    []string{"backup-plan-protects-stateful"},
		Title:      "The workload's tables are backed up",
		Questions:  []string{"5.6", "7.7"},
		Severity:   scoring.High,
		Operations: []string{"backup.ListProtectedResources", "backup.DescribeRegionSettings", "dynamodb.DescribeContinuousBackups", "dynamodb.DescribeTable"},
		Why:        "A plan that selects by tag proves nothing: without a backup that was taken, a faulty deployment loses conversations and state for good.",
		Fix:        "aws backup create-backup-selection --backup-plan-id <plan-id> --backup-selection SelectionName=genai,IamRoleArn=<role-arn>,Resources=<table-arn>",
		References: []string{"LLM08:2025", "Prowler dynamodb_table_protected_by_backup_plan", "Prowler backup_plans_exist"},
		Test:       scoring.Resources(tablesToBackUp, tableBackedUp),
	},
	{
		ID:         "backup-lifecycle",
		Aliases:    []string{"backup-rule-expires"},
		Title:      "Backups are deleted after a defined period",
		Questions:  []string{"2.2", "8.6"},
		Severity:   scoring.Low,
		Operations: []string{"backup.ListBackupPlans", "backup.GetBackupPlan"},
		Why:        "Backups that nobody deletes keep personal data beyond its retention and cost more every month.",
		Fix:        "aws backup update-backup-plan --backup-plan-id <plan-id> --backup-plan file://<plan-with-Lifecycle.DeleteAfterDays.json>",
		References: []string{"GENSUS02-BP01"},
		Test:       scoring.Resources(backupPlans, planExpires),
	},
	{
		ID:         "backup-cross-region-copy",
		Title:      "Backups are copied to another region or account",
		Questions:  []string{"5.6", "7.7"},
		Severity:   scoring.Medium,
		Operations: []string{"backup.ListBackupPlans", "backup.GetBackupPlan", "backup.ListBackupVaults"},
		Why:        "Whoever takes over the account, or whatever closes the region, takes the only copy of the backups with it.",
		Fix:        "aws backup update-backup-plan --backup-plan-id <plan-id> --backup-plan file://<plan-with-CopyActions.json>",
		Test:       scoring.Resources(backupPlans, planCopies),
	},
	{
		ID:         "backup-vault-lock",
		Aliases:    []string{"backup-vault-locked"},
		Title:      "Vaults that hold the workload's backups are locked",
		Questions:  []string{"5.6", "7.7"},
		Severity:   scoring.Medium,
		Operations: []string{"backup.ListBackupVaults", "backup.ListProtectedResourcesByBackupVault"},
		Why:        "In an unlocked vault one stolen credential deletes the backups together with the data.",
		Fix:        "aws backup put-backup-vault-lock-configuration --backup-vault-name <vault> --min-retention-days 7",
		References: []string{"Prowler backup_vaults_encrypted"},
		Test:       scoring.Resources(backupVaults, vaultLocked),
	},
	{
		ID:         "backup-restore-tested",
		Aliases:    []string{"backup-restore-job-successful"},
		Title:      "The latest restore of the workload's backups succeeded, in the last 90 days",
		Questions:  []string{"5.6", "9.5"},
		Severity:   scoring.Medium,
		Operations: []string{"backup.ListRestoreJobs", "backup.ListBackupVaults", "backup.ListProtectedResourcesByBackupVault"},
		Why:        "A backup that was never restored is a hope; the first restore should not happen in an emergency.",
		Fix:        "aws backup start-restore-job --recovery-point-arn <recovery-point-arn> --iam-role-arn <role-arn> --metadata file://<restore-metadata.json>",
		Test:       scoring.PerRegion(restoreTested),
	},
	{
		ID:         "backup-restore-testing-plan",
		Title:      "Restores of the workload's backups are tested automatically",
		Questions:  []string{"9.5"},
		Severity:   scoring.High,
		Operations: []string{"backup.ListRestoreTestingPlans", "backup.ListRestoreTestingSelections", "backup.ListProtectedResources"},
		Why:        "Restores tested once by hand stop working unnoticed as schemas, keys and roles change.",
		Fix:        "aws backup create-restore-testing-selection --restore-testing-plan-name <plan> --restore-testing-selection RestoreTestingSelectionName=<name>,ProtectedResourceType=DynamoDB,ProtectedResourceArns='*',IamRoleArn=<role-arn>",
		References: []string{"LLM08:2025"},
		Test:       scoring.PerRegion(restoreTestingPlan),
	},
}

// The days for which a backup, a restore and an automatic restore test count.
const (
	backupDays      = 7
	restoreDays     = 90
	restoreTestDays = 35
)

// tableBackedUp passes by an actual backup or by point-in-time recovery, of the table or of one of its
// replicas. Vector stores are not asked: they are rebuilt from their sources.
func tableBackedUp(in *scoring.Input, region *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	own := tableCovered(in, region, t)
	replicas := evidence.With(t.Description, func(s evidence.DynamoDBSettings) evidence.Verdict {
		verdicts := []evidence.Verdict{evidence.Fail("")}
		for _, name := range s.ActiveReplicas {
			verdicts = append(verdicts, replicaCovered(in, name, t.Name))
		}
		return evidence.Any(verdicts...)
	})
	return evidence.Any(own, replicas)
}

func replicaCovered(in *scoring.Input, region, table string) evidence.Verdict {
	for i := range in.Account.Regions {
		if r := &in.Account.Regions[i]; r.Name == region {
			return evidence.Some(r.DynamoDB.Tables, "", func(t evidence.DynamoDBTable) evidence.Verdict {
				if t.Name != table {
					return evidence.Fail("")
				}
				v := tableCovered(in, r, t)
				v.Message = "its replica in " + region + ": " + v.Message
				return v
			})
		}
	}
	return evidence.Unknown("its replica in "+region+" was not looked at", evidence.Gap{Service: "dynamodb", Operation: "DescribeContinuousBackups",
		Region: region, Resource: table, Reason: evidence.NotAsked, Detail: "the region was not scanned"})
}

// tableCovered tells whether a table has point-in-time recovery or a recent backup in its region.
func tableCovered(in *scoring.Input, region *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	none := "AWS Backup holds no backup of it" + optOut(region, "DynamoDB")
	recovery := evidence.With(t.Recovery, func(on bool) evidence.Verdict {
		return evidence.Test(on, "point-in-time recovery is on", "point-in-time recovery is off")
	})
	backup := evidence.Some(region.Backup.Protected, "", func(p evidence.ProtectedResource) evidence.Verdict {
		if p.ARN != t.ARN {
			return evidence.Fail("")
		}
		return evidence.With(p.LastBackup, func(last time.Time) evidence.Verdict {
			if last.IsZero() {
				return evidence.Fail("")
			}
			none = "AWS Backup last backed it up on " + dated(last)
			return evidence.Test(inLastDays(in, last, backupDays), "AWS Backup backed it up on "+dated(last), "")
		})
	})
	if backup.Failed() {
		backup.Message = none
	}
	return evidence.Any(recovery, backup)
}

// optOut explains a missing backup where the region is opted out of a resource type. It is no failure
// of its own: a plan that names its resources backs them up in spite of it.
func optOut(region *evidence.Region, resourceType string) string {
	return evidence.With(region.Backup.OptIn, func(types map[string]bool) evidence.Verdict {
		if on, listed := types[resourceType]; listed && !on {
			return evidence.Pass(" (AWS Backup is opted out of " + resourceType + " in " + region.Name + ": plans that select by tag skip it)")
		}
		return evidence.Pass("")
	}).Message
}

func inLastDays(in *scoring.Input, at time.Time, days int) bool {
	return !at.Before(in.Account.Clock.AddDate(0, 0, -days))
}

func dated(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func planExpires(_ *scoring.Input, _ *evidence.Region, p evidence.BackupPlan) evidence.Verdict {
	return evidence.With(p.Rules, func(rules []evidence.BackupRule) evidence.Verdict {
		if len(rules) == 0 {
			return evidence.NotApplicable("the plan has no rules")
		}
		var forever []string
		for _, r := range rules {
			if r.DeleteAfter <= 0 && !r.AfterCopy {
				forever = append(forever, r.Name)
			}
		}
		return evidence.Test(len(forever) == 0, "every rule deletes its backups", "keeps backups for ever: rule "+strings.Join(forever, ", "))
	})
}

func planCopies(in *scoring.Input, region *evidence.Region, p evidence.BackupPlan) evidence.Verdict {
	return evidence.With(p.Rules, func(rules []evidence.BackupRule) evidence.Verdict {
		copies := []evidence.Verdict{evidence.Fail("no rule copies to another region, another account or an air-gapped vault")}
		for _, r := range rules {
			if r.AirGapped != "" {
				copies = append(copies, evidence.Pass("rule "+r.Name+" fills the air-gapped vault "+r.AirGapped))
			}
			for _, to := range r.Copies {
				copies = append(copies, copyLeaves(in, region, r.Name, to))
			}
		}
		v := evidence.Any(copies...)
		if v.Failed() && staysIn(in.Settings.AllowedRegions, region.Name) {
			return evidence.NotApplicable("data may be kept in no region but " + region.Name)
		}
		return v
	})
}

// copyLeaves tells whether a copy ends in another region or account, or in an air-gapped vault.
func copyLeaves(in *scoring.Input, region *evidence.Region, rule, to string) evidence.Verdict {
	parts := strings.SplitN(to, ":", 6)
	if len(parts) < 6 {
		return evidence.Fail("")
	}
	if parts[3] != region.Name || parts[4] != in.Account.ID {
		return evidence.Pass("rule " + rule + " copies to " + to)
	}
	return evidence.Some(region.Backup.Vaults, "", func(v evidence.BackupVault) evidence.Verdict {
		if v.ARN != to {
			return evidence.Fail("")
		}
		return evidence.With(v.Settings, func(s evidence.VaultSettings) evidence.Verdict {
			return evidence.Test(s.Type == airGapped, "rule "+rule+" copies to the air-gapped vault "+to, "")
		})
	})
}

const airGapped = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"

// staysIn reports that a rule of residency leaves no region but this one.
func staysIn(allowed []string, region string) bool {
	return len(allowed) > 0 && !slices.ContainsFunc(allowed, func(r string) bool { return r != region })
}

func vaultLocked(in *scoring.Input, _ *evidence.Region, v evidence.BackupVault) evidence.Verdict {
	return evidence.With(v.Settings, func(s evidence.VaultSettings) evidence.Verdict {
		switch {
		case s.RecoveryPoints == 0:
			return evidence.NotApplicable("the vault is empty")
		case s.Type == airGapped:
			return evidence.Pass("an air-gapped vault is locked by its kind")
		case !s.Locked:
			return evidence.Fail("the vault is not locked")
		case s.LockDate.IsZero():
			return evidence.Pass("locked in governance mode: who has the permission can remove the lock")
		case s.LockDate.After(in.Account.Clock):
			return evidence.Pass("locked; the lock becomes permanent on " + dated(s.LockDate))
		}
		return evidence.Pass("locked in compliance mode since " + dated(s.LockDate))
	})
}

// holdsBackups tells whether a region holds backups of the workload's data.
func holdsBackups(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.Some(region.Backup.Vaults, "no vault in "+region.Name+" holds backups of the workload", func(v evidence.BackupVault) evidence.Verdict {
		return evidence.All(in.Workload.Vault(v), evidence.Exists(v.Resources, "", "", func(string) bool { return true }))
	})
}

func restoreTested(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.If(holdsBackups(in, region), func() evidence.Verdict {
		if gaps := region.Backup.RestoreJobs.Gaps(); len(gaps) > 0 {
			return evidence.Unknown("", gaps...)
		}
		type job struct {
			ended   time.Time
			verdict evidence.Verdict
			counts  evidence.Verdict // whether it restored the workload's data
		}
		var jobs []job
		var unread []evidence.Gap
		for _, j := range region.Backup.RestoreJobs.Found() {
			if gap := j.Settings.Gap(); gap != nil {
				unread = append(unread, *gap)
			}
			evidence.With(j.Settings, func(s evidence.RestoreJobSettings) evidence.Verdict {
				if v := restoreOutcome(in, j.ID, s); v.Certain() {
					jobs = append(jobs, job{s.Completed, v, restoresData(in, j.ID, s)})
				}
				return evidence.Verdict{}
			})
		}
		if len(unread) > 0 {
			return evidence.Unknown("", unread...)
		}
		// From the oldest to the newest: a job that counts says all, and one that may count says it too.
		slices.SortStableFunc(jobs, func(a, b job) int { return a.ended.Compare(b.ended) })
		result := evidence.Fail("no restore of the workload's backups ended in the last 180 days")
		for _, j := range jobs {
			switch {
			case j.counts.Passed():
				result = j.verdict
			case j.counts.Can(evidence.CanPass):
				result = evidence.Verdict{Outcomes: result.Outcomes | j.verdict.Outcomes, Message: j.verdict.Message, Gaps: append(result.Gaps, j.counts.Gaps...)}
			}
		}
		return result
	})
}

// restoreOutcome judges a restore that has ended; one that has not has no outcome.
func restoreOutcome(in *scoring.Input, id string, s evidence.RestoreJobSettings) evidence.Verdict {
	what := "restore job " + id + " of " + s.Source
	switch {
	case s.Status == "FAILED" || s.Status == "ABORTED":
		return evidence.Fail("the latest, " + what + ", is " + s.Status)
	case s.Status != "COMPLETED":
		return evidence.Verdict{}
	case s.Validation == "FAILED" || s.Validation == "TIMED_OUT":
		return evidence.Fail("the latest, " + what + ", ended with validation " + s.Validation)
	}
	return evidence.Test(inLastDays(in, s.Completed, restoreDays),
		what+" completed on "+dated(s.Completed), "the latest, "+what+", completed on "+dated(s.Completed)+", more than 90 days ago")
}

// restoresData tells whether a restore is of the workload's data. Old jobs do not name what they restored.
func restoresData(in *scoring.Input, id string, s evidence.RestoreJobSettings) evidence.Verdict {
	if s.Source == "" {
		return evidence.Unknown("", evidence.Gap{Service: "backup", Operation: "ListRestoreJobs", Resource: id, Reason: evidence.Failed,
			Detail: "AWS does not name the resource that was restored"})
	}
	return in.Workload.Data(s.Source)
}

func restoreTestingPlan(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.If(holdsBackups(in, region), func() evidence.Verdict {
		none := "no restore testing plan for the workload's backups ran in the last 35 days"
		return evidence.Some(region.Backup.RestorePlans, none, func(p evidence.RestorePlan) evidence.Verdict {
			ran := evidence.With(p.LastRun, func(last time.Time) evidence.Verdict {
				if last.IsZero() {
					return evidence.Fail("restore testing plan " + p.Name + " never ran")
				}
				return evidence.Test(inLastDays(in, last, restoreTestDays), "restore testing plan "+p.Name+" ran on "+dated(last), "")
			})
			covers := evidence.Some(p.Selections, "", func(s evidence.RestoreSelection) evidence.Verdict {
				return evidence.Some(region.Backup.Protected, "", func(r evidence.ProtectedResource) evidence.Verdict {
					if r.Type != s.Type {
						return evidence.Fail("")
					}
					of := in.Workload.Data(r.ARN)
					of.Message = "its selection " + s.Name + " restores " + s.Type
					return of
				})
			})
			return evidence.All(ran, covers)
		})
	})
}
