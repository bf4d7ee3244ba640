package frame_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
	"momus/net/frame"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// lender lends garbage-collected memory against a budget, slabs and a workspace, and counts what is out.
type lender struct {
	budget, used, lent, slabs, arriving int
	work                                wire.Workspace
}

func (l *lender) Get(n int) *port.Buf {
	if l.used+n > l.budget {
		return nil
	}
	return l.Take(n)
}

func (l *lender) Take(n int) *port.Buf {
	l.used, l.lent = l.used+n, l.lent+1
	return port.NewBuf(make([]byte, n), l)
}

func (l *lender) Recycle(b []byte) { l.used, l.lent = l.used-len(b), l.lent-1 }

// slabBytes is small, so that frames outgrow it.
const slabBytes = 512

func (l *lender) borrow() []byte { l.slabs++; return make([]byte, slabBytes) }

type slabs struct{ *lender }

func (s slabs) Borrow() []byte { return s.borrow() }
func (s slabs) Return([]byte)  { s.slabs-- }

// arrivals count the large frames that are arriving.
type arrivals struct{ *lender }

func (a arrivals) Begin(int) bool { a.arriving++; return true }
func (a arrivals) End(int)        { a.arriving-- }
func (a arrivals) Cancel(int)     { a.arriving-- }

type workspaces struct{ *lender }

func (w workspaces) Borrow(port.ConnID) *wire.Workspace { return &w.work }
func (w workspaces) Return(port.ConnID)                 {}

// house is a node with a topic of three partitions, and what its connections live on.
type house struct {
	lender
	node   *core.Node
	life   *lifetest.Life
	limits port.Limits
	conns  port.ConnID
}

func newHouse() *house {
	h := &house{lender: lender{budget: 1 << 20}, node: &core.Node{}, limits: port.DefaultLimits()}
	h.limits.ReadAheadBytes, h.limits.RequestsPerConn, h.limits.DecompressedBytes = slabBytes, 4, 1<<20
	h.life = lifetest.New(lifetest.NewStorage(), lifetest.Of(h.node), nil)
	h.life.Pass(100)
	h.life.Open(0)
	h.life.Send(0, 7, lifetest.CreateTopics("t", 3))
	h.life.Settle()
	h.life.Close(0)
	h.life.Replies = nil
	return h
}

// visit gives the bytes to a connection of its own, in pieces whose sizes chops draws, and closes it. It
// returns how many requests came in, how many answers left, and whether the node closed the connection.
func (h *house) visit(t *testing.T, b, chops []byte) (requests, answers int, closed bool) {
	h.conns++
	id := h.conns
	h.life.Open(id)
	c := frame.New(id, wire.BrokerListener, frame.Env{
		Limits: &h.limits, RequestBytesMax: 1 << 16, Pool: &h.lender, Arrivals: arrivals{&h.lender}, Slabs: slabs{&h.lender}, Workspaces: workspaces{&h.lender},
		Published: func() *msg.Published { return h.life.Published },
	})
	for i := 0; ; i++ {
		n := len(b)
		if len(chops) > 0 {
			n = min(n, 1+int(chops[i%len(chops)]))
		}
		taken := h.fill(c, b[:n])
		b = b[taken:]
		asked := h.pass(c)
		requests += asked
		answers += h.answer(t, c)
		if reason, told := h.life.Closed[id]; told {
			c.Close(reason)
			closed = true
			delete(h.life.Closed, id)
		}
		c.Resume(h.life.Now())
		if taken == 0 && asked == 0 {
			break
		}
	}
	c.EOF()
	c.Release()
	h.life.Close(id)
	h.life.Settle()
	for _, r := range h.life.Replies {
		frame.Discard(r)
	}
	h.life.Replies = nil
	h.node.Check()
	return requests, answers, closed
}

// fill gives the connection the next bytes, as many as it takes at once.
func (h *house) fill(c *frame.Conn, b []byte) int {
	if len(b) == 0 || c.Paused() {
		return 0
	}
	want := c.Want()
	if want == nil {
		return 0
	}
	n := copy(want, b)
	c.Filled(h.life.Now(), n)
	return n
}

// pass gives the node what was decoded, and lets all happen that follows.
func (h *house) pass(c *frame.Conn) int {
	requests := c.Requests()
	for _, r := range requests {
		h.life.Request(r)
	}
	h.life.Settle()
	return len(requests)
}

// answer gives the connection its replies, sends all, and holds what was sent to be whole answers.
func (h *house) answer(t *testing.T, c *frame.Conn) int {
	for _, r := range h.life.Replies {
		c.Answer(r)
	}
	answers := len(h.life.Replies)
	replies := h.life.Replies
	h.life.Replies = nil
	var sent []byte
	for _, s := range c.Out() {
		sent = append(sent, s.Bytes()...)
	}
	c.Sent(len(sent))
	for _, r := range replies {
		if r.Body == nil {
			continue
		}
		if len(sent) < 4 || len(sent)-4 < int(binary.BigEndian.Uint32(sent)) {
			t.Fatalf("an answer of %d bytes is not whole: %x", len(sent), sent)
		}
		whole := sent[4:]
		whole, sent = whole[:binary.BigEndian.Uint32(sent)], sent[4+binary.BigEndian.Uint32(sent):]
		readable(t, r.Body, whole)
	}
	if len(sent) > 0 {
		t.Fatalf("%d bytes behind the last answer", len(sent))
	}
	return answers
}

// readable fails the test unless a client can read the answer.
func readable(t *testing.T, body wire.Response, b []byte) {
	r := kmsg.ResponseForKey(body.Key())
	r.SetVersion(versionOf(body))
	b = b[4:]
	if r.IsFlexible() && r.Key() != int16(wire.KeyAPIVersions) {
		b = b[1:]
	}
	if err := r.ReadFrom(b); err != nil {
		t.Fatalf("%s v%d: %v: %x", kmsg.NameForKey(r.Key()), r.GetVersion(), err, b)
	}
}

func versionOf(body wire.Response) int16 {
	switch r := body.(type) {
	case *wire.ProduceResponse:
		return r.Version
	case *wire.FetchResponse:
		return r.Version
	}
	return body.(kmsg.Response).GetVersion()
}

// The rounds of one input: after the first few whatever it makes is made.
const (
	roundsFirst = 3
	roundsMore  = 5
	// driftMax is by how many bytes the state may differ after roundsMore: numbers get longer that count.
	driftMax = 64
)

// grows fails the test if the same bytes, again and again, leave more and more behind.
func (h *house) grows(t *testing.T, b, chops []byte) {
	size := func(rounds int) int {
		for range rounds {
			h.visit(t, b, chops)
			if h.used != 0 || h.lent != 0 || h.slabs != 0 || h.arriving != 0 {
				t.Fatalf("%d bytes in %d buffers, %d slabs and %d arrivals stay with a connection that is gone", h.used, h.lent, h.slabs, h.arriving)
			}
		}
		h.life.Pass(61_000) // deleted topics are purged, snapshots taken
		return len(h.node.AppendState(nil))
	}
	first := size(roundsFirst)
	if last := size(roundsMore); last > first+driftMax {
		t.Errorf("the state grew from %d to %d bytes by the same requests: %s", first, last, fmt.Sprintf("%x", b))
	}
}

// framed puts a length and a header before a body.
func framed(key kafka.APIKey, version kafka.APIVersion, flexible bool, body []byte) []byte {
	b := binary.BigEndian.AppendUint16(make([]byte, 4), uint16(key))
	b = binary.BigEndian.AppendUint16(b, uint16(version))
	b = append(b, 0, 0, 0, 1, 0, 1, 'x')
	if flexible {
		b = append(b, 0)
	}
	b = append(b, body...)
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// examples are a request of each API in its last version, and what tells of topic t.
func examples(add func(a *wire.API, r kmsg.Request)) {
	for _, a := range wire.APIs() {
		r := kmsg.RequestForKey(int16(a.Key))
		r.SetVersion(int16(a.Max))
		add(&a, r)
	}
	name := "t"
	for _, r := range []kmsg.Request{
		&kmsg.MetadataRequest{Version: 12, Topics: []kmsg.MetadataRequestTopic{{Topic: &name}}},
		lifetest.CreateTopics("u", 2), lifetest.DeleteRecords("t", -1),
		&kmsg.ListOffsetsRequest{Version: 7, ReplicaID: -1, Topics: []kmsg.ListOffsetsRequestTopic{{Topic: name, Partitions: []kmsg.ListOffsetsRequestTopicPartition{{Timestamp: -1}}}}},
		&kmsg.FetchRequest{Version: 12, ReplicaID: -1, MaxBytes: 1000, Topics: []kmsg.FetchRequestTopic{{Topic: name, Partitions: []kmsg.FetchRequestTopicPartition{{PartitionMaxBytes: 100}}}}},
		&kmsg.DescribeConfigsRequest{Version: 4, Resources: []kmsg.DescribeConfigsRequestResource{{ResourceType: 2, ResourceName: name}}},
		&kmsg.IncrementalAlterConfigsRequest{Version: 1, Resources: []kmsg.IncrementalAlterConfigsRequestResource{
			{ResourceType: 2, ResourceName: name, Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: "retention.ms", Value: &name}}},
		}},
		&kmsg.DeleteTopicsRequest{Version: 5, TopicNames: []string{name}},
		produceOf(name),
	} {
		r.SetVersion(max(r.GetVersion(), int16(wire.Lookup(kafka.APIKey(r.Key())).Min)))
		add(wire.Lookup(kafka.APIKey(r.Key())), r)
	}
}

// produceOf is a Produce of one batch to partition 0.
func produceOf(topic string) kmsg.Request {
	p := lifetest.Produce(kafka.TopicID{}, -1, 0, 0)
	batch := p.Topics[0].Partitions[0].Span.Bytes()
	return &kmsg.ProduceRequest{Version: 9, Acks: -1, TimeoutMillis: 1000, Topics: []kmsg.ProduceRequestTopic{
		{Topic: topic, Partitions: []kmsg.ProduceRequestTopicPartition{{Records: batch}}},
	}}
}

// FuzzConnection gives any bytes, in pieces of any size, to a connection with a node behind it: nothing
// panics, every answer can be read, and nothing stays when the connection is gone.
func FuzzConnection(f *testing.F) {
	examples(func(a *wire.API, r kmsg.Request) {
		b := framed(a.Key, kafka.APIVersion(r.GetVersion()), r.IsFlexible(), r.AppendTo(nil))
		f.Add(b, []byte{0, 200})
		f.Add(append(b, b...), []byte{50})
	})
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"), []byte{3})
	f.Fuzz(func(t *testing.T, b, chops []byte) {
		newHouse().grows(t, b, chops)
	})
}

// FuzzRequest gives a node any body of any API and version, by way of a connection: what can be decoded is
// answered, or its connection closed.
func FuzzRequest(f *testing.F) {
	examples(func(a *wire.API, r kmsg.Request) {
		f.Add(byte(a.Key), byte(r.GetVersion()-int16(a.Min)), r.AppendTo(nil))
	})
	f.Fuzz(func(t *testing.T, key, version byte, body []byte) {
		a := wire.Lookup(kafka.APIKey(key))
		if a == nil {
			a = &wire.APIs()[int(key)%len(wire.APIs())]
		}
		v := a.Min + kafka.APIVersion(version)%(a.Max-a.Min+2) // one beyond the last, too
		h := newHouse()
		frame := framed(a.Key, v, v >= a.Flexible, body)
		requests, answers, closed := h.visit(t, frame, nil)
		if waits := a.Key == wire.KeyFetch; requests != answers && !closed && !waits {
			t.Errorf("%s v%d: %d requests, %d answers", a.Name, v, requests, answers)
		}
		h.grows(t, frame, nil)
	})
}
