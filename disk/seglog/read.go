package seglog

import (
	"errors"
	"slices"
	"sort"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
)

const (
	// gatherBytesMax bounds what is copied together of small appends for one read.
	gatherBytesMax = 1 << 20
	// gatherBytesMin is the size from which appends that lie together are passed on as they are.
	gatherBytesMin = 256 << 10
	// viewRetries is how often a reader looks again when a file went away under its View. Each
	// time the View is newer; a log that loses segments faster than that answers FailRange.
	viewRetries = 4
)

// Reader answers reads of the logs in a registry. It may be used by any number of goroutines.
type Reader struct {
	reg  *Registry
	pool port.Pool
	fs   disk.FS
	dirs []Dir
}

// NewReader returns a reader. The pool lends the memory in which small appends are gathered; of an
// exhausted one each is answered by itself. limits.OpenFiles bounds the files held
// open, broker-wide; pinned ones may exceed it. dirs are the log directories that ReadSpace asks of.
func NewReader(reg *Registry, fs disk.FS, pool port.Pool, limits port.Limits, dirs []Dir) *Reader {
	reg.files.attach(fs, limits.OpenFiles)
	return &Reader{reg: reg, pool: pool, fs: fs, dirs: dirs}
}

// Read answers q from the log's View of this moment. It may block on the disk unless Cached says
// otherwise.
func (r *Reader) Read(q port.Read) port.ReadDone {
	if q.Kind == port.ReadSpace {
		return r.space(q)
	}
	if q.Kind == port.ReadCopied {
		return r.reg.copied(q)
	}
	log := r.reg.Log(q.Log)
	if log == nil {
		return failed(q, port.FailMissing)
	}
	misread := false
	for range viewRetries {
		v := log.View()
		d, err := r.readView(v, q)
		if err == nil {
			return d
		}
		// Damage may be a truncation that ran beside the read. With the same View it is not, but the disk may
		// have given the wrong bytes, once: whoever meets damage looks again.
		again := errors.Is(err, errGone) || errors.Is(err, errCorrupt) && (log.View() != v || !misread)
		if misread = misread || errors.Is(err, errCorrupt); !again {
			return failed(q, failureOf(err))
		}
	}
	return failed(q, port.FailRange)
}

// Cached tells whether a ReadBatches or ReadCopy would be answered from memory, or at once because
// there is nothing to read.
func (r *Reader) Cached(q port.Read) bool {
	if q.Kind == port.ReadSpace || q.Kind == port.ReadCopied {
		return q.Kind == port.ReadCopied
	}
	log := r.reg.Log(q.Log)
	if log == nil {
		return true
	}
	if q.Kind != port.ReadBatches && q.Kind != port.ReadCopy {
		return false
	}
	v := log.View()
	return q.From >= min(v.end, q.Upto) || q.From < v.start || v.inTail(q.From)
}

// space asks the file system of a log directory.
func (r *Reader) space(q port.Read) port.ReadDone {
	i := slices.IndexFunc(r.dirs, func(d Dir) bool { return d.ID == q.Dir })
	if i < 0 {
		return failed(q, port.FailMissing)
	}
	d := failed(q, port.FailNone)
	var err error
	if d.TotalBytes, d.UsableBytes, err = r.fs.Space(r.dirs[i].Path); err != nil {
		return failed(q, failureOf(err))
	}
	return d
}

func failed(q port.Read, f port.Failure) port.ReadDone {
	return port.ReadDone{
		ID: q.ID, Log: q.Log, Fail: f, Next: q.From,
		Found: kafka.NoOffset, Timestamp: -1, Epoch: kafka.NoLeaderEpoch,
	}
}

// failureOf maps an error of the port to a failure.
func failureOf(err error) port.Failure {
	switch {
	case errors.Is(err, errCorrupt):
		return port.FailCorrupt
	case errors.Is(err, disk.ErrNoSpace):
		return port.FailNoSpace
	}
	return port.FailIO
}

func (r *Reader) readView(v *View, q port.Read) (port.ReadDone, error) {
	d := failed(q, port.FailNone)
	q.Upto = min(q.Upto, v.end)
	switch q.Kind {
	case port.ReadTime:
		return d, v.readTime(q, &d)
	case port.ReadMaxTime:
		return d, v.readMaxTime(q, &d)
	}
	if q.From < v.start || q.From > v.end {
		d.Fail = port.FailRange
		return d, nil
	}
	if q.From >= q.Upto {
		return d, nil
	}
	span, next, ok := v.readTail(q, r.pool)
	if !ok {
		var err error
		if span, next, err = v.readFile(q); err != nil {
			return d, err
		}
	}
	d.Span, d.Next = span, next
	if q.Kind == port.ReadCopy {
		return d, copyInto(&d, q.From)
	}
	return d, nil
}

// chunkOf is the number of the chunk that holds the offset, or -1.
func (v *View) chunkOf(at kafka.Offset) int {
	return sort.Search(len(v.tail), func(i int) bool { return v.tail[i].base > at }) - 1
}

// inTail tells whether the offset is in memory, at this moment.
func (v *View) inTail(at kafka.Offset) bool {
	i := v.chunkOf(at)
	return i >= 0 && v.tail[i].buf.Held()
}

// readTail answers from memory; ok is false when the offset is not there (any more).
func (v *View) readTail(q port.Read, pool port.Pool) (span port.Span, next kafka.Offset, ok bool) {
	i := v.chunkOf(q.From)
	if i < 0 {
		return port.Span{}, q.From, false
	}
	held, ok := v.tail[i].retain()
	if !ok {
		return port.Span{}, q.From, false
	}
	part := cut(held.Bytes(), q.From, q.Upto, int(q.BytesMax), q.AtLeastOne)
	if part.hi == part.lo {
		held.Release()
		return port.Span{}, q.From, true
	}
	if part.next < v.tail[i].end {
		return held.Slice(part.lo, part.hi), part.next, true
	}
	more, total := v.whole(q, i+1, part.hi-part.lo, int(q.BytesMax), true)
	from := v.tail[i].from + part.lo
	first := port.MemSpan(v.tail[i].buf.B[from:from+total], v.tail[i].buf)
	if total >= gatherBytesMin {
		return first, v.tail[more-1].end, true
	}
	all, total := v.whole(q, more, total, min(int(q.BytesMax), gatherBytesMax), false)
	if all == more {
		return first, v.tail[more-1].end, true
	}
	buf := pool.Get(total)
	if buf == nil {
		return first, v.tail[more-1].end, true // whoever does not read what was gathered for him gets no more
	}
	b := append(buf.B[:0], first.Bytes()...)
	first.Release()
	for ; more < all; more++ {
		held, ok := v.tail[more].retain()
		if !ok {
			break
		}
		b = append(b, held.Bytes()...)
		held.Release()
	}
	return port.MemSpan(b, buf), v.tail[more-1].end, true
}

// whole adds the chunks from i on that a read wants as a whole to total, up to limit: those that lie one
// behind the other in one buffer, or all. It returns the first that is not among them.
func (v *View) whole(q port.Read, i, total, limit int, joined bool) (int, int) {
	for ; i < len(v.tail) && v.tail[i].end <= q.Upto && total+v.tail[i].size <= limit; i++ {
		before, c := &v.tail[i-1], &v.tail[i]
		if joined && (c.buf != before.buf || c.from != before.from+before.size) {
			break
		}
		total += c.size
	}
	return i, total
}

// readFile answers with a region of the segment that holds the offset.
func (v *View) readFile(q port.Read) (port.Span, kafka.Offset, error) {
	for i := v.find(q.From); i <= len(v.sealed); i++ {
		e := v.extent(i)
		if e.size == 0 || e.end <= q.From {
			continue
		}
		span, next, found, err := e.readRegion(q)
		if err != nil || found {
			return span, next, err
		}
	}
	return port.Span{}, q.From, nil
}

// readRegion answers from one segment. found says that the batch asked for is there, though it may
// be too large for the answer: then nothing behind it may be given either.
func (e *extent) readRegion(q port.Read) (span port.Span, next kafka.Offset, found bool, err error) {
	start, _, err := e.lastIndex(func(x indexEntry) bool { return x.offset <= q.From })
	if err != nil {
		return port.Span{}, q.From, false, err
	}
	file, err := e.files.acquire(&e.log, nil)
	if err != nil {
		return port.Span{}, q.From, false, err
	}
	scan, err := e.enter(file, start)
	var first record.Header
	ok := false
	if err == nil {
		first, ok, err = scan.seek(q.From)
	}
	lo, hi := scan.pos, scan.pos
	next = q.From
	if err == nil && ok && first.End() > e.end { // nothing ends beyond its segment: its header is damaged
		err = errCorrupt
	}
	if err == nil && ok && first.End() <= q.Upto && (q.AtLeastOne || first.Size <= q.BytesMax) {
		hi, next = lo+int64(first.Size), first.End()
		hi, next, err = e.regionEnd(q, lo, hi, next, &scan)
	}
	if err != nil || hi == lo {
		e.files.release(&e.log)
		return port.Span{}, q.From, ok, err
	}
	return port.FileSpan(e.segment, lo, int(hi-lo)), next, true, nil
}

// regionEnd finds how far a region that begins at lo may reach; it holds one batch, up to hi,
// already. The index takes it near the end, headers are read from there on.
func (e *extent) regionEnd(q port.Read, lo, hi int64, next kafka.Offset, scan *scanner) (int64, kafka.Offset, error) {
	limit := lo + int64(q.BytesMax)
	if e.size <= limit && e.end <= q.Upto {
		return e.size, e.end, nil
	}
	near, ok, err := e.lastIndex(func(x indexEntry) bool { return x.offset < q.Upto && x.pos <= limit })
	if err != nil {
		return hi, next, err
	}
	scan.pos, scan.expected = hi, next
	if ok && near.pos > hi {
		leapt := *scan
		leapt.pos = near.pos
		// The batch before near ends at or below Upto too, and lies below the limit. Its end is
		// learned from the batch at near, or is where that begins. If there is none, the index is not believed.
		if h, ok, err := leapt.next(); err == nil && ok && h.BaseOffset <= near.offset {
			leapt.back(&h)
			*scan, hi, next = leapt, near.pos, kafka.NoOffset
		} else if err != nil && !errors.Is(err, errCorrupt) {
			return hi, next, err
		} else {
			scan.buf = scan.buf[:0] // the leap read over what it held
		}
	}
	for next < q.Upto { // what lies above may be cut off, or written over, at this moment
		h, ok, err := scan.next()
		if err != nil {
			return hi, next, err
		}
		if ok && next == kafka.NoOffset {
			next = h.BaseOffset
		}
		if !ok || h.End() > q.Upto || scan.pos > limit {
			return hi, next, nil
		}
		hi, next = scan.pos, h.End()
	}
	return hi, next, nil
}

// copyInto reads the region that d holds into memory of the core's own.
func copyInto(d *port.ReadDone, from kafka.Offset) error {
	span := d.Span
	d.Span = port.Span{}
	defer span.Release()
	d.Data = make([]byte, span.Len())
	if span.InMemory() {
		copy(d.Data, span.Bytes())
		return nil
	}
	region, off := span.Region()
	if _, err := region.ReadAt(d.Data, off); err != nil {
		return err
	}
	return checkCopied(d.Data, from, d.Next)
}

// checkCopied looks whether the core is given what was written, up to next: it believes what it reads.
func checkCopied(b []byte, from, next kafka.Offset) error {
	last := kafka.Offset(0)
	for len(b) > 0 {
		h, batch, rest, err := record.Split(b)
		if err != nil || record.CheckStored(batch, h) != nil || h.BaseOffset < last || h.End() <= from {
			return errCorrupt
		}
		b, last = rest, h.End()
	}
	if last != next {
		return errCorrupt
	}
	return nil
}
