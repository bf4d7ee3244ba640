package msg

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// Op names a request that is under way in core/session.
type Op int64

// Produce asks the leader of Log to append one batch.
//
//canon:gen
type Produce struct {
	Op   Op
	Slot int32
	Log  kafka.TopicPartition
	// Acks is -1 (all), 1 or 0.
	Acks int16
	Head record.Header
	Span port.Span
	// Internal lets the broker itself write (coordinators), past the rules for clients.
	Internal bool
}

// Produced answers a Produce: at once on refusal, else when the batch counts as acknowledged.
// On an error Base is kafka.NoOffset.
//
//canon:gen
type Produced struct {
	Op         Op
	Slot       int32
	Err        kafka.ErrorCode
	ErrText    string
	Base       kafka.Offset
	LogStart   kafka.Offset
	AppendTime kafka.Wall
}

// Advanced says that a replica's readable range or role changed, so that parked fetches look again.
//
//canon:gen
type Advanced struct {
	Log kafka.TopicPartition
	// HighWatermark and LastStable are the exclusive ends that consumers may read to.
	HighWatermark kafka.Offset
	LastStable    kafka.Offset
	LogStart      kafka.Offset
	// CommittedBytes counts the bytes below the high watermark since the log was opened.
	CommittedBytes int64
	// Changed says that role, epoch, start or health changed: waiters must re-check at once.
	Changed bool
}

// HighWatermark stands in DeleteRecords.Offset for the leader's high watermark.
const HighWatermark kafka.Offset = -1

// DeleteRecords asks the leader of Log to move the log start to an offset (KIP-107).
type DeleteRecords struct {
	Op     Op
	Slot   int32
	Log    kafka.TopicPartition
	Offset kafka.Offset
}

// DeletedRecords answers a DeleteRecords: at once on refusal, else when the new log start is durable.
// On an error LowWatermark is kafka.NoOffset.
type DeletedRecords struct {
	Op   Op
	Slot int32
	Err  kafka.ErrorCode
	// LowWatermark is the lowest log start of the replicas.
	LowWatermark kafka.Offset
}

// MoveLog asks for the replica of a partition to be in the log directory Path (KIP-113). The partition is
// named as the client did: it need not be there yet.
type MoveLog struct {
	Op        Op
	Slot      int32
	Topic     string
	Partition kafka.PartitionID
	Path      string
}

// MovedLog answers a MoveLog: at once on refusal, else when the wish is durable.
type MovedLog struct {
	Op   Op
	Slot int32
	Err  kafka.ErrorCode
}

// FetchQuery is the question whether a partition can be read at an offset.
type FetchQuery struct {
	Log    kafka.TopicPartition
	Offset kafka.Offset
	// CurrentEpoch is the leader epoch the client knows, or NoLeaderEpoch (KIP-320).
	CurrentEpoch kafka.LeaderEpoch
	// LastFetchedEpoch is the epoch of the record before Offset, or NoLeaderEpoch.
	LastFetchedEpoch kafka.LeaderEpoch
	Committed        bool
}

// FetchState answers it. If Err is None and Offset < Upto there is something to read.
type FetchState struct {
	Err            kafka.ErrorCode
	HighWatermark  kafka.Offset
	LastStable     kafka.Offset
	LogStart       kafka.Offset
	Upto           kafka.Offset
	CommittedBytes int64
	HasDiverging   bool
	DivergingEpoch kafka.LeaderEpoch
	DivergingEnd   kafka.Offset
}

// OffsetState is what ListOffsets needs of a leader.
type OffsetState struct {
	Err           kafka.ErrorCode
	LogStart      kafka.Offset
	HighWatermark kafka.Offset
	LastStable    kafka.Offset
	Epoch         kafka.LeaderEpoch
	// StartEpoch is the epoch of the record at LogStart.
	StartEpoch kafka.LeaderEpoch
	// Lagging says that the high watermark has not yet reached the start of the leader's epoch, so
	// that the latest offset is not known (KIP-207).
	Lagging bool
}

// ProducerState is what a log remembers of a producer.
type ProducerState struct {
	ID    kafka.ProducerID
	Epoch kafka.ProducerEpoch
	// LastSequence is kafka.NoSequence if no batch of the epoch is remembered.
	LastSequence  kafka.Sequence
	LastTimestamp kafka.Wall
	// TxnFirst is the first offset of the transaction under way, or kafka.NoOffset.
	TxnFirst kafka.Offset
}

// LogDir is one of this node's log.dirs.
//
//canon:gen
type LogDir struct {
	Path string
	// Dir is zero while the directory is offline.
	Dir  kafka.DirID
	Logs []LogSize
}

// LogSize is what a log directory holds of a log that is open.
//
//canon:gen
type LogSize struct {
	Topic     string
	Partition kafka.PartitionID
	// Bytes is the size of the log's segments, as far as they are written.
	Bytes int64
	// Lag is by how many offsets the log is behind: a future one behind the current.
	Lag kafka.Offset
	// Future says that the log is to take the place of the one in another directory, which is Log and ends at
	// End. How far it is knows the disk (port.ReadCopied).
	Future bool
	Log    kafka.TopicPartition
	End    kafka.Offset
}

// Replicas is the read side of the replicas on this node, handed to a session method for the
// duration of one call; it is never kept.
type Replicas interface {
	// FetchState answers NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH,
	// OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR or UNKNOWN_TOPIC_OR_PARTITION in Err.
	FetchState(FetchQuery) FetchState
	// OffsetState checks leadership and CurrentEpoch likewise.
	OffsetState(log kafka.TopicPartition, current kafka.LeaderEpoch) OffsetState
	// EpochEnd finds the end offset of the largest epoch not above asked (OffsetForLeaderEpoch), as far
	// as the leader counts it as its own.
	EpochEnd(log kafka.TopicPartition, asked kafka.LeaderEpoch) (kafka.LeaderEpoch, kafka.Offset)
	// Producers lists the producers that a log remembers, by rising id. Any replica does, not the leader
	// alone: NOT_LEADER_OR_FOLLOWER means that the log is not here, or not open.
	Producers(log kafka.TopicPartition) ([]ProducerState, kafka.ErrorCode)
	// LogDirs lists log.dirs in the order of configuration, and the logs in each by topic and partition;
	// wanted tells of which.
	LogDirs(wanted func(topic string, partition kafka.PartitionID) bool) []LogDir
	// AppendRoom tells whether a batch may be sent to the leader now (Limits.AppendQueueBytes). If
	// not, an Advanced of the log follows once it may.
	AppendRoom(log kafka.TopicPartition) bool
	// EpochAt is the leader epoch of the record at an offset, or NoLeaderEpoch.
	EpochAt(log kafka.TopicPartition, at kafka.Offset) kafka.LeaderEpoch
}
