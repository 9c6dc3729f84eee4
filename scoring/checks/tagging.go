package checks

import "github.com/awsready/awsready/scoring"

var taggingChecks = []scoring.Check{}
