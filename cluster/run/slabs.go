package run

import "sync"

// slabs lends read-ahead slabs. What is idle is given up by the garbage collector's pool.
type slabs struct {
	size int
	pool sync.Pool
}

// Borrow implements frame.Slabs.
func (s *slabs) Borrow() []byte {
	if b, ok := s.pool.Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, s.size)
}

// Return implements frame.Slabs.
func (s *slabs) Return(b []byte) {
	b = b[:cap(b)]
	s.pool.Put(&b)
}
