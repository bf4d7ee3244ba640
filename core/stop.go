package core

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/replica"
)

// stop begins the clean end: the lifecycle says goodbye to the controller, then logs are closed.
func (n *Node) stop(now kafka.Now) {
	if n.phase == phaseReplaying {
		n.fail("stopped before it was ready")
		return
	}
	n.lifecycle.Stop(now)
}

// advanceStop takes the next step of a clean end when the one before it is done.
func (n *Node) advanceStop(now kafka.Now) bool {
	switch n.phase {
	case phaseServing:
		if !n.lifecycle.MayClose() {
			return false
		}
		n.phase = phaseClosing
		n.nextCheckpoint = 0
		for _, log := range n.logs() {
			r := n.replicas[log]
			r.Close(now)
			n.touch(r)
		}
		return true
	case phaseClosing:
		for _, log := range n.logs() {
			if n.replicas[log].Role() != replica.RoleClosed {
				return false
			}
		}
		n.phase = phaseClosingQuorum
		n.raft.Stop(now)
		return true
	case phaseClosingQuorum:
		if !n.raft.Out.Closed {
			return false
		}
		n.phase = phaseMarking
		n.marking = int32(n.saveCheckpoints())
		return true
	case phaseMarking:
		if n.marking > 0 || !n.lifecycle.Marked() {
			return false
		}
		n.phase = phaseEnded
		n.ready.Exit = &Exit{Clean: true, Reason: "stopped"}
		return true
	}
	return false
}

// checkpoint writes the offset checkpoints of every directory (log.flush.offset.checkpoint.interval.ms).
func (n *Node) checkpoint(now kafka.Now) {
	n.nextCheckpoint = now.Mono.Add(n.cfg.CheckpointInterval.Nanos())
	n.saveCheckpoints()
}

// saveCheckpoints asks for one save per directory and returns how many.
func (n *Node) saveCheckpoints() int {
	for i := range n.facts.Dirs {
		d := &n.facts.Dirs[i]
		n.saveSeq++
		save := port.Save{Kind: port.SaveCheckpoints, Seq: n.saveSeq, Dir: d.Dir}
		for _, l := range d.Logs {
			r := n.replicas[kafka.TopicPartition{Topic: l.TopicID, Partition: l.Partition}]
			if r == nil {
				continue
			}
			if c, ok := r.Checkpoint(); ok {
				save.Checkpoints = append(save.Checkpoints, c)
			}
		}
		n.ready.Saves = append(n.ready.Saves, save)
	}
	return len(n.facts.Dirs)
}

// saved completes a save: the quorum's, the lifecycle's, or a checkpoint.
func (n *Node) saved(now kafka.Now, done *port.Saved) {
	if done.Fail != port.FailNone {
		n.fail("a file in log directory " + done.Dir.String() + " could not be written: " + done.Fail.String())
		return
	}
	switch done.Kind {
	case port.SaveQuorum:
		n.raft.Saved(now, done)
	case port.SaveCheckpoints:
		if n.phase != phaseMarking {
			return
		}
		n.marking--
		if n.marking == 0 {
			n.lifecycle.AllClosed(now)
		}
	case port.MarkStray:
	default:
		n.lifecycle.Saved(now, done)
	}
}
