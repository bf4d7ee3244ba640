package canon

import (
	"encoding/binary"
	"math/bits"
)

// Odd constants with a balanced number of set bits; any such numbers would do.
const (
	hashSeed = 0x9e6f2b4d7c15a3d1
	hashMulA = 0xd1b54a32d192ed03
	hashMulB = 0x8cb92ba72f3d8dd7
)

// Hash is the running hash of the hash chain: two 64-bit lanes folded by a wide multiplication for
// each eight bytes. It tells runs apart, it does not withstand an adversary. The zero value is the
// empty chain; copying it forks the chain.
type Hash struct{ a, b uint64 }

// Add appends one entry to the chain. Entries are framed by their length: adding "ab" differs from
// adding "a" and then "b".
func (h *Hash) Add(p []byte) {
	x, y := mix(h.a, h.b, uint64(len(p))+hashSeed)
	for len(p) >= 8 {
		x, y = mix(x, y, binary.LittleEndian.Uint64(p))
		p = p[8:]
	}
	if len(p) > 0 {
		var last [8]byte
		copy(last[:], p)
		x, y = mix(x, y, binary.LittleEndian.Uint64(last[:]))
	}
	h.a, h.b = x, y
}

// Sum is the hash of all entries so far.
func (h *Hash) Sum() uint64 {
	x, y := mix(h.a, h.b, hashSeed)
	x, y = mix(x, y, hashMulB)
	return x ^ y
}

// mix folds one word in. The second lane keeps what the multiplication of the first may lose.
func mix(x, y, word uint64) (uint64, uint64) {
	hi, lo := bits.Mul64(x^word, hashMulA)
	return (hi ^ lo) + y, bits.RotateLeft64(y^word, 29)*hashMulB + lo
}

// Append encodes the chain so far, so that it can be resumed.
func (h *Hash) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, h.a)
	return binary.LittleEndian.AppendUint64(b, h.b)
}

// ReadHash reads what Append wrote.
func ReadHash(r *Reader) Hash {
	raw := r.Raw(16)
	if r.Err != nil {
		return Hash{}
	}
	return Hash{a: binary.LittleEndian.Uint64(raw), b: binary.LittleEndian.Uint64(raw[8:])}
}
