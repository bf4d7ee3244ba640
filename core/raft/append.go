package raft

import (
	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// Append appends records as one batch, which is committed whole or not at all. base is the offset
// of the first one; ok is false, and nothing happened, if this node does not lead (any more).
func (m *Raft) Append(now kafka.Now, recs []record.Metadata) (base kafka.Offset, ok bool) {
	if len(recs) == 0 {
		panic("BUG: a batch without records for the metadata log")
	}
	if !m.active || m.failed {
		return kafka.NoOffset, false
	}
	base = m.assigned
	m.appendBatch(dataBatch(base, m.epoch, now.Wall, recs), kafka.Offset(len(recs)), recs, now.Wall)
	return base, true
}

// appendBatch writes a batch of n records behind the log's end and has it flushed.
func (m *Raft) appendBatch(batch []byte, n kafka.Offset, recs []record.Metadata, at kafka.Wall) {
	base, end := m.assigned, m.assigned+n
	active := &m.segments[len(m.segments)-1]
	roll := active.size > 0 && (m.roll || active.size+int64(len(batch)) > int64(m.cfg.SegmentBytes))
	var snapshot []byte
	if roll {
		m.roll = false
		m.segments = append(m.segments, segment{base: base})
		active = &m.segments[len(m.segments)-1]
		snapshot = noProducers()
	}
	active.size += int64(len(batch))
	m.assigned = end
	m.tail = append(m.tail, msg.Committed{
		Base: base, Last: end - 1, Epoch: m.epoch, AppendTime: at, Bytes: int64(len(batch)), Records: recs,
	})
	m.Out.Ops = append(m.Out.Ops,
		port.LogOp{
			Kind: port.OpAppend, Log: kafka.MetadataLog, Gen: m.gen, Epoch: m.epoch,
			Base: base, End: end, Roll: roll, Span: port.MemSpan(batch, nil), Snapshot: snapshot,
		},
		port.LogOp{Kind: port.OpFlush, Log: kafka.MetadataLog, Gen: m.gen, Epoch: m.epoch, End: end})
}

// noProducers is the producer snapshot of the metadata log, which Kafka writes for it too: without
// one, opening the log would walk all of it.
func noProducers() []byte {
	var none fold.State
	return none.AppendSnapshot(nil)
}
