package checks

import "github.com/awsready/awsready/scoring"

var logChecks = []scoring.Check{}
