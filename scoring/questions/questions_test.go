package questions

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
	"github.com/goccy/go-yaml"
)

// attested are the questions that no check can answer: only an owner can.
var attested = []string{"2.6", "2.7", "9.6", "10.1", "10.4", "10.7"}

func TestCategories(t *testing.T) {
	mustHave := []string{"1", "2", "3", "5", "7"}
	if len(Categories) != 10 {
		t.Fatalf("%d categories, want 10", len(Categories))
	}
	for i, c := range Categories {
		if want := strconv.Itoa(i + 1); c.ID != want {
			t.Errorf("category %d has id %s, want %s", i, c.ID, want)
		}
		weight := int64(1)
		if slices.Contains(mustHave, c.ID) {
			weight = 2
		}
		if c.Weight != weight || c.MustHave != (weight == 2) {
			t.Errorf("category %s: weight %d, must-have %t", c.ID, c.Weight, c.MustHave)
		}
		if (c.Applies != nil) != (c.ID == "6") {
			t.Errorf("category %s: only category 6 may not apply", c.ID)
		}
	}
}

func TestQuestions(t *testing.T) {
	if len(All) != 80 {
		t.Fatalf("%d questions, want 80", len(All))
	}
	for i, q := range All {
		category, number := strconv.Itoa(i/8+1), strconv.Itoa(i%8+1)
		if q.ID != category+"."+number || q.Category != category {
			t.Errorf("question %d is %s of category %s, want %s.%s", i, q.ID, q.Category, category, number)
		}
		if q.Text == "" {
			t.Errorf("%s has no text", q.ID)
		}
		if q.Attest == "" && slices.Contains(attested, q.ID) {
			t.Errorf("%s can only be attested, and does not say what", q.ID)
		}
	}
}

// TestCatalogue compares the texts with the catalogue, where it lies beside the repository.
func TestCatalogue(t *testing.T) {
	type question struct {
		ID, Category, Question, Answerable string
		Human                              string `yaml:"human_attestation"`
		Prompt                             string `yaml:"attestation_prompt"`
	}
	var want []question
	for _, name := range []string{"questions-1-to-5.yaml", "questions-6-to-10.yaml"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "catalogue", name))
		if os.IsNotExist(err) {
			t.Skip("the catalogue is not there")
		} else if err != nil {
			t.Fatal(err)
		}
		var file struct{ Questions []question }
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		want = append(want, file.Questions...)
	}
	if len(want) != len(All) {
		t.Fatalf("the catalogue has %d questions, the checklist %d", len(want), len(All))
	}
	for i, q := range want {
		got := All[i]
		if got.ID != q.ID || got.Text != q.Question {
			t.Errorf("%s %q, the catalogue has %s %q", got.ID, got.Text, q.ID, q.Question)
		}
		if attest := q.Human + q.Prompt; got.Attest != attest {
			t.Errorf("%s: attest %q, the catalogue has %q", got.ID, got.Attest, attest)
		}
		if name := Categories[i/8].Name; name != q.Category {
			t.Errorf("%s: category %q, the catalogue has %q", got.ID, name, q.Category)
		}
		if (q.Answerable == "attested") != slices.Contains(attested, q.ID) {
			t.Errorf("%s: the catalogue says it is %s", q.ID, q.Answerable)
		}
	}
}

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// regions is an account of two regions in which everything was read and nothing was found but what fill adds.
func regions(fill func(r *evidence.Region)) *evidence.Account {
	a := &evidence.Account{Clock: now, Home: "us-east-1", Regions: []evidence.Region{{Name: "eu-central-1"}, {Name: "us-east-1"}}}
	fill(&a.Regions[1])
	evidence.FillUnset(a, evidence.Gap{Reason: evidence.Unavailable})
	return a
}

func job(age time.Duration) evidence.List[evidence.BedrockCustomizationJob] {
	return evidence.Listed(evidence.BedrockCustomizationJob{Name: "tune", Summary: evidence.Known(evidence.BedrockJob{Status: "Completed", Created: now.Add(-age)})})
}

const day = 24 * time.Hour

// finds are the accounts in which a predicate has something to find, or nothing.
var finds = []struct {
	name string
	fill func(r *evidence.Region)
	// whether each predicate certainly passes
	uses, versions, retrains, experiments bool
}{
	{name: "nothing", fill: func(*evidence.Region) {}},
	{"custom model", func(r *evidence.Region) {
		r.Bedrock.CustomModels = evidence.Listed(evidence.BedrockModel{Name: "ours"})
	}, true, true, true, true},
	{"imported model", func(r *evidence.Region) {
		r.Bedrock.ImportedModels = evidence.Listed(evidence.BedrockModel{Name: "ours"})
	}, true, true, false, false},
	{"deployment", func(r *evidence.Region) { r.Bedrock.Deployments = evidence.Listed(evidence.BedrockDeployment{}) }, true, true, false, false},
	{"job of the last 180 days", func(r *evidence.Region) { r.Bedrock.CustomizationJobs = job(180 * day) }, true, false, true, true},
	{"older job", func(r *evidence.Region) { r.Bedrock.CustomizationJobs = job(181 * day) }, false, false, false, true},
	{"job of unread age", func(r *evidence.Region) {
		r.Bedrock.CustomizationJobs = evidence.Listed(evidence.BedrockCustomizationJob{Summary: evidence.Missing[evidence.BedrockJob](denied)})
	}, false, false, false, true},
	{"evaluation", func(r *evidence.Region) { r.Bedrock.EvaluationJobs = evidence.Listed(evidence.BedrockEvaluationJob{}) }, false, false, false, true},
	{"guardrail", func(r *evidence.Region) { r.Bedrock.Guardrails = evidence.Listed(evidence.BedrockGuardrail{}) }, false, true, false, false},
	{"prompt", func(r *evidence.Region) { r.BedrockAgent.Prompts = evidence.Listed(evidence.Prompt{}) }, false, true, false, false},
	{"agent", func(r *evidence.Region) { r.BedrockAgent.Agents = evidence.Listed(evidence.Agent{}) }, true, true, false, false},
	{"knowledge base", func(r *evidence.Region) { r.BedrockAgent.KnowledgeBases = evidence.Listed(evidence.KnowledgeBase{}) }, true, false, true, false},
	{"agent in a listing that was cut short", func(r *evidence.Region) {
		r.BedrockAgent.Agents = evidence.Partial([]evidence.Agent{{}}, denied)
	}, true, true, false, false},
	{"everything denied", func(r *evidence.Region) { evidence.FillUnset(r, denied) }, false, false, false, false},
}

var denied = evidence.Gap{Service: "bedrock", Operation: "Denied", Code: "AccessDenied", Reason: evidence.Denied}

func TestApplies(t *testing.T) {
	for _, f := range finds {
		t.Run(f.name, func(t *testing.T) {
			check := func(name string, applies func(*scoring.Input) evidence.Verdict, want bool) {
				t.Helper()
				v := applies(&scoring.Input{Account: regions(f.fill)})
				switch {
				case want && !v.Passed():
					t.Errorf("%s is %+v, want a pass", name, v)
				case !want && (v.Outcomes&(evidence.CanPass|evidence.CanFail) != evidence.CanPass|evidence.CanFail):
					t.Errorf("%s is %+v, want both outcomes possible", name, v)
				case !want && !slices.ContainsFunc(v.Gaps, unscanned):
					t.Errorf("%s does not say that SageMaker is not scanned: %+v", name, v.Gaps)
				}
				// Whatever else is not read can only add outcomes.
				for i := range unreadables(regions(f.fill)) {
					a := regions(f.fill)
					unreadables(a)[i].Blank(denied)
					if blanked := applies(&scoring.Input{Account: a}); blanked.Outcomes|v.Outcomes != blanked.Outcomes {
						t.Errorf("%s was %b and is %b with less read", name, v.Outcomes, blanked.Outcomes)
					}
				}
			}
			check("usesModels", usesModels, f.uses)
			check("keepsVersions", keepsVersions, f.versions)
			check("retrains", retrains, f.retrains)
			check("experiments", experiments, f.experiments)
		})
	}
}

func unscanned(g evidence.Gap) bool { return g.Service == "sagemaker" && g.Reason == evidence.NotBuilt }

func unreadables(a *evidence.Account) []evidence.Unreadable {
	var all []evidence.Unreadable
	evidence.Walk(a, func(_ string, u evidence.Unreadable) { all = append(all, u) })
	return all
}
