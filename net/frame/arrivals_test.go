package frame

import (
	"strings"
	"testing"
)

// Whoever sends what cannot be understood is told from whoever goes away.
func TestOnlyABadFrameIsARefusal(t *testing.T) {
	w := newWorld(64)
	w.feed([]byte{0xff, 0xff, 0xff, 0xff}, 4)
	if w.Refused() != "a frame of -1 bytes" || w.Reason() != w.Refused() {
		t.Errorf("refused for %q", w.Refused())
	}
	w.EOF()
	w.Release()
	if w.Refused() != "a frame of -1 bytes" {
		t.Errorf("refused for %q after the end", w.Refused())
	}
	for _, end := range []func(*world){func(w *world) { w.EOF() }, func(w *world) { w.Broken() }, func(w *world) { w.Close("asked to") }} {
		w := newWorld(64)
		if end(w); w.Refused() != "" || w.Reason() == "" {
			t.Errorf("refused for %q, ended for %q", w.Refused(), w.Reason())
		}
		w.Release()
	}
}

// A large frame waits while others like it hold their part of the budget, and counts until it is whole or
// its connection is gone.
func TestALargeFrameWaitsForItsPartOfTheBudget(t *testing.T) {
	frame := frameOf(0, metadataOf(strings.Repeat("a", 200)))
	w := newWorld(64)
	w.arrivals.full = true
	rest := w.feed(frame, 50)
	if !w.Starved() || w.Want() != nil || len(w.Requests()) != 0 || w.pool.lent != 0 {
		t.Fatal("a frame for which there is no part has a buffer")
	}
	w.arrivals.full = false
	w.Resume(at)
	if w.Starved() || w.arrivals.held != len(frame)-lengthSize {
		t.Fatalf("%d bytes count as arriving", w.arrivals.held)
	}
	w.feed(rest[:len(rest)-1], 50)
	if w.arrivals.held == 0 {
		t.Fatal("a frame that is not whole does not count")
	}
	w.feed(rest[len(rest)-1:], 1)
	got := w.Requests()
	if len(got) != 1 || w.arrivals.held != 0 {
		t.Fatalf("%d requests, and %d bytes count as arriving", len(got), w.arrivals.held)
	}
	for _, end := range []func(*world){func(w *world) { w.EOF() }, func(w *world) { w.Broken() }, func(w *world) { w.Close("test") }} {
		w := newWorld(64)
		w.feed(frame[:100], 50)
		if w.arrivals.held == 0 {
			t.Fatal("a frame that is not whole does not count")
		}
		end(w)
		w.Release()
		w.holds(t, 0, 0)
	}
	w = newWorld(64)
	w.pool.budget = 10
	if w.feed(frame, 50); !w.Starved() || w.arrivals.held != 0 {
		t.Fatal("a frame that got no buffer counts as arriving")
	}
}
