package record

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// TestPrimitivesRoundTrip covers both encodings, before and after KIP-482.
func TestPrimitivesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		flexible := rapid.Bool().Draw(t, "flexible")
		s := rapid.StringN(0, 200, -1).Draw(t, "s")
		raw := rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.Byte(), 0, 300)).Draw(t, "raw")
		b := appendString(nil, s, flexible)
		b = appendNullableString(b, &s, flexible)
		b = appendNullableString(b, nil, flexible)
		b = append(appendBytesLength(b, len(raw), raw == nil, flexible), raw...)
		b = append(appendLength(b, 2, false, flexible), 1, 2)
		r := reader{b: b}
		if got := r.str(flexible); got != s {
			t.Fatalf("%q", got)
		}
		if got := r.nullableString(flexible); got == nil || *got != s {
			t.Fatalf("%v", got)
		}
		if got := r.nullableString(flexible); got != nil {
			t.Fatalf("%q for null", *got)
		}
		if got := r.bytes(true, flexible); !bytes.Equal(got, raw) || (got == nil) != (raw == nil) {
			t.Fatalf("%x", got)
		}
		if n := r.length(false, flexible); n != 2 || r.uint16() != 0x102 {
			t.Fatalf("%d elements", n)
		}
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWrongLengthsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		b    []byte
		read func(r *reader)
		want error
	}{
		{"null string", []byte{0}, func(r *reader) { r.str(true) }, ErrNull},
		{"null string, old form", []byte{0xff, 0xff}, func(r *reader) { r.str(false) }, ErrNull},
		{"null array", []byte{0}, func(r *reader) { r.length(false, true) }, ErrNull},
		{"null bytes, old form", []byte{0xff, 0xff, 0xff, 0xff}, func(r *reader) { r.bytes(false, false) }, ErrNull},
		{"length -2", []byte{0xff, 0xff, 0xff, 0xfe}, func(r *reader) { r.length(true, false) }, ErrLength},
		{"array beyond the bytes", []byte{0, 0, 0, 1}, func(r *reader) { r.length(true, false) }, ErrShort},
		{"varint beyond 32 bits", []byte{0xff, 0xff, 0xff, 0xff, 0x1f}, func(r *reader) { r.uvarint() }, ErrVarint},
		{"uint64", []byte{1}, func(r *reader) { r.uint64() }, ErrShort},
	} {
		r := reader{b: c.b}
		c.read(&r)
		if err := r.end(); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestInsertSizeMovesWhatFollows(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 20000} {
		field := bytes.Repeat([]byte{'x'}, n)
		b := insertSize(append([]byte("ab"), field...), 2)
		r := reader{b: b[2:]}
		after := r.until(r.uvarint())
		if len(after) != 0 || !bytes.Equal(r.b, field) || string(b[:2]) != "ab" {
			t.Errorf("%d bytes: %d follow", n, len(after))
		}
	}
}
