package run

import (
	"sync"

	"momus/cluster"
	"momus/core"
	"momus/core/port"
	"momus/net/tcp"
)

// conn is one connection: its turn is held by its reader while bytes come in, by whoever answers
// while bytes go out, and by its writer once the socket is full.
type conn struct {
	s    *Server
	id   port.ConnID
	sock *tcp.Socket

	queue  queue[cluster.ConnEntry]
	turn   sync.Mutex
	io     cluster.Conn // under turn
	closed bool         // under turn: the socket is closed
	// writing says that the writer's goroutine waits for the socket, under turn.
	writing bool
	resume  chan struct{}
}

// enqueue is called while the core is held.
func (c *conn) enqueue(e cluster.ConnEntry, todo *turns) {
	switch only, gone := c.queue.add(e, false); {
	case gone:
		e.Discard()
	case only:
		todo.conns = append(todo.conns, c)
	}
}

func (c *conn) queued() bool {
	n, _ := c.queue.len()
	return n > 0
}

// kick runs the output turn if nobody holds the connection; the holder looks again after letting go.
func (c *conn) kick() {
	for c.queued() && c.turn.TryLock() {
		c.output()
		again := c.take()
		c.turn.Unlock()
		c.submit(again)
	}
}

// output takes the queue into the frame and writes what the socket accepts. The turn is held.
func (c *conn) output() {
	entries, _ := c.queue.take(false)
	c.io.Deliver(entries, c.s.inbox.now())
	c.queue.reuse(entries)
	c.goOn()
}

// goOn writes, and lets the frame and the reader look at what they held back. The turn is held.
func (c *conn) goOn() {
	c.write()
	c.io.Frame.Resume(c.s.inbox.now())
	wake(c.resume)
}

// hold is a turn of somebody who is neither reader nor poster.
func (c *conn) hold(act func()) {
	c.turn.Lock()
	act()
	taken := c.take()
	c.turn.Unlock()
	c.submit(taken)
	c.kick()
}

// write tries the socket without blocking; when it is full the writer's goroutine takes over.
func (c *conn) write() {
	for more, full := !c.writing, false; more && !c.closed; {
		if more, full = c.io.Send(c.s.inbox.now()); full {
			c.writing = true
			go c.writeLoop()
			return
		}
	}
	if c.io.Frame.Done() {
		c.close()
	}
}

// writeLoop is the connection's own writer while its peer reads slowly. If the socket is full again,
// write has started the next one.
func (c *conn) writeLoop() {
	err := c.sock.WaitWritable()
	c.hold(func() {
		c.writing = false
		if err != nil {
			c.io.Frame.Broken()
		}
		c.goOn()
	})
}

// close closes the socket, which ends the reader. The turn is held.
func (c *conn) close() {
	if !c.closed {
		c.closed = true
		c.sock.Close()
		wake(c.resume)
	}
}

// take offers the requests decoded since the last call to the core, and that the peer hung up, and tells whether there
// was any of that.
// The turn is held, so that no other holder's requests overtake them. A connection that the budget
// refused is remembered first and then tries once more, lest memory come back between the two.
func (c *conn) take() bool {
	if c.io.Frame.Starved() {
		c.s.starve(c)
		c.io.Frame.Resume(c.s.inbox.now())
	}
	var few [8]core.Event
	events := few[:0]
	for _, r := range c.io.Requests(c.s.inbox.now()) {
		ev := c.s.events.requests.get()
		ev.Request = r
		events = append(events, ev)
	}
	if events = c.io.AppendEnded(events); len(events) > 0 {
		c.s.offer(events...)
	}
	return len(events) > 0
}

// submit steps what was taken and runs what that makes runnable. No turn is held.
func (c *conn) submit(taken bool) {
	if taken {
		todo := c.s.turns.get()
		c.s.post(todo)
		c.s.run(todo)
		c.s.turns.pool.Put(todo) // empty, with its memory
	}
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
func (c *conn) unpause() { c.hold(func() { c.io.Frame.Resume(c.s.inbox.now()) }) }

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
		taken := c.take()
		switch {
		case c.closed:
			state = readEnded
		case state == readPaused && !c.io.Frame.Paused(): // nobody else will say so
			state, more = readOn, true
		}
		c.turn.Unlock()
		c.submit(taken)
		c.kick()
		if state != readOn || !more {
			return state
		}
	}
}

// fill reads once into the frame. More says that the socket may hold more.
func (c *conn) fill() (state readState, more bool) {
	switch got := c.io.Fill(c.s.inbox.now()); {
	case got < cluster.FilledPaused:
		return readOn, got == cluster.FilledAll
	case got == cluster.FilledBroken || c.io.Frame.Done():
		c.close()
		return readEnded, false
	}
	return readPaused, false
}

// end closes the connection, gives back what it held and tells the core.
func (c *conn) end() {
	c.turn.Lock()
	c.close()
	why := c.io.Release()
	c.turn.Unlock()
	c.s.forget(c)
	c.s.act(&core.ConnClosed{Conn: c.id, Remote: c.sock.Remote(), Refused: why})
}
