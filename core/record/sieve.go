package record

import (
	"encoding/binary"
	"math"

	"momus/core/kafka"
)

// Sieve makes of a batch one with some of its records, as compaction does (KIP-58): those that stay keep their
// offsets, the batch its base offset, its last offset, its leader epoch and its producer, so that nobody
// who reads on, and no producer, can tell. It keeps its memory from batch to batch.
type Sieve struct {
	Codecs *Codecs
	// Kept counts the records of the last batch that stay, Passed all that it had; Tombstones tells whether
	// one of those that stay has no value.
	Kept, Passed int32
	Tombstones   bool
	h            Header
	records      []sieved
	plain        []byte
	body         []byte
}

// sieved is a record that stays: whole, with its length, and what follows its two deltas.
type sieved struct {
	whole, rest    []byte
	time           kafka.Wall
	timeDelta, off int64
}

// Take looks at the records of a whole batch, and has keep say which stay. A batch holds at most bytesMax bytes
// once it is decompressed. The slices that keep is given do not outlive the call.
func (s *Sieve) Take(h Header, batch []byte, bytesMax int, keep func(offset kafka.Offset, key []byte, tombstone bool) bool) error {
	s.h, s.Kept, s.Passed, s.Tombstones, s.records = h, 0, 0, false, s.records[:0]
	body := h.Body(batch)
	if codec := h.Attributes.Compression(); codec != Uncompressed && len(body) > 0 {
		var err error
		if s.plain, err = s.Codecs.Decompress(s.plain[:0], codec, body, bytesMax); err != nil {
			return err
		}
		body = s.plain
	}
	c := cursor{b: body}
	for last := int64(-1); s.Passed < h.Count; s.Passed++ {
		at := c.b
		size := c.varint(math.MaxInt32)
		if c.err == nil && (size < 0 || size > int64(len(c.b))) {
			return ErrLength
		}
		if c.err != nil {
			return c.err
		}
		in := cursor{b: c.b[:size:size]}
		c.b = c.b[size:]
		in.skip(1) // a record's own attributes are unused
		r := sieved{whole: at[:len(at)-len(c.b)], timeDelta: in.varint(math.MaxInt64), off: in.varint(math.MaxInt32)}
		r.rest = in.b
		key, value := in.field(), in.field()
		switch {
		case in.err != nil:
			return in.err
		case r.off <= last || r.off > int64(h.LastOffsetDelta):
			return ErrOffset
		}
		last = r.off
		if keep(h.BaseOffset+kafka.Offset(r.off), key, value == nil) {
			r.time = h.BaseTimestamp + kafka.Wall(r.timeDelta)
			s.records = append(s.records, r)
			s.Tombstones = s.Tombstones || value == nil
		}
	}
	if len(c.b) > 0 {
		return ErrTrailing
	}
	s.Kept = int32(len(s.records))
	return nil
}

// Append appends the batch of the records that stay, of which there must be some. A horizon that is not negative
// becomes the batch's delete horizon (KIP-534), if it has none yet: it stands where the base timestamp did.
func (s *Sieve) Append(dst []byte, horizon kafka.Wall) ([]byte, Header) {
	if s.Kept == 0 {
		panic("BUG: a batch of no records is made by AppendEmpty")
	}
	h := s.h
	sets := horizon >= 0 && !h.Attributes.HasDeleteHorizon()
	if sets {
		h.BaseTimestamp = horizon
		h.Attributes |= AttributeDeleteHorizon
	}
	s.body = s.body[:0]
	if h.Attributes.TimestampType() == CreateTime {
		h.MaxTimestamp = s.records[0].time
	}
	for i := range s.records {
		r := &s.records[i]
		if h.Attributes.TimestampType() == CreateTime {
			h.MaxTimestamp = max(h.MaxTimestamp, r.time)
		}
		if !sets {
			s.body = append(s.body, r.whole...)
			continue
		}
		delta := int64(r.time - horizon)
		s.body = binary.AppendVarint(s.body, int64(1+varintSize(delta)+varintSize(r.off)+len(r.rest)))
		s.body = append(s.body, 0)
		s.body = binary.AppendVarint(s.body, delta)
		s.body = binary.AppendVarint(s.body, r.off)
		s.body = append(s.body, r.rest...)
	}
	h.Count = s.Kept
	return appendBatch(dst, h, s.Codecs, s.body)
}

// AppendEmpty appends a batch without a record, which compaction keeps for its producer's last sequence.
func AppendEmpty(dst []byte, h Header) ([]byte, Header) {
	h.Count = 0
	h.BaseTimestamp = -1
	h.Attributes &= AttributeTransactional | AttributeControl | AttributeLogAppendTime
	return appendBatch(dst, h, nil, nil)
}

// appendBatch appends a batch of a header, whose size and checksum it fills in, and of records that are plain.
func appendBatch(dst []byte, h Header, codecs *Codecs, body []byte) ([]byte, Header) {
	at := len(dst)
	var space [HeaderSize]byte
	dst = append(dst, space[:]...)
	if codec := h.Attributes.Compression(); codec == Uncompressed {
		dst = append(dst, body...)
	} else {
		dst = codecs.Compress(dst, codec, body)
	}
	batch := dst[at:]
	if len(batch) > math.MaxInt32 {
		panic("BUG: batch of more than 2 GiB")
	}
	h.Size = int32(len(batch))
	h.put(batch)
	h.CRC = Checksum(batch)
	binary.BigEndian.PutUint32(batch[crcAt:], h.CRC)
	return dst, h
}
