package port

import "sync/atomic"

// Buf is a counted piece of memory. The header is never reused, so that TryRetain is safe
// against a concurrent last Release; only the bytes go back to their pool.
//
// The counter is atomic because a reader may pin cached bytes while their log's writer evicts
// them (pins are shared between turns).
type Buf struct {
	B    []byte
	refs atomic.Int32
	home Home
}

// Home takes back the bytes of a Buf whose last reference is gone.
type Home interface {
	Recycle(b []byte)
}

// Pool lends memory against a budget.
type Pool interface {
	// Get returns a Buf of exactly n bytes with one reference, or nil when the budget is spent.
	Get(n int) *Buf
	// Take is Get for work that has begun and cannot wait: it is never refused, and counts, so that
	// an overdrawn budget refuses others.
	Take(n int) *Buf
}

// NewBuf wraps b with one reference; home may be nil (garbage-collected memory).
func NewBuf(b []byte, home Home) *Buf {
	buf := &Buf{B: b, home: home}
	buf.refs.Store(1)
	return buf
}

// Retain adds a reference; the caller must hold one.
func (b *Buf) Retain() {
	if b.refs.Add(1) < 2 {
		panic("BUG: a released buffer was retained")
	}
}

// Held tells whether there are references at this moment.
func (b *Buf) Held() bool { return b.refs.Load() > 0 }

// TryRetain adds a reference unless the last one is gone.
func (b *Buf) TryRetain() bool {
	for {
		n := b.refs.Load()
		if n <= 0 {
			return false
		}
		if b.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// Release drops one reference; the last one returns the bytes.
func (b *Buf) Release() {
	switch n := b.refs.Add(-1); {
	case n < 0:
		panic("BUG: a buffer was released twice")
	case n == 0 && b.home != nil:
		home, mem := b.home, b.B
		b.B, b.home = nil, nil
		home.Recycle(mem)
	}
}

// Region is a pinned file whose bytes can be read at explicit offsets. Sockets that can send a
// file without copying look for an Fd method of their own accord.
type Region interface {
	// ReadAt fills p from offset off or returns an error.
	ReadAt(p []byte, off int64) (int, error)
	// Pin adds a pin; the caller must hold one. Unpin drops one; the last lets a deleted file go.
	Pin()
	Unpin()
}

// Span is payload that the core passes on without looking at it: bytes in memory, or a region of
// a pinned file. The zero Span is empty. Spans enter the core in events and leave it exactly once,
// in an outbox entry or in Drops.
//
//canon:manual
type Span struct {
	mem    []byte
	buf    *Buf
	region Region
	off    int64
	size   int
}

// MemSpan is b, owned by buf (nil: garbage-collected). It takes over one reference of buf.
func MemSpan(b []byte, buf *Buf) Span { return Span{mem: b, buf: buf, size: len(b)} }

// FileSpan is n bytes of r at off. It takes over one pin of r.
func FileSpan(r Region, off int64, n int) Span { return Span{region: r, off: off, size: n} }

// Len is the payload's size in bytes.
func (s Span) Len() int { return s.size }

// InMemory tells whether Bytes may be called.
func (s Span) InMemory() bool { return s.region == nil }

// Bytes is the payload of a span in memory; it is valid until Release.
func (s Span) Bytes() []byte {
	if s.region != nil {
		panic("BUG: the bytes of a file region or phantom were asked for")
	}
	return s.mem
}

// Region returns the pinned file and the offset of the payload in it.
func (s Span) Region() (r Region, off int64) { return s.region, s.off }

// Buffer is what owns the bytes of a span in memory, or nil. It may be much larger than the span.
func (s Span) Buffer() *Buf { return s.buf }

// Owned tells whether releasing the span has an effect.
func (s Span) Owned() bool { return s.buf != nil || s.region != nil && !s.IsPhantom() }

// Retain returns a second owner of the same payload.
func (s Span) Retain() Span {
	switch {
	case s.buf != nil:
		s.buf.Retain()
	case s.region != nil:
		s.region.Pin()
	}
	return s
}

// Slice returns the part [from, to) of the payload, without a reference of its own.
func (s Span) Slice(from, to int) Span {
	if from < 0 || to < from || to > s.size {
		panic("BUG: a slice beyond its span")
	}
	if s.IsPhantom() {
		return PhantomSpan(to - from)
	}
	s.size = to - from
	if s.region != nil {
		s.off += int64(from)
		return s
	}
	s.mem = s.mem[from:to]
	return s
}

// Release gives the payload back.
func (s Span) Release() {
	switch {
	case s.buf != nil:
		s.buf.Release()
	case s.region != nil:
		s.region.Unpin()
	}
}
