package frame

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// pool lends garbage-collected memory against a budget and poisons what comes back.
type pool struct{ budget, used, lent int }

func (p *pool) Get(n int) *port.Buf {
	if p.used+n > p.budget {
		return nil
	}
	return p.Take(n)
}

func (p *pool) Take(n int) *port.Buf {
	p.used += n
	p.lent++
	return port.NewBuf(make([]byte, n), p)
}

func (p *pool) Recycle(b []byte) {
	poison(b)
	p.used -= len(b)
	p.lent--
}

// slabs lends slabs likewise.
type slabs struct{ size, lent int }

func (s *slabs) Borrow() []byte { s.lent++; return make([]byte, s.size) }

func (s *slabs) Return(b []byte) {
	if len(b) != s.size {
		panic("a slab of another size came back")
	}
	poison(b)
	s.lent--
}

// arrivals counts the bytes of large frames that are arriving.
type arrivals struct {
	held int
	full bool
}

func (a *arrivals) Begin(n int) bool {
	if !a.full {
		a.held += n
	}
	return !a.full
}

func (a *arrivals) End(n int)    { a.held -= n }
func (a *arrivals) Cancel(n int) { a.held -= n }

func poison(b []byte) {
	for i := range b {
		b[i] = 0xdb
	}
}

// world is a connection with all that it lives on.
type world struct {
	*Conn
	pool      pool
	arrivals  arrivals
	slabs     slabs
	limits    port.Limits
	published msg.Published
	work      workspaces
}

// workspaces lends the one workspace.
type workspaces struct {
	wire.Workspace
	lent int
}

func (w *workspaces) Borrow(port.ConnID) *wire.Workspace { w.lent++; return &w.Workspace }
func (w *workspaces) Return(port.ConnID)                 { w.lent-- }

// ordinary are the rules of a topic without configuration.
func ordinary() config.Validation {
	topic := config.DefaultTopic()
	return topic.Validation()
}

func newWorld(slab int) *world {
	w := &world{pool: pool{budget: 1 << 30}, slabs: slabs{size: slab}, limits: port.DefaultLimits()}
	w.published.Default = ordinary()
	w.limits.ReadAheadBytes = int32(slab)
	w.Conn = New(7, wire.BrokerListener, Env{
		Limits: &w.limits, RequestBytesMax: 1 << 20, Pool: &w.pool, Arrivals: &w.arrivals, Slabs: &w.slabs, Workspaces: &w.work,
		Published: func() *msg.Published { return &w.published },
	})
	return w
}

var at = kafka.Now{Mono: 1, Wall: 5000}

// feed gives b to the connection in pieces of at most n bytes, as far as it wants them, and
// returns the rest.
func (w *world) feed(b []byte, n int) []byte {
	for len(b) > 0 {
		p := w.Want()
		if p == nil {
			return b
		}
		k := copy(p[:min(n, len(p))], b)
		w.Filled(at, k)
		b = b[k:]
	}
	return nil
}

// sent takes at most n bytes of what is to be written.
func (w *world) sent(n int) []byte {
	var b []byte
	for _, s := range w.Out() {
		b = append(b, s.Bytes()...)
	}
	b = b[:min(n, len(b))]
	w.Sent(len(b))
	return b
}

// holds fails unless the connection holds so many slabs and buffers.
func (w *world) holds(t interface{ Fatalf(string, ...any) }, slabs, bufs int) {
	if bufs == 0 && w.arrivals.held != 0 {
		t.Fatalf("%d bytes count as arriving, and nothing is", w.arrivals.held)
	}
	if w.slabs.lent != slabs || w.pool.lent != bufs {
		t.Fatalf("%d slabs and %d buffers are lent, want %d and %d", w.slabs.lent, w.pool.lent, slabs, bufs)
	}
}

// frameOf is a request as a client writes it.
func frameOf(correlation int32, r kmsg.Request) []byte {
	return kmsg.NewRequestFormatter(kmsg.FormatterClientID("client")).AppendRequest(nil, r, correlation)
}

// batchOf is a batch of one record with a value of n bytes.
func batchOf(n int) []byte {
	b := record.NewBuilder(0, kafka.NoLeaderEpoch)
	b.Batch.ProducerID, b.Batch.ProducerEpoch, b.Batch.BaseSequence = kafka.NoProducerID, kafka.NoProducerEpoch, kafka.NoSequence
	b.Add(1000, nil, make([]byte, n))
	return b.Append(nil)
}

// produceOf is a Produce of one batch for each size.
func produceOf(version int16, sizes ...int) *kmsg.ProduceRequest {
	r := &kmsg.ProduceRequest{Version: version, Acks: -1, TimeoutMillis: 1000}
	t := kmsg.ProduceRequestTopic{Topic: "topic", TopicID: [16]byte{1}}
	for i, n := range sizes {
		t.Partitions = append(t.Partitions, kmsg.ProduceRequestTopicPartition{Partition: int32(i), Records: batchOf(n)})
	}
	r.Topics = append(r.Topics, t)
	return r
}

func metadataOf(topic string) *kmsg.MetadataRequest {
	return &kmsg.MetadataRequest{Version: 5, Topics: []kmsg.MetadataRequestTopic{{Topic: &topic}}}
}

// show prints a request with its records.
func show(r *wire.Request) string {
	b := r.AppendText(nil)
	if p, ok := r.Body.(*wire.ProduceRequest); ok {
		for _, t := range p.Topics {
			for _, part := range t.Partitions {
				b = fmt.Appendf(b, " %x", part.Span.Bytes())
			}
		}
	}
	return string(b)
}

func TestRequestIsDecodedAndAnswered(t *testing.T) {
	w := newWorld(256)
	w.feed(frameOf(77, metadataOf("a")), 1000)
	requests := w.Requests()
	if len(requests) != 1 {
		t.Fatalf("%d requests", len(requests))
	}
	r := requests[0]
	if r.Conn != 7 || r.Seq != 0 || r.Version != 5 || r.ClientID != "client" || *r.Body.(*kmsg.MetadataRequest).Topics[0].Topic != "a" {
		t.Fatalf("%s", r.AppendText(nil))
	}
	w.holds(t, 0, 0)
	w.Answer(wire.Reply{Conn: 7, Seq: 0, Body: &kmsg.MetadataResponse{Version: 5}})
	w.holds(t, 1, 0)
	got := w.sent(1000)
	if len(got) < 8 || int(binary.BigEndian.Uint32(got)) != len(got)-4 || binary.BigEndian.Uint32(got[4:]) != 77 {
		t.Fatalf("%x", got)
	}
	w.holds(t, 0, 0)
	if w.Done() {
		t.Fatal("it ended")
	}
}

func TestRepliesLeaveInOrderHoweverTheyAreTaken(t *testing.T) {
	for take := 1; take < 200; take++ {
		w := newWorld([]int{128, 1024, 4096}[take%3]) // replies outgrow the least
		w.limits.RequestsPerConn = 1000
		var want []byte
		var got []byte
		for i := range 20 {
			w.feed(frameOf(int32(i), metadataOf("a")), 1000)
			buf := w.pool.Get(i)
			for j := range buf.B {
				buf.B[j] = byte(i)
			}
			reply := &wire.FetchResponse{Version: 12, Topics: []wire.FetchedTopic{{Name: "t", Partitions: []wire.FetchedPartition{
				{Records: port.MemSpan(buf.B, buf)}, {HighWatermark: 9},
			}}}}
			b, cuts := wire.AppendReply(nil, nil, int32(i), reply)
			from := 0
			for _, c := range cuts {
				want = append(append(want, b[from:c.At]...), c.Span.Bytes()...)
				from = c.At
			}
			want = append(want, b[from:]...)
			w.Answer(wire.Reply{Seq: port.RequestSeq(i), Body: reply})
			if len(cuts) == 0 {
				buf.Release()
			}
			got = append(got, w.sent(take)...)
		}
		for len(w.Out()) > 0 {
			got = append(got, w.sent(take)...)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("taken by %d:\n got %x\nwant %x", take, got, want)
		}
		w.holds(t, 0, 0)
	}
}

func TestAcksZeroIsNotAnswered(t *testing.T) {
	w := newWorld(1024)
	w.feed(frameOf(1, produceOf(9, 10)), 1000)
	r := w.Requests()[0]
	DiscardRequest(&r)
	w.Answer(wire.Reply{})
	if len(w.Out()) != 0 {
		t.Fatal("something is to be sent")
	}
	w.feed(frameOf(2, metadataOf("a")), 1000)
	w.Answer(wire.Reply{Seq: 1, Body: &kmsg.MetadataResponse{Version: 5}})
	if b := w.sent(1000); binary.BigEndian.Uint32(b[4:]) != 2 {
		t.Fatalf("%x", b)
	}
	w.holds(t, 0, 0)
}

func TestReplyOutOfTurnIsABug(t *testing.T) {
	w := newWorld(1024)
	w.feed(frameOf(1, metadataOf("a")), 1000)
	w.feed(frameOf(2, metadataOf("a")), 1000)
	defer func() {
		if recover() == nil {
			t.Fatal("it was taken")
		}
	}()
	w.Answer(wire.Reply{Seq: 1})
}

func TestBatchesAreRefusedByPartition(t *testing.T) {
	w := newWorld(4096)
	r := produceOf(9, 10, 20, 30)
	r.Topics[0].Partitions[1].Records[17] ^= 1
	r.Topics[0].Partitions = append(r.Topics[0].Partitions, kmsg.ProduceRequestTopicPartition{Partition: 3})
	w.feed(frameOf(1, r), 10000)
	q := w.Requests()[0]
	parts := q.Body.(*wire.ProduceRequest).Topics[0].Partitions
	for i, want := range []kafka.ErrorCode{kafka.None, kafka.ErrCorruptMessage, kafka.None, kafka.ErrInvalidRecord} {
		if parts[i].Err != want || (parts[i].Span.Len() > 0) != (want == kafka.None) {
			t.Errorf("partition %d: %v", i, parts[i].Err)
		}
	}
	w.holds(t, 0, 1)
	parts[0].Span.Release()
	w.holds(t, 0, 1)
	parts[2].Span.Release()
	w.holds(t, 0, 0)
}

func TestBodyThatDoesNotFitTheSlabIsReadInPlace(t *testing.T) {
	w := newWorld(256)
	b := frameOf(1, produceOf(9, 5000))
	w.feed(b[:200], 200)
	w.holds(t, 0, 1)
	if n := len(w.Want()); n != len(b)-200 {
		t.Fatalf("it wants %d bytes", n)
	}
	if rest := w.feed(append(b[200:], frameOf(2, metadataOf("a"))...), 10000); len(rest) > 0 {
		t.Fatalf("%d bytes left", len(rest))
	}
	requests := w.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests", len(requests))
	}
	span := requests[0].Body.(*wire.ProduceRequest).Topics[0].Partitions[0].Span
	if !bytes.Equal(span.Bytes(), batchOf(5000)) {
		t.Fatal("other bytes")
	}
	span.Release()
	w.holds(t, 0, 0)
}

func TestTopicPolicyStampsTheBatch(t *testing.T) {
	for _, version := range []int16{9, 13} {
		w := newWorld(1024)
		rules := ordinary()
		rules.LogAppendTime = true
		w.published.Version, w.published.Policies = 3, []msg.TopicPolicy{{Name: "topic", ID: kafka.TopicID{1}, Rules: rules}}
		w.published.Index()
		w.feed(frameOf(1, produceOf(version, 10)), 1000)
		r := w.Requests()[0]
		p := &r.Body.(*wire.ProduceRequest).Topics[0].Partitions[0]
		if r.Policies != 3 || p.Head.MaxTimestamp != at.Wall || p.Head.Attributes.TimestampType() != record.LogAppendTime ||
			record.Check(p.Span.Bytes(), p.Head) != nil {
			t.Fatalf("%s", r.AppendText(nil))
		}
		w.published = msg.Published{Version: 4, Default: ordinary()}
		w.Revalidate(&r, at)
		again := w.Requests()
		if len(again) != 1 || again[0].Seq != r.Seq || again[0].Policies != 4 {
			t.Fatalf("%+v", again)
		}
		if !bytes.Equal(p.Span.Bytes(), batchOf(10)) {
			t.Fatal("the batch is not what the client sent")
		}
		w.Answer(wire.Reply{Body: &wire.ProduceResponse{Version: version}})
		p.Span.Release()
		w.sent(1000)
		w.holds(t, 0, 0)
	}
}
