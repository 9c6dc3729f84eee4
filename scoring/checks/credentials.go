package checks

import (
	"fmt"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var users = scoring.Kind[evidence.User]{
	Global: func(a *evidence.Account) evidence.List[evidence.User] { return a.IAM.Users },
	ID:     func(_ *scoring.Input, _ string, u evidence.User) string { return u.ARN },
	Name:   func(u evidence.User) string { return u.Name },
	Relevance: func(*workload.Graph, string, evidence.User) evidence.Verdict {
		return evidence.Pass("user of the account")
	},
}

// credentialChecks ask what people and programs sign in with.
var credentialChecks = []scoring.Check{
	{
		ID:         "iam-user-console-mfa",
		Title:      "Users with a console password have MFA",
		Questions:  []string{"1.3"},
		Severity:   scoring.High,
		Operations: []string{"iam.GetAccountAuthorizationDetails", "iam.GetLoginProfile", "iam.ListMFADevices"},
		Why:        "A phished or reused password alone opens the account in which the workload runs.",
		Fix:        "aws iam enable-mfa-device --user-name <user> --serial-number <device-arn> --authentication-code1 <code> --authentication-code2 <next-code>",
		References: []string{"GENSEC01-BP01", "Prowler iam_user_mfa_enabled_console_access"},
		Test:       scoring.Resources(users, userMFA),
	},
	{
		ID:         "iam-access-key-age",
		Title:      "Users' access keys are younger than 90 days and in use",
		Questions:  []string{"1.6"},
		Severity:   scoring.Medium,
		Operations: []string{"iam.GetAccountAuthorizationDetails", "iam.ListAccessKeys", "iam.GetAccessKeyLastUsed"},
		Why:        "A key that is never changed or that nobody uses stays valid wherever it was copied to.",
		Fix:        "aws iam update-access-key --user-name <user> --access-key-id <key-id> --status Inactive",
		References: []string{"Prowler iam_rotate_access_key_90_days", "Prowler iam_user_accesskey_unused"},
		Test:       scoring.Resources(users, userKeys),
	},
	{
		ID:         "bedrock-api-key-no-long-term",
		Title:      "No long-term Bedrock API key is active",
		Questions:  []string{"1.6"},
		Severity:   scoring.High,
		Operations: []string{"iam.ListServiceSpecificCredentials"},
		Why:        "Who finds the key calls models at the account's cost until somebody notices; AWS means such keys for exploration only.",
		Fix:        "aws iam delete-service-specific-credential --user-name <user> --service-specific-credential-id <id>",
		References: []string{"GENSEC01-BP01", "LLM10:2025", "Prowler bedrock_api_key_no_long_term_credentials", "Prowler bedrock_api_key_no_administrative_privileges"},
		Test:       scoring.PerAccount(longTermKeys),
	},
}

func userMFA(_ *scoring.Input, _ *evidence.Region, u evidence.User) evidence.Verdict {
	return evidence.With(u.Console, func(password bool) evidence.Verdict {
		if !password {
			return evidence.NotApplicable("has no console password")
		}
		return evidence.With(u.MFA, func(device bool) evidence.Verdict {
			return evidence.Test(device, "has a console password and MFA", "has a console password and no MFA")
		})
	})
}

const (
	oneDay   = 24 * time.Hour
	oldKey   = 90 * oneDay
	idleKey  = 45 * oneDay
	dateOnly = "2006-01-02"
)

func wholeDays(d time.Duration) int { return int(d / oneDay) }

func userKeys(in *scoring.Input, _ *evidence.Region, u evidence.User) evidence.Verdict {
	return evidence.Not(evidence.Some(u.AccessKeys, "no active access key is older than 90 days or unused for 45", func(k evidence.AccessKey) evidence.Verdict {
		return evidence.With(k.Settings, func(s evidence.AccessKeySettings) evidence.Verdict {
			age := in.Account.Clock.Sub(s.Created)
			switch {
			case !s.Active:
				return evidence.Fail("")
			case age > oldKey:
				return evidence.Pass(fmt.Sprintf("the active access key ending in %s is %d days old", k.Suffix, wholeDays(age)))
			}
			return evidence.With(k.LastUsed, func(last time.Time) evidence.Verdict {
				if idle := in.Account.Clock.Sub(laterOf(last, s.Created)); idle > idleKey {
					return evidence.Pass(fmt.Sprintf("the active access key ending in %s was not used for %d days", k.Suffix, wholeDays(idle)))
				}
				return evidence.Fail("")
			})
		})
	}))
}

// laterOf returns the later time: a key that was never used is unused since it was made.
func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func longTermKeys(in *scoring.Input) evidence.Verdict {
	clock := in.Account.Clock
	return evidence.Not(evidence.Some(in.Account.IAM.APIKeys, "no long-term Bedrock API key is active", func(k evidence.BedrockAPIKey) evidence.Verdict {
		return evidence.With(k.Settings, func(s evidence.APIKeySettings) evidence.Verdict {
			switch {
			case !s.Active, !s.Expires.IsZero() && !s.Expires.After(clock):
				return evidence.Fail("")
			case s.Expires.IsZero():
				return evidence.Pass("the key of user " + k.User + " never expires")
			}
			return evidence.Pass(fmt.Sprintf("the key of user %s is active until %s, %d days from now", k.User, s.Expires.Format(dateOnly), wholeDays(s.Expires.Sub(clock))))
		})
	}))
}
