// Package assess scans an account, scores the evidence and makes the report.
package assess

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsready/awsready/cmd/internal/answers"
	"github.com/awsready/awsready/report"
	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/all"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/scoring/checks"
	"github.com/awsready/awsready/scoring/questions"
	"github.com/awsready/awsready/workload"
)

// Version is the program's version, set when it is built.
var Version = "dev"

// Checklist is everything that this version asks.
var Checklist = scoring.Checklist{
	Categories: questions.Categories,
	Questions:  questions.All,
	Checks:     checks.All,
	Unbuilt:    checks.Unbuilt,
}

// Scan reads an account.
func Scan(ctx context.Context, cfg aws.Config, o scanners.Options) (*evidence.Account, error) {
	return scanners.Scan(ctx, cfg, all.Scanners, o)
}

// Report scores evidence with what the owner says.
func Report(account *evidence.Account, file answers.File, skipChecks []string) *report.Report {
	in := &scoring.Input{Account: account, Workload: workload.New(account), Settings: file.Settings}
	scores := scoring.Score(Checklist, in, scoring.Options{Attestations: file.Attestations, SkipChecks: skipChecks})
	return report.Build(Version, in, scores, questions.Guide, skipChecks)
}
