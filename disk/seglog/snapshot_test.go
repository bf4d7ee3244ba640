package seglog

import (
	"strings"
	"testing"

	"momus/core/fold"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
	"momus/sim/simdisk"

	"github.com/google/go-cmp/cmp"
)

// producing is a log with producers, whose core takes snapshots.
type producing struct {
	*rig
	fold fold.State
	// others is added to the ids of the producers.
	others kafka.ProducerID
}

// produce appends n batches of one record, of three producers in turns, rolling before every
// perSegment-th.
func (p *producing) produce(n, perSegment, valueBytes int) {
	p.t.Helper()
	c := crashes{rig: p.rig}
	for i := range n {
		b := batchOf(1, 1000+kafka.Wall(p.end), valueBytes)
		c.fold = p.fold
		h := c.stamp(b, p.others+kafka.ProducerID(1+i%3))
		h.LeaderEpoch = p.epoch
		op := p.opAppend(b)
		if op.Roll = i > 0 && i%perSegment == 0; op.Roll {
			op.Snapshot = p.fold.AppendSnapshot(nil)
		}
		p.fold.Apply(&h)
		p.must(op)
	}
}

func (p *producing) close() {
	p.t.Helper()
	p.must(port.LogOp{Kind: port.OpClose, Gen: p.gen, End: p.end, Snapshot: p.fold.AppendSnapshot(nil)})
	p.spec.StopWasClean, p.spec.RecoveryPoint = true, p.end
}

// reopened opens the log after a restart and counts the bytes that this takes.
func (p *producing) reopened() (o *port.Opened, bytes int64) {
	p.t.Helper()
	p.restart()
	p.gen++
	spec := p.spec
	out := p.w.Turn([]port.LogOp{{Kind: port.OpOpen, Log: testLog, Gen: p.gen, Open: &spec}}, nil)
	for {
		_, n := p.w.Spent()
		bytes += n
		if len(out) > 0 {
			break
		}
		out = p.w.Turn(nil, out)
	}
	if out[0].Fail != port.FailNone {
		p.t.Fatalf("the log does not open: %v", out[0].Fail)
	}
	p.end = out[0].Opened.End
	return out[0].Opened, bytes
}

func newProducing(t *testing.T, change func(*rig)) *producing {
	fs, _ := simulated()
	p := &producing{rig: newRig(t, fs, change)}
	p.open()
	return p
}

func TestACleanStartReadsSnapshotAndTailOnly(t *testing.T) {
	p := newProducing(t, func(r *rig) {
		r.spec.IndexIntervalBytes = 4096
		r.limits.RefillBytes = 8 << 10
	})
	p.produce(600, 200, 4000)
	p.epoch++
	p.produce(100, 1000, 4000)
	full := p.r.reg.Log(testLog).View()
	p.close()
	o, bytes := p.reopened()
	if bytes > 200<<10 {
		t.Errorf("%d bytes of %d moved", bytes, 700*4100)
	}
	if o.End != 700 || len(o.Segments) != 3 || o.Segments[0].MaxTimestamp != 1199 || o.Segments[2].MaxTimestamp != 1699 {
		t.Errorf("opened: %+v", o)
	}
	if d := cmp.Diff([]port.EpochStart{{Epoch: 3, Start: 0}, {Epoch: 4, Start: 600}}, o.Epochs); d != "" {
		t.Errorf("epochs:\n%s", d)
	}
	for id, want := range p.fold.Producers {
		got := o.Fold.Producers[id]
		if got == nil || got.Len == 0 || got.Len == fold.WindowBatches ||
			got.Window[got.Len-1] != want.Window[want.Len-1] {
			t.Errorf("producer %d: %+v", id, got)
		}
	}
	after := p.r.reg.Log(testLog).View()
	if after.active.size != full.active.size || len(after.active.index) != len(full.active.index) {
		t.Errorf("the last segment: %d bytes, %d entries", after.active.size, len(after.active.index))
	}
	if got := len(p.readAll(0, 1<<20)); got != 700 {
		t.Errorf("%d batches can be read", got)
	}
	p.checkIndexFiles()
}

func TestTheWindowIsRefilledFromTheBatchesBeforeTheSnapshot(t *testing.T) {
	for _, perSegment := range []int{1000, 50} {
		p := newProducing(t, nil)
		p.produce(60, perSegment, 40)
		p.close()
		o, _ := p.reopened()
		if d := cmp.Diff(p.fold, o.Fold); d != "" {
			t.Errorf("%d batches a segment:\n%s", perSegment, d)
		}
	}
}

func TestADamagedSnapshotGivesWayToAnOlderOne(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(disk.File, int64) error
	}{
		{"a byte changed", flip(20)}, {"cut short", cutTo(30)}, {"empty", cutTo(0)},
	} {
		p := newProducing(t, nil)
		p.produce(60, 25, 40)
		p.close()
		last := segmentName(60) + snapshotSuffix
		p.spoil(last, c.change)
		o, _ := p.reopened()
		if d := cmp.Diff(p.fold, o.Fold); d != "" {
			t.Errorf("%s:\n%s", c.name, d)
		}
		if list := p.list(); strings.Contains(list, "00060.snapshot") || !strings.Contains(list, "00050.snapshot") {
			t.Errorf("%s: what is left:\n%s", c.name, list)
		}
	}
}

// TestASnapshotAboveTheRecoveryPointIsNotBelieved: it may speak of batches that a loss of power took.
func TestASnapshotAboveTheRecoveryPointIsNotBelieved(t *testing.T) {
	p := newProducing(t, nil)
	p.produce(30, 10, 40)
	var ahead fold.State
	p.must(port.LogOp{Kind: port.OpFlush, Gen: p.gen, End: p.end})
	p.spec.StopWasLossy, p.spec.RecoveryPoint = true, 15
	p.spoil(segmentName(20)+snapshotSuffix, func(f disk.File, _ int64) error {
		return f.WriteAt(ahead.AppendSnapshot(nil), 0)
	})
	o, _ := p.reopened()
	if d := cmp.Diff(p.fold, o.Fold); d != "" {
		t.Errorf("the state:\n%s", d)
	}
	entries, err := fold.ReadSnapshot([]byte(p.content(segmentName(20) + snapshotSuffix)))
	if err != nil || len(entries) != 3 {
		t.Errorf("the snapshot was not made anew: %v, %v", entries, err)
	}
}

func TestSnapshotsGoWithTheirSegmentsAndTheCut(t *testing.T) {
	p := newProducing(t, nil)
	p.produce(60, 20, 40)
	p.close()
	p.reopened()
	if got, want := p.snapshotsListed(), "20 40 60"; got != want {
		t.Errorf("after a close there are %q, want %q", got, want)
	}
	p.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: p.gen, Base: 40})
	if got, want := p.snapshotsListed(), "40 60"; got != want {
		t.Errorf("after the start moved there are %q, want %q", got, want)
	}
	p.gen++
	p.must(port.LogOp{Kind: port.OpTruncate, Gen: p.gen, End: 50})
	if got, want := p.snapshotsListed(), "40"; got != want {
		t.Errorf("after the cut there are %q, want %q", got, want)
	}
}

func TestOnlyTheLastOfTheSnapshotsWithoutASegmentStays(t *testing.T) {
	p := newProducing(t, nil)
	for range 3 {
		p.produce(10, 1000, 40)
		p.close()
		p.reopened()
	}
	if got, want := p.snapshotsListed(), "30"; got != want {
		t.Errorf("there are %q, want %q", got, want)
	}
}

// snapshotsListed lists the offsets of the snapshots in the directory.
func (p *producing) snapshotsListed() string {
	p.t.Helper()
	var got []string
	for _, line := range strings.Split(p.list(), "\n") {
		if name, found := strings.CutSuffix(strings.Fields(line)[0], snapshotSuffix); found {
			got = append(got, strings.TrimLeft(name, "0"))
		}
	}
	return strings.Join(got, " ")
}

// TestWhatDoesNotFitTheLogIsNotTrusted: indexes and epochs that a clean start would believe, damaged.
func TestWhatDoesNotFitTheLogIsNotTrusted(t *testing.T) {
	for _, c := range []struct {
		name, file string
		change     func(disk.File, int64) error
	}{
		{"a position of the last index", segmentName(40) + ".index", func(f disk.File, size int64) error {
			return f.WriteAt([]byte{0, 0, 0, 99}, size-4)
		}},
		{"an offset of the last index", segmentName(40) + ".index", func(f disk.File, size int64) error {
			return f.WriteAt([]byte{0, 0, 0, 1}, size-8)
		}},
		{"an index of half an entry", segmentName(20) + ".index", cutTo(11)},
		{"an index without entries", segmentName(20) + ".index", cutTo(0)},
		{"a position of an older index", segmentName(20) + ".index", func(f disk.File, size int64) error {
			return f.WriteAt([]byte{0, 0, 0, 99}, size-4)
		}},
		{"the greatest timestamp of an older segment", segmentName(20) + ".timeindex", func(f disk.File, size int64) error {
			return f.WriteAt([]byte{0, 0, 0, 0, 0, 0, 0, 1}, size-12)
		}},
		{"the epochs", epochsFile, func(f disk.File, _ int64) error { return f.WriteAt([]byte("0\n1\n2 0\n"), 0) }},
		{"no epochs", epochsFile, cutTo(0)},
	} {
		p := newProducing(t, func(r *rig) { r.limits.RefillBytes = 0 })
		p.produce(60, 20, 40)
		p.close()
		p.spoil(c.file, c.change)
		o, _ := p.reopened()
		if o.End != 60 || len(o.Fold.Producers) != 3 || o.Segments[1].MaxTimestamp != 1039 {
			t.Errorf("%s: opened %+v", c.name, o)
		}
		if d := cmp.Diff([]port.EpochStart{{Epoch: 3, Start: 0}}, o.Epochs); d != "" {
			t.Errorf("%s: epochs:\n%s", c.name, d)
		}
		if got := len(p.readAll(0, 1000)); got != 60 {
			t.Errorf("%s: %d batches can be read", c.name, got)
		}
		p.checkIndexFiles()
	}
}

// What is left of batches below the log start is the snapshot at the base of the first segment. Where an index
// does not fit, and all is walked once more, it is still believed (seed 20248).
func TestProducersBelowTheLogStartAreKnownWhenAllIsWalkedOnceMore(t *testing.T) {
	for _, clean := range []bool{true, false} {
		p := newProducing(t, func(r *rig) { r.limits.RefillBytes = 0 })
		p.produce(21, 20, 40)
		p.others = 3
		p.produce(19, 1000, 40)
		p.produce(21, 20, 40)
		p.must(port.LogOp{Kind: port.OpFlush, Gen: p.gen, End: p.end})
		p.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: p.gen, Base: 20})
		p.spec.LogStart, p.spec.RecoveryPoint = 20, p.end
		if clean {
			p.close()
		}
		p.spoil(segmentName(20)+".timeindex", func(f disk.File, size int64) error {
			return f.WriteAt([]byte{0, 0, 0, 0, 0, 0, 0, 1}, size-12)
		})
		o, _ := p.reopened()
		if !p.w.Marks.Has(port.MarkStartOver) {
			t.Error("nothing was walked once more")
		}
		if o.Start != 20 || len(o.Fold.Producers) != 6 {
			t.Errorf("opened: %+v", o)
		}
		for id, want := range p.fold.Producers {
			if got := o.Fold.Producers[id]; got == nil || got.Epoch != want.Epoch || got.Window[got.Len-1] != want.Window[want.Len-1] {
				t.Errorf("producer %d: %+v", id, got)
			}
		}
	}
}

// The checkpoint of epochs begins with the log start. That it says nothing of what lies below is no reason to walk
// the whole log.
func TestALogThatBeginsBehindAnIndexEntryIsNotWalkedOnceMore(t *testing.T) {
	p := newProducing(t, func(r *rig) { r.limits.RefillBytes = 0 })
	p.produce(39, 20, 40)
	p.epoch++
	p.produce(22, 21, 40)
	p.must(port.LogOp{Kind: port.OpFlush, Gen: p.gen, End: p.end})
	p.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: p.gen, Base: 59})
	p.spec.LogStart = 59
	p.close()
	o, _ := p.reopened()
	if p.w.Marks.Has(port.MarkStartOver) {
		t.Error("all was walked once more")
	}
	if d := cmp.Diff([]port.EpochStart{{Epoch: 4, Start: 59}}, o.Epochs); d != "" || o.Start != 59 || o.Segments[0].Base != 20 || len(o.Fold.Producers) != 3 {
		t.Errorf("opened: %+v\n%s", o, d)
	}
}

// A process is killed between the roll at the recovery point and the next flush: what the next start lets go of the
// log before that must not leave a snapshot behind that no sync has seen (seed 77050).
func TestASnapshotAtTheRecoveryPointIsSyncedBeforeWhatLiesBeforeItGoes(t *testing.T) {
	for _, rewrite := range []bool{false, true} {
		p := newProducing(t, nil)
		fs := p.fs.(*simdisk.Disk)
		if err := fs.SyncDir("/"); err != nil {
			t.Fatal(err)
		}
		p.produce(10, 100, 40)
		p.must(p.flush())
		known := p.fold
		op := rolled(p.opAppend(batchOf(1, 2000, 40)))
		op.Snapshot = known.AppendSnapshot(nil)
		p.must(op)
		p.spec.RecoveryPoint, p.spec.StopWasLossy, p.spec.Rewrite = 10, rewrite, rewrite
		p.reopened()
		p.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: p.gen, Base: 10})
		at := fs.LastEnd()
		fs.CrashWith(at, true, allLost(fs.Pending(at, true)))
		p.spec.LogStart, p.spec.StopWasLossy, p.spec.Rewrite = 10, true, false
		o, _ := p.reopened()
		if o.Start != 10 || len(o.Fold.Producers) != len(known.Producers) {
			t.Errorf("rewrite %v: after the power loss the log begins at %d and knows %d producers, not %d",
				rewrite, o.Start, len(o.Fold.Producers), len(known.Producers))
		}
	}
}
