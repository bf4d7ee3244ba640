package run

import (
	"sync"
	"time"

	"momus/cluster"
	"momus/core"
	"momus/core/kafka"
	"momus/core/port"
)

// inbox is the combining inbox: one serial order of inputs without a busy goroutine.
type inbox struct {
	mu     sync.Mutex
	queue  []core.Event
	spare  []core.Event
	busy   bool
	closed bool

	stepper *cluster.Stepper
	start   time.Time
}

// now reads both clocks once per drain.
func (in *inbox) now() kafka.Now {
	return kafka.Now{Mono: kafka.Mono(time.Since(in.start)) + 1, Wall: kafka.Wall(time.Now().UnixMilli())}
}

// offer adds events in order and steps nothing: whoever holds a turn may call it. A post must follow
// once the turn was let go.
func (s *Server) offer(events ...core.Event) {
	s.inbox.mu.Lock()
	s.inbox.queue = append(s.inbox.queue, events...)
	s.inbox.mu.Unlock()
}

// post adds events and, if nobody holds the core, steps them and whatever else arrives meanwhile.
// What became runnable is appended to todo; the caller runs it when it holds nothing.
func (s *Server) post(todo *turns, events ...core.Event) {
	in := &s.inbox
	in.mu.Lock()
	in.queue = append(in.queue, events...)
	if in.busy || in.closed {
		in.mu.Unlock()
		return
	}
	in.busy = true
	s.drain(todo)
}

// act posts events and runs what that makes runnable. No turn is held.
func (s *Server) act(events ...core.Event) {
	var todo turns
	s.post(&todo, events...)
	s.run(&todo)
}

// drain steps what is queued. It is entered with in.mu held and in.busy set, and returns with both
// let go; after EventsPerDrain events the rest goes to a goroutine of its own, so that no
// connection works for the others for ever.
func (s *Server) drain(todo *turns) {
	in := &s.inbox
	left := int(s.limits.EventsPerDrain)
	for len(in.queue) > 0 && !in.closed {
		if left == 0 {
			in.mu.Unlock()
			go s.takeOver()
			return
		}
		n := min(len(in.queue), left)
		batch := in.queue[:n]
		in.queue = append(in.spare[:0], in.queue[n:]...)
		in.mu.Unlock()

		if s.recorder != nil {
			s.recorder.Begin(in.stepper)
		}
		now := in.now()
		for _, ev := range batch {
			in.stepper.Step(now, ev)
		}
		left -= n
		ready := in.stepper.Node.Ready()
		s.sink.todo = todo
		cluster.Route(ready, s.limits.DiskWorkers, in.now().Mono, &s.sink)
		wake := ready.Wake
		in.stepper.Node.Recycle(ready)
		s.timer.arm(wake, now.Mono)
		s.events.takeBack(batch)

		clear(batch)
		in.mu.Lock()
		in.spare = batch[:0]
	}
	in.busy = false
	in.mu.Unlock()
}

// takeOver goes on with a drain that somebody handed over: the core is still marked busy.
func (s *Server) takeOver() {
	var todo turns
	s.inbox.mu.Lock()
	s.drain(&todo)
	s.run(&todo)
}

// turns are the turns that a drain made runnable, and the facts to be logged, before the process
// ends: writing a line may wait for whoever reads it.
type turns struct {
	notes   []core.Note
	exit    []core.Exit
	workers []*worker
	conns   []*conn
	reads   []port.Read
}

// wake leaves a token for a goroutine that waits for one, or will.
func wake(token chan struct{}) { leave(token, struct{}{}) }

// leave puts v where there is room.
func leave[T any](to chan T, v T) {
	select {
	case to <- v:
	default:
	}
}

// run carries out turns until none is left; each may make further ones runnable.
func (s *Server) run(todo *turns) {
	for {
		switch {
		case len(todo.notes) > 0:
			n := &todo.notes[0]
			todo.notes = todo.notes[1:]
			s.note(n)
		case len(todo.exit) > 0:
			s.exit <- todo.exit[0]
			todo.exit = nil
		case len(todo.workers) > 0:
			w := todo.workers[len(todo.workers)-1]
			todo.workers = todo.workers[:len(todo.workers)-1]
			w.kick(todo)
		case len(todo.reads) > 0:
			r := todo.reads[len(todo.reads)-1]
			todo.reads = todo.reads[:len(todo.reads)-1]
			s.read(todo, r)
		case len(todo.conns) > 0:
			c := todo.conns[len(todo.conns)-1]
			todo.conns = todo.conns[:len(todo.conns)-1]
			c.kick()
		default:
			return
		}
	}
}
