package replica

import (
	"slices"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// waiter is a batch that waits for its acks level.
type waiter struct {
	last, base kafka.Offset
	op         msg.Op
	slot       int32
	appendTime kafka.Wall
}

// Produce appends a batch, or refuses it. It is answered in Out.Produced, on refusal and with
// acks=0 at once.
func (r *Replica) Produce(now kafka.Now, m *msg.Produce) {
	if err, text := r.refusal(m); err != kafka.None {
		r.refuse(m, err, text)
		return
	}
	verdict := r.fold.Check(&m.Head)
	switch verdict.Kind {
	case fold.Append:
		r.await(m, r.append(now, m))
	case fold.Duplicate:
		// The first try may still be waiting itself; the answer of the second comes no earlier.
		r.drop(m.Span)
		w := waiter{
			last: verdict.First.LastOffset, base: verdict.First.BaseOffset,
			op: m.Op, slot: m.Slot, appendTime: -1,
		}
		if r.cfg.LogAppendTime {
			w.appendTime = verdict.First.Timestamp
		}
		if w.last >= r.high {
			r.reached(port.MarkDuplicateUncommitted)
		}
		r.await(m, w)
	case fold.OutOfOrder:
		r.reached(port.MarkOutOfOrder)
		r.refuse(m, kafka.ErrOutOfOrderSequenceNumber, "")
	case fold.FencedEpoch:
		r.reached(port.MarkFencedEpoch)
		r.refuse(m, kafka.ErrInvalidProducerEpoch, "")
	case fold.TxnOpen:
		r.refuse(m, kafka.ErrInvalidTxnState, "")
	default:
		panic("BUG: an unknown verdict")
	}
}

// refusal is what forbids the append before the producer's state is looked at, in Kafka's order.
func (r *Replica) refusal(m *msg.Produce) (kafka.ErrorCode, string) {
	if err := r.leadership(kafka.NoLeaderEpoch); err != kafka.None {
		return err, ""
	}
	if r.frozen() {
		r.reached(port.MarkProduceFrozen)
	}
	if r.frozen() { // nobody sends what there is no room for, but another part of the same request
		return kafka.ErrNotLeaderOrFollower, ""
	}
	h := &m.Head
	switch {
	case m.Acks < -1 || m.Acks > 1:
		return kafka.ErrInvalidRequiredAcks, ""
	case m.Acks == -1 && len(r.lead.ISR) < r.minISR():
		return kafka.ErrNotEnoughReplicas, ""
	case !m.Internal && h.BaseOffset != 0:
		return kafka.ErrInvalidRecord, "The base offset of a record batch in a produce request must be 0"
	case int64(h.Size) > int64(r.cfg.MessageBytesMax):
		return kafka.ErrMessageTooLarge, ""
	case int64(h.Size) > int64(r.cfg.SegmentBytes):
		r.reached(port.MarkLargerThanSegment)
		return kafka.ErrRecordListTooLarge, ""
	}
	if m.Internal {
		return kafka.None, ""
	}
	switch {
	case h.Attributes.IsControl():
		return kafka.ErrInvalidRecord, "Clients are not allowed to write control records"
	case h.ProducerID != kafka.NoProducerID && h.BaseSequence < 0:
		return kafka.ErrInvalidRecord, "A record batch with a producer id must have a sequence number"
	case h.Attributes.IsTransactional():
		// No transaction can be under way before there are coordinators; a batch that claims to
		// belong to one was not verified (KIP-890).
		return kafka.ErrInvalidTxnState, "Record was not part of an ongoing transaction"
	}
	return kafka.None, ""
}

// AppendAs appends a coordinator's batch if the replica leads in that epoch, and gives the offset of its first
// record; the coordinator learns itself when it is committed. If it can't be appended, Out.Drops has the span.
func (r *Replica) AppendAs(now kafka.Now, epoch kafka.LeaderEpoch, m *msg.Produce) (kafka.Offset, kafka.ErrorCode) {
	err, _ := r.refusal(m)
	if err == kafka.None && epoch != r.lead.Epoch {
		err = kafka.ErrNotLeaderOrFollower
	}
	if err != kafka.None {
		r.drop(m.Span)
		return kafka.NoOffset, err
	}
	return r.append(now, m).base, kafka.None
}

// append gives the batch its offsets and has it written.
func (r *Replica) append(now kafka.Now, m *msg.Produce) waiter {
	h := m.Head
	h.BaseOffset, h.LeaderEpoch = r.assigned, r.lead.Epoch
	roll := r.mustRoll(now, &h)
	var snapshot []byte
	if roll {
		r.roll(now, h.BaseOffset)
		snapshot = r.fold.AppendSnapshot(nil)
	}
	r.active.grow(now, &h)
	r.arrive(now, h.BaseOffset)
	r.fold.Apply(&h)
	if r.assigned > r.high {
		r.marks = append(r.marks, mark{end: r.assigned, bytes: r.assignedBytes})
	}
	r.assigned = h.End()
	r.assignedBytes += int64(h.Size)
	r.out().Ops = append(r.out().Ops, port.LogOp{
		Kind: port.OpAppend, Log: r.log, Gen: r.gen, Epoch: h.LeaderEpoch,
		Base: h.BaseOffset, End: r.assigned, Roll: roll, Span: m.Span, Snapshot: snapshot,
	})
	if roll {
		r.flushTo(h.BaseOffset)
	}
	r.flushIfDue(now)
	r.scheduleExpiry(now)
	w := waiter{last: h.Last(), base: h.BaseOffset, op: m.Op, slot: m.Slot, appendTime: -1}
	if h.Attributes.TimestampType() == record.LogAppendTime {
		w.appendTime = h.MaxTimestamp
	}
	return w
}

// await answers, or lets the waiter wait for what acks says.
func (r *Replica) await(m *msg.Produce, w waiter) {
	switch {
	case m.Acks == 0, m.Acks == 1 && w.last < r.selfEnd():
		r.acknowledge(&w)
	case m.Acks == 1:
		r.local = insertWaiter(r.local, w)
	case w.last < r.high:
		r.acknowledgeAll(&w)
	default:
		r.all = insertWaiter(r.all, w)
	}
}

// insertWaiter keeps the list ordered. Only a duplicate does not belong at its end.
func insertWaiter(list []waiter, w waiter) []waiter {
	i := len(list)
	for i > 0 && list[i-1].last > w.last {
		i--
	}
	return slices.Insert(list, i, w)
}

// release answers those whose batch lies below end and returns the others.
func release(list []waiter, end kafka.Offset, answer func(*waiter)) []waiter {
	n := 0
	for n < len(list) && list[n].last < end {
		answer(&list[n])
		n++
	}
	if n == 0 {
		return list
	}
	return slices.Delete(list, 0, n)
}

func (r *Replica) acknowledge(w *waiter) {
	r.out().Produced = append(r.out().Produced, msg.Produced{
		Op: w.op, Slot: w.slot, Base: w.base, LogStart: r.start, AppendTime: w.appendTime,
	})
}

// acknowledgeAll answers acks=-1. If the ISR shrank below the minimum after the append, the client
// is told that the promise was not kept, though the batch is there.
func (r *Replica) acknowledgeAll(w *waiter) {
	if len(r.lead.ISR) < r.minISR() {
		r.answer(w.op, w.slot, kafka.ErrNotEnoughReplicasAfterAppend, "")
		return
	}
	r.acknowledge(w)
}

func (r *Replica) answer(op msg.Op, slot int32, err kafka.ErrorCode, text string) {
	r.out().Produced = append(r.out().Produced, msg.Produced{
		Op: op, Slot: slot, Err: err, ErrText: text, Base: kafka.NoOffset,
		LogStart: kafka.NoOffset, AppendTime: -1,
	})
}

// answerAll tells everybody who waits of err.
func (r *Replica) answerAll(err kafka.ErrorCode) {
	if len(r.local)+len(r.all) > 0 {
		r.reached(port.MarkWaitersRefused)
	}
	for i := range r.local {
		r.answer(r.local[i].op, r.local[i].slot, err, "")
	}
	r.local = r.local[:0]
	r.refuseAll(err)
}

// refuseAll tells those who wait for the high watermark, or for a log start to be saved.
func (r *Replica) refuseAll(err kafka.ErrorCode) {
	for i := range r.all {
		r.answer(r.all[i].op, r.all[i].slot, err, "")
	}
	r.all = r.all[:0]
	r.refuseTrims(err)
}

// refuse gives a batch back. The answer tells the log's start, as Kafka's does, but for errors that Kafka
// finds before it has a log.
func (r *Replica) refuse(m *msg.Produce, err kafka.ErrorCode, text string) {
	r.drop(m.Span)
	r.answer(m.Op, m.Slot, err, text)
	switch err {
	case kafka.ErrUnknownTopicOrPartition, kafka.ErrNotLeaderOrFollower, kafka.ErrMessageTooLarge,
		kafka.ErrRecordListTooLarge, kafka.ErrKafkaStorageError, kafka.ErrInvalidRequiredAcks:
	default:
		r.out().Produced[len(r.out().Produced)-1].LogStart = r.start
	}
}

func (r *Replica) drop(s port.Span) {
	if s.Owned() || s.Len() > 0 {
		r.out().Drops = append(r.out().Drops, s)
	}
}
