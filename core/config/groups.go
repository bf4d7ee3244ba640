package config

import (
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
}

// DefaultGroups is Kafka's, but for the replication factor, which its server.properties sets to 1.
func DefaultGroups() Groups {
	return Groups{
		TopicPartitions: 50, TopicReplication: 1, TopicSegmentBytes: 100 << 20,
		OffsetsRetention: 7 * day, RetentionCheckInterval: 600_000,
		OffsetMetadataMax: 4096, CommitTimeout: 5000, LoadBuffer: 5 << 20,
	}
}
