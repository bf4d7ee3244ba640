package seglog

import (
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"

	"github.com/google/go-cmp/cmp"
)

func TestTruncationCutsAtABatch(t *testing.T) {
	for _, c := range []struct{ at, end kafka.Offset }{
		{30, 30}, {40, 30}, {29, 27}, {27, 27}, {16, 15}, {15, 15}, {14, 12}, {1, 0}, {0, 0},
	} {
		fs, _ := simulated()
		r := newRig(t, fs, nil)
		r.open()
		r.fill(10, 5)
		r.must(r.flush())
		r.gen++
		r.epoch++
		d := r.must(port.LogOp{Kind: port.OpTruncate, Gen: r.gen, End: c.at})
		if d.End != c.end {
			t.Errorf("cut to %d it ends at %d, want %d", c.at, d.End, c.end)
		}
		r.end = d.End
		r.must(r.opAppend(batchOf(3, 500, 40)))
		r.must(r.opAppend(batchOf(3, 5000, 40)))
		if got := len(r.readAll(0, 1000)); got != int(c.end)/3+2 {
			t.Errorf("cut to %d, then two more: %d batches", c.at, got)
		}
		view := *r.reg.Log(testLog).View()
		r.checkIndexFiles()
		r.restart()
		o := r.open()
		if o.End != c.end+6 || len(o.Segments) != len(view.sealed)+1 {
			t.Errorf("cut to %d, opened again: it ends at %d in %d segments", c.at, o.End, len(o.Segments))
		}
		again := r.reg.Log(testLog).View()
		if d := cmp.Diff(view.active.index, again.active.index, cmp.AllowUnexported(indexEntry{})); d != "" {
			t.Errorf("cut to %d: the index, against that of recovery:\n%s", c.at, d)
		}
		if view.active.top != again.active.top {
			t.Errorf("cut to %d: the greatest timestamp is %v, after recovery %v", c.at, view.active.top, again.active.top)
		}
	}
}

func TestTruncationBelowTheLogStartBeginsAnew(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(10, 5)
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: 20})
	r.gen++
	if d := r.must(port.LogOp{Kind: port.OpTruncate, Gen: r.gen, End: 8}); d.End != 8 {
		t.Errorf("it ends at %d, want 8", d.End)
	}
	r.end = 8
	r.must(r.opAppend(batchOf(1, 0, 1)))
	if d := cmp.Diff([]string{"8+1@3"}, r.readAll(8, 100)); d != "" {
		t.Error(d)
	}
}

func TestAFlushSaysNothingAboutWhatWasCutOff(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(10, 5)
	r.must(r.flush())
	cut := port.LogOp{Kind: port.OpTruncate, Gen: r.gen + 1, End: 12}
	late := r.flush()
	r.gen++
	fresh := port.LogOp{Kind: port.OpFlush, Gen: r.gen, End: 12}
	done := r.drive(cut, late, fresh)
	if len(done) != 3 || done[1].Fail != port.FailFenced || done[2].End != 12 {
		t.Errorf("completions: %+v", done)
	}
}

func TestSegmentsBelowTheLogStartGo(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(15, 5)
	for _, c := range []struct {
		to, start kafka.Offset
		fail      port.Failure
		segments  int
	}{
		{14, 14, 0, 3}, {15, 15, 0, 2}, {3, 15, 0, 2}, {46, kafka.NoOffset, port.FailRange, 2}, {45, 45, 0, 1},
	} {
		d := r.one(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: c.to})
		if d.Fail != c.fail || d.End != c.start {
			t.Errorf("to %d: start %d, %v; want %d, %v", c.to, d.End, d.Fail, c.start, c.fail)
		}
		if n := r.reg.Log(testLog).View().Segments(); n != c.segments {
			t.Errorf("to %d: %d segments, want %d", c.to, n, c.segments)
		}
		r.purge()
		if strings.Count(r.list(), ".log") != c.segments || strings.Contains(r.list(), "deleted") {
			t.Errorf("to %d: the directory holds\n%s", c.to, r.list())
		}
	}
	if d := r.read(44, 100, 100); d.Fail != port.FailRange {
		t.Errorf("a read below the start: %v", d.Fail)
	}
}

// Files that were renamed stay until the core says that file.delete.delay.ms is over, and of
// segments only those of which it speaks.
func TestDeletedFilesStayUntilTheirPurge(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(15, 5)
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: 15})
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: 30})
	if n := strings.Count(r.list(), ".log.deleted"); n != 2 {
		t.Fatalf("%d deleted segments:\n%s", n, r.list())
	}
	r.must(port.LogOp{Kind: port.OpPurge, Base: 15})
	if n := strings.Count(r.list(), ".log.deleted"); n != 1 {
		t.Errorf("after the purge of one of them %d deleted segments:\n%s", n, r.list())
	}
	r.must(port.LogOp{Kind: port.OpDelete, Gen: r.gen})
	r.drive()
	if entries, err := fs.ReadDir("/data"); err != nil || len(entries) != 1 {
		t.Errorf("a deleted log before its purge: %v, %v", entries, err)
	}
	r.purge()
	if entries, err := fs.ReadDir("/data"); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// Retention may take the active segment too: a new one begins at the end, durably, before the old
// one goes, so that no crash forgets which offsets were given away.
func TestTheLastSegmentIsRolledBeforeItGoes(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(5, 5)
	if d := r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: r.end, Roll: true}); d.End != r.end {
		t.Fatalf("the start is %d", d.End)
	}
	end := r.end
	fs.Crash(1, true)
	r.restart()
	r.spec.StopWasLossy = true
	if o := r.open(); o.Start != end || o.End != end {
		t.Errorf("after a power loss the log is from %d to %d, want %d", o.Start, o.End, end)
	}
}

// What somebody had deleted up to the end leaves its segment; retention takes that one as any other.
func TestASegmentOfDeletedRecordsCanGo(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(5, 5)
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: r.end})
	for range 2 { // the second time there is nothing to leave
		r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: r.end, Roll: true})
		v := r.reg.Log(testLog).View()
		if v.Segments() != 1 || v.active.base != r.end || v.active.size != 0 {
			t.Fatalf("%d segments, the last from %d, of %d bytes", v.Segments(), v.active.base, v.active.size)
		}
	}
	r.purge()
	r.fill(1, 5)
	if d := r.read(r.end-3, r.end, 1<<20); d.Fail != port.FailNone || d.Span.Len() == 0 {
		t.Errorf("what came afterwards cannot be read: %v", d.Fail)
	}
}

func TestAPinnedSegmentIsUnlinkedAtItsLastUnpin(t *testing.T) {
	fs, _ := simulated()
	woken := 0
	r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = 0 })
	r.w.cfg.Wake = func() { woken++ }
	r.open()
	r.fill(10, 5)
	held := r.read(0, 100, 1<<20)
	want := bytesOf(t, r.read(0, 100, 1<<20))
	old := r.reg.Log(testLog).View()
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: 15})
	r.purge()
	if !strings.Contains(r.list(), "log.deleted") || r.w.Pending() {
		t.Errorf("the pinned segment went:\n%s", r.list())
	}
	if _, _, err := old.readFile(port.Read{From: 0, Upto: 30, BytesMax: 100}); err != errGone {
		t.Errorf("a new reader with an old view got %v", err)
	}
	if got := bytesOf(t, held); string(got) != string(want) {
		t.Error("the pinned bytes changed")
	}
	if woken != 1 || !r.w.Pending() {
		t.Errorf("woken %d times at the last unpin, pending %v", woken, r.w.Pending())
	}
	r.drive()
	if strings.Contains(r.list(), "deleted") {
		t.Errorf("the segment is there still:\n%s", r.list())
	}
}

func TestADeletedLogGoesWhole(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TurnCalls = 2 })
	r.open()
	r.fill(10, 2)
	r.must(port.LogOp{Kind: port.OpDelete, Gen: r.gen})
	r.purge()
	if r.turns < 5 {
		t.Errorf("%d turns for many files", r.turns)
	}
	if entries, err := fs.ReadDir("/data"); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
	if o := r.open(); o.End != 0 {
		t.Errorf("made again it ends at %d", o.End)
	}
}

func TestUnfinishedDeletionsAreSweptUp(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(3, 1)
	if err := fs.Rename(testPath, "/data/"+deletedName("t-7", testLog.Topic)); err != nil {
		t.Fatal(err)
	}
	r.restart()
	r.open()
	r.drive()
	entries, err := fs.ReadDir("/data")
	if d := cmp.Diff([]disk.Entry{{Name: "t-7", Dir: true}}, entries); err != nil || d != "" {
		t.Errorf("%v, left:\n%s", err, d)
	}
}

// TestASegmentBelowTheLogStartGoesThoughTheStartStays is the history at sealedBelow.
func TestASegmentBelowTheLogStartGoesThoughTheStartStays(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.must(r.opAppend(batchOf(3, 1000, 40)))
	start := r.end
	advance := port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: start}
	r.must(advance)
	r.must(rolled(r.opAppend(batchOf(3, 2000, 40))))
	if n := r.reg.Log(testLog).View().Segments(); n != 2 {
		t.Fatalf("%d segments before retention", n)
	}
	if d := r.must(advance); d.End != start {
		t.Errorf("the log begins at %d, want %d", d.End, start)
	}
	r.purge()
	if n := r.reg.Log(testLog).View().Segments(); n != 1 || strings.Contains(r.list(), "00000000000000000000.") {
		t.Errorf("%d segments, and on the disk:\n%s", n, r.list())
	}
	if got := r.readAll(start, 1000); len(got) != 1 {
		t.Errorf("what stays: %v", got)
	}
}
