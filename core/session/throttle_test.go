package session

import (
	"slices"
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// quota sets a limit for the client id c.
func (b *bench) quota(key string, rate uint64) {
	c := "c"
	b.apply(&record.ClientQuotaRecord{Entity: []record.ClientQuotaEntity{{EntityType: "client-id", EntityName: &c}}, Key: key, Value: record.FloatOf(rate)})
}

// ask sends a request of the client id c, so many bytes and nanoseconds large.
func (b *bench) ask(conn port.ConnID, version int16, body kmsg.Request, bytes int32, nanos int64) {
	body.SetVersion(version)
	b.resend(&wire.Request{
		Conn: conn, Seq: b.seqs[conn], Version: kafka.APIVersion(version), Body: body, ClientID: "c", Bytes: bytes, Nanos: nanos,
	})
	b.seqs[conn]++
}

// charged empties Out as the node does.
func (b *bench) charged() Out {
	b.s.Charge(b.now, b.view())
	b.s.Check()
	return b.take()
}

func TestProducerOverItsQuotaIsAnsweredAndThenMuted(t *testing.T) {
	b := newBench()
	b.quota("producer_byte_rate", 100) // 1000 bytes in the ten windows that there are at the least
	b.open(1)
	for i, c := range []struct {
		bytes, wait int32
	}{{600, 0}, {900, 5000}} {
		b.ask(1, 9, produceBody(1, 0), c.bytes, 0)
		out := b.charged()
		b.produced(out.Produces[0], kafka.None)
		out = b.charged()
		r := out.Replies[0]
		if got := r.Body.(*wire.ProduceResponse).Throttle; got != c.wait || r.Mute != (c.wait > 0) {
			t.Fatalf("request %d: throttled for %d ms, muted %t", i, got, r.Mute)
		}
	}
	b.ask(1, 9, produceBody(1, 0), 1, 0)
	b.wait(4999)
	if out := b.charged(); len(out.Produces)+len(out.Unmutes) != 0 || b.s.NextDeadline() == 0 {
		t.Fatal("a muted connection's request was started")
	}
	b.wait(1)
	if out := b.charged(); len(out.Produces) != 1 || !slices.Equal(out.Unmutes, []port.ConnID{1}) {
		t.Fatal("the throttling did not end")
	}
}

func TestRequestsUnderAQuotaStartOneAfterAnother(t *testing.T) {
	b := newBench()
	b.open(1)
	b.open(2)
	b.quota("producer_byte_rate", 1e9)
	for range 3 {
		b.ask(1, 9, produceBody(1, 0), 70, 0)
		b.send(2, 9, produceBody(1, 0)) // of nobody that has a quota
	}
	out := b.charged()
	if len(out.Produces) != 4 {
		t.Fatalf("%d were started", len(out.Produces))
	}
	for left := 3; left > 0; left-- {
		for _, p := range out.Produces {
			b.produced(p, kafka.None)
		}
		out = b.charged()
		if want := min(left-1, 1); len(out.Produces) != want {
			t.Fatalf("%d were started after one was answered, not %d", len(out.Produces), want)
		}
	}
	b.balanced(t)
}

// throttledFetch fetches what one read brings, and gives the answer.
func throttledFetch(t *testing.T, b *bench, n int) (wire.Reply, *wire.FetchResponse) {
	t.Helper()
	b.ask(1, 12, fetchBody(1, 0, 0), 50, 0)
	b.charged()
	b.readDone(b.lastRead(), n, 2, port.FailNone)
	out := b.charged()
	return out.Replies[0], out.Replies[0].Body.(*wire.FetchResponse)
}

func TestFetchOverItsQuotaIsEmptyAndNotCounted(t *testing.T) {
	b := newBench()
	b.quota("consumer_byte_rate", 100)
	b.advance(tp(topicT, 0), 2, 2000, false)
	b.open(1)
	if r, f := throttledFetch(t, b, 600); r.Mute || len(f.Topics) != 1 {
		t.Fatal("throttled below the quota")
	}
	r, f := throttledFetch(t, b, 600)
	if !r.Mute || len(f.Topics) != 0 || f.Throttle < 2000 {
		t.Fatalf("above the quota: %d topics, throttled for %d ms", len(f.Topics), f.Throttle)
	}
	b.wait(kafka.Millis(f.Throttle))
	b.charged()
	if r, _ := throttledFetch(t, b, 200); r.Mute {
		t.Error("what was not given was counted")
	}
	b.balanced(t)
}

// Kafka throttles such a reader for ever.
func TestBatchLargerThanTheQuotaIsReadOnce(t *testing.T) {
	b := newBench()
	b.quota("consumer_byte_rate", 10)
	b.advance(tp(topicT, 0), 2, 2000, false)
	b.open(1)
	r, f := throttledFetch(t, b, 1000)
	if !r.Mute || len(f.Topics) != 1 || f.Throttle < 80_000 {
		t.Fatalf("%d topics, throttled for %d ms", len(f.Topics), f.Throttle)
	}
	b.wait(kafka.Millis(f.Throttle))
	b.charged()
	if r, f := throttledFetch(t, b, 1000); !r.Mute || len(f.Topics) != 1 {
		t.Error("the next one was not given after the wait")
	}
	b.balanced(t)
}

func TestTimeIsLimitedForEveryAPIThatIsAnswered(t *testing.T) {
	b := newBench()
	b.quota("request_percentage", 1) // 100 ms in ten windows
	b.open(1)
	b.ask(1, 3, kmsg.NewPtrApiVersionsRequest(), 10, int64(2*kafka.Second))
	r := b.charged().Replies[0]
	if got := r.Body.(*kmsg.ApiVersionsResponse).ThrottleMillis; got != 1000 || !r.Mute {
		t.Fatalf("throttled for %d ms, which is to be a window at the most", got)
	}
	b.wait(1000)
	b.charged()
	b.ask(1, 9, produceBody(0, 0), 10, int64(2*kafka.Second))
	b.produced(b.charged().Produces[0], kafka.None)
	if r := b.charged().Replies[0]; r.Mute {
		t.Error("Produce with acks=0 was charged for time")
	}
}

func TestControllersThrottlingIsToldAndKept(t *testing.T) {
	b := newBench()
	b.open(1)
	r := kmsg.NewPtrCreateTopicsRequest()
	r.TimeoutMillis = 100
	rt := kmsg.NewCreateTopicsRequestTopic()
	rt.Topic = "new"
	r.Topics = append(r.Topics, rt)
	b.ask(1, 6, r, 10, 0)
	q := b.s.Out.Controller[0].(*msg.CreateTopics)
	if b.charged(); q.Quota != (msg.MutationQuota{User: Anonymous, Client: "c", Strict: true}) {
		t.Errorf("asked under %v", q.Quota)
	}
	b.s.ControllerReply(b.now, &msg.CreatedTopics{
		Op: b.lastOp, Topics: []msg.CreatedTopic{{Name: "new", Err: kafka.ErrThrottlingQuotaExceeded}},
		ThrottledUntil: b.now.Mono.Add(kafka.Millis(70).Nanos()),
	}, b.view())
	reply := b.charged().Replies[0]
	if got := reply.Body.(*kmsg.CreateTopicsResponse).ThrottleMillis; got != 70 || !reply.Mute {
		t.Errorf("throttled for %d ms, muted %t", got, reply.Mute)
	}
	b.s.ConnClosed(b.now, 1, b.view())
	if b.s.Check(); b.s.NextDeadline() != 0 {
		t.Error("a connection that is gone is waited for")
	}
}

func TestSessionsTellLaterWhatWasKeptBack(t *testing.T) {
	b := newBench()
	b.quota("consumer_byte_rate", 100)
	b.advance(tp(topicT, 0), 2, 2000, false)
	b.open(1)
	ask := func(id, epoch int32, read int) *wire.FetchResponse {
		r := fetchBody(1, 0, 0)
		r.SessionID, r.SessionEpoch = id, epoch
		b.ask(1, 12, r, 50, 0)
		out := b.charged()
		if read > 0 {
			b.readDone(b.lastRead(), read, 2, port.FailNone)
			out = b.charged()
		}
		f := out.Replies[0].Body.(*wire.FetchResponse)
		if f.Throttle > 0 {
			b.wait(kafka.Millis(f.Throttle))
			b.charged()
		}
		return f
	}
	ask(0, -1, 900)
	if f := ask(0, 0, 900); f.Throttle == 0 || f.SessionID != 0 || len(f.Topics) != 0 {
		t.Fatalf("a session began with an answer that was kept back: %+v", f)
	}
	b.wait(60_000)
	begun := ask(0, 0, 500)
	if begun.SessionID == 0 || len(begun.Topics) != 1 {
		t.Fatalf("%+v", begun)
	}
	if f := ask(begun.SessionID, 1, 900); f.Throttle == 0 || f.SessionID != begun.SessionID || len(f.Topics) != 0 {
		t.Fatalf("%+v", f)
	}
	b.wait(60_000)
	b.rep.at(tp(topicT, 0)).high = 0
	if f := ask(begun.SessionID, 2, 0); len(f.Topics) != 1 {
		t.Fatalf("the high watermark was not told again: %+v", f)
	}
	b.balanced(t)
}

// An answer says when its request was begun and when it was answered, and for how long it throttles; a request that
// was held by throttling was begun when that ended.
func TestAnswersTellTheirTimes(t *testing.T) {
	b := newBench()
	b.quota("producer_byte_rate", 100)
	b.open(1)
	for _, want := range []struct{ held, throttle kafka.Millis }{{0, 5000}, {5000, 10}} {
		b.ask(1, 9, produceBody(1, 0), int32(1500-want.held/4), 0)
		b.wait(want.held)
		out, begun := b.charged(), b.now.Mono
		b.wait(70)
		b.produced(out.Produces[0], kafka.None)
		r := b.charged().Replies[0]
		if r.Started != begun || r.Answered != b.now.Mono || (r.Throttle > 0) != (want.throttle > 0) {
			t.Fatalf("begun at %d, answered at %d, throttled for %d ms, at %d", r.Started, r.Answered, r.Throttle, b.now.Mono)
		}
	}
}
