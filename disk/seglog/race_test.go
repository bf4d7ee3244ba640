package seglog

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk/osfs"
)

// diskRig is a rig on real files, for tests and benchmarks that share it between goroutines.
func diskRig(t testing.TB, change func(*rig)) *rig {
	t.Helper()
	r := &rig{t: t, fs: osfs.FS{}, limits: port.DefaultLimits(), gen: 1, epoch: 3}
	r.spec = port.OpenSpec{Topic: "t", Dir: testDir, Create: true, IndexIntervalBytes: 4096, IndexBytesMax: 10 << 20}
	if change != nil {
		change(r)
	}
	r.reg = NewRegistry(&sync.Mutex{})
	r.r = NewReader(r.reg, r.fs, heap{}, r.limits, nil)
	r.w = NewWorker(Config{FS: r.fs, Registry: r.reg, Dirs: []Dir{{testDir, t.TempDir()}}, Limits: r.limits, Workers: 1})
	r.open()
	return r
}

// poisonHome overwrites what is given back, as the simulator's pool does.
type poisonHome struct{}

func (poisonHome) Recycle(b []byte) {
	for i := range b {
		b[i] = 0xee
	}
}

// TestReadersRaceWriter lets real goroutines read while the writer appends, rolls, flushes,
// truncates, deletes segments and evicts the tail. The race detector is the judge, together with
// the checksums of what is read and the offsets below the committed end.
func TestReadersRaceWriter(t *testing.T) {
	r := diskRig(t, func(r *rig) {
		r.limits.TailCacheBytes = 20_000
		r.limits.OpenFiles = 2
		r.spec.IndexIntervalBytes = 300
	})
	var start, committed atomic.Int64
	stop := race(t, func(i, round int) error {
		return readOnce(r.r, start.Load(), committed.Load(), int64(round*(i+1)))
	})
	for i := range 1000 {
		var b []byte
		b = append(b, batchOf(3, kafka.Wall(i), 100+i%700)...)
		op := r.opAppend(b)
		op.Span = port.MemSpan(b, port.NewBuf(b, poisonHome{}))
		op.Roll = i%40 == 39
		r.must(op)
		switch {
		case i%100 == 99:
			to := r.end - 200
			start.Store(int64(to))
			r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: to})
		case i%25 == 24:
			r.gen++
			r.end = r.must(port.LogOp{Kind: port.OpTruncate, Gen: r.gen, End: r.end - 5}).End
		case i%61 == 0:
			r.must(r.flush())
		}
		committed.Store(int64(r.end) - 10)
	}
	stop()
	r.must(port.LogOp{Kind: port.OpDelete, Gen: r.gen})
}

// race has four readers read, the i-th for the round-th time, until stop is called, which fails the test if one of
// them failed.
func race(t *testing.T, read func(i, round int) error) (stop func()) {
	var stopped atomic.Bool
	var readers sync.WaitGroup
	problems := make(chan error, 4)
	for i := range 4 {
		readers.Go(func() {
			for round := 0; !stopped.Load(); round++ {
				if err := read(i, round); err != nil {
					problems <- err
					return
				}
			}
		})
	}
	return func() {
		stopped.Store(true)
		readers.Wait()
		select {
		case err := <-problems:
			t.Fatal(err)
		default:
		}
	}
}

// readOnce reads somewhere below the committed end and checks what comes.
func readOnce(r *Reader, start, committed, at int64) error {
	if committed <= start {
		return nil
	}
	from := kafka.Offset(start + at*31%(committed-start))
	q := port.Read{
		Kind: port.ReadBatches, Log: testLog, From: from, Upto: kafka.Offset(committed), BytesMax: 5000, AtLeastOne: true,
	}
	switch at % 8 {
	case 0:
		q.Kind, q.Timestamp = port.ReadTime, kafka.Wall(at%1000)
	case 1:
		q.Kind = port.ReadMaxTime
	case 2:
		q.Kind = port.ReadCopy
	}
	d := r.Read(q)
	defer d.Span.Release()
	if d.Fail == port.FailRange {
		return nil // the log start has passed it
	}
	if d.Fail != port.FailNone {
		return fmt.Errorf("read %d at %d below %d: %v", q.Kind, from, committed, d.Fail)
	}
	b := d.Data
	if q.Kind == port.ReadBatches && d.Span.InMemory() {
		b = d.Span.Bytes()
	} else if q.Kind == port.ReadBatches {
		region, off := d.Span.Region()
		b = make([]byte, d.Span.Len())
		if _, err := region.ReadAt(b, off); err != nil {
			return fmt.Errorf("a region at %d: %w", from, err)
		}
	}
	for len(b) > 0 {
		h, batch, rest, err := record.Split(b)
		if err == nil {
			err = record.CheckStored(batch, h)
		}
		if err != nil || h.End() <= from || int64(h.End()) > committed {
			return fmt.Errorf("reading at %d below %d: batch %d to %d, %v", from, committed, h.BaseOffset, h.End(), err)
		}
		b = rest
	}
	return nil
}
