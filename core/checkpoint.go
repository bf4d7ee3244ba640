package core

import (
	"slices"

	"momus/core/kafka"
	"momus/core/port"
)

// The offset checkpoints name a log by topic and partition, so a line must be gone from the file
// before another incarnation of the topic opens a log of that name: else, after a crash, the new
// log would be held against the old one's recovery point (KIP-516 gave the logs ids, not the
// files). So the line goes with the topic, and new logs wait for that.

// checkpoint writes the offset checkpoints of every directory (log.flush.offset.checkpoint.interval.ms).
func (n *Node) checkpoint(now kafka.Now) {
	n.nextCheckpoint = now.Mono.Add(n.cfg.CheckpointInterval.Nanos())
	n.saveCheckpoints()
}

// saveCheckpoints asks for one save per directory and returns how many.
func (n *Node) saveCheckpoints() int {
	for i := range n.facts.Dirs {
		n.saveCheckpointsOf(&n.facts.Dirs[i])
	}
	return len(n.facts.Dirs)
}

// saveCheckpointsOf writes the lines of the logs that a directory holds. A log that is not open yet
// keeps the line that it had.
func (n *Node) saveCheckpointsOf(d *port.DirFacts) (seq int64) {
	n.saveSeq++
	save := port.Save{Kind: port.SaveCheckpoints, Seq: n.saveSeq, Dir: d.Dir}
	for _, l := range d.Logs {
		r := n.replicas[kafka.TopicPartition{Topic: l.TopicID, Partition: l.Partition}]
		if r != nil {
			if c, ok := r.Checkpoint(); ok {
				save.Checkpoints = append(save.Checkpoints, c)
				continue
			}
		}
		if i := lineOf(d, l.Topic, l.Partition); i >= 0 {
			save.Checkpoints = append(save.Checkpoints, d.Checkpoints[i])
		}
	}
	d.Checkpoints = slices.Clone(save.Checkpoints)
	n.ready.Saves = append(n.ready.Saves, save)
	return save.Seq
}

// lineOf finds a log's line in a directory's checkpoints, or returns -1.
func lineOf(d *port.DirFacts, topic string, partition kafka.PartitionID) int {
	return slices.IndexFunc(d.Checkpoints, func(c port.Checkpoint) bool {
		return c.Topic == topic && c.Partition == partition
	})
}

// purge takes the lines of logs that are gone out of every directory's checkpoints; logs of new
// topics are opened when that is durable.
func (n *Node) purge() {
	for i := range n.facts.Dirs {
		d := &n.facts.Dirs[i]
		stale := slices.ContainsFunc(d.Checkpoints, func(c port.Checkpoint) bool {
			return c.Topic != kafka.MetadataTopic && !slices.ContainsFunc(d.Logs, func(l port.LogName) bool {
				return l.Topic == c.Topic && l.Partition == c.Partition
			})
		})
		if stale {
			n.purges = append(n.purges, n.saveCheckpointsOf(d))
		}
	}
}

// purged opens the logs that waited for stale lines to go.
func (n *Node) purged(now kafka.Now, seq int64) {
	i := slices.Index(n.purges, seq)
	if i < 0 {
		return
	}
	n.purges = slices.Delete(n.purges, i, i+1)
	if n.phase == phaseTidying {
		n.tidied(now)
		return
	}
	n.openWaiting(now)
}

// mustWait tells that a new log cannot be opened yet: a log of an older topic of that name is not
// out of the way, in the checkpoints or in its directory.
func (n *Node) mustWait(topic string, partition kafka.PartitionID) bool {
	return len(n.purges) > 0 || slices.ContainsFunc(n.deleting, func(l port.LogName) bool {
		return l.Topic == topic && l.Partition == partition
	})
}

// openWaiting opens what no longer must wait; the rest lines up again. A node that stops opens
// nothing any more.
func (n *Node) openWaiting(now kafka.Now) {
	if n.phase != phaseServing {
		return
	}
	waiting := n.waiting
	n.waiting = nil
	for _, log := range waiting {
		n.partitionChanged(now, log)
	}
}

// logGone follows the end of a deletion.
func (n *Node) logGone(now kafka.Now, log kafka.TopicPartition) {
	n.deleting = slices.DeleteFunc(n.deleting, func(l port.LogName) bool {
		return l.TopicID == log.Topic && l.Partition == log.Partition
	})
	n.openWaiting(now)
}
