package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/report"
	"github.com/awsready/awsready/scanners/all"
	"github.com/awsready/awsready/scoring/checks"
)

// update writes golden files and documents anew instead of comparing them: make generate.
var update = os.Getenv("AWSREADY_UPDATE") != ""

func TestDocumentsAreDerivedFromTheLiterals(t *testing.T) {
	schema, err := report.Schema()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]byte{
		"../../docs/checks.md": checksDocument(), "../../docs/permissions.md": permissionsDocument(), "../../docs/report.schema.json": schema,
	} {
		if update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s has drifted from the literals: run make generate (%v)", path, err)
		}
	}
}

func checksDocument() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Checks\n\n%d checks; %d more of the catalogue are not built in this version and count as unknown.\n", len(checks.All), len(checks.Unbuilt))
	for _, category := range assess.Checklist.Categories {
		fmt.Fprintf(&b, "\n## %s %s\n", category.ID, category.Name)
		for _, c := range checks.All {
			if !strings.HasPrefix(c.Questions[0], category.ID+".") {
				continue
			}
			fmt.Fprintf(&b, "\n### %s\n\n%s. %s, questions %s.\n\n%s\n\n", c.ID, c.Title, c.Severity, joined(c.Questions), c.Why)
			fmt.Fprintf(&b, "- reads: %s\n", joined(c.Operations))
			if c.Fix != "" {
				fmt.Fprintf(&b, "- fix: `%s`\n", c.Fix)
			}
			if len(c.References) > 0 {
				fmt.Fprintf(&b, "- references: %s\n", joined(c.References))
			}
			if c.OptIn != "" {
				fmt.Fprintf(&b, "- opt-in: %s\n", c.OptIn)
			}
		}
	}
	return b.Bytes()
}

func permissionsDocument() []byte {
	var b bytes.Buffer
	b.WriteString("# Permissions\n\nEverything that a scan may call. An operation that is not listed is refused before anything is sent.\n\n| service | operation | IAM actions | opt-in |\n|---|---|---|---|\n")
	for _, s := range all.Scanners {
		for _, o := range s.Operations {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.Service, o.Name, joined(o.IAM), o.OptIn)
		}
	}
	return b.Bytes()
}
