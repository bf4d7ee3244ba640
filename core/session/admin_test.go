package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestGoldenCreatePartitions(t *testing.T) {
	golden(t, "create_partitions", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		ask := func(version int16, title string, timeout int32, topics ...kmsg.CreatePartitionsRequestTopic) {
			r := kmsg.NewPtrCreatePartitionsRequest()
			r.TimeoutMillis, r.Topics = timeout, topics
			b.send(1, version, r)
			step(title, b)
		}
		grow := func(name string, count int32, assigned ...int32) kmsg.CreatePartitionsRequestTopic {
			q := kmsg.NewCreatePartitionsRequestTopic()
			q.Topic, q.Count = name, count
			for _, node := range assigned {
				a := kmsg.NewCreatePartitionsRequestTopicAssignment()
				a.Replicas = []int32{node}
				q.Assignment = append(q.Assignment, a)
			}
			return q
		}
		none := grow("u", 3)
		none.Assignment = []kmsg.CreatePartitionsRequestTopicAssignment{}
		ask(3, "assigned, not assigned, assigned nothing; twice is not asked", 100, grow("x", 2), grow("t", 5, 1, 2), grow("x", 3), grow("y", 2), none)
		b.s.ControllerReply(b.now, &msg.CreatedPartitions{Op: b.lastOp, Topics: []msg.TopicResult{
			{Name: "t"}, {Name: "y", Err: kafka.ErrUnknownTopicOrPartition}, {Name: "u", Err: kafka.ErrInvalidReplicaAssignment, ErrText: "why"},
		}}, b.view())
		step("the answer", b)
		ask(0, "no time", 0, grow("t", 5), grow("t", 6), grow("u", 2))
		ask(1, "some time", 50, grow("t", 5))
		late := b.lastOp
		b.wait(50)
		step("after it", b)
		b.s.ControllerReply(b.now, &msg.CreatedPartitions{Op: late, Topics: []msg.TopicResult{{Name: "t"}}}, b.view())
		step("the late answer says nothing", b)
		ask(2, "nothing", 50)
	})
}

func TestGoldenDeletions(t *testing.T) {
	golden(t, "deletions", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		named := func(name string) kmsg.DeleteTopicsRequestTopic {
			return kmsg.DeleteTopicsRequestTopic{Topic: &name}
		}
		byID := func(id kafka.TopicID) kmsg.DeleteTopicsRequestTopic {
			return kmsg.DeleteTopicsRequestTopic{TopicID: id}
		}
		ask := func(title string, timeout int32, topics ...kmsg.DeleteTopicsRequestTopic) {
			r := kmsg.NewPtrDeleteTopicsRequest()
			r.TimeoutMillis, r.Topics = timeout, topics
			b.send(1, 6, r)
			step(title, b)
		}
		ask("an id twice, and the name that it stands for", 100, byID(topicT), named("t"), byID(topicT))
		ask("a name twice: of its id it is not the name", 100, named("t"), byID(topicT), named("t"))
		b.s.ControllerReply(b.now, &msg.DeletedTopics{Op: b.lastOp, Topics: []msg.DeletedTopic{{Name: "t", ID: topicT}}}, b.view())
		step("answered", b)
		ask("an id and its name: neither is deleted", 100, byID(topicT), named("t"), named("u"))
		b.s.ControllerReply(b.now, &msg.DeletedTopics{Op: b.lastOp, Topics: []msg.DeletedTopic{{Name: "u", ID: topicU}}}, b.view())
		step("answered", b)
		ask("no name, and the empty one, each twice", 100, byID(kafka.TopicID{}), byID(kafka.TopicID{}), named(""), named(""))
		ask("the empty name", 100, named(""))
		ask("no time: all is answered so, and nobody asked", 0, named("t"), named("t"), byID(topicU), byID(kafka.TopicID{}))
		ask("some time", 50, named("t"), named("t"), byID(topicU))
		b.wait(50)
		step("after it", b)
	})
}
