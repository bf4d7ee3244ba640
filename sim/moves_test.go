package sim

import (
	"testing"

	"momus/core"
)

// A call that failed in a turn whose completions are not told yet is a cause of what fails after they are.
func TestFailuresThatNobodyWasToldOfAreNews(t *testing.T) {
	w := &simWorker{before: 3}
	p := &process{workers: []*simWorker{w}}
	p.saver.before = 2
	if got := p.told(5); got != 5 {
		t.Errorf("at rest: %d of 5", got)
	}
	w.busy = true
	if got := p.told(5); got != 3 {
		t.Errorf("a worker in its turn: %d of 5", got)
	}
	w.busy, p.saver.busy = false, true
	if got := p.told(5); got != 2 {
		t.Errorf("the saver in its turn: %d of 5", got)
	}
	p.saver.busy = false
	p.inbox = []core.Event{&core.LogDone{}}
	if got := p.told(5); got != 2 {
		t.Errorf("completions in the inbox: %d of 5", got)
	}
}
