package replica

import (
	"math"
	"math/bits"
	"slices"
	"strconv"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/port"
)

// A log is compacted (KIP-58) aside, by the disk, one group of segments after another; each ends in a short operation
// of its own that puts what was made in their place. What may be compacted is decided here:
//
//   - whole segments below the high watermark, the last stable offset and what is flushed, and never the active one;
//   - of what was not compacted yet, none that has records younger than min.compaction.lag.ms;
//   - only once a checkpoint names the log in cleaner-offset-checkpoint, and a recovery point behind all that is
//     touched. Where offsets may be missing, a start must know:
//
//  1. a segment is compacted, and the offsets at its end are gone,
//  2. the power fails, and the checkpoint says that less was flushed,
//  3. recovery finds a hole above the recovery point, and cuts the log there.

// compactPhase is how far a compaction is.
type compactPhase uint8

const (
	compactNone compactPhase = iota
	// compactBuilding: the disk makes the next part.
	compactBuilding
	// compactBuilt: it is made, and waits for the checkpoint.
	compactBuilt
	// compactReplacing: it is being put in its place.
	compactReplacing
	// compactPausing: the next part waits, so that no more is read and written than may be.
	compactPausing
)

// compaction is the one under way.
type compaction struct {
	phase compactPhase
	// from and upto are the range that is compacted anew; saved says that a checkpoint is far enough for it.
	from, upto kafka.Offset
	saved      bool
	// rate is how many bytes a second it may read and write, resumeAt when it goes on.
	rate     int64
	resumeAt kafka.Mono
	// began is when it did; the rest is what it has done so far.
	began                  kafka.Mono
	read, written          int64
	records, kept          int64
	keys                   int64
	bytesBefore, bytesLeft int64
}

// Dirt is what of a log may be compacted.
type Dirt struct {
	// From and Upto are the range whose keys are looked for.
	From, Upto kafka.Offset
	// Clean and Dirty are the bytes of the segments below it and in it. Due says that max.compaction.lag.ms has passed.
	Clean, Dirty int64
	Due          bool
}

// Filthier tells whether a part of the log's bytes is dirty that is greater than another's.
func (d *Dirt) Filthier(o *Dirt) bool {
	return above(d.Dirty, d.Clean+d.Dirty, o.Dirty, o.Clean+o.Dirty)
}

// above tells whether a/b is greater than c/d.
func above(a, b, c, d int64) bool {
	leftHigh, leftLow := bits.Mul64(uint64(a), uint64(d))
	rightHigh, rightLow := bits.Mul64(uint64(c), uint64(b))
	return leftHigh > rightHigh || leftHigh == rightHigh && leftLow > rightLow
}

// billion is what min.cleanable.dirty.ratio is counted in.
const billion = 1_000_000_000

// Dirt tells what of the log may be compacted by now, and whether it should be.
func (r *Replica) Dirt(now kafka.Now) (d Dirt, wanted bool) {
	if !r.isOpen() || !r.cfg.Compact || r.move.phase != moveNone || r.compaction.phase != compactNone || r.uncleanable {
		return d, false
	}
	d = r.dirt(now)
	return d, d.Dirty > 0 && (d.Due || above(d.Dirty, d.Clean+d.Dirty, r.cfg.MinCleanableRatio, billion))
}

func (r *Replica) dirt(now kafka.Now) (d Dirt) {
	d.From = r.firstDirty()
	bound := min(r.lastStable(), r.flushed)
	oldest := kafka.Wall(math.MaxInt64)
	n := 0
	for ; n < len(r.sealed) && r.segmentEnd(n) <= bound; n++ {
		e := &r.sealed[n]
		if r.segmentEnd(n) <= d.From {
			d.Clean += e.size
			continue
		}
		if r.cfg.MinCompactionLag > 0 && kafka.Millis(now.Wall-e.youngest()) < r.cfg.MinCompactionLag {
			break
		}
		d.Dirty += e.size
		oldest = min(oldest, r.oldest(n))
	}
	d.Upto = r.extent(n).base
	d.Due = oldest != math.MaxInt64 && kafka.Millis(now.Wall-oldest) > r.cfg.MaxCompactionLag
	return d
}

// firstDirty is the first offset that is not known to be compacted.
func (r *Replica) firstDirty() kafka.Offset {
	if r.compacted < r.start || r.compacted > r.assigned {
		return r.start
	}
	return r.compacted
}

// oldest is the time from which max.compaction.lag.ms counts: that of the first batch of a segment, or if that is
// not known, the greatest of the segment before.
func (r *Replica) oldest(i int) kafka.Wall {
	switch e := &r.sealed[i]; {
	case e.first >= 0:
		return e.first
	case i > 0 && r.sealed[i-1].top >= 0:
		return min(r.sealed[i-1].top, e.youngest())
	default:
		return e.youngest()
	}
}

// Compact begins a compaction of what Dirt told.
func (r *Replica) Compact(now kafka.Now, d Dirt, spec port.CleanSpec, bytesPerSecond int64) {
	if r.compacted < 0 {
		r.compacted = r.start // from here on the log may lack offsets
	}
	r.compaction = compaction{
		phase: compactBuilding, from: d.From, upto: d.Upto, rate: bytesPerSecond, began: now.Mono, bytesBefore: r.size(),
	}
	spec.From, spec.Upto = d.From, d.Upto
	spec.SegmentBytes, spec.IndexBytesMax = r.cfg.SegmentBytes, r.cfg.SegmentIndexBytes
	spec.Now, spec.DeleteRetention = now.Wall, r.cfg.DeleteRetention
	for _, id := range canon.SortedKeys(r.fold.Producers) {
		p := r.fold.Producers[id]
		end := port.ProducerEnd{Producer: id, Epoch: p.Epoch, Last: kafka.NoOffset}
		if last, ok := p.Last(); ok {
			end.Last = last.LastOffset
		}
		spec.Producers = append(spec.Producers, end)
	}
	r.compactOp(port.OpClean, &spec)
	r.out().SaveStart = true
}

func (r *Replica) compactOp(kind port.LogOpKind, spec *port.CleanSpec) {
	r.out().Ops = append(r.out().Ops, port.LogOp{Kind: kind, Log: r.log, Gen: r.gen, Epoch: r.lead.Epoch, Clean: spec})
}

// Compacting tells whether a compaction is under way.
func (r *Replica) Compacting() bool { return r.compaction.phase != compactNone }

// Uncleanable tells that the log is not compacted until it is opened anew, since a batch of it cannot be read.
func (r *Replica) Uncleanable() bool { return r.uncleanable }

// WantsPointSaved tells whether a compaction waits for a checkpoint.
func (r *Replica) WantsPointSaved() bool {
	return r.compaction.phase != compactNone && !r.compaction.saved && r.flushed >= r.compaction.upto
}

// PointSaved tells of a checkpoint that was written with a recovery point, and whether the log may lack offsets.
func (r *Replica) PointSaved(point, clean kafka.Offset) {
	v := &r.compaction
	if v.phase == compactNone || point < v.upto || clean < 0 {
		return
	}
	v.saved = true
	if v.phase == compactBuilt {
		r.replacePart()
	}
}

func (r *Replica) replacePart() {
	r.compaction.phase = compactReplacing
	r.compactOp(port.OpReplace, nil)
}

// compactDone takes the completion of an operation of a compaction. Those of one that was ended find another phase.
func (r *Replica) compactDone(now kafka.Now, d *port.LogDone) {
	v := &r.compaction
	switch {
	case d.Kind == port.OpReplace && d.Fail == port.FailNone:
		r.replaced(now, d.Cleaned)
	case d.Kind == port.OpStopClean || v.phase != compactBuilding:
	case d.Fail == port.FailCorrupt:
		r.uncleanable = true
		r.note(Note{Kind: NoteUncleanable, From: v.from, To: v.upto, Fail: d.Fail})
		r.endCompaction()
	case d.Fail == port.FailFenced, d.Fail == port.FailMissing:
		r.endCompaction()
	case d.Fail == port.FailNone:
		c := d.Cleaned
		v.read, v.written = v.read+c.BytesRead, v.written+c.BytesWritten
		v.records, v.kept, v.keys = v.records+c.Records, v.kept+c.Kept, c.Keys
		switch {
		case !c.More:
			r.compactionDone(now, c.Reached)
		case v.saved:
			r.replacePart()
		default:
			v.phase = compactBuilt
		}
	}
}

// replaced follows segments that were replaced. Retention, or DeleteRecords, may have counted on what was there before.
func (r *Replica) replaced(now kafka.Now, c *port.Cleaned) {
	n := 0
	for n < len(r.sealed) && r.sealed[n].base < c.Base {
		n++
	}
	m, touched := n, kafka.Wall(0)
	for m < len(r.sealed) && r.sealed[m].base < c.End {
		touched = max(touched, r.sealed[m].touched)
		m++
	}
	r.sealed = slices.Delete(r.sealed, n, m)
	if c.End > r.start && c.Base < c.End {
		s := &c.Segment
		r.sealed = slices.Insert(r.sealed, n, extent{base: s.Base, size: s.Size, top: s.MaxTimestamp, first: s.FirstTimestamp, touched: touched})
	}
	v := &r.compaction
	if v.phase != compactReplacing {
		return
	}
	v.phase = compactPausing
	if r.move.phase != moveNone {
		r.stopCompaction()
		return
	}
	if pause := v.pause(now); pause > 0 {
		v.resumeAt = now.Mono.Add(pause)
		return
	}
	r.nextPart()
}

func (r *Replica) nextPart() {
	r.compaction.phase, r.compaction.resumeAt = compactBuilding, 0
	r.compactOp(port.OpClean, nil)
}

// pause is for how long a compaction that has read and written so much must wait.
func (v *compaction) pause(now kafka.Now) kafka.Nanos {
	if v.rate == math.MaxInt64 {
		return 0
	}
	high, low := bits.Mul64(uint64(v.read+v.written), uint64(kafka.Second))
	if high >= uint64(v.rate) {
		return kafka.Millis(math.MaxInt64).Delay()
	}
	took, _ := bits.Div64(high, low, uint64(v.rate))
	return max(kafka.Nanos(min(took, math.MaxInt64))-kafka.Nanos(now.Mono-v.began), 0)
}

// compactionDone tells of a compaction that came to its end.
func (r *Replica) compactionDone(now kafka.Now, reached kafka.Offset) {
	v := &r.compaction
	r.compacted = max(reached, r.start)
	r.note(Note{
		Kind: NoteCompacted, From: v.from, To: reached,
		Compacted: Compacted{
			Read: v.read, Written: v.written, Records: v.records, Kept: v.kept, Keys: v.keys, Before: v.bytesBefore, After: r.size(),
			Took: kafka.Nanos(now.Mono - v.began),
		},
	})
	r.endCompaction()
}

func (r *Replica) endCompaction() {
	r.compaction = compaction{}
	r.out().Compacted = true
}

// stopCompaction gives up the compaction under way. Parts that were put in their place stay; one that is being put
// there is waited for.
func (r *Replica) stopCompaction() {
	if r.compaction.phase != compactNone && r.compaction.phase != compactReplacing {
		r.compactOp(port.OpStopClean, nil)
		r.endCompaction()
	}
}

// Compacted is what a compaction did: what it read and wrote, the records that were there and those that stay, the keys
// that it told apart, and the size of the log before and after.
type Compacted struct {
	Read, Written, Records, Kept, Keys, Before, After int64
	Took                                              kafka.Nanos
}

// String tells it in a line.
func (c *Compacted) String() string {
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	return text(c.Kept) + " of " + text(c.Records) + " records stay, " + text(c.Before) + " bytes were " + text(c.After) + ", with " +
		text(c.Keys) + " keys, in " + text(int64(c.Took/kafka.Millisecond)) + " ms"
}
