package seglog

import (
	"errors"

	"momus/core/kafka"
	"momus/core/record"
	"momus/disk"
)

// errCorrupt says that a file does not hold what its neighbours say it does.
var errCorrupt = errors.New("seglog: a segment file is damaged")

// scanBytes is how much a reader reads at once to find headers.
const scanBytes = 4096

// scanner walks the batch headers of a segment for a reader.
type scanner struct {
	file disk.File
	pos  int64 // of the batch that next returns
	size int64 // what the View knows of the file
	buf  []byte
	at   int64 // position of buf
	// expected is the least offset that the next batch may begin at.
	expected kafka.Offset
	// fills counts the reads.
	fills int32
}

func newScanner(file disk.File, pos, size int64) scanner {
	return scanner{file: file, pos: pos, size: size}
}

// next returns the header at pos and steps over its batch; ok is false at the end.
func (s *scanner) next() (h record.Header, ok bool, err error) {
	if s.pos >= s.size {
		return record.Header{}, false, nil
	}
	if s.pos < s.at || s.pos+record.HeaderSize > s.at+int64(len(s.buf)) {
		if err := s.fill(); err != nil {
			return record.Header{}, false, err
		}
	}
	h, err = record.ParseHeader(s.buf[s.pos-s.at:])
	if err != nil || s.pos+int64(h.Size) > s.size || h.BaseOffset < s.expected || h.LastOffsetDelta < 0 {
		return record.Header{}, false, errCorrupt
	}
	s.pos, s.expected = s.pos+int64(h.Size), h.End()
	return h, true, nil
}

// back undoes the last next, which gave h.
func (s *scanner) back(h *record.Header) { s.pos, s.expected = s.pos-int64(h.Size), h.BaseOffset }

// enter returns a scanner that stands where an index says that the batch begins that holds entry.offset, or
// an earlier one with it (Kafka before 4.0 has one entry for all batches of an append). An index is only
// believed if there is one: else the scanner stands at the segment's first batch.
func (e *extent) enter(file disk.File, entry indexEntry) (scanner, error) {
	scan := newScanner(file, entry.pos, e.size)
	if entry.pos == 0 {
		return scan, nil
	}
	scan.expected = e.base
	h, ok, err := scan.next()
	switch {
	case err == nil && ok && h.BaseOffset <= entry.offset && h.End() <= e.end:
		scan.back(&h)
		return scan, nil
	case err != nil && !errors.Is(err, errCorrupt):
		return scan, err
	}
	return newScanner(file, 0, e.size), nil
}

// fill reads what there is at pos. What lies above the committed end may be cut off at this very
// moment, so that a file shorter than the View knew is no fault of the batches before.
func (s *scanner) fill() error {
	if s.buf == nil {
		s.buf = make([]byte, 0, scanBytes)
	}
	s.at = s.pos
	s.fills++
	n, err := readFull(s.file, s.buf[:min(scanBytes, s.size-s.pos)], s.pos)
	s.buf = s.buf[:n]
	return err
}

// seek finds the first batch from pos on that ends above from, and leaves the scanner before it.
func (s *scanner) seek(from kafka.Offset) (h record.Header, ok bool, err error) {
	for {
		h, ok, err = s.next()
		if err != nil || !ok {
			return record.Header{}, false, err
		}
		if h.End() > from {
			s.back(&h)
			return h, true, nil
		}
	}
}

// run is a stretch of whole batches: bytes from lo to hi, the offset after the last of them.
type run struct {
	lo, hi int
	next   kafka.Offset
}

// cut finds the run in b that a read wants: from the batch that holds or follows from, ending at
// or below upto, of at most bytesMax bytes; with first, its first batch has no limit of size.
// The bytes were checked when they were appended.
func cut(b []byte, from, upto kafka.Offset, bytesMax int, first bool) run {
	r := run{next: from}
	for pos := 0; pos < len(b); {
		h, err := record.ParseHeader(b[pos:])
		if err != nil {
			panic("BUG: the tail in memory holds no batch where one begins")
		}
		end := pos + int(h.Size)
		switch {
		case h.End() <= from:
			r.lo, r.hi = end, end
		case h.End() > upto, end-r.lo > bytesMax && !(first && r.hi == r.lo):
			return r
		default:
			r.hi, r.next = end, h.End()
		}
		pos = end
	}
	return r
}
