package simdisk

import (
	"errors"
	"testing"

	"momus/disk"
)

// inTwo makes a disk with two directories of the root, each with a file that is durable.
func inTwo(t *testing.T) *bench {
	b := newBench(t)
	for _, dir := range []string{"/one", "/two"} {
		b.done(func() error { return b.MkdirAll(dir) }, func() error { return b.SyncDir("/") })
		f := b.create(dir + "/a")
		b.done(write(f, "of "+dir, 0), f.Sync, func() error { return b.SyncDir(dir) })
	}
	return b
}

func TestABrokenDirectoryFailsEveryCallAndNoOther(t *testing.T) {
	b := inTwo(t)
	f, err := b.Open("/two/a")
	must(t, err)
	b.Break("/two")
	for name, call := range map[string]func() error{
		"open":    func() error { _, err := b.Open("/two/a"); return err },
		"read":    func() error { _, err := f.ReadAt(make([]byte, 1), 0); return err },
		"write":   func() error { return f.WriteAt([]byte("x"), 0) },
		"sync":    f.Sync,
		"list":    func() error { _, err := b.ReadDir("/two"); return err },
		"lock":    func() error { _, err := b.Lock("/two/.lock"); return err },
		"syncdir": func() error { return b.SyncDir("/two") },
	} {
		if err := call(); !errors.Is(err, disk.ErrIO) {
			t.Errorf("%s in a broken directory: %v", name, err)
		}
	}
	b.wants("/one/a", "of /one")
	if b.Troubles("/one") != 0 || b.Troubles("/two/x") != 7 || b.Bites().BrokenCalls != 7 {
		t.Errorf("counted are %d and %d of %d", b.Troubles("/one"), b.Troubles("/two"), b.Bites().BrokenCalls)
	}
	b.Mend("/two")
	b.wants("/two/a", "of /two")
}

func TestADriveComesBackWithWhatItHeld(t *testing.T) {
	b := inTwo(t)
	f, err := b.Open("/two/a")
	must(t, err)
	b.done(write(f, " and not synced", 7))
	b.Crash(b.env.now, false)
	drive := b.Detach("/two")
	if drive == nil || b.Detach("/two") != nil {
		t.Fatal("a directory is taken away once")
	}
	if _, err := b.Open("/two/a"); !errors.Is(err, disk.ErrNotExist) {
		t.Fatalf("what is away is opened: %v", err)
	}
	b.done(func() error { return b.MkdirAll("/two") })
	b.Crash(b.env.now, true)
	b.Detach("/two")
	b.Attach("/two", drive)
	b.Crash(b.env.now, true)
	b.wants("/two/a", "of /two and not synced")
	b.wants("/one/a", "of /one")
}
