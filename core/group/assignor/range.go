package assignor

import (
	"cmp"
	"slices"
	"strings"

	"momus/core/kafka"
)

// Range gives each member a range of each topic that it subscribes to, in the order of the members, so that
// topics of the same size and the same subscribers are partitioned together: whoever has partition 3 of
// one has partition 3 of the other. Static members come first, by their instance ids, since those outlive a
// restart.
func Range(s *Spec) []Assignment {
	order := make([]int, len(s.Members))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rangeOrder(&s.Members[a], &s.Members[b]) })
	subscribers := make([]int32, len(s.Topics))
	for _, m := range order {
		for _, id := range s.Members[m].Topics {
			subscribers[s.topicAt(id)]++
		}
	}
	next, before := make([]int32, len(s.Topics)), make([]int32, len(s.Topics))
	out := make([]Assignment, len(s.Members))
	for _, m := range order {
		for _, id := range s.Members[m].Topics {
			t := s.topicAt(id)
			size := s.Topics[t].Partitions / subscribers[t]
			if before[t] < s.Topics[t].Partitions%subscribers[t] {
				size++
			}
			before[t]++
			if size == 0 {
				continue
			}
			partitions := make([]kafka.PartitionID, size)
			for i := range partitions {
				partitions[i] = kafka.PartitionID(next[t] + int32(i))
			}
			next[t] += size
			out[m] = append(out[m], TopicPartitions{TopicID: id, Partitions: partitions})
		}
	}
	return out
}

func rangeOrder(a, b *Member) int {
	switch {
	case a.Instance != nil && b.Instance != nil:
		return cmp.Or(strings.Compare(*a.Instance, *b.Instance), strings.Compare(a.ID, b.ID))
	case a.Instance != nil:
		return -1
	case b.Instance != nil:
		return 1
	}
	return strings.Compare(a.ID, b.ID)
}
