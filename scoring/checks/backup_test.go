package checks

import (
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

const (
	vaultARN   = "arn:aws:backup:eu-central-1:111122223333:backup-vault:genai-vault"
	standbyARN = "arn:aws:backup:eu-west-1:111122223333:backup-vault:genai-standby"
	otherTable = "arn:aws:dynamodb:eu-central-1:111122223333:table/invoices"
)

func daysAgo(n int) time.Time { return now.AddDate(0, 0, -n) }

// backedUp is an account whose table is without point-in-time recovery and was last backed up at a time.
func backedUp(last time.Time) *evidence.Account {
	a := oneTable(func(t *evidence.DynamoDBTable) {
		t.Recovery, t.Description = evidence.Known(false), evidence.Known(evidence.DynamoDBSettings{})
	})
	a.Regions[0].Backup.Protected = evidence.Listed(evidence.ProtectedResource{ARN: tableARN, Type: "DynamoDB", LastBackup: evidence.Known(last)})
	return a
}

func withPlan(rules ...evidence.BackupRule) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Backup.Plans = evidence.Listed(evidence.BackupPlan{ARN: "arn:plan", Name: "daily", Rules: evidence.Known(rules), Selections: evidence.Listed("tables")})
		r.Backup.Vaults = evidence.Listed(evidence.BackupVault{ARN: vaultARN, Name: "genai-vault", Resources: evidence.Listed(tableARN)})
	})
}

func vaulted(s evidence.VaultSettings) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Backup.Vaults = evidence.Listed(evidence.BackupVault{ARN: vaultARN, Name: "genai-vault", Settings: evidence.Known(s), Resources: evidence.Listed(tableARN)})
	})
}

// holding is an account in one region that shows GenAI and whose vault holds backups of the table.
func holding(fill func(*evidence.Region)) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Signs = evidence.Listed("guardrail chat")
		r.Backup.Vaults = evidence.Listed(evidence.BackupVault{ARN: vaultARN, Name: "genai-vault", Resources: evidence.Listed(tableARN)})
		r.Backup.Protected = evidence.Listed(evidence.ProtectedResource{ARN: tableARN, Type: "DynamoDB", LastBackup: evidence.Known(daysAgo(1)), Vault: vaultARN})
		fill(r)
	})
}

func restores(jobs ...evidence.RestoreJobSettings) *evidence.Account {
	return holding(func(r *evidence.Region) {
		var list []evidence.RestoreJob
		for i, s := range jobs {
			list = append(list, evidence.RestoreJob{ID: string(rune('A' + i)), Settings: evidence.Known(s)})
		}
		r.Backup.RestoreJobs = evidence.Listed(list...)
	})
}

func restoreOf(source, status string, ended int) evidence.RestoreJobSettings {
	return evidence.RestoreJobSettings{Source: source, Status: status, Completed: daysAgo(ended)}
}

// narrowed leaves an account's scope to a tag that its chat-sessions table carries.
func narrowed(a *evidence.Account) *evidence.Account {
	a.Scan.Scope, a.Scan.WorkloadTag = workload.ScopeWorkload, "app=claims"
	a.Regions[0].Tagging.Resources = evidence.Listed(evidence.TaggedResource{ARN: tableARN, Tags: evidence.Known(evidence.Tags{"app": "claims"})})
	return a
}

func testedBy(last time.Time, kind string) *evidence.Account {
	return holding(func(r *evidence.Region) {
		r.Backup.RestorePlans = evidence.Listed(evidence.RestorePlan{
			ARN: "arn:restore", Name: "monthly", LastRun: evidence.Known(last), Selections: evidence.Listed(evidence.RestoreSelection{Name: "tables", Type: kind}),
		})
	})
}

// replicated is an account whose table in a first region has no backup, and whose replica in a second has what fill gives it.
func replicated(name string, fill func(*evidence.DynamoDBTable)) *evidence.Account {
	a := backedUp(time.Time{})
	a.Regions[0].DynamoDB.Tables.Found()[0].Description = evidence.Known(evidence.DynamoDBSettings{ActiveReplicas: []string{name}})
	second := evidence.Region{Name: "eu-west-1"}
	evidence.FillUnset(&second, evidence.Gap{Reason: evidence.Unavailable, Region: second.Name})
	replica := evidence.DynamoDBTable{ARN: "arn:aws:dynamodb:eu-west-1:111122223333:table/chat-sessions", Name: "chat-sessions",
		Recovery: evidence.Known(true), Description: evidence.Known(evidence.DynamoDBSettings{ActiveReplicas: []string{home}})}
	fill(&replica)
	second.DynamoDB.Tables = evidence.Listed(replica)
	a.Regions = append(a.Regions, second)
	return a
}

func TestBackup(t *testing.T) {
	none := region(func(*evidence.Region) {})
	deniedPlans := region(func(r *evidence.Region) { r.Backup.Plans = evidence.Partial[evidence.BackupPlan](nil, denied) })
	deniedVaults := region(func(r *evidence.Region) { r.Backup.Vaults = evidence.Partial[evidence.BackupVault](nil, denied) })
	emptyHome := holding(func(r *evidence.Region) { r.Backup.Vaults = evidence.Listed[evidence.BackupVault]() })
	deniedRules := withPlan()
	deniedRules.Regions[0].Backup.Plans.Found()[0].Rules = evidence.Missing[[]evidence.BackupRule](denied)
	optedOut := backedUp(time.Time{})
	optedOut.Regions[0].Backup.OptIn = evidence.Known(map[string]bool{"DynamoDB": false})
	recovered := backedUp(time.Time{})
	recovered.Regions[0].DynamoDB.Tables.Found()[0].Recovery = evidence.Known(true)
	deniedProtected := backedUp(daysAgo(1))
	deniedProtected.Regions[0].Backup.Protected = evidence.Partial[evidence.ProtectedResource](nil, denied)
	unread := oneTable(func(*evidence.DynamoDBTable) {})
	airGappedCopy := withPlan(evidence.BackupRule{Name: "r", Copies: []string{"arn:aws:backup:eu-central-1:111122223333:backup-vault:gap"}})
	airGappedCopy.Regions[0].Backup.Vaults = evidence.Listed(evidence.BackupVault{
		ARN: "arn:aws:backup:eu-central-1:111122223333:backup-vault:gap", Name: "gap", Settings: evidence.Known(evidence.VaultSettings{Type: airGapped}),
	})
	resident := func(regions ...string) func(*scoring.Settings) {
		return func(s *scoring.Settings) { s.AllowedRegions = regions }
	}
	foreignVault := narrowed(vaulted(evidence.VaultSettings{RecoveryPoints: 1}))
	foreignVault.Regions[0].Backup.Vaults.Found()[0].Resources = evidence.Listed(otherTable)
	foreignPlan := narrowed(withPlan(evidence.BackupRule{Name: "r", Vault: "payroll"}))
	unnamed := restoreOf("", "COMPLETED", 3)

	run(t, backupChecks, table{
		"backup-plan-covers-genai": {
			{name: "backed up yesterday", account: backedUp(daysAgo(1)), want: "pass"},
			{name: "backed up seven days ago", account: backedUp(daysAgo(7)), want: "pass"},
			{name: "backed up eight days ago", account: backedUp(daysAgo(8)), want: "fail"},
			{name: "never backed up", account: backedUp(time.Time{}), want: "fail"},
			{name: "never backed up, opted out", account: optedOut, want: "fail"},
			{name: "point-in-time recovery", account: recovered, want: "pass"},
			{name: "only its replica is covered", account: replicated("eu-west-1", func(*evidence.DynamoDBTable) {}), want: "pass"},
			{name: "neither it nor its replica is covered", account: replicated("eu-west-1", func(t *evidence.DynamoDBTable) { t.Recovery = evidence.Known(false) }), want: "fail"},
			{name: "its replica was not read", account: replicated("eu-west-1", func(t *evidence.DynamoDBTable) { t.Recovery = evidence.Missing[bool](denied) }), want: "unknown"},
			{name: "its replica's region was not scanned", account: replicated("us-west-2", func(*evidence.DynamoDBTable) {}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "protected resources denied", account: deniedProtected, want: "unknown"},
			{name: "no tables", account: none, want: "not-applicable"},
		},
		"backup-lifecycle": {
			{name: "expires", account: withPlan(evidence.BackupRule{Name: "daily", DeleteAfter: 35}), want: "pass"},
			{name: "for ever", account: withPlan(evidence.BackupRule{Name: "daily", DeleteAfter: 35}, evidence.BackupRule{Name: "weekly"}), want: "fail"},
			{name: "deleted once copied", account: withPlan(evidence.BackupRule{Name: "daily", AfterCopy: true}), want: "pass"},
			{name: "no rules", account: withPlan(), want: "not-applicable"},
			{name: "denied", account: deniedRules, want: "unknown"},
			{name: "listing denied", account: deniedPlans, want: "unknown"},
			{name: "no plans", account: none, want: "not-applicable"},
			{name: "another system's plan", account: foreignPlan, want: "not-applicable"},
			{name: "the workload's plan", account: narrowed(withPlan(evidence.BackupRule{Name: "r", Vault: "genai-vault"})), want: "fail"},
		},
		"backup-cross-region-copy": {
			{name: "another region", account: withPlan(evidence.BackupRule{Name: "r", Copies: []string{standbyARN}}), want: "pass"},
			{name: "another account", account: withPlan(evidence.BackupRule{Name: "r", Copies: []string{"arn:aws:backup:eu-central-1:999988887777:backup-vault:safe"}}), want: "pass"},
			{name: "the same region and account", account: withPlan(evidence.BackupRule{Name: "r", Copies: []string{vaultARN + "-2"}}), want: "fail"},
			{name: "an air-gapped vault beside it", account: airGappedCopy, want: "pass"},
			{name: "an air-gapped target", account: withPlan(evidence.BackupRule{Name: "r", AirGapped: "arn:gap"}), want: "pass"},
			{name: "not an ARN", account: withPlan(evidence.BackupRule{Name: "r", Copies: []string{"vault"}}), want: "fail"},
			{name: "none", account: withPlan(evidence.BackupRule{Name: "r"}), want: "fail"},
			{name: "none, and data stays here", account: withPlan(evidence.BackupRule{Name: "r"}), want: "not-applicable", settings: resident(home)},
			{name: "none, and data may go elsewhere", account: withPlan(evidence.BackupRule{Name: "r"}), want: "fail", settings: resident(home, "eu-west-1")},
			{name: "denied", account: deniedRules, want: "unknown"},
			{name: "no plans", account: none, want: "not-applicable"},
		},
		"backup-vault-lock": {
			{name: "compliance mode", account: vaulted(evidence.VaultSettings{Locked: true, LockDate: daysAgo(1), RecoveryPoints: 1}), want: "pass"},
			{name: "governance mode", account: vaulted(evidence.VaultSettings{Locked: true, RecoveryPoints: 1}), want: "pass"},
			{name: "lock still removable", account: vaulted(evidence.VaultSettings{Locked: true, LockDate: now.AddDate(0, 0, 2), RecoveryPoints: 1}), want: "pass"},
			{name: "air-gapped", account: vaulted(evidence.VaultSettings{Type: airGapped, RecoveryPoints: 1}), want: "pass"},
			{name: "unlocked", account: vaulted(evidence.VaultSettings{RecoveryPoints: 1}), want: "fail"},
			{name: "empty", account: vaulted(evidence.VaultSettings{}), want: "not-applicable"},
			{name: "the workload's vault", account: narrowed(vaulted(evidence.VaultSettings{RecoveryPoints: 1})), want: "fail"},
			{name: "another system's vault", account: foreignVault, want: "not-applicable"},
			{name: "listing denied", account: deniedVaults, want: "unknown"},
			{name: "no vaults", account: none, want: "not-applicable"},
		},
		"backup-restore-tested": {
			{name: "completed", account: restores(restoreOf(tableARN, "COMPLETED", 3)), want: "pass"},
			{name: "completed 90 days ago", account: restores(restoreOf(tableARN, "COMPLETED", 90)), want: "pass"},
			{name: "completed 91 days ago", account: restores(restoreOf(tableARN, "COMPLETED", 91)), want: "fail"},
			{name: "the newest failed", account: restores(restoreOf(tableARN, "FAILED", 3), restoreOf(tableARN, "COMPLETED", 20)), want: "fail"},
			{name: "an older one failed", account: restores(restoreOf(tableARN, "COMPLETED", 3), restoreOf(tableARN, "ABORTED", 20)), want: "pass"},
			{name: "validation failed", account: restores(evidence.RestoreJobSettings{Source: tableARN, Status: "COMPLETED", Validation: "FAILED", Completed: daysAgo(1)}), want: "fail"},
			{name: "still running", account: restores(restoreOf(tableARN, "RUNNING", 0)), want: "fail"},
			{name: "none", account: restores(), want: "fail"},
			{name: "of another system's data", account: narrowed(restores(restoreOf(otherTable, "COMPLETED", 3))), want: "fail"},
			{name: "another system's failed after the workload's", account: narrowed(restores(restoreOf(otherTable, "FAILED", 1), restoreOf(tableARN, "COMPLETED", 3))), want: "pass"},
			{name: "of something that AWS does not name", account: restores(unnamed), want: "unknown"},
			{name: "of something unnamed, and older of the workload", account: restores(unnamed, restoreOf(tableARN, "COMPLETED", 9)), want: "pass"},
			{name: "denied", account: holding(func(r *evidence.Region) { r.Backup.RestoreJobs = evidence.Partial[evidence.RestoreJob](nil, denied) }), want: "unknown"},
			{name: "one job unread", account: holding(func(r *evidence.Region) { r.Backup.RestoreJobs = evidence.Listed(evidence.RestoreJob{ID: "A"}) }), want: "unknown"},
			{name: "no backups", account: emptyHome, want: "not-applicable"},
			{name: "only another system's backups", account: narrowed(restoresOfOthers()), want: "not-applicable"},
		},
		"backup-restore-testing-plan": {
			{name: "ran 35 days ago", account: testedBy(daysAgo(35), "DynamoDB"), want: "pass"},
			{name: "ran 36 days ago", account: testedBy(daysAgo(36), "DynamoDB"), want: "fail"},
			{name: "never ran", account: testedBy(time.Time{}, "DynamoDB"), want: "fail"},
			{name: "restores something else", account: testedBy(daysAgo(1), "EBS"), want: "fail"},
			{name: "none", account: holding(func(*evidence.Region) {}), want: "fail"},
			{name: "denied", account: holding(func(r *evidence.Region) { r.Backup.RestorePlans = evidence.Partial[evidence.RestorePlan](nil, denied) }), want: "unknown"},
			{name: "vaults denied", account: holding(func(r *evidence.Region) { r.Backup.Vaults = evidence.Partial[evidence.BackupVault](nil, denied) }), want: "unknown"},
			{name: "no backups", account: emptyHome, want: "not-applicable"},
		},
	})
}

// restoresOfOthers is an account whose only vault holds backups of another system.
func restoresOfOthers() *evidence.Account {
	return holding(func(r *evidence.Region) {
		r.Backup.Vaults = evidence.Listed(evidence.BackupVault{ARN: vaultARN, Name: "payroll", Resources: evidence.Listed(otherTable)})
	})
}
