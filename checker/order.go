package checker

import (
	"cmp"
	"slices"

	"momus/core/kafka"
)

// checkSends demands of each client's acknowledged batches that later sends landed later: if the
// first was acknowledged before the second was sent, or both are of one idempotent producer.
func (j *judge) checkSends(l *log) {
	latest := map[int32]*ProduceOp{} // by client
	for _, op := range l.produces {
		b := op.acked()
		if b == nil || b.offset(0) == kafka.NoOffset {
			continue
		}
		before := latest[op.Client]
		latest[op.Client] = op
		if before == nil {
			continue
		}
		a := before.acked()
		inOrder := a.End < op.Attempts[0].Start || sameSession(before, op)
		if last := a.offset(before.Count - 1); inOrder && b.offset(0) <= last && !l.mayLose(b.offset(0), min(a.Start, b.Start), max(a.End, b.End)) && !l.mayRepeat(before) {
			j.flag(SendBack, []Event{a.Start, a.End, b.Start, b.End},
				"%s-%d: client %d sent value %d, which landed at offset %d, and then value %d, which landed at %d",
				op.Topic, op.Partition, op.Client, before.First, a.offset(0), op.First, b.offset(0))
			return
		}
	}
}

func sameSession(a, b *ProduceOp) bool {
	return a.Producer != noProducer && a.Producer == b.Producer && a.Epoch == b.Epoch
}

// checkLogOrder demands of the final read that batches are whole, that what one idempotent producer
// or one connection sent lies in the order of sending, and that no sequence is left out. A power
// loss excuses none of it: it takes a suffix, with all that was sent after.
func (j *judge) checkLogOrder(l *log) {
	if l.read == nil {
		return
	}
	sessions, conns := map[producerEpoch]Value{}, map[int64]Value{}
	for _, r := range l.read.Records {
		op := j.writer(r.Value)
		if op == nil || len(op.Attempts) == 0 {
			continue
		}
		var last Value
		switch {
		case op.Producer != noProducer:
			key := producerEpoch{op.Producer, op.Epoch}
			if last = sessions[key]; last > r.Value && l.mayRepeat(op) {
				continue
			}
			sessions[key] = r.Value
		case len(op.Attempts) == 1:
			last = conns[op.Attempts[0].Conn]
			conns[op.Attempts[0].Conn] = r.Value
		}
		if last > r.Value {
			j.flag(LogOrder, []Event{op.Attempts[0].Start, l.read.Finish},
				"%s-%d: value %d at offset %d lies behind value %d, which client %d sent later",
				l.topic.name, l.partition, r.Value, r.Offset, last, op.Client)
			return
		}
	}
	j.checkWhole(l)
	j.checkSequences(l)
	j.checkEpochs(l)
}

// producerEpoch is a producer in one epoch.
type producerEpoch struct {
	producer kafka.ProducerID
	epoch    kafka.ProducerEpoch
}

// checkEpochs demands of the final read that nothing of an epoch lies behind a later epoch of the same producer,
// unless the producer expired. What was sent may arrive much later than its sender gave it up.
func (j *judge) checkEpochs(l *log) {
	newest := map[kafka.ProducerID]*ProduceOp{}
	for _, r := range l.read.Records {
		op := j.writer(r.Value)
		if op == nil || op.Producer == noProducer || len(op.Attempts) == 0 {
			continue
		}
		top := newest[op.Producer]
		switch {
		case top == nil || op.Epoch >= top.Epoch:
			newest[op.Producer] = op
		case !l.forgotten(op.Producer, top.Attempts[0].Start, op.lastLanding()):
			j.flag(Fencing, []Event{top.Attempts[0].Start, op.Attempts[0].Start, l.read.Finish},
				"%s-%d: value %d of epoch %d of producer id %d at offset %d lies behind value %d of epoch %d",
				l.topic.name, l.partition, r.Value, op.Epoch, op.Producer, r.Offset, top.First, top.Epoch)
			return
		}
	}
}

// checkWhole demands that a batch is there as a whole or not at all, unless the log begins within it, or compaction
// took the rest, or both.
func (j *judge) checkWhole(l *log) {
	for _, op := range l.produces {
		there := int32(0)
		for i := range op.Count {
			if l.find(op.First+Value(i)) != kafka.NoOffset {
				there++
			}
		}
		if there > 0 && there < op.Count && !j.restMayBeGone(l, op) {
			j.flag(TornBatch, []Event{op.Attempts[0].Start, l.read.Finish}, "%s-%d: of the %d values from %d on that were sent as a batch, %d are there",
				op.Topic, op.Partition, op.Count, op.First, there)
			return
		}
	}
}

// restMayBeGone tells whether each value of a batch that is missing, while others are there, lay below the log start
// or may have been compacted away: the log may begin within a batch that was sifted before (seed 3754704077).
func (j *judge) restMayBeGone(l *log, op *ProduceOp) bool {
	base := l.base(op)
	for i := range op.Count {
		v, at := op.First+Value(i), base+kafka.Offset(i)
		if l.find(v) == kafka.NoOffset && at >= l.read.LogStart &&
			!j.mayBeCompacted(l, v, at, op.Attempts[0].Start, l.read.Finish) {
			return false
		}
	}
	return true
}

// siftedOut tells whether those values of a batch that are missing may have been compacted away.
func (j *judge) siftedOut(l *log, op *ProduceOp) bool {
	base := l.base(op)
	for i := range op.Count {
		at := kafka.NoOffset
		if base != kafka.NoOffset {
			at = base + kafka.Offset(i)
		} else if a := op.acked(); a != nil {
			at = a.offset(i)
		}
		if v := op.First + Value(i); l.find(v) == kafka.NoOffset && !j.mayBeCompacted(l, v, at, op.Attempts[0].Start, l.read.Finish) {
			return false
		}
	}
	return true
}

// checkSequences demands that between two batches of one idempotent session no batch is missing,
// unless the producer expired after the first of the two. A batch that came behind the expiry may have gone
// with a power loss, and with it all that was known of the producer. A first one that lies behind the second
// was taken once more (checkLogOrder says whether it may have been), and is not where the two were next to
// one another:
//
//  1. batches 0 to 3 are taken, and DeleteRecords has the log begin behind them,
//  2. batch 4 is taken, and the producer expires,
//  3. batch 0 is sent again, and taken as if it were new (seed 1341).
func (j *judge) checkSequences(l *log) {
	var ops []*ProduceOp
	for _, op := range l.produces {
		if op.Producer != noProducer && len(op.Attempts) > 0 && !op.tooLarge() {
			ops = append(ops, op)
		}
	}
	slices.SortStableFunc(ops, func(a, b *ProduceOp) int {
		return cmp.Or(cmp.Compare(a.Producer, b.Producer), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.First, b.First))
	})
	var missing, before *ProduceOp // before is the last that is there
	for i, op := range ops {
		if i == 0 || !sameSession(ops[i-1], op) {
			missing, before = nil, nil
		}
		if missing != nil && l.forgotten(op.Producer, before.Attempts[0].Start, op.lastLanding()) {
			missing = nil // whatever came next was taken
		}
		if missing != nil && op.Sequence == missing.Sequence {
			missing = nil // its sender gave it up, and its sequence to this one: no gap
		}
		at := l.base(op)
		if at != kafka.NoOffset && before != nil && l.base(before) > at {
			missing = nil
		}
		switch there := at != kafka.NoOffset; {
		case there && missing != nil:
			j.flag(SequenceGap, []Event{missing.Attempts[0].Start, op.Attempts[0].Start, l.read.Finish},
				"%s-%d: producer id %d has sequence %d (value %d) in the log, but not %d (value %d)",
				op.Topic, op.Partition, op.Producer, op.Sequence, op.First, missing.Sequence, missing.First)
			return
		case there:
			before = op
		case before != nil && missing == nil && !j.siftedOut(l, op) && !l.mayHaveGoneWhole(op, before):
			missing = op
		}
	}
}
