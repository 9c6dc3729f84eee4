// Package kms reads the AWS KMS keys that resources of the workload name.
package kms

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// rate is a small part of what all callers of an account share in a region.
const (
	rate  = 20
	quota = "AWS KMS Developer Guide, Request quotas: DescribeKey takes 2,000 calls a second, GetKeyPolicy and GetKeyRotationStatus 1,000, of all callers together"
)

// Scanner reads no other keys: an account can have tens of thousands that nothing of the workload uses.
var Scanner = scanners.Scanner{
	Service: "kms",
	Operations: []scanners.Operation{
		{Name: "DescribeKey", IAM: []string{"kms:DescribeKey"}, Rate: rate, Source: quota},
		{Name: "GetKeyRotationStatus", IAM: []string{"kms:GetKeyRotationStatus"}, Rate: rate, Source: quota},
		{Name: "GetKeyPolicy", IAM: []string{"kms:GetKeyPolicy"}, Rate: rate, Source: quota},
	},
	Needs:    []string{"bedrock", "bedrockagent", "lambda", "dynamodb", "cloudwatchlogs", "iam", "resourcegroupstaggingapi"},
	Regional: read,
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	client := sdk.NewFromConfig(run.Config)
	into.KMS.Keys = named(run)
	scanners.Each(ctx, run, into.KMS.Keys, func(k *evidence.Key) string { return k.ARN }, func(k *evidence.Key) {
		describe(ctx, run, client, k)
	})
}

// named lists the keys that resources name. What could not be read of the resources may name others.
func named(run *scanners.Run) evidence.List[evidence.Key] {
	arns, gaps := run.Workload.Keys(run.Region)
	keys := []evidence.Key{}
	for _, name := range slices.Sorted(slices.Values(arns)) {
		keys = append(keys, evidence.Key{ARN: name})
	}
	var distinct []evidence.Gap
	for _, gap := range gaps {
		if !slices.Contains(distinct, gap) {
			distinct = append(distinct, gap)
		}
	}
	return evidence.Partial(keys, distinct...)
}

// describe asks for a key's policy and rotation where they are the customer's to set, and where the
// key could not be described: each is a permission of its own.
func describe(ctx context.Context, run *scanners.Run, client *sdk.Client, k *evidence.Key) {
	name, err := arn.Parse(k.ARN)
	if err == nil && name.Region != run.Region {
		// KMS knows the keys of its own region only, and so do the services that use them.
		evidence.FillUnset(k, notAsked(run, "DescribeKey", k.ARN, "a resource in "+run.Region+" names a key of another region"))
		return
	}
	id := k.ARN
	var known *evidence.KeySettings
	k.Settings = scanners.Read(run, k.ARN, func() (evidence.KeySettings, error) {
		out, err := client.DescribeKey(ctx, &sdk.DescribeKeyInput{KeyId: &k.ARN})
		if scanners.Is(err, "NotFoundException") {
			known = &evidence.KeySettings{CustomerManaged: true, State: evidence.KeyGone}
			return *known, nil
		}
		if err != nil {
			return evidence.KeySettings{}, err
		}
		s := settings(out.KeyMetadata)
		known, id = &s, *out.KeyMetadata.Arn // the other calls take no alias
		return s, nil
	})
	k.Rotation = rotation(ctx, run, client, k.ARN, id, known)
	if err == nil && name.AccountID != run.Account {
		k.Policy = evidence.Missing[string](notAsked(run, "GetKeyPolicy", k.ARN, "KMS shows a key's policy only to the account that has the key"))
		return
	}
	k.Policy = policy(ctx, run, client, k.ARN, id, known)
}

func rotation(ctx context.Context, run *scanners.Run, client *sdk.Client, key, id string, known *evidence.KeySettings) evidence.Fact[bool] {
	if known != nil && !known.Rotates() {
		return evidence.Missing[bool](notAsked(run, "GetKeyRotationStatus", key, "automatic rotation does not apply to the key"))
	}
	return scanners.Read(run, key, func() (bool, error) {
		out, err := client.GetKeyRotationStatus(ctx, &sdk.GetKeyRotationStatusInput{KeyId: &id})
		if err != nil {
			return false, err
		}
		return out.KeyRotationEnabled, nil
	})
}

func policy(ctx context.Context, run *scanners.Run, client *sdk.Client, key, id string, known *evidence.KeySettings) evidence.Fact[string] {
	if known != nil && (!known.CustomerManaged || known.State == evidence.KeyGone) {
		return evidence.Missing[string](notAsked(run, "GetKeyPolicy", key, "the key has no policy of the customer's"))
	}
	return scanners.Read(run, key, func() (string, error) {
		out, err := client.GetKeyPolicy(ctx, &sdk.GetKeyPolicyInput{KeyId: &id})
		if err != nil {
			return "", err
		}
		return *out.Policy, nil // every key has one: without it the reply is not understood
	})
}

// notAsked is the gap of a call that would tell nothing, whatever is permitted.
func notAsked(run *scanners.Run, operation, key, why string) evidence.Gap {
	gap := run.Gap(operation, key, evidence.NotAsked, why)
	gap.Permission = ""
	return gap
}

func settings(k *types.KeyMetadata) evidence.KeySettings {
	return evidence.KeySettings{
		CustomerManaged: k.KeyManager == types.KeyManagerTypeCustomer, State: string(k.KeyState), Deleted: aws.ToTime(k.DeletionDate),
		Origin: string(k.Origin), Spec: string(k.KeySpec),
	}
}
