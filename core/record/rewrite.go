package record

import (
	"encoding/binary"
	"math"
)

// Rewrite appends to dst the batch of header h with another body: body is its records, plain, and
// they are compressed by codec. As Kafka's, which builds the batch anew, it keeps of the attributes
// those of the transaction and of the timestamps, and no delete horizon. Otherwise the header is
// h; the one that came of it is returned.
//
// Records keep their bytes, so that the base timestamp must stay as well; Kafka sets it to the
// first record's. No reader can tell.
func (c *Codecs) Rewrite(dst []byte, h Header, body []byte, codec Compression, level Level) ([]byte, Header) {
	at := len(dst)
	var space [HeaderSize]byte
	dst = append(dst, space[:]...)
	dst = c.CompressLevel(dst, codec, level, body)
	batch := dst[at:]
	if len(batch) > math.MaxInt32 {
		panic("BUG: batch of more than 2 GiB")
	}
	h.Attributes = h.Attributes&(AttributeTransactional|AttributeLogAppendTime) | Attributes(codec)
	h.Size = int32(len(batch))
	h.put(batch)
	h.CRC = Checksum(batch)
	binary.BigEndian.PutUint32(batch[crcAt:], h.CRC)
	return dst, h
}
