package checks

import "github.com/awsready/awsready/scoring"

var bedrockJobChecks = []scoring.Check{}
