package seglog

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
