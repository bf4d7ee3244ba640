package session

import (
	"cmp"
	"math"
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/quota"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Anonymous is the user of a connection that said nothing of itself, as in Kafka.
const Anonymous = "ANONYMOUS"

// usage is what a request is charged for when it is answered.
type usage struct {
	key    kafka.APIKey
	client string
	bytes  int32
	nanos  int64
	// started is when it was started, which is told with the answer.
	started kafka.Mono
}

// muted is a connection that is throttled: nothing is read from it and nothing started (KIP-219).
type muted struct {
	until kafka.Mono
	conn  port.ConnID
}

func (m muted) compare(o muted) int {
	return cmp.Or(cmp.Compare(m.until, o.until), cmp.Compare(m.conn, o.conn))
}

// mustWait tells that a request cannot be started now: its connection waits for a place, or for a rebalance (see
// rebalances), or is throttled, or its client is under a quota and has another one in flight. In Kafka requests of one connection are never in flight
// together; here they are, but for those that may be throttled: else a client could send a hundred
// requests before the first one throttles it.
func (s *Session) mustWait(c *conn, client string, v View) bool {
	switch {
	case c.mutedUntil != 0 || c.waiting || s.rebalances(c):
		return true
	case len(c.queue) == 0 || len(v.Image.Quotas) == 0:
		return false
	}
	for _, kind := range [...]quota.Kind{quota.Produce, quota.Fetch, quota.Request, quota.Mutation} {
		if _, limited := quota.Find(v.Image, kind, Anonymous, client); limited {
			return true
		}
	}
	return false
}

// Charge charges what is about to be answered to the quotas of those who asked (KIP-13, KIP-124), tells
// them how long they are throttled, and starts what waited for the answers. The node calls it before
// it takes the outbox.
func (s *Session) Charge(now kafka.Now, v View) {
	for i := 0; i < len(s.Out.Replies); i++ { // a request that is started here may be answered here
		r := &s.Out.Replies[i]
		c := s.conns[r.Conn]
		if c != nil {
			c.active = now.Mono
		}
		wait := s.charge(now.Mono, &s.Out.uses[i], r, v)
		r.Started, r.Answered, r.Throttle = s.Out.uses[i].started, now.Mono, wait
		switch {
		case c == nil || c.closing:
		case wait > 0:
			r.Mute = c.mutedUntil == 0 // the end of it is told once, and what is answered meanwhile waits for that
			s.mute(r.Conn, c, now.Mono.Add(wait.Nanos()))
		case len(c.held) > 0 && len(c.queue) == 0:
			s.startHeld(now, c, v)
		}
	}
}

// charge counts what one request used, and puts into its answer how long its connection is throttled: as
// long as the strictest of its quotas says, that of the controller included, which has its say there.
func (s *Session) charge(now kafka.Mono, u *usage, r *wire.Reply, v View) kafka.Millis {
	wait := throttled(r.Body)
	if len(v.Image.Quotas) == 0 {
		return wait
	}
	if u.key == wire.KeyProduce {
		if l, limited := quota.Find(v.Image, quota.Produce, Anonymous, u.client); limited {
			wait = max(wait, s.meters.Record(now, l, int64(u.bytes)))
		}
	}
	unanswered := r.Body == nil // Produce with acks=0 is not charged for time
	if l, limited := quota.Find(v.Image, quota.Request, Anonymous, u.client); limited && !unanswered {
		wait = max(wait, s.meters.Record(now, l, u.nanos))
	}
	if f, ok := r.Body.(*wire.FetchResponse); ok {
		wait = s.chargeFetch(now, u, f, wait, v)
	}
	if wait > 0 {
		setThrottle(r.Body, int32(wait))
	}
	return wait
}

// chargeFetch counts the bytes of an answer, if it is given: a client that is throttled gets nothing now,
// and asks again. An answer that is larger than all that the quota allows at once is given if nothing
// was used of it: it is a single batch, and its reader would never get past it.
func (s *Session) chargeFetch(now kafka.Mono, u *usage, f *wire.FetchResponse, wait kafka.Millis, v View) kafka.Millis {
	l, limited := quota.Find(v.Image, quota.Fetch, Anonymous, u.client)
	if limited {
		n := s.sizeOf(f)
		alone := n > s.meters.Burst(l) && s.meters.Unused(now, l)
		over := s.meters.Record(now, l, n)
		if alone && wait == 0 {
			return over
		}
		if wait = max(wait, over); wait > 0 {
			s.meters.Undo(now, l, n)
		}
	}
	if wait > 0 {
		s.keepBack(f)
	}
	return wait
}

// keepBack empties an answer. What its session took for told is told the next time; a session that the
// answer would have begun is not begun.
func (s *Session) keepBack(f *wire.FetchResponse) {
	s.marks.Hit(port.MarkFetchKeptBack)
	s.dropReply(&wire.Reply{Body: f})
	f.Topics, f.Nodes = nil, nil
	session := s.sessions.find(f.SessionID)
	switch {
	case session == nil || f.Err != kafka.None:
	case session.epoch == 1:
		s.sessions.remove(f.SessionID)
		f.SessionID = 0
	default:
		for i := range session.parts {
			session.parts[i].high = kafka.NoOffset
		}
	}
}

// sizeOf is the size of an answer with its records, on the wire.
func (s *Session) sizeOf(f *wire.FetchResponse) int64 {
	b, cuts := f.AppendTo(s.scratch[:0], s.cuts[:0])
	n := int64(len(b))
	for i := range cuts {
		n += int64(cuts[i].Span.Len())
	}
	clear(cuts)
	s.scratch, s.cuts = b, cuts
	return n
}

// throttled is how long an answer says that its connection is throttled.
func throttled(body wire.Response) kafka.Millis {
	if t, ok := body.(kmsg.ThrottleResponse); ok {
		ms, _ := t.Throttle()
		return kafka.Millis(ms)
	}
	return 0
}

func setThrottle(body wire.Response, ms int32) {
	switch r := body.(type) {
	case *wire.ProduceResponse:
		r.Throttle = ms
	case *wire.FetchResponse:
		r.Throttle = ms
	case kmsg.SetThrottleResponse:
		r.SetThrottle(ms)
	}
}

// mute throttles a connection until a time, or longer if it is throttled longer already.
func (s *Session) mute(id port.ConnID, c *conn, until kafka.Mono) {
	if until <= c.mutedUntil {
		return
	}
	if c.mutedUntil > 0 {
		s.marks.Hit(port.MarkMutedLonger)
	}
	s.forgetMute(id, c)
	c.mutedUntil = until
	m := muted{until, id}
	at, _ := slices.BinarySearchFunc(s.mutes, m, muted.compare)
	s.mutes = slices.Insert(s.mutes, at, m)
}

func (s *Session) forgetMute(id port.ConnID, c *conn) {
	if c.mutedUntil == 0 {
		return
	}
	at, found := slices.BinarySearchFunc(s.mutes, muted{c.mutedUntil, id}, muted.compare)
	if !found {
		panic("BUG: a throttled connection is not on the list")
	}
	s.mutes = slices.Delete(s.mutes, at, at+1)
	c.mutedUntil = 0
}

// unmute ends the throttling of those whose time is over, and starts what they asked meanwhile.
func (s *Session) unmute(now kafka.Now, v View) {
	for len(s.mutes) > 0 && s.mutes[0].until <= now.Mono {
		m := s.mutes[0]
		c := s.conns[m.conn]
		s.forgetMute(m.conn, c)
		s.Out.Unmutes = append(s.Out.Unmutes, m.conn)
		s.startHeld(now, c, v)
	}
}

// mutationQuota says whose quota a request that changes partitions is under. From the version on that knows
// THROTTLING_QUOTA_EXCEEDED it is strict.
func mutationQuota(req *wire.Request, strict bool) msg.MutationQuota {
	return msg.MutationQuota{User: Anonymous, Client: req.ClientID, Strict: strict}
}

// left are the milliseconds until a time, or 0.
func left(now kafka.Now, until kafka.Mono) int32 {
	if until <= now.Mono {
		return 0
	}
	return int32(min(int64(until-now.Mono)/int64(kafka.Millisecond), math.MaxInt32))
}
