package port

import "testing"

func TestLimitsFitTheProcess(t *testing.T) {
	for _, c := range []struct {
		files              uint64
		segments, connects int32
	}{{1 << 63, 32768, 24576}, {20000, 19744, 14808}, {1024, 768, 576}, {64, 256, 256}} {
		got := DefaultLimits().Within(c.files)
		if got.OpenFiles != c.segments || got.Connections != c.connects {
			t.Errorf("of %d files segments may hold %d and connections %d", c.files, got.OpenFiles, got.Connections)
		}
	}
}

func TestTheTailsLeaveAQuarterForRequests(t *testing.T) {
	for _, c := range []struct{ buffers, tails, want int64 }{
		{256 << 20, 64 << 20, 64 << 20}, {256 << 10, 1 << 20, 192 << 10}, {1 << 20, 1 << 20, 768 << 10}, {44 << 10, 0, 0},
	} {
		l := Limits{BufferBytes: c.buffers, TailCacheBytes: c.tails}
		if got := l.TailBytes(); got != c.want {
			t.Errorf("of %d bytes the tails may have %d, and should have %d", c.buffers, got, c.want)
		}
	}
}
