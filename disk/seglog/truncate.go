package seglog

import (
	"errors"
	"slices"
	"sort"

	"momus/core/kafka"
	"momus/core/port"
)

// truncate cuts the log's end. Readers see the new end before a byte is gone.
func (l *writer) truncate(op port.LogOp) {
	l.gen = op.Gen
	if op.End >= l.view.end {
		l.done(&op, l.view.end)
		return
	}
	l.view.tail = nil
	l.w.touch(l)
	if op.End < l.view.extent(0).base {
		// Nothing of the log is wanted: it begins anew, as in Kafka's truncateFullyAndStartAt. The
		// file of its first segment is made once the others are gone, so that no crash shows a hole.
		doomed := append(segmentsOf(l.view.sealed), l.view.active.segment)
		l.view = View{start: op.End, end: op.End, active: l.emptyExtent(op.End)}
		l.startCut(op, doomed, true)
		return
	}
	i := l.view.find(op.End)
	kept, err := l.shorten(*l.view.extent(i), op.End)
	if errors.Is(err, errCorrupt) {
		kept, err = l.shorten(*l.view.extent(i), op.End)
	}
	if err != nil {
		l.fail(&op, err)
		return
	}
	var doomed []*segment
	if i < len(l.view.sealed) {
		doomed = append(segmentsOf(l.view.sealed[i+1:]), l.view.active.segment)
		l.indexOnDisk, l.timesOnDisk = kept.indexCount, kept.timesCount
	}
	l.view.sealed = slices.Clip(l.view.sealed[:i])
	l.view.active = kept
	l.view.end = kept.end
	l.view.start = min(l.view.start, kept.end)
	l.startCut(op, doomed, false)
}

// failKeeping fails the log when segments are no longer in its view but still have their files.
func (l *writer) failKeeping(op *port.LogOp, err error, doomed []*segment) {
	for _, s := range doomed {
		s.retire(&l.w.meter)
	}
	l.retired = append(l.retired, doomed...)
	l.fail(op, err)
}

func segmentsOf(extents []extent) []*segment {
	segments := make([]*segment, 0, len(extents)+1)
	for i := range extents {
		segments = append(segments, extents[i].segment)
	}
	return segments
}

// shorten finds what of a segment ends at or below end, as an extent that is hot.
func (l *writer) shorten(e extent, end kafka.Offset) (extent, error) {
	if err := l.heat(&e); err != nil {
		return e, err
	}
	n := sort.Search(len(e.index), func(i int) bool { return e.index[i].offset >= end })
	from, top := l.lastKnown(&e, n)
	m := &l.w.meter
	file, err := l.w.files.acquire(&e.log, m)
	if err != nil {
		return e, err
	}
	defer l.w.files.release(&e.log)
	scan := newScanner(file, from, e.size)
	size, last := from, e.base
	for {
		h, ok, err := scan.next()
		if err != nil {
			return e, err
		}
		if !ok || h.End() > end {
			break
		}
		size, last = scan.pos, h.End()
		if h.MaxTimestamp > top.time && h.Count > 0 {
			top = timeEntry{h.MaxTimestamp, h.Last()}
		}
	}
	m.calls += scan.fills
	m.bytes += int64(scan.fills) * scanBytes
	e.size, e.end, e.top = size, last, top
	e.index = slices.Clip(e.index[:n])
	e.times = slices.Clip(e.times[:sort.Search(len(e.times), func(i int) bool { return e.times[i].offset >= last })])
	l.indexer.sinceBytes = size
	if n > 0 {
		l.indexer.sinceBytes -= e.index[n-1].pos
	}
	return e, nil
}

// lastKnown is the position from which the end of the first n entries of the index is to be
// looked for, and the greatest timestamp of the batches before it. That is the last time entry up to
// there, unless the time index was too full to take one.
func (l *writer) lastKnown(e *extent, n int) (from int64, top timeEntry) {
	if n == 0 || len(e.times) >= l.indexer.timesMax {
		return 0, noTime
	}
	t := sort.Search(len(e.times), func(i int) bool { return e.times[i].offset > e.index[n-1].offset })
	if t == 0 {
		return 0, noTime
	}
	return e.index[n-1].pos, e.times[t-1]
}

// heat reads the indexes of a sealed segment into memory.
func (l *writer) heat(e *extent) error {
	if e.hot {
		return nil
	}
	index, err := l.readIndex(&e.segment.index, e.indexCount*indexEntryBytes)
	if err != nil {
		return err
	}
	times, err := l.readIndex(&e.segment.times, e.timesCount*timeEntryBytes)
	if err != nil {
		return err
	}
	e.index, e.times, e.hot = make([]indexEntry, 0, e.indexCount), make([]timeEntry, 0, e.timesCount), true
	for ; len(index) > 0; index = index[indexEntryBytes:] {
		e.index = append(e.index, parseIndex(index, e.base))
	}
	for ; len(times) > 0; times = times[timeEntryBytes:] {
		e.times = append(e.times, parseTime(times, e.base))
	}
	return nil
}

func (l *writer) readIndex(h *handle, size int) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	m := &l.w.meter
	file, err := l.w.files.acquire(h, m)
	if err != nil {
		return nil, err
	}
	defer l.w.files.release(h)
	b := make([]byte, size)
	return b, readTwice(file, b, 0, m)
}

// cutter brings the files of a log in line with its View: the segments that are no longer named
// go, one a step, and then what was cut off the last one.
type cutter struct {
	l      *writer
	op     port.LogOp
	doomed []*segment // the last goes first
	// anew says that the last segment has no file yet.
	anew bool
}

func (l *writer) startCut(op port.LogOp, doomed []*segment, anew bool) {
	c := &cutter{l: l, op: op, doomed: doomed, anew: anew}
	l.flushed = min(l.flushed, l.view.end) // it must not outlive what it spoke of
	l.publish()
	l.begin(c)
}

func (c *cutter) step() bool {
	l := c.l
	if n := len(c.doomed); n > 0 {
		if err := l.doom(c.doomed[n-1]); err != nil {
			l.failKeeping(&c.op, err, c.doomed)
			return true
		}
		c.doomed = c.doomed[:n-1]
		return false
	}
	trim := l.trimFiles
	if c.anew {
		trim = l.makeSegment
	}
	err := trim()
	if err == nil {
		err = l.cutAborted(l.view.active.base, l.view.end)
	}
	if err == nil {
		err = l.dropSnapshots(l.view.end)
	}
	if err == nil {
		err = l.keepEpochs(trimEpochs(l.epochs, l.view.start, l.view.end))
	}
	if err != nil {
		l.fail(&c.op, err)
		return true
	}
	l.done(&c.op, l.view.end)
	return true
}

// trimFiles cuts the last segment's files to what its extent says.
func (l *writer) trimFiles() error {
	e := &l.view.active
	if err := l.trimFile(&e.log, e.size); err != nil {
		return err
	}
	if n := len(e.index); l.indexOnDisk > n {
		l.indexOnDisk = n
		if err := l.trimFile(&e.segment.index, int64(n)*indexEntryBytes); err != nil {
			return err
		}
	}
	if n := len(e.times); l.timesOnDisk > n {
		l.timesOnDisk = n
		return l.trimFile(&e.segment.times, int64(n)*timeEntryBytes)
	}
	return nil
}

func (l *writer) trimFile(h *handle, size int64) error {
	m := &l.w.meter
	file, err := l.w.files.acquire(h, m)
	if err != nil {
		return err
	}
	defer l.w.files.release(h)
	l.soil(h)
	m.call(0)
	return file.Truncate(size)
}

// advanceStart moves the log start up; segments wholly below it go, one a step.
func (l *writer) advanceStart(op port.LogOp) {
	switch {
	case op.Base > l.view.end:
		l.refuse(&op, port.FailRange)
		return
	case op.Base <= l.view.start && !(op.Roll && l.view.active.size > 0) && l.sealedBelow() == 0:
		l.done(&op, l.view.start)
		return
	case op.Roll:
		if op.Base != l.view.end {
			panic("BUG: a log rolls at another offset than its end")
		}
		err := l.roll(op.Base)
		if err == nil {
			err = l.keepSnapshot(op.Base, op.Snapshot)
		}
		if err != nil {
			l.fail(&op, err)
			return
		}
		l.w.touch(l)
	}
	// What goes may be all that is durable, of names too: a loss of power would leave an empty log,
	// which would hand out its offsets again.
	d := &dropper{l: l, op: op, hardening: l.flushed <= op.Base}
	if d.hardening || !d.moveStart() {
		l.begin(d)
	}
}

// sealedBelow counts the segments wholly below the log start. There may be some though the start stays:
//
//  1. DeleteRecords moves the start to the end of the active segment, which stays.
//  2. An append finds it too old, and begins another there.
//  3. Retention drops it: the log start is the next segment's base already.
func (l *writer) sealedBelow() (n int) {
	for n < len(l.view.sealed) && l.view.extent(n+1).base <= l.view.start {
		n++
	}
	return n
}

// belowStart takes the segments wholly below the log start out of the View.
func (l *writer) belowStart() []*segment {
	n := l.sealedBelow()
	doomed := segmentsOf(l.view.sealed[:n])
	l.view.sealed = l.view.sealed[n:]
	return doomed
}

// dropper removes segments from the start of a log, the oldest first, one a step; before that, it
// makes durable what stays, if need be, and moves the log start.
type dropper struct {
	l         *writer
	op        port.LogOp
	hardening bool
	moved     bool
	doomed    []*segment
}

func (d *dropper) step() bool {
	l := d.l
	switch {
	case d.hardening:
		done, err := l.harden()
		if err != nil {
			l.fail(&d.op, err)
			return true
		}
		d.hardening = !done
		return false
	case !d.moved:
		return d.moveStart()
	}
	t, err := l.setAside(d.doomed[0])
	if err != nil {
		l.failKeeping(&d.op, err, d.doomed)
		return true
	}
	l.w.delayed[l.id] = append(l.w.delayed[l.id], t)
	d.doomed = d.doomed[1:]
	return d.answered()
}

// moveStart shows readers the new log start, and tells whether that was all.
func (d *dropper) moveStart() (done bool) {
	l := d.l
	d.moved = true
	l.view.start = max(l.view.start, d.op.Base)
	d.doomed = l.belowStart()
	l.w.touch(l)
	l.publish()
	if err := l.keepEpochs(trimEpochs(l.epochs, l.view.start, kafka.Offset(1<<62))); err != nil {
		l.failKeeping(&d.op, err, d.doomed)
		return true
	}
	return d.answered()
}

// answered answers once nothing is left to remove.
func (d *dropper) answered() bool {
	if len(d.doomed) > 0 {
		return false
	}
	d.l.done(&d.op, d.l.view.start)
	return true
}
