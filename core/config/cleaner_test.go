package config

import (
	"math"
	"testing"
)

func TestFractionsAreReadAsKafkaReadsThem(t *testing.T) {
	for _, c := range []struct {
		text       string
		billionths int64
		whole      int64
		ok         bool
		shown      string
	}{
		{"0.5", 500_000_000, 0, true, "0.5"},
		{" 1 ", 1_000_000_000, 1, true, "1.0"},
		{"0", 0, 0, true, "0.0"},
		{"-0", 0, 0, true, "0.0"},
		{"0.9f", 900_000_000, 0, true, "0.9"},
		{"1e-3", 1_000_000, 0, true, "0.001"},
		{"1.25E3", 1_250_000_000_000, 1250, true, "1250.0"},
		{"0.0000000019", 1, 0, true, "1.0E-9"},
		{"1.7976931348623157E308", math.MaxInt64, math.MaxInt64, true, ""},
		{"20000", 20_000_000_000_000, 20000, true, "20000.0"},
		{"-0.5", 0, 0, false, ""},
		{"x", 0, 0, false, ""},
	} {
		n, ok := Billionths(c.text)
		w, okWhole := Whole(c.text)
		if n != c.billionths || ok != c.ok || w != c.whole || okWhole != c.ok {
			t.Errorf("%q: %d %v, %d %v", c.text, n, ok, w, okWhole)
		}
		if c.shown != "" && fraction(n) != c.shown {
			t.Errorf("%q is shown as %q", c.text, fraction(n))
		}
	}
}

func TestTheCleanersKeysHoldAtOnce(t *testing.T) {
	got := ResolveNode(DefaultBroker(), []Override{
		{"log.cleaner.threads", "3"}, {"log.cleaner.backoff.ms", "7"}, {"log.cleaner.dedupe.buffer.size", "99"},
		{"log.cleaner.io.buffer.load.factor", "2.5"}, {"log.cleaner.io.max.bytes.per.second", "0.5"}, {"log.cleaner.enable", "false"},
	}).Cleaner
	if want := (Cleaner{Enabled: true, Threads: 3, Backoff: 7, DedupeBytes: 99, LoadFactor: billion, BytesPerSecond: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
