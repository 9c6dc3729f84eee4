package checks

import "github.com/awsready/awsready/scoring"

var kmsChecks = []scoring.Check{}
