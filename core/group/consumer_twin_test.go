package group

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"momus/core/group/topicregex"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
)

// client is a member of the consumer protocol as a real one behaves: it gives up at once what it is not to have, says
// so with its next heartbeat, and takes what it is given.
type client struct {
	id     string
	epoch  int32
	topics []string
	owned  map[kafka.TopicPartition]bool
	beatAt kafka.Mono
}

func (c *client) list() []record.TargetPartitions {
	byTopic := map[kafka.TopicID][]kafka.PartitionID{}
	for tp := range c.owned {
		byTopic[tp.Topic] = append(byTopic[tp.Topic], tp.Partition)
	}
	owned := []record.TargetPartitions{}
	for id, partitions := range byTopic {
		owned = append(owned, record.TargetPartitions{TopicID: id, Partitions: partitions})
	}
	return owned
}

// fleet are the clients of one group, and the coordinator.
type fleet struct {
	*world
	clients []*client
	joined  int
}

// beat has a client send a heartbeat, and take the answer if it is not lost.
func (f *fleet) beat(t *rapid.T, c *client, lost bool) {
	r := &msg.ConsumerGroupHeartbeat{
		Op: f.nextOp(), Group: "g", Member: c.id, MemberEpoch: c.epoch, ClientID: "c", ClientHost: "/127.0.0.1",
		RebalanceTimeout: 60_000, Topics: c.topics, Owned: c.list(),
	}
	c.beatAt = f.now.Mono
	f.g.Request(f.now, r, f.view())
	f.high = f.end
	f.follow2()
	answer := f.g.Out.Replies[len(f.g.Out.Replies)-1].(*msg.ConsumerGroupHeartbeatDone)
	f.g.Out.Replies, f.g.Out.Notes = nil, nil
	if lost {
		return
	}
	switch answer.Err {
	case kafka.None:
	case kafka.ErrFencedMemberEpoch, kafka.ErrUnknownMemberID, kafka.ErrGroupIDNotFound: // the last one only of a log that lost records
		c.epoch, c.owned = 0, map[kafka.TopicPartition]bool{}
		return
	default:
		t.Fatalf("%s is told %s: %s", c.id, answer.Err, answer.ErrText)
	}
	if answer.MemberEpoch < c.epoch {
		t.Fatalf("%s goes from epoch %d to %d", c.id, c.epoch, answer.MemberEpoch)
	}
	c.epoch = answer.MemberEpoch
	if answer.Assignment == nil {
		return
	}
	c.owned = map[kafka.TopicPartition]bool{}
	for _, of := range answer.Assignment {
		for _, p := range of.Partitions {
			c.owned[kafka.TopicPartition{Topic: of.TopicID, Partition: p}] = true
		}
	}
}

// follow2 tells of commits, without what a trace would want.
func (f *fleet) follow2() {
	f.g.Follow(f.now, &msg.CoordinatorPartition{
		Log: kafka.TopicPartition{Topic: offsetsTopic}, Leads: true, Epoch: f.epoch, HighWatermark: f.high, End: f.end, BatchBytesMax: 1 << 20,
	}, f.view())
	f.read()
	for _, w := range f.g.Out.Work {
		f.g.WorkDone(f.now, &port.WorkDone{Work: w, Matched: topicregex.Resolve(w.Regexes, w.Topics)}, f.view())
	}
	f.g.Out.Work = nil
	f.g.Check()
}

// alone demands that no partition is had by two clients.
func (f *fleet) alone(t *rapid.T) {
	owner := map[kafka.TopicPartition]string{}
	for _, c := range f.clients {
		for tp := range c.owned {
			if other := owner[tp]; other != "" {
				t.Fatalf("%s and %s have %v at %d", other, c.id, tp, c.epoch)
			}
			owner[tp] = c.id
		}
	}
}

func (f *fleet) topic(id, partitions int) {
	topic := kafka.TopicID{byte(id)}
	have := 0
	if t := f.img.Topic(topic); t != nil {
		have = len(t.Partitions)
	} else {
		f.apply(&record.TopicRecord{Name: fmt.Sprint("t", id), TopicID: topic})
	}
	for p := have; p < partitions; p++ {
		f.apply(&record.PartitionRecord{TopicID: topic, PartitionID: kafka.PartitionID(p), Leader: 1, Replicas: []kafka.NodeID{1}, ISR: []kafka.NodeID{1}})
	}
	f.imageChanged()
}

func (f *fleet) step(t *rapid.T) {
	pick := func() int { return rapid.IntRange(0, len(f.clients)-1).Draw(t, "client") }
	subscription := func() []string {
		return [][]string{{"t1"}, {"t1", "t2"}, {"t2"}, {}}[rapid.IntRange(0, 3).Draw(t, "topics")]
	}
	switch what := rapid.IntRange(0, 11).Draw(t, "what"); {
	case what == 0 && len(f.clients) < 5 || len(f.clients) == 0:
		f.joined++
		f.clients = append(f.clients, &client{
			id: fmt.Sprint("m", f.joined), topics: subscription(), owned: map[kafka.TopicPartition]bool{}, beatAt: f.now.Mono,
		})
	case what == 1: // leaves
		i := pick()
		c := f.clients[i]
		c.epoch, c.owned = leaveEpoch, map[kafka.TopicPartition]bool{}
		f.g.Request(f.now, &msg.ConsumerGroupHeartbeat{Op: f.nextOp(), Group: "g", Member: c.id, MemberEpoch: leaveEpoch}, f.view())
		f.high = f.end
		f.follow2()
		f.g.Out.Replies = nil
		f.clients = slices.Delete(f.clients, i, i+1)
	case what == 2: // is killed
		i := pick()
		f.clients = slices.Delete(f.clients, i, i+1)
	case what == 3:
		f.clients[pick()].topics = subscription()
	case what == 4 && f.img.Topic(kafka.TopicID{1}) != nil && len(f.img.Topic(kafka.TopicID{1}).Partitions) < 8:
		f.topic(1, len(f.img.Topic(kafka.TopicID{1}).Partitions)+1)
	case what == 5: // the coordinator is loaded anew
		f.follow(false)
		f.epoch++
		f.follow2()
		f.g.Out.Replies = nil
	default:
		f.beat(t, f.clients[pick()], rapid.IntRange(0, 4).Draw(t, "lost") == 0)
	}
	f.elapse(t, kafka.Millis(rapid.IntRange(0, 2000).Draw(t, "ms")))
}

// elapse lets time go by; whoever lives sends a heartbeat before its session ends.
func (f *fleet) elapse(t *rapid.T, d kafka.Millis) {
	f.to(f.now.Mono.Add(d.Nanos()))
	f.g.Deadline(f.now, f.view())
	f.high = f.end
	f.follow2()
	for _, c := range f.clients {
		if f.now.Mono-c.beatAt > kafka.Mono(20*kafka.Second) {
			f.beat(t, c, false)
		}
	}
	f.g.Out.Replies, f.g.Out.Notes = nil, nil
	f.alone(t)
}

// settled demands that what somebody subscribes to is somebody's, and the group stable.
func (f *fleet) settled(t *rapid.T) {
	wanted, had := map[kafka.TopicPartition]bool{}, 0
	for _, c := range f.clients {
		had += len(c.owned)
		for _, name := range c.topics {
			topic := f.img.TopicNamed(name)
			for p := range topic.Partitions {
				wanted[kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(p)}] = true
			}
		}
	}
	if had != len(wanted) {
		t.Fatalf("%d partitions are somebody's, %d are wanted", had, len(wanted))
	}
	if g := f.g.shards[0].group("g"); g != nil && len(f.clients) > 0 && g.Consumer.stateText() != stateStable {
		t.Fatalf("the group is %s", g.Consumer.stateText())
	}
}

// played plays a group of clients for up to so many steps.
func played(t *testing.T, rt *rapid.T, most int) *fleet {
	f := &fleet{world: newWorld(t, testConfig())}
	f.topic(1, 3)
	f.topic(2, 2)
	f.lead()
	f.read()
	for range rapid.IntRange(10, most).Draw(rt, "steps") {
		f.step(rt)
	}
	return f
}

// TestClientsShareNothingAndGetThere plays groups whose members come, go, die and change their minds, whose answers are
// lost, whose topics grow and whose coordinator is loaded anew. At no time do two clients have a partition; and
// when all is quiet, everything that somebody subscribes to is somebody's.
func TestClientsShareNothingAndGetThere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := played(t, rt, 80)
		for range 30 { // more than a session, and the assignment interval
			f.elapse(rt, 3000)
			for _, c := range f.clients {
				f.beat(rt, c, false)
				f.alone(rt)
			}
		}
		f.settled(rt)
	})
}

// TestALogThatLostRecordsIsServed plays such groups, and then has the log lose some of its batches before it is loaded
// anew, as a disk may that lies about what it synced. The group agrees with itself at once, and nobody shares anything
// when it has come to rest. What was a member that nothing tells of any more may be nobody's until something changes.
func TestALogThatLostRecordsIsServed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := played(t, rt, 60)
		f.follow(false)
		f.epoch++
		f.batches = slices.DeleteFunc(f.batches, func([]byte) bool { return rapid.IntRange(0, 2).Draw(rt, "lost batch") == 0 })
		f.follow2()
		f.rest(rt)
		f.alone(rt)
		for id := range 2 {
			f.topic(1+id, 1+len(f.img.Topic(kafka.TopicID{byte(1 + id)}).Partitions))
		}
		f.rest(rt)
		f.alone(rt)
		f.settled(rt)
	})
}

// rest lets more than a session and the assignment interval go by.
func (f *fleet) rest(t *rapid.T) {
	f.g.Out.Replies = nil
	for range 30 {
		f.to(f.now.Mono.Add(kafka.Millis(3000).Nanos()))
		f.g.Deadline(f.now, f.view())
		f.high = f.end
		f.follow2()
		for _, c := range f.clients {
			f.beat(t, c, false)
		}
		f.g.Out.Replies, f.g.Out.Notes = nil, nil
	}
}
