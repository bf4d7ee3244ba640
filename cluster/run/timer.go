package run

import (
	"sync"
	"time"

	"momus/core"
	"momus/core/kafka"
)

// timer posts a Deadline event when the core's Wake has passed. It is set anew only for an earlier
// deadline: a later one lets it fire early, and then it looks again.
type timer struct {
	s     *Server
	mu    sync.Mutex
	at    kafka.Mono // when t fires; 0: not set
	want  kafka.Mono // the core's latest wish; 0: none
	t     *time.Timer
	ended bool
}

// arm is called while the core is held.
func (t *timer) arm(wake, now kafka.Mono) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.want = wake
	if wake == 0 || t.ended || (t.at != 0 && t.at <= wake) {
		return
	}
	t.set(wake, now)
}

func (t *timer) set(wake, now kafka.Mono) {
	t.at = wake
	d := time.Duration(max(wake-now, 0))
	if t.t == nil {
		t.t = time.AfterFunc(d, t.fire)
		return
	}
	t.t.Reset(d)
}

func (t *timer) fire() {
	now := t.s.inbox.now().Mono
	t.mu.Lock()
	t.at = 0
	due := t.want != 0 && t.want <= now && !t.ended
	if !due && t.want != 0 && !t.ended {
		t.set(t.want, now)
	}
	t.mu.Unlock()
	if !due {
		return
	}
	var todo turns
	t.s.post(&todo, &core.Deadline{})
	t.s.run(&todo)
}

// end stops it for good.
func (t *timer) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	if t.t != nil {
		t.t.Stop()
	}
}
