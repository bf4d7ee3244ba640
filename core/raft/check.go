package raft

import (
	"fmt"

	"momus/core/kafka"
)

// Check panics if the state contradicts the invariants.
func (m *Raft) Check() {
	switch {
	case m.flushed > m.written || m.written > m.assigned:
		panic(fmt.Sprintf("BUG: ends out of order: flushed %d, written %d, assigned %d", m.flushed, m.written, m.assigned))
	case m.highWatermark > m.flushed:
		panic(fmt.Sprintf("BUG: high watermark %d above what is flushed, %d", m.highWatermark, m.flushed))
	case m.highWatermark > 0 && m.highWatermark <= m.epochStart:
		panic(fmt.Sprintf("BUG: high watermark %d without a record of the epoch that begins at %d", m.highWatermark, m.epochStart))
	case m.delivered > m.highWatermark && m.highWatermark > 0:
		panic(fmt.Sprintf("BUG: delivered up to %d, above the high watermark %d", m.delivered, m.highWatermark))
	case m.active && m.role != Leader:
		panic("BUG: an active " + m.role.String())
	}
	m.checkSnapshots()
	next := max(m.delivered, m.epochStart)
	for _, e := range m.tail {
		if e.Base != next {
			panic(fmt.Sprintf("BUG: the tail goes on at %d instead of %d", e.Base, next))
		}
		next = e.Last + 1
	}
	if len(m.tail) > 0 && next != m.assigned {
		panic(fmt.Sprintf("BUG: the tail ends at %d, the log at %d", next, m.assigned))
	}
}

// checkSnapshots panics unless snapshots cover what the log no longer holds (invariant 6).
func (m *Raft) checkSnapshots() {
	if !m.open || m.failed || m.loading != nil {
		return
	}
	newest := kafka.Offset(0)
	for i := range m.snapshots {
		if id := m.snapshots[i].ID; i > 0 && id.Compare(m.snapshots[i-1].ID) <= 0 {
			panic("BUG: snapshot " + id.String() + " comes behind " + m.snapshots[i-1].ID.String())
		}
		newest = m.snapshots[i].ID.End
	}
	switch {
	case m.start > newest:
		panic(fmt.Sprintf("BUG: the log begins at %d, and the newest snapshot ends at %d", m.start, newest))
	case newest > max(m.delivered, m.flushed):
		panic(fmt.Sprintf("BUG: a snapshot up to %d of a log that is flushed up to %d", newest, m.flushed))
	}
	for i := 1; i < len(m.segments); i++ {
		if m.segments[i].base <= m.segments[i-1].base {
			panic(fmt.Sprintf("BUG: segment %d comes behind %d", m.segments[i].base, m.segments[i-1].base))
		}
	}
}
