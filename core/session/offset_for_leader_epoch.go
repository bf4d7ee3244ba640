package session

import (
	"momus/core/kafka"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// OffsetForLeaderEpoch tells where a leader epoch ends (KIP-101): the greatest epoch that the log knows
// not above the one asked for, and the start of the next, or the log's end if there is none; -1 for both
// if all epochs of the log are older. A consumer whose position lies beyond it knows that what it read
// was truncated (KIP-320). It names the epoch that it knows its leader by: FENCED_LEADER_EPOCH if there
// is a newer one, UNKNOWN_LEADER_EPOCH if this node has not heard of it yet.
//
// Only the leader answers, whoever asks, and each partition as often as it is named, as in Kafka.
var offsetForLeaderEpochAPI = api{key: wire.KeyOffsetForLeaderEpoch, min: 2, max: 4, start: (*Session).startOffsetForLeaderEpoch}

func (s *Session) startOffsetForLeaderEpoch(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.OffsetForLeaderEpochRequest)
	c.begin()
	r := kmsg.NewPtrOffsetForLeaderEpochResponse()
	r.Version = int16(req.Version)
	r.Topics = make([]kmsg.OffsetForLeaderEpochResponseTopic, len(body.Topics))
	for i := range body.Topics {
		asked, told := &body.Topics[i], &r.Topics[i]
		told.Topic = asked.Topic
		told.Partitions = make([]kmsg.OffsetForLeaderEpochResponseTopicPartition, len(asked.Partitions))
		for j := range asked.Partitions {
			told.Partitions[j] = epochEnd(asked.Topic, &asked.Partitions[j], v)
		}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// epochEnd answers for one partition.
func epochEnd(name string, asked *kmsg.OffsetForLeaderEpochRequestTopicPartition, v View) kmsg.OffsetForLeaderEpochResponseTopicPartition {
	r := kmsg.NewOffsetForLeaderEpochResponseTopicPartition()
	r.Partition = asked.Partition
	topic := v.Image.TopicNamed(name)
	if topic == nil || asked.Partition < 0 || int(asked.Partition) >= len(topic.Partitions) {
		r.ErrorCode = int16(kafka.ErrUnknownTopicOrPartition)
		return r
	}
	log := kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(asked.Partition)}
	if st := v.Replicas.OffsetState(log, kafka.LeaderEpoch(asked.CurrentLeaderEpoch)); st.Err != kafka.None {
		r.ErrorCode = int16(st.Err)
		return r
	}
	epoch, end := v.Replicas.EpochEnd(log, kafka.LeaderEpoch(asked.LeaderEpoch))
	r.LeaderEpoch, r.EndOffset = int32(epoch), int64(end)
	return r
}
