package session

import (
	"math"
	"slices"
	"testing"

	"momus/core/config"
	"momus/core/kafka"
	"momus/core/port"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// limited makes a session whose connections are limited.
func limited(c config.Connections) *bench {
	b := newBench()
	b.s.Configure(b.now, c, b.view())
	return b
}

func (b *bench) connect(id port.ConnID, remote string) {
	b.s.ConnOpened(b.now, id, "PLAINTEXT", remote, b.view())
	b.s.Check()
}

func closed(out Out) (ids []port.ConnID) {
	for _, c := range out.Closes {
		ids = append(ids, c.Conn)
	}
	return ids
}

func TestConnectionsOfOneAddressAreLimited(t *testing.T) {
	b := limited(config.Connections{Max: 100, PerIP: 2, Rate: math.MaxInt32, Overrides: []config.IPLimit{{IP: "::1", Max: 1}}, Idle: -1})
	for id, remote := range []string{"10.0.0.1:1", "10.0.0.1:2", "[::1]:1", "10.0.0.1:3", "[::1]:2", "[::ffff:10.0.0.1]:4", "10.0.0.2:1"} {
		b.connect(port.ConnID(id+1), remote)
	}
	out := b.take()
	if got := closed(out); !slices.Equal(got, []port.ConnID{4, 5, 6}) || len(out.Refusals) != 1 {
		t.Fatalf("%v were refused, told as %q", got, out.Refusals)
	}
	for _, id := range []port.ConnID{4, 6, 1} {
		b.s.ConnClosed(b.now, id, b.view())
	}
	b.now.Mono = b.now.Mono.Add(kafka.Second)
	b.connect(8, "10.0.0.1:5")
	b.connect(9, "10.0.0.1:6")
	if out := b.take(); !slices.Equal(closed(out), []port.ConnID{9}) || len(out.Refusals) != 1 {
		t.Fatalf("%v were refused, told as %q", closed(out), out.Refusals)
	}
	b.s.ConnOpened(b.now, 10, "CONTROLLER", "10.0.0.1:7", b.view())
	if out := b.take(); len(out.Closes) != 0 {
		t.Error("a connection of the quorum was refused")
	}
}

func TestConnectionsAboveTheMaximumWaitForAPlace(t *testing.T) {
	b := limited(config.Connections{Max: 2, PerIP: 100, Rate: math.MaxInt32, Idle: -1})
	for id := range port.ConnID(5) {
		b.connect(id+1, "10.0.0.1:1")
		b.send(id+1, 3, kmsg.NewPtrApiVersionsRequest())
	}
	answered := func() (ids []port.ConnID) {
		out := b.take()
		for i := range out.Replies {
			ids = append(ids, out.Replies[i].Conn)
		}
		if len(out.Closes) != 0 {
			t.Fatal("a connection was closed")
		}
		return ids
	}
	if got := answered(); !slices.Equal(got, []port.ConnID{1, 2}) {
		t.Fatalf("%v were answered", got)
	}
	b.s.ConnClosed(b.now, 4, b.view())
	b.s.ConnClosed(b.now, 2, b.view())
	if got := answered(); !slices.Equal(got, []port.ConnID{3}) {
		t.Fatalf("%v were answered when one had gone", got)
	}
	b.s.Configure(b.now, config.Connections{Max: 3, PerIP: 100, Rate: math.MaxInt32, Idle: -1}, b.view())
	if got := answered(); !slices.Equal(got, []port.ConnID{5}) {
		t.Fatalf("%v were answered when the maximum was raised", got)
	}
}

func TestSilentConnectionsAreAskedToEnd(t *testing.T) {
	b := limited(config.Connections{Max: 10, PerIP: 10, Rate: math.MaxInt32, Idle: 1000})
	b.connect(1, "10.0.0.1:1")
	b.connect(2, "10.0.0.1:2")
	b.wait(600)
	b.send(2, 3, kmsg.NewPtrApiVersionsRequest())
	b.take()
	b.wait(399)
	if out := b.take(); len(out.IdleChecks) != 0 {
		t.Fatal("asked too early")
	}
	b.wait(1)
	if out := b.take(); !slices.Equal(out.IdleChecks, []IdleCheck{{1, 1000}}) {
		t.Fatalf("%v", out.IdleChecks)
	}
	b.wait(250)
	if out := b.take(); !slices.Equal(out.IdleChecks, []IdleCheck{{1, 1000}}) {
		t.Fatalf("%v; one that goes on is asked again", out.IdleChecks)
	}
	b.s.ConnClosed(b.now, 1, b.view())
	b.wait(350)
	if out := b.take(); !slices.Equal(out.IdleChecks, []IdleCheck{{2, 1000}}) {
		t.Fatalf("%v", out.IdleChecks)
	}
	b.s.ConnClosed(b.now, 2, b.view())
	if b.s.NextDeadline() != 0 {
		t.Error("connections that are gone are watched")
	}
}
