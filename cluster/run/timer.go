package run

import (
	"sync"
	"time"

	"momus/cluster"
	"momus/core"
	"momus/core/kafka"
)

// timer posts a Deadline event when the core's Wake has passed.
type timer struct {
	s     *Server
	mu    sync.Mutex
	alarm cluster.Alarm
	t     *time.Timer
	ended bool
}

// arm is called while the core is held.
func (t *timer) arm(wake, now kafka.Mono) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.set(t.alarm.Wish(wake), now)
}

func (t *timer) set(at, now kafka.Mono) {
	if at == 0 || t.ended {
		return
	}
	t.t.Reset(time.Duration(max(at-now, 0)))
}

func (t *timer) fire() {
	now := t.s.inbox.now().Mono
	t.mu.Lock()
	due, again := t.alarm.Fired(now)
	t.set(again, now)
	due = due && !t.ended
	t.mu.Unlock()
	if due {
		t.s.act(&core.Deadline{})
	}
}

// end stops it for good.
func (t *timer) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.t.Stop()
}
