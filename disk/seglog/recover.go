package seglog

import (
	"math"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"

	"github.com/klauspost/crc32"
)

const (
	// walkBytes is how much recovery reads at once, and farBytes how much if batches are so large
	// that little more than the next header would be used.
	walkBytes = 256 << 10
	farBytes  = 4096
	// crcFrom is the place in a batch from which its checksum counts.
	crcFrom = 21
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// walker goes through the batches of one segment, one read a step, in constant memory: a checksum
// is carried over from read to read.
type walker struct {
	file disk.File
	size int64
	// pos is the first byte not looked at, expected the least offset that may come.
	pos      int64
	expected kafka.Offset
	// until is the base of the next segment, or the greatest offset there is.
	until kafka.Offset
	// dense says that offsets are missing nowhere.
	dense bool
	// checkFrom is the offset from which checksums are computed.
	checkFrom kafka.Offset
	// foldFrom is the offset from which batches are taken into the state of producers.
	foldFrom kafka.Offset
	// h is the batch under way, of which left bytes at pos are to be summed still.
	h     record.Header
	sum   uint32
	left  int64
	large bool
	// evidence sums what was read of a batch that is bad: its header, and its checksum if that is what is wrong.
	evidence uint32
	// trusting says that a batch was taken without its checksum.
	trusting bool
}

// walked is what a step of a walker came to.
type walked uint8

const (
	onward walked = iota
	atEnd
	atBad
)

// rest is how much is left of the file.
func (k *walker) rest() int64 { return k.size - k.pos }

// step reads once and hands whole batches, with their positions, to accept.
func (k *walker) step(m *meter, scratch []byte, accept func(h *record.Header, pos int64)) (walked, error) {
	if k.pos >= k.size {
		return atEnd, nil
	}
	if k.large && k.left == 0 {
		scratch = scratch[:min(len(scratch), farBytes)]
	}
	b := scratch[:min(int64(len(scratch)), k.rest())]
	m.call(len(b))
	if err := readExact(k.file, b, k.pos); err != nil {
		return atBad, err
	}
	read := k.pos + int64(len(b))
	for len(b) > 0 {
		if k.left == 0 {
			if len(b) < record.HeaderSize && read < k.size {
				return onward, nil
			}
			if !k.begin(b) {
				return atBad, nil
			}
			if k.trusted() {
				k.trusting = true
				k.pass(accept)
				b = b[min(int64(len(b)), int64(k.h.Size)):]
				continue
			}
			k.sum, k.left = 0, int64(k.h.Size)-crcFrom
			k.pos += crcFrom
			b = b[crcFrom:]
		}
		n := min(k.left, int64(len(b)))
		k.sum = crc32.Update(k.sum, castagnoli, b[:n])
		k.left, k.pos, b = k.left-n, k.pos+n, b[n:]
		if k.left > 0 {
			break
		}
		k.pos -= int64(k.h.Size) // back to where the batch begins
		if k.sum != k.h.CRC {
			k.evidence ^= k.sum
			return atBad, nil
		}
		k.pass(accept)
	}
	return onward, nil
}

// begin looks at the header at pos.
func (k *walker) begin(b []byte) bool {
	h, err := record.ParseHeader(b)
	k.h, k.evidence = h, crc32.Checksum(b[:min(len(b), record.HeaderSize)], castagnoli)
	return err == nil && h.BaseOffset >= k.expected && (h.BaseOffset == k.expected || !k.dense) && h.LastOffsetDelta >= 0 && h.Count >= 0 &&
		h.BaseOffset <= math.MaxInt64-1-kafka.Offset(h.LastOffsetDelta) &&
		h.End() <= k.until && k.pos+int64(h.Size) <= k.size
}

// trusted tells whether the checksum under way may be left alone: the batch was durable once, nobody learns
// of producers from it, and its offsets are as many as its records. Where they are not, compaction took some, or
//
//  1. a bit of the last offset delta flips in a batch that was flushed,
//  2. the log is opened, and ends 2^28 offsets further on,
//  3. what is appended goes there, and is a hole for ever.
func (k *walker) trusted() bool {
	return k.h.BaseOffset < k.checkFrom && k.h.BaseOffset < k.foldFrom && k.h.LastOffsetDelta == k.h.Count-1
}

func (k *walker) pass(accept func(h *record.Header, pos int64)) {
	accept(&k.h, k.pos)
	k.pos += int64(k.h.Size)
	k.expected = k.h.End()
	k.large = int64(k.h.Size) > walkBytes/8
}

// beginWalk goes on to segment i.
func (o *opener) beginWalk() error {
	l := o.l
	s := l.newSegment(o.bases[o.i])
	o.current = extent{segment: s, end: s.base, top: noTime, hot: true}
	file, err := l.w.files.acquire(&s.log, &l.w.meter)
	if err != nil {
		return err
	}
	open := o.op.Open
	o.walk = walker{
		file: file, size: o.size(segmentName(s.base) + ".log"),
		expected: s.base, until: math.MaxInt64, checkFrom: open.RecoveryPoint,
		dense: o.dense(), foldFrom: o.foldFrom,
	}
	o.again.looks = 0
	switch {
	case open.AcceptLoss:
		o.walk.checkFrom = 0 // what is damaged lies anywhere
	case open.StopWasClean:
		o.walk.checkFrom = math.MaxInt64
	}
	o.walk.until = o.until()
	o.indexer = l.indexer
	o.indexer.sinceBytes = 0
	o.leapt, o.landAt, o.thinned = false, kafka.NoOffset, false
	o.stage = leaping
	return nil
}

// dense tells whether a gap between offsets is damage. After a clean stop nothing is looked at twice:
//
//  1. a disk loses the sync of a segment that was full, and says that it was done,
//  2. the recovery point passes the segment, and power is lost,
//  3. the segment is shorter than it was, the next one begins where it should, and what lies between is a
//     hole that no checksum shows.
func (o *opener) dense() bool { return !o.op.Open.Compacted && !o.op.Open.StopWasClean }

func (o *opener) closeWalk() {
	o.walk.file = nil
	o.l.w.files.release(&o.current.log)
}

// walkOn does one read of the segment.
func (o *opener) walkOn() error {
	l := o.l
	at, err := o.walk.step(&l.w.meter, l.w.readBuffer(o.walk.rest()), o.accept)
	switch {
	case err != nil:
		return err
	case at == atBad && o.again.wanted(o.walk.evidence):
		o.l.w.Marks.Hit(port.MarkSecondLook)
		return nil // the next step reads the batch anew
	case o.doubt || at == atBad && (o.leapt || o.walk.trusting):
		return o.startOver()
	}
	switch at {
	case atBad:
		return o.bad()
	case atEnd:
		return o.walkedOut()
	}
	return nil
}

// readBuffer is the memory for one read of recovery, of most bytes or of what a turn may read. It is as large as was
// ever asked for: the logs of most machines are opened with far less than a turn's share.
func (w *Worker) readBuffer(most int64) []byte {
	most = min(max(most, 0), max(farBytes, min(walkBytes, w.cfg.Limits.TurnBytes)))
	if int64(len(w.scratch)) < most {
		w.scratch = make([]byte, max(most, farBytes))
	}
	return w.scratch[:most]
}

// accept takes a sound batch into everything that is rebuilt from headers.
func (o *opener) accept(h *record.Header, pos int64) {
	o.again.looks = 0
	if o.landAt != kafka.NoOffset {
		o.landed(h)
	}
	o.thinned = o.thinned || h.BaseOffset != o.current.end || h.LastOffsetDelta != h.Count-1
	o.foldIn(h)
	if n := len(o.epochs); n == 0 && h.LeaderEpoch >= 0 || n > 0 && o.epochs[n-1].Epoch < h.LeaderEpoch {
		o.epochs = append(o.epochs, port.EpochStart{Epoch: h.LeaderEpoch, Start: h.BaseOffset})
	}
	o.indexer.add(&o.current, h, pos)
	o.current.size = pos + int64(h.Size)
	o.current.end = h.End()
	o.end = h.End()
}

// walkedOut is the end of a sound segment.
func (o *opener) walkedOut() error {
	if o.leapt && o.current.top != o.promised {
		o.l.w.Marks.Hit(port.MarkLeapBroken)
		return o.startOver()
	}
	if o.isLast() {
		if o.end < o.foldFrom && o.op.Open.StopWasClean {
			o.l.w.Marks.Hit(port.MarkSnapshotOfAnother)
			return o.startOver() // the snapshot speaks of another log
		}
		if o.end < o.op.Open.RecoveryPoint && !o.op.Open.AcceptLoss {
			o.l.w.Marks.Hit(port.MarkEndsBelow)
			return errCorrupt // it ends below what was flushed
		}
		return o.lastFound()
	}
	next := o.bases[o.i+1]
	if next != o.end && !o.op.Open.StopWasClean && !o.mayEndEarly() {
		// A segment between the two is missing, or the end of this one.
		return o.bad()
	}
	if err := o.sealFound(); err != nil {
		return err
	}
	o.snapshotFound(next)
	o.end = next
	o.i++
	return o.beginWalk()
}

// mayEndEarly tells whether compaction may have taken the last offsets of the segment just walked. Here it has no
// business above the recovery point, which is saved before; Kafka's goes as far as its checkpoint says, or if it was
// killed before it wrote that, as what is left of the segment shows.
func (o *opener) mayEndEarly() bool {
	open := o.op.Open
	return !o.dense() && (o.end < max(open.RecoveryPoint, open.Clean) || o.thinned)
}

// bad decides about a log whose batches stop being sound at walk.pos, offset o.end.
func (o *opener) bad() error {
	open := o.op.Open
	switch {
	case open.AcceptLoss:
		o.l.w.Marks.Hit(port.MarkLossAccepted)
	case o.end < open.RecoveryPoint || open.StopWasClean:
		o.l.w.Marks.Hit(port.MarkRotBelow)
		return errCorrupt // rot: this was durable once
	case open.StopWasLossy: // a torn tail
		o.l.w.Marks.Hit(port.MarkTornTail)
	default:
		// The page cache survived, so only the last write can be cut short: sound batches behind
		// this place mean rot.
		for _, base := range o.bases[o.i+1:] {
			if o.size(segmentName(base)+".log") > 0 {
				o.l.w.Marks.Hit(port.MarkRotBeforeSegment)
				return errCorrupt
			}
		}
		o.walk.left, o.walk.dense = 0, false
		o.l.w.Marks.Hit(port.MarkProbing)
		o.stage = probing
		o.walk.pos++
		return nil
	}
	o.stage = cutting
	return nil
}

// probeOn looks for a sound batch behind a bad one, at any position, one read a step.
func (o *opener) probeOn() error {
	l := o.l
	k := &o.walk
	if k.size-k.pos < record.HeaderSize {
		if !o.again.probed {
			o.again.probed = true
			k.pos = o.current.size + 1
			return nil
		}
		o.stage = cutting
		return nil
	}
	b := l.w.readBuffer(k.rest())
	l.w.meter.call(len(b))
	if err := readExact(k.file, b, k.pos); err != nil {
		return err
	}
	for ; len(b) >= record.HeaderSize; b = b[1:] {
		if k.begin(b) && k.h.BaseOffset-k.expected <= math.MaxInt32 {
			found, err := o.sound(k.h, k.pos)
			if err != nil {
				return err
			}
			if found {
				o.l.w.Marks.Hit(port.MarkProbeFound)
				return errCorrupt
			}
		}
		k.pos++
	}
	return nil
}

// sound sums a batch that was found by its looks. The few that look like one are read whole.
func (o *opener) sound(h record.Header, pos int64) (bool, error) {
	batch := make([]byte, h.Size)
	o.l.w.meter.call(len(batch))
	if err := readExact(o.walk.file, batch, pos); err != nil {
		return false, err
	}
	return record.CheckStored(batch, h) == nil, nil
}
