package cluster

import "momus/disk/seglog"

// slabsKept is how many read-ahead slabs are kept for reuse.
const slabsKept = 64

// Slabs lends read-ahead slabs. It implements frame.Slabs.
type Slabs struct {
	// Lock guards the slabs; where one thread runs everything it does nothing.
	Lock seglog.Locker
	// Size is that of a slab, in bytes.
	Size int

	free [][]byte
}

// Borrow gives a slab; there is always one.
func (s *Slabs) Borrow() []byte {
	s.Lock.Lock()
	defer s.Lock.Unlock()
	last := len(s.free) - 1
	if last < 0 {
		return make([]byte, s.Size)
	}
	b := s.free[last]
	s.free = s.free[:last]
	return b
}

// Return takes it back.
func (s *Slabs) Return(b []byte) {
	s.Lock.Lock()
	defer s.Lock.Unlock()
	if len(s.free) < slabsKept {
		s.free = append(s.free, b[:s.Size])
	}
}
