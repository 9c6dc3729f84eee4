package checks

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var knowledgeBases = regional(
	func(r *evidence.Region) evidence.List[evidence.KnowledgeBase] { return r.BedrockAgent.KnowledgeBases },
	func(k evidence.KnowledgeBase) string { return k.ARN },
	func(k evidence.KnowledgeBase) string { return k.Name },
	(*workload.Graph).KnowledgeBase)

// dataSource is a data source and the knowledge base that it feeds.
type dataSource struct {
	evidence.DataSource
	base evidence.KnowledgeBase
}

// dataSources have no ARN: their id is the knowledge base's and their own.
var dataSources = regional(
	func(r *evidence.Region) evidence.List[dataSource] {
		gaps := slices.Clone(r.BedrockAgent.KnowledgeBases.Gaps())
		var all []dataSource
		for _, k := range r.BedrockAgent.KnowledgeBases.Found() {
			gaps = append(gaps, k.DataSources.Gaps()...)
			for _, d := range k.DataSources.Found() {
				all = append(all, dataSource{d, k})
			}
		}
		return evidence.Partial(all, gaps...)
	},
	func(d dataSource) string { return d.base.ID + "/" + d.ID },
	func(d dataSource) string { return d.Name + " of " + d.base.Name },
	func(g *workload.Graph, region string, d dataSource) evidence.Verdict {
		return g.KnowledgeBase(region, d.base)
	})

var knowledgeBaseChecks = []scoring.Check{
	{
		ID:         "bedrock-kb-role-least-privilege",
		Title:      "Knowledge-base roles reach only their sources",
		Questions:  []string{"2.5"},
		Severity:   scoring.High,
		Operations: []string{"bedrockagent.GetKnowledgeBase", "iam.GetAccountAuthorizationDetails"},
		Why:        "Whoever can add a data source can read everything that the role can.",
		Fix:        "aws iam put-role-policy --role-name <role> --policy-name <policy> --policy-document file://scoped.json",
		References: []string{"GENSEC01-BP03", "LLM08:2025", "LLM06:2025"},
		Test:       scoring.Resources(knowledgeBases, knowledgeBaseRole),
	},
	{
		ID:         "bedrock-kb-log-delivery",
		Title:      "Knowledge-base ingestion logs are delivered",
		Questions:  []string{"3.2"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.GetKnowledgeBase", "cloudwatchlogs.DescribeDeliverySources", "cloudwatchlogs.DescribeDeliveries"},
		Why:        "Nobody can tell which documents failed to reach the index, or why.",
		Fix:        "aws logs put-delivery-source --name <name> --log-type APPLICATION_LOGS --resource-arn <knowledge-base-arn> && aws logs create-delivery --delivery-source-name <name> --delivery-destination-arn <destination-arn>",
		References: []string{"GENOPS02-BP01", "GENSEC03-BP01", "LLM08:2025"},
		Test:       scoring.Resources(knowledgeBases, knowledgeBaseLogs),
	},
	{
		ID:         "bedrock-kb-datasource-cmk",
		Title:      "Knowledge-base ingestion uses a customer managed key",
		Questions:  []string{"2.1"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListDataSources", "bedrockagent.GetDataSource"},
		Why:        "Documents pass through storage whose key nobody in the account can audit or revoke. The vector store has a key of its own.",
		Fix:        "aws bedrock-agent update-data-source --knowledge-base-id <knowledge-base> --data-source-id <data-source> --name <name> --data-source-configuration file://configuration.json --server-side-encryption-configuration kmsKeyArn=<key-arn>",
		References: []string{"GENSEC01-BP03", "LLM08:2025", "Prowler bedrock_knowledge_base_encrypted_with_cmk"},
		Test:       scoring.Resources(dataSources, dataSourceKey),
	},
	{
		ID:         "bedrock-kb-data-deletion-policy",
		Title:      "Deleting a data source deletes its vectors",
		Questions:  []string{"2.2"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.ListDataSources", "bedrockagent.GetDataSource"},
		Why:        "Content that was to be erased can still be retrieved from the vector store.",
		Fix:        "aws bedrock-agent update-data-source --knowledge-base-id <knowledge-base> --data-source-id <data-source> --name <name> --data-source-configuration file://configuration.json --data-deletion-policy DELETE",
		References: []string{"GENSEC01-BP03", "LLM08:2025"},
		Test:       scoring.Resources(dataSources, dataSourceDeletion),
	},
	{
		ID:         "bedrock-kb-sync-recent",
		Aliases:    []string{"bedrock-kb-ingestion-fresh"},
		Title:      "Changes and deletions in the sources reach the index",
		Questions:  []string{"2.2", "6.5"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.GetKnowledgeBase", "bedrockagent.GetDataSource", "bedrockagent.ListIngestionJobs"},
		Why:        "Until the next synchronisation answers come from old documents, erased ones among them.",
		Fix:        "aws bedrock-agent start-ingestion-job --knowledge-base-id <knowledge-base> --data-source-id <data-source>",
		References: []string{"GENSEC01-BP03", "GENPERF04-BP01", "GENOPS04-BP02", "LLM08:2025", "LLM09:2025"},
		Test:       scoring.Resources(dataSources, dataSourceSynced),
	},
	{
		ID:         "bedrock-kb-ingestion-ok",
		Aliases:    []string{"bedrock-kb-ingestion-failures"},
		Title:      "The last ingestion of each data source took in every document",
		Questions:  []string{"3.4", "7.1"},
		Severity:   scoring.Medium,
		Operations: []string{"bedrockagent.GetDataSource", "bedrockagent.ListIngestionJobs"},
		Why:        "What failed to be ingested is missing from the answers, and nothing in them says so.",
		Fix:        "aws bedrock-agent get-ingestion-job --knowledge-base-id <knowledge-base> --data-source-id <data-source> --ingestion-job-id <job>",
		References: []string{"GENOPS02-BP01", "GENREL03-BP01", "GENPERF04-BP01", "LLM08:2025"},
		Test:       scoring.Resources(dataSources, dataSourceIngested),
	},
	{
		ID:         "bedrock-kb-embedding-size",
		Title:      "The size of embeddings is chosen",
		Questions:  []string{"8.5"},
		Severity:   scoring.Low,
		Operations: []string{"bedrockagent.GetKnowledgeBase"},
		Why:        "Storage and search cost grow with the size of every vector, and it cannot be changed later.",
		Fix:        "aws bedrock-agent create-knowledge-base --name <name> --role-arn <role-arn> --knowledge-base-configuration file://configuration-with-dimensions.json --storage-configuration file://storage.json",
		References: []string{"GENCOST04-BP01", "GENPERF04-BP02"},
		Test:       scoring.Resources(knowledgeBases, knowledgeBaseEmbedding),
	},
	{
		ID:         "knowledge-store-fresh",
		Title:      "Internal knowledge stores are kept current",
		Questions:  []string{"10.8"},
		Severity:   scoring.Low,
		Weak:       true,
		Operations: []string{"bedrockagent.ListDataSources", "bedrockagent.ListIngestionJobs"},
		Why:        "A team that looks up old runbooks acts on them.",
		Fix:        "aws bedrock-agent start-ingestion-job --knowledge-base-id <knowledge-base> --data-source-id <data-source>",
		Test:       scoring.Resources(dataSources, internalStoreSynced),
	},
}

func knowledgeBaseRole(in *scoring.Input, _ *evidence.Region, k evidence.KnowledgeBase) evidence.Verdict {
	return evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
		return executionRole(in, s.Role, broadOnSources)
	})
}

// broadOnSources describes grants on every source, store, secret or key. Listing all buckets knows no resource.
func broadOnSources(i iampolicy.Identity) (found []string) {
	for _, service := range []string{"s3", "s3vectors", "aoss", "rds-data", "neptune-graph", "secretsmanager", "kms"} {
		for _, grant := range broadGrants(i, service+":*", func(_, action string) bool { return action != "listallmybuckets" }) {
			if !slices.Contains(found, grant) {
				found = append(found, grant)
			}
		}
	}
	return found
}

func knowledgeBaseLogs(_ *scoring.Input, region *evidence.Region, k evidence.KnowledgeBase) evidence.Verdict {
	ingests := evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
		return evidence.Test(s.Type != "KENDRA", "", "an Amazon Kendra index ingests on its own")
	})
	return evidence.If(ingests, func() evidence.Verdict {
		return evidence.Some(region.Logs.DeliverySources, "no delivery of its APPLICATION_LOGS is set up", func(source evidence.LogDeliverySource) evidence.Verdict {
			return evidence.All(
				evidence.With(source.Settings, func(s evidence.LogDeliverySourceSettings) evidence.Verdict {
					return evidence.Test(s.Type == "APPLICATION_LOGS" && slices.Contains(s.Resources, k.ARN), "its APPLICATION_LOGS are delivered by "+source.Name, "")
				}),
				evidence.Some(region.Logs.Deliveries, "", func(d evidence.LogDelivery) evidence.Verdict {
					return evidence.With(d.Source, func(name string) evidence.Verdict { return evidence.Test(name == source.Name, "", "") })
				}))
		})
	})
}

func dataSourceKey(_ *scoring.Input, _ *evidence.Region, d dataSource) evidence.Verdict {
	return evidence.With(d.Settings, func(s evidence.DataSourceSettings) evidence.Verdict { return ownKey(s.KMSKey) })
}

func dataSourceDeletion(_ *scoring.Input, _ *evidence.Region, d dataSource) evidence.Verdict {
	return evidence.With(d.Settings, func(s evidence.DataSourceSettings) evidence.Verdict {
		switch s.DeletionPolicy {
		case "DELETE":
			return evidence.Pass("the data deletion policy is DELETE")
		case "RETAIN":
			return evidence.Fail("the data deletion policy is RETAIN")
		}
		return evidence.Unknown("AWS returned no data deletion policy", evidence.Gap{Service: "bedrockagent", Operation: "GetDataSource",
			Resource: d.base.ARN, Reason: evidence.Failed, Detail: "the reply names no data deletion policy"})
	})
}

// crawled passes where Bedrock itself fetches the documents of a data source.
func crawled(d dataSource) evidence.Verdict {
	return evidence.All(
		evidence.With(d.base.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
			return evidence.Test(s.Type != "SQL" && s.Type != "KENDRA", "", "a knowledge base of type "+s.Type+" is not filled by ingestion")
		}),
		evidence.With(d.Settings, func(s evidence.DataSourceSettings) evidence.Verdict {
			switch s.Type {
			case "S3", "WEB", "CONFLUENCE", "SALESFORCE", "SHAREPOINT":
				return evidence.Pass("")
			case "CUSTOM":
				return evidence.Fail("the application ingests the documents directly")
			case "REDSHIFT_METADATA":
				return evidence.Fail("describes tables, not documents")
			}
			return evidence.Unknown("", evidence.Gap{Service: "bedrockagent", Operation: "GetDataSource", Resource: d.base.ARN,
				Reason: evidence.NotBuilt, Detail: "this version does not know data sources of type " + s.Type})
		}))
}

// synced passes where the newest complete ingestion is no older than some days.
func synced(in *scoring.Input, d dataSource, days int) evidence.Verdict {
	return evidence.With(d.LastSynced, func(at time.Time) evidence.Verdict {
		if at.IsZero() {
			return evidence.Fail("was never synchronised")
		}
		text := "was last synchronised on " + at.Format(time.DateOnly)
		return evidence.Test(in.Account.Clock.Sub(at) <= time.Duration(days)*24*time.Hour, text, fmt.Sprintf("%s, more than %d days ago", text, days))
	})
}

func dataSourceSynced(in *scoring.Input, _ *evidence.Region, d dataSource) evidence.Verdict {
	return evidence.If(crawled(d), func() evidence.Verdict { return synced(in, d, in.Settings.SyncDays) })
}

func dataSourceIngested(_ *scoring.Input, _ *evidence.Region, d dataSource) evidence.Verdict {
	return evidence.If(crawled(d), func() evidence.Verdict {
		return evidence.With(d.LastJob, func(job evidence.IngestionJob) evidence.Verdict {
			switch {
			case job.Status == "":
				return evidence.NotApplicable("was never synchronised")
			case job.Status != "COMPLETE":
				return evidence.Fail("the last ingestion ended as " + job.Status)
			}
			return evidence.Test(job.Failed == 0, fmt.Sprintf("the last ingestion took in all of %d documents", job.Scanned),
				fmt.Sprintf("%d of %d documents failed in the last ingestion", job.Failed, job.Scanned))
		})
	})
}

func knowledgeBaseEmbedding(_ *scoring.Input, _ *evidence.Region, k evidence.KnowledgeBase) evidence.Verdict {
	const most = 1024
	return evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
		switch {
		case s.Binary:
			return evidence.Pass("stores binary embeddings")
		case s.Dimensions == 0:
			return evidence.NotApplicable("the embedding model's own size applies")
		}
		text := fmt.Sprintf("embeddings have %d dimensions", s.Dimensions)
		return evidence.Test(s.Dimensions <= most, text, fmt.Sprintf("%s, more than %d", text, most))
	})
}

// internalName matches the names and tags by which teams call a store their own.
var internalName = regexp.MustCompile(`(?i)(^|[^a-z])(internal|intranet|team|ops|wiki|runbooks?)([^a-z]|$)`)

func internalStoreSynced(in *scoring.Input, region *evidence.Region, d dataSource) evidence.Verdict {
	internal := evidence.Any(
		evidence.Test(d.base.Name == "" || internalName.MatchString(d.base.Name), "", "nothing marks it as internal"),
		evidence.With(in.Workload.Tags(region.Name, d.base.ARN), func(tags evidence.Tags) evidence.Verdict {
			for _, value := range tags {
				if internalName.MatchString(value) {
					return evidence.Pass("")
				}
			}
			return evidence.Fail("nothing marks it as internal")
		}))
	return evidence.If(evidence.All(internal, crawled(d)), func() evidence.Verdict { return synced(in, d, 90) })
}
