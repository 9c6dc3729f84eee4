package cloudwatchlogs

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
)

func savedQueries(ctx context.Context, run *scanners.Run, client *sdk.Client, known []name) evidence.List[evidence.LogQuery] {
	return scanners.Tokens(run, "", func(token *string) ([]evidence.LogQuery, *string, error) {
		out, err := client.DescribeQueryDefinitions(ctx, &sdk.DescribeQueryDefinitionsInput{NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		var all []evidence.LogQuery
		for _, q := range out.QueryDefinitions {
			groups, unbound := sources(q.LogGroupNames, aws.ToString(q.QueryString), q.QueryLanguage, known)
			all = append(all, evidence.LogQuery{Name: aws.ToString(q.Name), Settings: evidence.Known(evidence.LogQuerySettings{Groups: groups, Unbound: unbound})})
		}
		return all, out.NextToken, nil
	})
}

// scheduledQueries lists those of both schedule types: a log alarm runs one too. The listing does not
// say which log groups a query reads, so those that are enabled are read one by one.
func scheduledQueries(ctx context.Context, run *scanners.Run, client *sdk.Client, known []name) evidence.List[evidence.LogQuery] {
	arns := map[string]string{} // of the enabled ones; their names are unique
	pages := sdk.NewListScheduledQueriesPaginator(client, &sdk.ListScheduledQueriesInput{})
	all := scanners.Pages(ctx, run, "", pages, func(out *sdk.ListScheduledQueriesOutput) (all []evidence.LogQuery) {
		for _, q := range out.ScheduledQueries {
			query := evidence.LogQuery{Name: aws.ToString(q.Name)}
			if q.State == types.ScheduledQueryStateEnabled {
				arns[query.Name] = aws.ToString(q.ScheduledQueryArn)
			} else {
				query.Settings = evidence.Known(evidence.LogQuerySettings{})
			}
			all = append(all, query)
		}
		return all
	})
	scanners.Each(ctx, run, all, func(q *evidence.LogQuery) string { return q.Name }, func(q *evidence.LogQuery) {
		arn, enabled := arns[q.Name]
		if !enabled {
			return
		}
		q.Settings = scanners.Read(run, arn, func() (evidence.LogQuerySettings, error) {
			out, err := client.GetScheduledQuery(ctx, &sdk.GetScheduledQueryInput{Identifier: &arn})
			if err != nil {
				return evidence.LogQuerySettings{}, err
			}
			groups, unbound := sources(out.LogGroupIdentifiers, aws.ToString(out.QueryString), out.QueryLanguage, known)
			return evidence.LogQuerySettings{Groups: groups, Unbound: unbound, Enabled: out.State == types.ScheduledQueryStateEnabled}, nil
		})
	})
	return all
}

// name is how a query can name a log group.
type name struct{ name, arn string }

func namesOf(groups []evidence.LogGroup) []name {
	names := make([]name, len(groups))
	for i, g := range groups {
		names[i] = name{g.Name, g.ARN}
	}
	return names
}

// How a query's text selects log groups: CloudWatch Logs User Guide, "SOURCE" for the Logs Insights
// language and OpenSearch PPL, "OpenSearch SQL" for FROM.
var (
	quotes     = []*regexp.Regexp{regexp.MustCompile(`"([^"]+)"`), regexp.MustCompile(`'([^']+)'`), regexp.MustCompile("`([^`]+)`")}
	prefixes   = regexp.MustCompile(`(?i)\bnamePrefix\s*:\s*\[([^\]]*)\]`)
	everything = regexp.MustCompile(`(?i)\blogGroups\s*\(\s*\)`)
	source     = regexp.MustCompile(`(?im)(^|\|)\s*source\b`)
	from       = regexp.MustCompile(`(?i)\bfrom\b`)
	unquoted   = regexp.MustCompile(`(?i)\b(?:from|source)\s*=?\s*([\w./#-]+)`)
	dataSource = regexp.MustCompile(`(?i)\bdataSource\s*\(`)
)

// sources returns the log groups that a query reads: those listed with it and, of the known ones, those
// that its text names or covers by a prefix. It is unbound where neither says. The text is not kept.
func sources(listed []string, text string, language types.QueryLanguage, known []name) (groups []string, unbound bool) {
	if everything.MatchString(text) {
		groups = append(groups, "*")
	}
	named := words(text)
	for _, match := range unquoted.FindAllStringSubmatch(text, -1) {
		named = append(named, match[1])
	}
	var starts []string
	for _, match := range prefixes.FindAllStringSubmatch(text, -1) {
		starts = append(starts, words(match[1])...)
	}
	for _, g := range known {
		covered := slices.ContainsFunc(starts, func(prefix string) bool { return strings.HasPrefix(g.name, prefix) })
		if covered || slices.Contains(named, g.name) || slices.Contains(named, g.arn) {
			groups = append(groups, g.name)
		}
	}
	for _, g := range listed {
		if g = bare(g); !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	selects := source.MatchString(text) || language == types.QueryLanguageSql && from.MatchString(text)
	return groups, len(groups) == 0 && (!selects || dataSource.MatchString(text))
}

// words returns what stands in quotes of any kind, which may stand within each other.
func words(text string) []string {
	var all []string
	for _, quoted := range quotes {
		for _, match := range quoted.FindAllStringSubmatch(text, -1) {
			all = append(all, bare(match[1]))
		}
	}
	return all
}
