package nettest

import (
	"errors"
	"testing"

	"momus/core/port"
	"momus/net/sock"
)

func transferCases() []testCase {
	return []testCase{
		{"NothingToReadSaysAgain", func(t *testing.T, w world) {
			if n, again, err := w.a.TryRead(make([]byte, 8)); n != 0 || !again || err != nil {
				t.Errorf("got %d, again %v, %v", n, again, err)
			}
		}},
		{"ShortReadLeavesTheRest", func(t *testing.T, w world) {
			sent := text(1000)
			w.write(t, w.a, memory(sent))
			w.AwaitReadable(t, w.b)
			buf := make([]byte, 10)
			n, again, err := w.b.TryRead(buf)
			if n == 0 || again || err != nil {
				t.Fatalf("got %d, again %v, %v", n, again, err)
			}
			equal(t, append(buf[:n:n], w.read(t, w.b, 1000-n, 7)...), sent)
		}},
		{"PartialWriteSaysFullAndGoesOnAfterReading", partialWrite},
		{"BytesArriveInOrderBothWays", func(t *testing.T, w world) {
			sent := text(5000)
			for at := 0; at < len(sent); at += 50 {
				w.write(t, w.a, memory(sent[at:at+25], sent[at+25:at+50]))
				w.write(t, w.b, memory(sent[at:at+50]))
			}
			equal(t, w.read(t, w.b, len(sent), 999), sent)
			equal(t, w.read(t, w.a, len(sent), 3), sent)
		}},
		{"ManySpansAreOneStream", func(t *testing.T, w world) {
			sent := text(200 * 199 / 2)
			var parts [][]byte
			for i, at := 0, 0; i < 200; i++ { // the first is empty
				parts = append(parts, sent[at:at+i])
				at += i
			}
			equal(t, w.transfer(t, w.a, w.b, memory(parts...), 4096), sent)
		}},
		{"NothingToWriteIsNoFault", func(t *testing.T, w world) {
			for _, spans := range [][]port.Span{nil, {{}}, memory(nil, nil)} {
				if n, full, err := w.a.TryWrite(spans); n != 0 || full || err != nil {
					t.Errorf("got %d, full %v, %v", n, full, err)
				}
			}
		}},
		{"LargeTransferToASlowReader", func(t *testing.T, w world) {
			sent := text(8 << 20)
			equal(t, w.transfer(t, w.a, w.b, memory(sent[:5], sent[5:1<<20], sent[1<<20:]), 100<<10), sent)
		}},
		{"FileRegionIsSentFromItsOffset", func(t *testing.T, w world) {
			fileRegion(t, w, w.Region)
		}},
		{"RegionWithoutDescriptorIsCopied", func(t *testing.T, w world) {
			fileRegion(t, w, func(_ *testing.T, content []byte) port.Region { return bare{content} })
		}},
		{"RegionShorterThanItsSpanBreaks", func(t *testing.T, w world) {
			brokenRegion(t, w, port.FileSpan(w.Region(t, text(100)), 100, 60))
		}},
		{"RegionThatFailsBreaks", func(t *testing.T, w world) {
			brokenRegion(t, w, port.FileSpan(failing{}, 0, 60))
		}},
	}
}

// partialWrite fills the connection until it takes no more, then lets the peer read all.
func partialWrite(t *testing.T, w world) {
	sent := text(64 << 20)
	n, full, err := w.a.TryWrite(memory(sent))
	if n == 0 || n == len(sent) || !full || err != nil {
		t.Fatalf("got %d of %d, full %v, %v", n, len(sent), full, err)
	}
	equal(t, w.read(t, w.b, n, 64<<10), sent[:n])
	w.AwaitWritable(t, w.a)
	more, _, err := w.a.TryWrite(memory(sent[n:]))
	if more == 0 || err != nil {
		t.Fatalf("got %d more, %v", more, err)
	}
	equal(t, w.read(t, w.b, more, 64<<10), sent[n:n+more])
}

// fileRegion sends a header, a part of a file that is larger than what one call copies, and a
// trailer.
func fileRegion(t *testing.T, w world, region func(*testing.T, []byte) port.Region) {
	content, head, tail := text(1<<20), text(33), text(44)
	file := region(t, content)
	spans := []port.Span{port.MemSpan(head, nil), port.FileSpan(file, 1000, 700<<10), port.FileSpan(file, 0, 10), port.MemSpan(tail, nil)}
	want := append(append(append(append([]byte(nil), head...), content[1000:1000+700<<10]...), content[:10]...), tail...)
	equal(t, w.transfer(t, w.a, w.b, spans, 50<<10), want)
}

// brokenRegion sends a header whose region cannot be read: the header counts as sent.
func brokenRegion(t *testing.T, w world, region port.Span) {
	spans := append(memory(text(20)), region)
	sent := 0
	for {
		n, full, err := w.a.TryWrite(spans)
		sent += n
		if err != nil {
			expect(t, err, sock.ErrRegion)
			break
		}
		spans = after(spans, n)
		if !full {
			t.Fatal("the region was sent")
		}
		w.AwaitWritable(t, w.a)
	}
	if sent != 20 {
		t.Errorf("%d bytes count as sent, want the 20 before the region", sent)
	}
	equal(t, w.read(t, w.b, 20, 20), text(20))
}

// bare is a region in memory.
type bare struct{ content []byte }

func (r bare) ReadAt(p []byte, off int64) (int, error) {
	return copy(p, r.content[min(off, int64(len(r.content))):]), nil
}

func (bare) Pin()   {}
func (bare) Unpin() {}

// failing is a region on a broken disk.
type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errors.New("input/output error") }
func (failing) Pin()                              {}
func (failing) Unpin()                            {}
