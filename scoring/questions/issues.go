package questions

import "github.com/awsready/awsready/scoring"

// The categories of common issues.
const (
	securityIssue    = "Security"
	performanceIssue = "Performance"
	operationalIssue = "Operational"
)

// What fails for want of an own key alone is no data exposure: AWS encrypts it with keys of its own.
var issues = []scoring.Issue{
	{Category: securityIssue, Name: "Insufficient access controls", Text: "Not implementing proper authentication", Checks: []string{
		"lambda-function-url-auth", "lambda-function-not-public", "iam-admin-policy-attached", "iam-root-secured", "iam-user-console-mfa",
		"bedrock-full-access-attached", "lambda-genai-role-least-privilege", "bedrock-agent-role-least-privilege", "bedrock-kb-role-least-privilege",
		"bedrock-api-key-no-long-term", "iam-access-key-age", "access-analyzer-external-enabled", "apigateway-rest-method-authorizer",
		"apigatewayv2-route-authorizer", "agentcore-gateway-inbound-auth", "cognito-user-pool-mfa", "organizations-bedrock-model-policy"}},
	{Category: securityIssue, Name: "Data exposure", Text: "Not encrypting sensitive data", Checks: []string{
		"kms-genai-key-policy", "logs-data-protection", "bedrock-guardrail-pii", "dynamodb-table-resource-policy-not-public",
		"s3-genai-bucket-not-public", "s3-account-public-access-block", "s3-genai-bucket-tls-only", "opensearch-domain-encryption",
		"rds-encrypted-and-tls", "elbv2-https-only", "cloudfront-viewer-https"}},
	{Category: securityIssue, Name: "API vulnerabilities", Text: "Not validating inputs properly", Checks: []string{
		"bedrock-guardrail-prompt-attack", "bedrock-guardrail-content-filters", "bedrock-guardrail-exists", "bedrock-agent-guardrail-attached",
		"bedrock-flow-guardrail-attached", "bedrock-agent-action-schema", "bedrock-enforced-guardrail-governance", "bedrock-guardrail-versioned",
		"apigateway-request-validation", "apigateway-models-defined", "wafv2-public-endpoint-association", "wafv2-managed-rules", "inspector2-no-critical-findings"}},
	{Category: securityIssue, Name: "Secret management", Text: "Hardcoding credentials", Checks: []string{
		"lambda-env-no-plaintext-secrets", "lambda-env-no-likely-secrets", "bedrock-instructions-no-secrets", "secretsmanager-rotation", "ssm-parameter-securestring", "ecs-taskdef-no-plaintext-secrets", "codebuild-env-no-plaintext-secrets",
		"agentcore-runtime-env-no-plaintext-secrets", "inspector2-code-security"}},

	{Category: performanceIssue, Name: "Poor scalability", Text: "Not planning for increased load", Checks: []string{
		"bedrock-cross-region-inference", "bedrock-throttle-rate", "lambda-reserved-concurrency", "lambda-account-concurrency", "lambda-sqs-concurrency-cap",
		"servicequotas-bedrock-headroom", "quota-usage-alarms", "dynamodb-scales", "ecs-service-autoscaling", "sagemaker-endpoint-autoscaling",
		"load-test-tooling-present"}},
	{Category: performanceIssue, Name: "Inefficient queries", Text: "Not optimizing database operations", Checks: []string{
		"dynamodb-no-scan", "dynamodb-no-throttling", "bedrock-kb-embedding-size", "vector-store-alarm", "vector-store-cost-tier", "vector-index-fit",
		"rds-database-insights"}},
	{Category: performanceIssue, Name: "Resource bottlenecks", Text: "Not monitoring resource usage", Checks: []string{
		"bedrock-alarm-latency", "bedrock-alarm-throttles", "bedrock-alarm-errors", "bedrock-alarm-tokens", "lambda-alarm-duration-throttles",
		"dynamodb-alarm-throttles", "lambda-timeout-headroom", "lambda-timeout-deliberate", "ecs-container-insights", "computeoptimizer-enrolled",
		"lambda-memory-rightsized", "compute-not-underprovisioned"}},
	{Category: performanceIssue, Name: "Caching issues", Text: "Not implementing proper caching strategies", Checks: []string{
		"bedrock-prompt-caching-used", "bedrock-prompt-cache-point", "cache-layer-present", "cloudfront-caching-effective"}},

	{Category: operationalIssue, Name: "Poor monitoring", Text: "Not setting up proper observability", Checks: []string{
		"bedrock-model-invocation-logging", "bedrock-alarm-errors", "bedrock-alarm-latency", "bedrock-alarm-throttles", "lambda-alarm-errors",
		"cloudwatch-alarm-actions", "cloudwatch-alarm-not-blind", "cloudwatch-dashboard-genai", "lambda-tracing-active", "logs-retention-set",
		"logs-error-detection", "sns-alarm-topic-subscribed", "sqs-dlq-alarm", "agentcore-online-evaluation-active"}},
	{Category: operationalIssue, Name: "Inadequate testing", Text: "Not implementing comprehensive testing", Checks: []string{
		"bedrock-evaluation-job-recent", "bedrock-rag-evaluation-recent", "bedrock-evaluation-safety-metrics", "bedrock-evaluation-baseline",
		"backup-restore-testing-plan", "backup-restore-tested", "codebuild-test-reports-present", "codepipeline-test-stage",
		"agentcore-batch-evaluation-recent", "fis-experiment-recent"}},
	{Category: operationalIssue, Name: "Documentation gaps", Text: "Not maintaining proper documentation", Questions: []string{"10.1", "10.4", "10.7"}, Checks: []string{
		"cloudwatch-alarm-description-runbook", "bedrock-action-group-schema", "genai-resource-description", "ssm-automation-runbook-owned",
		"apigateway-documentation-version"}},
	{Category: operationalIssue, Name: "Support issues", Text: "Not setting up proper support procedures", Checks: []string{
		"account-alternate-contacts", "sns-alarm-topic-subscribed", "support-plan-premium", "health-events-routed",
		"opscenter-in-use", "support-cases-tended"}},
}
