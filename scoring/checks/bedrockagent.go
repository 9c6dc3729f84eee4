package checks

import "github.com/awsready/awsready/scoring"

var agentChecks = []scoring.Check{}
