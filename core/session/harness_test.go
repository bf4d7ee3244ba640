package session

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

var topicT, topicU = kafka.TopicID{1}, kafka.TopicID{2}

// replicas is the replicas' side, as a test sets it.
type replicas struct {
	logs map[kafka.TopicPartition]*log
}

type log struct {
	err       kafka.ErrorCode
	start     kafka.Offset
	high      kafka.Offset
	bytes     int64
	lagging   bool
	full      bool
	diverging bool
}

func (r *replicas) at(tp kafka.TopicPartition) *log {
	l := r.logs[tp]
	if l == nil {
		l = &log{}
		r.logs[tp] = l
	}
	return l
}

func (r *replicas) FetchState(q msg.FetchQuery) msg.FetchState {
	l := r.at(q.Log)
	st := msg.FetchState{
		Err: l.err, HighWatermark: l.high, LastStable: l.high, LogStart: l.start, Upto: l.high,
		CommittedBytes: l.bytes, HasDiverging: l.diverging,
	}
	if st.Err == kafka.None && (q.Offset < l.start || q.Offset > l.high+100) {
		st.Err = kafka.ErrOffsetOutOfRange
	}
	return st
}

func (r *replicas) OffsetState(tp kafka.TopicPartition, _ kafka.LeaderEpoch) msg.OffsetState {
	l := r.at(tp)
	return msg.OffsetState{
		Err: l.err, LogStart: l.start, HighWatermark: l.high, LastStable: l.high - 1, Epoch: 5, StartEpoch: 2,
		Lagging: l.lagging,
	}
}

func (r *replicas) EpochEnd(tp kafka.TopicPartition, asked kafka.LeaderEpoch) (kafka.LeaderEpoch, kafka.Offset) {
	if asked > 5 {
		return kafka.NoLeaderEpoch, kafka.NoOffset
	}
	return asked, r.at(tp).high
}

func (r *replicas) EpochAt(kafka.TopicPartition, kafka.Offset) kafka.LeaderEpoch {
	return kafka.NoLeaderEpoch
}

func (r *replicas) Producers(tp kafka.TopicPartition) ([]msg.ProducerState, kafka.ErrorCode) {
	if err := r.at(tp).err; err != kafka.None {
		return nil, err
	}
	return []msg.ProducerState{
		{ID: 4, Epoch: 1, LastSequence: 9, LastTimestamp: 1000, TxnFirst: kafka.NoOffset},
		{ID: 7, Epoch: 2, LastSequence: kafka.NoSequence, LastTimestamp: 1001, TxnFirst: 12},
	}, kafka.None
}

func (r *replicas) LogDirs(wanted func(string, kafka.PartitionID) bool) []msg.LogDir {
	all := []msg.LogDir{
		{Path: "/a", Dir: kafka.DirID{8}, Logs: []msg.LogSize{
			{Topic: "t", Partition: 0, Bytes: 70}, {Topic: "t", Partition: 2, Bytes: 7}, {Topic: "u", Partition: 0},
		}},
		{Path: "/gone"},
		{Path: "/b", Dir: kafka.DirID{9}, Logs: []msg.LogSize{{Topic: "t", Partition: 0, Future: true, Log: tp(topicT, 0), End: 10}, {Topic: "t", Partition: 1, Bytes: 5}}},
	}
	for i := range all {
		all[i].Logs = slices.DeleteFunc(all[i].Logs, func(l msg.LogSize) bool { return !wanted(l.Topic, l.Partition) })
	}
	return all
}

func (r *replicas) AppendRoom(tp kafka.TopicPartition) bool { return !r.at(tp).full }

// bench is a session between a made-up image and made-up replicas.
type bench struct {
	s   *Session
	img image.Image
	rep *replicas
	now kafka.Now
	// spansIn and spansOut count payloads on their way through.
	spansIn, spansOut int
	seqs              map[port.ConnID]port.RequestSeq
	// reads are those of the last Out that had any, lastOp is the op that was asked for last.
	reads  []port.Read
	lastOp msg.Op
	delta  image.Delta
	quorum msg.QuorumState
}

func testConfig() config.Broker {
	return config.Broker{
		NodeID: 1, ClusterID: "cluster", AutoCreateTopics: true, DeleteTopicEnable: true, FetchBytesMax: 1 << 20,
		FetchSessionSlots: 10, FetchSessionEviction: config.FetchSessionEviction,
		Connections: config.Connections{Max: 1 << 30, PerIP: 1 << 30, Rate: math.MaxInt32, Idle: -1}, QuotaWindows: 11, QuotaWindowSeconds: 1,
		Listeners: []config.Listener{{Name: "PLAINTEXT"}, {Name: "CONTROLLER", Controller: true}},
	}
}

func newBench() *bench {
	b := &bench{
		s: New(testConfig(), port.DefaultLimits(), [32]byte{1}), img: image.New(),
		rep: &replicas{logs: map[kafka.TopicPartition]*log{}}, now: kafka.Now{Mono: 1, Wall: 1000},
		seqs: map[port.ConnID]port.RequestSeq{},
	}
	for id := range kafka.NodeID(3) {
		b.apply(&record.RegisterBrokerRecord{
			BrokerID: id + 1, Fenced: id == 2,
			EndPoints: []record.BrokerEndpoint{{Name: "PLAINTEXT", Host: "h", Port: uint16(9091 + id)}},
		})
	}
	b.topic("t", topicT, 1, 1, 2)
	b.topic("u", topicU, 1)
	b.apply(&record.FeatureLevelRecord{Name: "metadata.version", FeatureLevel: 30})
	b.delta.Reset()
	return b
}

func (b *bench) apply(r record.Metadata) { b.img.Apply(&b.delta, b.img.Offset+1, r) }

func (b *bench) topic(name string, id kafka.TopicID, leaders ...kafka.NodeID) {
	b.apply(&record.TopicRecord{Name: name, TopicID: id})
	for p, leader := range leaders {
		b.apply(&record.PartitionRecord{
			PartitionID: kafka.PartitionID(p), TopicID: id, Replicas: []kafka.NodeID{leader}, ISR: []kafka.NodeID{leader},
			Leader: leader, LeaderEpoch: 4,
		})
	}
}

func (b *bench) view() View { return View{Image: &b.img, Replicas: b.rep, Quorum: b} }

// QuorumState implements msg.Quorum.
func (b *bench) QuorumState() msg.QuorumState { return b.quorum }

// send sends a request as the connection's next one.
func (b *bench) send(conn port.ConnID, version int16, body kmsg.Request) {
	b.sendValidated(conn, version, body, 0)
}

func (b *bench) sendValidated(conn port.ConnID, version int16, body kmsg.Request, policies int64) {
	body.SetVersion(version)
	req := wire.Request{Conn: conn, Seq: b.seqs[conn], Version: kafka.APIVersion(version), Body: body, Policies: policies}
	b.seqs[conn]++
	b.resend(&req)
}

func (b *bench) resend(req *wire.Request) {
	if p, ok := req.Body.(*wire.ProduceRequest); ok {
		for i := range p.Topics {
			b.spansIn += len(p.Topics[i].Partitions)
		}
	}
	b.s.Request(b.now, req, b.view())
	b.s.Check()
}

func (b *bench) open(conn port.ConnID) {
	b.s.ConnOpened(b.now, conn, "PLAINTEXT", "10.0.0.1:1", b.view())
}

func (b *bench) wait(ms kafka.Millis) {
	b.now.Mono = b.now.Mono.Add(ms.Nanos())
	b.s.Deadline(b.now, b.view())
	b.s.Check()
}

// readDone answers a read with n bytes, so that it was read up to next.
func (b *bench) readDone(r port.Read, n int, next kafka.Offset, fail port.Failure) {
	d := &port.ReadDone{ID: r.ID, Log: r.Log, Next: next, Fail: fail}
	if n > 0 {
		d.Span = port.PhantomSpan(n)
		b.spansIn++
	}
	b.s.ReadDone(b.now, d, b.view())
	b.s.Check()
}

func (b *bench) advance(tp kafka.TopicPartition, by kafka.Offset, bytes int64, changed bool) {
	l := b.rep.at(tp)
	l.high += by
	l.bytes += bytes
	b.s.Advanced(b.now, msg.Advanced{
		Log: tp, HighWatermark: l.high, LastStable: l.high, CommittedBytes: l.bytes, Changed: changed,
	}, b.view())
	b.s.Check()
}

// take empties Out and counts the spans that left.
func (b *bench) take() Out {
	out := b.s.Out
	b.s.Out = Out{}
	b.spansOut += len(out.Produces) + len(out.Drops)
	for i := range out.Stale {
		p := out.Stale[i].Body.(*wire.ProduceRequest)
		for j := range p.Topics {
			b.spansOut += len(p.Topics[j].Partitions)
		}
	}
	if len(out.Reads) > 0 {
		b.reads = out.Reads
	}
	for _, c := range out.Controller {
		switch c := c.(type) {
		case *msg.CreateTopics:
			b.lastOp = c.Op
		case *msg.DeleteTopics:
			b.lastOp = c.Op
		case *msg.AlterConfigs:
			b.lastOp = c.Op
		case *msg.CreatePartitions:
			b.lastOp = c.Op
		case *msg.ElectLeaders:
			b.lastOp = c.Op
		case *msg.AlterPartitionReassignments:
			b.lastOp = c.Op
		case *msg.UpdateFeatures:
			b.lastOp = c.Op
		case *msg.UnregisterBroker:
			b.lastOp = c.Op
		}
	}
	if n := len(out.Trims); n > 0 {
		b.lastOp = out.Trims[n-1].Op
	}
	if n := len(out.Groups); n > 0 {
		b.lastOp = out.Groups[n-1].Refuse(kafka.None).ReplyOp()
	}
	if n := len(out.WantProducerIDs); n > 0 {
		b.lastOp = out.WantProducerIDs[n-1]
	}
	for i := range out.Replies {
		b.spansOut += spansIn(&out.Replies[i])
	}
	return out
}

func spansIn(r *wire.Reply) int {
	f, ok := r.Body.(*wire.FetchResponse)
	if !ok {
		return 0
	}
	n := 0
	for i := range f.Topics {
		for j := range f.Topics[i].Partitions {
			if f.Topics[i].Partitions[j].Records.Len() > 0 {
				n++
			}
		}
	}
	return n
}

// text prints what the session put out.
func (b *bench) text() string {
	out := b.take()
	var w strings.Builder
	for i := range out.Produces {
		p := &out.Produces[i]
		fmt.Fprintf(&w, "\nproduce slot=%d %s acks=%d", p.Slot, where(p.Log), p.Acks)
	}
	for _, c := range out.Controller {
		fmt.Fprintf(&w, "\ncontroller %s", c.AppendText(nil))
	}
	for _, g := range out.Groups {
		fmt.Fprintf(&w, "\ngroups %s", g.AppendText(nil))
	}
	for _, d := range out.Trims {
		fmt.Fprintf(&w, "\ntrim slot=%d %s to=%d", d.Slot, where(d.Log), d.Offset)
	}
	for _, m := range out.Moves {
		fmt.Fprintf(&w, "\nmove slot=%d %s-%d to=%s", m.Slot, m.Topic, m.Partition, m.Path)
	}
	for _, r := range out.Reads {
		fmt.Fprintf(&w, "\nread kind=%d %s [%d,%d) max=%d least-one=%v", r.Kind, where(r.Log), r.From, r.Upto, r.BytesMax, r.AtLeastOne)
	}
	if n := len(out.WantProducerIDs); n > 0 {
		fmt.Fprintf(&w, "\nwants %d producer ids", n)
	}
	for i := range out.Replies {
		fmt.Fprintf(&w, "\n%s", out.Replies[i].AppendText(nil))
	}
	for _, c := range out.Closes {
		fmt.Fprintf(&w, "\nclose %d: %s", c.Conn, c.Reason)
	}
	for _, r := range out.Stale {
		fmt.Fprintf(&w, "\nagain %d/%d", r.Conn, r.Seq)
	}
	if n := len(out.Drops); n > 0 {
		fmt.Fprintf(&w, "\ndropped %d", n)
	}
	return w.String()
}

func where(tp kafka.TopicPartition) string { return fmt.Sprintf("%d-%d", tp.Topic[0], tp.Partition) }

func tp(id kafka.TopicID, p kafka.PartitionID) kafka.TopicPartition {
	return kafka.TopicPartition{Topic: id, Partition: p}
}

// produceBody is a Produce of one batch to each of the partitions of t.
func produceBody(acks int16, partitions ...kafka.PartitionID) *wire.ProduceRequest {
	r := &wire.ProduceRequest{Acks: acks, TimeoutMillis: 100, Topics: []wire.ProduceTopic{{Name: "t", ID: topicT}}}
	for _, p := range partitions {
		r.Topics[0].Partitions = append(r.Topics[0].Partitions, wire.ProducePartition{Partition: p, Span: port.PhantomSpan(70)})
	}
	return r
}

// fetchBody fetches partitions of t from offset 0.
func fetchBody(minBytes, maxWait int32, partitions ...kafka.PartitionID) *kmsg.FetchRequest {
	r := kmsg.NewPtrFetchRequest()
	r.MinBytes, r.MaxBytes, r.MaxWaitMillis = minBytes, 1000, maxWait
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = "t", topicT
	for _, p := range partitions {
		fp := kmsg.NewFetchRequestTopicPartition()
		fp.Partition, fp.PartitionMaxBytes = int32(p), 400
		t.Partitions = append(t.Partitions, fp)
	}
	r.Topics = append(r.Topics, t)
	return r
}

// balanced fails the test unless every span that came has left.
func (b *bench) balanced(t testing.TB) {
	t.Helper()
	if b.spansIn != b.spansOut {
		t.Fatalf("%d spans came, %d left", b.spansIn, b.spansOut)
	}
}
