package sim

import (
	"bytes"

	"momus/core"
	"momus/core/port"
	"momus/core/wire"
)

// poison is what fills bytes that were given back.
const poison = 0xdb

// pool lends buffers against a budget, counts them and poisons what comes back, so that a use
// after release shows as damage and a leak as a count that is not zero.
type pool struct {
	budget int64
	used   int64
	lent   int64
	// starved says that a Get was refused since memory last came back; freed is called when it does.
	starved bool
	freed   func()
}

// Get implements port.Pool.
func (p *pool) Get(n int) *port.Buf {
	if p.used+int64(n) > p.budget {
		p.starved = true
		return nil
	}
	return p.Take(n)
}

// Take implements port.Pool.
func (p *pool) Take(n int) *port.Buf {
	p.used += int64(n)
	p.lent++
	return port.NewBuf(make([]byte, n), p)
}

// Recycle implements port.Home.
func (p *pool) Recycle(b []byte) {
	for i := range b {
		b[i] = poison
	}
	p.used -= int64(len(b))
	p.lent--
	if p.starved {
		p.starved = false
		p.freed()
	}
}

// takeBack poisons the events of a drained batch that production lends again (cluster/run/events.go):
// a Step that kept a pointer to one would see another event in its place.
func takeBack(batch []core.Event) {
	for _, ev := range batch {
		switch ev := ev.(type) {
		case *core.Request:
			ev.Request = wire.Request{Conn: -poison, Seq: -poison, Version: -poison, ClientID: "taken back"}
		case *core.LogDone:
			ev.LogDone = port.LogDone{Kind: poison, Gen: -poison, Epoch: -poison, End: -poison, Fail: poison}
		case *core.ReadDone:
			ev.ReadDone = port.ReadDone{ID: -poison, Fail: poison, Next: -poison, Found: -poison, Epoch: -poison}
		}
	}
	clear(batch)
}

// slabs lends read-ahead slabs; they are counted and poisoned likewise. A slab that came back
// rests among others before it is lent again, and must then be as it was left: a write into a slab
// that was given back is our own fault.
type slabs struct {
	size   int
	lent   int64
	poison []byte
	// resting are the slabs that came back, the oldest at next.
	resting [slabsResting][]byte
	next    int
}

// slabsResting is how many slabs come back before one is lent again.
const slabsResting = 8

func newSlabs(size int) slabs { return slabs{size: size, poison: bytes.Repeat([]byte{poison}, size)} }

// Borrow gives a slab.
func (s *slabs) Borrow() []byte {
	s.lent++
	b := s.resting[s.next]
	if b == nil {
		return make([]byte, s.size)
	}
	s.resting[s.next] = nil
	if !bytes.Equal(b, s.poison) {
		panic("BUG: a read-ahead slab was written to after it was given back")
	}
	return b
}

// Return takes it back.
func (s *slabs) Return(b []byte) {
	s.lent--
	b = b[:s.size]
	copy(b, s.poison)
	s.resting[s.next] = b
	s.next = (s.next + 1) % slabsResting
}
