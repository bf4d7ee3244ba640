package sim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestEventsComeByTimeNodeKindAndSequence compares the heap with a stable sort.
func TestEventsComeByTimeNodeKindAndSequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var twin []event
		take := func() {
			least := 0
			for i := range twin {
				if twin[i].before(&twin[least]) {
					least = i
				}
			}
			got, ok := q.pop()
			if !ok || got != twin[least] {
				t.Fatalf("got %v %v, want %v", got, ok, twin[least])
			}
			twin = slices.Delete(twin, least, least+1)
		}
		for i := range rapid.IntRange(1, 60).Draw(t, "events") {
			e := event{
				at:   rapid.Int64Range(0, 5).Draw(t, "at"),
				node: rapid.Int32Range(0, 2).Draw(t, "node"),
				kind: kind(rapid.IntRange(int(kindCrash), int(kindFeed)).Draw(t, "kind")),
			}
			q.push(e)
			e.seq = uint64(i) + 1
			twin = append(twin, e)
			if rapid.Bool().Draw(t, "pop") {
				take()
			}
		}
		for len(twin) > 0 {
			take()
		}
		if e, ok := q.pop(); ok {
			t.Fatalf("an event that nobody pushed: %v", e)
		}
	})
}
