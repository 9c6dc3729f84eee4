package checks

import "github.com/awsready/awsready/scoring"

var backupChecks = []scoring.Check{}
