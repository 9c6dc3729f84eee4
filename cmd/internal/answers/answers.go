// Package answers reads awsready.yaml: what the owner says of the workload and attests of it.
package answers

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/awsready/awsready/scoring"
)

// DefaultFile is read when it lies in the working directory and no other is named.
const DefaultFile = "awsready.yaml"

// lifetime is how long an attestation holds that names no expiry.
const lifetime = 180 * 24 * time.Hour

// File is the content of awsready.yaml.
type File struct {
	Settings     scoring.Settings
	Attestations []scoring.Attestation
}

type document struct {
	Settings scoring.Settings `yaml:"settings"`
	Answers  []answer         `yaml:"answers"`
}

type answer struct {
	Question string `yaml:"question"`
	Answer   string `yaml:"answer"`
	Owner    string `yaml:"owner"`
	Date     string `yaml:"date"`
	Link     string `yaml:"link"`
	Expires  string `yaml:"expires"`
	Note     string `yaml:"note"`
}

// Read reads an answers file. An empty path means the default file, which may be absent. Errors name the
// file and the line.
func Read(path string, questions []scoring.Question) (File, error) {
	data, err := os.ReadFile(cmp.Or(path, DefaultFile))
	if path == "" && errors.Is(err, os.ErrNotExist) {
		return File{Settings: scoring.DefaultSettings}, nil
	}
	if err != nil {
		return File{}, fmt.Errorf("cannot read the answers file: %w", err)
	}
	file, err := Parse(data, questions)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", cmp.Or(path, DefaultFile), err)
	}
	return file, nil
}

// Parse reads the content of an answers file. Errors name the line.
func Parse(data []byte, questions []scoring.Question) (File, error) {
	in := document{Settings: scoring.DefaultSettings}
	if len(bytes.TrimSpace(data)) > 0 {
		if err := yaml.UnmarshalWithOptions(data, &in, yaml.Strict()); err != nil {
			return File{}, errors.New(strings.TrimSpace(yaml.FormatError(err, false, true)))
		}
	}
	file := File{Settings: in.Settings}
	var problems []error
	if s := in.Settings; s.RetentionMin > s.RetentionMax {
		problems = append(problems, at(data, "$.settings.retention_min", "is greater than retention_max"))
	}
	for i, a := range in.Answers {
		path := fmt.Sprintf("$.answers[%d]", i)
		attestation, err := a.attestation(data, path, questions)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if slices.ContainsFunc(file.Attestations, func(other scoring.Attestation) bool { return other.Question == a.Question }) {
			problems = append(problems, at(data, path+".question", "question "+a.Question+" is answered twice"))
		}
		file.Attestations = append(file.Attestations, attestation)
	}
	return file, errors.Join(problems...)
}

func (a answer) attestation(data []byte, path string, questions []scoring.Question) (scoring.Attestation, error) {
	out := scoring.Attestation{Question: a.Question, Answer: scoring.Answer(a.Answer), Owner: a.Owner, Link: a.Link, Note: a.Note}
	if !slices.ContainsFunc(questions, func(q scoring.Question) bool { return q.ID == a.Question }) {
		return out, at(data, path+".question", fmt.Sprintf("there is no question %q; see `awsready questions`", a.Question))
	}
	if !slices.Contains([]scoring.Answer{scoring.Yes, scoring.Partly, scoring.No}, out.Answer) {
		return out, at(data, path+".answer", fmt.Sprintf("the answer %q is none of yes, partial, no", a.Answer))
	}
	if strings.TrimSpace(a.Owner) == "" {
		return out, at(data, path, "question "+a.Question+" names no owner")
	}
	var err error
	if out.Date, err = time.Parse(time.DateOnly, a.Date); err != nil {
		return out, at(data, path+".date", fmt.Sprintf("question %s: the date %q is not a date such as 2026-11-20", a.Question, a.Date))
	}
	out.Expires = out.Date.Add(lifetime)
	if a.Expires != "" {
		if out.Expires, err = time.Parse(time.DateOnly, a.Expires); err != nil {
			return out, at(data, path+".expires", fmt.Sprintf("question %s: the expiry %q is not a date such as 2026-11-20", a.Question, a.Expires))
		}
	}
	if !out.Expires.After(out.Date) {
		return out, at(data, path+".expires", "question "+a.Question+" expires before it was given")
	}
	return out, nil
}

// at is an error that names the line of a YAML path.
func at(data []byte, path, problem string) error {
	for p := path; p != "$" && p != ""; p = p[:max(strings.LastIndexAny(p, ".["), 0)] {
		yamlPath, err := yaml.PathString(p)
		if err != nil {
			continue
		}
		node, err := yamlPath.ReadNode(bytes.NewReader(data))
		if err != nil || node == nil {
			continue
		}
		return fmt.Errorf("line %d: %s", node.GetToken().Position.Line, problem)
	}
	return errors.New(problem)
}
