package sim

import "momus/core/port"

// pool lends buffers against a budget, counts them and poisons what comes back, so that a use
// after release shows as damage and a leak as a count that is not zero.
type pool struct {
	budget int64
	used   int64
	lent   int64
	// starved says that a Get was refused since the last time somebody looked.
	starved bool
}

// Get implements port.Pool.
func (p *pool) Get(n int) *port.Buf {
	if p.used+int64(n) > p.budget {
		p.starved = true
		return nil
	}
	p.used += int64(n)
	p.lent++
	return port.NewBuf(make([]byte, n), p)
}

// Recycle implements port.Home.
func (p *pool) Recycle(b []byte) {
	for i := range b {
		b[i] = 0xdb
	}
	p.used -= int64(len(b))
	p.lent--
}

// slabs lends read-ahead slabs; they are counted and poisoned likewise.
type slabs struct {
	size int
	lent int64
}

// Borrow gives a slab.
func (s *slabs) Borrow() []byte {
	s.lent++
	return make([]byte, s.size)
}

// Return takes it back.
func (s *slabs) Return(b []byte) {
	for i := range b {
		b[i] = 0xdb
	}
	s.lent--
}
