package checker

import (
	"slices"

	"momus/core/kafka"
)

// findExpiries gives each log the producers that it forgot.
func (j *judge) findExpiries() {
	for i := range j.h.Expiries {
		e := &j.h.Expiries[i]
		if l := j.known(e.Log); l != nil {
			l.expiries = append(l.expiries, e)
		}
	}
}

// forgotten tells whether the log forgot a producer between two events.
func (l *log) forgotten(p kafka.ProducerID, after, before Event) bool {
	return slices.ContainsFunc(l.expiries, func(e *Expiry) bool {
		return e.Producer == p && e.Event > after && e.Event < before
	}) || slices.ContainsFunc(l.forgets, func(e Event) bool { return e > after && e < before })
}

// mayRepeat tells whether a batch that was sent more than once may be there twice, since its producer
// expired: nobody remembers then what it wrote, and takes any sequence (KIP-360). One of the attempts may
// have arrived much later than its sender gave it up.
func (l *log) mayRepeat(op *ProduceOp) bool {
	return op != nil && op.Producer != noProducer && len(op.Attempts) > 1 &&
		l.forgotten(op.Producer, op.Attempts[0].Start, op.lastLanding())
}

// has tells whether the final read has a value at an offset.
func (l *log) has(v Value, o kafka.Offset) bool {
	return slices.ContainsFunc(l.found, func(r Record) bool { return r.Value == v && r.Offset == o })
}

// checkExpiries demands of the first expiry of each producer that it had been idle for long enough:
// by the node's clock, and the timestamps of what it wrote last. What is in doubt is the last batch that
// is known to be there, and each later one that may be.
func (j *judge) checkExpiries(l *log) {
	for i, e := range l.expiries {
		again := slices.ContainsFunc(l.expiries[:i], func(o *Expiry) bool { return o.Producer == e.Producer })
		if again || l.damagedBefore(e.Event) {
			continue
		}
		last, known := kafka.Wall(0), false
		for _, op := range l.produces {
			a := op.acked()
			switch {
			case op.Producer != e.Producer || len(op.Attempts) == 0 || op.Attempts[0].Start > e.Event:
			case a != nil && a.End < e.Event && !l.mayGo(a.lastOffset(op), a.Start, e.Event):
				last, known = op.Latest, true
			default:
				last = min(last, op.Latest)
			}
		}
		// A broker that writes its own timestamps (Latest is 0) tells nobody of them.
		if known && last > 0 && e.Wall-last < kafka.Wall(j.h.Expiration) {
			j.flag(Expired, []Event{e.Event}, "%s-%d: producer id %d was forgotten at time %d, but wrote at time %d, and producer.id.expiration.ms is %d",
				l.topic.name, l.partition, e.Producer, e.Wall, last, j.h.Expiration)
		}
	}
}
