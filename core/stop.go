package core

import (
	"slices"

	"momus/core/kafka"
	"momus/core/port"
)

// stop begins the clean end: the lifecycle says goodbye to the controller, then logs are closed.
func (n *Node) stop(now kafka.Now) { n.lifecycle.Stop(now) }

// closeLogs closes every partition; the quorum's log comes after them, since what they close with
// may still be decided there. A stop that comes before the logs were opened is in each directory as clean
// as the one before it: a marker would have the next start trust logs that nobody recovered (KAFKA-10471).
func (n *Node) closeLogs(now kafka.Now) {
	for i := range n.facts.Dirs {
		d := &n.facts.Dirs[i]
		if opened := n.phase == phaseServing && !n.anyQueued(i); !opened && !d.CleanMarker {
			n.notClean(d.Dir)
		}
	}
	n.phase = phaseClosing
	n.nextCheckpoint, n.nextRetention, n.nextCompaction, n.removed = 0, 0, 0, nil
	n.opening, n.queues, n.nextProgress = nil, nil, 0
	n.closing = map[kafka.TopicPartition]bool{}
	for _, log := range n.logs() {
		n.closing[log] = true
		r := n.byLog.Get(log)
		r.Close(now)
		n.touch(r)
	}
}

// notClean notes that a log of a directory was not closed without a failure; zero is no directory.
func (n *Node) notClean(dir kafka.DirID) {
	if !dir.IsZero() && !slices.Contains(n.unclean, dir) {
		n.unclean = append(n.unclean, dir)
	}
}

// advanceStop takes the next step of a clean end when the one before it is done.
func (n *Node) advanceStop(now kafka.Now) bool {
	switch n.phase {
	case phaseClosing:
		if len(n.closing) > 0 {
			return false
		}
		n.closing = nil
		n.phase = phaseClosingQuorum
		n.raft.Stop(now)
		return true
	case phaseClosingQuorum:
		if !n.raft.Out.Closed {
			return false
		}
		n.phase = phaseMarking
		for i := range n.facts.Dirs {
			if !n.isOffline(int32(i)) {
				n.marking++
				n.saveCheckpoints(i)
			}
		}
		return true
	}
	return false
}

// end is the last thing that a node does.
func (n *Node) end(e Exit) {
	if n.phase != phaseEnded {
		n.phase = phaseEnded
		n.ready.Exit = &e
		n.session.GiveUpHeld()
	}
}

// saved completes a save: the quorum's, a checkpoint or the lifecycle's. One that fails takes its
// directory offline; what a failure of the quorum's own means is decided by the quorum, which may have
// another snapshot.
func (n *Node) saved(now kafka.Now, done *port.Saved) {
	switch done.Kind {
	case port.ForgetBoot:
		n.forgot(done)
		return
	case port.SaveQuorum, port.WriteSnapshot, port.LoadSnapshot, port.RemoveSnapshot:
		n.raft.Saved(now, done)
		return
	}
	if done.Fail != port.FailNone {
		n.dirFailed(now, n.dirIndex(done.Dir))
	}
	switch done.Kind {
	case port.SaveFaulted:
	case port.MarkStray, port.PromoteFuture, port.DiscardFuture:
		n.tidying--
		n.tidied(now)
	case port.SaveCheckpoints:
		n.checkpointed(now, done)
	default:
		n.lifecycle.Saved(now, done)
	}
}
