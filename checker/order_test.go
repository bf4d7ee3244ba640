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
