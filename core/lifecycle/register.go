package lifecycle

import (
	"fmt"
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// previousEpoch is the broker epoch since which nothing was lost. A directory vouches for the one
// in its clean marker, or, if the kernel is still the one that the last run wrote under, for the
// one kept beside the boot id: a killed process loses no page cache.
func previousEpoch(dirs []port.DirFacts) kafka.BrokerEpoch {
	common := kafka.NoBrokerEpoch
	for i := range dirs {
		vouched := kafka.NoBrokerEpoch
		switch d := &dirs[i]; {
		case d.CleanMarker:
			vouched = d.CleanEpoch
		case d.SameBoot && !d.Faulted:
			vouched = d.BrokerEpoch
		}
		if vouched == kafka.NoBrokerEpoch || i > 0 && vouched != common {
			return kafka.NoBrokerEpoch
		}
		common = vouched
	}
	return common
}

// register asks for the registration. Before any controller is active the answer is an error, and
// the role of the quorum brings the next try.
func (m *Lifecycle) register(now kafka.Now) {
	if m.asked {
		return
	}
	m.asked = true
	m.Out.Requests = append(m.Out.Requests, &msg.RegisterBroker{
		Op: msg.OpLifecycle, Broker: m.id, ClusterID: m.clusterID, Incarnation: m.incarnation,
		Listeners: m.listeners, Features: record.SupportedFeatures(), Rack: m.rack, LogDirs: m.onlineDirs(), PreviousEpoch: m.previous,
	})
}

func (m *Lifecycle) onlineDirs() []kafka.DirID {
	var online []kafka.DirID
	for _, d := range m.dirs {
		if !slices.Contains(m.offline, d) {
			online = append(online, d)
		}
	}
	return online
}

// registered takes the answer. Errors that time cannot heal end the process.
func (m *Lifecycle) registered(now kafka.Now, r *msg.RegisteredBroker) {
	m.asked = false
	if m.phase != registering {
		return
	}
	switch r.Err {
	case kafka.None:
		m.epoch = r.Epoch
		m.Out.Registered = true
		m.becomeCatchingUp(now)
		m.assign(now)
	case kafka.ErrInconsistentClusterID, kafka.ErrInvalidRegistration, kafka.ErrUnsupportedVersion:
		m.Out.Fatal = fmt.Sprintf("broker %d cannot be registered: %s", m.id, r.Err)
	default:
		m.retry = now.Mono.Add(m.interval.Nanos())
	}
}

// QuorumRole tells who leads the quorum: a new active controller is worth a try at once.
func (m *Lifecycle) QuorumRole(now kafka.Now, role msg.QuorumRole) {
	if role.Leader != kafka.NoNode && (role.Leader != m.id || role.Active) && m.phase == registering {
		m.register(now)
	}
}
