package main

import (
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func handConsumerGroupHeartbeat() []handmade {
	return slices.Concat(handMemberStays(), handMemberJoins())
}

// ownsRecords says that a member has these partitions of records.
func ownsRecords(s *side, r *kmsg.ConsumerGroupHeartbeatRequest, partitions ...int32) {
	r.Topics = []kmsg.ConsumerGroupHeartbeatRequestTopic{{TopicID: s.ids[topicRecords], Partitions: partitions}}
}

func isStatic(r *kmsg.ConsumerGroupHeartbeatRequest) { r.InstanceID = kmsg.StringPtr("instance") }

func handMemberStays() []handmade {
	type R = *kmsg.ConsumerGroupHeartbeatRequest
	text := kmsg.StringPtr
	owns := func(partitions ...int32) func(s *side, r R) {
		return func(s *side, r R) { ownsRecords(s, r, partitions...) }
	}
	beat := func(epoch int32, change func(s *side, r R)) maker {
		return func(s *side, v int16, n int) kmsg.Request {
			r := memberHeartbeat(epoch)(s, v, n).(R)
			change(s, r)
			return r
		}
	}
	return []handmade{
		{"with all that it has", beat(2, owns(0, 1, 2)), 0},
		{"of everything", beat(2, func(s *side, r R) {
			owns(0, 1, 2)(s, r)
			r.RebalanceTimeoutMillis, r.SubscribedTopicNames = 20_000, []string{topicRecords}
		}), 0},
		{"with another topic", beat(2, func(_ *side, r R) { r.SubscribedTopicNames = []string{topicSet} }), 0},
		{"with a topic that is not", beat(2, func(_ *side, r R) { r.SubscribedTopicNames = []string{"no-such-thing"} }), 0},
		{"with no topics", beat(2, func(_ *side, r R) { r.SubscribedTopicNames = []string{} }), 0},
		{"with a topic twice", beat(2, func(_ *side, r R) { r.SubscribedTopicNames = []string{topicRecords, topicRecords} }), 0},
		{"with a rack", beat(2, func(_ *side, r R) { r.RackID = text("rack") }), 0},
		{"with the assignor range", beat(2, func(_ *side, r R) { r.ServerAssignor = text("range") }), 0},
		{"with an assignor that is not", beat(2, func(_ *side, r R) { r.ServerAssignor = text("sticky") }), 0},
		{"with the epoch before, and what it has", beat(1, owns(0, 1, 2)), 0},
		{"with the epoch before", beat(1, func(*side, R) {}), 0},
		{"with an epoch to come", beat(3, owns(0)), 0},
		{"with what is another topic's", beat(2, func(s *side, r R) {
			r.Topics = []kmsg.ConsumerGroupHeartbeatRequestTopic{{TopicID: s.ids[topicGone], Partitions: []int32{0, 9}}}
		}), 0},
		{"of a stranger", beat(2, func(_ *side, r R) { r.MemberID = "stranger" }), 0},
		{"of another group", beat(2, func(_ *side, r R) { r.Group = "no-such-group" }), 0},
		{"of a group that is none of these", beat(2, func(_ *side, r R) { r.Group = groupOfNobody }), 0},
		{"leaves", beat(-1, func(*side, R) {}), 0},
		{"leaves, a stranger", beat(-1, func(_ *side, r R) { r.MemberID = "stranger" }), 0},
		{"leaves a group that is not", beat(-1, func(_ *side, r R) { r.Group = "no-such-group" }), 0},
		{"leaves for a while, without an instance", beat(-2, func(*side, R) {}), 0},
		{"leaves for a while, with an instance that is not", beat(-2, func(_ *side, r R) { isStatic(r) }), 0},
		{"leaves with an instance that is not", beat(-1, func(_ *side, r R) { isStatic(r) }), 0},
		{"stays with an instance that is not", beat(2, func(_ *side, r R) { isStatic(r) }), 0},
		{"of epoch -3", beat(-3, func(*side, R) {}), 0},
	}
}

func handMemberJoins() []handmade {
	type R = *kmsg.ConsumerGroupHeartbeatRequest
	text := kmsg.StringPtr
	join := func(id string, change func(r R)) maker { return with(memberJoins(id, topicRecords), change) }
	none := func(R) {}
	return []handmade{
		{"joins again", join(member, none), 0},
		{"joins beside the other", join("another", none), 0},
		{"joins with another topic", with(memberJoins("another", topicSet), none), 0},
		{"joins with nothing", with(memberJoins("another"), func(r R) { r.SubscribedTopicNames = []string{} }), 0},
		{"joins without saying to what", with(memberJoins("another"), none), 0},
		{"joins without a timeout", join("another", func(r R) { r.RebalanceTimeoutMillis = -1 }), 0},
		{"joins without saying what it has", join("another", func(r R) { r.Topics = nil }), 0},
		{"joins with what it has", func(s *side, v int16, n int) kmsg.Request {
			r := memberJoins("another", topicRecords)(s, v, n).(R)
			ownsRecords(s, r, 0)
			return r
		}, 0},
		{"joins as a static one", join("another", isStatic), 0},
		{"joins with a blank instance", join("another", func(r R) { r.InstanceID = text(" ") }), 0},
		{"joins with a blank rack", join("another", func(r R) { r.RackID = text("") }), 0},
		{"joins with a blank group", join("another", func(r R) { r.Group = " " }), 0},
		{"joins with a long id", join(strings.Repeat("x", 300), none), 0},
		{"joins by a regular expression", join("another", func(r R) {
			r.SubscribedTopicNames, r.SubscribedTopicRegex = nil, text("rec.*")
		}), 1},
		{"joins by both", join("another", func(r R) { r.SubscribedTopicRegex = text("set") }), 1},
		{"joins by an empty one", join("another", func(r R) { r.SubscribedTopicNames, r.SubscribedTopicRegex = nil, text("") }), 1},
		{"joins by a bad one", join("another", func(r R) { r.SubscribedTopicNames, r.SubscribedTopicRegex = nil, text("[") }), 1},
		{"joins by one of Perl's", join("another", func(r R) { r.SubscribedTopicNames, r.SubscribedTopicRegex = nil, text("(?<=a)b") }), 1},
	}
}

// groupOfNobody is never made.
const groupOfNobody = "nobody's"

func handConsumerGroupDescribe() []handmade {
	type R = *kmsg.ConsumerGroupDescribeRequest
	own := func(change func(r R)) maker {
		return func(s *side, v int16, n int) kmsg.Request {
			r := consumerGroupDescribe(consumersOf(n))(s, v, n).(R)
			change(r)
			return r
		}
	}
	return []handmade{
		{"with operations", own(func(r R) { r.IncludeAuthorizedOperations = true }), 0},
		{"of one that is not", consumerGroupDescribe("no-such-group"), 0},
		{"of one without a name", consumerGroupDescribe(""), 0},
		{"of several", own(func(r R) { r.Groups = append(r.Groups, "no-such-group", "") }), 0},
		{"of none", consumerGroupDescribe(), 0},
	}
}
