package seglog

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk"
	"momus/sim/simdisk"
)

// quiet is a world without faults, in which time goes on by itself.
type quiet struct{ now int64 }

func (q *quiet) Draw(string, uint64) uint64 { return 0 }
func (q *quiet) Now() int64                 { return q.now }

type nolock struct{}

func (nolock) Lock()   {}
func (nolock) Unlock() {}

var (
	testLog = kafka.TopicPartition{Topic: kafka.TopicID{1, 2, 3}, Partition: 7}
	testDir = kafka.DirID{9}
)

const testPath = "/data/t-7"

// failer is the part of testing.T that rapid's has too.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// heap is a pool without a budget.
type heap struct{}

func (heap) Get(n int) *port.Buf    { return port.NewBuf(make([]byte, n), nil) }
func (h heap) Take(n int) *port.Buf { return h.Get(n) }

// rig is one worker with one log, on a disk of its own.
type rig struct {
	t      failer
	fs     disk.FS
	limits port.Limits
	reg    *Registry
	w      *Worker
	r      *Reader
	gen    port.Generation
	spec   port.OpenSpec
	epoch  kafka.LeaderEpoch
	end    kafka.Offset
	// turns counts the turns of the last drive.
	turns int
}

func newRig(t failer, fs disk.FS, change func(*rig)) *rig {
	t.Helper()
	r := &rig{t: t, fs: fs, limits: port.DefaultLimits(), gen: 1, epoch: 3}
	r.spec = port.OpenSpec{
		Topic: "t", Dir: testDir, Create: true, IndexIntervalBytes: 200, IndexBytesMax: 1 << 20,
	}
	if change != nil {
		change(r)
	}
	if err := fs.MkdirAll("/data"); err != nil {
		t.Fatalf("making the log directory: %v", err)
	}
	r.restart()
	return r
}

func simulated() (*simdisk.Disk, *quiet) {
	env := &quiet{}
	return simdisk.New(env, "disk", simdisk.Faults{}), env
}

// restart forgets everything in memory.
func (r *rig) restart() {
	dirs := []Dir{{testDir, "/data"}}
	if r.w != nil {
		dirs = r.w.cfg.Dirs
	}
	r.reg = NewRegistry(nolock{})
	r.r = NewReader(r.reg, r.fs, heap{}, r.limits, dirs)
	r.w = NewWorker(Config{FS: r.fs, Registry: r.reg, Dirs: dirs, Limits: r.limits, Pool: heap{}, Workers: 1})
}

// drive runs turns until nothing is pending, each within its budget.
func (r *rig) drive(ops ...port.LogOp) []port.LogDone {
	r.t.Helper()
	for i := range ops {
		ops[i].Log = testLog
	}
	out := r.w.Turn(ops, nil)
	for r.turns = 1; r.w.Pending(); r.turns++ {
		out = r.w.Turn(nil, out)
		if r.turns > 100_000 {
			r.t.Fatalf("the worker never comes to rest")
		}
	}
	return out
}

func (r *rig) one(op port.LogOp) port.LogDone {
	r.t.Helper()
	done := r.drive(op)
	if len(done) != 1 {
		r.t.Fatalf("%d completions of one operation", len(done))
	}
	return done[0]
}

func (r *rig) must(op port.LogOp) port.LogDone {
	r.t.Helper()
	d := r.one(op)
	if d.Fail != port.FailNone {
		r.t.Fatalf("operation %d failed: %v", op.Kind, d.Fail)
	}
	return d
}

// purge lets everything go that is out of the way.
func (r *rig) purge() {
	r.t.Helper()
	r.must(port.LogOp{Kind: port.OpPurge, Base: 1 << 62})
}

func (r *rig) tryOpen() port.LogDone {
	r.t.Helper()
	r.gen++
	spec := r.spec
	return r.one(port.LogOp{Kind: port.OpOpen, Gen: r.gen, Open: &spec})
}

func (r *rig) open() *port.Opened {
	r.t.Helper()
	d := r.tryOpen()
	if d.Fail != port.FailNone {
		r.t.Fatalf("the log does not open: %v", d.Fail)
	}
	r.end = d.Opened.End
	return d.Opened
}

// batchOf makes a batch of records of some bytes each; the i-th has timestamp at+i.
func batchOf(count int, at kafka.Wall, valueBytes int) []byte {
	b := record.NewBuilder(0, 0)
	value := []byte(strings.Repeat("v", valueBytes))
	for i := range count {
		b.Add(at+kafka.Wall(i), []byte("k"), value)
	}
	return b.Append(nil)
}

// opAppend is the append of batches at the log's assigned end, which it moves.
func (r *rig) opAppend(batches ...[]byte) port.LogOp {
	base := r.end
	var all []byte
	for _, b := range batches {
		h, err := record.ParseHeader(b)
		if err != nil {
			r.t.Fatalf("a batch of the test: %v", err)
		}
		r.end += kafka.Offset(h.LastOffsetDelta) + 1
		all = append(all, b...)
	}
	return port.LogOp{
		Kind: port.OpAppend, Gen: r.gen, Epoch: r.epoch, Base: base, End: r.end,
		Span: port.MemSpan(all, port.NewBuf(all, nil)),
	}
}

func rolled(op port.LogOp) port.LogOp {
	op.Roll = true
	return op
}

func (r *rig) flush() port.LogOp { return port.LogOp{Kind: port.OpFlush, Gen: r.gen, End: r.end} }

// fill appends n batches of three records, rolling before every perSegment-th.
func (r *rig) fill(n, perSegment int) {
	r.t.Helper()
	for i := range n {
		op := r.opAppend(batchOf(3, kafka.Wall(1000+10*i), 40))
		op.Roll = i > 0 && i%perSegment == 0
		r.must(op)
	}
}

// bytesOf takes a read's payload out and releases it.
func bytesOf(t failer, d port.ReadDone) []byte {
	t.Helper()
	defer d.Span.Release()
	if d.Span.InMemory() {
		return slices.Clone(d.Span.Bytes())
	}
	region, off := d.Span.Region()
	b := make([]byte, d.Span.Len())
	if n, err := region.ReadAt(b, off); err != nil || n != len(b) {
		t.Fatalf("reading a region: %d of %d bytes, %v", n, len(b), err)
	}
	return b
}

func (r *rig) read(from, upto kafka.Offset, bytesMax int32) port.ReadDone {
	r.t.Helper()
	return r.r.Read(port.Read{
		Kind: port.ReadBatches, Log: testLog, From: from, Upto: upto, BytesMax: bytesMax, AtLeastOne: true,
	})
}

// readAll reads like a consumer, and lists base offsets and epochs of the batches.
func (r *rig) readAll(from kafka.Offset, bytesMax int32) []string {
	r.t.Helper()
	var got []string
	for {
		d := r.read(from, 1<<40, bytesMax)
		if d.Fail != port.FailNone {
			r.t.Fatalf("reading at %d: %v", from, d.Fail)
		}
		if d.Span.Len() == 0 {
			return got
		}
		for b := bytesOf(r.t, d); len(b) > 0; {
			h, batch, rest, err := record.Split(b)
			if err == nil {
				err = record.CheckStored(batch, h)
			}
			if err != nil {
				r.t.Fatalf("reading at %d: %v", from, err)
			}
			got = append(got, fmt.Sprintf("%d+%d@%d", h.BaseOffset, h.Count, h.LeaderEpoch))
			b = rest
		}
		if d.Next <= from {
			r.t.Fatalf("a read at %d says that the next is %d", from, d.Next)
		}
		from = d.Next
	}
}

// list shows the directory: names and sizes.
func (r *rig) list() string {
	r.t.Helper()
	entries, err := r.fs.ReadDir(testPath)
	if err != nil {
		return err.Error()
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s %d", strings.Replace(e.Name, "000000000000000", "", 1), e.Size))
	}
	return strings.Join(lines, "\n")
}

func (r *rig) content(name string) string {
	r.t.Helper()
	f, err := r.fs.Open(testPath + "/" + name)
	if err != nil {
		r.t.Fatalf("opening %s: %v", name, err)
	}
	size, err := f.Size()
	if err != nil {
		r.t.Fatalf("the size of %s: %v", name, err)
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, 0); err != nil {
		r.t.Fatalf("reading %s: %v", name, err)
	}
	return string(b)
}

// spoil changes a file behind the log's back.
func (r *rig) spoil(name string, change func(f disk.File, size int64) error) {
	r.t.Helper()
	f, err := r.fs.Open(testPath + "/" + name)
	if err != nil {
		r.t.Fatalf("opening %s: %v", name, err)
	}
	size, err := f.Size()
	if err == nil {
		err = change(f, size)
	}
	if err != nil {
		r.t.Fatalf("spoiling %s: %v", name, err)
	}
}

var _ failer = (*testing.T)(nil)
