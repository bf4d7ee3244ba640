package seglog

import (
	"encoding/binary"
	"math"
	"sort"
	"strconv"

	"momus/core/kafka"
	"momus/core/record"
	"momus/disk"
)

// Sizes of the entries on disk: a relative offset and a position; a timestamp and a relative offset.
const (
	indexEntryBytes = 8
	timeEntryBytes  = 12
	// searchBytes is how much of an index file is read at once when the search has come that near.
	searchBytes = 4096
)

// indexEntry says at which position the batch begins whose last offset is offset.
type indexEntry struct {
	offset kafka.Offset
	pos    int64
}

// timeEntry says that no record up to offset has a greater timestamp.
type timeEntry struct {
	time   kafka.Wall
	offset kafka.Offset
}

// noTime is the top of an empty segment.
var noTime = timeEntry{time: -1, offset: kafka.NoOffset}

// indexer grows the two indexes of the last segment, by Kafka's rule (LogSegment.append): an entry
// for the first batch that begins more than index.interval.bytes after the batch of the last entry.
type indexer struct {
	intervalBytes int64
	indexMax      int
	timesMax      int
	sinceBytes    int64
}

// newIndexer sizes it by index.interval.bytes and segment.index.bytes. As in Kafka, one slot of
// the time index is kept for the entry that a roll or a close adds.
func newIndexer(intervalBytes, indexBytesMax int32) indexer {
	return indexer{
		intervalBytes: int64(intervalBytes),
		indexMax:      int(indexBytesMax) / indexEntryBytes,
		timesMax:      int(indexBytesMax)/timeEntryBytes - 1,
	}
}

// add takes the batch at pos into e; the caller grows e.size.
func (x *indexer) add(e *extent, h *record.Header, pos int64) {
	if pos == 0 {
		e.first = h.MaxTimestamp
	}
	if h.MaxTimestamp > e.top.time && h.Count > 0 {
		e.top = timeEntry{h.MaxTimestamp, h.Last()}
	}
	if x.sinceBytes > x.intervalBytes && len(e.index) < x.indexMax {
		if h.Last()-e.base > math.MaxInt32 {
			panic("BUG: a segment spans more offsets than its index can say")
		}
		e.index = append(e.index, indexEntry{h.Last(), pos})
		x.addTime(e)
		x.sinceBytes = 0
	}
	x.sinceBytes += int64(h.Size)
}

// addTime notes the greatest timestamp so far, if it is news. The entries rise strictly.
func (x *indexer) addTime(e *extent) {
	n := len(e.times)
	if e.top.time < 0 || n > 0 && e.times[n-1].time >= e.top.time || n >= x.timesMax {
		return
	}
	e.times = append(e.times, e.top)
}

func appendIndex(b []byte, base kafka.Offset, entries []indexEntry) []byte {
	for _, e := range entries {
		b = binary.BigEndian.AppendUint32(b, uint32(e.offset-base))
		b = binary.BigEndian.AppendUint32(b, uint32(e.pos))
	}
	return b
}

func appendTimes(b []byte, base kafka.Offset, entries []timeEntry) []byte {
	for _, e := range entries {
		b = binary.BigEndian.AppendUint64(b, uint64(e.time))
		b = binary.BigEndian.AppendUint32(b, uint32(e.offset-base))
	}
	return b
}

func parseIndex(b []byte, base kafka.Offset) indexEntry {
	return indexEntry{
		offset: base + kafka.Offset(int32(binary.BigEndian.Uint32(b))),
		pos:    int64(int32(binary.BigEndian.Uint32(b[4:]))),
	}
}

func parseTime(b []byte, base kafka.Offset) timeEntry {
	return timeEntry{
		time:   kafka.Wall(binary.BigEndian.Uint64(b)),
		offset: base + kafka.Offset(int32(binary.BigEndian.Uint32(b[8:]))),
	}
}

// lastIndex finds the last entry for which holds is true; it must be true for a prefix of the
// entries. ok is false when there is none: the search then begins at the start of the segment.
func (e *extent) lastIndex(holds func(indexEntry) bool) (entry indexEntry, ok bool, err error) {
	if e.hot {
		n := sort.Search(len(e.index), func(i int) bool { return !holds(e.index[i]) })
		if n == 0 {
			return indexEntry{}, false, nil
		}
		return e.index[n-1], true, nil
	}
	b, err := e.search(&e.segment.index, indexEntryBytes, e.indexCount, func(b []byte) bool { return holds(parseIndex(b, e.base)) })
	if err != nil || b == nil {
		return indexEntry{}, false, err
	}
	entry = parseIndex(b, e.base)
	if entry.pos <= 0 || entry.pos >= e.size || entry.offset < e.base {
		return indexEntry{}, false, nil // damaged, or misread: the search begins at the start of the segment
	}
	return entry, true, nil
}

// lastTime is lastIndex for the time index.
func (e *extent) lastTime(holds func(timeEntry) bool) (entry timeEntry, ok bool, err error) {
	if e.hot {
		n := sort.Search(len(e.times), func(i int) bool { return !holds(e.times[i]) })
		if n == 0 {
			return timeEntry{}, false, nil
		}
		return e.times[n-1], true, nil
	}
	b, err := e.search(&e.segment.times, timeEntryBytes, e.timesCount, func(b []byte) bool { return holds(parseTime(b, e.base)) })
	if err != nil || b == nil {
		return timeEntry{}, false, err
	}
	entry = parseTime(b, e.base)
	ok, err = e.vouches(entry)
	return entry, ok, err
}

// vouches tells whether the log has a batch at an entry's offset with the entry's timestamp. One that it has
// not is damaged, or misread, and would hide records from whoever looks for a time.
func (e *extent) vouches(entry timeEntry) (ok bool, err error) {
	if entry.offset < e.base || entry.offset >= e.end {
		return false, nil
	}
	err = e.batchesFrom(entry.offset, func(_ disk.File, h *record.Header, _ int64) (bool, error) {
		ok = h.BaseOffset <= entry.offset && h.MaxTimestamp == entry.time
		return true, nil
	})
	return ok, err
}

// search looks through an index file by halving: nothing of it stays in memory, since a reader
// that catches up asks twice per fetch, and the page cache holds what is asked often.
func (e *extent) search(h *handle, entryBytes, count int, holds func([]byte) bool) ([]byte, error) {
	if count == 0 {
		return nil, nil
	}
	file, err := e.files.acquire(h, nil)
	if err != nil {
		return nil, err
	}
	defer e.files.release(h)
	low, high := 0, count // entries below low hold, from high on they do not
	near := searchBytes / entryBytes
	var last []byte
	for high-low > near {
		middle := (low + high) / 2
		b := make([]byte, entryBytes)
		if err := readExact(file, b, int64(middle*entryBytes)); err != nil {
			return nil, err
		}
		if holds(b) {
			low, last = middle+1, b
		} else {
			high = middle
		}
	}
	b := make([]byte, (high-low)*entryBytes)
	if err := readExact(file, b, int64(low*entryBytes)); err != nil {
		return nil, err
	}
	n := sort.Search(high-low, func(i int) bool { return !holds(b[i*entryBytes : (i+1)*entryBytes]) })
	if n > 0 {
		last = b[(n-1)*entryBytes : n*entryBytes]
	}
	return last, nil
}

// readFull reads until p is full or the file ends.
func readFull(file disk.File, p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		m, err := file.ReadAt(p[n:], off+int64(n))
		if err != nil {
			return n, err
		}
		if m == 0 {
			break
		}
		n += m
	}
	return n, nil
}

// readExact reads all of p; a file that ends before is damaged.
func readExact(file disk.File, p []byte, off int64) error {
	n, err := readFull(file, p, off)
	if err == nil && n < len(p) {
		return errCorrupt
	}
	return err
}

// segmentName is the 20 digits of a segment's files.
func segmentName(base kafka.Offset) string {
	s := strconv.FormatInt(int64(base), 10)
	return "00000000000000000000"[:20-len(s)] + s
}
