package frame

import (
	"testing"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestConnectionIsIdleIfNothingMoved(t *testing.T) {
	later := func(ms kafka.Millis) kafka.Now { return kafka.Now{Mono: 1 + kafka.Mono(ms.Nanos()), Wall: 5000} }
	w := newWorld(1024)
	one := frameOf(1, kmsg.NewPtrApiVersionsRequest())
	w.Filled(later(100), copy(w.Want(), one[:5])) // a part of a frame counts
	if w.CloseIdle(later(1099), 1000); w.Done() {
		t.Fatal("closed too early")
	}
	w.Filled(later(1099), copy(w.Want(), one[5:]))
	w.Requests()
	w.Answer(hello(w, false))
	w.Sent(1)
	w.Resume(later(1500))
	if w.CloseIdle(later(2499), 1000); w.Done() {
		t.Fatal("what was written does not count")
	}
	w.CloseIdle(later(2500), 1000) // the rest of the answer is read by nobody
	if w.holds(t, 0, 0); !w.Done() || w.Reason() != "idle" {
		t.Fatal("not closed")
	}
	fresh := newWorld(1024)
	if fresh.CloseIdle(later(1000), 1000); !fresh.Done() {
		t.Error("one that never said anything is not closed")
	}
}
