package seglog

import (
	"testing"

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
