package clients

import (
	"encoding/binary"
	"strconv"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// call says what a request was for; its owner gets it back with the answer, or without one.
type call struct {
	kind callKind
	// index names the operation, in the owner's terms.
	index int
}

type callKind uint8

const (
	callHello callKind = iota + 1
	callMetadata
	callProduce
	callInit
	callFetch
	callOffsets
	callCreate
	callDelete
	callTrim
	callEpochs
	callProducers
	callIncremental
	callAlter
	callDescribe
	callLogDirs
	callGrow
	callInspect
	callQuotas
	callQuotasTold
	callMove
	callDepose
	callMakeOffsets
	callFind
	callJoin
	callSync
	callBeat
	callLeave
	callCommit
	callOffsetFetch
	callOffsetDelete
	callDeleteGroups
	callListGroups
	callDescribeGroups
	callConsumerBeat
	callConsumerDescribe
)

// pending is a request that has not been answered.
type pending struct {
	correlation int32
	request     kmsg.Request
	call        call
	deadline    int64
}

// frameMax bounds what a client believes of a frame's length.
const frameMax = 64 << 20

// The back-off between connections to one node doubles from the first to the second.
const (
	backoffMin = 10 * millisecond
	backoffMax = 320 * millisecond
)

type linkState uint8

const (
	linkDown linkState = iota
	linkOpening
	linkUp
)

// link keeps one connection to one node. Requests are answered in the order in which they were
// sent; one that is late costs the connection, as with real clients.
type link struct {
	actor    *actor
	node     int32
	state    linkState
	conn     int64
	in       []byte
	pending  []pending
	deadline int64 // of the connection attempt
	retryAt  int64
	backoff  int64
	// heldUntil is when the throttling ends that an answer told of, to a client that keeps to it.
	heldUntil int64
	// unheard counts connections in a row that were given up before what was asked on them was answered.
	unheard int
}

// patienceMax is the longest that a client's patience grows to when all faults are over.
const patienceMax = 10_000 * millisecond

// timeout is how long the link waits for a connection, and for an answer. When the faults are over it doubles with
// each connection on which nothing was heard, as the set-up timeout of real clients does (KIP-601): connections wait
// in line at a rate (KIP-612), and who always gives up sooner than its turn comes, and queues up anew, is never served.
func (l *link) timeout() int64 {
	if !l.actor.quiet {
		return l.actor.timeout
	}
	return max(l.actor.timeout, min(l.actor.timeout<<min(l.unheard, 10), patienceMax))
}

// want makes sure that a connection is there or on its way, and tells whether it is there.
func (l *link) want() bool {
	now := l.actor.env.Now()
	if l.state == linkDown {
		if now < l.retryAt {
			l.actor.at(l.retryAt)
			return false
		}
		l.state = linkOpening
		l.in = l.in[:0]
		l.deadline = now + l.timeout()
		l.conn = l.actor.env.Dial(l.actor.id, l.node)
	}
	return l.state == linkUp
}

// room tells whether another request may be sent: pipelining is bounded.
func (l *link) room(inFlightMax int) bool {
	if now := l.actor.env.Now(); now < l.heldUntil {
		l.actor.at(l.heldUntil)
		return false
	}
	return l.want() && len(l.pending) < inFlightMax
}

// throttled keeps to what an answer tells of throttling, if the client does so (KIP-219).
func (l *link) throttled(r kmsg.Response) {
	if t, ok := r.(kmsg.ThrottleResponse); ok && l.actor.patient {
		if ms, _ := t.Throttle(); ms > 0 {
			l.heldUntil = l.actor.env.Now() + int64(ms)*millisecond
		}
	}
}

// send sends a request on a link that is up; the answer, or the news that none will come, goes to
// the actor's role.
func (l *link) send(r kmsg.Request, c call) { l.sendWithin(r, c, l.timeout()) }

// sendWithin sends a request that is to be answered within a time of its own. Those behind it wait for as long.
func (l *link) sendWithin(r kmsg.Request, c call, timeout int64) {
	a := l.actor
	a.correlation++
	deadline := a.env.Now() + timeout
	if n := len(l.pending); n > 0 {
		deadline = max(deadline, l.pending[n-1].deadline)
	}
	l.pending = append(l.pending, pending{a.correlation, r, c, deadline})
	a.env.Send(l.conn, a.formatter.AppendRequest(nil, r, a.correlation))
}

// sendUnanswered sends a request that gets no answer: Produce with acks=0.
func (l *link) sendUnanswered(r kmsg.Request) {
	a := l.actor
	a.correlation++
	a.env.Send(l.conn, a.formatter.AppendRequest(nil, r, a.correlation))
}

func (l *link) opened() {
	l.state = linkUp
	l.backoff = 0
	if l.actor.speaks.hello >= 0 {
		l.send(helloRequest(l.actor.speaks.hello), call{kind: callHello})
	}
}

// drop gives the connection up and tells the role of each request that will not be answered.
func (l *link) drop() {
	if l.state == linkDown {
		return
	}
	l.actor.env.Close(l.conn)
	l.closed()
}

func (l *link) closed() {
	l.state, l.conn, l.heldUntil = linkDown, 0, 0
	if l.actor.quiet {
		l.unheard++
	}
	l.backoff = min(max(2*l.backoff, backoffMin), backoffMax)
	l.retryAt = l.actor.env.Now() + l.backoff + int64(l.actor.draw(drawBackoff, 10))*millisecond
	lost := l.pending
	l.pending = nil
	for i := range lost {
		if lost[i].call.kind != callHello {
			l.actor.role.lost(lost[i].call)
		}
	}
}

// expire drops a connection that keeps something waiting for too long.
func (l *link) expire(now int64) {
	switch {
	case l.state == linkOpening && now >= l.deadline,
		l.state == linkUp && len(l.pending) > 0 && now >= l.pending[0].deadline:
		l.drop()
	}
}

// next is when the link needs a Tick, or 0.
func (l *link) next() int64 {
	switch {
	case l.state == linkOpening:
		return l.deadline
	case l.state == linkUp && len(l.pending) > 0:
		return l.pending[0].deadline
	}
	return 0
}

// received takes the frames that are whole and hands on what they answer.
func (l *link) received(b []byte) {
	l.in = append(l.in, b...)
	at, conn := 0, l.conn
	for l.conn == conn && len(l.in)-at >= 4 {
		size := binary.BigEndian.Uint32(l.in[at:])
		if size < 4 || size > frameMax {
			l.broken("a frame of " + strconv.FormatUint(uint64(size), 10) + " bytes")
			return
		}
		if uint64(len(l.in)-at-4) < uint64(size) {
			break
		}
		frame := l.in[at+4 : at+4+int(size)]
		at += 4 + int(size)
		l.answer(frame)
	}
	if l.conn == conn {
		l.in = l.in[:copy(l.in, l.in[at:])]
	}
}

func (l *link) answer(frame []byte) {
	correlation := int32(binary.BigEndian.Uint32(frame))
	if len(l.pending) == 0 || l.pending[0].correlation != correlation {
		l.broken("an answer to no request, or out of order")
		return
	}
	p := l.pending[0]
	response := p.request.ResponseKind()
	response.SetVersion(p.request.GetVersion())
	body := frame[4:]
	if response.IsFlexible() && p.call.kind != callHello {
		// Response header v1 ends in tagged fields, of which there are none (KIP-482).
		if len(body) == 0 || body[0] != 0 {
			l.broken("a response header with tagged fields")
			return
		}
		body = body[1:]
	}
	if err := response.ReadFrom(body); err != nil {
		l.broken("an unreadable answer to " + kmsg.NameForKey(p.request.Key()) + ": " + err.Error())
		return
	}
	l.pending = l.pending[1:]
	l.throttled(response)
	if p.call.kind == callHello {
		l.actor.checkHello(response.(*kmsg.ApiVersionsResponse))
		return
	}
	l.unheard = 0
	l.actor.role.answered(l, p.call, response)
}

// broken notes what no broker may send, and hangs up.
func (l *link) broken(text string) {
	l.actor.odd(l.actor.id, text)
	l.drop()
}
