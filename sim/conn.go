package sim

import (
	"strconv"

	"momus/cluster"
	"momus/core"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/wire"
	"momus/net/frame"
	"momus/sim/simnet"
)

// serverConn is the serving end of a connection with its turn.
type serverConn struct {
	id    port.ConnID
	end   *simnet.End
	io    cluster.Conn
	queue []cluster.ConnEntry
	// scheduled says that an output turn is in the heap, full that the socket took nothing more.
	scheduled, full, closed bool
	// mutes are the answers that muted it less the ends of that.
	mutes int
	// asked are requests that are not answered, for the judge of quotas; nextAsked is the next one's number,
	// delivering the place of an answer in the history that the frame has not got yet, plus one.
	asked      []asked
	nextAsked  port.RequestSeq
	delivering int
	// seen is its place in the judge's list of connections.
	seen int
}

// opened is a connection that arrives: there is a broker that listens, or the dialler sees a reset.
func (n *node) opened(end *simnet.End) {
	p := n.process
	if p == nil || !p.published.Ready || p.asked {
		// The dialler learns it by the reset; its own end was never used, so there is nothing to add.
		_ = end.Reset()
		return
	}
	id := port.ConnID(end.Conn())
	c := &serverConn{id: id, end: end}
	c.io = cluster.NewConn(frame.New(id, wire.BrokerListener, frame.Env{
		Limits: &n.limits, RequestBytesMax: n.cfg.RequestBytesMax, Pool: &p.pool, Arrivals: p.arrivals, Slabs: &p.slabs,
		Workspaces: n.w.work, Published: func() *publishedConfig { return p.published },
	}), end, &p.meter)
	ip, remote := n.remoteOf(end)
	n.sawConn(c, ip)
	p.conns[id] = c
	p.order = append(p.order, c)
	p.storage.Files.Lend(1)
	// The dialler may send from now on: had it begun before, a request could reach another life of
	// the machine than the one that took the connection, which TCP rules out.
	shake := int64(n.stream("handshake").Draw(64)) * int64(kafka.Microsecond)
	n.w.queue.push(event{at: n.w.now + shake, node: n.index, kind: kindOpened, index: end.Conn()})
	n.post(&core.ConnOpened{Conn: id, Listener: n.cfg.Listeners[0].Name, Remote: remote})
	n.inspect()
}

// checkMutes demands that whoever is muted is let go as often: else he is never read from again.
func (n *node) checkMutes() {
	for _, c := range n.process.order {
		if c.mutes < 0 || c.mutes > 1 {
			n.w.violated(Correctness, "muted", n.name+"a connection is muted "+strconv.Itoa(c.mutes)+" times at once")
		}
	}
}

// readable drains what has arrived into the frame.
func (n *node) readable(c *serverConn) {
	got := cluster.FilledAll
	for !c.closed && (got == cluster.FilledAll || got == cluster.FilledSome) {
		if got = c.io.Fill(n.now()); got <= cluster.FilledAll {
			n.conn(c).Moved = n.w.now
		}
	}
	if got == cluster.FilledEOF {
		n.conn(c).Ended = n.w.now
	}
	n.submit(c)
	n.finish(c)
}

// submit posts what the frame has decoded, and that the client hung up.
func (n *node) submit(c *serverConn) {
	n.reached(&c.io.Frame.Marks)
	n.spend(c)
	for _, r := range c.io.Requests(n.now()) {
		n.arrived(c, &r)
		n.post(&core.Request{Request: r})
	}
	for _, ended := range c.io.AppendEnded(nil) {
		n.post(ended)
	}
}

// wantConn schedules the connection's output turn.
func (n *node) wantConn(c *serverConn) {
	if !c.scheduled {
		c.scheduled = true
		n.schedule(n.w.now+int64(n.stream("connturn").Draw(4))*int64(kafka.Microsecond)+n.lag("lag/conn", lagOfTurn), kindConn, int64(c.id), nil)
	}
}

// connTurn takes the queue into the frame and writes what the socket accepts.
func (n *node) connTurn(c *serverConn) {
	c.scheduled = false
	entries := c.queue
	c.queue = nil
	n.delivered(c)
	c.io.Deliver(entries, n.now())
	clear(entries)
	if c.queue == nil {
		c.queue = entries[:0]
	}
	n.write(c)
	if !c.closed {
		c.io.Frame.Resume(n.now())
		n.readable(c) // room for further requests
	}
}

// write sends until the socket is full.
func (n *node) write(c *serverConn) {
	for more := true; more && !c.closed && !c.full; {
		n.beginRead() // file regions are read here
		if more, c.full = c.io.Send(n.now()); more || c.full {
			n.conn(c).Moved = n.w.now
		}
		n.disk.EndTurn()
	}
	n.finish(c)
}

// finish closes a connection that has nothing more to do.
func (n *node) finish(c *serverConn) {
	if c.closed || !c.io.Frame.Done() {
		return
	}
	c.closed = true
	n.closedConn(c)
	why := c.io.Release()
	if err := c.end.Close(); err != nil && !isGone(err) {
		n.w.fail(Crash, n.name+"a connection did not close: "+err.Error())
	}
	for i := range c.queue {
		c.queue[i].Discard()
	}
	c.queue = nil
	n.process.forget(c)
	n.process.storage.Files.Lend(-1)
	n.post(&core.ConnClosed{Conn: c.id, Remote: "client", Refused: why})
}

// forget takes a closed connection out of the table.
func (p *process) forget(c *serverConn) {
	delete(p.conns, c.id)
	if len(c.asked) > 0 {
		p.gone[c.id] = c
	}
	for i := range p.order {
		if p.order[i] == c {
			p.order = append(p.order[:i], p.order[i+1:]...)
			return
		}
	}
}

// freed follows memory that came back while somebody was starved, in whatever turn that was.
func (p *process) freed(n *node) {
	if n.process == p && !p.feeding {
		p.feeding = true
		late := int64(n.stream("feed").Draw(4))*int64(kafka.Microsecond) + n.lag("lag/feed", lagOfTurn)
		n.schedule(n.w.now+late, kindFeed, 0, nil)
	}
}

// feed lets connections go on that waited for buffer budget.
func (n *node) feed() {
	p := n.process
	p.feeding = false
	for _, c := range append([]*serverConn(nil), p.order...) {
		if c.io.Frame.Starved() {
			c.io.Frame.Resume(n.now())
			n.readable(c)
		}
	}
}

// netEvent delivers what is due on one direction of one of the node's connections.
func (n *node) netEvent(way simnet.Way) {
	n.woken = append(n.woken[:0], n.net.Deliver(way)...)
	for _, woken := range n.woken {
		switch p := n.process; {
		case !woken.End.Serves():
			n.clientWoken(woken)
		case p != nil && p.pausedUntil != 0:
			n.hold(woken)
		default:
			n.serverWoken(woken)
		}
	}
	n.takeDue()
}

// serverWoken brings the process what became of one of its connections.
func (n *node) serverWoken(woken simnet.Woken) {
	if woken.Opened {
		n.opened(woken.End)
	}
	if n.process == nil {
		return
	}
	c := n.process.conns[port.ConnID(woken.End.Conn())]
	if c == nil {
		return
	}
	if woken.Readable {
		n.readable(c)
	}
	if woken.Writable && !c.closed {
		c.full = false
		n.write(c)
		if !c.closed {
			c.io.Frame.Resume(n.now())
			n.readable(c)
		}
	}
}

// takeDue moves what became due in the node's network into the world's heap.
func (n *node) takeDue() {
	for _, d := range n.net.TakeDue() {
		n.w.queue.push(event{at: max(d.At, n.w.now), node: n.index, kind: kindNet, index: int64(d.Way)})
	}
}

// dropConns ends the connections of a process that is gone: the kernel closes them, or with the
// machine's power they vanish.
func (n *node) dropConns(p *process, power bool) {
	n.closedConns(p.order)
	for _, c := range p.order {
		if power {
			c.end.Vanish()
			n.vanished = append(n.vanished, c.end)
			continue
		}
		if err := c.end.Close(); err != nil && !isGone(err) {
			n.w.fail(Crash, n.name+"a connection did not close: "+err.Error())
		}
	}
	for _, woken := range p.held {
		if !woken.Opened { // it stands in p.order
			continue
		}
		if power {
			woken.End.Vanish()
			n.vanished = append(n.vanished, woken.End)
		} else if err := woken.End.Reset(); err != nil && !isGone(err) {
			n.w.fail(Crash, n.name+"a connection was not refused: "+err.Error())
		}
	}
	n.takeDue()
}
