package checker

import (
	"testing"

	"momus/core/kafka"
)

// TestOfTwoCopiesCompactionLeavesTheLater has a batch of one record told at offset 0, and once more at the end of a log of
// three others, after its producer expired or not. Compaction takes the first copy.
func TestOfTwoCopiesCompactionLeavesTheLater(t *testing.T) {
	type twice struct {
		upto                        kafka.Offset
		early, unreplaced, unforget bool
	}
	told := func(c twice, left ...Record) func() *story {
		return func() *story {
			s := tell(0)
			s.h.Topics[0].Keys, s.h.Topics[0].Policy = 1000, PolicyCompact
			clean := func() {
				done := Cleaning{Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Upto: c.upto, Flushed: 4}
				if !c.unreplaced {
					done.Replaced, done.Done = s.event(), s.event()
				}
				s.h.Cleanings = append(s.h.Cleanings, done)
			}
			if c.early {
				clean()
			}
			s.sent(0, 0, 0, 0)
			s.produce(2, 2, 0, 1)
			if !c.unforget {
				s.expire(0)
			}
			s.attempt(&s.h.Produces[0], 0, 3)
			s.produce(2, 1, 0, 4)
			if !c.early {
				clean()
			}
			r := s.final()
			r.End, r.Records = 5, left
			return s
		}
	}
	later := []Record{{Offset: 1, Value: 2}, {Offset: 2, Value: 3}, {Offset: 3, Value: 1}, {Offset: 4, Value: 4}}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"the later one stays", "", told(twice{upto: 4}, later...)},
		{"both are there", "", told(twice{upto: 4}, append([]Record{{Offset: 0, Value: 1}}, later...)...)},
		{"it was compacted below the later one only", MovedWrite, told(twice{upto: 3}, later...)},
		{"nothing was replaced", MovedWrite, told(twice{upto: 4, unreplaced: true}, later...)},
		{"it was compacted before either was there", MovedWrite, told(twice{upto: 4, early: true}, later...)},
		{"the producer did not expire", MovedWrite, told(twice{upto: 4, unforget: true}, later...)},
		{"neither is there", LostWrite, told(twice{upto: 4}, later[0], later[1], later[3])},
	})
}

// TestOfTwoCopiesTheEarlierDoesNotStandForTheLater: what was told is the later one, and the earlier one is there.
func TestOfTwoCopiesTheEarlierDoesNotStandForTheLater(t *testing.T) {
	s := tell(0)
	s.h.Topics[0].Keys, s.h.Topics[0].Policy = 1000, PolicyCompact
	noAnswer(s.sent(0, 0, 0, 0))
	s.expire(0)
	s.attempt(&s.h.Produces[0], 0, 1)
	s.h.Cleanings = append(s.h.Cleanings, Cleaning{
		Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Upto: 2, Flushed: 2, Replaced: s.event(), Done: s.event(),
	})
	r := s.final()
	r.End, r.Records = 2, records(0, 1)
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{{"the earlier one stays", MovedWrite, func() *story { return s }}})
}

// TestOneOfWhichNobodyHeardMayHaveStoodForAnother: a record is told at offset 0; another of its key, of which nobody heard, is
// at 1, and one of another key at 2. Compaction takes the first, and a disk that lied the second.
func TestOneOfWhichNobodyHeardMayHaveStoodForAnother(t *testing.T) {
	type lie struct {
		upto                                kafka.Offset
		from, end                           kafka.Offset
		early, unreplaced, refused, another bool
	}
	told := func(c lie) func() *story {
		return func() *story {
			s := tell(1)
			topic := &s.h.Topics[0]
			topic.Policy, topic.Keys = PolicyCompact, 2
			for alike := func() bool { return topic.KeyOf(1) == topic.KeyOf(2) }; topic.KeyOf(1) == topic.KeyOf(3) || alike() == c.another; {
				topic.Keys++
			}
			clean := func() {
				done := Cleaning{Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Upto: c.upto, Flushed: 3}
				if !c.unreplaced {
					done.Replaced, done.Done = s.event(), s.event()
				}
				s.h.Cleanings = append(s.h.Cleanings, done)
			}
			s.produce(1, 1, 0, 0)
			if c.refused {
				s.produce(2, 1, kafka.ErrMessageTooLarge, -1)
			} else {
				noAnswer(s.produce(2, 1, 0, 1))
			}
			s.produce(1, 1, 0, 2)
			if !c.early {
				clean()
			}
			s.h.Damages = append(s.h.Damages, Damage{
				Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, From: c.from, End: c.end, Checkpoint: 3, Suspect: true, Gone: true,
			})
			s.crash(true, 3)
			if c.early {
				clean()
			}
			r := s.final()
			r.End, r.Records = 3, records(2, 3)
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"it stood for it, and went", "", told(lie{upto: 3, from: 1, end: 2})},
		{"it has another key", LostWrite, told(lie{upto: 3, from: 1, end: 2, another: true})},
		{"it was refused", LostWrite, told(lie{upto: 3, from: 1, end: 2, refused: true})},
		{"it was compacted below it only", LostWrite, told(lie{upto: 1, from: 1, end: 2})},
		{"nothing was replaced", LostWrite, told(lie{upto: 3, from: 1, end: 2, unreplaced: true})},
		{"it went before the compaction", LostWrite, told(lie{upto: 3, from: 1, end: 2, early: true})},
		{"what went has another size", LostWrite, told(lie{upto: 3, from: 1, end: 3})},
	})
}

// TestOneOfAnUnknownIncarnationMayStandForAnother: two topics of a name came one after the other, and of a batch that named
// only that and was acknowledged at offset 1 nobody knows to which it went. One of its key is at 0, and compacted away.
func TestOneOfAnUnknownIncarnationMayStandForAnother(t *testing.T) {
	told := func(alike bool) func() *story {
		return func() *story {
			s := tell(1)
			topic := &s.h.Topics[0]
			topic.Policy, topic.Keys, topic.Tombstones = PolicyCompact, 2, false
			for (topic.KeyOf(1) == topic.KeyOf(2)) != alike || topic.KeyOf(1) == topic.KeyOf(3) {
				topic.Keys++
			}
			s.produce(1, 1, 0, 0)
			op := s.produce(2, 1, 0, 1)
			op.ID = kafka.TopicID{}
			s.produce(1, 1, 0, 2)
			s.h.Admin = append(s.h.Admin, AdminOp{Kind: DeleteTopic, Topic: op.Topic, Start: s.event(), End: s.event()})
			done := Cleaning{Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Upto: 3, Flushed: 3}
			done.Replaced, done.Done = s.event(), s.event()
			s.h.Cleanings = append(s.h.Cleanings, done)
			r := s.final()
			r.End, r.Records = 3, records(2, 3)
			return s
		}
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"of the same key", "", told(true)},
		{"of another key", LostWrite, told(false)},
	})
}
