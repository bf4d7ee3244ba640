package sim

import (
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/port"
)

// benign ends the streams of all that can go wrong on the only node of a world.
func benign() map[string]Override {
	none := map[string]Override{}
	for _, plan := range []string{"faults", "slowsyncs", "lies", "strays", "rot", "pace", "stops", "early", "pauses", "dirfaults", "leadership"} {
		none["node0/plan/"+plan] = Override{HasEnd: true}
	}
	return none
}

// runTo makes happen what happens up to a time.
func (w *World) runTo(t *testing.T, at int64) {
	t.Helper()
	for len(w.queue.heap) > 0 && w.queue.heap[0].at <= at {
		e, _ := w.queue.pop()
		w.now = e.at
		w.byIndex[e.node].handle(&e)
	}
	if w.failed {
		t.Fatal(w.report.Violations)
	}
}

// TestNothingOfAPausedProcessRuns holds one up amid its work: no Step is made and no byte is read,
// what its clients send arrives at its machine, and afterwards it goes on to a green end.
func TestNothingOfAPausedProcessRuns(t *testing.T) {
	held := 0
	for seed := uint64(1); seed <= few(8); seed++ {
		w := New(seed, Options{Overrides: benign()})
		n := w.nodes[0]
		w.runTo(t, int64(kafka.Second))
		n.pause(int64(500 * kafka.Millisecond))
		p, steps := n.process, n.steps
		w.runTo(t, p.pausedUntil-1)
		held += len(p.held)
		if n.process != p || n.steps != steps {
			t.Errorf("seed %d: a paused process made %d Steps", seed, n.steps-steps)
		}
		w.runTo(t, p.pausedUntil+int64(100*kafka.Millisecond))
		if n.steps == steps || len(p.held) > 0 {
			t.Errorf("seed %d: the process did not go on", seed)
		}
		if r := w.Run(); r.Verdict != OK || r.Process.Pauses != 1 {
			t.Errorf("seed %d: %d pauses, %v", seed, r.Process.Pauses, r.Violations)
		}
	}
	if held == 0 {
		t.Error("nothing arrived for a paused process")
	}
}

// TestAProcessThatIsAskedToStopEndsCleanlyAndComesBack stops one while nothing is wrong.
func TestAProcessThatIsAskedToStopEndsCleanlyAndComesBack(t *testing.T) {
	for seed := uint64(1); seed <= few(8); seed++ {
		w := New(seed, Options{Overrides: benign()})
		n := w.nodes[0]
		w.runTo(t, int64(kafka.Second))
		life := n.life
		n.askToStop()
		w.runTo(t, w.now+int64(900*kafka.Millisecond))
		if n.exit != nil && !n.exit.Clean || n.life == life || !n.ready() {
			t.Errorf("seed %d: in life %d after %d, %s", seed, n.life, life, w.reason())
		}
		if r := w.Run(); r.Verdict != OK || r.Process.Stops != 1 || r.Process.EarlyStops != 0 {
			t.Errorf("seed %d: %+v, %v", seed, r.Process, r.Violations)
		}
	}
}

// TestWhoWasStarvedIsToldOnceMemoryIsBack holds the simulated pool to what production's does.
func TestWhoWasStarvedIsToldOnceMemoryIsBack(t *testing.T) {
	told := 0
	p := pool{budget: 100, freed: func() { told++ }}
	first, second := p.Get(60), p.Get(40)
	if p.Get(1) != nil || told != 0 {
		t.Fatalf("beyond the budget, and told %d times", told)
	}
	first.Release()
	second.Release()
	if told != 1 {
		t.Errorf("told %d times of memory that came back", told)
	}
}

func TestAnEventThatWasTakenBackIsDamaged(t *testing.T) {
	request, log, read := &core.Request{}, &core.LogDone{}, &core.ReadDone{}
	request.Conn, log.End, read.Fail = 3, 7, port.FailNone
	batch := []core.Event{request, log, read, &core.Deadline{}}
	takeBack(batch)
	if request.Conn >= 0 || log.End >= 0 || read.Fail == port.FailNone || batch[0] != nil {
		t.Errorf("as if nothing had happened: %v %v %v", request, log, read)
	}
}
