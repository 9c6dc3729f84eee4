package bedrockagent

import (
	"context"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

// promptSummaries lists the prompts; without an identifier AWS lists only each one's DRAFT.
func promptSummaries(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Prompt] {
	pages := sdk.NewListPromptsPaginator(client, &sdk.ListPromptsInput{})
	return scanners.Pages(ctx, run, "", pages, func(out *sdk.ListPromptsOutput) (all []evidence.Prompt) {
		for _, p := range out.PromptSummaries {
			all = append(all, evidence.Prompt{ARN: aws.ToString(p.Arn), ID: aws.ToString(p.Id), Name: aws.ToString(p.Name)})
		}
		return all
	})
}

func prompts(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Prompt] {
	all := promptSummaries(ctx, run, client)
	scanners.Each(ctx, run, all, func(p *evidence.Prompt) string { return p.ARN }, func(p *evidence.Prompt) {
		p.Versions = promptVersions(ctx, run, client, p)
		p.Settings = prompt(ctx, run, client, p, nil)
		p.Newest = newestPrompt(ctx, run, client, p)
	})
	return all
}

func promptVersions(ctx context.Context, run *scanners.Run, client *sdk.Client, p *evidence.Prompt) evidence.List[string] {
	pages := sdk.NewListPromptsPaginator(client, &sdk.ListPromptsInput{PromptIdentifier: &p.ID})
	return scanners.Pages(ctx, run, p.ARN, pages, func(out *sdk.ListPromptsOutput) (versions []string) {
		for _, v := range out.PromptSummaries {
			versions = append(versions, aws.ToString(v.Version))
		}
		return versions
	})
}

// newestPrompt reads the newest numbered version; where there is none it is the DRAFT.
func newestPrompt(ctx context.Context, run *scanners.Run, client *sdk.Client, p *evidence.Prompt) evidence.Fact[evidence.PromptSettings] {
	if gaps := p.Versions.Gaps(); len(gaps) > 0 {
		return evidence.Missing[evidence.PromptSettings](gaps[0])
	}
	newest := 0
	for _, version := range p.Versions.Found() {
		if number, err := strconv.Atoi(version); err == nil {
			newest = max(newest, number)
		}
	}
	if newest == 0 {
		return p.Settings
	}
	return prompt(ctx, run, client, p, aws.String(strconv.Itoa(newest)))
}

func prompt(ctx context.Context, run *scanners.Run, client *sdk.Client, p *evidence.Prompt, version *string) evidence.Fact[evidence.PromptSettings] {
	return scanners.Read(run, p.ARN, func() (evidence.PromptSettings, error) {
		out, err := client.GetPrompt(ctx, &sdk.GetPromptInput{PromptIdentifier: &p.ID, PromptVersion: version})
		if err != nil {
			return evidence.PromptSettings{}, err
		}
		s := evidence.PromptSettings{KMSKey: aws.ToString(out.CustomerEncryptionKeyArn)}
		var texts []string
		for i, v := range out.Variants {
			template, err := readTemplate(v.TemplateConfiguration)
			if err != nil {
				return s, err
			}
			texts = append(texts, template.texts...)
			// A prompt has at most one variant (Bedrock quotas), which the default names.
			if i == 0 || aws.ToString(v.Name) == aws.ToString(out.DefaultVariant) {
				s.Model, s.MaxTokens = aws.ToString(v.ModelId), 0
				_, s.Agent = v.GenAiResource.(*types.PromptGenAiResourceMemberAgent)
				if c, ok := v.InferenceConfiguration.(*types.PromptInferenceConfigurationMemberText); ok {
					s.MaxTokens = int(aws.ToInt32(c.Value.MaxTokens))
				}
				s.CachePoint, s.Length = template.cachePoint, template.length()
			}
		}
		s.Secrets = detect(texts...)
		return s, nil
	})
}

// template is a prompt's text, which stays in memory.
type template struct {
	texts      []string
	cachePoint bool
}

func (t template) length() (characters int) {
	for _, text := range t.texts {
		characters += utf8.RuneCountInString(text)
	}
	return characters
}

var errTemplate = errors.New("the prompt's template could not be understood")

// readTemplate refuses what it does not know: a text that was not examined may hold anything.
func readTemplate(config types.PromptTemplateConfiguration) (t template, err error) {
	switch c := config.(type) {
	case *types.PromptTemplateConfigurationMemberText:
		t.texts = append(t.texts, aws.ToString(c.Value.Text))
		t.cachePoint = c.Value.CachePoint != nil
		return t, nil
	case *types.PromptTemplateConfigurationMemberChat:
		return readChat(c.Value)
	}
	return t, errTemplate
}

func readChat(chat types.ChatPromptTemplateConfiguration) (t template, err error) {
	for _, system := range chat.System {
		switch block := system.(type) {
		case *types.SystemContentBlockMemberText:
			t.texts = append(t.texts, block.Value)
		case *types.SystemContentBlockMemberCachePoint:
			t.cachePoint = true
		default:
			return t, errTemplate
		}
	}
	for _, message := range chat.Messages {
		for _, content := range message.Content {
			switch block := content.(type) {
			case *types.ContentBlockMemberText:
				t.texts = append(t.texts, block.Value)
			case *types.ContentBlockMemberCachePoint:
				t.cachePoint = true
			default:
				return t, errTemplate
			}
		}
	}
	if tools := chat.ToolConfiguration; tools != nil {
		for _, tool := range tools.Tools {
			if _, ok := tool.(*types.ToolMemberCachePoint); ok {
				t.cachePoint = true
			}
		}
	}
	return t, nil
}
