package clients

import (
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func (b *broker) grow(r *kmsg.CreatePartitionsRequest) kmsg.Response {
	a := kmsg.NewPtrCreatePartitionsResponse()
	for _, q := range r.Topics {
		t := kmsg.NewCreatePartitionsResponseTopic()
		t.Topic = q.Topic
		switch topic := b.byName(q.Topic); {
		case topic == nil:
			t.ErrorCode = int16(kafka.ErrUnknownTopicOrPartition)
		case int(q.Count) <= len(topic.parts):
			t.ErrorCode = int16(kafka.ErrInvalidPartitions)
		case q.Assignment != nil && len(q.Assignment) != int(q.Count)-len(topic.parts):
			t.ErrorCode = int16(kafka.ErrInvalidReplicaAssignment)
		case b.fault == stunted, r.ValidateOnly && b.fault != eager:
		default:
			flush := topic.parts[0].flush
			for len(topic.parts) < int(q.Count) {
				topic.parts = append(topic.parts, &brokerLog{flush: flush})
			}
		}
		a.Topics = append(a.Topics, t)
	}
	return a
}
