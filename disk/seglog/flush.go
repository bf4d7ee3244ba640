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

// sync carries out the flushes that wait, all of them with one sync of each file.
func (l *writer) sync() {
	if len(l.flushes) == 0 {
		return
	}
	err := l.makeDurable()
	waiting := l.flushes
	if err != nil {
		l.flushes = nil
		for i := range waiting {
			l.refuse(&waiting[i], failureOf(err))
		}
		l.fence()
		return
	}
	for i := range waiting {
		l.done(&waiting[i], l.flushed)
	}
	clear(waiting)
	l.flushes = waiting[:0]
}

// makeDurable syncs what was written since the last time: files, then the entries that name them.
// A failed sync fences the log, so none is ever repeated (invariant 3).
func (l *writer) makeDurable() error {
	for len(l.dirty) > 0 {
		if err := l.syncOne(); err != nil {
			return err
		}
	}
	if err := l.syncEntries(); err != nil {
		return err
	}
	l.flushed = l.view.end
	return nil
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
	if l.newDir {
		l.newDir = false
		l.w.meter.call(0)
		return l.w.fs.SyncDir(l.parent)
	}
	return nil
}

// close makes the log durable, indexes included, and lets go of it.
func (l *writer) close(op port.LogOp) {
	err := l.seal()
	if err == nil {
		err = l.makeDurable()
	}
	if err != nil {
		l.fail(&op, err)
		return
	}
	l.done(&op, l.flushed)
	l.leave()
	l.w.forget(l)
}

// forget drops a log of which nothing is left to do.
func (w *Worker) forget(l *writer) {
	if l.next() == nil {
		delete(w.logs, l.id)
	}
}
