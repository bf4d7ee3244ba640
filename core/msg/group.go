package msg

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
)

// GroupRequest is what the coordinator of a group can be asked.
//
//canon:union name=GroupRequest
type GroupRequest interface {
	isGroupRequest()
	// GroupID is the group that is asked for; it names the partition of __consumer_offsets.
	GroupID() string
	// Refuse makes the answer that refuses the request.
	Refuse(err kafka.ErrorCode) GroupReply
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
}

// GroupReply is its answer. It is held back until the records that the decision made, and those whose
// effects it saw, are committed.
//
//canon:union name=GroupReply
type GroupReply interface {
	isGroupReply()
	// ReplyOp is the Op of the request that is answered, ReplySlot its Slot.
	ReplyOp() Op
	ReplySlot() int32
	// Fail makes it the answer that refuses the same request.
	Fail(err kafka.ErrorCode)
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
}

// CoordinatorLog is what a coordinator writes its partition by, handed to it for the duration of one call;
// it is never kept.
type CoordinatorLog interface {
	// AppendAs appends a batch to a log that this node leads in that epoch, and gives the offset of its first
	// record. If it can't, the span is released, nothing was written, and the error is the log's own:
	// NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR, MESSAGE_TOO_LARGE and so on.
	AppendAs(now kafka.Now, log kafka.TopicPartition, epoch kafka.LeaderEpoch, head record.Header, span port.Span) (base kafka.Offset, err kafka.ErrorCode)
}

// CoordinatorPartition is how the replica of a coordinator's partition stands.
type CoordinatorPartition struct {
	Log kafka.TopicPartition
	// Leads says that this node leads it, in Epoch.
	Leads bool
	Epoch kafka.LeaderEpoch
	// Start is where the log begins, End where the next record comes, HighWatermark the end of what is committed.
	Start, HighWatermark, End kafka.Offset
	// BatchBytesMax is max.message.bytes.
	BatchBytesMax int32
}
