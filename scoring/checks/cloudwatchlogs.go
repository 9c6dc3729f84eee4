package checks

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var logGroups = regional(
	func(r *evidence.Region) evidence.List[evidence.LogGroup] { return r.Logs.Groups },
	func(g evidence.LogGroup) string { return g.ARN },
	func(g evidence.LogGroup) string { return g.Name },
	(*workload.Graph).LogGroup)

var logChecks = []scoring.Check{
	{
		ID:         "logs-genai-cmk",
		Title:      "Log groups of the workload use a customer managed key",
		Questions:  []string{"2.1"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatchlogs.DescribeLogGroups"},
		Why:        "Logs repeat what users said; only a customer managed key can be audited, restricted and revoked. They are encrypted in any case.",
		Fix:        "aws logs associate-kms-key --log-group-name <group> --kms-key-id <key-arn>",
		References: []string{"GENSEC01-BP04", "LLM02:2025", "Prowler cloudwatch_log_group_kms_encryption_enabled", "Prowler bedrock_model_invocation_logs_encryption_enabled"},
		Test:       scoring.Resources(logGroups, logGroupKey),
	},
	{
		ID:         "logs-retention-set",
		Aliases:    []string{"cloudwatch-log-group-retention"},
		Title:      "Log groups of the workload expire, within the limits that the owner sets",
		Questions:  []string{"2.2", "8.6"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatchlogs.DescribeLogGroups"},
		Why:        "Kept for ever, prompts and answers pile up as personal data and as cost; kept too short, an incident cannot be investigated.",
		Fix:        "aws logs put-retention-policy --log-group-name <group> --retention-in-days 90",
		References: []string{"GENSEC01-BP04", "GENSUS02-BP01", "LLM02:2025", "Prowler cloudwatch_log_group_retention_policy_specific_days_enabled"},
		Test:       scoring.Resources(logGroups, logGroupRetention),
	},
	{
		ID:         "logs-data-protection",
		Title:      "Log groups of the workload mask sensitive data",
		Questions:  []string{"2.4"},
		Severity:   scoring.High,
		Operations: []string{"cloudwatchlogs.DescribeLogGroups", "cloudwatchlogs.GetDataProtectionPolicy", "cloudwatchlogs.DescribeAccountPolicies"},
		Why:        "Users type personal data into prompts, and everyone who may read the logs reads it there. Masking begins with the policy: older events stay as they are.",
		Fix:        "aws logs put-data-protection-policy --log-group-identifier <group> --policy-document file://mask.json",
		References: []string{"GENSEC01-BP04", "LLM02:2025"},
		Test:       scoring.Resources(logGroups, logGroupProtection),
	},
	{
		ID:        "logs-error-detection",
		Title:     "A metric filter, an anomaly detector or a scheduled query watches each log group of the workload",
		Questions: []string{"3.4"},
		Severity:  scoring.Medium,
		Operations: []string{"cloudwatchlogs.DescribeLogGroups", "cloudwatchlogs.DescribeMetricFilters", "cloudwatchlogs.ListLogAnomalyDetectors",
			"cloudwatchlogs.ListScheduledQueries", "cloudwatchlogs.GetScheduledQuery"},
		Why:        "Errors that only stand in a log are found when somebody complains.",
		Fix:        "aws logs create-log-anomaly-detector --log-group-arn-list <group-arn> --evaluation-frequency FIVE_MIN",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(logGroups, logGroupWatched),
	},
	{
		ID:         "logs-anomaly-detectors",
		Title:      "Log anomaly detection runs on log groups of the workload",
		Questions:  []string{"3.8"},
		Severity:   scoring.Low,
		Operations: []string{"cloudwatchlogs.DescribeLogGroups", "cloudwatchlogs.ListLogAnomalyDetectors"},
		Why:        "Nobody writes a filter for an error that has not happened yet.",
		Fix:        "aws logs create-log-anomaly-detector --log-group-arn-list <group-arn> --evaluation-frequency FIVE_MIN",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(logGroups, logGroupDetector),
	},
	{
		ID:         "logs-class-supports-analysis",
		Title:      "Log groups of the workload are in a class that supports metric filters and anomaly detection",
		Questions:  []string{"3.8"},
		Severity:   scoring.Low,
		Operations: []string{"cloudwatchlogs.DescribeLogGroups"},
		Why:        "In the Infrequent Access class nothing can raise an alarm on what is logged, and the class of a log group cannot be changed.",
		Fix:        "aws logs create-log-group --log-group-name <new-group> --log-group-class STANDARD",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(logGroups, logGroupClass),
	},
	{
		ID:         "logs-saved-queries",
		Title:      "A saved or scheduled query reads a log group of the workload",
		Questions:  []string{"3.8"},
		Severity:   scoring.Low,
		Operations: []string{"cloudwatchlogs.DescribeLogGroups", "cloudwatchlogs.DescribeQueryDefinitions", "cloudwatchlogs.ListScheduledQueries", "cloudwatchlogs.GetScheduledQuery"},
		Why:        "During an incident nobody has the time to work out how the logs are to be searched.",
		Fix:        "aws logs put-query-definition --name <name> --log-group-names <group> --query-string 'fields @timestamp, @message | filter @message like /ERROR/ | sort @timestamp desc'",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.PerRegion(logQueriesOfWorkload),
	},
	{
		ID:         "logs-saved-queries-present",
		Title:      "Saved log queries exist",
		Questions:  []string{"10.4"},
		Severity:   scoring.Low,
		Weak:       true,
		Operations: []string{"cloudwatchlogs.DescribeQueryDefinitions"},
		Why:        "Saved queries are a part of a runbook that everybody finds.",
		Fix:        "aws logs put-query-definition --name <name> --log-group-names <group> --query-string 'fields @timestamp, @message | sort @timestamp desc'",
		References: []string{"GENOPS03-BP02"},
		Test:       scoring.PerRegion(logQueriesSaved),
	},
}

// The log classes that lack something, CloudWatch Logs User Guide, "Log classes". Infrequent Access has
// masking and scheduled queries and lacks metric filters and anomaly detection.
const (
	classInfrequent = "INFREQUENT_ACCESS"
	classDelivery   = "DELIVERY"
)

// deliveryOnly is why nothing is asked of a log group of class DELIVERY.
const deliveryOnly = "class DELIVERY only passes log events on and keeps them for a fixed short time"

func logGroupKey(_ *scoring.Input, _ *evidence.Region, g evidence.LogGroup) evidence.Verdict {
	return evidence.With(g.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
		return evidence.Test(s.KMSKey != "", "encrypted with "+s.KMSKey, "encrypted with a key that AWS owns, no customer managed key")
	})
}

func logGroupRetention(in *scoring.Input, _ *evidence.Region, g evidence.LogGroup) evidence.Verdict {
	return evidence.With(g.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
		by := ""
		if s.RetentionPolicy != "" {
			by = " by account policy " + s.RetentionPolicy
		}
		kept := fmt.Sprintf("keeps log events for %d days%s", s.Retention, by)
		least, most := in.Settings.RetentionMin, in.Settings.RetentionMax
		switch {
		case s.Class == classDelivery:
			return evidence.NotApplicable(deliveryOnly)
		case s.Retention == 0:
			return evidence.Fail("keeps log events for ever" + by)
		case s.Retention < least:
			return evidence.Fail(fmt.Sprintf("%s, less than the %d that are wanted", kept, least))
		case most > 0 && s.Retention > most:
			return evidence.Fail(fmt.Sprintf("%s, more than the %d that are wanted", kept, most))
		}
		return evidence.Pass(kept)
	})
}

// logGroupProtection: the log group's own policy and the account's add up, so either suffices.
func logGroupProtection(_ *scoring.Input, region *evidence.Region, g evidence.LogGroup) evidence.Verdict {
	return evidence.With(g.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
		if s.Class == classDelivery {
			return evidence.NotApplicable(deliveryOnly)
		}
		own := evidence.Fail("has no data protection policy")
		switch s.ProtectionStatus {
		case "ACTIVATED":
			own = policyMasks(g.Protection, "its data protection policy")
		case "":
		default:
			own = evidence.Fail("its data protection policy is " + s.ProtectionStatus)
		}
		if !s.AccountProtection {
			return own
		}
		inherited := evidence.Some(region.Logs.AccountPolicies, "no data protection policy of the account masks", func(p evidence.LogAccountPolicy) evidence.Verdict {
			if p.Type != "DATA_PROTECTION_POLICY" {
				return evidence.Fail("")
			}
			return policyMasks(p.Document, "the account's data protection policy "+p.Name)
		})
		return evidence.Any(own, inherited)
	})
}

// policyMasks passes where a data protection policy replaces what it finds; one that only audits does not.
func policyMasks(document evidence.Fact[string], whose string) evidence.Verdict {
	return evidence.With(document, func(text string) evidence.Verdict {
		var policy struct {
			Statement []struct {
				DataIdentifier []string
				Operation      struct{ Deidentify *struct{} }
			}
		}
		if text == "" {
			return evidence.Fail(whose + " is empty")
		}
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			return evidence.Unknown("", evidence.Gap{Service: "cloudwatchlogs", Operation: "GetDataProtectionPolicy", Reason: evidence.Failed,
				Detail: whose + " could not be understood"})
		}
		for _, s := range policy.Statement {
			if s.Operation.Deidentify != nil && len(s.DataIdentifier) > 0 {
				return evidence.Pass(fmt.Sprintf("%s masks what %d data identifiers find", whose, len(s.DataIdentifier)))
			}
		}
		return evidence.Fail(whose + " only audits: no statement masks")
	})
}

func logGroupWatched(_ *scoring.Input, region *evidence.Region, g evidence.LogGroup) evidence.Verdict {
	return evidence.With(g.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
		if s.Class == classDelivery {
			return evidence.NotApplicable(deliveryOnly)
		}
		v := evidence.Any(
			evidence.Some(region.Logs.MetricFilters, "no metric filter", func(f evidence.LogMetricFilter) evidence.Verdict {
				return evidence.Test(f.Group == g.Name, "metric filter "+f.Name+" watches it", "")
			}),
			groupDetected(region, g),
			evidence.Some(region.Logs.ScheduledQueries, "no scheduled query", func(q evidence.LogQuery) evidence.Verdict {
				return evidence.With(q.Settings, func(s evidence.LogQuerySettings) evidence.Verdict {
					return evidence.Test(s.Enabled && readsGroup(s, g), "scheduled query "+q.Name+" reads it", "")
				})
			}),
		)
		switch {
		case !v.Certain():
			v.Message = "" // what was not read says more than what was not found
		case v.Failed() && s.Class == classInfrequent:
			v.Message += "; class INFREQUENT_ACCESS supports only the last of them"
		}
		return v
	})
}

func logGroupDetector(_ *scoring.Input, region *evidence.Region, g evidence.LogGroup) evidence.Verdict {
	return evidence.With(g.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
		switch s.Class {
		case classInfrequent, classDelivery:
			return evidence.NotApplicable("class " + s.Class + " does not support anomaly detection")
		}
		return groupDetected(region, g)
	})
}

// groupDetected passes where an anomaly detector is at work on a log group.
func groupDetected(region *evidence.Region, g evidence.LogGroup) evidence.Verdict {
	return evidence.Some(region.Logs.AnomalyDetectors, "no anomaly detector at work", func(d evidence.LogAnomalyDetector) evidence.Verdict {
		return evidence.With(d.Settings, func(s evidence.LogAnomalyDetectorSettings) evidence.Verdict {
			working := slices.Contains([]string{"INITIALIZING", "TRAINING", "ANALYZING"}, s.Status)
			return evidence.Test(working && slices.Contains(s.Groups, g.ARN), "an anomaly detector is "+s.Status, "")
		})
	})
}

func logGroupClass(_ *scoring.Input, _ *evidence.Region, g evidence.LogGroup) evidence.Verdict {
	return evidence.With(g.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
		switch s.Class {
		case "STANDARD":
			return evidence.Pass("its class is STANDARD")
		case classInfrequent:
			return evidence.Fail("its class is INFREQUENT_ACCESS, without metric filters, subscriptions and anomaly detection")
		case classDelivery:
			return evidence.NotApplicable(deliveryOnly)
		}
		return evidence.Unknown("its class is "+s.Class, evidence.Gap{Service: "cloudwatchlogs", Operation: "DescribeLogGroups", Resource: g.ARN,
			Reason: evidence.NotBuilt, Detail: "what log class " + s.Class + " supports is not known"})
	})
}

// scopedGroup is a log group that the workload may write to.
type scopedGroup struct {
	evidence.LogGroup
	relevance evidence.Verdict
}

// groupsInScope are a region's log groups that the workload may write to.
func groupsInScope(in *scoring.Input, region *evidence.Region) evidence.List[scopedGroup] {
	var scoped []scopedGroup
	for _, g := range region.Logs.Groups.Found() {
		if v := in.Workload.LogGroup(region.Name, g); v.Can(evidence.CanPass) {
			scoped = append(scoped, scopedGroup{g, v})
		}
	}
	return evidence.Partial(scoped, region.Logs.Groups.Gaps()...)
}

func logQueriesOfWorkload(in *scoring.Input, region *evidence.Region) evidence.Verdict {
	groups := groupsInScope(in, region)
	some := evidence.Some(groups, "the workload writes to no log group here", func(g scopedGroup) evidence.Verdict { return g.relevance })
	return evidence.If(some, func() evidence.Verdict {
		return evidence.Any(
			evidence.Some(region.Logs.SavedQueries, "no saved query names a log group of the workload", func(q evidence.LogQuery) evidence.Verdict {
				return queryInScope(region, groups, q, "saved query")
			}),
			evidence.Some(region.Logs.ScheduledQueries, "no enabled scheduled query reads one", func(q evidence.LogQuery) evidence.Verdict {
				return evidence.With(q.Settings, func(s evidence.LogQuerySettings) evidence.Verdict {
					if !s.Enabled {
						return evidence.Fail("")
					}
					return queryInScope(region, groups, q, "scheduled query")
				})
			}))
	})
}

// queryInScope passes where a query reads a log group of the workload. Whoever runs a query that names
// none chooses it.
func queryInScope(region *evidence.Region, groups evidence.List[scopedGroup], q evidence.LogQuery, kind string) evidence.Verdict {
	return evidence.With(q.Settings, func(s evidence.LogQuerySettings) evidence.Verdict {
		if s.Unbound {
			v := evidence.Unknown(kind+" "+q.Name+" names no log group", evidence.Gap{Service: "cloudwatchlogs", Operation: "DescribeQueryDefinitions", Region: region.Name,
				Resource: q.Name, Reason: evidence.NotAttested, Detail: "the query names no log group: only its owner knows whether it is for the workload"})
			v.Outcomes &^= evidence.CanBeAbsent
			return v
		}
		return evidence.Some(groups, "", func(g scopedGroup) evidence.Verdict {
			if !readsGroup(s, g.LogGroup) {
				return evidence.Fail("")
			}
			v := g.relevance
			v.Message = kind + " " + q.Name + " reads " + g.Name
			return v
		})
	})
}

// readsGroup reports that a query reads a log group.
func readsGroup(q evidence.LogQuerySettings, g evidence.LogGroup) bool {
	return slices.ContainsFunc(q.Groups, func(group string) bool { return group == "*" || group == g.Name || group == g.ARN })
}

func logQueriesSaved(_ *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.Some(region.Logs.SavedQueries, "no query is saved", func(q evidence.LogQuery) evidence.Verdict {
		return evidence.Pass("query " + q.Name + " is saved")
	})
}
