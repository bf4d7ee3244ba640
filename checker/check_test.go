package checker

import (
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
)

// story builds a history of one topic with one partition, step by step. Each step has its own
// event.
type story struct {
	h    History
	at   Event
	next Value
	id   kafka.TopicID
}

func tell(flush int64) *story {
	s := &story{id: kafka.TopicID{1}}
	s.h.Topics = []Topic{{Name: "t", FlushMessages: flush}}
	s.admin(CreateTopic, 0)
	return s
}

func (s *story) event() Event { s.at++; return s.at }

func (s *story) admin(kind AdminKind, err kafka.ErrorCode) *AdminOp {
	s.h.Admin = append(s.h.Admin, AdminOp{Kind: kind, Topic: "t", ID: s.id, Partitions: 1, Start: s.event(), End: s.event(), Answered: true, Err: err})
	return &s.h.Admin[len(s.h.Admin)-1]
}

// produce sends a batch of n values with acks=all, which is answered.
func (s *story) produce(client int32, n int32, err kafka.ErrorCode, base kafka.Offset) *ProduceOp {
	s.h.Produces = append(s.h.Produces, ProduceOp{
		Client: client, Topic: "t", ID: s.id, Acks: -1, Producer: -1, Epoch: -1, Sequence: -1, First: s.next + 1, Count: n,
	})
	s.next += Value(n)
	op := &s.h.Produces[len(s.h.Produces)-1]
	s.attempt(op, err, base)
	return op
}

func (s *story) attempt(op *ProduceOp, err kafka.ErrorCode, base kafka.Offset) {
	op.Attempts = append(op.Attempts, Attempt{Conn: 1, Start: s.event(), End: s.event(), Answered: true, Err: err, Base: base})
}

// noAnswer makes the last attempt one whose connection was lost.
func noAnswer(op *ProduceOp) {
	a := &op.Attempts[len(op.Attempts)-1]
	a.Answered, a.Err, a.Base = false, 0, -1
}

// session makes a batch one of an idempotent producer.
func session(op *ProduceOp, id kafka.ProducerID, sequence kafka.Sequence) {
	op.Producer, op.Epoch, op.Sequence = id, 0, sequence
}

func records(from kafka.Offset, values ...Value) []Record {
	var out []Record
	for i, v := range values {
		out = append(out, Record{Offset: from + kafka.Offset(i), Timestamp: kafka.Wall(100 * int64(v)), Value: v})
	}
	return out
}

func (s *story) poll(from kafka.Offset, values ...Value) *Poll {
	s.h.Polls = append(s.h.Polls, Poll{
		Client: 9, Topic: "t", ID: s.id, Start: s.event(), End: s.event(), From: from,
		HighWatermark: from + kafka.Offset(len(values)), Records: records(from, values...),
	})
	return &s.h.Polls[len(s.h.Polls)-1]
}

func (s *story) lookup(asked kafka.Wall, offset kafka.Offset, at kafka.Wall) {
	s.h.Lookups = append(s.h.Lookups, Lookup{Topic: "t", Start: s.event(), End: s.event(), Asked: asked, Offset: offset, Timestamp: at})
}

func (s *story) crash(power bool, flushed kafka.Offset) {
	s.h.Crashes = append(s.h.Crashes, Crash{Event: s.event(), Power: power,
		Flushed: []FlushedEnd{{Log: kafka.TopicPartition{Topic: s.id}, End: flushed}}})
}

// final ends the story: the topic exists and holds these values.
func (s *story) final(values ...Value) *Read {
	s.h.Listed = true
	s.h.Final = append(s.h.Final, FinalTopic{"t", s.id, 1})
	s.h.Reads = append(s.h.Reads, Read{Topic: "t", ID: s.id, Start: s.event(), Finish: s.event(),
		End: kafka.Offset(len(values)), Records: records(0, values...)})
	return &s.h.Reads[len(s.h.Reads)-1]
}

// expect runs a table of stories: what the judge must say of each, "" being nothing at all.
func expect(t *testing.T, table []struct {
	name string
	want string
	tell func() *story
}) {
	t.Helper()
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			violations, _ := Check(&c.tell().h)
			var heard []string
			for _, v := range violations {
				heard = append(heard, v.String())
			}
			switch {
			case c.want == "" && len(heard) > 0:
				t.Errorf("accused wrongly: %v", heard)
			case c.want != "" && !slices.ContainsFunc(violations, func(v Violation) bool { return v.Checker == c.want }):
				t.Errorf("want %s, heard %v", c.want, heard)
			}
		})
	}
}

func TestReportCountsWhatWasJudged(t *testing.T) {
	s := tell(0)
	s.produce(1, 2, 0, 0)
	s.produce(1, 1, kafka.ErrMessageTooLarge, -1)
	noAnswer(s.produce(1, 1, 0, 0))
	op := s.produce(2, 3, 0, 2)
	session(op, 5, 0)
	s.poll(0, 1, 2)
	s.crash(true, 2)
	s.final(1, 2)
	violations, r := Check(&s.h)
	if len(violations) > 0 {
		t.Error(violations)
	}
	want := Report{
		AcksAll: 1, Idempotent: 1, Failed: 1, Unknown: 1, RecordsAcked: 5, Polls: 1, RecordsPolled: 2,
		Created: 1, RecordsFinal: 2, ExcusedPowerLoss: 3, Crashes: 1, PowerLosses: 1, ModelKeys: 3, ModelOps: 4, ModelUndecided: 1,
	}
	if r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
	if r.Acked() != 3 {
		t.Errorf("%d acknowledged operations", r.Acked())
	}
	sum := want
	sum.Add(want)
	if sum.RecordsAcked != 10 || sum.PowerLosses != 2 {
		t.Errorf("sum %+v", sum)
	}
}

func TestWithoutAFinalReadNothingIsDecided(t *testing.T) {
	s := tell(1)
	s.produce(1, 4, 0, 0)
	if violations, r := Check(&s.h); len(violations) > 0 || r.Undecided != 4 {
		t.Errorf("%v, %+v", violations, r)
	}
}

func TestAViolationIsALine(t *testing.T) {
	v := Violation{Checker: Unseen, Text: "value 3", Events: []Event{4, 9}}
	if got := v.String(); got != "unseen: value 3 @4,9" {
		t.Error(got)
	}
	s := tell(0)
	s.final()
	s.h.Oddities = []Oddity{{Event: 3, Client: 2, Text: "a frame of no size"}}
	violations, _ := Check(&s.h)
	if len(violations) != 1 || !strings.HasPrefix(violations[0].String(), "protocol: client 2: a frame") {
		t.Error(violations)
	}
}
