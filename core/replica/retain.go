package replica

import (
	"slices"

	"momus/core/kafka"
	"momus/core/port"
)

// Cause says why a log start moved.
type Cause uint8

// The causes, with the numbers that a NoteStartMoved carries for each.
const (
	// CauseSize: more than retention.bytes (Limit) were kept; Found is what was kept before.
	CauseSize Cause = iota + 1
	// CauseTime: the youngest record (of time Found) was older than retention.ms (Limit).
	CauseTime
	// CauseRequest: somebody asked for it by DeleteRecords, for the offset Limit.
	CauseRequest
)

// extent is a segment that is not the active one any more.
type extent struct {
	base kafka.Offset
	size int64
	// top is the greatest timestamp, or -1; touched when its last batch came, by the wall clock,
	// or when the log was opened, which stands in for the file's time in Kafka.
	top, touched kafka.Wall
	// first is the greatest timestamp of the first batch, -1 if there is none or it is not known.
	first kafka.Wall
}

// youngest is the time that counts against retention.ms.
func (e *extent) youngest() kafka.Wall {
	if e.top >= 0 {
		return e.top
	}
	return e.touched
}

// Retain lets go of the oldest segments that cleanup.policy=delete does not want any more, in
// Kafka's order: first by retention.bytes, then by retention.ms (log.retention.check.interval.ms).
// Whole segments go, one after another from the start, each only if all of it is committed; the
// active one too, once it is rolled. A policy without delete keeps everything.
func (r *Replica) Retain(now kafka.Now) {
	if r.frozen() {
		r.reached(port.MarkRetainFrozen)
		return
	}
	// While segments are being replaced by smaller ones, nobody here knows how much is kept.
	if !r.isOpen() || r.compaction.phase == compactReplacing || !r.cfg.Delete {
		return
	}
	r.retainBytes(now)
	r.retainTime(now)
}

// retainBytes drops segments as long as retention.bytes are left without them. Bytes that are not
// written yet do not count: a crash may take them, and then too little would be left.
func (r *Replica) retainBytes(now kafka.Now) {
	if r.cfg.RetentionBytes < 0 {
		return
	}
	size := r.size()
	n, left := 0, size
	for n <= len(r.sealed) && r.droppable(n) && left-r.extent(n).size >= r.cfg.RetentionBytes {
		left -= r.extent(n).size
		n++
	}
	r.dropFirst(now, n, Note{Cause: CauseSize, Limit: r.cfg.RetentionBytes, Found: size})
}

// size is what the segments hold that is written.
func (r *Replica) size() int64 {
	size := r.active.size - (r.assignedBytes - r.writtenBytes)
	for i := range r.sealed {
		size += r.sealed[i].size
	}
	return size
}

// Size is the size of the log's segments in bytes, of a log that is open.
func (r *Replica) Size() (bytes int64, ok bool) {
	if !r.isOpen() {
		return 0, false
	}
	return r.size(), true
}

// retainTime drops segments whose records are all older than retention.ms. Both times are civil:
// a clock that is wrong keeps records too long, or not long enough, as in Kafka.
func (r *Replica) retainTime(now kafka.Now) {
	if r.cfg.Retention < 0 {
		return
	}
	n, youngest := 0, kafka.Wall(-1)
	if len(r.sealed) > 0 && !r.droppable(0) {
		r.reached(port.MarkRetainHeld)
	}
	for n <= len(r.sealed) && r.droppable(n) {
		e := r.extent(n)
		if kafka.Millis(now.Wall-e.youngest()) <= r.cfg.Retention {
			break
		}
		youngest = max(youngest, e.youngest())
		n++
	}
	r.dropFirst(now, n, Note{Cause: CauseTime, Limit: int64(r.cfg.Retention), Found: int64(youngest)})
}

// extent is segment i, of which the active one is the last.
func (r *Replica) extent(i int) extent {
	if i < len(r.sealed) {
		return r.sealed[i]
	}
	return r.active.extent()
}

// droppable tells whether segment i is committed as a whole, and holds anything if it is the active.
func (r *Replica) droppable(i int) bool {
	if i == len(r.sealed) {
		return r.active.size > 0 && r.assigned <= r.high
	}
	return r.segmentEnd(i) <= r.high
}

// dropFirst moves the log start behind the first n segments.
func (r *Replica) dropFirst(now kafka.Now, n int, why Note) {
	if n == 0 {
		return
	}
	roll := n > len(r.sealed)
	var snapshot []byte
	if roll {
		r.reached(port.MarkRetainAll)
		r.roll(now, r.assigned)
		snapshot = r.fold.AppendSnapshot(nil)
	}
	r.sealed = slices.Delete(r.sealed, 0, n)
	to := r.extent(0).base
	if to <= r.start {
		r.reached(port.MarkRetainTrimmed)
	}
	if to > r.start { // else DeleteRecords took them all already, and left their segment
		why.Kind, why.From, why.To = NoteStartMoved, r.start, to
		r.note(why)
	}
	r.moveStart(to, roll, snapshot)
}

// moveStart moves the log start to an offset, of which the segments below it are forgotten already.
func (r *Replica) moveStart(to kafka.Offset, roll bool, snapshot []byte) {
	r.start = to
	r.forgetEpochs()
	r.out().Ops = append(r.out().Ops, port.LogOp{
		Kind: port.OpAdvanceStart, Log: r.log, Gen: r.gen, Epoch: r.lead.Epoch, Base: to, Roll: roll,
		Snapshot: snapshot,
	})
	r.advance(true)
}

// startMoved follows the disk: only now may a checkpoint name the new start, for what lay below it
// is gone, and what lies above it durable. The files go when file.delete.delay.ms is over.
func (r *Replica) startMoved(now kafka.Now, start kafka.Offset) {
	r.startOnDisk = start
	// A start that moved within a segment leaves no files behind, so that there are no more purges than
	// segments that went.
	base := min(start, r.extent(0).base)
	if n := len(r.purges); n == 0 || r.purges[n-1].base != base {
		r.purges = append(r.purges, purge{at: now.Mono.Add(r.cfg.FileDeleteDelay.Delay()), base: base})
	}
	r.saveStart()
}

// purge says when files of segments below base are to go.
type purge struct {
	at   kafka.Mono
	base kafka.Offset
}

// purgeFiles has the files removed whose delay is over.
func (r *Replica) purgeFiles(now kafka.Now) {
	n := 0
	for n < len(r.purges) && r.purges[n].at <= now.Mono {
		n++
	}
	r.out().Ops = append(r.out().Ops, port.LogOp{Kind: port.OpPurge, Log: r.log, Gen: r.gen, Base: r.purges[n-1].base})
	if n > 1 {
		r.reached(port.MarkPurgeSeveral)
	}
	r.purges = slices.Delete(r.purges, 0, n)
}
