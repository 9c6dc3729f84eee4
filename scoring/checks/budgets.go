package checks

import "github.com/awsready/awsready/scoring"

var budgetChecks = []scoring.Check{}
