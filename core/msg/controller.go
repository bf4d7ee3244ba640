package msg

//go:generate go run momus/core/internal/gen

import (
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/record"
)

// ControllerRequest is what the active controller can be asked. Each carries the Op that its
// answer names; requests of this broker's own lifecycle use OpLifecycle.
//
//canon:union name=ControllerRequest
type ControllerRequest interface {
	isControllerRequest()
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
}

// ControllerReply is its answer. It is held back until the records that the decision made, and
// those it read, are committed.
//
//canon:union name=ControllerReply
type ControllerReply interface {
	isControllerReply()
	// ReplyOp is the Op of the request that is answered.
	ReplyOp() Op
	AppendCanon(b []byte) []byte
	AppendText(b []byte) []byte
}

// OpLifecycle is the Op of requests that the broker's own lifecycle makes.
const OpLifecycle Op = -1

// ConfigEntry is one key of a resource's configuration; Null asks for removal.
//
//canon:gen
type ConfigEntry struct {
	Name  string
	Value string
	Null  bool
}

// NewTopic is one topic to create. Partitions or Factor -1 ask for the broker's default;
// Assignments, if any, names the replicas of each partition instead.
//
//canon:gen
type NewTopic struct {
	Name        string
	Partitions  int32
	Factor      int16
	Assignments []Assignment
	Configs     []ConfigEntry
}

// Assignment is the replica list of one partition.
//
//canon:gen
type Assignment struct {
	Partition kafka.PartitionID
	Replicas  []kafka.NodeID
}

// CreateTopics creates topics (KIP-4); names given twice are refused by session.
//
//canon:gen ControllerRequest=1
type CreateTopics struct {
	Op           Op
	Topics       []NewTopic
	ValidateOnly bool
	// Auto marks an automatic creation by Metadata.
	Auto bool
	// WantConfigs asks for the configuration of each topic as it holds (KIP-525).
	WantConfigs bool
	Quota       MutationQuota
}

// MutationQuota says whose quota of controller mutations a request is under (KIP-599). Strictly, what is
// above it is refused; else the client is throttled afterwards.
//
//canon:gen
type MutationQuota struct {
	User   string
	Client string
	Strict bool
}

// CreatedTopic is one topic's result. On success, also of a validation, it carries what was made.
//
//canon:gen
type CreatedTopic struct {
	Name       string
	Err        kafka.ErrorCode
	ErrText    string
	ID         kafka.TopicID
	Partitions int32
	Factor     int16
	// Configs is the topic's configuration as it holds, if it was asked for.
	Configs []config.Effective
}

// CreatedTopics answers CreateTopics, in the order asked.
//
//canon:gen ControllerReply=1
type CreatedTopics struct {
	Op     Op
	Topics []CreatedTopic
	// ThrottledUntil is until when the client has changed enough; 0 if it may go on.
	ThrottledUntil kafka.Mono
}

// TopicRef names a topic to delete by id, or by name when the id is zero.
//
//canon:gen
type TopicRef struct {
	Name string
	ID   kafka.TopicID
}

// DeleteTopics deletes topics.
//
//canon:gen ControllerRequest=2
type DeleteTopics struct {
	Op     Op
	Topics []TopicRef
	Quota  MutationQuota
}

// DeletedTopic is one topic's result.
//
//canon:gen
type DeletedTopic struct {
	Name    string
	ID      kafka.TopicID
	Err     kafka.ErrorCode
	ErrText string
}

// DeletedTopics answers DeleteTopics, in the order asked.
//
//canon:gen ControllerReply=2
type DeletedTopics struct {
	Op     Op
	Topics []DeletedTopic
	// ThrottledUntil is until when the client has changed enough; 0 if it may go on.
	ThrottledUntil kafka.Mono
}

// AllocateProducerIDs asks for a block of producer ids (KIP-730); blocks are 1000 long.
//
//canon:gen ControllerRequest=3
type AllocateProducerIDs struct {
	Op          Op
	Broker      kafka.NodeID
	BrokerEpoch kafka.BrokerEpoch
}

// AllocatedProducerIDs answers it with [First, First+Count).
//
//canon:gen ControllerReply=3
type AllocatedProducerIDs struct {
	Op    Op
	Err   kafka.ErrorCode
	First kafka.ProducerID
	Count int32
}

// RegisterBroker registers one incarnation of a broker (KIP-631).
//
//canon:gen ControllerRequest=4
type RegisterBroker struct {
	Op          Op
	Broker      kafka.NodeID
	ClusterID   string
	Incarnation kafka.UUID
	Listeners   []record.BrokerEndpoint
	Features    []record.BrokerFeature
	Rack        *string
	LogDirs     []kafka.DirID
	// PreviousEpoch is -1 unless the last stop lost nothing (KIP-966).
	PreviousEpoch kafka.BrokerEpoch
}

// RegisteredBroker answers it.
//
//canon:gen ControllerReply=4
type RegisteredBroker struct {
	Op    Op
	Err   kafka.ErrorCode
	Epoch kafka.BrokerEpoch
}

// BrokerHeartbeat keeps a broker's session and asks for fencing, unfencing or shutdown.
//
//canon:gen ControllerRequest=5
type BrokerHeartbeat struct {
	Op             Op
	Broker         kafka.NodeID
	BrokerEpoch    kafka.BrokerEpoch
	MetadataOffset kafka.Offset
	WantFence      bool
	WantShutDown   bool
	OfflineDirs    []kafka.DirID
}

// HeartbeatAnswer answers it.
//
//canon:gen ControllerReply=5
type HeartbeatAnswer struct {
	Op             Op
	Err            kafka.ErrorCode
	CaughtUp       bool
	Fenced         bool
	ShouldShutDown bool
}

// DirAssignment says that a broker's replica of a partition lies, or is to lie, in a directory.
//
//canon:gen
type DirAssignment struct {
	Log kafka.TopicPartition
	Dir kafka.DirID
}

// AssignReplicasToDirs tells the controller in which of its directories a broker's replicas are
// (KIP-858). Of a partition that is named twice, the last counts.
//
//canon:gen ControllerRequest=6
type AssignReplicasToDirs struct {
	Op          Op
	Broker      kafka.NodeID
	BrokerEpoch kafka.BrokerEpoch
	Replicas    []DirAssignment
}

// AssignedReplicas answers it. Err refuses the request; else Errs says of each replica, in the order
// asked, whether it was assigned.
//
//canon:gen ControllerReply=6
type AssignedReplicas struct {
	Op   Op
	Err  kafka.ErrorCode
	Errs []kafka.ErrorCode
}

// Append is a decision of the controller: records that go into the metadata log as one batch.
type Append struct {
	Records []record.Metadata
}

// ReplyOp implements ControllerReply.
func (r *CreatedTopics) ReplyOp() Op { return r.Op }

// ReplyOp implements ControllerReply.
func (r *DeletedTopics) ReplyOp() Op { return r.Op }

// ReplyOp implements ControllerReply.
func (r *AllocatedProducerIDs) ReplyOp() Op { return r.Op }

// ReplyOp implements ControllerReply.
func (r *RegisteredBroker) ReplyOp() Op { return r.Op }

// ReplyOp implements ControllerReply.
func (r *HeartbeatAnswer) ReplyOp() Op { return r.Op }

// ReplyOp implements ControllerReply.
func (r *AssignedReplicas) ReplyOp() Op { return r.Op }
