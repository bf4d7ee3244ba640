package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// AlterReplicaLogDirs moves this broker's replicas to other ones of its log directories (KIP-113). Each
// partition is answered when the wish is durable, so that a restart goes on with it; how far the copy is
// shows DescribeLogDirs. A partition that is named more than once goes where its last mention says. One that
// is not here yet will be made where the request says: it is answered UNKNOWN_TOPIC_OR_PARTITION, or
// REPLICA_NOT_AVAILABLE if the metadata knows it. A path that is none of log.dirs is LOG_DIR_NOT_FOUND, one
// that is offline, or a move while any is, KAFKA_STORAGE_ERROR.
var alterReplicaLogDirsAPI = api{key: wire.KeyAlterReplicaLogDirs, min: 1, max: 2, start: (*Session).startAlterReplicaLogDirs}

// moveOp is an AlterReplicaLogDirs under way.
type moveOp struct {
	waiting int32
	topics  []string
	slots   []moveSlot
}

// moveSlot is one partition; topic is the index of its name.
type moveSlot struct {
	topic     int32
	partition kafka.PartitionID
	path      string
	waiting   bool
	err       kafka.ErrorCode
}

func (s *Session) startAlterReplicaLogDirs(_ kafka.Now, c *conn, req *wire.Request, _ View) bool {
	id, o := s.beginOp(c, req)
	o.move = newMove(req.Body.(*kmsg.AlterReplicaLogDirsRequest))
	for i := range o.move.slots {
		slot := &o.move.slots[i]
		slot.waiting = true
		o.move.waiting++
		s.Out.Moves = append(s.Out.Moves, msg.MoveLog{
			Op: id, Slot: int32(i), Topic: o.move.topics[slot.topic], Partition: slot.partition, Path: slot.path,
		})
	}
	if o.move.waiting == 0 {
		s.finish(id, o, o.move.response(o.version))
	}
	return true
}

// newMove makes a slot of each partition that is named, with the last path.
func newMove(body *kmsg.AlterReplicaLogDirsRequest) *moveOp {
	type place struct {
		topic     int32
		partition int32
	}
	m := &moveOp{}
	topics, slots := map[string]int32{}, map[place]int32{}
	for i := range body.Dirs {
		dir := &body.Dirs[i]
		for j := range dir.Topics {
			t := &dir.Topics[j]
			topic, known := topics[t.Topic]
			if !known {
				topic = int32(len(m.topics))
				topics[t.Topic] = topic
				m.topics = append(m.topics, t.Topic)
			}
			for _, p := range t.Partitions {
				at := place{topic, p}
				slot, known := slots[at]
				if !known {
					slot = int32(len(m.slots))
					slots[at] = slot
					m.slots = append(m.slots, moveSlot{topic: topic, partition: kafka.PartitionID(p)})
				}
				m.slots[slot].path = dir.Dir
			}
		}
	}
	return m
}

// MovedLog takes the answer for one partition.
func (s *Session) MovedLog(m *msg.MovedLog) {
	o := s.op(m.Op)
	if o == nil {
		return
	}
	slot := &o.move.slots[m.Slot]
	if !slot.waiting {
		panic("BUG: the move of a partition is answered twice")
	}
	slot.waiting, slot.err = false, m.Err
	if o.move.waiting--; o.move.waiting == 0 {
		s.finish(m.Op, o, o.move.response(o.version))
	}
}

func (m *moveOp) response(version kafka.APIVersion) *kmsg.AlterReplicaLogDirsResponse {
	r := kmsg.NewPtrAlterReplicaLogDirsResponse()
	r.Version = int16(version)
	topics := make([]kmsg.AlterReplicaLogDirsResponseTopic, len(m.topics))
	for i := range m.slots {
		slot := &m.slots[i]
		p := kmsg.NewAlterReplicaLogDirsResponseTopicPartition()
		p.Partition, p.ErrorCode = int32(slot.partition), int16(slot.err)
		topics[slot.topic].Partitions = append(topics[slot.topic].Partitions, p)
	}
	for i := range topics {
		if len(topics[i].Partitions) > 0 {
			topics[i].Topic = m.topics[i]
			r.Topics = append(r.Topics, topics[i])
		}
	}
	return r
}
