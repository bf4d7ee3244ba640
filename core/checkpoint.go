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
	lines := linesOf(d)
	for _, l := range d.Logs {
		r := n.replicas[kafka.TopicPartition{Topic: l.TopicID, Partition: l.Partition}]
		if r != nil {
			if c, ok := r.Checkpoint(); ok {
				save.Checkpoints = append(save.Checkpoints, c)
				continue
			}
		}
		if i, found := lines[place{l.Topic, l.Partition}]; found {
			save.Checkpoints = append(save.Checkpoints, d.Checkpoints[i])
		}
	}
	d.Checkpoints = slices.Clone(save.Checkpoints)
	n.ready.Saves = append(n.ready.Saves, save)
	return save.Seq
}

// place names a log as the checkpoint files do.
type place struct {
	topic     string
	partition kafka.PartitionID
}

// linesOf says where each log's line stands in a directory's checkpoints. Looking through them for
// every log would hold the core for seconds where there are ten thousand.
func linesOf(d *port.DirFacts) map[place]int {
	lines := make(map[place]int, len(d.Checkpoints))
	for i := range d.Checkpoints {
		lines[place{d.Checkpoints[i].Topic, d.Checkpoints[i].Partition}] = i
	}
	return lines
}

// purge takes the lines of logs that are gone out of every directory's checkpoints; logs of new
// topics are opened when that is durable.
func (n *Node) purge() {
	for i := range n.facts.Dirs {
		d := &n.facts.Dirs[i]
		held := make(map[place]bool, len(d.Logs))
		for j := range d.Logs {
			held[place{d.Logs[j].Topic, d.Logs[j].Partition}] = true
		}
		stale := slices.ContainsFunc(d.Checkpoints, func(c port.Checkpoint) bool {
			return c.Topic != kafka.MetadataTopic && !held[place{c.Topic, c.Partition}]
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
