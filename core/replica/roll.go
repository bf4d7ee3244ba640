package replica

import (
	"math"
	"strconv"

	"momus/core/entropy"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// segment is the active one, as far as the decisions to roll and to drop it need it.
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
	// first is the greatest timestamp of the first batch, top of all; -1 if there is none.
	first, top kafka.Wall
	// created is when the segment was begun, or the log opened; touched when its last batch came.
	created, touched kafka.Wall
	// jitter is how much earlier than segment.ms the segment is left.
	jitter kafka.Millis
}

// timeEntryBytes is the size of a time index entry, the greater of the two indexes' entries.
const timeEntryBytes = 12

// reset makes it the segment that begins at base, of so many bytes.
func (s *segment) reset(now kafka.Now, base kafka.Offset, size int64) {
	s.base, s.size, s.sinceEntry = base, size, 0
	s.first, s.top, s.created, s.touched = -1, -1, now.Wall, now.Wall
	s.entries = size / max(int64(s.interval), 1)
	if size > 0 {
		s.entries++
	}
}

// grow adds a batch.
func (s *segment) grow(now kafka.Now, h *record.Header) {
	if s.size == 0 {
		s.first = h.MaxTimestamp
	}
	s.top, s.touched = max(s.top, h.MaxTimestamp), now.Wall
	if s.sinceEntry > int64(s.interval) {
		s.entries++
		s.sinceEntry = 0
	}
	s.sinceEntry += int64(h.Size)
	s.size += int64(h.Size)
}

func (s *segment) extent() extent { return extent{s.base, s.size, s.top, s.touched, s.first} }

// aged tells whether the segment has waited for longer than age when a batch of a time comes. As in
// Kafka that is the time between the greatest timestamps of its first batch and of the new one;
// without a timestamp in the first, the time since the segment was begun.
func (s *segment) aged(now kafka.Now, at kafka.Wall, age kafka.Millis) bool {
	since, until := s.first, at
	if s.first < 0 {
		since, until = s.created, now.Wall
	}
	return kafka.Millis(until-since) > age-s.jitter
}

// mustRoll decides whether a batch begins a new segment: when segment.bytes would be exceeded, when
// the segment is older than segment.ms, when an index is full, or when the batch's last offset is
// too far from the segment's base for the 32 bits that an index entry has. An empty segment is
// left for that last reason only.
func (r *Replica) mustRoll(now kafka.Now, h *record.Header) bool {
	s := &r.active
	far := int64(h.Last()-s.base) > math.MaxInt32
	if s.size == 0 {
		return far
	}
	full := s.entries >= int64(r.cfg.SegmentIndexBytes)/timeEntryBytes-1
	aged := s.aged(now, h.MaxTimestamp, r.segmentAge())
	if full {
		r.reached(port.MarkRollIndexFull)
	}
	if aged {
		r.reached(port.MarkRollAged)
	}
	return s.size > int64(r.cfg.SegmentBytes)-int64(h.Size) || full || far || aged
}

// segmentAge is segment.ms; what must be compacted in time must leave the active segment in time.
func (r *Replica) segmentAge() kafka.Millis {
	if r.cfg.Compact {
		return min(r.cfg.SegmentAge, r.cfg.MaxCompactionLag)
	}
	return r.cfg.SegmentAge
}

// roll leaves the active segment for one that begins at base.
func (r *Replica) roll(now kafka.Now, base kafka.Offset) {
	r.sealed = append(r.sealed, r.active.extent())
	r.active.reset(now, base, 0)
	r.drawJitter()
}

// drawJitter draws the active segment's jitter below segment.jitter.ms, and below segment.ms, so
// that segments that were begun together do not end together. The draw is keyed by log and segment,
// and is another in each life of the node, as in Kafka.
func (r *Replica) drawJitter() {
	r.active.jitter = 0
	if most := min(r.cfg.SegmentJitter, r.segmentAge()); most > 0 {
		key := "segment-jitter/" + r.log.String() + "/" + strconv.FormatInt(int64(r.active.base), 10)
		stream := entropy.New(r.options.Entropy, key)
		r.active.jitter = kafka.Millis(stream.Below(uint64(most)))
	}
}
