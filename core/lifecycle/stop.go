package lifecycle

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// Stop begins the way down. A registered broker first has the controller take its leaderships away.
func (m *Lifecycle) Stop(now kafka.Now) {
	switch m.phase {
	case starting, registering:
		m.refuseProducerIDs()
		m.becomeClosing()
	case catchingUp, unfencing, running:
		m.refuseProducerIDs()
		m.becomeShuttingDown(now)
	}
}

// handOver takes the answer to a heartbeat that wants to shut down. The first that does not let us
// go yet is followed by another one at once, the later ones by the interval, as in Kafka; so is one
// that was on its way before the stop. A controller that is gone does not hold us.
func (m *Lifecycle) handOver(now kafka.Now, r *msg.HeartbeatAnswer) {
	switch {
	case r.Err != kafka.None || r.ShouldShutDown:
		m.becomeClosing()
	case !m.goodbye || !m.handedOver:
		m.handedOver = m.goodbye
		m.retry = now.Mono
		m.progress(now)
	default:
		m.progress(now)
	}
}

// LogsClosed says that all logs are closed; unclean are the directories of those that were not closed
// without a failure. The others get their clean markers (invariant 2).
func (m *Lifecycle) LogsClosed(now kafka.Now, unclean []kafka.DirID) {
	m.becomeMarking()
	m.unclean = append([]kafka.DirID(nil), unclean...)
	epoch := m.epoch
	if epoch == kafka.NoBrokerEpoch {
		// Never registered in this run: what the last one vouched for is still true.
		epoch = m.previous
	}
	for _, d := range m.onlineDirs() {
		if slices.Contains(m.unclean, d) {
			continue
		}
		m.await(port.Save{Kind: port.SaveCleanMarker, Dir: d, BrokerEpoch: epoch})
	}
	m.marked()
}

func (m *Lifecycle) marked() {
	if len(m.saving) == 0 {
		m.becomeStopped(len(m.offline)+len(m.unclean) == 0)
	}
}
