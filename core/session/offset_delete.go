package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// OffsetDelete deletes committed offsets of partitions that no member of the group is subscribed to (KIP-496).
// Partitions that don't exist are refused here, each for itself; what is wrong with the group refuses all.
var offsetDeleteAPI = api{key: wire.KeyOffsetDelete, min: 0, max: 0, start: (*Session).startOffsetDelete}

func (s *Session) startOffsetDelete(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.OffsetDeleteRequest)
	id, o := s.beginGroups(c, req)
	ask := &msg.OffsetDelete{Op: id, Group: body.Group}
	for i := range body.Topics {
		t := &body.Topics[i]
		topic := v.Image.TopicNamed(t.Topic)
		asked := msg.TopicPartitions{Name: t.Topic}
		for j := range t.Partitions {
			p := t.Partitions[j].Partition
			if topic == nil || p < 0 || int(p) >= len(topic.Partitions) {
				o.groups.refused = append(o.groups.refused, kafka.ErrUnknownTopicOrPartition)
				continue
			}
			o.groups.refused = append(o.groups.refused, kafka.None)
			asked.Partitions = append(asked.Partitions, kafka.PartitionID(p))
		}
		if len(asked.Partitions) > 0 {
			ask.Topics = append(ask.Topics, asked)
		}
	}
	if body.Group == "" {
		s.finish(id, o, offsetDeleteResponse(body, nil, ask.Refuse(kafka.ErrInvalidGroupID).(*msg.OffsetDeleted)))
		return true
	}
	s.askGroups(o, ask)
	return true
}

func offsetDeleteResponse(body *kmsg.OffsetDeleteRequest, refused []kafka.ErrorCode, reply *msg.OffsetDeleted) *kmsg.OffsetDeleteResponse {
	r := kmsg.NewPtrOffsetDeleteResponse()
	r.ErrorCode, r.Topics = int16(reply.Err), []kmsg.OffsetDeleteResponseTopic{}
	if reply.Err != kafka.None {
		return r
	}
	at, next := 0, 0
	for i := range body.Topics {
		if len(body.Topics[i].Partitions) == 0 {
			continue // as in Kafka
		}
		t := kmsg.NewOffsetDeleteResponseTopic()
		t.Topic, t.Partitions = body.Topics[i].Topic, []kmsg.OffsetDeleteResponseTopicPartition{}
		for j := range body.Topics[i].Partitions {
			p := kmsg.NewOffsetDeleteResponseTopicPartition()
			p.Partition = body.Topics[i].Partitions[j].Partition
			err := refused[at]
			at++
			if err == kafka.None {
				err = reply.Errs[next]
				next++
			}
			p.ErrorCode = int16(err)
			t.Partitions = append(t.Partitions, p)
		}
		r.Topics = append(r.Topics, t)
	}
	return r
}
