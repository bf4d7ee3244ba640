package msg

import (
	"momus/core/kafka"
	"momus/core/record"
)

// ConsumerGroupHeartbeat joins a group of the consumer protocol, stays in it, or leaves it (KIP-848). What is nil
// is as it was.
//
//canon:gen GroupRequest=20
type ConsumerGroupHeartbeat struct {
	Op     Op
	Group  string
	Member string
	// MemberEpoch is where the member is; 0 joins, -1 leaves, -2 leaves as a static member that comes back.
	MemberEpoch          int32
	Instance, Rack       *string
	ClientID, ClientHost string
	// RebalanceTimeout is in milliseconds, or -1.
	RebalanceTimeout int32
	// Topics are the names that it subscribes to, sorted, each once. Regex is in RE2's language.
	Topics   []string
	Regex    *string
	Assignor *string
	// Owned are the partitions that the member has.
	Owned []record.TargetPartitions
}

// ConsumerGroupHeartbeatDone answers it. Heartbeat is in milliseconds. Assignment is nil if it is as it was.
//
//canon:gen GroupReply=20
type ConsumerGroupHeartbeatDone struct {
	Op          Op
	Err         kafka.ErrorCode
	ErrText     string
	Member      string
	MemberEpoch int32
	Heartbeat   kafka.Millis
	Assignment  []record.TargetPartitions
}

// ConsumerGroupDescribe asks what a group of the consumer protocol is.
//
//canon:gen GroupRequest=21
type ConsumerGroupDescribe struct {
	Op    Op
	Slot  int32
	Group string
}

// ConsumerGroupMember is a member of a described group. Assigned is what it has or has yet to revoke, Target what
// it is to have.
//
//canon:gen
type ConsumerGroupMember struct {
	Member               string
	Instance, Rack       *string
	Epoch                int32
	ClientID, ClientHost string
	Topics               []string
	Regex                *string
	Assigned, Target     []record.TargetPartitions
	Classic              bool
}

// ConsumerGroupDescribed answers it.
//
//canon:gen GroupReply=21
type ConsumerGroupDescribed struct {
	Op              Op
	Slot            int32
	Err             kafka.ErrorCode
	ErrText         string
	Group           string
	State           string
	Epoch           int32
	AssignmentEpoch int32
	Assignor        string
	Members         []ConsumerGroupMember
}

// GroupID implements GroupRequest.
func (r *ConsumerGroupHeartbeat) GroupID() string { return r.Group }

// GroupID implements GroupRequest.
func (r *ConsumerGroupDescribe) GroupID() string { return r.Group }

// Refuse implements GroupRequest.
func (r *ConsumerGroupHeartbeat) Refuse(err kafka.ErrorCode) GroupReply {
	return &ConsumerGroupHeartbeatDone{Op: r.Op, Err: err}
}

// Refuse implements GroupRequest.
func (r *ConsumerGroupDescribe) Refuse(err kafka.ErrorCode) GroupReply {
	return &ConsumerGroupDescribed{Op: r.Op, Slot: r.Slot, Group: r.Group, Err: err}
}

// ReplyOp implements GroupReply.
func (r *ConsumerGroupHeartbeatDone) ReplyOp() Op { return r.Op }

// ReplyOp implements GroupReply.
func (r *ConsumerGroupDescribed) ReplyOp() Op { return r.Op }

// ReplySlot implements GroupReply.
func (r *ConsumerGroupHeartbeatDone) ReplySlot() int32 { return 0 }

// ReplySlot implements GroupReply.
func (r *ConsumerGroupDescribed) ReplySlot() int32 { return r.Slot }

// Fail implements GroupReply.
func (r *ConsumerGroupHeartbeatDone) Fail(err kafka.ErrorCode) {
	*r = ConsumerGroupHeartbeatDone{Op: r.Op, Err: err}
}

// Fail implements GroupReply.
func (r *ConsumerGroupDescribed) Fail(err kafka.ErrorCode) {
	*r = ConsumerGroupDescribed{Op: r.Op, Slot: r.Slot, Group: r.Group, Err: err}
}
