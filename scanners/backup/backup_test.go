package backup

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

const home = "eu-central-1"

// scan reads one region of an account with this scanner.
func scan(t *testing.T, account *fixtures.Account, client aws.HTTPClient, region string) evidence.Backup {
	t.Helper()
	scanned, err := scanners.Scan(t.Context(), account.Config(client), []scanners.Scanner{sts.Scanner, Scanner},
		scanners.Options{Regions: []string{region}, Clock: account.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Regions[0].Backup
}

// recorded is an account that answers AWS Backup with the given exchanges.
func recorded(t *testing.T, exchanges ...string) *fixtures.Account {
	t.Helper()
	account, err := fixtures.Load(fstest.MapFS{
		"account.json":        {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + home + `","regions":["` + home + `"]}`)},
		home + "/sts.json":    {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/a/b","UserId":"AROA:b"}}]}`)},
		home + "/backup.json": {Data: []byte(`{"exchanges":[` + strings.Join(exchanges, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// value is what was read of a fact.
func value[T any](t *testing.T, fact evidence.Fact[T]) (value T) {
	t.Helper()
	if gap := fact.Gap(); gap != nil {
		t.Fatalf("not read: %+v", *gap)
	}
	evidence.With(fact, func(v T) evidence.Verdict { value = v; return evidence.Verdict{} })
	return value
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

func TestDemo(t *testing.T) {
	account := fixtures.Demo()
	transport := account.Transport()
	b := scan(t, account, transport, home)
	if missing := transport.Missing(); len(missing) > 0 {
		t.Fatalf("missing %q", missing)
	}
	plans := b.Plans.Found()
	if len(plans) != 2 || len(b.Plans.Gaps()) > 0 {
		t.Fatalf("plans %+v", b.Plans)
	}
	equal(t, "rules of daily-genai", value(t, plans[0].Rules), []evidence.BackupRule{{
		Name: "daily", Vault: "genai-vault", DeleteAfter: 35, Copies: []string{"arn:aws:backup:eu-west-1:111122223333:backup-vault:genai-standby"},
	}})
	equal(t, "rules of legacy-weekly", value(t, plans[1].Rules), []evidence.BackupRule{{Name: "weekly", Vault: "Default"}})
	equal(t, "selections of legacy-weekly", plans[1].Selections.Found(), []string{"all-tables"})

	vaults := b.Vaults.Found() // on two pages
	if len(vaults) != 2 {
		t.Fatalf("vaults %+v", b.Vaults)
	}
	genai := value(t, vaults[0].Settings)
	if !genai.Locked || genai.LockDate.IsZero() || genai.RecoveryPoints != 35 || genai.KMSKey == "" || value(t, vaults[1].Settings).Locked {
		t.Errorf("vaults %+v", b.Vaults)
	}
	equal(t, "what Default holds", vaults[1].Resources.Found(), []string{
		"arn:aws:dynamodb:eu-central-1:111122223333:table/invoices", "arn:aws:dynamodb:eu-central-1:111122223333:table/chat-sessions"})

	protected := b.Protected.Found()
	equal(t, "last backup", value(t, protected[0].LastBackup).UTC(), time.Date(2026, 11, 19, 3, 0, 0, 0, time.UTC))
	equal(t, "type", protected[0].Type, "DynamoDB")
	equal(t, "restore selections", b.RestorePlans.Found()[0].Selections.Found(), []evidence.RestoreSelection{{Name: "tables", Type: "DynamoDB"}})
	equal(t, "opted in", value(t, b.OptIn)["DynamoDB"], true)
	gaps := b.RestoreJobs.Gaps()
	if len(gaps) != 1 || gaps[0].Reason != evidence.Denied || gaps[0].Permission != "backup:ListRestoreJobs" {
		t.Errorf("restore jobs: gaps %+v", gaps)
	}

	standby := scan(t, account, transport, "eu-west-1")
	job := value(t, standby.RestoreJobs.Found()[0].Settings)
	if job.Status != "COMPLETED" || job.Tested || job.Source != protected[0].ARN || job.Completed.IsZero() {
		t.Errorf("restore job %+v", job)
	}
}

func TestSecondAccount(t *testing.T) {
	account, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	transport := account.Transport()
	b := scan(t, account, transport, "us-west-2")
	if missing := transport.Missing(); len(missing) > 0 {
		t.Fatalf("missing %q", missing)
	}
	denied := func(what, permission string, gap *evidence.Gap) {
		t.Helper()
		if gap == nil || gap.Reason != evidence.Denied || gap.Permission != permission {
			t.Errorf("%s: gap %+v", what, gap)
		}
	}
	denied("rules", "backup:GetBackupPlan", b.Plans.Found()[0].Rules.Gap())
	denied("what sealed holds", "backup:ListProtectedResourcesByBackupVault", &b.Vaults.Found()[1].Resources.Gaps()[0])
	denied("protected resources", "backup:ListProtectedResources", &b.Protected.Gaps()[0])
	if len(b.Vaults.Found()[0].Resources.Found()) != 1 || len(b.Plans.Found()[0].Selections.Found()) != 1 {
		t.Error("a denied read takes its neighbours with it")
	}
	jobs := b.RestoreJobs.Found() // on two pages
	if len(jobs) != 2 || !value(t, jobs[0].Settings).Tested || value(t, jobs[1].Settings).Validation != "TIMED_OUT" {
		t.Errorf("restore jobs %+v", b.RestoreJobs)
	}
	if gap := b.OptIn.Gap(); gap == nil || gap.Reason != evidence.NotAsked {
		t.Errorf("opt-in: gap %+v", gap)
	}
}

const (
	noVaults = `{"operation":"ListBackupVaults","input":{"ByShared":false},"reply":{"BackupVaultList":[]}}`
	rest     = `{"operation":"ListProtectedResources","reply":{"Results":[]}},
		{"operation":"ListRestoreTestingPlans","reply":{"RestoreTestingPlans":[]}},
		{"operation":"ListRestoreJobs","input":{"ByCreatedAfter":"2026-05-24T09:00:00Z"},"reply":{"RestoreJobs":[]}},
		{"operation":"DescribeRegionSettings","reply":{}}`
)

func TestLifecycles(t *testing.T) {
	plan := func(reply string) string {
		return `{"operation":"ListBackupPlans","reply":{"BackupPlansList":[{"BackupPlanId":"p","BackupPlanArn":"arn:p","BackupPlanName":"p"}]}},
			{"operation":"GetBackupPlan","input":{"BackupPlanId":"p","MaxScheduledRunsPreview":0},"reply":` + reply + `},
			{"operation":"ListBackupSelections","input":{"BackupPlanId":"p"},"reply":{"BackupSelectionsList":[]}}`
	}
	rule := func(member string) string {
		return plan(`{"BackupPlan":{"BackupPlanName":"p","Rules":[{"RuleName":"r","TargetBackupVaultName":"v"` + member + `}]}}`)
	}
	for name, c := range map[string]struct {
		exchanges string
		want      evidence.BackupRule
	}{
		"none":       {rule(``), evidence.BackupRule{Name: "r", Vault: "v"}},
		"days":       {rule(`,"Lifecycle":{"DeleteAfterDays":7}`), evidence.BackupRule{Name: "r", Vault: "v", DeleteAfter: 7}},
		"for ever":   {rule(`,"Lifecycle":{"DeleteAfterDays":-1}`), evidence.BackupRule{Name: "r", Vault: "v"}},
		"only cold":  {rule(`,"Lifecycle":{"MoveToColdStorageAfterDays":30}`), evidence.BackupRule{Name: "r", Vault: "v"}},
		"after copy": {rule(`,"Lifecycle":{"DeleteAfterEvent":"DELETE_AFTER_COPY"}`), evidence.BackupRule{Name: "r", Vault: "v", AfterCopy: true}},
		"air-gapped": {rule(`,"TargetLogicallyAirGappedBackupVaultArn":"arn:gap"`), evidence.BackupRule{Name: "r", Vault: "v", AirGapped: "arn:gap"}},
	} {
		account := recorded(t, c.exchanges, noVaults, rest)
		plans := scan(t, account, account.Transport(), home).Plans.Found()
		equal(t, name, value(t, plans[0].Rules), []evidence.BackupRule{c.want})
	}
	account := recorded(t, plan(`{}`), noVaults, rest)
	if gap := scan(t, account, account.Transport(), home).Plans.Found()[0].Rules.Gap(); gap == nil || gap.Reason != evidence.Failed {
		t.Errorf("a reply without its plan: gap %+v", gap)
	}
	account = recorded(t, plan(`{"BackupPlan":{}}`), noVaults, rest)
	equal(t, "a plan without rules", value(t, scan(t, account, account.Transport(), home).Plans.Found()[0].Rules), []evidence.BackupRule{})
}

// TestNothingThere shows that empty is read, not unknown.
func TestNothingThere(t *testing.T) {
	account := recorded(t, `{"operation":"ListBackupPlans","reply":{}}`, noVaults, rest)
	b := scan(t, account, account.Transport(), home)
	if gaps := append(b.Plans.Gaps(), append(b.Vaults.Gaps(), append(b.Protected.Gaps(), append(b.RestorePlans.Gaps(), b.RestoreJobs.Gaps()...)...)...)...); len(gaps) > 0 || b.OptIn.Gap() != nil {
		t.Errorf("gaps %+v, opt-in %+v", gaps, b.OptIn.Gap())
	}
}
