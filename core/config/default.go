package config

import (
	"math"

	"momus/core/kafka"
)

// day is a civil day; Kafka's defaults of retention and expiry are multiples of it.
const day kafka.Millis = 24 * 60 * 60 * 1000

// ProducerIDBlock is the block of producer ids that every broker of Kafka takes.
const ProducerIDBlock = 1000

// FetchSessionEviction is how long every Kafka keeps a fetch session from being taken for stale.
const FetchSessionEviction kafka.Millis = 120_000

// MetadataCleanInterval is how often Kafka's KafkaRaftClient looks for snapshots that may go.
const MetadataCleanInterval kafka.Millis = 60_000

// DefaultTopic is what a topic has if neither it nor the broker says otherwise.
func DefaultTopic() Topic {
	return Topic{
		SegmentBytes:       1 << 30,
		SegmentIndexBytes:  10 << 20,
		IndexIntervalBytes: 4096,
		MessageBytesMax:    1<<20 + 12,
		MinInsyncReplicas:  1,
		FlushMessages:      math.MaxInt64,
		FlushInterval:      math.MaxInt64,
		TimestampBefore:    math.MaxInt64,
		TimestampAfter:     60 * 60 * 1000,
		CompressionType:    CompressionProducer,
		GzipLevel:          -1,
		LZ4Level:           9,
		ZstdLevel:          3,
		Delete:             true,
		RetentionBytes:     -1,
		Retention:          7 * day,
		SegmentAge:         7 * day,
		FileDeleteDelay:    60_000,
		DeleteRetention:    day,
		MaxCompactionLag:   math.MaxInt64,
		MinCleanableRatio:  billion / 2,
	}
}

// DefaultCleaner is how logs are compacted if nothing says otherwise.
func DefaultCleaner() Cleaner {
	return Cleaner{
		Enabled: true, Threads: 1, Backoff: 15_000,
		DedupeBytes: 128 << 20, LoadFactor: billion / 10 * 9, BytesPerSecond: math.MaxInt64,
	}
}

// DefaultBroker is the configuration of a node that is given none: both roles, a broker listener
// on 9092 and a controller listener on 9093, everything else as in kafka-configs of 4.3.
func DefaultBroker() Broker {
	return Broker{
		NodeID:       1,
		IsBroker:     true,
		IsController: true,
		Listeners: []Listener{
			{Name: "PLAINTEXT", Port: 9092, AdvertisedHost: "localhost", AdvertisedPort: 9092},
			{Name: "CONTROLLER", Port: 9093, Controller: true},
		},
		AutoCreateTopics:         true,
		NumPartitions:            1,
		DefaultReplicationFactor: 1,
		DeleteTopicEnable:        true,
		FetchBytesMax:            55 << 20,
		RequestBytesMax:          100 << 20,
		FetchSessionSlots:        1000,
		FetchSessionEviction:     FetchSessionEviction,
		Connections:              Connections{Max: unlimited, PerIP: unlimited, Rate: unlimited, Idle: 600_000},
		ConsumerGroups:           DefaultConsumerGroups(),
		QuotaWindows:             11, QuotaWindowSeconds: 1, ControllerQuotaWindows: 11, ControllerQuotaWindowSeconds: 1,
		HeartbeatInterval:      2000,
		SessionTimeout:         9000,
		ProducerIDExpiration:   day,
		ProducerIDBlock:        ProducerIDBlock,
		CheckpointInterval:     60000,
		RetentionCheckInterval: 300000,
		InitialTaskDelay:       30000,
		RecoveryThreads:        2,
		Cleaner:                DefaultCleaner(),
		DescribedPartitionsMax: 2000,
		MetadataSegmentBytes:   1 << 30,
		SnapshotBytes:          20 << 20,
		SnapshotInterval:       60 * 60 * 1000,
		MetadataRetentionBytes: 100 << 20,
		MetadataRetention:      7 * day,
		MetadataCleanInterval:  MetadataCleanInterval,
		Groups:                 DefaultGroups(),
		Topic:                  DefaultTopic(),
	}
}
