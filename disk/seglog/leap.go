package seglog

import (
	"errors"
	"math"
	"slices"
	"sort"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// leap begins the walk of a segment not at its first batch but at an entry of its index, if all
// before that is known without: what batches mean for producers from the snapshot, their epochs from the
// checkpoint, the greatest timestamp from the time index. Only a segment that was durable
// before the last stop is trusted so far. What is found there must fit, else see startOver.
func (o *opener) leap() error {
	e := &o.current
	if o.doubted || o.foldFrom <= e.base || !o.trusts() || len(o.stored) == 0 {
		return nil
	}
	ok, err := o.measure(e)
	if err != nil || !ok {
		return err
	}
	cold := *e
	cold.hot, cold.size = false, o.walk.size
	entry, ok, err := o.landing(&cold)
	if errors.Is(err, errCorrupt) {
		return nil // the index, not the log
	}
	if err != nil || !ok {
		return err
	}
	if o.isLast() {
		if ok, err = o.heatUpTo(&cold, entry); err != nil || !ok {
			return err
		}
		if err = o.firstTime(&cold); err != nil {
			return err
		}
	}
	*e = cold
	o.leapt, o.landAt = true, entry.offset
	o.walk.dense = false // until it has landed
	o.walk.pos, e.size = entry.pos, entry.pos
	o.before = fold.State{} // batches are missing between what was seen and what comes
	return nil
}

// heatUpTo reads the indexes of the last segment as they were when the entry was the last one. The
// walk adds the others again.
func (o *opener) heatUpTo(e *extent, entry indexEntry) (bool, error) {
	if err := o.l.heat(e); err != nil {
		return false, err
	}
	n := sort.Search(len(e.times), func(i int) bool { return e.times[i].offset > entry.offset })
	if n == 0 {
		return false, nil
	}
	e.index = slices.Clip(e.index[:slices.Index(e.index, entry)+1])
	e.times = slices.Clip(e.times[:n])
	e.top = e.times[n-1]
	return true, nil
}

// firstTime reads when the last segment began: its age decides when it is left.
func (o *opener) firstTime(e *extent) error {
	scan := newScanner(o.walk.file, 0, o.walk.size)
	h, ok, err := scan.next()
	if err != nil {
		return err
	}
	e.first = noTime.time
	if ok {
		e.first = h.MaxTimestamp
	}
	o.l.w.meter.calls += scan.fills
	o.l.w.meter.bytes += int64(scan.fills) * scanBytes
	return nil
}

func (o *opener) isLast() bool { return o.i+1 == len(o.bases) }

// until is the base of the next segment, or the greatest offset there is.
func (o *opener) until() kafka.Offset {
	if o.isLast() {
		return math.MaxInt64
	}
	return o.bases[o.i+1]
}

// trusts tells whether the segment under way was durable, indexes included, at the last stop.
func (o *opener) trusts() bool {
	open := o.op.Open
	return !open.AcceptLoss && (open.StopWasClean || !o.isLast() && o.until() <= open.RecoveryPoint)
}

// measure counts the entries of both indexes, and tells whether these can be right as far as their
// last entries show.
func (o *opener) measure(e *extent) (bool, error) {
	name := segmentName(e.base)
	indexBytes, timesBytes := o.size(name+".index"), o.size(name+".timeindex")
	if indexBytes <= 0 || timesBytes <= 0 || indexBytes%indexEntryBytes != 0 || timesBytes%timeEntryBytes != 0 {
		return false, nil
	}
	e.indexCount, e.timesCount = int(indexBytes/indexEntryBytes), int(timesBytes/timeEntryBytes)
	if e.timesCount >= o.l.indexer.timesMax {
		return false, nil // it may have been too full to take the greatest timestamp
	}
	b, err := o.lastEntry(&e.segment.index, indexBytes, indexEntryBytes)
	if err != nil {
		return false, err
	}
	x := parseIndex(b, e.base)
	if b, err = o.lastEntry(&e.segment.times, timesBytes, timeEntryBytes); err != nil {
		return false, err
	}
	o.promised = parseTime(b, e.base)
	within := func(at kafka.Offset) bool { return at >= e.base && at < o.until() }
	return within(x.offset) && within(o.promised.offset) && x.pos > 0 && x.pos < o.walk.size, nil
}

// landing chooses the entry: the last one below the snapshot from which the walk comes past the batch
// of the greatest timestamp, so that this is seen; or with windows to refill, one Limits.RefillBytes
// before that.
func (o *opener) landing(e *extent) (indexEntry, bool, error) {
	below := func(x indexEntry) bool { return x.offset < o.foldFrom && x.offset <= o.promised.offset }
	o.chargeSearch()
	entry, ok, err := e.lastIndex(below)
	wanted := o.l.w.cfg.Limits.RefillBytes - o.bytesBehind()
	if err != nil || !ok || !o.refill || wanted <= 0 {
		return entry, ok, err
	}
	near := entry.pos - wanted
	if near <= 0 {
		return entry, false, nil
	}
	o.chargeSearch()
	return e.lastIndex(func(x indexEntry) bool { return below(x) && x.pos <= near })
}

// chargeSearch counts a search in an index, which readers do without a meter: opening the file and
// closing another for it, and a read or two.
func (o *opener) chargeSearch() {
	for range 3 {
		o.l.w.meter.call(0)
	}
	o.l.w.meter.call(searchBytes)
}

// bytesBehind is how many bytes of log lie between the segment under way and the snapshot, or more
// if the snapshot is not at the end of its segment; beyond Limits.RefillBytes it does not count on.
func (o *opener) bytesBehind() int64 {
	n := int64(0)
	for _, base := range o.bases[o.i+1:] {
		if base >= o.foldFrom || n >= o.l.w.cfg.Limits.RefillBytes {
			break
		}
		n += o.size(segmentName(base) + ".log")
	}
	return n
}

// landed looks whether the batch that a leap came to is the one of the entry, of the epoch that the
// checkpoint gives to its offset. The checkpoint says nothing of what lies below the log start, but that it isn't newer.
func (o *opener) landed(h *record.Header) {
	at := o.landAt
	o.landAt, o.walk.dense = kafka.NoOffset, o.dense()
	n := 0
	for n < len(o.stored) && o.stored[n].Start <= h.BaseOffset {
		n++
	}
	o.epochs = slices.Clone(o.stored[:n])
	known := n > 0 && o.stored[n-1].Epoch == h.LeaderEpoch ||
		n == 0 && h.BaseOffset < o.op.Open.LogStart && h.LeaderEpoch <= o.stored[0].Epoch
	o.doubt = o.doubt || h.Last() != at || h.BaseOffset >= o.foldFrom || !known
}

// foldIn takes a batch into the state of producers: into what comes before the snapshot, or behind it.
func (o *opener) foldIn(h *record.Header) {
	switch {
	case h.BaseOffset >= o.foldFrom:
		o.restore()
		o.opened.Apply(h)
	case h.End() > o.foldFrom:
		o.doubt = true
	default:
		o.before.Apply(h)
	}
}

// startOver walks the whole log once more, believing neither index nor checkpoint, nor any snapshot but the one at
// the base of the first segment, once what was repaired so far is durable. That one is all that is left of the
// batches below, and without it (seed 20248):
//
//  1. a producer's last batch goes with its segment, by retention,
//  2. the process is killed, and the index of another segment does not fit it,
//  3. a batch of before that the producer sends again is taken for its first one, and is in the log twice.
func (o *opener) startOver() error {
	l := o.l
	if o.walk.file != nil {
		o.closeWalk()
	}
	if len(l.dirty) > 0 {
		o.stage = doubting
		return l.syncOne()
	}
	if o.current.segment != nil {
		o.current.retire(&l.w.meter)
	}
	for i := range l.view.sealed {
		l.view.sealed[i].retire(&l.w.meter)
	}
	l.view.sealed = nil
	l.w.Marks.Hit(port.MarkStartOver)
	o.doubted, o.doubt, o.leapt = true, false, false
	o.i, o.end = 0, o.bases[0]
	o.entries, o.foldFrom, o.before, o.opened = nil, 0, fold.State{}, fold.State{}
	o.epochs, o.found = nil, nil
	o.snapshots = slices.DeleteFunc(slices.Clone(l.snapshots), func(at kafka.Offset) bool { return at != o.bases[0] })
	o.stage = planning
	return nil
}
