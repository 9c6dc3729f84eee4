// Command awsready answers from a live AWS account whether a generative-AI system is ready for production.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/awsready/awsready/cmd/internal/assess"
)

// Exit codes.
const (
	exitOK          = 0
	exitGate        = 1   // a gate failed
	exitUsage       = 2   // wrong usage
	exitNoScan      = 3   // could not scan
	exitCoverage    = 4   // coverage below the minimum; outranks exitGate
	exitNoWorkload  = 5   // nothing to score
	exitInterrupted = 130 // a partial report was written
)

// exit is an error with an exit code. Its message is printed unless it is empty.
type exit struct {
	code    int
	message string
}

func (e exit) Error() string { return e.message }

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs one command line and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var e exit
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		if e.message != "" {
			fmt.Fprintln(stderr, "awsready: "+e.message)
		}
		return e.code
	}
	fmt.Fprintf(stderr, "awsready: %v\nSee `awsready --help`.\n", err)
	return exitUsage
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "awsready",
		Short:         "Is this generative-AI system ready for production?",
		Long:          "awsready reads a live AWS account, answers a checklist of 80 questions from evidence, and says what it\ncould not see. It is read-only: an operation that it does not declare is refused before anything is sent.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       assess.Version,
	}
	root.SetVersionTemplate("awsready {{.Version}}\n")
	root.AddCommand(scanCommand(), scoreCommand(), reportCommand(), checksCommand(), explainCommand(), questionsCommand(),
		policyCommand(), answersCommand(), schemaCommand(), versionCommand())
	return root
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "awsready "+assess.Version)
			return err
		},
	}
}
