package seglog

import (
	"momus/core/kafka"
	"momus/core/port"
)

// done answers an operation that took place.
func (l *writer) done(op *port.LogOp, end kafka.Offset) {
	l.w.out = append(l.w.out, port.LogDone{Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: end})
}

// refuse answers an operation that does not take place, and gives its payload back.
func (l *writer) refuse(op *port.LogOp, f port.Failure) {
	op.Span.Release()
	l.w.out = append(l.w.out, port.LogDone{
		Kind: op.Kind, Log: op.Log, Gen: op.Gen, Epoch: op.Epoch, End: kafka.NoOffset, Fail: f,
	})
}

// fail fences the log: this operation and the flushes that wait with it are answered, and all
// that is queued will be.
func (l *writer) fail(op *port.LogOp, err error) {
	l.fence()
	l.refuse(op, failureOf(err))
}

func (l *writer) fence() {
	l.leave()
	l.phase = fenced
	waiting := l.flushes
	l.flushes = nil
	for i := range waiting {
		l.refuse(&waiting[i], port.FailFenced)
	}
}

// leave takes the log away from its readers and gives back what it held.
func (l *writer) leave() {
	if l.log != nil {
		l.w.reg.unregister(l.id)
		l.log = nil
	}
	if l.copy != nil {
		l.dropCopy()
	}
	l.dropClean()
	l.retired, l.left = append(l.retired, l.left...), nil
	l.view.tail = nil
	for i := range l.view.sealed {
		l.view.sealed[i].retire(&l.w.meter)
	}
	if l.view.active.segment != nil {
		l.view.active.retire(&l.w.meter)
	}
	l.view = View{}
	l.dirty, l.epochs, l.snapshots, l.changed = nil, nil, nil, false
	l.newEntries, l.made = false, 0
	l.phase = closed
}

// abandon lets go of a log whose directory went offline. Files that readers still have are closed at
// their last unpin; what was renamed and not yet unlinked is left where it is.
func (l *writer) abandon(op port.LogOp) {
	l.leave()
	l.retired = nil
	l.gen = max(l.gen, op.Gen)
	delete(l.w.delayed, l.id)
	l.done(&op, kafka.NoOffset)
	l.w.forget(l)
}

func (s *segment) retire(m *meter) {
	for _, h := range []*handle{&s.log, &s.index, &s.times} {
		s.files.retire(h, m)
	}
}
