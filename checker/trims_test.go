package checker

import (
	"testing"

	"momus/core/kafka"
)

// trim asks for a log start, which moves the log from one offset to another on the way, if they differ.
func (s *story) trim(offset, from, to kafka.Offset, err kafka.ErrorCode, low kafka.Offset) *TrimOp {
	start := s.event()
	if from < to {
		s.move(from, to, ByRequest, 0, 0, 0)
	}
	s.h.Trims = append(s.h.Trims, TrimOp{
		Topic: "t", Offset: offset, Start: start, End: s.event(), Answered: true, Err: err, LowWatermark: low,
	})
	return &s.h.Trims[len(s.h.Trims)-1]
}

func TestDeletedRecordsStayDeletedAndNothingElseGoes(t *testing.T) {
	three := func(steps ...func(*story)) func() *story {
		return func() *story {
			s := tell(0)
			s.produce(1, 3, 0, 0)
			for _, step := range steps {
				step(s)
			}
			return s
		}
	}
	begins := func(at kafka.Offset, values ...Value) func(*story) { return func(s *story) { s.begins(at, values...) } }
	trim := func(offset, from, to kafka.Offset, err kafka.ErrorCode, low kafka.Offset) func(*story) {
		return func(s *story) { s.trim(offset, from, to, err, low) }
	}
	lost := func(offset, from, to kafka.Offset) func(*story) {
		return func(s *story) { s.trim(offset, from, to, 0, -1).Answered = false }
	}
	power := func(s *story) { s.crash(true, 3) }
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"within a batch", "", three(trim(2, 0, 2, 0, 2), begins(2, 3))},
		{"all of it", "", three(trim(AtHighWatermark, 0, 3, 0, 3), begins(3))},
		{"what nobody answered may have been done", "", three(lost(2, 0, 2), power, begins(2, 3))},
		{"or be forgotten", "", three(lost(2, 0, 2), power, begins(0, 1, 2, 3))},
		{"what was acknowledged may not", LogStart, three(trim(2, 0, 2, 0, 2), power, begins(0, 1, 2, 3))},
		{"a fetch shows it", LogStart, three(trim(2, 0, 2, 0, 2), func(s *story) { s.poll(0, 1, 2) }, begins(2, 3))},
		{"so does the earliest offset", LogStart, three(trim(2, 0, 2, 0, 2), func(s *story) { s.lookup(EarliestOffset, 1, -1) }, begins(2, 3))},
		{"an old version tells no start", "", three(trim(2, 0, 2, 0, 2), func(s *story) { s.poll(2, 3).LogStart = -1 }, begins(2, 3))},
		{"one record too many", LogStart, three(trim(1, 0, 1, 0, 1), begins(2, 3))},
		{"further than was asked", Retention, three(trim(1, 0, 2, 0, 2), begins(2, 3))},
		{"by nobody's wish", Retention, three(func(s *story) { s.move(0, 2, ByRequest, 0, 0, 0) }, begins(2, 3))},
		{"though it was refused", Retention, three(trim(2, 0, 2, kafka.ErrOffsetOutOfRange, -1), begins(2, 3))},
		{"too little", LogStart, three(trim(2, 0, 1, 0, 1), begins(1, 2, 3))},
		{"less than all", LogStart, three(func(s *story) { s.poll(0, 1, 2, 3) }, trim(AtHighWatermark, 0, 2, 0, 2), begins(2, 3))},
		{"refused for nothing", LogStart,
			three(func(s *story) { s.poll(0, 1, 2, 3) }, trim(3, 0, 0, kafka.ErrOffsetOutOfRange, -1), begins(0, 1, 2, 3))},
		{"refused after a loss", "",
			three(func(s *story) { s.poll(0, 1, 2, 3) }, func(s *story) { s.crash(true, 0) }, trim(3, 0, 0, kafka.ErrOffsetOutOfRange, -1), begins(0))},
		{"refused rightly", "", three(trim(4, 0, 0, kafka.ErrOffsetOutOfRange, -1), begins(0, 1, 2, 3))},
		{"a record below the start is read", LogStart,
			three(trim(2, 0, 2, 0, 2), func(s *story) { s.poll(1, 2, 3).LogStart = 2 }, begins(2, 3))},
		{"a batch is cut elsewhere", TornBatch, three(begins(0, 1, 2))},
	})
}

func TestOnlyProducersThatSentAreRemembered(t *testing.T) {
	remembers := func(seen ...ProducerSeen) func() *story {
		return func() *story {
			s := tell(0)
			op := s.produce(1, 3, 0, 0)
			session(op, 5, 7)
			s.h.Described = append(s.h.Described, DescribeOp{Topic: "t", Start: s.event(), Answer: s.event(), Producers: seen})
			later := s.produce(1, 1, 0, 3)
			session(later, 6, 0)
			s.final(1, 2, 3, 4)
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"its last sequence", "", remembers(ProducerSeen{5, 0, 9})},
		{"nobody, any more", "", remembers()},
		{"another sequence", Producers, remembers(ProducerSeen{5, 0, 7})},
		{"another epoch", Producers, remembers(ProducerSeen{5, 1, 9})},
		{"one that never sent", Producers, remembers(ProducerSeen{4, 0, 9})},
		{"one that is yet to send", Producers, remembers(ProducerSeen{6, 0, 0})},
		{"one twice", Producers, remembers(ProducerSeen{5, 0, 9}, ProducerSeen{5, 0, 9})},
	})
}
