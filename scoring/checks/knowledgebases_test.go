package checks

import (
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

const (
	baseARN  = "arn:aws:bedrock:eu-central-1:111122223333:knowledge-base/KBPOLICY01"
	baseRole = "arn:aws:iam::111122223333:role/service-role/AmazonBedrockExecutionRoleForKnowledgeBase_policy"
)

var vectorBase = evidence.KnowledgeBaseSettings{Role: baseRole, Status: "ACTIVE", Type: "VECTOR", Storage: "OPENSEARCH_SERVERLESS", Dimensions: 1024}

// oneBase is an account with one knowledge base.
func oneBase(fill func(*evidence.KnowledgeBase)) *evidence.Account {
	return region(func(r *evidence.Region) {
		k := evidence.KnowledgeBase{ARN: baseARN, ID: "KBPOLICY01", Name: "policy-documents", Settings: evidence.Known(vectorBase)}
		fill(&k)
		r.BedrockAgent.KnowledgeBases = evidence.Listed(k)
	})
}

func baseWith(s evidence.KnowledgeBaseSettings) *evidence.Account {
	return oneBase(func(k *evidence.KnowledgeBase) {
		k.Settings, k.DataSources = evidence.Known(s), evidence.Listed[evidence.DataSource]()
	})
}

// oneSource is an account with one data source in S3 that was synchronised today.
func oneSource(fill func(*evidence.DataSource)) *evidence.Account {
	return oneBase(func(k *evidence.KnowledgeBase) {
		d := evidence.DataSource{
			ID: "DSPOLICY01", Name: "policies", Settings: evidence.Known(evidence.DataSourceSettings{Type: "S3", DeletionPolicy: "DELETE"}),
			LastJob: evidence.Known(evidence.IngestionJob{Status: "COMPLETE", Scanned: 1200}), LastSynced: evidence.Known(now),
		}
		fill(&d)
		k.DataSources = evidence.Listed(d)
	})
}

func sourceWith(s evidence.DataSourceSettings) *evidence.Account {
	return oneSource(func(d *evidence.DataSource) { d.Settings = evidence.Known(s) })
}

func lastJob(j evidence.IngestionJob) *evidence.Account {
	return oneSource(func(d *evidence.DataSource) { d.LastJob = evidence.Known(j) })
}

func syncedAgo(age time.Duration) *evidence.Account {
	return oneSource(func(d *evidence.DataSource) { d.LastSynced = evidence.Known(now.Add(-age)) })
}

func neverSynced() *evidence.Account {
	return oneSource(func(d *evidence.DataSource) {
		d.LastSynced, d.LastJob = evidence.Known(time.Time{}), evidence.Known(evidence.IngestionJob{})
	})
}

// named renames the knowledge base.
func named(a *evidence.Account, name string) *evidence.Account {
	return changed(a, func(_ *evidence.Account, r *evidence.Region) { r.BedrockAgent.KnowledgeBases.Found()[0].Name = name })
}

// delivered gives an account a delivery source and, where linked, its delivery.
func delivered(a *evidence.Account, kind, resource string, linked bool) *evidence.Account {
	return changed(a, func(_ *evidence.Account, r *evidence.Region) {
		r.Logs.DeliverySources = evidence.Listed(evidence.LogDeliverySource{Name: "kb-logs", Settings: evidence.Known(evidence.LogDeliverySourceSettings{Type: kind, Resources: []string{resource}})})
		if linked {
			r.Logs.Deliveries = evidence.Listed(evidence.LogDelivery{ID: "d1", Source: evidence.Known("kb-logs"), DestinationType: "CWL"})
		}
	})
}

func TestKnowledgeBases(t *testing.T) {
	const day = 24 * time.Hour
	none := region(func(*evidence.Region) {})
	unread := oneBase(func(k *evidence.KnowledgeBase) { k.Settings = evidence.Fact[evidence.KnowledgeBaseSettings]{} })
	noSources := baseWith(vectorBase)
	sourcesDenied := oneBase(func(k *evidence.KnowledgeBase) { k.DataSources = evidence.Partial[evidence.DataSource](nil, denied) })
	basesDenied := region(func(r *evidence.Region) {
		r.BedrockAgent.KnowledgeBases = evidence.Partial[evidence.KnowledgeBase](nil, denied)
	})
	sourceDenied := oneSource(func(d *evidence.DataSource) { *d = evidence.DataSource{ID: d.ID, Name: d.Name} })
	custom := sourceWith(evidence.DataSourceSettings{Type: "CUSTOM", DeletionPolicy: "DELETE"})
	unknownType := sourceWith(evidence.DataSourceSettings{Type: "MANAGED_SOMETHING", DeletionPolicy: "DELETE"})
	kendra, sql := baseWith(evidence.KnowledgeBaseSettings{Type: "KENDRA"}), oneSource(func(*evidence.DataSource) {})
	sql.Regions[0].BedrockAgent.KnowledgeBases.Found()[0].Settings = evidence.Known(evidence.KnowledgeBaseSettings{Type: "SQL"})
	scoped := permitting("s3:GetObject s3:ListBucket", "arn:aws:s3:::nordwind-policy-documents/*", "")
	tagged := func(a *evidence.Account, value string) *evidence.Account {
		return changed(a, func(_ *evidence.Account, r *evidence.Region) {
			r.Tagging.Resources = evidence.Listed(evidence.TaggedResource{ARN: baseARN, Tags: evidence.Known(evidence.Tags{"audience": value})})
		})
	}
	run(t, knowledgeBaseChecks, table{
		"bedrock-kb-role-least-privilege": {
			{name: "scoped", account: acting(oneBase(func(*evidence.KnowledgeBase) {}), baseRole, scoped), want: "pass"},
			{name: "other services", account: acting(noSources, baseRole, permitting("bedrock:InvokeModel rds:DescribeDBClusters s3:ListAllMyBuckets", "*", "")), want: "pass"},
			{name: "key through S3", account: acting(noSources, baseRole, permitting("kms:Decrypt", "*", `{"StringEquals":{"kms:ViaService":["s3.eu-central-1.amazonaws.com"]}}`)), want: "pass"},
			{name: "every bucket", account: acting(baseWith(vectorBase), baseRole, permitting("s3:GetObject", "arn:aws:s3:::*", "")), want: "fail"},
			{name: "every secret", account: acting(baseWith(vectorBase), baseRole, permitting("secretsmanager:GetSecretValue", "*", "")), want: "fail"},
			{name: "every collection", account: acting(baseWith(vectorBase), baseRole, permitting("aoss:APIAccessAll", "*", "")), want: "fail"},
			{name: "administrator", account: acting(baseWith(vectorBase), baseRole, permitting("*", "*", "")), want: "fail"},
			{name: "a managed policy of a whole service", account: acting(baseWith(vectorBase), baseRole, scoped, "arn:aws:iam::aws:policy/AmazonS3FullAccess"), want: "fail"},
			{name: "role of another account", account: baseWith(vectorBase), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: basesDenied, want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-kb-log-delivery": {
			{name: "delivered", account: delivered(baseWith(vectorBase), "APPLICATION_LOGS", baseARN, true), want: "pass"},
			{name: "source without a delivery", account: delivered(baseWith(vectorBase), "APPLICATION_LOGS", baseARN, false), want: "fail"},
			{name: "another resource", account: delivered(baseWith(vectorBase), "APPLICATION_LOGS", baseARN+"X", true), want: "fail"},
			{name: "another type", account: delivered(baseWith(vectorBase), "TRACES", baseARN, true), want: "fail"},
			{name: "nothing", account: baseWith(vectorBase), want: "fail"},
			{name: "Kendra", account: kendra, want: "not-applicable"},
			{name: "deliveries denied", account: changed(delivered(baseWith(vectorBase), "APPLICATION_LOGS", baseARN, false), func(_ *evidence.Account, r *evidence.Region) {
				r.Logs.Deliveries = evidence.Partial[evidence.LogDelivery](nil, denied)
			}), want: "unknown"},
			{name: "sources denied", account: changed(baseWith(vectorBase), func(_ *evidence.Account, r *evidence.Region) {
				r.Logs.DeliverySources = evidence.Partial[evidence.LogDeliverySource](nil, denied)
			}), want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-kb-datasource-cmk": {
			{name: "key", account: sourceWith(evidence.DataSourceSettings{Type: "S3", KMSKey: keyARN}), want: "pass"},
			{name: "none", account: sourceWith(evidence.DataSourceSettings{Type: "S3"}), want: "fail"},
			{name: "denied", account: sourceDenied, want: "unknown"},
			{name: "sources denied", account: sourcesDenied, want: "unknown"},
			{name: "bases denied", account: basesDenied, want: "unknown"},
			{name: "no sources", account: noSources, want: "not-applicable"},
		},
		"bedrock-kb-data-deletion-policy": {
			{name: "delete", account: sourceWith(evidence.DataSourceSettings{Type: "S3", DeletionPolicy: "DELETE"}), want: "pass"},
			{name: "retain", account: sourceWith(evidence.DataSourceSettings{Type: "S3", DeletionPolicy: "RETAIN"}), want: "fail"},
			{name: "not told", account: sourceWith(evidence.DataSourceSettings{Type: "S3"}), want: "unknown"},
			{name: "denied", account: sourceDenied, want: "unknown"},
			{name: "no sources", account: noSources, want: "not-applicable"},
		},
		"bedrock-kb-sync-recent": {
			{name: "30 days", account: syncedAgo(30 * day), want: "pass"},
			{name: "a second more", account: syncedAgo(30*day + time.Second), want: "fail"},
			{name: "31 days allowed", account: syncedAgo(31 * day), want: "pass", settings: func(s *scoring.Settings) { s.SyncDays = 31 }},
			{name: "never", account: neverSynced(), want: "fail"},
			{name: "custom", account: custom, want: "not-applicable"},
			{name: "structured", account: sql, want: "not-applicable"},
			{name: "tables", account: sourceWith(evidence.DataSourceSettings{Type: "REDSHIFT_METADATA"}), want: "not-applicable"},
			{name: "a type that is not known", account: unknownType, want: "unknown"},
			{name: "jobs denied", account: oneSource(func(d *evidence.DataSource) { d.LastSynced = evidence.Missing[time.Time](denied) }), want: "unknown"},
			{name: "denied", account: sourceDenied, want: "unknown"},
			{name: "sources denied", account: sourcesDenied, want: "unknown"},
			{name: "no sources", account: noSources, want: "not-applicable"},
		},
		"bedrock-kb-ingestion-ok": {
			{name: "complete", account: lastJob(evidence.IngestionJob{Status: "COMPLETE", Scanned: 1200}), want: "pass"},
			{name: "failed", account: lastJob(evidence.IngestionJob{Status: "FAILED"}), want: "fail"},
			{name: "stopped", account: lastJob(evidence.IngestionJob{Status: "STOPPED"}), want: "fail"},
			{name: "a failed document", account: lastJob(evidence.IngestionJob{Status: "COMPLETE", Scanned: 1200, Failed: 1}), want: "fail"},
			{name: "never", account: neverSynced(), want: "not-applicable"},
			{name: "custom", account: custom, want: "not-applicable"},
			{name: "denied", account: sourceDenied, want: "unknown"},
			{name: "jobs denied", account: oneSource(func(d *evidence.DataSource) { d.LastJob = evidence.Missing[evidence.IngestionJob](denied) }), want: "unknown"},
		},
		"bedrock-kb-embedding-size": {
			{name: "1024", account: baseWith(vectorBase), want: "pass"},
			{name: "1536", account: baseWith(evidence.KnowledgeBaseSettings{Type: "VECTOR", Dimensions: 1536}), want: "fail"},
			{name: "binary", account: baseWith(evidence.KnowledgeBaseSettings{Type: "VECTOR", Dimensions: 1536, Binary: true}), want: "pass"},
			{name: "fixed", account: baseWith(evidence.KnowledgeBaseSettings{Type: "VECTOR"}), want: "not-applicable"},
			{name: "Kendra", account: kendra, want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"knowledge-store-fresh": {
			{name: "fresh runbooks", account: named(syncedAgo(90*day), "ops-runbooks"), want: "pass"},
			{name: "old runbooks", account: named(syncedAgo(91*day), "ops-runbooks"), want: "not-applicable"},
			{name: "not internal", account: named(syncedAgo(day), "international-policies"), want: "not-applicable"},
			{name: "tagged internal", account: tagged(syncedAgo(day), "internal"), want: "pass"},
			{name: "tags denied", account: changed(syncedAgo(day), func(_ *evidence.Account, r *evidence.Region) {
				r.Tagging.Resources = evidence.Partial[evidence.TaggedResource](nil, denied)
			}), want: "unknown"},
			{name: "denied", account: named(oneSource(func(d *evidence.DataSource) { d.LastSynced = evidence.Missing[time.Time](denied) }), "wiki"), want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
	})
}
