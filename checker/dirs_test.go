package checker

import (
	"testing"

	"momus/core/kafka"
)

// loseDir takes the directory of the story's log away, or of another one.
func (s *story) loseDir(own bool) {
	id := kafka.TopicPartition{Topic: s.id}
	d := DirLoss{Event: s.event()}
	if own {
		d.Lost = append(d.Lost, id)
	} else {
		d.Kept = append(d.Kept, id)
	}
	s.h.DirLosses = append(s.h.DirLosses, d)
}

// leaderless ends a story in which nobody leads the partition.
func (s *story) leaderless() {
	s.h.Listed = true
	s.h.Final = append(s.h.Final, FinalTopic{"t", s.id, 1})
	s.shown(0, kafka.ErrLeaderNotAvailable)
}

func TestALostDirectoryExcusesItsPartitionsAndNoOthers(t *testing.T) {
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
		{"its partition has no leader", "", func() *story {
			s := produced()
			s.loseDir(true)
			s.leaderless()
			return s
		}},
		{"a partition of another directory has none", Unavailable, func() *story {
			s := produced()
			s.loseDir(false)
			s.leaderless()
			return s
		}},
		{"it had none before", Unavailable, func() *story {
			s := produced()
			s.leaderless()
			s.loseDir(true)
			return s
		}},
		{"a partition that was made later has none", Unavailable, func() *story {
			s := tell(1)
			s.h.Admin = nil
			s.h.DirLosses = append(s.h.DirLosses, DirLoss{Event: s.event()})
			s.admin(CreateTopic, kafka.None)
			s.leaderless()
			return s
		}},
		{"its partition is served empty", LostDirectory, func() *story {
			s := produced()
			s.loseDir(true)
			s.final()
			return s
		}},
		{"its partition is written again", LostDirectory, func() *story {
			s := produced()
			s.loseDir(true)
			s.produce(1, 1, 0, 0)
			s.leaderless()
			return s
		}},
		{"its partition is polled", LostDirectory, func() *story {
			s := produced()
			s.loseDir(true)
			s.poll(0)
			s.leaderless()
			return s
		}},
		{"a partition of another directory is read", "", func() *story {
			s := produced()
			s.loseDir(false)
			s.final(1, 2)
			return s
		}},
	})
}
