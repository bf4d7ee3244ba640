package journal

import (
	"errors"
	"fmt"
	"strings"

	"momus/cluster"
	"momus/core"
	"momus/core/kafka"
	"momus/disk"
	"momus/disk/seglog"
)

// Options are how a run is recorded. Lock guards the queue between those who hold the core and the
// one who writes; in a world with one thread it does nothing.
type Options struct {
	FS   disk.FS
	Dir  string
	Lock seglog.Locker
	// SegmentBytes is when the next segment begins, Segments how many stay; the oldest go first.
	SegmentBytes int64
	Segments     int
	// QueueBytes bounds the Steps that are encoded and not yet written, states not counted. Nothing
	// waits for the journal: beyond it Steps are left out, and a new segment begins once the queue
	// is empty.
	QueueBytes int
}

// DefaultOptions are those of momus serve --record, without its world.
func DefaultOptions() Options {
	return Options{SegmentBytes: 64 << 20, Segments: 16, QueueBytes: 64 << 20}
}

// Recorder is the writing side of a journal. Begin and Step are called by who holds the core and do
// no I/O; Write is called by one writer.
type Recorder struct {
	o Options

	// Guarded by the lock: what waits to be written, in order, and the memory that was written.
	queue  []part
	queued int
	spare  []byte
	err    error

	// Used while the core is held: the number of the segment, 0 before the first, and its size;
	// behind says that Steps are being left out.
	segment int
	size    int64
	behind  bool

	// Used by the writer: the open segment.
	file     disk.File
	fileOf   int
	fileSize int64
}

// part is bytes for one segment.
type part struct {
	segment int
	bytes   []byte
}

// suffix ends the names of segments.
const suffix = ".journal"

// NewRecorder makes the directory and removes the journal of an earlier run.
func NewRecorder(o Options) (*Recorder, error) {
	if err := o.FS.MkdirAll(o.Dir); err != nil {
		return nil, err
	}
	names, err := Segments(o.FS, o.Dir)
	for _, name := range names {
		err = errors.Join(err, o.FS.Remove(name))
	}
	return &Recorder{o: o}, err
}

// Segments lists the segments of a directory in order.
func Segments(fs disk.FS, dir string) (paths []string, err error) {
	entries, err := fs.ReadDir(dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name, suffix) {
			paths = append(paths, dir+"/"+e.Name)
		}
	}
	return paths, err
}

func (r *Recorder) path(segment int) string {
	return fmt.Sprintf("%s/%08d%s", r.o.Dir, segment, suffix)
}

// Begin begins a segment if it is time. It is called between drains, with empty outboxes.
func (r *Recorder) Begin(s *cluster.Stepper) {
	if r.segment > 0 && r.size < r.o.SegmentBytes && !r.behind {
		return
	}
	r.o.Lock.Lock()
	late := r.behind && r.queued > 0
	r.o.Lock.Unlock()
	if late {
		return
	}
	var state []byte
	if s.Steps() > 0 {
		state = s.Node.AppendState(nil)
	}
	r.segment++
	r.size, r.behind = 0, false
	r.add(func(b []byte) []byte { return AppendSegmentStart(b, s.Steps(), s.Chain(), state) }, 0)
}

// Step implements cluster.Observer.
func (r *Recorder) Step(_ uint64, _ kafka.Now, _ core.Event, event []byte, _ core.Mark, sum uint64) {
	if !r.behind {
		r.add(func(b []byte) []byte { return AppendStep(b, event, sum) }, 1)
	}
}

// add appends to what is queued for the current segment; a Step counts once, a state not at all.
func (r *Recorder) add(encode func(b []byte) []byte, counts int) {
	r.o.Lock.Lock()
	defer r.o.Lock.Unlock()
	if n := len(r.queue); n == 0 || r.queue[n-1].segment != r.segment {
		r.queue = append(r.queue, part{segment: r.segment, bytes: r.spare[:0]})
		r.spare = nil
	}
	p := &r.queue[len(r.queue)-1]
	before := len(p.bytes)
	p.bytes = encode(p.bytes)
	grown := len(p.bytes) - before
	r.size += int64(grown)
	r.queued += counts * grown
	r.behind = r.queued > r.o.QueueBytes
}

// Write writes what is queued. After an error nothing more is written, ever; Err tells it.
func (r *Recorder) Write() {
	r.o.Lock.Lock()
	parts, err := r.queue, r.err
	r.queue, r.queued = nil, 0
	r.o.Lock.Unlock()
	var spare []byte
	for _, p := range parts {
		if err == nil {
			err = r.write(p)
		}
		spare = p.bytes
	}
	r.o.Lock.Lock()
	r.err = err
	if spare != nil {
		r.spare = spare
	}
	r.o.Lock.Unlock()
}

// write appends to one segment; the first bytes of a segment remove the one that leaves the ring.
func (r *Recorder) write(p part) error {
	if p.segment != r.fileOf {
		if err := r.next(p.segment); err != nil {
			return err
		}
	}
	err := r.file.WriteAt(p.bytes, r.fileSize)
	r.fileSize += int64(len(p.bytes))
	return err
}

func (r *Recorder) next(segment int) error {
	if err := r.closeFile(); err != nil {
		return err
	}
	file, err := r.o.FS.Create(r.path(segment))
	if err != nil {
		return err
	}
	r.file, r.fileOf, r.fileSize = file, segment, 0
	if old := segment - r.o.Segments; old > 0 {
		return r.o.FS.Remove(r.path(old))
	}
	return nil
}

func (r *Recorder) closeFile() error {
	if r.file == nil {
		return nil
	}
	file := r.file
	r.file = nil
	return file.Close()
}

// Close writes the rest and says whether all of the journal was written. No Step comes after it.
func (r *Recorder) Close() error {
	r.Write()
	return errors.Join(r.err, r.closeFile())
}
