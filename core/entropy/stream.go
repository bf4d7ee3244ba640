package entropy

import (
	"math/bits"

	"momus/core/canon"
	"momus/core/kafka"
)

// Stream yields integers. The generator is xoshiro256**, whose state must not be all zeros: New
// makes one; the zero Stream panics.
//
//canon:gen
type Stream struct {
	s [4]uint64
}

// New derives the stream of one use, named by key.
func New(seed [32]byte, key string) Stream {
	var h canon.Hash
	h.Add(seed[:])
	h.Add([]byte(key))
	var st Stream
	for i := range st.s {
		h.Add([]byte{byte(i)})
		st.s[i] = h.Sum()
	}
	st.s[0] |= 1
	return st
}

// Uint64 draws 64 bits.
func (st *Stream) Uint64() uint64 {
	s := &st.s
	if s[0]|s[1]|s[2]|s[3] == 0 {
		panic("BUG: a stream that New did not make")
	}
	drawn := bits.RotateLeft64(s[1]*5, 7) * 9
	shifted := s[1] << 17
	s[2] ^= s[0]
	s[3] ^= s[1]
	s[1] ^= s[2]
	s[0] ^= s[3]
	s[2] ^= shifted
	s[3] = bits.RotateLeft64(s[3], 45)
	return drawn
}

// Below draws a number in [0, n), n above 0. The bias of the modulus is below n/2^64.
func (st *Stream) Below(n uint64) uint64 {
	if n == 0 {
		panic("BUG: a draw from nothing")
	}
	return st.Uint64() % n
}

// UUID draws a random id of version 4, as Kafka's Uuid.randomUuid does, and draws again while the
// id would be printed with a leading dash. The bits of the version keep it off the reserved ids.
func (st *Stream) UUID() kafka.UUID {
	for {
		if id := shape(st.Uint64(), st.Uint64()); id.String()[0] != '-' {
			return id
		}
	}
}

// shape lays out two draws with the bits of version 4 and the RFC's variant.
func shape(hi, lo uint64) kafka.UUID {
	var id kafka.UUID
	for i := range 8 {
		id[i] = byte(hi >> (56 - 8*i))
		id[8+i] = byte(lo >> (56 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}
