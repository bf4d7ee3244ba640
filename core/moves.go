package core

import (
	"slices"
	"strconv"
	"strings"

	"momus/core/canon"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/replica"
)

// Moves of logs between the log directories of this broker (KIP-113). The replica knows how far its move is
// (core/replica/move.go); the node knows the directories, the checkpoints and what the metadata says.

// futureNameMax is how long the name of a copy's directory may be (KAFKA-4893).
const futureNameMax = 255

// futureNameExtra is what such a name has beside topic and partition: a dash, a dot, 32 digits and -future.
const futureNameExtra = 1 + 1 + 32 + len("-future")

// moveLog asks a replica to move, or answers why it can not, in Kafka's order (ReplicaManager.alterReplicaLogDirs).
func (n *Node) moveLog(m *msg.MoveLog) {
	answer := func(err kafka.ErrorCode) {
		n.session.MovedLog(&msg.MovedLog{Op: m.Op, Slot: m.Slot, Err: err})
	}
	topic := n.image.TopicNamed(m.Topic)
	var r *replica.Replica
	known := topic != nil && m.Partition >= 0 && int(m.Partition) < len(topic.Partitions)
	if known {
		r = n.byLog.Get(kafka.TopicPartition{Topic: topic.ID, Partition: m.Partition})
	}
	to := slices.IndexFunc(n.facts.Dirs, func(d port.DirFacts) bool { return d.Path == m.Path })
	broker := n.image.Broker(n.cfg.NodeID)
	switch {
	case len(m.Topic)+len(strconv.Itoa(int(m.Partition)))+futureNameExtra > futureNameMax:
		answer(kafka.ErrInvalidTopicException)
	case !slices.Contains(n.facts.LogDirs, m.Path):
		answer(kafka.ErrLogDirNotFound)
	case to < 0 || n.isOffline(int32(to)):
		answer(kafka.ErrKafkaStorageError)
	case broker != nil && slices.Contains(broker.Cordoned, n.facts.Dirs[to].Dir):
		answer(kafka.ErrInvalidReplicaAssignment)
	case r != nil && r.Role() == replica.RoleOffline:
		answer(kafka.ErrKafkaStorageError)
	case r == nil:
		n.prefer(place{strings.Clone(m.Topic), m.Partition}, n.facts.Dirs[to].Dir) // m's is a part of the whole request
		if known {
			answer(kafka.ErrReplicaNotAvailable)
		} else {
			answer(kafka.ErrUnknownTopicOrPartition)
		}
	case n.facts.Dirs[to].Dir != r.Dir() && len(n.offline)+len(n.facts.Offline) > 0:
		answer(kafka.ErrKafkaStorageError) // a copy may lie in the one that is not there
	default:
		r.MoveTo(n.facts.Dirs[to].Dir, m)
		n.touch(r)
	}
}

// prefer notes where a replica is to be that is not here yet. Beyond Limits.PreferredDirs nobody is remembered.
func (n *Node) prefer(p place, dir kafka.DirID) {
	if _, found := n.preferred[p]; !found && len(n.preferred) >= int(n.limits.PreferredDirs) {
		return
	}
	if n.preferred == nil {
		n.preferred = map[place]kafka.DirID{}
	}
	n.preferred[p] = dir
}

// unprefer forgets where the replicas of a topic that is deleted were to be; one made later is another.
func (n *Node) unprefer(topic string) {
	for _, p := range canon.SortedKeysFunc(n.preferred, place.Compare) {
		if p.topic == topic {
			delete(n.preferred, p)
		}
	}
}

// preferredHome is where somebody wished a new replica to be; -1 if nobody did, or if it is offline.
func (n *Node) preferredHome(log kafka.TopicPartition) int32 {
	dir, found := n.preferred[place{n.image.Topic(log.Topic).Name, log.Partition}]
	if !found {
		return -1
	}
	if i := n.dirIndex(dir); i >= 0 && !n.isOffline(i) {
		return i
	}
	return -1
}

// carryMove carries on what a replica wants done of its move.
func (n *Node) carryMove(now kafka.Now, r *replica.Replica, out *replica.Out) {
	for i := range out.Moved {
		n.session.MovedLog(&out.Moved[i])
	}
	if i := n.dirIndex(out.FailedDir); i >= 0 && !out.FailedDir.IsZero() {
		if n.isOffline(i) && r.Moving() == out.FailedDir {
			r.TargetFailed() // the others were told when it failed
			n.touch(r)
		}
		n.dirFailed(now, i)
	}
	if out.HandOver {
		n.handOver(r)
	}
	if out.GiveBack {
		if n.isOffline(n.dirIndex(r.Dir())) { // it failed while the copy was renamed, and so did that: the copy is whole
			r.DirFailed(now)
			n.touch(r)
		} else {
			n.assigning = append(n.assigning, msg.DirAssignment{Log: r.Log(), Dir: r.Dir()})
		}
	}
	if out.Left {
		n.relocate(r)
		i := n.dirIndex(r.LeftDir())
		r.Leave(!n.isOffline(i))
		n.touch(r)
	}
}

// resumeMove goes on with the move that an earlier run began, once the log is open.
func (n *Node) resumeMove(now kafka.Now, r *replica.Replica) {
	if dir, found := n.resuming[r.Log()]; found && (r.Role() == replica.RoleLeader || r.Role() == replica.RoleStandby) {
		delete(n.resuming, r.Log())
		if !n.isOffline(n.dirIndex(dir)) {
			r.Resume(dir)
			n.touch(r)
		} else { // the copy stays for the next start with it, whatever is wished until then (seed 1298)
			n.ready.Notes = append(n.ready.Notes, Note{
				Kind: NoteMoveFailed, Log: r.Log(), Topic: r.Topic(), Text: n.pathOf(dir) + ": the log directory failed",
			})
		}
	}
}

// handOver has the line of a copy that is whole written into the checkpoints of its directory: after that
// the directory knows all of the log that the one before knew, and the controller may be told.
func (n *Node) handOver(r *replica.Replica) {
	i := n.dirIndex(r.Moving())
	if n.isOffline(i) {
		r.TargetFailed()
		n.touch(r)
		return
	}
	n.holdLog(i, r)
	c := &n.checkpoints[i]
	c.moves = append(c.moves, r.Log())
	if c.out == 0 {
		n.saveCheckpoints(int(i))
	}
}

// holdLog notes that directory i has the log of a replica.
func (n *Node) holdLog(i int32, r *replica.Replica) {
	d := &n.facts.Dirs[i]
	l := port.LogName{Topic: r.Topic(), Partition: r.Log().Partition, TopicID: r.Log().Topic}
	if !slices.Contains(d.Logs, l) {
		d.Logs = append(d.Logs, l)
	}
}

// movesSaved has the replicas assigned whose copies stand in the checkpoints of directory i by now. It tells
// whether some do not.
func (n *Node) movesSaved(i int) (wanted bool) {
	c := &n.checkpoints[i]
	c.moves = slices.DeleteFunc(c.moves, func(log kafka.TopicPartition) bool {
		r := n.byLog.Get(log)
		if r == nil || r.Moving() != n.facts.Dirs[i].Dir || !r.HandingOver() {
			return true
		}
		line := n.lineOf(i, place{r.Topic(), log.Partition})
		if line == nil || *line != r.FutureLine() {
			wanted = true
			return false
		}
		r.Assigned()
		n.assigning = append(n.assigning, msg.DirAssignment{Log: log, Dir: n.facts.Dirs[i].Dir})
		return true
	})
	return wanted
}

// followNamed follows the directory that the metadata names for a replica whose log is moving.
func (n *Node) followNamed(r *replica.Replica, part *image.Partition) {
	named := part.Dirs[slices.Index(part.Replicas, n.cfg.NodeID)]
	switch {
	case r.Returning() && named == r.Dir():
		r.Returned()
	case r.HandingOver() && named == r.Moving():
		r.Named(!n.isOffline(n.dirIndex(named)))
	}
}

// relocate notes that a log is in another directory than before. That is so when the copy has the log's name, and
// not before: until then the log may have to go on where it was, with the line that it has there.
//
//  1. DeleteRecords is answered, since the line says where the log starts; then the log moves.
//  2. The metadata names the other directory. The line goes, and the renaming of the copy fails.
//  3. The log is given back, and the machine crashes before the line is written anew.
//  4. The log is opened without it, and what was deleted is there again.
func (n *Node) relocate(r *replica.Replica) {
	log, to := r.Log(), n.dirIndex(r.Dir())
	from := n.placed[log]
	if from == to {
		return
	}
	n.placed[log] = to
	d := &n.facts.Dirs[from]
	d.Logs = slices.DeleteFunc(d.Logs, func(l port.LogName) bool { return l.TopicID == log.Topic && l.Partition == log.Partition })
	n.holdLog(to, r)
	c := &n.checkpoints[from]
	c.starts = slices.DeleteFunc(c.starts, func(l kafka.TopicPartition) bool { return l == log })
	if r.WantsStartSaved() {
		n.saveStart(log)
	}
}

// targetsFailed ends the moves to a directory that is offline, also those that have not begun.
func (n *Node) targetsFailed(dir kafka.DirID) {
	for _, log := range n.logs() {
		r := n.byLog.Get(log)
		if r.WantedIn() == dir {
			r.WantedFailed()
			n.touch(r)
		}
		if r.Moving() == dir {
			r.TargetFailed()
			n.touch(r)
		}
	}
}

// tidyFutures deals with the copies that an earlier run left. One whose directory the metadata names is the
// log, and gets its name. The directory of another says that the log was to move there; it is copied anew
// once it is open, unless it is one that is not moved. Where it is not known what the log is, all stays as it is,
// the copy's line too: if the loss of the directory that had the log is accepted for the one with the copy, the line
// says that the copy was whole, and it becomes the log. The rest is in vain.
func (n *Node) tidyFutures() {
	for i := range n.facts.Dirs {
		d := &n.facts.Dirs[i]
		found := d.Futures
		d.Futures = nil
		for j := range found {
			if n.tidyFuture(int32(i), &found[j]) {
				d.Futures = append(d.Futures, found[j])
			}
		}
	}
}

// tidyFuture deals with one. It tells whether that stays as it is.
func (n *Node) tidyFuture(i int32, f *port.FutureLog) (stays bool) {
	d := &n.facts.Dirs[i]
	log := kafka.TopicPartition{Topic: f.TopicID, Partition: f.Partition}
	part := n.image.Partition(log)
	kind := port.DiscardFuture
	if part != nil && slices.Contains(part.Replicas, n.cfg.NodeID) {
		assigned := part.Dirs[slices.Index(part.Replicas, n.cfg.NodeID)]
		switch named := n.dirIndex(assigned); {
		case named == i && !slices.Contains(d.Logs, f.LogName):
			kind = port.PromoteFuture
			d.Logs = append(d.Logs, f.LogName)
			n.bringClean(i, f)
		case named >= 0 && named != i: // also a log that was never flushed, and is made anew (seed 51)
			if n.resuming == nil {
				n.resuming = map[kafka.TopicPartition]kafka.DirID{}
			}
			n.resuming[log] = d.Dir
			return false
		case named < 0 && assigned != image.DirUnassigned && assigned != image.DirMigrating:
			accepted := n.acceptedBy(log, assigned)
			switch {
			case accepted < 0:
				return true
			case accepted == i && n.lineOf(int(i), place{f.Topic, f.Partition}) != nil && !holdsName(d, f.LogName):
				kind = port.PromoteFuture
				d.Logs = append(d.Logs, f.LogName)
			default: // it may be all that is left
				kind = port.MarkStray
				n.ready.Notes = append(n.ready.Notes, Note{Kind: NoteStray, Log: log, Topic: f.Topic})
			}
		}
	}
	n.tidying++
	n.saveSeq++
	n.ready.Saves = append(n.ready.Saves, port.Save{
		Kind: kind, Seq: n.saveSeq, Dir: d.Dir, Future: f.Name,
		Checkpoints: []port.Checkpoint{{Topic: f.Topic, Partition: f.Partition}},
	})
	return false
}

// holdsName tells whether a directory has a log of a name, of whichever topic of that name.
func holdsName(d *port.DirFacts, name port.LogName) bool {
	return slices.ContainsFunc(d.Logs, func(l port.LogName) bool { return l.Topic == name.Topic && l.Partition == name.Partition })
}

// bringClean notes that the copy of a log that a Kafka compacted may lack offsets as the log does. A Kafka that was
// stopped while it gave the copy the log's name had not written that down yet.
func (n *Node) bringClean(i int32, f *port.FutureLog) {
	at := place{f.Topic, f.Partition}
	own := n.lineOf(int(i), at)
	for j := range n.facts.Dirs {
		d := &n.facts.Dirs[j]
		line := n.lineOf(j, at)
		if int32(j) == i || line == nil || line.Clean < 0 || !slices.Contains(d.Logs, f.LogName) {
			continue
		}
		if own == nil {
			to := &n.facts.Dirs[i]
			to.Checkpoints = append(slices.Clone(to.Checkpoints), port.Checkpoint{
				Topic: f.Topic, Partition: f.Partition, RecoveryPoint: kafka.NoOffset, LogStart: kafka.NoOffset, HighWatermark: kafka.NoOffset,
			})
			n.forgetLines(int(i))
			own = n.lineOf(int(i), at)
		}
		own.Clean = max(own.Clean, line.Clean)
	}
}
