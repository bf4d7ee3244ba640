package ledger

import (
	"errors"
	"slices"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// astray is a disk of which one read, the nth from now, is given other bytes than are there; with always each is.
type astray struct {
	disk.FS
	n, reads int
	always   bool
	with     string
}

func (a *astray) Open(name string) (disk.File, error) {
	f, err := a.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &astrayFile{f, a}, nil
}

type astrayFile struct {
	disk.File
	a *astray
}

func (f *astrayFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	if f.a.reads++; err == nil && (f.a.always || f.a.reads == f.a.n) {
		clear(p[:n])
		copy(p[:n], f.a.with)
		if f.a.always && n > 0 {
			p[0] = byte(f.a.reads)
		}
	}
	return n, err
}

// TestOneReadThatGoesAstrayChangesNoFact reads what boot gathers, once for each read with that one going astray:
// to zeros, and to what another file of the same form says.
func TestOneReadThatGoesAstrayChangesNoFact(t *testing.T) {
	b := newBench(t)
	must(t, Format(b, options()))
	id := kafka.TopicID{7}
	must(t, b.MkdirAll("/data/two/foo-9"))
	put(t, b, "/data/two/foo-9/"+partitionMetadata, "version: 0\ntopic_id: "+id.String())
	put(t, b, "/data/two/"+recoveryFile, "0\n1\nfoo 9 700\n")
	put(t, b, "/data/two/"+logStartFile, "0\n1\nfoo 9 100\n")
	put(t, b, "/data/two/"+cleanShutdown, `{"version":0,"brokerEpoch":4}`)
	a := &astray{FS: b}
	want, err := Gather(a, layout())
	must(t, err)
	all := a.reads
	for _, with := range []string{"", "0\n1\nfoo 9 700\n"} {
		for n := 1; n <= all; n++ {
			a.n, a.reads, a.with = n, 0, with
			got, err := Gather(a, layout())
			if err != nil {
				t.Errorf("read %d of %d given %q: %v", n, all, with, err)
			}
			wantFacts(t, got, want)
		}
	}
	a.always = true
	if _, err := Gather(a, layout()); !errors.Is(err, disk.ErrIO) {
		t.Errorf("files that read differently each time: %v", err)
	}
}

// TestTwoReadsThatGoAstrayToTheSamePlaceDoNotAgree has the first reading and the third go astray, each to zeros.
func TestTwoReadsThatGoAstrayToTheSamePlaceDoNotAgree(t *testing.T) {
	for _, astray := range [][]int{{1}, {2}, {1, 3}, {2, 4}} {
		got, err := readAgreed(&twice{astray: astray}, 0, 8)
		if err != nil || string(got) != "what is " {
			t.Errorf("readings %v went astray: %q, %v", astray, got, err)
		}
	}
}

// twice is a file of which some readings, counted from one, are given zeros.
type twice struct {
	disk.File
	astray []int
	reads  int
}

func (f *twice) ReadAt(p []byte, _ int64) (int, error) {
	if f.reads++; slices.Contains(f.astray, f.reads) {
		clear(p)
		return len(p), nil
	}
	return copy(p, "what is there"), nil
}

// TestOneReadThatGoesAstrayDamagesNoSnapshot loads the snapshot that names the voters, once for each read
// with that one going astray.
func TestOneReadThatGoesAstrayDamagesNoSnapshot(t *testing.T) {
	b := formatted(t)
	a := &astray{FS: b}
	load := func() (whole []byte, fail port.Failure) {
		for range 100 {
			done := Turn(a, dirs, []port.Save{part(port.LoadSnapshot, port.SnapshotPart{At: int64(len(whole)), BytesMax: 50})})
			if done[0].Fail != port.FailNone || len(done[0].Data) == 0 {
				return whole, done[0].Fail
			}
			whole = append(whole, done[0].Data...)
		}
		return whole, port.FailNone
	}
	want, fail := load()
	if head, err := parseHead(want); fail != port.FailNone || err != nil || len(head.voters) != 1 {
		t.Fatal(head, err, fail)
	}
	all := a.reads
	for n := 1; n <= all; n++ {
		a.n, a.reads = n, 0
		if got, fail := load(); fail != port.FailNone || string(got) != string(want) {
			t.Errorf("read %d of %d: %s, %q", n, all, fail, got)
		}
	}
	a.always = true
	if _, fail := load(); fail != port.FailIO {
		t.Errorf("a snapshot that reads differently each time: %s", fail)
	}
}
