package checks

import "github.com/awsready/awsready/scoring"

var bedrockChecks = []scoring.Check{}
