package port

import (
	"bytes"
	"strings"
	"testing"

	"momus/core/canon"
	"momus/core/record"
)

// region is a pinned file of zeros that counts its pins.
type region struct{ pins int }

func (r *region) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }
func (r *region) Pin()                                  { r.pins++ }
func (r *region) Unpin()                                { r.pins-- }

// batches are n batches of one record each.
func batches(n int) []byte {
	var b []byte
	for range n {
		builder := record.NewBuilder(0, 0)
		builder.Add(5, nil, []byte("value"))
		b = builder.Append(b)
	}
	return b
}

func TestSpanIsReadBackAsItsPhantom(t *testing.T) {
	two := batches(2)
	for _, c := range []struct {
		name string
		span Span
	}{
		{"empty", Span{}},
		{"two batches", MemSpan(two, nil)},
		{"no batch", MemSpan([]byte("x"), nil)},
		{"a batch and a part", MemSpan(two[:len(two)-1], nil)},
		{"file", FileSpan(&region{pins: 1}, 10, 500)},
		{"phantom", PhantomSpan(77)},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.span.AppendCanon(nil)
			var got Span
			r := canon.NewReader(b)
			got.ReadCanon(r)
			if err := r.End(); err != nil || got.Len() != c.span.Len() || got.Owned() {
				t.Fatalf("%s is read as %s, %v", c.span.AppendText(nil), got.AppendText(nil), err)
			}
			if again := got.AppendCanon(nil); !bytes.Equal(again, b) {
				t.Fatalf("%x is encoded again as %x", b, again)
			}
			if a, b := string(c.span.AppendText(nil)), string(got.AppendText(nil)); a != b {
				t.Fatalf("%s prints as %s", a, b)
			}
			got.Release()
		})
	}
}

func TestSpansWithOtherBytesEncodeOtherwise(t *testing.T) {
	x, y := batches(1), batches(1)
	x[record.HeaderSize-1]++
	x[17]++
	a, b := MemSpan(x, nil), MemSpan(y, nil)
	if bytes.Equal(a.AppendCanon(nil), b.AppendCanon(nil)) {
		t.Fatal("two batches of different checksums encode the same")
	}
}

func TestPhantomHasNoBytes(t *testing.T) {
	p := PhantomSpan(100)
	if p.Len() != 100 || p.InMemory() || p.Owned() || !p.IsPhantom() || PhantomSpan(0).IsPhantom() {
		t.Fatalf("%+v", p)
	}
	if part := p.Retain().Slice(10, 30); part.Len() != 20 || !part.IsPhantom() {
		t.Fatalf("%+v", part)
	}
	p.Release()
	p.Release()
	defer func() {
		if s, _ := recover().(string); !strings.HasPrefix(s, "BUG:") {
			t.Fatalf("panicked with %q", s)
		}
	}()
	p.Bytes()
}

func TestMalformedSpanIsRefused(t *testing.T) {
	for _, b := range [][]byte{
		canon.AppendUint(canon.AppendUint(nil, 0), 1),
		append(canon.AppendUint(canon.AppendUint(nil, 5), 1), 1, 2, 3),
		canon.AppendUint(canon.AppendUint(nil, 1<<63), 0),
	} {
		var s Span
		r := canon.NewReader(b)
		if s.ReadCanon(r); r.End() == nil {
			t.Errorf("%x is read as %s", b, s.AppendText(nil))
		}
	}
}
