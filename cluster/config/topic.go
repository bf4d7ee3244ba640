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
	ratio, _ := v.text("log.cleaner.min.cleanable.ratio")
	cleanable, _ := config.Billionths(ratio) // nor one that is no fraction
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
		SegmentAge:         v.roll(),
		SegmentJitter:      v.rollJitter(),
		FileDeleteDelay:    v.millis("log.segment.delete.delay.ms"),
		DeleteRetention:    v.millis("log.cleaner.delete.retention.ms"),
		MinCompactionLag:   v.millis("log.cleaner.min.compaction.lag.ms"),
		MaxCompactionLag:   v.millis("log.cleaner.max.compaction.lag.ms"),
		MinCleanableRatio:  cleanable,
	}
}

// cleaner reads how logs are compacted.
func (v *values) cleaner() config.Cleaner {
	load, _ := v.text("log.cleaner.io.buffer.load.factor")
	rate, _ := v.text("log.cleaner.io.max.bytes.per.second")
	c := config.Cleaner{
		Enabled: v.boolean("log.cleaner.enable"), Threads: v.int("log.cleaner.threads"), Backoff: v.millis("log.cleaner.backoff.ms"),
		DedupeBytes: v.long("log.cleaner.dedupe.buffer.size"), LoadFactor: config.CleanerLoad(load), BytesPerSecond: config.CleanerRate(rate),
	}
	if c.Enabled && c.Threads > 0 && c.DedupeBytes/int64(c.Threads) <= dedupeBytesMin {
		v.refuse("log.cleaner.dedupe.buffer.size", "allowed is more than 1 MiB for each of log.cleaner.threads")
	}
	return c
}

// dedupeBytesMin is what Kafka demands of log.cleaner.dedupe.buffer.size for each thread.
const dedupeBytesMin = 1 << 20

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

const (
	minute = 60 * 1000
	hour   = 60 * minute
)

// unit is one of several keys for the same thing, and what it counts in milliseconds.
type unit struct {
	name   string
	factor int64
}

// finest is the amount of the last of the keys that is set: finer units stand behind, and the
// first has a default.
func (v *values) finest(units ...unit) (u unit, amount int64) {
	for _, finer := range units {
		if n, ok := v.optional(finer.name); ok {
			u, amount = finer, n
		}
	}
	return u, amount
}

// millis is so many units, or the most there is.
func (u unit) millis(amount int64) kafka.Millis {
	if amount > math.MaxInt64/u.factor {
		return math.MaxInt64
	}
	return kafka.Millis(amount * u.factor)
}

// retention is the time that a segment is kept, or -1 for ever. Any negative number means -1;
// 0 is refused, as it is in Kafka.
func (v *values) retention() kafka.Millis {
	u, amount := v.finest(unit{"log.retention.hours", hour}, unit{"log.retention.minutes", minute}, unit{"log.retention.ms", 1})
	switch {
	case amount == 0:
		v.refuse(u.name, "allowed is a number >= 1, or -1 for no limit")
		return -1
	case amount < 0:
		return -1
	}
	return u.millis(amount)
}

// roll is the time after which a segment is left. The key in milliseconds has no range of its own
// in Kafka's table, but the topic key that it stands for has.
func (v *values) roll() kafka.Millis {
	u, amount := v.finest(unit{"log.roll.hours", hour}, unit{"log.roll.ms", 1})
	if amount < 1 {
		v.refuse(u.name, "allowed is a number >= 1")
	}
	return u.millis(amount)
}

// rollJitter is how much earlier than that it may be.
func (v *values) rollJitter() kafka.Millis {
	u, amount := v.finest(unit{"log.roll.jitter.hours", hour}, unit{"log.roll.jitter.ms", 1})
	if amount < 0 {
		v.refuse(u.name, "allowed is a number >= 0")
	}
	return u.millis(amount)
}
