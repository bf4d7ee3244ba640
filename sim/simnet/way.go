package simnet

const (
	// delayLeast is what a segment takes at least, in nanoseconds; a draw lengthens it up to
	// delaySteps/8 times that.
	delayLeast = 50_000
	delaySteps = 64
	// chopMost is how many segments a chopped write has at most.
	chopMost = 5
)

// markKind says what arrives.
type markKind uint8

const (
	markOpen  markKind = iota // the connection itself
	markData                  // bytes, up to the mark's
	markEnd                   // the sender's end of stream
	markReset                 // the connection is broken
)

// mark is one arrival, in the order of sending.
type mark struct {
	kind markKind
	at   int64
	// upto counts the bytes sent on this way before and with this mark, size its own.
	upto, size int64
}

// way is one direction. Bytes are counted from the beginning: read <= arrived <= sent, and data
// holds those from read to sent.
type way struct {
	conn   *conn
	number Way
	window int
	keys   keys

	data                []byte
	read, arrived, sent int64
	marks               []mark
	lastAt              int64 // of the latest mark

	ended bool // the sender said that it sends nothing more
	end   bool // that has arrived
	// cut says that a reset was sent on this way; a sender that does not know of it yet (it came
	// from between the ends) sends into nothing.
	cut bool
	// full says that the sender was told so; roomAt is when it learns of room, 0: not yet known.
	full   bool
	roomAt int64
	held   bool // a partition holds everything back, also the news of room for the other way
}

func (w *way) net() *Net  { return w.conn.net }
func (w *way) from() *End { return &w.conn.ends[w.number&1] }
func (w *way) to() *End   { return &w.conn.ends[1-w.number&1] }
func (w *way) back() *way { return &w.conn.ways[1-w.number&1] }

// unread is how many bytes the receiver could read now, room how many more the window takes.
func (w *way) unread() int { return int(w.arrived - w.read) }
func (w *way) room() int   { return w.window - int(w.sent-w.read) }

// delay draws how long a segment takes.
func (w *way) delay() int64 {
	n := w.net()
	took := delayLeast + delayLeast*int64(n.env.Draw(w.keys.of(ofDelay), delaySteps))/8
	if n.faults.LateNanos > 0 && n.strikes(w.keys.of(ofLate), n.faults.Late) {
		n.bites.Late++
		took += 1 + int64(n.env.Draw(w.keys.of(ofLateBy), n.faults.LateNanos))
	}
	return took
}

// arrival draws when something sent now arrives: not before what was sent earlier.
func (w *way) arrival() int64 {
	w.lastAt = max(w.lastAt, w.net().env.Now()+w.delay())
	return w.lastAt
}

// add sends a mark. While the way is held, nothing is due.
func (w *way) add(m mark) {
	w.marks = append(w.marks, m)
	if !w.held {
		w.schedule(m.at)
	}
}

func (w *way) schedule(at int64) {
	w.net().due = append(w.net().due, Due{At: at, Way: w.number})
}

// transmit sends the last n bytes of data, which were just accepted.
func (w *way) transmit(n int) {
	segments := 1
	if n > 1 && w.net().strikes(w.keys.of(ofChop), w.net().faults.Chop) {
		w.net().bites.Chops++
		segments = 2 + int(w.net().env.Draw(w.keys.of(ofCut), min(chopMost, uint64(n))-1))
	}
	for ; segments > 1; segments-- {
		part := 1 + int(w.net().env.Draw(w.keys.of(ofCut), uint64(n-segments+1)))
		n -= part
		w.segment(part)
	}
	w.segment(n)
}

func (w *way) segment(n int) {
	w.sent += int64(n)
	w.add(mark{kind: markData, at: w.arrival(), upto: w.sent, size: int64(n)})
}

// finish sends the end of the stream.
func (w *way) finish() {
	if !w.ended && !w.cut {
		w.add(mark{kind: markEnd, at: w.arrival(), upto: w.sent})
	}
	w.ended = true
}

// reset sends a reset, once. A drawn number of segments that are under way are lost to it, the
// latest first.
func (w *way) reset() {
	if w.cut {
		return
	}
	w.cut = true
	lost := w.net().env.Draw(w.keys.of(ofLose), uint64(len(w.marks)+1))
	for last := len(w.marks) - 1; lost > 0 && w.marks[last].kind != markOpen; last-- {
		m := w.marks[last]
		w.marks = w.marks[:last]
		w.net().bites.LostBytes += uint64(m.size)
		w.sent -= m.size
		w.data = w.data[:len(w.data)-int(m.size)]
		lost--
	}
	w.lastAt = 0
	if n := len(w.marks); n > 0 {
		w.lastAt = w.marks[n-1].at
	}
	w.add(mark{kind: markReset, at: w.arrival(), upto: w.sent})
}

// take moves bytes to the reader and lets the sender know of the room, if it waits for that.
func (w *way) take(p []byte) {
	copy(p, w.data)
	w.drop(len(p))
	if w.full && w.roomAt == 0 {
		w.tellRoom()
	}
}

// drop forgets the first n bytes.
func (w *way) drop(n int) {
	w.read += int64(n)
	w.data = w.data[n:]
	if len(w.data) == 0 {
		w.data = nil
	}
}

// tellRoom schedules the moment in which the sender learns that the way is not full any more.
func (w *way) tellRoom() {
	w.roomAt = w.net().env.Now() + w.delay()
	w.schedule(w.roomAt)
}

// deliver lets everything arrive that is due.
func (w *way) deliver() {
	now := w.net().env.Now()
	for !w.held && len(w.marks) > 0 && w.marks[0].at <= now {
		m := w.marks[0]
		w.marks = w.marks[1:]
		w.arrive(m)
	}
	if from := w.from(); w.full && w.roomAt != 0 && w.roomAt <= now && !w.back().held && !from.closed {
		w.full, w.roomAt = false, 0
		w.net().wake(Woken{End: from, Writable: true})
	}
}

func (w *way) arrive(m mark) {
	to := w.to()
	switch {
	case to.gone:
		w.net().bites.LostBytes += uint64(m.size)
		return
	case to.closed:
		if m.kind == markData {
			// Nobody is there to read it: TCP answers with a reset.
			w.net().bites.LostBytes += uint64(m.size)
			to.out().reset()
		}
		return
	}
	switch m.kind {
	case markOpen:
		w.net().wake(Woken{End: to, Opened: true})
	case markData:
		w.arrived = m.upto
		w.net().wake(Woken{End: to, Readable: true})
	case markEnd:
		w.end = true
		w.net().wake(Woken{End: to, Readable: true})
	case markReset:
		to.broken = true
		w.net().wake(Woken{End: to, Readable: true, Writable: true})
	}
}

// release ends a hold: what waited goes on its way now, in its order.
func (w *way) release() {
	if !w.held {
		return
	}
	w.held = false
	w.lastAt = 0
	now := w.net().env.Now()
	for i := range w.marks {
		m := &w.marks[i]
		if m.at <= now {
			w.net().bites.Held++
		}
		m.at = max(m.at, w.arrival())
		w.lastAt = m.at
		w.schedule(m.at)
	}
	if b := w.back(); b.roomAt != 0 {
		b.schedule(max(b.roomAt, now))
	}
}
