package simnettest

import "momus/sim/simnet"

// World is a clock, draws, and what is due in order.
type World struct {
	// Net is the network of this world.
	Net *simnet.Net

	now  int64
	due  []simnet.Due
	draw func(stream string, bound uint64) uint64
}

// New makes a world at time 0 whose network has no connection and no fault.
func New(draw func(stream string, bound uint64) uint64) *World {
	w := &World{draw: draw}
	w.Net = simnet.New(w)
	return w
}

// Draw is simnet.Env's.
func (w *World) Draw(stream string, bound uint64) uint64 { return w.draw(stream, bound) }

// Now is simnet.Env's: nanoseconds since the world was made.
func (w *World) Now() int64 { return w.now }

// Advance lets nanoseconds pass in which nothing is delivered.
func (w *World) Advance(nanos int64) { w.now += nanos }

// Benign draws nothing but zeros.
func Benign(string, uint64) uint64 { return 0 }

// Seeded is a plain stream of numbers, whatever they are drawn for.
func Seeded(seed uint64) func(stream string, bound uint64) uint64 {
	return func(_ string, bound uint64) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return (seed >> 33) % bound
	}
}

// Step lets the next thing happen; false says that nothing ever will.
func (w *World) Step() ([]simnet.Woken, bool) {
	w.due = append(w.due, w.Net.TakeDue()...)
	if len(w.due) == 0 {
		return nil, false
	}
	first := 0
	for i, d := range w.due {
		if d.At < w.due[first].At {
			first = i
		}
	}
	next := w.due[first]
	w.due = append(w.due[:first:first], w.due[first+1:]...)
	w.now = max(w.now, next.At)
	return w.Net.Deliver(next.Way), true
}

// Settle lets everything happen.
func (w *World) Settle() {
	for {
		if _, more := w.Step(); !more {
			return
		}
	}
}
