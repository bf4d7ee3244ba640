package replica

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// trim is a DeleteRecords that waits until a log start is saved.
type trim struct {
	start kafka.Offset
	op    msg.Op
	slot  int32
}

// DeleteRecords moves the log start up to an offset, of which nothing below can be read from then on
// (KIP-107). Of a topic that is only compacted nothing is deleted: POLICY_VIOLATION. One without any
// policy lets itself be deleted from in this way and no other. Segments that lie below as a whole go at once, the active one stays, as in Kafka; so does
// what is known of producers. The offset is at most the high watermark, which -1 stands for; one that
// the log start has passed already asks for nothing.
//
// Kafka answers when the start has moved in memory, and forgets it if it dies within a minute: the
// records are there again. Here the answer waits until a checkpoint names the start, so that what
// was deleted at somebody's wish stays deleted, whatever happens.
func (r *Replica) DeleteRecords(m *msg.DeleteRecords) {
	to := m.Offset
	if to == msg.HighWatermark {
		to = r.high
	}
	err := r.leadership(kafka.NoLeaderEpoch)
	switch {
	case err != kafka.None:
	case r.frozen(): // for a moment, while the log moves
		r.reached(port.MarkTrimFrozen)
		err = kafka.ErrNotLeaderOrFollower
	case r.cfg.Compact && !r.cfg.Delete:
		err = kafka.ErrPolicyViolation
	case to < 0 || to > r.high:
		r.reached(port.MarkTrimOutOfRange)
		err = kafka.ErrOffsetOutOfRange
	}
	if err != kafka.None {
		r.answerTrim(&trim{op: m.Op, slot: m.Slot}, err)
		return
	}
	if to > r.start {
		r.dropBelow(to, Note{Cause: CauseRequest, Limit: int64(m.Offset)})
	}
	r.trims = append(r.trims, trim{start: r.start, op: m.Op, slot: m.Slot})
	r.answerTrims()
	r.saveStart()
}

// dropBelow moves the log start to an offset that need not be the base of a segment.
func (r *Replica) dropBelow(to kafka.Offset, why Note) {
	n := 0
	for n < len(r.sealed) && r.segmentEnd(n) <= to {
		n++
	}
	if n == 0 {
		r.reached(port.MarkTrimWithin)
	}
	r.sealed = slices.Delete(r.sealed, 0, n)
	why.Kind, why.From, why.To = NoteStartMoved, r.start, to
	r.note(why)
	r.moveStart(to, false, nil)
}

// segmentEnd is where the segment after sealed segment i begins.
func (r *Replica) segmentEnd(i int) kafka.Offset { return r.extent(i + 1).base }

// saveStart asks for a checkpoint, if it would bring an answer.
func (r *Replica) saveStart() {
	if r.WantsStartSaved() {
		r.out().SaveStart = true
	}
}

// WantsStartSaved tells whether somebody waits for the log start that the disk has to be saved.
func (r *Replica) WantsStartSaved() bool { return len(r.trims) > 0 && r.startOnDisk > r.startSaved }

// StartSaved tells of a checkpoint that was written with a log start.
func (r *Replica) StartSaved(start kafka.Offset) {
	r.startSaved = max(r.startSaved, start)
	r.answerTrims()
}

// answerTrims answers those whose start is saved.
func (r *Replica) answerTrims() {
	n := 0
	for n < len(r.trims) && r.trims[n].start <= r.startSaved {
		r.answerTrim(&r.trims[n], kafka.None)
		n++
	}
	r.trims = slices.Delete(r.trims, 0, n)
}

// refuseTrims tells those who wait that nobody will see to it that their start is saved; it may be.
func (r *Replica) refuseTrims(err kafka.ErrorCode) {
	for i := range r.trims {
		r.reached(port.MarkTrimsRefused)
		r.answerTrim(&r.trims[i], err)
	}
	r.trims = nil
}

func (r *Replica) answerTrim(t *trim, err kafka.ErrorCode) {
	low := r.startSaved // there is one replica
	if err != kafka.None {
		low = kafka.NoOffset
	}
	r.out().Trimmed = append(r.out().Trimmed, msg.DeletedRecords{Op: t.op, Slot: t.slot, Err: err, LowWatermark: low})
}
