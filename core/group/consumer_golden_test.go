package group

import (
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"

	"momus/core/goldentest"
	"momus/core/group/topicregex"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// owned reads topic:partition/partition,… into what a member says it has; "-" is nothing.
func (w *world) owned(text string) []record.TargetPartitions {
	list := []record.TargetPartitions{}
	if text == "-" {
		return list
	}
	for _, item := range strings.Split(text, ",") {
		topic, partitions, _ := strings.Cut(item, ":")
		of := record.TargetPartitions{TopicID: w.img.ByName[topic]}
		for _, p := range strings.Split(partitions, "/") {
			n, err := strconv.Atoi(p)
			if err != nil {
				w.t.Fatal(err)
			}
			of.Partitions = append(of.Partitions, kafka.PartitionID(n))
		}
		list = append(list, of)
	}
	return list
}

// beat is a heartbeat; join is the first of a member, with all that such a one says.
func (w *world) memberBeat(c goldentest.Command, join bool) {
	r := &msg.ConsumerGroupHeartbeat{
		Op: w.nextOp(), Group: c.Args["group"], Member: w.long(c.Args["member"]), MemberEpoch: int32(w.number(c, "epoch", 0)),
		Instance: w.optional(c, "instance"), Regex: w.optional(c, "regex"), Assignor: w.optional(c, "assignor"),
		ClientID: "c", ClientHost: "/127.0.0.1", RebalanceTimeout: int32(w.number(c, "rebalance", -1)), Topics: w.list(c, "topics"),
	}
	if owned, given := c.Args["owned"]; given {
		r.Owned = w.owned(owned)
	}
	if join {
		r.RebalanceTimeout, r.Owned = int32(w.number(c, "rebalance", 60_000)), []record.TargetPartitions{}
	}
	w.ask(r)
}

func init() {
	// keys sets what the node is configured with.
	commands["keys"] = func(w *world, c goldentest.Command) {
		g := &w.g.cfg.ConsumerGroups
		g.Assignment.Value = kafka.Millis(w.number(c, "assignment", int64(g.Assignment.Value)))
		g.Session.Value = kafka.Millis(w.number(c, "session", int64(g.Session.Value)))
		g.SizeMax = int32(w.number(c, "size", int64(g.SizeMax)))
		g.Upgrade = g.Upgrade && !slices.Contains(c.Words, "noupgrade")
		g.Downgrade = g.Downgrade && !slices.Contains(c.Words, "nodowngrade")
		g.ClassicJoin = g.ClassicJoin && !slices.Contains(c.Words, "noclassic")
	}
	// topic makes a topic, or makes it larger; untopic deletes it.
	commands["topic"] = func(w *world, c goldentest.Command) {
		id := kafka.TopicID{byte(w.number(c, "id", 1))}
		have := int64(0)
		if t := w.img.Topic(id); t != nil {
			have = int64(len(t.Partitions))
		} else {
			w.apply(&record.TopicRecord{Name: c.Args["name"], TopicID: id})
		}
		for p := have; p < w.number(c, "partitions", 1); p++ {
			w.apply(&record.PartitionRecord{TopicID: id, PartitionID: kafka.PartitionID(p), Leader: 1, Replicas: []kafka.NodeID{1}, ISR: []kafka.NodeID{1}})
		}
		w.imageChanged()
	}
	// set sets a key of all brokers.
	commands["set"] = func(w *world, c goldentest.Command) {
		value := c.Args["value"]
		w.apply(&record.ConfigRecord{ResourceType: record.ConfigBroker, Name: c.Args["key"], Value: &value})
	}
	commands["untopic"] = func(w *world, c goldentest.Command) {
		w.apply(&record.RemoveTopicRecord{TopicID: kafka.TopicID{byte(w.number(c, "id", 1))}})
		w.imageChanged()
	}
	commands["enter"] = func(w *world, c goldentest.Command) { w.memberBeat(c, true) }
	commands["pulse"] = func(w *world, c goldentest.Command) { w.memberBeat(c, false) }
	commands["group"] = func(w *world, c goldentest.Command) {
		w.ask(&msg.ConsumerGroupDescribe{Op: w.nextOp(), Group: c.Args["group"]})
	}
	// resolve does the work that is asked for.
	commands["resolve"] = func(w *world, _ goldentest.Command) {
		work := w.g.Out.Work
		w.g.Out.Work = nil
		for i := range work {
			w.say("work %s %q", work[i].Group, work[i].Regexes)
			d := &port.WorkDone{Work: work[i], Matched: topicregex.Resolve(work[i].Regexes, work[i].Topics)}
			w.g.WorkDone(w.now, d, w.view())
		}
	}
	// commit8 is a commit by a client that knows no member epochs, commit9 by one that does.
	commands["commit8"] = func(w *world, c goldentest.Command) { w.commitAs(c, false) }
	commands["commit9"] = func(w *world, c goldentest.Command) { w.commitAs(c, true) }
	commands["fetch9"] = func(w *world, c goldentest.Command) {
		w.ask(&msg.OffsetFetch{
			Op: w.nextOp(), Group: c.Args["group"], Member: w.long(c.Args["member"]), MemberEpoch: int32(w.number(c, "epoch", -1)), All: true,
		})
	}
	// joinc is a JoinGroup of a consumer: topics, and owned as topic:partition/….
	commands["joinc"] = func(w *world, c goldentest.Command) {
		s := kmsg.ConsumerMemberMetadata{Version: 1, Topics: w.list(c, "topics")}
		for _, t := range w.owned(orDash(c.Args["owned"])) {
			of := kmsg.ConsumerMemberMetadataOwnedPartition{Topic: w.img.Topic(t.TopicID).Name}
			for _, p := range t.Partitions {
				of.Partitions = append(of.Partitions, int32(p))
			}
			s.OwnedPartitions = append(s.OwnedPartitions, of)
		}
		w.ask(&msg.JoinGroup{
			Op: w.nextOp(), Group: c.Args["group"], Member: w.long(c.Args["member"]), Instance: w.optional(c, "instance"),
			ClientID: "c", ClientHost: "/127.0.0.1", ProtocolType: "consumer", SessionTimeout: 10_000, RebalanceTimeout: 60_000,
			NeedsMemberID: !slices.Contains(c.Words, "old"),
			Protocols:     []msg.GroupProtocol{{Name: "range", Metadata: s.AppendTo(nil)}},
		})
	}
	// syncc is a SyncGroup with a leader's assignment, member=topic:partition/… apart by semicolons.
	commands["syncc"] = func(w *world, c goldentest.Command) {
		r := &msg.SyncGroup{Op: w.nextOp(), Group: c.Args["group"], Generation: kafka.GenerationID(w.number(c, "gen", 1)), Member: w.long(c.Args["member"]), Instance: w.optional(c, "instance")}
		for _, item := range strings.Split(c.Args["assign"], ";") {
			member, parts, found := strings.Cut(w.long(item), "=")
			if found {
				r.Assignments = append(r.Assignments, msg.GroupAssignment{Member: member, Assignment: classicAssignment(&w.img, w.owned(parts), []byte{0, 1})})
			}
		}
		if userData := c.Args["userdata"]; userData != "" {
			for i := range r.Assignments {
				a := kmsg.ConsumerMemberAssignment{Version: 1, UserData: []byte(userData)}
				r.Assignments[i].Assignment = a.AppendTo(nil)
			}
		}
		w.ask(r)
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// commitAs commits an offset of a partition of a topic.
func (w *world) commitAs(c goldentest.Command, knowsStale bool) {
	topic := c.Args["topic"]
	w.ask(&msg.OffsetCommit{
		Op: w.nextOp(), Group: c.Args["group"], Member: w.long(c.Args["member"]), Instance: w.optional(c, "instance"),
		Generation: int32(w.number(c, "epoch", -1)), Retention: -1, KnowsGroupNotFound: knowsStale, KnowsStaleEpoch: knowsStale,
		Topics: []msg.CommitTopic{{Name: topic, ID: w.img.ByName[topic], Partitions: []msg.CommitPartition{
			{Partition: kafka.PartitionID(w.number(c, "partition", 0)), Offset: 5, LeaderEpoch: kafka.NoLeaderEpoch},
		}}},
	})
}

func (w *world) imageChanged() {
	w.g.ImageChanged(w.now, &w.delta, w.view())
	w.delta.Reset()
}
