package bedrock

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func customizationJobs(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockCustomizationJob] {
	since := run.Clock.Add(-window)
	pages := sdk.NewListModelCustomizationJobsPaginator(client, &sdk.ListModelCustomizationJobsInput{CreationTimeAfter: &since})
	all := scanners.Pages(ctx, run, "", pages, func(out *sdk.ListModelCustomizationJobsOutput) (all []evidence.BedrockCustomizationJob) {
		for _, j := range out.ModelCustomizationJobSummaries {
			all = append(all, evidence.BedrockCustomizationJob{ARN: aws.ToString(j.JobArn), Name: aws.ToString(j.JobName), Summary: evidence.Known(
				evidence.BedrockJob{Status: string(j.Status), Created: aws.ToTime(j.CreationTime)})})
		}
		return all
	})
	scanners.Each(ctx, run, all, func(j *evidence.BedrockCustomizationJob) string { return j.ARN }, func(j *evidence.BedrockCustomizationJob) {
		j.VPC = scanners.Read(run, j.ARN, func() (bool, error) {
			out, err := client.GetModelCustomizationJob(ctx, &sdk.GetModelCustomizationJobInput{JobIdentifier: &j.ARN})
			if err != nil {
				return false, err
			}
			return out.VpcConfig != nil && len(out.VpcConfig.SubnetIds) > 0, nil
		})
	})
	return all
}

func evaluationJobs(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockEvaluationJob] {
	since := run.Clock.Add(-window)
	pages := sdk.NewListEvaluationJobsPaginator(client, &sdk.ListEvaluationJobsInput{CreationTimeAfter: &since})
	all := scanners.Pages(ctx, run, "", pages, func(out *sdk.ListEvaluationJobsOutput) (all []evidence.BedrockEvaluationJob) {
		for _, j := range out.JobSummaries {
			all = append(all, evidence.BedrockEvaluationJob{ARN: aws.ToString(j.JobArn), Name: aws.ToString(j.JobName), Summary: evidence.Known(evaluation(j))})
		}
		return all
	})
	scanners.Each(ctx, run, all, func(j *evidence.BedrockEvaluationJob) string { return j.ARN }, func(j *evidence.BedrockEvaluationJob) {
		j.Config = scanners.Read(run, j.ARN, func() (evidence.BedrockEvaluationConfig, error) {
			out, err := client.GetEvaluationJob(ctx, &sdk.GetEvaluationJobInput{JobIdentifier: &j.ARN})
			if err != nil {
				return evidence.BedrockEvaluationConfig{}, err
			}
			return evaluationConfig(out.EvaluationConfig), nil
		})
	})
	return all
}

// evaluation reads the newer summary of what was evaluated and the deprecated lists, which old jobs have.
func evaluation(j types.EvaluationSummary) evidence.BedrockEvaluationSummary {
	s := evidence.BedrockEvaluationSummary{
		Status: string(j.Status), Created: aws.ToTime(j.CreationTime), RAG: j.ApplicationType == types.ApplicationTypeRagEvaluation,
		//lint:ignore SA1019 jobs made before the newer summary existed have only these
		Models: j.ModelIdentifiers, KnowledgeBases: j.RagIdentifiers,
	}
	if c := j.InferenceConfigSummary; c != nil {
		if c.ModelConfigSummary != nil {
			s.Models = append(s.Models, c.ModelConfigSummary.BedrockModelIdentifiers...)
		}
		if c.RagConfigSummary != nil {
			s.KnowledgeBases = append(s.KnowledgeBases, c.RagConfigSummary.BedrockKnowledgeBaseIdentifiers...)
		}
	}
	slices.Sort(s.Models)
	slices.Sort(s.KnowledgeBases)
	s.Models, s.KnowledgeBases = slices.Compact(s.Models), slices.Compact(s.KnowledgeBases)
	return s
}

func evaluationConfig(config types.EvaluationConfig) (c evidence.BedrockEvaluationConfig) {
	var sets []types.EvaluationDatasetMetricConfig
	switch v := config.(type) {
	case *types.EvaluationConfigMemberAutomated:
		sets = v.Value.DatasetMetricConfigs
		if custom := v.Value.CustomMetricConfig; custom != nil {
			for _, m := range custom.CustomMetrics {
				if d, ok := m.(*types.AutomatedEvaluationCustomMetricSourceMemberCustomMetricDefinition); ok {
					c.Metrics = append(c.Metrics, aws.ToString(d.Value.Name))
				}
			}
		}
	case *types.EvaluationConfigMemberHuman:
		sets = v.Value.DatasetMetricConfigs
		for _, m := range v.Value.CustomMetrics {
			c.Metrics = append(c.Metrics, aws.ToString(m.Name))
		}
	}
	for _, set := range sets {
		c.Metrics = append(c.Metrics, set.MetricNames...)
		if set.Dataset == nil {
			continue
		}
		name := aws.ToString(set.Dataset.Name)
		if s3, ok := set.Dataset.DatasetLocation.(*types.EvaluationDatasetLocationMemberS3Uri); ok {
			name = s3.Value
		}
		c.Datasets = append(c.Datasets, name)
	}
	return c
}

// batchWindow is how far back batch inference is asked: no check looks further.
const batchWindow = 90 * 24 * time.Hour

func batchInferenceJobs(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockBatchInferenceJob] {
	since := run.Clock.Add(-batchWindow)
	pages := sdk.NewListModelInvocationJobsPaginator(client, &sdk.ListModelInvocationJobsInput{SubmitTimeAfter: &since})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListModelInvocationJobsOutput) (all []evidence.BedrockBatchInferenceJob) {
		for _, j := range out.InvocationJobSummaries {
			all = append(all, evidence.BedrockBatchInferenceJob{ARN: aws.ToString(j.JobArn), Name: aws.ToString(j.JobName), Summary: evidence.Known(
				evidence.BedrockBatchSummary{
					Status: string(j.Status), Submitted: aws.ToTime(j.SubmitTime),
					Total: aws.ToInt64(j.TotalRecordCount), Errors: aws.ToInt64(j.ErrorRecordCount),
				})})
		}
		return all
	})
}
