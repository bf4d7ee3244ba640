package config

import (
	"momus/core/config"
	"momus/core/kafka"
	"momus/core/record"
)

// groups reads the keys of the group coordinator.
func (v *values) groups() config.Groups {
	g := config.Groups{
		TopicPartitions:        v.int("offsets.topic.num.partitions"),
		TopicReplication:       int16(v.int("offsets.topic.replication.factor")),
		TopicSegmentBytes:      v.int("offsets.topic.segment.bytes"),
		OffsetsCodec:           record.Compression(v.int("offsets.topic.compression.codec")),
		OffsetsRetention:       kafka.Millis(v.int("offsets.retention.minutes")) * 60_000,
		RetentionCheckInterval: v.millis("offsets.retention.check.interval.ms"),
		OffsetMetadataMax:      v.int("offset.metadata.max.bytes"),
		CommitTimeout:          v.millis("offsets.commit.timeout.ms"),
		LoadBuffer:             v.int("offsets.load.buffer.size"),
		Classic: config.ClassicGroups{
			MaxSize: v.int("group.max.size"), InitialDelay: v.millis("group.initial.rebalance.delay.ms"),
			MinSession: v.millis("group.min.session.timeout.ms"), MaxSession: v.millis("group.max.session.timeout.ms"),
		},
	}
	if !g.OffsetsCodec.IsKnown() {
		v.refuse("offsets.topic.compression.codec", "allowed is the number of a codec, 0 .. 4")
		g.OffsetsCodec = record.Uncompressed
	}
	return g
}
