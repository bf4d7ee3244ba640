package run

import (
	"math/bits"
	"sync"
	"sync/atomic"

	"momus/core/port"
)

// pool lends memory against a budget, in size classes of a quarter of a power of two, so that at
// most a fifth of a buffer is slack. A fresh 64 KiB costs twenty times its copy; a pooled one none.
type pool struct {
	budget  int64
	used    atomic.Int64
	classes [128]struct {
		mu   sync.Mutex
		free [][]byte
		kept int
	}
	starved atomic.Bool
	// freed is called after memory came back while somebody was starved.
	freed func()
}

// keptPerClass bounds what one size class keeps for reuse, in bytes.
const keptPerClass = 8 << 20

// class returns the index and the size of the smallest class that holds n bytes.
func class(n int) (index, size int) {
	if n <= 64 {
		return 0, 64
	}
	top := bits.Len(uint(n-1)) - 1 // 2^top <= n-1
	quarter := 1 << top >> 2
	k := (n - 1 - 1<<top) / quarter // 0..3
	return (top-6)*4 + k + 1, 1<<top + (k+1)*quarter
}

// Get implements port.Pool.
func (p *pool) Get(n int) *port.Buf {
	i, size := class(n)
	if p.used.Add(int64(size)) > p.budget {
		p.used.Add(-int64(size))
		p.starved.Store(true)
		return nil
	}
	c := &p.classes[i]
	c.mu.Lock()
	var b []byte
	if last := len(c.free) - 1; last >= 0 {
		b = c.free[last]
		c.free[last] = nil
		c.free = c.free[:last]
		c.kept -= size
	}
	c.mu.Unlock()
	if b == nil {
		b = make([]byte, size)
	}
	return port.NewBuf(b[:n], p)
}

// Recycle implements port.Home.
func (p *pool) Recycle(b []byte) {
	b = b[:cap(b)]
	i, size := class(len(b))
	c := &p.classes[i]
	c.mu.Lock()
	if c.kept+size <= keptPerClass {
		c.free = append(c.free, b)
		c.kept += size
	}
	c.mu.Unlock()
	p.used.Add(-int64(size))
	if p.starved.Swap(false) {
		p.freed()
	}
}

// slabs lends read-ahead slabs. What is idle is given up by the garbage collector's pool.
type slabs struct {
	size int
	pool sync.Pool
}

// Borrow implements frame.Slabs.
func (s *slabs) Borrow() []byte {
	if b, ok := s.pool.Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, s.size)
}

// Return implements frame.Slabs.
func (s *slabs) Return(b []byte) {
	b = b[:cap(b)]
	s.pool.Put(&b)
}
