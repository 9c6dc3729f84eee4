package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

const (
	haiku  = "anthropic.claude-3-haiku-20240307-v1:0"
	sonnet = "anthropic.claude-sonnet-4-20250514-v1:0"
	nova   = "amazon.nova-lite-v1:0"
	titan  = "amazon.titan-embed-text-v2:0"

	throughputARN = "arn:aws:bedrock:eu-central-1:111122223333:provisioned-model/pt1"
	customARN     = "arn:aws:bedrock:eu-central-1:111122223333:custom-model/" + nova + ":300k/cm1"
	profileARN    = "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/a1b2c3d4e5f6"
)

func offered(id string, l evidence.BedrockModelLifecycle) evidence.BedrockFoundationModel {
	if l.Status == "" {
		l.Status = "ACTIVE"
	}
	return evidence.BedrockFoundationModel{ID: id, Lifecycle: evidence.Known(l)}
}

// profile is an inference profile that routes to a model in some regions.
func profile(arn, model string, regions ...string) evidence.BedrockInferenceProfile {
	s := evidence.BedrockProfileSettings{Type: "SYSTEM_DEFINED", Status: "ACTIVE"}
	if strings.Contains(arn, "application") {
		s.Type = "APPLICATION"
	}
	for _, region := range regions {
		s.Models = append(s.Models, "arn:aws:bedrock:"+region+"::foundation-model/"+model)
	}
	return evidence.BedrockInferenceProfile{ARN: arn, ID: arn[strings.LastIndex(arn, "/")+1:], Name: "profile", Profile: evidence.Known(s), Tags: evidence.Known(evidence.Tags{})}
}

func systemProfile(geography, model string, regions ...string) evidence.BedrockInferenceProfile {
	return profile("arn:aws:bedrock:eu-central-1:111122223333:inference-profile/"+geography+"."+model, model, regions...)
}

// bedrock is an account in a region that offers some models and profiles.
func bedrock(fill func(r *evidence.Region)) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Bedrock.FoundationModels = evidence.Listed(
			offered(haiku, evidence.BedrockModelLifecycle{OnDemand: true, OutputIsText: true}),
			offered(sonnet, evidence.BedrockModelLifecycle{OutputIsText: true}),
			offered(nova, evidence.BedrockModelLifecycle{OnDemand: true, OutputIsText: true}),
			offered(titan, evidence.BedrockModelLifecycle{OnDemand: true, OutputIsEmbed: true}))
		r.Bedrock.InferenceProfiles = evidence.Listed(
			systemProfile("eu", sonnet, "eu-central-1", "eu-west-1", "eu-north-1"),
			systemProfile("eu", nova, "eu-central-1", "eu-west-1"),
			systemProfile("global", sonnet, "eu-central-1", ""))
		fill(r)
	})
}

func called(id string) evidence.Metric {
	return evidence.Metric{Namespace: "AWS/Bedrock", Name: "Invocations", Dimensions: map[string]string{"ModelId": id}}
}

// usingModels is an account in which CloudWatch saw calls of models.
func usingModels(ids ...string) *evidence.Account {
	return bedrock(func(r *evidence.Region) {
		var metrics []evidence.Metric
		for _, id := range ids {
			metrics = append(metrics, called(id))
		}
		r.CloudWatch.Metrics = evidence.Listed(metrics...)
	})
}

// with adds to an account.
func with(a *evidence.Account, fill func(r *evidence.Region)) *evidence.Account {
	fill(&a.Regions[0])
	return a
}

// living is an account that uses haiku in some state of its life.
func living(l evidence.BedrockModelLifecycle) *evidence.Account {
	return with(usingModels(haiku), func(r *evidence.Region) { r.Bedrock.FoundationModels = evidence.Listed(offered(haiku, l)) })
}

func withThroughput(s evidence.BedrockProvisionedSettings) *evidence.Account {
	return bedrock(func(r *evidence.Region) {
		r.Bedrock.Provisioned = evidence.Listed(evidence.BedrockProvisioned{ARN: throughputARN, Name: "reserved", Settings: evidence.Known(s)})
		r.Bedrock.CustomModels = evidence.Listed(evidence.BedrockModel{ARN: customARN, Name: "tuned", KMSKey: evidence.Known(""),
			Summary: evidence.Known(evidence.BedrockModelSummary{Base: "arn:aws:bedrock:eu-central-1::foundation-model/" + nova})})
	})
}

func withProfile(fill func(*evidence.BedrockInferenceProfile)) *evidence.Account {
	return bedrock(func(r *evidence.Region) {
		p := profile(profileARN, haiku, "eu-central-1")
		fill(&p)
		r.Bedrock.InferenceProfiles.Append(evidence.Listed(p))
	})
}

func logging(l evidence.BedrockLogging) *evidence.Account {
	return region(func(r *evidence.Region) { r.Bedrock.Logging = evidence.Known(l) })
}

func router(status string) *evidence.Account {
	return region(func(r *evidence.Region) {
		r.Bedrock.PromptRouters = evidence.Listed(evidence.BedrockPromptRouter{Name: "cheap", Status: evidence.Known(status)})
	})
}

func TestModels(t *testing.T) {
	none := bedrock(noMore)
	metricsDenied := bedrock(func(r *evidence.Region) { r.CloudWatch.Metrics = evidence.Partial[evidence.Metric](nil, denied) })
	modelsDenied := with(usingModels(haiku), func(r *evidence.Region) {
		r.Bedrock.FoundationModels = evidence.Partial[evidence.BedrockFoundationModel](nil, denied)
	})
	routersDenied := region(func(r *evidence.Region) {
		r.Bedrock.PromptRouters = evidence.Partial[evidence.BedrockPromptRouter](nil, denied)
	})
	legacy := func(dimensions map[string]string) func(*evidence.Region) {
		return func(r *evidence.Region) {
			r.CloudWatch.Metrics.Append(evidence.Listed(evidence.Metric{Namespace: "AWS/Bedrock", Name: "LegacyModelInvocations", Dimensions: dimensions}))
		}
	}
	day := 24 * time.Hour
	run(t, modelChecks, table{
		"bedrock-model-invocation-logging": {
			{name: "log group", account: logging(evidence.BedrockLogging{LogGroup: "/aws/bedrock/model-invocations", Text: true}), want: "pass"},
			{name: "bucket", account: logging(evidence.BedrockLogging{Bucket: "logs"}), want: "pass"},
			{name: "off", account: logging(evidence.BedrockLogging{Text: true}), want: "fail"},
			{name: "denied", account: region(noMore), want: "unknown"},
		},
		"bedrock-inference-residency": {
			{name: "no rule", account: usingModels("eu." + sonnet), want: "not-applicable"},
			{name: "profile within", account: usingModels("eu." + sonnet), want: "pass", settings: allowing("eu-central-1", "eu-west-1", "eu-north-1")},
			{name: "profile leaves", account: usingModels("eu." + sonnet), want: "fail", settings: allowing("eu-central-1", "eu-west-1")},
			{name: "global profile", account: usingModels("global." + sonnet), want: "fail", settings: allowing("eu-central-1", "eu-west-1", "eu-north-1")},
			{name: "global profile of which only the own region is listed", account: with(usingModels("global."+nova), func(r *evidence.Region) {
				r.Bedrock.InferenceProfiles = evidence.Listed(systemProfile("global", nova, "eu-central-1"))
			}), want: "fail", settings: allowing("eu-central-1")},
			{name: "own region", account: usingModels(haiku), want: "pass", settings: allowing("eu-central-1")},
			{name: "own region not permitted", account: usingModels(haiku), want: "fail", settings: allowing("eu-west-1")},
			{name: "throughput", account: withThroughput(evidence.BedrockProvisionedSettings{ModelARN: customARN}), want: "pass", settings: allowing("eu-central-1")},
			{name: "profile that is not listed", account: usingModels("us." + sonnet), want: "unknown", settings: allowing("eu-central-1")},
			{name: "profiles denied", account: with(usingModels("eu."+sonnet), func(r *evidence.Region) {
				r.Bedrock.InferenceProfiles = evidence.Partial[evidence.BedrockInferenceProfile](nil, denied)
			}), want: "unknown", settings: allowing("eu-central-1")},
			{name: "prompt router", account: usingModels("arn:aws:bedrock:eu-central-1:111122223333:default-prompt-router/anthropic.claude:1"), want: "unknown",
				settings: allowing("eu-central-1")},
			{name: "nothing in use", account: none, want: "not-applicable", settings: allowing("eu-central-1")},
		},
		"bedrock-cross-region-inference": {
			{name: "profile", account: usingModels("eu." + sonnet), want: "pass"},
			{name: "profile by ARN", account: usingModels("arn:aws:bedrock:eu-central-1:111122223333:inference-profile/eu." + sonnet), want: "pass"},
			{name: "global profile", account: usingModels("global." + sonnet), want: "pass"},
			{name: "one region although a profile is offered", account: usingModels(nova), want: "fail"},
			{name: "by ARN", account: usingModels("arn:aws:bedrock:eu-central-1::foundation-model/" + nova), want: "fail"},
			{name: "one region and no profile", account: usingModels(haiku), want: "not-applicable"},
			{name: "the offered profile is not permitted", account: usingModels(nova), want: "not-applicable", settings: allowing("eu-central-1")},
			{name: "the offered profile is permitted", account: usingModels(nova), want: "fail", settings: allowing("eu-central-1", "eu-west-1")},
			{name: "embedding", account: usingModels(titan), want: "not-applicable"},
			{name: "application profile on one region", account: withProfile(func(p *evidence.BedrockInferenceProfile) {
				*p = profile(profileARN, nova, "eu-central-1")
			}), want: "fail"},
			{name: "application profile across regions", account: withProfile(func(p *evidence.BedrockInferenceProfile) {
				*p = profile(profileARN, nova, "eu-central-1", "eu-west-1")
			}), want: "pass"},
			{name: "throughput", account: withThroughput(evidence.BedrockProvisionedSettings{ModelARN: customARN}), want: "not-applicable"},
			{name: "model that is not listed", account: usingModels("anthropic.claude-v1"), want: "unknown"},
			{name: "metrics denied", account: metricsDenied, want: "unknown"},
			{name: "agent", account: bedrock(func(r *evidence.Region) {
				r.BedrockAgent.Agents = evidence.Listed(servingAgent(evidence.AgentSettings{Model: nova}))
			}), want: "fail"},
		},
		"bedrock-model-in-use-active": {
			{name: "active", account: living(evidence.BedrockModelLifecycle{}), want: "pass"},
			{name: "legacy", account: living(evidence.BedrockModelLifecycle{Status: "LEGACY", EndOfLife: now.Add(400 * day)}), want: "fail"},
			{name: "ends in 90 days", account: living(evidence.BedrockModelLifecycle{EndOfLife: now.Add(90 * day)}), want: "fail"},
			{name: "ends in 91 days", account: living(evidence.BedrockModelLifecycle{EndOfLife: now.Add(91 * day)}), want: "pass"},
			{name: "behind a profile", account: with(usingModels("eu."+haiku), func(r *evidence.Region) {
				r.Bedrock.InferenceProfiles = evidence.Listed(systemProfile("eu", haiku, "eu-central-1", "eu-west-1"))
				r.Bedrock.FoundationModels = evidence.Listed(offered(haiku, evidence.BedrockModelLifecycle{Status: "LEGACY"}))
			}), want: "fail"},
			{name: "behind a profile that could not be listed", account: with(usingModels("eu."+haiku), func(r *evidence.Region) {
				r.Bedrock.InferenceProfiles = evidence.Partial[evidence.BedrockInferenceProfile](nil, denied)
				r.Bedrock.FoundationModels = evidence.Listed(offered(haiku, evidence.BedrockModelLifecycle{Status: "LEGACY"}))
			}), want: "fail"},
			{name: "counted as legacy", account: with(living(evidence.BedrockModelLifecycle{}), legacy(map[string]string{"ModelId": haiku})), want: "fail"},
			{name: "a legacy model that no metric names", account: with(living(evidence.BedrockModelLifecycle{}), legacy(nil)), want: "fail"},
			{name: "embedding of a knowledge base", account: bedrock(func(r *evidence.Region) {
				r.BedrockAgent.KnowledgeBases = evidence.Listed(knowledgeBase("ACTIVE"))
			}), want: "pass"},
			{name: "base of a custom model behind a throughput", account: withThroughput(evidence.BedrockProvisionedSettings{ModelARN: customARN}), want: "pass"},
			{name: "imported model", account: usingModels("arn:aws:bedrock:eu-central-1:111122223333:imported-model/im1"), want: "not-applicable"},
			{name: "not listed any more", account: usingModels("anthropic.claude-v1"), want: "unknown"},
			{name: "no lifecycle told", account: with(usingModels(haiku), func(r *evidence.Region) {
				r.Bedrock.FoundationModels = evidence.Listed(evidence.BedrockFoundationModel{ID: haiku, Lifecycle: evidence.Known(evidence.BedrockModelLifecycle{})})
			}), want: "unknown"},
			{name: "models denied", account: modelsDenied, want: "unknown"},
			{name: "metrics denied", account: metricsDenied, want: "unknown"},
			{name: "nothing in use", account: none, want: "not-applicable"},
		},
		"bedrock-model-fallback-configured": {
			{name: "two families", account: usingModels(haiku, nova), want: "pass"},
			{name: "one family and an embedding", account: usingModels(haiku, titan), want: "not-applicable"},
			{name: "profile across regions", account: usingModels("eu." + sonnet), want: "pass"},
			{name: "router", account: with(usingModels(haiku), func(r *evidence.Region) {
				r.Bedrock.PromptRouters = evidence.Listed(evidence.BedrockPromptRouter{Name: "cheap", Status: evidence.Known("AVAILABLE")})
			}), want: "pass"},
			{name: "nothing in use", account: none, want: "not-applicable"},
			{name: "models denied", account: modelsDenied, want: "unknown"},
			{name: "two application profiles", account: withProfile(func(p *evidence.BedrockInferenceProfile) {}), want: "not-applicable"},
			{name: "two families behind application profiles", account: bedrock(func(r *evidence.Region) {
				r.Bedrock.InferenceProfiles = evidence.Listed(profile(profileARN, haiku, home), profile(profileARN+"7", nova, home))
			}), want: "pass"},
		},
		"bedrock-prompt-router": {
			{name: "available", account: router("AVAILABLE"), want: "pass"},
			{name: "none", account: none, want: "not-applicable"},
			{name: "denied", account: routersDenied, want: "unknown"},
		},
		"bedrock-prompt-router-in-use": {
			{name: "router", account: router("AVAILABLE"), want: "pass"},
			{name: "distilled model", account: customModel(evidence.BedrockModelSummary{Customization: "DISTILLATION"}), want: "pass"},
			{name: "fine-tuned model", account: customModel(evidence.BedrockModelSummary{Customization: "FINE_TUNING"}), want: "not-applicable"},
			{name: "denied", account: routersDenied, want: "unknown"},
		},
		"provisioned-throughput-plan": {
			{name: "no commitment", account: withThroughput(evidence.BedrockProvisionedSettings{Status: "InService"}), want: "pass"},
			{name: "long commitment", account: withThroughput(evidence.BedrockProvisionedSettings{Status: "InService", Expires: now.Add(31 * day)}), want: "pass"},
			{name: "commitment ends in 30 days", account: withThroughput(evidence.BedrockProvisionedSettings{Status: "InService", Expires: now.Add(30 * day)}), want: "fail"},
			{name: "failed", account: withThroughput(evidence.BedrockProvisionedSettings{Status: "Failed"}), want: "fail"},
			{name: "being updated", account: withThroughput(evidence.BedrockProvisionedSettings{Status: "Updating"}), want: "pass"},
			{name: "denied", account: region(func(r *evidence.Region) {
				r.Bedrock.Provisioned = evidence.Partial[evidence.BedrockProvisioned](nil, denied)
			}), want: "unknown"},
			{name: "none", account: none, want: "not-applicable"},
		},
		"bedrock-application-inference-profile-present": {
			{name: "active", account: withProfile(func(*evidence.BedrockInferenceProfile) {}), want: "pass"},
			{name: "only Bedrock's own", account: usingModels("eu." + sonnet), want: "fail"},
			{name: "on demand by ARN", account: usingModels("arn:aws:bedrock:eu-central-1::foundation-model/" + nova), want: "fail"},
			{name: "throughput only", account: usingModels(throughputARN), want: "not-applicable"},
			{name: "no calls", account: none, want: "not-applicable"},
			{name: "profiles denied", account: with(usingModels(nova), func(r *evidence.Region) {
				r.Bedrock.InferenceProfiles = evidence.Partial[evidence.BedrockInferenceProfile](nil, denied)
			}), want: "unknown"},
			{name: "metrics denied", account: metricsDenied, want: "unknown"},
		},
		"bedrock-inference-profile-tagged": {
			{name: "usual tag", account: withProfile(func(p *evidence.BedrockInferenceProfile) { p.Tags = evidence.Known(evidence.Tags{"Team": "claims"}) }), want: "pass"},
			{name: "no tag", account: withProfile(func(*evidence.BedrockInferenceProfile) {}), want: "fail"},
			{name: "tags of the owner's", account: withProfile(func(p *evidence.BedrockInferenceProfile) {
				p.Tags = evidence.Known(evidence.Tags{"kst": "7", "app": "x"})
			}),
				want: "pass", settings: func(s *scoring.Settings) { s.CostTags = []string{"kst", "app"} }},
			{name: "one of the owner's tags missing", account: withProfile(func(p *evidence.BedrockInferenceProfile) { p.Tags = evidence.Known(evidence.Tags{"app": "x"}) }),
				want: "fail", settings: func(s *scoring.Settings) { s.CostTags = []string{"kst", "app"} }},
			{name: "denied", account: withProfile(func(p *evidence.BedrockInferenceProfile) { p.Tags = evidence.Fact[evidence.Tags]{} }), want: "unknown"},
			{name: "only Bedrock's own", account: none, want: "not-applicable"},
		},
	})
}
