package controller

import (
	"slices"

	"momus/core/canon"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"
)

// change is what is about to happen to brokers, so that the partitions can be looked at as they
// will be. It follows Kafka's ReplicationControlManager.generateLeaderAndIsrUpdates.
type change struct {
	// leaves is a broker that stops to be in sync; joins one that may lead again. NoNode: none.
	leaves kafka.NodeID
	joins  kafka.NodeID
	// dirs are what joins or stays online at the broker of offline, which loses directories.
	offline kafka.NodeID
	dirs    []kafka.DirID
}

// partitionChanges lists the records by which the partitions follow a change, sorted by topic id
// and partition.
func (m *Controller) partitionChanges(c change) []record.Metadata {
	var recs []record.Metadata
	ids := canon.SortedKeysFunc(m.img.Topics, kafka.TopicID.Compare)
	for _, id := range ids {
		t := m.img.Topic(id)
		for i := range t.Partitions {
			if rec := m.partitionChange(&t.Partitions[i], c); rec != nil {
				rec.TopicID, rec.PartitionID = id, kafka.PartitionID(i)
				recs = append(recs, rec)
			}
		}
	}
	return recs
}

// partitionChange decides on one partition: who is in sync, then who leads. The last replica in
// sync stays so although its broker is gone, since it alone may lead later without loss.
func (m *Controller) partitionChange(p *image.Partition, c change) *record.PartitionChangeRecord {
	isr := m.syncAfter(p, c)
	leader := kafka.NoNode
	if mayLead := m.mayLead(p, p.Leader, c); mayLead && slices.Contains(isr, p.Leader) {
		leader = p.Leader
	} else {
		leader = m.first(p, c, isr)
	}
	rec := unchanged()
	if leader == kafka.NoNode {
		if leader = m.eligible(p, c, isr, rec); leader != kafka.NoNode {
			isr = []kafka.NodeID{leader}
		}
	}
	if !slices.Equal(isr, p.ISR) {
		rec.ISR = isr
	}
	if leader != p.Leader {
		rec.Leader = leader
	}
	if rec.ISR == nil && rec.Leader == record.LeaderUnchanged {
		return nil
	}
	return rec
}

// first is the first replica that is in a list and may lead.
func (m *Controller) first(p *image.Partition, c change, of []kafka.NodeID) kafka.NodeID {
	for _, r := range p.Replicas {
		if slices.Contains(of, r) && m.mayLead(p, r, c) {
			return r
		}
	}
	return kafka.NoNode
}

// eligible finds a leader where no replica in sync may lead, among those of KIP-966; it follows Kafka's
// PartitionChangeBuilder. No partition comes to have any here, but Kafka empties the ISR when the last
// broker of it stops, even cleanly, and leaves it to the eligible leader replicas to name that broker. One of
// these holds all that was committed. If there is none, one that alone led last is the best there is, and what
// it lacks is lost: it leads as recovering.
func (m *Controller) eligible(p *image.Partition, c change, isr []kafka.NodeID, rec *record.PartitionChangeRecord) kafka.NodeID {
	leader := m.first(p, c, p.ELR)
	if leader == kafka.NoNode && len(isr)+len(p.ELR) == 0 && len(p.LastKnownELR) == 1 {
		if leader = m.first(p, c, p.LastKnownELR); leader != kafka.NoNode {
			rec.LeaderRecoveryState = record.Recovering
		}
	}
	if leader != kafka.NoNode {
		left := slices.DeleteFunc(slices.Clone(p.ELR), func(r kafka.NodeID) bool { return r == leader })
		rec.EligibleLeaderReplicas, rec.LastKnownELR = append([]kafka.NodeID{}, left...), []kafka.NodeID{}
	}
	return leader
}

// unchanged is a change of nothing, to fill in.
func unchanged() *record.PartitionChangeRecord {
	return &record.PartitionChangeRecord{Leader: record.LeaderUnchanged, LeaderRecoveryState: record.RecoveryUnchanged}
}

func (m *Controller) syncAfter(p *image.Partition, c change) []kafka.NodeID {
	isr := slices.DeleteFunc(slices.Clone(p.ISR), func(r kafka.NodeID) bool {
		return r == c.leaves || r == c.offline && !m.online(p, r, c)
	})
	if len(isr) == 0 {
		return p.ISR
	}
	return isr
}

// mayLead tells whether a replica's broker is active and its directory online after the change.
func (m *Controller) mayLead(p *image.Partition, r kafka.NodeID, c change) bool {
	switch {
	case r == kafka.NoNode || r == c.leaves:
		return false
	case r != c.joins && !m.img.Broker(r).Active():
		return false
	}
	return m.online(p, r, c)
}

func (m *Controller) online(p *image.Partition, r kafka.NodeID, c change) bool {
	at := slices.Index(p.Replicas, r)
	b := m.img.Broker(r)
	if at < 0 || b == nil {
		return false
	}
	if r == c.offline {
		after := *b
		after.Dirs = c.dirs
		b = &after
	}
	return b.HasDir(p.Dirs[at])
}
