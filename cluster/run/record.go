package run

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"momus/cluster"
	"momus/cluster/journal"
	"momus/core"
	"momus/core/kafka"
)

// The ring of a recorded run: so many segments of such a size stay, the oldest go first.
const (
	recordSegmentBytes = 64 << 20
	recordSegments     = 16
)

// recorder writes the journal of --record: Steps are encoded while the core is held, and written by
// a goroutine of its own.
type recorder struct {
	dir string

	mu    sync.Mutex
	queue []recordPart
	spare []byte
	err   error
	wake  chan struct{}
	done  chan struct{}

	// The rest is used while the core is held.
	size  int
	index int
}

// recordPart is bytes for one segment file.
type recordPart struct {
	index int
	bytes []byte
}

func newRecorder(dir string) (*recorder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	if err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return nil, fmt.Errorf("--record: %w", err)
		}
	}
	r := &recorder{dir: dir, wake: make(chan struct{}, 1), done: make(chan struct{}), index: -1}
	go r.loop()
	return r, nil
}

// segment begins the next segment when the last one is full. It is called between drains, with
// empty outboxes.
func (r *recorder) segment(s *cluster.Stepper) {
	if r.index >= 0 && r.size < recordSegmentBytes {
		return
	}
	r.index++
	r.size = 0
	var state []byte
	if s.Steps() > 0 {
		state = s.Node.AppendState(nil)
	}
	r.add(func(b []byte) []byte { return journal.AppendSegmentStart(b, s.Steps(), s.Chain(), state) })
}

// Step implements cluster.Observer.
func (r *recorder) Step(_ uint64, _ kafka.Now, _ core.Event, event []byte, _ core.Mark, sum uint64) {
	r.add(func(b []byte) []byte { return journal.AppendStep(b, event, sum) })
}

// add appends to the part of the current segment.
func (r *recorder) add(encode func(b []byte) []byte) {
	r.mu.Lock()
	if n := len(r.queue); n == 0 || r.queue[n-1].index != r.index {
		r.queue = append(r.queue, recordPart{index: r.index, bytes: r.spare[:0]})
		r.spare = nil
	}
	part := &r.queue[len(r.queue)-1]
	before := len(part.bytes)
	part.bytes = encode(part.bytes)
	r.size += len(part.bytes) - before
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *recorder) name(index int) string {
	return filepath.Join(r.dir, fmt.Sprintf("%08d.journal", index))
}

func (r *recorder) loop() {
	defer close(r.done)
	for range r.wake {
		r.write()
	}
	r.write()
}

// write appends what is queued to the segment files. An error is kept for close.
func (r *recorder) write() {
	r.mu.Lock()
	parts := r.queue
	r.queue = nil
	r.mu.Unlock()
	for _, p := range parts {
		err := appendFile(r.name(p.index), p.bytes)
		if err == nil && p.index >= recordSegments {
			err = os.RemoveAll(r.name(p.index - recordSegments))
		}
		r.mu.Lock()
		r.spare = p.bytes
		if r.err == nil {
			r.err = err
		}
		r.mu.Unlock()
	}
}

func appendFile(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// close writes the rest. No Step comes after it.
func (r *recorder) close() error {
	close(r.wake)
	<-r.done
	return r.err
}
