package core

import (
	"strconv"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/replica"
	"momus/core/wire"
)

// Ready is what the node wants done since the last Ready. Nothing in it depends on anything else
// in it; entries for one log, one ledger file or one connection are FIFO among themselves. The
// driver enqueues copies of the entries before it lets go of the core, then calls Recycle.
type Ready struct {
	LogOps  []port.LogOp
	Reads   []port.Read
	Saves   []port.Save
	Work    []port.Work
	Replies []wire.Reply
	ConnOps []ConnOp
	// Publish is the new published configuration, or nil when it did not change.
	Publish *msg.Published
	// Drops are spans that leave the core unused; the driver releases them.
	Drops []port.Span
	Notes []Note
	// Reports answer Inspect.
	Reports []Report
	// Marks are the rare branches that were reached.
	Marks port.Marks
	// Wake is when the next Deadline event is due, on the monotonic clock; 0 means never.
	Wake kafka.Mono
	// Exit is set once the process is to end.
	Exit *Exit
}

// ConnOpKind says what is to happen to a connection.
type ConnOpKind uint8

// The connection operations.
const (
	// CloseConn closes it, after what was answered before.
	CloseConn ConnOpKind = iota + 1
	// Revalidate hands a request back to the connection's turn, which validates it against the
	// published configuration of at least that version and sends it again.
	Revalidate
	// Unmute ends the throttling that began with a reply (KIP-219).
	Unmute
	// CloseIdle closes the connection if nothing was read or written for Idle.
	CloseIdle
)

// ConnOp is an operation on a connection, in its FIFO with the replies.
//
//canon:gen
type ConnOp struct {
	Kind    ConnOpKind
	Conn    port.ConnID
	Reason  string
	Request *wire.Request
	Idle    kafka.Millis
}

// Exit says how the node ended.
//
//canon:gen
type Exit struct {
	// Clean means that every log was closed and the clean markers were written.
	Clean  bool
	Reason string
}

// NoteKind names a fact that log lines, metrics and the judge's excuses are made from.
type NoteKind uint8

// The notes.
const (
	NoteReady NoteKind = iota + 1
	NoteLogOpened
	NoteLogCut
	NoteLogFailed
	NoteLogDeleted
	NoteLogStartMoved
	NoteLeader
	NoteTopicCreated
	NoteTopicDeleted
	NoteRegistered
	NoteProducerExpired
	NoteDirFailed
	NoteStray
	NoteFlushed
	// NoteOpening tells how far the logs of a directory are opened, NoteAllOpened that all of them are.
	NoteOpening
	NoteAllOpened
	// Of the metadata log: a snapshot was taken, one was loaded at the start, one was damaged and passed
	// over; the log below To is gone, since a snapshot holds it.
	NoteSnapshotTaken
	NoteSnapshotLoaded
	NoteSnapshotDamaged
	NoteMetadataTrimmed
	// NoteConnRefused tells of connections above a limit.
	NoteConnRefused
	// A log is to move to another log directory, has, or has not, and why.
	NoteLogMoving
	NoteLogMoved
	NoteMoveFailed
	// It is not to, any more.
	NoteMoveGivenUp
	// One that waited for another never began, since yet another was asked for.
	NoteMoveOvertaken
	// NoteFrameRefused: a connection was closed since what its peer sent cannot be understood.
	NoteFrameRefused
	// Of a partition of __consumer_offsets: its groups are loaded up to To, or not led any more; its log can't be
	// understood, and why; records of unknown types were passed over; offsets of a group, which Text names, expired.
	NoteGroupsLoaded
	NoteGroupsUnloaded
	NoteGroupsBroken
	NoteGroupsSkipped
	NoteOffsetsExpired
	// NoteTopicNotCreated: a topic of coordinators can't be made, and why.
	NoteTopicNotCreated
	// NoteLogCompacted: a log was compacted, what was between From and To for the first time. NoteLogUncleanable: it can't be.
	NoteLogCompacted
	NoteLogUncleanable
)

var noteNames = [...]string{
	NoteReady: "ready", NoteLogOpened: "log opened", NoteLogCut: "log tail cut by recovery",
	NoteLogFailed: "log failed", NoteLogDeleted: "log deleted", NoteLogStartMoved: "log start moved",
	NoteLeader: "leading", NoteTopicCreated: "topic created", NoteTopicDeleted: "topic deleted",
	NoteRegistered: "registered", NoteProducerExpired: "producer expired",
	NoteDirFailed: "log directory failed", NoteStray: "stray log", NoteFlushed: "flushed",
	NoteOpening: "opening logs", NoteAllOpened: "logs opened",
	NoteSnapshotTaken: "metadata snapshot taken", NoteSnapshotLoaded: "metadata snapshot loaded",
	NoteSnapshotDamaged: "metadata snapshot damaged", NoteMetadataTrimmed: "metadata log start moved",
	NoteConnRefused: "connection refused",
	NoteLogMoving:   "log moving", NoteLogMoved: "log moved", NoteMoveFailed: "log not moved",
	NoteMoveGivenUp: "log move given up", NoteMoveOvertaken: "log move overtaken", NoteFrameRefused: "connection closed for what it sent",
	NoteGroupsLoaded: "groups loaded", NoteGroupsUnloaded: "groups unloaded", NoteGroupsBroken: "groups cannot be loaded",
	NoteGroupsSkipped: "records of unknown types passed over", NoteOffsetsExpired: "offsets expired",
	NoteTopicNotCreated: "topic not created",
	NoteLogCompacted:    "log compacted", NoteLogUncleanable: "log not compacted any more, a batch is damaged",
}

// NoteKinds is how many kinds there are, the unused 0 among them.
const NoteKinds = len(noteNames)

// String names the fact as log lines do; one of another version by its number.
func (k NoteKind) String() string {
	if int(k) < len(noteNames) {
		return noteNames[k]
	}
	return "note " + strconv.Itoa(int(k))
}

// Note is one fact. Which fields count depends on Kind.
//
//canon:gen
type Note struct {
	Kind  NoteKind
	Log   kafka.TopicPartition
	Topic string
	From  kafka.Offset
	To    kafka.Offset
	// Cause is why a log start moved.
	Cause replica.Cause
	// Producer is the one that expired.
	Producer kafka.ProducerID
	// Group and Partition say, with Topic, whose committed offset expired.
	Group     string
	Partition kafka.PartitionID
	Text      string
}
