package run

import (
	"sync"
	"sync/atomic"

	"momus/core"
	"momus/core/port"
	"momus/disk/ledger"
	"momus/disk/seglog"
)

// worker runs the turns of one disk worker: the single writer of its logs.
type worker struct {
	s   *Server
	log *seglog.Worker

	queue   queue[port.LogOp]
	turn    sync.Mutex
	pending atomic.Bool
	done    []port.LogDone
	events  []core.Event // done, made into events
	wake    chan struct{}
}

// enqueue is called while the core is held. What may wait for the disk is the goroutine's.
func (w *worker) enqueue(op port.LogOp, todo *turns) {
	if only, _ := w.queue.add(op, op.Kind != port.OpAppend || op.Roll); only {
		todo.workers = append(todo.workers, w)
	}
}

// kick runs the worker's turn here if it is free and will not wait for the disk; otherwise it
// leaves it to whoever holds it, or to the goroutine.
func (w *worker) kick(todo *turns) {
	for {
		n, slow := w.queue.len()
		if w.pending.Load() || slow > 0 {
			wake(w.wake)
			return
		}
		if n == 0 || !w.turn.TryLock() {
			return
		}
		w.once(todo, true)
		w.turn.Unlock()
	}
}

// loop is the worker's goroutine: it takes the turns that may wait for the disk.
func (w *worker) loop() {
	var todo turns
	for range w.wake {
		for more := true; more; more = w.more() {
			w.turn.Lock()
			w.once(&todo, false)
			w.turn.Unlock()
			w.s.run(&todo)
		}
	}
}

// more is asked after the turn was let go: who found it taken leaves its operation to the holder.
func (w *worker) more() bool {
	n, _ := w.queue.len()
	return n > 0 || w.pending.Load()
}

// once runs one turn, if only to unlink what lost its last reader. With fast it declines when
// something slow was queued meanwhile.
func (w *worker) once(todo *turns, fast bool) {
	ops, ok := w.queue.take(fast)
	if !ok {
		return
	}
	w.done = w.log.Turn(ops, w.done[:0])
	w.pending.Store(w.log.Pending())
	w.queue.reuse(ops)

	w.events = w.events[:0]
	for i := range w.done {
		ev := w.s.events.logs.get()
		ev.LogDone = w.done[i]
		w.events = append(w.events, ev)
	}
	w.s.post(todo, w.events...)
}

// saver runs the ledger's turns on a goroutine of its own: every save is synced.
type saver struct {
	s     *Server
	dirs  []ledger.Dir
	mu    sync.Mutex
	queue []port.Save
	wake  chan struct{}
}

// enqueue is called while the core is held.
func (l *saver) enqueue(save port.Save) {
	l.mu.Lock()
	l.queue = append(l.queue, save)
	l.mu.Unlock()
	wake(l.wake)
}

func (l *saver) loop() {
	var todo turns
	var saves []port.Save
	for range l.wake {
		l.mu.Lock()
		if saves, l.queue = ledger.Take(l.queue, l.dirs, &l.s.limits); len(l.queue) > 0 {
			wake(l.wake)
		}
		l.mu.Unlock()
		for _, done := range ledger.Turn(l.s.fs, l.dirs, saves) {
			l.s.post(&todo, &core.Saved{Saved: done})
		}
		l.s.run(&todo)
	}
}

// coldReaders is how many reads may wait for the disk at once.
const coldReaders = 4

// read runs a read here if it can be served from memory, else on a goroutine of its own. It sees the
// View that there is when it runs.
func (s *Server) read(todo *turns, r port.Read) {
	if s.reader.Cached(r) {
		s.finishRead(todo, r)
		return
	}
	go s.readCold(r)
}

func (s *Server) readCold(r port.Read) {
	var todo turns
	s.cold <- struct{}{}
	s.finishRead(&todo, r)
	<-s.cold
	s.run(&todo)
}

func (s *Server) finishRead(todo *turns, r port.Read) {
	ev := s.events.reads.get()
	ev.ReadDone = s.reader.Read(r)
	s.post(todo, ev)
}
