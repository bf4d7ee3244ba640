package core

import (
	"slices"
	"strconv"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
	"momus/core/replica"
)

// committed applies metadata records to the image, the only way in which it changes, and lets the
// machines follow what changed.
func (n *Node) committed(now kafka.Now, c *msg.Committed) {
	delta := image.Delta{Picture: n.picture}
	n.sinceSnapshot += c.Bytes
	for i, rec := range c.Records {
		n.image.Apply(&delta, c.Base+kafka.Offset(i), rec)
	}
	n.image.Advance(c.Last, c.Epoch)
	n.controller.CommittedTo(now, c.Last)
	n.carryController(now)
	n.lifecycle.Committed(now, c.Last)
	if n.phase != phaseServing || delta.Empty() {
		return
	}
	for i := range delta.TopicsDeleted {
		n.deleteTopic(now, delta.TopicsDeleted[i])
	}
	if len(delta.TopicsDeleted) > 0 {
		n.forgetLogs(delta.TopicsDeleted)
		n.purge()
	}
	for _, id := range delta.TopicsCreated {
		n.ready.Notes = append(n.ready.Notes, Note{
			Kind: NoteTopicCreated, Topic: n.image.Topic(id).Name, Log: kafka.TopicPartition{Topic: id},
		})
	}
	for _, log := range delta.PartitionsChanged {
		n.partitionChanged(now, log)
	}
	if len(delta.ConfigsChanged) > 0 || len(delta.TopicsDeleted) > 0 || len(delta.TopicsCreated) > 0 {
		n.configChanged(now, &delta)
	}
	n.groups.ImageChanged(now, &delta, n.groupView())
	n.session.ImageChanged(now, &delta, n.view())
}

// partitionChanged opens, or tells, this node's replica of a partition.
func (n *Node) partitionChanged(now kafka.Now, log kafka.TopicPartition) {
	topic, part := n.image.Topic(log.Topic), n.image.Partition(log)
	if part == nil || !slices.Contains(part.Replicas, n.cfg.NodeID) {
		return
	}
	r := n.byLog.Get(log)
	if r == nil {
		p := place{topic.Name, log.Partition}
		switch {
		case n.isQueued(log):
			return // its turn comes, and then what the image says
		case n.mustWait(p):
			n.wait(p, log)
			return
		}
		r = n.openLog(now, log, topic)
	} else if r.Role() == replica.RoleNew {
		n.settleIn(now, log, topic, r)
	} else {
		n.followNamed(r, part)
	}
	n.lead(now, r, part)
}

// openLog makes this node's replica of a partition and asks for its log to be opened, where that may be.
func (n *Node) openLog(now kafka.Now, log kafka.TopicPartition, topic *image.Topic) *replica.Replica {
	cfg := n.image.TopicConfig(n.cfg, topic.Name)
	r := replica.New(log, replica.Options{
		Topic: topic.Name, Self: n.cfg.NodeID, AppendQueueBytes: n.limits.AppendQueueBytes,
		ProducerIDExpiration: n.image.BrokerConfig(n.cfg).ProducerIDExpiration, Entropy: n.entropy,
	}, cfg)
	if n.replicas == nil {
		n.replicas = map[kafka.TopicPartition]*replica.Replica{}
	}
	n.replicas[log] = r
	n.byLog.Set(log, r)
	n.settleIn(now, log, topic, r)
	return r
}

// lead has a replica lead or follow, as the image says.
func (n *Node) lead(now kafka.Now, r *replica.Replica, part *image.Partition) {
	if part.Leader == n.cfg.NodeID {
		r.BecomeLeader(now, replica.Leadership{Epoch: part.LeaderEpoch, ISR: part.ISR, Replicas: int32(len(part.Replicas))})
	} else {
		r.Resign(now, part.LeaderEpoch)
	}
	n.touch(r)
}

func (n *Node) deleteTopic(now kafka.Now, topic *image.Topic) {
	n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteTopicDeleted, Topic: topic.Name, Log: kafka.TopicPartition{Topic: topic.ID}})
	for i := range topic.Partitions {
		log := kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(i)}
		r := n.byLog.Get(log)
		if r == nil && n.isQueued(log) {
			r = n.openQueued(now, log, topic) // a log is found by being opened
		}
		if r != nil {
			if n.deleting == nil {
				n.deleting = map[place]bool{}
			}
			n.deleting[place{topic.Name, log.Partition}] = true
			r.Delete(now)
			n.touch(r)
		}
	}
}

// forgetLogs takes the logs of deleted topics out of what is known of the directories.
func (n *Node) forgetLogs(topics []*image.Topic) {
	gone := make(map[kafka.TopicID]bool, len(topics))
	for _, topic := range topics {
		gone[topic.ID] = true
		n.unprefer(topic.Name)
		for i := range topic.Partitions {
			log := kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(i)}
			delete(n.placed, log)
			n.unwant(log)
		}
	}
	for i := range n.facts.Dirs {
		d := &n.facts.Dirs[i]
		d.Logs = slices.DeleteFunc(d.Logs, func(l port.LogName) bool { return gone[l.TopicID] })
		d.Futures = slices.DeleteFunc(d.Futures, func(f port.FutureLog) bool { return gone[f.TopicID] })
	}
}

// configChanged gives replicas their topic's new configuration and publishes the edge's policies.
func (n *Node) configChanged(now kafka.Now, delta *image.Delta) {
	n.session.Configure(now, n.image.BrokerConfig(n.cfg).Connections, n.view())
	names := []string{}
	for _, c := range delta.ConfigsChanged {
		switch c.Type {
		case record.ConfigTopic:
			names = append(names, c.Name)
		case record.ConfigBroker:
			names = slices.Clone(n.image.Names) // a default of all topics
		}
	}
	for _, name := range names {
		topic := n.image.TopicNamed(name)
		if topic == nil {
			continue
		}
		broker := n.image.BrokerConfig(n.cfg)
		cfg := n.image.TopicConfig(n.cfg, name)
		for i := range topic.Partitions {
			if r := n.byLog.Get(kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(i)}); r != nil {
				r.ExpireProducersAfter(broker.ProducerIDExpiration)
				r.Configure(now, cfg)
				n.touch(r)
			}
		}
	}
	n.publish(delta)
}

// note turns a replica's fact into the node's.
func (n *Node) note(now kafka.Now, r *replica.Replica, fact *replica.Note) {
	note := Note{Kind: noteKinds[fact.Kind], Log: r.Log(), Topic: r.Topic(), From: fact.From, To: fact.To, Text: fact.Text}
	switch fact.Kind {
	case replica.NoteFailed:
		n.logFailed(now, r, fact.Fail)
	case replica.NoteOpened:
		n.countOpened(r.Log(), fact.Bytes)
	case replica.NoteCut:
		note.Text = strconv.FormatInt(fact.Bytes, 10) + " bytes"
	case replica.NoteStartMoved:
		note.Cause, note.Text = fact.Cause, startMoved(fact)
	case replica.NoteLeader:
		note.Text = "epoch " + strconv.Itoa(int(fact.Epoch))
	case replica.NoteMoving, replica.NoteMoved, replica.NoteMoveFailed, replica.NoteMoveGivenUp, replica.NoteMoveOvertaken:
		if note.Text = n.pathOf(fact.Dir); fact.Text != "" {
			note.Text += ": " + fact.Text
		}
	case replica.NoteCompacted:
		note.Text = fact.Compacted.String()
		cleaner := n.image.BrokerConfig(n.cfg).Cleaner
		n.cleaned.compacted(&fact.Compacted, cleaner.DedupeBytes/int64(max(cleaner.Threads, 1))/dedupeKeyBytes)
	case replica.NoteProducerExpired:
		note.Producer, note.Text = fact.Producer, "producer "+strconv.FormatInt(int64(fact.Producer), 10)
	}
	n.ready.Notes = append(n.ready.Notes, note)
}

// noteKinds is the node's word for a replica's.
var noteKinds = [...]NoteKind{
	replica.NoteOpened: NoteLogOpened, replica.NoteCut: NoteLogCut, replica.NoteFailed: NoteLogFailed,
	replica.NoteLeader: NoteLeader, replica.NoteFlushed: NoteFlushed,
	replica.NoteMoving: NoteLogMoving, replica.NoteMoved: NoteLogMoved, replica.NoteMoveFailed: NoteMoveFailed,
	replica.NoteMoveGivenUp: NoteMoveGivenUp, replica.NoteMoveOvertaken: NoteMoveOvertaken,
	replica.NoteProducerExpired: NoteProducerExpired, replica.NoteDeleted: NoteLogDeleted,
	replica.NoteStartMoved: NoteLogStartMoved, replica.NoteCompacted: NoteLogCompacted, replica.NoteUncleanable: NoteLogUncleanable,
}
