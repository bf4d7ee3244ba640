package core

import (
	"slices"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/replica"
)

// The first I/O error in a log directory takes it offline, with all its logs (KIP-112): nothing is
// asked of it any more before the next start. The others go on. Without the metadata directory a node
// can do nothing, and ends.
//
// A stop is lossy unless the clean marker is there, or the boot id is unchanged and no I/O error was
// seen: an fsync that failed may have dropped pages of files that nobody looks at again before the
// next start. That a directory saw one is written into the metadata directory, since it may be past
// writing itself; a node that ends takes the stored boot ids away. The list loses a directory when its
// logs have been opened again, recovered and written once more, and its boot id is stored anew.

// logFailed follows a partition's log that failed.
func (n *Node) logFailed(now kafka.Now, r *replica.Replica, fail port.Failure) {
	if fail != port.FailIO && fail != port.FailNoSpace {
		return // rot, or a log that is not there: the page cache is as good as before
	}
	if i := n.dirIndex(r.Dir()); i >= 0 {
		n.dirFailed(now, i)
	}
}

// dirFailed takes a directory offline.
func (n *Node) dirFailed(now kafka.Now, i int32) {
	d := &n.facts.Dirs[i]
	if n.isOffline(i) {
		return
	}
	n.offline = append(n.offline, d.Dir)
	n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteDirFailed, Text: d.Path})
	n.notClean(d.Dir)
	if d.Dir == n.facts.MetadataDir {
		n.fail("the metadata log directory " + d.Path + " failed")
		return
	}
	if !slices.Contains(n.faulted, d.Dir) {
		n.faulted = append(n.faulted, d.Dir)
	}
	n.saveFaulted()
	if !n.anyLogDir() {
		n.fail("all log directories failed")
		return
	}
	n.lifecycle.DirFailed(now, d.Dir)
	for _, log := range n.logs() {
		r := n.byLog.Get(log)
		if at, wanted := n.wanted[log]; wanted && at == i {
			n.unwant(log)
			n.partitionChanged(now, log)
		} else if r.Dir() == d.Dir {
			r.DirFailed(now)
			n.touch(r)
		}
	}
	c := &n.checkpoints[i]
	c.again, c.starts, c.moves = false, nil, nil
	n.targetsFailed(d.Dir)
	if c.stale { // what waits for that need not any more
		c.stale = false
		n.tidied(now)
		n.openWaiting(now)
	}
}

// anyLogDir tells whether one of log.dirs is online; without any the broker ends, as Kafka's does.
func (n *Node) anyLogDir() bool {
	for i := range n.facts.Dirs {
		if n.isLogDir(i) && !n.isOffline(int32(i)) {
			return true
		}
	}
	return false
}

func (n *Node) saveFaulted() {
	n.saveSeq++
	n.ready.Saves = append(n.ready.Saves, port.Save{
		Kind: port.SaveFaulted, Seq: n.saveSeq, Dir: n.facts.MetadataDir, Dirs: slices.Clone(n.faulted),
	})
}

func (n *Node) forgetBoot(dir kafka.DirID) {
	n.saveSeq++
	n.ready.Saves = append(n.ready.Saves, port.Save{Kind: port.ForgetBoot, Seq: n.saveSeq, Dir: dir})
}

// lifecycleSaves passes saves on. A directory whose boot id is stored is trusted again, in the order of
// the ledger; a node that fails stores none.
func (n *Node) lifecycleSaves(saves []port.Save) {
	before := len(n.faulted)
	for i := range saves {
		s := &saves[i]
		if s.Kind == port.SaveBrokerEpoch {
			if n.failing != "" {
				continue
			}
			if !slices.Contains(n.offline, s.Dir) {
				n.faulted = slices.DeleteFunc(n.faulted, func(d kafka.DirID) bool { return d == s.Dir })
			}
		}
		n.ready.Saves = append(n.ready.Saves, *s)
	}
	if len(n.faulted) != before {
		n.saveFaulted()
	}
}

// fail ends the node: its metadata directory is gone, or it cannot be part of this cluster. The end
// waits for the boot id of every directory to be removed, and for nothing else.
func (n *Node) fail(reason string) {
	if n.phase == phaseEnded || n.failing != "" {
		return
	}
	n.failing = reason
	for i := range n.facts.Dirs {
		n.forgetBoot(n.facts.Dirs[i].Dir)
	}
	n.failingSave = n.saveSeq
}

// forgot completes the removal of a boot id. Whether or not the last could be removed, the node ends.
func (n *Node) forgot(done *port.Saved) {
	if done.Seq == n.failingSave {
		n.end(Exit{Reason: n.failing})
	}
}
