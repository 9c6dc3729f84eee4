package workload

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

const (
	chatTable  = "arn:aws:dynamodb:eu-central-1:111122223333:table/chat-sessions"
	otherTable = "arn:aws:dynamodb:eu-central-1:111122223333:table/invoices"
	documents1 = "arn:aws:s3:::documents"
	logs1      = "arn:aws:s3:::invocation-logs"
	cluster    = "arn:aws:rds:eu-central-1:111122223333:cluster:vectors"
)

var refused = evidence.Gap{Service: "test", Operation: "Refused", Reason: evidence.Denied}

// dataAccount is an account whose workload names one table and keeps data in two buckets and a cluster.
func dataAccount() *evidence.Account {
	return dataAccountWith(func(*evidence.Region) {})
}

func dataAccountWith(change func(*evidence.Region)) *evidence.Account {
	a := &evidence.Account{ID: "111122223333", Partition: "aws", Regions: []evidence.Region{{Name: "eu-central-1"}}}
	r := &a.Regions[0]
	r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{Bucket: "invocation-logs"})
	r.BedrockAgent.KnowledgeBases = evidence.Listed(evidence.KnowledgeBase{
		ARN: "arn:aws:bedrock:eu-central-1:111122223333:knowledge-base/KB", ID: "KB", Name: "policies",
		Settings:    evidence.Known(evidence.KnowledgeBaseSettings{Storage: "RDS", StoreARN: cluster}),
		DataSources: evidence.Listed(evidence.DataSource{ID: "DS", Settings: evidence.Known(evidence.DataSourceSettings{Bucket: documents1})}),
	})
	a.IAM.Roles = evidence.Listed(evidence.Role{
		ARN: "arn:aws:iam::111122223333:role/chat", Name: "chat",
		Trust: evidence.Known(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
		Permissions: evidence.Known(evidence.Permissions{Inline: []evidence.NamedPolicy{{Name: "own", Document: `{"Statement":[
			{"Effect":"Allow","Action":"bedrock:InvokeModel","Resource":"*"},
			{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"` + chatTable + `"}]}`}}}),
	})
	change(r)
	evidence.FillUnset(a, evidence.Gap{Reason: evidence.Unavailable})
	return a
}

// outcome words a verdict about scope.
func scope(v evidence.Verdict) string {
	switch {
	case v.Passed():
		return "in"
	case v.Failed():
		return "out"
	case v.Outcomes == evidence.CanPass|evidence.CanFail && len(v.Gaps) > 0:
		return "uncertain"
	}
	return "neither"
}

func TestData(t *testing.T) {
	unreadSource := dataAccountWith(func(r *evidence.Region) {
		r.BedrockAgent.KnowledgeBases.Found()[0].DataSources.Found()[0].Settings = evidence.Missing[evidence.DataSourceSettings](refused)
	})
	for _, c := range []struct {
		name    string
		account *evidence.Account
		arn     string
		want    string
	}{
		{"a table that a role names", dataAccount(), chatTable, "in"},
		{"another table", dataAccount(), otherTable, "out"},
		{"a knowledge base's bucket", dataAccount(), documents1, "in"},
		{"the invocation log's bucket", dataAccount(), logs1, "in"},
		{"another bucket", dataAccount(), "arn:aws:s3:::payroll", "out"},
		{"a knowledge base's cluster", dataAccount(), cluster, "in"},
		{"another cluster", dataAccount(), cluster + "-2", "out"},
		{"a bucket while a data source is unread", unreadSource, "arn:aws:s3:::payroll", "uncertain"},
		{"a table while a data source is unread", unreadSource, otherTable, "out"},
		{"a volume", dataAccount(), "arn:aws:ec2:eu-central-1:111122223333:volume/vol-1", "out"},
		{"not an ARN", dataAccount(), "chat-sessions", "out"},
	} {
		if got := scope(New(c.account).Data(c.arn)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestVault(t *testing.T) {
	for _, c := range []struct {
		name      string
		resources evidence.List[string]
		want      string
	}{
		{"holds the workload's table", evidence.Listed(otherTable, chatTable), "in"},
		{"holds another system's", evidence.Listed(otherTable), "out"},
		{"empty", evidence.Listed[string](), "out"},
		{"not read", evidence.Partial[string](nil, refused), "uncertain"},
		{"cut short after the workload's table", evidence.Partial([]string{chatTable}, refused), "in"},
		{"cut short before it", evidence.Partial([]string{otherTable}, refused), "uncertain"},
	} {
		v := evidence.BackupVault{Name: "vault", Resources: c.resources}
		if got := scope(New(dataAccount()).Vault(v)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	tagged := dataAccount()
	tagged.Scan.WorkloadTag = "app=claims"
	elsewhere := evidence.BackupVault{Resources: evidence.Listed("arn:aws:dynamodb:us-west-2:111122223333:table/chat-sessions")}
	if got := scope(New(tagged).Vault(elsewhere)); got != "uncertain" {
		t.Errorf("a copy of a table whose region was not scanned, by tag: %s, want uncertain", got)
	}
}

func TestPlan(t *testing.T) {
	vaults := func(list evidence.List[evidence.BackupVault]) *evidence.Account {
		return dataAccountWith(func(r *evidence.Region) { r.Backup.Vaults = list })
	}
	both := vaults(evidence.Listed(
		evidence.BackupVault{ARN: "arn:genai", Name: "genai", Resources: evidence.Listed(chatTable)},
		evidence.BackupVault{ARN: "arn:payroll", Name: "payroll", Resources: evidence.Listed(otherTable)}))
	fills := func(vault string) evidence.Fact[[]evidence.BackupRule] {
		return evidence.Known([]evidence.BackupRule{{Name: "daily", Vault: vault}})
	}
	selects := evidence.Listed("tables")
	for _, c := range []struct {
		name    string
		account *evidence.Account
		plan    evidence.BackupPlan
		want    string
	}{
		{"fills the workload's vault", both, evidence.BackupPlan{Rules: fills("genai"), Selections: selects}, "in"},
		{"fills it as an air-gapped vault", both, evidence.BackupPlan{Selections: selects,
			Rules: evidence.Known([]evidence.BackupRule{{Vault: "payroll", AirGapped: "arn:genai"}})}, "in"},
		{"fills another", both, evidence.BackupPlan{Rules: fills("payroll"), Selections: selects}, "out"},
		{"fills a vault that is not there", both, evidence.BackupPlan{Rules: fills("gone"), Selections: selects}, "out"},
		{"selects nothing", both, evidence.BackupPlan{Rules: fills("genai"), Selections: evidence.Listed[string]()}, "out"},
		{"selections unread", both, evidence.BackupPlan{Rules: fills("genai"), Selections: evidence.Partial[string](nil, refused)}, "uncertain"},
		{"rules unread", both, evidence.BackupPlan{Rules: evidence.Missing[[]evidence.BackupRule](refused), Selections: selects}, "uncertain"},
		{"vaults unread", vaults(evidence.Partial[evidence.BackupVault](nil, refused)), evidence.BackupPlan{Rules: fills("genai"), Selections: selects}, "uncertain"},
	} {
		if got := scope(New(c.account).Plan("eu-central-1", c.plan)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	everything := dataAccount()
	everything.Scan.Scope = ScopeAccount
	g := New(everything)
	if !g.Plan("eu-central-1", evidence.BackupPlan{}).Passed() || !g.Vault(evidence.BackupVault{}).Passed() || !g.Data("arn:x").Passed() || !g.Budget(evidence.Budget{}).Passed() {
		t.Error("with --scope account every plan, vault, resource and budget counts")
	}
}
