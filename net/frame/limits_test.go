package frame

import (
	"strings"
	"testing"

	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// answer answers every request that was taken, and sends.
func (w *world) answer(from *port.RequestSeq, requests []wire.Request) {
	for i := range requests {
		DiscardRequest(&requests[i])
		w.Answer(wire.Reply{Seq: *from, Body: &kmsg.MetadataResponse{Version: 5}})
		*from++
	}
	w.sent(1 << 20)
}

func TestNothingIsReadAtTheLimitOfRequests(t *testing.T) {
	w := newWorld(256)
	w.limits.RequestsPerConn = 2
	var b []byte
	for i := range 10 {
		b = append(b, frameOf(int32(i), metadataOf("a"))...)
	}
	rest := w.feed(b, 1000)
	got, seq := w.Requests(), port.RequestSeq(0)
	if len(got) != 2 || w.Want() != nil || w.Starved() {
		t.Fatalf("%d requests", len(got))
	}
	total := len(got)
	for total < 10 {
		// The reply is not sent yet: it counts.
		DiscardRequest(&got[0])
		w.Answer(wire.Reply{Seq: seq, Body: &kmsg.MetadataResponse{Version: 5}})
		seq++
		if w.Resume(at); len(w.Requests()) != 0 || w.Want() != nil {
			t.Fatal("more is read while a reply is unsent")
		}
		w.sent(1 << 20)
		w.answer(&seq, got[1:])
		w.Resume(at)
		rest = w.feed(rest, 1000)
		got = w.Requests()
		if len(got) == 0 || len(got) > 2 {
			t.Fatalf("%d requests", len(got))
		}
		total += len(got)
	}
	w.answer(&seq, got)
	w.holds(t, 0, 0)
}

func TestBehindAFetchNothingIsTakenInUntilItsAnswerHasLeft(t *testing.T) {
	w := newWorld(256)
	b := append(frameOf(0, metadataOf("a")), frameOf(1, &kmsg.FetchRequest{Version: 4})...)
	w.feed(append(append(b, frameOf(2, metadataOf("a"))...), frameOf(3, metadataOf("a"))...), 1000)
	if got := len(w.Requests()); got != 2 || w.Want() != nil || w.Starved() {
		t.Fatalf("%d requests", got)
	}
	w.Answer(wire.Reply{Body: &kmsg.MetadataResponse{Version: 5}})
	w.sent(1 << 20)
	w.Answer(wire.Reply{Seq: 1, Body: w.fetched()})
	for len(w.Out()) > 0 {
		if w.Resume(at); len(w.Requests()) != 0 || w.Want() != nil {
			t.Fatal("more is taken in while the answer is unsent")
		}
		w.sent(3)
	}
	w.Resume(at)
	if got := len(w.Requests()); got != 2 || w.Want() == nil {
		t.Fatalf("%d requests after the answer", got)
	}
	w.Filled(at, 0)
	w.Release()
	w.holds(t, 0, 0)
}

func TestBodyWaitsForTheBudget(t *testing.T) {
	for _, size := range []int{10, 5000} { // in the slab, and beyond it
		w := newWorld(256)
		w.pool.budget = 0
		b := frameOf(1, produceOf(9, size))
		rest := w.feed(b, 1000)
		if !w.Starved() || w.Want() != nil || len(w.Requests()) != 0 {
			t.Fatalf("%d: it goes on without budget", size)
		}
		w.Resume(at)
		if !w.Starved() {
			t.Fatalf("%d: still without budget, it goes on", size)
		}
		w.pool.budget = 10000
		w.Resume(at)
		if rest = w.feed(rest, 1000); len(rest) > 0 || w.Starved() {
			t.Fatalf("%d: %d bytes left", size, len(rest))
		}
		got := w.Requests()
		if len(got) != 1 {
			t.Fatalf("%d: %d requests", size, len(got))
		}
		w.holds(t, 0, 1)
		DiscardRequest(&got[0])
		w.holds(t, 0, 0)
	}
}

func TestMalformedFrameEndsTheConnectionAfterTheAnswers(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		b            []byte
	}{
		{"negative", "a frame of -1 bytes", []byte{0xff, 0xff, 0xff, 0xff}},
		{"oversized", "a frame of 1048577 bytes", []byte{0, 0x10, 0, 1}},
		{"empty", "request ends early", []byte{0, 0, 0, 0}},
		{"other API", "unsupported API", []byte{0, 0, 0, 10, 3, 0, 0, 0, 0, 0, 0, 9, 0xff, 0xff}},
		{"other version", "unsupported version", []byte{0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 9, 0xff, 0xff}},
		{"cut body", "request ends early", []byte{0, 0, 0, 11, 0, 3, 0, 1, 0, 0, 0, 9, 0xff, 0xff, 0}},
		{"cut produce", "request ends early", []byte{0, 0, 0, 11, 0, 0, 0, 3, 0, 0, 0, 9, 0xff, 0xff, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(256)
			b := append(frameOf(1, metadataOf("a")), c.b...)
			w.feed(append(b, frameOf(2, metadataOf("b"))...), 1000)
			got := w.Requests()
			if len(got) != 1 || w.Want() != nil || w.Done() || w.Reason() != c.reason {
				t.Fatalf("%d requests, reason %q", len(got), w.Reason())
			}
			w.Answer(wire.Reply{Body: &kmsg.MetadataResponse{Version: 5}})
			if w.Done() {
				t.Fatal("it ends before the answer is sent")
			}
			if w.sent(1000); !w.Done() {
				t.Fatal("it does not end")
			}
			w.holds(t, 0, 0)
		})
	}
}

func TestMalformedLargeFrameGivesItsBufferBack(t *testing.T) {
	w := newWorld(64)
	b := frameOf(1, &kmsg.MetadataRequest{Version: 5, Topics: make([]kmsg.MetadataRequestTopic, 100)})
	b[len(b)-2] = 0xff // a name longer than the rest
	w.feed(b, 10000)
	if !w.Done() || len(w.Requests()) != 0 {
		t.Fatal("it goes on")
	}
	w.holds(t, 0, 0)
}

func TestPeerWhoSaidAllIsAnswered(t *testing.T) {
	w := newWorld(256)
	w.limits.RequestsPerConn = 1
	b := append(frameOf(1, metadataOf("a")), frameOf(2, metadataOf("b"))...)
	w.feed(append(b, 0, 0, 0), 1000)
	w.EOF()
	seq := port.RequestSeq(0)
	for range 2 {
		got := w.Requests()
		if len(got) != 1 || w.Done() {
			t.Fatalf("%d requests", len(got))
		}
		w.answer(&seq, got)
		w.Resume(at)
	}
	if !w.Done() {
		t.Fatal("it does not end")
	}
	w.holds(t, 0, 0)
}

func TestPeerWhoLeavesWithinABodyIsForgotten(t *testing.T) {
	w := newWorld(64)
	w.feed(frameOf(1, produceOf(9, 500))[:300], 1000)
	w.holds(t, 0, 1)
	if w.EOF(); !w.Done() {
		t.Fatal("it does not end")
	}
	w.holds(t, 0, 0)
}

func TestPeerWhoLeavesWhileABodyWaitsIsForgotten(t *testing.T) {
	w := newWorld(64)
	w.pool.budget = 0
	w.feed(frameOf(1, produceOf(9, 500)), 1000)
	w.EOF()
	w.pool.budget = 1000
	if w.Resume(at); !w.Done() {
		t.Fatal("it does not end")
	}
	w.holds(t, 0, 0)
}

func TestClosedConnectionSendsWhatIsQueuedAndDiscardsTheRest(t *testing.T) {
	w := newWorld(256)
	for i := range int32(2) {
		w.feed(frameOf(i, metadataOf("a")), 1000)
	}
	w.Requests()
	w.Answer(wire.Reply{Body: w.fetched()})
	w.Close("told so")
	w.Answer(wire.Reply{Seq: 1, Body: w.fetched()})
	if w.Done() || w.Want() != nil || w.Reason() != "told so" {
		t.Fatalf("reason %q", w.Reason())
	}
	if w.sent(1 << 20); !w.Done() {
		t.Fatal("it does not end")
	}
	w.holds(t, 0, 0)
}

// fetched is an answer with records in a buffer.
func (w *world) fetched() *wire.FetchResponse {
	buf := w.pool.Get(10)
	return &wire.FetchResponse{Version: 4, Topics: []wire.FetchedTopic{{Partitions: []wire.FetchedPartition{{Records: port.MemSpan(buf.B, buf)}}}}}
}

func TestBrokenConnectionGivesEverythingBack(t *testing.T) {
	w := newWorld(256)
	w.feed(frameOf(0, metadataOf("a")), 1000)
	w.Requests()
	w.Answer(wire.Reply{Body: w.fetched()})
	w.sent(3)
	w.feed(frameOf(1, metadataOf("a")), 1000)
	w.feed(frameOf(2, produceOf(9, 10)), 1000)
	w.feed(frameOf(3, produceOf(9, 500))[:300], 1000)
	w.Broken()
	if !w.Done() || len(w.Out()) != 0 || len(w.Requests()) != 0 {
		t.Fatal("it is not over")
	}
	w.Answer(wire.Reply{Seq: 1, Body: w.fetched()})
	w.Sent(5)
	w.Release()
	w.holds(t, 0, 0)
	if !strings.Contains(w.Reason(), "broke") {
		t.Errorf("reason %q", w.Reason())
	}
}

// TestChoppedFramesGiveTheSameRequests draws requests, malformed ones among them, and compares
// what a connection makes of them in one piece and in drawn pieces, with small limits and a tight
// budget.
func TestChoppedFramesGiveTheSameRequests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		for i := range rapid.IntRange(1, 8).Draw(t, "requests") {
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				stream = append(stream, 0, 0, 0, 8, 0, 3, 0, 1, 0, 0, 0, 0)
			case 1, 2, 3:
				stream = append(stream, frameOf(int32(i), metadataOf("a"))...)
			default:
				sizes := rapid.SliceOfN(rapid.IntRange(0, 600), 1, 3).Draw(t, "sizes")
				stream = append(stream, frameOf(int32(i), produceOf(9, sizes...))...)
			}
		}
		whole := newWorld(1 << 16)
		whole.limits.RequestsPerConn = 100
		whole.feed(stream, len(stream))
		var want []string
		for _, r := range whole.Requests() {
			want = append(want, show(&r))
			DiscardRequest(&r)
		}
		reason := whole.Reason()
		whole.Release()
		whole.holds(t, 0, 0)

		w := newWorld(rapid.IntRange(16, 2000).Draw(t, "slab"))
		w.limits.RequestsPerConn = int32(rapid.IntRange(1, 4).Draw(t, "limit"))
		w.pool.budget = 3000
		got := w.chopped(t, stream)
		if len(got) != len(want) || w.Reason() != reason {
			t.Fatalf("%d requests, reason %q; want %d, %q", len(got), w.Reason(), len(want), reason)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("got  %s\nwant %s", got[i], want[i])
			}
		}
		w.Release()
		w.holds(t, 0, 0)
	})
}

// chopped feeds the stream in drawn pieces and answers at drawn times; it returns the requests.
func (w *world) chopped(t *rapid.T, stream []byte) []string {
	var got []string
	var taken []wire.Request
	var seq port.RequestSeq
	for {
		for _, r := range w.Requests() {
			got = append(got, show(&r))
			taken = append(taken, r)
		}
		p := w.Want()
		switch {
		case p == nil || rapid.IntRange(0, 5).Draw(t, "answer") == 0:
			if p != nil {
				w.Filled(at, 0)
			}
			idle := p == nil && len(taken) == 0 && len(w.Out()) == 0
			w.answerSome(t, &seq, &taken)
			w.Resume(at)
			if idle && len(w.requests) == 0 {
				return got
			}
		case len(stream) == 0:
			w.Filled(at, 0)
			if w.Resume(at); len(w.requests) == 0 && len(taken) == 0 {
				return got
			}
			w.answerSome(t, &seq, &taken)
			w.Resume(at)
		default:
			n := copy(p[:rapid.IntRange(1, len(p)).Draw(t, "n")], stream)
			w.Filled(at, n)
			stream = stream[n:]
		}
	}
}

// answerSome answers a drawn number of requests, at least one, and sends a drawn number of bytes.
func (w *world) answerSome(t *rapid.T, seq *port.RequestSeq, taken *[]wire.Request) {
	if len(*taken) > 0 {
		n := rapid.IntRange(1, len(*taken)).Draw(t, "answers")
		for i := range n {
			DiscardRequest(&(*taken)[i])
			w.Answer(wire.Reply{Seq: *seq, Body: &kmsg.MetadataResponse{Version: 5}})
			*seq++
		}
		*taken = (*taken)[n:]
	}
	for len(w.Out()) > 0 {
		w.sent(rapid.IntRange(1, 200).Draw(t, "sent"))
	}
}
