package quota

import (
	"math"
	"math/bits"

	"momus/core/kafka"
)

// Take takes tokens out of a limit's bucket, which holds what the limit gives in all windows and fills up at
// its rate, and says how long whoever took them is to wait until there is none below zero. Strictly,
// nothing is taken while there is, and the wait is more than 0; otherwise it is taken all the same
// (KIP-599).
func (m *Meters) Take(now kafka.Mono, l Limit, n int64, strict bool) kafka.Millis {
	ms := millis(now)
	e, known := m.use(ms, &l)
	burst := int64(min(scaled(l.PerSecond, int64(m.windows)*int64(m.window), 1000), math.MaxInt64/4))
	if !known {
		e.tokens, e.refilled = burst, ms
	}
	if more := scaled(l.PerSecond, int64(ms-e.refilled), 1000); more > 0 {
		e.refilled = ms
		e.tokens += int64(min(more, math.MaxInt64/4))
	}
	e.tokens = min(e.tokens, burst)
	if !strict || e.tokens >= 0 {
		high, low := bits.Mul64(uint64(n), 1e6)
		if high != 0 || low > math.MaxInt64/4 {
			low = math.MaxInt64 / 4
		}
		e.tokens = max(e.tokens-int64(low), math.MinInt64/4)
		if strict {
			return 0
		}
	}
	if e.tokens >= 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(-e.tokens), 1000)
	wait := max(min(kafka.Millis(divided(high, low, uint64(l.PerSecond))), waitMax), 0)
	if strict {
		wait = max(wait, 1) // nothing was taken
	}
	return wait
}

// scaled is a*b/by, or the most there is.
func scaled(a, b int64, by uint64) uint64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high >= by {
		return math.MaxUint64
	}
	q, _ := bits.Div64(high, low, by)
	return q
}
