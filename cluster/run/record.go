package run

import (
	"sync"

	"momus/cluster/journal"
	"momus/core"
	"momus/core/kafka"
	"momus/disk"
)

// recorder gives the journal of --record its goroutine: Steps are encoded while the core is held,
// and written there.
type recorder struct {
	*journal.Recorder
	wake, done chan struct{}
}

func newRecorder(fs disk.FS, dir string) (*recorder, error) {
	o := journal.DefaultOptions()
	o.FS, o.Dir, o.Lock = fs, dir, &sync.Mutex{}
	j, err := journal.NewRecorder(o)
	if err != nil {
		return nil, err
	}
	r := &recorder{Recorder: j, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go r.loop()
	return r, nil
}

// Step implements cluster.Observer.
func (r *recorder) Step(number uint64, now kafka.Now, ev core.Event, event []byte, mark core.Mark, sum uint64) {
	r.Recorder.Step(number, now, ev, event, mark, sum)
	wake(r.wake)
}

func (r *recorder) loop() {
	defer close(r.done)
	for range r.wake {
		r.Write()
	}
}

// close writes the rest; nothing steps any more.
func (r *recorder) close() error {
	close(r.wake)
	<-r.done
	return r.Close()
}
