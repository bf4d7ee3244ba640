package record

import (
	"encoding/binary"
	"math"

	"momus/core/kafka"
)

// Record is one record of a batch. Its slices alias the batch's body; nil is null.
type Record struct {
	Offset    kafka.Offset
	Timestamp kafka.Wall
	Key       []byte
	Value     []byte
	// HeaderCount is the number of headers, which Headers walks.
	HeaderCount int
	headers     []byte // checked when the record was read
}

// Headers walks the headers of the record: their keys and values; a nil value is null.
func (r *Record) Headers(yield func(key, value []byte) bool) {
	c := cursor{b: r.headers}
	for range r.HeaderCount {
		if !yield(c.field(), c.field()) {
			return
		}
	}
}

// Body is the part of a whole batch behind its header: the records, or their compressed form.
func (h *Header) Body(batch []byte) []byte { return batch[HeaderSize:h.Size] }

// Iter walks the records of one batch without allocating:
//
//	it := record.Records(h, h.Body(batch))
//	for it.Next() { use(it.Record) }
//	if err := it.Err(); err != nil { ... }
//
// It demands what Kafka's validation demands of a batch: as many records as the header says, each
// exactly as long as it says, offsets within the batch and rising, and no byte left over.
type Iter struct {
	Record Record
	header Header
	c      cursor
	read   int32
	last   int64 // offset delta of the record before
	err    error
}

// Records begins the walk over an uncompressed body.
func Records(h Header, body []byte) Iter {
	return Iter{header: h, c: cursor{b: body}, last: -1}
}

// Err is what ended the walk early, or nil.
func (it *Iter) Err() error { return it.err }

// Next reads the next record into it.Record and tells whether there was one.
func (it *Iter) Next() bool {
	if it.err != nil {
		return false
	}
	if it.read >= it.header.Count {
		if len(it.c.b) > 0 {
			it.err = ErrTrailing
		}
		return false
	}
	it.read++
	it.err = it.next()
	return it.err == nil
}

func (it *Iter) next() error {
	size := it.c.varint(math.MaxInt32)
	if it.c.err == nil && (size < 0 || size > int64(len(it.c.b))) {
		it.c.err = ErrLength
	}
	if it.c.err != nil {
		return it.c.err
	}
	c := cursor{b: it.c.b[:size:size]}
	it.c.b = it.c.b[size:]

	c.skip(1) // a record's own attributes are unused
	timestampDelta := c.varint(math.MaxInt64)
	offsetDelta := c.varint(math.MaxInt32)
	r := &it.Record
	r.Key = c.field()
	r.Value = c.field()
	count := c.varint(math.MaxInt32)
	if c.err == nil && (count < 0 || count > int64(len(c.b))) {
		c.err = ErrLength
	}
	r.headers, r.HeaderCount = c.b, int(count)
	for ; count > 0 && c.err == nil; count-- {
		if c.field() == nil && c.err == nil {
			c.err = ErrNull // a header's key
		}
		c.field()
	}
	switch {
	case c.err != nil:
		return c.err
	case len(c.b) > 0:
		return ErrLength
	case offsetDelta <= it.last || offsetDelta > int64(it.header.LastOffsetDelta):
		return ErrOffset
	}
	it.last = offsetDelta
	r.Offset = it.header.BaseOffset + kafka.Offset(offsetDelta)
	r.Timestamp = it.header.BaseTimestamp + kafka.Wall(timestampDelta)
	if it.header.Attributes.TimestampType() == LogAppendTime {
		r.Timestamp = it.header.MaxTimestamp
	}
	return nil
}

// cursor takes varints and fields off b. The first failure sticks and empties it.
type cursor struct {
	b   []byte
	err error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.b = nil
}

func (c *cursor) skip(n int) {
	if len(c.b) < n {
		c.fail(ErrShort)
		return
	}
	c.b = c.b[n:]
}

// varint reads a zigzag varint of at most the given magnitude: that of an int32 or an int64.
func (c *cursor) varint(most int64) int64 {
	v, n := binary.Varint(c.b)
	switch {
	case n == 0:
		c.fail(ErrShort)
		return 0
	case n < 0 || v > most || v < -most-1 || (most == math.MaxInt32 && n > binary.MaxVarintLen32):
		c.fail(ErrVarint)
		return 0
	}
	c.b = c.b[n:]
	return v
}

// field reads a length and as many bytes; nil stands for null, and for a failure.
func (c *cursor) field() []byte {
	n := c.varint(math.MaxInt32)
	switch {
	case c.err != nil || n == -1:
		return nil
	case n < -1:
		c.fail(ErrLength)
		return nil
	case n > int64(len(c.b)):
		c.fail(ErrShort)
		return nil
	}
	field := c.b[:n:n]
	c.b = c.b[n:]
	return field
}
