package replica

import (
	"slices"

	"momus/core/kafka"
	"momus/core/port"
)

// Open asks for the log to be opened as spec says. high is the high watermark by its checkpoint,
// or negative; a leader that is alone in the ISR does not need it.
func (r *Replica) Open(_ kafka.Now, spec port.OpenSpec, high kafka.Offset) {
	switch r.role {
	case RoleNew, RoleOffline, RoleClosed:
	default:
		panic("BUG: a log is opened that is " + r.role.String())
	}
	r.role = RoleOpening
	r.dir, r.gone = spec.Dir, false
	r.gen++
	r.start, r.assigned, r.written, r.flushed, r.flushing, r.high = 0, 0, 0, 0, 0, 0
	r.checkpointed, r.startCheckpointed, r.startSaved = high, spec.LogStart, 0
	r.assignedBytes, r.writtenBytes, r.committedBytes = 0, 0, 0
	r.marks = r.marks[:0]
	r.sealed, r.purges = nil, nil
	r.compacted, r.sparse, r.uncleanable, r.compaction = spec.Clean, spec.Compacted, false, compaction{}
	r.flushLate = false
	r.active.interval = spec.IndexIntervalBytes
	r.out().Ops = append(r.out().Ops, port.LogOp{Kind: port.OpOpen, Log: r.log, Gen: r.gen, Open: &spec})
}

// opened takes what the open log holds and takes up the leadership, if there is one. If Close came
// meanwhile, nothing follows but the closing.
func (r *Replica) opened(now kafka.Now, o *port.Opened) {
	// The start may be that of the first segment alone: retention moved it, and its renames need not be
	// durable. A DeleteRecords that finds it there has the checkpoint written nonetheless:
	//
	//  1. Retention rolls and drops all of a log; the process is killed before a checkpoint.
	//  2. The log is opened, and begins at its first segment.
	//  3. DeleteRecords up to there is answered: nothing is left to do.
	//  4. The power fails, and brings the dropped segment back.
	r.start, r.startOnDisk, r.startSaved = o.Start, o.Start, min(r.startCheckpointed, o.Start)
	r.assigned, r.written = o.End, o.End
	r.flushed = min(o.Flushed, o.End)
	r.flushing = r.flushed
	r.high = min(max(r.checkpointed, o.Start), o.End)
	if r.checkpointed > o.End {
		r.reached(port.MarkCheckpointAboveEnd)
	}
	r.epochs, r.fold = o.Epochs, o.Fold
	r.openedSegments(now, o)
	r.openedArrivals(now, o)
	if o.CutBytes > 0 {
		r.note(Note{Kind: NoteCut, From: o.End, Bytes: o.CutBytes})
	}
	r.note(Note{Kind: NoteOpened, From: o.Start, To: o.End, Bytes: o.IOBytes})
	if r.role == RoleClosing {
		r.reached(port.MarkClosedWhileOpening)
		return
	}
	r.role = RoleStandby
	r.scheduleExpiry(now)
	if r.leads {
		r.becomeLeader(now)
		return
	}
	r.flushIfDue(now)
	r.announce(true)
}

// openedSegments takes over the segments; the last one is the active.
func (r *Replica) openedSegments(now kafka.Now, o *port.Opened) {
	r.active.reset(now, o.Start, 0)
	for i := range o.Segments {
		s := &o.Segments[i]
		if i+1 < len(o.Segments) {
			r.sealed = append(r.sealed, extent{base: s.Base, size: s.Size, top: s.MaxTimestamp, touched: now.Wall, first: -1})
			continue
		}
		r.active.reset(now, s.Base, s.Size)
		r.active.first, r.active.top = s.FirstTimestamp, s.MaxTimestamp
	}
	r.drawJitter()
}

// BecomeLeader takes the leadership that the image names, or for the epoch that it already leads
// in, another ISR.
func (r *Replica) BecomeLeader(now kafka.Now, l Leadership) {
	l.ISR = slices.Clone(l.ISR)
	if l.Epoch < r.lead.Epoch {
		panic("BUG: the leader epoch goes back")
	}
	same := r.role == RoleLeader && l.Epoch == r.lead.Epoch
	r.lead, r.leads = l, true
	switch {
	case same:
		r.advance(false)
	case r.isOpen():
		r.becomeLeader(now)
	}
}

func (r *Replica) becomeLeader(now kafka.Now) {
	// Whoever still waits for a commit of an older epoch of this leader waits on: it is the same log.
	r.role = RoleLeader
	r.beginEpoch(r.lead.Epoch)
	r.note(Note{Kind: NoteLeader, Epoch: r.lead.Epoch, From: r.assigned})
	r.flushIfDue(now)
	r.advance(true)
}

// Resign ends the leadership: the image names another leader, or none, in epoch.
func (r *Replica) Resign(_ kafka.Now, epoch kafka.LeaderEpoch) {
	if epoch < r.lead.Epoch {
		panic("BUG: the leader epoch goes back")
	}
	r.lead, r.leads = Leadership{Epoch: epoch}, false
	if r.role != RoleLeader {
		return
	}
	r.role = RoleStandby
	r.refuseAll(kafka.ErrNotLeaderOrFollower)
	r.announce(true)
}

// Close completes what is under way, flushes and closes the log. A log that has failed, or was
// never opened, is closed at once.
func (r *Replica) Close(_ kafka.Now) {
	switch r.role {
	case RoleStandby, RoleLeader, RoleOpening:
		var snapshot []byte
		if r.role != RoleOpening { // then nothing is known of the producers yet
			snapshot = r.fold.AppendSnapshot(nil)
		}
		r.role = RoleClosing
		r.stopTimers()
		r.compaction = compaction{}
		r.dropMove(kafka.ErrReplicaNotAvailable)
		r.out().Ops = append(r.out().Ops, port.LogOp{
			Kind: port.OpClose, Log: r.log, Gen: r.gen, End: r.assigned, Snapshot: snapshot,
		})
		r.announce(true)
	case RoleNew, RoleOffline:
		r.role, r.clean = RoleClosed, false
	}
}

func (r *Replica) closed(end kafka.Offset) {
	r.setFlushed(end)
	r.advance(false)
	r.refuseAll(kafka.ErrNotLeaderOrFollower)
	r.role, r.clean, r.leads = RoleClosed, true, false
}

// Delete removes the log for good, whatever its state; the topic was deleted. Those who wait for
// an acknowledgement are told that it is gone, as by Kafka: what they wrote may or may not have
// been committed.
func (r *Replica) Delete(_ kafka.Now) {
	if r.role == RoleDeleting || r.role == RoleDeleted {
		return
	}
	if r.role == RoleOpening {
		r.reached(port.MarkDeletedWhileOpening)
	}
	if r.gone || r.role == RoleNew { // there is no directory to ask
		r.reached(port.MarkDeletedUnopened)
		r.role, r.leads = RoleDeleted, false
		r.note(Note{Kind: NoteDeleted})
		r.announce(true)
		return
	}
	r.role, r.leads = RoleDeleting, false
	r.stopTimers()
	r.compaction = compaction{}
	r.deleteMove()
	r.answerAll(kafka.ErrUnknownTopicOrPartition)
	r.out().Ops = append(r.out().Ops, port.LogOp{Kind: port.OpDelete, Log: r.log, Gen: r.gen})
	r.announce(true)
}

// stopTimers ends what was to be done later. Files that wait to be removed go when the log is
// opened next, or with its directory.
func (r *Replica) stopTimers() { r.flushAt, r.expireAt, r.purges = 0, 0, nil }

// fail takes the replica offline after a failed operation. The generation rises, so that what else
// was asked for is not taken for success.
func (r *Replica) fail(f port.Failure, why string) {
	r.note(Note{Kind: NoteFailed, From: r.flushed, Fail: f, Text: why})
	r.gen++
	r.stopTimers()
	r.compaction = compaction{}
	r.dropMove(kafka.ErrKafkaStorageError)
	switch r.role {
	case RoleClosing:
		r.reached(port.MarkFailedWhileClosing)
		r.role, r.clean = RoleClosed, false
	default:
		r.role = RoleOffline
	}
	r.answerAll(kafka.ErrKafkaStorageError)
	r.announce(true)
}
