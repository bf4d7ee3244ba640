package coord

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

var part = kafka.TopicPartition{Topic: kafka.TopicID{7}, Partition: 3}

// stored is a log of batches, and what a coordinator writes to.
type stored struct {
	batches   [][]byte
	end, high kafka.Offset
	refuse    kafka.ErrorCode
}

func (s *stored) AppendAs(_ kafka.Now, _ kafka.TopicPartition, epoch kafka.LeaderEpoch, head record.Header, span port.Span) (kafka.Offset, kafka.ErrorCode) {
	if s.refuse != kafka.None {
		return kafka.NoOffset, s.refuse
	}
	b := append([]byte(nil), span.Bytes()...)
	record.Stamp(b, s.end, epoch)
	s.batches = append(s.batches, b)
	base := s.end
	s.end += kafka.Offset(head.LastOffsetDelta) + 1
	return base, kafka.None
}

func (s *stored) at(epoch kafka.LeaderEpoch) *msg.CoordinatorPartition {
	return &msg.CoordinatorPartition{Log: part, Leads: true, Epoch: epoch, End: s.end, HighWatermark: s.high, BatchBytesMax: 1000}
}

// answer is what a read of the log finds: one batch at a time.
func (s *stored) answer(r port.Read) *port.ReadDone {
	d := &port.ReadDone{ID: r.ID, Log: r.Log, Next: r.From}
	for _, b := range s.batches {
		if h, _, _, _ := record.Split(b); h.End() > r.From && h.End() <= r.Upto {
			d.Data, d.Next = append([]byte(nil), b...), h.End()
			break
		}
	}
	return d
}

// seen is what a load found.
type seen struct {
	lines []string
	fail  error
}

func (v *seen) Record(_ *record.Header, r *record.Record) error {
	v.lines = append(v.lines, fmt.Sprintf("%d:%s=%s", r.Offset, r.Key, r.Value))
	return v.fail
}

func (v *seen) Marker(h *record.Header, commit bool) error {
	v.lines = append(v.lines, fmt.Sprintf("%d:marker %d %t", h.BaseOffset, h.ProducerID, commit))
	return nil
}

// load reads until the log wants nothing more.
func load(t *testing.T, l *Log, s *stored, v *seen) {
	t.Helper()
	for id := port.ReadID(1); ; id++ {
		r, ok := l.NextRead(id, 100)
		if !ok {
			return
		}
		if r.Upto > s.high {
			t.Fatalf("a read up to %d, where %d is committed", r.Upto, s.high)
		}
		if err := l.ReadDone(kafka.Now{Mono: 1}, s.answer(r), &record.Codecs{}, v); err != nil {
			t.Fatal(err)
		}
	}
}

func write(t *testing.T, l *Log, s *stored, keys ...string) {
	t.Helper()
	w := &Writer{}
	w.Begin(record.Uncompressed)
	for _, k := range keys {
		w.Add(1, []byte(k), []byte("v"))
	}
	if _, err := l.Append(kafka.Now{Mono: 1}, s, w); err != kafka.None {
		t.Fatal(err)
	}
}

// active is a log of three batches that is loaded.
func active(t *testing.T) (*Log, *stored) {
	t.Helper()
	l, s := NewLog(part), &stored{}
	l.Follow(s.at(1))
	if !l.Loaded() {
		t.Fatal("an empty log is not loaded at once")
	}
	write(t, &l, s, "a", "b")
	write(t, &l, s, "c")
	write(t, &l, s, "d")
	return &l, s
}

func TestALoadEndsWhenAllOfTheLogIsReadAndCommitted(t *testing.T) {
	_, s := active(t)
	s.high = 3
	l, v := NewLog(part), &seen{}
	if lost, began := l.Follow(s.at(2)); lost || !began {
		t.Fatal("no load began")
	}
	load(t, &l, s, v)
	if l.Loaded() || l.Phase() != Loading {
		t.Fatal("what is not committed counts as loaded")
	}
	s.high = 4
	l.Follow(s.at(2))
	load(t, &l, s, v)
	if !l.Loaded() || strings.Join(v.lines, " ") != "0:a=v 1:b=v 2:c=v 3:d=v" {
		t.Fatalf("%s with %v", l.Phase(), v.lines)
	}
	l.Check()
}

// A batch that was compacted away is passed over, also the last ones.
func TestALoadGoesThroughACompactedLog(t *testing.T) {
	_, s := active(t)
	s.high = s.end
	s.batches = s.batches[1:2]
	l, v := NewLog(part), &seen{}
	l.Follow(s.at(2))
	load(t, &l, s, v)
	if !l.Loaded() || strings.Join(v.lines, " ") != "2:c=v" {
		t.Fatalf("%s with %v", l.Phase(), v.lines)
	}
}

func TestAReadThatFailedOrCameDamagedIsAskedForAgain(t *testing.T) {
	_, s := active(t)
	s.high = s.end
	l, v := NewLog(part), &seen{}
	l.Follow(s.at(2))
	for i, d := range []*port.ReadDone{{Fail: port.FailIO}, {Data: append([]byte(nil), s.batches[0][:70]...)}, {Data: s.answer(port.Read{Upto: 9}).Data}} {
		r, ok := l.NextRead(port.ReadID(i+1), 100)
		if !ok {
			t.Fatalf("try %d: nothing is read", i)
		}
		if i == 2 {
			d.Data[65] ^= 1 // in the body, which its checksum guards
		}
		d.ID = r.ID
		if err := l.ReadDone(kafka.Now{Mono: 1}, d, &record.Codecs{}, v); err != nil {
			t.Fatal(err)
		}
		if _, ok := l.NextRead(9, 100); ok {
			t.Fatal("it is read again at once")
		}
		l.Retry(kafka.Now{Mono: l.NextDeadline()})
	}
	load(t, &l, s, v)
	if !l.Loaded() || len(v.lines) != 4 {
		t.Fatalf("%s with %v", l.Phase(), v.lines)
	}
}

// A load that is stuck goes on trying, and is through as soon as the log can be read.
func TestALoadIsStuckAfterTooManyReadsThatFailed(t *testing.T) {
	_, s := active(t)
	s.high = s.end
	l, v := NewLog(part), &seen{}
	l.Follow(s.at(2))
	fail := func(id port.ReadID) {
		r, ok := l.NextRead(id, 100)
		if !ok {
			t.Fatalf("read %d is not asked for", id)
		}
		if err := l.ReadDone(kafka.Now{Mono: 1}, &port.ReadDone{ID: r.ID, Fail: port.FailIO}, &record.Codecs{}, v); err != nil {
			t.Fatal(err)
		}
		l.Retry(kafka.Now{Mono: l.NextDeadline()})
	}
	for id := range port.ReadID(triesMax - 1) {
		fail(id + 1)
	}
	if l.Stuck() {
		t.Fatal("stuck too early")
	}
	r, _ := l.NextRead(90, 100)
	if err := l.ReadDone(kafka.Now{Mono: 1}, s.answer(r), &record.Codecs{}, v); err != nil {
		t.Fatal(err)
	}
	for id := range port.ReadID(triesMax) {
		if l.Stuck() {
			t.Fatal("what was read meanwhile counts for nothing")
		}
		fail(id + 100)
	}
	if !l.Stuck() || l.Trouble() != "offset 2 can't be read" {
		t.Fatalf("%v, %s", l.Stuck(), l.Trouble())
	}
	load(t, &l, s, v)
	if !l.Loaded() || l.Stuck() || len(v.lines) != 4 {
		t.Fatalf("%s with %v", l.Phase(), v.lines)
	}
}

func TestALogThatCannotBeUnderstoodIsBrokenUntilTheNextEpoch(t *testing.T) {
	_, s := active(t)
	s.high = s.end
	l, v := NewLog(part), &seen{fail: errors.New("what is this")}
	l.Follow(s.at(2))
	r, _ := l.NextRead(1, 100)
	if err := l.ReadDone(kafka.Now{Mono: 1}, s.answer(r), &record.Codecs{}, v); err == nil || l.Phase() != Broken {
		t.Fatalf("%s, %v", l.Phase(), err)
	}
	if lost, began := l.Follow(s.at(2)); lost || began || l.Phase() != Broken {
		t.Fatal("it is loaded again in the same epoch")
	}
	if lost, began := l.Follow(s.at(3)); !lost || !began {
		t.Fatal("it is not loaded in the next")
	}
}

// A commit answers those whose records lie below it, in order; one of another epoch nobody (KAFKA-20634).
func TestCommitsAreThoseOfTheSameEpoch(t *testing.T) {
	l, s := active(t)
	l.Await(10)
	write(t, l, s, "e")
	l.Await(11)
	if l.Release() != 0 {
		t.Fatal("somebody is answered before the commit")
	}
	s.high = 4
	l.Follow(s.at(1))
	if n := l.Release(); n != 1 {
		t.Fatalf("%d are answered by the commit of the first", n)
	}
	s.high = 5
	if lost, began := l.Follow(s.at(2)); !lost || !began {
		t.Fatal("a new epoch is taken for the old")
	}
	if l.Release() != 0 || l.Waiting() != 0 {
		t.Fatal("the commit of another epoch answers somebody")
	}
	l.Check()
}

func TestWhoWaitsForTooLongLeavesFirst(t *testing.T) {
	l, _ := active(t)
	l.Await(10)
	l.Await(20)
	if at := l.NextDeadline(); at != 10 {
		t.Fatalf("the deadline is %d", at)
	}
	if n := l.TimedOut(kafka.Now{Mono: 9}); n != 0 {
		t.Fatal("too early")
	}
	if n := l.TimedOut(kafka.Now{Mono: 10}); n != 1 || l.Waiting() != 1 {
		t.Fatalf("%d of two", n)
	}
}

func TestARefusedAppendIsToldInTheCoordinatorsWords(t *testing.T) {
	l, s := active(t)
	for refuse, want := range map[kafka.ErrorCode]kafka.ErrorCode{
		kafka.ErrNotLeaderOrFollower: kafka.ErrNotCoordinator, kafka.ErrKafkaStorageError: kafka.ErrNotCoordinator,
		kafka.ErrNotEnoughReplicas: kafka.ErrCoordinatorNotAvailable, kafka.ErrRecordListTooLarge: kafka.ErrUnknownServerError,
	} {
		s.refuse = refuse
		w := &Writer{}
		w.Begin(record.Uncompressed)
		w.Add(1, []byte("k"), nil)
		if _, err := l.Append(kafka.Now{Mono: 1}, s, w); err != want {
			t.Errorf("%s becomes %s", refuse, err)
		}
	}
	s.refuse = kafka.None
	w := &Writer{}
	w.Begin(record.Uncompressed)
	w.Add(1, []byte("k"), make([]byte, 2000))
	if _, err := l.Append(kafka.Now{Mono: 1}, s, w); err != kafka.ErrUnknownServerError || l.End() != 4 {
		t.Errorf("a batch above max.message.bytes: %s, the end is %d", err, l.End())
	}
}

// A marker of a transaction comes between the records, whatever its batch is written in.
func TestMarkersAndCompressedBatchesAreSeen(t *testing.T) {
	s := &stored{}
	b := record.NewBuilder(0, 1)
	b.Batch.Attributes |= record.AttributeControl | record.AttributeTransactional
	b.Batch.ProducerID, b.Batch.ProducerEpoch = 5, 0
	b.AddControl(1, &record.EndTxnMarker{Commit: true}, 0)
	s.batches, s.end = append(s.batches, b.Append(nil)), 1
	l := NewLog(part)
	l.Follow(&msg.CoordinatorPartition{Log: part, Leads: true, Epoch: 1, BatchBytesMax: 1000})
	l.Loaded()
	w := &Writer{}
	w.Begin(record.Zstd)
	w.Add(1, []byte("k"), []byte(strings.Repeat("v", 50)))
	if _, err := l.Append(kafka.Now{Mono: 1}, s, w); err != kafka.None {
		t.Fatal(err)
	}
	s.high = s.end
	v := &seen{}
	l = NewLog(part)
	l.Follow(s.at(2))
	load(t, &l, s, v)
	if len(v.lines) != 2 || v.lines[0] != "0:marker 5 true" || !strings.HasPrefix(v.lines[1], "1:k=vvv") {
		t.Fatalf("%v", v.lines)
	}
}
