// Package iampolicy says what an IAM policy document allows, evaluated as AWS
// documents it: who is granted an action on a resource by identity-based
// policies under a permissions boundary, and whom a resource-based policy or a
// role trust policy opens to.
//
// Condition values are never tested against a request, because a scanner sees
// none: a condition makes a grant conditional, and only its operator, key and
// values say how far it restricts. Where a pattern leaves an answer open, the
// package errs towards "reachable" and never towards "denied".
//
// It follows the IAM User Guide, "Policy evaluation logic" and "IAM JSON policy
// element reference".
package iampolicy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
)

// Effect is whether a statement results in an allow or an explicit deny (IAM
// User Guide, "IAM JSON policy elements: Effect").
type Effect string

// The two effects a statement can have.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Document is one policy document (IAM User Guide, "Overview of JSON policies").
type Document struct {
	// Version is the version of the policy language, "2012-10-17" or
	// "2008-10-17"; the latter is what AWS takes when the element is absent.
	Version    string
	ID         string
	Statements []Statement
}

// Statement is one statement of a policy (IAM User Guide, "IAM JSON policy
// element reference"). A nil list is an absent element; an empty list is an
// element that names nothing.
type Statement struct {
	Sid           string
	Effect        Effect
	Actions       []string
	NotActions    []string
	Resources     []string
	NotResources  []string
	Principals    []Principal
	NotPrincipals []Principal
	Conditions    []Condition

	// literal marks version 2008-10-17, where ${aws:username} is plain text.
	literal bool
}

// Principal is one entry of a Principal or NotPrincipal element (IAM User
// Guide, "AWS JSON policy elements: Principal").
type Principal struct {
	// Type is "AWS", "Service", "Federated" or "CanonicalUser", or "*" for the
	// plain "Principal": "*".
	Type  string
	Value string
}

// Condition is one key of a Condition block with its operator. All conditions
// of a statement must hold; one of the values must match (IAM User Guide, "IAM
// JSON policy elements: Condition").
type Condition struct {
	// Operator is as written, with its ForAllValues: or ForAnyValue: prefix and
	// its IfExists suffix.
	Operator string
	Key      string
	Values   []string
}

// The versions of the policy language.
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// Parse reads a policy document, as plain JSON or in the URL-encoded form
// (RFC 3986) the IAM API returns. It gives an error for anything the grammar
// does not allow rather than guess at its meaning, and tolerates members it
// does not know (IAM User Guide, "Grammar of the IAM JSON policy language").
func Parse(document string) (Document, error) {
	text := strings.TrimSpace(document)
	if !strings.HasPrefix(text, "{") {
		// PathUnescape, because RFC 3986 leaves a plus sign as it is.
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return Document{}, errors.New("policy document: neither JSON nor URL-encoded JSON")
		}
		text = decoded
	}
	doc, err := parseDocument([]byte(text))
	if err != nil {
		return Document{}, fmt.Errorf("policy document: %w", err)
	}
	return doc, nil
}

func parseDocument(raw []byte) (Document, error) {
	members, err := object(raw)
	if err != nil {
		return Document{}, err
	}
	if err := spelled(members, "Version", "Id", "Statement"); err != nil {
		return Document{}, err
	}
	doc := Document{Version: version2008}
	var statements []byte
	for _, m := range members {
		switch m.name {
		case "Version":
			if doc.Version, err = text(m.value); err != nil {
				return Document{}, fmt.Errorf("element Version: %w", err)
			}
			if doc.Version != version2008 && doc.Version != version2012 {
				return Document{}, errors.New("element Version: not a version of the policy language")
			}
		case "Id":
			if doc.ID, err = text(m.value); err != nil {
				return Document{}, fmt.Errorf("element Id: %w", err)
			}
		case "Statement":
			statements = m.value
		}
	}
	if statements == nil {
		return Document{}, errors.New("no Statement")
	}
	list := []json.RawMessage{statements}
	if statements[0] == '[' {
		if err := json.Unmarshal(statements, &list); err != nil {
			return Document{}, fmt.Errorf("Statement: %w", err)
		}
	}
	for i, raw := range list {
		statement, err := parseStatement(raw)
		if err != nil {
			return Document{}, fmt.Errorf("statement %d: %w", i+1, err)
		}
		statement.literal = doc.Version == version2008
		doc.Statements = append(doc.Statements, statement)
	}
	return doc, nil
}

func parseStatement(raw []byte) (Statement, error) {
	members, err := object(raw)
	if err != nil {
		return Statement{}, err
	}
	if err := spelled(members, "Sid", "Effect", "Action", "NotAction", "Resource",
		"NotResource", "Principal", "NotPrincipal", "Condition"); err != nil {
		return Statement{}, err
	}
	var s Statement
	for _, m := range members {
		switch m.name {
		case "Sid":
			s.Sid, err = text(m.value)
		case "Effect":
			var effect string
			effect, err = text(m.value)
			s.Effect = Effect(effect)
		case "Action":
			s.Actions, err = texts(m.value)
		case "NotAction":
			s.NotActions, err = texts(m.value)
		case "Resource":
			s.Resources, err = texts(m.value)
		case "NotResource":
			s.NotResources, err = texts(m.value)
		case "Principal":
			s.Principals, err = parsePrincipals(m.value)
		case "NotPrincipal":
			s.NotPrincipals, err = parsePrincipals(m.value)
		case "Condition":
			s.Conditions, err = parseConditions(m.value)
		}
		if err != nil {
			return Statement{}, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return s, s.check()
}

// check holds a statement against the grammar: what is required, and which
// elements exclude each other.
func (s *Statement) check() error {
	switch {
	case s.Effect != Allow && s.Effect != Deny:
		return errors.New("Effect is neither Allow nor Deny")
	case s.Actions == nil && s.NotActions == nil:
		return errors.New("neither Action nor NotAction")
	case s.Actions != nil && s.NotActions != nil:
		return errors.New("both Action and NotAction")
	case s.Resources != nil && s.NotResources != nil:
		return errors.New("both Resource and NotResource")
	case s.Principals != nil && s.NotPrincipals != nil:
		return errors.New("both Principal and NotPrincipal")
	}
	return nil
}

func parsePrincipals(raw []byte) ([]Principal, error) {
	if raw[0] == '"' {
		// The grammar allows no other plain string here.
		if s, err := text(raw); err != nil || s != "*" {
			return nil, errors.New(`a string other than "*"`)
		}
		return []Principal{{Type: "*", Value: "*"}}, nil
	}
	members, err := object(raw)
	if err != nil {
		return nil, err
	}
	principals := []Principal{}
	for _, m := range members {
		switch m.name {
		case "AWS", "Service", "Federated", "CanonicalUser":
		default:
			return nil, errors.New("unknown principal type")
		}
		values, err := texts(m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		for _, value := range values {
			principals = append(principals, Principal{Type: m.name, Value: value})
		}
	}
	return principals, nil
}

func parseConditions(raw []byte) ([]Condition, error) {
	operators, err := object(raw)
	if err != nil {
		return nil, err
	}
	if err := distinct(operators); err != nil {
		return nil, err
	}
	var conditions []Condition
	for _, operator := range operators {
		keys, err := object(operator.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", operator.name, err)
		}
		if err := distinct(keys); err != nil {
			return nil, fmt.Errorf("%s: %w", operator.name, err)
		}
		for _, key := range keys {
			values, err := scalars(key.value)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", operator.name, key.name, err)
			}
			conditions = append(conditions, Condition{Operator: operator.name, Key: key.name, Values: values})
		}
	}
	return conditions, nil
}

// member is one name and value of a JSON object, the value without surrounding
// space and never empty.
type member struct {
	name  string
	value []byte
}

// object reads a JSON object in the order it is written; a name that occurs
// twice is an error, because JSON does not say which one counts.
func object(raw []byte) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var members []member
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, errors.New("not a JSON object")
		}
		if slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			return nil, errors.New("a name occurs twice")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, member{name, bytes.TrimSpace(value)})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("text after the JSON object")
	}
	return members, nil
}

// spelled refuses an element written in other case: element names are case
// sensitive, so such a member is neither the element nor plainly another thing.
func spelled(members []member, elements ...string) error {
	for _, m := range members {
		for _, element := range elements {
			if m.name != element && strings.EqualFold(m.name, element) {
				return fmt.Errorf("%s is not spelled as the grammar has it", element)
			}
		}
	}
	return nil
}

// distinct refuses names that differ only in case, as IAM does for condition
// keys.
func distinct(members []member) error {
	for i, m := range members {
		if slices.ContainsFunc(members[:i], func(o member) bool { return strings.EqualFold(o.name, m.name) }) {
			return errors.New("a name occurs twice in different case")
		}
	}
	return nil
}

// text reads a JSON string.
func text(raw []byte) (string, error) {
	if raw[0] != '"' {
		return "", errors.New("not a string")
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// texts reads a JSON string or a list of them.
func texts(raw []byte) ([]string, error) {
	return list(raw, text)
}

// scalars reads a condition's values, where the quotation marks of numbers and
// booleans are optional.
func scalars(raw []byte) ([]string, error) {
	return list(raw, func(raw []byte) (string, error) {
		switch raw[0] {
		case '{', '[', 'n':
			return "", errors.New("neither string, number nor boolean")
		case '"':
			return text(raw)
		}
		return string(raw), nil
	})
}

func list(raw []byte, read func([]byte) (string, error)) ([]string, error) {
	items := []json.RawMessage{raw}
	if raw[0] == '[' {
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, err
		}
	}
	values := make([]string, 0, len(items))
	for _, item := range items {
		value, err := read(bytes.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}
