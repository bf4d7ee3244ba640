package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// deposer takes the leadership of all partitions away from a broker that runs, and lets it have it back: it
// unregisters the broker (KIP-631), whose next heartbeat is refused, so that it registers again, is unfenced, and
// leads under new epochs. Whatever is under way meets the change: appends, parked fetches, coordinators. Now and
// then it does so again before the broker is back. One request is open at a time.
type deposer struct {
	actor
	gap    int64
	nextAt int64
	op     int // in the history's Depositions
	busy   bool
}

func newDeposer(s *shared, id int32) *deposer {
	d := &deposer{}
	d.actor.init(s, id, d)
	d.gap = []int64{800, 300, 2000}[s.env.Draw("plan/client"+strconv.Itoa(int(id))+"/gap", 3)] * millisecond
	return d
}

// Idle implements Client.
func (d *deposer) Idle() bool { return d.quiet && !d.busy }

// Waiting implements Client.
func (d *deposer) Waiting() string { return d.waiting() }

func (d *deposer) step(now int64) {
	if d.busy || d.quiet {
		return
	}
	if d.nextAt == 0 {
		d.nextAt = now + d.pause(d.gap)
	}
	if now < d.nextAt {
		d.at(d.nextAt)
		return
	}
	l := d.anyLink()
	if !l.room(1) {
		d.nextAt = now + metadataPause
		d.at(d.nextAt)
		return
	}
	r := kmsg.NewPtrUnregisterBrokerRequest()
	r.BrokerID = l.node
	d.busy, d.op = true, len(d.history.Depositions)
	d.history.Depositions = append(d.history.Depositions, checker.Deposition{Client: d.id, Node: l.node, Start: d.event()})
	l.send(r, call{kind: callDepose})
}

func (d *deposer) answered(_ *link, _ call, r kmsg.Response) {
	op := &d.history.Depositions[d.op]
	op.Answered, op.Err = true, kafka.ErrorCode(r.(*kmsg.UnregisterBrokerResponse).ErrorCode)
	switch op.Err {
	case kafka.None, kafka.ErrBrokerIDNotRegistered, kafka.ErrNotController, kafka.ErrRequestTimedOut:
	default:
		d.odd(d.id, "a broker that runs is not unregistered: "+op.Err.String())
	}
	d.rest()
}

func (d *deposer) lost(call) { d.rest() }

func (d *deposer) rest() {
	d.history.Depositions[d.op].End = d.event()
	d.busy = false
	d.nextAt = d.env.Now() + d.pause(d.gap)
	if d.draw(drawRare, 8) == 7 {
		d.nextAt = d.env.Now() + 20*millisecond
	}
}
