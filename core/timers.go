package core

import (
	"momus/core/kafka"
	"momus/core/replica"
)

// timers is a binary heap of replicas by their next deadline, ties by log: no timer per partition.
type timers struct {
	// heap knows each replica's place by the replica's own Timer.
	heap []timerEntry
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
	i := r.Timer - 1
	switch {
	case due == 0 && i < 0:
		return
	case due == 0:
		t.remove(i)
	case i >= 0:
		if t.heap[i].due == due {
			return
		}
		t.heap[i].due = due
		t.fix(i)
	default:
		t.heap = append(t.heap, timerEntry{due: due, r: r})
		r.Timer = len(t.heap)
		t.fix(len(t.heap) - 1)
	}
}

func (t *timers) remove(i int) {
	last := len(t.heap) - 1
	t.heap[i].r.Timer = 0
	if i != last {
		t.heap[i] = t.heap[last]
		t.heap[i].r.Timer = i + 1
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
	t.heap[i].r.Timer, t.heap[j].r.Timer = i+1, j+1
}
