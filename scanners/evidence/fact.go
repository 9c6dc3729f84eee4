// Package evidence is what a scan can know about an AWS account: typed facts that are either
// a value that was read or the gap that kept it from being read.
package evidence

import (
	"bytes"
	"encoding/json"
)

// Reason says why something could not be read.
type Reason string

const (
	Denied      Reason = "denied"        // IAM, a permission boundary or a session policy refused the call
	KeyDenied   Reason = "denied-by-key" // a KMS key's policy refused, not the service's permission
	OrgDenied   Reason = "closed"        // an organization's policy (SCP or RCP) refused the call
	Throttled   Reason = "throttled"     // AWS kept throttling after the SDK's retries
	Failed      Reason = "error"         // any other error, a malformed reply, or a panic while reading it
	Interrupted Reason = "interrupted"   // the scan was cancelled or ran out of time first
	OptIn       Reason = "opt-in"        // a read that AWS bills, not made without its flag
	NotAsked    Reason = "not-asked"     // left out by a flag, or outside the scan's scope
	NotBuilt    Reason = "not-built"     // this version does not look there
	Unavailable Reason = "not-available" // the region does not have the service
	NotAttested Reason = "not-attested"  // only an owner can answer, and nobody has
)

// Gap is something that was not read, and why.
type Gap struct {
	Service    string `json:"service,omitempty"`    // SDK package name, such as bedrockagent
	Operation  string `json:"operation,omitempty"`  // API operation, such as ListAgents
	Region     string `json:"region,omitempty"`     // AWS region, the home region for a global service
	Resource   string `json:"resource,omitempty"`   // ARN or id; empty for a listing
	Code       string `json:"code,omitempty"`       // AWS error code
	Permission string `json:"permission,omitempty"` // IAM action that would settle it
	Reason     Reason `json:"reason"`
	Detail     string `json:"detail,omitempty"` // for a person: what happened, or the flag that would settle it
}

var unread = Gap{Reason: NotAsked, Detail: "never read"}

// Fact holds a value or the gap that kept it from being read. The zero Fact is unknown.
// The value is reachable only through [With], so a gap cannot be mistaken for a value.
type Fact[T any] struct {
	value *T
	gap   *Gap
}

// Known returns a Fact that was read.
func Known[T any](value T) Fact[T] { return Fact[T]{value: &value} }

// Missing returns a Fact that could not be read.
func Missing[T any](gap Gap) Fact[T] { return Fact[T]{gap: &gap} }

// Gap returns why the fact is unknown, or nil when it was read.
func (f Fact[T]) Gap() *Gap {
	switch {
	case f.value != nil:
		return nil
	case f.gap != nil:
		return f.gap
	}
	return &unread
}

// Complete reports that the fact was read.
func (f Fact[T]) Complete() bool { return f.value != nil }

// Why returns the gap, if there is one.
func (f Fact[T]) Why() []Gap {
	if gap := f.Gap(); gap != nil {
		return []Gap{*gap}
	}
	return nil
}

// Blank replaces the fact by a gap.
func (f *Fact[T]) Blank(gap Gap) { *f = Fact[T]{gap: &gap} }

// Unset reports that nothing was recorded, neither a value nor a gap.
func (f Fact[T]) Unset() bool { return f.value == nil && f.gap == nil }

type factJSON[T any] struct {
	Value *T   `json:"value,omitempty"`
	Gap   *Gap `json:"gap,omitempty"`
}

// MarshalJSON writes {"value": …}, {"gap": …} or null.
func (f Fact[T]) MarshalJSON() ([]byte, error) {
	if f.Unset() {
		return []byte("null"), nil
	}
	return json.Marshal(factJSON[T]{f.value, f.gap})
}

// UnmarshalJSON reads what MarshalJSON writes, strictly.
func (f *Fact[T]) UnmarshalJSON(data []byte) error {
	var in *factJSON[T]
	if err := strict(data, &in); err != nil {
		return err
	}
	*f = Fact[T]{}
	if in != nil {
		f.value, f.gap = in.Value, in.Gap
	}
	if f.value != nil {
		f.gap = nil
	}
	return nil
}

// List holds the resources that were found and where it could not look.
// The zero List is unknown: "empty" is a listing that was read and has no items.
type List[R any] struct {
	items []R
	gaps  []Gap
	read  bool
}

// Listed returns a List that was read to its end.
func Listed[R any](items ...R) List[R] { return List[R]{items: items, read: true} }

// Partial returns a List of what was found before the gaps.
func Partial[R any](items []R, gaps ...Gap) List[R] {
	return List[R]{items: items, gaps: gaps, read: len(gaps) == 0}
}

// Found returns the items that were seen. It says nothing about what was not: a predicate uses
// [Some], [Every] or [Count] instead, which do.
func (l List[R]) Found() []R { return l.items }

// Gaps returns where the listing could not look; none for a complete one.
func (l List[R]) Gaps() []Gap {
	if l.Unset() {
		return []Gap{unread}
	}
	return l.gaps
}

// Complete reports that the listing was read to its end.
func (l List[R]) Complete() bool { return l.read }

// Why returns the gaps.
func (l List[R]) Why() []Gap { return l.Gaps() }

// Blank replaces the list by a gap; where a service is not available the list is empty.
func (l *List[R]) Blank(gap Gap) {
	if gap.Reason == Unavailable {
		*l = Listed[R]()
		return
	}
	*l = List[R]{gaps: []Gap{gap}}
}

// Unset reports that nothing was recorded.
func (l List[R]) Unset() bool { return !l.read && len(l.gaps) == 0 }

// Append adds another listing's items and gaps.
func (l *List[R]) Append(other List[R]) {
	if l.Unset() && len(l.items) == 0 {
		*l = other
		return
	}
	l.items = append(l.items, other.items...)
	l.gaps = append(l.gaps[:len(l.gaps):len(l.gaps)], other.Gaps()...)
	l.read = l.read && len(l.gaps) == 0
}

type listJSON[R any] struct {
	Items []R   `json:"items"`
	Gaps  []Gap `json:"gaps,omitempty"`
}

// MarshalJSON writes {"items": […], "gaps": […]} or null.
func (l List[R]) MarshalJSON() ([]byte, error) {
	if l.Unset() {
		return []byte("null"), nil
	}
	return json.Marshal(listJSON[R]{l.items, l.gaps})
}

// UnmarshalJSON reads what MarshalJSON writes, strictly.
func (l *List[R]) UnmarshalJSON(data []byte) error {
	var in *listJSON[R]
	if err := strict(data, &in); err != nil {
		return err
	}
	*l = List[R]{}
	if in != nil {
		*l = Partial(in.Items, in.Gaps...)
	}
	return nil
}

// strict decodes one JSON value and refuses fields that the type does not have.
func strict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
