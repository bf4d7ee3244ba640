package group

import (
	"slices"

	"momus/core/group/assignor"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// upgrade makes a classic group with members one of the consumer protocol, for a member of that joins (KIP-848).
// All members are stable at the generation, with what the last rebalance gave them; the one that joins raises
// the epoch, and with it begins the first rebalance of the new kind. What its leader told an assignor of its own
// beyond topics and partitions would be lost (KAFKA-18134): then the group stays what it is.
func (t *consumerTurn) upgrade(g *Group) *refusal {
	keys := &t.v.g.cfg.ConsumerGroups
	cannot := func(why string) *refusal {
		t.v.g.marks.Hit(port.MarkGroupNotUpgraded)
		return refuse(kafka.ErrGroupIDNotFound, "Cannot upgrade classic group %s to consumer group because %s", t.group, why)
	}
	switch {
	case !keys.Upgrade:
		return cannot("online upgrade is disabled.")
	case !g.Classic.usesConsumerProtocol():
		return cannot("the group does not use the consumer embedded protocol.")
	case int64(len(g.Classic.members)) > int64(keys.SizeMax):
		return cannot("the group size exceeds the consumer group maximum size.")
	}
	records := decision{}
	records.tombstone(&record.GroupMetadata{Group: t.group})
	if why := t.upgraded(g.Classic, &records); why != "" {
		return cannot(why)
	}
	t.c = newConsumer(t.group)
	for _, rec := range records.records[1:] {
		t.c.apply(rec)
	}
	t.d.records = append(t.d.records, records.records...)
	t.upgrading = g.Classic
	return nil
}

// upgraded writes the records of the group's new kind, in Kafka's order, or says why it can't.
func (t *consumerTurn) upgraded(g *Classic, d *decision) (why string) {
	generation := int32(g.generation)
	subs := map[string]*record.ConsumerGroupMemberMetadata{}
	targets := map[string]assignor.Assignment{}
	for m := range g.all {
		sub, why := upgradedMember(t.group, g, m)
		if why != "" {
			return why
		}
		subs[m.id] = sub
		if targets[m.id], why = readAssignment(t.v.Image, m.assignment); why != "" {
			return why
		}
	}
	ids := sortedKeys(subs)
	var names []string
	for _, id := range ids {
		d.put(subs[id])
		names = append(names, subs[id].SubscribedTopicNames...)
	}
	names = sortedSet(names)
	var hash int64
	if allGiven(t.v.Image, names, subs, targets) {
		hash = topicsHash(t.v.Image, names)
	}
	d.put(&record.ConsumerGroupMetadata{Group: t.group, Epoch: generation, MetadataHash: hash})
	for _, id := range ids {
		d.put(&record.ConsumerGroupTargetAssignmentMember{Group: t.group, Member: id, TopicPartitions: targets[id]})
	}
	d.put(&record.ConsumerGroupTargetAssignmentMetadata{Group: t.group, AssignmentEpoch: generation})
	for _, id := range ids {
		d.put(&record.ConsumerGroupCurrentMemberAssignment{
			Group: t.group, Member: id, MemberEpoch: generation, PreviousMemberEpoch: generation,
			AssignedPartitions: withEpochs(targets[id], generation),
		})
	}
	return ""
}

// allGiven tells whether every partition that there is of these topics is somebody's who reads it. Else what members
// have was made when the topics, or what members read, were others, and nobody would look again, should it be hashed as
// if it fitted (Kafka does):
//
//  1. a classic group has all of a topic with two partitions, which grows to four,
//  2. its one member, static, comes back with the new protocol before the old one made an assignment for four,
//  3. its subscription is what it was, and so is the hash: it would be given two partitions for ever.
//
// Or a member joins once more to read less, and somebody comes back with the new protocol before the rebalance ends: what
// the first does not read any more would be nobody's (seed 31415).
func allGiven(im *image.Image, names []string, subs map[string]*record.ConsumerGroupMemberMetadata, targets map[string]assignor.Assignment) bool {
	for _, name := range names {
		topic := im.TopicNamed(name)
		if topic == nil {
			continue
		}
		given := 0
		for _, id := range sortedKeys(subs) {
			if slices.Contains(subs[id].SubscribedTopicNames, name) {
				given += len(targets[id].Of(topic.ID))
			}
		}
		if given < len(topic.Partitions) {
			return false
		}
	}
	return true
}

// malformed is why a group can't be converted whose members say what nobody can read.
const malformed = "the embedded consumer protocol is malformed."

// upgradedMember is what a classic member asks for.
func upgradedMember(group string, g *Classic, m *ClassicMember) (sub *record.ConsumerGroupMemberMetadata, why string) {
	metadata := m.protocols[0].Metadata
	if g.protocol != nil {
		metadata = m.metadata(*g.protocol)
	}
	var s kmsg.ConsumerMemberMetadata
	if s.ReadFrom(metadata) != nil {
		return nil, malformed
	}
	none := ""
	sub = &record.ConsumerGroupMemberMetadata{
		Group: group, Member: m.id, InstanceID: m.instance, ClientID: m.clientID, ClientHost: m.clientHost,
		SubscribedTopicNames: sortedSet(s.Topics), SubscribedTopicRegex: &none, RebalanceTimeout: int32(m.rebalanceTimeout),
		ClassicMemberMetadata: &record.ClassicMemberMetadata{SessionTimeout: int32(m.sessionTimeout)},
	}
	if s.Rack != nil && *s.Rack != "" {
		sub.RackID = s.Rack
	}
	for _, p := range m.protocols {
		sub.ClassicMemberMetadata.SupportedProtocols = append(sub.ClassicMemberMetadata.SupportedProtocols, record.ClassicProtocol(p))
	}
	return sub, ""
}

// readAssignment reads what a leader assigned to a member; one that never synced has nothing.
func readAssignment(im *image.Image, assignment []byte) (target assignor.Assignment, why string) {
	if len(assignment) == 0 {
		return nil, ""
	}
	var a kmsg.ConsumerMemberAssignment
	if a.ReadFrom(assignment) != nil {
		return nil, malformed
	}
	if len(a.UserData) > 0 {
		return nil, "an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade."
	}
	for _, t := range a.Topics {
		id, is := im.ByName[t.Topic]
		if !is || len(t.Partitions) == 0 {
			continue
		}
		of := record.TargetPartitions{TopicID: id}
		for _, p := range t.Partitions {
			of.Partitions = append(of.Partitions, kafka.PartitionID(p))
		}
		slices.Sort(of.Partitions)
		of.Partitions = slices.Compact(of.Partitions)
		target = append(target, of)
	}
	return sortedTarget(target), ""
}

// withEpochs is what a member has, all of it since one epoch.
func withEpochs(list assignor.Assignment, epoch int32) []record.AssignedPartitions {
	var held []record.AssignedPartitions
	for _, t := range list {
		held = append(held, record.AssignedPartitions{
			TopicID: t.TopicID, Partitions: t.Partitions, AssignmentEpochs: slices.Repeat([]int32{epoch}, len(t.Partitions)),
		})
	}
	return held
}

// finishUpgrade sends those on who wait in the classic group, and has the members' sessions go on.
func (t *consumerTurn) finishUpgrade(c *Consumer) {
	t.v.g.marks.Hit(port.MarkGroupUpgraded)
	t.upgrading.refuseWaiting(t.v.g, kafka.ErrRebalanceInProgress)
	for _, kind := range [...]timerKind{timerJoin, timerSync} {
		t.s.timers.clear(timerKey{t.group, "", kind})
	}
	for m := range t.upgrading.all {
		t.s.timers.clear(timerKey{t.group, m.id, timerSession})
		if c.members[m.id] != nil {
			t.s.setTimer(t.group, m.id, timerMemberSession, t.now, m.sessionTimeout)
		}
	}
	for _, id := range t.upgrading.pending {
		t.s.timers.clear(timerKey{t.group, id, timerSession})
	}
}

// mayDowngrade tells whether the group goes back to the classic protocol: if all members speak it once these have
// left, or once somebody of the classic protocol has taken the place of one.
func (t *consumerTurn) mayDowngrade(leaving []*ConsumerMember, replaced *ConsumerMember) bool {
	stay, classic := int32(len(t.c.members)), t.c.classicMembers
	for _, m := range leaving {
		if stay--; m.classic() {
			classic--
		}
	}
	if replaced != nil {
		if replaced.classic() {
			return false
		}
		classic++
	}
	return stay > 0 && classic == stay && t.v.g.cfg.ConsumerGroups.Downgrade && stay <= t.v.g.cfg.Groups.Classic.MaxSize
}

// downgrade makes the group a classic one of those who stay. Each keeps its target as its assignment, also of
// one that has not got there yet: the rebalance that follows sorts that out (KAFKA-20272). joining is the member
// that has taken a static one's place in this very decision; it has the other's target (KAFKA-20273).
func (t *consumerTurn) downgrade(leaving []*ConsumerMember, joining *ConsumerMember, rebalance bool) {
	var members []*ConsumerMember
	ids := t.c.memberIDs()
	for i, id := range ids {
		m := t.c.members[id]
		if joining != nil && (id == t.replaced || id == joining.id()) {
			m, ids[i] = joining, joining.id()
		}
		if !slices.Contains(leaving, m) {
			members = append(members, m)
		}
	}
	t.markDowngrade(members, joining)
	t.c.tombstonesOf(&t.d, ids)
	classic := make([]*ClassicMember, len(members))
	protocols := map[string][]msg.GroupProtocol{}
	for i, m := range members {
		for _, p := range m.sub.ClassicMemberMetadata.SupportedProtocols {
			protocols[m.id()] = append(protocols[m.id()], msg.GroupProtocol(p))
		}
		classic[i] = &ClassicMember{id: m.id(), protocols: protocols[m.id()]}
	}
	protocol := selectProtocol(classic)
	rec := &record.GroupMetadata{
		Group: t.group, ProtocolType: consumerProtocolType, Generation: t.c.epoch, Protocol: &protocol,
		Leader: textOf(members[0].id()), CurrentStateTimestamp: t.now.Wall,
	}
	for i, m := range members {
		target := t.c.target[m.id()]
		if m == joining {
			target = t.lastTarget(m)
		}
		subscription := classic[i].metadata(protocol)
		rec.Members = append(rec.Members, record.GroupMember{
			MemberID: m.id(), GroupInstanceID: m.sub.InstanceID, ClientID: m.sub.ClientID, ClientHost: m.sub.ClientHost,
			RebalanceTimeout: m.sub.RebalanceTimeout, SessionTimeout: m.sub.ClassicMemberMetadata.SessionTimeout,
			Subscription: subscription, Assignment: classicAssignment(t.v.Image, target, subscription),
		})
	}
	t.d.put(rec)
	was := t.c.memberIDs()
	if t.s.carry(t.now, t.v, &t.d) != kafka.None {
		return
	}
	for _, id := range was {
		t.s.forgetMember(t.group, id)
	}
	turn := t.s.becameClassic(t.now, t.v, t.group, func(id string) []msg.GroupProtocol { return protocols[id] })
	if rebalance {
		turn.prepare()
	}
}

// markDowngrade marks how the group goes back.
func (t *consumerTurn) markDowngrade(members []*ConsumerMember, joining *ConsumerMember) {
	t.v.g.marks.Hit(port.MarkGroupDowngraded)
	if joining != nil {
		t.v.g.marks.Hit(port.MarkGroupDowngradedByOne)
	}
	if slices.ContainsFunc(members, func(m *ConsumerMember) bool { return !m.reconciled(t.c.targetEpoch) }) {
		t.v.g.marks.Hit(port.MarkGroupDowngradedEarly)
	}
}
