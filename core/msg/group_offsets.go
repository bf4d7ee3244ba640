package msg

import "momus/core/kafka"

// CommitPartition is one offset to commit.
//
//canon:gen
type CommitPartition struct {
	Partition   kafka.PartitionID
	Offset      kafka.Offset
	LeaderEpoch kafka.LeaderEpoch
	Metadata    string
}

// CommitTopic are those of one topic, which exists.
//
//canon:gen
type CommitTopic struct {
	Name       string
	ID         kafka.TopicID
	Partitions []CommitPartition
}

// OffsetCommit commits offsets of a group.
//
//canon:gen GroupRequest=1
type OffsetCommit struct {
	Op     Op
	Slot   int32
	Group  string
	Member string
	// Instance is the group.instance.id of a static member (KIP-345).
	Instance *string
	// Generation is the generation of a classic group, or the epoch of a member (KIP-848); negative without.
	Generation int32
	// Retention is for how long the client wants the offsets kept, or -1.
	Retention kafka.Millis
	// KnowsGroupNotFound: the client understands GROUP_ID_NOT_FOUND, KnowsStaleEpoch: STALE_MEMBER_EPOCH.
	KnowsGroupNotFound bool
	KnowsStaleEpoch    bool
	Topics             []CommitTopic
}

// OffsetCommitted answers it: with Err for all partitions, or one error for each in the order asked.
//
//canon:gen GroupReply=1
type OffsetCommitted struct {
	Op   Op
	Slot int32
	Err  kafka.ErrorCode
	Errs []kafka.ErrorCode
}

// FetchTopic are partitions whose offsets are asked for. ID is zero where the client named none.
//
//canon:gen
type FetchTopic struct {
	Name       string
	ID         kafka.TopicID
	Partitions []kafka.PartitionID
}

// OffsetFetch asks for the offsets that a group committed.
//
//canon:gen GroupRequest=2
type OffsetFetch struct {
	Op    Op
	Slot  int32
	Group string
	// Member and MemberEpoch are those of a member of the consumer protocol; "" and -1 without.
	Member      string
	MemberEpoch int32
	// All asks for every offset there is, RequireStable refuses those with a transaction's commit pending.
	All           bool
	RequireStable bool
	Topics        []FetchTopic
}

// FetchedOffset is one of them: -1 if there is none, or an error.
//
//canon:gen
type FetchedOffset struct {
	Partition   kafka.PartitionID
	Err         kafka.ErrorCode
	Offset      kafka.Offset
	LeaderEpoch kafka.LeaderEpoch
	Metadata    string
}

// FetchedTopic are those of one topic.
//
//canon:gen
type FetchedTopic struct {
	Name       string
	ID         kafka.TopicID
	Partitions []FetchedOffset
}

// OffsetFetched answers OffsetFetch, in the order asked; of all, by topic and partition.
//
//canon:gen GroupReply=2
type OffsetFetched struct {
	Op     Op
	Slot   int32
	Err    kafka.ErrorCode
	Topics []FetchedTopic
}

// OffsetDelete deletes offsets of a group (KIP-496).
//
//canon:gen GroupRequest=3
type OffsetDelete struct {
	Op     Op
	Slot   int32
	Group  string
	Topics []TopicPartitions
}

// OffsetDeleted answers it: with Err for all, or one error for each partition in the order asked.
//
//canon:gen GroupReply=3
type OffsetDeleted struct {
	Op   Op
	Slot int32
	Err  kafka.ErrorCode
	Errs []kafka.ErrorCode
}

// GroupID implements GroupRequest.
func (r *OffsetCommit) GroupID() string { return r.Group }

// GroupID implements GroupRequest.
func (r *OffsetFetch) GroupID() string { return r.Group }

// GroupID implements GroupRequest.
func (r *OffsetDelete) GroupID() string { return r.Group }

// Refuse implements GroupRequest.
func (r *OffsetCommit) Refuse(err kafka.ErrorCode) GroupReply {
	return &OffsetCommitted{Op: r.Op, Slot: r.Slot, Err: err}
}

// Refuse implements GroupRequest.
func (r *OffsetFetch) Refuse(err kafka.ErrorCode) GroupReply {
	reply := &OffsetFetched{Op: r.Op, Slot: r.Slot}
	reply.Fail(err)
	return reply
}

// Refuse implements GroupRequest.
func (r *OffsetDelete) Refuse(err kafka.ErrorCode) GroupReply {
	return &OffsetDeleted{Op: r.Op, Slot: r.Slot, Err: err}
}

// ReplyOp implements GroupReply.
func (r *OffsetCommitted) ReplyOp() Op { return r.Op }

// ReplyOp implements GroupReply.
func (r *OffsetFetched) ReplyOp() Op { return r.Op }

// ReplyOp implements GroupReply.
func (r *OffsetDeleted) ReplyOp() Op { return r.Op }

// ReplySlot implements GroupReply.
func (r *OffsetCommitted) ReplySlot() int32 { return r.Slot }

// ReplySlot implements GroupReply.
func (r *OffsetFetched) ReplySlot() int32 { return r.Slot }

// ReplySlot implements GroupReply.
func (r *OffsetDeleted) ReplySlot() int32 { return r.Slot }

// Fail implements GroupReply.
func (r *OffsetCommitted) Fail(err kafka.ErrorCode) { r.Err, r.Errs = err, nil }

// Fail implements GroupReply. Old consumers know no COORDINATOR_NOT_AVAILABLE here, and look for the
// coordinator again at NOT_COORDINATOR, so that Kafka says that.
func (r *OffsetFetched) Fail(err kafka.ErrorCode) {
	if err == kafka.ErrCoordinatorNotAvailable {
		err = kafka.ErrNotCoordinator
	}
	r.Err, r.Topics = err, nil
}

// Fail implements GroupReply.
func (r *OffsetDeleted) Fail(err kafka.ErrorCode) { r.Err, r.Errs = err, nil }
