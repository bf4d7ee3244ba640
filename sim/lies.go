package sim

import (
	"strings"

	"momus/checker"
	"momus/core/kafka"
	"momus/core/port"
	"momus/sim/simdisk"
)

// isLiable tells the files about which the disk may lie: those of partitions' logs. A directory whose
// partition.metadata is gone does not know whose it is, and is put aside whole. The metadata log and the
// small files of the log directory are spared as in planRot: there is one replica of them, and a node
// without them can do nothing but stop.
func (n *node) isLiable(path string) bool {
	home, dir, file := partOf(path)
	log, known := n.logs[dir]
	return known && n.homes[log] == home && !strings.HasPrefix(file, "partition.metadata") // nor its copy that is to replace it
}

// claim is a file that the disk lied about, with what a power loss may make of that.
type claim struct {
	simdisk.Claim
	dir        string
	checkpoint kafka.Offset
}

// claims lists what the disk lied about, before a power loss.
func (n *node) claims(power bool) (list []claim) {
	if !power {
		return nil
	}
	// A segment that was just renamed to go may be back after the power loss, and one that was about to get its
	// name has it then.
	want := func(path string) bool {
		path = strings.TrimSuffix(strings.TrimSuffix(path, ".deleted"), ".swap")
		return n.isLog(path) || (isSnapshot(path) || isEpochs(path)) && n.isLiable(path)
	}
	for _, c := range n.disk.Claims(want) {
		_, dir, _ := partOf(c.Path)
		list = append(list, claim{c, dir, n.checkpoint(dir)})
	}
	return list
}

// isSnapshot tells the producer snapshots.
func isSnapshot(path string) bool { return strings.HasSuffix(path, ".snapshot") }

// isEpochs tells the checkpoints of leader epochs.
func isEpochs(path string) bool { return strings.HasSuffix(path, "/leader-epoch-checkpoint") }

// exposed tells the judge, after a power loss, which batches it took or hurt that a sync had claimed: they
// are as damaged as by rot; and which producer snapshots and checkpoints of epochs. It is of the moment before the
// crash, by which they are gone.
func (n *node) exposed(list []claim, at checker.Event) {
	for i := range list {
		c := &list[i]
		if c.Gone() {
			continue // another stands under its name
		}
		left := c.Left()
		if epochs := isEpochs(c.Path); epochs || isSnapshot(strings.TrimSuffix(c.Path, ".deleted")) {
			if string(left) != string(c.Data) {
				h := n.guests.population.History()
				h.Forgets = append(h.Forgets, checker.Forget{Event: at, Log: n.logs[c.dir], Epochs: epochs})
			}
			continue
		}
		framed := framedIn(c.Data)
		if last := len(framed) - 1; c.Cut && last >= 0 && len(left) > len(c.Data) {
			// What recovery had cut off is behind the log's end again, or in its middle if the log had
			// rolled since: it is cut there once more (seed 1750).
			end := framed[last].end
			n.damagedAt(at, c.dir, checker.Damage{From: end, End: end + 1, Checkpoint: min(c.checkpoint, n.checkpoint(c.dir))})
		}
		for _, b := range framed {
			end := b.at + b.size
			if c.Covers(b.at, end) && (end > int64(len(left)) || string(left[b.at:end]) != string(c.Data[b.at:end])) {
				// The power loss may have taken back a checkpoint whose save was under way (seeds 2052, 2168).
				n.damagedAt(at, c.dir, checker.Damage{
					From: b.from, End: b.end, Checkpoint: min(c.checkpoint, n.checkpoint(c.dir)),
					Gone: b.at >= int64(len(left)) && n.mayLackOffsets(c.dir),
				})
			}
		}
	}
}

// doubt remembers the logs whose operations failed in a disk turn in which a sync failed.
func (n *node) doubt(done []port.LogDone) {
	errors := n.disk.Bites().SyncErrors + n.disk.Bites().BrokenCalls
	if errors == n.syncErrors {
		return
	}
	n.syncErrors = errors
	for i := range done {
		g := n.guests
		if _, known := g.doubted[done[i].Log]; !known && done[i].Fail == port.FailIO {
			g.doubted[done[i].Log] = g.flushed[done[i].Log]
		}
	}
}
