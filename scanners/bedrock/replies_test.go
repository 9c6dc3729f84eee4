package bedrock

import (
	"net/http"
	"strings"
	"testing"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

func TestProbe(t *testing.T) {
	refused := func(operation, input string) string {
		return fails(operation, input, "AccessDeniedException", "User: u is not authorized to perform: bedrock:"+operation+" because no identity-based policy allows it")
	}
	const profiles = `{"TypeEquals":"APPLICATION"}`
	profile := reply("ListInferenceProfiles", profiles, `{"inferenceProfileSummaries":[{"inferenceProfileName":"chat"}]}`)
	throughput := reply("ListProvisionedModelThroughputs", `{}`, `{"provisionedModelSummaries":[{"provisionedModelName":"reserved"}]}`)
	custom := reply("ListCustomModels", `{"IsOwned":true}`, `{"modelSummaries":[{"modelName":"tuned"}]}`)
	imported := reply("ListImportedModels", `{}`, `{"modelSummaries":[{"modelName":"ours"}]}`)
	for name, c := range map[string]struct {
		exchanges []string
		want      string
	}{
		"nothing":           {nil, ""},
		"guardrail":         {[]string{reply("ListGuardrails", `{}`, `{"guardrails":[{"name":"g"}]}`)}, "guardrail g"},
		"profile":           {[]string{profile, throughput}, "application inference profile chat"},
		"throughput":        {[]string{throughput, custom}, "provisioned throughput reserved"},
		"custom model":      {[]string{custom, imported}, "custom model tuned"},
		"imported model":    {[]string{imported}, "imported model ours"},
		"denied":            {[]string{refused("ListGuardrails", `{}`)}, "1 gaps"},
		"denied, then sign": {[]string{refused("ListGuardrails", `{}`), imported}, "imported model ours, 1 gaps"},
		"no such feature":   {[]string{fails("ListImportedModels", `{}`, "ValidationException", "The feature is not supported in this Region")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			account := recorded(t, c.exchanges...)
			cfg := account.Config(account.Transport())
			cfg.RetryMaxAttempts = 1
			only := Scanner
			only.Regional = nil
			scanned, err := scanners.Scan(t.Context(), cfg, []scanners.Scanner{sts.Scanner, only}, scanners.Options{Regions: []string{home}, Clock: account.Clock, KeepInput: true})
			if err != nil {
				t.Fatal(err)
			}
			signs := scanned.Regions[0].Signs
			got := strings.Join(signs.Found(), ", ")
			if n := len(signs.Gaps()); n > 0 {
				got = strings.TrimPrefix(got+", 1 gaps", ", ")
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestQuietRegions(t *testing.T) {
	account := fixtures.Demo()
	for _, region := range []string{"eu-north-1", "us-east-1"} {
		transport := account.Transport()
		only := Scanner
		only.Regional = nil
		scanned, err := scanners.Scan(t.Context(), account.Config(transport), []scanners.Scanner{sts.Scanner, only},
			scanners.Options{Regions: []string{region}, Clock: account.Clock, KeepInput: true})
		if err != nil {
			t.Fatal(err)
		}
		same(t, region, scanned.Regions[0].Signs, evidence.Listed[string]())
		recordedOnly(t, transport, region)
	}
}

// policyOf reads the policy in a reply of GetGuardrail.
func policyOf(t *testing.T, members string) evidence.Fact[evidence.BedrockGuardrailPolicy] {
	t.Helper()
	account := recorded(t, reply("ListGuardrails", `{}`, `{"guardrails":[{"id":"g","arn":"arn:g"}]}`),
		reply("ListGuardrails", `{"GuardrailIdentifier":"g"}`, `{"guardrails":[{"id":"g","version":"DRAFT"}]}`),
		reply("GetGuardrail", `{"GuardrailIdentifier":"g","GuardrailVersion":"DRAFT"}`, members))
	return scan(t, account, account.Transport(), home).Bedrock.Guardrails.Found()[0].Versions.Found()[0].Policy
}

func TestPolicies(t *testing.T) {
	filter := func(members string) string { return `{"contentPolicy":{"filters":[{"type":"HATE",` + members + `}]}}` }
	on := evidence.BedrockContentFilter{Type: "HATE", InputStrength: "HIGH", OutputStrength: "LOW", InputBlocks: true, OutputBlocks: true}
	for name, c := range map[string]struct {
		members string
		want    evidence.BedrockGuardrailPolicy
	}{
		"nothing":  {`{}`, evidence.BedrockGuardrailPolicy{}},
		"defaults": {filter(`"inputStrength":"HIGH","outputStrength":"LOW"`), evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{on}}},
		"text and images": {filter(`"inputStrength":"HIGH","outputStrength":"LOW","inputModalities":["IMAGE","TEXT"],"outputModalities":["TEXT"]`),
			evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{on}}},
		"images only": {filter(`"inputStrength":"HIGH","outputStrength":"LOW","inputModalities":["IMAGE"],"outputModalities":["IMAGE"]`),
			evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{{Type: "HATE", InputStrength: "NONE", OutputStrength: "NONE", InputBlocks: true, OutputBlocks: true}}}},
		"disabled on input": {filter(`"inputStrength":"HIGH","outputStrength":"LOW","inputEnabled":false`),
			evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{{Type: "HATE", InputStrength: "NONE", OutputStrength: "LOW", InputBlocks: true, OutputBlocks: true}}}},
		"detects only": {filter(`"inputStrength":"HIGH","outputStrength":"LOW","inputAction":"NONE","outputAction":"NONE"`),
			evidence.BedrockGuardrailPolicy{Content: []evidence.BedrockContentFilter{{Type: "HATE", InputStrength: "HIGH", OutputStrength: "LOW"}}}},
		"topics": {`{"topicPolicy":{"topics":[{"name":"a"},{"name":"b","inputAction":"NONE","outputAction":"NONE"},{"name":"c","inputAction":"NONE","outputAction":"BLOCK"},
			{"name":"d","inputEnabled":false,"outputEnabled":false}]}}`, evidence.BedrockGuardrailPolicy{DeniedTopics: 2}},
		"words": {`{"wordPolicy":{"words":[{"text":"a"},{"text":"b","inputAction":"NONE","outputAction":"NONE"}],
			"managedWordLists":[{"type":"PROFANITY","inputEnabled":false,"outputAction":"NONE"}]}}`, evidence.BedrockGuardrailPolicy{Words: 1}},
		"own actions before the filter's": {`{"sensitiveInformationPolicy":{"piiEntities":[{"type":"EMAIL","action":"BLOCK","inputAction":"NONE"}],
			"regexes":[{"name":"r","pattern":"x","action":"NONE","outputAction":"ANONYMIZE","outputEnabled":false}]}}`,
			evidence.BedrockGuardrailPolicy{PII: []evidence.BedrockSensitiveFilter{{Type: "EMAIL", InputAction: "NONE", OutputAction: "BLOCK"}},
				Regexes: []evidence.BedrockSensitiveFilter{{Type: "r", InputAction: "NONE", OutputAction: "NONE"}}}},
		"grounding": {`{"contextualGroundingPolicy":{"filters":[{"type":"GROUNDING","threshold":0.5,"action":"NONE"},{"type":"RELEVANCE","threshold":0.9,"enabled":false}]}}`,
			evidence.BedrockGuardrailPolicy{Grounding: []evidence.BedrockGroundingFilter{{Type: "GROUNDING", Threshold: 0.5, Enabled: true}, {Type: "RELEVANCE", Threshold: 0.9, Blocks: true}}}},
	} {
		t.Run(name, func(t *testing.T) { same(t, "policy", policyOf(t, c.members), evidence.Known(c.want)) })
	}
}

func TestAnswersThatAreErrors(t *testing.T) {
	unsupported := func(operation, input string) string {
		return fails(operation, input, "ValidationException", "This operation is not supported in the region")
	}
	account := recorded(t, unsupported("ListGuardrails", `{}`), unsupported("ListPromptRouters", `{"Type":"custom"}`), unsupported("GetModelInvocationLoggingConfiguration", `{}`),
		fails("ListFoundationModels", `{}`, "ThrottlingException", "Rate exceeded"), fails("ListEvaluationJobs", `{"CreationTimeAfter":"2026-05-24T09:00:00Z"}`, "InternalServerException", "try again"))
	b := scan(t, account, account.Transport(), home).Bedrock
	same(t, "a feature that the region lacks", b.Guardrails, evidence.Listed[evidence.BedrockGuardrail]())
	same(t, "routers", b.PromptRouters, evidence.Listed[evidence.BedrockPromptRouter]())
	if got := gapOf(t, *b.Logging.Gap()); got != "not-available ValidationException" {
		t.Errorf("logging: %s", got)
	}
	if got := gapOf(t, b.FoundationModels.Gaps()...); got != "throttled ThrottlingException" {
		t.Errorf("models: %s", got)
	}
	if got := gapOf(t, b.EvaluationJobs.Gaps()...); got != "error InternalServerException" {
		t.Errorf("evaluations: %s", got)
	}
}

// What was listed before a page that fails is kept beside the gap.
func TestListingCutShort(t *testing.T) {
	account := recorded(t, reply("ListGuardrails", `{}`, `{"guardrails":[{"id":"g","arn":"arn:g","name":"g"}],"nextToken":"2"}`),
		fails("ListGuardrails", `{"NextToken":"2"}`, "AccessDeniedException", "no"),
		fails("ListGuardrails", `{"GuardrailIdentifier":"g"}`, "ResourceNotFoundException", "gone"))
	b := scan(t, account, account.Transport(), home).Bedrock
	if found := b.Guardrails.Found(); len(found) != 1 || gapOf(t, b.Guardrails.Gaps()...) != "denied AccessDeniedException bedrock:ListGuardrails" ||
		gapOf(t, found[0].Versions.Gaps()...) != "error ResourceNotFoundException" {
		t.Errorf("guardrails %+v, gaps %+v", found, b.Guardrails.Gaps())
	}
}

// Replies without the members that the SDK takes for granted are read as far as they go.
func TestMalformedReplies(t *testing.T) {
	const since = `{"CreationTimeAfter":"2026-05-24T09:00:00Z"}`
	account := recorded(t,
		reply("ListGuardrails", `{}`, `{"guardrails":[{}]}`), reply("ListGuardrails", `{"GuardrailIdentifier":"x"}`, `{}`),
		reply("ListEnforcedGuardrailsConfiguration", `{}`, `{"guardrailsConfig":[{}]}`),
		reply("GetModelInvocationLoggingConfiguration", `{}`, `{"loggingConfig":{"cloudWatchConfig":{},"s3Config":{}}}`),
		reply("ListFoundationModels", `{}`, `{"modelSummaries":[{}]}`),
		reply("ListInferenceProfiles", `{"TypeEquals":"SYSTEM_DEFINED"}`, `{"inferenceProfileSummaries":[{"models":[{}]}]}`),
		reply("ListProvisionedModelThroughputs", `{}`, `{"provisionedModelSummaries":[{}]}`),
		reply("ListModelInvocationJobs", `{"SubmitTimeAfter":"2026-08-22T09:00:00Z"}`, `{"invocationJobSummaries":[{}]}`),
		reply("ListCustomModelDeployments", `{}`, `{"modelDeploymentSummaries":[{}]}`),
		reply("ListPromptRouters", `{"Type":"custom"}`, `{"promptRouterSummaries":[{}]}`),
		reply("ListEvaluationJobs", since, `{"jobSummaries":[{"jobArn":"e"}]}`), reply("GetEvaluationJob", `{"JobIdentifier":"e"}`, `{}`),
		reply("ListModelCustomizationJobs", since, `{"modelCustomizationJobSummaries":[{"jobArn":"c"}]}`), reply("GetModelCustomizationJob", `{"JobIdentifier":"c"}`, `{}`),
		reply("ListCustomModels", `{"IsOwned":true}`, `{"modelSummaries":[{"modelArn":"m"}]}`), reply("GetCustomModel", `{"ModelIdentifier":"m"}`, `{}`))
	b := scan(t, account, account.Transport(), home).Bedrock
	same(t, "logging", b.Logging, evidence.Known(evidence.BedrockLogging{}))
	same(t, "lifecycle", b.FoundationModels.Found()[0].Lifecycle, evidence.Known(evidence.BedrockModelLifecycle{}))
	same(t, "evaluation", b.EvaluationJobs.Found()[0].Config, evidence.Known(evidence.BedrockEvaluationConfig{}))
	same(t, "VPC", b.CustomizationJobs.Found()[0].VPC, evidence.Known(false))
	same(t, "key", b.CustomModels.Found()[0].KMSKey, evidence.Known(""))
	for name, n := range map[string]int{"guardrails": len(b.Guardrails.Found()), "enforced": len(b.Enforced.Found()), "profiles": len(b.InferenceProfiles.Found()),
		"throughputs": len(b.Provisioned.Found()), "batch": len(b.BatchInferenceJobs.Found()), "deployments": len(b.Deployments.Found()), "routers": len(b.PromptRouters.Found())} {
		if n != 1 {
			t.Errorf("%d %s", n, name)
		}
	}
	for name, body := range map[string]string{"not JSON": "<html>", "cut short": `{"guardrails":[{"id":`, "another type": `{"guardrails":{}}`} {
		damaged := account.Transport()
		faults := client(func(r *http.Request) (*http.Response, error) {
			response, err := damaged.Do(r)
			if call, ok := scanners.CallOf(r); err == nil && ok && call.Operation == "ListGuardrails" {
				response.Body = http.NoBody
				response.ContentLength = -1
				response.Body = readCloser{strings.NewReader(body)}
			}
			return response, err
		})
		guardrails := scan(t, account, faults, home).Bedrock.Guardrails
		if len(guardrails.Found()) > 0 || !strings.HasPrefix(gapOf(t, guardrails.Gaps()...), "error") {
			t.Errorf("%s: %+v", name, guardrails)
		}
	}
}

type client func(*http.Request) (*http.Response, error)

func (c client) Do(r *http.Request) (*http.Response, error) { return c(r) }

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestEvaluationConfigs(t *testing.T) {
	for name, c := range map[string]struct {
		config string
		want   evidence.BedrockEvaluationConfig
	}{
		"automated": {`{"automated":{"datasetMetricConfigs":[{"taskType":"Custom","dataset":{"name":"d","datasetLocation":{"s3Uri":"s3://b/d"}},"metricNames":["m"]},{"taskType":"Custom"}],
			"customMetricConfig":{"customMetrics":[{"customMetricDefinition":{"name":"tone","instructions":"i"}}]}}}`,
			evidence.BedrockEvaluationConfig{Metrics: []string{"tone", "m"}, Datasets: []string{"s3://b/d"}}},
		"human": {`{"human":{"customMetrics":[{"name":"helpful","ratingMethod":"ThumbsUpDown"}],"datasetMetricConfigs":[{"taskType":"Custom","dataset":{"name":"d"},"metricNames":["helpful"]}]}}`,
			evidence.BedrockEvaluationConfig{Metrics: []string{"helpful", "helpful"}, Datasets: []string{"d"}}},
		"of a kind to come": {`{"robotic":{}}`, evidence.BedrockEvaluationConfig{}},
	} {
		t.Run(name, func(t *testing.T) {
			account := recorded(t,
				reply("ListEvaluationJobs", `{"CreationTimeAfter":"2026-05-24T09:00:00Z"}`, `{"jobSummaries":[{"jobArn":"e","modelIdentifiers":["b","a","a"],
					"inferenceConfigSummary":{"modelConfigSummary":{"bedrockModelIdentifiers":["a"]}}}]}`),
				reply("GetEvaluationJob", `{"JobIdentifier":"e"}`, `{"evaluationConfig":`+c.config+`}`))
			job := scan(t, account, account.Transport(), home).Bedrock.EvaluationJobs.Found()[0]
			same(t, "config", job.Config, evidence.Known(c.want))
			same(t, "summary", job.Summary, evidence.Known(evidence.BedrockEvaluationSummary{Models: []string{"a", "b"}}))
		})
	}
}
