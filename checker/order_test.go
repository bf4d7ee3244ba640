package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestRecordsOfOneProducerLieInOrder(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"in order", "", func() *story {
			s := tell(0)
			session(s.produce(1, 1, 0, 0), 1, 0)
			session(s.produce(1, 2, 0, 1), 1, 1)
			session(s.produce(1, 1, 0, 3), 1, 3)
			s.final(1, 2, 3, 4)
			return s
		}},
		{"a later send landed earlier", SendBack, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 1)
			s.produce(1, 1, 0, 0)
			s.final(2, 1)
			return s
		}},
		{"of another client", "", func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 1)
			s.produce(2, 1, 0, 0)
			s.h.Produces[0].Attempts[0].Conn = 2
			s.h.Produces[0].Attempts[0].End = s.event()
			s.final(2, 1)
			return s
		}},
		{"at once, by one client that is not idempotent", "", func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 1)
			s.produce(1, 1, 0, 0)
			s.h.Produces[0].Attempts[0].End = 99
			s.h.Produces[0].Attempts[0].Conn = 2
			s.final(2, 1)
			return s
		}},
		{"at once, by an idempotent one", SendBack, func() *story {
			s := tell(0)
			session(s.produce(1, 1, 0, 1), 1, 0)
			session(s.produce(1, 1, 0, 0), 1, 1)
			s.h.Produces[0].Attempts[0].End = 99
			s.final(2, 1)
			return s
		}},
		{"after a power loss", "", func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			s.produce(1, 1, 0, 1)
			s.crash(true, 0)
			s.produce(1, 1, 0, 0)
			s.final(3)
			return s
		}},
		{"unacknowledged, on one connection", LogOrder, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			noAnswer(s.produce(1, 1, 0, 0))
			s.final(2, 1)
			return s
		}},
		{"unacknowledged, on two connections", "", func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			noAnswer(s.produce(1, 1, 0, 0))
			s.h.Produces[1].Attempts[0].Conn = 2
			s.final(2, 1)
			return s
		}},
		{"unacknowledged, of one producer id", LogOrder, func() *story {
			s := tell(0)
			for i := range 2 {
				op := s.produce(1, 1, 0, 0)
				session(op, 1, 0)
				noAnswer(op)
				op.Attempts[0].Conn = int64(i)
			}
			s.final(2, 1)
			return s
		}},
		{"half a batch", TornBatch, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			s.final(1, 2)
			return s
		}},
	})
}

// TestALogMayBeginWithinABatchThatWasSifted sends a batch of four records of one key, of which compaction leaves the
// last, or the last two, and has the log begin within it.
func TestALogMayBeginWithinABatchThatWasSifted(t *testing.T) {
	sifted := func(upto, start kafka.Offset, left ...Record) func() *story {
		return func() *story {
			s := tell(0)
			s.h.Topics[0].Keys, s.h.Topics[0].Policy = 1, PolicyCompact|PolicyDelete
			s.produce(1, 4, 0, 0)
			if upto > 0 {
				s.h.Cleanings = append(s.h.Cleanings, Cleaning{
					Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Upto: upto, Flushed: 4, Replaced: s.event(), Done: s.event(),
				})
			}
			if start > 0 {
				s.trim(start, 0, start, 0, start)
			}
			r := s.final()
			r.LogStart, r.End, r.Records = start, 4, left
			return s
		}
	}
	third, last := records(2, 3)[0], records(3, 4)[0]
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"sifted", "", sifted(4, 0, last)},
		{"the log begins within it", "", sifted(0, 2, third, last)},
		{"both", "", sifted(4, 2, last)},
		{"the log begins within it, and nothing sifted it", TornBatch, sifted(0, 2, last)},
		{"the log begins within it, and only what is below was sifted", TornBatch, sifted(2, 2, last)},
		{"both, and what stands for the third is gone", TornBatch, sifted(4, 2, third)},
	})
}

func TestSequencesHaveNoGaps(t *testing.T) {
	three := func(values ...Value) func() *story {
		return func() *story {
			s := tell(0)
			for i := range 3 {
				op := s.produce(1, 1, 0, 0)
				session(op, 1, kafka.Sequence(i))
				noAnswer(op)
			}
			s.final(values...)
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"all", "", three(1, 2, 3)},
		{"a suffix is missing", "", three(1)},
		{"the beginning was lost, and the rest taken as after expiry", "", three(3)},
		{"one in the middle is missing", SequenceGap, three(1, 3)},
		{"the first was deleted, and taken once more after the producer had expired", "", func() *story {
			s := tell(0)
			s.sentAll(2)
			s.trim(2, 0, 2, 0, 2)
			s.sent(0, 2, 0, 2)
			s.expire(0)
			s.attempt(&s.h.Produces[0], 0, 3)
			s.begins(2, 3, 1)
			return s
		}},
		{"another producer id", "", func() *story {
			s := three(1, 3)()
			s.h.Produces[2].Producer = 2
			return s
		}},
	})
}
