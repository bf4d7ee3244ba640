package nettest

import (
	"testing"

	"momus/net/sock"
)

func endCases() []testCase {
	return []testCase{
		{"HalfCloseEndsOneDirection", func(t *testing.T, w world) {
			w.write(t, w.a, memory(text(100)))
			if err := w.a.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			equal(t, w.read(t, w.b, 100, 9), text(100))
			for range 2 { // the end stays the end
				if n, err := w.outcome(t, w.b); n != 0 || err != nil {
					t.Errorf("got %d, %v, want the end", n, err)
				}
			}
			w.write(t, w.b, memory(text(200)))
			equal(t, w.read(t, w.a, 200, 200), text(200))
			if n, _, err := w.a.TryWrite(memory(text(1))); n != 0 || err == nil {
				t.Errorf("a direction that was ended took %d bytes, %v", n, err)
			}
		}},
		{"CloseSendsWhatWasAccepted", func(t *testing.T, w world) {
			w.write(t, w.a, memory(text(3000)))
			if err := w.a.Close(); err != nil {
				t.Fatal(err)
			}
			equal(t, w.read(t, w.b, 3000, 1000), text(3000))
			if n, err := w.outcome(t, w.b); n != 0 || err != nil {
				t.Errorf("got %d, %v, want the end", n, err)
			}
		}},
		{"ResetBreaksTheOtherEnd", func(t *testing.T, w world) {
			w.Reset(t, w.a)
			_, err := w.outcome(t, w.b)
			expect(t, err, sock.ErrReset)
			_, _, err = w.b.TryWrite(memory(text(1)))
			expect(t, err, sock.ErrReset)
		}},
		{"ResetEndsAWaitForSpace", func(t *testing.T, w world) {
			full := false
			for !full {
				_, isFull, err := w.b.TryWrite(memory(text(1 << 20)))
				if err != nil {
					t.Fatal(err)
				}
				full = isFull
			}
			w.Reset(t, w.a)
			for {
				w.AwaitWritable(t, w.b)
				if _, _, err := w.b.TryWrite(memory(text(1 << 20))); err != nil {
					expect(t, err, sock.ErrReset)
					return
				}
			}
		}},
		{"WritingToAPeerThatClosedBreaks", func(t *testing.T, w world) {
			if err := w.a.Close(); err != nil {
				t.Fatal(err)
			}
			if n, err := w.outcome(t, w.b); n != 0 || err != nil {
				t.Fatalf("got %d, %v, want the end", n, err)
			}
			w.write(t, w.b, memory(text(10))) // the peer's answer to this is a reset
			for range 1000 {
				if _, _, err := w.b.TryWrite(memory(text(1))); err != nil {
					expect(t, err, sock.ErrReset)
					return
				}
				w.AwaitReadable(t, w.b)
			}
			t.Error("writing went on for ever")
		}},
		{"ClosingOverUnreadBytesIsAReset", func(t *testing.T, w world) {
			w.write(t, w.b, memory(text(10)))
			w.AwaitReadable(t, w.a)
			if err := w.a.Close(); err != nil {
				t.Fatal(err)
			}
			_, err := w.outcome(t, w.b)
			expect(t, err, sock.ErrReset)
		}},
		{"ClosedSocketRefuses", func(t *testing.T, w world) {
			if err := w.a.Close(); err != nil {
				t.Fatal(err)
			}
			_, _, err := w.a.TryRead(make([]byte, 1))
			expect(t, err, sock.ErrClosed)
			_, _, err = w.a.TryWrite(memory(text(1)))
			expect(t, err, sock.ErrClosed)
			expect(t, w.a.CloseWrite(), sock.ErrClosed)
			expect(t, w.a.Close(), sock.ErrClosed)
		}},
	}
}
