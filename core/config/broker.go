package config

import "momus/core/kafka"

// Listener is one address that the node listens on and how it is advertised.
//
//canon:gen
type Listener struct {
	Name string
	Host string
	Port int32
	// AdvertisedHost and AdvertisedPort are what Metadata tells clients; empty for a controller listener.
	AdvertisedHost string
	AdvertisedPort int32
	Controller     bool
}

// Bound takes the port that is listened on: with port 0 the system chose it, and clients are told
// that one unless another is advertised.
func (l *Listener) Bound(port int32) {
	if l.Port == 0 && l.AdvertisedPort == 0 && !l.Controller {
		l.AdvertisedPort = port
	}
	l.Port = port
}

// Broker is the static configuration of one node, from server.properties, environment and flags.
//
//canon:gen
type Broker struct {
	NodeID    kafka.NodeID
	ClusterID string
	Rack      *string
	// IsBroker and IsController are process.roles.
	IsBroker     bool
	IsController bool
	Listeners    []Listener

	AutoCreateTopics         bool
	NumPartitions            int32
	DefaultReplicationFactor int16
	DeleteTopicEnable        bool
	// FetchBytesMax is fetch.max.bytes, RequestBytesMax socket.request.max.bytes.
	FetchBytesMax   int32
	RequestBytesMax int32
	// FetchSessionSlots is max.incremental.fetch.session.cache.slots; FetchSessionEviction is how long a
	// fetch session is safe from larger ones (KIP-227). In Kafka it is two minutes, and no key changes it.
	FetchSessionSlots    int32
	FetchSessionEviction kafka.Millis
	Connections          Connections
	ConsumerGroups       ConsumerGroups
	// QuotaWindows and QuotaWindowSeconds are quota.window.num and quota.window.size.seconds; the
	// controller's are controller.quota.window.num and .size.seconds.
	QuotaWindows                 int32
	QuotaWindowSeconds           int32
	ControllerQuotaWindows       int32
	ControllerQuotaWindowSeconds int32
	// HeartbeatInterval and SessionTimeout are broker.heartbeat.interval.ms and broker.session.timeout.ms.
	HeartbeatInterval kafka.Millis
	SessionTimeout    kafka.Millis
	// ProducerIDExpiration is producer.id.expiration.ms.
	ProducerIDExpiration kafka.Millis
	// ProducerIDBlock is how many producer ids a broker gets at a time (KIP-730). In Kafka it is 1000, and
	// no key changes it.
	ProducerIDBlock int32
	// CheckpointInterval is log.flush.offset.checkpoint.interval.ms.
	CheckpointInterval kafka.Millis
	// RetentionCheckInterval is log.retention.check.interval.ms, InitialTaskDelay
	// log.initial.task.delay.ms, after which the first check comes.
	RetentionCheckInterval kafka.Millis
	InitialTaskDelay       kafka.Millis
	Cleaner                Cleaner
	// RecoveryThreads is num.recovery.threads.per.data.dir: how many logs of one directory are opened
	// at a time at the start.
	RecoveryThreads int32
	// MetadataSegmentBytes is metadata.log.segment.bytes.
	MetadataSegmentBytes int32
	// SnapshotBytes is metadata.log.max.record.bytes.between.snapshots, SnapshotInterval
	// metadata.log.max.snapshot.interval.ms; 0 is none.
	SnapshotBytes    int64
	SnapshotInterval kafka.Millis
	// MetadataRetentionBytes and MetadataRetention are metadata.max.retention.bytes and .ms, negative
	// for no limit. MetadataCleanInterval is how often they are looked at; no key sets it.
	MetadataRetentionBytes int64
	MetadataRetention      kafka.Millis
	MetadataCleanInterval  kafka.Millis

	// DescribedPartitionsMax is max.request.partition.size.limit: the most partitions that one
	// DescribeTopicPartitions answers.
	DescribedPartitionsMax int32

	// Groups are the group coordinator's.
	Groups Groups

	// Static are the keys that the node's own configuration sets, by name, for DescribeConfigs. Of
	// passwords, and of what is set and unknown, only the names are there.
	Static []Override
	// Topic holds the broker-wide defaults of topic keys (log.segment.bytes and so on).
	Topic Topic
}

// Cleaner is how logs are compacted: the keys log.cleaner.*.
//
//canon:gen
type Cleaner struct {
	// Enabled is log.cleaner.enable, Threads how many logs are compacted at a time, Backoff how long nothing
	// is looked for after nothing was found.
	Enabled bool
	Threads int32
	Backoff kafka.Millis
	// DedupeBytes is log.cleaner.dedupe.buffer.size, which the threads share, LoadFactor log.cleaner.io.buffer.load.factor
	// in billionths.
	DedupeBytes int64
	LoadFactor  int64
	// BytesPerSecond is log.cleaner.io.max.bytes.per.second, at most math.MaxInt64.
	BytesPerSecond int64
}

// Topic is the effective configuration of a topic.
//
//canon:gen
type Topic struct {
	SegmentBytes       int32
	SegmentIndexBytes  int32
	IndexIntervalBytes int32
	MessageBytesMax    int32
	MinInsyncReplicas  int32
	// FlushMessages is flush.messages and FlushInterval flush.ms; MaxInt64 means never.
	FlushMessages int64
	FlushInterval kafka.Millis
	LogAppendTime bool
	// TimestampBefore and TimestampAfter are message.timestamp.before.max.ms and .after.max.ms: how
	// far a record's time may lie from the broker's.
	TimestampBefore kafka.Millis
	TimestampAfter  kafka.Millis
	// CompressionType is compression.type, and the levels are those of the codecs that have any.
	CompressionType CompressionType
	GzipLevel       int32
	LZ4Level        int32
	ZstdLevel       int32
	Compact         bool
	Delete          bool
	RetentionBytes  int64
	Retention       kafka.Millis
	// SegmentAge is segment.ms, SegmentJitter segment.jitter.ms, FileDeleteDelay file.delete.delay.ms.
	SegmentAge      kafka.Millis
	SegmentJitter   kafka.Millis
	FileDeleteDelay kafka.Millis
	// DeleteRetention is delete.retention.ms, MinCompactionLag and MaxCompactionLag min. and max.compaction.lag.ms.
	DeleteRetention  kafka.Millis
	MinCompactionLag kafka.Millis
	MaxCompactionLag kafka.Millis
	// MinCleanableRatio is min.cleanable.dirty.ratio in billionths.
	MinCleanableRatio int64
}

// Override is one key that is set: on a topic or another resource, for brokers, or by a node.
//
//canon:gen
type Override struct {
	Name  string
	Value string
}
