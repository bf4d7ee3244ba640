package session

import (
	"testing"

	"momus/core/config"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func (b *bench) set(t record.ConfigResourceType, resource, name, value string) {
	b.apply(&record.ConfigRecord{ResourceType: t, ResourceName: resource, Name: name, Value: &value})
}

func TestGoldenDescribeConfigs(t *testing.T) {
	golden(t, "configs", func(step func(string, *bench)) {
		b := newBench()
		b.s.cfg.Static = []config.Override{{Name: "log.retention.hours", Value: "2"}, {Name: "ssl.key.password"}}
		b.set(record.ConfigTopic, "t", "retention.ms", " 5 ")
		b.set(record.ConfigBroker, "", "log.segment.bytes", "2097152")
		b.set(record.ConfigBroker, "", "nosuch", "1")
		b.set(record.ConfigGroup, "g", "consumer.session.timeout.ms", "50000")
		b.set(record.ConfigClientMetrics, "s", "match", "client_id=a")
		b.open(1)
		ask := func(version int16, title string, typ int8, name string, keys ...string) {
			r := kmsg.NewPtrDescribeConfigsRequest()
			r.IncludeSynonyms, r.IncludeDocumentation = version != 3, version == 3
			q := kmsg.NewDescribeConfigsRequestResource()
			q.ResourceType, q.ResourceName, q.ConfigNames = kmsg.ConfigResourceType(typ), name, keys
			r.Resources = append(r.Resources, q)
			b.send(1, version, r)
			step(title, b)
		}
		ask(4, "a topic's own value, the broker's in hours, that of all brokers", 2, "t", "retention.ms", "segment.bytes", "flush.ms", "nosuch", "flush.ms")
		ask(3, "v3, with documentation", 2, "u", "retention.ms")
		ask(2, "v2 has no types", 2, "u", "cleanup.policy")
		ask(4, "a topic that there is not", 2, "nosuch")
		ask(4, "no topic's name", 2, "a b")
		ask(4, "this broker; what is secret or unknown has no value", 4, "1", "log.retention.ms", "log.retention.hours", "ssl.key.password", "log.segment.bytes", "node.id")
		ask(4, "another broker", 4, "2")
		ask(4, "no broker", 4, "x")
		ask(4, "what is set for all brokers", 4, "")
		ask(4, "a logger", 8, "1")
		ask(4, "another broker's logger", 8, "2")
		ask(4, "nobody's logger", 8, "")
		ask(4, "a group", 32, "g", "consumer.session.timeout.ms", "share.isolation.level")
		ask(4, "a group without a name", 32, "")
		ask(4, "a subscription", 16, "s")
		ask(4, "a subscription without a name", 16, "")
		ask(4, "no resource", 3, "s")
		list := func(version int16, title string, types ...int8) {
			r := kmsg.NewPtrListConfigResourcesRequest()
			r.ResourceTypes = types
			b.send(1, version, r)
			step(title, b)
		}
		list(1, "all resources; broker 3 is fenced")
		list(1, "topics and groups", 2, 32)
		list(1, "no resource type", 2, 3)
		list(0, "v0: subscriptions")
	})
}
