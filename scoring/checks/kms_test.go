package checks

import (
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
)

// oneKey is an account whose agent is encrypted with one key.
func oneKey(fill func(*evidence.Key)) *evidence.Account {
	return region(func(r *evidence.Region) {
		k := evidence.Key{ARN: keyARN}
		fill(&k)
		r.KMS.Keys = evidence.Listed(k)
	})
}

// usualKey is an enabled symmetric key that the customer manages.
var usualKey = evidence.KeySettings{CustomerManaged: true, State: "Enabled", Origin: "AWS_KMS", Spec: "SYMMETRIC_DEFAULT"}

func keyWith(s evidence.KeySettings) *evidence.Account {
	return oneKey(func(k *evidence.Key) { k.Settings = evidence.Known(s) })
}

func keyInState(state string) *evidence.Account {
	s := usualKey
	s.State = state
	return keyWith(s)
}

func keyRotating(on bool) *evidence.Account {
	return oneKey(func(k *evidence.Key) { k.Settings, k.Rotation = evidence.Known(usualKey), evidence.Known(on) })
}

func keyWithPolicy(statement string) *evidence.Account {
	return oneKey(func(k *evidence.Key) {
		k.Settings, k.Policy = evidence.Known(usualKey), evidence.Known(`{"Version":"2012-10-17","Statement":[`+statement+`]}`)
	})
}

// keyChanged is the usual key with something else about it.
func keyChanged(change func(*evidence.KeySettings)) *evidence.Account {
	s := usualKey
	change(&s)
	return keyWith(s)
}

func TestKMS(t *testing.T) {
	unread := oneKey(func(*evidence.Key) {})
	none := region(func(*evidence.Region) {})
	partial := region(func(r *evidence.Region) { r.KMS.Keys = evidence.Partial[evidence.Key](nil, denied) })
	managed := keyChanged(func(s *evidence.KeySettings) { s.CustomerManaged = false })
	gone := keyWith(evidence.KeySettings{CustomerManaged: true, State: evidence.KeyGone})
	undescribed := func(fill func(*evidence.Key)) *evidence.Account {
		return oneKey(func(k *evidence.Key) { k.Settings = evidence.Missing[evidence.KeySettings](denied); fill(k) })
	}
	const open = `{"Sid":"Open","Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*"`
	const root = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`
	run(t, kmsChecks, table{
		"kms-key-rotation": {
			{name: "on", account: keyRotating(true), want: "pass"},
			{name: "off", account: keyRotating(false), want: "fail"},
			{name: "refused by the key's policy", account: keyWith(usualKey), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "off, not described", account: undescribed(func(k *evidence.Key) { k.Rotation = evidence.Known(false) }), want: "unknown"},
			{name: "resources were not read", account: partial, want: "unknown"},
			{name: "AWS managed", account: managed, want: "not-applicable"},
			{name: "pending deletion", account: keyInState("PendingDeletion"), want: "not-applicable"},
			{name: "disabled", account: keyInState("Disabled"), want: "not-applicable"},
			{name: "gone", account: gone, want: "not-applicable"},
			{name: "imported material", account: keyChanged(func(s *evidence.KeySettings) { s.Origin = "EXTERNAL" }), want: "not-applicable"},
			{name: "custom key store", account: keyChanged(func(s *evidence.KeySettings) { s.Origin = "AWS_CLOUDHSM" }), want: "not-applicable"},
			{name: "HMAC", account: keyChanged(func(s *evidence.KeySettings) { s.Spec = "HMAC_256" }), want: "not-applicable"},
			{name: "no keys", account: none, want: "not-applicable"},
		},
		"kms-key-usable": {
			{name: "enabled", account: keyInState("Enabled"), want: "pass"},
			{name: "its primary region moves", account: keyInState("Updating"), want: "pass"},
			{name: "AWS managed", account: managed, want: "pass"},
			{name: "disabled", account: keyInState("Disabled"), want: "fail"},
			{name: "pending deletion", account: keyInState("PendingDeletion"), want: "fail"},
			{name: "pending deletion, dated", account: keyChanged(func(s *evidence.KeySettings) {
				s.State, s.Deleted = "PendingDeletion", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
			}), want: "fail"},
			{name: "replicas before it", account: keyInState("PendingReplicaDeletion"), want: "fail"},
			{name: "no material", account: keyInState("PendingImport"), want: "fail"},
			{name: "key store out of reach", account: keyInState("Unavailable"), want: "fail"},
			{name: "gone", account: gone, want: "fail"},
			{name: "being created", account: keyInState("Creating"), want: "unknown"},
			{name: "a state of the future", account: keyInState("Frozen"), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "resources were not read", account: partial, want: "unknown"},
			{name: "no keys", account: none, want: "not-applicable"},
		},
		"kms-genai-key-policy": {
			{name: "the account alone", account: keyWithPolicy(root), want: "pass"},
			{name: "everyone", account: keyWithPolicy(root + "," + open + "}"), want: "fail"},
			{name: "everyone, without a name", account: keyWithPolicy(`{"Effect":"Allow","Principal":"*","NotAction":"kms:ScheduleKeyDeletion","Resource":"*"}`), want: "fail"},
			{name: "everyone but one", account: keyWithPolicy(`{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"kms:Decrypt","Resource":"*"}`), want: "fail"},
			{name: "everyone through a service", account: keyWithPolicy(open + `,"Condition":{"StringEquals":{"kms:ViaService":"s3.eu-central-1.amazonaws.com"}}}`), want: "fail"},
			{name: "a wildcard for the organization", account: keyWithPolicy(open + `,"Condition":{"StringLike":{"aws:PrincipalOrgID":"o-*"}}}`), want: "fail"},
			{name: "callers of the account", account: keyWithPolicy(open + `,"Condition":{"StringEquals":{"kms:CallerAccount":"111122223333"}}}`), want: "pass"},
			{name: "callers of the organization", account: keyWithPolicy(open + `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abc123def4"}}}`), want: "pass"},
			{name: "another account by name", account: keyWithPolicy(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"kms:Decrypt","Resource":"*"}`), want: "pass"},
			{name: "a denial for everyone", account: keyWithPolicy(root + `,{"Effect":"Deny","Principal":"*","Action":"kms:ScheduleKeyDeletion","Resource":"*"}`), want: "pass"},
			{name: "hostile name", account: keyWithPolicy(`{"Sid":"<script>","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}`), want: "fail"},
			{name: "not a policy", account: oneKey(func(k *evidence.Key) { k.Settings, k.Policy = evidence.Known(usualKey), evidence.Known("{") }), want: "unknown"},
			{name: "refused", account: keyWith(usualKey), want: "unknown"},
			{name: "open, not described", account: undescribed(func(k *evidence.Key) { k.Policy = evidence.Known(`{"Statement":` + open + `}}`) }), want: "unknown"},
			{name: "denied", account: unread, want: "unknown"},
			{name: "resources were not read", account: partial, want: "unknown"},
			{name: "AWS managed", account: managed, want: "not-applicable"},
			{name: "gone", account: gone, want: "not-applicable"},
			{name: "no keys", account: none, want: "not-applicable"},
		},
	})
}
