package workload

import (
	"regexp"
	"slices"
	"strings"
)

// Insights is a CloudWatch Metrics Insights query, as far as it says which metrics it reads.
type Insights struct {
	Namespace string
	Metric    string
	Schema    []string            // dimensions that its metrics have, all of them; nil for any
	Where     []InsightsCondition // all of them must hold
	Opaque    bool                // it has conditions that were not understood
}

// InsightsCondition compares a dimension with a value.
type InsightsCondition struct {
	Dimension string
	Equal     bool // = or !=
	Value     string
}

// insightsToken is a quoted text (quotes are doubled inside), a word, a comparison, or a sign.
var insightsToken = regexp.MustCompile(`"(?:[^"]|"")*"|'(?:[^']|'')*'|!=|[A-Za-z0-9_.:*/-]+|[^\s]`)

// ParseInsights reads a Metrics Insights query: SELECT f(metric) FROM namespace or
// SCHEMA(namespace, dimension, …), with WHERE conditions that AND joins. ok is false for other text.
func ParseInsights(text string) (query Insights, ok bool) {
	p := insightsParser{insightsToken.FindAllString(text, -1)}
	if !p.word("SELECT") || p.next() == "" || !p.word("(") {
		return query, false
	}
	query.Metric = unquoted(p.next())
	if !p.word(")") || !p.word("FROM") {
		return query, false
	}
	if p.word("SCHEMA") {
		p.word("(")
		query.Namespace, query.Schema = unquoted(p.next()), []string{}
		for p.word(",") {
			query.Schema = append(query.Schema, unquoted(p.next()))
		}
		p.word(")")
	} else {
		query.Namespace = unquoted(p.next())
	}
	if p.word("WHERE") {
		query.Where, query.Opaque = p.conditions()
	}
	return query, query.Metric != "" && query.Namespace != ""
}

type insightsParser struct{ tokens []string }

func (p *insightsParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

// word takes the next token where it is the keyword or sign.
func (p *insightsParser) word(keyword string) bool {
	if len(p.tokens) > 0 && strings.EqualFold(p.tokens[0], keyword) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

// conditions reads comparisons up to the end of the WHERE clause.
func (p *insightsParser) conditions() (all []InsightsCondition, opaque bool) {
	for {
		dimension, operator, value := p.next(), p.next(), p.next()
		if (operator != "=" && operator != "!=") || value == "" || strings.ContainsAny(dimension, "()") {
			return all, true
		}
		all = append(all, InsightsCondition{unquoted(dimension), operator == "=", unquoted(value)})
		if p.word("AND") {
			continue
		}
		// What follows the conditions orders and groups the result; anything else is not understood.
		ends := len(p.tokens) == 0 || slices.ContainsFunc([]string{"GROUP", "ORDER", "LIMIT", ";"}, func(k string) bool { return strings.EqualFold(p.tokens[0], k) })
		return all, !ends
	}
}

func unquoted(token string) string {
	if len(token) > 1 && (token[0] == '"' || token[0] == '\'') {
		quote := token[:1]
		return strings.ReplaceAll(token[1:len(token)-1], quote+quote, quote)
	}
	return token
}

// ruleToken is a part of a composite alarm's rule.
var ruleToken = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[(),]|[^\s(),"]+`)

// Raising returns the alarms, by name or ARN, that a composite alarm's rule names such that their
// going into alarm can raise it. An alarm that only suppresses (AND NOT ALARM(deployment)) is not one.
func Raising(rule string) (alarms []string) {
	tokens := ruleToken.FindAllString(rule, -1)
	negated := []bool{false} // of each open parenthesis
	next := false            // a NOT stands before what comes next
	outer := func() bool { return negated[len(negated)-1] }
	var state string // function whose arguments are being read
	var depth int    // of the parenthesis that holds them
	flip := false    // those arguments raise where they are not in the state
	for i, token := range tokens {
		switch upper := strings.ToUpper(token); {
		case token == "(":
			negated = append(negated, outer() != next)
			next = false
		case token == ")":
			if len(negated) > 1 {
				negated = negated[:len(negated)-1]
			}
			if len(negated) < depth {
				state = ""
			}
		case token == ",", upper == "AND", upper == "OR", upper == "AT_LEAST":
		case upper == "NOT":
			next = !next
		case (upper == "ALARM" || upper == "OK" || upper == "INSUFFICIENT_DATA") && i+1 < len(tokens) && (tokens[i+1] == "(" || tokens[i+1] == ","):
			state, depth, flip, next = upper, len(negated)+1, outer() != next, false
		case state == "ALARM" && !flip, state == "OK" && flip:
			alarms = append(alarms, ruleName(token))
		}
	}
	return alarms
}

func ruleName(token string) string {
	if len(token) > 1 && token[0] == '"' {
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(token[1 : len(token)-1])
	}
	return token
}
