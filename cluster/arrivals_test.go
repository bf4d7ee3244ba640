package cluster

import (
	"testing"

	"momus/core/port"
)

type nolock struct{}

func (nolock) Lock()   {}
func (nolock) Unlock() {}

func TestLargeFramesLeaveRoomForSmallOnes(t *testing.T) {
	freed := 0
	a := NewArrivals(&port.Limits{BufferBytes: 320 << 20, TailCacheBytes: 64 << 20}, nolock{}, func() { freed++ })
	begun := func(n int) (count int) {
		for a.Begin(n) {
			if count++; count > 100_000 {
				t.Fatalf("frames of %d bytes are never refused", n)
			}
		}
		return count
	}
	for _, c := range []struct{ size, want int }{
		{100 << 20, 1}, {9 << 20, 3}, {2 << 20, 16}, {1 << 20, 33}, {40 << 10, 820},
	} {
		if got := begun(c.size); got < c.want-2 || got > c.want+2 {
			t.Errorf("%d frames of %d bytes may arrive, want about %d", got, c.size, c.want)
		}
	}
	held := int64(0)
	for _, h := range a.held {
		held += h
	}
	if held > a.budget/16*14 || !a.Begin(16<<10) {
		t.Errorf("large frames hold %d of %d bytes", held, a.budget)
	}
	a.End(16 << 10)
	if freed != 0 {
		t.Error("somebody was told of memory that large frames do not get")
	}
	a.End(100 << 20)
	if freed != 1 {
		t.Errorf("who was refused was told %d times", freed)
	}
}

// Whatever the budget, the first frame of a size is not refused for smaller ones.
func TestAFrameIsNotRefusedForSmallerOnes(t *testing.T) {
	a := NewArrivals(&port.Limits{BufferBytes: 1 << 20, TailCacheBytes: 1 << 20}, nolock{}, func() {})
	for a.Begin(64 << 10) {
	}
	if !a.Begin(100 << 20) {
		t.Error("a large frame was refused though no other was arriving")
	}
}

// Two large frames find the pool empty, one of them while the other one is asking. Each has the other told at most once
// before memory comes back: else they would wake one another for as long as there is none.
func TestRefusedFramesDoNotWakeOneAnotherForEver(t *testing.T) {
	freed := 0
	a := NewArrivals(&port.Limits{BufferBytes: 64 << 20}, nolock{}, func() { freed++ })
	const large = 60 << 20
	meet := func() {
		if !a.Begin(large) || a.Begin(large) {
			t.Fatal("the second one was not refused for the first")
		}
		a.Cancel(large) // the pool had no buffer
	}
	for range 100 {
		meet()
	}
	if freed != 1 {
		t.Errorf("told %d times though no memory came back", freed)
	}
	a.Returned()
	meet() // the pool told all before the second one was refused
	if freed != 2 {
		t.Errorf("told %d times after memory came back once", freed)
	}
	if meet(); freed != 2 {
		t.Error("told again")
	}
	if !a.Begin(large) || a.Begin(large) {
		t.Fatal("the second one was not refused for the first")
	}
	if a.End(large); freed != 3 {
		t.Error("who was refused is not told when the frame has arrived")
	}
}
