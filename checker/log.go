package checker

import "momus/core/kafka"

// checkAcked demands that what was acknowledged is in the final read, at the offset that was told.
func (j *judge) checkAcked(l *log) {
	switch {
	case j.h.Listed && !l.topic.final:
		j.deletedLog(l)
		return
	case l.read == nil:
		for _, op := range l.produces {
			if op.acked() != nil {
				j.report.Undecided += int(op.Count)
			}
		}
		return
	}
	for _, op := range l.produces {
		if a := op.acked(); a != nil {
			j.checkAckedBatch(l, op, a)
		}
	}
	j.checkSuffix(l)
}

// deletedLog excuses what was acknowledged in a topic that is no more. That it may be gone at all
// is for checkTopics.
func (j *judge) deletedLog(l *log) {
	for _, op := range l.produces {
		if op.acked() != nil {
			j.report.ExcusedDeletion += int(op.Count)
		}
	}
}

func (j *judge) checkAckedBatch(l *log, op *ProduceOp, a *Attempt) {
	for i := range op.Count {
		told, found := a.offset(i), l.find(op.First+Value(i))
		switch {
		case found != kafka.NoOffset && told != kafka.NoOffset && found != told &&
			!j.mayHaveMoved(l, op, a, i):
			j.flag(MovedWrite, []Event{a.Start, a.End, l.read.Finish}, "%s-%d: value %d was acknowledged at offset %d and is at %d",
				op.Topic, op.Partition, op.First+Value(i), told, found)
			return
		case found != kafka.NoOffset:
		case l.mayHaveGone(told, op.Attempts[0].Start):
			j.report.ExcusedRetention++
		case j.mayBeCompacted(l, op.First+Value(i), told, op.Attempts[0].Start, l.read.Finish):
			j.report.ExcusedCompaction++
		case told != kafka.NoOffset && l.goneAt(told, a.Start, l.read.Finish):
			j.report.ExcusedDamage++
		case l.mayBeLost(told, a.Start) && l.onlyDamage(told, a.Start):
			j.report.ExcusedDamage++
		case l.mayBeLost(told, a.Start):
			j.report.ExcusedPowerLoss++
		default:
			check := Unseen
			if told != kafka.NoOffset && told < l.read.End {
				check = LostWrite
			}
			j.flag(check, []Event{a.Start, a.End, l.read.Finish},
				"%s-%d: value %d of client %d, acknowledged at offset %d, is not in the log, which ends at %d",
				op.Topic, op.Partition, op.First+Value(i), op.Client, told, l.read.End)
			return
		}
	}
}

// mayHaveMoved tells whether the i-th value of a batch may be at another offset than an acknowledgement told:
// it was sent again when a power loss had taken it, or is there as well, or was, since the producer had expired.
func (j *judge) mayHaveMoved(l *log, op *ProduceOp, a *Attempt, i int32) bool {
	told := a.offset(i)
	return op.lastStart() > a.Start && l.mayLose(told, a.Start, op.lastEnd()) ||
		l.mayRepeat(op) && (l.has(op.First+Value(i), told) || l.mayLose(told, a.Start, forever) || l.mayHaveGone(told, op.Attempts[0].Start) ||
			j.mayBeCompacted(l, op.First+Value(i), told, op.Attempts[0].Start, l.read.Finish) || l.gaveWay(op, i, told))
}

// mayBeLost is the excuse of a record that was acknowledged at an offset, if one was told.
func (l *log) mayBeLost(told kafka.Offset, after Event) bool {
	if told != kafka.NoOffset {
		return l.mayLose(told, after, forever)
	}
	for _, c := range l.losses {
		if c.at > after {
			return true
		}
	}
	return false
}

// checkSuffix demands that a power loss cost a suffix: if a record is gone, so is every later one
// that was there by then, unless it was sent again.
func (j *judge) checkSuffix(l *log) {
	var gone Event // the latest power loss by which something below is known to be gone
	var lost ack
	for _, k := range l.acks {
		found := l.find(k.value)
		if found != kafka.NoOffset && found != k.offset {
			continue // another copy of it, of which nobody was told; whether that may be is for checkAckedBatch
		}
		if found == kafka.NoOffset {
			if l.mayHaveGone(k.offset, k.op.Attempts[0].Start) || j.mayBeCompacted(l, k.value, k.offset, k.op.Attempts[0].Start, l.read.Finish) ||
				l.goneAt(k.offset, k.attempt.Start, l.read.Finish) {
				continue
			}
			if at, ok := l.lostAt(k.offset, k.attempt.Start, forever); ok && at > gone {
				gone, lost = at, k
			}
			continue
		}
		if k.attempt.End < gone && k.op.lastStart() < gone && k.offset > lost.offset {
			j.flag(Hole, []Event{lost.attempt.Start, k.attempt.End, gone},
				"%s-%d: value %d at offset %d was lost, but value %d at offset %d, as old, was not",
				k.op.Topic, k.op.Partition, lost.value, lost.offset, k.value, k.offset)
			return
		}
	}
}

// checkDense demands that the final read has every offset once, but for what was compacted or went unseen, and no value twice.
func (j *judge) checkDense(l *log) {
	if l.read == nil {
		return
	}
	r := l.read
	next := r.LogStart
	for i := range r.Records {
		next = skipControl(r.Control, next)
		if o := r.Records[i].Offset; o != next && (o < next || !l.gapMayHaveGone(next, o, r.Finish)) {
			j.flag(Hole, []Event{r.Finish}, "%s-%d: the final read has offset %d where %d should be", r.Topic, r.Partition, o, next)
			return
		}
		next = r.Records[i].Offset + 1
	}
	if next = skipControl(r.Control, next); next < r.End && !l.gapMayHaveGone(next, r.End, r.Finish) {
		j.flag(Hole, []Event{r.Finish}, "%s-%d: the final read ends at offset %d before the log's end %d", r.Topic, r.Partition, next, r.End)
	}
	for i := 1; i < len(l.found); i++ {
		if a, b := l.found[i-1], l.found[i]; a.Value == b.Value && !l.mayRepeat(j.writer(a.Value)) {
			j.flag(Duplicate, []Event{r.Finish}, "%s-%d: value %d lies at offsets %d and %d", r.Topic, r.Partition, a.Value, a.Offset, b.Offset)
			return
		}
	}
}

// skipControl is the first offset from next on that is not in a control batch.
func skipControl(control []Range, next kafka.Offset) kafka.Offset {
	for _, c := range control {
		if c.Start <= next && next < c.End {
			next = c.End
		}
	}
	return next
}
