package checks

import (
	"regexp"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var dynamodbChecks = []scoring.Check{
	{
		ID:         "dynamodb-pitr",
		Aliases:    []string{"dynamodb-table-pitr"},
		Title:      "Tables have point-in-time recovery",
		Questions:  []string{"5.6", "7.7"},
		Severity:   scoring.High,
		Operations: []string{"dynamodb.DescribeContinuousBackups"},
		Why:        "Without it a faulty deployment or a wrong delete loses conversations and state for good.",
		Fix:        "aws dynamodb update-continuous-backups --table-name <table> --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
		References: []string{"Prowler dynamodb_tables_pitr_enabled"},
		Test:       scoring.Resources(tables, tablePITR),
	},
	{
		ID:         "dynamodb-deletion-protection",
		Title:      "Tables have deletion protection",
		Questions:  []string{"5.6"},
		Severity:   scoring.Medium,
		Operations: []string{"dynamodb.DescribeTable"},
		Why:        "One wrong command or stack change can delete the table.",
		Fix:        "aws dynamodb update-table --table-name <table> --deletion-protection-enabled",
		References: []string{"Prowler dynamodb_table_deletion_protection_enabled"},
		Test:       scoring.Resources(tables, tableDeletionProtection),
	},
	{
		ID:         "dynamodb-global-table-replica",
		Title:      "State tables have a second region",
		Questions:  []string{"7.7"},
		Severity:   scoring.Low,
		Operations: []string{"dynamodb.DescribeTable"},
		Why:        "A workload that is meant to survive a region needs its state in another one.",
		Fix:        "aws dynamodb update-table --table-name <table> --replica-updates 'Create={RegionName=<region>}'",
		References: []string{"GENREL03-BP01"},
		Test:       scoring.Resources(tables, tableReplica),
	},
	{
		ID:         "dynamodb-cmk",
		Title:      "Tables that hold conversations use a customer managed key",
		Questions:  []string{"2.1"},
		Severity:   scoring.Medium,
		Operations: []string{"dynamodb.DescribeTable", "kms.DescribeKey"},
		Why:        "Only a customer managed key can be audited, restricted and revoked. Data is encrypted in any case.",
		Fix:        "aws dynamodb update-table --table-name <table> --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=<key>",
		References: []string{"GENSEC02-BP01", "Prowler dynamodb_tables_kms_cmk_encryption_enabled"},
		Test:       scoring.Resources(tables, tableCustomerKey),
	},
	{
		ID:         "dynamodb-ttl",
		Aliases:    []string{"dynamodb-ttl-session-tables"},
		Title:      "Session and conversation tables expire their items",
		Questions:  []string{"2.2", "8.6"},
		Severity:   scoring.Low,
		Operations: []string{"dynamodb.DescribeTimeToLive"},
		Why:        "Conversations that nobody deletes pile up as personal data and as cost.",
		Fix:        "aws dynamodb update-time-to-live --table-name <table> --time-to-live-specification Enabled=true,AttributeName=expiresAt",
		References: []string{"GENSEC02-BP01"},
		Test:       scoring.Resources(tables, tableTTL),
	},
	{
		ID:         "dynamodb-table-resource-policy-not-public",
		Title:      "Table policies admit no other account without a condition",
		Questions:  []string{"1.2"},
		Severity:   scoring.High,
		Operations: []string{"dynamodb.GetResourcePolicy"},
		Why:        "AWS refuses public table policies, but a principal of another account can still be let in unconditionally.",
		Fix:        "aws dynamodb put-resource-policy --resource-arn <table-arn> --policy file://scoped.json",
		References: []string{"Prowler dynamodb_table_cross_account_access"},
		Test:       scoring.Resources(tables, tablePolicy),
	},
	{
		ID:         "dynamodb-contributor-insights",
		Title:      "Hot-key monitoring is on for tables",
		Questions:  []string{"3.1"},
		Severity:   scoring.Low,
		NeverFails: true,
		Operations: []string{"dynamodb.ListContributorInsights"},
		Why:        "A hot partition throttles the whole workload and shows in no average.",
		Fix:        "aws dynamodb update-contributor-insights --table-name <table> --contributor-insights-action ENABLE",
		Test:       scoring.Resources(tables, tableInsights),
	},
}

func tablePITR(_ *scoring.Input, _ *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(t.Recovery, func(on bool) evidence.Verdict {
		return evidence.Test(on, "point-in-time recovery is on", "point-in-time recovery is off")
	})
}

func tableDeletionProtection(_ *scoring.Input, _ *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(t.Description, func(s evidence.DynamoDBSettings) evidence.Verdict {
		return evidence.Test(s.DeletionProtection, "deletion protection is on", "deletion protection is off")
	})
}

func tableReplica(in *scoring.Input, _ *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(t.Description, func(s evidence.DynamoDBSettings) evidence.Verdict {
		switch {
		case len(s.ActiveReplicas) > 0:
			return evidence.Pass("has an active replica in " + s.ActiveReplicas[0])
		case in.Settings.MultiRegion:
			return evidence.Fail("has no active replica although the workload is declared multi-region")
		}
		return evidence.NotApplicable("the workload is not declared multi-region")
	})
}

func tableCustomerKey(_ *scoring.Input, region *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(t.Description, func(s evidence.DynamoDBSettings) evidence.Verdict {
		switch {
		case s.KeyInaccessible:
			return evidence.Fail("DynamoDB cannot use the table's KMS key " + s.KMSKey + ": the table is unavailable")
		case s.KMSKey == "":
			return evidence.Fail("encrypted with an AWS owned key, no customer managed key")
		}
		return customerManaged(region, s.KMSKey)
	})
}

// customerManaged passes when a KMS key is the customer's, and fails when AWS manages it.
func customerManaged(region *evidence.Region, arn string) evidence.Verdict {
	for _, key := range region.KMS.Keys.Found() {
		if key.ARN == arn {
			return evidence.With(key.Settings, func(k evidence.KeySettings) evidence.Verdict {
				return evidence.Test(k.CustomerManaged, "uses the customer managed key "+arn, "uses the AWS managed key "+arn)
			})
		}
	}
	gaps := region.KMS.Keys.Gaps()
	if len(gaps) == 0 {
		gaps = []evidence.Gap{{Service: "kms", Operation: "DescribeKey", Region: region.Name, Resource: arn, Permission: "kms:DescribeKey",
			Reason: evidence.Failed, Detail: "the key was not described"}}
	}
	return evidence.Unknown("who manages the key "+arn+" could not be read", gaps...)
}

// sessionName matches the names of tables that hold what users said.
var sessionName = regexp.MustCompile(`(?i)(session|chat|conversation|memory|history|message|transcript)`)

func tableTTL(_ *scoring.Input, _ *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	if t.Name != "" && !sessionName.MatchString(t.Name) {
		return evidence.NotApplicable("its name marks it as no session or conversation table")
	}
	return evidence.With(t.TimeToLive, func(status string) evidence.Verdict {
		switch status {
		case "ENABLED", "ENABLING":
			return evidence.Pass("time to live is enabled")
		}
		return evidence.Fail("time to live is off")
	})
}

func tablePolicy(in *scoring.Input, _ *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(workload.Document(t.Policy, t.ARN), func(d iampolicy.Document) evidence.Verdict {
		for _, e := range iampolicy.Exposures(d, in.Account.ID) {
			if e.Kind == iampolicy.Everyone || e.Kind == iampolicy.OtherAccount && len(e.RestrictedBy) == 0 {
				return evidence.Fail("statement " + e.Statement.Sid + " admits " + e.Principal.Value + " without a condition")
			}
		}
		return evidence.Pass("no other account is admitted without a condition")
	})
}

func tableInsights(_ *scoring.Input, region *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.Some(region.DynamoDB.Insights, "CloudWatch Contributor Insights is off", func(i evidence.DynamoDBInsights) evidence.Verdict {
		if i.Table != t.Name || i.Index != "" {
			return evidence.Fail("")
		}
		return evidence.With(i.Status, func(status string) evidence.Verdict {
			return evidence.Test(status == "ENABLED", "CloudWatch Contributor Insights is on", "")
		})
	})
}
