package lifetest

import (
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func findCoordinator(groups ...string) *kmsg.FindCoordinatorRequest {
	m := kmsg.NewPtrFindCoordinatorRequest()
	m.CoordinatorKeys = groups
	return m
}

// offsetCommit commits an offset of partition 1 as nobody's member.
func offsetCommit(group string, topic kafka.TopicID, at int64) *kmsg.OffsetCommitRequest {
	m := kmsg.NewPtrOffsetCommitRequest()
	m.Group = group
	p := kmsg.NewOffsetCommitRequestTopicPartition()
	p.Partition, p.Offset, p.Metadata = 1, at, kmsg.StringPtr("noted")
	t := kmsg.NewOffsetCommitRequestTopic()
	t.TopicID, t.Partitions = topic, append(t.Partitions, p)
	m.Topics = append(m.Topics, t)
	return m
}

// offsetFetch asks for partitions 0 and 1, once by name and once for all that there is.
func offsetFetch(group, topic string) *kmsg.OffsetFetchRequest {
	m := kmsg.NewPtrOffsetFetchRequest()
	t := kmsg.NewOffsetFetchRequestGroupTopic()
	t.Topic, t.Partitions = topic, []int32{0, 1}
	named, all := kmsg.NewOffsetFetchRequestGroup(), kmsg.NewOffsetFetchRequestGroup()
	named.Group, named.Topics = group, append(named.Topics, t)
	all.Group, all.Topics = group, nil
	m.Groups = append(m.Groups, named, all)
	return m
}

func offsetDelete(group, topic string) *kmsg.OffsetDeleteRequest {
	m := kmsg.NewPtrOffsetDeleteRequest()
	m.Group = group
	p := kmsg.NewOffsetDeleteRequestTopicPartition()
	p.Partition = 1
	t := kmsg.NewOffsetDeleteRequestTopic()
	t.Topic, t.Partitions = topic, append(t.Partitions, p)
	m.Topics = append(m.Topics, t)
	return m
}
