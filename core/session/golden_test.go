package session

import (
	"flag"
	"os"
	"strings"
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew")

// golden compares the trace of a story's steps with testdata.
func golden(t *testing.T, name string, steps func(step func(title string, b *bench))) {
	t.Helper()
	var got strings.Builder
	steps(func(title string, b *bench) {
		got.WriteString(title + "\n----" + b.text() + "\n\n")
	})
	file := "testdata/" + name + ".txt"
	if *rewrite {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("%s differs; got:\n%s", file, got.String())
	}
}

func TestGoldenMetadata(t *testing.T) {
	golden(t, "metadata", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		ask := func(version int16, title string, names ...string) {
			r := kmsg.NewPtrMetadataRequest()
			r.AllowAutoTopicCreation = true
			r.IncludeTopicAuthorizedOperations = version >= 8
			r.IncludeClusterAuthorizedOperations = version >= 8 && version <= 10
			r.Topics = []kmsg.MetadataRequestTopic{}
			for _, n := range names {
				rt := kmsg.NewMetadataRequestTopic()
				rt.Topic = kmsg.StringPtr(n)
				r.Topics = append(r.Topics, rt)
			}
			b.send(1, version, r)
			step(title, b)
		}
		ask(0, "v0: no topic means all")
		ask(1, "v1: no topic means none")
		ask(9, "by name, with operations; named twice, answered once", "t", "t")
		ask(12, "what does not exist is created, once; bad names and internal topics are not", "new", "a b", "__consumer_offsets")
		ask(12, "while it is being created nobody asks again", "new")
		b.s.ControllerReply(b.now, &msg.CreatedTopics{Op: b.lastOp, Topics: []msg.CreatedTopic{{Name: "new", Err: kafka.ErrInvalidReplicationFactor}}}, b.view())
		ask(12, "it failed: the next one asks again", "new")
		r := kmsg.NewPtrMetadataRequest()
		for _, id := range []kafka.TopicID{topicU, {9}} {
			rt := kmsg.NewMetadataRequestTopic()
			rt.TopicID = id
			r.Topics = append(r.Topics, rt)
		}
		b.send(1, 12, r)
		step("by id", b)
		again := *r
		b.send(1, 10, &again)
		step("v10 has no ids", b)
		neither := kmsg.NewPtrMetadataRequest()
		neither.Topics = append(neither.Topics, kmsg.NewMetadataRequestTopic())
		b.send(1, 13, neither)
		step("neither a name nor an id", b)
		b.apply(&record.BrokerRegistrationChangeRecord{BrokerID: 2, Fenced: 1})
		ask(9, "a fenced leader is still named, its replicas are offline", "t")
		ask(0, "v0 hides them", "t")
	})
}

func TestGoldenFetch(t *testing.T) {
	golden(t, "fetch", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		b.send(1, 12, fetchBody(1, 500, 0, 1))
		step("nothing to read: parked", b)
		b.advance(tp(topicT, 1), 3, 210, false)
		step("bytes wake it up", b)
		b.readDone(b.lastRead(), 210, 3, port.FailNone)
		step("read", b)

		b.send(1, 12, fetchBody(300, 500, 0, 1))
		step("something to read, but less than min bytes", b)
		b.readDone(b.lastRead(), 210, 3, port.FailNone)
		step("it waits, without what it read", b)
		b.advance(tp(topicT, 0), 1, 70, false)
		step("not yet enough", b)
		b.advance(tp(topicT, 0), 1, 70, false)
		step("enough", b)
		for _, n := range []int{140, 210} {
			b.readDone(b.reads[0], n, kafka.Offset(n/70), port.FailNone)
			b.reads = b.reads[1:]
		}
		step("read", b)

		b.send(1, 17, fetchBody(1, 500, 0, 2, 7))
		step("byte for byte in order; partition 7 does not exist", b)
		b.rep.at(tp(topicT, 2)).err = kafka.ErrNotLeaderOrFollower
		b.readDone(b.lastRead(), 140, 2, port.FailNone)
		step("read", b)
		b.send(1, 17, fetchBody(1, 500, 2))
		step("an error is answered at once, with the leader", b)

		r := fetchBody(1, 500, 0)
		r.SessionEpoch = 3
		b.send(1, 12, r)
		step("a session that nobody has", b)
		r = fetchBody(1, 500, 0)
		r.Topics[0].TopicID = kafka.TopicID{9}
		b.send(1, 13, r)
		step("an id that nobody has is answered at once", b)

		b.send(1, 12, fetchBody(1, 0, 1))
		step("no wait", b)
		b.rep.at(tp(topicT, 1)).start = 9
		b.readDone(b.lastRead(), 0, 0, port.FailRange)
		step("the log moved under the read", b)
	})
}

// lastRead takes the reads asked for and returns the last.
func (b *bench) lastRead() port.Read { return b.reads[len(b.reads)-1] }

func TestGoldenTopics(t *testing.T) {
	golden(t, "topics", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		create := func(version int16, title string, names ...string) {
			r := kmsg.NewPtrCreateTopicsRequest()
			r.TimeoutMillis = 100
			for _, n := range names {
				rt := kmsg.NewCreateTopicsRequestTopic()
				rt.Topic, rt.NumPartitions, rt.ReplicationFactor = n, 2, 1
				r.Topics = append(r.Topics, rt)
			}
			b.send(1, version, r)
			step(title, b)
		}
		create(7, "twice the same name, and the metadata log's", "d", "a", "d", "__cluster_metadata", "d")
		b.s.ControllerReply(b.now, &msg.CreatedTopics{Op: b.lastOp, Topics: []msg.CreatedTopic{
			{Name: "a", ID: kafka.TopicID{7}, Partitions: 2, Factor: 1, Configs: []config.Effective{{Name: "k", Value: "v", Source: config.SourceTopic}}},
		}}, b.view())
		step("created", b)
		create(2, "nothing that makes sense", "d", "d")
		create(4, "a timeout", "slow")
		late := b.lastOp
		b.wait(100)
		step("after it", b)
		b.s.ControllerReply(b.now, &msg.CreatedTopics{Op: late, Topics: []msg.CreatedTopic{{Name: "slow"}}}, b.view())
		step("the late answer says nothing", b)

		r := kmsg.NewPtrDeleteTopicsRequest()
		r.TopicNames = []string{"t", "x", "x"}
		r.TimeoutMillis = 100
		b.send(1, 5, r)
		step("delete by name", b)
		b.s.ControllerReply(b.now, &msg.DeletedTopics{Op: b.lastOp, Topics: []msg.DeletedTopic{{Name: "t"}}}, b.view())
		step("deleted", b)
		r = kmsg.NewPtrDeleteTopicsRequest()
		r.TimeoutMillis = 100
		ref := func(name *string, id kafka.TopicID) {
			rt := kmsg.NewDeleteTopicsRequestTopic()
			rt.Topic, rt.TopicID = name, id
			r.Topics = append(r.Topics, rt)
		}
		ref(kmsg.StringPtr("t"), kafka.TopicID{})
		ref(nil, topicT)
		ref(nil, kafka.TopicID{})
		ref(kmsg.StringPtr("u"), topicU)
		b.send(1, 6, r)
		step("by id, by both, by neither", b)
		b.wait(100)
		step("after the timeout", b)
	})
}

func TestGoldenListOffsets(t *testing.T) {
	golden(t, "list_offsets", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		b.rep.at(tp(topicT, 0)).high = 10
		b.rep.at(tp(topicT, 0)).start = 3
		ask := func(version int16, isolation int8, title string, times ...int64) {
			r := kmsg.NewPtrListOffsetsRequest()
			r.IsolationLevel = isolation
			answered := 0
			for _, at := range times {
				rt := kmsg.NewListOffsetsRequestTopic()
				rt.Topic = "t"
				p := kmsg.NewListOffsetsRequestTopicPartition()
				p.Timestamp = at
				rt.Partitions = append(rt.Partitions, p)
				r.Topics = []kmsg.ListOffsetsRequestTopic{rt}
				b.send(1, version, r)
				if reads := b.s.Out.Reads; len(reads) > answered {
					d := &port.ReadDone{ID: reads[answered].ID, Found: 7, Timestamp: 77, Epoch: 4}
					answered++
					b.s.ReadDone(b.now, d, b.view())
				}
			}
			step(title, b)
		}
		ask(11, 0, "every special timestamp, and one that is none", -1, -2, -3, -4, -5, -6, -7, 50)
		ask(11, 1, "read_committed: latest is the last stable offset", -1)
		ask(10, 0, "v10 does not know -6", -6)
		ask(8, 0, "v8 does not know -5", -5, -4)
		ask(6, 0, "v6 does not know -3", -3, -1)
		ask(2, 7, "no such isolation level", -1)
		many := kmsg.NewPtrListOffsetsRequest()
		for _, name := range []string{"t", "nowhere", "t"} {
			rt := kmsg.NewListOffsetsRequestTopic()
			rt.Topic = name
			for _, asked := range [][2]int64{{0, -1}, {2, -2}, {7, -1}, {1, -9}, {2, -2}}[len(many.Topics):] {
				p := kmsg.NewListOffsetsRequestTopicPartition()
				p.Partition, p.Timestamp = int32(asked[0]), asked[1]
				rt.Partitions = append(rt.Partitions, p)
			}
			many.Topics = append(many.Topics, rt)
		}
		b.send(1, 9, many)
		step("topics and partitions named twice, or not there, or asked for a time that is none", b)
		b.rep.at(tp(topicT, 0)).lagging = true
		ask(5, 0, "latest is not known yet", -1, -2)
		ask(4, 0, "v4 has another word for it", -1)
	})
}

func TestGoldenOthers(t *testing.T) {
	golden(t, "others", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		versions := func(version int16, title, name, software string) {
			r := kmsg.NewPtrApiVersionsRequest()
			r.ClientSoftwareName, r.ClientSoftwareVersion = name, software
			b.send(1, version, r)
			step(title, b)
		}
		versions(0, "ApiVersions v0", "", "")
		versions(3, "v3: no minimum of 0", "apache-kafka-java", "4.3.1")
		versions(4, "v4", "a", "1")
		versions(4, "a name of another form", "-a", "1")
		init := func(version int16, title string, txn *string, id int64, epoch int16) {
			r := kmsg.NewPtrInitProducerIDRequest()
			r.TransactionalID, r.ProducerID, r.ProducerEpoch = txn, id, epoch
			b.send(1, version, r)
			step(title, b)
		}
		init(0, "InitProducerId", nil, -1, -1)
		b.s.ProducerID(b.now, b.lastOp, 4000, kafka.None)
		step("an id", b)
		init(3, "with the id it had", nil, 4000, 2)
		b.s.ProducerID(b.now, b.lastOp, 0, kafka.ErrCoordinatorLoadInProgress)
		step("none to be had", b)
		init(3, "half of it", nil, 4000, -1)
		init(3, "transactional", kmsg.StringPtr("x"), -1, -1)
		init(3, "empty", kmsg.StringPtr(""), -1, -1)
	})
}

func TestGoldenDeleteRecords(t *testing.T) {
	golden(t, "delete_records", func(step func(string, *bench)) {
		b := newBench()
		b.topic("__consumer_offsets", kafka.TopicID{3}, 1)
		b.open(1)
		ask := func(version int16, title string, asked ...int64) {
			r := kmsg.NewPtrDeleteRecordsRequest()
			r.TimeoutMillis = 50
			for ; len(asked) > 0; asked = asked[3:] {
				rt := kmsg.NewDeleteRecordsRequestTopic()
				rt.Topic = []string{"t", "u", "nowhere", "__consumer_offsets"}[asked[0]]
				p := kmsg.NewDeleteRecordsRequestTopicPartition()
				p.Partition, p.Offset = int32(asked[1]), asked[2]
				rt.Partitions = append(rt.Partitions, p)
				r.Topics = append(r.Topics, rt)
			}
			b.send(1, version, r)
			step(title, b)
		}
		answer := func(title string, slot int32, err kafka.ErrorCode, low kafka.Offset) {
			b.s.DeletedRecords(&msg.DeletedRecords{Op: b.lastOp, Slot: slot, Err: err, LowWatermark: low})
			b.s.Check()
			step(title, b)
		}
		ask(0, "v0: each leader is asked once; what is not there, and a coordinators' topic, not at all",
			0, 0, 5, 1, 0, -1, 0, 0, 7, 2, 0, 5, 3, 0, 5, 1, 1, 5, 1, -1, 5)
		answer("the second leader first", 1, kafka.None, 9)
		answer("the other refuses", 0, kafka.ErrOffsetOutOfRange, kafka.NoOffset)
		ask(2, "v2: nobody to ask", 2, 0, 5)
		ask(2, "nothing to ask")
		ask(1, "one leader answers, the other one is late", 0, 0, 5, 1, 0, 5)
		answer("a leader", 1, kafka.None, 5)
		b.wait(49)
		step("49 ms", b)
		b.wait(1)
		step("50 ms", b)
		answer("an answer too late for anybody", 0, kafka.None, 5)
	})
}

func TestGoldenOffsetForLeaderEpoch(t *testing.T) {
	golden(t, "offset_for_leader_epoch", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		b.rep.at(tp(topicT, 0)).high = 10
		b.rep.at(tp(topicT, 1)).err = kafka.ErrFencedLeaderEpoch
		ask := func(version int16, title string, asked ...int32) {
			r := kmsg.NewPtrOffsetForLeaderEpochRequest()
			r.ReplicaID = -1
			for ; len(asked) > 0; asked = asked[3:] {
				rt := kmsg.NewOffsetForLeaderEpochRequestTopic()
				rt.Topic = []string{"t", "nowhere"}[asked[0]]
				p := kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
				p.Partition, p.LeaderEpoch, p.CurrentLeaderEpoch = asked[1], asked[2], 4
				rt.Partitions = append(rt.Partitions, p)
				r.Topics = append(r.Topics, rt)
			}
			b.send(1, version, r)
			step(title, b)
		}
		ask(2, "v2: an epoch, and one that is yet to come", 0, 0, 5, 0, 0, 6)
		ask(3, "v3: a leader of another epoch; no such partition; no such topic", 0, 1, 5, 0, 2, 5, 0, -1, 5, 1, 0, 5)
		ask(4, "v4: nothing")
	})
}

func TestGoldenDescribeProducers(t *testing.T) {
	golden(t, "describe_producers", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		b.rep.at(tp(topicT, 1)).err = kafka.ErrKafkaStorageError
		r := kmsg.NewPtrDescribeProducersRequest()
		for _, name := range []string{"t", "nowhere"} {
			rt := kmsg.NewDescribeProducersRequestTopic()
			rt.Topic, rt.Partitions = name, []int32{0, 1, 2}
			r.Topics = append(r.Topics, rt)
		}
		b.send(1, 0, r)
		step("a partition with two producers, one that is offline, one that is not there; a topic that is not there", b)
	})
}
