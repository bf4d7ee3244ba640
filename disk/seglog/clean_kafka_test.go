package seglog

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// Kafka compacts above its recovery point, which it writes once a minute, and may be killed right after that, or before
// it has noted how far it compacted. A segment that ends early is one that was compacted then, and damage else.
func TestWhatAKafkaCompactedBeforeItWasKilledIsOpened(t *testing.T) {
	for _, c := range []struct {
		name                       string
		gap, thinned, known, opens bool
	}{
		{"nothing compacted", false, false, true, true},
		{"noted", true, false, true, true},
		{"not noted, but to be seen", true, true, false, true},
		{"not to be seen", true, false, false, false},
	} {
		fs, _ := simulated()
		r := newRig(t, fs, nil)
		r.open()
		r.must(r.opAppend(keyedBatch(keyed{"a", "1", 1}, keyed{"b", "2", 2})))
		if c.thinned {
			op := r.opAppend(keyedBatch(keyed{"a", "1", 1}, keyed{"a", "2", 2}))
			batch := op.Span.Bytes()
			h, err := record.ParseHeader(batch)
			if err != nil {
				t.Fatal(err)
			}
			sieve := record.Sieve{Codecs: &record.Codecs{}}
			if err := sieve.Take(h, batch, 1<<20, func(at kafka.Offset, _ []byte, _ bool) bool { return at > 0 }); err != nil {
				t.Fatal(err)
			}
			batch, _ = sieve.Append(nil, -1)
			op.Span = port.MemSpan(batch, port.NewBuf(batch, nil))
			r.must(op)
		}
		if c.gap {
			r.end += 3
		}
		r.must(rolled(r.opAppend(keyedBatch(keyed{"c", "3", 3}))))
		r.restart()
		r.spec.Compacted, r.spec.Clean = true, kafka.NoOffset
		if c.known {
			r.spec.Clean = r.end
		}
		if d := r.tryOpen(); (d.Fail == port.FailNone) != c.opens {
			t.Errorf("%s: %v", c.name, d.Fail)
		}
	}
}
