package disktest

import (
	"testing"

	"momus/disk"
)

func nameCases() []Case {
	return []Case{
		{"MissingFilesDoNotExist", missingFiles},
		{"RenameReplaces", renameReplaces},
		{"RenameKeepsOpenHandles", renameKeepsHandles},
		{"RenameOfADirectoryTakesItsContents", renameDirectory},
		{"RenameOverAFullDirectoryIsRefused", renameOverFullDirectory},
		{"RemoveOfAFullDirectoryIsRefused", removeFullDirectory},
		{"MkdirAllMakesParents", mkdirAllMakesParents},
		{"MkdirAllOverAFileIsRefused", mkdirAllOverFile},
		{"ReadDirIsSorted", readDirIsSorted},
		{"ReadDirOfAFileIsRefused", readDirOfFile},
		{"OpenOfADirectoryIsRefused", openOfDirectory},
		{"LockExcludesASecondOne", lockExcludes},
		{"SpaceOfADirectory", spaceOfADirectory},
		{"BootIDStays", bootIDStays},
	}
}

func missingFiles(t *testing.T, f Fixture) {
	_, err := f.FS.Open(f.path("a"))
	wants(t, err, disk.ErrNotExist)
	_, err = f.FS.Open(f.path("no/a"))
	wants(t, err, disk.ErrNotExist)
	_, err = f.FS.Create(f.path("no/a"))
	wants(t, err, disk.ErrNotExist)
	_, err = f.FS.ReadDir(f.path("no"))
	wants(t, err, disk.ErrNotExist)
	_, err = f.FS.Lock(f.path("no/.lock"))
	wants(t, err, disk.ErrNotExist)
	wants(t, f.FS.Rename(f.path("a"), f.path("b")), disk.ErrNotExist)
	wants(t, f.FS.Remove(f.path("a")), disk.ErrNotExist)
	wants(t, f.FS.SyncDir(f.path("no")), disk.ErrNotExist)
	f.file(t, "here", "x")
	wants(t, f.FS.Rename(f.path("here"), f.path("no/b")), disk.ErrNotExist)
	f.lists(t, f.Dir, "here")
}

func renameReplaces(t *testing.T, f Fixture) {
	f.file(t, "new", "new")
	old := f.file(t, "a", "old")
	must(t, f.FS.Rename(f.path("new"), f.path("a")))
	f.lists(t, f.Dir, "a")
	holds(t, f.open(t, "a"), "new")
	holds(t, old, "old")
	must(t, f.FS.Rename(f.path("a"), f.path("a")))
	f.lists(t, f.Dir, "a")
}

func renameKeepsHandles(t *testing.T, f Fixture) {
	file := f.file(t, "a", "abc")
	must(t, f.FS.Rename(f.path("a"), f.path("b")))
	must(t, file.WriteAt([]byte("d"), 3))
	holds(t, f.open(t, "b"), "abcd")
}

func renameDirectory(t *testing.T, f Fixture) {
	must(t, f.FS.MkdirAll(f.path("d/sub")))
	file := f.file(t, "d/sub/a", "abc")
	must(t, f.FS.Rename(f.path("d"), f.path("e")))
	f.lists(t, f.Dir, "e/")
	f.lists(t, f.path("e/sub"), "a")
	must(t, file.WriteAt([]byte("d"), 3))
	holds(t, f.open(t, "e/sub/a"), "abcd")
	must(t, f.FS.MkdirAll(f.path("empty")))
	must(t, f.FS.Rename(f.path("e"), f.path("empty")))
	f.lists(t, f.Dir, "empty/")
}

func renameOverFullDirectory(t *testing.T, f Fixture) {
	must(t, f.FS.MkdirAll(f.path("d")))
	must(t, f.FS.MkdirAll(f.path("full")))
	f.file(t, "full/a", "abc")
	wants(t, f.FS.Rename(f.path("d"), f.path("full")), disk.ErrExist)
	f.lists(t, f.Dir, "d/", "full/")
}

func removeFullDirectory(t *testing.T, f Fixture) {
	must(t, f.FS.MkdirAll(f.path("d")))
	f.file(t, "d/a", "abc")
	wants(t, f.FS.Remove(f.path("d")), disk.ErrExist)
	must(t, f.FS.Remove(f.path("d/a")))
	must(t, f.FS.Remove(f.path("d")))
	f.lists(t, f.Dir)
}

func mkdirAllMakesParents(t *testing.T, f Fixture) {
	must(t, f.FS.MkdirAll(f.path("a/b/c")))
	must(t, f.FS.MkdirAll(f.path("a/b/c")))
	must(t, f.FS.MkdirAll(f.Dir))
	f.lists(t, f.Dir, "a/")
	f.lists(t, f.path("a"), "b/")
	f.lists(t, f.path("a/b/c"))
}

func mkdirAllOverFile(t *testing.T, f Fixture) {
	f.file(t, "a", "abc")
	for _, name := range []string{"a", "a/b"} {
		if err := f.FS.MkdirAll(f.path(name)); err == nil {
			t.Fatalf("a directory was made at %s, over a file", name)
		}
	}
	f.lists(t, f.Dir, "a")
}

func readDirIsSorted(t *testing.T, f Fixture) {
	for _, name := range []string{"b", "a", ".z", "B", "a-1", "a.x"} {
		f.file(t, name, name)
	}
	must(t, f.FS.MkdirAll(f.path("ab")))
	f.lists(t, f.Dir, ".z", "B", "a", "a-1", "a.x", "ab/", "b")
	entries, err := f.FS.ReadDir(f.Dir)
	must(t, err)
	for _, e := range entries {
		if !e.Dir && e.Size != int64(len(e.Name)) {
			t.Fatalf("%s is listed with size %d", e.Name, e.Size)
		}
	}
}

func readDirOfFile(t *testing.T, f Fixture) {
	f.file(t, "a", "abc")
	if _, err := f.FS.ReadDir(f.path("a")); err == nil {
		t.Fatal("a file was listed as a directory")
	}
	if err := f.FS.SyncDir(f.path("a")); err == nil {
		t.Fatal("a file was synced as a directory")
	}
}

func openOfDirectory(t *testing.T, f Fixture) {
	must(t, f.FS.MkdirAll(f.path("d")))
	if _, err := f.FS.Open(f.path("d")); err == nil {
		t.Fatal("a directory was opened as a file")
	}
	if _, err := f.FS.Create(f.path("d")); err == nil {
		t.Fatal("a directory was created as a file")
	}
	f.lists(t, f.Dir, "d/")
}

func lockExcludes(t *testing.T, f Fixture) {
	held, err := f.FS.Lock(f.path(".lock"))
	must(t, err)
	_, err = f.FS.Lock(f.path(".lock"))
	wants(t, err, disk.ErrLocked)
	other, err := f.FS.Lock(f.path("other"))
	must(t, err)
	must(t, other.Unlock())
	must(t, held.Unlock())
	held, err = f.FS.Lock(f.path(".lock"))
	must(t, err)
	must(t, held.Unlock())
	f.lists(t, f.Dir, ".lock", "other")
}

func spaceOfADirectory(t *testing.T, f Fixture) {
	total, usable, err := f.FS.Space(f.Dir)
	must(t, err)
	if usable <= 0 || total < usable {
		t.Fatalf("of %d bytes %d are usable", total, usable)
	}
	_, _, err = f.FS.Space(f.path("no"))
	wants(t, err, disk.ErrNotExist)
}

func bootIDStays(t *testing.T, f Fixture) {
	one, err := f.FS.BootID()
	must(t, err)
	two, err := f.FS.BootID()
	must(t, err)
	if one != two {
		t.Fatalf("the boot id went from %q to %q", one, two)
	}
}
