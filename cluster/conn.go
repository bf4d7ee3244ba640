package cluster

import (
	"momus/core"
	"momus/core/kafka"
	"momus/core/wire"
	"momus/net/frame"
	"momus/net/sock"
)

// ConnEntry is a reply or an operation, in their common FIFO.
type ConnEntry struct {
	Reply wire.Reply
	Op    core.ConnOp
	IsOp  bool
}

// Discard gives back what an entry holds whose connection is gone.
func (e *ConnEntry) Discard() {
	if !e.IsOp {
		frame.Discard(e.Reply)
	}
}

// Conn is what the turn of a connection does with its frame and its socket, in both worlds; who
// runs it, and when, is the world's.
type Conn struct {
	Frame *frame.Conn
	Sock  sock.Socket
}

// Deliver gives entries to the frame.
func (c *Conn) Deliver(entries []ConnEntry, now kafka.Now) {
	for i := range entries {
		e := &entries[i]
		switch {
		case !e.IsOp:
			c.Frame.Answer(e.Reply)
		case e.Op.Kind == core.Revalidate:
			c.Frame.Revalidate(e.Op.Request, now)
		default:
			c.Frame.Close(e.Op.Reason)
		}
	}
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
		return FilledEOF
	}
	c.Frame.Filled(now, n)
	if n == len(buf) {
		return FilledAll
	}
	return FilledSome
}

// Send gives the socket what the frame has to send, once. More says that it took all of it, so that
// there may be more to give; full that it took less.
func (c *Conn) Send() (more, full bool) {
	out := c.Frame.Out()
	if len(out) == 0 {
		return false, false
	}
	n, full, err := c.Sock.TryWrite(out)
	c.Frame.Sent(n)
	if err != nil {
		c.Frame.Broken()
		return false, false
	}
	return !full, full
}
