package seglog

import (
	"momus/core/kafka"
)

// roll seals the last segment and begins the next at base. A last segment that is empty and begins
// there already is kept.
func (l *writer) roll(base kafka.Offset) error {
	if e := &l.view.active; e.size == 0 && e.base == base {
		return nil
	}
	// No name of a segment is on the disk before that of the one before. Else
	//  1. a log rolls before its first flush,
	//  2. a power loss takes the name of the first segment, and leaves the second and the producer
	//     snapshot at its base,
	//  3. the log begins with the second, as if retention had taken the first, and the snapshot, which
	//     is believed there, knows of batches that are gone.
	if err := l.syncEntries(); err != nil {
		return err
	}
	if err := l.seal(); err != nil {
		return err
	}
	e := l.view.active
	e.hot, e.indexCount, e.timesCount = false, len(e.index), len(e.times)
	e.index, e.times = nil, nil
	l.view.sealed = append(l.view.sealed, e)
	return l.beginSegment(base)
}

// seal writes what the indexes of the last segment lack, and the entry of its greatest timestamp.
func (l *writer) seal() error {
	e := &l.view.active
	l.indexer.addTime(e)
	if l.indexOnDisk < len(e.index) || l.indexOnDisk < 0 {
		from := max(l.indexOnDisk, 0)
		b := appendIndex(nil, e.base, e.index[from:])
		if err := l.writeIndex(&e.segment.index, b, from*indexEntryBytes, l.indexOnDisk < 0); err != nil {
			return err
		}
		l.indexOnDisk = len(e.index)
	}
	if l.timesOnDisk < len(e.times) || l.timesOnDisk < 0 {
		from := max(l.timesOnDisk, 0)
		b := appendTimes(nil, e.base, e.times[from:])
		if err := l.writeIndex(&e.segment.times, b, from*timeEntryBytes, l.timesOnDisk < 0); err != nil {
			return err
		}
		l.timesOnDisk = len(e.times)
	}
	return nil
}

// writeIndex writes b into an index file, which is made anew if fresh.
func (l *writer) writeIndex(h *handle, b []byte, at int, fresh bool) error {
	m := &l.w.meter
	open := l.w.files.acquire
	if fresh {
		open = l.w.files.create
		l.newEntries = true
	}
	file, err := open(h, m)
	if err != nil {
		return err
	}
	defer l.w.files.release(h)
	l.soil(h)
	if len(b) == 0 {
		return nil
	}
	m.call(len(b))
	return file.WriteAt(b, int64(at))
}

// beginSegment makes an empty segment the last one. Its index files are made when it is sealed.
func (l *writer) beginSegment(base kafka.Offset) error {
	l.view.active = l.emptyExtent(base)
	l.view.end = base
	return l.makeSegment()
}

func (l *writer) emptyExtent(base kafka.Offset) extent {
	return extent{segment: l.newSegment(base), end: base, top: noTime, hot: true}
}

// makeSegment makes the file of the last segment.
func (l *writer) makeSegment() error {
	h := &l.view.active.log
	if _, err := l.w.files.create(h, &l.w.meter); err != nil {
		return err
	}
	l.w.files.release(h)
	l.newEntries = true
	l.soil(h)
	l.indexer.sinceBytes = 0
	l.indexOnDisk, l.timesOnDisk = noFile, noFile
	return nil
}

// noFile stands for the number of entries of an index file that does not exist.
const noFile = -1

func (l *writer) newSegment(base kafka.Offset) *segment {
	path := l.dir + "/" + segmentName(base)
	s := &segment{files: l.w.files, base: base}
	s.log.name, s.index.name, s.times.name = path+".log", path+".index", path+".timeindex"
	if l.phase == opening {
		m := &l.w.meter
		s.log.passing, s.index.passing, s.times.passing = m, m, m
	}
	s.log.wake, s.index.wake, s.times.wake = l.w.cfg.Wake, l.w.cfg.Wake, l.w.cfg.Wake
	return s
}
