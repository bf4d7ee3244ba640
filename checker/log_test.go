package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestAcknowledgedRecordsAreThere(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"all there", "", func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.produce(2, 1, 0, 2)
			s.final(1, 2, 3)
			return s
		}},
		{"the last is gone without a reason", Unseen, func() *story {
			s := tell(0)
			s.produce(1, 2, 0, 0)
			s.produce(1, 1, 0, 2)
			s.final(1, 2)
			return s
		}},
		{"another took its place", LostWrite, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			noAnswer(s.produce(2, 1, 0, 0))
			s.final(2)
			return s
		}},
		{"it is elsewhere", MovedWrite, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 1)
			noAnswer(s.produce(2, 1, 0, 0))
			s.final(1, 2)
			return s
		}},
		{"a process crash excuses nothing", Unseen, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			s.crash(false, 0)
			s.final()
			return s
		}},
		{"a power loss excuses what was not flushed", "", func() *story {
			s := tell(7)
			s.produce(1, 1, 0, 0)
			s.produce(1, 1, 0, 1)
			s.crash(true, 1)
			s.final(1)
			return s
		}},
		{"but not what was", Unseen, func() *story {
			s := tell(7)
			s.produce(1, 1, 0, 0)
			s.crash(true, 1)
			s.final()
			return s
		}},
		{"nor what was written later", Unseen, func() *story {
			s := tell(7)
			s.crash(true, 0)
			s.produce(1, 1, 0, 0)
			s.final()
			return s
		}},
		{"nor anything with flush.messages=1", Unseen, func() *story {
			s := tell(1)
			s.produce(1, 1, 0, 0)
			s.crash(true, 0)
			s.final()
			return s
		}},
		{"an acknowledgement on its way when the power went", "", func() *story {
			s := tell(0)
			op := s.produce(1, 1, 0, 0)
			s.crash(true, 0)
			op.Attempts[0].End = s.event()
			s.final()
			return s
		}},
		{"acks=0 promises nothing", "", func() *story {
			s := tell(0)
			op := s.produce(1, 1, 0, 0)
			op.Acks = 0
			noAnswer(op)
			s.final()
			return s
		}},
		{"a duplicate's acknowledgement tells no offset but counts", Unseen, func() *story {
			s := tell(0)
			session(s.produce(1, 1, kafka.ErrDuplicateSequenceNumber, -1), 1, 0)
			s.final()
			return s
		}},
		{"a power loss excuses that too", "", func() *story {
			s := tell(0)
			session(s.produce(1, 1, kafka.ErrDuplicateSequenceNumber, -1), 1, 0)
			s.crash(true, 0)
			s.final()
			return s
		}},
	})
}

func TestALostSuffixIsASuffix(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"a later record outlives an earlier one", Hole, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			s.produce(1, 1, 0, 1)
			s.crash(true, 0)
			noAnswer(s.produce(2, 1, 0, 0))
			s.final(3, 2)
			return s
		}},
		{"a record that was sent again does", "", func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			op := s.produce(2, 1, 0, 1)
			session(op, 1, 0)
			noAnswer(op)
			s.crash(true, 0)
			noAnswer(s.produce(3, 1, 0, 0))
			s.attempt(&s.h.Produces[1], 0, 1)
			s.final(3, 2)
			return s
		}},
		{"an offset is missing", Hole, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 3, 0, 0))
			r := s.final(1, 2, 3)
			r.Records = append(r.Records[:1], Record{Offset: 2, Value: 3})
			return s
		}},
		{"the read ends before the log does", Hole, func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 1, 0, 0))
			s.final(1).End = 2
			return s
		}},
		{"markers are no records", "", func() *story {
			s := tell(0)
			noAnswer(s.produce(1, 2, 0, 0))
			r := s.final(1, 2)
			r.Records[1].Offset, r.End = 3, 5
			r.Control = []Range{{1, 2}, {2, 3}, {4, 5}}
			return s
		}},
	})
}

func TestWhatWasDeletedIsExcusedAndNothingElse(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"a topic that vanished", Metadata, func() *story {
			s := tell(0)
			s.produce(1, 1, 0, 0)
			s.h.Listed = true
			return s
		}},
		{"a topic that appeared by itself and vanished", Metadata, func() *story {
			s := tell(0)
			s.h.Admin = nil
			s.produce(1, 1, 0, 0)
			s.h.Listed = true
			return s
		}},
		{"a topic that was deleted", "", func() *story {
			s := tell(1)
			s.produce(1, 1, 0, 0)
			s.admin(DeleteTopic, 0)
			s.h.Listed = true
			return s
		}},
		{"a topic that was deleted perhaps", "", func() *story {
			s := tell(1)
			s.produce(1, 1, 0, 0)
			s.admin(DeleteTopic, 0).Answered = false
			s.h.Listed = true
			return s
		}},
		{"a topic whose deletion was refused", Metadata, func() *story {
			s := tell(1)
			s.admin(DeleteTopic, kafka.ErrTopicDeletionDisabled)
			s.h.Listed = true
			return s
		}},
		{"a topic that was deleted and is there", Metadata, func() *story {
			s := tell(1)
			s.admin(DeleteTopic, 0)
			s.final()
			return s
		}},
		{"a deleted topic that was made again is another", "", func() *story {
			s := tell(1)
			s.produce(1, 1, 0, 0)
			s.admin(DeleteTopic, 0)
			s.id = kafka.TopicID{2}
			s.admin(CreateTopic, 0)
			s.produce(1, 1, 0, 0)
			s.final(2)
			return s
		}},
		{"what is in the new one is not excused", Unseen, func() *story {
			s := tell(1)
			s.admin(DeleteTopic, 0)
			s.id = kafka.TopicID{2}
			s.admin(CreateTopic, 0)
			s.produce(1, 1, 0, 0)
			s.final()
			return s
		}},
		{"a topic changed its id", Metadata, func() *story {
			s := tell(1)
			s.id = kafka.TopicID{2}
			s.final()
			return s
		}},
		{"a topic has other partitions than it was made with", Partitions, func() *story {
			s := tell(1)
			s.final()
			s.h.Final[0].Partitions = 2
			return s
		}},
		{"a topic exists twice", Metadata, func() *story {
			s := tell(1)
			s.final()
			s.h.Final = append(s.h.Final, FinalTopic{"t", kafka.TopicID{3}, 1})
			return s
		}},
	})
}
