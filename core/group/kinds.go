package group

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// What groups of all kinds are asked. Each kind answers in files of its own.

// checkCommit says whether a commit may be taken, before its partitions are looked at. A group that is not there is nil.
func (s *Shard) checkCommit(now kafka.Now, v View, g *Group, r *msg.OffsetCommit) kafka.ErrorCode {
	switch {
	case g == nil && r.Generation < 0:
		return kafka.None // it becomes a simple group
	case g == nil && r.KnowsGroupNotFound:
		return kafka.ErrGroupIDNotFound
	case g == nil:
		return kafka.ErrIllegalGeneration
	}
	switch g.Kind {
	case Simple:
		if r.Generation < 0 {
			return kafka.None
		}
		return kafka.ErrUnknownMemberID
	case ClassicKind:
		err := g.Classic.checkCommit(r.Member, r.Instance, kafka.GenerationID(r.Generation), false)
		if err == kafka.None && g.Classic.members[r.Member] != nil {
			// Who commits is alive.
			classicTurn{s, now, v, g.ID, g.Classic}.keepAlive(r.Member, g.Classic.members[r.Member].sessionTimeout)
		}
		return err
	case ConsumerKind:
		err := g.Consumer.checkCommit(r.Member, r.Instance, r.Generation, false, r.KnowsStaleEpoch)
		if err == kafka.ErrUnsupportedVersion {
			v.g.marks.Hit(port.MarkCommitOldVersion)
		}
		return err
	}
	panic("BUG: a group of no kind")
}

// checkCommitPartition says whether a commit may be taken of one partition, after checkCommit: a member may commit
// what was assigned to it since its epoch (KIP-1251).
func (s *Shard) checkCommitPartition(v View, g *Group, r *msg.OffsetCommit, t *msg.CommitTopic, p kafka.PartitionID) kafka.ErrorCode {
	if g == nil || g.Kind != ConsumerKind {
		return kafka.None
	}
	err := g.Consumer.checkCommitted(r.Member, r.Generation, t.ID, p)
	switch m := g.Consumer.members[r.Member]; {
	case err != kafka.None:
		v.g.marks.Hit(port.MarkCommitStaleEpoch)
	case m != nil && r.Generation != m.epoch():
		v.g.marks.Hit(port.MarkCommitOlderEpoch)
	}
	return err
}

// checkFetch says whether offsets may be fetched. An unknown group has none, which is no error.
func (s *Shard) checkFetch(g *Group, r *msg.OffsetFetch) kafka.ErrorCode {
	if g != nil && g.Kind == ConsumerKind {
		return g.Consumer.checkFetch(r.Member, r.MemberEpoch)
	}
	return kafka.None
}

// checkOffsetDelete says whether offsets of the group may be deleted at all (KIP-496).
func (g *Group) checkOffsetDelete() kafka.ErrorCode {
	if g.Kind == ClassicKind && !g.Classic.isEmpty() && !g.Classic.usesConsumerProtocol() {
		return kafka.ErrNonEmptyGroup // what its members use of it nobody knows
	}
	return kafka.None
}

// isSubscribed tells whether a member is subscribed to the topic: its offsets are neither deleted nor expired.
func (g *Group) isSubscribed(topic string) bool {
	switch g.Kind {
	case ClassicKind:
		return g.Classic.subscribedTo(topic)
	case ConsumerKind:
		return g.Consumer.subscribedTo(topic)
	}
	return false
}

// isEmpty tells that nobody is in the group.
func (g *Group) isEmpty() bool {
	switch g.Kind {
	case ClassicKind:
		return g.Classic.isEmpty()
	case ConsumerKind:
		return g.Consumer.isEmpty()
	}
	return true
}

// expiresFrom is the time from which the retention of an offset counts, or ok is false while none expires.
func (g *Group) expiresFrom(e *offset) (from kafka.Wall, ok bool) {
	if g.Kind == ClassicKind {
		return g.Classic.expiresFrom(e.committed)
	}
	return e.committed, true
}

// refuseWaiting answers whoever waits in the group for something else than a commit.
func (g *Group) refuseWaiting(groups *Groups, err kafka.ErrorCode) {
	if g.Kind == ClassicKind {
		g.Classic.refuseWaiting(groups, err)
	}
}

// groupLoaded begins to serve a group that was loaded: its members get their whole session timeout.
func (s *Shard) groupLoaded(now kafka.Now, v View, g *Group) {
	if g.Kind == ClassicKind {
		g.Classic.loaded(now, v, s, g.ID)
	}
	if g.Kind == ConsumerKind {
		s.consumerLoaded(now, v, g.Consumer)
	}
}

// timerDue does what a timer was set for.
func (s *Shard) timerDue(now kafka.Now, v View, key timerKey) {
	switch key.kind {
	case timerExpire:
		s.expire(now, v)
	case timerTopics:
		s.sweepTopics(now, v)
	case timerJoin, timerSync, timerSession:
		s.classicDue(now, v, key)
	case timerMemberSession, timerMemberRebalance, timerMemberJoin, timerMemberSync:
		s.memberDue(now, v, key)
	default:
		panic("BUG: a timer of no kind")
	}
}

// imageChanged follows what the metadata log says.
func (s *Shard) imageChanged(now kafka.Now, v View, delta *image.Delta) {
	s.topicsDeleted(now, delta.TopicsDeleted)
}

// dropGroup is what a group that has nothing any more leaves by: a tombstone of its own, if it ever had a record.
func (g *Group) dropGroup(d *decision) {
	if g.Kind == ConsumerKind {
		g.Consumer.tombstones(d)
		return
	}
	d.tombstone(&record.GroupMetadata{Group: g.ID})
}

// applyGroupMetadata takes a classic group's record in.
func (s *Shard) applyGroupMetadata(now kafka.Now, r *record.GroupMetadata, deleted bool) {
	if deleted {
		if g := s.group(r.Group); g != nil && g.Kind != ConsumerKind {
			s.membersGone(g)
		}
		return
	}
	g := s.groupOrNew(r.Group)
	if g.Kind == ConsumerKind {
		panic("BUG: a classic group's record comes where a consumer group is")
	}
	g.classic(now).apply(r)
}

// applyConsumer takes a record of a group of the consumer protocol in. The group comes with the first of its records,
// whichever the log still holds, and goes with the tombstone of its epoch.
func (s *Shard) applyConsumer(group string, rec *record.GroupRecord) {
	g := s.group(group)
	if rec.Deleted && (g == nil || g.Kind != ConsumerKind) {
		return
	}
	if _, epoch := rec.Record.(*record.ConsumerGroupMetadata); epoch && rec.Deleted {
		s.membersGone(g)
		return
	}
	if g = s.groupOrNew(group); g.Kind != ConsumerKind {
		g.Kind, g.Classic, g.Consumer = ConsumerKind, nil, newConsumer(group)
	}
	g.Consumer.apply(*rec)
}
