package journal

import (
	"encoding/binary"
	"hash/crc32"

	"momus/core/canon"
)

// magic begins every segment, with the version of the format.
const magic = "momus journal 1\n"

// headSize is the length and the checksum before every block.
const headSize = 8

// blockMax bounds a block, so that a damaged length is not believed.
const blockMax = 1 << 30

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendSegmentStart begins a segment at step number first, with the chain and the state there.
func AppendSegmentStart(b []byte, first uint64, chain canon.Hash, state []byte) []byte {
	b = append(b, magic...)
	at := len(b)
	b = append(b, make([]byte, headSize)...)
	b = canon.AppendUint(b, first)
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
	body := b[at+headSize:]
	binary.LittleEndian.PutUint32(b[at:], uint32(len(body)))
	binary.LittleEndian.PutUint32(b[at+4:], crc32.Checksum(body, castagnoli))
	return b
}
