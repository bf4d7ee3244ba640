package session

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
)

// waitList holds the fetches parked at one log. It stays when the last one leaves, since the next
// comes soon; it goes with its topic.
type waitList struct {
	entries []waiting
}

// waiting is one partition of a parked fetch.
type waiting struct {
	op   msg.Op
	slot int32
}

func (s *Session) addWait(log kafka.TopicPartition, w waiting) {
	list := s.waits[log]
	if list == nil {
		list = &waitList{}
		s.waits[log] = list
	}
	list.entries = append(list.entries, w)
}

func (s *Session) removeWait(log kafka.TopicPartition, w waiting) {
	list := s.waits[log]
	i := -1
	if list != nil {
		i = slices.Index(list.entries, w)
	}
	if i < 0 {
		panic("BUG: a parked fetch is not found under its partition")
	}
	list.entries = slices.Delete(list.entries, i, i+1)
}

// Advanced lets those who wait for a log look again: fetches, and batches that had no room.
func (s *Session) Advanced(now kafka.Now, a msg.Advanced, v View) {
	if list := s.waits[a.Log]; list != nil && len(list.entries) > 0 {
		s.woken = s.woken[:0]
		for _, w := range list.entries {
			f := s.op(w.op).fetch
			part := &f.parts[w.slot]
			f.have += max(a.CommittedBytes-part.committed, 0)
			part.committed = max(part.committed, a.CommittedBytes)
			if a.Changed || f.have >= int64(f.minBytes) {
				s.woken = append(s.woken, w.op)
			}
		}
		woken := s.woken
		for _, id := range woken {
			if o := s.op(id); o != nil && o.fetch.parked {
				s.fetchWoken(now, id, o, v)
			}
		}
	}
	if len(s.crowded) > 0 {
		s.uncrowd(now, a.Log, v)
	}
}

// uncrowd lets the connections try again whose next batch waits for the log.
func (s *Session) uncrowd(now kafka.Now, log kafka.TopicPartition, v View) {
	var retry []crowded
	s.crowded = slices.DeleteFunc(s.crowded, func(w crowded) bool {
		if w.log == log {
			retry = append(retry, w)
		}
		return w.log == log
	})
	for _, w := range retry {
		if c := s.conns[w.conn]; c != nil && !c.closing {
			s.startHeld(now, c, v)
		}
	}
}
