package disktest

import (
	"bytes"
	"errors"
	"testing"

	"momus/disk"
)

// Op names the calls that a Fixture can disturb.
type Op string

// The calls of the port.
const (
	Open     Op = "open"
	Create   Op = "create"
	Rename   Op = "rename"
	Remove   Op = "remove"
	MkdirAll Op = "mkdir"
	ReadDir  Op = "readdir"
	SyncDir  Op = "syncdir"
	Lock     Op = "lock"
	Space    Op = "space"
	BootID   Op = "bootid"
	Read     Op = "read"
	Write    Op = "write"
	WriteVec Op = "writevec"
	Truncate Op = "truncate"
	Size     Op = "size"
	Sync     Op = "sync"
	Close    Op = "close"
)

// Fixture is what one case works on.
type Fixture struct {
	FS disk.FS
	// Dir is an existing, empty directory.
	Dir string
	// Fail makes the next call of op fail with err, which is disk.ErrIO or disk.ErrNoSpace, after
	// it moved n bytes (n is 0 for calls that move none).
	Fail func(op Op, n int, err error)
	// Short lets the system move at most n bytes with its next call for op, without an error.
	Short func(op Op, n int)
}

// Case is one promise of the port.
type Case struct {
	Name string
	Run  func(t *testing.T, f Fixture)
}

// Cases lists the suite.
func Cases() []Case {
	var all []Case
	for _, group := range [][]Case{fileCases(), nameCases(), faultCases()} {
		all = append(all, group...)
	}
	return all
}

// Run runs every case on a fixture of its own and returns the names of those that ran: all that the
// command line's patterns let through. A case that is skipped fails t.
func Run(t *testing.T, fixture func(t *testing.T) Fixture) (ran []string) {
	for _, c := range Cases() {
		t.Run(c.Name, func(inner *testing.T) {
			inner.Cleanup(func() {
				if inner.Skipped() {
					t.Errorf("%s was skipped: both sides run every case", c.Name)
					return
				}
				ran = append(ran, c.Name)
			})
			c.Run(inner, fixture(inner))
		})
	}
	return ran
}

func (f Fixture) path(name string) string { return f.Dir + "/" + name }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// file creates a file with the given bytes; it is closed at the end of the case.
func (f Fixture) file(t *testing.T, name, text string) disk.File {
	t.Helper()
	file, err := f.FS.Create(f.path(name))
	must(t, err)
	t.Cleanup(func() { must(t, file.Close()) })
	must(t, file.WriteAt([]byte(text), 0))
	return file
}

// open opens an existing file; it is closed at the end of the case.
func (f Fixture) open(t *testing.T, name string) disk.File {
	t.Helper()
	file, err := f.FS.Open(f.path(name))
	must(t, err)
	t.Cleanup(func() { must(t, file.Close()) })
	return file
}

// holds checks the whole contents and the size.
func holds(t *testing.T, file disk.File, want string) {
	t.Helper()
	size, err := file.Size()
	must(t, err)
	got := make([]byte, len(want)+16)
	n, err := file.ReadAt(got, 0)
	must(t, err)
	if !bytes.Equal(got[:n], []byte(want)) || size != int64(len(want)) {
		t.Fatalf("file holds %q with size %d, want %q", got[:n], size, want)
	}
}

// lists checks the names in a directory, in order; directories end in a slash.
func (f Fixture) lists(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := f.FS.ReadDir(dir)
	must(t, err)
	var got []string
	for _, e := range entries {
		name := e.Name
		if e.Dir {
			name += "/"
		}
		got = append(got, name)
	}
	if len(got) != len(want) {
		t.Fatalf("%s lists %q, want %q", dir, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s lists %q, want %q", dir, got, want)
		}
	}
}
