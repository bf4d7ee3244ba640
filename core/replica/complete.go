package replica

import (
	"momus/core/kafka"
	"momus/core/port"
)

// LogDone takes the completion of a log operation. Those of another generation are ignored: they
// speak of a log that is gone, or of an opening that is over.
func (r *Replica) LogDone(now kafka.Now, d *port.LogDone) {
	if d.Log != r.log {
		panic("BUG: a completion of another log")
	}
	if d.Gen != r.gen || r.role == RoleDeleted {
		return
	}
	if r.role == RoleDeleting {
		r.deletionDone(d)
		return
	}
	switch d.Kind {
	case port.OpBeginCopy, port.OpCopy, port.OpFinishCopy, port.OpSwap, port.OpRemoveCopy, port.OpForgetCopy:
		r.moveDone(d)
		return
	case port.OpClean, port.OpReplace, port.OpStopClean:
		if d.Fail != port.FailIO && d.Fail != port.FailNoSpace {
			r.compactDone(now, d)
			return
		}
	}
	if d.Fail != port.FailNone {
		r.fail(d.Fail, d.Fail.String()+" in "+d.Kind.String())
		return
	}
	switch d.Kind {
	case port.OpOpen:
		r.opened(now, d.Opened)
	case port.OpAppend:
		r.appended(now, d.End)
	case port.OpFlush:
		r.setFlushed(d.End)
		if r.isOpen() {
			r.flushIfDue(now)
		}
		r.advance(false)
	case port.OpAdvanceStart:
		r.startMoved(now, d.End)
	case port.OpPurge, port.OpForget:
	case port.OpClose:
		r.closed(d.End)
	default:
		panic("BUG: a completion of an operation that no replica asks for")
	}
}

// deletionDone waits for the end of the deletion. Whether or not all files could be removed, the
// topic id is gone; what is left of the directory is not opened again.
func (r *Replica) deletionDone(d *port.LogDone) {
	if d.Kind != port.OpDelete {
		return
	}
	if d.Fail != port.FailNone {
		r.note(Note{Kind: NoteFailed, Fail: d.Fail, Text: d.Fail.String() + " in delete"})
	}
	r.role = RoleDeleted
	r.note(Note{Kind: NoteDeleted})
}

func (r *Replica) appended(now kafka.Now, end kafka.Offset) {
	if end <= r.written || end > r.assigned {
		panic("BUG: an append ends where none was asked for")
	}
	full := !r.hasRoom()
	r.written = end
	r.writtenBytes = r.bytesBelow(end)
	r.advance(false)
	if full && r.hasRoom() {
		r.announce(false) // produce that waits in its connection goes on
	}
	if r.isOpen() {
		r.flushIfDue(now)
	}
}

func (r *Replica) setFlushed(end kafka.Offset) {
	if end < r.flushed || end > r.written {
		panic("BUG: a flush ends where none was asked for")
	}
	if end > r.flushed {
		r.note(Note{Kind: NoteFlushed, From: r.flushed, To: end})
	}
	r.flushed = end
	r.flushing = max(r.flushing, end)
}
