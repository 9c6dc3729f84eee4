package checks

import (
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

var accountChecks = []scoring.Check{
	{
		ID:         "account-security-contact",
		Title:      "The account has a security contact",
		Questions:  []string{"2.8"},
		Severity:   scoring.Medium,
		Operations: []string{"account.GetAlternateContact"},
		Why:        "AWS sends notices of abuse and compromise to this contact; without one they go to the root user's mailbox.",
		Fix:        "aws account put-alternate-contact --alternate-contact-type SECURITY --name <name> --title <title> --email-address <team-address> --phone-number <number>",
		References: []string{"Prowler account_security_contact_information_is_registered", "Prowler account_maintain_different_contact_details_to_security_billing_and_operations"},
		Test:       scoring.PerAccount(securityContact),
	},
	{
		ID:         "account-alternate-contacts",
		Title:      "The account has an operations and a security contact",
		Questions:  []string{"7.8"},
		Severity:   scoring.Medium,
		Operations: []string{"account.GetAlternateContact"},
		Why:        "In an incident AWS must reach the people who can act, not one mailbox that nobody reads.",
		Fix:        "aws account put-alternate-contact --alternate-contact-type OPERATIONS --name <name> --title <title> --email-address <team-address> --phone-number <number>",
		References: []string{"Prowler account_maintain_different_contact_details_to_security_billing_and_operations", "Prowler account_security_contact_information_is_registered"},
		Test:       scoring.PerAccount(alternateContacts),
	},
}

func contactSet(set evidence.Fact[bool], kind string) evidence.Verdict {
	return evidence.With(set, func(set bool) evidence.Verdict {
		return evidence.Test(set, "the "+kind+" contact is set", "the "+kind+" contact is missing")
	})
}

func securityContact(in *scoring.Input) evidence.Verdict {
	return contactSet(in.Account.Contacts.Security, "security")
}

func alternateContacts(in *scoring.Input) evidence.Verdict {
	return evidence.All(contactSet(in.Account.Contacts.Operations, "operations"), contactSet(in.Account.Contacts.Security, "security"))
}
