package quota

import (
	"math"
	"strconv"
	"testing"

	"momus/core/canon/canontest"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"

	"pgregory.net/rapid"
)

func limit(kind Kind, who string, perSecond float64) Limit {
	return Limit{
		Kind: kind, Scope: image.QuotaEntity{ClientID: image.Named(who)},
		PerSecond: record.FloatBits(math.Float64bits(perSecond)).Times(kinds[kind].scale),
	}
}

func at(ms int64) kafka.Mono { return kafka.Mono(ms * int64(kafka.Millisecond)) }

// rateTwin is Kafka's rate of a sampled sum, in floats: org.apache.kafka.common.metrics.stats.
type rateTwin struct {
	windows int
	window  int64
	samples []struct {
		start, last int64
		value       float64
	}
	current int
}

func (w *rateTwin) record(now int64, v float64) {
	if len(w.samples) == 0 {
		w.samples = append(w.samples, struct {
			start, last int64
			value       float64
		}{now, now, 0})
	}
	if now-w.samples[w.current].start >= w.window {
		w.current = (w.current + 1) % (w.windows + 1)
		if w.current >= len(w.samples) {
			w.samples = append(w.samples, w.samples[0])
		}
		w.samples[w.current].start, w.samples[w.current].value = now, 0
	}
	w.samples[w.current].last = now
	w.samples[w.current].value += v
}

// wait is QuotaUtils.throttleTime, if the rate is above the bound.
func (w *rateTwin) wait(now int64, bound float64) float64 {
	sum, oldest := 0.0, now
	for i := range w.samples {
		s := &w.samples[i]
		if now-s.last >= int64(w.windows)*w.window {
			s.start, s.last, s.value = now, now, 0
		}
		sum += s.value
		oldest = min(oldest, s.start)
	}
	elapsed := now - oldest
	if full := elapsed / w.window; full < int64(w.windows-1) {
		elapsed += (int64(w.windows-1) - full) * w.window
	}
	elapsed = max(elapsed, 1)
	rate := sum / (float64(elapsed) / 1000)
	if rate <= bound {
		return 0
	}
	return math.Round((rate - bound) / bound * float64(elapsed))
}

func TestRatesAreKafkas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows, seconds := rapid.Int32Range(1, 4).Draw(t, "windows"), rapid.Int32Range(1, 3).Draw(t, "seconds")
		m := NewMeters(windows, seconds, 10)
		w := &rateTwin{windows: int(windows), window: int64(seconds) * 1000}
		bound := rapid.SampledFrom([]float64{1, 7, 1000, 12.5, 0.001, 9e5}).Draw(t, "bound")
		kind := rapid.SampledFrom([]Kind{Produce, Request}).Draw(t, "kind")
		l := limit(kind, "c", bound)
		if kind == Request {
			bound *= 1e7
		}
		now := rapid.Int64Range(0, 1e6).Draw(t, "begin")
		for range rapid.IntRange(1, 30).Draw(t, "uses") {
			now += rapid.Int64Range(0, 4000).Draw(t, "after")
			n := rapid.Int64Range(0, int64(3*bound)+10).Draw(t, "n")
			w.record(now, float64(n))
			want, got := w.wait(now, bound), float64(m.Record(at(now), l, n))
			if kind == Request {
				want = min(want, float64(w.window))
			}
			if math.Abs(want-got) > 1+want/1e9 && want < math.MaxInt32 {
				t.Fatalf("%v ms of waiting, not %v", got, want)
			}
			if rapid.IntRange(0, 3).Draw(t, "undo") == 0 {
				m.Undo(at(now), l, n)
				w.record(now, -float64(n))
			}
			m.Check()
		}
	})
}

// bucketTwin is Kafka's TokenBucket, under StrictControllerMutationQuota or the permissive one.
type bucketTwin struct {
	tokens float64
	last   int64
}

func (w *bucketTwin) take(now int64, rate, burst, n float64, strict bool) float64 {
	w.tokens = min(burst, w.tokens+rate*float64(now-w.last)/1000)
	w.last = now
	if strict && w.tokens < 0 {
		return math.Round(-w.tokens / rate * 1000)
	}
	w.tokens = min(burst, w.tokens-n)
	if strict || w.tokens >= 0 {
		return 0
	}
	return math.Round(-w.tokens / rate * 1000)
}

func TestBucketsAreKafkas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows, seconds := rapid.Int32Range(1, 4).Draw(t, "windows"), rapid.Int32Range(1, 3).Draw(t, "seconds")
		m := NewMeters(windows, seconds, 10)
		rate := rapid.SampledFrom([]float64{1, 7, 0.5, 100}).Draw(t, "rate")
		burst := rate * float64(windows) * float64(seconds)
		w := &bucketTwin{tokens: burst}
		l := limit(Mutation, "c", rate)
		now := int64(0)
		for range rapid.IntRange(1, 30).Draw(t, "uses") {
			now += rapid.Int64Range(0, 4000).Draw(t, "after")
			n := rapid.Int64Range(0, int64(3*burst)+2).Draw(t, "n")
			strict := rapid.Bool().Draw(t, "strict")
			want, got := w.take(now, rate, burst, float64(n), strict), float64(m.Take(at(now), l, n, strict))
			if math.Abs(want-got) > 1 {
				t.Fatalf("%v ms of waiting, not %v", got, want)
			}
			m.Check()
		}
	})
}

func TestMetersAreBoundedAndForgotten(t *testing.T) {
	m := NewMeters(2, 1, 5)
	for i := range 20 {
		m.Record(at(int64(i)), limit(Produce, strconv.Itoa(i), 100), 1000)
		m.Check()
	}
	if m.Len() != 5 {
		t.Errorf("%d meters", m.Len())
	}
	if wait := m.Record(at(20), limit(Produce, "15", 100), 1); wait == 0 {
		t.Error("a meter in use was forgotten")
	}
	if wait := m.Record(at(21), limit(Produce, "3", 100), 1); wait != 0 {
		t.Error("the meter of the client that was silent the longest was not dropped")
	}
	m.Record(at(22+int64(idleMax)), limit(Produce, "3", 100), 1)
	m.Record(at(22+int64(idleMax)), limit(Produce, "3", 100), 1)
	m.Record(at(22+int64(idleMax)), limit(Produce, "3", 100), 1)
	if m.Check(); m.Len() != 1 {
		t.Errorf("%d meters an hour later", m.Len())
	}
}

func TestTheMostThatIsNotThrottled(t *testing.T) {
	m := NewMeters(11, 1, 5)
	l := limit(Fetch, "c", 100)
	if m.Burst(l) != 1000 || !m.Unused(at(5), l) {
		t.Errorf("%d at once", m.Burst(l))
	}
	if wait := m.Record(at(5), l, 1000); wait != 0 || m.Unused(at(6), l) {
		t.Errorf("waits %d ms", wait)
	}
	if wait := m.Record(at(5), l, 1); wait != 10 {
		t.Errorf("waits %d ms", wait)
	}
	huge := limit(Fetch, "c", 1e18)
	if m.Burst(huge) < 1e13 || limit(Request, "c", 1).PerSecond != 1e13 {
		t.Error("scales")
	}
}

// The order is that of KIP-55; beside each level stands who shares its limit.
func TestTheMostSpecificQuotaHolds(t *testing.T) {
	named, def, none := image.Named, image.EntityName{Match: image.EntityDefault}, image.EntityName{}
	levels := []struct{ of, shared image.QuotaEntity }{
		{image.QuotaEntity{User: named("u"), ClientID: named("c")}, image.QuotaEntity{User: named("u"), ClientID: named("c")}},
		{image.QuotaEntity{User: named("u"), ClientID: def}, image.QuotaEntity{User: named("u"), ClientID: named("c")}},
		{image.QuotaEntity{User: named("u")}, image.QuotaEntity{User: named("u")}},
		{image.QuotaEntity{User: def, ClientID: named("c")}, image.QuotaEntity{User: named("u"), ClientID: named("c")}},
		{image.QuotaEntity{User: def, ClientID: def}, image.QuotaEntity{User: named("u"), ClientID: named("c")}},
		{image.QuotaEntity{User: def, ClientID: none}, image.QuotaEntity{User: named("u")}},
		{image.QuotaEntity{ClientID: named("c")}, image.QuotaEntity{ClientID: named("c")}},
		{image.QuotaEntity{ClientID: def}, image.QuotaEntity{ClientID: named("c")}},
	}
	img, d := image.New(), image.Delta{}
	for i := len(levels) - 1; i >= 0; i-- {
		rec := &record.ClientQuotaRecord{Entity: levels[i].of.Parts(), Key: "producer_byte_rate", Value: record.FloatOf(uint64(i + 1))}
		img.Apply(&d, img.Offset+1, rec)
		l, found := Find(&img, Produce, "u", "c")
		if !found || l.PerSecond != int64(i+1)*1e6 || l.Scope != levels[i].shared {
			t.Errorf("at level %d: %v, %t", i, l, found)
		}
		if _, found := Find(&img, Fetch, "u", "c"); found {
			t.Error("a quota of another kind")
		}
		if l, found := Find(&img, Produce, "u", ""); found != (i <= 5) || found && l.Scope != (image.QuotaEntity{User: named("u")}) {
			t.Errorf("without a client id, at level %d: %v, %t", i, l, found)
		}
		if _, found := Find(&img, Produce, "v", "d"); found != (i <= 7) {
			t.Errorf("others, at level %d: %t", i, found)
		}
	}
}

func TestEncodings(t *testing.T) {
	canontest.RoundTrip(t, []canontest.Value{new(Meters), new(name)})
}
