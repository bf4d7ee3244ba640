package clients

import (
	"encoding/binary"
	"strconv"

	"momus/checker"
	"momus/core/kafka"
	"momus/core/record"
)

// valueSize is what a value takes at the beginning of a record; padding follows, which can be told
// from the value.
const valueSize = 8

// decompressedMax bounds what a client takes out of one batch.
const decompressedMax = 16 << 20

// appendValue appends a record's bytes of a size that is at least valueSize.
func appendValue(b []byte, v checker.Value, size int) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(v))
	for i := valueSize; i < size; i++ {
		b = append(b, byte(uint64(v)*37+uint64(i)))
	}
	return b
}

// tombstoneHeader is the header in which a record without a value says which one it is.
const tombstoneHeader = "value"

// appendKey appends a key by its number.
func appendKey(b []byte, key int64) []byte { return strconv.AppendInt(append(b, "key-"...), key, 10) }

// recordValue is what a record is told from others by.
func recordValue(r *record.Record) (v checker.Value, ok bool) {
	if r.Value != nil {
		return readValue(r.Value)
	}
	r.Headers(func(key, value []byte) bool {
		if string(key) == tombstoneHeader {
			v, ok = readValue(value)
		}
		return true
	})
	return v, ok
}

// readValue is the value in a record's bytes, if they are whole.
func readValue(b []byte) (checker.Value, bool) {
	if len(b) < valueSize {
		return 0, false
	}
	v := binary.BigEndian.Uint64(b)
	for i := valueSize; i < len(b); i++ {
		if b[i] != byte(v*37+uint64(i)) {
			return 0, false
		}
	}
	return checker.Value(v), true
}

// shape is what a batch looks like beside its values.
type shape struct {
	count    int32
	size     int // of each record's value
	codec    record.Compression
	producer kafka.ProducerID
	epoch    kafka.ProducerEpoch
	sequence kafka.Sequence
	at       kafka.Wall
	keyed    bool
	// topic, if it is set, says which keys the records have, and which of them no value.
	topic *checker.Topic
	// keyless has a batch for a compacted topic come without keys: no broker may take one.
	keyless bool
	// spoiled batches claim one record more than they hold: only who reads the records can tell. No
	// broker may take one.
	spoiled bool
}

// build makes a batch of new values and returns it with the first of them.
func (s *shared) build(sh shape) (checker.Value, []byte) {
	first := s.values + 1
	s.values += checker.Value(sh.count)
	b := &s.builder
	b.Reset(0, 0)
	b.Batch.Attributes = record.Attributes(sh.codec)
	b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = sh.producer, sh.epoch, sh.sequence
	for i := range sh.count {
		v := first + checker.Value(i)
		s.scratch = appendValue(s.scratch[:0], v, sh.size)
		at := sh.at + kafka.Wall(i%2)
		switch {
		case sh.keyed && sh.topic != nil && sh.topic.IsTombstone(v):
			b.Add(at, appendKey(nil, sh.topic.KeyOf(v)), nil, record.RecordHeader{Key: tombstoneHeader, Value: s.scratch})
		case sh.keyed && sh.topic != nil:
			b.Add(at, appendKey(nil, sh.topic.KeyOf(v)), s.scratch)
		case sh.keyed:
			b.Add(at, s.scratch[:valueSize/2], s.scratch)
		default:
			b.Add(at, nil, s.scratch)
		}
	}
	batch := b.Append(nil)
	if sh.spoiled {
		spoil(batch, sh.count+1)
	}
	return first, batch
}

// spoil makes a batch claim count records, under a true checksum.
func spoil(batch []byte, count int32) {
	const checksum, lastDelta, counted = 17, 23, 57
	binary.BigEndian.PutUint32(batch[lastDelta:], uint32(count-1))
	binary.BigEndian.PutUint32(batch[counted:], uint32(count))
	binary.BigEndian.PutUint32(batch[checksum:], record.Checksum(batch))
}

// reading is what one partition's part of a Fetch answer holds.
type reading struct {
	records []checker.Record
	control []checker.Range
	next    kafka.Offset
	// fault is what is wrong with it, in words, or empty; damage that of a batch which tells by its
	// checksum or its header that it is not what was written.
	fault, damage string
	// damageBase is what a batch that is damaged says that it begins at, if its header can be read; else next.
	damageBase kafka.Offset
}

// read takes the batches apart, from an offset on. A batch that is cut at the end is left out: a
// limit may cut the last one.
func (s *shared) read(b []byte, from kafka.Offset) reading {
	out := reading{next: from}
	at := len(s.records)
	for len(b) > 0 && out.fault == "" {
		h, batch, rest, err := record.Split(b)
		if err == record.ErrShort {
			break
		}
		framed := err == nil
		if framed {
			err = record.CheckStored(batch, h)
		}
		if err != nil {
			out.damage, out.damageBase = "a batch that is damaged: "+err.Error(), out.next
			if framed {
				out.damageBase = min(h.BaseOffset, out.next)
			}
			break
		}
		b = rest
		if h.End() <= from {
			out.damage, out.damageBase = "a batch that ends before the offset that was asked for", out.next
			break
		}
		if h.Attributes.IsControl() {
			out.control = append(out.control, checker.Range{Start: h.BaseOffset, End: h.End()})
		} else {
			out.fault = s.readBatch(h, batch, from)
		}
		out.next = max(out.next, h.End())
	}
	out.records = s.records[at:len(s.records):len(s.records)]
	return out
}

// readBatch appends the records of one batch to s.records, and says what is wrong with them.
func (s *shared) readBatch(h record.Header, batch []byte, from kafka.Offset) string {
	body := h.Body(batch)
	if codec := h.Attributes.Compression(); codec != record.Uncompressed {
		var err error
		if s.plain, err = s.codecs.Decompress(s.plain[:0], codec, body, decompressedMax); err != nil {
			return "a batch that cannot be decompressed: " + err.Error()
		}
		body = s.plain
	}
	it := record.Records(h, body)
	for it.Next() {
		if it.Record.Offset < from {
			continue
		}
		v, ok := recordValue(&it.Record)
		if !ok {
			return "a record that nobody sent in this form"
		}
		s.records = append(s.records, checker.Record{Offset: it.Record.Offset, Timestamp: it.Record.Timestamp, Value: v, Epoch: h.LeaderEpoch})
	}
	if err := it.Err(); err != nil {
		return "a batch that is damaged inside: " + err.Error()
	}
	return ""
}
