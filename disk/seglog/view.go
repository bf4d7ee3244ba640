package seglog

import (
	"slices"
	"sort"
	"sync/atomic"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// segment is one segment's files. It is a port.Region over its log file: a pin keeps the file
// open, and on disk, until it is dropped.
type segment struct {
	files *files
	base  kafka.Offset
	log   handle
	index handle
	times handle
}

// ReadAt fills p; the caller holds a pin.
func (s *segment) ReadAt(p []byte, off int64) (int, error) {
	n, err := readFull(s.log.file, p, off)
	if err == nil && n < len(p) {
		return n, disk.ErrIO
	}
	return n, err
}

// Pin adds a pin.
func (s *segment) Pin() { s.files.pin(&s.log) }

// Unpin drops one.
func (s *segment) Unpin() { s.files.release(&s.log) }

// Fd is the descriptor of the pinned file, or -1 where files have none.
func (s *segment) Fd() int {
	if f, ok := s.log.file.(interface{ Fd() int }); ok {
		return f.Fd()
	}
	return -1
}

// extent is what a View knows of one segment.
type extent struct {
	*segment
	// size is the log file's size in bytes, end the offset after its last batch.
	size int64
	end  kafka.Offset
	// top is the greatest timestamp and the last offset of the first batch that has it.
	top timeEntry
	// first is the greatest timestamp of the first batch; it counts while there is one.
	first kafka.Wall
	// index and times are in memory for the last segment (hot); of the others only the numbers of
	// entries are known, and the files are searched.
	hot        bool
	index      []indexEntry
	times      []timeEntry
	indexCount int
	timesCount int
}

// View is what readers see of a log at one instant (invariant 1).
type View struct {
	start  kafka.Offset
	end    kafka.Offset
	sealed []extent
	active extent
	// tail holds the last appends one after another up to end; their memory may be given back at
	// any time, so that it is retained before it is looked at.
	tail []chunk
}

// Start is the log start offset.
func (v *View) Start() kafka.Offset { return v.start }

// End is the written end.
func (v *View) End() kafka.Offset { return v.end }

// Segments is the number of segments.
func (v *View) Segments() int { return len(v.sealed) + 1 }

func (v *View) extent(i int) *extent {
	if i == len(v.sealed) {
		return &v.active
	}
	return &v.sealed[i]
}

// find is the number of the segment whose range holds the offset.
func (v *View) find(at kafka.Offset) int {
	if at >= v.active.base {
		return len(v.sealed)
	}
	return max(0, sort.Search(len(v.sealed), func(i int) bool { return v.sealed[i].base > at })-1)
}

// Log is what readers hold of a log that is open.
type Log struct {
	view atomic.Pointer[View]
}

// View is the current picture.
func (l *Log) View() *View { return l.view.Load() }

// Registry finds the logs that are open, and their files. It is shared by all workers and readers
// of a broker.
type Registry struct {
	files files
	logs  kafka.ByLog[*Log]
	// copies says how far the copies of logs in other directories are.
	copies map[kafka.TopicPartition]progress
	// swept lists the log directories that were looked through for unfinished deletions.
	swept []string
}

// NewRegistry returns an empty one, guarded by lock.
func NewRegistry(lock Locker) *Registry {
	r := &Registry{copies: make(map[kafka.TopicPartition]progress)}
	r.files.init(lock)
	return r
}

// Lend makes room for n open files that are not segments, -n takes it back.
func (r *Registry) Lend(n int32) { r.files.lend(n) }

// Open counts the files held open.
func (r *Registry) Open() int32 {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	return r.files.open
}

// Log finds a log that is open, or nil.
func (r *Registry) Log(id kafka.TopicPartition) *Log {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	return r.logs.Get(id)
}

func (r *Registry) register(id kafka.TopicPartition, log *Log) {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	r.logs.Set(id, log)
}

func (r *Registry) unregister(id kafka.TopicPartition) {
	r.files.lock.Lock()
	defer r.files.lock.Unlock()
	r.logs.Set(id, nil)
}

// opened is what the core learns of a log.
func (l *writer) opened(state fold.State, cut int64) *port.Opened {
	o := &port.Opened{
		Start: l.view.start, End: l.view.end, Flushed: l.flushed,
		Epochs: slices.Clone(l.epochs), Fold: state, CutBytes: cut,
	}
	for i := 0; i <= len(l.view.sealed); i++ {
		o.Segments = append(o.Segments, segmentInfo(l.view.extent(i)))
	}
	o.Times = sampleTimes(l.view.active.times)
	return o
}

// sampleTimes picks from the entries of a time index some that show how old records are: of those that are old,
// compared with the last one, only a few.
func sampleTimes(times []timeEntry) (list []port.TimeAt) {
	const apart, share = 1000, 4 // milliseconds; of the age
	for i := len(times) - 1; i >= 0 && len(list) < port.OpenedTimesMax; i-- {
		if n := len(list); n > 0 && i > 0 {
			later := list[n-1].Timestamp
			if later-times[i-1].time <= max(apart, (times[len(times)-1].time-later)/share) {
				continue
			}
		}
		list = append(list, port.TimeAt{Offset: times[i].offset + 1, Timestamp: times[i].time})
	}
	slices.Reverse(list)
	return list
}
