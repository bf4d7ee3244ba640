package record

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// drawPositive draws a float above 0, also infinity, NaN and such as quotas are.
func drawPositive(t *rapid.T) float64 {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return math.Float64frombits(rapid.Uint64Range(1, 1<<63-1).Draw(t, "bits"))
	case 1:
		return float64(rapid.Uint64Min(1).Draw(t, "whole"))
	case 2:
		return float64(rapid.Uint32Min(1).Draw(t, "whole")) + rapid.SampledFrom([]float64{0, 1e-6, 0.9e-6, 1.1e-6, 0.5}).Draw(t, "rest")
	}
	return rapid.Float64Range(math.SmallestNonzeroFloat64, 1e9).Draw(t, "quota")
}

func TestFloatBitsAreTheFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, w := drawPositive(t), drawPositive(t)
		f, g := FloatBits(math.Float64bits(v)), FloatBits(math.Float64bits(w))
		if f.NaN() != math.IsNaN(v) || f.Same(g) != (v == w || math.IsNaN(v) && math.IsNaN(w)) {
			t.Fatalf("%v, %v: NaN %t, same %t", v, w, f.NaN(), f.Same(g))
		}
		if !math.IsNaN(w) && f.Above(g) != (v > w) {
			t.Fatalf("%v > %v: %t", v, w, f.Above(g))
		}
		if f.AtMostZero() || !math.IsNaN(v) && !(f|floatSign).AtMostZero() {
			t.Fatalf("%v is at most 0", v)
		}
		rest, want := math.Float64frombits(uint64(f.Fraction())), math.Mod(v, 1)
		if rest != want && !(math.IsNaN(rest) && math.IsNaN(want)) {
			t.Fatalf("%v has %v behind the point, not %v", v, want, rest)
		}
		n := rapid.Uint64Range(1, 1<<53).Draw(t, "factor")
		most := int64(math.MaxInt64)
		if times := most; !math.IsNaN(v) && !math.IsInf(v, 0) {
			product, _ := new(big.Float).SetPrec(256).Mul(big.NewFloat(v), big.NewFloat(float64(n))).Int(nil)
			if product.IsInt64() {
				times = max(product.Int64(), 1)
			}
			if got := f.Times(n); got != times {
				t.Fatalf("%v * %d = %d, not %d", v, n, got, times)
			}
		} else if f.Times(n) != most {
			t.Fatalf("%v * %d = %d", v, n, f.Times(n))
		}
	})
}

func TestFloatOfWholeNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Max(1<<53).Draw(t, "n")
		if got := FloatOf(n); got != FloatBits(math.Float64bits(float64(n))) {
			t.Fatalf("%d is %x", n, got)
		}
	})
	if FloatOf(math.MaxInt64) != FloatBits(math.Float64bits(1<<63))-1 {
		t.Error("rounded up")
	}
	if !FloatBits(1<<63).AtMostZero() || !FloatBits(0).AtMostZero() || FloatOf(1).AtMostZero() {
		t.Error("around 0")
	}
}
