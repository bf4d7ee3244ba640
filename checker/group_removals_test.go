package checker

import (
	"testing"

	"momus/core/kafka"
)

func TestNoOffsetIsDeletedThatIsInUse(t *testing.T) {
	reads := func(s *story) { s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0) }
	judgeGroups(t, []groupCase{
		{"by a member that is heard of later", GroupFencing, func(s *story) { reads(s); s.removes("t", 0); s.beats(ClassicBeat, "a", 1, 0) }},
		{"which is refused", "", func(s *story) {
			reads(s)
			s.removes("t", kafka.ErrGroupSubscribedToTopic)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"of a topic that the member was given and has not subscribed to", "", func(s *story) {
			reads(s)
			s.h.Syncs[0].Subscribed = []string{"u"}
			s.removes("t", 0)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"of another topic", "", func(s *story) { reads(s); s.removes("u", 0); s.beats(ClassicBeat, "a", 1, 0) }},
		{"by a member that is gone", "", func(s *story) { reads(s); s.removes("t", 0); s.beats(ClassicBeat, "a", 1, kafka.ErrUnknownMemberID) }},
		{"by a member of another generation", "", func(s *story) { reads(s); s.removes("t", 0); s.beats(ClassicBeat, "a", 2, 0) }},
		{"while that is given out", "", func(s *story) {
			reads(s)
			s.removes("t", 0).Start = s.h.Syncs[0].Start
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"and a coordinator that loads tells the member that all is well", "", func(s *story) { reads(s); s.removes("t", 0); s.crash(false, 0); s.beats(ClassicBeat, "a", 1, 0) }},
		{"and a loss took the member's generation", "", func(s *story) { s.powerLoss(); reads(s); s.removes("t", 0); s.beats(ClassicBeat, "a", 1, 0) }},
	})
}

func TestAnOffsetIsOfOneTopicID(t *testing.T) {
	byID := func(s *story, fetched kafka.TopicID) {
		s.commits("", -1, 5, 0).ID = kafka.TopicID{1}
		s.fetched(5, "m1")
		s.h.OffsetFetches[0].ID = fetched
	}
	judgeGroups(t, []groupCase{
		{"of that topic", "", func(s *story) { byID(s, kafka.TopicID{1}) }},
		{"asked by the name", "", func(s *story) { byID(s, kafka.TopicID{}) }},
		{"of another one that had the name", OffsetUnknown, func(s *story) { byID(s, kafka.TopicID{2}) }},
	})
}
