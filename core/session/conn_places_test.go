package session

import (
	"math"
	"slices"
	"testing"

	"momus/core/config"
	"momus/core/port"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// hello connects and asks for the versions, which shows who is served.
func (b *bench) hello(id port.ConnID, listener, remote string) {
	b.s.ConnOpened(b.now, id, listener, remote, b.view())
	b.send(id, 3, kmsg.NewPtrApiVersionsRequest())
}

func (b *bench) served(t *testing.T, want ...port.ConnID) {
	t.Helper()
	var got []port.ConnID
	out := b.take()
	for i := range out.Replies {
		got = append(got, out.Replies[i].Conn)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v were served, and should be %v", got, want)
	}
}

// More connections in a second than max.connection.creation.rate says wait, one after another, and none is closed.
func TestConnectionsAboveTheBrokersRateWait(t *testing.T) {
	b := limited(config.Connections{Max: 100, PerIP: 100, Rate: 1, Idle: -1})
	for id := range port.ConnID(10) { // ten windows are remembered beside the one that began
		b.hello(id+1, "PLAINTEXT", "10.0.0.1:1")
	}
	b.served(t, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for id := range port.ConnID(3) {
		b.hello(id+11, "PLAINTEXT", "10.0.0.1:1")
	}
	b.served(t)
	b.wait(999)
	b.served(t)
	b.s.ConnClosed(b.now, 12, b.view())
	b.wait(1)
	b.served(t, 11)
	b.wait(999)
	b.served(t)
	b.wait(1)
	b.served(t, 13)
	if b.s.NextDeadline() != 0 {
		t.Error("something is due though nobody waits")
	}
	b.hello(14, "PLAINTEXT", "10.0.0.1:1")
	b.hello(15, "PLAINTEXT", "10.0.0.1:1")
	b.s.Configure(b.now, config.Connections{Max: 100, PerIP: 100, Rate: math.MaxInt32, Idle: -1}, b.view())
	b.served(t)
	b.wait(1000) // whoever waits already does so until then
	b.served(t, 14, 15)
}

// Whoever hangs up in the line leaves it, and takes no second of those behind it (seed 26606).
func TestConnectionsThatHangUpWhileTheyWaitAreNotWaitedFor(t *testing.T) {
	b := limited(config.Connections{Max: 100, PerIP: 100, Rate: 1, Idle: -1})
	for id := range port.ConnID(14) {
		b.hello(id+1, "PLAINTEXT", "10.0.0.1:1")
	}
	b.served(t, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, id := range []port.ConnID{11, 12, 12, 1, 99} { // twice, one that is served, and one that nobody knows
		b.s.ConnEnded(b.now, id, b.view())
	}
	if got := closed(b.take()); !slices.Equal(got, []port.ConnID{11, 12}) {
		t.Fatalf("%v were closed", got)
	}
	b.s.ConnClosed(b.now, 12, b.view())
	b.wait(1000)
	b.served(t, 13)
	b.s.ConnClosed(b.now, 11, b.view())
	b.wait(1000)
	b.served(t, 14)
	b.s.Check()
}

// A connection that comes faster than its address may is closed, but not at once, and counts for nothing.
func TestConnectionsAboveTheRateOfTheirAddressAreClosedLate(t *testing.T) {
	b := limited(config.Connections{Max: 100, PerIP: 100, Rate: math.MaxInt32, Idle: -1})
	ip, zeros := "ip", "10.0.0.1"
	b.apply(&record.ClientQuotaRecord{Entity: []record.ClientQuotaEntity{{EntityType: ip, EntityName: &zeros}}, Key: "connection_creation_rate", Value: record.FloatOf(1)})
	b.apply(&record.ClientQuotaRecord{Entity: []record.ClientQuotaEntity{{EntityType: ip}}, Key: "connection_creation_rate", Value: record.FloatOf(2)})
	for id := range port.ConnID(12) {
		b.hello(id+1, "PLAINTEXT", "10.0.0.1:1")
	}
	b.served(t, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for id := range port.ConnID(20) { // by the default
		b.hello(id+21, "PLAINTEXT", "[::ffff:10.0.0.2]:1")
	}
	if out := b.take(); len(out.Replies) != 20 || len(out.Closes) != 0 {
		t.Fatalf("%d of another address were served, %v closed", len(out.Replies), closed(out))
	}
	b.s.ConnClosed(b.now, 12, b.view())
	b.wait(999)
	if out := b.take(); len(out.Closes) != 0 {
		t.Fatal("closed early")
	}
	b.wait(1)
	if out := b.take(); !slices.Equal(closed(out), []port.ConnID{11}) || len(out.Replies) != 0 {
		t.Fatalf("%v were closed", closed(out))
	}
	b.s.ConnClosed(b.now, 11, b.view())
	b.wait(10_000)
	b.hello(50, "PLAINTEXT", "10.0.0.1:1")
	b.served(t, 50)
	if b.s.NextDeadline() != 0 {
		t.Error("something is due though nobody waits")
	}
}

// A listener has limits of its own; connections of another one do not wait behind its line.
func TestAListenerHasItsOwnLimits(t *testing.T) {
	c := config.Connections{Max: 100, PerIP: 100, Rate: math.MaxInt32, Idle: -1}
	c.SetListener("listener.name.inside.max.connections", "1")
	c.SetListener("listener.name.outside.max.connection.creation.rate", "1")
	b := limited(c)
	b.hello(1, "INSIDE", "10.0.0.1:1")
	b.hello(2, "INSIDE", "10.0.0.1:1")
	b.hello(3, "OUTSIDE", "10.0.0.1:1")
	b.served(t, 1, 3)
	b.s.ConnClosed(b.now, 3, b.view())
	b.served(t)
	b.s.ConnClosed(b.now, 1, b.view())
	b.served(t, 2)
	for id := range port.ConnID(10) {
		b.hello(id+4, "OUTSIDE", "10.0.0.1:1")
	}
	b.served(t, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	b.wait(1000)
	b.served(t, 13)
}
