package checks

import (
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
)

func signsIn(console, mfa evidence.Fact[bool]) *evidence.Account {
	return userAccount(evidence.User{ARN: "arn:aws:iam::111122223333:user/anna", Name: "anna", Console: console, MFA: mfa})
}

func withKeys(keys ...evidence.AccessKey) *evidence.Account {
	return userAccount(evidence.User{ARN: "arn:aws:iam::111122223333:user/ci", Name: "ci", AccessKeys: evidence.Listed(keys...)})
}

// accessKey was made and last used some time ago; used of -1 stands for never.
func accessKey(active bool, age, used time.Duration) evidence.AccessKey {
	k := evidence.AccessKey{Suffix: "WXYZ", Settings: evidence.Known(evidence.AccessKeySettings{Active: active, Created: now.Add(-age)})}
	k.LastUsed = evidence.Known(now.Add(-used))
	if used < 0 {
		k.LastUsed = evidence.Known(time.Time{})
	}
	return k
}

func withAPIKey(active bool, expires time.Time) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.APIKeys = evidence.Listed(evidence.BedrockAPIKey{ID: "ACCA1", User: "BedrockAPIKey-1a2b",
			Settings: evidence.Known(evidence.APIKeySettings{Active: active, Created: now.Add(-10 * oneDay), Expires: expires})})
	})
}

func TestCredentials(t *testing.T) {
	yes, no, unread := evidence.Known(true), evidence.Known(false), evidence.Missing[bool](denied)
	unlisted := account(func(a *evidence.Account, _ *evidence.Region) {
		a.IAM.Users = evidence.Partial[evidence.User](nil, denied)
	})
	none := userAccount()
	run(t, credentialChecks, table{
		"iam-user-console-mfa": {
			{name: "MFA", account: signsIn(yes, yes), want: "pass"},
			{name: "no MFA", account: signsIn(yes, no), want: "fail"},
			{name: "no password", account: signsIn(no, no), want: "not-applicable"},
			{name: "no password, devices denied", account: signsIn(no, unread), want: "not-applicable"},
			{name: "password denied", account: signsIn(unread, no), want: "unknown"},
			{name: "password denied, MFA", account: signsIn(unread, yes), want: "unknown"},
			{name: "devices denied", account: signsIn(yes, unread), want: "unknown"},
			{name: "no users", account: none, want: "not-applicable"},
			{name: "listing denied", account: unlisted, want: "unknown"},
		},
		"iam-access-key-age": {
			{name: "young and used", account: withKeys(accessKey(true, 30*oneDay, oneDay)), want: "pass"},
			{name: "90 days", account: withKeys(accessKey(true, 90*oneDay, oneDay)), want: "pass"},
			{name: "older", account: withKeys(accessKey(true, 90*oneDay+time.Second, oneDay)), want: "fail"},
			{name: "used 45 days ago", account: withKeys(accessKey(true, 60*oneDay, 45*oneDay)), want: "pass"},
			{name: "unused for longer", account: withKeys(accessKey(true, 60*oneDay, 46*oneDay)), want: "fail"},
			{name: "never used", account: withKeys(accessKey(true, 60*oneDay, -1)), want: "fail"},
			{name: "new, never used", account: withKeys(accessKey(true, 10*oneDay, -1)), want: "pass"},
			{name: "inactive", account: withKeys(accessKey(false, 900*oneDay, -1)), want: "pass"},
			{name: "one of two", account: withKeys(accessKey(true, 30*oneDay, oneDay), accessKey(true, 900*oneDay, oneDay)), want: "fail"},
			{name: "no keys", account: withKeys(), want: "pass"},
			{name: "old, use denied", account: withKeys(evidence.AccessKey{Settings: evidence.Known(evidence.AccessKeySettings{Active: true})}), want: "fail"},
			{name: "use denied", account: withKeys(evidence.AccessKey{Settings: evidence.Known(evidence.AccessKeySettings{Active: true, Created: now})}), want: "unknown"},
			{name: "denied", account: userAccount(evidence.User{Name: "ci"}), want: "unknown"},
			{name: "no users", account: none, want: "not-applicable"},
			{name: "listing denied", account: unlisted, want: "unknown"},
		},
		"bedrock-api-key-no-long-term": {
			{name: "none", account: none, want: "pass"},
			{name: "never expires", account: withAPIKey(true, time.Time{}), want: "fail"},
			{name: "expires tomorrow", account: withAPIKey(true, now.Add(oneDay)), want: "fail"},
			{name: "expires now", account: withAPIKey(true, now), want: "pass"},
			{name: "expired", account: withAPIKey(true, now.Add(-oneDay)), want: "pass"},
			{name: "inactive", account: withAPIKey(false, time.Time{}), want: "pass"},
			{name: "denied", account: account(func(a *evidence.Account, _ *evidence.Region) {
				a.IAM.APIKeys = evidence.Partial[evidence.BedrockAPIKey](nil, denied)
			}), want: "unknown"},
		},
	})
}
