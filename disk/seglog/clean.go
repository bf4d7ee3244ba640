package seglog

import (
	"errors"
	"slices"
	"sort"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// A log is compacted (KIP-58) as Kafka does it: of the part that is not compacted yet a table is made that says of
// each key where its last record is; then all segments below its end are written anew, several small ones as one,
// without the records that a later one of the table replaces. It is done aside, by the log's own worker, a piece at a
// time, in what its turns have left; what is made is read back before it counts. It ends, for each group of segments,
// in OpReplace, which has its place in the log's order. Groups come in the order of offsets, so that whatever a crash
// cuts off, a tombstone or a marker never goes before what it is about.

const (
	cleanedSuffix = ".cleaned"
	swapSuffix    = ".swap"
	// cleanBytes is how much one step reads or writes.
	cleanBytes = 64 << 10
	// cleanTurnBytes is how much of a turn's budget compaction takes at most, so that appends need not wait for long.
	cleanTurnBytes = 1 << 20
)

// cleanStage is how far a compaction is.
type cleanStage uint8

const (
	cleanGathering cleanStage = iota // which transactions were aborted
	cleanMapping                     // looking for the last record of each key
	cleanChoosing                    // the next segments
	cleanSieving                     // writing what stays of them
	cleanReading                     // reading that back
	cleanSealing                     // making it durable
	cleanBuilt                       // for OpReplace
	cleanWaiting                     // for the next OpClean
)

// cleaner is the compaction of a log under way.
type cleaner struct {
	l     *writer
	spec  port.CleanSpec
	keys  *keyMap
	stage cleanStage
	// op is the OpClean that is to be answered, while waits is true.
	op    port.LogOp
	waits bool
	// next is the base from which on the next segment is looked for, latest the last offset that the table knows of,
	// full that it can't know of more; end is where the segments end that are written anew.
	next, latest, end kafka.Offset
	full              bool
	in                batchReader
	sieve             record.Sieve
	// gathered counts the transaction indexes that were read; txns is what is known of transactions where the passage
	// is, atGroup where the group begins.
	gathered      int
	txns, atGroup txnState
	group         []extent
	at            int // the segment of the group that is read
	out           sieved
	done          port.Cleaned
	// noted and judged are methods of c, made once; discard says that the batch that is judged goes as a whole.
	noted, judged func(kafka.Offset, []byte, bool) bool
	h             record.Header
	discard       bool
	again         bool
}

// startClean begins a compaction, or the next part of one.
func (l *writer) startClean(op port.LogOp) {
	c := l.clean
	switch {
	case op.Clean == nil && (c == nil || c.stage != cleanWaiting), op.Clean != nil && l.copy != nil:
		l.refuse(&op, port.FailMissing)
		return
	case op.Clean == nil:
		c.stage = cleanChoosing
	default:
		l.dropClean()
		c = newCleaner(l, *op.Clean)
		l.clean = c
	}
	c.op, c.waits = op, true
	c.done = port.Cleaned{}
	l.w.cleans = append(l.w.cleans, c)
}

func newCleaner(l *writer, spec port.CleanSpec) *cleaner {
	var key hashKey
	for i, b := range spec.HashKey {
		key[i/8] = key[i/8]<<8 | uint64(b)
	}
	c := &cleaner{l: l, spec: spec, keys: newKeyMap(key, spec.Slots, spec.Keys), latest: kafka.NoOffset}
	c.sieve.Codecs = &l.w.codecs
	c.noted, c.judged = c.note, c.stays
	c.next = l.view.extent(l.view.find(spec.From)).base
	return c
}

// stopClean lets go of a compaction, at the wish of the core.
func (l *writer) stopClean(op port.LogOp) {
	c := l.clean
	l.dropClean()
	if c != nil {
		if err := c.remove(); err != nil {
			l.fail(&op, err)
			return
		}
	}
	l.done(&op, kafka.NoOffset)
}

// dropClean ends the compaction under way, without touching what there is of it: the next one writes over it, and
// the next opening removes it.
func (l *writer) dropClean() {
	if c := l.clean; c != nil {
		l.clean = nil
		c.close()
		c.answer(port.FailFenced)
	}
}

// cleanOn goes on with the compaction that has waited longest.
func (w *Worker) cleanOn() {
	upto := w.meter.bytes + cleanTurnBytes
	for len(w.cleans) > 0 && !w.spent() && w.meter.bytes < upto {
		w.cleanStep()
	}
}

func (w *Worker) cleanStep() {
	w.cleaned = true
	c := w.cleans[0]
	before := w.meter.bytes
	done, err := c.step()
	c.done.BytesRead += w.meter.bytes - before
	switch {
	case errors.Is(err, errGone): // the log let go of the segment meanwhile
		c.passOver()
	case errors.Is(err, errCorrupt):
		c.l.clean = nil
		c.close()
		c.answer(port.FailCorrupt)
	case err != nil:
		l, op := c.l, c.op
		l.clean, c.waits = nil, false
		c.close()
		c.leave()
		l.fail(&op, err)
	case done:
		c.answer(port.FailNone)
	}
}

// leave takes the compaction off the list of those that go on.
func (c *cleaner) leave() {
	c.l.w.cleans = slices.DeleteFunc(c.l.w.cleans, func(o *cleaner) bool { return o == c })
}

// answer ends an OpClean.
func (c *cleaner) answer(f port.Failure) {
	c.leave()
	if !c.waits {
		return
	}
	c.waits = false
	if f != port.FailNone {
		c.l.refuse(&c.op, f)
		return
	}
	op, done := &c.op, c.done
	done.Keys = int64(c.keys.used)
	done.BytesRead -= done.BytesWritten
	c.l.w.out = append(c.l.w.out, port.LogDone{Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: done.End, Cleaned: &done})
}

// step does one bounded piece, and tells whether the part is done.
func (c *cleaner) step() (done bool, err error) {
	switch c.stage {
	case cleanGathering:
		return false, c.gather()
	case cleanMapping:
		return false, c.mapOn()
	case cleanChoosing:
		return c.choose(), nil
	case cleanSieving:
		return false, c.sieveOn()
	case cleanReading:
		return false, c.readBack()
	case cleanSealing:
		return c.seal()
	}
	panic("BUG: a compaction goes on that waits")
}

// passOver goes on behind a segment that is gone.
func (c *cleaner) passOver() {
	c.in.open = false
	if c.stage == cleanMapping {
		c.next = c.in.extent.base + 1
		return
	}
	c.close()
	c.stage = cleanChoosing
}

// sealedFrom is the first sealed segment whose base is not below an offset.
func (v *View) sealedFrom(at kafka.Offset) (*extent, bool) {
	i := sort.Search(len(v.sealed), func(i int) bool { return v.sealed[i].base >= at })
	if i == len(v.sealed) {
		return nil, false
	}
	return &v.sealed[i], true
}

// mapOn reads on, and looks at the keys of the batches that came.
func (c *cleaner) mapOn() error {
	if !c.in.open {
		e, found := c.l.view.sealedFrom(c.next)
		if !found || c.full || e.base >= c.spec.Upto {
			return c.mapped()
		}
		c.in.enter(e)
		return nil
	}
	err := c.in.fill(c.l.w)
	for err == nil && !c.full {
		var batch []byte
		if c.h, batch, err = c.in.next(); err != nil || batch == nil {
			break
		}
		err = c.mapBatch(batch)
	}
	if err == nil && c.in.atEnd() || c.full {
		c.in.open = false
		c.next = c.in.extent.base + 1
	}
	return err
}

// mapBatch takes the keys of a batch into the table. Those of transactions that were aborted replace nothing.
func (c *cleaner) mapBatch(batch []byte) error {
	h := &c.h
	if h.Attributes.IsControl() {
		_, err := c.txns.ends(h, batch, &c.sieve)
		return err
	}
	if c.txns.passes(h) || h.End() <= c.spec.From {
		return nil
	}
	if c.sieve.Take(*h, batch, recordBytesMax, c.noted) != nil {
		return errCorrupt
	}
	return nil
}

// note takes a record's key into the table. Of a batch for which there is no room it may know a part; whatever lies
// behind the last record that it knows stays for the next time.
func (c *cleaner) note(at kafka.Offset, key []byte, _ bool) bool {
	if at < c.spec.From || c.full || key == nil {
		return false
	}
	if c.full = !c.keys.put(key, at); !c.full {
		c.latest = at
	}
	return false
}

// mapped goes on to the segments, with the first of the log.
func (c *cleaner) mapped() error {
	c.end = c.spec.Upto
	if c.full {
		c.end = c.latest + 1
	}
	c.next = c.l.view.extent(0).base
	c.txns.rewind()
	c.stage = cleanChoosing
	return nil
}

// choose takes the next segments that fit into one, by Kafka's rule (groupSegmentsBySize). It tells whether there
// are none left.
func (c *cleaner) choose() (over bool) {
	v := &c.l.view
	c.group = c.group[:0]
	var bytes, entries, times int64
	for {
		e, found := v.sealedFrom(c.next)
		if !found || e.base >= c.end {
			break
		}
		after := v.extent(sort.Search(len(v.sealed), func(i int) bool { return v.sealed[i].base > e.base })).base
		bytes, entries, times = bytes+e.size, entries+int64(e.indexCount), times+int64(e.timesCount)
		if len(c.group) > 0 && (bytes > int64(c.spec.SegmentBytes) || entries > int64(c.spec.IndexBytesMax)/indexEntryBytes ||
			times >= int64(c.spec.IndexBytesMax)/timeEntryBytes-1 || after-c.group[0].base > spanMax) {
			break
		}
		c.group = append(c.group, *e)
		c.next = after
	}
	if len(c.group) == 0 {
		c.done.Base, c.done.End, c.done.Reached = c.end, c.end, c.end
		c.l.clean = nil
		return true
	}
	c.at = 0
	c.atGroup = c.txns.clone()
	c.out = sieved{path: c.l.dir + "/" + segmentName(c.group[0].base), same: len(c.group) == 1}
	c.stage = cleanSieving
	return false
}

// spanMax is how many offsets a segment may span, whose index has 32 bits for them.
const spanMax = 1<<31 - 1

// regroup begins once more with the segments of the group, those that are left of them.
func (c *cleaner) regroup() {
	c.next, c.txns = c.group[0].base, c.atGroup.clone()
	c.stage = cleanChoosing
}

// close lets go of the file that is being made, to begin the group anew.
func (c *cleaner) close() {
	c.in.open = false
	if c.out.file != nil {
		c.l.w.meter.call(0)
		closeIdle(c.out.file)
		c.out.file = nil
	}
	if len(c.group) > 0 {
		c.regroup()
	}
}
