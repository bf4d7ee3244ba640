package controller

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"momus/core/goldentest"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// bench is a controller under golden commands.
type bench struct {
	t   *testing.T
	q   quorum
	m   *Controller
	now kafka.Now
	// commits has every command committed at once.
	commits bool
}

func number(t *testing.T, c goldentest.Command, key string, def int64) int64 {
	text, ok := c.Args[key]
	if !ok {
		return def
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%s: %v", key, text, err)
	}
	return n
}

func TestGolden(t *testing.T) {
	goldentest.Run(t, func(t *testing.T) func(c goldentest.Command) string {
		b := &bench{t: t, m: New(testConfig(), port.DefaultLimits(), "cluster", [32]byte{}), now: kafka.Now{Mono: 1, Wall: 1}}
		return b.do
	})
}

func (b *bench) do(c goldentest.Command) string {
	node := kafka.NodeID(number(b.t, c, "broker", 1))
	epoch := kafka.NoBrokerEpoch
	if known := b.m.Image().Broker(node); known != nil {
		epoch = known.Epoch
	}
	epoch = kafka.BrokerEpoch(number(b.t, c, "epoch", int64(epoch)))
	switch c.Name {
	case "elect":
		b.q.elect(b.now, b.m)
	case "resign":
		b.m.Resign(b.now)
	case "commit-always":
		b.commits = true
	case "commit":
		b.q.commit(b.now, b.m, len(b.q.log))
	case "register":
		r := registration(node, byte(number(b.t, c, "incarnation", 1)))
		if cluster, ok := c.Args["cluster"]; ok {
			r.ClusterID = cluster
		}
		if n := number(b.t, c, "dirs", 1); n != 1 {
			r.LogDirs = nil
			for i := range n {
				r.LogDirs = append(r.LogDirs, dir(node, byte(i+1)))
			}
		}
		if most := number(b.t, c, "metadata.version", 30); most != 30 {
			r.Features[0].MaxSupportedVersion = record.FeatureLevel(most)
		}
		b.m.Request(b.now, r)
	case "heartbeat":
		r := &msg.BrokerHeartbeat{
			Op: msg.OpLifecycle, Broker: node, BrokerEpoch: epoch,
			MetadataOffset: kafka.Offset(number(b.t, c, "offset", int64(len(b.q.log)-1))),
			WantFence:      c.Args["want"] == "fence", WantShutDown: c.Args["want"] == "shutdown",
		}
		if n := number(b.t, c, "offline", 0); n != 0 {
			r.OfflineDirs = []kafka.DirID{dir(node, byte(n))}
		}
		b.m.Request(b.now, r)
	case "assign":
		topic := b.m.Image().TopicNamed(c.Args["topic"])
		log := kafka.TopicPartition{Topic: kafka.TopicID{1}, Partition: kafka.PartitionID(number(b.t, c, "partition", 0))}
		if topic != nil {
			log.Topic = topic.ID
		}
		b.m.Request(b.now, &msg.AssignReplicasToDirs{Op: msg.OpLifecycle, Broker: node, BrokerEpoch: epoch,
			Replicas: []msg.DirAssignment{{Log: log, Dir: dir(node, byte(number(b.t, c, "dir", 1)))}}})
	case "create":
		b.m.Request(b.now, b.createRequest(c))
	case "grow":
		b.m.Request(b.now, b.growRequest(c))
	case "elect-leaders":
		b.m.Request(b.now, b.electRequest(c))
	case "reassign":
		b.m.Request(b.now, b.reassignRequest(c))
	case "update":
		b.m.Request(b.now, b.updateRequest(c))
	case "unregister":
		b.m.Request(b.now, &msg.UnregisterBroker{Op: 4, Broker: node})
	case "delete":
		b.m.Request(b.now, b.deleteRequest(c))
	case "alter":
		b.m.Request(b.now, b.alterRequest(c))
	case "feature":
		b.m.decide(decision{records: []record.Metadata{&record.FeatureLevelRecord{Name: c.Args["name"], FeatureLevel: 1}}})
	case "producer-ids":
		b.m.Request(b.now, &msg.AllocateProducerIDs{Op: 5, Broker: node, BrokerEpoch: epoch})
	case "wait":
		b.now.Mono = b.now.Mono.Add(kafka.Nanos(number(b.t, c, "ms", 0)) * kafka.Millisecond)
		if d := b.m.NextDeadline(); d == 0 || d > b.now.Mono {
			return fmt.Sprintf("nothing is due before %d ms\n", d/kafka.Mono(kafka.Millisecond))
		}
		b.m.Deadline(b.now)
	case "partitions":
		return partitionsText(b.m.Image())
	default:
		b.t.Fatalf("unknown command %s", c.Name)
	}
	text, _ := b.q.drain(b.now, b.m)
	if b.commits && b.m.Active() {
		b.q.commit(b.now, b.m, len(b.q.log))
		more, _ := b.q.drain(b.now, b.m)
		text += more
	}
	b.m.Check()
	return text
}

// createRequest reads create name[:partitions[:factor]] ... key=value ... assign=1,2;2,1 validate=yes.
// alterRequest reads changes as key:value, apart by semicolons; a tilde stands for a blank.
func (b *bench) alterRequest(c goldentest.Command) *msg.AlterConfigs {
	types := map[string]record.ConfigResourceType{"topic": 2, "broker": 4, "metrics": 16, "group": 32, "other": 3}
	resource := msg.AlterResource{Type: types[c.Args["type"]], Name: c.Args["name"]}
	for op, verb := range []string{"set", "delete", "append", "subtract"} {
		for change := range strings.SplitSeq(c.Args[verb], ";") {
			if name, value, _ := strings.Cut(strings.ReplaceAll(change, "~", " "), ":"); name != "" {
				resource.Changes = append(resource.Changes, msg.ConfigChange{Name: name, Op: msg.ConfigOp(op), Value: value})
			}
		}
	}
	return &msg.AlterConfigs{
		Op: 9, Resources: []msg.AlterResource{resource}, Whole: c.Args["whole"] != "", ValidateOnly: c.Args["validate"] != "",
	}
}

func (b *bench) createRequest(c goldentest.Command) *msg.CreateTopics {
	r := &msg.CreateTopics{Op: 7, ValidateOnly: c.Args["validate"] != ""}
	var configs []msg.ConfigEntry
	for _, w := range c.Words {
		key, value, isArg := strings.Cut(w, "=")
		if isArg && strings.Contains(key, ".") {
			configs = append(configs, msg.ConfigEntry{Name: key, Value: value, Null: value == "null"})
		}
	}
	for _, w := range c.Words {
		if strings.Contains(w, "=") {
			continue
		}
		topic := msg.NewTopic{Partitions: -1, Factor: -1, Configs: configs}
		parts := strings.Split(w, ":")
		topic.Name = parts[0]
		for i, p := range parts[1:] {
			n, err := strconv.Atoi(p)
			if err != nil {
				b.t.Fatal(err)
			}
			if i == 0 {
				topic.Partitions = int32(n)
			} else {
				topic.Factor = int16(n)
			}
		}
		if list := c.Args["assign"]; list != "" {
			for i, replicas := range strings.Split(list, ";") {
				a := msg.Assignment{Partition: kafka.PartitionID(i)}
				for s := range strings.SplitSeq(replicas, ",") {
					n, err := strconv.Atoi(s)
					if err != nil {
						b.t.Fatal(err)
					}
					a.Replicas = append(a.Replicas, kafka.NodeID(n))
				}
				topic.Assignments = append(topic.Assignments, a)
			}
		}
		r.Topics = append(r.Topics, topic)
	}
	return r
}

// growRequest reads grow name:count ... assign=1,2;2,1 validate=yes.
func (b *bench) growRequest(c goldentest.Command) *msg.CreatePartitions {
	r := &msg.CreatePartitions{Op: 6, ValidateOnly: c.Args["validate"] != ""}
	list, assigned := c.Args["assign"]
	for _, w := range c.Words {
		name, count, ok := strings.Cut(w, ":")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(count)
		if err != nil {
			b.t.Fatal(err)
		}
		topic := msg.GrowTopic{Name: name, Count: int32(n), Assigned: assigned}
		for replicas := range strings.SplitSeq(list, ";") {
			var nodes []kafka.NodeID
			for s := range strings.SplitSeq(replicas, ",") {
				if n, err := strconv.Atoi(s); err == nil {
					nodes = append(nodes, kafka.NodeID(n))
				}
			}
			if assigned {
				topic.Assignments = append(topic.Assignments, nodes)
			}
		}
		r.Topics = append(r.Topics, topic)
	}
	return r
}

// deleteRequest reads names, and id:name for the id of that topic.
func (b *bench) deleteRequest(c goldentest.Command) *msg.DeleteTopics {
	r := &msg.DeleteTopics{Op: 8}
	for _, w := range c.Words {
		ref := msg.TopicRef{Name: w}
		if name, byID := strings.CutPrefix(w, "id:"); byID {
			ref = msg.TopicRef{ID: kafka.TopicID{1}}
			if topic := b.m.Image().TopicNamed(name); topic != nil {
				ref.ID = topic.ID
			}
		}
		r.Topics = append(r.Topics, ref)
	}
	return r
}

func partitionsText(img *image.Image) string {
	var out strings.Builder
	for _, name := range img.Names {
		for i, p := range img.TopicNamed(name).Partitions {
			fmt.Fprintf(&out, "%s-%d replicas %v in sync %v leader %d of epoch %d\n", name, i, p.Replicas, p.ISR, p.Leader, p.LeaderEpoch)
		}
	}
	return out.String()
}
