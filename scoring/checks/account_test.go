package checks

import (
	"testing"

	"github.com/awsready/awsready/scanners/evidence"
)

// withContacts is an account whose alternate contacts are set or not.
func withContacts(security, operations evidence.Fact[bool]) *evidence.Account {
	return account(func(a *evidence.Account, _ *evidence.Region) {
		a.Contacts = evidence.Contacts{Security: security, Operations: operations}
	})
}

func TestAccount(t *testing.T) {
	yes, no, unread := evidence.Known(true), evidence.Known(false), evidence.Missing[bool](denied)
	run(t, accountChecks, table{
		"account-security-contact": {
			{name: "set", account: withContacts(yes, unread), want: "pass"},
			{name: "missing", account: withContacts(no, yes), want: "fail"},
			{name: "denied", account: withContacts(unread, yes), want: "unknown"},
		},
		"account-alternate-contacts": {
			{name: "both", account: withContacts(yes, yes), want: "pass"},
			{name: "no operations contact", account: withContacts(yes, no), want: "fail"},
			{name: "no security contact", account: withContacts(no, yes), want: "fail"},
			{name: "one missing, one denied", account: withContacts(unread, no), want: "fail"},
			{name: "one set, one denied", account: withContacts(unread, yes), want: "unknown"},
			{name: "denied", account: withContacts(unread, unread), want: "unknown"},
		},
	})
}
