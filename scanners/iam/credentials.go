package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// credentials fills in what each user can sign in with.
func credentials(ctx context.Context, run *scanners.Run, client *sdk.Client, users evidence.List[evidence.User]) {
	scanners.Each(ctx, run, users, func(u *evidence.User) string { return u.ARN }, func(u *evidence.User) {
		u.Console = scanners.Read(run, u.ARN, func() (bool, error) {
			_, err := client.GetLoginProfile(ctx, &sdk.GetLoginProfileInput{UserName: &u.Name})
			if scanners.Is(err, "NoSuchEntity", "NoSuchEntityException") {
				return false, nil
			}
			return err == nil, err
		})
		u.MFA = hasDevice(ctx, run, client, u)
		u.AccessKeys = accessKeys(ctx, run, client, u)
	})
}

// hasDevice tells whether a user has an MFA device of any kind.
func hasDevice(ctx context.Context, run *scanners.Run, client *sdk.Client, u *evidence.User) evidence.Fact[bool] {
	pages := sdk.NewListMFADevicesPaginator(client, &sdk.ListMFADevicesInput{UserName: &u.Name})
	devices := scanners.Pages(ctx, run, u.ARN, pages, func(out *sdk.ListMFADevicesOutput) []types.MFADevice { return out.MFADevices })
	if gaps := devices.Gaps(); len(gaps) > 0 && len(devices.Found()) == 0 {
		return evidence.Missing[bool](gaps[0])
	}
	return evidence.Known(len(devices.Found()) > 0)
}

// accessKeys lists a user's access keys. The ids are kept in memory only, to ask when each was last
// used; the evidence has their last four characters.
func accessKeys(ctx context.Context, run *scanners.Run, client *sdk.Client, u *evidence.User) evidence.List[evidence.AccessKey] {
	var ids []string
	pages := sdk.NewListAccessKeysPaginator(client, &sdk.ListAccessKeysInput{UserName: &u.Name})
	keys := scanners.Pages(ctx, run, u.ARN, pages, func(out *sdk.ListAccessKeysOutput) (keys []evidence.AccessKey) {
		for _, k := range out.AccessKeyMetadata {
			id := aws.ToString(k.AccessKeyId)
			ids = append(ids, id)
			keys = append(keys, evidence.AccessKey{Suffix: id[max(0, len(id)-4):], Settings: evidence.Known(
				evidence.AccessKeySettings{Active: k.Status == types.StatusTypeActive, Created: *k.CreateDate})})
		}
		return keys
	})
	for i := range keys.Found() {
		key := &keys.Found()[i]
		evidence.With(key.Settings, func(s evidence.AccessKeySettings) evidence.Verdict {
			if s.Active {
				key.LastUsed = lastUsed(ctx, run, client, u, ids[i])
			}
			return evidence.Verdict{}
		})
	}
	return keys
}

func lastUsed(ctx context.Context, run *scanners.Run, client *sdk.Client, u *evidence.User, id string) evidence.Fact[time.Time] {
	return scanners.Read(run, u.ARN, func() (time.Time, error) {
		out, err := client.GetAccessKeyLastUsed(ctx, &sdk.GetAccessKeyLastUsedInput{AccessKeyId: &id})
		if err != nil {
			return time.Time{}, err
		}
		return aws.ToTime(out.AccessKeyLastUsed.LastUsedDate), nil // none for a key that was never used
	})
}

// bedrockService is the service name of Bedrock API keys, which are service-specific credentials.
const bedrockService = "bedrock.amazonaws.com"

// apiKeys lists the long-term Bedrock API keys of all users. The SDK has no paginator for it.
func apiKeys(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockAPIKey] {
	return scanners.Tokens(run, "", func(token *string) ([]evidence.BedrockAPIKey, *string, error) {
		out, err := client.ListServiceSpecificCredentials(ctx, &sdk.ListServiceSpecificCredentialsInput{
			AllUsers: aws.Bool(true), ServiceName: aws.String(bedrockService), Marker: token,
		})
		if err != nil {
			return nil, nil, err
		}
		var keys []evidence.BedrockAPIKey
		for _, c := range out.ServiceSpecificCredentials {
			keys = append(keys, evidence.BedrockAPIKey{
				ID: aws.ToString(c.ServiceSpecificCredentialId), User: aws.ToString(c.UserName),
				Settings: evidence.Known(evidence.APIKeySettings{
					Active: c.Status == types.StatusTypeActive, Created: aws.ToTime(c.CreateDate), Expires: aws.ToTime(c.ExpirationDate),
				}),
			})
		}
		return keys, out.Marker, nil
	})
}
