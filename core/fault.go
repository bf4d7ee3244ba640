package core

import (
	"slices"

	"momus/core/kafka"
	"momus/core/port"
)

// A stop is lossy unless the clean marker is there, or the boot id is unchanged and no I/O error
// was seen: an fsync that failed may have dropped pages of files that nobody looks at again before
// the next start. So the first I/O error in a directory takes the stored boot id away; and the
// lifecycle's later saves of it are followed by another removal, in the FIFO of that file.

// logFailed follows a partition's log that failed.
func (n *Node) logFailed(log kafka.TopicPartition, fail port.Failure) {
	if fail != port.FailIO && fail != port.FailNoSpace {
		return // rot, or a log that is not there: the page cache is as good as before
	}
	if at, found := n.placed[log]; found {
		n.fault(n.facts.Dirs[at].Dir)
		return
	}
	for i := range n.facts.Dirs { // the log was deleted, and so forgotten
		n.fault(n.facts.Dirs[i].Dir)
	}
}

// fault remembers that an I/O error was seen in a directory.
func (n *Node) fault(dir kafka.DirID) {
	if !slices.Contains(n.faulted, dir) {
		n.faulted = append(n.faulted, dir)
		n.forgetBoot(dir)
		n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteDirFailed, Text: dir.String()})
		if len(n.faulted) == len(n.facts.Dirs) {
			n.fail("the last log directory failed")
		}
	}
}

func (n *Node) forgetBoot(dir kafka.DirID) {
	n.saveSeq++
	n.ready.Saves = append(n.ready.Saves, port.Save{Kind: port.ForgetBoot, Seq: n.saveSeq, Dir: dir})
}

// lifecycleSaves passes saves on; a boot id stored in a directory with a fault is removed again.
func (n *Node) lifecycleSaves(saves []port.Save) {
	for i := range saves {
		n.ready.Saves = append(n.ready.Saves, saves[i])
		if s := &saves[i]; s.Kind == port.SaveBrokerEpoch && slices.Contains(n.faulted, s.Dir) {
			n.forgetBoot(s.Dir)
		}
	}
}

// fail ends the node: its metadata log, or its last directory, is gone. The end waits for the boot
// id of every directory to be removed, and for nothing else.
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

// forgot completes the removal of a boot id. Whether or not it could be removed, a node that fails
// ends now; one that goes on is as lossy as its directory can say.
func (n *Node) forgot(done *port.Saved) {
	switch {
	case n.failing != "":
		if done.Seq == n.failingSave {
			n.end(Exit{Reason: n.failing})
		}
	case done.Fail != port.FailNone:
		n.fail("a file in log directory " + done.Dir.String() + " could not be written: " + done.Fail.String())
	}
}
