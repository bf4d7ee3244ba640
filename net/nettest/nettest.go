package nettest

import (
	"bytes"
	"errors"
	"testing"

	"momus/core/port"
	"momus/net/sock"
)

// Harness is one world, as far as the cases need it.
type Harness interface {
	// Pair opens a connection and returns its two ends.
	Pair(t *testing.T) (a, b sock.Socket)
	// AwaitReadable returns when TryRead may have something to say, AwaitWritable when TryWrite
	// may. They fail the test if that never happens.
	AwaitReadable(t *testing.T, s sock.Socket)
	AwaitWritable(t *testing.T, s sock.Socket)
	// Reset breaks the connection from one end.
	Reset(t *testing.T, s sock.Socket)
	// Region is a file of this world with the given content.
	Region(t *testing.T, content []byte) port.Region
}

// testCase is one promise.
type testCase struct {
	name string
	run  func(t *testing.T, w world)
}

func cases() []testCase {
	return append(transferCases(), endCases()...)
}

// Names lists the cases in the order in which they run.
func Names() []string {
	var names []string
	for _, c := range cases() {
		names = append(names, c.name)
	}
	return names
}

// Run runs every case on a connection of h and returns the names of those that ran: all that the
// command line's patterns let through. A case that is skipped fails t.
func Run(t *testing.T, h Harness) (ran []string) {
	for _, c := range cases() {
		t.Run(c.name, func(inner *testing.T) {
			inner.Cleanup(func() {
				if inner.Skipped() {
					t.Errorf("%s was skipped: both worlds run every case", c.name)
					return
				}
				ran = append(ran, c.name)
			})
			a, b := h.Pair(inner)
			c.run(inner, world{h, a, b})
		})
	}
	return ran
}

// world is a harness with one open connection.
type world struct {
	Harness
	a, b sock.Socket
}

// text is n bytes that repeat only after a long while, so that a byte out of place shows.
func text(n int) []byte {
	b := make([]byte, n)
	state := uint32(n) | 1
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = byte(state >> 24)
	}
	return b
}

func memory(parts ...[]byte) []port.Span {
	spans := make([]port.Span, len(parts))
	for i, p := range parts {
		spans[i] = port.MemSpan(p, nil)
	}
	return spans
}

// after drops the first n bytes of the spans, as a connection does with what was sent.
func after(spans []port.Span, n int) []port.Span {
	for len(spans) > 0 && n >= spans[0].Len() {
		n -= spans[0].Len()
		spans = spans[1:]
	}
	if n == 0 {
		return spans
	}
	rest := append([]port.Span(nil), spans...)
	rest[0] = rest[0].Slice(n, rest[0].Len())
	return rest
}

// write sends all spans, waiting whenever the socket is full; the peer need not read.
func (w world) write(t *testing.T, s sock.Socket, spans []port.Span) {
	t.Helper()
	for {
		n, full, err := s.TryWrite(spans)
		if err != nil {
			t.Fatalf("write: %v", err)
		}
		spans = after(spans, n)
		if len(spans) == 0 {
			return
		}
		if !full {
			t.Fatal("the socket stopped early and did not say that it is full")
		}
		w.AwaitWritable(t, s)
	}
}

// read takes exactly n bytes, at most chunk at once.
func (w world) read(t *testing.T, s sock.Socket, n, chunk int) []byte {
	t.Helper()
	all := make([]byte, 0, n)
	buf := make([]byte, chunk)
	for len(all) < n {
		got, again, err := s.TryRead(buf[:min(chunk, n-len(all))])
		switch {
		case err != nil:
			t.Fatalf("read after %d of %d bytes: %v", len(all), n, err)
		case again:
			w.AwaitReadable(t, s)
		case got == 0:
			t.Fatalf("the end came after %d of %d bytes", len(all), n)
		}
		all = append(all, buf[:got]...)
	}
	return all
}

// transfer sends the spans from one end while the other reads.
func (w world) transfer(t *testing.T, from, to sock.Socket, spans []port.Span, chunk int) []byte {
	t.Helper()
	var all []byte
	total := 0
	for _, s := range spans {
		total += s.Len()
	}
	for sent := 0; sent < total; {
		n, full, err := from.TryWrite(spans)
		if err != nil {
			t.Fatalf("write after %d of %d bytes: %v", sent, total, err)
		}
		sent += n
		spans = after(spans, n)
		switch {
		case full && sent > len(all):
			all = append(all, w.read(t, to, min(chunk, sent-len(all)), chunk)...)
		case full: // the news of room is under way
			w.AwaitWritable(t, from)
		}
	}
	return append(all, w.read(t, to, total-len(all), chunk)...)
}

// outcome waits for the next thing that reading says: bytes, the end (0, nil) or an error.
func (w world) outcome(t *testing.T, s sock.Socket) (int, error) {
	t.Helper()
	var buf [16]byte
	for {
		n, again, err := s.TryRead(buf[:])
		if !again {
			return n, err
		}
		w.AwaitReadable(t, s)
	}
}

func equal(t *testing.T, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	t.Errorf("got %d bytes, want %d; they differ from byte %d on", len(got), len(want), at)
}

func expect(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}
