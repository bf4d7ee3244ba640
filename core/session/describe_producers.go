package session

import (
	"momus/core/kafka"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeProducers lists the producers that a partition's log remembers, by rising id (KIP-664): their
// epoch, last sequence (-1 after a marker that began an epoch), the time of the last batch, and where a
// transaction under way begins (-1 if none is). The epoch of a coordinator is -1, since there are none
// yet. Any replica answers, not the leader alone, as in Kafka.
var describeProducersAPI = api{key: wire.KeyDescribeProducers, min: 0, max: 0, start: (*Session).startDescribeProducers}

func (s *Session) startDescribeProducers(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.DescribeProducersRequest)
	c.begin()
	r := kmsg.NewPtrDescribeProducersResponse()
	r.Version = int16(req.Version)
	r.Topics = make([]kmsg.DescribeProducersResponseTopic, len(body.Topics))
	for i := range body.Topics {
		asked, told := &body.Topics[i], &r.Topics[i]
		told.Topic = asked.Topic
		told.Partitions = make([]kmsg.DescribeProducersResponseTopicPartition, len(asked.Partitions))
		for j, p := range asked.Partitions {
			told.Partitions[j] = producersOf(asked.Topic, p, v)
		}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// unknownTopicText is the message that Kafka sends with a topic that is not there.
const unknownTopicText = "This server does not host this topic-partition."

// producersOf answers for one partition.
func producersOf(name string, partition int32, v View) kmsg.DescribeProducersResponseTopicPartition {
	r := kmsg.NewDescribeProducersResponseTopicPartition()
	r.Partition = partition
	if text := kafka.InvalidTopicName(name); text != "" {
		text = "Topic name is invalid: " + text
		r.ErrorCode, r.ErrorMessage = int16(kafka.ErrInvalidTopicException), &text
		return r
	}
	topic := v.Image.TopicNamed(name)
	if topic == nil {
		text := unknownTopicText
		r.ErrorCode, r.ErrorMessage = int16(kafka.ErrUnknownTopicOrPartition), &text
		return r
	}
	if partition < 0 || int(partition) >= len(topic.Partitions) {
		r.ErrorCode = int16(kafka.ErrUnknownTopicOrPartition)
		return r
	}
	list, err := v.Replicas.Producers(kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(partition)})
	r.ErrorCode = int16(err)
	for i := range list {
		p := kmsg.NewDescribeProducersResponseTopicPartitionActiveProducer()
		p.ProducerID, p.ProducerEpoch, p.LastSequence = int64(list[i].ID), int32(list[i].Epoch), int32(list[i].LastSequence)
		p.LastTimestamp, p.CurrentTxnStartOffset = int64(list[i].LastTimestamp), int64(list[i].TxnFirst)
		p.CoordinatorEpoch = -1
		r.ActiveProducers = append(r.ActiveProducers, p)
	}
	return r
}
