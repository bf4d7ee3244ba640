package wire

import (
	"encoding/binary"
	"strconv"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// firstZstd is the first version of Produce whose batches may be compressed by zstd (KIP-110).
const firstZstd = 7

// Sizes that Kafka looks at before it takes bytes for a batch.
const (
	logOverhead   = 12 // base offset and length, which the length leaves out
	sizeUpToMagic = 17
	recordSizeMin = 14 // the least length, that of a batch of format v0
	lengthAt      = 8
	magicAt       = 16
)

// CheckBatch looks at what the client sent as the partition's records: it must be exactly one
// batch of format v2, sound and uncontrolled. Then Head is set and Span cut to the batch; else Err
// is set and Span emptied. Nobody owns it yet. The records are for Validate.
//
// The codes are Kafka's (asked of 4.3.1), and so is it that bytes behind the batch which are no
// whole batch are cut off. Where ours differ on purpose, docs/differences.md says so.
func (p *ProducePartition) CheckBatch(v kafka.APIVersion) {
	p.checkBatch(v)
	if p.Err != kafka.None {
		p.Head, p.Span = record.Header{}, port.Span{}
	}
}

func (p *ProducePartition) checkBatch(v kafka.APIVersion) {
	if p.Span.Len() == 0 {
		p.refuseEarly(kafka.ErrInvalidRecord)
		return
	}
	b := p.Span.Bytes()
	size := p.batchSize(b)
	if p.Err == kafka.None && size == 0 {
		p.refuseEarly(kafka.ErrInvalidRecord)
	}
	if p.Err != kafka.None {
		return
	}
	if b[magicAt] != record.Magic {
		p.refuseEarly(kafka.ErrInvalidRecord)
		return
	}
	if p.batchSize(b[size:]) > 0 {
		p.refuseEarly(kafka.ErrInvalidRecord) // two batches
	}
	if p.Err != kafka.None {
		return
	}
	h, err := record.ParseHeader(b[:size])
	if err != nil {
		p.Err = kafka.ErrCorruptMessage
		return
	}
	if h.Attributes.Compression() == record.Zstd && v < firstZstd {
		p.refuseEarly(kafka.ErrUnsupportedCompressionType)
		return
	}
	if p.Err = checkSound(b[:size], h); p.Err != kafka.None {
		return
	}
	p.Head, p.Span = h, p.Span.Slice(0, size)
}

// refuseEarly refuses what Kafka does while it looks at the request, before it looks for the log.
func (p *ProducePartition) refuseEarly(err kafka.ErrorCode) { p.Err, p.Early = err, true }

// batchSize is the size of the batch that b begins with, or 0 if it is not whole. What cannot be
// a batch sets Err.
func (p *ProducePartition) batchSize(b []byte) int {
	if len(b) < logOverhead {
		return 0
	}
	length := int32(binary.BigEndian.Uint32(b[lengthAt:]))
	if length < recordSizeMin {
		p.Err = kafka.ErrCorruptMessage
		p.ErrText = "Record size " + strconv.Itoa(int(length)) + " is less than the minimum record overhead (14)"
		return 0
	}
	if len(b) < sizeUpToMagic {
		return 0
	}
	if magic := int8(b[magicAt]); magic < 0 || magic > record.Magic {
		p.Err = kafka.ErrCorruptMessage
		p.ErrText = "Invalid magic found in record: " + strconv.Itoa(int(magic))
		return 0
	}
	if int64(length)+logOverhead > int64(len(b)) {
		return 0
	}
	return int(length) + logOverhead
}

// checkSound checks what can be told without reading the records, and the checksum.
func checkSound(b []byte, h record.Header) kafka.ErrorCode {
	if !h.Attributes.Compression().IsKnown() {
		return kafka.ErrUnsupportedCompressionType
	}
	switch err := record.Check(b, h); {
	case err == record.ErrCRC:
		return kafka.ErrCorruptMessage
	case err != nil || h.BaseOffset != 0:
		return kafka.ErrInvalidRecord
	}
	return kafka.None
}
