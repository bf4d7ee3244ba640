package seglog

import (
	"errors"
	"slices"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// copyBeginner makes the directory of a copy, or empties the one that an earlier run left, one call a step. It is
// durable, with its topic's id, when that is answered: whoever asked for the move may then forget it.
type copyBeginner struct {
	l      *writer
	op     port.LogOp
	c      *copier
	listed bool
	names  []string
	named  bool
}

// moveBy performs an operation on a copy.
func (l *writer) moveBy(op port.LogOp) {
	switch op.Kind {
	case port.OpBeginCopy:
		l.beginCopy(op)
	case port.OpCopy:
		l.startCopy(op)
	case port.OpFinishCopy:
		l.finishCopy(op)
	case port.OpSwap:
		l.swap(op)
	case port.OpRemoveCopy:
		l.removeCopy(op)
	case port.OpForgetCopy:
		l.forgetCopy(op)
	default:
		panic("BUG: a log operation of no known kind")
	}
}

func (l *writer) beginCopy(op port.LogOp) {
	i := slices.IndexFunc(l.w.cfg.Dirs, func(d Dir) bool { return d.ID == op.Open.Dir })
	if i < 0 || l.w.cfg.Dirs[i].Path == l.parent || l.copy != nil {
		l.refuse(&op, port.FailMissing)
		return
	}
	c := &copier{l: l, parent: l.w.cfg.Dirs[i].Path}
	c.dir = c.parent + "/" + l.futureName()
	l.copy = c
	l.begin(&copyBeginner{l: l, op: op, c: c})
}

func (b *copyBeginner) step() bool {
	done, err := b.advance()
	if err != nil {
		b.c.failed = true
		b.l.refuse(&b.op, copyFailure(target(err)))
		return true
	}
	if done {
		b.l.done(&b.op, kafka.NoOffset)
	}
	return done
}

func (b *copyBeginner) advance() (done bool, err error) {
	fs, m := b.l.w.fs, &b.l.w.meter
	switch {
	case !b.listed:
		b.listed = true
		m.call(0)
		if err := fs.MkdirAll(b.c.dir); err != nil {
			return false, err
		}
		m.call(0)
		entries, err := fs.ReadDir(b.c.dir)
		for _, e := range entries {
			if e.Name != metadataFile {
				b.names = append(b.names, e.Name)
			}
		}
		return false, err
	case len(b.names) > 0:
		m.call(0)
		err := fs.Remove(b.c.dir + "/" + b.names[0])
		b.names = b.names[1:]
		return false, err
	case !b.named:
		// The one that is there may never have been synced (seed 1385); it stands until another can be trusted.
		b.named = true
		path := b.c.dir + "/" + metadataFile
		if err := b.c.keep(path+".tmp", []byte("version: 0\ntopic_id: "+b.l.id.Topic.String())); err != nil {
			return false, err
		}
		m.call(0)
		return false, fs.Rename(path+".tmp", path)
	}
	m.call(0)
	if err := fs.SyncDir(b.c.dir); err != nil {
		return false, err
	}
	m.call(0)
	return true, fs.SyncDir(b.c.parent)
}

// startCopy lines the copy up behind those of other logs.
func (l *writer) startCopy(op port.LogOp) {
	c := l.copy
	if c == nil || c.failed || c.waits {
		l.refuse(&op, port.FailMissing)
		return
	}
	c.op, c.waits = op, true
	l.w.copies = append(l.w.copies, c)
}

// copyFinisher ends a copy, in the log's order: nothing is appended meanwhile.
type copyFinisher struct {
	l  *writer
	op port.LogOp
	c  *copier
	// caughtUp says that all batches are there, at counts the small files that are written then.
	caughtUp bool
	at       int
}

func (l *writer) finishCopy(op port.LogOp) {
	c := l.copy
	if c == nil || c.failed || c.waits || c.finished {
		l.refuse(&op, port.FailMissing)
		return
	}
	l.begin(&copyFinisher{l: l, op: op, c: c})
}

func (f *copyFinisher) step() bool {
	done, err := f.advance()
	switch {
	case err != nil:
		f.c.fail()
		f.l.refuse(&f.op, copyFailure(err))
		return true
	case done:
		f.c.close()
		f.c.finished = true
		f.l.done(&f.op, f.l.view.end)
	}
	return done
}

func (f *copyFinisher) advance() (done bool, err error) {
	c, l := f.c, f.l
	if !f.caughtUp {
		f.caughtUp, err = c.step()
		return false, err
	}
	if !c.part.indexed || !c.part.tied {
		return false, c.seal(false)
	}
	f.at++
	switch f.at {
	case 1:
		return false, c.keep(c.dir+"/"+epochsFile, appendEpochs(nil, l.epochs))
	case 2:
		if f.op.Snapshot == nil {
			return false, nil
		}
		return false, c.keep(c.path(f.op.End)+snapshotSuffix, f.op.Snapshot)
	case 3:
		for len(c.done) > 0 && c.done[0].base < l.view.extent(0).base {
			c.discard(c.done[0].base)
			c.done = c.done[1:]
		}
		return false, nil
	}
	if n := len(c.tidy); n > 0 {
		l.w.meter.call(0)
		err := l.w.fs.Remove(c.tidy[n-1])
		c.tidy = c.tidy[:n-1]
		if errors.Is(err, disk.ErrNotExist) {
			err = nil
		}
		return false, target(err)
	}
	l.w.meter.call(0)
	return true, target(l.w.fs.SyncDir(c.dir))
}

// swap makes the copy the log. Readers see the new files from here on; those who have old ones keep them.
func (l *writer) swap(op port.LogOp) {
	c, m := l.copy, &l.w.meter
	if c == nil || !c.finished {
		l.refuse(&op, port.FailMissing)
		return
	}
	dir := c.parent + "/" + l.name
	m.call(0)
	err := l.w.fs.Rename(c.dir, dir)
	if err == nil {
		m.call(0)
		err = l.w.fs.SyncDir(c.parent)
	}
	if err != nil {
		l.refuse(&op, copyFailure(target(err)))
		return
	}
	old := append(segmentsOf(l.view.sealed), l.view.active.segment)
	v := View{start: l.view.start, end: l.view.end, tail: l.view.tail, active: c.part.extent}
	v.sealed = append(v.sealed, c.done...)
	if len(v.sealed) != len(l.view.sealed) {
		panic("BUG: a copy has other segments than its log")
	}
	l.parent, l.dir = c.parent, dir
	for i := range v.Segments() {
		e, was := v.extent(i), l.view.extent(i)
		if e.base != was.base || e.size != was.size || e.end != was.end {
			panic("BUG: a segment of a copy is another than that of its log")
		}
		e.segment = l.newSegment(e.base)
	}
	l.view, l.indexer = v, c.indexer
	l.indexOnDisk, l.timesOnDisk = len(v.active.index), len(v.active.times)
	l.aborted = slices.DeleteFunc(l.aborted, func(base kafka.Offset) bool { return base < v.extent(0).base })
	if l.snapshots = nil; op.End >= 0 {
		l.snapshots = []kafka.Offset{op.End}
	}
	l.dirty, l.newEntries, l.made = nil, false, 0
	l.flushed = v.end
	l.copy = nil
	l.w.reg.untellCopy(l.id)
	l.w.touch(l)
	l.publish()
	for _, s := range old {
		s.retire(m)
	}
	l.left = append(append(l.left, old...), l.w.recall(l.id)...)
	l.done(&op, l.flushed)
}

// removeCopy renames what a log directory has of the log away, but for the log itself.
func (l *writer) removeCopy(op port.LogOp) {
	w := l.w
	i := slices.IndexFunc(w.cfg.Dirs, func(d Dir) bool { return d.ID == op.Open.Dir })
	if i < 0 {
		l.refuse(&op, port.FailMissing)
		return
	}
	parent := w.cfg.Dirs[i].Path
	if l.copy != nil && l.copy.parent == parent {
		l.dropCopy()
	}
	names := []string{l.futureName()}
	if parent != l.parent {
		names = append(names, l.name)
	}
	gone := false
	for _, name := range names {
		away, err := w.renameAway(parent, name, deletedName(l.name, l.id.Topic))
		if err != nil {
			l.refuse(&op, copyFailure(target(err)))
			return
		}
		if away != "" {
			gone = true
			t := &trash{dir: away}
			if name == l.name {
				t.held, l.left = l.left, nil
			}
			w.trash = append(w.trash, t)
		}
	}
	if gone {
		w.meter.call(0)
		if err := w.fs.SyncDir(parent); err != nil {
			l.refuse(&op, copyFailure(target(err)))
			return
		}
	}
	l.done(&op, kafka.NoOffset)
}

// awayTries is how many names are tried: those of earlier moves may not be empty yet.
const awayTries = 8

// renameAway renames a directory to a name that ends in -delete, or to one like it that is free. It returns
// the new path, or none if there is no such directory.
func (w *Worker) renameAway(parent, name, away string) (string, error) {
	var err error
	for try := range awayTries {
		path := parent + "/" + away
		if try > 0 { // the last digit of the id stands for the number
			cut := len(away) - len(deleteSuffix) - 1
			path = parent + "/" + away[:cut] + string(rune('0'+try)) + deleteSuffix
		}
		w.meter.call(0)
		err = w.fs.Rename(parent+"/"+name, path)
		switch {
		case err == nil:
			return path, nil
		case errors.Is(err, disk.ErrNotExist):
			return "", nil
		case !errors.Is(err, disk.ErrExist):
			return "", err
		}
	}
	return "", err
}

// forgetCopy lets go of a copy whose directory is offline.
func (l *writer) forgetCopy(op port.LogOp) {
	if l.copy != nil {
		l.dropCopy()
	}
	l.done(&op, kafka.NoOffset)
}

// dropCopy ends the copy under way, without touching what there is of it.
func (l *writer) dropCopy() {
	c := l.copy
	l.copy = nil
	l.w.reg.untellCopy(l.id)
	c.close()
	c.answer(port.FailFenced)
}
