package config

// brokerTable are the broker and controller keys of Kafka 4.3, sorted by name: name, type, default,
// what is allowed, importance, update mode, documentation. Without documentation a key is the
// broker-wide default of a topic's or a group's key, and documented there.
const brokerTable = `
add.partitions.to.txn.retry.backoff.max.ms|int|100|>= 0|high|read-only|The longest pause between two tries to verify or add partitions of a transaction.
add.partitions.to.txn.retry.backoff.ms|int|20|>= 1|high|read-only|The first pause between two tries to verify or add partitions of a transaction.
advertised.listeners|list|null|distinct items, not empty, may be null|high|read-only|The addresses that clients and other brokers are told, if they differ from those that are listened on.
alter.config.policy.class.name|class|null||low|read-only|A Java class that judges changes of configuration; a node that is given one refuses to start.
alter.log.dirs.replication.quota.window.num|int|11|>= 1|low|read-only|How many samples are kept for the quota of moves between log directories.
alter.log.dirs.replication.quota.window.size.seconds|int|1|>= 1|low|read-only|How long each sample for the quota of moves between log directories lasts.
authorizer.class.name|string||non-null string|low|read-only|The authorizer that decides who may do what; empty means that everybody may do everything.
auto.create.topics.enable|boolean|true||high|read-only|Whether a topic that a client asks for and that does not exist is created.
auto.leader.rebalance.enable|boolean|true||high|read-only|Whether leadership is given back to preferred leaders from time to time.
background.threads|int|10|>= 1|high|cluster-wide|How many threads do chores in the background.
broker.heartbeat.interval.ms|int|2000||medium|read-only|How often a broker tells the controller that it is alive.
broker.id|int|-1||high|read-only|An older name of node.id; if both are set they must agree.
broker.rack|string|null||medium|read-only|Where the broker stands, so that replicas and fetches can be spread or kept near.
broker.session.timeout.ms|int|9000||medium|read-only|How long the controller waits for a heartbeat before it fences a broker.
client.quota.callback.class|class|null||low|read-only|A Java class that computes client quotas in place of the built-in ones.
compression.gzip.level|int|-1|[1,...,9] or -1|medium|cluster-wide|
compression.lz4.level|int|9|1 .. 17|medium|cluster-wide|
compression.type|string|producer|one of uncompressed, zstd, lz4, snappy, gzip, producer|high|cluster-wide|
compression.zstd.level|int|3|-131072 .. 22|medium|cluster-wide|
config.providers|list||distinct items, may be empty|low|cluster-wide|Names of providers that resolve indirect values of other keys.
connection.failed.authentication.delay.ms|int|100|>= 0|low|read-only|How long the closing of a connection that failed to authenticate is put off.
connections.max.idle.ms|long|600000||medium|read-only|How long a connection may be silent before it is closed.
connections.max.reauth.ms|long|0||medium|read-only|How long a SASL session lives before it must authenticate again; 0 means for ever.
controlled.shutdown.enable|boolean|true||medium|read-only|Whether a broker that stops hands its leaderships over first.
controller.listener.names|list|(required)|distinct items, not empty|high|read-only|The names of the listeners that controllers use.
controller.performance.always.log.threshold.ms|long|2000|>= 0|medium, internal|read-only|How long a controller event may take before it is logged as slow.
controller.performance.sample.period.ms|long|60000|>= 100|medium, internal|read-only|How often the controller logs a summary of its performance.
controller.quorum.append.linger.ms|int|25|>= 0|medium|read-only|How long a leader of the metadata quorum gathers writes before it flushes them.
controller.quorum.auto.join.enable|boolean|false||low|read-only|Whether a controller that is no voter adds itself to the quorum.
controller.quorum.bootstrap.servers|list||non-empty list|high|read-only|Addresses by which nodes find the metadata quorum.
controller.quorum.election.backoff.max.ms|int|1000|>= 0|high|read-only|The longest pause before another election after one that failed.
controller.quorum.election.timeout.ms|int|1000|>= 0|high|read-only|How long a candidate waits for votes before it begins a new election.
controller.quorum.fetch.max.bytes|int|1048576|>= 1|low|read-only|The most bytes that one fetch of the metadata log asks for.
controller.quorum.fetch.snapshot.max.bytes|int|1048576|>= 1|low|read-only|The most bytes that one fetch of a metadata snapshot asks for.
controller.quorum.fetch.timeout.ms|int|2000|>= 0|high|read-only|How long a voter goes without a good fetch from the leader before it stands for election, and a leader without fetches of a majority before it resigns.
controller.quorum.request.timeout.ms|int|2000|>= 0|medium|read-only|How long a request of the metadata quorum may stay unanswered.
controller.quorum.retry.backoff.ms|int|20|>= 0|low|read-only|The pause before a request of the metadata quorum is repeated.
controller.quorum.voters|list||non-empty list|high|read-only|The voters of a static metadata quorum, as id@host:port.
controller.quota.window.num|int|11|>= 1|low|read-only|How many samples are kept for the quota of controller mutations.
controller.quota.window.size.seconds|int|1|>= 1|low|read-only|How long each sample for the quota of controller mutations lasts.
controller.socket.timeout.ms|int|30000||medium|read-only|How long requests between controller and brokers may take.
cordoned.log.dirs|list||distinct items, may be empty, may be null|medium|per-broker|Log directories that take no new replicas; * means all.
create.topic.policy.class.name|class|null||low|read-only|A Java class that judges new topics; a node that is given one refuses to start.
default.replication.factor|int|1||medium|read-only|How many replicas a topic has that is created without saying so.
delegation.token.expiry.check.interval.ms|long|3600000|>= 1|low|read-only|How often expired delegation tokens are looked for.
delegation.token.expiry.time.ms|long|86400000|>= 1|medium|read-only|How long a delegation token is valid before it must be renewed.
delegation.token.max.lifetime.ms|long|604800000|>= 1|medium|read-only|How long a delegation token may live, renewals included.
delegation.token.secret.key|password|null||medium|read-only|The secret that delegation tokens are signed with.
delete.records.purgatory.purge.interval.requests|int|1||medium|read-only|After how many finished DeleteRecords requests the waiting ones are tidied.
delete.topic.enable|boolean|true||high|read-only|Whether topics may be deleted.
early.start.listeners|list|null|distinct items, may be empty, may be null|high|read-only|Listeners that accept connections before authorization data is loaded.
fetch.max.bytes|int|57671680|>= 1024|medium|read-only|The most bytes that one Fetch response holds, unless its first batch alone is larger.
fetch.purgatory.purge.interval.requests|int|1000||medium|read-only|After how many finished Fetch requests the waiting ones are tidied.
follower.fetch.last.tiered.offset.enable|boolean|false||medium|cluster-wide|Whether a new follower begins behind what tiered storage already holds.
follower.replication.throttled.rate|long|9223372036854775807|>= 0|medium|dynamic only|The most bytes a second that throttled followers fetch on this broker.
group.consumer.assignment.interval.ms|int|1000|>= 0|medium|cluster-wide|
group.consumer.assignors|list|uniform,range|distinct items, not empty|medium|read-only|The server-side assignors of consumer groups, the default first.
group.consumer.heartbeat.interval.ms|int|5000|>= 1|medium|read-only|
group.consumer.max.assignment.interval.ms|int|15000|>= 0|medium|read-only|The greatest assignment interval that a consumer group may set.
group.consumer.max.heartbeat.interval.ms|int|15000|>= 1|medium|read-only|The greatest heartbeat interval that a consumer group may set.
group.consumer.max.session.timeout.ms|int|60000|>= 1|medium|read-only|The greatest session timeout that a consumer group may set.
group.consumer.max.size|int|2147483647|>= 1|medium|read-only|How many members a consumer group may have.
group.consumer.migration.policy|string|bidirectional|one of (any case) BIDIRECTIONAL, DISABLED, DOWNGRADE, UPGRADE|medium|read-only|Which conversions between classic and consumer groups are done while the group lives.
group.consumer.min.assignment.interval.ms|int|0|>= 0|medium|read-only|The least assignment interval that a consumer group may set.
group.consumer.min.heartbeat.interval.ms|int|5000|>= 1|medium|read-only|The least heartbeat interval that a consumer group may set.
group.consumer.min.session.timeout.ms|int|45000|>= 1|medium|read-only|The least session timeout that a consumer group may set.
group.consumer.regex.refresh.interval.ms|int|600000|>= 10000|medium, internal|read-only|How often the regular expressions of a group's subscriptions are resolved anew.
group.consumer.session.timeout.ms|int|45000|>= 1|medium|read-only|
group.coordinator.append.linger.ms|int|-1|>= -1|medium|read-only|How long the group coordinator gathers records before it writes them; -1 adapts.
group.coordinator.background.threads|int|2|>= 1|high|read-only|How many threads do the group coordinator's long work.
group.coordinator.cached.buffer.max.bytes|int|1048588|>= 524288|medium|cluster-wide|The largest write buffer that the group coordinator keeps for reuse.
group.coordinator.rebalance.protocols|list|classic,consumer,streams|distinct items of consumer, classic, share, streams, not empty|medium|read-only|The group protocols that are served.
group.coordinator.threads|int|4|>= 1|high|read-only|How many threads run the group coordinator.
group.initial.rebalance.delay.ms|int|3000||medium|read-only|How long the first rebalance of an empty classic group waits for more members.
group.max.session.timeout.ms|int|1800000||medium|read-only|The greatest session timeout that a member of a classic group may ask for.
group.max.size|int|2147483647|>= 1|medium|read-only|How many members a classic group may have.
group.min.session.timeout.ms|int|6000||medium|read-only|The least session timeout that a member of a classic group may ask for.
group.share.assignment.interval.ms|int|1000|>= 0|medium|cluster-wide|
group.share.assignors|list|simple|distinct items, not empty|medium|read-only|The server-side assignors of share groups.
group.share.delivery.count.limit|int|5|2 .. 10|medium|read-only|
group.share.heartbeat.interval.ms|int|5000|>= 1|medium|read-only|
group.share.initialize.retry.interval.ms|int|30000|>= 1|low, internal|read-only|How long to wait before the state of a share group is initialised again.
group.share.max.assignment.interval.ms|int|15000|>= 0|medium|read-only|The greatest assignment interval that a share group may set.
group.share.max.delivery.count.limit|int|10|5 .. 25|medium|read-only|The greatest delivery count limit that a share group may set.
group.share.max.heartbeat.interval.ms|int|15000|>= 1|medium|read-only|The greatest heartbeat interval that a share group may set.
group.share.max.partition.max.record.locks|int|4000|2000 .. 10000|medium|read-only|The greatest number of record locks that a share group may set.
group.share.max.record.lock.duration.ms|int|60000|30000 .. 3600000|medium|read-only|The longest record lock that a share group may set.
group.share.max.session.timeout.ms|int|60000|>= 1|medium|read-only|The greatest session timeout that a share group may set.
group.share.max.share.sessions|int|2000|>= 1|medium|read-only|How many share sessions a broker keeps.
group.share.max.size|int|200|1 .. 1000|medium|read-only|How many members a share group may have.
group.share.min.assignment.interval.ms|int|0|>= 0|medium|read-only|The least assignment interval that a share group may set.
group.share.min.delivery.count.limit|int|2|2 .. 5|medium|read-only|The least delivery count limit that a share group may set.
group.share.min.heartbeat.interval.ms|int|5000|>= 1|medium|read-only|The least heartbeat interval that a share group may set.
group.share.min.partition.max.record.locks|int|100|100 .. 2000|medium|read-only|The least number of record locks that a share group may set.
group.share.min.record.lock.duration.ms|int|15000|1000 .. 30000|medium|read-only|The shortest record lock that a share group may set.
group.share.min.session.timeout.ms|int|45000|>= 1|medium|read-only|The least session timeout that a share group may set.
group.share.partition.max.record.locks|int|2000|100 .. 10000|medium|read-only|
group.share.persister.class.name|string|org.apache.kafka.server.share.persister.DefaultStatePersister||medium, internal|read-only|The class that keeps the state of share partitions.
group.share.record.lock.duration.ms|int|30000|1000 .. 3600000|medium|read-only|
group.share.session.timeout.ms|int|45000|>= 1|medium|read-only|
group.streams.assignment.interval.ms|int|1000|>= 0|medium|cluster-wide|
group.streams.heartbeat.interval.ms|int|5000|>= 1|medium|read-only|
group.streams.initial.rebalance.delay.ms|int|3000|>= 0|medium|read-only|
group.streams.max.assignment.interval.ms|int|15000|>= 0|medium|read-only|The greatest assignment interval that a streams group may set.
group.streams.max.heartbeat.interval.ms|int|15000|>= 1|medium|read-only|The greatest heartbeat interval that a streams group may set.
group.streams.max.session.timeout.ms|int|60000|>= 1|medium|read-only|The greatest session timeout that a streams group may set.
group.streams.max.size|int|2147483647|>= 1|medium|read-only|How many members a streams group may have.
group.streams.max.standby.replicas|int|2|>= 0|medium|read-only|The greatest number of standby replicas that a streams group may set.
group.streams.min.assignment.interval.ms|int|0|>= 0|medium|read-only|The least assignment interval that a streams group may set.
group.streams.min.heartbeat.interval.ms|int|5000|>= 1|medium|read-only|The least heartbeat interval that a streams group may set.
group.streams.min.session.timeout.ms|int|45000|>= 1|medium|read-only|The least session timeout that a streams group may set.
group.streams.num.standby.replicas|int|0|>= 0|medium|read-only|
group.streams.session.timeout.ms|int|45000|>= 1|medium|read-only|
initial.broker.registration.timeout.ms|int|60000||medium|read-only|How long a starting broker tries to register before it gives up.
inter.broker.listener.name|string|null||medium|read-only|The listener that brokers use among themselves.
internal.metadata.delete.delay.millis|long|60000||low, internal|read-only|How long a deleted segment of the metadata log keeps its file.
internal.metadata.log.segment.bytes|int|null||low, internal|read-only|The segment size of the metadata log in tests; it goes before metadata.log.segment.bytes.
internal.metadata.max.batch.size.in.bytes|int|8388608||low, internal|read-only|The largest batch of the metadata log.
kafka.metrics.polling.interval.secs|int|10|>= 1|low|read-only|How often metrics reporters are polled.
kafka.metrics.reporters|list||distinct items, may be empty|low|read-only|Classes that report the broker's own metrics.
leader.imbalance.check.interval.seconds|long|300|>= 1|high|read-only|How often it is looked whether preferred leaders lead.
leader.replication.throttled.rate|long|9223372036854775807|>= 0|medium|dynamic only|The most bytes a second that throttled leaders send to followers from this broker.
listener.security.protocol.map|string|SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT||low|per-broker|Which security protocol each listener speaks.
listeners|list|PLAINTEXT://:9092|distinct items, not empty|high|per-broker|The addresses that the node listens on, as NAME://host:port.
log.cleaner.backoff.ms|long|15000|>= 0|medium|cluster-wide|How long the cleaner sleeps when there is nothing to clean.
log.cleaner.dedupe.buffer.size|long|134217728||medium|cluster-wide|How many bytes the cleaner may use to find duplicate keys.
log.cleaner.delete.retention.ms|long|86400000|>= 0|medium|cluster-wide|
log.cleaner.enable|boolean|true||medium|read-only|Whether logs are compacted.
log.cleaner.io.buffer.load.factor|double|0.9||medium|cluster-wide|How full the cleaner's table of keys may become.
log.cleaner.io.buffer.size|int|524288|>= 0|medium|cluster-wide|How many bytes the cleaner's read and write buffers have.
log.cleaner.io.max.bytes.per.second|double|1.7976931348623157E308||medium|cluster-wide|The most bytes a second that the cleaner reads and writes.
log.cleaner.max.compaction.lag.ms|long|9223372036854775807|>= 1|medium|cluster-wide|
log.cleaner.min.cleanable.ratio|double|0.5|0 .. 1|medium|cluster-wide|
log.cleaner.min.compaction.lag.ms|long|0|>= 0|medium|cluster-wide|
log.cleaner.threads|int|1|>= 0|medium|cluster-wide|How many threads clean logs.
log.cleanup.policy|list|delete|distinct items of compact, delete, may be empty|medium|cluster-wide|
log.dir|list|/tmp/kafka-logs|distinct items, not empty|high|read-only|The log directory, if log.dirs is not set.
log.dir.failure.timeout.ms|long|30000|>= 1|low|read-only|How long a broker tries to tell the controller of a failed log directory before it stops.
log.dirs|list|null|distinct items, not empty, may be null|high|read-only|The directories that hold the logs.
log.flush.interval.messages|long|9223372036854775807|>= 1|high|cluster-wide|
log.flush.interval.ms|long|null||high|cluster-wide|
log.flush.offset.checkpoint.interval.ms|int|60000|>= 0|high|read-only|How often the recovery points of all logs are written down.
log.flush.scheduler.interval.ms|long|9223372036854775807||high|read-only|How often logs are looked through for what must be flushed.
log.flush.start.offset.checkpoint.interval.ms|int|60000|>= 0|high|read-only|How often the log start offsets are written down.
log.index.interval.bytes|int|4096|>= 0|medium|cluster-wide|
log.index.size.max.bytes|int|10485760|>= 4|medium|cluster-wide|
log.initial.task.delay.ms|long|30000|>= 0|low, internal|read-only|How long the periodic work on logs waits after the start.
log.local.retention.bytes|long|-2|>= -2|medium|cluster-wide|
log.local.retention.ms|long|-2|>= -2|medium|cluster-wide|
log.message.timestamp.after.max.ms|long|3600000|>= 0|medium|cluster-wide|
log.message.timestamp.before.max.ms|long|9223372036854775807|>= 0|medium|cluster-wide|
log.message.timestamp.type|string|CreateTime|one of CreateTime, LogAppendTime|medium|cluster-wide|
log.preallocate|boolean|false||medium|cluster-wide|
log.retention.bytes|long|-1||high|cluster-wide|
log.retention.check.interval.ms|long|300000|>= 1|medium|read-only|How often logs are looked through for segments that may go.
log.retention.hours|int|168||high|read-only|How many hours a segment is kept; minutes and milliseconds, if set, go before it.
log.retention.minutes|int|null||high|read-only|How many minutes a segment is kept; milliseconds, if set, go before it.
log.retention.ms|long|null||high|cluster-wide|
log.roll.hours|int|168|>= 1|high|read-only|After how many hours a new segment is begun; milliseconds, if set, go before it.
log.roll.jitter.hours|int|0|>= 0|high|read-only|By how many hours at most a roll comes earlier; milliseconds, if set, go before it.
log.roll.jitter.ms|long|null||high|cluster-wide|
log.roll.ms|long|null||high|cluster-wide|
log.segment.bytes|int|1073741824|>= 1048576|high|cluster-wide|
log.segment.delete.delay.ms|long|60000|>= 0|high|cluster-wide|
max.connection.creation.rate|int|2147483647|>= 0|medium|cluster-wide|The most new connections a second that the broker takes.
max.connections|int|2147483647|>= 0|medium|cluster-wide|The most connections that the broker has at a time.
max.connections.per.ip|int|2147483647|>= 0|medium|cluster-wide|The most connections from one address.
max.connections.per.ip.overrides|string|||medium|cluster-wide|Other limits of connections for certain addresses, as host:number.
max.incremental.fetch.session.cache.slots|int|1000|>= 0|medium|read-only|How many incremental fetch sessions are remembered.
max.request.partition.size.limit|int|2000|>= 1|medium|read-only|The most partitions that one DescribeTopicPartitions answers.
message.max.bytes|int|1048588|>= 0|high|cluster-wide|
metadata.log.dir|string|null||high|read-only|The directory of the metadata log, if it is not the first of the log directories.
metadata.log.max.record.bytes.between.snapshots|long|20971520|>= 1|high|read-only|After how many bytes of the metadata log a new snapshot is made.
metadata.log.max.snapshot.interval.ms|long|3600000|>= 0|high|read-only|After how long a new snapshot is made if anything changed.
metadata.log.segment.bytes|int|1073741824|>= 8388608|high|read-only|How large a segment of the metadata log becomes.
metadata.log.segment.ms|long|604800000||high|read-only|How old a segment of the metadata log becomes.
metadata.max.idle.interval.ms|int|500|>= 0|low|read-only|How long the metadata log stays still before a record that says nothing is written.
metadata.max.retention.bytes|long|104857600||high|read-only|How large metadata log and snapshots may become before old ones go.
metadata.max.retention.ms|long|604800000||high|read-only|How long old metadata segments and snapshots are kept.
metric.reporters|list|org.apache.kafka.common.metrics.JmxReporter|distinct items, may be empty|low|cluster-wide|Classes that report metrics.
metrics.num.samples|int|2|>= 1|low|read-only|How many samples a metric is computed from.
metrics.recording.level|string|INFO||low|read-only|How detailed metrics are.
metrics.sample.window.ms|long|30000|>= 1|low|read-only|How long one sample of a metric lasts.
min.insync.replicas|int|1|>= 1|high|cluster-wide|
node.id|int|(required)|>= 0|high|read-only|The number that names this node in the cluster.
num.io.threads|int|8|>= 1|high|cluster-wide|How many threads process requests.
num.network.threads|int|3|>= 1|high|cluster-wide|How many threads read requests from the network and write answers.
num.partitions|int|1|>= 1|medium|read-only|How many partitions a topic has that is created without saying so.
num.recovery.threads.per.data.dir|int|2|>= 1|high|cluster-wide|How many threads recover the logs of one directory at start.
num.replica.alter.log.dirs.threads|int|null||high|read-only|How many threads move replicas between log directories.
num.replica.fetchers|int|1|>= 1|high|cluster-wide|How many threads fetch from each other broker.
offset.metadata.max.bytes|int|4096||high|read-only|How long the text beside a committed offset may be.
offsets.commit.timeout.ms|int|5000|>= 1|high|read-only|How long an offset commit waits for its replicas.
offsets.load.buffer.size|int|5242880|>= 1|high|read-only|The batch size with which offsets are loaded.
offsets.retention.check.interval.ms|long|600000|>= 1|high|read-only|How often expired offsets are looked for.
offsets.retention.minutes|int|10080|>= 1|high|read-only|How long offsets of a group without members are kept.
offsets.topic.compression.codec|int|0||high|read-only|The codec of the offsets topic, by number.
offsets.topic.num.partitions|int|50|>= 1|high|read-only|How many partitions the offsets topic gets.
offsets.topic.replication.factor|short|3|>= 1|high|read-only|How many replicas the offsets topic gets.
offsets.topic.segment.bytes|int|104857600|>= 1|high|read-only|The segment size of the offsets topic.
principal.builder.class|class|org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder||medium|per-broker|The class that makes a principal of a connection's credentials.
process.roles|list|(required)|distinct items of broker, controller, not empty|high|read-only|What this node is: broker, controller or both.
producer.id.expiration.check.interval.ms|int|600000|>= 1|low, internal|read-only|How often expired producer ids are looked for.
producer.id.expiration.ms|int|86400000|>= 1|low|cluster-wide|How long an idle producer's state is remembered by a partition leader.
producer.purgatory.purge.interval.requests|int|1000||medium|read-only|After how many finished Produce requests the waiting ones are tidied.
queued.max.request.bytes|long|-1||medium|read-only|How many bytes of requests may wait before no more are read; -1 is no limit.
queued.max.requests|int|500|>= 1|high|read-only|How many requests may wait before no more are read.
quota.window.num|int|11|>= 1|low|read-only|How many samples are kept for client quotas.
quota.window.size.seconds|int|1|>= 1|low|read-only|How long each sample for client quotas lasts.
remote.fetch.max.wait.ms|int|500|>= 1|medium|cluster-wide|How long a fetch waits for tiered storage.
remote.list.offsets.request.timeout.ms|long|30000|>= 1|medium|cluster-wide|How long a lookup of offsets waits for tiered storage.
remote.log.index.file.cache.total.size.bytes|long|1073741824|>= 1|low|cluster-wide|How much disk the cached indexes of tiered segments may take.
remote.log.index.file.cache.ttl.ms|long|900000|>= -1|low, internal|read-only|How long an index of a tiered segment is cached after its last use.
remote.log.manager.copier.thread.pool.size|int|10|>= 1|medium|cluster-wide|How many threads copy segments to tiered storage.
remote.log.manager.copy.max.bytes.per.second|long|9223372036854775807|>= 1|medium|cluster-wide|The most bytes a second that are copied to tiered storage.
remote.log.manager.copy.quota.window.num|int|11|>= 1|medium|read-only|How many samples are kept for the quota of copies to tiered storage.
remote.log.manager.copy.quota.window.size.seconds|int|1|>= 1|medium|read-only|How long each sample for the quota of copies to tiered storage lasts.
remote.log.manager.expiration.thread.pool.size|int|10|>= 1|medium|cluster-wide|How many threads delete expired tiered segments.
remote.log.manager.fetch.max.bytes.per.second|long|9223372036854775807|>= 1|medium|cluster-wide|The most bytes a second that are fetched from tiered storage.
remote.log.manager.fetch.quota.window.num|int|11|>= 1|medium|read-only|How many samples are kept for the quota of fetches from tiered storage.
remote.log.manager.fetch.quota.window.size.seconds|int|1|>= 1|medium|read-only|How long each sample for the quota of fetches from tiered storage lasts.
remote.log.manager.follower.thread.pool.size|int|2|>= 1|medium|cluster-wide|How many threads follow what leaders do with tiered storage.
remote.log.manager.task.interval.ms|long|30000|>= 1|low|read-only|How often there is work for tiered storage.
remote.log.manager.task.retry.backoff.max.ms|long|30000|>= 1|low, internal|read-only|The longest pause before work for tiered storage is tried again.
remote.log.manager.task.retry.backoff.ms|long|500|>= 1|low, internal|read-only|The first pause before work for tiered storage is tried again.
remote.log.manager.task.retry.jitter|double|0.2|0 .. 0.5|low, internal|read-only|By which part the pauses of tiered storage are varied.
remote.log.manager.thread.pool.size|int|2|>= 1|medium|read-only|How many threads schedule the work for tiered storage.
remote.log.metadata.custom.metadata.max.bytes|int|128|>= 0|low|read-only|How long the text may be that a storage plug-in keeps with a segment.
remote.log.metadata.manager.class.name|string|org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager|non-empty string|medium|read-only|The class that keeps the metadata of tiered segments.
remote.log.metadata.manager.class.path|string|null||medium|read-only|Where the class for the metadata of tiered segments is found.
remote.log.metadata.manager.impl.prefix|string|rlmm.config.|non-empty string|medium|read-only|How the keys begin that are passed to the metadata class of tiered storage.
remote.log.metadata.manager.listener.name|string|null|non-empty string|medium|read-only|The listener that the metadata class of tiered storage connects to.
remote.log.reader.max.pending.tasks|int|100|>= 1|medium|read-only|How many reads of tiered storage may wait.
remote.log.reader.threads|int|10|>= 1|medium|cluster-wide|How many threads read tiered storage.
remote.log.storage.manager.class.name|string|null|non-empty string|medium|read-only|The class that stores tiered segments.
remote.log.storage.manager.class.path|string|null||medium|read-only|Where the class that stores tiered segments is found.
remote.log.storage.manager.impl.prefix|string|rsm.config.|non-empty string|medium|read-only|How the keys begin that are passed to the storage class of tiered storage.
remote.log.storage.system.enable|boolean|false||medium|read-only|Whether the broker can use tiered storage at all.
replica.alter.log.dirs.io.max.bytes.per.second|long|9223372036854775807|>= 0|medium|dynamic only|The most bytes a second that moves between log directories copy.
replica.fetch.backoff.ms|int|1000|>= 0|medium|read-only|How long a follower pauses after a failed fetch.
replica.fetch.max.bytes|int|1048576|>= 0|medium|read-only|How many bytes of one partition a follower fetches at a time.
replica.fetch.min.bytes|int|1||high|read-only|How many bytes a follower's fetch waits for.
replica.fetch.response.max.bytes|int|10485760|>= 0|medium|read-only|How many bytes one answer to a follower's fetch holds.
replica.fetch.wait.max.ms|int|500||high|read-only|How long a follower's fetch waits for data.
replica.high.watermark.checkpoint.interval.ms|long|5000||high|read-only|How often high watermarks are written down.
replica.lag.time.max.ms|long|30000||high|read-only|How long a follower may lag before it is out of sync.
replica.selector.class|string|null||medium|read-only|The class that chooses the replica a consumer reads from.
replica.socket.receive.buffer.bytes|int|65536||high|read-only|The receive buffer of connections to other brokers.
replica.socket.timeout.ms|int|30000||high|read-only|How long requests to other brokers may take.
replication.quota.window.num|int|11|>= 1|low|read-only|How many samples are kept for replication quotas.
replication.quota.window.size.seconds|int|1|>= 1|low|read-only|How long each sample for replication quotas lasts.
request.timeout.ms|int|30000||high|read-only|How long a request that the node itself sends may stay unanswered.
sasl.client.callback.handler.class|class|null||medium|read-only|The SASL callback handler of connections that the node opens.
sasl.enabled.mechanisms|list|GSSAPI|distinct items, may be empty|medium|per-broker|The SASL mechanisms that clients may use.
sasl.jaas.config|password|null||medium|per-broker|The JAAS line of SASL credentials.
sasl.kerberos.kinit.cmd|string|/usr/bin/kinit||medium|per-broker|Where kinit is.
sasl.kerberos.min.time.before.relogin|long|60000||medium|per-broker|How long a Kerberos login thread sleeps at least between two logins.
sasl.kerberos.principal.to.local.rules|list|DEFAULT|distinct items, may be empty|medium|per-broker|Rules from Kerberos principals to short names.
sasl.kerberos.service.name|string|null||medium|per-broker|The Kerberos name of the broker's service.
sasl.kerberos.ticket.renew.jitter|double|0.05||medium|per-broker|Which part of the renewal time of a ticket is drawn at random.
sasl.kerberos.ticket.renew.window.factor|double|0.8||medium|per-broker|After which part of a ticket's life it is renewed.
sasl.login.callback.handler.class|class|null||medium|read-only|The callback handler of SASL logins.
sasl.login.class|class|null||medium|read-only|The class that logs in for SASL.
sasl.login.connect.timeout.ms|int|null||low|read-only|How long a SASL login waits for a connection to its provider.
sasl.login.read.timeout.ms|int|null||low|read-only|How long a SASL login waits for an answer of its provider.
sasl.login.refresh.buffer.seconds|short|300||medium|per-broker|How long before its expiry a credential is refreshed at the latest.
sasl.login.refresh.min.period.seconds|short|60||medium|per-broker|How long a refreshed credential is used at least.
sasl.login.refresh.window.factor|double|0.8||medium|per-broker|After which part of a credential's life it is refreshed.
sasl.login.refresh.window.jitter|double|0.05||medium|per-broker|Which part of a credential's life the refresh is varied by.
sasl.login.retry.backoff.max.ms|long|10000||low|read-only|The longest pause between two tries of a SASL login.
sasl.login.retry.backoff.ms|long|100||low|read-only|The first pause between two tries of a SASL login.
sasl.mechanism.controller.protocol|string|GSSAPI||high|read-only|The SASL mechanism of connections to controllers.
sasl.mechanism.inter.broker.protocol|string|GSSAPI||medium|per-broker|The SASL mechanism of connections between brokers.
sasl.oauthbearer.assertion.algorithm|string|RS256|one of (any case) ES256, RS256|medium|read-only|The algorithm that signs an OAuth assertion.
sasl.oauthbearer.assertion.claim.aud|string|null||medium|read-only|The audience claim of an OAuth assertion.
sasl.oauthbearer.assertion.claim.exp.seconds|int|300|0 .. 86400|low|read-only|How many seconds ahead an OAuth assertion expires.
sasl.oauthbearer.assertion.claim.iss|string|null||medium|read-only|The issuer claim of an OAuth assertion.
sasl.oauthbearer.assertion.claim.jti.include|boolean|false||medium|read-only|Whether an OAuth assertion has an id of its own.
sasl.oauthbearer.assertion.claim.nbf.seconds|int|60|0 .. 3600|low|read-only|How many seconds back an OAuth assertion begins to hold.
sasl.oauthbearer.assertion.claim.sub|string|null||medium|read-only|The subject claim of an OAuth assertion.
sasl.oauthbearer.assertion.file|string|null||medium|read-only|A file that holds a ready OAuth assertion.
sasl.oauthbearer.assertion.private.key.file|string|null||medium|read-only|The file of the key that signs OAuth assertions.
sasl.oauthbearer.assertion.private.key.passphrase|password|null||medium|read-only|The passphrase of the key that signs OAuth assertions.
sasl.oauthbearer.assertion.template.file|string|null||medium|read-only|A file with header and claims that OAuth assertions begin with.
sasl.oauthbearer.client.credentials.client.id|string|null||medium|read-only|The client id of the OAuth client credentials grant.
sasl.oauthbearer.client.credentials.client.secret|password|null||medium|read-only|The client secret of the OAuth client credentials grant.
sasl.oauthbearer.clock.skew.seconds|int|30||low|read-only|How far the clock of an OAuth provider may differ.
sasl.oauthbearer.expected.audience|list||distinct items, may be empty|high|read-only|The audiences of which a token must name one.
sasl.oauthbearer.expected.issuer|string|null||high|read-only|The issuer that a token must name.
sasl.oauthbearer.jwks.endpoint.refresh.ms|long|3600000||low|read-only|How often the keys of an OAuth provider are read again.
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms|long|10000||low|read-only|The longest pause between two tries to read an OAuth provider's keys.
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms|long|100||low|read-only|The first pause between two tries to read an OAuth provider's keys.
sasl.oauthbearer.jwks.endpoint.url|string|null||medium|read-only|Where the keys of an OAuth provider are.
sasl.oauthbearer.jwt.retriever.class|class|org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever||medium|read-only|The class that fetches OAuth tokens.
sasl.oauthbearer.jwt.validator.class|class|org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator||medium|read-only|The class that checks OAuth tokens.
sasl.oauthbearer.scope|string|null||medium|read-only|The scope that is asked of an OAuth provider.
sasl.oauthbearer.scope.claim.name|string|scope||low|read-only|The claim that holds a token's scope.
sasl.oauthbearer.sub.claim.name|string|sub||low|read-only|The claim that holds a token's subject.
sasl.oauthbearer.token.endpoint.url|string|null||medium|read-only|Where an OAuth provider gives out tokens.
sasl.server.callback.handler.class|class|null||medium|read-only|The SASL callback handler of connections that clients open.
sasl.server.max.receive.size|int|524288||medium|read-only|The most bytes that are taken from a client before it has authenticated.
security.inter.broker.protocol|string|PLAINTEXT|one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL|medium|read-only|The security protocol between brokers, if no listener is named for that.
security.providers|string|null||low|read-only|Java security providers to install.
server.max.startup.time.ms|long|9223372036854775807|>= 0|medium, internal|read-only|How long a start may take before the node gives up.
share.coordinator.append.linger.ms|int|-1|>= -1|medium|read-only|How long the share coordinator gathers records before it writes them; -1 adapts.
share.coordinator.cached.buffer.max.bytes|int|1048588|>= 524288|medium|cluster-wide|The largest write buffer that the share coordinator keeps for reuse.
share.coordinator.cold.partition.snapshot.interval.ms|int|300000|>= 1|low, internal|read-only|How often the state of share partitions that rest is written as a snapshot.
share.coordinator.load.buffer.size|int|5242880|>= 1|high|read-only|The batch size with which share state is loaded.
share.coordinator.snapshot.update.records.per.snapshot|int|500|0 .. 500|medium|read-only|How many updates of share state lie between two snapshots.
share.coordinator.state.topic.compression.codec|int|0||high|read-only|The codec of the share state topic, by number.
share.coordinator.state.topic.min.isr|short|2|>= 1|high|read-only|The min.insync.replicas of the share state topic.
share.coordinator.state.topic.num.partitions|int|50|>= 1|high|read-only|How many partitions the share state topic gets.
share.coordinator.state.topic.prune.interval.ms|int|300000|>= 1|low, internal|read-only|How often the share state topic is cut from its start.
share.coordinator.state.topic.replication.factor|short|3|>= 1|high|read-only|How many replicas the share state topic gets.
share.coordinator.state.topic.segment.bytes|int|104857600|>= 1|high|read-only|The segment size of the share state topic.
share.coordinator.threads|int|1|>= 1|medium|read-only|How many threads run the share coordinator.
share.coordinator.write.timeout.ms|int|5000|>= 1|high|read-only|How long a write of share state waits for its replicas.
share.fetch.purgatory.purge.interval.requests|int|1000||medium|read-only|After how many finished share fetches the waiting ones are tidied.
socket.connection.setup.timeout.max.ms|long|30000||medium|read-only|The longest that a connection which the node opens may take to come about.
socket.connection.setup.timeout.ms|long|10000||medium|read-only|How long a connection which the node opens may take to come about at first.
socket.listen.backlog.size|int|50|>= 1|medium|read-only|How many connections may wait to be accepted.
socket.receive.buffer.bytes|int|102400||high|read-only|The receive buffer of a client's connection; -1 leaves it to the system.
socket.request.max.bytes|int|104857600|>= 1|high|read-only|The largest request that is taken.
socket.send.buffer.bytes|int|102400||high|read-only|The send buffer of a client's connection; -1 leaves it to the system.
ssl.allow.dn.changes|boolean|false||low|read-only|Whether a new certificate may have another distinguished name.
ssl.allow.san.changes|boolean|false||low|read-only|Whether a new certificate may have other alternative names.
ssl.cipher.suites|list||distinct items, may be empty|medium|per-broker|The cipher suites that may be used; empty means all that there are.
ssl.client.auth|string|none|one of required, requested, none|medium|per-broker|Whether clients must show a certificate.
ssl.enabled.protocols|list|TLSv1.2,TLSv1.3|distinct items, may be empty|medium|per-broker|The TLS versions that may be used.
ssl.endpoint.identification.algorithm|string|https||low|per-broker|How the name in a certificate is compared with the host's.
ssl.engine.factory.class|class|null||low|per-broker|The class that makes TLS engines.
ssl.key.password|password|null||medium|per-broker|The password of the private key.
ssl.keymanager.algorithm|string|SunX509||medium|per-broker|The algorithm of the key manager.
ssl.keystore.certificate.chain|password|null||medium|per-broker|The certificate chain, as PEM text.
ssl.keystore.key|password|null||medium|per-broker|The private key, as PEM text.
ssl.keystore.location|string|null||medium|per-broker|The file of certificate and key.
ssl.keystore.password|password|null||medium|per-broker|The password of the key file.
ssl.keystore.type|string|JKS||medium|per-broker|The format of the key file.
ssl.principal.mapping.rules|string|DEFAULT||low|read-only|Rules from distinguished names to short names.
ssl.protocol|string|TLSv1.3||medium|per-broker|The newest TLS version that is offered.
ssl.provider|string|null||medium|per-broker|The Java provider of TLS.
ssl.secure.random.implementation|string|null||low|per-broker|The source of random numbers of TLS.
ssl.trustmanager.algorithm|string|PKIX||medium|per-broker|The algorithm of the trust manager.
ssl.truststore.certificates|password|null||medium|per-broker|The certificates that are trusted, as PEM text.
ssl.truststore.location|string|null||medium|per-broker|The file of the certificates that are trusted.
ssl.truststore.password|password|null||medium|per-broker|The password of the file of trusted certificates.
ssl.truststore.type|string|JKS||medium|per-broker|The format of the file of trusted certificates.
telemetry.max.bytes|int|1048576|>= 1|low|read-only|The largest push of client metrics that is taken.
transaction.abort.timed.out.transaction.cleanup.interval.ms|int|10000|>= 1|low|read-only|How often transactions that ran out of time are looked for.
transaction.max.timeout.ms|int|900000|>= 1|high|read-only|The longest transaction timeout that a client may ask for.
transaction.partition.verification.enable|boolean|true||low|cluster-wide|Whether a partition checks with the coordinator that a transaction is open before it takes its records.
transaction.remove.expired.transaction.cleanup.interval.ms|int|3600000|>= 1|low|read-only|How often expired transactional ids are looked for.
transaction.state.log.load.buffer.size|int|5242880|>= 1|high|read-only|The batch size with which transaction state is loaded.
transaction.state.log.min.isr|int|2|>= 1|high|read-only|The min.insync.replicas of the transaction state topic.
transaction.state.log.num.partitions|int|50|>= 1|high|read-only|How many partitions the transaction state topic gets.
transaction.state.log.replication.factor|short|3|>= 1|high|read-only|How many replicas the transaction state topic gets.
transaction.state.log.segment.bytes|int|104857600|>= 1|high|read-only|The segment size of the transaction state topic.
transaction.two.phase.commit.enable|boolean|false||low|read-only|Whether transactions may take part in a commit of two phases.
transactional.id.expiration.ms|int|604800000|>= 1|high|read-only|How long a transactional id is remembered after its last use.
unclean.leader.election.enable|boolean|false||high|cluster-wide|
unclean.leader.election.interval.ms|long|300000|>= 1|medium, internal|read-only|How often partitions are looked for that an unclean election would bring back.
unstable.api.versions.enable|boolean|false||high, internal|read-only|Whether versions of APIs that are still in the making are served.
unstable.feature.versions.enable|boolean|false||high, internal|read-only|Whether versions of features that are still in the making may be finalised.
`
