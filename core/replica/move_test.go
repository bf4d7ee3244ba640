package replica

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

var dirA, dirB, dirC = kafka.DirID{1}, kafka.DirID{2}, kafka.DirID{3}

// mover is a replica in directory A whose copy in B is whole, and which the metadata has there or not yet.
type mover struct {
	t *testing.T
	r *Replica
}

func newMover(t *testing.T) *mover {
	m := &mover{t, New(testLog, testOptions(), testConfig())}
	m.r.Open(kafka.Now{Mono: 1, Wall: 1}, port.OpenSpec{Dir: dirA, IndexIntervalBytes: 100}, -1)
	m.done(port.OpOpen, port.FailNone)
	m.r.MoveTo(dirB, &msg.MoveLog{Op: 1})
	for _, kind := range []port.LogOpKind{port.OpBeginCopy, port.OpCopy, port.OpFinishCopy} {
		m.done(kind, port.FailNone)
	}
	m.answered(1, kafka.None)
	if !m.r.out().HandOver {
		t.Fatal("the copy is not whole")
	}
	m.r.Out = nil
	m.r.Assigned()
	return m
}

func (m *mover) done(kind port.LogOpKind, fail port.Failure) {
	d := &port.LogDone{Kind: kind, Log: testLog, Gen: m.r.gen, Fail: fail}
	if kind == port.OpOpen {
		d.Opened = &port.Opened{}
	}
	m.r.LogDone(kafka.Now{Mono: 1, Wall: 1}, d)
	m.r.Check()
}

// answered takes the one answer there is.
func (m *mover) answered(op msg.Op, err kafka.ErrorCode) {
	m.t.Helper()
	if got := m.r.out().Moved; len(got) != 1 || got[0].Op != op || got[0].Err != err {
		m.t.Fatalf("want the answer %v to %d: %+v", err, op, got)
	}
	m.r.out().Moved = nil
}

func (m *mover) waits() {
	m.t.Helper()
	if len(m.r.out().Moved) != 0 {
		m.t.Fatalf("an answer comes early: %+v", m.r.out().Moved)
	}
}

// A wish that comes while a log is handed over is answered also if that fails.
func TestAWishForAThirdDirectoryIsAnsweredWhenTheHandingOverFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		wanted kafka.DirID
		swap   bool
		want   kafka.ErrorCode
	}{
		{"the swap fails", dirC, true, kafka.ErrKafkaStorageError},
		{"the directory is offline", dirC, false, kafka.ErrKafkaStorageError},
		{"the swap fails, and the log was to go back", dirA, true, kafka.None},
		{"the directory is offline, and the log was to stay", dirA, false, kafka.None},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMover(t)
			if c.swap {
				m.r.Named(true)
			}
			m.r.MoveTo(c.wanted, &msg.MoveLog{Op: 2})
			m.waits()
			if c.swap {
				m.done(port.OpSwap, port.FailTarget)
			} else {
				m.r.Named(false)
			}
			m.answered(2, c.want)
			m.r.Returned()
			m.waits()
			if m.r.Dir() != dirA || m.r.move.phase != moveNone {
				t.Errorf("the log is in %v, its move is %+v", m.r.Dir(), m.r.move)
			}
		})
	}
}

// While a log is given back, it is where it is: a wish for that is granted, and one for another follows.
func TestAWishWhileALogIsGivenBack(t *testing.T) {
	m := newMover(t)
	m.r.Named(false)
	m.r.MoveTo(dirA, &msg.MoveLog{Op: 2})
	m.answered(2, kafka.None)
	m.r.MoveTo(dirC, &msg.MoveLog{Op: 3})
	m.waits()
	m.r.Returned()
	if m.r.Moving() != dirC {
		t.Fatalf("the log does not move: %+v", m.r.move)
	}
	m.done(port.OpBeginCopy, port.FailNone)
	m.answered(3, kafka.None)
}

// A wish that waits for the move before it gives way to a later one, which is told, and is answered as carried out.
func TestAWishThatWaitsIsOvertaken(t *testing.T) {
	m := newMover(t)
	m.r.MoveTo(dirC, &msg.MoveLog{Op: 2})
	m.waits()
	m.r.out().Notes = nil
	m.r.MoveTo(dirC, &msg.MoveLog{Op: 3})
	m.answered(2, kafka.None)
	if got := m.r.out().Notes; len(got) != 0 {
		t.Errorf("the same wish again overtakes nothing: %+v", got)
	}
	m.r.MoveTo(dirA, &msg.MoveLog{Op: 4})
	m.answered(3, kafka.None)
	if got := m.r.out().Notes; len(got) != 1 || got[0].Kind != NoteMoveOvertaken || got[0].Dir != dirC {
		t.Errorf("want a note that the move to %v was overtaken: %+v", dirC, got)
	}
}
