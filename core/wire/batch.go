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
// batch of format v2, sound and uncontrolled, with records that are what its header says. Then
// Head is set and Span cut to the batch; else Err is set and Span emptied. Nobody owns it yet.
//
// The codes are Kafka's (asked of 4.3.1), and so is it that bytes behind the batch which are no
// whole batch are cut off. Three answers differ on purpose: to null records Kafka sends nothing at
// all, we INVALID_RECORD; to an unknown codec and to records that it cannot read it sends
// UNKNOWN_SERVER_ERROR, we UNSUPPORTED_COMPRESSION_TYPE and INVALID_RECORD. Compressed records are
// not looked at.
func (p *ProducePartition) CheckBatch(v kafka.APIVersion) {
	p.checkBatch(v)
	if p.Err != kafka.None {
		p.Head, p.Span = record.Header{}, port.Span{}
	}
}

func (p *ProducePartition) checkBatch(v kafka.APIVersion) {
	if p.Span.Len() == 0 {
		p.Err = kafka.ErrInvalidRecord
		return
	}
	b := p.Span.Bytes()
	size := p.batchSize(b)
	if p.Err == kafka.None && size == 0 {
		p.Err = kafka.ErrInvalidRecord
	}
	if p.Err != kafka.None {
		return
	}
	if b[magicAt] != record.Magic {
		p.Err = kafka.ErrInvalidRecord
		return
	}
	if p.batchSize(b[size:]) > 0 {
		p.Err = kafka.ErrInvalidRecord // two batches
	}
	if p.Err != kafka.None {
		return
	}
	h, err := record.ParseHeader(b[:size])
	if err != nil {
		p.Err = kafka.ErrCorruptMessage
		return
	}
	if p.Err = checkSound(v, b[:size], h); p.Err != kafka.None {
		return
	}
	p.Head, p.Span = h, p.Span.Slice(0, size)
	p.checkRecords(b[:size])
}

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
func checkSound(v kafka.APIVersion, b []byte, h record.Header) kafka.ErrorCode {
	codec := h.Attributes.Compression()
	if !codec.IsKnown() || codec == record.Zstd && v < firstZstd {
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

// checkRecords walks the records unless they are compressed, and puts the header's greatest
// timestamp right if the client got it wrong, as Kafka does.
func (p *ProducePartition) checkRecords(b []byte) {
	if p.Head.Attributes.Compression() != record.Uncompressed {
		return
	}
	// The records' own timestamps count here, also if the client claims LogAppendTime.
	h := p.Head
	h.Attributes &^= record.AttributeLogAppendTime
	most := kafka.Wall(-1)
	it := record.Records(h, h.Body(b))
	for it.Next() {
		most = max(most, it.Record.Timestamp)
	}
	switch {
	case it.Err() != nil:
		p.Err = kafka.ErrInvalidRecord
	case most != p.Head.MaxTimestamp:
		record.SetTimestamps(b, &p.Head, p.Head.Attributes.TimestampType(), most)
	}
}

// SetTimestamps writes into the checked batch what the topic's message.timestamp.type asks for:
// with logAppendTime the broker's time, else what the client sent. The batch must not be shared.
func (p *ProducePartition) SetTimestamps(logAppendTime bool, now kafka.Wall) {
	isLogAppend := p.Head.Attributes.TimestampType() == record.LogAppendTime
	switch {
	case logAppendTime && !p.Stamped:
		p.Stamped, p.SentMaxTimestamp = true, p.Head.MaxTimestamp
		record.SetTimestamps(p.Span.Bytes(), &p.Head, record.LogAppendTime, now)
	case !logAppendTime && p.Stamped:
		record.SetTimestamps(p.Span.Bytes(), &p.Head, record.CreateTime, p.SentMaxTimestamp)
		p.Stamped, p.SentMaxTimestamp = false, 0
	case !logAppendTime && isLogAppend:
		record.SetTimestamps(p.Span.Bytes(), &p.Head, record.CreateTime, p.Head.MaxTimestamp)
	}
}
