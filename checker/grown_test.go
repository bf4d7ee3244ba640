package checker

import (
	"slices"
	"testing"

	"momus/core/kafka"
)

// seen notes that a topic was told to have so many partitions.
func (s *story) seen(partitions int32) {
	s.h.Counted = append(s.h.Counted, CountSeen{Topic: "t", ID: s.id, Partitions: partitions, Start: s.event(), End: s.event()})
}

func (s *story) grow(partitions int32, err kafka.ErrorCode) *AdminOp {
	op := s.admin(GrowTopic, err)
	op.Partitions = partitions
	return op
}

func TestPartitionsOnlyBecomeMoreAndAsManyAsWereAskedFor(t *testing.T) {
	for _, c := range []struct {
		name string
		tell func(s *story)
		want int
	}{
		{"as it was created", func(s *story) { s.seen(1) }, 0},
		{"grown", func(s *story) { s.seen(1); s.grow(3, kafka.None); s.seen(3) }, 0},
		{"grown, and not told", func(s *story) { s.grow(3, kafka.None); s.seen(1) }, 1},
		{"grown by whom nobody answered", func(s *story) { s.grow(3, kafka.None).Answered = false; s.seen(1); s.seen(3) }, 0},
		{"timed out, and done", func(s *story) { s.grow(3, kafka.ErrRequestTimedOut); s.seen(3) }, 0},
		{"refused, and done", func(s *story) { s.grow(3, kafka.ErrInvalidPartitions); s.seen(3) }, 1},
		{"more than anybody asked for", func(s *story) { s.grow(3, kafka.None); s.seen(4) }, 1},
		{"less again", func(s *story) { s.grow(3, kafka.None).Answered = false; s.seen(3); s.seen(1) }, 1},
		{"made anew", func(s *story) {
			s.grow(3, kafka.None)
			s.admin(DeleteTopic, kafka.None)
			s.id = kafka.TopicID{2}
			s.admin(CreateTopic, kafka.None)
			s.seen(1)
		}, 0},
		{"told while it was grown", func(s *story) {
			s.h.Counted = append(s.h.Counted, CountSeen{Topic: "t", ID: s.id, Partitions: 1, Start: s.event(), End: s.event() + 5})
			s.grow(3, kafka.None)
		}, 0},
		{"lost at the end", func(s *story) { s.grow(3, kafka.None); s.h.Final = []FinalTopic{{"t", s.id, 1}} }, 1},
		{"there at the end", func(s *story) { s.grow(3, kafka.None); s.h.Final = []FinalTopic{{"t", s.id, 3}} }, 0},
		{"created by whoever asked first", func(s *story) { s.h.Admin = nil; s.seen(7) }, 0},
	} {
		s := tell(0)
		c.tell(s)
		got, _ := Check(&s.h)
		got = slices.DeleteFunc(got, func(v Violation) bool { return v.Checker == TopicModel }) // it has tests of its own
		if len(got) != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		for _, v := range got {
			if v.Checker != Partitions {
				t.Errorf("%s: %s speaks", c.name, v.Checker)
			}
		}
	}
}
