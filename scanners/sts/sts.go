// Package sts identifies the caller.
package sts

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/awsready/awsready/scanners"
)

// Scanner asks who scans. GetCallerIdentity needs no permission.
var Scanner = scanners.Scanner{
	Service:    "sts",
	Operations: []scanners.Operation{{Name: "GetCallerIdentity"}},
	Identify:   identify,
}

func identify(ctx context.Context, run *scanners.Run) (scanners.Identity, error) {
	out, err := sdk.NewFromConfig(run.Config).GetCallerIdentity(ctx, &sdk.GetCallerIdentityInput{})
	if err != nil {
		return scanners.Identity{}, err
	}
	caller, err := arn.Parse(aws.ToString(out.Arn))
	if err != nil {
		return scanners.Identity{}, fmt.Errorf("STS names the caller %q, which is not an ARN: %w", aws.ToString(out.Arn), err)
	}
	return scanners.Identity{Account: aws.ToString(out.Account), Partition: caller.Partition, ARN: caller.String()}, nil
}
