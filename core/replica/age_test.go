package replica

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"

	"pgregory.net/rapid"
)

// TestAgeIsTheTruthOrAQuarterMore has batches come as they like, for months, and compares with when each came.
func TestAgeIsTheTruthOrAQuarterMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := kafka.Now{Mono: kafka.Mono(rapid.Int64Range(1, 1<<40).Draw(t, "boot")), Wall: 1e12}
		r := New(testLog, testOptions(), testConfig())
		r.Open(now, port.OpenSpec{}, -1)
		r.LogDone(now, &port.LogDone{Kind: port.OpOpen, Log: testLog, Gen: 1, Opened: &port.Opened{}})
		r.BecomeLeader(now, Leadership{Epoch: 1, ISR: []kafka.NodeID{1}, Replicas: 1})
		var came []kafka.Mono
		pause := kafka.Second
		for range rapid.IntRange(1, 400).Draw(t, "batches") {
			if rapid.IntRange(0, 9).Draw(t, "change") == 0 {
				pause = kafka.Nanos(rapid.SampledFrom([]int{1e6, 2e8, 1e9, 6e10, 36e11}).Draw(t, "pause"))
			}
			now.Mono = now.Mono.Add(kafka.Nanos(rapid.Int64Range(0, 2*int64(pause)).Draw(t, "gap")))
			for range 2 {
				came = append(came, now.Mono)
			}
			r.Produce(now, produceOf(args{"n": "2", "acks": "0"}))
			r.Check()
		}
		now.Mono = now.Mono.Add(kafka.Nanos(rapid.Int64Range(0, 1e13).Draw(t, "later")))
		for i, at := range came {
			truth := kafka.Nanos(now.Mono - at)
			age, ok := r.Age(now, kafka.Offset(i))
			if !ok || age < truth || age > truth+max(kafka.Second, truth/4) {
				t.Fatalf("offset %d is %d ns old, and is told to be %d, %v", i, truth, age, ok)
			}
		}
		if age, ok := r.Age(now, r.End()); !ok || age != 0 {
			t.Fatalf("what isn't there is %d old", age)
		}
	})
}

func TestArrivalsStayBoundedForMonths(t *testing.T) {
	now := kafka.Now{Mono: 1, Wall: 1}
	r := opened(0)
	minute := 60 * kafka.Second
	for range 60 * 24 * 120 {
		r.arrive(now, r.assigned)
		r.assigned++
		now.Mono = now.Mono.Add(minute)
	}
	r.written, r.high, r.flushed = r.assigned, r.assigned, r.assigned
	r.Check()
	if len(r.arrivals) > port.ArrivalsMax {
		t.Errorf("%d arrivals are kept", len(r.arrivals))
	}
	for back := kafka.Offset(1); back < r.assigned; back *= 2 {
		truth := kafka.Nanos(back) * minute
		if age, ok := r.Age(now, r.assigned-back); !ok || age < truth || age > truth+truth/4 {
			t.Errorf("%d min are told as %d", truth/minute, age/minute)
		}
	}
}

func TestAgeBeforeTheOpeningIsByTimestamps(t *testing.T) {
	const day = 24 * 60 * 60 * 1000
	now := kafka.Now{Mono: 5, Wall: 10 * day}
	r := New(testLog, testOptions(), testConfig())
	r.Open(now, port.OpenSpec{}, -1)
	r.LogDone(now, &port.LogDone{Kind: port.OpOpen, Log: testLog, Gen: 1, Opened: &port.Opened{
		End: 100, Flushed: 100,
		Segments: []port.SegmentInfo{
			{Base: 0, Size: 1, FirstTimestamp: -1, MaxTimestamp: 2 * day}, {Base: 20, Size: 1, FirstTimestamp: -1, MaxTimestamp: 4 * day},
			{Base: 40, Size: 1, FirstTimestamp: 5 * day, MaxTimestamp: 11 * day},
		},
		Times: []port.TimeAt{{Offset: 60, Timestamp: 7 * day}, {Offset: 80, Timestamp: 11 * day}},
	}})
	r.BecomeLeader(now, Leadership{Epoch: 1, ISR: []kafka.NodeID{1}, Replicas: 1})
	r.Check()
	later := now
	later.Mono = later.Mono.Add(2 * kafka.Second)
	r.Produce(later, produceOf(args{"n": "2", "acks": "0"}))
	for at, days := range map[kafka.Offset]kafka.Nanos{0: 8, 19: 8, 20: 8, 39: 8, 40: 5, 59: 5, 60: 3, 79: 3, 80: 0, 99: 0} {
		if age, ok := r.Age(later, at); !ok || age-2*kafka.Second != days*day*kafka.Millisecond {
			t.Errorf("offset %d is told to be %d ns old", at, age)
		}
	}
	if age, ok := r.Age(later, 100); !ok || age != 0 {
		t.Errorf("what came now is told to be %d ns old", age)
	}

	silent := opened(30)
	if _, ok := silent.Age(now, 3); ok {
		t.Error("an age is told that nothing tells of")
	}
}
