package run

import "sync"

// slabs lends read-ahead slabs. What is idle is given up by the garbage collector's pool.
type slabs struct {
	size int
	pool sync.Pool
	// boxes are what the pool's slices travel in, so that giving one back allocates nothing.
	boxes sync.Pool
}

// Borrow implements frame.Slabs.
func (s *slabs) Borrow() []byte {
	box, ok := s.pool.Get().(*[]byte)
	if !ok {
		return make([]byte, s.size)
	}
	b := *box
	*box = nil
	s.boxes.Put(box)
	return b
}

// Return implements frame.Slabs.
func (s *slabs) Return(b []byte) {
	box, ok := s.boxes.Get().(*[]byte)
	if !ok {
		box = new([]byte)
	}
	*box = b[:cap(b)]
	s.pool.Put(box)
}
