package checks

import (
	"strings"
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

const (
	groupName = "/aws/lambda/chat-api"
	groupARN  = "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/chat-api"
)

// standardGroup is a log group as Lambda creates it.
var standardGroup = evidence.LogGroupSettings{Class: "STANDARD", StoredBytes: 1 << 20}

// oneGroup is an account with one log group, and what else fill says of the region.
func oneGroup(change func(*evidence.LogGroupSettings), fill func(*evidence.Region)) *evidence.Account {
	return region(func(r *evidence.Region) {
		s := standardGroup
		change(&s)
		r.Logs.Groups = evidence.Listed(evidence.LogGroup{ARN: groupARN, Name: groupName, Settings: evidence.Known(s), Protection: evidence.Known("")})
		fill(r)
	})
}

func groupWith(change func(*evidence.LogGroupSettings)) *evidence.Account {
	return oneGroup(change, func(*evidence.Region) {})
}

func groupAnd(fill func(*evidence.Region)) *evidence.Account {
	return oneGroup(func(*evidence.LogGroupSettings) {}, fill)
}

func groupKept(days int) *evidence.Account {
	return groupWith(func(s *evidence.LogGroupSettings) { s.Retention = days })
}

func groupInClass(class string) *evidence.Account {
	return groupWith(func(s *evidence.LogGroupSettings) { s.Class = class })
}

// Data protection policies, as CloudWatch Logs has them.
const (
	auditPolicy = `{"Name":"p","Version":"2021-06-01","Statement":[{"Sid":"audit","DataIdentifier":["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],"Operation":{"Audit":{"FindingsDestination":{}}}}]}`
	maskPolicy  = `{"Name":"p","Version":"2021-06-01","Statement":[{"Sid":"audit","DataIdentifier":["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],"Operation":{"Audit":{"FindingsDestination":{}}}},{"Sid":"redact","DataIdentifier":["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
	emptyPolicy = `{"Name":"p","Version":"2021-06-01","Statement":[{"DataIdentifier":[],"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
)

// protectedGroup is a log group whose own policy, of the given status, has a document.
func protectedGroup(status string, document evidence.Fact[string]) *evidence.Account {
	a := groupWith(func(s *evidence.LogGroupSettings) { s.ProtectionStatus = status })
	a.Regions[0].Logs.Groups.Found()[0].Protection = document
	return a
}

// groupInheriting is a log group without a policy of its own under the account's policies.
func groupInheriting(policies evidence.List[evidence.LogAccountPolicy]) *evidence.Account {
	return oneGroup(func(s *evidence.LogGroupSettings) { s.AccountProtection = true }, func(r *evidence.Region) { r.Logs.AccountPolicies = policies })
}

func logAccountPolicy(kind, document string) evidence.List[evidence.LogAccountPolicy] {
	return evidence.Listed(evidence.LogAccountPolicy{Name: "all", Type: kind, Document: evidence.Known(document)})
}

func filterOn(group string) func(*evidence.Region) {
	return func(r *evidence.Region) {
		r.Logs.MetricFilters = evidence.Listed(evidence.LogMetricFilter{Name: "errors", Group: group, Settings: evidence.Known(evidence.LogMetricFilterSettings{Namespace: "App", Metric: "Errors"})})
	}
}

func detectorOn(status string, groups ...string) func(*evidence.Region) {
	return func(r *evidence.Region) {
		r.Logs.AnomalyDetectors = evidence.Listed(evidence.LogAnomalyDetector{ARN: "d", Settings: evidence.Known(evidence.LogAnomalyDetectorSettings{Status: status, Groups: groups})})
	}
}

func scheduledQuery(s evidence.LogQuerySettings) func(*evidence.Region) {
	return func(r *evidence.Region) {
		r.Logs.ScheduledQueries = evidence.Listed(evidence.LogQuery{Name: "q", Settings: evidence.Known(s)})
	}
}

func savedQuery(s evidence.LogQuerySettings) func(*evidence.Region) {
	return func(r *evidence.Region) {
		r.Logs.SavedQueries = evidence.Listed(evidence.LogQuery{Name: "q", Settings: evidence.Known(s)})
	}
}

func TestCloudWatchLogs(t *testing.T) {
	unread := region(func(r *evidence.Region) {
		r.Logs.Groups = evidence.Listed(evidence.LogGroup{ARN: groupARN, Name: groupName})
	})
	none := region(func(*evidence.Region) {})
	listingDenied := region(func(r *evidence.Region) { r.Logs.Groups = evidence.Partial[evidence.LogGroup](nil, denied) })
	plain := groupAnd(func(*evidence.Region) {})
	run(t, logChecks, table{
		"logs-genai-cmk": {
			{name: "key", account: groupWith(func(s *evidence.LogGroupSettings) { s.KMSKey = keyARN }), want: "pass"},
			{name: "AWS owned", account: plain, want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: listingDenied, want: "unknown"},
			{name: "no log groups", account: none, want: "not-applicable"},
		},
		"logs-retention-set": {
			{name: "90 days", account: groupKept(90), want: "pass"},
			{name: "the least", account: groupKept(30), want: "pass"},
			{name: "less", account: groupKept(14), want: "fail"},
			{name: "the most", account: groupKept(400), want: "pass"},
			{name: "more", account: groupKept(545), want: "fail"},
			{name: "more, without a limit", account: groupKept(3653), want: "pass", settings: func(s *scoring.Settings) { s.RetentionMax = 0 }},
			{name: "for ever", account: groupKept(0), want: "fail"},
			{name: "for ever and empty", account: groupWith(func(s *evidence.LogGroupSettings) { s.StoredBytes = 0 }), want: "fail"},
			{name: "by account policy", account: groupWith(func(s *evidence.LogGroupSettings) { s.Retention, s.RetentionPolicy = 180, "all-180" }), want: "pass"},
			{name: "for ever by account policy", account: groupWith(func(s *evidence.LogGroupSettings) { s.RetentionPolicy = "keep-all" }), want: "fail"},
			{name: "infrequent access", account: groupWith(func(s *evidence.LogGroupSettings) { s.Retention, s.Class = 90, "INFREQUENT_ACCESS" }), want: "pass"},
			{name: "delivery", account: groupInClass("DELIVERY"), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: listingDenied, want: "unknown"},
			{name: "no log groups", account: none, want: "not-applicable"},
		},
		"logs-data-protection": {
			{name: "masks", account: protectedGroup("ACTIVATED", evidence.Known(maskPolicy)), want: "pass"},
			{name: "audits only", account: protectedGroup("ACTIVATED", evidence.Known(auditPolicy)), want: "fail"},
			{name: "masks nothing", account: protectedGroup("ACTIVATED", evidence.Known(emptyPolicy)), want: "fail"},
			{name: "gone since", account: protectedGroup("ACTIVATED", evidence.Known("")), want: "fail"},
			{name: "policy denied", account: protectedGroup("ACTIVATED", evidence.Missing[string](denied)), want: "unknown"},
			{name: "not a policy", account: protectedGroup("ACTIVATED", evidence.Known(`{"Statement":{}}`)), want: "unknown"},
			{name: "deleted", account: protectedGroup("DELETED", evidence.Known("")), want: "fail"},
			{name: "none", account: plain, want: "fail"},
			{name: "infrequent access masks too", account: func() *evidence.Account {
				a := protectedGroup("ACTIVATED", evidence.Known(maskPolicy))
				r := &a.Regions[0]
				s := standardGroup
				s.ProtectionStatus, s.Class = "ACTIVATED", "INFREQUENT_ACCESS"
				r.Logs.Groups.Found()[0].Settings = evidence.Known(s)
				return a
			}(), want: "pass"},
			{name: "delivery", account: groupInClass("DELIVERY"), want: "not-applicable"},
			{name: "inherited", account: groupInheriting(logAccountPolicy("DATA_PROTECTION_POLICY", maskPolicy)), want: "pass"},
			{name: "inherited audit", account: groupInheriting(logAccountPolicy("DATA_PROTECTION_POLICY", auditPolicy)), want: "fail"},
			{name: "another kind of account policy", account: groupInheriting(logAccountPolicy("FIELD_INDEX_POLICY", maskPolicy)), want: "fail"},
			{name: "account policies denied", account: groupInheriting(evidence.Partial[evidence.LogAccountPolicy](nil, denied)), want: "unknown"},
			{name: "account masks, but it does not apply here", account: groupAnd(func(r *evidence.Region) {
				r.Logs.AccountPolicies = logAccountPolicy("DATA_PROTECTION_POLICY", maskPolicy)
			}), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: listingDenied, want: "unknown"},
			{name: "no log groups", account: none, want: "not-applicable"},
		},
		"logs-error-detection": {
			{name: "metric filter", account: groupAnd(filterOn(groupName)), want: "pass"},
			{name: "metric filter of another group", account: groupAnd(filterOn("/aws/lambda/other")), want: "fail"},
			{name: "anomaly detector", account: groupAnd(detectorOn("ANALYZING", groupARN)), want: "pass"},
			{name: "paused detector", account: groupAnd(detectorOn("PAUSED", groupARN)), want: "fail"},
			{name: "scheduled query", account: groupAnd(scheduledQuery(evidence.LogQuerySettings{Enabled: true, Groups: []string{groupName}})), want: "pass"},
			{name: "disabled query", account: groupAnd(scheduledQuery(evidence.LogQuerySettings{Groups: []string{groupName}})), want: "fail"},
			{name: "nothing", account: plain, want: "fail"},
			{name: "nothing, infrequent access", account: groupInClass("INFREQUENT_ACCESS"), want: "fail"},
			{name: "filters denied", account: groupAnd(func(r *evidence.Region) {
				r.Logs.MetricFilters = evidence.Partial[evidence.LogMetricFilter](nil, denied)
			}), want: "unknown"},
			{name: "filters denied, detector at work", account: groupAnd(func(r *evidence.Region) {
				detectorOn("TRAINING", groupARN)(r)
				r.Logs.MetricFilters = evidence.Partial[evidence.LogMetricFilter](nil, denied)
			}), want: "pass"},
			{name: "a query that was not read", account: groupAnd(func(r *evidence.Region) {
				r.Logs.ScheduledQueries = evidence.Listed(evidence.LogQuery{Name: "q", Settings: evidence.Missing[evidence.LogQuerySettings](denied)})
			}), want: "unknown"},
			{name: "delivery", account: groupInClass("DELIVERY"), want: "not-applicable"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no log groups", account: none, want: "not-applicable"},
		},
		"logs-anomaly-detectors": {
			{name: "analyzing", account: groupAnd(detectorOn("ANALYZING", groupARN)), want: "pass"},
			{name: "training", account: groupAnd(detectorOn("TRAINING", groupARN)), want: "pass"},
			{name: "initializing", account: groupAnd(detectorOn("INITIALIZING", groupARN)), want: "pass"},
			{name: "failed", account: groupAnd(detectorOn("FAILED", groupARN)), want: "fail"},
			{name: "deleted", account: groupAnd(detectorOn("DELETED", groupARN)), want: "fail"},
			{name: "on another group", account: groupAnd(detectorOn("ANALYZING", groupARN+"-standby")), want: "fail"},
			{name: "none", account: plain, want: "fail"},
			{name: "infrequent access", account: groupInClass("INFREQUENT_ACCESS"), want: "not-applicable"},
			{name: "delivery", account: groupInClass("DELIVERY"), want: "not-applicable"},
			{name: "detectors denied", account: groupAnd(func(r *evidence.Region) {
				r.Logs.AnomalyDetectors = evidence.Partial[evidence.LogAnomalyDetector](nil, denied)
			}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no log groups", account: none, want: "not-applicable"},
		},
		"logs-class-supports-analysis": {
			{name: "standard", account: plain, want: "pass"},
			{name: "infrequent access", account: groupInClass("INFREQUENT_ACCESS"), want: "fail"},
			{name: "delivery", account: groupInClass("DELIVERY"), want: "not-applicable"},
			{name: "essentials", account: groupInClass("ESSENTIALS"), want: "unknown"},
			{name: "not said", account: groupInClass(""), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no log groups", account: none, want: "not-applicable"},
		},
		"logs-saved-queries": {
			{name: "saved", account: groupAnd(savedQuery(evidence.LogQuerySettings{Groups: []string{groupName}})), want: "pass"},
			{name: "saved by ARN", account: groupAnd(savedQuery(evidence.LogQuerySettings{Groups: []string{groupARN}})), want: "pass"},
			{name: "saved for all", account: groupAnd(savedQuery(evidence.LogQuerySettings{Groups: []string{"*"}})), want: "pass"},
			{name: "saved for another group", account: groupAnd(savedQuery(evidence.LogQuerySettings{Groups: []string{groupName + "-standby"}})), want: "fail"},
			{name: "saved for whatever is chosen", account: groupAnd(savedQuery(evidence.LogQuerySettings{Unbound: true})), want: "unknown"},
			{name: "scheduled", account: groupAnd(scheduledQuery(evidence.LogQuerySettings{Enabled: true, Groups: []string{groupARN}})), want: "pass"},
			{name: "scheduled, disabled", account: groupAnd(scheduledQuery(evidence.LogQuerySettings{})), want: "fail"},
			{name: "none", account: plain, want: "fail"},
			{name: "one was not read, another names it", account: groupAnd(func(r *evidence.Region) {
				savedQuery(evidence.LogQuerySettings{Groups: []string{groupName}})(r)
				r.Logs.ScheduledQueries = evidence.Partial[evidence.LogQuery](nil, denied)
			}), want: "pass"},
			{name: "saved queries denied", account: groupAnd(func(r *evidence.Region) {
				r.Logs.SavedQueries = evidence.Partial[evidence.LogQuery](nil, denied)
			}), want: "unknown"},
			{name: "log groups denied", account: listingDenied, want: "unknown"},
			{name: "no log groups", account: none, want: "not-applicable"},
		},
		"logs-saved-queries-present": {
			{name: "saved", account: groupAnd(savedQuery(evidence.LogQuerySettings{Unbound: true})), want: "pass"},
			{name: "none", account: plain, want: "not-applicable"},
			{name: "denied", account: groupAnd(func(r *evidence.Region) { r.Logs.SavedQueries = evidence.Partial[evidence.LogQuery](nil, denied) }), want: "unknown"},
		},
	})
}

// A query counts only where it reads a log group of the workload, not any log group of the account.
func TestQueriesOfOtherLogGroups(t *testing.T) {
	const invocations = "/aws/bedrock/model-invocations"
	a := region(func(r *evidence.Region) {
		r.Signs = evidence.Listed("guardrail chat")
		r.Logs.Groups = evidence.Listed(
			evidence.LogGroup{ARN: "arn:invoices", Name: "/app/invoices", Settings: evidence.Known(standardGroup)},
			evidence.LogGroup{ARN: "arn:invocations", Name: invocations, Settings: evidence.Known(standardGroup)})
		r.Bedrock.Logging = evidence.Known(evidence.BedrockLogging{})
		savedQuery(evidence.LogQuerySettings{Groups: []string{"/app/invoices"}})(r)
	})
	a.Scan.Scope = workload.ScopeWorkload
	check, _ := ByID("logs-saved-queries")
	if got, messages := outcome(check, row{}.input(a)); got != "fail" {
		t.Errorf("a query of another application: got %s (%s), want fail", got, messages)
	}
	savedQuery(evidence.LogQuerySettings{Groups: []string{invocations}})(&a.Regions[0])
	got, messages := outcome(check, row{}.input(a))
	if got != "pass" || !strings.Contains(messages, "saved query q reads "+invocations) {
		t.Errorf("a query of the workload: got %s (%s), want pass", got, messages)
	}
}
