package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// look asks about all partitions of a fetch that neither waits nor reads, and then reads, waits or
// answers.
func (s *Session) look(now kafka.Now, id msg.Op, o *op, v View) {
	f := o.fetch
	readable, waits := false, false
	for i := range f.parts {
		can, urgent := f.parts[i].ask(f, v)
		readable = readable || can
		f.urgent = f.urgent || urgent
		waits = waits || !f.parts[i].unknown
	}
	switch {
	case readable:
		s.readFetch(now, id, o, v)
	case f.urgent || !waits:
		s.answerFetch(now, id, o, v)
	default:
		s.park(now, id, o, v)
	}
}

// readFetch begins to read the parts from the first one on.
func (s *Session) readFetch(now kafka.Now, id msg.Op, o *op, v View) {
	f := o.fetch
	f.next, f.got, f.more = 0, 0, false
	f.remaining = int64(f.maxBytes)
	s.issueReads(now, id, o, v)
}

// issueReads reads on. A part is read with no more than what those before it left, so one whose
// share depends on reads under way waits for them; a usual fetch has room for all at once.
func (s *Session) issueReads(now kafka.Now, id msg.Op, o *op, v View) {
	f := o.fetch
	for int(f.next) < len(f.parts) {
		part := &f.parts[f.next]
		if part.err != kafka.None || part.hasDiverging || part.offset >= part.upto {
			f.next++
			continue
		}
		first := f.got == 0 && f.reading == 0
		if f.reading > 0 && int64(part.maxBytes) > f.remaining {
			s.marks.Hit(port.MarkFetchInTurns)
			return
		}
		part.reserved = min(int64(part.maxBytes), f.remaining)
		if part.reserved <= 0 && !first {
			f.more = true
			f.next++
			continue
		}
		part.reserved = max(part.reserved, 0)
		s.Out.Reads = append(s.Out.Reads, port.Read{
			ID: s.newRead(id, f.next), Kind: port.ReadBatches, Log: part.log,
			From: part.offset, Upto: part.upto, BytesMax: int32(part.reserved), AtLeastOne: first,
		})
		f.remaining -= part.reserved
		f.reading++
		f.next++
	}
	if f.reading == 0 {
		s.fetchWasRead(now, id, o, v)
	}
}

// fetchRead takes what was read of one part.
func (s *Session) fetchRead(now kafka.Now, id msg.Op, o *op, slot int32, d *port.ReadDone, v View) {
	f := o.fetch
	part := &f.parts[slot]
	f.reading--
	n := int64(d.Span.Len())
	f.remaining += part.reserved - n
	f.got += n
	part.span = d.Span
	if d.Fail != port.FailNone {
		s.marks.Hit(port.MarkFetchReadFailed)
		s.drop(d.Span)
		part.span = port.Span{}
		f.urgent = true
		// The log may have changed under the read; then its replica knows why.
		if _, changed := part.ask(f, v); !changed {
			part.err = kafka.ErrKafkaStorageError
		}
	} else if d.Next < part.upto {
		f.more = true
	}
	s.issueReads(now, id, o, v)
}

// fetchWasRead answers if there is enough, or if waiting could not bring more, and else waits.
func (s *Session) fetchWasRead(now kafka.Now, id msg.Op, o *op, v View) {
	f := o.fetch
	if f.urgent || f.more || f.got >= int64(f.minBytes) || f.deadline <= now.Mono {
		s.answerFetch(now, id, o, v)
		return
	}
	s.dropSpans(f)
	s.parkAfterRead(now, id, o, v)
}

// parkAfterRead parks a fetch with what it read as a start, unless the partitions changed while
// it read.
func (s *Session) parkAfterRead(now kafka.Now, id msg.Op, o *op, v View) {
	f := o.fetch
	f.have = f.got
	for i := range f.parts {
		part := &f.parts[i]
		before := part.committed
		_, urgent := part.ask(f, v)
		f.urgent = f.urgent || urgent
		f.have += max(part.committed-before, 0)
	}
	if f.urgent || f.have >= int64(f.minBytes) {
		s.marks.Hit(port.MarkFetchOvertaken)
		f.urgent = true
		s.look(now, id, o, v)
		return
	}
	s.parkKnown(now, id, o, v)
}

// park parks a fetch that could read nothing.
func (s *Session) park(now kafka.Now, id msg.Op, o *op, v View) {
	o.fetch.have = 0
	s.parkKnown(now, id, o, v)
}

// parkKnown parks a fetch under its partitions. Beyond Limits.FetchWaiters it is answered at once.
func (s *Session) parkKnown(now kafka.Now, id msg.Op, o *op, v View) {
	f := o.fetch
	if s.parked >= s.limits.FetchWaiters {
		s.marks.Hit(port.MarkFetchWaitersFull)
		s.answerFetch(now, id, o, v)
		return
	}
	s.parked++
	f.parked = true
	for i := range f.parts {
		if !f.parts[i].unknown {
			s.addWait(f.parts[i].log, waiting{id, int32(i)})
		}
	}
	s.startTimer(id, o, f.deadline)
}

func (s *Session) unpark(id msg.Op, o *op) {
	f := o.fetch
	s.parked--
	f.parked = false
	for i := range f.parts {
		if !f.parts[i].unknown {
			s.removeWait(f.parts[i].log, waiting{id, int32(i)})
		}
	}
	s.stopTimer(o)
}

// fetchWoken lets a parked fetch look again. If enough bytes came it takes what it gets, as Kafka
// does, even if that is less.
func (s *Session) fetchWoken(now kafka.Now, id msg.Op, o *op, v View) {
	s.unpark(id, o)
	f := o.fetch
	f.urgent = f.have >= int64(f.minBytes)
	s.look(now, id, o, v)
}

// fetchTimedOut answers a parked fetch with whatever there is.
func (s *Session) fetchTimedOut(now kafka.Now, id msg.Op, o *op, v View) {
	s.unpark(id, o)
	o.fetch.urgent = true
	s.look(now, id, o, v)
}

func (s *Session) answerFetch(now kafka.Now, id msg.Op, o *op, v View) {
	r := s.fetchResponse(now, o.fetch, int16(o.version), v)
	s.dropSpans(o.fetch)
	s.finish(id, o, r)
}

func (s *Session) dropSpans(f *fetchOp) {
	for i := range f.parts {
		s.drop(f.parts[i].span)
		f.parts[i].span = port.Span{}
	}
}

// giveUpFetch lets go of what a fetch holds.
func (s *Session) giveUpFetch(id msg.Op, o *op) {
	if o.fetch.parked {
		s.marks.Hit(port.MarkFetchGivenUp)
		s.unpark(id, o)
	}
	s.dropSpans(o.fetch)
}
