package evidence

import "strings"

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
	Variables   Fact[[]Variable]       `json:"variables"` // environment variables; Lambda may be unable to decrypt them
	Policies    List[FunctionPolicy]   `json:"policies"`  // unqualified, and of each alias and version in use
	URLs        List[FunctionURL]      `json:"urls"`
	Aliases     List[FunctionAlias]    `json:"aliases"`
	Reserved    Fact[int]              `json:"reserved"`    // reserved concurrency; -1 for none
	Provisioned List[string]           `json:"provisioned"` // qualified ARNs with provisioned concurrency
	Recursion   Fact[string]           `json:"recursion"`   // RecursiveLoop: Terminate or Allow
	Async       List[AsyncConfig]      `json:"async"`       // event invoke configurations
}

// FunctionSettings is the function's configuration.
type FunctionSettings struct {
	Role            string   `json:"role"`
	Runtime         string   `json:"runtime,omitempty"` // empty for a container image
	Image           bool     `json:"image"`
	Timeout         int      `json:"timeout"`           // seconds
	KMSKey          string   `json:"kms_key,omitempty"` // for the variables
	Layers          []string `json:"layers,omitempty"`  // ARNs
	Tracing         string   `json:"tracing"`           // Active or PassThrough
	LogGroup        string   `json:"log_group"`         // the default name where none is set
	JSONLogs        bool     `json:"json_logs"`
	DeadLetter      string   `json:"dead_letter,omitempty"` // ARN
	SnapStart       bool     `json:"snap_start"`
	Durable         bool     `json:"durable"`
	DurableTimeout  int      `json:"durable_timeout,omitempty"` // seconds; 0 for none
	TenantIsolation bool     `json:"tenant_isolation"`
	VPC             bool     `json:"vpc"`
	Description     string   `json:"description,omitempty"`
}

// Variable is an environment variable: its name and what its value looks like. The value is examined
// in memory and never kept.
type Variable struct {
	Name      string   `json:"name"`
	Length    int      `json:"length"`
	Detectors []string `json:"detectors,omitempty"` // ids of the secret detectors that matched
	Known     bool     `json:"known,omitempty"`     // they know a key format, and do not judge by randomness
	ARN       string   `json:"arn,omitempty"`       // the value, where it is an ARN
	Stage     string   `json:"stage,omitempty"`     // stage that the value names: dev, test, stage or prod
	Telemetry bool     `json:"telemetry,omitempty"` // starts an OpenTelemetry wrapper
}

// FunctionPolicy is the resource policy of a function or alias.
type FunctionPolicy struct {
	Qualifier string       `json:"qualifier,omitempty"` // alias or version; empty for the unqualified function
	Document  Fact[string] `json:"document"`            // JSON; empty for none
}

// FunctionURL is a function URL of the function or of an alias.
type FunctionURL struct {
	ARN  string       `json:"arn"`  // qualified
	Auth Fact[string] `json:"auth"` // AWS_IAM or NONE
}

// FunctionAlias is an alias and the versions it routes to: $LATEST or numbers.
type FunctionAlias struct {
	Name     string         `json:"name"`
	Versions Fact[[]string] `json:"versions"`
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
	ARN      string                `json:"arn"`
	ID       string                `json:"id"` // UUID
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
	MaxRetries      int    `json:"max_retries"`               // -1 for infinite
	MaxAge          int    `json:"max_age"`                   // seconds; -1 for infinite
	MaxConcurrency  int    `json:"max_concurrency,omitempty"` // SQS; 0 for none
	MaxPollers      int    `json:"max_pollers,omitempty"`     // of provisioned mode; 0 without it
	OnFailure       string `json:"on_failure,omitempty"`      // ARN, or a Kafka topic
}

// stages are the stages of a deployment and the words that name them.
var stages = map[string]string{
	"dev": "dev", "develop": "dev", "development": "dev", "sandbox": "dev",
	"test": "test", "testing": "test", "tst": "test", "qa": "test", "uat": "test",
	"stage": "stage", "staging": "stage", "stg": "stage", "preprod": "stage",
	"prod": "prod", "production": "prod", "prd": "prod",
}

// Stage returns the stage that a name, an ARN or a value names: dev, test, stage or prod. Only whole
// words count ("product" is not "prod"); a text that names several stages names none.
func Stage(text string) string {
	var found string
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	for _, word := range words {
		switch stage := stages[word]; {
		case stage == "" || stage == found:
		case found != "":
			return ""
		default:
			found = stage
		}
	}
	return found
}
