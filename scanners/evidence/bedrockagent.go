package evidence

import "time"

// BedrockAgent is what Amazon Bedrock's build-time API said in one region: agents, knowledge bases,
// prompts and flows.
type BedrockAgent struct {
	Agents         List[Agent]         `json:"agents"`
	KnowledgeBases List[KnowledgeBase] `json:"knowledge_bases"`
	Prompts        List[Prompt]        `json:"prompts"`
	Flows          List[Flow]          `json:"flows"`
}

// Agent is a Bedrock agent; DRAFT is one of its versions.
type Agent struct {
	ARN      string              `json:"arn"`
	ID       string              `json:"id"`
	Name     string              `json:"name"`
	Settings Fact[AgentSettings] `json:"settings"` // GetAgent: the DRAFT
	Aliases  List[AgentAlias]    `json:"aliases"`
	Versions List[AgentVersion]  `json:"versions"` // DRAFT and those that an alias routes to
	Numbers  List[string]        `json:"numbers"`  // of all numbered versions
}

// AgentSettings is the configuration of an agent or of one of its versions. Instructions are examined
// in memory for credentials and never kept.
type AgentSettings struct {
	Role           string       `json:"role"`  // execution role ARN
	Model          string       `json:"model"` // model id, or an inference profile's or throughput's ARN
	Guardrail      GuardrailRef `json:"guardrail"`
	KMSKey         string       `json:"kms_key,omitempty"`
	Description    string       `json:"description,omitempty"`
	Created        time.Time    `json:"created,omitzero"`
	IdleSessionTTL int          `json:"idle_session_ttl"` // seconds
	Memory         bool         `json:"memory"`
	MemoryDays     int          `json:"memory_days"`
	Secrets        []string     `json:"secrets,omitempty"` // detectors that matched the instruction
}

// GuardrailRef names a guardrail (id or ARN) and the version a consumer uses; empty for none.
type GuardrailRef struct {
	ID      string `json:"id,omitempty"`
	Version string `json:"version,omitempty"`
}

// AgentAlias is an alias; the id TSTALIASID is the test alias that every agent has.
type AgentAlias struct {
	ID     string         `json:"id"`
	Name   string         `json:"name"`
	Routes Fact[[]string] `json:"routes"` // versions; none where the alias rejects invocations
}

// AgentVersion is "DRAFT" or a number.
type AgentVersion struct {
	Version        string                   `json:"version"`
	Settings       Fact[AgentSettings]      `json:"settings"`
	ActionGroups   List[ActionGroup]        `json:"action_groups"`
	KnowledgeBases List[AgentKnowledgeBase] `json:"knowledge_bases"`
}

// AgentKnowledgeBase is a knowledge base that an agent version may query.
type AgentKnowledgeBase struct {
	ID      string     `json:"id"`
	Enabled Fact[bool] `json:"enabled"`
}

// ActionGroup is a set of tools of an agent version.
type ActionGroup struct {
	ID       string                    `json:"id"`
	Name     string                    `json:"name"`
	Settings Fact[ActionGroupSettings] `json:"settings"` // GetAgentActionGroup
}

// ActionGroupSettings says what an action group calls and how it is described.
type ActionGroupSettings struct {
	Enabled   bool   `json:"enabled"`
	BuiltIn   string `json:"built_in,omitempty"`   // ParentActionSignature, such as AMAZON.UserInput
	Function  string `json:"function,omitempty"`   // Lambda ARN of the executor
	Returns   bool   `json:"returns"`              // the executor is RETURN_CONTROL: the application acts, not the agent
	APISchema string `json:"api_schema,omitempty"` // "inline", "s3", "unreadable" (not understood), or empty
	// Functions are those of the function schema, or the operations of an inline API schema.
	Functions []ActionFunction `json:"functions,omitempty"`
}

// ActionFunction is a function of a function schema or an operation of an API schema.
type ActionFunction struct {
	Name      string `json:"name"`             // an operation's id, or its path where it has none
	Method    string `json:"method,omitempty"` // HTTP method of an operation, such as GET
	Described bool   `json:"described"`
	Confirms  bool   `json:"confirms"` // asks the user before it is invoked
}

// KnowledgeBase is a Bedrock knowledge base.
type KnowledgeBase struct {
	ARN         string                      `json:"arn"`
	ID          string                      `json:"id"`
	Name        string                      `json:"name"`
	Settings    Fact[KnowledgeBaseSettings] `json:"settings"`
	DataSources List[DataSource]            `json:"data_sources"`
}

// KnowledgeBaseSettings is what GetKnowledgeBase says.
type KnowledgeBaseSettings struct {
	Role        string `json:"role"`
	Status      string `json:"status"`
	Type        string `json:"type"`                // VECTOR, KENDRA, SQL, …
	Storage     string `json:"storage,omitempty"`   // OPENSEARCH_SERVERLESS, S3_VECTORS, RDS, …
	StoreARN    string `json:"store_arn,omitempty"` // of the vector store
	Embedding   string `json:"embedding,omitempty"` // embedding model ARN
	Dimensions  int    `json:"dimensions"`          // 0 where the model has a fixed size
	Binary      bool   `json:"binary"`              // embeddingDataType BINARY
	Description string `json:"description,omitempty"`
}

// DataSource is a data source of a knowledge base.
type DataSource struct {
	ID         string                   `json:"id"`
	Name       string                   `json:"name"`
	Settings   Fact[DataSourceSettings] `json:"settings"`
	LastJob    Fact[IngestionJob]       `json:"last_job"`    // newest ingestion job that has ended; zero for none
	LastSynced Fact[time.Time]          `json:"last_synced"` // newest COMPLETE job; zero for never
}

// DataSourceSettings is what GetDataSource says.
type DataSourceSettings struct {
	Type           string `json:"type"`             // S3, CUSTOM, WEB, …
	Bucket         string `json:"bucket,omitempty"` // ARN
	DeletionPolicy string `json:"deletion_policy"`  // DELETE or RETAIN
	KMSKey         string `json:"kms_key,omitempty"`
	Function       string `json:"function,omitempty"` // Lambda ARN of a custom transformation
}

// IngestionJob is a synchronisation of a data source; counts are documents.
type IngestionJob struct {
	Status  string    `json:"status"`
	Started time.Time `json:"started,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
	Scanned int64     `json:"scanned"`
	Failed  int64     `json:"failed"`
}

// Prompt is a managed prompt.
type Prompt struct {
	ARN      string               `json:"arn"`
	ID       string               `json:"id"`
	Name     string               `json:"name"`
	Versions List[string]         `json:"versions"` // DRAFT and numbers
	Settings Fact[PromptSettings] `json:"settings"` // GetPrompt: the DRAFT
	Newest   Fact[PromptSettings] `json:"newest"`   // GetPrompt: the newest number; the DRAFT where there is none
}

// PromptSettings describes the default variant; Secrets are of all variants. The text is examined in
// memory and never kept.
type PromptSettings struct {
	Model      string   `json:"model,omitempty"`
	Agent      bool     `json:"agent"` // the variant calls an agent, not a model
	KMSKey     string   `json:"kms_key,omitempty"`
	Length     int      `json:"length"`     // characters of the template
	MaxTokens  int      `json:"max_tokens"` // 0 for not set
	CachePoint bool     `json:"cache_point"`
	Secrets    []string `json:"secrets,omitempty"` // detectors that matched the text
}

// Flow is a Bedrock flow.
type Flow struct {
	ARN      string             `json:"arn"`
	ID       string             `json:"id"`
	Name     string             `json:"name"`
	Settings Fact[FlowSettings] `json:"settings"` // GetFlow: the DRAFT
	Aliases  List[AgentAlias]   `json:"aliases"`
	Versions List[FlowVersion]  `json:"versions"` // those that an alias routes to
}

// FlowSettings is a flow's configuration.
type FlowSettings struct {
	Role   string     `json:"role"`
	KMSKey string     `json:"kms_key,omitempty"`
	Nodes  []FlowNode `json:"nodes,omitempty"`
}

// FlowVersion is a numbered version of a flow.
type FlowVersion struct {
	Version string           `json:"version"`
	Nodes   Fact[[]FlowNode] `json:"nodes"`
}

// FlowNode is a node of a flow. Loops are flattened: the nodes inside one follow it.
type FlowNode struct {
	Name          string       `json:"name"`
	Type          string       `json:"type"` // FlowNodeType, such as Prompt, KnowledgeBase, LoopController
	Model         string       `json:"model,omitempty"`
	Prompt        string       `json:"prompt,omitempty"` // managed prompt's ARN, with its version where one is pinned
	Guardrail     GuardrailRef `json:"guardrail"`
	Function      string       `json:"function,omitempty"`       // Lambda ARN
	Agent         string       `json:"agent,omitempty"`          // agent alias ARN
	KnowledgeBase string       `json:"knowledge_base,omitempty"` // id
	MaxIterations int          `json:"max_iterations,omitempty"` // 0 for the default
}
