package checker

import (
	"slices"

	"momus/core/kafka"
)

// observation is a record as it was read, with the events between which it was there.
type observation struct {
	record   *Record
	from, to Event
}

// checkEpochEnds holds each answer to OffsetForLeaderEpoch against the records that were read, which carry
// the epoch of the leader that took them: below the end that was told there are none of a later epoch
// than the one that was told, and from it on none of an epoch up to the one asked for which were there
// when the question came, unless a power loss took them or the log start went past them. A consumer that goes by the answer would
// else keep what is gone, or throw away what is there.
func (j *judge) checkEpochEnds(l *log) {
	if len(l.epochEnds) == 0 {
		return
	}
	var all []observation
	for _, p := range l.polls {
		for i := range p.Records {
			all = append(all, observation{&p.Records[i], p.Start, p.End})
		}
	}
	if l.read != nil {
		for i := range l.read.Records {
			all = append(all, observation{&l.read.Records[i], l.read.Start, l.read.Finish})
		}
	}
	for _, q := range l.epochEnds {
		if q.Epoch > q.Asked || (q.Epoch == kafka.NoLeaderEpoch) != (q.End == kafka.NoOffset) {
			j.flag(EpochEnd, []Event{q.Start, q.Answer}, "%s-%d: asked for the end of epoch %d, client %d was told epoch %d and offset %d",
				l.topic.name, l.partition, q.Asked, q.Client, q.Epoch, q.End)
			return
		}
		for i := range all {
			if !j.fits(l, q, &all[i]) {
				return
			}
		}
	}
}

// passed tells whether the log start went past an offset before an event: of what lies below it the
// epochs are forgotten.
func (l *log) passed(o kafka.Offset, before Event) bool {
	return slices.ContainsFunc(l.moves, func(m *StartMove) bool { return m.From <= o && o < m.To && m.Event < before })
}

// epochForgotten tells whether a power loss had taken where the record's epoch began, and compaction the record, so that
// its epoch seems to begin later, or not to have been (seed 22342).
func (l *log) epochForgotten(o *observation, q *EpochEndOp) bool {
	r := o.record
	return r.Offset < q.End && o.to < q.Start && !l.has(r.Value, r.Offset) && l.maySlacken(q.Answer) &&
		slices.ContainsFunc(l.epochsForgot, func(e Event) bool { return e > o.from && e < q.Answer })
}

// fits compares one answer with one record.
func (j *judge) fits(l *log, q *EpochEndOp, o *observation) bool {
	r := o.record
	wrong := false
	switch {
	case q.End == kafka.NoOffset: // every epoch of the log is older
		wrong = r.Epoch >= q.Asked && o.to < q.Start
	case r.Offset < q.End:
		wrong = r.Epoch > q.Epoch
	default:
		wrong = r.Epoch <= q.Asked && o.to < q.Start
	}
	if !wrong || l.mayLose(r.Offset, min(o.from, q.Start), max(o.to, q.Answer)) || l.damagedAt(r.Offset, max(o.to, q.Answer)) ||
		l.passed(r.Offset, q.Answer) || l.epochForgotten(o, q) {
		return true
	}
	j.flag(EpochEnd, []Event{q.Start, q.Answer, o.from, o.to},
		"%s-%d: asked for the end of epoch %d, client %d was told epoch %d and offset %d, but offset %d is of epoch %d",
		l.topic.name, l.partition, q.Asked, q.Client, q.Epoch, q.End, r.Offset, r.Epoch)
	return false
}
