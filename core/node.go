package core

import (
	"momus/core/config"
	"momus/core/controller"
	"momus/core/group"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/lifecycle"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/raft"
	"momus/core/replica"
	"momus/core/session"
)

// phase is how far a node is in its life.
type phase uint8

const (
	// phaseNew: no Start event yet.
	phaseNew phase = iota
	// phaseReplaying: the metadata log is being read; the image is not yet current.
	phaseReplaying
	// phaseTidying: the image is current; stray directories are being put out of the way.
	phaseTidying
	// phaseServing: the image was current once, and this broker's logs were opened from it.
	phaseServing
	// phaseClosing: logs are being closed.
	phaseClosing
	// phaseClosingQuorum: all partitions are closed, the metadata log is being closed.
	phaseClosingQuorum
	// phaseMarking: checkpoints and clean markers are being written.
	phaseMarking
	// phaseEnded: Exit was emitted.
	phaseEnded
)

// Node is one node of the cluster. The zero value waits for Start.
//
//canon:gen
type Node struct {
	phase  phase
	cfg    config.Broker
	limits port.Limits
	facts  port.BootFacts

	image      image.Image
	raft       *raft.Raft
	controller *controller.Controller
	lifecycle  *lifecycle.Lifecycle
	session    *session.Session
	groups     *group.Groups
	replicas   map[kafka.TopicPartition]*replica.Replica

	// picture is the image of the snapshot under way, while not all of it is taken; sinceSnapshot the
	// bytes of the metadata log that came since the last was begun, lastSnapshot when that was.
	picture       *image.Picture
	sinceSnapshot int64
	lastSnapshot  kafka.Mono

	published msg.Published
	// nextCheckpoint is when the offset checkpoints are written next.
	nextCheckpoint kafka.Mono
	// nextRetention is when the logs are looked through for what may go.
	nextRetention kafka.Mono
	// nextCompaction is when the logs are looked through for what is to be compacted, 0 for never; lastCompaction when
	// that was last.
	nextCompaction, lastCompaction kafka.Mono
	cleaned                        cleaned
	// removed are the deleted logs whose files wait for file.delete.delay.ms, by time.
	removed []removal
	// entropy is that of the start event.
	entropy [32]byte
	// saveSeq numbers the saves that the node itself asks for.
	saveSeq int64
	// offline are the directories that failed in this run; faulted those of which the list in the
	// metadata directory says that an I/O error was seen since their logs were recovered last.
	offline []kafka.DirID
	faulted []kafka.DirID
	// wanted is the index in facts.Dirs of the directory that a replica is to be assigned to.
	wanted map[kafka.TopicPartition]int32
	// preferred are the directories that replicas are to be in which are not here yet, resuming those that
	// logs are to move to once they are open.
	preferred map[place]kafka.DirID
	resuming  map[kafka.TopicPartition]kafka.DirID
	// failing is why the node is about to end, once the boot ids are gone (save number failingSave).
	failing     string
	failingSave int64
	// tidying counts the stray directories that are not out of the way yet.
	tidying int32
	// checkpoints says how those of each directory of facts.Dirs stand.
	checkpoints []checkpointing
	// deleting are the logs that are being deleted, waiting the new ones that are not opened before
	// a log of that name is gone, and its line in the checkpoints.
	deleting map[place]bool
	waiting  map[place]kafka.TopicPartition
	// opening are the logs that the image named when it was first current and that are not open yet,
	// each with the index in facts.Dirs of the directory in whose queue it was. Those without a
	// replica still wait there.
	opening map[kafka.TopicPartition]int32
	// queues are the openings of each directory of facts.Dirs; nil once all are done. nextProgress is
	// when it is told next how far they are.
	queues       []opening
	nextProgress kafka.Mono
	// closing are the logs that a clean stop still waits for.
	closing map[kafka.TopicPartition]bool
	// marking counts the checkpoint saves of the final stop that are not yet done; unclean are the
	// directories of which not every log was closed without a failure.
	marking int32
	unclean []kafka.DirID

	// timers orders the replicas' deadlines; rebuilt from the replicas by LoadState.
	timers timers `canon:"-"`
	// byLog finds what replicas holds; rebuilt from there by LoadState.
	byLog kafka.ByLog[*replica.Replica] `canon:"-"`
	// spareOuts is the memory of outboxes, for replicas that are about to fill theirs.
	spareOuts []*replica.Out `canon:"-"`
	// placed is the index in facts.Dirs of the directory that holds a log.
	placed map[kafka.TopicPartition]int32 `canon:"-"`
	// wanting counts the replicas that are to be assigned to each directory of facts.Dirs.
	wanting []int32 `canon:"-"`
	// assigning is what was wanted in the running Step; empty between Steps.
	assigning []msg.DirAssignment `canon:"-"`
	// lines says where the line of a log stands in a directory's checkpoints; nil until asked for.
	lines []map[place]int `canon:"-"`
	// touched are the replicas that the running Step acted on; empty between Steps.
	touched []*replica.Replica `canon:"-"`
	// checked are the replicas that the last Step touched, for CheckTouched.
	checked []*replica.Replica `canon:"-"`
	// sessionOut is the memory of the session's other outbox; empty between Steps.
	sessionOut session.Out `canon:"-"`
	// ready gathers entries until the driver takes it; empty when the state is encoded.
	ready Ready `canon:"-"`
	// spare is the Ready that Recycle gave back.
	spare Ready `canon:"-"`
	// out says that a Ready was taken and not yet recycled.
	out bool `canon:"-"`
}

// Step takes one input. Events are only read; what must outlive the Step is copied or moved.
func (n *Node) Step(now kafka.Now, ev Event) {
	if n.phase == phaseNew {
		start, ok := ev.(*Start)
		if !ok {
			panic("BUG: the first event must be Start")
		}
		n.start(now, start)
	} else {
		n.dispatch(now, ev)
	}
	clear(n.checked)
	n.checked = n.checked[:0]
	n.settle(now)
	n.wake(now)
}

func (n *Node) dispatch(now kafka.Now, ev Event) {
	switch ev := ev.(type) {
	case *Request:
		n.session.Request(now, &ev.Request, n.view())
	case *LogDone:
		n.logDone(now, &ev.LogDone)
	case *ReadDone:
		n.readDone(now, &ev.ReadDone)
	case *Saved:
		n.saved(now, &ev.Saved)
	case *WorkDone:
		n.groups.WorkDone(now, &ev.WorkDone, n.groupView())
	case *ConnOpened:
		n.session.ConnOpened(now, ev.Conn, ev.Listener, ev.Remote, n.view())
	case *ConnClosed:
		n.session.ConnClosed(now, ev.Conn, n.view())
		if ev.Refused != "" {
			n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteFrameRefused, Text: ev.Remote + ": " + ev.Refused})
		}
	case *ConnEnded:
		n.session.ConnEnded(now, ev.Conn, n.view())
	case *Deadline:
		n.deadline(now)
	case *Stop:
		n.stop(now)
	case *Inspect:
		n.inspect(now, ev.ID)
	case *Start:
		panic("BUG: a node is started once")
	default:
		panic("BUG: an event of an unknown kind")
	}
}

func (n *Node) logDone(now kafka.Now, done *port.LogDone) {
	if done.Log == kafka.MetadataLog {
		n.raft.LogDone(now, done)
		return
	}
	r := n.byLog.Get(done.Log)
	if r == nil {
		return // deleted meanwhile; nothing waits for it
	}
	n.lend(r)
	r.LogDone(now, done)
	n.touch(r)
}

// view is what the session may look at during one call.
func (n *Node) view() session.View {
	return session.View{Image: &n.image, Replicas: (*replicas)(n), Quorum: n.raft}
}

// Reads carry their owner in the low bits of their id.
const (
	readBySession = iota
	readByRaft
	readByGroups
	readOwnerBits = 2
)

func (n *Node) readDone(now kafka.Now, done *port.ReadDone) {
	d := *done
	d.ID >>= readOwnerBits
	switch done.ID & (1<<readOwnerBits - 1) {
	case readBySession:
		n.session.ReadDone(now, &d, n.view())
	case readByRaft:
		n.raft.ReadDone(now, &d)
	case readByGroups:
		n.groups.ReadDone(now, &d, n.groupView())
	default:
		panic("BUG: a read of no owner")
	}
}

func (n *Node) deadline(now kafka.Now) {
	if d := n.controller.NextDeadline(); d != 0 && d <= now.Mono {
		n.controller.Deadline(now)
		n.carryController(now)
	}
	if d := n.lifecycle.NextDeadline(); d != 0 && d <= now.Mono {
		n.lifecycle.Deadline(now)
	}
	if d := n.session.NextDeadline(); d != 0 && d <= now.Mono {
		n.session.Deadline(now, n.view())
	}
	if d := n.groups.NextDeadline(); d != 0 && d <= now.Mono {
		n.groups.Deadline(now, n.groupView())
	}
	for {
		r := n.timers.due(now.Mono)
		if r == nil {
			break
		}
		r.Deadline(now)
		n.touch(r)
	}
	if d := n.raft.NextDeadline(); d != 0 && d <= now.Mono {
		n.raft.Deadline(now)
	}
	if n.nextCheckpoint != 0 && n.nextCheckpoint <= now.Mono {
		n.checkpoint(now)
	}
	if n.nextRetention != 0 && n.nextRetention <= now.Mono {
		n.retain(now)
	}
	if n.nextCompaction != 0 && n.nextCompaction <= now.Mono {
		n.compact(now)
	}
	if n.nextProgress != 0 && n.nextProgress <= now.Mono {
		n.tellProgress(now)
	}
	if len(n.removed) > 0 && n.removed[0].at <= now.Mono {
		n.removeFiles(now)
	}
}

// wake computes the earliest deadline of all.
func (n *Node) wake(now kafka.Now) {
	at := kafka.Mono(0)
	for _, d := range [...]kafka.Mono{
		n.controller.NextDeadline(), n.lifecycle.NextDeadline(),
		n.session.NextDeadline(), n.groups.NextDeadline(), n.timers.next(), n.nextCheckpoint, n.nextRetention, n.nextRemoval(),
		n.nextProgress, n.nextCompaction,
		n.raft.NextDeadline(), n.snapshotDue(now),
	} {
		if d != 0 && (at == 0 || d < at) {
			at = d
		}
	}
	n.ready.Wake = at
}

// lend gives r memory for its outbox.
func (n *Node) lend(r *replica.Replica) {
	if last := len(n.spareOuts) - 1; last >= 0 && r.Out == nil {
		r.Out = n.spareOuts[last]
		n.spareOuts = n.spareOuts[:last]
	}
}

// outsKept is how many emptied outboxes are kept for others.
const outsKept = 64

// touch remembers that r's outbox is to be carried on and its deadline looked at.
func (n *Node) touch(r *replica.Replica) { n.touched = append(n.touched, r) }

// Ready returns what the node wants done since the last Ready. The caller enqueues copies of its
// entries and gives it back with Recycle before the next.
func (n *Node) Ready() *Ready {
	if n.out {
		panic("BUG: at most one Ready is out")
	}
	n.out = true
	if n.phase != phaseNew {
		n.session.TakeMarks(&n.ready.Marks)
		n.groups.TakeMarks(&n.ready.Marks)
		n.ready.Marks.Take(&n.raft.Marks)
	}
	n.ready, n.spare = n.spare, n.ready
	n.ready.reset()
	return &n.spare
}

// Recycle takes back the Ready that Ready returned.
func (n *Node) Recycle(r *Ready) {
	if !n.out || r != &n.spare {
		panic("BUG: a Ready is given back that is not out")
	}
	n.out = false
	r.reset()
}

func (r *Ready) reset() {
	clear(r.LogOps)
	clear(r.Replies)
	clear(r.ConnOps)
	clear(r.Drops)
	clear(r.Notes)
	clear(r.Reports)
	r.LogOps, r.Reads, r.Saves = r.LogOps[:0], r.Reads[:0], r.Saves[:0]
	r.Replies, r.ConnOps, r.Drops, r.Notes = r.Replies[:0], r.ConnOps[:0], r.Drops[:0], r.Notes[:0]
	clear(r.Work)
	r.Reports, r.Work = r.Reports[:0], r.Work[:0]
	r.Publish, r.Exit, r.Wake, r.Marks = nil, nil, 0, port.Marks{}
}
