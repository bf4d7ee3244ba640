package controller

import (
	"fmt"
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// noChange is a change of nothing, to fill in.
func noChange() change {
	return change{leaves: kafka.NoNode, joins: kafka.NoNode, offline: kafka.NoNode}
}

// registerBroker registers an incarnation of a broker, fenced (KIP-631). The registration stands
// first among the records, so that its offset is the broker's epoch (invariant 5).
func (m *Controller) registerBroker(now kafka.Now, r *msg.RegisterBroker) decision {
	refuse := func(code kafka.ErrorCode) decision {
		return decision{reply: &msg.RegisteredBroker{Op: r.Op, Err: code, Epoch: kafka.NoBrokerEpoch}}
	}
	known := m.img.Broker(r.Broker)
	switch {
	case r.ClusterID != m.clusterID:
		return refuse(kafka.ErrInconsistentClusterID)
	case known != nil && known.Incarnation == r.Incarnation:
		m.touch(now, known.ID)
		return decision{reply: &msg.RegisteredBroker{Op: r.Op, Epoch: known.Epoch}}
	case known != nil && m.hasSession(known.ID):
		return refuse(kafka.ErrDuplicateBrokerRegistration)
	case !m.dirsAreGood(r):
		return refuse(kafka.ErrInvalidRegistration)
	case !supportsMetadataVersion(r.Features):
		return refuse(kafka.ErrInvalidRegistration)
	case !m.supportsFinalized(r.Features):
		return refuse(kafka.ErrUnsupportedVersion)
	}
	epoch := kafka.BrokerEpoch(m.nextOffset())
	recs := []record.Metadata{&record.RegisterBrokerRecord{
		BrokerID: r.Broker, IncarnationID: r.Incarnation, BrokerEpoch: epoch,
		EndPoints: r.Listeners, Features: r.Features, Rack: r.Rack, Fenced: true, LogDirs: r.LogDirs,
	}}
	c := noChange()
	c.leaves = r.Broker
	return decision{
		records: append(recs, m.partitionChanges(c)...),
		reply:   &msg.RegisteredBroker{Op: r.Op, Epoch: epoch},
		broker:  r.Broker, registers: true,
	}
}

// unregisterBroker takes a broker out of the cluster (KIP-631); its partitions lose it first. One that runs
// registers again when its next heartbeat is refused, where Kafka's stays out until it is started anew.
func (m *Controller) unregisterBroker(r *msg.UnregisterBroker) decision {
	b := m.img.Broker(r.Broker)
	if b == nil {
		return decision{reply: &msg.UnregisteredBroker{
			Op: r.Op, Err: kafka.ErrBrokerIDNotRegistered, ErrText: fmt.Sprintf("Broker ID %d is not currently registered", r.Broker),
		}}
	}
	c := noChange()
	c.leaves = b.ID
	return decision{
		records: append(m.partitionChanges(c), &record.UnregisterBrokerRecord{BrokerID: b.ID, BrokerEpoch: b.Epoch}),
		reply:   &msg.UnregisteredBroker{Op: r.Op},
		broker:  b.ID, unregisters: true,
	}
}

// dirsAreGood wants at least one directory, none reserved, none twice, none of another broker.
func (m *Controller) dirsAreGood(r *msg.RegisterBroker) bool {
	for i, d := range r.LogDirs {
		reserved := d == image.DirMigrating || d == image.DirUnassigned || d == image.DirLost
		if reserved || slices.Contains(r.LogDirs[:i], d) {
			return false
		}
		for j := range m.img.Brokers {
			if b := &m.img.Brokers[j]; b.ID != r.Broker && slices.Contains(b.Dirs, d) {
				return false
			}
		}
	}
	return len(r.LogDirs) > 0
}

func supportsMetadataVersion(features []record.BrokerFeature) bool {
	return slices.ContainsFunc(features, func(f record.BrokerFeature) bool { return f.Name == record.MetadataVersion })
}

// unserved are features, with their greatest level in Kafka 4.3, whose levels a cluster that was
// Kafka's may be at though no broker of this build works at them. All that they switch on goes by APIs
// that are not served, or needs a second replica, and no format that is written depends on them. The
// levels stay in the log, for a Kafka or a later build that starts on it.
var unserved = []image.Feature{
	{Name: eligibleLeaders, Level: 1},
	{Name: "share.version", Level: 1},
	{Name: "streams.version", Level: 1},
	{Name: "transaction.version", Level: 2},
}

// supportsFinalized tells whether a broker can work at every level that the cluster is at (KIP-584),
// or that makes no difference yet.
func (m *Controller) supportsFinalized(features []record.BrokerFeature) bool {
	for _, finalized := range m.img.Features {
		if slices.ContainsFunc(unserved, func(f image.Feature) bool { return f.Name == finalized.Name && finalized.Level <= f.Level }) {
			continue
		}
		if !slices.ContainsFunc(features, func(f record.BrokerFeature) bool {
			return f.Name == finalized.Name && f.MinSupportedVersion <= finalized.Level && finalized.Level <= f.MaxSupportedVersion
		}) {
			return false
		}
	}
	return true
}

// standing is what a broker is to the cluster (Kafka's BrokerControlState).
type standing uint8

const (
	fenced standing = iota + 1
	unfenced
	shuttingDown // in controlled shutdown: leads nothing new, until it leads nothing at all
	shutDown     // fenced, and may stop
)

func standingOf(b *image.Broker) standing {
	switch {
	case b.Fenced:
		return fenced
	case b.InControlledShutdown:
		return shuttingDown
	}
	return unfenced
}

// next is what a broker is after a heartbeat; it follows BrokerHeartbeatManager.calculateNextBrokerState.
func (m *Controller) next(b *image.Broker, r *msg.BrokerHeartbeat) standing {
	switch now := standingOf(b); {
	case now == fenced && r.WantShutDown:
		return shutDown
	case now == fenced && (r.WantFence || b.InControlledShutdown || r.MetadataOffset < b.Registered()):
		// An incarnation that began to shut down does not come back: it is closing its logs.
		return fenced
	case now == fenced:
		return unfenced
	case r.WantFence && r.WantShutDown:
		return shutDown
	case r.WantFence:
		return fenced
	case now == unfenced && !r.WantShutDown:
		return unfenced
	case m.leads(b.ID):
		return shuttingDown
	case now == shuttingDown && m.shutdownOffset(b.ID) > m.activeOffsetMin():
		// Some active broker has not read yet that others lead now.
		return shuttingDown
	}
	return shutDown
}

// leads tells whether a broker leads any partition.
func (m *Controller) leads(id kafka.NodeID) bool {
	for _, name := range m.img.Names {
		for _, p := range m.img.TopicNamed(name).Partitions {
			if p.Leader == id {
				return true
			}
		}
	}
	return false
}

// heartbeat keeps a broker's session, and changes its standing by what it wants and how far it has
// read. A directory that went offline is dealt with first; the standing follows a heartbeat later.
func (m *Controller) heartbeat(now kafka.Now, r *msg.BrokerHeartbeat) decision {
	b := m.img.Broker(r.Broker)
	if b == nil {
		return decision{reply: &msg.HeartbeatAnswer{Op: r.Op, Err: kafka.ErrBrokerIDNotRegistered}}
	}
	if b.Epoch != r.BrokerEpoch {
		return decision{reply: &msg.HeartbeatAnswer{Op: r.Op, Err: kafka.ErrStaleBrokerEpoch}}
	}
	m.touch(now, b.ID).offset = r.MetadataOffset
	next := m.next(b, r)
	dirs := slices.DeleteFunc(slices.Clone(b.Dirs), func(d kafka.DirID) bool { return slices.Contains(r.OfflineDirs, d) })
	d := decision{}
	switch {
	case len(dirs) == 0:
		if next != shutDown {
			next = fenced
		}
		d.records = m.standingChange(b, next)
	case len(dirs) < len(b.Dirs):
		next = standingOf(b)
		d.records = m.dirsWentOffline(b, dirs)
	default:
		d.records = m.standingChange(b, next)
	}
	if next == shutDown {
		// It said goodbye: its next incarnation need not wait for the session to end.
		m.endSession(b.ID)
	}
	d.broker, d.shutsDown = b.ID, next == shuttingDown && !b.InControlledShutdown
	d.reply = &msg.HeartbeatAnswer{
		Op: r.Op, CaughtUp: r.MetadataOffset >= b.Registered(),
		Fenced: next == fenced || next == shutDown, ShouldShutDown: next == shutDown,
	}
	return d
}

// standingChange lists the records that give a broker another standing; none if it has it.
func (m *Controller) standingChange(b *image.Broker, next standing) []record.Metadata {
	if next == standingOf(b) || next == shutDown && b.Fenced {
		return nil
	}
	rec := &record.BrokerRegistrationChangeRecord{BrokerID: b.ID, BrokerEpoch: b.Epoch}
	c := noChange()
	switch next {
	case unfenced:
		rec.Fenced, c.joins = record.Unfenced, b.ID
	case shuttingDown:
		rec.InControlledShutdown, c.leaves = record.InControlledShutdown, b.ID
	default:
		rec.Fenced, c.leaves = record.Fenced, b.ID
	}
	return append([]record.Metadata{rec}, m.partitionChanges(c)...)
}

// dirsWentOffline leaves a broker with the directories that are left (KIP-858).
func (m *Controller) dirsWentOffline(b *image.Broker, left []kafka.DirID) []record.Metadata {
	c := noChange()
	c.offline, c.dirs = b.ID, left
	rec := &record.BrokerRegistrationChangeRecord{BrokerID: b.ID, BrokerEpoch: b.Epoch, LogDirs: left}
	return append([]record.Metadata{rec}, m.partitionChanges(c)...)
}
