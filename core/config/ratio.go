package config

import (
	"math"
	"strconv"
	"strings"
)

// ratio is a decimal fraction as written: 0.digits times ten to the exponent. The core has no
// floats (their printing and rounding would have to be the same on every machine).
type ratio struct {
	negative bool
	digits   string // without zeros at either end; "" is zero
	exponent int
}

// parseRatio reads what Java's Double.parseDouble reads, but for three forms that nobody means:
// hexadecimal, NaN and Infinity. Kafka takes a ratio of NaN, with which nothing compares.
func parseRatio(s string) (r ratio, ok bool) {
	if n := len(s); n > 0 && strings.ContainsRune("fFdD", rune(s[n-1])) {
		s = s[:n-1]
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		r.negative, s = s[0] == '-', s[1:]
	}
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		e, err := strconv.ParseInt(s[at+1:], 10, 32)
		if err != nil {
			return ratio{}, false
		}
		r.exponent, s = int(e), s[:at]
	}
	whole, part, _ := strings.Cut(s, ".")
	if whole+part == "" || !digits(whole+part) {
		return ratio{}, false
	}
	r.exponent += len(whole)
	all := strings.TrimLeft(whole+part, "0")
	r.exponent -= len(whole+part) - len(all)
	if r.digits = strings.TrimRight(all, "0"); r.digits == "" {
		r.exponent = 0
	}
	return r, true
}

// above tells whether the absolute value is above another's.
func (r ratio) above(o ratio) bool {
	switch {
	case r.digits == "" || o.digits == "":
		return r.digits != ""
	case r.exponent != o.exponent:
		return r.exponent > o.exponent
	}
	return r.digits > o.digits // 0.digits: as texts they are in the order of their values
}

// String prints the number as Java's Double.toString does: plain from 10^-3 to below 10^7, else
// with an exponent.
func (r ratio) String() string {
	sign := ""
	if r.negative {
		sign = "-"
	}
	switch {
	case r.digits == "":
		return sign + "0.0"
	case r.exponent > 7 || r.exponent < -2:
		return sign + r.digits[:1] + "." + orZero(r.digits[1:]) + "E" + strconv.Itoa(r.exponent-1)
	case r.exponent <= 0:
		return sign + "0." + strings.Repeat("0", -r.exponent) + r.digits
	case len(r.digits) <= r.exponent:
		return sign + r.digits + strings.Repeat("0", r.exponent-len(r.digits)) + ".0"
	}
	return sign + r.digits[:r.exponent] + "." + r.digits[r.exponent:]
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// parseRatio reads a fraction and checks its range.
func (k *Key) parseRatio(raw, s string) (value, string) {
	r, ok := parseRatio(s)
	v := value{text: r.String()}
	switch {
	case !ok:
		return v, k.invalid(raw, k.notANumber())
	case k.rule.part == nil:
		return v, ""
	case r.negative && r.digits != "":
		return v, k.invalid(v.text, "Value must be at least 0")
	case r.above(*k.rule.part):
		return v, k.invalid(v.text, "Value must be no more than "+strings.TrimSuffix(k.rule.part.String(), ".0"))
	}
	return v, ""
}

// billion is what fractions are counted in by which something is decided.
const billion = 1_000_000_000

// Billionths reads a fraction as Kafka does, in billionths; what is too large is math.MaxInt64. ok is false if the
// text is none, or negative.
func Billionths(text string) (n int64, ok bool) {
	r, ok := parseRatio(trim(text))
	if !ok || r.negative && r.digits != "" {
		return 0, false
	}
	if r.digits == "" {
		return 0, true
	}
	for i := range max(r.exponent+9, 0) {
		digit := int64(0)
		if i < len(r.digits) {
			digit = int64(r.digits[i] - '0')
		}
		if n > (math.MaxInt64-digit)/10 {
			return math.MaxInt64, true
		}
		n = 10*n + digit
	}
	return n, true
}

// Whole reads a fraction without what stands behind its point; what is too large is math.MaxInt64.
func Whole(text string) (n int64, ok bool) {
	r, ok := parseRatio(trim(text))
	if !ok || r.negative && r.digits != "" {
		return 0, false
	}
	r.exponent -= 9
	return Billionths(r.String())
}

// fraction prints billionths as a fraction.
func fraction(n int64) string {
	digits := strconv.FormatInt(n, 10)
	r := ratio{digits: strings.TrimRight(digits, "0"), exponent: len(digits) - 9}
	if n == 0 {
		r = ratio{}
	}
	return r.String()
}
