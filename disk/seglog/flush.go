package seglog

import (
	"slices"

	"momus/core/port"
)

// soil notes that a file holds what was not synced.
func (l *writer) soil(h *handle) {
	if !slices.Contains(l.dirty, h) {
		l.dirty = append(l.dirty, h)
	}
}

// sync carries out the flushes that wait, all of them with one sync of each file. It begins at least
// one sync, and tells whether the budget of the turn went as far as the last.
func (l *writer) sync() (done bool) {
	if len(l.flushes) == 0 {
		return true
	}
	for first := true; !done; first = false {
		if !first && l.w.spent() {
			return false
		}
		var err error
		if done, err = l.harden(); err != nil {
			waiting := l.flushes
			l.flushes = nil
			for i := range waiting {
				l.refuse(&waiting[i], failureOf(err))
			}
			l.fence()
			return true
		}
	}
	waiting := l.flushes
	for i := range waiting {
		l.done(&waiting[i], l.flushed)
	}
	clear(waiting)
	l.flushes = waiting[:0]
	return true
}

// harden makes durable one thing of what was written since the last time: a file, and when all are,
// the entries that name them, which is the last. A failed sync fences the log, so none is ever
// repeated (invariant 3).
func (l *writer) harden() (done bool, err error) {
	if len(l.dirty) > 0 {
		return false, l.syncOne()
	}
	if err := l.syncEntries(); err != nil {
		return false, err
	}
	l.flushed = l.view.end
	return true, nil
}

func (l *writer) syncOne() error {
	m := &l.w.meter
	h := l.dirty[0]
	l.dirty = slices.Delete(l.dirty, 0, 1)
	file, err := l.w.files.acquire(h, m)
	if err != nil {
		return err
	}
	if h.once {
		defer l.w.files.retire(h, m)
	}
	defer l.w.files.release(h)
	m.call(0)
	return file.Sync()
}

// syncEntries makes the names in the log's directory durable, and the directory's own name in the
// log directory: without the second a whole new partition is lost with the power.
func (l *writer) syncEntries() error {
	if l.newEntries {
		l.newEntries = false
		l.w.meter.call(0)
		if err := l.w.fs.SyncDir(l.dir); err != nil {
			return err
		}
	}
	if l.made > l.w.named[l.parent] {
		made := l.w.made
		l.w.meter.call(0)
		if err := l.w.fs.SyncDir(l.parent); err != nil {
			return err
		}
		l.w.named[l.parent] = made
	}
	return nil
}

// madeBefore is the number of the directories that are older than this worker.
const madeBefore = 1

// nameDir notes that the log's directory was the made-th of its worker: its name is durable once the
// log directory was synced since. One sync does for all that were made until then.
func (l *writer) nameDir(made int64) {
	l.made = max(l.made, made)
	l.w.made = max(l.w.made, made)
}

// closer makes a log durable, indexes and producer snapshot included, one file a step, and lets go
// of it.
type closer struct {
	l  *writer
	op port.LogOp
}

func (l *writer) close(op port.LogOp) {
	err := l.seal()
	if err == nil && op.End == l.view.end {
		err = l.keepSnapshot(op.End, op.Snapshot)
	}
	if err != nil {
		l.fail(&op, err)
		return
	}
	l.begin(&closer{l: l, op: op})
}

func (c *closer) step() bool {
	l := c.l
	done, err := l.harden()
	switch {
	case err != nil:
		l.fail(&c.op, err)
		return true
	case done:
		l.done(&c.op, l.flushed)
		l.leave()
		l.w.forget(l)
	}
	return done
}

// forget drops a log of which nothing is left to do; with the last of them the memory of tails goes.
func (w *Worker) forget(l *writer) {
	if l.next() == nil {
		w.logs.Set(l.id, nil)
	}
	if w.logs.Len() == 0 {
		w.tails.clear()
	}
}
