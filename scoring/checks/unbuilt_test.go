package checks

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/awsready/awsready/scoring"
	"github.com/goccy/go-yaml"
)

// merged names the catalogue's checks that mean the same as another, and the one that stands for both.
var merged = map[string]string{
	"accessanalyzer-enabled-for-tests":      "access-analyzer-external-enabled",
	"agentcore-runtime-endpoint-pinned":     "agentcore-endpoint-versioned",
	"apigateway-stage-caching":              "cache-layer-present",
	"appconfig-environment-rollback-alarm":  "appconfig-alarm-rollback",
	"autoscaling-group-elastic":             "asg-dynamic-scaling",
	"autoscaling-group-elb-health-check":    "asg-elb-health-check",
	"bedrock-guardrail-enforced":            "bedrock-enforced-guardrail-governance",
	"bedrock-quota-headroom":                "servicequotas-bedrock-headroom",
	"bedrock-vpc-endpoint-multi-az":         "vpc-endpoint-multi-az",
	"chat-channel-configured":               "chat-or-oncall-integration",
	"cloudwatch-dashboard-exists":           "cloudwatch-dashboard-genai",
	"codebuild-test-report-passing":         "codebuild-reports",
	"codepipeline-test-before-deploy":       "codepipeline-test-stage",
	"computeoptimizer-lambda-memory":        "lambda-memory-rightsized",
	"dynamodb-capacity-elastic":             "dynamodb-scales",
	"ecs-deployment-circuit-breaker":        "ecs-deployment-rollback",
	"ecs-service-health-check":              "ecs-container-health-check",
	"elbv2-targets-healthy":                 "elbv2-target-health-check",
	"genai-resource-status-healthy":         "genai-resources-ready",
	"lambda-provisioned-concurrency-scaled": "lambda-provisioned-autoscaling",
	"load-testing-stack-present":            "load-test-tooling-present",
	"resiliencehub-policy-met":              "resiliencehub-assessed",
	"route53-endpoint-health-check":         "synthetics-canary-running",
	"s3-kb-source-versioned":                "bedrock-kb-rebuildable",
	"sagemaker-endpoint-multi-instance":     "sagemaker-variant-multi-instance",
	"sagemaker-inference-benchmark":         "sagemaker-benchmark-recent",
	"semantic-cache-store-present":          "cache-layer-present",
	"ssmincidents-response-plan":            "incident-response-plan",
	"synthetics-canary-e2e":                 "synthetics-canary-running",
}

// catalogued is a check as the catalogue proposes it.
type catalogued struct {
	ID, Question, Severity, Group, Signal, Rule string
	Ops                                         []string
	AlsoInforms                                 []string `yaml:"also_informs"`
}

// failWord and noFailWords tell a rule that can fail from one that says it never does.
var (
	failWord    = regexp.MustCompile(`\bFAIL\b`)
	noFailWords = regexp.MustCompile(`(never|not|rather than) FAIL\b`)
)

// neverFails reports that the rule is a signal's: it passes or does not apply.
func (c catalogued) neverFails() bool {
	return !failWord.MatchString(noFailWords.ReplaceAllString(c.Rule, ""))
}

// built reports that this version has the check, under this id or as an alias.
func (c catalogued) built() bool {
	_, ok := ByID(c.ID)
	return ok
}

// catalogue reads the catalogue, where it lies beside the repository.
func catalogue(t *testing.T) []catalogued {
	t.Helper()
	var all []catalogued
	for _, name := range []string{"questions-1-to-5.yaml", "questions-6-to-10.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "catalogue", name))
		if os.IsNotExist(err) {
			t.Skip("the catalogue is not there")
		} else if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Questions []struct{ Checks []catalogued }
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		for _, q := range file.Questions {
			all = append(all, q.Checks...)
		}
	}
	return all
}

func TestUnbuiltCoversTheCatalogue(t *testing.T) {
	rows := map[string]scoring.Unbuilt{}
	for _, u := range Unbuilt {
		rows[u.ID] = u
	}
	scanned := map[string]bool{} // ids of the catalogue's checks that this version can have
	all := catalogue(t)
	for _, c := range all {
		if c.built() {
			scanned[c.ID] = true
		}
	}
	sources := map[string][]catalogued{}
	for _, c := range all {
		if c.built() {
			continue
		}
		id := c.ID
		if kept, ok := merged[id]; ok {
			if _, ok := rows[id]; ok {
				t.Errorf("%s is merged into %s and stands in Unbuilt too", id, kept)
			}
			id = kept
		}
		u, ok := rows[id]
		if !ok {
			if id == c.ID || !scanned[id] {
				t.Errorf("%s of question %s is missing", c.ID, c.Question)
			}
			continue
		}
		sources[id] = append(sources[id], c)
		for _, q := range append([]string{c.Question}, c.AlsoInforms...) {
			if !slices.Contains(u.Questions, q) {
				t.Errorf("%s does not inform question %s", id, q)
			}
		}
		if c.Group != "" && u.Group != c.Group {
			t.Errorf("%s is in group %q, the catalogue has %s in %q", id, u.Group, c.ID, c.Group)
		}
		if c.Signal == "weak" && !u.Weak {
			t.Errorf("%s is not weak, the catalogue's %s is", id, c.ID)
		}
		if c.ID == id && u.NeverFails != c.neverFails() {
			t.Errorf("%s never fails: %t, the catalogue's rule is %q", id, u.NeverFails, c.Rule)
		}
	}
	for _, u := range Unbuilt {
		severity := func(c catalogued) bool { return c.Severity == string(u.Severity) }
		switch from := sources[u.ID]; {
		case len(from) == 0:
			t.Errorf("%s is not among the catalogue's checks of other services", u.ID)
		case !slices.ContainsFunc(from, severity):
			t.Errorf("%s is %s, which the catalogue does not say", u.ID, u.Severity)
		}
	}
	for dropped, kept := range merged {
		if !slices.ContainsFunc(all, func(c catalogued) bool { return c.ID == dropped && !c.built() }) {
			t.Errorf("%s, merged into %s, is not among the catalogue's checks of other services", dropped, kept)
		}
	}
}

func TestUnbuiltIsSorted(t *testing.T) {
	order := func(a, b scoring.Unbuilt) int {
		return cmp.Or(compareQuestions(a.Questions[0], b.Questions[0]), cmp.Compare(a.ID, b.ID))
	}
	seen := map[string]bool{}
	for i, u := range Unbuilt {
		if i > 0 && order(Unbuilt[i-1], u) >= 0 {
			t.Errorf("%s stands after %s", u.ID, Unbuilt[i-1].ID)
		}
		if seen[u.ID] {
			t.Errorf("%s stands twice", u.ID)
		}
		seen[u.ID] = true
		if !slices.Contains(scoring.Severities, u.Severity) {
			t.Errorf("%s has severity %q", u.ID, u.Severity)
		}
	}
}

// compareQuestions orders 2.8 before 10.1.
func compareQuestions(a, b string) int {
	number := func(s string) int {
		category, question, _ := strings.Cut(s, ".")
		c, _ := strconv.Atoi(category)
		q, _ := strconv.Atoi(question)
		return c*100 + q
	}
	return cmp.Compare(number(a), number(b))
}
