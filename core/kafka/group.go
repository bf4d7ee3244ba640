package kafka

import (
	"math"
	"unicode/utf8"
)

// GroupPartition is the partition of __consumer_offsets that keeps a group, of so many: the absolute value of Java's
// hash of the name, which of the least number is 0.
func GroupPartition(group string, partitions int32) PartitionID {
	h := hashOf(group)
	if h == math.MinInt32 {
		return 0
	}
	return PartitionID(max(h, -h) % partitions)
}

// HashBucket is where a string lies in a java.util.HashMap of so many entries, by which it is walked.
func HashBucket(s string, entries int) int32 {
	buckets := uint32(16)
	for uint32(entries) > buckets/4*3 {
		buckets *= 2
	}
	h := uint32(hashOf(s))
	return int32((h ^ h>>16) & (buckets - 1))
}

// hashOf is Java's hash of a string.
func hashOf(s string) (h int32) {
	for _, r := range s {
		if r == utf8.RuneError || r < 0x10000 {
			h = 31*h + r
			continue
		}
		r -= 0x10000 // two code units in UTF-16
		h = 31*h + 0xd800 + r>>10
		h = 31*h + 0xdc00 + r&0x3ff
	}
	return h
}

// GenerationID counts the rebalances of a group of the classic protocol.
type GenerationID int32

// NoGeneration accompanies an error, and requests of clients that are in no group.
const NoGeneration GenerationID = -1
