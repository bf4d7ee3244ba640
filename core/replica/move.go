package replica

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// A log moves to another log directory of the broker (KIP-113). The disk copies it while it goes on; when the
// copy has come to its end, nothing is appended for as long as it takes to finish the copy, to write the
// log's line into the checkpoints of the other directory, to have the controller write down that
// the replica is there (KIP-858), and to rename the copy. In this order:
//
//  1. Until the metadata names the other directory, the log is the one that it was; whatever remains of the
//     copy is emptied and begun anew after a restart, for its directory is how a move is remembered.
//  2. From then on the copy is the log, and it is whole and durable: nothing was appended since it was
//     finished. A start gives it the log's name, if that was not done.
//
// Kafka renames the copy first and lets appends in; a crash in between leaves a log of which the metadata says
// that it is elsewhere.

// movePhase is how far a move is.
type movePhase uint8

const (
	moveNone movePhase = iota
	// moveClearing: a copy that is not wanted any more is being removed.
	moveClearing
	// moveBeginning: the directory of the copy is being made.
	moveBeginning
	// moveCopying: the log is being copied, and goes on.
	moveCopying
	// moveFinishing: the copy is being finished. From here on nothing is appended.
	moveFinishing
	// moveFinished: the copy is whole; the node has its line saved and the replica assigned.
	moveFinished
	// moveSwapping: the metadata names the other directory, and the copy is being renamed.
	moveSwapping
	// moveReturning: the metadata names the other directory, which failed; the node has the replica assigned
	// to the one where it is.
	moveReturning
	// moveLeaving: the log has moved; what it was before is being removed.
	moveLeaving
)

// move is the move of a log to another directory.
type move struct {
	phase movePhase
	// to is the directory of the copy; in moveLeaving the one that was left.
	to kafka.DirID
	// assigned says that the controller was asked to write the directory of the copy down.
	assigned bool
	// wanted is where the log is to be in the end, if another move is to follow; else zero.
	wanted kafka.DirID
	// asked is who asked last, while waits is true.
	op    msg.Op
	slot  int32
	waits bool
}

// Moving is the directory that the log is being copied to; zero if there is none.
func (r *Replica) Moving() kafka.DirID {
	switch r.move.phase {
	case moveBeginning, moveCopying, moveFinishing, moveFinished:
		return r.move.to
	}
	return kafka.DirID{}
}

// LeftDir is the directory that a log which has moved was in.
func (r *Replica) LeftDir() kafka.DirID { return r.move.to }

// HomeDir is the directory whose checkpoints keep the log's line whatever comes: until the copy has the log's
// name that is where the log was, though the metadata names the other one.
func (r *Replica) HomeDir() kafka.DirID {
	if r.move.phase == moveSwapping {
		return r.move.to
	}
	return r.dir
}

// frozen tells that nothing may be appended, and the log start must stay.
func (r *Replica) frozen() bool {
	return r.move.phase >= moveFinishing && r.move.phase <= moveReturning
}

// HandingOver tells that the copy is whole and the metadata may name either directory.
func (r *Replica) HandingOver() bool {
	return r.move.phase >= moveFinished && r.move.phase <= moveReturning
}

// Returning tells that the replica is to be assigned to the directory where it is.
func (r *Replica) Returning() bool { return r.move.phase == moveReturning }

// MoveTo asks for the log to be moved to a directory, which may be the one where it is. The answer, in
// Out.Moved, comes when the wish is durable. A later wish replaces an earlier one.
func (r *Replica) MoveTo(dir kafka.DirID, m *msg.MoveLog) {
	if !r.isOpen() {
		r.out().Moved = append(r.out().Moved, msg.MovedLog{Op: m.Op, Slot: m.Slot, Err: kafka.ErrReplicaNotAvailable})
		return
	}
	r.answerMove(kafka.None)
	r.move.op, r.move.slot, r.move.waits = m.Op, m.Slot, true
	r.moveTo(dir)
}

// Resume goes on with a move that an earlier run of the broker did not end.
func (r *Replica) Resume(dir kafka.DirID) {
	if r.isOpen() && r.move.phase == moveNone {
		r.moveTo(dir)
	}
}

func (r *Replica) moveTo(dir kafka.DirID) {
	v := &r.move
	if !v.wanted.IsZero() && v.wanted != dir {
		r.note(Note{Kind: NoteMoveOvertaken, Dir: v.wanted})
	}
	switch {
	case (v.phase == moveNone || v.phase == moveSwapping || v.phase == moveReturning) && dir == r.dir,
		(v.phase == moveCopying || v.phase == moveFinishing || v.phase == moveFinished) && dir == v.to:
		v.wanted = kafka.DirID{}
		r.answerMove(kafka.None)
	case v.phase == moveNone:
		r.beginMove(dir)
	case v.phase == moveCopying:
		v.wanted = dir
		r.giveUp()
	default: // what is under way ends first
		v.wanted = dir
	}
}

func (r *Replica) beginMove(dir kafka.DirID) {
	r.stopCompaction()
	r.move.phase, r.move.to, r.move.wanted = moveBeginning, dir, kafka.DirID{}
	r.note(Note{Kind: NoteMoving, Dir: dir})
	r.moveOp(port.OpBeginCopy, dir)
}

// giveUp ends a move for another that was asked for.
func (r *Replica) giveUp() {
	r.note(Note{Kind: NoteMoveGivenUp, Dir: r.move.to})
	r.clearMove()
}

// clearMove has the copy under way removed.
func (r *Replica) clearMove() {
	r.move.phase = moveClearing
	r.moveOp(port.OpRemoveCopy, r.move.to)
}

func (r *Replica) moveOp(kind port.LogOpKind, dir kafka.DirID) {
	r.out().Ops = append(r.out().Ops, port.LogOp{
		Kind: kind, Log: r.log, Gen: r.gen, Epoch: r.lead.Epoch, Open: &port.OpenSpec{Topic: r.options.Topic, Dir: dir},
	})
}

// moveDone takes the completion of an operation on a copy. Those of a move that was given up find another
// phase, and count for nothing.
func (r *Replica) moveDone(d *port.LogDone) {
	v := &r.move
	if !r.isOpen() {
		return
	}
	switch {
	case d.Kind == port.OpBeginCopy && v.phase == moveBeginning:
		r.begun(d)
	case d.Kind == port.OpCopy && v.phase == moveCopying:
		if d.Fail != port.FailNone {
			r.moveFailed(d)
			return
		}
		v.phase = moveFinishing
		r.moveOp(port.OpFinishCopy, v.to) // the log is the copy's, but for what was appended since
		op := &r.out().Ops[len(r.out().Ops)-1]
		op.End, op.Snapshot = r.assigned, r.fold.AppendSnapshot(nil)
	case d.Kind == port.OpFinishCopy && v.phase == moveFinishing:
		if d.Fail != port.FailNone {
			r.moveFailed(d)
			return
		}
		if !v.wanted.IsZero() {
			r.giveUp()
			r.announce(false)
			return
		}
		v.phase = moveFinished
		r.out().HandOver = true
	case d.Kind == port.OpSwap && v.phase == moveSwapping:
		r.swapped(d)
	case d.Kind == port.OpRemoveCopy && (v.phase == moveClearing || v.phase == moveLeaving):
		r.removed(d)
	}
}

// begun goes on when the wish to move is durable.
func (r *Replica) begun(d *port.LogDone) {
	v := &r.move
	switch {
	case d.Fail != port.FailNone:
		r.moveFailed(d)
	case !v.wanted.IsZero() && v.wanted != v.to:
		r.giveUp()
	default:
		v.phase, v.wanted = moveCopying, kafka.DirID{}
		r.answerMove(kafka.None)
		r.moveOp(port.OpCopy, v.to)
	}
}

// removed goes on when a copy is out of the way. One that is not stays in a directory that failed.
func (r *Replica) removed(d *port.LogDone) {
	v := &r.move
	if d.Fail != port.FailNone {
		r.note(Note{Kind: NoteMoveFailed, Dir: v.to, Fail: d.Fail, Text: d.Fail.String() + " in " + d.Kind.String()})
		r.out().FailedDir = v.to
		r.answerMove(kafka.ErrKafkaStorageError)
		r.endMove()
		return
	}
	r.goOn()
}

// moveFailed ends a move whose copy failed before the metadata named it.
func (r *Replica) moveFailed(d *port.LogDone) {
	v := &r.move
	if d.Fail == port.FailTarget {
		r.out().FailedDir = v.to // and with it the copy; see TargetFailed
		return
	}
	r.note(Note{Kind: NoteMoveFailed, Dir: v.to, Fail: d.Fail, Text: d.Fail.String() + " in " + d.Kind.String()})
	r.answerMove(kafka.ErrKafkaStorageError)
	v.wanted = kafka.DirID{}
	r.clearMove()
	r.announce(false)
}

// Assigned says that the controller is asked to write the directory of the copy down.
func (r *Replica) Assigned() { r.move.assigned = true }

// TargetFailed says that the directory of the copy is offline.
func (r *Replica) TargetFailed() {
	v := &r.move
	switch v.phase {
	case moveNone, moveReturning, moveSwapping, moveLeaving:
		return
	case moveFinished:
		if v.assigned {
			return // until the metadata names it
		}
	}
	if v.phase != moveClearing {
		r.note(Note{Kind: NoteMoveFailed, Dir: v.to, Fail: port.FailTarget, Text: "the log directory failed"})
	}
	r.moveOp(port.OpForgetCopy, v.to)
	r.answerMove(kafka.ErrKafkaStorageError)
	r.endMove()
}

// WantedIn is the directory that the log is to be moved to when what is under way has ended; zero if none.
func (r *Replica) WantedIn() kafka.DirID { return r.move.wanted }

// WantedFailed says that it is offline. What is under way goes on.
func (r *Replica) WantedFailed() {
	r.move.wanted = kafka.DirID{}
	r.answerMove(kafka.ErrKafkaStorageError)
}

// Named says that the metadata names the directory of the copy, which is online or not.
func (r *Replica) Named(online bool) {
	v := &r.move
	if v.phase != moveFinished {
		panic("BUG: the metadata names a copy that is not whole")
	}
	if !online {
		r.giveBack(Note{Fail: port.FailTarget, Text: "the log directory failed"})
		r.moveOp(port.OpForgetCopy, v.to)
		return
	}
	v.phase = moveSwapping
	r.moveOp(port.OpSwap, v.to)
	r.out().Ops[len(r.out().Ops)-1].End = r.assigned
	r.dir, v.to = v.to, r.dir
}

// FutureLine is the line of the copy, which is whole, in the checkpoints of its directory.
func (r *Replica) FutureLine() port.Checkpoint {
	clean := r.compacted
	if r.sparse { // in the other directory nothing but its line says so
		clean = max(clean, 0)
	}
	return port.Checkpoint{
		Topic: r.options.Topic, Partition: r.log.Partition,
		RecoveryPoint: r.written, LogStart: r.startOnDisk, HighWatermark: r.high, Clean: clean,
	}
}

// giveBack has the replica assigned to the directory where it is. Whoever wished for that has it; a wish
// for another fails, as every wish does while a directory is offline.
func (r *Replica) giveBack(why Note) {
	why.Kind, why.Dir = NoteMoveFailed, r.move.to
	r.note(why)
	if r.move.wanted == r.dir {
		r.answerMove(kafka.None)
	} else {
		r.answerMove(kafka.ErrKafkaStorageError)
	}
	r.move.phase, r.move.wanted = moveReturning, kafka.DirID{}
	r.out().GiveBack = true
}

// Returned says that the metadata names the directory where the log is.
func (r *Replica) Returned() {
	if r.move.phase != moveReturning {
		panic("BUG: a log is given back that was not to be")
	}
	r.goOn()
}

// goOn ends the move, and begins the one that was asked for meanwhile.
func (r *Replica) goOn() {
	wanted := r.move.wanted
	r.endMove()
	if !wanted.IsZero() {
		r.moveTo(wanted)
	}
}

// swapped follows the renaming of the copy.
func (r *Replica) swapped(d *port.LogDone) {
	v := &r.move
	if d.Fail != port.FailNone {
		failed := r.dir
		r.dir, v.to = v.to, r.dir
		r.giveBack(Note{Fail: d.Fail, Text: d.Fail.String() + " in " + d.Kind.String()})
		r.moveOp(port.OpForgetCopy, failed)
		r.out().FailedDir = failed
		return
	}
	r.setFlushed(d.End)
	v.phase = moveLeaving
	r.note(Note{Kind: NoteMoved, Dir: r.dir})
	r.out().Left = true
	r.advance(false)
	r.announce(false)
}

// Leave has what the log was before removed, unless its directory is offline.
func (r *Replica) Leave(online bool) {
	if online {
		r.moveOp(port.OpRemoveCopy, r.move.to)
		return
	}
	r.goOn()
}

// endMove ends the move; what waited for room to append goes on.
func (r *Replica) endMove() {
	frozen := r.frozen()
	v := &r.move
	*v = move{op: v.op, slot: v.slot, waits: v.waits}
	if frozen {
		r.announce(false)
	}
}

// dropMove forgets the move of a log that is not open any more; who waits is told err. Of a log that was
// closed or failed the copy stays, for the next start to go on with.
func (r *Replica) dropMove(err kafka.ErrorCode) {
	r.answerMove(err)
	r.move = move{}
}

// deleteMove has the copy of a log that is about to be deleted removed.
func (r *Replica) deleteMove() {
	if r.move.phase != moveNone && r.move.phase != moveReturning {
		r.moveOp(port.OpRemoveCopy, r.move.to)
	}
	r.dropMove(kafka.ErrUnknownTopicOrPartition)
}

func (r *Replica) answerMove(err kafka.ErrorCode) {
	if r.move.waits {
		r.move.waits = false
		r.out().Moved = append(r.out().Moved, msg.MovedLog{Op: r.move.op, Slot: r.move.slot, Err: err})
	}
}
