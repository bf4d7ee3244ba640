package frame

import (
	"encoding/binary"
	"strconv"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/wire"
)

// lengthSize is the size of a frame's length, which the length does not count.
const lengthSize = 4

// Want is where the next bytes go. It is called when the socket has some, since it borrows a slab.
// Nil means that nothing is to be read now: at the limit of requests, without budget, or at the
// end. After every Want that was not nil comes a Filled, if only with 0, and no other call in
// between: the memory may be gone after any other.
func (c *Conn) Want() []byte {
	switch {
	case c.Paused():
		return nil
	case c.body != nil:
		return c.body.B[c.got:]
	case c.slab == nil:
		if c.slab = c.env.Slabs.Borrow(); c.slab == nil {
			return nil
		}
	}
	return c.slab[c.to:]
}

// Paused tells that Want gives nothing before some other call changes that.
func (c *Conn) Paused() bool {
	switch {
	case c.ended || c.starved || c.muted:
		return true
	case c.body != nil:
		return false
	}
	return c.full() || c.slab != nil && c.to == len(c.slab) // whole frames wait for Resume
}

// Filled says that n bytes arrived where Want said. Every request that is whole now is decoded, as
// far as the limit of requests allows.
func (c *Conn) Filled(now kafka.Now, n int) {
	c.moved = c.moved || n > 0
	c.see(now)
	switch {
	case c.broken:
		return
	case c.body == nil:
		if n > len(c.slab)-c.to {
			panic("BUG: more bytes were filled in than wanted")
		}
		c.to += n
		c.parse(now)
		return
	case n > len(c.body.B)-c.got:
		panic("BUG: more bytes were filled in than wanted")
	}
	c.got += n
	if c.got == len(c.body.B) {
		body := c.body
		c.body, c.got = nil, 0
		c.env.Arrivals.End(len(body.B))
		if !c.ended {
			c.take(now, body.B, body)
		}
		body.Release()
	}
}

// Resume goes on with what was held back, by the limit of requests or by the budget. It is called
// after Answer and Sent, and when memory came back while Starved was true; it costs nothing if
// nothing was held back.
func (c *Conn) Resume(now kafka.Now) {
	c.see(now)
	if c.broken || c.closing || c.slab == nil {
		return
	}
	c.starved = false
	c.parse(now)
}

// parse decodes the frames that lie whole in the slab, and gives a frame that does not fit it a
// buffer of its own.
func (c *Conn) parse(now kafka.Now) {
	for c.slab != nil && !c.full() && c.to-c.from >= lengthSize {
		unread := c.slab[c.from:c.to]
		size := int(int32(binary.BigEndian.Uint32(unread)))
		if size < 0 || size > int(c.env.RequestBytesMax) {
			c.malformed("a frame of " + strconv.Itoa(size) + " bytes")
			return
		}
		if lengthSize+size > len(unread) {
			if lengthSize+size > len(c.slab) && !c.ended {
				c.outgrow(unread[lengthSize:], size)
			}
			break
		}
		if !c.take(now, unread[lengthSize:lengthSize+size], nil) {
			break
		}
		c.from += lengthSize + size
	}
	c.compact()
}

// outgrow moves the begun frame into a buffer of its exact size.
func (c *Conn) outgrow(begun []byte, size int) {
	if !c.env.Arrivals.Begin(size) {
		c.Marks.Hit(port.MarkArrivalsFull)
		c.starved = true
		return
	}
	buf := c.env.Pool.Get(size)
	if buf == nil {
		c.Marks.Hit(port.MarkBodyStarved)
		c.env.Arrivals.Cancel(size)
		c.starved = true
		return
	}
	c.body, c.got = buf, copy(buf.B, begun)
	c.from = c.to
}

// compact moves what is unread to the front of the slab, or gives the slab back.
func (c *Conn) compact() {
	switch {
	case c.slab == nil:
	case c.from == c.to || c.ended && !c.starved && !c.full():
		c.dropSlab()
	case c.from > 0:
		c.Marks.Hit(port.MarkSlabMoved)
		c.to = copy(c.slab, c.slab[c.from:c.to])
		c.from = 0
	}
}

// take decodes one frame; buf owns its bytes, or is nil for bytes in the slab. False means that
// the frame was not taken: it is malformed, or has to wait for the budget.
func (c *Conn) take(now kafka.Now, frame []byte, buf *port.Buf) bool {
	h, body, err := wire.ParseHeader(frame, c.on)
	if err != nil {
		c.malformed(err.Error())
		return false
	}
	r := wire.Request{
		Conn:     c.id,
		Seq:      c.next,
		Version:  h.Version,
		ClientID: c.clients.Get(h.ClientID),
		Bytes:    int32(len(frame)),
	}
	if h.API.Key == wire.KeyProduce {
		p, err := c.produce(h, body, buf)
		if p == nil && err == nil {
			return false
		}
		if err != nil {
			c.malformed(err.Error())
			return false
		}
		r.Body = p
	} else if r.Body, err = wire.DecodeBody(h, body); err != nil {
		c.malformed(err.Error())
		return false
	}
	c.validate(&r, now)
	c.fetching = h.API.Key == wire.KeyFetch
	c.next++
	c.push(h.Correlation)
	c.requests = append(c.requests, r)
	return true
}

// produce decodes a Produce whose spans share one buffer: that of the frame, or for a frame in the
// slab a copy. It returns nothing at all when the budget has no room for the copy.
func (c *Conn) produce(h wire.Header, body []byte, buf *port.Buf) (*wire.ProduceRequest, error) {
	if buf == nil {
		if buf = c.env.Pool.Get(len(body)); buf == nil {
			c.Marks.Hit(port.MarkBatchStarved)
			c.starved = true
			return nil, nil
		}
		defer buf.Release()
		body = buf.B[:copy(buf.B, body)]
	}
	p, err := wire.DecodeProduce(h.Version, body, &c.names)
	if err != nil {
		return nil, err
	}
	for i := range p.Topics {
		for j := range p.Topics[i].Partitions {
			part := &p.Topics[i].Partitions[j]
			part.CheckBatch(h.Version)
			if part.Err == kafka.None {
				buf.Retain()
				part.Span = port.MemSpan(part.Span.Bytes(), buf)
			}
		}
	}
	return p, nil
}

// push notes a request in flight.
func (c *Conn) push(correlation int32) {
	if c.slot > 0 && len(c.slots) == cap(c.slots) {
		c.Marks.Hit(port.MarkSlotsMoved)
		c.slots = c.slots[:copy(c.slots, c.slots[c.slot:])]
		c.slot = 0
	}
	c.slots = append(c.slots, correlation)
}
