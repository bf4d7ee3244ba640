package core

import (
	"cmp"
	"slices"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
)

// The offset checkpoints name a log by topic and partition, so a line must be gone from the file
// before another incarnation of the topic opens a log of that name: else, after a crash, the new
// log would be held against the old one's recovery point (KIP-516 gave the logs ids, not the
// files). So the line goes with the topic, and new logs wait for that.

// checkpointing is how the checkpoints of one directory stand. Of their saves only one is out, so
// that a slow disk is not asked for ever more of them; but the last one of a clean stop waits for
// none.
type checkpointing struct {
	// out is the number of the save that is out, or 0.
	out int64
	// stale says that the files hold lines of logs that are gone; again that the save that is out
	// does not take them all away, and is to be followed by another.
	stale, again bool
	// saved says that the files hold what the directory's lines are.
	saved bool
	// starts are the logs whose line somebody wants to be in the files.
	starts []kafka.TopicPartition
	// moves are the logs whose copies in the directory are to be in the files.
	moves []kafka.TopicPartition
}

// checkpoint writes the offset checkpoints of every directory (log.flush.offset.checkpoint.interval.ms),
// but of those in which the save before is not done yet, or has left what would be written now.
func (n *Node) checkpoint(now kafka.Now) {
	n.nextCheckpoint = now.Mono.Add(n.cfg.CheckpointInterval.Nanos())
	for i := range n.checkpoints {
		c := &n.checkpoints[i]
		if c.out != 0 || n.isOffline(int32(i)) {
			continue
		}
		if lines := n.checkpointLines(i); !c.saved || !slices.Equal(lines, n.facts.Dirs[i].Checkpoints) {
			n.saveLines(i, lines)
		}
	}
}

// saveCheckpoints writes the lines of the logs that directory i holds.
func (n *Node) saveCheckpoints(i int) { n.saveLines(i, n.checkpointLines(i)) }

func (n *Node) saveLines(i int, lines []port.Checkpoint) {
	d := &n.facts.Dirs[i]
	n.saveSeq++
	n.ready.Saves = append(n.ready.Saves, port.Save{Kind: port.SaveCheckpoints, Seq: n.saveSeq, Dir: d.Dir, Checkpoints: lines})
	d.Checkpoints = slices.Clone(lines)
	n.forgetLines(i)
	c := &n.checkpoints[i]
	c.out, c.again, c.saved = n.saveSeq, false, false
}

// checkpointLines are those of the logs that directory i holds. A log that is not open yet keeps the line that it
// had.
func (n *Node) checkpointLines(i int) []port.Checkpoint {
	d := &n.facts.Dirs[i]
	lines := make([]port.Checkpoint, 0, len(d.Logs))
	for _, l := range d.Logs {
		r := n.byLog.Get(kafka.TopicPartition{Topic: l.TopicID, Partition: l.Partition})
		if r != nil && (r.Dir() == d.Dir || r.HomeDir() == d.Dir) {
			if c, ok := r.Checkpoint(); ok {
				lines = append(lines, c)
				continue
			}
		}
		if r != nil && r.HandingOver() && r.Moving() == d.Dir {
			lines = append(lines, r.FutureLine())
			continue
		}
		if c := n.lineOf(i, place{l.Topic, l.Partition}); c != nil {
			lines = append(lines, *c)
		}
	}
	// A stop that comes before the image is current does not know which copies are logs (seed 999); of some
	// nobody knows it later either.
	for j := range d.Futures {
		if c := n.lineOf(i, place{d.Futures[j].Topic, d.Futures[j].Partition}); c != nil && !holdsName(d, d.Futures[j].LogName) {
			lines = append(lines, *c)
		}
	}
	return lines
}

// checkpointed follows the end of a save of checkpoints. One that the last of a clean stop overtook
// counts for nothing.
func (n *Node) checkpointed(now kafka.Now, done *port.Saved) {
	i := slices.IndexFunc(n.facts.Dirs, func(d port.DirFacts) bool { return d.Dir == done.Dir })
	c := &n.checkpoints[i]
	if done.Seq != c.out {
		return
	}
	c.out, c.saved = 0, done.Fail == port.FailNone
	online := !n.isOffline(int32(i))
	wanted := online && n.startsSaved(i)
	if online && n.phase == phaseServing {
		wanted = n.movesSaved(i) || wanted
	}
	switch n.phase {
	case phaseMarking:
		n.marking--
		if n.marking == 0 {
			n.lifecycle.LogsClosed(now, n.unclean)
		}
	case phaseTidying, phaseServing:
		again := c.again && online
		if again || wanted {
			n.saveCheckpoints(i)
		}
		if c.stale && !again {
			c.stale = false
			n.tidied(now)
			n.openWaiting(now)
		}
	}
}

// saveStart has the line of a log saved, since DeleteRecords or a compaction waits for that. Those that come while a
// save is out share the next one.
func (n *Node) saveStart(log kafka.TopicPartition) {
	i, found := n.placed[log]
	if !found || n.phase != phaseServing || n.isOffline(i) {
		return // its topic or directory is gone, or it is being closed: those who wait are told so
	}
	c := &n.checkpoints[i]
	if !slices.Contains(c.starts, log) {
		c.starts = append(c.starts, log)
	}
	if c.out == 0 {
		n.saveCheckpoints(int(i))
	}
}

// startsSaved tells the logs whose start was to be saved what is in the checkpoints of directory i
// by now. It tells whether some want more than that.
func (n *Node) startsSaved(i int) (wanted bool) {
	c := &n.checkpoints[i]
	c.starts = slices.DeleteFunc(c.starts, func(log kafka.TopicPartition) bool {
		r := n.byLog.Get(log)
		if r == nil {
			return true
		}
		line := n.lineOf(i, place{r.Topic(), log.Partition})
		if line != nil {
			r.StartSaved(line.LogStart)
			r.PointSaved(line.RecoveryPoint, line.Clean)
			n.touch(r)
		}
		return !r.WantsStartSaved() && !r.WantsPointSaved()
	})
	return len(c.starts) > 0
}

// place names a log as the checkpoint files do.
type place struct {
	topic     string
	partition kafka.PartitionID
}

// Compare orders by topic, then partition.
func (p place) Compare(o place) int {
	return cmp.Or(strings.Compare(p.topic, o.topic), cmp.Compare(p.partition, o.partition))
}

// lineOf finds the line of a log in the checkpoints of directory i, or nil. Looking through them for
// every log would hold the core for seconds where there are ten thousand.
func (n *Node) lineOf(i int, p place) *port.Checkpoint {
	if n.lines == nil {
		n.lines = make([]map[place]int, len(n.facts.Dirs))
	}
	list := n.facts.Dirs[i].Checkpoints
	if n.lines[i] == nil {
		n.lines[i] = make(map[place]int, len(list))
		for j := range list {
			n.lines[i][place{list[j].Topic, list[j].Partition}] = j
		}
	}
	if j, found := n.lines[i][p]; found {
		return &list[j]
	}
	return nil
}

// forgetLines lets go of where the lines stood before directory i got others.
func (n *Node) forgetLines(i int) {
	if n.lines != nil {
		n.lines[i] = nil
	}
}

// purge takes the lines of logs that are gone out of every directory's checkpoints; logs of new
// topics are opened when that is durable.
func (n *Node) purge() {
	for i := range n.facts.Dirs {
		if n.isOffline(int32(i)) {
			continue
		}
		d := &n.facts.Dirs[i]
		held := make(map[place]bool, len(d.Logs))
		for j := range d.Logs {
			held[place{d.Logs[j].Topic, d.Logs[j].Partition}] = true
		}
		for j := range d.Futures {
			held[place{d.Futures[j].Topic, d.Futures[j].Partition}] = true
		}
		stale := slices.ContainsFunc(d.Checkpoints, func(c port.Checkpoint) bool {
			return c.Topic != kafka.MetadataTopic && !held[place{c.Topic, c.Partition}]
		})
		if !stale {
			continue
		}
		c := &n.checkpoints[i]
		if c.stale = true; c.out != 0 {
			c.again = true
		} else {
			n.saveCheckpoints(i)
		}
	}
}

// purging tells whether stale lines are left in a directory's checkpoints.
func (n *Node) purging() bool {
	return slices.ContainsFunc(n.checkpoints, func(c checkpointing) bool { return c.stale })
}

// mustWait tells that a new log cannot be opened yet: a log of an older topic of that name is not
// out of the way, in the checkpoints or in its directory.
func (n *Node) mustWait(p place) bool { return n.deleting[p] || n.purging() }

func (n *Node) wait(p place, log kafka.TopicPartition) {
	if n.waiting == nil {
		n.waiting = map[place]kafka.TopicPartition{}
	}
	n.waiting[p] = log
}

// openWaiting opens what no longer must wait; the rest lines up again. A node that stops opens
// nothing any more.
func (n *Node) openWaiting(now kafka.Now) {
	if n.phase != phaseServing || n.purging() {
		return
	}
	places := make([]place, 0, len(n.waiting))
	for p := range n.waiting {
		places = append(places, p)
	}
	slices.SortFunc(places, place.Compare)
	for _, p := range places {
		n.openAt(now, p)
	}
}

// openAt opens the log that waits for a place, if there is one.
func (n *Node) openAt(now kafka.Now, p place) {
	if log, found := n.waiting[p]; found && n.phase == phaseServing {
		delete(n.waiting, p)
		n.partitionChanged(now, log)
	}
}

// logGone follows the end of a deletion.
func (n *Node) logGone(now kafka.Now, p place) {
	delete(n.deleting, p)
	n.openAt(now, p)
}
