package seglog

import (
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/sim/simdisk"
)

// many is a worker with thousands of logs, and what may be held of them.
type many struct {
	*rig
	traced *traced
}

// manyLogs is as many as a simulated disk takes in a second: syncing a directory costs it the number of names.
const manyLogs = 2_000

func manyOf(i int) kafka.TopicPartition {
	return kafka.TopicPartition{Topic: testLog.Topic, Partition: kafka.PartitionID(i)}
}

func newMany(t *testing.T) *many {
	fs, _ := simulated()
	m := &many{traced: &traced{FS: fs}}
	m.rig = newRig(t, m.traced, func(r *rig) {
		r.limits.OpenFiles = 64
		r.limits.TailCacheBytes = 64 << 10
	})
	return m
}

// all gives every log the same operation, a few logs at a time as the core does, and looks at the limits
// after every turn.
func (m *many) all(op func(i int) port.LogOp) []port.LogDone {
	m.t.Helper()
	var out []port.LogDone
	turn := func(ops []port.LogOp) {
		out = m.w.Turn(ops, out)
		if m.reg.files.open > m.limits.OpenFiles || m.w.tails.bytes > m.limits.TailCacheBytes {
			m.t.Fatalf("%d files are open, and %d bytes of tails kept", m.reg.files.open, m.w.tails.bytes)
		}
	}
	for i := 0; i < manyLogs; i += 10 {
		var ops []port.LogOp
		for j := i; j < i+10; j++ {
			o := op(j)
			o.Log = manyOf(j)
			ops = append(ops, o)
		}
		for turn(ops); m.w.Pending(); {
			turn(nil)
		}
	}
	for i := range out {
		if out[i].Fail != port.FailNone {
			m.t.Fatalf("%v of %v: %v", out[i].Kind, out[i].Log, out[i].Fail)
		}
	}
	return out
}

func (m *many) openAll(spec port.OpenSpec) []port.LogDone {
	m.gen++
	return m.all(func(int) port.LogOp { return port.LogOp{Kind: port.OpOpen, Gen: m.gen, Open: &spec} })
}

// calls counts the traced calls with a prefix.
func (m *many) calls(prefix string) (n int) {
	for _, c := range m.traced.calls {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

// Thousands of logs are made, written, closed and opened again with no more files open, and no more of
// their tails in memory, than the limits name; and what was only opened holds no file at all.
func TestThousandsOfLogsKeepToTheLimits(t *testing.T) {
	m := newMany(t)
	spec := m.spec
	none := func(when string) {
		t.Helper()
		if m.reg.files.open != 0 {
			t.Errorf("%s, %d files are open", when, m.reg.files.open)
		}
	}
	m.openAll(spec)
	none("after all were made")
	m.all(func(int) port.LogOp { return m.appendAt(0) })
	m.traced.on = true
	m.all(func(int) port.LogOp { return port.LogOp{Kind: port.OpFlush, Gen: m.gen, End: 3} })
	if n := m.calls("sync directory /data\n"); n != 1 {
		t.Errorf("the log directory was synced %d times for the names of %d logs", n, manyLogs)
	}
	m.all(func(int) port.LogOp { return port.LogOp{Kind: port.OpClose, Gen: m.gen, End: 3} })
	none("after all were closed")

	m.traced.calls = nil
	for _, c := range []struct {
		name string
		spec func(*port.OpenSpec)
	}{
		{"a clean stop", func(s *port.OpenSpec) { s.StopWasClean, s.RecoveryPoint = true, 3 }},
		{"a kill", func(*port.OpenSpec) {}},
	} {
		m.restart()
		again := spec
		c.spec(&again)
		for _, d := range m.openAll(again) {
			if d.Opened.End != 3 || d.Opened.IOBytes == 0 || d.Opened.IOBytes > 4096 {
				t.Fatalf("after %s %v ends at %d, and took %d bytes", c.name, d.Log, d.Opened.End, d.Opened.IOBytes)
			}
		}
		none("after " + c.name)
		if n := m.calls("sync"); n != 0 {
			t.Errorf("opening them after %s took %d syncs", c.name, n)
		}
	}
}

func (m *many) appendAt(base kafka.Offset) port.LogOp {
	b := batchOf(3, 1000, 10)
	return port.LogOp{
		Kind: port.OpAppend, Gen: m.gen, Base: base, End: base + 3, Span: port.MemSpan(b, port.NewBuf(b, nil)),
	}
}

// What was in page cache at a kill waits for the first flush, and is durable after that: a power loss
// right behind it takes neither batches nor names.
func TestTheFirstFlushAfterAKillCoversWhatWasFound(t *testing.T) {
	fs, env := simulated()
	r := newRig(t, fs, nil)
	env.now = fs.LastEnd()
	within := func(act func()) {
		fs.BeginTurn(env.now, 1000, 64<<20)
		act()
		env.now = fs.EndTurn()
	}
	within(func() {
		if err := fs.SyncDir("/"); err != nil {
			t.Fatal(err)
		}
		r.open()
		r.fill(6, 2)
	})
	fs.Crash(env.now, false)
	r.restart()
	within(func() {
		if o := r.open(); o.End != 18 || o.Flushed != 0 {
			t.Fatalf("after the kill it ends at %d, flushed to %d", o.End, o.Flushed)
		}
		if d := r.must(r.flush()); d.End != 18 {
			t.Fatalf("the flush ends at %d", d.End)
		}
	})
	lost := make([]simdisk.Choice, len(fs.Pending(env.now, true)))
	for i := range lost {
		lost[i].Outcome = simdisk.Lost
	}
	fs.CrashWith(env.now, true, lost)
	r.restart()
	r.spec.StopWasLossy, r.spec.RecoveryPoint = true, 18
	within(func() {
		if o := r.open(); o.End != 18 || o.CutBytes != 0 {
			t.Errorf("after the power loss it ends at %d, %d bytes were cut", o.End, o.CutBytes)
		}
		if n := len(r.readAll(0, 1000)); n != 6 {
			t.Errorf("%d batches are left", n)
		}
	})
}

// Connections take part in the budget of open files, and leave segments a quarter of it.
func TestConnectionsLeaveSegmentsAQuarterOfTheFiles(t *testing.T) {
	m := newMany(t)
	m.openAll(m.spec)
	m.all(func(int) port.LogOp { return m.appendAt(0) })
	full := m.reg.files.open
	if full != m.limits.OpenFiles {
		t.Fatalf("%d files are open of %d that may be", full, m.limits.OpenFiles)
	}
	for _, c := range []struct{ lent, want int32 }{{full / 4, full - full/4}, {10 * full, full / 4}, {0, full / 4}} {
		for m.reg.files.lent < c.lent {
			m.reg.Lend(1)
		}
		m.reg.Lend(c.lent - m.reg.files.lent)
		if got := m.reg.files.open; got != c.want {
			t.Errorf("with %d connections %d segments are open, want %d", c.lent, got, c.want)
		}
	}
	m.all(func(int) port.LogOp { return m.appendAt(3) })
	if m.reg.files.open != full {
		t.Errorf("%d files are open after the connections went, want %d", m.reg.files.open, full)
	}
}
