package raft

import (
	"fmt"

	"momus/core/kafka"
	"momus/core/port"
)

// read asks for the next part of the log before our own epoch, one read at a time.
func (m *Raft) read() {
	if m.reading {
		return
	}
	m.reading = true
	m.lastRead++
	m.Out.Reads = append(m.Out.Reads, port.Read{
		ID: m.lastRead, Kind: port.ReadCopy, Log: kafka.MetadataLog,
		From: m.delivered, Upto: m.epochStart, BytesMax: m.cfg.ReadBytes, AtLeastOne: true,
	})
}

// ReadDone takes the answer to a read of the metadata log.
func (m *Raft) ReadDone(now kafka.Now, done *port.ReadDone) {
	if !m.reading || done.ID != m.lastRead || m.failed || m.stopped {
		return
	}
	m.reading = false
	if done.Fail != port.FailNone {
		m.fail(fmt.Sprintf("the metadata log cannot be read at %d (%s)", m.delivered, done.Fail))
		return
	}
	committed, controls, err := decode(done.Data, m.delivered)
	if err == nil && len(committed) == 0 {
		err = errNothingRead
	}
	if err != nil {
		m.fail(fmt.Sprintf("the metadata log cannot be understood from %d on: %v", m.delivered, err))
		return
	}
	if m.control(controls); m.failed {
		return
	}
	m.Out.Committed = append(m.Out.Committed, committed...)
	m.deliveredTo(&committed[len(committed)-1])
	if m.delivered > m.epochStart {
		panic(fmt.Sprintf("BUG: a read below %d returned records up to %d", m.epochStart, m.delivered))
	}
	m.deliver()
}
