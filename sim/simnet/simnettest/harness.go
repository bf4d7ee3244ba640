package simnettest

import (
	"testing"

	"momus/core/port"
	"momus/net/nettest"
	"momus/net/sock"
	"momus/sim/simnet"
)

// window bounds each direction of the harness's connections, in bytes.
const window = 64 << 10

// Harness is a World as the conformance suite sees it.
type Harness struct{ *World }

var _ nettest.Harness = Harness{}

// Pair opens a connection that is named for its case; a is the serving end.
func (h Harness) Pair(t *testing.T) (a, b sock.Socket) {
	t.Helper()
	client, server := h.Net.Dial(t.Name(), window)
	for {
		woken, more := h.Step()
		if !more {
			t.Fatal("the connection never opened")
		}
		if len(woken) > 0 && woken[0].End == server && woken[0].Opened {
			return server, client
		}
	}
}

// AwaitReadable lets time go on until reading has something to say.
func (h Harness) AwaitReadable(t *testing.T, s sock.Socket) {
	t.Helper()
	h.await(t, s.(*simnet.End).Readable)
}

// AwaitWritable lets time go on until writing has something to say.
func (h Harness) AwaitWritable(t *testing.T, s sock.Socket) {
	t.Helper()
	h.await(t, s.(*simnet.End).Writable)
}

// await lets at least one thing happen, if there is one, so that time goes on in every wait.
func (h Harness) await(t *testing.T, ready func() bool) {
	t.Helper()
	for _, more := h.Step(); !ready(); _, more = h.Step() {
		if !more {
			t.Fatal("the wait would never end")
		}
	}
}

// Reset breaks the connection from s.
func (h Harness) Reset(t *testing.T, s sock.Socket) {
	t.Helper()
	if err := s.(*simnet.End).Reset(); err != nil {
		t.Fatal(err)
	}
}

// Region is a file of this world.
func (h Harness) Region(_ *testing.T, content []byte) port.Region { return File{content} }

// File is a region in memory. What is written to Content later shows in what is read later.
type File struct{ Content []byte }

// ReadAt gives fewer bytes than asked for at the end of the file, and no error.
func (f File) ReadAt(p []byte, off int64) (int, error) {
	return copy(p, f.Content[min(off, int64(len(f.Content))):]), nil
}

// Pin does nothing: memory stays.
func (File) Pin() {}

// Unpin does nothing.
func (File) Unpin() {}
