package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// offsetsStory is what is asked of coordinators about offsets, and answered, step by step.
type offsetsStory struct {
	b    *bench
	step func(string, *bench)
}

func (s *offsetsStory) ask(version int16, title string, r kmsg.Request) {
	s.b.send(1, version, r)
	s.step(title, s.b)
}

func (s *offsetsStory) answer(title string, answers ...msg.GroupReply) {
	for _, a := range answers {
		s.b.s.GroupReply(s.b.now, a, s.b.view())
	}
	s.b.s.Check()
	s.step(title, s.b)
}

func TestGoldenOffsets(t *testing.T) {
	golden(t, "offsets", func(step func(string, *bench)) {
		b := newBench()
		b.s.cfg.Groups.TopicPartitions, b.s.cfg.Groups.TopicReplication, b.s.cfg.Groups.TopicSegmentBytes = 5, 1, 1000
		b.open(1)
		s := &offsetsStory{b: b, step: step}
		s.finds()
		s.commits()
		s.fetches()
		s.deletes()
	})
}

func (s *offsetsStory) finds() {
	find := func(kind int8, keys ...string) *kmsg.FindCoordinatorRequest {
		r := kmsg.NewPtrFindCoordinatorRequest()
		r.CoordinatorType, r.CoordinatorKeys, r.CoordinatorKey = kind, keys, keys[0]
		return r
	}
	s.ask(0, "FindCoordinator v0: the topic is not there, and is created", find(0, "g"))
	s.ask(6, "it is asked for once", find(0, "g", "h"))
	s.b.topic(kafka.GroupMetadataTopic, kafka.TopicID{9}, 1, 3)
	s.ask(0, "v0", find(0, "h"))
	s.ask(3, "v3: its leader is fenced", find(0, "g"))
	s.ask(4, "v4: several", find(0, "g", "h", ""))
	s.ask(6, "v6: of a transactional id", find(1, "x"))
	s.ask(5, "of a share partition, in a version that knows none", find(2, "g:AAAAAAAAAAAAAAAAAAAAAQ:0"))
	s.ask(6, "in one that does, well and badly named", find(2, "g:AAAAAAAAAAAAAAAAAAAAAQ:0", "g:0", ":AAAAAAAAAAAAAAAAAAAAAQ:0", "g:AAAAAAAAAAAAAAAAAAAAAQ:x"))
	s.ask(3, "of a type that there is not", find(7, "x"))
	s.ask(6, "and in v6", find(7, "x"))
}

func (s *offsetsStory) commits() {
	commit := func(topics ...kmsg.OffsetCommitRequestTopic) *kmsg.OffsetCommitRequest {
		r := kmsg.NewPtrOffsetCommitRequest()
		r.Group, r.MemberID, r.Generation, r.InstanceID, r.RetentionTimeMillis = "g", "m", 3, kmsg.StringPtr("i"), 77
		r.Topics = topics
		return r
	}
	topic := func(name string, id kafka.TopicID, partitions ...int32) kmsg.OffsetCommitRequestTopic {
		t := kmsg.OffsetCommitRequestTopic{Topic: name, TopicID: id}
		for _, p := range partitions {
			one := kmsg.OffsetCommitRequestTopicPartition{Partition: p, Offset: 5, LeaderEpoch: 4, Metadata: kmsg.StringPtr("noted")}
			if p == 1 {
				one.Metadata = nil
			}
			t.Partitions = append(t.Partitions, one)
		}
		return t
	}
	done := func(errs ...kafka.ErrorCode) msg.GroupReply { return &msg.OffsetCommitted{Op: s.b.lastOp, Errs: errs} }
	s.ask(2, "OffsetCommit v2: with a retention, without a leader epoch or instance", commit(topic("t", kafka.TopicID{}, 0, 1)))
	s.answer("committed", done(kafka.None, kafka.None))
	s.ask(9, "v9: what is not there is refused here", commit(topic("nowhere", kafka.TopicID{}, 0), topic("t", kafka.TopicID{}, 9, 1, -1)))
	s.answer("its metadata is too long", done(kafka.ErrOffsetMetadataTooLarge))
	s.ask(10, "v10: by id", commit(topic("", kafka.TopicID{7}, 0), topic("", topicT, 1)))
	s.answer("refused", &msg.OffsetCommitted{Op: s.b.lastOp, Err: kafka.ErrStaleMemberEpoch})
	s.ask(10, "nothing that is there: nobody is asked", commit(topic("", kafka.TopicID{7}, 0)))
	s.ask(10, "nothing at all", commit())
	s.ask(9, "a topic without partitions", commit(topic("t", kafka.TopicID{})))
}

func (s *offsetsStory) fetches() {
	fetched := func(slot int32, topics ...msg.FetchedTopic) msg.GroupReply {
		return &msg.OffsetFetched{Op: s.b.lastOp, Slot: slot, Topics: topics}
	}
	of := func(name string, id kafka.TopicID) msg.FetchedTopic {
		return msg.FetchedTopic{Name: name, ID: id, Partitions: []msg.FetchedOffset{
			{Partition: 0, Offset: 5, LeaderEpoch: 4, Metadata: "noted"}, {Partition: 1, Offset: -1, LeaderEpoch: -1},
		}}
	}
	old := kmsg.NewPtrOffsetFetchRequest()
	old.Group, old.Topics, old.RequireStable = "g", []kmsg.OffsetFetchRequestTopic{{Topic: "t", Partitions: []int32{0, 1}}}, true
	s.ask(1, "OffsetFetch v1", old)
	s.answer("an error stands at each partition", &msg.OffsetFetched{Op: s.b.lastOp, Err: kafka.ErrNotCoordinator})
	s.ask(2, "v2", old)
	s.answer("an error stands at the head", &msg.OffsetFetched{Op: s.b.lastOp, Err: kafka.ErrNotCoordinator})
	s.ask(7, "v7: stable ones", old)
	s.answer("with leader epochs", fetched(0, of("t", kafka.TopicID{})))
	all := kmsg.NewPtrOffsetFetchRequest()
	all.Group = "g"
	s.ask(5, "v5: all", all)
	s.answer("none", fetched(0))

	several := kmsg.NewPtrOffsetFetchRequest()
	several.Groups = []kmsg.OffsetFetchRequestGroup{
		{Group: "g", MemberID: kmsg.StringPtr("m"), MemberEpoch: 3, Topics: []kmsg.OffsetFetchRequestGroupTopic{
			{Topic: "t", TopicID: topicT, Partitions: []int32{0, 1}}, {Topic: "x", TopicID: kafka.TopicID{7}, Partitions: []int32{3}},
		}},
		{Group: "h", MemberEpoch: -1},
	}
	s.ask(8, "v8: several groups", several)
	s.answer("one of them", fetched(1, of("gone", kafka.TopicID{}), of("u", kafka.TopicID{})))
	s.answer("and the other", fetched(0, of("t", kafka.TopicID{}), of("x", kafka.TopicID{})))
	s.ask(10, "v10: by id, one of which is not there", several)
	s.answer("all of what is there, and an error", fetched(0, of("t", topicT)), fetched(1, of("gone", kafka.TopicID{}), of("u", kafka.TopicID{})))
	s.ask(9, "no group", func() kmsg.Request {
		r := kmsg.NewPtrOffsetFetchRequest()
		r.Groups = []kmsg.OffsetFetchRequestGroup{}
		return r
	}())
}

func (s *offsetsStory) deletes() {
	del := func(group string) *kmsg.OffsetDeleteRequest {
		r := kmsg.NewPtrOffsetDeleteRequest()
		r.Group = group
		r.Topics = []kmsg.OffsetDeleteRequestTopic{
			{Topic: "nowhere", Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{Partition: 0}}},
			{Topic: "t", Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{Partition: 0}, {Partition: 9}, {Partition: 1}}},
		}
		return r
	}
	s.ask(0, "OffsetDelete without a group", del(""))
	s.ask(0, "of what is there", del("g"))
	s.answer("deleted, but one", &msg.OffsetDeleted{Op: s.b.lastOp, Errs: []kafka.ErrorCode{kafka.None, kafka.ErrGroupSubscribedToTopic}})
	s.ask(0, "of a group", del("g"))
	s.answer("that is not there", &msg.OffsetDeleted{Op: s.b.lastOp, Err: kafka.ErrGroupIDNotFound})
}

// Only its coordinator writes to __consumer_offsets, and who says that he mends it.
func TestCoordinatorsTopicsAreNotForClients(t *testing.T) {
	b := newBench()
	b.open(1)
	b.topic(kafka.GroupMetadataTopic, kafka.TopicID{9}, 1)
	for client, want := range map[string]kafka.ErrorCode{"c": kafka.ErrInvalidTopicException, adminClient: kafka.None} {
		body := &wire.ProduceRequest{Acks: 1, TimeoutMillis: 100, Topics: []wire.ProduceTopic{{Name: kafka.GroupMetadataTopic, Partitions: []wire.ProducePartition{{}}}}}
		req := wire.Request{Conn: 1, Seq: b.seqs[1], Version: 12, ClientID: client, Body: body}
		b.seqs[1]++
		b.s.Request(b.now, &req, b.view())
		out := b.s.Out
		b.s.Out = Out{}
		switch {
		case want == kafka.None && len(out.Produces) != 1:
			t.Errorf("%s may not write", client)
		case want != kafka.None && (len(out.Replies) != 1 || out.Replies[0].Body.(*wire.ProduceResponse).Topics[0].Partitions[0].Err != want):
			t.Errorf("%s is not told %s", client, want)
		}
		if len(out.Produces) == 1 {
			b.s.Produced(b.now, &msg.Produced{Op: out.Produces[0].Op}, b.view())
			b.s.Out = Out{}
		}
	}
}

// An operator is told, once for each reason, why there is no topic for coordinators.
func TestATopicOfCoordinatorsThatCannotBeMadeIsTold(t *testing.T) {
	b := newBench()
	b.open(1)
	told := func(err kafka.ErrorCode) []string {
		r := kmsg.NewPtrFindCoordinatorRequest()
		r.CoordinatorKeys = []string{"g"}
		b.send(1, 6, r)
		out := b.take()
		if len(out.Controller) != 1 {
			t.Fatalf("%d requests to the controller", len(out.Controller))
		}
		ask := out.Controller[0].(*msg.CreateTopics)
		b.s.ControllerReply(b.now, &msg.CreatedTopics{Op: ask.Op, Topics: []msg.CreatedTopic{{Name: kafka.GroupMetadataTopic, Err: err}}}, b.view())
		b.s.Check()
		return b.take().Uncreated
	}
	for i, c := range []struct {
		err  kafka.ErrorCode
		says int
	}{
		{kafka.ErrInvalidReplicationFactor, 1}, {kafka.ErrInvalidReplicationFactor, 0}, {kafka.ErrInvalidConfig, 1},
		{kafka.ErrTopicAlreadyExists, 0}, {kafka.ErrInvalidConfig, 1}, {kafka.None, 0},
	} {
		if got := told(c.err); len(got) != c.says {
			t.Errorf("%d, after %s: %q", i, c.err, got)
		}
	}
}
