package group

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// offsetFetch tells what is committed. Nothing committed is -1 and no error, also of a group that is not known.
func (s *Shard) offsetFetch(now kafka.Now, v View, r *msg.OffsetFetch) {
	g := s.group(r.Group)
	if g != nil {
		if err := s.checkFetch(g, r); err != kafka.None {
			s.answer(now, v, r.Refuse(err))
			return
		}
	}
	reply := &msg.OffsetFetched{Op: r.Op, Slot: r.Slot}
	if r.All {
		if g != nil {
			reply.Topics = g.allOffsets(&v.g.marks, r.RequireStable)
		}
		s.answer(now, v, reply)
		return
	}
	for i := range r.Topics {
		t := &r.Topics[i]
		topic := msg.FetchedTopic{Name: t.Name, ID: t.ID, Partitions: make([]msg.FetchedOffset, len(t.Partitions))}
		for j, p := range t.Partitions {
			topic.Partitions[j] = g.fetch(&v.g.marks, t, p, r.RequireStable)
		}
		reply.Topics = append(reply.Topics, topic)
	}
	s.answer(now, v, reply)
}

func noOffset(p kafka.PartitionID) msg.FetchedOffset {
	return msg.FetchedOffset{Partition: p, Offset: kafka.NoOffset, LeaderEpoch: kafka.NoLeaderEpoch}
}

// fetch is what is committed of a partition. What was committed of another topic of that name, by their ids, is
// nothing of this one's (KAFKA-19154).
func (g *Group) fetch(marks *port.Marks, t *msg.FetchTopic, p kafka.PartitionID, requireStable bool) msg.FetchedOffset {
	none := noOffset(p)
	if g == nil {
		return none
	}
	if requireStable && g.hasPending(t.Name, p) {
		none.Err = kafka.ErrUnstableOffsetCommit
		return none
	}
	e := g.offsets.get(t.Name, p)
	if e == nil {
		return none
	}
	if !e.topicID.IsZero() && !t.ID.IsZero() && e.topicID != t.ID {
		marks.Hit(port.MarkOffsetOfAnother)
		return none
	}
	return msg.FetchedOffset{Partition: p, Offset: e.offset, LeaderEpoch: e.epoch, Metadata: e.metadata()}
}

// allOffsets are those of all partitions.
func (g *Group) allOffsets(marks *port.Marks, requireStable bool) []msg.FetchedTopic {
	var list []msg.FetchedTopic
	for i := range g.offsets.topics {
		t := &g.offsets.topics[i]
		asked := msg.FetchTopic{Name: t.name}
		topic := msg.FetchedTopic{Name: t.name, Partitions: make([]msg.FetchedOffset, len(t.list))}
		for j := range t.list {
			topic.Partitions[j] = g.fetch(marks, &asked, t.list[j].partition, requireStable)
		}
		list = append(list, topic)
	}
	return list
}
