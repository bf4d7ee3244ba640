package main

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// difference is one field that differs, with what either side has there. Elements of lists are not
// numbered: a rule of one holds for all.
type difference struct {
	field, kafka, ours string
}

// comparison goes through two answers of one API.
type comparison struct {
	api         string
	kafka, ours *side
	found       []difference
}

// compare lists what differs between two outcomes.
func compare(api string, kafka, ours *side, a, b outcome) []difference {
	if a.ending != b.ending {
		return []difference{{"outcome", a.text(), b.text()}}
	}
	if a.ending != answered {
		return nil
	}
	c := comparison{api: api, kafka: kafka, ours: ours}
	c.value("", reflect.ValueOf(a.body).Elem(), reflect.ValueOf(b.body).Elem())
	return c.found
}

// text says in a word what came of a request: of an answer its first error.
func (o *outcome) text() string {
	if o.ending != answered {
		return string(o.ending)
	}
	if code := firstError(reflect.ValueOf(o.body).Elem()); code != 0 {
		return errorName(code)
	}
	return string(answered)
}

func (c *comparison) differ(field, kafka, ours string) {
	c.found = append(c.found, difference{field, kafka, ours})
}

// value compares two values of one type.
func (c *comparison) value(field string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Struct:
		c.structs(field, a, b)
	case reflect.Slice:
		if a.Type().Elem().Kind() != reflect.Uint8 {
			c.lists(field, a, b)
			return
		}
		c.leaf(field, a, b)
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() || a.Type().Elem().Kind() != reflect.Struct {
			c.leaf(field, a, b)
			return
		}
		c.value(field, a.Elem(), b.Elem())
	default:
		c.leaf(field, a, b)
	}
}

func (c *comparison) structs(field string, a, b reflect.Value) {
	if tags, ok := a.Addr().Interface().(*kmsg.Tags); ok {
		if other := b.Addr().Interface().(*kmsg.Tags); tags.Len() != 0 || other.Len() != 0 {
			c.differ(field, fmt.Sprint(tags.Len(), " unknown tags"), fmt.Sprint(other.Len(), " unknown tags"))
		}
		return
	}
	for i := range a.NumField() {
		f := a.Type().Field(i)
		if f.IsExported() {
			c.value(join(field, f.Name), a.Field(i), b.Field(i))
		}
	}
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

// lists compares lists: by position, or those that have a key by it.
func (c *comparison) lists(field string, a, b reflect.Value) {
	switch key := keyOf(c.api, field); {
	case a.IsNil() != b.IsNil():
		c.differ(field, lengthOf(a), lengthOf(b))
	case key != "":
		c.keyed(field, key, a, b)
	case a.Len() != b.Len():
		c.differ(field, lengthOf(a), lengthOf(b))
	default:
		for i := range a.Len() {
			c.value(field+"[]", a.Index(i), b.Index(i))
		}
	}
}

func lengthOf(v reflect.Value) string {
	if v.IsNil() {
		return "null"
	}
	return strconv.Itoa(v.Len()) + " elements"
}

// keyed compares the elements that have the same key, and then the order of these.
func (c *comparison) keyed(field, key string, a, b reflect.Value) {
	of := func(s *side, list reflect.Value) ([]string, map[string]reflect.Value) {
		var keys []string
		elements := map[string]reflect.Value{}
		for i := range list.Len() {
			k := s.render(c.api, field+"[]."+key, list.Index(i).FieldByName(key))
			for n := 2; elements[k].IsValid(); n++ {
				k += " again"
			}
			keys = append(keys, k)
			elements[k] = list.Index(i)
		}
		return keys, elements
	}
	theirs, of1 := of(c.kafka, a)
	mine, of2 := of(c.ours, b)
	for _, k := range theirs {
		if other, ok := of2[k]; ok {
			c.value(field+"["+k+"]", of1[k], other)
		} else {
			c.differ(field+"["+k+"]", "there", "missing")
		}
	}
	for _, k := range mine {
		if _, ok := of1[k]; !ok {
			c.differ(field+"["+k+"]", "missing", "there")
		}
	}
	both := func(keys []string, other map[string]reflect.Value) []string {
		return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !other[k].IsValid() })
	}
	if x, y := both(theirs, of2), both(mine, of1); !slices.Equal(x, y) {
		c.differ(field+" in order", shortened(strings.Join(x, " ")), shortened(strings.Join(y, " ")))
	}
}

func (c *comparison) leaf(field string, a, b reflect.Value) {
	x, y := c.kafka.render(c.api, field, a), c.ours.render(c.api, field, b)
	if x != y {
		c.differ(field, shortened(x), shortened(y))
	}
}

// shownMax is how much of a value is shown, and listed.
const shownMax = 400

func shortened(s string) string {
	if len(s) > shownMax {
		return s[:shownMax] + "..."
	}
	return s
}

// render writes a value down, with the side's own values replaced by their names.
func (s *side) render(api, field string, v reflect.Value) string {
	if name := s.volatile(api, field, v); name != "" {
		return name
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "null"
		}
		return s.render(api, field, v.Elem())
	case reflect.String:
		return strconv.Quote(s.told(v.String()))
	case reflect.Array:
		return s.renderID(v.Interface().([16]byte))
	case reflect.Slice:
		if v.IsNil() {
			return "null"
		}
		return hex.EncodeToString(v.Bytes())
	case reflect.Int16:
		if strings.HasSuffix(field, "ErrorCode") {
			return errorName(int16(v.Int()))
		}
	default:
	}
	return fmt.Sprint(v.Interface())
}

func (s *side) renderID(id [16]byte) string {
	if name, ok := s.nameOf(id); ok {
		return "<id of " + name + ">"
	}
	return hex.EncodeToString(id[:])
}
