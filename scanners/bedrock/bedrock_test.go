package bedrock

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scanners/sts"
)

const (
	home   = "eu-central-1"
	demo   = "arn:aws:bedrock:eu-central-1:111122223333:"
	second = "arn:aws:bedrock:us-west-2:444455556666:"
)

// scan reads Bedrock in one region of an account.
func scan(t *testing.T, account *fixtures.Account, client aws.HTTPClient, region string) evidence.Region {
	t.Helper()
	cfg := account.Config(client)
	cfg.RetryMaxAttempts = 1
	scanned, err := scanners.Scan(t.Context(), cfg, []scanners.Scanner{sts.Scanner, Scanner},
		scanners.Options{Regions: []string{region}, Clock: account.Clock, KeepInput: true})
	if err != nil {
		t.Fatal(err)
	}
	return scanned.Regions[0]
}

// recorded is an account that answers Bedrock with the given exchanges, and what they lack with empty replies.
func recorded(t *testing.T, exchanges ...string) *fixtures.Account {
	t.Helper()
	const since180, since90 = `{"CreationTimeAfter":"2026-05-24T09:00:00Z"}`, `{"SubmitTimeAfter":"2026-08-22T09:00:00Z"}`
	for _, call := range [][2]string{
		{"ListGuardrails", `{}`}, {"ListEnforcedGuardrailsConfiguration", `{}`}, {"GetModelInvocationLoggingConfiguration", `{}`},
		{"ListFoundationModels", `{}`}, {"ListInferenceProfiles", `{"TypeEquals":"APPLICATION"}`}, {"ListInferenceProfiles", `{"TypeEquals":"SYSTEM_DEFINED"}`},
		{"ListProvisionedModelThroughputs", `{}`}, {"ListCustomModels", `{"IsOwned":true}`}, {"ListImportedModels", `{}`},
		{"ListCustomModelDeployments", `{}`}, {"ListModelCustomizationJobs", since180}, {"ListEvaluationJobs", since180},
		{"ListModelInvocationJobs", since90}, {"ListPromptRouters", `{"Type":"custom"}`},
	} {
		head := `{"operation":"` + call[0] + `","input":` + call[1] + `,`
		if !slices.ContainsFunc(exchanges, func(e string) bool { return strings.HasPrefix(e, head) }) {
			exchanges = append(exchanges, head+`"reply":{}}`)
		}
	}
	account, err := fixtures.Load(fstest.MapFS{
		"account.json":         {Data: []byte(`{"clock":"2026-11-20T09:00:00Z","region":"` + home + `","regions":["` + home + `"]}`)},
		home + "/sts.json":     {Data: []byte(`{"exchanges":[{"operation":"GetCallerIdentity","reply":{"Account":"111122223333","Arn":"arn:aws:sts::111122223333:assumed-role/a/b","UserId":"AROA:b"}}]}`)},
		home + "/bedrock.json": {Data: []byte(`{"exchanges":[` + strings.Join(exchanges, ",") + `]}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func reply(operation, input, body string) string {
	return `{"operation":"` + operation + `","input":` + input + `,"reply":` + body + `}`
}

func fails(operation, input, code, message string) string {
	return `{"operation":"` + operation + `","input":` + input + `,"error":{"code":"` + code + `","message":"` + message + `","status":400}}`
}

func secondAccount(t *testing.T) *fixtures.Account {
	t.Helper()
	account, err := fixtures.Load(os.DirFS("../../fixtures/second"))
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// recordedOnly fails where a call had no reply, or a reply of Bedrock's in the region no call.
func recordedOnly(t *testing.T, transport *fixtures.Transport, region string) {
	t.Helper()
	for _, missing := range transport.Missing() {
		t.Errorf("no reply for %s", missing)
	}
	for _, unused := range transport.Unused() {
		if strings.HasPrefix(unused, region+"/bedrock.json") {
			t.Errorf("no call for %s", unused)
		}
	}
}

// same compares two values by their JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("%s: got %s\nwant %s", what, g, w)
	}
}

// gapOf is the reason, code and permission of the only gap.
func gapOf(t *testing.T, gaps ...evidence.Gap) string {
	t.Helper()
	if len(gaps) != 1 {
		t.Fatalf("%d gaps: %+v", len(gaps), gaps)
	}
	return strings.TrimSpace(string(gaps[0].Reason) + " " + gaps[0].Code + " " + gaps[0].Permission)
}

func at(text string) time.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return parsed
}

func TestDemo(t *testing.T) {
	account := fixtures.Demo()
	transport := account.Transport()
	region := scan(t, account, transport, home)
	recordedOnly(t, transport, home)
	b := region.Bedrock
	same(t, "signs", region.Signs, evidence.Listed("guardrail claims-guardrail"))

	guardrails := b.Guardrails.Found()
	if len(guardrails) != 2 || guardrails[1].Name != "legacy-guardrail" || len(b.Guardrails.Gaps()) > 0 {
		t.Fatalf("guardrails over two pages: %+v", guardrails)
	}
	claims := guardrails[0]
	same(t, "guardrail", []string{claims.ARN, claims.ID, claims.Name}, []string{demo + "guardrail/gr1claims000", "gr1claims000", "claims-guardrail"})
	same(t, "status", claims.Status, evidence.Known("READY"))
	var versions []string
	for _, v := range claims.Versions.Found() {
		versions = append(versions, v.Version)
	}
	same(t, "versions", versions, []string{"DRAFT", "1", "2"})
	strong := func(kind string) evidence.BedrockContentFilter {
		return evidence.BedrockContentFilter{Type: kind, InputStrength: "HIGH", OutputStrength: "HIGH", InputBlocks: true, OutputBlocks: true}
	}
	masks := func(kind string) evidence.BedrockSensitiveFilter {
		return evidence.BedrockSensitiveFilter{Type: kind, InputAction: "ANONYMIZE", OutputAction: "ANONYMIZE"}
	}
	same(t, "version 2", claims.Versions.Found()[2].Policy, evidence.Known(evidence.BedrockGuardrailPolicy{
		Content: []evidence.BedrockContentFilter{strong("SEXUAL"), strong("VIOLENCE"), strong("HATE"), strong("INSULTS"), strong("MISCONDUCT"),
			{Type: "PROMPT_ATTACK", InputStrength: "HIGH", OutputStrength: "NONE", InputBlocks: true}},
		DeniedTopics: 2, ManagedWords: 1,
		PII: []evidence.BedrockSensitiveFilter{masks("EMAIL"), masks("PHONE"), masks("NAME"), masks("ADDRESS"),
			{Type: "CREDIT_DEBIT_CARD_NUMBER", InputAction: "BLOCK", OutputAction: "BLOCK"}, masks("INTERNATIONAL_BANK_ACCOUNT_NUMBER"),
			{Type: "PASSWORD", InputAction: "BLOCK", OutputAction: "BLOCK"}},
		Regexes: []evidence.BedrockSensitiveFilter{masks("policy-number")},
		Grounding: []evidence.BedrockGroundingFilter{{Type: "GROUNDING", Threshold: 0.75, Enabled: true, Blocks: true},
			{Type: "RELEVANCE", Threshold: 0.6, Enabled: true, Blocks: true}},
		KMSKey:             "arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1",
		CrossRegionProfile: "eu.guardrail.v1:0",
	}))
	same(t, "legacy", guardrails[1].Versions.Found()[0].Policy, evidence.Known(evidence.BedrockGuardrailPolicy{
		Content: []evidence.BedrockContentFilter{{Type: "HATE", InputStrength: "HIGH", OutputStrength: "HIGH"},
			{Type: "INSULTS", InputStrength: "LOW", OutputStrength: "LOW", InputBlocks: true, OutputBlocks: true},
			{Type: "PROMPT_ATTACK", InputStrength: "HIGH", OutputStrength: "NONE"}},
		PII: []evidence.BedrockSensitiveFilter{{Type: "EMAIL", InputAction: "NONE", OutputAction: "NONE"},
			{Type: "PHONE", InputAction: "NONE", OutputAction: "ANONYMIZE"}},
		Grounding: []evidence.BedrockGroundingFilter{{Type: "GROUNDING", Threshold: 0.7, Enabled: true}},
	}))
	same(t, "logging", b.Logging, evidence.Known(evidence.BedrockLogging{LogGroup: "/aws/bedrock/model-invocations",
		Role: "arn:aws:iam::111122223333:role/bedrock-logging", Bucket: "nordwind-bedrock-logs", Text: true}))
	same(t, "haiku", b.FoundationModels.Found()[1], evidence.BedrockFoundationModel{ID: "anthropic.claude-3-haiku-20240307-v1:0",
		Lifecycle: evidence.Known(evidence.BedrockModelLifecycle{Status: "LEGACY", EndOfLife: at("2027-01-15T00:00:00Z"), OnDemand: true, OutputIsText: true})})
	same(t, "titan", b.FoundationModels.Found()[3].Lifecycle, evidence.Known(evidence.BedrockModelLifecycle{Status: "ACTIVE", OnDemand: true, OutputIsEmbed: true}))

	profiles := b.InferenceProfiles.Found()
	if len(profiles) != 6 {
		t.Fatalf("%d profiles of both types over two pages", len(profiles))
	}
	same(t, "application profile", profiles[0], evidence.BedrockInferenceProfile{
		ARN: demo + "application-inference-profile/a1claimschat", ID: "a1claimschat", Name: "claims-chat",
		Profile: evidence.Known(evidence.BedrockProfileSettings{Type: "APPLICATION", Status: "ACTIVE", Models: []string{
			"arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0",
			"arn:aws:bedrock:eu-north-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0",
			"arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0",
			"arn:aws:bedrock:eu-west-3::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0"}}),
		Tags: evidence.Known(evidence.Tags{"application": "claims", "cost-center": "4711"})})
	same(t, "no tags", profiles[1].Tags, evidence.Known(evidence.Tags{}))

	same(t, "customization", b.CustomizationJobs, evidence.Listed(evidence.BedrockCustomizationJob{
		ARN: demo + "model-customization-job/amazon.nova-lite-v1:0:300k/cj1tonetuned", Name: "claims-tone-trial",
		Summary: evidence.Known(evidence.BedrockJob{Status: "Failed", Created: at("2026-09-21T08:00:00Z")}), VPC: evidence.Known(false)}))
	same(t, "evaluation", b.EvaluationJobs.Found()[2], evidence.BedrockEvaluationJob{
		ARN: demo + "evaluation-job/ev3policy003", Name: "policy-retrieval-2026-10",
		Summary: evidence.Known(evidence.BedrockEvaluationSummary{Status: "Completed", Created: at("2026-10-30T06:00:00Z"), RAG: true, KnowledgeBases: []string{"KBPOLICY01"}}),
		Config: evidence.Known(evidence.BedrockEvaluationConfig{Metrics: []string{"Builtin.Faithfulness", "Builtin.Correctness"},
			Datasets: []string{"s3://nordwind-evaluation/policy-questions.jsonl"}})})
	same(t, "batch", b.BatchInferenceJobs.Found()[1], evidence.BedrockBatchInferenceJob{
		ARN: demo + "model-invocation-job/bj2letters02", Name: "letters-2026-11-03",
		Summary: evidence.Known(evidence.BedrockBatchSummary{Status: "PartiallyCompleted", Submitted: at("2026-11-03T21:00:00Z"), Total: 4200, Errors: 1310})})
	same(t, "enforced", b.Enforced, evidence.Listed[evidence.BedrockEnforcement]())
	same(t, "key of the service", b.CustomModels.Found()[0].KMSKey, evidence.Known(""))
	same(t, "key of the customer", b.ImportedModels.Found()[0].KMSKey, evidence.Known("arn:aws:kms:eu-central-1:111122223333:key/1f5c9a2e-0001-4c1e-9d11-aaaaaaaaaaa1"))
}

func TestDemoStandby(t *testing.T) {
	account := fixtures.Demo()
	transport := account.Transport()
	b := scan(t, account, transport, "eu-west-1").Bedrock
	recordedOnly(t, transport, "eu-west-1")
	same(t, "logging off", b.Logging, evidence.Known(evidence.BedrockLogging{}))
	same(t, "enforced", b.Enforced, evidence.Listed(evidence.BedrockEnforcement{ID: "ec3standby000", Settings: evidence.Known(evidence.BedrockEnforcedGuardrail{
		GuardrailARN: "arn:aws:bedrock:eu-west-1:111122223333:guardrail/gr3standby00", GuardrailID: "gr3standby00", Version: "1", Owner: "ACCOUNT",
		Included: []string{"ALL"}, Excluded: []string{"amazon.titan-embed-text-v2:0"}})}))
	policy := b.Guardrails.Found()[0].Versions.Found()[1].Policy
	evidence.With(policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		same(t, "defaults", []any{p.PII[0], p.Grounding[0], p.ManagedWords, p.KMSKey}, []any{
			evidence.BedrockSensitiveFilter{Type: "EMAIL", InputAction: "ANONYMIZE", OutputAction: "ANONYMIZE"},
			evidence.BedrockGroundingFilter{Type: "GROUNDING", Threshold: 0.4, Enabled: true, Blocks: true}, 1, ""})
		return evidence.Verdict{}
	})
	if policy.Gap() != nil {
		t.Error(policy.Gap())
	}
}

func TestSecondAccount(t *testing.T) {
	account := secondAccount(t)
	transport := account.Transport()
	b := scan(t, account, transport, "us-west-2").Bedrock
	recordedOnly(t, transport, "us-west-2")

	desk, sealed := b.Guardrails.Found()[0], b.Guardrails.Found()[1]
	if len(desk.Versions.Found()) != 2 || len(desk.Versions.Gaps()) > 0 {
		t.Errorf("versions over two pages: %+v", desk.Versions.Found())
	}
	if got := gapOf(t, *sealed.Versions.Found()[1].Policy.Gap()); got != "denied-by-key AccessDeniedException kms:Decrypt" {
		t.Errorf("sealed guardrail: %s", got)
	}
	evidence.With(desk.Versions.Found()[1].Policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		same(t, "automated reasoning", p.AutomatedReasoning, 1)
		same(t, "disabled on output", p.PII[3], evidence.BedrockSensitiveFilter{Type: "NAME", InputAction: "ANONYMIZE", OutputAction: "NONE"})
		return evidence.Verdict{}
	})
	same(t, "logging without text", b.Logging, evidence.Known(evidence.BedrockLogging{LogGroup: "/aws/bedrock/invocations", Role: "arn:aws:iam::444455556666:role/bedrock-logs"}))
	if got := gapOf(t, *b.InferenceProfiles.Found()[0].Tags.Gap()); got != "denied AccessDeniedException bedrock:ListTagsForResource" {
		t.Errorf("tags: %s", got)
	}
	same(t, "throughput", b.Provisioned.Found()[1], evidence.BedrockProvisioned{ARN: second + "provisioned-model/pm2trial0000", Name: "trial-units",
		Settings: evidence.Known(evidence.BedrockProvisionedSettings{Status: "InService", ModelARN: "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-pro-v1:0",
			Commitment: "OneMonth", Expires: at("2026-11-30T00:00:00Z")})})
	const tuned = second + "custom-model/amazon.nova-lite-v1:0:300k/cm1desktuned"
	same(t, "custom model", b.CustomModels.Found()[0], evidence.BedrockModel{ARN: tuned, Name: "desk-tuned",
		Summary: evidence.Known(evidence.BedrockModelSummary{Created: at("2026-08-30T10:00:00Z"), Customization: "DISTILLATION",
			Base: "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-lite-v1:0:300k"}),
		KMSKey: evidence.Known("arn:aws:kms:us-west-2:444455556666:key/2a6dab3f-0001-4d2f-8e22-ccccccccccc1")})
	same(t, "key of the service", b.CustomModels.Found()[1].KMSKey, evidence.Known(""))
	if got := gapOf(t, *b.ImportedModels.Found()[0].KMSKey.Gap()); got != "denied AccessDeniedException bedrock:GetImportedModel" {
		t.Errorf("imported model: %s", got)
	}
	same(t, "deployment", b.Deployments.Found()[0].Settings, evidence.Known(evidence.BedrockDeploymentSettings{
		ModelARN: second + "custom-model/amazon.nova-lite-v1:0:300k/cm2forgotten", Status: "Failed"}))
	same(t, "router", b.PromptRouters.Found()[0].Status, evidence.Known("AVAILABLE"))
	same(t, "VPC", b.CustomizationJobs.Found()[0].VPC, evidence.Known(true))
	if got := gapOf(t, *b.CustomizationJobs.Found()[1].VPC.Gap()); got != "denied AccessDeniedException bedrock:GetModelCustomizationJob" {
		t.Errorf("customization job: %s", got)
	}
	same(t, "built-in dataset", b.EvaluationJobs.Found()[0].Config, evidence.Known(evidence.BedrockEvaluationConfig{
		Metrics: []string{"Builtin.Accuracy"}, Datasets: []string{"Builtin.BoolQ"}}))
}

func TestEveryOperationIsCalled(t *testing.T) {
	account := fixtures.Demo()
	transport := account.Transport()
	scan(t, account, transport, home)
	for _, o := range Scanner.Operations {
		if !slices.Contains(transport.Called(), "bedrock."+o.Name) {
			t.Errorf("%s is declared and never called", o.Name)
		}
	}
}
