package main

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// groupKept is a group without members; it has committed offsets of two partitions of records.
const groupKept = "kept"

// ofGroups are the requests that group coordinators answer.
func ofGroups() []*spec {
	return []*spec{
		{key: 10, good: findCoordinator(0, groupKept), hand: handFindCoordinator(), reads: true},
		{
			key: 8, hand: handOffsetCommit(),
			good: func(s *side, v int16, n int) kmsg.Request {
				return offsetCommit("group-"+itoa(n), topicRecords, 0, 2)(s, v, n)
			},
		},
		{key: 9, good: offsetFetch(groupKept, topicRecords, 0, 1, 2), hand: handOffsetFetch(), reads: true},
		{key: 47, good: offsetDelete(groupKept, topicRecords, 2), hand: handOffsetDelete()},
	}
}

// setUpGroups makes the topic of coordinators, waits for the coordinator, and commits.
func setUpGroups(s *side) error {
	var err error
	for deadline := time.Now().Add(answerMax); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if err = s.fulfil(findCoordinator(0, groupKept)(s, 6, 0), 6); err != nil {
			continue
		}
		if err = s.fulfil(offsetCommit(groupKept, topicRecords, 0, 1)(s, 9, 0), 9); err == nil {
			return nil
		}
	}
	return fmt.Errorf("no group coordinator: %w", err)
}

func findCoordinator(kind int8, keys ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrFindCoordinatorRequest()
		r.CoordinatorType, r.CoordinatorKeys = kind, keys
		if len(keys) > 0 {
			r.CoordinatorKey = keys[0]
		}
		return r
	}
}

// offsetCommit commits offset 7 of partitions, as nobody's member.
func offsetCommit(group, topic string, partitions ...int32) maker {
	return func(s *side, _ int16, _ int) kmsg.Request {
		r := kmsg.NewPtrOffsetCommitRequest()
		r.Group = group
		t := kmsg.NewOffsetCommitRequestTopic()
		t.Topic, t.TopicID = topic, s.ids[topic]
		for _, p := range partitions {
			one := kmsg.NewOffsetCommitRequestTopicPartition()
			one.Partition, one.Offset, one.LeaderEpoch, one.Metadata = p, 7, 0, kmsg.StringPtr("noted")
			t.Partitions = append(t.Partitions, one)
		}
		r.Topics = append(r.Topics, t)
		return r
	}
}

// offsetFetch asks for partitions of a topic, in the versions for one group and for several.
func offsetFetch(group, topic string, partitions ...int32) maker {
	return func(s *side, _ int16, _ int) kmsg.Request {
		r := kmsg.NewPtrOffsetFetchRequest()
		r.Group = group
		r.Topics = []kmsg.OffsetFetchRequestTopic{{Topic: topic, Partitions: partitions}}
		g := kmsg.NewOffsetFetchRequestGroup()
		g.Group = group
		g.Topics = []kmsg.OffsetFetchRequestGroupTopic{{Topic: topic, TopicID: s.ids[topic], Partitions: partitions}}
		r.Groups = append(r.Groups, g)
		return r
	}
}

func offsetDelete(group, topic string, partitions ...int32) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrOffsetDeleteRequest()
		r.Group = group
		t := kmsg.NewOffsetDeleteRequestTopic()
		t.Topic = topic
		for _, p := range partitions {
			t.Partitions = append(t.Partitions, kmsg.OffsetDeleteRequestTopicPartition{Partition: p})
		}
		r.Topics = append(r.Topics, t)
		return r
	}
}
