package simnet

import (
	"testing"

	"momus/core/port"
	"momus/net/nettest"
	"momus/net/sock"
)

// world is the least world that a Net needs: a clock, draws, and what is due in order.
type world struct {
	net  *Net
	now  int64
	due  []Due
	draw func(stream string, bound uint64) uint64
}

func newWorld(draw func(string, uint64) uint64) *world {
	w := &world{draw: draw}
	w.net = New(w)
	return w
}

func (w *world) Draw(stream string, bound uint64) uint64 { return w.draw(stream, bound) }
func (w *world) Now() int64                              { return w.now }

// benign draws nothing but zeros.
func benign(string, uint64) uint64 { return 0 }

// seeded is a plain stream of numbers.
func seeded(seed uint64) func(string, uint64) uint64 {
	return func(_ string, bound uint64) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return (seed >> 33) % bound
	}
}

// step lets the next thing happen; false says that nothing ever will.
func (w *world) step() ([]Woken, bool) {
	w.due = append(w.due, w.net.TakeDue()...)
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
	return w.net.Deliver(next.Way), true
}

// settle lets everything happen.
func (w *world) settle() {
	for {
		if _, more := w.step(); !more {
			return
		}
	}
}

// harness is a world for the conformance suite.
type harness struct{ *world }

func (h harness) Pair(t *testing.T) (a, b sock.Socket) {
	t.Helper()
	client, server := h.net.Dial(t.Name(), 64<<10)
	for {
		woken, more := h.step()
		if !more {
			t.Fatal("the connection never opened")
		}
		if len(woken) > 0 && woken[0].End == server && woken[0].Opened {
			return server, client
		}
	}
}

func (h harness) AwaitReadable(t *testing.T, s sock.Socket) { h.await(t, s.(*End).Readable) }
func (h harness) AwaitWritable(t *testing.T, s sock.Socket) { h.await(t, s.(*End).Writable) }

// await lets at least one thing happen, if there is one, so that time goes on in every wait.
func (h harness) await(t *testing.T, ready func() bool) {
	t.Helper()
	for _, more := h.step(); !ready(); _, more = h.step() {
		if !more {
			t.Fatal("the wait would never end")
		}
	}
}

func (h harness) Reset(t *testing.T, s sock.Socket) {
	t.Helper()
	if err := s.(*End).Reset(); err != nil {
		t.Fatal(err)
	}
}

// file is a region in memory.
type file struct{ content []byte }

func (f file) ReadAt(p []byte, off int64) (int, error) {
	return copy(p, f.content[min(off, int64(len(f.content))):]), nil
}
func (file) Pin()   {}
func (file) Unpin() {}

func (h harness) Region(_ *testing.T, content []byte) port.Region { return file{content} }

func TestSimulatedSocketsConform(t *testing.T) {
	t.Run("Benign", func(t *testing.T) { nettest.Run(t, harness{newWorld(benign)}) })
	for _, seed := range []uint64{1, 2, 3} {
		t.Run("Chopped", func(t *testing.T) {
			w := newWorld(seeded(seed))
			w.net.SetFaults(Faults{ShortWrite: 4, ShortRead: 4, Chop: 3, Late: 5, LateNanos: 1e9})
			nettest.Run(t, harness{w})
			if b := w.net.Bites(); b.ShortWrites == 0 || b.ShortReads == 0 || b.Chops == 0 || b.Late == 0 {
				t.Errorf("a fault never bit: %+v", b)
			}
		})
	}
}
