package seglog

import (
	"bytes"
	"errors"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
)

// lastFound makes the segment just walked the last one of the log.
func (o *opener) lastFound() error {
	l := o.l
	e := &o.current
	o.closeWalk()
	o.restore()
	if err := l.dropSnapshots(o.end); err != nil {
		return err
	}
	l.indexer.sinceBytes = o.indexer.sinceBytes
	l.view.active, l.view.end = *e, o.end
	o.current.segment = nil
	e = &l.view.active
	l.indexer.addTime(e)
	if err := o.checkIndexes(e); err != nil {
		return err
	}
	l.indexOnDisk, l.timesOnDisk = len(e.index), len(e.times)
	if !o.op.Open.StopWasClean {
		l.soil(&e.log)
	}
	o.stage = syncing
	return nil
}

// sealFound makes the segment just walked a sealed one. Its indexes on disk are trusted if it was
// flushed whole, by a look at their last entries, and else must be what was found.
func (o *opener) sealFound() error {
	l := o.l
	e := &o.current
	o.closeWalk()
	o.indexer.addTime(e)
	trusted := o.leapt || !o.doubted && (o.op.Open.StopWasClean || e.end <= o.op.Open.RecoveryPoint)
	if trusted && !o.leapt {
		kept, err := o.keepIndexes(e)
		if err != nil && !errors.Is(err, errCorrupt) {
			return err
		}
		if trusted = kept; !kept {
			l.w.Marks.Hit(port.MarkIndexNotKept)
		}
	}
	if !trusted {
		if err := o.checkIndexes(e); err != nil {
			return err
		}
		e.indexCount, e.timesCount = len(e.index), len(e.times)
		// What lies below the recovery point is trusted by a look at its last entries.
		o.changed = o.changed || e.end <= o.op.Open.RecoveryPoint
	}
	if !o.op.Open.StopWasClean && e.end > o.op.Open.RecoveryPoint {
		l.soil(&e.log)
	}
	e.hot, e.index, e.times = false, nil, nil
	l.view.sealed = append(l.view.sealed, *e)
	o.current.segment = nil
	return nil
}

// keepIndexes looks whether both files of a sealed segment can be right: whole entries, the last
// of which lie within the segment, of a greatest timestamp that is the segment's.
func (o *opener) keepIndexes(e *extent) (bool, error) {
	name := segmentName(e.base)
	indexBytes, timesBytes := o.size(name+".index"), o.size(name+".timeindex")
	if indexBytes < 0 || timesBytes < 0 || indexBytes%indexEntryBytes != 0 || timesBytes%timeEntryBytes != 0 {
		return false, nil
	}
	if indexBytes > 0 {
		b, err := o.lastEntry(&e.segment.index, indexBytes, indexEntryBytes)
		if err != nil {
			return false, err
		}
		x := parseIndex(b, e.base)
		if x.offset < e.base || x.offset >= e.end || x.pos <= 0 || x.pos >= e.size {
			return false, nil
		}
	}
	if timesBytes > 0 {
		b, err := o.lastEntry(&e.segment.times, timesBytes, timeEntryBytes)
		if err != nil {
			return false, err
		}
		if x := parseTime(b, e.base); x.offset < e.base || x.offset >= e.end || x.time != e.top.time {
			return false, nil
		}
	}
	e.indexCount, e.timesCount = int(indexBytes/indexEntryBytes), int(timesBytes/timeEntryBytes)
	return true, nil
}

func (o *opener) lastEntry(h *handle, size int64, entryBytes int) ([]byte, error) {
	m := &o.l.w.meter
	file, err := o.l.w.files.acquire(h, m)
	if err != nil {
		return nil, err
	}
	defer o.l.w.files.release(h)
	b := make([]byte, entryBytes)
	return b, readTwice(file, b, size-int64(entryBytes), m)
}

// checkIndexes makes both files of a segment what its batches say.
func (o *opener) checkIndexes(e *extent) error {
	name := segmentName(e.base)
	if err := o.checkIndex(&e.segment.index, o.size(name+".index"), appendIndex(nil, e.base, e.index)); err != nil {
		return err
	}
	return o.checkIndex(&e.segment.times, o.size(name+".timeindex"), appendTimes(nil, e.base, e.times))
}

func (o *opener) checkIndex(h *handle, size int64, want []byte) error {
	l := o.l
	if size == int64(len(want)) {
		b, err := l.readIndex(h, len(want))
		if err != nil && !errors.Is(err, errCorrupt) {
			return err
		}
		if err == nil && bytes.Equal(b, want) {
			return nil
		}
	}
	if size > 0 {
		l.w.Marks.Hit(port.MarkIndexWrong)
	}
	return l.writeIndex(h, want, 0, true)
}

// cutOn removes one segment behind the new end, the last first, and then the rest of the one that
// holds it. What is cut was never acknowledged as durable, or its loss was accepted.
func (o *opener) cutOn() error {
	l := o.l
	m := &l.w.meter
	o.changed = true
	if last := len(o.bases) - 1; last > o.i {
		name := segmentName(o.bases[last])
		o.cutBytes += o.size(name + ".log")
		o.bases = o.bases[:last]
		l.w.Marks.Hit(port.MarkSegmentCut)
		l.newEntries = true
		for _, suffix := range []string{txnIndexSuffix, ".timeindex", ".index", ".log"} {
			if o.size(name+suffix) == noFile {
				continue
			}
			m.call(0)
			if err := l.w.fs.Remove(l.dir + "/" + name + suffix); err != nil {
				return err
			}
		}
		return nil
	}
	if o.current.size < o.walk.size {
		o.cutBytes += o.walk.size - o.current.size
		l.soil(&o.current.log)
		m.call(0)
		err := o.walk.file.Truncate(o.current.size)
		if err == nil {
			err = l.cutAborted(o.current.base, o.end)
		}
		if err != nil {
			return err
		}
	}
	return o.lastFound()
}

// defers tells that what was found waits for the log's first flush, as that of a new log does: after a
// kill page cache is as it was, and a log that was not flushed is not the worse for it. Ten thousand
// logs are then open without a sync. Kafka moves no recovery point here either. Where recovery changed
// anything, it is made durable at once.
func (o *opener) defers() bool {
	open := o.op.Open
	return !open.StopWasClean && !open.StopWasLossy && !open.Rewrite && !open.Harden && !open.AcceptLoss && !o.changed
}

// checkTopic compares partition.metadata with the topic asked for, and writes it if it is missing
// or was lost half written. A directory of another incarnation of the topic is not opened.
func (o *opener) checkTopic() error {
	l := o.l
	path := l.dir + "/" + metadataFile
	want := "version: 0\ntopic_id: " + l.id.Topic.String() // no newline at its end, as in Kafka
	if size := o.size(metadataFile); size > 0 {
		b, err := l.readSmall(path, size)
		if err != nil {
			return err
		}
		_, id, found := strings.Cut(string(b), "topic_id: ")
		if topic, ok := kafka.ParseUUID(strings.TrimSpace(id)); found && ok {
			if topic != l.id.Topic {
				o.l.w.Marks.Hit(port.MarkOtherTopic)
				return errCorrupt
			}
			return nil
		}
	}
	l.newEntries = true
	return l.writeSmall(path, []byte(want), false)
}
