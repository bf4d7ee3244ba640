package msg

import "momus/core/kafka"

// GrowTopic is one topic that is to have Count partitions. With Assigned each new one is placed on the
// replicas that Assignments names for it, in their order.
//
//canon:gen
type GrowTopic struct {
	Name        string
	Count       int32
	Assigned    bool
	Assignments [][]kafka.NodeID
}

// CreatePartitions adds partitions to topics (KIP-195); names given twice are refused by session.
//
//canon:gen ControllerRequest=30
type CreatePartitions struct {
	Op           Op
	Topics       []GrowTopic
	ValidateOnly bool
	Quota        MutationQuota
}

// TopicResult is what became of one topic of a request.
//
//canon:gen
type TopicResult struct {
	Name    string
	Err     kafka.ErrorCode
	ErrText string
}

// CreatedPartitions answers CreatePartitions, in the order asked.
//
//canon:gen ControllerReply=30
type CreatedPartitions struct {
	Op     Op
	Topics []TopicResult
	// ThrottledUntil is until when the client has changed enough; 0 if it may go on.
	ThrottledUntil kafka.Mono
}

// ReplyOp implements ControllerReply.
func (r *CreatedPartitions) ReplyOp() Op { return r.Op }

// PartitionResult is what became of one partition of a request.
//
//canon:gen
type PartitionResult struct {
	Partition kafka.PartitionID
	Err       kafka.ErrorCode
	ErrText   string
}

// TopicPartitionResults are those of one topic.
//
//canon:gen
type TopicPartitionResults struct {
	Name       string
	Partitions []PartitionResult
}

// TopicPartitions are partitions of one topic.
//
//canon:gen
type TopicPartitions struct {
	Name       string
	Partitions []kafka.PartitionID
}

// ElectLeaders has leaders elected (KIP-183, KIP-460): the preferred ones, or with Unclean some where
// there is none, out of sync if need be. All asks for every partition there is.
//
//canon:gen ControllerRequest=31
type ElectLeaders struct {
	Op      Op
	Unclean bool
	All     bool
	Topics  []TopicPartitions
}

// ElectedLeaders answers it; of All with the partitions for which an election was needed. Err refuses the
// request as a whole.
//
//canon:gen ControllerReply=31
type ElectedLeaders struct {
	Op      Op
	Err     kafka.ErrorCode
	ErrText string
	Topics  []TopicPartitionResults
}

// Reassignment is where one partition's replicas are to be; Cancel takes the one under way back.
//
//canon:gen
type Reassignment struct {
	Partition kafka.PartitionID
	Cancel    bool
	Replicas  []kafka.NodeID
}

// TopicReassignments are those of one topic.
//
//canon:gen
type TopicReassignments struct {
	Name       string
	Partitions []Reassignment
}

// AlterPartitionReassignments moves replicas (KIP-455). FactorMayChange lets a partition get more or fewer
// of them (KIP-860).
//
//canon:gen ControllerRequest=32
type AlterPartitionReassignments struct {
	Op              Op
	FactorMayChange bool
	Topics          []TopicReassignments
}

// AlteredReassignments answers it, in the order asked. Err refuses the request as a whole.
//
//canon:gen ControllerReply=32
type AlteredReassignments struct {
	Op      Op
	Err     kafka.ErrorCode
	ErrText string
	Topics  []TopicPartitionResults
}

// ReplyOp implements ControllerReply.
func (r *ElectedLeaders) ReplyOp() Op { return r.Op }

// ReplyOp implements ControllerReply.
func (r *AlteredReassignments) ReplyOp() Op { return r.Op }
