package replica

import (
	"math"

	"momus/core/kafka"
)

// segment is the active one, as far as the decision to roll needs it.
type segment struct {
	base kafka.Offset
	size int64
	// entries bounds the entries of its index from above: one for each interval of bytes, and
	// while the log is open counted as the index gets them.
	entries int64
	// sinceEntry counts the bytes appended since the last entry.
	sinceEntry int64
	// interval is index.interval.bytes as the log was opened with.
	interval int32
}

// timeEntryBytes is the size of a time index entry, the greater of the two indexes' entries.
const timeEntryBytes = 12

func (s *segment) reset(base kafka.Offset, size int64) {
	s.base, s.size, s.sinceEntry = base, size, 0
	s.entries = size / max(int64(s.interval), 1)
	if size > 0 {
		s.entries++
	}
}

func (s *segment) grow(bytes int64) {
	if s.sinceEntry > int64(s.interval) {
		s.entries++
		s.sinceEntry = 0
	}
	s.sinceEntry += bytes
	s.size += bytes
}

// mustRoll decides whether the batch of so many bytes that ends with offset last begins a new
// segment: when segment.bytes would be exceeded, when an index is full, or when last is too far
// from the segment's base for the 32 bits that an index entry has. An empty segment is never left.
func (r *Replica) mustRoll(bytes int32, last kafka.Offset) bool {
	s := &r.active
	if s.size == 0 {
		return int64(last-s.base) > math.MaxInt32
	}
	full := s.entries >= int64(r.cfg.SegmentIndexBytes)/timeEntryBytes-1
	return s.size > int64(r.cfg.SegmentBytes)-int64(bytes) || full || int64(last-s.base) > math.MaxInt32
}
