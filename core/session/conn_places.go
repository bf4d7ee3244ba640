package session

import (
	"math"
	"slices"
	"strconv"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/quota"
)

// Connections are let in as org.apache.kafka's ConnectionQuotas does, where the acceptor of each listener waits with
// the connection that it holds: first until the broker and the listener take another one at their rate (KIP-612),
// then until there is a place for it; those behind it wait too. Then come the limits of its address: of more
// connections a second than that may make it is closed, but only after a while, so that who comes too often is
// slowed down; of more than it may have it is closed at once. In Kafka a connection waits before it is accepted.

// line is the connections of one listener that wait to be let in, in the order of their coming.
type line struct {
	listener string
	// admitted counts those that are served.
	admitted int32
	waiting  []port.ConnID
	// counted says that the first of them was counted, until when it waits for that; 0 for no longer.
	counted bool
	until   kafka.Mono
}

// admit takes a new connection of a client.
func (s *Session) admit(now kafka.Now, id port.ConnID, c *conn, v View) {
	over := len(s.conns) > int(s.limits.Connections)
	if over {
		text := "more than " + strconv.Itoa(int(s.limits.Connections)) + " connections, for which the process has no files"
		s.refusal(now, "closed a connection from "+c.ip+": "+text)
		s.closeConn(id, c, 0, text)
	}
	if over || c.controller {
		c.refused = over
		return
	}
	l := s.lineOf(c.listener)
	l.waiting = append(l.waiting, id)
	c.waiting = true
	s.admitWaiting(now, v)
	switch {
	case !c.waiting || c.refused:
	case l.until > now.Mono:
		s.refusal(now, "connections wait, since more come in a second than are configured")
	default:
		s.marks.Hit(port.MarkConnWaits)
		s.refusal(now, "connections wait, since there are the configured maximum of "+
			strconv.Itoa(int(min(s.connections.Max, s.connections.LimitOfListener(c.listener).Max))))
	}
}

// lineOf is the line of a listener.
func (s *Session) lineOf(listener string) *line {
	for i := range s.lines {
		if s.lines[i].listener == listener {
			return &s.lines[i]
		}
	}
	s.lines = append(s.lines, line{listener: listener})
	return &s.lines[len(s.lines)-1]
}

// admitWaiting lets connections in for which there is a place now: of several listeners who came first.
func (s *Session) admitWaiting(now kafka.Now, v View) {
	for {
		var next *line
		for i := range s.lines {
			if l := &s.lines[i]; s.isReady(now, l) && (next == nil || l.waiting[0] < next.waiting[0]) {
				next = l
			}
		}
		if next == nil {
			return
		}
		id := next.waiting[0]
		next.waiting, next.counted = slices.Delete(next.waiting, 0, 1), false
		s.letIn(now, id, s.conns[id], next, v)
	}
}

// isReady tells whether the first of a line may come in. It is counted when its turn comes.
func (s *Session) isReady(now kafka.Now, l *line) bool {
	if len(l.waiting) == 0 {
		return false
	}
	own := s.connections.LimitOfListener(l.listener)
	if !l.counted {
		l.counted = true
		wait := s.counted(now, "", s.connections.Rate)
		wait = max(wait, s.counted(now, l.listener, own.Rate))
		if wait > 0 {
			l.until = max(l.until, now.Mono.Add(wait.Nanos()))
		}
	}
	if l.until > now.Mono {
		return false
	}
	l.until = 0
	return l.admitted < own.Max && s.admitted < s.connections.Max
}

// counted counts a new connection of a listener, or of all, and says how long it is to wait.
func (s *Session) counted(now kafka.Now, listener string, perSecond int32) kafka.Millis {
	if perSecond == math.MaxInt32 {
		return 0
	}
	return s.meters.Record(now.Mono, quota.AcceptLimit(listener, perSecond), 1)
}

// letIn serves a connection, or refuses it for its address.
func (s *Session) letIn(now kafka.Now, id port.ConnID, c *conn, l *line, v View) {
	if limit, limited := quota.FindIP(v.Image, c.ip); limited {
		if wait := s.meters.Record(now.Mono, limit, 1); wait > 0 {
			s.meters.Undo(now.Mono, limit, 1) // it does not come in, and counts for nothing
			c.refused = true
			m := muted{now.Mono.Add(wait.Nanos()), id}
			at, _ := slices.BinarySearchFunc(s.slowed, m, muted.compare)
			s.slowed = slices.Insert(s.slowed, at, m)
			s.refusal(now, "slows down "+c.ip+", from which more connections come in a second than its quota allows")
			return
		}
	}
	c.waiting, c.counted = false, true
	s.ips[c.ip]++
	if limit := s.connections.LimitOf(c.ip); s.ips[c.ip] > limit {
		c.refused = true
		s.refusal(now, "closed a connection from "+c.ip+", which has the configured maximum of "+strconv.Itoa(int(limit)))
		s.closeConn(id, c, 0, "too many connections from "+c.ip)
		return
	}
	s.admitted++
	l.admitted++
	s.startHeld(now, c, v)
}

// leave gives up the place of a connection that is gone.
func (s *Session) leave(now kafka.Now, id port.ConnID, c *conn, v View) {
	if c.controller {
		return
	}
	if c.counted {
		if s.ips[c.ip]--; s.ips[c.ip] == 0 {
			delete(s.ips, c.ip)
		}
	}
	l := s.lineOf(c.listener)
	switch {
	case c.refused:
		s.slowed = slices.DeleteFunc(s.slowed, func(m muted) bool { return m.conn == id })
	case c.waiting: // the next one takes its place, and its count: else those that give up would let nobody in
		l.waiting = slices.DeleteFunc(l.waiting, func(w port.ConnID) bool { return w == id })
	default:
		s.admitted--
		l.admitted--
	}
	s.admitWaiting(now, v)
}

// ConnEnded closes a connection whose client hung up before it was let in, so that nobody waits for it: clients give up
// after a time, and connect again, and behind a long line of those that are gone nobody would be served before giving
// up himself (seed 26606). Kafka hears of it only when it has let it in.
func (s *Session) ConnEnded(now kafka.Now, id port.ConnID, v View) {
	c := s.conns[id]
	if c == nil || !c.waiting || c.closing {
		return
	}
	if !c.refused {
		s.marks.Hit(port.MarkConnGaveUp)
		l := s.lineOf(c.listener)
		l.waiting = slices.DeleteFunc(l.waiting, func(w port.ConnID) bool { return w == id })
	}
	c.refused = true
	s.closeConn(id, c, 0, "hung up before it was let in")
	s.admitWaiting(now, v)
}

// closeSlowed closes connections that came too fast and have waited long enough.
func (s *Session) closeSlowed(now kafka.Now) {
	for len(s.slowed) > 0 && s.slowed[0].until <= now.Mono {
		id := s.slowed[0].conn
		s.slowed = slices.Delete(s.slowed, 0, 1)
		if c := s.conns[id]; !c.closing {
			s.closeConn(id, c, 0, "more connections come from "+c.ip+" in a second than its quota allows")
		}
	}
}

// placesDue is when somebody who waits to be let in, or to be closed, is due; 0 for never.
func (s *Session) placesDue() kafka.Mono {
	at := kafka.Mono(0)
	if len(s.slowed) > 0 {
		at = s.slowed[0].until
	}
	for i := range s.lines {
		if l := &s.lines[i]; len(l.waiting) > 0 && l.until != 0 && (at == 0 || l.until < at) {
			at = l.until
		}
	}
	return at
}

// checkPlaces panics unless every connection stands where it says, and nobody waits for nothing.
func (s *Session) checkPlaces() {
	admitted, waiting := int32(0), 0
	for i := range s.lines {
		l := &s.lines[i]
		admitted += l.admitted
		waiting += len(l.waiting)
		for _, id := range l.waiting {
			if c := s.conns[id]; c == nil || !c.waiting || c.refused {
				panic("BUG: a connection waits in a line that does not know of it")
			}
		}
		if own := s.connections.LimitOfListener(l.listener); len(l.waiting) > 0 && l.until == 0 &&
			(!l.counted || l.admitted < own.Max && s.admitted < s.connections.Max) {
			panic("BUG: connections wait for nothing")
		}
	}
	if admitted != s.admitted {
		panic("BUG: the listeners have other connections than the broker")
	}
}
