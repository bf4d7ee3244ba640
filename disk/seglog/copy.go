package seglog

import (
	"errors"
	"math"
	"slices"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
)

// A log moves to another log directory (KIP-113) as a copy, byte for byte, that is made beside it: by the
// log's own worker, a piece at a time, in what its turns have left. Every batch of the copy is read back and
// summed; the indexes are made of what was read, by the rule by which appends make them. The end of it is
// short, and in the log's order: what is left is copied, all of it made durable, and the copy renamed to be
// the log. What readers have of the old files they keep.

const futureSuffix = "-future"

// futureName is the name of a copy's directory, of which no log can have the name.
func (l *writer) futureName() string { return l.name + "." + hexOf(l.id.Topic) + futureSuffix }

// copier is a copy of a log under way. After a failure it does nothing any more.
type copier struct {
	l      *writer
	parent string
	dir    string
	// op is the OpCopy that is to be answered, while waits is true.
	op    port.LogOp
	waits bool
	// done are the segments that are copied, durable and sealed, by rising base; part is the next.
	done []extent
	part *copied
	// indexer is that of the part.
	indexer indexer
	// tidy are files that are no part of the log any more.
	tidy     []string
	finished bool
	failed   bool
}

// copied is a segment that is being copied. Of its first size bytes walk has seen those below pos.
type copied struct {
	extent extent
	file   disk.File
	size   int64
	synced int64
	walk   walker
	look   secondLook
	// indexed says that the index files are there, tied that the transaction index is, if there is any.
	indexed, tied bool
}

// errTarget says that it was the directory of the copy that failed.
type errTarget struct{ error }

func (e errTarget) Unwrap() error { return e.error }

func target(err error) error {
	if err == nil {
		return nil
	}
	return errTarget{err}
}

// copyFailure is failureOf, for a copy.
func copyFailure(err error) port.Failure {
	f := failureOf(err)
	if t := (errTarget{}); f == port.FailIO && errors.As(err, &t) {
		return port.FailTarget
	}
	return f
}

// progress is how far a copy is: the size of its segments, and its end.
type progress struct {
	bytes int64
	end   kafka.Offset
}

// tell lets readers know how far the copy is.
func (c *copier) tell() {
	p := progress{}
	for i := range c.done {
		p.bytes, p.end = p.bytes+c.done[i].size, c.done[i].end
	}
	if c.part != nil {
		p.bytes, p.end = p.bytes+c.part.extent.size, c.part.extent.end
	}
	c.l.w.reg.tellCopy(c.l.id, p)
}

func (r *Registry) tellCopy(id kafka.TopicPartition, p progress) {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	r.copies[id] = p
}

func (r *Registry) untellCopy(id kafka.TopicPartition) {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	delete(r.copies, id)
}

// copied answers ReadCopied.
func (r *Registry) copied(q port.Read) port.ReadDone {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	d := failed(q, port.FailNone)
	d.Next, d.TotalBytes = r.copies[q.Log].end, r.copies[q.Log].bytes
	return d
}

const (
	// copyBytes is how much of a file one step copies, and how much one reads back.
	copyBytes = 64 << 10
	// copyTurnBytes is how much of a turn's budget copies take at most, so that appends need not wait for long.
	copyTurnBytes = 1 << 20
)

// copyOn goes on with the copy that has waited longest. The others wait until it has come to the end of its
// log, with nothing open.
func (w *Worker) copyOn() {
	upto := w.meter.bytes + copyTurnBytes
	for len(w.copies) > 0 && !w.spent() && w.meter.bytes < upto {
		w.copyStep()
	}
}

func (w *Worker) copyStep() {
	w.copied = true
	c := w.copies[0]
	caughtUp, err := c.step()
	c.tell()
	switch {
	case err != nil:
		c.fail()
		c.answer(copyFailure(err))
	case caughtUp:
		c.close()
		c.answer(port.FailNone)
	}
}

// answer ends an OpCopy.
func (c *copier) answer(f port.Failure) {
	l := c.l
	l.w.copies = slices.DeleteFunc(l.w.copies, func(o *copier) bool { return o == c })
	if !c.waits {
		return
	}
	c.waits = false
	if f != port.FailNone {
		l.refuse(&c.op, f)
		return
	}
	l.done(&c.op, c.part.extent.end)
}

// fail lets go of what the copier has open.
func (c *copier) fail() {
	c.failed = true
	c.close()
}

func (c *copier) close() {
	if c.part != nil && c.part.file != nil {
		c.l.w.meter.call(0)
		closeIdle(c.part.file)
		c.part.file = nil
	}
}

// step does one bounded piece, and tells whether the copy has come to the log's end.
func (c *copier) step() (caughtUp bool, err error) {
	if c.part == nil {
		return false, c.next()
	}
	p := c.part
	i, found := c.source(p)
	switch {
	case !found: // its log let go of it meanwhile
		c.drop()
		return false, nil
	case p.file == nil:
		return false, c.reopen()
	case p.size < c.l.view.extent(i).size:
		return false, c.pour(c.l.view.extent(i))
	case p.walk.pos < p.size:
		return false, c.readBack()
	case i < len(c.l.view.sealed):
		return false, c.seal(true)
	case p.synced < p.size:
		p.synced = p.size
		c.l.w.meter.call(0)
		return false, target(p.file.Sync())
	}
	return true, nil
}

// source finds the segment of the log that a part is a copy of.
func (c *copier) source(p *copied) (int, bool) {
	v := &c.l.view
	for i := range v.Segments() {
		if v.extent(i).base == p.extent.base {
			return i, true
		}
	}
	return 0, false
}

// next begins with the first segment that is not copied.
func (c *copier) next() error {
	v := &c.l.view
	i := 0
	if n := len(c.done); n > 0 {
		for v.extent(i).base <= c.done[n-1].base {
			i++
		}
	}
	base := v.extent(i).base
	c.l.w.meter.call(0)
	file, err := c.l.w.fs.Create(c.path(base) + ".log")
	if err != nil {
		return target(err)
	}
	c.part = &copied{
		extent: extent{segment: &segment{base: base}, end: base, top: noTime, hot: true},
		file:   file, synced: -1,
		walk: walker{file: file, expected: base, until: math.MaxInt64},
	}
	c.indexer = c.l.indexer
	c.indexer.sinceBytes = 0
	return nil
}

func (c *copier) reopen() error {
	p := c.part
	c.l.w.meter.call(0)
	file, err := c.l.w.fs.Open(c.path(p.extent.base) + ".log")
	if err != nil {
		return target(err)
	}
	p.file, p.walk.file = file, file
	return nil
}

// pour copies the next bytes of a segment, up to what is written of it by now: whole batches in the end.
func (c *copier) pour(e *extent) error {
	p, w := c.part, c.l.w
	b := w.readBuffer(min(copyBytes, e.size-p.size))
	file, err := w.files.acquire(&e.log, &w.meter)
	if err != nil {
		return err
	}
	w.meter.call(len(b))
	err = readExact(file, b, p.size)
	w.files.release(&e.log)
	if err != nil {
		return err
	}
	w.meter.call(len(b))
	if err := p.file.WriteAt(b, p.size); err != nil {
		return target(err)
	}
	p.size += int64(len(b))
	p.walk.size = p.size
	return nil
}

// readBack sums what was copied. What is bad is copied once more: one reading proves nothing.
func (c *copier) readBack() error {
	p, w := c.part, c.l.w
	if i, _ := c.source(p); p.size < c.l.view.extent(i).size {
		panic("BUG: a copy is read back before it ends with a batch")
	}
	came, err := p.walk.step(&w.meter, w.readBuffer(min(copyBytes, p.walk.rest())), func(h *record.Header, pos int64) {
		p.look = secondLook{}
		c.indexer.add(&p.extent, h, pos)
		p.extent.size, p.extent.end = pos+int64(h.Size), h.End()
	})
	if err != nil {
		return target(err)
	}
	if came == atBad {
		if !p.look.wanted(p.walk.evidence) {
			return errCorrupt
		}
		p.size, p.walk.size, p.walk.left = p.walk.pos, p.walk.pos, 0
	}
	return nil
}

// seal writes the indexes of the part and makes it durable, a file a step; a sealed one is done with that.
func (c *copier) seal(sealed bool) error {
	l, p := c.l, c.part
	path := c.path(p.extent.base)
	switch {
	case !p.indexed:
		c.indexer.addTime(&p.extent)
		p.indexed = true
		if err := c.keep(path+".index", appendIndex(nil, p.extent.base, p.extent.index)); err != nil {
			return err
		}
		return c.keep(path+".timeindex", appendTimes(nil, p.extent.base, p.extent.times))
	case !p.tied:
		p.tied = true
		if _, found := slices.BinarySearch(l.aborted, p.extent.base); !found {
			return nil
		}
		return c.bring(segmentName(p.extent.base) + txnIndexSuffix)
	case p.synced < p.size:
		p.synced = p.size
		l.w.meter.call(0)
		return target(p.file.Sync())
	case sealed:
		c.close()
		e := p.extent
		e.hot, e.indexCount, e.timesCount, e.index, e.times = false, len(e.index), len(e.times), nil, nil
		c.done, c.part = append(c.done, e), nil
	}
	return nil
}

// keep writes a small file of the copy, durably.
func (c *copier) keep(path string, b []byte) error {
	m := &c.l.w.meter
	m.call(len(b))
	file, err := c.l.w.fs.Create(path)
	if err != nil {
		return target(err)
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
	return target(errors.Join(err, file.Close()))
}

// bring copies a whole small file of the log.
func (c *copier) bring(name string) error {
	l := c.l
	path := l.dir + "/" + name
	l.w.meter.call(0)
	file, err := l.w.fs.Open(path)
	if err != nil {
		return err
	}
	l.w.meter.call(0)
	size, err := file.Size()
	l.w.meter.call(0)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	b, err := l.readWhole(path, size)
	if err != nil {
		return err
	}
	return c.keep(c.dir+"/"+name, b)
}

func (c *copier) path(base kafka.Offset) string { return c.dir + "/" + segmentName(base) }

// discard has the files of a segment removed when the copy is finished.
func (c *copier) discard(base kafka.Offset) {
	for _, suffix := range []string{".log", ".index", ".timeindex", txnIndexSuffix} {
		c.tidy = append(c.tidy, c.path(base)+suffix)
	}
}

// drop gives up the part: what there is of it goes when the copy is finished.
func (c *copier) drop() {
	c.close()
	c.discard(c.part.extent.base)
	c.part = nil
}
