package record

import (
	"encoding/binary"

	"momus/core/kafka"
)

// SetTimestamps writes into a batch who set its timestamps and the greatest of them, and the
// checksum that follows from it; h is the batch's header and is kept true. A broker does so before
// the append, when the topic's message.timestamp.type is not what the client sent.
func SetTimestamps(b []byte, h *Header, t TimestampType, most kafka.Wall) {
	if len(b) != int(h.Size) {
		panic("BUG: stamping what is not a batch")
	}
	h.Attributes &^= AttributeLogAppendTime
	if t == LogAppendTime {
		h.Attributes |= AttributeLogAppendTime
	}
	h.MaxTimestamp = most
	binary.BigEndian.PutUint16(b[attributesAt:], uint16(h.Attributes))
	binary.BigEndian.PutUint64(b[maxTimestampAt:], uint64(h.MaxTimestamp))
	h.CRC = Checksum(b)
	binary.BigEndian.PutUint32(b[crcAt:], h.CRC)
}
