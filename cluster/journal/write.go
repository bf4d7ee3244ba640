package journal

import (
	"encoding/binary"

	"momus/core/canon"

	"github.com/klauspost/crc32"
)

// magic begins every segment, with the version of the format.
const magic = "momus journal 1\n"

// A block is a head and a body. The head is the body's length, the body's checksum, and the
// checksum of those two: a damaged length is then told from a record that was cut short.
const headSize = 12

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendSegmentStart begins a segment behind step number last, with the chain and the state there.
func AppendSegmentStart(b []byte, last uint64, chain canon.Hash, state []byte) []byte {
	b = append(b, magic...)
	at := len(b)
	b = append(b, make([]byte, headSize)...)
	b = canon.AppendUint(b, last)
	b = chain.Append(b)
	b = append(b, state...)
	return seal(b, at)
}

// AppendStep adds one Step: its event as the hash chain took it (clocks, then the event), and the
// chain's sum after it.
func AppendStep(b, event []byte, sum uint64) []byte {
	at := len(b)
	b = append(b, make([]byte, headSize)...)
	b = binary.LittleEndian.AppendUint64(b, sum)
	b = append(b, event...)
	return seal(b, at)
}

// seal fills in the head of the block that begins at at.
func seal(b []byte, at int) []byte {
	head, body := b[at:at+headSize], b[at+headSize:]
	binary.LittleEndian.PutUint32(head, uint32(len(body)))
	binary.LittleEndian.PutUint32(head[4:], crc32.Checksum(body, castagnoli))
	binary.LittleEndian.PutUint32(head[8:], crc32.Checksum(head[:8], castagnoli))
	return b
}
