package group

import (
	"fmt"
	"slices"

	"momus/core/config"
	"momus/core/group/assignor"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// refusal is why a request is refused, in Kafka's words.
type refusal struct {
	code kafka.ErrorCode
	text string
}

func refuse(code kafka.ErrorCode, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// consumerTurn is one decision about a group of the consumer protocol: the state as it is, and what is
// decided so far.
type consumerTurn struct {
	s     *Shard
	now   kafka.Now
	v     View
	group string
	// c is the group before the decision. If it isn't there yet, or is being converted, it is not the shard's.
	c    *Consumer
	keys config.ConsumerGroup
	d    decision
	// replaced is the static member whose place the member of this turn takes.
	replaced string
	// upgrading is the classic group that is being converted, or nil.
	upgrading *Classic
	// refreshed: the group's topics were looked at; resolve: its regular expressions are to be resolved.
	refreshed bool
	resolve   []string
}

func (s *Shard) consumerTurn(now kafka.Now, v View, group string) *consumerTurn {
	t := &consumerTurn{s: s, now: now, v: v, group: group}
	t.keys = v.Image.ConsumerGroup(&v.g.cfg, group)
	if g := s.group(group); g != nil && g.Kind == ConsumerKind {
		t.c = g.Consumer
	}
	return t
}

// carry carries the decision out, and then what is volatile of it.
func (t *consumerTurn) carry() bool {
	if t.s.carry(t.now, t.v, &t.d) != kafka.None {
		return false
	}
	g := t.s.group(t.group)
	if g == nil || g.Kind != ConsumerKind {
		return true
	}
	if t.upgrading != nil {
		t.finishUpgrade(g.Consumer)
	}
	if t.refreshed {
		g.Consumer.refreshedAt = t.v.Image.Offset
	}
	if t.resolve != nil {
		t.startResolving(g.Consumer)
	}
	return true
}

// consumerGroupHeartbeat is what members of the consumer protocol do all: join, stay, say what they have, leave.
func (s *Shard) consumerGroupHeartbeat(now kafka.Now, v View, r *msg.ConsumerGroupHeartbeat) {
	t := s.consumerTurn(now, v, r.Group)
	reply := &msg.ConsumerGroupHeartbeatDone{Op: r.Op, Member: r.Member, MemberEpoch: r.MemberEpoch}
	var why *refusal
	if r.MemberEpoch < joinEpoch {
		why = t.leave(r, reply)
	} else {
		why = t.heartbeat(r, reply)
	}
	if why != nil {
		s.answer(now, v, &msg.ConsumerGroupHeartbeatDone{Op: r.Op, Err: why.code, ErrText: why.text})
	}
}

// heartbeat is one that doesn't leave. It updates the member, brings the target up to date if that is due,
// and moves the member towards it.
func (t *consumerTurn) heartbeat(r *msg.ConsumerGroupHeartbeat, reply *msg.ConsumerGroupHeartbeatDone) *refusal {
	if why := t.open(r.MemberEpoch == joinEpoch); why != nil {
		return why
	}
	if why := t.refuseIfFull(r.Member, r.Instance); why != nil {
		return why
	}
	id := r.Member
	if id == "" {
		id = t.v.g.ids.UUID().String()
	}
	old, why := t.find(id, r.MemberEpoch, r.Instance, r.Owned, r.MemberEpoch == joinEpoch, false)
	if why != nil {
		return why
	}
	member := &ConsumerMember{sub: updatedSubscription(old.sub, r), cur: old.cur}
	changed, epoch, why := t.subscribe(old, member)
	if why != nil {
		return why
	}
	target, targetEpoch := t.updateTarget(epoch, old, member)
	member, why = t.reconcile(member, target, targetEpoch, changed, r.Owned)
	if why != nil {
		return why
	}
	reply.Member, reply.MemberEpoch, reply.Heartbeat = member.id(), member.epoch(), t.keys.Heartbeat
	full := r.RebalanceTimeout != -1 && (r.Topics != nil || r.Regex != nil) && r.Owned != nil
	if r.MemberEpoch == joinEpoch || full || !equalHeld(old.cur.AssignedPartitions, member.cur.AssignedPartitions) {
		reply.Assignment = withoutEpochs(member.cur.AssignedPartitions)
	}
	t.d.answer(reply)
	if t.carry() {
		t.s.setTimer(t.group, member.id(), timerMemberSession, t.now, t.keys.Session)
		t.minding(old, member)
	}
	return nil
}

// minding watches over a member that has to revoke: it has its rebalance timeout for that.
func (t *consumerTurn) minding(old, member *ConsumerMember) {
	key := timerKey{t.group, member.id(), timerMemberRebalance}
	switch {
	case old.cur == member.cur || member.classic():
	case member.state() == MemberUnrevoked:
		t.s.timers.set(key, t.now.Mono.Add(kafka.Millis(member.sub.RebalanceTimeout).Delay()))
	default:
		t.s.timers.clear(key)
	}
}

// setTimer has a timer of a member go off.
func (s *Shard) setTimer(group, member string, kind timerKind, now kafka.Now, after kafka.Millis) {
	s.timers.set(timerKey{group, member, kind}, now.Mono.Add(after.Delay()))
}

// open finds the group. A member that joins makes it, if it isn't there, or is a classic one without members;
// one with members is converted, if that may be.
func (t *consumerTurn) open(joining bool) *refusal {
	g := t.s.group(t.group)
	switch {
	case t.c != nil:
		return nil
	case g == nil && !joining:
		return refuse(kafka.ErrGroupIDNotFound, "Consumer group %s not found.", t.group)
	case g == nil:
		t.c = newConsumer(t.group)
		return nil
	case !joining:
		return refuse(kafka.ErrGroupIDNotFound, "Group %s is not a consumer group.", t.group)
	case g.isEmpty():
		t.d.tombstone(&record.GroupMetadata{Group: t.group})
		t.c = newConsumer(t.group)
		return nil
	}
	return t.upgrade(g)
}

func (t *consumerTurn) refuseIfFull(member string, instance *string) *refusal {
	limit := t.v.g.cfg.ConsumerGroups.SizeMax
	switch {
	case int32(len(t.c.members)) < limit, t.c.members[member] != nil, t.c.staticMember(instance) != nil:
		return nil
	}
	return refuse(kafka.ErrGroupMaxSizeReached, "The consumer group has reached its maximum capacity of %d members.", limit)
}

// find finds the member of a request, or makes it. A static member that joins takes the place of the one that
// had its instance before, if that one has said that it leaves, or either is of the classic protocol.
func (t *consumerTurn) find(id string, epoch int32, instance *string, owned []record.TargetPartitions, joining, classic bool) (*ConsumerMember, *refusal) {
	if instance == nil {
		m := t.c.members[id]
		switch {
		case m == nil && !joining:
			return nil, t.unknownMember(id)
		case m == nil:
			return newMember(t.group, id), nil
		case classic:
			return m, nil
		}
		return m, t.checkEpoch(m, epoch, owned)
	}
	static := t.c.staticMember(instance)
	switch {
	case joining && static == nil:
		if m := t.c.members[id]; m != nil {
			return m, nil
		}
		return newMember(t.group, id), nil
	case joining && !classic && !static.classic() && static.epoch() != leaveStaticEpoch:
		return nil, refuse(kafka.ErrUnreleasedInstanceID, "Static member %s with instance id %s cannot join the group because the instance id is owned by %s member.",
			id, *instance, static.id())
	case joining:
		return t.replace(static, id), nil
	case static == nil:
		return nil, refuse(kafka.ErrUnknownMemberID, "Instance id %s is unknown.", *instance)
	case static.id() != id:
		return nil, fencedInstance(id, *instance, static.id())
	case classic:
		return static, nil
	}
	return static, t.checkEpoch(static, epoch, owned)
}

func (t *consumerTurn) unknownMember(id string) *refusal {
	return refuse(kafka.ErrUnknownMemberID, "Member %s is not a member of group %s.", id, t.group)
}

func fencedInstance(id, instance, by string) *refusal {
	return refuse(kafka.ErrFencedInstanceID, "Static member %s with instance id %s was fenced by member %s.", id, instance, by)
}

// checkEpoch tells a member that is behind, or that was never given what it speaks of.
//
//  1. The coordinator raises the member's epoch from 5 to 6 and gives it a partition more; the answer is lost.
//  2. The member sends 5 again. That is its previous epoch, and what it has is part of what it was given: it
//     gets 6 and its assignment again.
//  3. Had it something else, it missed more than one answer, or two members think that they are this one: it
//     must give up everything and join anew, with epoch 0. That is good whatever the epoch (KAFKA-19233).
func (t *consumerTurn) checkEpoch(m *ConsumerMember, epoch int32, owned []record.TargetPartitions) *refusal {
	switch {
	case epoch == joinEpoch:
		t.v.g.marks.Hit(port.MarkGroupJoinsAgain)
		return nil
	case epoch == m.epoch():
		return nil
	case epoch > m.epoch():
		return refuse(kafka.ErrFencedMemberEpoch, "The consumer group member has a greater member epoch (%d) than the one known by the group coordinator (%d). The member must abandon all its partitions and rejoin.",
			epoch, m.epoch())
	case epoch == m.cur.PreviousMemberEpoch && contained(owned, owned != nil, m.cur.AssignedPartitions):
		t.v.g.marks.Hit(port.MarkGroupPreviousEpoch)
		return nil
	}
	t.v.g.marks.Hit(port.MarkGroupOlderEpoch)
	return refuse(kafka.ErrFencedMemberEpoch, "The consumer group member has a smaller member epoch (%d) than the one known by the group coordinator (%d). The member must abandon all its partitions and rejoin.",
		epoch, m.epoch())
}

// replace puts a new member in the place of a static one. It has the other's target and partitions, and is at
// epoch 0.
func (t *consumerTurn) replace(old *ConsumerMember, id string) *ConsumerMember {
	t.v.g.marks.Hit(port.MarkGroupReplaced)
	sub, cur := *old.sub, *old.cur
	sub.Member, cur.Member = id, id
	cur.MemberEpoch, cur.PreviousMemberEpoch = joinEpoch, joinEpoch
	t.removeMember(old.id())
	t.d.put(&sub)
	t.d.put(&record.ConsumerGroupTargetAssignmentMember{Group: t.group, Member: id, TopicPartitions: t.c.target[old.id()]})
	t.d.put(&cur)
	t.replaced = old.id()
	return &ConsumerMember{sub: &sub, cur: &cur}
}

// removeMember deletes what there is of a member, in the order in which it can be taken back.
func (t *consumerTurn) removeMember(id string) {
	t.d.tombstone(&record.ConsumerGroupCurrentMemberAssignment{Group: t.group, Member: id})
	t.d.tombstone(&record.ConsumerGroupTargetAssignmentMember{Group: t.group, Member: id})
	t.d.tombstone(&record.ConsumerGroupMemberMetadata{Group: t.group, Member: id})
}

// updatedSubscription is what the member asks for now: the same record, if that is as it was.
func updatedSubscription(old *record.ConsumerGroupMemberMetadata, r *msg.ConsumerGroupHeartbeat) *record.ConsumerGroupMemberMetadata {
	next := *old
	next.InstanceID, next.RackID = orElse(r.Instance, old.InstanceID), orElse(r.Rack, old.RackID)
	next.ServerAssignor, next.SubscribedTopicRegex = orElse(r.Assignor, old.ServerAssignor), orElse(r.Regex, old.SubscribedTopicRegex)
	if r.RebalanceTimeout != -1 {
		next.RebalanceTimeout = r.RebalanceTimeout
	}
	if r.Topics != nil {
		next.SubscribedTopicNames = r.Topics
	}
	next.ClientID, next.ClientHost = r.ClientID, r.ClientHost
	next.ClassicMemberMetadata = nil
	if equalSubscription(&next, old) {
		return old
	}
	return &next
}

func orElse(s, otherwise *string) *string {
	if s != nil {
		return s
	}
	return otherwise
}

func equalText(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// equalSubscription compares those of members of the consumer protocol; one of the other always differs.
func equalSubscription(a, b *record.ConsumerGroupMemberMetadata) bool {
	return equalText(a.InstanceID, b.InstanceID) && equalText(a.RackID, b.RackID) && a.ClientID == b.ClientID &&
		a.ClientHost == b.ClientHost && slices.Equal(a.SubscribedTopicNames, b.SubscribedTopicNames) &&
		equalText(a.SubscribedTopicRegex, b.SubscribedTopicRegex) && a.RebalanceTimeout == b.RebalanceTimeout &&
		equalText(a.ServerAssignor, b.ServerAssignor) && equalClassic(a.ClassicMemberMetadata, b.ClassicMemberMetadata)
}

func equalClassic(a, b *record.ClassicMemberMetadata) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.SessionTimeout == b.SessionTimeout && slices.EqualFunc(a.SupportedProtocols, b.SupportedProtocols,
		func(x, y record.ClassicProtocol) bool {
			return x.Name == y.Name && slices.Equal(x.Metadata, y.Metadata)
		})
}

// reconcile moves the member towards its target.
func (t *consumerTurn) reconcile(m *ConsumerMember, target assignor.Assignment, targetEpoch int32, changed bool, owned []record.TargetPartitions) (*ConsumerMember, *refusal) {
	if !changed && m.reconciled(targetEpoch) {
		return m, nil
	}
	r := reconciliation{
		member: m, target: target, targetEpoch: targetEpoch, owned: owned, given: owned != nil,
		subscribed: t.topicsOf(m), subscriptionChanged: changed,
		taken: func(tp kafka.TopicPartition) bool {
			owner, has := t.c.owners[tp]
			if !has || owner == m.id() {
				return false
			}
			// The member whose place this one takes has what this one is to revoke.
			_, own := holds(m.cur.PartitionsPendingRevocation, tp.Topic, tp.Partition)
			return !own
		},
	}
	next, err := r.next()
	if err != kafka.None {
		return nil, refuse(err, "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.")
	}
	if next == m.cur {
		return m, nil
	}
	if m.state() == MemberUnrevoked {
		t.markRevoked(m.cur, next)
	}
	t.d.put(next)
	return &ConsumerMember{sub: m.sub, cur: next}, nil
}

// markRevoked marks what becomes of a member that has revoked: it is to revoke more, or gets back what it had.
func (t *consumerTurn) markRevoked(old, next *record.ConsumerGroupCurrentMemberAssignment) {
	if MemberState(next.State) == MemberUnrevoked {
		t.v.g.marks.Hit(port.MarkGroupRevokesOn)
		return
	}
	for _, topic := range old.PartitionsPendingRevocation {
		for _, p := range topic.Partitions {
			if _, back := holds(next.AssignedPartitions, topic.TopicID, p); back {
				t.v.g.marks.Hit(port.MarkGroupGivenBack)
				return
			}
		}
	}
}

// withoutEpochs is an assignment as members are told of it. It is never nil.
func withoutEpochs(list []record.AssignedPartitions) []record.TargetPartitions {
	plain := make([]record.TargetPartitions, len(list))
	for i := range list {
		plain[i] = record.TargetPartitions{TopicID: list[i].TopicID, Partitions: list[i].Partitions}
	}
	return plain
}
