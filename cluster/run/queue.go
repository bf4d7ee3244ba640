package run

import "sync"

// queue is what many add to and one takes whole. The memory of what was taken serves again.
type queue[T any] struct {
	mu     sync.Mutex
	items  []T
	spare  []T
	slow   int // items that may wait for the disk
	closed bool
}

// add tells whether v is the only one, or that nobody takes any more.
func (q *queue[T]) add(v T, slow bool) (only, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false, true
	}
	if q.items = append(q.items, v); slow {
		q.slow++
	}
	return len(q.items) == 1, false
}

func (q *queue[T]) len() (items, slow int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items), q.slow
}

// take returns what there is, until it is handed to reuse; with fast nothing, if something of it is
// slow.
func (q *queue[T]) take(fast bool) (items []T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if fast && q.slow > 0 {
		return nil, false
	}
	items, q.items, q.spare, q.slow = q.items, q.spare[:0], nil, 0
	return items, true
}

func (q *queue[T]) reuse(items []T) {
	clear(items)
	q.mu.Lock()
	q.spare = items[:0]
	q.mu.Unlock()
}

// close returns what was not taken; from then on nothing is added.
func (q *queue[T]) close() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	rest := q.items
	q.items, q.closed = nil, true
	return rest
}
