package group

import (
	"cmp"
	"slices"

	"momus/core/kafka"
)

// offset is a committed offset of a partition. There may be a million of them, so it is small.
type offset struct {
	partition kafka.PartitionID
	epoch     kafka.LeaderEpoch
	offset    kafka.Offset
	// committed is when it was, recorded where its record is in the log.
	committed kafka.Wall
	recorded  kafka.Offset
	// topicID is the topic that it is of; zero if that was not known.
	topicID kafka.TopicID
	// more is what few offsets have.
	more *offsetMore
}

// offsetMore is what a client added: its own words, and when it is to expire, or record.NoTimestamp.
type offsetMore struct {
	metadata string
	expires  kafka.Wall
}

func (o *offset) metadata() string {
	if o.more == nil {
		return ""
	}
	return o.more.metadata
}

// topicOffsets are those of one topic, by partition.
type topicOffsets struct {
	name string
	list []offset
}

// offsets are those of a group, by topic.
type offsets struct {
	topics []topicOffsets
}

func (o *offsets) topic(name string) (at int, found bool) {
	return slices.BinarySearchFunc(o.topics, name, func(t topicOffsets, name string) int { return cmp.Compare(t.name, name) })
}

func (t *topicOffsets) partition(p kafka.PartitionID) (at int, found bool) {
	if n := len(t.list); n == 0 || t.list[n-1].partition < p {
		return n, false // as they mostly come, one after another
	}
	return slices.BinarySearchFunc(t.list, p, func(o offset, p kafka.PartitionID) int { return cmp.Compare(o.partition, p) })
}

// get finds the offset of a partition, or nil.
func (o *offsets) get(topic string, p kafka.PartitionID) *offset {
	at, found := o.topic(topic)
	if !found {
		return nil
	}
	t := &o.topics[at]
	if at, found = t.partition(p); !found {
		return nil
	}
	return &t.list[at]
}

// put sets the offset of a partition.
func (o *offsets) put(topic string, e offset) {
	at, found := o.topic(topic)
	if !found {
		o.topics = slices.Insert(o.topics, at, topicOffsets{name: topic})
	}
	t := &o.topics[at]
	at, found = t.partition(e.partition)
	if found {
		t.list[at] = e
		return
	}
	t.list = slices.Insert(t.list, at, e)
}

// remove forgets the offset of a partition.
func (o *offsets) remove(topic string, p kafka.PartitionID) {
	i, found := o.topic(topic)
	if !found {
		return
	}
	t := &o.topics[i]
	at, found := t.partition(p)
	if !found {
		return
	}
	if t.list = slices.Delete(t.list, at, at+1); len(t.list) == 0 {
		o.topics = slices.Delete(o.topics, i, i+1)
	}
}

// count counts them.
func (o *offsets) count() (n int) {
	for i := range o.topics {
		n += len(o.topics[i].list)
	}
	return n
}

// empty tells that there are none.
func (o *offsets) empty() bool { return len(o.topics) == 0 }
