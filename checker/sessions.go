package checker

import (
	"cmp"
	"slices"

	"momus/core/kafka"
)

// windowBatches is how many batches of a producer a broker remembers (KAFKA-5494).
const windowBatches = 5

// checkInits demands that no producer id is given to two producers, ever.
func (j *judge) checkInits() {
	given := map[kafka.ProducerID]*Init{}
	for i := range j.h.Inits {
		in := &j.h.Inits[i]
		if in.Err != kafka.None {
			continue
		}
		j.report.ProducerIDs++
		switch before := given[in.Producer]; {
		case in.Producer < 0 || in.Epoch < 0:
			j.flag(ProducerIDs, []Event{in.Start, in.End}, "client %d was given producer id %d, epoch %d", in.Client, in.Producer, in.Epoch)
		case before != nil:
			j.flag(ProducerIDs, []Event{before.Start, before.End, in.Start, in.End},
				"producer id %d was given to client %d and to client %d", in.Producer, before.Client, in.Client)
		}
		given[in.Producer] = in
	}
}

// checkSessions looks at what each idempotent producer was answered, batch by batch in the order of
// their sequences.
func (j *judge) checkSessions(l *log) {
	var ops []*ProduceOp
	for _, op := range l.produces {
		if op.Producer != noProducer {
			ops = append(ops, op)
		}
	}
	slices.SortStableFunc(ops, func(a, b *ProduceOp) int {
		return cmp.Or(cmp.Compare(a.Producer, b.Producer), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.First, b.First))
	})
	for begin := 0; begin < len(ops); {
		end := begin + 1
		for end < len(ops) && ops[end].Producer == ops[begin].Producer {
			end++
		}
		j.checkProducer(l, ops[begin:end])
		begin = end
	}
}

// checkProducer looks at the batches of one producer id, by rising epoch and sequence.
func (j *judge) checkProducer(l *log, ops []*ProduceOp) {
	later := 0 // the first of a later epoch
	for i, op := range ops {
		for later < len(ops) && ops[later].Epoch <= op.Epoch {
			later++
		}
		for k := range op.Attempts {
			a := &op.Attempts[k]
			if !a.Answered || l.damagedBefore(a.End) {
				continue
			}
			switch {
			case a.acks():
				j.checkRepeat(l, op, k)
				j.checkFenced(l, ops[later:], op, a)
				if i > 0 && k == 0 && follows(ops[i-1], op) && op.Sequence <= ops[i-1].Sequence {
					j.report.Wrapped++
				}
			case a.Err == kafka.ErrOutOfOrderSequenceNumber || a.Err == kafka.ErrUnknownProducerID:
				j.checkRefused(l, ops, i, a)
			case a.Err == kafka.ErrInvalidProducerEpoch || a.Err == kafka.ErrProducerFenced:
				j.report.Fenced++
				if !slices.ContainsFunc(ops[later:], func(o *ProduceOp) bool { return o.sentBefore(a.End) }) {
					j.flag(FalseRefusal, []Event{a.Start, a.End}, "%s-%d: epoch %d of producer id %d was refused with %v, though none is newer",
						op.Topic, op.Partition, op.Epoch, op.Producer, a.Err)
				}
			}
		}
	}
}

// follows tells whether b is the next batch after a.
func follows(a, b *ProduceOp) bool {
	return sameSession(a, b) && a.Sequence.Add(a.Count) == b.Sequence
}

// checkRepeat demands of a batch that is acknowledged again that it is where it was the first time.
// That it is not there twice is for checkDuplicates.
func (j *judge) checkRepeat(l *log, op *ProduceOp, k int) {
	a := &op.Attempts[k]
	first := op.acked()
	if first == a {
		return
	}
	j.report.Repeats++
	if x, y := first.offset(0), a.offset(0); x != y && x != kafka.NoOffset && y != kafka.NoOffset &&
		!l.mayLose(x, first.Start, a.End) && !l.mayLose(y, first.Start, a.End) && !l.mayRepeat(op) {
		j.flag(MovedWrite, []Event{first.Start, first.End, a.Start, a.End},
			"%s-%d: the batch of value %d was acknowledged at offset %d, and when it was sent again at %d",
			op.Topic, op.Partition, op.First, x, y)
	}
}

// checkFenced demands that nothing of an epoch is acknowledged that was sent when a later epoch of the same
// producer was known to be in the log. later holds the producer's batches of later epochs.
func (j *judge) checkFenced(l *log, later []*ProduceOp, op *ProduceOp, a *Attempt) {
	for _, o := range later {
		if b := o.knownBefore(a); b != nil && l.stands(o, b, a) {
			j.flag(Fencing, []Event{b.Start, b.End, a.Start, a.End},
				"%s-%d: value %d of epoch %d of producer id %d was acknowledged, after value %d of epoch %d",
				op.Topic, op.Partition, op.First, op.Epoch, op.Producer, o.First, o.Epoch)
			return
		}
	}
}

// checkRefused demands that a batch which is next after what was acknowledged is taken, and that one of the
// last five is known again. After a crash the state comes from the log's producer snapshot, which holds one
// batch of each producer: then those before the last may be refused, but never appended once more, unless the
// world knows that they are read back.
func (j *judge) checkRefused(l *log, ops []*ProduceOp, i int, a *Attempt) {
	op := ops[i]
	anchor, known := op, op.knownBefore(a)
	if known == nil || !l.stands(op, known, a) {
		if anchor = predecessor(ops[:i], op); anchor == nil {
			return
		}
		if known = anchor.knownBefore(a); known == nil || !l.stands(anchor, known, a) {
			return
		}
	}
	begun, later := op.Attempts[0].Start, 0
	for _, o := range ops[i+1:] {
		if !o.sentBefore(a.End) {
			continue
		}
		if o.Epoch != op.Epoch {
			return // refused with the wrong error, at most
		}
		later++
	}
	if a.Start != begun && later > 0 && (later >= windowBatches || j.crashedBetween(begun, a.End) && !j.refilled(l, op, ops[i+later])) {
		return
	}
	j.flag(FalseRefusal, []Event{known.Start, known.End, a.Start, a.End},
		"%s-%d: sequence %d of producer id %d (value %d) was refused with %v, though sequence %d (value %d) is at offset %d",
		op.Topic, op.Partition, op.Sequence, op.Producer, op.First, a.Err, anchor.Sequence, anchor.First, known.Base)
}

// refilled tells whether a batch is known again after a start, with the others up to last. Of a snapshot's entry
// that ends a batch from 0 on nobody can tell whether the sequences wrapped, and more is to be looked for.
func (j *judge) refilled(l *log, op, last *ProduceOp) bool {
	return j.h.Refills && len(l.moves) == 0 && len(l.replaced) == 0 && op.Sequence < last.Sequence
}

// predecessor is the batch that comes right before another, or nil if that is not known: the latest that was
// not too large. before holds those that were made earlier.
func predecessor(before []*ProduceOp, op *ProduceOp) *ProduceOp {
	for i := len(before) - 1; i >= 0; i-- {
		switch o := before[i]; {
		case o.tooLarge() && o.Sequence == op.Sequence:
		case follows(o, op):
			return o
		default:
			return nil
		}
	}
	return nil
}

// crashedBetween tells whether a process ended between two events.
func (j *judge) crashedBetween(after, before Event) bool {
	return slices.ContainsFunc(j.h.Crashes, func(c Crash) bool { return c.Event > after && c.Event < before })
}

// sentBefore tells whether a batch was sent for the first time before an event.
func (op *ProduceOp) sentBefore(e Event) bool {
	return len(op.Attempts) > 0 && op.Attempts[0].Start < e
}

// knownBefore is the attempt that shows that a batch was in the log when another attempt was judged: it was
// acknowledged before that one was sent, or was sent before it over the same connection, whose requests
// are judged in order. Nil if there is none.
func (op *ProduceOp) knownBefore(a *Attempt) *Attempt {
	for i := range op.Attempts {
		b := &op.Attempts[i]
		if b != a && b.acks() && (b.End < a.Start || b.Conn == a.Conn && b.Start < a.Start) {
			return b
		}
	}
	return nil
}

// stands tells whether a batch that was acknowledged by one attempt was still in the log, and its producer
// not forgotten, when another attempt was judged.
func (l *log) stands(op *ProduceOp, known, a *Attempt) bool {
	return !l.mayGo(known.lastOffset(op), known.Start, a.End) &&
		!l.forgotten(op.Producer, op.Attempts[0].Start, a.End)
}

// lastOffset is that of a batch's last record, as its acknowledgement told, or NoOffset.
func (a *Attempt) lastOffset(op *ProduceOp) kafka.Offset { return a.offset(op.Count - 1) }

// mayGo tells whether a power loss between two events may have cost the record at an offset; of one
// whose offset nobody was told, whether there was a loss.
func (l *log) mayGo(o kafka.Offset, after, before Event) bool {
	if o != kafka.NoOffset {
		return l.mayLose(o, after, before)
	}
	return slices.ContainsFunc(l.losses, func(c loss) bool { return c.at > after && c.at < before })
}
