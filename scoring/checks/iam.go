package checks

import "github.com/awsready/awsready/scoring"

var iamChecks = []scoring.Check{}
