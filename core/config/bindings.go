package config

// binding ties a topic key to the field that it sets. Keys without one have no effect here.
type binding struct {
	name string
	set  func(*Topic, value)
	get  func(*Topic) string
}

var bindings = []binding{
	{name: "segment.bytes",
		set: func(t *Topic, v value) { t.SegmentBytes = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.SegmentBytes) }},
	{name: "segment.ms",
		set: func(t *Topic, v value) { t.SegmentAge = millis(v) },
		get: func(t *Topic) string { return decimal(t.SegmentAge) }},
	{name: "segment.jitter.ms",
		set: func(t *Topic, v value) { t.SegmentJitter = millis(v) },
		get: func(t *Topic) string { return decimal(t.SegmentJitter) }},
	{name: "segment.index.bytes",
		set: func(t *Topic, v value) { t.SegmentIndexBytes = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.SegmentIndexBytes) }},
	{name: "flush.messages",
		set: func(t *Topic, v value) { t.FlushMessages = v.number },
		get: func(t *Topic) string { return decimal(t.FlushMessages) }},
	{name: "flush.ms",
		set: func(t *Topic, v value) { t.FlushInterval = millis(v) },
		get: func(t *Topic) string { return decimal(t.FlushInterval) }},
	{name: "retention.bytes",
		set: func(t *Topic, v value) { t.RetentionBytes = v.number },
		get: func(t *Topic) string { return decimal(t.RetentionBytes) }},
	{name: "retention.ms",
		set: func(t *Topic, v value) { t.Retention = millis(v) },
		get: func(t *Topic) string { return decimal(t.Retention) }},
	{name: "max.message.bytes",
		set: func(t *Topic, v value) { t.MessageBytesMax = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.MessageBytesMax) }},
	{name: "index.interval.bytes",
		set: func(t *Topic, v value) { t.IndexIntervalBytes = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.IndexIntervalBytes) }},
	{name: "file.delete.delay.ms",
		set: func(t *Topic, v value) { t.FileDeleteDelay = millis(v) },
		get: func(t *Topic) string { return decimal(t.FileDeleteDelay) }},
	{name: "cleanup.policy",
		set: func(t *Topic, v value) { t.Compact, t.Delete = v.has("compact"), v.has("delete") },
		get: func(t *Topic) string { return cleanupPolicy(t) }},
	{name: "min.insync.replicas",
		set: func(t *Topic, v value) { t.MinInsyncReplicas = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.MinInsyncReplicas) }},
	{name: "compression.type",
		set: func(t *Topic, v value) { t.CompressionType, _ = ParseCompressionType(v.text) },
		get: func(t *Topic) string { return t.CompressionType.String() }},
	{name: "compression.gzip.level",
		set: func(t *Topic, v value) { t.GzipLevel = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.GzipLevel) }},
	{name: "compression.lz4.level",
		set: func(t *Topic, v value) { t.LZ4Level = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.LZ4Level) }},
	{name: "compression.zstd.level",
		set: func(t *Topic, v value) { t.ZstdLevel = int32(v.number) },
		get: func(t *Topic) string { return decimal(t.ZstdLevel) }},
	{name: "message.timestamp.type",
		set: func(t *Topic, v value) { t.LogAppendTime = v.text == "LogAppendTime" },
		get: func(t *Topic) string {
			if t.LogAppendTime {
				return "LogAppendTime"
			}
			return "CreateTime"
		}},
	{name: "message.timestamp.before.max.ms",
		set: func(t *Topic, v value) { t.TimestampBefore = millis(v) },
		get: func(t *Topic) string { return decimal(t.TimestampBefore) }},
	{name: "message.timestamp.after.max.ms",
		set: func(t *Topic, v value) { t.TimestampAfter = millis(v) },
		get: func(t *Topic) string { return decimal(t.TimestampAfter) }},
	{name: "internal.segment.bytes",
		set: func(t *Topic, v value) { t.SegmentBytes = int32(v.number) }},
}
