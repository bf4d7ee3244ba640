package replica

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// Out is what a replica wants done. The node carries it on and truncates the slices.
type Out struct {
	Ops      []port.LogOp
	Produced []msg.Produced
	Advanced []msg.Advanced
	Drops    []port.Span
	Notes    []Note
	Trimmed  []msg.DeletedRecords
	Moved    []msg.MovedLog
	// HandOver wants the copy of the log that is whole by now assigned, GiveBack the replica assigned to where
	// it is; Left says that it has moved, FailedDir that a directory of a copy failed.
	HandOver  bool
	GiveBack  bool
	Left      bool
	FailedDir kafka.DirID
	// SaveStart wants the offset checkpoints written: somebody waits for the log start in them, or a compaction.
	SaveStart bool
	// Compacted says that a compaction ended, so that there is room for another.
	Compacted bool
	// Marks are the rare branches that were reached.
	Marks port.Marks
}

// NoteKind names a fact.
type NoteKind uint8

// The notes and the fields that count.
const (
	// NoteOpened: From is the log start, To the end; Bytes is what the opening read and wrote.
	NoteOpened NoteKind = iota + 1
	// NoteCut: recovery cut Bytes off the tail, behind From.
	NoteCut
	// NoteFailed: Text says what failed; what lies above From may be lost.
	NoteFailed
	// NoteLeader: leads in Epoch from offset From on.
	NoteLeader
	// NoteFlushed: durable up to To, before that up to From.
	NoteFlushed
	// NoteProducerExpired: Producer was forgotten.
	NoteProducerExpired
	// NoteDeleted: the log is gone.
	NoteDeleted
	// NoteStartMoved: the records from From to To are gone, by Cause, Limit and Found.
	NoteStartMoved
	// NoteMoving: the log is to move to Dir. NoteMoved: it has. NoteMoveFailed: it has not, and why.
	NoteMoving
	NoteMoved
	NoteMoveFailed
	// NoteMoveGivenUp: another move was asked for instead.
	NoteMoveGivenUp
	// NoteMoveOvertaken: another one was asked for before the one to Dir began.
	NoteMoveOvertaken
	// NoteCompacted: the keys between From and To were compacted. NoteUncleanable: they can't be.
	NoteCompacted
	NoteUncleanable
)

// Note is one fact about a replica.
type Note struct {
	Kind     NoteKind
	From, To kafka.Offset
	Epoch    kafka.LeaderEpoch
	Producer kafka.ProducerID
	Bytes    int64
	// Cause is why the start moved, Limit and Found its numbers.
	Cause        Cause
	Limit, Found int64
	// Dir is where a log moves to.
	Dir kafka.DirID
	// Fail is what failed, of NoteFailed.
	Fail port.Failure
	Text string
	// Compacted is what a compaction did.
	Compacted Compacted
}

func (r *Replica) note(n Note) { r.out().Notes = append(r.out().Notes, n) }

// reached notes that a rare branch was.
func (r *Replica) reached(m port.Mark) { r.out().Marks.Hit(m) }

// announce tells parked fetches what can be read. changed says that more than the high watermark
// is different, so that everybody who waits looks again.
func (r *Replica) announce(changed bool) {
	r.out().Advanced = append(r.out().Advanced, msg.Advanced{
		Log: r.log, HighWatermark: r.high, LastStable: r.lastStable(), LogStart: r.start,
		CommittedBytes: r.committedBytes, Changed: changed,
	})
}

// out is the outbox of the running call.
func (r *Replica) out() *Out {
	if r.Out == nil {
		r.Out = &Out{}
	}
	return r.Out
}

// Reset empties it and keeps its memory.
func (o *Out) Reset() {
	clear(o.Ops)
	clear(o.Drops)
	clear(o.Notes)
	*o = Out{
		Ops: o.Ops[:0], Produced: o.Produced[:0], Advanced: o.Advanced[:0], Drops: o.Drops[:0], Notes: o.Notes[:0],
		Trimmed: o.Trimmed[:0], Moved: o.Moved[:0],
	}
}
