package image

import (
	"slices"

	"momus/core/kafka"
)

// Delta tells what Apply changed, in the order of occurrence, each thing once. A topic that was
// created and deleted within one Delta is in none of its lists. The values are those of the image.
type Delta struct {
	TopicsCreated []kafka.TopicID
	// TopicsDeleted holds what the topics were when they were deleted.
	TopicsDeleted []*Topic
	// PartitionsChanged holds new partitions too.
	PartitionsChanged []kafka.TopicPartition
	BrokersChanged    []kafka.NodeID
	ConfigsChanged    []ConfigResource
	FeaturesChanged   []string
	QuotasChanged     []QuotaEntity
	// Picture, if set, is given what Apply is about to change, as it was.
	Picture *Picture

	// seen finds partitions again: a batch may create thousands.
	seen map[kafka.TopicPartition]struct{}
}

// Reset empties the Delta and keeps its memory.
func (d *Delta) Reset() {
	d.TopicsCreated, d.PartitionsChanged = d.TopicsCreated[:0], d.PartitionsChanged[:0]
	clear(d.TopicsDeleted)
	d.TopicsDeleted = d.TopicsDeleted[:0]
	d.BrokersChanged, d.ConfigsChanged, d.FeaturesChanged = d.BrokersChanged[:0], d.ConfigsChanged[:0], d.FeaturesChanged[:0]
	d.QuotasChanged = d.QuotasChanged[:0]
	clear(d.seen)
}

// Empty tells that nothing changed.
func (d *Delta) Empty() bool {
	return len(d.TopicsCreated)+len(d.TopicsDeleted)+len(d.PartitionsChanged)+
		len(d.BrokersChanged)+len(d.ConfigsChanged)+len(d.FeaturesChanged)+len(d.QuotasChanged) == 0
}

func (d *Delta) partition(log kafka.TopicPartition) {
	if _, ok := d.seen[log]; ok {
		return
	}
	if d.seen == nil {
		d.seen = map[kafka.TopicPartition]struct{}{}
	}
	d.seen[log] = struct{}{}
	d.PartitionsChanged = append(d.PartitionsChanged, log)
}

func (d *Delta) deleted(t *Topic) {
	d.PartitionsChanged = slices.DeleteFunc(d.PartitionsChanged, func(log kafka.TopicPartition) bool {
		return log.Topic == t.ID
	})
	for i := range t.Partitions {
		delete(d.seen, kafka.TopicPartition{Topic: t.ID, Partition: kafka.PartitionID(i)})
	}
	if at := slices.Index(d.TopicsCreated, t.ID); at >= 0 {
		d.TopicsCreated = slices.Delete(d.TopicsCreated, at, at+1)
		return
	}
	d.TopicsDeleted = append(d.TopicsDeleted, t)
}

func note[T comparable](list *[]T, v T) {
	if !slices.Contains(*list, v) {
		*list = append(*list, v)
	}
}
