package iampolicy_test

import (
	"math/rand/v2"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/awsready/awsready/iampolicy"
)

// Whatever is read never panics, here or in anything asked of it afterwards, and
// reads the same from its URL-encoded form.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		`{"Statement":[{"Effect":"Deny","NotAction":["iam:*"],"NotResource":"arn:aws:s3:::${aws:username}","Principal":"*"}]}`,
		`{"Statement":[{"Effect":"Allow","Principal":{"AWS":["1","*"],"Federated":"arn:aws:iam::1:oidc-provider/x"},"Action":"sts:AssumeRole",
			"Condition":{"ForAnyValue:StringLikeIfExists":{"aws:SourceArn":["arn:aws:s3:::a",true,1]},"Null":{"sts:ExternalId":false}}}]}`,
		`%7B%22Statement%22%3A%5B%5D%7D`,
		`{"Statement":[null]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document string) {
		doc, err := iampolicy.Parse(document)
		if err != nil {
			if !reflect.DeepEqual(doc, iampolicy.Document{}) {
				t.Errorf("an error and a document: %+v", doc)
			}
			return
		}
		if strings.HasPrefix(strings.TrimSpace(document), "{") {
			encoded, err := iampolicy.Parse(url.PathEscape(document))
			if err != nil || !reflect.DeepEqual(doc, encoded) {
				t.Errorf("encoded: %+v, %v\nplain: %+v", encoded, err, doc)
			}
		}
		id := iampolicy.Identity{Policies: []iampolicy.Document{doc}, Boundary: &doc}
		for _, g := range id.Grants("*") {
			g.RestrictedBy("aws:SourceArn")
		}
		id.Allows("s3:GetObject", "arn:aws:s3:::a")
		id.Administrator()
		id.ServiceWildcards()
		id.ResourceWildcards("*", []string{"kms:*"}, "kms:ViaService")
		iampolicy.Exposures(doc, account)
		for _, trust := range iampolicy.Trusts(doc) {
			trust.Service()
			trust.OIDCProvider()
			trust.SAMLProvider()
			iampolicy.TrustCondition(trust.Statement, "sts:ExternalId")
		}
	})
}

var token = regexp.MustCompile(`(?s)\$\{[^}]*\}|.`)

// reference translates a pattern into a regular expression.
func reference(pattern string) *regexp.Regexp {
	expression := token.ReplaceAllStringFunc(pattern, func(token string) string {
		switch token {
		case "*":
			return ".*"
		case "?":
			return "."
		case "${*}", "${?}", "${$}":
			return regexp.QuoteMeta(token[2:3])
		}
		if len(token) > 2 && strings.HasPrefix(token, "${") {
			return ".*"
		}
		return regexp.QuoteMeta(token)
	})
	return regexp.MustCompile(`(?s)\A` + expression + `\z`)
}

func FuzzMatch(f *testing.F) {
	f.Add("arn:aws:s3:::a*?/${aws:username}", "arn:aws:s3:::ab/c")
	f.Add("*a*?b${*}", "aab*")
	f.Add("${", "${")
	f.Fuzz(func(t *testing.T, pattern, value string) {
		got := iampolicy.Match(pattern, value)
		if utf8.ValidString(pattern) && utf8.ValidString(value) && got != reference(pattern).MatchString(value) {
			t.Errorf("Match(%q, %q) = %v", pattern, value, got)
		}
		if !strings.Contains(pattern, "${") && got && !iampolicy.MatchAction(pattern, value) {
			t.Errorf("MatchAction(%q, %q) is false", pattern, value)
		}
	})
}

func FuzzOverlap(f *testing.F) {
	f.Add("arn:t:chat-*", "arn:t:*-prod", "prod", "chat-")
	f.Add("a?*", "*?b", "b", "a")
	f.Fuzz(func(t *testing.T, a, b, one, other string) {
		overlap := iampolicy.Overlap(a, b)
		if overlap != iampolicy.Overlap(b, a) {
			t.Errorf("Overlap(%q, %q) depends on the order", a, b)
		}
		if overlap {
			return
		}
		// Samples of the patterns' own making are the likeliest to match both.
		for _, sample := range []string{one, other, a, b,
			strings.ReplaceAll(a, "*", one), strings.ReplaceAll(b, "*", one),
			strings.ReplaceAll(a, "*", other), strings.ReplaceAll(b, "*", other),
			strings.Replace(strings.Replace(a, "*", one, 1), "*", other, 1),
			strings.Replace(strings.Replace(b, "*", one, 1), "*", other, 1),
		} {
			if iampolicy.Match(a, sample) && iampolicy.Match(b, sample) {
				t.Errorf("Overlap(%q, %q) is false, but both match %q", a, b, sample)
			}
		}
	})
}

// words returns all strings over an alphabet of up to n characters.
func words(alphabet string, n int) []string {
	all, last := []string{""}, []string{""}
	for range n {
		var next []string
		for _, w := range last {
			for _, r := range alphabet {
				next = append(next, w+string(r))
			}
		}
		all, last = append(all, next...), next
	}
	return all
}

// Of all short patterns, Overlap is exact, and a Deny drops only grants whose
// every resource it matches.
func TestShortPatterns(t *testing.T) {
	patterns, samples := words("ab*?", 3), words("abc", 6)
	matches := map[string][]bool{}
	for _, p := range patterns {
		for _, s := range samples {
			matches[p] = append(matches[p], iampolicy.Match(p, s))
		}
	}
	statement := func(effect iampolicy.Effect, resource string) iampolicy.Statement {
		return iampolicy.Statement{Effect: effect, Actions: []string{"s3:*"}, Resources: []string{resource}}
	}
	for _, a := range patterns {
		for _, b := range patterns {
			shared, outside := false, false
			for i := range samples {
				shared = shared || matches[a][i] && matches[b][i]
				outside = outside || matches[a][i] && !matches[b][i]
			}
			if got := iampolicy.Overlap(a, b); got != shared {
				t.Errorf("Overlap(%q, %q) = %v", a, b, got)
			}
			id := iampolicy.Identity{Policies: []iampolicy.Document{{Statements: []iampolicy.Statement{
				statement(iampolicy.Allow, a), statement(iampolicy.Deny, b)}}}}
			if len(id.Grants("s3:GetObject")) == 0 && outside {
				t.Errorf("a Deny on %q drops a grant on %q", b, a)
			}
		}
	}
}

// source turns fuzzed bytes into statements made of few words, so that they meet.
type source struct{ data []byte }

func (s *source) next(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

func (s *source) pick(words []string) []string {
	var picked []string
	for range 1 + s.next(2) {
		picked = append(picked, words[s.next(len(words))])
	}
	return picked
}

var (
	actions   = []string{"*", "s3:*", "s3:Get*", "S3:getobject", "s3:?utObject", "iam:*", "iam:PassRole", "*:*Object"}
	resources = []string{"*", "arn:a*", "arn:ab", "arn:*b", "arn:?b", "arn:c", "a*b"}
	variables = append([]string{"arn:${aws:username}", "arn:${aws:username}b"}, resources...)
)

func (s *source) statement(effect iampolicy.Effect) iampolicy.Statement {
	statement := iampolicy.Statement{Effect: effect}
	if s.next(4) == 0 {
		statement.NotActions = s.pick(actions[1:])
	} else {
		statement.Actions = s.pick(actions)
	}
	if s.next(4) == 0 {
		statement.NotResources = s.pick(resources[1:])
	} else {
		statement.Resources = s.pick(variables)
	}
	if s.next(3) == 0 {
		statement.Conditions = []iampolicy.Condition{{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}}}
	}
	return statement
}

func (s *source) document(effects ...iampolicy.Effect) iampolicy.Document {
	var doc iampolicy.Document
	for range s.next(4) {
		doc.Statements = append(doc.Statements, s.statement(effects[s.next(len(effects))]))
	}
	return doc
}

// decide evaluates one action on one resource statement by statement.
func decide(id iampolicy.Identity, action, resource string) iampolicy.Decision {
	matches := func(s iampolicy.Statement) iampolicy.Decision {
		match := func(pattern string) bool { return iampolicy.Match(pattern, resource) }
		matchAction := func(pattern string) bool { return iampolicy.MatchAction(pattern, action) }
		variable := func(pattern string) bool { return match(pattern) && strings.Contains(pattern, "${") }
		literal := func(pattern string) bool { return match(pattern) && !strings.Contains(pattern, "${") }
		switch {
		case s.NotActions == nil && !slices.ContainsFunc(s.Actions, matchAction),
			s.NotActions != nil && slices.ContainsFunc(s.NotActions, matchAction),
			s.NotResources == nil && !slices.ContainsFunc(s.Resources, match),
			s.NotResources != nil && slices.ContainsFunc(s.NotResources, match):
			return iampolicy.No
		case len(s.Conditions) > 0:
			return iampolicy.Conditional
		case s.Effect == iampolicy.Deny && slices.ContainsFunc(s.Resources, variable) && !slices.ContainsFunc(s.Resources, literal):
			return iampolicy.Conditional
		}
		return iampolicy.Yes
	}
	best := func(effect iampolicy.Effect, docs ...iampolicy.Document) iampolicy.Decision {
		decision := iampolicy.No
		for _, doc := range docs {
			for _, s := range doc.Statements {
				if s.Effect == effect {
					decision = max(decision, matches(s))
				}
			}
		}
		return decision
	}
	decision, denied := best(iampolicy.Allow, id.Policies...), best(iampolicy.Deny, id.Policies...)
	if id.Boundary != nil {
		decision = min(decision, best(iampolicy.Allow, *id.Boundary))
		denied = max(denied, best(iampolicy.Deny, *id.Boundary))
	}
	return min(decision, iampolicy.Yes-denied)
}

// reachesNoFurther reports whether each grant lies within one of the others of
// its statement.
func reachesNoFurther(grants, others []iampolicy.Grant) bool {
	within := func(list, other []string) bool {
		return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(other, s) })
	}
	for _, g := range grants {
		if !slices.ContainsFunc(others, func(o iampolicy.Grant) bool {
			return o.Statement == g.Statement && within(g.Actions, o.Actions) && within(g.Resources, o.Resources)
		}) {
			return false
		}
	}
	return true
}

func FuzzIdentity(f *testing.F) {
	f.Add([]byte("a Deny takes away, an Allow adds and a boundary limits"))
	random := rand.NewChaCha8([32]byte{})
	for range 500 {
		data := make([]byte, 120)
		random.Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &source{data}
		doc := s.document(iampolicy.Allow, iampolicy.Allow, iampolicy.Deny)
		id := iampolicy.Identity{Policies: []iampolicy.Document{doc}}
		boundary := s.document(iampolicy.Allow, iampolicy.Allow, iampolicy.Deny)
		allow := iampolicy.Document{Statements: []iampolicy.Statement{s.statement(iampolicy.Allow)}}
		deny := iampolicy.Document{Statements: []iampolicy.Statement{s.statement(iampolicy.Deny)}}
		action, resource := s.pick(actions)[0], s.pick(resources)[0]

		bounded := iampolicy.Identity{Policies: id.Policies, Boundary: &boundary}
		allowed := iampolicy.Identity{Policies: []iampolicy.Document{doc, allow}}
		denied := iampolicy.Identity{Policies: []iampolicy.Document{doc, deny}}

		grants, decision := id.Grants(action), id.Allows(action, resource)
		if got := denied.Grants(action); !reachesNoFurther(got, grants) {
			t.Errorf("a Deny adds: %q to %q", describeAll(got), describeAll(grants))
		}
		if got := allowed.Grants(action); !reachesNoFurther(grants, got) {
			t.Errorf("an Allow removes: %q from %q", describeAll(got), describeAll(grants))
		}
		for _, g := range bounded.Grants(action) {
			if !slices.ContainsFunc(grants, func(o iampolicy.Grant) bool { return o.Statement == g.Statement }) {
				t.Errorf("a boundary adds %q to %q", describe(g), describeAll(grants))
			}
		}
		if got := denied.Allows(action, resource); got > decision {
			t.Errorf("a Deny makes %v of %v", got, decision)
		}
		if got := allowed.Allows(action, resource); got < decision {
			t.Errorf("an Allow makes %v of %v", got, decision)
		}
		if got := bounded.Allows(action, resource); got > decision {
			t.Errorf("a boundary makes %v of %v", got, decision)
		}
		for _, id := range []iampolicy.Identity{id, bounded, allowed, denied} {
			if grants := id.Grants(action); (len(grants) > 0) != (id.Allows(action, "*") > iampolicy.No) {
				t.Errorf("Allows is %v with grants %q", id.Allows(action, "*"), describeAll(grants))
			}
			if id.Administrator() && len(id.ServiceWildcards()) == 0 {
				t.Error("an administrator without service wildcards")
			}
			for _, action := range []string{"s3:GetObject", "s3:PutObject", "iam:PassRole", "sqs:SendMessage"} {
				for _, resource := range []string{"arn:ab", "arn:b", "arn:c", "xb"} {
					if got, want := id.Allows(action, resource), decide(id, action, resource); got != want {
						t.Errorf("Allows(%s, %s) = %v, want %v of %+v", action, resource, got, want, id)
					}
				}
			}
		}
	})
}
