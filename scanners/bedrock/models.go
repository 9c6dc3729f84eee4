package bedrock

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func foundationModels(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockFoundationModel] {
	return scanners.Items(run, "", func() ([]evidence.BedrockFoundationModel, error) {
		out, err := client.ListFoundationModels(ctx, &sdk.ListFoundationModelsInput{})
		if err != nil {
			return nil, err
		}
		all := make([]evidence.BedrockFoundationModel, len(out.ModelSummaries))
		for i, m := range out.ModelSummaries {
			lifecycle := evidence.BedrockModelLifecycle{
				OnDemand:      slices.Contains(m.InferenceTypesSupported, types.InferenceTypeOnDemand),
				OutputIsText:  slices.Contains(m.OutputModalities, types.ModelModalityText),
				OutputIsEmbed: slices.Contains(m.OutputModalities, types.ModelModalityEmbedding),
			}
			if l := m.ModelLifecycle; l != nil {
				lifecycle.Status, lifecycle.EndOfLife = string(l.Status), aws.ToTime(l.EndOfLifeTime)
			}
			all[i] = evidence.BedrockFoundationModel{ID: aws.ToString(m.ModelId), Lifecycle: evidence.Known(lifecycle)}
		}
		return all, nil
	})
}

func profiles(ctx context.Context, run *scanners.Run, client *sdk.Client, kind types.InferenceProfileType) evidence.List[evidence.BedrockInferenceProfile] {
	pages := sdk.NewListInferenceProfilesPaginator(client, &sdk.ListInferenceProfilesInput{TypeEquals: kind})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListInferenceProfilesOutput) (all []evidence.BedrockInferenceProfile) {
		for _, p := range out.InferenceProfileSummaries {
			settings := evidence.BedrockProfileSettings{Type: string(p.Type), Status: string(p.Status)}
			for _, m := range p.Models {
				settings.Models = append(settings.Models, aws.ToString(m.ModelArn))
			}
			all = append(all, evidence.BedrockInferenceProfile{
				ARN: aws.ToString(p.InferenceProfileArn), ID: aws.ToString(p.InferenceProfileId),
				Name: aws.ToString(p.InferenceProfileName), Profile: evidence.Known(settings),
			})
		}
		return all
	})
}

// inferenceProfiles asks for both types: without one the call lists only the system-defined.
func inferenceProfiles(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockInferenceProfile] {
	own := profiles(ctx, run, client, types.InferenceProfileTypeApplication)
	scanners.Each(ctx, run, own, func(p *evidence.BedrockInferenceProfile) string { return p.ARN }, func(p *evidence.BedrockInferenceProfile) {
		p.Tags = scanners.Read(run, p.ARN, func() (evidence.Tags, error) {
			out, err := client.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceARN: &p.ARN})
			if err != nil {
				return nil, err
			}
			tags := evidence.Tags{}
			for _, t := range out.Tags {
				tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
			}
			return tags, nil
		})
	})
	own.Append(profiles(ctx, run, client, types.InferenceProfileTypeSystemDefined))
	return own
}

func provisioned(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockProvisioned] {
	pages := sdk.NewListProvisionedModelThroughputsPaginator(client, &sdk.ListProvisionedModelThroughputsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListProvisionedModelThroughputsOutput) (all []evidence.BedrockProvisioned) {
		for _, p := range out.ProvisionedModelSummaries {
			all = append(all, evidence.BedrockProvisioned{
				ARN: aws.ToString(p.ProvisionedModelArn), Name: aws.ToString(p.ProvisionedModelName),
				Settings: evidence.Known(evidence.BedrockProvisionedSettings{
					Status: string(p.Status), ModelARN: aws.ToString(p.ModelArn),
					Commitment: string(p.CommitmentDuration), Expires: aws.ToTime(p.CommitmentExpirationTime),
				}),
			})
		}
		return all
	})
}

// ownedModels asks for owned models: shared ones are listed too otherwise.
func ownedModels(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockModel] {
	pages := sdk.NewListCustomModelsPaginator(client, &sdk.ListCustomModelsInput{IsOwned: aws.Bool(true)})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListCustomModelsOutput) (all []evidence.BedrockModel) {
		for _, m := range out.ModelSummaries {
			all = append(all, evidence.BedrockModel{ARN: aws.ToString(m.ModelArn), Name: aws.ToString(m.ModelName), Summary: evidence.Known(
				evidence.BedrockModelSummary{Created: aws.ToTime(m.CreationTime), Customization: string(m.CustomizationType), Base: aws.ToString(m.BaseModelArn)})})
		}
		return all
	})
}

func imported(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockModel] {
	pages := sdk.NewListImportedModelsPaginator(client, &sdk.ListImportedModelsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListImportedModelsOutput) (all []evidence.BedrockModel) {
		for _, m := range out.ModelSummaries {
			all = append(all, evidence.BedrockModel{ARN: aws.ToString(m.ModelArn), Name: aws.ToString(m.ModelName), Summary: evidence.Known(
				evidence.BedrockModelSummary{Created: aws.ToTime(m.CreationTime)})})
		}
		return all
	})
}

func modelARN(m *evidence.BedrockModel) string { return m.ARN }

func customModels(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockModel] {
	all := ownedModels(ctx, run, client)
	scanners.Each(ctx, run, all, modelARN, func(m *evidence.BedrockModel) {
		m.KMSKey = scanners.Read(run, m.ARN, func() (string, error) {
			out, err := client.GetCustomModel(ctx, &sdk.GetCustomModelInput{ModelIdentifier: &m.ARN})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.ModelKmsKeyArn), nil
		})
	})
	return all
}

func importedModels(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockModel] {
	all := imported(ctx, run, client)
	scanners.Each(ctx, run, all, modelARN, func(m *evidence.BedrockModel) {
		m.KMSKey = scanners.Read(run, m.ARN, func() (string, error) {
			out, err := client.GetImportedModel(ctx, &sdk.GetImportedModelInput{ModelIdentifier: &m.ARN})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.ModelKmsKeyArn), nil
		})
	})
	return all
}

func deployments(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockDeployment] {
	pages := sdk.NewListCustomModelDeploymentsPaginator(client, &sdk.ListCustomModelDeploymentsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListCustomModelDeploymentsOutput) (all []evidence.BedrockDeployment) {
		for _, d := range out.ModelDeploymentSummaries {
			all = append(all, evidence.BedrockDeployment{ARN: aws.ToString(d.CustomModelDeploymentArn), Settings: evidence.Known(
				evidence.BedrockDeploymentSettings{ModelARN: aws.ToString(d.ModelArn), Status: string(d.Status)})})
		}
		return all
	})
}
