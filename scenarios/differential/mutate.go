package main

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// mutation changes one field of a message to what it probably shouldn't be.
type mutation struct {
	name   string
	change func(root reflect.Value)
}

// place finds a field in a message of the sample's shape.
type place func(root reflect.Value) reflect.Value

// texts are what strings are changed to: a name that nobody has, and names that nothing may have.
var texts = []string{"", "no-such-thing", "not a name!", ".", "..", strings.Repeat("a", 250), "\u00fc\u4e16", "1", "-1"}

// mutations lists all changes of single fields.
func mutations(sample reflect.Value) []mutation {
	var list []mutation
	walk(sample, "", func(root reflect.Value) reflect.Value { return root }, func(name string, at place, v reflect.Value) {
		set := func(to string, value reflect.Value) {
			list = append(list, mutation{name + " = " + to, func(root reflect.Value) { at(root).Set(value) }})
		}
		alter(v, set)
		if v.Kind() == reflect.Slice && v.Len() > 0 && v.Type().Elem().Kind() != reflect.Uint8 {
			list = append(list, mutation{name + " has its first twice", func(root reflect.Value) {
				f := at(root)
				f.Set(reflect.Append(f, f.Index(0)))
			}})
		}
	})
	return list
}

// walk visits every field; of a list the first element only.
func walk(v reflect.Value, name string, at place, visit func(string, place, reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Name == "Version" && name == "" || f.Type == reflect.TypeFor[kmsg.Tags]() {
				continue
			}
			walk(v.Field(i), join(name, f.Name), func(root reflect.Value) reflect.Value { return at(root).Field(i) }, visit)
		}
		return
	case reflect.Slice:
		visit(name, at, v)
		if v.Type().Elem().Kind() != reflect.Uint8 && v.Len() > 0 {
			walk(v.Index(0), name+"[]", func(root reflect.Value) reflect.Value { return at(root).Index(0) }, visit)
		}
		return
	case reflect.Pointer:
		visit(name, at, v)
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			walk(v.Elem(), name, func(root reflect.Value) reflect.Value { return at(root).Elem() }, visit)
		}
		return
	default:
		visit(name, at, v)
	}
}

// alter offers the values that a field is changed to.
func alter(v reflect.Value, set func(string, reflect.Value)) {
	t := v.Type()
	switch v.Kind() {
	case reflect.Bool:
		set(strconv.FormatBool(!v.Bool()), reflect.ValueOf(!v.Bool()).Convert(t))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		for _, i := range integers(t.Bits()) {
			if i != v.Int() {
				set(strconv.FormatInt(i, 10), reflect.ValueOf(i).Convert(t))
			}
		}
	case reflect.Float64:
		for _, f := range []float64{0, -1, math.NaN(), math.Inf(1)} {
			set(fmt.Sprint(f), reflect.ValueOf(f))
		}
	case reflect.String:
		for _, s := range texts {
			set(shortName(s), reflect.ValueOf(s).Convert(t))
		}
	case reflect.Array:
		set("zero", reflect.Zero(t))
		set("unknown", reflect.ValueOf(unknownID))
	case reflect.Pointer:
		set("null", reflect.Zero(t))
		if t.Elem().Kind() == reflect.String {
			for _, s := range texts {
				set(shortName(s), reflect.ValueOf(&s))
			}
		}
	case reflect.Slice:
		set("null", reflect.Zero(t))
		set("empty", reflect.MakeSlice(t, 0, 0))
		if t.Elem().Kind() == reflect.Uint8 {
			set("garbage", reflect.ValueOf([]byte("not what is expected here, and long enough to be a batch of records in any version")))
		}
	default:
	}
}

// integers are the values for an integer of so many bits: ends of the range, nothing, what means "none",
// and one that no enumeration reaches.
func integers(bits int) []int64 {
	top := int64(math.MaxInt64) >> (64 - bits)
	return []int64{-1, -2, 0, 99, top, -top - 1}
}

func shortName(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%d times %q", len(s), s[:1])
	}
	return strconv.Quote(s)
}

// unknownID is the id of no topic.
var unknownID = [16]byte{0xde, 0xad, 0xbe, 0xef, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16}
