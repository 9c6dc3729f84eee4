package checks

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

// guardrailInUse is a version of a guardrail that something uses or, of a guardrail without a known
// consumer, the version that one would use: the newest.
type guardrailInUse struct {
	arn, name, version string
	used               evidence.Verdict // its message says by what
	policy             evidence.Fact[evidence.BedrockGuardrailPolicy]
}

var guardrailsUsed = scoring.Kind[guardrailInUse]{
	Drawn:     guardrailsInUse,
	ID:        func(_ *scoring.Input, _ string, g guardrailInUse) string { return g.arn + ":" + g.version },
	Name:      func(g guardrailInUse) string { return strings.TrimSpace(g.name + " " + versionName(g.version)) },
	Relevance: func(_ *workload.Graph, _ string, g guardrailInUse) evidence.Verdict { return g.used },
}

func versionName(version string) string {
	if _, err := strconv.Atoi(version); err == nil {
		return "version " + version
	}
	return version
}

// guardrailsInUse lists the guardrail versions of a region that are judged. A consumer that was not
// read may use any version: that is a gap of the listing.
func guardrailsInUse(in *scoring.Input, region *evidence.Region) evidence.List[guardrailInUse] {
	uses := in.Workload.GuardrailUses(region.Name)
	by := maps.Clone(uses.By)
	gaps := slices.Concat(uses.Gaps, region.Bedrock.Guardrails.Gaps())
	var all, idle []guardrailInUse
	for _, g := range region.Bedrock.Guardrails.Found() {
		var certain bool
		var perhaps []evidence.Verdict
		for _, v := range g.Versions.Found() {
			used, ok := by[g.ARN+":"+v.Version]
			if !ok {
				continue
			}
			delete(by, g.ARN+":"+v.Version)
			all = append(all, guardrailInUse{g.ARN, g.Name, v.Version, used, v.Policy})
			certain = certain || used.Passed()
			perhaps = append(perhaps, used)
		}
		gaps = append(gaps, g.Versions.Gaps()...)
		newest, ok := newestVersion(g.Versions.Found())
		if _, judged := uses.By[g.ARN+":"+newest.Version]; ok && !certain && !judged {
			used := in.Workload.Guardrail(region.Name, g)
			if len(perhaps) > 0 {
				used = evidence.All(used, evidence.Not(evidence.Any(perhaps...)))
			}
			used.Message = "nothing is known to use a version of the guardrail: its newest is judged"
			idle = append(idle, guardrailInUse{g.ARN, g.Name, newest.Version, used, newest.Policy})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		cut := strings.LastIndex(name, ":")
		all = append(all, guardrailInUse{arn: name[:cut], version: name[cut+1:], used: by[name],
			policy: evidence.Missing[evidence.BedrockGuardrailPolicy](unlistedGuardrail(in, region, name[:cut]))})
	}
	if len(gaps) == 0 {
		all = append(all, idle...)
	}
	return evidence.Partial(all, gaps...)
}

// newestVersion is the highest number, or the draft of a guardrail that has no other version.
func newestVersion(versions []evidence.BedrockGuardrailVersion) (evidence.BedrockGuardrailVersion, bool) {
	if len(versions) == 0 {
		return evidence.BedrockGuardrailVersion{}, false
	}
	return slices.MaxFunc(versions, func(a, b evidence.BedrockGuardrailVersion) int {
		number := func(v evidence.BedrockGuardrailVersion) int { n, _ := strconv.Atoi(v.Version); return n }
		return number(a) - number(b)
	}), true
}

// unlistedGuardrail is why nothing is known of a guardrail that something uses.
func unlistedGuardrail(in *scoring.Input, region *evidence.Region, arn string) evidence.Gap {
	gap := evidence.Gap{Service: "bedrock", Operation: "GetGuardrail", Region: region.Name, Resource: arn, Reason: evidence.Failed,
		Detail: "AWS does not list the guardrail version: it was deleted"}
	switch parts := strings.Split(arn, ":"); {
	case len(parts) > 4 && parts[4] != in.Account.ID:
		gap.Reason, gap.Detail = evidence.NotBuilt, "the guardrail belongs to another account, "+parts[4]+", which is not scanned"
	case len(parts) > 3 && parts[3] != region.Name:
		gap.Reason, gap.Detail = evidence.NotBuilt, "the guardrail is in another region, "+parts[3]
	case len(region.Bedrock.Guardrails.Gaps()) > 0:
		return region.Bedrock.Guardrails.Gaps()[0]
	}
	return gap
}
