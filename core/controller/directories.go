package controller

import (
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// assignReplicas writes down in which directories a broker's replicas are (KIP-858). A partition
// without a leader may get one by it: its replica's directory was gone and it is in another now. One
// that is assigned to a directory which is offline loses its leader as when a directory fails. It
// follows ReplicationControlManager.handleAssignReplicasToDirs.
func (m *Controller) assignReplicas(r *msg.AssignReplicasToDirs) decision {
	refuse := func(code kafka.ErrorCode) decision {
		return decision{reply: &msg.AssignedReplicas{Op: r.Op, Err: code}}
	}
	b := m.img.Broker(r.Broker)
	switch {
	case b == nil:
		return refuse(kafka.ErrBrokerIDNotRegistered)
	case b.Epoch != r.BrokerEpoch:
		return refuse(kafka.ErrStaleBrokerEpoch)
	}
	d := decision{}
	reply := &msg.AssignedReplicas{Op: r.Op}
	for i := range r.Replicas {
		rec, code := m.assignReplica(b, &r.Replicas[i])
		if rec != nil {
			d.records = append(d.records, rec)
		}
		reply.Errs = append(reply.Errs, code)
	}
	d.reply = reply
	return d
}

// assignReplica decides on one replica; no record if it is assigned already.
func (m *Controller) assignReplica(b *image.Broker, a *msg.DirAssignment) (record.Metadata, kafka.ErrorCode) {
	if m.img.Topic(a.Log.Topic) == nil {
		return nil, kafka.ErrUnknownTopicID
	}
	p := m.img.Partition(a.Log)
	if p == nil {
		return nil, kafka.ErrUnknownTopicOrPartition
	}
	at := slices.Index(p.Replicas, b.ID)
	switch {
	case at < 0:
		return nil, kafka.ErrNotLeaderOrFollower
	case p.Dirs[at] == a.Dir:
		return nil, kafka.None
	}
	after := *p
	after.Dirs = slices.Clone(p.Dirs)
	after.Dirs[at] = a.Dir
	c := noChange()
	c.offline, c.dirs = b.ID, b.Dirs
	rec := m.partitionChange(&after, c)
	if rec == nil {
		rec = unchanged()
	}
	rec.TopicID, rec.PartitionID, rec.Directories = a.Log.Topic, a.Log.Partition, after.Dirs
	return rec, kafka.None
}
