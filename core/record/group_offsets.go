package record

import "momus/core/kafka"

// NoTimestamp stands for a time that is not known.
const NoTimestamp kafka.Wall = -1

// LegacyOffsetCommit is how brokers before 0.9 noted a committed offset; none writes it any more.
//
//canon:gen CanonGroup=1
//kafka:record union=Group key=0 versions=0 flexible=none
type LegacyOffsetCommit struct {
	Group           string            `kafka:"-"`
	Topic           string            `kafka:"-"`
	Partition       kafka.PartitionID `kafka:"-"`
	Offset          kafka.Offset      `kafka:"0+"`
	Metadata        string            `kafka:"0+"`
	CommitTimestamp kafka.Wall        `kafka:"0+"`
}

// OffsetCommit is a committed offset. A batch of a producer holds it until its transaction is over (KIP-98).
//
//canon:gen CanonGroup=2
//kafka:record union=Group key=1 versions=0-4 flexible=4
type OffsetCommit struct {
	Group     string            `kafka:"-"`
	Topic     string            `kafka:"-"`
	Partition kafka.PartitionID `kafka:"-"`
	Offset    kafka.Offset      `kafka:"0+"`
	// LeaderEpoch is that of the record before Offset, or -1 (KIP-320).
	LeaderEpoch     kafka.LeaderEpoch `kafka:"3+,default=-1"`
	Metadata        string            `kafka:"0+"`
	CommitTimestamp kafka.Wall        `kafka:"0+"`
	// ExpireTimestamp is when the client wanted it to expire, which OffsetCommit could say up to v4, or -1.
	ExpireTimestamp kafka.Wall `kafka:"1-1,default=-1"`
	// TopicID is the topic that the offset is of; zero if that was not known (KAFKA-19154).
	TopicID kafka.TopicID `kafka:"4+,tag=0"`
}

func (v *LegacyOffsetCommit) appendKey(b []byte) []byte {
	return appendPartitionKey(b, v.Group, v.Topic, int32(v.Partition))
}

func (v *LegacyOffsetCommit) readKey(r *reader) {
	v.Group, v.Topic, v.Partition = r.str(false), r.str(false), kafka.PartitionID(r.uint32())
}

func (v *OffsetCommit) appendKey(b []byte) []byte {
	return appendPartitionKey(b, v.Group, v.Topic, int32(v.Partition))
}

func (v *OffsetCommit) readKey(r *reader) {
	v.Group, v.Topic, v.Partition = r.str(false), r.str(false), kafka.PartitionID(r.uint32())
}
