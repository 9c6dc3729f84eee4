package scoring

import (
	"time"

	"github.com/awsready/awsready/scanners/evidence"
)

// Category is one of the checklist's ten categories.
type Category struct {
	ID, Name string
	MustHave bool
	Weight   int64                            // in the overall score
	Applies  func(in *Input) evidence.Verdict // nil: always
	Note     string
}

// Question is one of the checklist's 80 questions.
type Question struct {
	ID       string // such as 1.4
	Category string // id
	Text     string
	Attest   string                           // what an owner is asked to attest; empty where evidence alone answers
	Applies  func(in *Input) evidence.Verdict // nil: always
	Note     string
}

// Answer is what an owner attests.
type Answer string

const (
	Yes    Answer = "yes"
	Partly Answer = "partial"
	No     Answer = "no"
)

// Attestation is an owner's answer to a question that AWS cannot answer.
type Attestation struct {
	Question string    `json:"question"`
	Answer   Answer    `json:"answer"`
	Owner    string    `json:"owner"`
	Date     time.Time `json:"date"`
	Link     string    `json:"link,omitempty"` // to the proof
	Expires  time.Time `json:"expires"`
	Note     string    `json:"note,omitempty"`
}

// Expired reports that the attestation no longer counts.
func (a Attestation) Expired(now time.Time) bool { return !now.Before(a.Expires) }

// credit is what an attestation is worth.
func (a Attestation) credit() Interval {
	switch a.Answer {
	case Yes:
		return Interval{Low: one, High: one}
	case Partly:
		return Interval{Low: half, High: half}
	}
	return Interval{Low: zero, High: zero}
}
