package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// OffsetCommit commits offsets of a group, and is answered when they are: by a member with its generation, of the
// consumer protocol with its epoch (KIP-848), or by anybody while the group has no members. From v6 with the leader
// epoch (KIP-320), from v7 with a static member's instance (KIP-345), from v10 topics are named by id (KIP-848). v2
// to v4 may say for how long the offset is to be kept. Partitions that don't exist are refused here, each for itself.
var offsetCommitAPI = api{key: wire.KeyOffsetCommit, min: 2, max: 10, start: (*Session).startOffsetCommit}

func (s *Session) startOffsetCommit(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.OffsetCommitRequest)
	byID, knowsConsumerErrors := req.Version >= 10, req.Version >= 9
	ask := &msg.OffsetCommit{
		Group: body.Group, Member: body.MemberID, Instance: body.InstanceID, Generation: body.Generation,
		Retention: kafka.Millis(body.RetentionTimeMillis), KnowsGroupNotFound: knowsConsumerErrors, KnowsStaleEpoch: knowsConsumerErrors,
	}
	if hasRetention := req.Version <= 4; !hasRetention {
		ask.Retention = -1
	}
	hasLeaderEpoch := req.Version >= 6
	var refused []kafka.ErrorCode
	for i := range body.Topics {
		t := &body.Topics[i]
		topic, missing := lookup(v.Image, t.Topic, t.TopicID, byID)
		asked := msg.CommitTopic{}
		if topic != nil {
			asked.Name, asked.ID = topic.Name, topic.ID
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			switch {
			case topic == nil:
				refused = append(refused, missing)
				continue
			case p.Partition < 0 || int(p.Partition) >= len(topic.Partitions):
				refused = append(refused, kafka.ErrUnknownTopicOrPartition)
				continue
			}
			refused = append(refused, kafka.None)
			one := msg.CommitPartition{
				Partition: kafka.PartitionID(p.Partition), Offset: kafka.Offset(p.Offset), LeaderEpoch: kafka.NoLeaderEpoch,
			}
			if hasLeaderEpoch {
				one.LeaderEpoch = kafka.LeaderEpoch(p.LeaderEpoch)
			}
			if p.Metadata != nil {
				one.Metadata = *p.Metadata
			}
			asked.Partitions = append(asked.Partitions, one)
		}
		if len(asked.Partitions) > 0 {
			ask.Topics = append(ask.Topics, asked)
		}
	}
	if len(ask.Topics) == 0 {
		c.begin()
		s.complete(req.Conn, req.Seq, offsetCommitResponse(req.Version, body, refused, nil))
		return true
	}
	id, o := s.beginGroups(c, req)
	ask.Op, o.groups.refused = id, refused
	s.askGroups(o, ask)
	return true
}

// offsetCommitResponse tells of every partition, in the order asked. As in Kafka a topic without any is left out.
func offsetCommitResponse(v kafka.APIVersion, body *kmsg.OffsetCommitRequest, refused []kafka.ErrorCode, reply *msg.OffsetCommitted) *kmsg.OffsetCommitResponse {
	r := kmsg.NewPtrOffsetCommitResponse()
	r.Version = int16(v)
	r.Topics = make([]kmsg.OffsetCommitResponseTopic, 0, len(body.Topics))
	at, next := 0, 0
	for i := range body.Topics {
		if len(body.Topics[i].Partitions) == 0 {
			continue
		}
		t := kmsg.NewOffsetCommitResponseTopic()
		t.Topic, t.TopicID = body.Topics[i].Topic, body.Topics[i].TopicID
		t.Partitions = make([]kmsg.OffsetCommitResponseTopicPartition, len(body.Topics[i].Partitions))
		for j := range t.Partitions {
			p := kmsg.NewOffsetCommitResponseTopicPartition()
			p.Partition = body.Topics[i].Partitions[j].Partition
			err := refused[at]
			at++
			if err == kafka.None {
				if err = reply.Err; err == kafka.None {
					err = reply.Errs[next]
					next++
				}
			}
			p.ErrorCode = int16(err)
			t.Partitions[j] = p
		}
		r.Topics = append(r.Topics, t)
	}
	return r
}
