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

// guardrailDrafts lists the guardrails; without an identifier AWS lists only each one's DRAFT.
func guardrailDrafts(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockGuardrail] {
	pages := sdk.NewListGuardrailsPaginator(client, &sdk.ListGuardrailsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListGuardrailsOutput) (all []evidence.BedrockGuardrail) {
		for _, g := range out.Guardrails {
			all = append(all, evidence.BedrockGuardrail{
				ARN: aws.ToString(g.Arn), ID: aws.ToString(g.Id), Name: aws.ToString(g.Name), Status: evidence.Known(string(g.Status)),
			})
		}
		return all
	})
}

func guardrails(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.BedrockGuardrail] {
	all := guardrailDrafts(ctx, run, client)
	scanners.Each(ctx, run, all, func(g *evidence.BedrockGuardrail) string { return g.ARN }, func(g *evidence.BedrockGuardrail) {
		g.Versions = versions(ctx, run, client, g)
		for i := range g.Versions.Found() {
			v := &g.Versions.Found()[i]
			v.Policy = policy(ctx, run, client, g, v.Version)
		}
	})
	return all
}

func versions(ctx context.Context, run *scanners.Run, client *sdk.Client, g *evidence.BedrockGuardrail) evidence.List[evidence.BedrockGuardrailVersion] {
	pages := sdk.NewListGuardrailsPaginator(client, &sdk.ListGuardrailsInput{GuardrailIdentifier: &g.ID})
	return scanners.Pages(ctx, run, g.ARN, pages, func(out *sdk.ListGuardrailsOutput) (all []evidence.BedrockGuardrailVersion) {
		for _, v := range out.Guardrails {
			all = append(all, evidence.BedrockGuardrailVersion{Version: aws.ToString(v.Version)})
		}
		return all
	})
}

func policy(ctx context.Context, run *scanners.Run, client *sdk.Client, g *evidence.BedrockGuardrail, version string) evidence.Fact[evidence.BedrockGuardrailPolicy] {
	return scanners.Read(run, g.ARN, func() (p evidence.BedrockGuardrailPolicy, err error) {
		out, err := client.GetGuardrail(ctx, &sdk.GetGuardrailInput{GuardrailIdentifier: &g.ID, GuardrailVersion: &version})
		if err != nil {
			return p, err
		}
		p.KMSKey = aws.ToString(out.KmsKeyArn)
		if c := out.CrossRegionDetails; c != nil {
			p.CrossRegionProfile = aws.ToString(c.GuardrailProfileId)
		}
		if c := out.ContentPolicy; c != nil {
			for _, f := range c.Filters {
				p.Content = append(p.Content, contentFilter(f))
			}
		}
		if t := out.TopicPolicy; t != nil {
			for _, topic := range t.Topics {
				if blocks(topic.InputAction, topic.InputEnabled) || blocks(topic.OutputAction, topic.OutputEnabled) {
					p.DeniedTopics++
				}
			}
		}
		if w := out.WordPolicy; w != nil {
			for _, word := range w.Words {
				if blocks(word.InputAction, word.InputEnabled) || blocks(word.OutputAction, word.OutputEnabled) {
					p.Words++
				}
			}
			for _, list := range w.ManagedWordLists {
				if blocks(list.InputAction, list.InputEnabled) || blocks(list.OutputAction, list.OutputEnabled) {
					p.ManagedWords++
				}
			}
		}
		if s := out.SensitiveInformationPolicy; s != nil {
			for _, e := range s.PiiEntities {
				p.PII = append(p.PII, sensitiveFilter(string(e.Type), e.Action, e.InputAction, e.OutputAction, e.InputEnabled, e.OutputEnabled))
			}
			for _, r := range s.Regexes {
				p.Regexes = append(p.Regexes, sensitiveFilter(aws.ToString(r.Name), r.Action, r.InputAction, r.OutputAction, r.InputEnabled, r.OutputEnabled))
			}
		}
		if c := out.ContextualGroundingPolicy; c != nil {
			for _, f := range c.Filters {
				p.Grounding = append(p.Grounding, evidence.BedrockGroundingFilter{
					Type: string(f.Type), Threshold: aws.ToFloat64(f.Threshold),
					Enabled: enabled(f.Enabled), Blocks: f.Action != types.GuardrailContextualGroundingActionNone,
				})
			}
		}
		if a := out.AutomatedReasoningPolicy; a != nil {
			p.AutomatedReasoning = len(a.Policies)
		}
		return p, nil
	})
}

// enabled: a filter is on unless it says that it is off.
func enabled(b *bool) bool { return b == nil || *b }

// blocks: a filter that is on blocks, unless its action says that it only detects.
func blocks[Action ~string](action Action, on *bool) bool { return enabled(on) && action != "NONE" }

func contentFilter(f types.GuardrailContentFilter) evidence.BedrockContentFilter {
	strength := func(s types.GuardrailFilterStrength, on *bool, modalities []types.GuardrailModality) string {
		if !enabled(on) || len(modalities) > 0 && !slices.Contains(modalities, types.GuardrailModalityText) {
			return string(types.GuardrailFilterStrengthNone)
		}
		return string(s)
	}
	return evidence.BedrockContentFilter{
		Type:           string(f.Type),
		InputStrength:  strength(f.InputStrength, f.InputEnabled, f.InputModalities),
		OutputStrength: strength(f.OutputStrength, f.OutputEnabled, f.OutputModalities),
		InputBlocks:    f.InputAction != types.GuardrailContentFilterActionNone,
		OutputBlocks:   f.OutputAction != types.GuardrailContentFilterActionNone,
	}
}

// sensitiveFilter: the action of a direction is its own where it has one, else the filter's.
func sensitiveFilter(kind string, action, input, output types.GuardrailSensitiveInformationAction, inputOn, outputOn *bool) evidence.BedrockSensitiveFilter {
	effective := func(own types.GuardrailSensitiveInformationAction, on *bool) string {
		switch {
		case !enabled(on):
			return string(types.GuardrailSensitiveInformationActionNone)
		case own != "":
			return string(own)
		}
		return string(action)
	}
	return evidence.BedrockSensitiveFilter{Type: kind, InputAction: effective(input, inputOn), OutputAction: effective(output, outputOn)}
}
