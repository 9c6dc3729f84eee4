// Package checks is the catalogue: one literal per check, one file per service.
package checks

import (
	"slices"

	"github.com/awsready/awsready/scoring"
)

// All is every check of this version, by service.
var All = slices.Concat(
	accountChecks,
	backupChecks,
	bedrockChecks,
	bedrockJobChecks,
	agentChecks,
	knowledgeBaseChecks,
	promptChecks,
	budgetChecks,
	alarmChecks,
	alarmPracticeChecks,
	dashboardChecks,
	metricChecks,
	logChecks,
	dynamodbChecks,
	iamChecks,
	credentialChecks,
	federationChecks,
	modelAccessChecks,
	kmsChecks,
	lambdaChecks,
	lambdaConfigurationChecks,
	lambdaEventChecks,
	lambdaInvocationChecks,
	lambdaTelemetryChecks,
	taggingChecks,
)

// ByID returns the check with that id or alias.
func ByID(id string) (scoring.Check, bool) {
	for _, c := range All {
		if c.ID == id || slices.Contains(c.Aliases, id) {
			return c, true
		}
	}
	return scoring.Check{}, false
}
