package checks

import "github.com/awsready/awsready/scoring"

var alarmChecks = []scoring.Check{}
