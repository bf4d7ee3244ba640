package group

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// leave is a heartbeat by which a member leaves. A static one may say that it comes back: it keeps its partitions
// until then, or until its session ends.
func (t *consumerTurn) leave(r *msg.ConsumerGroupHeartbeat, reply *msg.ConsumerGroupHeartbeatDone) *refusal {
	if t.c == nil {
		if t.s.group(t.group) == nil {
			return refuse(kafka.ErrGroupIDNotFound, "Group %s not found.", t.group)
		}
		return refuse(kafka.ErrGroupIDNotFound, "Group %s is not a consumer group.", t.group)
	}
	if r.Instance == nil {
		m := t.c.members[r.Member]
		if m == nil {
			return t.unknownMember(r.Member)
		}
		t.d.answer(reply)
		t.fence([]*ConsumerMember{m})
		return nil
	}
	m := t.c.staticMember(r.Instance)
	switch {
	case m == nil:
		return refuse(kafka.ErrUnknownMemberID, "Instance id %s is unknown.", *r.Instance)
	case m.id() != r.Member:
		return fencedInstance(r.Member, *r.Instance, m.id())
	case r.MemberEpoch != leaveStaticEpoch:
		t.d.answer(reply)
		t.fence([]*ConsumerMember{m})
		return nil
	}
	away := *m.cur
	away.MemberEpoch = leaveStaticEpoch
	away.PartitionsPendingRevocation = nil
	// Who comes back is another member, which has had its partitions from the beginning; whoever still commits
	// as the old one is refused, since its id is gone.
	away.AssignedPartitions = slices.Clone(away.AssignedPartitions)
	for i := range away.AssignedPartitions {
		away.AssignedPartitions[i].AssignmentEpochs = make([]int32, len(away.AssignedPartitions[i].Partitions))
	}
	t.d.put(&away)
	t.d.answer(reply)
	t.carry()
	return nil
}

// fence takes members out of the group. If those that stay all speak the classic protocol, the group goes back to
// that. The answers in the decision leave when it is done.
func (t *consumerTurn) fence(members []*ConsumerMember) {
	if len(members) == 0 {
		t.carry()
		return
	}
	if t.mayDowngrade(members, nil) {
		t.downgrade(members, nil, true)
		return
	}
	for _, m := range members {
		t.removeMember(m.id())
	}
	regexes := t.c.lastRegexes(members)
	for _, regex := range regexes {
		t.d.tombstone(&record.ConsumerGroupRegularExpression{Group: t.group, RegularExpression: regex})
	}
	hash := topicsHash(t.v.Image, t.c.subscribedWithout(members, regexes))
	t.d.put(&record.ConsumerGroupMetadata{Group: t.group, Epoch: t.c.epoch + 1, MetadataHash: hash})
	if t.carry() {
		for _, m := range members {
			t.s.forgetMember(t.group, m.id())
		}
	}
}

// lastRegexes lists the regular expressions that nobody beside these members has.
func (c *Consumer) lastRegexes(members []*ConsumerMember) []string {
	count := map[string]int32{}
	for _, m := range members {
		if regex := m.regex(); regex != "" {
			count[regex]++
		}
	}
	var last []string
	for _, regex := range sortedKeys(count) {
		if c.regexMembers[regex] == count[regex] {
			last = append(last, regex)
		}
	}
	return last
}

// forgetMember has no timer of the member go off any more.
func (s *Shard) forgetMember(group, member string) {
	for _, kind := range [...]timerKind{timerMemberSession, timerMemberRebalance, timerMemberJoin, timerMemberSync} {
		s.timers.clear(timerKey{group, member, kind})
	}
}

// memberDue fences a member that was silent for its session, or that did not do in time what it has to: revoke
// within its rebalance timeout, or as a member of the classic protocol join or sync again.
func (s *Shard) memberDue(now kafka.Now, v View, key timerKey) {
	t := s.consumerTurn(now, v, key.group)
	if t.c == nil {
		return
	}
	m := t.c.members[key.member]
	if m == nil || key.kind == timerMemberRebalance && m.state() != MemberUnrevoked {
		return
	}
	t.fence([]*ConsumerMember{m})
}

// consumerLoaded gives each member of a group that was loaded its whole session, and to those that have to
// revoke their whole rebalance timeout: who was heard from when is in no record.
func (s *Shard) consumerLoaded(now kafka.Now, v View, c *Consumer) {
	c.mend()
	keys := v.Image.ConsumerGroup(&v.g.cfg, c.id)
	for _, id := range c.memberIDs() {
		m := c.members[id]
		s.setTimer(c.id, id, timerMemberSession, now, keys.Session)
		if m.state() == MemberUnrevoked {
			s.setTimer(c.id, id, timerMemberRebalance, now, kafka.Millis(m.sub.RebalanceTimeout))
		}
	}
}

// tombstones deletes all that there is of the group.
func (c *Consumer) tombstones(d *decision) { c.tombstonesOf(d, c.memberIDs()) }

// tombstonesOf does so in Kafka's order, with these members.
func (c *Consumer) tombstonesOf(d *decision, ids []string) {
	for _, id := range ids {
		d.tombstone(&record.ConsumerGroupCurrentMemberAssignment{Group: c.id, Member: id})
	}
	for _, id := range ids {
		d.tombstone(&record.ConsumerGroupTargetAssignmentMember{Group: c.id, Member: id})
	}
	d.tombstone(&record.ConsumerGroupTargetAssignmentMetadata{Group: c.id})
	for _, id := range ids {
		d.tombstone(&record.ConsumerGroupMemberMetadata{Group: c.id, Member: id})
	}
	for _, regex := range sortedKeys(c.regexes) {
		d.tombstone(&record.ConsumerGroupRegularExpression{Group: c.id, RegularExpression: regex})
	}
	d.tombstone(&record.ConsumerGroupPartitionMetadata{Group: c.id})
	d.tombstone(&record.ConsumerGroupMetadata{Group: c.id})
}
