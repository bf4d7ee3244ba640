package checker

import (
	"math"
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

// checkExpiries demands of the expiry of each producer that it had been idle for long enough:
// by the node's clock, and the timestamps of what it wrote last. What is in doubt is the last batch that
// is known to be there, each later one that may be, and an older one that may have been taken again since (seed 21058).
func (j *judge) checkExpiries(l *log) {
	for _, e := range l.expiries {
		last, known, since := kafka.Wall(0), false, Event(0)
		for _, op := range l.produces {
			if op.Producer != e.Producer || len(op.Attempts) == 0 || op.Attempts[0].Start > e.Event {
				continue
			}
			a, latest := op.acked(), l.latestOf(op)
			switch {
			case a != nil && l.damagedAt(a.offset(0), e.Event):
				last, known = 0, false // the damage may be in its timestamp
			case a != nil && a.End < e.Event && !l.mayGo(a.lastOffset(op), a.Start, e.Event):
				last, known, since = latest, true, a.Start
			default:
				last = min(last, latest)
			}
		}
		last = min(last, l.oldestAgain(e, since))
		if j.h.Expiration == 0 {
			continue // nobody says how long
		}
		// Where the broker writes its own timestamps, nobody is told of them who does not read the batch.
		if known && last > 0 && e.Wall-last < kafka.Wall(j.h.Expiration) {
			j.flag(Expired, []Event{e.Event}, "%s-%d: producer id %d was forgotten at time %d, but wrote at time %d, and producer.id.expiration.ms is %d",
				l.topic.name, l.partition, e.Producer, e.Wall, last, j.h.Expiration)
		}
	}
}

// oldestAgain is the least of the greatest timestamps of the batches that may have come once more between an event and
// an expiry: they were sent when their producer had been forgotten before, so that any sequence was taken.
func (l *log) oldestAgain(e *Expiry, since Event) kafka.Wall {
	oldest := kafka.Wall(math.MaxInt64)
	for _, op := range l.produces {
		if op.Producer == e.Producer && len(op.Attempts) > 1 && op.lastLanding() > since &&
			l.forgotten(op.Producer, op.Attempts[0].Start, min(op.lastLanding(), e.Event)) {
			oldest = min(oldest, l.latestOf(op))
		}
	}
	return oldest
}

// latestOf is the greatest timestamp of a batch: as it was sent, or where the broker writes its own as somebody
// read it; 0 if nobody did, or if that may have been another copy of it.
func (l *log) latestOf(op *ProduceOp) kafka.Wall {
	if op.Latest != 0 || l.mayRepeat(op) {
		return op.Latest
	}
	latest := kafka.Wall(0)
	see := func(records []Record) {
		for i := range records {
			if v := records[i].Value; op.First <= v && v < op.First+Value(op.Count) {
				latest = max(latest, records[i].Timestamp)
			}
		}
	}
	for _, p := range l.polls {
		see(p.Records)
	}
	if l.read != nil {
		see(l.read.Records)
	}
	return latest
}
