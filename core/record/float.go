package record

import "math/bits"

// FloatBits is a float64 as its IEEE 754 bits, which is what quotas are on the wire and in records. The
// core has no floats; what it must know of one it finds in the bits. Of two that are not negative the
// greater one has the greater bits.
type FloatBits uint64

const (
	fractionBits = 52
	exponentMask = 1<<11 - 1
	exponentBias = 1023 + fractionBits
	floatSign    = FloatBits(1) << 63
	floatInf     = FloatBits(exponentMask) << fractionBits
)

// FloatOf is the float of a whole number; above 2^53 the next one below that there is.
func FloatOf(n uint64) FloatBits {
	if n == 0 {
		return 0
	}
	top := bits.Len64(n) - 1
	fraction := n << (63 - top) << 1 >> (64 - fractionBits)
	return FloatBits(uint64(top+1023)<<fractionBits | fraction)
}

// NaN tells what is no number.
func (f FloatBits) NaN() bool { return f&^floatSign > floatInf }

// Same tells whether two floats are the same value, of which all that are no numbers count as one.
func (f FloatBits) Same(o FloatBits) bool { return f == o || f.NaN() && o.NaN() }

// AtMostZero tells whether the float is 0 or below.
func (f FloatBits) AtMostZero() bool { return !f.NaN() && (f&^floatSign == 0 || f&floatSign != 0) }

// Above tells whether the float, which is above 0 or NaN, is greater than o, which is not negative.
// NaN is above nothing.
func (f FloatBits) Above(o FloatBits) bool { return !f.NaN() && f > o }

// parts are the integer m and the exponent e of a finite float above 0, which is m * 2^e.
func (f FloatBits) parts() (m uint64, e int) {
	m, e = uint64(f)&(1<<fractionBits-1), int(f>>fractionBits&exponentMask)
	if e == 0 {
		return m, 1 - exponentBias
	}
	return m | 1<<fractionBits, e - exponentBias
}

// Fraction is what a float above 0 has behind the point. Of what is no number it is that.
func (f FloatBits) Fraction() FloatBits {
	if f.NaN() || f == floatInf {
		return floatInf + 1
	}
	m, e := f.parts()
	switch {
	case e >= 0:
		return 0
	case e <= -fractionBits-1:
		return f // below 1
	}
	m &= 1<<-e - 1
	if m == 0 {
		return 0
	}
	top := bits.Len64(m) - 1
	return FloatBits(uint64(top+e+1023)<<fractionBits | m<<(fractionBits-top)&(1<<fractionBits-1))
}

// Times is f*n for a float above 0, rounded down, at least 1, and at most what an int64 holds. Infinity
// and NaN are the latter.
func (f FloatBits) Times(n uint64) int64 {
	const most = 1<<63 - 1
	if f.NaN() || f >= floatInf {
		return most
	}
	m, e := f.parts()
	high, low := bits.Mul64(m, n) // below 2^117
	switch {
	case e >= 64:
		return most
	case e > 0:
		if high != 0 || bits.Len64(low)+e > 63 {
			return most
		}
		low <<= e
	case e <= -128:
		high, low = 0, 0
	case e <= -64:
		high, low = 0, high>>(-e-64)
	case e < 0:
		high, low = high>>-e, low>>-e|high<<(64+e)
	}
	if high != 0 || low > most {
		return most
	}
	return max(int64(low), 1)
}
