package sim

// kind says what an event of the world is. Ties in virtual time are broken by (time, node, kind,
// sequence), so the order of this list is part of every hash.
type kind uint8

const (
	kindCrash kind = iota + 1
	kindRestart
	kindDrain
	kindComplete
	kindWorker
	kindSaver
	kindRead
	kindWake
	kindNet
	kindConn
	kindOpened
	kindClient
	kindJump
	kindPhase
	kindRot
	kindStop
	kindPause
	kindResume
	kindFeed
	kindDir
	kindOrder
	kindClientFrom
	kindClientUntil
)

// event is one thing that happens in virtual time.
type event struct {
	at   int64
	node int32
	kind kind
	// life is the incarnation of the node that the event belongs to; a crash makes it stale.
	life int32
	// index says which worker, connection or client.
	index int64
	seq   uint64
	// load is what a completion delivers.
	load *delivery
}

func (e *event) before(o *event) bool {
	if e.at != o.at {
		return e.at < o.at
	}
	if e.node != o.node {
		return e.node < o.node
	}
	if e.kind != o.kind {
		return e.kind < o.kind
	}
	return e.seq < o.seq
}

// queue is the event heap.
type queue struct {
	heap []event
	seq  uint64
}

func (q *queue) push(e event) {
	q.seq++
	e.seq = q.seq
	q.heap = append(q.heap, e)
	i := len(q.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !q.heap[i].before(&q.heap[parent]) {
			return
		}
		q.heap[i], q.heap[parent] = q.heap[parent], q.heap[i]
		i = parent
	}
}

func (q *queue) pop() (event, bool) {
	if len(q.heap) == 0 {
		return event{}, false
	}
	top := q.heap[0]
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap[last] = event{}
	q.heap = q.heap[:last]
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			return top, true
		}
		if child+1 < last && q.heap[child+1].before(&q.heap[child]) {
			child++
		}
		if !q.heap[child].before(&q.heap[i]) {
			return top, true
		}
		q.heap[i], q.heap[child] = q.heap[child], q.heap[i]
		i = child
	}
}
