package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/awsready/awsready/cmd/internal/policy"
	"github.com/awsready/awsready/scanners/all"
)

func policyCommand() *cobra.Command {
	var missing string
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print the least-privilege IAM policy that a scan needs",
		Long:  "Print the least-privilege IAM policy that a scan needs, as JSON: one document, or a list of documents where\none would exceed the size that AWS allows a managed policy.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			actions := policy.Actions(all.Scanners)
			if missing != "" {
				r, err := readResult(missing)
				if err != nil {
					return exit{exitUsage, err.Error()}
				}
				if actions = r.MissingPermissions(); len(actions) == 0 {
					fmt.Fprintln(cmd.ErrOrStderr(), "no permission was missing in that scan")
					return nil
				}
			}
			documents := policy.Documents(actions)
			if len(documents) == 1 {
				return printJSON(cmd.OutOrStdout(), documents[0])
			}
			return printJSON(cmd.OutOrStdout(), documents)
		},
	}
	cmd.Flags().StringVar(&missing, "missing", "", "only what the scan lacked whose JSON `RESULT` this is")
	return cmd
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
