package coord

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

//go:generate go run momus/core/internal/gen

// Phase is how far a Log is in its leadership.
type Phase uint8

// The phases. The named transitions in this package are the only writers.
const (
	// Idle: this node doesn't lead the partition.
	Idle Phase = iota
	// Loading: the log is being read.
	Loading
	// Active: the state is that of the whole log, and the coordinator serves.
	Active
	// Broken: the log holds what this program can't understand. It stays so until the next epoch.
	Broken
)

var phaseNames = [...]string{"idle", "loading", "active", "broken"}

// String names the phase.
func (p Phase) String() string { return phaseNames[p] }

// Log is one partition as its coordinator sees it.
//
//canon:gen
type Log struct {
	partition kafka.TopicPartition
	phase     Phase
	epoch     kafka.LeaderEpoch
	// high is the end of what is committed, end the end of what is applied, or while loading of what is to be.
	high, end kafka.Offset
	// batchBytesMax is max.message.bytes.
	batchBytesMax int32

	// next is where the load goes on, read the read under way (0: none) and upto its bound; retryAt is when a
	// read that failed is tried again (0: none failed); failures counts those in a row.
	next     kafka.Offset
	read     port.ReadID
	upto     kafka.Offset
	retryAt  kafka.Mono
	failures int32

	// waiting are those to answer once what lies below their end is committed, in order.
	waiting []waiter
}

// waiter is somebody who waits for a commit, until due.
type waiter struct {
	end kafka.Offset
	due kafka.Mono
}

// NewLog makes the Log of a partition that nobody leads yet.
func NewLog(partition kafka.TopicPartition) Log { return Log{partition: partition} }

// Partition names the log.
func (l *Log) Partition() kafka.TopicPartition { return l.partition }

// Phase tells the phase.
func (l *Log) Phase() Phase { return l.phase }

// Epoch is the leader epoch that all of this belongs to.
func (l *Log) Epoch() kafka.LeaderEpoch { return l.epoch }

// End is the end of what is applied.
func (l *Log) End() kafka.Offset { return l.end }

// Committed is the end of what is committed.
func (l *Log) Committed() kafka.Offset { return l.high }

// Follow takes how the replica stands. lost says that the leadership that the state belonged to is over: whoever
// waited is to be told, and the state to be thrown away; began that another one began, which is to be loaded.
func (l *Log) Follow(p *msg.CoordinatorPartition) (lost, began bool) {
	if l.phase != Idle && (!p.Leads || p.Epoch != l.epoch) {
		l.resign()
		lost = true
	}
	if !p.Leads {
		return lost, false
	}
	l.batchBytesMax = p.BatchBytesMax
	if l.phase == Idle {
		l.lead(p)
		return lost, true
	}
	l.high = max(l.high, p.HighWatermark)
	return lost, false
}

// lead begins to load the log, up to the end that it has now.
func (l *Log) lead(p *msg.CoordinatorPartition) {
	l.phase, l.epoch = Loading, p.Epoch
	l.next, l.end, l.high = p.Start, p.End, p.HighWatermark
}

func (l *Log) resign() {
	*l = Log{partition: l.partition}
}

// Await has somebody wait for the commit of all that is applied. Each is released once, in order.
func (l *Log) Await(due kafka.Mono) {
	if l.phase != Active {
		panic("BUG: somebody waits for a coordinator's log that is " + l.phase.String())
	}
	l.waiting = append(l.waiting, waiter{end: l.end, due: due})
}

// Waiting is how many wait.
func (l *Log) Waiting() int { return len(l.waiting) }

// Release takes those away whose commits are done, and tells how many.
func (l *Log) Release() int {
	n := 0
	for n < len(l.waiting) && l.waiting[n].end <= l.high {
		n++
	}
	l.waiting = slices.Delete(l.waiting, 0, n)
	return n
}

// TimedOut takes those away who have waited for too long, and tells how many: the first ones.
func (l *Log) TimedOut(now kafka.Now) int {
	n := 0
	for n < len(l.waiting) && l.waiting[n].due <= now.Mono {
		n++
	}
	l.waiting = slices.Delete(l.waiting, 0, n)
	return n
}

// NextDeadline is when TimedOut has somebody, or a load is to go on; 0 is never.
func (l *Log) NextDeadline() kafka.Mono {
	at := l.retryAt
	if len(l.waiting) > 0 && (at == 0 || l.waiting[0].due < at) {
		at = l.waiting[0].due
	}
	return at
}
