package osfs

import (
	"errors"
	"sync"
	"syscall"
	"testing"

	"momus/disk"
)

func TestInterruptedTransfersGoOnAndInterruptedSyncsDoNot(t *testing.T) {
	interrupt := &disturbance{}
	fs := FS{fault: interrupt.fault}
	f, err := fs.Create(t.TempDir() + "/a")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		op   string
		do   func() error
		want error
	}{
		{"write", func() error { return f.WriteAt([]byte("ab"), 0) }, nil},
		{"writevec", func() error { return f.WriteVec([][]byte{[]byte("ab")}, 0) }, nil},
		{"read", func() error { _, err := f.ReadAt(make([]byte, 2), 0); return err }, nil},
		{"sync", f.Sync, disk.ErrIO},
	} {
		*interrupt = disturbance{op: c.op, errno: syscall.EINTR}
		if err := c.do(); !errors.Is(err, c.want) {
			t.Errorf("interrupted %s: got %v, want %v", c.op, err, c.want)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDescriptorIsTheFiles(t *testing.T) {
	f, err := FS{}.Create(t.TempDir() + "/a")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WriteAt([]byte("abc"), 0); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 3)
	if n, err := syscall.Pread(f.(*File).Fd(), p, 0); err != nil || string(p[:n]) != "abc" {
		t.Errorf("read %q, %v through the descriptor", p[:n], err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestReadersBesideTheWriterSeeWholeOldBytes(t *testing.T) {
	f, err := FS{}.Create(t.TempDir() + "/a")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WriteAt([]byte("stable"), 0); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			p := make([]byte, 6)
			for range 200 {
				if n, err := f.ReadAt(p, 0); err != nil || string(p[:n]) != "stable" {
					t.Errorf("read %q, %v", p[:n], err)
					return
				}
			}
		})
	}
	for i := range 200 {
		if err := f.WriteVec([][]byte{[]byte("ab"), []byte("cd")}, int64(6+4*i)); err != nil {
			t.Fatal(err)
		}
	}
	readers.Wait()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
