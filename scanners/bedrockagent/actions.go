package bedrockagent

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"
	"github.com/goccy/go-yaml"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func actionGroups(ctx context.Context, run *scanners.Run, client *sdk.Client, a *evidence.Agent, version string) evidence.List[evidence.ActionGroup] {
	pages := sdk.NewListAgentActionGroupsPaginator(client, &sdk.ListAgentActionGroupsInput{AgentId: &a.ID, AgentVersion: &version})
	all := scanners.Pages(ctx, run, a.ARN, pages, func(out *sdk.ListAgentActionGroupsOutput) (all []evidence.ActionGroup) {
		for _, g := range out.ActionGroupSummaries {
			all = append(all, evidence.ActionGroup{ID: aws.ToString(g.ActionGroupId), Name: aws.ToString(g.ActionGroupName)})
		}
		return all
	})
	for i := range all.Found() {
		g := &all.Found()[i]
		g.Settings = scanners.Read(run, a.ARN, func() (evidence.ActionGroupSettings, error) {
			out, err := client.GetAgentActionGroup(ctx, &sdk.GetAgentActionGroupInput{AgentId: &a.ID, AgentVersion: &version, ActionGroupId: &g.ID})
			if err != nil {
				return evidence.ActionGroupSettings{}, err
			}
			return actionGroup(out.AgentActionGroup), nil
		})
	}
	return all
}

func actionGroup(g *types.AgentActionGroup) evidence.ActionGroupSettings {
	s := evidence.ActionGroupSettings{Enabled: g.ActionGroupState == types.ActionGroupStateEnabled, BuiltIn: string(g.ParentActionSignature)}
	switch executor := g.ActionGroupExecutor.(type) {
	case *types.ActionGroupExecutorMemberLambda:
		s.Function = executor.Value
	case *types.ActionGroupExecutorMemberCustomControl:
		s.Returns = executor.Value == types.CustomControlMethodReturnControl
	}
	switch schema := g.FunctionSchema.(type) {
	case nil:
	case *types.FunctionSchemaMemberFunctions:
		for _, f := range schema.Value {
			s.Functions = append(s.Functions, evidence.ActionFunction{
				Name: aws.ToString(f.Name), Described: strings.TrimSpace(aws.ToString(f.Description)) != "",
				Confirms: f.RequireConfirmation == types.RequireConfirmationEnabled,
			})
		}
	default:
		s.APISchema = "unreadable"
	}
	switch schema := g.ApiSchema.(type) {
	case nil:
	case *types.APISchemaMemberPayload:
		operations, err := openAPI(schema.Value)
		s.APISchema, s.Functions = "inline", append(s.Functions, operations...)
		if err != nil {
			s.APISchema = "unreadable"
		}
	case *types.APISchemaMemberS3:
		s.APISchema = "s3"
	default:
		s.APISchema = "unreadable"
	}
	return s
}

// methods of OpenAPI 3.0 path items; their other members are not operations.
var methods = []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"}

var errSchema = errors.New("the API schema could not be understood")

// openAPI lists the operations of an OpenAPI schema in JSON or YAML, which includes JSON.
func openAPI(payload string) ([]evidence.ActionFunction, error) {
	var schema struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal([]byte(payload), &schema); err != nil || len(schema.Paths) == 0 {
		return nil, errSchema
	}
	var all []evidence.ActionFunction
	for path, item := range schema.Paths {
		for name, member := range item {
			method := strings.ToUpper(name)
			if !slices.Contains(methods, method) {
				continue
			}
			operation, ok := member.(map[string]any)
			if !ok {
				return nil, errSchema
			}
			f := evidence.ActionFunction{Name: path, Method: method}
			if id, ok := operation["operationId"].(string); ok && id != "" {
				f.Name = id
			}
			description, _ := operation["description"].(string)
			f.Described = strings.TrimSpace(description) != ""
			confirmation, _ := operation["x-requireConfirmation"].(string)
			f.Confirms = strings.EqualFold(confirmation, string(types.RequireConfirmationEnabled))
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b evidence.ActionFunction) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Method, b.Method))
	})
	return all, nil
}
