package raft

import (
	"fmt"
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// Config is what the quorum is told at its start.
type Config struct {
	NodeID kafka.NodeID
	// Voters are the nodes that vote; they must be this node alone.
	Voters []kafka.NodeID
	// SegmentBytes is metadata.log.segment.bytes, ReadBytes the most that one replay read takes.
	SegmentBytes int32
	ReadBytes    int32
}

// Out is the outbox. Node takes what is in it after every call and truncates the slices.
type Out struct {
	Ops       []port.LogOp
	Reads     []port.Read
	Saves     []port.Save
	Committed []msg.Committed
	Roles     []msg.QuorumRole
	// Fatal says once why the process must end.
	Fatal string
	// Closed says once that Stop is carried out.
	Closed bool
}

// Raft is the state of one node's part in the quorum.
//
//canon:gen
type Raft struct {
	// Out is drained after every call, so that no state is in it between Steps.
	Out Out `canon:"-"`

	id           kafka.NodeID
	dir          kafka.DirID
	segmentLimit int32
	readLimit    int32

	role   Role
	epoch  kafka.LeaderEpoch
	active bool
	// stopped is since Stop, closed since the log is; failed since Fatal.
	stopped bool
	closed  bool
	failed  bool
	voters  []voter

	// gen is the generation of the log's opening; open says that it succeeded.
	gen  port.Generation
	open bool
	// assigned is the end of what was appended, written and flushed of what the disk confirmed.
	assigned kafka.Offset
	written  kafka.Offset
	flushed  kafka.Offset
	// segmentBytes is the size of the active segment, counting what was assigned.
	segmentBytes int64

	// epochStart is the offset of the leader change record of the epoch that we lead.
	epochStart    kafka.Offset
	highWatermark kafka.Offset
	// delivered is the end of what was handed on. Below epochStart it is read back from the log;
	// tail holds every batch from there on that is not yet delivered, oldest first; one of control
	// records has no Records.
	delivered kafka.Offset
	tail      []msg.Committed
	reading   bool
	lastRead  port.ReadID

	// vote is the number of the save that our own vote waits for, or 0.
	vote     int64
	lastSave int64
}

// voter is a voter and how much of the log it is known to hold flushed.
type voter struct {
	id  kafka.NodeID
	end kafka.Offset
}

// New makes a Raft that waits for Start.
func New() *Raft { return &Raft{role: Unattached} }

// metadataIndexBytesMax and metadataIndexInterval are those that Kafka gives to this log.
const (
	metadataIndexBytesMax = 10 << 20
	metadataIndexInterval = 4096
)

// Start opens the metadata log in the directory that holds it.
func (m *Raft) Start(now kafka.Now, facts *port.BootFacts, cfg Config) {
	if m.gen != 0 {
		panic("BUG: the quorum was started twice")
	}
	m.id, m.dir = cfg.NodeID, facts.MetadataDir
	m.segmentLimit, m.readLimit = cfg.SegmentBytes, cfg.ReadBytes
	for _, id := range cfg.Voters {
		m.voters = append(m.voters, voter{id: id})
	}
	if len(cfg.Voters) != 1 || cfg.Voters[0] != cfg.NodeID {
		m.fail(fmt.Sprintf("the metadata quorum of voters %v is not served: node %d must be its only one", cfg.Voters, cfg.NodeID))
		return
	}
	if facts.HasQuorum {
		m.epoch = facts.Quorum.LeaderEpoch
	}
	m.gen++
	m.Out.Ops = append(m.Out.Ops, port.LogOp{
		Kind: port.OpOpen, Log: kafka.MetadataLog, Gen: m.gen, Open: openSpec(facts),
	})
}

// openSpec says how the last run ended in the directory of the metadata log.
func openSpec(facts *port.BootFacts) *port.OpenSpec {
	spec := &port.OpenSpec{
		Topic: kafka.MetadataTopic, Dir: facts.MetadataDir, Create: true,
		IndexIntervalBytes: metadataIndexInterval, IndexBytesMax: metadataIndexBytesMax,
	}
	at := slices.IndexFunc(facts.Dirs, func(d port.DirFacts) bool { return d.Dir == facts.MetadataDir })
	if at < 0 {
		spec.StopWasLossy = true
		return spec
	}
	d := &facts.Dirs[at]
	spec.StopWasClean = d.CleanMarker
	spec.StopWasLossy = !d.CleanMarker && !d.SameBoot
	// A process that is killed right after a failed sync does not live to note it. For this log, which
	// is small and must survive any power loss, each stop that was not clean counts as one.
	spec.Rewrite = !d.CleanMarker
	for _, c := range d.Checkpoints {
		if c.Topic == kafka.MetadataTopic && c.Partition == kafka.MetadataLog.Partition {
			spec.RecoveryPoint, spec.LogStart = max(c.RecoveryPoint, 0), max(c.LogStart, 0)
		}
	}
	return spec
}

// LogDone takes the completion of an operation on the metadata log. Those of another generation
// are ignored.
func (m *Raft) LogDone(now kafka.Now, done *port.LogDone) {
	if done.Gen != m.gen || m.failed || m.closed {
		return
	}
	if done.Fail != port.FailNone {
		m.fail(fmt.Sprintf("the metadata log failed (%s)", done.Fail))
		if done.Kind == port.OpClose {
			m.close()
		}
		return
	}
	switch done.Kind {
	case port.OpOpen:
		m.opened(now, done.Opened)
	case port.OpAppend:
		m.written = max(m.written, done.End)
	case port.OpFlush:
		m.flushedTo(done.End)
	case port.OpClose:
		m.close()
	}
}

func (m *Raft) opened(now kafka.Now, o *port.Opened) {
	m.open = true
	m.assigned, m.written, m.flushed = o.End, o.End, o.Flushed
	m.delivered = o.Start
	if n := len(o.Segments); n > 0 {
		m.segmentBytes = o.Segments[n-1].Size
	}
	for _, e := range o.Epochs {
		m.epoch = max(m.epoch, e.Epoch)
	}
	if o.Start > 0 {
		m.fail(fmt.Sprintf("the metadata log begins at %d, behind a snapshot; snapshots are not read yet", o.Start))
		return
	}
	if !m.stopped {
		m.becomeCandidate()
	}
}

// Saved takes the completion of a save of quorum-state.
func (m *Raft) Saved(now kafka.Now, saved *port.Saved) {
	if m.failed || m.stopped {
		return
	}
	if saved.Fail != port.FailNone {
		m.fail(fmt.Sprintf("quorum-state could not be saved (%s)", saved.Fail))
		return
	}
	if m.role == Candidate && saved.Seq == m.vote {
		m.becomeLeader(now)
	}
}

// Stop resigns and closes the log; Out.Closed tells when that is done.
func (m *Raft) Stop(now kafka.Now) {
	if m.stopped {
		return
	}
	m.stopped = true
	m.becomeResigned()
	if m.gen == 0 || m.failed {
		m.close()
		return
	}
	op := port.LogOp{Kind: port.OpClose, Log: kafka.MetadataLog, Gen: m.gen, Epoch: m.epoch, End: m.assigned}
	if m.open {
		op.Snapshot = noProducers()
	}
	m.Out.Ops = append(m.Out.Ops, op)
}

func (m *Raft) close() {
	m.closed = true
	m.Out.Closed = true
}

// fail ends the node's part in the quorum.
func (m *Raft) fail(reason string) {
	m.failed = true
	m.Out.Fatal = reason
}

// NextDeadline is when Deadline is due: never, since a quorum of one waits for nobody.
func (m *Raft) NextDeadline() kafka.Mono { return 0 }

// Epoch is the quorum's epoch as this node knows it.
func (m *Raft) Epoch() kafka.LeaderEpoch { return m.epoch }

// HighWatermark is the exclusive end of what is committed.
func (m *Raft) HighWatermark() kafka.Offset { return m.highWatermark }

// End is the exclusive end of what was appended, and so the offset that the next record gets.
func (m *Raft) End() kafka.Offset { return m.assigned }

// Role is what this node is in the quorum.
func (m *Raft) Role() Role { return m.role }
