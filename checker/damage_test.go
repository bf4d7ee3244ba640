package checker

import (
	"testing"

	"momus/core/kafka"
)

// damage is done to the batch of the first record by the world.
func (s *story) damage(checkpoint kafka.Offset, suspect bool) {
	s.h.Damages = append(s.h.Damages, Damage{
		Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, From: 0, End: 1, Checkpoint: checkpoint, Suspect: suspect,
	})
}

// misread is a batch that the disk gave wrongly to somebody, once.
func (s *story) misread(at kafka.Offset) {
	s.h.Misreads = append(s.h.Misreads, Misread{
		Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, From: at, End: at + 1,
	})
}

// shown is a batch with a wrong checksum that a client was sent, or with err a refusal.
func (s *story) shown(at kafka.Offset, err kafka.ErrorCode) {
	s.h.Damaged = append(s.h.Damaged, Damaged{
		Event: s.event(), Topic: "t", ID: s.id, Offset: at, Base: at, Err: err, Text: "a batch that is damaged",
	})
}

// TestADamagedBatchMaySayThatItReachesFurther: the batch at offset 1 of three was damaged, or not, and a client that came to
// offset 2 was sent one that is damaged and says that it begins at some offset.
func TestADamagedBatchMaySayThatItReachesFurther(t *testing.T) {
	told := func(damaged, base kafka.Offset) func() *story {
		return func() *story {
			s := tell(1)
			for i := range 3 {
				s.produce(1, 1, 0, kafka.Offset(i))
			}
			s.damage(3, false)
			s.h.Damages[0].From, s.h.Damages[0].End = damaged, damaged+1
			s.shown(2, kafka.None)
			s.h.Damaged[0].Base = base
			s.final(1, 2, 3)
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"the one before", "", told(1, 1)},
		{"the one itself", "", told(2, 2)},
		{"the one before that", Protocol, told(0, 1)},
		{"the one before, and it says that it begins at the offset", Protocol, told(1, 2)},
	})
}

// returned is the directory of a log that is back after a life of its node without it.
func (s *story) returned(id kafka.TopicID) {
	s.h.DirReturns = append(s.h.DirReturns, DirReturn{Event: s.event(), Logs: []kafka.TopicPartition{{Topic: id}}})
}

// offline ends a story in which nothing can be read.
func (s *story) offline() {
	s.h.Listed = true
	s.h.Final = append(s.h.Final, FinalTopic{"t", s.id, 1})
	s.shown(0, kafka.ErrKafkaStorageError)
}

// behindGap is a batch at offset 2 that was misread, of a log that was compacted up to an offset, and shown to somebody
// who asked from the beginning, before the topic was deleted and made anew.
func behindGap(upto kafka.Offset) *story {
	s := tell(1)
	log := kafka.TopicPartition{Topic: kafka.TopicID{9}}
	s.h.Cleanings = append(s.h.Cleanings, Cleaning{Event: s.event(), Log: log, Upto: upto, Flushed: 3, Replaced: s.event()})
	s.h.Misreads = append(s.h.Misreads, Misread{Event: s.event(), Log: log, From: 2, End: 3})
	s.shown(0, kafka.None)
	s.h.Damaged[0].ID = kafka.TopicID{}
	s.admin(DeleteTopic, 0)
	s.id = kafka.TopicID{2}
	s.admin(CreateTopic, 0)
	s.final()
	return s
}

func TestDamageExcusesWhatItExplainsAndNothingElse(t *testing.T) {
	produced := func() *story {
		s := tell(1)
		s.produce(1, 1, 0, 0)
		s.produce(1, 1, 0, 1)
		return s
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"a damaged log is offline", "", func() *story {
			s := produced()
			s.damage(0, false)
			s.offline()
			return s
		}},
		{"a batch is shown that was misread", "", func() *story {
			s := produced()
			s.misread(0)
			s.shown(0, kafka.None)
			s.final(1, 2)
			return s
		}},
		{"another batch is shown than was misread", Protocol, func() *story {
			s := produced()
			s.misread(0)
			s.shown(1, kafka.None)
			s.final(1, 2)
			return s
		}},
		{"a batch is shown that was misread, behind a gap, of a topic that is gone", "", func() *story {
			return behindGap(2)
		}},
		{"a batch is shown that was misread, behind what was not compacted, of a topic that is gone", Protocol, func() *story {
			return behindGap(1)
		}},
		{"a log is offline of which a batch was misread", Unavailable, func() *story {
			s := produced()
			s.misread(0)
			s.offline()
			return s
		}},
		{"an undamaged log is offline", Unavailable, func() *story {
			s := produced()
			s.offline()
			return s
		}},
		{"it was offline before it was damaged", Unavailable, func() *story {
			s := produced()
			s.offline()
			s.damage(0, false)
			return s
		}},
		{"the damaged batch is shown as it is", "", func() *story {
			s := produced()
			s.damage(0, false)
			s.shown(0, 0)
			s.final(1, 2)
			return s
		}},
		{"another batch is damaged as well", Protocol, func() *story {
			s := produced()
			s.damage(0, false)
			s.shown(1, 0)
			s.final(1, 2)
			return s
		}},
		{"a record is served in the place of the damaged one", UnknownValue, func() *story {
			s := produced()
			s.damage(0, false)
			s.poll(0, 99)
			s.final(1, 2)
			return s
		}},
		{"a kill, and the log is cut at the damage", Unseen, func() *story {
			s := produced()
			s.damage(0, false)
			s.crash(false, 2)
			s.final()
			return s
		}},
		{"a power loss, and it is cut above the recovery point", "", func() *story {
			s := produced()
			s.damage(0, false)
			s.crash(true, 2)
			s.final()
			return s
		}},
		{"a power loss, and it is cut below the recovery point", Unseen, func() *story {
			s := produced()
			s.damage(1, false)
			s.crash(true, 2)
			s.final()
			return s
		}},
		{"its directory is back after a life without it, and the log is cut", "", func() *story {
			s := produced()
			s.damage(0, false)
			s.crash(false, 2)
			s.returned(s.id)
			s.final()
			return s
		}},
		{"it is cut below the recovery point", Unseen, func() *story {
			s := produced()
			s.damage(1, false)
			s.returned(s.id)
			s.final()
			return s
		}},
		{"another directory is back", Unseen, func() *story {
			s := produced()
			s.damage(0, false)
			s.returned(kafka.TopicID{9})
			s.final()
			return s
		}},
		{"it was damaged once it was back and had vouched again", Unseen, func() *story {
			s := produced()
			s.returned(s.id)
			s.damage(0, false)
			s.crash(false, 2)
			s.final()
			return s
		}},
		{"damaged before it recovers from a power loss", "", func() *story {
			s := produced()
			s.crash(true, 2)
			s.damage(0, true)
			s.final()
			return s
		}},
		{"the power loss was over, and the log recovered", Unseen, func() *story {
			s := produced()
			s.crash(true, 2)
			s.damage(0, false)
			s.final()
			return s
		}},
	})
}

// TestWhatWentUnseenIsExcusedWhereOffsetsMayBeMissing: three batches of an idempotent producer below the recovery
// point, and a power loss that takes the second, of two records, with the end of a segment.
func TestWhatWentUnseenIsExcusedWhereOffsetsMayBeMissing(t *testing.T) {
	type gone struct {
		from, end, checkpoint             kafka.Offset
		unseen, compacted, compactedLater bool
	}
	told := func(g gone, left ...kafka.Offset) func() *story {
		return func() *story {
			s := tell(1)
			s.h.Topics[0].Keys = 1000
			for i, n := range []int32{1, 2, 1} {
				session(s.produce(1, n, 0, []kafka.Offset{0, 1, 3}[i]), 7, []kafka.Sequence{0, 1, 3}[i])
			}
			log := kafka.TopicPartition{Topic: s.id}
			clean := func() {
				s.h.Cleanings = append(s.h.Cleanings, Cleaning{Event: s.event(), Log: log, Upto: 1, Flushed: 4})
			}
			if g.compacted {
				clean()
			}
			s.h.Damages = append(s.h.Damages, Damage{
				Event: s.event(), Log: log, From: g.from, End: g.end, Checkpoint: g.checkpoint, Suspect: true, Gone: g.unseen,
			})
			s.crash(true, 4)
			if g.compactedLater {
				clean()
			}
			r := s.final()
			r.End = 4
			for _, o := range left {
				r.Records = append(r.Records, Record{Offset: o, Value: Value(o + 1)})
			}
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"it went whole where offsets may be missing", "", told(gone{1, 3, 4, true, true, false}, 0, 3)},
		{"in a log that nobody compacted", LostWrite, told(gone{1, 3, 4, true, false, false}, 0, 3)},
		{"in a log that was compacted afterwards only", LostWrite, told(gone{1, 3, 4, true, false, true}, 0, 3)},
		{"damaged and not gone", LostWrite, told(gone{1, 3, 4, false, true, false}, 0, 3)},
		{"the neighbour before is lost as well", LostWrite, told(gone{1, 3, 4, true, true, false}, 3)},
		{"the neighbour behind is lost as well", LostWrite, told(gone{1, 3, 4, true, true, false}, 0)},
		{"half of a batch went, and all is lost", LostWrite, told(gone{1, 2, 4, true, true, false}, 0, 3)},
		{"above the recovery point, with what lies behind kept", "", told(gone{1, 3, 1, true, true, false}, 0, 3)},
		{"nothing is lost of it", "", told(gone{1, 3, 4, true, true, false}, 0, 1, 2, 3)},
	})
}

func TestEveryPartitionIsReadAtTheEndOrRefused(t *testing.T) {
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"read", "", func() *story { s := tell(0); s.final(); return s }},
		{"of two one is read", Unavailable, func() *story {
			s := tell(0)
			s.h.Admin[0].Partitions = 2
			s.final()
			s.h.Final[0].Partitions = 2
			return s
		}},
	})
}
