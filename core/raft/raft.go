package raft

import (
	"fmt"
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// Config is what the quorum is told at its start.
//
//canon:gen
type Config struct {
	NodeID kafka.NodeID
	// Voters are the nodes that vote; they must be this node alone.
	Voters []kafka.NodeID
	// SegmentBytes is metadata.log.segment.bytes, ReadBytes the most that one replay read takes.
	SegmentBytes int32
	ReadBytes    int32
	// PartBytes is how much of a snapshot one turn writes or reads.
	PartBytes int32
	// RetentionBytes and Retention are metadata.max.retention.bytes and .ms, negative for no limit;
	// every CleanInterval it is looked whether one is passed.
	RetentionBytes int64
	Retention      kafka.Millis
	CleanInterval  kafka.Millis
}

// Out is the outbox. Node takes what is in it after every call and truncates the slices.
type Out struct {
	Ops       []port.LogOp
	Reads     []port.Read
	Saves     []port.Save
	Loaded    []msg.Loaded
	Committed []msg.Committed
	Notes     []Note
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
	// Marks are the rare branches that were reached, for the node to take.
	Marks port.Marks `canon:"-"`
	// Out is drained after every call, so that no state is in it between Steps.
	Out Out `canon:"-"`

	dir kafka.DirID
	cfg Config

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
	// start is the log start, or where it is being moved to (trimming).
	start    kafka.Offset
	trimming bool
	// segments are those of the log, rising, with what was assigned counted; the last is the active
	// one. roll says that the next batch begins another.
	segments []segment
	roll     bool

	// epochStart is the offset of the leader change record of the epoch that we lead.
	epochStart    kafka.Offset
	highWatermark kafka.Offset
	// delivered is the end of what was handed on. Below epochStart it is read back from the log;
	// tail holds every batch from there on that is not yet delivered, oldest first; one of control
	// records has no Records.
	delivered kafka.Offset
	// deliveredEpoch and deliveredAt say who wrote the last batch that was delivered, and when.
	deliveredEpoch kafka.LeaderEpoch
	deliveredAt    kafka.Wall
	tail           []msg.Committed
	reading        bool
	lastRead       port.ReadID

	// vote is the number of the save that our own vote waits for, or 0.
	vote     int64
	lastSave int64

	// snapshots are those that are whole and durable, rising; a start begins with what boot found.
	// damaged are those that a start could not read, leftovers the files of unfinished ones.
	snapshots []port.SnapshotFile
	damaged   []port.SnapshotID
	leftovers []string
	loading   *loading
	writing   *writing
	// nextClean is when snapshots are looked through next.
	nextClean kafka.Mono
	// kraftVersion and voterSet are what the log, or the snapshot loaded, says of the quorum (KIP-853);
	// of version 0 the voters are set by configuration.
	kraftVersion record.FeatureLevel
	voterSet     []record.Voter
}

// segment is a segment of the log.
type segment struct {
	base kafka.Offset
	size int64
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
	m.dir, m.cfg = facts.MetadataDir, cfg
	m.snapshots, m.leftovers = slices.Clone(facts.Snapshots), slices.Clone(facts.Leftovers)
	m.nextClean = now.Mono.Add(cfg.CleanInterval.Nanos())
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
	// must survive any power loss, each stop that was not clean counts as one.
	spec.Rewrite = !d.CleanMarker
	for _, c := range d.Checkpoints {
		if c.Topic == kafka.MetadataTopic && c.Partition == kafka.MetadataLog.Partition {
			spec.RecoveryPoint, spec.LogStart = max(c.RecoveryPoint, 0), max(c.LogStart, 0)
		}
	}
	// Of what is committed a snapshot is made, and committed is what was flushed: below the newest one
	// the log is durable, and needs to be neither looked through nor written once more.
	if n := len(facts.Snapshots); n > 0 {
		spec.RecoveryPoint = max(spec.RecoveryPoint, facts.Snapshots[n-1].ID.End)
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
	case port.OpAdvanceStart:
		m.trimmed()
	case port.OpClose:
		m.close()
	}
}

func (m *Raft) opened(now kafka.Now, o *port.Opened) {
	m.open = true
	m.assigned, m.written, m.flushed = o.End, o.End, o.Flushed
	m.start, m.delivered = o.Start, o.Start
	for _, info := range o.Segments {
		m.segments = append(m.segments, segment{info.Base, info.Size})
	}
	if len(m.segments) == 0 {
		m.segments = []segment{{base: o.End}}
	}
	for _, e := range o.Epochs {
		m.epoch = max(m.epoch, e.Epoch)
	}
	for i := range m.snapshots {
		m.epoch = max(m.epoch, m.snapshots[i].ID.Epoch)
	}
	m.loadNewest(now)
}

// Saved takes the completion of a save of quorum-state, or of one of a snapshot.
func (m *Raft) Saved(now kafka.Now, saved *port.Saved) {
	if m.failed || m.stopped {
		return
	}
	switch {
	case saved.Kind == port.LoadSnapshot:
		m.partLoaded(now, saved)
	case saved.Fail != port.FailNone:
		what := "quorum-state"
		if saved.Kind != port.SaveQuorum {
			what = "a snapshot of the metadata log"
		}
		m.fail(fmt.Sprintf("%s could not be saved (%s)", what, saved.Fail))
	case saved.Kind == port.WriteSnapshot:
		m.partWritten(now, saved)
	case saved.Kind == port.SaveQuorum && m.role == Candidate && saved.Seq == m.vote:
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

// NextDeadline is when Deadline is due, or 0.
func (m *Raft) NextDeadline() kafka.Mono {
	if !m.active || m.failed {
		return 0
	}
	return m.nextClean
}

// Deadline does what is due: looking for snapshots that may go.
func (m *Raft) Deadline(now kafka.Now) {
	if m.active && !m.failed && m.nextClean <= now.Mono {
		m.clean(now)
	}
}

// QuorumState implements msg.Quorum.
func (m *Raft) QuorumState() msg.QuorumState {
	if m.role != Leader {
		return msg.QuorumState{HighWatermark: kafka.NoOffset, KRaftVersion: m.kraftVersion}
	}
	s := msg.QuorumState{Leads: true, Epoch: m.epoch, HighWatermark: m.highWatermark, KRaftVersion: m.kraftVersion}
	if s.HighWatermark == 0 {
		s.HighWatermark = kafka.NoOffset
	}
	for _, v := range m.voters {
		voter := msg.QuorumVoter{ID: v.id, End: v.end}
		if v.id == m.cfg.NodeID && m.kraftVersion > 0 {
			voter.Dir = m.dir
		}
		s.Voters = append(s.Voters, voter)
	}
	return s
}

// Epoch is the quorum's epoch as this node knows it.
func (m *Raft) Epoch() kafka.LeaderEpoch { return m.epoch }

// HighWatermark is the exclusive end of what is committed.
func (m *Raft) HighWatermark() kafka.Offset { return m.highWatermark }

// End is the exclusive end of what was appended, and so the offset that the next record gets.
func (m *Raft) End() kafka.Offset { return m.assigned }

// Role is what this node is in the quorum.
func (m *Raft) Role() Role { return m.role }
