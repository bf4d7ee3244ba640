package metahash

import (
	"encoding/binary"
	"slices"

	"momus/core/kafka"
)

// magic is the version of the function: the first byte of what is hashed.
const magic = 0

// Topic hashes a topic's id, name and number of partitions, and for each partition the racks of its
// replicas. racks may be shorter than partitions, and nil if no broker has a rack.
func Topic(id kafka.TopicID, name string, partitions int32, racks [][]string) int64 {
	b := make([]byte, 0, 1+16+2*len(name)+4+4+4*int(partitions))
	b = append(b, magic)
	b = appendLong(b, binary.BigEndian.Uint64(id[:8]))
	b = appendLong(b, binary.BigEndian.Uint64(id[8:]))
	b = appendString(b, name)
	b = appendInt(b, partitions)
	for i := range partitions {
		b = appendInt(b, i)
		if int(i) >= len(racks) {
			continue
		}
		for _, rack := range slices.Sorted(slices.Values(racks[i])) {
			b = appendInt(b, units(rack))
			b = appendString(b, rack)
		}
	}
	return int64(sum64(b))
}

// Group joins the hashes of a group's topics, in the order of their names; without topics it is 0.
func Group(topics []int64) int64 {
	if len(topics) == 0 {
		return 0
	}
	b := make([]byte, 0, 8*len(topics))
	for _, h := range topics {
		b = appendLong(b, uint64(h))
	}
	return int64(sum64(b))
}

// supplementary is the first code point that takes two UTF-16 code units.
const supplementary = 0x10000

// units is the length of a string in Java: how many UTF-16 code units it has.
func units(s string) int32 {
	n := int32(0)
	for _, r := range s {
		if n++; r >= supplementary {
			n++
		}
	}
	return n
}

// appendString appends a string's UTF-16 code units and then their number, as the stream of hash4j
// that Kafka writes to does.
func appendString(b []byte, s string) []byte {
	for _, r := range s {
		if r >= supplementary {
			r -= supplementary
			b = binary.LittleEndian.AppendUint16(b, uint16(0xd800+r>>10))
			r = 0xdc00 + r&0x3ff
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return appendInt(b, units(s))
}

func appendInt(b []byte, v int32) []byte { return binary.LittleEndian.AppendUint32(b, uint32(v)) }

func appendLong(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }
