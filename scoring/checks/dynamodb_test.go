package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

const (
	tableARN = "arn:aws:dynamodb:eu-central-1:111122223333:table/chat-sessions"
	keyARN   = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d"
)

// oneTable is an account with one table.
func oneTable(fill func(*evidence.DynamoDBTable)) *evidence.Account {
	return region(func(r *evidence.Region) {
		t := evidence.DynamoDBTable{ARN: tableARN, Name: "chat-sessions"}
		fill(&t)
		r.DynamoDB.Tables = evidence.Listed(t)
	})
}

func described(s evidence.DynamoDBSettings) *evidence.Account {
	return oneTable(func(t *evidence.DynamoDBTable) { t.Description = evidence.Known(s) })
}

// keyed is an account with one table and the key that it names.
func keyed(customer bool) *evidence.Account {
	a := described(evidence.DynamoDBSettings{KMSKey: keyARN})
	a.Regions[0].KMS.Keys = evidence.Listed(evidence.Key{ARN: keyARN, Settings: evidence.Known(evidence.KeySettings{CustomerManaged: customer})})
	return a
}

func tableWithPolicy(document string) *evidence.Account {
	return oneTable(func(t *evidence.DynamoDBTable) { t.Policy = evidence.Known(document) })
}

func TestDynamoDB(t *testing.T) {
	unread := oneTable(func(*evidence.DynamoDBTable) {})
	none := region(func(*evidence.Region) {})
	deniedListing := region(func(r *evidence.Region) {
		r.DynamoDB.Tables = evidence.Partial[evidence.DynamoDBTable](nil, denied)
	})
	ttl := func(status string) *evidence.Account {
		return oneTable(func(t *evidence.DynamoDBTable) { t.TimeToLive = evidence.Known(status) })
	}
	run(t, dynamodbChecks, table{
		"dynamodb-pitr": {
			{name: "on", account: oneTable(func(t *evidence.DynamoDBTable) { t.Recovery = evidence.Known(true) }), want: "pass"},
			{name: "off", account: oneTable(func(t *evidence.DynamoDBTable) { t.Recovery = evidence.Known(false) }), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "listing denied", account: deniedListing, want: "unknown"},
			{name: "no tables", account: none, want: "not-applicable"},
		},
		"dynamodb-deletion-protection": {
			{name: "on", account: described(evidence.DynamoDBSettings{DeletionProtection: true}), want: "pass"},
			{name: "off", account: described(evidence.DynamoDBSettings{}), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no tables", account: none, want: "not-applicable"},
		},
		"dynamodb-global-table-replica": {
			{name: "replica", account: described(evidence.DynamoDBSettings{ActiveReplicas: []string{"eu-west-1"}}), want: "pass"},
			{name: "single region wanted", account: described(evidence.DynamoDBSettings{}), want: "not-applicable"},
			{name: "two regions wanted", account: described(evidence.DynamoDBSettings{}), want: "fail",
				settings: func(s *scoring.Settings) { s.MultiRegion = true }},
			{name: "denied", account: unread, want: "unknown"},
		},
		"dynamodb-cmk": {
			{name: "customer managed", account: keyed(true), want: "pass"},
			{name: "AWS managed", account: keyed(false), want: "fail"},
			{name: "AWS owned", account: described(evidence.DynamoDBSettings{}), want: "fail"},
			{name: "key gone", account: described(evidence.DynamoDBSettings{KMSKey: keyARN, KeyInaccessible: true}), want: "fail"},
			{name: "key not described", account: described(evidence.DynamoDBSettings{KMSKey: keyARN}), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "no tables", account: none, want: "not-applicable"},
		},
		"dynamodb-ttl": {
			{name: "enabled", account: ttl("ENABLED"), want: "pass"},
			{name: "disabled", account: ttl("DISABLED"), want: "fail"},
			{name: "being disabled", account: ttl("DISABLING"), want: "fail"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "another table", account: oneTable(func(t *evidence.DynamoDBTable) { t.Name = "prices" }), want: "not-applicable"},
		},
		"dynamodb-table-resource-policy-not-public": {
			{name: "no policy", account: tableWithPolicy(""), want: "pass"},
			{name: "own account", account: tableWithPolicy(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Action":"dynamodb:*","Resource":"*"}]}`), want: "pass"},
			{name: "other account", account: tableWithPolicy(`{"Statement":[{"Sid":"x","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"dynamodb:*","Resource":"*"}]}`), want: "fail"},
			{name: "other account of the organization", account: tableWithPolicy(`{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc123def4"}}}]}`), want: "pass"},
			{name: "not a policy", account: tableWithPolicy("{"), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
		},
		"dynamodb-contributor-insights": {
			{name: "on", account: withInsights("chat-sessions", "ENABLED"), want: "pass"},
			{name: "off", account: withInsights("chat-sessions", "DISABLED"), want: "not-applicable"},
			{name: "denied", account: oneTableWith(func(r *evidence.Region) {
				r.DynamoDB.Insights = evidence.Partial[evidence.DynamoDBInsights](nil, denied)
			}), want: "unknown"},
			{name: "no tables", account: none, want: "not-applicable"},
		},
	})
}

func oneTableWith(fill func(*evidence.Region)) *evidence.Account {
	a := oneTable(func(*evidence.DynamoDBTable) {})
	fill(&a.Regions[0])
	return a
}

func withInsights(table, status string) *evidence.Account {
	return oneTableWith(func(r *evidence.Region) {
		r.DynamoDB.Insights = evidence.Listed(evidence.DynamoDBInsights{Table: table, Status: evidence.Known(status)})
	})
}
