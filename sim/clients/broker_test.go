package clients

import (
	"encoding/binary"
	"slices"
	"strings"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// broker is the least that answers these clients: logs in memory, batch by batch. Its faults are
// what the judge must find.
type broker struct {
	world    *world
	topics   []*brokerTopic
	lastID   byte
	lastPID  int64
	produces int
	fault    fault
	epoch    kafka.LeaderEpoch
	// retention is what is set for retention.ms and retention.bytes.
	retention retentionSet
	// sessions are the fetch sessions, which are gone with a crash.
	sessions    map[int32]*brokerSession
	lastSession int32
	groups      brokerGroups
	astray      int // how many fetches are refused, as if the leader had moved
}

type fault int

const (
	_ fault = iota
	forgetful
	deduplessly
	shifted
	swapped
	unflushed
	leaky
	greedy
	relapsing
	belated
	confused
	mute
	hasty
	deaf
	lenient // old epochs may write
	picky   // refuses some batches that are next
	sharing // gives a producer id twice
	stunted // says that it has added partitions, and has not
	eager   // adds partitions that were only to be judged
	unkeyed // does not know of compaction
	// withholding has a log's newest batch, and shows it to nobody.
	withholding
	// Of fetch sessions:
	standing // does not go on to the next epoch
	keeping  // serves what was forgotten
	taciturn // leaves out a high watermark that moved without records
	boastful // tells more of the metadata log as committed than there is
	// Of groups:
	unfenced     // takes commits of whoever sends them
	unkept       // acknowledges some commits, and keeps nothing
	regressing   // tells what was committed before the last time
	leavingOut   // has a member join, and does not tell the leader
	mixingUp     // gives each member what another one is to have
	doubleGiving // gives away what another member has still
)

type brokerTopic struct {
	name  string
	id    kafka.TopicID
	parts []*brokerLog
	// policy is cleanup.policy if it was set.
	policy string
}

func (b *broker) request(conn int64, frame []byte) {
	if b.groups.parked[conn] {
		b.groups.queued[conn] = append(b.groups.queued[conn], slices.Clone(frame))
		return
	}
	key, version := int16(binary.BigEndian.Uint16(frame)), int16(binary.BigEndian.Uint16(frame[2:]))
	r := kmsg.RequestForKey(key)
	r.SetVersion(version)
	body := frame[10+binary.BigEndian.Uint16(frame[8:]):]
	if r.IsFlexible() {
		body = body[1:]
	}
	if err := r.ReadFrom(body); err != nil {
		panic("the clients sent what kmsg cannot read: " + err.Error())
	}
	to := returnAddress{conn, slices.Clone(frame[4:8]), version, r.IsFlexible() && key != 18, b.groups.crash}
	b.groups.to = to
	if answer := b.answer(r); answer != nil {
		b.send(to, answer)
	}
}

func (b *broker) send(to returnAddress, answer kmsg.Response) {
	answer.SetVersion(to.version)
	out := append(make([]byte, 4), to.correlation...)
	if answer.IsFlexible() && to.flexible {
		out = append(out, 0)
	}
	out = answer.AppendTo(out)
	binary.BigEndian.PutUint32(out, uint32(len(out)-4))
	b.world.reply(to.conn, out)
}

func (b *broker) answer(r kmsg.Request) kmsg.Response {
	if b.fault == mute {
		return nil
	}
	switch r := r.(type) {
	case *kmsg.ApiVersionsRequest:
		a := kmsg.NewPtrApiVersionsResponse()
		a.ApiKeys = []kmsg.ApiVersionsResponseApiKey{
			{ApiKey: 0, MaxVersion: 13}, {ApiKey: 1, MinVersion: 4, MaxVersion: 18}, {ApiKey: 2, MinVersion: 1, MaxVersion: 11},
			{ApiKey: 3, MaxVersion: 13}, {ApiKey: 18, MaxVersion: 4}, {ApiKey: 19, MinVersion: 2, MaxVersion: 7},
			{ApiKey: 20, MinVersion: 1, MaxVersion: 6}, {ApiKey: 21, MaxVersion: 2}, {ApiKey: 23, MinVersion: 2, MaxVersion: 4}, {ApiKey: 61}, {ApiKey: 35, MinVersion: 1, MaxVersion: 5}, {ApiKey: 34, MinVersion: 1, MaxVersion: 2}, {ApiKey: 48, MaxVersion: 1}, {ApiKey: 49, MaxVersion: 1}, {ApiKey: 22, MaxVersion: 5},
			{ApiKey: 32, MinVersion: 1, MaxVersion: 4}, {ApiKey: 33, MaxVersion: 2}, {ApiKey: 37, MaxVersion: 3}, {ApiKey: 44, MaxVersion: 1},
			{ApiKey: 43, MaxVersion: 2}, {ApiKey: 45, MaxVersion: 1}, {ApiKey: 46}, {ApiKey: 55, MaxVersion: 2}, {ApiKey: 57, MaxVersion: 2},
			{ApiKey: 60, MaxVersion: 2}, {ApiKey: 64}, {ApiKey: 75},
			{ApiKey: 8, MinVersion: 2, MaxVersion: 10}, {ApiKey: 9, MinVersion: 1, MaxVersion: 10}, {ApiKey: 10, MaxVersion: 6},
			{ApiKey: 11, MaxVersion: 9}, {ApiKey: 12, MaxVersion: 4}, {ApiKey: 13, MaxVersion: 5}, {ApiKey: 14, MaxVersion: 5},
			{ApiKey: 15, MaxVersion: 6}, {ApiKey: 16, MaxVersion: 5}, {ApiKey: 42, MaxVersion: 2}, {ApiKey: 47},
			{ApiKey: 68, MaxVersion: 1}, {ApiKey: 69, MaxVersion: 1},
		}
		return a
	case *kmsg.MetadataRequest:
		return b.metadata(r)
	case *kmsg.CreateTopicsRequest:
		a := kmsg.NewPtrCreateTopicsResponse()
		for _, q := range r.Topics {
			t := kmsg.NewCreateTopicsResponseTopic()
			t.Topic = q.Topic
			if b.byName(q.Topic) != nil {
				t.ErrorCode = int16(kafka.ErrTopicAlreadyExists)
			} else {
				made := b.create(q.Topic, int(q.NumPartitions))
				delete(b.retention, q.Topic)
				for _, c := range q.Configs {
					if c.Name == "retention.ms" || c.Name == "retention.bytes" {
						b.retention.put(q.Topic, c.Name, c.Value)
					}
				}
				t.TopicID = made.id
				for _, c := range q.Configs {
					if c.Name == "cleanup.policy" && b.fault != unkeyed {
						made.policy = *c.Value
					}
				}
				if c := q.Configs[0]; c.Name == "flush.messages" {
					for _, l := range made.parts {
						l.flush = int((*c.Value)[0] - '0')
					}
				}
			}
			a.Topics = append(a.Topics, t)
		}
		return a
	case *kmsg.DeleteTopicsRequest:
		return b.remove(r)
	case *kmsg.CreatePartitionsRequest:
		return b.grow(r)
	case *kmsg.DescribeClusterRequest, *kmsg.DescribeQuorumRequest, *kmsg.DescribeTopicPartitionsRequest, *kmsg.ElectLeadersRequest,
		*kmsg.AlterPartitionAssignmentsRequest, *kmsg.ListPartitionReassignmentsRequest, *kmsg.UpdateFeaturesRequest, *kmsg.UnregisterBrokerRequest:
		return b.operator(r)
	case *kmsg.AlterClientQuotasRequest:
		return b.alterQuotas(r)
	case *kmsg.DescribeClientQuotasRequest:
		return r.ResponseKind()
	case *kmsg.IncrementalAlterConfigsRequest:
		return b.alterConfigs(r)
	case *kmsg.AlterConfigsRequest:
		return b.replaceConfigs(r)
	case *kmsg.DescribeConfigsRequest:
		return b.describeConfigs(r)
	case *kmsg.InitProducerIDRequest:
		a := kmsg.NewPtrInitProducerIDResponse()
		if b.fault != sharing || b.lastPID == 0 {
			b.lastPID++
		}
		a.ProducerID = b.lastPID
		return a
	case *kmsg.ProduceRequest:
		return b.produce(r)
	case *kmsg.ListOffsetsRequest:
		return b.offsets(r)
	case *kmsg.FetchRequest:
		return b.joined(r)
	case *kmsg.OffsetForLeaderEpochRequest:
		return b.epochEnds(r)
	case *kmsg.DescribeLogDirsRequest:
		return b.logDirs(r)
	case *kmsg.DescribeProducersRequest:
		return b.producers(r)
	case *kmsg.DeleteRecordsRequest:
		return b.trim(r)
	}
	return b.grouped(r)
}

func (b *broker) create(name string, partitions int) *brokerTopic {
	b.lastID++
	t := &brokerTopic{name: name, id: kafka.TopicID{0: b.lastID}}
	for range partitions {
		t.parts = append(t.parts, &brokerLog{})
	}
	b.topics = append(b.topics, t)
	return t
}

func (b *broker) byName(name string) *brokerTopic {
	for _, t := range b.topics {
		if t.name == name {
			return t
		}
	}
	return nil
}

// log finds a partition by id, or by name if the id is zero.
func (b *broker) log(name string, id kafka.TopicID, partition int32) (*brokerLog, kafka.ErrorCode) {
	for _, t := range b.topics {
		if (id.IsZero() && t.name == name || !id.IsZero() && t.id == id) && int(partition) < len(t.parts) {
			return t.parts[partition], kafka.None
		}
	}
	if !id.IsZero() {
		return nil, kafka.ErrUnknownTopicID
	}
	return nil, kafka.ErrUnknownTopicOrPartition
}

func (b *broker) metadata(r *kmsg.MetadataRequest) kmsg.Response {
	a := kmsg.NewPtrMetadataResponse()
	var found []*brokerTopic
	if r.Topics == nil {
		found = b.topics
	}
	for _, q := range r.Topics {
		t := b.byName(*q.Topic)
		if t == nil && r.AllowAutoTopicCreation {
			t = b.create(*q.Topic, 1)
		}
		if t == nil {
			m := kmsg.NewMetadataResponseTopic()
			m.Topic, m.ErrorCode = q.Topic, int16(kafka.ErrUnknownTopicOrPartition)
			a.Topics = append(a.Topics, m)
			continue
		}
		found = append(found, t)
	}
	for _, t := range found {
		m := kmsg.NewMetadataResponseTopic()
		m.Topic, m.TopicID = &t.name, t.id
		for i := range t.parts {
			p := kmsg.NewMetadataResponseTopicPartition()
			p.Partition, p.Leader, p.LeaderEpoch = int32(i), 1, int32(b.epoch)
			m.Partitions = append(m.Partitions, p)
		}
		a.Topics = append(a.Topics, m)
	}
	return a
}

func (b *broker) remove(r *kmsg.DeleteTopicsRequest) kmsg.Response {
	a := kmsg.NewPtrDeleteTopicsResponse()
	for _, name := range r.TopicNames {
		q := kmsg.NewDeleteTopicsRequestTopic()
		q.Topic = &name
		r.Topics = append(r.Topics, q)
	}
	for _, q := range r.Topics {
		t := kmsg.NewDeleteTopicsResponseTopic()
		t.Topic, t.TopicID = q.Topic, q.TopicID
		at := slices.IndexFunc(b.topics, func(t *brokerTopic) bool {
			return q.Topic != nil && t.name == *q.Topic || q.Topic == nil && t.id == q.TopicID
		})
		if at < 0 {
			t.ErrorCode = int16(kafka.ErrUnknownTopicOrPartition)
		} else {
			t.Topic, t.TopicID = &b.topics[at].name, b.topics[at].id
			b.forgetOffsets(b.topics[at].name)
			b.topics = slices.Delete(b.topics, at, at+1)
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}

func (b *broker) produce(r *kmsg.ProduceRequest) kmsg.Response {
	a := kmsg.NewPtrProduceResponse()
	for _, q := range r.Topics {
		t := kmsg.NewProduceResponseTopic()
		t.Topic, t.TopicID = q.Topic, q.TopicID
		for _, part := range q.Partitions {
			p := kmsg.NewProduceResponseTopicPartition()
			p.Partition = part.Partition
			l, err := b.log(q.Topic, q.TopicID, part.Partition)
			if err == kafka.None && strings.Contains(b.policy(q.Topic, q.TopicID), "compact") && keyless(part.Records) {
				err = kafka.ErrInvalidRecord
			}
			if err == kafka.None {
				err, p.BaseOffset = b.append(l, slices.Clone(part.Records))
			}
			p.ErrorCode = int16(err)
			t.Partitions = append(t.Partitions, p)
		}
		a.Topics = append(a.Topics, t)
	}
	if r.Acks == 0 {
		return nil
	}
	return a
}

func (b *broker) offsets(r *kmsg.ListOffsetsRequest) kmsg.Response {
	a := kmsg.NewPtrListOffsetsResponse()
	for _, q := range r.Topics {
		t := kmsg.NewListOffsetsResponseTopic()
		t.Topic = q.Topic
		for _, part := range q.Partitions {
			p := kmsg.NewListOffsetsResponseTopicPartition()
			p.Partition, p.Offset, p.Timestamp = part.Partition, -1, -1
			l, err := b.log(q.Topic, kafka.TopicID{}, part.Partition)
			p.ErrorCode = int16(err)
			switch {
			case err != kafka.None:
			case part.Timestamp == -1:
				p.Offset = int64(l.next)
			case part.Timestamp == -2:
				p.Offset = int64(l.start)
			case part.Timestamp == -3:
				p.Offset, p.Timestamp = l.greatest()
			default:
				p.Offset, p.Timestamp = l.byTime(kafka.Wall(part.Timestamp))
			}
			t.Partitions = append(t.Partitions, p)
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}

func (b *broker) fetch(r *kmsg.FetchRequest) *kmsg.FetchResponse {
	a := kmsg.NewPtrFetchResponse()
	for _, q := range r.Topics {
		t := kmsg.NewFetchResponseTopic()
		t.Topic, t.TopicID = q.Topic, q.TopicID
		for _, part := range q.Partitions {
			p := kmsg.NewFetchResponseTopicPartition()
			p.Partition, p.HighWatermark = part.Partition, -1
			l, err := b.log(q.Topic, q.TopicID, part.Partition)
			if b.astray > 0 && err == kafka.None {
				b.astray--
				err = kafka.ErrNotLeaderOrFollower
			}
			if err == kafka.None && (part.FetchOffset > int64(l.next) || part.FetchOffset < int64(l.start)) {
				err = kafka.ErrOffsetOutOfRange
			}
			if p.ErrorCode = int16(err); err == kafka.None {
				p.HighWatermark, p.LogStartOffset = int64(l.next), int64(l.start)
				p.RecordBatches = b.read(l, kafka.Offset(part.FetchOffset), int(min(part.PartitionMaxBytes, r.MaxBytes)))
			}
			t.Partitions = append(t.Partitions, p)
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}

// alterQuotas takes whatever is asked for.
func (b *broker) alterQuotas(r *kmsg.AlterClientQuotasRequest) kmsg.Response {
	answer := r.ResponseKind().(*kmsg.AlterClientQuotasResponse)
	for range r.Entries {
		answer.Entries = append(answer.Entries, kmsg.NewAlterClientQuotasResponseEntry())
	}
	return answer
}
