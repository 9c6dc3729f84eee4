package workload

import (
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
)

// dataEdges are the buckets and database clusters, by ARN, in which the workload keeps data.
func (g *Graph) dataEdges() *edges {
	e := new(edges)
	for _, r := range g.account.Regions {
		listed(e, r.BedrockAgent.KnowledgeBases, func(k evidence.KnowledgeBase) {
			v := g.KnowledgeBase(r.Name, k)
			if !v.Can(evidence.CanPass) {
				return
			}
			known(e, k.Settings, func(s evidence.KnowledgeBaseSettings) { e.add(s.StoreARN, v, "vector store of knowledge base "+k.Name) })
			listed(e, k.DataSources, func(d evidence.DataSource) {
				known(e, d.Settings, func(s evidence.DataSourceSettings) { e.add(s.Bucket, v, "source of knowledge base "+k.Name) })
			})
		})
		known(e, r.Bedrock.Logging, func(l evidence.BedrockLogging) {
			if l.Bucket != "" {
				e.add("arn:"+g.account.Partition+":s3:::"+l.Bucket, evidence.Pass(""), "model invocation log")
			}
		})
	}
	return e
}

// Data tells whether the workload keeps data in a resource that AWS Backup can protect, by its ARN.
func (g *Graph) Data(arn string) evidence.Verdict {
	if g.everything {
		return evidence.Pass("--scope account")
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return evidence.Fail("")
	}
	switch parts[2] {
	case "dynamodb":
		return g.Table(parts[3], evidence.DynamoDBTable{ARN: arn})
	case "s3", "rds":
		return g.data().reach(arn)
	}
	return evidence.Fail("")
}

// Vault tells whether a backup vault holds recovery points of the workload's data.
func (g *Graph) Vault(v evidence.BackupVault) evidence.Verdict {
	if g.everything {
		return evidence.Pass("--scope account")
	}
	return relevance(evidence.Some(v.Resources, "", func(arn string) evidence.Verdict {
		of := g.Data(arn)
		of.Message = "holds backups of " + arn
		return of
	}))
}

// Plan tells whether a backup plan that selects anything fills a vault of the workload's.
func (g *Graph) Plan(region string, p evidence.BackupPlan) evidence.Verdict {
	if g.everything {
		return evidence.Pass("--scope account")
	}
	selects := evidence.Exists(p.Selections, "", "", func(string) bool { return true })
	return relevance(evidence.All(selects, evidence.With(p.Rules, func(rules []evidence.BackupRule) evidence.Verdict {
		fills := []evidence.Verdict{evidence.Fail("")}
		for _, rule := range rules {
			fills = append(fills, g.fills(region, rule))
		}
		return evidence.Any(fills...)
	})))
}

func (g *Graph) fills(region string, rule evidence.BackupRule) evidence.Verdict {
	for _, r := range g.account.Regions {
		if r.Name != region {
			continue
		}
		return evidence.Some(r.Backup.Vaults, "", func(v evidence.BackupVault) evidence.Verdict {
			if v.Name != rule.Vault && (rule.AirGapped == "" || v.ARN != rule.AirGapped) {
				return evidence.Fail("")
			}
			of := g.Vault(v)
			of.Message = "fills vault " + v.Name + ", which " + of.Message
			return of
		})
	}
	return evidence.Fail("")
}
