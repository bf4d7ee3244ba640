package group

import (
	"encoding/binary"
	"slices"

	"momus/core/group/assignor"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Members of the classic protocol in a group of the consumer protocol, while its clients are being moved from one to
// the other. The group assigns as ever; for such a member a rebalance is asked for by its heartbeats, and what
// it says in JoinGroup that it has stands for the owned partitions of a heartbeat.

// joinConsumer takes the JoinGroup of such a member.
func (s *Shard) joinConsumer(now kafka.Now, v View, _ *Group, r *msg.JoinGroup) {
	t := s.consumerTurn(now, v, r.Group)
	id, unknown := r.Member, r.Member == ""
	if unknown {
		id = v.g.ids.UUID().String()
	}
	switch {
	case !v.g.cfg.ConsumerGroups.ClassicJoin, !t.c.admits(r.ProtocolType, r.Protocols):
		s.answer(now, v, r.Refuse(kafka.ErrInconsistentGroupProtocol))
		return
	case t.refuseIfFull(id, r.Instance) != nil:
		s.answer(now, v, r.Refuse(kafka.ErrGroupMaxSizeReached))
		return
	case r.NeedsMemberID && unknown && r.Instance == nil:
		s.answer(now, v, refusedJoin(r, id, kafka.ErrMemberIDRequired))
		return
	}
	if why := t.joinClassic(r, id, unknown); why != nil {
		s.answer(now, v, r.Refuse(why.code))
	}
}

// admits tells whether a client with these protocols can be a member: all members of the classic protocol must have
// one in common, since the group may go back to it.
func (c *Consumer) admits(protocolType string, protocols []msg.GroupProtocol) bool {
	return protocolType == consumerProtocolType && slices.ContainsFunc(protocols, func(p msg.GroupProtocol) bool {
		return c.protocols[p.Name] == c.classicMembers
	})
}

// joinClassic makes the client a member or brings it up to date. A static one that takes the place of the last
// member of the consumer protocol takes the group back to the classic one.
func (t *consumerTurn) joinClassic(r *msg.JoinGroup, id string, unknown bool) *refusal {
	joining := r.Instance == nil || unknown
	static := t.c.staticMember(r.Instance)
	old, why := t.find(id, noEpoch, r.Instance, nil, joining, true)
	if why != nil {
		return why
	}
	var subscription kmsg.ConsumerMemberMetadata
	if subscription.ReadFrom(r.Protocols[0].Metadata) != nil {
		return refuse(kafka.ErrInconsistentGroupProtocol, "Malformed embedded consumer protocol in subscription deserialization.")
	}
	member := &ConsumerMember{sub: classicSubscription(old.sub, r, &subscription), cur: old.cur}
	changed, epoch, why := t.subscribe(old, member)
	if why != nil {
		return why
	}
	owned := ownedOf(t.v.Image, subscription.OwnedPartitions)
	downgrade := static != nil && t.mayDowngrade(nil, static)
	target, targetEpoch := t.lastTarget(member), t.c.targetEpoch
	stale := t.c.targetEpoch < epoch
	if !downgrade {
		target, targetEpoch = t.updateTarget(epoch, old, member)
	}
	if !downgrade || !stale { // else all join anew
		if member, why = t.reconcile(member, target, targetEpoch, changed, owned); why != nil {
			return why
		}
	}
	t.d.answer(&msg.JoinedGroup{
		Op: r.Op, Generation: kafka.GenerationID(member.epoch()), ProtocolType: textOf(consumerProtocolType),
		Protocol: textOf(r.Protocols[0].Name), Member: member.id(),
	})
	if downgrade {
		t.downgrade(nil, member, stale)
		return nil
	}
	if t.carry() {
		t.s.timers.clear(timerKey{t.group, member.id(), timerMemberJoin})
		t.s.setTimer(t.group, member.id(), timerMemberSession, t.now, r.SessionTimeout)
		t.s.setTimer(t.group, member.id(), timerMemberSync, t.now, r.RebalanceTimeout)
	}
	return nil
}

// classicSubscription is what such a member asks for: the same record, if that is as it was.
func classicSubscription(old *record.ConsumerGroupMemberMetadata, r *msg.JoinGroup, s *kmsg.ConsumerMemberMetadata) *record.ConsumerGroupMemberMetadata {
	none := ""
	next := *old
	next.InstanceID = orElse(r.Instance, old.InstanceID)
	if s.Rack != nil && *s.Rack != "" {
		next.RackID = s.Rack
	}
	if r.RebalanceTimeout != -1 {
		next.RebalanceTimeout = int32(r.RebalanceTimeout)
	}
	next.SubscribedTopicNames, next.SubscribedTopicRegex = sortedSet(s.Topics), &none
	next.ClientID, next.ClientHost = r.ClientID, r.ClientHost
	next.ClassicMemberMetadata = &record.ClassicMemberMetadata{SessionTimeout: int32(r.SessionTimeout)}
	for _, p := range r.Protocols {
		next.ClassicMemberMetadata.SupportedProtocols = append(next.ClassicMemberMetadata.SupportedProtocols, record.ClassicProtocol(p))
	}
	if equalSubscription(&next, old) {
		return old
	}
	return &next
}

// ownedOf is what a member says it has; topics that are not there it can't have.
func ownedOf(im *image.Image, list []kmsg.ConsumerMemberMetadataOwnedPartition) []record.TargetPartitions {
	owned := []record.TargetPartitions{}
	for _, t := range list {
		id, is := im.ByName[t.Topic]
		if !is {
			continue
		}
		partitions := make([]kafka.PartitionID, len(t.Partitions))
		for i, p := range t.Partitions {
			partitions[i] = kafka.PartitionID(p)
		}
		owned = append(owned, record.TargetPartitions{TopicID: id, Partitions: partitions})
	}
	return owned
}

// classicMember finds a member that speaks the classic protocol, by what its requests name.
func (c *Consumer) classicMember(id string, instance *string) (*ConsumerMember, kafka.ErrorCode) {
	m := c.members[id]
	if instance != nil {
		static := c.staticMember(instance)
		switch {
		case static == nil:
			return nil, kafka.ErrUnknownMemberID
		case static.id() != id:
			return nil, kafka.ErrFencedInstanceID
		}
		m = static
	}
	if m == nil || !m.classic() {
		return nil, kafka.ErrUnknownMemberID
	}
	return m, kafka.None
}

// syncConsumer gives such a member what it has: nobody assigns but the group.
func (s *Shard) syncConsumer(now kafka.Now, v View, g *Group, r *msg.SyncGroup) {
	c := g.Consumer
	m, err := c.classicMember(r.Member, r.Instance)
	switch {
	case err != kafka.None:
	case int32(r.Generation) != m.epoch():
		err = kafka.ErrIllegalGeneration
	case r.ProtocolType != nil && *r.ProtocolType != consumerProtocolType,
		r.Protocol != nil && *r.Protocol != m.sub.ClassicMemberMetadata.SupportedProtocols[0].Name:
		err = kafka.ErrInconsistentGroupProtocol
	case c.targetEpoch > m.epoch() && m.state() != MemberUnrevoked:
		// One that has to revoke has joined already, and is asked to again when it has.
		s.askToJoin(now, g.ID, m)
		err = kafka.ErrRebalanceInProgress
	}
	if err != kafka.None {
		s.answer(now, v, r.Refuse(err))
		return
	}
	s.timers.clear(timerKey{g.ID, m.id(), timerMemberSync})
	s.setTimer(g.ID, m.id(), timerMemberSession, now, kafka.Millis(m.sub.ClassicMemberMetadata.SessionTimeout))
	s.answer(now, v, &msg.SyncedGroup{
		Op: r.Op, ProtocolType: r.ProtocolType, Protocol: r.Protocol,
		Assignment: classicAssignment(v.Image, withoutEpochs(m.cur.AssignedPartitions), m.sub.ClassicMemberMetadata.SupportedProtocols[0].Metadata),
	})
}

// classicAssignment is an assignment as members of the classic protocol read it, in the version in which they
// wrote their subscription.
func classicAssignment(im *image.Image, list assignor.Assignment, subscription []byte) []byte {
	a := kmsg.ConsumerMemberAssignment{}
	if len(subscription) >= 2 {
		a.Version = min(max(int16(binary.BigEndian.Uint16(subscription)), 0), assignmentVersionMax)
	}
	for _, t := range list {
		topic := im.Topic(t.TopicID)
		if topic == nil {
			continue
		}
		of := kmsg.ConsumerMemberAssignmentTopic{Topic: topic.Name}
		for _, p := range t.Partitions {
			of.Partitions = append(of.Partitions, int32(p))
		}
		a.Topics = append(a.Topics, of)
	}
	return a.AppendTo(nil)
}

// assignmentVersionMax is the last version of ConsumerProtocolAssignment.
const assignmentVersionMax int16 = 3

// askToJoin lets a member so long for joining anew as it may take for a rebalance, from when it was first asked.
func (s *Shard) askToJoin(now kafka.Now, group string, m *ConsumerMember) {
	if !s.timers.has(timerKey{group, m.id(), timerMemberJoin}) {
		s.setTimer(group, m.id(), timerMemberJoin, now, kafka.Millis(m.sub.RebalanceTimeout))
	}
}

// heartbeatConsumer tells such a member to join anew: if the target is another, if it has to revoke, if what it
// waits for is free, or if there is to be another target and nobody else by whose heartbeat that would come. Kafka
// leaves the partitions of a member that is gone to nobody then:
//
//  1. all members speak the classic protocol, and the group may not go back to it (group.consumer.migration.policy),
//  2. one of them dies, so that the epoch is raised,
//  3. no member of the consumer protocol is there to be given a new target (seed 1112).
func (s *Shard) heartbeatConsumer(now kafka.Now, v View, g *Group, r *msg.GroupHeartbeat) {
	c := g.Consumer
	m, err := c.classicMember(r.Member, r.Instance)
	switch {
	case err != kafka.None:
	case int32(r.Generation) != m.epoch():
		err = kafka.ErrIllegalGeneration
	default:
		s.setTimer(g.ID, m.id(), timerMemberSession, now, kafka.Millis(m.sub.ClassicMemberMetadata.SessionTimeout))
		if m.epoch() < c.targetEpoch || m.state() == MemberUnrevoked || m.state() == MemberUnreleased && !c.waits(m) ||
			s.consumerTurn(now, v, g.ID).isLeftToClassics() {
			s.askToJoin(now, g.ID, m)
			err = kafka.ErrRebalanceInProgress
		}
	}
	s.answer(now, v, &msg.GroupHeartbeatDone{Op: r.Op, Err: err})
}

// isLeftToClassics tells that a new target is due, and that all members speak the classic protocol.
func (t *consumerTurn) isLeftToClassics() bool {
	return int(t.c.classicMembers) == len(t.c.members) && (t.c.targetEpoch < t.c.epoch && t.mayAssign() || t.topicsStale())
}

// waits tells whether another member still has something of this one's target.
func (c *Consumer) waits(m *ConsumerMember) bool {
	for _, t := range c.target[m.id()] {
		for _, p := range t.Partitions {
			if owner, has := c.owners[kafka.TopicPartition{Topic: t.TopicID, Partition: p}]; has && owner != m.id() {
				return true
			}
		}
	}
	return false
}

// leaveConsumer takes members out of the group: of either protocol, since operators ask for it too.
func (s *Shard) leaveConsumer(now kafka.Now, v View, _ *Group, r *msg.LeaveGroup) {
	t := s.consumerTurn(now, v, r.Group)
	a := &msg.LeftGroup{Op: r.Op}
	var members []*ConsumerMember
	for i := range r.Members {
		who := &r.Members[i]
		m, err := t.c.members[who.Member], kafka.None
		if who.Instance != nil {
			if m = t.c.staticMember(who.Instance); m != nil && who.Member != "" && m.id() != who.Member {
				err = kafka.ErrFencedInstanceID
			}
		}
		switch {
		case m == nil:
			err = kafka.ErrUnknownMemberID
		case err == kafka.None && !slices.Contains(members, m):
			members = append(members, m)
		}
		a.Members = append(a.Members, left(who, err))
	}
	t.d.answer(a)
	t.fence(members)
}
