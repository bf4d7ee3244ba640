package seglog

import "momus/core/port"

// tails is a worker's share of the memory in which the last appends of its logs are kept. What was
// appended first, in whatever log, goes first.
type tails struct {
	bytesMax int64
	bytes    int64
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
	size := int64(c.span.Len())
	if size > t.bytesMax {
		t.drop(l)
		c.span.Release()
		return
	}
	if n := len(l.view.tail); n > 0 && l.view.tail[n-1].end != c.base {
		t.drop(l)
	}
	l.view.tail = append(l.view.tail, c)
	t.order = append(t.order, tailEntry{l, l.tailSeq + uint64(len(l.view.tail)) - 1})
	t.bytes += size
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
	t.bytes -= int64(e.log.view.tail[0].span.Len())
	e.log.view.tail[0].span.Release()
	e.log.view.tail = e.log.view.tail[1:]
	e.log.tailSeq++
	e.log.w.touch(e.log)
}

// drop gives all of a log's tail back.
func (t *tails) drop(l *writer) {
	for i := range l.view.tail {
		t.bytes -= int64(l.view.tail[i].span.Len())
		l.view.tail[i].span.Release()
	}
	l.tailSeq += uint64(len(l.view.tail))
	l.view.tail = nil
}

// gather borrows n bytes from the pool, or takes fresh ones when it has none to lend.
func gather(pool port.Pool, n int) ([]byte, *port.Buf) {
	if pool != nil {
		if buf := pool.Get(n); buf != nil {
			return buf.B[:0:n], buf
		}
	}
	return make([]byte, 0, n), nil
}
