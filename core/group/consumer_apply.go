package group

import (
	"cmp"
	"maps"
	"slices"

	"momus/core/group/assignor"
	"momus/core/kafka"
	"momus/core/record"
)

// apply writes what a record says into the group. It is the only writer of what records tell. A log that a
// cleaner went over may hold tombstones of what there never was, and records whose forerunners are gone:
// each record stands for itself.
func (c *Consumer) apply(rec record.GroupRecord) {
	switch r := rec.Record.(type) {
	case *record.ConsumerGroupMetadata:
		c.epoch, c.hash = r.Epoch, r.MetadataHash
		if rec.Deleted {
			c.epoch, c.hash = firstEpoch, 0
		}
	case *record.ConsumerGroupPartitionMetadata:
		c.oldMetadata = !rec.Deleted
	case *record.ConsumerGroupMemberMetadata:
		c.applyMember(r, rec.Deleted)
	case *record.ConsumerGroupCurrentMemberAssignment:
		c.applyAssignment(r, rec.Deleted)
	case *record.ConsumerGroupTargetAssignmentMetadata:
		c.targetEpoch, c.targetAt = r.AssignmentEpoch, r.AssignmentTimestamp
		if rec.Deleted {
			c.targetEpoch, c.targetAt = noEpoch, 0
		}
	case *record.ConsumerGroupTargetAssignmentMember:
		if rec.Deleted {
			delete(c.target, r.Member)
			return
		}
		c.target[r.Member] = sortedTarget(r.TopicPartitions)
	case *record.ConsumerGroupRegularExpression:
		c.applyRegex(r, rec.Deleted)
	default:
		panic("BUG: a record of another kind of group")
	}
}

func (c *Consumer) applyMember(r *record.ConsumerGroupMemberMetadata, deleted bool) {
	old := c.members[r.Member]
	if deleted {
		if old != nil {
			c.remove(old)
		}
		return
	}
	if old == nil {
		old = newMember(c.id, r.Member)
	} else {
		c.count(old.sub, -1)
	}
	if !slices.IsSorted(r.SubscribedTopicNames) {
		sorted := *r
		sorted.SubscribedTopicNames = sortedSet(r.SubscribedTopicNames)
		r = &sorted
	}
	c.members[r.Member] = &ConsumerMember{sub: r, cur: old.cur}
	c.count(r, 1)
}

// applyAssignment takes what a member has. A tombstone precedes that of the member, which is without anything
// until then, and so does the record of a new one the other way round.
func (c *Consumer) applyAssignment(r *record.ConsumerGroupCurrentMemberAssignment, deleted bool) {
	old := c.members[r.Member]
	if old == nil {
		if deleted {
			return
		}
		old = newMember(c.id, r.Member)
		c.count(old.sub, 1)
	}
	c.disown(old)
	if deleted {
		r = &record.ConsumerGroupCurrentMemberAssignment{
			Group: c.id, Member: r.Member, MemberEpoch: leaveEpoch, PreviousMemberEpoch: leaveEpoch, State: old.cur.State,
		}
	} else if !isSortedHeld(r.AssignedPartitions) || !isSortedHeld(r.PartitionsPendingRevocation) {
		sorted := *r
		since := max(r.MemberEpoch, 0) // of a static member that left before KIP-1251 it is -2
		sorted.AssignedPartitions = sortedHeld(r.AssignedPartitions, since)
		sorted.PartitionsPendingRevocation = sortedHeld(r.PartitionsPendingRevocation, since)
		r = &sorted
	}
	m := &ConsumerMember{sub: old.sub, cur: r}
	c.members[r.Member] = m
	c.own(m)
}

func (c *Consumer) applyRegex(r *record.ConsumerGroupRegularExpression, deleted bool) {
	if old := c.regexes[r.RegularExpression]; old != nil {
		for _, topic := range old.Topics {
			c.countName(topic, 0, -1)
		}
		delete(c.regexes, r.RegularExpression)
	}
	if deleted {
		return
	}
	if !slices.IsSorted(r.Topics) {
		sorted := *r
		sorted.Topics = sortedSet(r.Topics)
		r = &sorted
	}
	c.regexes[r.RegularExpression] = r
	for _, topic := range r.Topics {
		c.countName(topic, 0, 1)
	}
}

// own notes who has the partitions of a member. The last record that tells of a partition is right: where
// two members seem to have it, a cleaner has taken the record by which the first one gave it up (KAFKA-19862).
func (c *Consumer) own(m *ConsumerMember) {
	m.eachHeld(func(tp kafka.TopicPartition) { c.owners[tp] = m.id() })
}

func (c *Consumer) disown(m *ConsumerMember) {
	m.eachHeld(func(tp kafka.TopicPartition) {
		if c.owners[tp] == m.id() {
			delete(c.owners, tp)
		}
	})
}

// eachHeld goes over what a member has, and what it has yet to revoke.
func (m *ConsumerMember) eachHeld(f func(kafka.TopicPartition)) {
	for _, list := range [...][]record.AssignedPartitions{m.cur.AssignedPartitions, m.cur.PartitionsPendingRevocation} {
		for i := range list {
			for _, p := range list[i].Partitions {
				f(kafka.TopicPartition{Topic: list[i].TopicID, Partition: p})
			}
		}
	}
}

// count adds a member's subscription to what is counted, or takes it away.
func (c *Consumer) count(sub *record.ConsumerGroupMemberMetadata, by int32) {
	for _, topic := range sub.SubscribedTopicNames {
		c.countName(topic, by, 0)
	}
	if regex := deref(sub.SubscribedTopicRegex); regex != "" {
		add(c.regexMembers, regex, by)
	}
	if sub.ServerAssignor != nil {
		add(c.assignors, *sub.ServerAssignor, by)
	}
	if sub.InstanceID != nil {
		if by > 0 {
			c.static[*sub.InstanceID] = sub.Member
		} else if c.static[*sub.InstanceID] == sub.Member {
			delete(c.static, *sub.InstanceID)
		}
	}
	if sub.ClassicMemberMetadata != nil {
		c.classicMembers += by
		for _, p := range sub.ClassicMemberMetadata.SupportedProtocols {
			add(c.protocols, p.Name, by)
		}
	}
}

func (c *Consumer) countName(topic string, byName, byRegex int32) {
	n := c.names[topic]
	n.byName += byName
	n.byRegex += byRegex
	if n == (subscribers{}) {
		delete(c.names, topic)
		return
	}
	c.names[topic] = n
}

// add counts up or down; what comes to nothing is gone.
func add(counts map[string]int32, key string, by int32) {
	if counts[key] += by; counts[key] == 0 {
		delete(counts, key)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sortedSet is a list sorted, each once.
func sortedSet(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// sortedTarget puts what Kafka wrote in the order of its hash maps into ours.
func sortedTarget(list []record.TargetPartitions) assignor.Assignment {
	byTopic := func(a, b record.TargetPartitions) int { return a.TopicID.Compare(b.TopicID) }
	if slices.IsSortedFunc(list, byTopic) && !slices.ContainsFunc(list, func(t record.TargetPartitions) bool { return !slices.IsSorted(t.Partitions) }) {
		return list
	}
	list = slices.Clone(list)
	slices.SortFunc(list, byTopic)
	for i := range list {
		list[i].Partitions = slices.Sorted(slices.Values(list[i].Partitions))
	}
	return list
}

func byHeldTopic(a, b record.AssignedPartitions) int { return a.TopicID.Compare(b.TopicID) }

// isSortedHeld tells whether a list of what a member has is in order, and has an epoch for each partition.
func isSortedHeld(list []record.AssignedPartitions) bool {
	for i := range list {
		if len(list[i].AssignmentEpochs) != len(list[i].Partitions) || !slices.IsSorted(list[i].Partitions) {
			return false
		}
	}
	return slices.IsSortedFunc(list, byHeldTopic)
}

// sortedHeld orders such a list. Partitions without an epoch, as Kafka wrote them before KIP-1251, are had
// since the one given.
func sortedHeld(list []record.AssignedPartitions, since int32) []record.AssignedPartitions {
	list = slices.Clone(list)
	slices.SortFunc(list, byHeldTopic)
	for i := range list {
		t := &list[i]
		type held struct {
			p     kafka.PartitionID
			epoch int32
		}
		all := make([]held, len(t.Partitions))
		for j, p := range t.Partitions {
			all[j] = held{p, since}
			if len(t.AssignmentEpochs) == len(t.Partitions) {
				all[j].epoch = t.AssignmentEpochs[j]
			}
		}
		slices.SortFunc(all, func(a, b held) int { return cmp.Compare(a.p, b.p) })
		t.Partitions, t.AssignmentEpochs = make([]kafka.PartitionID, len(all)), make([]int32, len(all))
		for j := range all {
			t.Partitions[j], t.AssignmentEpochs[j] = all[j].p, all[j].epoch
		}
	}
	return list
}
