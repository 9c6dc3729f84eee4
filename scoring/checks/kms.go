package checks

import (
	"strings"

	"github.com/awsready/awsready/iampolicy"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var kmsKeys = regional(
	func(r *evidence.Region) evidence.List[evidence.Key] { return r.KMS.Keys },
	func(k evidence.Key) string { return k.ARN },
	func(evidence.Key) string { return "" },
	(*workload.Graph).Key)

var kmsChecks = []scoring.Check{
	{
		ID:         "kms-key-rotation",
		Title:      "Customer managed keys rotate automatically",
		Questions:  []string{"2.1"},
		Severity:   scoring.Medium,
		Operations: []string{"kms.DescribeKey", "kms.GetKeyRotationStatus"},
		Why:        "Without rotation one key material protects everything the workload ever stores.",
		Fix:        "aws kms enable-key-rotation --key-id <key>",
		References: []string{"LLM02:2025", "Prowler kms_cmk_rotation_enabled"},
		Test:       scoring.Resources(kmsKeys, keyRotation),
	},
	{
		ID:         "kms-key-usable",
		Title:      "Keys that the workload's resources name are enabled and not about to be deleted",
		Questions:  []string{"2.1"},
		Severity:   scoring.Critical,
		Operations: []string{"kms.DescribeKey"},
		Why:        "Data under a disabled or deleted key cannot be read: the resource stops working, and after the deletion the data is lost.",
		Fix:        "aws kms cancel-key-deletion --key-id <key>; aws kms enable-key --key-id <key>",
		References: []string{"GENSEC01-BP03", "Prowler kms_cmk_not_deleted_unintentionally"},
		Test:       scoring.Resources(kmsKeys, keyUsable),
	},
	{
		ID:         "kms-genai-key-policy",
		Title:      "Key policies are not open to every AWS principal",
		Questions:  []string{"2.5"},
		Severity:   scoring.High,
		Operations: []string{"kms.DescribeKey", "kms.GetKeyPolicy"},
		Why:        "A key that any account may use protects nothing from whoever gets hold of the data it encrypts.",
		Fix:        "aws kms put-key-policy --key-id <key> --policy-name default --policy file://policy.json",
		References: []string{"GENSEC01-BP03", "LLM02:2025", "Prowler kms_key_not_publicly_accessible"},
		Test:       scoring.Resources(kmsKeys, keyPolicy),
	},
}

func keyRotation(_ *scoring.Input, _ *evidence.Region, k evidence.Key) evidence.Verdict {
	return evidence.If(keyRotates(k), func() evidence.Verdict {
		return evidence.With(k.Rotation, func(on bool) evidence.Verdict {
			return evidence.Test(on, "automatic rotation is on", "automatic rotation is off")
		})
	})
}

// keyRotates passes where automatic rotation can be set on a key.
func keyRotates(k evidence.Key) evidence.Verdict {
	return evidence.With(k.Settings, func(s evidence.KeySettings) evidence.Verdict {
		switch {
		case s.Rotates():
			return evidence.Pass("")
		case !s.CustomerManaged:
			return evidence.Fail("AWS manages the key and rotates it every year")
		case s.State == evidence.KeyGone:
			return evidence.Fail("KMS has no such key")
		case s.State != "Enabled":
			return evidence.Fail("a key in state " + s.State + " does not rotate")
		case s.Origin != "AWS_KMS":
			return evidence.Fail("AWS cannot rotate key material of origin " + s.Origin + " by itself")
		}
		return evidence.Fail("AWS cannot rotate a key of type " + s.Spec + " by itself")
	})
}

// keyUsable holds a key against AWS KMS Developer Guide, "Key states of AWS KMS keys".
func keyUsable(_ *scoring.Input, _ *evidence.Region, k evidence.Key) evidence.Verdict {
	return evidence.With(k.Settings, func(s evidence.KeySettings) evidence.Verdict {
		switch s.State {
		case "Enabled", "Updating":
			return evidence.Pass("its state is " + s.State)
		case "PendingDeletion":
			if !s.Deleted.IsZero() {
				return evidence.Fail("its state is PendingDeletion: it is deleted on " + s.Deleted.UTC().Format("2006-01-02"))
			}
			return evidence.Fail("its state is PendingDeletion")
		case "Disabled", "PendingImport", "PendingReplicaDeletion", "Unavailable":
			return evidence.Fail("its state is " + s.State)
		case evidence.KeyGone:
			return evidence.Fail("KMS has no such key: what it encrypted cannot be read")
		}
		return evidence.Unknown("its state is "+s.State, evidence.Gap{Service: "kms", Operation: "DescribeKey", Resource: k.ARN,
			Reason: evidence.NotBuilt, Detail: "whether the key can be used in state " + s.State + " is not known"})
	})
}

func keyPolicy(in *scoring.Input, _ *evidence.Region, k evidence.Key) evidence.Verdict {
	ours := evidence.With(k.Settings, func(s evidence.KeySettings) evidence.Verdict {
		switch {
		case !s.CustomerManaged:
			return evidence.Fail("AWS manages the key and its policy")
		case s.State == evidence.KeyGone:
			return evidence.Fail("KMS has no such key")
		}
		return evidence.Pass("")
	})
	return evidence.If(ours, func() evidence.Verdict {
		return evidence.With(workload.Document(k.Policy, k.ARN), func(d iampolicy.Document) evidence.Verdict {
			for _, e := range iampolicy.Exposures(d, in.Account.ID) {
				if e.Kind == iampolicy.Everyone {
					return evidence.Fail(keyStatement(e.Statement) + " lets every AWS principal call " + keyActions(e.Statement) + " without a condition on who it is")
				}
			}
			return evidence.Pass("no statement is open to every AWS principal")
		})
	})
}

// keyStatement names a policy statement for a person.
func keyStatement(s *iampolicy.Statement) string {
	if s.Sid == "" {
		return "a statement"
	}
	return "statement " + s.Sid
}

// keyActions lists what a policy statement allows.
func keyActions(s *iampolicy.Statement) string {
	if s.NotActions != nil {
		return "everything but " + strings.Join(s.NotActions, ", ")
	}
	return strings.Join(s.Actions, ", ")
}
