package session

import (
	"slices"
	"testing"

	"momus/core/canon"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
	"momus/core/wire"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

func TestVersionTableAndHandlersAgree(t *testing.T) {
	type row struct {
		Key      kafka.APIKey
		Min, Max kafka.APIVersion
	}
	var table, handlers []row
	for _, a := range wire.APIs() {
		table = append(table, row{a.Key, a.Min, a.Max})
		if h := handler(a.Key); h != nil {
			handlers = append(handlers, row{h.key, h.min, h.max})
		}
	}
	if diff := cmp.Diff(table, handlers); diff != "" {
		t.Errorf("core/wire (-) and core/session (+) differ:\n%s", diff)
	}
	for key := range kafka.APIKey(200) {
		if handler(key) != nil && wire.Lookup(key) == nil {
			t.Errorf("API %d has a handler and no row", key)
		}
	}
}

// produced answers the i-th Produce of out.
func (b *bench) produced(p msg.Produce, err kafka.ErrorCode) {
	m := msg.Produced{Op: p.Op, Slot: p.Slot, Err: err, Base: 42, AppendTime: -1}
	if err != kafka.None {
		m.Base = kafka.NoOffset
	}
	b.s.Produced(b.now, &m, b.view())
	b.s.Check()
}

func seqs(out Out) []port.RequestSeq {
	var list []port.RequestSeq
	for i := range out.Replies {
		list = append(list, out.Replies[i].Seq)
	}
	return list
}

func TestRepliesKeepTheOrderOfRequests(t *testing.T) {
	b := newBench()
	b.open(1)
	b.open(2)
	for range 3 {
		b.send(1, 9, produceBody(1, 0))
	}
	b.send(1, 1, kmsg.NewPtrMetadataRequest())
	b.send(2, 1, kmsg.NewPtrMetadataRequest())
	out := b.take()
	if len(out.Replies) != 1 || out.Replies[0].Conn != 2 {
		t.Fatal("a metadata reply overtook, or another connection waits")
	}
	b.produced(out.Produces[2], kafka.None)
	b.produced(out.Produces[1], kafka.None)
	if got := b.take(); len(got.Replies) != 0 {
		t.Fatal("a later request was answered first")
	}
	b.produced(out.Produces[0], kafka.None)
	if got := seqs(b.take()); !slices.Equal(got, []port.RequestSeq{0, 1, 2, 3}) {
		t.Fatal("answered", got)
	}
	b.balanced(t)
}

func TestProduceAnswersEachPartition(t *testing.T) {
	b := newBench()
	b.open(1)
	b.send(1, 10, produceBody(-1, 0, 1, 9))
	out := b.take()
	if len(out.Produces) != 2 || len(out.Drops) != 1 {
		t.Fatalf("%d batches sent, %d dropped", len(out.Produces), len(out.Drops))
	}
	b.produced(out.Produces[1], kafka.None)
	b.produced(out.Produces[0], kafka.ErrNotLeaderOrFollower)
	r := b.take().Replies[0].Body.(*wire.ProduceResponse)
	want := []wire.ProducedPartition{
		{
			Partition: 0, Err: kafka.ErrNotLeaderOrFollower, Base: -1, AppendTime: -1,
			Leader: wire.LeaderHint{Set: true, Node: 1, Epoch: 4},
		},
		{Partition: 1, Base: 42, AppendTime: -1},
		{Partition: 9, Err: kafka.ErrUnknownTopicOrPartition, Base: -1, AppendTime: -1, LogStart: -1},
	}
	if diff := cmp.Diff(want, r.Topics[0].Partitions); diff != "" {
		t.Error(diff)
	}
	if len(r.Nodes) != 1 || r.Nodes[0].Port != 9091 {
		t.Error("the leader's endpoint is not told (KIP-951)")
	}
	b.balanced(t)
}

func TestProduceRefusals(t *testing.T) {
	transactional := produceBody(-1, 0)
	transactional.TransactionalID = kmsg.StringPtr("x")
	transactional.Topics[0].Partitions[0].Head.Attributes = record.AttributeTransactional
	stray := produceBody(-1, 0)
	stray.Topics[0].Partitions[0].Head.Attributes = record.AttributeTransactional
	corrupt := produceBody(1, 0)
	corrupt.Topics[0].Partitions[0] = wire.ProducePartition{Err: kafka.ErrCorruptMessage}
	unknown := produceBody(1, 0)
	unknown.Topics[0].ID = kafka.TopicID{9}
	for _, c := range []struct {
		name string
		body *wire.ProduceRequest
		want kafka.ErrorCode
	}{
		{"acks that do not exist", produceBody(2, 0), kafka.ErrInvalidRequiredAcks},
		{"a transaction without coordinator", transactional, kafka.ErrNotEnoughReplicas},
		{"a transaction without its id", stray, kafka.ErrTransactionalIDAuthorizationFailed},
		{"what the edge refused", corrupt, kafka.ErrCorruptMessage},
		{"a topic id that nobody has", unknown, kafka.ErrUnknownTopicID},
	} {
		b := newBench()
		b.open(1)
		b.send(1, 13, c.body)
		out := b.take()
		if len(out.Produces) > 0 || len(out.Replies) != 1 {
			t.Fatalf("%s: not refused", c.name)
		}
		p := out.Replies[0].Body.(*wire.ProduceResponse).Topics[0].Partitions[0]
		if p.Err != c.want || p.Base != kafka.NoOffset {
			t.Errorf("%s: %v at %d", c.name, p.Err, p.Base)
		}
	}
}

func TestProduceTellsNothingOfATopicWithoutPartitions(t *testing.T) {
	b := newBench()
	b.open(1)
	body := produceBody(1, 0)
	body.Topics = append([]wire.ProduceTopic{{Name: "t", ID: topicT}}, body.Topics...)
	b.send(1, 9, body)
	out := b.take()
	b.produced(out.Produces[0], kafka.None)
	if r := b.take().Replies[0].Body.(*wire.ProduceResponse); len(r.Topics) != 1 || len(r.Topics[0].Partitions) != 1 {
		t.Errorf("%+v", r.Topics)
	}
	b.balanced(t)
}

func TestProduceTellsTheLogsStartOnlyIfKafkaLookedAtTheLog(t *testing.T) {
	for early, want := range map[bool]kafka.Offset{true: kafka.NoOffset, false: 0} {
		b := newBench()
		b.open(1)
		body := produceBody(1, 0)
		body.Topics[0].Partitions[0] = wire.ProducePartition{Err: kafka.ErrInvalidRecord, Early: early}
		b.send(1, 9, body)
		r := b.take().Replies[0].Body.(*wire.ProduceResponse)
		if got := r.Topics[0].Partitions[0].LogStart; got != want {
			t.Errorf("early %v: log start %d, want %d", early, got, want)
		}
	}
}

func TestProduceTimeoutIsUnknownOutcome(t *testing.T) {
	b := newBench()
	b.open(1)
	b.send(1, 9, produceBody(-1, 0, 1))
	out := b.take()
	b.produced(out.Produces[0], kafka.None)
	b.wait(100)
	parts := b.take().Replies[0].Body.(*wire.ProduceResponse).Topics[0].Partitions
	if parts[0].Err != kafka.None || parts[1].Err != kafka.ErrRequestTimedOut || parts[1].Base != kafka.NoOffset {
		t.Errorf("got %+v", parts)
	}
	b.produced(out.Produces[1], kafka.None) // the late answer is of nobody
	if b.s.NextDeadline() != 0 || len(b.take().Replies) != 0 {
		t.Error("something is left")
	}
}

func TestAcksZeroIsSilentUntilItFails(t *testing.T) {
	b := newBench()
	b.open(1)
	b.send(1, 9, produceBody(0, 0))
	b.send(1, 9, produceBody(0, 0))
	b.send(1, 9, produceBody(1, 0))
	out := b.take()
	b.produced(out.Produces[0], kafka.None)
	if r := b.take().Replies; len(r) != 1 || r[0].Body != nil {
		t.Fatal("a reply without body completes acks=0")
	}
	b.produced(out.Produces[1], kafka.ErrNotLeaderOrFollower)
	if got := b.take(); len(got.Closes) != 1 || len(got.Replies) != 0 {
		t.Fatal("the connection is closed when acks=0 fails")
	}
	b.produced(out.Produces[2], kafka.None)
	b.send(1, 9, produceBody(1, 0))
	if got := b.take(); len(got.Replies) != 0 || len(got.Produces) != 0 {
		t.Error("a connection that is being closed is answered")
	}
	b.s.ConnClosed(b.now, 1, b.view())
	b.balanced(t)
}

func TestFullQueueHoldsTheConnection(t *testing.T) {
	b := newBench()
	b.open(1)
	b.open(2)
	b.rep.at(tp(topicT, 1)).full = true
	b.send(1, 9, produceBody(1, 0, 1))
	b.send(1, 1, kmsg.NewPtrMetadataRequest())
	b.send(2, 9, produceBody(1, 0))
	out := b.take()
	if len(out.Produces) != 1 || out.Produces[0].Log.Partition != 0 || len(out.Replies) != 0 {
		t.Fatal("what waits for room holds its connection, and no other")
	}
	b.advance(tp(topicT, 0), 1, 1, false)
	b.advance(tp(topicT, 1), 1, 1, false)
	if len(b.take().Produces) != 0 {
		t.Fatal("there is still no room")
	}
	b.rep.at(tp(topicT, 1)).full = false
	b.advance(tp(topicT, 1), 1, 1, false)
	out = b.take()
	if len(out.Produces) != 2 {
		t.Fatal("it starts when there is room")
	}
	for i := range out.Produces {
		b.produced(out.Produces[i], kafka.None)
	}
	if got := seqs(b.take()); !slices.Equal(got, []port.RequestSeq{0, 1}) {
		t.Fatal("answered", got)
	}
	b.balanced(t)
}

// TestRefusedRecordsAreNamed: beside them Kafka tells where the log starts, unless it refused the
// batch before it looked at the log.
func TestRefusedRecordsAreNamed(t *testing.T) {
	b := newBench()
	b.open(1)
	body := produceBody(-1, 0, 1, 2)
	each := []wire.RecordError{{Index: 2, Text: "no key"}}
	for i, err := range []kafka.ErrorCode{kafka.ErrInvalidRecord, kafka.ErrMessageTooLarge, kafka.ErrInvalidRecord} {
		p := &body.Topics[0].Partitions[i]
		p.Err, p.ErrText, p.RecordErrors, p.Early = err, "one record", each, i == 2
		b.rep.at(tp(topicT, kafka.PartitionID(i))).start = 5
	}
	b.send(1, 9, body)
	r := b.take().Replies[0].Body.(*wire.ProduceResponse)
	want := []wire.ProducedPartition{
		{Partition: 0, Err: kafka.ErrInvalidRecord, ErrText: "one record", RecordErrors: each, Base: -1, AppendTime: -1, LogStart: 5},
		{Partition: 1, Err: kafka.ErrMessageTooLarge, ErrText: "one record", RecordErrors: each, Base: -1, AppendTime: -1, LogStart: -1},
		{Partition: 2, Err: kafka.ErrInvalidRecord, ErrText: "one record", RecordErrors: each, Base: -1, AppendTime: -1, LogStart: -1},
	}
	if diff := cmp.Diff(want, r.Topics[0].Partitions); diff != "" {
		t.Error(diff)
	}
	b.balanced(t)
}

func TestBatchesOfAnOlderPolicyAreValidatedAgain(t *testing.T) {
	b := newBench()
	b.open(1)
	b.s.Published(&msg.Published{Version: 3, Policies: []msg.TopicPolicy{{Name: "t", ID: topicT, Since: 3}}, IDs: []int32{0}})
	for _, version := range []int16{9, 13} {
		b.sendValidated(1, version, produceBody(1, 0), 2)
		b.sendValidated(1, version, produceBody(1, 0), 3)
		out := b.take()
		if len(out.Stale) != 1 || len(out.Produces) != 0 {
			t.Fatal("a stale validation must not reach the log, nor what follows overtake it")
		}
		again := out.Stale[0]
		again.Policies = 3
		b.resend(again)
		out = b.take()
		if len(out.Produces) != 2 {
			t.Fatalf("%d batches after the second validation", len(out.Produces))
		}
	}
	b.balanced(t)
}

func TestClosedConnectionLeavesNothing(t *testing.T) {
	b := newBench()
	b.open(1)
	b.advance(tp(topicT, 1), 1, 70, false)
	b.send(1, 9, produceBody(-1, 0))
	b.send(1, 12, fetchBody(1, 500, 0))        // parked
	b.send(1, 12, fetchBody(1, 500, 1))        // read, and answered behind the others
	b.send(1, 12, fetchBody(1, 500, 1))        // being read
	b.send(1, 1, kmsg.NewPtrMetadataRequest()) // answered behind the others
	b.send(1, 9, produceBody(-1, 0, 1))        // under way
	b.rep.at(tp(topicT, 0)).full = true        //
	b.send(1, 9, produceBody(1, 0))            // held
	b.send(1, 9, produceBody(1, 1))            // held behind it
	produces, reads := slices.Clone(b.s.Out.Produces), slices.Clone(b.s.Out.Reads)
	b.take()
	b.readDone(reads[0], 70, 1, port.FailNone)
	b.s.ConnClosed(b.now, 1, b.view())
	b.s.Check()
	for i := range produces {
		b.produced(produces[i], kafka.None)
	}
	b.readDone(reads[1], 70, 1, port.FailNone)
	if out := b.take(); len(out.Replies) > 0 {
		t.Error("a closed connection is answered")
	}
	b.balanced(t)
	if b.s.NextDeadline() != 0 || b.s.parked != 0 || len(b.s.freeOps) != len(b.s.ops) || len(b.s.crowded) != 0 {
		t.Error("something is left of the connection")
	}
	b.s.ImageChanged(b.now, &image.Delta{}, b.view())
}

func TestUnknownVersionOfApiVersionsIsAnsweredInV0(t *testing.T) {
	b := newBench()
	b.s.ConnOpened(b.now, 1, "CONTROLLER", "10.0.0.1:1", b.view())
	body := kmsg.NewPtrApiVersionsRequest()
	b.s.Request(b.now, &wire.Request{Conn: 1, Version: 99, Body: body}, b.view())
	r := b.take().Replies[0].Body.(*kmsg.ApiVersionsResponse)
	own := len(r.ApiKeys) == 1 && r.ApiKeys[0].ApiKey == 18 && r.ApiKeys[0].MaxVersion == 4
	if r.Version != 0 || kafka.ErrorCode(r.ErrorCode) != kafka.ErrUnsupportedVersion || !own {
		t.Errorf("got %+v", r)
	}
}

func TestFinalizedLevelsThatAreNotBuiltAreNotTold(t *testing.T) {
	b := newBench()
	b.open(1)
	b.apply(&record.FeatureLevelRecord{Name: "transaction.version", FeatureLevel: 2})
	b.apply(&record.FeatureLevelRecord{Name: "kraft.version", FeatureLevel: 2})
	body := kmsg.NewPtrApiVersionsRequest()
	body.ClientSoftwareName, body.ClientSoftwareVersion = "test", "1"
	b.send(1, 4, body)
	r := b.take().Replies[0].Body.(*kmsg.ApiVersionsResponse)
	if n := len(r.FinalizedFeatures); n != 1 || r.FinalizedFeatures[0].Name != "metadata.version" {
		t.Errorf("told: %+v, want metadata.version alone", r.FinalizedFeatures)
	}
}

func TestDeletionCanBeSwitchedOff(t *testing.T) {
	for version, want := range map[int16]kafka.ErrorCode{1: kafka.ErrInvalidRequest, 3: kafka.ErrTopicDeletionDisabled} {
		b := newBench()
		b.s.cfg.DeleteTopicEnable = false
		b.open(1)
		r := kmsg.NewPtrDeleteTopicsRequest()
		r.TopicNames = []string{"t"}
		b.send(1, version, r)
		got := b.take().Replies[0].Body.(*kmsg.DeleteTopicsResponse)
		if kafka.ErrorCode(got.Topics[0].ErrorCode) != want {
			t.Errorf("v%d: %v", version, got.Topics[0].ErrorCode)
		}
	}
}

func TestDeadlinesComeInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(testConfig(), port.DefaultLimits(), [32]byte{})
		due := map[msg.Op]kafka.Mono{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			ids := canon.SortedKeys(due)
			if len(ids) > 0 && rapid.IntRange(0, 2).Draw(t, "stop") == 0 {
				id := rapid.SampledFrom(ids).Draw(t, "which")
				s.freeOp(id, s.op(id))
				delete(due, id)
			} else {
				id, o := s.newOp()
				due[id] = kafka.Mono(rapid.IntRange(1, 20).Draw(t, "at"))
				s.startTimer(id, o, due[id])
			}
			first := kafka.Mono(0)
			for _, id := range canon.SortedKeys(due) {
				if first == 0 || due[id] < first {
					first = due[id]
				}
			}
			if s.NextDeadline() != first {
				t.Fatalf("next deadline %d, want %d", s.NextDeadline(), first)
			}
		}
	})
}
