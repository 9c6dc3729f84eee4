package checks

import "github.com/awsready/awsready/scoring"

var lambdaChecks = []scoring.Check{}
