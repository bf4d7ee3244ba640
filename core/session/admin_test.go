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
