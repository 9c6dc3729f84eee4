package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Width of the terminal summary, in columns.
const Width = 80

// WriteTerminal writes the summary that a person reads in a terminal, 80 columns wide.
func WriteTerminal(w io.Writer, r *Report, colours bool) error {
	t := terminal{w: w, colours: colours}
	t.head(r)
	if r.Score == nil {
		t.line("")
		t.wrap("", "No GenAI workload was found: there is nothing to score. Every probe was read. Scan everything with --scope account, or name a region with --region.")
		return t.err
	}
	t.verdict(r)
	t.categories(r)
	t.steps(r)
	t.unread(r)
	return t.err
}

// terminal writes lines and remembers the first error.
type terminal struct {
	w       io.Writer
	colours bool
	err     error
}

func (t *terminal) line(s string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, strings.TrimRight(s, " "))
	}
}

// wrap writes a paragraph with a hanging indent.
func (t *terminal) wrap(indent, s string) {
	for i, line := range strings.Split(text.WrapSoft(printable(s), Width-len(indent)), "\n") {
		if i == 0 {
			t.line(indent + line)
			continue
		}
		t.line(strings.Repeat(" ", len(indent)) + strings.TrimLeft(line, " "))
	}
}

func (t *terminal) paint(s string, colours ...text.Color) string {
	if !t.colours {
		return s
	}
	return text.Colors(colours).EscapeSeq() + s + text.Reset.EscapeSeq()
}

// printable takes control characters out of what AWS or a file named, so that a name cannot steer the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '�'
		}
		return r
	}, s)
}

var bandColours = map[string]text.Color{
	"not ready for production": text.FgRed, "needs significant work": text.FgRed,
	"close to production ready": text.FgYellow, "production ready": text.FgGreen,
}

func (t *terminal) head(r *Report) {
	t.line(t.paint("awsready "+r.Tool.Version, text.Bold) + "  account " + r.Account + "  " + r.Time.Format("2006-01-02 15:04 MST"))
	t.wrap("", "regions "+strings.Join(r.Regions, ", "))
	for _, gap := range r.ClosedRegions {
		t.wrap("", "closed  "+gap.Region+": "+gap.Detail)
	}
}

func (t *terminal) verdict(r *Report) {
	t.line("")
	band := strings.ToUpper(r.Score.Band)
	t.line(t.paint(band, text.Bold, bandColours[r.Score.Band]) + "  " + interval(r.Score.Low, r.Score.High))
	if hanging := r.Score.High - r.Score.Low; hanging > 0 {
		unknown := 0
		for _, c := range r.Checks {
			unknown += boolInt(c.Outcome == "unknown")
		}
		t.wrap("", fmt.Sprintf("%s hang on %d checks that are unknown", points(hanging), unknown))
	}
	if r.Score.CappedBy != "" {
		t.wrap("", "capped: "+r.Score.CappedBy)
	}
	coverage := fmt.Sprintf("coverage %d %%", r.Score.Coverage)
	if r.Score.Attested > 0 {
		coverage += ", " + points(r.Score.Attested) + " attested"
	}
	parts := []string{coverage}
	for _, part := range []struct {
		name  string
		score *SubScore
	}{{"must-have", r.MustHave}, {"should-have", r.ShouldHave}, {"support procedures", r.Support}} {
		if part.score != nil {
			parts = append(parts, part.name+" "+interval(part.score.Low, part.score.High))
		}
	}
	t.wrap("", strings.Join(parts, " · "))
	if r.Reach != nil {
		why := r.Reach.Why[0]
		if more := len(r.Reach.Why) - 1; more > 0 {
			why += fmt.Sprintf(", and %d more reasons", more)
		}
		t.wrap("", "production ready is out of reach in this version: "+why)
	}
}

func interval(low, high int) string {
	if low == high {
		return fmt.Sprintf("%d %%", low)
	}
	return fmt.Sprintf("%d %% (up to %d %%)", low, high)
}

func (t *terminal) categories(r *Report) {
	t.line("")
	tw := table.NewWriter()
	tw.SetStyle(table.StyleLight)
	tw.Style().Options = table.OptionsNoBordersAndSeparators
	tw.Style().Box.PaddingLeft = ""
	for _, c := range r.Categories {
		name := c.Name
		if c.MustHave {
			name += " *"
		}
		switch {
		case c.Applies == "no":
			tw.AppendRow(table.Row{c.ID, name, "", "does not apply", ""})
		case c.Insufficient:
			tw.AppendRow(table.Row{c.ID, name, bar(c.Low, c.High), fmt.Sprintf("%3d-%d %%", c.Low, c.High), "insufficient evidence"})
		default:
			tw.AppendRow(table.Row{c.ID, name, bar(c.Low, c.High), fmt.Sprintf("%3d-%d %%", c.Low, c.High), ""})
		}
	}
	for line := range strings.SplitSeq(tw.Render(), "\n") {
		t.line(text.Trim(line, Width))
	}
	t.line("   * must-have")
}

// bar draws an interval over ten characters: what is sure, what is possible, the rest.
func bar(low, high int) string {
	sure, possible := low/10, (high+9)/10
	return strings.Repeat("█", sure) + strings.Repeat("░", possible-sure) + strings.Repeat("·", 10-possible)
}

// most is how many entries a list of the summary shows.
const most = 5

func (t *terminal) steps(r *Report) {
	if len(r.NextSteps) == 0 {
		return
	}
	t.line("")
	t.line(t.paint("Do next", text.Bold))
	for i, step := range r.NextSteps {
		if i == most {
			t.line(fmt.Sprintf("   and %d more in the report", len(r.NextSteps)-most))
			break
		}
		resources := ""
		if step.Failing > 1 {
			resources = fmt.Sprintf(", %d resources", step.Failing)
		}
		t.wrap(fmt.Sprintf("%2d ", step.Rank), fmt.Sprintf("%s (%s, +%.1f points%s; %s)", step.Title, step.Severity, step.Points, resources, step.Check))
	}
	if r.NextBand != nil {
		switch {
		case r.NextBand.Blocked != "":
			t.wrap("   ", "next band, "+r.NextBand.Band+": "+r.NextBand.Blocked)
		default:
			t.wrap("   ", fmt.Sprintf("next band, %s: mend %d checks: %s", r.NextBand.Band, len(r.NextBand.Checks), strings.Join(r.NextBand.Checks, ", ")))
		}
	}
}

func (t *terminal) unread(r *Report) {
	counts := map[string]int{}
	permissions := r.MissingPermissions()
	for _, f := range r.Findings {
		if f.Gap != nil {
			counts[f.Gap.Reason]++
		}
	}
	if len(counts) == 0 {
		return
	}
	t.line("")
	t.line(t.paint("Not read", text.Bold))
	var parts []string
	for _, reason := range reasons {
		if n := counts[reason]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, reason))
		}
	}
	t.wrap("   ", strings.Join(parts, " · "))
	if len(permissions) > 0 {
		shown := permissions[:min(len(permissions), most)]
		rest := ""
		if n := len(permissions) - len(shown); n > 0 {
			rest = fmt.Sprintf(" and %d more", n)
		}
		t.wrap("   ", "these permissions would settle the denied ones: "+strings.Join(shown, ", ")+rest+"; all of them: awsready policy --missing report.json")
	}
	shown := 0
	for _, g := range r.Gaps {
		if g.Reason != "denied-by-key" && g.Reason != "throttled" && g.Reason != "error" {
			continue
		}
		if shown++; shown > most {
			continue
		}
		t.wrap("   ", strings.Join(strings.Fields(g.Operation+" "+g.Region+" "+g.Resource), " ")+": "+cmp.Or(g.Detail, g.Code))
	}
	if shown > most {
		t.line(fmt.Sprintf("   and %d more in the report", shown-most))
	}
}

func points(n int) string {
	if n == 1 {
		return "1 point"
	}
	return fmt.Sprintf("%d points", n)
}
