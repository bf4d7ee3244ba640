package record

import "momus/core/kafka"

// ConsumerGroupMetadata is the epoch of a group of the consumer protocol (KIP-848). MetadataHash is that of the
// topics it is subscribed to (KIP-1101), 0 if there is none.
//
//canon:gen CanonGroup=4
//kafka:record union=Group key=3 versions=0 flexible=0
type ConsumerGroupMetadata struct {
	Group        string `kafka:"-"`
	Epoch        int32  `kafka:"0+"`
	MetadataHash int64  `kafka:"0+,tag=0"`
}

// ConsumerGroupTopicMetadata is a topic as a group saw it.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type ConsumerGroupTopicMetadata struct {
	TopicID           kafka.TopicID                 `kafka:"0+"`
	TopicName         string                        `kafka:"0+"`
	NumPartitions     int32                         `kafka:"0+"`
	PartitionMetadata []ConsumerGroupPartitionRacks `kafka:"0+"`
}

// ConsumerGroupPartitionRacks are the racks of a partition's replicas.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type ConsumerGroupPartitionRacks struct {
	Partition kafka.PartitionID `kafka:"0+"`
	Racks     []string          `kafka:"0+"`
}

// ConsumerGroupPartitionMetadata are the topics that a group is subscribed to; since KIP-1101 a hash stands
// instead, and only tombstones are written.
//
//canon:gen CanonGroup=5
//kafka:record union=Group key=4 versions=0 flexible=0
type ConsumerGroupPartitionMetadata struct {
	Group  string                       `kafka:"-"`
	Topics []ConsumerGroupTopicMetadata `kafka:"0+"`
}

// ClassicProtocol is an assignor that a member of the classic protocol offers.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type ClassicProtocol struct {
	Name     string `kafka:"0+"`
	Metadata []byte `kafka:"0+"`
}

// ClassicMemberMetadata is what a member of the classic protocol has beyond others.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type ClassicMemberMetadata struct {
	SessionTimeout     int32             `kafka:"0+"`
	SupportedProtocols []ClassicProtocol `kafka:"0+"`
}

// ConsumerGroupMemberMetadata is a member. Times are in milliseconds.
//
//canon:gen CanonGroup=6
//kafka:record union=Group key=5 versions=0 flexible=0
type ConsumerGroupMemberMetadata struct {
	Group                string   `kafka:"-"`
	Member               string   `kafka:"-"`
	InstanceID           *string  `kafka:"0+,nullable=0+"`
	RackID               *string  `kafka:"0+,nullable=0+"`
	ClientID             string   `kafka:"0+"`
	ClientHost           string   `kafka:"0+"`
	SubscribedTopicNames []string `kafka:"0+"`
	SubscribedTopicRegex *string  `kafka:"0+,nullable=0+"`
	RebalanceTimeout     int32    `kafka:"0+,default=-1"`
	ServerAssignor       *string  `kafka:"0+,nullable=0+"`
	// ClassicMemberMetadata is there if the member speaks the classic protocol. Kafka writes its tag either way.
	ClassicMemberMetadata *ClassicMemberMetadata `kafka:"0+,tag=0,nullable=0+"`
}

// ConsumerGroupTargetAssignmentMetadata is the epoch of a group's target assignment, and when it was made
// (KIP-1263); 0 if that is not known.
//
//canon:gen CanonGroup=7
//kafka:record union=Group key=6 versions=0 flexible=0
type ConsumerGroupTargetAssignmentMetadata struct {
	Group               string     `kafka:"-"`
	AssignmentEpoch     int32      `kafka:"0+"`
	AssignmentTimestamp kafka.Wall `kafka:"0+,tag=0"`
}

// TargetPartitions are partitions of one topic that a member is to have.
//
//canon:gen
//kafka:struct versions=0 flexible=0
type TargetPartitions struct {
	TopicID    kafka.TopicID       `kafka:"0+"`
	Partitions []kafka.PartitionID `kafka:"0+"`
}

// ConsumerGroupTargetAssignmentMember is what a member is to have.
//
//canon:gen CanonGroup=8
//kafka:record union=Group key=7 versions=0 flexible=0
type ConsumerGroupTargetAssignmentMember struct {
	Group           string             `kafka:"-"`
	Member          string             `kafka:"-"`
	TopicPartitions []TargetPartitions `kafka:"0+"`
}

// AssignedPartitions are partitions of one topic that a member has, and since which epochs (KIP-1251).
//
//canon:gen
//kafka:struct versions=0 flexible=0
type AssignedPartitions struct {
	TopicID          kafka.TopicID       `kafka:"0+"`
	Partitions       []kafka.PartitionID `kafka:"0+"`
	AssignmentEpochs []int32             `kafka:"0+,tag=0,nullable=0+,default=null"`
}

// ConsumerGroupCurrentMemberAssignment is what a member has.
//
//canon:gen CanonGroup=9
//kafka:record union=Group key=8 versions=0 flexible=0
type ConsumerGroupCurrentMemberAssignment struct {
	Group                       string               `kafka:"-"`
	Member                      string               `kafka:"-"`
	MemberEpoch                 int32                `kafka:"0+"`
	PreviousMemberEpoch         int32                `kafka:"0+"`
	State                       int8                 `kafka:"0+"`
	AssignedPartitions          []AssignedPartitions `kafka:"0+"`
	PartitionsPendingRevocation []AssignedPartitions `kafka:"0+"`
}

// ConsumerGroupRegularExpression is what a regular expression of a subscription stood for, at metadata offset
// Version and time Timestamp.
//
//canon:gen CanonGroup=17
//kafka:record union=Group key=16 versions=0 flexible=0
type ConsumerGroupRegularExpression struct {
	Group             string       `kafka:"-"`
	RegularExpression string       `kafka:"-"`
	Topics            []string     `kafka:"0+"`
	Version           kafka.Offset `kafka:"0+"`
	Timestamp         kafka.Wall   `kafka:"0+"`
}

func (v *ConsumerGroupMetadata) appendKey(b []byte) []byte { return appendGroupKey(b, v.Group) }

func (v *ConsumerGroupMetadata) readKey(r *reader) { v.Group = r.str(false) }

func (v *ConsumerGroupPartitionMetadata) appendKey(b []byte) []byte {
	return appendGroupKey(b, v.Group)
}

func (v *ConsumerGroupPartitionMetadata) readKey(r *reader) { v.Group = r.str(false) }

func (v *ConsumerGroupMemberMetadata) appendKey(b []byte) []byte {
	return appendMemberKey(b, v.Group, v.Member)
}

func (v *ConsumerGroupMemberMetadata) readKey(r *reader) {
	v.Group, v.Member = r.str(false), r.str(false)
}

func (v *ConsumerGroupTargetAssignmentMetadata) appendKey(b []byte) []byte {
	return appendGroupKey(b, v.Group)
}

func (v *ConsumerGroupTargetAssignmentMetadata) readKey(r *reader) { v.Group = r.str(false) }

func (v *ConsumerGroupTargetAssignmentMember) appendKey(b []byte) []byte {
	return appendMemberKey(b, v.Group, v.Member)
}

func (v *ConsumerGroupTargetAssignmentMember) readKey(r *reader) {
	v.Group, v.Member = r.str(false), r.str(false)
}

func (v *ConsumerGroupCurrentMemberAssignment) appendKey(b []byte) []byte {
	return appendMemberKey(b, v.Group, v.Member)
}

func (v *ConsumerGroupCurrentMemberAssignment) readKey(r *reader) {
	v.Group, v.Member = r.str(false), r.str(false)
}

func (v *ConsumerGroupRegularExpression) appendKey(b []byte) []byte {
	return appendMemberKey(b, v.Group, v.RegularExpression)
}

func (v *ConsumerGroupRegularExpression) readKey(r *reader) {
	v.Group, v.RegularExpression = r.str(false), r.str(false)
}
