package checks

import "github.com/awsready/awsready/scoring"

var accountChecks = []scoring.Check{}
