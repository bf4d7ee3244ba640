package lifecycle

import (
	"strconv"

	"momus/core/kafka"
	"momus/core/port"
)

// Phase is where the broker stands between start and end.
type Phase uint8

// The phases, in the order in which they are passed; a stop may skip some.
const (
	// starting: the clean markers are being removed.
	starting Phase = iota + 1
	// registering: logs may be written; the controller is asked to register us.
	registering
	// catchingUp: registered and fenced; our image has not reached the registration, or logs that
	// it names are not open.
	catchingUp
	// unfencing: the controller is asked to unfence us.
	unfencing
	// running: we were unfenced. The controller may fence us again; heartbeats then ask for the end of it.
	running
	// shuttingDown: the controller is asked to take our leaderships away.
	shuttingDown
	// closing: the logs are being closed.
	closing
	// marking: the clean markers are being written.
	marking
	// stopped: nothing will come.
	stopped
)

var phaseNames = [...]string{
	starting: "starting", registering: "registering", catchingUp: "catching up", unfencing: "unfencing",
	running: "running", shuttingDown: "shutting down", closing: "closing", marking: "marking", stopped: "stopped",
}

// String names the phase.
func (p Phase) String() string {
	if int(p) < len(phaseNames) && phaseNames[p] != "" {
		return phaseNames[p]
	}
	return "phase " + strconv.Itoa(int(p))
}

func (m *Lifecycle) from(to Phase, allowed ...Phase) {
	for _, p := range allowed {
		if m.phase == p {
			m.phase = to
			return
		}
	}
	panic("BUG: a broker that is " + m.phase.String() + " began " + to.String())
}

func (m *Lifecycle) becomeRegistering(now kafka.Now) {
	m.from(registering, starting, catchingUp, unfencing, running)
	m.register(now)
}

func (m *Lifecycle) becomeCatchingUp(now kafka.Now) {
	m.from(catchingUp, registering)
	m.progress(now)
}

// becomeUnfencing also stores this boot's id with our epoch. Not earlier: until every log has been
// recovered, what a power loss left torn may still be there, and a kill in the middle must not make
// the next start take it for rot.
func (m *Lifecycle) becomeUnfencing(now kafka.Now) {
	m.from(unfencing, catchingUp)
	for _, d := range m.onlineDirs() {
		m.save(port.Save{Kind: port.SaveBrokerEpoch, Dir: d, BrokerEpoch: m.epoch})
	}
	m.retry = now.Mono
}

func (m *Lifecycle) becomeRunning() {
	m.from(running, unfencing)
	m.Out.Ready = true
}

func (m *Lifecycle) becomeShuttingDown(now kafka.Now) {
	m.from(shuttingDown, catchingUp, unfencing, running)
	m.stopBy = now.Mono.Add(m.timeout.Nanos())
	m.retry = now.Mono
	m.progress(now)
}

func (m *Lifecycle) becomeClosing() {
	m.from(closing, starting, registering, shuttingDown)
	m.saving = nil
	m.Out.CloseLogs = true
}

func (m *Lifecycle) becomeMarking() { m.from(marking, closing) }

func (m *Lifecycle) becomeStopped(clean bool) {
	m.from(stopped, closing, marking)
	m.Out.Done, m.Out.Clean = true, clean
}
