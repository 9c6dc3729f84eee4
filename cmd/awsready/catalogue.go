package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/awsready/awsready/cmd/internal/answers"
	"github.com/awsready/awsready/cmd/internal/assess"
	"github.com/awsready/awsready/report"
	"github.com/awsready/awsready/scanners/all"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/scoring/checks"
)

// knownChecks refuses ids that no check has.
func knownChecks(ids []string) error {
	for _, id := range ids {
		if c, ok := checks.ByID(id); !ok || c.ID != id {
			return fmt.Errorf("there is no check %q; see `awsready checks`", id)
		}
	}
	return nil
}

func checksCommand() *cobra.Command {
	return &cobra.Command{
		Use: "checks", Short: "List the checks", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := cmd.OutOrStdout()
			for _, c := range checks.All {
				fmt.Fprintf(w, "%-9s %-45s %s\n", c.Severity, c.ID, joined(c.Questions))
			}
			fmt.Fprintf(w, "\n%d checks; %d more of the catalogue are not built and count as unknown.\n", len(checks.All), len(checks.Unbuilt))
			return nil
		},
	}
}

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain CHECK", Short: "Explain a check: what it asks, why, how to mend it", Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var ids []string
			for _, c := range checks.All {
				ids = append(ids, c.ID)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, ok := checks.ByID(args[0])
			if !ok {
				if slices.ContainsFunc(checks.Unbuilt, func(u scoring.Unbuilt) bool { return u.ID == args[0] }) {
					return exit{exitUsage, "the check " + args[0] + " is in the catalogue and not built in this version: it counts as unknown"}
				}
				return exit{exitUsage, "there is no check " + args[0] + "; see `awsready checks`"}
			}
			explain(cmd.OutOrStdout(), c)
			return nil
		},
	}
}

func explain(w io.Writer, c scoring.Check) {
	fmt.Fprintf(w, "%s (%s)\n%s\n\n", c.ID, c.Severity, wrap(c.Title))
	if c.Why != "" {
		fmt.Fprintf(w, "%s\n\n", wrap(c.Why))
	}
	for _, id := range c.Questions {
		for _, q := range assess.Checklist.Questions {
			if q.ID == id {
				fmt.Fprintf(w, "%s\n", wrap("question "+q.ID+": "+q.Text))
			}
		}
	}
	facts := [][2]string{
		{"reads", joined(c.Operations)}, {"permissions", joined(permissions(c.Operations))}, {"alternatives", c.Group},
		{"opt-in", c.OptIn}, {"references", joined(c.References)}, {"also known as", joined(c.Aliases)},
	}
	for _, fact := range facts {
		if fact[1] != "" {
			fmt.Fprintf(w, "%s\n", wrap(fact[0]+": "+fact[1]))
		}
	}
	switch {
	case c.Weak:
		fmt.Fprintln(w, wrap("a weak signal: it counts at most half, and only where nothing else in the question applies"))
	case c.NeverFails:
		fmt.Fprintln(w, "a signal: it passes or does not apply, it never fails")
	}
	if c.Fix != "" {
		fmt.Fprintf(w, "\nfix:\n  %s\n", c.Fix)
	}
}

// permissions are the IAM actions of operations such as dynamodb.DescribeTable.
func permissions(operations []string) []string {
	var actions []string
	for _, s := range all.Scanners {
		for _, o := range s.Operations {
			if slices.Contains(operations, s.Service+"."+o.Name) {
				actions = append(actions, o.IAM...)
			}
		}
	}
	return actions
}

func questionsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "questions", Short: "List the 80 questions", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := cmd.OutOrStdout()
			for _, category := range assess.Checklist.Categories {
				fmt.Fprintf(w, "\n%s %s\n", category.ID, category.Name)
				for _, q := range assess.Checklist.Questions {
					if q.Category == category.ID {
						attest := ""
						if q.Attest != "" {
							attest = " [attestation]"
						}
						fmt.Fprintf(w, "  %-5s %s%s\n", q.ID, q.Text, attest)
					}
				}
			}
			return nil
		},
	}
}

func answersCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "answers", Short: "Work with the answers file"}
	var out string
	var force bool
	initialize := &cobra.Command{
		Use: "init", Short: "Write a commented answers file with the questions that need an attestation", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !force && exists(out) {
				return exit{exitUsage, out + " exists already; overwrite it with --force or name another with --out"}
			}
			err := writeFile(out, func(w io.Writer) error {
				_, err := io.WriteString(w, answers.Template(assess.Checklist.Questions))
				return err
			})
			if err != nil {
				return exit{exitNoScan, err.Error()}
			}
			fmt.Fprintln(cmd.OutOrStdout(), "wrote "+out)
			return nil
		},
	}
	initialize.Flags().StringVar(&out, "out", answers.DefaultFile, "`FILE` to write")
	initialize.Flags().BoolVar(&force, "force", false, "overwrite the file")
	cmd.AddCommand(initialize)
	return cmd
}

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of the report", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			schema, err := report.Schema()
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(schema)
			return err
		},
	}
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

func joined(words []string) string { return strings.Join(words, ", ") }

func wrap(s string) string { return text.WrapSoft(s, report.Width) }
