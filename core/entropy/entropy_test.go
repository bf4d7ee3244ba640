package entropy

import (
	"testing"

	"momus/core/canon"
	"momus/core/canon/canontest"
	"momus/core/kafka"

	"pgregory.net/rapid"
)

func TestEncodingRoundTrips(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Stream)})
}

// TestStreamIsFixed guards against a change that would make recorded runs incomparable unnoticed.
func TestStreamIsFixed(t *testing.T) {
	st := New([32]byte{1}, "topic-ids")
	if a, b := st.Uint64(), st.Uint64(); a != 0x8e149a2eb425cb94 || b != 0xea848cd3c5364abe {
		t.Errorf("%#x, %#x", a, b)
	}
}

func TestStreamsOfOtherKeysAndSeedsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for seed := range byte(16) {
		for _, key := range []string{"", "a", "b", "ab"} {
			st := New([32]byte{31: seed}, key)
			first := st.Uint64()
			if other, ok := seen[first]; ok {
				t.Errorf("%d/%s begins as %s", seed, key, other)
			}
			seen[first] = key
		}
	}
}

func TestStreamGoesOnFromItsEncodedState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := New([32]byte{}, rapid.String().Draw(t, "key"))
		for range rapid.IntRange(0, 10).Draw(t, "draws") {
			a.Uint64()
		}
		var b Stream
		r := canon.NewReader(a.AppendCanon(nil))
		b.ReadCanon(r)
		if r.End() != nil || a.UUID() != b.UUID() {
			t.Fatal("the streams part")
		}
	})
}

func TestIDsArePlainRandomUUIDsWithoutALeadingDash(t *testing.T) {
	st := New([32]byte{}, "ids")
	seen := map[kafka.UUID]bool{}
	for range 10_000 {
		id := st.UUID()
		if id.String()[0] == '-' || id[6]>>4 != 4 || id[8]>>6 != 2 || seen[id] {
			t.Fatalf("%s", id)
		}
		seen[id] = true
	}
}

func TestBelowStaysBelow(t *testing.T) {
	st := New([32]byte{}, "below")
	hit := [5]int{}
	for range 1000 {
		hit[st.Below(5)]++
	}
	for i, n := range hit {
		if n < 100 {
			t.Errorf("%d was drawn %d times of 1000", i, n)
		}
	}
}
