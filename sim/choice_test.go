package sim

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func draws(c *Choices, key string, bound uint64, n int) []uint64 {
	values := make([]uint64, n)
	for i := range values {
		values[i] = c.Draw(key, bound)
	}
	return values
}

func TestAChoiceIsBelowItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := NewChoices(rapid.Uint64().Draw(t, "seed"), nil).Stream(rapid.String().Draw(t, "key"))
		for range 20 {
			bound := rapid.Uint64().Draw(t, "bound")
			if v := s.Draw(bound); v >= max(bound, 1) {
				t.Fatalf("%d of bound %d", v, bound)
			}
		}
	})
}

// TestStreamsDoNotReshuffleEachOther draws one stream alone and between draws of others.
func TestStreamsDoNotReshuffleEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		alone := draws(NewChoices(seed, nil), "a", 1000, 20)
		c := NewChoices(seed, nil)
		var among []uint64
		for range 20 {
			for i := range rapid.IntRange(0, 3).Draw(t, "others") {
				c.Draw("b"+strconv.Itoa(i), 7)
			}
			among = append(among, c.Draw("a", 1000))
		}
		if !slices.Equal(alone, among) {
			t.Fatalf("alone %v, among others %v", alone, among)
		}
	})
}

func TestStreamsAndSeedsDiffer(t *testing.T) {
	want := draws(NewChoices(1, nil), "key", 1<<32, 4)
	for _, other := range [][]uint64{
		draws(NewChoices(2, nil), "key", 1<<32, 4),
		draws(NewChoices(1, nil), "kez", 1<<32, 4),
		draws(NewChoices(1, nil), "key/", 1<<32, 4),
		draws(NewChoices(1, nil), "", 1<<32, 4),
	} {
		if slices.Equal(want, other) {
			t.Errorf("two streams alike: %v", other)
		}
	}
}

func TestAnOverrideFixesValuesAndEndsAStream(t *testing.T) {
	plain := draws(NewChoices(5, nil), "key", 1000, 6)
	c := NewChoices(5, map[string]Override{"key": {Values: map[uint64]uint64{1: 17, 3: 5000, 5: 23}, HasEnd: true, End: 4}})
	got := draws(c, "key", 1000, 6)
	// A value beyond the bound is cut down to it; one beyond the end still counts.
	if want := []uint64{plain[0], 17, plain[2], 999, 0, 23}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if other := draws(c, "other", 1000, 6); !slices.Equal(other, draws(NewChoices(5, nil), "other", 1000, 6)) {
		t.Error("an override changed another stream")
	}
}

// TestZeroIsBenign ends a stream at once: whatever is drawn from it is the least and the harmless.
func TestZeroIsBenign(t *testing.T) {
	s := NewChoices(9, map[string]Override{"key": {HasEnd: true}}).Stream("key")
	for range 100 {
		if s.OneIn(2) || s.Between(5, 9) != 5 || s.Tail(70) != 70 {
			t.Fatal("a value of 0 is not the benign one")
		}
	}
}

func TestOneInComesAboutThatOften(t *testing.T) {
	s := NewChoices(3, nil).Stream("key")
	hits := 0
	for range 10_000 {
		if s.OneIn(10) {
			hits++
		}
	}
	if hits < 850 || hits > 1150 {
		t.Errorf("%d of 10,000", hits)
	}
	if s.OneIn(0) || s.OneIn(1) {
		t.Error("a rate of 0 or 1 stands for never")
	}
}

func TestTailIsMostlyShortAndSometimesLong(t *testing.T) {
	s := NewChoices(4, nil).Stream("key")
	short, long := 0, 0
	for range 10_000 {
		switch d := s.Tail(1000); {
		case d < 1000:
			t.Fatalf("%d is less than the least", d)
		case d <= 2000:
			short++
		case d > 100_000:
			long++
		}
	}
	if short < 4500 || long == 0 || long > 200 {
		t.Errorf("%d short and %d long of 10,000", short, long)
	}
}

func TestAStarInAKeyStandsForManyStreams(t *testing.T) {
	for _, c := range []struct {
		pattern, key string
		want         bool
	}{
		{"a/*", "a/b", true}, {"a/*", "a/", true}, {"a/*", "b/a/c", false}, {"*/c", "a/b/c", true}, {"*/c", "a/c/b", false},
		{"a*b*c", "a12b3c", true}, {"a*b*c", "a12c", false}, {"*", "", true}, {"ab", "ab", true}, {"ab", "abc", false},
	} {
		if got := fits(c.pattern, c.key); got != c.want {
			t.Errorf("%s for %s: %v", c.pattern, c.key, got)
		}
	}
	c := NewChoices(5, map[string]Override{"a/*": {HasEnd: true}, "a/b/*": {HasEnd: true, Rest: 3}, "a/b/c": {Values: map[uint64]uint64{0: 7}}})
	if got := draws(c, "a/x", 1000, 2); !slices.Equal(got, []uint64{0, 0}) {
		t.Errorf("what a pattern ends goes on: %v", got)
	}
	if got := draws(c, "a/b/d", 1000, 2); !slices.Equal(got, []uint64{3, 3}) {
		t.Errorf("the longer pattern does not win: %v", got)
	}
	plain := draws(NewChoices(5, nil), "a/b/c", 1000, 2)
	if got := draws(c, "a/b/c", 1000, 2); !slices.Equal(got, []uint64{7, plain[1]}) {
		t.Errorf("a stream's own key does not win: %v", got)
	}
}

func TestABoundOfZeroLeavesItToOverrides(t *testing.T) {
	c := NewChoices(5, map[string]Override{"key": {Values: map[uint64]uint64{1: 1_000_000}}})
	if got := draws(c, "key", 0, 3); !slices.Equal(got, []uint64{0, 1_000_000, 0}) || c.drawn != 0 {
		t.Errorf("%v, and %d were drawn", got, c.drawn)
	}
}

func TestABenignWorldDrawsNothingButZero(t *testing.T) {
	c := NewChoices(5, map[string]Override{"key": {Values: map[uint64]uint64{1: 17}}})
	c.benign = true
	if got := draws(c, "key", 1000, 3); !slices.Equal(got, []uint64{0, 17, 0}) {
		t.Errorf("%v", got)
	}
}
