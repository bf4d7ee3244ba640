package main

import (
	"strconv"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func itoa(n int) string { return strconv.Itoa(n) }

// ofTopics are the requests of what makes, changes and tells about topics and the cluster.
func ofTopics() []*spec {
	return []*spec{
		{key: 3, good: metadata(topicRecords), hand: handMetadata(), reads: true},
		{key: 18, good: apiVersions, hand: handAPIVersions(), reads: true},
		{
			key: 19, hand: handCreateTopics(),
			good: func(s *side, v int16, n int) kmsg.Request {
				return createTopic("made-"+itoa(n), 2, "retention.ms=1000000")(s, v, n)
			},
		},
		{
			key: 20, hand: handDeleteTopics(), prepare: withTopic,
			good: func(s *side, v int16, n int) kmsg.Request { return deleteTopics(own(n))(s, v, n) },
		},
		{
			key: 37, hand: handCreatePartitions(), prepare: withTopic,
			good: func(s *side, v int16, n int) kmsg.Request { return createPartitions(own(n), 3)(s, v, n) },
		},
		{key: 55, good: describeQuorum, reads: true},
		{key: 60, good: describeCluster, reads: true},
		{key: 75, good: describeTopicPartitions(topicRecords), hand: handDescribeTopicPartitions(), reads: true},
		{key: 34, good: alterReplicaLogDirs, hand: handAlterReplicaLogDirs()},
		{key: 35, good: describeLogDirs(topicRecords, 0, 1, 2), hand: handDescribeLogDirs(), reads: true},
	}
}

func metadata(names ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrMetadataRequest()
		for _, name := range names {
			r.Topics = append(r.Topics, kmsg.MetadataRequestTopic{Topic: &name})
		}
		return r
	}
}

func apiVersions(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrApiVersionsRequest()
	r.ClientSoftwareName, r.ClientSoftwareVersion = clientID, "1.0"
	return r
}

func createTopic(name string, partitions int32, configs ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrCreateTopicsRequest()
		r.TimeoutMillis = 3000
		t := kmsg.NewCreateTopicsRequestTopic()
		t.Topic, t.NumPartitions, t.ReplicationFactor = name, partitions, 1
		keys, values := settings(configs)
		for i := range keys {
			t.Configs = append(t.Configs, kmsg.CreateTopicsRequestTopicConfig{Name: keys[i], Value: values[i]})
		}
		r.Topics = append(r.Topics, t)
		return r
	}
}

func deleteTopics(names ...string) maker {
	return func(s *side, _ int16, _ int) kmsg.Request {
		r := kmsg.NewPtrDeleteTopicsRequest()
		r.TimeoutMillis = 3000
		for _, name := range names {
			r.TopicNames = append(r.TopicNames, name)
			r.Topics = append(r.Topics, kmsg.DeleteTopicsRequestTopic{Topic: &name})
		}
		return r
	}
}

func createPartitions(name string, count int32) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrCreatePartitionsRequest()
		r.TimeoutMillis = 3000
		t := kmsg.NewCreatePartitionsRequestTopic()
		t.Topic, t.Count = name, count
		r.Topics = append(r.Topics, t)
		return r
	}
}

func describeQuorum(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrDescribeQuorumRequest()
	t := kmsg.NewDescribeQuorumRequestTopic()
	t.Topic = "__cluster_metadata"
	t.Partitions = append(t.Partitions, kmsg.NewDescribeQuorumRequestTopicPartition())
	r.Topics = append(r.Topics, t)
	return r
}

func describeCluster(*side, int16, int) kmsg.Request { return kmsg.NewPtrDescribeClusterRequest() }

func describeTopicPartitions(names ...string) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrDescribeTopicPartitionsRequest()
		r.ResponsePartitionLimit = 2000
		for _, name := range names {
			r.Topics = append(r.Topics, kmsg.DescribeTopicPartitionsRequestTopic{Topic: name})
		}
		return r
	}
}

// alterReplicaLogDirs asks for the directory in which the partition is.
func alterReplicaLogDirs(s *side, _ int16, _ int) kmsg.Request {
	r := kmsg.NewPtrAlterReplicaLogDirsRequest()
	d := kmsg.NewAlterReplicaLogDirsRequestDir()
	d.Dir = s.dir
	d.Topics = append(d.Topics, kmsg.AlterReplicaLogDirsRequestDirTopic{Topic: topicRecords, Partitions: []int32{0}})
	r.Dirs = append(r.Dirs, d)
	return r
}

func describeLogDirs(topic string, partitions ...int32) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrDescribeLogDirsRequest()
		r.Topics = append(r.Topics, kmsg.DescribeLogDirsRequestTopic{Topic: topic, Partitions: partitions})
		return r
	}
}

func shortFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
