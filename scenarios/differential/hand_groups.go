package main

import (
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func handFindCoordinator() []handmade {
	return []handmade{
		{"of an empty name", findCoordinator(0, ""), 0},
		{"of several", findCoordinator(0, "a", "b", "a", ""), 4},
		{"of none", findCoordinator(0), 4},
		{"of a long name that is not ASCII", findCoordinator(0, strings.Repeat("é\U0001F600", 300)), 0},
		{"of a share partition", findCoordinator(2, "g:AAAAAAAAAAAAAAAAAAAAAQ:0"), 1},
		{"of what is no share partition", findCoordinator(2, "g"), 1},
		{"of a type that there is not", findCoordinator(9, "g"), 1},
	}
}

func handOffsetCommit() []handmade {
	type R = *kmsg.OffsetCommitRequest
	of := func(partitions ...int32) maker {
		return numbered(func(n int) maker { return offsetCommit("hand-"+itoa(n), topicRecords, partitions...) })
	}
	return []handmade{
		{"of nothing", with(of(), func(r R) { r.Topics = nil }), 2},
		{"of a topic that is not", numbered(func(n int) maker { return offsetCommit("hand-"+itoa(n), "no-such-thing", 0) }), 2},
		{"of the id of a topic that was deleted", numbered(func(n int) maker { return offsetCommit("hand-"+itoa(n), topicGone, 0) }), 10},
		{"of a partition that is not", of(9), 2},
		{"of a partition below 0", of(-1), 2},
		{"with a generation, of no group", with(of(0), func(r R) { r.Generation, r.MemberID = 3, "m" }), 2},
		{"with a member, of no group", with(of(0), func(r R) { r.MemberID = "m" }), 2},
		{"with an instance, of no group", with(of(0), func(r R) { r.InstanceID = kmsg.StringPtr("i") }), 7},
		{"with a generation, of a group without members", with(offsetCommit(groupKept, topicRecords, 0), func(r R) { r.Generation, r.MemberID = 3, "m" }), 2},
		{"with a member, of a group without members", with(offsetCommit(groupKept, topicRecords, 0), func(r R) { r.MemberID = "m" }), 2},
		{"with an instance, of a group without members", with(offsetCommit(groupKept, topicRecords, 0), func(r R) { r.InstanceID = kmsg.StringPtr("i") }), 7},
		{"with metadata of null", with(of(0), func(r R) { r.Topics[0].Partitions[0].Metadata = nil }), 2},
		{"with long metadata", with(of(0), func(r R) { r.Topics[0].Partitions[0].Metadata = kmsg.StringPtr(strings.Repeat("é", 4096)) }), 2},
		{"with metadata that is too long", with(of(0), func(r R) { r.Topics[0].Partitions[0].Metadata = kmsg.StringPtr(strings.Repeat("é", 4097)) }), 2},
		{"of an offset below 0", with(of(0), func(r R) { r.Topics[0].Partitions[0].Offset = -5 }), 2},
		{"of a leader epoch below -1", with(of(0), func(r R) { r.Topics[0].Partitions[0].LeaderEpoch = -5 }), 6},
		{"of an empty group", offsetCommit("", topicRecords, 0), 2},
		{"with a retention", with(of(0), func(r R) { r.RetentionTimeMillis = 100_000 }), 2},
	}
}

func handOffsetFetch() []handmade {
	type R = *kmsg.OffsetFetchRequest
	kept := offsetFetch(groupKept, topicRecords, 0, 1)
	return []handmade{
		{"of all", with(kept, func(r R) { r.Topics, r.Groups[0].Topics = nil, nil }), 2},
		{"of nothing", with(kept, func(r R) {
			r.Topics, r.Groups[0].Topics = []kmsg.OffsetFetchRequestTopic{}, []kmsg.OffsetFetchRequestGroupTopic{}
		}), 1},
		{"of no group", with(kept, func(r R) { r.Groups = nil }), 8},
		{"of a group that is not", offsetFetch("nobody", topicRecords, 0), 1},
		{"of all of a group that is not", with(offsetFetch("nobody", topicRecords), func(r R) { r.Topics, r.Groups[0].Topics = nil, nil }), 2},
		{"of an empty group", offsetFetch("", topicRecords, 0), 1},
		{"of a topic that is not", offsetFetch(groupKept, "no-such-thing", 0), 1},
		{"of the id of a topic that was deleted", offsetFetch(groupKept, topicGone, 0, 1), 10},
		{"of partitions that are not", offsetFetch(groupKept, topicRecords, -1, 9), 1},
		{"of stable ones", with(kept, func(r R) { r.RequireStable = true }), 7},
		{"of several groups", with(kept, func(r R) {
			other := r.Groups[0]
			other.Group = "nobody"
			r.Groups = append(r.Groups, other, r.Groups[0])
		}), 8},
		{"of a member", with(kept, func(r R) { r.Groups[0].MemberID, r.Groups[0].MemberEpoch = kmsg.StringPtr("m"), 3 }), 9},
	}
}

func handOffsetDelete() []handmade {
	type R = *kmsg.OffsetDeleteRequest
	return []handmade{
		{"of a group that is not", offsetDelete("nobody", topicRecords, 0), 0},
		{"of an empty group", offsetDelete("", topicRecords, 0), 0},
		{"of a topic that is not", offsetDelete(groupKept, "no-such-thing", 0), 0},
		{"of partitions that are not", offsetDelete(groupKept, topicRecords, -1, 9), 0},
		{"of nothing", with(offsetDelete(groupKept, topicRecords), func(r R) { r.Topics = nil }), 0},
		{"of a topic that is not, of a group that is not", offsetDelete("nobody", "no-such-thing", 0), 0},
	}
}
