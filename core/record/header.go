package record

import (
	"encoding/binary"
	"math"

	"momus/core/kafka"

	"github.com/klauspost/crc32"
)

// Sizes and places in a batch, by org.apache.kafka.common.record.DefaultRecordBatch.
const (
	// HeaderSize is the size in bytes of everything before the records.
	HeaderSize = 61
	// PrefixSize is the size of base offset and length, which the length does not count.
	PrefixSize = 12
	// Magic is the only batch format that is supported.
	Magic = 2

	lengthAt          = 8
	leaderEpochAt     = 12
	magicAt           = 16
	crcAt             = 17
	attributesAt      = 21 // the checksum covers everything from here
	lastOffsetDeltaAt = 23
	baseTimestampAt   = 27
	maxTimestampAt    = 35
	producerIDAt      = 43
	producerEpochAt   = 51
	baseSequenceAt    = 53
	countAt           = 57
)

// Attributes are the batch's flags.
type Attributes int16

// The flags above the three bits of the codec. The delete horizon is that of KIP-534.
const (
	AttributeLogAppendTime Attributes = 1 << (3 + iota)
	AttributeTransactional
	AttributeControl
	AttributeDeleteHorizon

	codecMask Attributes = 7
)

// TimestampType says who set the timestamps.
type TimestampType int8

// The timestamp types, by their numbers in the protocol.
const (
	CreateTime    TimestampType = 0
	LogAppendTime TimestampType = 1
)

// Compression is the codec of the batch's records; it may name one that does not exist.
func (a Attributes) Compression() Compression { return Compression(a & codecMask) }

// TimestampType says who set the timestamps.
func (a Attributes) TimestampType() TimestampType {
	if a&AttributeLogAppendTime != 0 {
		return LogAppendTime
	}
	return CreateTime
}

// IsTransactional tells a batch of a transaction, or its marker.
func (a Attributes) IsTransactional() bool { return a&AttributeTransactional != 0 }

// IsControl tells a batch whose records are markers and quorum records, hidden from consumers.
func (a Attributes) IsControl() bool { return a&AttributeControl != 0 }

// HasDeleteHorizon tells that the base timestamp is the time from which tombstones may go.
func (a Attributes) HasDeleteHorizon() bool { return a&AttributeDeleteHorizon != 0 }

// Header is the parsed header of a batch.
//
//canon:gen
type Header struct {
	BaseOffset kafka.Offset
	// Size is the whole batch in bytes: the length in the header and the prefix that it leaves out.
	Size            int32
	LeaderEpoch     kafka.LeaderEpoch
	CRC             uint32
	Attributes      Attributes
	LastOffsetDelta int32
	// BaseTimestamp is what the records' timestamps are relative to. MaxTimestamp is the greatest
	// of them, or with LogAppendTime that of all.
	BaseTimestamp kafka.Wall
	MaxTimestamp  kafka.Wall
	ProducerID    kafka.ProducerID
	ProducerEpoch kafka.ProducerEpoch
	BaseSequence  kafka.Sequence
	// Count is the number of records; after compaction it may be less than the offsets spanned.
	Count int32
}

// Last is the offset of the batch's last record (or of one that compaction removed).
func (h *Header) Last() kafka.Offset { return h.BaseOffset + kafka.Offset(h.LastOffsetDelta) }

// End is the offset after the batch.
func (h *Header) End() kafka.Offset { return h.Last() + 1 }

// LastSequence is the sequence number of the batch's last record, or NoSequence.
func (h *Header) LastSequence() kafka.Sequence {
	if h.BaseSequence == kafka.NoSequence {
		return kafka.NoSequence
	}
	return h.BaseSequence.Add(h.LastOffsetDelta)
}

// ParseHeader reads a header from the first HeaderSize bytes of b; b need not hold the rest of the
// batch. It fails with ErrShort, ErrMagic, or ErrLength for a batch smaller than its header. What
// the fields say of each other is for Check.
func ParseHeader(b []byte) (Header, error) {
	if len(b) > magicAt && b[magicAt] != Magic {
		return Header{}, ErrMagic
	}
	if len(b) < HeaderSize {
		return Header{}, ErrShort
	}
	b = b[:HeaderSize]
	be := binary.BigEndian
	length := int32(be.Uint32(b[lengthAt:]))
	if length < HeaderSize-PrefixSize || length > math.MaxInt32-PrefixSize {
		return Header{}, ErrLength
	}
	return Header{
		BaseOffset:      kafka.Offset(be.Uint64(b)),
		Size:            length + PrefixSize,
		LeaderEpoch:     kafka.LeaderEpoch(be.Uint32(b[leaderEpochAt:])),
		CRC:             be.Uint32(b[crcAt:]),
		Attributes:      Attributes(be.Uint16(b[attributesAt:])),
		LastOffsetDelta: int32(be.Uint32(b[lastOffsetDeltaAt:])),
		BaseTimestamp:   kafka.Wall(be.Uint64(b[baseTimestampAt:])),
		MaxTimestamp:    kafka.Wall(be.Uint64(b[maxTimestampAt:])),
		ProducerID:      kafka.ProducerID(be.Uint64(b[producerIDAt:])),
		ProducerEpoch:   kafka.ProducerEpoch(be.Uint16(b[producerEpochAt:])),
		BaseSequence:    kafka.Sequence(be.Uint32(b[baseSequenceAt:])),
		Count:           int32(be.Uint32(b[countAt:])),
	}, nil
}

// put writes the header into the first HeaderSize bytes of b.
func (h *Header) put(b []byte) {
	be := binary.BigEndian
	be.PutUint64(b, uint64(h.BaseOffset))
	be.PutUint32(b[lengthAt:], uint32(h.Size-PrefixSize))
	be.PutUint32(b[leaderEpochAt:], uint32(h.LeaderEpoch))
	b[magicAt] = Magic
	be.PutUint32(b[crcAt:], h.CRC)
	be.PutUint16(b[attributesAt:], uint16(h.Attributes))
	be.PutUint32(b[lastOffsetDeltaAt:], uint32(h.LastOffsetDelta))
	be.PutUint64(b[baseTimestampAt:], uint64(h.BaseTimestamp))
	be.PutUint64(b[maxTimestampAt:], uint64(h.MaxTimestamp))
	be.PutUint64(b[producerIDAt:], uint64(h.ProducerID))
	be.PutUint16(b[producerEpochAt:], uint16(h.ProducerEpoch))
	be.PutUint32(b[baseSequenceAt:], uint32(h.BaseSequence))
	be.PutUint32(b[countAt:], uint32(h.Count))
}

// Split takes the first batch off b, which holds batches one after another as a Produce request or
// a segment does. batch and rest alias b. It fails as ParseHeader does, and with ErrShort if the
// batch is cut.
func Split(b []byte) (h Header, batch, rest []byte, err error) {
	if h, err = ParseHeader(b); err != nil {
		return Header{}, nil, nil, err
	}
	if int(h.Size) > len(b) {
		return Header{}, nil, nil, ErrShort
	}
	return h, b[:h.Size:h.Size], b[h.Size:], nil
}

// Check tells whether a batch may be appended for a client: whole, of a true checksum, with at
// least one record, offsets without gaps, an epoch and a sequence if there is a producer id, and no control batch.
// h is what ParseHeader found in b, and b the batch alone. Every byte of the batch is read once.
func Check(b []byte, h Header) error {
	switch {
	case h.Attributes.IsControl():
		return ErrControl
	case h.Count < 1 || h.LastOffsetDelta != h.Count-1:
		return ErrCount
	case h.ProducerID >= 0 && (h.ProducerEpoch < 0 || h.BaseSequence < 0):
		return ErrSequence
	}
	return CheckStored(b, h)
}

// CheckStored tells whether a batch that some leader appended is sound, in recovery and in
// replication. Beside what Check allows there are control batches and what compaction left: gaps
// in the offsets, and batches without a record, kept for their producer's last sequence.
func CheckStored(b []byte, h Header) error {
	switch {
	case len(b) != int(h.Size):
		return ErrLength
	case h.BaseOffset < 0 || h.LastOffsetDelta < 0 || h.BaseOffset > math.MaxInt64-1-kafka.Offset(h.LastOffsetDelta):
		return ErrOffset
	case h.Count < 0 || int64(h.Count) > int64(h.LastOffsetDelta)+1:
		return ErrCount
	case Checksum(b) != h.CRC:
		return ErrCRC
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum computes the CRC-32C of a batch: of everything from the attributes on.
func Checksum(b []byte) uint32 { return crc32.Checksum(b[attributesAt:], castagnoli) }

// Stamp writes the base offset and the leader epoch that the leader assigns at append. Both lie
// before the checksum.
func Stamp(b []byte, base kafka.Offset, epoch kafka.LeaderEpoch) {
	if len(b) < HeaderSize {
		panic("BUG: stamping what is not a batch")
	}
	binary.BigEndian.PutUint64(b, uint64(base))
	binary.BigEndian.PutUint32(b[leaderEpochAt:], uint32(epoch))
}
