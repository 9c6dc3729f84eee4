package checks

import (
	"slices"
	"strings"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var throughputs = regional(
	func(r *evidence.Region) evidence.List[evidence.BedrockProvisioned] { return r.Bedrock.Provisioned },
	func(p evidence.BedrockProvisioned) string { return p.ARN },
	func(p evidence.BedrockProvisioned) string { return p.Name },
	func(g *workload.Graph, region string, p evidence.BedrockProvisioned) evidence.Verdict {
		return g.Bedrock(region, p.ARN, "provisioned throughput")
	})

// applicationProfiles are the inference profiles that the account made; Bedrock lists its own beside them.
var applicationProfiles = regional(
	func(r *evidence.Region) evidence.List[evidence.BedrockInferenceProfile] {
		own := slices.DeleteFunc(slices.Clone(r.Bedrock.InferenceProfiles.Found()), func(p evidence.BedrockInferenceProfile) bool {
			return !workload.ApplicationProfile(p.ARN)
		})
		return evidence.Partial(own, r.Bedrock.InferenceProfiles.Gaps()...)
	},
	func(p evidence.BedrockInferenceProfile) string { return p.ARN },
	func(p evidence.BedrockInferenceProfile) string { return p.Name },
	func(g *workload.Graph, region string, p evidence.BedrockInferenceProfile) evidence.Verdict {
		return g.Bedrock(region, p.ARN, "application inference profile")
	})

func invocationLogging(_ *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.With(region.Bedrock.Logging, func(l evidence.BedrockLogging) evidence.Verdict {
		var to []string
		if l.LogGroup != "" {
			to = append(to, "log group "+l.LogGroup)
		}
		if l.Bucket != "" {
			to = append(to, "bucket "+l.Bucket)
		}
		if len(to) == 0 {
			return evidence.Fail("model invocation logging is off")
		}
		message := "logs to " + strings.Join(to, " and ")
		if !l.Text {
			message += ", without the text of prompts and answers"
		}
		return evidence.Pass(message)
	})
}

// modelCrossRegion fails where a model is called in one region although a profile offers it across regions.
func modelCrossRegion(in *scoring.Input, region *evidence.Region, m modelInUse) evidence.Verdict {
	return evidence.With(resolveModel(region, m.id), func(t modelTarget) evidence.Verdict {
		if t.own {
			return evidence.NotApplicable("runs on capacity of the account's own in the region")
		}
		return evidence.If(evidence.Not(embeds(region, t)), func() evidence.Verdict {
			return evidence.With(t.regions, func(regions []string) evidence.Verdict {
				if spans(regions) {
					return evidence.Pass("a profile spans " + regionNames(regions))
				}
				return doubted(evidence.If(offeredAcross(in, region, t.models), func() evidence.Verdict {
					return evidence.Fail("called in one region although a profile offers the model across regions")
				}), "called in one region; whether a profile offers the model across regions is not known")
			})
		})
	})
}

// spans reports that a call may be answered in more than one region.
func spans(regions []string) bool { return len(regions) > 1 || slices.Contains(regions, "") }

func regionNames(regions []string) string {
	if slices.Contains(regions, "") {
		return "all commercial regions"
	}
	return strings.Join(regions, ", ")
}

// offeredAcross tells whether one of Bedrock's profiles offers one of the models across permitted regions.
func offeredAcross(in *scoring.Input, region *evidence.Region, models []string) evidence.Verdict {
	none := "no profile offers the model across regions"
	if len(in.Settings.AllowedRegions) > 0 {
		none += " that are permitted"
	}
	return evidence.Some(region.Bedrock.InferenceProfiles, none, func(p evidence.BedrockInferenceProfile) evidence.Verdict {
		if workload.ApplicationProfile(p.ARN) {
			return evidence.Fail("")
		}
		return evidence.With(profileTarget(region, p.ID), func(t modelTarget) evidence.Verdict {
			if !slices.ContainsFunc(t.models, func(id string) bool { return slices.Contains(models, id) }) {
				return evidence.Fail("")
			}
			return evidence.With(t.regions, func(regions []string) evidence.Verdict {
				return evidence.Test(spans(regions) && !residency(in, "", regions).Failed(), "", "")
			})
		})
	})
}

// noticePeriod is how far ahead of a model's end of life its replacement must be in use.
const noticePeriod = 90 * 24 * time.Hour

// legacyCalls is the metric that CloudWatch publishes where a legacy model is called.
const legacyCalls = "LegacyModelInvocations"

// modelsUsedOrLegacy has, beside the models in use, the legacy one that a metric counts without naming it.
var modelsUsedOrLegacy = scoring.Kind[modelInUse]{
	Drawn: func(in *scoring.Input, region *evidence.Region) evidence.List[modelInUse] {
		all := modelsInUse(in, region)
		named, unnamed := false, false
		for _, m := range region.CloudWatch.Metrics.Found() {
			if legacyMetric(m) {
				named, unnamed = named || workload.CalledModel(m) != "", unnamed || workload.CalledModel(m) == ""
			}
		}
		if unnamed && !named {
			all.Append(evidence.Listed(modelInUse{legacyCalls, evidence.Pass("CloudWatch counts calls of a legacy model")}))
		}
		return all
	},
	ID: modelsUsed.ID, Name: modelsUsed.Name, Relevance: modelsUsed.Relevance,
}

func legacyMetric(m evidence.Metric) bool {
	return m.Namespace == "AWS/Bedrock" && m.Name == legacyCalls
}

func modelActive(in *scoring.Input, region *evidence.Region, m modelInUse) evidence.Verdict {
	if m.id == legacyCalls {
		return evidence.Fail("a legacy model was called in the last two weeks")
	}
	name := workload.ModelNames(region)
	called := evidence.Exists(region.CloudWatch.Metrics, "", "", func(metric evidence.Metric) bool {
		return legacyMetric(metric) && name(workload.CalledModel(metric)) == m.id
	})
	return evidence.All(
		evidence.With(resolveModel(region, m.id), func(t modelTarget) evidence.Verdict {
			all := make([]evidence.Verdict, len(t.models))
			for i, id := range t.models {
				all[i] = evidence.With(offeredModel(region, id), func(offered evidence.BedrockFoundationModel) evidence.Verdict {
					return evidence.With(offered.Lifecycle, func(l evidence.BedrockModelLifecycle) evidence.Verdict { return lifecycle(in, region, id, l) })
				})
			}
			if len(all) == 0 {
				return evidence.NotApplicable("runs weights that AWS does not retire")
			}
			return evidence.All(all...)
		}),
		doubted(evidence.If(called, func() evidence.Verdict { return evidence.Fail("was called as a legacy model in the last two weeks") }), ""))
}

func lifecycle(in *scoring.Input, region *evidence.Region, id string, l evidence.BedrockModelLifecycle) evidence.Verdict {
	if l.Status == "" {
		return evidence.With(notRead[string](region, id, "AWS tells no lifecycle of the model"), evidence.Pass)
	}
	end := ""
	if !l.EndOfLife.IsZero() {
		end = ", end of life " + l.EndOfLife.Format(time.DateOnly)
	}
	if l.Status == "ACTIVE" && end != "" && !l.EndOfLife.After(in.Account.Clock.Add(noticePeriod)) {
		return evidence.Fail(id + " is ACTIVE for less than 90 days" + end)
	}
	return evidence.Test(l.Status == "ACTIVE", id+" is ACTIVE"+end, id+" is "+l.Status+end)
}

// modelFallback passes where a router, a profile across regions or a second family of models can answer.
func modelFallback(in *scoring.Input) evidence.Verdict {
	uses := acrossRegions(in, func(region *evidence.Region) evidence.List[answeringModel] {
		models := modelsInUse(in, region)
		var all []answeringModel
		for _, m := range models.Found() {
			all = append(all, answeringModel{region, m})
		}
		return evidence.Partial(all, models.Gaps()...)
	})
	first := "" // a family that is certainly in use
	for _, u := range uses.Found() {
		var family string
		if v := u.ask(func(t modelTarget) evidence.Verdict { family = modelFamily(t); return evidence.Pass("") }); v.Passed() && family != "" {
			first = family
			break
		}
	}
	some := evidence.Some(uses, "no model in use is known", func(u answeringModel) evidence.Verdict {
		return u.ask(func(modelTarget) evidence.Verdict { return evidence.Pass("") })
	})
	return evidence.Any(
		evidence.Some(acrossRegions(in, promptRouters), "", availableRouter),
		evidence.If(some, func() evidence.Verdict {
			return evidence.Some(uses, "every reference is to one family of models in one region", func(u answeringModel) evidence.Verdict {
				return u.ask(func(t modelTarget) evidence.Verdict {
					return evidence.Any(
						secondFamily(first, modelFamily(t)),
						evidence.With(t.regions, func(regions []string) evidence.Verdict {
							return evidence.Test(spans(regions), u.model.id+" spans "+regionNames(regions), "")
						}))
				})
			})
		}))
}

// answeringModel is a model in use somewhere.
type answeringModel struct {
	region *evidence.Region
	model  modelInUse
}

// ask asks about a model that answers; of one that embeds text the question is absent.
func (u answeringModel) ask(about func(modelTarget) evidence.Verdict) evidence.Verdict {
	return evidence.If(u.model.used, func() evidence.Verdict {
		return evidence.With(resolveModel(u.region, u.model.id), func(t modelTarget) evidence.Verdict {
			return evidence.If(evidence.Not(embeds(u.region, t)), func() evidence.Verdict { return about(t) })
		})
	})
}

// secondFamily tells whether a model is of another family than one that is certainly in use.
func secondFamily(first, family string) evidence.Verdict {
	if first == "" {
		return settled(evidence.Unknown(""))
	}
	return evidence.Test(family != "" && family != first, "models of "+first+" and of "+family+" are in use", "")
}

// modelFamily is the provider of a model, the first part of its id.
func modelFamily(t modelTarget) string {
	if len(t.models) == 0 {
		return ""
	}
	family, _, _ := strings.Cut(t.models[0], ".")
	return family
}

func promptRouters(r *evidence.Region) evidence.List[evidence.BedrockPromptRouter] {
	return r.Bedrock.PromptRouters
}

func promptRouterAvailable(_ *scoring.Input, region *evidence.Region) evidence.Verdict {
	return evidence.Some(region.Bedrock.PromptRouters, "no prompt router of the account's own is available", availableRouter)
}

func availableRouter(r evidence.BedrockPromptRouter) evidence.Verdict {
	return evidence.With(r.Status, func(status string) evidence.Verdict {
		return evidence.Test(status == "AVAILABLE", "prompt router "+r.Name+" is available", "")
	})
}

func cheaperModel(in *scoring.Input) evidence.Verdict {
	distilled := acrossRegions(in, func(r *evidence.Region) evidence.List[evidence.BedrockModel] { return r.Bedrock.CustomModels })
	return evidence.Any(
		evidence.Some(acrossRegions(in, promptRouters), "no prompt router and no distilled model", availableRouter),
		evidence.Some(distilled, "", func(m evidence.BedrockModel) evidence.Verdict {
			return evidence.With(m.Summary, func(s evidence.BedrockModelSummary) evidence.Verdict {
				return evidence.Test(s.Customization == "DISTILLATION", "model "+m.Name+" is distilled", "")
			})
		}))
}

// planAhead is how long before a commitment ends the next must be decided.
const planAhead = 30 * 24 * time.Hour

func throughputPlan(in *scoring.Input, _ *evidence.Region, p evidence.BedrockProvisioned) evidence.Verdict {
	return evidence.With(p.Settings, func(s evidence.BedrockProvisionedSettings) evidence.Verdict {
		switch {
		case s.Status != "InService" && s.Status != "Updating":
			return evidence.Fail("is not in service: " + s.Status)
		case s.Expires.IsZero():
			return evidence.Pass("in service, without a commitment that ends")
		}
		ends := s.Expires.Format(time.DateOnly)
		return evidence.Test(s.Expires.After(in.Account.Clock.Add(planAhead)), "in service, committed until "+ends, "the commitment ends on "+ends)
	})
}

func applicationProfilePresent(_ *scoring.Input, region *evidence.Region) evidence.Verdict {
	active := evidence.Some(region.Bedrock.InferenceProfiles, "no application inference profile is active although on-demand calls were seen",
		func(p evidence.BedrockInferenceProfile) evidence.Verdict {
			if !workload.ApplicationProfile(p.ARN) {
				return evidence.Fail("")
			}
			return evidence.With(p.Profile, func(s evidence.BedrockProfileSettings) evidence.Verdict {
				return evidence.Test(s.Status == "ACTIVE", "application inference profile "+p.Name+" is active", "")
			})
		})
	onDemand := evidence.Exists(region.CloudWatch.Metrics, "", "no on-demand call was seen in the last two weeks", func(m evidence.Metric) bool {
		return calledOnDemand(workload.CalledModel(m))
	})
	used := evidence.Any(active, onDemand)
	if used.Failed() {
		used.Message = onDemand.Message
	}
	return doubted(evidence.If(used, func() evidence.Verdict { return active }), "whether on-demand calls carry a profile's tags is not known")
}

// calledOnDemand reports that a caller named one of Bedrock's models or profiles, not something of the
// account's own: their ids have a provider before a dot.
func calledOnDemand(id string) bool {
	if strings.HasPrefix(id, "arn:") {
		return strings.Contains(id, ":foundation-model/") || strings.Contains(id, ":inference-profile/")
	}
	return strings.Contains(id, ".")
}

// costTags are the tag keys of which one attributes cost, where the owner names none.
var costTags = []string{"app", "application", "team", "cost-center", "costcenter", "project", "environment", "owner"}

func profileTagged(in *scoring.Input, _ *evidence.Region, p evidence.BedrockInferenceProfile) evidence.Verdict {
	return evidence.With(p.Tags, func(tags evidence.Tags) evidence.Verdict {
		if len(in.Settings.CostTags) == 0 {
			for _, key := range costTags {
				for tag := range tags {
					if strings.EqualFold(tag, key) {
						return evidence.Pass("carries the tag " + tag)
					}
				}
			}
			return evidence.Fail("carries no cost tag such as " + strings.Join(costTags, ", "))
		}
		missing := slices.DeleteFunc(slices.Clone(in.Settings.CostTags), func(key string) bool { _, ok := tags[key]; return ok })
		return evidence.Test(len(missing) == 0, "carries "+strings.Join(in.Settings.CostTags, ", "), "lacks the tag "+strings.Join(missing, ", "))
	})
}
