package cluster

import (
	"momus/cluster/metrics"
	"momus/core"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/wire"
	"momus/net/frame"
	"momus/net/sock"
)

// ConnEntry is a reply or an operation, in their common FIFO.
type ConnEntry struct {
	Reply wire.Reply
	// Left is when the core was let go of after the Step of a reply.
	Left kafka.Mono
	Op   core.ConnOp
	IsOp bool
}

// Discard gives back what an entry holds whose connection is gone: an answer its records, a request that
// was sent back to be validated anew the batches that came with it.
func (e *ConnEntry) Discard() {
	switch {
	case !e.IsOp:
		frame.Discard(e.Reply)
	case e.Op.Kind == core.Revalidate:
		frame.DiscardRequest(e.Op.Request)
	}
}

// Conn is what the turn of a connection does with its frame and its socket, in both worlds; who
// runs it, and when, is the world's.
type Conn struct {
	Frame *frame.Conn
	Sock  sock.Socket

	meter *metrics.Meter
	// flight are the requests taken and not answered, from head on, the first of them number answered;
	// leaving those whose answers are not wholly sent.
	flight, leaving []timed
	head            int
	next            port.RequestSeq
	timings         []metrics.Timing
	received, sent  int
	// hungUp says that the peer sends nothing more, told that the core was told.
	hungUp, told bool
	// began is when the turn under way began to work, 0 between turns.
	began kafka.Mono
}

// work says that the turn works from now on.
func (c *Conn) work(now kafka.Now) {
	if c.began == 0 {
		c.began = now.Mono
	}
}

// timed is a request in one of its phases, which began then.
type timed struct {
	key   kafka.APIKey
	since kafka.Mono
}

// NewConn is a connection that was just accepted.
func NewConn(f *frame.Conn, s sock.Socket, m *metrics.Meter) Conn {
	m.Opened()
	return Conn{Frame: f, Sock: s, meter: m}
}

// Release gives back what the connection holds, once, at its end, and tells what the peer sent that cannot be
// understood, if it ends for that.
func (c *Conn) Release() (refused string) {
	c.Frame.Release()
	c.measured()
	c.meter.Closed()
	return c.Frame.Refused()
}

// Requests gives what was decoded since the last call, in order; see frame.Conn.Requests. It is what a
// turn does last; the first request is charged with the turn's time, for quotas (KIP-124).
func (c *Conn) Requests(now kafka.Now) []wire.Request {
	if c.began != 0 {
		c.Frame.Spend(int64(now.Mono - c.began))
		c.began = 0
	}
	c.measured()
	list := c.Frame.Requests()
	for i := range list {
		if list[i].Seq == c.next { // else it was validated again
			if c.head > 0 && len(c.flight) == cap(c.flight) {
				c.flight, c.head = c.flight[:copy(c.flight, c.flight[c.head:])], 0
			}
			c.flight = append(c.flight, timed{kafka.APIKey(list[i].Body.Key()), now.Mono})
			c.next++
		}
	}
	return list
}

// answered moves the first request in flight to those whose answers are being sent.
func (c *Conn) answered(reply *wire.Reply, left kafka.Mono, now kafka.Now) {
	r := c.flight[c.head]
	if c.head++; c.head == len(c.flight) {
		c.flight, c.head = c.flight[:0], 0
	}
	t := metrics.Timing{Key: r.key}
	t.Took[metrics.Queue] = kafka.Nanos(reply.Started - r.since)
	t.Took[metrics.Remote] = kafka.Nanos(reply.Answered - reply.Started)
	t.Took[metrics.Local] = kafka.Nanos(left - reply.Answered)
	t.Took[metrics.ResponseQueue] = kafka.Nanos(now.Mono - left)
	t.Took[metrics.Throttle] = reply.Throttle.Nanos()
	c.timings = append(c.timings, t)
	c.leaving = append(c.leaving, timed{r.key, now.Mono})
}

// measured hands on what was measured.
func (c *Conn) measured() {
	if len(c.timings)+c.received+c.sent > 0 {
		c.meter.Add(c.timings, c.received, c.sent)
		c.timings, c.received, c.sent = c.timings[:0], 0, 0
	}
}

// Deliver gives entries to the frame.
func (c *Conn) Deliver(entries []ConnEntry, now kafka.Now) {
	c.work(now)
	for i := range entries {
		e := &entries[i]
		switch {
		case !e.IsOp:
			c.answered(&e.Reply, e.Left, now)
			c.Frame.Answer(e.Reply)
		case e.Op.Kind == core.Revalidate:
			c.Frame.Revalidate(e.Op.Request, now)
		case e.Op.Kind == core.Unmute:
			c.Frame.Unmute()
		case e.Op.Kind == core.CloseIdle:
			c.Frame.CloseIdle(now, e.Op.Idle)
		default:
			c.Frame.Close(e.Op.Reason)
		}
	}
}

// AppendEnded adds, once, the event that the peer sends nothing more while something that it asked for is not answered.
func (c *Conn) AppendEnded(events []core.Event) []core.Event {
	if !c.hungUp || c.told || c.Frame.Done() {
		return events
	}
	c.told = true
	return append(events, &core.ConnEnded{Conn: c.Frame.ID()})
}

// Filled says how a read went.
type Filled uint8

// The ends of a Fill.
const (
	// FilledSome: the frame got bytes; the socket may hold more only if it filled all that it was given.
	FilledSome Filled = iota
	// FilledAll is FilledSome with the whole of what was given.
	FilledAll
	// FilledNone: there are no bytes now.
	FilledNone
	// FilledPaused: the frame wants none, until entries are delivered or memory is free.
	FilledPaused
	// FilledEOF: the peer sends nothing more.
	FilledEOF
	// FilledBroken: the connection is broken.
	FilledBroken
)

// Fill reads from the socket once, into the frame.
func (c *Conn) Fill(now kafka.Now) Filled {
	c.work(now)
	buf := c.Frame.Want()
	if buf == nil {
		return FilledPaused
	}
	n, again, err := c.Sock.TryRead(buf)
	switch {
	case err != nil:
		c.Frame.Broken()
		return FilledBroken
	case again:
		c.Frame.Filled(now, 0)
		return FilledNone
	case n == 0:
		c.Frame.Filled(now, 0)
		c.Frame.EOF()
		c.hungUp = true
		return FilledEOF
	}
	c.received += n
	c.Frame.Filled(now, n)
	if n == len(buf) {
		return FilledAll
	}
	return FilledSome
}

// Send gives the socket what the frame has to send, once. More says that it took all of it, so that
// there may be more to give; full that it took less.
func (c *Conn) Send(now kafka.Now) (more, full bool) {
	out := c.Frame.Out()
	if len(out) == 0 {
		c.allSent(now)
		return false, false
	}
	n, full, err := c.Sock.TryWrite(out)
	c.Frame.Sent(n)
	c.sent += n
	if err != nil {
		c.Frame.Broken()
		return false, false
	}
	return !full, full
}

// allSent ends the sending of all answers that were given to the frame.
func (c *Conn) allSent(now kafka.Now) {
	for _, r := range c.leaving {
		c.timings = append(c.timings, metrics.Timing{Key: r.key, Sent: true, Took: [...]kafka.Nanos{metrics.Send: kafka.Nanos(now.Mono - r.since), metrics.Throttle: 0}})
	}
	c.leaving = c.leaving[:0]
}
