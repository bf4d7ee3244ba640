package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"momus/cluster"
	"momus/cluster/config"
	"momus/cluster/metrics"
	"momus/core"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
	"momus/disk"
	"momus/disk/seglog"
	"momus/net/frame"
	"momus/net/tcp"
)

// Server is one node on real sockets and files.
type Server struct {
	log    *slog.Logger
	node   config.Node
	limits port.Limits
	fs     disk.FS
	locks  []disk.Lock

	inbox       inbox
	sink        sink
	events      events
	turns       lender[turns]
	timer       timer
	pool        cluster.Pool
	slabs       cluster.Slabs
	work        *cluster.Workspaces
	workers     []*worker
	saver       saver
	cold, ready chan struct{} // cold holds a token for each read that may wait for the disk
	files       *seglog.Registry
	reader      *seglog.Reader
	recorder    *recorder
	meter       metrics.Meter
	asking      sync.Mutex
	reports     chan core.Report
	published   atomic.Pointer[msg.Published]

	mu        sync.Mutex
	conns     map[port.ConnID]*conn
	starving  map[*conn]struct{}
	nextConn  port.ConnID
	listeners []*tcp.Listener
	exit      chan core.Exit
}

// sink implements cluster.Sink; it is used while the core is held.
type sink struct {
	s    *Server
	todo *turns
}

func (k *sink) LogOp(w int, op port.LogOp) { k.s.workers[w].enqueue(op, k.todo) }
func (k *sink) Read(r port.Read)           { k.todo.reads = append(k.todo.reads, r) }
func (k *sink) Save(v port.Save)           { k.s.saver.enqueue(v) }
func (k *sink) Work(w port.Work)           { go k.s.act(&core.WorkDone{WorkDone: cluster.Do(w)}) }
func (k *sink) Report(r core.Report)       { leave(k.s.reports, r) }
func (k *sink) Note(n core.Note) {
	k.s.meter.Note(n.Kind)
	k.todo.notes = append(k.todo.notes, n)
}

func (k *sink) Reply(r wire.Reply, left kafka.Mono) {
	k.entry(r.Conn, cluster.ConnEntry{Reply: r, Left: left})
}

func (k *sink) ConnOp(op core.ConnOp) { k.entry(op.Conn, cluster.ConnEntry{Op: op, IsOp: true}) }

func (k *sink) entry(id port.ConnID, e cluster.ConnEntry) {
	if c := k.s.conn(id); c != nil {
		c.enqueue(e, k.todo)
		return
	}
	e.Discard()
}

func (k *sink) Publish(p *msg.Published) {
	was := k.s.published.Swap(p)
	if p.Ready && !was.Ready {
		close(k.s.ready)
	}
}

// Exit ends the stepping: this drain goes no further, and no other begins.
func (k *sink) Exit(e core.Exit) {
	k.s.inbox.mu.Lock()
	k.s.inbox.closed = true
	k.s.inbox.mu.Unlock()
	k.todo.exit = append(k.todo.exit, e)
}

func (s *Server) conn(id port.ConnID) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns[id]
}

// note turns a fact of the core into a log line.
func (s *Server) note(n *core.Note) {
	s.log.Log(context.Background(), slog.Level(cluster.Level(n.Kind)), n.Kind.String(), cluster.NoteFields(n)...)
}

// listen opens every listener; a port that was left to the system is known from then on. Accepting
// begins when the core says it is ready.
func (s *Server) listen() error {
	for i, l := range s.node.Broker.Listeners {
		addr := net.JoinHostPort(l.Host, strconv.Itoa(int(l.Port)))
		ln, err := tcp.Listen(addr)
		if err != nil {
			return fmt.Errorf("listener %s on %s: %w (is another broker running there? set listeners=)", l.Name, addr, err)
		}
		s.node.Broker.Listeners[i].Bound(ln.Port())
		s.listeners = append(s.listeners, ln)
	}
	return nil
}

// accept serves one listener until it is closed.
func (s *Server) accept(name string, kind wire.Listener, ln *tcp.Listener) {
	<-s.ready
	for {
		sock, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.log.Warn("accept failed", "listener", name, "error", err)
			time.Sleep(10 * time.Millisecond)
			continue
		}
		s.serve(name, kind, sock)
	}
}

// serve gives a new connection its id, tells the core and starts its reader.
func (s *Server) serve(listener string, kind wire.Listener, sock *tcp.Socket) {
	s.mu.Lock()
	s.nextConn++
	id := s.nextConn
	c := &conn{s: s, id: id, sock: sock, resume: make(chan struct{}, 1)}
	c.io = cluster.NewConn(frame.New(id, kind, frame.Env{
		Limits: &s.limits, RequestBytesMax: s.node.Broker.RequestBytesMax,
		Pool: &s.pool, Arrivals: s.pool.Arrivals, Slabs: &s.slabs, Workspaces: s.work,
		Published: s.published.Load,
	}), sock, &s.meter)
	s.conns[id] = c
	s.mu.Unlock()
	s.files.Lend(1)
	s.act(&core.ConnOpened{Conn: id, Listener: listener, Remote: sock.Remote()})
	go c.readLoop()
}

// forget takes a closed connection out of the table; answers that are still coming are discarded.
func (s *Server) forget(c *conn) {
	s.mu.Lock()
	delete(s.conns, c.id)
	delete(s.starving, c)
	s.mu.Unlock()
	s.files.Lend(-1)
	for _, e := range c.queue.close() {
		e.Discard()
	}
}

// starve remembers a connection that found the buffer budget spent.
func (s *Server) starve(c *conn) {
	s.mu.Lock()
	s.starving[c] = struct{}{}
	s.mu.Unlock()
}

// feed lets them all go on after memory came back. The caller may hold a turn or the core.
func (s *Server) feed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.starving {
		wake(c.resume)
		go c.unpause()
	}
	clear(s.starving)
}
