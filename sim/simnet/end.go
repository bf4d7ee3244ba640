package simnet

import (
	"errors"
	"fmt"

	"momus/core/port"
	"momus/net/sock"
)

// End is one end of a connection.
type End struct {
	conn *conn
	side int // 0 dialled, 1 serves
	// closed says that this end was closed or reset, or that its machine is gone.
	closed bool
	// broken says that a reset arrived.
	broken bool
	// gone says that the machine lost power: it answers nothing, not even with a reset.
	gone bool
}

var _ sock.Socket = (*End)(nil)

// Conn numbers the connection in its network, from 1.
func (e *End) Conn() int64 { return e.conn.id }

// Serves tells the end that was dialled from the one that dialled.
func (e *End) Serves() bool { return e.side == 1 }

// Peer is the other end.
func (e *End) Peer() *End { return &e.conn.ends[1-e.side] }

func (e *End) out() *way { return &e.conn.ways[e.side] }
func (e *End) in() *way  { return &e.conn.ways[1-e.side] }
func (e *End) net() *Net { return e.conn.net }

// Readable tells whether TryRead would say anything but again.
func (e *End) Readable() bool {
	return e.closed || e.broken || e.in().end || e.in().unread() > 0
}

// Writable tells whether TryWrite would accept something or fail.
func (e *End) Writable() bool {
	w := e.out()
	return e.closed || e.broken || w.ended || w.cut || !w.full && w.room() > 0
}

// TryRead implements sock.Socket. What arrived before a reset can still be read.
func (e *End) TryRead(p []byte) (n int, again bool, err error) {
	w := e.in()
	if e.closed {
		return 0, false, sock.ErrClosed
	}
	n = min(len(p), w.unread())
	switch {
	case n > 0:
	case e.broken:
		return 0, false, sock.ErrReset
	case w.end:
		return 0, false, nil
	default:
		return 0, true, nil
	}
	if n > 1 && e.net().strikes(w.keys.of(ofRead), e.net().faults.ShortRead) {
		e.net().bites.ShortReads++
		n -= 1 + int(e.net().env.Draw(w.keys.of(ofReadCut), uint64(n-1)))
	}
	w.take(p[:n])
	return n, false, nil
}

// TryWrite implements sock.Socket.
func (e *End) TryWrite(spans []port.Span) (n int, full bool, err error) {
	w := e.out()
	switch {
	case e.closed, w.ended && !e.broken:
		return 0, false, sock.ErrClosed
	case e.broken:
		return 0, false, sock.ErrReset
	}
	total := 0
	for i := range spans {
		total += spans[i].Len()
	}
	if w.cut {
		e.net().bites.LostBytes += uint64(total)
		return total, false, nil
	}
	accept := min(total, w.room())
	if w.full {
		accept = 0
	}
	if accept > 1 && e.net().strikes(w.keys.of(ofAccept), e.net().faults.ShortWrite) {
		e.net().bites.ShortWrites++
		accept -= 1 + int(e.net().env.Draw(w.keys.of(ofAcceptCut), uint64(accept-1)))
	}
	n, err = w.accept(spans, accept)
	if n > 0 {
		w.transmit(n)
	}
	if err != nil {
		return n, false, err
	}
	if n < total && !w.full {
		w.full = true
		if w.room() > 0 {
			w.tellRoom()
		}
	}
	if total > 0 && e.net().strikes(w.keys.of(ofReset), e.net().faults.Reset) {
		e.BreakDown()
	}
	return n, n < total, nil
}

// accept copies the first n bytes of the spans into the way. Of a region that cannot be read
// nothing is accepted, as sendfile has it.
func (w *way) accept(spans []port.Span, n int) (int, error) {
	done := 0
	for i := 0; i < len(spans) && done < n; i++ {
		part := min(spans[i].Len(), n-done)
		if spans[i].InMemory() {
			w.data = append(w.data, spans[i].Bytes()[:part]...)
			done += part
			continue
		}
		before := len(w.data)
		w.data = append(w.data, make([]byte, part)...)
		region, off := spans[i].Region()
		got, err := region.ReadAt(w.data[before:], off)
		if err != nil || got < part {
			w.data = w.data[:before]
			return done, errors.Join(fmt.Errorf("%w: %d of %d bytes at %d", sock.ErrRegion, got, part, off), err)
		}
		done += part
	}
	return done, nil
}

// CloseWrite implements sock.Socket.
func (e *End) CloseWrite() error {
	switch {
	case e.closed:
		return sock.ErrClosed
	case e.broken:
		return sock.ErrReset
	}
	e.out().finish()
	return nil
}

// Close implements sock.Socket. A process that dies closes its ends like that: the machine's
// kernel does it.
func (e *End) Close() error {
	if e.closed {
		return sock.ErrClosed
	}
	if e.in().unread() > 0 {
		return e.Reset()
	}
	if !e.broken {
		e.out().finish()
	}
	e.close()
	return nil
}

// Reset closes with a reset, as a close over unread bytes does, or the machine of a process that
// is not there.
func (e *End) Reset() error {
	if e.closed {
		return sock.ErrClosed
	}
	if !e.broken {
		e.out().reset()
	}
	e.close()
	return nil
}

func (e *End) close() {
	e.closed = true
	e.in().drop(e.in().unread())
	e.conn.forget()
}

// BreakDown is a reset from the network between the ends: both see it, each in its time.
func (e *End) BreakDown() {
	broke := false
	for i := range e.conn.ways {
		if w := &e.conn.ways[i]; !w.to().closed && !w.cut {
			w.reset()
			broke = true
		}
	}
	if broke {
		e.net().bites.Resets++
	}
}

// Vanish is a power loss of this end's machine: nothing says goodbye, and the connection is
// half-open from then on. What was under way from it still arrives.
func (e *End) Vanish() {
	e.closed, e.gone = true, true
}

// Reappear says that the machine is up again and knows nothing of the connection: it answers the
// peer's retransmissions with a reset. A peer that has nothing outstanding learns nothing until it
// sends.
func (e *End) Reappear() {
	if !e.gone {
		return
	}
	e.gone = false
	if w := e.in(); w.sent > w.arrived && !e.Peer().closed {
		e.out().reset()
	}
	e.conn.forget()
}

// Hold keeps back what this end sends, as a partition of the network does, until Release; what is
// under way already is kept back as well.
func (e *End) Hold() { e.out().held = true }

// Release ends a Hold. Everything that waited arrives, in its order.
func (e *End) Release() { e.out().release() }
