package quota

import (
	"math"
	"math/bits"

	"momus/core/kafka"
)

// sample is what was used within one window, which begins with its first use.
type sample struct {
	start, last kafka.Millis
	used        int64
}

// Record counts a use and says how long whoever had it is to wait, so that no more than the limit was used
// over the windows that are remembered and the wait. A request's time, and a connection, are never waited for longer
// than a window (KIP-124, KIP-612).
func (m *Meters) Record(now kafka.Mono, l Limit, n int64) kafka.Millis {
	ms := millis(now)
	e, _ := m.use(ms, &l)
	m.sample(e, ms).used += n
	sum, window := m.sum(e, ms)
	high, low := bits.Mul64(uint64(sum), 1e9)
	overHigh, overLow := bits.Mul64(uint64(l.PerSecond), uint64(window))
	if high < overHigh || high == overHigh && low <= overLow {
		return 0
	}
	wait := kafka.Millis(divided(high, low, uint64(l.PerSecond))) - window
	if l.Kind != Produce && l.Kind != Fetch {
		wait = min(wait, m.window)
	}
	return max(min(wait, waitMax), 0)
}

// waitMax is the longest wait that a response can tell.
const waitMax = kafka.Millis(math.MaxInt32)

// divided is a quotient, rounded, or what is surely more than waitMax.
func divided(high, low, by uint64) int64 {
	if low += by / 2; low < by/2 {
		high++
	}
	if high >= by {
		return math.MaxInt64 / 2
	}
	q, _ := bits.Div64(high, low, by)
	return int64(min(q, math.MaxInt64/2))
}

// Undo takes back what the Record just before counted: an answer that is not given after all.
func (m *Meters) Undo(now kafka.Mono, l Limit, n int64) {
	e, _ := m.use(millis(now), &l)
	e.samples[e.current].used -= n
}

// Unused tells that nothing that was used counts any more.
func (m *Meters) Unused(now kafka.Mono, l Limit) bool {
	at, found := m.places[name{l.Kind, l.Scope}]
	if !found {
		return true
	}
	sum, _ := m.sum(&m.list[at], millis(now))
	return sum == 0
}

// Burst is the most that can be used at once without a wait, if nothing was used before.
func (m *Meters) Burst(l Limit) int64 {
	high, low := bits.Mul64(uint64(l.PerSecond), uint64(int64(m.windows-1)*int64(m.window)))
	if high >= 1e9 {
		return math.MaxInt64
	}
	q, _ := bits.Div64(high, low, 1e9)
	return int64(min(q, math.MaxInt64))
}

func millis(now kafka.Mono) kafka.Millis { return kafka.Millis(int64(now) / int64(kafka.Millisecond)) }

// sample is the one that counts now. There is one more than windows, for that which is begun.
func (m *Meters) sample(e *meter, now kafka.Millis) *sample {
	switch {
	case len(e.samples) == 0:
		e.samples = append(e.samples, sample{start: now})
		e.current = 0
	case now-e.samples[e.current].start >= m.window:
		e.current = (e.current + 1) % (m.windows + 1)
		if int(e.current) == len(e.samples) {
			e.samples = append(e.samples, sample{})
		}
		e.samples[e.current] = sample{start: now}
	}
	s := &e.samples[e.current]
	s.last = now
	return s
}

// sum is what was used, and within how long. Samples of which nothing lies within the windows count no
// more. The time is that since the oldest sample began, and what is missing of all windows but the last:
// else the first use of all would have no time to be divided by.
func (m *Meters) sum(e *meter, now kafka.Millis) (used int64, window kafka.Millis) {
	oldest := now
	for i := range e.samples {
		s := &e.samples[i]
		if now-s.last >= kafka.Millis(m.windows)*m.window {
			*s = sample{start: now, last: now}
		}
		used += s.used
		oldest = min(oldest, s.start)
	}
	window = now - oldest
	if full, least := window/m.window, kafka.Millis(m.windows-1); full < least {
		window += (least - full) * m.window
	}
	return used, max(window, 1)
}
