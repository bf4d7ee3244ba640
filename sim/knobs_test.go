package sim

import (
	"strings"
	"testing"
)

// TestEveryPlannedFaultCanBeTurnedOff turns off what the world itself lists, and ends the streams that plan
// the rest: then no fault bites, though the seed still plans them.
func TestEveryPlannedFaultCanBeTurnedOff(t *testing.T) {
	knobs := map[string]bool{}
	for seed := uint64(1); seed <= few(12); seed++ {
		off := map[string]Override{"node0/plan/early": {HasEnd: true}, "node0/plan/relapse": {HasEnd: true}, "node0/plan/snapshotrot": {HasEnd: true}, "node0/plan/leadership": {HasEnd: true}}
		w := New(seed, Options{})
		for _, k := range w.Knobs() {
			if strings.Contains(k.Key, "/client") || k.Key == "node0/knob/length" {
				continue
			}
			knobs[k.Key] = true
			o := off[k.Key]
			if o.Values == nil {
				o.Values = map[uint64]uint64{}
			}
			o.Values[k.Ordinal] = k.Off
			off[k.Key] = o
		}
		r := New(seed, Options{Overrides: off}).Run()
		if n := r.Faults(); r.Verdict != OK || n != 0 {
			t.Errorf("seed %d without its faults: verdict %s, %d faults bit: %v %v", seed, r.Verdict, n, r.Violations, r.Counts())
		}
	}
	for _, want := range []string{"rate/stall", "rate/reset", "spare/crash", "spare/jump", "spare/pause", "spare/rot", "sluggish"} {
		if !knobs["node0/knob/"+want] {
			t.Errorf("no world had a knob %s", want)
		}
	}
}

func TestAClientComesAndGoesWhenItIsTold(t *testing.T) {
	none := map[string]Override{"node0/knob/client1/until": {Values: map[uint64]uint64{0: 0}}, "node0/plan/producers": {HasEnd: true}}
	count := func(overrides map[string]Override) int {
		return New(3, Options{Benign: true, Overrides: overrides}).Run().Judge.Acked()
	}
	all := count(nil)
	half := count(map[string]Override{"node0/knob/client1/until": {Values: map[uint64]uint64{0: 1_000_000_000}}})
	late := count(map[string]Override{"node0/knob/client1/from": {Values: map[uint64]uint64{0: 1_500_000_000}}})
	if few := count(none); few >= 3 || half <= few || half >= all || late <= few || late >= half {
		t.Errorf("acknowledged: %d without the producer, %d until the middle, %d near the end, %d in all", few, half, late, all)
	}
	skip := map[string]Override{"node0/client/1/skip": {HasEnd: true, End: 3, Rest: 1}}
	if n := count(skip); n >= half {
		t.Errorf("%d acknowledged though all operations but three are left away, %d in half of the time", n, half)
	}
}
