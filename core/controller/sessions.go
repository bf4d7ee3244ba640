package controller

import (
	"cmp"
	"math"
	"slices"

	"momus/core/kafka"
)

// session is when a broker was heard from. It is no record (invariant 4).
type session struct {
	broker   kafka.NodeID
	deadline kafka.Mono
	// heard is false for a broker that this controller found registered and has not heard from.
	heard bool
	// offset is how far the broker has read the metadata log; shutdown where its controlled
	// shutdown began, or NoOffset.
	offset   kafka.Offset
	shutdown kafka.Offset
}

func (m *Controller) findSession(id kafka.NodeID) (at int, found bool) {
	return slices.BinarySearchFunc(m.sessions, id, func(s session, id kafka.NodeID) int { return cmp.Compare(s.broker, id) })
}

func (m *Controller) sessionEnd(now kafka.Now) kafka.Mono {
	return now.Mono.Add(m.cfg.SessionTimeout.Nanos())
}

// beginSessions gives every unfenced broker a whole session, lest a change of controllers fences
// brokers that are well.
func (m *Controller) beginSessions(now kafka.Now) {
	for i := range m.img.Brokers {
		b := &m.img.Brokers[i]
		if b.Fenced {
			continue
		}
		s := session{broker: b.ID, deadline: m.sessionEnd(now), offset: kafka.NoOffset, shutdown: kafka.NoOffset}
		if b.InControlledShutdown {
			s.shutdown = m.img.Offset
		}
		m.sessions = append(m.sessions, s)
	}
}

// touch prolongs a broker's session, or begins one. The pointer is good until the next session.
func (m *Controller) touch(now kafka.Now, id kafka.NodeID) *session {
	at, found := m.findSession(id)
	if !found {
		m.sessions = slices.Insert(m.sessions, at, session{broker: id, offset: kafka.NoOffset, shutdown: kafka.NoOffset})
	}
	s := &m.sessions[at]
	s.deadline, s.heard = m.sessionEnd(now), true
	return s
}

func (m *Controller) endSession(id kafka.NodeID) {
	if at, found := m.findSession(id); found {
		m.sessions = slices.Delete(m.sessions, at, at+1)
	}
}

// hasSession tells whether the broker's incarnation was heard from within the session timeout:
// then another one of its id is refused.
func (m *Controller) hasSession(id kafka.NodeID) bool {
	at, found := m.findSession(id)
	return found && m.sessions[at].heard
}

func (m *Controller) shutdownOffset(id kafka.NodeID) kafka.Offset {
	at, found := m.findSession(id)
	if !found {
		return kafka.NoOffset
	}
	return m.sessions[at].shutdown
}

// activeOffsetMin is how far the slowest active broker has read.
func (m *Controller) activeOffsetMin() kafka.Offset {
	least := kafka.Offset(math.MaxInt64)
	for _, s := range m.sessions {
		if m.img.Broker(s.broker).Active() {
			least = min(least, s.offset)
		}
	}
	return least
}

// NextDeadline is when the next session ends; 0 means that there is none.
func (m *Controller) NextDeadline() kafka.Mono {
	var first kafka.Mono
	for _, s := range m.sessions {
		if first == 0 || s.deadline < first {
			first = s.deadline
		}
	}
	return first
}

// Deadline ends sessions that are over and fences their brokers: one broker a call, since the next
// decision must see this one applied. NextDeadline stays due while there are more.
func (m *Controller) Deadline(now kafka.Now) {
	for i := 0; i < len(m.sessions); {
		s := m.sessions[i]
		if s.deadline > now.Mono {
			i++
			continue
		}
		m.sessions = slices.Delete(m.sessions, i, i+1)
		if b := m.img.Broker(s.broker); !b.Fenced {
			m.decide(decision{records: m.standingChange(b, fenced)})
			return
		}
	}
}
