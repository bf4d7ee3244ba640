package config

// topicTable are the topic keys, in the order in which Kafka checks values: that of definition in its
// LogConfig, so that of several bad values the same one is named. The sixth column are the broker's
// keys that give the default, the finest unit first. internal.segment.bytes wins over segment.bytes,
// whose range starts at 1 MiB since 4.0: it stands behind it, so that Resolve lets it win.
const topicTable = `
segment.bytes|int|1073741824|>= 1048576|medium|log.segment.bytes|How large a segment becomes before the next is begun.
segment.ms|long|604800000|>= 1|medium|log.roll.ms, log.roll.hours|How old a segment becomes before the next is begun.
segment.jitter.ms|long|0|>= 0|medium|log.roll.jitter.ms, log.roll.jitter.hours|By how much at most a roll by time comes earlier.
segment.index.bytes|int|10485760|>= 4|medium|log.index.size.max.bytes|How large the index of a segment may become.
flush.messages|long|9223372036854775807|>= 1|medium|log.flush.interval.messages|After how many records a log is flushed.
flush.ms|long|9223372036854775807|>= 0|medium|log.flush.interval.ms, log.flush.scheduler.interval.ms|How long a record may lie unflushed.
retention.bytes|long|-1||medium|log.retention.bytes|How large a partition may become before its oldest segments go; -1 is no limit.
retention.ms|long|604800000|>= -1|medium|log.retention.ms, log.retention.minutes, log.retention.hours|How old a segment may become before it goes; -1 is no limit.
max.message.bytes|int|1048588|>= 0|medium|message.max.bytes|The largest batch that is taken.
index.interval.bytes|int|4096|>= 0|medium|log.index.interval.bytes|How many bytes of a log lie between two entries of its index.
delete.retention.ms|long|86400000|>= 0|medium|log.cleaner.delete.retention.ms|How long a tombstone outlives the compaction that it caused.
min.compaction.lag.ms|long|0|>= 0|medium|log.cleaner.min.compaction.lag.ms|How long a record stays uncompacted at least.
max.compaction.lag.ms|long|9223372036854775807|>= 1|medium|log.cleaner.max.compaction.lag.ms|How long a record may stay uncompacted at most.
file.delete.delay.ms|long|60000|>= 0|medium|log.segment.delete.delay.ms|How long a deleted segment keeps its file.
min.cleanable.dirty.ratio|double|0.5|0 .. 1|medium|log.cleaner.min.cleanable.ratio|From which part of uncompacted bytes on a log is compacted.
cleanup.policy|list|delete|distinct items of compact, delete, may be empty|medium|log.cleanup.policy|What becomes of old segments: they are deleted, compacted, both, or kept for ever if it is empty.
unclean.leader.election.enable|boolean|false||medium|unclean.leader.election.enable|Whether a replica that is not in sync may lead if no other can.
min.insync.replicas|int|1|>= 1|medium|min.insync.replicas|How many replicas must be in sync for a write with acks=all.
compression.type|string|producer|one of uncompressed, zstd, lz4, snappy, gzip, producer|medium|compression.type|The codec that batches are stored in; producer leaves them as they were sent.
compression.gzip.level|int|-1|[1,...,9] or -1|medium|compression.gzip.level|The level at which gzip compresses; -1 is the codec's own.
compression.lz4.level|int|9|1 .. 17|medium|compression.lz4.level|The level at which lz4 compresses.
compression.zstd.level|int|3|-131072 .. 22|medium|compression.zstd.level|The level at which zstd compresses.
preallocate|boolean|false||medium|log.preallocate|Whether a new segment takes all of its disk space at once.
message.timestamp.type|string|CreateTime|one of CreateTime, LogAppendTime|medium|log.message.timestamp.type|Whether a record's time is its producer's or that of its append.
message.timestamp.before.max.ms|long|9223372036854775807|>= 0|medium|log.message.timestamp.before.max.ms|How far a record's time may lie behind the broker's clock.
message.timestamp.after.max.ms|long|3600000|>= 0|medium|log.message.timestamp.after.max.ms|How far a record's time may lie ahead of the broker's clock.
leader.replication.throttled.replicas|list||replicas|medium||The replicas whose leaders are throttled, as partition:broker, or * for all.
follower.replication.throttled.replicas|list||replicas|medium||The replicas whose followers are throttled, as partition:broker, or * for all.
remote.storage.enable|boolean|false||medium||Whether the topic uses tiered storage.
local.retention.ms|long|-2|>= -2|medium|log.local.retention.ms|How long a segment stays local with tiered storage; -2 means as retention.ms.
local.retention.bytes|long|-2|>= -2|medium|log.local.retention.bytes|How large a partition's local part may become with tiered storage; -2 means as retention.bytes.
remote.log.copy.disable|boolean|false||medium||Whether nothing more is copied to tiered storage.
remote.log.delete.on.disable|boolean|false||medium||Whether tiered segments are deleted when tiered storage is switched off for the topic.
internal.segment.bytes|int|null||medium, internal||The segment size in tests; it goes before segment.bytes.
`

// groupTable are the keys of groups (KIP-1043), with the broker's keys that give the default.
const groupTable = `
consumer.assignment.interval.ms|int|1000|>= 0|medium|group.consumer.assignment.interval.ms|How long at least lies between two assignments of a consumer group.
consumer.heartbeat.interval.ms|int|5000|>= 1|medium|group.consumer.heartbeat.interval.ms|How often members of a consumer group send heartbeats.
consumer.session.timeout.ms|int|45000|>= 1|medium|group.consumer.session.timeout.ms|How long a member of a consumer group may be silent before it is removed.
share.assignment.interval.ms|int|1000|>= 0|medium|group.share.assignment.interval.ms|How long at least lies between two assignments of a share group.
share.auto.offset.reset|string|latest|offset reset|medium||Where a share group begins: latest, earliest or by_duration: and an ISO 8601 duration back.
share.delivery.count.limit|int|5|>= 2|medium|group.share.delivery.count.limit|How often a share group tries to deliver a record.
share.heartbeat.interval.ms|int|5000|>= 1|medium|group.share.heartbeat.interval.ms|How often members of a share group send heartbeats.
share.isolation.level|string|read_uncommitted|one of read_committed, read_uncommitted|medium||Whether a share group reads records of transactions that are not committed.
share.partition.max.record.locks|int|2000|>= 100|medium|group.share.partition.max.record.locks|How many records of a partition may be locked for a share group.
share.record.lock.duration.ms|int|30000|>= 1000|medium|group.share.record.lock.duration.ms|How long a record is locked for the member of a share group that took it.
share.renew.acknowledge.enable|boolean|true||medium||Whether members of a share group may renew the locks of records.
share.session.timeout.ms|int|45000|>= 1|medium|group.share.session.timeout.ms|How long a member of a share group may be silent before it is removed.
streams.assignment.interval.ms|int|1000|>= 0|medium|group.streams.assignment.interval.ms|How long at least lies between two assignments of a streams group.
streams.heartbeat.interval.ms|int|5000|>= 1|medium|group.streams.heartbeat.interval.ms|How often members of a streams group send heartbeats.
streams.initial.rebalance.delay.ms|int|3000|>= 0|medium|group.streams.initial.rebalance.delay.ms|How long the first rebalance of a streams group waits for more members.
streams.num.standby.replicas|int|0|>= 0|medium|group.streams.num.standby.replicas|How many standby replicas a task of a streams group has.
streams.session.timeout.ms|int|45000|>= 1|medium|group.streams.session.timeout.ms|How long a member of a streams group may be silent before it is removed.
`

// clientMetricsTable are the keys of a subscription to client metrics (KIP-714).
const clientMetricsTable = `
interval.ms|int|300000||medium||How often a client pushes the metrics of this subscription.
match|list||distinct items, may be empty|medium||Which clients the subscription is for, as key=regular expression.
metrics|list||distinct items, may be empty|medium||Which metrics are asked for, by the beginnings of their names; empty is none, * all.
`
