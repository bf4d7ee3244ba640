package frame

import (
	"testing"

	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// hello answers ApiVersions; muting throttles the connection afterwards.
func hello(w *world, mute bool) wire.Reply {
	return wire.Reply{Conn: 7, Seq: w.answered, Body: kmsg.NewPtrApiVersionsResponse(), Mute: mute}
}

func TestMutedConnectionReadsAndSendsNothing(t *testing.T) {
	w := newWorld(1024)
	one := frameOf(1, kmsg.NewPtrApiVersionsRequest())
	var four []byte
	for range 4 {
		four = append(four, one...)
	}
	if rest := w.feed(four[:3*len(one)+5], 1024); rest != nil || len(w.Requests()) != 3 {
		t.Fatal("not taken in")
	}
	r := hello(w, true)
	w.Answer(r)
	if len(w.sent(1<<20)) == 0 {
		t.Error("the reply that throttles was not sent at once")
	}
	r.Seq++
	w.Answer(wire.Reply{Conn: 7, Seq: r.Seq, Body: r.Body, Mute: true})
	w.Answer(wire.Reply{Conn: 7, Seq: r.Seq + 1, Body: r.Body})
	for range 2 {
		w.Resume(at)
		if !w.Paused() || w.Want() != nil || len(w.Out()) != 0 || len(w.Requests()) != 0 {
			t.Fatal("a muted connection goes on")
		}
		w.Unmute() // the second reply mutes again
		if len(w.sent(1<<20)) == 0 {
			t.Error("a reply that came meanwhile was not sent")
		}
	}
	if w.Resume(at); w.Paused() {
		t.Fatal("it is muted still")
	}
	if w.feed(four[3*len(one)+5:], 1024); len(w.Requests()) != 1 {
		t.Error("what was begun was not taken in afterwards")
	}
	w.Answer(hello(w, true))
	w.sent(1 << 20)
	w.Close("over")
	if w.holds(t, 0, 0); !w.Done() {
		t.Error("a muted connection does not end")
	}
}

func TestRequestsAreChargedWithTheTurnsBeforeThem(t *testing.T) {
	w := newWorld(1024)
	w.Spend(5)
	w.feed(frameOf(1, kmsg.NewPtrApiVersionsRequest()), 1024)
	w.feed(frameOf(2, kmsg.NewPtrApiVersionsRequest()), 1024)
	w.Spend(2)
	if r := w.Requests(); r[0].Nanos != 7 || r[1].Nanos != 0 {
		t.Errorf("charged with %d and %d", r[0].Nanos, r[1].Nanos)
	}
	if len(w.Requests()) != 0 {
		t.Error("given twice")
	}
	w.Spend(3)
	w.feed(frameOf(3, kmsg.NewPtrApiVersionsRequest()), 1024)
	if r := w.Requests(); r[0].Nanos != 3 {
		t.Errorf("charged with %d", r[0].Nanos)
	}
}
