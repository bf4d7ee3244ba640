package lifecycle

import (
	"fmt"
	"slices"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// ProducerID answers ProducerID(op): an id with epoch 0, or an error that the client may try again.
type ProducerID struct {
	Op  msg.Op
	ID  kafka.ProducerID
	Err kafka.ErrorCode
}

// Out is the outbox. Node takes what is in it after every call and truncates the slices; the
// flags are true once each, for Node to clear.
type Out struct {
	Requests    []msg.ControllerRequest
	Saves       []port.Save
	ProducerIDs []ProducerID
	// FailedDirs are directories that cannot be written, for Node to answer each with DirFailed; they
	// stand here before OpenLogs does.
	FailedDirs []kafka.DirID
	// OpenLogs says that logs may be opened and written from now on, the metadata log first.
	OpenLogs bool
	// Registered says that the controller knows the broker by a new epoch, Ready that it is unfenced: clients
	// may be let in.
	Registered bool
	Ready      bool
	// CloseLogs asks for all replicas and the quorum to be closed; Node answers with LogsClosed.
	CloseLogs bool
	// Done says that the node may end; Clean that the markers of a clean stop are written.
	Done  bool
	Clean bool
	// Fatal says why the broker cannot be part of this cluster.
	Fatal string
}

// Lifecycle is the state of one node's broker role.
//
//canon:gen
type Lifecycle struct {
	// Out is drained after every call, so that no state is in it between Steps.
	Out Out `canon:"-"`

	id          kafka.NodeID
	clusterID   string
	incarnation kafka.UUID
	rack        *string
	listeners   []record.BrokerEndpoint
	dirs        []kafka.DirID
	offline     []kafka.DirID
	interval    kafka.Millis
	timeout     kafka.Millis

	phase Phase
	// epoch is ours once registered, previous what we claim to have lost nothing since.
	epoch    kafka.BrokerEpoch
	previous kafka.BrokerEpoch
	// imageOffset is how far the node's own image has come; logsOpen that the logs it names are open.
	imageOffset kafka.Offset
	logsOpen    bool
	unfenced    bool

	// asked is whether a registration or heartbeat is on its way; retry when the next is due.
	asked bool
	retry kafka.Mono
	// stopBy is when a stop no longer waits for the controller; goodbye that the heartbeat on its way
	// says so, and handedOver that one that did was answered.
	stopBy     kafka.Mono
	goodbye    bool
	handedOver bool

	// saving are the saves that the phase waits for, by number.
	saving   []int64
	lastSave int64
	// unclean are the directories that get no clean marker.
	unclean []kafka.DirID

	block producerBlock
	// assignments are what the controller is to be told of replicas' directories, the first assigned
	// of them by the request that is on its way; assignAt is when it is tried again, or 0. A replica comes
	// here when its log is made, and when the directory that it was to have fails: no more often than there
	// are directories.
	assignments []msg.DirAssignment
	assigned    int32
	assignAt    kafka.Mono
}

// New makes a Lifecycle that waits for Start.
func New() *Lifecycle {
	return &Lifecycle{
		phase: starting, epoch: kafka.NoBrokerEpoch, previous: kafka.NoBrokerEpoch, imageOffset: kafka.NoOffset,
		block: producerBlock{next: kafka.NoProducerID, end: kafka.NoProducerID},
	}
}

// Start removes the clean markers that boot found; Out.OpenLogs follows when they are gone. The
// incarnation id is drawn from the node's entropy.
func (m *Lifecycle) Start(now kafka.Now, cfg *config.Broker, facts *port.BootFacts, incarnation kafka.UUID) {
	if m.phase != starting || m.incarnation != (kafka.UUID{}) {
		panic("BUG: the broker was started twice")
	}
	m.id, m.clusterID, m.incarnation, m.rack = cfg.NodeID, facts.ClusterID, incarnation, cfg.Rack
	m.interval, m.timeout = cfg.HeartbeatInterval, cfg.SessionTimeout
	m.listeners = endpoints(cfg)
	if m.previous = previousEpoch(facts.Dirs); len(facts.Offline) > 0 {
		m.previous = kafka.NoBrokerEpoch
	}
	for i := range facts.Dirs {
		d := &facts.Dirs[i]
		m.dirs = append(m.dirs, d.Dir)
		if d.CleanMarker {
			m.await(port.Save{Kind: port.RemoveCleanMarker, Dir: d.Dir})
		}
	}
	m.markersGone(now)
}

func endpoints(cfg *config.Broker) []record.BrokerEndpoint {
	var all []record.BrokerEndpoint
	for _, l := range cfg.Listeners {
		if !l.Controller {
			all = append(all, record.BrokerEndpoint{Name: l.Name, Host: l.AdvertisedHost, Port: uint16(l.AdvertisedPort)})
		}
	}
	return all
}

// save emits a save; await also has the phase wait for it.
func (m *Lifecycle) save(s port.Save) int64 {
	m.lastSave++
	s.Seq = m.lastSave
	m.Out.Saves = append(m.Out.Saves, s)
	return s.Seq
}

func (m *Lifecycle) await(s port.Save) { m.saving = append(m.saving, m.save(s)) }

// Saved takes the completion of one of the lifecycle's saves. One that fails takes its directory
// offline; the broker goes on with the others.
func (m *Lifecycle) Saved(now kafka.Now, saved *port.Saved) {
	if saved.Fail != port.FailNone {
		m.DirFailed(now, saved.Dir)
		m.Out.FailedDirs = append(m.Out.FailedDirs, saved.Dir)
	}
	for i, seq := range m.saving {
		if seq == saved.Seq {
			m.saving = append(m.saving[:i], m.saving[i+1:]...)
			break
		}
	}
	switch m.phase {
	case starting:
		m.markersGone(now)
	case marking:
		m.marked()
	}
}

// markersGone lets the logs be opened once no marker is left to be removed (invariant 1).
func (m *Lifecycle) markersGone(now kafka.Now) {
	if len(m.saving) == 0 {
		m.Out.OpenLogs = true
		m.becomeRegistering(now)
	}
}

// DirFailed says that a log directory went offline. The controller is told at once (KIP-858), or by
// the registration if there is none yet.
func (m *Lifecycle) DirFailed(now kafka.Now, dir kafka.DirID) {
	if slices.Contains(m.offline, dir) {
		return
	}
	m.offline = append(m.offline, dir)
	if m.phase >= catchingUp && m.phase <= shuttingDown {
		m.retry = now.Mono
		m.progress(now)
	}
}

// Phase is where the broker stands.
func (m *Lifecycle) Phase() Phase { return m.phase }

// Stopping tells that the broker is on its way out.
func (m *Lifecycle) Stopping() bool { return m.phase >= shuttingDown }

// Unfenced tells whether the controller's last word was that this broker serves.
func (m *Lifecycle) Unfenced() bool { return m.unfenced }

// Epoch is the broker's epoch, or NoBrokerEpoch before it is registered.
func (m *Lifecycle) Epoch() kafka.BrokerEpoch { return m.epoch }

// Check panics if the state contradicts the invariants.
func (m *Lifecycle) Check() {
	switch {
	case m.phase > registering && m.phase < closing && m.epoch == kafka.NoBrokerEpoch:
		panic("BUG: a broker without an epoch is " + m.phase.String())
	case len(m.saving) > 0 && m.phase != starting && m.phase != marking:
		panic("BUG: a broker that is " + m.phase.String() + " waits for saves")
	case int(m.assigned) > len(m.assignments):
		panic(fmt.Sprintf("BUG: %d of %d assignments are on their way", m.assigned, len(m.assignments)))
	case m.block.next > m.block.end:
		panic(fmt.Sprintf("BUG: producer id %d is next in a block that ends at %d", m.block.next, m.block.end))
	}
}

// Empty tells that nothing is to be done.
func (o *Out) Empty() bool {
	return len(o.Requests)+len(o.Saves)+len(o.ProducerIDs)+len(o.FailedDirs) == 0 &&
		!o.OpenLogs && !o.Registered && !o.Ready && !o.CloseLogs && !o.Done && o.Fatal == ""
}
