package evidence

import (
	"fmt"
	"reflect"
	"strings"
)

// Unreadable is a Fact or a List: something that a missing permission can take away.
type Unreadable interface {
	Blank(Gap)
	Unset() bool
	Complete() bool
	Why() []Gap // why it is not complete
}

// Walk calls visit for every Fact and List reachable from root, a pointer, parents first, with a
// path such as regions[0].dynamodb.tables[1].recovery.
func Walk(root any, visit func(path string, u Unreadable)) {
	walk("", reflect.ValueOf(root), visit)
}

// content is what a Fact or List lets Walk descend into.
type content interface{ content() reflect.Value }

func (f *Fact[T]) content() reflect.Value { return reflect.ValueOf(f.value) }
func (l *List[R]) content() reflect.Value { return reflect.ValueOf(&l.items).Elem() }

func walk(path string, v reflect.Value, visit func(string, Unreadable)) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if v.CanAddr() {
		if u, ok := v.Addr().Interface().(Unreadable); ok {
			visit(path, u)
			walk(path, u.(content).content(), visit)
			return
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		t := v.Type()
		for i := range v.NumField() {
			if t.Field(i).IsExported() {
				walk(strings.TrimPrefix(path+"."+key(t.Field(i)), "."), v.Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i), visit)
		}
	}
}

// key is a field's JSON name.
func key(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// FillUnset records a gap for everything below root, a pointer, that has neither a value nor a gap.
func FillUnset(root any, gap Gap) {
	Walk(root, func(_ string, u Unreadable) {
		if u.Unset() {
			u.Blank(gap)
		}
	})
}

// Service returns a pointer to the part of an *Account or *Region that one service fills, by the
// service's SDK package name, or nil when there is none.
func Service(of any, name string) any {
	v := reflect.ValueOf(of).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if key(f) == name && f.Type.Kind() == reflect.Struct {
			return v.Field(i).Addr().Interface()
		}
	}
	return nil
}

// View returns a copy of the account that shows only the named services, so that it can be read
// while other scanners still write theirs.
func (a *Account) View(services ...string) *Account {
	view := &Account{ID: a.ID, Partition: a.Partition, Caller: a.Caller, Clock: a.Clock, Home: a.Home, Scan: a.Scan}
	view.Regions = make([]Region, len(a.Regions))
	for i := range a.Regions {
		view.Regions[i].Name, view.Regions[i].Signs = a.Regions[i].Name, a.Regions[i].Signs
	}
	show := func(to, from any, service string) {
		if source := Service(from, service); source != nil {
			reflect.ValueOf(Service(to, service)).Elem().Set(reflect.ValueOf(source).Elem())
		}
	}
	for _, service := range services {
		show(view, a, service)
		for i := range a.Regions {
			show(&view.Regions[i], &a.Regions[i], service)
		}
	}
	return view
}

// NothingRead reports that not a single fact or listing of an account was read.
func NothingRead(a *Account) bool {
	nothing := true
	Walk(a, func(_ string, u Unreadable) { nothing = nothing && !u.Complete() })
	return nothing
}
