package session

import (
	"fmt"
	"slices"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
)

// conn is one connection.
//
//canon:gen
type conn struct {
	listener   string
	controller bool
	// head is the number of the next request to be answered, queue the requests from there on that
	// were started.
	head  port.RequestSeq
	queue []pending
	// held are requests that arrived and were not started, in order.
	held []wire.Request
	// stale says that the next request to start is back at the edge for another validation.
	stale bool
	// mutedUntil is when its throttling ends, 0 if it is not throttled.
	mutedUntil kafka.Mono
	// starting is what the request is charged for that is being started.
	starting usage
	// ip is the peer's address. A connection may be refused, or waiting for a place, and be counted for its address.
	ip                        string
	refused, waiting, counted bool
	// active is when a request came or was answered last, idleAt when it is looked again whether that is
	// long ago, 0 for never.
	active, idleAt kafka.Mono
	// closing says that a close was asked for; what arrives is dropped.
	closing bool
}

// pending is a request that was started. Once it is done its reply waits for those before it; a
// close reason stands instead of a reply.
type pending struct {
	op    msg.Op
	done  bool
	close string
	reply wire.Reply
	use   usage
}

// crowded is a connection whose next request waits for room in a log.
type crowded struct {
	log  kafka.TopicPartition
	conn port.ConnID
}

// ConnOpened takes a new connection.
func (s *Session) ConnOpened(now kafka.Now, id port.ConnID, listener, remote string, v View) {
	if s.conns[id] != nil {
		panic("BUG: a connection is opened twice")
	}
	c := &conn{listener: listener, ip: ipOf(remote)}
	for i := range s.cfg.Listeners {
		if l := &s.cfg.Listeners[i]; l.Name == listener {
			c.controller = l.Controller
		}
	}
	s.conns[id] = c
	s.watchIdle(now, id, c)
	s.admit(now, id, c, v)
}

// Load counts connections, requests under way, fetches among them that are parked, and fetch sessions.
func (s *Session) Load() (conns, requests, parked, fetchSessions int32) {
	return int32(len(s.conns)), int32(len(s.ops) - len(s.freeOps)), s.parked, int32(len(s.sessions.list))
}

// ConnClosed forgets a connection and what it asked for. What was asked of others goes on; its
// answers are ignored.
func (s *Session) ConnClosed(now kafka.Now, id port.ConnID, v View) {
	c := s.conns[id]
	if c == nil {
		return
	}
	delete(s.conns, id)
	s.discard(id, c)
	s.forgetIdle(id, c)
	s.leave(now, id, c, v)
}

// discard gives up all requests of a connection.
func (s *Session) discard(id port.ConnID, c *conn) {
	for i := range c.queue {
		p := &c.queue[i]
		if o := s.op(p.op); !p.done && o != nil {
			s.abandon(p.op, o)
		}
		s.dropReply(&p.reply)
	}
	for i := range c.held {
		s.dropRequest(&c.held[i])
	}
	c.queue, c.held = nil, nil
	s.forgetMute(id, c)
	s.crowded = slices.DeleteFunc(s.crowded, func(w crowded) bool { return w.conn == id })
}

// GiveUpHeld gives up the requests that were never started, as their connections were throttled, or full:
// the node ends. What still arrives is dropped.
func (s *Session) GiveUpHeld() {
	for _, id := range canon.SortedKeys(s.conns) {
		c := s.conns[id]
		for i := range c.held {
			s.dropRequest(&c.held[i])
		}
		c.held, c.closing = nil, true
	}
}

// dropReply gives back the spans of a reply that is not sent.
func (s *Session) dropReply(r *wire.Reply) {
	f, ok := r.Body.(*wire.FetchResponse)
	if !ok {
		return
	}
	for i := range f.Topics {
		for j := range f.Topics[i].Partitions {
			s.drop(f.Topics[i].Partitions[j].Records)
		}
	}
}

// dropRequest gives back the spans of a request that is not started.
func (s *Session) dropRequest(r *wire.Request) {
	p, ok := r.Body.(*wire.ProduceRequest)
	if !ok {
		return
	}
	for i := range p.Topics {
		for j := range p.Topics[i].Partitions {
			s.drop(p.Topics[i].Partitions[j].Span)
		}
	}
}

// Request takes a request, and starts it unless an earlier one of its connection waits for its start.
func (s *Session) Request(now kafka.Now, req *wire.Request, v View) {
	c := s.conns[req.Conn]
	if c == nil || c.closing {
		s.dropRequest(req)
		return
	}
	c.active = now.Mono
	next := c.head + port.RequestSeq(len(c.queue))
	if c.stale && req.Seq == next {
		c.stale = false
		if s.start(now, c, req, v) {
			s.startHeld(now, c, v)
		} else if !c.stale {
			c.held = slices.Insert(c.held, 0, *req)
		}
		return
	}
	if c.stale {
		next++ // the one that is back at the edge
	}
	if want := next + port.RequestSeq(len(c.held)); req.Seq != want {
		panic(fmt.Sprintf("BUG: request %d of connection %d came where %d was due", req.Seq, req.Conn, want))
	}
	if c.stale || len(c.held) > 0 || !s.start(now, c, req, v) && !c.stale {
		c.held = append(c.held, *req)
	}
}

// startHeld starts what was held, until one must wait again. While an earlier one is back at the edge all wait.
func (s *Session) startHeld(now kafka.Now, c *conn, v View) {
	for len(c.held) > 0 && !c.closing && !c.stale {
		req := c.held[0]
		c.held = slices.Delete(c.held, 0, 1)
		if s.start(now, c, &req, v) {
			continue
		}
		if !c.stale {
			c.held = slices.Insert(c.held, 0, req)
		}
		return
	}
}

// complete answers a request, in its turn.
func (s *Session) complete(id port.ConnID, seq port.RequestSeq, body wire.Response) {
	s.settle(id, seq, pending{done: true, reply: wire.Reply{Conn: id, Seq: seq, Body: body}})
}

// refuseConn closes the connection instead of answering a request.
func (s *Session) refuseConn(id port.ConnID, seq port.RequestSeq, reason string) {
	s.settle(id, seq, pending{done: true, close: reason})
}

func (s *Session) settle(id port.ConnID, seq port.RequestSeq, p pending) {
	c := s.conns[id]
	if c == nil {
		panic("BUG: a request of a connection that is gone is answered")
	}
	at := int(seq - c.head)
	if at < 0 || at >= len(c.queue) || c.queue[at].done {
		panic("BUG: a request is answered twice")
	}
	p.use = c.queue[at].use
	c.queue[at] = p
	n := 0
	for n < len(c.queue) && c.queue[n].done {
		if reason := c.queue[n].close; reason != "" {
			s.closeConn(id, c, n+1, reason)
			return
		}
		s.Out.Replies = append(s.Out.Replies, c.queue[n].reply)
		s.Out.uses = append(s.Out.uses, c.queue[n].use)
		n++
	}
	if n > 0 {
		c.head += port.RequestSeq(n)
		c.queue = slices.Delete(c.queue, 0, n)
	}
}

// closeConn asks for the close, after the first n of the queue were answered, and gives up the rest.
func (s *Session) closeConn(id port.ConnID, c *conn, n int, reason string) {
	c.head += port.RequestSeq(n)
	c.queue = slices.Delete(c.queue, 0, n)
	c.closing = true
	s.discard(id, c)
	s.Out.Closes = append(s.Out.Closes, Close{Conn: id, Reason: reason})
}
