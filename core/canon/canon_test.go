package canon

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestPrimitivesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, i := rapid.Uint64().Draw(t, "u"), rapid.Int64().Draw(t, "i")
		f, s := rapid.Bool().Draw(t, "f"), rapid.String().Draw(t, "s")
		raw := rapid.SliceOf(rapid.Byte()).Draw(t, "raw")
		b := AppendBytes(AppendString(AppendBool(AppendInt(AppendUint(nil, u), i), f), s), raw)
		r := NewReader(AppendBytes(b, nil))
		if gu, gi, gf, gs := r.Uint(64), r.Int(64), r.Bool(), r.Str(); gu != u || gi != i || gf != f || gs != s {
			t.Fatalf("read %d %d %v %q", gu, gi, gf, gs)
		}
		if g := r.Bytes(); g == nil != (raw == nil) || !bytes.Equal(g, raw) {
			t.Fatalf("read %x, want %x", g, raw)
		}
		if g := r.Bytes(); g != nil {
			t.Fatalf("nil read as %x", g)
		}
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNumberOutsideOfItsTypeIsRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		b    []byte
		read func(*Reader)
		want error
	}{
		{"uint8 256", AppendUint(nil, 256), func(r *Reader) { r.Uint(8) }, ErrRange},
		{"int8 128", AppendInt(nil, 128), func(r *Reader) { r.Int(8) }, ErrRange},
		{"int32 -2^31-1", AppendInt(nil, math.MinInt32-1), func(r *Reader) { r.Int(32) }, ErrRange},
		{"bool 2", []byte{2}, func(r *Reader) { r.Bool() }, ErrRange},
		{"65 bits", bytes.Repeat([]byte{0xff}, 10), func(r *Reader) { r.Uint(64) }, ErrRange},
		{"long zero", []byte{0x80, 0}, func(r *Reader) { r.Uint(64) }, ErrNotCanon},
		{"no end", []byte{0x80}, func(r *Reader) { r.Uint(64) }, ErrShort},
		{"empty", nil, func(r *Reader) { r.Int(64) }, ErrShort},
		{"string too long", AppendUint(nil, 1), func(r *Reader) { r.Str() }, ErrShort},
		{"slice of 2^63", AppendUint(nil, 1<<63), func(r *Reader) { r.Len() }, ErrShort},
		{"raw", []byte{1}, func(r *Reader) { r.Raw(2) }, ErrShort},
		{"trailing", []byte{1}, func(*Reader) {}, ErrTrailing},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := NewReader(c.b)
			c.read(r)
			if err := r.End(); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if r.Uint(64) != 0 || !errors.Is(r.Err, c.want) {
				t.Fatal("the first failure does not stick")
			}
		})
	}
}

func TestNumbersAtTheirBoundsAreRead(t *testing.T) {
	for _, width := range []uint{8, 16, 32, 64} {
		lo, hi, top := int64(-1)<<(width-1), int64(1)<<(width-1)-1, uint64(math.MaxUint64)>>(64-width)
		r := NewReader(AppendUint(AppendInt(AppendInt(nil, lo), hi), top))
		if r.Int(width) != lo || r.Int(width) != hi || r.Uint(width) != top || r.End() != nil {
			t.Errorf("width %d: %v", width, r.Err)
		}
	}
}

func TestSortedKeysAreSorted(t *testing.T) {
	m := map[string]int{"b": 1, "a": 2, "": 3}
	if k := SortedKeys(m); len(k) != 3 || k[0] != "" || k[1] != "a" || k[2] != "b" {
		t.Fatal(k)
	}
}

// TestHashTellsChainsApart draws two chains of entries and demands that equal chains, and only
// those, have equal sums.
func TestHashTellsChainsApart(t *testing.T) {
	chain := rapid.SliceOfN(rapid.SliceOfN(rapid.ByteRange(0, 2), 0, 10), 0, 4)
	sum := func(entries [][]byte) uint64 {
		var h Hash
		for _, e := range entries {
			h.Add(e)
		}
		return h.Sum()
	}
	rapid.Check(t, func(t *rapid.T) {
		x, y := chain.Draw(t, "x"), chain.Draw(t, "y")
		same := len(x) == len(y)
		for i := 0; same && i < len(x); i++ {
			same = bytes.Equal(x[i], y[i])
		}
		if same != (sum(x) == sum(y)) {
			t.Fatalf("%x and %x: sums %x, %x", x, y, sum(x), sum(y))
		}
	})
}

// TestHashSpreads flips each bit of an entry: about half of the sum's bits must change.
func TestHashSpreads(t *testing.T) {
	sums := map[uint64]bool{}
	for i := range uint64(1 << 16) {
		var h Hash
		h.Add(binary.LittleEndian.AppendUint64(nil, i))
		sums[h.Sum()>>32] = true
	}
	if len(sums) < 1<<16-8 {
		t.Errorf("only %d of 65536 upper halves differ", len(sums))
	}
}

// TestHashIsFixed guards against a change that would make recorded hashes incomparable unnoticed.
func TestHashIsFixed(t *testing.T) {
	var h Hash
	h.Add([]byte("momus"))
	h.Add(nil)
	h.Add([]byte("exactly 16 bytes"))
	if got := h.Sum(); got != 0xc35a37df20e20c14 {
		t.Errorf("%#x", got)
	}
}

func BenchmarkHash(b *testing.B) {
	p := make([]byte, 100)
	b.SetBytes(100)
	var h Hash
	for b.Loop() {
		h.Add(p)
	}
}
