package seglog

import (
	"momus/core/kafka"
	"momus/core/port"
)

const (
	// blockBytesMax is the size of the blocks into which small appends are copied, unless the budget is small.
	blockBytesMax = 256 << 10
	// blocksMin is how many blocks a worker's share has room for at least, so that letting one go
	// takes a small part of what is kept.
	blocksMin = 16
	// heldBytesMin is the size from which an append is kept in the buffer that it came in: below, a copy
	// costs less than what the rest of the buffer would take from the budget.
	heldBytesMin = 64 << 10
)

// chunk is the payload of one append, kept in memory: buf.B[from : from+size]. It holds no reference
// of its own, so that the memory of all chunks of a buffer goes at once, without a look at their logs.
type chunk struct {
	base kafka.Offset
	end  kafka.Offset
	buf  *port.Buf
	from int
	size int
}

// retain returns the payload with a reference, unless the memory was let go.
func (c *chunk) retain() (port.Span, bool) {
	if !c.buf.TryRetain() {
		return port.Span{}, false
	}
	return port.MemSpan(c.buf.B[c.from:c.from+c.size], c.buf), true
}

// tails is a worker's share of the memory in which the last appends of its logs are kept: a queue of
// buffers with a reference to each. What was appended first, in whatever log, goes first.
type tails struct {
	pool     port.Pool
	bytesMax int64
	// bytes is the memory that the buffers take.
	bytes int64
	// bufs lists them by age; the first head of it are gone.
	bufs []*port.Buf
	head int
	// block is the one of bufs that may have room for more, from used on.
	block *port.Buf
	used  int
}

// keep takes over the payload of an append that ends at the log's end.
func (t *tails) keep(l *writer, base, end kafka.Offset, span port.Span) {
	c, ok := t.hold(span)
	span.Release()
	if !ok {
		l.w.Marks.Hit(port.MarkTailNotKept)
		l.view.tail = nil // there is no hole in a tail
		return
	}
	c.base, c.end = base, end
	tail := l.view.tail
	if n := len(tail); n > 0 && tail[n-1].end != base {
		tail = nil
	}
	for len(tail) > 0 && !tail[0].buf.Held() {
		tail = tail[1:]
	}
	l.view.tail = append(tail, c)
	for t.bytes > t.bytesMax {
		l.w.Marks.Hit(port.MarkTailEvicted)
		t.evict()
	}
}

// hold makes room for a payload and puts it there. It declines what the budget has no room for.
func (t *tails) hold(span port.Span) (chunk, bool) {
	size := span.Len()
	if buf := span.Buffer(); buf != nil && size >= heldBytesMin {
		if from := cap(buf.B) - cap(span.Bytes()); from >= 0 && from+size <= len(buf.B) && &buf.B[from] == &span.Bytes()[0] {
			return chunk{buf: buf, from: from, size: size}, t.adopt(buf)
		}
	}
	if t.block == nil || len(t.block.B)-t.used < size {
		if !t.begin(size) {
			return chunk{}, false
		}
	}
	c := chunk{buf: t.block, from: t.used, size: size}
	t.used += copy(t.block.B[t.used:], span.Bytes())
	return c, true
}

// adopt keeps the buffer of a request. The appends of a request to the logs of one worker come one
// after another, so that the buffer is counted once.
func (t *tails) adopt(buf *port.Buf) bool {
	if n := len(t.bufs); n > t.head && t.bufs[n-1] == buf {
		return true
	}
	if int64(cap(buf.B)) > t.bytesMax {
		return false
	}
	buf.Retain()
	t.add(buf)
	return true
}

// begin starts a block with room for size bytes.
func (t *tails) begin(size int) bool {
	want := max(size, min(blockBytesMax, int(t.bytesMax/blocksMin)))
	if int64(want) > t.bytesMax {
		return false
	}
	if t.pool == nil {
		return false
	}
	buf := t.pool.Get(want)
	if buf == nil {
		return false
	}
	t.add(buf)
	t.block, t.used = buf, 0
	return true
}

func (t *tails) add(buf *port.Buf) {
	t.bufs = append(t.bufs, buf)
	t.bytes += int64(cap(buf.B))
}

// evict lets the oldest buffer go. A reader that has retained some of it reads on; others find that they
// can't, and read the file.
func (t *tails) evict() {
	buf := t.bufs[t.head]
	t.bufs[t.head] = nil
	if t.head++; t.head > 1024 && t.head > len(t.bufs)/2 {
		t.bufs = append(t.bufs[:0], t.bufs[t.head:]...)
		t.head = 0
	}
	if buf == t.block {
		t.block = nil
	}
	t.bytes -= int64(cap(buf.B))
	buf.Release()
}

// Release gives back the memory of the tails, at the end of a process whose logs are not all closed.
func (w *Worker) Release() { w.tails.clear() }

// clear lets all of them go.
func (t *tails) clear() {
	for t.head < len(t.bufs) {
		t.evict()
	}
}
