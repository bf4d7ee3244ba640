package lifecycle

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// assignmentsMax is how many replicas one request assigns (Kafka's MAX_ASSIGNMENTS_PER_REQUEST).
const assignmentsMax = 2250

// Assign tells the controller in which directories replicas of this broker are, or are to be
// (KIP-858), as soon as the broker is registered, and again until the controller has taken it. That it
// has shows in the image.
func (m *Lifecycle) Assign(now kafka.Now, replicas []msg.DirAssignment) {
	if m.phase >= closing {
		return
	}
	m.assignments = append(m.assignments, replicas...)
	m.assign(now)
}

// assign sends the next request, if it is time for one.
func (m *Lifecycle) assign(now kafka.Now) {
	if m.assigned > 0 || len(m.assignments) == 0 || m.assignAt > now.Mono || m.epoch == kafka.NoBrokerEpoch || m.phase >= closing {
		return
	}
	m.assigned, m.assignAt = int32(min(len(m.assignments), assignmentsMax)), 0
	m.Out.Requests = append(m.Out.Requests, &msg.AssignReplicasToDirs{
		Op: msg.OpLifecycle, Broker: m.id, BrokerEpoch: m.epoch,
		Replicas: append([]msg.DirAssignment(nil), m.assignments[:m.assigned]...),
	})
}

// replicasAssigned takes the answer. What is refused alone is of a topic that is no more. A refused
// request is sent again: by another epoch, or after a heartbeat's time.
func (m *Lifecycle) replicasAssigned(now kafka.Now, r *msg.AssignedReplicas) {
	if r.Err == kafka.None {
		m.assignments = append(m.assignments[:0], m.assignments[m.assigned:]...)
	} else {
		m.assignAt = now.Mono.Add(m.interval.Nanos())
	}
	m.assigned = 0
	m.assign(now)
}
