package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/awsready/awsready/report"
	"github.com/awsready/awsready/scoring"
)

// format is a way to write a report.
type format struct {
	name, file string
	write      func(io.Writer, *report.Report) error
}

var formats = []format{
	{"json", "report.json", report.WriteJSON},
	{"html", "report.html", report.WriteHTML},
}

func formatNames() string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// output is where a report goes and which gates it must pass.
type output struct {
	formats     []string
	out         string
	failUnder   int
	failOn      string
	minCoverage int
}

func (o *output) flags(cmd *cobra.Command, formats []string) {
	f := cmd.Flags()
	f.StringSliceVar(&o.formats, "format", formats, "formats to write: "+formatNames())
	f.StringVar(&o.out, "out", "", "folder to write to (default awsready-ACCOUNT-TIME), or - for standard output")
}

func (o *output) gates(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.failUnder, "fail-under", 0, "exit with 1 when the score's low end is under `N` per cent")
	f.StringVar(&o.failOn, "fail-on", "", "exit with 1 when a check of this `SEVERITY` or graver fails: critical, high, medium, low")
	f.IntVar(&o.minCoverage, "min-coverage", 0, "exit with 4 when less than `N` per cent of the weight was read")
}

// check refuses wrong flags before anything is scanned.
func (o *output) check() error {
	for _, name := range o.formats {
		if o.find(name) == nil {
			return fmt.Errorf("--format: there is no format %q; there are: %s", name, formatNames())
		}
	}
	if o.out == "-" && len(o.formats) != 1 {
		return fmt.Errorf("--out - writes one report: name one --format")
	}
	if o.failOn != "" && !slices.Contains(scoring.Severities, scoring.Severity(o.failOn)) {
		return fmt.Errorf("--fail-on: %q is none of critical, high, medium, low", o.failOn)
	}
	for flag, n := range map[string]int{"--fail-under": o.failUnder, "--min-coverage": o.minCoverage} {
		if n < 0 || n > 100 {
			return fmt.Errorf("%s: %d is not between 0 and 100", flag, n)
		}
	}
	return nil
}

func (o *output) find(name string) *format {
	for i := range formats {
		if formats[i].name == name {
			return &formats[i]
		}
	}
	return nil
}

// write writes the report in every format and the summary, and applies the gates.
func (o *output) write(cmd *cobra.Command, r *report.Report) error {
	if o.out == "-" {
		if err := o.find(o.formats[0]).write(cmd.OutOrStdout(), r); err != nil {
			return exit{exitNoScan, "cannot write the report: " + err.Error()}
		}
		return o.gate(r)
	}
	// The files come first: a reader of the summary that stops early must not cost the report.
	var written []string
	if len(o.formats) > 0 {
		folder := o.out
		if folder == "" {
			folder = fmt.Sprintf("awsready-%s-%s", r.Account, r.Time.UTC().Format("20060102T150405Z"))
		}
		var err error
		if written, err = o.folder(folder, r); err != nil {
			return exit{exitNoScan, err.Error()}
		}
	}
	if err := report.WriteTerminal(cmd.OutOrStdout(), r, colours(cmd.OutOrStdout())); err != nil {
		return exit{exitNoScan, "cannot write the summary: " + err.Error()}
	}
	for i, path := range written {
		if i == 0 {
			fmt.Fprintln(cmd.OutOrStdout())
		}
		fmt.Fprintln(cmd.OutOrStdout(), "wrote "+path)
	}
	return o.gate(r)
}

// folder writes the report in every format and returns the paths.
func (o *output) folder(folder string, r *report.Report) ([]string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the folder of the report: %w; choose another with --out", err)
	}
	var written []string
	for _, name := range o.formats {
		f := o.find(name)
		path := filepath.Join(folder, f.file)
		if err := writeFile(path, func(w io.Writer) error { return f.write(w, r) }); err != nil {
			return nil, err
		}
		written = append(written, path)
	}
	return written, nil
}

// writeFile writes a file that only its owner may read; a failure leaves no half-written file under the name.
func writeFile(path string, write func(io.Writer) error) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer os.Remove(temporary.Name())
	err = write(temporary)
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

// gate turns a result into an exit code. Coverage outranks the others.
func (o *output) gate(r *report.Report) error {
	if r.Score == nil {
		return exit{exitNoWorkload, ""}
	}
	if r.Score.Coverage < o.minCoverage {
		return exit{exitCoverage, fmt.Sprintf("gate: coverage is %d %%, below --min-coverage %d", r.Score.Coverage, o.minCoverage)}
	}
	if r.Score.Low < o.failUnder {
		return exit{exitGate, fmt.Sprintf("gate: the score is %d %%, below --fail-under %d", r.Score.Low, o.failUnder)}
	}
	if o.failOn == "" {
		return nil
	}
	limit := slices.Index(scoring.Severities, scoring.Severity(o.failOn))
	for _, c := range r.Checks {
		if c.Outcome == "fail" && slices.Index(scoring.Severities, scoring.Severity(c.Severity)) <= limit {
			return exit{exitGate, fmt.Sprintf("gate: the %s check %s fails (--fail-on %s)", c.Severity, c.ID, o.failOn)}
		}
	}
	return nil
}

// colours reports that a stream is a terminal whose owner has not declined colours (no-color.org).
func colours(w io.Writer) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && terminal(w)
}

func terminal(w any) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
