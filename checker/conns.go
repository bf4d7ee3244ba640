package checker

import (
	"slices"

	"momus/core/kafka"
)

// ConnSeen is one connection as the broker's end of it was seen; times are virtual, in nanoseconds, 0 for
// never.
type ConnSeen struct {
	Event Event
	Life  int
	IP    string
	// Answered is when the first answer left the core, Moved when bytes were read or written last, Closed
	// when the broker's end was closed.
	Opened, Answered, Moved, Closed int64
	// Idle tells that the broker closed it for being silent.
	Idle bool
}

// ConnLimits are max.connections, max.connections.per.ip and connections.max.idle.ms of the nodes.
type ConnLimits struct {
	Max, PerIP int64
	Idle       kafka.Millis
}

// checkConns demands that no more connections are served at once than may be, and that only silent ones are
// closed for that.
func (j *judge) checkConns() {
	type step struct {
		at   int64
		more int64
		seen *ConnSeen
	}
	var steps []step
	for i := range j.h.Conns {
		c := &j.h.Conns[i]
		if c.Idle {
			j.report.IdleClosed++
			if silent := c.Closed - max(c.Moved, c.Opened); silent < int64(j.h.ConnLimits.Idle.Nanos()) {
				j.flag(Connections, []Event{c.Event}, "a connection from %s was closed as idle when it was silent for %d ms", c.IP, silent/int64(kafka.Millisecond))
			}
		}
		if c.Answered == 0 {
			continue
		}
		steps = append(steps, step{c.Answered, 1, c})
		if c.Closed != 0 {
			steps = append(steps, step{c.Closed, -1, c})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		if a.at != b.at {
			return int(min(max(a.at-b.at, -1), 1))
		}
		return int(a.more - b.more) // who leaves makes room first
	})
	all, of := int64(0), map[string]int64{}
	for _, s := range steps {
		all += s.more
		of[s.seen.IP] += s.more
		switch {
		case s.more < 0:
		case all > j.h.ConnLimits.Max:
			j.flag(Connections, []Event{s.seen.Event}, "%d connections are served, of which there may be %d", all, j.h.ConnLimits.Max)
		case of[s.seen.IP] > j.h.ConnLimits.PerIP:
			j.flag(Connections, []Event{s.seen.Event}, "%d connections from %s are served, of which there may be %d", of[s.seen.IP], s.seen.IP, j.h.ConnLimits.PerIP)
		}
	}
}
