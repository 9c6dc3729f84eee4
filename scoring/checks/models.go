package checks

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// modelInUse is a model as something names it: a model's or inference profile's id, or the ARN of
// something of the account's own.
type modelInUse struct {
	id   string
	used evidence.Verdict // its message says by what
}

var modelsUsed = scoring.Kind[modelInUse]{
	Drawn:     modelsInUse,
	ID:        func(_ *scoring.Input, _ string, m modelInUse) string { return m.id },
	Name:      func(modelInUse) string { return "" },
	Relevance: func(_ *workload.Graph, _ string, m modelInUse) evidence.Verdict { return m.used },
}

// modelsInUse lists the models that are used in a region.
func modelsInUse(in *scoring.Input, region *evidence.Region) evidence.List[modelInUse] {
	uses := in.Workload.ModelUses(region.Name)
	var all []modelInUse
	for _, id := range slices.Sorted(maps.Keys(uses.By)) {
		all = append(all, modelInUse{id, uses.By[id]})
	}
	return evidence.Partial(all, uses.Gaps...)
}

// modelTarget is what a reference to a model stands for.
type modelTarget struct {
	profile bool                    // an inference profile
	own     bool                    // capacity or weights of the account's own, in the region
	models  []string                // ids of Bedrock's models behind it; none for imported weights
	regions evidence.Fact[[]string] // where a call may be answered; "" for any commercial region
}

// resolveModel tells what a model in use stands for.
func resolveModel(region *evidence.Region, id string) evidence.Fact[modelTarget] {
	own := func(models evidence.Fact[[]string]) evidence.Fact[modelTarget] {
		return evidence.Map(models, func(ids []string) modelTarget {
			return modelTarget{own: true, models: ids, regions: evidence.Known([]string{region.Name})}
		})
	}
	switch {
	case !strings.HasPrefix(id, "arn:"):
		return resolveModelID(region, id)
	case workload.ApplicationProfile(id):
		return profileTarget(region, id)
	case strings.Contains(id, ":provisioned-model/"):
		return own(evidence.Bind(lookUp(region, region.Bedrock.Provisioned, id, func(p evidence.BedrockProvisioned) bool { return p.ARN == id }),
			func(p evidence.BedrockProvisioned) evidence.Fact[[]string] {
				return evidence.Bind(p.Settings, func(s evidence.BedrockProvisionedSettings) evidence.Fact[[]string] {
					return baseModels(region, s.ModelARN)
				})
			}))
	case strings.Contains(id, ":custom-model-deployment/"):
		return own(evidence.Bind(lookUp(region, region.Bedrock.Deployments, id, func(d evidence.BedrockDeployment) bool { return d.ARN == id }),
			func(d evidence.BedrockDeployment) evidence.Fact[[]string] {
				return evidence.Bind(d.Settings, func(s evidence.BedrockDeploymentSettings) evidence.Fact[[]string] {
					return baseModels(region, s.ModelARN)
				})
			}))
	case strings.Contains(id, ":custom-model/"), strings.Contains(id, ":imported-model/"), strings.Contains(id, ":sagemaker:"):
		return own(baseModels(region, id))
	}
	return notRead[modelTarget](region, id, "what the reference stands for is not read")
}

// baseModels are the ids of Bedrock's models that something of the account's own is based on: none for
// imported weights and for models of the marketplace, which run on the account's own endpoints.
func baseModels(region *evidence.Region, arn string) evidence.Fact[[]string] {
	if id, ok := foundationModel(arn); ok {
		return evidence.Known([]string{id})
	}
	if strings.Contains(arn, ":imported-model/") || strings.Contains(arn, ":sagemaker:") {
		return evidence.Known[[]string](nil)
	}
	model := lookUp(region, region.Bedrock.CustomModels, arn, func(m evidence.BedrockModel) bool { return m.ARN == arn })
	return evidence.Bind(model, func(m evidence.BedrockModel) evidence.Fact[[]string] {
		return evidence.Bind(m.Summary, func(s evidence.BedrockModelSummary) evidence.Fact[[]string] {
			if id, ok := foundationModel(s.Base); ok {
				return evidence.Known([]string{id})
			}
			return notRead[[]string](region, arn, "the model that it is based on is not named")
		})
	})
}

// foundationModel is the id in the ARN of one of Bedrock's models.
func foundationModel(arn string) (string, bool) {
	_, id, ok := strings.Cut(arn, ":foundation-model/")
	return id, ok
}

// geography is the prefix that a system-defined inference profile's id has before its model's (Bedrock
// User Guide, "Supported Regions and models for inference profiles").
var geography = regexp.MustCompile(`^(global|us-gov|us|eu|apac|jp|au|ca|sa|me|mx|in|il|af|cn)\.`)

// resolveModelID tells what an id stands for: an inference profile or one of Bedrock's models. Where
// profiles cannot be listed a geography before a model's id still tells the model, not the regions.
func resolveModelID(region *evidence.Region, id string) evidence.Fact[modelTarget] {
	profile := profileTarget(region, id)
	model := offeredModel(region, id)
	rest := geography.ReplaceAllString(id, "")
	switch {
	case profile.Gap() == nil:
		return profile
	case model.Gap() == nil:
		return evidence.Known(modelTarget{models: []string{id}, regions: evidence.Known([]string{region.Name})})
	case rest != id && offeredModel(region, rest).Gap() == nil:
		return evidence.Known(modelTarget{profile: true, models: []string{rest}, regions: evidence.Missing[[]string](*profile.Gap())})
	case len(region.Bedrock.FoundationModels.Gaps()) > 0:
		return evidence.Missing[modelTarget](*model.Gap())
	}
	return evidence.Missing[modelTarget](*profile.Gap())
}

// offeredModel is one of the models that Bedrock offers in a region.
func offeredModel(region *evidence.Region, id string) evidence.Fact[evidence.BedrockFoundationModel] {
	return lookUp(region, region.Bedrock.FoundationModels, id, func(m evidence.BedrockFoundationModel) bool { return m.ID == id })
}

// profileTarget tells what an inference profile stands for.
func profileTarget(region *evidence.Region, name string) evidence.Fact[modelTarget] {
	profile := lookUp(region, region.Bedrock.InferenceProfiles, name, func(p evidence.BedrockInferenceProfile) bool {
		return p.ARN == name || p.ID == name
	})
	return evidence.Bind(profile, func(p evidence.BedrockInferenceProfile) evidence.Fact[modelTarget] {
		return evidence.Map(p.Profile, func(s evidence.BedrockProfileSettings) modelTarget {
			t := modelTarget{profile: true}
			var regions []string
			for _, arn := range s.Models {
				if id, ok := foundationModel(arn); ok && !slices.Contains(t.models, id) {
					t.models = append(t.models, id)
				}
				if parts := strings.Split(arn, ":"); len(parts) > 3 && !slices.Contains(regions, parts[3]) {
					regions = append(regions, parts[3])
				}
			}
			if strings.HasPrefix(p.ID, "global.") && !slices.Contains(regions, "") {
				regions = append(regions, "")
			}
			slices.Sort(regions)
			t.regions = evidence.Known(regions)
			return t
		})
	})
}

// lookUp finds one item of a listing. One that is not there was perhaps not listed.
func lookUp[R any](region *evidence.Region, list evidence.List[R], id string, is func(R) bool) evidence.Fact[R] {
	for _, r := range list.Found() {
		if is(r) {
			return evidence.Known(r)
		}
	}
	if gaps := list.Gaps(); len(gaps) > 0 {
		return evidence.Missing[R](gaps[0])
	}
	return notRead[R](region, id, "AWS does not list it in the region")
}

func notRead[T any](region *evidence.Region, id, detail string) evidence.Fact[T] {
	return evidence.Missing[T](evidence.Gap{Service: "bedrock", Region: region.Name, Resource: id, Reason: evidence.Failed, Detail: detail})
}

// embeds tells whether the models behind a reference turn text into vectors instead of answering.
func embeds(region *evidence.Region, t modelTarget) evidence.Verdict {
	if len(t.models) == 0 {
		return evidence.Fail("")
	}
	all := make([]evidence.Verdict, len(t.models))
	for i, id := range t.models {
		all[i] = evidence.With(offeredModel(region, id), func(m evidence.BedrockFoundationModel) evidence.Verdict {
			return evidence.With(m.Lifecycle, func(l evidence.BedrockModelLifecycle) evidence.Verdict {
				return evidence.Test(l.OutputIsEmbed, "embeds text and answers nothing", "")
			})
		})
	}
	return settled(evidence.All(all...))
}

// doubted words a verdict that hangs on something that was not read: its own words would claim it.
func doubted(v evidence.Verdict, doubt string) evidence.Verdict {
	if !v.Certain() {
		v.Message = doubt
	}
	return v
}

// settled makes an answer about a condition one that is never absent.
func settled(v evidence.Verdict) evidence.Verdict {
	if !v.Certain() {
		v.Outcomes = evidence.CanPass | evidence.CanFail
	}
	return v
}

// acrossRegions joins one listing of every region.
func acrossRegions[R any](in *scoring.Input, list func(*evidence.Region) evidence.List[R]) evidence.List[R] {
	if len(in.Account.Regions) == 0 {
		return evidence.List[R]{}
	}
	var items []R
	var gaps []evidence.Gap
	for i := range in.Account.Regions {
		l := list(&in.Account.Regions[i])
		items = append(items, l.Found()...)
		gaps = append(gaps, l.Gaps()...)
	}
	return evidence.Partial(items, gaps...)
}
