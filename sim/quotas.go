package sim

import (
	"momus/checker"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// asked is a request between its connection and its answer, where somebody sets quotas.
type asked struct {
	seq     port.RequestSeq
	request checker.Served
}

// drawQuotaWindows draws quota.window.num: with few windows, of a second at the least, what was used is
// forgotten within a world's time.
func (n *node) drawQuotaWindows() {
	windows := [...]int32{2, 11, 1, 3}[n.stream("plan/quota/windows").Draw(4)]
	n.node.Broker.QuotaWindows, n.node.Broker.ControllerQuotaWindows = windows, windows
}

// watchesQuotas tells whether the judge looks at quotas.
func (n *node) watchesQuotas() bool { return n.guests.population.Limits() }

// spend draws how long the connection's turn took, where somebody sets quotas of time. After the healing
// turns take none: a client that gives up sooner than its throttling ends, and connects anew, would be
// throttled for that for ever.
func (n *node) spend(c *serverConn) {
	if n.watchesQuotas() && n.phase == phaseFaults {
		c.io.Frame.Spend([...]int64{20_000, 0, 1_000_000, 30_000_000}[n.stream("quota/nanos").Draw(4)])
	}
}

// arrived notes a request that leaves its connection for the core.
func (n *node) arrived(c *serverConn, r *wire.Request) {
	if n.watchesQuotas() {
		c.ask(r.Seq, checker.Served{
			Life: int(n.life), Conn: int64(c.id), ClientID: r.ClientID, API: r.Key(), Bytes: int64(r.Bytes), Nanos: r.Nanos, Arrived: n.w.now,
		})
	}
}

// ask keeps a request until its answer. One that the core sent back, since its policies were out of date, is decoded again,
// and charged for what that took too (seed 431).
func (c *serverConn) ask(seq port.RequestSeq, request checker.Served) {
	if seq >= c.nextAsked {
		c.nextAsked = seq + 1
		c.asked = append(c.asked, asked{seq, request})
		return
	}
	for i := range c.asked {
		if c.asked[i].seq == seq {
			c.asked[i].request.Nanos = request.Nanos
		}
	}
}

// served notes its answer, as it leaves the core.
func (n *node) served(c *serverConn, r *wire.Reply) {
	if len(c.asked) == 0 || c.asked[0].seq != r.Seq {
		return
	}
	s := c.asked[0].request
	c.asked = append(c.asked[:0], c.asked[1:]...)
	s.Event, s.At, s.Silent = checker.Event((*guestEnv)(n).Event()), n.w.now, r.Body == nil
	switch body := r.Body.(type) {
	case *wire.ProduceResponse:
		s.Wait = kafka.Millis(body.Throttle)
	case *wire.FetchResponse:
		s.Wait = kafka.Millis(body.Throttle)
		if s.Wait == 0 || len(body.Topics) > 0 {
			b, cuts := body.AppendTo(nil, nil)
			s.Given = int64(len(b))
			for i := range cuts {
				s.Given += int64(cuts[i].Span.Len())
			}
		}
	case kmsg.ThrottleResponse:
		ms, _ := body.Throttle()
		s.Wait = kafka.Millis(ms)
	default:
		s.Untold = r.Body != nil
	}
	h := n.guests.population.History()
	if s.Wait > 0 {
		c.delivering = len(h.Served) + 1
	}
	h.Served = append(h.Served, s)
}

// delivered notes that the connection has the answer that throttles it.
func (n *node) delivered(c *serverConn) {
	if c.delivering > 0 {
		n.guests.population.History().Served[c.delivering-1].Delivered = n.w.now
		c.delivering = 0
	}
}
