package record

import (
	"encoding/binary"
	"math"

	"momus/core/kafka"
)

// RecordHeader is a header of a record: a key and a value that may be null (nil).
type RecordHeader struct {
	Key   string
	Value []byte
}

// Builder makes one batch. Batch holds what the header is to say of the base offset, the leader
// epoch, the attributes and the producer; the rest of it follows from the records.
type Builder struct {
	Batch  Header
	Codecs *Codecs // needed if the attributes name a codec
	body   []byte
}

// NewBuilder begins a batch of no producer, uncompressed.
func NewBuilder(base kafka.Offset, epoch kafka.LeaderEpoch) *Builder {
	b := &Builder{}
	b.Reset(base, epoch)
	return b
}

// Reset begins another batch and keeps the memory and the Codecs.
func (b *Builder) Reset(base kafka.Offset, epoch kafka.LeaderEpoch) {
	b.body = b.body[:0]
	b.Batch = Header{
		BaseOffset: base, LeaderEpoch: epoch, LastOffsetDelta: -1,
		ProducerID: kafka.NoProducerID, ProducerEpoch: kafka.NoProducerEpoch, BaseSequence: kafka.NoSequence,
	}
}

// Add appends a record with the next offset. A nil key or value is null.
func (b *Builder) Add(at kafka.Wall, key, value []byte, headers ...RecordHeader) {
	h := &b.Batch
	if h.Count == 0 {
		h.BaseTimestamp, h.MaxTimestamp = at, at
	}
	h.MaxTimestamp = max(h.MaxTimestamp, at)
	h.LastOffsetDelta++
	h.Count++

	delta := int64(at - h.BaseTimestamp)
	size := 1 + varintSize(delta) + varintSize(int64(h.LastOffsetDelta)) +
		fieldSize(len(key), key == nil) + fieldSize(len(value), value == nil) + varintSize(int64(len(headers)))
	for _, rh := range headers {
		size += fieldSize(len(rh.Key), false) + fieldSize(len(rh.Value), rh.Value == nil)
	}
	p := binary.AppendVarint(b.body, int64(size))
	p = append(p, 0) // a record's own attributes are unused
	p = binary.AppendVarint(p, delta)
	p = binary.AppendVarint(p, int64(h.LastOffsetDelta))
	p = appendField(p, key)
	p = appendField(p, value)
	p = binary.AppendVarint(p, int64(len(headers)))
	for _, rh := range headers {
		p = append(binary.AppendVarint(p, int64(len(rh.Key))), rh.Key...)
		p = appendField(p, rh.Value)
	}
	b.body = p
}

// AddControl appends a control record. The batch must have the Control attribute.
func (b *Builder) AddControl(at kafka.Wall, c Control, version int16) {
	if !b.Batch.Attributes.IsControl() {
		panic("BUG: control record in a batch of data")
	}
	b.Add(at, AppendControlKey(nil, c.ControlType()), AppendControl(nil, c, version))
}

// Count is the number of records so far.
func (b *Builder) Count() int32 { return b.Batch.Count }

// Size is the batch's size in bytes so far, before compression.
func (b *Builder) Size() int { return HeaderSize + len(b.body) }

// Append appends the whole batch to dst. The builder may be given more records and asked again.
func (b *Builder) Append(dst []byte) []byte {
	h := b.Batch
	if h.Count == 0 {
		panic("BUG: batch without a record")
	}
	at := len(dst)
	dst = append(dst, make([]byte, HeaderSize)...)
	if codec := h.Attributes.Compression(); codec == Uncompressed {
		dst = append(dst, b.body...)
	} else {
		dst = b.Codecs.Compress(dst, codec, b.body)
	}
	batch := dst[at:]
	if len(batch) > math.MaxInt32 {
		panic("BUG: batch of more than 2 GiB")
	}
	h.Size = int32(len(batch))
	h.put(batch)
	binary.BigEndian.PutUint32(batch[crcAt:], Checksum(batch))
	return dst
}

func varintSize(v int64) int {
	u := uint64(v)<<1 ^ uint64(v>>63)
	n := 1
	for ; u >= 0x80; u >>= 7 {
		n++
	}
	return n
}

func fieldSize(n int, null bool) int {
	if null {
		return 1
	}
	return varintSize(int64(n)) + n
}

func appendField(p, field []byte) []byte {
	if field == nil {
		return binary.AppendVarint(p, -1)
	}
	return append(binary.AppendVarint(p, int64(len(field))), field...)
}
