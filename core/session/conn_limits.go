package session

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"
)

// idling is when it is looked next whether a connection was silent for too long.
type idling struct {
	at   kafka.Mono
	conn port.ConnID
}

func (i idling) compare(o idling) int {
	return cmp.Or(cmp.Compare(i.at, o.at), cmp.Compare(i.conn, o.conn))
}

// IdleCheck asks a connection to end if nothing was read or written for so long.
type IdleCheck struct {
	Conn port.ConnID
	Idle kafka.Millis
}

// ipOf is the address in host:port, in its shortest form, or all of it if there is none.
func ipOf(remote string) string {
	host := remote
	if at := strings.LastIndex(remote, ":"); at >= 0 {
		host = remote[:at]
	}
	if addr, ok := kafka.ParseIP(host); ok {
		return addr.String()
	}
	return host
}

// admit decides on a new connection of a client, as org.apache.kafka's ConnectionQuotas does: beyond the
// limit of its address it is closed, as it is where the process has no files for it; beyond that of all it
// waits until another one ends. In Kafka it waits before it is accepted.
func (s *Session) admit(now kafka.Now, id port.ConnID, c *conn) {
	over := len(s.conns) > int(s.limits.Connections)
	if over {
		text := "more than " + strconv.Itoa(int(s.limits.Connections)) + " connections, for which the process has no files"
		s.refusal(now, "closed a connection from "+c.ip+": "+text)
		s.closeConn(id, c, 0, text)
	}
	if c.controller {
		return
	}
	s.ips[c.ip]++
	limit := s.connections.LimitOf(c.ip)
	switch {
	case over:
		c.refused = true
	case s.ips[c.ip] > limit:
		c.refused = true
		s.refusal(now, "closed a connection from "+c.ip+", which has the configured maximum of "+strconv.Itoa(int(limit)))
		s.closeConn(id, c, 0, "too many connections from "+c.ip)
	case s.admitted >= s.connections.Max:
		c.waiting = true
		s.waitingConns = append(s.waitingConns, id)
		s.refusal(now, "connections wait, since there are the configured maximum of "+strconv.Itoa(int(s.connections.Max)))
	default:
		s.admitted++
	}
}

// leave gives up the place of a connection that is gone.
func (s *Session) leave(now kafka.Now, id port.ConnID, c *conn, v View) {
	if c.controller {
		return
	}
	if s.ips[c.ip]--; s.ips[c.ip] == 0 {
		delete(s.ips, c.ip)
	}
	switch {
	case c.refused:
	case c.waiting:
		s.waitingConns = slices.DeleteFunc(s.waitingConns, func(w port.ConnID) bool { return w == id })
	default:
		s.admitted--
		s.admitWaiting(now, v)
	}
}

// admitWaiting lets connections in for which there is a place now.
func (s *Session) admitWaiting(now kafka.Now, v View) {
	for len(s.waitingConns) > 0 && s.admitted < s.connections.Max {
		c := s.conns[s.waitingConns[0]]
		s.waitingConns = slices.Delete(s.waitingConns, 0, 1)
		c.waiting = false
		s.admitted++
		s.startHeld(now, c, v)
	}
}

// Configure takes the limits of connections that hold from now on. Those that there are already stay.
func (s *Session) Configure(now kafka.Now, limits config.Connections, v View) {
	s.connections = limits
	s.admitWaiting(now, v)
}

// refusal tells of a connection that was not let in; at most one a second is told, with how many there were
// meanwhile.
func (s *Session) refusal(now kafka.Now, text string) {
	s.refusals++
	if s.refusedAt != 0 && now.Mono < s.refusedAt.Add(kafka.Second) {
		return
	}
	if s.refusals > 1 {
		text += ", " + strconv.FormatInt(s.refusals, 10) + " times"
	}
	s.refusedAt, s.refusals = now.Mono, 0
	s.Out.Refusals = append(s.Out.Refusals, text)
}

// watchIdle begins to watch a connection.
func (s *Session) watchIdle(now kafka.Now, id port.ConnID, c *conn) {
	c.active = now.Mono
	if s.connections.Idle >= 0 {
		s.lookAgain(id, c, c.active.Add(max(s.connections.Idle, 1).Delay()))
	}
}

func (s *Session) lookAgain(id port.ConnID, c *conn, at kafka.Mono) {
	c.idleAt = at
	i := idling{at, id}
	place, _ := slices.BinarySearchFunc(s.idle, i, idling.compare)
	s.idle = slices.Insert(s.idle, place, i)
}

func (s *Session) forgetIdle(id port.ConnID, c *conn) {
	if c.idleAt == 0 {
		return
	}
	at, found := slices.BinarySearchFunc(s.idle, idling{c.idleAt, id}, idling.compare)
	if !found {
		panic("BUG: a connection is not watched for being idle")
	}
	s.idle = slices.Delete(s.idle, at, at+1)
	c.idleAt = 0
}

// checkIdle asks the connections that were silent for too long to end. What was read of a request that is
// not whole, and what was written, only they know: one that says nothing is asked again.
func (s *Session) checkIdle(now kafka.Now) {
	idle := max(s.connections.Idle, 1)
	for len(s.idle) > 0 && s.idle[0].at <= now.Mono {
		id := s.idle[0].conn
		c := s.conns[id]
		s.forgetIdle(id, c)
		due := c.active.Add(idle.Delay())
		if due <= now.Mono {
			s.Out.IdleChecks = append(s.Out.IdleChecks, IdleCheck{id, idle})
			due = now.Mono.Add(max(idle/4, 1).Delay())
		}
		s.lookAgain(id, c, due)
	}
}
