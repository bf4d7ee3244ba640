package replica

import (
	"momus/core/kafka"
	"momus/core/port"
)

// Lose says of a log that was never opened here that its directory is offline, or is not here any
// more, why in words: nobody knows what the log holds, so nobody is told.
func (r *Replica) Lose(_ kafka.Now, why string) {
	if r.role != RoleNew {
		panic("BUG: a log is lost that is " + r.role.String())
	}
	r.role, r.gone = RoleOffline, true
	r.note(Note{Kind: NoteFailed, Fail: port.FailMissing, Text: why})
	r.announce(true)
}

// DirFailed takes the replica offline with its directory (KIP-112), whatever state its log is in. What
// is under way may yet succeed or not, and counts for nothing.
func (r *Replica) DirFailed(_ kafka.Now) {
	if r.gone {
		return
	}
	r.gone = true
	switch r.role {
	case RoleOpening, RoleStandby, RoleLeader, RoleClosing:
		r.fail(port.FailIO, "its log directory failed")
	case RoleDeleting:
		r.gen++
		r.role = RoleDeleted
		r.note(Note{Kind: NoteDeleted})
	case RoleOffline:
	default: // nothing is open
		return
	}
	r.out().Ops = append(r.out().Ops, port.LogOp{Kind: port.OpForget, Log: r.log, Gen: r.gen})
}
