package cloudwatch

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/awsready/awsready/scanners"
	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/workload"
)

// dashboards reads the account's dashboards in one region: they are global, and every region would
// return the same ones.
func dashboards(ctx context.Context, run *scanners.Run, client *sdk.Client) evidence.List[evidence.Dashboard] {
	if run.Region != dashboardRegion(run) {
		return evidence.Listed[evidence.Dashboard]()
	}
	pages := sdk.NewListDashboardsPaginator(client, &sdk.ListDashboardsInput{})
	all := scanners.Pages(ctx, run, "", pages, func(out *sdk.ListDashboardsOutput) (all []evidence.Dashboard) {
		for _, d := range out.DashboardEntries {
			all = append(all, evidence.Dashboard{Name: aws.ToString(d.DashboardName)})
		}
		return all
	})
	scanners.Each(ctx, run, all, func(d *evidence.Dashboard) string { return d.Name }, func(d *evidence.Dashboard) {
		d.Body = scanners.Read(run, d.Name, func() (evidence.DashboardBody, error) {
			out, err := client.GetDashboard(ctx, &sdk.GetDashboardInput{DashboardName: &d.Name})
			if err != nil {
				return evidence.DashboardBody{}, err
			}
			return parseBody(aws.ToString(out.DashboardBody), run.Account)
		})
	})
	return all
}

// dashboardRegion is the region in which dashboards are read: the first that shows a workload, else
// the first of all.
func dashboardRegion(run *scanners.Run) (region string) {
	for _, r := range run.Evidence.Regions {
		switch {
		case r.Name == "*":
		case len(r.Signs.Found()) > 0:
			return r.Name
		case region == "":
			region = r.Name
		}
	}
	return region
}

// widget is what a dashboard's body says of a widget, as far as it is kept.
type widget struct {
	Type       string `json:"type"`
	Properties struct {
		Region      string            `json:"region"`
		AccountID   string            `json:"accountId"`
		Metrics     []json.RawMessage `json:"metrics"`
		Markdown    string            `json:"markdown"`
		Query       string            `json:"query"`
		Alarms      []string          `json:"alarms"`
		Annotations struct {
			Alarms []string `json:"alarms"`
		} `json:"annotations"`
	} `json:"properties"`
}

// parseBody reads a dashboard's body. One that it does not understand is an error: what such a
// dashboard shows is not known.
func parseBody(text, account string) (body evidence.DashboardBody, err error) {
	var content struct {
		Widgets []json.RawMessage `json:"widgets"`
	}
	if err := json.Unmarshal([]byte(text), &content); err != nil {
		return body, fmt.Errorf("dashboard body: %w", err)
	}
	for _, raw := range content.Widgets {
		var kind struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal(raw, &kind); err != nil {
			return body, fmt.Errorf("dashboard widget: %w", err)
		}
		if kind.Type == "custom" || kind.Type == "explorer" {
			continue // what these show is decided elsewhere
		}
		var w widget
		if err := json.Unmarshal(raw, &w); err != nil {
			return body, fmt.Errorf("dashboard widget: %w", err)
		}
		if err := w.add(&body, account); err != nil {
			return body, err
		}
	}
	return body, nil
}

func (w widget) add(to *evidence.DashboardBody, account string) error {
	p := w.Properties
	if w.Type == "text" {
		to.Text = max(to.Text, utf8.RuneCountInString(strings.TrimSpace(p.Markdown)))
	}
	for _, arn := range slices.Concat(p.Alarms, p.Annotations.Alarms) {
		if !slices.Contains(to.Alarms, arn) {
			to.Alarms = append(to.Alarms, arn)
		}
	}
	if p.AccountID != "" && p.AccountID != account {
		return nil // shows another account
	}
	for _, name := range sources(p.Query) {
		if l := (evidence.DashboardLog{Region: p.Region, Name: name}); !slices.Contains(to.LogGroups, l) {
			to.LogGroups = append(to.LogGroups, l)
		}
	}
	var before []string
	for _, raw := range p.Metrics {
		row, options, err := metricRow(raw)
		if err != nil {
			return err
		}
		if len(row) > 0 {
			row = expand(row, before)
			before = row
			if m, ok := rowMetric(row, options, p.Region); ok && (options.AccountID == "" || options.AccountID == account) {
				to.Metrics = append(to.Metrics, m)
			}
		}
		for _, namespace := range searched(options.Expression) {
			if !slices.Contains(to.Namespaces, namespace) {
				to.Namespaces = append(to.Namespaces, namespace)
			}
		}
	}
	return nil
}

// rowOptions is the object at the end of a metric's row.
type rowOptions struct {
	Expression string `json:"expression"`
	Region     string `json:"region"`
	AccountID  string `json:"accountId"`
}

// metricRow splits a row of a widget's metrics into its texts and its options.
func metricRow(raw json.RawMessage) (row []string, options rowOptions, err error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, options, fmt.Errorf("dashboard metric: %w", err)
	}
	for _, part := range parts {
		var text string
		if json.Unmarshal(part, &text) == nil {
			row = append(row, text)
		} else if err := json.Unmarshal(part, &options); err != nil {
			return nil, options, fmt.Errorf("dashboard metric: %w", err)
		}
	}
	return row, options, nil
}

// expand fills in the shorthands of a row: "." is the text of the row before it at the same place, and
// "..." is all of them up to those that follow it.
func expand(row, before []string) []string {
	if row[0] == "..." {
		rest := row[1:]
		return slices.Concat(before[:max(0, len(before)-len(rest))], rest)
	}
	full := slices.Clone(row)
	for i, text := range full {
		if text == "." && i < len(before) {
			full[i] = before[i]
		}
	}
	return full
}

func rowMetric(row []string, options rowOptions, region string) (m evidence.DashboardMetric, ok bool) {
	if len(row) < 2 {
		return m, false
	}
	if options.Region != "" {
		region = options.Region
	}
	m = evidence.DashboardMetric{Region: region, Namespace: row[0], Name: row[1]}
	for i := 2; i+1 < len(row); i += 2 {
		if m.Dimensions == nil {
			m.Dimensions = map[string]string{}
		}
		m.Dimensions[row[i]] = row[i+1]
	}
	return m, true
}

var (
	schemaOf   = regexp.MustCompile(`\{\s*"?([A-Za-z0-9_./#:-]+)"?\s*[,}]`)
	namespaces = regexp.MustCompile(`(?i)\bNamespace\s*=\s*"?([A-Za-z0-9_./#:-]+)`)
	source     = regexp.MustCompile(`(?i)\bSOURCE\s+'([^']+)'`)
)

// searched returns the namespaces that an expression of a widget searches or queries.
func searched(expression string) (all []string) {
	if query, ok := workload.ParseInsights(expression); ok {
		return []string{query.Namespace}
	}
	if !strings.Contains(expression, "SEARCH") {
		return nil
	}
	for _, pattern := range []*regexp.Regexp{schemaOf, namespaces} {
		for _, match := range pattern.FindAllStringSubmatch(expression, -1) {
			all = append(all, match[1])
		}
	}
	return all
}

// sources returns the log groups that a query of a widget names.
func sources(query string) (names []string) {
	for _, match := range source.FindAllStringSubmatch(query, -1) {
		names = append(names, match[1])
	}
	return names
}
