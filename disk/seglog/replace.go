package seglog

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// replacer puts a segment that was made by compaction in the place of those that it came of, in the log's order, a
// few files a step. Names are as in Kafka, so that either goes on where the other was stopped:
//
//  1. the files of the new segment, durable and named .cleaned, are renamed to .swap; while one of them is not, all
//     of them go at the next opening, and nothing has happened;
//  2. those of the old segments are renamed to .deleted; an opening does the rest (see swaps.go);
//  3. those of the new one get the name of the first old one.
//
// Between any two of these the directory is synced, for a power loss forgets names in any order. Readers see the new
// segment from 2 on, and those who have an old one keep it.
type replacer struct {
	l   *writer
	op  port.LogOp
	c   *cleaner
	new *segment
	old []*segment
	// stale are the old ones that still have their names.
	stale []*segment
	phase int
	trash *trash
}

func (l *writer) replace(op port.LogOp) {
	c := l.clean
	if c == nil || c.stage != cleanBuilt {
		l.refuse(&op, port.FailMissing)
		return
	}
	r := &replacer{l: l, op: op, c: c, trash: &trash{}}
	at := l.replaceable(c)
	if at < 0 {
		// Retention took some of them. What is left comes once more.
		err := c.remove()
		c.regroup()
		c.stage = cleanWaiting
		if err != nil {
			l.fail(&op, err)
			return
		}
		r.answer(c.next, c.next)
		return
	}
	for i := range c.group {
		r.old = append(r.old, c.group[i].segment)
	}
	l.begin(r)
}

// replaceable is where the segments of a group stand in the View, if all of them do.
func (l *writer) replaceable(c *cleaner) int {
	for i := range l.view.sealed {
		if l.view.sealed[i].segment == c.group[0].segment {
			if i+len(c.group) > len(l.view.sealed) || l.view.sealed[i+len(c.group)-1].segment != c.group[len(c.group)-1].segment {
				return -1
			}
			return i
		}
	}
	return -1
}

func (r *replacer) answer(base, end kafka.Offset) {
	op := &r.op
	done := &port.Cleaned{Base: base, End: end, More: true, Reached: r.c.end}
	if base < end {
		done.Segment = segmentInfo(&r.c.out.extent)
	}
	r.l.w.out = append(r.l.w.out, port.LogDone{Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: end, Cleaned: done})
}

func (r *replacer) step() bool {
	done, err := r.advance()
	if err != nil {
		r.l.failKeeping(&r.op, err, r.stale)
		return true
	}
	if done {
		c := r.c
		c.stage, c.group, c.out = cleanWaiting, c.group[:0], sieved{}
		r.l.w.trash = append(r.l.w.trash, r.trash)
	}
	return done
}

func (r *replacer) advance() (done bool, err error) {
	l := r.l
	switch r.phase {
	case 0:
		hard, err := l.hardenEpochs()
		if hard {
			r.phase++
		}
		return false, err
	case 1:
		r.phase++
		return false, r.commit()
	case 2:
		r.phase++
		r.show()
		return false, nil
	case 3:
		if len(r.stale) == 0 {
			r.phase++
			return false, l.syncEntries()
		}
		s := r.stale[0]
		t, err := l.renameAside(s)
		if err != nil {
			return false, err
		}
		r.trash.held = append(r.trash.held, t.held...)
		r.trash.names = append(r.trash.names, t.names...)
		r.stale = r.stale[1:]
		if s.base != r.new.base {
			// That at the base of the first one still speaks of what lies before it.
			return false, l.doomSnapshot(s.base, r.trash)
		}
		return false, nil
	}
	base, end := r.c.group[0].base, r.c.next
	if err := r.settle(); err != nil {
		return false, err
	}
	r.answer(base, end)
	return true, nil
}

// commit gives the new files the names from which there is no way back.
func (r *replacer) commit() error {
	l, o := r.l, &r.c.out
	for _, suffix := range segmentSuffixes {
		if suffix == txnIndexSuffix && !o.indexed {
			continue
		}
		l.w.meter.call(0)
		if err := l.w.fs.Rename(o.path+suffix+cleanedSuffix, o.path+suffix+swapSuffix); err != nil {
			return err
		}
	}
	l.newEntries = true
	return l.syncEntries()
}

// show lets readers see the new segment.
func (r *replacer) show() {
	l, o := r.l, &r.c.out
	s := l.newSegment(o.extent.base)
	s.log.name, s.index.name, s.times.name = o.path+".log"+swapSuffix, o.path+".index"+swapSuffix, o.path+".timeindex"+swapSuffix
	o.extent.segment, r.new = s, s
	at := l.replaceable(r.c)
	if at < 0 {
		panic("BUG: segments changed while others were put in their place")
	}
	sealed := append([]extent(nil), l.view.sealed[:at]...)
	sealed = append(sealed, o.extent)
	l.view.sealed = append(sealed, l.view.sealed[at+len(r.c.group):]...)
	tail := l.view.tail // is of what was appended, and not of what stays
	for len(tail) > 0 && tail[0].base < r.c.next {
		tail = tail[1:]
	}
	l.view.tail = tail
	l.w.touch(l)
	l.publish()
	r.stale = r.old
}

// settle gives the new files the names that are to stay. They are open meanwhile: who opens one under the name that
// it had finds it so.
func (r *replacer) settle() error {
	l, o, m := r.l, &r.c.out, &r.l.w.meter
	for _, h := range []*handle{&r.new.index, &r.new.times, &r.new.log} {
		if err := l.w.files.rename(h, h.name[:len(h.name)-len(swapSuffix)], m); err != nil {
			return err
		}
	}
	if o.indexed {
		m.call(0)
		if err := l.w.fs.Rename(o.path+txnIndexSuffix+swapSuffix, o.path+txnIndexSuffix); err != nil {
			return err
		}
		l.noteAborted(o.extent.base)
	}
	l.newEntries = true
	return l.syncEntries()
}

// rename renames a file that readers may be about to open.
func (f *files) rename(h *handle, to string, m *meter) error {
	if _, err := f.acquire(h, m); err != nil {
		return err
	}
	defer f.release(h)
	m.call(0)
	if err := f.fs.Rename(h.name, to); err != nil {
		return err
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	h.name = to
	return nil
}

// reopened is the file of a handle whose name was not there when its user came to open it: it was renamed meanwhile,
// by somebody who has it open, or has another name by now.
func (f *files) reopened(h *handle, name string) (file disk.File, renamed string) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if file = f.take(h); file == nil && h.name != name {
		renamed = h.name
	}
	return file, renamed
}
