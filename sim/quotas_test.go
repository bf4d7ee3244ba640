package sim

import (
	"testing"

	"momus/checker"
	"momus/core/port"
)

func TestARequestThatWasSentBackIsKeptOnceWithAllItTook(t *testing.T) {
	c := &serverConn{}
	c.ask(0, checker.Served{Arrived: 1, Nanos: 5})
	c.ask(1, checker.Served{Arrived: 2, Nanos: 7})
	c.ask(0, checker.Served{Arrived: 3, Nanos: 30})
	if len(c.asked) != 2 || c.asked[0].seq != 0 || c.asked[1].seq != 1 {
		t.Fatalf("kept are %v", c.asked)
	}
	if got := c.asked[0].request; got.Nanos != 30 || got.Arrived != 1 {
		t.Errorf("the one that was sent back is kept as %+v", got)
	}
	if got := c.asked[1].request; got.Nanos != 7 {
		t.Errorf("the other is kept as %+v", got)
	}
	c.asked = c.asked[1:] // it was answered
	c.ask(0, checker.Served{Nanos: 99})
	if len(c.asked) != 1 || c.asked[0].request.Nanos != 7 {
		t.Errorf("after its answer kept are %v", c.asked)
	}
}

// What the core answers before it hears that the connection is gone is charged, and has to be told to the judge.
func TestAConnectionThatClosesIsRememberedForWhatIsNotAnswered(t *testing.T) {
	open, answered := &serverConn{id: 1}, &serverConn{id: 2}
	open.ask(0, checker.Served{})
	p := &process{
		conns: map[port.ConnID]*serverConn{1: open, 2: answered}, gone: map[port.ConnID]*serverConn{}, order: []*serverConn{open, answered},
	}
	p.forget(open)
	p.forget(answered)
	if len(p.conns) != 0 || len(p.order) != 0 || len(p.gone) != 1 || p.gone[1] != open {
		t.Errorf("there are %v, gone are %v", p.conns, p.gone)
	}
}
