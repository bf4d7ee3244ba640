package seglog

import (
	"testing"

	"momus/core/kafka"
	"momus/core/port"
)

// driveWithin is drive, with no turn beyond the budget by more than what a file's sync may take: an
// eviction, an opening and the sync itself.
func (r *rig) driveWithin(t *testing.T, ops ...port.LogOp) []port.LogDone {
	t.Helper()
	for i := range ops {
		ops[i].Log = testLog
	}
	out := r.w.Turn(ops, nil)
	for r.turns = 1; ; r.turns++ {
		if calls, _ := r.w.Spent(); calls > r.limits.TurnCalls+8 {
			t.Fatalf("turn %d made %d calls, the budget is %d", r.turns, calls, r.limits.TurnCalls)
		}
		if !r.w.Pending() {
			return out
		}
		out = r.w.Turn(nil, out)
	}
}

// Whatever must be durable of a log that was not flushed for long is synced in many turns, not all
// at once: in a flush, at the close, and before the last durable segment may go.
func TestSyncsOfManyFilesTakeManyTurns(t *testing.T) {
	for name, last := range map[string]func(*rig) port.LogOp{
		"flush": (*rig).flush,
		"close": func(r *rig) port.LogOp { return port.LogOp{Kind: port.OpClose, Gen: r.gen} },
		"advance": func(r *rig) port.LogOp {
			return port.LogOp{Kind: port.OpAdvanceStart, Gen: r.gen, Base: r.end - 1}
		},
	} {
		t.Run(name, func(t *testing.T) {
			fs, _ := simulated()
			r := newRig(t, fs, func(r *rig) { r.limits.TurnCalls, r.limits.OpenFiles = 4, 2 })
			r.open()
			r.fill(40, 1)
			end := r.end
			done := r.driveWithin(t, last(r))
			if len(done) != 1 || done[0].Fail != port.FailNone {
				t.Fatalf("answered %+v", done)
			}
			if r.turns < 10 {
				t.Fatalf("the syncs of 120 files took %d turns", r.turns)
			}
			r.restart()
			fs.Crash(fs.LastEnd(), true)
			r.spec.LogStart = max(0, done[0].End-1)
			if o := r.open(); o.End != end {
				t.Fatalf("after a loss of power the log ends at %d, want %d", o.End, end)
			}
		})
	}
}

// A flush whose sync has begun is not put off by appends that come without end.
func TestAppendsDoNotHoldUpAFlushForEver(t *testing.T) {
	fs, _ := simulated()
	r := newRig(t, fs, func(r *rig) { r.limits.TurnCalls = 1 })
	r.open()
	r.fill(20, 1)
	var flushed kafka.Offset
	ops := []port.LogOp{r.flush()}
	for range 200 {
		ops = append(ops, rolled(r.opAppend(batchOf(1, 1, 10))))
		for i := range ops {
			ops[i].Log = testLog
		}
		for _, d := range r.w.Turn(ops, nil) {
			if d.Kind == port.OpFlush {
				flushed = d.End
			}
		}
		ops = ops[:0]
	}
	if flushed == 0 {
		t.Fatal("the flush was not answered in 200 turns")
	}
	r.drive()
}
