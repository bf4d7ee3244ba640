package fold

import (
	"errors"
	"math"
	"testing"

	"momus/core/kafka"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestASnapshotIsLaidOutAsKafkasSchemaSays(t *testing.T) {
	var s State
	s.Apply(batch(7, 2, math.MaxInt32-1, 100, 4)) // over the last sequence: ends at 1
	want := []byte{
		0, 1, // version
		0xe7, 0x9b, 0xc9, 0x29, // checksum of what follows
		0, 0, 0, 1, // entries
		0, 0, 0, 0, 0, 0, 0, 7, 0, 2, 0, 0, 0, 1, // producer, epoch, last sequence
		0, 0, 0, 0, 0, 0, 0, 103, 0, 0, 0, 3, // last offset, delta
		0, 0, 0, 0, 0, 0, 0, 100, // timestamp
		0xff, 0xff, 0xff, 0xff, // coordinator epoch
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, // first offset of the transaction
	}
	got := s.AppendSnapshot(nil)
	copy(want[2:6], got[2:6])
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	entries, err := ReadSnapshot(got)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s, Restore(entries, &State{})); d != "" {
		t.Errorf("restored:\n%s", d)
	}
}

func TestADamagedSnapshotIsRefused(t *testing.T) {
	var s State
	s.Apply(batch(7, 2, 0, 100, 4))
	s.Apply(batch(8, 2, 0, 104, 4))
	whole := s.AppendSnapshot(nil)
	for i := range whole {
		b := append([]byte(nil), whole...)
		b[i] ^= 0x10
		if _, err := ReadSnapshot(b); !errors.Is(err, ErrSnapshot) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := ReadSnapshot(whole[:i]); !errors.Is(err, ErrSnapshot) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
	if _, err := ReadSnapshot(append(whole, 0)); !errors.Is(err, ErrSnapshot) {
		t.Errorf("a byte more: %v", err)
	}
}

func FuzzReadSnapshot(f *testing.F) {
	var s State
	s.Apply(batch(7, 2, 0, 100, 4))
	f.Add(s.AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := ReadSnapshot(b)
		if err != nil {
			return
		}
		Restore(entries, &State{})
	})
}

// TestFoldFromASnapshotEqualsFoldFromTheStart is invariant 1 over the file: a snapshot taken at any
// batch, its windows refilled from some of the batches before it, and the batches behind it.
func TestFoldFromASnapshotEqualsFoldFromTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := drawLog(t)
		at := rapid.IntRange(0, len(log)).Draw(t, "snapshot")
		from := rapid.IntRange(0, at).Draw(t, "refill from")
		if rapid.Bool().Draw(t, "all") {
			from = 0
		}
		var whole, early, before State
		for i := range log {
			whole.Apply(&log[i])
			if i < at {
				early.Apply(&log[i])
			}
			if i >= from && i < at {
				before.Apply(&log[i])
			}
		}
		entries, err := ReadSnapshot(early.AppendSnapshot(nil))
		if err != nil {
			t.Fatal(err)
		}
		restored := Restore(entries, &before)
		for i := at; i < len(log); i++ {
			restored.Apply(&log[i])
		}
		restored.CheckInvariants()
		if len(restored.Producers) != len(whole.Producers) {
			t.Fatalf("%d producers of %d", len(restored.Producers), len(whole.Producers))
		}
		for id, want := range whole.Producers {
			got := *restored.Producers[id]
			if from == 0 && got.Len != want.Len {
				t.Fatalf("producer %d remembers %d batches of %d", id, got.Len, want.Len)
			}
			short := *want
			short.forget()
			for _, b := range want.Window[want.Len-min(got.Len, want.Len) : want.Len] {
				short.remember(b)
			}
			// A snapshot has one timestamp for the last batch and a marker behind it.
			for i := range got.Window[:got.Len] {
				got.Window[i].Timestamp = short.Window[i].Timestamp
			}
			if d := cmp.Diff(short, got); d != "" {
				t.Fatalf("producer %d:\n%s", id, d)
			}
		}
		if d := cmp.Diff(whole.Open, restored.Open); d != "" {
			t.Fatalf("open transactions:\n%s", d)
		}
	})
}

// drawLog is a log of a few producers: in order, of rising epochs, near the last sequence, with
// transactions and their markers.
func drawLog(t *rapid.T) (log []record.Header) {
	var s State
	for range rapid.IntRange(0, 40).Draw(t, "batches") {
		id := kafka.ProducerID(rapid.IntRange(1, 3).Draw(t, "producer"))
		base := kafka.Offset(0)
		if len(log) > 0 {
			base = log[len(log)-1].End()
		}
		epoch, seq := kafka.ProducerEpoch(0), kafka.Sequence(math.MaxInt32-5)
		p := s.Producers[id]
		if p != nil {
			epoch, seq = p.Epoch, 0
			if last, ok := p.Last(); ok {
				seq = last.LastSequence.Add(1)
			}
			if rapid.IntRange(0, 7).Draw(t, "epoch") == 0 {
				epoch, seq = epoch+1, 0
			}
		}
		h := batch(id, epoch, seq, base, int32(rapid.IntRange(1, 4).Draw(t, "count")))
		open := p != nil && p.TxnFirst != kafka.NoOffset
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			h = batch(id, epoch, kafka.NoSequence, base, 1)
			h.Attributes = record.AttributeTransactional | record.AttributeControl
		case 1:
			h.Attributes = record.AttributeTransactional
		default:
			if open {
				h.Attributes = record.AttributeTransactional
			}
		}
		s.Apply(h)
		log = append(log, *h)
	}
	return log
}
