package cluster

import (
	"math/bits"

	"momus/core/port"
	"momus/disk/seglog"
)

// Pool lends memory against a budget, in size classes of a quarter of a power of two, so that at
// most a fifth of a buffer is slack. A fresh 64 KiB costs twenty times its copy; a pooled one none.
type Pool struct {
	// Lock guards all; where one thread runs everything it does nothing.
	Lock seglog.Locker
	// Budget bounds what is lent at once, in bytes, slack included.
	Budget int64
	// Arrivals bounds what large frames hold while they arrive.
	Arrivals *Arrivals
	// Freed is called, with nothing held, after memory came back while somebody was starved.
	Freed func()

	used    int64
	starved bool
	classes [poolClasses]poolClass
}

// poolClass is what rests of one size.
type poolClass struct {
	free [][]byte
	kept int
}

const (
	// poolClasses is enough for buffers of 2 GiB.
	poolClasses = 4*(31-poolShift) + 1
	// poolShift is the binary logarithm of the smallest buffer.
	poolShift = 6
	// keptPerClass bounds what one size class keeps for reuse, in bytes.
	keptPerClass = 8 << 20
)

// sizeClass returns the index and the size of the smallest class that holds n bytes.
func sizeClass(n int) (index, size int) {
	if n <= 1<<poolShift {
		return 0, 1 << poolShift
	}
	top := bits.Len(uint(n-1)) - 1 // 2^top <= n-1
	quarter := 1 << top >> 2
	k := (n - 1 - 1<<top) / quarter // 0..3
	return (top-poolShift)*4 + k + 1, 1<<top + (k+1)*quarter
}

// Get implements port.Pool.
func (p *Pool) Get(n int) *port.Buf { return p.lend(n, false) }

// Take implements port.Pool.
func (p *Pool) Take(n int) *port.Buf { return p.lend(n, true) }

func (p *Pool) lend(n int, overdraw bool) *port.Buf {
	i, size := sizeClass(n)
	p.Lock.Lock()
	if !overdraw && p.used+int64(size) > p.Budget {
		p.starved = true
		p.Lock.Unlock()
		return nil
	}
	p.used += int64(size)
	c := &p.classes[i]
	var b []byte
	if last := len(c.free) - 1; last >= 0 {
		b = c.free[last]
		c.free[last] = nil
		c.free = c.free[:last]
		c.kept -= size
	}
	p.Lock.Unlock()
	if b == nil {
		b = make([]byte, size)
	}
	return port.NewBuf(b[:n], p)
}

// Used is what is lent now, in bytes.
func (p *Pool) Used() int64 {
	p.Lock.Lock()
	defer p.Lock.Unlock()
	return p.used
}

// Recycle implements port.Home.
func (p *Pool) Recycle(b []byte) {
	b = b[:cap(b)]
	i, size := sizeClass(len(b))
	p.Lock.Lock()
	if c := &p.classes[i]; c.kept+size <= keptPerClass {
		c.free = append(c.free, b)
		c.kept += size
	}
	p.used -= int64(size)
	hungry := p.starved
	p.starved = false
	p.Lock.Unlock()
	if hungry {
		if p.Arrivals != nil {
			p.Arrivals.Returned()
		}
		p.Freed()
	}
}
