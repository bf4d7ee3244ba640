package session

import (
	"momus/core/kafka"
	"momus/core/msg"
)

// timer is one entry of the heap of deadlines. Each op knows its place, so that the timer of a
// request that was answered in time, as nearly all are, is taken out at once.
type timer struct {
	at kafka.Mono
	op msg.Op
}

func (s *Session) startTimer(id msg.Op, o *op, at kafka.Mono) {
	if o.timer != 0 {
		panic("BUG: an op has two timers")
	}
	s.timers = append(s.timers, timer{at, id})
	s.siftUp(len(s.timers) - 1)
}

func (s *Session) stopTimer(o *op) {
	if o.timer == 0 {
		return
	}
	i, last := int(o.timer-1), len(s.timers)-1
	o.timer = 0
	moved := s.timers[last]
	s.timers = s.timers[:last]
	if i == last {
		return
	}
	s.timers[i] = moved
	s.siftDown(s.siftUp(i))
}

// earlier orders by time, then by op.
func (t timer) earlier(u timer) bool { return t.at < u.at || t.at == u.at && t.op < u.op }

func (s *Session) siftUp(i int) int {
	t := s.timers[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !t.earlier(s.timers[parent]) {
			break
		}
		s.place(i, s.timers[parent])
		i = parent
	}
	s.place(i, t)
	return i
}

func (s *Session) siftDown(i int) {
	t := s.timers[i]
	for {
		child := 2*i + 1
		if child >= len(s.timers) {
			break
		}
		if child+1 < len(s.timers) && s.timers[child+1].earlier(s.timers[child]) {
			child++
		}
		if !s.timers[child].earlier(t) {
			break
		}
		s.place(i, s.timers[child])
		i = child
	}
	s.place(i, t)
}

func (s *Session) place(i int, t timer) {
	s.timers[i] = t
	place, _ := placeOf(int64(t.op))
	s.ops[place].timer = int32(i) + 1
}
