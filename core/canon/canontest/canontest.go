// Package canontest checks generated encodings: it draws values of any type by reflection, fields
// that are not exported included, and holds the encoding to the invariants of package canon. Only
// tests import it.
package canontest

import (
	"bytes"
	"reflect"
	"testing"
	"unsafe"

	"momus/core/canon"

	"pgregory.net/rapid"
)

// Value is what generated code gives to a pointer.
type Value interface {
	AppendCanon(b []byte) []byte
	ReadCanon(r *canon.Reader)
	AppendText(b []byte) []byte
}

// Drawer draws values; it knows the members of unions and how to draw types with rules of their own.
type Drawer struct {
	unions map[reflect.Type][]reflect.Type
	custom map[reflect.Type]func(*rapid.T) reflect.Value
}

// Option teaches a Drawer about a type.
type Option func(*Drawer)

// Union names the members of a sealed interface, as its generated XMembers function lists them.
func Union[I any](members []I) Option {
	return func(d *Drawer) {
		for _, m := range members {
			i := reflect.TypeFor[I]()
			d.unions[i] = append(d.unions[i], reflect.TypeOf(m).Elem())
		}
	}
}

// Custom draws values of T by f.
func Custom[T any](f func(*rapid.T) T) Option {
	return func(d *Drawer) {
		d.custom[reflect.TypeFor[T]()] = func(t *rapid.T) reflect.Value { return reflect.ValueOf(f(t)) }
	}
}

// NewDrawer makes a Drawer.
func NewDrawer(opts ...Option) *Drawer {
	d := &Drawer{unions: map[reflect.Type][]reflect.Type{}, custom: map[reflect.Type]func(*rapid.T) reflect.Value{}}
	for _, o := range opts {
		o(d)
	}
	return d
}

// Values turns the members of a union into Values, for RoundTrip.
func Values[I any](members []I) []Value {
	vs := make([]Value, len(members))
	for i, m := range members {
		vs[i] = any(m).(Value)
	}
	return vs
}

// RoundTrip checks each type: reading inverts appending exactly, no proper prefix is accepted, no
// damaged byte makes reading panic, and what a damaged encoding is read as has that very encoding.
func RoundTrip(t *testing.T, values []Value, opts ...Option) {
	d := NewDrawer(opts...)
	for _, v := range values {
		typ := reflect.TypeOf(v).Elem()
		t.Run(typ.Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { d.roundTrip(t, typ) })
		})
	}
}

func (d *Drawer) roundTrip(t *rapid.T, typ reflect.Type) {
	fresh := func() Value { return reflect.New(typ).Interface().(Value) }
	v, w := fresh(), fresh()
	d.Draw(t, v)
	b := v.AppendCanon([]byte("x"))[1:]
	r := canon.NewReader(b)
	w.ReadCanon(r)
	if err := r.End(); err != nil {
		t.Fatalf("%s: reading what was appended: %v", v.AppendText(nil), err)
	}
	if !reflect.DeepEqual(v, w) {
		t.Fatalf("appended %s, read %s", v.AppendText(nil), w.AppendText(nil))
	}
	if again := w.AppendCanon(nil); !bytes.Equal(b, again) {
		t.Fatalf("encoded as %x, read and encoded again as %x", b, again)
	}
	if x, y := v.AppendText(nil), w.AppendText(nil); !bytes.Equal(x, y) {
		t.Fatalf("text differs: %s, %s", x, y)
	}
	if len(b) == 0 {
		return
	}
	r = canon.NewReader(b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")])
	fresh().ReadCanon(r)
	if r.End() == nil {
		t.Fatalf("a proper prefix of %x was accepted", b)
	}
	b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= rapid.Byte().Draw(t, "flip")
	w = fresh()
	r = canon.NewReader(b)
	w.ReadCanon(r)
	if r.End() == nil && len(w.AppendCanon(nil)) != len(b) {
		t.Fatalf("%x was accepted, but encodes as %x", b, w.AppendCanon(nil))
	}
}

// Draw fills what ptr points to.
func (d *Drawer) Draw(t *rapid.T, ptr any) { d.draw(t, reflect.ValueOf(ptr).Elem(), 0) }

// depthMax ends recursive types: below it pointers and unions are nil, slices and maps empty.
const depthMax = 5

func (d *Drawer) draw(t *rapid.T, v reflect.Value, depth int) {
	if f := d.custom[v.Type()]; f != nil {
		v.Set(f(t))
		return
	}
	if !d.drawScalar(t, v) {
		d.drawComposite(t, v, depth)
	}
}

func (d *Drawer) drawScalar(t *rapid.T, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "int") >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(rapid.Uint64().Draw(t, "uint") >> (64 - v.Type().Bits()))
	case reflect.String:
		v.SetString(rapid.StringN(0, 5, 20).Draw(t, "string"))
	default:
		return false
	}
	return true
}

func (d *Drawer) drawComposite(t *rapid.T, v reflect.Value, depth int) {
	size := func() int {
		if depth >= depthMax {
			return 0
		}
		return rapid.IntRange(0, 3).Draw(t, "len")
	}
	some := func() bool { return depth < depthMax && rapid.Bool().Draw(t, "some") }
	switch v.Kind() {
	case reflect.Slice:
		if some() {
			v.Set(reflect.MakeSlice(v.Type(), size(), 3))
			v.SetCap(v.Len())
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			d.draw(t, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range size() {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			d.draw(t, k, depth+1)
			d.draw(t, e, depth+1)
			v.SetMapIndex(k, e)
		}
	case reflect.Pointer:
		if some() {
			v.Set(reflect.New(v.Type().Elem()))
			d.draw(t, v.Elem(), depth+1)
		}
	case reflect.Interface:
		members := d.unions[v.Type()]
		if len(members) == 0 {
			panic("canontest: no members known of " + v.Type().String())
		}
		if some() {
			m := reflect.New(members[rapid.IntRange(0, len(members)-1).Draw(t, "member")])
			d.draw(t, m.Elem(), depth+1)
			v.Set(m)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Tag.Get("canon") != "-" && f.Name != "_" {
				p := unsafe.Pointer(v.Field(i).UnsafeAddr())
				d.draw(t, reflect.NewAt(f.Type, p).Elem(), depth+1)
			}
		}
	default:
		panic("canontest: cannot draw " + v.Type().String())
	}
}
