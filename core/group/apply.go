package group

import (
	"momus/core/kafka"
	"momus/core/record"
)

// apply takes one record of this leader's own decision into the state. It is what writes the state, here and,
// through replay, in a load.
func (s *Shard) apply(now kafka.Now, at kafka.Offset, rec *record.GroupRecord) {
	s.replay(now, kafka.NoProducerID, at, rec)
}

// replay applies a record; that of a producer is one of a transaction.
func (s *Shard) replay(now kafka.Now, producer kafka.ProducerID, at kafka.Offset, rec *record.GroupRecord) {
	switch r := rec.Record.(type) {
	case *record.OffsetCommit:
		s.applyOffset(producer, at, r, rec.Deleted)
	case *record.LegacyOffsetCommit:
		s.applyOffset(producer, at, &record.OffsetCommit{
			Group: r.Group, Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, LeaderEpoch: kafka.NoLeaderEpoch,
			Metadata: r.Metadata, CommitTimestamp: r.CommitTimestamp, ExpireTimestamp: record.NoTimestamp,
		}, rec.Deleted)
	case *record.GroupMetadata:
		s.applyGroupMetadata(now, r, rec.Deleted)
	case *record.ConsumerGroupMetadata:
		s.applyConsumer(r.Group, rec)
	case *record.ConsumerGroupPartitionMetadata:
		s.applyConsumer(r.Group, rec)
	case *record.ConsumerGroupMemberMetadata:
		s.applyConsumer(r.Group, rec)
	case *record.ConsumerGroupTargetAssignmentMetadata:
		s.applyConsumer(r.Group, rec)
	case *record.ConsumerGroupTargetAssignmentMember:
		s.applyConsumer(r.Group, rec)
	case *record.ConsumerGroupCurrentMemberAssignment:
		s.applyConsumer(r.Group, rec)
	case *record.ConsumerGroupRegularExpression:
		s.applyConsumer(r.Group, rec)
	}
}

// membersGone is what remains of a group whose members' records are gone: its offsets, or nothing. Only apply may.
func (s *Shard) membersGone(g *Group) {
	g.Kind, g.Classic, g.Consumer = Simple, nil, nil
	if g.offsets.empty() && len(g.pending) == 0 {
		s.removeGroup(g)
	}
}
