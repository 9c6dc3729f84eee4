package integration

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awsready/awsready/report"
)

// scan scans an endpoint and returns the report that it wrote.
func scan(t *testing.T, e emulator, as keys, scope string) *report.Report {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	saved := filepath.Join(t.TempDir(), "evidence.json")
	stdout, stderr, code := run(t, e.url, as, "scan", "--region", region, "--scope", scope, "--format", "json", "--out", out, "--save-evidence", saved)
	if code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	for _, file := range []string{filepath.Join(out, "report.json"), saved} {
		private(t, file)
	}
	file, err := os.Open(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := report.ReadJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{filepath.Join(out, "report.json"), saved} {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(plaintextKey)) {
			t.Errorf("%s holds the credential that was seeded", filepath.Base(f))
		}
	}
	return r
}

// private asks that only the owner may read a file.
func private(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("%s has mode %o, want 600", filepath.Base(file), mode)
	}
}

// want is a finding that follows from what was seeded.
type want struct {
	check    string
	resource string // end of its ARN or id
	outcome  string
}

// compare holds a report against what was seeded, and against what the emulator's holes make of it.
func compare(t *testing.T, r *report.Report, wants []want, known []hole) {
	t.Helper()
	for _, h := range known {
		for _, instead := range h.wants {
			wants = slices.DeleteFunc(slices.Clone(wants), func(w want) bool { return w.check == instead.check && w.resource == instead.resource })
			wants = append(wants, instead)
		}
	}
	built := map[string]bool{}
	for _, c := range r.Checks {
		built[c.ID] = c.Built
	}
	for _, w := range wants {
		if !built[w.check] {
			t.Errorf("%s is not a check that is built", w.check)
			continue
		}
		switch found := findings(r, w.check, w.resource); {
		case len(found) == 0:
			t.Errorf("%s on ...%s: no finding, want %s; findings of the check:%s", w.check, w.resource, w.outcome, listed(findings(r, w.check, "")))
		case len(found) > 1:
			t.Errorf("%s on ...%s: %d findings", w.check, w.resource, len(found))
		case found[0].Outcome != w.outcome:
			t.Errorf("%s on ...%s: want %s, got%s", w.check, w.resource, w.outcome, listed(found))
		}
	}
}

// findings returns a check's findings on the resources that end so.
func findings(r *report.Report, check, resource string) (found []report.Finding) {
	for _, f := range r.Findings {
		if f.Check == check && strings.HasSuffix(f.Resource, resource) {
			found = append(found, f)
		}
	}
	return found
}

func listed(found []report.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString("\n\t" + f.Resource + " " + f.Outcome + ": " + f.Message)
		if f.Gap != nil {
			b.WriteString(" [" + f.Gap.Operation + " " + f.Gap.Code + " " + f.Gap.Reason + " " + f.Gap.Detail + "]")
		}
	}
	return b.String()
}

// hole is an operation that an emulator lacks, or answers unlike AWS.
type hole struct {
	operation string // as a gap names it; a write call where no gap follows
	answers   string // what the emulator answers
	aws       string // what AWS documents
	wants     []want // the findings that follow, in place of those that follow from what was seeded
}

// holes asks that every call that was not read is one that the emulator is known to lack, so that nothing fails unseen.
func holes(t *testing.T, r *report.Report, known []hole) {
	t.Helper()
	for _, gap := range r.Gaps {
		if slices.Contains([]string{"opt-in", "not-asked", "not-built", "not-attested", "not-available"}, gap.Reason) {
			continue // nothing was asked
		}
		if !slices.ContainsFunc(known, func(h hole) bool { return h.operation == gap.Operation }) {
			t.Errorf("%s was not read: %s %s %s", gap.Operation, gap.Reason, gap.Code, gap.Detail)
		}
	}
}

// reasons holds why a report judges resources against what the role graph tells. An empty reason asks that it does not judge them.
func reasons(t *testing.T, r *report.Report, rows []reason) {
	t.Helper()
	for _, row := range rows {
		found := findings(r, row.check, row.resource)
		switch {
		case row.because == "" && len(found) > 0:
			t.Errorf("%s judges ...%s, which the workload does not reach: %s", row.check, row.resource, found[0].InScopeBecause)
		case row.because != "" && len(found) != 1:
			t.Errorf("%s has %d findings on ...%s", row.check, len(found), row.resource)
		case row.because != "" && !strings.Contains(found[0].InScopeBecause, row.because):
			t.Errorf("%s judges ...%s because %q, want %q", row.check, row.resource, found[0].InScopeBecause, row.because)
		}
	}
}

// reason is why a check judges a resource.
type reason struct{ check, resource, because string }
