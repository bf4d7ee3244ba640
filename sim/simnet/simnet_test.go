package simnet_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"momus/core/port"
	"momus/net/sock"
	"momus/sim/simnet"
	"momus/sim/simnet/simnettest"

	"pgregory.net/rapid"
)

// open dials and lets the connection arrive.
func open(w *simnettest.World, window int) (client, server *simnet.End) {
	client, server = w.Net.Dial("link", window)
	w.Settle()
	return client, server
}

func write(t *testing.T, e *simnet.End, text string) int {
	t.Helper()
	n, _, err := e.TryWrite([]port.Span{port.MemSpan([]byte(text), nil)})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// said is what reading says now, in words.
func said(e *simnet.End) string {
	buf := make([]byte, 100)
	n, again, err := e.TryRead(buf)
	switch {
	case err != nil:
		return err.Error()
	case again:
		return "again"
	case n == 0:
		return "end"
	}
	return string(buf[:n])
}

func expectSaid(t *testing.T, e *simnet.End, want string) {
	t.Helper()
	if got := said(e); got != want {
		t.Errorf("reading says %q, want %q", got, want)
	}
}

func TestBenignDrawsMeanWholeSegmentsAndLeastDelay(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 1000)
	before := w.Now()
	write(t, client, "one segment")
	woken, _ := w.Step()
	if len(woken) != 1 || woken[0] != (simnet.Woken{End: server, Readable: true}) || w.Now() != before+simnet.DelayLeast {
		t.Errorf("woke %+v after %d ns", woken, w.Now()-before)
	}
	expectSaid(t, server, "one segment")
	if w.Net.Bites() != (simnet.Bites{}) {
		t.Errorf("faults bit: %+v", w.Net.Bites())
	}
}

func TestFaultsAtRateZeroDrawNothing(t *testing.T) {
	w := simnettest.New(func(stream string, _ uint64) uint64 {
		if !strings.HasSuffix(stream, "/delay") {
			t.Errorf("drew from %s", stream)
		}
		return 0
	})
	client, server := open(w, 10)
	write(t, client, "more than the window")
	w.Settle()
	expectSaid(t, server, "more than ")
}

func TestSlowReaderFillsTheWindowAndLetsGoOfIt(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 10)
	if n := write(t, client, "0123456789abc"); n != 10 {
		t.Errorf("a window of 10 took %d", n)
	}
	w.Settle()
	if client.Writable() || write(t, client, "x") != 0 {
		t.Error("the full way takes more although nothing was read")
	}
	expectSaid(t, server, "0123456789")
	if client.Writable() {
		t.Error("the news of room took no time")
	}
	woken, _ := w.Step()
	if len(woken) != 1 || woken[0] != (simnet.Woken{End: client, Writable: true}) || write(t, client, "abc") != 3 {
		t.Errorf("woke %+v", woken)
	}
}

func TestRegionIsReadWhenItIsSentAndNotLater(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 4)
	content := []byte("abcdefgh")
	span := port.FileSpan(simnettest.File{Content: content}, 0, 8)
	if n, full, err := server.TryWrite([]port.Span{span}); n != 4 || !full || err != nil {
		t.Fatal(n, full, err)
	}
	copy(content, "ABCDEFGH")
	w.Settle()
	expectSaid(t, client, "abcd")
	w.Settle()
	if n, _, err := server.TryWrite([]port.Span{span.Slice(4, 8)}); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	w.Settle()
	expectSaid(t, client, "EFGH")
}

func TestHoldKeepsOneDirectionBackAndReleaseKeepsOrder(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 1000)
	write(t, client, "under way ")
	client.Hold()
	write(t, client, "and held")
	write(t, server, "other way")
	w.Settle()
	expectSaid(t, server, "again")
	expectSaid(t, client, "other way")
	w.Advance(1e9)
	client.Release()
	w.Settle()
	expectSaid(t, server, "under way and held")
	if w.Net.Bites().Held != 2 {
		t.Errorf("held %d segments, want the two that were due meanwhile", w.Net.Bites().Held)
	}
}

func TestHoldKeepsTheNewsOfRoomBack(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 4)
	write(t, client, "12345")
	w.Settle()
	server.Hold()
	expectSaid(t, server, "1234")
	w.Settle()
	if client.Writable() {
		t.Error("news of room came through a partition")
	}
	server.Release()
	w.Settle()
	if !client.Writable() {
		t.Error("news of room was lost in a partition")
	}
}

func TestPowerLossLeavesTheConnectionHalfOpen(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 8)
	server.Vanish()
	if write(t, client, "question") != 8 {
		t.Fatal("not taken")
	}
	w.Settle()
	expectSaid(t, client, "again")
	if client.Writable() || w.Net.Bites().LostBytes != 8 {
		t.Errorf("writable %v, %+v", client.Writable(), w.Net.Bites())
	}
	server.Reappear()
	w.Settle()
	expectSaid(t, client, sock.ErrReset.Error())
}

func TestPowerLossWithNothingOutstandingShowsAtTheNextWrite(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 8)
	server.Vanish()
	server.Reappear()
	w.Settle()
	expectSaid(t, client, "again")
	write(t, client, "x")
	w.Settle()
	expectSaid(t, client, sock.ErrReset.Error())
}

func TestBreakDownIsSeenByBothEndsInTheirTime(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 100)
	client.BreakDown()
	if write(t, client, "lost") != 4 {
		t.Error("an end that cannot know of the reset refuses")
	}
	w.Settle()
	for _, e := range []*simnet.End{client, server} {
		expectSaid(t, e, sock.ErrReset.Error())
		if _, _, err := e.TryWrite([]port.Span{port.MemSpan([]byte("x"), nil)}); !errors.Is(err, sock.ErrReset) {
			t.Error(err)
		}
	}
	if b := w.Net.Bites(); b.Resets != 1 || b.LostBytes != 4 {
		t.Errorf("%+v", b)
	}
}

func TestClosedConnectionsAreForgotten(t *testing.T) {
	w := simnettest.New(simnettest.Benign)
	client, server := open(w, 100)
	for _, e := range []*simnet.End{client, server} {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	w.Settle()
	if w.Net.Connections() > 0 {
		t.Error("a connection that both ends closed is kept")
	}
}

// twin is the dumbest model of a direction: what was accepted, and how much of it was read.
type twin struct {
	sent []byte
	read int
}

func TestBytesArriveOnceAndInOrderAndTheSameSeedRunsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		if a, b := run(t, seed), run(t, seed); a != b {
			t.Fatalf("two runs of seed %d differ:\n%s\n%s", seed, a, b)
		}
	})
}

// run lets two ends write and read by a seed, compares with the twin, and returns what happened.
func run(t *rapid.T, seed uint64) string {
	w := simnettest.New(simnettest.Seeded(seed))
	script := simnettest.Seeded(seed + 1)
	w.Net.SetFaults(simnet.Faults{ShortWrite: 3, ShortRead: 3, Chop: 3, Late: 4, LateNanos: 1e8, Reset: 60})
	client, server := w.Net.Dial("link", 1+int(script("", 40)))
	ends, twins := [2]*simnet.End{client, server}, [2]twin{}
	var trace strings.Builder
	for range 200 {
		i := int(script("", 2))
		e, out, in := ends[i], &twins[i], &twins[1-i]
		var err error
		switch script("", 3) {
		case 0:
			text := bytes.Repeat([]byte{byte(script("", 256))}, 1+int(script("", 30)))
			n, _, failed := e.TryWrite([]port.Span{port.MemSpan(text, nil)})
			out.sent, err = append(out.sent, text[:n]...), failed
		case 1:
			buf := make([]byte, 1+script("", 20))
			n, again, failed := e.TryRead(buf)
			if err = failed; n == 0 && !again && err == nil {
				t.Fatal("an end that nobody sent")
			}
			if !bytes.Equal(buf[:n], in.sent[in.read:in.read+n]) {
				t.Fatalf("read %q, sent was %q", buf[:n], in.sent[in.read:in.read+n])
			}
			in.read += n
		default:
			woken, _ := w.Step()
			fmt.Fprint(&trace, w.Now(), len(woken), " ")
		}
		fmt.Fprintln(&trace, i, len(out.sent), in.read, err)
		if err != nil {
			return trace.String()
		}
	}
	return drained(t, w, ends, twins) + trace.String()
}

// drained lets both ends read whatever is still to come: all of it, unless the connection broke.
func drained(t *rapid.T, w *simnettest.World, ends [2]*simnet.End, twins [2]twin) string {
	for more := true; more; _, more = w.Step() {
		for i, e := range ends {
			for again := false; !again; {
				n, none, err := e.TryRead(make([]byte, 100))
				if err != nil {
					return "broken\n"
				}
				twins[1-i].read += n
				again = none
			}
		}
	}
	for _, d := range twins {
		if d.read != len(d.sent) {
			t.Fatalf("%d of %d bytes arrived", d.read, len(d.sent))
		}
	}
	return "whole\n"
}
