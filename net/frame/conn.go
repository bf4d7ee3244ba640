package frame

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
)

// Slabs lends read-ahead slabs of Limits.ReadAheadBytes. Nil means that there is none now.
type Slabs interface {
	Borrow() []byte
	Return(slab []byte)
}

// Workspaces lends what decompressing takes, until the batches of one request are validated. Borrow
// may wait for a turn of another connection to give one back, which waits for nothing itself.
type Workspaces interface {
	Borrow(id port.ConnID) *wire.Workspace
	Return(id port.ConnID)
}

// Arrivals bounds what large frames hold while they arrive. Begin tells whether a frame of n bytes may have
// its buffer; if not, Resume is called when it may be tried again. End follows on every Begin that said so, or
// Cancel if the budget had no buffer.
type Arrivals interface {
	Begin(n int) bool
	End(n int)
	Cancel(n int)
}

// Env is what a connection lives on.
type Env struct {
	Limits *port.Limits
	// RequestBytesMax is socket.request.max.bytes: a longer frame ends the connection.
	RequestBytesMax int32
	// Pool lends the buffers of bodies; nil from it means that the budget is spent.
	Pool  port.Pool
	Slabs Slabs
	// Arrivals bounds large frames.
	Arrivals Arrivals
	// Workspaces serve requests with batches that are or get compressed.
	Workspaces Workspaces
	// Published is the configuration that batches are validated against.
	Published func() *msg.Published
}

// Conn is one connection.
type Conn struct {
	env Env
	id  port.ConnID
	on  wire.Listener

	// What was read and not yet parsed is slab[from:to].
	slab     []byte
	from, to int
	// body is the buffer of a frame that does not fit the slab, filled up to got.
	body *port.Buf
	got  int
	// starved says that the budget refused a buffer.
	starved bool
	names   wire.Names
	clients wire.Names

	// requests are decoded and not yet taken; taken is what the last call of Requests gave away.
	requests, taken []wire.Request
	next            port.RequestSeq

	// Marks are the rare branches that were reached.
	Marks port.Marks

	// muted says that nothing is read and nothing sent but what was answered before (KIP-219); later are
	// the replies that came since.
	muted bool
	later []wire.Reply
	// moved says that bytes were read or written since touched, which is when that was seen last.
	moved   bool
	touched kafka.Mono
	// spent is the time of turns that no request was charged with yet.
	spent int64

	// fetching says that the last request taken in is a Fetch.
	fetching bool

	// slots are the correlation ids of the requests in flight from slots[slot] on; answered is the
	// number of the first of them.
	slots    []int32
	slot     int
	answered port.RequestSeq

	w writer

	// ended says that no further frame is read: the peer's end, or a malformed frame.
	ended bool
	// closing says that the connection ends once the queue is sent; broken that it ended.
	closing, broken bool
	reason          string
	// refused says that reason is a frame that cannot be understood.
	refused bool
}

// New is a connection that came in by a listener of the kind on.
func New(id port.ConnID, on wire.Listener, env Env) *Conn {
	return &Conn{env: env, id: id, on: on}
}

// ID is the id of the connection.
func (c *Conn) ID() port.ConnID { return c.id }

// inFlight counts the requests that came in and are not answered, or are not even taken.
func (c *Conn) inFlight() int { return len(c.slots) - c.slot }

// full tells that no further request may be taken in: none is while the connection is muted. Behind a Fetch none is, until its answer has
// left: as in Kafka, a peer that asks and does not read has one such answer kept for it, which may be
// fetch.max.bytes long, and not one for each request that it may have in flight.
func (c *Conn) full() bool {
	if c.muted || c.fetching && (c.inFlight() > 0 || !c.w.empty()) {
		return true
	}
	return c.inFlight()+c.w.replies >= int(c.env.Limits.RequestsPerConn)
}

// Starved tells that the connection waits for the budget: Resume is to be called once memory was
// given back.
func (c *Conn) Starved() bool { return c.starved }

// Requests gives what was decoded since the last call, in order. The slice is valid until the next
// call; the requests are the caller's.
func (c *Conn) Requests() []wire.Request {
	out := c.requests
	if len(out) > 0 {
		out[0].Nanos, c.spent = out[0].Nanos+c.spent, 0
	}
	clear(c.taken)
	c.requests, c.taken = c.taken[:0], out
	return out
}

// Spend notes that a turn of the connection took so many nanoseconds; the next request is charged with
// them. The driver measures them, or draws them.
func (c *Conn) Spend(nanos int64) { c.spent += nanos }

// EOF says that the peer sends nothing more. What it asked is still answered, as Kafka does.
func (c *Conn) EOF() {
	c.end("the peer closed the connection")
	c.dropBody()
	if !c.full() && !c.starved {
		c.dropSlab()
	}
}

// Close ends the connection once what is queued was sent; requests in flight stay unanswered.
func (c *Conn) Close(reason string) {
	for c.muted {
		c.Unmute()
	}
	c.end(reason)
	c.closing = true
	c.starved = false
	c.dropBody()
	c.dropSlab()
}

// CloseIdle ends the connection at once if nothing was read or written for so long, requests in flight and
// replies that the peer does not read included, as Kafka does.
func (c *Conn) CloseIdle(now kafka.Now, idle kafka.Millis) {
	if c.see(now); c.touched.Add(idle.Delay()) <= now.Mono {
		c.end("idle")
		c.Release()
	}
}

// see notes when something moved.
func (c *Conn) see(now kafka.Now) {
	if c.moved {
		c.moved, c.touched = false, now.Mono
	}
}

// Broken says that reading or writing failed: nothing more can be sent.
func (c *Conn) Broken() {
	c.end("the connection broke")
	c.Release()
}

// end stops reading; the first reason counts.
func (c *Conn) end(reason string) {
	if !c.ended {
		c.ended, c.reason = true, reason
	}
}

// malformed gives up reading at a frame that cannot be understood. Kafka closes then without a
// word, having answered what came before.
func (c *Conn) malformed(reason string) {
	c.refused = c.refused || !c.ended
	c.end(reason)
	c.starved = false
	c.dropSlab()
}

// Done tells that there is nothing more to do and the socket is to be closed.
func (c *Conn) Done() bool {
	switch {
	case c.broken:
		return true
	case !c.ended || !c.w.empty():
		return false
	}
	return c.closing || c.slab == nil && c.inFlight() == 0 && len(c.requests) == 0
}

// Reason says why the connection ends, or nothing while it does not.
func (c *Conn) Reason() string { return c.reason }

// Refused says what of the peer's bytes cannot be understood, if that is why the connection ends.
func (c *Conn) Refused() string {
	if !c.refused {
		return ""
	}
	return c.reason
}

// Release gives back every buffer and span that the connection holds, requests that nobody took
// included. Nothing but Done, Reason, and Answer to discard what is still coming is of use then.
func (c *Conn) Release() {
	c.end("released")
	c.closing, c.broken, c.starved = true, true, false
	c.dropBody()
	c.dropSlab()
	for i := range c.requests {
		DiscardRequest(&c.requests[i])
	}
	c.requests = nil
	for _, r := range c.later {
		Discard(r)
	}
	c.later = nil
	c.w.release(c.env.Slabs)
}

func (c *Conn) dropBody() {
	if c.body != nil {
		c.env.Arrivals.End(len(c.body.B))
		c.body.Release()
		c.body, c.got = nil, 0
	}
}

func (c *Conn) dropSlab() {
	if c.slab != nil {
		c.env.Slabs.Return(c.slab)
		c.slab, c.from, c.to = nil, 0, 0
	}
}

// Discard releases what a reply holds, for a connection that is gone.
func Discard(r wire.Reply) {
	f, ok := r.Body.(*wire.FetchResponse)
	if !ok {
		return
	}
	for i := range f.Topics {
		for j := range f.Topics[i].Partitions {
			f.Topics[i].Partitions[j].Records.Release()
		}
	}
}

// DiscardRequest releases what a request holds, for a connection that is gone.
func DiscardRequest(r *wire.Request) {
	p, ok := r.Body.(*wire.ProduceRequest)
	if !ok {
		return
	}
	for i := range p.Topics {
		for j := range p.Topics[i].Partitions {
			p.Topics[i].Partitions[j].Span.Release()
		}
	}
}
