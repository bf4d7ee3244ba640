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
