package evidence

import "time"

// DynamoDB is what DynamoDB said in one region.
type DynamoDB struct {
	Tables List[DynamoDBTable] `json:"tables"`
	// Insights are the CloudWatch Contributor Insights settings, one per table or index.
	Insights List[DynamoDBInsights] `json:"insights"`
}

// DynamoDBTable is a table. The facts are read for tables that the workload may reach.
type DynamoDBTable struct {
	ARN         string                 `json:"arn"`
	Name        string                 `json:"name"`
	Description Fact[DynamoDBSettings] `json:"description"` // DescribeTable
	Recovery    Fact[bool]             `json:"recovery"`    // point-in-time recovery is enabled
	TimeToLive  Fact[string]           `json:"ttl"`         // TimeToLiveStatus
	Policy      Fact[string]           `json:"policy"`      // resource policy document; empty for none
}

// DynamoDBSettings is what DescribeTable says.
type DynamoDBSettings struct {
	Status             string    `json:"status"` // TableStatus
	Created            time.Time `json:"created,omitzero"`
	OnDemand           bool      `json:"on_demand"`         // billing mode PAY_PER_REQUEST
	KMSKey             string    `json:"kms_key,omitempty"` // ARN; empty for an AWS-owned key
	KeyInaccessible    bool      `json:"key_inaccessible"`  // DynamoDB cannot use the key
	DeletionProtection bool      `json:"deletion_protection"`
	Stream             string    `json:"stream,omitempty"`          // ARN of the latest stream
	ActiveReplicas     []string  `json:"active_replicas,omitempty"` // other regions
}

// DynamoDBInsights is one Contributor Insights setting.
type DynamoDBInsights struct {
	Table  string       `json:"table"` // name
	Index  string       `json:"index,omitempty"`
	Status Fact[string] `json:"status"` // ENABLED, DISABLED, …
}
