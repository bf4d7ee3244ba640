package core

import (
	"momus/core/kafka"
	"momus/core/replica"
)

// timers is a binary heap of replicas by their next deadline, ties by log: no timer per partition.
type timers struct {
	heap []timerEntry
	// at is the position in heap of each log that has a deadline.
	at map[kafka.TopicPartition]int
}

type timerEntry struct {
	due kafka.Mono
	r   *replica.Replica
}

func (t *timers) next() kafka.Mono {
	if len(t.heap) == 0 {
		return 0
	}
	return t.heap[0].due
}

// due takes the first replica whose deadline has passed, or nil.
func (t *timers) due(now kafka.Mono) *replica.Replica {
	if len(t.heap) == 0 || t.heap[0].due > now {
		return nil
	}
	r := t.heap[0].r
	t.set(r, 0)
	return r
}

// set makes due the deadline of r; 0 removes it.
func (t *timers) set(r *replica.Replica, due kafka.Mono) {
	log := r.Log()
	i, have := t.at[log]
	switch {
	case due == 0 && !have:
		return
	case due == 0:
		t.remove(i)
	case have:
		if t.heap[i].due == due {
			return
		}
		t.heap[i].due = due
		t.fix(i)
	default:
		if t.at == nil {
			t.at = map[kafka.TopicPartition]int{}
		}
		t.heap = append(t.heap, timerEntry{due: due, r: r})
		t.at[log] = len(t.heap) - 1
		t.fix(len(t.heap) - 1)
	}
}

func (t *timers) remove(i int) {
	last := len(t.heap) - 1
	delete(t.at, t.heap[i].r.Log())
	if i != last {
		t.heap[i] = t.heap[last]
		t.at[t.heap[i].r.Log()] = i
	}
	t.heap[last] = timerEntry{}
	t.heap = t.heap[:last]
	if i != last {
		t.fix(i)
	}
}

func (t *timers) less(i, j int) bool {
	a, b := t.heap[i], t.heap[j]
	if a.due != b.due {
		return a.due < b.due
	}
	return a.r.Log().Compare(b.r.Log()) < 0
}

// fix restores the heap after entry i changed.
func (t *timers) fix(i int) {
	for i > 0 && t.less(i, (i-1)/2) {
		t.swap(i, (i-1)/2)
		i = (i - 1) / 2
	}
	for {
		child := 2*i + 1
		if child >= len(t.heap) {
			return
		}
		if child+1 < len(t.heap) && t.less(child+1, child) {
			child++
		}
		if !t.less(child, i) {
			return
		}
		t.swap(i, child)
		i = child
	}
}

func (t *timers) swap(i, j int) {
	t.heap[i], t.heap[j] = t.heap[j], t.heap[i]
	t.at[t.heap[i].r.Log()], t.at[t.heap[j].r.Log()] = i, j
}
