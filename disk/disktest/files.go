package disktest

import (
	"bytes"
	"testing"

	"momus/disk"
)

func fileCases() []Case {
	return []Case{
		{"WriteIsReadBack", writeIsReadBack},
		{"ReadAtEndIsShort", readAtEndIsShort},
		{"WriteBeyondEndLeavesZeros", writeBeyondEndLeavesZeros},
		{"WriteVecIsOneAfterAnother", writeVecIsOneAfterAnother},
		{"WriteVecTakesThousandsOfBuffers", writeVecTakesThousands},
		{"TruncateCutsAndGrowsWithZeros", truncateCutsAndGrows},
		{"CreateEmptiesAnExistingFile", createEmpties},
		{"ReaderBesideTheWriterSeesOldBytes", readerSeesOldBytes},
		{"SyncKeepsContents", syncKeepsContents},
		{"RemovedFileStaysReadableWhileOpen", removedFileStaysReadable},
		{"CallerKeepsItsBuffers", callerKeepsItsBuffers},
		{"ClosedTwiceIsABug", closedTwiceIsABug},
	}
}

func writeIsReadBack(t *testing.T, f Fixture) {
	file := f.file(t, "a", "hello, world")
	must(t, file.WriteAt([]byte("W"), 7))
	holds(t, file, "hello, World")
	p := make([]byte, 5)
	n, err := file.ReadAt(p, 7)
	must(t, err)
	if string(p[:n]) != "World" {
		t.Fatalf("read %q in the middle", p[:n])
	}
}

func readAtEndIsShort(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abcdef")
	for _, c := range []struct {
		off  int64
		want string
	}{{0, "abcdef"}, {4, "ef"}, {6, ""}, {100, ""}} {
		p := make([]byte, 10)
		n, err := file.ReadAt(p, c.off)
		must(t, err)
		if string(p[:n]) != c.want {
			t.Fatalf("read %q at %d, want %q", p[:n], c.off, c.want)
		}
	}
	n, err := file.ReadAt(nil, 0)
	must(t, err)
	if n != 0 {
		t.Fatalf("an empty read returned %d", n)
	}
}

func writeBeyondEndLeavesZeros(t *testing.T, f Fixture) {
	file := f.file(t, "a", "ab")
	must(t, file.WriteAt([]byte("z"), 5))
	holds(t, file, "ab\x00\x00\x00z")
}

func writeVecIsOneAfterAnother(t *testing.T, f Fixture) {
	file := f.file(t, "a", "0123456789")
	must(t, file.WriteVec([][]byte{[]byte("ab"), nil, {}, []byte("c"), []byte("def")}, 2))
	holds(t, file, "01abcdef89")
	must(t, file.WriteVec(nil, 50))
	must(t, file.WriteVec([][]byte{nil, {}}, 50))
	holds(t, file, "01abcdef89")
}

func writeVecTakesThousands(t *testing.T, f Fixture) {
	file := f.file(t, "a", "")
	var bufs [][]byte
	var want []byte
	for i := range 3000 {
		b := bytes.Repeat([]byte{byte('a' + i%26)}, i%5)
		bufs = append(bufs, b)
		want = append(want, b...)
	}
	must(t, file.WriteVec(bufs, 0))
	holds(t, file, string(want))
}

func truncateCutsAndGrows(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abcdef")
	must(t, file.Truncate(2))
	holds(t, file, "ab")
	must(t, file.Truncate(4))
	holds(t, file, "ab\x00\x00")
	must(t, file.WriteAt([]byte("x"), 3))
	must(t, file.Truncate(0))
	must(t, file.Truncate(4))
	holds(t, file, "\x00\x00\x00\x00")
}

func createEmpties(t *testing.T, f Fixture) {
	old := f.file(t, "a", "old contents")
	file, err := f.FS.Create(f.path("a"))
	must(t, err)
	defer func() { must(t, file.Close()) }()
	holds(t, file, "")
	holds(t, old, "")
	must(t, file.WriteAt([]byte("n"), 0))
	holds(t, old, "n")
}

func readerSeesOldBytes(t *testing.T, f Fixture) {
	writer := f.file(t, "a", "old")
	reader := f.open(t, "a")
	p := make([]byte, 3)
	for i := range 10 {
		must(t, writer.WriteAt([]byte("new"), int64(3+3*i)))
		n, err := reader.ReadAt(p, 0)
		must(t, err)
		if string(p[:n]) != "old" {
			t.Fatalf("the reader saw %q", p[:n])
		}
		n, err = reader.ReadAt(p, int64(3+3*i))
		must(t, err)
		if string(p[:n]) != "new" {
			t.Fatalf("the reader's own handle saw %q of what was just written", p[:n])
		}
	}
}

func syncKeepsContents(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abc")
	must(t, file.Sync())
	must(t, f.FS.SyncDir(f.Dir))
	must(t, file.WriteAt([]byte("d"), 3))
	must(t, file.Sync())
	must(t, file.Sync())
	holds(t, file, "abcd")
}

func removedFileStaysReadable(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abc")
	must(t, f.FS.Remove(f.path("a")))
	f.lists(t, f.Dir)
	holds(t, file, "abc")
	must(t, file.WriteAt([]byte("d"), 3))
	must(t, file.Sync())
	other := f.file(t, "a", "other")
	holds(t, file, "abcd")
	holds(t, other, "other")
}

func callerKeepsItsBuffers(t *testing.T, f Fixture) {
	file := f.file(t, "a", "")
	one, two := []byte("one"), []byte("two")
	must(t, file.WriteAt(one, 0))
	must(t, file.WriteVec([][]byte{two, one}, 3))
	copy(one, "eno")
	copy(two, "owt")
	holds(t, file, "onetwoone")
}

func closedTwiceIsABug(t *testing.T, f Fixture) {
	file, err := f.FS.Create(f.path("a"))
	must(t, err)
	must(t, file.Close())
	defer func() {
		if recover() == nil {
			t.Error("closing a file twice went unnoticed")
		}
	}()
	closeAgain(t, file)
}

func closeAgain(t *testing.T, file disk.File) {
	t.Helper()
	t.Errorf("the second Close returned %v", file.Close())
}
