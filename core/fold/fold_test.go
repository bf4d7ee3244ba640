package fold

import (
	"math"
	"slices"
	"testing"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func batch(id kafka.ProducerID, epoch kafka.ProducerEpoch, seq kafka.Sequence, base kafka.Offset, count int32) *record.Header {
	return &record.Header{
		ProducerID: id, ProducerEpoch: epoch, BaseSequence: seq, BaseOffset: base,
		LastOffsetDelta: count - 1, Count: count, MaxTimestamp: kafka.Wall(base),
	}
}

func TestVerdictsFollowKafkasRules(t *testing.T) {
	var s State
	s.Apply(batch(1, 3, 0, 100, 10))                // sequences 0..9
	s.Apply(batch(1, 3, 10, 110, 5))                // 10..14
	s.Apply(batch(2, 0, math.MaxInt32-1, 115, 2))   // up to the last sequence
	s.Apply(batch(3, 1, math.MaxInt32-1, 117, 4))   // over it: ends at 1
	marker := batch(4, 7, kafka.NoSequence, 121, 1) // a marker of a producer without data here
	marker.Attributes = record.Attributes(1<<5 | 1<<4)
	s.Apply(marker)
	for _, c := range []struct {
		name string
		h    *record.Header
		want VerdictKind
	}{
		{"not idempotent", batch(kafka.NoProducerID, kafka.NoProducerEpoch, kafka.NoSequence, 0, 1), Append},
		{"unknown producer at any sequence", batch(9, 0, 77, 0, 1), Append},
		{"next in order", batch(1, 3, 15, 0, 1), Append},
		{"a hole before it", batch(1, 3, 16, 0, 1), OutOfOrder},
		{"repeated whole", batch(1, 3, 10, 0, 5), Duplicate},
		{"repeated in part", batch(1, 3, 10, 0, 4), OutOfOrder},
		{"older epoch", batch(1, 2, 15, 0, 1), FencedEpoch},
		{"older epoch, same sequences", batch(1, 2, 10, 0, 5), FencedEpoch},
		{"newer epoch at 0", batch(1, 4, 0, 0, 1), Append},
		{"newer epoch past 0", batch(1, 4, 15, 0, 1), OutOfOrder},
		{"0 after the last sequence", batch(2, 0, 0, 0, 1), Append},
		{"1 after the last sequence", batch(2, 0, 1, 0, 1), OutOfOrder},
		{"after a wrap inside a batch", batch(3, 1, 2, 0, 1), Append},
		{"a wrapping batch repeated", batch(3, 1, math.MaxInt32-1, 0, 4), Duplicate},
		{"0 after a marker alone", batch(4, 7, 0, 0, 1), Append},
		{"past 0 after a marker alone", batch(4, 7, 1, 0, 1), OutOfOrder},
		{"without sequence, same epoch", batch(1, 3, kafka.NoSequence, 0, 1), Append},
		{"without sequence, older epoch", batch(1, 2, kafka.NoSequence, 0, 1), FencedEpoch},
	} {
		if got := s.Check(c.h).Kind; got != c.want {
			t.Errorf("%s: verdict %d, want %d", c.name, got, c.want)
		}
	}
}

func TestADuplicateIsAnsweredWithTheBatchOfThen(t *testing.T) {
	var s State
	for i := range 7 {
		s.Apply(batch(1, 0, kafka.Sequence(i*10), kafka.Offset(1000+i*10), 10))
	}
	v := s.Check(batch(1, 0, 20, 0, 10))
	want := Batch{BaseSequence: 20, LastSequence: 29, BaseOffset: 1020, LastOffset: 1029, Timestamp: 1020}
	if v.Kind != Duplicate || v.First != want {
		t.Errorf("the fifth last batch: %+v, want %+v", v, want)
	}
	if v := s.Check(batch(1, 0, 10, 0, 10)); v.Kind != OutOfOrder {
		t.Errorf("the sixth last batch is forgotten, got verdict %d", v.Kind)
	}
}

func TestOpenTransactionsBoundTheStableOffset(t *testing.T) {
	data := func(id kafka.ProducerID, seq kafka.Sequence, base kafka.Offset) *record.Header {
		h := batch(id, 0, seq, base, 1)
		h.Attributes = 1 << 4
		return h
	}
	marker := func(id kafka.ProducerID, base kafka.Offset) *record.Header {
		h := batch(id, 0, kafka.NoSequence, base, 1)
		h.Attributes = 1<<4 | 1<<5
		return h
	}
	var s State
	for _, step := range []struct {
		h    *record.Header
		want kafka.Offset
	}{
		{data(1, 0, 10), 10}, {data(2, 0, 11), 10}, {data(1, 1, 12), 10},
		{marker(1, 13), 11}, {data(1, 2, 14), 11}, {marker(2, 15), 14}, {marker(1, 16), kafka.NoOffset},
		{marker(1, 17), kafka.NoOffset},
	} {
		s.Apply(step.h)
		s.CheckInvariants()
		if got := s.FirstOpen(); got != step.want {
			t.Errorf("after offset %d the first open offset is %d, want %d", step.h.BaseOffset, got, step.want)
		}
	}
	s.Apply(data(1, 3, 18))
	if v := s.Check(batch(1, 0, 4, 0, 1)); v.Kind != TxnOpen {
		t.Errorf("a batch outside of the open transaction: verdict %d, want %d", v.Kind, TxnOpen)
	}
}

func TestOnlySilentProducersWithoutTransactionExpire(t *testing.T) {
	var s State
	open := batch(3, 0, 0, 5, 1)
	open.Attributes = 1 << 4
	s.Apply(open)
	s.Apply(batch(2, 0, 0, 10, 1))
	s.Apply(batch(1, 0, 0, 20, 1))
	s.Apply(batch(4, 0, 0, 90, 1))
	if got, want := s.Expire(100, 80), []kafka.ProducerID{1, 2}; !slices.Equal(got, want) {
		t.Errorf("expired %v, want %v", got, want)
	}
	if s.Producers[3] == nil || s.Producers[4] == nil {
		t.Error("a producer that wrote lately, or holds a transaction open, expired")
	}
}

func TestCheckAndApplyDoNotAllocate(t *testing.T) {
	var s State
	h := batch(1, 0, 0, 0, 1)
	s.Apply(h)
	if n := testing.AllocsPerRun(100, func() {
		h.BaseSequence++
		h.BaseOffset++
		if s.Check(h).Kind == Append {
			s.Apply(h)
		}
	}); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

// twin keeps every batch ever applied, and answers from that.
type twin struct{ log []record.Header }

// of lists the producer's batches of its current epoch, that epoch, and whether it is known.
func (w *twin) of(id kafka.ProducerID) (window []record.Header, epoch kafka.ProducerEpoch, known bool) {
	for _, h := range w.log {
		if h.ProducerID != id {
			continue
		}
		if known && h.ProducerEpoch != epoch {
			window = nil
		}
		epoch, known = h.ProducerEpoch, true
		if !h.Attributes.IsControl() {
			window = append(window, h)
		}
	}
	return window, epoch, known
}

func (w *twin) check(h record.Header) VerdictKind {
	window, epoch, known := w.of(h.ProducerID)
	if !known {
		return Append
	}
	if h.ProducerEpoch == epoch {
		for _, b := range window[max(0, len(window)-5):] {
			if b.BaseSequence == h.BaseSequence && b.LastOffsetDelta == h.LastOffsetDelta {
				return Duplicate
			}
		}
	}
	want := int64(0)
	if h.ProducerEpoch == epoch && len(window) > 0 {
		last := window[len(window)-1]
		want = (int64(last.BaseSequence) + int64(last.Count)) % (1 << 31)
	}
	switch {
	case h.ProducerEpoch < epoch:
		return FencedEpoch
	case int64(h.BaseSequence) != want:
		return OutOfOrder
	}
	return Append
}

func TestFoldAgreesWithATwinThatForgetsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var live State
		var snapshot *State
		var w twin
		taken := 0
		for range rapid.IntRange(1, 60).Draw(t, "batches") {
			base := kafka.Offset(0)
			if len(w.log) > 0 {
				base = w.log[len(w.log)-1].End()
			}
			id := kafka.ProducerID(rapid.IntRange(1, 3).Draw(t, "producer"))
			window, epoch, _ := w.of(id)
			count := int32(rapid.IntRange(1, 4).Draw(t, "count"))
			seq := kafka.Sequence(rapid.SampledFrom([]int{0, 1, math.MaxInt32, math.MaxInt32 - 3}).Draw(t, "sequence"))
			if len(window) > 0 && rapid.IntRange(0, 3).Draw(t, "in order") > 0 {
				last := window[len(window)-1]
				seq = last.BaseSequence.Add(last.Count)
				if again := rapid.IntRange(0, 9).Draw(t, "again"); again < len(window) {
					seq, count = window[again].BaseSequence, window[again].Count
				}
			}
			h := batch(id, epoch+kafka.ProducerEpoch(rapid.SampledFrom([]int{0, 0, 0, 0, 1, -1}).Draw(t, "epoch")), seq, base, count)
			if h.ProducerEpoch < 0 {
				h.ProducerEpoch = 0
			}
			got := live.Check(h)
			if want := w.check(*h); got.Kind != want {
				t.Fatalf("verdict %d, the twin says %d, of %+v", got.Kind, want, *h)
			}
			if got.Kind != Append {
				continue
			}
			if rapid.IntRange(0, 9).Draw(t, "marker") == 0 {
				h.Attributes, h.BaseSequence = 1<<5|1<<4, kafka.NoSequence
			}
			w.log = append(w.log, *h)
			live.Apply(h)
			live.CheckInvariants()
			if snapshot == nil && rapid.Bool().Draw(t, "snapshot") {
				c := live.Clone()
				snapshot, taken = &c, len(w.log)
			}
		}
		var again State
		for i := range w.log {
			again.Apply(&w.log[i])
		}
		if d := cmp.Diff(live, again); d != "" {
			t.Fatalf("applied again from the start:\n%s", d)
		}
		if snapshot != nil {
			for i := taken; i < len(w.log); i++ {
				snapshot.Apply(&w.log[i])
			}
			if d := cmp.Diff(live, *snapshot); d != "" {
				t.Fatalf("applied from a snapshot:\n%s", d)
			}
		}
		var read State
		r := canon.NewReader(live.AppendCanon(nil))
		read.ReadCanon(r)
		if d := cmp.Diff(live, read); d != "" {
			t.Fatalf("read back:\n%s", d)
		}
	})
}
