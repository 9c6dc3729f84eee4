package report

import (
	"fmt"
	"slices"

	"github.com/awsready/awsready/scanners/evidence"
	"github.com/awsready/awsready/scoring"
)

// addStages tells where the account stands in the checklist's own order: the first stage whose end
// condition does not hold is the current one.
func (r *Report) addStages(s *scoring.Scores) {
	mendable, unanswered := 0, 0
	for _, gap := range r.Gaps {
		if !slices.Contains([]string{string(evidence.NotBuilt), string(evidence.OptIn)}, gap.Reason) {
			mendable++
		}
	}
	for _, q := range r.Questions {
		if q.Attest != "" && q.Applies != "no" && (q.Attestation == nil || q.Attestation.Expired) {
			unanswered++
		}
	}
	critical, mustHave := 0, 0
	for _, step := range r.NextSteps {
		critical += boolInt(step.Severity == string(scoring.Critical))
		mustHave += boolInt(step.MustHave)
	}
	testing := scoring.NotReady
	for _, c := range s.Categories {
		if c.Category.ID == "9" && !c.Interval.Absent {
			testing = scoring.BandOf(scoring.Percent(c.Interval.Low))
		}
	}
	stages := []struct {
		id, title, message string
		done               bool
	}{
		{"review", "Review each question", fmt.Sprintf("%d reads are missing and %d questions wait for an attestation", mendable, unanswered), mendable == 0 && unanswered == 0},
		{"prioritize", "Prioritize must-have items", fmt.Sprintf("%d critical and %d must-have checks fail", critical, mustHave), critical == 0},
		{"implement", "Implement what is missing", fmt.Sprintf("%d must-have checks fail", mustHave), mustHave == 0},
		{"test", "Test thoroughly", "testing and quality assurance is " + testing.String(), testing == scoring.Ready},
		{"deploy", "Deploy to production", "the account is " + s.Band.Band.String(), s.Band.Band == scoring.Ready},
	}
	current := false
	for _, stage := range stages {
		state := "ahead"
		switch {
		case !current && stage.done:
			state = "done"
		case !current:
			state, current = "current", true
		}
		r.Stages = append(r.Stages, Stage{ID: stage.id, Title: stage.title, State: state, Message: stage.message})
	}
}
