package controller

import (
	"fmt"
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// electLeaders has leaders elected at somebody's wish, each partition by itself. It follows
// ReplicationControlManager.electLeaders.
func (m *Controller) electLeaders(r *msg.ElectLeaders) decision {
	reply := &msg.ElectedLeaders{Op: r.Op}
	d := decision{reply: reply}
	topics := r.Topics
	if r.All {
		topics = m.allPartitions()
	}
	for i := range topics {
		t := &topics[i]
		results := msg.TopicPartitionResults{Name: t.Name}
		for _, id := range t.Partitions {
			rec, bad := m.electLeader(t.Name, id, r.Unclean)
			if r.All && bad.code == kafka.ErrElectionNotNeeded {
				continue
			}
			if rec != nil {
				d.records = append(d.records, rec)
			}
			results.Partitions = append(results.Partitions, msg.PartitionResult{Partition: id, Err: bad.code, ErrText: bad.text})
		}
		reply.Topics = append(reply.Topics, results)
	}
	if len(d.records) > recordsMax {
		return decision{reply: &msg.ElectedLeaders{Op: r.Op, Err: tooLarge.code, ErrText: tooLarge.text}}
	}
	return d
}

// allPartitions lists every partition, by name of its topic.
func (m *Controller) allPartitions() []msg.TopicPartitions {
	all := make([]msg.TopicPartitions, 0, len(m.img.Names))
	for _, name := range m.img.Names {
		t := msg.TopicPartitions{Name: name}
		for i := range m.img.TopicNamed(name).Partitions {
			t.Partitions = append(t.Partitions, kafka.PartitionID(i))
		}
		all = append(all, t)
	}
	return all
}

func (m *Controller) electLeader(name string, id kafka.PartitionID, unclean bool) (record.Metadata, refusal) {
	topic := m.img.TopicNamed(name)
	if topic == nil {
		return nil, refusal{kafka.ErrUnknownTopicOrPartition, "No such topic as " + name}
	}
	p := m.img.Partition(kafka.TopicPartition{Topic: topic.ID, Partition: id})
	if p == nil {
		return nil, refusal{kafka.ErrUnknownTopicOrPartition, fmt.Sprintf("No such partition as %s-%d", name, id)}
	}
	var rec *record.PartitionChangeRecord
	switch {
	case unclean && p.Leader != kafka.NoNode, !unclean && p.Leader == p.Replicas[0]:
		return nil, refusal{kafka.ErrElectionNotNeeded, "Leader election not needed for topic partition."}
	case unclean:
		if rec = m.uncleanly(p); rec == nil {
			return nil, refusal{kafka.ErrEligibleLeadersNotAvailable, "Eligible topic partition leaders are not available."}
		}
	default:
		if rec = m.preferred(p); rec == nil {
			return nil, refusal{kafka.ErrPreferredLeaderNotAvailable, "The preferred leader was not available."}
		}
	}
	rec.TopicID, rec.PartitionID = topic.ID, id
	return rec, refusal{}
}

// preferred has the first replica lead, if it is in sync and may; else it is as with any change.
func (m *Controller) preferred(p *image.Partition) *record.PartitionChangeRecord {
	if first := p.Replicas[0]; slices.Contains(p.ISR, first) && m.mayLead(p, first, noChange()) {
		rec := unchanged()
		rec.Leader = first
		return rec
	}
	return m.partitionChange(p, noChange())
}

// uncleanly finds a leader among the replicas that are in sync or eligible, or else among those that only are
// online: what that one lacks is lost, and it leads as recovering.
func (m *Controller) uncleanly(p *image.Partition) *record.PartitionChangeRecord {
	if rec := m.partitionChange(p, noChange()); rec != nil {
		return rec
	}
	leader := m.first(p, noChange(), p.Replicas)
	if leader == kafka.NoNode {
		return nil
	}
	rec := unchanged()
	rec.Leader, rec.ISR, rec.LeaderRecoveryState = leader, []kafka.NodeID{leader}, record.Recovering
	if len(p.ELR) > 0 {
		rec.EligibleLeaderReplicas = []kafka.NodeID{}
	}
	if len(p.LastKnownELR) > 0 {
		rec.LastKnownELR = []kafka.NodeID{}
	}
	return rec
}
