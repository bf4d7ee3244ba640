package seglog

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"

	"github.com/google/go-cmp/cmp"
)

// TestATornEpochCheckpointIsNoCheckpoint cuts the file at every byte, as a power loss may: what is left says
// nothing, and above all no other offsets.
func TestATornEpochCheckpointIsNoCheckpoint(t *testing.T) {
	want := []port.EpochStart{{Epoch: 0, Start: 0}, {Epoch: 2, Start: 136}}
	b := appendEpochs(nil, want)
	if diff := cmp.Diff(want, parseEpochs(b)); diff != "" {
		t.Fatal(diff)
	}
	for n := range b {
		if got := parseEpochs(b[:n]); got != nil {
			t.Errorf("of %q was made %v", b[:n], got)
		}
	}
}

// Of a log that was compacted the checkpoint says where epochs began whose batches are gone, unless it does not fit
// what was found.
func TestEpochsWithoutBatchesAreKnownFromTheCheckpoint(t *testing.T) {
	starts := func(pairs ...int64) (list []port.EpochStart) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, port.EpochStart{Epoch: kafka.LeaderEpoch(pairs[i]), Start: kafka.Offset(pairs[i+1])})
		}
		return list
	}
	for _, c := range []struct {
		name                string
		start               kafka.Offset
		found, stored, want []port.EpochStart
	}{
		{"the first batches of epochs are gone", 0, starts(2, 13, 6, 76), starts(2, 0, 6, 35), starts(2, 0, 6, 35)},
		{"all of an epoch's are", 0, starts(2, 0, 6, 76), starts(2, 0, 4, 30, 6, 35), starts(2, 0, 4, 30, 6, 35)},
		{"the log start went past batches that are there", 28,
			starts(2, 13, 6, 76, 10, 91), starts(2, 28, 6, 35, 10, 91), starts(2, 28, 6, 35, 10, 91)},
		{"it went past an epoch", 50, starts(2, 13, 6, 76), starts(6, 50), starts(2, 50, 6, 50)},
		{"the checkpoint is older", 0, starts(2, 0, 6, 76), starts(2, 0), starts(2, 0, 6, 76)},
		{"it says later of an epoch than was found", 0, starts(2, 0, 6, 76), starts(2, 0, 6, 80), starts(2, 0, 6, 76)},
		{"it goes back", 0, starts(2, 0, 6, 76), starts(2, 0, 4, 90, 6, 35), starts(2, 0, 6, 76)},
	} {
		if d := cmp.Diff(c.want, sparseEpochs(c.found, c.stored, c.start, 100)); d != "" {
			t.Errorf("%s:\n%s", c.name, d)
		}
	}
}
