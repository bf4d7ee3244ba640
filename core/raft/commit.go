package raft

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
)

// flushedTo takes in that our own log is durable up to end.
func (m *Raft) flushedTo(end kafka.Offset) {
	m.flushed = max(m.flushed, end)
	m.written = max(m.written, end)
	if m.role != Leader {
		return
	}
	for i := range m.voters {
		if m.voters[i].id == m.cfg.NodeID {
			m.voters[i].end = m.flushed
		}
	}
	m.advance()
}

// advance raises the high watermark to what a majority holds, if that reaches into our own epoch:
// an earlier epoch's record on a majority may still be lost to a leader that lacks it (invariant 3).
func (m *Raft) advance() {
	majority := m.majorityEnd()
	if majority <= m.epochStart || majority <= m.highWatermark {
		return
	}
	m.highWatermark = majority
	m.deliver()
}

// majorityEnd is the greatest end that a majority of the voters has flushed.
func (m *Raft) majorityEnd() kafka.Offset {
	ends := make([]kafka.Offset, 0, len(m.voters))
	for _, v := range m.voters {
		ends = append(ends, v.end)
	}
	slices.Sort(ends)
	return ends[(len(ends)-1)/2]
}

// deliver hands on what is committed: the log of earlier epochs by reading it, then the tail.
func (m *Raft) deliver() {
	if m.delivered < m.epochStart {
		m.read()
		return
	}
	n := 0
	for n < len(m.tail) && m.tail[n].Last < m.highWatermark {
		c := m.tail[n]
		m.Out.Committed = append(m.Out.Committed, c)
		m.deliveredTo(&c)
		n++
	}
	m.tail = slices.Delete(m.tail, 0, n)
	if !m.active && m.role == Leader && m.delivered > m.epochStart {
		m.becomeActive()
	}
}

// deliveredTo notes what was handed on.
func (m *Raft) deliveredTo(c *msg.Committed) {
	m.delivered, m.deliveredEpoch, m.deliveredAt = c.Last+1, c.Epoch, c.AppendTime
}
