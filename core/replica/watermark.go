package replica

import (
	"slices"
	"sort"

	"momus/core/kafka"
)

// advance moves the high watermark as far as the ISR allows, answers who waited for it or for the
// own end, and tells parked fetches. changed is as in announce.
func (r *Replica) advance(changed bool) {
	moved := false
	if r.leads && (r.role == RoleLeader || r.role == RoleClosing) {
		if end := r.committable(); end > r.high {
			r.high = end
			r.committedBytes = r.bytesBelow(end)
			r.forgetMarks()
			moved = true
		}
	}
	if len(r.local) > 0 {
		r.local = release(r.local, r.selfEnd(), r.acknowledge)
	}
	if len(r.all) > 0 {
		r.all = release(r.all, r.high, r.acknowledgeAll)
	}
	if moved || changed {
		r.announce(changed)
	}
}

// committable is the end that every member of the ISR is known to hold. Nothing is known yet of
// other members than this one: with them the high watermark stands still.
func (r *Replica) committable() kafka.Offset {
	if len(r.lead.ISR) < r.minISR() {
		return r.high
	}
	for _, member := range r.lead.ISR {
		if member != r.options.Self {
			return r.high
		}
	}
	return r.selfEnd()
}

// bytesBelow is how many bytes the log had got since it was opened when its end was end, which
// must be the end of an append or lie below all that were remembered.
func (r *Replica) bytesBelow(end kafka.Offset) int64 {
	if end == r.assigned {
		return r.assignedBytes
	}
	i := sort.Search(len(r.marks), func(i int) bool { return r.marks[i].end > end })
	if i == 0 {
		return r.committedBytes
	}
	return r.marks[i-1].bytes
}

// forgetMarks drops those below the high watermark.
func (r *Replica) forgetMarks() {
	n := 0
	for n < len(r.marks) && r.marks[n].end <= r.high {
		n++
	}
	r.marks = slices.Delete(r.marks, 0, n)
}

// hasRoom tells whether more may be assigned while so much is not yet written, or the log moves.
func (r *Replica) hasRoom() bool {
	return !r.frozen() && r.assignedBytes-r.writtenBytes < r.options.AppendQueueBytes
}
