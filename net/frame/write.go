package frame

import (
	"momus/core/port"
	"momus/core/wire"
)

// writer is what is to be sent: spans in order. Their own bytes lie in a borrowed slab, and beyond
// it in chunks of the same size, so that a reply costs no allocation; records lie where they are.
type writer struct {
	// out[head:] is unsent; the first of it may be the rest of a span.
	out  []port.Span
	head int
	// replies counts what was queued since nothing was unsent.
	replies int
	// buf is what replies are encoded into; slab is the borrowed one, given back when all is sent.
	buf, slab []byte
	// open says that the last span of out is buf[start:], so that a reply may lengthen it.
	open  bool
	start int
	cuts  []wire.Cut
}

func (w *writer) empty() bool { return w.head == len(w.out) }

// Answer takes the reply to the first request in flight. Without a body nothing is sent (Produce
// with acks=0), and the request is done all the same.
func (c *Conn) Answer(r wire.Reply) {
	if c.broken || c.closing {
		Discard(r)
		return
	}
	if c.muted {
		c.later = append(c.later, r)
		return
	}
	c.muted = r.Mute
	if c.inFlight() == 0 || r.Seq != c.answered {
		panic("BUG: a reply out of turn")
	}
	correlation := c.slots[c.slot]
	c.slot++
	c.answered++
	if c.slot == len(c.slots) {
		c.slots, c.slot = c.slots[:0], 0
	}
	if r.Body != nil {
		c.w.reply(correlation, r.Body, c.env.Slabs, int(c.env.Limits.ReadAheadBytes))
	}
}

// Unmute ends what a reply with Mute began: what was answered since is sent, up to the next such reply.
func (c *Conn) Unmute() {
	c.muted = false
	for len(c.later) > 0 && !c.muted {
		r := c.later[0]
		c.later = append(c.later[:0], c.later[1:]...)
		c.Answer(r)
	}
}

// reply encodes one reply. Its own bytes and its records alternate in out.
func (w *writer) reply(correlation int32, body wire.Response, slabs Slabs, chunk int) {
	if w.buf == nil {
		w.slab = slabs.Borrow()
		w.buf = w.slab[:0]
	}
	if len(w.buf) > cap(w.buf)/2 || w.buf == nil {
		w.buf, w.open = make([]byte, 0, chunk), false
	}
	at := len(w.buf)
	b, cuts := wire.AppendReply(w.buf, w.cuts[:0], correlation, body)
	w.buf = b // grown or not, it holds all of the last span
	for _, cut := range cuts {
		w.own(at, cut.At)
		w.out = append(w.out, cut.Span)
		w.open = false
		at = cut.At
	}
	w.own(at, len(b))
	clear(cuts)
	w.cuts = cuts
	w.replies++
}

// own queues buf[from:to], as part of the last span if that ends there.
func (w *writer) own(from, to int) {
	switch {
	case from == to:
		return
	case w.open:
		w.out[len(w.out)-1] = port.MemSpan(w.buf[w.start:to], nil)
		return
	}
	w.open, w.start = true, from
	w.out = append(w.out, port.MemSpan(w.buf[from:to], nil))
}

// Out is what is to be written, in order. It is valid until the next call of any method.
func (c *Conn) Out() []port.Span { return c.w.out[c.w.head:] }

// Sent says that n bytes of Out were written; spans that left whole are released.
func (c *Conn) Sent(n int) {
	c.moved = c.moved || n > 0
	if !c.broken {
		c.w.sent(n, c.env.Slabs)
	}
}

func (w *writer) sent(n int, slabs Slabs) {
	for n > 0 {
		if w.empty() {
			panic("BUG: more bytes were sent than there were")
		}
		s := &w.out[w.head]
		if n < s.Len() {
			if w.open && w.head == len(w.out)-1 {
				w.start += n
			}
			*s = s.Slice(n, s.Len())
			return
		}
		n -= s.Len()
		s.Release()
		*s = port.Span{}
		w.head++
	}
	if w.empty() {
		w.reset(slabs)
	}
}

// release drops everything unsent.
func (w *writer) release(slabs Slabs) {
	for _, s := range w.out[w.head:] {
		s.Release()
	}
	clear(w.out)
	w.reset(slabs)
}

// reset gives back what holds bytes, once nothing is unsent.
func (w *writer) reset(slabs Slabs) {
	if w.slab != nil {
		slabs.Return(w.slab)
	}
	w.out, w.head, w.replies = w.out[:0], 0, 0
	w.buf, w.slab, w.open = nil, nil, false
}
