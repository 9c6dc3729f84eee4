package integration

import "testing"

// TestMoto scans an account that moto emulates: everything, and what the workload reaches.
func TestMoto(t *testing.T) {
	t.Parallel()
	e := startMoto(t)
	made := seedCommon(newSeeder(t, e))
	t.Run("account", func(t *testing.T) {
		t.Parallel()
		r := scan(t, e, anyKeys, "account")
		if r.Account != e.account || r.Partition != "aws" {
			t.Errorf("identified as %s in %s", r.Account, r.Partition)
		}
		compare(t, r, commonWants(made), motoHoles)
		holes(t, r, motoHoles)
	})
	t.Run("workload", func(t *testing.T) {
		t.Parallel()
		r := scan(t, e, anyKeys, "workload")
		holes(t, r, motoHoles)
		// moto has no flows, and a flow that was not read may run any function.
		const unread = "whether the workload reaches it could not be read"
		reasons(t, r, append(reached(made),
			reason{"lambda-runtime-supported", ":function:bounded", unread},
			reason{"lambda-runtime-supported", ":function:invoice-renderer", unread}))
	})
}

const (
	notImplemented = "500 without an AWS error: not implemented"
	noPath         = "404 without an AWS error: no such path"
)

// motoHoles are the operations that moto lacks or answers unlike AWS. What hangs on them is unknown.
var motoHoles = []hole{
	{operation: "backup.ListBackupSelections", answers: noPath, aws: "the selections of a plan"},
	{operation: "backup.ListProtectedResources", answers: noPath, aws: "resources with backups"},
	{operation: "backup.ListProtectedResourcesByBackupVault", answers: noPath, aws: "resources with backups in a vault"},
	{operation: "backup.ListRestoreJobs", answers: noPath, aws: "restore jobs"},
	{operation: "backup.ListRestoreTestingPlans", answers: noPath, aws: "restore testing plans"},
	{operation: "bedrock.ListEnforcedGuardrailsConfiguration", answers: notImplemented, aws: "guardrails that are enforced"},
	{operation: "bedrock.ListCustomModelDeployments", answers: notImplemented, aws: "deployments of custom models"},
	{operation: "bedrock.ListEvaluationJobs", answers: notImplemented, aws: "evaluation jobs"},
	{operation: "bedrock.ListFoundationModels", answers: notImplemented, aws: "foundation models"},
	{operation: "bedrock.ListGuardrails", answers: notImplemented, aws: "guardrails"},
	{operation: "bedrock.ListImportedModels", answers: notImplemented, aws: "imported models"},
	{operation: "bedrock.ListInferenceProfiles", answers: notImplemented, aws: "inference profiles"},
	{operation: "bedrock.ListModelInvocationJobs", answers: notImplemented, aws: "batch inference jobs"},
	{operation: "bedrock.ListPromptRouters", answers: notImplemented, aws: "prompt routers"},
	{operation: "bedrock.ListProvisionedModelThroughputs", answers: notImplemented, aws: "provisioned throughputs"},
	{operation: "bedrockagent.ListFlows", answers: notImplemented, aws: "flows, which may run an alias of any function", wants: []want{
		{"lambda-function-not-public", ":function:chat-api", "unknown"},
	}},
	{operation: "bedrockagent.ListPrompts", answers: notImplemented, aws: "prompts"},
	{operation: "budgets.DescribeBudgetActionsForAccount", answers: notImplemented, aws: "actions of all budgets"},
	{operation: "budgets.DescribeBudgetNotificationsForAccount", answers: notImplemented, aws: "notifications of all budgets", wants: []want{
		{"budgets-notification-subscribed", "budget/genai-monthly", "unknown"},
		{"budgets-notification-subscribed", "budget/silent", "unknown"},
		{"budgets-forecast-alert", "", "unknown"},
	}},
	{operation: "cloudwatchlogs.DescribeAccountPolicies", answers: notImplemented, aws: "the account's log policies"},
	{operation: "cloudwatchlogs.DescribeQueryDefinitions", answers: notImplemented, aws: "saved queries"},
	{operation: "cloudwatchlogs.ListLogAnomalyDetectors", answers: notImplemented, aws: "anomaly detectors"},
	{operation: "cloudwatchlogs.ListScheduledQueries", answers: notImplemented, aws: "scheduled queries"},
	{operation: "dynamodb.ListContributorInsights", answers: notImplemented, aws: "the state of Contributor Insights"},
	{operation: "iam.GetAccountSummary", answers: "no AccountPasswordPresent", aws: "AccountPasswordPresent among the keys of SummaryMap"},
	{operation: "iam.ListServiceSpecificCredentials", answers: notImplemented, aws: "long-term Bedrock API keys"},
	{operation: "kms.GetKeyPolicy", answers: "NotFoundException unless PolicyName is given", aws: "PolicyName is optional and default is the only one"},
	{operation: "lambda.CreateFunction", answers: "drops LoggingConfig", aws: "LoggingConfig is kept and listed", wants: []want{
		{"lambda-structured-logging", ":function:chat-api", "fail"},
	}},
	{operation: "lambda.GetAccountSettings", answers: noPath, aws: "the account's limits"},
	{operation: "lambda.GetFunctionRecursionConfig", answers: noPath, aws: "the state of recursive loop detection"},
	{operation: "lambda.ListFunctionUrlConfigs", answers: noPath, aws: "the URLs of a function", wants: []want{
		{"lambda-function-url-auth", ":function:chat-api", "unknown"},
		{"lambda-function-url-auth", ":function:admin-tools", "unknown"},
	}},
	{operation: "lambda.ListProvisionedConcurrencyConfigs", answers: noPath, aws: "provisioned concurrency of a function"},
	// CloudWatch speaks CBOR with the Go SDK, which moto does not.
	{operation: "cloudwatch.DescribeAlarms", answers: noPath, aws: "alarms"},
	{operation: "cloudwatch.DescribeAnomalyDetectors", answers: noPath, aws: "anomaly detectors"},
	{operation: "cloudwatch.GetMetricData", answers: noPath, aws: "metric data"},
	{operation: "cloudwatch.ListDashboards", answers: noPath, aws: "dashboards"},
	{operation: "cloudwatch.ListMetrics", answers: noPath, aws: "metrics"},
}
