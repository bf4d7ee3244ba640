package seglog

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
)

// recordBytesMax bounds what one batch may decompress to when a timestamp is looked for in it.
const recordBytesMax = 256 << 20

// readTime finds the first record from q.From on, below q.Upto, whose timestamp is at least
// q.Timestamp (KIP-79). Found stays kafka.NoOffset if there is none.
func (v *View) readTime(q port.Read, d *port.ReadDone) error {
	from := max(q.From, v.start)
	for i := v.find(from); i <= len(v.sealed); i++ {
		e := v.extent(i)
		if e.size == 0 || e.top.time < q.Timestamp {
			continue
		}
		if e.base >= q.Upto {
			return nil
		}
		if err := e.timeFrom(q, from, d); err != nil || d.Found != kafka.NoOffset {
			return err
		}
	}
	return nil
}

// timeFrom looks into one segment: the time index says up to which offset all timestamps are too
// small, the offset index where to begin, and the headers which batches to open.
func (e *extent) timeFrom(q port.Read, from kafka.Offset, d *port.ReadDone) error {
	early, ok, err := e.lastTime(func(x timeEntry) bool { return x.time <= q.Timestamp })
	if err != nil {
		return err
	}
	at := from
	if ok {
		at = max(at, early.offset)
	}
	return e.batchesFrom(at, func(file disk.File, h *record.Header, pos int64) (bool, error) {
		if h.BaseOffset >= q.Upto {
			return true, nil
		}
		last := h.End() >= q.Upto // what lies above is not committed, and may change while it is read
		if h.MaxTimestamp < q.Timestamp || h.Last() < from {
			return last, nil
		}
		err := eachRecord(file, h, pos, func(r *record.Record) bool {
			if r.Timestamp < q.Timestamp || r.Offset < from || r.Offset >= q.Upto {
				return false
			}
			d.Found, d.Timestamp, d.Epoch = r.Offset, r.Timestamp, h.LeaderEpoch
			return true
		})
		return last || d.Found != kafka.NoOffset, err
	})
}

// readMaxTime finds the first record below q.Upto that has the greatest timestamp (KIP-734).
func (v *View) readMaxTime(q port.Read, d *port.ReadDone) error {
	best, in := noTime, (*extent)(nil)
	for i := v.find(v.start); i <= len(v.sealed); i++ {
		e := v.extent(i)
		if e.size == 0 || e.base >= q.Upto {
			continue
		}
		top := e.top
		if top.offset >= q.Upto || top.offset < v.start {
			var err error
			if top, err = e.topWithin(v.start, q.Upto); err != nil {
				return err
			}
		}
		if top.time > best.time {
			best, in = top, e
		}
	}
	if in == nil {
		return nil
	}
	return in.batchesFrom(max(best.offset, v.start), func(file disk.File, h *record.Header, pos int64) (bool, error) {
		if h.Last() < best.offset {
			return false, nil
		}
		return true, eachRecord(file, h, pos, func(r *record.Record) bool {
			if r.Timestamp < best.time {
				return false
			}
			d.Found, d.Timestamp, d.Epoch = r.Offset, r.Timestamp, h.LeaderEpoch
			return true
		})
	})
}

// topWithin is the greatest timestamp of the batches that end above from and at or below upto. The time
// index gives that of most of them at once, if from does not cut it off; the rest is read.
func (e *extent) topWithin(from, upto kafka.Offset) (timeEntry, error) {
	top, at := noTime, from
	known, ok, err := e.lastTime(func(x timeEntry) bool { return x.offset < upto })
	if err != nil {
		return top, err
	}
	if ok && known.offset >= from && from <= e.base {
		top, at = known, known.offset+1
	}
	err = e.batchesFrom(at, func(_ disk.File, h *record.Header, _ int64) (bool, error) {
		if h.End() > upto {
			return true, nil
		}
		if h.End() > from && h.MaxTimestamp > top.time && h.Count > 0 {
			top = timeEntry{h.MaxTimestamp, h.Last()}
		}
		return h.End() >= upto, nil
	})
	return top, err
}

// batchesFrom walks the batches that end above at, until visit says that it is done. Whoever comes to the end of the
// file comes to the end of the last batch that it is known to hold: if not, the disk gave another place (seed 84403).
func (e *extent) batchesFrom(at kafka.Offset, visit func(disk.File, *record.Header, int64) (bool, error)) error {
	start, _, err := e.lastIndex(func(x indexEntry) bool { return x.offset <= at })
	if err != nil {
		return err
	}
	file, err := e.files.acquire(&e.log, nil)
	if err != nil {
		return err
	}
	defer e.files.release(&e.log)
	scan, err := e.enter(file, start)
	ok := false
	if err == nil {
		_, ok, err = scan.seek(at)
	}
	for err == nil && ok {
		var h record.Header
		pos, done := scan.pos, false
		if h, ok, err = scan.next(); err != nil || !ok {
			break
		}
		if done, err = visit(file, &h, pos); done {
			break
		}
	}
	if err == nil && !ok && scan.expected != e.end {
		return errCorrupt
	}
	return err
}

// eachRecord reads a batch and its records until found says that this is the one.
func eachRecord(file disk.File, h *record.Header, pos int64, found func(*record.Record) bool) error {
	batch := make([]byte, h.Size)
	if err := readExact(file, batch, pos); err != nil {
		return err
	}
	if again, err := record.ParseHeader(batch); err != nil || again != *h || record.CheckStored(batch, again) != nil {
		return errCorrupt
	}
	body := h.Body(batch)
	if codec := h.Attributes.Compression(); codec != 0 {
		var codecs record.Codecs
		var err error
		if body, err = codecs.Decompress(nil, codec, body, recordBytesMax); err != nil {
			return errCorrupt
		}
	}
	it := record.Records(*h, body)
	for it.Next() {
		if found(&it.Record) {
			return nil
		}
	}
	if it.Err() != nil {
		return errCorrupt
	}
	return nil
}
