package fold

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"momus/core/canon"
	"momus/core/kafka"

	"github.com/klauspost/crc32"
)

// Kafka's ProducerSnapshot.json, version 1: version, checksum of what follows it, entries.
const (
	snapshotVersion    = 1
	snapshotCRCAt      = 2
	snapshotEntriesAt  = 6
	snapshotHeadBytes  = 10
	snapshotEntryBytes = 46
)

// noCoordinatorEpoch, -1, is what stands in a snapshot for a producer without a marker.
const noCoordinatorEpoch = math.MaxUint32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrSnapshot says that the bytes are not a whole, sound producer snapshot.
var ErrSnapshot = errors.New("fold: a damaged producer snapshot")

// SnapshotEntry is one producer as a snapshot file has it: with its last batch alone.
type SnapshotEntry struct {
	Producer     kafka.ProducerID
	Epoch        kafka.ProducerEpoch
	LastSequence kafka.Sequence
	// LastOffset is negative for a producer that is known by a marker alone.
	LastOffset kafka.Offset
	// OffsetDelta is the last offset of the last batch less its first one.
	OffsetDelta int32
	Timestamp   kafka.Wall
	// CoordinatorEpoch stands inside of markers, which the fold does not look into: it is written
	// as -1, and read for those who compare.
	CoordinatorEpoch int32
	TxnFirst         kafka.Offset
}

// AppendSnapshot appends the state as a producer snapshot file, by rising producer id.
func (s *State) AppendSnapshot(b []byte) []byte {
	start := len(b)
	b = slices.Grow(b, snapshotHeadBytes+snapshotEntryBytes*len(s.Producers))
	b = binary.BigEndian.AppendUint16(b, snapshotVersion)
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(s.Producers)))
	for _, id := range canon.SortedKeys(s.Producers) {
		p := s.Producers[id]
		sequence, offset, delta := kafka.NoSequence, kafka.NoOffset, kafka.Offset(0)
		if last, ok := p.Last(); ok {
			sequence, offset, delta = last.LastSequence, last.LastOffset, last.LastOffset-last.BaseOffset
		}
		b = binary.BigEndian.AppendUint64(b, uint64(id))
		b = binary.BigEndian.AppendUint16(b, uint16(p.Epoch))
		b = binary.BigEndian.AppendUint32(b, uint32(sequence))
		b = binary.BigEndian.AppendUint64(b, uint64(offset))
		b = binary.BigEndian.AppendUint32(b, uint32(delta))
		b = binary.BigEndian.AppendUint64(b, uint64(p.Timestamp))
		b = binary.BigEndian.AppendUint32(b, noCoordinatorEpoch)
		b = binary.BigEndian.AppendUint64(b, uint64(p.TxnFirst))
	}
	sum := crc32.Checksum(b[start+snapshotEntriesAt:], castagnoli)
	binary.BigEndian.PutUint32(b[start+snapshotCRCAt:], sum)
	return b
}

// ReadSnapshot reads a producer snapshot file. Whatever is not exactly one gives ErrSnapshot.
func ReadSnapshot(b []byte) ([]SnapshotEntry, error) {
	if len(b) < snapshotHeadBytes || binary.BigEndian.Uint16(b) != snapshotVersion ||
		binary.BigEndian.Uint32(b[snapshotCRCAt:]) != crc32.Checksum(b[snapshotEntriesAt:], castagnoli) {
		return nil, ErrSnapshot
	}
	n := int64(int32(binary.BigEndian.Uint32(b[snapshotEntriesAt:])))
	b = b[snapshotHeadBytes:]
	if n < 0 || n*snapshotEntryBytes != int64(len(b)) {
		return nil, ErrSnapshot
	}
	entries := make([]SnapshotEntry, 0, n)
	for ; len(b) > 0; b = b[snapshotEntryBytes:] {
		entries = append(entries, SnapshotEntry{
			Producer:         kafka.ProducerID(binary.BigEndian.Uint64(b)),
			Epoch:            kafka.ProducerEpoch(binary.BigEndian.Uint16(b[8:])),
			LastSequence:     kafka.Sequence(binary.BigEndian.Uint32(b[10:])),
			LastOffset:       kafka.Offset(binary.BigEndian.Uint64(b[14:])),
			OffsetDelta:      int32(binary.BigEndian.Uint32(b[22:])),
			Timestamp:        kafka.Wall(binary.BigEndian.Uint64(b[26:])),
			CoordinatorEpoch: int32(binary.BigEndian.Uint32(b[34:])),
			TxnFirst:         kafka.Offset(binary.BigEndian.Uint64(b[38:])),
		})
	}
	return entries, nil
}

// Restore is the state that a snapshot stands for. The file holds one batch of each producer; before
// holds what the batches that end where the snapshot was taken add up to, as far back as they were
// read, and gives the others to each producer whose last batch is the same in both.
func Restore(entries []SnapshotEntry, before *State) State {
	var s State
	for i := range entries {
		e := &entries[i]
		if s.Producers == nil {
			s.Producers = make(map[kafka.ProducerID]*Producer, len(entries))
		}
		p := &Producer{Epoch: e.Epoch, Timestamp: e.Timestamp, TxnFirst: kafka.NoOffset}
		if e.LastOffset >= 0 {
			first := kafka.NoSequence
			if e.LastSequence != kafka.NoSequence {
				first = e.LastSequence.Add(-e.OffsetDelta)
			}
			p.remember(Batch{
				BaseSequence: first,
				LastSequence: e.LastSequence,
				BaseOffset:   e.LastOffset - kafka.Offset(e.OffsetDelta),
				LastOffset:   e.LastOffset,
				Timestamp:    e.Timestamp,
			})
			if seen := before.Producers[e.Producer]; seen != nil && seen.Epoch == p.Epoch && seen.endsWith(p.Window[0]) {
				p.Window, p.Len = seen.Window, seen.Len
			}
		}
		s.Producers[e.Producer] = p
		if e.TxnFirst >= 0 {
			p.TxnFirst = e.TxnFirst
			s.Open = append(s.Open, OpenTxn{e.Producer, e.TxnFirst})
		}
	}
	slices.SortFunc(s.Open, func(a, b OpenTxn) int { return int(min(max(a.First-b.First, -1), 1)) })
	return s
}

// endsWith tells whether b is the newest remembered batch. The timestamp of a snapshot's entry may
// be that of a marker behind the batch.
func (p *Producer) endsWith(b Batch) bool {
	last, ok := p.Last()
	b.Timestamp = last.Timestamp
	return ok && last == b
}

// Incomplete tells whether a producer may have had more batches than the one of its entry.
func (e *SnapshotEntry) Incomplete() bool {
	return e.LastOffset >= 0 && e.LastSequence != kafka.Sequence(e.OffsetDelta)
}
