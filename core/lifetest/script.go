package lifetest

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Script is what the clients of a life do, in steps that may be taken one by one: every API, fetches
// that park and are woken, time out or lose their connection, a topic deleted under its readers.
func Script(l *Life) []func() {
	var topic kafka.TopicID
	return []func(){
		func() { l.Pass(100) },
		func() { l.Open(1); l.Open(2); l.Open(3) },
		func() { l.Send(1, 3, kmsg.NewPtrApiVersionsRequest()) },
		func() { l.Send(1, 12, metadata("auto")); l.Settle() },
		func() { l.Send(1, 7, CreateTopics("made", 3)); l.Settle() },
		func() { l.Send(1, 12, metadata("made")); l.Settle() },
		func() { topic = l.topicNamed("made") },
		func() { l.Send(1, 4, kmsg.NewPtrInitProducerIDRequest()); l.Settle() },
		func() { l.Send(2, 17, fetch(topic, 0, 5000)); l.Settle() },
		func() { l.Send(3, 17, fetch(topic, 0, 50)) },
		func() { l.Send(1, 13, Produce(topic, -1, 0, 0)) },
		func() { l.Send(1, 13, Produce(topic, 1, 1, 0)); l.Send(1, 13, Produce(topic, 0, 2, 0)) },
		func() { l.Settle() },
		func() { l.Send(1, 13, Produce(topic, -1, 0, 1)); l.Send(1, 13, Produce(topic, -1, 0, 1)); l.Settle() },
		func() { l.Send(2, 17, fetch(topic, 1, 5000)); l.Send(2, 4, kmsg.NewPtrInitProducerIDRequest()) },
		func() { l.Pass(100) },
		func() { l.Send(3, 7, listOffsets("made", 1)); l.Send(3, 7, listOffsets("made", -1)); l.Settle() },
		func() {
			l.Send(3, 4, describeConfigs("made", "1"))
			l.Send(3, 1, kmsg.NewPtrListConfigResourcesRequest())
		},
		func() { l.Send(1, 2, DeleteRecords("made", -1)); l.Send(1, 0, DeleteRecords("made", 1)); l.Settle() },
		func() { l.Send(1, 4, offsetForLeaderEpoch("made", 0)); l.Send(1, 2, offsetForLeaderEpoch("made", 9)) },
		func() { l.Send(1, 0, describeProducers("made")) },
		func() { l.Send(1, 5, kmsg.NewPtrDescribeLogDirsRequest()); l.Settle() },
		func() { l.Send(1, 1, alterConfigs("made", "")); l.Settle() },
		func() { l.Send(1, 1, alterConfigs("", "1")); l.Send(1, 2, wholeConfig("made")); l.Settle() },
		func() { l.Send(1, 3, createPartitions("made", 4)); l.Settle() },
		func() { l.Send(3, 17, ofSession(fetch(topic, 1, 0), 0, 0)); l.Settle() },
		func() { l.Send(3, 17, ofSession(fetch(topic, 2, 0), l.fetchSession(), 1)); l.Settle() },
		func() { sendAdmin(l, "made"); l.Settle() },
		func() { l.Send(1, 6, FindCoordinator("g", "h")); l.Settle() },
		func() { l.Send(1, 6, FindCoordinator("g", "h")); l.Send(2, 9, offsetFetch("g", "made")); l.Settle() },
		func() { l.Send(1, 10, OffsetCommit("g", topic, 3)); l.Send(2, 9, offsetFetch("g", "made")); l.Settle() },
		func() {
			l.Send(1, 10, OffsetCommit("h", topic, 4))
			l.Send(2, 0, offsetDelete("g", "made"))
			l.Settle()
		},
		func() { l.Send(1, 3, joinGroup("c")); l.Settle(); l.Pass(100) },
		func() {
			l.Send(1, 3, syncGroup("c", l.member()))
			l.Send(2, 4, kmsg.NewPtrListGroupsRequest())
			l.Settle()
		},
		func() { l.Send(1, 4, heartbeat(l, "c")); l.Send(2, 6, describeGroups("c", "nobody")); l.Settle() },
		func() { l.Send(1, 2, leaveGroup(l, "c")); l.Send(1, 2, deleteGroups("c")); l.Settle() },
		func() { l.Send(1, 1, memberHeartbeat("k", "m", 0, "ma.*")); l.Settle() },
		func() {
			l.Send(2, 1, memberHeartbeat("k", "n", 0, "m.*e"))
			l.Send(1, 1, memberHeartbeat("k", "m", 1, ""))
			l.Settle()
		},
		func() { l.Pass(1100); l.Send(1, 1, memberHeartbeat("k", "m", 2, "")); l.Settle() },
		func() {
			l.Send(2, 1, memberHeartbeat("k", "n", 1, ""))
			l.Send(1, 1, consumerGroupDescribe("k", "c"))
			l.Settle()
		},
		func() { l.Send(2, 1, memberHeartbeat("k", "n", -1, "")); l.Send(1, 2, deleteGroups("k")); l.Settle() },
		func() { l.Inspect() },
		func() {
			l.Send(1, 1, alterQuotas("made by", 1e6))
			l.Settle()
			l.Send(3, 1, kmsg.NewPtrDescribeClientQuotasRequest())
		},
		func() { l.Close(2) },
		func() { l.Send(3, 17, fetch(topic, 2, 60_000)); l.Pass(3000) },
		func() { l.Send(1, 6, DeleteTopics(topic)); l.Settle() },
		func() { l.Send(1, 13, Produce(topic, -1, 0, 2)); l.Settle() },
		func() { l.Close(3) },
		func() { l.Stop() },
	}
}

// topicNamed finds a topic's id in the last answer to Metadata.
func (l *Life) topicNamed(name string) kafka.TopicID {
	for i := len(l.Replies) - 1; i >= 0; i-- {
		m, ok := l.Replies[i].Body.(*kmsg.MetadataResponse)
		if !ok {
			continue
		}
		for _, t := range m.Topics {
			if t.Topic != nil && *t.Topic == name {
				return t.TopicID
			}
		}
	}
	panic("no answer names topic " + name)
}

func metadata(topic string) *kmsg.MetadataRequest {
	m := kmsg.NewPtrMetadataRequest()
	m.AllowAutoTopicCreation = true
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = &topic
	m.Topics = append(m.Topics, t)
	return m
}

// CreateTopics asks for one topic of segments of 1 MiB, flushed at every batch.
func CreateTopics(name string, partitions int32) *kmsg.CreateTopicsRequest {
	m := kmsg.NewPtrCreateTopicsRequest()
	m.TimeoutMillis = 1000
	t := kmsg.NewCreateTopicsRequestTopic()
	t.Topic, t.NumPartitions, t.ReplicationFactor = name, partitions, 1
	for _, kv := range [][2]string{{"segment.bytes", "1048576"}, {"flush.messages", "1"}} {
		c := kmsg.NewCreateTopicsRequestTopicConfig()
		c.Name, c.Value = kv[0], &kv[1]
		t.Configs = append(t.Configs, c)
	}
	m.Topics = append(m.Topics, t)
	return m
}

// createPartitions asks for so many partitions of a topic.
func createPartitions(name string, count int32) *kmsg.CreatePartitionsRequest {
	m := kmsg.NewPtrCreatePartitionsRequest()
	m.TimeoutMillis = 1000
	t := kmsg.NewCreatePartitionsRequestTopic()
	t.Topic, t.Count = name, count
	m.Topics = append(m.Topics, t)
	return m
}

// describeConfigs asks for the configuration of a topic and of a broker.
func describeConfigs(topic, broker string) *kmsg.DescribeConfigsRequest {
	m := kmsg.NewPtrDescribeConfigsRequest()
	m.IncludeSynonyms = true
	for typ, name := range []string{2: topic, 4: broker} {
		if name != "" {
			r := kmsg.NewDescribeConfigsRequestResource()
			r.ResourceType, r.ResourceName = kmsg.ConfigResourceType(typ), name
			m.Resources = append(m.Resources, r)
		}
	}
	return m
}

// alterConfigs changes keys of a topic, or of a broker.
func alterConfigs(topic, broker string) *kmsg.IncrementalAlterConfigsRequest {
	m := kmsg.NewPtrIncrementalAlterConfigsRequest()
	r := kmsg.NewIncrementalAlterConfigsRequestResource()
	change := func(name string, op kmsg.IncrementalAlterConfigOp, value string) {
		c := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
		if c.Name, c.Op = name, op; op != kmsg.IncrementalAlterConfigOpDelete {
			c.Value = &value
		}
		r.Configs = append(r.Configs, c)
	}
	if r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, topic; topic != "" {
		change("flush.messages", kmsg.IncrementalAlterConfigOpDelete, "")
		change("cleanup.policy", kmsg.IncrementalAlterConfigOpAppend, "compact")
		change("max.message.bytes", kmsg.IncrementalAlterConfigOpSet, "1000000")
	} else {
		r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeBroker, broker
		change("log.retention.ms", kmsg.IncrementalAlterConfigOpSet, "1")
		change("producer.id.expiration.ms", kmsg.IncrementalAlterConfigOpSet, "600")
	}
	m.Resources = append(m.Resources, r)
	return m
}

// alterQuotas limits what a client id may produce.
func alterQuotas(client string, rate float64) *kmsg.AlterClientQuotasRequest {
	m := kmsg.NewPtrAlterClientQuotasRequest()
	e := kmsg.NewAlterClientQuotasRequestEntry()
	part, op := kmsg.NewAlterClientQuotasRequestEntryEntity(), kmsg.NewAlterClientQuotasRequestEntryOp()
	part.Type, part.Name = "client-id", &client
	op.Key, op.Value = "producer_byte_rate", rate
	e.Entity, e.Ops = append(e.Entity, part), append(e.Ops, op)
	m.Entries = append(m.Entries, e)
	return m
}

// wholeConfig leaves a topic with a segment size and nothing else.
func wholeConfig(topic string) *kmsg.AlterConfigsRequest {
	m := kmsg.NewPtrAlterConfigsRequest()
	r := kmsg.NewAlterConfigsRequestResource()
	r.ResourceType, r.ResourceName = kmsg.ConfigResourceTypeTopic, topic
	c := kmsg.NewAlterConfigsRequestResourceConfig()
	c.Name, c.Value = "segment.bytes", kmsg.StringPtr("1048576")
	r.Configs = append(r.Configs, c)
	m.Resources = append(m.Resources, r)
	return m
}

// DeleteTopics asks for the end of one topic.
func DeleteTopics(id kafka.TopicID) *kmsg.DeleteTopicsRequest {
	m := kmsg.NewPtrDeleteTopicsRequest()
	m.TimeoutMillis = 1000
	t := kmsg.NewDeleteTopicsRequestTopic()
	t.TopicID = id
	m.Topics = append(m.Topics, t)
	return m
}

// fetch asks for all three partitions from one offset on.
func fetch(id kafka.TopicID, from int64, wait kafka.Millis) *kmsg.FetchRequest {
	m := kmsg.NewPtrFetchRequest()
	m.MaxWaitMillis, m.MinBytes, m.MaxBytes, m.SessionEpoch = int32(wait), 1, 1<<20, -1
	t := kmsg.NewFetchRequestTopic()
	t.TopicID = id
	for p := range int32(3) {
		f := kmsg.NewFetchRequestTopicPartition()
		f.Partition, f.FetchOffset, f.PartitionMaxBytes, f.CurrentLeaderEpoch = p, from, 1<<20, -1
		t.Partitions = append(t.Partitions, f)
	}
	m.Topics = append(m.Topics, t)
	return m
}

// ofSession makes a fetch one of a session.
func ofSession(m *kmsg.FetchRequest, id, epoch int32) *kmsg.FetchRequest {
	m.SessionID, m.SessionEpoch = id, epoch
	return m
}

// fetchSession finds the last fetch session that was made.
func (l *Life) fetchSession() int32 {
	for i := len(l.Replies) - 1; i >= 0; i-- {
		if r, ok := l.Replies[i].Body.(*wire.FetchResponse); ok && r.SessionID != 0 {
			return r.SessionID
		}
	}
	panic("no answer names a fetch session")
}

func listOffsets(name string, at int64) *kmsg.ListOffsetsRequest {
	m := kmsg.NewPtrListOffsetsRequest()
	m.ReplicaID = -1
	t := kmsg.NewListOffsetsRequestTopic()
	t.Topic = name
	for p := range int32(3) {
		f := kmsg.NewListOffsetsRequestTopicPartition()
		f.Partition, f.Timestamp, f.CurrentLeaderEpoch = p, at, -1
		t.Partitions = append(t.Partitions, f)
	}
	m.Topics = append(m.Topics, t)
	return m
}

func describeProducers(name string) *kmsg.DescribeProducersRequest {
	m := kmsg.NewPtrDescribeProducersRequest()
	t := kmsg.NewDescribeProducersRequestTopic()
	t.Topic, t.Partitions = name, []int32{0, 1, 2}
	m.Topics = append(m.Topics, t)
	return m
}

func offsetForLeaderEpoch(name string, epoch int32) *kmsg.OffsetForLeaderEpochRequest {
	m := kmsg.NewPtrOffsetForLeaderEpochRequest()
	t := kmsg.NewOffsetForLeaderEpochRequestTopic()
	t.Topic = name
	for p := range int32(3) {
		f := kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
		f.Partition, f.LeaderEpoch = p, epoch
		t.Partitions = append(t.Partitions, f)
	}
	m.Topics = append(m.Topics, t)
	return m
}

// DeleteRecords asks for one start of all three partitions.
func DeleteRecords(name string, offset int64) *kmsg.DeleteRecordsRequest {
	m := kmsg.NewPtrDeleteRecordsRequest()
	m.TimeoutMillis = 1000
	t := kmsg.NewDeleteRecordsRequestTopic()
	t.Topic = name
	for p := range int32(3) {
		f := kmsg.NewDeleteRecordsRequestTopicPartition()
		f.Partition, f.Offset = p, offset
		t.Partitions = append(t.Partitions, f)
	}
	m.Topics = append(m.Topics, t)
	return m
}

// Produce is one batch of two records of producer 0 for one partition; at acks=0 of no producer.
func Produce(id kafka.TopicID, acks int16, partition kafka.PartitionID, nth kafka.Sequence) *wire.ProduceRequest {
	b := record.NewBuilder(0, kafka.NoLeaderEpoch)
	if acks != 0 {
		b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = 0, 0, 2*nth
	}
	b.Add(1_000_000, []byte("key"), []byte("value"))
	b.Add(1_000_001, nil, []byte("another"))
	p := wire.ProducePartition{Partition: partition, Span: port.MemSpan(b.Append(nil), nil)}
	p.CheckBatch(13)
	return &wire.ProduceRequest{
		Version: 13, Acks: acks, TimeoutMillis: 1000,
		Topics: []wire.ProduceTopic{{ID: id, Partitions: []wire.ProducePartition{p}}},
	}
}
