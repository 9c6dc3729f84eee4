package integration

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	bak "github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/budgets"
	bud "github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	fn "github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const (
	modelARN = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
)

// plaintextKey has the format of a provider's key, and is made up anew for each run. It must reach no file.
var plaintextKey = "sk-" + rand.Text() + rand.Text()[:14]

// seeded is what the tests need to know of what was seeded: ARNs that the emulator chose.
type seeded struct {
	good, still, dying string // keys: rotating, not rotating, about to be deleted
	daily, forever     string // backup plans: whose backups expire, whose do not
}

// seedCommon makes, of what both emulators have, two of most things: one as it should be and one as it should not be.
func seedCommon(s seeder) seeded {
	made := seedKeys(s)
	seedRoles(s)
	seedFunctions(s, made)
	seedTables(s, made)
	seedLogs(s, made)
	seedBudgets(s)
	seedBackup(s)
	made.daily, made.forever = s.plan("daily"), s.plan("forever")
	return made
}

// seedKeys makes the KMS keys.
func seedKeys(s seeder) seeded {
	var made seeded
	k := kms.NewFromConfig(s.cfg)
	for _, key := range []*string{&made.good, &made.still, &made.dying} {
		*key = *do(s, k.CreateKey, &kms.CreateKeyInput{}).KeyMetadata.Arn
	}
	do(s, k.EnableKeyRotation, &kms.EnableKeyRotationInput{KeyId: &made.good})
	do(s, k.ScheduleKeyDeletion, &kms.ScheduleKeyDeletionInput{KeyId: keyID(made.dying), PendingWindowInDays: aws.Int32(30)})
	return made
}

// keyID is the id in a key's ARN: moto schedules no deletion by ARN.
func keyID(arn string) *string {
	return aws.String(arn[strings.LastIndexByte(arn, '/')+1:])
}

func policy(statements ...string) *string {
	return aws.String(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
}

func allow(action, resource string) string {
	return `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}`
}

func trust(service string) *string {
	return policy(`{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}`)
}

func seedRoles(s seeder) {
	i := iam.NewFromConfig(s.cfg)
	for _, role := range []string{"chat-api-role", "admin-tools-role", "bounded-role", "invoice-role"} {
		do(s, i.CreateRole, &iam.CreateRoleInput{RoleName: &role, AssumeRolePolicyDocument: trust("lambda.amazonaws.com")})
	}
	do(s, i.CreateRole, &iam.CreateRoleInput{RoleName: aws.String("bedrock-open-role"), AssumeRolePolicyDocument: trust("bedrock.amazonaws.com")})
	do(s, i.CreateRole, &iam.CreateRoleInput{RoleName: aws.String("bedrock-tied-role"), AssumeRolePolicyDocument: policy(
		`{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"` + s.account + `"}}}`)})
	do(s, i.PutRolePolicy, &iam.PutRolePolicyInput{RoleName: aws.String("chat-api-role"), PolicyName: aws.String("chat"), PolicyDocument: policy(
		allow("bedrock:InvokeModel", modelARN), allow("dynamodb:GetItem", s.arn("dynamodb", "table/chat-sessions")))})
	do(s, i.PutRolePolicy, &iam.PutRolePolicyInput{RoleName: aws.String("invoice-role"), PolicyName: aws.String("invoices"), PolicyDocument: policy(
		allow("dynamodb:GetItem", s.arn("dynamodb", "table/invoices")))})
	boundary := do(s, i.CreatePolicy, &iam.CreatePolicyInput{PolicyName: aws.String("boundary"), PolicyDocument: policy(allow("s3:GetObject", "*"))}).Policy.Arn
	do(s, i.PutRolePermissionsBoundary, &iam.PutRolePermissionsBoundaryInput{RoleName: aws.String("bounded-role"), PermissionsBoundary: boundary})
	for _, role := range []string{"admin-tools-role", "bounded-role"} {
		do(s, i.AttachRolePolicy, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	}
}

func (s seeder) role(name string) *string {
	return aws.String("arn:aws:iam::" + s.account + ":role/" + name)
}

// code is a deployment package without a program: nothing is ever run.
func code(s seeder) *fn.FunctionCode {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	file, err := archive.Create("index.py")
	if err == nil {
		_, err = file.Write([]byte("handler = None\n"))
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return &fn.FunctionCode{ZipFile: b.Bytes()}
}

func seedFunctions(s seeder, made seeded) {
	l := lambda.NewFromConfig(s.cfg)
	for name, f := range map[string]lambda.CreateFunctionInput{
		"chat-api": {
			Role: s.role("chat-api-role"), Runtime: fn.RuntimePython314, KMSKeyArn: &made.good, Timeout: aws.Int32(30),
			Environment:   &fn.Environment{Variables: map[string]string{"TABLE_ARN": s.arn("dynamodb", "table/chat-sessions")}},
			TracingConfig: &fn.TracingConfig{Mode: fn.TracingModeActive},
			LoggingConfig: &fn.LoggingConfig{LogFormat: fn.LogFormatJson, LogGroup: aws.String("/aws/lambda/chat-api")},
		},
		"admin-tools": {
			Role: s.role("admin-tools-role"), Runtime: fn.RuntimePython37, KMSKeyArn: &made.dying,
			Environment: &fn.Environment{Variables: map[string]string{"PROVIDER_API_KEY": plaintextKey}},
		},
		"bounded":          {Role: s.role("bounded-role"), Runtime: fn.RuntimePython314},
		"invoice-renderer": {Role: s.role("invoice-role"), Runtime: fn.RuntimePython314},
	} {
		f.FunctionName, f.Handler, f.Code = &name, aws.String("index.handler"), code(s)
		do(s, l.CreateFunction, &f)
	}
	version := do(s, l.PublishVersion, &lambda.PublishVersionInput{FunctionName: aws.String("chat-api")}).Version
	do(s, l.CreateAlias, &lambda.CreateAliasInput{FunctionName: aws.String("chat-api"), Name: aws.String("live"), FunctionVersion: version})
	do(s, l.PutFunctionConcurrency, &lambda.PutFunctionConcurrencyInput{FunctionName: aws.String("chat-api"), ReservedConcurrentExecutions: aws.Int32(20)})
	do(s, l.CreateFunctionUrlConfig, &lambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("chat-api"), AuthType: fn.FunctionUrlAuthTypeAwsIam})
	do(s, l.CreateFunctionUrlConfig, &lambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("admin-tools"), AuthType: fn.FunctionUrlAuthTypeNone})
	do(s, l.AddPermission, &lambda.AddPermissionInput{
		FunctionName: aws.String("admin-tools"), StatementId: aws.String("open"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("*"),
	})
}

func seedTables(s seeder, made seeded) {
	d := dynamodb.NewFromConfig(s.cfg)
	for name, table := range map[string]dynamodb.CreateTableInput{
		"chat-sessions": {
			SSESpecification:          &ddb.SSESpecification{Enabled: aws.Bool(true), SSEType: ddb.SSETypeKms, KMSMasterKeyId: &made.good},
			DeletionProtectionEnabled: aws.Bool(true),
			Tags:                      []ddb.Tag{{Key: aws.String("data-classification"), Value: aws.String("confidential")}},
		},
		"chat-memory": {},
		"invoices":    {},
	} {
		table.TableName, table.BillingMode = &name, ddb.BillingModePayPerRequest
		table.AttributeDefinitions = []ddb.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: ddb.ScalarAttributeTypeS}}
		table.KeySchema = []ddb.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: ddb.KeyTypeHash}}
		do(s, d.CreateTable, &table)
	}
	good := aws.String("chat-sessions")
	do(s, d.UpdateContinuousBackups, &dynamodb.UpdateContinuousBackupsInput{TableName: good,
		PointInTimeRecoverySpecification: &ddb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)}})
	do(s, d.UpdateTimeToLive, &dynamodb.UpdateTimeToLiveInput{TableName: good,
		TimeToLiveSpecification: &ddb.TimeToLiveSpecification{AttributeName: aws.String("expiresAt"), Enabled: aws.Bool(true)}})
	do(s, d.PutResourcePolicy, &dynamodb.PutResourcePolicyInput{ResourceArn: aws.String(s.arn("dynamodb", "table/chat-memory")), Policy: policy(
		`{"Sid":"Foreign","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"dynamodb:GetItem","Resource":"*"}`)})
}

func seedLogs(s seeder, made seeded) {
	l := cloudwatchlogs.NewFromConfig(s.cfg)
	do(s, l.CreateLogGroup, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/aws/lambda/chat-api"), KmsKeyId: &made.still})
	do(s, l.CreateLogGroup, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/aws/lambda/admin-tools")})
	do(s, l.PutRetentionPolicy, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String("/aws/lambda/chat-api"), RetentionInDays: aws.Int32(90)})
}

func seedBudgets(s seeder) {
	b := budgets.NewFromConfig(s.cfg)
	limit := &bud.Spend{Amount: aws.String("1000"), Unit: aws.String("USD")}
	notice := &bud.Notification{NotificationType: bud.NotificationTypeForecasted, ComparisonOperator: bud.ComparisonOperatorGreaterThan, Threshold: 80}
	watched := &bud.Budget{BudgetName: aws.String("genai-monthly"), BudgetType: bud.BudgetTypeCost, TimeUnit: bud.TimeUnitMonthly, BudgetLimit: limit}
	do(s, b.CreateBudget, &budgets.CreateBudgetInput{AccountId: &s.account, Budget: watched, NotificationsWithSubscribers: []bud.NotificationWithSubscribers{{
		Notification: notice, Subscribers: []bud.Subscriber{{Address: aws.String("team@example.com"), SubscriptionType: bud.SubscriptionTypeEmail}}}}})
	silent := *watched
	silent.BudgetName = aws.String("silent")
	do(s, b.CreateBudget, &budgets.CreateBudgetInput{AccountId: &s.account, Budget: &silent})
}

func seedBackup(s seeder) {
	b := backup.NewFromConfig(s.cfg)
	do(s, b.CreateBackupVault, &backup.CreateBackupVaultInput{BackupVaultName: aws.String("genai-vault")})
	for name, lifecycle := range map[string]*bak.Lifecycle{"daily": {DeleteAfterDays: aws.Int64(35)}, "forever": nil} {
		do(s, b.CreateBackupPlan, &backup.CreateBackupPlanInput{BackupPlan: &bak.BackupPlanInput{BackupPlanName: &name, Rules: []bak.BackupRuleInput{{
			RuleName: aws.String("rule"), TargetBackupVaultName: aws.String("genai-vault"), ScheduleExpression: aws.String("cron(0 5 ? * * *)"), Lifecycle: lifecycle}}}})
	}
}

// plan is the ARN of a backup plan.
func (s seeder) plan(name string) string {
	for _, p := range do(s, backup.NewFromConfig(s.cfg).ListBackupPlans, &backup.ListBackupPlansInput{}).BackupPlansList {
		if aws.ToString(p.BackupPlanName) == name {
			return aws.ToString(p.BackupPlanArn)
		}
	}
	s.t.Fatalf("no backup plan %s", name)
	return ""
}

// commonWants are the findings that follow from seedCommon.
func commonWants(made seeded) []want {
	return []want{
		{"iam-admin-policy-attached", ":role/admin-tools-role", "fail"},
		{"iam-admin-policy-attached", ":role/chat-api-role", "pass"},
		{"iam-admin-policy-attached", ":role/bounded-role", "pass"}, // its boundary
		{"bedrock-service-role-confused-deputy", ":role/bedrock-open-role", "fail"},
		{"bedrock-service-role-confused-deputy", ":role/bedrock-tied-role", "pass"},
		{"bedrock-invoke-resource-scoped", ":role/chat-api-role", "pass"},
		{"bedrock-invoke-resource-scoped", ":role/admin-tools-role", "fail"},
		{"kms-key-rotation", made.good, "pass"},
		{"kms-key-rotation", made.still, "fail"},
		{"kms-key-usable", made.good, "pass"},
		{"kms-key-usable", made.dying, "fail"},
		{"lambda-env-no-plaintext-secrets", ":function:chat-api", "pass"},
		{"lambda-env-no-plaintext-secrets", ":function:admin-tools", "fail"},
		{"lambda-env-no-plaintext-secrets", ":function:bounded", "not-applicable"},
		{"lambda-env-cmk", ":function:chat-api", "pass"},
		{"lambda-tracing-active", ":function:chat-api", "pass"},
		{"lambda-tracing-active", ":function:admin-tools", "fail"},
		{"lambda-runtime-supported", ":function:chat-api", "pass"},
		{"lambda-runtime-supported", ":function:admin-tools", "fail"},
		{"lambda-alias-used", ":function:chat-api", "pass"},
		{"lambda-alias-used", ":function:admin-tools", "fail"},
		{"lambda-reserved-concurrency", ":function:chat-api", "pass"},
		{"lambda-reserved-concurrency", ":function:admin-tools", "fail"},
		{"lambda-function-url-auth", ":function:chat-api", "pass"},
		{"lambda-function-url-auth", ":function:admin-tools", "fail"},
		{"lambda-function-not-public", ":function:chat-api", "pass"},
		{"lambda-function-not-public", ":function:admin-tools", "fail"},
		{"lambda-structured-logging", ":function:chat-api", "pass"},
		{"lambda-structured-logging", ":function:admin-tools", "fail"},
		{"dynamodb-pitr", ":table/chat-sessions", "pass"},
		{"dynamodb-pitr", ":table/chat-memory", "fail"},
		{"dynamodb-ttl", ":table/chat-sessions", "pass"},
		{"dynamodb-ttl", ":table/chat-memory", "fail"},
		{"dynamodb-ttl", ":table/invoices", "not-applicable"},
		{"dynamodb-deletion-protection", ":table/chat-sessions", "pass"},
		{"dynamodb-deletion-protection", ":table/chat-memory", "fail"},
		{"dynamodb-cmk", ":table/chat-sessions", "pass"},
		{"dynamodb-cmk", ":table/chat-memory", "fail"},
		{"dynamodb-table-resource-policy-not-public", ":table/chat-sessions", "pass"},
		{"dynamodb-table-resource-policy-not-public", ":table/chat-memory", "fail"},
		{"logs-retention-set", ":/aws/lambda/chat-api", "pass"},
		{"logs-retention-set", ":/aws/lambda/admin-tools", "fail"},
		{"logs-genai-cmk", ":/aws/lambda/chat-api", "pass"},
		{"logs-genai-cmk", ":/aws/lambda/admin-tools", "fail"},
		{"budgets-cost-budget-exists", "", "pass"},
		{"budgets-forecast-alert", "", "pass"},
		{"budgets-notification-subscribed", "budget/genai-monthly", "pass"},
		{"budgets-notification-subscribed", "budget/silent", "fail"},
		{"backup-lifecycle", made.daily, "pass"},
		{"backup-lifecycle", made.forever, "fail"},
		{"backup-vault-lock", ":backup-vault:genai-vault", "not-applicable"}, // it is empty
		{"genai-data-classification-tag", ":table/chat-sessions", "pass"},
		{"genai-data-classification-tag", ":table/chat-memory", "not-applicable"},
	}
}

// reached are the reasons why resources of seedCommon are in scope.
func reached(made seeded) []reason {
	return []reason{
		{"lambda-runtime-supported", ":function:chat-api", "its role can call bedrock:InvokeModel"},
		{"dynamodb-pitr", ":table/chat-sessions", "role chat-api-role names it in a policy"},
		{"logs-retention-set", ":/aws/lambda/chat-api", "chat-api"},
		{"kms-key-usable", made.good, "chat-"},
	}
}
