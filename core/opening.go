package core

import (
	"slices"
	"strconv"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/replica"
)

// At a start the logs that the image names are opened a few at a time: of each directory as many as
// num.recovery.threads.per.data.dir says, and the next one when one of them is open. So no Step opens
// more than there are completions in it, and a disk is not asked to recover ten thousand logs at once.

// opening is how far the opening of one directory's logs has come.
type opening struct {
	// queue are the logs to be asked for, in the order of the image.
	queue []kafka.TopicPartition
	// out counts those that were asked for and are not open yet.
	out int32
	// all, done and bytes are told: the logs there are, those open or known to be lost, and what that
	// read and wrote.
	all, done int32
	bytes     int64
}

// progressInterval is how often it is told how far the openings are.
const progressInterval = 2 * kafka.Second

// beginOpening queues the logs that the image names. One that no directory holds stands in the queue
// of the one where it would go, one that is lost in that of the first. Those that are to be assigned
// first are asked for at once, so that they are by their turn.
func (n *Node) beginOpening(now kafka.Now) {
	n.opening = map[kafka.TopicPartition]int32{}
	n.queues = make([]opening, len(n.facts.Dirs))
	n.nextProgress = now.Mono.Add(progressInterval)
	for _, name := range n.image.Names {
		topic := n.image.TopicNamed(name)
		for i := range topic.Partitions {
			if !slices.Contains(topic.Partitions[i].Replicas, n.cfg.NodeID) {
				continue
			}
			log := kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(i)}
			h := n.homeOf(log, &topic.Partitions[i])
			if h.assign {
				n.want(log, h.dir)
			}
			at := max(h.dir, 0)
			n.opening[log] = at
			n.queues[at].queue = append(n.queues[at].queue, log)
			n.queues[at].all++
		}
	}
	for i := range n.queues {
		n.openNext(now, int32(i))
	}
	n.allOpened(now)
}

// openNext opens logs of directory i as long as there is room.
func (n *Node) openNext(now kafka.Now, i int32) {
	q := &n.queues[i]
	for len(q.queue) > 0 && q.out < n.cfg.RecoveryThreads {
		log := q.queue[0]
		q.queue = q.queue[1:]
		if !n.isQueued(log) {
			continue // its topic was deleted
		}
		topic, part := n.image.Topic(log.Topic), n.image.Partition(log)
		if part == nil {
			panic("BUG: a log waits to be opened whose topic is gone")
		}
		n.lead(now, n.openQueued(now, log, topic), part)
	}
}

// openQueued opens a log that was queued, in its turn or not.
func (n *Node) openQueued(now kafka.Now, log kafka.TopicPartition, topic *image.Topic) *replica.Replica {
	n.queues[n.opening[log]].out++
	return n.openLog(now, log, topic)
}

// isQueued tells that a log still waits for its turn to be opened.
func (n *Node) isQueued(log kafka.TopicPartition) bool {
	_, waits := n.opening[log]
	return waits && n.byLog.Get(log) == nil
}

// anyQueued tells that some log of directory i does.
func (n *Node) anyQueued(i int) bool {
	return i < len(n.queues) && slices.ContainsFunc(n.queues[i].queue, n.isQueued)
}

// countOpened adds up what the openings took.
func (n *Node) countOpened(log kafka.TopicPartition, bytes int64) {
	if i, found := n.opening[log]; found {
		n.queues[i].bytes += bytes
	}
}

// logOpened follows a log that is open, or known to be lost: the next one takes its place.
func (n *Node) logOpened(now kafka.Now, log kafka.TopicPartition) {
	i, found := n.opening[log]
	if !found {
		return
	}
	delete(n.opening, log)
	q := &n.queues[i]
	q.out--
	q.done++
	if q.done == q.all {
		n.tellOpened(NoteAllOpened, i)
	}
	n.openNext(now, i)
	n.allOpened(now)
}

// allOpened tells the lifecycle once every log that the image named is open, or known to be lost.
func (n *Node) allOpened(now kafka.Now) {
	if n.queues != nil && len(n.opening) == 0 {
		n.opening, n.queues, n.nextProgress = nil, nil, 0
		n.lifecycle.LogsOpened(now)
	}
}

// checkOpening panics unless the queues and what is under way fit together.
func (n *Node) checkOpening() {
	out, queued := 0, 0
	for i := range n.queues {
		q := &n.queues[i]
		for _, log := range q.queue {
			if n.isQueued(log) {
				queued++
			}
		}
		if q.out < 0 || q.done > q.all || n.anyQueued(i) && q.out < n.cfg.RecoveryThreads {
			panic("BUG: logs wait to be opened for which there is room")
		}
		out += int(q.out)
	}
	if out+queued != len(n.opening) {
		panic("BUG: logs wait to be opened that no queue holds")
	}
}

// tellProgress tells of every directory that is not done how far it is.
func (n *Node) tellProgress(now kafka.Now) {
	n.nextProgress = now.Mono.Add(progressInterval)
	for i := range n.queues {
		if n.queues[i].done < n.queues[i].all {
			n.tellOpened(NoteOpening, int32(i))
		}
	}
}

func (n *Node) tellOpened(kind NoteKind, i int32) {
	q := &n.queues[i]
	n.ready.Notes = append(n.ready.Notes, Note{Kind: kind, Text: strconv.Itoa(int(q.done)) + " of " +
		strconv.Itoa(int(q.all)) + " in " + n.facts.Dirs[i].Path + ", " +
		strconv.FormatInt(q.bytes>>20, 10) + " MiB"})
}
