package config

// kind is the type of a key's values, by Kafka's ConfigDef.Type.
type kind uint8

const (
	kindInt kind = iota + 1
	kindLong
	kindBool
	kindString
	kindList
	kindRatio
)

// kindNames are what Kafka's error texts call the types.
var kindNames = [...]string{kindInt: "INT", kindLong: "LONG", kindBool: "BOOLEAN", kindString: "STRING", kindList: "LIST", kindRatio: "DOUBLE"}

// unbounded stands in for a range that a key does not have.
const (
	lowest  = -1 << 63
	highest = 1<<63 - 1
)

// topicKey is the rule of one topic configuration key.
type topicKey struct {
	name string
	kind kind
	def  string
	// synonym is the broker's key that gives the default, in the topic's own unit; "" if none.
	synonym string
	// least and most bound a number, both ends included.
	least, most int64
	// oneOf bounds a string, or each item of a list.
	oneOf []string
	// levelOrDefault allows -1 beside the range (compression.gzip.level).
	levelOrDefault bool
	// replicas demands partition:broker items, or "*".
	replicas bool
	// nullDefault and internal mark keys that DescribeConfigs leaves out unless they are set.
	nullDefault bool
	set         func(*Topic, value)
	get         func(*Topic) string
}

// topicKeys are all of them, in the order in which Kafka checks values: the order of definition in
// its LogConfig, so that of several bad values the same one is named.
var topicKeys = []topicKey{
	{name: "segment.bytes", kind: kindInt, def: "1073741824", synonym: "log.segment.bytes", least: 1 << 20, most: 1<<31 - 1,
		set: func(t *Topic, v value) { t.SegmentBytes = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.SegmentBytes) }},
	{name: "segment.ms", kind: kindLong, def: "604800000", synonym: "log.roll.ms", least: 1, most: highest,
		set: func(t *Topic, v value) { t.SegmentAge = millis(v) },
		get: func(t *Topic) string { return decimal(t.SegmentAge) }},
	{name: "segment.jitter.ms", kind: kindLong, def: "0", synonym: "log.roll.jitter.ms", least: 0, most: highest,
		set: func(t *Topic, v value) { t.SegmentJitter = millis(v) },
		get: func(t *Topic) string { return decimal(t.SegmentJitter) }},
	{name: "segment.index.bytes", kind: kindInt, def: "10485760", synonym: "log.index.size.max.bytes", least: 4, most: 1<<31 - 1,
		set: func(t *Topic, v value) { t.SegmentIndexBytes = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.SegmentIndexBytes) }},
	{name: "flush.messages", kind: kindLong, def: "9223372036854775807", synonym: "log.flush.interval.messages", least: 1, most: highest,
		set: func(t *Topic, v value) { t.FlushMessages = v.number },
		get: func(t *Topic) string { return decimal(t.FlushMessages) }},
	{name: "flush.ms", kind: kindLong, def: "9223372036854775807", synonym: "log.flush.interval.ms", least: 0, most: highest,
		set: func(t *Topic, v value) { t.FlushInterval = millis(v) },
		get: func(t *Topic) string { return decimal(t.FlushInterval) }},
	{name: "retention.bytes", kind: kindLong, def: "-1", synonym: "log.retention.bytes", least: lowest, most: highest,
		set: func(t *Topic, v value) { t.RetentionBytes = v.number },
		get: func(t *Topic) string { return decimal(t.RetentionBytes) }},
	{name: "retention.ms", kind: kindLong, def: "604800000", synonym: "log.retention.ms", least: -1, most: highest,
		set: func(t *Topic, v value) { t.Retention = millis(v) },
		get: func(t *Topic) string { return decimal(t.Retention) }},
	{name: "max.message.bytes", kind: kindInt, def: "1048588", synonym: "message.max.bytes", least: 0, most: 1<<31 - 1,
		set: func(t *Topic, v value) { t.MessageBytesMax = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.MessageBytesMax) }},
	{name: "index.interval.bytes", kind: kindInt, def: "4096", synonym: "log.index.interval.bytes", least: 0, most: 1<<31 - 1,
		set: func(t *Topic, v value) { t.IndexIntervalBytes = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.IndexIntervalBytes) }},
	{name: "delete.retention.ms", kind: kindLong, def: "86400000", synonym: "log.cleaner.delete.retention.ms", least: 0, most: highest},
	{name: "min.compaction.lag.ms", kind: kindLong, def: "0", synonym: "log.cleaner.min.compaction.lag.ms", least: 0, most: highest},
	{name: "max.compaction.lag.ms", kind: kindLong, def: "9223372036854775807", synonym: "log.cleaner.max.compaction.lag.ms", least: 1, most: highest},
	{name: "file.delete.delay.ms", kind: kindLong, def: "60000", synonym: "log.segment.delete.delay.ms", least: 0, most: highest,
		set: func(t *Topic, v value) { t.FileDeleteDelay = millis(v) },
		get: func(t *Topic) string { return decimal(t.FileDeleteDelay) }},
	{name: "min.cleanable.dirty.ratio", kind: kindRatio, def: "0.5", synonym: "log.cleaner.min.cleanable.ratio"},
	{name: "cleanup.policy", kind: kindList, def: "delete", synonym: "log.cleanup.policy", oneOf: []string{"compact", "delete"},
		set: func(t *Topic, v value) { t.Compact, t.Delete = v.has("compact"), v.has("delete") },
		get: func(t *Topic) string { return cleanupPolicy(t) }},
	{name: "unclean.leader.election.enable", kind: kindBool, def: "false", synonym: "unclean.leader.election.enable"},
	{name: "min.insync.replicas", kind: kindInt, def: "1", synonym: "min.insync.replicas", least: 1, most: 1<<31 - 1,
		set: func(t *Topic, v value) { t.MinInsyncReplicas = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.MinInsyncReplicas) }},
	{name: "compression.type", kind: kindString, def: "producer", synonym: "compression.type",
		oneOf: []string{"uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"},
		set:   func(t *Topic, v value) { t.CompressionType, _ = ParseCompressionType(v.text) },
		get:   func(t *Topic) string { return t.CompressionType.String() }},
	{name: "compression.gzip.level", kind: kindInt, def: "-1", synonym: "compression.gzip.level", least: 1, most: 9, levelOrDefault: true,
		set: func(t *Topic, v value) { t.GzipLevel = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.GzipLevel) }},
	{name: "compression.lz4.level", kind: kindInt, def: "9", synonym: "compression.lz4.level", least: 1, most: 17,
		set: func(t *Topic, v value) { t.LZ4Level = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.LZ4Level) }},
	{name: "compression.zstd.level", kind: kindInt, def: "3", synonym: "compression.zstd.level", least: -131072, most: 22,
		set: func(t *Topic, v value) { t.ZstdLevel = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.ZstdLevel) }},
	{name: "preallocate", kind: kindBool, def: "false", synonym: "log.preallocate"},
	{name: "message.timestamp.type", kind: kindString, def: "CreateTime", synonym: "log.message.timestamp.type",
		oneOf: []string{"CreateTime", "LogAppendTime"},
		set:   func(t *Topic, v value) { t.LogAppendTime = v.text == "LogAppendTime" },
		get: func(t *Topic) string {
			if t.LogAppendTime {
				return "LogAppendTime"
			}
			return "CreateTime"
		}},
	{name: "message.timestamp.before.max.ms", kind: kindLong, def: "9223372036854775807", synonym: "log.message.timestamp.before.max.ms", least: 0, most: highest,
		set: func(t *Topic, v value) { t.TimestampBefore = millis(v) },
		get: func(t *Topic) string { return decimal(t.TimestampBefore) }},
	{name: "message.timestamp.after.max.ms", kind: kindLong, def: "3600000", synonym: "log.message.timestamp.after.max.ms", least: 0, most: highest,
		set: func(t *Topic, v value) { t.TimestampAfter = millis(v) },
		get: func(t *Topic) string { return decimal(t.TimestampAfter) }},
	{name: "leader.replication.throttled.replicas", kind: kindList, def: "", replicas: true},
	{name: "follower.replication.throttled.replicas", kind: kindList, def: "", replicas: true},
	{name: "remote.storage.enable", kind: kindBool, def: "false"},
	{name: "local.retention.ms", kind: kindLong, def: "-2", synonym: "log.local.retention.ms", least: -2, most: highest},
	{name: "local.retention.bytes", kind: kindLong, def: "-2", synonym: "log.local.retention.bytes", least: -2, most: highest},
	{name: "remote.log.copy.disable", kind: kindBool, def: "false"},
	{name: "remote.log.delete.on.disable", kind: kindBool, def: "false"},
	// internal.segment.bytes wins over segment.bytes, whose range starts at 1 MiB since 4.0: it
	// stands behind it, so that Resolve lets it win.
	{name: "internal.segment.bytes", kind: kindInt, least: -1 << 31, most: 1<<31 - 1, nullDefault: true,
		set: func(t *Topic, v value) { t.SegmentBytes = int32(v.number) }},
}

// findTopicKey finds the rule of a key, or nil.
func findTopicKey(name string) *topicKey {
	for i := range topicKeys {
		if topicKeys[i].name == name {
			return &topicKeys[i]
		}
	}
	return nil
}
