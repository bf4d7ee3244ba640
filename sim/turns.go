package sim

import (
	"momus/core"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk/ledger"
)

// beginTurn starts a disk turn at this instant. It may go beyond the node's budget by the step that
// it began within it, and by the files that a log has open, which it closes at once when it goes.
func (n *node) beginTurn() {
	n.disk.BeginTurn(n.w.now, int(n.limits.TurnCalls+n.limits.OpenFiles)+stepCalls, n.limits.TurnBytes+stepBytes)
}

// What one step of a disk turn may take: the calls of a short operation with its roll, and a part
// of a copy, which is read and written.
const (
	stepCalls = 32
	stepBytes = 192 << 10
)

// beginRead starts a turn that serves bytes to a connection: its size is that of the answer, which
// the client's limits bound, not the node's.
func (n *node) beginRead() { n.disk.BeginTurn(n.w.now, readCalls, readBytes) }

// No client of a simulated world asks for more than 1 MiB.
const (
	readCalls = 128
	readBytes = 1<<20 + stepBytes
)

// workerTurn runs one turn of a disk worker, whole, at this instant.
func (n *node) workerTurn(index int64) {
	w := n.process.workers[index]
	w.scheduled = false
	if w.busy {
		return
	}
	ops := w.queue
	w.queue = nil
	w.busy = true
	load := n.news(int32(index))
	n.beginTurn()
	done := w.log.Turn(ops, nil)
	n.reached(&w.log.Marks)
	clear(ops)
	if w.queue == nil {
		w.queue = ops[:0]
	}
	end := n.disk.EndTurn()
	n.doubt(done)
	for i := range done {
		load.events = append(load.events, &core.LogDone{LogDone: done[i]})
	}
	n.schedule(end, kindComplete, index, load)
	n.springTrap()
}

// atRest tells that no operation on a log is under way: what nodes tell of their logs is then what lies on the
// disk. Retention decides at any time, and its segments go a turn later.
func (p *process) atRest() bool {
	for _, w := range p.workers {
		if w.busy || w.scheduled || len(w.queue) > 0 {
			return false
		}
	}
	return len(p.inbox) == 0
}

// complete ends a disk turn: its completions arrive, and the worker is free again.
func (n *node) complete(e *event) {
	p := n.process
	for _, ev := range e.load.events {
		n.post(ev)
	}
	e.load.told = p.stepper.Steps() + uint64(len(p.inbox))
	switch {
	case e.load.worker >= 0:
		w := p.workers[e.load.worker]
		w.busy = false
		if len(w.queue) > 0 || w.log.Pending() {
			n.wantWorker(int(e.load.worker))
		}
	case e.load.worker == workerSaver:
		p.saver.busy = false
		if len(p.saver.queue) > 0 {
			n.wantSaver()
		}
	}
}

// workerSaver marks the ledger's turn in a delivery.
const workerSaver = -2

func (n *node) wantWorker(index int) {
	w := n.process.workers[index]
	if w.scheduled || w.busy {
		return
	}
	w.scheduled = true
	n.schedule(n.w.now+int64(w.delay.Draw(4))*int64(kafka.Microsecond)+n.lag(w.lag, lagOfDisk), kindWorker, int64(index), nil)
}

func (n *node) wantSaver() {
	s := &n.process.saver
	if s.scheduled || s.busy {
		return
	}
	s.scheduled = true
	n.schedule(n.w.now+int64(n.stream("saver").Draw(4))*int64(kafka.Microsecond)+n.lag("lag/saver", lagOfSaver), kindSaver, 0, nil)
}

func (n *node) saverTurn() {
	p := n.process
	s := &p.saver
	s.scheduled = false
	if s.busy {
		return
	}
	var saves []port.Save
	saves, s.queue = ledger.Take(s.queue, p.storage.Ledger, &n.limits)
	s.busy = true
	load := n.news(workerSaver)
	n.disk.BeginTurn(n.w.now, max(int(n.limits.TurnCalls), ledger.SaveCalls), n.limits.TurnBytes+stepBytes)
	done := ledger.Turn(n.disk, p.storage.Ledger, saves)
	end := n.disk.EndTurn()
	for i := range done {
		load.events = append(load.events, &core.Saved{Saved: done[i]})
	}
	n.schedule(end, kindComplete, workerSaver, load)
	n.springTrap()
}

// readTurn serves one read from the View that there is now.
func (n *node) readTurn(index int64) {
	p := n.process
	r := p.reads[index]
	p.freeReads = append(p.freeReads, index)
	load := n.news(workerReader)
	n.beginRead()
	load.events = []core.Event{&core.ReadDone{ReadDone: p.storage.Reader.Read(r)}}
	n.schedule(n.disk.EndTurn(), kindComplete, workerReader, load)
}

// workerReader marks a read's end in a delivery, workerWork that of work outside of the core.
const (
	workerReader = -3
	workerWork   = -4
)
