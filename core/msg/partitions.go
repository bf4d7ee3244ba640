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
}

// ReplyOp implements ControllerReply.
func (r *CreatedPartitions) ReplyOp() Op { return r.Op }
