package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// need is what an alarm should watch: any of the metrics, of one resource.
type need struct {
	what      string // for a person
	namespace string
	metrics   []string                                       // any one of them
	names     map[string]string                              // dimensions that name the resource
	beside    []string                                       // dimensions that may stand beside those
	ask       map[string]func(value string) evidence.Verdict // dimensions that name the resource on a condition
	overall   []map[string]string                            // dimensions under which AWS publishes the metric over all resources
}

// alarmed passes where an alarm watches what is needed and somebody is told.
func alarmed(region *evidence.Region, n need) evidence.Verdict {
	none := "no alarm watches the " + n.what
	watchers := n.watchers(region)
	acting := evidence.Some(watchers, none, func(a evidence.Alarm) evidence.Verdict {
		return evidence.With(a.Settings, func(s evidence.AlarmSettings) evidence.Verdict {
			return evidence.All(n.watched(region, a, s), notifies(region, a.ARN, a.Name, s.ActionsEnabled, s.Actions, nil))
		})
	})
	if acting.Failed() && len(watchers.Found()) > 0 {
		var names []string
		for _, a := range watchers.Found() {
			names = append(names, a.Name)
		}
		acting.Message = "only alarms that notify nobody watch the " + n.what + ": " + firstFew(names)
	}
	return acting
}

// firstFew names the first few of many.
func firstFew(names []string) string {
	const most = 3
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// watchers returns the alarms that may watch what is needed. Application Auto Scaling's own do not count.
func (n need) watchers(region *evidence.Region) evidence.List[evidence.Alarm] {
	var kept []evidence.Alarm
	for _, a := range region.CloudWatch.Alarms.Found() {
		v := evidence.With(a.Settings, func(s evidence.AlarmSettings) evidence.Verdict { return n.watched(region, a, s) })
		if v.Can(evidence.CanPass) && !strings.HasPrefix(a.Name, "TargetTracking-") {
			kept = append(kept, a)
		}
	}
	return evidence.Partial(kept, region.CloudWatch.Alarms.Gaps()...)
}

// watched tells whether an alarm watches what is needed: itself, through metric math or an anomaly
// band, or with a query.
func (n need) watched(region *evidence.Region, a evidence.Alarm, s evidence.AlarmSettings) evidence.Verdict {
	ways := []evidence.Verdict{evidence.Fail("")}
	for _, m := range s.Watches {
		ways = append(ways, n.metric(a.Name, m))
	}
	for _, text := range s.Queries {
		ways = append(ways, n.query(region, a, text))
	}
	return evidence.Any(ways...)
}

func (n need) metric(alarm string, m evidence.AlarmMetric) evidence.Verdict {
	if m.Namespace != n.namespace || !slices.Contains(n.metrics, m.Name) {
		return evidence.Fail("")
	}
	conditions := []evidence.Verdict{evidence.Pass("alarm " + alarm + " watches " + m.Name)}
	for _, dimensions := range n.overall {
		if maps.Equal(dimensions, m.Dimensions) {
			return conditions[0]
		}
	}
	named, asked := 0, false
	for dimension, value := range m.Dimensions {
		own, names := n.names[dimension]
		switch ask := n.ask[dimension]; {
		case names && value != own:
			return evidence.Fail("")
		case names:
			named++
		case ask != nil:
			asked = true
			conditions = append(conditions, ask(value))
		case !slices.Contains(n.beside, dimension):
			return evidence.Fail("") // watches a part of it
		}
	}
	if named < len(n.names) || named == 0 && !asked {
		return evidence.Fail("")
	}
	return evidence.All(conditions...)
}

// query answers for a Metrics Insights query. One without conditions reads the metric of every resource.
func (n need) query(region *evidence.Region, a evidence.Alarm, text string) evidence.Verdict {
	query, ok := workload.ParseInsights(text)
	if !ok {
		if slices.ContainsFunc(n.metrics, func(metric string) bool { return strings.Contains(text, metric) }) {
			return notUnderstood(region, a, "a PromQL query")
		}
		return evidence.Fail("")
	}
	if query.Namespace != n.namespace || !slices.Contains(n.metrics, query.Metric) || !n.schema(query.Schema) {
		return evidence.Fail("")
	}
	conditions := []evidence.Verdict{evidence.Pass("alarm " + a.Name + " queries " + query.Metric)}
	for _, c := range query.Where {
		own, names := n.names[c.Dimension]
		switch ask := n.ask[c.Dimension]; {
		case names && (c.Value == own) != c.Equal:
			return evidence.Fail("")
		case names, slices.Contains(n.beside, c.Dimension):
		case ask != nil && c.Equal:
			conditions = append(conditions, ask(c.Value))
		default:
			conditions = append(conditions, notUnderstood(region, a, "a condition on "+c.Dimension))
		}
	}
	if query.Opaque {
		conditions = append(conditions, notUnderstood(region, a, "a condition"))
	}
	return evidence.All(conditions...)
}

// schema tells whether metrics with exactly these dimensions are the resource's, or all resources'.
func (n need) schema(dimensions []string) bool {
	if dimensions == nil {
		return true
	}
	for _, overall := range n.overall {
		if len(overall) == len(dimensions) && !slices.ContainsFunc(dimensions, func(d string) bool { _, ok := overall[d]; return !ok }) {
			return true
		}
	}
	named := 0
	for _, dimension := range dimensions {
		switch _, names := n.names[dimension]; {
		case names:
			named++
		case n.ask[dimension] == nil && !slices.Contains(n.beside, dimension):
			return false
		}
	}
	return named == len(n.names)
}

// notUnderstood is the verdict where an alarm may or may not watch what is needed.
func notUnderstood(region *evidence.Region, a evidence.Alarm, what string) evidence.Verdict {
	return evidence.Verdict{Outcomes: evidence.CanPass | evidence.CanFail, Gaps: []evidence.Gap{{
		Service: "cloudwatch", Operation: "DescribeAlarms", Region: region.Name, Resource: a.ARN, Reason: evidence.NotBuilt,
		Detail: "the alarm has " + what + " that this version does not understand",
	}}}
}

// notifies passes where going into alarm sets off an action: the alarm's own, or that of a composite alarm
// which it raises. AWS does not rule out circles of composite alarms.
func notifies(region *evidence.Region, arn, name string, enabled bool, actions, seen []string) evidence.Verdict {
	if enabled && len(actions) > 0 {
		return evidence.Pass("notifies " + actions[0])
	}
	none := "has no action for the ALARM state"
	if len(actions) > 0 {
		none = "its actions are switched off"
	}
	none += ", and no composite alarm with an action includes it (rules of EventBridge are not looked at)"
	return evidence.Some(region.CloudWatch.Composites, none, func(c evidence.CompositeAlarm) evidence.Verdict {
		return evidence.With(c.Settings, func(s evidence.CompositeSettings) evidence.Verdict {
			if slices.Contains(seen, c.ARN) || !strings.Contains(s.Rule, name) {
				return evidence.Fail("")
			}
			if raising := workload.Raising(s.Rule); !slices.Contains(raising, name) && !slices.Contains(raising, arn) {
				return evidence.Fail("")
			}
			v := notifies(region, c.ARN, c.Name, s.ActionsEnabled, s.Actions, append(seen[:len(seen):len(seen)], c.ARN))
			if v.Passed() {
				v.Message = "notifies through composite alarm " + c.Name
			}
			return v
		})
	})
}

// overAllResources are the dimensions of a metric over all resources of a region.
var overAllResources = []map[string]string{{}}

// modelAlarm asks for an alarm on a model; the bedrock-mantle endpoint publishes other metrics, and not all.
func modelAlarm(region *evidence.Region, m workload.ModelInUse, what string, runtime, mantle []string) evidence.Verdict {
	n := need{what: what + " of " + modelName(m), namespace: workload.BedrockMetrics, metrics: runtime,
		names: map[string]string{"ModelId": m.ID}, overall: overAllResources}
	if m.Namespace == workload.MantleMetrics {
		if len(mantle) == 0 {
			return evidence.NotApplicable("the bedrock-mantle endpoint publishes no metric of " + what)
		}
		n.namespace, n.metrics, n.names, n.beside = m.Namespace, mantle, map[string]string{"Model": m.ID}, []string{"Project"}
	}
	return alarmed(region, n)
}

func modelLatencyAlarm(_ *scoring.Input, region *evidence.Region, m workload.ModelInUse) evidence.Verdict {
	return modelAlarm(region, m, "latency", []string{"InvocationLatency", "TimeToFirstToken"}, nil)
}

func modelThrottleAlarm(_ *scoring.Input, region *evidence.Region, m workload.ModelInUse) evidence.Verdict {
	return modelAlarm(region, m, "throttling", []string{"InvocationThrottles"}, nil)
}

func modelErrorAlarm(_ *scoring.Input, region *evidence.Region, m workload.ModelInUse) evidence.Verdict {
	client := modelAlarm(region, m, "client errors", []string{"InvocationClientErrors"}, []string{"InferenceClientErrors"})
	if m.Namespace == workload.MantleMetrics {
		return client // the only errors that it publishes
	}
	return evidence.All(client, modelAlarm(region, m, "server errors", []string{"InvocationServerErrors"}, nil))
}

func modelTokenAlarm(_ *scoring.Input, region *evidence.Region, m workload.ModelInUse) evidence.Verdict {
	return modelAlarm(region, m, "token use", []string{"InputTokenCount", "OutputTokenCount", "EstimatedTPMQuotaUsage"},
		[]string{"TotalInputTokens", "TotalOutputTokens", "InputTokens", "OutputTokens"})
}

func guardrailAlarm(_ *scoring.Input, region *evidence.Region, g guardrailInUse) evidence.Verdict {
	return alarmed(region, need{
		what: "interventions", namespace: workload.GuardrailMetrics, metrics: []string{"InvocationsIntervened"},
		names: map[string]string{"GuardrailArn": g.arn, "GuardrailVersion": g.version}, beside: []string{"Operation"},
		overall: []map[string]string{{"Operation": "ApplyGuardrail"}},
	})
}

func agentAlarm(_ *scoring.Input, region *evidence.Region, a evidence.Agent) evidence.Verdict {
	deployed := evidence.Partial(slices.DeleteFunc(slices.Clone(a.Aliases.Found()), func(alias evidence.AgentAlias) bool { return alias.ID == testAlias }),
		a.Aliases.Gaps()...)
	exists := evidence.Exists(deployed, "", "it has no alias but the test alias: it is not deployed", func(evidence.AgentAlias) bool { return true })
	return evidence.If(exists, func() evidence.Verdict {
		return evidence.Every(deployed, func(alias evidence.AgentAlias) evidence.Verdict {
			arn := strings.Replace(a.ARN, ":agent/", ":agent-alias/", 1) + "/" + alias.ID
			n := need{
				namespace: workload.AgentMetrics, names: map[string]string{"AgentAliasArn": arn}, beside: []string{"Operation", "ModelId"},
				overall: []map[string]string{{"Operation": "InvokeAgent"}},
			}
			latency, throttles := n, n
			latency.what, latency.metrics = "latency of alias "+alias.Name, []string{"TotalTime", "TTFT", "ModelLatency"}
			throttles.what, throttles.metrics = "throttling of alias "+alias.Name, []string{"InvocationThrottles", "ModelInvocationThrottles"}
			return evidence.All(alarmed(region, latency), alarmed(region, throttles))
		})
	})
}

func functionAlarm(region *evidence.Region, f evidence.Function, what, metric string) evidence.Verdict {
	return alarmed(region, need{
		what: what, namespace: "AWS/Lambda", metrics: []string{metric},
		names: map[string]string{"FunctionName": f.Name}, beside: []string{"Resource", "ExecutedVersion"}, overall: overAllResources,
	})
}

func functionDurationAlarm(_ *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return evidence.All(functionAlarm(region, f, "duration", "Duration"), functionAlarm(region, f, "throttling", "Throttles"))
}

func functionErrorAlarm(_ *scoring.Input, region *evidence.Region, f evidence.Function) evidence.Verdict {
	return functionAlarm(region, f, "errors", "Errors")
}

// tableThrottleAlarm accepts the newer metrics, which tell the reasons apart. DynamoDB publishes none over all tables.
func tableThrottleAlarm(_ *scoring.Input, region *evidence.Region, t evidence.DynamoDBTable) evidence.Verdict {
	metrics := []string{"ThrottledRequests"}
	for _, operation := range []string{"Read", "Write"} {
		for _, reason := range []string{"", "ProvisionedThroughput", "MaxOnDemandThroughput", "KeyRangeThroughput", "AccountLimit"} {
			metrics = append(metrics, operation+reason+"ThrottleEvents")
		}
	}
	return alarmed(region, need{
		what: "throttling", namespace: "AWS/DynamoDB", metrics: metrics,
		names: map[string]string{"TableName": t.Name}, beside: []string{"Operation"},
	})
}

// storeMetrics are the metrics of latency, capacity and errors, by namespace.
var storeMetrics = map[string][]string{
	"AWS/AOSS": {"SearchRequestLatency", "SearchRequestErrors", "SearchOCU", "IndexingOCU", "IngestionRequestLatency", "IngestionRequestErrors", "5xx"},
	"AWS/ES": {"SearchLatency", "JVMMemoryPressure", "OldGenJVMMemoryPressure", "ClusterStatus.red", "ClusterStatus.yellow",
		"ClusterIndexWritesBlocked", "FreeStorageSpace", "CPUUtilization", "ThreadpoolSearchRejected", "ThreadpoolSearchQueue", "5xx"},
	"AWS/RDS": {"CPUUtilization", "ServerlessDatabaseCapacity", "ACUUtilization", "FreeableMemory", "FreeLocalStorage",
		"DatabaseConnections", "ReadLatency", "WriteLatency", "CommitLatency", "SelectLatency", "DiskQueueDepth"},
}

func storeAlarm(in *scoring.Input, region *evidence.Region, k evidence.KnowledgeBase) evidence.Verdict {
	return evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
		store := workload.StoreOf(s)
		n := need{
			what: "vector store " + store.Value, namespace: store.Namespace, metrics: storeMetrics[store.Namespace],
			names: map[string]string{store.Dimension: store.Value},
		}
		switch s.Storage {
		case "OPENSEARCH_SERVERLESS":
			n.beside = []string{"ClientId", "CollectionName"}
			capacity := n // is the account's
			capacity.metrics, capacity.overall = []string{"SearchOCU", "IndexingOCU"}, []map[string]string{{"ClientId": in.Account.ID}}
			return eitherAlarm(alarmed(region, n), alarmed(region, capacity))
		case "OPENSEARCH_MANAGED_CLUSTER":
			n.beside = []string{"ClientId"}
			return alarmed(region, n)
		case "RDS":
			n.beside = []string{"Role", "EngineName", "DatabaseClass"}
			instance := n
			instance.names = nil
			instance.ask = map[string]func(string) evidence.Verdict{"DBInstanceIdentifier": func(id string) evidence.Verdict {
				return evidence.Verdict{Outcomes: evidence.CanPass | evidence.CanFail, Gaps: []evidence.Gap{{
					Service: "rds", Operation: "DescribeDBInstances", Region: region.Name, Resource: id, Reason: evidence.NotBuilt,
					Detail: "whether the instance belongs to the cluster is not read",
				}}}
			}}
			return eitherAlarm(alarmed(region, n), alarmed(region, instance))
		case "S3_VECTORS":
			return evidence.NotApplicable("S3 Vectors scales by itself and is left out")
		case "PINECONE", "REDIS_ENTERPRISE_CLOUD", "MONGO_DB_ATLAS":
			return evidence.NotApplicable("its vector store, " + s.Storage + ", is not in AWS")
		case "":
			return evidence.NotApplicable("it has no vector store: its type is " + s.Type)
		}
		return evidence.Unknown("", evidence.Gap{Service: "cloudwatch", Operation: "DescribeAlarms", Region: region.Name, Resource: k.ARN,
			Reason: evidence.NotBuilt, Detail: "this version does not know the alarms of " + s.Storage})
	})
}

// eitherAlarm passes when one does, with the first one's message where none does.
func eitherAlarm(a, b evidence.Verdict) evidence.Verdict {
	v := evidence.Any(a, b)
	if v.Failed() {
		v.Message = a.Message
	}
	return v
}
