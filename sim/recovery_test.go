package sim

import (
	"bytes"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/record"
	"momus/disk/seglog"
	"momus/sim/simdisk"
)

// calm is a world without faults for one disk; its time goes on by what turns take.
type calm struct{ now int64 }

func (c *calm) Draw(string, uint64) uint64 { return 0 }
func (c *calm) Now() int64                 { return c.now }

// bench is one disk worker on a disk of its own, with a turn budget that is enforced.
type bench struct {
	t      *testing.T
	env    calm
	disk   *simdisk.Disk
	limits port.Limits
	worker *seglog.Worker
}

var benchDir = kafka.DirID{7}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, limits: port.DefaultLimits()}
	b.limits.TurnCalls, b.limits.TurnBytes = 16, 16<<10
	b.limits.OpenFiles = 6
	b.disk = simdisk.New(&b.env, "disk", simdisk.Faults{})
	if err := b.disk.MkdirAll("/data"); err != nil {
		t.Fatal(err)
	}
	b.start()
	return b
}

// start forgets what was in memory.
func (b *bench) start() {
	b.worker = seglog.NewWorker(seglog.Config{
		FS: b.disk, Registry: seglog.NewRegistry(nosync{}), Limits: b.limits, Workers: 1,
		Dirs: []seglog.Dir{{ID: benchDir, Path: "/data"}},
	})
}

// turn does one turn, which the disk refuses to let exceed its budget and one step.
func (b *bench) turn(ops ...port.LogOp) []port.LogDone {
	b.disk.BeginTurn(b.env.now, int(b.limits.TurnCalls)+stepCalls, b.limits.TurnBytes+stepBytes)
	done := b.worker.Turn(ops, nil)
	b.env.now = b.disk.EndTurn()
	for _, d := range done {
		if d.Fail != port.FailNone {
			b.t.Fatalf("%v of %v failed: %v", d.Kind, d.Log, d.Fail)
		}
	}
	return done
}

// rest does turns until nothing is pending.
func (b *bench) rest(ops ...port.LogOp) (done []port.LogDone) {
	for done = b.turn(ops...); b.worker.Pending(); {
		done = append(done, b.turn()...)
	}
	return done
}

func opOpen(log kafka.TopicPartition, spec port.OpenSpec) port.LogOp {
	spec.Topic, spec.Dir, spec.Create = "t", benchDir, true
	spec.IndexIntervalBytes, spec.IndexBytesMax = 1024, 1<<20
	return port.LogOp{Kind: port.OpOpen, Log: log, Gen: 1, Open: &spec}
}

// opAppend appends one batch of ten records at base.
func opAppend(log kafka.TopicPartition, base kafka.Offset, roll bool) port.LogOp {
	batch := record.NewBuilder(0, 0)
	for i := range 10 {
		batch.Add(kafka.Wall(int64(base)+int64(i)), nil, bytes.Repeat([]byte{'v'}, 400))
	}
	b := batch.Append(nil)
	return port.LogOp{
		Kind: port.OpAppend, Log: log, Gen: 1, Base: base, End: base + 10, Roll: roll,
		Span: port.MemSpan(b, port.NewBuf(b, nil)),
	}
}

// TestALongLogIsRecoveredInBoundedTurns recovers a log of more than a hundred turn budgets. No turn
// exceeds its budget, and another log of the same worker is opened, written and flushed meanwhile.
func TestALongLogIsRecoveredInBoundedTurns(t *testing.T) {
	for _, c := range []struct {
		name  string
		power bool
		spec  port.OpenSpec
	}{
		{"after a power loss", true, port.OpenSpec{StopWasLossy: true}},
		{"after a kill", false, port.OpenSpec{}},
		{"after a failed sync", true, port.OpenSpec{StopWasLossy: true, Rewrite: true}},
	} {
		t.Run(c.name, func(t *testing.T) { recoverLong(t, c.power, c.spec) })
	}
}

func recoverLong(t *testing.T, power bool, spec port.OpenSpec) {
	b := newBench(t)
	long := kafka.TopicPartition{Topic: kafka.TopicID{1}, Partition: 0}
	other := kafka.TopicPartition{Topic: kafka.TopicID{2}, Partition: 1}
	b.rest(opOpen(long, port.OpenSpec{}), opOpen(other, port.OpenSpec{}))
	const batches, perSegment = 480, 60
	size := int64(0)
	for i := range batches {
		op := opAppend(long, kafka.Offset(10*i), i > 0 && i%perSegment == 0)
		size += int64(op.Span.Len())
		b.rest(op)
	}
	if size < 100*b.limits.TurnBytes {
		t.Fatalf("the log has %d bytes, less than a hundred turns' worth", size)
	}

	b.disk.Crash(b.env.now, power) // the calm world loses nothing: the whole log is to be read
	b.start()
	b.turn(opOpen(long, spec), opOpen(other, spec))
	turns, recovered := 1, kafka.Offset(-1)
	written, flushed := kafka.Offset(0), kafka.Offset(0)
	otherOpen, waiting := false, false
	for ; recovered < 0; turns++ {
		if turns > 10_000 {
			t.Fatal("the recovery does not end")
		}
		var ops []port.LogOp
		if otherOpen && !waiting {
			ops = append(ops, opAppend(other, written, false), port.LogOp{Kind: port.OpFlush, Log: other, Gen: 1, End: written + 10})
			waiting = true
		}
		for _, d := range b.turn(ops...) {
			switch {
			case d.Log == long:
				recovered = d.Opened.End
			case d.Kind == port.OpOpen:
				otherOpen = true
			case d.Kind == port.OpAppend:
				written = d.End
			case d.Kind == port.OpFlush:
				flushed, waiting = d.End, false
			}
		}
	}
	t.Logf("%d bytes in %d turns; meanwhile the other log was written to %d and flushed to %d", size, turns, written, flushed)
	if recovered != 10*batches {
		t.Errorf("recovered up to %d of %d", recovered, 10*batches)
	}
	if turns < 100 {
		t.Errorf("%d turns for more than a hundred turns' worth of bytes", turns)
	}
	if flushed < 100 {
		t.Errorf("the other log was flushed to %d only: it waited for the long one", flushed)
	}
}
