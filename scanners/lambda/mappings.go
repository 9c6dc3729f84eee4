package lambda

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func mappings(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.EventSourceMapping] {
	pages := sdk.NewListEventSourceMappingsPaginator(client, &sdk.ListEventSourceMappingsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListEventSourceMappingsOutput) (all []evidence.EventSourceMapping) {
		for _, m := range out.EventSourceMappings {
			id := aws.ToString(m.UUID)
			all = append(all, evidence.EventSourceMapping{
				ARN: run.ARN("lambda", "event-source-mapping:"+id), ID: id, Settings: evidence.Known(mapping(m)),
			})
		}
		return all
	})
}

// mapping keeps what the checks ask of a mapping. A limit that is not given is infinite.
func mapping(m types.EventSourceMappingConfiguration) evidence.MappingSettings {
	s := evidence.MappingSettings{
		Function: aws.ToString(m.FunctionArn), Source: aws.ToString(m.EventSourceArn), Kind: kind(m),
		Enabled:         !slices.Contains([]string{"Disabled", "Disabling", "Deleting"}, aws.ToString(m.State)),
		BatchSize:       int(aws.ToInt32(m.BatchSize)),
		PartialFailures: slices.Contains(m.FunctionResponseTypes, types.FunctionResponseTypeReportBatchItemFailures),
		Bisect:          aws.ToBool(m.BisectBatchOnFunctionError),
		MaxRetries:      -1, MaxAge: -1, OnFailure: onFailure(m.DestinationConfig),
	}
	if m.BatchSize == nil { // the default
		s.BatchSize = 100
		if s.Kind == "sqs" {
			s.BatchSize = 10
		}
	}
	if m.MaximumRetryAttempts != nil {
		s.MaxRetries = int(*m.MaximumRetryAttempts)
	}
	if m.MaximumRecordAgeInSeconds != nil {
		s.MaxAge = int(*m.MaximumRecordAgeInSeconds)
	}
	if c := m.ScalingConfig; c != nil {
		s.MaxConcurrency = int(aws.ToInt32(c.MaximumConcurrency))
	}
	if p := m.ProvisionedPollerConfig; p != nil {
		s.MaxPollers = int(aws.ToInt32(p.MaximumPollers))
	}
	return s
}

// kind is the service of a mapping's source. Amazon DocumentDB has the ARNs of Amazon RDS.
func kind(m types.EventSourceMappingConfiguration) string {
	if m.SelfManagedEventSource != nil {
		return "kafka"
	}
	parts := strings.SplitN(aws.ToString(m.EventSourceArn), ":", 4)
	switch {
	case len(parts) < 4:
		return ""
	case parts[2] == "rds":
		return "docdb"
	}
	return parts[2]
}
