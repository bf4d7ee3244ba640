package run

import "sync"

// slabs lends read-ahead slabs. What is idle is given up by the garbage collector's pool.
type slabs struct {
	size int
	pool sync.Pool
	// boxes are what the pool's slices travel in, so that giving one back allocates nothing.
	boxes lender[[]byte]
}

// Borrow implements frame.Slabs.
func (s *slabs) Borrow() []byte {
	box, ok := s.pool.Get().(*[]byte)
	if !ok {
		return make([]byte, s.size)
	}
	b := *box
	s.boxes.put(box)
	return b
}

// Return implements frame.Slabs.
func (s *slabs) Return(b []byte) {
	box := s.boxes.get()
	*box = b[:cap(b)]
	s.pool.Put(box)
}
