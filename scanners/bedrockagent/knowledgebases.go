package bedrockagent

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func knowledgeBaseSummaries(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.KnowledgeBase] {
	pages := sdk.NewListKnowledgeBasesPaginator(client, &sdk.ListKnowledgeBasesInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListKnowledgeBasesOutput) (all []evidence.KnowledgeBase) {
		for _, k := range out.KnowledgeBaseSummaries {
			id := aws.ToString(k.KnowledgeBaseId)
			all = append(all, evidence.KnowledgeBase{ARN: run.ARN("bedrock", "knowledge-base/"+id), ID: id, Name: aws.ToString(k.Name)})
		}
		return all
	})
}

func knowledgeBases(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.KnowledgeBase] {
	all := knowledgeBaseSummaries(ctx, run, client)
	scanners.Each(ctx, run, all, func(k *evidence.KnowledgeBase) string { return k.ARN }, func(k *evidence.KnowledgeBase) {
		k.Settings = scanners.Read(run, k.ARN, func() (evidence.KnowledgeBaseSettings, error) {
			out, err := client.GetKnowledgeBase(ctx, &sdk.GetKnowledgeBaseInput{KnowledgeBaseId: &k.ID})
			if err != nil {
				return evidence.KnowledgeBaseSettings{}, err
			}
			return knowledgeBase(out.KnowledgeBase), nil
		})
		k.DataSources = dataSources(ctx, run, client, k)
	})
	return all
}

func knowledgeBase(k *types.KnowledgeBase) evidence.KnowledgeBaseSettings {
	s := evidence.KnowledgeBaseSettings{Role: aws.ToString(k.RoleArn), Status: string(k.Status), Description: aws.ToString(k.Description)}
	if c := k.KnowledgeBaseConfiguration; c != nil {
		s.Type = string(c.Type)
		if v := c.VectorKnowledgeBaseConfiguration; v != nil {
			s.Embedding = aws.ToString(v.EmbeddingModelArn)
			if e := v.EmbeddingModelConfiguration; e != nil && e.BedrockEmbeddingModelConfiguration != nil {
				s.Dimensions = int(aws.ToInt32(e.BedrockEmbeddingModelConfiguration.Dimensions))
				s.Binary = e.BedrockEmbeddingModelConfiguration.EmbeddingDataType == types.EmbeddingDataTypeBinary
			}
		}
	}
	if c := k.StorageConfiguration; c != nil {
		s.Storage, s.StoreARN = string(c.Type), storeARN(c)
	}
	return s
}

// storeARN is the vector store's ARN, where it is AWS's.
func storeARN(c *types.StorageConfiguration) string {
	switch {
	case c.OpensearchServerlessConfiguration != nil:
		return aws.ToString(c.OpensearchServerlessConfiguration.CollectionArn)
	case c.OpensearchManagedClusterConfiguration != nil:
		return aws.ToString(c.OpensearchManagedClusterConfiguration.DomainArn)
	case c.RdsConfiguration != nil:
		return aws.ToString(c.RdsConfiguration.ResourceArn)
	case c.NeptuneAnalyticsConfiguration != nil:
		return aws.ToString(c.NeptuneAnalyticsConfiguration.GraphArn)
	case c.S3VectorsConfiguration != nil && c.S3VectorsConfiguration.IndexArn != nil:
		return *c.S3VectorsConfiguration.IndexArn
	case c.S3VectorsConfiguration != nil:
		return aws.ToString(c.S3VectorsConfiguration.VectorBucketArn)
	}
	return ""
}

func dataSources(ctx context.Context, run *scanners.Run, client *sdk.Client, k *evidence.KnowledgeBase) evidence.List[evidence.DataSource] {
	pages := sdk.NewListDataSourcesPaginator(client, &sdk.ListDataSourcesInput{KnowledgeBaseId: &k.ID})
	all := scanners.Pages(ctx, run, k.ARN, pages, func(out *sdk.ListDataSourcesOutput) (all []evidence.DataSource) {
		for _, d := range out.DataSourceSummaries {
			all = append(all, evidence.DataSource{ID: aws.ToString(d.DataSourceId), Name: aws.ToString(d.Name)})
		}
		return all
	})
	for i := range all.Found() {
		d := &all.Found()[i]
		d.Settings = scanners.Read(run, k.ARN, func() (evidence.DataSourceSettings, error) {
			out, err := client.GetDataSource(ctx, &sdk.GetDataSourceInput{KnowledgeBaseId: &k.ID, DataSourceId: &d.ID})
			if err != nil {
				return evidence.DataSourceSettings{}, err
			}
			return dataSource(out.DataSource), nil
		})
		d.LastJob = scanners.Read(run, k.ARN, func() (job evidence.IngestionJob, err error) {
			summary, err := newestJob(ctx, client, k.ID, d.ID, 2, nil) // one may be running
			if err != nil || summary == nil {
				return job, err
			}
			job = evidence.IngestionJob{Status: string(summary.Status), Started: aws.ToTime(summary.StartedAt), Updated: aws.ToTime(summary.UpdatedAt)}
			if s := summary.Statistics; s != nil {
				job.Scanned, job.Failed = s.NumberOfDocumentsScanned, s.NumberOfDocumentsFailed
			}
			return job, nil
		})
		d.LastSynced = scanners.Read(run, k.ARN, func() (time.Time, error) {
			summary, err := newestJob(ctx, client, k.ID, d.ID, 1, []types.IngestionJobFilter{{
				Attribute: types.IngestionJobFilterAttributeStatus, Operator: types.IngestionJobFilterOperatorEq, Values: []string{string(types.IngestionJobStatusComplete)},
			}})
			if err != nil || summary == nil {
				return time.Time{}, err
			}
			return aws.ToTime(summary.UpdatedAt), nil
		})
	}
	return all
}

// newestJob returns the newest ingestion job that has ended, or nil. The order is asked for: no order
// is documented as the default.
func newestJob(ctx context.Context, client *sdk.Client, knowledgeBase, dataSource string, most int32, filters []types.IngestionJobFilter) (*types.IngestionJobSummary, error) {
	pages := sdk.NewListIngestionJobsPaginator(client, &sdk.ListIngestionJobsInput{
		KnowledgeBaseId: &knowledgeBase, DataSourceId: &dataSource, Filters: filters, MaxResults: &most,
		SortBy: &types.IngestionJobSortBy{Attribute: types.IngestionJobSortByAttributeStartedAt, Order: types.SortOrderDescending},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for i := range out.IngestionJobSummaries {
			switch job := &out.IngestionJobSummaries[i]; job.Status {
			case types.IngestionJobStatusStarting, types.IngestionJobStatusInProgress, types.IngestionJobStatusStopping:
			default:
				return job, nil
			}
		}
	}
	return nil, nil
}

func dataSource(d *types.DataSource) evidence.DataSourceSettings {
	s := evidence.DataSourceSettings{DeletionPolicy: string(d.DataDeletionPolicy)}
	if c := d.DataSourceConfiguration; c != nil {
		s.Type = string(c.Type)
		if c.S3Configuration != nil {
			s.Bucket = aws.ToString(c.S3Configuration.BucketArn)
		}
	}
	if e := d.ServerSideEncryptionConfiguration; e != nil {
		s.KMSKey = aws.ToString(e.KmsKeyArn)
	}
	if v := d.VectorIngestionConfiguration; v != nil && v.CustomTransformationConfiguration != nil {
		for _, t := range v.CustomTransformationConfiguration.Transformations { // at most one
			if f := t.TransformationFunction; f != nil && f.TransformationLambdaConfiguration != nil {
				s.Function = aws.ToString(f.TransformationLambdaConfiguration.LambdaArn)
			}
		}
	}
	return s
}
