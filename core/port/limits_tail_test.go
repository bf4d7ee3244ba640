package port

import "testing"

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
