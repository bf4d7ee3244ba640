package session

import (
	"testing"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// traffic is a session under drawn requests and answers. What it promises is simple: per
// connection one reply a request, in order, whatever the order in which its parts complete; and
// every span leaves once.
type traffic struct {
	*bench
	t          *rapid.T
	open       []port.ConnID
	nextConn   port.ConnID
	replied    map[port.ConnID]port.RequestSeq
	closing    map[port.ConnID]bool
	produces   []msg.Produce
	reads      []port.Read
	controller []msg.ControllerRequest
	ids        []msg.Op
	stale      []*wire.Request
	version    int64
}

func TestEveryRequestIsAnsweredOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &traffic{
			bench: newBench(), t: t, replied: map[port.ConnID]port.RequestSeq{}, closing: map[port.ConnID]bool{},
		}
		w.s.limits.FetchWaiters = int32(rapid.SampledFrom([]int{1, 3, 100}).Draw(t, "waiters"))
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			w.step()
			w.collect()
		}
		w.roundTrip()
		w.drain()
		for _, id := range w.open {
			if !w.closing[id] && w.replied[id] != w.seqs[id] {
				t.Fatalf("connection %d sent %d requests, %d were answered", id, w.seqs[id], w.replied[id])
			}
			w.s.ConnClosed(w.now, id, w.view())
		}
		w.collect()
		if w.spansIn != w.spansOut {
			t.Fatalf("%d spans came, %d left", w.spansIn, w.spansOut)
		}
	})
}

func (w *traffic) step() {
	switch rapid.IntRange(0, 11).Draw(w.t, "action") {
	case 0:
		w.nextConn++
		w.bench.open(w.nextConn)
		w.open = append(w.open, w.nextConn)
	case 1:
		if id, ok := pick(w.t, "close", &w.open); ok && rapid.IntRange(0, 3).Draw(w.t, "really") == 0 {
			w.s.ConnClosed(w.now, id, w.view())
			w.s.Check()
		} else if ok {
			w.open = append(w.open, id)
		}
	case 2, 3, 4, 5:
		w.request()
	case 6:
		w.wait(kafka.Millis(rapid.IntRange(0, 60).Draw(w.t, "ms")))
	case 7:
		l := w.rep.at(w.log())
		l.full = rapid.Bool().Draw(w.t, "full")
		l.err = rapid.SampledFrom([]kafka.ErrorCode{0, 0, 0, kafka.ErrNotLeaderOrFollower}).Draw(w.t, "err")
		w.advance(w.log(), kafka.Offset(rapid.IntRange(0, 2).Draw(w.t, "by")), int64(rapid.IntRange(0, 100).Draw(w.t, "bytes")),
			rapid.Bool().Draw(w.t, "changed"))
	case 8:
		w.version++
		w.s.Published(&msg.Published{Version: w.version, Policies: []msg.TopicPolicy{{Name: "t", ID: topicT, Since: w.version}}})
	default:
		w.answer()
	}
}

func (w *traffic) log() kafka.TopicPartition {
	return tp(topicT, kafka.PartitionID(rapid.IntRange(0, 1).Draw(w.t, "partition")))
}

// pick takes one of a list away.
func pick[T any](t *rapid.T, label string, list *[]T) (v T, ok bool) {
	if len(*list) == 0 {
		return v, false
	}
	i := rapid.IntRange(0, len(*list)-1).Draw(t, label)
	v = (*list)[i]
	*list = append((*list)[:i:i], (*list)[i+1:]...)
	return v, true
}

func (w *traffic) request() {
	id, ok := pick(w.t, "conn", &w.open)
	if !ok {
		return
	}
	w.open = append(w.open, id)
	switch rapid.IntRange(0, 6).Draw(w.t, "api") {
	case 0, 1:
		acks := int16(rapid.IntRange(-1, 1).Draw(w.t, "acks"))
		body := produceBody(acks, w.log().Partition, w.log().Partition)
		w.sendValidated(id, rapid.SampledFrom([]int16{9, 13}).Draw(w.t, "version"), body, w.version-int64(rapid.IntRange(0, 1).Draw(w.t, "old")))
	case 2, 3:
		waits := int32(rapid.SampledFrom([]int{0, 50}).Draw(w.t, "wait"))
		w.send(id, 12, fetchBody(int32(rapid.IntRange(0, 150).Draw(w.t, "min")), waits, w.log().Partition, w.log().Partition))
	case 4:
		w.send(id, 1, kmsg.NewPtrMetadataRequest())
	case 5:
		w.send(id, 4, kmsg.NewPtrInitProducerIDRequest())
	case 6:
		r := kmsg.NewPtrCreateTopicsRequest()
		rt := kmsg.NewCreateTopicsRequestTopic()
		rt.Topic = "new"
		r.Topics, r.TimeoutMillis = append(r.Topics, rt), 30
		w.send(id, 7, r)
	}
}

// answer answers something that was asked for, in any order.
func (w *traffic) answer() {
	switch rapid.IntRange(0, 4).Draw(w.t, "kind") {
	case 0:
		if p, ok := pick(w.t, "produce", &w.produces); ok {
			w.produced(p, rapid.SampledFrom([]kafka.ErrorCode{0, 0, 0, kafka.ErrKafkaStorageError}).Draw(w.t, "err"))
		}
	case 1:
		if r, ok := pick(w.t, "read", &w.reads); ok {
			next := kafka.Offset(rapid.IntRange(int(r.From), int(r.Upto)).Draw(w.t, "next"))
			fail := rapid.SampledFrom([]port.Failure{0, 0, 0, port.FailRange}).Draw(w.t, "fail")
			w.readDone(r, int(next-r.From)*30, next, fail)
		}
	case 2:
		if c, ok := pick(w.t, "controller", &w.controller); ok {
			w.s.ControllerReply(w.now, &msg.CreatedTopics{Op: c.(*msg.CreateTopics).Op, Topics: []msg.CreatedTopic{{Name: "new"}}}, w.view())
			w.s.Check()
		}
	case 3:
		if op, ok := pick(w.t, "id", &w.ids); ok {
			w.s.ProducerID(w.now, op, 7, kafka.None)
			w.s.Check()
		}
	case 4:
		if r, ok := pick(w.t, "stale", &w.stale); ok {
			r.Policies = w.version
			w.resend(r)
		}
	}
}

func (w *traffic) collect() {
	out := w.take()
	w.produces = append(w.produces, out.Produces...)
	w.reads = append(w.reads, out.Reads...)
	w.controller = append(w.controller, out.Controller...)
	w.ids = append(w.ids, out.WantProducerIDs...)
	w.stale = append(w.stale, out.Stale...)
	for i := range out.Replies {
		r := &out.Replies[i]
		if w.closing[r.Conn] || r.Seq != w.replied[r.Conn] {
			w.t.Fatalf("reply %d to connection %d, which has got %d", r.Seq, r.Conn, w.replied[r.Conn])
		}
		w.replied[r.Conn]++
	}
	for _, c := range out.Closes {
		w.closing[c.Conn] = true
	}
}

// drain answers all that is under way, until nothing is.
func (w *traffic) drain() {
	for _, p := range []kafka.PartitionID{0, 1} {
		w.rep.at(tp(topicT, p)).full = false
		w.advance(tp(topicT, p), 0, 0, true)
	}
	w.collect()
	for len(w.produces)+len(w.reads)+len(w.controller)+len(w.ids)+len(w.stale) > 0 || w.s.NextDeadline() != 0 {
		w.answer()
		w.wait(50)
		w.collect()
	}
}

// roundTrip reads the state back from its encoding, and goes on with what was read.
func (w *traffic) roundTrip() {
	state := w.s.AppendCanon(nil)
	back := &Session{}
	c := canon.NewReader(state)
	back.ReadCanon(c)
	if c.Err != nil {
		w.t.Fatal(c.Err)
	}
	if again := back.AppendCanon(nil); string(again) != string(state) {
		w.t.Fatal("the state read back differs")
	}
	back.Check()
	w.s = back
}
