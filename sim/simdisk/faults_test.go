package simdisk

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"momus/disk"
)

func TestTurnAboveItsBudgetIsABug(t *testing.T) {
	for _, limit := range []struct {
		calls int
		bytes int64
	}{{1, 100}, {10, 5}} {
		b := newBench(t)
		f := b.create("a")
		b.BeginTurn(b.env.now, limit.calls, limit.bytes)
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "BUG: turn exceeded its budget") {
					t.Errorf("recovered %q", got)
				}
			}()
			must(t, f.WriteAt([]byte("abc"), 0))
			must(t, f.WriteAt([]byte("abc"), 0))
		}()
	}
}

func TestBenignDrawsLoseNothingAndRatesOfZeroDrawNothing(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.done(write(f, "data", 0))
	b.Crash(b.env.now, true)
	b.wants("a", "data")
	for _, stream := range b.env.log {
		if !strings.HasSuffix(stream, "/time") && !strings.HasPrefix(stream, "n1/crash/") {
			t.Errorf("a disk without faults drew from %s", stream)
		}
	}
}

func TestInjectedErrorsStrikeAtTheirRate(t *testing.T) {
	b := newBench(t)
	f := b.create("a")
	b.SetFaults(Faults{WriteIO: 10, NoSpace: 10, ReadIO: 10, SyncIO: 10, NameIO: 10})
	b.env.drawn["n1/write/part"] = 0
	for _, c := range []struct {
		stream string
		do     func() error
		want   error
	}{
		{"n1/write/io", write(f, "abc", 0), disk.ErrIO},
		{"n1/write/nospace", write(f, "abc", 0), disk.ErrNoSpace},
		{"n1/create/nospace", func() error { _, err := b.Create("x"); return err }, disk.ErrNoSpace},
		{"n1/read/io", func() error { _, err := f.ReadAt(nil, 0); return err }, disk.ErrIO},
		{"n1/sync/io", f.Sync, disk.ErrIO},
		{"n1/rename/io", func() error { return b.Rename("a", "b") }, disk.ErrIO},
	} {
		must(t, c.do())
		b.env.drawn[c.stream] = 9
		if err := c.do(); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.stream, err, c.want)
		}
		b.env.drawn[c.stream] = 0
		if c.stream == "n1/rename/io" {
			continue
		}
		must(t, c.do())
	}
}
