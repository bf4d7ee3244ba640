package group

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// offsetDelete deletes offsets of partitions that no member is subscribed to (KIP-496). That there is none is no
// error.
func (s *Shard) offsetDelete(now kafka.Now, v View, r *msg.OffsetDelete) {
	g := s.group(r.Group)
	err := kafka.ErrGroupIDNotFound
	if g != nil {
		err = g.checkOffsetDelete()
	}
	if err != kafka.None {
		s.answer(now, v, r.Refuse(err))
		return
	}
	reply := &msg.OffsetDeleted{Op: r.Op, Slot: r.Slot}
	d := decision{}
	for i := range r.Topics {
		t := &r.Topics[i]
		subscribed := g.isSubscribed(t.Name)
		for _, p := range t.Partitions {
			if subscribed {
				reply.Errs = append(reply.Errs, kafka.ErrGroupSubscribedToTopic)
				continue
			}
			reply.Errs = append(reply.Errs, kafka.None)
			if g.offsets.get(t.Name, p) != nil || g.hasPending(t.Name, p) {
				d.tombstone(&record.OffsetCommit{Group: g.ID, Topic: t.Name, Partition: p})
			}
		}
	}
	d.answer(reply)
	s.carry(now, v, &d)
}

// deleteOffsets has all offsets of a group deleted.
func (g *Group) deleteOffsets(d *decision) {
	for i := range g.offsets.topics {
		t := &g.offsets.topics[i]
		for j := range t.list {
			d.tombstone(&record.OffsetCommit{Group: g.ID, Topic: t.name, Partition: t.list[j].partition})
		}
	}
	for i := range g.pending {
		if p := &g.pending[i]; g.offsets.get(p.topic, p.offset.partition) == nil {
			d.tombstone(&record.OffsetCommit{Group: g.ID, Topic: p.topic, Partition: p.offset.partition})
		}
	}
}

// deletedTopic is a topic whose offsets are to go.
type deletedTopic struct {
	name string
	id   kafka.TopicID
}

// topicsDeleted has the offsets of deleted topics deleted, in turns: there may be many groups.
func (s *Shard) topicsDeleted(now kafka.Now, topics []*image.Topic) {
	for _, t := range topics {
		s.deleted = append(s.deleted, deletedTopic{name: t.Name, id: t.ID})
	}
	if len(topics) > 0 {
		s.sweeping = len(s.list)
		s.timers.set(timerKey{kind: timerTopics}, now.Mono)
	}
}

// groupsPerTurn bounds the groups that one turn of a search looks at, recordsPerTurn what it has written at once.
const (
	groupsPerTurn  = 2048
	recordsPerTurn = 1000
)

// sweepTopics goes on with it, from the last group to the first: one that takes the place of another was looked at.
func (s *Shard) sweepTopics(now kafka.Now, v View) {
	d := decision{}
	s.sweeping = min(s.sweeping, len(s.list))
	for n := 0; s.sweeping > 0 && n < groupsPerTurn && len(d.records) < recordsPerTurn; n++ {
		s.sweeping--
		g := s.list[s.sweeping]
		for i := range s.deleted {
			g.forgetTopic(&d, &s.deleted[i])
		}
	}
	if err := s.carrySplit(now, v, &d); err != kafka.None {
		s.sweeping = len(s.list) // once more, later
		s.timers.set(timerKey{kind: timerTopics}, now.Mono.Add(kafka.Second))
		return
	}
	if s.sweeping > 0 {
		s.timers.set(timerKey{kind: timerTopics}, now.Mono.Add(sweepPause))
		return
	}
	s.deleted = nil
}

// sweepPause is between two turns of a search.
const sweepPause = kafka.Millisecond

func (g *Group) forgetTopic(d *decision, t *deletedTopic) {
	if at, found := g.offsets.topic(t.name); found {
		list := g.offsets.topics[at].list
		for i := range list {
			if list[i].topicID.IsZero() || list[i].topicID == t.id {
				d.tombstone(&record.OffsetCommit{Group: g.ID, Topic: t.name, Partition: list[i].partition})
			}
		}
	}
	for i := range g.pending {
		p := &g.pending[i]
		if p.topic == t.name && (p.offset.topicID.IsZero() || p.offset.topicID == t.id) {
			d.tombstone(&record.OffsetCommit{Group: g.ID, Topic: t.name, Partition: p.offset.partition})
		}
	}
}
