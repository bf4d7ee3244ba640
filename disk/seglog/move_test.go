package seglog

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

var otherDir = kafka.DirID{77}

// movable is a rig with two log directories.
func movable(t *testing.T, change func(*rig)) (*rig, interface {
	FailNext(op string, after int, err error)
}) {
	t.Helper()
	fs, _ := simulated()
	r := newRig(t, fs, change)
	if err := fs.MkdirAll("/other"); err != nil {
		t.Fatal(err)
	}
	r.w.cfg.Dirs = append(r.w.cfg.Dirs, Dir{otherDir, "/other"})
	r.restart()
	r.open()
	return r, fs
}

func (r *rig) move(kind port.LogOpKind, dir kafka.DirID) port.LogOp {
	op := port.LogOp{Kind: kind, Gen: r.gen, End: r.end, Open: &port.OpenSpec{Dir: dir}}
	if kind == port.OpFinishCopy {
		op.Snapshot = []byte("snapshot")
	}
	return op
}

// files lists all of the two directories.
func (r *rig) files() string {
	r.t.Helper()
	var all []string
	for _, top := range []string{"/data", "/other"} {
		entries, err := r.fs.ReadDir(top)
		if err != nil {
			r.t.Fatalf("listing: %v", err)
		}
		for _, e := range entries {
			all = append(all, top+"/"+e.Name)
		}
	}
	return strings.Join(all, " ")
}

const futurePath = "/other/t-7.01020300000000000000000000000000-future"

func TestALogMovesToAnotherDirectory(t *testing.T) {
	for _, perSegment := range []int{1, 3, 100} {
		t.Run(fmt.Sprint(perSegment), func(t *testing.T) {
			r, _ := movable(t, nil)
			r.fill(10, perSegment)
			r.must(r.move(port.OpBeginCopy, otherDir))
			r.must(r.move(port.OpCopy, otherDir))
			r.fill(7, perSegment) // it goes on meanwhile
			want := r.readAll(0, 1<<20)
			held := r.read(0, 3, 1<<20)
			r.must(r.move(port.OpFinishCopy, otherDir))
			if d := r.must(r.move(port.OpSwap, otherDir)); d.End != r.end {
				t.Fatalf("flushed to %d after the swap, and the end is %d", d.End, r.end)
			}
			r.must(r.move(port.OpRemoveCopy, testDir))
			if got := r.readAll(0, 1<<20); !slices.Equal(got, want) {
				t.Fatalf("after the move %v is read, before %v", got, want)
			}
			if n := len(bytesOf(t, held)); n == 0 {
				t.Fatal("a reader lost what he had")
			}
			r.drive()
			if got := r.files(); got != "/other/t-7" {
				t.Fatalf("there are %s", got)
			}
			r.fill(5, perSegment)
			want = r.readAll(0, 1<<20)
			r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen, End: r.end})
			r.spec.Dir, r.spec.Create, r.spec.StopWasClean = otherDir, false, true
			r.open()
			if got := r.readAll(0, 1<<20); !slices.Equal(got, want) {
				t.Fatalf("after a restart %v is read, before %v", got, want)
			}
		})
	}
}

func TestAMovedLogIsDurable(t *testing.T) {
	fs, env := simulated()
	r := newRig(t, fs, nil)
	if err := fs.MkdirAll("/other"); err != nil {
		t.Fatal(err)
	}
	if err := fs.SyncDir("/"); err != nil {
		t.Fatal(err)
	}
	r.w.cfg.Dirs = append(r.w.cfg.Dirs, Dir{otherDir, "/other"})
	r.restart()
	r.open()
	r.fill(10, 3)
	r.must(r.move(port.OpBeginCopy, otherDir))
	r.must(r.move(port.OpCopy, otherDir))
	r.must(r.move(port.OpFinishCopy, otherDir))
	r.must(r.move(port.OpSwap, otherDir))
	want, end := r.readAll(0, 1<<20), r.end
	env.now = 1 << 50
	fs.Crash(env.now, true)
	r.restart()
	r.spec.Dir, r.spec.Create, r.spec.StopWasLossy, r.spec.RecoveryPoint = otherDir, false, true, end
	r.open()
	if got := r.readAll(0, 1<<20); !slices.Equal(got, want) {
		t.Fatalf("after a power loss %v is read, before %v", got, want)
	}
}

func TestACopyFollowsItsLogsStart(t *testing.T) {
	r, _ := movable(t, nil)
	r.fill(10, 2)
	r.must(r.move(port.OpBeginCopy, otherDir))
	r.must(r.move(port.OpCopy, otherDir))
	r.must(port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: 14})
	r.must(r.move(port.OpFinishCopy, otherDir))
	r.must(r.move(port.OpSwap, otherDir))
	r.must(r.move(port.OpRemoveCopy, testDir))
	r.drive()
	entries, err := r.fs.ReadDir("/other/t-7")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name, ".log") && e.Name < segmentName(12) {
			t.Errorf("%s is there, though the log begins at 14", e.Name)
		}
	}
	if got := r.readAll(14, 1<<20); len(got) == 0 {
		t.Error("nothing is read")
	}
}

func TestAFailedCopyLeavesTheLogAlone(t *testing.T) {
	for _, c := range []struct {
		name string
		call string
		err  error
		want port.Failure
	}{
		{"the other disk is full", "write", disk.ErrNoSpace, port.FailNoSpace},
		{"the other disk fails", "write", disk.ErrIO, port.FailTarget},
		{"its sync fails", "sync", disk.ErrIO, port.FailTarget},
		{"the log cannot be read", "read", disk.ErrIO, port.FailIO},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, fs := movable(t, nil)
			r.fill(4, 2)
			r.must(r.move(port.OpBeginCopy, otherDir))
			fs.FailNext(c.call, 0, c.err)
			if d := r.one(r.move(port.OpCopy, otherDir)); d.Fail != c.want {
				t.Fatalf("told %v, and it was %v", d.Fail, c.want)
			}
			if d := r.one(r.move(port.OpFinishCopy, otherDir)); d.Fail == port.FailNone {
				t.Fatal("a copy that failed was finished")
			}
			if d := r.one(r.move(port.OpSwap, otherDir)); d.Fail == port.FailNone {
				t.Fatal("a copy that failed became the log")
			}
			r.fill(3, 2)
			r.must(r.move(port.OpRemoveCopy, otherDir))
			r.drive()
			if got := r.files(); got != "/data/t-7" {
				t.Fatalf("there are %s", got)
			}
			if got := len(r.readAll(0, 1<<20)); got != 7 {
				t.Fatalf("%d batches are read of 7", got)
			}
		})
	}
}

func TestABatchThatIsDamagedIsNotCopied(t *testing.T) {
	r, _ := movable(t, nil)
	r.fill(4, 100)
	file, err := r.fs.Open(testPath + "/" + segmentName(0) + ".log")
	if err != nil {
		t.Fatal(err)
	}
	if err := file.WriteAt([]byte("rot"), 100); err != nil {
		t.Fatal(err)
	}
	r.must(r.move(port.OpBeginCopy, otherDir))
	if d := r.one(r.move(port.OpCopy, otherDir)); d.Fail != port.FailCorrupt {
		t.Fatalf("told %v", d.Fail)
	}
}

// What an earlier run left of a copy is emptied and begun anew, under the same name.
func TestACopyIsBegunAnewWhereOneWasLeft(t *testing.T) {
	r, _ := movable(t, nil)
	r.fill(6, 2)
	r.must(r.move(port.OpBeginCopy, otherDir))
	r.must(r.move(port.OpCopy, otherDir))
	if got := r.files(); got != "/data/t-7 "+futurePath {
		t.Fatalf("there are %s", got)
	}
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen, End: r.end})
	r.restart()
	r.open()
	r.must(r.move(port.OpBeginCopy, otherDir))
	entries, err := r.fs.ReadDir(futurePath)
	if err != nil || len(entries) != 1 || entries[0].Name != metadataFile {
		t.Fatalf("left are %v, %v", entries, err)
	}
	r.must(r.move(port.OpCopy, otherDir))
	r.must(r.move(port.OpFinishCopy, otherDir))
	r.must(r.move(port.OpSwap, otherDir))
}

// One copy is under way at a time, each OpCopy is answered once, and a log that goes takes its copy along.
func TestACopyThatIsGivenUpIsAnswered(t *testing.T) {
	r, _ := movable(t, nil)
	r.fill(6, 2)
	r.must(r.move(port.OpBeginCopy, otherDir))
	done := r.drive(r.move(port.OpCopy, otherDir), r.move(port.OpRemoveCopy, otherDir))
	if len(done) != 2 || done[0].Kind != port.OpCopy || done[0].Fail != port.FailFenced || done[1].Fail != port.FailNone {
		t.Fatalf("told %+v", done)
	}
	if d := r.one(r.move(port.OpFinishCopy, otherDir)); d.Fail == port.FailNone {
		t.Fatal("a copy that was given up was finished")
	}
	r.must(r.move(port.OpBeginCopy, otherDir))
	done = r.drive(r.move(port.OpForgetCopy, otherDir), r.move(port.OpRemoveCopy, otherDir), port.LogOp{Kind: port.OpDelete, Gen: r.gen})
	if len(done) != 3 || done[2].Fail != port.FailNone {
		t.Fatalf("told %+v", done)
	}
	r.purge()
	if got := r.files(); got != "" {
		t.Fatalf("there are %s", got)
	}
}
