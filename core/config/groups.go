package config

import (
	"math"

	"momus/core/kafka"
	"momus/core/record"
)

// Groups is what the group coordinator's keys say.
//
//canon:gen
type Groups struct {
	// TopicPartitions, TopicReplication and TopicSegmentBytes are offsets.topic.num.partitions,
	// .replication.factor and .segment.bytes: what __consumer_offsets is created with.
	TopicPartitions   int32
	TopicReplication  int16
	TopicSegmentBytes int32
	// OffsetsCodec is offsets.topic.compression.codec.
	OffsetsCodec record.Compression
	// OffsetsRetention is offsets.retention.minutes, RetentionCheckInterval offsets.retention.check.interval.ms.
	OffsetsRetention       kafka.Millis
	RetentionCheckInterval kafka.Millis
	// OffsetMetadataMax is offset.metadata.max.bytes, in Java's characters.
	OffsetMetadataMax int32
	// CommitTimeout is offsets.commit.timeout.ms, LoadBuffer offsets.load.buffer.size.
	CommitTimeout kafka.Millis
	LoadBuffer    int32
	// Classic is what holds for groups of the classic protocol.
	Classic ClassicGroups
}

// ClassicGroups is what the keys say of groups of the classic protocol.
//
//canon:gen
type ClassicGroups struct {
	// MaxSize is group.max.size, InitialDelay group.initial.rebalance.delay.ms.
	MaxSize      int32
	InitialDelay kafka.Millis
	// MinSession and MaxSession are group.min.session.timeout.ms and group.max.session.timeout.ms.
	MinSession, MaxSession kafka.Millis
}

// DefaultGroups is Kafka's, but for the replication factor, which its server.properties sets to 1.
func DefaultGroups() Groups {
	return Groups{
		TopicPartitions: 50, TopicReplication: 1, TopicSegmentBytes: 100 << 20,
		OffsetsRetention: 7 * day, RetentionCheckInterval: 600_000,
		OffsetMetadataMax: 4096, CommitTimeout: 5000, LoadBuffer: 5 << 20,
		Classic: ClassicGroups{MaxSize: math.MaxInt32, InitialDelay: 3000, MinSession: 6000, MaxSession: 1_800_000},
	}
}
