package sim

import (
	"testing"

	"momus/checker"
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
