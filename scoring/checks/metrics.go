package checks

import "github.com/awsready/awsready/scoring"

var metricChecks = []scoring.Check{}
