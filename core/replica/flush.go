package replica

import (
	"momus/core/kafka"
	"momus/core/port"
)

// flushIfDue asks for a flush when flush.messages records are not flushed, and sets the timer of
// flush.ms for the rest. While one flush is under way the next one waits, and then takes all that
// came meanwhile.
func (r *Replica) flushIfDue(now kafka.Now) {
	unflushed := r.assigned - max(r.flushed, r.flushing)
	switch {
	case unflushed == 0:
		r.flushAt = 0
	case r.flushLate && r.flushing == r.flushed, int64(unflushed) >= r.cfg.FlushMessages:
		r.flush()
	case r.flushAt == 0 && r.cfg.FlushInterval < never/kafka.Millis(kafka.Millisecond):
		r.flushAt = now.Mono.Add(r.cfg.FlushInterval.Nanos())
	}
}

// flush asks for everything assigned so far to be made durable, or has that done after the flush
// under way.
func (r *Replica) flush() {
	r.flushAt = 0
	if r.flushing > r.flushed {
		r.flushLate = true
		return
	}
	r.flushLate = false
	r.flushTo(r.assigned)
}

func (r *Replica) flushTo(end kafka.Offset) {
	if end <= r.flushing {
		return
	}
	r.flushing = end
	r.out().Ops = append(r.out().Ops, port.LogOp{
		Kind: port.OpFlush, Log: r.log, Gen: r.gen, Epoch: r.lead.Epoch, End: end,
	})
}
