package controller

import (
	"fmt"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// createPartitions adds partitions to topics (KIP-195), each topic for itself and all in one batch. It
// follows ReplicationControlManager.createPartitions. A topic whose new partitions do not go into the batch
// any more is refused; Kafka adds as many of them as do, and reports UNKNOWN_SERVER_ERROR.
func (m *Controller) createPartitions(now kafka.Now, r *msg.CreatePartitions) decision {
	reply := &msg.CreatedPartitions{Op: r.Op}
	d := decision{reply: reply}
	permits := m.permits(now, r.Quota)
	for i := range r.Topics {
		t := &r.Topics[i]
		recs, bad := m.growTopic(t, recordsMax-len(d.records), permits)
		reply.Topics = append(reply.Topics, msg.TopicResult{Name: t.Name, Err: bad.code, ErrText: bad.text})
		d.records = append(d.records, recs...)
	}
	reply.ThrottledUntil = permits.until()
	if r.ValidateOnly {
		d.records = nil
	}
	return d
}

// tooLarge refuses what does not go into one batch.
var tooLarge = refusal{kafka.ErrPolicyViolation, "Unable to perform excessively large batch operation."}

// growTopic makes the new partitions of one topic, at most most of them, if the quota permits.
func (m *Controller) growTopic(t *msg.GrowTopic, most int, permits *permits) ([]record.Metadata, refusal) {
	topic := m.img.TopicNamed(t.Name)
	if topic == nil {
		return nil, refusal{code: kafka.ErrUnknownTopicOrPartition}
	}
	have := len(topic.Partitions)
	more := int(t.Count) - have
	switch {
	case more == 0:
		return nil, refusal{kafka.ErrInvalidPartitions, fmt.Sprintf("Topic already has %d partition(s).", have)}
	case more < 0:
		return nil, refusal{kafka.ErrInvalidPartitions, fmt.Sprintf(
			"The topic %s currently has %d partition(s); %d would not be an increase.", t.Name, have, t.Count)}
	case t.Assigned && len(t.Assignments) != more:
		return nil, refusal{kafka.ErrInvalidReplicaAssignment, fmt.Sprintf(
			"Attempted to add %d additional partition(s), but only %d assignment(s) were specified.", more, len(t.Assignments))}
	case more > most:
		return nil, tooLarge
	}
	if bad := permits.take(more); bad.code != kafka.None {
		return nil, bad
	}
	replicas, bad := m.newReplicas(t, topic, more)
	if bad.code != kafka.None {
		return nil, bad
	}
	recs := make([]record.Metadata, more)
	for i := range recs {
		rec, bad := m.newPartition(kafka.PartitionID(have+i), replicas[i])
		if bad.code != kafka.None {
			return nil, bad
		}
		rec.TopicID = topic.ID
		recs[i] = rec
	}
	return recs, refusal{}
}

// newReplicas places the new partitions, by the assignment asked for or with as many replicas as the
// topic's first one has.
func (m *Controller) newReplicas(t *msg.GrowTopic, topic *image.Topic, more int) ([][]kafka.NodeID, refusal) {
	factor := len(topic.Partitions[0].Replicas)
	if t.Assigned {
		for _, replicas := range t.Assignments {
			if bad := m.checkReplicas(replicas, factor); bad.code != kafka.None {
				return nil, bad
			}
		}
		return t.Assignments, refusal{}
	}
	p, bad := m.placerFor(int16(factor))
	if bad.code != kafka.None {
		return nil, bad
	}
	all := make([][]kafka.NodeID, more)
	for i := range all {
		all[i] = p.replicas(int32(len(topic.Partitions)+i), int16(factor))
	}
	return all, refusal{}
}
