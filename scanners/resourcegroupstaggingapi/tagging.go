// Package resourcegroupstaggingapi reads the tags of the resources that the other scanners know.
package resourcegroupstaggingapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// Scanner lists the tagged resources of each region, whether or not a tag narrows the workload.
var Scanner = scanners.Scanner{
	Service:    "resourcegroupstaggingapi",
	Operations: []scanners.Operation{{Name: "GetResources", IAM: []string{"tag:GetResources"}}},
	Regional:   read,
}

// resourceTypes are service and resource type as they stand in the ARNs of what the scanners list.
// The bare service stands for all of Bedrock's, whose types grow.
var resourceTypes = []string{
	"backup:backup-plan", "backup:backup-vault", "bedrock", "cloudwatch:alarm", "dynamodb:table", "kms:key", "lambda:function", "logs:log-group",
}

func read(ctx context.Context, run *scanners.Run, into *evidence.Region) {
	pages := sdk.NewGetResourcesPaginator(sdk.NewFromConfig(run.Config), &sdk.GetResourcesInput{
		ResourceTypeFilters: resourceTypes, ResourcesPerPage: aws.Int32(100),
	})
	into.Tagging.Resources = scanners.Pages(ctx, run, "", pages, func(out *sdk.GetResourcesOutput) (all []evidence.TaggedResource) {
		for _, r := range out.ResourceTagMappingList {
			tags := evidence.Tags{}
			for _, t := range r.Tags {
				tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			all = append(all, evidence.TaggedResource{ARN: aws.ToString(r.ResourceARN), Tags: evidence.Known(tags)})
		}
		return all
	})
}
