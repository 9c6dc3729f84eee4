package questions

import (
	"slices"
	"strconv"
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// predicate tells from facts whether a row is there.
type predicate = func(*scoring.Input) evidence.Verdict

// ask is a predicate about one region.
type ask = func(*scoring.Input, *evidence.Region) evidence.Verdict

// found passes where something that is asked for passes in one region. Services that this version does
// not scan may hold what was not found.
func found(none string, unscanned []string, asks ...ask) predicate {
	return func(in *scoring.Input) evidence.Verdict {
		v := anywhere(in, unscanned, func(r *evidence.Region) (all []evidence.Verdict) {
			for _, ask := range asks {
				all = append(all, orFail(ask(in, r)))
			}
			return all
		})
		if v.Failed() {
			v.Message = none
		}
		return v
	}
}

// eitherOf passes where one of several predicates does.
func eitherOf(predicates ...predicate) predicate {
	return func(in *scoring.Input) evidence.Verdict { return evidence.Any(answers(in, predicates)...) }
}

// allOf passes where all of several predicates do.
func allOf(predicates ...predicate) predicate {
	return func(in *scoring.Input) evidence.Verdict { return evidence.All(answers(in, predicates)...) }
}

func answers(in *scoring.Input, predicates []predicate) []evidence.Verdict {
	verdicts := make([]evidence.Verdict, len(predicates))
	for i, p := range predicates {
		verdicts[i] = p(in)
	}
	return verdicts
}

// orFail makes a question that is absent one that fails: what is not there is missing.
func orFail(v evidence.Verdict) evidence.Verdict {
	if v.Can(evidence.CanBeAbsent) {
		v.Outcomes = v.Outcomes&^evidence.CanBeAbsent | evidence.CanFail
	}
	return v
}

// ofWorkload asks about something that the workload reaches; anything else does not count.
func ofWorkload(relevance evidence.Verdict, then func() evidence.Verdict) evidence.Verdict {
	if !relevance.Can(evidence.CanPass) {
		return evidence.Fail("")
	}
	relevance.Message = ""
	return evidence.All(relevance, orFail(then()))
}

// some passes where one item of a list passes that the workload reaches.
func some[R any](list evidence.List[R], relevance, test func(R) evidence.Verdict) evidence.Verdict {
	return evidence.Some(list, "", func(r R) evidence.Verdict {
		return ofWorkload(relevance(r), func() evidence.Verdict { return test(r) })
	})
}

// passing is a test that everything passes, with a message that names it.
func passing[R any](what string, name func(R) string, r *evidence.Region) func(R) evidence.Verdict {
	return func(item R) evidence.Verdict { return evidence.Pass(what + " " + name(item) + " in " + r.Name) }
}

// functions asks about the Lambda functions that the workload runs.
func functions(test func(r *evidence.Region, f evidence.Function) evidence.Verdict) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		return some(r.Lambda.Functions,
			func(f evidence.Function) evidence.Verdict { return in.Workload.Function(r.Name, f) },
			func(f evidence.Function) evidence.Verdict { return test(r, f) })
	}
}

// settled asks about the configuration of the functions that the workload runs.
func settled(what string, holds func(evidence.FunctionSettings) bool) ask {
	return functions(func(r *evidence.Region, f evidence.Function) evidence.Verdict {
		return evidence.With(f.Settings, func(s evidence.FunctionSettings) evidence.Verdict {
			return evidence.Test(holds(s), what+" function "+f.Name+" in "+r.Name, "")
		})
	})
}

var runsFunctions = functions(func(r *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.Pass("function " + f.Name + " in " + r.Name)
})

// tables asks about the DynamoDB tables that the workload names.
func tables(test func(r *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		return some(r.DynamoDB.Tables,
			func(t evidence.DynamoDBTable) evidence.Verdict { return in.Workload.Table(r.Name, t) },
			func(t evidence.DynamoDBTable) evidence.Verdict { return test(r, t) })
	}
}

var hasTables = tables(func(r *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.Pass("table " + t.Name + " in " + r.Name)
})

var onDemandTables = tables(func(r *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(t.Description, func(s evidence.DynamoDBSettings) evidence.Verdict {
		return evidence.Test(s.OnDemand, "table "+t.Name+" in "+r.Name+" is billed on demand", "")
	})
})

// DynamoDB encrypts every table: DynamoDB Developer Guide, "DynamoDB encryption at rest".
var encryptedTables = tables(func(r *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	return evidence.With(t.Description, func(s evidence.DynamoDBSettings) evidence.Verdict {
		return evidence.Test(!s.KeyInaccessible, "DynamoDB encrypts table "+t.Name+" in "+r.Name, "")
	})
})

// callsModels asks for calls of Bedrock's models on demand: any but those of throughput that was bought
// and of models that the account brought itself.
func callsModels(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return some(workload.ModelsInUse(r),
		func(m workload.ModelInUse) evidence.Verdict { return in.Workload.Model(r.Name, m) },
		func(m workload.ModelInUse) evidence.Verdict {
			own := slices.ContainsFunc([]string{"provisioned-model/", "imported-model/", "custom-model"}, func(kind string) bool {
				return strings.Contains(m.ID, kind)
			})
			// A throughput can be named by its id alone, which has no vendor in it.
			return evidence.Test(!own && (strings.Contains(m.ID, ".") || strings.HasPrefix(m.ID, "arn:")), "calls of "+m.ID+" in "+r.Name, "")
		})
}

// namesProfiles asks for inference profiles that the account made.
func namesProfiles(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return some(r.Bedrock.InferenceProfiles,
		func(p evidence.BedrockInferenceProfile) evidence.Verdict {
			return in.Workload.Bedrock(r.Name, p.ARN, "inference profile")
		},
		func(p evidence.BedrockInferenceProfile) evidence.Verdict {
			return evidence.Test(workload.ApplicationProfile(p.ARN), "application inference profile "+p.Name+" in "+r.Name, "")
		})
}

// buysThroughput asks for provisioned throughput of Bedrock's.
func buysThroughput(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return some(r.Bedrock.Provisioned,
		func(p evidence.BedrockProvisioned) evidence.Verdict {
			return in.Workload.Bedrock(r.Name, p.ARN, "provisioned throughput")
		},
		passing("provisioned throughput", func(p evidence.BedrockProvisioned) string { return p.Name }, r))
}

func runsAgents(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return evidence.Any(
		some(r.BedrockAgent.Agents,
			func(a evidence.Agent) evidence.Verdict { return in.Workload.Agent(r.Name, a) },
			passing("agent", func(a evidence.Agent) string { return a.Name }, r)),
		some(r.BedrockAgent.Flows,
			func(f evidence.Flow) evidence.Verdict { return in.Workload.Flow(r.Name, f) },
			passing("flow", func(f evidence.Flow) string { return f.Name }, r)))
}

// knowledgeBases asks about the knowledge bases that the workload uses.
func knowledgeBases(holds func(evidence.KnowledgeBaseSettings) bool) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		return some(r.BedrockAgent.KnowledgeBases,
			func(k evidence.KnowledgeBase) evidence.Verdict { return in.Workload.KnowledgeBase(r.Name, k) },
			func(k evidence.KnowledgeBase) evidence.Verdict {
				return evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
					on := s.Storage
					if on == "" {
						on = s.Type
					}
					return evidence.Test(holds(s), "knowledge base "+k.Name+" in "+r.Name+" on "+on, "")
				})
			})
	}
}

var managedStores = knowledgeBases(func(s evidence.KnowledgeBaseSettings) bool {
	return slices.Contains([]string{"S3_VECTORS", "OPENSEARCH_SERVERLESS", "NEPTUNE_ANALYTICS"}, s.Storage) || s.Type == "KENDRA"
})

var searchDomains = knowledgeBases(func(s evidence.KnowledgeBaseSettings) bool { return s.Storage == "OPENSEARCH_MANAGED_CLUSTER" })

// elasticStores passes where every vector store of a knowledge base scales by itself. Of the others the
// limits are not read.
func elasticStores(in *scoring.Input) evidence.Verdict {
	var all []evidence.Verdict
	for i := range in.Account.Regions {
		r := &in.Account.Regions[i]
		all = append(all, evidence.Every(r.BedrockAgent.KnowledgeBases, func(k evidence.KnowledgeBase) evidence.Verdict {
			return evidence.If(in.Workload.KnowledgeBase(r.Name, k), func() evidence.Verdict {
				return evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
					switch s.Storage {
					case "OPENSEARCH_SERVERLESS", "S3_VECTORS":
						return evidence.Pass(s.Storage + " behind knowledge base " + k.Name + " scales by itself")
					case "":
						return evidence.NotApplicable("knowledge base " + k.Name + " has no vector store")
					}
					return open(evidence.Gap{Reason: evidence.NotBuilt, Detail: "the limits of store " + s.Storage + " of knowledge base " + k.Name + " are not scanned"})
				})
			})
		}))
	}
	return evidence.All(all...)
}

// alarms asks about the alarms of any type that watch the workload.
func alarms(test func(name string, enabled, anomaly, composite bool, actions []string) evidence.Verdict) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		return evidence.Any(
			some(r.CloudWatch.Alarms,
				func(a evidence.Alarm) evidence.Verdict { return in.Workload.Alarm(r.Name, a) },
				func(a evidence.Alarm) evidence.Verdict {
					return evidence.With(a.Settings, func(s evidence.AlarmSettings) evidence.Verdict {
						return test("alarm "+a.Name+" in "+r.Name, s.ActionsEnabled, s.Anomaly, false, s.Actions)
					})
				}),
			some(r.CloudWatch.Composites,
				func(c evidence.CompositeAlarm) evidence.Verdict { return in.Workload.Composite(r.Name, c) },
				func(c evidence.CompositeAlarm) evidence.Verdict {
					return evidence.With(c.Settings, func(s evidence.CompositeSettings) evidence.Verdict {
						return test("composite alarm "+c.Name+" in "+r.Name, s.ActionsEnabled, false, true, s.Actions)
					})
				}))
	}
}

var hasAlarms = alarms(func(name string, _, _, _ bool, _ []string) evidence.Verdict { return evidence.Pass(name) })

// actsOn are the services in alarm actions that do something, rather than tell somebody.
var actsOn = []string{":lambda:", ":ssm:", ":ssm-incidents:", ":aiops:"}

func acts(action string) bool {
	return slices.ContainsFunc(actsOn, func(service string) bool { return strings.Contains(action, service) })
}

// actingAlarms asks for alarms that set off a function, Systems Manager or an investigation.
var actingAlarms = alarms(func(name string, enabled, _, _ bool, actions []string) evidence.Verdict {
	if i := slices.IndexFunc(actions, acts); enabled && i >= 0 {
		return evidence.Pass(name + " sets off " + actions[i])
	}
	return evidence.Fail("")
})

// advancedAlarms asks for alarms over other alarms, and on anomaly bands.
var advancedAlarms = alarms(func(name string, _, anomaly, composite bool, _ []string) evidence.Verdict {
	switch {
	case composite:
		return evidence.Pass(name)
	case anomaly:
		return evidence.Pass(name + " watches an anomaly band")
	}
	return evidence.Fail("")
})

// alertingAlarms asks for alarms that reach somebody. Who subscribes to a topic is not scanned.
var alertingAlarms = alarms(func(name string, enabled, _, _ bool, actions []string) evidence.Verdict {
	switch {
	case !enabled:
		return evidence.Fail("")
	case slices.ContainsFunc(actions, acts):
		return evidence.Pass(name + " acts")
	case slices.ContainsFunc(actions, func(action string) bool { return strings.Contains(action, ":sns:") }):
		return open(evidence.Gap{Service: "sns", Reason: evidence.NotBuilt, Detail: "sns is not scanned: whether anybody subscribes to the topics of alarms"})
	}
	return evidence.Fail("")
})

// trainedBands asks for anomaly detection on metrics of the workload.
func trainedBands(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return some(r.CloudWatch.AnomalyDetectors,
		func(d evidence.AnomalyDetector) evidence.Verdict {
			return in.Workload.Metric(r.Name, evidence.Metric{Namespace: d.Namespace, Name: d.Metric, Dimensions: d.Dimensions})
		},
		func(d evidence.AnomalyDetector) evidence.Verdict {
			return evidence.With(d.State, func(state string) evidence.Verdict {
				return evidence.Test(state == "TRAINED", "anomaly detection on "+d.Metric+" of "+d.Namespace+" in "+r.Name, "")
			})
		})
}

// publishesMetrics asks for metrics of Bedrock: every call publishes some.
func publishesMetrics(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return evidence.Some(r.CloudWatch.Metrics, "", func(m evidence.Metric) evidence.Verdict {
		return ofWorkload(in.Workload.Metric(r.Name, m), func() evidence.Verdict { return evidence.Pass("metrics of " + m.Namespace + " in " + r.Name) })
	})
}

// ownMetrics asks for metrics that the account makes of the workload's logs.
func ownMetrics(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return evidence.Some(r.Logs.MetricFilters, "", func(f evidence.LogMetricFilter) evidence.Verdict {
		return some(r.Logs.Groups,
			func(l evidence.LogGroup) evidence.Verdict {
				if l.Name != f.Group {
					return evidence.Fail("")
				}
				return in.Workload.LogGroup(r.Name, l)
			},
			func(evidence.LogGroup) evidence.Verdict {
				return evidence.Pass("metric filter " + f.Name + " on " + f.Group + " in " + r.Name)
			})
	})
}

// otherMetrics stands for the metrics that the workload publishes itself.
func otherMetrics(*scoring.Input) evidence.Verdict {
	return open(evidence.Gap{Service: "cloudwatch", Reason: evidence.NotBuilt, Detail: "only the metrics of Bedrock are listed"})
}

// dashboards asks about the dashboards that show the workload.
func dashboards(test func(evidence.Dashboard) evidence.Verdict) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		return some(r.CloudWatch.Dashboards, in.Workload.Dashboard, test)
	}
}

var hasDashboards = dashboards(func(d evidence.Dashboard) evidence.Verdict { return evidence.Pass("dashboard " + d.Name) })

// ownDashboards asks for dashboards that show metrics which no AWS service publishes.
var ownDashboards = dashboards(func(d evidence.Dashboard) evidence.Verdict {
	return evidence.With(d.Body, func(b evidence.DashboardBody) evidence.Verdict {
		for _, m := range b.Metrics {
			if m.Namespace != "" && !strings.HasPrefix(m.Namespace, "AWS/") {
				return evidence.Pass("dashboard " + d.Name + " shows " + m.Namespace)
			}
		}
		return evidence.Fail("")
	})
})

// scheduledQueries asks for queries that run over logs of the workload by themselves.
func scheduledQueries(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return evidence.Some(r.Logs.ScheduledQueries, "", func(q evidence.LogQuery) evidence.Verdict {
		return evidence.With(q.Settings, func(s evidence.LogQuerySettings) evidence.Verdict {
			if !s.Enabled {
				return evidence.Fail("")
			}
			return some(r.Logs.Groups,
				func(l evidence.LogGroup) evidence.Verdict {
					if !slices.Contains(s.Groups, "*") && !slices.Contains(s.Groups, l.Name) && !slices.Contains(s.Groups, l.ARN) {
						return evidence.Fail("")
					}
					return in.Workload.LogGroup(r.Name, l)
				},
				func(evidence.LogGroup) evidence.Verdict {
					return evidence.Pass("scheduled query " + q.Name + " in " + r.Name)
				})
		})
	})
}

// logGroups asks for log groups that have received data.
func logGroups(relevance func(*scoring.Input, *evidence.Region, evidence.LogGroup) evidence.Verdict) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		return some(r.Logs.Groups,
			func(l evidence.LogGroup) evidence.Verdict { return relevance(in, r, l) },
			func(l evidence.LogGroup) evidence.Verdict {
				return evidence.With(l.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
					return evidence.Test(s.StoredBytes > 0, "log group "+l.Name+" in "+r.Name, "")
				})
			})
	}
}

var writesLogs = logGroups(func(in *scoring.Input, r *evidence.Region, l evidence.LogGroup) evidence.Verdict {
	return in.Workload.LogGroup(r.Name, l)
})

// groupNamed asks for a log group by name, or by prefix where the name ends in a slash.
func groupNamed(name string) ask {
	return logGroups(func(_ *scoring.Input, _ *evidence.Region, l evidence.LogGroup) evidence.Verdict {
		return evidence.Test(l.Name == name || strings.HasSuffix(name, "/") && strings.HasPrefix(l.Name, name), "", "")
	})
}

// Transaction Search keeps the spans that X-Ray receives in aws/spans: CloudWatch User Guide, "Spans".
// Application Signals writes to a log group of its own: managed policy
// CloudWatchLambdaApplicationSignalsExecutionRolePolicy.
var (
	keepsSpans    = groupNamed("aws/spans")
	hasAppSignals = groupNamed("/aws/application-signals/data")
	hasAgentCore  = groupNamed("/aws/bedrock-agentcore/")
)

var (
	tracesFunctions   = settled("X-Ray traces", func(s evidence.FunctionSettings) bool { return s.Tracing == "Active" })
	profilesFunctions = settled("Lambda Insights watches", func(s evidence.FunctionSettings) bool { return hasLayer(s, "LambdaInsightsExtension") })
	layersTelemetry   = settled("a layer of OpenTelemetry in", func(s evidence.FunctionSettings) bool {
		return hasLayer(s, "AWSOpenTelemetryDistro", "aws-otel", "opentelemetry")
	})
)

func hasLayer(s evidence.FunctionSettings, names ...string) bool {
	return slices.ContainsFunc(s.Layers, func(layer string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(layer, name) })
	})
}

// namesTelemetry asks for environment variables of OpenTelemetry.
var namesTelemetry = functions(func(r *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Variables, func(variables []evidence.Variable) evidence.Verdict {
		return evidence.Test(
			slices.ContainsFunc(variables, func(v evidence.Variable) bool { return v.Telemetry || strings.HasPrefix(v.Name, "OTEL_") }),
			"variables of OpenTelemetry in function "+f.Name+" in "+r.Name, "")
	})
})

// capsConcurrency asks for functions whose capacity is set by hand.
var capsConcurrency = functions(func(r *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.With(f.Reserved, func(reserved int) evidence.Verdict {
		return evidence.Test(reserved > 0, "function "+f.Name+" in "+r.Name+" runs "+strconv.Itoa(reserved)+" times at once at most", "")
	})
})

// logsInvocations asks for model invocation logging.
func logsInvocations(_ *scoring.Input, r *evidence.Region) evidence.Verdict {
	return evidence.With(r.Bedrock.Logging, func(l evidence.BedrockLogging) evidence.Verdict {
		return evidence.Test(l.LogGroup != "" || l.Bucket != "", "model invocation logging in "+r.Name, "")
	})
}

// encryptsInvocationLog asks for a model invocation log under a key of the account's; CloudWatch Logs
// takes no key of AWS's.
func encryptsInvocationLog(_ *scoring.Input, r *evidence.Region) evidence.Verdict {
	return evidence.With(r.Bedrock.Logging, func(logging evidence.BedrockLogging) evidence.Verdict {
		return some(r.Logs.Groups,
			func(l evidence.LogGroup) evidence.Verdict { return evidence.Test(l.Name == logging.LogGroup, "", "") },
			func(l evidence.LogGroup) evidence.Verdict {
				return evidence.With(l.Settings, func(s evidence.LogGroupSettings) evidence.Verdict {
					return evidence.Test(s.KMSKey != "", "the model invocation log in "+r.Name+" is encrypted with a key of the account", "")
				})
			})
	})
}

// keys asks about the KMS keys that encrypt resources of the workload.
func keys(what string, holds func(evidence.KeySettings) bool) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		return some(r.KMS.Keys,
			func(k evidence.Key) evidence.Verdict { return in.Workload.Key(r.Name, k) },
			func(k evidence.Key) evidence.Verdict {
				return evidence.With(k.Settings, func(s evidence.KeySettings) evidence.Verdict { return evidence.Test(holds(s), what+" "+k.ARN, "") })
			})
	}
}

var (
	ownKeys = keys("key", func(s evidence.KeySettings) bool { return s.CustomerManaged && s.State == "Enabled" })
	hsmKeys = keys("key outside AWS KMS's own store", func(s evidence.KeySettings) bool {
		return s.Origin == "AWS_CLOUDHSM" || s.Origin == "EXTERNAL_KEY_STORE"
	})
)

// roles asks about the roles of the workload.
func roles(none string, unscanned []string, test func(*scoring.Input, evidence.Role) evidence.Verdict) predicate {
	return func(in *scoring.Input) evidence.Verdict {
		v := some(in.Account.IAM.Roles, in.Workload.Role, func(r evidence.Role) evidence.Verdict { return test(in, r) })
		v = evidence.Any(append([]evidence.Verdict{v}, notScanned(unscanned...)...)...)
		if v.Failed() {
			v.Message = none
		}
		return v
	}
}

// rootFactor tells whether the root user signs in with a second factor, or not at all.
func rootFactor(in *scoring.Input) evidence.Verdict {
	return evidence.With(in.Account.IAM.Summary, func(summary map[string]int) evidence.Verdict {
		return evidence.Test(summary["AccountMFAEnabled"] > 0 || summary["AccountPasswordPresent"] == 0, "the root user has a second factor", "the root user has none")
	})
}

func anyRole(_ *scoring.Input, r evidence.Role) evidence.Verdict {
	return evidence.Pass("role " + r.Name)
}

// bounded tells whether a role has a permission boundary, or grants by tags.
func bounded(in *scoring.Input, r evidence.Role) evidence.Verdict {
	return evidence.Any(
		evidence.With(r.Permissions, func(p evidence.Permissions) evidence.Verdict {
			return evidence.Test(p.Boundary != "", "role "+r.Name+" has a permission boundary", "")
		}),
		evidence.With(in.Workload.Identity(r.ARN), func(i iampolicy.Identity) evidence.Verdict {
			byTag := slices.ContainsFunc(i.Grants("*"), func(g iampolicy.Grant) bool {
				return slices.ContainsFunc(g.Conditions, func(c iampolicy.Condition) bool {
					key := strings.ToLower(c.Key)
					return strings.HasPrefix(key, "aws:principaltag/") || strings.HasPrefix(key, "aws:resourcetag/")
				})
			})
			return evidence.Test(byTag, "role "+r.Name+" grants by tags", "")
		}))
}

// guardrails asks what the guardrails do that are in use.
func guardrails(holds func(evidence.BedrockGuardrailPolicy) bool) ask {
	return func(in *scoring.Input, r *evidence.Region) evidence.Verdict {
		uses := in.Workload.GuardrailUses(r.Name)
		listed := evidence.Some(r.Bedrock.Guardrails, "", func(g evidence.BedrockGuardrail) evidence.Verdict {
			return evidence.Some(g.Versions, "", func(v evidence.BedrockGuardrailVersion) evidence.Verdict {
				return ofWorkload(evidence.Any(inUse(uses, g, v), newest(in, r, uses, g, v)), func() evidence.Verdict {
					return evidence.With(v.Policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
						return evidence.Test(holds(p), "guardrail "+g.Name+" version "+v.Version+" in "+r.Name, "")
					})
				})
			})
		})
		return evidence.Any(listed, foreign(in, r, uses))
	}
}

// inUse tells whether a version of a guardrail is known to be used.
func inUse(uses workload.Uses, g evidence.BedrockGuardrail, v evidence.BedrockGuardrailVersion) evidence.Verdict {
	ways := []evidence.Verdict{evidence.Fail("")}
	if by, ok := uses.By[g.ARN+":"+v.Version]; ok {
		ways = append(ways, by)
	}
	if len(uses.Gaps) > 0 {
		ways = append(ways, open(uses.Gaps...))
	}
	return evidence.Any(ways...)
}

// newest tells whether a version is the newest of a guardrail of which no version is known to be used:
// an application that names a guardrail in its calls would name that one.
func newest(in *scoring.Input, r *evidence.Region, uses workload.Uses, g evidence.BedrockGuardrail, v evidence.BedrockGuardrailVersion) evidence.Verdict {
	number, err := strconv.Atoi(v.Version)
	if err != nil {
		return evidence.Fail("")
	}
	used := []evidence.Verdict{}
	for _, other := range g.Versions.Found() {
		if n, err := strconv.Atoi(other.Version); err == nil && n > number {
			return evidence.Fail("")
		}
		used = append(used, inUse(uses, g, other))
	}
	last := evidence.Pass("")
	if gaps := g.Versions.Gaps(); len(gaps) > 0 {
		last = open(gaps...)
	}
	return evidence.All(in.Workload.Guardrail(r.Name, g), last, evidence.Not(evidence.Any(used...)))
}

// foreign stands for the guardrails of other accounts and regions that are used here, or may be.
func foreign(in *scoring.Input, r *evidence.Region, uses workload.Uses) evidence.Verdict {
	own := "arn:" + in.Account.Partition + ":bedrock:" + r.Name + ":" + in.Account.ID + ":"
	gaps := slices.Clone(uses.Gaps)
	for name, used := range uses.By {
		if !strings.HasPrefix(name, own) && used.Can(evidence.CanPass) {
			gaps = append(gaps, evidence.Gap{Service: "bedrock", Region: r.Name, Resource: name, Reason: evidence.NotBuilt,
				Detail: "guardrail " + name + " of another account or region"})
		}
	}
	if len(gaps) == 0 {
		return evidence.Fail("")
	}
	slices.SortFunc(gaps, func(a, b evidence.Gap) int { return strings.Compare(a.Resource, b.Resource) })
	return open(gaps...)
}

// open is the verdict of something that may or may not be there.
func open(gaps ...evidence.Gap) evidence.Verdict {
	return evidence.Verdict{Outcomes: evidence.CanPass | evidence.CanFail, Gaps: gaps}
}

func blocksAttacks(p evidence.BedrockGuardrailPolicy) bool {
	return slices.ContainsFunc(p.Content, func(f evidence.BedrockContentFilter) bool {
		return f.Type == "PROMPT_ATTACK" && strong(f.InputStrength) && f.InputBlocks
	})
}

func blocksOutput(p evidence.BedrockGuardrailPolicy) bool {
	return grounds(p) || slices.ContainsFunc(p.Content, func(f evidence.BedrockContentFilter) bool {
		return f.Type != "PROMPT_ATTACK" && strong(f.OutputStrength) && f.OutputBlocks
	})
}

func strong(strength string) bool { return strength != "" && strength != "NONE" }

func classifies(p evidence.BedrockGuardrailPolicy) bool {
	return p.DeniedTopics > 0 || p.AutomatedReasoning > 0
}

func grounds(p evidence.BedrockGuardrailPolicy) bool {
	return slices.ContainsFunc(p.Grounding, func(f evidence.BedrockGroundingFilter) bool { return f.Enabled && f.Blocks })
}

func masks(p evidence.BedrockGuardrailPolicy) bool {
	acts := func(f evidence.BedrockSensitiveFilter) bool { return strong(f.InputAction) || strong(f.OutputAction) }
	return slices.ContainsFunc(p.PII, acts) || slices.ContainsFunc(p.Regexes, acts)
}

// similarity is embedding-based where grounding stands in for it; whether an application compares
// embeddings by itself only its owner knows.
func similarity(in *scoring.Input) evidence.Verdict {
	return evidence.Any(
		found("", nil, guardrails(grounds))(in),
		evidence.Unknown("", evidence.Gap{Reason: evidence.NotAttested, Detail: "whether the application compares embeddings by itself cannot be seen in AWS"}))
}

// sharedGuardrails asks for a guardrail that two agents or flows use.
func sharedGuardrails(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return some(r.Bedrock.Guardrails,
		func(g evidence.BedrockGuardrail) evidence.Verdict { return in.Workload.Guardrail(r.Name, g) },
		func(g evidence.BedrockGuardrail) evidence.Verdict {
			names := func(ref evidence.GuardrailRef) evidence.Verdict {
				return evidence.Test(ref.ID != "" && (ref.ID == g.ID || ref.ID == g.ARN), "", "")
			}
			inNodes := func(nodes []evidence.FlowNode) evidence.Verdict {
				return evidence.Exists(evidence.Listed(nodes...), "", "", func(n evidence.FlowNode) bool { return names(n.Guardrail).Passed() })
			}
			var users []evidence.Verdict
			for _, a := range r.BedrockAgent.Agents.Found() {
				users = append(users, evidence.Some(a.Versions, "", func(v evidence.AgentVersion) evidence.Verdict {
					return orFail(evidence.With(v.Settings, func(s evidence.AgentSettings) evidence.Verdict { return names(s.Guardrail) }))
				}))
			}
			for _, f := range r.BedrockAgent.Flows.Found() {
				users = append(users, evidence.Any(
					orFail(evidence.With(f.Settings, func(s evidence.FlowSettings) evidence.Verdict { return inNodes(s.Nodes) })),
					evidence.Some(f.Versions, "", func(v evidence.FlowVersion) evidence.Verdict { return orFail(evidence.With(v.Nodes, inNodes)) })))
			}
			gaps := slices.Concat(r.BedrockAgent.Agents.Gaps(), r.BedrockAgent.Flows.Gaps())
			return two("guardrail "+g.Name+" in "+r.Name+" serves several agents or flows", users, gaps)
		})
}

// two passes where at least two verdicts do; the gaps may hide more.
func two(message string, verdicts []evidence.Verdict, gaps []evidence.Gap) evidence.Verdict {
	certain, possible := 0, 0
	for _, v := range verdicts {
		if v.Passed() {
			certain++
		}
		if v.Can(evidence.CanPass) {
			possible++
			gaps = append(gaps[:len(gaps):len(gaps)], v.Gaps...)
		}
	}
	switch {
	case certain >= 2:
		return evidence.Pass(message)
	case possible < 2 && len(gaps) == 0:
		return evidence.Fail("")
	}
	return open(gaps...)
}

// madeByCode asks for tags that a tool leaves on what it creates.
func madeByCode(in *scoring.Input, r *evidence.Region, what, arn string) evidence.Verdict {
	return evidence.With(in.Workload.Tags(r.Name, arn), func(tags evidence.Tags) evidence.Verdict {
		if stack := tags["aws:cloudformation:stack-name"]; stack != "" {
			return evidence.Pass(what + " belongs to stack " + stack)
		}
		for key, value := range tags {
			key = strings.NewReplacer("-", "", "_", "", ":", "").Replace(strings.ToLower(key))
			if key == "managedby" && slices.Contains([]string{"terraform", "opentofu", "pulumi"}, strings.ToLower(value)) {
				return evidence.Pass(what + " carries the tag of " + value)
			}
		}
		return evidence.Fail("")
	})
}

// coded asks whether a tool made one of the resources of a kind.
func coded[R any](in *scoring.Input, r *evidence.Region, list evidence.List[R], relevance func(string, R) evidence.Verdict, name func(R) (what, arn string)) evidence.Verdict {
	return some(list,
		func(item R) evidence.Verdict { return relevance(r.Name, item) },
		func(item R) evidence.Verdict {
			what, arn := name(item)
			return madeByCode(in, r, what+" in "+r.Name, arn)
		})
}

// codedModels asks whether a tool made resources of Bedrock's.
func codedModels(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	g := in.Workload
	return evidence.Any(
		coded(in, r, r.BedrockAgent.Agents, g.Agent, func(a evidence.Agent) (string, string) { return "agent " + a.Name, a.ARN }),
		coded(in, r, r.BedrockAgent.KnowledgeBases, g.KnowledgeBase, func(k evidence.KnowledgeBase) (string, string) { return "knowledge base " + k.Name, k.ARN }),
		coded(in, r, r.BedrockAgent.Flows, g.Flow, func(f evidence.Flow) (string, string) { return "flow " + f.Name, f.ARN }),
		coded(in, r, r.BedrockAgent.Prompts, g.Prompt, func(p evidence.Prompt) (string, string) { return "prompt " + p.Name, p.ARN }),
		coded(in, r, r.Bedrock.Guardrails, g.Guardrail, func(b evidence.BedrockGuardrail) (string, string) { return "guardrail " + b.Name, b.ARN }))
}

// codedHosts asks whether a tool made the workload's functions or tables.
func codedHosts(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return evidence.Any(
		coded(in, r, r.Lambda.Functions, in.Workload.Function, func(f evidence.Function) (string, string) { return "function " + f.Name, f.ARN }),
		coded(in, r, r.DynamoDB.Tables, in.Workload.Table, func(t evidence.DynamoDBTable) (string, string) { return "table " + t.Name, t.ARN }))
}

// keepsModels asks for models of the account's own, and for prompts of which versions are kept.
func keepsModels(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	own := func(list evidence.List[evidence.BedrockModel]) evidence.Verdict {
		return some(list,
			func(m evidence.BedrockModel) evidence.Verdict { return in.Workload.Bedrock(r.Name, m.ARN, "model") },
			passing("model", func(m evidence.BedrockModel) string { return m.Name }, r))
	}
	return evidence.Any(own(r.Bedrock.CustomModels), own(r.Bedrock.ImportedModels),
		some(r.BedrockAgent.Prompts,
			func(p evidence.Prompt) evidence.Verdict { return in.Workload.Prompt(r.Name, p) },
			func(p evidence.Prompt) evidence.Verdict {
				return evidence.Exists(p.Versions, "versions of prompt "+p.Name+" in "+r.Name, "", func(v string) bool { return v != "DRAFT" })
			}))
}

// ingests asks for data sources that have been synchronised.
func ingests(in *scoring.Input, r *evidence.Region) evidence.Verdict {
	return some(r.BedrockAgent.KnowledgeBases,
		func(k evidence.KnowledgeBase) evidence.Verdict { return in.Workload.KnowledgeBase(r.Name, k) },
		func(k evidence.KnowledgeBase) evidence.Verdict {
			return evidence.Some(k.DataSources, "", func(d evidence.DataSource) evidence.Verdict {
				return orFail(evidence.With(d.LastJob, func(j evidence.IngestionJob) evidence.Verdict {
					return evidence.Test(!j.Started.IsZero(), "data source "+d.Name+" of knowledge base "+k.Name+" in "+r.Name, "")
				}))
			})
		})
}

// retrieves tells whether the workload answers from documents. Vector stores beside Bedrock's knowledge
// bases are not scanned.
func retrieves(in *scoring.Input) evidence.Verdict {
	return found("", []string{"kendra", "opensearchserverless", "s3vectors", "rds"}, knowledgeBases(func(evidence.KnowledgeBaseSettings) bool { return true }))(in)
}
