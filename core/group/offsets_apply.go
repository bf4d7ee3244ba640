package group

import (
	"cmp"
	"slices"

	"momus/core/kafka"
	"momus/core/record"
)

// pendingOffset is a commit whose transaction is under way.
type pendingOffset struct {
	producer kafka.ProducerID
	topic    string
	offset   offset
}

// openProducer is a producer whose transaction is under way, and the groups that it committed offsets of.
type openProducer struct {
	id     kafka.ProducerID
	groups []string
}

// applyOffset sets or deletes an offset. That of a transaction waits for the transaction's end; a deletion takes
// those too that wait (KIP-496).
func (s *Shard) applyOffset(producer kafka.ProducerID, at kafka.Offset, r *record.OffsetCommit, deleted bool) {
	if deleted {
		if g := s.group(r.Group); g != nil {
			g.offsets.remove(r.Topic, r.Partition)
			g.pending = slices.DeleteFunc(g.pending, func(p pendingOffset) bool {
				return p.topic == r.Topic && p.offset.partition == r.Partition
			})
		}
		return
	}
	e := offset{
		partition: r.Partition, epoch: r.LeaderEpoch, offset: r.Offset, committed: r.CommitTimestamp, recorded: at, topicID: r.TopicID,
	}
	if r.Metadata != "" || r.ExpireTimestamp != record.NoTimestamp {
		e.more = &offsetMore{metadata: r.Metadata, expires: r.ExpireTimestamp}
	}
	g := s.groupOrNew(r.Group)
	if producer == kafka.NoProducerID {
		g.offsets.put(r.Topic, e)
		return
	}
	g.pending = slices.DeleteFunc(g.pending, func(p pendingOffset) bool {
		return p.producer == producer && p.topic == r.Topic && p.offset.partition == r.Partition
	})
	g.pending = append(g.pending, pendingOffset{producer: producer, topic: r.Topic, offset: e})
	s.remember(producer, r.Group)
}

func (s *Shard) producer(id kafka.ProducerID) (at int, found bool) {
	return slices.BinarySearchFunc(s.producers, id, func(p openProducer, id kafka.ProducerID) int { return cmp.Compare(p.id, id) })
}

func (s *Shard) remember(producer kafka.ProducerID, group string) {
	at, found := s.producer(producer)
	if !found {
		s.producers = slices.Insert(s.producers, at, openProducer{id: producer})
	}
	p := &s.producers[at]
	if at, found = slices.BinarySearch(p.groups, group); !found {
		p.groups = slices.Insert(p.groups, at, group)
	}
}

// endTransaction takes a producer's commits in, or forgets them. One that stands before the current commit in the
// log is older, though its transaction ended later:
//
//  1. a transaction commits offset 10, record at 5; a plain commit says 20, record at 6; the marker comes at 7.
//  2. Taking the transaction's in at its marker would make it 10.
//  3. After compaction of record 5, and a load, it would be 20 (KAFKA-5247).
func (s *Shard) endTransaction(producer kafka.ProducerID, commit bool) {
	at, found := s.producer(producer)
	if !found {
		return
	}
	groups := s.producers[at].groups
	s.producers = slices.Delete(s.producers, at, at+1)
	for _, id := range groups {
		g := s.group(id)
		if g == nil {
			continue
		}
		for i := range g.pending {
			p := &g.pending[i]
			if p.producer != producer || !commit {
				continue
			}
			if was := g.offsets.get(p.topic, p.offset.partition); was == nil || was.recorded < p.offset.recorded {
				g.offsets.put(p.topic, p.offset)
			}
		}
		g.pending = slices.DeleteFunc(g.pending, func(p pendingOffset) bool { return p.producer == producer })
	}
}

// hasPending tells whether a transaction's commit for the partition is under way.
func (g *Group) hasPending(topic string, p kafka.PartitionID) bool {
	return slices.ContainsFunc(g.pending, func(o pendingOffset) bool { return o.topic == topic && o.offset.partition == p })
}
