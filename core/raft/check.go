package raft

import "fmt"

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
