package seglog

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

func TestADirectoryTellsItsSpaceOrItsFailure(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	ask := func(dir kafka.DirID) port.ReadDone {
		q := port.Read{ID: 7, Kind: port.ReadSpace, Dir: dir}
		if r.r.Cached(q) {
			t.Error("a file system was asked without waiting for it")
		}
		return r.r.Read(q)
	}
	if d := ask(testDir); d.ID != 7 || d.Fail != port.FailNone || d.UsableBytes <= 0 || d.TotalBytes < d.UsableBytes {
		t.Errorf("told %+v", d)
	}
	if d := ask(kafka.DirID{99}); d.Fail != port.FailMissing {
		t.Errorf("a directory that is not there told %+v", d)
	}
	fs.FailNext("space", 0, disk.ErrIO)
	if d := ask(testDir); d.Fail != port.FailIO || d.TotalBytes != 0 {
		t.Errorf("a broken one told %+v", d)
	}
}
