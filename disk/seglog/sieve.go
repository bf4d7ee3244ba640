package seglog

import (
	"errors"
	"slices"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"

	"github.com/klauspost/crc32"
)

// batchReader reads the batches of a segment, one read a step.
type batchReader struct {
	open   bool
	extent extent
	// pos is where the next batch begins, whose first bytes are in buf[from:]; expected the least offset that it may have.
	pos      int64
	buf      []byte
	from     int
	expected kafka.Offset
	look     secondLook
}

func (b *batchReader) enter(e *extent) {
	b.open, b.extent, b.pos, b.expected, b.look = true, *e, 0, e.base, secondLook{}
	b.buf, b.from = b.buf[:0], 0
}

// fill reads on.
func (b *batchReader) fill(w *Worker) error {
	b.buf = append(b.buf[:0], b.buf[b.from:]...)
	b.from = 0
	at := b.pos + int64(len(b.buf))
	n := int(min(cleanBytes, b.extent.size-at))
	if n <= 0 {
		return nil
	}
	file, err := w.files.acquire(&b.extent.log, &w.meter)
	if err != nil {
		return err
	}
	defer w.files.release(&b.extent.log)
	have := len(b.buf)
	b.buf = slices.Grow(b.buf, n)[:have+n]
	w.meter.call(n)
	return readExact(file, b.buf[have:], at)
}

// atEnd tells whether all batches were given out.
func (b *batchReader) atEnd() bool { return b.pos == b.extent.size }

// next is the next batch, if it was read as a whole. One that is bad is read once more before that is believed.
func (b *batchReader) next() (h record.Header, batch []byte, err error) {
	left := b.buf[b.from:]
	if len(left) == 0 || len(left) < record.HeaderSize && b.pos+int64(len(left)) < b.extent.size {
		return h, nil, nil
	}
	h, err = record.ParseHeader(left)
	if err == nil && int(h.Size) > len(left) && b.pos+int64(h.Size) <= b.extent.size {
		return h, nil, nil
	}
	sound := err == nil && int(h.Size) <= len(left) && h.BaseOffset >= b.expected && h.LastOffsetDelta >= 0 && h.End() <= b.extent.end &&
		(b.pos+int64(h.Size) < b.extent.size || h.End() == b.extent.end) &&
		record.CheckStored(left[:h.Size], h) == nil
	if !sound {
		if !b.look.wanted(crc32.Checksum(left[:min(len(left), record.HeaderSize)], castagnoli)) {
			return h, nil, errCorrupt
		}
		b.buf, b.from = b.buf[:0], 0
		return h, nil, nil
	}
	b.look = secondLook{}
	batch = left[:h.Size:h.Size]
	b.from += int(h.Size)
	b.pos += int64(h.Size)
	b.expected = h.End()
	return h, batch, nil
}

// sieved is the segment that is being made.
type sieved struct {
	path string // without its suffixes
	file disk.File
	// written are the bytes in the file, buf[from:] those that come next.
	written int64
	buf     []byte
	from    int
	// same says that so far every batch was taken as it was.
	same    bool
	aborted []abortedTxn
	extent  extent
	indexer indexer
	walk    walker
	look    secondLook
	sealed  int
	// indexed says that there is a transaction index.
	indexed bool
}

// sieveOn writes what has come together, or reads on.
func (c *cleaner) sieveOn() error {
	w, o := c.l.w, &c.out
	if o.file == nil {
		w.meter.call(0)
		file, err := w.fs.Create(o.path + ".log" + cleanedSuffix)
		if err != nil {
			return err
		}
		o.file = file
		return nil
	}
	over := c.at == len(c.group)
	if left := len(o.buf) - o.from; left >= cleanBytes || over && left > 0 {
		n := min(left, cleanBytes)
		w.meter.call(n)
		if err := o.file.WriteAt(o.buf[o.from:o.from+n], o.written); err != nil {
			return err
		}
		c.done.BytesWritten += int64(n)
		o.written += int64(n)
		if o.from += n; o.from == len(o.buf) {
			o.buf, o.from = o.buf[:0], 0
		}
		return nil
	}
	if over {
		return c.sieveDone()
	}
	if !c.in.open {
		c.in.enter(&c.group[c.at])
	}
	err := c.in.fill(w)
	for err == nil {
		var batch []byte
		if c.h, batch, err = c.in.next(); err != nil || batch == nil {
			break
		}
		err = c.sift(batch)
	}
	if err == nil && c.in.atEnd() {
		c.in.open = false
		c.at++
	}
	return err
}

// sift decides about a batch, by Kafka's rules (LogCleaner.cleanInto and MemoryRecords.filterTo):
//
//   - of data, records stay that no later one of their key replaces; those of a transaction that was aborted go;
//   - a tombstone gets a delete horizon when it is met first, and goes when that has passed;
//   - a marker that was met without data of its transaction gets one, and goes then;
//   - of a producer's last batch at least the header stays, and of the last batch that is looked at.
func (c *cleaner) sift(batch []byte) error {
	h := &c.h
	control, dead := h.Attributes.IsControl(), false
	var err error
	if control {
		dead, err = c.txns.ends(h, batch, &c.sieve)
	} else {
		dead = c.txns.passes(h)
	}
	if err != nil {
		return err
	}
	passed := h.Attributes.HasDeleteHorizon() && h.BaseTimestamp <= c.spec.Now
	c.discard = dead && (!control || passed)
	if c.sieve.Take(*h, batch, recordBytesMax, c.judged) != nil {
		return errCorrupt
	}
	o, kept := &c.out, c.sieve.Kept
	sets := (c.sieve.Tombstones || control && dead) && !h.Attributes.HasDeleteHorizon()
	c.done.Records += int64(c.sieve.Passed)
	c.done.Kept += int64(kept)
	switch {
	case kept > 0 && kept == h.Count && !sets, kept == 0 && h.Count == 0 && c.mustStay():
		o.buf = append(o.buf, batch...)
		return nil
	case kept > 0:
		horizon := kafka.Wall(-1)
		if sets {
			horizon = c.spec.Now + kafka.Wall(c.spec.DeleteRetention)
		}
		o.buf, _ = c.sieve.Append(o.buf, horizon)
	case c.mustStay():
		o.buf, _ = record.AppendEmpty(o.buf, *h)
	}
	o.same = false
	return nil
}

// mustStay tells whether a batch stays though none of its records does.
func (c *cleaner) mustStay() bool {
	h := &c.h
	if h.End() == c.end {
		return true
	}
	if h.ProducerID < 0 {
		return false
	}
	p, found := c.producer(h.ProducerID)
	if !found {
		return false
	}
	if p.Last == kafka.NoOffset {
		return h.Attributes.IsControl() && h.ProducerEpoch == p.Epoch
	}
	return h.Last() == p.Last
}

// stays tells whether a record stays.
func (c *cleaner) stays(at kafka.Offset, key []byte, tombstone bool) bool {
	h := &c.h
	switch {
	case c.discard:
		return false
	case h.Attributes.IsControl(), at >= c.end:
		return true
	case key == nil || at < c.keys.last(key):
		return false
	}
	return !tombstone || !h.Attributes.HasDeleteHorizon() || c.spec.Now < h.BaseTimestamp
}

// sieveDone has what was made read back, unless it is what was there.
func (c *cleaner) sieveDone() error {
	o := &c.out
	if o.same {
		c.txns.kept = nil
		c.group = c.group[:0]
		c.close()
		c.stage = cleanChoosing
		return c.remove()
	}
	base := c.group[0].base
	o.extent = extent{segment: &segment{base: base}, end: base, top: noTime, hot: true}
	o.extent.first = noTime.time
	o.indexer = c.l.indexer
	o.indexer.sinceBytes = 0
	last := &c.group[len(c.group)-1]
	o.walk = walker{file: o.file, size: o.written, expected: base, until: last.end}
	o.walk.checkFrom, o.walk.foldFrom = 0, 0
	o.aborted = c.txns.kept
	c.txns.kept = nil
	c.stage = cleanReading
	return nil
}

// readBack sums what was written, and makes the indexes of it.
func (c *cleaner) readBack() error {
	o, w := &c.out, c.l.w
	came, err := o.walk.step(&w.meter, w.readBuffer(min(cleanBytes, o.walk.rest())), func(h *record.Header, pos int64) {
		o.look = secondLook{}
		o.indexer.add(&o.extent, h, pos)
		o.extent.size, o.extent.end = pos+int64(h.Size), h.End()
	})
	switch {
	case err != nil && !errors.Is(err, errCorrupt):
		return err
	case came == atBad && o.look.wanted(o.walk.evidence):
		o.walk.left = 0
	case came == atBad:
		// It was not written as it was given: once more, and if that is no better, not at all.
		if c.again {
			return errCorrupt
		}
		c.again = true
		c.close()
	case came == atEnd:
		o.indexer.addTime(&o.extent)
		c.stage = cleanSealing
	}
	return nil
}

// seal makes the segment and its indexes durable, a file a step; then it is for OpReplace.
func (c *cleaner) seal() (done bool, err error) {
	o, l := &c.out, c.l
	e := &o.extent
	o.sealed++
	switch o.sealed {
	case 1:
		return false, l.keepDurable(o.path+".index"+cleanedSuffix, appendIndex(nil, e.base, e.index))
	case 2:
		return false, l.keepDurable(o.path+".timeindex"+cleanedSuffix, appendTimes(nil, e.base, e.times))
	case 3:
		// Where the old segments have one there is one, be it empty: else nobody could tell whose that is which a
		// crash left.
		for i := range c.group {
			_, found := slices.BinarySearch(l.aborted, c.group[i].base)
			o.indexed = o.indexed || found
		}
		if !o.indexed {
			return false, nil
		}
		return false, l.keepDurable(o.path+txnIndexSuffix+cleanedSuffix, appendAborted(nil, o.aborted))
	case 4:
		l.w.meter.call(0)
		return false, o.file.Sync()
	}
	l.w.meter.call(0)
	closeIdle(o.file)
	o.file = nil
	l.w.meter.call(0)
	if err := l.w.fs.SyncDir(l.dir); err != nil {
		return false, err
	}
	e.hot, e.indexCount, e.timesCount, e.index, e.times = false, len(e.index), len(e.times), nil, nil
	c.stage = cleanBuilt
	c.done.Base, c.done.End, c.done.More = e.base, c.next, true
	c.done.Segment = segmentInfo(e)
	return true, nil
}

// keepDurable writes a small file of its own, and syncs it.
func (l *writer) keepDurable(path string, b []byte) error {
	m := &l.w.meter
	m.call(len(b))
	file, err := l.w.fs.Create(path)
	if err != nil {
		return err
	}
	if len(b) > 0 {
		m.call(0)
		err = file.WriteAt(b, 0)
	}
	if err == nil {
		m.call(0)
		err = file.Sync()
	}
	m.call(0)
	return errors.Join(err, file.Close())
}

// remove takes the files of what was made off the disk.
func (c *cleaner) remove() error {
	if c.out.path == "" {
		return nil
	}
	for _, suffix := range segmentSuffixes {
		c.l.w.meter.call(0)
		if err := c.l.w.fs.Remove(c.out.path + suffix + cleanedSuffix); err != nil && !errors.Is(err, disk.ErrNotExist) {
			return err
		}
	}
	return nil
}

// segmentSuffixes are those of a segment's files, the log last.
var segmentSuffixes = [...]string{txnIndexSuffix, ".index", ".timeindex", ".log"}

// segmentInfo is what the core is told of a segment.
func segmentInfo(e *extent) port.SegmentInfo {
	first := e.first
	if e.size == 0 {
		first = noTime.time
	}
	return port.SegmentInfo{Base: e.base, Size: e.size, FirstTimestamp: first, MaxTimestamp: e.top.time}
}
