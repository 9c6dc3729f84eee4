package evidence

import "time"

// Account is everything one scan learned about one AWS account.
type Account struct {
	ID        string    `json:"id"`        // 12 digits
	Partition string    `json:"partition"` // aws, aws-cn, aws-us-gov, …
	Caller    string    `json:"caller"`    // ARN of the identity that scanned
	Clock     time.Time `json:"clock"`     // the scan's now; ages are measured from it
	Home      string    `json:"home"`      // the region where global services were asked
	Scan      Scan      `json:"scan"`      // what the scan was asked to do

	// Regions that were scanned, by name. A region named "*" stands for those that could not be listed.
	Regions []Region `json:"regions"`
	// Quiet regions were probed and show no sign of a GenAI workload.
	Quiet []string `json:"quiet"`
	// Closed regions are refused by an organization's policy and were not asked for by name.
	Closed []Gap `json:"closed"`

	IAM      IAM      `json:"iam"`
	Contacts Contacts `json:"account"`
	Budgets  Budgets  `json:"budgets"`
}

// Scan is what a scan was asked to do. It is kept so that the same score can be computed later.
type Scan struct {
	Scope       string   `json:"scope"`                  // "workload" or "account"
	WorkloadTag string   `json:"workload_tag,omitempty"` // key=value that narrows the workload
	Metrics     bool     `json:"metrics"`                // billed CloudWatch metric data was allowed
	Skipped     []string `json:"skipped,omitempty"`      // services left out by a flag, by SDK package name
}

// Region is what was read in one region, a field per service named by its SDK package.
type Region struct {
	Name string `json:"name"`
	// Signs of a GenAI workload that the probes found, such as "guardrail chat".
	Signs List[string] `json:"signs"`
	// Unavailable lists the services that the region does not have.
	Unavailable []string `json:"unavailable,omitempty"`

	Backup       Backup       `json:"backup"`
	Bedrock      Bedrock      `json:"bedrock"`
	BedrockAgent BedrockAgent `json:"bedrockagent"`
	CloudWatch   CloudWatch   `json:"cloudwatch"`
	Logs         Logs         `json:"cloudwatchlogs"`
	DynamoDB     DynamoDB     `json:"dynamodb"`
	KMS          KMS          `json:"kms"`
	Lambda       Lambda       `json:"lambda"`
	Tagging      Tagging      `json:"resourcegroupstaggingapi"`
}

// Tags are a resource's tags.
type Tags map[string]string
