package checks

import (
	"slices"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// residency passes where all regions are permitted.
func residency(in *scoring.Input, what string, regions []string) evidence.Verdict {
	if len(in.Settings.AllowedRegions) == 0 {
		return evidence.NotApplicable("no permitted regions are configured")
	}
	var outside []string
	for _, region := range regions {
		if !slices.Contains(in.Settings.AllowedRegions, region) {
			outside = append(outside, region)
		}
	}
	switch {
	case slices.Contains(outside, ""):
		return evidence.Fail(what + " any commercial region")
	case len(outside) > 0:
		return evidence.Fail(what + " " + strings.Join(outside, ", ") + ", which is not permitted")
	}
	return evidence.Pass(what + " " + strings.Join(regions, ", "))
}

func modelResidency(in *scoring.Input, region *evidence.Region, m modelInUse) evidence.Verdict {
	if m.id != "" && len(in.Settings.AllowedRegions) == 0 {
		return evidence.NotApplicable("no permitted regions are configured")
	}
	return evidence.With(resolveModel(region, m.id), func(t modelTarget) evidence.Verdict {
		return evidence.With(t.regions, func(regions []string) evidence.Verdict {
			return residency(in, "calls are answered in", regions)
		})
	})
}

// guardrailRegions are the regions to which a guardrail profile of a geography sends text, besides the
// guardrail's own: those that AWS documents (Bedrock User Guide, "Supported Regions for cross-Region
// guardrail inference"), and all of the geography, to which it may add them. No API tells them.
var guardrailRegions = map[string]struct{ documented, possible []string }{
	"us": {
		[]string{"us-east-1", "us-east-2", "us-west-2"},
		[]string{"us-east-1", "us-east-2", "us-west-1", "us-west-2"},
	},
	"us-gov": {
		[]string{"us-gov-east-1", "us-gov-west-1"},
		[]string{"us-gov-east-1", "us-gov-west-1"},
	},
	"eu": {
		[]string{"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"},
		[]string{"eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"},
	},
	"apac": {
		[]string{"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"},
		[]string{
			"ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1",
			"ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
		},
	},
}

func guardrailResidency(in *scoring.Input, region *evidence.Region, g guardrailInUse) evidence.Verdict {
	return evidence.With(g.policy, func(p evidence.BedrockGuardrailPolicy) evidence.Verdict {
		own := residency(in, "text is evaluated in", []string{region.Name})
		if p.CrossRegionProfile == "" || !own.Passed() {
			return own
		}
		geography, _, _ := strings.Cut(p.CrossRegionProfile, ".")
		regions, known := guardrailRegions[geography]
		sends := "the guardrail profile " + p.CrossRegionProfile + " sends text to"
		if v := residency(in, sends, regions.documented); v.Failed() {
			return v
		}
		if v := residency(in, sends+" regions among", regions.possible); known && v.Passed() {
			return v
		}
		return evidence.Unknown("it is not known which regions the guardrail profile "+p.CrossRegionProfile+" sends text to",
			evidence.Gap{Service: "bedrock", Operation: "GetGuardrail", Region: region.Name, Resource: g.arn, Reason: evidence.NotBuilt,
				Detail: "no API tells the regions of a guardrail profile"})
	})
}
