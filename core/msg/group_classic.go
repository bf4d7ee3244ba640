package msg

import "momus/core/kafka"

// GroupProtocol is one of the protocols that a member of a classic group can follow, in consumer groups an
// assignor, with what the member tells the leader about itself.
//
//canon:gen
type GroupProtocol struct {
	Name     string
	Metadata []byte
}

// JoinGroup asks to become, or to stay, a member of a classic group.
//
//canon:gen GroupRequest=10
type JoinGroup struct {
	Op    Op
	Group string
	// Member is empty for a client that has no id yet. Instance is nil for dynamic members (KIP-345).
	Member   string
	Instance *string
	// ClientID and ClientHost are told by DescribeGroups; the member id begins with the former.
	ClientID, ClientHost string
	ProtocolType         string
	Protocols            []GroupProtocol
	SessionTimeout       kafka.Millis
	RebalanceTimeout     kafka.Millis
	// Reason is why the client joins, in its words (KIP-800); empty if it gave none.
	Reason string
	// NeedsMemberID: a dynamic member without an id is given one and has to come again with it (KIP-394).
	NeedsMemberID bool
	// KnowsSkip: the client understands that a leader may have nothing to assign (KIP-814).
	KnowsSkip bool
}

// GroupMemberMetadata is a member as the leader learns of it.
//
//canon:gen
type GroupMemberMetadata struct {
	Member   string
	Instance *string
	Metadata []byte
}

// JoinedGroup answers JoinGroup. With an error Generation is NoGeneration, but where Kafka tells it.
//
//canon:gen GroupReply=10
type JoinedGroup struct {
	Op           Op
	Err          kafka.ErrorCode
	Generation   kafka.GenerationID
	ProtocolType *string
	Protocol     *string
	Leader       string
	Skip         bool
	Member       string
	// Members are told to the leader alone.
	Members []GroupMemberMetadata
}

// GroupAssignment is what the leader assigns to a member.
//
//canon:gen
type GroupAssignment struct {
	Member     string
	Assignment []byte
}

// SyncGroup waits for the assignment of a generation; the leader's brings it.
//
//canon:gen GroupRequest=11
type SyncGroup struct {
	Op         Op
	Group      string
	Generation kafka.GenerationID
	Member     string
	Instance   *string
	// ProtocolType and Protocol must be the group's, if they are given.
	ProtocolType, Protocol *string
	Assignments            []GroupAssignment
}

// SyncedGroup answers SyncGroup.
//
//canon:gen GroupReply=11
type SyncedGroup struct {
	Op                     Op
	Err                    kafka.ErrorCode
	ProtocolType, Protocol *string
	Assignment             []byte
}

// GroupHeartbeat keeps a member of a classic group alive.
//
//canon:gen GroupRequest=12
type GroupHeartbeat struct {
	Op         Op
	Group      string
	Generation kafka.GenerationID
	Member     string
	Instance   *string
}

// GroupHeartbeatDone answers GroupHeartbeat.
//
//canon:gen GroupReply=12
type GroupHeartbeatDone struct {
	Op  Op
	Err kafka.ErrorCode
}

// LeavingMember is a member that leaves a classic group. An operator who names the instance alone leaves
// Member empty.
//
//canon:gen
type LeavingMember struct {
	Member   string
	Instance *string
	// Reason is why it leaves, in the client's words (KIP-800).
	Reason string
}

// LeaveGroup takes members out of a classic group.
//
//canon:gen GroupRequest=13
type LeaveGroup struct {
	Op      Op
	Group   string
	Members []LeavingMember
}

// LeftMember is one member's result.
//
//canon:gen
type LeftMember struct {
	Member   string
	Instance *string
	Err      kafka.ErrorCode
}

// LeftGroup answers LeaveGroup.
//
//canon:gen GroupReply=13
type LeftGroup struct {
	Op      Op
	Err     kafka.ErrorCode
	Members []LeftMember
}

// DescribeGroup asks what a classic group is.
//
//canon:gen GroupRequest=14
type DescribeGroup struct {
	Op    Op
	Slot  int32
	Group string
}

// DescribedMember is one member of a described group. Metadata is told of stable groups alone.
//
//canon:gen
type DescribedMember struct {
	Member               string
	Instance             *string
	ClientID, ClientHost string
	Metadata, Assignment []byte
}

// DescribedGroup answers DescribeGroup.
//
//canon:gen GroupReply=14
type DescribedGroup struct {
	Op           Op
	Slot         int32
	Err          kafka.ErrorCode
	ErrText      string
	Group        string
	State        string
	ProtocolType string
	Protocol     string
	Members      []DescribedMember
}

// ListGroups asks for all groups, of any kind, that a partition of __consumer_offsets keeps. No filter lets
// all pass.
//
//canon:gen GroupRequest=15
type ListGroups struct {
	Op        Op
	Slot      int32
	Partition kafka.PartitionID
	States    []string
	Types     []string
}

// ListedGroup is one group of a list.
//
//canon:gen
type ListedGroup struct {
	Group        string
	ProtocolType string
	State        string
	Type         string
}

// ListedGroups answers ListGroups.
//
//canon:gen GroupReply=15
type ListedGroups struct {
	Op     Op
	Slot   int32
	Err    kafka.ErrorCode
	Groups []ListedGroup
}

// DeleteGroup removes an empty group of any kind with its offsets.
//
//canon:gen GroupRequest=16
type DeleteGroup struct {
	Op    Op
	Slot  int32
	Group string
}

// DeletedGroup answers DeleteGroup.
//
//canon:gen GroupReply=16
type DeletedGroup struct {
	Op   Op
	Slot int32
	Err  kafka.ErrorCode
}

func (r *JoinGroup) GroupID() string      { return r.Group }
func (r *SyncGroup) GroupID() string      { return r.Group }
func (r *GroupHeartbeat) GroupID() string { return r.Group }
func (r *LeaveGroup) GroupID() string     { return r.Group }
func (r *DescribeGroup) GroupID() string  { return r.Group }
func (r *DeleteGroup) GroupID() string    { return r.Group }

// GroupID is empty: the request is for all groups of a partition.
func (r *ListGroups) GroupID() string { return "" }

func (r *JoinGroup) Refuse(err kafka.ErrorCode) GroupReply {
	return &JoinedGroup{Op: r.Op, Err: err, Generation: kafka.NoGeneration}
}

func (r *SyncGroup) Refuse(err kafka.ErrorCode) GroupReply {
	return &SyncedGroup{Op: r.Op, Err: err}
}

// Refuse answers that all is well while the group is loaded, as Kafka does: the member's session begins anew
// when that is done.
func (r *GroupHeartbeat) Refuse(err kafka.ErrorCode) GroupReply {
	if err == kafka.ErrCoordinatorLoadInProgress {
		err = kafka.None
	}
	return &GroupHeartbeatDone{Op: r.Op, Err: err}
}

func (r *LeaveGroup) Refuse(err kafka.ErrorCode) GroupReply { return &LeftGroup{Op: r.Op, Err: err} }

func (r *DescribeGroup) Refuse(err kafka.ErrorCode) GroupReply {
	return &DescribedGroup{Op: r.Op, Slot: r.Slot, Group: r.Group, Err: err}
}

func (r *ListGroups) Refuse(err kafka.ErrorCode) GroupReply {
	return &ListedGroups{Op: r.Op, Slot: r.Slot, Err: err}
}

func (r *DeleteGroup) Refuse(err kafka.ErrorCode) GroupReply {
	return &DeletedGroup{Op: r.Op, Slot: r.Slot, Err: err}
}

func (r *JoinedGroup) ReplyOp() Op        { return r.Op }
func (r *SyncedGroup) ReplyOp() Op        { return r.Op }
func (r *GroupHeartbeatDone) ReplyOp() Op { return r.Op }
func (r *LeftGroup) ReplyOp() Op          { return r.Op }
func (r *DescribedGroup) ReplyOp() Op     { return r.Op }
func (r *ListedGroups) ReplyOp() Op       { return r.Op }
func (r *DeletedGroup) ReplyOp() Op       { return r.Op }

func (r *JoinedGroup) ReplySlot() int32        { return 0 }
func (r *SyncedGroup) ReplySlot() int32        { return 0 }
func (r *GroupHeartbeatDone) ReplySlot() int32 { return 0 }
func (r *LeftGroup) ReplySlot() int32          { return 0 }
func (r *DescribedGroup) ReplySlot() int32     { return r.Slot }
func (r *ListedGroups) ReplySlot() int32       { return r.Slot }
func (r *DeletedGroup) ReplySlot() int32       { return r.Slot }

func (r *JoinedGroup) Fail(err kafka.ErrorCode) {
	*r = JoinedGroup{Op: r.Op, Err: err, Generation: kafka.NoGeneration, Member: r.Member}
}

func (r *SyncedGroup) Fail(err kafka.ErrorCode)        { *r = SyncedGroup{Op: r.Op, Err: err} }
func (r *GroupHeartbeatDone) Fail(err kafka.ErrorCode) { *r = GroupHeartbeatDone{Op: r.Op, Err: err} }
func (r *LeftGroup) Fail(err kafka.ErrorCode)          { *r = LeftGroup{Op: r.Op, Err: err} }
func (r *ListedGroups) Fail(err kafka.ErrorCode) {
	*r = ListedGroups{Op: r.Op, Slot: r.Slot, Err: err}
}
func (r *DeletedGroup) Fail(err kafka.ErrorCode) { *r = DeletedGroup{Op: r.Op, Slot: r.Slot, Err: err} }

func (r *DescribedGroup) Fail(err kafka.ErrorCode) {
	*r = DescribedGroup{Op: r.Op, Slot: r.Slot, Group: r.Group, Err: err}
}
