package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestGroupsAreAsLargeAsTheyMayBe(t *testing.T) {
	two := func(do func(s *story)) func(s *story) {
		return func(s *story) { s.h.GroupLimits = GroupLimits{SizeMax: 2, Upgrades: true}; do(s) }
	}
	enters := func(s *story, member string, err kafka.ErrorCode) {
		op := s.beats(ConsumerBeat, member, 0, err)
		op.Given, op.Told = member, 2
	}
	judgeGroups(t, []groupCase{
		{"a generation of two", "", two(func(s *story) { s.joins("a", "a", 1, "a", "b"); s.joins("b", "a", 1) })},
		{"a generation of three", GroupSize, two(func(s *story) {
			s.joins("a", "a", 1, "a", "b", "c")
			s.joins("b", "a", 1)
			s.joins("c", "a", 1)
		})},
		{"a generation of three, with one that may be replaced", "", two(func(s *story) {
			s.joins("a", "a", 1, "a", "b", "c")
			s.joins("b", "a", 1)
			s.joins("c", "a", 1)
			s.h.Joins[2].Instance = "i"
		})},
		{"a join refused for no size", GroupSize, func(s *story) {
			s.joins("a", "", -1)
			s.h.Joins[0].Err = kafka.ErrGroupMaxSizeReached
		}},
		{"a third that joins two", GroupSize, two(func(s *story) {
			enters(s, "a", 0)
			enters(s, "b", 0)
			enters(s, "c", 0)
			s.beats(ConsumerBeat, "a", 2, 0)
			s.beats(ConsumerBeat, "b", 2, 0)
		})},
		{"a third that joins when one was heard last", "", two(func(s *story) {
			enters(s, "a", 0)
			enters(s, "b", 0)
			enters(s, "c", 0)
			s.beats(ConsumerBeat, "a", 2, 0)
		})},
		{"a third that is refused", "", two(func(s *story) {
			enters(s, "a", 0)
			enters(s, "b", 0)
			enters(s, "c", kafka.ErrGroupMaxSizeReached)
		})},
		{"the first one, refused", GroupSize, two(func(s *story) { enters(s, "", kafka.ErrGroupMaxSizeReached) })},
		{"one that is refused behind two that may be in", "", two(func(s *story) {
			enters(s, "", kafka.ErrCoordinatorNotAvailable)
			enters(s, "", kafka.ErrCoordinatorNotAvailable)
			enters(s, "", kafka.ErrGroupMaxSizeReached)
		})},
		{"refused where there is no limit", GroupSize, func(s *story) { enters(s, "a", kafka.ErrGroupMaxSizeReached) }},
		{"refused for the kind of the group, where it may be converted", GroupSize, func(s *story) {
			s.h.GroupLimits.Upgrades = true
			enters(s, "a", kafka.ErrGroupIDNotFound)
		}},
		{"refused for the kind of the group", "", func(s *story) { enters(s, "a", kafka.ErrGroupIDNotFound) }},
	})
}
