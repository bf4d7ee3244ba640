package main

import (
	"encoding/binary"
	"fmt"
)

// values makes the records of a load. The bytes follow from partition and number, and look random
// to a codec but for the last quarter, so that codecs have something to do and cannot hide a
// mistake either.
type values struct{ size int }

// append adds the value of a record to b.
func (v values) append(b []byte, partition int32, number int) []byte {
	state := uint64(partition)<<40 ^ uint64(number)*0x9E3779B97F4A7C15 + 1
	end := len(b) + v.size
	for len(b) < end-v.size/4 {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		b = binary.LittleEndian.AppendUint64(b, state)
	}
	for len(b) < end {
		b = append(b, byte(number))
	}
	return b[:end]
}

// key names partition and number, readable in a dump.
func (v values) key(b []byte, partition int32, number int) []byte {
	return fmt.Appendf(b, "p%d-%d", partition, number)
}
