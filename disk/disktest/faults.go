package disktest

import (
	"testing"

	"momus/disk"
)

func faultCases() []Case {
	cases := []Case{
		{"ShortReadIsFinished", shortReadIsFinished},
		{"PartialWriteIsFinished", partialWriteIsFinished},
		{"PartialWriteVecIsFinished", partialWriteVecIsFinished},
		{"FullDiskLeavesAPrefix", fullDiskLeavesAPrefix},
		{"FullDiskLeavesAPrefixOfAVector", fullDiskLeavesVecPrefix},
		{"ReadErrorAfterSomeBytes", readErrorAfterSomeBytes},
		{"CreateOnAFullDisk", createOnAFullDisk},
		{"FailedSyncIsReportedOnce", failedSyncIsReportedOnce},
	}
	for _, c := range []struct {
		op Op
		do func(f Fixture, file disk.File) error
	}{
		{Open, func(f Fixture, _ disk.File) error { _, err := f.FS.Open(f.path("a")); return err }},
		{Create, func(f Fixture, _ disk.File) error { _, err := f.FS.Create(f.path("b")); return err }},
		{Rename, func(f Fixture, _ disk.File) error { return f.FS.Rename(f.path("a"), f.path("b")) }},
		{Remove, func(f Fixture, _ disk.File) error { return f.FS.Remove(f.path("a")) }},
		{MkdirAll, func(f Fixture, _ disk.File) error { return f.FS.MkdirAll(f.path("d")) }},
		{ReadDir, func(f Fixture, _ disk.File) error { _, err := f.FS.ReadDir(f.Dir); return err }},
		{SyncDir, func(f Fixture, _ disk.File) error { return f.FS.SyncDir(f.Dir) }},
		{Lock, func(f Fixture, _ disk.File) error { _, err := f.FS.Lock(f.path("l")); return err }},
		{Space, func(f Fixture, _ disk.File) error { _, _, err := f.FS.Space(f.Dir); return err }},
		{BootID, func(f Fixture, _ disk.File) error { _, err := f.FS.BootID(); return err }},
		{Read, func(_ Fixture, file disk.File) error { _, err := file.ReadAt(make([]byte, 2), 0); return err }},
		{Write, func(_ Fixture, file disk.File) error { return file.WriteAt([]byte("xy"), 0) }},
		{WriteVec, func(_ Fixture, file disk.File) error { return file.WriteVec([][]byte{[]byte("xy")}, 0) }},
		{Truncate, func(_ Fixture, file disk.File) error { return file.Truncate(1) }},
		{Size, func(_ Fixture, file disk.File) error { _, err := file.Size(); return err }},
		{Sync, func(_ Fixture, file disk.File) error { return file.Sync() }},
		{Close, func(f Fixture, _ disk.File) error {
			file, err := f.FS.Open(f.path("a"))
			if err != nil {
				return nil
			}
			return file.Close()
		}},
	} {
		cases = append(cases, Case{"InputOutputErrorOf_" + string(c.op), func(t *testing.T, f Fixture) {
			file := f.file(t, "a", "abc")
			f.Fail(c.op, 0, disk.ErrIO)
			wants(t, c.do(f, file), disk.ErrIO)
			f.lists(t, f.Dir, "a")
			holds(t, file, "abc")
		}})
	}
	return cases
}

func shortReadIsFinished(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abcdef")
	f.Short(Read, 2)
	holds(t, file, "abcdef")
}

func partialWriteIsFinished(t *testing.T, f Fixture) {
	file := f.file(t, "a", "")
	f.Short(Write, 2)
	must(t, file.WriteAt([]byte("abcdef"), 1))
	holds(t, file, "\x00abcdef")
}

func partialWriteVecIsFinished(t *testing.T, f Fixture) {
	for _, n := range []int{1, 2, 3, 4, 5} {
		file := f.file(t, "a", "")
		f.Short(WriteVec, n)
		must(t, file.WriteVec([][]byte{[]byte("ab"), []byte("cd"), []byte("ef")}, 0))
		holds(t, file, "abcdef")
	}
}

func fullDiskLeavesAPrefix(t *testing.T, f Fixture) {
	file := f.file(t, "a", "0123456789")
	f.Fail(Write, 3, disk.ErrNoSpace)
	wants(t, file.WriteAt([]byte("abcdef"), 2), disk.ErrNoSpace)
	holds(t, file, "01abc56789")
	must(t, file.WriteAt([]byte("abcdef"), 2))
	holds(t, file, "01abcdef89")
}

func fullDiskLeavesVecPrefix(t *testing.T, f Fixture) {
	file := f.file(t, "a", "01")
	f.Fail(WriteVec, 3, disk.ErrNoSpace)
	wants(t, file.WriteVec([][]byte{[]byte("ab"), []byte("cd")}, 2), disk.ErrNoSpace)
	holds(t, file, "01abc")
}

func readErrorAfterSomeBytes(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abcdef")
	f.Fail(Read, 2, disk.ErrIO)
	p := make([]byte, 6)
	n, err := file.ReadAt(p, 0)
	wants(t, err, disk.ErrIO)
	if string(p[:n]) != "ab" {
		t.Fatalf("read %q before the error", p[:n])
	}
}

func createOnAFullDisk(t *testing.T, f Fixture) {
	f.Fail(Create, 0, disk.ErrNoSpace)
	_, err := f.FS.Create(f.path("a"))
	wants(t, err, disk.ErrNoSpace)
	f.lists(t, f.Dir)
}

func failedSyncIsReportedOnce(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abc")
	f.Fail(Sync, 0, disk.ErrIO)
	wants(t, file.Sync(), disk.ErrIO)
	must(t, file.Sync())
}
