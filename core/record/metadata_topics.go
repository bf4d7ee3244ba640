package record

import "momus/core/kafka"

// LeaderRecoveryState says whether a partition recovers from an unclean election (KIP-704).
type LeaderRecoveryState int8

// The recovery states; RecoveryUnchanged and LeaderUnchanged stand in a PartitionChangeRecord only.
const (
	RecoveryUnchanged LeaderRecoveryState = -1
	Recovered         LeaderRecoveryState = 0
	Recovering        LeaderRecoveryState = 1

	LeaderUnchanged kafka.NodeID = -2
)

// TopicRecord creates a topic.
//
//canon:gen CanonMetadata=3
//kafka:record union=Metadata key=2 versions=0 flexible=0
type TopicRecord struct {
	Name    string        `kafka:"0+"`
	TopicID kafka.TopicID `kafka:"0+"`
}

// PartitionRecord creates a partition or sets all of it (KIP-631; directories KIP-858, ELR KIP-966).
//
//canon:gen CanonMetadata=4
//kafka:record union=Metadata key=3 versions=0-2 flexible=0
type PartitionRecord struct {
	PartitionID kafka.PartitionID `kafka:"0+"`
	TopicID     kafka.TopicID     `kafka:"0+"`
	// Replicas are in the order of preference.
	Replicas         []kafka.NodeID `kafka:"0+"`
	ISR              []kafka.NodeID `kafka:"0+"`
	RemovingReplicas []kafka.NodeID `kafka:"0+"`
	AddingReplicas   []kafka.NodeID `kafka:"0+"`
	// Leader is NoNode if there is none.
	Leader              kafka.NodeID         `kafka:"0+"`
	LeaderRecoveryState LeaderRecoveryState  `kafka:"0+,tag=0"`
	LeaderEpoch         kafka.LeaderEpoch    `kafka:"0+"`
	PartitionEpoch      kafka.PartitionEpoch `kafka:"0+"`
	// Directories are those of Replicas, in the same order.
	Directories            []kafka.DirID  `kafka:"1+"`
	EligibleLeaderReplicas []kafka.NodeID `kafka:"2+,tag=1,nullable=2+,default=null"`
	LastKnownELR           []kafka.NodeID `kafka:"2+,tag=2,nullable=2+,default=null"`
}

// PartitionChangeRecord changes a partition. A nil slice says that nothing changed; so do
// LeaderUnchanged and RecoveryUnchanged, which must be written, as zero is a value.
//
//canon:gen CanonMetadata=6
//kafka:record union=Metadata key=5 versions=0-2 flexible=0
type PartitionChangeRecord struct {
	PartitionID            kafka.PartitionID   `kafka:"0+"`
	TopicID                kafka.TopicID       `kafka:"0+"`
	ISR                    []kafka.NodeID      `kafka:"0+,tag=0,nullable=0+,default=null"`
	Leader                 kafka.NodeID        `kafka:"0+,tag=1,default=-2"`
	Replicas               []kafka.NodeID      `kafka:"0+,tag=2,nullable=0+,default=null"`
	RemovingReplicas       []kafka.NodeID      `kafka:"0+,tag=3,nullable=0+,default=null"`
	AddingReplicas         []kafka.NodeID      `kafka:"0+,tag=4,nullable=0+,default=null"`
	LeaderRecoveryState    LeaderRecoveryState `kafka:"0+,tag=5,default=-1"`
	Directories            []kafka.DirID       `kafka:"1+,tag=8,nullable=1+,default=null"`
	EligibleLeaderReplicas []kafka.NodeID      `kafka:"2+,tag=6,nullable=2+,default=null"`
	LastKnownELR           []kafka.NodeID      `kafka:"2+,tag=7,nullable=2+,default=null"`
}

// RemoveTopicRecord removes a topic with its partitions.
//
//canon:gen CanonMetadata=10
//kafka:record union=Metadata key=9 versions=0 flexible=0
type RemoveTopicRecord struct {
	TopicID kafka.TopicID `kafka:"0+"`
}

// ClearElrRecord clears the eligible leader replicas of a topic, or of all if the name is empty.
//
//canon:gen CanonMetadata=29
//kafka:record union=Metadata key=28 versions=0 flexible=0
type ClearElrRecord struct {
	TopicName string `kafka:"0+"`
}
