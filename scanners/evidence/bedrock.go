package evidence

import "time"

// Bedrock is what Amazon Bedrock's control plane said in one region.
type Bedrock struct {
	Guardrails         List[BedrockGuardrail]         `json:"guardrails"`
	Enforced           List[BedrockEnforcement]       `json:"enforced"` // guardrails enforced on the account
	Logging            Fact[BedrockLogging]           `json:"logging"`  // model invocation logging
	FoundationModels   List[BedrockFoundationModel]   `json:"foundation_models"`
	InferenceProfiles  List[BedrockInferenceProfile]  `json:"inference_profiles"`
	Provisioned        List[BedrockProvisioned]       `json:"provisioned"`
	CustomModels       List[BedrockModel]             `json:"custom_models"` // owned by the account
	ImportedModels     List[BedrockModel]             `json:"imported_models"`
	Deployments        List[BedrockDeployment]        `json:"deployments"` // of custom models, on demand
	CustomizationJobs  List[BedrockCustomizationJob]  `json:"customization_jobs"`
	EvaluationJobs     List[BedrockEvaluationJob]     `json:"evaluation_jobs"`
	BatchInferenceJobs List[BedrockBatchInferenceJob] `json:"batch_inference_jobs"`
	PromptRouters      List[BedrockPromptRouter]      `json:"prompt_routers"` // custom ones
}

// BedrockGuardrail is a guardrail with its versions; DRAFT is one of them.
type BedrockGuardrail struct {
	ARN      string                        `json:"arn"`
	ID       string                        `json:"id"`
	Name     string                        `json:"name"`
	Versions List[BedrockGuardrailVersion] `json:"versions"`
	Status   Fact[string]                  `json:"status"` // GuardrailStatus of the DRAFT
}

// BedrockGuardrailVersion is one version: "DRAFT" or a number.
type BedrockGuardrailVersion struct {
	Version string                       `json:"version"`
	Policy  Fact[BedrockGuardrailPolicy] `json:"policy"`
}

// BedrockGuardrailPolicy is what a guardrail version does (GetGuardrail). Topics and words count where
// they block input or output; those that only detect are not counted.
type BedrockGuardrailPolicy struct {
	Content            []BedrockContentFilter   `json:"content,omitempty"`
	DeniedTopics       int                      `json:"denied_topics"`
	Words              int                      `json:"words"`             // custom words
	ManagedWords       int                      `json:"managed_words"`     // managed word lists
	PII                []BedrockSensitiveFilter `json:"pii,omitempty"`     // entity types
	Regexes            []BedrockSensitiveFilter `json:"regexes,omitempty"` // by name
	Grounding          []BedrockGroundingFilter `json:"grounding,omitempty"`
	AutomatedReasoning int                      `json:"automated_reasoning"` // attached policies
	KMSKey             string                   `json:"kms_key,omitempty"`   // ARN; empty for an AWS-owned key
	CrossRegionProfile string                   `json:"cross_region_profile,omitempty"`
}

// BedrockContentFilter is a content filter on text. A strength is NONE, LOW, MEDIUM or HIGH and is NONE
// where the filter is disabled or filters images only; Blocks is false where the action is NONE, which
// only detects.
type BedrockContentFilter struct {
	Type           string `json:"type"`
	InputStrength  string `json:"input_strength"`
	OutputStrength string `json:"output_strength"`
	InputBlocks    bool   `json:"input_blocks"`
	OutputBlocks   bool   `json:"output_blocks"`
}

// BedrockSensitiveFilter is a filter on personal data. The actions are BLOCK, ANONYMIZE or NONE,
// and NONE where the filter is disabled in that direction.
type BedrockSensitiveFilter struct {
	Type         string `json:"type"` // PII entity type, or the regex's name
	InputAction  string `json:"input_action"`
	OutputAction string `json:"output_action"`
}

// BedrockGroundingFilter is a contextual grounding filter: GROUNDING or RELEVANCE.
type BedrockGroundingFilter struct {
	Type      string  `json:"type"`
	Threshold float64 `json:"threshold"` // 0 to 0.99
	Enabled   bool    `json:"enabled"`
	Blocks    bool    `json:"blocks"`
}

// BedrockEnforcement is a guardrail that Bedrock applies to every matching invocation.
type BedrockEnforcement struct {
	ID       string                         `json:"id"`
	Settings Fact[BedrockEnforcedGuardrail] `json:"settings"`
}

// BedrockEnforcedGuardrail says which guardrail is enforced, by whom, on which models.
type BedrockEnforcedGuardrail struct {
	GuardrailARN string   `json:"guardrail_arn"`
	GuardrailID  string   `json:"guardrail_id"`
	Version      string   `json:"version"`
	Owner        string   `json:"owner"`              // ConfigurationOwner: ACCOUNT
	Included     []string `json:"included,omitempty"` // model ids, or ALL; empty for all
	Excluded     []string `json:"excluded,omitempty"` // model ids
}

// BedrockLogging is the region's model invocation logging; empty fields are destinations that are off.
type BedrockLogging struct {
	LogGroup string `json:"log_group,omitempty"`
	Role     string `json:"role,omitempty"`
	Bucket   string `json:"bucket,omitempty"`
	Text     bool   `json:"text"` // prompts and answers are delivered
}

// BedrockFoundationModel is a model offered in the region.
type BedrockFoundationModel struct {
	ID        string                      `json:"id"`
	Lifecycle Fact[BedrockModelLifecycle] `json:"lifecycle"`
}

// BedrockModelLifecycle is a foundation model's lifecycle. Times are zero where AWS gives none.
type BedrockModelLifecycle struct {
	Status        string    `json:"status"` // ACTIVE or LEGACY
	EndOfLife     time.Time `json:"end_of_life,omitzero"`
	OnDemand      bool      `json:"on_demand"`
	OutputIsText  bool      `json:"output_is_text"`
	OutputIsEmbed bool      `json:"output_is_embed"`
}

// BedrockInferenceProfile is a profile that the region offers or the account made.
type BedrockInferenceProfile struct {
	ARN     string                       `json:"arn"`
	ID      string                       `json:"id"`
	Name    string                       `json:"name"`
	Profile Fact[BedrockProfileSettings] `json:"profile"`
	Tags    Fact[Tags]                   `json:"tags"` // application profiles only
}

// BedrockProfileSettings is an inference profile's type and the models it routes to.
type BedrockProfileSettings struct {
	Type   string   `json:"type"`   // SYSTEM_DEFINED or APPLICATION
	Status string   `json:"status"` // ACTIVE
	Models []string `json:"models"` // foundation-model ARNs, one per destination region
}

// BedrockProvisioned is a provisioned throughput.
type BedrockProvisioned struct {
	ARN      string                           `json:"arn"`
	Name     string                           `json:"name"`
	Settings Fact[BedrockProvisionedSettings] `json:"settings"`
}

// BedrockProvisionedSettings are a provisioned throughput's state and commitment.
type BedrockProvisionedSettings struct {
	Status     string    `json:"status"` // InService, Creating, Updating, Failed
	ModelARN   string    `json:"model_arn"`
	Commitment string    `json:"commitment,omitempty"` // OneMonth, SixMonths; empty for none
	Expires    time.Time `json:"expires,omitzero"`     // end of the commitment
}

// BedrockModel is a custom or imported model.
type BedrockModel struct {
	ARN     string                    `json:"arn"`
	Name    string                    `json:"name"`
	Summary Fact[BedrockModelSummary] `json:"summary"`
	KMSKey  Fact[string]              `json:"kms_key"` // ARN; empty for an AWS-owned key
}

// BedrockModelSummary is what the listing says of a model.
type BedrockModelSummary struct {
	Created       time.Time `json:"created"`
	Customization string    `json:"customization,omitempty"` // FINE_TUNING, DISTILLATION, …; empty for an imported model
	Base          string    `json:"base,omitempty"`          // ARN of the foundation model that was customized
}

// BedrockDeployment is an on-demand deployment of a custom model.
type BedrockDeployment struct {
	ARN      string                          `json:"arn"`
	Settings Fact[BedrockDeploymentSettings] `json:"settings"`
}

// BedrockDeploymentSettings say which model is deployed and whether it is Active.
type BedrockDeploymentSettings struct {
	ModelARN string `json:"model_arn"`
	Status   string `json:"status"`
}

// BedrockCustomizationJob is a model customization job.
type BedrockCustomizationJob struct {
	ARN     string           `json:"arn"`
	Name    string           `json:"name"`
	Summary Fact[BedrockJob] `json:"summary"`
	VPC     Fact[bool]       `json:"vpc"` // reads its data through a VPC
}

// BedrockJob is the state of a job.
type BedrockJob struct {
	Status  string    `json:"status"`
	Created time.Time `json:"created"`
}

// BedrockEvaluationJob is a model or RAG evaluation.
type BedrockEvaluationJob struct {
	ARN     string                         `json:"arn"`
	Name    string                         `json:"name"`
	Summary Fact[BedrockEvaluationSummary] `json:"summary"`
	Config  Fact[BedrockEvaluationConfig]  `json:"config"` // GetEvaluationJob
}

// BedrockEvaluationSummary is what the listing says of an evaluation.
type BedrockEvaluationSummary struct {
	Status         string    `json:"status"`
	Created        time.Time `json:"created"`
	RAG            bool      `json:"rag"` // applicationType RagEvaluation
	Models         []string  `json:"models,omitempty"`
	KnowledgeBases []string  `json:"knowledge_bases,omitempty"`
}

// BedrockEvaluationConfig is what an evaluation measures, on which data.
type BedrockEvaluationConfig struct {
	Metrics  []string `json:"metrics,omitempty"`
	Datasets []string `json:"datasets,omitempty"` // built-in name, or the S3 location
}

// BedrockBatchInferenceJob is a batch inference job.
type BedrockBatchInferenceJob struct {
	ARN     string                    `json:"arn"`
	Name    string                    `json:"name"`
	Summary Fact[BedrockBatchSummary] `json:"summary"`
}

// BedrockBatchSummary is a batch job's state; the counts are records.
type BedrockBatchSummary struct {
	Status    string    `json:"status"`
	Submitted time.Time `json:"submitted"`
	Total     int64     `json:"total"`
	Errors    int64     `json:"errors"`
}

// BedrockPromptRouter is a prompt router that the account made.
type BedrockPromptRouter struct {
	ARN    string       `json:"arn"`
	Name   string       `json:"name"`
	Status Fact[string] `json:"status"`
}
