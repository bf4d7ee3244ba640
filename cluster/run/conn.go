package run

import (
	"sync"
	"sync/atomic"

	"momus/core"
	"momus/core/port"
	"momus/core/wire"
	"momus/net/frame"
	"momus/net/tcp"
)

// conn is one connection: its turn is held by its reader while bytes come in, by whoever answers
// while bytes go out, and by its writer once the socket is full.
type conn struct {
	s    *Server
	id   port.ConnID
	sock *tcp.Socket

	mu     sync.Mutex
	queue  []connEntry
	spare  []connEntry
	gone   bool // under mu: nothing is queued any more
	turn   sync.Mutex
	frame  *frame.Conn
	closed bool // under turn: the socket is closed
	// writing says that the writer's goroutine waits for the socket, under turn.
	writing bool
	starved atomic.Bool
	resume  chan struct{}
}

// connEntry is a reply or an operation, in their common FIFO.
type connEntry struct {
	reply wire.Reply
	op    core.ConnOp
	isOp  bool
}

// enqueue is called while the core is held.
func (c *conn) enqueue(e connEntry, todo *turns) {
	c.mu.Lock()
	if c.gone {
		c.mu.Unlock()
		if !e.isOp {
			frame.Discard(e.reply)
		}
		return
	}
	first := len(c.queue) == 0
	c.queue = append(c.queue, e)
	c.mu.Unlock()
	if first {
		todo.conns = append(todo.conns, c)
	}
}

func (c *conn) queued() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue) > 0
}

// kick runs the output turn if nobody holds the connection; the holder looks again after letting go.
func (c *conn) kick() {
	for c.queued() && c.turn.TryLock() {
		c.output()
		again := c.take(nil)
		c.turn.Unlock()
		c.submit(again)
	}
}

// output takes the queue into the frame and writes what the socket accepts. The turn is held.
func (c *conn) output() {
	c.mu.Lock()
	entries := c.queue
	c.queue = c.spare[:0]
	c.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		switch {
		case !e.isOp:
			c.frame.Answer(e.reply)
		case e.op.Kind == core.Revalidate:
			c.frame.Revalidate(e.op.Request, c.s.inbox.now())
		default:
			c.frame.Close(e.op.Reason)
		}
	}
	clear(entries)
	c.mu.Lock()
	c.spare = entries[:0]
	c.mu.Unlock()
	c.write()
	c.frame.Resume(c.s.inbox.now())
}

// write tries the socket without blocking; when it is full the writer's goroutine takes over.
func (c *conn) write() {
	defer c.wakeReader()
	if c.writing {
		return
	}
	for !c.closed {
		out := c.frame.Out()
		if len(out) == 0 {
			break
		}
		n, full, err := c.sock.TryWrite(out)
		c.frame.Sent(n)
		if err != nil {
			c.frame.Broken()
			break
		}
		if full {
			c.writing = true
			go c.writeLoop()
			return
		}
	}
	if c.frame.Done() {
		c.close()
	}
}

// writeLoop is the connection's own writer while its peer reads slowly. If the socket is full again,
// write has started the next one.
func (c *conn) writeLoop() {
	err := c.sock.WaitWritable()
	c.turn.Lock()
	c.writing = false
	if err != nil {
		c.frame.Broken()
	}
	c.write()
	c.frame.Resume(c.s.inbox.now())
	requests := c.take(nil)
	c.turn.Unlock()
	c.submit(requests)
	c.kick()
}

// close closes the socket, which ends the reader. The turn is held.
func (c *conn) close() {
	if !c.closed {
		c.closed = true
		c.sock.Close()
		c.wakeReader()
	}
}

func (c *conn) wakeReader() {
	select {
	case c.resume <- struct{}{}:
	default:
	}
}

// take wraps the requests decoded since the last call. The turn is held.
func (c *conn) take(into []core.Event) []core.Event {
	for _, r := range c.frame.Requests() {
		ev := c.s.events.request()
		ev.Request = r
		into = append(into, ev)
	}
	return into
}

// submit posts requests, in order, and runs what that makes runnable. No turn is held.
func (c *conn) submit(requests []core.Event) {
	if len(requests) == 0 {
		return
	}
	var todo turns
	c.s.post(&todo, requests...)
	c.s.run(&todo)
}

// readLoop is the connection's reader: it waits for bytes without holding a buffer.
func (c *conn) readLoop() {
	for {
		state := c.readOnce()
		switch state {
		case readPaused:
			<-c.resume
			c.unpause()
		case readEnded:
			c.end()
			return
		}
	}
}

// unpause goes on with frames that were held back.
func (c *conn) unpause() {
	c.turn.Lock()
	c.frame.Resume(c.s.inbox.now())
	requests := c.take(nil)
	c.turn.Unlock()
	c.submit(requests)
	c.kick()
}

type readState uint8

const (
	readOn readState = iota
	readPaused
	readEnded
)

// readOnce waits until the socket is readable, then drains it into the frame.
func (c *conn) readOnce() readState {
	if err := c.sock.WaitReadable(); err != nil {
		return readEnded
	}
	var few [8]core.Event
	for {
		c.turn.Lock()
		if c.closed {
			c.turn.Unlock()
			return readEnded
		}
		state, more := c.fill()
		if c.queued() {
			c.output()
		} else {
			c.write()
		}
		requests := c.take(few[:0])
		if c.closed {
			state = readEnded
		}
		c.turn.Unlock()
		c.submit(requests)
		c.kick()
		if state != readOn || !more {
			return state
		}
	}
}

// fill reads once into the frame. More says that the socket may hold more.
func (c *conn) fill() (state readState, more bool) {
	buf := c.frame.Want()
	if buf == nil {
		if c.frame.Done() {
			c.close()
			return readEnded, false
		}
		if c.frame.Starved() {
			c.s.starve(c)
		}
		return readPaused, false
	}
	n, again, err := c.sock.TryRead(buf)
	switch {
	case err != nil:
		c.frame.Broken()
		c.close()
		return readEnded, false
	case again:
		c.frame.Filled(c.s.inbox.now(), 0)
		return readOn, false
	case n == 0:
		c.frame.Filled(c.s.inbox.now(), 0)
		c.frame.EOF()
		if c.frame.Done() {
			c.close()
			return readEnded, false
		}
		return readPaused, false
	}
	c.frame.Filled(c.s.inbox.now(), n)
	return readOn, n == len(buf)
}

// end closes the connection, gives back what it held and tells the core.
func (c *conn) end() {
	c.turn.Lock()
	c.close()
	c.frame.Release()
	c.turn.Unlock()
	c.s.forget(c)
	var todo turns
	c.s.post(&todo, &core.ConnClosed{Conn: c.id})
	c.s.run(&todo)
}
