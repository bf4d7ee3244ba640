package sim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// few is how many seeds a test runs; -short halves it.
func few(n uint64) uint64 {
	if testing.Short() {
		return max(n/4, 2)
	}
	return n
}

func TestSameSeedGivesTheSameReport(t *testing.T) {
	for seed := uint64(1); seed <= few(12); seed++ {
		first, second := New(seed, Options{}).Run(), New(seed, Options{}).Run()
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("seed %d, two runs of one process differ:\n%s", seed, diff)
		}
	}
}

func TestATraceChangesNothing(t *testing.T) {
	for seed := uint64(1); seed <= few(4); seed++ {
		lines := 0
		traced := New(seed, Options{Trace: func(string) { lines++ }}).Run()
		if diff := cmp.Diff(New(seed, Options{}).Run(), traced); diff != "" {
			t.Errorf("seed %d: a trace changed the run:\n%s", seed, diff)
		}
		if uint64(lines) < traced.Steps {
			t.Errorf("seed %d: %d lines of trace for %d Steps", seed, lines, traced.Steps)
		}
	}
}

func TestSeedsDiffer(t *testing.T) {
	seen := map[uint64]uint64{}
	for seed := uint64(1); seed <= few(20); seed++ {
		r := New(seed, Options{}).Run()
		if other, ok := seen[r.Hash]; ok {
			t.Errorf("seeds %d and %d have one hash, %016x", other, seed, r.Hash)
		}
		seen[r.Hash] = seed
	}
}

// TestUnconnectedNodesRunAsIfAlone is invariant 3: nothing of one node's run hangs on its neighbours,
// neither its choices, nor the order of its turns, nor its phases.
func TestUnconnectedNodesRunAsIfAlone(t *testing.T) {
	nodes := []int32{0, 1, 2}
	compared := 0
	for seed := uint64(1); seed <= few(8); seed++ {
		together := New(seed, Options{Nodes: nodes}).Run()
		if together.Verdict != OK {
			t.Errorf("seed %d with three nodes: %v", seed, together.Violations)
			continue // a run that broke off is not comparable
		}
		for i, index := range nodes {
			alone := New(seed, Options{Nodes: []int32{index}}).Run()
			if alone.Verdict != OK {
				t.Errorf("seed %d, node %d alone: %v", seed, index, alone.Violations)
				continue
			}
			compared++
			if diff := cmp.Diff(alone.Sums[0], together.Sums[i]); diff != "" {
				t.Errorf("seed %d: node %d's chains of Steps, alone and among others:\n%s", seed, index, diff)
			}
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

func TestNodesOfOneWorldDiffer(t *testing.T) {
	r := New(1, Options{Nodes: []int32{0, 1}}).Run()
	if cmp.Equal(r.Sums[0], r.Sums[1]) {
		t.Error("two nodes of one world ran alike: their choices are not their own")
	}
}

// TestOverridesReplaceChoices ends the streams that plan the faults before their first value: all
// their choices are the benign ones.
func TestOverridesReplaceChoices(t *testing.T) {
	for seed := uint64(1); seed <= few(8); seed++ {
		r := New(seed, Options{Overrides: benign()}).Run()
		if r.Verdict != OK {
			t.Errorf("seed %d without faults: %v", seed, r.Violations)
		}
		var total Total
		total.Add(r)
		for _, f := range faultFloors {
			if n := total.count(f.Name); n != 0 {
				t.Errorf("seed %d without faults: %s=%d", seed, f.Name, n)
			}
		}
	}
}
