package checker

import (
	"strconv"
	"strings"
	"testing"

	"momus/core/kafka"
)

// commits adds a commit of one offset that was answered. Its mark is "m" and the number of commits so far.
func (s *story) commits(member string, epoch int32, offset kafka.Offset, err kafka.ErrorCode) *CommitOp {
	s.h.Commits = append(s.h.Commits, CommitOp{
		Client: 1, Group: "g", Member: member, Epoch: epoch, Topic: "t", Offset: offset, LeaderEpoch: -1,
		Metadata: "m" + strconv.Itoa(len(s.h.Commits)+1), Start: s.event(), End: s.event(), Answered: true, Err: err,
	})
	return &s.h.Commits[len(s.h.Commits)-1]
}

func (s *story) fetched(offset kafka.Offset, mark string) {
	s.h.OffsetFetches = append(s.h.OffsetFetches, OffsetFetchOp{
		Client: 2, Group: "g", Topic: "t", Start: s.event(), End: s.event(), Offset: offset, LeaderEpoch: -1, Metadata: mark,
	})
}

func (s *story) removes(topic string, err kafka.ErrorCode) *OffsetRemovalOp {
	s.h.OffsetRemoval = append(s.h.OffsetRemoval, OffsetRemovalOp{
		Client: 3, Group: "g", Topic: topic, Start: s.event(), End: s.event(), Answered: true, Err: err,
	})
	return &s.h.OffsetRemoval[len(s.h.OffsetRemoval)-1]
}

func (s *story) joins(member, leader string, generation int32, members ...string) {
	s.h.Joins = append(s.h.Joins, JoinOp{
		Client: 1, Group: "g", Member: member, Start: s.event(), End: s.event(), Answered: true, Generation: generation,
		Given: member, Leader: leader, Protocol: "range", Members: members,
	})
}

func of(partitions ...kafka.PartitionID) (all []GroupPartition) {
	for _, p := range partitions {
		all = append(all, GroupPartition{Topic: "t", Partition: p})
	}
	return all
}

func (s *story) syncs(member string, generation int32, assigns []GivenTo, got ...kafka.PartitionID) {
	s.h.Syncs = append(s.h.Syncs, SyncOp{
		Client: 1, Group: "g", Member: member, Generation: generation, Start: s.event(), End: s.event(), Assigns: assigns,
		Answered: true, Got: of(got...), Subscribed: []string{"t"},
	})
}

func (s *story) beats(kind BeatKind, member string, epoch int32, err kafka.ErrorCode) *BeatOp {
	s.h.Beats = append(s.h.Beats, BeatOp{
		Client: 1, Kind: kind, Group: "g", Member: member, Epoch: epoch, Start: s.event(), End: s.event(), Answered: true, Err: err, Told: epoch,
	})
	return &s.h.Beats[len(s.h.Beats)-1]
}

// given has a member of KIP-848 be told an epoch and what is its own from then on.
func (s *story) given(member string, epoch int32, partitions ...kafka.PartitionID) {
	op := s.beats(ConsumerBeat, member, max(epoch-1, 0), kafka.None)
	op.Told, op.Assigns = epoch, true
	for _, p := range partitions {
		op.Got = append(op.Got, GroupPartition{Topic: "t", ID: s.id, Partition: p})
	}
}

// says has a member tell what it owns.
func (s *story) says(member string, epoch int32, partitions ...kafka.PartitionID) {
	op := s.beats(ConsumerBeat, member, epoch, kafka.None)
	op.Tells = true
	for _, p := range partitions {
		op.Owned = append(op.Owned, GroupPartition{Topic: "t", ID: s.id, Partition: p})
	}
}

// powerLoss may take a suffix of what the coordinator wrote, since nothing says that it was flushed.
func (s *story) powerLoss() { s.crash(true, 0) }

type groupCase struct {
	name string
	want string
	tell func(s *story)
}

func judgeGroups(t *testing.T, cases []groupCase) {
	t.Helper()
	for _, c := range cases {
		s := tell(0)
		c.tell(s)
		got, _ := Check(&s.h)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%s: %v", c.name, got)
		case c.want != "" && len(got) == 0:
			t.Errorf("%s: nobody says %s", c.name, c.want)
		}
		for _, v := range got {
			if v.Checker != c.want && (c.want == "" || v.Checker != OffsetModel) { // the model sees offsets too
				t.Errorf("%s: %v", c.name, v)
			}
		}
	}
}

func TestCommittedOffsetsStayAndNeverGoBack(t *testing.T) {
	judgeGroups(t, []groupCase{
		{"as it was committed", "", func(s *story) { s.commits("", -1, 5, 0); s.fetched(5, "m1") }},
		{"nothing yet", "", func(s *story) { s.fetched(-1, ""); s.commits("", -1, 5, 0) }},
		{"lost", OffsetLost, func(s *story) { s.commits("", -1, 5, 0); s.fetched(-1, "") }},
		{"lost by a process crash", OffsetLost, func(s *story) { s.commits("", -1, 5, 0); s.crash(false, 0); s.fetched(-1, "") }},
		{"lost by a power loss", "", func(s *story) { s.commits("", -1, 5, 0); s.powerLoss(); s.fetched(-1, "") }},
		{"lost by a power loss though it was flushed", OffsetLost, func(s *story) {
			s.h.OffsetsFlush = 1
			s.commits("", -1, 5, 0)
			s.powerLoss()
			s.fetched(-1, "")
		}},
		{"lost after somebody was told it", OffsetLost, func(s *story) {
			s.commits("", -1, 5, kafka.ErrNotCoordinator)
			s.fetched(5, "m1")
			s.fetched(-1, "")
		}},
		{"back", OffsetBack, func(s *story) { s.commits("", -1, 5, 0); s.commits("", -1, 6, 0); s.fetched(5, "m1") }},
		{"back to one that was under way", "", func(s *story) {
			s.commits("", -1, 5, 0).Answered = false
			s.commits("", -1, 6, 0)
			s.fetched(5, "m1")
		}},
		{"back by a power loss", "", func(s *story) {
			s.commits("", -1, 5, 0)
			s.commits("", -1, 6, 0)
			s.powerLoss()
			s.fetched(5, "m1")
		}},
		{"told while it was committed anew", "", func(s *story) {
			s.commits("", -1, 5, 0)
			s.commits("", -1, 6, 0).End = s.at + 10
			s.fetched(5, "m1")
		}},
		{"committed by nobody", OffsetUnknown, func(s *story) { s.fetched(5, "m9") }},
		{"refused, and told", OffsetUnknown, func(s *story) { s.commits("a", 1, 5, kafka.ErrIllegalGeneration); s.fetched(5, "m1") }},
		{"another offset", OffsetUnknown, func(s *story) { s.commits("", -1, 5, 0); s.fetched(6, "m1") }},
		{"removed", "", func(s *story) { s.commits("", -1, 5, 0); s.removes("t", 0); s.fetched(-1, "") }},
		{"removed with its group", "", func(s *story) { s.commits("", -1, 5, 0); s.removes("", 0); s.fetched(-1, "") }},
		{"not removed, and gone", OffsetLost, func(s *story) {
			s.commits("", -1, 5, 0)
			s.removes("t", kafka.ErrGroupSubscribedToTopic)
			s.fetched(-1, "")
		}},
		{"removed, and told", OffsetBack, func(s *story) { s.commits("", -1, 5, 0); s.removes("t", 0); s.fetched(5, "m1") }},
		{"removed before, and gone", OffsetLost, func(s *story) { s.removes("t", 0); s.commits("", -1, 5, 0); s.fetched(-1, "") }},
		{"gone with its topic", "", func(s *story) {
			s.commits("", -1, 5, 0)
			s.admin(DeleteTopic, 0)
			s.fetched(-1, "")
			s.id = kafka.TopicID{2}
			s.admin(CreateTopic, 0)
		}},
	})
}

func TestOffsetsExpireWhenNobodyUsesThem(t *testing.T) {
	expire := func(s *story, wall kafka.Wall) {
		s.h.OffsetsRetention = 1000
		s.h.OffsetExpiries = append(s.h.OffsetExpiries, OffsetExpiry{Event: s.event(), Group: "g", Topic: "t", Wall: wall})
	}
	judgeGroups(t, []groupCase{
		{"late enough", "", func(s *story) { s.commits("", -1, 5, 0); expire(s, 1000); s.fetched(-1, "") }},
		{"too soon", OffsetExpired, func(s *story) { s.commits("", -1, 5, 0); expire(s, 999); s.fetched(-1, "") }},
		{"by a clock that has jumped", "", func(s *story) {
			s.h.Skews = []Skew{{0, 0}}
			s.commits("", -1, 5, 0)
			s.h.Skews = append(s.h.Skews, Skew{s.event(), 2000})
			expire(s, 2001)
			s.fetched(-1, "")
		}},
		{"by a clock that was ahead before", OffsetExpired, func(s *story) {
			s.h.Skews = []Skew{{0, 5000}}
			s.commits("", -1, 5, 0)
			expire(s, 5500)
		}},
		{"by a clock that jumped right after it was committed", "", func(s *story) {
			s.h.Skews = []Skew{{0, 0}}
			op := s.commits("", -1, 5, 0)
			op.End = s.event()
			s.h.Skews = append(s.h.Skews, Skew{op.Start, 2000})
			expire(s, 1001)
		}},
		{"by a clock that jumped right before it was committed", OffsetExpired, func(s *story) {
			s.h.Skews = []Skew{{0, 0}, {s.event(), 2000}}
			s.commits("", -1, 5, 0)
			expire(s, 2500)
		}},
		{"another one, of which nobody heard, by a clock that went back", "", func(s *story) {
			s.h.Skews = []Skew{{0, 5000}}
			s.commits("", -1, 5, 0)
			s.h.Skews = append(s.h.Skews, Skew{s.event(), 0})
			s.commits("", -1, 6, 0).Answered = false
			expire(s, 1000)
		}},
		{"another one, which was refused, by a clock that went back", OffsetExpired, func(s *story) {
			s.h.Skews = []Skew{{0, 5000}}
			s.commits("", -1, 5, 0)
			s.h.Skews = append(s.h.Skews, Skew{s.event(), 0})
			s.commits("a", 1, 6, kafka.ErrUnknownMemberID)
			expire(s, 1000)
		}},
		{"long after it was committed, but the group had members", "", func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0)
			s.beats(ClassicLeave, "a", 1, 0)
			s.commits("", -1, 5, 0)
			expire(s, 10)
		}},
		{"of a topic that the member was given and has not subscribed to (seed 92741)", "", func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0)
			s.h.Syncs[0].Subscribed = []string{"u"}
			s.commits("a", 1, 5, 0)
			expire(s, 5000)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"amid its reading", OffsetExpired, func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0)
			s.commits("a", 1, 5, 0)
			expire(s, 5000)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"of a member that a coordinator which was loading told that all is well", "", func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0)
			s.commits("a", 1, 5, 0)
			expire(s, 5000)
			s.h.Terms = append(s.h.Terms, Term{Event: s.event()})
			s.beats(ClassicBeat, "a", 1, 0)
		}},
	})
}

func TestNobodyCommitsWhomTheGroupHasLeftBehind(t *testing.T) {
	judgeGroups(t, []groupCase{
		{"in its generation", "", func(s *story) { s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0); s.commits("a", 1, 5, 0) }},
		{"in an older one", GroupFencing, func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0)
			s.syncs("b", 2, []GivenTo{{"b", of(0)}}, 0)
			s.commits("a", 1, 5, 0)
		}},
		{"in an older one, refused", "", func(s *story) {
			s.syncs("b", 2, []GivenTo{{"b", of(0)}}, 0)
			s.commits("a", 1, 5, kafka.ErrIllegalGeneration)
		}},
		{"in an older one, while the next began", "", func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0)
			s.commits("a", 1, 5, 0).End = s.at + 10
			s.syncs("b", 2, []GivenTo{{"b", of(0)}}, 0)
		}},
		{"before the partitions of the next were given out", GroupFencing, func(s *story) { s.joins("b", "b", 2, "b"); s.commits("a", 1, 5, 0) }},
		{"and the coordinator forgot that it had begun", "", func(s *story) {
			s.joins("b", "b", 2, "b")
			s.crash(false, 0)
			s.commits("a", 1, 5, 0)
		}},
		{"of a group made anew", "", func(s *story) {
			s.syncs("b", 2, []GivenTo{{"b", of(0)}}, 0)
			s.removes("", 0)
			s.commits("a", 1, 5, 0)
		}},
		{"evicted", GroupFencing, func(s *story) { s.beats(ClassicBeat, "a", 1, kafka.ErrUnknownMemberID); s.commits("a", 1, 5, 0) }},
		{"evicted by a coordinator that forgot it", "", func(s *story) {
			s.beats(ClassicBeat, "a", 1, kafka.ErrUnknownMemberID)
			s.h.Terms = append(s.h.Terms, Term{Event: s.event()})
			s.commits("a", 1, 5, 0)
		}},
		{"gone by itself", GroupFencing, func(s *story) { s.beats(ClassicLeave, "a", 1, 0); s.commits("a", 1, 5, 0) }},
		{"evicted, and back under its name", "", func(s *story) {
			s.beats(ConsumerBeat, "a", 3, kafka.ErrUnknownMemberID)
			s.beats(ConsumerBeat, "a", 0, 0)
			s.commits("a", 4, 5, 0).Consumer = true
		}},
		{"in an epoch of no one", GroupFencing, func(s *story) { s.commits("a", 99, 5, 0).Forged = true }},
		{"with more to say than a commit may", Protocol, func(s *story) { s.commits("", -1, 5, 0).Metadata = strings.Repeat("m", OffsetMetadataMax+1) }},
		{"with more to say than a commit may, refused", "", func(s *story) {
			s.commits("", -1, 5, kafka.ErrOffsetMetadataTooLarge).Metadata = strings.Repeat("m", OffsetMetadataMax+1)
			s.fetched(-1, "")
		}},
		{"no member, while there is none", "", func(s *story) { s.commits("", -1, 5, 0) }},
		{"no member, while there is one", GroupFencing, func(s *story) {
			s.beats(ClassicBeat, "a", 1, 0)
			s.commits("", -1, 5, 0)
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"no member, while there is one again after a power loss", "", func(s *story) {
			s.beats(ClassicBeat, "a", 1, 0)
			s.commits("", -1, 5, 0)
			s.powerLoss()
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"no member, while there is one after a power loss that took nothing", GroupFencing, func(s *story) {
			s.h.OffsetsFlush = 1
			s.beats(ClassicBeat, "a", 1, 0)
			s.commits("", -1, 5, 0)
			s.powerLoss()
			s.syncs("a", 1, nil)
		}},
		{"no member, while one is told that all is well by a coordinator that loads", "", func(s *story) {
			s.h.OffsetsFlush = 1
			s.beats(ClassicBeat, "a", 1, 0)
			s.commits("", -1, 5, 0)
			s.powerLoss()
			s.beats(ClassicBeat, "a", 1, 0)
		}},
		{"no member, while one joins anew", "", func(s *story) {
			s.beats(ConsumerBeat, "a", 1, 0)
			s.commits("", -1, 5, 0)
			s.beats(ConsumerBeat, "a", 0, 0)
			s.beats(ConsumerBeat, "a", 2, 0)
		}},
	})
}

func TestAGenerationHasOneLeaderAndOneOwnerForEachPartition(t *testing.T) {
	both := []GivenTo{{"a", of(0)}, {"b", of(1)}}
	judgeGroups(t, []groupCase{
		{"two members", "", func(s *story) {
			s.joins("a", "a", 1, "a", "b")
			s.joins("b", "a", 1)
			s.syncs("a", 1, both, 0)
			s.syncs("b", 1, nil, 1)
		}},
		{"two leaders", GroupGeneration, func(s *story) { s.joins("a", "a", 1, "a", "b"); s.joins("b", "b", 1) }},
		{"two leaders, before and after a crash", "", func(s *story) { s.joins("a", "a", 1, "a", "b"); s.crash(false, 0); s.joins("b", "b", 1) }},
		{"a member that its leader is not told of", GroupGeneration, func(s *story) { s.joins("a", "a", 1, "a"); s.joins("b", "a", 1) }},
		{"what another one is to have", GroupOwner, func(s *story) { s.syncs("a", 1, both, 1) }},
		{"what nobody gave", GroupOwner, func(s *story) { s.syncs("b", 1, nil, 1) }},
		{"one partition, two owners", GroupOwner, func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}, {"b", of(0)}}, 0)
			s.syncs("b", 1, nil, 0)
		}},
		{"from one generation to the next", "", func(s *story) {
			s.syncs("a", 1, []GivenTo{{"a", of(0)}}, 0)
			s.syncs("b", 2, []GivenTo{{"b", of(0)}}, 0)
		}},
	})
}

func TestAPartitionIsGivenAwayWhenItsOwnerHasGivenItUp(t *testing.T) {
	judgeGroups(t, []groupCase{
		{"given up first", "", func(s *story) {
			s.given("a", 1, 0, 1)
			s.given("a", 2, 0)
			s.says("a", 2, 0)
			s.given("b", 3, 1)
			s.says("a", 3, 0)
		}},
		{"given away before it was", GroupOwner, func(s *story) {
			s.given("a", 1, 0, 1)
			s.given("a", 2, 0)
			s.given("b", 3, 1)
			s.beats(ConsumerBeat, "a", 2, 0)
		}},
		{"given away since its owner is silent", "", func(s *story) { s.given("a", 1, 0); s.given("b", 2, 0); s.says("b", 2, 0) }},
		{"and the owner hears that it is none any more", "", func(s *story) {
			s.given("a", 1, 0)
			s.given("b", 2, 0)
			s.beats(ConsumerBeat, "a", 1, kafka.ErrFencedMemberEpoch)
			s.given("a", 3)
			s.beats(ConsumerBeat, "a", 3, 0)
		}},
		{"and the owner commits", GroupFencing, func(s *story) {
			s.given("a", 1, 0)
			s.given("b", 2, 0)
			op := s.commits("a", 1, 5, 0)
			op.Consumer, op.ID = true, s.id
		}},
		{"of another incarnation of the topic", "", func(s *story) {
			s.given("a", 1, 0)
			s.id = kafka.TopicID{2}
			s.given("b", 2, 0)
			s.id = kafka.TopicID{1}
			s.beats(ConsumerBeat, "a", 1, 0)
		}},
		{"an epoch that goes back", GroupGeneration, func(s *story) { s.beats(ConsumerBeat, "a", 3, 0); s.beats(ConsumerBeat, "a", 2, 0) }},
	})
}

func TestAGroupIsServedInTheEnd(t *testing.T) {
	judgeGroups(t, []groupCase{
		{"without a reason", Unavailable, func(s *story) {
			s.h.Unserved = append(s.h.Unserved, GroupUnserved{Event: s.event(), Group: "g", Err: kafka.ErrCoordinatorLoadInProgress})
		}},
		{"whose log is damaged", "", func(s *story) {
			s.h.OffsetsTopic = FinalTopic{Name: "o", ID: kafka.TopicID{9}, Partitions: 1}
			s.h.Damages = append(s.h.Damages, Damage{Event: s.event(), Log: kafka.TopicPartition{Topic: kafka.TopicID{9}}})
			s.h.Unserved = append(s.h.Unserved, GroupUnserved{Event: s.event(), Group: "g", Err: kafka.ErrCoordinatorLoadInProgress})
		}},
	})
}
