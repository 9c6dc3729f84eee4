package workload

import (
	"github.com/awsready/awsready/scanners/evidence"
)

// functionEdges are the Lambda functions that agents, flows and knowledge bases invoke.
func (g *Graph) functionEdges() *edges {
	e := new(edges)
	for _, r := range g.account.Regions {
		listed(e, r.BedrockAgent.Agents, func(a evidence.Agent) {
			v := g.Agent(r.Name, a)
			if !v.Can(evidence.CanPass) {
				return
			}
			listed(e, a.Versions, func(version evidence.AgentVersion) {
				listed(e, version.ActionGroups, func(group evidence.ActionGroup) {
					known(e, group.Settings, func(s evidence.ActionGroupSettings) {
						e.invokes(s.Function, v, "action group "+group.Name+" of agent "+a.Name)
					})
				})
			})
		})
		listed(e, r.BedrockAgent.Flows, func(f evidence.Flow) {
			g.nodes(e, r.Name, f, func(v evidence.Verdict, node evidence.FlowNode) {
				e.invokes(node.Function, v, "node "+node.Name+" of flow "+f.Name)
			})
		})
		listed(e, r.BedrockAgent.KnowledgeBases, func(k evidence.KnowledgeBase) {
			v := g.KnowledgeBase(r.Name, k)
			if !v.Can(evidence.CanPass) {
				return
			}
			listed(e, k.DataSources, func(d evidence.DataSource) {
				known(e, d.Settings, func(s evidence.DataSourceSettings) {
					e.invokes(s.Function, v, "transforms documents for knowledge base "+k.Name)
				})
			})
		})
	}
	return e
}

// invokes adds the edge to a function, and to its version or alias where the ARN names one.
func (e *edges) invokes(arn string, from evidence.Verdict, because string) {
	function := Unqualified(arn)
	e.add(function, from, because)
	if arn != function {
		e.add(arn, from, because)
	}
}

// nodes visits the nodes of a flow that may be in scope: those of its draft and of its aliased versions.
func (g *Graph) nodes(e *edges, region string, f evidence.Flow, use func(evidence.Verdict, evidence.FlowNode)) {
	v := g.Flow(region, f)
	if !v.Can(evidence.CanPass) {
		return
	}
	known(e, f.Settings, func(s evidence.FlowSettings) {
		for _, node := range s.Nodes {
			use(v, node)
		}
	})
	listed(e, f.Versions, func(version evidence.FlowVersion) {
		known(e, version.Nodes, func(nodes []evidence.FlowNode) {
			for _, node := range nodes {
				use(v, node)
			}
		})
	})
}

// storeEdges are the knowledge bases, guardrails and agents that agents and flows use, by id or ARN.
// Only a workload narrowed by a tag needs them: without one all of Bedrock's resources count.
func (g *Graph) storeEdges() *edges {
	e := new(edges)
	if g.everything || g.tag.key == "" {
		return e
	}
	for _, r := range g.account.Regions {
		listed(e, r.BedrockAgent.Agents, func(a evidence.Agent) {
			v := g.tagged(r.Name, a.ARN)
			if !v.Can(evidence.CanPass) {
				return
			}
			listed(e, a.Versions, func(version evidence.AgentVersion) {
				known(e, version.Settings, func(s evidence.AgentSettings) {
					e.add(s.Guardrail.ID, v, "guardrail of agent "+a.Name)
				})
				listed(e, version.KnowledgeBases, func(k evidence.AgentKnowledgeBase) {
					e.add(k.ID, v, "knowledge base of agent "+a.Name)
				})
			})
		})
		listed(e, r.BedrockAgent.Flows, func(f evidence.Flow) {
			g.nodes(e, r.Name, f, func(v evidence.Verdict, node evidence.FlowNode) {
				because := "node " + node.Name + " of flow " + f.Name
				e.add(node.Guardrail.ID, v, because)
				e.add(node.KnowledgeBase, v, because)
				e.add(agentOf(node.Agent), v, because)
			})
		})
	}
	return e
}

// roleEdges are the execution roles of the resources in scope.
func (g *Graph) roleEdges() *edges {
	e := new(edges)
	for _, r := range g.account.Regions {
		listed(e, r.Lambda.Functions, func(f evidence.Function) {
			if v := g.Function(r.Name, f); v.Can(evidence.CanPass) {
				known(e, f.Settings, func(s evidence.FunctionSettings) { e.add(s.Role, v, "role of function "+f.Name) })
			}
		})
		listed(e, r.BedrockAgent.Agents, func(a evidence.Agent) {
			if v := g.Agent(r.Name, a); v.Can(evidence.CanPass) {
				known(e, a.Settings, func(s evidence.AgentSettings) { e.add(s.Role, v, "role of agent "+a.Name) })
			}
		})
		listed(e, r.BedrockAgent.KnowledgeBases, func(k evidence.KnowledgeBase) {
			if v := g.KnowledgeBase(r.Name, k); v.Can(evidence.CanPass) {
				known(e, k.Settings, func(s evidence.KnowledgeBaseSettings) { e.add(s.Role, v, "role of knowledge base "+k.Name) })
			}
		})
		listed(e, r.BedrockAgent.Flows, func(f evidence.Flow) {
			if v := g.Flow(r.Name, f); v.Can(evidence.CanPass) {
				known(e, f.Settings, func(s evidence.FlowSettings) { e.add(s.Role, v, "role of flow "+f.Name) })
			}
		})
	}
	return e
}

// logGroupEdges are the log groups, by region and name, of functions in scope and of model invocation logging.
func (g *Graph) logGroupEdges() *edges {
	e := new(edges)
	for _, r := range g.account.Regions {
		listed(e, r.Lambda.Functions, func(f evidence.Function) {
			if v := g.Function(r.Name, f); v.Can(evidence.CanPass) {
				known(e, f.Settings, func(s evidence.FunctionSettings) {
					e.add(r.Name+" "+s.LogGroup, v, "log group of function "+f.Name)
				})
			}
		})
		known(e, r.Bedrock.Logging, func(l evidence.BedrockLogging) {
			if l.LogGroup != "" {
				e.add(r.Name+" "+l.LogGroup, evidence.Pass(""), "model invocation log")
			}
		})
	}
	return e
}

// keyEdges are the KMS keys that resources in scope name, by region.
func (g *Graph) keyEdges() map[string]*edges {
	regions := map[string]*edges{}
	for _, r := range g.account.Regions {
		e := new(edges)
		regions[r.Name] = e
		g.bedrockKeys(e, r)
		g.agentKeys(e, r)
		listed(e, r.Lambda.Functions, func(f evidence.Function) {
			if v := g.Function(r.Name, f); v.Can(evidence.CanPass) {
				known(e, f.Settings, func(s evidence.FunctionSettings) { e.add(s.KMSKey, v, "encrypts the variables of function "+f.Name) })
			}
		})
		listed(e, r.DynamoDB.Tables, func(t evidence.DynamoDBTable) {
			if v := g.Table(r.Name, t); v.Can(evidence.CanPass) {
				known(e, t.Description, func(s evidence.DynamoDBSettings) { e.add(s.KMSKey, v, "encrypts table "+t.Name) })
			}
		})
		listed(e, r.Logs.Groups, func(l evidence.LogGroup) {
			if v := g.LogGroup(r.Name, l); v.Can(evidence.CanPass) {
				known(e, l.Settings, func(s evidence.LogGroupSettings) { e.add(s.KMSKey, v, "encrypts log group "+l.Name) })
			}
		})
	}
	return regions
}

func (g *Graph) bedrockKeys(e *edges, r evidence.Region) {
	listed(e, r.Bedrock.Guardrails, func(gr evidence.BedrockGuardrail) {
		v := g.Guardrail(r.Name, gr)
		if !v.Can(evidence.CanPass) {
			return
		}
		listed(e, gr.Versions, func(version evidence.BedrockGuardrailVersion) {
			known(e, version.Policy, func(p evidence.BedrockGuardrailPolicy) { e.add(p.KMSKey, v, "encrypts guardrail "+gr.Name) })
		})
	})
	for _, models := range []evidence.List[evidence.BedrockModel]{r.Bedrock.CustomModels, r.Bedrock.ImportedModels} {
		listed(e, models, func(m evidence.BedrockModel) {
			if v := g.Bedrock(r.Name, m.ARN, "model"); v.Can(evidence.CanPass) {
				known(e, m.KMSKey, func(key string) { e.add(key, v, "encrypts model "+m.Name) })
			}
		})
	}
}

func (g *Graph) agentKeys(e *edges, r evidence.Region) {
	listed(e, r.BedrockAgent.Agents, func(a evidence.Agent) {
		if v := g.Agent(r.Name, a); v.Can(evidence.CanPass) {
			known(e, a.Settings, func(s evidence.AgentSettings) { e.add(s.KMSKey, v, "encrypts agent "+a.Name) })
		}
	})
	listed(e, r.BedrockAgent.Prompts, func(p evidence.Prompt) {
		if v := g.Prompt(r.Name, p); v.Can(evidence.CanPass) {
			known(e, p.Settings, func(s evidence.PromptSettings) { e.add(s.KMSKey, v, "encrypts prompt "+p.Name) })
		}
	})
	listed(e, r.BedrockAgent.Flows, func(f evidence.Flow) {
		if v := g.Flow(r.Name, f); v.Can(evidence.CanPass) {
			known(e, f.Settings, func(s evidence.FlowSettings) { e.add(s.KMSKey, v, "encrypts flow "+f.Name) })
		}
	})
	listed(e, r.BedrockAgent.KnowledgeBases, func(k evidence.KnowledgeBase) {
		v := g.KnowledgeBase(r.Name, k)
		if !v.Can(evidence.CanPass) {
			return
		}
		listed(e, k.DataSources, func(d evidence.DataSource) {
			known(e, d.Settings, func(s evidence.DataSourceSettings) {
				e.add(s.KMSKey, v, "encrypts ingestion of knowledge base "+k.Name)
			})
		})
	})
}
