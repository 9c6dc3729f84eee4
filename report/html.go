package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

//go:embed page/page.gohtml
var pageSource string

//go:embed page/style.css
var pageStyle string

//go:embed page/script.js
var pageScript string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"interval":  interval,
	"printable": printable,
	"lower":     strings.ToLower,
	"upper":     func(s string) string { return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):] },
	"sub":       func(a, b int) int { return a - b },
	"points":    func(p float64) string { return fmt.Sprintf("%.1f", p) },
}).Parse(pageSource))

// listed is how many resources of one check the page lists; the rest stand in the JSON report.
const listed = 40

// page is what the template shows: the report, arranged.
type page struct {
	*Report
	Policy      string // Content-Security-Policy: what is inline is allowed by its hash, and nothing else
	Style       template.CSS
	Script      template.JS
	First       []NextStep // the three things to do next
	Missing     []string   // the first permissions that would settle what was denied
	MissingMore int
	Unread      []unreadGroup
	Categories  []pageCategory
	Groups      []findingGroup
	Counts      map[string]int
	Severities  []string
}

type pageCategory struct {
	Category
	Questions               []pageQuestion
	Passed, Failed, Unknown int
}

type pageQuestion struct {
	Question
	Checks []Check
	State  string // worst outcome of its checks, or the attestation's
	Built  int
}

// unreadGroup is what was not read for one reason.
type unreadGroup struct {
	Reason, Title, Help string
	Gaps                []GapCount
	More                int
	Findings            int
}

// findingGroup is the findings of one check: passes are counted, the others listed.
type findingGroup struct {
	Check         Check
	Categories    string // ids, for the filter
	Listed        []Finding
	More          int
	NotApplicable int
}

// WriteHTML writes the report as one self-contained page without network access.
func WriteHTML(w io.Writer, r *Report) error {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, arrange(r)); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func arrange(r *Report) page {
	p := page{
		Report: r, Style: template.CSS(pageStyle), Script: template.JS(pageScript), Counts: map[string]int{},
		Policy: "default-src 'none'; style-src '" + sourceHash(pageStyle) + "'; script-src '" + sourceHash(pageScript) + "'; base-uri 'none'; form-action 'none'",
		First:  r.NextSteps[:min(3, len(r.NextSteps))], Severities: []string{"critical", "high", "medium", "low"},
	}
	checks := map[string]Check{}
	for _, c := range r.Checks {
		checks[c.ID] = c
		p.Counts[c.Outcome]++
	}
	byCategory := map[string][]pageQuestion{}
	for _, q := range r.Questions {
		byCategory[q.Category] = append(byCategory[q.Category], arrangeQuestion(q, checks))
	}
	for _, c := range r.Categories {
		category := pageCategory{Category: c, Questions: byCategory[c.ID]}
		for _, q := range category.Questions {
			category.Passed += boolInt(q.State == "pass")
			category.Failed += boolInt(q.State == "fail")
			category.Unknown += boolInt(q.State == "unknown")
		}
		p.Categories = append(p.Categories, category)
	}
	missing := r.MissingPermissions()
	p.Missing = missing[:min(len(missing), most)]
	p.MissingMore = len(missing) - len(p.Missing)
	p.Groups = groupFindings(r, checks)
	p.Unread = groupGaps(r)
	return p
}

func sourceHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func arrangeQuestion(q Question, checks map[string]Check) pageQuestion {
	out := pageQuestion{Question: q}
	worst := len(outcomes)
	for _, id := range q.Checks {
		c := checks[id]
		out.Checks = append(out.Checks, c)
		out.Built += boolInt(c.Built)
		worst = min(worst, slices.Index(outcomes, c.Outcome))
	}
	slices.SortStableFunc(out.Checks, func(a, b Check) int {
		return cmp.Or(slices.Index(outcomes, a.Outcome)-slices.Index(outcomes, b.Outcome), boolInt(b.Built)-boolInt(a.Built), severityRank(a.Severity)-severityRank(b.Severity))
	})
	switch {
	case q.Applies == "no":
		out.State = "not-applicable"
	case worst < 2 && worst >= 0:
		out.State = outcomes[worst]
	case q.Low == 100:
		out.State = "pass"
	case q.Low < q.High:
		out.State = "unknown"
	case q.Low == 0:
		out.State = "fail"
	default:
		out.State = "pass"
	}
	return out
}

func groupFindings(r *Report, checks map[string]Check) []findingGroup {
	categoryOf := map[string]string{}
	for _, q := range r.Questions {
		categoryOf[q.ID] = q.Category
	}
	var groups []findingGroup
	index := map[string]int{}
	for _, f := range r.Findings {
		c := checks[f.Check]
		if !c.Built {
			continue
		}
		at, seen := index[f.Check]
		if !seen {
			at = len(groups)
			index[f.Check] = at
			var categories []string
			for _, q := range c.Questions {
				categories = append(categories, categoryOf[q])
			}
			slices.Sort(categories)
			groups = append(groups, findingGroup{Check: c, Categories: strings.Join(slices.Compact(categories), " ")})
		}
		g := &groups[at]
		switch {
		case f.Outcome == "not-applicable":
			g.NotApplicable++
		case len(g.Listed) < listed:
			g.Listed = append(g.Listed, f)
		default:
			g.More++
		}
	}
	slices.SortStableFunc(groups, func(a, b findingGroup) int {
		return cmp.Or(slices.Index(outcomes, a.Check.Outcome)-slices.Index(outcomes, b.Check.Outcome), severityRank(a.Check.Severity)-severityRank(b.Check.Severity), strings.Compare(a.Check.ID, b.Check.ID))
	})
	return groups
}

// gapTitles name the reasons for a person, with what to do about each.
var gapTitles = map[string][2]string{
	"denied":        {"Denied", "Grant these permissions to the scanning identity: awsready policy --missing report.json"},
	"denied-by-key": {"Denied by a key's policy", "The KMS key's policy refuses the scanning identity; the service's own permission is not what is missing."},
	"closed":        {"Closed by an organization's policy", "A service or resource control policy refuses the call."},
	"throttled":     {"Throttled", "AWS kept throttling after retries. Scan again with a lower --concurrency."},
	"error":         {"Errors", "AWS answered with an error, or with something that could not be understood."},
	"interrupted":   {"Interrupted", "The scan ended before these were read."},
	"opt-in":        {"Opt-in", "AWS bills these reads; they are made only with the flag that is named."},
	"not-asked":     {"Not asked", "Left out by a flag, or outside the scan's scope."},
	"not-attested":  {"Not attested", "Only an owner can answer: awsready answers init"},
	"not-built":     {"Not built", "Checks of the catalogue that this version does not have. They count as unknown, so nothing reads as answered that is not."},
}

func groupGaps(r *Report) []unreadGroup {
	var groups []unreadGroup
	for _, reason := range reasons {
		g := unreadGroup{Reason: reason, Title: gapTitles[reason][0], Help: gapTitles[reason][1]}
		for _, gap := range r.Gaps {
			if gap.Reason != reason {
				continue
			}
			g.Findings += gap.Findings
			if len(g.Gaps) < listed || reason == "not-built" {
				g.Gaps = append(g.Gaps, gap)
			} else {
				g.More++
			}
		}
		if len(g.Gaps) > 0 {
			groups = append(groups, g)
		}
	}
	unanswered := 0
	for _, q := range r.Questions {
		if q.Attest != "" && q.Attestation == nil && q.Applies != "no" {
			unanswered++
		}
	}
	if unanswered > 0 {
		groups = append(groups, unreadGroup{Reason: "not-attested", Title: gapTitles["not-attested"][0], Help: gapTitles["not-attested"][1], Findings: unanswered})
	}
	return groups
}
