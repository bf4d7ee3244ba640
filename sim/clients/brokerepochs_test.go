package clients

import (
	"maps"
	"slices"

	"momus/checker"
	"momus/core/kafka"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// epochEnds looks for the ends of epochs through all batches.
func (b *broker) epochEnds(r *kmsg.OffsetForLeaderEpochRequest) kmsg.Response {
	a := kmsg.NewPtrOffsetForLeaderEpochResponse()
	for _, q := range r.Topics {
		t := kmsg.NewOffsetForLeaderEpochResponseTopic()
		t.Topic = q.Topic
		for _, part := range q.Partitions {
			p := kmsg.NewOffsetForLeaderEpochResponseTopicPartition()
			p.Partition = part.Partition
			l, err := b.log(q.Topic, kafka.TopicID{}, part.Partition)
			if p.ErrorCode = int16(err); err == kafka.None {
				epoch, end := l.epochEnd(kafka.LeaderEpoch(part.LeaderEpoch), b.epoch)
				if b.fault == belated && end > 0 {
					end--
				}
				p.LeaderEpoch, p.EndOffset = int32(epoch), int64(end)
			}
			t.Partitions = append(t.Partitions, p)
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}

// epochEnd is the end of an epoch in a log whose leader is of epoch now.
func (l *brokerLog) epochEnd(asked, now kafka.LeaderEpoch) (kafka.LeaderEpoch, kafka.Offset) {
	if asked == now {
		return asked, l.next
	}
	epoch := kafka.NoLeaderEpoch
	for i := range l.heads {
		if h := &l.heads[i]; h.LeaderEpoch > asked {
			return max(epoch, 0), h.BaseOffset
		} else if h.End() > l.start {
			epoch = h.LeaderEpoch
		}
	}
	if asked > now {
		return kafka.NoLeaderEpoch, kafka.NoOffset
	}
	return max(epoch, 0), l.next
}

// logDirs tells of one directory with every partition, each of a byte.
func (b *broker) logDirs(r *kmsg.DescribeLogDirsRequest) kmsg.Response {
	a := kmsg.NewPtrDescribeLogDirsResponse()
	d := kmsg.NewDescribeLogDirsResponseDir()
	d.Dir, d.TotalBytes, d.UsableBytes = "/data", 10, 5
	for _, topic := range b.topics {
		t := kmsg.NewDescribeLogDirsResponseDirTopic()
		t.Topic = topic.name
		for i := range topic.parts {
			p := kmsg.NewDescribeLogDirsResponseDirTopicPartition()
			p.Partition, p.Size = int32(i), 1
			t.Partitions = append(t.Partitions, p)
			b.world.pop.History().LogsFound = append(b.world.pop.History().LogsFound, checker.LogFound{
				Path: d.Dir, Log: kafka.TopicPartition{Topic: topic.id, Partition: kafka.PartitionID(i)}, Bytes: 1,
			})
		}
		d.Topics = append(d.Topics, t)
	}
	a.Dirs = append(a.Dirs, d)
	return a
}

// producers tells of the last batch of each producer.
func (b *broker) producers(r *kmsg.DescribeProducersRequest) kmsg.Response {
	a := kmsg.NewPtrDescribeProducersResponse()
	t := kmsg.NewDescribeProducersResponseTopic()
	t.Topic = r.Topics[0].Topic
	p := kmsg.NewDescribeProducersResponseTopicPartition()
	p.Partition = r.Topics[0].Partitions[0]
	l, err := b.log(t.Topic, kafka.TopicID{}, p.Partition)
	if p.ErrorCode = int16(err); err == kafka.None {
		last := map[kafka.ProducerID]*record.Header{}
		for i := range l.heads {
			if h := &l.heads[i]; h.ProducerID >= 0 {
				last[h.ProducerID] = h
			}
		}
		for _, id := range slices.Sorted(maps.Keys(last)) {
			q := kmsg.NewDescribeProducersResponseTopicPartitionActiveProducer()
			q.ProducerID, q.ProducerEpoch, q.LastSequence = int64(id), int32(last[id].ProducerEpoch), int32(last[id].LastSequence())
			if b.fault == confused {
				q.LastSequence++
			}
			p.ActiveProducers = append(p.ActiveProducers, q)
		}
	}
	t.Partitions = append(t.Partitions, p)
	a.Topics = append(a.Topics, t)
	return a
}
