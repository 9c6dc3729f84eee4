package evidence

// Lambda is what AWS Lambda said in one region.
type Lambda struct {
	Functions   List[Function]           `json:"functions"`
	Mappings    List[EventSourceMapping] `json:"mappings"`    // of all functions
	Concurrency Fact[int]                `json:"concurrency"` // the account's ConcurrentExecutions limit
}

// Function is a Lambda function. Settings come with the listing; the other facts are read for
// functions that the workload may reach.
type Function struct {
	ARN         string                 `json:"arn"` // unqualified
	Name        string                 `json:"name"`
	Settings    Fact[FunctionSettings] `json:"settings"`
	Policies    List[FunctionPolicy]   `json:"policies"` // unqualified, and of each alias
	URLs        List[FunctionURL]      `json:"urls"`
	Aliases     List[FunctionAlias]    `json:"aliases"`
	Reserved    Fact[int]              `json:"reserved"`    // reserved concurrency; -1 for none
	Provisioned List[string]           `json:"provisioned"` // qualified ARNs with provisioned concurrency
	Recursion   Fact[string]           `json:"recursion"`   // RecursiveLoop: Terminate or Allow
	Async       List[AsyncConfig]      `json:"async"`       // event invoke configurations
}

// FunctionSettings is the function's configuration. The values of environment variables are examined
// in memory and never kept.
type FunctionSettings struct {
	Role            string     `json:"role"`
	Runtime         string     `json:"runtime,omitempty"` // empty for a container image
	Image           bool       `json:"image"`
	Timeout         int        `json:"timeout"` // seconds
	Variables       []Variable `json:"variables,omitempty"`
	VariablesError  string     `json:"variables_error,omitempty"` // why Lambda could not decrypt them
	KMSKey          string     `json:"kms_key,omitempty"`         // for the variables
	Layers          []string   `json:"layers,omitempty"`          // ARNs
	Tracing         string     `json:"tracing"`                   // Active or PassThrough
	LogGroup        string     `json:"log_group"`                 // the default name where none is set
	JSONLogs        bool       `json:"json_logs"`
	DeadLetter      string     `json:"dead_letter,omitempty"` // ARN
	SnapStart       bool       `json:"snap_start"`
	Durable         bool       `json:"durable"`
	DurableTimeout  int        `json:"durable_timeout,omitempty"` // seconds
	TenantIsolation bool       `json:"tenant_isolation"`
	VPC             bool       `json:"vpc"`
	Description     string     `json:"description,omitempty"`
}

// Variable is an environment variable: its name, what its value looks like, never the value.
type Variable struct {
	Name     string `json:"name"`
	Length   int    `json:"length"`
	Detector string `json:"detector,omitempty"` // id of the secret detector that matched
	Critical bool   `json:"critical,omitempty"` // a known key format, not entropy alone
	ARN      string `json:"arn,omitempty"`      // the value, where it is an ARN
	Stage    string `json:"stage,omitempty"`    // stage token in the value: dev, test, stage or prod
}

// FunctionPolicy is the resource policy of a function or alias.
type FunctionPolicy struct {
	Qualifier string       `json:"qualifier,omitempty"` // empty for the unqualified function
	Document  Fact[string] `json:"document"`            // JSON; empty for none
}

// FunctionURL is a function URL of the function or of an alias.
type FunctionURL struct {
	ARN  string       `json:"arn"`  // qualified
	Auth Fact[string] `json:"auth"` // AWS_IAM or NONE
}

// FunctionAlias is an alias and the version it points to.
type FunctionAlias struct {
	Name    string       `json:"name"`
	Version Fact[string] `json:"version"`
}

// AsyncConfig is the handling of asynchronous invocations.
type AsyncConfig struct {
	ARN      string              `json:"arn"` // qualified
	Settings Fact[AsyncSettings] `json:"settings"`
}

// AsyncSettings are retries and the failure destination.
type AsyncSettings struct {
	Retries   int    `json:"retries"`              // -1 where the service default (two) applies
	OnFailure string `json:"on_failure,omitempty"` // ARN
}

// EventSourceMapping connects a queue or stream to a function.
type EventSourceMapping struct {
	ID       string                `json:"id"`
	Settings Fact[MappingSettings] `json:"settings"`
}

// MappingSettings is a mapping's configuration.
type MappingSettings struct {
	Function        string `json:"function"` // ARN, possibly qualified
	Source          string `json:"source"`   // ARN; empty for self-managed Kafka
	Kind            string `json:"kind"`     // sqs, kinesis, dynamodb, kafka, mq, docdb
	Enabled         bool   `json:"enabled"`
	BatchSize       int    `json:"batch_size"`
	PartialFailures bool   `json:"partial_failures"` // ReportBatchItemFailures
	Bisect          bool   `json:"bisect"`
	MaxRetries      int    `json:"max_retries"` // -1 for infinite
	MaxAge          int    `json:"max_age"`     // seconds; -1 for infinite
	MaxConcurrency  int    `json:"max_concurrency,omitempty"`
	OnFailure       string `json:"on_failure,omitempty"`
}
