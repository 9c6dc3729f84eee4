// Package scanners reads an AWS account and records what it saw, and what it could not see, as
// evidence. It is read-only: an operation that a scanner does not declare is refused before anything
// is sent.
package scanners

import (
	"context"
	"strings"

	"github.com/awsready/awsready/scanners/evidence"
)

// Scanner reads one AWS service. At most one of Regional and Global is set.
type Scanner struct {
	Service    string      // SDK package name, and the service's JSON name in the evidence
	Operations []Operation // everything the scanner may call
	Needs      []string    // services whose evidence decides what is read in detail here

	// Identify says who scans; one scanner has it.
	Identify func(ctx context.Context, run *Run) (Identity, error)
	// Regions lists the regions that are enabled for the account; one scanner has it.
	Regions func(ctx context.Context, run *Run) evidence.List[string]
	// Probe looks for a sign of a GenAI workload with as few calls as it can.
	Probe func(ctx context.Context, run *Run) evidence.List[string]
	// Regional reads the service in one region.
	Regional func(ctx context.Context, run *Run, into *evidence.Region)
	// Global reads a global service once.
	Global func(ctx context.Context, run *Run, into *evidence.Account)
}

// Identity is the identity that scans.
type Identity struct {
	Account, Partition, ARN string
}

// Operation is an API operation that a scanner may call.
type Operation struct {
	Name   string   // such as ListTables
	IAM    []string // actions it needs, such as dynamodb:ListTables
	Rate   float64  // calls a second we allow ourselves, where AWS publishes a low quota; 0 for no limit of ours
	OptIn  string   // the flag without which it is never called, because AWS bills it
	Source string   // where the quota or action is documented, where a reader would ask
}

// declared returns the operation of that name, or nil.
func (s *Scanner) declared(name string) *Operation {
	for i := range s.Operations {
		if s.Operations[i].Name == name {
			return &s.Operations[i]
		}
	}
	return nil
}

// packageName turns an SDK service id ("Bedrock Agent") into its package name ("bedrockagent").
func packageName(serviceID string) string {
	return strings.ReplaceAll(strings.ToLower(serviceID), " ", "")
}

// Reads declares operations whose IAM action has their own name behind a service prefix, the usual case.
func Reads(prefix string, names ...string) []Operation {
	operations := make([]Operation, len(names))
	for i, name := range names {
		operations[i] = Operation{Name: name, IAM: []string{prefix + ":" + name}}
	}
	return operations
}
