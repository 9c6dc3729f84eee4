package workload

import (
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
)

// The namespaces in which Bedrock publishes its metrics, apart from the agents' and guardrails' below
// the first.
const (
	BedrockMetrics   = "AWS/Bedrock"
	AgentMetrics     = "AWS/Bedrock/Agents"
	GuardrailMetrics = "AWS/Bedrock/Guardrails"
	MantleMetrics    = "AWS/BedrockMantle" // of the bedrock-mantle endpoint
)

// GenAIMetrics reports that a namespace holds metrics of generative AI and of nothing else.
func GenAIMetrics(namespace string) bool {
	return namespace == BedrockMetrics || namespace == MantleMetrics || strings.HasPrefix(namespace, BedrockMetrics+"/") ||
		strings.EqualFold(strings.TrimPrefix(namespace, "AWS/"), "Bedrock-AgentCore")
}

// ModelInUse is a model that CloudWatch saw invoked in about the last two weeks.
type ModelInUse struct {
	ID        string // what the caller named: a model, an inference profile or a throughput's ARN
	Namespace string // the endpoint's: BedrockMetrics or MantleMetrics
}

// ModelsInUse returns the models that metrics of a region name.
func ModelsInUse(r *evidence.Region) evidence.List[ModelInUse] {
	dimensions := map[string]string{BedrockMetrics: "ModelId", MantleMetrics: "Model"}
	var models []ModelInUse
	for _, m := range r.CloudWatch.Metrics.Found() {
		model := ModelInUse{m.Dimensions[dimensions[m.Namespace]], m.Namespace}
		if model.ID != "" && !slices.Contains(models, model) {
			models = append(models, model)
		}
	}
	slices.SortFunc(models, func(a, b ModelInUse) int { return strings.Compare(a.Namespace+" "+a.ID, b.Namespace+" "+b.ID) })
	return evidence.Partial(models, r.CloudWatch.Metrics.Gaps()...)
}

// Model tells whether the workload calls a model. Metrics do not say who called: where a tag narrows
// the workload only the tags of an application inference profile tell.
func (g *Graph) Model(region string, m ModelInUse) evidence.Verdict {
	if g.everything || g.tag.key == "" {
		return g.root(region, m.ID, always("invoked in the last two weeks"))
	}
	for _, r := range g.account.Regions {
		if r.Name != region {
			continue
		}
		for _, p := range r.Bedrock.InferenceProfiles.Found() {
			if (p.ID == m.ID || p.ARN == m.ID) && !p.Tags.Unset() {
				return relevance(evidence.With(p.Tags, g.carries))
			}
		}
	}
	return callers(region)
}

// callers is the verdict where only the callers' identity would tell.
func callers(region string) evidence.Verdict {
	return uncertain(evidence.Gap{Service: "cloudwatch", Operation: "ListMetrics", Region: region, Reason: evidence.NotBuilt,
		Detail: "metrics name the model and not the caller: whether the tagged workload calls it is not known"})
}

// Alarm tells whether an alarm watches the workload. The alarms of Application Auto Scaling are AWS's own.
func (g *Graph) Alarm(region string, a evidence.Alarm) evidence.Verdict {
	if strings.HasPrefix(a.Name, "TargetTracking-") {
		return evidence.Fail("")
	}
	watches := func() evidence.Verdict {
		return relevance(evidence.With(a.Settings, func(s evidence.AlarmSettings) evidence.Verdict { return g.watches(region, s) }))
	}
	return evidence.Any(g.root(region, a.ARN, watches), g.resources(watches))
}

// resources answers where a tag narrows the workload: what is watched may carry it, not only the alarm.
func (g *Graph) resources(watches func() evidence.Verdict) evidence.Verdict {
	if g.everything || g.tag.key == "" {
		return evidence.Fail("")
	}
	return watches()
}

func (g *Graph) watches(region string, s evidence.AlarmSettings) evidence.Verdict {
	var ways []evidence.Verdict
	for _, m := range s.Watches {
		ways = append(ways, g.Metric(region, evidence.Metric{Namespace: m.Namespace, Name: m.Name, Dimensions: m.Dimensions}))
	}
	for _, text := range s.Queries {
		ways = append(ways, g.query(region, text))
	}
	for _, name := range s.LogGroups {
		ways = append(ways, g.logGroupNamed(region, name))
	}
	return evidence.Any(append(ways, evidence.Fail(""))...)
}

// query tells whether a Metrics Insights or PromQL query reads metrics of the workload.
func (g *Graph) query(region, text string) evidence.Verdict {
	query, ok := ParseInsights(text)
	if !ok {
		if strings.Contains(strings.ToLower(text), "bedrock") && g.tag.key == "" {
			return evidence.Pass("its query names Bedrock")
		}
		return evidence.Fail("")
	}
	dimensions := map[string]string{}
	for _, condition := range query.Where {
		if condition.Equal {
			dimensions[condition.Dimension] = condition.Value
		}
	}
	return g.Metric(region, evidence.Metric{Namespace: query.Namespace, Name: query.Metric, Dimensions: dimensions})
}

// Composite tells whether a composite alarm goes into alarm over an alarm that watches the workload.
func (g *Graph) Composite(region string, c evidence.CompositeAlarm) evidence.Verdict {
	return evidence.Any(g.root(region, c.ARN, func() evidence.Verdict { return evidence.Fail("") }), g.composite(region, c, nil))
}

// composite follows composite alarms through those that they name; AWS does not rule out circles.
func (g *Graph) composite(region string, c evidence.CompositeAlarm, seen []string) evidence.Verdict {
	r := g.region(region)
	if r == nil || slices.Contains(seen, c.ARN) {
		return evidence.Fail("")
	}
	return relevance(evidence.With(c.Settings, func(s evidence.CompositeSettings) evidence.Verdict {
		raising := Raising(s.Rule)
		return evidence.Any(
			evidence.Some(r.CloudWatch.Alarms, "", func(a evidence.Alarm) evidence.Verdict {
				if !slices.Contains(raising, a.Name) && !slices.Contains(raising, a.ARN) {
					return evidence.Fail("")
				}
				return g.Alarm(region, a)
			}),
			evidence.Some(r.CloudWatch.Composites, "", func(child evidence.CompositeAlarm) evidence.Verdict {
				if !slices.Contains(raising, child.Name) && !slices.Contains(raising, child.ARN) {
					return evidence.Fail("")
				}
				return g.composite(region, child, append(seen[:len(seen):len(seen)], c.ARN))
			}))
	}))
}

// Metric tells whether a metric says something of the workload: it is Bedrock's, names a resource in
// scope, or counts lines of a log group in scope.
func (g *Graph) Metric(region string, m evidence.Metric) evidence.Verdict {
	if GenAIMetrics(m.Namespace) && g.tag.key == "" {
		return evidence.Pass("watches " + m.Namespace)
	}
	ways := []evidence.Verdict{evidence.Fail("")}
	if name := m.Dimensions["FunctionName"]; name != "" {
		ways = append(ways, g.functionNamed(region, name))
	}
	if name := m.Dimensions["TableName"]; name != "" && m.Namespace == "AWS/DynamoDB" {
		ways = append(ways, g.tableNamed(region, name))
	}
	ways = append(ways, g.storeOf(region, m))
	if !strings.HasPrefix(m.Namespace, "AWS/") {
		ways = append(ways, g.filtered(region, m))
	}
	return relevance(evidence.Any(ways...))
}

func (g *Graph) region(name string) *evidence.Region {
	for i := range g.account.Regions {
		if g.account.Regions[i].Name == name {
			return &g.account.Regions[i]
		}
	}
	return nil
}

// named answers for the one item of a list that a metric names.
func named[R any](list evidence.List[R], is func(R) bool, answer func(R) evidence.Verdict) evidence.Verdict {
	for _, r := range list.Found() {
		if is(r) {
			return answer(r)
		}
	}
	if gaps := list.Gaps(); len(gaps) > 0 {
		return uncertain(gaps...)
	}
	return evidence.Fail("")
}

func (g *Graph) functionNamed(region, name string) evidence.Verdict {
	r := g.region(region)
	if r == nil {
		return evidence.Fail("")
	}
	return named(r.Lambda.Functions, func(f evidence.Function) bool { return f.Name == name },
		func(f evidence.Function) evidence.Verdict {
			return because(g.Function(region, f), "watches function "+name)
		})
}

func (g *Graph) tableNamed(region, name string) evidence.Verdict {
	r := g.region(region)
	if r == nil {
		return evidence.Fail("")
	}
	return named(r.DynamoDB.Tables, func(t evidence.DynamoDBTable) bool { return t.Name == name },
		func(t evidence.DynamoDBTable) evidence.Verdict {
			return because(g.Table(region, t), "watches table "+name)
		})
}

func (g *Graph) logGroupNamed(region, name string) evidence.Verdict {
	r := g.region(region)
	if r == nil {
		return evidence.Fail("")
	}
	return named(r.Logs.Groups, func(l evidence.LogGroup) bool { return l.Name == name || l.ARN == strings.TrimSuffix(name, ":*") },
		func(l evidence.LogGroup) evidence.Verdict {
			return because(g.LogGroup(region, l), "watches log group "+l.Name)
		})
}

// filtered answers for a metric that a metric filter makes of a log group's lines.
func (g *Graph) filtered(region string, m evidence.Metric) evidence.Verdict {
	r := g.region(region)
	if r == nil {
		return evidence.Fail("")
	}
	return evidence.Some(r.Logs.MetricFilters, "", func(f evidence.LogMetricFilter) evidence.Verdict {
		return evidence.With(f.Settings, func(s evidence.LogMetricFilterSettings) evidence.Verdict {
			if s.Namespace != m.Namespace || s.Metric != m.Name {
				return evidence.Fail("")
			}
			return g.logGroupNamed(region, f.Group)
		})
	})
}

// VectorStore is where a knowledge base's vectors are, as metrics name it.
type VectorStore struct {
	Namespace string
	Dimension string
	Value     string
}

// StoreOf returns the vector store behind a knowledge base. Its namespace is empty where the store
// publishes no metrics in this account, or none that we know.
func StoreOf(s evidence.KnowledgeBaseSettings) VectorStore {
	last := s.StoreARN[strings.LastIndexAny(s.StoreARN, "/:")+1:]
	switch s.Storage {
	case "OPENSEARCH_SERVERLESS":
		return VectorStore{"AWS/AOSS", "CollectionId", last}
	case "OPENSEARCH_MANAGED_CLUSTER":
		return VectorStore{"AWS/ES", "DomainName", last}
	case "RDS":
		return VectorStore{"AWS/RDS", "DBClusterIdentifier", last}
	}
	return VectorStore{}
}

// storeOf answers for a metric of a vector store behind a knowledge base in scope.
func (g *Graph) storeOf(region string, m evidence.Metric) evidence.Verdict {
	r := g.region(region)
	if r == nil || !slices.Contains([]string{"AWS/AOSS", "AWS/ES", "AWS/RDS"}, m.Namespace) {
		return evidence.Fail("")
	}
	return evidence.Some(r.BedrockAgent.KnowledgeBases, "", func(k evidence.KnowledgeBase) evidence.Verdict {
		return evidence.With(k.Settings, func(s evidence.KnowledgeBaseSettings) evidence.Verdict {
			store := StoreOf(s)
			if store.Namespace != m.Namespace || m.Dimensions[store.Dimension] != store.Value {
				return evidence.Fail("")
			}
			return because(g.KnowledgeBase(region, k), "watches the vector store of knowledge base "+k.Name)
		})
	})
}

// Dashboard tells whether a dashboard shows the workload.
func (g *Graph) Dashboard(d evidence.Dashboard) evidence.Verdict {
	return relevance(evidence.With(d.Body, func(b evidence.DashboardBody) evidence.Verdict {
		ways := []evidence.Verdict{evidence.Fail("")}
		for _, m := range b.Metrics {
			ways = append(ways, g.Metric(m.Region, evidence.Metric{Namespace: m.Namespace, Name: m.Name, Dimensions: m.Dimensions}))
		}
		for _, namespace := range b.Namespaces {
			if GenAIMetrics(namespace) {
				ways = append(ways, evidence.Pass("searches "+namespace))
			}
		}
		for _, l := range b.LogGroups {
			ways = append(ways, g.logGroupNamed(l.Region, l.Name))
		}
		for _, arn := range b.Alarms {
			ways = append(ways, g.alarmOf(arn))
		}
		return evidence.Any(ways...)
	}))
}

func (g *Graph) alarmOf(arn string) evidence.Verdict {
	parts := strings.Split(arn, ":")
	if len(parts) < 7 || g.region(parts[3]) == nil {
		return evidence.Fail("")
	}
	return named(g.region(parts[3]).CloudWatch.Alarms, func(a evidence.Alarm) bool { return a.ARN == arn },
		func(a evidence.Alarm) evidence.Verdict { return g.Alarm(parts[3], a) })
}

// because words a verdict that passes.
func because(v evidence.Verdict, message string) evidence.Verdict {
	if v.Passed() {
		v.Message = message
	}
	return v
}
