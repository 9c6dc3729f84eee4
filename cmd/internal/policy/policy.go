// Package policy derives IAM policies from what the scanners declare.
package policy

import (
	"slices"

	"github.com/awsready/awsready/scanners"
)

// MaxSize is the size of a managed policy without white space, in characters (IAM User Guide, "IAM and
// AWS STS quotas").
const MaxSize = 6144

// Document is an IAM policy document.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is an Allow statement. Every action is a read that is granted on all resources: most list
// operations cannot be granted on less.
type Statement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource string
}

// Actions are the IAM actions of everything that the scanners may call.
func Actions(list []scanners.Scanner) []string {
	var actions []string
	for _, s := range list {
		for _, o := range s.Operations {
			actions = append(actions, o.IAM...)
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// Documents puts actions into as few documents as fit the size that AWS allows.
func Documents(actions []string) []Document {
	const frame = len(`{"Version":"2012-10-17","Statement":[{"Sid":"AwsreadyRead","Effect":"Allow","Action":[],"Resource":"*"}]}`)
	var documents []Document
	var part []string
	size := frame
	flush := func() {
		documents = append(documents, Document{"2012-10-17", []Statement{{"AwsreadyRead", "Allow", part, "*"}}})
		part, size = nil, frame
	}
	for _, action := range actions {
		cost := len(action) + len(`"",`)
		if size+cost > MaxSize {
			flush()
		}
		part, size = append(part, action), size+cost
	}
	if len(part) > 0 {
		flush()
	}
	return documents
}
