package integration

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	br "github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	ba "github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// genai is what was seeded of Bedrock: ARNs that the emulator chose.
type genai struct{ strong, weak, agent, idle, base, source, capped, loose string }

// TestMinistack scans an account that ministack emulates, which has Bedrock and CloudWatch besides.
func TestMinistack(t *testing.T) {
	t.Parallel()
	e := startMinistack(t)
	s := newSeeder(t, e)
	made := seedCommon(s)
	g := seedBedrock(s, made)
	seedCloudWatch(s)
	r := scan(t, e, anyKeys, "account")
	if r.Account != e.account || r.Partition != "aws" {
		t.Errorf("identified as %s in %s", r.Account, r.Partition)
	}
	compare(t, r, append(commonWants(made), bedrockWants(g)...), append(bedrockHoles(g), ministackHoles...))
	holes(t, r, ministackHoles)
}

// TestMinistackRoleGraph scans what the workload reaches, where everything that could reach something is read.
func TestMinistackRoleGraph(t *testing.T) {
	t.Parallel()
	e := startMinistack(t)
	s := newSeeder(t, e)
	made := seedCommon(s)
	for _, role := range []string{"admin-tools-role", "bounded-role"} { // ministack does not return their policy
		do(s, iam.NewFromConfig(s.cfg).DetachRolePolicy, &iam.DetachRolePolicyInput{RoleName: &role, PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	}
	r := scan(t, e, anyKeys, "workload")
	holes(t, r, ministackHoles)
	reasons(t, r, append(reached(made),
		reason{"lambda-runtime-supported", ":function:invoice-renderer", ""},
		reason{"lambda-runtime-supported", ":function:admin-tools", ""},
		reason{"dynamodb-pitr", ":table/invoices", ""},
		reason{"dynamodb-pitr", ":table/chat-memory", ""}))
}

// TestMinistackAsksWhoCalls scans with keys that nobody has, and as a user who may read little: with AUTH,
// ministack checks keys and evaluates policies.
func TestMinistackAsksWhoCalls(t *testing.T) {
	t.Parallel()
	e := startMinistack(t, "AUTH=true", "AWS_ACCESS_KEY_ID="+anyKeys.id, "AWS_SECRET_ACCESS_KEY="+anyKeys.secret)
	s := newSeeder(t, e)
	seedTables(s, seedKeys(s))
	i := iam.NewFromConfig(s.cfg)
	user := aws.String("auditor")
	do(s, i.CreateUser, &iam.CreateUserInput{UserName: user})
	do(s, i.PutUserPolicy, &iam.PutUserPolicyInput{UserName: user, PolicyName: aws.String("few"), PolicyDocument: policy(
		allow("dynamodb:ListTables", "*"), allow("dynamodb:DescribeTable", "*"))})
	key := do(s, i.CreateAccessKey, &iam.CreateAccessKeyInput{UserName: user}).AccessKey

	t.Run("wrong keys", func(t *testing.T) {
		t.Parallel()
		stdout, stderr, code := run(t, e.url, keys{"AKIAIOSFODNN7EXAMPLE", "wrong"}, "scan", "--region", region)
		if code != 3 || !strings.Contains(stderr, "does not accept the credentials") {
			t.Errorf("exit code %d, want 3\n%s\n%s", code, stdout, stderr)
		}
	})
	t.Run("few permissions", func(t *testing.T) {
		t.Parallel()
		r := scan(t, e, keys{*key.AccessKeyId, *key.SecretAccessKey}, "account")
		compare(t, r, []want{
			{"dynamodb-deletion-protection", ":table/chat-sessions", "pass"},
			{"dynamodb-deletion-protection", ":table/chat-memory", "fail"},
			{"dynamodb-pitr", ":table/chat-sessions", "unknown"},
			{"dynamodb-pitr", ":table/chat-memory", "unknown"},
			{"lambda-env-no-plaintext-secrets", "*", "unknown"},
			{"iam-admin-policy-attached", "*", "unknown"},
			{"bedrock-model-invocation-logging", "", "unknown"},
		}, nil)
		denied := 0
		for _, gap := range r.Gaps {
			if gap.Reason != "denied" {
				continue
			}
			denied++
			if gap.Permission == "" {
				t.Errorf("%s was denied and no permission would settle it", gap.Operation)
			}
		}
		if denied == 0 {
			t.Error("nothing was denied")
		}
		for _, f := range r.Findings {
			if f.Outcome == "pass" && !strings.HasPrefix(f.Check, "dynamodb-") {
				t.Errorf("%s passes on %s, of which nothing was read: %s", f.Check, f.Resource, f.Message)
			}
		}
	})
}

func seedBedrock(s seeder, common seeded) (made genai) {
	b := bedrock.NewFromConfig(s.cfg)
	strong := do(s, b.CreateGuardrail, &bedrock.CreateGuardrailInput{
		Name: aws.String("strong"), BlockedInputMessaging: aws.String("no"), BlockedOutputsMessaging: aws.String("no"), KmsKeyId: &common.good,
		ContentPolicyConfig: &br.GuardrailContentPolicyConfig{FiltersConfig: []br.GuardrailContentFilterConfig{
			{Type: br.GuardrailContentFilterTypePromptAttack, InputStrength: br.GuardrailFilterStrengthHigh, OutputStrength: br.GuardrailFilterStrengthNone},
			{Type: br.GuardrailContentFilterTypeHate, InputStrength: br.GuardrailFilterStrengthHigh, OutputStrength: br.GuardrailFilterStrengthHigh},
		}},
	})
	do(s, b.CreateGuardrailVersion, &bedrock.CreateGuardrailVersionInput{GuardrailIdentifier: strong.GuardrailId})
	weak := do(s, b.CreateGuardrail, &bedrock.CreateGuardrailInput{
		Name: aws.String("weak"), BlockedInputMessaging: aws.String("no"), BlockedOutputsMessaging: aws.String("no")})
	made.strong, made.weak = *strong.GuardrailArn, *weak.GuardrailArn
	do(s, b.PutModelInvocationLoggingConfiguration, &bedrock.PutModelInvocationLoggingConfigurationInput{LoggingConfig: &br.LoggingConfig{
		TextDataDeliveryEnabled: aws.Bool(true),
		CloudWatchConfig:        &br.CloudWatchConfig{LogGroupName: aws.String("/aws/bedrock/invocations"), RoleArn: s.role("bedrock-tied-role")},
	}})
	a := bedrockagent.NewFromConfig(s.cfg)
	agent := do(s, a.CreateAgent, &bedrockagent.CreateAgentInput{
		AgentName: aws.String("claims"), AgentResourceRoleArn: s.role("bedrock-tied-role"), FoundationModel: aws.String("amazon.nova-lite-v1:0"),
		Instruction: aws.String("You help customers of an insurance company with their claims."), CustomerEncryptionKeyArn: &common.good,
		GuardrailConfiguration: &ba.GuardrailConfiguration{GuardrailIdentifier: strong.GuardrailId, GuardrailVersion: aws.String("1")},
	}).Agent
	idle := do(s, a.CreateAgent, &bedrockagent.CreateAgentInput{
		AgentName: aws.String("idle"), AgentResourceRoleArn: s.role("bedrock-open-role"), FoundationModel: aws.String("amazon.nova-lite-v1:0"),
		Instruction: aws.String("The key is " + plaintextKey),
	}).Agent
	made.agent, made.idle = *agent.AgentArn, *idle.AgentArn
	do(s, a.CreateAgentAlias, &bedrockagent.CreateAgentAliasInput{AgentId: agent.AgentId, AgentAliasName: aws.String("live")}) // which makes version 1
	base := do(s, a.CreateKnowledgeBase, &bedrockagent.CreateKnowledgeBaseInput{
		Name: aws.String("documents"), RoleArn: s.role("bedrock-tied-role"),
		KnowledgeBaseConfiguration: &ba.KnowledgeBaseConfiguration{Type: ba.KnowledgeBaseTypeVector,
			VectorKnowledgeBaseConfiguration: &ba.VectorKnowledgeBaseConfiguration{EmbeddingModelArn: aws.String(modelARN)}},
	}).KnowledgeBase
	made.base = *base.KnowledgeBaseArn
	made.source = *do(s, a.CreateDataSource, &bedrockagent.CreateDataSourceInput{
		KnowledgeBaseId: base.KnowledgeBaseId, Name: aws.String("bucket"), DataDeletionPolicy: ba.DataDeletionPolicyRetain,
		DataSourceConfiguration: &ba.DataSourceConfiguration{Type: ba.DataSourceTypeS3, S3Configuration: &ba.S3DataSourceConfiguration{BucketArn: aws.String("arn:aws:s3:::documents")}},
	}).DataSource.DataSourceId
	for name, prompt := range map[string]*string{"capped": &made.capped, "loose": &made.loose} {
		text := &ba.PromptModelInferenceConfiguration{}
		if name == "capped" {
			text.MaxTokens = aws.Int32(500)
		}
		out := do(s, a.CreatePrompt, &bedrockagent.CreatePromptInput{Name: &name, Variants: []ba.PromptVariant{{
			Name: aws.String("default"), TemplateType: ba.PromptTemplateTypeText, ModelId: aws.String("amazon.nova-lite-v1:0"),
			TemplateConfiguration:  &ba.PromptTemplateConfigurationMemberText{Value: ba.TextPromptTemplateConfiguration{Text: aws.String("Summarise: {{claim}}")}},
			InferenceConfiguration: &ba.PromptInferenceConfigurationMemberText{Value: *text},
		}}})
		*prompt = *out.Arn
		if name == "capped" {
			do(s, a.CreatePromptVersion, &bedrockagent.CreatePromptVersionInput{PromptIdentifier: out.Id})
		}
	}
	return made
}

func bedrockWants(g genai) []want {
	return []want{
		{"bedrock-guardrail-exists", "", "pass"},
		{"bedrock-guardrail-versioned", g.strong, "pass"},
		{"bedrock-guardrail-versioned", g.weak, "fail"},
		{"bedrock-model-invocation-logging", "", "pass"},
		{"bedrock-agent-cmk", g.agent, "pass"},
		{"bedrock-agent-cmk", g.idle, "fail"},
		{"bedrock-agent-guardrail-attached", g.agent, "pass"},
		{"bedrock-agent-alias-versioned", g.agent, "pass"},
		{"bedrock-instructions-no-secrets", g.agent, "pass"},
		{"bedrock-instructions-no-secrets", g.idle, "fail"},
		{"bedrock-kb-data-deletion-policy", g.source, "fail"},
		{"bedrock-prompt-versioned", g.capped, "pass"},
		{"bedrock-prompt-versioned", g.loose, "fail"},
		{"bedrock-prompt-max-tokens", g.capped, "pass"},
		{"bedrock-prompt-max-tokens", g.loose, "fail"},
	}
}

// seedCloudWatch makes an alarm that tells somebody, one that tells nobody, a dashboard and data.
func seedCloudWatch(s seeder) {
	c := cloudwatch.NewFromConfig(s.cfg)
	for name, actions := range map[string][]string{"chat-api-errors": {s.arn("sns", "pages")}, "admin-tools-errors": nil} {
		function := name[:len(name)-len("-errors")]
		do(s, c.PutMetricAlarm, &cloudwatch.PutMetricAlarmInput{
			AlarmName: &name, AlarmActions: actions, Namespace: aws.String("AWS/Lambda"), MetricName: aws.String("Errors"), Statistic: cw.StatisticSum,
			Dimensions: []cw.Dimension{{Name: aws.String("FunctionName"), Value: &function}}, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1),
			Threshold: aws.Float64(1), ComparisonOperator: cw.ComparisonOperatorGreaterThanOrEqualToThreshold,
		})
	}
	do(s, c.PutDashboard, &cloudwatch.PutDashboardInput{DashboardName: aws.String("genai"), DashboardBody: aws.String(
		`{"widgets":[{"type":"metric","properties":{"region":"us-east-1","metrics":[["AWS/Bedrock","Invocations"]]}}]}`)})
	do(s, c.PutMetricData, &cloudwatch.PutMetricDataInput{Namespace: aws.String("AWS/Bedrock"), MetricData: []cw.MetricDatum{{
		MetricName: aws.String("Invocations"), Value: aws.Float64(1), Dimensions: []cw.Dimension{{Name: aws.String("ModelId"), Value: aws.String("amazon.nova-lite-v1:0")}}}}})
}

// bedrockHoles are the holes that concern what seedBedrock made. GetGuardrail, too, is unlike AWS: it answers with the
// members of the request (filtersConfig) and not with those of the reply (filters), so no guardrail's content is judged here.
func bedrockHoles(g genai) []hole {
	return []hole{
		{operation: "bedrock.ListGuardrails", answers: "drafts only, with guardrailIdentifier too", aws: "all versions of the guardrail that is named", wants: []want{
			{"bedrock-guardrail-versioned", g.strong, "fail"},
		}},
		{operation: "bedrockagent.ListPrompts", answers: "drafts only, with promptIdentifier too", aws: "all versions of the prompt that is named", wants: []want{
			{"bedrock-prompt-versioned", g.capped, "fail"},
		}},
		{operation: "bedrockagent.CreateAgentAlias", answers: "makes no version and routes nowhere", aws: "makes a version and routes to it, where no routing is given", wants: []want{
			{"bedrock-agent-alias-versioned", g.agent, "fail"},
			{"bedrock-agent-guardrail-attached", g.agent, "not-applicable"},
		}},
	}
}

const unknownAction = "400: unknown action"

// ministackHoles are the operations that ministack lacks or answers unlike AWS.
var ministackHoles = []hole{
	{operation: "account.GetAlternateContact", answers: unknownAction, aws: "a contact, or ResourceNotFoundException"},
	{operation: "bedrock.ListCustomModelDeployments", answers: unknownAction, aws: "deployments of custom models"},
	{operation: "bedrock.ListEnforcedGuardrailsConfiguration", answers: unknownAction, aws: "guardrails that are enforced"},
	{operation: "bedrock.ListTagsForResource", answers: "ListInferenceProfiles ignores typeEquals and lists AWS's own profiles as the account's, whose tags it refuses", aws: "only the profiles of the type that was asked for"},
	{operation: "budgets.DescribeBudgetActionsForAccount", answers: unknownAction, aws: "actions of all budgets"},
	{operation: "budgets.DescribeBudgetNotificationsForAccount", answers: unknownAction, aws: "notifications of all budgets", wants: []want{
		{"budgets-notification-subscribed", "budget/genai-monthly", "unknown"},
		{"budgets-notification-subscribed", "budget/silent", "unknown"},
		{"budgets-forecast-alert", "", "unknown"},
	}},
	{operation: "cloudwatchlogs.DescribeAccountPolicies", answers: unknownAction, aws: "the account's log policies"},
	{operation: "cloudwatchlogs.DescribeQueryDefinitions", answers: unknownAction, aws: "saved queries"},
	{operation: "cloudwatchlogs.ListLogAnomalyDetectors", answers: unknownAction, aws: "anomaly detectors"},
	{operation: "cloudwatchlogs.ListScheduledQueries", answers: unknownAction, aws: "scheduled queries"},
	{operation: "cloudwatch.ListDashboards", answers: "a reply that is not the protocol's", aws: "the names of the dashboards"},
	{operation: "cloudwatch.DescribeAnomalyDetectors", answers: unknownAction, aws: "anomaly detectors"},
	{operation: "iam.GetAccountAuthorizationDetails", answers: "no AWS managed policies", aws: "the AWS managed policies in use, where the filter asks", wants: []want{
		{"iam-admin-policy-attached", ":role/admin-tools-role", "unknown"},
		{"iam-admin-policy-attached", ":role/bounded-role", "unknown"},
		{"bedrock-invoke-resource-scoped", ":role/admin-tools-role", "unknown"},
	}},
	{operation: "iam.GetAccountSummary", answers: "no AccountPasswordPresent", aws: "AccountPasswordPresent among the keys of SummaryMap"},
	{operation: "iam.ListServiceSpecificCredentials", answers: unknownAction, aws: "long-term Bedrock API keys"},
	{operation: "lambda.ListProvisionedConcurrencyConfigs", answers: "as GetProvisionedConcurrencyConfig: ProvisionedConcurrencyConfigNotFoundException", aws: "a list, which may be empty"},
}
