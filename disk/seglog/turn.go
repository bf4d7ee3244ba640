package seglog

import (
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
)

// Dir is a log directory.
type Dir struct {
	ID   kafka.DirID
	Path string
}

// Config is what a Worker needs.
type Config struct {
	FS       disk.FS
	Registry *Registry
	Dirs     []Dir
	Limits   port.Limits
	// Pool lends the memory in which the tails of logs are kept; of a spent one, or nil, they are not.
	Pool port.Pool
	// Workers is how many workers share Limits.TailCacheBytes; 0 stands for Limits.DiskWorkers and
	// the one of the metadata log.
	Workers int32
	// Wake, if set, is called when the last pin of a deleted file is gone, by whoever dropped it:
	// Pending has become true. It must only schedule a turn.
	Wake func()
}

// phase is what a log is, to its writer.
type phase uint8

const (
	closed phase = iota
	opening
	running
	// fenced: an operation failed; nothing happens until the next OpOpen (invariant 3).
	fenced
)

// job is an operation that takes many turns. step does one bounded piece of it and tells whether
// it was the last; then it has answered.
type job interface {
	step() (done bool)
}

// writer is the worker's side of a log.
type writer struct {
	// What an append needs lies together: with ten thousand logs each line of memory comes from afar.
	w   *Worker
	log *Log
	// queue holds the operations to come; the first head of it are done.
	queue  []port.LogOp
	head   int
	job    job
	gen    port.Generation
	phase  phase
	queued bool // listed in Worker.ready
	// syncing says that the sync of flushes has begun and is to go on in the next turn: no append overtakes it
	// any more, else it might never end.
	syncing bool
	// changed says that view is not published yet; touched that the worker has it listed for that.
	changed bool
	touched bool
	// newEntries says that entries of dir were made since dirty was empty.
	newEntries bool
	id         kafka.TopicPartition
	// flushes wait for the sync at the end of the round.
	flushes []port.LogOp
	// dirty lists the files written since they were synced last.
	dirty   []*handle
	epochs  []port.EpochStart
	indexer indexer
	view    View

	name   string // topic-partition
	dir    string // its directory
	parent string // the log directory
	// indexOnDisk and timesOnDisk count the entries of the last segment that its files hold.
	indexOnDisk int
	timesOnDisk int
	// snapshots are the offsets of the producer snapshots in the directory, rising.
	snapshots []kafka.Offset
	// aborted are the bases of the segments that have a transaction index, rising.
	aborted []kafka.Offset
	flushed kafka.Offset
	// sparse says that compaction may have taken batches.
	sparse bool
	// made is the number of dir itself among those that the worker made, see nameDir.
	made int64
	// retired are segments of a failed opening of the log, which readers may still have, left those of a log
	// that moved, until what is left of it is removed.
	retired, left []*segment
	// copy is the copy of the log in another directory, if one is under way.
	copy *copier
	// clean is the compaction of the log, if one is under way.
	clean *cleaner
}

// Worker is the one writer of its logs. It is used by one turn at a time.
type Worker struct {
	// Marks are the rare branches that were reached in its turns.
	Marks port.Marks
	cfg   Config
	fs    disk.FS
	files *files
	reg   *Registry
	logs  kafka.ByLog[*writer]
	// ready are the logs with something to do, in the order in which that arose, jobs those with a job,
	// flushing those with flushes that wait.
	ready    line
	jobs     line
	flushing line
	// jobsStepped counts steps, so that a turn knows whether it did one.
	jobsStepped int64
	// copies are those under way, the first of which goes on; copied says that one did in this turn.
	copies []*copier
	copied bool
	// cleans are the compactions that go on, the first of which does; cleaned says that one did in this turn.
	cleans  []*cleaner
	cleaned bool
	codecs  record.Codecs
	touched []*writer
	tails   tails
	trash   []*trash
	// queues are empty ones, for logs without.
	queues [][]port.LogOp
	// delayed is what each log had renamed and waits for its OpPurge.
	delayed map[kafka.TopicPartition][]*trash
	meter   meter
	out     []port.LogDone
	bufs    [][]byte
	batch   []port.LogOp
	// scratch is what a step of recovery reads into, second what is read once more is held against.
	scratch, second []byte
	// made counts the directories of new logs; named says, of each log directory, up to which of them
	// their names in it are durable.
	made  int64
	named map[string]int64
	// Stranded counts the deleted files that could not be removed; they go at the next start.
	Stranded int
}

// NewWorker returns a worker without logs. It does no I/O.
func NewWorker(c Config) *Worker {
	if c.Workers == 0 {
		c.Workers = c.Limits.DiskWorkers + 1
	}
	c.Registry.files.attach(c.FS, c.Limits.OpenFiles)
	return &Worker{
		cfg: c, fs: c.FS, reg: c.Registry, files: &c.Registry.files,
		delayed: make(map[kafka.TopicPartition][]*trash),
		made:    madeBefore,
		named:   make(map[string]int64),
		tails:   tails{pool: c.Pool, bytesMax: c.Limits.TailBytes() / int64(c.Workers)},
	}
}

// Pending tells whether another turn is wanted although no operation is new.
func (w *Worker) Pending() bool {
	return w.ready.len() > 0 || w.jobs.len() > 0 || w.flushing.len() > 0 || len(w.copies) > 0 || len(w.cleans) > 0 || w.trashReady() != nil
}

// Spent is the I/O of the last turn: calls, and bytes read and written.
func (w *Worker) Spent() (calls int32, bytes int64) { return w.meter.calls, w.meter.bytes }

// Turn queues ops, does one bounded turn of what is queued, and appends what was completed to out.
// It takes over the ops' spans.
func (w *Worker) Turn(ops []port.LogOp, out []port.LogDone) []port.LogDone {
	w.meter = meter{}
	w.out = out
	for i := range ops {
		w.enqueue(&ops[i])
	}
	// Syncs, jobs, copies and compactions that the last turn had no budget for go first, so that nothing starves.
	switch {
	case !w.copied && len(w.copies) > 0:
		w.copyStep()
	case !w.cleaned && len(w.cleans) > 0:
		w.cleanStep()
	}
	w.copied, w.cleaned = false, false
	for w.flushing.len() > 0 && !w.spent() {
		w.syncNext()
	}
	stepped := w.jobsStepped
	for first := true; first || !w.spent(); first = false {
		if !w.round() {
			break
		}
	}
	if w.jobs.len() > 0 && stepped == w.jobsStepped {
		w.stepNext()
	}
	w.copyOn()
	w.cleanOn()
	w.empty()
	w.publish()
	out, w.out = w.out, nil
	return out
}

func (w *Worker) spent() bool {
	return w.meter.calls >= w.cfg.Limits.TurnCalls || w.meter.bytes >= w.cfg.Limits.TurnBytes
}

func (w *Worker) enqueue(op *port.LogOp) {
	if op.Kind == port.OpPurge {
		w.purge(op)
		return
	}
	l := w.logs.Get(op.Log)
	if l == nil {
		l = &writer{w: w, id: op.Log}
		w.logs.Set(op.Log, l)
	}
	if last := len(w.queues) - 1; last >= 0 && l.queue == nil {
		l.queue = w.queues[last]
		w.queues = w.queues[:last]
	}
	l.queue = append(l.queue, *op)
	w.makeReady(l)
}

func (w *Worker) makeReady(l *writer) {
	if l.queued || l.job != nil || l.syncing || l.head == len(l.queue) || len(l.flushes) > 0 && !l.flushable() {
		return
	}
	l.queued = true
	w.ready.push(l)
}

// flushable tells whether the next operation may overtake a flush (invariant 2).
func (l *writer) flushable() bool {
	op := l.next()
	return op != nil && (op.Kind == port.OpAppend || op.Kind == port.OpFlush)
}

// round does the short operations of all logs that are ready, then the syncs, then a step of each
// job, as far as the budget goes. It tells whether it did anything.
func (w *Worker) round() bool {
	worked := false
	for range w.ready.len() {
		if worked && w.spent() {
			return true
		}
		l := w.ready.pop()
		l.queued = false
		l.run()
		worked = true
	}
	for range w.flushing.len() {
		if worked && w.spent() {
			return true
		}
		w.syncNext()
		worked = true
	}
	for range w.jobs.len() {
		if worked && w.spent() {
			return true
		}
		w.stepNext()
		worked = true
	}
	return worked
}

// syncNext carries out the flushes of the log that has waited longest, or a part of them, if that is
// all that the budget has room for.
func (w *Worker) syncNext() {
	l := w.flushing.first()
	if l.syncing = !l.sync(); l.syncing {
		return
	}
	w.flushing.pop()
	w.makeReady(l)
}

// stepNext does one step of the job whose turn it is.
func (w *Worker) stepNext() {
	l := w.jobs.pop()
	w.jobsStepped++
	if !l.job.step() {
		w.jobs.push(l)
		return
	}
	l.job = nil
	w.makeReady(l)
}

// run carries out operations of the log until one must wait or the budget is spent. It begins at
// least one.
func (l *writer) run() {
	for first := true; l.next() != nil && l.job == nil && !l.syncing; first = false {
		if !first && l.w.spent() || len(l.flushes) > 0 && !l.flushable() {
			break
		}
		if l.next().Kind == port.OpAppend {
			l.append()
		} else {
			l.perform(l.pop())
		}
	}
	l.w.makeReady(l)
}

func (l *writer) perform(op port.LogOp) {
	if !l.admits(&op) {
		l.refuse(&op, port.FailFenced)
		return
	}
	switch op.Kind {
	case port.OpOpen:
		l.open(op)
	case port.OpFlush:
		if len(l.flushes) == 0 {
			l.w.flushing.push(l)
		}
		l.flushes = append(l.flushes, op)
	case port.OpTruncate:
		l.truncate(op)
	case port.OpAdvanceStart:
		l.advanceStart(op)
	case port.OpClose:
		l.close(op)
	case port.OpDelete:
		l.delete(op)
	case port.OpForget:
		l.abandon(op)
	case port.OpClean:
		l.startClean(op)
	case port.OpReplace:
		l.replace(op)
	case port.OpStopClean:
		l.stopClean(op)
	default:
		l.moveBy(op)
	}
}

// admits tells whether an operation meets the log in the phase and generation that it needs.
func (l *writer) admits(op *port.LogOp) bool {
	switch op.Kind {
	case port.OpOpen:
		return l.phase == closed || op.Gen > l.gen
	case port.OpTruncate:
		return l.phase == running && op.Gen >= l.gen
	case port.OpDelete:
		return l.phase == running || l.phase == fenced
	case port.OpForget, port.OpForgetCopy:
		return true
	}
	return l.phase == running && op.Gen == l.gen
}

// begin makes j the log's work of this and the turns to come.
func (l *writer) begin(j job) {
	l.job = j
	l.w.jobs.push(l)
}

// touch lists a log whose View has changed.
func (w *Worker) touch(l *writer) {
	l.changed = true
	if !l.touched {
		l.touched = true
		w.touched = append(w.touched, l)
	}
}

// publish swaps in the Views that changed: once a turn, before the completions that speak of them
// are seen by anyone.
func (w *Worker) publish() {
	for _, l := range w.touched {
		l.publish()
		l.touched = false
	}
	clear(w.touched)
	w.touched = w.touched[:0]
}

func (l *writer) publish() {
	if l.changed && l.log != nil {
		v := l.view
		l.log.view.Store(&v)
	}
	l.changed = false
}
