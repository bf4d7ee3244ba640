package session

import (
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
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

func TestGoldenAlterConfigs(t *testing.T) {
	golden(t, "alter_configs", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		type change struct {
			name  string
			op    int8
			value string
		}
		resource := func(typ int8, name string, changes ...change) kmsg.IncrementalAlterConfigsRequestResource {
			q := kmsg.NewIncrementalAlterConfigsRequestResource()
			q.ResourceType, q.ResourceName = kmsg.ConfigResourceType(typ), name
			for _, c := range changes {
				k := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
				k.Name, k.Op = c.name, kmsg.IncrementalAlterConfigOp(c.op)
				if c.value != "null" {
					k.Value = &c.value
				}
				q.Configs = append(q.Configs, k)
			}
			return q
		}
		alter := func(version int16, title string, resources ...kmsg.IncrementalAlterConfigsRequestResource) {
			r := kmsg.NewPtrIncrementalAlterConfigsRequest()
			r.Resources = resources
			b.send(1, version, r)
			step(title, b)
		}
		set := change{"retention.ms", 0, "5"}
		alter(1, "a topic, a logger, another broker: the topic is for the controller, the rest is said in its place",
			resource(8, "1", change{"root", 0, "INFO"}), resource(2, "t", set), resource(4, "2", change{"log.retention.ms", 0, "5"}))
		b.s.ControllerReply(b.now, &msg.AlteredConfigs{Op: b.lastOp, Resources: []msg.AlteredResource{{}}}, b.view())
		step("altered", b)
		alter(0, "deleted; the value does not count", resource(2, "t", change{"retention.ms", 1, "null"}))
		b.s.ControllerReply(b.now, &msg.AlteredConfigs{Op: b.lastOp, Resources: []msg.AlteredResource{{Err: kafka.ErrInvalidConfig, ErrText: "no"}}}, b.view())
		step("refused", b)
		alter(1, "a resource twice", resource(2, "t", set), resource(2, "t", set), resource(4, "x", set))
		alter(1, "a key twice", resource(2, "t", set, set))
		alter(1, "a null", resource(2, "t", change{"retention.ms", 0, "null"}, change{"flush.ms", 2, "null"}))
		alter(1, "no operation", resource(2, "t", change{"retention.ms", 9, "5"}))
		alter(1, "a logger that is not there", resource(8, "1", change{"nosuch", 0, "DEBUG"}))
		alter(1, "no level", resource(8, "1", change{"root", 0, "NOPE"}))
		alter(1, "another level", resource(8, "1", change{"root", 0, "DEBUG"}))
		alter(1, "root stays", resource(8, "1", change{"root", 1, "null"}))
		alter(1, "a level is no list", resource(8, "1", change{"root", 2, "WARN"}))
		alter(1, "another broker's logger", resource(8, "2", change{"root", 0, "WARN"}))
		alter(1, "nobody's logger", resource(8, "", change{"root", 0, "WARN"}))
		alter(1, "nothing")

		whole := func(title string, typ int8, name string) {
			r := kmsg.NewPtrAlterConfigsRequest()
			r.ValidateOnly = true
			q := kmsg.NewAlterConfigsRequestResource()
			q.ResourceType, q.ResourceName = kmsg.ConfigResourceType(typ), name
			k := kmsg.NewAlterConfigsRequestResourceConfig()
			k.Name, k.Value = "retention.ms", kmsg.StringPtr("5")
			q.Configs = append(q.Configs, k)
			r.Resources = append(r.Resources, q)
			b.send(1, 2, r)
			step(title, b)
		}
		whole("the whole configuration, only judged", 2, "t")
		b.s.ControllerReply(b.now, &msg.AlteredConfigs{Op: b.lastOp, Resources: []msg.AlteredResource{{}}}, b.view())
		step("judged", b)
		whole("another broker", 4, "7")
		whole("loggers are no resource of this API: the controller says so", 8, "1")
	})
}
