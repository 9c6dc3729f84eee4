package questions

import "github.com/awsready/awsready/scoring"

// Guide is the checklist's decisions, patterns and common issues.
var Guide = scoring.Guide{Decisions: decisions, Patterns: patterns, Issues: issues}
