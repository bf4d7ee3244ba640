package cluster

import (
	"momus/core/port"
	"momus/disk/seglog"
)

// Arrivals bounds what large frames that are still arriving hold of the budget of buffers, so that they leave
// room for small ones. A client that announces a large frame and sends it slowly, or never, keeps a buffer for
// as long as it likes; many of them would keep all, and nobody else could send anything. So what frames of a
// size or above may hold together is a part of the budget, the smaller the larger they are. A frame is never
// refused for others if none of its size or above is arriving.
type Arrivals struct {
	lock seglog.Locker
	// budget is that of all buffers but for what the tails of logs may take, in bytes.
	budget int64
	freed  func()

	held    [len(shares)]int64
	starved bool
	// told says that a cancelled frame had the others told, and that no memory came back since.
	told bool
}

// NewArrivals makes one for a node. lock guards it; where one thread runs everything it does nothing. freed is
// called, with nothing held, after a frame has arrived while another one was refused.
func NewArrivals(limits *port.Limits, lock seglog.Locker, freed func()) *Arrivals {
	budget := limits.BufferBytes - limits.TailBytes()
	return &Arrivals{lock: lock, budget: budget, freed: freed}
}

// shares are the sizes from which on frames may hold together so many sixteenths of the budget while they
// arrive; smaller ones may hold all of it.
var shares = [...]struct {
	from       int
	sixteenths int64
}{
	{8 << 20, 8}, {2 << 20, 10}, {256 << 10, 12}, {32 << 10, 14},
}

// share is the kind of a frame; of small ones the number of shares.
func share(n int) int {
	for i := range shares {
		if n >= shares[i].from {
			return i
		}
	}
	return len(shares)
}

// Begin tells whether a frame of n bytes may get its buffer now. If not, freed is called once it is worth
// another try; if so, End must follow.
func (a *Arrivals) Begin(n int) bool {
	kind := share(n)
	if kind == len(shares) {
		return true
	}
	a.lock.Lock()
	defer a.lock.Unlock()
	sum := int64(0)
	for i := range kind + 1 {
		sum += a.held[i]
	}
	if sum > 0 && sum+int64(n) > a.budget/16*shares[kind].sixteenths {
		a.starved = true
		return false
	}
	a.held[kind] += int64(n)
	return true
}

// End says that a frame has arrived, or never will.
func (a *Arrivals) End(n int) { a.end(n, false) }

// Cancel is End for a frame that got no buffer. Those who were refused meanwhile are told if nobody is left who will
// do so, but not again before memory came back: they would find no buffer either, and come here in turn, for as
// long as there is none. Then the pool tells all, for this frame asked it.
func (a *Arrivals) Cancel(n int) { a.end(n, true) }

// Returned says that memory came back to the pool, after which it tells those who found none.
func (a *Arrivals) Returned() {
	a.lock.Lock()
	a.told = false
	a.lock.Unlock()
}

func (a *Arrivals) end(n int, cancelled bool) {
	kind := share(n)
	if kind == len(shares) {
		return
	}
	a.lock.Lock()
	a.held[kind] -= int64(n)
	hungry := a.starved && (!cancelled || a.held == [len(shares)]int64{} && !a.told)
	if hungry {
		a.starved, a.told = false, cancelled
	}
	a.lock.Unlock()
	if hungry {
		a.freed()
	}
}
