package seglog

import "momus/core/port"

// tails is a worker's share of the memory in which the last appends of its logs are kept. What was
// appended first, in whatever log, goes first.
type tails struct {
	bytesMax int64
	// bytes is the memory that the chunks keep from being used again: the whole buffer of each, which
	// is that of a request, with the batches of other logs and with those that were refused.
	bytes int64
	// held counts the chunks that lie in each buffer.
	held map[*port.Buf]int32
	// order lists the chunks by age; the first head of it are gone. An entry whose chunk was
	// dropped otherwise is skipped when it comes up.
	order []tailEntry
	head  int
}

type tailEntry struct {
	log *writer
	seq uint64
}

// keep takes over the span of an append that ends at the log's end.
func (t *tails) keep(l *writer, c chunk) {
	if pinned(c.span) > t.bytesMax {
		t.drop(l)
		c.span.Release()
		return
	}
	if n := len(l.view.tail); n > 0 && l.view.tail[n-1].end != c.base {
		t.drop(l)
	}
	l.view.tail = append(l.view.tail, c)
	t.order = append(t.order, tailEntry{l, l.tailSeq + uint64(len(l.view.tail)) - 1})
	t.take(c.span)
	for t.order[t.head].seq < t.order[t.head].log.tailSeq {
		t.evict() // an entry whose chunk is gone already
	}
	for t.bytes > t.bytesMax {
		t.evict()
	}
}

// evict gives the oldest chunk back. A reader that has it retained reads on; one with an older
// View fails to retain it and reads the file.
func (t *tails) evict() {
	e := t.order[t.head]
	t.order[t.head] = tailEntry{}
	if t.head++; t.head > 1024 && t.head > len(t.order)/2 {
		t.order = append(t.order[:0], t.order[t.head:]...)
		t.head = 0
	}
	if e.seq < e.log.tailSeq {
		return
	}
	if e.seq != e.log.tailSeq {
		panic("BUG: the tail cache lost the order of its chunks")
	}
	t.give(e.log.view.tail[0].span)
	e.log.view.tail = e.log.view.tail[1:]
	e.log.tailSeq++
	e.log.w.touch(e.log)
}

// drop gives all of a log's tail back.
func (t *tails) drop(l *writer) {
	for i := range l.view.tail {
		t.give(l.view.tail[i].span)
	}
	l.tailSeq += uint64(len(l.view.tail))
	l.view.tail = nil
}

// pinned is how much memory a span alone keeps from being used again.
func pinned(s port.Span) int64 {
	if buf := s.Buffer(); buf != nil {
		return int64(cap(buf.B))
	}
	return int64(s.Len())
}

// take counts a span that is kept.
func (t *tails) take(s port.Span) {
	if buf := s.Buffer(); buf != nil {
		if t.held[buf]++; t.held[buf] > 1 {
			return
		}
	}
	t.bytes += pinned(s)
}

// give releases a span that was kept.
func (t *tails) give(s port.Span) {
	size := pinned(s)
	if buf := s.Buffer(); buf != nil {
		if t.held[buf]--; t.held[buf] > 0 {
			size = 0
		} else {
			delete(t.held, buf)
		}
	}
	t.bytes -= size
	s.Release()
}
