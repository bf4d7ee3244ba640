package controller

import (
	"fmt"
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// alterReassignments moves replicas, each partition by itself and all in one batch (KIP-455). It follows
// ReplicationControlManager.alterPartitionReassignments. A move whose new replicas are in sync already, as
// where there is nothing but another order, is complete at once; else they are noted as to be added, and it
// is under way.
func (m *Controller) alterReassignments(r *msg.AlterPartitionReassignments) decision {
	reply := &msg.AlteredReassignments{Op: r.Op}
	d := decision{reply: reply}
	for i := range r.Topics {
		t := &r.Topics[i]
		results := msg.TopicPartitionResults{Name: t.Name}
		for k := range t.Partitions {
			rec, bad := m.reassign(t.Name, &t.Partitions[k], r.FactorMayChange)
			if rec != nil {
				d.records = append(d.records, rec)
			}
			results.Partitions = append(results.Partitions, msg.PartitionResult{Partition: t.Partitions[k].Partition, Err: bad.code, ErrText: bad.text})
		}
		reply.Topics = append(reply.Topics, results)
	}
	if len(d.records) > recordsMax {
		return decision{reply: &msg.AlteredReassignments{Op: r.Op, Err: tooLarge.code, ErrText: tooLarge.text}}
	}
	return d
}

func (m *Controller) reassign(name string, a *msg.Reassignment, factorMayChange bool) (record.Metadata, refusal) {
	topic := m.img.TopicNamed(name)
	if topic == nil {
		return nil, refusal{kafka.ErrUnknownTopicOrPartition, "Unable to find a topic named " + name + "."}
	}
	p := m.img.Partition(kafka.TopicPartition{Topic: topic.ID, Partition: a.Partition})
	if p == nil {
		return nil, refusal{kafka.ErrUnknownTopicOrPartition, fmt.Sprintf("Unable to find partition %s:%d.", name, a.Partition)}
	}
	var target image.Partition
	var bad refusal
	if a.Cancel {
		target, bad = m.reverted(p, name, a.Partition)
	} else {
		target, bad = m.moved(p, a.Replicas, factorMayChange)
	}
	if bad.code != kafka.None {
		return nil, bad
	}
	rec := m.reassigned(p, &target)
	if rec == nil {
		return nil, refusal{}
	}
	rec.TopicID, rec.PartitionID = topic.ID, a.Partition
	return rec, refusal{}
}

// moved is a partition on its way to other replicas.
func (m *Controller) moved(p *image.Partition, replicas []kafka.NodeID, factorMayChange bool) (image.Partition, refusal) {
	if bad := m.checkReplicas(replicas, len(replicas)); bad.code != kafka.None {
		return image.Partition{}, bad
	}
	if had := len(without(p.Replicas, p.Removing)); !factorMayChange && had != len(replicas) {
		return image.Partition{}, refusal{kafka.ErrInvalidReplicationFactor,
			fmt.Sprintf("The replication factor is changed from %d to %d", had, len(replicas))}
	}
	target := *p
	target.Adding, target.Removing = without(replicas, p.Replicas), without(p.Replicas, replicas)
	slices.Sort(target.Adding)
	slices.Sort(target.Removing)
	target.Replicas = append(slices.Clone(replicas), target.Removing...)
	return complete(target), refusal{}
}

// complete takes away what is to be removed, once all that is added is in sync. Where there are to be fewer
// replicas than before, all that stay must be.
func complete(p image.Partition) image.Partition {
	isr, replicas := without(p.ISR, p.Removing), without(p.Replicas, p.Removing)
	switch {
	case len(isr) == 0 || len(without(p.Adding, isr)) > 0:
		return p
	case len(p.Adding) < len(p.Removing) && len(without(replicas, isr)) > 0:
		return p
	}
	p.ISR, p.Replicas, p.Adding, p.Removing = isr, replicas, nil, nil
	return p
}

// reverted is a partition without the reassignment that is under way.
func (m *Controller) reverted(p *image.Partition, name string, id kafka.PartitionID) (image.Partition, refusal) {
	if len(p.Adding)+len(p.Removing) == 0 {
		return image.Partition{}, refusal{code: kafka.ErrNoReassignmentInProgress}
	}
	target := *p
	target.Replicas, target.ISR = without(p.Replicas, p.Adding), without(p.ISR, p.Adding)
	target.Adding, target.Removing = nil, nil
	if len(target.ISR) == 0 {
		return image.Partition{}, refusal{kafka.ErrInvalidReplicaAssignment, fmt.Sprintf(
			"Unable to revert partition assignment for %s:%d because it would require an unclean leader election.", name, id)}
	}
	return target, refusal{}
}

// without is a list without the nodes of another, in its order.
func without(list, gone []kafka.NodeID) []kafka.NodeID {
	return slices.DeleteFunc(slices.Clone(list), func(n kafka.NodeID) bool { return slices.Contains(gone, n) })
}

// reassigned is the record that makes a partition another; nil if nothing changes. A leader that is still in
// sync goes on, in a new epoch if some replica left; else the first that may leads.
func (m *Controller) reassigned(p, target *image.Partition) *record.PartitionChangeRecord {
	target.Dirs = m.dirs(target.Replicas)
	for i, r := range target.Replicas {
		if at := slices.Index(p.Replicas, r); at >= 0 {
			target.Dirs[i] = p.Dirs[at]
		}
	}
	rec := unchanged()
	leader := p.Leader
	if !slices.Contains(target.ISR, leader) || !m.mayLead(target, leader, noChange()) {
		leader = m.first(target, noChange(), target.ISR)
	}
	if leader != p.Leader || len(without(p.Replicas, target.Replicas)) > 0 {
		rec.Leader = leader
	}
	set := func(to *[]kafka.NodeID, was, is []kafka.NodeID) {
		if !slices.Equal(was, is) {
			*to = append([]kafka.NodeID{}, is...)
		}
	}
	set(&rec.ISR, p.ISR, target.ISR)
	set(&rec.Replicas, p.Replicas, target.Replicas)
	set(&rec.AddingReplicas, p.Adding, target.Adding)
	set(&rec.RemovingReplicas, p.Removing, target.Removing)
	if !slices.Equal(p.Dirs, target.Dirs) {
		rec.Directories = target.Dirs
	}
	if rec.Leader == record.LeaderUnchanged && rec.ISR == nil && rec.Replicas == nil && rec.AddingReplicas == nil &&
		rec.RemovingReplicas == nil && rec.Directories == nil {
		return nil
	}
	return rec
}
