package controller

import (
	"fmt"

	"momus/core/kafka"
	"momus/core/msg"
)

// Request decides on a request. The reply comes at once only if nothing has to be committed first.
func (m *Controller) Request(now kafka.Now, req msg.ControllerRequest) {
	if !m.active {
		m.Out.Replies = append(m.Out.Replies, notController(req))
		return
	}
	switch r := req.(type) {
	case *msg.CreateTopics:
		m.decide(m.createTopics(now, r))
	case *msg.DeleteTopics:
		m.decide(m.deleteTopics(now, r))
	case *msg.CreatePartitions:
		m.decide(m.createPartitions(now, r))
	case *msg.ElectLeaders:
		m.decide(m.electLeaders(r))
	case *msg.AlterPartitionReassignments:
		m.decide(m.alterReassignments(r))
	case *msg.UpdateFeatures:
		m.decide(m.updateFeatures(r))
	case *msg.UnregisterBroker:
		m.decide(m.unregisterBroker(r))
	case *msg.AlterConfigs:
		m.decide(m.alterConfigs(r))
	case *msg.AlterClientQuotas:
		m.decide(m.alterClientQuotas(r))
	case *msg.AllocateProducerIDs:
		m.decide(m.allocateProducerIDs(r))
	case *msg.RegisterBroker:
		m.decide(m.registerBroker(now, r))
	case *msg.BrokerHeartbeat:
		m.decide(m.heartbeat(now, r))
	case *msg.AssignReplicasToDirs:
		m.decide(m.assignReplicas(r))
	default:
		panic(fmt.Sprintf("BUG: the controller was asked a %T", req))
	}
}

// decide hands on the records of a decision, or parks the reply of one that only read.
func (m *Controller) decide(d decision) {
	if m.decided != nil {
		panic("BUG: a decision was made before the one before it was applied")
	}
	if len(d.records) == 0 {
		m.park(d.reply)
		return
	}
	m.decided = &d
	m.Out.Appends = append(m.Out.Appends, msg.Append{Records: d.records})
}

// Appended says that the batch handed out last stands in the log, n records from base on.
func (m *Controller) Appended(now kafka.Now, base kafka.Offset, n int) {
	d := m.decided
	switch {
	case d == nil:
		panic("BUG: an append that the controller did not ask for")
	case n != len(d.records):
		panic(fmt.Sprintf("BUG: of %d records %d were appended", len(d.records), n))
	case base != m.img.Offset+1:
		panic(fmt.Sprintf("BUG: records were appended at %d, but the controller's image ends with %d", base, m.img.Offset))
	}
	m.decided = nil
	for i, rec := range d.records {
		m.img.Apply(&m.delta, base+kafka.Offset(i), rec)
	}
	m.delta.Reset()
	if d.registers {
		m.touch(now, d.broker)
	}
	if d.unregisters {
		m.endSession(d.broker)
	}
	if d.shutsDown {
		m.touch(now, d.broker).shutdown = m.img.Offset
	}
	m.park(d.reply)
}

// park holds a reply back until all that is applied is committed (invariant 3).
func (m *Controller) park(reply msg.ControllerReply) {
	switch {
	case reply == nil:
	case m.img.Offset <= m.committed:
		m.Out.Replies = append(m.Out.Replies, reply)
	default:
		m.parked = append(m.parked, parked{m.img.Offset, reply})
	}
}

// CommittedTo says that the log is committed up to and with last, and gives the replies that
// waited for that.
func (m *Controller) CommittedTo(now kafka.Now, last kafka.Offset) {
	if !m.active || last <= m.committed {
		return
	}
	m.committed = last
	n := 0
	for n < len(m.parked) && m.parked[n].offset <= last {
		m.Out.Replies = append(m.Out.Replies, m.parked[n].reply)
		n++
	}
	m.parked = append(m.parked[:0], m.parked[n:]...)
}

// nextOffset is where the first record of the next decision will stand.
func (m *Controller) nextOffset() kafka.Offset { return m.img.Offset + 1 }
