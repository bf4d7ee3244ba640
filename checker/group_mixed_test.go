package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestMembersOfBothProtocolsShareNothing(t *testing.T) {
	judgeGroups(t, []groupCase{
		{"given up by joining anew", "", func(s *story) {
			s.joins("a", "", 1)
			s.syncs("a", 1, nil, 0, 1)
			s.joins("a", "", 2)
			s.given("b", 2, 1)
			s.syncs("a", 2, nil, 0)
			s.beats(ClassicBeat, "a", 2, 0)
		}},
		{"given away before the classic member gave it up", GroupOwner, func(s *story) {
			s.joins("a", "", 1)
			s.syncs("a", 1, nil, 0, 1)
			s.given("b", 2, 1)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"given away, and the classic member is asked to join", "", func(s *story) {
			s.joins("a", "", 1)
			s.syncs("a", 1, nil, 0, 1)
			s.given("b", 2, 1)
			s.beats(ClassicBeat, "a", 1, kafka.ErrRebalanceInProgress)
		}},
		{"given away, and the classic member commits", GroupFencing, func(s *story) {
			s.joins("a", "", 1)
			s.syncs("a", 1, nil, 0)
			s.given("b", 2, 0)
			s.commits("a", 1, 5, 0)
		}},
		{"a heartbeat that a coordinator answers while it is loaded", "", func(s *story) {
			s.joins("a", "", 1)
			s.syncs("a", 1, nil, 0)
			s.given("b", 2, 0)
			s.crash(false, 0)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"given to a classic member before the other one gave it up", GroupOwner, func(s *story) {
			s.given("b", 1, 0)
			s.joins("a", "", 2)
			s.syncs("a", 2, nil, 0)
			s.beats(ConsumerBeat, "b", 1, 0)
		}},
		{"given to two classic members", GroupOwner, func(s *story) {
			s.given("c", 1)
			s.joins("a", "", 2)
			s.syncs("a", 2, nil, 0)
			s.joins("b", "", 2)
			s.syncs("b", 2, nil, 0)
			s.beats(ClassicBeat, "a", 2, 0)
		}},
		{"of a topic that came twice", "", func(s *story) {
			for range 2 {
				s.h.Admin = append(s.h.Admin, AdminOp{Kind: CreateTopic, Topic: "t", Start: s.event(), End: s.event()})
			}
			s.joins("a", "", 1)
			s.syncs("a", 1, nil, 0)
			s.given("b", 2, 0)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
	})
}
