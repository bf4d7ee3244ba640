package seglog

import (
	"math"

	"momus/core/port"
	"momus/core/record"
)

// append writes the appends that stand next in the log's queue with one call. Flushes between them
// are set aside: the sync at the end of the round covers them (invariant 2).
func (l *writer) append() {
	w := l.w
	if op := l.next(); !l.admits(op) {
		refused := l.pop()
		l.refuse(&refused, port.FailFenced)
		return
	}
	var err error
	if base := l.next().Base; l.next().Roll {
		err = l.roll(base)
		if err == nil {
			err = l.keepSnapshot(base, l.next().Snapshot)
		}
	}
	batch, bytes := w.batch[:0], 0
	for op := l.next(); op != nil && err == nil; op = l.next() {
		if op.Kind == port.OpFlush && len(batch) > 0 && l.admits(op) {
			l.perform(l.pop())
			continue
		}
		full := int64(bytes)+w.meter.bytes >= w.cfg.Limits.TurnBytes || op.Roll
		if op.Kind != port.OpAppend || !l.admits(op) || len(batch) > 0 && full {
			break
		}
		l.place(op, l.view.active.size+int64(bytes))
		bytes += op.Span.Len()
		w.bufs = append(w.bufs, op.Span.Bytes())
		if n := len(l.epochs); n == 0 || l.epochs[n-1].Epoch < op.Epoch {
			l.epochs = append(l.epochs, port.EpochStart{Epoch: op.Epoch, Start: op.Base})
			err = l.saveEpochs()
		}
		batch = append(batch, l.pop())
	}
	if err == nil {
		err = l.write(bytes)
	}
	if err != nil && len(batch) == 0 {
		batch = append(batch, l.pop())
	}
	l.appended(batch, err)
	clear(batch)
	clear(w.bufs)
	w.batch, w.bufs = batch[:0], w.bufs[:0]
}

// appended answers the appends of one write, and keeps their payload for readers.
func (l *writer) appended(batch []port.LogOp, err error) {
	if err != nil {
		for i := range batch {
			l.refuse(&batch[i], failureOf(err))
		}
		l.fence()
		return
	}
	for i := range batch {
		op := &batch[i]
		l.view.end = op.End
		l.w.tails.keep(l, op.Base, op.End, op.Span)
		l.done(op, op.End)
	}
	l.view.active.end = l.view.end
	l.w.touch(l)
}

// place stamps the batches of an append with their offsets and epoch, and takes them into the
// indexes; the first is to lie at pos.
func (l *writer) place(op *port.LogOp, pos int64) {
	e := &l.view.active
	if op.Base < e.end || op.Span.Len() == 0 {
		panic("BUG: an append below the end of its log, or of nothing")
	}
	next := op.Base
	for b := op.Span.Bytes(); len(b) > 0; {
		h, batch, rest, err := record.Split(b)
		if err != nil || pos > math.MaxInt32 {
			panic("BUG: an append that is not whole batches, or beyond the size of a segment")
		}
		record.Stamp(batch, next, op.Epoch)
		h.BaseOffset, h.LeaderEpoch = next, op.Epoch
		l.indexer.add(e, &h, pos)
		pos += int64(h.Size)
		next, b = h.End(), rest
	}
	if next != op.End {
		panic("BUG: the batches of an append do not end where the core said")
	}
	e.end = next
}

// write puts what place prepared at the end of the last segment.
func (l *writer) write(bytes int) error {
	m := &l.w.meter
	e := &l.view.active
	file, err := l.w.files.acquire(&e.log, m)
	if err != nil {
		return err
	}
	defer l.w.files.release(&e.log)
	m.call(bytes)
	if len(l.w.bufs) == 1 {
		err = file.WriteAt(l.w.bufs[0], e.size)
	} else {
		err = file.WriteVec(l.w.bufs, e.size)
	}
	if err == nil {
		e.size += int64(bytes)
		l.soil(&e.log)
	}
	return err
}
