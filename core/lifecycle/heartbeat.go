package lifecycle

import (
	"fmt"

	"momus/core/kafka"
	"momus/core/msg"
)

// Committed says that the node's own image has come to an offset.
func (m *Lifecycle) Committed(now kafka.Now, offset kafka.Offset) {
	m.imageOffset = max(m.imageOffset, offset)
	m.progress(now)
}

// LogsOpened says that every log of ours that the image named when it reached the registration was
// opened, or has failed. Before that the broker stays fenced.
func (m *Lifecycle) LogsOpened(now kafka.Now) {
	m.logsOpen = true
	m.progress(now)
}

// CaughtUp tells whether the image has reached our own registration, from where on LogsOpened counts.
func (m *Lifecycle) CaughtUp() bool {
	return m.epoch != kafka.NoBrokerEpoch && m.imageOffset >= kafka.Offset(m.epoch)
}

// progress moves on what the phase waits for, and sends the heartbeat that is due.
func (m *Lifecycle) progress(now kafka.Now) {
	if m.phase == catchingUp && m.CaughtUp() && m.logsOpen {
		m.becomeUnfencing(now)
	}
	if m.asked || m.retry > now.Mono {
		return
	}
	switch m.phase {
	case catchingUp, unfencing, running, shuttingDown:
		m.heartbeat(now)
	}
}

// heartbeat asks to stay fenced until the logs are open.
func (m *Lifecycle) heartbeat(now kafka.Now) {
	m.asked, m.goodbye = true, m.phase == shuttingDown
	m.retry = now.Mono.Add(m.interval.Nanos())
	m.Out.Requests = append(m.Out.Requests, &msg.BrokerHeartbeat{
		Op: msg.OpLifecycle, Broker: m.id, BrokerEpoch: m.epoch, MetadataOffset: m.imageOffset,
		WantFence: m.phase == catchingUp, WantShutDown: m.goodbye,
		OfflineDirs: append([]kafka.DirID(nil), m.offline...),
	})
}

func (m *Lifecycle) answered(now kafka.Now, r *msg.HeartbeatAnswer) {
	m.asked = false
	switch {
	case m.phase == shuttingDown:
		m.handOver(now, r)
	case m.phase < catchingUp || m.phase > running:
		return
	case r.Err == kafka.ErrStaleBrokerEpoch || r.Err == kafka.ErrBrokerIDNotRegistered:
		// The controller knows no such incarnation any more: nothing but registering again helps.
		m.epoch, m.unfenced = kafka.NoBrokerEpoch, false
		m.becomeRegistering(now)
	case r.Err != kafka.None:
		m.retry = now.Mono.Add(m.interval.Nanos())
	default:
		m.unfenced = !r.Fenced
		if m.phase == unfencing && m.unfenced {
			m.becomeRunning()
		}
		m.progress(now)
	}
}

// Reply takes the controller's answer to a request of ours.
func (m *Lifecycle) Reply(now kafka.Now, reply msg.ControllerReply) {
	switch r := reply.(type) {
	case *msg.RegisteredBroker:
		m.registered(now, r)
	case *msg.HeartbeatAnswer:
		m.answered(now, r)
	case *msg.AllocatedProducerIDs:
		m.allocated(now, r)
	case *msg.AssignedReplicas:
		m.replicasAssigned(now, r)
	default:
		panic(fmt.Sprintf("BUG: the broker's lifecycle was answered a %T", reply))
	}
}

// NextDeadline is when Deadline is due; 0 means never.
func (m *Lifecycle) NextDeadline() kafka.Mono {
	at := m.nextBeat()
	if m.assignAt != 0 && m.epoch != kafka.NoBrokerEpoch && m.phase < closing && (at == 0 || m.assignAt < at) {
		return m.assignAt
	}
	return at
}

// nextBeat is when the next registration or heartbeat is due.
func (m *Lifecycle) nextBeat() kafka.Mono {
	switch m.phase {
	case registering, catchingUp, unfencing, running:
		if !m.asked {
			return m.retry
		}
	case shuttingDown:
		if !m.asked {
			return min(m.retry, m.stopBy)
		}
		return m.stopBy
	}
	return 0
}

// Deadline sends the heartbeat that is due, tries a registration again, or ends the wait for a
// controller that does not answer a broker that stops.
func (m *Lifecycle) Deadline(now kafka.Now) {
	m.assign(now)
	switch {
	case m.phase == shuttingDown && now.Mono >= m.stopBy:
		m.becomeClosing()
	case m.phase == registering && !m.asked && now.Mono >= m.retry:
		m.register(now)
	default:
		m.progress(now)
	}
}
