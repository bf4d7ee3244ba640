package core

import (
	"slices"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/replica"
)

// A log is made only in the directory that the committed metadata names for it (KIP-858). So a log
// that is not where it should be is one that was lost, whatever of this broker's directories are
// there, and not one that is still to be made. This is stricter than Kafka, whose broker makes the log
// and tells the controller later:
//
//  1. with two directories, a partition's replica was put into the second, and written;
//  2. that disk was replaced by an empty one while the broker was down;
//  3. the broker came up with a new, empty directory in its place, made the log again in a directory
//     that was there, assigned the replica to it, and led the partition from offset 0.
//
// With one replica there is nobody else to ask; so it stays offline until the loss is accepted.

// home is where this node's replica of a partition is to be.
type home struct {
	// dir is the index in facts.Dirs. assign says that the controller must be told first, and that the
	// log is opened once the image names the directory.
	dir    int32
	assign bool
	// lost says why there is none.
	lost string
}

// homeOf finds the directory of a replica by what the image says and what is here.
func (n *Node) homeOf(log kafka.TopicPartition, part *image.Partition) home {
	assigned := part.Dirs[slices.Index(part.Replicas, n.cfg.NodeID)]
	at, found := n.placed[log]
	i := n.dirIndex(assigned)
	switch {
	case assigned == image.DirMigrating && !found && len(n.facts.Offline) > 0:
		return home{lost: "it may be in a log directory that is offline"}
	case assigned == image.DirUnassigned, assigned == image.DirMigrating:
		return n.newHome(log)
	case i < 0 && n.acceptedBy(log, assigned) >= 0:
		return home{dir: n.acceptedBy(log, assigned), assign: true}
	case i < 0:
		return home{lost: "its log directory " + assigned.String() + " is not here"}
	case n.isOffline(i):
		return home{lost: "its log directory " + n.facts.Dirs[i].Path + " is offline"}
	case !found || at == i:
		return home{dir: i}
	case n.isOffline(at):
		return home{lost: "its log directory " + n.facts.Dirs[at].Path + " is offline"}
	}
	return home{dir: at, assign: true} // somebody moved it while the broker was stopped
}

// acceptedBy finds the directory in which a partition is to go on although the one that held it is lost,
// since somebody said so (momus partition accept-loss); -1 if nobody did.
func (n *Node) acceptedBy(log kafka.TopicPartition, lost kafka.DirID) int32 {
	a := port.AcceptedLoss{Topic: n.image.Topic(log.Topic).Name, Partition: log.Partition, Lost: lost}
	return int32(slices.IndexFunc(n.facts.Dirs, func(d port.DirFacts) bool {
		return slices.Contains(d.Accepted, a) && !slices.Contains(n.offline, d.Dir)
	}))
}

// newHome is for a replica that no directory is named for: where it was found, where it was meant to be
// already, or the roomiest one.
func (n *Node) newHome(log kafka.TopicPartition) home {
	if at, found := n.placed[log]; found {
		if n.isOffline(at) {
			return home{lost: "its log directory " + n.facts.Dirs[at].Path + " is offline"}
		}
		return home{dir: at, assign: true}
	}
	if at, found := n.wanted[log]; found && !n.isOffline(at) {
		return home{dir: at, assign: true}
	}
	if at := n.preferredHome(log); at >= 0 {
		return home{dir: at, assign: true}
	}
	if best := n.roomiest(); best >= 0 {
		return home{dir: best, assign: true}
	}
	return home{lost: "no log directory is online"}
}

// settleIn opens the log of a new replica, has it assigned to a directory first, or gives it up.
func (n *Node) settleIn(now kafka.Now, log kafka.TopicPartition, topic *image.Topic, r *replica.Replica) {
	h := n.homeOf(log, &topic.Partitions[log.Partition])
	switch {
	case h.lost != "":
		n.unwant(log)
		r.Lose(now, h.lost)
	case h.assign:
		n.want(log, h.dir)
	default:
		n.unwant(log)
		delete(n.preferred, place{topic.Name, log.Partition})
		cfg := n.image.TopicConfig(n.cfg, topic.Name)
		spec, high := n.openSpec(topic.Name, log, h.dir, &cfg)
		r.Open(now, spec, high)
	}
}

// want asks for a replica to be assigned to a directory, once.
func (n *Node) want(log kafka.TopicPartition, dir int32) {
	if at, found := n.wanted[log]; found && at == dir {
		return
	}
	n.unwant(log)
	if n.wanted == nil {
		n.wanted = map[kafka.TopicPartition]int32{}
	}
	n.wanted[log] = dir
	n.wanting[dir]++
	n.assigning = append(n.assigning, msg.DirAssignment{Log: log, Dir: n.facts.Dirs[dir].Dir})
}

// unwant forgets what a replica was to be assigned to.
func (n *Node) unwant(log kafka.TopicPartition) {
	if at, found := n.wanted[log]; found {
		n.wanting[at]--
		delete(n.wanted, log)
	}
}

// carryAssignments gives the lifecycle what was wanted within this Step.
func (n *Node) carryAssignments(now kafka.Now) bool {
	if len(n.assigning) == 0 {
		return false
	}
	list := n.assigning
	n.assigning = nil
	n.lifecycle.Assign(now, list)
	return true
}

// roomiest is the directory for a new log: of those of log.dirs that are online the one with the fewest
// logs, the first of equals; -1 if there is none, while a node that fails waits for its end (seed 283).
func (n *Node) roomiest() int32 {
	best, fewest := int32(-1), 0
	for i := range n.facts.Dirs {
		count := len(n.facts.Dirs[i].Logs) + int(n.wanting[i])
		if !n.isOffline(int32(i)) && n.isLogDir(i) && (best < 0 || count < fewest) {
			best, fewest = int32(i), count
		}
	}
	if best < 0 && n.failing == "" && n.isLogDir(int(n.dirIndex(n.facts.MetadataDir))) {
		panic("BUG: a node without a log directory goes on")
	}
	return best
}

// isLogDir tells whether directory i is one of log.dirs; that of the metadata log need not be.
func (n *Node) isLogDir(i int) bool { return slices.Contains(n.facts.LogDirs, n.facts.Dirs[i].Path) }

// dirIndex finds one of this node's directories; -1 if it is none.
func (n *Node) dirIndex(dir kafka.DirID) int32 {
	return int32(slices.IndexFunc(n.facts.Dirs, func(d port.DirFacts) bool { return d.Dir == dir }))
}

// pathOf is the path of one of this node's directories.
func (n *Node) pathOf(dir kafka.DirID) string { return n.facts.Dirs[n.dirIndex(dir)].Path }

// isOffline tells whether a directory failed in this run.
func (n *Node) isOffline(i int32) bool { return slices.Contains(n.offline, n.facts.Dirs[i].Dir) }

// straysIn tells whether the copy of a log in directory i is not the one in the directory that the image
// names. Unless that is there nobody can tell which copy is the log, and none strays.
func (n *Node) straysIn(i int32, log kafka.TopicPartition, part *image.Partition) bool {
	named := n.dirIndex(part.Dirs[slices.Index(part.Replicas, n.cfg.NodeID)])
	return named >= 0 && named != i && slices.ContainsFunc(n.facts.Dirs[named].Logs, func(l port.LogName) bool {
		return l.TopicID == log.Topic && l.Partition == log.Partition
	})
}

// place notes which directory holds which log; of a log that two hold, the first counts.
func (n *Node) place() {
	n.placed = map[kafka.TopicPartition]int32{}
	for i := range n.facts.Dirs {
		for _, l := range n.facts.Dirs[i].Logs {
			log := kafka.TopicPartition{Topic: l.TopicID, Partition: l.Partition}
			if _, twice := n.placed[log]; !twice {
				n.placed[log] = int32(i)
			}
		}
	}
}

// checkDirs panics unless every log that is open is in the directory that the image names. A node that
// ends does not look after that any more.
func (n *Node) checkDirs() {
	if n.failing != "" {
		return
	}
	for _, log := range n.logs() {
		r := n.byLog.Get(log)
		switch r.Role() {
		case replica.RoleOpening, replica.RoleStandby, replica.RoleLeader:
		default:
			continue
		}
		part := n.image.Partition(log)
		if r.HandingOver() {
			continue // either may be named
		}
		if part == nil || part.Dirs[slices.Index(part.Replicas, n.cfg.NodeID)] != r.Dir() {
			panic("BUG: the log of " + log.String() + " is open in " + r.Dir().String() + ", which the image does not name")
		}
		if i := n.dirIndex(r.Dir()); i < 0 || n.isOffline(i) {
			panic("BUG: the log of " + log.String() + " is open in a directory that is offline")
		}
	}
}
