package sim

import "math/bits"

// Choices draws every decision of a world. A choice is (stream key, ordinal, bound) -> value; 0 is
// always the benign one. Keys name what they mean, so that an edit in one place does not reshuffle
// the others; the seed is hashed with key and ordinal, nothing else.
type Choices struct {
	seed    uint64
	streams map[string]*Stream
	// Overrides replace drawn values; replay, shrinking and fuzzing edit nothing else.
	overrides map[string]Override
	drawn     uint64
}

// Override fixes values of one stream by ordinal; from End on (if HasEnd) every value is 0.
type Override struct {
	Values map[uint64]uint64
	HasEnd bool
	End    uint64
}

// NewChoices starts the streams of a seed.
func NewChoices(seed uint64, overrides map[string]Override) *Choices {
	return &Choices{seed: seed, streams: map[string]*Stream{}, overrides: overrides}
}

// Stream is one keyed stream of choices.
type Stream struct {
	all      *Choices
	key      uint64
	ordinal  uint64
	override *Override
}

// Stream returns the stream of a key, the same one each time.
func (c *Choices) Stream(key string) *Stream {
	if s := c.streams[key]; s != nil {
		return s
	}
	h := c.seed ^ 0x51ed270b76a4f2c3
	for i := 0; i < len(key); i++ {
		h = scramble(h ^ uint64(key[i])<<32 ^ uint64(i))
	}
	s := &Stream{all: c, key: h}
	if o, ok := c.overrides[key]; ok {
		s.override = &o
	}
	c.streams[key] = s
	return s
}

// Draw takes the next value of a keyed stream, below bound.
func (c *Choices) Draw(key string, bound uint64) uint64 { return c.Stream(key).Draw(bound) }

// Draw takes the next value below bound; a bound of 0 or 1 gives 0.
func (s *Stream) Draw(bound uint64) uint64 {
	n := s.ordinal
	s.ordinal++
	s.all.drawn++
	if s.override != nil {
		if v, ok := s.override.Values[n]; ok {
			return min(v, max(bound, 1)-1)
		}
		if s.override.HasEnd && n >= s.override.End {
			return 0
		}
	}
	if bound <= 1 {
		return 0
	}
	hi, _ := bits.Mul64(scramble(s.key+n*0x9e3779b97f4a7c15), bound)
	return hi
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
