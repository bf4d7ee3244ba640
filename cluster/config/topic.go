package config

import (
	"math"
	"slices"

	"momus/core/config"
	"momus/core/kafka"
)

// topic reads the broker-wide defaults of topic keys. Of several synonyms the finest unit that is
// set wins: milliseconds before minutes before hours.
func (v *values) topic() config.Topic {
	timestamps, _ := v.text("log.message.timestamp.type")
	compression, _ := v.text("compression.type")
	kind, _ := config.ParseCompressionType(compression) // the key's rule lets no other name through
	policy := v.list("log.cleanup.policy")
	return config.Topic{
		SegmentBytes:       v.int("log.segment.bytes"),
		SegmentIndexBytes:  v.int("log.index.size.max.bytes"),
		IndexIntervalBytes: v.int("log.index.interval.bytes"),
		MessageBytesMax:    v.int("message.max.bytes"),
		MinInsyncReplicas:  v.int("min.insync.replicas"),
		FlushMessages:      v.long("log.flush.interval.messages"),
		FlushInterval:      v.flushInterval(),
		LogAppendTime:      timestamps == "LogAppendTime",
		TimestampBefore:    v.millis("log.message.timestamp.before.max.ms"),
		TimestampAfter:     v.millis("log.message.timestamp.after.max.ms"),
		CompressionType:    kind,
		GzipLevel:          v.int("compression.gzip.level"),
		LZ4Level:           v.int("compression.lz4.level"),
		ZstdLevel:          v.int("compression.zstd.level"),
		Compact:            slices.Contains(policy, "compact"),
		Delete:             slices.Contains(policy, "delete"),
		RetentionBytes:     v.long("log.retention.bytes"),
		Retention:          v.retention(),
	}
}

// flushInterval is log.flush.interval.ms, or how often the flusher would look.
func (v *values) flushInterval() kafka.Millis {
	const name = "log.flush.interval.ms"
	scheduler := v.millis("log.flush.scheduler.interval.ms")
	interval, ok := v.optional(name)
	if !ok {
		return scheduler
	}
	if interval < 0 {
		v.refuse(name, "allowed is long, >= 0")
	}
	return kafka.Millis(interval)
}

// retention is the time that a segment is kept, or -1 for ever. Any negative number means -1;
// 0 is refused, as it is in Kafka.
func (v *values) retention() kafka.Millis {
	const minute = 60 * 1000
	name, factor := "log.retention.hours", int64(60*minute)
	amount := v.long(name)
	for _, finer := range []struct {
		name   string
		factor int64
	}{{"log.retention.minutes", minute}, {"log.retention.ms", 1}} {
		if n, ok := v.optional(finer.name); ok {
			name, factor, amount = finer.name, finer.factor, n
		}
	}
	switch {
	case amount == 0:
		v.refuse(name, "allowed is a number >= 1, or -1 for no limit")
		return -1
	case amount < 0:
		return -1
	case amount > math.MaxInt64/factor:
		return math.MaxInt64
	}
	return kafka.Millis(amount * factor)
}
