package seglog

import (
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"

	"github.com/google/go-cmp/cmp"
)

func TestAppendsAreReadBackStamped(t *testing.T) {
	for _, cache := range []int64{0, 1 << 20} {
		fs, _ := simulated()
		r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = cache })
		r.open()
		r.must(r.opAppend(batchOf(2, 100, 10)))
		r.epoch = 4
		r.must(r.opAppend(batchOf(1, 100, 10), batchOf(3, 100, 10)))
		r.must(rolled(r.opAppend(batchOf(1, 100, 10))))
		want := []string{"0+2@3", "2+1@4", "3+3@4", "6+1@4"}
		for _, bytesMax := range []int32{1, 200, 1 << 20} {
			if d := cmp.Diff(want, r.readAll(0, bytesMax)); d != "" {
				t.Errorf("with a cache of %d bytes, %d bytes a read:\n%s", cache, bytesMax, d)
			}
		}
		if d := cmp.Diff(want[2:], r.readAll(4, 1<<20)); d != "" {
			t.Errorf("from the middle of a batch:\n%s", d)
		}
	}
}

func TestAReadKeepsItsBounds(t *testing.T) {
	size := int32(len(batchOf(3, 0, 40)))
	for _, c := range []struct {
		name       string
		from, upto kafka.Offset
		bytesMax   int32
		must       bool
		batches    int32
		next       kafka.Offset
		fail       port.Failure
	}{
		{"all", 0, 100, 1 << 20, true, 4, 12, port.FailNone},
		{"below upto", 0, 9, 1 << 20, true, 3, 9, port.FailNone},
		{"upto inside a batch", 0, 8, 1 << 20, true, 2, 6, port.FailNone},
		{"upto inside the first batch", 0, 2, 1 << 20, true, 0, 0, port.FailNone},
		{"bytes for two and a half", 0, 100, size * 5 / 2, true, 2, 6, port.FailNone},
		{"bytes for two", 0, 100, size * 2, true, 2, 6, port.FailNone},
		{"bytes for none, one wanted", 3, 100, 1, true, 1, 6, port.FailNone},
		{"bytes for none", 3, 100, 1, false, 0, 3, port.FailNone},
		{"at the end", 12, 100, 1 << 20, true, 0, 12, port.FailNone},
		{"above the end", 13, 100, 1 << 20, true, 0, 13, port.FailRange},
		{"at upto", 6, 6, 1 << 20, true, 0, 6, port.FailNone},
		{"in the second segment", 14, 100, 1 << 20, true, 0, 14, port.FailRange},
	} {
		for _, cache := range []int64{0, 1 << 20} {
			fs, _ := simulated()
			r := newRig(t, fs, func(r *rig) { r.limits.TailCacheBytes = cache })
			r.open()
			r.fill(4, 100)
			q := port.Read{
				ID: 5, Kind: port.ReadBatches, Log: testLog, From: c.from, Upto: c.upto,
				BytesMax: c.bytesMax, AtLeastOne: c.must,
			}
			d := r.r.Read(q)
			if d.Fail != c.fail || d.Next != c.next || int32(d.Span.Len()) != c.batches*size || d.ID != 5 {
				t.Errorf("%s, cache %d: %d bytes, next %d, %v; want %d bytes, next %d, %v",
					c.name, cache, d.Span.Len(), d.Next, d.Fail, c.batches*size, c.next, c.fail)
			}
			if cache > 0 && d.Span.Len() > 0 && (!r.r.Cached(q) || !d.Span.InMemory()) {
				t.Errorf("%s: the tail is in memory, but not served from there", c.name)
			}
			d.Span.Release()
			q.Kind = port.ReadCopy
			if d := r.r.Read(q); int32(len(d.Data)) != c.batches*size {
				t.Errorf("%s: a copy of %d bytes, want %d", c.name, len(d.Data), c.batches*size)
			}
		}
	}
}

func TestTheDirectoryIsKafkas(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(10, 5)
	r.epoch = 5
	r.must(r.opAppend(batchOf(1, 1, 10)))
	r.must(port.LogOp{Kind: port.OpClose, Gen: r.gen})
	want := strings.Join([]string{
		"00000.index 32", "00000.log 1025", "00000.timeindex 48",
		"00015.index 40", "00015.log 1104", "00015.timeindex 48",
		"leader-epoch-checkpoint 13", "partition.metadata 43",
	}, "\n")
	if got := r.list(); got != want {
		t.Errorf("the directory:\n%s\nwant:\n%s", got, want)
	}
	if got, want := r.content("leader-epoch-checkpoint"), "0\n2\n3 0\n5 30\n"; got != want {
		t.Errorf("leader epochs %q, want %q", got, want)
	}
	if got, want := r.content("partition.metadata"), "version: 0\ntopic_id: "+testLog.Topic.String(); got != want {
		t.Errorf("partition.metadata %q, want %q", got, want)
	}
}

func TestFlushesOfOneTurnShareASync(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.drive(r.opAppend(batchOf(1, 0, 10)), r.flush()) // the first makes names durable too
	done := r.drive(
		r.opAppend(batchOf(1, 0, 10)), r.flush(),
		r.opAppend(batchOf(1, 0, 10)), r.flush(),
		r.opAppend(batchOf(1, 0, 10)), r.flush(),
	)
	if calls, _ := r.w.Spent(); calls != 2 {
		t.Errorf("%d calls for three appends and their flushes, want a write and a sync", calls)
	}
	var flushed []kafka.Offset
	for _, d := range done {
		if d.Kind == port.OpFlush {
			flushed = append(flushed, d.End)
		}
	}
	if d := cmp.Diff([]kafka.Offset{4, 4, 4}, flushed); d != "" {
		t.Errorf("flushed ends:\n%s", d)
	}
}

func TestOneLogsLongWorkDoesNotHoldUpAnother(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TurnBytes = 4096 })
	r.open()
	r.fill(200, 1000)
	r.restart()
	r.gen++
	spec, other := r.spec, r.spec
	other.Topic = "other"
	otherLog := testLog
	otherLog.Partition = 8
	out := r.w.Turn([]port.LogOp{
		{Kind: port.OpOpen, Log: testLog, Gen: r.gen, Open: &spec},
		{Kind: port.OpOpen, Log: otherLog, Gen: 1, Open: &other},
	}, nil)
	turns := 1
	for first := true; r.w.Pending(); turns++ {
		out = r.w.Turn(nil, out)
		if calls, bytes := r.w.Spent(); bytes > 2*4096 || calls > r.limits.TurnCalls+16 {
			t.Fatalf("a turn of %d calls, %d bytes", calls, bytes)
		}
		if first && len(out) > 0 {
			first = false
			if out[0].Log != otherLog {
				t.Error("the small log waited for the large one")
			}
		}
	}
	if len(out) != 2 || out[1].Opened.End != 600 || turns < 10 {
		t.Errorf("%d completions after %d turns", len(out), turns)
	}
}

func TestAFailureFencesTheLogUntilItIsOpenedAgain(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, nil)
	r.open()
	r.fill(2, 100)
	fs.FailNext("sync", 0, disk.ErrIO)
	done := r.drive(r.opAppend(batchOf(1, 0, 10)), r.flush(), r.opAppend(batchOf(1, 0, 10)), r.flush())
	done = append(done, r.drive(r.opAppend(batchOf(1, 0, 10)))...)
	var fails []port.Failure
	for _, d := range done {
		fails = append(fails, d.Fail)
	}
	want := []port.Failure{port.FailNone, port.FailNone, port.FailIO, port.FailIO, port.FailFenced}
	if d := cmp.Diff(want, fails); d != "" {
		t.Errorf("failures:\n%s", d)
	}
	if d := r.read(0, 100, 100); d.Fail != port.FailMissing {
		t.Errorf("a read of a fenced log: %v", d.Fail)
	}
	r.spec.StopWasLossy = false
	if o := r.open(); o.End != 8 {
		t.Errorf("opened again it ends at %d, want 8", o.End)
	}
}
