package checker

import "momus/core/kafka"

// GroupHistory is what clients did with consumer groups, and were told.
type GroupHistory struct {
	Joins         []JoinOp
	Syncs         []SyncOp
	Beats         []BeatOp
	Commits       []CommitOp
	OffsetFetches []OffsetFetchOp
	OffsetRemoval []OffsetRemovalOp
	// OffsetExpiries are the committed offsets that coordinators let go, and OffsetsRetention is
	// offsets.retention.minutes in milliseconds.
	OffsetExpiries   []OffsetExpiry
	OffsetsRetention kafka.Millis
	GroupLimits      GroupLimits
	// Unserved are groups that had no coordinator for so long after the healing that a client gave up.
	Unserved []GroupUnserved
	// OffsetsTopic is __consumer_offsets as it is at the end; its id is zero if there is none.
	OffsetsTopic FinalTopic
	// OffsetsFlush is flush.messages that __consumer_offsets has from its first record on.
	OffsetsFlush int64
	// Skews tell how far the nodes' wall clock is from virtual time, from an event on, in milliseconds.
	Skews []Skew
	// WallEpoch is civil time at virtual time 0.
	WallEpoch kafka.Wall
	// SettledGroups counts those that were seen stable after the healing: all partitions given to one member each.
	SettledGroups int
}

// GroupPartition is a partition as a group's protocol names it: by name, and where the protocol does, by id.
type GroupPartition struct {
	Topic     string
	ID        kafka.TopicID
	Partition kafka.PartitionID
}

// JoinOp is one JoinGroup of the classic protocol.
type JoinOp struct {
	Client          int32
	Group           string
	Member          string // as it was asked with
	Instance        string
	Start, End      Event
	Answered        bool
	Err             kafka.ErrorCode
	Generation      int32
	Given           string // the member id that was answered
	Leader          string
	Protocol        string
	Members         []string // of the generation, if the member leads it
	SkipsAssignment bool
}

// GivenTo is what a leader gives to one member.
type GivenTo struct {
	Member     string
	Partitions []GroupPartition
}

// SyncOp is one SyncGroup of the classic protocol.
type SyncOp struct {
	Client     int32
	Group      string
	Member     string
	Instance   string
	Generation int32
	Start, End Event
	// Assigns is what the leader of the generation gives to all; nil if it is not the leader.
	Assigns  []GivenTo
	Answered bool
	Err      kafka.ErrorCode
	Got      []GroupPartition
	// Subscribed are the topics that it said it reads.
	Subscribed []string
}

// BeatKind says what a BeatOp is.
type BeatKind uint8

// The kinds: Heartbeat and LeaveGroup of the classic protocol, ConsumerGroupHeartbeat of KIP-848, which
// also leaves (by epoch -1 or -2).
const (
	ClassicBeat BeatKind = iota + 1
	ClassicLeave
	ConsumerBeat
)

// BeatOp is one request by which a member stays in its group, or leaves it.
type BeatOp struct {
	Client     int32
	Kind       BeatKind
	Group      string
	Member     string
	Instance   string
	Epoch      int32 // or generation
	Start, End Event
	// Tells says that Owned are the partitions that the member says it owns.
	Tells bool
	Owned []GroupPartition

	Answered bool
	Err      kafka.ErrorCode
	Given    string // the member id that was answered
	// Told is the member epoch that was answered; Assigns says that Got is its assignment from then on.
	Told    int32
	Assigns bool
	Got     []GroupPartition
}

// OffsetMetadataMax is offset.metadata.max.bytes of every node.
const OffsetMetadataMax = 4096

// CommitOp is one partition of an OffsetCommit. Its Metadata is unique, so that whoever reads it knows by whom
// it was committed.
type CommitOp struct {
	Client   int32
	Group    string
	Member   string // empty if it is nobody of the group
	Instance string
	// Epoch is the generation or the member epoch, -1 without a member.
	Epoch int32
	// Consumer says that the member is one of KIP-848. Forged says that nobody was ever told Epoch.
	Consumer bool
	Forged   bool
	Topic    string
	// ID is zero if the request named the topic only.
	ID          kafka.TopicID
	Partition   kafka.PartitionID
	Offset      kafka.Offset
	LeaderEpoch kafka.LeaderEpoch
	Metadata    string
	Start, End  Event
	// StartAt and EndAt are virtual times, in nanoseconds.
	StartAt, EndAt int64
	Answered       bool
	Err            kafka.ErrorCode
}

func (op *CommitOp) acked() bool { return op.Answered && op.Err == kafka.None }

// OffsetFetchOp is the answer to OffsetFetch for one partition: Offset is -1 if none is committed.
type OffsetFetchOp struct {
	Client      int32
	Group       string
	Topic       string
	ID          kafka.TopicID
	Partition   kafka.PartitionID
	Start, End  Event
	Err         kafka.ErrorCode
	Offset      kafka.Offset
	LeaderEpoch kafka.LeaderEpoch
	Metadata    string
	// Last says that it was asked when the world had come to rest.
	Last bool
}

// OffsetRemovalOp is one OffsetDelete for one partition, or one DeleteGroups if Topic is empty.
type OffsetRemovalOp struct {
	Client     int32
	Group      string
	Topic      string
	Partition  kafka.PartitionID
	Start, End Event
	Answered   bool
	Err        kafka.ErrorCode
}

// mayHaveRemoved tells whether offsets may be gone for it.
func (op *OffsetRemovalOp) mayHaveRemoved() bool {
	if !op.Answered {
		return true
	}
	switch op.Err {
	case kafka.ErrGroupIDNotFound, kafka.ErrNonEmptyGroup, kafka.ErrGroupSubscribedToTopic, kafka.ErrInvalidGroupID,
		kafka.ErrUnknownTopicOrPartition, kafka.ErrCoordinatorLoadInProgress:
		return false
	}
	return true
}

// OffsetExpiry is what a node said when a coordinator let a committed offset go, or if no topic is named, the group
// itself, in which there was nothing any more. Wall is what its clock showed, by the world.
type OffsetExpiry struct {
	Event     Event
	Group     string
	Topic     string
	Partition kafka.PartitionID
	Wall      kafka.Wall
}

// GroupUnserved is a group whose coordinator answered nothing but Err at the end.
type GroupUnserved struct {
	Event  Event
	Client int32
	Group  string
	Err    kafka.ErrorCode
}

// Skew is how far a node's wall clock is from virtual time.
type Skew struct {
	Event  Event
	Millis int64
}
