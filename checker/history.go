package checker

import "momus/core/kafka"

// Value names one record: no two records of a history are sent with the same.
type Value uint64

// Event is a point in the order of everything that happened in the world. Two things at one
// virtual time have two events.
type Event int64

// History is what was observed in one run. Slices are in the order of recording.
type History struct {
	Topics   []Topic
	Produces []ProduceOp
	Polls    []Poll
	Lookups  []Lookup
	// EpochEnds are the answers to OffsetForLeaderEpoch.
	EpochEnds []EpochEndOp
	// SessionsRefused counts fetches that were refused for their session, rightly.
	SessionsRefused int
	// Described are the answers to DescribeProducers.
	Described []DescribeOp
	Admin     []AdminOp
	// Counted are what Metadata told of how many partitions topics have.
	Counted []CountSeen
	// Quorums are the answers to DescribeQuorum.
	Quorums []QuorumTold
	Trims   []TrimOp
	// Configs are the changes of configuration, ConfigsSeen what clients were told of it.
	Configs     []ConfigOp
	ConfigsSeen []ConfigSeen
	Throttling
	// DefaultRetention is the nodes' log.retention.ms, or 0 if that is not set.
	DefaultRetention kafka.Millis
	// Listed tells that Final is the list of all topics, made after the world had come to rest.
	Listed bool
	Final  []FinalTopic
	// Reads are the final reads, of each partition in Final.
	Reads    []Read
	Crashes  []Crash
	Oddities []Oddity
	// StartMoves are the moves of log starts, Cleanings the compactions of logs.
	StartMoves []StartMove
	Cleanings  []Cleaning
	// Inits are the producer ids that clients were given.
	Inits []Init
	// Expiries are the producers that logs forgot, and Expiration is producer.id.expiration.ms.
	Expiries   []Expiry
	Expiration kafka.Millis
	// Refills says that at a start so much of each log is read back that the last five batches of every
	// producer are known again, unless they went with the log's start.
	Refills bool
	// Damages are what the world did to bytes at rest, Damaged what clients met that only that explains.
	Damages []Damage
	Damaged []Damaged
	// DirsTold are the last answers to DescribeLogDirs, LogsFound what lay in the directories then.
	DirsTold  []DirsTold
	LogsFound []LogFound
	// Moves are what was asked for by AlterReplicaLogDirs, MoveFailures what came to nothing and MovesGivenUp
	// what gave way to another, as nodes told.
	Moves        []MoveOp
	MoveFailures []MoveFailure
	MovesGivenUp []MoveGivenUp
	Leaderships
	GroupHistory
	// DirFailures are the log directories that a process went on, or began, without.
	DirFailures []DirFailure
	// DirLosses are the log directories that the world took away for good.
	DirLosses []DirLoss
	// DirReturns are those that were away for a life of their node, and are back.
	DirReturns []DirReturn
	// Forgets are the logs whose producers, or leader epochs, the disk forgot.
	Forgets []Forget
	// Misreads are what the disk gave somebody wrongly, once.
	Misreads []Misread
}

// Topic is what was asked for under a name; each incarnation of the name is made with it.
type Topic struct {
	Name string
	// FlushMessages is flush.messages, or 0 if it was not set.
	FlushMessages int64
	// RetentionBytes is retention.bytes and Retention retention.ms as the topic is created, or 0 if they
	// are not set.
	RetentionBytes int64
	Retention      kafka.Millis
	// Policy is cleanup.policy as it is created, or 0 if that is not set. While it is PolicyCompact nothing
	// is deleted from the topic, and while it is not PolicyDelete, records need a key.
	Policy int64
	// Keys is how many keys its records have, if it is set to be compacted; with Tombstones some of them have no
	// value. DeleteRetention is delete.retention.ms.
	Keys            int64
	Tombstones      bool
	DeleteRetention kafka.Millis
}

// StartCause is which limit a log start moved by.
type StartCause uint8

// The causes: retention.bytes, retention.ms, and DeleteRecords.
const (
	BySize StartCause = iota + 1
	ByTime
	ByRequest
)

// StartMove is a move of a log start: the records from From to To are gone. From and To and the
// cause are what the node said; the rest is what the world knows.
type StartMove struct {
	Event    Event
	Log      kafka.TopicPartition
	From, To kafka.Offset
	Cause    StartCause
	// Wall is what the node's clock showed.
	Wall kafka.Wall
	// Kept is the size of the log's segments from To on, by their files.
	Kept int64
	// Flushed is the end of what the last good flush of the log covers.
	Flushed kafka.Offset
}

// Init is one answer to InitProducerId.
type Init struct {
	Client     int32
	Start, End Event
	Err        kafka.ErrorCode
	Producer   kafka.ProducerID
	Epoch      kafka.ProducerEpoch
}

// Expiry is what a node said when one of its logs forgot an idle producer. Wall is what its clock
// showed, by the world.
type Expiry struct {
	Event    Event
	Log      kafka.TopicPartition
	Producer kafka.ProducerID
	Wall     kafka.Wall
}

// ProduceOp is one batch for one partition. Its values are First, First+1 and so on.
type ProduceOp struct {
	Client int32
	Topic  string
	// ID is the incarnation that was written to; zero if the request named the topic only.
	ID        kafka.TopicID
	Partition kafka.PartitionID
	Acks      int16
	// Producer is kafka.NoProducerID if the producer is not idempotent.
	Producer kafka.ProducerID
	Epoch    kafka.ProducerEpoch
	Sequence kafka.Sequence
	First    Value
	Count    int32
	// Spoiled batches claim more records than they hold: no broker may take one.
	Spoiled bool
	// Keyless batches have records without a key, for a topic that may be compacted: while it is, no broker
	// may take one.
	Keyless bool
	// Latest is the greatest timestamp of its records, unless the broker writes its own (0).
	Latest   kafka.Wall
	Attempts []Attempt
}

// Attempt is one request that carried a batch.
type Attempt struct {
	Conn  int64
	Start Event
	// End is when the answer came or was given up, 0 while neither has happened.
	End Event
	// Answered tells that Err and Base are the broker's. With acks=0 it stays false.
	Answered bool
	Err      kafka.ErrorCode
	Base     kafka.Offset
}

// Record is one record as it was read.
type Record struct {
	Offset    kafka.Offset
	Timestamp kafka.Wall
	Value     Value
	// Epoch is that of the leader that took it.
	Epoch kafka.LeaderEpoch
}

// Range is a range of offsets; End is exclusive.
type Range struct{ Start, End kafka.Offset }

// Poll is the answer to a Fetch for one partition.
type Poll struct {
	Client    int32
	Node      int32
	Topic     string
	ID        kafka.TopicID // zero if the request named the topic only
	Partition kafka.PartitionID
	Start     Event
	End       Event
	Err       kafka.ErrorCode
	// From is the offset that was asked for.
	From          kafka.Offset
	HighWatermark kafka.Offset
	LogStart      kafka.Offset
	// Unsaid tells that the answer left the partition out, as one that is part of a fetch session does
	// when nothing has changed: the high watermark and the log start are what was told before.
	Unsaid bool
	// Records are those at or above From.
	Records []Record
	// Control are the ranges of control batches, which consumers skip.
	Control []Range
}

// Lookup is the answer to ListOffsets for one partition.
type Lookup struct {
	Client    int32
	Node      int32
	Topic     string
	Partition kafka.PartitionID
	Start     Event
	End       Event
	// Asked is a timestamp, or LatestOffset, EarliestOffset or GreatestTime.
	Asked kafka.Wall
	Err   kafka.ErrorCode
	// Offset is kafka.NoOffset, and Timestamp -1, if no record is as late as asked.
	Offset    kafka.Offset
	Timestamp kafka.Wall
}

// DescribeOp is the answer to DescribeProducers for one partition.
type DescribeOp struct {
	Client    int32
	Topic     string
	Partition kafka.PartitionID
	Start     Event
	Answer    Event
	Err       kafka.ErrorCode
	Producers []ProducerSeen
}

// EpochEndOp is the answer to OffsetForLeaderEpoch for one partition.
type EpochEndOp struct {
	Client    int32
	Topic     string
	Partition kafka.PartitionID
	Start     Event
	Answer    Event
	// Asked is the epoch whose end was asked for.
	Asked kafka.LeaderEpoch
	Err   kafka.ErrorCode
	// Epoch and End are what was told.
	Epoch kafka.LeaderEpoch
	End   kafka.Offset
}

// AdminKind says what an AdminOp asks for.
type AdminKind uint8

// The kinds.
const (
	CreateTopic AdminKind = iota + 1
	DeleteTopic
	// GrowTopic asks for Partitions in all.
	GrowTopic
)

// CountSeen is how many partitions a topic has by an answer to Metadata.
type CountSeen struct {
	Client     int32
	Topic      string
	ID         kafka.TopicID // zero if the version has no ids
	Partitions int32
	Start      Event
	End        Event
}

// AdminOp is one request to create, delete or grow one topic.
type AdminOp struct {
	Client int32
	Kind   AdminKind
	Topic  string
	// ID is the incarnation that was asked to be deleted, or that the answer names; else zero.
	ID         kafka.TopicID
	Partitions int32
	Start      Event
	// End is 0 while there is neither an answer nor a reason to stop waiting.
	End      Event
	Answered bool
	Err      kafka.ErrorCode
}

// TrimOp is what one DeleteRecords asked of one partition.
type TrimOp struct {
	Client    int32
	Node      int32
	Topic     string
	Partition kafka.PartitionID
	// Offset is what the log was to begin with, or AtHighWatermark.
	Offset kafka.Offset
	Start  Event
	// End is 0 while there is neither an answer nor a reason to stop waiting.
	End      Event
	Answered bool
	Err      kafka.ErrorCode
	// LowWatermark is what was answered.
	LowWatermark kafka.Offset
}

// AtHighWatermark stands in a TrimOp for the high watermark.
const AtHighWatermark kafka.Offset = -1

// FinalTopic is a topic that exists at the end.
type FinalTopic struct {
	Name       string
	ID         kafka.TopicID
	Partitions int32
}

// Read is one partition, read from its start to its end after the world had come to rest.
type Read struct {
	Topic     string
	ID        kafka.TopicID
	Partition kafka.PartitionID
	Start     Event
	Finish    Event
	// LogStart and End are the range that there was to read.
	LogStart kafka.Offset
	End      kafka.Offset
	Records  []Record
	Control  []Range
}

// Oddity is something that a client was sent and that no broker may send: a frame that cannot be
// read, an answer to no request, a damaged record.
type Oddity struct {
	Event  Event
	Client int32
	Text   string
}
