package answers

import (
	"fmt"
	"strings"

	"github.com/awsready/awsready/scoring"
)

// width of the template's comments, in characters.
const width = 92

// Template is a commented answers file with every question that asks for an attestation.
func Template(questions []scoring.Question) string {
	var b strings.Builder
	b.WriteString(`# What AWS cannot tell: settings of the workload, and attestations by their owners.
# awsready reads this file from the working directory, or from --answers FILE.

settings:
  # Where data may be processed; empty for no rule.
  allowed_regions: []
  # The workload is meant to run in two regions.
  multi_region: false
  # Functions serve several tenants.
  multi_tenant: false
  # Tag keys that every resource must carry; empty for any of the usual ones.
  cost_tags: []
`)
	fmt.Fprintf(&b, "  # Days that logs are kept, at least and at most.\n  retention_min: %d\n  retention_max: %d\n",
		scoring.DefaultSettings.RetentionMin, scoring.DefaultSettings.RetentionMax)
	fmt.Fprintf(&b, "  # Days that agents may remember, and after which an index is stale.\n  memory_days: %d\n  sync_days: %d\n",
		scoring.DefaultSettings.MemoryDays, scoring.DefaultSettings.SyncDays)
	b.WriteString(`
# An answer is yes, partial or no. It needs an owner and a date; link points to the proof.
# Without expires it holds for 180 days. Take the # away from those that you answer.
answers:
`)
	for _, q := range questions {
		if q.Attest == "" {
			continue
		}
		fmt.Fprintf(&b, "\n")
		comment(&b, q.ID+" "+q.Text)
		comment(&b, q.Attest)
		fmt.Fprintf(&b, "  # - question: %q\n  #   answer: no\n  #   owner: \"\"\n  #   date: 2026-01-31\n  #   link: \"\"\n", q.ID)
	}
	return b.String()
}

// comment writes a text as wrapped YAML comment lines.
func comment(b *strings.Builder, text string) {
	line := "  ##"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line = "  ##"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
