package questions

import "github.com/awsready/awsready/scoring"

var decisions = []scoring.Decision{deployment, monitoring, security, scaling}

// The ids of the strategies.
const (
	managed, custom      = "managed", "custom"
	basic, advanced      = "basic", "advanced"
	standard, enterprise = "standard", "enterprise"
	auto, manual         = "auto", "manual"
)

// What several rows ask.
var (
	onDemandModels = found("no model of Bedrock was called on demand in the last two weeks, and no application inference profile exists", nil,
		callsModels, namesProfiles)
	agents            = found("", []string{"bedrockagentcorecontrol"}, runsAgents)
	managedBases      = found("no knowledge base on a managed vector store", nil, managedStores)
	workloadFunctions = found("the workload runs no Lambda function", nil, runsFunctions)
	workloadTables    = found("the workload names no DynamoDB table", nil, hasTables)
	serverless        = found("", []string{"ecs", "bedrockagentcorecontrol"}, runsFunctions, callsModels, namesProfiles, onDemandTables)
	watched           = found("no alarm watches the workload", nil, hasAlarms)
	shown             = found("no dashboard shows the workload", nil, hasDashboards)
	logged            = found("no log group of the workload has data", nil, writesLogs)
	invocationsLogged = found("model invocation logging is off", nil, logsInvocations)
	traced            = found("", []string{"xray", "sfn", "apigateway"}, tracesFunctions, keepsSpans)
	measured          = eitherOf(found("", nil, ownMetrics), otherMetrics)
	objectives        = found("", []string{"applicationsignals"}, hasAppSignals)
	automated         = found("", []string{"eventbridge", "aiops", "devopsagent"}, actingAlarms, advancedAlarms)
	profiled          = found("", []string{"codeguruprofiler", "rds"}, profilesFunctions)
	instrumented      = found("", []string{"ecs"}, layersTelemetry, namesTelemetry)
	customerKeys      = found("", []string{"s3", "bedrockagentcorecontrol"}, ownKeys)
	hardwareKeys      = found("", []string{"cloudhsmv2"}, hsmKeys)
	secondFactor      = eitherOf(found("", []string{"cognitoidentityprovider"}), allOf(rootFactor, found("", []string{"ssoadmin"})))
	encrypted         = found("", []string{"s3"}, encryptedTables)
	throughput        = found("", []string{"ec2", "savingsplans"}, buysThroughput)
	searchDomain      = found("", []string{"opensearch"}, searchDomains)
)

// healthChecks are the checks behind whatever asks from outside whether the system is up.
var healthChecks = []string{"synthetics-canary-running", "route53-health-check", "elbv2-target-health-check"}

var deployment = scoring.Decision{
	ID:    "deployment-strategy",
	Title: "Deployment Strategy",
	Strategies: []scoring.Strategy{
		{
			ID:         managed,
			Name:       "Managed services",
			ChooseWhen: []string{"low operational overhead wanted", "fast time to market", "little DevOps expertise", "focus on application logic"},
			Brings:     []string{"AWS runs, patches and scales the parts", "costs follow the use", "models and features are those that the services offer"},
			Components: []scoring.Row{
				{Name: "Amazon Bedrock for foundation models", Present: onDemandModels, Checks: []string{
					"bedrock-application-inference-profile-present", "bedrock-model-in-use-active", "bedrock-cross-region-inference",
					"bedrock-model-invocation-logging", "bedrock-guardrail-exists"}},
				{Name: "AWS Lambda for serverless compute", Present: workloadFunctions, Checks: []string{
					"lambda-failure-destination", "lambda-timeout-deliberate", "lambda-reserved-concurrency"}},
				{Name: "DynamoDB for managed database", Present: workloadTables, Checks: []string{
					"dynamodb-pitr", "dynamodb-scales", "dynamodb-ttl", "dynamodb-cmk"}},
				{Name: "CloudWatch for monitoring", Present: allOf(watched, shown), Checks: []string{
					"bedrock-alarm-errors", "bedrock-alarm-throttles", "bedrock-alarm-latency", "sns-alarm-topic-subscribed", "cloudwatch-dashboard-genai"}},
			},
			Implementations: []scoring.Row{
				{Name: "Models called through inference profiles of the application", Checks: []string{"bedrock-application-inference-profile-present"}},
				{Name: "Agents, flows or AgentCore runtimes", Present: agents},
				{Name: "Knowledge bases on managed vector stores", Present: managedBases},
				{Name: "Functions called through aliases of numbered versions", Checks: []string{"lambda-alias-used"}},
			},
		},
		{
			ID:         custom,
			Name:       "Custom infrastructure",
			ChooseWhen: []string{"specific performance needs", "complex compliance needs", "full control needed", "dedicated DevOps staff"},
			Brings:     []string{"models, hardware and network are the team's to choose", "own models can be served", "the team runs, patches and scales the parts"},
			Components: []scoring.Row{
				{Name: "Custom model serving with SageMaker", Checks: []string{
					"sagemaker-variant-multi-instance", "sagemaker-endpoint-autoscaling", "sagemaker-endpoint-auto-rollback",
					"sagemaker-endpoint-model-from-registry", "sagemaker-endpoint-encryption"}},
				{Name: "Self-hosted vector databases", Present: found("", []string{"opensearch", "ecs", "ec2", "eks"}, searchDomains), Checks: []string{
					"vector-store-redundant", "backup-plan-covers-genai", "opensearch-domain-encryption", "opensearch-domain-private"},
					Note: "What runs in EKS clusters is invisible to the AWS API."},
				{Name: "Custom monitoring solutions", Checks: []string{"ecs-tracing-sidecar"}},
				{Name: "On-premises deployments"},
			},
			Implementations: []scoring.Row{
				{Name: "Endpoints for own models, from a registry", Checks: []string{"sagemaker-endpoint-model-from-registry", "sagemaker-deployed-model-approved"}},
				{Name: "Instances or nodes with accelerators", Checks: []string{"sagemaker-gpu-utilisation"}},
				{Name: "Scaling of endpoints, services and nodes", Checks: []string{"sagemaker-endpoint-autoscaling", "ecs-service-autoscaling", "eks-node-autoscaling", "asg-dynamic-scaling"}},
				{Name: "Images scanned before they run", Checks: []string{"ecr-scan-on-push", "inspector2-enabled"}},
			},
		},
	},
	Signals: []scoring.Signal{
		{ID: "dep-bedrock-on-demand", Strategy: managed, Weight: 3, Row: scoring.Row{Name: "Models of Bedrock are called on demand", Present: onDemandModels}},
		{ID: "dep-agents-managed", Strategy: managed, Weight: 3, Row: scoring.Row{Name: "Agents or flows run on Bedrock or AgentCore", Present: agents}},
		{ID: "dep-kb-managed", Strategy: managed, Weight: 2, Row: scoring.Row{Name: "Knowledge bases keep their vectors in managed stores", Present: managedBases}},
		{ID: "dep-serverless-compute", Strategy: managed, Weight: 2, Row: scoring.Row{Name: "Lambda functions or Fargate services run the workload",
			Present: found("", []string{"ecs"}, runsFunctions)}},
		{ID: "dep-managed-database", Strategy: managed, Weight: 1, Row: scoring.Row{Name: "DynamoDB tables or serverless clusters keep its data",
			Present: found("", []string{"rds"}, hasTables)}},
		{ID: "dep-sagemaker-own-model", Strategy: custom, Weight: 3, Row: scoring.Row{Name: "SageMaker endpoints serve own models",
			Checks: []string{"sagemaker-endpoint-model-from-registry"}}},
		{ID: "dep-gpu-fleet", Strategy: custom, Weight: 3, Row: scoring.Row{Name: "Instances or nodes with accelerators run"}},
		{ID: "dep-self-hosted-vector-db", Strategy: custom, Weight: 2, Row: scoring.Row{Name: "Vector databases run in containers or on instances",
			Note: "What runs in EKS clusters is invisible to the AWS API."}},
		{ID: "dep-provisioned-opensearch", Strategy: custom, Weight: 1, Row: scoring.Row{Name: "A provisioned OpenSearch domain is the knowledge store", Present: searchDomain}},
		{ID: "dep-custom-monitoring", Strategy: custom, Weight: 1, Row: scoring.Row{Name: "Prometheus, Grafana or an own collector watches the workload",
			Checks: []string{"ecs-tracing-sidecar"}}},
		{ID: "dep-hybrid-onprem", Strategy: custom, Weight: 2, Row: scoring.Row{Name: "Links to a data centre, or servers in one"}},
	},
}

var monitoring = scoring.Decision{
	ID:           "monitoring-strategy",
	Title:        "Monitoring and Observability Strategy",
	ByComponents: &scoring.ByComponents{Advanced: 2, On: 4, Basic: 2, Outweigh: true, Neither: scoring.NotEstablished},
	Strategies: []scoring.Strategy{
		{
			ID:         basic,
			Name:       "Basic monitoring",
			ChooseWhen: []string{"one application with few entry points", "an internal tool or a first release", "little staff to run monitoring"},
			Brings:     []string{"set up quickly from what AWS publishes by itself", "low cost", "shows that something is wrong, and seldom why"},
			Components: []scoring.Row{
				{Name: "CloudWatch basic metrics", Present: found("Bedrock has published no metric in the last two weeks", nil, publishesMetrics), Checks: []string{
					"bedrock-alarm-errors", "bedrock-alarm-throttles", "bedrock-alarm-latency"}},
				{Name: "Simple alerting", Present: found("no alarm of the workload has an action that is switched on", nil, alertingAlarms), Checks: []string{
					"cloudwatch-alarm-actions", "sns-alarm-topic-subscribed", "bedrock-alarm-tokens"}},
				{Name: "Basic logging", Present: allOf(logged, invocationsLogged), Checks: []string{
					"logs-retention-set", "bedrock-model-invocation-logging"}},
				{Name: "Health checks", Checks: healthChecks},
			},
			Implementations: []scoring.Row{
				{Name: "CloudWatch dashboards", Present: shown, Checks: []string{"cloudwatch-dashboard-genai"}},
				{Name: "Basic alarms on errors and latency", All: true, Checks: []string{
					"bedrock-alarm-errors", "bedrock-alarm-latency", "lambda-alarm-errors", "lambda-alarm-duration-throttles"}},
				{Name: "Application logging", Present: logged, Checks: []string{"lambda-structured-logging", "logs-retention-set"}},
				{Name: "Health check endpoints", Checks: healthChecks},
			},
		},
		{
			ID:         advanced,
			Name:       "Advanced monitoring",
			ChooseWhen: []string{"requests that pass several services, agents or tools", "strict targets for latency and availability", "answers whose quality has to be watched", "staff on call"},
			Brings:     []string{"shows where a request spends its time and tokens", "finds drift and slow decay", "costs more to run and to learn"},
			Components: []scoring.Row{
				{Name: "Distributed tracing", Present: traced, Checks: []string{"lambda-tracing-active", "xray-transaction-search", "agentcore-observability"}},
				{Name: "Custom metrics and KPIs", Present: eitherOf(measured, objectives), Checks: []string{"applicationsignals-slo-exists", "logs-error-detection", "cloudwatch-anomaly-detection"}},
				{Name: "Advanced alerting and automation", Present: automated, Checks: []string{
					"cloudwatch-alarm-auto-remediation", "bedrock-guardrail-alarm", "aiops-investigation-group"}},
				{Name: "Performance profiling", Present: profiled, Checks: []string{"lambda-enhanced-monitoring", "lambda-memory-rightsized", "codeguru-profiler"}},
			},
			Implementations: []scoring.Row{
				{Name: "OpenTelemetry integration", Present: instrumented, Checks: []string{"lambda-enhanced-monitoring", "agentcore-runtime-otel"}},
				{Name: "Custom dashboards and reports", Present: found("", []string{"grafana"}, ownDashboards, scheduledQueries), Checks: []string{"logs-saved-queries"}},
				{Name: "Automated incident response", Present: found("", []string{"eventbridge", "devopsagent", "aiops"}, actingAlarms), Checks: []string{
					"cloudwatch-alarm-auto-remediation", "aiops-investigation-group"}},
				{Name: "Performance optimisation tools", Checks: []string{"computeoptimizer-enrolled", "codeguru-profiler", "rds-database-insights"}},
			},
		},
	},
	Signals: []scoring.Signal{
		{ID: "mon-tracing", Strategy: advanced, Weight: 3, Row: scoring.Row{Name: "Requests are traced", Present: traced}},
		{ID: "mon-custom-metrics", Strategy: advanced, Weight: 2, Row: scoring.Row{Name: "The workload publishes metrics of its own",
			Present: measured}},
		{ID: "mon-slo", Strategy: advanced, Weight: 2, Row: scoring.Row{Name: "Application Signals knows services or objectives",
			Present: objectives, Checks: []string{"applicationsignals-enabled", "applicationsignals-slo-exists"}}},
		{ID: "mon-automation", Strategy: advanced, Weight: 2, Row: scoring.Row{Name: "Alarms act, combine or learn", Present: automated}},
		{ID: "mon-profiling", Strategy: advanced, Weight: 1, Row: scoring.Row{Name: "Code or databases are profiled", Present: profiled}},
		{ID: "mon-genai-observability", Strategy: advanced, Weight: 2, Row: scoring.Row{Name: "Invocations of models or agents are recorded",
			Present: found("", []string{"bedrockagentcorecontrol"}, logsInvocations, hasAgentCore), Checks: []string{"bedrock-model-invocation-logging"}}},
		{ID: "mon-alarms", Strategy: basic, Weight: 1, Row: scoring.Row{Name: "Alarms watch the workload", Present: watched}},
		{ID: "mon-dashboards", Strategy: basic, Weight: 1, Row: scoring.Row{Name: "Dashboards show the workload", Present: shown}},
		{ID: "mon-logs", Strategy: basic, Weight: 1, Row: scoring.Row{Name: "Log groups of the workload have data", Present: logged}},
	},
}

var security = scoring.Decision{
	ID:           "security-approach",
	Title:        "Security Implementation Approach",
	ByComponents: &scoring.ByComponents{Advanced: 3, Basic: 3, Neither: scoring.Incomplete},
	Strategies: []scoring.Strategy{
		{
			ID:         standard,
			Name:       "Standard security",
			ChooseWhen: []string{"data that is neither personal nor regulated", "one team and one group of users", "an internal or a first release"},
			Brings:     []string{"the protection that every production system needs", "managed services with their default keys", "little to run beside them"},
			Components: []scoring.Row{
				{Name: "Standard authentication (OAuth 2.0)", Checks: []string{
					"agentcore-gateway-inbound-auth", "apigateway-rest-method-authorizer", "apigatewayv2-route-authorizer"}},
				{Name: "Basic encryption (TLS, at-rest)", Present: allOf(encrypted, found("", []string{"cloudfront", "elasticloadbalancingv2"})), Checks: []string{"elbv2-https-only", "cloudfront-viewer-https"}},
				{Name: "Standard access controls (IAM)", All: true, Checks: []string{"iam-admin-policy-attached"},
					Note: "Present where no role or user of the workload is an administrator."},
				{Name: "Basic audit logging", All: true, Checks: []string{"cloudtrail-multi-region"}},
			},
			Implementations: []scoring.Row{
				{Name: "Managed authentication services", Checks: []string{"apigatewayv2-route-authorizer", "alb-listener-authenticated", "identity-center-in-use"}},
				{Name: "Standard encryption", Present: encrypted},
				{Name: "Role-based access control", Present: roles("no role belongs to the workload", nil, anyRole),
					Checks: []string{"lambda-genai-role-least-privilege", "bedrock-agent-role-least-privilege", "bedrock-kb-role-least-privilege"}},
				{Name: "Basic audit trails", Checks: []string{"cloudtrail-multi-region"}},
			},
		},
		{
			ID:         enterprise,
			Name:       "Enterprise security",
			ChooseWhen: []string{"personal or regulated data", "several teams or tenants in one account", "audits by third parties", "own keys demanded by law or contract"},
			Brings:     []string{"keys, identities and permissions are the owner's to prove", "evidence that auditors accept", "more to run, and more that can be misconfigured"},
			Components: []scoring.Row{
				{Name: "Multi-factor authentication", Present: secondFactor, Checks: []string{
					"cognito-user-pool-mfa", "identity-center-in-use", "iam-root-secured", "iam-user-console-mfa"}},
				{Name: "Advanced encryption and key management", Present: customerKeys, Checks: []string{
					"kms-key-rotation", "kms-key-usable", "kms-genai-key-policy", "bedrock-agent-cmk", "bedrock-guardrail-cmk"}},
				{Name: "Fine-grained access controls", Checks: []string{
					"agentcore-gateway-policy-engine-enforced", "organizations-bedrock-model-policy", "lakeformation-governed"}},
				{Name: "Comprehensive audit and compliance", All: true, Checks: []string{
					"cloudtrail-bedrock-data-events", "securityhub-standard", "wellarchitected-genai-lens-review"}},
			},
			Implementations: []scoring.Row{
				{Name: "Advanced authentication (MFA, Identity Center, threat protection)", Checks: []string{
					"cognito-user-pool-mfa", "identity-center-in-use", "cognito-threat-protection"}},
				{Name: "Hardware security modules", Present: hardwareKeys},
				{Name: "Detailed access controls (tags, permission boundaries, policy engines)",
					Present: roles("", []string{"verifiedpermissions", "bedrockagentcorecontrol"}, bounded)},
				{Name: "Comprehensive logging (invocations with an own key, data events)",
					Present: allOf(found("no model invocation log is encrypted with a key of the account", nil, encryptsInvocationLog), found("", []string{"cloudtrail"})),
					Checks:  []string{"cloudtrail-bedrock-data-events", "bedrock-model-invocation-logging", "logs-genai-cmk"}},
			},
		},
	},
	Signals: []scoring.Signal{
		{ID: "sec-customer-hsm", Strategy: enterprise, Weight: 2, Row: scoring.Row{Name: "Keys live in own hardware or an external store", Present: hardwareKeys}},
		{ID: "sec-cmk", Strategy: enterprise, Weight: 2, Row: scoring.Row{Name: "Resources of the workload are encrypted with keys of the account", Present: customerKeys}},
		{ID: "sec-mfa", Strategy: enterprise, Weight: 2, Row: scoring.Row{Name: "Users sign in with a second factor", Present: secondFactor,
			Checks: []string{"cognito-user-pool-mfa", "identity-center-in-use"}}},
		{ID: "sec-fine-grained", Strategy: enterprise, Weight: 2, Row: scoring.Row{Name: "A policy engine decides single requests",
			Checks: []string{"agentcore-gateway-policy-engine-enforced", "lakeformation-governed"}}},
		{ID: "sec-threat-detection", Strategy: enterprise, Weight: 2, Row: scoring.Row{Name: "GuardDuty and Macie or Security Hub watch the account", All: true,
			Checks: []string{"guardduty-enabled", "securityhub-enabled"}}},
		{ID: "sec-compliance", Strategy: enterprise, Weight: 2, Row: scoring.Row{Name: "Standards are checked and data events recorded", All: true,
			Checks: []string{"securityhub-standard", "cloudtrail-bedrock-data-events"}}},
		{ID: "sec-oauth", Strategy: standard, Weight: 1, Row: scoring.Row{Name: "A managed authoriser stands before the workload",
			Checks: []string{"agentcore-gateway-inbound-auth", "apigateway-rest-method-authorizer", "apigatewayv2-route-authorizer"}}},
		{ID: "sec-basic-encryption", Strategy: standard, Weight: 1, Row: scoring.Row{Name: "Stores are encrypted at rest", Present: encrypted}},
		{ID: "sec-basic-audit", Strategy: standard, Weight: 1, Row: scoring.Row{Name: "A trail records every region", Checks: []string{"cloudtrail-multi-region"}}},
	},
}

var scaling = scoring.Decision{
	ID:    "scaling-strategy",
	Title: "Scaling Strategy",
	Strategies: []scoring.Strategy{
		{
			ID:         auto,
			Name:       "Automatic scaling",
			ChooseWhen: []string{"load that varies or is not known yet", "costs that should follow the use", "little staff to plan capacity"},
			Brings:     []string{"capacity follows the load", "idle time costs little", "limits and quotas are what stops it"},
			Components: []scoring.Row{
				{Name: "Auto-scaling groups", Checks: []string{"asg-dynamic-scaling", "ecs-service-autoscaling", "sagemaker-endpoint-autoscaling"}},
				{Name: "Load balancers", Checks: []string{"elbv2-multi-az", "elbv2-target-health-check"}},
				{Name: "Serverless functions", Present: workloadFunctions, Checks: []string{
					"lambda-sqs-concurrency-cap", "lambda-provisioned-autoscaling", "lambda-reserved-concurrency"}},
				{Name: "Managed databases", Present: found("", []string{"applicationautoscaling", "rds"}, onDemandTables), Checks: []string{
					"dynamodb-scales", "aurora-serverless-low-minimum"}},
			},
			Implementations: []scoring.Row{
				{Name: "Models called through profiles across regions", Checks: []string{"bedrock-cross-region-inference"}},
				{Name: "Queues with a cap on concurrency before functions", Checks: []string{"lambda-sqs-concurrency-cap"}},
				{Name: "Quotas with headroom", All: true, Checks: []string{"lambda-account-concurrency", "servicequotas-bedrock-headroom"}},
				{Name: "Scaling known ahead: by schedule or prediction", Checks: []string{"scheduled-or-predictive-scaling"}},
			},
		},
		{
			ID:         manual,
			Name:       "Manual scaling",
			ChooseWhen: []string{"load that is steady and known", "capacity that a commitment makes cheaper", "latency that allows no start of new capacity"},
			Brings:     []string{"capacity and cost are known ahead", "no surprise from scaling", "peaks above the plan are refused"},
			Components: []scoring.Row{
				{Name: "Fixed capacity instances", Checks: []string{"sagemaker-variant-multi-instance"}},
				{Name: "Reserved instances", Present: throughput, Checks: []string{"provisioned-throughput-plan", "bedrock-provisioned-throughput-used", "savingsplans-coverage-known"}},
				{Name: "Custom scaling logic", Checks: []string{"schedule-based-shutdown-present"}},
				{Name: "Performance optimization", All: true, Checks: []string{"computeoptimizer-enrolled", "lambda-memory-rightsized", "sagemaker-benchmark-recent"}},
			},
			Implementations: []scoring.Row{
				{Name: "Provisioned throughput of models, planned ahead", Checks: []string{"provisioned-throughput-plan"}},
				{Name: "Concurrency set aside for single functions", Present: found("no function of the workload has reserved concurrency", nil, capsConcurrency)},
				{Name: "Capacity switched off by schedule", Checks: []string{"schedule-based-shutdown-present"}},
				{Name: "Load tests that give the plan its numbers", Checks: []string{"load-test-tooling-present", "sagemaker-benchmark-recent"}},
			},
		},
	},
	Signals: []scoring.Signal{
		{ID: "scale-serverless", Strategy: auto, Weight: 2, Row: scoring.Row{Name: "Serverless services carry the workload", Present: serverless}},
		{ID: "scale-targets", Strategy: auto, Weight: 3, Row: scoring.Row{Name: "Scalable targets have policies",
			Checks: []string{"ecs-service-autoscaling", "sagemaker-endpoint-autoscaling", "dynamodb-scales"}}},
		{ID: "scale-asg", Strategy: auto, Weight: 2, Row: scoring.Row{Name: "Auto Scaling groups can grow", Checks: []string{"asg-dynamic-scaling"}}},
		{ID: "scale-lb", Strategy: auto, Weight: 1, Row: scoring.Row{Name: "Load balancers spread the load", Checks: []string{"elbv2-multi-az"}}},
		{ID: "scale-fixed-capacity", Strategy: manual, Weight: 3, Row: scoring.Row{Name: "Instances, endpoints or services have a fixed size"}},
		{ID: "scale-reserved", Strategy: manual, Weight: 2, Row: scoring.Row{Name: "Capacity is reserved or committed to", Present: throughput}},
		{ID: "scale-custom-logic", Strategy: manual, Weight: 1, Row: scoring.Row{Name: "Schedules set the capacity",
			Checks: []string{"scheduled-or-predictive-scaling", "schedule-based-shutdown-present"}}},
	},
}
