package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

// contacts is an account whose alternate contacts are set or not.
func contacts(security, operations evidence.Fact[bool]) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.Contacts = evidence.Contacts{Security: security, Operations: operations}
	})
}

func TestAccount(t *testing.T) {
	yes, no, unread := evidence.Known(true), evidence.Known(false), evidence.Missing[bool](denied)
	run(t, accountChecks, table{
		"account-security-contact": {
			{name: "set", account: contacts(yes, unread), want: "pass"},
			{name: "missing", account: contacts(no, yes), want: "fail"},
			{name: "denied", account: contacts(unread, yes), want: "unknown"},
		},
		"account-alternate-contacts": {
			{name: "both", account: contacts(yes, yes), want: "pass"},
			{name: "no operations contact", account: contacts(yes, no), want: "fail"},
			{name: "no security contact", account: contacts(no, yes), want: "fail"},
			{name: "one missing, one denied", account: contacts(unread, no), want: "fail"},
			{name: "one set, one denied", account: contacts(unread, yes), want: "unknown"},
			{name: "denied", account: contacts(unread, unread), want: "unknown"},
		},
	})
}
