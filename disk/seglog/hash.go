package seglog

import (
	"encoding/binary"
	"math/bits"
)

// hashKey is the key of a hash: 16 bytes that no client knows, so that nobody can make two keys of records that
// compaction takes for one.
type hashKey [2]uint64

// hash128 is SipHash-2-4 with 128 bits of output, by its authors' reference. Of 2^40 different keys two are taken
// for one with a probability of 2^-48; Kafka's cleaner has 128 bits of MD5.
func hash128(k hashKey, b []byte) [2]uint64 {
	v0, v1 := k[0]^0x736f6d6570736575, k[1]^0x646f72616e646f6d^0xee
	v2, v3 := k[0]^0x6c7967656e657261, k[1]^0x7465646279746573
	size := len(b)
	for ; len(b) >= 8; b = b[8:] {
		m := binary.LittleEndian.Uint64(b)
		v0, v1, v2, v3 = sipRounds(v0, v1, v2, v3^m, 2)
		v0 ^= m
	}
	m := uint64(size) << 56
	for i, c := range b {
		m |= uint64(c) << (8 * i)
	}
	v0, v1, v2, v3 = sipRounds(v0, v1, v2, v3^m, 2)
	v0, v1, v2, v3 = sipRounds(v0^m, v1, v2^0xee, v3, 4)
	low := v0 ^ v1 ^ v2 ^ v3
	v0, v1, v2, v3 = sipRounds(v0, v1^0xdd, v2, v3, 4)
	return [2]uint64{low, v0 ^ v1 ^ v2 ^ v3}
}

// sipRounds is n rounds of the hash, whose state stays in registers.
func sipRounds(v0, v1, v2, v3 uint64, n int) (uint64, uint64, uint64, uint64) {
	for range n {
		v0 += v1
		v2 += v3
		v1 = bits.RotateLeft64(v1, 13) ^ v0
		v3 = bits.RotateLeft64(v3, 16) ^ v2
		v0 = bits.RotateLeft64(v0, 32)
		v2 += v1
		v0 += v3
		v1 = bits.RotateLeft64(v1, 17) ^ v2
		v3 = bits.RotateLeft64(v3, 21) ^ v0
		v2 = bits.RotateLeft64(v2, 32)
	}
	return v0, v1, v2, v3
}
