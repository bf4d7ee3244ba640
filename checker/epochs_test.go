package checker

import (
	"testing"

	"momus/core/kafka"
)

// ends tells of an answer to OffsetForLeaderEpoch.
func (s *story) ends(asked, epoch kafka.LeaderEpoch, end kafka.Offset) {
	s.h.EpochEnds = append(s.h.EpochEnds, EpochEndOp{
		Topic: "t", Start: s.event(), Answer: s.event(), Asked: asked, Epoch: epoch, End: end,
	})
}

// epochs is a final read of records of these epochs.
func (s *story) epochs(epochs ...kafka.LeaderEpoch) {
	values := make([]Value, len(epochs))
	for i := range values {
		values[i] = Value(i + 1)
	}
	r := s.final(values...)
	for i, e := range epochs {
		r.Records[i].Epoch = e
	}
}

func TestTheEndOfAnEpochIsWhereItEnds(t *testing.T) {
	// Two records of epoch 2, two of epoch 4, all read by a consumer before it asks.
	told := func(steps ...func(*story)) func() *story {
		return func() *story {
			s := tell(0)
			s.produce(1, 3, 0, 0)
			s.produce(1, 1, 0, 3)
			p := s.poll(0, 1, 2, 3, 4)
			for i, e := range []kafka.LeaderEpoch{2, 2, 4, 4} {
				p.Records[i].Epoch = e
			}
			for _, step := range steps {
				step(s)
			}
			return s
		}
	}
	ends := func(asked, epoch kafka.LeaderEpoch, end kafka.Offset) func(*story) {
		return func(s *story) { s.ends(asked, epoch, end) }
	}
	all := func(s *story) { s.epochs(2, 2, 4, 4) }
	compacted := func(s *story) {
		s.h.Topics[0].Keys, s.h.Topics[0].Policy = 1, PolicyCompact
		s.h.Cleanings = append(s.h.Cleanings, Cleaning{
			Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Upto: 4, Flushed: 4, Replaced: s.event(), Done: s.event(),
		})
	}
	last := func(s *story) {
		r := s.final()
		r.End, r.Records = 4, records(3, 4)
		r.Records[0].Epoch = 4
	}
	forgot := func(s *story) {
		s.h.Forgets = append(s.h.Forgets, Forget{Event: s.event(), Log: kafka.TopicPartition{Topic: s.id}, Epochs: true})
	}
	expect(t, []struct {
		name string
		want string
		tell func() *story
	}{
		{"the last one at the end of the log", "", told(ends(4, 4, 4), all)},
		{"the last one a while ago", "", told(all, ends(4, 4, 4))},
		{"an older one at the start of the next", "", told(ends(2, 2, 2), all)},
		{"one without records at the next", "", told(ends(3, 2, 2), all)},
		{"one from before the log", "", told(ends(1, 1, 0), all)},
		{"one that is yet to come", "", told(ends(5, -1, -1), all)},
		{"later records came since", "", func() *story {
			s := tell(0)
			s.ends(4, 4, 0)
			s.produce(1, 2, 0, 0)
			s.epochs(4, 4)
			return s
		}},
		{"too early", EpochEnd, told(ends(4, 4, 3), all)},
		{"too late", EpochEnd, told(ends(2, 2, 3), all)},
		{"of too late an epoch", EpochEnd, told(ends(2, 4, 4), all)},
		{"of too old an epoch", EpochEnd, told(ends(4, 2, 4), all)},
		{"unknown, though it is there", EpochEnd, told(ends(4, -1, -1), all)},
		{"an epoch without an end", EpochEnd, told(ends(4, 4, -1), all)},
		{"a power loss took the rest", "", told(func(s *story) { s.crash(true, 3) }, ends(4, 4, 3), func(s *story) { s.epochs(2, 2, 4) })},
		{"compaction took the first of the next", "", told(compacted, ends(2, 2, 2), last)},
		{"compaction did, and it seems to begin later", EpochEnd, told(compacted, ends(2, 2, 3), last)},
		{"a power loss took where it began, too", "", told(compacted, forgot, ends(2, 2, 3), last)},
		{"it did so after the answer", EpochEnd, told(compacted, ends(2, 2, 3), forgot, last)},
		{"it took nothing but that", EpochEnd, told(forgot, ends(2, 2, 3), all)},
		{"what is deleted has no epoch", "", told(func(s *story) { s.trim(3, 0, 3, 0, 3) }, ends(2, 2, 3), func(s *story) { s.begins(3, 4) })},
	})
}
