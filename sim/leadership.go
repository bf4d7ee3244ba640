package sim

import (
	"momus/checker"
	"momus/core"
	"momus/core/config"
	"momus/core/kafka"
)

// drawLeadership has a third of the seeds take the leadership of all partitions away and give it back, with new
// leader epochs through the controller: a client unregisters the broker, which comes back; and a session so short
// that a pause or a stall of the metadata log outlasts it fences the broker until its next heartbeat.
func (n *node) drawLeadership() {
	s := n.stream("plan/leadership")
	if s.Draw(3) != 2 {
		return
	}
	b := &n.node.Broker
	n.deposes = s.Draw(4) != 3
	b.HeartbeatInterval = [...]kafka.Millis{100, 50, 300}[s.Draw(3)]
	b.SessionTimeout = [...]kafka.Millis{config.DefaultBroker().SessionTimeout, 3 * b.HeartbeatInterval, 2 * b.HeartbeatInterval}[s.Draw(3)]
}

// leads notes that the process leads a partition from now on, and counts it if it led it before.
func (n *node) leads(note *core.Note) {
	if p := n.process; p.led[note.Log] {
		n.bites.Releads++
	} else {
		p.led[note.Log] = true
	}
	h := n.guests.population.History()
	h.Terms = append(h.Terms, checker.Term{Event: checker.Event((*guestEnv)(n).Event()), Log: note.Log})
}
