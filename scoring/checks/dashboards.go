package checks

import (
	"fmt"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/awsready/awsready/workload"
)

var dashboardChecks = []scoring.Check{
	{
		ID:         "cloudwatch-dashboard-genai",
		Title:      "A dashboard shows the GenAI workload",
		Questions:  []string{"3.6"},
		Severity:   scoring.Medium,
		Operations: []string{"cloudwatch.ListDashboards", "cloudwatch.GetDashboard"},
		Why:        "In an incident somebody has to build the picture first that should have been there.",
		Fix:        "aws cloudwatch put-dashboard --dashboard-name <name> --dashboard-body file://genai-dashboard.json",
		References: []string{"GENOPS02-BP02"},
		Test:       scoring.PerAccount(dashboardShows),
	},
	{
		ID:         "cloudwatch-dashboard-fresh",
		Title:      "Dashboards of the workload show resources that exist",
		Questions:  []string{"3.6"},
		Severity:   scoring.Low,
		Operations: []string{"cloudwatch.GetDashboard", "lambda.ListFunctions", "dynamodb.ListTables", "bedrock.ListFoundationModels", "bedrock.ListInferenceProfiles"},
		Why:        "An empty graph of a resource that is gone reads as if all were well.",
		Fix:        "aws cloudwatch get-dashboard --dashboard-name <name>",
		References: []string{"GENOPS02-BP01"},
		Test:       scoring.Resources(dashboards, dashboardFresh),
	},
	{
		ID:         "cloudwatch-dashboard-guidance",
		Title:      "Dashboards of the workload explain themselves",
		Questions:  []string{"10.3"},
		Severity:   scoring.Low,
		NeverFails: true,
		Weak:       true,
		Operations: []string{"cloudwatch.ListDashboards", "cloudwatch.GetDashboard"},
		Why:        "Who opens the dashboard at night should read what is normal and whom to call.",
		Fix:        "aws cloudwatch put-dashboard --dashboard-name <name> --dashboard-body file://genai-dashboard.json",
		Test:       scoring.PerAccount(dashboardGuides),
	},
}

// dashboards are global; each has the region in which it was read.
var dashboards = scoring.Kind[evidence.Dashboard]{
	Regional: func(r *evidence.Region) evidence.List[evidence.Dashboard] { return r.CloudWatch.Dashboards },
	ID: func(in *scoring.Input, _ string, d evidence.Dashboard) string {
		return "arn:" + in.Account.Partition + ":cloudwatch::" + in.Account.ID + ":dashboard/" + d.Name
	},
	Name:      func(d evidence.Dashboard) string { return d.Name },
	Relevance: func(g *workload.Graph, _ string, d evidence.Dashboard) evidence.Verdict { return g.Dashboard(d) },
}

// allDashboards are the account's: those of the region whose list has them all, else what every
// region's list has. No region at all is not known to have none.
func allDashboards(a *evidence.Account) (all evidence.List[evidence.Dashboard]) {
	for i := range a.Regions {
		list := a.Regions[i].CloudWatch.Dashboards
		if len(list.Gaps()) == 0 && len(list.Found()) > 0 {
			return list
		}
		all.Append(list)
	}
	return all
}

func dashboardShows(in *scoring.Input) evidence.Verdict {
	all := allDashboards(in.Account)
	return evidence.If(in.Workload.Present(), func() evidence.Verdict {
		none := fmt.Sprintf("none of %d CloudWatch dashboards shows metrics of Bedrock or of the workload's functions", len(all.Found()))
		if len(all.Found()) == 0 {
			none = "the account has no CloudWatch dashboard"
		}
		return evidence.Some(all, none+" (the console's automatic dashboards are not listed; a dashboard in Grafana can be attested)",
			func(d evidence.Dashboard) evidence.Verdict {
				v := in.Workload.Dashboard(d)
				if v.Passed() {
					v.Message = "dashboard " + d.Name + " shows it"
				}
				return v
			})
	})
}

// guidanceLength is how long a text has to be to explain something.
const guidanceLength = 40

func dashboardGuides(in *scoring.Input) evidence.Verdict {
	return evidence.Some(allDashboards(in.Account), "no dashboard of the workload has a text that explains it", func(d evidence.Dashboard) evidence.Verdict {
		own := in.Workload.Dashboard(d)
		own.Message = ""
		return evidence.All(own, evidence.With(d.Body, func(b evidence.DashboardBody) evidence.Verdict {
			return evidence.Test(b.Text >= guidanceLength, fmt.Sprintf("dashboard %s has a text of %d characters", d.Name, b.Text), "")
		}))
	})
}

func dashboardFresh(in *scoring.Input, _ *evidence.Region, d evidence.Dashboard) evidence.Verdict {
	return evidence.With(d.Body, func(b evidence.DashboardBody) evidence.Verdict {
		total, stale, unsure := 0, 0, 0
		var names []string
		var gaps []evidence.Gap
		for _, m := range b.Metrics {
			there, name := shownThere(in.Account, m)
			switch {
			case name == "":
				continue
			case there.Failed():
				stale++
				names = append(names, name)
			case !there.Certain():
				unsure++
				gaps = append(gaps, there.Gaps...)
			}
			total++
		}
		message := fmt.Sprintf("%d of %d metrics name something that is gone", stale, total)
		if stale > 0 {
			message += " (" + firstFew(names) + ")"
		}
		switch {
		case total == 0:
			return evidence.NotApplicable("names no function, table or model")
		case 3*stale > total:
			return evidence.Fail(message)
		case 3*(stale+unsure) > total:
			return evidence.Verdict{Outcomes: evidence.CanPass | evidence.CanFail, Message: message, Gaps: gaps}
		}
		return evidence.Pass(message)
	})
}

// shownThere tells whether the function, table or model that a metric names is there, and its name; the
// name is empty where the metric names none of them.
func shownThere(a *evidence.Account, m evidence.DashboardMetric) (there evidence.Verdict, name string) {
	function, table, model := m.Dimensions["FunctionName"], m.Dimensions["TableName"], m.Dimensions["ModelId"]
	switch {
	case m.Namespace == "AWS/Lambda" && function != "":
		name = "function " + function
	case m.Namespace == "AWS/DynamoDB" && table != "":
		name = "table " + table
	case m.Namespace == workload.BedrockMetrics && model != "":
		name = "model " + model
	default:
		return there, ""
	}
	for i := range a.Regions {
		r := &a.Regions[i]
		if r.Name != m.Region {
			continue
		}
		switch m.Namespace {
		case "AWS/Lambda":
			return evidence.Exists(r.Lambda.Functions, "", "", func(f evidence.Function) bool { return f.Name == function }), name
		case "AWS/DynamoDB":
			return evidence.Exists(r.DynamoDB.Tables, "", "", func(t evidence.DynamoDBTable) bool { return t.Name == table }), name
		}
		return modelExists(r, model), name
	}
	return evidence.Unknown("", evidence.Gap{Region: m.Region, Resource: name, Reason: evidence.NotAsked, Detail: "the region was not scanned"}), name
}

// modelExists accepts what is offered in the region, what the account made there, and what was invoked
// in the last two weeks.
func modelExists(r *evidence.Region, id string) evidence.Verdict {
	return evidence.Any(
		evidence.Exists(r.Bedrock.FoundationModels, "", "", func(f evidence.BedrockFoundationModel) bool { return f.ID == id }),
		evidence.Exists(r.Bedrock.InferenceProfiles, "", "", func(p evidence.BedrockInferenceProfile) bool { return p.ID == id || p.ARN == id }),
		evidence.Exists(r.Bedrock.Provisioned, "", "", func(p evidence.BedrockProvisioned) bool { return p.ARN == id }),
		evidence.Exists(workload.ModelsInUse(r), "", "", func(m workload.ModelInUse) bool { return m.ID == id }))
}
