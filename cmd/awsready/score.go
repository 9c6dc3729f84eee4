package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/awsready/awsready/cmd/internal/answers"
	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/report"
	"github.com/awsready/awsready/scanners/evidence"
)

func scoreCommand() *cobra.Command {
	var o output
	var answersFile string
	var skipChecks []string
	cmd := &cobra.Command{
		Use:   "score EVIDENCE",
		Short: "Score saved evidence again, offline",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			if err := knownChecks(skipChecks); err != nil {
				return err
			}
			file, err := answers.Read(answersFile, assess.Checklist.Questions)
			if err != nil {
				return exit{exitUsage, err.Error()}
			}
			account, err := load(args[0])
			if err != nil {
				return exit{exitUsage, err.Error()}
			}
			return o.write(cmd, assess.Report(account, file, skipChecks))
		},
	}
	cmd.Flags().StringVar(&answersFile, "answers", "", "answers `FILE` (default awsready.yaml when it exists)")
	cmd.Flags().StringSliceVar(&skipChecks, "skip-check", nil, "check to leave out (repeatable); it is unknown")
	o.flags(cmd, []string{"json", "html"})
	o.gates(cmd)
	return cmd
}

func load(path string) (*evidence.Account, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the evidence: %w", err)
	}
	defer file.Close()
	account, err := evidence.Load(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return account, nil
}

func reportCommand() *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "report RESULT",
		Short: "Write a JSON result again in other formats",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			r, err := readResult(args[0])
			if err != nil {
				return exit{exitUsage, err.Error()}
			}
			return o.write(cmd, r)
		},
	}
	o.flags(cmd, nil)
	o.gates(cmd)
	return cmd
}

func readResult(path string) (*report.Report, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the result: %w", err)
	}
	defer file.Close()
	r, err := report.ReadJSON(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
