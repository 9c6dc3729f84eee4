// Package session finds AWS credentials the way the AWS CLI does and explains why it could not.
package session

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// DefaultRegion is where STS is asked when neither a flag, the environment nor the profile names a region.
const DefaultRegion = "us-east-1"

const (
	attempts      = 5 // per call, retries included
	headerTimeout = 30 * time.Second
	connections   = 64 // kept open to one host
	sessionName   = "awsready"
)

// Options say whose credentials to use.
type Options struct {
	Profile    string
	Region     string    // overrides the profile's
	Roles      []string  // ARNs of roles to assume, one with the other's credentials
	ExternalID string    // for every role
	Prompt     io.Writer // where an MFA code is asked for; nil where nobody can answer
	Code       func() (string, error)
}

// Load finds credentials through the SDK's default chain and assumes the roles.
func Load(ctx context.Context, o Options) (aws.Config, error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = headerTimeout
		t.MaxIdleConnsPerHost = connections
	})
	mfa := func(r *stscreds.AssumeRoleOptions) { r.TokenProvider = o.code }
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithRetryMode(aws.RetryModeStandard),
		config.WithRetryMaxAttempts(attempts),
		config.WithDefaultRegion(DefaultRegion),
		config.WithAssumeRoleCredentialOptions(mfa),
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, err
	}
	for _, role := range o.Roles {
		provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role, func(r *stscreds.AssumeRoleOptions) {
			r.RoleSessionName = sessionName
			r.TokenProvider = o.code
			if o.ExternalID != "" {
				r.ExternalID = aws.String(o.ExternalID)
			}
		})
		cfg.Credentials = aws.NewCredentialsCache(provider)
		if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
			return aws.Config{}, fmt.Errorf("assume role %s: %w", role, err)
		}
	}
	return cfg, nil
}

// code asks for the code of an MFA device.
func (o Options) code() (string, error) {
	if o.Prompt == nil || o.Code == nil {
		return "", errNoTerminal
	}
	fmt.Fprint(o.Prompt, "MFA code: ")
	code, err := o.Code()
	return strings.TrimSpace(code), err
}
