package iampolicy

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether a value matches a pattern with the wildcards of IAM: *
// for any run of characters, ? for any one character. It is case sensitive, as
// resource ARNs are. A policy variable such as ${aws:username} stands for any
// run of characters, because a scanner cannot know its value; ${*}, ${?} and
// ${$} stand for the character itself (IAM User Guide, "IAM JSON policy
// elements: Resource" and "IAM policy elements: Variables and tags").
func Match(pattern, value string) bool {
	return holds(compile(pattern, true), []rune(value), true)
}

// MatchAction reports whether an action such as "s3:GetObject" matches a
// pattern of an Action element, which is not case sensitive and knows no policy
// variables (IAM User Guide, "IAM JSON policy elements: Action").
func MatchAction(pattern, action string) bool {
	return holds(compile(strings.ToLower(pattern), false), []rune(strings.ToLower(action)), true)
}

// Overlap reports whether some string matches both patterns, by the rules of
// Match.
func Overlap(a, b string) bool {
	return pattern{text: a, variables: true}.overlaps(pattern{text: b, variables: true})
}

// pattern is the text of an Action or Resource element with the rules by which
// it is read.
type pattern struct {
	text      string
	action    bool // case does not count
	variables bool // ${…} is a policy variable
}

// overlaps reports whether some string matches both patterns.
func (p pattern) overlaps(q pattern) bool {
	return !p.diverges(q) && meet(p.compile(), q.compile())
}

// covers reports whether every string that matches q matches p. It may miss a
// cover, and never claims a false one. With loose set, the policy variables of
// p are taken to hold whatever q asks for: the answer is then "may cover".
func (p pattern) covers(q pattern, loose bool) bool {
	return !p.diverges(q) && holds(p.compile(), q.compile(), loose)
}

// diverges reports that the patterns differ before the first wildcard of
// either: nearly all pairs do, so it spares most of the work.
func (p pattern) diverges(q pattern) bool {
	a, b := p.text, q.text
	for i := 0; ; i++ {
		if i == len(a) || i == len(b) {
			return (i < len(a) && !special(a[i])) || (i < len(b) && !special(b[i]))
		}
		if special(a[i]) || special(b[i]) {
			return false
		}
		if a[i] != b[i] && !(p.action && lower(a[i]) == lower(b[i])) {
			return true
		}
	}
}

// special reports a byte that may stand for something else than itself.
func special(c byte) bool { return c == '*' || c == '?' || c == '$' || c >= 0x80 }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func (p pattern) compile() []rune {
	if p.action {
		return compile(strings.ToLower(p.text), p.variables)
	}
	return compile(p.text, p.variables)
}

// What a pattern holds besides characters.
const (
	anyRun   rune = -1 - iota // *
	anyOne                    // ?
	variable                  // ${aws:username}
)

// compile reads a pattern into characters, wildcards and variables. Neighbouring
// wildcards take one form, ? before *, so that equal patterns compile alike.
func compile(text string, variables bool) []rune {
	tokens := make([]rune, 0, len(text))
	for text != "" {
		if variables && strings.HasPrefix(text, "${") {
			if name, rest, closed := strings.Cut(text[2:], "}"); closed {
				switch name {
				case "*", "?", "$":
					tokens = append(tokens, rune(name[0]))
				default:
					tokens = append(tokens, variable)
				}
				text = rest
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		afterRun := len(tokens) > 0 && tokens[len(tokens)-1] == anyRun
		switch {
		case r == '*' && afterRun:
		case r == '*':
			tokens = append(tokens, anyRun)
		case r == '?' && afterRun:
			tokens[len(tokens)-1] = anyOne
			tokens = append(tokens, anyRun)
		case r == '?':
			tokens = append(tokens, anyOne)
		default:
			tokens = append(tokens, r)
		}
	}
	return tokens
}

// holds reports whether pattern p takes in all that q stands for, q being plain
// characters or itself a pattern. It returns only to the latest * of p, so its
// time is at most the product of the lengths and nearly always their sum.
func holds(p, q []rune, loose bool) bool {
	run := func(t rune) bool { return t == anyRun || t == variable && loose }
	i, j, star, from := 0, 0, -1, 0
	for j < len(q) {
		switch {
		case i < len(p) && run(p[i]):
			star, from = i, j
			i++
		case i < len(p) && (p[i] >= 0 && p[i] == q[j] || p[i] == anyOne && (q[j] >= 0 || q[j] == anyOne)):
			i++
			j++
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(p) && run(p[i]) {
		i++
	}
	return i == len(p)
}

// meet reports whether two compiled patterns have a string in common. Row i of
// the table says for each j whether a[i:] and b[j:] have one.
func meet(a, b []rune) bool {
	run := func(t rune) bool { return t == anyRun || t == variable }
	row, below := make([]bool, len(b)+1), make([]bool, len(b)+1)
	for i := len(a); i >= 0; i-- {
		for j := len(b); j >= 0; j-- {
			right := j < len(b) && row[j+1]
			down := i < len(a) && below[j]
			switch {
			case i == len(a) && j == len(b):
				row[j] = true
			case i < len(a) && run(a[i]), j < len(b) && run(b[j]):
				// The run ends here, or it takes in one token of the other side.
				row[j] = right || down
			case i == len(a) || j == len(b):
				row[j] = false
			default:
				row[j] = below[j+1] && (a[i] == b[j] || a[i] == anyOne || b[j] == anyOne)
			}
		}
		row, below = below, row
	}
	return below[0]
}
