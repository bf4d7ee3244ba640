package seglog

import (
	"errors"
	"slices"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// Suffixes of what is on its way out (invariant 4).
const (
	deletedSuffix = ".deleted"
	deleteSuffix  = "-delete"
	// nameBytesMax is the longest name that file systems take.
	nameBytesMax = 255
)

// trash is what has been renamed and is to be unlinked once nobody reads it any more.
type trash struct {
	held []*segment
	// base is that of a segment.
	base  kafka.Offset
	names []string
	// dir is a directory to empty and remove; listed says that names holds its entries.
	dir    string
	listed bool
}

// doom takes a segment that no View names any more off the disk: renamed now, unlinked later. The
// rename is made durable at once, so that segments go in the order of their caller whatever a
// loss of power forgets: else the log could come back with a hole in it.
func (l *writer) doom(s *segment) error {
	t, err := l.setAside(s)
	if err == nil {
		l.w.trash = append(l.w.trash, t)
	}
	return err
}

// setAside is doom, but for the unlinking. The snapshot goes once the segment is gone for good:
//
//  1. retention takes a segment, with all that the log has of a producer's batches but the snapshot at its base,
//  2. power is lost: the rename of the segment's files is forgotten, that of the snapshot is not,
//  3. the log begins with that segment again, nobody knows the producer, and what it repeats is appended.
func (l *writer) setAside(s *segment) (*trash, error) {
	t, err := l.renameAside(s)
	if err == nil {
		err = l.syncEntries()
	}
	if err != nil {
		return nil, err
	}
	return t, l.doomSnapshot(s.base, t)
}

// renameAside renames the files of a segment, for the next sync of the directory to make durable.
func (l *writer) renameAside(s *segment) (*trash, error) {
	t := &trash{held: []*segment{s}, base: s.base}
	s.retire(&l.w.meter)
	l.newEntries = true
	for _, h := range []*handle{&s.log, &s.index, &s.times} {
		l.dirty = slices.DeleteFunc(l.dirty, func(d *handle) bool { return d == h })
		l.w.meter.call(0)
		err := l.w.fs.Rename(h.name, h.name+deletedSuffix)
		if errors.Is(err, disk.ErrNotExist) && h != &s.log {
			continue // an index that was not written yet
		}
		if err != nil {
			return nil, err
		}
		t.names = append(t.names, h.name+deletedSuffix)
	}
	return t, l.doomAborted(s.base, t)
}

// purge lets the trash of a log go whose delay is over: the worker has no clock.
func (w *Worker) purge(op *port.LogOp) {
	w.out = append(w.out, port.LogDone{Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: op.Base})
	list := w.delayed[op.Log]
	n := 0
	for n < len(list) && (list[n].dir != "" || list[n].base < op.Base) {
		n++
	}
	w.trash = append(w.trash, list[:n]...)
	if n == len(list) {
		delete(w.delayed, op.Log)
		return
	}
	w.delayed[op.Log] = slices.Clone(list[n:])
}

// recall forgets the trash of a log that waits for its purge: its directory is about to be
// renamed, or looked through for leftovers. The segments are returned, which readers may have.
func (w *Worker) recall(log kafka.TopicPartition) []*segment {
	var held []*segment
	w.delayed[log] = slices.DeleteFunc(w.delayed[log], func(t *trash) bool {
		if t.dir == "" {
			held = append(held, t.held...)
		}
		return t.dir == ""
	})
	if len(w.delayed[log]) == 0 {
		delete(w.delayed, log)
	}
	return held
}

// delete renames the log's directory away, durably, and leaves its files to empty.
func (l *writer) delete(op port.LogOp) {
	w := l.w
	for i := range l.view.sealed {
		l.retired = append(l.retired, l.view.sealed[i].segment)
	}
	if l.view.active.segment != nil {
		l.retired = append(l.retired, l.view.active.segment)
	}
	l.leave()
	if l.dir == "" { // it was never found
		l.done(&op, kafka.NoOffset)
		w.forget(l)
		return
	}
	away := l.parent + "/" + deletedName(l.name, l.id.Topic)
	w.meter.call(0)
	err := w.fs.Rename(l.dir, away)
	if err == nil {
		w.meter.call(0)
		err = w.fs.SyncDir(l.parent)
	}
	if err != nil && !errors.Is(err, disk.ErrNotExist) {
		l.fail(&op, err)
		return
	}
	l.retired = append(l.retired, w.recall(l.id)...)
	w.delayed[l.id] = append(w.delayed[l.id], &trash{held: l.retired, dir: away})
	l.retired = nil
	l.done(&op, kafka.NoOffset)
	w.forget(l)
}

// deletedName is topic-partition.<32 hex digits>-delete, as Kafka forms it; the digits are the
// topic's id, so that a topic made again under the same name can go the same way.
func deletedName(name string, topic kafka.TopicID) string {
	suffix := "." + hexOf(topic) + deleteSuffix
	return name[:min(len(name), nameBytesMax-len(suffix))] + suffix
}

// hexOf is the id in 32 hex digits.
func hexOf(topic kafka.TopicID) string {
	digits := make([]byte, 0, 2*len(topic))
	for _, b := range topic {
		digits = append(digits, "0123456789abcdef"[b>>4], "0123456789abcdef"[b&15])
	}
	return string(digits)
}

// sweep finds, once per directory, what deletions of an earlier run left.
func (w *Worker) sweep(parent string) error {
	if !w.reg.firstSweep(parent) {
		return nil
	}
	w.meter.call(0)
	entries, err := w.fs.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Dir && strings.HasSuffix(e.Name, deleteSuffix) {
			w.trash = append(w.trash, &trash{dir: parent + "/" + e.Name})
		}
	}
	return nil
}

// firstSweep tells whether nobody has looked through the directory yet: the one who opens the
// first log in it does, before anything can be deleted there.
func (r *Registry) firstSweep(parent string) bool {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	if slices.Contains(r.swept, parent) {
		return false
	}
	r.swept = append(r.swept, parent)
	return true
}

// trashReady finds the first trash without readers.
func (w *Worker) trashReady() *trash {
	for _, t := range w.trash {
		if !slices.ContainsFunc(t.held, (*segment).busy) {
			return t
		}
	}
	return nil
}

// busy tells whether somebody has one of the segment's files.
func (s *segment) busy() bool {
	return !s.files.idleGone(&s.log) || !s.files.idleGone(&s.index) || !s.files.idleGone(&s.times)
}

// empty unlinks trash, at least one piece a turn if there is any.
func (w *Worker) empty() {
	for t := w.trashReady(); t != nil; t = w.trashReady() {
		if w.unlink(t) {
			w.trash = slices.DeleteFunc(w.trash, func(o *trash) bool { return o == t })
		}
		if w.spent() {
			return
		}
	}
}

// unlink does one call's worth, and tells whether nothing is left. What cannot be removed is in
// nobody's way: it is counted, and tried again when the log or the directory is next opened.
func (w *Worker) unlink(t *trash) (done bool) {
	w.meter.call(0)
	switch {
	case t.dir != "" && !t.listed:
		t.listed = true
		entries, err := w.fs.ReadDir(t.dir)
		if err != nil {
			w.Stranded++
			return true
		}
		for _, e := range entries {
			t.names = append(t.names, t.dir+"/"+e.Name)
		}
		return false
	case len(t.names) > 0:
		name := t.names[len(t.names)-1]
		t.names = t.names[:len(t.names)-1]
		if err := w.fs.Remove(name); err != nil && !errors.Is(err, disk.ErrNotExist) {
			w.Stranded++
		}
		return len(t.names) == 0 && t.dir == ""
	case t.dir != "":
		if err := w.fs.Remove(t.dir); err != nil && !errors.Is(err, disk.ErrNotExist) {
			w.Stranded++
		}
	}
	return true
}
