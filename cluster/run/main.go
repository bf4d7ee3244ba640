package run

import (
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	crand "crypto/rand"

	"momus/cluster"
	"momus/cluster/config"
	"momus/core"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
	"momus/disk/osfs"
)

// Options are what `momus serve` was asked for.
type Options struct {
	Node   config.Node
	Limits port.Limits
	Record string // directory of the journal, or empty
	Check  bool   // run CheckTouched after every Step
	HTTP   string // where metrics and readiness are told, host:port, or empty
	Log    *slog.Logger
}

// Main serves until SIGTERM or SIGINT, or until the node ends by itself. Another signal, a second
// later or more, ends the process at once.
func Main(o Options) error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	s, err := start(o)
	if err != nil {
		return err
	}
	var asked time.Time // a process group's signal often comes twice at once
	for {
		select {
		case sig := <-signals:
			switch {
			case asked.IsZero():
				asked = time.Now()
				o.Log.Info("stopping", "signal", sig.String())
				s.stop()
			case time.Since(asked) > time.Second:
				return fmt.Errorf("stopped by a second %v before it was done", sig)
			}
		case e := <-s.exit:
			return s.ended(e)
		}
	}
}

// start opens directories and listeners, and gives the core its first event.
func start(o Options) (*Server, error) {
	s := &Server{
		log: o.Log, node: o.Node, limits: o.Limits, fs: osfs.FS{},
		conns: map[port.ConnID]*conn{}, starving: map[*conn]struct{}{},
		ready: make(chan struct{}), reports: make(chan core.Report, 2), cold: make(chan struct{}, coldReaders), exit: make(chan core.Exit, 1),
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return nil, err
	}
	s.limits = s.limits.Within(files.Cur)
	s.sink.s, s.timer.s, s.saver.s, s.inbox.start = s, s, s, time.Now()
	s.timer.t = time.AfterFunc(time.Hour, s.timer.fire)
	s.pool.Lock, s.pool.Budget, s.pool.Freed = &sync.Mutex{}, s.limits.BufferBytes, s.feed
	s.pool.Arrivals = cluster.NewArrivals(&s.limits, &sync.Mutex{}, s.feed)
	s.meter.Lock = &sync.Mutex{}
	s.slabs.Lock, s.slabs.Size = &sync.Mutex{}, int(s.limits.ReadAheadBytes)
	s.work = cluster.NewWorkspaces(s.limits.Workspaces, func() cluster.Locker { return &sync.Mutex{} })
	s.published.Store(&msg.Published{})
	if err := s.listen(); err != nil {
		return nil, err
	}
	ev := &core.Start{Config: s.node.Broker, Limits: s.limits}
	var fresh [32]byte
	crand.Read(ev.Entropy[:]) // without entropy the process ends: it never returns an error
	crand.Read(fresh[:])
	facts, locks, err := cluster.Boot(s.fs, &s.node, fresh, s.inbox.now().Wall)
	if err != nil {
		return nil, err
	}
	ev.Facts, s.locks = facts, locks
	s.inbox.stepper = &cluster.Stepper{Node: &core.Node{}, Checked: o.Check}
	if o.Record != "" {
		if s.recorder, err = newRecorder(s.fs, o.Record); err != nil {
			return nil, fmt.Errorf("--record: %w", err)
		}
		s.inbox.stepper.Chained, s.inbox.stepper.Observer = true, s.recorder
	}
	s.startWorkers(&facts)
	s.act(ev)
	if o.HTTP != "" {
		s.serveHTTP(o.HTTP)
	}
	for i, l := range s.node.Broker.Listeners {
		go s.accept(l.Name, wire.ListenerOf(l.Controller), s.listeners[i])
	}
	return s, nil
}

// startWorkers makes the disk workers, the ledger's and the readers, each with its goroutine.
func (s *Server) startWorkers(facts *port.BootFacts) {
	storage := cluster.NewStorage(cluster.Ports{
		FS: s.fs, Lock: &sync.Mutex{}, Pool: &s.pool,
		Wake: func(i int) { wake(s.workers[i].wake) },
	}, s.limits, facts)
	s.files, s.reader, s.saver.dirs = storage.Files, storage.Reader, storage.Ledger
	for _, log := range storage.Workers {
		w := &worker{s: s, wake: make(chan struct{}, 1), log: log}
		s.workers = append(s.workers, w)
		go w.loop()
	}
	s.saver.wake = make(chan struct{}, 1)
	go s.saver.loop()
}

// stop asks the core for a clean stop; listeners take nothing new.
func (s *Server) stop() {
	for _, l := range s.listeners {
		if err := l.Close(); err != nil {
			s.log.Warn("a listener did not close", "error", err)
		}
	}
	s.act(&core.Stop{})
}

// ended takes the process down after the core said so.
func (s *Server) ended(e core.Exit) error {
	s.timer.end()
	if s.recorder != nil {
		if err := s.recorder.close(); err != nil {
			return fmt.Errorf("--record: %w", err)
		}
	}
	if !e.Clean {
		return fmt.Errorf("the node ended: %s", e.Reason)
	}
	s.log.Info("stopped", "after", time.Duration(s.inbox.now().Mono).Round(time.Millisecond).String())
	return nil
}
