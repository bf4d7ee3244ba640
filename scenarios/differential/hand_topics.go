package main

import (
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// numbered makes requests of the number's own topic.
func numbered(m func(n int) maker) maker {
	return func(s *side, v int16, n int) kmsg.Request { return m(n)(s, v, n) }
}

func handMetadata() []handmade {
	type R = *kmsg.MetadataRequest
	byID := func(name string) maker {
		return func(s *side, _ int16, _ int) kmsg.Request {
			r := kmsg.NewPtrMetadataRequest()
			r.Topics = append(r.Topics, kmsg.MetadataRequestTopic{TopicID: s.ids[name]})
			return r
		}
	}
	return []handmade{
		{"of all", with(metadata(), func(r R) { r.Topics = nil }), 1},
		{"of none", with(metadata(), func(r R) { r.Topics = []kmsg.MetadataRequestTopic{} }), 0},
		{"of two topics, one twice", metadata(topicSet, topicRecords, topicSet), 0},
		{"of a topic that is not", metadata("no-such-thing"), 4},
		{"of names that no topic may have", metadata("", ".", "..", "a/b", strings.Repeat("x", 250)), 4},
		{"of internal names", metadata("__transaction_state", "__cluster_metadata"), 4},
		{"of an id", byID(topicRecords), 10},
		{"of the id of a topic that was deleted", byID(topicGone), 10},
		{"of no name and no id", byID("no-such-thing"), 10},
		{"of a name and an id", func(s *side, _ int16, _ int) kmsg.Request {
			r := kmsg.NewPtrMetadataRequest()
			name := topicRecords
			r.Topics = append(r.Topics, kmsg.MetadataRequestTopic{Topic: &name, TopicID: s.ids[topicRecords]})
			return r
		}, 10},
		{"with operations", with(metadata(topicRecords), func(r R) {
			r.IncludeClusterAuthorizedOperations, r.IncludeTopicAuthorizedOperations = true, true
		}), 8},
	}
}

func handAPIVersions() []handmade {
	type R = *kmsg.ApiVersionsRequest
	name := func(name, version string) maker {
		return with(apiVersions, func(r R) { r.ClientSoftwareName, r.ClientSoftwareVersion = name, version })
	}
	return []handmade{
		{"of a name with a dash at its end", name("a-", "1"), 3},
		{"of a name with a blank", name("a b", "1"), 3},
		{"of a name with dots", name("a.b-c.d", "1-2.3"), 3},
		{"without a version", name("a", ""), 3},
	}
}

func handCreateTopics() []handmade {
	type R = *kmsg.CreateTopicsRequest
	type T = kmsg.CreateTopicsRequestTopic
	topic := func(name string, change func(t *T)) maker {
		return numbered(func(n int) maker {
			return with(createTopic(name+"-"+itoa(n), 1), func(r R) { change(&r.Topics[0]) })
		})
	}
	named := func(name string) maker { return createTopic(name, 1) }
	config := func(configs ...string) maker {
		return numbered(func(n int) maker { return createTopic("with-"+itoa(n), 1, configs...) })
	}
	assigned := func(change func(t *T)) maker {
		return topic("assigned", func(t *T) { t.NumPartitions, t.ReplicationFactor = -1, -1; change(t) })
	}
	to := func(partition int32, replicas ...int32) kmsg.CreateTopicsRequestTopicReplicaAssignment {
		return kmsg.CreateTopicsRequestTopicReplicaAssignment{Partition: partition, Replicas: replicas}
	}
	list := []handmade{
		{"with defaults", topic("defaults", func(t *T) { t.NumPartitions, t.ReplicationFactor = -1, -1 }), 4},
		{"validated", with(topic("validated", func(*T) {}), func(r R) { r.ValidateOnly = true }), 2},
		{"that exists", named(topicRecords), 2},
		{"validated, that exists", with(named(topicRecords), func(r R) { r.ValidateOnly = true }), 2},
		{"twice", with(named("twice"), func(r R) { r.Topics = append(r.Topics, r.Topics[0]) }), 2},
		{"of the metadata log", named("__cluster_metadata"), 2},
		{"of three, one of them bad", with(numbered(func(n int) maker { return createTopic("three-"+itoa(n), 1) }), func(r R) {
			another, bad := r.Topics[0], r.Topics[0]
			another.Topic, bad.Topic = another.Topic+"-b", "a b"
			r.Topics = append(r.Topics, bad, another)
		}), 2},
		{"without partitions", topic("none", func(t *T) { t.NumPartitions = 0 }), 2},
		{"with too many replicas", topic("many", func(t *T) { t.ReplicationFactor = 2 }), 2},
		{"with an assignment", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 1), to(1, 1)) }), 2},
		{"with an assignment out of order", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(1, 1), to(0, 1)) }), 2},
		{"with an assignment that has a gap", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 1), to(2, 1)) }), 2},
		{"with an assignment twice", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 1), to(0, 1)) }), 2},
		{"with an assignment to a broker that is not", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 9)) }), 2},
		{"with an assignment to a broker twice", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 1, 1)) }), 2},
		{"with an assignment to nobody", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0)) }), 2},
		{"with an assignment of unlike factors", assigned(func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 1), to(1, 1, 2)) }), 2},
		{"with an assignment and partitions", topic("both", func(t *T) { t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 1)) }), 2},
		{"with an assignment and a factor", assigned(func(t *T) { t.ReplicationFactor = 1; t.ReplicaAssignment = append(t.ReplicaAssignment, to(0, 1)) }), 2},
	}
	for _, c := range []string{
		"no.such.key=1", "retention.ms", "retention.ms=x", "retention.ms=-2", "cleanup.policy=", "cleanup.policy=shred",
		"cleanup.policy=delete,compact", "compression.type=zip", "segment.bytes=1", "max.message.bytes=-1",
		"min.insync.replicas=0", "min.insync.replicas=5", "remote.storage.enable=true", "message.timestamp.type=Never",
		"unclean.leader.election.enable=maybe", "flush.messages=9223372036854775808", "min.cleanable.dirty.ratio=2",
		"retention.bytes= 5", "=", "leader.replication.throttled.replicas=x", "compression.gzip.level=10",
	} {
		list = append(list, handmade{"with " + c, config(c), 2})
	}
	list = append(list, handmade{"with a key twice", config("retention.ms=1", "retention.ms=2"), 2})
	for _, name := range []string{"", ".", "..", "a/b", "ü", strings.Repeat("x", 249), strings.Repeat("y", 250), "a.b", "a_b", "a_b.c", "__internal"} {
		list = append(list, handmade{"of the name " + shortName(name), named(name), 2})
	}
	return list
}

func handDeleteTopics() []handmade {
	type R = *kmsg.DeleteTopicsRequest
	byID := func(name func(n int) string) maker {
		return func(s *side, _ int16, n int) kmsg.Request {
			r := kmsg.NewPtrDeleteTopicsRequest()
			r.TimeoutMillis = 3000
			r.Topics = append(r.Topics, kmsg.DeleteTopicsRequestTopic{TopicID: s.ids[name(n)]})
			return r
		}
	}
	return []handmade{
		{"of an id", byID(own), 6},
		{"of the id of a topic that was deleted", byID(func(int) string { return topicGone }), 6},
		{"of no name and no id", byID(func(int) string { return "no-such-thing" }), 6},
		{"that are not", deleteTopics("no-such-thing", "nor-this"), 1},
		{"twice", numbered(func(n int) maker { return deleteTopics(own(n), own(n)) }), 1},
		{"by name and id", func(s *side, v int16, n int) kmsg.Request {
			r := deleteTopics(own(n))(s, v, n).(R)
			r.Topics = append(r.Topics, kmsg.DeleteTopicsRequestTopic{TopicID: s.ids[own(n)]})
			return r
		}, 6},
		{"of a name and an id", func(s *side, v int16, n int) kmsg.Request {
			r := deleteTopics(own(n))(s, v, n).(R)
			r.Topics[0].TopicID = s.ids[own(n)]
			return r
		}, 6},
		{"of the metadata log", deleteTopics("__cluster_metadata"), 1},
		{"of a name that no topic may have", deleteTopics("a b"), 1},
	}
}

func handCreatePartitions() []handmade {
	type R = *kmsg.CreatePartitionsRequest
	own := func(count int32, change func(r R)) maker {
		return numbered(func(n int) maker { return with(createPartitions(own(n), count), change) })
	}
	to := func(replicas ...int32) kmsg.CreatePartitionsRequestTopicAssignment {
		return kmsg.CreatePartitionsRequestTopicAssignment{Replicas: replicas}
	}
	assign := func(count int32, to ...kmsg.CreatePartitionsRequestTopicAssignment) maker {
		return own(count, func(r R) { r.Topics[0].Assignment = to })
	}
	return []handmade{
		{"validated", own(2, func(r R) { r.ValidateOnly = true }), 0},
		{"as many as there are", own(1, func(R) {}), 0},
		{"fewer than there are", createPartitions(topicRecords, 2), 0},
		{"of a topic that is not", createPartitions("no-such-thing", 2), 0},
		{"of a topic twice", own(2, func(r R) { r.Topics = append(r.Topics, r.Topics[0]) }), 0},
		{"with an assignment", assign(2, to(1)), 0},
		{"with an assignment too few", assign(3, to(1)), 0},
		{"with an assignment too many", assign(2, to(1), to(1)), 0},
		{"with an assignment to a broker that is not", assign(2, to(9)), 0},
		{"with an assignment to a broker twice", assign(2, to(1, 1)), 0},
		{"with an assignment to nobody", assign(2, to()), 0},
		{"with an assignment of another factor", assign(2, to(1, 2)), 0},
		{"with an empty assignment", assign(2, []kmsg.CreatePartitionsRequestTopicAssignment{}...), 0},
	}
}

func handDescribeTopicPartitions() []handmade {
	type R = *kmsg.DescribeTopicPartitionsRequest
	from := func(topic string, partition int32) maker {
		return with(describeTopicPartitions(topicRecords, topicSet), func(r R) {
			r.Cursor = &kmsg.DescribeTopicPartitionsRequestCursor{Topic: topic, Partition: partition}
		})
	}
	return []handmade{
		{"of two, unsorted", describeTopicPartitions(topicSet, topicRecords), 0},
		{"of one, and one that is not", describeTopicPartitions(topicSet, "no-such-thing"), 0},
		{"of a name that no topic may have", describeTopicPartitions("a b"), 0},
		{"of one twice", describeTopicPartitions(topicSet, topicSet), 0},
		{"of two partitions", with(describeTopicPartitions(topicRecords, topicSet), func(r R) { r.ResponsePartitionLimit = 2 }), 0},
		{"from a partition on", from(topicRecords, 1), 0},
		{"from the next topic on", from(topicSet, 0), 0},
		{"from a topic on that is not", from("no-such-thing", 0), 0},
		{"from a partition below 0", from(topicRecords, -1), 0},
		{"from a partition behind the last", from(topicRecords, 3), 0},
	}
}
