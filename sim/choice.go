package sim

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// Choices draws every decision of a world. A choice is (stream key, ordinal, bound) -> value; 0 is
// always the benign one. Keys name what they mean, so that an edit in one place does not reshuffle
// the others; the seed is hashed with key and ordinal, nothing else.
type Choices struct {
	seed    uint64
	streams map[string]*Stream
	// Overrides replace drawn values; replay, shrinking and fuzzing edit nothing else.
	overrides map[string]Override
	// patterns are the keys of overrides that stand for many streams, the longest first.
	patterns []string
	// benign has every value be 0 that no override gives.
	benign bool
	// keeps has streams keep their first values, for Used.
	keeps bool
	drawn uint64
}

// Override fixes values of one stream by ordinal; from End on (if HasEnd) every value is Rest.
type Override struct {
	Values map[uint64]uint64
	HasEnd bool
	End    uint64
	Rest   uint64
}

// NewChoices starts the streams of a seed. The keys of overrides are those of streams; a star in one stands
// for anything. A stream takes the override of its own key, or else that of the longest pattern that fits.
func NewChoices(seed uint64, overrides map[string]Override) *Choices {
	c := &Choices{seed: seed, streams: map[string]*Stream{}, overrides: overrides}
	for _, key := range slices.Sorted(maps.Keys(overrides)) {
		if strings.Contains(key, "*") {
			c.patterns = append(c.patterns, key)
		}
	}
	slices.SortStableFunc(c.patterns, func(a, b string) int { return len(b) - len(a) })
	return c
}

// override is what an override says of a stream, or nil.
func (c *Choices) override(key string) *Override {
	if len(c.overrides) == 0 {
		return nil
	}
	if o, ok := c.overrides[key]; ok {
		return &o
	}
	for _, p := range c.patterns {
		if fits(p, key) {
			o := c.overrides[p]
			return &o
		}
	}
	return nil
}

// fits tells whether a key is one of those that a pattern stands for.
func fits(pattern, key string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == key
	}
	key, begins := strings.CutPrefix(key, first)
	for at := 0; begins && at <= len(key); at++ {
		if fits(rest, key[at:]) {
			return true
		}
	}
	return false
}

// Stream is one keyed stream of choices.
type Stream struct {
	all      *Choices
	key      uint64
	ordinal  uint64
	override *Override
	// busy is the ordinal behind the last value that was not 0.
	busy uint64
	// values are the first ones, if they are kept.
	values []uint64
}

// valuesKept is how many values a stream keeps at most: more than any plan draws.
const valuesKept = 64

// Stream returns the stream of a key, the same one each time.
func (c *Choices) Stream(key string) *Stream {
	if s := c.streams[key]; s != nil {
		return s
	}
	h := c.seed ^ 0x51ed270b76a4f2c3
	for i := 0; i < len(key); i++ {
		h = scramble(h ^ uint64(key[i])<<32 ^ uint64(i))
	}
	s := &Stream{all: c, key: h, override: c.override(key)}
	c.streams[key] = s
	return s
}

// Used is how far a stream was drawn from: Drawn values, of which those from Busy on were 0.
type Used struct {
	Key         string
	Drawn, Busy uint64
	// Values are the first ones, if Options.Keep is set.
	Values []uint64
}

// Used lists the streams, by key.
func (c *Choices) Used() []Used {
	var list []Used
	for _, key := range slices.Sorted(maps.Keys(c.streams)) {
		s := c.streams[key]
		list = append(list, Used{key, s.ordinal, s.busy, s.values})
	}
	return list
}

// Draw takes the next value of a keyed stream, below bound.
func (c *Choices) Draw(key string, bound uint64) uint64 { return c.Stream(key).Draw(bound) }

// Draw takes the next value below bound; a bound of 1 gives 0. A bound of 0 leaves it to overrides: there is
// no choice without one, and the value is 0.
func (s *Stream) Draw(bound uint64) uint64 {
	n := s.ordinal
	s.ordinal++
	v, ok := s.told(n)
	if bound == 0 {
		return v
	}
	s.all.drawn++
	switch {
	case ok:
		v = min(v, bound-1)
	case bound > 1 && !s.all.benign:
		v, _ = bits.Mul64(scramble(s.key+n*0x9e3779b97f4a7c15), bound)
	}
	if v != 0 {
		s.busy = n + 1
	}
	if s.all.keeps && len(s.values) < valuesKept {
		s.values = append(s.values, v)
	}
	return v
}

// told is what an override says of an ordinal.
func (s *Stream) told(n uint64) (v uint64, ok bool) {
	o := s.override
	if o == nil {
		return 0, false
	}
	if v, ok = o.Values[n]; !ok && o.HasEnd && n >= o.End {
		return o.Rest, true
	}
	return v, ok
}

// OneIn tells whether the rare thing happens, once in n draws; it is the highest value, so that 0
// stays benign.
func (s *Stream) OneIn(n uint64) bool { return n > 0 && s.Draw(n) == n-1 && n > 1 }

// Between draws from [least, most].
func (s *Stream) Between(least, most int64) int64 {
	return least + int64(s.Draw(uint64(most-least)+1))
}

// Tail draws a delay of at least least with a heavy tail: mostly near it, rarely a thousandfold.
func (s *Stream) Tail(least int64) int64 {
	v := s.Draw(1 << 20)
	zeros := bits.LeadingZeros64(^(v << 44)) // ones at the top of the draw, each half as likely
	return least + least*int64(v&0xff)/256<<min(zeros, 10)
}

// scramble is a 64-bit finaliser: every input bit reaches every output bit.
func scramble(x uint64) uint64 {
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 29
	x *= 0xa0761d6478bd642f
	x ^= x >> 32
	return x
}
