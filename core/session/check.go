package session

import (
	"slices"

	"momus/core/canon"
	"momus/core/kafka"
	"momus/core/port"
)

// Check panics unless all that the package promises of its state holds.
func (s *Session) Check() {
	live, parked := 0, int32(0)
	for i := range s.ops {
		o := &s.ops[i]
		if !o.live {
			continue
		}
		live++
		if o.timer != 0 && placeOfTimer(s, o) != int32(i) {
			panic("BUG: an op does not find its timer")
		}
		if !o.auto {
			s.checkQueued(o)
		}
		if o.fetch != nil && o.fetch.parked {
			parked++
			s.checkParked(int32(i), o)
		}
	}
	if live+len(s.freeOps) != len(s.ops) {
		panic("BUG: a place for an op is lost")
	}
	if parked != s.parked {
		panic("BUG: the number of parked fetches is wrong")
	}
	s.checkLists()
	s.checkSessions()
	s.meters.Check()
	if !slices.IsSortedFunc(s.idle, idling.compare) {
		panic("BUG: the connections are not watched in order")
	}
	for i, m := range s.mutes {
		if c := s.conns[m.conn]; c == nil || c.mutedUntil != m.until || i > 0 && m.compare(s.mutes[i-1]) <= 0 {
			panic("BUG: the list of throttled connections is wrong")
		}
	}
}

func placeOfTimer(s *Session, o *op) int32 {
	if int(o.timer) > len(s.timers) {
		return -1
	}
	place, _ := placeOf(int64(s.timers[o.timer-1].op))
	return place
}

func (s *Session) checkQueued(o *op) {
	c := s.conns[o.conn]
	if c == nil || o.seq < c.head || int(o.seq-c.head) >= len(c.queue) || c.queue[o.seq-c.head].done {
		panic("BUG: an op whose request is not waiting for it")
	}
}

func (s *Session) checkParked(place int32, o *op) {
	for i := range o.fetch.parts {
		part := &o.fetch.parts[i]
		if part.span.Len() > 0 {
			panic("BUG: a parked fetch holds a span")
		}
		list := s.waits[part.log]
		if part.unknown {
			continue
		}
		found := list != nil && slices.ContainsFunc(list.entries, func(w waiting) bool {
			at, use := placeOf(int64(w.op))
			return at == place && use == o.use && int(w.slot) == i
		})
		if !found {
			panic("BUG: a parked fetch is not found under its partition")
		}
	}
}

// checkLists looks at what points to ops and connections.
func (s *Session) checkLists() {
	for _, log := range canon.SortedKeysFunc(s.waits, kafka.TopicPartition.Compare) {
		for _, w := range s.waits[log].entries {
			if o := s.op(w.op); o == nil || o.fetch == nil || !o.fetch.parked || o.fetch.parts[w.slot].log != log {
				panic("BUG: something waits that is not a parked fetch")
			}
		}
	}
	for i := 1; i < len(s.timers); i++ {
		if s.timers[i].earlier(s.timers[(i-1)/2]) {
			panic("BUG: the deadlines are out of order")
		}
	}
	s.checkPlaces()
	ids := canon.SortedKeys(s.conns)
	for _, id := range ids {
		s.checkConn(id, s.conns[id])
	}
}

func (s *Session) checkConn(id port.ConnID, c *conn) {
	if len(c.queue) > 0 && c.queue[0].done {
		panic("BUG: a reply that is due was not sent")
	}
	waits := slices.ContainsFunc(s.crowded, func(w crowded) bool { return w.conn == id })
	throttled := c.mutedUntil != 0 || c.waiting || len(s.Out.Replies) > 0 // Charge starts what waited for these
	if len(c.held) > 0 && !c.stale && !waits && len(c.queue) == 0 && !throttled {
		panic("BUG: a connection's requests are held for nothing")
	}
}

// checkSessions looks at the fetch sessions: each is found under its id, and its ring holds what
// its index does.
func (s *Session) checkSessions() {
	for i, f := range s.sessions.list {
		if f.id <= 0 || i > 0 && s.sessions.list[i-1].id >= f.id {
			panic("BUG: the fetch sessions are out of order")
		}
		if len(f.parts) != f.size()+len(f.free) {
			panic("BUG: a place in a fetch session is lost")
		}
		at := f.head
		for range f.size() {
			p := &f.parts[at]
			if place, found := f.index[p.key]; !found || place != at || f.parts[p.next].prev != at {
				panic("BUG: the ring of a fetch session is torn")
			}
			at = p.next
		}
		if at != f.head {
			panic("BUG: the ring of a fetch session holds more than its index")
		}
	}
}
