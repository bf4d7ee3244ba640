package seglog

import (
	"slices"
	"strings"
	"testing"

	"momus/core/kafka"
	"momus/core/port"
	"momus/sim/simdisk"
)

// calm is a world in which all goes well until the test says otherwise.
type calm struct{ rough }

func (*calm) Draw(string, uint64) uint64 { return 0 }

// script is a short life of a log. It begins with a log of two batches, flushed and open, and what comes before is not cut.
type script struct {
	name          string
	steps, before []func(c *crashes) (op port.LogOp, ok bool)
}

func appends(bytes int, roll bool) func(*crashes) (port.LogOp, bool) {
	return func(c *crashes) (port.LogOp, bool) {
		c.sent[key(c.end, 2, c.epoch)] = true
		if n := len(c.began); n == 0 || c.began[n-1].Epoch < c.epoch {
			c.began = append(c.began, port.EpochStart{Epoch: c.epoch, Start: c.end})
		}
		op := c.opAppend(batchOf(2, 1, bytes))
		op.Roll = roll
		return op, true
	}
}

// sends appends a batch of a producer.
func sends(c *crashes) (port.LogOp, bool) {
	c.sent[key(c.end, 2, c.epoch)] = true
	batch := batchOf(2, 1, 10)
	h := c.stamp(batch, kafka.ProducerID(1+c.end%3))
	c.history = append(c.history, h)
	c.fold.Apply(&h)
	return c.opAppend(batch), true
}

// empties moves the start to the end, with a roll: of all batches so far nothing is left but the snapshot.
func empties(c *crashes) (port.LogOp, bool) {
	return port.LogOp{Kind: port.OpAdvanceStart, Gen: c.gen, Base: c.end, Roll: true, Snapshot: c.fold.AppendSnapshot(nil)}, true
}

// elects has a new leader append from now on.
func elects(c *crashes) (port.LogOp, bool) {
	c.epoch += 2
	return port.LogOp{}, false
}

func flushes(c *crashes) (port.LogOp, bool) { return c.flush(), true }

// checkpoints has the flushed end become the recovery point.
func checkpoints(c *crashes) (port.LogOp, bool) {
	c.point = c.flushed
	return port.LogOp{}, false
}

func advances(to kafka.Offset) func(*crashes) (port.LogOp, bool) {
	return func(c *crashes) (port.LogOp, bool) {
		return port.LogOp{Kind: port.OpAdvanceStart, Gen: c.gen, Base: to}, true
	}
}

// leaves rolls at the end, where the log begins already.
func leaves(at kafka.Offset) func(*crashes) (port.LogOp, bool) {
	return func(c *crashes) (port.LogOp, bool) {
		return port.LogOp{Kind: port.OpAdvanceStart, Gen: c.gen, Base: at, Roll: true, Snapshot: noProducers}, true
	}
}

// truncates cuts the end: from when it is asked for, what lies above is not promised any more.
func truncates(to kafka.Offset) func(*crashes) (port.LogOp, bool) {
	return func(c *crashes) (port.LogOp, bool) {
		c.gen++
		c.end, c.written, c.flushed, c.point = to, min(c.written, to), min(c.flushed, to), min(c.point, to)
		return port.LogOp{Kind: port.OpTruncate, Gen: c.gen, End: to}, true
	}
}

// deletes removes the log: nothing is promised any more, but that nothing comes out that was not sent.
func deletes(c *crashes) (port.LogOp, bool) {
	c.written, c.flushed, c.point, c.gone = 0, 0, 0, true
	return port.LogOp{Kind: port.OpDelete, Gen: c.gen}, true
}

// compacts has all segments but the last written anew, replaces puts what came of it in their place. All records have
// one key. A checkpoint names the log before.
func compacts(c *crashes) (port.LogOp, bool) {
	c.spec.Compacted = true
	c.clean = c.w.logs.Get(testLog).view.active.base
	return port.LogOp{Kind: port.OpClean, Gen: c.gen, Clean: c.cleanSpec(0)}, true
}

func replaces(c *crashes) (port.LogOp, bool) {
	return port.LogOp{Kind: port.OpReplace, Gen: c.gen}, true
}

// secondEpoch has an epoch begin within what can be compacted.
var secondEpoch = []func(*crashes) (port.LogOp, bool){elects, appends(10, false), appends(10, false), appends(10, true), flushes, checkpoints}

var scripts = []script{
	{name: "append", steps: []func(*crashes) (port.LogOp, bool){appends(10, false), appends(600, false)}},
	{name: "append and flush", steps: []func(*crashes) (port.LogOp, bool){appends(600, false), flushes, checkpoints, appends(10, false)}},
	{name: "roll", steps: []func(*crashes) (port.LogOp, bool){appends(10, true), flushes, checkpoints, appends(10, false)}},
	{name: "truncate", steps: []func(*crashes) (port.LogOp, bool){appends(10, false), truncates(4), appends(300, false), flushes}},
	{name: "truncate below a flush", steps: []func(*crashes) (port.LogOp, bool){appends(10, true), flushes, truncates(2), appends(300, false), flushes, checkpoints}},
	{name: "advance the start", steps: []func(*crashes) (port.LogOp, bool){appends(10, true), flushes, checkpoints, advances(5), appends(10, false)}},
	{name: "delete all records, then the segment that held them", steps: []func(*crashes) (port.LogOp, bool){
		appends(10, false), advances(6), leaves(6), appends(10, false), flushes}},
	{name: "empty the log", steps: []func(*crashes) (port.LogOp, bool){sends, empties, appends(10, false), flushes}},
	{name: "empty it twice", steps: []func(*crashes) (port.LogOp, bool){sends, empties, sends, flushes, empties}},
	{name: "compact", steps: []func(*crashes) (port.LogOp, bool){appends(10, true), flushes, checkpoints, compacts, replaces}},
	{name: "compact several segments into one", steps: []func(*crashes) (port.LogOp, bool){appends(10, true), appends(600, true), flushes, checkpoints, compacts, replaces}},
	{name: "another leader comes to a log of which an epoch's first batch was compacted away",
		before: append(slices.Clone(secondEpoch), compacts, replaces, flushes), steps: []func(*crashes) (port.LogOp, bool){elects, appends(10, false)}},
	{name: "another leader comes before that batch goes",
		before: append(slices.Clone(secondEpoch), compacts, elects, appends(10, false)), steps: []func(*crashes) (port.LogOp, bool){replaces}},
	{name: "delete", steps: []func(*crashes) (port.LogOp, bool){deletes}},
}

// play runs a script up to its nth mutating call, and says when it is cut; n of 0 lets it end.
func (s *script) play(t *testing.T, n int) (c *crashes, at int64, cut bool) {
	t.Helper()
	world := &calm{}
	c = &crashes{world: &world.rough, sent: map[string]bool{}, strict: true}
	c.disk = simdisk.New(world, "disk", simdisk.Faults{})
	c.rig = newRig(t, c.disk, func(r *rig) { r.spec.IndexIntervalBytes = 200 })
	world.now = c.disk.LastEnd()
	if err := c.disk.SyncDir("/"); err != nil {
		t.Fatal(err)
	}
	world.now = c.disk.LastEnd()
	c.gen++
	spec := c.spec
	opened, _ := c.run(t, port.LogOp{Kind: port.OpOpen, Gen: c.gen, Open: &spec})
	c.opened(t, opened)
	for _, step := range append([]func(*crashes) (port.LogOp, bool){appends(10, false), appends(10, false), flushes}, s.before...) {
		if op, ok := step(c); ok {
			c.run(t, op)
		}
	}
	if n > 0 {
		c.disk.CrashAfterCalls(uint64(n))
	}
	for _, step := range s.steps {
		op, ok := step(c)
		if !ok {
			continue
		}
		if _, cut = c.run(t, op); cut {
			at, _ = c.disk.Armed()
			return c, at, true
		}
	}
	return c, world.now, false
}

// outcomes are what a crash may make of an effect, each with the first detail that differs.
func outcomes(e simdisk.Effect) []simdisk.Choice {
	list := []simdisk.Choice{{Outcome: simdisk.Kept}, {Outcome: simdisk.Lost}}
	if !e.Write {
		return list
	}
	if !strings.HasSuffix(e.Path, ".log") {
		return list // index and epochs are compared with the log as a whole, or read whole
	}
	list = append(list, simdisk.Choice{Outcome: simdisk.SizeOnly}, simdisk.Choice{Outcome: simdisk.Prefix, Arg: uint64(e.Len) / 2},
		simdisk.Choice{Outcome: simdisk.Garbage, Arg: 7})
	if e.Len > simdisk.SectorSize {
		list = append(list, simdisk.Choice{Outcome: simdisk.Sectors, Arg: 1})
	}
	return list
}

// statesMax bounds the crash states of all scripts.
const statesMax = 12000

// TestEveryCrashStateOfShortScriptsKeepsWhatWasPromised cuts each script inside each of its calls and at
// its end, by a kill and by a power loss, with every mix of what may become of the writes, sizes and
// names that are not durable.
func TestEveryCrashStateOfShortScriptsKeepsWhatWasPromised(t *testing.T) {
	states := 0
	for i := range scripts {
		s := &scripts[i]
		before := states
		for n, cut := 1, true; cut; n++ {
			for _, power := range []bool{false, true} {
				var c *crashes
				var at int64
				c, at, cut = s.play(t, n)
				effects := c.disk.Pending(at, power)
				mix := make([]int, len(effects))
				for more := true; more; more = nextMix(mix, effects) {
					if states++; states > statesMax {
						t.Fatalf("%s has too many crash states", s.name)
					}
					s.crashed(t, n, power, effects, mix)
				}
			}
		}
		t.Logf("%s: %d crash states", s.name, states-before)
	}
}

// nextMix goes on to the next mix of outcomes; false after the last.
func nextMix(mix []int, effects []simdisk.Effect) bool {
	for i := range mix {
		if mix[i]++; mix[i] < len(outcomes(effects[i])) {
			return true
		}
		mix[i] = 0
	}
	return false
}

// crashed brings one crash state about, and recovers from it, twice: all that the first recovery found
// must be there after a power loss that takes whatever is not durable.
func (s *script) crashed(t *testing.T, n int, power bool, effects []simdisk.Effect, mix []int) {
	t.Helper()
	c, at, _ := s.play(t, n)
	choices := make([]simdisk.Choice, len(mix))
	for i, k := range mix {
		choices[i] = outcomes(effects[i])[k]
	}
	defer func() {
		if t.Failed() {
			t.Logf("%s, cut in call %d, power loss %v: %v become %v", s.name, n, power, effects, choices)
		}
	}()
	c.disk.CrashWith(at, power, choices)
	c.world.now = at
	c.spec.StopWasLossy = power
	if power {
		c.written = c.flushed
	}
	if !c.reopen(t) {
		return
	}
	c.disk.CrashWith(c.world.now, true, allLost(c.disk.Pending(c.world.now, true)))
	c.spec.StopWasLossy = true
	c.written = c.flushed
	c.reopen(t)
}

func allLost(effects []simdisk.Effect) []simdisk.Choice {
	choices := make([]simdisk.Choice, len(effects))
	for i := range choices {
		choices[i].Outcome = simdisk.Lost
	}
	return choices
}

// reopen opens the log as the next start does. A log that was to be deleted may be found damaged.
func (c *crashes) reopen(t *testing.T) bool {
	t.Helper()
	c.restart()
	c.gen++
	c.epoch++
	spec := c.spec
	spec.RecoveryPoint, spec.LogStart = c.point, c.start
	ops := []port.LogOp{{Kind: port.OpOpen, Log: testLog, Gen: c.gen, Open: &spec}}
	for first := true; first || c.w.Pending(); first = false {
		c.disk.BeginTurn(c.world.now, 1000, 64<<20)
		done := c.w.Turn(ops, nil)
		c.world.now, ops = c.disk.EndTurn(), nil
		for _, d := range done {
			switch {
			case d.Fail == port.FailNone:
				c.opened(t, d.Opened)
			case c.gone:
				return false
			default:
				t.Fatalf("recovery failed: %v", d.Fail)
			}
		}
	}
	return true
}
