package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/awsready/awsready/cmd/internal/answers"
	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/cmd/internal/session"
	"github.com/awsready/awsready/fixtures"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/all"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// scanFlags are what a scan takes.
type scanFlags struct {
	output
	session      session.Options
	scan         scanners.Options
	answers      string
	skipChecks   []string
	saveEvidence string
	timeout      time.Duration
	demo         bool
	debug        bool
}

func scanCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Scan an account and report whether it is ready for production",
		Example: `  awsready scan --profile prod
  awsready scan --demo
  awsready scan --profile prod --region eu-central-1 --fail-under 60 --min-coverage 80`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.session.Profile, "profile", "", "profile of the AWS configuration")
	flags.StringArrayVar(&f.session.Roles, "role-arn", nil, "role to assume (repeatable: a chain)")
	flags.StringVar(&f.session.ExternalID, "external-id", "", "external id for the roles to assume")
	flags.StringSliceVar(&f.scan.Regions, "region", nil, "region to scan (repeatable), or all; default: the profile's, and those that show a GenAI workload")
	flags.StringVar(&f.scan.Scope, "scope", workload.ScopeWorkload, "what to judge: workload (what the GenAI workload reaches) or account (everything)")
	flags.StringVar(&f.scan.WorkloadTag, "workload", "", "narrow the workload to resources with the tag `KEY=VALUE` and what they reach")
	flags.BoolVar(&f.scan.Metrics, "metrics", false, "read CloudWatch metric data, which AWS bills (about 0.01 USD per 1,000 metrics)")
	flags.StringSliceVar(&f.scan.Skip, "skip-service", nil, "service to leave out, by SDK package name (repeatable); what it would tell is unknown")
	flags.StringSliceVar(&f.skipChecks, "skip-check", nil, "check to leave out (repeatable); it is unknown")
	flags.StringVar(&f.answers, "answers", "", "answers `FILE` (default awsready.yaml when it exists)")
	flags.StringVar(&f.saveEvidence, "save-evidence", "", "save what was read to `FILE`, for awsready score")
	flags.DurationVar(&f.timeout, "timeout", 0, "stop reading after this long and report what was read")
	flags.IntVar(&f.scan.Concurrency, "concurrency", 16, "services and regions to read at a time")
	flags.BoolVar(&f.demo, "demo", false, "scan the embedded demo account instead of AWS")
	flags.BoolVar(&f.debug, "debug", false, "log every call to standard error, without its content")
	f.output.flags(cmd, []string{"json", "html"})
	f.output.gates(cmd)
	return cmd
}

var regionName = regexp.MustCompile(`^([a-z]{2,}(-[a-z]+)+-\d+|all)$`)

// check refuses wrong flags before anything is asked of AWS.
func (f *scanFlags) check() error {
	for _, region := range f.scan.Regions {
		if !regionName.MatchString(region) {
			return fmt.Errorf("--region: %q is not the name of a region such as eu-central-1, nor all", region)
		}
	}
	if !slices.Contains([]string{workload.ScopeWorkload, workload.ScopeAccount}, f.scan.Scope) {
		return fmt.Errorf("--scope: %q is neither workload nor account", f.scan.Scope)
	}
	if key, _, ok := strings.Cut(f.scan.WorkloadTag, "="); f.scan.WorkloadTag != "" && (!ok || key == "") {
		return fmt.Errorf("--workload: %q is not KEY=VALUE", f.scan.WorkloadTag)
	}
	for _, service := range f.scan.Skip {
		if !slices.ContainsFunc(all.Scanners, func(s scanners.Scanner) bool { return s.Service == service && s.Identify == nil }) {
			return fmt.Errorf("--skip-service: there is no service %q to skip; see `awsready policy` for the services", service)
		}
	}
	if f.scan.Concurrency < 1 {
		return errors.New("--concurrency: at least 1")
	}
	if f.timeout < 0 {
		return errors.New("--timeout: must not be negative")
	}
	if err := knownChecks(f.skipChecks); err != nil {
		return err
	}
	return f.output.check()
}

func (f *scanFlags) run(cmd *cobra.Command) error {
	if err := f.check(); err != nil {
		return err
	}
	file, err := f.read()
	if err != nil {
		return exit{exitUsage, err.Error()}
	}
	ctx := cmd.Context()
	cfg, err := f.config(ctx, cmd)
	if err != nil {
		return exit{exitNoScan, session.Explain(err, f.session.Profile)}
	}
	reading := ctx
	if f.timeout > 0 {
		var cancel context.CancelFunc
		reading, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	if f.debug {
		f.scan.Trace = trace(cmd.ErrOrStderr())
	}
	progress := follow(cmd.ErrOrStderr(), &f.scan)
	account, err := assess.Scan(reading, cfg, f.scan)
	progress.stop()
	if err != nil {
		if ctx.Err() != nil {
			return exit{exitInterrupted, "interrupted before anything was read"}
		}
		return exit{exitNoScan, session.Explain(err, f.session.Profile)}
	}
	if f.saveEvidence != "" {
		if err := writeFile(f.saveEvidence, func(w io.Writer) error { return evidence.Save(w, account) }); err != nil {
			fmt.Fprintln(cmd.ErrOrStderr(), "awsready: "+err.Error())
		}
	}
	err = f.output.write(cmd, assess.Report(account, file, f.skipChecks))
	switch {
	case ctx.Err() != nil:
		return exit{exitInterrupted, "interrupted: the report is partial, what was not read is unknown"}
	case evidence.NothingRead(account):
		return exit{exitNoScan, "nothing could be read: every call was refused; see `awsready policy` for the permissions a scan needs"}
	}
	return err
}

// read reads the answers file; the demo account brings its own.
func (f *scanFlags) read() (answers.File, error) {
	if f.demo && f.answers == "" {
		return answers.Parse(fixtures.DemoAnswers, assess.Checklist.Questions)
	}
	return answers.Read(f.answers, assess.Checklist.Questions)
}

// config is the configuration of the real account, or of the demo.
func (f *scanFlags) config(ctx context.Context, cmd *cobra.Command) (aws.Config, error) {
	if f.demo {
		demo := fixtures.Demo()
		f.scan.Clock, f.scan.KeepInput, f.scan.Unlimited = demo.Clock, true, true
		return demo.Config(demo.Transport()), nil
	}
	if terminal(cmd.InOrStdin()) {
		f.session.Prompt = cmd.ErrOrStderr()
		f.session.Code = func() (string, error) { return bufio.NewReader(cmd.InOrStdin()).ReadString('\n') }
	}
	if len(f.scan.Regions) > 0 && f.scan.Regions[0] != "all" {
		f.session.Region = f.scan.Regions[0]
	}
	return session.Load(ctx, f.session)
}

// trace logs calls without their content.
func trace(w io.Writer) func(scanners.CallTrace) {
	logger := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return func(c scanners.CallTrace) {
		logger.Debug("call", "service", c.Service, "operation", c.Operation, "region", c.Region, "status", c.Status, "duration", c.Duration.Round(time.Millisecond))
	}
}
