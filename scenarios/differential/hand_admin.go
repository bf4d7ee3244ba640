package main

import (
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	ofTopic   = kmsg.ConfigResourceTypeTopic
	ofBroker  = kmsg.ConfigResourceTypeBroker
	ofLogger  = kmsg.ConfigResourceTypeBrokerLogger
	ofMetrics = kmsg.ConfigResourceTypeClientMetrics
	ofGroup   = kmsg.ConfigResourceTypeGroupConfig
)

func handDescribeConfigs() []handmade {
	type R = *kmsg.DescribeConfigsRequest
	list := []handmade{
		{"with documentation", with(describeConfigs(ofTopic, topicSet, "retention.ms"), func(r R) { r.IncludeDocumentation = true }), 3},
		{"of keys, one of them not there", describeConfigs(ofTopic, topicSet, "retention.ms", "no.such.key"), 1},
		{"of no keys", with(describeConfigs(ofTopic, topicSet), func(r R) { r.Resources[0].ConfigNames = []string{} }), 1},
		{"of a broker", describeConfigs(ofBroker, "1"), 1},
		{"of the default broker", describeConfigs(ofBroker, ""), 1},
		{"of a group", describeConfigs(ofGroup, "g"), 1},
		{"of client metrics", describeConfigs(ofMetrics, "m"), 1},
		{"of a logger", describeConfigs(ofLogger, "1"), 1},
		{"of two resources", with(describeConfigs(ofTopic, topicSet), func(r R) {
			r.Resources = append(r.Resources, kmsg.DescribeConfigsRequestResource{ResourceType: ofTopic, ResourceName: "no-such-thing"})
		}), 1},
	}
	for _, typ := range []kmsg.ConfigResourceType{ofTopic, ofBroker, ofLogger, ofMetrics, ofGroup, 3, 0, 64} {
		for _, name := range []string{"", "2", "not a name!", "no-such-thing"} {
			list = append(list, handmade{"of resource " + itoa(int(typ)) + " " + shortName(name), describeConfigs(typ, name), 1})
		}
	}
	return list
}

// badSettings are for a topic, whoever sets them.
var badSettings = []string{
	"no.such.key=1", "retention.ms", "retention.ms=x", "retention.ms=-2", "cleanup.policy=", "cleanup.policy=shred",
	"compression.type=zip", "segment.bytes=1", "min.insync.replicas=0", "message.timestamp.type=Never",
	"unclean.leader.election.enable=maybe", "min.cleanable.dirty.ratio=2", "remote.storage.enable=true",
}

func handAlterConfigs() []handmade {
	type R = *kmsg.AlterConfigsRequest
	list := []handmade{
		{"validated", with(alterConfigs(ofTopic, topicSet, "retention.ms=5"), func(r R) { r.ValidateOnly = true }), 0},
		{"of a topic that is not", alterConfigs(ofTopic, "no-such-thing", "retention.ms=5"), 0},
		{"of a broker that is not", alterConfigs(ofBroker, "5", "log.retention.ms=5"), 0},
		{"of a key twice", alterConfigs(ofTopic, topicRecords, "retention.ms=5", "retention.ms=6"), 0},
		{"of client metrics", alterConfigs(ofMetrics, "m", "interval.ms=1000"), 0},
		{"of a group", alterConfigs(ofGroup, "g", "consumer.session.timeout.ms=45000"), 0},
		{"of a logger", alterConfigs(ofLogger, "1", "root=INFO"), 0},
		{"of the default broker", alterConfigs(ofBroker, "", "log.cleaner.threads=2"), 0},
		{"of the default broker to nothing", alterConfigs(ofBroker, ""), 0},
	}
	for _, c := range badSettings {
		list = append(list, handmade{"to " + c, alterConfigs(ofTopic, topicRecords, c), 0})
	}
	return list
}

func handIncrementalAlterConfigs() []handmade {
	type R = *kmsg.IncrementalAlterConfigsRequest
	const set, del, add, sub = 0, 1, 2, 3
	on := func(op kmsg.IncrementalAlterConfigOp, config string) maker {
		return numbered(func(n int) maker { return incrementally(ofTopic, own(n), op, config) })
	}
	list := []handmade{
		{"validated", with(incrementally(ofTopic, topicSet, set, "retention.ms=5"), func(r R) { r.ValidateOnly = true }), 0},
		{"deleted", on(del, "retention.ms"), 0},
		{"appended", on(add, "cleanup.policy=compact"), 0},
		{"subtracted", on(sub, "cleanup.policy=delete"), 0},
		{"subtracted, what is not there", on(sub, "cleanup.policy=compact"), 0},
		{"appended to what is no list", on(add, "retention.ms=5"), 0},
		{"subtracted from what is no list", on(sub, "retention.ms=5"), 0},
		{"of an operation that is not", on(9, "retention.ms=5"), 0},
		{"deleted, what there is not", on(del, "no.such.key"), 0},
		{"of a resource twice", with(incrementally(ofTopic, topicRecords, set, "retention.ms=604800000"), func(r R) {
			r.Resources = append(r.Resources, r.Resources[0])
		}), 0},
		{"of a key twice", incrementally(ofTopic, topicRecords, set, "retention.ms=5", "retention.ms=6"), 0},
		{"of a topic that is not", incrementally(ofTopic, "no-such-thing", set, "retention.ms=5"), 0},
		{"of a broker that is not", incrementally(ofBroker, "5", set, "log.retention.ms=5"), 0},
		{"of a broker that is no number", incrementally(ofBroker, "x", set, "log.retention.ms=5"), 0},
		{"of a broker's key that is fixed", incrementally(ofBroker, "1", set, "node.id=2"), 0},
		{"of a broker's key that is not", incrementally(ofBroker, "1", set, "no.such.key=2"), 0},
		{"of a broker", incrementally(ofBroker, "1", set, "log.cleaner.threads=2"), 0},
		{"of a broker, back", incrementally(ofBroker, "1", del, "log.cleaner.threads"), 0},
		{"of the default broker", incrementally(ofBroker, "", set, "log.retention.ms=604800000"), 0},
		{"of the default broker, back", incrementally(ofBroker, "", del, "log.retention.ms"), 0},
		{"of the default broker's listeners", incrementally(ofBroker, "", set, "listeners=PLAINTEXT://:1"), 0},
		{"of client metrics", incrementally(ofMetrics, "m", set, "interval.ms=1000"), 0},
		{"of client metrics, badly", incrementally(ofMetrics, "m", set, "interval.ms=1"), 0},
		{"of client metrics, back", incrementally(ofMetrics, "m", del, "interval.ms"), 0},
		{"of client metrics without a name", incrementally(ofMetrics, "", set, "interval.ms=1000"), 0},
		{"of a group", incrementally(ofGroup, "g", set, "consumer.session.timeout.ms=46000"), 0},
		{"of a group, back", incrementally(ofGroup, "g", del, "consumer.session.timeout.ms"), 0},
		{"of a group, badly", incrementally(ofGroup, "g", set, "consumer.session.timeout.ms=1"), 0},
		{"of a group without a name", incrementally(ofGroup, "", set, "consumer.session.timeout.ms=46000"), 0},
		{"of a logger", incrementally(ofLogger, "1", set, "root=INFO"), 0},
		{"of a logger that is not", incrementally(ofLogger, "1", set, "no.such=INFO"), 0},
		{"of a logger to no level", incrementally(ofLogger, "1", set, "root=LOUD"), 0},
		{"of a logger, appended", incrementally(ofLogger, "1", add, "root=INFO"), 0},
		{"of the root logger, deleted", incrementally(ofLogger, "1", del, "root"), 0},
		{"of a resource that is not", incrementally(77, "x", set, "a=b"), 0},
	}
	for _, c := range badSettings {
		list = append(list, handmade{"to " + c, incrementally(ofTopic, topicRecords, set, c), 0})
	}
	return list
}

func handListConfigResources() []handmade {
	of := func(types ...int8) maker {
		return func(*side, int16, int) kmsg.Request {
			r := kmsg.NewPtrListConfigResourcesRequest()
			r.ResourceTypes = types
			return r
		}
	}
	return []handmade{
		{"of all types", of(), 1},
		{"of each type", of(2, 4, 8, 16, 32), 1},
		{"of brokers", of(4), 1},
		{"of loggers", of(8), 1},
		{"of groups and metrics", of(32, 16), 1},
		{"of a type that is not", of(2, 77), 1},
		{"of no type", of(0), 1},
	}
}

func handElectLeaders() []handmade {
	of := func(kind int8, topic string, partitions ...int32) maker {
		return func(*side, int16, int) kmsg.Request {
			r := kmsg.NewPtrElectLeadersRequest()
			r.TimeoutMillis, r.ElectionType = 3000, kind
			r.Topics = append(r.Topics, kmsg.ElectLeadersRequestTopic{Topic: topic, Partitions: partitions})
			return r
		}
	}
	return []handmade{
		{"of a partition that is led", of(0, topicRecords, 0), 0},
		{"unclean", of(1, topicRecords, 0), 1},
		{"of a kind that is not", of(5, topicRecords, 0), 1},
		{"of a topic that is not", of(0, "no-such-thing", 0), 0},
		{"of a partition that is not", of(0, topicRecords, 0, 9), 0},
		{"of a partition twice", of(0, topicRecords, 0, 0), 0},
	}
}

func handReassign() []handmade {
	type R = *kmsg.AlterPartitionAssignmentsRequest
	to := func(partition int32, replicas ...int32) maker {
		return with(reassign, func(r R) {
			r.Topics[0].Partitions[0].Partition, r.Topics[0].Partitions[0].Replicas = partition, replicas
		})
	}
	return []handmade{
		{"given up", to(0), 0},
		{"to nobody", to(0, []int32{}...), 0},
		{"to a broker that is not", to(0, 9), 0},
		{"to a broker below 0", to(0, -1), 0},
		{"to a broker twice", to(0, 1, 1), 0},
		{"of a partition that is not", to(9, 1), 0},
		{"to another factor", with(to(0, 1, 2), func(r R) { r.AllowReplicationFactorChange = false }), 1},
	}
}

func handListReassignments() []handmade {
	return []handmade{{"of all", with(listReassignments, func(r *kmsg.ListPartitionReassignmentsRequest) { r.Topics = nil }), 0}}
}

func handDescribeClientQuotas() []handmade {
	type R = *kmsg.DescribeClientQuotasRequest
	of := func(parts ...kmsg.DescribeClientQuotasRequestComponent) maker {
		return with(describeClientQuotas, func(r R) { r.Components = parts })
	}
	part := func(typ string, match kmsg.QuotasMatchType) kmsg.DescribeClientQuotasRequestComponent {
		return kmsg.DescribeClientQuotasRequestComponent{EntityType: typ, MatchType: match}
	}
	return []handmade{
		{"of all", of(), 0},
		{"of users", of(part("user", 2)), 0},
		{"of the default user", of(part("user", 1)), 0},
		{"of clients", of(part("client-id", 2)), 0},
		{"of addresses", of(part("ip", 2)), 0},
		{"of a type that is not", of(part("nobody", 2)), 0},
		{"of a type twice", of(part("user", 2), part("user", 1)), 0},
		{"of users and addresses", of(part("user", 2), part("ip", 2)), 0},
		{"exactly without a name", of(part("user", 0)), 0},
	}
}

func handAlterClientQuotas() []handmade {
	type R = *kmsg.AlterClientQuotasRequest
	type E = kmsg.AlterClientQuotasRequestEntry
	to := func(key string, value float64) maker {
		return with(alterClientQuotas, func(r R) { r.Entries[0].Ops[0].Key, r.Entries[0].Ops[0].Value = key, value })
	}
	entity := func(change func(e *E)) maker { return with(alterClientQuotas, func(r R) { change(&r.Entries[0]) }) }
	list := []handmade{
		{"removed", entity(func(e *E) { e.Ops[0].Remove = true }), 0},
		{"of a type that is not", entity(func(e *E) { e.Entity[0].Type = "nobody" }), 0},
		{"of nobody", entity(func(e *E) { e.Entity = nil }), 0},
		{"of a type twice", entity(func(e *E) { e.Entity = append(e.Entity, e.Entity[0]) }), 0},
		{"of a key twice", entity(func(e *E) { e.Ops = append(e.Ops, e.Ops[0]) }), 0},
		{"of an address that is none", entity(func(e *E) { e.Entity[0].Type = "ip"; e.Ops[0].Key = "connection_creation_rate" }), 0},
		{"of a key that is not", to("no_such_key", 5), 0},
		{"of connections of a user", to("connection_creation_rate", 5), 0},
	}
	for _, v := range []float64{0, -1, 0.5, 1e18, 1e300} {
		list = append(list, handmade{"to a rate of " + shortFloat(v), to("producer_byte_rate", v), 0})
	}
	return list
}

func handUpdateFeatures() []handmade {
	type R = *kmsg.UpdateFeaturesRequest
	to := func(feature string, level int16, typ int8) maker {
		return with(updateFeatures, func(r R) {
			u := &r.FeatureUpdates[0]
			u.Feature, u.MaxVersionLevel, u.UpgradeType, u.AllowDowngrade = feature, level, typ, typ > 1
		})
	}
	return []handmade{
		{"of a feature that is not", to("no.such.feature", 1, 1), 0},
		{"to a level that is not", to("metadata.version", 99, 1), 0},
		{"to a lower level, as an upgrade", to("metadata.version", 20, 1), 0},
		{"to the same level, as a downgrade", to("metadata.version", 30, 2), 0},
		{"to level 0, as an upgrade", to("metadata.version", 0, 1), 0},
		{"to a level below 0", to("metadata.version", -1, 1), 0},
		{"of the quorum", to("kraft.version", 5, 1), 0},
		{"twice", with(updateFeatures, func(r R) { r.FeatureUpdates = append(r.FeatureUpdates, r.FeatureUpdates[0]) }), 0},
		{"of a kind that is not", to("metadata.version", 30, 9), 1},
		{"validated", with(updateFeatures, func(r R) { r.ValidateOnly = true }), 1},
	}
}

func handAlterReplicaLogDirs() []handmade {
	type R = *kmsg.AlterReplicaLogDirsRequest
	to := func(change func(d *kmsg.AlterReplicaLogDirsRequestDir)) maker {
		return with(alterReplicaLogDirs, func(r R) { change(&r.Dirs[0]) })
	}
	return []handmade{
		{"to a directory that is not", to(func(d *kmsg.AlterReplicaLogDirsRequestDir) { d.Dir = "/no/such/thing" }), 1},
		{"of a topic that is not", to(func(d *kmsg.AlterReplicaLogDirsRequestDir) { d.Topics[0].Topic = "no-such-thing" }), 1},
		{"of a partition that is not", to(func(d *kmsg.AlterReplicaLogDirsRequestDir) { d.Topics[0].Partitions = []int32{0, 9} }), 1},
		{"to two directories", with(alterReplicaLogDirs, func(r R) {
			another := r.Dirs[0]
			another.Dir = "/no/such/thing"
			r.Dirs = append(r.Dirs, another)
		}), 1},
	}
}

func handDescribeLogDirs() []handmade {
	return []handmade{
		{"of all", with(describeLogDirs(topicRecords), func(r *kmsg.DescribeLogDirsRequest) { r.Topics = nil }), 1},
		{"of none", with(describeLogDirs(topicRecords), func(r *kmsg.DescribeLogDirsRequest) { r.Topics = []kmsg.DescribeLogDirsRequestTopic{} }), 1},
		{"of a topic that is not", describeLogDirs("no-such-thing", 0), 1},
		{"of a partition that is not", describeLogDirs(topicRecords, 0, 9), 1},
	}
}
