package replica

import (
	"math"

	"momus/core/config"
	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
)

//go:generate go run momus/core/internal/gen

// Role is what a replica is at the moment.
type Role uint8

// The roles. The named transitions in open.go are the only writers.
const (
	// RoleNew: not opened yet.
	RoleNew Role = iota
	// RoleOpening: the log is being opened and recovered.
	RoleOpening
	// RoleStandby: the log is open and somebody else leads, or nobody.
	RoleStandby
	// RoleLeader: it takes Produce.
	RoleLeader
	// RoleOffline: an operation on the log failed, or its directory did.
	RoleOffline
	// RoleClosing: appends under way are completed, nothing new is taken.
	RoleClosing
	// RoleClosed: the log is closed; see Clean.
	RoleClosed
	// RoleDeleting: the topic is gone, its log is being removed.
	RoleDeleting
	// RoleDeleted: the log is gone.
	RoleDeleted
)

var roleNames = [...]string{
	"new", "opening", "standby", "leader", "offline", "closing", "closed", "deleting", "deleted",
}

// String names the role.
func (r Role) String() string {
	if int(r) >= len(roleNames) {
		return "unknown"
	}
	return roleNames[r]
}

// Options are what does not change in a replica's life.
type Options struct {
	Self kafka.NodeID
	// AppendQueueBytes bounds what is assigned but not written; see AppendRoom.
	AppendQueueBytes int64
	// ProducerIDExpiration is producer.id.expiration.ms.
	ProducerIDExpiration kafka.Millis
	// Topic is the name, for checkpoints.
	Topic string
	// Entropy is that of the node's start; jitter is drawn from it.
	Entropy [32]byte
}

// Leadership is what the committed image says of a partition that this node leads.
type Leadership struct {
	Epoch kafka.LeaderEpoch
	ISR   []kafka.NodeID
	// Replicas is the number of replicas that the partition has.
	Replicas int32
}

// Replica is one partition replica.
//
//canon:gen
type Replica struct {
	// What a batch needs lies together: with ten thousand partitions each line of memory comes from afar.
	log  kafka.TopicPartition
	role Role
	// leads tells that there is a leadership, held or wanted while the log is opening, which is lead; clean,
	// of a closed log, that it was closed without a failure; gone that the directory is offline, or not here:
	// nothing is asked of it any more.
	leads, clean, gone bool
	// flushLate says that another flush is to follow the one under way.
	flushLate bool
	gen       port.Generation
	lead      Leadership

	start, assigned, written, flushed, high kafka.Offset
	// flushing is the end of the flush under way; flushed if there is none.
	flushing kafka.Offset
	// Bytes appended since the log was opened: all, those written and those below high.
	assignedBytes, writtenBytes, committedBytes int64
	// flushAt is when what is unflushed is flushed by flush.ms, expireAt when producers are
	// looked through; 0 means never.
	flushAt, expireAt kafka.Mono
	// arrived is when the last of arrivals was taken, which tell of when records came, by rising base and time.
	arrived  kafka.Mono
	arrivals []arrival
	// purges are the files that wait for file.delete.delay.ms, by time.
	purges []purge
	// marks are the appends above high but for the last one, which ends at assigned, by rising end.
	marks []mark
	// local wait for the own end (acks=1), all for the high watermark (acks=-1); by rising last.
	local, all []waiter
	fold       fold.State
	active     segment
	// move is the move of the log to another directory, if one is under way.
	move    move
	cfg     config.Topic
	options Options

	// dir is the log directory, zero until the log is opened.
	dir kafka.DirID
	// startOnDisk is the start that the disk is known to have.
	startOnDisk kafka.Offset
	// startSaved is the start that survives whatever happens: that of a checkpoint which was written.
	startSaved kafka.Offset
	// startCheckpointed is the start that the checkpoint named when the log was opened last.
	startCheckpointed kafka.Offset
	// checkpointed is the high watermark that the log begins with when it is open.
	checkpointed kafka.Offset

	// sealed are the segments before the active one, by rising base.
	sealed []extent
	// epochs are the leaderships whose records the log holds or may get, by rising epoch and start.
	epochs []port.EpochStart

	// trims are the DeleteRecords that wait for their start to be saved, in the order of arrival, and
	// so by rising start.
	trims []trim

	// compacted is up to where the log was compacted, kafka.NoOffset if nobody knows of that; sparse says that offsets
	// may be missing nevertheless. uncleanable says that it can't be compacted any more before it is opened anew.
	compacted   kafka.Offset
	sparse      bool
	uncleanable bool
	compaction  compaction

	// Out is drained by the node after every call, and nil between. The node may lend the memory of one
	// before a call, so that not every log keeps its own.
	Out *Out `canon:"-"`
	// Timer is the core's: the place of the replica among those with a deadline, from 1; 0: it has none.
	Timer int `canon:"-"`
}

// mark says how many bytes the log had got when an append ended.
type mark struct {
	end   kafka.Offset
	bytes int64
}

// New makes a replica whose log is not opened yet.
func New(log kafka.TopicPartition, options Options, cfg config.Topic) *Replica {
	return &Replica{log: log, options: options, cfg: cfg, compacted: kafka.NoOffset}
}

// Log names the replica's log.
func (r *Replica) Log() kafka.TopicPartition { return r.log }

// Topic is the topic's name.
func (r *Replica) Topic() string { return r.options.Topic }

// Dir is the log directory that the log is in; zero if it was never opened.
func (r *Replica) Dir() kafka.DirID { return r.dir }

// Role tells the role.
func (r *Replica) Role() Role { return r.role }

// Clean tells whether a closed log was flushed and closed without a failure.
func (r *Replica) Clean() bool { return r.role == RoleClosed && r.clean }

// Epoch is the leader epoch that the replica leads in or last heard of.
func (r *Replica) Epoch() kafka.LeaderEpoch { return r.lead.Epoch }

// HighWatermark is the exclusive end of what is committed.
func (r *Replica) HighWatermark() kafka.Offset { return r.high }

// Start is the log start offset.
func (r *Replica) Start() kafka.Offset { return r.start }

// Segments is how many segments an open log has.
func (r *Replica) Segments() int32 { return int32(len(r.sealed)) + 1 }

// ProducerIDs is how many producer ids have state.
func (r *Replica) ProducerIDs() int32 { return int32(len(r.fold.Producers)) }

// End is the end of what has an offset.
func (r *Replica) End() kafka.Offset { return r.assigned }

// Checkpoint is the replica's line in its directory's offset checkpoints. A log that is not open, and
// was not closed without a failure either, gives ok false: the line that it had stands. What such a
// replica knows may be less than that line says. This happened:
//
//  1. a flushed batch below the recovery point rotted: the log could not be opened, and knew no end;
//  2. a clean stop wrote 0 as its recovery point;
//  3. after a power loss the rot, now above the recovery point, was cut away as a torn tail, and with
//     it what had been acknowledged behind.
func (r *Replica) Checkpoint() (c port.Checkpoint, ok bool) {
	if r.role != RoleStandby && r.role != RoleLeader && !r.Clean() {
		return port.Checkpoint{}, false
	}
	return port.Checkpoint{
		Topic: r.options.Topic, Partition: r.log.Partition,
		RecoveryPoint: r.flushed, LogStart: r.startOnDisk, HighWatermark: r.high, Clean: r.compacted,
	}, true
}

// NextDeadline is when Deadline is due, or 0.
func (r *Replica) NextDeadline() kafka.Mono {
	at := r.flushAt
	if at == 0 || r.expireAt != 0 && r.expireAt < at {
		at = r.expireAt
	}
	if len(r.purges) > 0 && (at == 0 || r.purges[0].at < at) {
		at = r.purges[0].at
	}
	if resume := r.compaction.resumeAt; resume != 0 && (at == 0 || resume < at) {
		at = resume
	}
	return at
}

// Deadline does what is due.
func (r *Replica) Deadline(now kafka.Now) {
	if r.flushAt != 0 && r.flushAt <= now.Mono {
		r.flush()
	}
	if r.expireAt != 0 && r.expireAt <= now.Mono {
		r.expireProducers(now)
	}
	if len(r.purges) > 0 && r.purges[0].at <= now.Mono {
		r.purgeFiles(now)
	}
	if r.compaction.resumeAt != 0 && r.compaction.resumeAt <= now.Mono {
		r.nextPart()
	}
}

// Configure takes a changed topic configuration.
func (r *Replica) Configure(now kafka.Now, cfg config.Topic) {
	r.cfg = cfg
	if !r.isOpen() {
		return
	}
	r.flushAt = 0
	r.flushIfDue(now)
	r.advance(false)
}

// isOpen tells that operations on the log may be asked for.
func (r *Replica) isOpen() bool { return r.role == RoleStandby || r.role == RoleLeader }

// minISR is the smallest ISR with which acks=-1 is taken and the high watermark moves (KIP-966).
func (r *Replica) minISR() int { return int(min(r.cfg.MinInsyncReplicas, r.lead.Replicas)) }

// selfEnd is the end that this replica counts as its own.
func (r *Replica) selfEnd() kafka.Offset {
	if r.cfg.FlushMessages == 1 {
		return r.flushed
	}
	return r.written
}

// lastStable is the exclusive end for read_committed.
func (r *Replica) lastStable() kafka.Offset {
	if first := r.fold.FirstOpen(); first != kafka.NoOffset && first < r.high {
		return first
	}
	return r.high
}

// never is the value of flush.messages and flush.ms that switches them off.
const never = math.MaxInt64
