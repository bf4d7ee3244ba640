package seglog

import "momus/core/port"

// line is a queue of logs. Ten thousand may stand in it, so that none moves up when the first leaves.
type line struct {
	list []*writer
	head int
}

func (q *line) len() int { return len(q.list) - q.head }

func (q *line) push(l *writer) { q.list = append(q.list, l) }

// first is the log that has waited longest.
func (q *line) first() *writer { return q.list[q.head] }

func (q *line) pop() *writer {
	l := q.list[q.head]
	q.list[q.head] = nil
	q.head++
	switch {
	case q.head == len(q.list):
		q.list, q.head = q.list[:0], 0
	case q.head >= lineSlack && q.head > len(q.list)/2:
		n := copy(q.list, q.list[q.head:])
		clear(q.list[n:])
		q.list, q.head = q.list[:n], 0
	}
	return l
}

// lineSlack is how many places of those who left are kept before the others move up.
const lineSlack = 64

// next is the operation that stands first in the queue of the log, pop takes it.
func (l *writer) next() *port.LogOp {
	if l.head == len(l.queue) {
		return nil
	}
	return &l.queue[l.head]
}

func (l *writer) pop() port.LogOp {
	op := l.queue[l.head]
	l.queue[l.head] = port.LogOp{}
	if l.head++; l.head == len(l.queue) {
		l.w.keepQueue(l.queue[:0])
		l.queue, l.head = nil, 0
	}
	return op
}

// queuesKept is how many empty queues are kept for other logs, and queueLength how long they may be.
const queuesKept, queueLength = 64, 64

// keepQueue keeps the memory of a log's queue for the next log that has operations: of ten thousand few have
// any at a time, and memory that was used just now is cheaper than each log's own.
func (w *Worker) keepQueue(q []port.LogOp) {
	if len(w.queues) < queuesKept && cap(q) <= queueLength {
		w.queues = append(w.queues, q)
	}
}
