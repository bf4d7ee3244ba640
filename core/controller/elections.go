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
		for _, r := range p.Replicas {
			if slices.Contains(isr, r) && m.mayLead(p, r, c) {
				leader = r
				break
			}
		}
	}
	rec := &record.PartitionChangeRecord{Leader: record.LeaderUnchanged, LeaderRecoveryState: record.RecoveryUnchanged}
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
