package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestGoldenDescribeLogDirs(t *testing.T) {
	golden(t, "describe_log_dirs", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		ask := func(version int16, title string, topics []kmsg.DescribeLogDirsRequestTopic, fails ...bool) {
			r := kmsg.NewPtrDescribeLogDirsRequest()
			r.Topics = topics
			b.send(1, version, r)
			b.take()
			for i, read := range b.reads {
				d := &port.ReadDone{ID: read.ID, TotalBytes: 1000, UsableBytes: 400}
				if read.Kind == port.ReadCopied {
					d.TotalBytes, d.Next = 30, 6
				}
				if i < len(fails) && fails[i] {
					d.Fail = port.FailIO
				}
				b.s.ReadDone(b.now, d, b.view())
				b.s.Check()
			}
			step(title, b)
		}
		of := func(name string, partitions ...int32) kmsg.DescribeLogDirsRequestTopic {
			return kmsg.DescribeLogDirsRequestTopic{Topic: name, Partitions: partitions}
		}
		ask(1, "v1: all; a directory is offline", nil)
		ask(3, "v3: an error of its own; none asked for", []kmsg.DescribeLogDirsRequestTopic{})
		b.apply(&record.BrokerRegistrationChangeRecord{BrokerID: 1, CordonedLogDirs: []kafka.DirID{{9}}})
		ask(4, "v4: the size of the file system; twice the same, and what is not there",
			[]kmsg.DescribeLogDirsRequestTopic{of("t", 0, 0, 5), of("nowhere", 0), of("t", 0, 1)})
		ask(5, "v5: one is cordoned", []kmsg.DescribeLogDirsRequestTopic{of("u", 0)})
		ask(5, "a file system that does not answer", nil, true)
	})
}

func TestGoldenAlterReplicaLogDirs(t *testing.T) {
	golden(t, "alter_replica_log_dirs", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		ask := func(version int16, title string, dirs ...kmsg.AlterReplicaLogDirsRequestDir) {
			r := kmsg.NewPtrAlterReplicaLogDirsRequest()
			r.Dirs = dirs
			b.send(1, version, r)
			moves := b.s.Out.Moves
			step(title, b)
			for i, m := range moves {
				b.s.MovedLog(&msg.MovedLog{Op: m.Op, Slot: m.Slot, Err: []kafka.ErrorCode{kafka.None, kafka.ErrLogDirNotFound}[i%2]})
				b.s.Check()
			}
			if len(moves) > 0 {
				step("answered", b)
			}
		}
		of := func(path string, topics ...string) kmsg.AlterReplicaLogDirsRequestDir {
			d := kmsg.AlterReplicaLogDirsRequestDir{Dir: path}
			for _, name := range topics {
				d.Topics = append(d.Topics, kmsg.AlterReplicaLogDirsRequestDirTopic{Topic: name, Partitions: []int32{0, 1}})
			}
			return d
		}
		ask(1, "v1: nothing")
		ask(2, "v2: one topic is named twice, and goes where the last says", of("/a", "t", "u"), of("/b", "t"))
		ask(2, "a directory without topics", of("/a"))
	})
}
