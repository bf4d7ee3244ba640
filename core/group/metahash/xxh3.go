package metahash

import (
	"encoding/binary"
	"math/bits"
)

// The primes of XXH32 and XXH64, which XXH3 takes over.
const (
	prime32x1 = 0x9E3779B1
	prime32x2 = 0x85EBCA77
	prime32x3 = 0xC2B2AE3D
	prime64x1 = 0x9E3779B185EBCA87
	prime64x2 = 0xC2B2AE3D27D4EB4F
	prime64x3 = 0x165667B19E3779F9
	prime64x4 = 0x85EBCA77C2B2AE63
	prime64x5 = 0x27D4EB2F165667C5
	primeMX1  = 0x165667919E3779F9
	primeMX2  = 0x9FB21C651E98DF25
)

const (
	stripe          = 64
	stripesPerBlock = 16
	block           = stripe * stripesPerBlock
)

// secret is XXH3's default secret.
const secret = "\xb8\xfe\x6c\x39\x23\xa4\x4b\xbe\x7c\x01\x81\x2c\xf7\x21\xad\x1c" +
	"\xde\xd4\x6d\xe9\x83\x90\x97\xdb\x72\x40\xa4\xa4\xb7\xb3\x67\x1f" +
	"\xcb\x79\xe6\x4e\xcc\xc0\xe5\x78\x82\x5a\xd0\x7d\xcc\xff\x72\x21" +
	"\xb8\x08\x46\x74\xf7\x43\x24\x8e\xe0\x35\x90\xe6\x81\x3a\x26\x4c" +
	"\x3c\x28\x52\xbb\x91\xc3\x00\xcb\x88\xd0\x65\x8b\x1b\x53\x2e\xa3" +
	"\x71\x64\x48\x97\xa2\x0d\xf9\x4e\x38\x19\xef\x46\xa9\xde\xac\xd8" +
	"\xa8\xfa\x76\x3f\xe3\x9c\x34\x3f\xf9\xdc\xbb\xc7\xc7\x0b\x4f\x1d" +
	"\x8a\x51\xe0\x4b\xcd\xb4\x59\x31\xc8\x9f\x7e\xc9\xd9\x78\x73\x64" +
	"\xea\xc5\xac\x83\x34\xd3\xeb\xc3\xc5\x81\xa0\xff\xfa\x13\x63\xeb" +
	"\x17\x0d\xdd\x51\xb7\xf0\xda\x49\xd3\x16\x55\x26\x29\xd4\x68\x9e" +
	"\x2b\x16\xbe\x58\x7d\x47\xa1\xfc\x8f\xf8\xb8\xd1\x7a\xd0\x31\xce" +
	"\x45\xcb\x3a\x8f\x95\x16\x04\x28\xaf\xd7\xfb\xca\xbb\x4b\x40\x7e"

const secretLen = len(secret)

var secretBytes = []byte(secret)

func key64(at int) uint64 { return binary.LittleEndian.Uint64(secretBytes[at:]) }
func key32(at int) uint32 { return binary.LittleEndian.Uint32(secretBytes[at:]) }
func in64(b []byte) uint64 {
	return binary.LittleEndian.Uint64(b)
}

// sum64 is XXH3_64bits of b.
func sum64(b []byte) uint64 {
	n := len(b)
	switch {
	case n == 0:
		return avalanche64(key64(56) ^ key64(64))
	case n <= 3:
		combined := uint32(b[0])<<16 | uint32(b[n>>1])<<24 | uint32(b[n-1]) | uint32(n)<<8
		return avalanche64(uint64(combined) ^ uint64(key32(0)^key32(4)))
	case n <= 8:
		first, last := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[n-4:])
		return rrmxmx((uint64(last)+uint64(first)<<32)^(key64(8)^key64(16)), uint64(n))
	case n <= 16:
		lo, hi := in64(b)^(key64(24)^key64(32)), in64(b[n-8:])^(key64(40)^key64(48))
		return avalanche(uint64(n) + bits.ReverseBytes64(lo) + hi + fold(lo, hi))
	case n <= 128:
		return sumTo128(b)
	case n <= 240:
		return sumTo240(b)
	}
	return sumLong(b)
}

func sumTo128(b []byte) uint64 {
	n := len(b)
	acc := uint64(n) * prime64x1
	for i := (n - 1) / 32; i >= 0; i-- {
		acc += mix16(b[16*i:], 32*i)
		acc += mix16(b[n-16*(i+1):], 32*i+16)
	}
	return avalanche(acc)
}

func sumTo240(b []byte) uint64 {
	n := len(b)
	acc := uint64(n) * prime64x1
	for i := range 8 {
		acc += mix16(b[16*i:], 16*i)
	}
	acc = avalanche(acc)
	for i := 8; i < n/16; i++ {
		acc += mix16(b[16*i:], 16*(i-8)+3)
	}
	return avalanche(acc + mix16(b[n-16:], 136-17))
}

func sumLong(b []byte) uint64 {
	acc := [8]uint64{prime32x3, prime64x1, prime64x2, prime64x3, prime64x4, prime32x2, prime64x5, prime32x1}
	n := len(b)
	blocks := (n - 1) / block
	for i := range blocks {
		for s := range stripesPerBlock {
			accumulate(&acc, b[i*block+s*stripe:], 8*s)
		}
		for l := range acc {
			acc[l] = (acc[l] ^ acc[l]>>47 ^ key64(secretLen-stripe+8*l)) * prime32x1
		}
	}
	for s := range (n - 1 - blocks*block) / stripe {
		accumulate(&acc, b[blocks*block+s*stripe:], 8*s)
	}
	accumulate(&acc, b[n-stripe:], secretLen-stripe-7)
	sum := uint64(n) * prime64x1
	for i := range 4 {
		sum += fold(acc[2*i]^key64(11+16*i), acc[2*i+1]^key64(11+16*i+8))
	}
	return avalanche(sum)
}

func accumulate(acc *[8]uint64, b []byte, key int) {
	for i := range acc {
		v := in64(b[8*i:])
		k := v ^ key64(key+8*i)
		acc[i^1] += v
		acc[i] += uint64(uint32(k)) * (k >> 32)
	}
}

func mix16(b []byte, key int) uint64 {
	return fold(in64(b)^key64(key), in64(b[8:])^key64(key+8))
}

// fold multiplies to 128 bits and joins the halves.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func avalanche(h uint64) uint64 {
	h ^= h >> 37
	h *= primeMX1
	return h ^ h>>32
}

func avalanche64(h uint64) uint64 {
	h ^= h >> 33
	h *= prime64x2
	h ^= h >> 29
	h *= prime64x3
	return h ^ h>>32
}

func rrmxmx(h, n uint64) uint64 {
	h ^= bits.RotateLeft64(h, 49) ^ bits.RotateLeft64(h, 24)
	h *= primeMX2
	h ^= h>>35 + n
	h *= primeMX2
	return h ^ h>>28
}
