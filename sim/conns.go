package sim

import (
	"math"
	"strconv"
	"strings"

	"momus/checker"
	"momus/core/config"
	"momus/core/kafka"
	"momus/sim/simnet"
)

// drawConnections draws how many connections there may be, and for how long one may be silent. A limit of all
// comes with a short time: clients keep their connections, and those that wait get a place only then.
func (n *node) drawConnections() {
	s := n.stream("plan/connections")
	c := config.Connections{Max: math.MaxInt32, PerIP: math.MaxInt32, Rate: math.MaxInt32}
	c.Idle = [...]kafka.Millis{600_000, 600_000, 300, 1000, 600_000, 2000}[s.Draw(6)]
	if c.Idle < 2000 {
		c.Max = [...]int32{math.MaxInt32, 12, 6}[s.Draw(3)]
	}
	c.PerIP = [...]int32{math.MaxInt32, 3, 1, 2}[s.Draw(4)]
	// With one window each new connection waits for a second, and clients give up before.
	if few := n.stream("plan/connections/rate").Draw(12); few > 9 && n.node.Broker.QuotaWindows > 1 {
		c.Rate = int32(few) - 8
		// Connections that are closed sooner than others may come are a place where a group never gets together: a
		// JoinGroup waits for longer than that (seed 12702).
		c.Idle = max(c.Idle, 2000)
	}
	n.node.Broker.Connections = c
}

// remoteOf is the address of the client at the other end: each has its own.
func (n *node) remoteOf(end *simnet.End) (ip, remote string) {
	ip = "10.0.0.255"
	if l := n.guests.links[end.Conn()]; l != nil {
		ip = "10.0.0." + strconv.Itoa(int(l.client)+1)
	}
	return ip, ip + ":" + strconv.FormatInt(end.Conn()%60_000+1024, 10)
}

// sawConn notes a new connection for the judge.
func (n *node) sawConn(c *serverConn, ip string) {
	h := n.guests.population.History()
	h.Conns = append(h.Conns, checker.ConnSeen{
		Event: checker.Event((*guestEnv)(n).Event()), Life: int(n.life), IP: ip, Opened: n.w.now,
	})
	c.seen = len(h.Conns) - 1
}

// conn is what the judge is told of a connection.
func (n *node) conn(c *serverConn) *checker.ConnSeen {
	return &n.guests.population.History().Conns[c.seen]
}

// answered notes that the core answers on a connection.
func (n *node) answered(c *serverConn) {
	if seen := n.conn(c); seen.Answered == 0 {
		seen.Answered = n.w.now
	}
}

// hearAgain counts from now what the process heard before it stood still, and could do nothing about (seed 12288).
func (n *node) hearAgain() {
	for _, c := range n.process.order {
		if seen := n.conn(c); seen.Ended != 0 && seen.Answered == 0 {
			seen.Ended = n.w.now
		}
	}
}

// closedConn notes the end of a connection.
func (n *node) closedConn(c *serverConn) {
	seen := n.conn(c)
	reason := c.io.Frame.Reason()
	seen.Closed, seen.Idle, seen.Slowed = n.w.now, reason == "idle", strings.HasPrefix(reason, "more connections come from")
}

// closedConns notes the end of all, with their process.
func (n *node) closedConns(order []*serverConn) {
	for _, c := range order {
		n.conn(c).Closed = n.w.now
	}
}
