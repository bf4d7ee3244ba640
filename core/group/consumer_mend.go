package group

import (
	"slices"

	"momus/core/kafka"
	"momus/core/record"
)

// mend makes a group agree with itself that was loaded from a log which lost records: a disk that said that it had
// synced a segment and had not, under a log that was compacted, leaves no trace but offsets that are not there. Of
// such a log a member may be told that another one replaced, a partition that another one was given since, a target
// for who is no member, and epochs beyond the group's. What the later record says holds, and the group goes on to an
// epoch that was never told, so that it is assigned anew. No record says so: whoever loads the same log comes to the
// same.
func (c *Consumer) mend() {
	epoch, torn := max(c.epoch, c.targetEpoch), c.epoch < c.targetEpoch
	for _, id := range c.memberIDs() {
		switch m := c.members[id]; {
		case m.sub.InstanceID != nil && c.static[*m.sub.InstanceID] != id && c.static[*m.sub.InstanceID] != "":
			c.remove(m)
			torn = true
		default:
			torn = c.mendMember(m) || torn
			epoch = max(epoch, m.epoch())
		}
	}
	for _, id := range sortedKeys(c.target) {
		if c.members[id] == nil {
			delete(c.target, id)
			torn = true
		}
	}
	if torn || epoch > c.epoch {
		c.epoch = epoch + 1
	}
}

// mendMember takes from a member what another one was given since. It tells whether anything was not as it should be.
func (c *Consumer) mendMember(m *ConsumerMember) (torn bool) {
	if instance := m.sub.InstanceID; instance != nil && c.static[*instance] == "" {
		c.static[*instance] = m.id()
		torn = true
	}
	held, lost := 0, false
	m.eachHeld(func(tp kafka.TopicPartition) {
		held++
		if c.owners[tp] == "" {
			c.owners[tp] = m.id()
			torn = true
		}
		lost = lost || c.owners[tp] != m.id()
	})
	if lost {
		cur := *m.cur
		cur.AssignedPartitions = c.ownedOf(m.id(), cur.AssignedPartitions)
		cur.PartitionsPendingRevocation = c.ownedOf(m.id(), cur.PartitionsPendingRevocation)
		c.members[m.id()] = &ConsumerMember{sub: m.sub, cur: &cur}
	}
	_, assigned := c.target[m.id()]
	return torn || lost || !assigned && held > 0 || m.epoch() == joinEpoch
}

// remove forgets a member.
func (c *Consumer) remove(m *ConsumerMember) {
	c.disown(m)
	c.count(m.sub, -1)
	delete(c.members, m.id())
}

// ownedOf is what of a list a member owns.
func (c *Consumer) ownedOf(id string, list []record.AssignedPartitions) []record.AssignedPartitions {
	var kept []record.AssignedPartitions
	for i := range list {
		t := record.AssignedPartitions{TopicID: list[i].TopicID}
		for j, p := range list[i].Partitions {
			if c.owners[kafka.TopicPartition{Topic: t.TopicID, Partition: p}] == id {
				t.Partitions = append(t.Partitions, p)
				t.AssignmentEpochs = append(t.AssignmentEpochs, list[i].AssignmentEpochs[j])
			}
		}
		if len(t.Partitions) > 0 {
			kept = append(kept, t)
		}
	}
	return slices.Clip(kept)
}
