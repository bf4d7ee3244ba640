package main

import (
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ofRecords are the requests of what moves records and tells about them.
func ofRecords() []*spec {
	return []*spec{
		{
			key: produceKey, good: produce("", 2, batchOf(1)), hand: handProduce(),
			refused: func(version int16) string {
				if version < 3 {
					return "advertised from v0 on and refused below v3, as by Kafka (KAFKA-18659)"
				}
				return ""
			},
		},
		{key: 1, good: fetch(topicRecords, 0), hand: handFetch(), reads: true, leave: map[string]string{
			"MaxWaitMillis = 2147483647": "waits, if there is nothing to read",
		}},
		{key: 2, good: listOffsets(topicRecords, 0, -1), hand: handListOffsets(), reads: true},
		{
			key: 21, hand: handDeleteRecords(),
			prepare: withTopic,
			good:    func(s *side, v int16, n int) kmsg.Request { return deleteRecords(own(n), 0, 0)(s, v, n) },
		},
		{key: 22, good: initProducerID, hand: handInitProducerID()},
		{key: 23, good: offsetForLeaderEpoch(topicRecords, 0, 0), hand: handOffsetForLeaderEpoch(), reads: true},
		{key: 61, good: describeProducers(topicRecords, 0), hand: handDescribeProducers(), reads: true},
	}
}

// own is the topic that is made for the request of a number.
func own(n int) string { return "own-" + itoa(n) }

// withTopic makes the topic of the request of a number.
func withTopic(r *run, n int) error { return r.create(own(n), 1) }

// produceKey is the API's whose requests may change what later ones are told.
const produceKey = 0

// produce sends a batch to a topic; without a name it is the sink.
func produce(topic string, partition int32, batch []byte) maker {
	return func(s *side, _ int16, _ int) kmsg.Request {
		r := kmsg.NewPtrProduceRequest()
		r.Acks, r.TimeoutMillis = -1, 3000
		t := kmsg.NewProduceRequestTopic()
		t.Topic = topic
		if topic == "" {
			t.Topic = s.sink
		}
		t.TopicID = s.ids[t.Topic]
		p := kmsg.NewProduceRequestTopicPartition()
		p.Partition, p.Records = partition, batch
		t.Partitions = append(t.Partitions, p)
		r.Topics = append(r.Topics, t)
		return r
	}
}

func fetch(topic string, offset int64) maker {
	return func(s *side, _ int16, _ int) kmsg.Request {
		r := kmsg.NewPtrFetchRequest()
		r.MaxWaitMillis, r.MinBytes, r.MaxBytes, r.SessionEpoch = 0, 1, 1<<20, -1
		t := kmsg.NewFetchRequestTopic()
		t.Topic, t.TopicID = topic, s.ids[topic]
		p := kmsg.NewFetchRequestTopicPartition()
		p.FetchOffset, p.PartitionMaxBytes = offset, 1<<20
		t.Partitions = append(t.Partitions, p)
		r.Topics = append(r.Topics, t)
		return r
	}
}

func listOffsets(topic string, partition int32, at int64) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrListOffsetsRequest()
		r.ReplicaID, r.TimeoutMillis = -1, 3000
		t := kmsg.NewListOffsetsRequestTopic()
		t.Topic = topic
		p := kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp = partition, at
		t.Partitions = append(t.Partitions, p)
		r.Topics = append(r.Topics, t)
		return r
	}
}

func deleteRecords(topic string, partition int32, offset int64) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrDeleteRecordsRequest()
		r.TimeoutMillis = 3000
		t := kmsg.NewDeleteRecordsRequestTopic()
		t.Topic = topic
		p := kmsg.NewDeleteRecordsRequestTopicPartition()
		p.Partition, p.Offset = partition, offset
		t.Partitions = append(t.Partitions, p)
		r.Topics = append(r.Topics, t)
		return r
	}
}

func initProducerID(*side, int16, int) kmsg.Request {
	r := kmsg.NewPtrInitProducerIDRequest()
	r.TransactionTimeoutMillis = 60000
	return r
}

func offsetForLeaderEpoch(topic string, partition, epoch int32) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrOffsetForLeaderEpochRequest()
		t := kmsg.NewOffsetForLeaderEpochRequestTopic()
		t.Topic = topic
		p := kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
		p.Partition, p.LeaderEpoch = partition, epoch
		t.Partitions = append(t.Partitions, p)
		r.Topics = append(r.Topics, t)
		return r
	}
}

func describeProducers(topic string, partitions ...int32) maker {
	return func(*side, int16, int) kmsg.Request {
		r := kmsg.NewPtrDescribeProducersRequest()
		t := kmsg.NewDescribeProducersRequestTopic()
		t.Topic, t.Partitions = topic, partitions
		r.Topics = append(r.Topics, t)
		return r
	}
}

// settings reads key=value.
func settings(texts []string) (keys []string, values []*string) {
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		keys = append(keys, key)
		if ok {
			values = append(values, &value)
		} else {
			values = append(values, nil)
		}
	}
	return keys, values
}
