package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"
)

// op is a request under way. At most one of the bodies is there; InitProducerId needs none.
type op struct {
	// use counts the ops that had this place before.
	use  int64
	live bool
	// auto says that no client asked; nobody is answered.
	auto    bool
	conn    port.ConnID
	seq     port.RequestSeq
	version kafka.APIVersion
	// timer is the place in timers plus one; 0 means that none runs.
	timer int32

	produce *produceOp
	fetch   *fetchOp
	offsets *offsetsOp
	create  *createOp
	delete  *deleteOp
	trim    *trimOp
	alter   *alterOp
	dirs    *logDirsOp
	forward *wire.Request
	move    *moveOp
	groups  *groupsOp
}

// An id of an op or a read is its place in the low bits and its use above. Ids have a few bits to
// spare, which the node takes.
const (
	placeBits = 22
	useMask   = 1<<38 - 1
)

func nameOf(place int32, use int64) int64 { return use<<placeBits | int64(place) }

func placeOf(id int64) (place int32, use int64) {
	return int32(id & (1<<placeBits - 1)), id >> placeBits
}

// begin queues a request that is answered within the call; from here on it must be.
func (c *conn) begin() { c.queue = append(c.queue, pending{op: noOp, use: c.starting}) }

// noOp names no op.
const noOp msg.Op = -1

// beginOp queues a request and makes its op. The pointer is good until the next op is made.
func (s *Session) beginOp(c *conn, req *wire.Request) (msg.Op, *op) {
	id, o := s.newOp()
	o.conn, o.seq, o.version = req.Conn, req.Seq, req.Version
	c.queue = append(c.queue, pending{op: id, use: c.starting})
	return id, o
}

func (s *Session) newOp() (msg.Op, *op) {
	var place int32
	if n := len(s.freeOps); n > 0 {
		place = s.freeOps[n-1]
		s.freeOps = s.freeOps[:n-1]
	} else {
		place = int32(len(s.ops))
		if place == 1<<placeBits {
			panic("BUG: more requests under way than connections may have")
		}
		s.ops = append(s.ops, op{})
	}
	o := &s.ops[place]
	*o = op{use: o.use, live: true}
	return msg.Op(nameOf(place, o.use)), o
}

// op finds a live op, or returns nil: its request was answered or its connection is gone.
func (s *Session) op(id msg.Op) *op {
	place, use := placeOf(int64(id))
	if id < 0 || int(place) >= len(s.ops) {
		return nil
	}
	if o := &s.ops[place]; o.live && o.use == use {
		return o
	}
	return nil
}

// freeOp ends an op. Its body goes back for reuse.
func (s *Session) freeOp(id msg.Op, o *op) {
	s.stopTimer(o)
	s.spare.give(o)
	place, use := placeOf(int64(id))
	*o = op{use: (use + 1) & useMask}
	s.freeOps = append(s.freeOps, place)
}

// abandon ends the op of a connection that is gone.
func (s *Session) abandon(id msg.Op, o *op) {
	if o.fetch != nil {
		s.giveUpFetch(id, o)
	}
	s.freeOp(id, o)
}

// finish answers the op's request and ends the op. A nil body completes it without a reply.
func (s *Session) finish(id msg.Op, o *op, body wire.Response) {
	conn, seq := o.conn, o.seq
	s.freeOp(id, o)
	s.complete(conn, seq, body)
}

// spare are bodies of ended ops. They keep their slices, which is what makes a request cheap.
type spare struct {
	produces []*produceOp
	fetches  []*fetchOp
	offsets  []*offsetsOp
}

// spareMax bounds each list: a burst of requests is not remembered for ever.
const spareMax = 256

func (p *spare) give(o *op) {
	if o.produce != nil && len(p.produces) < spareMax {
		o.produce.reset()
		p.produces = append(p.produces, o.produce)
	}
	if o.fetch != nil && len(p.fetches) < spareMax {
		o.fetch.reset()
		p.fetches = append(p.fetches, o.fetch)
	}
	if o.offsets != nil && len(p.offsets) < spareMax {
		o.offsets.reset()
		p.offsets = append(p.offsets, o.offsets)
	}
}

// take removes the last of a list, or makes a new one.
func take[T any](list *[]*T) *T {
	n := len(*list)
	if n == 0 {
		return new(T)
	}
	v := (*list)[n-1]
	(*list)[n-1] = nil
	*list = (*list)[:n-1]
	return v
}

// read says whose read it is.
type read struct {
	use  int64
	live bool
	op   msg.Op
	slot int32
}

func (s *Session) newRead(id msg.Op, slot int32) port.ReadID {
	var place int32
	if n := len(s.freeReads); n > 0 {
		place = s.freeReads[n-1]
		s.freeReads = s.freeReads[:n-1]
	} else {
		place = int32(len(s.reads))
		if place == 1<<placeBits {
			panic("BUG: too many reads under way")
		}
		s.reads = append(s.reads, read{})
	}
	r := &s.reads[place]
	*r = read{use: r.use, live: true, op: id, slot: slot}
	return port.ReadID(nameOf(place, r.use))
}

// ReadDone takes what a read found.
func (s *Session) ReadDone(now kafka.Now, d *port.ReadDone, v View) {
	place, use := placeOf(int64(d.ID))
	if int(place) >= len(s.reads) || !s.reads[place].live || s.reads[place].use != use {
		panic("BUG: an answer to a read that was not asked for")
	}
	r := s.reads[place]
	s.reads[place] = read{use: (use + 1) & useMask}
	s.freeReads = append(s.freeReads, place)
	o := s.op(r.op)
	switch {
	case o == nil:
		s.drop(d.Span)
	case o.fetch != nil:
		s.fetchRead(now, r.op, o, r.slot, d, v)
	case o.offsets != nil:
		s.offsetRead(r.op, o, r.slot, d, v)
	case o.dirs != nil:
		s.spaceRead(r.op, o, r.slot, d)
	default:
		panic("BUG: an answer to a read of an op that does not read")
	}
}
