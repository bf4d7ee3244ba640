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
	// Answered is when the first answer left the core, Moved when bytes were read or written last, Ended when the
	// broker heard that the client sends nothing more, Closed when the broker's end was closed.
	Opened, Answered, Moved, Ended, Closed int64
	// Idle tells that the broker closed it for being silent, Slowed that it did since too many came from the
	// address.
	Idle, Slowed bool
}

// ConnLimits are max.connections, max.connections.per.ip, connections.max.idle.ms and max.connection.creation.rate of
// the nodes, 0 for no rate.
type ConnLimits struct {
	Max, PerIP int64
	Idle       kafka.Millis
	Rate       int64
}

// hangUpMax is how long after its end was heard a connection may get its first answer: what was under way then. A
// client asks for versions first, which is answered at once unless the connection waits for its turn.
const hangUpMax = int64(kafka.Second)

// checkConns demands that no more connections are served at once than may be, that only silent ones are closed for
// that, and that those who hung up while they waited for their turn are not waited for.
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
		if c.Slowed {
			j.report.SlowedConns++
		}
		if c.Answered == 0 {
			continue
		}
		if c.Ended != 0 && c.Answered > c.Ended+hangUpMax {
			j.flag(Connections, []Event{c.Event}, "a connection from %s was let in %d ms after it had hung up, while others waited",
				c.IP, (c.Answered-c.Ended)/int64(kafka.Millisecond))
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

// checkRates demands that connections are served no faster than may be (KIP-612): those that came and were answered
// within a stretch were let in within it, and so much of the past is remembered. The time that a rate is measured
// over is up to two windows more, and of those that wait one was counted before, another after. One that waits has
// a window more at most, for nobody waits longer, as in Kafka (seed 504): after a burst one comes in with each window,
// in spite of the rate.
func (j *judge) checkRates() {
	w := &j.h.QuotaWindows
	window := w.Seconds * int64(kafka.Second)
	span := (w.Windows - 1) * window
	if span == 0 {
		return
	}
	for i := range j.h.Conns {
		last := &j.h.Conns[i]
		if last.Answered == 0 {
			continue
		}
		all, alike, since, first := j.letIn(last, span, (w.Windows+2)*window)
		if rate := j.h.ConnLimits.Rate; rate > 0 && all > rate*(w.Windows+2)*w.Seconds+2+(last.Answered-since)/window {
			j.flag(Connections, []Event{last.Event}, "%d connections were let in within %d s, at a rate of %d", all, span/int64(kafka.Second), rate)
		}
		// If nobody came from the address for long before, the time that its rate is measured over is known better.
		measured := span + 2*window
		if known := last.Answered - first; known <= span {
			measured = span + min(known, window) + int64(kafka.Millisecond)
		}
		if rate, certain := j.ipRate(last.IP, last.Answered-span, last.Answered); certain && rate > 0 && alike*int64(kafka.Second) > rate*measured {
			j.flag(Connections, []Event{last.Event}, "%d connections from %s were let in within %d s, at a rate of %d", alike, last.IP, span/int64(kafka.Second), rate)
		}
	}
}

// letIn counts the connections that were surely let in within the span before the answer to the last one, of all and
// of its address, and tells since when they came, and when the first came of those of its address that may be remembered.
func (j *judge) letIn(last *ConnSeen, span, before int64) (all, alike, since, first int64) {
	since, first = last.Opened, last.Opened
	for i := range j.h.Conns {
		c := &j.h.Conns[i]
		if c.Life != last.Life || c.Opened < last.Answered-span-before || c.Opened > last.Answered {
			continue
		}
		same := c.IP == last.IP
		if same {
			first = min(first, c.Opened)
		}
		if c.Answered == 0 || c.Answered > last.Answered || c.Opened < last.Answered-span {
			continue
		}
		since = min(since, c.Opened)
		if all++; same {
			alike++
		}
	}
	return all, alike, since, first
}

// ipRate is the limit of new connections of an address in a stretch, 0 for none, if it did not change.
func (j *judge) ipRate(ip string, from, to int64) (rate int64, certain bool) {
	own := j.quotasSet(QuotaLevel{IP: ip}, ConnectionCreationRate, from, to)
	others := j.quotasSet(QuotaLevel{IP: AnyName}, ConnectionCreationRate, from, to)
	switch {
	case len(own) != 1:
		return 0, false
	case own[0] != 0:
		return own[0], true
	}
	return others[0], len(others) == 1
}
