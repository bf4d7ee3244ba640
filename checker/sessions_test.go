package checker

import (
	"math"
	"testing"

	"momus/core/kafka"
)

const outOfOrder = kafka.ErrOutOfOrderSequenceNumber

// sent makes a batch of producer id 7, in an epoch.
func (s *story) sent(epoch kafka.ProducerEpoch, sequence kafka.Sequence, err kafka.ErrorCode, base kafka.Offset) *ProduceOp {
	op := s.produce(1, 1, err, base)
	op.Producer, op.Epoch, op.Sequence = 7, epoch, sequence
	return op
}

// sentAll sends so many batches with the sequences from 0 on, all acknowledged, and returns the first.
func (s *story) sentAll(n int) *ProduceOp {
	first := len(s.h.Produces)
	for i := range n {
		s.sent(0, kafka.Sequence(i), 0, kafka.Offset(i))
	}
	return &s.h.Produces[first]
}

func (s *story) expire(wall kafka.Wall) {
	s.h.Expiries = append(s.h.Expiries, Expiry{Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Producer: 7, Wall: wall})
}

func TestTheNextBatchIsNotRefused(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"next after what was acknowledged", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 1, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"as unknown", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 1, kafka.ErrUnknownProducerID, -1)
			s.final(1)
			return s
		}},
		{"the one after the last sequence", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(0, math.MaxInt32, 0, 0)
			s.sent(0, 0, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"on one connection, before the answer to the one before", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 1, outOfOrder, -1)
			s.h.Produces[0].Attempts[0].End = s.event()
			s.final(1)
			return s
		}},
		{"on another connection, before the answer to the one before", "", func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 1, 0, 1)
			s.sent(0, 2, outOfOrder, -1)
			s.h.Produces[1].Attempts[0].End = s.event()
			s.h.Produces[1].Attempts[0].Conn = 2
			s.final(1, 2)
			return s
		}},
		{"the one before was refused", "", func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 1, kafka.ErrNotEnoughReplicas, -1)
			s.sent(0, 2, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"the one before, of its sequence, was refused", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 1, kafka.ErrMessageTooLarge, -1)
			s.sent(0, 1, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"a hole before it", "", func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 2, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"of another epoch", "", func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(1, 1, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"a power loss took the one before", "", func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.sent(0, 1, 0, 1)
			s.crash(true, 1)
			s.sent(0, 2, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"a power loss that took nothing of it", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.crash(true, 1)
			s.sent(0, 1, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"a kill", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.crash(false, 0)
			s.sent(0, 1, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"the producer had expired, and an older batch was taken", "", func() *story {
			s := tell(0)
			s.sent(0, 0, 0, 0)
			s.expire(0)
			s.sent(0, 1, outOfOrder, -1)
			s.final(1)
			return s
		}},
	})
}

func TestARepetitionIsKnownAgain(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"not after the producer expired, though it came late", "", func() *story {
			s := tell(0)
			op := s.sentAll(1)
			noAnswer(op)
			s.attempt(op, 0, 0)
			s.expire(0) // and then the first attempt arrives
			s.final(1, 1)
			return s
		}},
		{"with its first offset", "", func() *story {
			s := tell(0)
			s.attempt(s.sentAll(1), 0, 0)
			s.final(1)
			return s
		}},
		{"with another offset", MovedWrite, func() *story {
			s := tell(0)
			s.attempt(s.sentAll(1), 0, 1)
			s.final(1)
			return s
		}},
		{"with another offset, after it was lost", "", func() *story {
			s := tell(0)
			s.sentAll(1)
			s.crash(true, 0)
			s.produce(2, 1, 0, 0)
			s.attempt(&s.h.Produces[0], 0, 1)
			s.final(2, 1)
			return s
		}},
		{"the fifth last is refused", FalseRefusal, func() *story {
			s := tell(0)
			s.attempt(s.sentAll(5), outOfOrder, -1)
			s.final(1, 2, 3, 4, 5)
			return s
		}},
		{"the sixth last is refused", "", func() *story {
			s := tell(0)
			s.attempt(s.sentAll(6), outOfOrder, -1)
			s.final(1, 2, 3, 4, 5, 6)
			return s
		}},
		{"the fifth last is refused after a crash", "", func() *story {
			s := tell(0)
			op := s.sentAll(5)
			s.crash(false, 0)
			s.attempt(op, outOfOrder, -1)
			s.final(1, 2, 3, 4, 5)
			return s
		}},
		{"the fifth last is refused after a crash, though all is read back", FalseRefusal, func() *story {
			s := tell(0)
			s.h.Refills = true
			op := s.sentAll(5)
			s.crash(false, 0)
			s.attempt(op, outOfOrder, -1)
			s.final(1, 2, 3, 4, 5)
			return s
		}},
		{"the last is refused after a crash", FalseRefusal, func() *story {
			s := tell(0)
			op := s.sentAll(1)
			s.crash(false, 0)
			s.attempt(op, outOfOrder, -1)
			s.final(1)
			return s
		}},
		{"its producer had expired: it is there twice", "", func() *story {
			s := tell(0)
			op := s.sentAll(1)
			s.expire(1 << 40)
			s.attempt(op, 0, 1)
			s.final(1, 1)
			return s
		}},
		{"it is there twice, and nothing had expired", Duplicate, func() *story {
			s := tell(0)
			s.attempt(s.sentAll(1), 0, 1)
			s.final(1, 1)
			return s
		}},
	})
}

func TestAnOldEpochIsFenced(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"and refused", "", func() *story {
			s := tell(0)
			s.sent(1, 0, 0, 0)
			s.sent(0, 5, kafka.ErrInvalidProducerEpoch, -1)
			s.final(1)
			return s
		}},
		{"but writes", Fencing, func() *story {
			s := tell(0)
			s.sent(1, 0, 0, 0)
			s.sent(0, 5, 0, 1)
			s.final(1, 2)
			return s
		}},
		{"but writes, and nobody was told", Fencing, func() *story {
			s := tell(0)
			s.sent(1, 0, 0, 0)
			noAnswer(s.sent(0, 5, 0, 1))
			s.final(1, 2)
			return s
		}},
		{"not before the new one is there", "", func() *story {
			s := tell(0)
			s.sent(0, 5, 0, 0)
			s.sent(1, 0, 0, 1)
			s.final(1, 2)
			return s
		}},
		{"not after the producer expired", "", func() *story {
			s := tell(0)
			s.sent(1, 0, 0, 0)
			s.expire(0)
			s.sent(0, 5, 0, 1)
			s.final(1, 2)
			return s
		}},
		{"though none is newer", FalseRefusal, func() *story {
			s := tell(0)
			s.sent(1, 0, kafka.ErrInvalidProducerEpoch, -1)
			s.final()
			return s
		}},
	})
}

func TestAProducerIDHasOneProducer(t *testing.T) {
	init := func(s *story, err kafka.ErrorCode, id kafka.ProducerID) {
		s.h.Inits = append(s.h.Inits, Init{Start: s.event(), End: s.event(), Err: err, Producer: id})
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"each its own", "", func() *story {
			s := tell(0)
			init(s, 0, 1)
			init(s, 0, 2)
			init(s, kafka.ErrCoordinatorLoadInProgress, -1)
			init(s, kafka.ErrCoordinatorLoadInProgress, -1)
			s.final()
			return s
		}},
		{"one for two", ProducerIDs, func() *story {
			s := tell(0)
			init(s, 0, 1)
			init(s, 0, 1)
			s.final()
			return s
		}},
		{"none", ProducerIDs, func() *story {
			s := tell(0)
			init(s, 0, -1)
			s.final()
			return s
		}},
	})
}

func TestAnExpiryHasACause(t *testing.T) {
	// idle tells of a producer that wrote at time 1000 and was forgotten at a time; what else it
	// wrote, more says.
	idle := func(at kafka.Wall, more func(s *story)) func() *story {
		return func() *story {
			s := tell(0)
			s.h.Expiration = 50
			s.sent(0, 0, 0, 0).Latest = 1000
			values := []Value{1}
			if more != nil {
				more(s)
				values = append(values, 2)
			}
			s.expire(at)
			s.final(values...)
			return s
		}
	}
	// again sends the first batch once more, without an answer.
	again := func(s *story) {
		op := &s.h.Produces[0]
		a := op.Attempts[0]
		a.Start, a.End, a.Answered = s.event(), s.event(), false
		op.Attempts = append(op.Attempts, a)
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"long enough", "", idle(1050, nil)},
		{"too soon", Expired, idle(1049, nil)},
		{"too soon after what it wrote last", Expired, idle(1060, func(s *story) { s.sent(0, 1, 0, 1).Latest = 1030 })},
		{"what it wrote last has the older timestamp", "", idle(1049, func(s *story) { s.sent(0, 1, 0, 1).Latest = 900 })},
		{"what may be there has", "", idle(1049, func(s *story) {
			op := s.sent(0, 1, 0, 1)
			op.Latest = 900
			noAnswer(op)
		})},
		{"a second time, too soon", Expired, idle(1060, func(s *story) {
			s.expire(1060)
			s.sent(0, 1, 0, 1).Latest = 1030
		})},
		{"an older one was sent again after it was forgotten, and may lie behind", "", idle(1060, func(s *story) {
			s.expire(1060)
			s.sent(0, 1, 0, 1).Latest = 1030
			again(s)
		})},
		{"an older one was sent again, and it was not forgotten", Expired, idle(1060, func(s *story) {
			s.sent(0, 1, 0, 1).Latest = 1030
			again(s)
		})},
		{"an older one was sent again before it wrote what it wrote last", Expired, idle(1060, func(s *story) {
			s.expire(1060)
			again(s)
			s.h.Produces[0].Attempts[1].Answered = true
			s.sent(0, 1, 0, 1).Latest = 1030
		})},
		{"the broker wrote the timestamps, and somebody read them", Expired, idle(1249, func(s *story) {
			s.sent(0, 1, 0, 1).Latest = 0
			s.poll(1, s.next).Records[0].Timestamp = 1200
		})},
		{"too soon, with damage to what another wrote", Expired, idle(1049, func(s *story) {
			s.h.Damages = append(s.h.Damages, Damage{Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, From: 1, End: 2})
			s.produce(2, 1, 0, 1).Latest = 1000
		})},
		{"too soon, with damage to what it wrote", "", idle(1049, func(s *story) {
			s.h.Damages = append(s.h.Damages, Damage{Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, From: 0, End: 1})
			s.produce(2, 1, 0, 1).Latest = 1000
		})},
		{"the broker wrote the timestamps", "", idle(500, func(s *story) { s.sent(0, 1, 0, 1).Latest = 0 })},
	})
}
