package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteRecords moves log starts (KIP-107): all records below an offset, or below the high watermark
// if that is -1, can be read no more. Each partition's leader decides; one that is not there is
// UNKNOWN_TOPIC_OR_PARTITION, a coordinators' topic INVALID_TOPIC_EXCEPTION. It is answered when all
// leaders have answered, after the request's timeout with REQUEST_TIMED_OUT for those that have not:
// their records may yet be gone. A partition that is named twice counts with its last offset, and one
// answer is given for it, as by Kafka. An error comes with the low watermark -1.
var deleteRecordsAPI = api{key: wire.KeyDeleteRecords, min: 0, max: 2, start: (*Session).startDeleteRecords}

// trimOp is a DeleteRecords under way.
type trimOp struct {
	waiting int32
	topics  []string
	slots   []trimSlot
}

// trimSlot is one partition; topic is the index of its name.
type trimSlot struct {
	topic     int32
	partition kafka.PartitionID
	offset    kafka.Offset
	waiting   bool
	err       kafka.ErrorCode
	low       kafka.Offset
}

func (s *Session) startDeleteRecords(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.DeleteRecordsRequest)
	id, o := s.beginOp(c, req)
	o.trim = newTrim(body)
	for i := range o.trim.slots {
		slot := &o.trim.slots[i]
		name := o.trim.topics[slot.topic]
		topic := v.Image.TopicNamed(name)
		switch {
		case topic == nil || slot.partition < 0 || int(slot.partition) >= len(topic.Partitions):
			slot.err = kafka.ErrUnknownTopicOrPartition
		case isInternal(name):
			slot.err = kafka.ErrInvalidTopicException
		default:
			slot.waiting = true
			o.trim.waiting++
			s.Out.Trims = append(s.Out.Trims, msg.DeleteRecords{
				Op: id, Slot: int32(i), Offset: slot.offset,
				Log: kafka.TopicPartition{Topic: topic.ID, Partition: slot.partition},
			})
		}
	}
	if o.trim.waiting == 0 {
		s.finish(id, o, o.trim.response(o.version))
		return true
	}
	s.startTimer(id, o, now.Mono.Add(kafka.Millis(body.TimeoutMillis).Nanos()))
	return true
}

// newTrim makes a slot of each partition that is named.
func newTrim(body *kmsg.DeleteRecordsRequest) *trimOp {
	type place struct {
		topic     int32
		partition int32
	}
	d := &trimOp{}
	topics, slots := map[string]int32{}, map[place]int32{}
	for i := range body.Topics {
		t := &body.Topics[i]
		for j := range t.Partitions {
			p := &t.Partitions[j]
			topic, known := topics[t.Topic]
			if !known {
				topic = int32(len(d.topics))
				topics[t.Topic] = topic
				d.topics = append(d.topics, t.Topic)
			}
			at := place{topic, p.Partition}
			slot, known := slots[at]
			if !known {
				slot = int32(len(d.slots))
				slots[at] = slot
				d.slots = append(d.slots, trimSlot{topic: topic, partition: kafka.PartitionID(p.Partition), low: kafka.NoOffset})
			}
			d.slots[slot].offset = kafka.Offset(p.Offset)
		}
	}
	return d
}

// DeletedRecords takes the answer of a leader.
func (s *Session) DeletedRecords(m *msg.DeletedRecords) {
	o := s.op(m.Op)
	if o == nil {
		return
	}
	slot := &o.trim.slots[m.Slot]
	if !slot.waiting {
		panic("BUG: a partition's DeleteRecords is answered twice")
	}
	slot.waiting, slot.err, slot.low = false, m.Err, m.LowWatermark
	if o.trim.waiting--; o.trim.waiting == 0 {
		s.finish(m.Op, o, o.trim.response(o.version))
	}
}

func (s *Session) trimTimedOut(id msg.Op, o *op) {
	for i := range o.trim.slots {
		if slot := &o.trim.slots[i]; slot.waiting {
			slot.waiting, slot.err = false, kafka.ErrRequestTimedOut
		}
	}
	s.finish(id, o, o.trim.response(o.version))
}

func (d *trimOp) response(version kafka.APIVersion) *kmsg.DeleteRecordsResponse {
	r := kmsg.NewPtrDeleteRecordsResponse()
	r.Version = int16(version)
	r.Topics = make([]kmsg.DeleteRecordsResponseTopic, len(d.topics))
	for i, name := range d.topics {
		r.Topics[i].Topic = name
	}
	for i := range d.slots {
		slot := &d.slots[i]
		p := kmsg.NewDeleteRecordsResponseTopicPartition()
		p.Partition, p.ErrorCode, p.LowWatermark = int32(slot.partition), int16(slot.err), int64(slot.low)
		t := &r.Topics[slot.topic]
		t.Partitions = append(t.Partitions, p)
	}
	return r
}
