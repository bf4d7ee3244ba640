package simdisk

import (
	"errors"
	"strings"
	"testing"

	"momus/disk"
	"momus/disk/disktest"
)

// still is an Env whose clock the test moves and whose draws are 0 but for those given by stream.
type still struct {
	now   int64
	drawn map[string]uint64
	log   []string
}

func (s *still) Now() int64 { return s.now }

func (s *still) Draw(stream string, bound uint64) uint64 {
	s.log = append(s.log, stream)
	return min(s.drawn[stream], bound-1)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bench is a disk with its clock.
type bench struct {
	*Disk
	env *still
	t   *testing.T
}

func newBench(t *testing.T) *bench {
	env := &still{drawn: map[string]uint64{}}
	return &bench{New(env, "n1", Faults{}), env, t}
}

// turn runs calls as one turn at the present time and returns when each of them ended.
func (b *bench) turn(calls ...func() error) (ends []int64) {
	b.t.Helper()
	b.BeginTurn(b.env.now, 1000, 1<<20)
	for _, call := range calls {
		must(b.t, call())
		ends = append(ends, b.LastEnd())
	}
	if end := b.EndTurn(); end != ends[len(ends)-1] {
		b.t.Fatalf("the turn ended at %d, its last call at %d", end, ends[len(ends)-1])
	}
	return ends
}

// done runs calls as a turn and lets it end.
func (b *bench) done(calls ...func() error) {
	b.t.Helper()
	ends := b.turn(calls...)
	b.env.now = ends[len(ends)-1]
}

func (b *bench) create(name string) disk.File {
	b.t.Helper()
	f, err := b.Create(name)
	must(b.t, err)
	b.env.now = b.LastEnd()
	return f
}

// text is a file's contents, "<none>" without the file.
func (b *bench) text(name string) string {
	f, err := b.Open(name)
	if errors.Is(err, disk.ErrNotExist) {
		return "<none>"
	}
	must(b.t, err)
	size, err := f.Size()
	must(b.t, err)
	p := make([]byte, size)
	_, err = f.ReadAt(p, 0)
	must(b.t, err)
	return string(p)
}

func (b *bench) wants(name, want string) {
	b.t.Helper()
	if got := b.text(name); got != want {
		b.t.Errorf("%s holds %q, want %q", name, got, want)
	}
}

func write(f disk.File, text string, off int64) func() error {
	return func() error { return f.WriteAt([]byte(text), off) }
}

func TestConformance(t *testing.T) {
	disktest.Run(t, func(t *testing.T) disktest.Fixture {
		b := newBench(t)
		must(t, b.MkdirAll("/data"))
		return disktest.Fixture{
			FS:    b.Disk,
			Dir:   "/data",
			Fail:  func(op disktest.Op, n int, err error) { b.FailNext(string(op), n, err) },
			Short: func(op disktest.Op, n int) { b.FailNext(string(op), n, nil) },
		}
	})
}

func TestProcessCrashKeepsEndedTearsSpanningAndUndoesLaterCalls(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	ends := b.turn(write(f, "one", 0), write(f, "twotwo", 3), write(f, "three", 9))
	b.env.drawn["n1/crash/tear"] = 4
	b.env.now = ends[1] - 1
	b.Crash(b.env.now, false)
	b.wants("a", "onetw")
	want := Bites{UndoneCalls: 1, TornWrites: 1, ProcessCrashes: 1}
	if got := b.Bites(); got != want {
		t.Errorf("bites %+v, want %+v", got, want)
	}
}

func TestProcessCrashKeepsThePageCacheAndTheBootID(t *testing.T) {
	b := newBench(t)
	boot, err := b.BootID()
	must(t, err)
	f := b.create("a")
	b.done(write(f, "unsynced", 0))
	b.Crash(b.env.now, false)
	b.wants("a", "unsynced")
	if again, err := b.BootID(); err != nil || again != boot {
		t.Errorf("boot id %q, %v after a process crash, was %q", again, err, boot)
	}
	b.Crash(b.env.now, true)
	if again, err := b.BootID(); err != nil || again == boot {
		t.Errorf("boot id %q, %v after a power loss as before", again, err)
	}
}

func TestPowerLossTakesWhatWasNotSyncedEvenAfterAProcessCrash(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(write(f, "synced", 0), f.Sync, func() error { return b.SyncDir("/") })
	b.done(write(f, "+lost", 6))
	b.Crash(b.env.now, false)
	b.wants("a", "synced+lost")
	b.env.drawn["n1/crash/write"] = uint64(Lost)
	b.Crash(b.env.now, true)
	b.wants("a", "synced")
	if bites := b.Bites(); bites.LostWrites != 1 || bites.LossyPowerLosses != 1 {
		t.Errorf("bites %+v", bites)
	}
}

func TestSyncThatHadNotEndedDoesNotCount(t *testing.T) {
	for _, early := range []bool{true, false} {
		b := newBench(t)
		f := b.create("a")
		b.done(func() error { return b.SyncDir("/") })
		ends := b.turn(write(f, "data", 0), f.Sync)
		b.env.drawn["n1/crash/write"] = uint64(Lost)
		b.env.now = ends[1]
		want := "data"
		if early {
			b.env.now--
			want = ""
		}
		b.Crash(b.env.now, true)
		b.wants("a", want)
	}
}

func TestEachOutcomeOfAnUnsyncedWrite(t *testing.T) {
	old, data := strings.Repeat("o", 600), strings.Repeat("n", 1500)
	for _, c := range []struct {
		choice Choice
		want   string
	}{
		{Choice{Kept, 0}, "o" + data},
		{Choice{Lost, 0}, old},
		{Choice{Prefix, 700}, "o" + data[:700]},
		{Choice{Prefix, 3}, "onnn" + old[4:]},
		// The write covers file bytes 1 to 1501: sectors of 511, 512 and 477 bytes of it.
		{Choice{Sectors, 0b010}, "o" + data[:511] + old[512:] + strings.Repeat("\x00", 424) + data[:477]},
		{Choice{SizeOnly, 0}, old + strings.Repeat("\x00", 901)},
	} {
		b := newBench(t)
		f := b.create("a")
		b.done(write(f, old, 0), f.Sync, func() error { return b.SyncDir("/") })
		b.done(write(f, data, 1))
		b.CrashWith(b.env.now, true, []Choice{c.choice})
		b.wants("a", c.want)
	}
}

func TestGarbageStaysInItsRangeAndIsCounted(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(write(f, "before", 0), f.Sync, func() error { return b.SyncDir("/") })
	b.done(write(f, "12345678", 6))
	b.CrashWith(b.env.now, true, []Choice{{Garbage, 7}})
	got := b.text("a")
	if len(got) != 14 || got[:6] != "before" || got[6:] == "12345678" {
		t.Errorf("the file holds %q", got)
	}
	if b.Bites().Garbage != 1 {
		t.Errorf("bites %+v", b.Bites())
	}
}

func TestFaultThatChangesNothingIsNotCounted(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(write(f, "same", 0), f.Sync, func() error { return b.SyncDir("/") })
	b.done(write(f, "same", 0))
	b.env.drawn["n1/crash/write"] = uint64(Lost)
	b.Crash(b.env.now, true)
	if got, want := b.Bites(), (Bites{PowerLosses: 1}); got != want {
		t.Errorf("bites %+v, want %+v", got, want)
	}
}

func TestUnsyncedNamesMayGoAndRenameIsWhole(t *testing.T) {
	for mask := range 4 {
		b := newBench(t)
		f := b.create("a")
		b.done(write(f, "old", 0), f.Sync, func() error { return b.SyncDir("/") })
		tmp := b.create("a.tmp")
		b.done(write(tmp, "new", 0), tmp.Sync, func() error { return b.Rename("a.tmp", "a") })
		effects := b.Pending(b.env.now, true)
		if len(effects) != 2 {
			t.Fatalf("pending %+v", effects)
		}
		b.CrashWith(b.env.now, true, []Choice{{Outcome: Outcome(mask & 1)}, {Outcome: Outcome(mask >> 1)}})
		// The rename builds on the creation: it cannot outlive it.
		want := map[int][2]string{0: {"new", "<none>"}, 1: {"old", "<none>"}, 2: {"old", "new"}, 3: {"old", "<none>"}}[mask]
		b.wants("a", want[0])
		b.wants("a.tmp", want[1])
	}
}

func TestSyncDirMakesNamesDurableWhenItEnds(t *testing.T) {
	b := newBench(t)
	must(t, b.MkdirAll("d"))
	b.env.now = b.LastEnd()
	b.create("d/a")
	b.done(func() error { return b.SyncDir("/") }, func() error { return b.SyncDir("d") })
	must(t, b.Remove("d/a"))
	b.env.now = b.LastEnd()
	b.env.drawn["n1/crash/name"] = 1
	b.Crash(b.env.now, true)
	b.wants("d/a", "")
	if got := b.Bites().LostEntries; got != 1 {
		t.Errorf("%d lost entries", got)
	}
}

func TestSyncedNameOutlivesWhatItBuildsOn(t *testing.T) {
	b := newBench(t)
	must(t, b.MkdirAll("p"))
	must(t, b.MkdirAll("q"))
	b.env.now = b.LastEnd()
	b.done(func() error { return b.SyncDir("/") })
	b.create("p/a")
	b.done(func() error { return b.SyncDir("p") })
	b.done(func() error { return b.Rename("p/a", "q/a") })
	b.done(func() error { return b.Rename("q/a", "q/b") }, func() error { return b.SyncDir("q") })
	b.env.drawn["n1/crash/name"] = 1
	b.Crash(b.env.now, true)
	b.wants("q/b", "")
	b.wants("p/a", "<none>")
}

func TestFailedSyncIsNeverMadeGood(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(func() error { return b.SyncDir("/") }, write(f, "lost", 0))
	b.FailNext("sync", 0, disk.ErrIO)
	if err := f.Sync(); !errors.Is(err, disk.ErrIO) {
		t.Fatalf("got %v", err)
	}
	b.done(write(f, "kept", 4), f.Sync)
	b.env.drawn["n1/crash/write"] = uint64(Lost)
	b.Crash(b.env.now, true)
	b.wants("a", "\x00\x00\x00\x00kept")
}

func TestLostSyncClaimsAndIsCountedWhenItBites(t *testing.T) {
	b := newBench(t)
	b.SetFaults(Faults{SyncLost: 2})
	f := b.create("a")
	b.env.drawn["n1/sync/lost"] = 1
	b.done(func() error { return b.SyncDir("/") }, write(f, "lie", 0), f.Sync)
	b.LieAbout(func(path string) bool { return path != "a" })
	b.done(write(f, "true", 3), f.Sync)
	b.LieAbout(func(string) bool { return true })
	b.done(write(f, "lie", 7), f.Sync)
	all := func(string) bool { return true }
	claims := b.Claims(all)
	if len(claims) != 1 || string(claims[0].Data) != "lietruelie" || claims[0].Covers(0, 7) || !claims[0].Covers(0, 8) {
		t.Fatalf("claims %+v", claims)
	}
	b.env.drawn["n1/crash/write"] = uint64(Lost)
	b.Crash(b.env.now, true)
	b.wants("a", "lietrue")
	if left := string(claims[0].Left()); left != "lietrue" {
		t.Errorf("of a claim %q is left", left)
	}
	if claims = b.Claims(all); len(claims) != 0 {
		t.Errorf("after the power loss claims %+v", claims)
	}
	if b.Bites().LostSyncs != 1 {
		t.Errorf("bites %+v", b.Bites())
	}
}

func TestHandlesAndLocksOfBeforeTheCrashAreDead(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	lock, err := b.Lock(".lock")
	must(t, err)
	b.env.now = b.LastEnd()
	b.Crash(b.env.now, false)
	_, size := f.Size()
	_, read := f.ReadAt(make([]byte, 1), 0)
	for _, err := range []error{f.WriteAt([]byte("x"), 0), f.Sync(), f.Truncate(0), f.Close(), size, read, lock.Unlock()} {
		if !errors.Is(err, disk.ErrIO) {
			t.Errorf("a dead handle answered %v", err)
		}
	}
	_, err = b.Lock(".lock")
	must(t, err)
}

func TestCrashByCallNumberFallsInsideThatCall(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.CrashAfterCalls(2)
	b.env.drawn["n1/crash/inside"] = 1000
	ends := b.turn(write(f, "one", 0), write(f, "two", 3), write(f, "three", 6))
	at, hit := b.Armed()
	if !hit || at <= ends[0] || at >= ends[1] {
		t.Fatalf("armed at %d, %v; the second call went from %d to %d", at, hit, ends[0], ends[1])
	}
	b.env.now = at
	b.env.drawn["n1/crash/tear"] = 3
	b.Crash(at, false)
	b.wants("a", "one")
	if _, hit := b.Armed(); hit {
		t.Error("still armed after the crash")
	}
}
